-- Adjustments: lines of the kinds 3..7 of app/domain/ledger.py under one voucher, of many accounts at once.
--
--   start_adjustments ──▶ pg_temp.staged_adjustment ◀── COPY      post_adjustments ──▶ app.entry, app.balance
--
-- All corrections of what was charged come this way: recalculation, the yearly true-ups, a correction by hand.

create function api.start_adjustments() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  drop table if exists pg_temp.staged_adjustment;
  create temp table staged_adjustment (
    line_no integer primary key, account_id uuid not null, service_id uuid not null, contract_id uuid not null,
    origin_period date not null, kind smallint not null, method smallint not null, component smallint not null,
    zone smallint not null, day_from smallint not null, day_to smallint not null, amount_kop bigint not null,
    volume_mcu bigint not null, price_mcr bigint not null, inputs bigint[] not null) on commit drop;
  grant insert on pg_temp.staged_adjustment to kvitok_operator, kvitok_accountant, kvitok_run;
end $$;

-- What was asked, in a few letters: compared when the key comes again.
create function app.staged_adjustments_digest() returns text
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  return (select md5(string_agg(md5(staged::text), '' order by line_no)) from pg_temp.staged_adjustment as staged);
end $$;

create function app.check_staged_adjustments(wanted date, reason text) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  wrong record;
begin
  if coalesce(btrim(reason), '') = '' then
    perform app.refuse('Не указана причина. Без причины исправление не проводится: напишите, почему оно нужно.');
  end if;
  if not exists (select 1 from pg_temp.staged_adjustment) then
    perform app.refuse('Проводить нечего: ни одной строки исправления нет.');
  end if;
  select staged.*, account.number into wrong
  from pg_temp.staged_adjustment as staged
  left join app.account on account.id = staged.account_id
  where staged.kind not between 3 and 7 or staged.origin_period > wanted
    or (staged.amount_kop = 0 and staged.volume_mcu = 0)
  order by line_no limit 1;
  if not found then
    return;
  end if;
  if wrong.kind not between 3 and 7 then
    perform app.refuse(format('Строка %s счёта %s не исправление (вид %s): проведите её другим документом.',
      wrong.line_no, wrong.number, wrong.kind));
  elsif wrong.origin_period > wanted then
    perform app.refuse(format('Строка %s счёта %s исправляет %s, а проводится раньше, в %s. Выберите период позже.',
      wrong.line_no, wrong.number, to_char(wrong.origin_period, 'MM.YYYY'), to_char(wanted, 'MM.YYYY')));
  end if;
  perform app.refuse(format('Строка %s счёта %s ничего не меняет: сумма и объём равны нулю.',
    wrong.line_no, wrong.number));
end $$;

-- Post what is staged. True: posted now; false: the same was posted with this key before.
create function api.post_adjustments(
  key uuid, wanted date, actor text, at timestamptz, reason text, branch smallint default 0
) returns boolean
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  origin date;
  asked jsonb := jsonb_build_object('period', wanted, 'reason', reason, 'lines', app.staged_adjustments_digest());
begin
  perform app.check_staged_adjustments(wanted, reason);
  if exists (select 1 from app.voucher where id = key) then
    -- Closed since or not, what was asked then is posted.
    return app.open_voucher(key, 'adjustment', 'posted', wanted, actor, at, reason, null, asked, branch);
  end if;
  perform app.lock_open_period(wanted);
  if not app.open_voucher(key, 'adjustment', 'posted', wanted, actor, at, reason, null, asked, branch) then
    return false;
  end if;

  insert into app.account_books (account_id, version)
  select account_id, 1 from pg_temp.staged_adjustment group by account_id order by account_id
  on conflict (account_id) do update set version = app.account_books.version + 1;

  for origin in select distinct origin_period from pg_temp.staged_adjustment order by 1 loop
    perform app.ensure_period(origin);
  end loop;

  insert into app.entry (period, run_no, voucher_id, line_no, branch_id, account_id, service_id, contract_id,
    origin_period, kind, method, component, zone, day_from, day_to, amount_kop, volume_mcu, price_mcr, inputs)
  select wanted, 0, key, line_no, branch, account_id, service_id, contract_id, origin_period, kind, method,
    component, zone, day_from, day_to, amount_kop, volume_mcu, price_mcr, inputs
  from pg_temp.staged_adjustment order by line_no;

  merge into app.balance as kept
  using (
    select origin_period, account_id, service_id, contract_id, sum(amount_kop)::bigint as moved_kop
    from pg_temp.staged_adjustment group by 1, 2, 3, 4
  ) as moved
  on kept.origin_period = moved.origin_period and kept.account_id = moved.account_id
    and kept.service_id = moved.service_id and kept.contract_id = moved.contract_id
  when matched then update set moved_kop = kept.moved_kop + moved.moved_kop
  when not matched then insert (origin_period, account_id, service_id, contract_id, charged_kop, moved_kop, penalty_kop)
    values (moved.origin_period, moved.account_id, moved.service_id, moved.contract_id, 0, moved.moved_kop, 0);
  return true;
