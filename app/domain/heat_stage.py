"""The step of heat: after the volumes of premises and of common needs (charges.md §0.1)."""

from collections.abc import Callable, Sequence

import numpy as np

from app.domain.heating import heating
from app.domain.metering import Metering
from app.domain.own_hot_water import hot_resources
from app.domain.own_production import own_heating
from app.domain.service import Method
from app.domain.situation import METHODS, Situation
from app.domain.volume import Scene, Volumes, joined

HEATED = (Method.HEATING, Method.HEATING_OWN)


def with_heat(
    scene: Scene,
    of: Situation,
    others: Volumes,
    known: Metering,
    *,
    whole: Callable[[Sequence[Volumes]], Volumes],
) -> Volumes:
    """Add heating, and what hot water made in the house took of resources.

    :param of: all segments
    :param others: volumes of the other services
    :param whole: makes the volumes of shared premises sum to their whole
    """
    parts: list[Volumes] = []
    for method, way in (
        (Method.HEATING, heating),
        (Method.HEATING_OWN, own_heating),
        (Method.HOT_WATER_OWN, hot_resources),
    ):
        some = of.taken(np.flatnonzero(of.method == METHODS.index(method)))
        if some.row.size:
            parts += way(scene, some, known, everything=of, others=others)
    return joined([others, whole(parts)]) if parts else others
