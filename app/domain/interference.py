"""Interference with a meter: its days go by the norm × 10 × persons (354, §62, §81(11)).

    from      the day it began; not known: the check before, at most 3 months before the check
    upto      the day the meter is put right
    volume    norm × 10 × persons of these days (owners where nobody lives), never × 1.5 or 3

The other days of the month stay with the meter: their part of what it counted, by days.
"""

import calendar
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

import numpy as np

from app.domain import days, money
from app.domain.basis import FACTOR_SLOT, METERED, Basis
from app.domain.charge_inputs import ChargeInputs, home_flats
from app.domain.check_facts import NO_DAY
from app.domain.days import Month
from app.domain.metering import Metering
from app.domain.money import MILLION, Ints
from app.domain.situation import Rows, Situation
from app.domain.volume import CM2_PER_M2, Scene, Volumes

ByMeter: TypeAlias = Callable[[Scene, Situation, Metering], list[Volumes]]
_PLAIN = (
    Basis.NORM, Basis.HOT_NORM, Basis.POWER_NORM, Basis.WASTE_NORM, Basis.COMMUNAL_NORM,
    Basis.COMMUNAL_HOT_NORM, Basis.COMMUNAL_POWER_NORM,
)  # fmt: skip
_NONE = np.zeros(0, dtype=np.int64)
_MONTHS = 12
_ACT_SLOT = 4


@dataclass(frozen=True, slots=True)
class Tampered:
    """Account × service with the days of interference, sorted by point, shape (n,) each."""

    point: Ints
    mask: Ints

    def days(self, point: Ints) -> Ints:
        """Give the mask of days of each point."""
        if not self.point.size:
            return np.zeros(len(point), dtype=np.int64)
        at = np.minimum(np.searchsorted(self.point, point), len(self.point) - 1)
        return np.where(self.point[at] == point, self.mask[at], 0)

    def cuts(self, of: Rows, *, month: Month) -> Ints:
        """Give the days on which interference begins or ends, as masks of rows."""
        mask = self.days(of.point)
        return days.edges(mask, month=month)


def tampered(inputs: ChargeInputs, *, month: Month) -> Tampered:
    """Give the days of the month charged for as interference, by account and service."""
    of, meters = inputs.interferences, inputs.meters
    services = len(inputs.services.code)
    found: dict[int, int] = {}
    for at in range(len(of.meter)):
        meter = int(of.meter[at])
        mask = days_of(inputs, at, month=month)
        for account in accounts_of_meter(inputs, meter) if mask else []:
            point = account * services + int(meters.service[meter])
            found[point] = found.get(point, 0) | mask
    points = sorted(found)
    return Tampered(
        np.array(points, dtype=np.int64),
        np.array([found[point] for point in points], dtype=np.int64),
    )


def days_of(inputs: ChargeInputs, at: int, *, month: Month) -> int:
    """Give the days of the month charged for one interference, as a mask.

    :param at: place among the interferences of the inputs
    """
    of, back = inputs.interferences, inputs.rules.whole("tamper_lookback_months")
    start = int(of.valid_from[at])
    if (check := int(of.found_on[at])) != NO_DAY:
        start = max(start, days.number(months_before(days.of_number(check), back)))
    removed = inputs.meters.removed[int(of.meter[at])]
    span = np.array([start]), np.minimum(of.valid_to[at : at + 1], removed)
    return int(days.mask(*span, month=month)[0])


def accounts_of_meter(inputs: ChargeInputs, meter: int) -> list[int]:
    """Give the accounts a meter counts for: of a communal flat those of all its rooms."""
    meters, premises = inputs.meters, inputs.premises
    place, account = int(meters.premises[meter]), int(meters.account[meter])
    if account >= 0:
        place = int(inputs.accounts.premises[account])
    if place < 0:
        return []
    if meters.of_flat.size and meters.of_flat[meter] and premises.flat.size:
        flat = int(home_flats(premises)[place])
        if flat >= 0:
            return np.flatnonzero(premises.flat[inputs.accounts.premises] == flat).tolist()
    return [account] if account >= 0 else np.flatnonzero(inputs.accounts.premises == place).tolist()


def months_before(day: date, months: int) -> date:
    """Give the same day so many months before, or the last day of that month."""
    index = day.year * _MONTHS + day.month - 1 - months
    year, month = index // _MONTHS, index % _MONTHS + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def charged(
    way: ByMeter,
    scene: Scene,
    of: Situation,
    known: Metering,
    *,
    by: Tampered,
    norm_way: ByMeter,
) -> list[Volumes]:
    """Charge segments by their method; those with interference by the norm × 10.

    :param norm_way: what gives the norm of an account where no meter is known
    """
    if not by.point.size:
        return way(scene, of, known)
    is_tampered = ((by.days(of.point) >> of.day_from) & 1) > 0
    if not is_tampered.any():
        return way(scene, of, known)
    sound = way(scene, of.taken(np.flatnonzero(~is_tampered)), known)
    norm_alone = norm_way(scene, of.taken(np.flatnonzero(is_tampered)), without_meters(known))
    return [*sound, *tenfold(scene, of, norm_alone)]


