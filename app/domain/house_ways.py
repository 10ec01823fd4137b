"""The way each house is charged for its common needs this month, and the volume it comes to.

    method             house meter read or by average   none, or silent
    СОИ по нормативу   norm (the fact is kept for the correction of the year)
    СОИ по среднему    the average of the year before; not known: norm
    СОИ по факту       fact less what was carried       norm
    ОДН                fact, not more than the norm     formula 15
    waste water        without a meter of its own: what cold and hot common needs came to

Hot water is settled first, then cold (water made hot in the house is taken off), then waste water.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from app.domain import house_totals, money
from app.domain.charge_inputs import COMMON_AREAS
from app.domain.house_resources import RESOURCES, MeterState, resource_places, with_methods
from app.domain.house_total import UNKNOWN, year_of
from app.domain.house_totals import HouseNeeds
from app.domain.money import Flags, Ints
from app.domain.norm import NO_NORM, NormKind
from app.domain.service import Method
from app.domain.situation import Situation
from app.domain.volume import CM2_PER_M2, Scene

# Waste water of common needs comes from the water taken there, so it has the area of cold water.
_AREA_OF = {"cold": "cold", "hot": "hot", "power": "power", "heat": "heat", "waste-water": "cold"}
_COLD, _HOT, _WASTE = (RESOURCES.index(one) for one in ("cold", "hot", "waste-water"))
_NO_METER = "общедомового прибора в доме нет или он был не весь месяц"
_SILENT = "общедомовой прибор не дал объёма, и средним его не заменить (п. 59(1), 60(1))"


class Way(IntEnum):
    """How the common needs of a house are charged this month."""

    NONE = 0
    NORM = 1
    NORM_INSTEAD = 2
    AVERAGE = 3
    ACTUAL = 4
    ACTUAL_LIMITED = 5
    GENERAL = 6
    GENERAL_LIMITED = 7
    GENERAL_NORM = 8
    WASTE = 9


BY_NORM = (Way.NORM, Way.NORM_INSTEAD, Way.GENERAL_NORM)
BY_METER = (Way.ACTUAL, Way.GENERAL)
LIMITED = (Way.ACTUAL_LIMITED, Way.GENERAL_LIMITED)


@dataclass(slots=True)
class HouseWays:
    """What is worked out for a house and a service, shape (houses × services,) each.

    :ivar why_note: words that say where the volume comes from (note.py), 0 none
    :ivar norm_mcu: N × S_oi on the days charged, UNKNOWN where either is not known
    :ivar norm_month_mcu: N × S_oi of a whole month, N of the last day
    :ivar month_mcu: the volume of a whole month that is shared out, UNKNOWN
    :ivar days: days of the month it is charged for
    :ivar year_mcu: ΣV_soi of the year before by the meter, over `year_months`
    :ivar cold_mcu: of waste water: common needs of cold and of hot water of the house
    :ivar heat_norm_mcu: Gcal in a unit of hot water in two components, 0 else
    """

    needs: HouseNeeds
    way: Ints
    why_note: Ints
    norm_mcu: Ints
    norm_month_mcu: Ints
    month_mcu: Ints
    common_cm2: Ints
    days: Ints
    year_mcu: Ints
    year_months: Ints
    cold_mcu: Ints
    hot_mcu: Ints
    heat_norm_mcu: Ints


def point_of(scene: Scene, of: Situation) -> Ints:
    """Give the place of the house and service of each segment."""
    return of.house * len(scene.inputs.services.code) + of.service


def house_ways(
    scene: Scene, of: Situation, needs: HouseNeeds, *, everything: Situation
) -> HouseWays:
    """Choose the way of each house and service, hot water first, then cold, then waste water."""
    size = len(needs.has_common)
    point = point_of(scene, of)
    norm = scene.norm_sheets.values(of.norm_sheet, kind=NormKind.COMMON_AREA)
    heat = scene.norm_sheets.values(of.norm_sheet, kind=NormKind.HEAT_PER_VOLUME)
    of_day, heat_norm = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    order = np.argsort(of.day_to, kind="stable")
    of_day[point[order]] = norm[order]
    heat_norm[point[order]] = np.maximum(heat[order], 0)
    common = _common_area(scene, size)
    has_norm = np.ones(size, dtype=np.bool_)
    has_norm[point[norm == NO_NORM]] = False
    has_norm &= common >= 0
    norm_days = _largest_of_rows(of, point, np.maximum(norm, 0) * of.days, size)
    top = np.maximum(common, 0)
    by_days = money.ratio((norm_days, top), (scene.month.days, CM2_PER_M2))
    by_month = money.ratio((np.maximum(of_day, 0), top), (CM2_PER_M2,))
    year, months = _year_before(scene, size)
    ways = HouseWays(
        needs=needs,
        way=np.zeros(size, dtype=np.int64),
        why_note=np.zeros(size, dtype=np.int64),
        norm_mcu=np.where(has_norm, by_days, UNKNOWN),
        norm_month_mcu=np.where(has_norm, by_month, UNKNOWN),
        month_mcu=np.full(size, UNKNOWN, dtype=np.int64),
        common_cm2=common,
        days=_largest_of_rows(of, point, of.days, size),
        year_mcu=year,
        year_months=months,
        cold_mcu=np.zeros(size, dtype=np.int64),
        hot_mcu=np.zeros(size, dtype=np.int64),
        heat_norm_mcu=heat_norm,
    )
    _settle_in_order(scene, everything, ways)
    return ways


def _settle_in_order(scene: Scene, everything: Situation, ways: HouseWays) -> None:
    needs, inputs = ways.needs, scene.inputs
    resource = resource_places(inputs)
    step_of = np.zeros(len(resource), dtype=np.int64)
    step_of[resource == _COLD] = 1
    step_of[resource == _WASTE] = 2
    step_of = np.tile(step_of, len(inputs.houses.code))
    for step in range(3):
        at = np.flatnonzero(needs.has_common & (step_of == step))
        if step == 1:
            _take_hot_water(scene, everything, ways)
        if step == 2:
            _know_waste(scene, ways, at)
            at = _settle_waste(scene, ways, at)
        if at.size:
            _settle(scene, ways, at)


def _largest_of_rows(of: Situation, point: Ints, values: Ints, size: int) -> Ints:
    """Add up the segments of each row, and give the largest row of each house and service."""
    result = np.zeros(size, dtype=np.int64)
    if of.row.size:
        sums = np.zeros(int(of.row.max()) + 1, dtype=np.int64)
        np.add.at(sums, of.row, values)
        np.maximum.at(result, point, sums[of.row])
    return result


def _common_area(scene: Scene, size: int) -> Ints:
    """Give S_oi of the resource by house and service, -1 unknown."""
    column = np.array(
        [COMMON_AREAS.index(_AREA_OF.get(one, "")) for one in scene.inputs.services.resource],
        dtype=np.int64,
    )
    given = scene.inputs.houses.common_area_cm2
    special = given[:, column]
    return np.where(special >= 0, special, given[:, :1]).reshape(size)


def _year_before(scene: Scene, size: int) -> tuple[Ints, Ints]:
    """Give ΣV_soi of the calendar year before by the meter, and how many months are known."""
    sums, months = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    past = scene.inputs.past_totals
    at = np.flatnonzero((year_of(past.period) == scene.inputs.period.year - 1) & past.has_fact)
    key = past.house[at] * len(scene.inputs.services.code) + past.service[at]
    np.add.at(sums, key, past.fact_mcu[at])
    np.add.at(months, key, 1)
    return sums, months


def _take_hot_water(scene: Scene, everything: Situation, ways: HouseWays) -> None:
    """Take the cold water that hot water was made of in the house off its cold water (11)."""
    inputs, needs = scene.inputs, ways.needs
    resource = resource_places(inputs)
    # The services of the method that are of another resource are the fuel, not the water.
    own = with_methods(inputs, (Method.HOT_WATER_OWN,)) & (resource == _HOT)
    if not own.any():
        return
    services, houses = len(inputs.services.code), len(inputs.houses.code)
    made = everything.taken(np.flatnonzero(own[everything.service]))
    hot = np.full(houses, UNKNOWN, dtype=np.int64)
    place = made.house * services + made.service
    hot[made.house] = np.where(
        needs.house_mcu[place] != UNKNOWN, needs.house_mcu[place], needs.individual_mcu[place]
    )
    makes = np.zeros(houses, dtype=np.bool_)
    makes[made.house] = True
    without_meter = np.zeros(houses, dtype=np.bool_)
    without_meter[made.house] = needs.house_mcu[place] == UNKNOWN
    at = np.flatnonzero(needs.has_common & (np.tile(resource, houses) == _HOT))
    at = at[without_meter[at // services] & (ways.month_mcu[at] != UNKNOWN)]
    at = at[hot[at // services] != UNKNOWN]
    np.add.at(hot, at // services, ways.month_mcu[at])

    cold = np.flatnonzero(np.tile(resource, houses) == _COLD)
    cold = cold[makes[cold // services]]
    found = hot[cold // services]
    needs.for_hot_mcu[cold] = np.where(found == UNKNOWN, 0, found)
    needs.individual_mcu[cold[found == UNKNOWN]] = UNKNOWN


def _know_waste(scene: Scene, ways: HouseWays, at: Ints) -> None:
    """Keep the fact of waste water that no meter counts: of the water of common needs it is.

    For the correction of the year only: water without a fact of its own stays as it was charged.
    """
    inputs, needs = scene.inputs, ways.needs
    services, houses = len(inputs.services.code), len(inputs.houses.code)
    resource = np.tile(resource_places(inputs), houses)
    is_corrected = with_methods(inputs, (Method.COMMON_NORM, Method.COMMON_AVERAGE))
    for place in at[is_corrected[at % services] & (needs.state[at] == MeterState.NONE)].tolist():
        its = np.arange(place - place % services, place - place % services + services)
        water = its[needs.has_common[its] & np.isin(resource[its], (_COLD, _HOT))]
        read = water[needs.has_fact[water]]
        rest = water[~needs.has_fact[water]]
        is_once = len(np.unique(resource[water])) == len(water)
        if not read.size or not is_once or (ways.month_mcu[rest] == UNKNOWN).any():
            continue
        needs.house_mcu[place] = int(needs.house_mcu[read].sum() + ways.month_mcu[rest].sum())
        needs.individual_mcu[place] = int(needs.individual_mcu[read].sum())
        needs.for_hot_mcu[place] = int(needs.for_hot_mcu[read].sum())


def _settle_waste(scene: Scene, ways: HouseWays, at: Ints) -> Ints:
    """Give waste water without a meter the water of common needs; gives the places left."""
    inputs, needs = scene.inputs, ways.needs
    services, houses = len(inputs.services.code), len(inputs.houses.code)
    methods = with_methods(inputs, (Method.COMMON_AVERAGE, Method.COMMON_ACTUAL, Method.COMMON_354))
    resource = np.tile(resource_places(inputs), houses)
    some = methods[at % services] & (needs.state[at] == MeterState.NONE)
    sums = {}
    has_water = np.zeros(houses, dtype=np.bool_)
    lost = np.zeros(houses, dtype=np.bool_)
    for name in (_COLD, _HOT):
        water = np.flatnonzero(needs.has_common & (resource == name))
        known = ways.month_mcu[water] != UNKNOWN
        sums[name] = np.zeros(houses, dtype=np.int64)
        np.add.at(sums[name], water[known] // services, ways.month_mcu[water[known]])
        has_water[water // services] = True
        lost[water[~known] // services] = True
    by_water = at[some & has_water[at // services]]
    house = by_water // services
    good = ~lost[house]
    ways.way[by_water] = np.where(good, Way.WASTE, Way.NONE)
    ways.cold_mcu[by_water], ways.hot_mcu[by_water] = sums[_COLD][house], sums[_HOT][house]
    total = np.where(good, sums[_COLD][house] + sums[_HOT][house], UNKNOWN)
    needs.net_mcu[by_water] = ways.month_mcu[by_water] = total
    whole = house_totals.part_of_days(
        np.where(good, total, 0), ways.days[by_water], scene.month.days
    )
    needs.charged_mcu[by_water] = np.where(good, whole, UNKNOWN)
    return at[~np.isin(at, by_water)]


def _settle(scene: Scene, ways: HouseWays, at: Ints) -> None:
    """Choose the way, the net and the charged volume of these houses and services."""
    needs, rules = ways.needs, scene.inputs.rules
    method = scene.inputs.services.method
    which = [method[place % len(method)] for place in at.tolist()]
    is_general = np.array([one is Method.COMMON_354 for one in which], dtype=np.bool_)
    is_actual = np.array([one is Method.COMMON_ACTUAL for one in which], dtype=np.bool_)
    is_average = np.array([one is Method.COMMON_AVERAGE for one in which], dtype=np.bool_)
    unread = (needs.state[at] == MeterState.NONE) | (needs.state[at] == MeterState.SILENT)
    by_meter = (is_actual | is_general) & ~unread & needs.has_fact[at]
    needs.settle(at[by_meter])
    # General house needs below zero are not carried on (§46), but for what §47 has still to lessen.
    is_direct = _of_house(scene, at, scene.inputs.houses.is_direct)
    lessens = rules.is_on("negative_lessens") & is_direct
    needs.carry_mcu[at[is_general & ~lessens]] = 0
    enough = ways.year_months[at] >= max(1, rules.whole("common_average_months"))
    net, limit = needs.net_mcu[at], ways.norm_month_mcu[at]
    over = by_meter & (net > 0) & _is_limited(scene, at, is_general=is_general)
    way = np.select(
        [
            ~(is_general | is_actual | is_average),
            is_average & enough,
            is_average | (is_actual & unread),
            is_general & unread,
            ~by_meter,
            # The norm that bounds it is not known: asked for as if it were charged.
            over & (limit == UNKNOWN),
            is_actual & over & (net > limit),
            is_actual,
            over & (net > limit),
        ],
        [Way.NORM, Way.AVERAGE, Way.NORM_INSTEAD, Way.GENERAL_NORM, Way.NONE, Way.GENERAL_NORM,
         Way.ACTUAL_LIMITED, Way.ACTUAL, Way.GENERAL_LIMITED],
        Way.GENERAL,
    ).astype(np.int64)  # fmt: skip
    ways.way[at] = way
    _count_charged(scene, ways, at, way)
    _say_why(scene, ways, at, way)


def _is_limited(scene: Scene, at: Ints, *, is_general: Flags) -> Flags:
    """Tell where the norm bounds the volume (354, §44; 491 before September 2022)."""
    free = _of_house(scene, at, scene.inputs.houses.over_norm)
    within = scene.inputs.rules.is_on("common_within_norm")
    return np.asarray(np.where(is_general, ~free, within), dtype=np.bool_)


def _of_house(scene: Scene, at: Ints, column: Ints) -> Flags:
    """Tell of which places the house has the flag; a column of nothing is of no house."""
    if not column.size:
        return np.zeros(len(at), dtype=np.bool_)
    return np.asarray(column[at // len(scene.inputs.services.code)] > 0, dtype=np.bool_)


def _count_charged(scene: Scene, ways: HouseWays, at: Ints, way: Ints) -> None:
    """Give the volume of the house that is shared out, of a month and of the days charged."""
    needs = ways.needs
    by_norm = np.isin(way, [*BY_NORM, *LIMITED])
    months = np.maximum(ways.year_months[at], 1)
    average = money.ratio((np.maximum(ways.year_mcu[at], 0),), (months,))
    needs.net_mcu[at] = np.where(way == Way.AVERAGE, average, needs.net_mcu[at])
    month = np.where(by_norm, ways.norm_month_mcu[at], needs.net_mcu[at])
    ways.month_mcu[at] = np.where(way == Way.NONE, UNKNOWN, month)
    known = ways.month_mcu[at] != UNKNOWN
    of_days = house_totals.part_of_days(np.where(known, month, 0), ways.days[at], scene.month.days)
    charged = np.where(by_norm, ways.norm_mcu[at], of_days)
    needs.charged_mcu[at] = np.where(known, charged, UNKNOWN)
    # A month without the meter leaves what was carried for the next month by the meter.
    kept = np.isin(way, [Way.NORM_INSTEAD, Way.NONE])
    needs.carry_mcu[at[kept]] = needs.carry_before_mcu[at[kept]]


def _say_why(scene: Scene, ways: HouseWays, at: Ints, way: Ints) -> None:
    """Keep the words that say where the volume of the house comes from."""
    instead = at[np.isin(way, [Way.NORM_INSTEAD, Way.GENERAL_NORM])]
    by_meter = at[np.isin(way, [*BY_METER, *LIMITED])]
    ways.why_note[by_meter] = ways.needs.state_note[by_meter]
    if not instead.size:
        return
    methods, year = scene.inputs.services.method, scene.inputs.period.year - 1
    for place in instead.tolist():
        if methods[place % len(methods)] is Method.COMMON_AVERAGE:
            known = int(ways.year_months[place])
            words = f"за {year} год итоги дома по прибору известны за {known} мес., среднего нет"
        elif ways.needs.state[place] == MeterState.SILENT:
            words = _SILENT
        else:
            words = _NO_METER
        ways.why_note[place] = scene.notes.add(words)
