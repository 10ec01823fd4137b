"""The norm of a communal flat, by persons of its rooms (354, formula 7 with V by formulas 4, 4(1)).

persons    N × Σn × n / Σn              power    N for the rooms and all who live in the flat
gas        (N × Σn + S × N of area) × n / Σn
"""

import numpy as np

from app.domain import money
from app.domain.basis import Basis
from app.domain.communal import Flats, room_areas
from app.domain.money import Ints
from app.domain.norm import NO_NORM, NormKind
from app.domain.situation import Situation, in_force, picked
from app.domain.volume import CM2_PER_M2, Scene, Volumes, is_impossible, raising, volumes, with_norm


def _people(scene: Scene, of: Situation, flats: Flats) -> tuple[Ints, Ints, Ints]:
    """Give person-days of the account, of them the owners', and of the flat."""
    flat = flats.of_account[of.account]
    total = flats.person_days[flat, of.day_to] - flats.person_days[flat, of.day_from]
    span = (of.account, of.day_from, of.day_to)
    return scene.occupancy.persons(*span), scene.occupancy.owners(*span), total


def of_persons(scene: Scene, of: Situation, flats: Flats, *, basis: Basis) -> Volumes:
    of, norm = with_norm(scene, of, kind=NormKind.PERSON, words="на человека")
    mine, owners, total = _people(scene, of, flats)
    part = money.ratio((norm, mine), (scene.month.days,))
    slots = (norm, mine, owners, total, 0, is_impossible(scene, of))
    return volumes(of, basis, part, slots=slots, factor_ppm=raising(scene, of))


def power_norm(scene: Scene, of: Situation, flats: Flats) -> Volumes:
    """The norm for the rooms of the flat and all who live in it (charges.md §1.2)."""
    day = scene.month.first + of.day_from
    rooms = _rooms_of(scene, of, flats, day)
    _, _, total = _people(scene, of, flats)
    each = total // np.maximum(of.days, 1)
    rooms_at = dict(zip(of.place.tolist(), rooms.tolist(), strict=True))
    of, norm = with_norm(
        scene, of, kind=NormKind.PERSON, words="на человека", rooms=rooms, persons=each
    )
    rooms = np.array([rooms_at[place] for place in of.place.tolist()], dtype=np.int64)
    mine, owners, total = _people(scene, of, flats)
    part = money.ratio((norm, mine), (scene.month.days,))
    slots = (norm, mine, owners, rooms, total)
    return volumes(of, Basis.COMMUNAL_POWER_NORM, part, slots=slots, factor_ppm=raising(scene, of))


def _rooms_of(scene: Scene, of: Situation, flats: Flats, day: Ints) -> Ints:
    """Give the number of rooms of the flat: as the flat says, or the rooms there are."""
    stock = scene.inputs.premises
    flat = flats.of_account[of.account]
    listed = picked(stock.flat_premises, flat, otherwise=-1)
    version = in_force(stock.version_of, stock.valid_from, stock.valid_to, listed, day)
    said = picked(stock.rooms, version, otherwise=-1)
    there = np.array([len(some) for some in flats.rooms], dtype=np.int64)
    return np.where((listed >= 0) & (said > 0), said, there[flat])


def gas_norm(scene: Scene, of: Situation, flats: Flats) -> Volumes:
    """N × N + S × N of area of the flat, by persons (charges.md §1.4, formula 7)."""
    person = scene.norm_sheets.values(of.norm_sheet, kind=NormKind.PERSON)
    area_norm = scene.norm_sheets.values(of.norm_sheet, kind=NormKind.AREA)
    known = (person != NO_NORM) | (area_norm != NO_NORM)
    if not known.all():
        scene.findings.tell(
            of.taken(np.flatnonzero(~known)),
            "нет ни прибора, ни норматива «на человека» или «на м2».",
            "Добавьте норматив на листе «Нормативы».",
        )
    at = np.flatnonzero(known)
    of, person, area_norm = of.taken(at), np.maximum(person[at], 0), np.maximum(area_norm[at], 0)
    areas = room_areas(scene.inputs, of.premises, scene.month.first + of.day_from, is_heated=True)
    area = np.where(areas.flat_cm2 > 0, areas.flat_cm2, areas.rooms_cm2)
    mine, owners, total = _people(scene, of, flats)
    top = person * total * CM2_PER_M2 + area * area_norm * of.days
    part = money.ratio((top, mine), (scene.month.days, CM2_PER_M2, np.maximum(total, 1)))
    slots = (person, mine, owners, area_norm, area, total)
    return volumes(of, Basis.COMMUNAL_GAS_NORM, part, slots=slots)
