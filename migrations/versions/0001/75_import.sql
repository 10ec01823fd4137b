-- A workbook comes in: bare temporary tables, filled by COPY, merged in the same transaction.
--
--   api.start_import()  ─▶ staged_* (gone at commit)  ─▶ COPY by the client  ─▶ api.apply_import(…)
--
-- The client has checked every cell; here codes become keys. What a cell leaves empty stays as it
-- is; a row that is as it was is not written again. Things without dates set the version in force.

create function api.start_import() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  name text;
begin
  create temp table staged_organisation (
    id uuid, code text, name text, roles text[], inn text, kpp text, ogrn text, bank_account text, bic text,
    bank_name text, corr_account text, phone text, address text, email text, site text) on commit drop;
  create temp table staged_contract (
    id uuid, number text, kind text, provider text, supplier text, valid_from date, valid_to date,
    penalty_scheme text, commission_ppm bigint) on commit drop;
  create temp table staged_house (
    id uuid, code text, locality text, street text, building text, block text, fias text, built_year smallint,
    floors smallint, premises_area_cm2 bigint, common_area_cm2 bigint, common_cold_cm2 bigint,
    common_hot_cm2 bigint, common_power_cm2 bigint, common_heat_cm2 bigint, heating_mode text,
    heating_months smallint[], management text, characteristics jsonb) on commit drop;
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
    gis_registry text, gis_code text, formula text) on commit drop;
  create temp table staged_tariff (
    id uuid, service text, price_mcr bigint, valid_from date, valid_to date, contract text, house text,
    account text, zone text, component text, volume_from_mcu bigint, volume_to_mcu bigint, basis text)
    on commit drop;
  create temp table staged_norm (
    id uuid, service text, kind text, value_mcu bigint, valid_from date, valid_to date, house text,
    rooms smallint, persons smallint, basis text) on commit drop;
  create temp table staged_assignment (
    id uuid, service text, contract text, valid_from date, valid_to date, house text, account text,
    quantity_mcu bigint) on commit drop;
  create temp table staged_meter (
    id uuid, code text, kind text, service text, house text, flat_number text, premises_number text,
    account text, serial text, zones smallint, digits smallint, ratio_mcu bigint, installed_on date,
    verified_to date, removed_on date) on commit drop;
  create temp table staged_reading (
    id uuid, meter text, taken_on date, value_mcu bigint, volume_mcu bigint, zone text, period date,
    source text) on commit drop;
  create temp table staged_meter_event (
    id uuid, meter text, kind text, valid_from date, valid_to date) on commit drop;
  create temp table staged_act (
    id uuid, service text, house text, account text, breach text, starts_at timestamp, ends_at timestamp,
    indicator text, number text, dated date) on commit drop;
  create temp table staged_benefit (
    id uuid, code text, name text, percent_ppm bigint, service_codes text[], area_norm_cm2 bigint,
    within_norm boolean, valid_from date, valid_to date) on commit drop;
  create temp table staged_opening (
    account text, service text, contract text, origin_period date, principal_kop bigint, penalty_kop bigint)
    on commit drop;
  create temp table staged_parameter (
    code text, value text, valid_from date, valid_to date) on commit drop;

  foreach name in array app.import_tables() loop
    execute format('grant insert, select on pg_temp.%I to kvitok_operator, kvitok_run', name);
  end loop;
end $$;

create function app.import_tables() returns text[]
  language sql immutable as $$
  select array['staged_organisation', 'staged_contract', 'staged_house', 'staged_premises', 'staged_account',
    'staged_resident', 'staged_absence', 'staged_service', 'staged_tariff', 'staged_norm', 'staged_assignment',
    'staged_meter', 'staged_reading', 'staged_meter_event', 'staged_act', 'staged_benefit', 'staged_opening',
    'staged_parameter'];
$$;

