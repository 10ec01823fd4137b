"""Solid waste by containers of a house (354, §148(31), formulas 9(3), 9(4), 9(7), 9(8)).

V_house     volumes of the house's meters of the service for the month: containers removed
by persons  V_house × n / Σn        n, Σn: person-days of the accounts charged by containers
by area     V_house × S / ΣS        ΣS: residential premises of the house
"""

import numpy as np

from app.domain import money
from app.domain.basis import Basis
from app.domain.charge_inputs import PremisesKind
from app.domain.communal_areas import flat_areas
from app.domain.metering import Metering
from app.domain.money import Flags, Ints
from app.domain.situation import Situation, in_force, picked
from app.domain.volume import Scene, Volumes, volumes, with_area

_UNKNOWN = -1
_NO_VOLUME = (
    "объём вывезенных контейнеров дома за месяц не указан.",
    "Внесите его на листе «Показания» по общедомовому прибору этой услуги столбцом «Объём».",
)
_NO_PERSONS = (
    (
        "в доме есть счета, у которых на часть дней не указаны ни проживающие, ни собственники:"
        " объём контейнеров на всех не разделить."
    ),
    "Добавьте их на листе «Проживающие» (вид «собственник», если никто не живёт).",
)


def by_person(scene: Scene, of: Situation, known: Metering) -> list[Volumes]:
    """V_house × n / Σn, by days (formulas 9(3) and, of a room, 9(7))."""
    of, house_volume = _with_volume(scene, of, known)
    of, house_volume = _all_known(scene, of, house_volume)
    span = (of.account, of.day_from, of.day_to)
    persons, owners = scene.occupancy.persons(*span), scene.occupancy.owners(*span)
    key = _house_service(scene, of)
    total = np.zeros(int(key.max(initial=-1)) + 1, dtype=np.int64)
    np.add.at(total, key, persons)
    part = money.ratio((house_volume, persons), (np.maximum(total[key], 1),))
    slots = (house_volume, persons, total[key], owners)
    return _by_kind(
        scene, volumes(of, Basis.CONTAINERS_PERSON, part, slots=slots), of,
        Basis.ROOM_CONTAINERS_PERSON,
    )  # fmt: skip


def by_area(scene: Scene, of: Situation, known: Metering) -> list[Volumes]:
    """V_house × S / ΣS, by days (formulas 9(4) and, of a room, 9(8))."""
    of, house_volume = _with_volume(scene, with_area(scene, of), known)
    is_room = _is_room(scene, of)
    house = _residential_cm2(scene)[of.house]
    plain, rooms = np.flatnonzero(~is_room), np.flatnonzero(is_room)
    parts = [_plain_area(scene, of.taken(plain), house_volume[plain], house[plain])]
    if rooms.size:
        parts.append(_room_area(scene, of.taken(rooms), house_volume[rooms], house[rooms]))
    return parts


def _plain_area(scene: Scene, of: Situation, house_volume: Ints, house: Ints) -> Volumes:
    area = scene.area(of)
    top, bottom = (house_volume, area, of.days), (house, scene.month.days)
    return volumes(
        of,
        Basis.CONTAINERS_AREA,
        money.ratio((*top, of.share_numerator), (*bottom, of.share_denominator)),
        whole_mcu=money.ratio(top, bottom),
        slots=(house_volume, area, house, of.share_numerator, of.share_denominator),
    )


def _room_area(scene: Scene, of: Situation, house_volume: Ints, house: Ints) -> Volumes:
    areas = flat_areas(scene, of)
    top = (house_volume, areas.flat_cm2, areas.room_cm2, of.days)
    bottom = (house, areas.rooms_cm2, scene.month.days)
    return volumes(
        of,
        Basis.ROOM_CONTAINERS_AREA,
        money.ratio((*top, of.share_numerator), (*bottom, of.share_denominator)),
        whole_mcu=money.ratio(top, bottom),
        slots=(house_volume, areas.flat_cm2, areas.room_cm2, areas.rooms_cm2, house,
               of.share_numerator, of.share_denominator),
    )  # fmt: skip


def _with_volume(scene: Scene, of: Situation, known: Metering) -> tuple[Situation, Ints]:
    """Leave out houses whose containers are not known, and say so; 0 m3 is known."""
    meters, spans = scene.inputs.meters, known.spans
    services = len(scene.inputs.services.code)
    total = np.full(len(scene.inputs.houses.code) * services, _UNKNOWN, dtype=np.int64)
    size = np.arange(len(spans.meter), dtype=np.int64)
    its = size[meters.of_house[spans.meter] == 1]
    meter, one = spans.meter[its], np.ones(len(its), dtype=np.int64)
    counted = spans.volume(
        its, (spans.day_to - spans.day_from)[its], numerator=one, denominator=one
    )
    key = meters.house[meter] * services + meters.service[meter]
    total[key] = np.maximum(total[key], 0)
    np.add.at(total, key, counted)
    volume = total[_house_service(scene, of)]
    missing = volume == _UNKNOWN
    if missing.any():
        scene.findings.tell(of.taken(np.flatnonzero(missing)), *_NO_VOLUME)
    kept = np.flatnonzero(~missing)
    return of.taken(kept), volume[kept]


def _all_known(scene: Scene, of: Situation, house_volume: Ints) -> tuple[Situation, Ints]:
    """Leave out houses in which the persons of some account are not known: nobody half charged."""
    empty = scene.occupancy.empty(of.account, of.day_from, of.day_to) > 0
    if not empty.any():
        return of, house_volume
    key = _house_service(scene, of)
    wrong = np.isin(key, key[empty])
    scene.findings.tell(of.taken(np.flatnonzero(wrong)), *_NO_PERSONS)
    kept = np.flatnonzero(~wrong)
    return of.taken(kept), house_volume[kept]


def _house_service(scene: Scene, of: Situation) -> Ints:
    return of.house * len(scene.inputs.services.code) + of.service


def _residential_cm2(scene: Scene) -> Ints:
    """Give the area of flats and rooms of each house on the last day, never 0."""
    stock = scene.inputs.premises
    every = np.arange(len(stock.house), dtype=np.int64)
    last = np.full(len(every), scene.month.last, dtype=np.int64)
    version = in_force(stock.version_of, stock.valid_from, stock.valid_to, every, last)
    kind = picked(stock.kind, version, otherwise=int(PremisesKind.FLAT))
    area = picked(stock.total_cm2, version, otherwise=0) * stock.in_sum
    total = np.zeros(len(scene.inputs.houses.code), dtype=np.int64)
    np.add.at(total, stock.house, np.where(kind == PremisesKind.NON_RESIDENTIAL, 0, area))
    return np.maximum(total, 1)


def _is_room(scene: Scene, of: Situation) -> Flags:
    flat = scene.inputs.premises.flat
    if not flat.size:
        return np.zeros(len(of.row), dtype=np.bool_)
    return np.asarray(flat[of.premises] >= 0, dtype=np.bool_)


def _by_kind(scene: Scene, made: Volumes, of: Situation, room_basis: Basis) -> list[Volumes]:
    """Give rooms of communal flats the basis of their formula."""
    made.basis[_is_room(scene, of)] = int(room_basis)
    return [made]
