"""Norms of consumption in force: by person, by area, of common property, of heat in hot water.

most specific wins     house > general; then the row for the rooms and persons there are,
or the nearest below it («5 и более» is the row for 5)
a month                except solid waste, whose norm is of a year: formula 9(1), 9(2)
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from app.domain import days
from app.domain.days import Month
from app.domain.money import Ints
from app.domain.tariff import unique_rows


class NormKind(IntEnum):
    """What a norm is per."""

    PERSON = 0
    AREA = 1
    COMMON_AREA = 2
    HEAT_PER_VOLUME = 3
    UNIT = 4
    UNIT_SEASON = 5


NORM_CODES = {
    "person": NormKind.PERSON,
    "area": NormKind.AREA,
    "common-area": NormKind.COMMON_AREA,
    "heat-per-volume": NormKind.HEAT_PER_VOLUME,
    "unit": NormKind.UNIT,
    "unit-season": NormKind.UNIT_SEASON,
}
NO_NORM = -1
_Norm = tuple[int, int, int, int]  # kind, rooms, persons, value


@dataclass(frozen=True, slots=True)
class Norms:
    """Norms with their scope, shape (n,) each; -1 in house, rooms, persons is any."""

    service: Ints
    kind: Ints
    value_mcu: Ints
    house: Ints
    rooms: Ints
    persons: Ints
    valid_from: Ints
    valid_to: Ints


@dataclass(frozen=True, slots=True)
class NormSheets:
    """Every norm of one service for one house on one day."""

    sheets: tuple[tuple[_Norm, ...], ...]

    def values(
        self, sheet: Ints, *, kind: NormKind, rooms: Ints | int = -1, persons: Ints | int = -1
    ) -> Ints:
        """Give the norm of each row in millionths, NO_NORM where there is none.

        :param sheet: shape (n,), as :func:`sheets` gives
        :param rooms: rooms of the premises, -1 unknown
        :param persons: persons counted, -1 when the norm does not depend on them
        """
        rows = len(sheet)
        keys = np.stack(
            [sheet, np.broadcast_to(rooms, rows), np.broadcast_to(persons, rows)], axis=1
        ).astype(np.int64)
        unique, inverse = unique_rows(keys)
        found = [
            _nearest(self.sheets[number], kind, known_rooms, known_persons)
            for number, known_rooms, known_persons in unique.tolist()
        ]
        return np.array(found, dtype=np.int64)[inverse]


def cuts(norms: Norms, service: Ints, house: Ints, *, month: Month) -> Ints:
    """Give the days inside the month on which a norm of the row begins or ends, as masks."""
    result = np.zeros(len(service), dtype=np.int64)
    edges = days.bit(norms.valid_from, month=month) | days.bit(norms.valid_to, month=month)
    for at in np.flatnonzero(edges):
        meant = service == norms.service[at]
        if norms.house[at] >= 0:
            meant &= house == norms.house[at]
        result[meant] |= edges[at]
    return result


def sheets(norms: Norms, service: Ints, house: Ints, day: Ints) -> tuple[Ints, NormSheets]:
    """Give each row the sheet of norms of its service on its day, and the sheets."""
    own = norms.house >= 0
    if own.any():
        width = max(int(house.max(initial=0)), int(norms.house.max())) + 1
        meant = np.isin(service * width + house, norms.service[own] * width + norms.house[own])
        scoped = np.where(meant, house, -1)
    else:
        scoped = np.full(len(house), -1, dtype=np.int64)
    unique, inverse = unique_rows(np.stack([service, scoped, day], axis=1))
    known: dict[tuple[_Norm, ...], int] = {}
    sheet_of = np.array(
        [known.setdefault(_resolve(norms, *key), len(known)) for key in unique.tolist()],
        dtype=np.int64,
    )
    return sheet_of[inverse], NormSheets(tuple(known))


def _resolve(norms: Norms, service: int, house: int, day: int) -> tuple[_Norm, ...]:
    general: dict[int, dict[tuple[int, int], tuple[int, int]]] = {}
    own: dict[int, dict[tuple[int, int], tuple[int, int]]] = {}
    in_force = (norms.service == service) & (norms.valid_from <= day) & (day < norms.valid_to)
    for at in np.flatnonzero(in_force).tolist():
        place = int(norms.house[at])
        if place not in (-1, house):
            continue
        rows = (own if place >= 0 else general).setdefault(int(norms.kind[at]), {})
        key = (int(norms.rooms[at]), int(norms.persons[at]))
        since = int(norms.valid_from[at])
        if since >= rows.get(key, (days.ALWAYS * 2, 0))[0]:
            rows[key] = (since, int(norms.value_mcu[at]))
    return tuple(
        (kind, *key, value)
        for kind, rows in sorted((general | own).items())
        for key, (_, value) in sorted(rows.items())
    )


def _nearest(sheet: tuple[_Norm, ...], kind: NormKind, rooms: int, persons: int) -> int:
    """Choose by rooms, then by persons; a norm for more of either is not theirs."""
    best = (-2, -2)
    value = NO_NORM
    for its_kind, its_rooms, its_persons, its_value in sheet:
        if its_kind != kind or its_rooms > rooms or its_persons > persons:
            continue
        if (its_rooms, its_persons) > best:
            best, value = (its_rooms, its_persons), its_value
    return value
