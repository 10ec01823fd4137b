-- Payments changed after they were taken: undone, moved to another account, spread anew, given back,
-- kept apart until it is known whose they are (money.md §2.4).
--
--   payment ─┬─ reversal         the opposite of what its lines are now, never twice       C1, C2, C7
--            ├─ payment-transfer −A and +B under one number, undone together               C4, C6
--            └─ reallocation     what it paid for, its sum kept                            C5
--   credit  ─── refund           kind 22 on the credits of the account, never above them   C3
--
-- What was asked is told apart from the lines computed for it: request = {asked, lines}. A key that came
-- before is answered when the same was asked, whatever the dues are by now.
-- Order of locks: books of accounts by their ids ─▶ shift ─▶ period.

-- The right to give money back: for cashiers who have it besides their own role (money.md K5).
do $$
begin
  create role kvitok_refund nologin;
exception when duplicate_object or unique_violation then
  null;  -- roles belong to the server, another database of it made it
end $$;
do $$
begin
  execute format('grant connect on database %I to kvitok_refund', current_database());
end $$;
grant usage on schema app, api to kvitok_refund;

-- Money whose payer is not known lies on an account in no premises: never charged, billed or found by address.
alter table app.account alter column premises_id drop not null;
alter table app.account add column suspense_of uuid unique references app.organisation;
alter table app.account add constraint account_lies_somewhere
  check ((suspense_of is null) = (premises_id is not null));

-- A payment is named by its voucher, which has its key: so the guards of app.payment speak for themselves.

-- What came with the money, to find out whose it is.
create table app.unidentified_payment (
  payment_id uuid primary key references app.voucher,
  payer text not null default '',
  purpose text not null default '',
  address text not null default '',
  given_number text not null default ''
);

-- Two documents of one move: id takes from the account, given puts on the other.
create table app.payment_move (
  id uuid primary key references app.voucher,
  given uuid not null unique references app.voucher,
  source uuid not null references app.voucher,
  amount_kop bigint not null check (amount_kop > 0)
);
create index payment_move_source on app.payment_move (source);

-- Payments that stay on their account: neither undone nor moved away; of one moved in part, the rest.
create view app.standing_payment as
select payment.id, payment.account_id, payment.paid_on, payment.accepted_at,
  payment.amount_kop - coalesce(away.amount_kop, 0) as amount_kop
from app.payment
left join lateral (
  select sum(move.amount_kop)::bigint as amount_kop from app.payment_move as move
  where move.source = payment.id
    and not exists (select 1 from app.payment as undone where undone.reverses = move.id)
) as away on true
where payment.amount_kop > coalesce(away.amount_kop, 0)
  and not exists (select 1 from app.payment as undone where undone.reverses = payment.id);

-- A document changes one payment, so the day of its entries is that of the payment.
create table app.payment_reallocation (
  voucher_id uuid primary key references app.voucher,
  payment_id uuid not null references app.voucher,
  before jsonb not null,                      -- lines of the payment as they were
  after jsonb not null,                       -- and as they are
  by_hand boolean not null
);
create index payment_reallocation_payment on app.payment_reallocation (payment_id);

create table app.refund (
  id uuid primary key references app.voucher,
  account_id uuid not null references app.account,
  amount_kop bigint not null check (amount_kop > 0),
  paid_on date not null,                      -- the day the money was given back
  way text not null check (way in ('cash', 'bank')),
  cash_operation uuid references app.cash_operation,
  application text not null check (btrim(application) <> ''),
  recipient text not null default '',
  bank_account text, bic text,
  check ((way = 'cash') = (cash_operation is not null)),
  check ((way = 'bank') = (bank_account is not null and bic is not null))
);
create index refund_account on app.refund (account_id);

-- How much of each credit a refund takes: never more than there was.
create table app.refund_credit (
  refund_id uuid not null references app.refund,
  creditor_id uuid not null references app.organisation,
  credit_kop bigint not null,
  amount_kop bigint not null check (amount_kop > 0 and amount_kop <= credit_kop),
  primary key (refund_id, creditor_id)
);

-- Until when an agent may take back what it sent; no row: the parameter платежи.отмена_агентом.
create table app.agent_cancellation (
  agent_id uuid not null references app.organisation,
  valid_from date not null,
  valid_to date check (valid_to > valid_from),
  rule text not null check (rule in ('same-day', 'open-month', 'never')),
  primary key (agent_id, valid_from),
  exclude using gist ((agent_id::text) with =, daterange(valid_from, valid_to) with &&)
);

-- What the rules do not let the program do by itself: somebody decides.
create table app.manual_case (
  id uuid primary key,                        -- the key of what was asked
  payment_id uuid references app.voucher,
  agent_id uuid not null references app.organisation,
  external_id text not null,                  -- of the payment
  cancel_id text not null,                    -- of the cancellation
  why text not null,
  actor text not null,
  made_at timestamptz not null,
  settled_at timestamptz,
  settled_by text,
  settlement text,
  unique (agent_id, cancel_id)
);

do $$
declare
  kept text;
begin
  foreach kept in array array['unidentified_payment', 'payment_move', 'payment_reallocation', 'refund', 'refund_credit']
  loop
    execute format('create trigger %I before update or delete on app.%I '
      'for each row execute function app.forbid_change()', kept || '_stays', kept);
    execute format('create trigger %I before truncate on app.%I '
      'for each statement execute function app.forbid_change()', kept || '_not_truncated', kept);
  end loop;
end $$;

