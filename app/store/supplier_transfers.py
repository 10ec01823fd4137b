"""Money on its way to suppliers: what waits, on what terms, to which accounts, what went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from app import resources
from app.domain import law
from app.domain.law import Dated, in_force
from app.domain.money import KOP_PER_RUB
from app.domain.supplier_transfer import CREDIT_DAYS, Received, TransferTerms
from app.store.organisations import BankDetails
from app.store.reading import Snapshot

_CODE = "перечисление."
_CHANNELS = {"касса": "desk", "банк": "bank", "агент": "agent", "кабинет": "cabinet"}
_PARAMETERS = """
select code, value from app.parameter
where code like 'перечисление.%%' and valid_from <= %(on)s
  and (valid_to is null or %(on)s < valid_to)
"""
_WAITING = """
select contract.number as contract, waiting.channel, waiting.paid_on, waiting.credited_on,
  sum(waiting.amount_kop)::bigint as amount_kop,
  count(*) filter (where waiting.amount_kop > 0 and not waiting.is_undone) as payments
from app.waiting_receipts(%(starts_on)s) as waiting
join app.contract on contract.id = waiting.contract_id
group by 1, 2, 3, 4
"""
_AGENT_SOURCES = """
select waiting.contract_id, contract.number as contract, waiting.channel, waiting.paid_on,
  waiting.credited_on, agent.code as agent, array_agg(waiting.source_id) as sources
from app.waiting_receipts(%(starts_on)s) as waiting
join app.contract on contract.id = waiting.contract_id
join app.organisation as agent on agent.id = waiting.agent_id
where contract.number = any (%(contracts)s)
  and exists (select 1 from app.commission_rule as rule
              where rule.agent_id = waiting.agent_id and rule.payer = 'supplier')
group by 1, 2, 3, 4, 5, 6
"""
_CREDITORS = """
select contract.id, contract.number as contract, payee.code,
  coalesce(version.name, payee.code) as name, coalesce(version.inn, '') as inn,
  coalesce(version.kpp, '') as kpp,
  coalesce(contract.bank_account, version.bank_account, '') as account,
  case when contract.bank_account is not null then contract.bic else version.bic end as bic,
  case when contract.bank_account is not null then contract.bank_name
       else version.bank_name end as bank,
  case when contract.bank_account is not null then contract.corr_account
       else version.corr_account end as correspondent,
  contract.commission_ppm, terms.agents_paid_by, coalesce(terms.withholds_fee, false) as keeps_fee
from app.contract
join app.organisation as payee on payee.id = coalesce(contract.supplier_id, contract.provider_id)
left join app.organisation_version as version on version.organisation_id = payee.id
  and version.valid_from <= %(on)s and (version.valid_to is null or %(on)s < version.valid_to)
left join app.transfer_terms as terms on terms.contract_id = contract.id
  and terms.valid_from <= %(on)s and (terms.valid_to is null or %(on)s < terms.valid_to)
order by contract.number
"""


@dataclass(frozen=True, slots=True)
class Creditor:
    """Who the money of a contract goes to on a day, and on what terms.

    :ivar code: of the supplier; of the provider where the contract has two sides
    :ivar fee_ppm: of the centre, kept back; 0 where it is billed
    :ivar agents_paid_by: "centre" or "supplier"; "" as the centre has set for all
    """

    contract_id: UUID
    contract: str
    code: str
    details: BankDetails
    fee_ppm: int
    agents_paid_by: str


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of transfers on a day.

    :ivar starts_on: payments before it went another way; None: all are counted
    :ivar agents_paid_by: whose cost the agents' commission is where the contract does not say
    """

    terms: TransferTerms
    starts_on: date | None
    agents_paid_by: str


@dataclass(frozen=True, slots=True)
class AgentSources:
    """Documents under a contract that wait, brought alike by an agent that withholds."""

    received: Received
    contract_id: UUID
    agent: str
    sources: tuple[UUID, ...]


