"""What checks found in a batch of houses: interference, connections, failing meters of heat."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.domain.charge_inputs import ChargeInputs
from app.domain.check_facts import (
    NO_DAY,
    UNKNOWN_TEMPERATURE,
    Connections,
    HeatFailures,
    Interferences,
)
from app.store.charging_catalogue import EPOCH_SQL, FAR_SQL, Catalogue, places, wide
from app.store.charging_places import About, Addition, Places
from app.store.copying import Columns
from app.store.reading import Snapshot

_FOUND_ON = f"coalesce(found_on - {EPOCH_SQL}, {NO_DAY}) as found_on"
_INTERFERENCES = f"""
select meter.code, event.valid_from - {EPOCH_SQL} as valid_from,
  coalesce(event.valid_to - {EPOCH_SQL}, {FAR_SQL}) as valid_to, {_FOUND_ON}
from app.meter join app.meter_event as event on event.meter_id = meter.id
where meter.house_id = any (%(houses)s) and event.kind = 'interference'
  and event.valid_from < %(end)s and coalesce(event.valid_to, 'infinity') > %(first)s
order by meter.code, event.valid_from
"""
_CONNECTIONS = f"""
select kept.account_id, kept.service_id, kept.valid_from - {EPOCH_SQL} as valid_from,
  coalesce(kept.valid_to - {EPOCH_SQL}, {FAR_SQL}) as valid_to, {_FOUND_ON},
  coalesce(kept.power_mcu, -1) as power_mcu, coalesce(kept.diameter_mcu, -1) as diameter_mcu,
  coalesce(kept.act, '') as act
from app.premises
join app.account on account.premises_id = premises.id
join app.unauthorised_connection as kept on kept.account_id = account.id
where premises.house_id = any (%(houses)s)
  and kept.valid_from < %(end)s and coalesce(kept.valid_to, 'infinity') > %(first)s
order by account.number, kept.valid_from
"""
# The earliest failure that still lasts; a verification that ended counts from its day.
_FAILING = """
select meter.id as meter_id, meter.code, meter.house_id, meter.ratio_mcu, meter.installed_on,
  failure.failed_on, failure.restored_on, version.locality, version.heating_months
from app.meter
join lateral (
  select happened.failed_on, happened.restored_on
  from (
    select valid_from, coalesce(valid_to, 'infinity') from app.meter_event
    where meter_id = meter.id and kind in ('failure', 'verification-expired')
    union all
    select meter.verified_to, 'infinity' where meter.verified_to < %(end)s
  ) as happened (failed_on, restored_on)
  where happened.failed_on < %(end)s and happened.restored_on > %(first)s
  order by happened.failed_on limit 1
) as failure on true
left join app.house_version as version on version.house_id = meter.house_id
  and version.valid_from <= %(last)s and coalesce(version.valid_to, 'infinity') > %(last)s
where meter.house_id = any (%(houses)s) and meter.kind = 'house'
  and meter.installed_on < %(end)s and coalesce(meter.removed_on, 'infinity') > %(first)s
  and exists (
    select 1 from app.service_version as way
    where way.service_id = meter.service_id and way.method = 'heating'
      and way.valid_from < %(end)s and coalesce(way.valid_to, 'infinity') > %(first)s
  )
"""
# Volumes of months as given, or the dial of neighbouring months; the other days of this month.
_HEAT_FAILURES = f"""
with failing as ({_FAILING}), monthly as (
  select failing.meter_id, reading.period, sum(reading.volume_mcu)::int8 as given_mcu,
    max(reading.value_mcu) as dial_mcu,
    lag(max(reading.value_mcu)) over last_month as dial_before_mcu,
    lag(reading.period) over last_month as period_before
  from failing join app.reading on reading.meter_id = failing.meter_id
  where reading.period < date_trunc('month', failing.failed_on)
  group by failing.meter_id, reading.period
  window last_month as (partition by failing.meter_id order by reading.period)
), months as (
  select failing.*, monthly.period, coalesce(
      monthly.given_mcu,
      case when monthly.period_before = monthly.period - interval '1 month'
        then ((monthly.dial_mcu - monthly.dial_before_mcu)
          * (failing.ratio_mcu::numeric / 1000000))::int8 end
    ) as volume_mcu,
    (monthly.period + interval '1 month')::date - monthly.period as days,
    weather.temperature_mcu
  from failing
  join monthly using (meter_id)
  left join app.outdoor_temperature as weather on weather.period = monthly.period
    and lower(weather.locality) = lower(failing.locality)
  where extract(month from monthly.period) = any (failing.heating_months)
    and failing.installed_on <= monthly.period
    and not exists (
      select 1 from app.meter_event as other
      where other.meter_id = failing.meter_id and other.kind in ('failure', 'verification-expired')
        and other.valid_from < monthly.period + interval '1 month'
        and coalesce(other.valid_to, 'infinity') > monthly.period
    )
), ranked as (
  select *, row_number() over (partition by meter_id order by period desc) as nth
  from months where volume_mcu > 0
), base as (
  select meter_id, count(*)::int4 as months, sum(days)::int4 as days,
    sum(volume_mcu)::int8 as volume_mcu,
    case when count(temperature_mcu) = count(*)
      then round(sum(temperature_mcu::numeric * days) / sum(days) / 10000)::int8 end as temperature,
    string_agg(to_char(period, 'MM.YYYY') || ' – '
      || replace(trim_scale(volume_mcu / 1000000.0)::text, '.', ',') || ' Гкал', '; '
      order by period) as words
  from ranked where nth <= %(months)s group by meter_id
)
select failing.code, failing.failed_on - {EPOCH_SQL} as failed_on,
  case when failing.restored_on = 'infinity' then {FAR_SQL}
    else failing.restored_on - {EPOCH_SQL} end as restored_on,
  coalesce(other_days.counted_mcu, -1) as counted_mcu,
  coalesce(base.months, 0) as base_months, coalesce(base.days, 1) as base_days,
  coalesce(base.volume_mcu, 0) as base_mcu,
  coalesce(base.temperature, {UNKNOWN_TEMPERATURE}) as base_temperature,
  coalesce(round(weather.temperature_mcu / 10000.0)::int8, {UNKNOWN_TEMPERATURE}) as temperature,
  coalesce(base.words, '') as base_words
