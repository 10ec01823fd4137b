"""Money, prices and volumes as whole numbers; one product, one rounding.

    unit      meaning                      example
    kop       kopecks                      307.58 roubles  = 30_758
    mcr       millionths of a rouble       52.63 roubles   = 52_630_000    (prices)
    mcu       millionths of a unit         5.1 m3          = 5_100_000     (volumes, norms)
    ppm       millionths of one            a share of 1/4  = 250_000

Amounts are rounded half up on the absolute value, once a line (charges.md §0.2).
"""

import math
import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import Malformed

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

KOP_PER_RUB = 100
MILLION = 1_000_000
WHOLE_MAX = 9_000_000_000  # whole units of a volume or whole roubles of a price, so that parts fit

_SAFE = 2.0**62  # products below it, reckoned in floating point, are exact in int64
_RUB = re.compile(r"[+-]?[0-9]{1,15}(?:[.,][0-9]{1,2})?")  # \d would take foreign digits
_THIN_NBSP = "\u202f"
_MINUS = "\u2212"


class NotAnAmount(Malformed):
    """A text that is not an amount of roubles and kopecks."""


def charge_of(volume_mcu: Ints, price_mcr: Ints) -> Ints:
    """Multiply volumes by prices, element by element, to whole kopecks.

    :param volume_mcu: shape (n,), millionths of a unit, either sign
    :param price_mcr: shape (n,), millionths of a rouble, either sign
    :returns: shape (n,), kopecks, half up on the absolute value (charges.md §0.2)
    """
    volume = np.asarray(volume_mcu, dtype=np.int64)
    price = np.asarray(price_mcr, dtype=np.int64)
    sign = np.sign(volume) * np.sign(price)
    units, unit_parts = np.divmod(np.abs(volume), MILLION)
    rubles, ruble_parts = np.divmod(np.abs(price), MILLION)
    assert not units.size or int(units.max()) * max(1, int(rubles.max())) < 2**56
    assert not units.size or int(units.max()) < WHOLE_MAX
    assert not rubles.size or int(rubles.max()) < WHOLE_MAX

    # (u + up/10^6)(r + rp/10^6) roubles in kopecks: the cross terms are split at 10^4, so that
    # every intermediate stays inside int64.
    cross_whole, cross_rest = np.divmod(units * ruble_parts + rubles * unit_parts, 10_000)
    rest = cross_rest * MILLION + unit_parts * ruble_parts
    amount = units * rubles * KOP_PER_RUB + cross_whole + (rest + 5 * 10**9) // 10**10
    return np.asarray(sign * amount, dtype=np.int64)


def scale(values: Ints, numerator: Ints | int, denominator: Ints | int) -> Ints:
    """Give values x numerator / denominator, half up on the absolute value, exactly.

    For volumes by share, by days, by area: the product may pass 2^63, the result may not.

    :param values: shape (n,), any whole unit, either sign
    :param numerator: shape (n,) or scalar, not negative
    :param denominator: shape (n,) or scalar, positive
    :returns: shape (n,), in the unit of values
    """
    value = np.asarray(values, dtype=np.int64)
    assert bool((np.asarray(numerator) >= 0).all())
    return np.asarray(np.sign(value) * ratio((np.abs(value), numerator), (denominator,)))


