-- Absence, quality, benefits, VAT: what the workbook tells of them, and how charging finds it.

-- An act may be of one entrance of a house.
alter table app.act add column entrance smallint check (entrance is null or house_id is not null);
alter table app.act drop constraint act_service_id_house_id_account_id_breach_starts_at_key;
alter table app.act add constraint act_is_told_once
  unique nulls not distinct (service_id, house_id, entrance, account_id, breach, starts_at);
create index act_house on app.act (house_id) where house_id is not null;
create index act_account on app.act (account_id) where account_id is not null;

-- A benefit may be for all who live with the person.
alter table app.benefit add column for_family boolean not null default false;
create index resident_benefit on app.resident (account_id) where benefit_code is not null;

-- Whose prices have VAT inside.
alter table app.organisation_version add column pays_vat boolean not null default false;

create or replace function app.import_organisations() returns void
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
    site = coalesce(given.site, kept.site), pays_vat = coalesce(given.pays_vat, kept.pays_vat)
  from staged_organisation as given join app.organisation as owner on owner.code = given.code
  where kept.organisation_id = owner.id
    and kept.valid_from = (select max(valid_from) from app.organisation_version where organisation_id = owner.id)
    and row (given.name, coalesce(given.inn, kept.inn), coalesce(given.kpp, kept.kpp),
      coalesce(given.ogrn, kept.ogrn), coalesce(given.bank_account, kept.bank_account),
      coalesce(given.bic, kept.bic), coalesce(given.bank_name, kept.bank_name),
      coalesce(given.corr_account, kept.corr_account), coalesce(given.phone, kept.phone),
      coalesce(given.address, kept.address), coalesce(given.email, kept.email), coalesce(given.site, kept.site),
      coalesce(given.pays_vat, kept.pays_vat))
    is distinct from row (kept.name, kept.inn, kept.kpp, kept.ogrn, kept.bank_account, kept.bic, kept.bank_name,
      kept.corr_account, kept.phone, kept.address, kept.email, kept.site, kept.pays_vat);

  insert into app.organisation_version (organisation_id, name, inn, kpp, ogrn, bank_account, bic, bank_name,
    corr_account, phone, address, email, site, pays_vat)
  select owner.id, given.name, given.inn, given.kpp, given.ogrn, given.bank_account, given.bic, given.bank_name,
    given.corr_account, given.phone, given.address, given.email, given.site, coalesce(given.pays_vat, false)
  from staged_organisation as given join app.organisation as owner on owner.code = given.code
  where not exists (select 1 from app.organisation_version where organisation_id = owner.id);
end $$;

create function app.import_family_benefits() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  update app.benefit as kept set for_family = given.for_family
  from staged_benefit as given
  where kept.code = given.code and kept.valid_from = given.valid_from
    and given.for_family is not null and kept.for_family <> given.for_family;
end $$;

create function app.import_acts() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  insert into app.act as kept (id, service_id, house_id, entrance, account_id, breach, starts_at, ends_at, indicator,
    number, dated)
  select given.id, service.id, house.id, given.entrance, account.id, given.breach, given.starts_at, given.ends_at,
    given.indicator, given.number, given.dated
  from staged_act as given
  left join app.service on service.code = given.service
  left join app.house on house.code = given.house
  left join app.account on account.number = given.account
  on conflict (service_id, house_id, entrance, account_id, breach, starts_at) do update set
    ends_at = excluded.ends_at, indicator = coalesce(excluded.indicator, kept.indicator),
    number = coalesce(excluded.number, kept.number), dated = coalesce(excluded.dated, kept.dated)
  where row (excluded.ends_at, coalesce(excluded.indicator, kept.indicator), coalesce(excluded.number, kept.number),
      coalesce(excluded.dated, kept.dated))
    is distinct from row (kept.ends_at, kept.indicator, kept.number, kept.dated);
end $$;

-- Acts are no longer merged among the meters: that part is taken out of what merges them.
do $do$
declare
  told text := pg_get_functiondef('app.import_meters()'::regprocedure);
begin
  execute regexp_replace(told, '  insert into app\.act as kept[^;]*;', '');
end $do$;
