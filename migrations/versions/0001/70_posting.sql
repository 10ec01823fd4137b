-- Posting one by one: what payments, corrections and opening balances stand on.
-- Charge runs have their own file; both leave entries and balances that `verify` compares.

-- Entry kinds (app/domain/ledger.py): 1 charge, 2 raising, 3..7 adjustments, 20 payment, 30 opening balance,
-- 50 penalty, 51 payment of penalty, 52 opening balance of penalty. Penalty kinds are 50 and above.

create type app.posting_line as (
  service_id uuid,
  contract_id uuid,
  origin_period date,
  kind smallint,
  amount_kop bigint
);

-- Make the tables of a period that is not there yet. ATTACH, not PARTITION OF: it lets others go on.
create function app.ensure_period(wanted date) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  stamp text := to_char(wanted, 'YYYY_MM');
begin
  if exists (select 1 from app.period where period = wanted) then
    return;
  end if;
  if wanted <> date_trunc('month', wanted) or wanted < '1990-01-01' or wanted > '2100-01-01' then
    perform app.refuse(format('Периода %s не бывает: укажите первый день месяца.', wanted));
  end if;
  perform pg_advisory_xact_lock(hashtext('app.period'));
  if exists (select 1 from app.period where period = wanted) then
    return;
  end if;

  execute format('create table app.entry_%s (like app.entry) partition by list (run_no)', stamp);
  execute format('create table app.entry_%s_r0 (like app.entry)', stamp);
  execute format('alter table app.entry_%s_r0 add check (period = %L), add check (run_no = 0), '
    'add primary key (voucher_id, line_no), '
    'add foreign key (voucher_id) references app.voucher, '
    'add foreign key (account_id) references app.account, '
    'add foreign key (service_id) references app.service, '
    'add foreign key (contract_id) references app.contract', stamp, wanted);
  execute format('create index on app.entry_%s_r0 (account_id)', stamp);
  execute format('create trigger entry_not_truncated before truncate on app.entry_%s_r0 '
    'for each statement execute function app.forbid_change()', stamp);
  execute format('alter table app.entry_%s attach partition app.entry_%s_r0 for values in (0)', stamp, stamp);
  execute format('alter table app.entry attach partition app.entry_%s for values in (%L)', stamp, wanted);

  execute format('create table app.balance_%s_r0 (like app.balance) with (fillfactor = 80)', stamp);
  execute format('alter table app.balance_%s_r0 add check (origin_period is not null and origin_period = %L), '
    'add primary key (account_id, service_id, contract_id)', stamp, wanted);
  execute format('alter table app.balance attach partition app.balance_%s_r0 for values in (%L)', stamp, wanted);

  -- A month that closing has passed by is closed from the start.
  insert into app.period (period, state, closed_at)
  select wanted, case when passed then 'closed' else 'open' end, case when passed then clock_timestamp() end
  from (select exists (select 1 from app.period where state = 'closed' and period > wanted) as passed) as seen;
end $$;

create trigger entry_stays before update or delete on app.entry
  for each row execute function app.forbid_change();

-- Lock the period against closing while somebody posts into it (FOR SHARE: closers wait, posters do not).
create function app.lock_open_period(wanted date) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  found app.period;
begin
  perform app.ensure_period(wanted);
  select * into found from app.period where period = wanted for share;
  if found.state <> 'open' then
    perform app.refuse(format(
      'Период %s %s, провести в нём нельзя. Первый открытый период — %s.',
      to_char(wanted, 'MM.YYYY'),
      case found.state when 'closing' then 'закрывается' else 'закрыт ' || to_char(found.closed_at, 'DD.MM.YYYY') end,
      to_char(app.first_open_period(), 'MM.YYYY')));
  end if;
end $$;

create function app.first_open_period() returns date
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select coalesce(
    (select (max(period) + interval '1 month')::date from app.period where state <> 'open'),
    (select min(period) from app.period),
    date_trunc('month', current_date)::date);
$$;

-- Money that comes on a day is posted into its month, or into the first open month when that is closed.
create function app.posting_period(on_day date) returns date
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select greatest(
    date_trunc('month', on_day)::date,
    (select (max(period) + interval '1 month')::date from app.period where state <> 'open'));
