"""Volumes of the rooms of communal flats, by the case of their meters (app/domain/communal.py)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from app.domain.after_averages import factors, reason_of
from app.domain.basis import FACTOR_SLOT, ROOM_REASON_SLOTS, SLOTS, Basis
from app.domain.communal import Flats
from app.domain.communal_norms import gas_norm, of_persons, power_norm
from app.domain.metering import Metering, by_meter
from app.domain.money import MILLION, Ints
from app.domain.norm import NormKind
from app.domain.service import Component, Method
from app.domain.situation import Situation
from app.domain.utility import with_heat
from app.domain.volume import Scene, Volumes, joined, with_norm

_READINGS = (0, 1, 4, 5)
# Where volumes by the average or by a late reading keep the words of their reason.
_FLAT_REASONS = {
    Basis.AVERAGE_FAILURE: 7,
    Basis.AVERAGE_SILENT: 7,
    Basis.AVERAGE_REFUSAL: 7,
    Basis.SUM_FAILURE: 8,
    Basis.SUM_SILENT: 8,
    Basis.SUM_REFUSAL: 8,
    Basis.SUM_TRUE_UP: 8,
    Basis.TRUE_UP: 9,
}
_PLAIN_READINGS = (Basis.METER, Basis.HOT_METER)
_NO_PERSONS = (
    (
        "в коммунальной квартире у счёта на часть дней не указаны ни проживающие, ни собственники:"
        " объём квартиры не разделить."
    ),
    "Добавьте их на листе «Проживающие» по всем комнатам квартиры.",
)
_NO_ROOM = (
    "объём прибора другой комнаты этой квартиры не определён, поэтому и эта не начислена.",
    "Устраните причину по комнате с прибором и начислите снова.",
)
_ZONES = (
    "зоны общего прибора квартиры и комнатных приборов различаются.",
    "Исправьте число зон на листе «Приборы».",
)


@dataclass(frozen=True, slots=True)
class Rooms:
    """What the volumes of rooms are made from: the flats, and both kinds of meters."""

    flats: Flats
    own: Metering
    shared: Metering


ByMethod: TypeAlias = Callable[[Scene, Situation, Metering], list[Volumes]]


def with_rooms(
    by_method: ByMethod, method: Method, flats: Flats | None, shared: Metering | None
) -> ByMethod:
    """Give a method that charges rooms of communal flats by their flat, all others as before."""
    if flats is None or shared is None:
        return by_method

    def either(scene: Scene, of: Situation, known: Metering) -> list[Volumes]:
        is_room = flats.of_account[of.account] >= 0
        if not is_room.any():
            return by_method(scene, of, known)
        rooms = Rooms(flats, known, shared)
        some = of.taken(np.flatnonzero(is_room))
        others = of.taken(np.flatnonzero(~is_room))
        if method is Method.WASTE_WATER:
            metered, rest = metered_rooms(scene, some, rooms)
            places = np.sort(np.concatenate([others.place, rest.place]))
            left = of.taken(np.flatnonzero(np.isin(of.place, places)))
            return [*metered, *by_method(scene, left, known)]
        return [*by_method(scene, others, known), *_of_rooms(scene, some, rooms, method=method)]

    return either


def _of_rooms(scene: Scene, of: Situation, rooms: Rooms, *, method: Method) -> list[Volumes]:
    if method is not Method.HOT_WATER_TWO_PART:
        return of_rooms(scene, of, rooms, method=method)
    of, _ = with_norm(scene, of, kind=NormKind.HEAT_PER_VOLUME, words="Гкал на м3")
    water = of_rooms(scene, of, rooms, method=method, component=Component.WATER)
    return with_heat(scene, of, joined(water))


def of_rooms(
    scene: Scene, of: Situation, rooms: Rooms, *, method: Method, component: int = 0
) -> list[Volumes]:
    """Give the volumes of segments of rooms: by meters of the flat and of rooms, or by the norm."""
    metered, rest = metered_rooms(scene, of, rooms, component=component)
    own, rest = by_meter(scene, rest, rooms.own, component=component)
    rest = _with_persons(scene, rest, rooms.flats)
    if method is Method.POWER:
        by_norm = power_norm(scene, rest, rooms.flats)
    elif method is Method.GAS:
        by_norm = gas_norm(scene, rest, rooms.flats)
    else:
        is_hot = method is Method.HOT_WATER_TWO_PART
        basis = Basis.COMMUNAL_HOT_NORM if is_hot else Basis.COMMUNAL_NORM
        by_norm = of_persons(scene, rest, rooms.flats, basis=basis)
    by_norm = _after_averages(scene, rest, by_norm, (rooms.own, rooms.shared))
    parts = np.full(len(by_norm.place), component, dtype=np.int64)
    return [*metered, *own, replace(by_norm, component=parts)]


def _after_averages(
    scene: Scene, of: Situation, made: Volumes, meters: tuple[Metering, Metering]
) -> Volumes:
    """Give the norm its factor and reason where averages of the flat's or room's meter are over.

    Where they are over for both, the larger factor counts.
    """
    row_of = np.searchsorted(of.place, made.place)
    found: dict[int, tuple[int, str]] = {}
    for known in meters:
        mask = known.consumers.norm_mask(of.point)
        for at in np.flatnonzero((mask[row_of] >> of.day_from[row_of]) & 1).tolist():
            its = reason_of(of, int(row_of[at]), known)
            if at not in found or its[0] > found[at][0]:
                found[at] = its
    if not found:
        return made
    slots, factor = made.slots.copy(), made.factor_ppm.copy()
    raises = np.zeros_like(factor)
    for at, (raised, reason) in found.items():
        slots[at, ROOM_REASON_SLOTS[Basis(int(made.basis[at]))]] = scene.notes.add(reason)
        raises[at] = raised
    ended = np.array(sorted(found), dtype=np.int64)
    factor[ended] = slots[ended, FACTOR_SLOT] = factors(
        scene, of, row_of[ended], raises[ended], by_norm=made.factor_ppm[ended]
    )
    return replace(made, slots=slots, factor_ppm=factor)


def metered_rooms(
    scene: Scene, of: Situation, rooms: Rooms, *, component: int = 0
) -> tuple[list[Volumes], Situation]:
    """Give the parts of a flat's meter, and the segments on whose days the flat has none."""
    covered = (rooms.shared.consumers.covered_days(of.point) >> of.day_from) & 1
    without = of.taken(np.flatnonzero(covered == 0))
    of = _with_persons(scene, of.taken(np.flatnonzero(covered)), rooms.flats)
    if not of.row.size:
        return [], without
    # The flat's meter counts for each of its accounts as if it had it alone.
    alone = np.ones(len(of.row), dtype=np.int64)
    whole = replace(of, share_numerator=alone, share_denominator=alone)
    flat, _ = by_meter(scene, whole, rooms.shared, component=component)
    has_own = (rooms.own.consumers.covered_days(of.point) >> of.day_from) & 1
    own, _ = by_meter(scene, of.taken(np.flatnonzero(has_own)), rooms.own, component=component)
    if not flat:
        return [], without
    maker = _Maker(scene, of, rooms, joined(flat), joined(own) if own else None)
    return maker.made(), without


