"""Tariffs in force, and the price sheet that a row of charges goes by on a day.

most specific wins      account > house > contract > general, per zone and component
sheet                   every price of one service for one place on one day:
zone × component → one price, or ranges of volume each with its price
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.domain import days
from app.domain.days import Month
from app.domain.money import Ints

ZONES = 5
COMPONENTS = 4
_Range = tuple[int, int, int, int, int]  # zone, component, volume from, volume to, price


@dataclass(frozen=True, slots=True)
class Tariffs:
    """Prices with their scope, shape (n,) each; -1 in a scope is any.

    :ivar volume_from_mcu: the range of volume the price is for
    :ivar volume_to_mcu: exclusive end of the range, NO_LIMIT = no end
    :ivar price_mcr: roubles of a unit
    """

    service: Ints
    contract: Ints
    house: Ints
    account: Ints
    zone: Ints
    component: Ints
    volume_from_mcu: Ints
    volume_to_mcu: Ints
    price_mcr: Ints
    valid_from: Ints
    valid_to: Ints


NO_LIMIT = 2**62


@dataclass(frozen=True, slots=True)
class Place:
    """Whose tariff is asked for: shape (n,) each."""

    service: Ints
    contract: Ints
    house: Ints
    account: Ints
    day: Ints


@dataclass(frozen=True, slots=True)
class PriceSheets:
    """Sheets as flat ranges.

    :ivar first: shape (sheets, zones, components), place of the first range, -1 is no price
    :ivar ranges: shape (sheets, zones, components), number of ranges
    """

    first: Ints
    ranges: Ints
    range_from_mcu: Ints
    range_to_mcu: Ints
    price_mcr: Ints

    def priced(self, sheet: Ints, zone: Ints, component: Ints) -> Ints:
        """Give the number of ranges, 0 where there is no price."""
        return self.ranges[sheet, zone, component]


def cuts(tariffs: Tariffs, place: Place, *, month: Month) -> Ints:
    """Give the days inside the month on which a tariff of the row begins or ends, as masks."""
    result = np.zeros(len(place.service), dtype=np.int64)
    edges = days.bit(tariffs.valid_from, month=month) | days.bit(tariffs.valid_to, month=month)
    of_account, of_house = tariffs.account >= 0, tariffs.house >= 0
    for at in np.flatnonzero((edges != 0) & ~of_account & ~of_house):
        meant = place.service == tariffs.service[at]
        if tariffs.contract[at] >= 0:
            meant &= place.contract == tariffs.contract[at]
        result[meant] |= edges[at]
    # Prices of houses and accounts may be many: their rows are looked up, not searched for.
    for scoped, own, its in (
        (of_account, place.account, tariffs.account),
        (of_house & ~of_account, place.house, tariffs.house),
    ):
        some = np.flatnonzero((edges != 0) & scoped)
        if some.size:
            row, which = _meant(place, own, tariffs, its, some)
            np.bitwise_or.at(result, row, edges[which])
    return result


def _meant(place: Place, own: Ints, tariffs: Tariffs, its: Ints, at: Ints) -> tuple[Ints, Ints]:
    """Pair rows with those of the tariffs `at` that are theirs by service, place and contract."""
    width = max(int(own.max(initial=0)), int(its.max(initial=0))) + 1
    key = place.service * width + own
    order = np.argsort(key, kind="stable")
    wanted = tariffs.service[at] * width + its[at]
    left = np.searchsorted(key[order], wanted, "left")
    number = np.searchsorted(key[order], wanted, "right") - left
    nth = np.arange(int(number.sum()), dtype=np.int64)
    nth -= np.repeat(np.cumsum(number) - number, number)
    row, which = order[np.repeat(left, number) + nth], np.repeat(at, number)
    fits = np.ones(len(row), dtype=np.bool_)
    for column, scope in ((place.contract, tariffs.contract), (place.house, tariffs.house)):
        fits &= (scope[which] < 0) | (scope[which] == column[row])
    return row[fits], which[fits]


def sheets(tariffs: Tariffs, place: Place) -> tuple[Ints, PriceSheets]:
    """Give each row the sheet of its service on its day, and the sheets.

    :returns: shape (n,), index of the sheet; rows that go by the same prices share one
    """
    house = _scoped(place.service, place.house, tariffs.service, tariffs.house)
    account = _scoped(place.service, place.account, tariffs.service, tariffs.account)
    keys = np.stack([place.service, place.contract, house, account, place.day], axis=1)
    unique, inverse = unique_rows(keys)
    of_scope: dict[tuple[int, int, int], list[int]] = {}
    scopes = (tariffs.service.tolist(), tariffs.house.tolist(), tariffs.account.tolist())
    for at, scope in enumerate(zip(*scopes, strict=True)):
        of_scope.setdefault(scope, []).append(at)

    known: dict[tuple[_Range, ...], int] = {}
    sheet_of = np.empty(len(unique), dtype=np.int64)
    for at, (service, contract, in_house, of_account, day) in enumerate(unique.tolist()):
        scopes_of = {(service, here, its) for here in (-1, in_house) for its in (-1, of_account)}
        candidates = sorted(tariff for scope in scopes_of for tariff in of_scope.get(scope, ()))
        sheet = _resolve(tariffs, candidates, (contract, in_house, of_account), day=day)
        sheet_of[at] = known.setdefault(sheet, len(known))
    return sheet_of[inverse], _flat(list(known))


_TABLE_PER_ROW, _TABLE_MIN = 8, 4096  # codes worth a table


def unique_rows(keys: Ints) -> tuple[Ints, Ints]:
    """Give distinct rows of whole numbers and the place of each row among them."""
    code, span = np.zeros(len(keys), dtype=np.int64), 1
    for column in np.ascontiguousarray(keys.T):
        low = column.min(initial=0)
        width = int(column.max(initial=0) - low) + 1
        code = code * width + (column - low)
        span *= width
    assert span < 2**62
    if span > _TABLE_PER_ROW * len(code) + _TABLE_MIN:
        _, first, inverse = np.unique(code, return_index=True, return_inverse=True)
        return keys[first], np.asarray(inverse, dtype=np.int64)
    # Few codes: a table of them is filled faster than the rows are sorted.
    row_of = np.full(span, -1, dtype=np.int64)
    row_of[code] = np.arange(len(code))
    known = np.flatnonzero(row_of >= 0)
    unique = keys[row_of[known]]
    row_of[known] = np.arange(len(known))
    return unique, row_of[code]


def _scoped(service: Ints, place: Ints, its_service: Ints, its_place: Ints) -> Ints:
    """Keep a place where the service has a tariff of its own, so that others share sheets."""
    own = its_place >= 0
    if not own.any():
        return np.full(len(place), -1, dtype=np.int64)
    width = max(int(place.max(initial=0)), int(its_place.max())) + 1
    meant = np.isin(service * width + place, its_service[own] * width + its_place[own])
    return np.where(meant, place, -1)


def _resolve(
    tariffs: Tariffs, candidates: Sequence[int], scope: tuple[int, int, int], *, day: int
) -> tuple[_Range, ...]:
    best: dict[tuple[int, int], int] = {}
    found: dict[tuple[int, int], dict[int, tuple[int, _Range]]] = {}
    for at in candidates:
        if not tariffs.valid_from[at] <= day < tariffs.valid_to[at]:
            continue
        wanted = (int(tariffs.contract[at]), int(tariffs.house[at]), int(tariffs.account[at]))
        if any(own not in (-1, there) for own, there in zip(wanted, scope, strict=True)):
            continue
        score = (wanted[2] >= 0) * 4 + (wanted[1] >= 0) * 2 + (wanted[0] >= 0)
        key = (int(tariffs.zone[at]), int(tariffs.component[at]))
        if score < best.get(key, -1):
            continue
        if score > best.get(key, -1):
            best[key], found[key] = score, {}
        since = int(tariffs.valid_from[at])
        start = int(tariffs.volume_from_mcu[at])
        price = (*key, start, int(tariffs.volume_to_mcu[at]), int(tariffs.price_mcr[at]))
        # Two of one scope on one day: the later one was meant to replace the earlier.
        if since > found[key].get(start, (days.ALWAYS * 2, price))[0]:
            found[key][start] = (since, price)
    return tuple(
        price
        for key in sorted(found)
        for _, (_, price) in sorted(found[key].items(), key=lambda pair: pair[0])
    )


def _flat(known: list[tuple[_Range, ...]]) -> PriceSheets:
    shape = (max(len(known), 1), ZONES, COMPONENTS)
    first = np.full(shape, -1, dtype=np.int64)
    ranges = np.zeros(shape, dtype=np.int64)
    rows: list[_Range] = []
    for sheet, prices in enumerate(known):
        for price in prices:
            if first[sheet, price[0], price[1]] < 0:
                first[sheet, price[0], price[1]] = len(rows)
            ranges[sheet, price[0], price[1]] += 1
            rows.append(price)
    columns = np.array(rows, dtype=np.int64).reshape(-1, 5)
    return PriceSheets(
        first=first,
        ranges=ranges,
        range_from_mcu=columns[:, 2],
        range_to_mcu=columns[:, 3],
        price_mcr=columns[:, 4],
    )
