-- Penalties in the books: what they stand on, their runs, their writing off.
--
--   start_penalties ─▶ hold_penalties ─▶ COPY ─▶ finish_penalties     one transaction a batch of accounts
--                       └──────────── and so on ───────────┘ ─▶ end_penalties
--
--   whole centre    entries lie in a table of the run, entry_YYYY_MM_pN, run_no = -N: charge runs are
--                   above zero, what is posted one by one is zero. It takes rows only between hold and
--                   finish of a batch, and the balances move in the same transaction: at every moment the
--                   books are whole, and no desk waits longer than for a batch. A run cut short goes on
--                   with the same key, or is left as it is: the next one charges what is missing.
--   some accounts   staged, then entries of run 0, all in one transaction
--
-- What was charged for a debt is the sum of its entries of kind 50; nothing else is kept of it.

-- Counted by every accrual: two that saw the same debts must not both charge them.
alter table app.account_books add column penalties bigint not null default 0;

-- Days no penalty is owed for, beside the moratoria of the law (money.md M3).
create table app.penalty_stop (
  id uuid primary key,
  number integer generated always as identity unique,         -- what the line of a penalty names
  scope text not null check (scope in ('creditor', 'house', 'account', 'document')),
  organisation_id uuid references app.organisation,
  house_id uuid references app.house,
  account_id uuid references app.account,
  origin_period date check (extract(day from origin_period) = 1),
  valid_from date not null,
  valid_to date check (valid_to > valid_from),
  reason text not null check (btrim(reason) <> ''),
  document text,
  changed_at timestamptz not null default clock_timestamp(),
  unique nulls not distinct (organisation_id, house_id, account_id, origin_period, valid_from),
  check (num_nonnulls(organisation_id, house_id, account_id) = 1),
  check ((scope = 'creditor') = (organisation_id is not null)),
  check ((scope = 'house') = (house_id is not null)),
  check ((scope = 'document') = (origin_period is not null)),
  check (scope not in ('account', 'document') or account_id is not null)
);
create index penalty_stop_account on app.penalty_stop (account_id) where account_id is not null;

-- The day a bill was handed over, where it was later than it had to be (money.md D7).
create table app.bill_handed_over (
  id uuid primary key,
  house_id uuid references app.house,
  account_id uuid references app.account,
  period date not null check (extract(day from period) = 1),
  handed_on date not null,
  changed_at timestamptz not null default clock_timestamp(),
  unique nulls not distinct (house_id, account_id, period),
  check (num_nonnulls(house_id, account_id) = 1)
);

create table app.penalty_run (
  voucher_id uuid primary key references app.voucher,
  period date not null references app.period,
  run_no integer not null check (run_no <= 0),                -- 0: no table of its own
  is_full boolean not null,                                   -- all accounts
  accrued_to date not null,
  terms text not null,                                        -- digest of the law and choices it went by
  first_open date,                                            -- the first month money could come into then
  accounts integer not null default 0,
  lines integer not null default 0,
  amount_kop bigint not null default 0,
  started_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz
);
create unique index penalty_run_number on app.penalty_run (period, run_no) where run_no < 0;

create function app.penalty_table(run app.penalty_run) returns text
  language sql immutable parallel safe
  return 'entry_' || to_char(run.period, 'YYYY_MM') || '_p' || -run.run_no;

create function app.pending_penalties(key uuid) returns app.penalty_run
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  run app.penalty_run;
begin
  select * into run from app.penalty_run where voucher_id = key for update;
  if not found or run.finished_at is not null then
    perform app.refuse('Такого начисления пени нет, или оно уже закончено. Начните его заново.');
  end if;
  return run;
end $$;

-- A table of entries of its own for a run over the whole centre, attached empty.
create function app.make_penalty_table(run app.penalty_run) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  target text := app.penalty_table(run);
begin
  execute format('create table app.%I (like app.entry) with (autovacuum_enabled = false)', target);
  execute format('alter table app.%I add check (period = %L), add check (run_no = %s), add check (kind = 50), '
    'add check (voucher_id = %L)', target, run.period, run.run_no, run.voucher_id);
  execute format('create index on app.%I (account_id)', target);
  execute format('create trigger entry_not_truncated before truncate on app.%I '
    'for each statement execute function app.forbid_change()', target);
  execute format('alter table app.entry_%s attach partition app.%I for values in (%s)',
    to_char(run.period, 'YYYY_MM'), target, run.run_no);
