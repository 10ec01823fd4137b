-- Money taken: payments, their reversals, shifts of the desks.
--
-- Order of locks: books of the account ─▶ shift (share) ─▶ period (share). A key that came before
-- is answered before any rule is asked: what was done stays done, whatever has changed since.

-- A refusal that sends the desk back to its dues: DETAIL says so to the program.
create function app.refuse_stale(sentence text) returns void
  language plpgsql as $$
begin
  raise exception using errcode = 'P0K01', message = sentence, detail = 'dues-changed';
end $$;

-- 4259.22 as people write it: 4 259,22.
create function app.shown_kop(amount_kop bigint) returns text
  language sql immutable parallel safe strict
  return case when amount_kop < 0 then '−' else '' end
    || replace(trim(to_char(abs(amount_kop) / 100, 'FM999,999,999,999,990')), ',', U&'\202F')
    || ',' || lpad((abs(amount_kop) % 100)::text, 2, '0');

create function app.parameter_on(wanted text, on_day date) returns text
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select value from app.parameter
  where code = wanted and valid_from <= on_day and (valid_to is null or on_day < valid_to);
$$;

-- What may be paid: an overpaid contract contributes nothing.
create function app.payable_kop(account uuid) returns bigint
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select coalesce(sum(greatest(owed, 0)), 0)::bigint
  from (select sum(charged_kop + moved_kop + penalty_kop) as owed from app.balance
        where account_id = account group by contract_id) as by_contract;
$$;

-- Lock the books of an account: whoever posts for it waits here.
create function app.lock_books(account uuid) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  insert into app.account_books (account_id) values (account) on conflict do nothing;
  perform 1 from app.account_books where account_id = account for update;
end $$;

-- Lock the month that money of a day goes into; a month that closes meanwhile gives way to the next.
create function app.lock_posting_period(on_day date) returns date
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  wanted date;
  found_state text;
begin
  for attempt in 1..3 loop
    wanted := app.posting_period(on_day);
    perform app.ensure_period(wanted);
    select state into found_state from app.period where period = wanted for share;
    if found_state = 'open' then
      return wanted;
    end if;
  end loop;
  perform app.lock_open_period(wanted);
  return wanted;
end $$;

-- The shift of a payment: there, open, and of the one who asks. Share: payments do not wait for each
-- other, the closing of the shift waits for them.
create function app.require_shift(wanted uuid, actor text) returns app.shift
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  found_shift app.shift;
begin
  select * into found_shift from app.shift where id = wanted for share;
  if not found then
    perform app.refuse('Смены с таким ключом в базе нет. Откройте смену и повторите.');
  end if;
  if found_shift.closed_at is not null then
    perform app.refuse(format('Смена № %s на кассе %s закрыта %s. Откройте новую смену и примите платёж в ней.',
      found_shift.shift_no, found_shift.desk_no, to_char(found_shift.closed_at, 'DD.MM.YYYY HH24:MI')));
  end if;
  if found_shift.operator <> session_user or found_shift.cashier <> actor then
    perform app.refuse(format('Смену № %s на кассе %s открыл другой кассир: %s. Откройте свою смену.',
      found_shift.shift_no, found_shift.desk_no, found_shift.cashier));
  end if;
  return found_shift;
end $$;

-- The answer to a payment, the same whenever it is asked.
create function app.payment_answer(wanted uuid, is_replay boolean) returns jsonb
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select jsonb_build_object(
    'payment', payment.id, 'period', voucher.period, 'account', account.number,
    'amount_kop', payment.amount_kop, 'receipt_no', payment.receipt_no,
    'lines', voucher.request -> 'lines', 'replay', is_replay)
  from app.payment
  join app.voucher on voucher.id = payment.id
  join app.account on account.id = payment.account_id
  where payment.id = wanted;
$$;

create function app.require_same_request(key uuid, wanted_kind text, asked jsonb) returns boolean
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  before app.voucher;
begin
  select * into before from app.voucher where id = key;
  if not found then
    return false;
  end if;
  if before.kind <> wanted_kind or before.request <> asked then
    raise exception using errcode = 'P0ID1', message =
      'Этот ключ операции уже использован с другими данными. Ничего не проведено: начните операцию заново.';
  end if;
  return true;
end $$;

create function app.require_payable(wanted app.account, on_day date) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  if wanted.closed_on <= on_day and app.payable_kop(wanted.id) = 0 then
    perform app.refuse(format('Лицевой счёт %s закрыт с %s, долга по нему нет: платёж принять нельзя. '
      'Проверьте номер счёта.', wanted.number, to_char(wanted.closed_on, 'DD.MM.YYYY')));
  end if;
