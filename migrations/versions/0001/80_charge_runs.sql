-- Charge runs: a table of their own, filled bare by COPY, indexed, then attached in one short transaction.
--
--   start_run ──▶ staging.entry_run_YYYY_MM_N, staging.balance_run_YYYY_MM_N    bare, kvitok_run may add
--   finish_houses                                                              a batch is done, with its rows
--   seal_run ──▶ index_run(entries) ∥ index_run(balances) ∥ check_run ──▶ post_run       or drop_run
--
--   a full run      is all that counts in its period: the runs before it are detached and voided
--   a partial run   first undoes what counts for its accounts (reverses_run = the run undone), then
--                   has its own lines; balances of these accounts are set anew
--   detached runs   lie in staging as entry_YYYY_MM_rN until the period closes (drop_voided_runs)

-- Volumes given instead of the dial are few; a run looks for those since the last dial reading.
create index reading_given on app.reading (meter_id, zone, taken_on) where volume_mcu is not null;

create function app.run_table(what text, wanted date, number integer) returns text
  language sql immutable parallel safe
  return what || '_run_' || to_char(wanted, 'YYYY_MM') || '_' || number;

create table app.dropped_run (
  period date not null,
  table_name text not null,
  lines bigint not null,
  dropped_at timestamptz not null default clock_timestamp(),
  primary key (period, table_name)
);

-- The accounts a run is about.
create function app.run_accounts(run app.charge_run) returns table (account_id uuid)
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select account.id
  from app.account
  join app.premises on premises.id = account.premises_id
  join app.house on house.id = premises.house_id
  where run.is_full
    or run.scope->'houses' ? house.code
    or run.scope->'accounts' ? account.number;
$$;

create function app.pending_run(key uuid) returns app.charge_run
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  run app.charge_run;
  state text;
begin
  select status into state from app.voucher where id = key for update;
  select * into run from app.charge_run where voucher_id = key;
  if run.voucher_id is null then
    perform app.refuse('Такого начисления нет. Начните его заново.');
  end if;
  if state <> 'pending' then
    perform app.refuse(format('Начисление за %s уже %s. Начните новое.', to_char(run.period, 'MM.YYYY'),
      case state when 'posted' then 'проведено' else 'снято' end));
  end if;
  return run;
end $$;

-- Begin a run, or find the one begun with this key. Returns its number.
create function api.start_run(
  key uuid, wanted date, actor text, at timestamptz, houses text[], accounts text[], branch smallint default 0
) returns integer
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  number integer;
  unknown text;
  asked jsonb := jsonb_build_object('houses', to_jsonb(houses), 'accounts', to_jsonb(accounts));
  whole boolean := cardinality(houses) = 0 and cardinality(accounts) = 0;
begin
  perform app.lock_open_period(wanted);
  select string_agg(code, ', ') into unknown from unnest(houses) as code
  where not exists (select 1 from app.house where house.code = code.code);
  if unknown is not null then
    perform app.refuse(format('Дома с кодом %s нет. Проверьте код на листе «Дома».', unknown));
  end if;
  select string_agg(one, ', ') into unknown from unnest(accounts) as one
  where not exists (select 1 from app.account where account.number = one);
  if unknown is not null then
    perform app.refuse(format('Лицевого счёта %s нет. Проверьте номер.', unknown));
  end if;
  if not app.open_voucher(key, 'charge-run', 'pending', wanted, actor, at, null, null, asked, branch) then
    select run_no into number from app.charge_run where voucher_id = key;
    if exists (select 1 from app.voucher where id = key and status = 'pending') then
      -- It may have been sealed before it was cut short, and houses may have come since.
      execute format('grant insert on staging.%I, staging.%I to kvitok_run',
        app.run_table('entry', wanted, number), app.run_table('balance', wanted, number));
    end if;
    return number;
  end if;

  perform pg_advisory_xact_lock(hashtext('app.charge_run'));
  select coalesce(max(run_no), 0) + 1 into number from app.charge_run where period = wanted;
  insert into app.charge_run (voucher_id, period, run_no, is_full, scope, houses)
  values (key, wanted, number, whole, asked, 0);
  -- Lines are never changed: vacuum has nothing to do, and its statistics of `inputs` would cost more
  -- than the calculation. What the planner needs, index_run tells it.
  execute format('create table staging.%I (like app.entry) with (autovacuum_enabled = false)',
    app.run_table('entry', wanted, number));
  execute format('alter table staging.%I add check (period = %L), add check (run_no = %s)',
    app.run_table('entry', wanted, number), wanted, number);
  execute format('create table staging.%I (like app.balance) with (fillfactor = 80, autovacuum_enabled = false)',
    app.run_table('balance', wanted, number));
  execute format('alter table staging.%I add check (origin_period = %L)',
    app.run_table('balance', wanted, number), wanted);
  execute format('grant insert on staging.%I, staging.%I to kvitok_run',
    app.run_table('entry', wanted, number), app.run_table('balance', wanted, number));
  return number;