end $$;

-- Begin an accrual, or find the one begun with this key. {run_no, lines, is_finished}
create function api.start_penalties(
  key uuid, wanted date, accrued_to date, actor text, at timestamptz, account_numbers text[], terms text,
  with_table boolean, branch smallint default 0
) returns jsonb
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  run app.penalty_run;
  unknown text;
  whole boolean := cardinality(account_numbers) = 0;
  asked jsonb := jsonb_build_object('period', wanted, 'accrued_to', accrued_to, 'accounts', to_jsonb(account_numbers));
begin
  select string_agg(one, ', ') into unknown from unnest(account_numbers) as one
  where not exists (select 1 from app.account where account.number = one);
  if unknown is not null then
    perform app.refuse(format('Лицевого счёта %s нет. Проверьте номер.', unknown));
  end if;
  if not app.require_same_request(key, 'penalty', asked) then
    perform app.lock_open_part(wanted, 'penalties');
    perform pg_advisory_xact_lock(hashtext('app.penalty_run'));
  end if;
  if app.open_voucher(key, 'penalty', 'posted', wanted, actor, at, null, null, asked, branch) then
    insert into app.penalty_run (voucher_id, period, run_no, is_full, accrued_to, terms, first_open)
    values (key, wanted,
      case when whole and with_table
        then (select coalesce(min(run_no), 0) - 1 from app.penalty_run where period = wanted) else 0 end,
      whole, accrued_to, terms, app.first_open_period())
    returning * into run;
    if run.run_no < 0 then
      perform app.make_penalty_table(run);
    end if;
  else
    select * into run from app.penalty_run where voucher_id = key;
  end if;
  return jsonb_build_object('run_no', run.run_no, 'lines', run.lines, 'is_finished', run.finished_at is not null);
end $$;

-- Lock the books of a batch and open the table its rows go into; returns the name of that table.
--   seen   how many accruals each account had had when its debts were read
create function api.hold_penalties(key uuid, accounts uuid[], seen bigint[]) returns text
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  run app.penalty_run := app.pending_penalties(key);
  wrong text;
begin
  with held as (
    insert into app.account_books (account_id, version, penalties)
    select account, 1, 1 from unnest(accounts) as account order by account
    on conflict (account_id) do update
      set version = app.account_books.version + 1, penalties = app.account_books.penalties + 1
    returning account_id, penalties
  )
  select min(account.number) into wrong
  from unnest(accounts, seen) as known(account_id, penalties)
  join held using (account_id)
  join app.account on account.id = held.account_id
  where held.penalties <> known.penalties + 1;
  if wrong is not null then
    perform app.refuse(format('Пени по счёту %s начислены с другого рабочего места, пока шёл этот расчёт. '
      'Повторите: начислится только то, чего ещё нет.', wrong));
  end if;
  perform app.lock_open_part(run.period, 'penalties');
  if run.run_no < 0 then
    -- Given and taken back in one transaction: nobody else ever sees it.
    execute format('grant insert on app.%I to kvitok_run', app.penalty_table(run));
    return 'app.' || app.penalty_table(run);
  end if;
  drop table if exists pg_temp.staged_penalty;
  create temp table staged_penalty (like app.entry) on commit drop;
  grant insert on pg_temp.staged_penalty to kvitok_accountant, kvitok_run;
  return 'pg_temp.staged_penalty';
end $$;

-- The rows of the batch are in: look at them, move the balances with them.
--   first_origin, last_origin   of the periods of the rows: other balances are not looked at
create function api.finish_penalties(
  key uuid, accounts uuid[], lines integer, amount_kop bigint, first_origin date, last_origin date
) returns void
  language plpgsql security definer set search_path = app, public, pg_temp
  -- The rows of a batch are a small part of tables that lie by account: hashed, not sorted and merged.
  set enable_mergejoin = off set work_mem = '64MB' as $$