end $$;

-- The same sum on the same account a short time ago is most likely the same document.
create function app.require_not_repeated(account uuid, amount bigint, at timestamptz) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  hours numeric := coalesce(substring(replace(app.parameter_on('касса.повтор_часов', at::date), ',', '.')
    from '^\d{1,4}(?:\.\d+)?$')::numeric, 12);
  before record;
begin
  select payment.*, shift.desk_no into before
  from app.payment left join app.shift on shift.id = payment.shift_id
  where payment.account_id = account and payment.amount_kop = amount and payment.channel = 'desk'
    and payment.accepted_at > at - hours * interval '1 hour'
    and payment.accepted_at < at + hours * interval '1 hour'
    and not exists (select 1 from app.payment as undone where undone.reverses = payment.id)
  order by payment.accepted_at desc limit 1;
  if found then
    raise exception using errcode = 'P0DUP', detail = before.id::text, message = format(
      'Такой же платёж, %s ₽, по этому счёту уже принят %s%s. Спросите плательщика: если это второй '
      'платёж, подтвердите его.', app.shown_kop(amount), to_char(before.accepted_at, 'DD.MM.YYYY в HH24:MI'),
      case when before.desk_no is null then '' else format(' на кассе %s', before.desk_no) end);
  end if;
end $$;

create function app.require_sound_lines(lines jsonb, amount bigint) returns void
  language plpgsql immutable as $$
declare
  total bigint;
  is_bad boolean;
begin
  if amount is null or amount <= 0 then
    perform app.refuse('Сумма платежа должна быть больше нуля.');
  end if;
  select sum((line ->> 'amount_kop')::bigint),
    bool_or((line ->> 'amount_kop')::bigint <= 0 or (line ->> 'kind')::smallint not in (20, 51))
  into total, is_bad
  from jsonb_array_elements(lines) as line;
  if is_bad or total is distinct from amount then
    perform app.refuse('Строки распределения не складываются в сумму платежа. Платёж не принят: '
      'повторите его, а если повторится и отказ, сообщите администратору.');
  end if;
end $$;

-- Take a payment once. Lines: [{service_id, contract_id, origin_period, kind, paid_as, amount_kop}],
-- amounts positive. expected_version null: the lines do not depend on the dues.
create function api.accept_payment(
  key uuid, account_number text, amount_kop bigint, paid_on date, accepted_at timestamptz,
  channel text, lines jsonb, actor text, branch smallint default 0,
  tender text default null, tendered_kop bigint default null,
  shift uuid default null, receipt_no integer default null,
  agent_code text default null, external_id text default null,
  for_period date default null, expected_version text default null, confirm boolean default false
) returns jsonb
  language plpgsql security definer set search_path = app, public, pg_temp as $$
#variable_conflict use_variable
declare
  payer app.account;
  agent app.organisation;
  into_period date;
  earlier record;
  asked jsonb := jsonb_build_object('account', account_number, 'amount_kop', amount_kop, 'paid_on', paid_on,
    'accepted_at', accepted_at at time zone 'UTC', 'channel', channel, 'lines', lines, 'actor', actor,
    'branch', branch, 'tender', tender, 'tendered_kop', tendered_kop, 'shift', shift, 'receipt_no', receipt_no,
    'agent', agent_code, 'external_id', external_id, 'for_period', for_period);
