"""Penalties in the books for random histories, accrued as they go, against the daily oracle."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from app.domain import period as periods
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.operations.accrue_penalties import accrue_penalties
from app.store.engine import Engine
from tests.domain import oracle_penalty
from tests.domain.oracle_penalty import Choices, Debt
from tests.fixtures.payers import AT, Payers, open_account, settle
from tests.fixtures.soak import examples

# The 15th of the month after; 15.08.2026 is a Saturday.
DUE = {
    Period(2026, 3): date(2026, 4, 15), Period(2026, 4): date(2026, 5, 15),
    Period(2026, 5): date(2026, 6, 15), Period(2026, 6): date(2026, 7, 15),
    Period(2026, 7): date(2026, 8, 17), Period(2026, 8): date(2026, 9, 15),
    Period(2026, 9): date(2026, 10, 15),
}  # fmt: skip
ORIGINS = [Period(2026, month) for month in range(3, 7)]
RATE = oracle_penalty.lawful_rate()
FIRST, LAST = date(2026, 4, 1), date(2026, 12, 20)


@dataclass
class History:
    """What happened with one period: charged, paid, corrected in which month."""

    origin: Period
    charged: tuple[int, int]
    payments: list[tuple[date, int]] = field(default_factory=list)
    corrections: list[tuple[Period, int]] = field(default_factory=list)


@st.composite
def histories(draw: st.DrawFn) -> History:
    origin = draw(st.sampled_from(ORIGINS))
    charged = (draw(st.integers(1_000, 500_000)), draw(st.integers(0, 400_000)))
    day = st.integers(0, (LAST - FIRST).days).map(lambda offset: FIRST + timedelta(days=offset))
    payments = draw(st.lists(st.tuples(day, st.integers(1, 400_000)), max_size=4))
    later = st.integers(1, 3).map(origin.plus)
    # Together never more than what was charged for the first service.
    change = st.one_of(st.integers(-330, -1), st.integers(1, 200_000))
    corrections = draw(st.lists(st.tuples(later, change), max_size=3, unique_by=lambda one: one[0]))
    return History(origin, charged, payments, corrections)


@pytest.fixture
def penalty_books(engine: Engine) -> Payers:
    """One stock for all examples: each takes an account of its own."""
    return settle(engine)


def oracle(history: History, on: date) -> int:
    """Sum of the penalties of the debt of the period and of each later increase."""
    decreases = sum(amount for _, amount in history.corrections if amount < 0)
    increases = sorted((month, amount) for month, amount in history.corrections if amount > 0)
    debts = [
        Debt(DUE[history.origin], "housing", sum(history.charged) + decreases),
        *(Debt(DUE[month], "housing", amount) for month, amount in increases),
    ]
    room = [debt.principal for debt in debts]
    for day, amount in sorted(history.payments):
        left = amount
        for place, debt in enumerate(debts):
            taken = min(left, room[place])
            room[place] -= taken
            left -= taken
            if taken:
                debt.payments.append((day, taken))
    return sum(
        oracle_penalty.penalty(
            debt, on, rate=RATE, cap=oracle_penalty.lawful_cap, choices=Choices()
        )
        for debt in debts
    )


def paid(payers: Payers, account: str, history: History, day: date, amount: int) -> None:
    """Post a payment of the period, given on a day, as the desk would."""
    month = periods.of(day).first_day
    key = uuid7()
    payers.run("select app.ensure_period(%s)", month)
    payers.run(
        "select app.open_voucher(%s, 'payment', 'posted', %s, 'тест', %s, null, null, '{}',"
        " 0::smallint)",
        key, month, AT,
    )  # fmt: skip
    payers.run(
        "insert into app.payment (id, account_id, amount_kop, paid_on, accepted_at, channel)"
        " values (%s, %s, %s, %s, %s, 'bank')",
        key, payers.accounts[account], amount, day, AT,
    )  # fmt: skip
    payers.run(
        "select app.post_lines(%s, %s, %s, 0::smallint,"
        " array[row(%s, %s, %s, 20, %s)::app.posting_line])",
        key, month, payers.accounts[account], payers.services["хвс"], payers.contracts["В-1"],
        history.origin.first_day, -amount,
    )  # fmt: skip


def accrued(payers: Payers, account: str, on: date) -> None:
    accrue_penalties(
        payers.engine,
        Voucher(uuid7(), VoucherKind.PENALTY, "тест", AT),
        on=on,
        accounts=[account],
    )


def check(payers: Payers, history: History, steps: list[date]) -> None:
    account = str(10_000 + len(payers.accounts))
    open_account(payers, account)
    water, drain = history.charged
    payers.owe(account, history.origin, {"хвс": water, "во": drain})
    told = [(month, amount) for month, amount in history.corrections]
    left = list(history.payments)
    for step in sorted(steps):
        # What happens comes in any order: some of it after the accrual it should have been in.
        for month, amount in told[:1]:
            payers.owe(account, history.origin, {"хвс": amount}, kind=3, posted=month)
        for day, amount in left[:2]:
            paid(payers, account, history, day, amount)
        told, left = told[1:], left[2:]
        accrued(payers, account, step)
    for month, amount in told:
        payers.owe(account, history.origin, {"хвс": amount}, kind=3, posted=month)
    for day, amount in left:
        paid(payers, account, history, day, amount)

    accrued(payers, account, LAST)
    accrued(payers, account, LAST)

    booked = payers.run(
        "select coalesce(sum(amount_kop), 0) from app.entry where account_id = %s and kind = 50",
        payers.accounts[account],
    )[0][0]
    held = payers.run(
        "select coalesce(sum(penalty_kop), 0) from app.balance where account_id = %s",
        payers.accounts[account],
    )[0][0]
    assert (booked, held) == (oracle(history, LAST),) * 2


@settings(
    max_examples=examples(30, full=500),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    histories(),
    st.lists(
        st.integers(30, (LAST - FIRST).days).map(lambda offset: FIRST + timedelta(days=offset)),
        max_size=3,
    ),
)
def test_the_books_hold_what_the_oracle_says(
    penalty_books: Payers, history: History, steps: list[date]
) -> None:
    check(penalty_books, history, steps)


def test_the_whole_centre_comes_to_the_same(engine: Engine) -> None:
    payers = settle(engine)
    told: dict[str, History] = {}
    for number in range(12):
        account = str(10_000 + number)
        open_account(payers, account)
        history = History(
            ORIGINS[number % 4], (100_000 + number * 7_777, 5_000 * number),
            [(date(2026, 5, 1) + timedelta(days=17 * number), 40_000 + number)],
            [(ORIGINS[number % 4].plus(1), (-1) ** number * 300)],
        )  # fmt: skip
        told[account] = history
        payers.owe(account, history.origin, {"хвс": history.charged[0], "во": history.charged[1]})
        [(month, amount)] = history.corrections
        payers.owe(account, history.origin, {"хвс": amount}, kind=3, posted=month)
    voucher = Voucher(uuid7(), VoucherKind.PENALTY, "тест", AT)
    accrue_penalties(engine, voucher, on=date(2026, 9, 30), batch_accounts=5)
    for account, history in told.items():
        for day, amount in history.payments:
            paid(payers, account, history, day, amount)

    again = Voucher(uuid7(), VoucherKind.PENALTY, "тест", AT)
    accrue_penalties(engine, again, on=LAST, batch_accounts=5)

    for account, history in told.items():
        booked = payers.run(
            "select sum(amount_kop) from app.entry where account_id = %s and kind = 50",
            payers.accounts[account],
        )[0][0]
        assert booked == oracle(history, LAST)
    assert payers.broken() == []
