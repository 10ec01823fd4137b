"""Who is charged for what, on which days: the rows of a run and their segments of days.

row          account × service × contract, with the mask of its days
segment      days of a row on which nothing changes that its method depends on:
price, norm, area, share, meters, the act of impossibility
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.domain import days, norm, tariff
from app.domain.charge_inputs import Assignments, ChargeInputs, Impossible
from app.domain.days import Month
from app.domain.money import Flags, Ints
from app.domain.norm import NormSheets
from app.domain.service import Method
from app.domain.tariff import PriceSheets

BY_AREA = (
    Method.AREA,
    Method.SOLID_WASTE_AREA,
    Method.GAS,
    Method.SOLID_WASTE_CONTAINERS_AREA,
)
BY_METER = (
    Method.METER_OR_NORM,
    Method.WASTE_WATER,
    Method.POWER,
    Method.GAS,
    Method.HOT_WATER_TWO_PART,
    Method.HOT_WATER_OWN,
    Method.GROUP_METER,
)
BY_HEAT = (Method.HEATING, Method.HEATING_OWN)
RAISED_RESOURCES = ("cold", "hot")
METHODS = tuple(Method)


@dataclass(frozen=True, slots=True)
class Rows:
    """Account × service × contract, shape (n,) each.

    :ivar active: mask of the days it is charged for
    :ivar point: account and service as one number: what a meter of the premises counts for
    :ivar method: place in METHODS, -1 where no version of the service is in force
    :ivar since: the first day of the assignment
    :ivar is_own: 1 for an assignment of the account, 0 of its house
    :ivar meter_share_ppm: part of a shared meter written with the assignment, 0 none
    """

    account: Ints
    service: Ints
    contract: Ints
    house: Ints
    premises: Ints
    quantity_mcu: Ints
    active: Ints
    point: Ints
    method: Ints
    since: Ints
    is_own: Ints
    meter_share_ppm: Ints

    def taken(self, at: Ints) -> "Rows":
        return Rows(*(getattr(self, name)[at] for name in Rows.__slots__))


@dataclass(frozen=True, slots=True)
class Situation:
    """Segments with all that their row has on these days, shape (n,) each.

    :ivar place: number of the segment in the whole run of a batch, kept by `taken`
    :ivar row: the row it is of
    :ivar share_numerator: share of the account in the premises on the first day
    :ivar price_sheet: place in the price sheets
    :ivar norm_sheet: place in the norm sheets
    """

    place: Ints
    row: Ints
    account: Ints
    service: Ints
    contract: Ints
    house: Ints
    premises: Ints
    quantity_mcu: Ints
    point: Ints
    method: Ints
    day_from: Ints
    day_to: Ints
    area_version: Ints
    share_numerator: Ints
    share_denominator: Ints
    price_sheet: Ints
    norm_sheet: Ints

    @property
    def days(self) -> Ints:
        return self.day_to - self.day_from

    def taken(self, at: Ints) -> "Situation":
        return Situation(*(getattr(self, name)[at] for name in Situation.__slots__))


def in_force(version_of: Ints, valid_from: Ints, valid_to: Ints, who: Ints, on: Ints) -> Ints:
    """Give the place of the version in force for each subject and day, -1 where there is none."""
    if not version_of.size:
        return np.full(len(who), -1, dtype=np.int64)
    width = np.int64(days.FAR * 4)
    order = np.lexsort((valid_from, version_of))
    keys = (version_of * width + valid_from - days.ALWAYS)[order]
    place = np.searchsorted(keys, who * width + on - days.ALWAYS, side="right") - 1
    found = order[np.maximum(place, 0)]
    good = (place >= 0) & (version_of[found] == who) & (valid_to[found] > on)
    return np.where(good, found, -1)


def picked(values: Ints, at: Ints, *, otherwise: int) -> Ints:
    """Give the values of these places, another where the place is -1."""
    if not values.size:
        return np.full(len(at), otherwise, dtype=np.int64)
    return np.where(at >= 0, values[np.maximum(at, 0)], otherwise)


def rows(inputs: ChargeInputs, *, month: Month) -> Rows:
    """Join accounts and assignments; what an account has of its own goes before its house's."""
    given, accounts = inputs.assignments, inputs.accounts
    house_of = inputs.premises.house[accounts.premises]
    valid = days.mask(given.valid_from, given.valid_to, month=month)
    open_days = days.mask(accounts.opened, accounts.closed, month=month)

    own = np.flatnonzero(given.account >= 0)
    of_house = np.flatnonzero(given.account < 0)
    order = np.argsort(given.house[of_house], kind="stable")
    of_house = of_house[order]
    houses = given.house[of_house]
    left = np.searchsorted(houses, house_of, "left")
    number = np.searchsorted(houses, house_of, "right") - left
    account, nth = expanded(number)
    chosen = of_house[left[account] + nth]

    account = np.concatenate([account, given.account[own]])
    chosen = np.concatenate([chosen, own])
    active = valid[chosen] & open_days[account]
    services = len(inputs.services.code)
    point = account * services + given.service[chosen]
    if own.size:
        active = _overridden(active, point, len(point) - len(own))
    active = _latest_alone(active, point, given, chosen)
    active = _whole_months(inputs, active, given.service[chosen], month=month)
    kept = np.flatnonzero(active)
    kept = kept[np.lexsort((given.contract[chosen[kept]], point[kept]))]
    account, chosen = account[kept], chosen[kept]
    method_of = _places(inputs.services.method)
    shares = given.meter_share_ppm if given.meter_share_ppm.size else np.zeros_like(given.service)
    return Rows(
        account=account,
        service=given.service[chosen],
        contract=given.contract[chosen],
        house=house_of[account],
        premises=accounts.premises[account],
        quantity_mcu=given.quantity_mcu[chosen],
        active=active[kept],
        point=point[kept],
        method=method_of[given.service[chosen]] if len(chosen) else chosen,
        since=given.valid_from[chosen],
        is_own=(given.account[chosen] >= 0).astype(np.int64),
        meter_share_ppm=shares[chosen],
    )


