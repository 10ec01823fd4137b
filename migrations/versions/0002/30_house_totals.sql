-- Totals of houses: what each house took in a month, what its premises took, what was shared by all.
--
--   house_total        written with the batch of a run; the row of the last posted run counts
--   house_total_given  months before the program, from the workbook; a run's own row goes before

-- All of a house's general needs are shared out: the meeting decided so, or the supplier bills (354, p. 44).
alter table app.house_version add column over_norm boolean not null default false;

create table app.house_total (
  voucher_id uuid not null references app.charge_run,
  period date not null,
  house_id uuid not null references app.house,
  service_id uuid not null references app.service,
  method text not null,
  house_mcu bigint,                           -- null: no meter or average gave it
  individual_mcu bigint,                      -- null: of some premises not known
  for_hot_mcu bigint not null,
  carry_before_mcu bigint not null check (carry_before_mcu >= 0),
  net_mcu bigint,
  charged_mcu bigint,
  carry_mcu bigint not null check (carry_mcu >= 0),
  premises_cm2 bigint not null,
  price_mcr bigint,
  heat_price_mcr bigint not null,
  heat_norm_mcu bigint not null,
  primary key (voucher_id, house_id, service_id)
);
create index house_total_house on app.house_total (house_id, period);
create trigger house_total_stays before update or delete on app.house_total
  for each row execute function app.forbid_change();

create table app.house_total_given (
  house_id uuid not null references app.house,
  service_id uuid not null references app.service,
  period date not null check (extract(day from period) = 1),
  method text not null,
  house_mcu bigint,
  individual_mcu bigint,
  charged_mcu bigint,
  carry_mcu bigint not null default 0 check (carry_mcu >= 0),
  price_mcr bigint,
  primary key (house_id, service_id, period)
);

-- Totals of the houses of a batch: called in the transaction that copied its rows.
create function api.keep_house_totals(
  key uuid, house_ids uuid[], service_ids uuid[], methods text[], house_mcu bigint[], individual_mcu bigint[],
  for_hot_mcu bigint[], carry_before_mcu bigint[], net_mcu bigint[], charged_mcu bigint[], carry_mcu bigint[],
  premises_cm2 bigint[], price_mcr bigint[], heat_price_mcr bigint[], heat_norm_mcu bigint[]
) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  run app.charge_run := app.pending_run(key);
begin
  insert into app.house_total
  select key, run.period, made.*
  from unnest(house_ids, service_ids, methods, house_mcu, individual_mcu, for_hot_mcu, carry_before_mcu, net_mcu,
    charged_mcu, carry_mcu, premises_cm2, price_mcr, heat_price_mcr, heat_norm_mcu) as made;
end $$;

-- The totals of months that count, the program's own before those it was given.
create function app.counting_house_totals(houses uuid[], since date, before date)
  returns table (
    house_id uuid, service_id uuid, period date, method text, house_mcu bigint, individual_mcu bigint,
    for_hot_mcu bigint, carry_before_mcu bigint, net_mcu bigint, charged_mcu bigint, carry_mcu bigint,
    premises_cm2 bigint, price_mcr bigint, heat_price_mcr bigint, heat_norm_mcu bigint)
  language sql stable security definer set search_path = app, public, pg_temp as $$
  with own as (
    select distinct on (total.house_id, total.service_id, total.period) total.*
    from app.house_total as total
    join app.charge_run as run on run.voucher_id = total.voucher_id
    join app.voucher on voucher.id = run.voucher_id and voucher.status = 'posted'
    where total.house_id = any ($1) and total.period >= since and total.period < before
    order by total.house_id, total.service_id, total.period, run.run_no desc
  )
  select own.house_id, own.service_id, own.period, own.method, own.house_mcu, own.individual_mcu,
    own.for_hot_mcu, own.carry_before_mcu, own.net_mcu, own.charged_mcu, own.carry_mcu, own.premises_cm2,
    own.price_mcr, own.heat_price_mcr, own.heat_norm_mcu
  from own
  union all
  select given.house_id, given.service_id, given.period, given.method, given.house_mcu, given.individual_mcu,
    0, 0, null, given.charged_mcu, given.carry_mcu, 0, given.price_mcr, 0, 0
  from app.house_total_given as given
  where given.house_id = any ($1) and given.period >= since and given.period < before
    and not exists (select 1 from own where own.house_id = given.house_id
      and own.service_id = given.service_id and own.period = given.period);
$$;

create function app.import_house_totals() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  merge into app.house_total_given as kept
  using (
    select house.id as house_id, service.id as service_id, given.*
    from staged_house_total as given
    join app.house on house.code = given.house
    join app.service on service.code = given.service
  ) as given
  on kept.house_id = given.house_id and kept.service_id = given.service_id and kept.period = given.period
  when matched and row (coalesce(given.method, kept.method), coalesce(given.house_mcu, kept.house_mcu),
      coalesce(given.individual_mcu, kept.individual_mcu), coalesce(given.charged_mcu, kept.charged_mcu),
      coalesce(given.carry_mcu, kept.carry_mcu), coalesce(given.price_mcr, kept.price_mcr))
    is distinct from row (kept.method, kept.house_mcu, kept.individual_mcu, kept.charged_mcu, kept.carry_mcu,
      kept.price_mcr) then update set
    method = coalesce(given.method, kept.method), house_mcu = coalesce(given.house_mcu, kept.house_mcu),
    individual_mcu = coalesce(given.individual_mcu, kept.individual_mcu),
    charged_mcu = coalesce(given.charged_mcu, kept.charged_mcu),
    carry_mcu = coalesce(given.carry_mcu, kept.carry_mcu), price_mcr = coalesce(given.price_mcr, kept.price_mcr)
  when not matched then insert
    (house_id, service_id, period, method, house_mcu, individual_mcu, charged_mcu, carry_mcu, price_mcr)
    values (given.house_id, given.service_id, given.period, coalesce(given.method, 'common-norm'),
      given.house_mcu, given.individual_mcu, given.charged_mcu, coalesce(given.carry_mcu, 0), given.price_mcr);
