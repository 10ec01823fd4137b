"""Equipment connected without leave: volume of all its days and nights beside the usual (354, §62).

    power known      kW × 24 h × days
    pipe known       pi × d² / 4 × 1.2 m/s × 86 400 s × days
    neither          norm × 10 × persons, as for interference

From the day in the act; that day not known: at most 3 months before the month of discovery.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from app.domain import days, money
from app.domain.bases.checks import (
    HOURS_PER_DAY,
    MM_PER_M,
    PI_PARTS,
    PI_UNIT,
    SECONDS_PER_DAY,
)
from app.domain.basis import Basis
from app.domain.check_facts import NO_DAY
from app.domain.interference import ByMeter, months_before, tenfold, without_meters
from app.domain.metering import Metering
from app.domain.money import MILLION, Ints
from app.domain.norm import NormKind
from app.domain.service import Component, Method
from app.domain.situation import METHODS, Situation
from app.domain.volume import Scene, Volumes, volumes, with_norm

_MILLIONTHS_OF_MM = MM_PER_M * MILLION


def connections(
    scene: Scene, of: Situation, known: Metering, *, methods: dict[Method, ByMeter]
) -> list[Volumes]:
    """Give the volumes of connections, each a line of its own beside those of its segment.

    :param of: all segments
    :param methods: what a service without power and pipe takes its norm by
    """
    parts: list[Volumes] = []
    for at in range(len(scene.inputs.connections.account)):
        for span in _spans(scene, of, at):
            parts += _of_span(scene, span, at, known, methods)
    return parts


def _spans(scene: Scene, of: Situation, at: int) -> Iterator[Situation]:
    """Give the segments of the account's service, cut to the days of the connection."""
    given, month = scene.inputs.connections, scene.month
    account, service = int(given.account[at]), int(given.service[at])
    low = max(_since(scene, at), month.first) - month.first
    high = min(int(given.valid_to[at]), month.end) - month.first
    if low >= high:
        return
    taken = 0
    found = np.flatnonzero((of.account == account) & (of.service == service))
    for place in found.tolist():
        start, stop = max(int(of.day_from[place]), low), min(int(of.day_to[place]), high)
        mask = ((1 << stop) - (1 << start)) if stop > start else 0
        # A second contract of the same service is not charged for the same days again.
        if not mask or mask & taken:
            continue
        taken |= mask
        one = of.taken(np.array([place]))
        yield replace(one, day_from=np.array([start]), day_to=np.array([stop]))
    if not taken:
        scene.findings.warn(
            account,
            "самовольное подключение есть, а услуга в эти дни не начисляется.",
            "Назначьте услугу счёту или исправьте лист «Самовольные подключения».",
            service=service,
        )


def _since(scene: Scene, at: int) -> int:
    given = scene.inputs.connections
    start = int(given.valid_from[at])
    if (found_on := int(given.found_on[at])) == NO_DAY:
        return start
    back = scene.inputs.rules.whole("tamper_lookback_months")
    first = days.of_number(found_on).replace(day=1)
    return max(start, days.number(months_before(first, back)))


def _of_span(
    scene: Scene, span: Situation, at: int, known: Metering, methods: dict[Method, ByMeter]
) -> list[Volumes]:
    given = scene.inputs.connections
    act_note = scene.notes.add(given.act[at])
    if (power := int(given.power_mcu[at])) >= 0:
        volume = money.ratio((power, HOURS_PER_DAY, span.days), (1,))
        slots = (power, span.days, act_note)
        return [volumes(span, Basis.PIPE62_POWER, volume, slots=slots)]
    method = METHODS[int(span.method[0])]
    if (diameter := int(given.diameter_mcu[at])) >= 0:
        return _by_pipe(scene, span, diameter, act_note, has_heat=method in _WITH_HEAT)
    if method not in methods:
        scene.findings.tell(
            span,
            "у самовольного подключения не указаны ни мощность, ни диаметр, а норматива у способа"
            " расчёта услуги нет.",
            "Укажите их на листе «Самовольные подключения».",
        )
        return []
    # The words of a connection tell it from interference: without an act they say so too.
    note = act_note or scene.notes.add("акт без номера")
    norm_alone = methods[method](scene, span, without_meters(known))
    return tenfold(scene, span, norm_alone, act_note=note)


_WITH_HEAT = (Method.HOT_WATER_TWO_PART,)


def _by_pipe(
    scene: Scene, span: Situation, diameter: int, act_note: int, *, has_heat: bool
) -> list[Volumes]:
    velocity = scene.inputs.rules.ppm("pipe_velocity")
    volume = money.ratio(
        (PI_PARTS, diameter, diameter, velocity, SECONDS_PER_DAY, span.days),
        (PI_UNIT, _MILLIONTHS_OF_MM, _MILLIONTHS_OF_MM, 4),
    )
    slots: tuple[Ints | int, ...] = (diameter, velocity, span.days, act_note)
    if not has_heat:
        return [volumes(span, Basis.PIPE62_WATER, volume, slots=slots)]
    water = volumes(span, Basis.PIPE62_WATER, volume, slots=slots, component=int(Component.WATER))
    return [water, *heat_of(scene, span, volume)]


def heat_of(scene: Scene, of: Situation, water_mcu: Ints) -> list[Volumes]:
    """Give the heat in hot water of either sign: V × q (354, formula 23)."""
    left, heat_norm = with_norm(scene, of, kind=NormKind.HEAT_PER_VOLUME, words="Гкал на м3")
    if len(left.place) != len(of.place):
        return []
    volume = money.scale(water_mcu, heat_norm, MILLION)
    slots = (water_mcu, heat_norm, 0)
    return [volumes(of, Basis.HOT_HEAT, volume, slots=slots, component=int(Component.HEAT))]
