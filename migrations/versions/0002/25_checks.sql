-- What checks of meters find, outdoor temperatures, and readings taken down one by one.

-- Connected without leave (354, §62): charged for beside the usual until it is done away with.
-- found_on: the check, where the day it began is not known.
create table app.unauthorised_connection (
  id uuid primary key,
  account_id uuid not null references app.account,
  service_id uuid not null references app.service,
  valid_from date not null,
  valid_to date check (valid_to > valid_from),
  found_on date check (found_on >= valid_from),
  power_mcu bigint check (power_mcu > 0),         -- kW
  diameter_mcu bigint check (diameter_mcu > 0),   -- mm, inner
  act text,
  check (power_mcu is null or diameter_mcu is null),
  unique (account_id, service_id, valid_from)
);
create index unauthorised_connection_service on app.unauthorised_connection (service_id);

-- The mean of a month, for the average of a failing house meter of heat (§59(1)).
create table app.outdoor_temperature (
  period date not null check (extract(day from period) = 1),
  locality text not null check (locality <> ''),
  temperature_mcu bigint not null check (temperature_mcu between -100000000 and 100000000),  -- °C
  primary key (period, locality)
);

-- The check that found an interference, where the day it began is not known.
alter table app.meter_event add column found_on date;

-- Who took a reading down, and when; nothing for what a workbook brought.
alter table app.reading add column recorded_by text, add column recorded_at timestamptz;

create function app.import_checks() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  update app.meter_event as kept set found_on = given.found_on
  from staged_meter_event as given join app.meter on meter.code = given.meter
  where given.found_on is not null and kept.meter_id = meter.id and kept.kind = given.kind
    and kept.valid_from = given.valid_from and kept.found_on is distinct from given.found_on;

  insert into app.unauthorised_connection as kept (id, account_id, service_id, valid_from, valid_to, found_on,
    power_mcu, diameter_mcu, act)
  select given.id, account.id, service.id, given.valid_from, given.valid_to, given.found_on, given.power_mcu,
    given.diameter_mcu, given.act
  from staged_unauthorised_connection as given
  left join app.account on account.number = given.account
  left join app.service on service.code = given.service
  on conflict (account_id, service_id, valid_from) do update set
    valid_to = coalesce(excluded.valid_to, kept.valid_to), found_on = coalesce(excluded.found_on, kept.found_on),
    power_mcu = excluded.power_mcu, diameter_mcu = excluded.diameter_mcu, act = coalesce(excluded.act, kept.act)
  where row (coalesce(excluded.valid_to, kept.valid_to), coalesce(excluded.found_on, kept.found_on),
      excluded.power_mcu, excluded.diameter_mcu, coalesce(excluded.act, kept.act))
    is distinct from row (kept.valid_to, kept.found_on, kept.power_mcu, kept.diameter_mcu, kept.act);

  insert into app.outdoor_temperature as kept (period, locality, temperature_mcu)
  select period, locality, temperature_mcu from staged_outdoor_temperature
  on conflict (period, locality) do update set temperature_mcu = excluded.temperature_mcu
  where excluded.temperature_mcu <> kept.temperature_mcu;
end $$;

-- Take readings down: the same again changes nothing, another value of the day corrects it.
-- given: [{id, meter, zone, taken_on, period, value_mcu, source}], checked by the program before.
-- Gives how each ended, in their order: recorded, corrected, unchanged.
create function api.record_readings(given jsonb, actor text, at timestamptz) returns jsonb
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  one record;
  kept record;
  endings jsonb := '[]';
begin
  for one in
    select asked.*, meter.id as meter_id, meter.zones, meter.installed_on, meter.removed_on
    from jsonb_to_recordset(given) as asked (nth int, id uuid, meter text, zone text, taken_on date, period date,
      value_mcu bigint, source text)
    left join app.meter on meter.code = asked.meter
    order by asked.nth
  loop
    if one.meter_id is null then
      perform app.refuse(format('Прибора «%s» нет. Проверьте код: он на листе «Приборы».', one.meter));
    elsif one.source not in ('payer', 'inspector', 'automatic') then
      perform app.refuse(format('Источника показания «%s» не бывает.', one.source));
    elsif one.value_mcu < 0 then
      perform app.refuse(format('Показание прибора «%s» меньше нуля.', one.meter));
    elsif (one.zones > 1) <> (one.zone <> '') then
      perform app.refuse(format('У прибора «%s» зон: %s. Проверьте зону показания.', one.meter, one.zones));
    elsif one.taken_on < one.installed_on or one.taken_on > coalesce(one.removed_on, 'infinity') then
      perform app.refuse(format('Прибор «%s» в день %s не стоял.', one.meter, to_char(one.taken_on, 'DD.MM.YYYY')));
    end if;

    select reading.id, reading.value_mcu, reading.period into kept from app.reading
    where reading.meter_id = one.meter_id and reading.zone = one.zone and reading.taken_on = one.taken_on
      and reading.source = one.source
    for update;
    if not found then
      insert into app.reading (id, meter_id, zone, taken_on, period, value_mcu, source, recorded_by, recorded_at)
      values (one.id, one.meter_id, one.zone, one.taken_on, one.period, one.value_mcu, one.source, actor, at)
      on conflict (meter_id, zone, taken_on, source) do update
        set value_mcu = excluded.value_mcu, volume_mcu = null, period = excluded.period,
          recorded_by = excluded.recorded_by, recorded_at = excluded.recorded_at;
      endings := endings || '"recorded"'::jsonb;
    elsif kept.value_mcu is distinct from one.value_mcu or kept.period <> one.period then
      update app.reading set value_mcu = one.value_mcu, volume_mcu = null, period = one.period,
        recorded_by = actor, recorded_at = at
      where reading.id = kept.id;
      endings := endings || '"corrected"'::jsonb;
    else
      endings := endings || '"unchanged"'::jsonb;
    end if;
  end loop;
  return endings;
end $$;

grant select on app.unauthorised_connection, app.outdoor_temperature
  to kvitok_cashier, kvitok_operator, kvitok_accountant, kvitok_auditor, kvitok_run;
grant execute on function api.record_readings(jsonb, text, timestamptz)
  to kvitok_cashier, kvitok_operator, kvitok_run;
