-- A workbook with the sheets and columns of this release: the staging tables and the order of merging.
-- What is merged how is in the files of each subject (20 and on).

create or replace function api.start_import() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  name text;
begin
  create temp table staged_organisation (
    id uuid, code text, name text, roles text[], inn text, kpp text, ogrn text, bank_account text, bic text,
    bank_name text, corr_account text, phone text, address text, email text, site text,
    pays_vat boolean) on commit drop;
  create temp table staged_contract (
    id uuid, number text, kind text, provider text, supplier text, valid_from date, valid_to date,
    penalty_scheme text, commission_ppm bigint) on commit drop;
  create temp table staged_house (
    id uuid, code text, locality text, street text, building text, block text, fias text, built_year smallint,
    floors smallint, premises_area_cm2 bigint, common_area_cm2 bigint, common_cold_cm2 bigint,
    common_hot_cm2 bigint, common_power_cm2 bigint, common_heat_cm2 bigint, heating_mode text,
    heating_months smallint[], management text, over_norm boolean, characteristics jsonb) on commit drop;
  create temp table staged_premises (
    id uuid, house text, number text, kind text, flat_number text, total_cm2 bigint, living_cm2 bigint,
    heated_cm2 bigint, rooms smallint, floor smallint, entrance smallint, cadastral_number text,
    own_heat boolean, meter_impossible text[], characteristics jsonb) on commit drop;
  create temp table staged_account (
    id uuid, number text, house text, flat_number text, premises_number text, payer text, opened_on date,
    closed_on date, share text, unified_number text, gis_number text, phone text, email text,
    former_number text, characteristics jsonb) on commit drop;
  create temp table staged_resident (
    id uuid, account text, name text, kind text, valid_from date, valid_to date, birth_date date, share text,
    benefit_code text) on commit drop;
  create temp table staged_absence (
    id uuid, account text, name text, left_on date, returned_on date, application text, document text)
    on commit drop;
  create temp table staged_service (
    id uuid, code text, name text, section text, resource text, unit text, method text, position integer,
    gis_registry text, gis_code text, formula text, volume_digits smallint) on commit drop;
  create temp table staged_tariff (
    id uuid, service text, price_mcr bigint, valid_from date, valid_to date, contract text, house text,
    account text, zone text, component text, rate text, volume_from_mcu bigint, volume_to_mcu bigint, basis text)
    on commit drop;
  create temp table staged_norm (
    id uuid, service text, kind text, value_mcu bigint, valid_from date, valid_to date, house text,
    rooms smallint, persons smallint, basis text) on commit drop;
  create temp table staged_assignment (
    id uuid, service text, contract text, valid_from date, valid_to date, house text, account text,
    quantity_mcu bigint, meter_share_ppm bigint) on commit drop;
  create temp table staged_meter (
    id uuid, code text, kind text, service text, house text, flat_number text, premises_number text,
    account text, serial text, zones smallint, digits smallint, ratio_mcu bigint, installed_on date,
    verified_to date, removed_on date) on commit drop;
  create temp table staged_reading (
    id uuid, meter text, taken_on date, value_mcu bigint, volume_mcu bigint, zone text, period date,
    source text) on commit drop;
  create temp table staged_meter_event (
    id uuid, meter text, kind text, valid_from date, valid_to date, found_on date) on commit drop;
  create temp table staged_act (
    id uuid, service text, house text, entrance smallint, account text, breach text, starts_at timestamp,
    ends_at timestamp, indicator text, number text, dated date) on commit drop;
  create temp table staged_benefit (
    id uuid, code text, name text, percent_ppm bigint, service_codes text[], area_norm_cm2 bigint,
    within_norm boolean, for_family boolean, valid_from date, valid_to date) on commit drop;
  create temp table staged_opening (
    account text, service text, contract text, origin_period date, principal_kop bigint, penalty_kop bigint)
    on commit drop;
  create temp table staged_unauthorised_connection (
    id uuid, account text, service text, valid_from date, valid_to date, found_on date, power_mcu bigint,
    diameter_mcu bigint, act text) on commit drop;
  create temp table staged_outdoor_temperature (
    period date, locality text, temperature_mcu bigint) on commit drop;
  create temp table staged_external_charge (
    id uuid, account text, service text, contract text, period date, volume_mcu bigint, amount_kop bigint,
    document text) on commit drop;
  create temp table staged_house_total (
    id uuid, house text, service text, period date, method text, house_mcu bigint, individual_mcu bigint,
    charged_mcu bigint, carry_mcu bigint, price_mcr bigint) on commit drop;
  create temp table staged_group_member (
    id uuid, meter text, house text, flat_number text, premises_number text, account text, base text, mode text,
    share_ppm bigint, fixed_mcu bigint, valid_from date, valid_to date) on commit drop;
  create temp table staged_parameter (
    code text, value text, valid_from date, valid_to date) on commit drop;

  foreach name in array app.import_tables() loop
    execute format('grant insert, select on pg_temp.%I to kvitok_operator, kvitok_run', name);
  end loop;