def _places(methods: Sequence[Method | None]) -> Ints:
    """Give the place of each method in METHODS, -1 for none."""
    return np.array([-1 if one is None else METHODS.index(one) for one in methods], dtype=np.int64)


def expanded(number: Ints) -> tuple[Ints, Ints]:
    """Repeat each place `number` times: the place, and which repetition it is, from 0."""
    place = np.repeat(np.arange(len(number), dtype=np.int64), number)
    first = np.cumsum(number) - number
    return place, np.arange(len(place), dtype=np.int64) - first[place]


def _overridden(active: Ints, point: Ints, of_houses: int) -> Ints:
    """Take from the house's assignments the days the account has its own of the same service."""
    points, inverse = np.unique(point, return_inverse=True)
    own_days = np.zeros(len(points), dtype=np.int64)
    np.bitwise_or.at(own_days, inverse[of_houses:], active[of_houses:])
    result = active.copy()
    result[:of_houses] &= ~own_days[inverse[:of_houses]]
    return result


def _latest_alone(active: Ints, point: Ints, given: Assignments, chosen: Ints) -> Ints:
    """Of several assignments of one service under one contract the later one counts on a day."""
    order = np.lexsort((given.valid_from[chosen], given.contract[chosen], point))
    contract = given.contract[chosen][order]
    same = (point[order][1:] == point[order][:-1]) & (contract[1:] == contract[:-1])
    result = active.copy()
    taken = 0
    for at in range(len(order) - 1, -1, -1) if same.any() else ():
        if at + 1 < len(order) and same[at]:
            taken |= int(result[order[at + 1]])
            result[order[at]] &= ~taken
        else:
            taken = 0
    return result


