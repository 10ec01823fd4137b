"""A reading of a meter of heat after months of heating without one (354, §59; charges.md §3.3).

V = the difference of the dial − what these months were charged: averages of the first periods,
of a house then its norm, N × (S_ob − S_own) a month. Months without heating were charged nothing.
"""

from fractions import Fraction

import numpy as np

from app.domain import money, norm
from app.domain.bases.rule import half_up
from app.domain.heating_homes import house_areas
from app.domain.meter_event import EventKind
from app.domain.meter_state import Life, Stander
from app.domain.norm import NO_NORM, NormKind
from app.domain.volume import CM2_PER_M2, Scene


def late_mcu(life: Life, stander: Stander, *, norm_mcu: int = 0) -> int | None:
    """Give the volume of a late reading less what the months before it were charged.

    :param norm_mcu: the norm of a month, of a house that goes by it after the averages
    :returns: None where the reading is not a late one
    """
    if life.late_from >= life.late_to:
        return None
    total = Fraction(0)
    for piece in life.pieces:
        counted = piece.current_mcu - piece.previous_mcu + piece.turn_mcu
        length = piece.day_to - piece.day_from
        total += Fraction(counted * piece.ratio_mcu * length, money.MILLION * piece.parts)
    base = None if life.case is None else stander.base_for(life.case)
    if base is not None:
        number = _months(life, stander) - norm_months(life, stander)
        zones = range(len(stander.of.zones))
        averaged = sum(base.total_mcu(zone) for zone in zones)
        total -= Fraction(averaged * number, base.months)
    total -= norm_mcu * norm_months(life, stander)
    return max(half_up(total), 0)


def norm_months(life: Life, stander: Stander) -> int:
    """Give how many months of silence went by the norm: after the averages, or without a base."""
    case = life.case
    if life.late_from >= life.late_to or case is None or case.kind is not EventKind.SILENT:
        return 0
    number = _months(life, stander)
    is_averaged = stander.base_for(case) is not None
    return max(number - stander.terms.periods, 0) if is_averaged else number


def norm_of_house(scene: Scene, meter: int) -> int:
    """Give what the house of a meter is charged by the norm for a month of heating.

    The norm and the areas are of the month of the reading: the months before keep no other.
    """
    inputs = scene.inputs
    house = inputs.meters.house[meter : meter + 1]
    service = inputs.meters.service[meter : meter + 1]
    sheet, found = norm.sheets(inputs.norms, service, house, np.array([scene.month.last]))
    value = found.values(sheet, kind=NormKind.AREA)
    if value[0] == NO_NORM:
        return 0
    areas = house_areas(inputs, month=scene.month)
    heated = np.maximum(areas.house_cm2[house] - areas.own_heat_cm2[house], 0)
    top, bottom = 1, 1
    if inputs.rules.word("heating_norm_kind") == "twelfth":
        top = inputs.rules.months_of_year
        bottom = max(int(inputs.houses.heating_months[house[0]]).bit_count(), 1)
    return int(money.ratio((heated, value, top), (CM2_PER_M2, bottom))[0])


def _months(life: Life, stander: Stander) -> int:
    """Give how many months of heating had no reading."""
    is_season = stander.terms.is_season
    months = range(life.late_from, life.late_to)
    return sum(is_season is None or is_season(month) for month in months)
