"""The yearly recalculation of solid waste by containers: what a month and a year come to."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.domain import days
from app.domain.charged_year import Charged, Whose
from app.domain.note import Notes
from app.domain.period import Period
from app.domain.reduction_inputs import Absences
from app.domain.waste_year import MonthOfWaste, Share, absent_days, corrected, facts

JANUARY, FEBRUARY = Period(2026, 1), Period(2026, 2)
ONE, TWO = Whose("1", "ТКО", "Д-1"), Whose("2", "ТКО", "Д-1")
PRICE = 600_000_000


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def test_a_month_goes_by_its_containers_and_its_people():
    shares = [Share(ONE, 0, 31, 1_500_000, PRICE), Share(TWO, 0, 62, 1_500_000, PRICE)]

    found = facts(shares)

    assert found == {ONE: Charged(30_000, 500_000), TWO: Charged(60_000, 1_000_000)}


def test_houses_do_not_share_their_containers():
    shares = [Share(ONE, 0, 31, 1_000_000, PRICE), Share(TWO, 1, 62, 3_000_000, PRICE)]

    assert facts(shares) == {ONE: Charged(60_000, 1_000_000), TWO: Charged(180_000, 3_000_000)}


def test_a_house_in_which_everybody_was_away_pays_nothing():
    assert facts([Share(ONE, 0, 0, 1_000_000, PRICE)]) == {ONE: Charged()}


def test_the_year_is_what_it_comes_to_less_what_was_charged_and_posted():
    months = [
        MonthOfWaste(JANUARY, {ONE: Charged(30_000, 500_000)}, {ONE: Charged(24_000, 400_000)}),
        MonthOfWaste(FEBRUARY, {ONE: Charged(12_000, 200_000)}, {ONE: Charged(24_000, 400_000)}),
    ]

    (one,) = corrected(months, {ONE: Charged(-1_000, 0)})

    assert one.due == Charged(42_000 - 48_000 + 1_000, -100_000)
    assert one.months == (JANUARY, FEBRUARY)
    assert one.slots(Notes())[:6] == [42_000, 700_000, 48_000, 800_000, -1_000, 0]


def test_a_month_whose_containers_are_not_known_is_in_neither():
    months = [
        MonthOfWaste(JANUARY, {ONE: Charged(30_000, 500_000)}, {ONE: Charged(24_000, 400_000)}),
        MonthOfWaste(FEBRUARY, {}, {ONE: Charged(24_000, 400_000)}),
    ]

    (one,) = corrected(months, {})

    assert one.due == Charged(6_000, 100_000)
    assert one.months == (JANUARY,)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**7)), max_size=12))
def test_the_second_time_nothing_is_left(amounts):
    months = [
        MonthOfWaste(JANUARY, {ONE: Charged(fact, volume)}, {ONE: Charged(24_000, 400_000)})
        for fact, volume in amounts
    ]

    first = corrected(months, {})

    assert corrected(months, {one.whose: one.due for one in first}) == []


@given(st.lists(st.integers(0, 200), min_size=1, max_size=30), st.integers(0, 10**8))
def test_shares_of_a_house_sum_to_its_containers(weights, house):
    shares = [
        Share(Whose(str(nth), "ТКО", "Д-1"), 0, weight, house, PRICE)
        for nth, weight in enumerate(weights)
    ]

    total = sum(one.volume_mcu for one in facts(shares).values())

    assert total == 0 if not any(weights) else abs(total - house) <= len(weights)


def absence(left: int, returned: int, *, person: int = 0, documented: int = 1) -> Absences:
    return Absences(
        account=ints(7), person=ints(person), left=ints(left), returned=ints(returned),
        is_documented=ints(documented), is_force=ints(0), words=("",),
        spell_person=ints(0), spell_kind=ints(0), spell_from=ints(days.ALWAYS),
        spell_to=ints(days.FAR),
    )  # fmt: skip


def away(of: Absences, **about: object) -> dict[int, int]:
    month = days.month_of(JANUARY)
    found = absent_days(of, month, **({"least": 6, "without_document": False} | about))
    return {account: sum(mask.bit_count() for mask in masks) for account, masks in found.items()}


def test_the_days_of_leaving_and_coming_back_do_not_count():
    first = days.month_of(JANUARY).first

    assert away(absence(first + 9, first + 20)) == {7: 10}


def test_a_short_absence_and_one_without_a_document_do_not_count():
    first = days.month_of(JANUARY).first

    assert away(absence(first + 9, first + 15)) == {}
    assert away(absence(first + 9, first + 20, documented=0)) == {}
    assert away(absence(first + 9, first + 20, documented=0), without_document=True) == {7: 10}


def test_days_outside_the_month_are_of_other_months():
    first = days.month_of(JANUARY).first

    assert away(absence(first - 100, first + 4)) == {7: 4}