#variable_conflict use_variable
declare
  run app.penalty_run := app.pending_penalties(key);
  fresh text := 'app.' || quote_ident(app.penalty_table(run));
  low uuid := (select account from unnest(accounts) as account order by account limit 1);
  high uuid := (select account from unnest(accounts) as account order by account desc limit 1);
  there record;
begin
  if run.run_no < 0 then
    execute format('revoke insert on %s from kvitok_run', fresh);
  else
    fresh := 'pg_temp.staged_penalty';
    insert into app.entry
    select * from pg_temp.staged_penalty as staged
    where staged.period = run.period and staged.run_no = 0 and staged.voucher_id = key and staged.kind = 50
      and staged.account_id = any (accounts);
    analyze pg_temp.staged_penalty;
  end if;
  execute format($move$
    with move as materialized (
      select origin_period, account_id, service_id, contract_id, count(*) as lines,
        sum(amount_kop)::bigint as amount_kop
      from %1$s where account_id between $1 and $2 and line_no > $3 group by 1, 2, 3, 4
    ), moved as (
      update app.balance as kept set penalty_kop = kept.penalty_kop + move.amount_kop
      from move
      where kept.origin_period between $4 and $5 and kept.account_id between $1 and $2
        and kept.origin_period = move.origin_period and kept.account_id = move.account_id
        and kept.service_id = move.service_id and kept.contract_id = move.contract_id
      returning 1
    )
    select coalesce(sum(lines), 0)::bigint as lines, coalesce(sum(amount_kop), 0)::bigint as amount,
      coalesce(bool_and(account_id = any ($6) and origin_period between $4 and $5), true) as own,
      count(*) - (select count(*) from moved) as without_balance
    from move
  $move$, fresh) into there using low, high, run.lines, first_origin, last_origin, accounts;
  if there.lines <> lines or there.amount <> amount_kop or not there.own then
    perform app.refuse(format('Строки пени не сходятся с итогом: %s строк вместо %s. Ничего не проведено: повторите.',
      there.lines, lines));
  end if;
  if there.without_balance <> 0 then
    execute format($make$
      insert into app.balance (origin_period, account_id, service_id, contract_id, charged_kop, moved_kop, penalty_kop)
      select origin_period, account_id, service_id, contract_id, 0, 0, sum(amount_kop)::bigint
      from %1$s as fresh
      where account_id between $1 and $2 and line_no > $3
        and not exists (select 1 from app.balance as kept
          where kept.origin_period = fresh.origin_period and kept.account_id = fresh.account_id
            and kept.service_id = fresh.service_id and kept.contract_id = fresh.contract_id)
      group by 1, 2, 3, 4
    $make$, fresh) using low, high, run.lines;
  end if;
  update app.penalty_run as kept
  set lines = kept.lines + there.lines, amount_kop = kept.amount_kop + there.amount,
    accounts = kept.accounts + cardinality(accounts)
  where kept.voucher_id = key;
end $$;

create function api.end_penalties(key uuid) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  run app.penalty_run := app.pending_penalties(key);
begin
  update app.penalty_run set finished_at = clock_timestamp() where voucher_id = key;
  if run.run_no < 0 then
    execute format('analyze app.%I (account_id)', app.penalty_table(run));
  end if;
end $$;

-- Write penalties off by one document (money.md R10): a court's decision, ст. 333 ГК РФ, goodwill, a mistake.
-- The calculated figure stays: entries of kind 53 stand beside those of kind 50, and no accrual counts them.
--   wanted_lines   [{account, amount_kop | null: all that is owed, contract | null, origin_period | null}]
-- The oldest penalties go first. Gives {period, amount_kop, accounts, lines}.
create function api.write_off_penalties(
  key uuid, on_day date, actor text, at timestamptz, reason text, document text, wanted_lines jsonb,
  branch smallint default 0
) returns jsonb
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  asked jsonb := jsonb_build_object('subject', 'penalty', 'on', on_day, 'document', document, 'reason', reason,
    'lines', wanted_lines);
  into_period date;
  accounts uuid[];
  line record;
  holder app.account;
  from_contract uuid;
  owed bigint;
  rows app.posting_line[];
