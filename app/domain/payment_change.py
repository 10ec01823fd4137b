"""A payment changed after it was taken: what leaves with a part, what it pays when spread anew.

    before ── returned ─▶ dues without the payment ─▶ allocate, or split by hand ─▶ after
    lines  ── leaving  ─▶ what was allocated last leaves first, pro rata inside a period

A payment never changes its sum: only what it pays (money.md §2.4, C4 and C5).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from app.domain.allocation import split
from app.domain.allocation_line import AllocationKind, AllocationLine
from app.domain.dues import Dues, Purpose
from app.domain.period import Period

Purposes = Mapping[tuple[UUID, UUID], Purpose]

_KINDS = list(AllocationKind)


def returned(dues: Dues, lines: Iterable[AllocationLine], *, purposes: Purposes) -> Dues:
    """Give the dues as if these lines had not been paid.

    :param purposes: of every line, by service and contract
    """
    return _moved(dues, lines, purposes, sign=1)


def paid(dues: Dues, lines: Iterable[AllocationLine], *, purposes: Purposes) -> Dues:
    """Give the dues as they are when these lines are paid too."""
    return _moved(dues, lines, purposes, sign=-1)


def leaving(amount_kop: int, lines: Sequence[AllocationLine]) -> list[int]:
    """Say how much of each line leaves with a part of a payment.

    What stays is what a smaller payment would have paid: advances leave first, then penalties,
    then the latest periods; inside a period pro rata to the lines.

    :param amount_kop: not more than the lines have
    :returns: kopecks in the order of the lines, none above its line
    """
    assert 0 < amount_kop <= sum(line.amount_kop for line in lines)
    parts = [0] * len(lines)
    buckets: dict[tuple[int, Period], list[int]] = {}
    for place, line in enumerate(lines):
        buckets.setdefault((_KINDS.index(line.kind), line.origin_period), []).append(place)
    left = amount_kop
    for bucket in sorted(buckets, reverse=True):
        places = buckets[bucket]
        caps = [lines[place].amount_kop for place in places]
        for place, part in zip(
            places, split(min(left, sum(caps)), weights=caps, caps=caps), strict=True
        ):
            parts[place] = part
            left -= part
    assert left == 0
    return parts


def _moved(dues: Dues, lines: Iterable[AllocationLine], purposes: Purposes, *, sign: int) -> Dues:
    rows: dict[tuple[Period, Purpose], list[int]] = {
        (due.origin_period, due.purpose): [due.principal_kop, due.penalty_kop, due.charged_kop]
        for due in dues.rows()
    }
    there = {(one.service_id, one.contract_id): one for one in dues.purposes}
    for line in lines:
        key = (line.service_id, line.contract_id)
        purpose = there.get(key) or purposes[key]
        row = rows.setdefault((line.origin_period, purpose), [0, 0, 0])
        row[1 if line.kind is AllocationKind.PENALTY_PAYMENT else 0] += sign * line.amount_kop
    known = sorted(
        {purpose for _, purpose in rows} | set(dues.purposes), key=lambda purpose: purpose.order
    )
    place_of = {purpose: place for place, purpose in enumerate(known)}
    weight_of = dict(zip(dues.purposes, dues.advance_weights, strict=True))
    ordered = sorted(rows, key=lambda key: (key[0], place_of[key[1]]))
    return replace(
        dues,
        purposes=tuple(known),
        purpose_of=tuple(place_of[purpose] for _, purpose in ordered),
        origin_periods=tuple(origin for origin, _ in ordered),
        principal_kop=tuple(rows[key][0] for key in ordered),
        penalty_kop=tuple(rows[key][1] for key in ordered),
        charged_kop=tuple(rows[key][2] for key in ordered),
        advance_weights=tuple(weight_of.get(purpose, 0) for purpose in known),
    )