create function app.import_organisations() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  insert into app.organisation as kept (id, code, roles)
  select id, code, roles from staged_organisation
  on conflict (code) do update set roles = excluded.roles where kept.roles <> excluded.roles;

  update app.organisation_version as kept set
    name = given.name, inn = coalesce(given.inn, kept.inn), kpp = coalesce(given.kpp, kept.kpp),
    ogrn = coalesce(given.ogrn, kept.ogrn), bank_account = coalesce(given.bank_account, kept.bank_account),
    bic = coalesce(given.bic, kept.bic), bank_name = coalesce(given.bank_name, kept.bank_name),
    corr_account = coalesce(given.corr_account, kept.corr_account), phone = coalesce(given.phone, kept.phone),
    address = coalesce(given.address, kept.address), email = coalesce(given.email, kept.email),
    site = coalesce(given.site, kept.site)
  from staged_organisation as given join app.organisation as owner on owner.code = given.code
  where kept.organisation_id = owner.id
    and kept.valid_from = (select max(valid_from) from app.organisation_version where organisation_id = owner.id)
    and row (given.name, coalesce(given.inn, kept.inn), coalesce(given.kpp, kept.kpp),
      coalesce(given.ogrn, kept.ogrn), coalesce(given.bank_account, kept.bank_account),
      coalesce(given.bic, kept.bic), coalesce(given.bank_name, kept.bank_name),
      coalesce(given.corr_account, kept.corr_account), coalesce(given.phone, kept.phone),
      coalesce(given.address, kept.address), coalesce(given.email, kept.email), coalesce(given.site, kept.site))
    is distinct from row (kept.name, kept.inn, kept.kpp, kept.ogrn, kept.bank_account, kept.bic, kept.bank_name,
      kept.corr_account, kept.phone, kept.address, kept.email, kept.site);

  insert into app.organisation_version (organisation_id, name, inn, kpp, ogrn, bank_account, bic, bank_name,
    corr_account, phone, address, email, site)
  select owner.id, given.name, given.inn, given.kpp, given.ogrn, given.bank_account, given.bic, given.bank_name,
    given.corr_account, given.phone, given.address, given.email, given.site
  from staged_organisation as given join app.organisation as owner on owner.code = given.code
  where not exists (select 1 from app.organisation_version where organisation_id = owner.id);
end $$;

create function app.import_contracts() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  update app.contract as kept set
    kind = given.kind, provider_id = provider.id, supplier_id = coalesce(supplier.id, kept.supplier_id),
    valid_from = given.valid_from, valid_to = coalesce(given.valid_to, kept.valid_to),
    penalty_scheme = coalesce(given.penalty_scheme, kept.penalty_scheme),
    commission_ppm = coalesce(given.commission_ppm, kept.commission_ppm)
  from staged_contract as given
  join app.organisation as provider on provider.code = given.provider
  left join app.organisation as supplier on supplier.code = given.supplier
  where kept.number = given.number
    and row (given.kind, provider.id, coalesce(supplier.id, kept.supplier_id), given.valid_from,
      coalesce(given.valid_to, kept.valid_to), coalesce(given.penalty_scheme, kept.penalty_scheme),
      coalesce(given.commission_ppm, kept.commission_ppm))
    is distinct from row (kept.kind, kept.provider_id, kept.supplier_id, kept.valid_from, kept.valid_to,
      kept.penalty_scheme, kept.commission_ppm);

  insert into app.contract (id, number, kind, provider_id, supplier_id, valid_from, valid_to, penalty_scheme,
    commission_ppm)
  select given.id, given.number, given.kind, provider.id, supplier.id, given.valid_from, given.valid_to,
    coalesce(given.penalty_scheme, 'housing'), coalesce(given.commission_ppm, 0)
  from staged_contract as given
  left join app.organisation as provider on provider.code = given.provider
  left join app.organisation as supplier on supplier.code = given.supplier
  where not exists (select 1 from app.contract where number = given.number);
end $$;

