"""What group meters come to, in exact fractions, from the words of charges.md §4.4.

Shares no code with the product: it reads plain values and gives plain values.
"""

from dataclasses import dataclass
from fractions import Fraction

MCU = 10**6


@dataclass(frozen=True)
class Consumer:
    """A flat with one account: what it took by its meter, None without one."""

    area: Fraction
    persons: int
    took: Fraction | None
    share: Fraction
    is_member: bool


@dataclass(frozen=True)
class Block:
    """A house with a group meter of some flats.

    :ivar base: persons, area, norm, equal, share; `mode` cover or common
    """

    flats: tuple[Consumer, ...]
    counted: Fraction
    fixed: Fraction
    carried: Fraction
    base: str
    mode: str
    norm: Fraction


@dataclass(frozen=True)
class Outcome:
    """Own volumes and parts of the rest by flat; None: no such line.

    :ivar parts: exact, before they are rounded to sum to the net
    """

    own: list[Fraction | None]
    parts: list[Fraction | None]
    net: Fraction
    carry: Fraction
    unshared: Fraction


def outcome(block: Block) -> Outcome:
    """Give what each flat pays for."""
    covers = block.mode == "cover"
    own: list[Fraction | None] = []
    for flat in block.flats:
        by_norm = flat.persons * block.norm
        if flat.took is not None:
            own.append(flat.took)
        else:
            own.append(None if covers and flat.is_member else by_norm)
    members = [at for at, flat in enumerate(block.flats) if flat.is_member]
    known = sum((own[at] or Fraction(0) for at in members), Fraction(0))
    rest = block.counted - known - block.fixed - block.carried
    net, carry = max(rest, Fraction(0)), max(-rest, Fraction(0))
    takers = [at for at in members if not covers or block.flats[at].took is None]
    weights = {at: _weight(block, block.flats[at]) for at in takers}
    total = sum(weights.values(), Fraction(0))
    parts: list[Fraction | None] = [None] * len(block.flats)
    if total:
        for at, weight in weights.items():
            parts[at] = net * weight / total
    return Outcome(own, parts, net, carry, Fraction(0) if total else net)


def _weight(block: Block, flat: Consumer) -> Fraction:
    return {
        "persons": Fraction(flat.persons),
        "area": flat.area,
        "norm": flat.persons * block.norm,
        "equal": Fraction(1),
        "share": flat.share,
    }[block.base]