end $$;

grant execute on function api.start_adjustments(),
  api.post_adjustments(uuid, date, text, timestamptz, text, smallint)
  to kvitok_operator, kvitok_accountant, kvitok_run;
grant execute on function api.keep_notes(bigint[], text[]) to kvitok_accountant;

-- How often an account was recalculated: two who replay one month at a time must not post it twice.
create table app.recalculation_version (
  account_id uuid primary key references app.account,
  version bigint not null default 0
) with (fillfactor = 70);

-- Months of an account that no recalculation touches; period_to is the first month free again, null: for good.
create table app.recalculation_ban (
  id uuid primary key,
  account_id uuid not null references app.account,
  period_from date not null check (extract(day from period_from) = 1),
  period_to date check (period_to > period_from and extract(day from period_to) = 1),
  reason text not null check (btrim(reason) <> ''),
  actor text not null,
  made_at timestamptz not null,
  lifted_at timestamptz,
  lifted_by text,
  lifted_why text
);
create index recalculation_ban_account on app.recalculation_ban (account_id) where lifted_at is null;

-- What waits to be recalculated, and why: filled by triggers of the dated facts (90_recalculation_due.sql).
create table app.recalculation_due (
  account_id uuid not null references app.account,
  reason text not null,
  from_period date not null check (extract(day from from_period) = 1),
  made_at timestamptz not null default clock_timestamp(),
  changed_in xid8 not null default pg_current_xact_id(),  -- a replay that began before has not seen it
  primary key (account_id, reason)
);

-- What a charge run could see when it began: its posting settles these changes and no later ones.
create table app.charge_run_snapshot (
  voucher_id uuid primary key,
  seen pg_snapshot not null
);

-- Whoever posts a recalculation of what he saw: nobody else has recalculated or charged it since.
create function api.claim_recalculation(accounts uuid[], versions bigint[], before date, runs bigint) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  wrong text;
begin
  perform 1 from app.period where period < before order by period for share;
  if (select coalesce(sum(posted_runs), 0) from app.period where period < before) <> runs then
    perform app.refuse('Пока шёл перерасчёт, один из его месяцев начислили заново. '
      'Ничего не проведено: повторите перерасчёт.');
  end if;
  insert into app.recalculation_version (account_id)
  select account from unnest(accounts) as account order by account on conflict do nothing;
  perform 1 from app.recalculation_version where account_id = any (accounts) order by account_id for update;
  select min(account.number) into wrong
  from unnest(accounts, versions) as seen(account_id, version)
  join app.recalculation_version as kept using (account_id)
  join app.account on account.id = seen.account_id
  where kept.version <> seen.version;
  if wrong is not null then
    perform app.refuse(format('Счёт %s пересчитали с другого рабочего места, пока шёл этот перерасчёт. '
      'Ничего не проведено: повторите его.', wrong));
  end if;
  update app.recalculation_version set version = version + 1 where account_id = any (accounts);
end $$;

-- Months from `first` to before `target` were replayed for these accounts: what a replay saw waits no more.
-- A month that is charged and open waits to be charged anew.
create function api.settle_recalculation(accounts uuid[], firsts date[], target date, seen pg_snapshot) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  is_charged boolean := exists (
    select 1 from app.charge_run as run join app.voucher on voucher.id = run.voucher_id
    where run.period >= target and voucher.status = 'posted');
begin
  if is_charged then
    update app.recalculation_due as due set from_period = target
    from unnest(accounts, firsts) as done(account_id, first)
    where due.account_id = done.account_id and due.from_period >= done.first and due.from_period < target
      and pg_visible_in_snapshot(due.changed_in, seen);
  else
    delete from app.recalculation_due as due
    using unnest(accounts, firsts) as done(account_id, first)
    where due.account_id = done.account_id and due.from_period >= done.first
      and pg_visible_in_snapshot(due.changed_in, seen);
  end if;
end $$;

create function app.see_charge_run() returns trigger
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  insert into app.charge_run_snapshot (voucher_id, seen) values (new.voucher_id, pg_current_snapshot())
  on conflict do nothing;
  return null;
end $$;
create trigger charge_run_sees after insert on app.charge_run
  for each row execute function app.see_charge_run();

