"""What an account owes, in one round trip: header, books, rows, weights, the rule in force.

Owed ── dues      app/domain/dues.py
     └─ scheme    app/domain/allocation_scheme.py
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from app.domain import dues, period
from app.domain.allocation_scheme import CODES, AllocationScheme, scheme_of
from app.domain.allocation_target import Target
from app.domain.dues import Due, Dues, LastPayment, PayerAccount, Purpose
from app.domain.instalment_targets import targets_of
from app.store import instalments, law
from app.store.accounts import NoSuchAccount
from app.store.reading import Snapshot
from app.store.search import ADDRESS, PLACE

# The weights of a period (ПП № 253, п. 5): what its run charged and what was corrected in its bill.
_OWED = f"""
with chosen as (
  select account.* from app.account
  where account.number = any (%(numbers)s::text[])
  order by array_position(%(numbers)s::text[], account.number) limit 1
), balance as (
  select origin_period, service_id, contract_id, charged_kop,
    charged_kop + moved_kop as principal_kop, penalty_kop
  from app.balance where account_id = (select id from chosen)
), corrected as (
  select period as origin_period, service_id, contract_id, corrected_kop
  from app.corrected_in((select id from chosen), array(
    select origin_period from balance
    where principal_kop <> 0 or penalty_kop <> 0
      or origin_period >= (select coalesce(max(origin_period) filter (where charged_kop > 0),
                             '-infinity') from balance)
    group by origin_period))
), line as (
  select origin_period, service_id, contract_id,
    coalesce(principal_kop, 0) as principal_kop, coalesce(penalty_kop, 0) as penalty_kop,
    coalesce(charged_kop, 0) + coalesce(corrected_kop, 0) as weight_kop
  from balance left join corrected using (origin_period, service_id, contract_id)
), assigned as (
  select assignment.service_id, assignment.contract_id
  from app.assignment
  where assignment.valid_from <= %(on)s
    and (assignment.valid_to is null or %(on)s < assignment.valid_to)
    and (assignment.account_id = (select id from chosen)
      or assignment.house_id = (select premises.house_id from app.premises
                                where premises.id = (select premises_id from chosen)))
), purpose as (
  select pair.service_id, pair.contract_id, service.code, service.name, service.position,
    contract.number, coalesce(payee.name, organisation.code) as payee,
    organisation.id as creditor_id, service.section = 'capital-repair' as is_capital_repair,
    own.settings
  from (select service_id, contract_id from line
        union select service_id, contract_id from assigned) as pair
  join app.service on service.id = pair.service_id
  join app.contract on contract.id = pair.contract_id
  join app.organisation on organisation.id = coalesce(contract.supplier_id, contract.provider_id)
  left join app.organisation_version as payee on payee.organisation_id = organisation.id
    and payee.valid_from <= %(on)s and (payee.valid_to is null or %(on)s < payee.valid_to)
  left join lateral (
    select jsonb_object_agg(code, value order by contract_id is not null) as settings
    from app.allocation_rule as rule
    where (rule.contract_id = contract.id or rule.creditor_id = organisation.id)
      and rule.code = any (%(codes)s::text[])
      and rule.valid_from <= %(on)s and (rule.valid_to is null or %(on)s < rule.valid_to)
  ) as own on true
)
select chosen.id, chosen.number, chosen.opened_on, chosen.closed_on, chosen.branch_id,
  coalesce(version.payer, '') as payer,
  {ADDRESS} as address,
  app.books_version(chosen.id) as version,
  app.posting_period(%(on)s) as posting_period,
  exists (select 1 from app.instalment where account_id = chosen.id) as has_instalment,
  (select jsonb_agg(jsonb_build_array(service_id, contract_id, code, name, number, payee, position,
     creditor_id, is_capital_repair)) from purpose) as purposes,
  (select jsonb_object_agg(contract_id, settings) from purpose
   where settings is not null) as own,
  (select jsonb_agg(jsonb_build_array(service_id, contract_id, origin_period, principal_kop,
     penalty_kop, weight_kop))
   from line where principal_kop <> 0 or penalty_kop <> 0) as lines,
  (select jsonb_agg(jsonb_build_array(service_id, contract_id, weight_kop))
   from line where weight_kop > 0
     and origin_period = (select max(origin_period) from line where weight_kop > 0)) as charged,
  (select jsonb_agg(jsonb_build_array(service_id, contract_id)) from assigned) as assigned,
  (select jsonb_build_array(paid_on, amount_kop) from app.standing_payment
   where account_id = chosen.id
   order by paid_on desc, accepted_at desc limit 1) as last_payment,
  (select jsonb_object_agg(code, value) from app.parameter
   where code = any (%(codes)s::text[]) and valid_from <= %(on)s
     and (valid_to is null or %(on)s < valid_to)) as parameters
