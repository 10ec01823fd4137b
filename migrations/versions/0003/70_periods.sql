-- A month closes by parts, or whole with a snapshot of balances.
--
--   part     open ── close_part ──▶ closed          charges · payments · penalties, each by itself
--   month    open ── begin_closing ──▶ closing ── finish_closing ──▶ closed      (72_reopening.sql goes back)
--
--   charges     charge runs, recalculations, corrections, opening balances
--   payments    payments, reversals, refunds, set-offs: a month that takes none gives way to the next
--   penalties   penalties accrued and written off
--
-- Whoever posts locks the row of the month FOR SHARE, whoever closes FOR UPDATE: closing waits for what is
-- being posted, and what comes later sees the closed month. Order: rows of months ─▶ the lock of making months.

alter table app.period
  add column charges_closed_at timestamptz,
  add column charges_closed_by text,
  add column payments_closed_at timestamptz,
  add column payments_closed_by text,
  add column penalties_closed_at timestamptz,
  add column penalties_closed_by text;
update app.period set
  charges_closed_at = closed_at, charges_closed_by = closed_by,
  payments_closed_at = closed_at, payments_closed_by = closed_by,
  penalties_closed_at = closed_at, penalties_closed_by = closed_by
where state = 'closed';

-- What the check list said when a month or a part was closed: what was found, and why it was closed all the same.
create table app.closing_check (
  voucher_id uuid not null references app.voucher,
  name text not null,
  is_blocking boolean not null,
  found bigint not null,
  reason text,
  primary key (voucher_id, name)
);
create trigger closing_check_stays before update or delete on app.closing_check
  for each row execute function app.forbid_change();
create trigger closing_check_not_truncated before truncate on app.closing_check
  for each statement execute function app.forbid_change();

create function app.shown_period(wanted date) returns text
  language sql immutable parallel safe strict
  return to_char(wanted, 'MM.YYYY');

create function app.part_words(part text) returns text
  language sql immutable parallel safe strict
  return case part when 'charges' then 'начисления' when 'payments' then 'оплата' when 'penalties' then 'пени' end;

-- When a part of a month was closed; null: it is open.
create function app.part_closed_at(month app.period, part text) returns timestamptz
  language plpgsql immutable as $$
begin
  case part
    when 'charges' then return month.charges_closed_at;
    when 'payments' then return month.payments_closed_at;
    when 'penalties' then return month.penalties_closed_at;
  end case;
end $$;

-- The first month a part of which is open: the one after the last that is closed.
create function app.first_open_month(part text) returns date
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select coalesce(
    (select (max(period) + interval '1 month')::date from app.period
     where state <> 'open' or app.part_closed_at(period.*, part) is not null),
    (select min(period) from app.period),
    date_trunc('month', current_date)::date);
$$;

-- What is charged next.
create or replace function app.first_open_period() returns date
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select app.first_open_month('charges');
$$;

-- Money of a day goes into its month, or into the first that takes payments when that is closed.
create or replace function app.posting_period(on_day date) returns date
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select greatest(
    date_trunc('month', on_day)::date,
    (select (max(period) + interval '1 month')::date from app.period
     where state <> 'open' or payments_closed_at is not null));
$$;

-- A month made after closing has passed by it is closed from the start, and so are its parts.
create function app.join_closed_months() returns trigger
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  later record;
begin
  select bool_or(state <> 'open') as closed, max(charges_closed_at) as charges,
    max(payments_closed_at) as payments, max(penalties_closed_at) as penalties into later
  from app.period where period > new.period;
  if later.closed and new.state = 'open' then
    new.state := 'closed';
    new.closed_at := clock_timestamp();
  end if;
  new.charges_closed_at := coalesce(new.charges_closed_at, later.charges);
  new.payments_closed_at := coalesce(new.payments_closed_at, later.payments);
  new.penalties_closed_at := coalesce(new.penalties_closed_at, later.penalties);
  return new;
end $$;
create trigger period_joins_closed before insert on app.period
  for each row execute function app.join_closed_months();

