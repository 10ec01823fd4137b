"""Meters with what is known of their readings: to check a new one, and to find the silent ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.domain import law
from app.domain.law import Rules
from app.domain.reading_checks import Dial, MeterRecord
from app.store.charging_catalogue import charging_law
from app.store.reading import Snapshot

_PARAMETERS = """
select code, value from app.parameter
where valid_from <= %(on)s and coalesce(valid_to, 'infinity') > %(on)s
"""
_METERS = """
select code, zones, digits, installed_on, removed_on
from app.meter where code = any (%(codes)s)
"""
_NEAR = """
select code from app.meter
where code %% %(code)s or code like %(like)s
order by public.similarity(code, %(code)s) desc, code limit 1
"""
# The last dials up to the day, and the first after it; the past of a year and of a check.
_DIALS = """
select asked.nth, dial.taken_on, dial.value_mcu, dial.source
from unnest(%(codes)s::text[], %(zones)s::text[], %(days)s::date[])
  with ordinality as asked (code, zone, taken_on, nth)
join app.meter on meter.code = asked.code
cross join lateral (
  (select taken_on, value_mcu, source from app.reading
   where meter_id = meter.id and zone = asked.zone and value_mcu is not null
     and taken_on <= asked.taken_on
   order by taken_on desc limit %(past)s)
  union all
  (select taken_on, value_mcu, source from app.reading
   where meter_id = meter.id and zone = asked.zone and value_mcu is not null
     and taken_on > asked.taken_on
   order by taken_on limit 1)
) as dial
order by asked.nth, dial.taken_on, dial.value_mcu
"""
# What the neighbours' meters of the same service counted in 30 days, by their last two dials.
_HOUSE_RATES = """
select asked.nth, (
    (pair.value_mcu - pair.before_mcu)::numeric * other.ratio_mcu / meter.ratio_mcu
    * %(rate_days)s / (pair.taken_on - pair.before_on)
  )::int8 as rate_mcu
from unnest(%(codes)s::text[], %(zones)s::text[], %(days)s::date[])
  with ordinality as asked (code, zone, taken_on, nth)
join app.meter on meter.code = asked.code and meter.kind <> 'house'
join app.meter as other on other.house_id = meter.house_id and other.service_id = meter.service_id
  and other.id <> meter.id and other.kind <> 'house' and other.zones = meter.zones
cross join lateral (
  select taken_on, value_mcu, lead(taken_on) over latest as before_on,
    lead(value_mcu) over latest as before_mcu
  from app.reading
  where meter_id = other.id and zone = asked.zone and value_mcu is not null
    and taken_on between asked.taken_on - %(span)s::int and asked.taken_on
  window latest as (order by taken_on desc)
  order by taken_on desc limit 1
) as pair
where pair.before_mcu <= pair.value_mcu and pair.before_on < pair.taken_on
order by asked.nth, rate_mcu
"""
_PAST = 15
_SPAN_DAYS = 200
_SILENT = """
select meter.code, service.code as service, service.name as service_name, house.code as house,
  case when premises.flat_number <> '' then premises.flat_number || '/' || premises.number
    else premises.number end as premises,
  array(
    select account.number from app.account
    where (account.id = meter.account_id
        or meter.account_id is null and account.premises_id = meter.premises_id)
      and account.opened_on <= %(on)s and coalesce(account.closed_on, 'infinity') > %(on)s
    order by account.number
  ) as accounts,
  heard.taken_on as last_on, meter.installed_on
from app.meter
join app.service on service.id = meter.service_id
join app.house on house.id = meter.house_id
left join app.premises on premises.id = meter.premises_id
left join lateral (
  select max(taken_on) as taken_on from app.reading
  where meter_id = meter.id and taken_on <= %(on)s and source <> 'initial'
) as heard on true
where meter.kind <> 'house'
  and meter.installed_on <= %(on)s and coalesce(meter.removed_on, 'infinity') > %(on)s
  and coalesce(heard.taken_on, meter.installed_on)
    <= %(on)s::date - make_interval(months => %(months)s::int)
order by house.code, premises, service.code, meter.code
"""


@dataclass(frozen=True, slots=True)
class SilentMeter:
    """A meter nobody has told a reading of for long (354, §84).

    :ivar last_on: of its last reading, None: there was none since it was installed
    """

    code: str
    service: str
    service_name: str
    house: str
    premises: str | None
    accounts: tuple[str, ...]
    last_on: date | None
    installed_on: date


def rules(snapshot: Snapshot, on: date) -> Rules:
    """Give the rules in force on a day: the law, the centre's parameters first."""
    parameters = {row.code: row.value for row in snapshot.rows(_PARAMETERS, on=on)}
    return law.rules(charging_law(), parameters, on=on)


def records(
    snapshot: Snapshot, asked: Sequence[tuple[str, str, date]], *, rate_days: int
) -> list[MeterRecord | None]:
    """Give the meter of each reading asked about, with the past of its zone.

    :param asked: code of the meter, code of the zone, day of the reading
    :param rate_days: days the rates of the house are given for
    :returns: in the same order, None where there is no such meter
    """
    codes, zones, days = (list(column) for column in zip(*asked, strict=True))
    about: dict[str, Any] = {"codes": codes, "zones": zones, "days": days}
    meters = {row.code: row for row in snapshot.rows(_METERS, codes=codes)}
    dials: dict[int, list[Dial]] = {}
    for row in snapshot.rows(_DIALS, past=_PAST, **about):
        dials.setdefault(row.nth, []).append(Dial(row.taken_on, row.value_mcu, row.source))
    rates: dict[int, list[int]] = {}
    for row in snapshot.rows(_HOUSE_RATES, rate_days=rate_days, span=_SPAN_DAYS, **about):
        rates.setdefault(row.nth, []).append(row.rate_mcu)
    return [
        MeterRecord(
            code=meter.code,
            zones=meter.zones,
            digits=meter.digits,
            installed_on=meter.installed_on,
            removed_on=meter.removed_on,
            dials=tuple(dials.get(nth, ())),
            house_rates_mcu=tuple(rates.get(nth, ())),
        )
        if (meter := meters.get(code))
        else None
        for nth, code in enumerate(codes, start=1)
    ]


def nearest(snapshot: Snapshot, code: str) -> str | None:
    """Give the code of a meter that was probably meant, None when none is near."""
    found = snapshot.value(_NEAR, code=code, like=f"%{code}%" if code else "")
    return None if found is None else str(found)


def silent(snapshot: Snapshot, on: date, *, months: int) -> list[SilentMeter]:
    """Give the meters of flats without a reading for so many months (354, §84)."""
    return [
        SilentMeter(
            code=row.code,
            service=row.service,
            service_name=row.service_name,
            house=row.house,
            premises=row.premises,
            accounts=tuple(row.accounts),
            last_on=row.last_on,
            installed_on=row.installed_on,
        )
        for row in snapshot.rows(_SILENT, on=on, months=months)
    ]