begin
  perform app.require_sound_lines(lines, amount_kop);
  select * into payer from app.account where number = account_number;
  if found then
    perform app.lock_books(payer.id);
  end if;
  if app.require_same_request(key, 'payment', asked) then
    return app.payment_answer(key, true);
  end if;

  if payer.id is null then
    perform app.refuse(format('Лицевого счёта %s нет. Проверьте номер или найдите счёт по адресу (F2).',
                              account_number));
  end if;
  perform app.require_payable(payer, paid_on);
  if expected_version is not null and expected_version <> app.books_version(payer.id) then
    perform app.refuse_stale(format('Долг по счёту %s изменился, пока принимался платёж: по нему прошла другая '
      'операция. Посмотрите новый долг и повторите.', account_number));
  end if;
  if channel = 'desk' and not confirm then
    perform app.require_not_repeated(payer.id, amount_kop, accepted_at);
  end if;
  if tendered_kop < amount_kop then
    perform app.refuse('Внесено меньше суммы платежа. Примите ещё или уменьшите платёж.');
  end if;
  if shift is not null then
    perform app.require_shift(shift, actor);
  end if;
  if agent_code is not null then
    select * into agent from app.organisation where code = agent_code;
    if not found then
      perform app.refuse(format('Организации с кодом «%s» нет. Загрузите её листом «Организации».', agent_code));
    end if;
  end if;
  into_period := app.lock_posting_period(paid_on);

  perform app.open_voucher(key, 'payment', 'posted', into_period, actor, accepted_at, null, null, asked, branch);
  insert into app.payment (id, branch_id, account_id, amount_kop, paid_on, accepted_at, channel, tender,
    tendered_kop, shift_id, receipt_no, agent_id, external_id, for_period)
  values (key, branch, payer.id, amount_kop, paid_on, accepted_at, channel, tender,
    tendered_kop, shift, receipt_no, agent.id, external_id, for_period)
  on conflict do nothing;
  if not found then
    select payment.id, payment.amount_kop, payment.paid_on, account.number into earlier
    from app.payment join app.account on account.id = payment.account_id
    where payment.external_id = external_id and payment.agent_id is not distinct from agent.id;
    if found then
      perform app.refuse(format('Платёж с внешним номером «%s» уже проведён: %s ₽ от %s, счёт %s (документ %s).',
        external_id, app.shown_kop(earlier.amount_kop), to_char(earlier.paid_on, 'DD.MM.YYYY'),
        earlier.number, earlier.id));
    end if;
    perform app.refuse(format('Чек № %s в этой смене уже есть. Перезапустите кассу: журнал и база разошлись.',
                              receipt_no));
  end if;
  perform app.post_lines(key, into_period, payer.id, branch, array(
    select row((line ->> 'service_id')::uuid, (line ->> 'contract_id')::uuid, (line ->> 'origin_period')::date,
      (line ->> 'kind')::smallint, -(line ->> 'amount_kop')::bigint)::app.posting_line
    from jsonb_array_elements(lines) with ordinality as given (line, place)
    order by place));
  return app.payment_answer(key, false);
end $$;

-- Undo a payment by its opposite: the same day of payment, the first open month, never twice.
create function api.reverse_payment(
  key uuid, payment uuid, reason text, actor text, at timestamptz,
  shift uuid default null, receipt_no integer default null
) returns jsonb
  language plpgsql security definer set search_path = app, public, pg_temp as $$
#variable_conflict use_variable
declare
  original app.payment;
  posted_in date;
  into_period date;
  negated jsonb;
  asked jsonb;
begin
  select * into original from app.payment where app.payment.id = payment;
  if not found then
    perform app.refuse(format('Платежа %s нет. Возьмите номер документа из карточки счёта.', payment));
  end if;
  perform app.lock_books(original.account_id);
  select period into posted_in from app.voucher where id = payment;
  select jsonb_agg(line || jsonb_build_object('amount_kop', -(line ->> 'amount_kop')::bigint) order by place)
  into negated
  from app.voucher, jsonb_array_elements(request -> 'lines') with ordinality as given (line, place)
  where id = payment;
  asked := jsonb_build_object('payment', payment, 'reason', reason, 'actor', actor,
    'at', at at time zone 'UTC', 'shift', shift, 'receipt_no', receipt_no, 'lines', negated);
  if app.require_same_request(key, 'reversal', asked) then
    return app.payment_answer(key, true);
  end if;

  if coalesce(trim(reason), '') = '' then
    perform app.refuse('Укажите, почему платёж отменяется: без причины сторно не проводится.');
  end if;
  if original.reverses is not null then
    perform app.refuse(format('Документ %s сам отменяет платёж, отменить его нельзя. Примите платёж заново.', payment));
  end if;
  if exists (select 1 from app.payment as undone where undone.reverses = payment) then
    perform app.refuse(format('Платёж %s уже отменён. Второй раз его отменить нельзя.', payment));
  end if;
  if shift is not null then
    perform app.require_shift(shift, actor);
  end if;
  into_period := app.lock_posting_period(greatest(original.paid_on, posted_in));

  perform app.open_voucher(key, 'reversal', 'posted', into_period, actor, at, reason, payment, asked,
                           original.branch_id);
  insert into app.payment (id, branch_id, account_id, amount_kop, paid_on, accepted_at, channel, tender,
    shift_id, receipt_no, agent_id, for_period, reverses)
  values (key, original.branch_id, original.account_id, -original.amount_kop, original.paid_on, at,
    original.channel, original.tender, shift, receipt_no, original.agent_id, original.for_period, payment);
  perform app.post_lines(key, into_period, original.account_id, original.branch_id, array(
    select row(entry.service_id, entry.contract_id, entry.origin_period, entry.kind, -entry.amount_kop)::app.posting_line
    from app.entry
    where entry.voucher_id = payment and entry.period = posted_in and entry.run_no = 0
    order by entry.line_no));
  return app.payment_answer(key, false);
