-- Set-off: credits of an account moved onto its debts, so that no penalty grows beside money that lies there.
--
--   start_setoff ──▶ pg_temp.staged_setoff, staged_setoff_account ◀── COPY      post_setoff ──▶ app.entry, app.balance
--   reverse_setoff   voucher 'reversal': the opposite, once
--
-- Lines of kind 21 take principal from a credit (+) and give it to a debt (−); a penalty is paid by 51 (−), an
-- overpaid penalty gives by 51 (+). The lines of an account sum to zero. An account whose books moved since
-- they were read is left out: the next run takes it.

-- The day a set-off counts from, for penalties: when the money that was moved had come.
create table app.setoff_line (
  voucher_id uuid not null references app.voucher,
  line_no integer not null,
  credited_on date not null,
  primary key (voucher_id, line_no)
);
create trigger setoff_line_stays before update or delete on app.setoff_line
  for each row execute function app.forbid_change();
create trigger setoff_line_not_truncated before truncate on app.setoff_line
  for each statement execute function app.forbid_change();

create function app.stage_setoff() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  drop table if exists pg_temp.staged_setoff, pg_temp.staged_setoff_account;
  create temp table staged_setoff (
    line_no integer primary key, account_id uuid not null, service_id uuid not null, contract_id uuid not null,
    origin_period date not null, kind smallint not null, amount_kop bigint not null, credited_on date not null
  ) on commit drop;
  create temp table staged_setoff_account (account_id uuid primary key, version text not null) on commit drop;
end $$;

create function api.start_setoff() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  perform app.stage_setoff();
  grant insert on pg_temp.staged_setoff, pg_temp.staged_setoff_account
    to kvitok_operator, kvitok_accountant, kvitok_run;
end $$;

create function app.setoff_answer(key uuid, is_new boolean, skipped text[]) returns jsonb
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select jsonb_build_object('is_new', is_new, 'period', voucher.period, 'skipped', to_jsonb(skipped),
    'lines', count(entry.line_no), 'accounts', count(distinct entry.account_id),
    'amount_kop', coalesce(sum(entry.amount_kop) filter (where entry.amount_kop > 0), 0))
  from app.voucher
  left join app.entry on entry.voucher_id = voucher.id and entry.period = voucher.period and entry.run_no = 0
  where voucher.id = key group by voucher.id;
$$;

create function app.check_staged_setoff(wanted date) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  wrong record;
begin
  -- The few that are wrong first, their names afterwards: a join in the order of numbers would look
  -- through all lines for every account.
  select bad.*, account.number into wrong
  from (
    select staged.line_no, staged.kind, staged.origin_period, staged.account_id
    from pg_temp.staged_setoff as staged
    left join pg_temp.staged_setoff_account as one using (account_id)
    where staged.kind not in (21, 51) or staged.amount_kop = 0 or staged.origin_period > wanted
      or one.account_id is null
    limit 1
  ) as bad left join app.account on account.id = bad.account_id;
  if found then
    perform app.refuse(format('Строка %s зачёта по счёту %s (вид %s, за %s) не годится для зачёта в %s. '
      'Ничего не проведено: повторите зачёт.', wrong.line_no, wrong.number, wrong.kind,
      to_char(wrong.origin_period, 'MM.YYYY'), to_char(wanted, 'MM.YYYY')));
  end if;
  select bad.total, account.number into wrong
  from (
    select account_id, sum(amount_kop)::bigint as total from pg_temp.staged_setoff
    group by account_id having sum(amount_kop) <> 0 limit 1
  ) as bad join app.account on account.id = bad.account_id;
  if found then
    perform app.refuse(format('Строки зачёта по счёту %s не сходятся в ноль, разница %s ₽. Ничего не проведено: '
      'повторите зачёт.', wrong.number, app.shown_kop(wrong.total)));
  end if;
end $$;

-- Append what is staged under a posted voucher and move the balances with it. Books of the accounts are locked.
create function app.post_staged_setoff(key uuid, wanted date, branch smallint) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  perform app.post_staged_lines('staged_setoff', key, wanted, branch);
  insert into app.setoff_line (voucher_id, line_no, credited_on)
  select key, line_no, credited_on from pg_temp.staged_setoff order by line_no;
end $$;

-- Lock the books of the staged accounts, in order; give those that moved since they were read.
create function app.lock_staged_setoff() returns uuid[]
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  runs text := coalesce((select sum(posted_runs) from app.period), 0)::text;
  moved uuid[];
begin
  insert into app.account_books (account_id)
  select account_id from pg_temp.staged_setoff_account order by account_id on conflict do nothing;
  perform 1 from app.account_books as books
  where books.account_id in (select account_id from pg_temp.staged_setoff_account)
  order by books.account_id for update;
  select coalesce(array_agg(staged.account_id), '{}') into moved
  from pg_temp.staged_setoff_account as staged join app.account_books as books using (account_id)
  where staged.version <> books.version::text || '.' || runs;
  return moved;
