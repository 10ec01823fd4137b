"""A reading of a house meter after months by the norm: what they took is not of this month.

V_D = the difference of the dial − averages of the first months − of each month by the norm
      what was charged in it: ΣV of the premises + common needs          charges.md §3.3
a month whose totals are not known, or several meters: the volume evenly by months
"""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from app.domain.average import month_of
from app.domain.bases.rule import half_up
from app.domain.bases.words import number
from app.domain.house_total import UNKNOWN
from app.domain.house_volumes import HouseVolumes, whole_month
from app.domain.money import Flags, Ints
from app.domain.volume import Scene


def less_charged(
    scene: Scene,
    given: HouseVolumes,
    *,
    group: Ints,
    is_metered: Flags,
    stands_for: Flags,
    house_mcu: Ints,
    note: Ints,
) -> None:
    """Take what months by the norm were charged off the volumes of late readings.

    :param group: house × resource by house × service, -1 of services of no resource
    :param is_metered: individual services with a house meter
    :param stands_for: places that have the volume of the meters of their group
    :param house_mcu: V_D by house × service, `note` its words: both are changed
    """
    inputs = scene.inputs
    meters, services = inputs.meters, len(inputs.services.code)
    counted = whole_month(meters, month=scene.month, services=services)
    point = meters.house * services + meters.service
    for which in sorted(set(given.late_norm) & set(counted.tolist())):
        first, last = given.late_norm[which]
        here = int(point[which])
        if group[here] < 0:
            continue  # heat has its own way (heat_late.py)
        its = group == group[here]
        # The meter of common needs or of a boiler gives its volume to no other service.
        sources = its & is_metered & is_metered[here]
        several = int((sources[point[counted]] | (point[counted] == here)).sum()) > 1
        targets = np.flatnonzero(its & stands_for & is_metered[here]).tolist()
        for place in {here, *targets}:
            if house_mcu[place] == UNKNOWN:
                continue
            charged = None if several else _charged(scene, place, range(first, last))
            if charged is None:
                volume = int(given.volume_mcu[which])
                off = volume - half_up(Fraction(volume, last - first + 1))
                words = f"разница показаний поровну за {last - first + 1} мес."
            else:
                off = sum(charged)
                words = _words(charged, first)
            house_mcu[place] -= off
            said = scene.notes.known.get(int(note[place]), "")
            note[place] = scene.notes.add("; ".join(part for part in (said, words) if part))


def _charged(scene: Scene, place: int, months: range) -> list[int] | None:
    """Give what a house was charged in these months, None where it is not known."""
    past, services = scene.inputs.past_totals, len(scene.inputs.services.code)
    result = []
    for month in months:
        of = past.taken((past.house * services + past.service == place) & (past.period == month))
        if len(of) != 1 or of.individual_mcu[0] == UNKNOWN:
            return None
        result.append(
            int(of.individual_mcu[0] + of.for_hot_mcu[0] + np.maximum(of.charged_mcu[0], 0))
        )
    return result


def _words(charged: Sequence[int], first: int) -> str:
    told = [
        f"{month_of(month).shown} – {number(volume)}" for month, volume in enumerate(charged, first)
    ]
    return f"из разницы показаний вычтено начисленное за месяцы по нормативу: {'; '.join(told)}"
