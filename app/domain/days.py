"""Days as numbers, and a month of days as bits of a whole number.

day     int64, days since 2000-01-01 (the unit of date columns); FAR = still
mask    int64, bit d is day d of the month, counted from 0
segment (row, day_from, day_to), days of the month, end exclusive
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from app.domain.money import Ints
from app.domain.period import Period

EPOCH = date(2000, 1, 1)
FAR = 10_000_000
ALWAYS = -10_000_000


@dataclass(frozen=True, slots=True)
class Month:
    """A period as day numbers."""

    first: int
    days: int

    @property
    def end(self) -> int:
        return self.first + self.days

    @property
    def last(self) -> int:
        return self.first + self.days - 1

    @property
    def full(self) -> int:
        """The mask of the whole month."""
        return (1 << self.days) - 1


@dataclass(frozen=True, slots=True)
class Segments:
    """Runs of days of rows: shape (n,) each, in the order of row and day."""

    row: Ints
    day_from: Ints
    day_to: Ints


def month_of(period: Period) -> Month:
    return Month(first=number(period.first_day), days=period.days)


def number(day: date) -> int:
    """Give a date as days since 2000-01-01."""
    return (day - EPOCH).days


def of_number(day: int) -> date:
    """Give the date of a number of days since 2000-01-01."""
    return EPOCH + timedelta(days=int(day))


def mask(valid_from: Ints, valid_to: Ints, *, month: Month) -> Ints:
    """Give the days of the month that lie in [from, to), as bits."""
    low = np.clip(valid_from - month.first, 0, month.days)
    high = np.clip(valid_to - month.first, 0, month.days)
    one = np.int64(1)
    return np.where(high > low, (one << high) - (one << np.minimum(low, high)), 0)


def bit(day: Ints, *, month: Month) -> Ints:
    """Give the bit of a day, 0 when it is outside the month or its first day."""
    place = day - month.first
    inside = (place > 0) & (place < month.days)
    return np.where(inside, np.int64(1) << np.clip(place, 0, month.days), 0)


def span(day_from: Ints, day_to: Ints) -> Ints:
    """Give the mask of days [from, to) of the month."""
    one = np.int64(1)
    return (one << day_to) - (one << day_from)


def edges(active: Ints, *, month: Month) -> Ints:
    """Give the days inside the month on which active days begin or end."""
    return (active ^ (active << 1)) & month.full & ~np.int64(1)


def starts(active: Ints, cuts: Ints) -> Ints:
    """Give the days a segment begins on: a cut, or the first active day after a gap."""
    return active & (cuts | ~(active << 1))


def segments(active: Ints, cuts: Ints, *, month: Month) -> Segments:
    """Cut the active days of each row into segments.

    :param active: shape (n,), masks of days a row is about
    :param cuts: shape (n,), masks of days something changes for the row
    """
    begin = starts(active, cuts)
    rows, froms = [], []
    for day in range(month.days):
        row = np.flatnonzero((begin >> day) & 1)
        if row.size:
            rows.append(row)
            froms.append(np.full(row.size, day, dtype=np.int64))
    if not rows:
        empty = np.zeros(0, dtype=np.int64)
        return Segments(empty, empty, empty)
    row, day_from = np.concatenate(rows), np.concatenate(froms)
    if len(rows) > 1:
        order = np.lexsort((day_from, row))
        row, day_from = row[order], day_from[order]

    stop = (begin | ~active)[row] | np.int64(1 << month.days)
    after = stop >> (day_from + 1)
    lowest = after & -after
    day_to = day_from + 1 + np.log2(lowest.astype(np.float64)).astype(np.int64)
    return Segments(row, day_from, np.minimum(day_to, month.days))


def count(masks: Ints) -> Ints:
    """Give the number of days of each mask."""
    return np.bitwise_count(masks).astype(np.int64)
