"""Numbers as papers show them: decimal comma, thousands apart, zero as «–» in columns."""

from datetime import date

from app.domain import money

ZERO = "–"


def amount(amount_kop: int) -> str:
    """Give roubles for a column of figures: «1 234,56», zero as «–»."""
    return money.shown(amount_kop) if amount_kop else ZERO


def quantity(value: int | None, *, places: int = 0) -> str:
    """Give millionths with at least `places` decimals: 60_880_000 is «60,88»; None is empty."""
    if value is None:
        return ""
    whole, part = divmod(abs(value), money.MILLION)
    digits = f"{part:06d}".rstrip("0").ljust(places, "0")
    text = f"{whole:,}".replace(",", "\u00a0")
    sign = "−" if value < 0 else ""
    return f"{sign}{text},{digits}" if digits else f"{sign}{text}"


def area(area_cm2: int) -> str:
    """Give square metres from 10^-4 of them: 543_000 is «54,3»."""
    return quantity(area_cm2 * 100)


def day(on: date | None) -> str:
    """Give a date as 15.11.2026; none is empty."""
    return f"{on.day:02d}.{on.month:02d}.{on.year:04d}" if on else ""


def count(value: int | None) -> str:
    """Give a number of people; unknown is «–»."""
    return ZERO if value is None else str(value)
