"""A formula over columns, exactly: every row a fraction, whole numbers above and below.

top, bottom    int64 while every product fits, then Python's whole numbers, column by column
fault          why a row has no value: 0 it has one, 1 division by zero, from 2 on a name
               without a value; in a branch that is not taken it does not count
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.domain.formula import (
    Choice,
    Condition,
    Extremum,
    Name,
    Negated,
    Number,
    Operation,
    Rounding,
    Tree,
)
from app.domain.money import Flags, Ints

Wide: TypeAlias = NDArray[Any]  # int64 or Python's whole numbers
DIVISION_BY_ZERO = 1
FIRST_MISSING = 2
GREATEST = 10**15  # of a result in parts of one: what a line and its price can hold
_SAFE = 2.0**62
_COMPARE: dict[str, Callable[[Wide, Wide], Flags]] = {
    "<": np.less, ">": np.greater, "<=": np.less_equal, ">=": np.greater_equal,
    "=": np.equal, "<>": np.not_equal,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FractionColumn:
    """Fractions, shape (n,) or (1,) for all rows alike; bottoms are positive."""

    top: Wide
    bottom: Wide
    fault: Ints


def fractions(values: Ints, *, scale: Ints | int = 1, fault: Ints | None = None) -> FractionColumn:
    """Give values counted in parts of one.

    :param scale: how many parts one has, shape (n,) or scalar, positive
    :param fault: shape (n,), for rows without a value
    """
    top = np.atleast_1d(np.asarray(values, dtype=np.int64))
    none = np.zeros(1, dtype=np.int64)
    bottom = np.atleast_1d(np.asarray(scale, dtype=np.int64))
    return FractionColumn(top, bottom, none if fault is None else fault)


def evaluated(tree: Tree, values: Mapping[str, FractionColumn]) -> FractionColumn:
    """Give what a formula comes to on every row.

    :param values: columns of its names, all of one length or of one row
    """
    match tree:
        case Number():
            one = np.array([tree.value.numerator], dtype=np.int64)
            found = fractions(one, scale=tree.value.denominator)
        case Name():
            found = values[tree.name]
        case Negated():
            inside = evaluated(tree.inside, values)
            found = replace(inside, top=-inside.top)
        case Operation():
            left, right = evaluated(tree.left, values), evaluated(tree.right, values)
            found = _OPERATIONS[tree.sign](left, right)
        case Extremum():
            left, right = evaluated(tree.left, values), evaluated(tree.right, values)
            is_left = _compared("<=" if tree.function == "мин" else ">=", left, right)
            found = _chosen(is_left, left, right)
            found = replace(found, fault=np.maximum(left.fault, right.fault))
        case Rounding():
            found = _rounded(evaluated(tree.inside, values), tree.places)
        case Choice():
            holds, fault = _holds(tree.condition, values)
            then, otherwise = evaluated(tree.then, values), evaluated(tree.otherwise, values)
            found = _chosen(holds, then, otherwise)
            found = replace(found, fault=np.maximum(found.fault, fault))
    return found


def half_up(column: FractionColumn, *, rows: int, scale: int = 1) -> tuple[Ints, Flags]:
    """Give the values in parts of one, half up on the absolute value, rounded this once.

    :param scale: how many parts one has
    :returns: shape (rows,), and which rows fit the numbers of a line; the others are 0
    """
    top = _product(column.top, np.array([scale], dtype=np.int64))
    parts = _halved(top, column.bottom)
    fits = np.asarray(np.abs(parts) < GREATEST, dtype=np.bool_)
    whole = np.where(fits, parts, 0).astype(np.int64)
    return np.broadcast_to(whole, rows), np.broadcast_to(fits, rows)


def scaled(column: FractionColumn, over: Ints, under: Ints) -> FractionColumn:
    """Give the values × over / under."""
    return _times(column, fractions(over, scale=under))


def _holds(condition: Condition, values: Mapping[str, FractionColumn]) -> tuple[Flags, Ints]:
    left, right = evaluated(condition.left, values), evaluated(condition.right, values)
    return _compared(condition.sign, left, right), np.maximum(left.fault, right.fault)


def _compared(sign: str, left: FractionColumn, right: FractionColumn) -> Flags:
    one, other = _product(left.top, right.bottom), _product(right.top, left.bottom)
    return np.asarray(_COMPARE[sign](one, other), dtype=np.bool_)


def _chosen(is_first: Flags, first: FractionColumn, second: FractionColumn) -> FractionColumn:
    return FractionColumn(
        np.where(is_first, first.top, second.top),
        np.where(is_first, first.bottom, second.bottom),
        np.where(is_first, first.fault, second.fault),
    )


def _plus(left: FractionColumn, right: FractionColumn, sign: int = 1) -> FractionColumn:
    fault = np.maximum(left.fault, right.fault)
    if left.bottom.size == right.bottom.size == 1:
        # Bottoms alike for all rows stay small: by their least common multiple.
        common = np.lcm(left.bottom.astype(object), right.bottom.astype(object))
        one = _product(left.top, common // left.bottom)
        other = _product(right.top, common // right.bottom)
        return FractionColumn(_sum(one, sign * other), _narrow(common), fault)
    one, other = _product(left.top, right.bottom), _product(right.top, left.bottom)
    bottom = _product(left.bottom, right.bottom)
    return _reduced(FractionColumn(_sum(one, sign * other), bottom, fault))


def _minus(left: FractionColumn, right: FractionColumn) -> FractionColumn:
    return _plus(left, right, -1)


def _times(left: FractionColumn, right: FractionColumn) -> FractionColumn:
    top, bottom = _product(left.top, right.top), _product(left.bottom, right.bottom)
    return _reduced(FractionColumn(top, bottom, np.maximum(left.fault, right.fault)))


def _divided(left: FractionColumn, right: FractionColumn) -> FractionColumn:
    is_zero = np.asarray(right.top == 0, dtype=np.bool_)
    under = np.where(is_zero, 1, right.top)
    sign = np.where(under < 0, -1, 1)
    turned = FractionColumn(sign * right.bottom, sign * under, right.fault)
    found = _times(left, turned)
    return replace(found, fault=np.maximum(found.fault, np.where(is_zero, DIVISION_BY_ZERO, 0)))


_OPERATIONS: dict[str, Callable[[FractionColumn, FractionColumn], FractionColumn]] = {
    "+": _plus, "−": _minus, "×": _times, "/": _divided,
}  # fmt: skip


def _rounded(column: FractionColumn, places: int) -> FractionColumn:
    scale = np.array([10**places], dtype=np.int64)
    return replace(column, top=_halved(_product(column.top, scale), column.bottom), bottom=scale)


def _halved(top: Wide, bottom: Wide) -> Wide:
    """Divide half up on the absolute value."""
    size, doubled = np.abs(top), _product(bottom, np.array([2], dtype=np.int64))
    over = _sum(_product(size, np.array([2], dtype=np.int64)), bottom)
    return np.asarray(np.where(top < 0, -1, 1) * (over // doubled))


def _product(left: Wide, right: Wide) -> Wide:
    """Multiply: in int64 while the greatest product fits, else in Python's whole numbers."""
    if object not in (left.dtype, right.dtype) and _largest(left) * _largest(right) < _SAFE:
        return np.asarray(left * right)
    return np.asarray(_narrow(left.astype(object) * right.astype(object)))


