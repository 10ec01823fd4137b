"""A desk with bad luck: power cuts and lost answers at every step, chosen by a seed."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from app.devices.simulator import SimulatedPrinter
from app.domain.period import Period
from app.operations.close_shift import close_shift
from app.operations.record_payment import record_payment
from app.operations.resume_payments import resume_payments
from app.store.desk_journal import DeskJournal, JournalState
from app.store.engine import Connection, DatabaseGone, Engine
from app.store.sending import NotSent
from tests.fixtures.desks import AT_ONCE, Crash, Desk, open_desk, voucher
from tests.fixtures.payers import ON, Payers, settle
from tests.fixtures.soak import examples

OCTOBER = Period(2026, 10)
PAYMENTS = 60
STEPS = ((DeskJournal, "begin"), (DeskJournal, "confirm"), (DeskJournal, "finish"),
         (SimulatedPrinter, "print_receipt"))  # fmt: skip


class Fate:
    """Breaks steps and lines, each with its own chance."""

    def __init__(self, seed: int, engine: Engine) -> None:
        self.chance = random.Random(seed)
        self.engine = engine
        self.crashes = 0
        self.losses = 0

    def strike(self) -> None:
        if self.chance.random() < 0.04:
            self.crashes += 1
            raise Crash

    def breaking(self, step: Callable[..., object]) -> Callable[..., object]:
        def broken(*given: object, **named: object) -> object:
            self.strike()
            outcome = step(*given, **named)
            self.strike()
            return outcome

        return broken

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        self.strike()
        self.lose()
        with self.engine.connection() as connection:
            yield connection
        self.strike()
        self.lose()

    def lose(self) -> None:
        if self.chance.random() < 0.15:
            self.losses += 1
            raise DatabaseGone("связи нет")


@pytest.fixture
def payers(engine: Engine) -> Payers:
    made = settle(engine)
    made.owe("1000", OCTOBER, {"хвс": 400_000, "во": 300_000, "от": 800_000})
    return made


def work(desk: Desk, fate: Fate, key: UUID, amount_kop: int) -> None:
    """One client: pay, and after each cut let the program start again and see what is there."""
    while True:
        try:
            with desk.journal() as journal:
                resume_payments(fate, journal, patience=AT_ONCE)  # type: ignore[arg-type]  # answers like an engine
                row = journal.find(key)
                if row is not None and row.state.is_final:
                    assert row.state is JournalState.DONE
                    return
                if row is None:
                    order = desk.order("1000", amount_kop, is_confirmed=True)
                    desk.take(journal, order, key=key, line=fate)  # type: ignore[arg-type]  # the same
        except (Crash, NotSent):
            continue


@pytest.mark.parametrize("seed", range(1, 1 + examples(3, full=20)))
def test_every_client_paid_once_whatever_broke(
    payers: Payers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    desk = open_desk(payers.engine, tmp_path)
    fate = Fate(seed, payers.engine)
    intents = {uuid7(): 100 + place for place in range(PAYMENTS)}
    with monkeypatch.context() as broken:
        for owner, step in STEPS:
            broken.setattr(owner, step, fate.breaking(getattr(owner, step)))
        for key, amount_kop in intents.items():
            work(desk, fate, key, amount_kop)

    numbers = payers.run("select receipt_no from app.payment order by receipt_no")
    with desk.journal() as journal:
        closing = close_shift(
            payers.engine, voucher(), shift=desk.shift,
            counted_cash_kop=100_000 + sum(intents.values()), journal=journal,
        )  # fmt: skip
    assert dict(payers.payments("1000")) == intents
    assert [number for (number,) in numbers] == list(range(1, PAYMENTS + 1))
    assert payers.balance_kop("1000") == 1_500_000 - sum(intents.values())
    assert closing.difference_kop == 0
    assert len(desk.printer.jobs) <= PAYMENTS
    assert payers.broken() == []
    assert fate.crashes + fate.losses > PAYMENTS // 4, f"seed {seed} was too kind"


def test_the_same_luck_doubles_money_when_every_try_has_a_new_key(payers: Payers) -> None:
    """The negative control: press again until it says yes."""
    fate = Fate(1, payers.engine)
    for amount_kop in range(100, 100 + PAYMENTS):
        while True:
            try:
                record_payment(
                    fate, voucher(), account_number="1000", amount_kop=amount_kop,  # type: ignore[arg-type]  # answers like an engine
                    paid_on=ON, patience=AT_ONCE,
                )  # fmt: skip
                break
            except (Crash, NotSent, DatabaseGone):
                continue

    assert len(payers.payments("1000")) > PAYMENTS