def _with_persons(scene: Scene, of: Situation, flats: Flats) -> Situation:
    """Leave out flats in which the persons of some account are not known, and say so."""
    flat = flats.of_account[of.account]
    empty = flats.empty_days[flat, of.day_to] > flats.empty_days[flat, of.day_from]
    if empty.any():
        scene.findings.tell(of.taken(np.flatnonzero(empty)), *_NO_PERSONS)
    return of.taken(np.flatnonzero(~empty))


@dataclass(slots=True)
class _Maker:
    """Divides flats one by one: they are few.

    :ivar flat: volumes of the flat as each of its segments sees them
    :ivar own: volumes of the rooms' own meters, None where no room has one
    """

    scene: Scene
    of: Situation
    rooms: Rooms
    flat: Volumes
    own: Volumes | None

    def made(self) -> list[Volumes]:
        """Give the volumes of all segments that can be charged."""
        parts = [part for group in self._groups() for part in self._divided(group)]
        if not parts:
            return []
        at = np.array([part[0] for part in parts], dtype=np.int64)
        made = self.flat.taken(at)
        slots = np.zeros((len(parts), SLOTS), dtype=np.int64)
        for row, part in enumerate(parts):
            slots[row, : len(part[3])] = part[3]
        return [
            replace(
                made,
                basis=np.array([int(part[1]) for part in parts], dtype=np.int64),
                volume_mcu=np.array([part[2] for part in parts], dtype=np.int64),
                whole_mcu=np.array([part[2] for part in parts], dtype=np.int64),
                is_shared=np.zeros(len(parts), dtype=bool),
                slots=slots,
            )
        ]

    def _groups(self) -> Iterator[Ints]:
        """Give the segments of one flat, service and days, together."""
        of = self.of
        keys: dict[tuple[int, ...], list[int]] = {}
        flat = self.rooms.flats.of_account[of.account]
        columns = (flat, of.service, of.day_from, of.day_to)
        for at, key in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
            keys.setdefault(key, []).append(at)
        for members in keys.values():
            yield np.array(members, dtype=np.int64)

    def _divided(self, members: Ints) -> list[tuple[int, Basis, int, list[int]]]:
        """Divide the volume of one flat: place in `flat`, basis, volume and slots of each part."""
        of, flats = self.of, self.rooms.flats
        first = int(members[0])
        low, high = int(of.day_from[first]), int(of.day_to[first])
        number = int(flats.of_account[of.account[first]])
        everyone = flats.open_on(number, low)
        point = everyone * len(self.scene.inputs.services.code) + int(of.service[first])
        metered = ((self.rooms.own.consumers.covered_days(point) >> low) & 1) == 1
        rules = self.scene.inputs.rules
        if not metered.all() and not rules.is_on("communal_agreement"):
            metered = np.zeros(len(everyone), dtype=bool)
        total = flats.persons(number, low, high)
        rest = self._people(everyone[~metered], low, high)[0] if metered.any() else total
        case = _Case(
            has_meters=bool(metered.any()),
            is_mixed=bool(metered.any() and not metered.all()),
            common_ppm=rules.ppm("communal_common_part"),
            total=total,
            rest=rest,
        )
        own = self._own_volumes(members, everyone[metered]) if case.has_meters else {}
        if own is None:
            return []
        with_meter = set(everyone[metered].tolist())
        return [
            self._part(at, case, own, with_meter)
            for at in np.flatnonzero(np.isin(self.flat.place, of.place[members])).tolist()
        ]

    def _part(
        self, at: int, case: "_Case", own: dict[tuple[int, int], int], with_meter: set[int]
    ) -> tuple[int, Basis, int, list[int]]:
        """Give the part of one account in one zone.

        :param at: place in `flat`
        """
        of = self.of
        segment = int(np.searchsorted(of.place, self.flat.place[at]))
        account, zone = int(of.account[segment]), int(self.flat.zone[at])
        people = self._people(
            of.account[segment : segment + 1], int(of.day_from[segment]), int(of.day_to[segment])
        )
        room = own.get((account, zone), 0) if account in with_meter else None
        every = sum(value for (_, its_zone), value in own.items() if its_zone == zone)
        basis, volume, slots = case.part(
            int(self.flat.volume_mcu[at]), room=room, rooms=every, persons=people
        )
        if basis is Basis.COMMUNAL_METER:
            slots += self._readings(at)
        return at, basis, volume, slots

    def _people(self, accounts: Ints, low: int, high: int) -> tuple[int, int]:
        """Give person-days of accounts, and of them the owners'."""
        since = np.full(len(accounts), low, dtype=np.int64)
        until = np.full(len(accounts), high, dtype=np.int64)
        people = self.scene.occupancy
        owners = people.owners(accounts, since, until)
        return int(people.persons(accounts, since, until).sum()), int(owners.sum())

    def _readings(self, at: int) -> list[int]:
        """Give the readings of the flat's meter where one gave the volume, else the reason."""
        basis = Basis(int(self.flat.basis[at]))
        if basis in _PLAIN_READINGS:
            return [*(int(self.flat.slots[at, slot]) for slot in _READINGS), 0]
        slot = _FLAT_REASONS.get(basis)
        return [0, 0, 0, 0, 0 if slot is None else int(self.flat.slots[at, slot])]

    def _own_volumes(self, members: Ints, metered: Ints) -> dict[tuple[int, int], int] | None:
        """Give the volumes of rooms by account and zone; None, and told, where one is missing."""
        of = self.of
        own: dict[tuple[int, int], int] = {}
        if self.own is not None:
            for at in np.flatnonzero(np.isin(self.own.place, of.place[members])).tolist():
                segment = int(np.searchsorted(of.place, self.own.place[at]))
                key = (int(of.account[segment]), int(self.own.zone[at]))
                own[key] = own.get(key, 0) + int(self.own.volume_mcu[at])
        of_flat = self.flat.zone[np.isin(self.flat.place, of.place[members])]
        if {account for account, _ in own} != set(metered.tolist()):
            self.scene.findings.tell(of.taken(members), *_NO_ROOM)
            return None
        if {zone for _, zone in own} - set(of_flat.tolist()):
            self.scene.findings.tell(of.taken(members), *_ZONES)
            return None
        return own


