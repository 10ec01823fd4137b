"""§61, §62, §81(11), §59(1) of the rules in exact fractions, from the text of charges.md §3.

Shares nothing with app/domain: days are dates, volumes are fractions of a unit.
"""

import calendar
from datetime import date
from fractions import Fraction

PI = Fraction(314159265, 10**8)
METRES_PER_SECOND = Fraction(12, 10)


def days_of(year: int, month: int) -> list[date]:
    """All days of a month."""
    return [date(year, month, day + 1) for day in range(calendar.monthrange(year, month)[1])]


def back(day: date, months: int) -> date:
    """The same day of the month so many months ago, or that month's last day."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def lasting(month: list[date], since: date, until: date | None) -> list[date]:
    """Days of the month from one day on, before another."""
    return [day for day in month if since <= day and (until is None or day < until)]


def tampered(month: list[date], since: date, until: date | None, found: date | None) -> list[date]:
    """§81(11): not known: not more than 3 months before the check."""
    start = since if found is None else max(since, back(found, 3))
    return lasting(month, start, until)


def connected(month: list[date], since: date, until: date | None, found: date | None) -> list[date]:
    """§62: not known: not more than 3 months before the month of discovery."""
    start = since if found is None else max(since, back(found.replace(day=1), 3))
    return lasting(month, start, until)


def tenfold(norm: Fraction, persons: dict[date, int], days: list[date], length: int) -> Fraction:
    """Norm × 10 × persons, each day its part of the month."""
    return sum((norm * 10 * persons[day] / length for day in days), Fraction(0))


def by_power(kilowatts: Fraction, days: list[date]) -> Fraction:
    """Power × 24 h × days."""
    return kilowatts * 24 * len(days)


def by_pipe(millimetres: Fraction, days: list[date]) -> Fraction:
    """pi × d² / 4 × v × 86400 × days, d in metres."""
    metres = millimetres / 1000
    return PI * metres * metres / 4 * METRES_PER_SECOND * 86400 * len(days)


def difference(
    previous: Fraction, consumer: Fraction | None, check: Fraction | None
) -> tuple[Fraction, Fraction]:
    """§61: what the month counts, and V_d = R_check − R_used deemed consumed in it."""
    if check is None:
        assert consumer is not None
        return consumer - previous, Fraction(0)
    if consumer is not None:
        return consumer - previous, check - consumer
    if check < previous:
        return Fraction(0), check - previous
    return check - previous, Fraction(0)


def failing_heat(
    base: Fraction,
    base_days: int,
    days: int,
    *,
    inside: Fraction,
    outside: Fraction,
    base_outside: Fraction,
) -> Fraction:
    """A_day × days × (t_in − t_out_fact) / (t_in − t_out_base)."""
    return base / base_days * days * max(inside - outside, Fraction(0)) / (inside - base_outside)


def persons_by_day(
    month: list[date], residents: list[tuple[str, date, date | None]]
) -> dict[date, int]:
    """Those who live there; where nobody does, the owners."""
    result = {}
    for day in month:
        there = [kind for kind, since, until in residents if day in lasting([day], since, until)]
        living = sum(kind != "owner" for kind in there)
        result[day] = living or sum(kind == "owner" for kind in there)
    return result
