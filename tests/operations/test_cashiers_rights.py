"""A cashier of the centre signs in as a person: may take money, may not touch a table."""

import random
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo
from uuid_utils.compat import uuid7

from app.domain.allocation_by_hand import part_of
from app.domain.payment import PaymentOrder
from app.domain.period import Period
from app.domain.voucher import VoucherKind
from app.operations.close_shift import close_shift
from app.operations.record_payment import ByHand, record_payment
from app.operations.reverse_payment import reverse_payment
from app.operations.take_payment import take_payment
from app.store.engine import Engine, KeyReused, NotAllowed, RefusedByDatabase, connect
from tests.fixtures.desks import Desk, open_desk, voucher
from tests.fixtures.payers import ON, Payers, settle

OCTOBER = Period(2026, 10)
SUBMISSIONS, KEYS, THREADS = 2_000, 100, 8


@pytest.fixture
def payers(engine: Engine) -> Payers:
    made = settle(engine)
    made.owe("1000", OCTOBER, {"хвс": 100_000, "от": 300_000})
    return made


@pytest.fixture
def cashier(payers: Payers, database: str) -> Iterator[Engine]:
    """The database as a login that is only a cashier."""
    name = f"cashier_{uuid7().hex}"
    payers.run(f"create role {name} login password 'test' in role kvitok_cashier")
    signed_in = connect(
        make_conninfo(database, user=name, password="test"), application_name="kvitok tests"
    )
    yield signed_in
    signed_in.close()
    payers.run(f"drop role {name}")


def test_a_cashier_runs_a_whole_shift(cashier: Engine, payers: Payers, tmp_path: Path) -> None:
    desk: Desk = open_desk(cashier, tmp_path)
    with desk.journal() as journal:
        taken = desk.take(journal, desk.order("1000", 700))
        desk.take(journal, desk.order("1000", 800))
        reverse_payment(
            cashier, voucher(kind=VoucherKind.REVERSAL, reason="ошибка"),
            payment=taken.key, journal=journal, shift=desk.shift,
        )  # fmt: skip
        closing = close_shift(
            cashier, voucher(), shift=desk.shift, counted_cash_kop=100_800, journal=journal
        )

    assert closing.difference_kop == 0
    assert payers.broken() == []


def test_a_cashier_does_not_close_the_shift_of_another_login(
    cashier: Engine, payers: Payers, tmp_path: Path
) -> None:
    theirs = open_desk(payers.engine, tmp_path)

    with pytest.raises(RefusedByDatabase, match="другой кассир"):
        close_shift(cashier, voucher(), shift=theirs.shift, counted_cash_kop=100_000)


@pytest.mark.parametrize(
    "statement",
    [
        "insert into app.payment select * from app.payment",
        "update app.shift set closed_at = null",
        "delete from app.entry",
        "update app.balance set moved_kop = 0",
        "truncate app.payment",
        "select app.post_lines(null, null, null, 0::smallint, null)",
        "select app.lock_books('00000000-0000-0000-0000-000000000001')",
        "update app.account_books set version = 0",
    ],
)
def test_a_cashier_touches_no_table_and_no_inner_function(cashier: Engine, statement: str) -> None:
    with pytest.raises(NotAllowed), cashier.connection() as connection:
        connection.execute(statement)


@pytest.mark.parametrize(
    "statement",
    ["update app.payment set amount_kop = 1", "delete from app.payment", "truncate app.payment"],
)
def test_not_even_the_owner_changes_a_payment(payers: Payers, statement: str) -> None:
    record_payment(payers.engine, voucher(), account_number="1000", amount_kop=700, paid_on=ON)

    with pytest.raises(RefusedByDatabase, match="только пополняется"):
        payers.run(statement)


def test_each_key_has_one_effect_whoever_sends_it_with_whatever(
    payers: Payers, tmp_path: Path
) -> None:
    """Jepsen's idempotence workload: few keys, many threads, a third of the figures altered."""
    right = replace(
        open_desk(payers.engine, tmp_path).order("1000", 700), shift=None, expected_version=None,
        is_confirmed=True,
    )  # fmt: skip
    more = replace(right.lines[0], amount_kop=right.lines[0].amount_kop + 1)
    altered = replace(right, amount_kop=701, lines=(more, *right.lines[1:]))
    keys = [uuid7() for _ in range(KEYS)]
    chance = random.Random(253)
    work = [(chance.choice(keys), chance.random() < 1 / 3) for _ in range(SUBMISSIONS)]
    won: dict[tuple[object, bool], list[bool]] = {}
    refused: list[tuple[object, bool]] = []
    alone = threading.Lock()

    def send(share: list[tuple[object, bool]]) -> None:
        for key, is_altered in share:
            order: PaymentOrder = altered if is_altered else right
            try:
                answer = take_payment(payers.engine, voucher(key), order=order)
            except KeyReused:
                with alone:
                    refused.append((key, is_altered))
            else:
                with alone:
                    won.setdefault((key, is_altered), []).append(answer.is_replay)

    threads = [threading.Thread(target=send, args=(work[i::THREADS],)) for i in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    sent_keys = {key for key, _ in work}
    assert {key for key, _ in won} == sent_keys
    assert len(won) == len(sent_keys), "a key has one set of figures"
    assert all(replays.count(False) == 1 for replays in won.values())
    assert not set(refused) & set(won)
    assert len(refused) + sum(map(len, won.values())) == SUBMISSIONS
    expected = {key: 701 if is_altered else 700 for key, is_altered in won}
    assert dict(payers.payments("1000")) == expected
    assert payers.broken() == []


def test_a_cashier_may_not_split_by_hand(cashier: Engine, payers: Payers) -> None:
    by_hand = ByHand((part_of("хвс:В-1:2026-10:7.00"),), "так велели")

    with pytest.raises(RefusedByDatabase, match="может бухгалтер"):
        record_payment(
            cashier, voucher(), account_number="1000", amount_kop=700, paid_on=ON, by_hand=by_hand
        )

    assert payers.payments("1000") == []