-- A month charged anew is what is known now: what waited for it alone waits no more.
create function app.settle_charge_run() returns trigger
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  charged_next date;
begin
  if not exists (select 1 from app.recalculation_due where from_period = new.period) then
    return null;
  end if;
  select min(run.period) into charged_next
  from app.charge_run as run join app.voucher on voucher.id = run.voucher_id
  where run.period > new.period and voucher.status = 'posted';
  create temp table settled_account on commit drop as
  select account_id from app.run_accounts(new);
  if charged_next is null then
    delete from app.recalculation_due as due
    using app.charge_run_snapshot as began, settled_account as account
    where began.voucher_id = new.voucher_id and due.account_id = account.account_id
      and due.from_period = new.period and pg_visible_in_snapshot(due.changed_in, began.seen);
  else
    update app.recalculation_due as due set from_period = charged_next
    from app.charge_run_snapshot as began, settled_account as account
    where began.voucher_id = new.voucher_id and due.account_id = account.account_id
      and due.from_period = new.period and pg_visible_in_snapshot(due.changed_in, began.seen);
  end if;
  drop table settled_account;
  return null;
end $$;
create trigger charge_run_settles after update of posted_at on app.charge_run
  for each row when (old.posted_at is null and new.posted_at is not null)
  execute function app.settle_charge_run();

-- Totals of a house as a recalculation of any of its accounts found them: they count until the month is
-- charged anew. Its other accounts wait in the queue if the change was theirs too.
create table app.house_total_replayed (
  like app.house_total,
  recorded_at timestamptz not null default clock_timestamp()
);
alter table app.house_total_replayed drop column voucher_id;
create index house_total_replayed_house on app.house_total_replayed (house_id, period);
create trigger house_total_replayed_stays before update or delete on app.house_total_replayed
  for each row execute function app.forbid_change();

-- The totals of months that count: of the last run or the last recalculation, and
-- the program's own before those it was given.
create or replace function app.counting_house_totals(houses uuid[], since date, before date)
  returns table (
    house_id uuid, service_id uuid, period date, method text, house_mcu bigint, individual_mcu bigint,
    for_hot_mcu bigint, carry_before_mcu bigint, net_mcu bigint, charged_mcu bigint, carry_mcu bigint,
    premises_cm2 bigint, price_mcr bigint, heat_price_mcr bigint, heat_norm_mcu bigint)
  language sql stable security definer set search_path = app, public, pg_temp as $$
  with every_one as (
    select total.period, total.house_id, total.service_id, total.method, total.house_mcu, total.individual_mcu,
      total.for_hot_mcu, total.carry_before_mcu, total.net_mcu, total.charged_mcu, total.carry_mcu,
      total.premises_cm2, total.price_mcr, total.heat_price_mcr, total.heat_norm_mcu, run.posted_at as counts_since
    from app.house_total as total
    join app.charge_run as run on run.voucher_id = total.voucher_id
    join app.voucher on voucher.id = run.voucher_id and voucher.status = 'posted'
    where total.house_id = any ($1) and total.period >= since and total.period < before
    union all
    select again.period, again.house_id, again.service_id, again.method, again.house_mcu, again.individual_mcu,
      again.for_hot_mcu, again.carry_before_mcu, again.net_mcu, again.charged_mcu, again.carry_mcu,
      again.premises_cm2, again.price_mcr, again.heat_price_mcr, again.heat_norm_mcu, again.recorded_at
    from app.house_total_replayed as again
    where again.house_id = any ($1) and again.period >= since and again.period < before
  ), own as (
    select distinct on (house_id, service_id, period) * from every_one
    order by house_id, service_id, period, counts_since desc
  )
  select own.house_id, own.service_id, own.period, own.method, own.house_mcu, own.individual_mcu,
    own.for_hot_mcu, own.carry_before_mcu, own.net_mcu, own.charged_mcu, own.carry_mcu, own.premises_cm2,
    own.price_mcr, own.heat_price_mcr, own.heat_norm_mcu
  from own
  union all
  select given.house_id, given.service_id, given.period, given.method, given.house_mcu, given.individual_mcu,
    0, 0, null, given.charged_mcu, given.carry_mcu, 0, given.price_mcr, 0, 0
  from app.house_total_given as given
  where given.house_id = any ($1) and given.period >= since and given.period < before
    and not exists (select 1 from own where own.house_id = given.house_id
      and own.service_id = given.service_id and own.period = given.period);
$$;