create function app.import_services() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  update app.service as kept set
    name = given.name, section = given.section, resource = coalesce(given.resource, kept.resource),
    unit = given.unit, position = coalesce(given.position, kept.position),
    gis_registry = coalesce(given.gis_registry, kept.gis_registry), gis_code = coalesce(given.gis_code, kept.gis_code)
  from staged_service as given
  where kept.code = given.code
    and row (given.name, given.section, coalesce(given.resource, kept.resource), given.unit,
      coalesce(given.position, kept.position), coalesce(given.gis_registry, kept.gis_registry),
      coalesce(given.gis_code, kept.gis_code))
    is distinct from row (kept.name, kept.section, kept.resource, kept.unit, kept.position, kept.gis_registry,
      kept.gis_code);

  insert into app.service (id, code, name, section, resource, unit, position, gis_registry, gis_code)
  select id, code, name, section, resource, unit, coalesce(position, 0), gis_registry, gis_code
  from staged_service as given
  where not exists (select 1 from app.service where code = given.code);

  update app.service_version as kept set method = given.method, formula = coalesce(given.formula, kept.formula)
  from staged_service as given join app.service as owner on owner.code = given.code
  where kept.service_id = owner.id
    and kept.valid_from = (select max(valid_from) from app.service_version where service_id = owner.id)
    and row (given.method, coalesce(given.formula, kept.formula)) is distinct from row (kept.method, kept.formula);

  insert into app.service_version (service_id, method, formula)
  select owner.id, given.method, given.formula
  from staged_service as given join app.service as owner on owner.code = given.code
  where not exists (select 1 from app.service_version where service_id = owner.id);
end $$;

create function app.import_houses() returns void
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
    management = coalesce(given.management, kept.management)
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
      coalesce(given.heating_months, kept.heating_months), coalesce(given.management, kept.management))
    is distinct from row (kept.locality, kept.street, kept.building, kept.block, kept.fias, kept.built_year,
      kept.floors, kept.premises_area_cm2, kept.common_area_cm2, kept.common_cold_cm2, kept.common_hot_cm2,
      kept.common_power_cm2, kept.common_heat_cm2, kept.heating_mode, kept.heating_months, kept.management);

  insert into app.house_version (house_id, locality, street, building, block, fias, built_year, floors,
    premises_area_cm2, common_area_cm2, common_cold_cm2, common_hot_cm2, common_power_cm2, common_heat_cm2,
    heating_mode, heating_months, management)
  select owner.id, given.locality, given.street, given.building, given.block, given.fias, given.built_year,
    given.floors, given.premises_area_cm2, given.common_area_cm2, given.common_cold_cm2, given.common_hot_cm2,
    given.common_power_cm2, given.common_heat_cm2, coalesce(given.heating_mode, 'season'),
    coalesce(given.heating_months, '{1,2,3,4,5,9,10,11,12}'), coalesce(given.management, 'company')
  from staged_house as given join app.house as owner on owner.code = given.code
  where not exists (select 1 from app.house_version where house_id = owner.id);
end $$;