-- Lock a part of a month against its closing (FOR SHARE: closers wait, posters do not).
create function app.lock_open_part(wanted date, part text) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  found_month app.period;
begin
  perform app.ensure_period(wanted);
  select * into found_month from app.period where period = wanted for share;
  if found_month.state <> 'open' then
    perform app.refuse(format(
      'Период %s %s, провести в нём нельзя. Первый открытый период — %s.', app.shown_period(wanted),
      case found_month.state when 'closing' then 'закрывается'
        else 'закрыт ' || to_char(found_month.closed_at, 'DD.MM.YYYY') end,
      app.shown_period(app.first_open_month(part))));
  end if;
  if app.part_closed_at(found_month, part) is not null then
    perform app.refuse(format(
      'За %s уже закрыто %s: %s. Провести в этом месяце нельзя, первый открытый для этого — %s. '
      'Если закрыто по ошибке, бухгалтер переоткроет: kvitok reopen %s --part %s --reason "почему".',
      app.shown_period(wanted), to_char(app.part_closed_at(found_month, part), 'DD.MM.YYYY'), app.part_words(part),
      app.shown_period(app.first_open_month(part)), to_char(wanted, 'YYYY-MM'), part));
  end if;
end $$;

-- Whoever names no part posts charges: runs, adjustments, opening balances.
create or replace function app.lock_open_period(wanted date) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  perform app.lock_open_part(wanted, 'charges');
end $$;

-- Lock the month that money of a day goes into; a month that closes meanwhile gives way to the next.
create or replace function app.lock_posting_period(on_day date) returns date
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  wanted date;
  found_month app.period;
begin
  for attempt in 1..3 loop
    wanted := app.posting_period(on_day);
    perform app.ensure_period(wanted);
    select * into found_month from app.period where period = wanted for share;
    if found_month.state = 'open' and found_month.payments_closed_at is null then
      return wanted;
    end if;
  end loop;
  perform app.lock_open_part(wanted, 'payments');
  return wanted;
end $$;

-- Hold still the months up to this one, and the making of months among them.
create function app.hold_months(wanted date) returns app.period
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  month app.period;
begin
  perform pg_advisory_xact_lock(hashtext('app.closing'));
  perform 1 from app.period where period <= wanted and state <> 'closed' order by period for update;
  perform pg_advisory_xact_lock(hashtext('app.period'));
  perform 1 from app.period where period <= wanted and state <> 'closed' order by period for update;
  select * into month from app.period where period = wanted;
  if not found then
    perform app.refuse(format('В периоде %s ничего не проведено, закрывать нечего. Сначала начислите его.',
                              app.shown_period(wanted)));
  end if;
  if month.state = 'closed' then
    perform app.refuse(format('Период %s уже закрыт %s.', app.shown_period(wanted),
                              to_char(month.closed_at, 'DD.MM.YYYY')));
  end if;
  return month;
end $$;

create function app.refuse_unfinished_runs(wanted date, kinds text[]) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  unfinished text;
begin
  select min(kind) into unfinished from app.voucher
  where kind = any (kinds) and status = 'pending' and period = wanted;
  if unfinished = 'charge-run' then
    perform app.refuse(format('Начисление за %s начато и не закончено. Доведите его до конца командой '
      '«начислить» и закройте период снова.', app.shown_period(wanted)));
  elsif unfinished is not null then
    perform app.refuse(format('Пени за %s начаты и не закончены. Доведите их до конца и закройте период снова.',
                              app.shown_period(wanted)));
  end if;
end $$;

-- Forbid the month: short, so that the money of the desks goes on into the next.
-- False: this key closed it before.
drop function api.begin_closing(date);
create function api.begin_closing(wanted date, key uuid default null) returns boolean
  language plpgsql security definer set search_path = app, public, pg_temp set lock_timeout = '5s' as $$
declare
  earlier date;