end $$;

create function app.shift_answer(wanted uuid, is_replay boolean) returns jsonb
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select jsonb_build_object('shift', id, 'branch', branch_id, 'desk_no', desk_no, 'shift_no', shift_no,
    'cashier', cashier, 'opened_at', opened_at, 'opening_cash_kop', opening_cash_kop, 'closed_at', closed_at,
    'counted_cash_kop', counted_cash_kop, 'expected_cash_kop', expected_cash_kop, 'manifest', manifest,
    'server_at', clock_timestamp(), 'replay', is_replay)
  from app.shift where id = wanted;
$$;

-- Open a shift once by its key; the number is the next of the desk.
create function api.open_shift(
  key uuid, branch smallint, desk_no smallint, cashier text, at timestamptz, opening_cash_kop bigint
) returns jsonb
  language plpgsql security definer set search_path = app, public, pg_temp as $$
#variable_conflict use_variable
declare
  before app.shift;
  standing app.shift;
begin
  perform pg_advisory_xact_lock(hashtext('app.shift'), branch::int * 1000 + desk_no);
  select * into before from app.shift where id = key;
  if found then
    if (before.branch_id, before.desk_no, before.cashier, before.opened_at, before.opening_cash_kop)
       is distinct from (branch, desk_no, cashier, at, opening_cash_kop) then
      raise exception using errcode = 'P0ID1', message =
        'Этот ключ смены уже использован с другими данными. Ничего не открыто: начните заново.';
    end if;
    return app.shift_answer(key, true);
  end if;
  select * into standing from app.shift
  where branch_id = branch and app.shift.desk_no = desk_no and closed_at is null;
  if found then
    perform app.refuse(format('На кассе %s уже открыта смена № %s: %s, с %s. Закройте её и откройте новую.',
      desk_no, standing.shift_no, standing.cashier, to_char(standing.opened_at, 'DD.MM.YYYY HH24:MI')));
  end if;
  if opening_cash_kop < 0 then
    perform app.refuse('Остаток в ящике не может быть меньше нуля.');
  end if;
  insert into app.shift (id, branch_id, desk_no, shift_no, cashier, opened_at, opening_cash_kop)
  values (key, branch, desk_no,
    (select coalesce(max(shift_no), 0) + 1 from app.shift where branch_id = branch and app.shift.desk_no = desk_no),
    cashier, at, opening_cash_kop);
  return app.shift_answer(key, false);
end $$;

create function app.expected_cash_kop(wanted uuid) returns bigint
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select shift.opening_cash_kop
    + coalesce((select sum(amount_kop) from app.payment where shift_id = wanted and tender = 'cash'), 0)::bigint
    + coalesce((select sum(case kind when 'in' then amount_kop else -amount_kop end)
                from app.cash_operation where shift_id = wanted), 0)::bigint
  from app.shift where id = wanted;
$$;

-- What a shift holds by the books: the desk's own journal must say the same.
create function app.shift_manifest(wanted uuid) returns jsonb
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select jsonb_build_object(
    'n', (select count(*) from app.payment where shift_id = wanted),
    'sum', (select coalesce(sum(amount_kop), 0) from app.payment where shift_id = wanted),
    'last_no', (select coalesce(max(receipt_no), 0) from app.payment where shift_id = wanted),
    'by_tender', (select coalesce(jsonb_object_agg(tender, kop), '{}') from (
      select coalesce(tender, 'none') as tender, sum(amount_kop) as kop from app.payment
      where shift_id = wanted group by 1) as by_tender),
    'by_service', (select coalesce(jsonb_object_agg(code, kop), '{}') from (
      select service.code, -sum(entry.amount_kop) as kop
      from app.payment
      join app.voucher on voucher.id = payment.id
      join app.entry on entry.voucher_id = payment.id and entry.period = voucher.period and entry.run_no = 0
      join app.service on service.id = entry.service_id
      where payment.shift_id = wanted group by service.code) as by_service));
$$;

-- Close a shift: the journal of the desk must agree, the drawer is compared with the books.
-- claimed: {"n", "sum", "voided": [receipt numbers that took no money]}.
create function api.close_shift(
  key uuid, counted_cash_kop bigint, at timestamptz, actor text, claimed jsonb
) returns jsonb
  language plpgsql security definer set search_path = app, public, pg_temp as $$
#variable_conflict use_variable
declare
  closing app.shift;
  booked jsonb;
  given integer;
  last_no integer;
  voided jsonb := coalesce(claimed -> 'voided', '[]');