end $$;

create or replace function app.import_tables() returns text[]
  language sql immutable as $$
  select array['staged_organisation', 'staged_contract', 'staged_house', 'staged_premises', 'staged_account',
    'staged_resident', 'staged_absence', 'staged_service', 'staged_tariff', 'staged_norm', 'staged_assignment',
    'staged_external_charge', 'staged_meter', 'staged_reading', 'staged_meter_event', 'staged_act', 'staged_benefit', 'staged_opening',
    'staged_house_total', 'staged_group_member', 'staged_parameter', 'staged_unauthorised_connection', 'staged_outdoor_temperature'];
$$;

create or replace function api.apply_import(key uuid, actor text, at timestamptz) returns jsonb
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  name text;
  rows_staged bigint;
  total bigint := 0;
  given text[] := '{}';
  posted bigint := 0;
begin
  perform pg_advisory_xact_lock(hashtext('app.import'));
  foreach name in array app.import_tables() loop
    execute format('select count(*) from pg_temp.%I', name) into rows_staged;
    if rows_staged > 0 then
      total := total + rows_staged;
      given := given || name;
      execute format('analyze pg_temp.%I', name);
    end if;
  end loop;

  if 'staged_organisation' = any (given) then perform app.import_organisations(); end if;
  if 'staged_contract' = any (given) then perform app.import_contracts(); end if;
  if 'staged_service' = any (given) then perform app.import_services(); end if;
  if 'staged_house' = any (given) then perform app.import_houses(); end if;
  if 'staged_premises' = any (given) then perform app.import_premises(); end if;
  if 'staged_account' = any (given) then perform app.import_accounts(); end if;
  if given && array['staged_house', 'staged_account'] then perform app.import_search(); end if;
  if 'staged_house_total' = any (given) then perform app.import_house_totals(); end if;
  if given && array['staged_resident', 'staged_absence'] then perform app.import_people(); end if;
  if given && array['staged_tariff', 'staged_norm', 'staged_assignment', 'staged_benefit', 'staged_parameter'] then
    perform app.import_prices();
  end if;
  if 'staged_benefit' = any (given) then perform app.import_family_benefits(); end if;
  if 'staged_act' = any (given) then perform app.import_acts(); end if;
  if given && array['staged_meter', 'staged_reading', 'staged_meter_event', 'staged_act'] then
    perform app.import_meters();
  end if;
  if 'staged_group_member' = any (given) then perform app.import_group_members(); end if;
  if given && array['staged_meter_event', 'staged_unauthorised_connection', 'staged_outdoor_temperature'] then
    perform app.import_checks();
  end if;
  if 'staged_external_charge' = any (given) then perform app.import_external_charges(); end if;
  if 'staged_opening' = any (given) then posted := app.import_openings(key, actor, at); end if;

  if total > 5000 then
    -- Whoever charges next plans by what is there now.
    analyze app.house, app.house_version, app.premises, app.premises_version, app.account, app.account_version,
      app.account_search, app.resident, app.meter, app.reading, app.assignment, app.tariff;
  end if;
  return jsonb_build_object('rows', total, 'posted', posted);
end $$;
