"""What hot water takes of a house's resource that its meter counts with heating (354, §54).

V_D = V_total − q × ΣV_hot        q = the norm «Гкал на м3» of the service of heating itself,
of the house or of all: the resource a m3 of hot water takes
ΣV_hot                            hot water of all premises and of common needs of the house;
paid evenly, of the calendar year before
"""

import numpy as np

from app.domain import money
from app.domain.heating_meters import HouseHeat
from app.domain.house_beyond import beyond_accounts
from app.domain.house_resources import RESOURCES
from app.domain.house_total import UNKNOWN
from app.domain.metering import Metering
from app.domain.money import MILLION, Ints
from app.domain.norm import NO_NORM, NormKind, sheets
from app.domain.service import Component
from app.domain.situation import Situation
from app.domain.volume import Scene, Volumes

_MONTHS = 12
_UNKNOWN = (
    "общедомовой прибор считает и горячую воду, а её объём по дому не определён.",
    "Устраните причину по услуге горячей воды и начислите снова.",
)
_MORE = (
    "на горячую воду по нормативу ушло больше, чем насчитал общедомовой прибор.",
    "Проверьте показание прибора и норматив «Гкал на м3» услуги отопления.",
)


def less_hot_water(
    scene: Scene,
    of: Situation,
    house: HouseHeat,
    known: Metering,
    *,
    everything: Situation,
    others: Volumes | None,
) -> None:
    """Take the heat of hot water off V_D where the house's meter counts it too.

    :param of: segments of heating
    :param everything: all segments, to know whose each volume is
    :param others: volumes of the other services
    """
    norms, width = scene.inputs.norms, len(scene.inputs.services.code)
    has_norm = norms.kind == NormKind.HEAT_PER_VOLUME
    services = np.intersect1d(norms.service[has_norm], of.service)
    if not services.size:
        return
    points = np.unique((of.house * width + of.service)[np.isin(of.service, services)])
    points = points[house.has_meter[points] > 0]
    last = np.full(len(points), scene.month.last)
    sheet, found = sheets(norms, points % width, points // width, last)
    each = found.values(sheet, kind=NormKind.HEAT_PER_VOLUME)
    hot, unknown = hot_of_houses(scene, everything, others, known)
    years = _hot_of_year(scene)
    for point, norm in zip(points.tolist(), each.tolist(), strict=True):
        if norm == NO_NORM:
            continue
        at = point // width
        is_even = bool(scene.inputs.houses.heats_evenly[at])
        volume = years.get(at, -1) if is_even else int(hot[at])
        if volume < 0 or (unknown[at] and not is_even):
            house.trouble.setdefault(point, _UNKNOWN)
            continue
        taken = int(_product(volume, norm)[0])
        column = house.last_year_mcu if is_even else house.month_mcu
        if column[point] < taken:
            if house.doubt[point] == 0 or is_even:
                house.trouble.setdefault(point, _MORE)
            continue
        said = scene.notes.known.get(int(house.note[point]), "") or _number(int(column[point]))
        words = f"{said} − {_number(norm)} × {_number(volume)} м3 горячей воды"
        column[point] -= taken
        house.note[point] = scene.notes.add(words)


def hot_of_houses(
    scene: Scene, everything: Situation, others: Volumes | None, known: Metering
) -> tuple[Ints, Ints]:
    """Give hot water of each house, and how many of its segments and meters have no volume."""
    houses = len(scene.inputs.houses.code)
    total, unknown = np.zeros(houses, dtype=np.int64), np.zeros(houses, dtype=np.int64)
    is_hot = np.array([one == "hot" for one in scene.inputs.services.resource], dtype=bool)
    segments = everything.taken(np.flatnonzero(is_hot[everything.service]))
    if others is None:
        np.add.at(unknown, segments.house, 1)
        return total, unknown
    at = np.flatnonzero(others.component != Component.HEAT)
    at = at[is_hot[everything.service[others.place[at]]]]
    np.add.at(total, everything.house[others.place[at]], others.volume_mcu[at])
    missing = ~np.isin(segments.place, others.place[at])
    np.add.at(unknown, segments.house, missing.astype(np.int64))
    # Premises with a contract of their own take it too.
    loose, hot = beyond_accounts(scene, everything, known), RESOURCES.index("hot")
    total += loose.volume_mcu[hot :: len(RESOURCES)]
    unknown += loose.unknown[hot :: len(RESOURCES)]
    return total, unknown


def _hot_of_year(scene: Scene) -> dict[int, int]:
    """Give hot water of houses in the calendar year before, of those that have all its months."""
    past, inputs = scene.inputs.past_totals, scene.inputs
    january = (inputs.period.year - 1) * _MONTHS
    volume: dict[int, int] = {}
    months: dict[tuple[int, int], int] = {}
    unknown: set[int] = set()
    columns = (
        past.house, past.service, past.period, past.house_mcu, past.individual_mcu, past.charged_mcu
    )  # fmt: skip
    for house, service, month, whole, individual, charged in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        if inputs.services.resource[service] != "hot" or not 0 <= month - january < _MONTHS:
            continue
        months[house, service] = months.get((house, service), 0) + 1
        if whole == UNKNOWN and individual == UNKNOWN:
            unknown.add(house)
        taken = whole if whole != UNKNOWN else individual + max(charged, 0)
        volume[house] = volume.get(house, 0) + taken
    unknown |= {house for (house, _), number in months.items() if number < _MONTHS}
    return {house: taken for house, taken in volume.items() if house not in unknown}


def _product(volume: int, norm: int) -> Ints:
    return money.ratio((np.array([volume], dtype=np.int64), norm), (MILLION,))


def _number(millionths: int) -> str:
    return money.decimal_of(int(millionths)).replace(".", ",")
