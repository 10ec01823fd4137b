"""Heating by the meter of the house, its premises with meters of their own or not (354, §42(1)).

    nobody has one      V_i = S_i × V_D / (S_ob − S_own + S_oi)                  3, 3(6)
    some have           V_i by the meter; S_i × ΣV_ipu / ΣS_ipu without it       3(1), 3(7)
    all have            V_i by the meter                                         3(3)
    own source          V_i = 0

    volume              V_i + S_i × (V_D − ΣV_k) / S_ob
    in the second       ΣV_k = ΣV_ipu × (ΣS_ipu + ΣS_without) / ΣS_ipu

The volumes of all premises sum to V_D (charges.md §16). V_D − ΣV_k may be negative: it is then
taken off, or, where the centre so decides, not counted (setting heating_negative_common).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from app.domain import money
from app.domain.basis import Basis
from app.domain.heating_homes import Case
from app.domain.money import Flags, Ints
from app.domain.situation import Situation
from app.domain.volume import Scene, Volumes, volumes

_ALL = (Basis.HEAT_ALL_METERED, Basis.HEAT_ALL_METERED_ALONE)
_SOME = (Basis.HEAT_SOME_METERED, Basis.HEAT_SOME_METERED_ALONE)
_WITHOUT = (Basis.HEAT_SOME_WITHOUT, Basis.HEAT_SOME_WITHOUT_ALONE)


@dataclass(frozen=True, slots=True)
class MeteredHouses:
    """Sums over the premises of houses some of which have meters, by house × service.

    :ivar volume_mcu: ΣV_ipu
    :ivar area_cm2: ΣS_ipu, 0 where nobody has a meter
    """

    volume_mcu: Ints
    area_cm2: Ints


@dataclass(frozen=True, slots=True)
class Terms:
    """V_D, V_i and the sums of segments, shape (n,) each.

    :ivar total_mcu: V_D of the month
    :ivar own_mcu: V_i by the meter, -1 without it; 0 with a source of its own
    :ivar metered_mcu: ΣV_ipu, metered_cm2 is ΣS_ipu, without_cm2 ΣS of premises without
    :ivar note: words on the readings and on V_D
    """

    total_mcu: Ints
    own_mcu: Ints
    metered_mcu: Ints
    metered_cm2: Ints
    without_cm2: Ints
    note: Ints

    def left_for_all(self) -> tuple[Any, Any]:
        """Give V_D − ΣV_k as a fraction of whole numbers of any size."""
        under = np.maximum(self.metered_cm2, 1).astype(object)
        others = self.metered_mcu.astype(object) * (self.metered_cm2 + self.without_cm2)
        return self.total_mcu.astype(object) * under - others, under

    def taken(self, at: Ints) -> "Terms":
        return Terms(*(getattr(self, name)[at] for name in Terms.__slots__))


def by_house(
    scene: Scene, of: Situation, case: Case, *, house_mcu: Ints, even: Flags, note: Ints
) -> list[Volumes]:
    """Share V_D where no premises has a meter (formulas 3, 3(6)).

    :param house_mcu: V_D of the month, or of the year before where paid evenly
    """
    months = np.where(even, scene.inputs.rules.months_of_year, 1)
    spread, heated = case.spread()
    over = (house_mcu, case.area, spread, of.days)
    under = (months, heated, case.house, scene.month.days)
    part = money.ratio((*over, case.over), (*under, case.under))
    whole = money.ratio((*over, case.room), (*under, case.rooms))
    slots = (house_mcu, months, case.area, case.house, case.own, case.common, case.has_own,
             case.over, case.under, note)  # fmt: skip
    result = []
    for basis, at in (
        (Basis.HEAT_METER, np.flatnonzero(~even)),
        (Basis.HEAT_METER_EVEN, np.flatnonzero(even)),
    ):
        kept = [column[at] for column in slots]
        result.append(volumes(of.taken(at), basis, part[at], whole_mcu=whole[at], slots=kept))
    return result


def by_premises(scene: Scene, of: Situation, case: Case, terms: Terms) -> list[Volumes]:
    """Give each segment V_i and its part of what is left (formulas 3(1), 3(3), 3(7))."""
    if not of.row.size:
        return []
    common, under = terms.left_for_all()
    alone = np.asarray(common < 0, dtype=np.bool_) & ~scene.inputs.rules.is_on(
        "heating_negative_common"
    )
    common = np.where(alone, 0, common)
    own = np.where(
        terms.own_mcu >= 0,
        terms.own_mcu.astype(object) * under,
        case.area.astype(object) * terms.metered_mcu,
    )
    house = np.maximum(case.house, 1).astype(object)
    top = (own * house + case.area.astype(object) * common) * of.days
    bottom = under * house * scene.month.days
    part = rounded(top * case.over, bottom * case.under)
    whole = rounded(top * case.room, bottom * case.rooms)
    head = (terms.total_mcu, terms.metered_mcu, terms.metered_cm2, terms.without_cm2)
    tail = (case.area, case.house, case.over, case.under, terms.note)
    every = terms.without_cm2 == 0
    result = []
    for bases, at, slots in (
        (_ALL, every, (*head, *tail, terms.own_mcu)),
        (_SOME, ~every & (terms.own_mcu >= 0), (*head, *tail, terms.own_mcu)),
        (_WITHOUT, ~every & (terms.own_mcu < 0), (*head, *tail)),
    ):
        for basis, chosen in ((bases[0], at & ~alone), (bases[1], at & alone)):
            if chosen.any():
                place = np.flatnonzero(chosen)
                kept = [column[place] for column in slots]
                result.append(
                    volumes(of.taken(place), basis, part[place], whole_mcu=whole[place], slots=kept)
                )
    return result


def tell_strange(scene: Scene, of: Situation, case: Case, terms: Terms) -> None:
    """Warn of houses whose common part or metered area is out of the ordinary; lines are made."""
    rules = scene.inputs.rules
    common, under = terms.left_for_all()
    size = abs(common) * money.MILLION
    big = size > terms.total_mcu.astype(object) * under * rules.ppm("heating_common_warning")
    small = terms.metered_cm2.astype(object) * money.MILLION < case.house.astype(
        object
    ) * rules.ppm("heating_metered_warning")
    for flags, message, hint in (
        (big, "общедомовая часть тепла велика против объёма дома (по модулю).",
         "Проверьте показания приборов квартир и дома."),
        (small, "приборы отопления лишь у малой части площади дома.",
         "Проверьте, что показания этих приборов типичны для дома."),
    ):  # fmt: skip
        at = np.flatnonzero(np.asarray(flags, dtype=np.bool_))
        # Once a house and service.
        _, first = np.unique(
            of.house[at] * len(scene.inputs.services.code) + of.service[at], return_index=True
        )
        for place in at[first].tolist():
            account, service = int(of.account[place]), int(of.service[place])
            scene.findings.warn(account, message, hint, service=service)


def rounded(top: Any, bottom: Any) -> Ints:
    """Divide whole numbers of any size, half up on the absolute value.

    :param top: shape (n,) of Python's whole numbers, bottom likewise and positive
    """
    size = abs(top)
    result = (2 * size + bottom) // (2 * bottom)
    return np.asarray(np.where(top < 0, -result, result), dtype=np.int64)
