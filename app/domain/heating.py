"""Heating (354, §42(1), formulas 2, 2(1), 3, 3(6)): a house's heat among its premises.

    no house meter     C1  S × N in heating months, or S × N × months/12 the year round
                       C2  the same with premises that have a source of their own, V_H below
    house meter        C3  V_D of the month, or the average month of the year before

    V_i      = S_i × V_D / (S_ob − S_own + S_oi) of heated premises, 0 with an own source
    payment  = (V_i + S_i × (V_D − ΣV_k) / S_ob) × T
    which is   S_i × V_D × (S_ob + S_oi) / ((S_ob − S_own + S_oi) × S_ob)   heated
               S_i × V_D × S_oi          / ((S_ob − S_own + S_oi) × S_ob)   own source
    V_H      = N × (S_ob − S_own) in place of V_D where there is no meter

Areas are those in force on the last day of the month, the whole month has one way of paying
(charges.md §9); a line's own days share the volume of the month.
"""

from dataclasses import dataclass

import numpy as np

from app.domain import meter, money
from app.domain.basis import Basis
from app.domain.charge_inputs import COMMON_AREAS, ChargeInputs
from app.domain.days import Month
from app.domain.meter import Doubt
from app.domain.metering import DOUBTS, Metering
from app.domain.money import Flags, Ints
from app.domain.norm import NormKind
from app.domain.situation import Situation, in_force, picked
from app.domain.volume import CM2_PER_M2, Scene, Volumes, volumes, with_norm

_HEAT = COMMON_AREAS.index("heat")


@dataclass(frozen=True, slots=True)
class HouseAreas:
    """Areas on the last day of the period, cm2.

    :ivar house_cm2: shape (houses,), S_ob
    :ivar own_heat_cm2: shape (houses,), S_own
    :ivar premises_cm2: shape (premises,), 0 unknown
    :ivar has_own_heat: shape (premises,), 0 or 1
    """

    house_cm2: Ints
    own_heat_cm2: Ints
    premises_cm2: Ints
    has_own_heat: Ints


@dataclass(frozen=True, slots=True)
class HouseHeat:
    """House meters of heat by house and service.

    :ivar has_meter: shape (houses × services,), in place the whole month
    :ivar doubt: Doubt of the month's reading
    :ivar month_mcu: V_D of the month
    :ivar last_year_mcu: of the calendar year before, -1 unknown
    :ivar has_individual: a premises of the house has a heat meter of its own
    """

    has_meter: Ints
    doubt: Ints
    month_mcu: Ints
    last_year_mcu: Ints
    has_individual: Ints


def house_areas(inputs: ChargeInputs, *, month: Month) -> HouseAreas:
    """Add up the areas of the premises of each house."""
    premises = inputs.premises
    every = np.arange(len(premises.house), dtype=np.int64)
    last = in_force(
        premises.version_of,
        premises.valid_from,
        premises.valid_to,
        every,
        np.full(len(every), month.last),
    )
    area = picked(premises.total_cm2, last, otherwise=0)
    own = picked(premises.own_heat, last, otherwise=0)
    houses = len(inputs.houses.code)
    total, own_heat = np.zeros(houses, dtype=np.int64), np.zeros(houses, dtype=np.int64)
    np.add.at(total, premises.house, area * premises.in_sum)
    np.add.at(own_heat, premises.house, area * premises.in_sum * own)
    given = inputs.houses.premises_area_cm2
    return HouseAreas(np.where(given > 0, given, total), own_heat, area, own)


