"""The working calendar, and the days of paying that stand on it."""

from datetime import date, timedelta
from uuid import UUID

import numpy as np
import pytest

from app import resources
from app.domain import days, law, penalty_law
from app.domain.calendar import NoCalendar, WorkCalendar
from app.domain.law import Dated
from app.domain.penalty_law import (
    AddedCap,
    AddedRate,
    UnreadableLaw,
    caps,
    percent_ppm,
    rates,
    schemes,
)
from app.domain.penalty_terms import NO_CAP, MissingRate
from app.domain.period import Period
from app.domain.terms import DueRule, DueSettings, PaymentTerms

CALENDAR = penalty_law.calendar(law.table(resources.law_table("calendar")))
PAYMENT = law.table(resources.law_table("payment"))
PENALTY = law.table(resources.law_table("penalty")) | law.table(resources.law_table("key_rate"))
REPAIR = UUID(int=1)
# ТК РФ ст. 112: days of rest of every year since 2013, whatever the Government moves.
HOLIDAYS = [(1, day) for day in range(1, 9)] + [(2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)]


@pytest.mark.parametrize("year", sorted(CALENDAR.years))
def test_holidays_of_the_law_are_days_of_rest_of_every_year(year: int) -> None:
    known = HOLIDAYS if year >= 2013 else [one for one in HOLIDAYS if one[0] > 1]

    assert not [one for one in known if CALENDAR.is_working(date(year, *one))]


@pytest.mark.parametrize(("year", "expected"), [
    (2016, 247), (2017, 247), (2018, 247), (2019, 247), (2022, 247), (2023, 247), (2024, 248),
    (2025, 247), (2026, 247), (2027, 247),
])  # fmt: skip
def test_a_year_has_as_many_working_days_as_the_production_calendar_says(year, expected) -> None:
    first = date(year, 1, 1)

    working = [first + timedelta(at) for at in range(366)
               if (first + timedelta(at)).year == year
               and CALENDAR.is_working(first + timedelta(at))]  # fmt: skip

    assert len(working) == expected


@pytest.mark.parametrize(("day", "works"), [
    (date(2020, 4, 10), True),      # declared non-working by the President: working for money
    (date(2020, 6, 24), True),
    (date(2021, 5, 5), True),
    (date(2021, 11, 3), True),
    (date(2021, 11, 4), False),
    (date(2021, 11, 5), False),     # moved by the Government from 02.01
    (date(2024, 4, 27), True),      # a working Saturday
    (date(2025, 11, 1), True),
    (date(2027, 2, 20), True),
    (date(2027, 2, 22), False),
    (date(2026, 11, 14), False),    # a plain Saturday
])  # fmt: skip
def test_a_day_is_working_or_not(day: date, works: bool) -> None:
    assert CALENDAR.is_working(day) is works


def test_many_days_are_what_they_are_one_by_one() -> None:
    days_of_2026 = np.arange(days.number(date(2026, 1, 1)), days.number(date(2027, 1, 1)))

    mask = CALENDAR.working_mask(days_of_2026)
    moved = CALENDAR.next_working_days(days_of_2026)

    assert mask.tolist() == [CALENDAR.is_working(days.of_number(day)) for day in days_of_2026]
    assert bool((moved[mask] == days_of_2026[mask]).all())
    assert bool((moved[~mask] > days_of_2026[~mask]).all())
    assert bool(CALENDAR.working_mask(moved).all())


def test_an_unknown_year_is_refused_and_guessed_only_where_it_is_asked_for() -> None:
    with pytest.raises(NoCalendar, match="2035 год нет"):
        CALENDAR.is_working(date(2035, 1, 9))
    with pytest.raises(NoCalendar, match="2028"):
        CALENDAR.next_working_day(date(2027, 12, 31))

    assert CALENDAR.guessing().next_working_day(date(2035, 1, 1)) == date(2035, 1, 9)