end $$;

-- Asked before the rows of a batch go in: another desk may have ended the run meanwhile.
create function api.hold_run(key uuid) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  perform app.pending_run(key);
end $$;

-- A batch of houses is done: called in the transaction that copied its rows.
create function api.finish_houses(
  key uuid, house_ids uuid[], account_counts integer[], line_counts integer[], amounts bigint[], digests bytea[],
  problems jsonb
) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  perform app.pending_run(key);
  if exists (select 1 from app.charge_run_house where voucher_id = key and house_id = any (house_ids)) then
    perform app.refuse('Это начисление уже ведётся с другого рабочего места. Дождитесь его конца.');
  end if;
  insert into app.charge_run_house (voucher_id, house_id, accounts, lines, amount_kop, digest)
  select key, house, counted, lines, amount, digest
  from unnest(house_ids, account_counts, line_counts, amounts, digests)
    as done(house, counted, lines, amount, digest);
  insert into app.charge_problem (voucher_id, house_id, account_number, service_code, message, hint)
  select key, house.id, told.account, told.service, told.message, told.hint
  from jsonb_to_recordset(problems) as told(house text, account text, service text, message text, hint text)
  join app.house on house.code = told.house;
end $$;

-- All houses are done: nobody adds any more.
create function api.seal_run(key uuid) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  run app.charge_run := app.pending_run(key);
begin
  execute format('revoke insert on staging.%I, staging.%I from kvitok_run',
    app.run_table('entry', run.period, run.run_no), app.run_table('balance', run.period, run.run_no));
  update app.charge_run set sealed_at = clock_timestamp(), checked_at = null where voucher_id = key;
end $$;

-- What lies in a sealed run is what was said of its houses; beside the indexing, on a connection of its own.
create function api.check_run(key uuid) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  run app.charge_run := app.pending_run(key);
  there record;
  balanced bigint;
  said record;
begin
  if run.sealed_at is null then
    perform app.refuse('Начисление ещё не закончено: сверять его рано.');
  end if;
  select coalesce(sum(lines), 0)::bigint as lines, coalesce(sum(amount_kop), 0)::bigint as amount into said
  from app.charge_run_house where voucher_id = key;
  execute format('select count(*) as lines, coalesce(sum(amount_kop), 0)::bigint as amount, '
    'coalesce(bool_and(voucher_id = %L), true) as own from staging.%I',
    key, app.run_table('entry', run.period, run.run_no)) into there;
  execute format('select coalesce(sum(charged_kop), 0)::bigint from staging.%I',
    app.run_table('balance', run.period, run.run_no)) into balanced;
  if there.lines <> said.lines or there.amount <> said.amount or balanced <> said.amount or not there.own then
    perform app.refuse(format('Строки начисления за %s не сходятся с итогами по домам (%s строк вместо %s). '
      'Снимите это начисление и начните новое.', to_char(run.period, 'MM.YYYY'), there.lines, said.lines));
  end if;
  update app.charge_run set checked_at = clock_timestamp() where voucher_id = key;
end $$;

