"""Communal flats: what the flat consumed, among its rooms (354, §50, formulas 7 and 9).

    flat ── room ── account         a meter of kind «квартирный» counts for the whole flat, wherever
                                    in the flat it is written down

    flat's meter, rooms' meters     the volume of a room
    yes           none              V_flat × n / Σn                                    formula 7
    yes           all               V_room + (V_flat − ΣV_rooms) × n / Σn              formula 9
    yes           some              by agreement of the flat: V_room + common part, the rest by the
                                    persons of rooms without meters; else formula 7
    no            its own           V_room
    no            none              norm of the flat × n / Σn                          formula 7

n are person-days of the account on the days of the segment, Σn of all accounts open in the flat.
All rooms of a flat are cut at the same days, so that their parts are of one volume.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from app.domain import days, metering
from app.domain.charge_inputs import ChargeInputs, home_flats
from app.domain.days import Month
from app.domain.meter import Meters
from app.domain.metering import Consumers, Metering
from app.domain.money import Flags, Ints
from app.domain.occupancy import Occupancy
from app.domain.service import Method
from app.domain.situation import (
    BY_AREA,
    BY_HEAT,
    BY_METER,
    METHODS,
    Rows,
    changed_alone,
    in_force,
    picked,
)

_METERED = np.array([METHODS.index(one) for one in BY_METER], dtype=np.int64)
_AREAS = np.array([METHODS.index(one) for one in BY_AREA], dtype=np.int64)
_POWER = METHODS.index(Method.POWER)


@dataclass(frozen=True, slots=True)
class Flats:
    """Communal flats of the houses with those who live in them.

    :ivar of_account: shape (accounts,), flat of each, -1 not in one
    :ivar accounts: accounts of each flat
    :ivar rooms: rooms of each flat, places of premises
    :ivar open_days: shape (accounts,), masks
    :ivar person_days: shape (flats, days + 1), running persons of accounts open
    :ivar empty_days: shape (flats, days + 1), running days of open accounts with nobody known
    :ivar changes: shape (flats,), masks of days on which the number of persons changes
    """

    of_account: Ints
    accounts: tuple[Ints, ...]
    rooms: tuple[Ints, ...]
    open_days: Ints
    person_days: Ints
    empty_days: Ints
    changes: Ints

    def persons(self, flat: int, day_from: int, day_to: int) -> int:
        """Give person-days of a flat."""
        return int(self.person_days[flat, day_to] - self.person_days[flat, day_from])

    def has_empty(self, flat: int, day_from: int, day_to: int) -> bool:
        """Tell whether on some day nobody is known in an account of the flat."""
        return bool(self.empty_days[flat, day_to] > self.empty_days[flat, day_from])

    def open_on(self, flat: int, day: int) -> Ints:
        """Give the accounts of a flat that are open on a day of the month."""
        accounts = self.accounts[flat]
        return np.asarray(accounts[((self.open_days[accounts] >> day) & 1) == 1], dtype=np.int64)


def has_flats(inputs: ChargeInputs) -> bool:
    """Tell whether some premises are rooms of communal flats."""
    return bool((inputs.premises.flat >= 0).any())


def flats(inputs: ChargeInputs, people: Occupancy, *, month: Month) -> Flats:
    """Gather the flats of the houses."""
    premises, accounts = inputs.premises, inputs.accounts
    number = len(premises.flat_premises)
    of_account = premises.flat[accounts.premises]
    open_days = days.mask(accounts.opened, accounts.closed, month=month)
    inside = np.flatnonzero(of_account >= 0)
    is_open = (open_days[inside, None] >> np.arange(month.days, dtype=np.int64)) & 1
    persons = np.zeros((number, month.days), dtype=np.int64)
    empty = np.zeros((number, month.days), dtype=np.int64)
    counted = people.counted[inside]
    np.add.at(persons, of_account[inside], counted * is_open)
    np.add.at(empty, of_account[inside], (counted == 0) * is_open)
    weights = np.int64(1) << np.arange(1, month.days, dtype=np.int64)
    changed = persons[:, 1:] != persons[:, :-1]
    return Flats(
        of_account=of_account,
        accounts=_grouped(of_account, number),
        rooms=_grouped(premises.flat, number),
        open_days=open_days,
        person_days=_running(persons),
        empty_days=_running(empty),
        changes=(changed * weights).sum(axis=1),
    )


def _running(daily: Ints) -> Ints:
    total = np.zeros((daily.shape[0], daily.shape[1] + 1), dtype=np.int64)
    np.cumsum(daily, axis=1, out=total[:, 1:])
    return total


def _grouped(group: Ints, number: int) -> tuple[Ints, ...]:
    order = np.argsort(group, kind="stable")
    edges = np.searchsorted(group[order], np.arange(number + 1))
    return tuple(order[low:high] for low, high in pairwise(edges.tolist()))


def cuts(inputs: ChargeInputs, of: Flats, rows: Rows, known: Ints, *, month: Month) -> Ints:
    """Give each row of a communal flat the days on which any row of its service there is cut.

    :param known: shape (rows,), masks of cuts the rows have by themselves, prices too
    """
    flat = of.of_account[rows.account]
    result = np.zeros(len(rows.account), dtype=np.int64)
    by_meter = np.flatnonzero((flat >= 0) & np.isin(rows.method, _METERED))
    edges = days.edges(rows.active, month=month)
    ends = np.zeros(len(of.accounts), dtype=np.int64)
    inside = np.flatnonzero(of.of_account >= 0)
    whole = of.open_days[inside]
    np.bitwise_or.at(ends, of.of_account[inside], days.edges(whole, month=month))
    group = flat[by_meter] * len(inputs.services.code) + rows.service[by_meter]
    groups, inverse = np.unique(group, return_inverse=True)
    masks = np.zeros(len(groups), dtype=np.int64)
    np.bitwise_or.at(masks, inverse, known[by_meter] | edges[by_meter])
    result[by_meter] = masks[inverse] | ends[flat[by_meter]]
    power = by_meter[rows.method[by_meter] == _POWER]
    result[power] |= of.changes[flat[power]]
    by_area = np.flatnonzero((flat >= 0) & np.isin(rows.method, _AREAS))
    result[by_area] |= _area_changes(inputs, of, month=month)[flat[by_area]]
    return result


def _area_changes(inputs: ChargeInputs, of: Flats, *, month: Month) -> Ints:
    premises = inputs.premises
    flat = premises.flat.copy()
    listed = np.flatnonzero(premises.flat_premises >= 0)
    flat[premises.flat_premises[listed]] = listed
    edges = days.bit(premises.valid_from, month=month) | days.bit(premises.valid_to, month=month)
    at = np.flatnonzero((edges != 0) & (flat[premises.version_of] >= 0))
    result = np.zeros(len(of.accounts), dtype=np.int64)
    np.bitwise_or.at(result, flat[premises.version_of[at]], edges[at])
    return result


def parted(inputs: ChargeInputs) -> tuple[ChargeInputs, ChargeInputs]:
    """Part the meters of communal flats from all others.

    :returns: the inputs without meters of communal flats, and inputs in which only these count:
        all accounts of a flat are put into one premises, where its meters are
    """
    meters, premises = inputs.meters, inputs.premises
    flat = np.append(home_flats(premises), -1)[meters.premises]
    # Heat goes over the rooms by living area (heating_homes.py), so its meters stay where they are.
    is_heat = np.array([one in BY_HEAT for one in inputs.services.method], dtype=bool)
    is_flat = _of_flat(meters) & (flat >= 0) & ~is_heat[meters.service]
    own = replace(
        meters,
        premises=np.where(is_flat, -1, meters.premises),
        account=np.where(is_flat, -1, meters.account),
    )
    rooms = np.flatnonzero(premises.flat >= 0)
    first = np.zeros(len(premises.flat_premises), dtype=np.int64)
    first[premises.flat[rooms][::-1]] = rooms[::-1]
    at = np.where(premises.flat_premises >= 0, premises.flat_premises, first)
    shared = replace(
        meters,
        premises=np.where(is_flat, at[np.maximum(flat, 0)], -1),
        account=np.full(len(meters.account), -1, dtype=np.int64),
    )
    of_account = premises.flat[inputs.accounts.premises]
    accounts = replace(
        inputs.accounts,
        premises=np.where(of_account >= 0, at[np.maximum(of_account, 0)], inputs.accounts.premises),
    )
    return replace(inputs, meters=own), replace(inputs, meters=shared, accounts=accounts)


def _of_flat(meters: Meters) -> Flags:
    if not meters.of_flat.size:
        return np.zeros(len(meters.account), dtype=np.bool_)
    return np.asarray(meters.of_flat == 1, dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class FlatMeters:
    """Flats with the meters that count for whole flats.

    :ivar inputs: as :func:`parted` gives for meters of flats
    """

    flats: Flats
    inputs: ChargeInputs
    consumers: Consumers
    month: Month

    def cuts(self, rows: Rows, *, soft: Ints, hard: Ints) -> Ints:
        """Give rows of flats their further cuts.

        :param soft: shape (rows,), masks of cuts by prices, `hard` all others of their own
        """
        inside = np.flatnonzero(self.flats.of_account[rows.account] >= 0)
        own = hard | metering.cuts(self.consumers, rows, month=self.month)
        # A price decided anew and the same divides no room.
        own[inside] |= changed_alone(
            self.inputs, rows.taken(inside), soft[inside], month=self.month
        )
        return cuts(self.inputs, self.flats, rows, own, month=self.month)

    def metering(self, rows: Rows, *, soft: Ints) -> Metering:
        """Read the meters of flats."""
        return metering.metering(self.inputs, self.consumers, rows, soft=soft, month=self.month)


def flat_meters(
    inputs: ChargeInputs, people: Occupancy, *, month: Month
) -> tuple[ChargeInputs, FlatMeters | None]:
    """Take the meters of communal flats out of the inputs; nothing where there are no such flats.

    :returns: the inputs in which they count for nobody, and the flats with them
    """
    if not has_flats(inputs):
        return inputs, None
    own, shared = parted(inputs)
    consumers = metering.consumers(shared, month=month)
    return own, FlatMeters(flats(inputs, people, month=month), shared, consumers, month)


@dataclass(frozen=True, slots=True)
class RoomAreas:
    """Areas of rooms in flats that are listed themselves, shape (n,) each; flat 0 = not so."""

    flat_cm2: Ints
    room_cm2: Ints
    rooms_cm2: Ints


def room_areas(inputs: ChargeInputs, premises: Ints, day: Ints, *, is_heated: bool) -> RoomAreas:
    """Give area of the flat, of the room and of all its rooms on a day.

    :param premises: shape (n,), rooms or anything else
    :param day: shape (n,), day numbers
    :param is_heated: the heated area where it is known
    """
    stock = inputs.premises
    total = stock.total_cm2
    if is_heated:
        total = np.where(stock.heated_cm2 >= 0, stock.heated_cm2, total)

    def area(which: Ints, on: Ints) -> Ints:
        version = in_force(stock.version_of, stock.valid_from, stock.valid_to, which, on)
        return picked(total, version, otherwise=0)

    flat = stock.flat[premises]
    listed = picked(stock.flat_premises, flat, otherwise=-1)
    rooms = _grouped(stock.flat, len(stock.flat_premises))
    sums = np.zeros(len(premises), dtype=np.int64)
    for number, on in {*zip(flat.tolist(), day.tolist(), strict=True)} - {(-1, 0)}:
        if number >= 0:
            some = rooms[number]
            all_rooms = int(area(some, np.full(len(some), on, dtype=np.int64)).sum())
            sums[(flat == number) & (day == on)] = all_rooms
    own = area(premises, day)
    whole = np.where(listed >= 0, area(np.maximum(listed, 0), day), 0)
    return RoomAreas(np.where((flat >= 0) & (sums > 0), whole, 0), own, sums)