begin
  if app.require_same_request(key, 'write-off', asked) then
    return app.penalty_write_off_answer(key, true);
  end if;
  if coalesce(btrim(reason), '') = '' then
    perform app.refuse('Не указана причина списания пени. Напишите её: решение суда, ст. 333 ГК РФ, ошибка.');
  end if;
  if coalesce(btrim(document), '') = '' then
    perform app.refuse('Не указан документ, по которому списываются пени: его номер и дата.');
  end if;
  if jsonb_array_length(wanted_lines) = 0 then
    perform app.refuse('Списывать нечего: ни одного счёта нет.');
  end if;
  select array_agg(account.id order by account.id) into accounts
  from app.account
  where account.number in (select given ->> 'account' from jsonb_array_elements(wanted_lines) as given);
  perform app.lock_books(account) from unnest(accounts) as account;
  into_period := app.lock_penalty_period(on_day);
  perform app.open_voucher(key, 'write-off', 'posted', into_period, actor, at, reason, null, asked, branch);

  for line in
    select given ->> 'account' as account, (given ->> 'amount_kop')::bigint as amount_kop,
      given ->> 'contract' as contract, (given ->> 'origin_period')::date as origin_period
    from jsonb_array_elements(wanted_lines) with ordinality as told (given, place) order by place
  loop
    select * into holder from app.account where account.number = line.account;
    if not found then
      perform app.refuse(format('Лицевого счёта %s нет. Проверьте номер.', line.account));
    end if;
    from_contract := null;
    if line.contract is not null then
      select id into from_contract from app.contract where contract.number = line.contract;
      if not found then
        perform app.refuse(format('Договора «%s» нет. Проверьте номер.', line.contract));
      end if;
    end if;
    if line.amount_kop <= 0 then
      perform app.refuse(format('Сумма списания пени по счёту %s должна быть больше нуля.', line.account));
    end if;
    select coalesce(sum(penalty_kop), 0) into owed from app.balance
    where account_id = holder.id and penalty_kop > 0
      and (from_contract is null or contract_id = from_contract)
      and (line.origin_period is null or origin_period = line.origin_period);
    if owed < coalesce(line.amount_kop, 1) then
      perform app.refuse(format('По счёту %s пени к уплате %s ₽: списать %s нельзя.', line.account,
        app.shown_kop(owed), coalesce(app.shown_kop(line.amount_kop) || ' ₽', 'нечего и')));
    end if;
    select array_agg(row(part.service_id, part.contract_id, part.origin_period, 53, -part.amount_kop)::app.posting_line
      order by part.origin_period, part.service_id, part.contract_id) into rows
    from (
      select service_id, contract_id, origin_period, least(penalty_kop, coalesce(line.amount_kop, owed)
        - coalesce(sum(penalty_kop) over (order by origin_period, service_id, contract_id
            rows between unbounded preceding and 1 preceding), 0)) as amount_kop
      from app.balance
      where account_id = holder.id and penalty_kop > 0
        and (from_contract is null or contract_id = from_contract)
        and (line.origin_period is null or origin_period = line.origin_period)
    ) as part
    where part.amount_kop > 0;
    perform app.post_more_lines(key, into_period, holder.id, branch, rows);
  end loop;
  return app.penalty_write_off_answer(key, false);
end $$;

-- As app.post_lines, under a voucher of many accounts: the numbers of lines go on.
create function app.post_more_lines(
  voucher uuid, into_period date, account uuid, branch smallint, rows app.posting_line[]
) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  before integer;
begin
  select coalesce(max(line_no), 0) into before from app.entry
  where period = into_period and run_no = 0 and voucher_id = voucher;
  insert into app.account_books (account_id, version) values (account, 1)
  on conflict (account_id) do update set version = app.account_books.version + 1;
  insert into app.entry (period, run_no, voucher_id, line_no, branch_id, account_id, service_id, contract_id,
    origin_period, kind, method, component, zone, day_from, day_to, amount_kop, volume_mcu, price_mcr, inputs)
  select into_period, 0, voucher, before + row_number() over (), branch, account, line.service_id, line.contract_id,
    line.origin_period, line.kind, 0, 0, 0, 0, 0, line.amount_kop, 0, 0, '{}'
  from unnest(rows) as line;
  update app.balance as kept set penalty_kop = kept.penalty_kop + moved.amount_kop
  from (select origin_period, service_id, contract_id, sum(amount_kop)::bigint as amount_kop
        from unnest(rows) group by 1, 2, 3) as moved
  where kept.account_id = account and kept.origin_period = moved.origin_period
    and kept.service_id = moved.service_id and kept.contract_id = moved.contract_id;