create function app.import_premises() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  update app.premises as kept set characteristics = kept.characteristics || given.characteristics
  from staged_premises as given join app.house on house.code = given.house
  where kept.house_id = house.id and kept.flat_number = given.flat_number and kept.number = given.number
    and kept.characteristics || given.characteristics <> kept.characteristics;

  insert into app.premises (id, house_id, flat_number, number, characteristics)
  select given.id, house.id, given.flat_number, given.number, coalesce(given.characteristics, '{}')
  from staged_premises as given left join app.house on house.code = given.house
  where not exists (select 1 from app.premises as kept where kept.house_id = house.id
    and kept.flat_number = given.flat_number and kept.number = given.number);

  -- The keys of what was staged: one join for all that follows.
  create temp table staged_place on commit drop as
  select premises.id as premises_id, given.*
  from staged_premises as given
  join app.house on house.code = given.house
  join app.premises on premises.house_id = house.id and premises.flat_number = given.flat_number
    and premises.number = given.number;
  analyze staged_place;

  update app.premises_version as kept set
    kind = coalesce(given.kind, kept.kind), total_cm2 = given.total_cm2,
    living_cm2 = coalesce(given.living_cm2, kept.living_cm2), heated_cm2 = coalesce(given.heated_cm2, kept.heated_cm2),
    rooms = coalesce(given.rooms, kept.rooms), floor = coalesce(given.floor, kept.floor),
    entrance = coalesce(given.entrance, kept.entrance),
    cadastral_number = coalesce(given.cadastral_number, kept.cadastral_number),
    own_heat = coalesce(given.own_heat, kept.own_heat)
  from staged_place as given
  where kept.premises_id = given.premises_id
    and not exists (select 1 from app.premises_version as later
      where later.premises_id = kept.premises_id and later.valid_from > kept.valid_from)
    and row (coalesce(given.kind, kept.kind), given.total_cm2, coalesce(given.living_cm2, kept.living_cm2),
      coalesce(given.heated_cm2, kept.heated_cm2), coalesce(given.rooms, kept.rooms),
      coalesce(given.floor, kept.floor), coalesce(given.entrance, kept.entrance),
      coalesce(given.cadastral_number, kept.cadastral_number), coalesce(given.own_heat, kept.own_heat))
    is distinct from row (kept.kind, kept.total_cm2, kept.living_cm2, kept.heated_cm2, kept.rooms, kept.floor,
      kept.entrance, kept.cadastral_number, kept.own_heat);

  insert into app.premises_version (premises_id, kind, total_cm2, living_cm2, heated_cm2, rooms, floor, entrance,
    cadastral_number, own_heat)
  select premises_id, coalesce(kind, 'flat'), total_cm2, living_cm2, heated_cm2, rooms, floor, entrance,
    cadastral_number, coalesce(own_heat, false)
  from staged_place as given
  where not exists (select 1 from app.premises_version as kept where kept.premises_id = given.premises_id);

  -- The cell holds the whole list: what it names no more is possible again.
  delete from app.meter_impossible as kept
  using staged_place as given, app.service
  where kept.premises_id = given.premises_id and given.meter_impossible is not null
    and service.id = kept.service_id and kept.valid_to is null
    and not (service.code = any (given.meter_impossible));
  insert into app.meter_impossible (premises_id, service_id)
  select given.premises_id, service.id
  from staged_place as given
  cross join unnest(given.meter_impossible) as listed (code)
  join app.service on service.code = listed.code
  where not exists (select 1 from app.meter_impossible as kept
    where kept.premises_id = given.premises_id and kept.service_id = service.id and kept.valid_to is null)
  on conflict do nothing;
end $$;