def settings(snapshot: Snapshot, *, on: date) -> Settings:
    """Give what the law and the centre say of transfers on a day.

    :raises NoValueInForce: when the law has nothing for the day
    """
    given = {row.code: row.value for row in snapshot.rows(_PARAMETERS, on=on)}
    days = dict(CREDIT_DAYS)
    for word, channel in _CHANNELS.items():
        if f"{_CODE}зачисление_{word}" in given:
            days[channel] = int(given[f"{_CODE}зачисление_{word}"])
    only = given.get(f"{_CODE}только_сверенные") == "да"
    start = given.get(f"{_CODE}начало")
    tables = _law()
    return Settings(
        terms=TransferTerms(
            minimum_kop=KOP_PER_RUB * int(in_force(tables["minimum_rub"], on=on, name="min").value),
            days_max=int(in_force(tables["working_days"], on=on, name="working_days").value),
            accumulated_same_day=given.get(f"{_CODE}в_тот_же_день") == "да",
            credit_days=days,
            reconciled_only=frozenset({"bank", "agent", "cabinet"}) if only else frozenset(),
        ),
        starts_on=None if start is None else _day(start),
        agents_paid_by="centre" if given.get(f"{_CODE}комиссия") == "центр" else "supplier",
    )


def waiting(snapshot: Snapshot, *, starts_on: date | None) -> list[Received]:
    """Give what came and was not transferred, alike lines together; unidentified money is not."""
    return [_received(row) for row in snapshot.rows(_WAITING, starts_on=starts_on)]


def agent_sources(
    snapshot: Snapshot, contracts: Sequence[str], *, starts_on: date | None
) -> list[AgentSources]:
    """Give the waiting documents of contracts whose agents withhold a commission."""
    return [
        AgentSources(
            Received(row.contract, row.channel, row.paid_on, row.credited_on, 0, len(row.sources)),
            row.contract_id,
            row.agent,
            tuple(row.sources),
        )
        for row in snapshot.rows(_AGENT_SOURCES, contracts=list(contracts), starts_on=starts_on)
    ]


def creditors(snapshot: Snapshot, *, on: date) -> dict[str, Creditor]:
    """Give the creditor of each contract by its number."""
    return {row.contract: _creditor(row) for row in snapshot.rows(_CREDITORS, on=on)}


def posted(snapshot: Snapshot, keys: Sequence[UUID]) -> list[Any]:
    """Give those of the transfers that are in the books."""
    return snapshot.rows(
        "select transfer.id, contract.number as contract, payee.code as supplier,"
        " transfer.order_no, transfer.payments, transfer.amount_kop,"
        " transfer.commission_kop + transfer.fee_kop as withheld_kop, transfer.on_day"
        " from app.bank_transfer as transfer"
        " join app.contract on contract.id = transfer.contract_id"
        " join app.organisation as payee"
        " on payee.id = coalesce(contract.supplier_id, contract.provider_id)"
        " where transfer.id = any (%(keys)s) order by transfer.order_no",
        keys=list(keys),
    )


def next_order_no(snapshot: Snapshot, year: int) -> int:
    """Give the number the next payment order of a year would have."""
    return int(
        snapshot.value(
            "select coalesce(max(order_no), 0) + 1 from app.bank_transfer"
            " where branch_id = 0 and extract(year from on_day)::int = %(year)s",
            year=year,
        )
    )


def _received(row: Any) -> Received:
    return Received(
        row.contract, row.channel, row.paid_on, row.credited_on, row.amount_kop, row.payments
    )


def _creditor(row: Any) -> Creditor:
    return Creditor(
        contract_id=row.id,
        contract=row.contract,
        code=row.code,
        details=BankDetails(
            name=row.name,
            inn=row.inn,
            kpp=row.kpp,
            bank=row.bank or "",
            bic=row.bic or "",
            account=row.account,
            correspondent=row.correspondent or "",
        ),
        fee_ppm=row.commission_ppm if row.keeps_fee else 0,
        agents_paid_by=row.agents_paid_by or "",
    )


def _day(text: str) -> date:
    day, month, year = map(int, text.split("."))
    return date(year, month, day)


@cache
def _law() -> dict[str, tuple[Dated, ...]]:
    return law.table(resources.law_table("transfer"))
