"""Pay, retry, reuse a key, undo, owe more: in any order the books say what the model says."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    rule,
    run_state_machine_as_test,
)
from uuid_utils.compat import uuid7

from app.domain.allocation import allocate
from app.domain.payment import PaymentOrder
from app.domain.period import Period
from app.domain.voucher import VoucherKind
from app.errors import Refusal
from app.operations.reverse_payment import reverse_payment
from app.operations.take_payment import DuesChanged, take_payment
from app.store import dues
from app.store.engine import Engine, KeyReused
from app.store.reading import reading
from tests.fixtures.desks import voucher
from tests.fixtures.payers import AT, ON, Payers, open_account, settle
from tests.fixtures.soak import examples

AMOUNTS = st.integers(1, 20_000)
EXAMPLES, STEPS = examples(25, full=500), examples(30, full=40)


class Money(RuleBasedStateMachine):
    """The model: what was owed, and the payments that count."""

    taken = Bundle("taken")
    stale = Bundle("stale")

    def __init__(self, payers: Payers) -> None:
        super().__init__()
        self.payers = payers
        self.account = f"{uuid7().int % 10**18:018}"
        open_account(payers, self.account)
        self.owed_kop = 0
        self.counted: dict[UUID, int] = {}
        self.undone: set[UUID] = set()
        self.owe(1_000, "хвс", 9)

    def order(self, amount_kop: int) -> PaymentOrder:
        with reading(self.payers.engine) as snapshot:
            owed = dues.load(snapshot, self.account, on=ON)
        assert owed.dues.balance_kop == self.owed_kop - sum(self.counted.values())
        return PaymentOrder(
            account_number=self.account,
            amount_kop=amount_kop,
            paid_on=ON,
            accepted_at=AT,
            lines=allocate(amount_kop, owed.dues, on=ON).lines,
            expected_version=owed.dues.version,
            is_confirmed=True,
        )

    @rule(amount_kop=AMOUNTS, code=st.sampled_from(["хвс", "во", "от"]), month=st.integers(7, 10))
    def owe(self, amount_kop: int, code: str, month: int) -> None:
        self.payers.owe(self.account, Period(2026, month), {code: amount_kop})
        self.owed_kop += amount_kop

    @rule(target=taken, amount_kop=AMOUNTS)
    def pay(self, amount_kop: int) -> tuple[UUID, PaymentOrder]:
        key, order = uuid7(), self.order(amount_kop)
        answer = take_payment(self.payers.engine, voucher(key), order=order)
        assert not answer.is_replay
        self.counted[key] = amount_kop
        return key, order

    @rule(made=taken)
    def retry(self, made: tuple[UUID, PaymentOrder]) -> None:
        key, order = made
        answer = take_payment(self.payers.engine, voucher(key), order=order)
        assert answer.is_replay
        assert (answer.key, answer.amount_kop, answer.lines) == (
            key,
            order.amount_kop,
            order.lines,
        )

    @rule(made=taken)
    def reuse_a_key(self, made: tuple[UUID, PaymentOrder]) -> None:
        key, order = made
        more = replace(order.lines[0], amount_kop=order.lines[0].amount_kop + 1)
        other = replace(order, amount_kop=order.amount_kop + 1, lines=(more, *order.lines[1:]))
        with pytest.raises(KeyReused):
            take_payment(self.payers.engine, voucher(key), order=other)

    @rule(target=stale, amount_kop=AMOUNTS)
    def read_dues(self, amount_kop: int) -> PaymentOrder:
        return self.order(amount_kop)

    @rule(order=consumes(stale), amount_kop=AMOUNTS)
    def pay_by_old_dues(self, order: PaymentOrder, amount_kop: int) -> None:
        self.owe(amount_kop, "во", 10)
        with pytest.raises(DuesChanged):
            take_payment(self.payers.engine, voucher(), order=order)

    @rule(made=taken)
    def undo(self, made: tuple[UUID, PaymentOrder]) -> None:
        key, order = made
        undo = voucher(kind=VoucherKind.REVERSAL, reason="проверка")
        if key in self.undone:
            with pytest.raises(Refusal, match="уже отменён"):
                reverse_payment(self.payers.engine, undo, payment=key)
            return
        first = reverse_payment(self.payers.engine, undo, payment=key)
        again = reverse_payment(self.payers.engine, undo, payment=key)
        assert first.amount_kop == again.amount_kop == -order.amount_kop
        self.undone.add(key)
        self.counted[first.key] = -order.amount_kop

    @invariant()
    def the_books_are_the_model(self) -> None:
        assert dict(self.payers.payments(self.account)) == self.counted
        expected = self.owed_kop - sum(self.counted.values())
        assert self.payers.balance_kop(self.account) == expected


def test_money_agrees_with_its_model_in_any_order_of_acts(engine: Engine) -> None:
    payers = settle(engine)

    run_state_machine_as_test(
        lambda: Money(payers),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

    assert payers.broken() == []