end $$;

-- The first month from that of the day that takes penalties, locked.
create function app.lock_penalty_period(on_day date) returns date
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  wanted date := app.penalty_period(on_day);
begin
  perform app.lock_open_part(wanted, 'penalties');
  return wanted;
end $$;

create function app.penalty_write_off_answer(wanted uuid, is_replay boolean) returns jsonb
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select jsonb_build_object('voucher', voucher.id, 'period', voucher.period, 'replay', is_replay,
    'amount_kop', coalesce(sum(-entry.amount_kop), 0), 'lines', count(entry.line_no),
    'accounts', count(distinct entry.account_id))
  from app.voucher
  left join app.entry on entry.voucher_id = voucher.id and entry.period = voucher.period and entry.run_no = 0
  where voucher.id = wanted
  group by voucher.id, voucher.period;
$$;

-- Undo a writing off by its opposite, once.
create function api.reverse_penalty_write_off(
  key uuid, write_off uuid, on_day date, actor text, at timestamptz, reason text, branch smallint default 0
) returns jsonb
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  asked jsonb := jsonb_build_object('write_off', write_off, 'on', on_day, 'reason', reason);
  original app.voucher;
  into_period date;
  holder uuid;
begin
  if app.require_same_request(key, 'reversal', asked) then
    return app.penalty_write_off_answer(key, true);
  end if;
  if coalesce(btrim(reason), '') = '' then
    perform app.refuse('Не указана причина отмены списания. Напишите, почему пени возвращаются.');
  end if;
  select * into original from app.voucher where id = write_off;
  if not found or original.kind <> 'write-off' or original.request ->> 'subject' is distinct from 'penalty' then
    perform app.refuse(format('Документ %s не списание пени. Возьмите ключ из ответа kvitok write-off-penalty.',
      write_off));
  end if;
  perform app.lock_books(account_id) from (
    select distinct account_id from app.entry
    where period = original.period and run_no = 0 and voucher_id = write_off order by 1) as touched;
  if exists (select 1 from app.voucher where reverses = write_off) then
    perform app.refuse(format('Списание %s уже отменено. Второй раз его отменить нельзя.', write_off));
  end if;
  into_period := app.lock_penalty_period(greatest(on_day, original.period));
  perform app.open_voucher(key, 'reversal', 'posted', into_period, actor, at, reason, write_off, asked, branch);
  for holder in
    select distinct account_id from app.entry
    where period = original.period and run_no = 0 and voucher_id = write_off order by 1
  loop
    perform app.post_more_lines(key, into_period, holder, branch, array(
      select row(entry.service_id, entry.contract_id, entry.origin_period, entry.kind, -entry.amount_kop)::app.posting_line
      from app.entry
      where entry.period = original.period and entry.run_no = 0 and entry.voucher_id = write_off
        and entry.account_id = holder
      order by entry.line_no));
  end loop;
  return app.penalty_write_off_answer(key, false);
end $$;

-- The first month from that of the day into which penalties may go.
create function app.penalty_period(on_day date) returns date
  language plpgsql stable security definer set search_path = app, public, pg_temp as $$
begin
  -- 70_periods.sql knows the parts of a month.
  return greatest(date_trunc('month', on_day)::date, app.first_open_month('penalties'));
end $$;

