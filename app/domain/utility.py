"""Utility services by meter or norm: water, power, gas, two-part hot water, waste water.

meter or norm      354 §42, formulas 1, 4, 4(1)
power              zones of the meter; without one the norm for rooms and persons of the day
gas                n × N + S × N of area; never a raising factor
hot water in two   water V, heat V × q: formulas 23, 23(1)
waste water        its own meter; else the volumes of water as charged; else its norm (§42)
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from app.domain import days, money
from app.domain.after_averages import after_averages
from app.domain.basis import METERED, NORM_SLOTS, NORMS_AFTER, ROOM_REASON_SLOTS, Basis
from app.domain.charge_inputs import ChargeInputs, Services
from app.domain.consumers import Consumers
from app.domain.days import Month
from app.domain.metering import Metering, by_meter
from app.domain.money import MILLION, Flags, Ints
from app.domain.norm import NO_NORM, NormKind
from app.domain.service import Component, Method
from app.domain.situation import METHODS, Rows, Situation, expanded, picked
from app.domain.volume import (
    CM2_PER_M2,
    Scene,
    Volumes,
    by_norm,
    counted,
    joined,
    raising,
    volumes,
    with_norm,
)

WATERS = (Method.METER_OR_NORM, Method.HOT_WATER_TWO_PART)
_NO_WATER = -1


def meter_or_norm(scene: Scene, of: Situation, known: Metering) -> list[Volumes]:
    """By meter where there is one, else n × N with the raising factor of the resource."""
    metered, without = by_meter(scene, of, known)
    by_norms = by_norm(scene, without, basis=Basis.NORM, is_raised=True)
    return [*metered, *after_averages(scene, without, known, by_norms)]


def power(scene: Scene, of: Situation, known: Metering) -> list[Volumes]:
    """By meter and zone; else the norm per person for these rooms and this number of persons.

    Segments without a meter hold one number of persons each.
    """
    metered, without = by_meter(scene, of, known)
    without, persons, owners = counted(scene, without)
    each = persons // np.maximum(without.days, 1)
    rooms = picked(scene.inputs.premises.rooms, without.area_version, otherwise=-1)
    by_place = dict(zip(without.place.tolist(), range(without.place.size), strict=True))
    left, norm = with_norm(
        scene, without, kind=NormKind.PERSON, words="на человека", rooms=rooms, persons=each
    )
    at = np.array([by_place[place] for place in left.place.tolist()], dtype=np.int64)
    part = money.ratio((norm, persons[at]), (scene.month.days,))
    slots = (norm, persons[at], owners[at], rooms[at])
    factor = raising(scene, left)
    made = volumes(left, Basis.POWER_NORM, part, slots=slots, factor_ppm=factor)
    return [*metered, *after_averages(scene, left, known, [made])]


def gas(scene: Scene, of: Situation, known: Metering) -> list[Volumes]:
    """By meter; else n × N + S × N of area, by days (charges.md §1.4)."""
    metered, of = by_meter(scene, of, known)
    person = scene.norm_sheets.values(of.norm_sheet, kind=NormKind.PERSON)
    area_norm = scene.norm_sheets.values(of.norm_sheet, kind=NormKind.AREA)
    known_norm = (person != NO_NORM) | (area_norm != NO_NORM)
    if not known_norm.all():
        scene.findings.tell(
            of.taken(np.flatnonzero(~known_norm)),
            "нет ни прибора, ни норматива «на человека» или «на м2».",
            "Добавьте норматив на листе «Нормативы».",
        )
    by_area_alone = known_norm & (person == NO_NORM)
    parts = [_gas_by_norm(scene, of.taken(np.flatnonzero(by_area_alone)), has_persons=False)]
    by_person = np.flatnonzero(known_norm & ~by_area_alone)
    parts.append(_gas_by_norm(scene, of.taken(by_person), has_persons=True))
    return [*metered, *after_averages(scene, of, known, parts)]


def _gas_by_norm(scene: Scene, of: Situation, *, has_persons: bool) -> Volumes:
    if has_persons:
        of, persons, owners = counted(scene, of)
    else:
        persons = owners = np.zeros(len(of.row), dtype=np.int64)
    person = np.maximum(scene.norm_sheets.values(of.norm_sheet, kind=NormKind.PERSON), 0)
    area_norm = np.maximum(scene.norm_sheets.values(of.norm_sheet, kind=NormKind.AREA), 0)
    total = scene.area(of)
    heated = picked(scene.inputs.premises.heated_cm2, of.area_version, otherwise=-1)
    area = np.where(heated >= 0, heated, total)
    over, under = of.share_numerator, of.share_denominator
    top = person * persons * under * CM2_PER_M2 + area * area_norm * over * of.days
    # The two products must fit; norms, areas and shares of dwellings are far from it.
    assert not top.size or int(top.max()) < 2**60
    part = money.ratio((top,), (scene.month.days, under, CM2_PER_M2))
    return volumes(
        of,
        Basis.GAS_NORM,
        part,
        slots=(person, persons, owners, area_norm, area, over, under),
    )


def hot_water_two_part(scene: Scene, of: Situation, known: Metering) -> list[Volumes]:
    """Water by meter or norm, and the heat in it: V × q (354, formula 23)."""
    of, _ = with_norm(scene, of, kind=NormKind.HEAT_PER_VOLUME, words="Гкал на м3")
    metered, without = by_meter(scene, of, known, component=Component.WATER)
    made = by_norm(scene, without, basis=Basis.HOT_NORM, is_raised=True)
    by_norms = [
        replace(part, component=np.full(len(part.place), int(Component.WATER)))
        for part in after_averages(scene, without, known, made)
    ]
    return with_heat(scene, of, joined([*metered, *by_norms]))


def with_heat(scene: Scene, of: Situation, water: Volumes) -> list[Volumes]:
    """Add to volumes of hot water the heat in them: V × q; raised with it or not by the setting.

    :param of: segments that have a norm of heat, in the order of their places
    """
    at = np.searchsorted(of.place, water.place)
    heat_norm = scene.norm_sheets.values(of.norm_sheet[at], kind=NormKind.HEAT_PER_VOLUME)
    is_metered = _is_of_meter(water)
    is_raised = scene.inputs.rules.is_on("raising_hot_heat")
    heat = volumes(
        of.taken(at),
        Basis.HOT_HEAT,
        money.scale(water.volume_mcu, heat_norm, MILLION),
        whole_mcu=money.scale(water.whole_mcu, heat_norm, MILLION),
        slots=(water.volume_mcu, heat_norm, is_metered.astype(np.int64)),
        factor_ppm=water.factor_ppm if is_raised else 0,
        component=Component.HEAT,
    )
    return [water, replace(heat, is_shared=water.is_shared)]


def is_water(services: Services) -> Flags:
    """Tell which services bring the water that flows off: not what common property takes."""
    return np.array(
        [
            resource in ("cold", "hot") and method in WATERS
            for resource, method in zip(services.resource, services.method, strict=True)
        ],
        dtype=np.bool_,
    )


def waste_cuts(
    inputs: ChargeInputs, rows: Rows, meters: Sequence[Consumers], *, month: Month
) -> Ints:
    """Give the days on which waste water begins or ceases to go by the water that came.

    Days without a meter of any water go by the norm of waste water, whatever the other days of
    the month go by (354, §42).

    :param meters: those of accounts, and of communal flats where there are such
    """
    waste = np.flatnonzero(rows.method == METHODS.index(Method.WASTE_WATER))
    water = rows.taken(np.flatnonzero(is_water(inputs.services)[rows.service]))
    result = np.zeros(len(rows.service), dtype=np.int64)
    if not waste.size or not water.account.size:
        return result
    metered, without = (np.zeros(len(inputs.accounts.number), dtype=np.int64) for _ in range(2))
    has = np.zeros(len(water.account), dtype=np.int64)
    for of in meters:
        has |= of.covered_days(water.point) | of.norm_mask(water.point)
    np.bitwise_or.at(metered, water.account, water.active & has)
    np.bitwise_or.at(without, water.account, water.active & ~has)
    by_water = metered & ~without if inputs.rules.waste_water_by_law else metered
    changes = days.edges(by_water, month=month)
    own = meters[0].covered_days(rows.point[waste])
    result[waste] = changes[rows.account[waste]] & ~(own & (own << 1))
    return result


def waste_water(
    scene: Scene, of: Situation, known: Metering, *, everything: Situation, water: Volumes
) -> list[Volumes]:
    """By its own meter; else by the water charged; else by its norm (354, §42).

    :param everything: all segments, to know whose each volume of water is
    :param water: volumes of cold and hot water of these houses, already whole by premises
    """
    metered, of = by_meter(scene, of, known)
    of = _with_water_known(scene, of, everything, water)
    segment, volume, low, high = _water_of(of, everything, water)
    part = _by_days(everything, water, volume, high) - _by_days(everything, water, volume, low)
    resources = np.array(scene.inputs.services.resource)[everything.service[water.place[volume]]]
    is_metered = _is_of_meter(water)[volume]

    size = len(of.row)
    sums, flags = [], []
    for resource in ("cold", "hot"):
        chosen = resources == resource
        at = segment[chosen]
        total = np.zeros(size, dtype=np.int64)
        np.add.at(total, at, part[chosen])
        flag = np.full(size, _NO_WATER, dtype=np.int64)
        np.maximum.at(flag, at, is_metered[chosen].astype(np.int64))
        sums.append(total)
        flags.append(flag)
    is_metered_water = (flags[0] == 1) | (flags[1] == 1)
    some = is_metered_water.copy()
    if scene.inputs.rules.waste_water_by_law:
        some &= (flags[0] != 0) & (flags[1] != 0)
    at = np.flatnonzero(some)
    shared = np.ones(size, dtype=bool)
    np.logical_and.at(shared, segment, water.is_shared[volume])
    by_water = volumes(
        of.taken(at),
        Basis.WASTE_BY_WATER,
        (sums[0] + sums[1])[at],
        slots=(sums[0][at], sums[1][at], flags[0][at], flags[1][at]),
    )
    by_water = replace(by_water, is_shared=shared[at])
    made = by_norm(scene, of.taken(np.flatnonzero(~some)), basis=Basis.WASTE_NORM, is_raised=False)
    for one in made:
        its = np.searchsorted(of.place, one.place)
        one.slots[:, len(NORM_SLOTS)] = is_metered_water[its]
    return [*metered, by_water, *made]


def _is_of_meter(water: Volumes) -> Flags:
    """Tell which water has a meter: read, averaged, or by the norm once averages are over (§60)."""
    result = np.isin(water.basis, [int(one) for one in METERED | NORMS_AFTER])
    for basis, slot in ROOM_REASON_SLOTS.items():
        result |= (water.basis == basis) & (water.slots[:, slot] > 0)
    return result


def _with_water_known(
    scene: Scene, of: Situation, everything: Situation, water: Volumes
) -> Situation:
    """Leave out segments on whose days some water of the account has no volume, and say so."""
    needed = everything.place[is_water(scene.inputs.services)[everything.service]]
    missing = everything.taken(needed[~np.isin(needed, water.place)])
    unknown = np.zeros(len(of.row), dtype=bool)
    segment, _ = _sharing_days(of, missing)
    unknown[segment] = True
    if unknown.any():
        scene.findings.tell(
            of.taken(np.flatnonzero(unknown)),
            "объём холодной или горячей воды не определён, поэтому и стоки не начислены.",
            "Устраните причину по услуге водоснабжения и начислите снова.",
        )
    return of.taken(np.flatnonzero(~unknown))


def _water_of(
    of: Situation, everything: Situation, water: Volumes
) -> tuple[Ints, Ints, Ints, Ints]:
    """Join segments with the volumes of water of their account that share days with them.

    :returns: segment, volume, and the days of the volume's segment before and after the overlap
    """
    its = everything.taken(water.place)
    segment, volume = _sharing_days(of, its)
    start = its.day_from[volume]
    low = np.maximum(of.day_from[segment], start) - start
    high = np.minimum(of.day_to[segment], its.day_to[volume]) - start
    return segment, volume, low, high


def _sharing_days(of: Situation, other: Situation) -> tuple[Ints, Ints]:
    """Join segments with others of the same account that have days in common."""
    order = np.argsort(other.account, kind="stable")
    owner = other.account[order]
    left = np.searchsorted(owner, of.account, "left")
    segment, nth = expanded(np.searchsorted(owner, of.account, "right") - left)
    at = order[left[segment] + nth]
    both = (other.day_from[at] < of.day_to[segment]) & (of.day_from[segment] < other.day_to[at])
    return segment[both], at[both]


def _by_days(everything: Situation, water: Volumes, volume: Ints, upto: Ints) -> Ints:
    length = everything.days[water.place[volume]]
    return money.scale(water.volume_mcu[volume], upto, length)
