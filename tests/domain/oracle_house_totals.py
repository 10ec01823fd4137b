"""Common needs of a house by the text of charges.md §4, in exact fractions and plain loops.

Knows the small houses of tests/fixtures/random_houses.py only: whole months, one tariff a service.
"""

from dataclasses import dataclass
from fractions import Fraction

from tests.fixtures.random_houses import House

ZERO = Fraction(0)


@dataclass(frozen=True, order=True)
class Line:
    account: str
    kind: str
    volume: Fraction
    amount: Fraction


@dataclass(frozen=True)
class Outcome:
    """What §4 comes to; None where nothing can be charged."""

    lines: list[Line]
    net: Fraction | None
    charged: Fraction | None
    carry: Fraction


def rounded(value: Fraction, places: int) -> Fraction:
    scaled = abs(value) * 10**places
    whole = scaled.numerator // scaled.denominator
    if 2 * (scaled - whole) >= 1:
        whole += 1
    return Fraction(whole if value >= 0 else -whole, 10**places)


def outcome(house: House) -> Outcome:
    """Give lines of common needs and the totals of the house."""
    volume, net, carry = _volume(house)
    lines = []
    if volume is not None:
        lines = [_charged(house, flat.number, volume) for flat in house.flats]
        lines += _year(house)
    return Outcome(sorted(lines), net, volume, carry)


def _share(house: House, number: str) -> Fraction:
    flat = next(one for one in house.flats if one.number == number)
    return flat.area / (house.area or sum(one.area for one in house.flats))


def _charged(house: House, number: str, volume: Fraction) -> Line:
    part = rounded(volume * _share(house, number), 6)
    return Line(number, "charge", part, rounded(part * house.price, 2))


def _norm(house: House) -> Fraction:
    return house.norm * house.common


def _carried(house: House) -> Fraction:
    month = house.last_month
    if month is None:
        return ZERO
    if not house.carries_over_year and house.period.month == 1:
        return ZERO
    return month


def _volume(house: House) -> tuple[Fraction | None, Fraction | None, Fraction]:
    """V of the house that is shared out, the net by the meter, the carry."""
    if house.method == "common-norm":
        return _norm(house), None, ZERO
    if house.method == "common-average":
        months = [one for one in house.year if one.fact is not None]
        if len(months) < 12:
            return _norm(house), None, _carried(house)
        average = max(sum((one.fact for one in months), ZERO), ZERO) / 12
        return average, average, ZERO
    is_general = house.method == "common-354"
    if house.by_meter is None:
        return _norm(house), None, ZERO if is_general else _carried(house)
    rest = house.by_meter - sum((flat.took for flat in house.flats), ZERO) - _carried(house)
    net, carry = max(rest, ZERO), max(-rest, ZERO)
    if is_general:
        carry = ZERO
        if not house.over_norm:
            return min(net, _norm(house)), net, carry
    return net, net, carry


def _year(house: House) -> list[Line]:
    """The part of the year's correction that is due in the month (491, §29(3))."""
    months = [
        one for one in house.year
        if one.fact is not None and one.method in ("common-norm", "common-average")
    ]  # fmt: skip
    if not months:
        return []
    facts = [one.fact for one in months]
    if sum(facts, ZERO) < 0:
        facts = [ZERO for _ in facts]
    prices = [months[-1].price if house.last_price else one.price for one in months]
    change = [fact - one.charged for fact, one in zip(facts, months, strict=True)]
    money = sum((dv * price for dv, price in zip(change, prices, strict=True)), ZERO)
    part = house.period.month
    lines = []
    for flat in house.flats:
        share = _share(house, flat.number)
        year = rounded(money * share, 2)
        each = rounded(year / 12, 2)
        amount = year - 11 * each if part == 12 else each
        volume = rounded(sum(change, ZERO) * share / 12, 6)
        lines.append(Line(flat.number, "recalculation", volume, amount))
    return lines
