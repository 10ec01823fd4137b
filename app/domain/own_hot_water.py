"""Hot water made in the house from resources it buys (354, §54, formulas 20, 20(1), 20(2), 21).

    services «ГВС собственная» of a house
    of the resource ГВС       hot water V_i × price of cold water: by meter, or n × N with the
                              raising factor where a meter could be
    of another resource       what it took of it: V_v × V_i / ΣV_k, V_v by the house meter of the
                              service; without one V_i × the norm «Гкал на м3», what a m3 takes

Rooms of a communal flat share hot water by persons (21), so their part of the resource follows.
"""

from dataclasses import dataclass

import numpy as np

from app.domain import money
from app.domain.basis import Basis
from app.domain.heat_failure import Failing
from app.domain.heating_meters import HouseHeat, house_heat
from app.domain.hot_heat import hot_of_houses
from app.domain.meter import Doubt
from app.domain.metering import DOUBTS, Metering, by_meter
from app.domain.money import MILLION, Flags, Ints
from app.domain.norm import NO_NORM, NormKind
from app.domain.service import Method
from app.domain.situation import Situation, expanded
from app.domain.volume import Scene, Volumes, by_norm, volumes


@dataclass(frozen=True, slots=True)
class _Parts:
    """Hot water of segments by the raising factor of it, shape (n,) each."""

    segment: Ints
    volume_mcu: Ints
    factor_ppm: Ints

    def taken(self, at: Ints) -> "_Parts":
        return _Parts(self.segment[at], self.volume_mcu[at], self.factor_ppm[at])


def hot_water(scene: Scene, of: Situation, known: Metering) -> list[Volumes]:
    """Give hot water made in the house by meter or norm; its resources come later."""
    of = water_of(scene, of)
    metered, without = by_meter(scene, of, known)
    return [*metered, *by_norm(scene, without, basis=Basis.NORM, is_raised=True)]


def water_of(scene: Scene, of: Situation) -> Situation:
    """Leave the segments of hot water itself: the resources are told when it is known."""
    return of.taken(np.flatnonzero(is_hot(scene)[of.service]))


def is_hot(scene: Scene) -> Flags:
    """Tell which services are hot water itself."""
    return np.array([one == "hot" for one in scene.inputs.services.resource], dtype=np.bool_)


def hot_resources(
    scene: Scene, of: Situation, known: Metering, *, everything: Situation, others: Volumes
) -> list[Volumes]:
    """Give what the hot water of each account took of a resource (formula 20).

    :param of: segments of services of the method
    :param others: volumes of the other services: the hot water among them
    """
    of = of.taken(np.flatnonzero(~is_hot(scene)[of.service]))
    if not of.row.size:
        return []
    is_own = np.array([one is Method.HOT_WATER_OWN for one in scene.inputs.services.method])
    water = others.taken(np.flatnonzero((is_own & is_hot(scene))[everything.service[others.place]]))
    parts = _parts(of, everything, water)
    of, parts = _with_water(scene, of, parts)
    house = house_heat(scene, known)
    point = of.house * len(scene.inputs.services.code) + of.service
    has_meter = (house.has_meter[point] > 0) & (house.failing[point] != Failing.NORM)
    metered, rest = np.flatnonzero(has_meter), np.flatnonzero(~has_meter)
    totals, unknown = hot_of_houses(scene, everything, others, known)
    fit = _with_house_known(scene, of, metered, house, (totals, unknown))
    return [
        *_by_house(scene, of, _of(parts, fit), house, totals),
        *_by_norm(scene, of, _of(parts, rest)),
    ]


def _parts(of: Situation, everything: Situation, water: Volumes) -> _Parts:
    """Join segments with the hot water of their account on their days, by its raising factor."""
    its = everything.taken(water.place)
    order = np.argsort(its.account, kind="stable")
    owner = its.account[order]
    left = np.searchsorted(owner, of.account, "left")
    segment, nth = expanded(np.searchsorted(owner, of.account, "right") - left)
    at = order[left[segment] + nth]
    low = np.maximum(of.day_from[segment], its.day_from[at]) - its.day_from[at]
    high = np.minimum(of.day_to[segment], its.day_to[at]) - its.day_from[at]
    both = np.flatnonzero(high > low)
    segment, at, low, high = segment[both], at[both], low[both], high[both]
    length = its.days[at]
    size = np.abs(water.volume_mcu[at])
    part = money.ratio((size, high), (length,)) - money.ratio((size, low), (length,))
    part *= np.sign(water.volume_mcu[at])
    keys = np.stack([segment, water.factor_ppm[at]], axis=1)
    unique, inverse = np.unique(keys, axis=0, return_inverse=True)
    sums = np.zeros(len(unique), dtype=np.int64)
    np.add.at(sums, inverse.reshape(-1), part)
    return _Parts(unique[:, 0], sums, unique[:, 1])