begin
  if key is not null and app.require_same_request(key, 'closing', jsonb_build_object('period', wanted)) then
    return false;
  end if;
  perform app.hold_months(wanted);
  select min(period) into earlier from app.period
  where period < wanted and state <> 'closed' and posted_runs > 0;
  if earlier is not null then
    perform app.refuse(format('Периоды закрываются по порядку: сначала закройте %s, потом %s.',
                              app.shown_period(earlier), app.shown_period(wanted)));
  end if;
  perform app.refuse_unfinished_runs(wanted, array['charge-run', 'penalty']);
  -- Months before that were never charged (opening balances, old payments) close with it.
  update app.period set state = 'closing' where period <= wanted and state = 'open';
  return true;
end $$;

-- What the list of checks said, under the voucher of a closing; what stops and has no reason refuses.
-- checks: [{"name", "blocking", "found", "reason"}]
create function app.keep_checks(key uuid, checks jsonb) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  stops text;
begin
  select string_agg(one ->> 'name', ', ') into stops
  from jsonb_array_elements(checks) as one
  where (one ->> 'blocking')::boolean and coalesce(btrim(one ->> 'reason'), '') = '';
  if stops is not null then
    perform app.refuse(format('Закрыть нельзя, не исправлено: %s. Исправьте или укажите причину, '
                              'почему период закрывается так.', stops));
  end if;
  insert into app.closing_check (voucher_id, name, is_blocking, found, reason)
  select key, one ->> 'name', (one ->> 'blocking')::boolean, (one ->> 'found')::bigint, one ->> 'reason'
  from jsonb_array_elements(checks) as one;
end $$;

-- The snapshot of a month: the one before, and the turnover since, by groups of app/domain/ledger.py.
create function app.take_snapshot(wanted date) returns bigint
  language plpgsql security definer set search_path = app, public, pg_temp
  set work_mem = '128MB' as $$
declare
  stamp text := to_char(wanted, 'YYYY_MM');
  last_closed date := (select max(period) from app.closed_balance_period where period < wanted);
  kept bigint;
begin
  execute format('create table app.closing_%s (like app.closing including constraints)', stamp);
  execute format($build$
    insert into app.closing_%s (period, account_id, service_id, contract_id,
      opening_kop, charged_kop, adjusted_kop, penalty_kop, paid_kop, closing_kop)
    select %L, account_id, service_id, contract_id,
      coalesce(before.closing_kop, 0) + coalesce(turned.opening, 0),
      coalesce(turned.charged, 0), coalesce(turned.adjusted, 0),
      coalesce(turned.penalty, 0), -coalesce(turned.paid, 0),
      coalesce(before.closing_kop, 0) + coalesce(turned.total, 0)
    from (select * from app.closing where period = %L and closing_kop <> 0) as before
    full join (
      select account_id, service_id, contract_id,
        sum(amount_kop) filter (where kind in (30, 52))::bigint as opening,
        sum(amount_kop) filter (where kind in (1, 2))::bigint as charged,
        sum(amount_kop) filter (where kind between 3 and 8 or kind in (21, 25))::bigint as adjusted,
        sum(amount_kop) filter (where kind in (50, 53, 54))::bigint as penalty,
        sum(amount_kop) filter (where kind in (20, 22, 51))::bigint as paid,
        sum(amount_kop)::bigint as total
      from app.entry
      where period > %L and period <= %L
      group by account_id, service_id, contract_id
    ) as turned using (account_id, service_id, contract_id)
  $build$, stamp, wanted, last_closed, coalesce(last_closed, '0001-01-01'), wanted);
  get diagnostics kept = row_count;
  execute format('alter table app.closing_%s add check (period = %L), '
    'add primary key (account_id, service_id, contract_id)', stamp, wanted);
  execute format('create trigger closing_not_truncated before truncate on app.closing_%s '
    'for each statement execute function app.forbid_change()', stamp);
  execute format('alter table app.closing attach partition app.closing_%s for values in (%L)', stamp, wanted);
  return kept;
end $$;

-- Take the snapshot and close. Returns the number of balances in it.
drop function api.finish_closing(uuid, date, text, timestamptz);
create function api.finish_closing(
  key uuid, wanted date, actor text, at timestamptz, checks jsonb default '[]'
) returns bigint
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  kept bigint;
  moment timestamptz;
