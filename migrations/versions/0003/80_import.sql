-- The workbook with the sheets of the books: what was there goes on as it is (0002/15_import.sql).
--
--   start_import   staging tables        import_tables   their names: who may fill them, what came
--   apply_import   the stock and charging first, then what hangs on them

alter function api.start_import() set schema app;
alter function app.start_import() rename to start_import_of_charging;
revoke execute on function app.start_import_of_charging() from kvitok_operator, kvitok_run;
create function api.start_import() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  create temp table staged_calendar_day (day date, is_working boolean, note text) on commit drop;
  create temp table staged_key_rate (valid_from date, rate_ppm bigint) on commit drop;
  create temp table staged_penalty_cap (valid_from date, valid_to date, rate_ppm bigint, basis text) on commit drop;
  create temp table staged_due_rule (
    contract text, first_period date, day_of_month smallint, month_offset smallint) on commit drop;
  create temp table staged_penalty_stop (
    id uuid, scope text, code text, origin_period date, valid_from date, valid_to date, reason text, document text)
    on commit drop;
  create temp table staged_bill_handed_over (id uuid, house text, account text, period date, handed_on date)
    on commit drop;
  create temp table staged_commission_rule (
    id uuid, agent text, channel text, section text, valid_from date, valid_to date, kind text, rate_ppm bigint,
    from_kop bigint, to_kop bigint, min_kop bigint, max_kop bigint, fixed_kop bigint, payer text, basis text,
    with_vat boolean) on commit drop;
  create temp table staged_transfer_terms (
    contract text, valid_from date, valid_to date, agents_paid_by text, withholds_fee boolean) on commit drop;
  perform app.start_import_of_charging();
  alter table pg_temp.staged_contract add column due_day smallint,
    add column bank_account text, add column bic text, add column bank_name text, add column corr_account text;
end $$;

alter function app.import_tables() rename to import_tables_of_charging;
create function app.import_tables() returns text[]
  language sql immutable as $$
  select app.import_tables_of_charging()
    || array['staged_calendar_day', 'staged_key_rate', 'staged_penalty_cap', 'staged_due_rule',
      'staged_penalty_stop', 'staged_bill_handed_over', 'staged_commission_rule', 'staged_transfer_terms'];
$$;

alter function api.apply_import(uuid, text, timestamptz) set schema app;
alter function app.apply_import(uuid, text, timestamptz) rename to apply_import_of_charging;
revoke execute on function app.apply_import_of_charging(uuid, text, timestamptz) from kvitok_operator, kvitok_run;
create function api.apply_import(key uuid, actor text, at timestamptz) returns jsonb
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  answer jsonb := app.apply_import_of_charging(key, actor, at);
begin
  if exists (select 1 from pg_temp.staged_calendar_day) or exists (select 1 from pg_temp.staged_key_rate)
     or exists (select 1 from pg_temp.staged_penalty_cap) or exists (select 1 from pg_temp.staged_due_rule) then
    perform app.import_terms();
  end if;
  if exists (select 1 from pg_temp.staged_contract) then
    perform app.import_due_days();
    perform app.import_contract_accounts();
  end if;
  if exists (select 1 from pg_temp.staged_penalty_stop) then perform app.import_penalty_stops(); end if;
  if exists (select 1 from pg_temp.staged_bill_handed_over) then perform app.import_bills_handed_over(); end if;
  if exists (select 1 from pg_temp.staged_assignment) then
    perform app.check_assignments(
      array(select house.id from app.house
            where house.code in (select given.house from pg_temp.staged_assignment as given)),
      array(select account.id from app.account
            where account.number in (select given.account from pg_temp.staged_assignment as given)));
  end if;
  if exists (select 1 from pg_temp.staged_commission_rule) then perform app.import_commissions(); end if;
  if exists (select 1 from pg_temp.staged_transfer_terms) then perform app.import_transfer_terms(); end if;
  return answer;
end $$;

grant execute on function api.start_import(), api.apply_import(uuid, text, timestamptz)
  to kvitok_operator, kvitok_run;
