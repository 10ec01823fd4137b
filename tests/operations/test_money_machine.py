"""All money in any order: paid, undone, moved, set off, penalised, closed, reopened, late.

After every act the books say what the model of tests/fixtures/money_model.py says: balances,
penalties, dues, states of months and their parts, snapshots.
"""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from uuid_utils.compat import uuid7

from app.domain.allocation import allocate
from app.domain.closing import MonthPart
from app.domain.ledger import EntryKind
from app.domain.payment import PaymentOrder
from app.domain.period import Period
from app.domain.transfer_act import ActTotals
from app.domain.voucher import VoucherKind
from app.errors import Refusal
from app.operations.accrue_penalties import NotThere, accrue_penalties
from app.operations.move_payment import move_payment
from app.operations.reverse_payment import reverse_payment
from app.operations.set_off import set_off_advances
from app.operations.take_payment import DuesChanged, take_payment
from app.operations.transfer_balance import NothingToMove, transfer_balance
from app.operations.write_off_penalty import WrittenOff, write_off_penalty
from app.store import dues, periods
from app.store.engine import Engine, KeyReused
from app.store.reading import reading
from tests.fixtures.closings import close, open_everything, reopen, snapshots_of
from tests.fixtures.contract_world import transfer_order
from tests.fixtures.desks import voucher
from tests.fixtures.money_model import MoneyModel
from tests.fixtures.payers import AT, Payers, open_account, settle
from tests.fixtures.soak import examples

AMOUNTS = st.integers(1, 20_000)
EXAMPLES, STEPS = examples(25, full=500), examples(30, full=40)
MONTHS = tuple(Period(2026, 7).plus(step) for step in range(10))
CLOSABLE = st.sampled_from(MONTHS[:5])
PARTS = st.sampled_from(tuple(MonthPart))
DAYS = st.sampled_from(
    (date(2026, 7, 20), date(2026, 9, 5), date(2026, 10, 28), date(2026, 11, 12))
)
# A document of each kind: its key, the order it was made of.
Made = tuple[UUID, PaymentOrder]


