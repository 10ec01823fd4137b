"""Heating made in the house from resources it buys (354, §54, formulas 18, 19).

    each resource v is a service «отопление собственное» of its own; the house meter of that
    service counts V_v, its price is the price of the resource

    V_v × S_i / S_ob          with an own source of heat in some premises as in formula 3(6)
    V_v × V_i / ΣV_k          where premises have meters of heat, of any of these services;
                              V_i of those without one is S_i × ΣV_ipu / ΣS_ipu
    one source for both       V_v = V_total − norm «Гкал на м3» × ΣV_hot           (hot_heat.py)

Rooms of a communal flat share by living area (19).
"""

from dataclasses import replace

import numpy as np

from app.domain import heating, money
from app.domain.basis import Basis
from app.domain.heat_failure import Failing
from app.domain.heating import Heat
from app.domain.heating_cases import rounded
from app.domain.heating_homes import Case
from app.domain.hot_heat import less_hot_water
from app.domain.meter import Doubt
from app.domain.metering import DOUBTS, Metering
from app.domain.money import Flags, Ints
from app.domain.situation import Situation
from app.domain.volume import Scene, Volumes, volumes


def own_heating(
    scene: Scene, of: Situation, known: Metering, *, everything: Situation, others: Volumes | None
) -> list[Volumes]:
    """Share what the house's boiler took for heating among the premises (formula 18)."""
    season = replace(
        scene.inputs,
        houses=replace(
            scene.inputs.houses, heats_evenly=np.zeros_like(scene.inputs.houses.heats_evenly)
        ),
    )
    scene = replace(scene, inputs=season)
    heat = heating.heat_of(scene, of, known)
    of, case = heating.with_areas(scene, of, heat)
    less_hot_water(scene, of, heat.house, known, everything=everything, others=others)
    point = of.house * len(scene.inputs.services.code) + of.service
    metered = (heat.house.has_meter[point] > 0) & (heat.house.failing[point] != Failing.NORM)
    _tell_no_meter(scene, of.taken(np.flatnonzero(~metered)))
    at = np.flatnonzero(metered)
    of, case = heating.with_house_known(scene, of.taken(at), case.taken(at), heat)
    of, case = _with_premises_known(scene, of, case, heat)
    return _shared(scene, of, case, heat)


def _tell_no_meter(scene: Scene, of: Situation) -> None:
    if of.row.size:
        scene.findings.tell(
            of,
            "объём ресурса, ушедшего на отопление дома, не известен:"
            " общедомового прибора этой услуги нет весь месяц.",
            "Добавьте общедомовой прибор этой услуги и его показания.",
        )


def _with_premises_known(
    scene: Scene, of: Situation, case: Case, heat: Heat
) -> tuple[Situation, Case]:
    """Leave out houses where a meter of some premises cannot be charged by: of any resource."""
    premises, width = heat.premises, len(scene.inputs.services.code)
    bad = np.zeros(len(of.row), dtype=bool)
    for code in np.unique(premises.doubt[premises.doubt > 0]).tolist():
        houses = np.unique(premises.house_point[premises.doubt == code] // width)
        at = np.flatnonzero(np.isin(of.house, houses) & ~bad)
        bad[at] = True
        message, hint = DOUBTS[Doubt(code)]
        if at.size:
            scene.findings.tell(of.taken(at), f"прибор отопления помещения дома: {message}", hint)
    at = np.flatnonzero(~bad)
    return of.taken(at), case.taken(at)


def _shared(scene: Scene, of: Situation, case: Case, heat: Heat) -> list[Volumes]:
    """Share V_v by area, or by the heat of premises where some have meters of it."""
    width, houses = len(scene.inputs.services.code), len(scene.inputs.houses.code)
    premises = heat.premises
    home = premises.point // width
    use = np.flatnonzero(heat.homes.is_counted[home] & (heat.homes.has_own[home] == 0))
    own = np.zeros(len(heat.homes.area_cm2), dtype=np.int64)
    np.add.at(own, home[use], premises.volume_mcu[use])
    of_home = np.unique(home[use])
    volume, area = np.zeros(houses, dtype=np.int64), np.zeros(houses, dtype=np.int64)
    house_of = scene.inputs.premises.house[of_home]
    np.add.at(volume, house_of, own[of_home])
    np.add.at(area, house_of, heat.homes.area_cm2[of_home])
    has_own_meter = np.zeros(len(own), dtype=bool)
    has_own_meter[of_home] = True

    point = of.house * width + of.service
    total, note = heat.house.month_mcu[point], heat.house.note[point]
    by_heat = volume[of.house] > 0
    made = [_by_area(scene, *_some(of, case, ~by_heat, (total, note)))]
    without = np.maximum(case.house - case.own - area[of.house], 0)
    sums = (volume[of.house], area[of.house], without)
    metered = by_heat & (has_own_meter[case.home] | (case.has_own > 0))
    mine = np.where(case.has_own > 0, 0, own[case.home])
    made.append(_by_heat(scene, *_some(of, case, metered, (total, note, *sums, mine))))
    rest = by_heat & ~metered
    made.append(_by_others(scene, *_some(of, case, rest, (total, note, *sums))))
    return [one for one in made if one.place.size]


def _some(
    of: Situation, case: Case, chosen: Flags, columns: tuple[Ints, ...]
) -> tuple[Situation, Case, tuple[Ints, ...]]:
    at = np.flatnonzero(chosen)
    return of.taken(at), case.taken(at), tuple(column[at] for column in columns)


def _by_area(scene: Scene, of: Situation, case: Case, columns: tuple[Ints, ...]) -> Volumes:
    total, note = columns
    spread, heated = case.spread()
    over, under = (total, case.area, spread, of.days), (heated, case.house, scene.month.days)
    return volumes(
        of,
        Basis.OWN_HEAT_AREA,
        money.ratio((*over, case.over), (*under, case.under)),
        whole_mcu=money.ratio((*over, case.room), (*under, case.rooms)),
        slots=(total, 1, case.area, case.house, case.own, case.common, case.has_own,
               case.over, case.under, note),
    )  # fmt: skip


def _by_heat(scene: Scene, of: Situation, case: Case, columns: tuple[Ints, ...]) -> Volumes:
    total, note, volume, area, without, mine = columns
    top = total.astype(object) * mine * area * of.days
    bottom = np.maximum(volume, 1).astype(object) * (area + without) * scene.month.days
    return volumes(
        of,
        Basis.OWN_HEAT_METERED,
        rounded(top * case.over, bottom * case.under),
        whole_mcu=rounded(top * case.room, bottom * case.rooms),
        slots=(total, mine, volume, area, without, case.over, case.under, note),
    )


def _by_others(scene: Scene, of: Situation, case: Case, columns: tuple[Ints, ...]) -> Volumes:
    total, note, _, area, without = columns
    over = (total, case.area, of.days)
    under = (np.maximum(area + without, 1), scene.month.days)
    return volumes(
        of,
        Basis.OWN_HEAT_WITHOUT,
        money.ratio((*over, case.over), (*under, case.under)),
        whole_mcu=money.ratio((*over, case.room), (*under, case.rooms)),
        slots=(total, case.area, area, without, case.over, case.under, note),
    )
