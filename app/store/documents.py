"""The facts of payment documents, a house at a time in the order they are carried out."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from app.domain import basis
from app.domain.document_assembly import ChargedFact, Facts
from app.domain.instalment import InstalmentAgreement, InstalmentState
from app.domain.instalment_paper import rows_of
from app.domain.ledger import EntryKind
from app.domain.payment_document import InstalmentRow, MeterRow, Payee, Provider, Turnover
from app.domain.period import Period
from app.domain.service import Component, Zone
from app.store import document_penalties, instalments, law
from app.store.reading import Snapshot
from app.store.search import FULL_ADDRESS, PLACE

_ZONE_WORDS = {"day": "день", "night": "ночь", "peak": "пик", "half-peak": "полупик"}

_ACCOUNTS = f"""
select account.id, account.number, coalesce(version.payer, '') as payer,
  {FULL_ADDRESS} as address,
  coalesce(account.unified_number, '') as unified_number,
  coalesce(account.gis_number, '') as gis_number, coalesce(area.total_cm2, 0) as area_cm2,
  people.living, people.registered,
  (select max(paid_on) from app.standing_payment as payment
   where payment.account_id = account.id and payment.paid_on <= %(until)s) as last_payment_on
from app.account
{PLACE}
left join lateral (select total_cm2 from app.premises_version
                   where premises_version.premises_id = premises.id
                     and valid_from <= %(last_day)s
                   order by valid_from desc limit 1) as area on true
left join lateral (
  select count(*) filter (where kind <> 'owner') as living,
    count(*) filter (where kind = 'permanent') as registered
  from app.resident where resident.account_id = account.id and valid_from <= %(last_day)s
    and (valid_to is null or valid_to > %(last_day)s)) as people on true
where premises.house_id = %(house)s
  and (%(numbers)s::text[] is null or account.number = any (%(numbers)s::text[]))
  and account.opened_on <= %(last_day)s
order by premises.number_key, account.number
"""

# What counts of the month: of the last run that touched the account, and what was posted by hand.
_ENTRIES = """
with seen as (
  select entry.*, max(run_no) over (partition by account_id) as last_run
  from app.entry where period = %(period)s and account_id = any (%(accounts)s)
)
select seen.account_id, service.name as service, service.section, service.unit,
  seen.contract_id, seen.kind, seen.method, seen.component, seen.zone, seen.amount_kop,
  seen.volume_mcu, seen.price_mcr, seen.inputs,
  case when seen.kind = 53 then (select reason from app.voucher where id = seen.voucher_id) end
    as reason
from seen
join app.service on service.id = seen.service_id
where seen.reverses_run = 0 and (seen.run_no <= 0 or seen.run_no = seen.last_run)
  and (seen.kind <= 8 or seen.kind in (21, 25, 50, 53, 54))
order by seen.account_id, service.position, service.name, seen.contract_id, seen.kind,
  seen.component, seen.zone, seen.day_from
"""

_TURNOVERS = """
with kept as (
  select max(period) as period from app.closed_balance_period where period < %(period)s
)
select account_id, contract_id, sum(opening)::bigint as opening_kop, sum(paid)::bigint as paid_kop
from (
  select account_id, contract_id, closing_kop as opening, 0 as paid
  from app.closing
  where period = (select period from kept) and account_id = any (%(accounts)s)
  union all
  select account_id, contract_id,
    case when period < %(period)s or kind in (30, 52) then amount_kop else 0 end,
    case when period = %(period)s and kind in (20, 22, 51) then -amount_kop else 0 end
  from app.entry
  where account_id = any (%(accounts)s) and period <= %(period)s
    and period > coalesce((select period from kept), '0001-01-01')
) as part
group by account_id, contract_id
"""

_METERS = """
select account.id as account_id, service.name as service, service.unit, current.zone,
  coalesce(meter.serial, meter.code) as serial, meter.verified_to,
  current.value_mcu as current_mcu, current.taken_on as current_on,
  previous.value_mcu as previous_mcu, previous.taken_on as previous_on, meter.ratio_mcu
from app.account
join app.meter on meter.account_id = account.id
  or (meter.account_id is null and meter.premises_id = account.premises_id)
