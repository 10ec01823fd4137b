"""The fixed part of a two-part tariff (354, §38): load × price of capacity, by days.

    account's own assignment    W_i = its quantity
    assignment of the house     W_i = quantity × S_i × share / S_ob; a room has its flat's by living
                                area (premises_parts.py), so that the kitchen is not lost

Areas are those of the last day of the month, as of all that divides a house (charges.md §9).
A service has it where a tariff of it is of capacity: component CAPACITY of the price sheet. It is a
line of its own beside what the volume comes to.
"""

import numpy as np

from app.domain import money
from app.domain.basis import Basis
from app.domain.heating_homes import house_areas
from app.domain.premises_parts import premises_parts
from app.domain.service import Component, Zone
from app.domain.situation import Situation
from app.domain.tariff import PriceSheets
from app.domain.volume import NO_AREA, Scene, Volumes, joined, volumes

_NO_LOAD = (
    "тариф двухставочный, а нагрузка не указана.",
    "Укажите её в столбце «Количество» листа «Назначения»: счёту свою или дому общую.",
)


def with_capacity(scene: Scene, of: Situation, known: Volumes, sheets: PriceSheets) -> Volumes:
    """Add the loads of segments that have a price of capacity.

    :param of: all segments, in the order of their places
    """
    has_price = sheets.ranges[:, Zone.NONE, Component.CAPACITY] > 0
    if not has_price.any():
        return known
    some = of.taken(np.flatnonzero(has_price[of.price_sheet] & (of.method >= 0)))
    unknown = some.quantity_mcu < 0
    if unknown.any():
        scene.findings.tell(some.taken(np.flatnonzero(unknown)), *_NO_LOAD)
    some = some.taken(np.flatnonzero(~unknown))
    is_own = scene.rows.is_own[some.row] == 1
    own = some.taken(np.flatnonzero(is_own))
    load = money.ratio((own.quantity_mcu, own.days), (scene.month.days,))
    parts = [
        volumes(own, Basis.CAPACITY, load, slots=(own.quantity_mcu,), component=Component.CAPACITY)
    ]
    of_house = some.taken(np.flatnonzero(~is_own))
    if of_house.row.size:
        parts.append(_by_area(scene, of_house))
    return joined([known, *parts])


def _by_area(scene: Scene, of: Situation) -> Volumes:
    parts = premises_parts(
        scene.inputs, house_areas(scene.inputs, month=scene.month), month=scene.month
    )
    is_known = parts.is_known(of)
    if not is_known.all():
        scene.findings.tell(of.taken(np.flatnonzero(~is_known)), *NO_AREA)
    of = of.taken(np.flatnonzero(is_known))
    its, load = parts.shares(of), of.quantity_mcu
    top, bottom = (load, its.area_cm2, of.days), (its.house_cm2, scene.month.days)
    return volumes(
        of,
        Basis.CAPACITY_AREA,
        money.ratio((*top, its.over), (*bottom, its.under)),
        whole_mcu=money.ratio((*top, its.whole_over), (*bottom, its.whole_under)),
        slots=(load, *its.slots),
        component=Component.CAPACITY,
    )
