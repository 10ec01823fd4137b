"""What a charge run reads once: services, contracts, tariffs, norms, the rules of the period.

Keys become places: service 3 is the third of the catalogue. Houses and accounts have places
within a batch, so tariffs and norms of a house or an account keep the key until then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain import law
from app.domain.charge_inputs import Services
from app.domain.law import Rules
from app.domain.norm import NORM_CODES, Norms
from app.domain.period import Period
from app.domain.service import COMPONENT_CODES, ZONE_CODES, Method
from app.domain.tariff import NO_LIMIT, Tariffs
from app.resources import law_table
from app.store.copying import Answer
from app.store.reading import Snapshot

FAR_SQL = "10000000"
EPOCH_SQL = "date '2000-01-01'"
_NIL = bytes(16)
_NIL_SQL = "'00000000-0000-0000-0000-000000000000'::uuid"

_SERVICES = """
select service.id, service.code, service.name, service.unit, service.section,
  coalesce(service.resource, '') as resource,
  coalesce((
    select method from app.service_version
    where service_id = service.id
      and valid_from < %(end)s and coalesce(valid_to, 'infinity') > %(first)s
    order by valid_from desc limit 1
  ), '') as method,
  coalesce((
    select formula from app.service_version
    where service_id = service.id
      and valid_from < %(end)s and coalesce(valid_to, 'infinity') > %(first)s
    order by valid_from desc limit 1
  ), '') as formula,
  coalesce((
    select volume_digits from app.service_version
    where service_id = service.id
      and valid_from < %(end)s and coalesce(valid_to, 'infinity') > %(first)s
    order by valid_from desc limit 1
  ), 0)::int4 as volume_digits
from app.service order by service.code
"""
_CONTRACTS = "select id, number from app.contract order by number"
_TARIFFS = f"""
select service_id, coalesce(contract_id, {_NIL_SQL}) as contract_id,
  coalesce(house_id, {_NIL_SQL}) as house_id, coalesce(account_id, {_NIL_SQL}) as account_id,
  coalesce(zone, '') as zone, coalesce(component, '') as component,
  volume_from_mcu, coalesce(volume_to_mcu, {NO_LIMIT}) as volume_to_mcu, price_mcr,
  valid_from - {EPOCH_SQL} as valid_from,
  coalesce(valid_to - {EPOCH_SQL}, {FAR_SQL}) as valid_to
from app.tariff where valid_from < %(end)s and coalesce(valid_to, 'infinity') > %(first)s
"""
_NORMS = f"""
select service_id, kind, value_mcu, coalesce(house_id, {_NIL_SQL}) as house_id,
  coalesce(rooms, -1)::int4 as rooms, coalesce(persons, -1)::int4 as persons,
  valid_from - {EPOCH_SQL} as valid_from,
  coalesce(valid_to - {EPOCH_SQL}, {FAR_SQL}) as valid_to
from app.norm where valid_from < %(end)s and coalesce(valid_to, 'infinity') > %(first)s
"""
_PARAMETERS = """
select code, value from app.parameter
where valid_from <= %(last)s and coalesce(valid_to, 'infinity') > %(last)s
"""


_SERVICE_KINDS = {
    "id": "uuid", "code": "text", "name": "text", "unit": "text", "resource": "text",
    "method": "text", "formula": "text", "section": "text", "volume_digits": "int4",
}  # fmt: skip
_TARIFF_KINDS = {
    "service_id": "uuid", "contract_id": "uuid", "house_id": "uuid", "account_id": "uuid",
    "zone": "text", "component": "text", "volume_from_mcu": "int8", "volume_to_mcu": "int8",
    "price_mcr": "int8", "valid_from": "int4", "valid_to": "int4",
}  # fmt: skip
_NORM_KINDS = {
    "service_id": "uuid", "kind": "text", "value_mcu": "int8", "house_id": "uuid",
    "rooms": "int4", "persons": "int4", "valid_from": "int4", "valid_to": "int4",
}  # fmt: skip
_KINDS = {
    _SERVICES: _SERVICE_KINDS,
    _CONTRACTS: {"id": "uuid", "number": "text"},
    _TARIFFS: _TARIFF_KINDS,
    _NORMS: _NORM_KINDS,
    _PARAMETERS: {"code": "text", "value": "text"},
}
_ORDERED = {_SERVICES, _CONTRACTS}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What all batches of a run share.

    :ivar service_ids: raw keys in the order of the services
    :ivar tariff_house: raw key of the house of each tariff, zeros for any
    """

    period: Period
    rules: Rules
    services: Services
    contracts: tuple[str, ...]
    service_ids: NDArray[np.void]
    contract_ids: NDArray[np.void]
    tariffs: Tariffs
    tariff_house: list[bytes]
    tariff_account: list[bytes]
    norms: Norms
    norm_house: list[bytes]

    def tariffs_of(self, houses: dict[bytes, int], accounts: dict[bytes, int]) -> Tariffs:
        """Give the tariffs that a batch may need, by the places of its houses and accounts."""
        house = _places(self.tariff_house, houses)
        account = _places(self.tariff_account, accounts)
        kept = np.flatnonzero((house > -2) & (account > -2))
        scoped = replace(self.tariffs, house=house, account=account)
        return Tariffs(*(getattr(scoped, name)[kept] for name in Tariffs.__slots__))

    def norms_of(self, houses: dict[bytes, int]) -> Norms:
        """Give the norms that a batch may need."""
        house = _places(self.norm_house, houses)
        kept = np.flatnonzero(house > -2)
        scoped = replace(self.norms, house=house)
        return Norms(*(getattr(scoped, name)[kept] for name in Norms.__slots__))