join app.service on service.id = meter.service_id
join lateral (
  select distinct on (zone) zone, value_mcu, taken_on from app.reading
  where reading.meter_id = meter.id and reading.period = %(period)s and value_mcu is not null
  order by zone, taken_on desc
) as current on true
left join lateral (
  select value_mcu, taken_on from app.reading
  where reading.meter_id = meter.id and reading.zone = current.zone
    and reading.period < %(period)s and value_mcu is not null
  order by taken_on desc limit 1
) as previous on true
where account.id = any (%(accounts)s)
order by account.id, service.position, serial, current.zone
"""

_CONTRACTS = """
select contract.id, service_provider.name as provider_name,
  coalesce(service_provider.inn, '') as provider_inn,
  coalesce(service_provider.address, '') as provider_address,
  coalesce(service_provider.phone, '') as provider_phone,
  coalesce(service_provider.email, '') as provider_email,
  coalesce(service_provider.site, '') as provider_site,
  payee.name, coalesce(payee.inn, '') as inn, coalesce(payee.kpp, '') as kpp,
  coalesce(own.bank_name, '') as bank, coalesce(own.bic, '') as bic,
  coalesce(own.bank_account, '') as bank_account,
  coalesce(own.corr_account, '') as correspondent_account
from app.contract
join lateral (select * from app.organisation_version
              where organisation_id = contract.provider_id
              order by valid_from desc limit 1) as service_provider on true
join lateral (select * from app.organisation_version
              where organisation_id = coalesce(contract.supplier_id, contract.provider_id)
              order by valid_from desc limit 1) as payee on true
