-- Money on its way to suppliers (ПП № 253) and what agents take for bringing it.
--
--   payment ── credited on ──▶ waits for its contract ──▶ line of a transfer ──▶ payment order
--                                      ▲                        │ undone by its opposite voucher
--                                      └────────────────────────┘
--
-- What is transferred is a document (payment, reversal, refund, set-off between contracts …) by
-- contract, whole: its lines never change, so one key keeps a kopeck from going twice.

-- The day money reached the centre's account, as the bank showed it; without a row it follows
-- from the channel by a setting.
create table app.payment_credit (
  payment_id uuid primary key references app.voucher,   -- as app.payment has it
  credited_on date not null,
  actor text not null,
  made_at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp()
);
create trigger payment_credit_stays before update or delete on app.payment_credit
  for each row execute function app.forbid_change();
create trigger payment_credit_not_truncated before truncate on app.payment_credit
  for each statement execute function app.forbid_change();

create table app.transfer_terms (
  contract_id uuid not null references app.contract,
  valid_from date not null,
  valid_to date check (valid_to > valid_from),
  agents_paid_by text not null check (agents_paid_by in ('centre', 'supplier')),
  withholds_fee boolean not null default false,   -- the centre keeps contract.commission_ppm
  primary key (contract_id, valid_from),
  exclude using gist ((contract_id::text) with =, daterange(valid_from, valid_to) with &&)
);

-- One payment order to one contract; its id is its voucher.
create table app.bank_transfer (
  id uuid primary key references app.voucher,
  branch_id smallint not null default 0,
  contract_id uuid not null references app.contract,
  on_day date not null,
  order_no integer not null check (order_no between 1 and 999999),
  state text not null check (state in ('daily', 'accumulated', 'same-day')),
  payments integer not null,
  received_kop bigint not null,
  commission_kop bigint not null,               -- of agents, borne by the supplier
  fee_kop bigint not null check (fee_kop >= 0), -- of the centre, kept back
  amount_kop bigint not null check (amount_kop > 0),
  check (amount_kop = received_kop - commission_kop - fee_kop)
);
create unique index bank_transfer_order_no
  on app.bank_transfer (branch_id, (extract(year from on_day)::int), order_no);
create index bank_transfer_contract on app.bank_transfer (contract_id, on_day);
create trigger bank_transfer_stays before update or delete on app.bank_transfer
  for each row execute function app.forbid_change();
create trigger bank_transfer_not_truncated before truncate on app.bank_transfer
  for each statement execute function app.forbid_change();

-- turn: how often this went before and came back; with it no kopeck goes twice.
create table app.bank_transfer_line (
  source_id uuid not null references app.voucher,
  contract_id uuid not null references app.contract,
  turn smallint not null default 0,
  transfer_id uuid not null references app.bank_transfer,
  amount_kop bigint not null check (amount_kop <> 0),
  commission_kop bigint not null default 0,
  primary key (source_id, contract_id, turn)
);
create index bank_transfer_line_transfer on app.bank_transfer_line (transfer_id);
create trigger bank_transfer_line_stays before update or delete on app.bank_transfer_line
  for each row execute function app.forbid_change();
create trigger bank_transfer_line_not_truncated before truncate on app.bank_transfer_line
  for each statement execute function app.forbid_change();

-- Nothing recorded before this moment waits: the search for what waits begins here.
create table app.transfer_scan (
  only_row boolean primary key default true check (only_row),
  since timestamptz not null,
  starts_on date                                -- the setting it was found under
);
create index voucher_recorded on app.voucher (recorded_at);

create table app.commission_rule (
  id uuid primary key,
  agent_id uuid not null references app.organisation,
  channel text check (channel in ('desk', 'bank', 'agent', 'cabinet', 'cash', 'card', 'sbp', 'terminal')),
  section text check (section in ('housing', 'utility', 'common-needs', 'capital-repair', 'other')),
  valid_from date not null,
  valid_to date check (valid_to > valid_from),
  kind text not null check (kind in ('percent', 'fixed', 'slab', 'turnover', 'progressive')),
  payer text not null check (payer in ('payer', 'supplier', 'centre')),
  basis text not null default 'payment' check (basis in ('payment', 'registry')),
  with_vat boolean not null default false,
  rate_ppm bigint not null default 0 check (rate_ppm between 0 and 1000000),
  from_kop bigint not null default 0 check (from_kop >= 0),
  to_kop bigint check (to_kop > from_kop),
  min_kop bigint not null default 0 check (min_kop >= 0),
  max_kop bigint check (max_kop >= min_kop),
  fixed_kop bigint not null default 0 check (fixed_kop >= 0),
  unique nulls not distinct (agent_id, channel, section, valid_from, from_kop)
);

