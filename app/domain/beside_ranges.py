"""Volumes beside the usual where the price has ranges: on top of the usual, or cut off it.

    usual volume T, beside it V      ranges of [T, T + V], of a credit those of [T + V, T]

Limits are those of the segment's days (pricing.py).
"""

from dataclasses import replace

import numpy as np

from app.domain.basis import SLOTS, Basis
from app.domain.money import Flags, Ints
from app.domain.volume import Volumes

RANGE_OF = {
    Basis.PIPE62_POWER: Basis.PIPE62_RANGE,
    Basis.PIPE62_WATER: Basis.PIPE62_RANGE,
    Basis.RECALC61: Basis.RECALC61_RANGE,
    Basis.NORM10: Basis.NORM10_BESIDE_RANGE,
    Basis.NORM10_GAS: Basis.NORM10_BESIDE_RANGE,
}
# Norm × 10 is beside the usual where it is of a connection: interference has no words of an act.
_ACT_SLOT = {Basis.NORM10: 4, Basis.NORM10_GAS: 9}
# The act of a connection; of a control reading the two dials, the ratio and the two days.
_KEPT_SLOTS = {
    Basis.PIPE62_POWER: (2,),
    Basis.PIPE62_WATER: (3,),
    Basis.RECALC61: (0, 1, 2, 3, 4),
    Basis.NORM10: (_ACT_SLOT[Basis.NORM10],),
    Basis.NORM10_GAS: (_ACT_SLOT[Basis.NORM10_GAS],),
}
_FIRST = 4


def is_beside(known: Volumes) -> Flags:
    """Tell which volumes are beside the usual ones."""
    result = np.zeros(len(known.basis), dtype=np.bool_)
    for basis in RANGE_OF:
        its = known.basis == basis
        if basis in _ACT_SLOT:
            its &= known.slots[:, _ACT_SLOT[basis]] > 0
        result |= its
    return result


def over_ranges(
    known: Volumes, usual_mcu: Ints, *, line: Ints, low: Ints, high: Ints
) -> tuple[Volumes, Ints]:
    """Split volumes beside the usual over the ranges of their price.

    :param usual_mcu: shape (n,), the usual volume of each
    :param line: shape (m,), the volume each range is for, `low` and `high` its limits
    :returns: a volume of each range that has a part of one, and the places of those ranges
    """
    after = usual_mcu + known.volume_mcu
    start = np.minimum(usual_mcu, after)[line]
    stop = np.maximum(usual_mcu, after)[line]
    # What is below zero is of the first range.
    opened = np.where(low == 0, np.minimum(low, start), low)
    size = np.maximum(np.minimum(high, stop) - np.maximum(opened, start), 0)
    kept = np.flatnonzero(size)
    made = known.taken(line[kept])
    part = np.where(made.volume_mcu < 0, -size[kept], size[kept])
    slots = np.zeros((len(kept), SLOTS), dtype=np.int64)
    slots[:, 0], slots[:, 1] = made.volume_mcu, usual_mcu[line[kept]]
    slots[:, 2], slots[:, 3] = low[kept], high[kept]
    basis = made.basis.copy()
    for was, names in _KEPT_SLOTS.items():
        at = np.flatnonzero(made.basis == was)
        for slot, source in enumerate(names, start=_FIRST):
            slots[at, slot] = made.slots[at, source]
        basis[at] = RANGE_OF[was]
    return replace(made, basis=basis, volume_mcu=part, whole_mcu=part, slots=slots), kept
