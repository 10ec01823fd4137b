"""Who is counted of those written down: a guest of a few days is not, and it is said."""

from datetime import date
from itertools import pairwise

import pytest

from app.domain.charging import charge
from app.domain.period import Period
from app.domain.service import Method
from tests.fixtures.charge_world import (
    Account,
    Assignment,
    Flat,
    House,
    Resident,
    Service,
    Tariff,
    World,
    inputs_of,
)


def lift(month: Period, *guests: tuple[date, date]) -> World:
    """One who lives there, and guests; a price for a person."""
    return World(
        period=month,
        services=(Service("ЛИФТ", Method.PERSON, unit="чел."),),
        tariffs=(Tariff("ЛИФТ", "100"),),
        houses=(House("1"),),
        flats=(Flat("1", "1", "50"),),
        accounts=(Account("1", "1", "1"),),
        assignments=(Assignment("ЛИФТ", house="1"),),
        residents=(Resident("1"), *(Resident("1", "temporary", *one) for one in guests)),
    )


def test_a_guest_of_five_days_is_not_counted_and_it_is_said():
    charges = charge(inputs_of(lift(Period(2026, 10), (date(2026, 10, 5), date(2026, 10, 10)))))

    (told,) = charges.problems
    assert charges.amount_kop.tolist() == [100_00]
    assert told.is_warning
    assert "с 05.10.2026 живёт 5 дн." in told.message


@pytest.mark.parametrize("month", [Period(2026, 9), Period(2026, 11)])
def test_a_guest_of_another_month_is_not_spoken_of(month):
    charges = charge(inputs_of(lift(month, (date(2026, 10, 5), date(2026, 10, 10)))))

    assert charges.problems == []


def test_stays_end_to_end_are_one_however_many():
    days = [date(2026, 10, day) for day in (5, 7, 9, 12)]
    charges = charge(inputs_of(lift(Period(2026, 10), *pairwise(days))))

    assert charges.problems == []
    assert charges.volume_mcu.tolist() == [1_225_806]  # 1 + 7/31


def test_two_guests_of_three_days_apart_are_two_short_stays():
    guests = (date(2026, 10, 5), date(2026, 10, 8)), (date(2026, 10, 9), date(2026, 10, 12))
    charges = charge(inputs_of(lift(Period(2026, 10), *guests)))

    assert charges.volume_mcu.tolist() == [1_000_000]
    assert len(charges.problems) == 2
