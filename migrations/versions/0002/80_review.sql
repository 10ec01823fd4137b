-- Review of a run before it counts: what looks implausible is held out until somebody approves it.
--
--   sealed, indexed, checked ──▶ find_doubts ──▶ decide (by group, account) ──▶ hold_doubts ──▶ post_run
--
-- A held line lies in app.held_line; the account is charged anew when the reason is mended.

alter table app.charge_run add column reviewed_at timestamptz;     -- waits for a person since

create table app.charge_doubt (
  voucher_id uuid not null references app.charge_run,
  account_id uuid not null,
  service_id uuid not null,
  contract_id uuid not null,
  reason text not null check (reason in ('negative', 'zero', 'jump', 'fall', 'silent')),
  amount_kop bigint not null,
  before_kop bigint,                          -- of the month before, null: nothing was charged
  decision text not null default 'open' check (decision in ('open', 'approved', 'held')),
  decided_by text,
  decided_at timestamptz,
  primary key (voucher_id, account_id, service_id, contract_id)
);

create table app.held_line (
  voucher_id uuid not null references app.charge_run,
  line_no integer not null,
  account_id uuid not null,
  service_id uuid not null,
  contract_id uuid not null,
  amount_kop bigint not null,
  reason text not null,
  line jsonb not null,                        -- the whole entry as it was calculated
  primary key (voucher_id, line_no)
);
create index held_line_account on app.held_line (account_id);
create trigger held_line_stays before update or delete on app.held_line
  for each row execute function app.forbid_change();

-- Where the lines of a run are: its staging table, or its partition once it counts.
create function app.lines_of_run(run app.charge_run) returns text
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select name from unnest(array[
    format('staging.%I', app.run_table('entry', run.period, run.run_no)),
    format('app.%I', 'entry_' || to_char(run.period, 'YYYY_MM') || '_r' || run.run_no),
    format('staging.%I', 'entry_' || to_char(run.period, 'YYYY_MM') || '_r' || run.run_no)
  ]) as name
  where to_regclass(name) is not null limit 1;
$$;

-- What a run and the month before it come to by account, service and contract.
create function app.compare_run(key uuid) returns table (
  account_id uuid, service_id uuid, contract_id uuid,
  amount_kop bigint, volume_mcu bigint, raising_kop bigint, methods smallint[], prices bigint[], person_days bigint,
  before_kop bigint, before_mcu bigint, before_raising_kop bigint, before_methods smallint[], before_prices bigint[],
  before_person_days bigint, is_fresh boolean, had_before boolean
)
  language plpgsql stable security definer set search_path = app, public, pg_temp as $$
declare
  run app.charge_run;
  sums text := 'account_id, service_id, contract_id, sum(amount_kop)::bigint as amount_kop, '
    'coalesce(sum(volume_mcu) filter (where kind = 1), 0)::bigint as volume_mcu, '
    'coalesce(sum(amount_kop) filter (where kind = 2), 0)::bigint as raising_kop, '
    'array_agg(distinct method) as methods, array_agg(distinct price_mcr) as prices, '
    -- Bases of norms keep persons × days in their second slot (app/domain/bases/norms.py).
    'coalesce(sum(inputs[2]) filter (where kind = 1 and method in (20, 21, 22, 33, 41, 50)), 0)::bigint as person_days';
begin
  select * into strict run from app.charge_run where voucher_id = key;
  return query execute format($query$
    with fresh as (
      select %1$s from %2$s where kind < 20 and reverses_run = 0 group by 1, 2, 3
    ), before as (
      select %1$s from app.entry
      where period = %3$L and origin_period = %3$L and kind < 20 and run_no > 0
        and (%4$L::boolean or account_id in (select account_id from app.run_accounts($1)))
      group by 1, 2, 3 having sum(amount_kop) <> 0 or bool_or(reverses_run = 0)
    )
    select coalesce(fresh.account_id, before.account_id), coalesce(fresh.service_id, before.service_id),
      coalesce(fresh.contract_id, before.contract_id),
      coalesce(fresh.amount_kop, 0), coalesce(fresh.volume_mcu, 0), coalesce(fresh.raising_kop, 0),
      fresh.methods, fresh.prices, fresh.person_days,
      before.amount_kop, before.volume_mcu, coalesce(before.raising_kop, 0), before.methods, before.prices,
      before.person_days, fresh.account_id is not null, before.account_id is not null
    from fresh full join before using (account_id, service_id, contract_id)
  $query$, sums, app.lines_of_run(run), (run.period - interval '1 month')::date, run.is_full) using run;
end $$;

-- Look for what is implausible; the run waits for a person from here on. Returns the number found.
create function api.find_doubts(
  key uuid, jump_ppm bigint, jump_kop bigint, silent_months integer
) returns integer
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  run app.charge_run := app.pending_run(key);
  number integer;
