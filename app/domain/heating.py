"""Heating (354, §42(1)): which formula a house goes by, and its heat among its premises.

    no house meter     the norm: formulas 2, 2(1), 2(3)-2(6)                    heating_norm.py
                       a dwelling house of one premises with a meter: formula 1
    house meter        V_D of the month, or a twelfth of the year before         heating_meters.py
                       its premises without and with meters: 3, 3(1), 3(3)       heating_cases.py
    meter failing      the average corrected by temperature, then the norm       heat_failure.py

The whole month has one way of paying, areas are of its last day (charges.md §9); a line's own
days share the volume of the month. A house that one premises keeps from being counted is told
for all its accounts: nobody is charged on a wrong sum.
"""

from dataclasses import dataclass

import numpy as np

from app.domain import heating_cases, heating_meters, money
from app.domain.basis import Basis
from app.domain.heat_failure import Failing
from app.domain.heating_cases import MeteredHouses, Terms
from app.domain.heating_homes import Case, Homes, HouseAreas, case_of, homes, house_areas
from app.domain.heating_meters import HouseHeat, PremisesHeat
from app.domain.heating_norm import by_norm
from app.domain.hot_heat import less_hot_water
from app.domain.meter import Doubt
from app.domain.metering import DOUBTS, Metering, by_meter
from app.domain.money import Flags, Ints
from app.domain.situation import Situation
from app.domain.volume import Scene, Volumes, volumes

__all__ = ["HouseAreas", "heating", "house_areas"]


@dataclass(frozen=True, slots=True)
class Heat:
    """What the meters of a batch say of heat, and whose areas count."""

    areas: HouseAreas
    homes: Homes
    known: Metering
    house: HouseHeat
    premises: PremisesHeat


def heating(
    scene: Scene, of: Situation, known: Metering, *, everything: Situation, others: Volumes | None
) -> list[Volumes]:
    """Give each segment its heat by the case its house is in.

    :param of: segments of services of heating
    :param everything: all segments, to know whose each volume is
    :param others: volumes of the other services, for the heat of hot water
    """
    heat = heat_of(scene, of, known)
    of, case = with_areas(scene, of, heat)
    less_hot_water(scene, of, heat.house, known, everything=everything, others=others)
    point = of.house * len(scene.inputs.services.code) + of.service
    even = scene.inputs.houses.heats_evenly[of.house] > 0
    by_norms = ~even & (heat.house.failing[point] == Failing.NORM)
    by_norms |= even & (heat.house.last_year_mcu[point] < 0)
    metered = (heat.house.has_meter[point] > 0) & ~by_norms
    _tell_norm(scene, of, heat.house)
    at = np.flatnonzero(~metered)
    by_other = _without_house_meter(scene, of.taken(at), case.taken(at), heat)
    at = np.flatnonzero(metered)
    return [*by_other, *_by_house_meter(scene, of.taken(at), case.taken(at), heat)]


