-- People read tables; nobody writes one: functions of api do, and each role may call its own.
grant select on all tables in schema app to kvitok_cashier, kvitok_operator, kvitok_accountant, kvitok_auditor, kvitok_run;
alter default privileges in schema app grant select on tables
  to kvitok_cashier, kvitok_operator, kvitok_accountant, kvitok_auditor, kvitok_run;
-- Whoever signs in may see which version the schema has.
do $$
begin
  if to_regclass('public.alembic_version') is not null then
    grant select on public.alembic_version to kvitok_cashier, kvitok_operator, kvitok_accountant,
      kvitok_auditor, kvitok_run;
  end if;
end $$;
revoke execute on all functions in schema app, api from public;
grant execute on function app.books_version(uuid), app.first_open_period(), app.posting_period(date),
  app.sort_key(text), app.number_key(text)
  to kvitok_cashier, kvitok_operator, kvitok_accountant, kvitok_auditor, kvitok_run;
