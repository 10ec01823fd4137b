"""A billing period is a calendar month (354, §37); ends are exclusive everywhere."""

import calendar
import re
from dataclasses import dataclass
from datetime import date

from app.errors import Malformed

_ISO = re.compile(r"(\d{4})-(\d{2})")
_RUSSIAN = re.compile(r"(\d{1,2})\.(\d{4})")
_MONTHS = "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь".split()


class NotAPeriod(Malformed):
    """A text that names no month."""


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """A month of a year."""

    year: int
    month: int

    def __post_init__(self) -> None:
        assert 1 <= self.month <= 12

    def __str__(self) -> str:
        """Give the form of programs: 2026-10."""
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def shown(self) -> str:
        """The form of people: 10.2026."""
        return f"{self.month:02d}.{self.year:04d}"

    @property
    def spoken(self) -> str:
        """The form of papers: октябрь 2026."""
        return f"{_MONTHS[self.month - 1]} {self.year}"

    @property
    def first_day(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def end(self) -> date:
        """The first day after the month."""
        return self.next.first_day

    @property
    def last_day(self) -> date:
        return date(self.year, self.month, self.days)

    @property
    def days(self) -> int:
        return calendar.monthrange(self.year, self.month)[1]

    @property
    def next(self) -> "Period":
        return self.plus(1)

    @property
    def previous(self) -> "Period":
        return self.plus(-1)

    def plus(self, months: int) -> "Period":
        index = self.year * 12 + self.month - 1 + months
        return Period(index // 12, index % 12 + 1)


def parse(text: str) -> Period:
    """Read 2026-10 or 10.2026.

    :raises NotAPeriod: when it is neither
    """
    plain = text.strip()
    if found := _ISO.fullmatch(plain):
        year, month = int(found[1]), int(found[2])
    elif found := _RUSSIAN.fullmatch(plain):
        year, month = int(found[2]), int(found[1])
    else:
        raise NotAPeriod(
            f"«{plain[:20]}» не период. Укажите месяц и год, например 2026-10 или 10.2026."
        )
    if not (1 <= month <= 12 and 1990 <= year <= 2100):
        raise NotAPeriod(f"«{plain[:20]}» не период: такого месяца нет. Пример: 2026-10.")
    return Period(year, month)


def of(day: date) -> Period:
    """Give the period a day lies in."""
    return Period(day.year, day.month)
