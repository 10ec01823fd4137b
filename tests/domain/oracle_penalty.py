"""Penalties day by day in exact fractions, written from the text of the rules (money.md §1).

Slow and plain on purpose: every day of every part of a debt is looked at by itself. Knows dates,
fractions and the numbers of the law; nothing of the program.
"""

import tomllib
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path

LAW = Path(__file__).resolve().parents[2] / "resources" / "law"
NEW_LAW = date(2016, 1, 1)  # 307-ФЗ
DAY = timedelta(days=1)

Rate = Callable[[date], Fraction]


@dataclass
class Choices:
    per_day: bool = False
    cap_by_day: bool = False
    payment_day_counts: bool = True
    pp497: bool = False
    freezes: bool = False
    min_debt: int = 0


@dataclass
class Debt:
    due: date
    scheme: str
    principal: int
    payments: list[tuple[date, int]] = field(default_factory=list)
    stops: list[tuple[date, date]] = field(default_factory=list)  # ends exclusive


def share(scheme: str, number: int, day: date) -> Fraction:
    """P2, P7, P9, P10: the part of the rate owed for a day of delay."""
    if scheme == "none" or number < 1:
        return Fraction(0)
    if day < NEW_LAW:
        return Fraction(1, 300) if scheme in {"housing", "capital-repair"} else Fraction(0)
    if scheme == "company-to-supplier":
        return Fraction(1, 300 if number <= 60 else 170 if number <= 90 else 130)
    if scheme == "legal-entity":
        return Fraction(1, 130)
    if number <= 30:
        return Fraction(0)
    return Fraction(1, 300 if number <= 90 or scheme == "capital-repair" else 130)


def stopped(debt: Debt, day: date, choices: Choices) -> bool:
    """M1, M2, M3."""
    if date(2020, 4, 6) <= day <= date(2020, 12, 31) and debt.scheme != "legal-entity":
        return True
    if (
        choices.pp497
        and date(2022, 4, 1) <= day <= date(2022, 10, 1)
        and debt.due < date(2022, 4, 1)
    ):
        return True
    return any(start <= day < stop for start, stop in debt.stops)


def parts(debt: Debt, on: date) -> list[tuple[date | None, int]]:
    """What each payment paid, oldest first; None: unpaid. What is taken back leaves the latest."""
    known = sorted(day for day, _ in debt.payments if day <= on)
    standing: list[list[object]] = []
    owed_back = 0
    for day in dict.fromkeys(known):
        amount = sum(kop for paid, kop in debt.payments if paid == day) - owed_back
        owed_back = 0
        if amount > 0:
            standing.append([day, amount])
            continue
        owed_back = -amount
        while owed_back and standing:
            last = standing.pop()
            if last[1] > owed_back:
                standing.append([last[0], last[1] - owed_back])
                owed_back = 0
            else:
                owed_back -= last[1]
    left = max(debt.principal, 0)
    found: list[tuple[date | None, int]] = []
    for day, amount in standing:
        taken = min(left, amount)
        if taken:
            found.append((day, taken))
        left -= taken
    return [*found, (None, left)]


def penalty(debt: Debt, on: date, *, rate: Rate, cap: Rate, choices: Choices) -> int:
    """R1: the sum of all parts and days, half up to a kopeck once."""
    cut = parts(debt, on)
    overdue = sum(amount for day, amount in cut if day is None or day > debt.due)
    if overdue < choices.min_debt:
        return 0
    total = Fraction(0)
    for paid, amount in cut:
        last = on if paid is None else paid
        end = last if paid is None or choices.payment_day_counts else last - DAY
        seen = Counter(_days(debt, end, last, rate=rate, cap=cap, choices=choices))
        total += amount * sum((one * times for one, times in seen.items()), Fraction(0))
    return int((2 * total.numerator + total.denominator) // (2 * total.denominator))


def _days(
    debt: Debt, end: date, last: date, *, rate: Rate, cap: Rate, choices: Choices
) -> Iterable[Fraction]:
    day, number = debt.due, 0
    while day < end:
        day += DAY
        is_stopped = stopped(debt, day, choices)
        if not (is_stopped and choices.freezes):
            number += 1
        part = share(debt.scheme, number, day)
        if is_stopped or not part:
            continue
        own = rate(day if choices.per_day else last)
        top = cap(day if choices.cap_by_day else last)
        yield _percent(part, min(own, top))


@cache
def _percent(part: Fraction, rate: Fraction) -> Fraction:
    return part * rate / 100


def steps(rows: Iterable[tuple[date, Fraction]]) -> Rate:
    """A rate from its days on."""
    ordered = sorted(rows)
    since = [day for day, _ in ordered]

    def at(day: date) -> Fraction:
        return ordered[bisect_right(since, day) - 1][1]

    return at


def lawful_rate() -> Rate:
    """§1.4: refinancing till the end of 2015, then the key rate."""
    table = tomllib.loads((LAW / "key_rate.toml").read_text(encoding="utf-8"))
    key = steps((row["valid_from"], Fraction(row["value"])) for row in table["key_rate"])
    return lambda day: Fraction("8.25") if day < NEW_LAW else key(day)


def lawful_cap(day: date) -> Fraction:
    """P4, P5, P6: 9.5 % on payment days from 28.02.2022 till the end of 2026."""
    return Fraction("9.5") if date(2022, 2, 28) <= day <= date(2026, 12, 31) else Fraction(10**9)