def house_heat(inputs: ChargeInputs, known: Metering, *, month: Month) -> HouseHeat:
    """Read the house meters. A month the meter was not in place for whole goes by the norm."""
    meters, spans, doubts = inputs.meters, known.spans, known.meter_doubt
    services = len(inputs.services.code)
    size = len(inputs.houses.code) * services
    covered = meter.coverage(meters, month=month)
    point = meters.house * services + meters.service
    of_house = np.flatnonzero((meters.of_house > 0) & (covered == month.full))
    of_premises = np.flatnonzero((meters.of_house == 0) & (covered != 0))

    def gathered(values: Ints, at: Ints, start: int = 0) -> Ints:
        result = np.full(size, start, dtype=np.int64)
        np.maximum.at(result, point[at], values[at])
        return result

    per_meter = np.zeros(len(point), dtype=np.int64)
    at = np.flatnonzero(meters.of_house[spans.meter])
    one = np.ones(len(at), dtype=np.int64)
    counted = spans.volume(at, (spans.day_to - spans.day_from)[at], numerator=one, denominator=one)
    np.add.at(per_meter, spans.meter[at], counted)
    month_mcu, year_mcu = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    np.add.at(month_mcu, point[of_house], per_meter[of_house])
    np.add.at(year_mcu, point[of_house], np.maximum(meters.last_year_mcu[of_house], 0))
    unknown = gathered((meters.last_year_mcu < 0).astype(np.int64), of_house)
    ones = np.ones(len(point), dtype=np.int64)
    return HouseHeat(
        has_meter=gathered(ones, of_house),
        doubt=gathered(doubts, of_house),
        month_mcu=month_mcu,
        last_year_mcu=np.where(unknown > 0, -1, year_mcu),
        has_individual=gathered(ones, of_premises),
    )


def heating(scene: Scene, of: Situation, areas: HouseAreas, heat: HouseHeat) -> list[Volumes]:
    """Give each segment its heat by the case its house is in."""
    of = _with_areas(scene, of, areas)
    houses = scene.inputs.houses
    point = of.house * len(scene.inputs.services.code) + of.service
    even = houses.heats_evenly[of.house] > 0
    metered = (heat.has_meter[point] > 0) & ~(even & (heat.last_year_mcu[point] < 0))
    by_norm = _by_norm(scene, of.taken(np.flatnonzero(~metered)), areas)

    at = np.flatnonzero(metered)
    of, point, even = of.taken(at), point[at], even[at]
    _tell_individual(scene, of, heat.has_individual[point])
    at = np.flatnonzero(heat.has_individual[point] == 0)
    of, point, even = of.taken(at), point[at], even[at]

    doubt = np.where(even, Doubt.NONE, heat.doubt[point])
    idle = ~_is_heating(scene, of) & (doubt == Doubt.NO_READING)
    doubt = np.where(idle, Doubt.NONE, doubt)
    for code in np.unique(doubt[doubt > 0]).tolist():
        message, hint = DOUBTS[Doubt(code)]
        scene.findings.tell(
            of.taken(np.flatnonzero(doubt == code)), f"общедомовой прибор: {message}", hint
        )
    at = np.flatnonzero(doubt == Doubt.NONE)
    of, point, even = of.taken(at), point[at], even[at]
    house_mcu = np.where(even, heat.last_year_mcu[point], heat.month_mcu[point])
    return [
        *by_norm,
        *_by_house(scene, of, areas, house_mcu=np.where(idle[at], 0, house_mcu), even=even),
    ]


def _with_areas(scene: Scene, of: Situation, areas: HouseAreas) -> Situation:
    known = (areas.premises_cm2[of.premises] > 0) & (areas.house_cm2[of.house] > 0)
    if not known.all():
        scene.findings.tell(
            of.taken(np.flatnonzero(~known)),
            "площадь помещения или дома на последний день месяца не указана.",
            "Укажите её на листе «Помещения».",
        )
    return of.taken(np.flatnonzero(known))


def _tell_individual(scene: Scene, of: Situation, has_individual: Ints) -> None:
    at = np.flatnonzero(has_individual)
    if at.size:
        scene.findings.tell(
            of.taken(at),
            "в доме есть помещения с индивидуальными приборами отопления:"
            " расчёт по формулам 3(1) и 3(3) ещё не выполняется.",
            "Начислите эту услугу после обновления программы.",
        )


def _is_heating(scene: Scene, of: Situation) -> Flags:
    months = scene.inputs.houses.heating_months[of.house]
    return np.asarray(((months >> scene.inputs.period.month) & 1) > 0, dtype=np.bool_)


def _by_norm(scene: Scene, of: Situation, areas: HouseAreas) -> list[Volumes]:
    of, norm = with_norm(scene, of, kind=NormKind.AREA, words="на м2")
    has_own = areas.own_heat_cm2[of.house] > 0
    plain, own = np.flatnonzero(~has_own), np.flatnonzero(has_own)
    return [
        *_by_plain_norm(scene, of.taken(plain), areas, norm[plain]),
        *_by_norm_with_own(scene, of.taken(own), areas, norm[own]),
    ]


