"""Under which contract a service is provided on which days, the account's own before its house's.

house      ────────── В-1 ──────────┬──── В-2 ─────▶
account              ├── Т-9 ──┤
effective  ─── В-1 ──┼── Т-9 ──┼ В-1 ┴── В-2 ─────▶
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

STILL = date.max


@dataclass(frozen=True, slots=True)
class AssignedSpan:
    """A service of an account under a contract for some days.

    :ivar until: the first day no longer, None: still
    :ivar is_own: assigned to the account, not to its house
    :ivar payee: who is owed: the supplier, of a two-sided contract the provider
    """

    service: str
    service_name: str
    contract: str
    provider: str
    payee: str
    since: date
    until: date | None
    is_own: bool
    position: int = 0


def effective(spans: Sequence[AssignedSpan]) -> tuple[AssignedSpan, ...]:
    """Give the spans that count: what an account has of its own takes the days of its house's.

    :returns: by service in the order of the catalogue, then by day
    """
    found: list[AssignedSpan] = []
    for service in {span.service for span in spans}:
        own = [span for span in spans if span.service == service and span.is_own]
        found += own
        for span in spans:
            if span.service == service and not span.is_own:
                found += _without(span, own)
    return tuple(sorted(found, key=lambda span: (span.position, span.service, span.since)))


def in_force(spans: Iterable[AssignedSpan], *, on: date) -> tuple[AssignedSpan, ...]:
    """Give those that count on a day; `spans` are effective ones."""
    return tuple(span for span in spans if span.since <= on < (span.until or STILL))


def _without(span: AssignedSpan, taken: Iterable[AssignedSpan]) -> list[AssignedSpan]:
    """Give what is left of a span when others have taken their days."""
    left = [(span.since, span.until or STILL)]
    for other in taken:
        start, end = other.since, other.until or STILL
        left = [
            piece
            for first, last in left
            for piece in ((first, min(last, start)), (max(first, end), last))
            if piece[0] < piece[1]
        ]
    return [
        replace(span, since=first, until=None if last == STILL else last) for first, last in left
    ]
