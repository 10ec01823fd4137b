"""Spans of minutes [from, to): interruptions put together, parts of a span left, what is shared."""

from collections.abc import Sequence

from app.domain.reduction_inputs import MINUTES_PER_DAY

Span = tuple[int, int]


def united(spans: list[tuple[Span, int]]) -> list[tuple[Span, list[int]]]:
    """Put interruptions that overlap or go on together, with all their acts."""
    result: list[tuple[Span, list[int]]] = []
    for span, at in sorted(spans):
        if result and span[0] <= result[-1][0][1]:
            (low, high), acts = result[-1]
            result[-1] = ((low, max(high, span[1])), [*acts, at])
        else:
            result.append((span, [at]))
    return result


def without(span: Span, others: Sequence[Span]) -> list[Span]:
    """Give the parts of a span that are in none of the others."""
    parts = [span]
    for low, high in others:
        parts = [
            piece
            for one in parts
            for piece in ((one[0], min(one[1], low)), (max(one[0], high), one[1]))
            if piece[0] < piece[1]
        ]
    return parts


def shared_minutes(span: Span, other: Span) -> int:
    return max(0, min(span[1], other[1]) - max(span[0], other[0]))


def full_days(span: Span) -> Span:
    """Give the full calendar days inside a span of minutes, as days of the month [from, to)."""
    low, high = -(-span[0] // MINUTES_PER_DAY), span[1] // MINUTES_PER_DAY
    return low, max(low, high)