create function app.import_accounts() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  create temp table staged_owner on commit drop as
  select given.*, premises.id as premises_id
  from staged_account as given
  left join app.house on house.code = given.house
  left join app.premises on premises.house_id = house.id and premises.flat_number = given.flat_number
    and premises.number = given.premises_number;
  analyze staged_owner;

  update app.account as kept set
    premises_id = given.premises_id, opened_on = given.opened_on,
    closed_on = coalesce(given.closed_on, kept.closed_on),
    unified_number = coalesce(given.unified_number, kept.unified_number),
    gis_number = coalesce(given.gis_number, kept.gis_number),
    former_number = coalesce(given.former_number, kept.former_number), phone = coalesce(given.phone, kept.phone),
    email = coalesce(given.email, kept.email),
    characteristics = kept.characteristics || coalesce(given.characteristics, '{}')
  from staged_owner as given
  where kept.number = given.number
    and row (given.premises_id, given.opened_on, coalesce(given.closed_on, kept.closed_on),
      coalesce(given.unified_number, kept.unified_number), coalesce(given.gis_number, kept.gis_number),
      coalesce(given.former_number, kept.former_number), coalesce(given.phone, kept.phone),
      coalesce(given.email, kept.email), kept.characteristics || coalesce(given.characteristics, '{}'))
    is distinct from row (kept.premises_id, kept.opened_on, kept.closed_on, kept.unified_number, kept.gis_number,
      kept.former_number, kept.phone, kept.email, kept.characteristics);

  insert into app.account (id, number, premises_id, opened_on, closed_on, unified_number, gis_number,
    former_number, phone, email, characteristics)
  select id, number, premises_id, opened_on, closed_on, unified_number, gis_number, former_number, phone, email,
    coalesce(characteristics, '{}')
  from staged_owner as given
  where not exists (select 1 from app.account where number = given.number);

  update app.account_version as kept set
    payer = coalesce(given.payer, kept.payer),
    share_numerator = coalesce(split_part(given.share, '/', 1)::bigint, kept.share_numerator),
    share_denominator = coalesce(split_part(given.share, '/', 2)::bigint, kept.share_denominator)
  from staged_owner as given join app.account as owner on owner.number = given.number
  where kept.account_id = owner.id
    and not exists (select 1 from app.account_version as later
      where later.account_id = kept.account_id and later.valid_from > kept.valid_from)
    and row (coalesce(given.payer, kept.payer),
      coalesce(split_part(given.share, '/', 1)::bigint, kept.share_numerator),
      coalesce(split_part(given.share, '/', 2)::bigint, kept.share_denominator))
    is distinct from row (kept.payer, kept.share_numerator, kept.share_denominator);

  insert into app.account_version (account_id, payer, share_numerator, share_denominator)
  select owner.id, given.payer, coalesce(split_part(given.share, '/', 1)::bigint, 1),
    coalesce(split_part(given.share, '/', 2)::bigint, 1)
  from staged_owner as given join app.account as owner on owner.number = given.number
  where not exists (select 1 from app.account_version as kept where kept.account_id = owner.id);
end $$;

-- Who is found by new words: accounts of the workbook, and of its houses and premises.
create function app.import_search() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  touched uuid[];
begin
  select array_agg(account.id) into touched
  from app.account
  join app.premises on premises.id = account.premises_id
  where account.number in (select number from staged_account)
    or premises.house_id in (select house.id from app.house join staged_house as given on given.code = house.code);
  if touched is not null then
    perform app.refresh_search(touched);
  end if;
end $$;

create function app.import_people() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  update app.resident as kept set
    valid_to = coalesce(given.valid_to, kept.valid_to), birth_date = coalesce(given.birth_date, kept.birth_date),
    share_numerator = coalesce(split_part(given.share, '/', 1)::bigint, kept.share_numerator),
    share_denominator = coalesce(split_part(given.share, '/', 2)::bigint, kept.share_denominator),
    benefit_code = coalesce(given.benefit_code, kept.benefit_code)
  from staged_resident as given join app.account on account.number = given.account
  where kept.account_id = account.id and kept.name = given.name and kept.kind = given.kind
    and kept.valid_from = given.valid_from
    and row (coalesce(given.valid_to, kept.valid_to), coalesce(given.birth_date, kept.birth_date),
      coalesce(split_part(given.share, '/', 1)::bigint, kept.share_numerator),
      coalesce(split_part(given.share, '/', 2)::bigint, kept.share_denominator),
      coalesce(given.benefit_code, kept.benefit_code))
    is distinct from row (kept.valid_to, kept.birth_date, kept.share_numerator, kept.share_denominator,
      kept.benefit_code);

  insert into app.resident (id, account_id, name, kind, valid_from, valid_to, birth_date, share_numerator,
    share_denominator, benefit_code)
  select given.id, account.id, given.name, given.kind, given.valid_from, given.valid_to, given.birth_date,
    split_part(given.share, '/', 1)::bigint, split_part(given.share, '/', 2)::bigint, given.benefit_code
  from staged_resident as given left join app.account on account.number = given.account
  where not exists (select 1 from app.resident as kept where kept.account_id = account.id
    and kept.name = given.name and kept.kind = given.kind and kept.valid_from = given.valid_from);

  insert into app.absence as kept (id, account_id, name, left_on, returned_on, application, document)
  select given.id, account.id, given.name, given.left_on, given.returned_on, given.application, given.document
  from staged_absence as given left join app.account on account.number = given.account
  on conflict (account_id, name, left_on) do update set
    returned_on = excluded.returned_on, application = coalesce(excluded.application, kept.application),
    document = coalesce(excluded.document, kept.document)
  where row (excluded.returned_on, coalesce(excluded.application, kept.application),
      coalesce(excluded.document, kept.document))
    is distinct from row (kept.returned_on, kept.application, kept.document);
