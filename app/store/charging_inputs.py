"""One batch of whole houses as the columns of charge(): thin columns out, places instead of keys.

Every statement is about some houses and one period; domain/charging.py joins what they give.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from app.domain.charge_inputs import (
    PREMISES_KIND_CODES,
    Accounts,
    Assignments,
    ChargeInputs,
    Houses,
    Impossible,
    Premises,
    communal_flats,
)
from app.domain.occupancy import RESIDENT_CODES, Residents
from app.domain.period import Period
from app.store import (
    charging_characteristics,
    charging_checks,
    charging_external,
    charging_groups,
    charging_heating,
    charging_history,
    charging_houses,
    charging_meters,
    charging_reductions,
)
from app.store.charging_catalogue import EPOCH_SQL, FAR_SQL, Catalogue, indexed, places, wide
from app.store.charging_places import About, Places
from app.store.copying import Answer, Columns
from app.store.reading import Snapshot

_NIL_SQL = "'00000000-0000-0000-0000-000000000000'::uuid"
_VALID = f"""version.valid_from - {EPOCH_SQL} as valid_from,
  coalesce(version.valid_to - {EPOCH_SQL}, {FAR_SQL}) as valid_to"""
_TOUCHES = "version.valid_from < %(end)s and coalesce(version.valid_to, 'infinity') > %(first)s"
_SPAN_KINDS = {"valid_from": "int4", "valid_to": "int4"}

_HOUSES = """
select house.id, house.code, coalesce(version.premises_area_cm2, -1) as premises_area,
  coalesce(version.common_area_cm2, -1) as common_any,
  coalesce(version.common_cold_cm2, -1) as common_cold,
  coalesce(version.common_hot_cm2, -1) as common_hot,
  coalesce(version.common_power_cm2, -1) as common_power,
  coalesce(version.common_heat_cm2, -1) as common_heat,
  coalesce((version.heating_mode = 'even')::int4, 0) as heats_evenly,
  coalesce(version.over_norm::int4, 0) as over_norm,
  coalesce((version.management = 'direct')::int4, 0) as is_direct,
  coalesce((select sum(1 << month) from unnest(version.heating_months) as month), 0)::int4
    as heating_months
from app.house
left join app.house_version as version on version.house_id = house.id
  and version.valid_from <= %(last)s and coalesce(version.valid_to, 'infinity') > %(last)s
where house.id = any (%(houses)s) order by house.code
"""
# A room of a flat that is listed itself is inside the flat's area.
_PREMISES = """
select premises.id, premises.house_id,
  (premises.flat_number = '' or not exists (
    select 1 from app.premises as flat where flat.house_id = premises.house_id
      and flat.flat_number = '' and flat.number = premises.flat_number
  ))::int4 as in_sum, premises.flat_number, premises.number
from app.premises where premises.house_id = any (%(houses)s)
"""
_AREAS = f"""
select version.premises_id, {_VALID}, version.total_cm2,
  coalesce(version.heated_cm2, -1) as heated_cm2,
  coalesce(version.rooms, -1)::int4 as rooms, version.own_heat::int4 as own_heat,
  coalesce(version.living_cm2, -1) as living_cm2, version.kind
from app.premises
join app.premises_version as version on version.premises_id = premises.id and {_TOUCHES}
where premises.house_id = any (%(houses)s)
"""
_ACCOUNTS = f"""
select account.id, account.number, account.premises_id,
  account.opened_on - {EPOCH_SQL} as opened,
  coalesce(account.closed_on - {EPOCH_SQL}, {FAR_SQL}) as closed
from app.premises
join app.account on account.premises_id = premises.id
where premises.house_id = any (%(houses)s)
  and account.opened_on < %(end)s and coalesce(account.closed_on, 'infinity') > %(first)s
order by account.number
"""
_SHARES = f"""
select version.account_id, {_VALID}, version.share_numerator, version.share_denominator
from app.premises
join app.account on account.premises_id = premises.id
join app.account_version as version on version.account_id = account.id and {_TOUCHES}
where premises.house_id = any (%(houses)s)
  and account.opened_on < %(end)s and coalesce(account.closed_on, 'infinity') > %(first)s
"""
_RESIDENTS = f"""
select version.account_id, version.kind, {_VALID}
from app.premises
join app.account on account.premises_id = premises.id
join app.resident as version on version.account_id = account.id and {_TOUCHES}
where premises.house_id = any (%(houses)s)
  and account.opened_on < %(end)s and coalesce(account.closed_on, 'infinity') > %(first)s
