"""Groups, ages and rates of the analysis of settlements."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import analysis
from app.domain.analysis import Age, BackwardSpan, Cut, Dimension, NotAGrouping
from app.domain.period import Period
from app.store.law import payment_terms

OCTOBER = Period(2026, 10)
ORDER = list(Age)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("service", (Dimension.SERVICE,)),
        ("house, service", (Dimension.HOUSE, Dimension.SERVICE)),
        ("PERIOD,origin", (Dimension.PERIOD, Dimension.ORIGIN)),
    ],
)
def test_groups_are_read_in_their_order(text: str, expected: tuple[Dimension, ...]):
    assert analysis.groups(text) == expected


@pytest.mark.parametrize("text", ["weather", "service,service", ",".join(list(Dimension)[:6])])
def test_groups_that_mean_nothing_are_refused(text: str):
    with pytest.raises(NotAGrouping):
        analysis.groups(text)


def test_a_span_goes_forward():
    with pytest.raises(BackwardSpan, match=r"с 10\.2026 по 09\.2026"):
        Cut(OCTOBER, OCTOBER.previous)


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 11, 16), Age.NOT_DUE),  # the 15th is a Sunday
        (date(2026, 11, 17), Age.TO_30),
        (date(2026, 12, 16), Age.TO_30),
        (date(2026, 12, 17), Age.TO_60),
        (date(2027, 1, 15), Age.TO_60),
        (date(2027, 1, 16), Age.TO_90),
        (date(2027, 2, 14), Age.TO_90),
        (date(2027, 2, 15), Age.TO_180),
        (date(2027, 5, 15), Age.TO_180),
        (date(2027, 5, 16), Age.TO_365),
        (date(2027, 11, 16), Age.TO_365),
        (date(2027, 11, 17), Age.TO_3_YEARS),
        (date(2029, 11, 16), Age.TO_3_YEARS),
        (date(2029, 11, 17), Age.BARRED),
    ],
)
def test_a_debt_grows_older_day_by_day(on: date, expected: Age):
    assert analysis.age(OCTOBER, on=on, terms=payment_terms()) is expected


@given(
    months=st.integers(0, 60), on=st.dates(date(2024, 1, 1), date(2027, 12, 31)),
)  # fmt: skip
def test_an_older_month_is_never_younger(months: int, on: date):
    terms = payment_terms()

    ages = [
        ORDER.index(analysis.age(OCTOBER.plus(-months - one), on=on, terms=terms)) for one in (0, 1)
    ]

    assert ages[0] <= ages[1]


@pytest.mark.parametrize(
    ("paid", "charged", "expected"),
    [(950, 1000, 950_000), (1, 3, 333_333), (2, 3, 666_667), (0, 5, 0), (5, 0, None),
     (-1, 2, -500_000), (300, 100, 3_000_000)],
)  # fmt: skip
def test_a_rate_is_rounded_half_up(paid: int, charged: int, expected: int | None):
    assert analysis.rate_ppm(paid, charged) == expected


def test_a_share_is_read_with_one_decimal():
    assert [analysis.percent(one) for one in (950_000, 999_600, -12_345, 0)] == [
        "95,0", "100,0", "−1,2", "0,0",
    ]  # fmt: skip


def test_filters_are_told():
    cut = Cut(OCTOBER, OCTOBER, houses=("Д1", "Д2"), agents=("сбер",))

    assert analysis.spoken_filters(cut) == ("Дома: Д1, Д2.", "Агенты: сбер.")
    assert analysis.spoken_span(cut) == "За октябрь 2026 г."