def ratio(tops: Sequence[Ints | int], bottoms: Sequence[Ints | int]) -> Ints:
    """Give the product of tops over the product of bottoms, rounded half up once, exactly.

    In int64 where the products fit, by removing common factors where they do not, and in
    Python's whole numbers for what is left.

    :param tops: each shape (n,) or scalar, not negative
    :param bottoms: each shape (n,) or scalar, positive
    :returns: shape (n,)
    """
    parts = [np.atleast_1d(np.asarray(part, dtype=np.int64)) for part in (*tops, *bottoms)]
    if not all(part.size for part in parts):
        return np.zeros(0, dtype=np.int64)
    over, under = parts[: len(tops)], parts[len(tops) :]
    assert all(int(part.min()) >= 0 for part in over)
    assert all(int(part.min()) > 0 for part in under)
    if _largest(over) < _SAFE and _largest(under) < _SAFE:
        return _half_up(_product(over), _product(under))
    columns = np.broadcast_arrays(*parts)
    over, under = list(columns[: len(tops)]), list(columns[len(tops) :])
    if not (_fits(over) and _fits(under)):
        over, under = _reduced(over, under)
    top_bound, bottom_bound = _bound(over), _bound(under)
    if top_bound.max() < _SAFE and bottom_bound.max() < _SAFE:
        return _half_up(_product(over), _product(under))

    wide = (top_bound >= _SAFE) | (bottom_bound >= _SAFE)
    result = np.zeros(len(columns[0]), dtype=np.int64)
    narrow = ~wide
    result[narrow] = _half_up(
        _product([part[narrow] for part in over]), _product([part[narrow] for part in under])
    )
    top = _product([part[wide].astype(object) for part in over])
    bottom = _product([part[wide].astype(object) for part in under])
    result[wide] = ((2 * top + bottom) // (2 * bottom)).astype(np.int64)
    return result


def excess_of(volume_mcu: Ints, price_mcr: Ints, factor_ppm: Ints) -> Ints:
    """Give what a raising factor adds: the full amount less the plain one (charges.md §0.2).

    Both are rounded once from the same volume, so that the two lines add up to the full amount.

    :param volume_mcu: shape (n,), not negative, without the factor
    :param price_mcr: shape (n,), not negative
    :param factor_ppm: shape (n,), millionths of one
    :returns: shape (n,), kopecks
    """
    bottom = MILLION * MILLION * MILLION // KOP_PER_RUB
    return ratio((volume_mcu, price_mcr, factor_ppm), (bottom,)) - charge_of(volume_mcu, price_mcr)


def _largest(parts: Sequence[Ints]) -> int:
    """Give the product of the largest of each: no product of a row is above it."""
    return math.prod(max(int(part.max()), 1) for part in parts)


def _bound(columns: Sequence[Ints]) -> NDArray[np.float64]:
    """Give the products in floating point: to choose the way of counting, never to count."""
    product = np.ones(len(columns[0]))
    for column in columns:
        product = product * column
    return product


def _fits(columns: Sequence[Ints]) -> bool:
    return bool(_bound(columns).max() < _SAFE)


def _product(columns: Sequence[Any]) -> Any:
    product = columns[0]
    for column in columns[1:]:
        product = product * column
    return product


def _half_up(top: Ints, bottom: Ints) -> Ints:
    quotient, remainder = np.divmod(top, bottom)
    return np.asarray(quotient + (remainder >= bottom - remainder), dtype=np.int64)


def _reduced(over: list[Ints], under: list[Ints]) -> tuple[list[Ints], list[Ints]]:
    """Divide tops and bottoms by their common factors, pair by pair, until the products fit."""
    top_parts, bottom_parts = over.copy(), under.copy()
    for at, top in enumerate(top_parts):
        left = top
        for place, bottom in enumerate(bottom_parts):
            # Shares are mostly wholes: what is one everywhere has no factor to give.
            if left.max() <= 1 or bottom.max() <= 1:
                continue
            shared = np.maximum(np.gcd(left, bottom), 1)
            left = left // shared
            bottom_parts[place] = bottom // shared
        top_parts[at] = left
        if _fits(top_parts) and _fits(bottom_parts):
            break
    return top_parts, bottom_parts


def apportion(total: int, weights: Ints) -> Ints:
    """Split a total over weights so that the parts sum to it exactly.

    Each part is rounded toward zero; what is left goes one by one to the largest
    fractional parts, ties to the larger weight, then to the earlier place (money.md §2.3).

    :param total: whole units, either sign
    :param weights: shape (n,), not negative, at least one positive
    :returns: shape (n,), whole units
    """
    return apportion_groups(
        np.array([total], dtype=np.int64), np.zeros(len(weights), dtype=np.int64), weights
    )


def apportion_groups(totals: Ints, group_of: Ints, weights: Ints) -> Ints:
    """Split many totals at once, each over the weights of its own group.

    :param totals: shape (g,), whole units, either sign
    :param group_of: shape (n,), for each part the index of its group in totals
    :param weights: shape (n,), not negative; each group with a total has a positive weight
    :returns: shape (n,), whole units; per group they sum to its total
    """
    weight = np.asarray(weights, dtype=np.int64)
    group = np.asarray(group_of, dtype=np.int64)
    total = np.asarray(totals, dtype=np.int64)
    assert bool((weight >= 0).all())
    sums = np.zeros(len(total), dtype=np.int64)
    np.add.at(sums, group, weight)
    assert bool(((sums > 0) | (total == 0)).all())
    if not weight.size:
        return np.zeros(0, dtype=np.int64)

    # Fractions of one group share a denominator, so remainders compare as they are.
    parts, remainder = _divided(np.abs(total)[group], weight, np.maximum(sums, 1)[group])

    left = np.abs(total)
    left = left.copy()
    np.subtract.at(left, group, parts)
    order = np.lexsort((np.arange(weight.size), -weight, -remainder, group))
    starts = np.searchsorted(group[order], np.arange(len(total)))
    rank = np.empty(weight.size, dtype=np.int64)
    rank[order] = np.arange(weight.size) - starts[group[order]]
    parts += rank < left[group]
    return np.asarray(np.sign(total)[group] * parts, dtype=np.int64)


def _divided(size: Ints, weight: Ints, bottom: Ints) -> tuple[Ints, Ints]:
    """Give quotient and remainder of size x weight / bottom, in int64 where they fit."""
    if not (size.astype(np.float64) * weight).max(initial=0) < _SAFE:
        wide = size.astype(object) * weight.astype(object)
        parts = (wide // bottom.astype(object)).astype(np.int64)
        return parts, (wide % bottom.astype(object)).astype(np.int64)
    quotient, remainder = np.divmod(size * weight, bottom)
    return quotient, remainder


def kopecks(text: str) -> int:
    """Read an amount typed by a person or sent by a program: "1234.56", "1 234,5", "-10".

    :raises NotAnAmount: when it is not roubles with at most two decimals
    """
    plain = re.sub(r"[\s\u00a0\u202f]", "", text).replace(_MINUS, "-")
    if not _RUB.fullmatch(plain):
        raise NotAnAmount(
            f"«{text[:40]}» не сумма. Введите рубли и копейки, например 1234,56: "
            "не больше двух знаков после запятой."
        )
    return int(Decimal(plain.replace(",", ".")) * KOP_PER_RUB)


def rubles(amount_kop: int) -> str:
    """Give an amount for programs: exactly two decimals and a point, "-1234.56"."""
    sign = "-" if amount_kop < 0 else ""
    whole, part = divmod(abs(int(amount_kop)), KOP_PER_RUB)
    return f"{sign}{whole}.{part:02d}"


def shown(amount_kop: int) -> str:
    """Give an amount for people: no-break thousands, comma, true minus, "−1 234,56"."""
    sign = _MINUS if amount_kop < 0 else ""
    whole, part = divmod(abs(int(amount_kop)), KOP_PER_RUB)
    return f"{sign}{whole:,},{part:02d}".replace(",", _THIN_NBSP, f"{whole:,}".count(","))


def millionths(number: Decimal) -> int:
    """Give a number in millionths, half up on the absolute value.

    :raises ValueError: when it is not a finite number
    """
    try:
        scaled = (number * MILLION).to_integral_value(rounding=ROUND_HALF_UP)
    except InvalidOperation as error:
        raise ValueError(number) from error
    return int(scaled)


def decimal_of(value: int, *, places: int = 6) -> str:
    """Give millionths as a decimal text without trailing zeros: 5_100_000 is "5.1"."""
    sign = "-" if value < 0 else ""
    whole, part = divmod(abs(int(value)), 10**places)
    digits = f"{part:0{places}d}".rstrip("0")
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"