begin
  if run.checked_at is null then
    perform app.refuse('Начисление ещё не закончено: разбирать его рано.');
  end if;
  delete from app.charge_doubt where voucher_id = key;
  insert into app.charge_doubt (voucher_id, account_id, service_id, contract_id, reason, amount_kop, before_kop)
  select key, found.account_id, found.service_id, found.contract_id, found.reason, found.amount_kop, found.before_kop
  from (
    select one.*, case
        when one.amount_kop < 0 then 'negative'
        when one.amount_kop = 0 and one.before_kop > 0 then 'zero'
        when one.before_kop > 0 and one.amount_kop - one.before_kop > jump_kop
          and one.amount_kop::numeric * 1000000 > one.before_kop::numeric * jump_ppm then 'jump'
        when one.amount_kop > 0 and one.before_kop - one.amount_kop > jump_kop
          and one.before_kop::numeric * 1000000 > one.amount_kop::numeric * jump_ppm then 'fall'
        when silent.account_id is not null then 'silent'
      end as reason
    from app.compare_run(key) as one
    left join app.silent_points(run.period, silent_months) as silent
      on silent.account_id = one.account_id and silent.service_id = one.service_id
    where one.is_fresh
  ) as found
  where found.reason is not null;
  get diagnostics number = row_count;
  update app.charge_run set reviewed_at = clock_timestamp() where voucher_id = key;
  return number;
end $$;

-- Accounts and services whose meters have had no reading for so many months before the period's end.
create function app.silent_points(wanted date, months integer) returns table (account_id uuid, service_id uuid)
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select distinct account.id, meter.service_id
  from app.meter
  join app.account on account.id = meter.account_id
    or meter.account_id is null and account.premises_id = meter.premises_id
  where meter.kind <> 'house'
    and meter.installed_on <= (wanted - make_interval(months => months))::date
    and coalesce(meter.removed_on, 'infinity') > wanted
    and not exists (
      select 1 from app.reading where reading.meter_id = meter.id
        and reading.period > wanted - make_interval(months => months) and reading.period <= wanted
    );
$$;

-- Approve or hold doubts: of a reason, a service, an account; null is any. Returns how many.
create function api.decide_doubts(
  key uuid, wanted_reason text, wanted_service text, wanted_account text, wanted text, actor text, at timestamptz
) returns integer
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  decided integer;
begin
  perform app.pending_run(key);
  update app.charge_doubt as doubt set decision = wanted, decided_by = actor, decided_at = at
  where doubt.voucher_id = key
    and (wanted_reason is null or doubt.reason = wanted_reason)
    and (wanted_service is null or doubt.service_id in (select id from app.service where code = wanted_service))
    and (wanted_account is null or doubt.account_id in (select account.id from app.account where account.number = wanted_account));
  get diagnostics decided = row_count;
  return decided;
end $$;

-- Take out of the run what was not approved; what stays is what post_run makes count.
create function api.hold_doubts(key uuid) returns integer
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  run app.charge_run := app.pending_run(key);
  number integer;
begin
  if run.reviewed_at is null then
    perform app.refuse('Это начисление не разбиралось: проведите его командой charge.');
  end if;
  execute format($take$
    with taken as (
      delete from staging.%1$I as line using app.charge_doubt as doubt
      where doubt.voucher_id = %3$L and doubt.decision <> 'approved' and line.account_id = doubt.account_id
        and line.service_id = doubt.service_id and line.contract_id = doubt.contract_id
      returning line.*, doubt.reason
    ), kept as (
      insert into app.held_line (voucher_id, line_no, account_id, service_id, contract_id, amount_kop, reason, line)
      select voucher_id, line_no, account_id, service_id, contract_id, amount_kop, reason, to_jsonb(taken) - 'reason'
      from taken
    )
    update staging.%2$I as owed set charged_kop = owed.charged_kop - less.amount_kop
    from (select account_id, service_id, contract_id, sum(amount_kop)::bigint as amount_kop from taken group by 1, 2, 3)
      as less
    where owed.account_id = less.account_id and owed.service_id = less.service_id
      and owed.contract_id = less.contract_id
  $take$, app.run_table('entry', run.period, run.run_no), app.run_table('balance', run.period, run.run_no), key);
  update app.charge_doubt set decision = 'held' where voucher_id = key and decision = 'open';
  select count(*) into number from app.charge_doubt where voucher_id = key and decision = 'held';
  return number;
end $$;

grant execute on function
  api.find_doubts(uuid, bigint, bigint, integer), api.decide_doubts(uuid, text, text, text, text, text, timestamptz),
  api.hold_doubts(uuid)
  to kvitok_run, kvitok_operator;
grant execute on function app.compare_run(uuid), app.silent_points(date, integer), app.lines_of_run(app.charge_run)
  to kvitok_run, kvitok_operator, kvitok_accountant, kvitok_auditor;