def without_meters(known: Metering) -> Metering:
    """Give a metering in which no account has a meter."""
    nobody = replace(
        known.consumers,
        point=_NONE,
        meter=_NONE,
        is_shared=_NONE,
        points=_NONE,
        covered=_NONE,
        norm_days=_NONE,
    )
    return replace(known, consumers=nobody)


def tenfold(
    scene: Scene, of: Situation, parts: list[Volumes], *, act_note: int = 0
) -> list[Volumes]:
    """Make volumes by the norm ten times as large; the heat of hot water follows its water.

    :param of: the segments of the volumes, days as charged
    :param act_note: number of the words of the act
    """
    length_of = dict(zip(of.place.tolist(), of.days.tolist(), strict=True))
    water: dict[int, int] = {}
    result = []
    for part in parts:
        basis, volume = part.basis.copy(), part.volume_mcu.copy()
        factor, slots = part.factor_ppm.copy(), part.slots.copy()
        kept = np.ones(len(part.place), dtype=bool)
        for at, place in enumerate(part.place.tolist()):
            was = Basis(int(basis[at]))
            if was in _PLAIN:
                basis[at], volume[at] = Basis.NORM10, _plain(scene, slots[at], act_note)
                water[place] = int(volume[at])
            elif was in (Basis.GAS_NORM, Basis.COMMUNAL_GAS_NORM):
                if was is Basis.COMMUNAL_GAS_NORM:
                    # A room's share of the flat's area is its persons' of all (formula 7).
                    slots[at, 5:7] = slots[at, 1], slots[at, 5]
                days_charged = length_of[place]
                basis[at] = Basis.NORM10_GAS
                volume[at] = _gas(scene, slots[at], days_charged, act_note=act_note)
            elif was is Basis.HOT_HEAT and place in water:
                slots[at, 0], slots[at, FACTOR_SLOT] = water[place], 0
                volume[at] = _half_up(water[place] * int(slots[at, 1]), MILLION)
            else:
                kept[at] = False
            factor[at] = 0
        made = replace(
            part, basis=basis, volume_mcu=volume, whole_mcu=volume, factor_ppm=factor,
            is_shared=np.zeros(len(part.place), dtype=bool), slots=slots,
        )  # fmt: skip
        _tell_lost(scene, of, part.place[~kept])
        result.append(made.taken(np.flatnonzero(kept)))
    return result


def _tell_lost(scene: Scene, of: Situation, place: Ints) -> None:
    """Say of what there is no norm × 10: it is not charged by the norm alone."""
    if place.size:
        scene.findings.tell(
            of.taken(np.flatnonzero(np.isin(of.place, place))),
            "вмешательство или самовольное подключение: норматива на человека, который умножается"
            " на 10, у способа расчёта этой услуги нет.",
            "Укажите мощность или диаметр трубы на листе «Самовольные подключения».",
        )


def _plain(scene: Scene, slots: Ints, act_note: int) -> int:
    """Make the slots of norm and persons tenfold; give the volume."""
    factor = scene.inputs.rules.whole("tamper_factor")
    norm, persons = int(slots[0]), int(slots[1])
    slots[3:] = 0
    slots[3 : _ACT_SLOT + 1] = factor, act_note
    return _half_up(norm * persons * factor, scene.month.days)


def _gas(scene: Scene, slots: Ints, days_charged: int, *, act_note: int) -> int:
    """Make the slots of the norms of gas tenfold; give the volume."""
    factor, length = scene.inputs.rules.whole("tamper_factor"), scene.month.days
    norm, persons, _, area_norm, area, over, under = slots[:7].tolist()
    slots[7:] = 0
    slots[7:10] = factor, days_charged, act_note
    top = norm * persons * under * CM2_PER_M2 + area * area_norm * over * days_charged
    return _half_up(top * factor, length * under * CM2_PER_M2)


def _half_up(top: int, bottom: int) -> int:
    return (2 * top + bottom) // (2 * bottom)


def plain_water(scene: Scene, water: Volumes) -> Volumes:
    """Give the water that flows off: what is ten times the usual, as usual.

    Ten times the norm is a sanction for the water alone; V_d of a control reading is of its meter.
    """
    if not ((water.basis == Basis.NORM10) | (water.basis == Basis.RECALC61)).any():
        return water
    volume = water.volume_mcu.copy()
    at = np.flatnonzero(water.basis == Basis.NORM10)
    volume[at] = money.ratio((water.slots[at, 0], water.slots[at, 1]), (scene.month.days,))
    folded = np.zeros(len(volume), dtype=bool)
    metered = {
        int(water.place[its]): its
        for its in np.flatnonzero(np.isin(water.basis, [int(one) for one in METERED])).tolist()
    }
    for extra in np.flatnonzero(water.basis == Basis.RECALC61).tolist():
        if (usual := metered.get(int(water.place[extra]))) is not None:
            volume[usual] += volume[extra]
            folded[extra] = True
    return replace(water, volume_mcu=volume).taken(np.flatnonzero(~folded))
