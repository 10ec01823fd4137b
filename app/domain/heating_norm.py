"""Heating without a meter of the house (354, formulas 2, 2(1), 2(3)-2(6)).

    norm of a heating month   season  S × N in heating months, else 0
                              even    S × N × months of heating / 12
    norm of a twelfth         season  S × N × 12 / months of heating, in heating months
                              even    S × N
    own sources in the house  V_H = N × (S_ob − S_own) × the same parts, shared as a meter's V_D

Which of the two a norm is, the region decides: setting heating_norm_kind (charges.md §5.1).
"""

import numpy as np

from app.domain import money
from app.domain.basis import Basis
from app.domain.heating_homes import Case
from app.domain.money import Flags, Ints
from app.domain.norm import NormKind
from app.domain.situation import Situation
from app.domain.volume import CM2_PER_M2, Scene, Volumes, volumes, with_norm


def by_norm(scene: Scene, of: Situation, case: Case) -> list[Volumes]:
    """Give each segment its heat by the norm.

    :param case: of the same segments
    """
    places = of.place
    of, norm = with_norm(scene, of, kind=NormKind.AREA, words="на м2")
    case = case.taken(np.flatnonzero(np.isin(places, of.place)))
    plain, own = np.flatnonzero(case.own == 0), np.flatnonzero(case.own > 0)
    return [
        *_plain(scene, of.taken(plain), case.taken(plain), norm[plain]),
        *_with_own(scene, of.taken(own), case.taken(own), norm[own]),
    ]


def is_heating(scene: Scene, of: Situation) -> Flags:
    """Tell which segments are of houses heated in this month of the year."""
    months = scene.inputs.houses.heating_months[of.house]
    return np.asarray(((months >> scene.inputs.period.month) & 1) > 0, dtype=np.bool_)


def months_of_norm(scene: Scene, of: Situation) -> tuple[Ints, Ints]:
    """Give the part of the norm a month takes, as a fraction of months."""
    even = scene.inputs.houses.heats_evenly[of.house] > 0
    number = np.bitwise_count(scene.inputs.houses.heating_months[of.house]).astype(np.int64)
    year = scene.inputs.rules.months_of_year
    heating = is_heating(scene, of)
    if is_twelfth(scene):
        season = heating & (number > 0)
        top = np.where(even, 1, np.where(season, year, 0))
        return top, np.where(even | ~season, 1, number)
    return np.where(even, number, heating.astype(np.int64)), np.where(even, year, 1)


def is_twelfth(scene: Scene) -> bool:
    """Tell whether norms of heating are a twelfth of the year already."""
    return scene.inputs.rules.word("heating_norm_kind") == "twelfth"


def _plain(scene: Scene, of: Situation, case: Case, norm: Ints) -> list[Volumes]:
    top, bottom = months_of_norm(scene, of)
    even = scene.inputs.houses.heats_evenly[of.house] > 0
    over = (case.area, norm, top, of.days)
    under = (CM2_PER_M2, bottom, scene.month.days)
    part = money.ratio((*over, case.over), (*under, case.under))
    whole = money.ratio((*over, case.room), (*under, case.rooms))
    slots = (norm, case.area, case.over, case.under, top, bottom)
    twelfth = np.full(len(of.row), is_twelfth(scene))
    result = []
    for basis, at, kept in (
        (Basis.HEAT_NORM, np.flatnonzero(~even & ((top == 0) | ~twelfth)), 5),
        (Basis.HEAT_NORM_EVEN, np.flatnonzero(even & ~twelfth), 6),
        (Basis.HEAT_TWELFTH, np.flatnonzero(~even & (top > 0) & twelfth), 6),
        (Basis.HEAT_TWELFTH_EVEN, np.flatnonzero(even & twelfth), 4),
    ):
        if at.size or basis is Basis.HEAT_NORM:
            columns = [column[at] for column in slots[:kept]]
            result.append(
                volumes(of.taken(at), basis, part[at], whole_mcu=whole[at], slots=columns)
            )
    return result


def _with_own(scene: Scene, of: Situation, case: Case, norm: Ints) -> list[Volumes]:
    top, bottom = months_of_norm(scene, of)
    spread, heated = case.spread()
    over = (norm, case.house - case.own, top, case.area, spread, of.days)
    under = (CM2_PER_M2, bottom, heated, case.house, scene.month.days)
    part = money.ratio((*over, case.over), (*under, case.under))
    whole = money.ratio((*over, case.room), (*under, case.rooms))
    slots = (norm, case.area, case.house, case.own, case.common, case.has_own,
             case.over, case.under, top, bottom)  # fmt: skip
    return [volumes(of, Basis.HEAT_NORM_OWN, part, whole_mcu=whole, slots=slots)]