-- The centre does not send money to itself.
create view app.contract_of_centre as
  select contract.id
  from app.contract
  join app.organisation as creditor on creditor.id = coalesce(contract.supplier_id, contract.provider_id)
  where 'centre' = any (creditor.roles);
grant select on app.contract_of_centre
  to kvitok_cashier, kvitok_operator, kvitok_accountant, kvitok_auditor, kvitok_run;

-- What came for each contract by document, and was not transferred yet; refunds are negative.
-- Kinds: 20 payment, 21 set-off, 22 refund, 51 payment of penalty.
create function app.waiting_receipts(starts_on date default null) returns table (
  source_id uuid, contract_id uuid, amount_kop bigint, turn smallint, channel text, paid_on date,
  credited_on date, agent_id uuid, is_undone boolean, recorded_at timestamptz)
  language sql stable security definer set search_path = app, public, pg_temp as $$
  with recent as materialized (
    select voucher.id, voucher.period, voucher.made_at, voucher.recorded_at
    from app.voucher
    where voucher.status = 'posted' and voucher.kind not in ('charge-run', 'bank-transfer', 'closing')
      and voucher.recorded_at >= coalesce((
        select since from app.transfer_scan as scan
        where scan.starts_on is not distinct from waiting_receipts.starts_on), '-infinity')
  ), received as (
    select recent.id, recent.made_at, recent.recorded_at, entry.contract_id,
      -sum(entry.amount_kop)::bigint as amount_kop
    from recent
    join app.entry on entry.voucher_id = recent.id and entry.period = recent.period and entry.run_no = 0
    where entry.kind in (20, 21, 22, 51)
      -- Whose unidentified money is, nobody knows yet.
      and entry.account_id not in (select id from app.account where suspense_of is not null)
      and entry.contract_id not in (select id from app.contract_of_centre)
    group by recent.id, recent.made_at, recent.recorded_at, entry.contract_id
    having sum(entry.amount_kop) <> 0
  ), gone as (
    select line.source_id, line.contract_id,
      bool_or(undoing.id is null) as is_gone, count(*)::smallint as turns
    from app.bank_transfer_line as line
    left join app.voucher as undoing on undoing.reverses = line.transfer_id
    where line.source_id in (select id from recent)
    group by 1, 2
  )
  select received.id, received.contract_id, received.amount_kop, coalesce(gone.turns, 0::smallint),
    coalesce(payment.channel, ''), coalesce(payment.paid_on, received.made_at::date),
    case when payment.id is null then received.made_at::date
         else coalesce(credit.credited_on, first_credit.credited_on) end,
    payment.agent_id,
    exists (select 1 from app.payment as undone where undone.reverses = received.id),
    received.recorded_at
  from received
  left join gone on gone.source_id = received.id and gone.contract_id = received.contract_id
  left join app.payment on payment.id = received.id
  left join app.payment_credit as credit on credit.payment_id = payment.id
  left join app.payment_credit as first_credit on first_credit.payment_id = payment.reverses
  where gone.is_gone is not true
    and (starts_on is null or coalesce(payment.paid_on, received.made_at::date) >= starts_on);
$$;

-- The bank showed when money came.
create function api.credit_payment(payment uuid, credited_on date, actor text, at timestamptz) returns boolean
  language plpgsql security definer set search_path = app, public, pg_temp as $$
#variable_conflict use_variable
declare
  paid app.payment;
  known date;
