-- A closed month is opened again by a document: the last one only, by an accountant, with a reason.
--
--   closed ── reopen_period ──▶ open      the snapshot is dropped, what it summed to is kept here
--   closed ── reopen_period(part) ──▶ open, the other parts stay closed
--   part closed ── reopen_period(part) ──▶ part open
--
-- Months that had closed with it (never charged ones before it) open with it. What was posted meanwhile into
-- later months stays there. Closing takes the snapshot anew.

create table app.reopening (
  voucher_id uuid primary key references app.voucher,
  period date not null,
  part text,                                  -- null: the whole month
  months date[] not null,                     -- what opened: the month and those that had closed with it
  closed_at timestamptz,
  closed_by text,
  balances bigint not null,                   -- rows of the snapshot that was dropped, 0 where there was none
  opening_kop bigint not null,
  charged_kop bigint not null,
  adjusted_kop bigint not null,
  penalty_kop bigint not null,
  paid_kop bigint not null,
  closing_kop bigint not null,
  documents bigint not null                   -- posted between the closing and the reopening
);
create index reopening_period on app.reopening (period);
create trigger reopening_stays before update or delete on app.reopening
  for each row execute function app.forbid_change();
create trigger reopening_not_truncated before truncate on app.reopening
  for each statement execute function app.forbid_change();

create function app.reopening_answer(key uuid, is_replay boolean) returns jsonb
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select jsonb_build_object('period', period, 'part', part, 'months', to_jsonb(months), 'balances', balances,
    'opening_kop', opening_kop, 'charged_kop', charged_kop, 'adjusted_kop', adjusted_kop,
    'penalty_kop', penalty_kop, 'paid_kop', paid_kop, 'closing_kop', closing_kop, 'documents', documents,
    'replay', is_replay)
  from app.reopening where voucher_id = key;
$$;

-- Only what was closed last may be opened: name what to open first.
create function app.require_last_closed(month app.period, part text) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  last date;
  with_month date;
  later record;
begin
  if month.state = 'open' and (part is null and month.charges_closed_at is null and month.payments_closed_at is null
      and month.penalties_closed_at is null or part is not null and app.part_closed_at(month, part) is null) then
    perform app.refuse(format('Период %s открыт%s: переоткрывать нечего.', app.shown_period(month.period),
                              coalesce(', ' || app.part_words(part) || ' не закрывались', '')));
  end if;
  select max(period) into last from app.period
  where state = 'closing' or period in (select closed.period from app.closed_balance_period as closed);
  if month.state <> 'open' and month.period <> last then
    if to_regclass('app.closing_' || to_char(month.period, 'YYYY_MM')) is null then
      select min(period) into with_month from app.closed_balance_period where period > month.period;
      perform app.refuse(format('Период %s закрыт вместе с %s, своего снимка остатков у него нет. Переоткройте %s.',
        app.shown_period(month.period), app.shown_period(coalesce(with_month, last)), app.shown_period(last)));
    end if;
    perform app.refuse(format('Переоткрыть можно только последний закрытый период. Это %s: сначала переоткройте '
      'его, потом %s.', app.shown_period(last), app.shown_period(month.period)));
  end if;
  select period.period, named.part into later
  from app.period, unnest(array['charges', 'payments', 'penalties']) as named(part)
  where period.period > month.period and app.part_closed_at(period.*, named.part) is not null
    and (require_last_closed.part is null or named.part = require_last_closed.part)
  order by period.period desc limit 1;
  if found then
    perform app.refuse(format('За %s уже закрыто: %s. Сначала переоткройте это: kvitok reopen %s --part %s.',
      app.shown_period(later.period), app.part_words(later.part), to_char(later.period, 'YYYY-MM'), later.part));
  end if;
end $$;

-- What the snapshot of a month sums to; then it is gone. Zeros where there is none.
create function app.drop_snapshot(wanted date) returns app.reopening
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  summed app.reopening;
  name text := 'closing_' || to_char(wanted, 'YYYY_MM');
begin
  select count(*), coalesce(sum(opening_kop), 0), coalesce(sum(charged_kop), 0), coalesce(sum(adjusted_kop), 0),
    coalesce(sum(penalty_kop), 0), coalesce(sum(paid_kop), 0), coalesce(sum(closing_kop), 0)
  into summed.balances, summed.opening_kop, summed.charged_kop, summed.adjusted_kop, summed.penalty_kop,
    summed.paid_kop, summed.closing_kop
  from app.closing where period = wanted;
  if to_regclass('app.' || name) is not null then
    execute format('alter table app.closing detach partition app.%I', name);
    execute format('drop table app.%I', name);
  end if;
  return summed;
end $$;