def _months(scene: Scene, of: Situation) -> tuple[Ints, Ints]:
    """Give the part of the norm a month takes: months/12 when paid evenly, else 1 or 0 of 1."""
    even = scene.inputs.houses.heats_evenly[of.house] > 0
    number = np.bitwise_count(scene.inputs.houses.heating_months[of.house]).astype(np.int64)
    top = np.where(even, number, _is_heating(scene, of).astype(np.int64))
    return top, np.where(even, scene.inputs.rules.months_of_year, 1)


def _by_plain_norm(scene: Scene, of: Situation, areas: HouseAreas, norm: Ints) -> list[Volumes]:
    area = areas.premises_cm2[of.premises]
    top, bottom = _months(scene, of)
    even = scene.inputs.houses.heats_evenly[of.house] > 0
    over = (area, norm, top, of.days)
    under = (CM2_PER_M2, bottom, scene.month.days)
    part = money.ratio((*over, of.share_numerator), (*under, of.share_denominator))
    whole = money.ratio(over, under)
    slots = (norm, area, of.share_numerator, of.share_denominator, top)
    result = []
    for basis, at, extra in (
        (Basis.HEAT_NORM, np.flatnonzero(~even), ()),
        (Basis.HEAT_NORM_EVEN, np.flatnonzero(even), (bottom,)),
    ):
        kept = [column[at] for column in (*slots, *extra)]
        result.append(volumes(of.taken(at), basis, part[at], whole_mcu=whole[at], slots=kept))
    return result


def _by_norm_with_own(scene: Scene, of: Situation, areas: HouseAreas, norm: Ints) -> list[Volumes]:
    area, house, own, common, has_own = _case(scene, of, areas)
    top, bottom = _months(scene, of)
    spread, heated = _spread(house, own, common, has_own)
    over = (norm, house - own, top, area, spread, of.days)
    under = (CM2_PER_M2, bottom, heated, house, scene.month.days)
    part = money.ratio((*over, of.share_numerator), (*under, of.share_denominator))
    slots = (norm, area, house, own, common, has_own,
             of.share_numerator, of.share_denominator, top, bottom)  # fmt: skip
    whole = money.ratio(over, under)
    return [volumes(of, Basis.HEAT_NORM_OWN, part, whole_mcu=whole, slots=slots)]


def _by_house(
    scene: Scene, of: Situation, areas: HouseAreas, *, house_mcu: Ints, even: Flags
) -> list[Volumes]:
    area, house, own, common, has_own = _case(scene, of, areas)
    months = np.where(even, scene.inputs.rules.months_of_year, 1)
    spread, heated = _spread(house, own, common, has_own)
    over = (house_mcu, area, spread, of.days)
    under = (months, heated, house, scene.month.days)
    part = money.ratio((*over, of.share_numerator), (*under, of.share_denominator))
    whole = money.ratio(over, under)
    slots = (house_mcu, months, area, house, own, common, has_own,
             of.share_numerator, of.share_denominator)  # fmt: skip
    result = []
    for basis, at in (
        (Basis.HEAT_METER, np.flatnonzero(~even)),
        (Basis.HEAT_METER_EVEN, np.flatnonzero(even)),
    ):
        kept = [column[at] for column in slots]
        result.append(volumes(of.taken(at), basis, part[at], whole_mcu=whole[at], slots=kept))
    return result


def _spread(house: Ints, own: Ints, common: Ints, has_own: Ints) -> tuple[Ints, Ints]:
    """Give the part of V_D × S_i / S_ob a premises pays: its own and its part of the common.

    Where nothing is heated from the house's source, all of V_D is common.
    """
    heated = house - own + common
    spread = np.where(has_own > 0, common, house + common)
    return np.where(heated > 0, spread, 1), np.maximum(heated, 1)


def _case(scene: Scene, of: Situation, areas: HouseAreas) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Give S_i, S_ob, S_own, S_oi and whether the premises has a source of its own."""
    common = np.maximum(scene.inputs.houses.common_area_cm2[of.house, _HEAT], 0)
    house = areas.house_cm2[of.house]
    own = np.minimum(areas.own_heat_cm2[of.house], house)
    return (
        areas.premises_cm2[of.premises],
        house,
        own,
        common,
        areas.has_own_heat[of.premises],
    )
