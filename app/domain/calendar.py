"""The working calendar: which days are of rest, and the next working day after a date.

    year ── days of rest off weekends     holidays and what the Government moved them to
         └─ working days on weekends      what it moved them from

A day of rest is Saturday, Sunday, or one of the first, unless it is one of the second. Days the
President declared non-working in 2020 and 2021 are no days of rest for money (Обзор ВС РФ № 1
от 21.04.2020, вопрос 5). ТК РФ, ст. 112; ГК РФ, ст. 193.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from app.domain import days as day_numbers
from app.domain.money import Flags, Ints
from app.errors import Malformed

_SATURDAY = 5
# ТК РФ, ст. 112: what is known of a year before the Government has moved anything.
_HOLIDAYS = (
    *((1, day) for day in range(1, 9)),
    (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4),
)  # fmt: skip


class NoCalendar(Malformed):
    """A day lies in a year whose working calendar is not known."""


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Days of known years, and what the administrator set of single days.

    :ivar years: those the calendar is of
    :ivar rest: days of rest on weekdays
    :ivar working: working days on weekends
    :ivar guesses: beyond the known years go by ТК РФ ст. 112 alone, for screens and papers that
        must not stop; a penalty never does
    """

    years: frozenset[int]
    rest: frozenset[date]
    working: frozenset[date]
    guesses: bool = False

    def is_working(self, day: date) -> bool:
        """Say whether a day is a working day.

        :raises NoCalendar: when the year is not known
        """
        if day in self.working:
            return True
        if day in self.rest or day.weekday() >= _SATURDAY:
            return False
        if day.year in self.years:
            return True
        if not self.guesses:
            raise NoCalendar(
                f"Производственного календаря на {day.year} год нет. "
                "Заполните лист «Календарь» книги или обновите программу."
            )
        return (day.month, day.day) not in _HOLIDAYS

    def next_working_day(self, day: date) -> date:
        """Give the day itself, or the first working day after it (ГК РФ, ст. 193).

        :raises NoCalendar: when the year is not known
        """
        while not self.is_working(day):
            day += timedelta(days=1)
        return day

    def working_mask(self, days: Ints) -> Flags:
        """Say for each day, a number since 2000-01-01, whether it is a working day.

        :raises NoCalendar: when a year is not known
        """
        known, place = np.unique(days, return_inverse=True)
        marks = [self.is_working(day_numbers.of_number(day)) for day in known.tolist()]
        found: NDArray[np.bool_] = np.array(marks, dtype=np.bool_)[place]
        return found

    def next_working_days(self, days: Ints) -> Ints:
        """Give for each day, a number since 2000-01-01, the working day it moves to.

        :raises NoCalendar: when a year is not known
        """
        known, place = np.unique(days, return_inverse=True)
        moved = [
            day_numbers.number(self.next_working_day(day_numbers.of_number(day)))
            for day in known.tolist()
        ]
        return np.array(moved, dtype=np.int64)[place]

    def with_days(self, days: Mapping[date, bool]) -> "WorkCalendar":
        """Give the calendar with days the administrator set: True is a working day.

        A year whose 1 January is set as a day of rest is taken as known.
        """
        rest = {day for day, works in days.items() if not works}
        working = {day for day, works in days.items() if works}
        opened = {day.year for day in rest if (day.month, day.day) == (1, 1)}
        return replace(
            self,
            years=self.years | opened,
            rest=(self.rest - working) | rest,
            working=(self.working - rest) | working,
        )

    def guessing(self) -> "WorkCalendar":
        """Give the calendar that answers for every year."""
        return replace(self, guesses=True)