begin
  select * into paid from app.payment where id = payment;
  if not found then
    perform app.refuse(format('Платежа %s нет. Возьмите номер документа из карточки счёта.', payment));
  end if;
  select app.payment_credit.credited_on into known from app.payment_credit where payment_id = payment;
  if found then
    if known = credited_on then
      return false;
    end if;
    perform app.refuse(format('День зачисления платежа %s уже известен: %s. Второй раз он не назначается.',
      payment, to_char(known, 'DD.MM.YYYY')));
  end if;
  if credited_on < paid.paid_on then
    perform app.refuse(format('Платёж внесён %s, зачислить его раньше, %s, банк не мог. Проверьте дату.',
      to_char(paid.paid_on, 'DD.MM.YYYY'), to_char(credited_on, 'DD.MM.YYYY')));
  end if;
  if exists (select 1 from app.bank_transfer_line as line
             where line.source_id = payment
               and not exists (select 1 from app.voucher where reverses = line.transfer_id)) then
    perform app.refuse(format('Деньги платежа %s уже перечислены поставщикам: день зачисления поздно назначать.',
      payment));
  end if;
  insert into app.payment_credit (payment_id, credited_on, actor, made_at)
  values (payment, credited_on, actor, at) on conflict do nothing;
  return true;
end $$;

-- A bare table for the commissions of the documents that are about to go.
create function api.start_bank_transfers() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  create temp table staged_transfer_commission (
    source_id uuid not null, contract_id uuid not null, commission_kop bigint not null) on commit drop;
  grant insert, select on pg_temp.staged_transfer_commission to kvitok_accountant, kvitok_run;
end $$;

create function app.bank_transfer_answer(keys uuid[], is_replay boolean) returns jsonb
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select jsonb_build_object('replay', is_replay, 'transfers', coalesce(jsonb_agg(jsonb_build_object(
    'transfer', transfer.id, 'contract', contract.number, 'order_no', transfer.order_no,
    'received_kop', transfer.received_kop, 'commission_kop', transfer.commission_kop,
    'fee_kop', transfer.fee_kop, 'amount_kop', transfer.amount_kop, 'payments', transfer.payments,
    'state', transfer.state) order by contract.number), '[]'))
  from app.bank_transfer as transfer join app.contract on contract.id = transfer.contract_id
  where transfer.id = any (keys);
$$;

-- Whether these transfers were posted before: all of them as asked now, or none.
create function app.require_same_bank_transfers(on_day date, wanted jsonb) returns boolean
  language plpgsql security definer set search_path = app, public, pg_temp as $$
#variable_conflict use_variable
declare
  known bigint;
  alike bigint;
begin
  select count(voucher.id), count(*) filter (
    where voucher.request = jsonb_build_object('on_day', on_day) || given.one - 'key')
  into known, alike
  from jsonb_array_elements(wanted) as given (one)
  left join app.voucher on voucher.id = (given.one ->> 'key')::uuid;
  if known = 0 then
    return false;
  end if;
  if alike <> jsonb_array_length(wanted) then
    raise exception using errcode = 'P0ID1', message =
      'Этот ключ перечисления уже использован с другими данными. Ничего не проведено: начните заново.';
  end if;
  return true;
end $$;

-- Post the transfers of a working day, once by their keys.
-- transfers: [{"key", "contract", "state", "received_kop", "commission_kop", "fee_kop", "payments",
--              "credited_to": the last day of credit that goes}]
-- cutoffs: {credited_to: {channel: the last day of payment credited by then without the bank}}
create function api.post_bank_transfers(
  on_day date, transfers jsonb, cutoffs jsonb, actor text, at timestamptz, starts_on date default null
) returns jsonb
  language plpgsql security definer set search_path = app, public, pg_temp as $$
#variable_conflict use_variable
declare
  keys uuid[] := array(select (one ->> 'key')::uuid from jsonb_array_elements(transfers) as given (one));
  wrong record;
  into_period date;
  number integer;
  one record;