def _whole_months(inputs: ChargeInputs, active: Ints, service: Ints, *, month: Month) -> Ints:
    """Where capital repair goes by whole months, who owes on the first day owes for all of it."""
    if not inputs.services.section or inputs.rules.is_on("capital_repair_by_days"):
        return active
    is_repair = np.array([one == "capital-repair" for one in inputs.services.section])[service]
    return np.where(is_repair, np.where(active & 1, month.full, 0), active)


def price_cuts(inputs: ChargeInputs, of: Rows, *, month: Month) -> Ints:
    """Give the days on which a price or a norm of the row changes, as masks."""
    asked = tariff.Place(of.service, of.contract, of.house, of.account, of.active)
    return tariff.cuts(inputs.tariffs, asked, month=month) | norm.cuts(
        inputs.norms, of.service, of.house, month=month
    )


def changed_alone(inputs: ChargeInputs, of: Rows, cuts: Ints, *, month: Month) -> Ints:
    """Leave of cuts of prices and norms those after which they are not the same, as masks."""
    found = days.segments(of.active, cuts, month=month)
    price, _, norms, _ = _sheets(inputs, of, found, month=month)
    follows = (found.row[1:] == found.row[:-1]) & (found.day_from[1:] == found.day_to[:-1])
    after = np.flatnonzero(follows & ((price[1:] != price[:-1]) | (norms[1:] != norms[:-1]))) + 1
    result = np.zeros(len(of.service), dtype=np.int64)
    np.bitwise_or.at(result, found.row[after], np.int64(1) << found.day_from[after])
    return result


def _sheets(
    inputs: ChargeInputs, of: Rows, found: days.Segments, *, month: Month
) -> tuple[Ints, PriceSheets, Ints, NormSheets]:
    """Give the sheets of prices and norms of the first day of each run of days."""
    row, day = found.row, month.first + found.day_from
    asked = tariff.Place(of.service[row], of.contract[row], of.house[row], of.account[row], day)
    price_sheet, price_sheets = tariff.sheets(inputs.tariffs, asked)
    norm_sheet, norm_sheets = norm.sheets(inputs.norms, asked.service, asked.house, day)
    return price_sheet, price_sheets, norm_sheet, norm_sheets


def stock_cuts(inputs: ChargeInputs, of: Rows, *, month: Month) -> Ints:
    """Give the days on which the area, the share or the act of impossibility changes, as masks."""
    premises, accounts = inputs.premises, inputs.accounts
    acts = _acts(inputs, month=month)
    by_area: Flags = np.isin(of.method, [METHODS.index(one) for one in BY_AREA])
    by_share = by_area | np.isin(of.method, [METHODS.index(one) for one in BY_METER + BY_HEAT])
    area = _edges(premises.version_of, premises.valid_from, premises.valid_to, len(premises.house),
                  month=month)  # fmt: skip
    share = _edges(accounts.version_of, accounts.valid_from, accounts.valid_to,
                   len(accounts.number), month=month)  # fmt: skip
    result: Ints = np.where(by_area, area[of.premises], 0)
    result |= np.where(by_share, share[of.account], 0)
    edges = days.bit(acts.valid_from, month=month) | days.bit(acts.valid_to, month=month)
    flat = _listed_flat(inputs, of)
    for at in np.flatnonzero(edges):
        where = (of.premises == acts.premises[at]) | (flat == acts.premises[at])
        result[where & (of.service == acts.service[at])] |= edges[at]
    return result


