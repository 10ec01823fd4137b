"""Whose area counts in heating: houses, their premises, rooms of communal flats (354, formula 8).

    premises    S_i of its own
    room        the flat it lies in is heated as one premises, its heat goes over the rooms by
                living area: V_flat × S_living of the room / ΣS_living of the rooms

Areas are those in force on the last day of the month (charges.md §9).
"""

from dataclasses import dataclass

import numpy as np

from app.domain import money
from app.domain.charge_inputs import COMMON_AREAS, ChargeInputs
from app.domain.days import Month
from app.domain.money import Flags, Ints
from app.domain.situation import Situation, in_force, picked

_HEAT = COMMON_AREAS.index("heat")


@dataclass(frozen=True, slots=True)
class HouseAreas:
    """Areas on the last day of the period, cm2.

    :ivar house_cm2: shape (houses,), S_ob
    :ivar own_heat_cm2: shape (houses,), S_own
    :ivar premises_cm2: shape (premises,), 0 unknown
    :ivar has_own_heat: shape (premises,), 0 or 1
    """

    house_cm2: Ints
    own_heat_cm2: Ints
    premises_cm2: Ints
    has_own_heat: Ints


@dataclass(frozen=True, slots=True)
class Homes:
    """What is heated as one premises, shape (premises,) each.

    :ivar counts_as: the premises a room is heated with: its flat, or its first room where the
        flat is not listed; itself for anything else
    :ivar area_cm2: S_i of that; 0 unknown
    :ivar has_own: it has a source of its own
    :ivar room_cm2: living area of the room, 1 for anything else
    :ivar rooms_cm2: of all rooms of the flat, 1 for anything else
    :ivar is_counted: it is a term of the sums over the house
    """

    counts_as: Ints
    area_cm2: Ints
    has_own: Ints
    room_cm2: Ints
    rooms_cm2: Ints
    is_counted: Flags


@dataclass(frozen=True, slots=True)
class Case:
    """What segments take in their house, shape (n,) each.

    :ivar home: premises it is heated as
    :ivar area: S_i, with house S_ob, own S_own, common S_oi, cm2
    :ivar over: share of the account, of a room times its part of the flat; under is below it
    :ivar room: the part of a room alone, over `rooms`
    """

    home: Ints
    area: Ints
    house: Ints
    own: Ints
    common: Ints
    has_own: Ints
    over: Ints
    under: Ints
    room: Ints
    rooms: Ints

    def taken(self, at: Ints) -> "Case":
        return Case(*(getattr(self, name)[at] for name in Case.__slots__))

    def spread(self) -> tuple[Ints, Ints]:
        """Give the part of V_D × S_i / S_ob a premises pays: its own and its part of the common.

        Where nothing is heated from the house's source, all of V_D is common.

        :returns: S_ob + S_oi or S_oi, and S_ob − S_own + S_oi under it
        """
        heated = self.house - self.own + self.common
        spread = np.where(self.has_own > 0, self.common, self.house + self.common)
        return np.where(heated > 0, spread, 1), np.maximum(heated, 1)


def house_areas(inputs: ChargeInputs, *, month: Month) -> HouseAreas:
    """Add up the areas of the premises of each house: on the last day, or by days if so set."""
    premises = inputs.premises
    last = _last_versions(inputs, month=month)
    area = picked(premises.total_cm2, last, otherwise=0)
    if inputs.rules.word("area_of_month") == "days":
        area = _mean_areas(inputs, month=month)
    own = picked(premises.own_heat, last, otherwise=0)
    houses = len(inputs.houses.code)
    total, own_heat = np.zeros(houses, dtype=np.int64), np.zeros(houses, dtype=np.int64)
    np.add.at(total, premises.house, area * premises.in_sum)
    np.add.at(own_heat, premises.house, area * premises.in_sum * own)
    given = inputs.houses.premises_area_cm2
    return HouseAreas(np.where(given > 0, given, total), own_heat, area, own)


def _mean_areas(inputs: ChargeInputs, *, month: Month) -> Ints:
    """Give the area of each premises by days of the month, half up to a square centimetre."""
    premises = inputs.premises
    days = np.clip(premises.valid_to, month.first, month.end)
    days -= np.clip(premises.valid_from, month.first, month.end)
    sums = np.zeros(len(premises.house), dtype=np.int64)
    np.add.at(sums, premises.version_of, premises.total_cm2 * np.maximum(days, 0))
    return money.ratio((sums,), (month.days,))


def homes(inputs: ChargeInputs, areas: HouseAreas, *, month: Month) -> Homes:
    """Put the rooms of communal flats together; a room whose living area is unknown goes by all."""
    premises = inputs.premises
    every = np.arange(len(premises.house), dtype=np.int64)
    one = np.ones(len(every), dtype=np.int64)
    counted = premises.in_sum > 0
    rooms = np.flatnonzero(premises.flat >= 0) if premises.flat.size else every[:0]
    if not rooms.size:
        return Homes(every, areas.premises_cm2, areas.has_own_heat, one, one, counted)
    counts_as, room_cm2, rooms_cm2 = every.copy(), one.copy(), one.copy()
    area, own, counted = areas.premises_cm2.copy(), areas.has_own_heat.copy(), counted.copy()
    living = picked(premises.living_cm2, _last_versions(inputs, month=month), otherwise=-1)
    room_cm2[rooms] = np.where(living[rooms] > 0, living[rooms], areas.premises_cm2[rooms])

    flat = premises.flat[rooms]
    flats = len(premises.flat_premises)
    sums, totals = np.zeros(flats, dtype=np.int64), np.zeros(flats, dtype=np.int64)
    np.add.at(sums, flat, room_cm2[rooms])
    np.add.at(totals, flat, areas.premises_cm2[rooms])
    first = np.full(flats, len(every), dtype=np.int64)
    np.minimum.at(first, flat, rooms)
    listed = premises.flat_premises >= 0
    home = np.where(listed, premises.flat_premises, first)
    counts_as[rooms] = home[flat]
    rooms_cm2[rooms] = np.maximum(sums[flat], 1)
    area[rooms] = np.where(listed[flat], areas.premises_cm2[home[flat]], totals[flat])
    own[rooms] = areas.has_own_heat[home[flat]]
    counted[rooms] &= counts_as[rooms] == rooms
    return Homes(counts_as, area, own, room_cm2, rooms_cm2, counted)


def case_of(inputs: ChargeInputs, of: Situation, areas: HouseAreas, known: Homes) -> Case:
    """Give S_i, S_ob, S_own, S_oi of segments and the share of their account."""
    house = areas.house_cm2[of.house]
    room, rooms = known.room_cm2[of.premises], known.rooms_cm2[of.premises]
    over, under = of.share_numerator * room, of.share_denominator * rooms
    shared = np.where(rooms > 1, np.maximum(np.gcd(over, under), 1), 1)
    return Case(
        home=known.counts_as[of.premises],
        area=known.area_cm2[of.premises],
        house=house,
        own=np.minimum(areas.own_heat_cm2[of.house], house),
        common=np.maximum(inputs.houses.common_area_cm2[of.house, _HEAT], 0),
        has_own=known.has_own[of.premises],
        over=over // shared,
        under=under // shared,
        room=room,
        rooms=rooms,
    )


def _last_versions(inputs: ChargeInputs, *, month: Month) -> Ints:
    premises = inputs.premises
    every = np.arange(len(premises.house), dtype=np.int64)
    on = np.full(len(every), month.last)
    return in_force(premises.version_of, premises.valid_from, premises.valid_to, every, on)
