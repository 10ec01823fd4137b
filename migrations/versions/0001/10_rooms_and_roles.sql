-- Schemas, group roles and small functions that the tables stand on.
create schema app;          -- tables: read by people, written by functions alone
create schema api;          -- functions: the only way to write
create schema staging;      -- bare tables of a run or an import, gone when it is posted

create extension if not exists pg_trgm with schema public;
create extension if not exists btree_gist with schema public;

do $$
declare
  role_name text;
begin
  foreach role_name in array array[
    'kvitok_cashier', 'kvitok_operator', 'kvitok_accountant', 'kvitok_auditor',
    'kvitok_administrator', 'kvitok_run'
  ] loop
    begin
      execute format('create role %I nologin', role_name);
    exception when duplicate_object or unique_violation then
      null;  -- roles belong to the server, another database of it made them
    end;
  end loop;
end $$;

revoke all on schema public from public;
grant usage on schema public to public;
do $$
begin
  execute format('revoke all on database %I from public', current_database());
  execute format(
    'grant connect on database %I to kvitok_cashier, kvitok_operator, kvitok_accountant, '
    'kvitok_auditor, kvitok_administrator, kvitok_run', current_database());
end $$;
alter default privileges revoke execute on functions from public;
grant usage on schema app, api to kvitok_cashier, kvitok_operator, kvitok_accountant,
  kvitok_auditor, kvitok_administrator, kvitok_run;
grant usage on schema staging to kvitok_run, kvitok_operator;

-- Ё sorts after Е; the built-in locale sorts by code point (Ё before А).
create function app.sort_key(words text) returns text
  language sql immutable parallel safe strict
  return replace(lower(words), 'ё', 'еӿ');

-- House and flat numbers sort as people count: 2, 10, 10А.
create function app.number_key(number text) returns text
  language sql immutable parallel safe strict
  return lpad(coalesce(substring(number from '^[0-9]+'), ''), 6, '0')
    || lower(coalesce(substring(number from '^[0-9]*(.*)$'), ''));

create function app.refuse(sentence text) returns void
  language plpgsql as $$
begin
  raise exception using errcode = 'P0K01', message = sentence;
end $$;

-- The guard of the ledger: what is written stays written.
create function app.forbid_change() returns trigger
  language plpgsql as $$
begin
  raise exception using errcode = 'P0LED',
    message = format('Таблица %s только пополняется: %s запрещено. Исправляйте сторнирующим документом.',
                     tg_table_name, tg_op);
end $$;