begin
  perform pg_advisory_xact_lock(hashtext('app.closing'));
  if app.require_same_request(key, 'closing', jsonb_build_object('period', wanted)) then
    return (select count(*) from app.closing where period = wanted);
  end if;
  if not exists (select 1 from app.period where period = wanted and state = 'closing') then
    perform app.refuse(format('Период %s не закрывается сейчас: начните закрытие заново.',
                              app.shown_period(wanted)));
  end if;
  perform app.open_voucher(key, 'closing', 'posted', wanted, actor, at, null, null,
                           jsonb_build_object('period', wanted), 0::smallint);
  perform app.keep_checks(key, checks);
  kept := app.take_snapshot(wanted);
  moment := clock_timestamp();
  update app.period set state = 'closed', closed_at = moment, closed_by = actor,
    charges_closed_by = case when charges_closed_at is null then actor else charges_closed_by end,
    payments_closed_by = case when payments_closed_at is null then actor else payments_closed_by end,
    penalties_closed_by = case when penalties_closed_at is null then actor else penalties_closed_by end,
    charges_closed_at = coalesce(charges_closed_at, moment),
    payments_closed_at = coalesce(payments_closed_at, moment),
    penalties_closed_at = coalesce(penalties_closed_at, moment)
  where period <= wanted and state <> 'closed';
  perform app.drop_voided_runs(wanted);
  return kept;
end $$;

-- Close a part of a month. False: this key closed it before.
create function api.close_part(
  key uuid, wanted date, part text, actor text, at timestamptz, checks jsonb default '[]'
) returns boolean
  language plpgsql security definer set search_path = app, public, pg_temp set lock_timeout = '5s' as $$
declare
  month app.period;
  earlier date;
  moment timestamptz;
  asked jsonb := jsonb_build_object('period', wanted, 'part', part);
begin
  if app.part_words(part) is null then
    perform app.refuse(format('Части «%s» у периода нет. Есть: charges, payments, penalties.', part));
  end if;
  if app.require_same_request(key, 'closing', asked) then
    return false;
  end if;
  month := app.hold_months(wanted);
  if month.state = 'closing' then
    perform app.refuse(format('Период %s уже закрывается целиком: доведите закрытие до конца.',
                              app.shown_period(wanted)));
  end if;
  if app.part_closed_at(month, part) is not null then
    perform app.refuse(format('За %s %s уже закрыто: %s.', app.shown_period(wanted),
      to_char(app.part_closed_at(month, part), 'DD.MM.YYYY'), app.part_words(part)));
  end if;
  select min(period) into earlier from app.period
  where period < wanted and state <> 'closed' and posted_runs > 0 and app.part_closed_at(period.*, part) is null;
  if earlier is not null then
    perform app.refuse(format('Месяцы закрываются по порядку: за %s ещё не закрыто (%s). Сначала закройте его.',
                              app.shown_period(earlier), app.part_words(part)));
  end if;
  perform app.refuse_unfinished_runs(wanted, case part when 'charges' then array['charge-run']
                                                       when 'penalties' then array['penalty'] else '{}' end);
  perform app.open_voucher(key, 'closing', 'posted', wanted, actor, at, null, null, asked, 0::smallint);
  perform app.keep_checks(key, checks);
  moment := clock_timestamp();
  execute format('update app.period set %1$I = $1, %2$I = $2 where period <= $3 and state = ''open'' and %1$I is null',
                 part || '_closed_at', part || '_closed_by') using moment, actor, wanted;
  return true;
end $$;

grant execute on function app.first_open_month(text), app.part_closed_at(app.period, text), app.shown_period(date),
  app.shown_kop(bigint)
  to kvitok_cashier, kvitok_operator, kvitok_accountant, kvitok_auditor, kvitok_run;
grant execute on function api.begin_closing(date, uuid), api.finish_closing(uuid, date, text, timestamptz, jsonb),
  api.close_part(uuid, date, text, text, timestamptz, jsonb)
  to kvitok_accountant;
