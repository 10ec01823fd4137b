-- Meters, their readings and events as the workbook gives them; acts are app.import_acts (55_reductions.sql).

create or replace function app.import_meters() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  create temp table staged_device on commit drop as
  select given.*, service.id as service_id, house.id as house_id, account.id as account_id,
    coalesce(premises.id, account.premises_id) as premises_id
  from staged_meter as given
  left join app.service on service.code = given.service
  left join app.house on house.code = given.house
  left join app.premises on premises.house_id = house.id and premises.flat_number = given.flat_number
    and premises.number = given.premises_number
  left join app.account on account.number = given.account;
  analyze staged_device;

  update app.meter as kept set
    kind = given.kind, service_id = given.service_id, house_id = given.house_id,
    premises_id = coalesce(given.premises_id, kept.premises_id),
    account_id = coalesce(given.account_id, kept.account_id), serial = coalesce(given.serial, kept.serial),
    zones = coalesce(given.zones, kept.zones), digits = coalesce(given.digits, kept.digits),
    ratio_mcu = coalesce(given.ratio_mcu, kept.ratio_mcu), installed_on = given.installed_on,
    verified_to = coalesce(given.verified_to, kept.verified_to), removed_on = coalesce(given.removed_on, kept.removed_on)
  from staged_device as given
  where kept.code = given.code
    and row (given.kind, given.service_id, given.house_id, coalesce(given.premises_id, kept.premises_id),
      coalesce(given.account_id, kept.account_id), coalesce(given.serial, kept.serial),
      coalesce(given.zones, kept.zones), coalesce(given.digits, kept.digits),
      coalesce(given.ratio_mcu, kept.ratio_mcu), given.installed_on, coalesce(given.verified_to, kept.verified_to),
      coalesce(given.removed_on, kept.removed_on))
    is distinct from row (kept.kind, kept.service_id, kept.house_id, kept.premises_id, kept.account_id, kept.serial,
      kept.zones, kept.digits, kept.ratio_mcu, kept.installed_on, kept.verified_to, kept.removed_on);

  insert into app.meter (id, code, kind, service_id, house_id, premises_id, account_id, serial, zones, digits,
    ratio_mcu, installed_on, verified_to, removed_on)
  select id, code, kind, service_id, house_id, premises_id, account_id, serial, coalesce(zones, 1), digits,
    coalesce(ratio_mcu, 1000000), installed_on, verified_to, removed_on
  from staged_device as given
  where not exists (select 1 from app.meter as kept where kept.code = given.code);

  -- A meter has one first and one last reading a zone: a corrected day moves them.
  update app.reading as kept set taken_on = given.taken_on, period = given.period
  from staged_reading as given join app.meter on meter.code = given.meter
  where given.source in ('initial', 'final') and kept.meter_id = meter.id and kept.zone = given.zone
    and kept.source = given.source and kept.taken_on <> given.taken_on;

  update app.reading as kept set value_mcu = given.value_mcu, volume_mcu = given.volume_mcu, period = given.period
  from staged_reading as given join app.meter on meter.code = given.meter
  where kept.meter_id = meter.id and kept.zone = given.zone and kept.taken_on = given.taken_on
    and kept.source = given.source
    and row (given.value_mcu, given.volume_mcu, given.period)
      is distinct from row (kept.value_mcu, kept.volume_mcu, kept.period);

  insert into app.reading (id, meter_id, zone, taken_on, period, value_mcu, volume_mcu, source)
  select given.id, meter.id, given.zone, given.taken_on, given.period, given.value_mcu, given.volume_mcu,
    given.source
  from staged_reading as given left join app.meter on meter.code = given.meter
  where not exists (select 1 from app.reading as kept where kept.meter_id = meter.id and kept.zone = given.zone
    and kept.taken_on = given.taken_on and kept.source = given.source);

  insert into app.meter_event as kept (id, meter_id, kind, valid_from, valid_to)
  select given.id, meter.id, given.kind, given.valid_from, given.valid_to
  from staged_meter_event as given left join app.meter on meter.code = given.meter
  on conflict (meter_id, kind, valid_from) do update set valid_to = excluded.valid_to
  where excluded.valid_to is not null and excluded.valid_to is distinct from kept.valid_to;
end $$;