-- Open the months: the whole of them, or a part while the others stay closed. Returns which.
create function app.open_months(month app.period, part text) returns date[]
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  since date := coalesce((select max(period) from app.closed_balance_period where period < month.period), '0001-01-01');
  opened date[];
begin
  if month.state = 'open' then
    with changed as (
      update app.period set
        charges_closed_at = case when coalesce(part, 'charges') = 'charges'
          and charges_closed_at = month.charges_closed_at then null else charges_closed_at end,
        payments_closed_at = case when coalesce(part, 'payments') = 'payments'
          and payments_closed_at = month.payments_closed_at then null else payments_closed_at end,
        penalties_closed_at = case when coalesce(part, 'penalties') = 'penalties'
          and penalties_closed_at = month.penalties_closed_at then null else penalties_closed_at end
      where period > since and period <= month.period and state = 'open' and (
        coalesce(part, 'charges') = 'charges' and charges_closed_at = month.charges_closed_at
        or coalesce(part, 'payments') = 'payments' and payments_closed_at = month.payments_closed_at
        or coalesce(part, 'penalties') = 'penalties' and penalties_closed_at = month.penalties_closed_at)
      returning period
    ) select array_agg(period order by period) into opened from changed;
  else
    with changed as (
      update app.period set state = 'open', closed_at = null, closed_by = null,
        charges_closed_at = case when coalesce(part, 'charges') = 'charges' then null
          else coalesce(charges_closed_at, closed_at) end,
        payments_closed_at = case when coalesce(part, 'payments') = 'payments' then null
          else coalesce(payments_closed_at, closed_at) end,
        penalties_closed_at = case when coalesce(part, 'penalties') = 'penalties' then null
          else coalesce(penalties_closed_at, closed_at) end
      where period > since and period <= month.period and state <> 'open'
      returning period
    ) select array_agg(period order by period) into opened from changed;
  end if;
  update app.period set
    charges_closed_by = case when charges_closed_at is null then null else charges_closed_by end,
    payments_closed_by = case when payments_closed_at is null then null else payments_closed_by end,
    penalties_closed_by = case when penalties_closed_at is null then null else penalties_closed_by end
  where period = any (opened);
  return opened;
end $$;

create function api.reopen_period(
  key uuid, wanted date, actor text, at timestamptz, reason text, part text default null
) returns jsonb
  language plpgsql security definer set search_path = app, public, pg_temp set lock_timeout = '5s' as $$
declare
  month app.period;
  summed app.reopening;
  since timestamptz;
  who text;
  asked jsonb := jsonb_build_object('period', wanted, 'part', part, 'reason', reason);
begin
  if coalesce(btrim(reason), '') = '' then
    perform app.refuse('Укажите причину: без неё закрытый период не переоткрывается.');
  end if;
  if part is not null and app.part_words(part) is null then
    perform app.refuse(format('Части «%s» у периода нет. Есть: charges, payments, penalties.', part));
  end if;
  perform pg_advisory_xact_lock(hashtext('app.closing'));
  if app.require_same_request(key, 'reopening', asked) then
    return app.reopening_answer(key, true);
  end if;
  perform 1 from app.period where period <= wanted order by period for update;
  perform pg_advisory_xact_lock(hashtext('app.period'));
  select * into month from app.period where period = wanted;
  if not found then
    perform app.refuse(format('Периода %s в книгах нет: переоткрывать нечего.', app.shown_period(wanted)));
  end if;
  perform app.require_last_closed(month, part);

  since := coalesce(month.closed_at, case when part is null
    then greatest(month.charges_closed_at, month.payments_closed_at, month.penalties_closed_at)
    else app.part_closed_at(month, part) end);
  who := coalesce(month.closed_by, case part when 'charges' then month.charges_closed_by
    when 'payments' then month.payments_closed_by when 'penalties' then month.penalties_closed_by end);
  perform app.open_voucher(key, 'reopening', 'posted', wanted, actor, at, reason, null, asked, 0::smallint);
  summed := app.drop_snapshot(wanted);
  insert into app.reopening (voucher_id, period, part, months, closed_at, closed_by, balances, opening_kop,
    charged_kop, adjusted_kop, penalty_kop, paid_kop, closing_kop, documents)
  values (key, wanted, part, app.open_months(month, part), since, who, summed.balances, summed.opening_kop,
    summed.charged_kop, summed.adjusted_kop, summed.penalty_kop, summed.paid_kop, summed.closing_kop,
    (select count(*) from app.voucher
     where recorded_at > since and status = 'posted' and kind not in ('closing', 'reopening', 'import')));
  return app.reopening_answer(key, false);
end $$;

grant execute on function api.reopen_period(uuid, date, text, timestamptz, text, text) to kvitok_accountant;