def impossible_days(inputs: ChargeInputs, of: Rows, *, month: Month) -> Ints:
    """Give the days of each row on which no meter can be installed, as masks."""
    acts = _acts(inputs, month=month)
    result = np.zeros(len(of.service), dtype=np.int64)
    if not acts.premises.size:
        return result
    width = len(inputs.services.code)
    keys, inverse = np.unique(acts.premises * width + acts.service, return_inverse=True)
    masks = np.zeros(len(keys), dtype=np.int64)
    np.bitwise_or.at(masks, inverse, days.mask(acts.valid_from, acts.valid_to, month=month))
    found = _masked(keys, masks, of.premises * width + of.service)
    # An act given on a communal flat is for all its rooms.
    flat = _listed_flat(inputs, of)
    return found | np.where(flat >= 0, _masked(keys, masks, flat * width + of.service), 0)


def _acts(inputs: ChargeInputs, *, month: Month) -> Impossible:
    """Give the acts of impossibility: from their day, or from its month where so set (§2.2)."""
    acts = inputs.impossible
    if not acts.premises.size or inputs.rules.word("impossible_act_from") == "days":
        return acts
    inside = (acts.valid_from > month.first) & (acts.valid_from < month.end)
    return replace(acts, valid_from=np.where(inside, month.first, acts.valid_from))


def _listed_flat(inputs: ChargeInputs, of: Rows) -> Ints:
    """Give the premises that is the communal flat of each row's room; -1 none, or not listed."""
    premises = inputs.premises
    if not (premises.flat_premises >= 0).any():
        return np.full(len(of.service), -1, dtype=np.int64)
    return picked(premises.flat_premises, premises.flat[of.premises], otherwise=-1)


def _masked(keys: Ints, masks: Ints, wanted: Ints) -> Ints:
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, masks[place], 0)


def _edges(version_of: Ints, start: Ints, stop: Ints, size: int, *, month: Month) -> Ints:
    result = np.zeros(size, dtype=np.int64)
    edges = days.bit(start, month=month) | days.bit(stop, month=month)
    at = np.flatnonzero(edges)
    np.bitwise_or.at(result, version_of[at], edges[at])
    return result


def situation(
    inputs: ChargeInputs, of: Rows, *, soft: Ints, hard: Ints, month: Month
) -> tuple[Situation, PriceSheets, NormSheets]:
    """Cut the rows into segments, and give each its prices, norms, area and share.

    A cut of prices or norms after which they are the same is taken back, so that a line is
    not rounded twice.
    """
    found = days.segments(of.active, soft | hard, month=month)
    row, day = found.row, month.first + found.day_from
    price_sheet, price_sheets, norm_sheet, norm_sheets = _sheets(inputs, of, found, month=month)
    same = (
        (row[1:] == row[:-1])
        & (found.day_from[1:] == found.day_to[:-1])
        & (price_sheet[1:] == price_sheet[:-1])
        & (norm_sheet[1:] == norm_sheet[:-1])
        & (((hard[row[1:]] >> found.day_from[1:]) & 1) == 0)
    )
    first = np.flatnonzero(np.concatenate([[True], ~same]) if row.size else np.zeros(0, bool))
    last = np.append(first[1:], row.size) - 1 if row.size else first
    row, day = row[first], day[first]
    accounts, premises = inputs.accounts, inputs.premises
    share = in_force(
        accounts.version_of, accounts.valid_from, accounts.valid_to, of.account[row], day
    )
    made = Situation(
        place=np.arange(len(row), dtype=np.int64),
        row=row,
        account=of.account[row],
        service=of.service[row],
        contract=of.contract[row],
        house=of.house[row],
        premises=of.premises[row],
        quantity_mcu=of.quantity_mcu[row],
        point=of.point[row],
        method=of.method[row],
        day_from=found.day_from[first],
        day_to=found.day_to[last] if row.size else found.day_to,
        area_version=in_force(
            premises.version_of, premises.valid_from, premises.valid_to, of.premises[row], day
        ),
        share_numerator=picked(accounts.share_numerator, share, otherwise=1),
        share_denominator=picked(accounts.share_denominator, share, otherwise=1),
        price_sheet=price_sheet[first],
        norm_sheet=norm_sheet[first],
    )
    return made, price_sheets, norm_sheets
