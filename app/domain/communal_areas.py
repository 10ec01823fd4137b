"""What rooms of communal flats pay by area, and their solid waste (ЖК ст. 42; 354, 9(5), 9(6)).

area of a room    S_flat × S_room / ΣS_rooms, where the flat is listed itself: its kitchen and
                  corridor are divided by the areas of the rooms
"""

import numpy as np

from app.domain import money, volume
from app.domain.basis import Basis
from app.domain.communal import RoomAreas, has_flats, room_areas
from app.domain.norm import NormKind
from app.domain.situation import Situation
from app.domain.volume import (
    CM2_PER_M2,
    Scene,
    Volumes,
    counted_with,
    volumes,
    with_area,
    with_norm,
)

_MCU_PER_CM2 = money.MILLION // CM2_PER_M2


def by_area(scene: Scene, of: Situation) -> list[Volumes]:
    """S × share, by days; of a room with its part of the common area of the flat."""
    if not has_flats(scene.inputs):
        return volume.by_area(scene, of)
    of = with_area(scene, of)
    areas = _areas(scene, of)
    is_room = areas.flat_cm2 > 0
    some = np.flatnonzero(is_room)
    rooms, areas = of.taken(some), _taken(areas, some)
    top = (areas.flat_cm2, areas.room_cm2, _MCU_PER_CM2, rooms.days)
    bottom = (areas.rooms_cm2, scene.month.days)
    part = money.ratio((*top, rooms.share_numerator), (*bottom, rooms.share_denominator))
    made = volumes(
        rooms,
        Basis.COMMUNAL_AREA,
        part,
        whole_mcu=money.ratio(top, bottom),
        slots=(areas.flat_cm2, areas.room_cm2, areas.rooms_cm2,
               rooms.share_numerator, rooms.share_denominator),
    )  # fmt: skip
    return [*volume.by_area(scene, of.taken(np.flatnonzero(~is_room))), made]


def solid_waste_by_person(scene: Scene, of: Situation) -> list[Volumes]:
    """N × N / 12, by days (formulas 9(1) and, of a room, 9(5)); the norm is of a year."""
    is_room = _is_room(scene, of)
    if not is_room.any():
        return volume.solid_waste_by_person(scene, of)
    others = volume.solid_waste_by_person(scene, of.taken(np.flatnonzero(~is_room)))
    rooms = of.taken(np.flatnonzero(is_room))
    rooms, norm = with_norm(scene, rooms, kind=NormKind.PERSON, words="на человека")
    rooms, persons, owners, norm = counted_with(scene, rooms, norm)
    months = scene.inputs.rules.months_of_year
    part = money.ratio((norm, persons), (months, scene.month.days))
    slots = (norm, persons, owners, months)
    return [*others, volumes(rooms, Basis.ROOM_WASTE_PERSON, part, slots=slots)]


def solid_waste_by_area(scene: Scene, of: Situation) -> list[Volumes]:
    """S × N / 12, by days (formulas 9(2) and, of a room, 9(6)); the norm is of a year."""
    is_room = _is_room(scene, of)
    if not is_room.any():
        return volume.solid_waste_by_area(scene, of)
    others = volume.solid_waste_by_area(scene, of.taken(np.flatnonzero(~is_room)))
    rooms = with_area(scene, of.taken(np.flatnonzero(is_room)))
    rooms, norm = with_norm(scene, rooms, kind=NormKind.AREA, words="на м2")
    areas, months = flat_areas(scene, rooms), scene.inputs.rules.months_of_year
    top = (areas.flat_cm2, areas.room_cm2, norm, rooms.days)
    bottom = (areas.rooms_cm2, CM2_PER_M2, months, scene.month.days)
    part = money.ratio((*top, rooms.share_numerator), (*bottom, rooms.share_denominator))
    made = volumes(
        rooms,
        Basis.ROOM_WASTE_AREA,
        part,
        whole_mcu=money.ratio(top, bottom),
        slots=(norm, areas.flat_cm2, areas.room_cm2, areas.rooms_cm2,
               rooms.share_numerator, rooms.share_denominator, months),
    )  # fmt: skip
    return [*others, made]


def flat_areas(scene: Scene, of: Situation) -> RoomAreas:
    """Give the areas of rooms; a flat that is not listed has the area of its rooms."""
    areas = _areas(scene, of)
    return RoomAreas(
        np.where(areas.flat_cm2 > 0, areas.flat_cm2, areas.rooms_cm2),
        areas.room_cm2,
        np.maximum(areas.rooms_cm2, 1),
    )


def _areas(scene: Scene, of: Situation) -> RoomAreas:
    day = scene.month.first + of.day_from
    return room_areas(scene.inputs, of.premises, day, is_heated=False)


def _taken(areas: RoomAreas, at: money.Ints) -> RoomAreas:
    return RoomAreas(areas.flat_cm2[at], areas.room_cm2[at], areas.rooms_cm2[at])


def _is_room(scene: Scene, of: Situation) -> money.Flags:
    if not has_flats(scene.inputs):
        return np.zeros(len(of.row), dtype=np.bool_)
    return np.asarray(scene.inputs.premises.flat[of.premises] >= 0, dtype=np.bool_)
