"""Pay, move, spread anew, give back, undo, owe: money of payments is always its entries."""

from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from uuid_utils.compat import uuid7

from app.domain.payment_matching import UnidentifiedPayment
from app.domain.period import Period
from app.domain.voucher import VoucherKind
from app.errors import Refusal
from app.operations.move_payment import move_payment
from app.operations.reallocate_payment import reallocate_payment
from app.operations.record_payment import record_payment
from app.operations.refund_advance import (
    BankRecipient,
    RefundOrder,
    cancel_refund,
    refund_advance,
)
from app.operations.resolve_unidentified import record_unidentified
from app.operations.reverse_payment import reverse_payment
from app.store import verify, verify_payment_changes
from app.store.engine import Engine
from app.store.reading import reading
from tests.fixtures.desks import voucher
from tests.fixtures.payers import ON, Payers, open_account, settle
from tests.fixtures.soak import examples

EXAMPLES, STEPS = examples(12, full=200), examples(20, full=40)
AMOUNTS = st.integers(1, 20_000)
PICK = st.integers(0, 10**6)
SUSPENSE = "НЕВЫЯСНЕННЫЕ-вдк"
BANK = BankRecipient("Иванова", "40817810000000000001", "044525225")


class Changes(RuleBasedStateMachine):
    """The model: what each account should owe, and what is left of each payment where it lies."""

    def __init__(self, payers: Payers) -> None:
        super().__init__()
        self.payers, self.engine = payers, payers.engine
        self.numbers = [f"{uuid7().int % 10**18:018}" for _ in range(2)]
        for number in self.numbers:
            open_account(payers, number)
            # What is paid above all debts is an advance for a service it has.
            payers.run(
                "insert into app.assignment (id, service_id, contract_id, valid_from, account_id)"
                " values (%s, %s, %s, '2020-01-01', %s)",
                uuid7(), payers.services["хвс"], payers.contract_of("хвс"),
                payers.accounts[number],
            )  # fmt: skip
        self.accounts = [*self.numbers, SUSPENSE]
        self.owed = dict.fromkeys(self.accounts, 0)
        self.waiting_before = self.suspense_kop()
        # Of each payment: its account, its sum, the moves that stand on it, whether it is undone.
        self.paid: dict[UUID, tuple[str, int]] = {}
        self.moved: dict[UUID, dict[UUID, tuple[UUID, int]]] = {}
        self.undone: set[UUID] = set()
        self.refunds: dict[UUID, tuple[str, int]] = {}
        for number in self.numbers:
            self.owe(number, 1_000, "хвс", 9)

    def suspense_kop(self) -> int:
        return int(self.payers.run(
            "select coalesce(sum(charged_kop + moved_kop + penalty_kop), 0) from app.balance"
            " join app.account on account.id = account_id where suspense_of is not null"
        )[0][0])  # fmt: skip

    def left_kop(self, payment: UUID) -> int:
        moved = sum(amount for _, amount in self.moved.get(payment, {}).values())
        return self.paid[payment][1] - moved

    def owe(self, number: str, amount_kop: int, code: str, month: int) -> None:
        self.payers.owe(number, Period(2026, month), {code: amount_kop}, posted=Period(2026, 11))
        self.owed[number] += amount_kop

    @rule(pick=PICK, amount_kop=AMOUNTS, code=st.sampled_from(["хвс", "во", "от"]),
          month=st.integers(6, 11))  # fmt: skip
    def charge(self, pick: int, amount_kop: int, code: str, month: int) -> None:
        self.owe(self.numbers[pick % 2], amount_kop, code, month)

    @rule(pick=PICK, amount_kop=AMOUNTS)
    def pay(self, pick: int, amount_kop: int) -> None:
        number = self.numbers[pick % 2]
        key = record_payment(
            self.engine, voucher(), account_number=number, amount_kop=amount_kop, paid_on=ON
        ).key
        self.take(key, number, amount_kop)

    @rule(amount_kop=AMOUNTS)
    def pay_unidentified(self, amount_kop: int) -> None:
        told = UnidentifiedPayment(amount_kop, purpose="без номера")
        key = record_unidentified(self.engine, voucher(), told=told, paid_on=ON, creditor="вдк").key
        self.take(key, SUSPENSE, amount_kop)

    @rule(pick=PICK, whither=PICK, amount_kop=AMOUNTS)
    def move(self, pick: int, whither: int, amount_kop: int) -> None:
        payment, number = self.chosen(pick), self.accounts[whither % 3]
        if payment is None:
            return
        key = voucher(kind=VoucherKind.PAYMENT_TRANSFER, reason="проверка")
        given = {"payment": payment, "account_number": number, "amount_kop": amount_kop}
        may = (
            payment not in self.undone
            and number != self.paid[payment][0]
            and amount_kop <= self.left_kop(payment)
            and (number != SUSPENSE or self.has_suspense())
        )
        if not may:
            self.refused(lambda: move_payment(self.engine, key, **given))
            return
        done = move_payment(self.engine, key, **given)
        again = move_payment(self.engine, key, **given)
        assert (again.key, again.given, again.is_replay) == (done.key, done.given, True)
        self.moved.setdefault(payment, {})[done.key] = (done.given, amount_kop)
        self.owed[self.paid[payment][0]] += amount_kop
        self.take(done.given, number, amount_kop)

    @rule(pick=PICK)
    def spread_anew(self, pick: int) -> None:
        payment = self.chosen(pick)
        if payment is None:
            return
        key = voucher(kind=VoucherKind.REALLOCATION, reason="проверка")
        may = (
            payment not in self.undone
            and self.paid[payment][0] != SUSPENSE
            and self.left_kop(payment)
        )
        if not may:
            self.refused(lambda: reallocate_payment(self.engine, key, payments=[payment]))
            return
        shown = reallocate_payment(self.engine, key, payments=[payment], is_preview=True)
        if shown.payments[0].is_changed:
            done = reallocate_payment(self.engine, key, payments=[payment])
            assert done.payments == shown.payments

    @rule(pick=PICK)
    def undo(self, pick: int) -> None:
        payment = self.chosen(pick)
        if payment is None:
            return
        key = voucher(kind=VoucherKind.REVERSAL, reason="проверка")
        if payment in self.undone or self.moved.get(payment):
            self.refused(lambda: reverse_payment(self.engine, key, payment=payment))
            return
        reverse_payment(self.engine, key, payment=payment)
        number, amount_kop = self.paid[payment]
        self.owed[number] += amount_kop
        self.undone.add(payment)
        for source, moves in self.moved.items():
            for move, (given, moved_kop) in list(moves.items()):
                if given == payment:
                    del moves[move]
                    self.owed[self.paid[source][0]] -= moved_kop

    @rule(pick=PICK, amount_kop=AMOUNTS)
    def give_back(self, pick: int, amount_kop: int) -> None:
        number = self.numbers[pick % 2]
        order = RefundOrder(number, "заявление", ON, amount_kop, recipient=BANK)
        key = voucher(kind=VoucherKind.REFUND)
        try:
            done = refund_advance(self.engine, key, order=order)
        except Refusal:
            return
        self.refunds[done.key] = (number, amount_kop)
        self.owed[number] += amount_kop

    @rule(pick=PICK)
    def take_a_refund_back(self, pick: int) -> None:
        if not self.refunds:
            return
        refund = list(self.refunds)[pick % len(self.refunds)]
        cancel_refund(
            self.engine, voucher(kind=VoucherKind.REVERSAL, reason="проверка"), refund_key=refund
        )
        number, amount_kop = self.refunds.pop(refund)
        self.owed[number] -= amount_kop

    @invariant()
    def balances_are_the_model(self) -> None:
        for number in self.numbers:
            assert self.payers.balance_kop(number) == self.owed[number]
        assert self.suspense_kop() - self.waiting_before == self.owed[SUSPENSE]

    @invariant()
    def payments_are_their_entries_on_every_account(self) -> None:
        assert not self.payers.run("""
            select account_id from (
              select account_id, amount_kop from app.payment
              union all
              select account_id, amount_kop from app.entry where kind in (20, 51)
            ) as part group by 1 having sum(amount_kop) <> 0
        """)

    @invariant()
    def lines_of_a_payment_are_what_is_left_of_it(self) -> None:
        found = self.payers.run(
            "select id, (select coalesce(sum((line ->> 'amount_kop')::bigint), 0)"
            " from jsonb_array_elements(app.payment_lines(id)) as line)"
            " from unnest(%s::uuid[]) as id",
            list(self.paid),
        )
        assert {key: int(kop) for key, kop in found} == {
            key: self.left_kop(key) for key in self.paid
        }

    def take(self, key: UUID, number: str, amount_kop: int) -> None:
        self.paid[key] = (number, amount_kop)
        self.owed[number] -= amount_kop

    def chosen(self, pick: int) -> UUID | None:
        return list(self.paid)[pick % len(self.paid)] if self.paid else None

    def has_suspense(self) -> bool:
        return bool(self.payers.run("select 1 from app.account where number = %s", SUSPENSE))

    def refused(self, act: object) -> None:
        try:
            act()  # type: ignore[operator]  # a call without arguments
        except Refusal:
            return
        raise AssertionError("what may not be done was done")


def test_money_of_payments_is_their_entries_whatever_is_done_with_them(engine: Engine) -> None:
    payers = settle(engine)
    payers.owe("1000", Period(2026, 10), {"хвс": 1, "во": 1, "от": 1})

    run_state_machine_as_test(
        lambda: Changes(payers),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

    assert payers.broken() == []
    with reading(engine) as snapshot:
        checks = {one.name: one.rows for one in verify.run(snapshot)}
    assert {name: checks[name] for name in verify_payment_changes.CHECKS} == dict.fromkeys(
        verify_payment_changes.CHECKS, 0
    )
