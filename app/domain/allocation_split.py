"""An amount over lines, pro rata to weights, none above its cap (money.md §2.3).

    amount ─▶ shares of those with weight ─▶ who is full leaves, the rest is shared again
                                          ─▶ whole kopecks down, the rest one each to the
                                             largest fractions
A share remembers what it was made of, so that it can be told.
"""

from collections.abc import Hashable, Sequence
from typing import NamedTuple


class Share(NamedTuple):
    """What one line gets, kopecks, and why so much.

    :ivar pool: what was shared when this line got its part
    :ivar weight: of this line, of the `whole` of all that shared
    :ivar whole: 0 when the line got all it is owed
    :ivar extra: one more kopeck, for the larger fraction
    """

    part: int
    pool: int = 0
    weight: int = 0
    whole: int = 0
    extra: int = 0


_NOTHING = Share(0)


def split(amount_kop: int, *, weights: Sequence[int], caps: Sequence[int]) -> list[int]:
    """Split an amount over lines pro rata to weights, none above its cap (money.md §2.3).

    What passes a cap is shared by the others; when only lines without weight are left, they
    share by what is outstanding. Kopecks left of rounding down go one each to the largest
    fractions, ties to the larger weight, then to the earlier line.

    :param amount_kop: not negative; above Σ caps every line gets its cap
    :param caps: not negative
    :returns: parts in the order of the lines; they sum to min(amount, Σ caps)
    """
    return [share.part for share in shares(amount_kop, weights=weights, caps=caps)]


def shares(
    amount_kop: int, *, weights: Sequence[int], caps: Sequence[int], least_kop: int = 0
) -> list[Share]:
    """Split as `split` does, and tell of each part how it was reckoned.

    :param least_kop: a part below it that does not pay its line off goes to the other lines
    """
    found = _shares(amount_kop, weights, caps)
    if least_kop <= 0:
        return found
    room = list(caps)
    while True:
        crumbs = [
            place
            for place, share in enumerate(found)
            if 0 < share.part < min(least_kop, caps[place])
        ]
        if not crumbs:
            return found
        smallest = min(crumbs, key=lambda place: (found[place].part, weights[place], -place))
        room[smallest] = 0
        if sum(room) < min(amount_kop, sum(caps)):
            return found
        found = _shares(amount_kop, weights, room)


def in_order(amount_kop: int, caps: Sequence[int]) -> list[Share]:
    """Pay lines off one after another."""
    found = []
    left = amount_kop
    for cap in caps:
        part = min(left, cap)
        found.append(Share(part, left, 0, 0 if part == cap else left))
        left -= part
    return found


def by_group(
    amount_kop: int,
    *,
    weights: Sequence[int],
    caps: Sequence[int],
    groups: Sequence[Hashable],
    least_kop: int = 0,
) -> list[Share]:
    """Share by group first, then by line inside each.

    :param groups: of each line, the group it is of
    """
    places: dict[Hashable, list[int]] = {}
    for place, group in enumerate(groups):
        places.setdefault(group, []).append(place)
    lots = list(places.values())
    per_lot = shares(
        amount_kop,
        weights=[sum(weights[place] for place in lot) for lot in lots],
        caps=[sum(caps[place] for place in lot) for lot in lots],
    )
    found = [_NOTHING] * len(caps)
    for lot, share in zip(lots, per_lot, strict=True):
        inside = shares(
            share.part,
            weights=[weights[place] for place in lot],
            caps=[caps[place] for place in lot],
            least_kop=least_kop,
        )
        for place, one in zip(lot, inside, strict=True):
            found[place] = one
    return found


def _shares(amount_kop: int, weights: Sequence[int], caps: Sequence[int]) -> list[Share]:
    assert amount_kop >= 0
    assert all(cap >= 0 for cap in caps)
    if amount_kop >= sum(caps):
        return [Share(cap, cap) for cap in caps]

    found = [_NOTHING] * len(caps)
    left = amount_kop
    active = [place for place, cap in enumerate(caps) if cap > 0 and weights[place] > 0]
    used: Sequence[int] = weights
    while left:
        if not active:
            used = caps
            active = [place for place, cap in enumerate(caps) if found[place].part < cap]
        whole = sum(used[place] for place in active)
        full = [place for place in active if left * used[place] >= caps[place] * whole]
        if not full:
            _round_by_remainder(left, active, used, found)
            break
        for place in full:
            found[place] = Share(caps[place], left)
        left -= sum(caps[place] for place in full)
        taken = set(full)
        active = [place for place in active if place not in taken]
    return found


def _round_by_remainder(
    pool: int, active: list[int], used: Sequence[int], found: list[Share]
) -> None:
    whole = sum(used[place] for place in active)
    parts, rests = {}, {}
    for place in active:
        parts[place], rests[place] = divmod(pool * used[place], whole)
    ranked = sorted(active, key=lambda place: (-rests[place], -used[place], place))
    lucky = set(ranked[: pool - sum(parts.values())])
    for place in active:
        extra = int(place in lucky)
        found[place] = Share(parts[place] + extra, pool, used[place], whole, extra)
