"""What the database holds already of the things a workbook names; all values as texts."""

from collections.abc import Sequence
from typing import Any

from app.store.reading import Snapshot

DatedRow = dict[str, str | None]

_CODES = {
    "organisation": "select code from app.organisation",
    "contract": "select number from app.contract",
    "house": "select code from app.house",
    "service": "select code from app.service",
    "benefit": "select distinct code from app.benefit",
}
_PREMISES = """
select house.code, premises.flat_number, premises.number
from app.premises join app.house on house.id = premises.house_id
where house.code = any (%(houses)s)
"""
_ACCOUNTS = """
select account.number, house.code, premises.flat_number, premises.number as premises_number,
  account.opened_on::text, account.closed_on::text,
  coalesce(version.share_numerator, 1) || '/' || coalesce(version.share_denominator, 1) as share
from app.account
join app.premises on premises.id = account.premises_id
join app.house on house.id = premises.house_id
left join app.account_version as version on version.account_id = account.id
  and version.valid_to is null
where account.number = any (%(accounts)s) or house.code = any (%(houses)s)
"""
_RESIDENTS = """
select distinct account.number, resident.name
from app.resident join app.account on account.id = resident.account_id
where account.number = any (%(accounts)s)
"""
_METERS = """
select code, zones::text, digits::text, installed_on::text, removed_on::text
from app.meter where code = any (%(meters)s)
"""
# Rows that dated rows of the workbook must not overlap: fields named as in the staging tables.
_DATED = {
    "absence": """
select account.number as account, absence.name, left_on::text, returned_on::text
from app.absence join app.account on account.id = absence.account_id
where account.number = any (%(accounts)s)""",
    "tariff": """
select service.code as service, contract.number as contract, house.code as house,
  account.number as account, zone, nullif(component, 'capacity') as component,
  case when component = 'capacity' then 'capacity' else 'volume' end as rate,
  volume_from_mcu::text, volume_to_mcu::text,
  tariff.valid_from::text, tariff.valid_to::text
from app.tariff join app.service on service.id = tariff.service_id
left join app.contract on contract.id = tariff.contract_id
left join app.house on house.id = tariff.house_id
left join app.account on account.id = tariff.account_id""",
    "norm": """
select service.code as service, norm.kind, house.code as house, rooms::text, persons::text,
  valid_from::text, valid_to::text
from app.norm join app.service on service.id = norm.service_id
left join app.house on house.id = norm.house_id""",
    "assignment": """
select service.code as service, contract.number as contract, house.code as house,
  account.number as account, assignment.valid_from::text, assignment.valid_to::text
from app.assignment join app.service on service.id = assignment.service_id
join app.contract on contract.id = assignment.contract_id
left join app.house on house.id = assignment.house_id
left join app.account on account.id = assignment.account_id
where house.code = any (%(houses)s) or account.number = any (%(accounts)s)""",
    "benefit": "select code, valid_from::text, valid_to::text from app.benefit",
    "meter_event": """
select meter.code as meter, meter_event.kind, meter_event.valid_from::text,
  meter_event.valid_to::text
from app.meter_event join app.meter on meter.id = meter_event.meter_id
where meter.code = any (%(meters)s)""",
    "unauthorised_connection": """
select account.number as account, service.code as service, kept.valid_from::text,
  kept.valid_to::text
from app.unauthorised_connection as kept join app.account on account.id = kept.account_id
join app.service on service.id = kept.service_id
where account.number = any (%(accounts)s)""",
    "parameter": "select code, valid_from::text, valid_to::text from app.parameter",
    "penalty_cap": "select valid_from::text, valid_to::text from app.penalty_cap",
    "commission_rule": """
select agent.code as agent, rule.channel, rule.section, rule.from_kop::text,
  rule.valid_from::text, rule.valid_to::text
from app.commission_rule as rule join app.organisation as agent on agent.id = rule.agent_id""",
    "transfer_terms": """
select contract.number as contract, terms.valid_from::text, terms.valid_to::text
from app.transfer_terms as terms join app.contract on contract.id = terms.contract_id""",
}


def codes(snapshot: Snapshot) -> dict[str, list[str]]:
    """Give all codes of the short lists: table to codes."""
    return {
        table: [row[0] for row in snapshot.rows(query)] for table, query in _CODES.items()
    }  # fmt: skip


def contracts(snapshot: Snapshot) -> list[tuple[str, str, str | None]]:
    """Give number, first day and end of all contracts; they are few."""
    query = "select number, valid_from::text, valid_to::text from app.contract"
    return [tuple(row) for row in snapshot.rows(query)]


def premises(snapshot: Snapshot, *, houses: Sequence[str]) -> list[tuple[str, str, str]]:
    """Give house, flat and number of all premises of these houses."""
    return [tuple(row) for row in snapshot.rows(_PREMISES, houses=list(houses))]


def accounts(snapshot: Snapshot, *, numbers: Sequence[str], houses: Sequence[str]) -> list[Any]:
    """Give these accounts, and all of these houses.

    :returns: rows of number, code, flat_number, premises_number, opened_on, closed_on, share
    """
    return snapshot.rows(_ACCOUNTS, accounts=list(numbers), houses=list(houses))


def residents(snapshot: Snapshot, *, accounts: Sequence[str]) -> list[tuple[str, str]]:
    """Give account and name of everybody who was ever on these accounts."""
    return [tuple(row) for row in snapshot.rows(_RESIDENTS, accounts=list(accounts))]


def meters(snapshot: Snapshot, *, codes: Sequence[str]) -> list[Any]:
    """Give these meters: rows of code, zones, digits, installed_on, removed_on."""
    return snapshot.rows(_METERS, meters=list(codes))


def dated(
    snapshot: Snapshot,
    table: str,
    *,
    houses: Sequence[str],
    accounts: Sequence[str],
    meters: Sequence[str],
) -> tuple[DatedRow, ...]:
    """Give the dated rows of a table that are about these things; none where it has no dates."""
    query = _DATED.get(table)
    if query is None:
        return ()
    named = {"houses": list(houses), "accounts": list(accounts), "meters": list(meters)}
    asked = {name: value for name, value in named.items() if f"%({name})s" in query}
    return tuple(row._asdict() for row in snapshot.rows(query, **asked))


def vouchers(snapshot: Snapshot, *, keys: Sequence[Any]) -> set[Any]:
    """Give those of the keys that are vouchers already."""
    return {
        row[0]
        for row in snapshot.rows(
            "select id from app.voucher where id = any (%(keys)s)", keys=list(keys)
        )
    }