from chosen
join app.account on account.id = chosen.id
{PLACE}
"""

_OTHER_NUMBERS = """
select number from app.account
where former_number = any (%(numbers)s::text[]) or unified_number = any (%(numbers)s::text[])
  or gis_number = any (%(numbers)s::text[])
order by closed_on is not null, number limit 2
"""


@dataclass(frozen=True, slots=True)
class Owed:
    """The dues of one account and the rule of allocation in force."""

    dues: Dues
    scheme: AllocationScheme


def load(snapshot: Snapshot, *numbers: str, on: date) -> Owed:
    """Give what is owed on the first of these spellings of a number that is an account.

    A former number, ЕЛС or ИЖКУ is looked for when no account is called so.

    :param on: the day of payment: names, parameters and the posting period are of that day
    :raises NoSuchAccount: when no account is found, or several by a former number
    """
    found = _load(snapshot, list(numbers), on)
    if found is not None:
        return found
    others = snapshot.rows(_OTHER_NUMBERS, numbers=list(numbers))
    if len(others) == 1:
        found = _load(snapshot, [others[0].number], on)
        assert found is not None
        return found
    if others:
        raise NoSuchAccount(
            f"Номер {numbers[0]} есть у нескольких счетов: {others[0].number}, {others[1].number}. "
            "Введите номер лицевого счёта."
        )
    raise NoSuchAccount(
        f"Лицевого счёта {numbers[0][:40] if numbers else ''} нет. "
        "Проверьте номер или найдите счёт по адресу (F2)."
    )


def _load(snapshot: Snapshot, numbers: list[str], on: date) -> Owed | None:
    row = snapshot.one(_OWED, numbers=numbers, on=on, codes=list(CODES))
    if row is None:
        return None
    purposes = {
        (service, contract): Purpose(
            UUID(service),
            UUID(contract),
            code,
            name,
            number,
            payee,
            position,
            UUID(creditor),
            is_kr,
        )
        for service, contract, code, name, number, payee, position, creditor, is_kr in (
            row.purposes or ()
        )
    }
    read = dues.of_rows(
        [
            Due(
                purposes[service, contract],
                period.of(date.fromisoformat(origin)),
                principal_kop,
                penalty_kop,
                weight_kop,
            )
            for service, contract, origin, principal_kop, penalty_kop, weight_kop in row.lines or ()
        ],
        account=PayerAccount(
            account_id=row.id,
            number=row.number,
            payer=row.payer,
            address=row.address,
            opened_on=row.opened_on,
            closed_on=row.closed_on,
            branch_id=row.branch_id,
        ),
        version=row.version,
        posting_period=period.of(row.posting_period),
        terms=law.payment_terms(),
        advance_weights=_advance_weights(row, purposes),
        last_payment=_last_payment(row),
    )
    return Owed(read, _scheme(snapshot, row, read, on))


def _scheme(snapshot: Snapshot, row: Any, read: Dues, on: date) -> AllocationScheme:
    own = {UUID(contract): settings for contract, settings in (row.own or {}).items()}
    scheme = scheme_of(row.parameters or {}, own=own)
    if not row.has_instalment:
        return scheme
    return replace(scheme, ahead=_agreed(snapshot, read, on))


def _agreed(snapshot: Snapshot, read: Dues, on: date) -> tuple[Target, ...]:
    """What a payment is for before the rule is asked, by agreements of instalment."""
    kept = instalments.load(snapshot, accounts=[read.account.number])
    return targets_of(
        read,
        [(one.agreement, one.state(on)) for one in kept],
        order=instalments.choices(snapshot, on=on).order,
    )


def _advance_weights(row: Any, purposes: Mapping[tuple[str, str], Purpose]) -> dict[Purpose, int]:
    """The charges of the last bill; before any bill, the services assigned, alike."""
    if row.charged:
        return {purposes[service, contract]: weight for service, contract, weight in row.charged}
    return {purposes[service, contract]: 1 for service, contract in row.assigned or ()}


def _last_payment(row: Any) -> LastPayment | None:
    if row.last_payment is None:
        return None
    paid_on, amount_kop = row.last_payment
    return LastPayment(date.fromisoformat(paid_on), amount_kop)
