"""Resources for common property by the norm: N × S_oi × S_i / S_ob (ЖК ст. 156, 491 §29(2))."""

import numpy as np

from app.domain import money
from app.domain.basis import Basis
from app.domain.charge_inputs import COMMON_AREAS
from app.domain.heating import HouseAreas
from app.domain.norm import NormKind
from app.domain.situation import Situation
from app.domain.volume import CM2_PER_M2, Scene, Volumes, volumes, with_norm

# Waste water of common needs comes from the water taken there, so it has the area of cold water.
_AREA_OF = {"cold": "cold", "hot": "hot", "power": "power", "heat": "heat", "waste-water": "cold"}


def common_norm(scene: Scene, of: Situation, areas: HouseAreas) -> list[Volumes]:
    """Give each segment its part of the norm of the house, by area on the last day of the month."""
    of, norm = with_norm(scene, of, kind=NormKind.COMMON_AREA, words="на м2 ОИ")
    column = np.array(
        [COMMON_AREAS.index(_AREA_OF.get(one, "")) for one in scene.inputs.services.resource],
        dtype=np.int64,
    )
    given = scene.inputs.houses.common_area_cm2
    special = given[of.house, column[of.service]]
    common = np.where(special >= 0, special, given[of.house, 0])
    area, house = areas.premises_cm2[of.premises], areas.house_cm2[of.house]
    known = (common >= 0) & (area > 0) & (house > 0)
    if not known.all():
        scene.findings.tell(
            of.taken(np.flatnonzero(~known)),
            "площадь общего имущества дома или площадь помещения не указана.",
            "Укажите «Площадь ОИ» на листе «Дома» и площади на листе «Помещения».",
        )
    at = np.flatnonzero(known)
    of, norm, common, area, house = of.taken(at), norm[at], common[at], area[at], house[at]
    over, under = (norm, common, area, of.days), (CM2_PER_M2, house, scene.month.days)
    part = money.ratio((*over, of.share_numerator), (*under, of.share_denominator))
    return [
        volumes(
            of,
            Basis.COMMON_NORM,
            part,
            whole_mcu=money.ratio(over, under),
            slots=(norm, common, area, house, of.share_numerator, of.share_denominator),
        )
    ]