-- The sheets «Приостановка пени», «Вручение документов», the column «День оплаты» of «Договоры» (80_import.sql).
create function app.import_penalty_stops() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  wrong record;
begin
  create temp table found_stop on commit drop as
  select given.*, organisation.id as organisation_id, house.id as house_id, account.id as account_id
  from pg_temp.staged_penalty_stop as given
  left join app.organisation on given.scope = 'creditor' and organisation.code = given.code
  left join app.house on given.scope = 'house' and house.code = given.code
  left join app.account on given.scope in ('account', 'document') and account.number = given.code;
  select found.scope, found.code into wrong from pg_temp.found_stop as found
  where num_nonnulls(found.organisation_id, found.house_id, found.account_id) = 0 limit 1;
  if found then
    perform app.refuse(format('Лист «Приостановка пени»: %s «%s» в базе нет. Проверьте код или номер.',
      case wrong.scope when 'creditor' then 'организации' when 'house' then 'дома' else 'лицевого счёта' end, wrong.code));
  end if;
  update app.penalty_stop as kept
  set valid_to = given.valid_to, reason = given.reason, document = coalesce(given.document, kept.document),
    changed_at = clock_timestamp()
  from pg_temp.found_stop as given
  where kept.scope = given.scope and kept.valid_from = given.valid_from and kept.contract_id is null
    and (kept.organisation_id, kept.house_id, kept.account_id, kept.origin_period) is not distinct from
        (given.organisation_id, given.house_id, given.account_id, given.origin_period)
    and (kept.valid_to, kept.reason, kept.document) is distinct from
        (given.valid_to, given.reason, coalesce(given.document, kept.document));
  insert into app.penalty_stop (id, scope, organisation_id, house_id, account_id, origin_period, valid_from, valid_to,
    reason, document)
  select given.id, given.scope, given.organisation_id, given.house_id, given.account_id, given.origin_period,
    given.valid_from, given.valid_to, given.reason, given.document
  from pg_temp.found_stop as given
  where not exists (select 1 from app.penalty_stop as kept
    where kept.scope = given.scope and kept.valid_from = given.valid_from and kept.contract_id is null
      and (kept.organisation_id, kept.house_id, kept.account_id, kept.origin_period) is not distinct from
          (given.organisation_id, given.house_id, given.account_id, given.origin_period));
  drop table pg_temp.found_stop;
end $$;

create function app.import_bills_handed_over() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  insert into app.bill_handed_over as kept (id, house_id, account_id, period, handed_on)
  select given.id, house.id, account.id, given.period, given.handed_on
  from pg_temp.staged_bill_handed_over as given
  left join app.house on house.code = given.house
  left join app.account on account.number = given.account
  on conflict (house_id, account_id, period) do update
    set handed_on = excluded.handed_on, changed_at = clock_timestamp()
    where kept.handed_on <> excluded.handed_on;
end $$;

-- The day of paying that stands with the contract itself is its rule from its first month.
create function app.import_due_days() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  wrong text;
begin
  select contract.number into wrong
  from pg_temp.staged_contract as given join app.contract on contract.number = given.number
  where given.due_day is not null and contract.valid_from >= date '2026-03-01'
    and contract.penalty_scheme <> 'capital-repair' limit 1;
  if found then
    perform app.refuse(format('Лист «Договоры»: у договора № %s своего дня оплаты быть не может – с марта 2026 года '
      'срок по закону 15-е число (ЖК, ст. 155 ч. 1). Оставьте «День оплаты» пустым.', wrong));
  end if;
  insert into app.due_rule as kept (contract_id, first_period, day_of_month)
  select contract.id, date_trunc('month', contract.valid_from)::date, given.due_day
  from pg_temp.staged_contract as given join app.contract on contract.number = given.number
  where given.due_day is not null
  on conflict (contract_id, first_period) do update set day_of_month = excluded.day_of_month
    where kept.day_of_month <> excluded.day_of_month;
end $$;


grant select on app.penalty_stop, app.bill_handed_over, app.penalty_run
  to kvitok_cashier, kvitok_operator, kvitok_accountant, kvitok_auditor, kvitok_run;
grant execute on function app.penalty_period(date)
  to kvitok_cashier, kvitok_operator, kvitok_accountant, kvitok_auditor, kvitok_run;
grant execute on function
  api.start_penalties(uuid, date, date, text, timestamptz, text[], text, boolean, smallint),
  api.hold_penalties(uuid, uuid[], bigint[]),
  api.finish_penalties(uuid, uuid[], integer, bigint, date, date),
  api.end_penalties(uuid),
  api.write_off_penalties(uuid, date, text, timestamptz, text, text, jsonb, smallint),
  api.reverse_penalty_write_off(uuid, uuid, date, text, timestamptz, text, smallint)
  to kvitok_accountant, kvitok_run;
