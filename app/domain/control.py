"""A control reading that differs from what was used: a line of its own (354, §61).

    used ─────── check        V_d = (check − used) × ratio, consumed in the month of the check

    payer's reading of the month, the check's later    the month by the payer's, V_d beside it
    the check's alone, below the reading before        the month by zero, V_d is a credit

V_d has the price of the day of the check. What a rollover of the dial may explain stays with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from app.domain import money
from app.domain.basis import Basis
from app.domain.meter import SOURCE_RANKS, Meters, Readings
from app.domain.metering import Metering
from app.domain.money import MILLION, Flags, Ints
from app.domain.service import Component, Method, Zone
from app.domain.situation import METHODS, Situation
from app.domain.unauthorised import heat_of
from app.domain.volume import Scene, Volumes, volumes

_CHECK = SOURCE_RANKS["inspector"]
_PAYERS = (SOURCE_RANKS["payer"], SOURCE_RANKS["automatic"])
_FINAL = SOURCE_RANKS["final"]
_INITIAL = SOURCE_RANKS["initial"]


@dataclass(frozen=True, slots=True)
class Control:
    """One meter's zone whose control reading differs; dials in mcu, days as numbers."""

    meter: int
    zone: int
    used_mcu: int
    check_mcu: int
    used_on: int
    check_on: int


def control_readings(
    meters: Meters, readings: Readings, *, eventful: Ints, rollover_ppm: int
) -> tuple[Readings, list[Control]]:
    """Take control readings that differ out of the readings the month is counted by.

    :param eventful: places of meters whose month is of an event: a failure, a refusal of access,
        a verification that has passed
    :param rollover_ppm: the largest part of the dial a rollover may give
    """
    in_period = (readings.in_period == 1) & (readings.is_volume == 0)
    checks = np.flatnonzero(in_period & (readings.rank == _CHECK))
    checks = checks[~np.isin(readings.meter[checks], eventful)]
    if not checks.size:
        return readings, []
    kept = np.ones(len(readings.meter), dtype=bool)
    value = readings.value_mcu.copy()
    found = []
    for its in _groups(readings, checks):
        made = _differs(meters, readings, its, rollover_ppm=rollover_ppm)
        if made is None:
            continue
        control, dropped, zeroed = made
        found.append(control)
        kept[dropped] = False
        value[zeroed] = control.used_mcu
    changed = replace(readings, value_mcu=value)
    left = Readings(*(getattr(changed, name)[kept] for name in Readings.__slots__))
    return left, found


def _groups(readings: Readings, checks: Ints) -> Iterator[Ints]:
    """Give the places of all readings of each meter and zone with a check, by day and rank."""
    key = readings.meter * len(Zone) + readings.zone
    wanted = np.unique(key[checks])
    at = np.flatnonzero(np.isin(key, wanted))
    at = at[np.lexsort((readings.rank[at], readings.taken_on[at], key[at]))]
    yield from np.split(at, np.flatnonzero(np.diff(key[at])) + 1)


def _differs(
    meters: Meters, readings: Readings, its: Ints, *, rollover_ppm: int
) -> tuple[Control, list[int], list[int]] | None:
    """Tell the difference, which readings are taken out, and which are set to what was used."""
    rank, on, value = (getattr(readings, name)[its] for name in ("rank", "taken_on", "value_mcu"))
    meter = int(readings.meter[its[0]])
    now = (readings.in_period[its] == 1) & (rank != _INITIAL)
    if (now & (readings.is_volume[its] == 1)).any():
        return None
    dial = readings.is_volume[its] == 0
    before = np.flatnonzero(dial & ~now)
    current = np.flatnonzero(dial & now)
    check = int(np.flatnonzero(now & (rank == _CHECK))[-1])
    later = current[on[current] > on[check]]
    if later.size or not before.size or (rank[current] == _FINAL).any():
        return None
    previous = int(value[before[-1]])
    # Of one day the check's reading is the one that counts: the payer's was never used.
    payers = [
        at
        for at in current.tolist()
        if rank[at] in _PAYERS and value[at] >= previous and on[at] < on[check]
    ]
    dropped: list[int] = []
    zeroed: list[int] = []
    if payers:
        used, used_on = int(value[payers[-1]]), int(on[payers[-1]])
        since = current[(rank[current] == _CHECK) & (on[current] >= used_on)]
        dropped = its[since].tolist()
    elif int(rank[before[-1]]) in _PAYERS and current.size == 1:
        used, used_on = previous, int(on[before[-1]])
        zeroed = [int(its[check])]
        if int(value[check]) > used:
            return None
    else:
        return None
    turned = int(meters.dial_mcu[meter]) + int(value[check]) - used
    limit = int(meters.dial_mcu[meter]) * rollover_ppm // MILLION
    is_rollover = int(value[check]) < used and 0 < turned <= limit
    if int(value[check]) == used or is_rollover:
        return None
    zone = int(readings.zone[its[0]])
    made = Control(meter, zone, used, int(value[check]), used_on, int(on[check]))
    return made, dropped, zeroed


def differences(
    scene: Scene, of: Situation, known: Metering, *, found: list[Control], charged: Volumes
) -> list[Volumes]:
    """Give V_d of every control, for each account its meter counts for.

    :param of: all segments
    :param charged: their volumes: where a meter could not be charged by there is no V_d either
    """
    if not found:
        return []
    has_volume = np.zeros(len(of.place), dtype=bool)
    has_volume[charged.place] = True
    by_point = np.argsort(of.point, kind="stable")
    points = of.point[by_point]
    parts: list[Volumes] = []
    for control in found:
        pairs = np.flatnonzero(known.consumers.meter == control.meter)
        at: list[int] = []
        for pair in pairs.tolist():
            low, high = np.searchsorted(
                points, (known.consumers.point[pair], known.consumers.point[pair] + 1)
            )
            at += _on_the_day(scene, of, by_point[low:high], control, has_volume)
        if at:
            is_shared = bool(known.consumers.is_shared[pairs[0]])
            parts += _volumes(scene, of.taken(np.array(at)), control, is_shared=is_shared)
    return parts


def _on_the_day(
    scene: Scene, of: Situation, places: Ints, control: Control, has_volume: Flags
) -> list[int]:
    """Choose the segments, one a contract, that are charged on the day of the check."""
    day = min(max(control.check_on - scene.month.first, 0), scene.month.days - 1)
    places = places[has_volume[places]]
    covers = (of.day_from[places] <= day) & (day < of.day_to[places])
    chosen = places[covers]
    # A check after the account was closed is of its last days.
    return [int(place) for place in (chosen if chosen.size else places[-1:])]


def _volumes(scene: Scene, of: Situation, control: Control, *, is_shared: bool) -> list[Volumes]:
    over = of.share_numerator if is_shared else np.ones(len(of.place), dtype=np.int64)
    under = of.share_denominator if is_shared else np.ones(len(of.place), dtype=np.int64)
    ratio = int(scene.inputs.meters.ratio_mcu[control.meter])
    counted = control.check_mcu - control.used_mcu
    size = money.ratio((abs(counted), ratio, over), (MILLION, under))
    volume = size if counted > 0 else -size
    is_heated = METHODS[int(of.method[0])] is Method.HOT_WATER_TWO_PART
    component = int(Component.WATER if is_heated else Component.NONE)
    made = volumes(
        of,
        Basis.RECALC61,
        volume,
        slots=(
            control.used_mcu, control.check_mcu, ratio, control.used_on, control.check_on,
            over, under,
        ),
        zone=control.zone,
        component=component,
    )  # fmt: skip
    return [made, *(heat_of(scene, of, volume) if is_heated else [])]