def _tell_norm(scene: Scene, of: Situation, house: HouseHeat) -> None:
    """Warn, once a house, that its meter gave nothing and the norm stands for it."""
    width = len(scene.inputs.services.code)
    for point, why in house.by_norm.items():
        if scene.inputs.houses.heats_evenly[point // width]:
            continue
        its = np.flatnonzero(of.house * width + of.service == point)
        if its.size:
            scene.findings.warn(
                int(of.account[its[0]]),
                f"общедомовой прибор: {why}; дом рассчитан по нормативу.",
                "Внесите показания общедомового прибора и начислите снова.",
                service=int(of.service[its[0]]),
            )


def heat_of(scene: Scene, of: Situation, known: Metering) -> Heat:
    """Read the meters of heat of the services of these segments."""
    inputs, month = scene.inputs, scene.month
    areas = house_areas(inputs, month=month)
    its_homes = homes(inputs, areas, month=month)
    house = heating_meters.house_heat(scene, known)
    premises = heating_meters.premises_heat(
        inputs, known, its_homes, np.unique(of.service), month=month
    )
    premises = heating_meters.month_of_premises(scene, premises, house, areas, its_homes)
    return Heat(areas, its_homes, known, house, premises)


def with_areas(scene: Scene, of: Situation, heat: Heat) -> tuple[Situation, Case]:
    """Leave out segments whose area or whose house's is not known, and say so."""
    case = case_of(scene.inputs, of, heat.areas, heat.homes)
    known = (case.area > 0) & (case.house > 0)
    if not known.all():
        scene.findings.tell(
            of.taken(np.flatnonzero(~known)),
            "площадь помещения или дома на последний день месяца не указана.",
            "Укажите её на листе «Помещения».",
        )
    at = np.flatnonzero(known)
    return of.taken(at), case.taken(at)


def with_house_known(scene: Scene, of: Situation, case: Case, heat: Heat) -> tuple[Situation, Case]:
    """Leave out houses whose meter cannot be charged by, and say so."""
    point = of.house * len(scene.inputs.services.code) + of.service
    even = scene.inputs.houses.heats_evenly[of.house] > 0
    doubt = np.where(even, Doubt.NONE, heat.house.doubt[point])
    for code in np.unique(doubt[doubt > 0]).tolist():
        message, hint = DOUBTS[Doubt(code)]
        scene.findings.tell(
            of.taken(np.flatnonzero(doubt == code)), f"общедомовой прибор: {message}", hint
        )
    bad = doubt > 0
    for place, (message, hint) in heat.house.trouble.items():
        at = np.flatnonzero((point == place) & ~bad)
        if at.size:
            scene.findings.tell(of.taken(at), message, hint)
            bad[at] = True
    at = np.flatnonzero(~bad)
    return of.taken(at), case.taken(at)


def with_premises_known(
    scene: Scene, of: Situation, case: Case, premises: PremisesHeat
) -> tuple[Situation, Case]:
    """Leave out houses in which a meter of some premises cannot be charged by, and say so."""
    point = of.house * len(scene.inputs.services.code) + of.service
    bad = np.zeros(len(of.row), dtype=bool)
    for code in np.unique(premises.doubt[premises.doubt > 0]).tolist():
        houses = np.unique(premises.house_point[premises.doubt == code])
        at = np.flatnonzero(np.isin(point, houses) & ~bad)
        bad[at] = True
        message, hint = DOUBTS[Doubt(code)]
        if at.size:
            scene.findings.tell(of.taken(at), f"прибор отопления помещения дома: {message}", hint)
    at = np.flatnonzero(~bad)
    return of.taken(at), case.taken(at)


def sums_of(scene: Scene, heat: Heat) -> MeteredHouses:
    """Add up the meters of premises and their areas, by house and service."""
    premises, width = heat.premises, len(scene.inputs.services.code)
    size = len(scene.inputs.houses.code) * width
    home = premises.point // width
    at = np.flatnonzero(heat.homes.is_counted[home] & (heat.homes.has_own[home] == 0))
    volume, area = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    np.add.at(volume, premises.house_point[at], premises.volume_mcu[at])
    np.add.at(area, premises.house_point[at], heat.homes.area_cm2[home[at]])
    return MeteredHouses(volume, area)


def _without_house_meter(scene: Scene, of: Situation, case: Case, heat: Heat) -> list[Volumes]:
    """By the norm; a dwelling house, one premises with a meter, by that (formula 1)."""
    counted = np.zeros(len(heat.areas.house_cm2), dtype=np.int64)
    np.add.at(counted, scene.inputs.premises.house, heat.homes.is_counted.astype(np.int64))
    width = len(scene.inputs.services.code)
    place = heat.premises.place(case.home * width + of.service)
    is_dwelling = (place >= 0) & (counted[of.house] == 1) & (case.has_own == 0)
    is_dwelling &= heat.house.has_meter[of.house * width + of.service] == 0
    even = scene.inputs.houses.heats_evenly[of.house] > 0
    year = np.where(place >= 0, _picked(heat.premises.year_mcu, place), -1)
    at = np.flatnonzero(is_dwelling & even & (year >= 0))
    result = _dwelling_evenly(scene, of.taken(at), case.taken(at), year[at])
    by_norms = ~is_dwelling | (even & (year < 0))
    at = np.flatnonzero(~by_norms & ~even)
    if at.size:
        metered, left = by_meter(scene, of.taken(at), heat.known)
        result += metered
        by_norms |= np.isin(of.place, left.place)
    at = np.flatnonzero(by_norms)
    return [*result, *by_norm(scene, of.taken(at), case.taken(at))]


def _dwelling_evenly(scene: Scene, of: Situation, case: Case, year: Ints) -> list[Volumes]:
    if not of.row.size:
        return []
    months = scene.inputs.rules.months_of_year
    top, bottom = (year, of.days), (months, scene.month.days)
    return [
        volumes(
            of,
            Basis.HEAT_DWELLING_EVEN,
            money.ratio((*top, case.over), (*bottom, case.under)),
            whole_mcu=money.ratio((*top, case.room), (*bottom, case.rooms)),
            slots=(year, months, case.over, case.under),
        )
    ]


def _by_house_meter(scene: Scene, of: Situation, case: Case, heat: Heat) -> list[Volumes]:
    of, case = with_house_known(scene, of, case, heat)
    sums, width = sums_of(scene, heat), len(scene.inputs.services.code)
    metered = sums.area_cm2[of.house * width + of.service] > 0
    plain, some = np.flatnonzero(~metered), np.flatnonzero(metered)
    its, its_case = of.taken(plain), case.taken(plain)
    even, total = _total(scene, its, heat)
    note = heat.house.note[its.house * width + its.service]
    made = heating_cases.by_house(scene, its, its_case, house_mcu=total, even=even, note=note)
    if not some.size:
        return made
    its, its_case = with_premises_known(scene, of.taken(some), case.taken(some), heat.premises)
    terms = _terms(scene, its, its_case, heat, sums)
    heating_cases.tell_strange(scene, its, its_case, terms)
    return [*made, *heating_cases.by_premises(scene, its, its_case, terms)]


def _total(scene: Scene, of: Situation, heat: Heat) -> tuple[Flags, Ints]:
    """Tell where heating is paid evenly, and give the year before there, else V_D of the month."""
    point = of.house * len(scene.inputs.services.code) + of.service
    even = scene.inputs.houses.heats_evenly[of.house] > 0
    return even, np.where(even, heat.house.last_year_mcu[point], heat.house.month_mcu[point])


def _terms(scene: Scene, of: Situation, case: Case, heat: Heat, sums: MeteredHouses) -> Terms:
    """Give V_D, V_i and the sums of segments."""
    premises, width = heat.premises, len(scene.inputs.services.code)
    point = of.house * width + of.service
    even, total = _total(scene, of, heat)
    place = premises.place(case.home * width + of.service)
    own = np.where(place >= 0, _picked(premises.volume_mcu, place), -1)
    metered = sums.area_cm2[point]
    said = ["", *premises.words]
    words = [
        "свой источник тепла" if has_own else said[at + 1]
        for at, has_own in zip(place.tolist(), case.has_own.tolist(), strict=True)
    ]
    months = np.where(even, scene.inputs.rules.months_of_year, 1)
    return Terms(
        total_mcu=money.ratio((np.maximum(total, 0),), (months,)),
        own_mcu=np.where(case.has_own > 0, 0, own),
        metered_mcu=sums.volume_mcu[point],
        metered_cm2=metered,
        without_cm2=np.maximum(case.house - case.own - metered, 0),
        note=heating_meters.noted(scene, words, heat.house.note[point], total, even),
    )


def _picked(column: Ints, place: Ints) -> Ints:
    return column[np.maximum(place, 0)] if column.size else np.zeros(len(place), dtype=np.int64)
