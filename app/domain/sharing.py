"""Accounts of one premises share a whole: their volumes and amounts sum to it (charges.md §9).

Each part is rounded on its own; what is left over goes to the largest share, of equal ones to
the lowest account number. Only where the shares on these days sum to one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from app.domain import money
from app.domain.basis import AMOUNT_REST_SLOT, METERED, VOLUME_REST_SLOT, Basis
from app.domain.ledger import EntryKind
from app.domain.money import Ints
from app.domain.pricing import Lines
from app.domain.situation import Situation
from app.domain.volume import Volumes

_MCU_DIGITS = 6


def with_digits(known: Volumes, of: Situation, digits: Ints) -> Volumes:
    """Round calculated volumes to so many decimals; what a meter counted stays as it is.

    What the rounding adds goes into the slot of the rest (charges.md §0.2).

    :param of: all segments, in the order of their places
    :param digits: shape (services,)
    """
    if not digits.size or int(digits.min()) >= _MCU_DIGITS:
        return known
    step = 10 ** (_MCU_DIGITS - digits[of.service[known.place]])
    calculated = ~np.isin(known.basis, [int(one) for one in METERED])

    def rounded(values: Ints) -> Ints:
        return np.where(calculated, money.scale(values, 1, step) * step, values)

    volume, slots = rounded(known.volume_mcu), known.slots.copy()
    slots[:, VOLUME_REST_SLOT] += volume - known.volume_mcu
    return replace(known, volume_mcu=volume, whole_mcu=rounded(known.whole_mcu), slots=slots)


def whole_volumes(known: Volumes, of: Situation, *, numbers: Sequence[str]) -> Volumes:
    """Make the volumes of shared premises sum to their whole.

    :param of: all segments, in the order of their places
    :param numbers: account numbers
    """
    # Sums of water that is whole already are whole: there is nothing to add to their parts.
    shared = np.flatnonzero(known.is_shared & (known.basis != Basis.WASTE_BY_WATER))
    if not shared.size:
        return known
    volume, slots = known.volume_mcu.copy(), known.slots.copy()
    key = (known.component[shared], known.zone[shared])
    for group in _groups(of, known.place[shared], key, numbers):
        at = shared[group]
        rest = int(known.whole_mcu[at[0]]) - int(volume[at].sum())
        volume[at[0]] += rest
        slots[at[0], VOLUME_REST_SLOT] += rest
    return replace(known, volume_mcu=volume, slots=slots)


def whole_amounts(lines: Lines, of: Situation, *, numbers: Sequence[str]) -> Lines:
    """Make the amounts of shared premises sum to the amount of their whole volume."""
    shared = np.flatnonzero(lines.is_shared & (lines.kind == EntryKind.CHARGE))
    if not shared.size:
        return lines
    amount, slots = lines.amount_kop.copy(), lines.slots.copy()
    key = (lines.component[shared], lines.zone[shared], lines.price_mcr[shared])
    for group in _groups(of, lines.place[shared], key, numbers):
        at = shared[group]
        total = np.array([lines.volume_mcu[at].sum()], dtype=np.int64)
        rest = int(money.charge_of(total, lines.price_mcr[at[:1]])[0]) - int(amount[at].sum())
        amount[at[0]] += rest
        slots[at[0], AMOUNT_REST_SLOT] = rest
    return replace(lines, amount_kop=amount, slots=slots)


def _groups(
    of: Situation, place: Ints, key: Sequence[Ints], numbers: Sequence[str]
) -> Iterator[Ints]:
    """Give the groups whose shares sum to one, the largest share first in each."""
    columns = (
        of.premises[place], of.service[place], of.contract[place],
        of.day_from[place], of.day_to[place], *key,
    )  # fmt: skip
    groups: dict[tuple[int, ...], list[int]] = {}
    for at, values in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
        groups.setdefault(values, []).append(at)

    def share(at: int) -> Fraction:
        over, under = of.share_numerator[place[at]], of.share_denominator[place[at]]
        return Fraction(int(over), int(under))

    for members in groups.values():
        if len(members) > 1 and sum(map(share, members)) == 1:
            members.sort(key=lambda at: (-share(at), *_order(numbers[int(of.account[place[at]])])))
            yield np.array(members, dtype=np.int64)


def _order(number: str) -> tuple[int, str]:
    return len(number), number
