"""What the meters of houses gave in the month: by readings, by the average, or nothing and why.

    READING   the dial, or the volume given; after months by averages these are taken off
    AVERAGE   354, §59(1): no usable reading; the sum of the base over its months, by days in place
    NONE      neither: the house goes by its norm, `doubt` says why (metering.DOUBTS has the words)

A caller takes `known.house_volumes` (Metering) by the place of the meter in inputs.meters and
adds up the meters of a house. Own rules of a resource (heat: charges.md §5, PP 1176) may take
`base_mcu` and `base_months` and correct them.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from fractions import Fraction

import numpy as np

from app.domain import meter
from app.domain.bases.rule import half_up
from app.domain.days import Month
from app.domain.meter import Doubt, Meters, Spans
from app.domain.meter_lives import Lives
from app.domain.meter_state import Life, Stander
from app.domain.money import MILLION, Ints, decimal_of


class VolumeKind(IntEnum):
    """Where the month's volume of a house meter comes from."""

    NONE = 0
    READING = 1
    AVERAGE = 2


@dataclass(frozen=True, slots=True)
class HouseVolumes:
    """What each house meter gave in the month, shape (meters,) each; of other meters NONE.

    :ivar kind: VolumeKind
    :ivar volume_mcu: all zones, times the ratio, on the days the meter was in place; 0 of NONE
    :ivar base_mcu: of AVERAGE the sum of its base, else 0
    :ivar base_months: of AVERAGE the months of its base, else 0
    :ivar periods: how many periods in a row have no reading, this one included; 0 of READING
    :ivar doubt: Doubt, why there is no volume by readings; 0 of READING
    :ivar why: by meter, the words of an average for a note: its months, sum and reason
    :ivar late_norm: by meter with a late reading, months [from, to) before it that went by the norm
    """

    kind: Ints
    volume_mcu: Ints
    base_mcu: Ints
    base_months: Ints
    periods: Ints
    doubt: Ints
    why: dict[int, str] = field(default_factory=dict)
    late_norm: dict[int, tuple[int, int]] = field(default_factory=dict)


def whole_month(meters: Meters, *, month: Month, services: int) -> Ints:
    """Give the meters of houses that count: of a house and service metered on every day.

    A meter and the one put in its place add up; a month with a day of no meter goes by the norm.

    :param services: how many services there are
    """
    covered = meter.coverage(meters, month=month)
    at = np.flatnonzero((meters.of_house > 0) & (covered != 0))
    _, place = np.unique(meters.house[at] * services + meters.service[at], return_inverse=True)
    together = np.zeros(len(at), dtype=np.int64)
    np.bitwise_or.at(together, place, covered[at])
    return np.asarray(at[together[place] == month.full], dtype=np.int64)


def house_volumes(meters: Meters, spans: Spans, doubt: Ints, lives: Lives) -> HouseVolumes:
    """Give what each meter of a house gave.

    :param spans: by readings, of meters of houses all of them
    :param doubt: shape (meters,), what is wrong with these readings
    """
    size = len(meters.service)
    volume, base, months, periods = (np.zeros(size, dtype=np.int64) for _ in range(4))
    at = np.flatnonzero(meters.of_house[spans.meter])
    if not meters.of_house.any():
        return HouseVolumes(volume.copy(), volume, base, months, periods, volume.copy())
    one = np.ones(len(at), dtype=np.int64)
    counted = spans.volume(at, (spans.day_to - spans.day_from)[at], numerator=one, denominator=one)
    np.add.at(volume, spans.meter[at], counted)
    has_reading = np.zeros(size, dtype=bool)
    has_reading[spans.meter[at]] = True
    kind = np.where(has_reading & (doubt == Doubt.NONE), int(VolumeKind.READING), 0)
    result = HouseVolumes(kind, volume, base, months, periods, np.where(kind > 0, 0, doubt))
    for which, life in lives.lives.items():
        if meters.of_house[which]:
            _of_life(result, which, life, lives)
    volume[result.kind == VolumeKind.NONE] = 0
    return result


def _of_life(of: HouseVolumes, which: int, life: Life, lives: Lives) -> None:
    """Put the month of an unusual meter of a house into the columns."""
    if life.doubt is not Doubt.NONE:
        of.kind[which], of.doubt[which] = VolumeKind.NONE, life.doubt
        return
    of.periods[which] = life.case.period if life.case is not None else 0
    if life.norm_from < life.norm_to:
        of.kind[which] = VolumeKind.NONE
        of.doubt[which] = max(int(of.doubt[which]), Doubt.NO_READING)
        of.why[which] = life.reason
        return
    total = Fraction(0)
    for piece in life.pieces:
        counted = piece.current_mcu - piece.previous_mcu + piece.turn_mcu
        number = piece.day_to - piece.day_from
        total += Fraction(counted * piece.ratio_mcu * number, MILLION * piece.parts)
    total -= _averaged(life, lives.stander(which))
    of.volume_mcu[which] = half_up(total)
    if life.base is None:
        of.kind[which], of.doubt[which] = VolumeKind.READING, Doubt.NONE
        of.periods[which] = 0
        first = life.late_from + _averages(life, lives.stander(which))
        if first < life.late_to:
            of.late_norm[which] = (first, life.late_to)
        return
    of.kind[which], of.doubt[which] = VolumeKind.AVERAGE, Doubt.NO_READING
    of.base_mcu[which] = sum(life.base.total_mcu(zone) for zone in range(len(life.pieces)))
    of.base_months[which] = life.base.months
    total_words = decimal_of(int(of.base_mcu[which])).replace(".", ",")
    of.why[which] = (
        f"общедомовой прибор: {life.reason}; средний объём {total_words} / {life.base.months} мес."
        f" ({life.base_words})"
    )


def _averaged(life: Life, stander: Stander) -> Fraction:
    """Give the averages the house was reckoned by in the months before a late reading."""
    months = _averages(life, stander)
    base = stander.base_for(life.case) if months and life.case is not None else None
    if base is None:
        return Fraction(0)
    total = sum(base.total_mcu(zone) for zone in range(len(stander.of.zones)))
    return Fraction(total * months, base.months)


def _averages(life: Life, stander: Stander) -> int:
    """Give how many of these months went by the average."""
    if life.late_from >= life.late_to or life.case is None or stander.base_for(life.case) is None:
        return 0
    return min(life.late_to - life.late_from, stander.terms.periods)
