-- Closing a period in two steps: open → closing (short: new money goes to the next month),
-- then the snapshot of balances, then closed. A crash between leaves `closing`; the same call goes on.

create function api.begin_closing(wanted date) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  month app.period;
  earlier date;
begin
  perform pg_advisory_xact_lock(hashtext('app.closing'));
  select * into month from app.period where period = wanted for update;
  if not found then
    perform app.refuse(format('В периоде %s ничего не проведено, закрывать нечего. Сначала начислите его.',
                              to_char(wanted, 'MM.YYYY')));
  end if;
  if month.state = 'closed' then
    perform app.refuse(format('Период %s уже закрыт %s.', to_char(wanted, 'MM.YYYY'),
                              to_char(month.closed_at, 'DD.MM.YYYY')));
  end if;
  select min(period) into earlier from app.period
  where period < wanted and state <> 'closed' and posted_runs > 0;
  if earlier is not null then
    perform app.refuse(format('Периоды закрываются по порядку: сначала закройте %s, потом %s.',
                              to_char(earlier, 'MM.YYYY'), to_char(wanted, 'MM.YYYY')));
  end if;
  if exists (select 1 from app.voucher where kind = 'charge-run' and status = 'pending' and period = wanted) then
    perform app.refuse(format('Начисление за %s начато и не закончено. Доведите его до конца командой '
      '«начислить» и закройте период снова.', to_char(wanted, 'MM.YYYY')));
  end if;
  -- Months before that were never charged (opening balances, old payments) close with it.
  perform 1 from app.period where period < wanted and state <> 'closed' for update;
  update app.period set state = 'closing' where period <= wanted and state = 'open';
end $$;

-- Returns the number of balances in the snapshot.
create function api.finish_closing(
  key uuid, wanted date, actor text, at timestamptz
) returns bigint
  language plpgsql security definer set search_path = app, public, pg_temp
  set work_mem = '128MB' as $$
declare
  stamp text := to_char(wanted, 'YYYY_MM');
  last_closed date;
  kept bigint;
begin
  perform pg_advisory_xact_lock(hashtext('app.closing'));
  if not exists (select 1 from app.period where period = wanted and state = 'closing') then
    perform app.refuse(format('Период %s не закрывается сейчас: начните закрытие заново.',
                              to_char(wanted, 'MM.YYYY')));
  end if;
  perform app.open_voucher(key, 'closing', 'posted', wanted, actor, at, null, null,
                           jsonb_build_object('period', wanted), 0::smallint);
  select max(period) into last_closed from app.closed_balance_period where period < wanted;

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
        sum(amount_kop) filter (where kind between 3 and 7 or kind = 25)::bigint as adjusted,
        sum(amount_kop) filter (where kind = 50)::bigint as penalty,
        sum(amount_kop) filter (where kind in (20, 51))::bigint as paid,
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

  update app.period set state = 'closed', closed_at = clock_timestamp(), closed_by = actor
  where period <= wanted and state <> 'closed';
  perform app.drop_voided_runs(wanted);
  return kept;
end $$;

create trigger closing_stays before update or delete on app.closing
  for each row execute function app.forbid_change();

-- Periods that have a snapshot of their own.
create view app.closed_balance_period as
  select period from app.period
  where state = 'closed' and to_regclass('app.closing_' || to_char(period, 'YYYY_MM')) is not null;

grant execute on function api.begin_closing(date), api.finish_closing(uuid, date, text, timestamptz)
  to kvitok_accountant;
