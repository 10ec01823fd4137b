-- Two-rate tariffs, the part of a shared meter of an assignment, and how both come in with a workbook.

alter table app.tariff drop constraint tariff_component_check;
alter table app.tariff add constraint tariff_component_check
  check (component in ('water', 'heat', 'capacity'));

alter table app.assignment add column meter_share_ppm bigint
  check (meter_share_ppm between 1 and 1000000);

create or replace function app.import_prices() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  insert into app.tariff as kept (id, service_id, price_mcr, valid_from, valid_to, contract_id, house_id,
    account_id, zone, component, volume_from_mcu, volume_to_mcu, basis)
  select given.id, service.id, given.price_mcr, given.valid_from, given.valid_to, contract.id, house.id, account.id,
    given.zone, case when given.rate = 'capacity' then 'capacity' else given.component end,
    given.volume_from_mcu, given.volume_to_mcu, given.basis
  from staged_tariff as given
  left join app.service on service.code = given.service
  left join app.contract on contract.number = given.contract
  left join app.house on house.code = given.house
  left join app.account on account.number = given.account
  on conflict (service_id, contract_id, house_id, account_id, zone, component, volume_from_mcu, valid_from)
  do update set price_mcr = excluded.price_mcr, valid_to = coalesce(excluded.valid_to, kept.valid_to),
    volume_to_mcu = coalesce(excluded.volume_to_mcu, kept.volume_to_mcu), basis = coalesce(excluded.basis, kept.basis)
  where row (excluded.price_mcr, coalesce(excluded.valid_to, kept.valid_to),
      coalesce(excluded.volume_to_mcu, kept.volume_to_mcu), coalesce(excluded.basis, kept.basis))
    is distinct from row (kept.price_mcr, kept.valid_to, kept.volume_to_mcu, kept.basis);

  insert into app.norm as kept (id, service_id, kind, value_mcu, valid_from, valid_to, house_id, rooms, persons,
    basis)
  select given.id, service.id, given.kind, given.value_mcu, given.valid_from, given.valid_to, house.id, given.rooms,
    given.persons, given.basis
  from staged_norm as given
  left join app.service on service.code = given.service
  left join app.house on house.code = given.house
  on conflict (service_id, kind, house_id, rooms, persons, valid_from)
  do update set value_mcu = excluded.value_mcu, valid_to = coalesce(excluded.valid_to, kept.valid_to),
    basis = coalesce(excluded.basis, kept.basis)
  where row (excluded.value_mcu, coalesce(excluded.valid_to, kept.valid_to), coalesce(excluded.basis, kept.basis))
    is distinct from row (kept.value_mcu, kept.valid_to, kept.basis);

  insert into app.assignment as kept (id, service_id, contract_id, valid_from, valid_to, house_id, account_id,
    quantity_mcu, meter_share_ppm)
  select given.id, service.id, contract.id, given.valid_from, given.valid_to, house.id, account.id,
    given.quantity_mcu, given.meter_share_ppm
  from staged_assignment as given
  left join app.service on service.code = given.service
  left join app.contract on contract.number = given.contract
  left join app.house on house.code = given.house
  left join app.account on account.number = given.account
  on conflict (service_id, contract_id, house_id, account_id, valid_from)
  do update set valid_to = coalesce(excluded.valid_to, kept.valid_to),
    quantity_mcu = coalesce(excluded.quantity_mcu, kept.quantity_mcu),
    meter_share_ppm = coalesce(excluded.meter_share_ppm, kept.meter_share_ppm)
  where row (coalesce(excluded.valid_to, kept.valid_to), coalesce(excluded.quantity_mcu, kept.quantity_mcu),
      coalesce(excluded.meter_share_ppm, kept.meter_share_ppm))
    is distinct from row (kept.valid_to, kept.quantity_mcu, kept.meter_share_ppm);

  update app.benefit as kept set name = given.name, percent_ppm = given.percent_ppm,
    service_codes = given.service_codes, area_norm_cm2 = coalesce(given.area_norm_cm2, kept.area_norm_cm2),
    within_norm = coalesce(given.within_norm, kept.within_norm), valid_to = coalesce(given.valid_to, kept.valid_to)
  from staged_benefit as given
  where kept.code = given.code and kept.valid_from = given.valid_from
    and row (given.name, given.percent_ppm, given.service_codes, coalesce(given.area_norm_cm2, kept.area_norm_cm2),
      coalesce(given.within_norm, kept.within_norm), coalesce(given.valid_to, kept.valid_to))
    is distinct from row (kept.name, kept.percent_ppm, kept.service_codes, kept.area_norm_cm2, kept.within_norm,
      kept.valid_to);
  insert into app.benefit (id, code, name, percent_ppm, service_codes, area_norm_cm2, within_norm, valid_from,
    valid_to)
  select id, code, name, percent_ppm, service_codes, area_norm_cm2, coalesce(within_norm, false), valid_from,
    valid_to
  from staged_benefit as given
  where not exists (select 1 from app.benefit as kept where kept.code = given.code
    and kept.valid_from = given.valid_from);

  -- What is there ends first, then what follows it begins: days never overlap in between.
  update app.parameter as kept set value = given.value, valid_to = coalesce(given.valid_to, kept.valid_to)
  from staged_parameter as given
  where kept.code = given.code and kept.valid_from = given.valid_from
    and row (given.value, coalesce(given.valid_to, kept.valid_to)) is distinct from row (kept.value, kept.valid_to);
  insert into app.parameter (code, value, valid_from, valid_to)
  select code, value, valid_from, valid_to from staged_parameter as given
  where not exists (select 1 from app.parameter as kept where kept.code = given.code
    and kept.valid_from = given.valid_from);
end $$;
