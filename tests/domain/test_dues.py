from datetime import date
from uuid import UUID

import pytest

from app.domain import dues
from app.domain.dues import AccountState, Due, Dues, PayerAccount, Purpose
from app.domain.period import Period
from app.store.law import payment_terms

ACCOUNT = PayerAccount(
    UUID(int=1), "1000", "Иванова", "д. 1", date(2020, 1, 1), closed_on=date(2026, 12, 1)
)
WATER = Purpose(UUID(int=10), UUID(int=1), "хвс", "Вода", "1", "Водоканал", 1)
DRAIN = Purpose(UUID(int=11), UUID(int=1), "во", "Стоки", "1", "Водоканал", 2)
HEAT = Purpose(UUID(int=12), UUID(int=2), "от", "Тепло", "2", "Теплосеть", 3)
TERMS = payment_terms()
SEPTEMBER, OCTOBER = Period(2026, 9), Period(2026, 10)


def of(*rows: Due) -> Dues:
    return dues.of_rows(
        list(rows), account=ACCOUNT, version="0.0", posting_period=Period(2026, 11), terms=TERMS
    )


def test_an_overpaid_payee_contributes_nothing() -> None:
    owed = of(Due(WATER, OCTOBER, 500), Due(HEAT, OCTOBER, -800))

    assert owed.payable_kop == 500
    assert owed.advance_kop == 800
    assert owed.balance_kop == -300
    assert owed.outstanding.principal_kop == (500, 0)


def test_a_credit_covers_its_own_service_oldest_first() -> None:
    owed = of(
        Due(WATER, SEPTEMBER, 300),
        Due(WATER, OCTOBER, 500),
        Due(DRAIN, SEPTEMBER, 400),
        Due(WATER, Period(2026, 8), -350),
    )

    left = dict(zip(owed.origin_periods, owed.outstanding.principal_kop, strict=True))
    assert owed.payable_kop == 850
    assert left[OCTOBER] == 450
    assert owed.outstanding.principal_kop == (0, 0, 400, 450)


def test_what_a_credit_has_left_covers_the_same_payees_other_services() -> None:
    owed = of(
        Due(WATER, OCTOBER, -600),
        Due(DRAIN, SEPTEMBER, 400, penalty_kop=30),
        Due(DRAIN, OCTOBER, 400),
        Due(HEAT, SEPTEMBER, 100),
    )

    assert owed.outstanding.principal_kop == (0, 100, 0, 200)
    assert owed.outstanding.penalty_kop == (30, 0, 0, 0)
    assert owed.payable_kop == 330


def test_principal_is_covered_before_penalty() -> None:
    owed = of(Due(WATER, SEPTEMBER, 100, penalty_kop=40), Due(WATER, OCTOBER, 100 - 250))

    assert owed.outstanding.principal_kop == (0, 0)
    assert owed.outstanding.penalty_kop == (0, 0)
    assert owed.payable_kop == 0
    assert owed.advance_kop == 10


def test_a_cancelled_penalty_is_a_credit_too() -> None:
    owed = of(Due(WATER, SEPTEMBER, 100, penalty_kop=-40))

    assert owed.payable_kop == owed.outstanding.total_kop == 60


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (Period(2025, 9), date(2025, 10, 10)),
        (Period(2026, 1), date(2026, 2, 10)),
        (Period(2026, 2), date(2026, 3, 10)),
        (Period(2026, 3), date(2026, 4, 15)),
        (Period(2026, 10), date(2026, 11, 16)),  # the 15th is a Sunday
        (Period(2025, 12), date(2026, 1, 12)),  # the 10th is a Saturday
    ],
)
def test_the_day_of_paying_is_the_laws_moved_off_days_of_rest(
    origin: Period, expected: date
) -> None:
    assert TERMS.due_on(origin) == expected


def test_limitation_is_three_years_from_the_day_of_paying() -> None:
    assert not TERMS.is_time_barred(Period(2022, 9), on=date(2025, 10, 10))
    assert TERMS.is_time_barred(Period(2022, 9), on=date(2025, 10, 11))


def test_overdue_is_what_should_have_been_paid_by_now() -> None:
    owed = of(Due(WATER, SEPTEMBER, 300), Due(WATER, OCTOBER, 500), Due(HEAT, SEPTEMBER, -1_000))

    assert owed.overdue_kop(date(2026, 10, 15)) == 0
    assert owed.overdue_kop(date(2026, 10, 16)) == 300
    assert owed.overdue_kop(date(2026, 11, 16)) == 300
    assert owed.overdue_kop(date(2026, 11, 17)) == 800


def test_an_account_has_a_state_on_a_day() -> None:
    assert ACCOUNT.state_on(date(2019, 12, 31)) is AccountState.NOT_YET
    assert ACCOUNT.state_on(date(2026, 11, 30)) is AccountState.OPEN
    assert ACCOUNT.state_on(date(2026, 12, 1)) is AccountState.CLOSED


def test_rows_come_by_period_then_by_the_order_of_services() -> None:
    owed = of(Due(HEAT, OCTOBER, 1), Due(WATER, OCTOBER, 2), Due(HEAT, SEPTEMBER, 3))

    assert [row.principal_kop for row in owed.rows()] == [3, 2, 1]
    assert len(owed) == 3