begin
  perform pg_advisory_xact_lock(hashtext('app.bank_transfer'));
  if app.require_same_bank_transfers(on_day, transfers) then
    return app.bank_transfer_answer(keys, true);
  end if;

  create temp table waiting_now on commit drop as
  select * from app.waiting_receipts(starts_on);
  create temp table chosen_now on commit drop as
  select waiting.*, (given.one ->> 'key')::uuid as transfer_id
  from jsonb_array_elements(transfers) as given (one)
  join app.contract on contract.number = given.one ->> 'contract'
  join waiting_now as waiting on waiting.contract_id = contract.id
  where case when waiting.credited_on is not null then waiting.credited_on <= (given.one ->> 'credited_to')::date
             else waiting.paid_on <= (cutoffs -> (given.one ->> 'credited_to') ->> waiting.channel)::date end;
  analyze chosen_now;

  select given.one ->> 'contract' as contract, (given.one ->> 'received_kop')::bigint as said_kop,
    coalesce(chosen.kop, 0) as found_kop into wrong
  from jsonb_array_elements(transfers) as given (one)
  left join (select transfer_id, sum(amount_kop)::bigint as kop from chosen_now group by 1) as chosen
    on chosen.transfer_id = (given.one ->> 'key')::uuid
  where coalesce(chosen.kop, 0) <> (given.one ->> 'received_kop')::bigint
  limit 1;
  if found then
    perform app.refuse_stale(format('Пока готовилось перечисление, деньги по договору %s изменились: было %s ₽, '
      'стало %s ₽. Повторите.', wrong.contract, app.shown_kop(wrong.said_kop), app.shown_kop(wrong.found_kop)));
  end if;

  into_period := app.lock_posting_period(on_day);
  select coalesce(max(order_no), 0) into number from app.bank_transfer
  where branch_id = 0 and extract(year from bank_transfer.on_day)::int = extract(year from on_day)::int;
  for one in
    select given.one as asked, contract.id as contract_id, row_number() over (order by contract.number) as place
    from jsonb_array_elements(transfers) as given (one)
    join app.contract on contract.number = given.one ->> 'contract'
  loop
    perform app.open_voucher((one.asked ->> 'key')::uuid, 'bank-transfer', 'posted', into_period, actor, at,
      null, null, jsonb_build_object('on_day', on_day) || one.asked - 'key', 0::smallint);
    insert into app.bank_transfer (id, contract_id, on_day, order_no, state, payments, received_kop,
      commission_kop, fee_kop, amount_kop)
    values ((one.asked ->> 'key')::uuid, one.contract_id, on_day, number + one.place, one.asked ->> 'state',
      (one.asked ->> 'payments')::integer, (one.asked ->> 'received_kop')::bigint,
      (one.asked ->> 'commission_kop')::bigint, (one.asked ->> 'fee_kop')::bigint,
      (one.asked ->> 'received_kop')::bigint - (one.asked ->> 'commission_kop')::bigint
        - (one.asked ->> 'fee_kop')::bigint);
  end loop;
  insert into app.bank_transfer_line (source_id, contract_id, turn, transfer_id, amount_kop, commission_kop)
  select chosen.source_id, chosen.contract_id, chosen.turn, chosen.transfer_id, chosen.amount_kop,
    coalesce(staged.commission_kop, 0)
  from chosen_now as chosen
  left join pg_temp.staged_transfer_commission as staged
    on staged.source_id = chosen.source_id and staged.contract_id = chosen.contract_id;
  perform app.require_commissions(keys);

  -- A day of slack: what others are posting now was recorded a moment ago.
  insert into app.transfer_scan (since, starts_on)
  select least(min(waiting.recorded_at), clock_timestamp()) - interval '1 day', post_bank_transfers.starts_on
  from waiting_now as waiting
  where not exists (select 1 from chosen_now as chosen
    where chosen.source_id = waiting.source_id and chosen.contract_id = waiting.contract_id)
  on conflict (only_row) do update set since = excluded.since, starts_on = excluded.starts_on;
  return app.bank_transfer_answer(keys, false);
end $$;

-- The commissions of the lines are those of their transfers: the program's figures must agree.
create function app.require_commissions(transfers uuid[]) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  if exists (
    select 1 from app.bank_transfer as transfer
    join app.bank_transfer_line as line on line.transfer_id = transfer.id
    where transfer.id = any (transfers)
    group by transfer.id, transfer.commission_kop
    having sum(line.commission_kop) <> transfer.commission_kop) then
    perform app.refuse('Комиссии строк и поручения не сошлись. Ничего не проведено: повторите перечисление.');
  end if;