end $$;

create or replace function app.import_houses() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  update app.house as kept set characteristics = kept.characteristics || given.characteristics
  from staged_house as given
  where kept.code = given.code and kept.characteristics || given.characteristics <> kept.characteristics;

  insert into app.house (id, code, characteristics)
  select id, code, coalesce(characteristics, '{}') from staged_house as given
  where not exists (select 1 from app.house where code = given.code);

  update app.house_version as kept set
    locality = coalesce(given.locality, kept.locality), street = coalesce(given.street, kept.street),
    building = coalesce(given.building, kept.building), block = coalesce(given.block, kept.block),
    fias = coalesce(given.fias, kept.fias), built_year = coalesce(given.built_year, kept.built_year),
    floors = coalesce(given.floors, kept.floors),
    premises_area_cm2 = coalesce(given.premises_area_cm2, kept.premises_area_cm2),
    common_area_cm2 = coalesce(given.common_area_cm2, kept.common_area_cm2),
    common_cold_cm2 = coalesce(given.common_cold_cm2, kept.common_cold_cm2),
    common_hot_cm2 = coalesce(given.common_hot_cm2, kept.common_hot_cm2),
    common_power_cm2 = coalesce(given.common_power_cm2, kept.common_power_cm2),
    common_heat_cm2 = coalesce(given.common_heat_cm2, kept.common_heat_cm2),
    heating_mode = coalesce(given.heating_mode, kept.heating_mode),
    heating_months = coalesce(given.heating_months, kept.heating_months),
    management = coalesce(given.management, kept.management),
    over_norm = coalesce(given.over_norm, kept.over_norm)
  from staged_house as given join app.house as owner on owner.code = given.code
  where kept.house_id = owner.id
    and kept.valid_from = (select max(valid_from) from app.house_version where house_id = owner.id)
    and row (coalesce(given.locality, kept.locality), coalesce(given.street, kept.street),
      coalesce(given.building, kept.building), coalesce(given.block, kept.block), coalesce(given.fias, kept.fias),
      coalesce(given.built_year, kept.built_year), coalesce(given.floors, kept.floors),
      coalesce(given.premises_area_cm2, kept.premises_area_cm2),
      coalesce(given.common_area_cm2, kept.common_area_cm2), coalesce(given.common_cold_cm2, kept.common_cold_cm2),
      coalesce(given.common_hot_cm2, kept.common_hot_cm2), coalesce(given.common_power_cm2, kept.common_power_cm2),
      coalesce(given.common_heat_cm2, kept.common_heat_cm2), coalesce(given.heating_mode, kept.heating_mode),
      coalesce(given.heating_months, kept.heating_months), coalesce(given.management, kept.management),
      coalesce(given.over_norm, kept.over_norm))
    is distinct from row (kept.locality, kept.street, kept.building, kept.block, kept.fias, kept.built_year,
      kept.floors, kept.premises_area_cm2, kept.common_area_cm2, kept.common_cold_cm2, kept.common_hot_cm2,
      kept.common_power_cm2, kept.common_heat_cm2, kept.heating_mode, kept.heating_months, kept.management, kept.over_norm);

  insert into app.house_version (house_id, locality, street, building, block, fias, built_year, floors,
    premises_area_cm2, common_area_cm2, common_cold_cm2, common_hot_cm2, common_power_cm2, common_heat_cm2,
    heating_mode, heating_months, management, over_norm)
  select owner.id, given.locality, given.street, given.building, given.block, given.fias, given.built_year,
    given.floors, given.premises_area_cm2, given.common_area_cm2, given.common_cold_cm2, given.common_hot_cm2,
    given.common_power_cm2, given.common_heat_cm2, coalesce(given.heating_mode, 'season'),
    coalesce(given.heating_months, '{1,2,3,4,5,9,10,11,12}'), coalesce(given.management, 'company'),
    coalesce(given.over_norm, false)
  from staged_house as given join app.house as owner on owner.code = given.code
  where not exists (select 1 from app.house_version where house_id = owner.id);
end $$;

grant select on app.house_total, app.house_total_given
  to kvitok_cashier, kvitok_operator, kvitok_accountant, kvitok_auditor, kvitok_run;
grant execute on function api.keep_house_totals(uuid, uuid[], uuid[], text[], bigint[], bigint[], bigint[],
  bigint[], bigint[], bigint[], bigint[], bigint[], bigint[], bigint[], bigint[]) to kvitok_run;
grant execute on function app.counting_house_totals(uuid[], date, date)
  to kvitok_cashier, kvitok_operator, kvitok_accountant, kvitok_auditor, kvitok_run;