def test_the_administrators_days_go_first() -> None:
    regional, saturday = date(2026, 9, 15), date(2026, 9, 19)

    own = CALENDAR.with_days({regional: False, saturday: True})

    assert not own.is_working(regional)
    assert own.is_working(saturday)
    assert CALENDAR.is_working(regional)
    assert own.with_days({regional: True, saturday: False}) == CALENDAR.with_days(
        {regional: True, saturday: False}
    )


def test_a_year_the_administrator_opened_is_known() -> None:
    own = CALENDAR.with_days({date(2028, 1, 1): False, date(2028, 1, 3): False})

    assert own.next_working_day(date(2028, 1, 1)) == date(2028, 1, 4)


def terms(calendar: WorkCalendar = CALENDAR, **chosen) -> PaymentTerms:
    rule = DueRule(Period(2020, 1), 31, is_repair=True)
    return PaymentTerms(
        PAYMENT, calendar, settings=DueSettings(**chosen), contract_rules={REPAIR: (rule,)}
    )


def test_a_rule_of_a_contract_is_of_that_contract_alone() -> None:
    assert terms().due_on(Period(2026, 8), contract=REPAIR) == date(2026, 9, 30)
    assert terms().due_on(Period(2026, 8), contract=UUID(int=2)) == date(2026, 9, 15)
    assert terms().due_on(Period(2019, 8), contract=REPAIR) == date(2019, 9, 10)


def test_the_day_of_the_centre_is_dated_by_the_period_that_is_paid() -> None:
    since_2025 = (Dated("25", date(2025, 1, 1), None, "протокол"),)

    own = terms(centre_days=since_2025)

    assert own.due_on(Period(2024, 12)) == date(2025, 1, 10)
    assert own.due_on(Period(2025, 1)) == date(2025, 2, 25)
    assert own.due_on(Period(2026, 3)) == date(2026, 4, 15)


def test_a_centre_that_waits_with_the_15th_has_the_10th_until_then() -> None:
    own = terms(fifteenth_from=Period(2026, 5))

    assert own.due_on(Period(2026, 4)) == date(2026, 5, 12)
    assert own.due_on(Period(2026, 5)) == date(2026, 6, 15)


def day_numbers(*given: date) -> np.ndarray:
    return np.array([days.number(day) for day in given])


def test_rates_are_refinancing_until_2016_then_key() -> None:
    found = rates(PENALTY, [AddedRate(date(2026, 11, 2), 137_500)]).at(
        day_numbers(date(2012, 9, 14), date(2014, 12, 20), date(2015, 12, 31), date(2016, 1, 1),
                    date(2022, 2, 28), date(2026, 11, 1), date(2026, 11, 2))
    )  # fmt: skip

    assert found.tolist() == [82_500, 82_500, 82_500, 110_000, 200_000, 140_000, 137_500]


def test_a_rate_of_a_day_before_the_table_is_refused() -> None:
    with pytest.raises(MissingRate, match=r"13\.09\.2012"):
        rates(PENALTY).at(day_numbers(date(2012, 9, 13)))


def test_what_the_administrator_capped_goes_before_the_law() -> None:
    added = [AddedCap(date(2026, 6, 1), date(2026, 7, 1), 50_000),
             AddedCap(date(2026, 6, 10), date(2026, 6, 20), None)]  # fmt: skip

    found = caps(PENALTY, added).at(
        day_numbers(date(2022, 2, 27), date(2022, 2, 28), date(2026, 5, 31), date(2026, 6, 1),
                    date(2026, 6, 15), date(2026, 6, 30), date(2026, 7, 1), date(2027, 1, 1))
    )  # fmt: skip

    assert found.tolist() == [
        NO_CAP, 95_000, 95_000, 50_000, NO_CAP, 50_000, 95_000, NO_CAP
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["31..90:300", "31-90", "31-90:0", "a-b:1"])
def test_a_scheme_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(UnreadableLaw, match="31-90:300"):
        schemes({"housing": (Dated(text, date(2016, 1, 1), None, ""),)})


@pytest.mark.parametrize("text", ["", "много", "nan"])
def test_a_rate_that_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(UnreadableLaw, match="9,5"):
        percent_ppm(text)