end $$;

-- Undo a transfer: the order was not sent or came back. Its money waits again.
create function api.undo_bank_transfer(key uuid, transfer uuid, reason text, actor text, at timestamptz) returns jsonb
  language plpgsql security definer set search_path = app, public, pg_temp as $$
#variable_conflict use_variable
declare
  sent app.bank_transfer;
  asked jsonb := jsonb_build_object('transfer', transfer, 'reason', reason);
  into_period date;
begin
  perform pg_advisory_xact_lock(hashtext('app.bank_transfer'));
  if app.require_same_request(key, 'reversal', asked) then
    return app.bank_transfer_answer(array[transfer], true);
  end if;
  select * into sent from app.bank_transfer where id = transfer;
  if not found then
    perform app.refuse(format('Перечисления %s нет. Возьмите номер из реестра перечислений.', transfer));
  end if;
  if coalesce(trim(reason), '') = '' then
    perform app.refuse('Укажите, почему перечисление отменяется: без причины отмена не проводится.');
  end if;
  if exists (select 1 from app.voucher where reverses = transfer) then
    perform app.refuse(format('Поручение № %s от %s уже отменено. Второй раз его отменить нельзя.',
      sent.order_no, to_char(sent.on_day, 'DD.MM.YYYY')));
  end if;
  into_period := app.lock_posting_period(sent.on_day);
  perform app.open_voucher(key, 'reversal', 'posted', into_period, actor, at, reason, transfer, asked, 0::smallint);
  update app.transfer_scan set since = least(since, (
    select min(voucher.recorded_at) from app.bank_transfer_line as line
    join app.voucher on voucher.id = line.source_id where line.transfer_id = transfer));
  return app.bank_transfer_answer(array[transfer], false);
end $$;

grant execute on function api.credit_payment(uuid, date, text, timestamptz), api.start_bank_transfers(),
  api.post_bank_transfers(date, jsonb, jsonb, text, timestamptz, date),
  api.undo_bank_transfer(uuid, uuid, text, text, timestamptz)
  to kvitok_accountant, kvitok_run;
grant execute on function app.waiting_receipts(date)
  to kvitok_cashier, kvitok_operator, kvitok_accountant, kvitok_auditor, kvitok_run;