-- Index one of the two tables; the two calls may go side by side on two connections.
create function api.index_run(key uuid, part text) returns void
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
  if part = 'entries' then
    execute format('create index on staging.%I (account_id)', target);
    execute format('create trigger entry_not_truncated before truncate on staging.%I '
      'for each statement execute function app.forbid_change()', target);
  else
    -- One row a key is what the client made of its lines and `verify` looks after: a key over three
    -- columns takes thrice as long to build as all that reads the table needs.
    execute format('create index on staging.%I (account_id)', target);
  end if;
  execute format('analyze staging.%I (account_id)', target);
end $$;

-- The table of balances of a period that counts now.
create function app.balance_table(wanted date) returns text
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select child.relname
  from pg_inherits
  join pg_class as child on child.oid = pg_inherits.inhrelid
  where pg_inherits.inhparent = 'app.balance'::regclass
    and child.relname ~ ('^balance_' || to_char(wanted, 'YYYY_MM') || '_r[0-9]+$');
$$;

-- Take the run's table in, under the name that says what it is.
create function app.attach_entries(run app.charge_run) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  stamp text := to_char(run.period, 'YYYY_MM');
  staged text := app.run_table('entry', run.period, run.run_no);
  counting text := 'entry_' || stamp || '_r' || run.run_no;
begin
  execute format('alter table staging.%I rename to %I', staged, counting);
  execute format('alter table staging.%I set schema app', counting);
  execute format('alter table app.entry_%s attach partition app.%I for values in (%s)',
    stamp, counting, run.run_no);
end $$;

-- What counted by runs before counts no more: detached, kept in staging until the period closes.
create function app.void_runs(wanted date, except_key uuid) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  stamp text := to_char(wanted, 'YYYY_MM');
  before record;
begin
  for before in
    select run.voucher_id, run.run_no from app.charge_run as run
    join app.voucher on voucher.id = run.voucher_id
    where run.period = wanted and voucher.status = 'posted' and run.voucher_id <> except_key
    order by run.run_no
  loop
    execute format('alter table app.entry_%s detach partition app.entry_%s_r%s', stamp, stamp, before.run_no);
    execute format('alter table app.entry_%s_r%s set schema staging', stamp, before.run_no);
    update app.voucher set status = 'voided' where id = before.voucher_id;
  end loop;
end $$;

create function app.exchange_balances(run app.charge_run) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  before text := app.balance_table(run.period);
  staged text := app.run_table('balance', run.period, run.run_no);
  counting text := 'balance_' || to_char(run.period, 'YYYY_MM') || '_r' || run.run_no;
begin
  execute format($carry$
    merge into staging.%I as fresh
    using (select * from app.%I where moved_kop <> 0 or penalty_kop <> 0) as moved
    on fresh.account_id = moved.account_id and fresh.service_id = moved.service_id
      and fresh.contract_id = moved.contract_id
    when matched then update set moved_kop = moved.moved_kop, penalty_kop = moved.penalty_kop
    when not matched then insert
      (origin_period, account_id, service_id, contract_id, charged_kop, moved_kop, penalty_kop)
      values (moved.origin_period, moved.account_id, moved.service_id, moved.contract_id, 0,
        moved.moved_kop, moved.penalty_kop)
  $carry$, staged, before);
  execute format('alter table app.balance detach partition app.%I', before);
  execute format('drop table app.%I', before);
  execute format('alter table staging.%I rename to %I', staged, counting);
  execute format('alter table staging.%I set schema app', counting);
  execute format('alter table app.balance attach partition app.%I for values in (%L)', counting, run.period);
  execute format('alter table app.%I reset (autovacuum_enabled)', counting);
end $$;

-- Undo what counts for the accounts of a partial run, and set their balances anew.
create function app.replace_part(run app.charge_run) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  entries text := app.run_table('entry', run.period, run.run_no);
  balances text := app.run_table('balance', run.period, run.run_no);
  touched uuid[] := array(select account_id from app.run_accounts(run));
