"""Meters and readings of a month, and what each meter counted between two readings.

    prev ──────────── cur           volume = (cur − prev [+ a full turn of the dial]) × ratio
    span                            days of the month the two readings stand for: from installation
                                    (or the first day) to removal (or the end of the month)
    a reading on a day on which      divides the span: what was counted before it is charged by
    something changes                the conditions before it (charges.md §0.4, §9)

Of readings of one day the more trusted counts: check, final > automatic > payer (charges.md §3.1).
A meter without a usable reading, with an event, or read again after a gap is "unusual": how it
stands is meter_state.py's to say, its spans come from there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from app.domain import days, money
from app.domain.average import month_number
from app.domain.days import Month
from app.domain.meter_event import MeterEvents, SpanKind
from app.domain.money import Flags, Ints
from app.domain.service import Zone

SOURCE_RANKS = {"initial": 0, "payer": 1, "automatic": 2, "inspector": 3, "final": 4}
METER_ZONES = {
    1: (Zone.NONE,),
    2: (Zone.DAY, Zone.NIGHT),
    3: (Zone.PEAK, Zone.HALF_PEAK, Zone.NIGHT),
}
_ZONES = len(Zone)


class Doubt(IntEnum):
    """Why a meter cannot be charged by; the larger one is told when there are several."""

    NONE = 0
    NO_READING = 1
    NO_PREVIOUS = 2
    BACKWARD = 3
    TOO_FAR = 4
    MIXED = 5
    EXPIRED = 6
    EVENT = 7


@dataclass(frozen=True, slots=True)
class Meters:
    """Meters in force on some day of the period, or with a gap in it, shape (n,) each.

    :ivar premises: -1 for a meter of a house
    :ivar account: -1: of the premises, shared by its accounts
    :ivar of_house: 1 for a meter of the whole house
    :ivar dial_mcu: where the dial turns over, 0 unknown
    :ivar last_year_mcu: volume of the calendar year before, -1 unknown; meters of houses only
    :ivar of_flat: 1 for a meter of a whole flat, also of a communal one
    :ivar gap_to: where the days after it was removed end that are its gap (between_meters.py)
    """

    code: Sequence[str]
    service: Ints
    house: Ints
    premises: Ints
    account: Ints
    of_house: Ints
    zones: Ints
    dial_mcu: Ints
    ratio_mcu: Ints
    installed: Ints
    removed: Ints
    verified_to: Ints
    last_year_mcu: Ints
    of_flat: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    gap_to: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Readings:
    """Readings of the period, the last dial before it and volumes given since, shape (n,) each.

    :ivar rank: SOURCE_RANKS; 0 is the reading at installation
    :ivar in_period: 1 when the reading is of the period being charged
    :ivar month: number of its period, year × 12 + month − 1
    :ivar is_volume: 1 when `value_mcu` is consumption, not the dial
    """

    meter: Ints
    zone: Ints
    taken_on: Ints
    rank: Ints
    in_period: Ints
    month: Ints
    is_volume: Ints
    value_mcu: Ints


@dataclass(frozen=True, slots=True)
class Found:
    """Every meter in place with each of its zones, shape (n,) each, and the readings it goes by.

    :ivar readings: with one of no meter at the end, which -1 stands for
    :ivar previous: place of the dial before the period, -1 none
    :ivar current: place of the reading that ends it, -1 none
    :ivar given: the volume given instead of a dial, -1 none
    """

    readings: Readings
    meter: Ints
    zone: Ints
    previous: Ints
    current: Ints
    given: Ints


@dataclass(frozen=True, slots=True)
class Spans:
    """What was counted between two readings, shape (n,) each, sorted by meter, zone, day.

    :ivar day_from: day of the month, from 0
    :ivar previous_mcu: 0 where the volume was given
    :ivar current_mcu: the dial, or the volume given; of an average the sum of its base
    :ivar turn_mcu: what a rollover adds
    :ivar previous_on: day number; FAR where the volume was given, and of an average
    :ivar kind: SpanKind
    :ivar parts: the volume is divided by it to get a day's: the days, of an average months × days
    """

    meter: Ints
    zone: Ints
    day_from: Ints
    day_to: Ints
    previous_mcu: Ints
    current_mcu: Ints
    turn_mcu: Ints
    ratio_mcu: Ints
    previous_on: Ints
    current_on: Ints
    kind: Ints
    parts: Ints

    @property
    def counted_mcu(self) -> Ints:
        """Give the difference of the dial, before the ratio."""
        return self.current_mcu - self.previous_mcu + self.turn_mcu

    def volume(self, at: Ints, upto: Ints, *, numerator: Ints, denominator: Ints) -> Ints:
        """Give what was consumed in the first days of spans, times a share, in mcu."""
        return money.ratio(
            (self.counted_mcu[at], self.ratio_mcu[at], numerator, upto),
            (money.MILLION, denominator, self.parts[at]),
        )


def coverage(meters: Meters, *, month: Month) -> Ints:
    """Give the days of the month each meter was in place, as masks."""
    return days.mask(meters.installed, meters.removed, month=month)


def found(meters: Meters, readings: Readings, *, month: Month) -> Found:
    """Find the readings each meter in place and each of its zones goes by."""
    readings = _padded(readings)
    meter, zone = _expected(meters, coverage(meters, month=month))
    previous = _latest(readings, _is_previous(readings), meter, zone)
    current, given = _currents(readings, meter, zone)
    return Found(readings, meter, zone, previous, current, given)


def unusual(meters: Meters, events: MeterEvents, known: Found, *, month: Month) -> Flags:
    """Tell the meters whose month the readings alone do not give.

    No reading, an event, a verification that is over, or a dial after a month without one.

    :returns: shape (meters,)
    """
    readings, now = known.readings, month_number(days.of_number(month.first))
    has_dial = (known.current >= 0) & (known.given < 0)
    after_gap = has_dial & (known.previous >= 0) & (readings.month[known.previous] < now - 1)
    result = meters.verified_to < np.minimum(meters.removed, month.end)
    result[known.meter[(known.current < 0) | after_gap]] = True
    result[events.meter] = True
    return np.asarray(result & (coverage(meters, month=month) != 0), dtype=np.bool_)


def spans(
    meters: Meters,
    known: Found,
    *,
    kept: Flags,
    soft: Ints,
    hard: Ints,
    rollover_ppm: int,
    month: Month,
) -> tuple[Spans, Ints]:
    """Give what every meter counted in the month, and what is wrong with each.

    :param kept: shape (meters,), the meters asked about
    :param soft: shape (meters,), masks, days a price changes: a reading divides if one follows
    :param hard: shape (meters,), masks of days a payer changes: a reading there divides always
    :param rollover_ppm: the largest part of the dial a rollover may give
    :returns: the spans of meters without doubt, and Doubt of each meter
    """
    at = np.flatnonzero(kept[known.meter])
    made = _made(meters, known, at, month=month)
    wrong = _wrong(meters, known, at, made, rollover_ppm=rollover_ppm)
    doubt = np.zeros(len(meters.service), dtype=np.int64)
    np.maximum.at(doubt, made.meter, wrong)
    plain = taken(made, np.flatnonzero(doubt[made.meter] == Doubt.NONE))
    return divided(plain, known.readings, soft=soft, hard=hard, month=month), doubt


def _made(meters: Meters, known: Found, at: Ints, *, month: Month) -> Spans:
    """Give the span of the month of each meter and zone, right or not."""
    readings, meter, zone = known.readings, known.meter[at], known.zone[at]
    previous, current, given = known.previous[at], known.current[at], known.given[at]
    has_volume = given >= 0
    has_current = (current >= 0) & ~has_volume

    when = readings.taken_on
    prev_mcu = np.where(has_current & (previous >= 0), readings.value_mcu[previous], 0)
    cur_mcu = np.where(has_volume, given, readings.value_mcu[current])
    dial = meters.dial_mcu[meter]
    turn = np.where((cur_mcu < prev_mcu) & (dial > 0), dial, 0)
    day_from = np.clip(meters.installed[meter] - month.first, 0, month.days)
    day_to = np.clip(meters.removed[meter] - month.first, 0, month.days)
    return Spans(
        meter=meter,
        zone=zone,
        day_from=day_from,
        day_to=day_to,
        previous_mcu=prev_mcu,
        current_mcu=cur_mcu,
        turn_mcu=turn,
        ratio_mcu=np.where(has_volume, money.MILLION, meters.ratio_mcu[meter]),
        previous_on=np.where(has_volume, days.FAR, when[previous]),
        current_on=np.where(current >= 0, when[current], days.FAR),
        kind=np.zeros(len(meter), dtype=np.int64),
        parts=day_to - day_from,
    )


def _wrong(meters: Meters, known: Found, at: Ints, made: Spans, *, rollover_ppm: int) -> Ints:
    """Give the Doubt of each span."""
    previous, current, given = known.previous[at], known.current[at], known.given[at]
    has_volume = given >= 0
    has_current = (current >= 0) & ~has_volume
    dial, turn = meters.dial_mcu[made.meter], made.turn_mcu
    return np.select(
        [
            ~has_volume & ~has_current,
            ~has_volume & (previous < 0),
            made.counted_mcu < 0,
            (turn > 0) & (made.counted_mcu > money.scale(dial, rollover_ppm, money.MILLION)),
            has_current & _has_volume_since(known.readings, previous, made.meter, made.zone),
        ],
        [Doubt.NO_READING, Doubt.NO_PREVIOUS, Doubt.BACKWARD, Doubt.TOO_FAR, Doubt.MIXED],
        Doubt.NONE,
    ).astype(np.int64)


def _has_volume_since(readings: Readings, previous: Ints, meter: Ints, zone: Ints) -> Flags:
    """Tell where volumes of earlier months were given after the last dial reading before it."""
    given = (readings.in_period == 0) & (readings.is_volume == 1) & (readings.meter >= 0)
    since = _latest(readings, given, meter, zone)
    later = readings.taken_on[since] > readings.taken_on[previous]
    return np.asarray((since >= 0) & later, dtype=np.bool_)


def _padded(readings: Readings) -> Readings:
    """Add a reading of no meter, so that "none" (-1) can be looked at like the others."""
    return Readings(
        meter=np.append(readings.meter, -1),
        zone=np.append(readings.zone, 0),
        taken_on=np.append(readings.taken_on, days.FAR),
        rank=np.append(readings.rank, 0),
        in_period=np.append(readings.in_period, 0),
        month=np.append(readings.month, 0),
        is_volume=np.append(readings.is_volume, 1),
        value_mcu=np.append(readings.value_mcu, 0),
    )


def _expected(meters: Meters, covered: Ints) -> tuple[Ints, Ints]:
    """Give every meter in place with each of its zones, in order of meter and zone."""
    pairs_meter, pairs_zone = [], []
    for zones, codes in METER_ZONES.items():
        at = np.flatnonzero((meters.zones == zones) & (covered != 0))
        for code in codes:
            pairs_meter.append(at)
            pairs_zone.append(np.full(at.size, code, dtype=np.int64))
    meter, zone = np.concatenate(pairs_meter), np.concatenate(pairs_zone)
    order = np.lexsort((zone, meter))
    return meter[order], zone[order]


def _is_previous(readings: Readings) -> Flags:
    of_before = (readings.in_period == 0) | (readings.rank == SOURCE_RANKS["initial"])
    return np.asarray((readings.is_volume == 0) & of_before, dtype=np.bool_)


def _latest(readings: Readings, chosen: Flags, meter: Ints, zone: Ints) -> Ints:
    """Give the place of the latest chosen reading of each meter and zone, -1 where none."""
    at = np.flatnonzero(chosen)
    key = readings.meter[at] * _ZONES + readings.zone[at]
    order = np.lexsort((readings.rank[at], readings.taken_on[at], key))
    at, key = at[order], key[order]
    wanted = meter * _ZONES + zone
    place = np.searchsorted(key, wanted, side="right") - 1
    if not at.size:
        return np.full(len(wanted), -1, dtype=np.int64)
    safe = np.maximum(place, 0)
    return np.where((place >= 0) & (key[safe] == wanted), at[safe], -1)


def _currents(readings: Readings, meter: Ints, zone: Ints) -> tuple[Ints, Ints]:
    """Give the reading that ends the month, and the volume given instead of one (-1: none).

    Volumes of several days of the month add up; a dial reading taken later counts them all.
    """
    of_now = (readings.in_period == 1) & (readings.rank != SOURCE_RANKS["initial"])
    values = _latest(readings, of_now & (readings.is_volume == 0), meter, zone)
    volumes = _latest(readings, of_now & (readings.is_volume == 1), meter, zone)
    if not bool((volumes >= 0).any()):
        return values, np.full(len(meter), -1, dtype=np.int64)
    later = (volumes >= 0) & (
        (values < 0) | (readings.taken_on[volumes] > readings.taken_on[values])
    )
    at = np.flatnonzero(of_now & (readings.is_volume == 1))
    key = readings.meter[at] * _ZONES + readings.zone[at]
    order = np.lexsort((readings.rank[at], readings.taken_on[at], key))
    at, key = at[order], key[order]
    day = readings.taken_on[at]
    last_of_day = np.append((key[1:] != key[:-1]) | (day[1:] != day[:-1]), True)
    at, key = at[last_of_day], key[last_of_day]
    wanted = meter * _ZONES + zone
    sums = np.concatenate([[0], np.cumsum(readings.value_mcu[at])])
    left, right = np.searchsorted(key, wanted, "left"), np.searchsorted(key, wanted, "right")
    given = np.where(later, sums[right] - sums[left], -1)
    return np.where(later, volumes, values), given


def taken(made: Spans, at: Ints) -> Spans:
    """Give the spans at these places."""
    return Spans(*(getattr(made, name)[at] for name in Spans.__slots__))


def divided(plain: Spans, readings: Readings, *, soft: Ints, hard: Ints, month: Month) -> Spans:
    """Divide the few spans that have a reading on a day on which something changes.

    What was charged without readings comes off the days before the first of them.
    """
    edges = soft | hard
    at = np.flatnonzero((readings.in_period == 1) & (readings.is_volume == 0) & (readings.rank > 0))
    bits = days.bit(readings.taken_on[at], month=month)
    at = at[(bits & edges[readings.meter[at]]) != 0]
    if not at.size:
        return plain
    rows = {name: getattr(plain, name).tolist() for name in Spans.__slots__}
    place = {key: row for row, key in enumerate(zip(rows["meter"], rows["zone"], strict=True))}
    for reading in at[np.lexsort((-readings.rank[at], readings.taken_on[at]))].tolist():
        found = place.get((int(readings.meter[reading]), int(readings.zone[reading])))
        if found is not None and rows["previous_on"][found] < days.FAR:
            _divide(rows, found, readings, reading, hard=hard, month=month)
    columns = Spans(*(np.array(rows[name], dtype=np.int64) for name in Spans.__slots__))
    return taken(columns, np.lexsort((columns.day_from, columns.zone, columns.meter)))


def _divide(
    rows: dict[str, list[int]],
    at: int,
    readings: Readings,
    reading: int,
    *,
    hard: Ints,
    month: Month,
) -> None:
    """Give the days before the reading a span of their own; the row keeps what comes after."""
    day = int(readings.taken_on[reading]) - month.first
    value = int(readings.value_mcu[reading])
    if not rows["day_from"][at] < day < rows["day_to"][at]:
        return
    if rows["current_on"][at] <= int(readings.taken_on[reading]):
        if (int(hard[rows["meter"][at]]) >> day) & 1:
            rows["day_to"][at] = day
            rows["parts"][at] = day - rows["day_from"][at]
        return
    if not rows["previous_mcu"][at] <= value <= rows["current_mcu"][at]:
        return
    for name, column in rows.items():
        column.append(column[at])
        if name == "day_to":
            column[-1] = day
    rows["current_mcu"][-1], rows["current_on"][-1] = value, int(readings.taken_on[reading])
    rows["turn_mcu"][-1], rows["kind"][at] = 0, SpanKind.COUNTED
    rows["previous_mcu"][at], rows["previous_on"][at] = value, int(readings.taken_on[reading])
    rows["day_from"][at] = day
    for place in (at, -1):
        rows["parts"][place] = rows["day_to"][place] - rows["day_from"][place]