end $$;

create function app.import_prices() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  insert into app.tariff as kept (id, service_id, price_mcr, valid_from, valid_to, contract_id, house_id,
    account_id, zone, component, volume_from_mcu, volume_to_mcu, basis)
  select given.id, service.id, given.price_mcr, given.valid_from, given.valid_to, contract.id, house.id, account.id,
    given.zone, given.component, given.volume_from_mcu, given.volume_to_mcu, given.basis
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
    quantity_mcu)
  select given.id, service.id, contract.id, given.valid_from, given.valid_to, house.id, account.id,
    given.quantity_mcu
  from staged_assignment as given
  left join app.service on service.code = given.service
  left join app.contract on contract.number = given.contract
  left join app.house on house.code = given.house
  left join app.account on account.number = given.account
  on conflict (service_id, contract_id, house_id, account_id, valid_from)
  do update set valid_to = coalesce(excluded.valid_to, kept.valid_to),
    quantity_mcu = coalesce(excluded.quantity_mcu, kept.quantity_mcu)
  where row (coalesce(excluded.valid_to, kept.valid_to), coalesce(excluded.quantity_mcu, kept.quantity_mcu))
    is distinct from row (kept.valid_to, kept.quantity_mcu);

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

create function app.import_meters() returns void
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

  insert into app.act as kept (id, service_id, house_id, account_id, breach, starts_at, ends_at, indicator, number,
    dated)
  select given.id, service.id, house.id, account.id, given.breach, given.starts_at, given.ends_at, given.indicator,
    given.number, given.dated
  from staged_act as given
  left join app.service on service.code = given.service
  left join app.house on house.code = given.house
  left join app.account on account.number = given.account
  on conflict (service_id, house_id, account_id, breach, starts_at) do update set
    ends_at = excluded.ends_at, indicator = coalesce(excluded.indicator, kept.indicator),
    number = coalesce(excluded.number, kept.number), dated = coalesce(excluded.dated, kept.dated)
  where row (excluded.ends_at, coalesce(excluded.indicator, kept.indicator), coalesce(excluded.number, kept.number),
      coalesce(excluded.dated, kept.dated))
    is distinct from row (kept.ends_at, kept.indicator, kept.number, kept.dated);
end $$;

-- Opening balances: what the workbook says less what was posted before, all at once.
-- Entry kinds: 30 principal, 52 penalty.
create function app.import_openings(key uuid, actor text, at timestamptz) returns bigint
  language plpgsql security definer set search_path = app, public, pg_temp as $$
#variable_conflict use_column
declare
  into_period date;
  origin date;
  lines bigint;