def _with_water(scene: Scene, of: Situation, parts: _Parts) -> tuple[Situation, _Parts]:
    """Leave out segments whose account has no hot water, and say so."""
    known = np.zeros(len(of.row), dtype=bool)
    known[parts.segment] = True
    if not known.all():
        scene.findings.tell(
            of.taken(np.flatnonzero(~known)),
            "объём горячей воды счёта не определён, поэтому и ресурс на неё не начислен.",
            "Назначьте услугу горячей воды или устраните причину по ней и начислите снова.",
        )
    place = np.cumsum(known) - 1
    left = _Parts(place[parts.segment], parts.volume_mcu, parts.factor_ppm)
    return of.taken(np.flatnonzero(known)), left


def _of(parts: _Parts, segments: Ints) -> _Parts:
    return parts.taken(np.flatnonzero(np.isin(parts.segment, segments)))


def _with_house_known(
    scene: Scene, of: Situation, at: Ints, house: HouseHeat, water: tuple[Ints, Ints]
) -> Ints:
    """Leave out segments of houses whose resource or hot water is not known, and say so."""
    totals, unknown = water
    some = of.taken(at)
    bad = (unknown[some.house] > 0) | (totals[some.house] <= 0)
    if bad.any():
        scene.findings.tell(
            some.taken(np.flatnonzero(bad)),
            "объём горячей воды дома не определён: разделить ресурс нельзя.",
            "Устраните причину по услуге горячей воды и начислите снова.",
        )
    doubt = house.doubt[some.house * len(scene.inputs.services.code) + some.service]
    for code in np.unique(doubt[(doubt > 0) & ~bad]).tolist():
        message, hint = DOUBTS[Doubt(code)]
        its = some.taken(np.flatnonzero((doubt == code) & ~bad))
        scene.findings.tell(its, f"общедомовой прибор: {message}", hint)
    good: Ints = at[~bad & (doubt == Doubt.NONE)]
    return good


def _factors(scene: Scene, parts: _Parts) -> Ints:
    is_raised = scene.inputs.rules.is_on("raising_hot_heat")
    return parts.factor_ppm if is_raised else np.zeros(len(parts.segment), dtype=np.int64)


def _by_house(
    scene: Scene, of: Situation, parts: _Parts, house: HouseHeat, totals: Ints
) -> list[Volumes]:
    its = of.taken(parts.segment)
    if not its.row.size:
        return []
    point = its.house * len(scene.inputs.services.code) + its.service
    total, volume = house.month_mcu[point], totals[its.house]
    size = money.ratio((total, np.abs(parts.volume_mcu)), (volume,))
    return [
        volumes(
            its,
            Basis.OWN_HOT_METER,
            size * np.sign(parts.volume_mcu),
            slots=(total, parts.volume_mcu, volume, house.note[point]),
            factor_ppm=_factors(scene, parts),
        )
    ]


def _by_norm(scene: Scene, of: Situation, parts: _Parts) -> list[Volumes]:
    norm = scene.norm_sheets.values(of.norm_sheet, kind=NormKind.HEAT_PER_VOLUME)
    used = np.unique(parts.segment)
    lost = used[norm[used] == NO_NORM]
    if lost.size:
        scene.findings.tell(
            of.taken(lost),
            "нет ни общедомового прибора, ни норматива «Гкал на м3»:"
            " расход ресурса на горячую воду не известен.",
            "Добавьте прибор дома или норматив этой услуги.",
        )
    parts = _of(parts, used[norm[used] != NO_NORM])
    each = norm[parts.segment]
    size = money.ratio((np.abs(parts.volume_mcu), each), (MILLION,))
    return [
        volumes(
            of.taken(parts.segment),
            Basis.OWN_HOT_NORM,
            size * np.sign(parts.volume_mcu),
            slots=(each, parts.volume_mcu),
            factor_ppm=_factors(scene, parts),
        )
    ]