-- Documents of one number: the first has the key, the others the key with its last bits turned.
create function app.nth_key(key uuid, place integer) returns uuid
  language sql immutable parallel safe strict
  return (left(key::text, 33)
    || lpad(to_hex(('x' || right(key::text, 3))::bit(12)::integer # place), 3, '0'))::uuid;

create function app.pair_key(key uuid) returns uuid
  language sql immutable parallel safe strict
  return app.nth_key(key, 1);

-- True: the same was asked with this key before. Other than require_same_request, lines are no part of it.
create function app.was_asked(key uuid, wanted_kind text, asked jsonb) returns boolean
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  before app.voucher;
begin
  select * into before from app.voucher where id = key;
  if not found then
    return false;
  end if;
  if before.kind <> wanted_kind or before.request -> 'asked' is distinct from asked then
    raise exception using errcode = 'P0ID1', message =
      'Этот ключ операции уже использован с другими данными. Ничего не проведено: начните операцию заново.';
  end if;
  return true;
end $$;

create function app.require_reason(reason text, sentence text) returns void
  language plpgsql as $$
begin
  if coalesce(btrim(reason), '') = '' then
    perform app.refuse(sentence);
  end if;
end $$;

create function app.lock_books_in_order(accounts uuid[]) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  account uuid;
begin
  for account in select distinct one from unnest(accounts) as one where one is not null order by one loop
    perform app.lock_books(account);
  end loop;
end $$;

-- Every document that says what a payment paid: itself, what was moved off it, what undid such a move.
create function app.payment_documents(wanted uuid) returns table (id uuid, step bigint)
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select wanted, 0::bigint
  union all
  select move.id, row_number() over (order by move.id) from app.payment_move as move where move.source = wanted
  union all
  select undone.id, row_number() over (order by undone.id)
  from app.payment_move as move join app.payment as undone on undone.reverses = move.id
  where move.source = wanted;
$$;

-- The lines of a payment as they are now, positive for money that stays: [{service_id, contract_id,
-- origin_period, kind, paid_as, amount_kop}] in the order they were made.
create function app.payment_lines(wanted uuid) returns jsonb
  language sql stable security definer set search_path = app, public, pg_temp as $$
  with part as (
    select line, (line ->> 'amount_kop')::bigint as amount_kop, document.step, place
    from app.payment_documents(wanted) as document
    join app.voucher on voucher.id = document.id
    cross join lateral jsonb_array_elements(voucher.request -> 'lines') with ordinality as given (line, place)
    union all
    select line, side.way * (line ->> 'amount_kop')::bigint, 1000000 + side.step, place
    from app.payment_reallocation as change
    cross join lateral (values (change.before, -1, 0), (change.after, 1, 1)) as side (lines, way, step)
    cross join lateral jsonb_array_elements(side.lines) with ordinality as given (line, place)
    where change.payment_id = wanted
  ), merged as (
    select (line - 'amount_kop') || jsonb_build_object('amount_kop', sum(amount_kop)) as line,
      min(step * 100000 + place) as place
    from part
    group by line - 'amount_kop'
    having sum(amount_kop) <> 0
  )
  select coalesce(jsonb_agg(line order by place), '[]') from merged;
$$;

create function app.sum_of_lines(lines jsonb) returns bigint
  language sql immutable parallel safe
  return (select coalesce(sum((line ->> 'amount_kop')::bigint), 0)::bigint from jsonb_array_elements(lines) as line);

create function app.opposite_lines(lines jsonb) returns jsonb
  language sql immutable parallel safe
  return (select coalesce(jsonb_agg(line || jsonb_build_object('amount_kop', -(line ->> 'amount_kop')::bigint) order by place), '[]')
          from jsonb_array_elements(lines) with ordinality as given (line, place));

-- Lines of a request as the ledger has them: money that came is credit.
create function app.entries_of_lines(lines jsonb) returns app.posting_line[]
  language sql immutable parallel safe
  return array(
    select row((line ->> 'service_id')::uuid, (line ->> 'contract_id')::uuid, (line ->> 'origin_period')::date,
      (line ->> 'kind')::smallint, -(line ->> 'amount_kop')::bigint)::app.posting_line
    from jsonb_array_elements(lines) with ordinality as given (line, place)
    order by place);

-- The month a change of a payment goes into: not before anything that was done with it.
create function app.lock_period_of_change(wanted app.payment) returns date
  language sql security definer set search_path = app, public, pg_temp as $$
  select app.lock_posting_period(greatest(wanted.paid_on, (
    select max(voucher.period) from app.voucher
    where voucher.id in (select document.id from app.payment_documents(wanted.id) as document)
      or voucher.id in (select voucher_id from app.payment_reallocation where payment_id = wanted.id))));
$$;

create function app.number_of_account(wanted uuid) returns text
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select number from app.account where id = wanted;
$$;

-- What stands in the way of changing a payment, as a sentence; null when nothing does.
create function app.why_payment_stays(wanted app.payment) returns text
  language plpgsql stable security definer set search_path = app, public, pg_temp as $$
begin
  if wanted.reverses is not null then
    return format('Документ %s сам отменяет платёж, отменить его нельзя. Примите платёж заново.', wanted.id);
  end if;
  if exists (select 1 from app.payment as undone where undone.reverses = wanted.id) then
    return format('Платёж %s уже отменён. Второй раз его отменить нельзя.', wanted.id);
  end if;
  return null;
end $$;

-- A move of this payment that still counts.
create function app.standing_move(wanted uuid) returns app.payment_move
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select move from app.payment_move as move
  where move.source = wanted and not exists (select 1 from app.payment as undone where undone.reverses = move.id)
  order by move.id limit 1;
$$;

-- Own shift: the cashier's own mistake. Anything else gives money back that was counted and told (C2, K5).
create function app.require_right_to_undo(wanted app.payment, in_shift uuid) returns void
  language plpgsql stable security definer set search_path = app, public, pg_temp as $$
begin
  if wanted.shift_id = in_shift or pg_has_role(session_user, 'kvitok_accountant', 'member')
     or pg_has_role(session_user, 'kvitok_refund', 'member') then
    return;
  end if;
  perform app.refuse(format('Платёж %s принят не в вашей открытой смене. Отменить его может бухгалтер или кассир '
    'с правом возврата, по заявлению плательщика.', wanted.id));
end $$;

create function app.undo_document(
  key uuid, original app.payment, lines jsonb, into_period date, reason text, actor text, at timestamptz,
  asked jsonb, in_shift uuid, given_receipt integer, given_external text
) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  perform app.open_voucher(key, 'reversal', 'posted', into_period, actor, at, reason, original.id, asked,
                           original.branch_id);
  insert into app.payment (id, branch_id, account_id, amount_kop, paid_on, accepted_at, channel, tender,
    shift_id, receipt_no, agent_id, external_id, for_period, reverses)
  values (key, original.branch_id, original.account_id, -original.amount_kop, original.paid_on, at,
    original.channel, original.tender, in_shift, given_receipt, original.agent_id, given_external,
    original.for_period, original.id);
  perform app.post_lines(key, into_period, original.account_id, original.branch_id, app.entries_of_lines(lines));
end $$;

-- Undo a payment by its opposite: the same day of payment, the first open month, never twice.
-- New in 0003: what was spread anew or moved is undone as it is now; a move is undone on both accounts;
-- a payment of another shift needs the right.
create or replace function api.reverse_payment(
  key uuid, payment uuid, reason text, actor text, at timestamptz,
  shift uuid default null, receipt_no integer default null
) returns jsonb
  language plpgsql security definer set search_path = app, public, pg_temp as $$
#variable_conflict use_variable
declare
  original app.payment;
  other app.payment;
  move app.payment_move;
  negated jsonb;
  other_lines jsonb;
  asked jsonb;
  into_period date;
  why text;
begin
  select * into original from app.payment where app.payment.id = payment;
  if not found then
    perform app.refuse(format('Платежа %s нет. Возьмите номер документа из карточки счёта.', payment));
  end if;
  select * into move from app.payment_move as one where one.id = payment or one.given = payment;
  if found then
    select * into other from app.payment
    where app.payment.id = case when move.id = payment then move.given else move.id end;
  end if;
  perform app.lock_books_in_order(array[original.account_id, other.account_id]);
  negated := app.opposite_lines(app.payment_lines(payment));
  asked := jsonb_build_object('payment', payment, 'reason', reason, 'actor', actor,
    'at', at at time zone 'UTC', 'shift', shift, 'receipt_no', receipt_no, 'lines', negated);
  if app.require_same_request(key, 'reversal', asked) then
    return app.payment_answer(key, true);
  end if;

  perform app.require_reason(reason, 'Укажите, почему платёж отменяется: без причины сторно не проводится.');
  why := coalesce(app.why_payment_stays(original), app.why_payment_stays(other));
  if why is not null then
    perform app.refuse(why);
  end if;
  perform app.refuse_moved(original);
  perform app.refuse_moved(other);
  if shift is not null then
    perform app.require_shift(shift, actor);
    if move.id is not null then
      perform app.refuse('Перенос оплаты отменяется без смены: деньги в ящике не двигались.');
    end if;
  end if;
  perform app.require_right_to_undo(original, shift);

  into_period := app.lock_period_of_change(original);
  if other.id is not null then
    into_period := greatest(into_period, app.lock_period_of_change(other));
    other_lines := app.opposite_lines(app.payment_lines(other.id));
    perform app.undo_document(app.pair_key(key), other, other_lines, into_period, reason, actor, at,
      asked || jsonb_build_object('payment', other.id, 'pair', key, 'lines', other_lines), null, null, null);
  end if;
  perform app.undo_document(key, original, negated, into_period, reason, actor, at, asked, shift, receipt_no, null);
  return app.payment_answer(key, false);
end $$;

create function app.refuse_moved(wanted app.payment) returns void
  language plpgsql stable security definer set search_path = app, public, pg_temp as $$
declare
  move app.payment_move := app.standing_move(wanted.id);
begin
  if move.id is not null then
    perform app.refuse(format('С платежа %s перенесено %s ₽ на счёт %s документом %s. Сначала отмените перенос.',
      wanted.id, app.shown_kop(move.amount_kop),
      (select app.number_of_account(account_id) from app.payment where id = move.given), move.id));
  end if;
end $$;

create function app.move_answer(wanted uuid, is_replay boolean) returns jsonb
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select jsonb_build_object('move', move.id, 'source', move.source, 'amount_kop', move.amount_kop,
    'taken', app.payment_answer(move.id, is_replay), 'given', app.payment_answer(move.given, is_replay),
    'replay', is_replay)
  from app.payment_move as move where move.id = wanted;
$$;

-- The lines are of what the payment has now, line by line.
create function app.require_taken_lines(payment uuid, taken jsonb) returns void
  language plpgsql stable security definer set search_path = app, public, pg_temp as $$
begin
  if exists (
    with side as (
      select line, (line ->> 'amount_kop')::bigint as amount_kop from jsonb_array_elements(app.payment_lines(payment)) as line
      union all
      select line, -(line ->> 'amount_kop')::bigint from jsonb_array_elements(taken) as line
    )
    select 1 from side
    group by line - 'amount_kop'
    having sum(amount_kop) < 0
  ) then
    perform app.refuse_stale(format('Строки платежа %s изменились: его перенесли или распределили заново. '
      'Посмотрите платёж ещё раз и повторите.', payment));
  end if;
end $$;

-- Move a payment or a part of it to another account: −A and +B, the day of payment kept.
-- taken: lines it leaves, given: lines it comes to, amounts positive; unidentified money has one line that is
-- made here. expected_version: of the books of B.
create function api.move_payment(
  key uuid, payment uuid, account_number text, amount_kop bigint, taken jsonb, given jsonb, reason text,
  actor text, at timestamptz, expected_version text default null
) returns jsonb
  language plpgsql security definer set search_path = app, public, pg_temp as $$
#variable_conflict use_variable
declare
  original app.payment;
  target app.account;
  pair uuid := app.pair_key(key);
  left_kop bigint;
  into_period date;
  why text;
  asked jsonb := jsonb_build_object('payment', payment, 'account', account_number, 'amount_kop', amount_kop,
    'reason', reason, 'actor', actor);
begin
  select * into original from app.payment where app.payment.id = payment;
  if not found then
    perform app.refuse(format('Платежа %s нет. Возьмите номер документа из карточки счёта.', payment));
  end if;
  select * into target from app.account where number = account_number;
  perform app.lock_books_in_order(array[original.account_id, target.id]);
  if app.was_asked(key, 'payment-transfer', asked) then
    return app.move_answer(key, true);
  end if;

  perform app.require_reason(reason, 'Укажите, почему оплата переносится: без причины перенос не проводится.');
  if target.id is null then
    perform app.refuse(format('Лицевого счёта %s нет. Проверьте номер или найдите счёт по адресу (F2).',
                              account_number));
  end if;
  if target.id = original.account_id then
    perform app.refuse(format('Платёж %s и так на счёте %s: переносить некуда.', payment, account_number));
  end if;
  why := app.why_payment_stays(original);
  if why is null and original.amount_kop < 0 then
    why := format('Документ %s снимает оплату со счёта, переносить в нём нечего.', payment);
  end if;
  if why is not null then
    perform app.refuse(why);
  end if;
  left_kop := app.sum_of_lines(app.payment_lines(payment));
  if amount_kop > left_kop then
    perform app.refuse(format('Перенести %s ₽ нельзя: от платежа %s на счёте %s осталось %s ₽.',
      app.shown_kop(amount_kop), payment, app.number_of_account(original.account_id), app.shown_kop(left_kop)));
  end if;
  if target.suspense_of is not null then
    given := jsonb_build_array(app.suspense_line(target, original.paid_on)
      || jsonb_build_object('amount_kop', amount_kop));
  end if;
  perform app.require_sound_lines(taken, amount_kop);
  perform app.require_sound_lines(given, amount_kop);
  perform app.require_taken_lines(payment, taken);
  if target.suspense_of is null then
    perform app.require_payable(target, original.paid_on);
  end if;
  if expected_version is not null and expected_version <> app.books_version(target.id) then
    perform app.refuse_stale(format('Долг по счёту %s изменился, пока переносилась оплата: по нему прошла другая '
      'операция. Посмотрите новый долг и повторите.', account_number));
  end if;
  into_period := app.lock_period_of_change(original);

  perform app.post_part_of_move(key, original, original.account_id, -amount_kop, app.opposite_lines(taken),
    into_period, reason, actor, at, asked);
  perform app.post_part_of_move(pair, original, target.id, amount_kop, given, into_period, reason, actor, at,
    asked || jsonb_build_object('pair', key));
  insert into app.payment_move (id, given, source, amount_kop) values (key, pair, payment, amount_kop);
  if target.suspense_of is not null then
    insert into app.unidentified_payment (payment_id, purpose) values (pair, reason);
  end if;
  return app.move_answer(key, false);
end $$;

create function app.post_part_of_move(
  key uuid, original app.payment, owner uuid, amount_kop bigint, lines jsonb, into_period date, reason text,
  actor text, at timestamptz, asked jsonb
) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  branch smallint := (select branch_id from app.account where id = owner);
begin
  perform app.open_voucher(key, 'payment-transfer', 'posted', into_period, actor, at, reason, null,
    jsonb_build_object('asked', asked, 'lines', lines), branch);
  insert into app.payment (id, branch_id, account_id, amount_kop, paid_on, accepted_at, channel, agent_id, for_period)
  values (key, branch, owner, post_part_of_move.amount_kop, original.paid_on, at, original.channel,
    original.agent_id, original.for_period);
  perform app.post_lines(key, into_period, owner, branch, app.entries_of_lines(lines));
end $$;

create function app.reallocation_answer(wanted uuid, is_replay boolean) returns jsonb
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select jsonb_build_object('reallocation', voucher.id, 'period', voucher.period, 'replay', is_replay,
    'account', voucher.request -> 'asked' ->> 'account',
    'payments', (
      select jsonb_agg(jsonb_build_object('payment', change.payment_id, 'before', change.before, 'after', change.after)
        order by place)
      from generate_series(0, (voucher.request ->> 'documents')::integer - 1) as place
      join app.payment_reallocation as change on change.voucher_id = app.nth_key(wanted, place)))
  from app.voucher where voucher.id = wanted;
$$;

-- What changes between two lists of lines, as the ledger has it.
create function app.changed_entries(before jsonb, after jsonb) returns app.posting_line[]
  language sql immutable parallel safe
  return array(
    select row(service_id, contract_id, origin_period, kind, sum(amount_kop))::app.posting_line
    from (
      select entry.* from unnest(app.entries_of_lines(after)) as entry
      union all
      select entry.* from unnest(app.entries_of_lines(app.opposite_lines(before))) as entry
    ) as changed
    group by service_id, contract_id, origin_period, kind
    having sum(amount_kop) <> 0
    order by origin_period, service_id, contract_id, kind);

-- Spread payments of an account anew: what they paid for changes, their sums do not; each has a document
-- of its own, all under one number. payments: [{payment, lines}], amounts positive.
create function api.reallocate_payments(
  key uuid, account_number text, payments jsonb, by_hand boolean, reason text, actor text, at timestamptz,
  expected_version text default null
) returns jsonb
  language plpgsql security definer set search_path = app, public, pg_temp as $$
#variable_conflict use_variable
declare
  payer app.account;
  one jsonb;
  original app.payment;
  was jsonb;
  spread jsonb := '[]';
  why text;
  into_period date;
  documents integer := 0;
  asked jsonb := jsonb_build_object('account', account_number, 'reason', reason, 'actor', actor, 'by_hand', by_hand,
    'payments', case when by_hand then payments else (
      select jsonb_agg(given -> 'payment' order by given ->> 'payment') from jsonb_array_elements(payments) as given) end);
begin
  select * into payer from app.account where number = account_number;
  if not found then
    perform app.refuse(format('Лицевого счёта %s нет. Проверьте номер.', account_number));
  end if;
  perform app.lock_books(payer.id);
  if app.was_asked(key, 'reallocation', asked) then
    return app.reallocation_answer(key, true);
  end if;
  perform app.require_reason(reason,
    'Укажите, почему оплата распределяется заново: без причины перераспределение не проводится.');
  if expected_version is not null and expected_version <> app.books_version(payer.id) then
    perform app.refuse_stale(format('Долг по счёту %s изменился, пока распределялась оплата: по нему прошла другая '
      'операция. Посмотрите новый долг и повторите.', account_number));
  end if;
  if jsonb_array_length(payments) > 1000 then
    perform app.refuse('За один раз распределяют не больше 1000 платежей счёта: разделите список.');
  end if;
  if payer.suspense_of is not null then
    perform app.refuse('Невыясненную оплату распределять не на что: сначала перенесите её на счёт плательщика.');
  end if;

  for one in select value from jsonb_array_elements(payments) loop
    select * into original from app.payment
    where app.payment.id = (one ->> 'payment')::uuid and account_id = payer.id;
    if not found then
      perform app.refuse(format('Платежа %s на счёте %s нет. Возьмите номер документа из карточки счёта.',
                                one ->> 'payment', account_number));
    end if;
    why := app.why_payment_stays(original);
    if why is null and original.amount_kop < 0 then
      why := format('Документ %s снимает оплату со счёта, распределять в нём нечего.', original.id);
    end if;
    if why is not null then
      perform app.refuse(why);
    end if;
    was := app.payment_lines(original.id);
    if was = '[]' then
      perform app.refuse(format('Платёж %s перенесён на другой счёт целиком: распределять нечего.', original.id));
    end if;
    perform app.require_sound_lines(one -> 'lines', app.sum_of_lines(was));
    into_period := greatest(into_period, app.lock_period_of_change(original));
    if cardinality(app.changed_entries(was, one -> 'lines')) > 0 then
      spread := spread || jsonb_build_object('payment', original.id, 'before', was, 'after', one -> 'lines');
    end if;
  end loop;

  if spread = '[]' then
    perform app.refuse('Распределение не меняется: проводить нечего.');
  end if;

  for one in select value from jsonb_array_elements(spread) loop
    perform app.open_voucher(app.nth_key(key, documents), 'reallocation', 'posted', into_period, actor, at, reason,
      null, jsonb_build_object('asked', asked, 'documents', jsonb_array_length(spread)), payer.branch_id);
    insert into app.payment_reallocation (voucher_id, payment_id, before, after, by_hand)
    values (app.nth_key(key, documents), (one ->> 'payment')::uuid, one -> 'before', one -> 'after', by_hand);
    perform app.post_lines(app.nth_key(key, documents), into_period, payer.id, payer.branch_id,
      app.changed_entries(one -> 'before', one -> 'after'));
    documents := documents + 1;
  end loop;
  return app.reallocation_answer(key, false);
end $$;

create function app.refund_answer(wanted uuid, is_replay boolean) returns jsonb
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select jsonb_build_object('refund', voucher.id, 'period', voucher.period, 'replay', is_replay,
    'account', account.number, 'amount_kop', refund.amount_kop, 'lines', voucher.request -> 'lines')
  from app.refund
  join app.voucher on voucher.id = refund.id
  join app.account on account.id = refund.account_id
  where refund.id = wanted;
$$;

-- What an account has overpaid to a creditor, over all its contracts with it.
create function app.credit_kop(account uuid, creditor uuid) returns bigint
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select greatest(-coalesce(sum(charged_kop + moved_kop + penalty_kop), 0), 0)::bigint
  from app.balance join app.contract on contract.id = balance.contract_id
  where account_id = account and coalesce(contract.supplier_id, contract.provider_id) = creditor;
$$;

-- Lines of a refund beside what there is to take them from.
create function app.refund_rows(account uuid, lines jsonb)
  returns table (creditor_id uuid, line_kop bigint, creditor_kop bigint, row_credit_kop bigint)
  language sql stable security definer set search_path = app, public, pg_temp as $$
  with taken as (
    select (line ->> 'service_id')::uuid as service_id, (line ->> 'contract_id')::uuid as contract_id,
      (line ->> 'origin_period')::date as origin_period, sum((line ->> 'amount_kop')::bigint)::bigint as line_kop
    from jsonb_array_elements(lines) as line group by 1, 2, 3
  )
  select coalesce(contract.supplier_id, contract.provider_id), taken.line_kop,
    sum(taken.line_kop) over (partition by coalesce(contract.supplier_id, contract.provider_id))::bigint,
    greatest(-coalesce((
      select sum(charged_kop + moved_kop) from app.balance
      where account_id = account and balance.origin_period = taken.origin_period
        and balance.service_id = taken.service_id and balance.contract_id = taken.contract_id), 0), 0)::bigint
  from taken left join app.contract on contract.id = taken.contract_id;
$$;

-- Give an overpayment back, creditor by creditor (C3). Lines: [{service_id, contract_id, origin_period,
-- amount_kop}], positive: so much of each credit is taken. Cash goes out of the drawer of the shift.
create function api.refund_advance(
  key uuid, account_number text, amount_kop bigint, lines jsonb, paid_on date, way text, application text,
  reason text, actor text, at timestamptz, shift uuid default null, recipient text default '',
  bank_account text default null, bic text default null, expected_version text default null
) returns jsonb
  language plpgsql security definer set search_path = app, public, pg_temp as $$
#variable_conflict use_variable
declare
  payer app.account;
  into_period date;
  wrong record;
  asked jsonb := jsonb_build_object('account', account_number, 'amount_kop', amount_kop, 'paid_on', paid_on,
    'way', way, 'application', application, 'reason', reason, 'actor', actor, 'shift', shift,
    'recipient', recipient, 'bank_account', bank_account, 'bic', bic);
begin
  select * into payer from app.account where number = account_number;
  if not found then
    perform app.refuse(format('Лицевого счёта %s нет. Проверьте номер или найдите счёт по адресу (F2).',
                              account_number));
  end if;
  perform app.lock_books(payer.id);
  if app.was_asked(key, 'refund', asked) then
    return app.refund_answer(key, true);
  end if;
  perform app.require_reason(application, 'Укажите заявление плательщика, номер и дату: без него аванс не возвращают.');
  if payer.suspense_of is not null then
    perform app.refuse('Невыясненную оплату возвращают отменой платежа, а не возвратом аванса.');
  end if;
  if way not in ('cash', 'bank') then
    perform app.refuse(format('Способа возврата «%s» нет: наличными или в банк.', way));
  end if;
  if way = 'cash' and shift is null then
    perform app.refuse('Наличные возвращают из кассы: откройте смену.');
  end if;
  if way = 'bank' and (coalesce(bank_account, '') !~ '^\d{20}$' or coalesce(bic, '') !~ '^\d{9}$') then
    perform app.refuse('Для возврата в банк нужны счёт получателя (20 цифр) и БИК (9 цифр).');
  end if;
  if expected_version is not null and expected_version <> app.books_version(payer.id) then
    perform app.refuse_stale(format('Сальдо счёта %s изменилось, пока оформлялся возврат: по нему прошла другая '
      'операция. Посмотрите его и повторите.', account_number));
  end if;
  if coalesce(amount_kop, 0) <= 0 or app.sum_of_lines(lines) <> amount_kop
     or exists (select 1 from jsonb_array_elements(lines) as line where (line ->> 'amount_kop')::bigint <= 0) then
    perform app.refuse('Строки возврата не складываются в его сумму. Ничего не проведено: повторите возврат.');
  end if;
  select taken.line_kop, taken.creditor_kop, taken.row_credit_kop, credit.credit_kop, organisation.code into wrong
  from app.refund_rows(payer.id, lines) as taken
  join app.organisation on organisation.id = taken.creditor_id
  cross join lateral (select app.credit_kop(payer.id, taken.creditor_id) as credit_kop) as credit
  where taken.line_kop > taken.row_credit_kop or taken.creditor_kop > credit.credit_kop
  order by organisation.code limit 1;
  if found then
    perform app.refuse(format('Вернуть из переплаты организации «%s» можно не больше %s ₽, а запрошено %s ₽. '
      'Ничего не проведено.', wrong.code,
      app.shown_kop(least(wrong.credit_kop, case when wrong.line_kop > wrong.row_credit_kop then wrong.row_credit_kop
                                             else wrong.credit_kop end)),
      app.shown_kop(wrong.creditor_kop)));
  end if;
  into_period := app.take_cash_out(key, shift, amount_kop, account_number, paid_on, at, actor);

  perform app.open_voucher(key, 'refund', 'posted', into_period, actor, at, coalesce(reason, application), null,
    jsonb_build_object('asked', asked, 'lines', lines), payer.branch_id);
  insert into app.refund (id, account_id, amount_kop, paid_on, way, cash_operation, application, recipient,
    bank_account, bic)
  values (key, payer.id, amount_kop, paid_on, way, case when way = 'cash' then key end, application,
    coalesce(recipient, ''), case when way = 'bank' then bank_account end, case when way = 'bank' then bic end);
  insert into app.refund_credit (refund_id, creditor_id, credit_kop, amount_kop)
  select distinct key, creditor_id, app.credit_kop(payer.id, creditor_id), creditor_kop
  from app.refund_rows(payer.id, lines);
  perform app.post_lines(key, into_period, payer.id, payer.branch_id, array(
    select row((line ->> 'service_id')::uuid, (line ->> 'contract_id')::uuid, (line ->> 'origin_period')::date,
      22, (line ->> 'amount_kop')::bigint)::app.posting_line
    from jsonb_array_elements(lines) with ordinality as given (line, place) order by place));
  return app.refund_answer(key, false);
end $$;

-- Take the cash of a refund out of the drawer, if it is cash, then lock the month of its day.
create function app.take_cash_out(
  key uuid, shift uuid, amount_kop bigint, account_number text, paid_on date, at timestamptz, actor text
) returns date
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  if shift is not null then
    perform api.cash_operation(key => key, shift => shift, kind => 'out', amount_kop => amount_kop, at => at,
      actor => actor, reason => format('возврат аванса, счёт %s', account_number));
  end if;
  return app.lock_posting_period(paid_on);
end $$;

-- The bank gave the money back, or the payer did not come for it: the credit is there again.
create function api.cancel_refund(
  key uuid, refund uuid, reason text, actor text, at timestamptz, shift uuid default null
) returns jsonb
  language plpgsql security definer set search_path = app, public, pg_temp as $$
#variable_conflict use_variable
declare
  original app.refund;
  made app.voucher;
  into_period date;
  lines jsonb;
  asked jsonb := jsonb_build_object('refund', refund, 'reason', reason, 'actor', actor, 'shift', shift);
begin
  select * into original from app.refund where app.refund.id = refund;
  if not found then
    perform app.refuse(format('Возврата аванса %s нет. Возьмите номер документа из карточки счёта.', refund));
  end if;
  perform app.lock_books(original.account_id);
  if app.was_asked(key, 'reversal', asked) then
    return app.refund_answer(refund, true);
  end if;
  perform app.require_reason(reason, 'Укажите, почему возврат отменяется: без причины отмена не проводится.');
  select * into made from app.voucher where id = refund;
  if exists (select 1 from app.voucher as undone where undone.reverses = refund) then
    perform app.refuse(format('Возврат %s уже отменён. Второй раз его отменить нельзя.', refund));
  end if;
  if original.way = 'cash' then
    if shift is null then
      perform app.refuse('Возврат был наличными: деньги вносят обратно в кассу, откройте смену.');
    end if;
    perform api.cash_operation(key => key, shift => shift, kind => 'in', amount_kop => original.amount_kop, at => at,
      actor => actor, reason => format('отмена возврата аванса %s', refund));
  end if;
  into_period := app.lock_posting_period(greatest(original.paid_on, made.period));
  lines := app.opposite_lines(made.request -> 'lines');
  perform app.open_voucher(key, 'reversal', 'posted', into_period, actor, at, reason, refund,
    jsonb_build_object('asked', asked, 'lines', lines), made.branch_id);
  perform app.post_lines(key, into_period, original.account_id, made.branch_id, array(
    select row((line ->> 'service_id')::uuid, (line ->> 'contract_id')::uuid, (line ->> 'origin_period')::date,
      22, (line ->> 'amount_kop')::bigint)::app.posting_line
    from jsonb_array_elements(lines) with ordinality as given (line, place) order by place));
  return app.refund_answer(refund, false);
end $$;

-- Whose money is unidentified: the named creditor, or the only centre, or the only provider.
create function app.creditor_of_unidentified(creditor_code text) returns app.organisation
  language plpgsql stable security definer set search_path = app, public, pg_temp as $$
declare
  found_one app.organisation;
  role_name text;
begin
  if creditor_code is not null then
    select * into found_one from app.organisation where code = creditor_code;
    if not found then
      perform app.refuse(format('Организации с кодом «%s» нет. Загрузите её листом «Организации».', creditor_code));
    end if;
    return found_one;
  end if;
  foreach role_name in array array['centre', 'provider'] loop
    if (select count(*) from app.organisation where role_name = any (roles)) = 1 then
      select * into found_one from app.organisation where role_name = any (roles);
      return found_one;
    end if;
  end loop;
  perform app.refuse('Кому пришли деньги, неясно: назовите организацию, на чей счёт они поступили.');
end $$;

-- The account of unidentified money of a creditor, made at the first need.
create function app.suspense_account(creditor app.organisation) returns app.account
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  kept app.account;
  number_of_it text := 'НЕВЫЯСНЕННЫЕ-' || creditor.code;
begin
  select * into kept from app.account where suspense_of = creditor.id;
  if found then
    return kept;
  end if;
  perform pg_advisory_xact_lock(hashtext('app.suspense'));
  select * into kept from app.account where suspense_of = creditor.id;
  if found then
    return kept;
  end if;
  insert into app.service (id, code, name, section, unit, position)
  values (gen_random_uuid(), 'НЕВЫЯСНЕННЫЕ', 'Невыясненные платежи', 'other', 'руб.', 32000)
  on conflict (code) do nothing;
  insert into app.contract (id, number, kind, provider_id, valid_from, penalty_scheme)
  values (gen_random_uuid(), number_of_it, 'two-sided', creditor.id, '1990-01-01', 'none')
  on conflict (number) do nothing;
  -- Opened in a day that does not come: no month has it to charge.
  insert into app.account (id, number, opened_on, suspense_of)
  values (gen_random_uuid(), number_of_it, '2999-12-31', creditor.id) returning * into kept;
  insert into app.account_version (account_id, payer) values (kept.id, 'Невыясненные платежи');
  return kept;
end $$;

-- Book money whose payer is not known: an import never gives money back for that (reliability.md F7).
create function api.accept_unidentified(
  key uuid, amount_kop bigint, paid_on date, accepted_at timestamptz, channel text, actor text,
  creditor_code text default null, payer text default '', purpose text default '', address text default '',
  given_number text default '', agent_code text default null, external_id text default null
) returns jsonb
  language plpgsql security definer set search_path = app, public, pg_temp as $$
#variable_conflict use_variable
declare
  kept app.account := app.suspense_account(app.creditor_of_unidentified(creditor_code));
  before app.unidentified_payment;
  answer jsonb;
begin
  answer := api.accept_payment(key => key, account_number => kept.number, amount_kop => amount_kop,
    paid_on => paid_on, accepted_at => accepted_at, channel => channel, actor => actor, agent_code => agent_code,
    external_id => external_id, confirm => true,
    lines => jsonb_build_array(app.suspense_line(kept, paid_on) || jsonb_build_object('amount_kop', amount_kop)));
  insert into app.unidentified_payment (payment_id, payer, purpose, address, given_number)
  values (key, coalesce(payer, ''), coalesce(purpose, ''), coalesce(address, ''), coalesce(given_number, ''))
  on conflict do nothing;
  select * into before from app.unidentified_payment where payment_id = key;
  if (before.payer, before.purpose, before.address, before.given_number)
     is distinct from (coalesce(payer, ''), coalesce(purpose, ''), coalesce(address, ''), coalesce(given_number, '')) then
    raise exception using errcode = 'P0ID1', message =
      'Этот ключ операции уже использован с другими данными. Ничего не проведено: начните операцию заново.';
  end if;
  return answer;
end $$;

-- The one line that unidentified money has, without its amount.
create function app.suspense_line(kept app.account, on_day date) returns jsonb
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select jsonb_build_object(
    'service_id', (select id from app.service where code = 'НЕВЫЯСНЕННЫЕ'),
    'contract_id', (select id from app.contract where number = kept.number),
    'origin_period', date_trunc('month', on_day)::date, 'kind', 20, 'paid_as', 'advance');
$$;

-- What an agent may take back, by its own row or by the parameter.
create function app.cancellation_rule(agent uuid, on_day date) returns text
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select coalesce(
    (select rule from app.agent_cancellation
     where agent_id = agent and valid_from <= on_day and (valid_to is null or on_day < valid_to)),
    case app.parameter_on('платежи.отмена_агентом', on_day)
      when 'пока месяц открыт' then 'open-month' when 'запрещена' then 'never' else 'same-day' end);
$$;

-- Let an agent take back its payments by this rule from this day on.
create function api.set_agent_cancellation(agent_code text, since date, new_rule text) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  agent app.organisation;
begin
  select * into agent from app.organisation where code = agent_code;
  if not found then
    perform app.refuse(format('Организации с кодом «%s» нет. Загрузите её листом «Организации».', agent_code));
  end if;
  if new_rule not in ('same-day', 'open-month', 'never') then
    perform app.refuse(format('Правила отмены «%s» нет.', new_rule));
  end if;
  delete from app.agent_cancellation where agent_id = agent.id and valid_from >= since;
  update app.agent_cancellation set valid_to = since
  where agent_id = agent.id and (valid_to is null or valid_to > since);
  insert into app.agent_cancellation (agent_id, valid_from, rule) values (agent.id, since, new_rule);
end $$;

-- The agent takes back a payment under a number of its own (C7). What its rule does not allow becomes a
-- manual case; the same number again is answered, not done twice.
create function api.cancel_agent_payment(
  key uuid, agent_code text, external_id text, cancel_id text, actor text, at timestamptz
) returns jsonb
  language plpgsql security definer set search_path = app, public, pg_temp as $$
#variable_conflict use_variable
declare
  agent app.organisation;
  original app.payment;
  before uuid;
  why text;
  rule text;
  negated jsonb;
  into_period date;
  reason text := format('отмена агентом, операция %s', cancel_id);
begin
  select * into agent from app.organisation where code = agent_code;
  if not found then
    perform app.refuse(format('Организации с кодом «%s» нет. Загрузите её листом «Организации».', agent_code));
  end if;
  perform app.require_reason(cancel_id, 'У отмены нет номера операции агента: по нему её узнают второй раз.');
  select * into original from app.payment where app.payment.agent_id = agent.id
    and app.payment.external_id = external_id;
  perform app.lock_books_in_order(array[original.account_id]);
  perform pg_advisory_xact_lock(hashtext('app.agent_cancellation'), hashtext(agent_code || ' ' || cancel_id));
  select id into before from app.payment where app.payment.agent_id = agent.id
    and app.payment.external_id = cancel_id and reverses = original.id;
  if found then
    return jsonb_build_object('payment', original.id, 'reversal', before, 'replay', true);
  end if;
  select id into before from app.manual_case where app.manual_case.agent_id = agent.id
    and app.manual_case.cancel_id = cancel_id;
  if found then
    return jsonb_build_object('case', before, 'replay', true,
      'why', (select app.manual_case.why from app.manual_case where id = before));
  end if;

  rule := app.cancellation_rule(agent.id, at::date);
  if original.id is null then
    why := format('платежа с номером агента «%s» нет', external_id);
  else
    why := coalesce(app.why_payment_stays(original),
      case when rule = 'never' then 'договор с агентом не разрешает ему отменять платежи'
        when rule = 'same-day' and original.accepted_at::date <> at::date
          then format('день %s закрыт: агент отменяет только платежи того же дня',
                      to_char(original.accepted_at, 'DD.MM.YYYY'))
        when (select state from app.period where period = (select period from app.voucher where id = original.id)) <> 'open'
          then 'месяц платежа закрыт'
        when app.standing_move(original.id) is not null then 'платёж перенесён на другой счёт' end);
  end if;
  if why is not null then
    insert into app.manual_case (id, payment_id, agent_id, external_id, cancel_id, why, actor, made_at)
    values (key, original.id, agent.id, external_id, cancel_id, why, actor, at);
    return jsonb_build_object('case', key, 'payment', original.id, 'why', why, 'replay', false);
  end if;
  into_period := app.lock_period_of_change(original);
  negated := app.opposite_lines(app.payment_lines(original.id));
  perform app.undo_document(key, original, negated, into_period, reason, actor, at,
    jsonb_build_object('payment', original.id, 'agent', agent_code, 'external_id', external_id,
      'cancel_id', cancel_id, 'actor', actor, 'lines', negated), null, null, cancel_id);
  return jsonb_build_object('payment', original.id, 'reversal', key, 'replay', false);
end $$;

-- Somebody has decided a case.
create function api.settle_manual_case(wanted uuid, settlement text, actor text, at timestamptz) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
#variable_conflict use_variable
begin
  perform app.require_reason(settlement, 'Напишите, что решено: без этого случай не закрывают.');
  update app.manual_case as kept set settled_at = at, settled_by = actor, settlement = settle_manual_case.settlement
  where id = wanted and kept.settled_at is null;
  if not found then
    perform app.refuse(format('Незакрытого случая %s нет.', wanted));
  end if;
end $$;

grant execute on function
  api.reverse_payment(uuid, uuid, text, text, timestamptz, uuid, integer),
  api.refund_advance(uuid, text, bigint, jsonb, date, text, text, text, text, timestamptz, uuid, text, text, text, text),
  api.cancel_refund(uuid, uuid, text, text, timestamptz, uuid)
  to kvitok_accountant, kvitok_refund;
grant execute on function
  api.move_payment(uuid, uuid, text, bigint, jsonb, jsonb, text, text, timestamptz, text),
  api.reallocate_payments(uuid, text, jsonb, boolean, text, text, timestamptz, text),
  api.settle_manual_case(uuid, text, text, timestamptz),
  api.set_agent_cancellation(text, date, text)
  to kvitok_accountant;
grant execute on function
  api.accept_unidentified(uuid, bigint, date, timestamptz, text, text, text, text, text, text, text, text, text)
  to kvitok_cashier, kvitok_accountant, kvitok_run;
grant execute on function api.cancel_agent_payment(uuid, text, text, text, text, timestamptz)
  to kvitok_accountant, kvitok_run;
grant execute on function app.payment_lines(uuid)
  to kvitok_cashier, kvitok_operator, kvitok_accountant, kvitok_auditor, kvitok_run;