def _sum(left: Wide, right: Wide) -> Wide:
    if object not in (left.dtype, right.dtype) and _largest(left) + _largest(right) < _SAFE:
        return np.asarray(left + right)
    return np.asarray(_narrow(left.astype(object) + right.astype(object)))


def _largest(column: Wide) -> float:
    return float(np.abs(column).max(initial=0))


def _narrow(column: Wide) -> Wide:
    """Give whole numbers in int64 again where they all fit."""
    if column.dtype != object or not column.size or max(map(abs, column.tolist())) >= _SAFE:
        return column
    return column.astype(np.int64)


def _reduced(column: FractionColumn) -> FractionColumn:
    """Divide by common factors where the numbers have grown long."""
    if column.bottom.size == 1:
        if int(column.bottom[0]) == 1 or column.top.dtype != object:
            return column
        shared = math.gcd(int(column.bottom[0]), *column.top.tolist())
        top, bottom = column.top // shared, column.bottom // shared
        return replace(column, top=_narrow(top), bottom=_narrow(bottom))
    if object not in (column.top.dtype, column.bottom.dtype):
        return column
    shared = np.gcd(column.top.astype(object), column.bottom.astype(object))
    top, bottom = column.top // shared, column.bottom // shared
    return replace(column, top=_narrow(top), bottom=_narrow(bottom))
