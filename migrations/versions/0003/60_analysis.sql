-- Sums of entries for the analysis of settlements: who owes what, by house, service, contract, origin.
--
--   charge run posted, penalty run finished, or month closed  ──▶  its entries never change any more
--                                                             ──▶  keep_turnovers sums them once
--
-- Reports read the sums of what is kept and the entries of the rest. No payment writes here: a running
-- total would make every desk wait for every other. A reopened month forgets the sums of all but its charge
-- runs; a run that counts no more is forgotten when the next sums are made, and is not read before that either.
-- `verify` compares every sum to its entries.

create table app.turnover (
  period date not null,                       -- posted into
  run_no integer not null,
  house_id uuid not null,
  service_id uuid not null,
  contract_id uuid not null,
  origin_period date not null,
  kind smallint not null,
  agent_id uuid,                              -- of payments taken by an agent
  channel text,                               -- of payments
  amount_kop bigint not null,
  lines bigint not null
);
create index turnover_period on app.turnover (period, run_no);

-- The parts of the ledger whose sums are kept.
create table app.turnover_kept (
  period date not null,
  run_no integer not null,
  lines bigint not null,
  kept_at timestamptz not null default clock_timestamp(),
  primary key (period, run_no)
);

-- The parts of the ledger that count: tables attached below app.entry.
create view app.entry_part as
  select
    (regexp_match(pg_get_expr(month.relpartbound, month.oid), '''([0-9]+-[0-9]+-[0-9]+)'''))[1]::date as period,
    (regexp_match(pg_get_expr(run.relpartbound, run.oid), '(-?[0-9]+)'))[1]::integer as run_no,
    run.oid as table_id
  from pg_inherits as of_ledger
  join pg_class as month on month.oid = of_ledger.inhrelid
  join pg_inherits as of_month on of_month.inhparent = month.oid
  join pg_class as run on run.oid = of_month.inhrelid
  where of_ledger.inhparent = 'app.entry'::regclass;

-- Sum what does not change any more and is not summed yet. Returns how many parts were summed.
create function api.keep_turnovers() returns integer
  language plpgsql security definer set search_path = app, public, pg_temp
  set work_mem = '64MB' as $$
declare
  part record;
  counted bigint;
  kept integer := 0;
begin
  perform pg_advisory_xact_lock(hashtext('app.turnover'));
  lock table app.entry in access share mode;
  delete from app.turnover_kept as old where not exists (
    select 1 from app.entry_part as there where there.period = old.period and there.run_no = old.run_no);
  delete from app.turnover as old where not exists (
    select 1 from app.turnover_kept as there where there.period = old.period and there.run_no = old.run_no);
  for part in
    select there.period, there.run_no from app.entry_part as there
    where not exists (
      select 1 from app.turnover_kept as done where done.period = there.period and done.run_no = there.run_no)
    order by 1, 2
  loop
    -- A penalty run takes its rows while it is attached already, run 0 as long as the month is open.
    if part.run_no < 0 and exists (
      select 1 from app.penalty_run as run
      where run.period = part.period and run.run_no = part.run_no and run.finished_at is not null)
    then
      null;
    elsif part.run_no <= 0 then
      perform 1 from app.period where period = part.period and state = 'closed' for share;
      continue when not found;
    end if;
    -- A table made of a query is summed by all cores, an insert by one.
    execute format($sum$
      create temp table summed_turnover on commit drop as
      select entry.period, entry.run_no, premises.house_id, entry.service_id, entry.contract_id,
        entry.origin_period, entry.kind, payment.agent_id, payment.channel,
        sum(entry.amount_kop)::bigint as amount_kop, count(*) as lines
      from app.entry
      join app.account on account.id = entry.account_id
      join app.premises on premises.id = account.premises_id
      left join app.payment on %L and payment.id = entry.voucher_id
      where entry.period = %L and entry.run_no = %s
      group by 1, 2, 3, 4, 5, 6, 7, 8, 9
    $sum$, part.run_no = 0, part.period, part.run_no);
    insert into app.turnover (period, run_no, house_id, service_id, contract_id, origin_period, kind,
      agent_id, channel, amount_kop, lines)
    select * from pg_temp.summed_turnover;
    drop table pg_temp.summed_turnover;
    select coalesce(sum(lines), 0) into counted from app.turnover
    where period = part.period and run_no = part.run_no;
    insert into app.turnover_kept (period, run_no, lines) values (part.period, part.run_no, counted);
    kept := kept + 1;
  end loop;
  return kept;
end $$;

-- A month that opens again takes entries again: its sums are made anew when it closes.
create function app.forget_turnover() returns trigger
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  delete from app.turnover_kept where period = new.period and run_no <= 0;
  delete from app.turnover where period = new.period and run_no <= 0;
  return null;
end $$;
create trigger period_reopened after update of state on app.period
  for each row when (old.state = 'closed' and new.state <> 'closed')
  execute function app.forget_turnover();

grant execute on function api.keep_turnovers()
  to kvitok_cashier, kvitok_operator, kvitok_accountant, kvitok_auditor, kvitok_run;