begin
  create temp table staged_line on commit drop as
  with given as (
    select account.id as account_id, account.branch_id, service.id as service_id, contract.id as contract_id,
      opening.origin_period, line.kind, line.amount_kop
    from staged_opening as opening
    left join app.account on account.number = opening.account
    left join app.service on service.code = opening.service
    left join app.contract on contract.number = opening.contract
    cross join lateral (values (30::smallint, principal_kop), (52::smallint, penalty_kop)) as line (kind, amount_kop)
    where line.amount_kop is not null
  ), posted as (
    select account_id, service_id, contract_id, origin_period, kind, sum(amount_kop)::bigint as amount_kop
    from app.entry
    where run_no = 0 and kind in (30, 52) and account_id in (select account_id from given)
    group by 1, 2, 3, 4, 5
  )
  select given.account_id, given.branch_id, given.service_id, given.contract_id, given.origin_period, given.kind,
    given.amount_kop - coalesce(posted.amount_kop, 0) as amount_kop
  from given left join posted using (account_id, service_id, contract_id, origin_period, kind)
  where given.amount_kop <> coalesce(posted.amount_kop, 0);
  get diagnostics lines = row_count;
  if lines = 0 then
    return 0;
  end if;
  analyze staged_line;

  insert into app.account_books as kept (account_id, version)
  select distinct account_id, 1 from staged_line order by account_id
  on conflict (account_id) do update set version = kept.version + 1;

  for origin in select distinct origin_period from staged_line order by 1 loop
    perform app.ensure_period(origin);
  end loop;
  into_period := app.posting_period((select max(origin_period) from staged_line));
  perform app.lock_open_period(into_period);
  perform app.open_voucher(key, 'opening-balance', 'posted', into_period, actor, at, 'Загрузка книги: сальдо', null,
    '{}', 0::smallint);

  insert into app.entry (period, run_no, voucher_id, line_no, branch_id, account_id, service_id, contract_id,
    origin_period, kind, method, component, zone, day_from, day_to, amount_kop, volume_mcu, price_mcr, inputs)
  select into_period, 0, key, row_number() over (order by account_id, origin_period, service_id, contract_id, kind),
    branch_id, account_id, service_id, contract_id, origin_period, kind, 0, 0, 0, 0, 0, amount_kop, 0, 0, '{}'
  from staged_line;

  merge into app.balance as kept
  using (
    select origin_period, account_id, service_id, contract_id,
      coalesce(sum(amount_kop) filter (where kind < 50), 0)::bigint as moved_kop,
      coalesce(sum(amount_kop) filter (where kind >= 50), 0)::bigint as penalty_kop
    from staged_line group by 1, 2, 3, 4
  ) as moved
  on kept.origin_period = moved.origin_period and kept.account_id = moved.account_id
    and kept.service_id = moved.service_id and kept.contract_id = moved.contract_id
  when matched then update set
    moved_kop = kept.moved_kop + moved.moved_kop, penalty_kop = kept.penalty_kop + moved.penalty_kop
  when not matched then insert (origin_period, account_id, service_id, contract_id, charged_kop, moved_kop, penalty_kop)
    values (moved.origin_period, moved.account_id, moved.service_id, moved.contract_id, 0, moved.moved_kop,
      moved.penalty_kop);
  return lines;
end $$;

-- Merge what was staged. Two imports wait for each other: both may bring the same new code.
create function api.apply_import(key uuid, actor text, at timestamptz) returns jsonb
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
  if given && array['staged_resident', 'staged_absence'] then perform app.import_people(); end if;
  if given && array['staged_tariff', 'staged_norm', 'staged_assignment', 'staged_benefit', 'staged_parameter'] then
    perform app.import_prices();
  end if;
  if given && array['staged_meter', 'staged_reading', 'staged_meter_event', 'staged_act'] then
    perform app.import_meters();
  end if;
  if 'staged_opening' = any (given) then posted := app.import_openings(key, actor, at); end if;

  if total > 5000 then
    -- Whoever charges next plans by what is there now.
    analyze app.house, app.house_version, app.premises, app.premises_version, app.account, app.account_version,
      app.account_search, app.resident, app.meter, app.reading, app.assignment, app.tariff;
  end if;
  return jsonb_build_object('rows', total, 'posted', posted);
end $$;

grant execute on function api.start_import(), api.apply_import(uuid, text, timestamptz)
  to kvitok_operator, kvitok_run;