@dataclass(frozen=True, slots=True)
class _Case:
    """Which rooms of a flat have meters, and the person-days its volume goes by."""

    has_meters: bool
    is_mixed: bool
    common_ppm: int
    total: int
    rest: int

    def part(
        self, flat: int, *, room: int | None, rooms: int, persons: tuple[int, int]
    ) -> tuple[Basis, int, list[int]]:
        """Give basis, volume and slots of one room.

        :param flat: V_flat; `room` V_room, None without a meter; `rooms` their sum, mcu
        :param persons: person-days of the account, of them the owners'
        """
        mine, owners = persons
        who = [mine, self.total, owners]
        if not self.has_meters:
            volume = _scaled(flat * mine, self.total)
            return Basis.COMMUNAL_METER, volume, [flat, *who]
        if not self.is_mixed:
            assert room is not None
            volume = _scaled(room * self.total + (flat - rooms) * mine, self.total)
            return Basis.COMMUNAL_ROOMS, max(0, volume), [room, flat, rooms, *who]
        # The common part in millionths of millionths, so that nothing is rounded on the way.
        common = flat * self.common_ppm
        if room is not None:
            volume = _scaled(room * MILLION * self.total + common * mine, MILLION * self.total)
            return Basis.COMMUNAL_ROOM_OWN, volume, [room, flat, self.common_ppm, *who]
        left = max(0, (flat - rooms) * MILLION - common)
        under = MILLION * self.rest * self.total
        volume = _scaled(left * mine * self.total + common * mine * self.rest, under)
        return Basis.COMMUNAL_ROOM_REST, volume, [flat, rooms, self.common_ppm, *who, self.rest]


def _scaled(top: int, bottom: int) -> int:
    """Divide, half up on the absolute value."""
    if not bottom:
        return 0
    whole = (2 * abs(top) + bottom) // (2 * bottom)
    return whole if top >= 0 else -whole