begin
  execute format($undo$
    insert into staging.%I (period, run_no, voucher_id, line_no, branch_id, account_id, service_id, contract_id,
      origin_period, kind, method, component, zone, day_from, day_to, amount_kop, volume_mcu, price_mcr,
      inputs, reverses_run)
    select period, %s, %L, -row_number() over (), branch_id, account_id, service_id, contract_id,
      origin_period, kind, method, component, zone, day_from, day_to, -amount_kop, -volume_mcu, price_mcr,
      inputs, run_no
    from (
      select entry.*, max(run_no) over (partition by account_id) as last_run
      from app.entry
      where period = %L and run_no > 0 and account_id = any ($1)
    ) as seen
    where run_no = last_run and reverses_run = 0
  $undo$, entries, run.run_no, run.voucher_id, run.period) using touched;
  update app.balance set charged_kop = 0
  where origin_period = run.period and account_id = any (touched) and charged_kop <> 0;
  execute format($set$
    merge into app.balance as kept
    using staging.%I as fresh
    on kept.origin_period = fresh.origin_period and kept.account_id = fresh.account_id
      and kept.service_id = fresh.service_id and kept.contract_id = fresh.contract_id
    when matched then update set charged_kop = fresh.charged_kop
    when not matched then insert
      (origin_period, account_id, service_id, contract_id, charged_kop, moved_kop, penalty_kop)
      values (fresh.origin_period, fresh.account_id, fresh.service_id, fresh.contract_id, fresh.charged_kop, 0, 0)
  $set$, balances);
  execute format('drop table staging.%I', balances);
end $$;

-- Make the run count. The same key again: nothing happens.
create function api.post_run(key uuid, fingerprint bytea) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  run app.charge_run;
begin
  select * into run from app.charge_run where voucher_id = key;
  if exists (select 1 from app.voucher where id = key and status = 'posted') then
    return;
  end if;
  -- The period first, then the tables, in one order for everybody. Balances of this month are also
  -- moved by money that is posted into other months, so its row alone does not keep them still.
  perform 1 from app.period where period = run.period for update;
  perform app.lock_open_period(run.period);
  run := app.pending_run(key);
  if run.checked_at is null then
    perform app.refuse('Начисление не сверено с итогами по домам: провести его нельзя.');
  end if;
  if run.is_full then
    execute format('lock table app.entry_%s in access exclusive mode', to_char(run.period, 'YYYY_MM'));
    lock table app.balance in access exclusive mode;
    perform app.void_runs(run.period, key);
    perform app.exchange_balances(run);
  else
    perform app.replace_part(run);
  end if;
  perform app.attach_entries(run);

  update app.voucher set status = 'posted' where id = key;
  update app.charge_run set posted_at = clock_timestamp(), fingerprint = post_run.fingerprint,
    houses = (select count(*) from app.charge_run_house where voucher_id = key)
  where voucher_id = key;
  update app.period set posted_runs = posted_runs + 1 where period = run.period;
end $$;

-- Give a run up before it is posted: it never counted.
create function api.drop_run(key uuid) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  run app.charge_run := app.pending_run(key);
begin
  execute format('drop table if exists staging.%I, staging.%I',
    app.run_table('entry', run.period, run.run_no), app.run_table('balance', run.period, run.run_no));
  update app.voucher set status = 'voided' where id = key;
end $$;

-- A closing period: runs that do not count are dropped, with a record of each.
create function app.drop_voided_runs(wanted date) returns integer
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  old record;
  held bigint;
  dropped integer := 0;
begin
  for old in
    select relname from pg_class
    where relnamespace = 'staging'::regnamespace and relkind = 'r'
      and relname ~ ('^entry_' || to_char(wanted, 'YYYY_MM') || '_r[0-9]+$')
    order by relname
  loop
    execute format('select count(*) from staging.%I', old.relname) into held;
    insert into app.dropped_run (period, table_name, lines) values (wanted, old.relname, held);
    execute format('drop table staging.%I', old.relname);
    dropped := dropped + 1;
  end loop;
  return dropped;
end $$;

grant execute on function
  api.start_run(uuid, date, text, timestamptz, text[], text[], smallint),
  api.finish_houses(uuid, uuid[], integer[], integer[], bigint[], bytea[], jsonb),
  api.hold_run(uuid), api.seal_run(uuid), api.check_run(uuid), api.index_run(uuid, text), api.post_run(uuid, bytea), api.drop_run(uuid)
  to kvitok_run;
