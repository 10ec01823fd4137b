"""Common needs of a house: resources for common property, and general house needs of rules 354.

    СОИ   by norm     N × S_oi × S_i / S_ob                          ЖК ст. 156, 491 §29(2)
          average     ΣV_soi of the year before / 12 × S_i / S_ob
          by fact     (V_D − ΣV − carried) × S_i / S_ob
    ОДН               the same, not more than N × S_oi (§44); no house meter: formula 15
    a room            the flat's part × living area of the room / of all its rooms (17)
    hot water in two components: V × T_c + V × q × T_h (24)

Areas are those in force on the last day of the month; a line's own days share the month's volume.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from app.domain import house_totals, money
from app.domain.basis import Basis
from app.domain.heating_homes import HouseAreas, house_areas
from app.domain.house_total import HouseTotals, no_totals
from app.domain.house_ways import BY_METER, BY_NORM, LIMITED, HouseWays, Way, house_ways, point_of
from app.domain.metering import Metering
from app.domain.money import MILLION, Ints
from app.domain.norm import NormKind
from app.domain.premises_parts import HouseShares, PremisesParts, premises_parts
from app.domain.service import Component
from app.domain.situation import METHODS, Situation
from app.domain.volume import CM2_PER_M2, Scene, Volumes, joined, volumes, with_norm

_BASES = {
    Way.NORM: Basis.COMMON_NORM,
    Way.NORM_INSTEAD: Basis.COMMON_NORM_INSTEAD,
    Way.AVERAGE: Basis.COMMON_AVERAGE,
    Way.ACTUAL: Basis.COMMON_ACTUAL,
    Way.ACTUAL_LIMITED: Basis.COMMON_ACTUAL_LIMITED,
    Way.GENERAL: Basis.COMMON_354,
    Way.GENERAL_LIMITED: Basis.COMMON_354_LIMITED,
    Way.GENERAL_NORM: Basis.COMMON_354_NORM,
    Way.WASTE: Basis.COMMON_WASTE,
}


def with_common_needs(
    scene: Scene,
    of: Situation,
    individual: Volumes,
    known: Metering,
    *,
    whole: Callable[[Sequence[Volumes]], Volumes],
) -> tuple[Volumes, HouseTotals]:
    """Add what is left of each house for all to the volumes of its premises.

    :param of: all segments
    :param whole: makes the volumes of shared premises sum to their whole
    """
    codes = [METHODS.index(one) for one in house_totals.COMMON]
    some = of.taken(np.flatnonzero(np.isin(of.method, codes)))
    if not some.row.size and not scene.inputs.meters.of_house.any():
        return individual, no_totals()
    parts, totals = common_needs(
        scene,
        some,
        everything=of,
        individual=individual,
        known=known,
        areas=house_areas(scene.inputs, month=scene.month),
    )
    return joined([individual, *(whole([part]) for part in parts)]), totals


def common_needs(
    scene: Scene,
    of: Situation,
    *,
    everything: Situation,
    individual: Volumes | None,
    known: Metering,
    areas: HouseAreas,
) -> tuple[list[Volumes], HouseTotals]:
    """Give each segment its part of its house, and the totals of the houses.

    :param of: segments of common needs; `everything` all of them
    :param individual: volumes of individual services, whole by premises
    """
    needs = house_totals.house_needs(
        scene, everything, common=of, individual=individual, known=known
    )
    ways = house_ways(scene, of, needs, everything=everything)
    made: list[Volumes] = []
    if of.row.size:
        parts = premises_parts(scene.inputs, areas, month=scene.month)
        way = ways.way[point_of(scene, of)]
        for code in np.unique(way).tolist():
            some = of.taken(np.flatnonzero(way == code))
            made += _volumes(scene, some, ways, parts, Way(code))
    totals = house_totals.house_totals(
        scene, needs, premises_cm2=areas.house_cm2, heat_norm_mcu=ways.heat_norm_mcu
    )
    return made, totals


def _volumes(
    scene: Scene, of: Situation, ways: HouseWays, parts: PremisesParts, way: Way
) -> list[Volumes]:
    if way is Way.NONE:
        _tell_unknown(scene, of, ways)
        return []
    by_norm = way in BY_NORM or way in LIMITED
    norm: Ints = np.zeros(len(of.row), dtype=np.int64)
    if by_norm:
        of, norm = with_norm(scene, of, kind=NormKind.COMMON_AREA, words="на м2 ОИ")
    of, kept = _with_areas(scene, of, ways, parts, needs_common=by_norm)
    norm = norm[kept]
    shares = parts.shares(of)
    point = point_of(scene, of)
    top: tuple[Ints, ...] = (ways.month_mcu[point],)
    bottom: tuple[Ints | int, ...] = (1,)
    if by_norm:
        top, bottom = (norm, ways.common_cm2[point]), (CM2_PER_M2,)
    elif way is Way.AVERAGE:
        top = (np.maximum(ways.year_mcu[point], 0),)
        bottom = (np.maximum(ways.year_months[point], 1),)
    over = (*top, shares.area_cm2, of.days)
    under = (*bottom, shares.house_cm2, scene.month.days)
    made = volumes(
        of,
        _BASES[way],
        money.ratio((*over, shares.over), (*under, shares.under)),
        whole_mcu=money.ratio((*over, shares.whole_over), (*under, shares.whole_under)),
        slots=_slots(ways, way, point, norm, shares),
    )
    return _with_heat(made, of, ways.heat_norm_mcu[point])


def _slots(
    ways: HouseWays, way: Way, point: Ints, norm: Ints, shares: HouseShares
) -> Sequence[Ints]:
    """Give the slots of the bases of app/domain/bases/shared_property.py."""
    needs, note = ways.needs, ways.why_note[point]
    read = (needs.house_mcu[point], needs.individual_mcu[point])
    less = (needs.for_hot_mcu[point], needs.carry_before_mcu[point])
    common = ways.common_cm2[point]
    if way is Way.NORM:
        return norm, common, *shares.slots
    if way in BY_NORM:
        return norm, common, *shares.slots, note
    if way is Way.AVERAGE:
        return ways.year_mcu[point], ways.year_months[point], *shares.slots
    if way is Way.WASTE:
        return ways.cold_mcu[point], ways.hot_mcu[point], *shares.slots
    if way in BY_METER:
        return *read, *less, *shares.slots, note
    return *read, less[0] + less[1], norm, common, *shares.slots, note


def _with_areas(
    scene: Scene,
    of: Situation,
    ways: HouseWays,
    parts: PremisesParts,
    *,
    needs_common: bool,
) -> tuple[Situation, Ints]:
    """Leave out segments whose areas are not known, and say so; gives the places kept too."""
    known = parts.is_known(of)
    if needs_common:
        known &= ways.common_cm2[point_of(scene, of)] >= 0
    if not known.all():
        scene.findings.tell(
            of.taken(np.flatnonzero(~known)),
            "площадь общего имущества дома или площадь помещения не указана.",
            "Укажите «Площадь ОИ» на листе «Дома» и площади на листе «Помещения».",
        )
    kept = np.flatnonzero(known)
    return of.taken(kept), kept


def _tell_unknown(scene: Scene, of: Situation, ways: HouseWays) -> None:
    """Say why the meter of the house does not do: what its premises took is not known."""
    failed = ways.needs.individual_failed[point_of(scene, of)]
    for number in np.unique(failed).tolist():
        if number == house_totals.NOBODY:
            why = "ни у одного счёта нет услуги этого ресурса"
            hint = "Назначьте дому услугу этого ресурса: из прибора дома вычитают помещения."
        else:
            why = f"не определены: {number}"
            hint = "Устраните замечания по услугам этого ресурса в доме и начислите снова."
        scene.findings.tell(
            of.taken(np.flatnonzero(failed == number)),
            f"объём потребления помещений дома не определён ({why}),"
            " поэтому и на общие нужды не начислено.",
            hint,
        )


def _with_heat(made: Volumes, of: Situation, heat_norm: Ints) -> list[Volumes]:
    """Add the heat of hot water in two components (354, formula 24)."""
    at = np.flatnonzero(heat_norm > 0)
    if not at.size:
        return [made]
    component = made.component.copy()
    component[at] = Component.WATER
    water = made.taken(at)
    heat = volumes(
        of.taken(at),
        Basis.COMMON_HEAT,
        money.ratio((water.volume_mcu, heat_norm[at]), (MILLION,)),
        whole_mcu=money.ratio((water.whole_mcu, heat_norm[at]), (MILLION,)),
        slots=(water.volume_mcu, heat_norm[at]),
        component=Component.HEAT,
    )
    return [replace(made, component=component), heat]