end $$;

-- Post what is staged into an open month: {is_new, period, accounts, lines, amount_kop, skipped: numbers}.
create function api.post_setoff(
  key uuid, wanted date, actor text, at timestamptz, reason text default null, branch smallint default 0
) returns jsonb
  language plpgsql security definer set search_path = app, public, pg_temp as $$
#variable_conflict use_variable
declare
  moved uuid[];
  skipped text[];
  asked jsonb := jsonb_build_object('period', wanted, 'reason', reason, 'lines', (
    select md5(string_agg(md5(staged::text), '' order by line_no)) from pg_temp.staged_setoff as staged));
begin
  if app.require_same_request(key, 'setoff', asked) then
    return app.setoff_answer(key, false, '{}');
  end if;
  if not exists (select 1 from pg_temp.staged_setoff) then
    perform app.refuse('Зачитывать нечего: ни одной строки зачёта нет.');
  end if;
  analyze pg_temp.staged_setoff;
  analyze pg_temp.staged_setoff_account;
  perform app.check_staged_setoff(wanted);
  moved := app.lock_staged_setoff();
  delete from pg_temp.staged_setoff where account_id = any (moved);
  if not exists (select 1 from pg_temp.staged_setoff) then
    perform app.refuse_stale('Сальдо изменилось, пока готовился зачёт: прошла другая операция. Ничего не '
      'проведено: повторите зачёт.');
  end if;
  perform app.lock_open_part(wanted, 'payments');
  select array_agg(number order by number) into skipped from app.account where id = any (moved);

  perform app.open_voucher(key, 'setoff', 'posted', wanted, actor, at, reason, null, asked, branch);
  update app.account_books set version = version + 1
  where account_id in (select account_id from pg_temp.staged_setoff);
  perform app.post_staged_setoff(key, wanted, branch);
  return app.setoff_answer(key, true, coalesce(skipped, '{}'));
end $$;

-- Undo a set-off by its opposite: into its month, or the first open one.
create function api.reverse_setoff(key uuid, setoff uuid, reason text, actor text, at timestamptz) returns jsonb
  language plpgsql security definer set search_path = app, public, pg_temp as $$
#variable_conflict use_variable
declare
  original app.voucher;
  into_period date;
  asked jsonb := jsonb_build_object('setoff', setoff, 'reason', reason);
begin
  if app.require_same_request(key, 'reversal', asked) then
    return app.setoff_answer(key, false, '{}');
  end if;
  select * into original from app.voucher where id = setoff;
  if not found then
    perform app.refuse(format('Зачёта %s нет. Возьмите номер документа из ответа команды зачёта.', setoff));
  end if;
  if original.kind = 'reversal' then
    perform app.refuse(format('Документ %s сам отменяет другой, отменить его нельзя. Проведите зачёт заново.', setoff));
  end if;
  if original.kind <> 'setoff' then
    perform app.refuse(format('Документ %s не зачёт. Отмените его той командой, которой он проведён.', setoff));
  end if;
  if coalesce(btrim(reason), '') = '' then
    perform app.refuse('Укажите, почему зачёт отменяется: без причины он не отменяется.');
  end if;

  perform app.stage_setoff();
  insert into pg_temp.staged_setoff (line_no, account_id, service_id, contract_id, origin_period, kind, amount_kop,
    credited_on)
  select entry.line_no, entry.account_id, entry.service_id, entry.contract_id, entry.origin_period, entry.kind,
    -entry.amount_kop, kept.credited_on
  from app.entry join app.setoff_line as kept using (voucher_id, line_no)
  where entry.voucher_id = setoff and entry.period = original.period and entry.run_no = 0;
  perform 1 from app.account_books where account_id in (select account_id from pg_temp.staged_setoff)
  order by account_id for update;
  if exists (select 1 from app.voucher where reverses = setoff) then
    perform app.refuse(format('Зачёт %s уже отменён. Второй раз его отменить нельзя.', setoff));
  end if;
  into_period := app.lock_posting_period(original.period);
  perform app.lock_open_part(into_period, 'payments');

  perform app.open_voucher(key, 'reversal', 'posted', into_period, actor, at, reason, setoff, asked,
                           original.branch_id);
  update app.account_books set version = version + 1
  where account_id in (select account_id from pg_temp.staged_setoff);
  perform app.post_staged_setoff(key, into_period, original.branch_id);
  return app.setoff_answer(key, true, '{}');
end $$;

grant execute on function api.start_setoff(),
  api.post_setoff(uuid, date, text, timestamptz, text, smallint),
  api.reverse_setoff(uuid, uuid, text, text, timestamptz)
  to kvitok_operator, kvitok_accountant, kvitok_run;