create function api.keep_replayed_totals(
  wanted date, house_ids uuid[], service_ids uuid[], methods text[], house_mcu bigint[], individual_mcu bigint[],
  for_hot_mcu bigint[], carry_before_mcu bigint[], net_mcu bigint[], charged_mcu bigint[], carry_mcu bigint[],
  premises_cm2 bigint[], price_mcr bigint[], heat_price_mcr bigint[], heat_norm_mcu bigint[]
) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  insert into app.house_total_replayed (period, house_id, service_id, method, house_mcu, individual_mcu,
    for_hot_mcu, carry_before_mcu, net_mcu, charged_mcu, carry_mcu, premises_cm2, price_mcr, heat_price_mcr,
    heat_norm_mcu)
  select wanted, made.*
  from unnest(house_ids, service_ids, methods, house_mcu, individual_mcu, for_hot_mcu, carry_before_mcu, net_mcu,
    charged_mcu, carry_mcu, premises_cm2, price_mcr, heat_price_mcr, heat_norm_mcu)
    as made (house_id, service_id, method, house_mcu, individual_mcu, for_hot_mcu, carry_before_mcu, net_mcu,
      charged_mcu, carry_mcu, premises_cm2, price_mcr, heat_price_mcr, heat_norm_mcu)
  left join app.counting_house_totals(house_ids, wanted, (wanted + interval '1 month')::date) as known
    on known.house_id = made.house_id and known.service_id = made.service_id
  where row (known.method, known.house_mcu, known.individual_mcu, known.for_hot_mcu, known.carry_before_mcu,
      known.net_mcu, known.charged_mcu, known.carry_mcu, known.premises_cm2, known.price_mcr, known.heat_price_mcr,
      known.heat_norm_mcu)
    is distinct from row (made.method, made.house_mcu, made.individual_mcu, made.for_hot_mcu, made.carry_before_mcu,
      made.net_mcu, made.charged_mcu, made.carry_mcu, made.premises_cm2, made.price_mcr, made.heat_price_mcr,
      made.heat_norm_mcu);
end $$;
grant execute on function api.keep_replayed_totals(date, uuid[], uuid[], text[], bigint[], bigint[], bigint[],
  bigint[], bigint[], bigint[], bigint[], bigint[], bigint[], bigint[], bigint[])
  to kvitok_operator, kvitok_accountant, kvitok_run;

create function app.account_of_number(wanted text) returns uuid
  language plpgsql stable security definer set search_path = app, public, pg_temp as $$
declare
  found_id uuid;
begin
  select id into found_id from app.account where number = wanted;
  if found_id is null then
    perform app.refuse(format('Лицевого счёта %s нет. Проверьте номер.', wanted));
  end if;
  return found_id;
end $$;

-- True: banned now; false: the same was banned with this key before.
create function api.ban_recalculation(
  key uuid, account_number text, first date, until date, reason text, actor text, at timestamptz
) returns boolean
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  account uuid := app.account_of_number(account_number);
begin
  if coalesce(btrim(reason), '') = '' then
    perform app.refuse('Не указана причина запрета перерасчёта: напишите, почему он нужен.');
  end if;
  if until <= first then
    perform app.refuse(format('Запрет кончается раньше, чем начинается: с %s по %s.',
      to_char(first, 'MM.YYYY'), to_char(until - interval '1 month', 'MM.YYYY')));
  end if;
  insert into app.recalculation_ban (id, account_id, period_from, period_to, reason, actor, made_at)
  values (key, account, first, until, reason, actor, at) on conflict (id) do nothing;
  return found;
end $$;

-- Lift the bans of an account that touch these months; gives how many there were.
create function api.lift_recalculation_ban(
  account_number text, first date, until date, reason text, actor text, at timestamptz
) returns integer
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  account uuid := app.account_of_number(account_number);
  lifted integer;
begin
  if coalesce(btrim(reason), '') = '' then
    perform app.refuse('Не указана причина снятия запрета: напишите, почему он больше не нужен.');
  end if;
  update app.recalculation_ban as ban set lifted_at = lift_recalculation_ban.at,
    lifted_by = lift_recalculation_ban.actor, lifted_why = lift_recalculation_ban.reason
  where ban.account_id = account and ban.lifted_at is null
    and ban.period_from < coalesce(until, 'infinity') and coalesce(ban.period_to, 'infinity') > first;
  get diagnostics lifted = row_count;
  if lifted = 0 then
    perform app.refuse(format('Запрета перерасчёта счёта %s с %s нет: снимать нечего.',
      account_number, to_char(first, 'MM.YYYY')));
  end if;
  return lifted;
end $$;

grant execute on function
  api.claim_recalculation(uuid[], bigint[], date, bigint),
  api.settle_recalculation(uuid[], date[], date, pg_snapshot),
  api.ban_recalculation(uuid, text, date, date, text, text, timestamptz),
  api.lift_recalculation_ban(text, date, date, text, text, timestamptz)
  to kvitok_operator, kvitok_accountant, kvitok_run;
