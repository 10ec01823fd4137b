"""Leaves of a report put together: a group before its parts, the total last."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby

from app.domain.analysis import ReportRow

Values = tuple[int | str | date | None, ...]
Leaf = tuple[tuple[str, ...], tuple[str, ...], Values]  # keys, labels, values


def tree(
    leaves: Iterable[Leaf], *, summed: Sequence[bool], total: bool = True
) -> tuple[ReportRow, ...]:
    """Give the rows of leaves that are in order; figures that may be summed are, the rest is empty.

    :param leaves: of one depth, those of one group beside each other
    :param summed: for each value whether groups and the total show its sum
    """
    held = list(leaves)
    depth = len(held[0][0]) if held else 0
    rows = [*_branch(held, 1, depth, summed)]
    if total:
        rows.append(ReportRow((), (), _summed(held, summed)))
    return tuple(rows)


def _branch(
    leaves: Sequence[Leaf], level: int, depth: int, summed: Sequence[bool]
) -> Iterator[ReportRow]:
    if level >= depth:
        yield from (ReportRow(*leaf) for leaf in leaves)
        return
    for _, group in groupby(leaves, key=lambda leaf: leaf[0][level - 1]):
        inside = list(group)
        keys, labels, _ = inside[0]
        yield ReportRow(keys[:level], labels[:level], _summed(inside, summed))
        yield from _branch(inside, level + 1, depth, summed)


def _summed(leaves: Sequence[Leaf], summed: Sequence[bool]) -> Values:
    return tuple(
        sum(_number(values[place]) for _, _, values in leaves) if is_summed else None
        for place, is_summed in enumerate(summed)
    )


def _number(value: int | str | date | None) -> int:
    assert value is None or isinstance(value, int)
    return value or 0