def places(keys: NDArray[np.void], index: dict[bytes, int]) -> NDArray[np.int64]:
    """Give the place of each key; zeros are -1."""
    return np.fromiter(
        (index[key] if key != _NIL else -1 for key in keys.tolist()), np.int64, len(keys)
    )


def indexed(keys: NDArray[np.void]) -> dict[bytes, int]:
    """Give the place of each distinct key."""
    return {key: at for at, key in enumerate(keys.tolist())}


def _places(keys: list[bytes], index: dict[bytes, int]) -> NDArray[np.int64]:
    """Give the place of each key: -1 any, -2 not of this batch."""
    return np.fromiter(
        (-1 if key == _NIL else index.get(key, -2) for key in keys), np.int64, len(keys)
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """A catalogue that was asked for."""

    period: Period
    answers: Sequence[Answer]

    def taken(self) -> Catalogue:
        """Take the answers."""
        services, contracts, tariffs, norms, given = (one.columns() for one in self.answers)
        by_service, by_contract = indexed(services["id"]), indexed(contracts["id"])
        parameters = dict(zip(given["code"], given["value"], strict=True))
        return Catalogue(
            period=self.period,
            rules=law.rules(charging_law(), parameters, on=self.period.last_day),
            services=Services(
                code=services["code"],
                name=services["name"],
                unit=services["unit"],
                resource=services["resource"],
                method=[Method(one) if one else None for one in services["method"]],
                formula=services["formula"],
                section=services["section"],
                volume_digits=services["volume_digits"].tolist(),
            ),
            contracts=tuple(contracts["number"]),
            service_ids=services["id"],
            contract_ids=contracts["id"],
            tariffs=_tariffs(tariffs, by_service, by_contract),
            tariff_house=tariffs["house_id"].tolist(),
            tariff_account=tariffs["account_id"].tolist(),
            norms=_norms(norms, by_service),
            norm_house=norms["house_id"].tolist(),
        )


def ask(snapshot: Snapshot, period: Period) -> Asked:
    """Ask for the catalogue as it is in force in a period."""
    span = {"first": period.first_day, "end": period.end, "last": period.last_day}
    answers = [
        snapshot.ask(query, span, kinds=kinds, is_set=query not in _ORDERED)
        for query, kinds in _KINDS.items()
    ]
    return Asked(period, answers)


def load(snapshot: Snapshot, period: Period) -> Catalogue:
    """Read the catalogue as it is in force in a period."""
    with snapshot.together():
        return ask(snapshot, period).taken()


@cache
def charging_law() -> Mapping[str, tuple[law.Dated, ...]]:
    """Read every table of the law a charge run goes by: once, they come with the program."""
    found: dict[str, tuple[law.Dated, ...]] = {}
    for name in law.CHARGING_TABLES:
        found |= law.table(law_table(name))
    return found


def _tariffs(
    columns: dict[str, Any], services: dict[bytes, int], contracts: dict[bytes, int]
) -> Tariffs:
    unscoped = np.full(len(columns["zone"]), -1, dtype=np.int64)
    return Tariffs(
        service=places(columns["service_id"], services),
        contract=places(columns["contract_id"], contracts),
        house=unscoped,
        account=unscoped,
        zone=np.array([int(ZONE_CODES[one]) for one in columns["zone"]], dtype=np.int64),
        component=np.array(
            [int(COMPONENT_CODES[one]) for one in columns["component"]], dtype=np.int64
        ),
        volume_from_mcu=wide(columns["volume_from_mcu"]),
        volume_to_mcu=wide(columns["volume_to_mcu"]),
        price_mcr=wide(columns["price_mcr"]),
        valid_from=wide(columns["valid_from"]),
        valid_to=wide(columns["valid_to"]),
    )


def _norms(columns: dict[str, Any], services: dict[bytes, int]) -> Norms:
    return Norms(
        service=places(columns["service_id"], services),
        kind=np.array([int(NORM_CODES[one]) for one in columns["kind"]], dtype=np.int64),
        value_mcu=wide(columns["value_mcu"]),
        house=np.full(len(columns["kind"]), -1, dtype=np.int64),
        rooms=wide(columns["rooms"]),
        persons=wide(columns["persons"]),
        valid_from=wide(columns["valid_from"]),
        valid_to=wide(columns["valid_to"]),
    )


def wide(column: NDArray[Any]) -> NDArray[np.int64]:
    """Give a column as int64, the one width the domain counts in."""
    return column.astype(np.int64)
