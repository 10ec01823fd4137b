-- A run of a large centre: less read, less sampled, less joined.

-- A month is read by the days since the month before; what was taken long before its period is few.
create index reading_early on app.reading (period, meter_id) where taken_on < period - 31;

-- As before, and a tenth of the usual sample: one column, and rows lie by account already.
create or replace function api.index_run(key uuid, part text) returns void
  language plpgsql security definer set search_path = app, public, pg_temp
  set maintenance_work_mem = '128MB' set max_parallel_maintenance_workers = 0 as $$
declare
  run app.charge_run;
  target text;
begin
  select * into strict run from app.charge_run where voucher_id = key;
  target := app.run_table(case part when 'entries' then 'entry' else 'balance' end, run.period, run.run_no);
  if exists (select 1 from pg_index where indrelid = ('staging.' || target)::regclass) then
    return;
  end if;
  -- Of balances one row a key is what the client made of its lines and `verify` looks after: a key over
  -- three columns takes thrice as long to build as all that reads the table needs.
  execute format('create index on staging.%I (account_id)', target);
  if part = 'entries' then
    execute format('create trigger entry_not_truncated before truncate on staging.%I '
      'for each statement execute function app.forbid_change()', target);
  end if;
  execute format('alter table staging.%I alter column account_id set statistics 10', target);
  execute format('analyze staging.%I (account_id)', target);
end $$;

-- As before, but what payments moved is gathered first: mostly it is little, and then it is looked up
-- by account instead of joined with all that the run charged.
create or replace function app.exchange_balances(run app.charge_run) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  before text := app.balance_table(run.period);
  staged text := app.run_table('balance', run.period, run.run_no);
  counting text := 'balance_' || to_char(run.period, 'YYYY_MM') || '_r' || run.run_no;
begin
  execute format('create temp table moved_balance on commit drop as '
    'select * from app.%I where moved_kop <> 0 or penalty_kop <> 0', before);
  analyze moved_balance;
  execute format($carry$
    merge into staging.%I as fresh
    using moved_balance as moved
    on fresh.account_id = moved.account_id and fresh.service_id = moved.service_id
      and fresh.contract_id = moved.contract_id
    when matched then update set moved_kop = moved.moved_kop, penalty_kop = moved.penalty_kop
    when not matched then insert
      (origin_period, account_id, service_id, contract_id, charged_kop, moved_kop, penalty_kop)
      values (moved.origin_period, moved.account_id, moved.service_id, moved.contract_id, 0,
        moved.moved_kop, moved.penalty_kop)
  $carry$, staged);
  drop table moved_balance;
  execute format('alter table app.balance detach partition app.%I', before);
  execute format('drop table app.%I', before);
  execute format('alter table staging.%I rename to %I', staged, counting);
  execute format('alter table staging.%I set schema app', counting);
  execute format('alter table app.balance attach partition app.%I for values in (%L)', counting, run.period);
  execute format('alter table app.%I reset (autovacuum_enabled)', counting);
end $$;

-- Penalties change about half of the balances of a month where they lie: with room for it on the same
-- page a change costs a third of one that goes elsewhere and into the index.
do $$
declare
  made regprocedure;
begin
  foreach made in array array['app.ensure_period(date)',
    'api.start_run(uuid, date, text, timestamptz, text[], text[], smallint)']::regprocedure[]
  loop
    execute replace(pg_get_functiondef(made), 'fillfactor = 80', 'fillfactor = 66');
  end loop;
end $$;