-- The sheets «Комиссии» and «Условия перечислений» (80_import.sql).
create function app.import_commissions() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  update app.commission_rule as kept set
    valid_to = coalesce(given.valid_to, kept.valid_to), kind = given.kind, payer = given.payer,
    basis = coalesce(given.basis, kept.basis), with_vat = coalesce(given.with_vat, kept.with_vat),
    rate_ppm = coalesce(given.rate_ppm, kept.rate_ppm), to_kop = coalesce(given.to_kop, kept.to_kop),
    min_kop = coalesce(given.min_kop, kept.min_kop), max_kop = coalesce(given.max_kop, kept.max_kop),
    fixed_kop = coalesce(given.fixed_kop, kept.fixed_kop)
  from staged_commission_rule as given join app.organisation as agent on agent.code = given.agent
  where kept.agent_id = agent.id and kept.channel is not distinct from given.channel
    and kept.section is not distinct from given.section and kept.valid_from = given.valid_from
    and kept.from_kop = coalesce(given.from_kop, 0)
    and row (given.kind, given.payer, coalesce(given.valid_to, kept.valid_to), coalesce(given.basis, kept.basis),
      coalesce(given.with_vat, kept.with_vat), coalesce(given.rate_ppm, kept.rate_ppm),
      coalesce(given.to_kop, kept.to_kop), coalesce(given.min_kop, kept.min_kop),
      coalesce(given.max_kop, kept.max_kop), coalesce(given.fixed_kop, kept.fixed_kop))
    is distinct from row (kept.kind, kept.payer, kept.valid_to, kept.basis, kept.with_vat, kept.rate_ppm,
      kept.to_kop, kept.min_kop, kept.max_kop, kept.fixed_kop);

  insert into app.commission_rule (id, agent_id, channel, section, valid_from, valid_to, kind, payer, basis,
    with_vat, rate_ppm, from_kop, to_kop, min_kop, max_kop, fixed_kop)
  select given.id, agent.id, given.channel, given.section, given.valid_from, given.valid_to, given.kind,
    given.payer, coalesce(given.basis, 'payment'), coalesce(given.with_vat, false), coalesce(given.rate_ppm, 0),
    coalesce(given.from_kop, 0), given.to_kop, coalesce(given.min_kop, 0), given.max_kop,
    coalesce(given.fixed_kop, 0)
  from staged_commission_rule as given left join app.organisation as agent on agent.code = given.agent
  on conflict do nothing;

  -- One agent, channel and group: on any day the tiers of one rule, end to end.
  if exists (
    select 1 from app.commission_rule as one
    join app.commission_rule as other on other.agent_id = one.agent_id
      and other.channel is not distinct from one.channel and other.section is not distinct from one.section
      and daterange(other.valid_from, other.valid_to) && daterange(one.valid_from, one.valid_to)
      and other.id <> one.id
      and (other.kind <> one.kind or other.payer <> one.payer or other.basis <> one.basis
        or int8range(other.from_kop, other.to_kop) && int8range(one.from_kop, one.to_kop))) then
    perform app.refuse('Правила комиссии одного агента, канала и группы услуг пересекаются по датам или суммам '
      'или расходятся по виду, плательщику или базе. Ничего не записано: закройте прежнее правило датой «До».');
  end if;
  if exists (
    select 1 from app.commission_rule as one
    where one.from_kop > (select min(first.from_kop) from app.commission_rule as first
                          where first.agent_id = one.agent_id and first.channel is not distinct from one.channel
                            and first.section is not distinct from one.section and first.valid_from = one.valid_from)
      and not exists (
        select 1 from app.commission_rule as before
        where before.agent_id = one.agent_id and before.channel is not distinct from one.channel
          and before.section is not distinct from one.section and before.valid_from = one.valid_from
          and before.valid_to is not distinct from one.valid_to and before.to_kop = one.from_kop)) then
    perform app.refuse('Ступени комиссии не стыкуются: «От» каждой ступени равно «До суммы» предыдущей, даты одни. '
      'Ничего не записано: загрузите все ступени правила вместе.');
  end if;
  if exists (
    select 1 from app.commission_rule as one
    where one.from_kop > (select min(first.from_kop) from app.commission_rule as first
                          where first.agent_id = one.agent_id and first.channel is not distinct from one.channel
                            and first.section is not distinct from one.section and first.valid_from = one.valid_from)
      and not exists (
        select 1 from app.commission_rule as before
        where before.agent_id = one.agent_id and before.channel is not distinct from one.channel
          and before.section is not distinct from one.section and before.valid_from = one.valid_from
          and before.valid_to is not distinct from one.valid_to and before.to_kop = one.from_kop)) then
    perform app.refuse('Ступени комиссии не стыкуются: «От» каждой ступени равно «До суммы» предыдущей, даты одни. '
      'Ничего не записано: загрузите все ступени правила вместе.');
  end if;
end $$;

create function app.import_transfer_terms() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  update app.transfer_terms as kept set
    valid_to = coalesce(given.valid_to, kept.valid_to), agents_paid_by = given.agents_paid_by,
    withholds_fee = coalesce(given.withholds_fee, kept.withholds_fee)
  from staged_transfer_terms as given join app.contract on contract.number = given.contract
  where kept.contract_id = contract.id and kept.valid_from = given.valid_from
    and (kept.valid_to, kept.agents_paid_by, kept.withholds_fee) is distinct from
      (coalesce(given.valid_to, kept.valid_to), given.agents_paid_by, coalesce(given.withholds_fee, kept.withholds_fee));
  insert into app.transfer_terms (contract_id, valid_from, valid_to, agents_paid_by, withholds_fee)
  select contract.id, given.valid_from, given.valid_to, given.agents_paid_by, coalesce(given.withholds_fee, false)
  from staged_transfer_terms as given left join app.contract on contract.number = given.contract
  where not exists (select 1 from app.transfer_terms as kept
    where kept.contract_id = contract.id and kept.valid_from = given.valid_from);
end $$;
