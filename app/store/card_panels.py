"""The side panels of the account card: timeline, residents, meters, contracts."""

from datetime import date
from uuid import UUID

from app.store.card import TIMELINE_ROWS_MAX, ContractLine, Event, MeterLine, Resident
from app.store.reading import Snapshot

_TIMELINE = """
with happened as (
  select (voucher.period + interval '1 month' - interval '1 day')::date as day,
    voucher.recorded_at as at, 'charge' as kind,
    'за ' || to_char(voucher.period, 'MM.YYYY') as text,
    sum(entry.amount_kop)::bigint as amount_kop
  from app.entry join app.voucher on voucher.id = entry.voucher_id
  where entry.account_id = %(account)s and voucher.kind = 'charge-run'
  group by voucher.id
  union all
  select payment.paid_on, payment.accepted_at,
    case when beside.number is null then 'payment' else 'payment-transfer' end,
    coalesce(beside.number,
      case when payment.amount_kop < 0 then 'возврат, ' else '' end
      || case payment.channel when 'desk' then 'касса' when 'bank' then 'банк'
           when 'agent' then 'агент' else 'кабинет' end),
    -payment.amount_kop
  from app.payment
  left join lateral (
    select case when other.amount_kop > 0 then 'на счёт ' else 'со счёта ' end || account.number
      || case when payment.reverses is null then '' else ', отменён' end as number
    from app.payment_move as move
    join app.payment as other on other.id in (move.id, move.given)
    join app.account on account.id = other.account_id
    where coalesce(payment.reverses, payment.id) in (move.id, move.given)
      and other.account_id <> payment.account_id
  ) as beside on true
  where payment.account_id = %(account)s
  union all
  select case voucher.kind when 'opening-balance'
      then (voucher.period + interval '1 month')::date else voucher.made_at::date end,
    voucher.recorded_at, voucher.kind,
    concat_ws(', ', nullif(voucher.reason, ''),
      case when voucher.kind in ('setoff', 'reallocation') then
        replace(to_char(sum(greatest(entry.amount_kop, 0)) / 100.0, 'FM999999999990.00'), '.', ',')
          || ' ₽' end),
    case when voucher.kind not in ('setoff', 'reallocation')
         then sum(entry.amount_kop)::bigint end
  from app.entry join app.voucher on voucher.id = entry.voucher_id
  where entry.account_id = %(account)s
    and (voucher.kind in ('opening-balance', 'adjustment', 'penalty', 'transfer', 'setoff',
        'write-off', 'refund', 'reallocation', 'contract-change', 'instalment')
      or voucher.kind = 'reversal'
        and not exists (select 1 from app.payment where payment.id = voucher.id))
  group by voucher.id
  union all
  select taken.taken_on, null, 'reading',
    string_agg(taken.words, ', ' order by taken.position, taken.zone), null
  from (
    select reading.taken_on, service.position, reading.zone,
      coalesce(service.code, '')
        || case reading.zone when '' then '' when 'day' then ' день'
             when 'night' then ' ночь' when 'peak' then ' пик' else ' полупик' end
        || ' ' || replace(trim_scale(
             coalesce(reading.value_mcu, reading.volume_mcu) / 1000000.0)::text, '.', ',')
        as words
    from app.account
    join app.meter on meter.account_id = account.id
      or (meter.account_id is null and meter.premises_id = account.premises_id)
    join app.reading on reading.meter_id = meter.id
    join app.service on service.id = meter.service_id
    where account.id = %(account)s
  ) as taken
  group by taken.taken_on
  union all
  select resident.valid_from, null, 'resident', 'с этого дня: ' || resident.name, null
  from app.resident
  where resident.account_id = %(account)s and resident.kind <> 'owner'
  union all
  select resident.valid_to, null, 'resident', 'убыл: ' || resident.name, null
  from app.resident
  where resident.account_id = %(account)s and resident.valid_to is not null
  union all
  select account.opened_on, null, 'opened', '', null
  from app.account where account.id = %(account)s
  union all
  select account.closed_on, null, 'closed', '', null
  from app.account where account.id = %(account)s and account.closed_on is not null
)
select * from happened
order by day desc, at desc nulls last, kind, text
limit %(limit)s
"""


def timeline(snapshot: Snapshot, account_id: UUID) -> tuple[Event, ...]:
    """Give what happened, the latest first: charges, payments, readings, moves."""
    rows = snapshot.rows(
        _TIMELINE,
        account=account_id,
        limit=TIMELINE_ROWS_MAX,
    )
    return tuple(Event(row.day, row.at, row.kind, row.text, row.amount_kop) for row in rows)


def residents(snapshot: Snapshot, account_id: UUID, *, on: date) -> tuple[Resident, ...]:
    """Give the people in force on the day."""
    rows = snapshot.rows(
        """
        select name, kind, valid_from, valid_to from app.resident
        where account_id = %(account)s and valid_from <= %(on)s
          and (valid_to is null or valid_to > %(on)s)
        order by kind, app.sort_key(name)
        """,
        account=account_id,
        on=on,
    )
    return tuple(Resident(row.name, row.kind, row.valid_from, row.valid_to) for row in rows)


def meters(snapshot: Snapshot, account_id: UUID) -> tuple[MeterLine, ...]:
    """Give the meters of the account and its premises, each zone with its last reading."""
    rows = snapshot.rows(
        """
        select service.name as service, coalesce(meter.serial, meter.code) as serial,
          last.zone, last.value_mcu, last.taken_on, meter.verified_to, meter.removed_on
        from app.account
        join app.meter on meter.account_id = account.id
          or (meter.account_id is null and meter.premises_id = account.premises_id)
        join app.service on service.id = meter.service_id
        left join lateral (
          select distinct on (zone) zone, value_mcu, taken_on from app.reading
          where reading.meter_id = meter.id and value_mcu is not null
          order by zone, taken_on desc
        ) as last on true
        where account.id = %(account)s
        order by meter.removed_on nulls first, service.position, serial, last.zone
        """,
        account=account_id,
    )
    return tuple(
        MeterLine(
            row.service,
            row.serial,
            row.zone or "",
            row.value_mcu,
            row.taken_on,
            row.verified_to,
            row.removed_on,
        )
        for row in rows
    )


def contracts(snapshot: Snapshot, account_id: UUID, *, on: date) -> tuple[ContractLine, ...]:
    """Give the contracts in force on the day and what each brings."""
    rows = snapshot.rows(
        """
        select contract.number, contract.kind, provider.name as provider,
          coalesce(supplier.name, '') as supplier,
          string_agg(distinct service.name, ', ' order by service.name) as services
        from app.account
        join app.premises on premises.id = account.premises_id
        join app.assignment on (assignment.account_id = account.id
            or assignment.house_id = premises.house_id)
          and assignment.valid_from <= %(on)s
          and (assignment.valid_to is null or assignment.valid_to > %(on)s)
        join app.service on service.id = assignment.service_id
        join app.contract on contract.id = assignment.contract_id
        join lateral (select name from app.organisation_version
                      where organisation_id = contract.provider_id
                      order by valid_from desc limit 1) as provider on true
        left join lateral (select name from app.organisation_version
                           where organisation_id = contract.supplier_id
                           order by valid_from desc limit 1) as supplier on true
        where account.id = %(account)s
        group by contract.id, provider.name, supplier.name
        order by contract.number
        """,
        account=account_id,
        on=on,
    )
    return tuple(
        ContractLine(row.number, row.kind, row.provider, row.supplier, row.services) for row in rows
    )
