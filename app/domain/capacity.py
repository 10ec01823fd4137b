"""The fixed part of a two-part tariff (354, §38): load × price of capacity, by days.

    account's own assignment    W_i = its quantity
    assignment of the house     W_i = quantity × S_i × share / S_ob

A service has it where a tariff of it is of capacity: component CAPACITY of the price sheet. It is a
line of its own beside what the volume comes to.
"""

import numpy as np

from app.domain import money
from app.domain.basis import Basis
from app.domain.heating_homes import house_areas
from app.domain.service import Component, Zone
from app.domain.situation import Situation
from app.domain.tariff import PriceSheets
from app.domain.volume import Scene, Volumes, joined, volumes, with_area

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
    of_house = with_area(scene, some.taken(np.flatnonzero(~is_own)))
    if of_house.row.size:
        parts.append(_by_area(scene, of_house))
    return joined([known, *parts])


def _by_area(scene: Scene, of: Situation) -> Volumes:
    house = house_areas(scene.inputs, month=scene.month).house_cm2[of.house]
    area, load = scene.area(of), of.quantity_mcu
    top, bottom = (load, area, of.days), (np.maximum(house, 1), scene.month.days)
    return volumes(
        of,
        Basis.CAPACITY_AREA,
        money.ratio((*top, of.share_numerator), (*bottom, of.share_denominator)),
        whole_mcu=money.ratio(top, bottom),
        slots=(load, area, house, of.share_numerator, of.share_denominator),
        component=Component.CAPACITY,
    )