"""
_ASSIGNMENTS = f"""
select version.service_id, version.contract_id, coalesce(version.house_id, {_NIL_SQL}) as house_id,
  coalesce(version.account_id, {_NIL_SQL}) as account_id,
  coalesce(version.quantity_mcu, -1) as quantity_mcu,
  coalesce(version.meter_share_ppm, 0) as meter_share_ppm, {_VALID}
from app.assignment as version
where version.house_id = any (%(houses)s) and {_TOUCHES}
union all
select version.service_id, version.contract_id, {_NIL_SQL}, version.account_id,
  coalesce(version.quantity_mcu, -1), coalesce(version.meter_share_ppm, 0), {_VALID}
from app.premises
join app.account on account.premises_id = premises.id
join app.assignment as version on version.account_id = account.id and {_TOUCHES}
where premises.house_id = any (%(houses)s)
  and account.opened_on < %(end)s and coalesce(account.closed_on, 'infinity') > %(first)s
"""
_IMPOSSIBLE = f"""
select version.premises_id, version.service_id, {_VALID}
from app.premises
join app.meter_impossible as version on version.premises_id = premises.id and {_TOUCHES}
where premises.house_id = any (%(houses)s)
"""

_KINDS: dict[str, dict[str, str]] = {
    _HOUSES: {
        "id": "uuid", "code": "text", "premises_area": "int8", "common_any": "int8",
        "common_cold": "int8", "common_hot": "int8", "common_power": "int8",
        "common_heat": "int8", "heats_evenly": "int4", "over_norm": "int4", "is_direct": "int4",
        "heating_months": "int4",
    },
    _PREMISES: {
        "id": "uuid", "house_id": "uuid", "in_sum": "int4", "flat_number": "text",
        "number": "text",
    },
    _AREAS: {
        "premises_id": "uuid", **_SPAN_KINDS, "total_cm2": "int8", "heated_cm2": "int8",
        "rooms": "int4", "own_heat": "int4", "living_cm2": "int8", "kind": "text",
    },
    _ACCOUNTS: {
        "id": "uuid", "number": "text", "premises_id": "uuid", "opened": "int4", "closed": "int4",
    },
    _SHARES: {
        "account_id": "uuid", **_SPAN_KINDS, "share_numerator": "int8",
        "share_denominator": "int8",
    },
    _RESIDENTS: {"account_id": "uuid", "kind": "text", **_SPAN_KINDS},
    _ASSIGNMENTS: {
        "service_id": "uuid", "contract_id": "uuid", "house_id": "uuid", "account_id": "uuid",
        "quantity_mcu": "int8", "meter_share_ppm": "int8", **_SPAN_KINDS,
    },
    _IMPOSSIBLE: {"premises_id": "uuid", "service_id": "uuid", **_SPAN_KINDS},
}  # fmt: skip
_ORDERED = {_HOUSES, _ACCOUNTS}


@dataclass(frozen=True, slots=True)
class Batch:
    """Inputs of some whole houses, with the keys their places stand for."""

    inputs: ChargeInputs
    account_ids: NDArray[np.void]
    house_ids: NDArray[np.void]


_RARITIES = (
    charging_heating, charging_houses, charging_groups, charging_checks, charging_characteristics,
    charging_external, charging_reductions, charging_history,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """Houses, premises and accounts of a batch that were asked for, by the query."""

    answers: Mapping[str, Answer]


def ask(snapshot: Snapshot, period: Period, house_ids: list[UUID]) -> Asked:
    """Ask for what can be read without the catalogue, for :func:`load`.

    Both within one `snapshot.together()`.
    """
    about = _about(period, house_ids)
    return Asked(
        {
            query: snapshot.ask(query, about, kinds=kinds, is_set=query not in _ORDERED)
            for query, kinds in _KINDS.items()
        }
    )


def load(
    snapshot: Snapshot, catalogue: Catalogue, house_ids: list[UUID], *, asked: Asked | None = None
) -> Batch:
    """Read what the charges of these houses depend on.

    :param asked: of the same snapshot, period and houses
    """
    about = _about(catalogue.period, house_ids)
    with snapshot.together():
        asked = asked or ask(snapshot, catalogue.period, house_ids)
        metering = charging_meters.ask(snapshot, about)
        rarities = [rarity.ask(snapshot, catalogue, about) for rarity in _RARITIES]
        found = {query: answer.columns() for query, answer in asked.answers.items()}
        houses, premises, accounts = found[_HOUSES], found[_PREMISES], found[_ACCOUNTS]
        at = Places(
            indexed(houses["id"]), indexed(premises["id"]), indexed(accounts["id"]),
            indexed(catalogue.service_ids), indexed(catalogue.contract_ids),
        )  # fmt: skip
        meters, readings = charging_meters.placed(metering.taken(), at)
        inputs = ChargeInputs(
            period=catalogue.period,
            rules=catalogue.rules,
            services=catalogue.services,
            contracts=catalogue.contracts,
            tariffs=catalogue.tariffs_of(at.houses, at.accounts),
            norms=catalogue.norms_of(at.houses),
            houses=_houses(houses),
            premises=_premises(premises, found[_AREAS], at),
            accounts=_accounts(accounts, found[_SHARES], at),
            residents=_residents(found[_RESIDENTS], at),
            assignments=_assignments(found[_ASSIGNMENTS], at),
            impossible=_impossible(found[_IMPOSSIBLE], at),
            meters=meters,
            readings=readings,
        )
        for add in rarities:
            inputs = add(inputs, at)
    return Batch(inputs, accounts["id"], houses["id"])


def _about(period: Period, house_ids: list[UUID]) -> About:
    return {
        "houses": house_ids,
        "first": period.first_day,
        "end": period.end,
        "last": period.last_day,
    }


def _houses(columns: Columns) -> Houses:
    common = ("common_any", "common_cold", "common_hot", "common_power", "common_heat")
    return Houses(
        code=columns["code"],
        premises_area_cm2=wide(columns["premises_area"]),
        common_area_cm2=np.column_stack([columns[name] for name in common]).astype(np.int64),
        heats_evenly=wide(columns["heats_evenly"]),
        heating_months=wide(columns["heating_months"]),
        over_norm=wide(columns["over_norm"]),
        is_direct=wide(columns["is_direct"]),
    )


def _premises(identity: Columns, versions: Columns, at: Places) -> Premises:
    house = places(identity["house_id"], at.houses)
    flat, flat_premises = communal_flats(
        house.tolist(), identity["flat_number"], identity["number"]
    )
    return Premises(
        house=house,
        in_sum=wide(identity["in_sum"]),
        version_of=places(versions["premises_id"], at.premises),
        valid_from=wide(versions["valid_from"]),
        valid_to=wide(versions["valid_to"]),
        total_cm2=wide(versions["total_cm2"]),
        heated_cm2=wide(versions["heated_cm2"]),
        rooms=wide(versions["rooms"]),
        own_heat=wide(versions["own_heat"]),
        kind=np.array([int(PREMISES_KIND_CODES[one]) for one in versions["kind"]], dtype=np.int64),
        living_cm2=wide(versions["living_cm2"]),
        flat=flat,
        flat_premises=flat_premises,
    )


def _accounts(identity: Columns, versions: Columns, at: Places) -> Accounts:
    return Accounts(
        number=identity["number"],
        premises=places(identity["premises_id"], at.premises),
        opened=wide(identity["opened"]),
        closed=wide(identity["closed"]),
        version_of=places(versions["account_id"], at.accounts),
        valid_from=wide(versions["valid_from"]),
        valid_to=wide(versions["valid_to"]),
        share_numerator=wide(versions["share_numerator"]),
        share_denominator=wide(versions["share_denominator"]),
    )


def _residents(columns: Columns, at: Places) -> Residents:
    kinds = [int(RESIDENT_CODES[one]) for one in columns["kind"]]
    return Residents(
        account=places(columns["account_id"], at.accounts),
        kind=np.array(kinds, dtype=np.int64),
        valid_from=wide(columns["valid_from"]),
        valid_to=wide(columns["valid_to"]),
    )


def _assignments(columns: Columns, at: Places) -> Assignments:
    return Assignments(
        service=places(columns["service_id"], at.services),
        contract=places(columns["contract_id"], at.contracts),
        house=places(columns["house_id"], at.houses),
        account=places(columns["account_id"], at.accounts),
        quantity_mcu=wide(columns["quantity_mcu"]),
        meter_share_ppm=wide(columns["meter_share_ppm"]),
        valid_from=wide(columns["valid_from"]),
        valid_to=wide(columns["valid_to"]),
    )


def _impossible(columns: Columns, at: Places) -> Impossible:
    return Impossible(
        premises=places(columns["premises_id"], at.premises),
        service=places(columns["service_id"], at.services),
        valid_from=wide(columns["valid_from"]),
        valid_to=wide(columns["valid_to"]),
    )
