-- Decimals of calculated volumes, by service: of a version of it, before the parameter of the centre.

alter table app.service_version add column volume_digits smallint check (volume_digits between 3 and 6);

create or replace function app.import_services() returns void
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

  update app.service_version as kept set method = given.method, formula = coalesce(given.formula, kept.formula),
    volume_digits = coalesce(given.volume_digits, kept.volume_digits)
  from staged_service as given join app.service as owner on owner.code = given.code
  where kept.service_id = owner.id
    and kept.valid_from = (select max(valid_from) from app.service_version where service_id = owner.id)
    and row (given.method, coalesce(given.formula, kept.formula), coalesce(given.volume_digits, kept.volume_digits))
    is distinct from row (kept.method, kept.formula, kept.volume_digits);

  insert into app.service_version (service_id, method, formula, volume_digits)
  select owner.id, given.method, given.formula, given.volume_digits
  from staged_service as given join app.service as owner on owner.code = given.code
  where not exists (select 1 from app.service_version where service_id = owner.id);
end $$;