-- An account of the contract's own goes before that of the organisation; the bank is known by its
-- БИК: where both are in one bank, the contract need not name it again.
cross join lateral (
  select coalesce(contract.bank_account, payee.bank_account) as bank_account,
    coalesce(contract.bic, payee.bic) as bic,
    case when contract.bic is null or contract.bic = payee.bic
      then coalesce(contract.bank_name, payee.bank_name) else contract.bank_name end as bank_name,
    case when contract.bic is null or contract.bic = payee.bic
      then coalesce(contract.corr_account, payee.corr_account)
      else contract.corr_account end as corr_account
) as own
order by contract.number
"""


@dataclass(frozen=True, slots=True)
class Contracts:
    """Who provides and who receives under each contract, in the order of their numbers."""

    place: dict[UUID, int]
    payees: tuple[Payee, ...]
    providers: tuple[Provider, ...]

    def names(self) -> dict[UUID, str]:
        """Give who receives under each contract."""
        return {key: self.payees[place].name for key, place in self.place.items()}


def contracts(snapshot: Snapshot) -> Contracts:
    """Read all contracts; they are few."""
    rows = snapshot.rows(_CONTRACTS)
    return Contracts(
        place={row.id: place for place, row in enumerate(rows)},
        payees=tuple(
            Payee(
                name=row.name,
                turnover=Turnover(),
                inn=row.inn,
                kpp=row.kpp,
                bank=row.bank,
                bic=row.bic,
                bank_account=row.bank_account,
                correspondent_account=row.correspondent_account,
            )
            for row in rows
        ),
        providers=tuple(
            Provider(
                name=row.provider_name,
                inn=row.provider_inn,
                address=row.provider_address,
                phone=row.provider_phone,
                email=row.provider_email,
                site=row.provider_site,
            )
            for row in rows
        ),
    )


def houses(
    snapshot: Snapshot, *, codes: Sequence[str] = (), numbers: Sequence[str] = ()
) -> list[tuple[UUID, str]]:
    """Give the houses to print (key and code) in the order they are walked."""
    rows = snapshot.rows(
        """
        select house.id, house.code from app.house
        join lateral (select * from app.house_version where house_id = house.id
                      order by valid_from desc limit 1) as place on true
        where (%(codes)s::text[] is null or house.code = any (%(codes)s::text[]))
          and (%(numbers)s::text[] is null or exists (
            select 1 from app.account join app.premises on premises.id = account.premises_id
            where premises.house_id = house.id and account.number = any (%(numbers)s::text[])))
        order by place.street_key, place.building_key, house.code
        """,
        codes=list(codes) or None,
        numbers=list(numbers) or None,
    )
    return [(row.id, row.code) for row in rows]


def facts_of_house(
    snapshot: Snapshot,
    house: UUID,
    *,
    period: Period,
    known: Contracts,
    numbers: Sequence[str] = (),
    until: date,
) -> Iterator[Facts]:
    """Give the facts of every account of a house that has something to be told.

    :param until: payments up to this day are taken into account
    """
    accounts = snapshot.rows(
        _ACCOUNTS, house=house, numbers=list(numbers) or None, last_day=period.last_day,
        until=until,
    )  # fmt: skip
    asked = {"accounts": [row.id for row in accounts], "period": period.first_day}
    entries = _grouped(snapshot.rows(_ENTRIES, **asked))
    turnovers = _grouped(snapshot.rows(_TURNOVERS, **asked))
    meters = _grouped(snapshot.rows(_METERS, **asked))
    due_on = law.payment_terms().due_on(period)
    names = known.names()
    agreed = _agreed(snapshot, [row.number for row in accounts], period=period, due_on=due_on)
    for row in accounts:
        owed = {known.place[turned.contract_id]: turned for turned in turnovers[row.id]}
        places = sorted(owed.keys() | {known.place[line.contract_id] for line in entries[row.id]})
        if not places:
            continue
        plain = Facts(
            account_number=row.number,
            payer=row.payer,
            address=row.address,
            provider=known.providers[_keeper_of(entries[row.id], known, places)],
            entries=tuple(
                _charged(line, places.index(known.place[line.contract_id]))
                for line in entries[row.id]
            ),
            creditors=tuple(known.payees[place] for place in places),
            opening_kop=tuple(owed[place].opening_kop if place in owed else 0 for place in places),
            paid_kop=tuple(owed[place].paid_kop if place in owed else 0 for place in places),
            meters=tuple(_meter(line) for line in meters[row.id]),
            paid_until=until,
            due_on=due_on,
            penalties=document_penalties.notes(entries[row.id], names),
            penalties_to=document_penalties.reckoned_to(entries[row.id]),
            instalment=agreed.get(row.number, ()),
        )
        yield _described(plain, row)


def _agreed(
    snapshot: Snapshot, numbers: Sequence[str], *, period: Period, due_on: date
) -> dict[str, tuple[InstalmentRow, ...]]:
    """Give the rows of section 5 by account: what agreements make due with the bill."""
    found: dict[str, list[tuple[InstalmentAgreement, InstalmentState]]] = {}
    for one in instalments.load(snapshot, accounts=numbers):
        found.setdefault(one.account, []).append((one.agreement, one.state(due_on)))
    return {number: rows_of(told, period=period, due_on=due_on) for number, told in found.items()}


def _described(facts: Facts, row: Any) -> Facts:
    """Add what the account and its premises say of themselves."""
    return replace(
        facts,
        unified_number=row.unified_number,
        gis_number=row.gis_number,
        area_cm2=row.area_cm2,
        living=row.living,
        registered=row.registered,
        last_payment_on=row.last_payment_on,
    )


def _grouped(rows: Sequence[Any]) -> defaultdict[UUID, list[Any]]:
    by_account: defaultdict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        by_account[row.account_id].append(row)
    return by_account


def _keeper_of(entries: Sequence[Any], known: Contracts, places: Sequence[int]) -> int:
    """Give the contract whose provider keeps the house: of housing, else the first."""
    for line in entries:
        if line.section == "housing":
            return known.place[line.contract_id]
    return places[0]


def _charged(row: Any, contract: int) -> ChargedFact:
    return ChargedFact(
        service=row.service,
        section=row.section,
        unit=row.unit,
        contract=contract,
        kind=EntryKind(row.kind),
        component=Component(row.component),
        zone=Zone(row.zone),
        amount_kop=row.amount_kop,
        volume_mcu=row.volume_mcu,
        price_mcr=row.price_mcr,
        factor_ppm=row.inputs[basis.FACTOR_SLOT] if len(row.inputs) > basis.FACTOR_SLOT else 0,
        method=basis.Basis(row.method),
    )


def _meter(row: Any) -> MeterRow:
    zone = f", {_ZONE_WORDS[row.zone]}" if row.zone else ""
    consumed = None
    if row.previous_mcu is not None and row.current_mcu >= row.previous_mcu:
        consumed = (row.current_mcu - row.previous_mcu) * row.ratio_mcu // 1_000_000
    return MeterRow(
        service=f"{row.service}{zone}",
        number=row.serial,
        unit=row.unit,
        previous_mcu=row.previous_mcu,
        previous_on=row.previous_on,
        current_mcu=row.current_mcu,
        current_on=row.current_on,
        consumed_mcu=consumed,
        next_verification_on=row.verified_to,
    )
