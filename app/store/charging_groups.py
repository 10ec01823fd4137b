"""Group meters: who is behind them, which houses go together, what was and is to be carried."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import numpy as np

from app.domain.charge_inputs import ChargeInputs
from app.domain.group_inputs import (
    GROUP_BASE_CODES,
    GROUP_MODE_CODES,
    GroupCarries,
    GroupRows,
    GroupTotals,
)
from app.domain.house_total import UNKNOWN
from app.domain.money import Ints
from app.store.charging_catalogue import EPOCH_SQL, FAR_SQL, Catalogue, wide
from app.store.charging_catalogue import places as places_of
from app.store.charging_places import About, Addition, Places
from app.store.reading import Snapshot

_NIL_SQL = "'00000000-0000-0000-0000-000000000000'::uuid"
_HOUSES = "select meter_id, house_id from app.group_house order by meter_id, house_id"
_ROWS = f"""
select meter.code as meter, given.base, given.mode,
  coalesce(given.house_id, {_NIL_SQL}) as house_id,
  coalesce(given.premises_id, {_NIL_SQL}) as premises_id,
  coalesce(given.account_id, {_NIL_SQL}) as account_id,
  coalesce(given.share_ppm, -1) as share_ppm, coalesce(given.fixed_mcu, -1) as fixed_mcu,
  given.valid_from - {EPOCH_SQL} as valid_from,
  coalesce(given.valid_to - {EPOCH_SQL}, {FAR_SQL}) as valid_to
from app.group_member as given join app.meter on meter.id = given.meter_id
where meter.house_id = any (%(houses)s) and given.valid_from < %(end)s
  and coalesce(given.valid_to, 'infinity') > %(first)s
order by meter.code, given.valid_from, given.id
"""
_KINDS = {
    "meter": "text", "base": "text", "mode": "text", "house_id": "uuid", "premises_id": "uuid",
    "account_id": "uuid", "share_ppm": "int8", "fixed_mcu": "int8", "valid_from": "int4",
    "valid_to": "int4",
}  # fmt: skip
_CARRIES = """
select meter.code as meter, kept.carry_mcu,
  (extract(year from kept.period) * 12 + extract(month from kept.period) - 1)::int4 as period
from app.group_carries(%(houses)s, %(first)s) as kept join app.meter on meter.id = kept.meter_id
"""
_CARRY_KINDS = {"meter": "text", "period": "int4", "carry_mcu": "int8"}
_VOLUMES = (
    "counted_mcu", "known_mcu", "fixed_mcu", "carry_before_mcu", "net_mcu", "unshared_mcu",
    "carry_mcu",
)  # fmt: skip


def ask(snapshot: Snapshot, _catalogue: Catalogue, about: About) -> Addition:
    """Ask for the group meters that stand in these houses.

    Accounts closed before the period, and houses that are not asked about, are left out.
    """
    members = snapshot.ask(_ROWS, about, kinds=_KINDS)
    carried = snapshot.ask(_CARRIES, about, kinds=_CARRY_KINDS, is_set=True)

    def add(inputs: ChargeInputs, at: Places) -> ChargeInputs:
        place = {code: at for at, code in enumerate(inputs.meters.code)}
        rows = _rows(members.columns(), place, (at.houses, at.premises, at.accounts))
        return replace(inputs, groups=rows, group_carries=_carries(carried.columns(), place))

    return add


def _rows(
    found: dict[str, Any],
    place: dict[str, int],
    places: tuple[dict[bytes, int], dict[bytes, int], dict[bytes, int]],
) -> GroupRows:
    keys = [found[name].tolist() for name in ("house_id", "premises_id", "account_id")]
    at = np.array(
        [
            row
            for row, code in enumerate(found["meter"])
            if code in place
            and all(
                key[row] == bytes(16) or key[row] in known
                for key, known in zip(keys, places, strict=True)
            )
        ],
        dtype=np.int64,
    )
    numbers = {name: wide(found[name][at]) for name in
               ("share_ppm", "fixed_mcu", "valid_from", "valid_to")}  # fmt: skip
    return GroupRows(
        meter=np.array([place[found["meter"][row]] for row in at.tolist()], dtype=np.int64),
        base=_coded(found["base"], at, GROUP_BASE_CODES),
        mode=_coded(found["mode"], at, GROUP_MODE_CODES),
        house=places_of(found["house_id"][at], places[0]),
        premises=places_of(found["premises_id"][at], places[1]),
        account=places_of(found["account_id"][at], places[2]),
        **numbers,
    )


def _carries(carried: dict[str, Any], place: dict[str, int]) -> GroupCarries:
    kept = np.array(
        [row for row, code in enumerate(carried["meter"]) if code in place], dtype=np.int64
    )
    return GroupCarries(
        meter=np.array([place[carried["meter"][row]] for row in kept.tolist()], dtype=np.int64),
        period=wide(carried["period"][kept]),
        carry_mcu=wide(carried["carry_mcu"][kept]),
    )


def _coded(words: list[str], at: Ints, codes: Mapping[str, int]) -> Ints:
    return np.array([int(codes[words[row]]) for row in at.tolist()], dtype=np.int64)


def linked_houses(snapshot: Snapshot) -> dict[UUID, tuple[UUID, ...]]:
    """Give the houses that one group meter or a chain of them joins: each with all of its own.

    Over all time, so that every month of a house is charged with the same houses.
    """
    behind: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for row in snapshot.rows(_HOUSES):
        behind[row.meter_id].append(row.house_id)
    root: dict[UUID, UUID] = {}

    def top(house: UUID) -> UUID:
        while root.setdefault(house, house) != house:
            house = root[house]
        return house

    for houses in behind.values():
        for house in houses[1:]:
            root[top(house)] = top(houses[0])
    together: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for house in sorted(root):
        together[top(house)].append(house)
    return {house: tuple(every) for every in together.values() for house in every}


def columns(totals: GroupTotals) -> dict[str, list[str] | list[int | None]]:
    """Give the arrays of api.keep_group_totals."""
    result: dict[str, list[str] | list[int | None]] = {"meters": list(totals.meter)}
    for name in _VOLUMES:
        values: Ints = getattr(totals, name)
        result[name] = [None if one == UNKNOWN else one for one in values.tolist()]
    return result