class Money(RuleBasedStateMachine):
    """Two accounts: the first is paid and penalised, the second is moved and transferred to."""

    taken = Bundle("taken")
    stale = Bundle("stale")

    def __init__(self, payers: Payers) -> None:
        super().__init__()
        self.payers, self.engine = payers, payers.engine
        self.account, self.other = (f"{uuid7().int % 10**18:018}" for _ in range(2))
        for number in (self.account, self.other):
            open_account(payers, number)
        open_everything(payers)
        self.model = MoneyModel(MONTHS)
        # What of the payments counts: their kinds and amounts, and how each was undone.
        self.counted: dict[UUID, int] = {}
        self.undone: dict[UUID, str] = {}
        self.setoffs: set[UUID] = set()
        self.accrued_to: date | None = None
        self.owe(1_000, "хвс", 0)
        self.payers.owe(self.other, MONTHS[0], {"от": 700})
        self.model.post(self.other, MONTHS[0], EntryKind.CHARGE, 700)

    # -- what is owed ----------------------------------------------------------------------------

    @rule(amount_kop=AMOUNTS, code=st.sampled_from(["хвс", "во", "от"]), later=st.integers(0, 2))
    def owe(self, amount_kop: int, code: str, later: int) -> None:
        month = self.model.first_open(MonthPart.CHARGES).plus(later)
        self.payers.owe(self.account, month, {code: amount_kop})
        self.model.post(self.account, month, EntryKind.CHARGE, amount_kop)

    @rule(amount_kop=AMOUNTS)
    def credit(self, amount_kop: int) -> None:
        """A correction leaves a credit: something to set off."""
        month = self.model.first_open(MonthPart.CHARGES)
        self.payers.owe(self.account, month, {"хвс": -amount_kop}, kind=EntryKind.CORRECTION)
        self.model.post(self.account, month, EntryKind.CORRECTION, -amount_kop)

    # -- payments --------------------------------------------------------------------------------

    def order(self, amount_kop: int, on: date, *, account: str = "") -> PaymentOrder:
        number = account or self.account
        with reading(self.engine) as snapshot:
            owed = dues.load(snapshot, number, on=on)
        return PaymentOrder(
            account_number=number,
            amount_kop=amount_kop,
            paid_on=on,
            accepted_at=AT,
            lines=allocate(amount_kop, owed.dues, on=on, scheme=owed.scheme).lines,
            expected_version=owed.dues.version,
            is_confirmed=True,
        )

    def count(self, order: PaymentOrder, month: Period, *, sign: int) -> None:
        for line in order.lines:
            kind = line.kind.entry_kind
            self.model.post(order.account_number, month, kind, -sign * line.amount_kop)

    @rule(target=taken, amount_kop=AMOUNTS, on=DAYS)
    def pay(self, amount_kop: int, on: date) -> Made:
        key, order = uuid7(), self.order(amount_kop, on)
        answer = take_payment(self.engine, voucher(key), order=order)
        assert (answer.is_replay, answer.period) == (False, self.model.month_of_money(on))
        self.count(order, answer.period, sign=1)
        self.counted[key] = amount_kop
        return key, order

    @rule(made=taken)
    def retry(self, made: Made) -> None:
        key, order = made
        answer = take_payment(self.engine, voucher(key), order=order)
        assert answer.is_replay
        assert (answer.key, answer.amount_kop, answer.lines) == (
            key,
            order.amount_kop,
            order.lines,
        )

    @rule(made=taken)
    def reuse_a_key(self, made: Made) -> None:
        key, order = made
        more = replace(order.lines[0], amount_kop=order.lines[0].amount_kop + 1)
        other = replace(order, amount_kop=order.amount_kop + 1, lines=(more, *order.lines[1:]))
        with pytest.raises(KeyReused):
            take_payment(self.engine, voucher(key), order=other)

    @rule(target=stale, amount_kop=AMOUNTS, on=DAYS)
    def read_dues(self, amount_kop: int, on: date) -> PaymentOrder:
        return self.order(amount_kop, on)

    @rule(order=consumes(stale), amount_kop=AMOUNTS)
    def pay_by_old_dues(self, order: PaymentOrder, amount_kop: int) -> None:
        self.owe(amount_kop, "во", 0)
        with pytest.raises(DuesChanged):
            take_payment(self.engine, voucher(), order=order)

    @rule(made=taken)
    def undo(self, made: Made) -> None:
        key, order = made
        undoing = voucher(kind=VoucherKind.REVERSAL, reason="проверка")
        if key in self.undone:
            with pytest.raises(Refusal):
                reverse_payment(self.engine, undoing, payment=key)
            return
        first = reverse_payment(self.engine, undoing, payment=key)
        again = reverse_payment(self.engine, undoing, payment=key)
        assert first.amount_kop == again.amount_kop == -order.amount_kop
        self.count(order, first.period, sign=-1)
        self.counted[first.key] = -order.amount_kop
        self.undone[key] = "reversed"
        with pytest.raises(Refusal, match="сам отменяет"):
            reverse_payment(
                self.engine, voucher(kind=VoucherKind.REVERSAL, reason="ещё"), payment=first.key
            )

    @rule(made=taken)
    def move(self, made: Made) -> None:
        """The whole payment goes to the other account, its day kept."""
        key, order = made
        moving = voucher(kind=VoucherKind.PAYMENT_TRANSFER, reason="не тот счёт")
        if key in self.undone:
            with pytest.raises(Refusal):
                move_payment(self.engine, moving, payment=key, account_number=self.other)
            return
        there = self.order(order.amount_kop, order.paid_on, account=self.other)
        done = move_payment(self.engine, moving, payment=key, account_number=self.other)
        again = move_payment(self.engine, moving, payment=key, account_number=self.other)
        assert (again.is_replay, again.given) == (True, done.given)
        self.count(order, done.period, sign=-1)
        self.count(there, done.period, sign=1)
        self.counted[done.key] = -order.amount_kop
        self.undone[key] = "moved"

    # -- documents of balances -------------------------------------------------------------------

    @rule()
    def set_off(self) -> None:
        month = self.model.first_open(MonthPart.PAYMENTS)
        before = self.payers.balance_kop(self.account)
        done = set_off_advances(
            self.engine, voucher(kind=VoucherKind.SETOFF), into=month, accounts=[self.account]
        )
        assert (done.amount_kop > 0) is not done.is_nothing
        assert self.payers.balance_kop(self.account) == before
        self.learn_setoffs()

    def learn_setoffs(self) -> None:
        """Closing and penalties set off by themselves: lines sum to zero, into an open month."""
        names = {self.payers.accounts[one]: one for one in (self.account, self.other)}
        rows = self.payers.run(
            "select voucher_id, account_id, entry.period, entry.kind, sum(amount_kop)::bigint"
            " from app.entry join app.voucher on voucher.id = voucher_id"
            " where voucher.kind = 'setoff' and account_id = any (%s) group by 1, 2, 3, 4",
            list(names),
        )
        fresh = [row for row in rows if row[0] not in self.setoffs]
        for key in {row[0] for row in fresh}:
            assert sum(row[4] for row in fresh if row[0] == key) == 0
        for key, account, month, kind, amount_kop in fresh:
            into = Period(month.year, month.month)
            assert self.model.is_open(into, MonthPart.PAYMENTS)
            self.model.post(names[account], into, EntryKind(kind), amount_kop)
            self.setoffs.add(key)

    @rule()
    def transfer(self) -> None:
        """The act moves all that the other account owes, and its advance and penalties, here."""
        act = voucher(kind=VoucherKind.TRANSFER, reason="объединение счетов")
        order = transfer_order(from_account=self.other, to_account=self.account, dated=AT.date())
        try:
            done = transfer_balance(self.engine, act, order)
        except NothingToMove:
            return
        assert not transfer_balance(self.engine, act, order).is_new
        ((posted,),) = self.payers.run("select period from app.voucher where id = %s", done.key)
        month = Period(posted.year, posted.month)
        assert self.model.is_open(month, MonthPart.CHARGES)
        if done.act.totals.penalty_kop:
            assert self.model.is_open(month, MonthPart.PENALTIES)
        self._transferred(done.act.totals, month)

    def _transferred(self, totals: ActTotals, month: Period) -> None:
        penalty_kop = totals.penalty_kop
        principal_kop = totals.total_kop - penalty_kop
        for account, sign in ((self.other, -1), (self.account, 1)):
            self.model.post(account, month, EntryKind.TRANSFER, sign * principal_kop)
            self.model.post(account, month, EntryKind.PENALTY_TRANSFER, sign * penalty_kop)

    # -- penalties -------------------------------------------------------------------------------

    @rule(month=st.sampled_from(MONTHS[2:6]))
    def accrue(self, month: Period) -> None:
        on = month.last_day
        accruing = voucher(kind=VoucherKind.PENALTY)
        try:
            done = accrue_penalties(self.engine, accruing, on=on, accounts=[self.account])
        except NotThere:
            assert self.accrued_to is not None
            assert self.accrued_to > on
            return
        self.learn_setoffs()
        assert done.period == self.model.month_of_penalties(on)
        self.accrued_to = max(self.accrued_to or on, on)
        self.model.post(self.account, done.period, EntryKind.PENALTY, done.amount_kop)

    @precondition(lambda self: self.model.penalty_kop(self.account) > 0)
    @rule()
    def write_off(self) -> None:
        """All that is owed of penalties; what was overpaid of one debt stays an overpayment."""
        on = AT.date()
        owed = self.payers.run(
            "select sum(penalty_kop)::bigint from app.balance"
            " where account_id = %s and penalty_kop > 0",
            self.payers.accounts[self.account],
        )[0][0]
        done = write_off_penalty(
            self.engine, voucher(kind=VoucherKind.WRITE_OFF, reason="решение"), on=on,
            document="№ 1", lines=[WrittenOff(self.account)],
        )  # fmt: skip
        assert abs(done.amount_kop) <= owed
        assert done.period == self.model.month_of_penalties(on)
        self.model.post(
            self.account, done.period, EntryKind.PENALTY_WRITE_OFF, -abs(done.amount_kop)
        )

    # -- months ----------------------------------------------------------------------------------

    @rule(month=CLOSABLE)
    def close_month(self, month: Period) -> None:
        key = uuid7()
        if month in self.model.closed:
            with pytest.raises(Refusal, match="уже закрыт"):
                close(self.payers, month)
            return
        done = close(self.payers, month, key=key)
        self.learn_setoffs()
        assert close(self.payers, month, key=key).balances == done.balances
        self.model.close(month)

    @rule(month=CLOSABLE, part=PARTS)
    def close_part(self, month: Period, part: MonthPart) -> None:
        if not self.model.is_open(month, part):
            with pytest.raises(Refusal, match="уже закрыт"):
                close(self.payers, month, part=part)
            return
        close(self.payers, month, part=part)
        self.learn_setoffs()
        self.model.close_part(month, part)

    @rule(month=CLOSABLE)
    def reopen_month(self, month: Period) -> None:
        last = max(self.model.snapshots, default=None)
        is_later = any(self.model.later_part(month, part) for part in MonthPart)
        if month not in self.model.closed:
            return
        key = uuid7()
        if month != last or is_later:
            with pytest.raises(Refusal):
                reopen(self.payers, month, key=key)
            return
        done = reopen(self.payers, month, key=key)
        assert reopen(self.payers, month, key=key).is_replay
        assert done.months[-1] == month
        self.model.reopen(month)

    @rule(month=CLOSABLE, part=PARTS)
    def reopen_part(self, month: Period, part: MonthPart) -> None:
        if month in self.model.closed:
            return
        if (month, part) not in self.model.parts or self.model.later_part(month, part):
            with pytest.raises(Refusal):
                reopen(self.payers, month, part=part)
            return
        reopen(self.payers, month, part=part)
        self.model.reopen_part(month, part)

    # -- the books are the model -----------------------------------------------------------------

    @invariant()
    def balances_are_the_model(self) -> None:
        for account in (self.account, self.other):
            kept = self.payers.run(
                "select coalesce(sum(charged_kop + moved_kop), 0)::bigint,"
                " coalesce(sum(penalty_kop), 0)::bigint from app.balance where account_id = %s",
                self.payers.accounts[account],
            )[0]
            assert kept == (self.model.principal_kop(account), self.model.penalty_kop(account))
        assert dict(self.payers.payments(self.account)) == self.counted

    @invariant()
    def dues_are_the_model(self) -> None:
        with reading(self.engine) as snapshot:
            owed = dues.load(snapshot, self.account, on=AT.date()).dues
        expected = self.model.principal_kop(self.account) + self.model.penalty_kop(self.account)
        assert owed.balance_kop == expected
        assert owed.posting_period == self.model.month_of_money(AT.date())

    @invariant()
    def months_are_the_model(self) -> None:
        with reading(self.engine) as snapshot:
            known = periods.months(snapshot)
        assert {one.period for one in known if not one.is_open()} == self.model.closed
        assert {one.period for one in known if one.has_snapshot} == set(self.model.snapshots)
        parts = {(one.period, part) for one in known for part in one.parts_closed_at}
        assert parts == set(self.model.parts)

    @invariant()
    def snapshots_are_the_model(self) -> None:
        for account in (self.account, self.other):
            kept = snapshots_of(self.payers, account)
            expected = {
                month: figures[account]
                for month, figures in self.model.snapshots.items()
                if account in figures
            }
            assert kept == expected


def test_money_agrees_with_its_model_in_any_order_of_acts(engine: Engine) -> None:
    payers = settle(engine)
    for month in MONTHS:
        payers.run("select app.ensure_period(%s)", month.first_day)

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