from failing
left join base using (meter_id)
left join app.outdoor_temperature as weather on weather.period = %(first)s
  and lower(weather.locality) = lower(failing.locality)
left join lateral (
  select case when bool_or(reading.volume_mcu is not null) then sum(reading.volume_mcu)::int8
    else (((
      case when failing.failed_on <= %(first)s then 0 else
        max(reading.value_mcu) filter (where reading.taken_on <= failing.failed_on)
        - (select max(value_mcu) from app.reading as earlier
           where earlier.meter_id = failing.meter_id and earlier.period < %(first)s) end
    ) + (
      case when failing.restored_on >= %(end)s then 0
        when count(reading.value_mcu) filter (where reading.taken_on >= failing.restored_on) > 1
        then max(reading.value_mcu) filter (where reading.taken_on >= failing.restored_on)
        - min(reading.value_mcu) filter (where reading.taken_on >= failing.restored_on) end
    )) * (failing.ratio_mcu::numeric / 1000000))::int8 end as counted_mcu
  from app.reading where reading.meter_id = failing.meter_id and reading.period = %(first)s
) as other_days on true
order by failing.code
"""
_SPAN_KINDS = {"valid_from": "int4", "valid_to": "int4", "found_on": "int4"}
_CONNECTION_KINDS = {
    "account_id": "uuid", "service_id": "uuid", **_SPAN_KINDS, "power_mcu": "int8",
    "diameter_mcu": "int8", "act": "text",
}  # fmt: skip
_HEAT_KINDS = {
    "code": "text", "failed_on": "int4", "restored_on": "int4", "counted_mcu": "int8",
    "base_months": "int4", "base_days": "int4", "base_mcu": "int8", "base_temperature": "int8",
    "temperature": "int8", "base_words": "text",
}  # fmt: skip


def ask(snapshot: Snapshot, catalogue: Catalogue, about: About) -> Addition:
    """Ask for what checks found; of meters that are not among the inputs nothing is kept."""
    limit = catalogue.rules.whole("heat_base_months_max")
    interfered = snapshot.ask(_INTERFERENCES, about, kinds={"code": "text", **_SPAN_KINDS})
    connected = snapshot.ask(_CONNECTIONS, about, kinds=_CONNECTION_KINDS)
    failing = snapshot.ask(_HEAT_FAILURES, {**about, "months": limit}, kinds=_HEAT_KINDS)

    def add(inputs: ChargeInputs, at: Places) -> ChargeInputs:
        meters = {code: place for place, code in enumerate(inputs.meters.code)}
        return replace(
            inputs,
            interferences=_interferences(interfered.columns(), meters),
            connections=_connections(connected.columns(), at),
            heat_failures=_heat_failures(failing.columns(), meters),
        )

    return add


def _meters(codes: Sequence[str], at: dict[str, int]) -> NDArray[np.int64]:
    """Give the places of meters, -1 for those that are not charged by."""
    return np.array([at.get(code, -1) for code in codes], dtype=np.int64)


def _interferences(found: Columns, at: dict[str, int]) -> Interferences:
    meter = _meters(found["code"], at)
    kept = np.flatnonzero(meter >= 0)
    spans = {name: wide(found[name])[kept] for name in _SPAN_KINDS}
    return Interferences(meter=meter[kept], **spans)


def _connections(found: Columns, at: Places) -> Connections:
    account = [at.accounts.get(key, -1) for key in found["account_id"].tolist()]
    kept = [place for place, one in enumerate(account) if one >= 0]
    names = (*_SPAN_KINDS, "power_mcu", "diameter_mcu")
    return Connections(
        account=np.array([account[place] for place in kept], dtype=np.int64),
        service=places(found["service_id"], at.services)[kept],
        **{name: wide(found[name])[kept] for name in names},
        act=[found["act"][place] for place in kept],
    )


def _heat_failures(found: Columns, at: dict[str, int]) -> HeatFailures:
    meter = _meters(found["code"], at)
    kept = np.flatnonzero(meter >= 0)
    names = [name for name in _HEAT_KINDS if name not in ("code", "base_words")]
    return HeatFailures(
        meter=meter[kept],
        **{name: wide(found[name])[kept] for name in names},
        base_words=[found["base_words"][place] for place in kept.tolist()],
    )
