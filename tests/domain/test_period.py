"""Months and the days inside them."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import days, period
from app.domain.period import NotAPeriod, Period

months = st.builds(Period, st.integers(1990, 2099), st.integers(1, 12))


@given(months, st.integers(-600, 600))
def test_months_go_there_and_back(month, steps):
    assert month.plus(steps).plus(-steps) == month


@given(months)
def test_a_month_ends_where_the_next_begins(month):
    assert month.end == month.next.first_day
    assert (month.end - month.first_day).days == month.days
    assert period.of(month.last_day) == month
    assert period.parse(str(month)) == period.parse(month.shown) == month


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "13.2026", "1500-01", "октябрь"])
def test_what_is_no_month_is_refused(text):
    with pytest.raises(NotAPeriod):
        period.parse(text)


@given(months, st.integers(-40, 70), st.integers(-40, 70))
def test_a_mask_has_the_days_that_lie_in_the_span(month, start, stop):
    known = days.month_of(month)
    first = days.number(month.first_day)

    mask = int(days.mask(np.array([first + start]), np.array([first + stop]), month=known)[0])

    assert mask == sum(1 << day for day in range(month.days) if start <= day < stop)


@given(
    months, st.lists(st.tuples(st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1)), max_size=9)
)
def test_segments_are_runs_of_active_days_cut_where_asked(month, rows):
    known = days.month_of(month)
    active = np.array([one & known.full for one, _ in rows], dtype=np.int64)
    cuts = np.array([one for _, one in rows], dtype=np.int64)

    found = days.segments(active, cuts, month=known)

    expected = []
    for row, (mask, cut) in enumerate(zip(active.tolist(), cuts.tolist(), strict=True)):
        run: list[int] = []
        for day in range(month.days):
            if not (mask >> day) & 1:
                run = []
            elif run and not (cut >> day) & 1:
                run[-1] = day + 1
                expected[-1] = (row, run[0], day + 1)
            else:
                run = [day, day + 1]
                expected.append((row, day, day + 1))
    assert list(zip(found.row.tolist(), found.day_from.tolist(), found.day_to.tolist(),
                    strict=True)) == expected  # fmt: skip


def test_days_are_counted_from_2000():
    assert days.number(date(2000, 1, 1)) == 0
    assert days.of_number(days.number(date(2026, 10, 15))) == date(2026, 10, 15)