begin
  select * into closing from app.shift where id = key for update;
  if not found then
    perform app.refuse('Смены с таким ключом в базе нет: закрывать нечего.');
  end if;
  if closing.closed_at is not null then
    if closing.counted_cash_kop <> counted_cash_kop then
      raise exception using errcode = 'P0ID1', message = format(
        'Смена № %s уже закрыта, в ящике тогда насчитали %s ₽. Пересчёт оформите актом.',
        closing.shift_no, app.shown_kop(closing.counted_cash_kop));
    end if;
    return app.shift_answer(key, true);
  end if;
  if closing.operator <> session_user and not pg_has_role(session_user, 'kvitok_accountant', 'member') then
    perform app.refuse(format('Смену № %s открыл другой кассир: %s. Закрыть её может он или бухгалтер.',
                              closing.shift_no, closing.cashier));
  end if;
  if counted_cash_kop < 0 then
    perform app.refuse('Пересчитанная сумма не может быть меньше нуля.');
  end if;

  booked := app.shift_manifest(key);
  if (claimed ->> 'n')::bigint is distinct from (booked ->> 'n')::bigint
     or (claimed ->> 'sum')::bigint is distinct from (booked ->> 'sum')::bigint then
    perform app.refuse(format('Журнал кассы и база разошлись: в журнале %s платежей на %s ₽, в базе %s на %s ₽. '
      'Смена не закрыта: повторите незавершённые платежи, потом сообщите администратору.',
      claimed ->> 'n', app.shown_kop((claimed ->> 'sum')::bigint),
      booked ->> 'n', app.shown_kop((booked ->> 'sum')::bigint)));
  end if;
  select count(*), coalesce(max(no), 0) into given, last_no from (
    select receipt_no as no from app.payment where shift_id = key and receipt_no is not null
    union
    select value::integer from jsonb_array_elements_text(voided)
  ) as used;
  if given <> last_no then
    perform app.refuse(format('В смене № %s не хватает чеков: выдан № %s, а известно %s. Смена не закрыта: '
      'повторите незавершённые платежи.', closing.shift_no, last_no, given));
  end if;

  update app.shift set closed_at = at, counted_cash_kop = close_shift.counted_cash_kop,
    expected_cash_kop = app.expected_cash_kop(key),
    manifest = booked || jsonb_build_object('last_no', last_no, 'voided', voided)
  where id = key;
  return app.shift_answer(key, false);
end $$;

-- Put money into the drawer or take it out; returns what the drawer must hold now.
create function api.cash_operation(
  key uuid, shift uuid, kind text, amount_kop bigint, at timestamptz, actor text, reason text default null
) returns bigint
  language plpgsql security definer set search_path = app, public, pg_temp as $$
#variable_conflict use_variable
declare
  before app.cash_operation;
  held bigint;
begin
  select * into before from app.cash_operation where id = key;
  if found then
    if (before.shift_id, before.kind, before.amount_kop) is distinct from (shift, kind, amount_kop) then
      raise exception using errcode = 'P0ID1', message =
        'Этот ключ операции уже использован с другими данными. Ничего не проведено: начните операцию заново.';
    end if;
    return app.expected_cash_kop(shift);
  end if;
  perform app.require_shift(shift, actor);
  if amount_kop <= 0 then
    perform app.refuse('Сумма внесения или изъятия должна быть больше нуля.');
  end if;
  perform pg_advisory_xact_lock(hashtext('app.drawer'), hashtext(shift::text));
  held := app.expected_cash_kop(shift);
  if kind = 'out' and amount_kop > held then
    perform app.refuse(format('В ящике по книгам %s ₽, изъять %s ₽ нельзя.',
                              app.shown_kop(held), app.shown_kop(amount_kop)));
  end if;
  insert into app.cash_operation (id, shift_id, kind, amount_kop, at, reason)
  values (key, shift, kind, amount_kop, at, reason) on conflict do nothing;
  return app.expected_cash_kop(shift);
end $$;

grant execute on function
  api.accept_payment(uuid, text, bigint, date, timestamptz, text, jsonb, text, smallint, text, bigint, uuid,
    integer, text, text, date, text, boolean),
  api.reverse_payment(uuid, uuid, text, text, timestamptz, uuid, integer),
  api.open_shift(uuid, smallint, smallint, text, timestamptz, bigint),
  api.close_shift(uuid, bigint, timestamptz, text, jsonb),
  api.cash_operation(uuid, uuid, text, bigint, timestamptz, text, text)
  to kvitok_cashier, kvitok_accountant;