$$;

-- Open a voucher once by its key. True: new; false: the same request came before (answer as then).
create function app.open_voucher(
  key uuid, voucher_kind text, voucher_status text, into_period date, by_actor text, at timestamptz,
  why text, undoes uuid, asked jsonb, branch smallint
) returns boolean
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  before app.voucher;
begin
  insert into app.voucher (id, branch_id, kind, status, period, actor, made_at, reason, reverses, request)
  values (key, branch, voucher_kind, voucher_status, into_period, by_actor, at, why, undoes, asked)
  on conflict (id) do nothing;
  if found then
    return true;
  end if;
  select * into before from app.voucher where id = key;
  if before.kind <> voucher_kind or before.request <> asked then
    raise exception using errcode = 'P0ID1', message =
      'Этот ключ операции уже использован с другими данными. Ничего не проведено: начните операцию заново.';
  end if;
  return false;
end $$;

-- Append lines under a posted voucher and move the balances with them. Lines go in order of
-- their keys, so that two posters of one account never wait for each other in a circle.
create function app.post_lines(
  voucher uuid, into_period date, account uuid, branch smallint, lines app.posting_line[]
) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  origin date;
begin
  insert into app.account_books (account_id, version) values (account, 1)
  on conflict (account_id) do update set version = app.account_books.version + 1;

  for origin in select distinct line.origin_period from unnest(lines) as line loop
    perform app.ensure_period(origin);
  end loop;

  insert into app.entry (period, run_no, voucher_id, line_no, branch_id, account_id, service_id, contract_id,
    origin_period, kind, method, component, zone, day_from, day_to, amount_kop, volume_mcu, price_mcr, inputs)
  select into_period, 0, voucher, row_number() over (), branch, account, line.service_id, line.contract_id,
    line.origin_period, line.kind, 0, 0, 0, 0, 0, line.amount_kop, 0, 0, '{}'
  from unnest(lines) as line;

  merge into app.balance as kept
  using (
    select line.origin_period, line.service_id, line.contract_id,
      coalesce(sum(line.amount_kop) filter (where line.kind < 50), 0)::bigint as moved_kop,
      coalesce(sum(line.amount_kop) filter (where line.kind >= 50), 0)::bigint as penalty_kop
    from unnest(lines) as line
    group by 1, 2, 3
  ) as moved
  on kept.origin_period = moved.origin_period and kept.account_id = account
    and kept.service_id = moved.service_id and kept.contract_id = moved.contract_id
  when matched then update set
    moved_kop = kept.moved_kop + moved.moved_kop, penalty_kop = kept.penalty_kop + moved.penalty_kop
  when not matched then insert (origin_period, account_id, service_id, contract_id, charged_kop, moved_kop, penalty_kop)
    values (moved.origin_period, account, moved.service_id, moved.contract_id, 0, moved.moved_kop, moved.penalty_kop);
end $$;

-- The version of an account's books: it changes with every posting that touches the account.
create function app.books_version(account uuid) returns text
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select coalesce((select version from app.account_books where account_id = account), 0)::text
    || '.' || coalesce((select sum(posted_runs) from app.period), 0)::text;
$$;

-- Rewrite the words that F2 searches, for these accounts.
create function app.refresh_search(accounts uuid[]) returns void
  language sql security definer set search_path = app, public, pg_temp as $$
  insert into app.account_search (account_id, words)
  select account.id,
    translate(lower(concat_ws(' ', account.number, account.former_number, version.payer,
      place.locality, place.street, place.building, place.block,
      case when premises.flat_number <> '' then premises.flat_number || ' ' || premises.number
           else premises.number end)), 'ё', 'е')
  from app.account
  join app.premises on premises.id = account.premises_id
  join lateral (select * from app.house_version where house_id = premises.house_id
                order by valid_from desc limit 1) as place on true
  left join lateral (select payer from app.account_version where account_id = account.id
                     order by valid_from desc limit 1) as version on true
  where account.id = any (accounts)
  on conflict (account_id) do update set words = excluded.words
  where app.account_search.words <> excluded.words;
$$;
