-- Instalment agreements, what interrupts limitation, writing debts off.
--
--   instalment ──▶ instalment_end (broken, cancelled)      nothing is posted: the debts stay where they are
--   write_off_debt ──▶ entries of kinds 8 and 53            reverse_debt_write_off: the opposite, once

create table app.instalment (
  voucher_id uuid primary key references app.voucher,
  number text not null unique check (btrim(number) <> ''),
  account_id uuid not null references app.account,
  creditor_id uuid references app.organisation,               -- null: debts to everybody
  agreed_on date not null,
  interest_ppm bigint not null check (interest_ppm between 0 and 1000000),
  late_days smallint not null check (late_days between 0 and 3650),
  stops_penalty boolean not null,
  restores_penalty boolean not null                           -- broken: penalties of the stopped days come back
);
create index instalment_account on app.instalment (account_id);

create table app.instalment_debt (
  voucher_id uuid not null references app.instalment,
  service_id uuid not null references app.service,
  contract_id uuid not null references app.contract,
  origin_period date not null,
  principal_kop bigint not null check (principal_kop >= 0),
  penalty_kop bigint not null check (penalty_kop >= 0),
  primary key (voucher_id, service_id, contract_id, origin_period),
  check (principal_kop + penalty_kop > 0)
);

create table app.instalment_part (
  voucher_id uuid not null references app.instalment,
  part_no smallint not null check (part_no > 0),
  due_on date not null,
  amount_kop bigint not null check (amount_kop > 0),
  interest_kop bigint not null check (interest_kop >= 0),
  primary key (voucher_id, part_no),
  unique (voucher_id, due_on)
);

create table app.instalment_end (
  voucher_id uuid primary key references app.voucher,
  instalment_id uuid not null unique references app.instalment,
  how text not null check (how in ('broken', 'cancelled')),
  ended_on date not null
);

-- The interest of a part, once it is posted as a charge.
create table app.instalment_interest (
  voucher_id uuid not null references app.voucher,
  instalment_id uuid not null,
  part_no smallint not null,
  primary key (instalment_id, part_no),
  foreign key (instalment_id, part_no) references app.instalment_part
);

do $$
declare
  name text;
begin
  foreach name in array array['instalment', 'instalment_debt', 'instalment_part', 'instalment_end',
    'instalment_interest'] loop
    execute format('create trigger %1$s_stays before update or delete on app.%1$I '
      'for each row execute function app.forbid_change()', name);
    execute format('create trigger %1$s_not_truncated before truncate on app.%1$I '
      'for each statement execute function app.forbid_change()', name);
    execute format('grant select on app.%I to kvitok_cashier, kvitok_operator, kvitok_accountant, kvitok_auditor, '
      'kvitok_run', name);
  end loop;
end $$;

-- A stop may be of one contract: an agreement with one creditor stops nothing of the others.
alter table app.penalty_stop add column contract_id uuid references app.contract;
alter table app.penalty_stop add check (contract_id is null or scope = 'document');
alter table app.penalty_stop
  drop constraint penalty_stop_organisation_id_house_id_account_id_origin_per_key;
alter table app.penalty_stop add constraint penalty_stop_once unique nulls not distinct
  (organisation_id, house_id, account_id, origin_period, contract_id, valid_from);
alter table app.penalty_stop add column instalment_id uuid references app.instalment;

create function app.instalment_answer(wanted uuid, is_replay boolean) returns jsonb
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select jsonb_build_object('instalment', made.voucher_id, 'number', made.number, 'account', account.number,
    'amount_kop', (select sum(amount_kop) from app.instalment_part where voucher_id = wanted),
    'parts', (select count(*) from app.instalment_part where voucher_id = wanted), 'replay', is_replay)
  from app.instalment as made join app.account on account.id = made.account_id
  where made.voucher_id = wanted;
$$;

-- Make an agreement.
--   asked      what the person asked for: compared when the key comes again
--   agreement  number, creditor (code or null), agreed_on, interest_ppm, late_days, stops_penalty, restores_penalty
--   debts      [{service_id, contract_id, origin_period, principal_kop, penalty_kop}]
--   parts      [{part_no, due_on, amount_kop, interest_kop}]
create function api.make_instalment(
  key uuid, account_number text, asked jsonb, agreement jsonb, debts jsonb, parts jsonb, reason text, actor text,
  at timestamptz, branch smallint default 0
) returns jsonb
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  request jsonb := jsonb_build_object('account', account_number, 'asked', asked, 'reason', reason);
  holder app.account;
  creditor uuid;
  wrong record;
begin
  if app.require_same_request(key, 'instalment', request) then
    return app.instalment_answer(key, true);
  end if;
  select * into holder from app.account where number = account_number;
  if not found then
    perform app.refuse(format('Лицевого счёта %s нет. Проверьте номер.', account_number));
  end if;
  if coalesce(btrim(agreement ->> 'number'), '') = '' then
    perform app.refuse('Не указан номер соглашения о рассрочке. Укажите его: по нему соглашение находят.');
  end if;
  if exists (select 1 from app.instalment where number = btrim(agreement ->> 'number')) then
    perform app.refuse(format('Соглашение о рассрочке № %s уже есть. Укажите другой номер.', agreement ->> 'number'));
  end if;
  if agreement ->> 'creditor' is not null then
    select id into creditor from app.organisation where code = agreement ->> 'creditor';
    if not found then
      perform app.refuse(format('Организации с кодом «%s» нет. Проверьте код на листе «Организации».',
        agreement ->> 'creditor'));
    end if;
  end if;
  perform app.lock_books(holder.id);

  -- What is agreed is owed, and is in no other agreement.
  select told.*, kept.charged_kop + kept.moved_kop as owed_kop, kept.penalty_kop as owed_penalty_kop into wrong
  from jsonb_to_recordset(debts) as told(service_id uuid, contract_id uuid, origin_period date, principal_kop bigint,
    penalty_kop bigint)
  left join app.balance as kept on kept.account_id = holder.id and kept.service_id = told.service_id
    and kept.contract_id = told.contract_id and kept.origin_period = told.origin_period
  where coalesce(kept.charged_kop + kept.moved_kop, 0) < told.principal_kop
    or coalesce(kept.penalty_kop, 0) < told.penalty_kop
  limit 1;
  if found then
    perform app.refuse(format('За %s долга меньше, чем в соглашении: %s ₽ вместо %s ₽. Составьте соглашение заново.',
      to_char(wrong.origin_period, 'MM.YYYY'),
      app.shown_kop(coalesce(wrong.owed_kop, 0) + coalesce(wrong.owed_penalty_kop, 0)),
      app.shown_kop(wrong.principal_kop + wrong.penalty_kop)));
  end if;
  select made.number, told.origin_period into wrong
  from jsonb_to_recordset(debts) as told(service_id uuid, contract_id uuid, origin_period date)
  join app.instalment_debt as debt using (service_id, contract_id, origin_period)
  join app.instalment as made on made.voucher_id = debt.voucher_id and made.account_id = holder.id
  where not exists (select 1 from app.instalment_end where instalment_id = made.voucher_id)
    and exists (select 1 from app.balance as kept where kept.account_id = holder.id
      and kept.service_id = told.service_id and kept.contract_id = told.contract_id
      and kept.origin_period = told.origin_period and kept.charged_kop + kept.moved_kop + kept.penalty_kop > 0)
  limit 1;
  if found then
    perform app.refuse(format('Долг за %s уже рассрочен соглашением № %s. Сначала расторгните его.',
      to_char(wrong.origin_period, 'MM.YYYY'), wrong.number));
  end if;
  if (select coalesce(sum((one ->> 'principal_kop')::bigint + (one ->> 'penalty_kop')::bigint), 0)
      from jsonb_array_elements(debts) as one)
     <> (select coalesce(sum((one ->> 'amount_kop')::bigint), 0) from jsonb_array_elements(parts) as one)
     or jsonb_array_length(debts) = 0 then
    perform app.refuse('Части рассрочки не сходятся с долгом. Ничего не записано: составьте соглашение заново.');
  end if;

  perform app.ensure_period(date_trunc('month', (agreement ->> 'agreed_on')::date)::date);
  perform app.open_voucher(key, 'instalment', 'posted', date_trunc('month', (agreement ->> 'agreed_on')::date)::date,
    actor, at, reason, null, request, branch);
  insert into app.instalment (voucher_id, number, account_id, creditor_id, agreed_on, interest_ppm, late_days,
    stops_penalty, restores_penalty)
  values (key, btrim(agreement ->> 'number'), holder.id, creditor, (agreement ->> 'agreed_on')::date,
    (agreement ->> 'interest_ppm')::bigint, (agreement ->> 'late_days')::smallint,
    (agreement ->> 'stops_penalty')::boolean, (agreement ->> 'restores_penalty')::boolean);
  insert into app.instalment_debt (voucher_id, service_id, contract_id, origin_period, principal_kop, penalty_kop)
  select key, told.* from jsonb_to_recordset(debts) as told(service_id uuid, contract_id uuid, origin_period date,
    principal_kop bigint, penalty_kop bigint);
  insert into app.instalment_part (voucher_id, part_no, due_on, amount_kop, interest_kop)
  select key, told.* from jsonb_to_recordset(parts) as told(part_no smallint, due_on date, amount_kop bigint,
    interest_kop bigint);
  if (agreement ->> 'stops_penalty')::boolean then
    insert into app.penalty_stop (id, scope, account_id, origin_period, contract_id, valid_from, reason, document,
      instalment_id)
    select gen_random_uuid(), 'document', holder.id, origin_period, contract_id, (agreement ->> 'agreed_on')::date,
      'рассрочка', 'соглашение № ' || btrim(agreement ->> 'number'), key
    from app.instalment_debt where voucher_id = key and principal_kop > 0
    group by origin_period, contract_id
    on conflict do nothing;
  end if;
  -- Who read the dues before must spread a payment anew.
  update app.account_books set version = version + 1 where account_id = holder.id;
  return app.instalment_answer(key, false);
end $$;

-- End an agreement: broken or cancelled. Its debts are owed at once; stopped penalties go on from that day, and
-- come back for the stopped days where the agreement says so.
create function api.end_instalment(
  key uuid, wanted_number text, how text, on_day date, reason text, actor text, at timestamptz,
  branch smallint default 0
) returns jsonb
  language plpgsql security definer set search_path = app, public, pg_temp as $$
#variable_conflict use_variable
declare
  asked jsonb := jsonb_build_object('number', wanted_number, 'how', how, 'on', on_day, 'reason', reason);
  made app.instalment;
begin
  select * into made from app.instalment where number = wanted_number;
  if not found then
    perform app.refuse(format('Соглашения о рассрочке № %s нет. Проверьте номер.', wanted_number));
  end if;
  if app.require_same_request(key, 'instalment', asked) then
    return app.instalment_answer(made.voucher_id, true);
  end if;
  if coalesce(btrim(reason), '') = '' then
    perform app.refuse('Не указана причина. Напишите, почему рассрочка прекращается, например: заявление плательщика.');
  end if;
  if how is null or how not in ('broken', 'cancelled') then
    perform app.refuse('Рассрочка прекращается нарушением или расторжением. Укажите одно из них.');
  end if;
  if on_day < made.agreed_on then
    perform app.refuse(format('Соглашение № %s от %s, прекратить его раньше нельзя.', wanted_number,
      to_char(made.agreed_on, 'DD.MM.YYYY')));
  end if;
  perform app.lock_books(made.account_id);
  if exists (select 1 from app.instalment_end where instalment_id = made.voucher_id) then
    perform app.refuse(format('Рассрочка № %s уже прекращена.', wanted_number));
  end if;
  perform app.ensure_period(date_trunc('month', on_day)::date);
  perform app.open_voucher(key, 'instalment', 'posted', date_trunc('month', on_day)::date, actor, at, reason, null,
    asked, branch);
  insert into app.instalment_end (voucher_id, instalment_id, how, ended_on)
  values (key, made.voucher_id, how, on_day);
  -- A stop is never taken away: penalties posted before name it. Where its days come back it is of no days at all.
  if how = 'broken' and made.restores_penalty then
    update app.penalty_stop set valid_from = '0001-01-01', valid_to = '0001-01-02', changed_at = clock_timestamp()
    where instalment_id = made.voucher_id;
  else
    update app.penalty_stop set valid_to = greatest(on_day, valid_from + 1), changed_at = clock_timestamp()
    where instalment_id = made.voucher_id;
  end if;
  update app.account_books set version = version + 1 where account_id = made.account_id;
  return app.instalment_answer(made.voucher_id, false);
end $$;

-- Post the interest of a part as a charge of its month: a correction under the service with the largest debt.
create function api.post_instalment_interest(
  key uuid, wanted_number text, wanted_part integer, actor text, at timestamptz, branch smallint default 0
) returns boolean
  language plpgsql security definer set search_path = app, public, pg_temp as $$
#variable_conflict use_variable
declare
  asked jsonb := jsonb_build_object('interest_of', wanted_number, 'part', wanted_part);
  made app.instalment;
  part app.instalment_part;
  largest record;
  into_period date;
begin
  if app.require_same_request(key, 'adjustment', asked) then
    return false;
  end if;
  select * into made from app.instalment where number = wanted_number;
  select * into part from app.instalment_part where voucher_id = made.voucher_id and part_no = wanted_part;
  if not found then
    perform app.refuse(format('Части № %s в рассрочке № %s нет.', wanted_part, wanted_number));
  end if;
  perform app.lock_books(made.account_id);
  if part.interest_kop = 0 or exists (select 1 from app.instalment_interest as kept
      where kept.instalment_id = made.voucher_id and kept.part_no = wanted_part) then
    return false;
  end if;
  select service_id, contract_id into largest from app.instalment_debt where voucher_id = made.voucher_id
  group by service_id, contract_id order by sum(principal_kop + penalty_kop) desc, service_id, contract_id limit 1;
  into_period := greatest(date_trunc('month', part.due_on)::date, app.first_open_month('charges'));
  perform app.lock_open_part(into_period, 'charges');
  perform app.open_voucher(key, 'adjustment', 'posted', into_period, actor, at,
    format('Проценты за рассрочку № %s, часть %s', wanted_number, wanted_part), null, asked, branch);
  perform app.post_lines(key, into_period, made.account_id, branch, array[
    row(largest.service_id, largest.contract_id, into_period, 6, part.interest_kop)::app.posting_line]);
  insert into app.instalment_interest (voucher_id, instalment_id, part_no)
  values (key, made.voucher_id, wanted_part);
  return true;
end $$;

-- What changes the running of limitation (ГК ст. 202-206); one that was entered by mistake is revoked.
create table app.limitation_event (
  id uuid primary key,
  account_id uuid not null references app.account,
  contract_id uuid references app.contract,                   -- null: debts under every contract
  kind text not null check (kind in ('filed', 'resumed', 'acknowledged')),
  happened_on date not null,
  first_period date not null check (extract(day from first_period) = 1),
  last_period date not null check (extract(day from last_period) = 1),
  document text not null check (btrim(document) <> ''),
  actor text not null,
  recorded_at timestamptz not null default clock_timestamp(),
  revoked_at timestamptz,
  revoked_by text,
  revoke_reason text,
  check (last_period >= first_period),
  check ((revoked_at is null) = (revoke_reason is null))
);
create index limitation_event_account on app.limitation_event (account_id);
grant select on app.limitation_event to kvitok_cashier, kvitok_operator, kvitok_accountant, kvitok_auditor, kvitok_run;

create function app.guard_limitation_event() returns trigger
  language plpgsql as $$
begin
  if tg_op <> 'UPDATE' or old.revoked_at is not null or new.revoked_at is null
     or (to_jsonb(old) - array['revoked_at', 'revoked_by', 'revoke_reason'])
        <> (to_jsonb(new) - array['revoked_at', 'revoked_by', 'revoke_reason']) then
    raise exception using errcode = 'P0LED', message =
      'Отметка о сроке давности не меняется. Отзовите её и внесите другую.';
  end if;
  return new;
end $$;
create trigger limitation_event_stays before update or delete on app.limitation_event
  for each row execute function app.guard_limitation_event();
create trigger limitation_event_not_truncated before truncate on app.limitation_event
  for each statement execute function app.forbid_change();

-- True: recorded now; false: it was there.
create function api.record_limitation_event(
  key uuid, account_number text, contract_number text, what text, on_day date, since date, until date, document text,
  actor text
) returns boolean
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  holder uuid;
  under uuid;
  before app.limitation_event;
begin
  select id into holder from app.account where number = account_number;
  if not found then
    perform app.refuse(format('Лицевого счёта %s нет. Проверьте номер.', account_number));
  end if;
  if contract_number is not null then
    select id into under from app.contract where number = contract_number;
    if not found then
      perform app.refuse(format('Договора № %s нет. Проверьте номер.', contract_number));
    end if;
  end if;
  if coalesce(btrim(document), '') = '' then
    perform app.refuse('Не указан документ: номер дела, определение суда или письмо должника с датой.');
  end if;
  if until < since then
    perform app.refuse('Период «по» раньше периода «с». Исправьте один из них.');
  end if;
  select * into before from app.limitation_event where id = key;
  if found then
    if (before.account_id, before.contract_id, before.kind, before.happened_on, before.first_period,
        before.last_period, before.document)
       is distinct from (holder, under, what, on_day, since, until, btrim(document)) then
      raise exception using errcode = 'P0ID1', message =
        'Этот ключ операции уже использован с другими данными. Ничего не записано: начните операцию заново.';
    end if;
    return false;
  end if;
  insert into app.limitation_event (id, account_id, contract_id, kind, happened_on, first_period, last_period,
    document, actor)
  values (key, holder, under, what, on_day, since, until, btrim(document), actor);
  return true;
end $$;

create function api.revoke_limitation_event(event uuid, reason text, actor text) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
#variable_conflict use_variable
declare
  found_event app.limitation_event;
begin
  select * into found_event from app.limitation_event where id = event for update;
  if not found then
    perform app.refuse(format('Отметки о сроке давности %s нет. Возьмите ключ из kvitok limitation.', event));
  end if;
  if found_event.revoked_at is not null then
    perform app.refuse('Отметка о сроке давности уже отозвана.');
  end if;
  if coalesce(btrim(reason), '') = '' then
    perform app.refuse('Не указана причина, по которой отметка о сроке давности отзывается.');
  end if;
  update app.limitation_event set revoked_at = clock_timestamp(), revoked_by = actor, revoke_reason = reason
  where id = event;
end $$;

-- «Списание долга»: principal by kind 8, penalties by kind 53; nothing is written off by itself (ГК ст. 199).
--   wanted_lines  [{account, service_id, contract_id, origin_period, principal_kop, penalty_kop}], amounts >= 0
create function api.write_off_debt(
  key uuid, on_day date, reason text, order_number text, asked jsonb, wanted_lines jsonb, actor text, at timestamptz,
  branch smallint default 0
) returns jsonb
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  request jsonb := jsonb_build_object('subject', 'debt', 'on', on_day, 'reason', reason, 'order', order_number)
    || jsonb_build_object('asked', asked);
  wrong record;
  into_period date;
  has_penalties boolean;
begin
  if app.require_same_request(key, 'write-off', request) then
    return app.debt_write_off_answer(key, true);
  end if;
  if coalesce(btrim(reason), '') = '' or coalesce(btrim(order_number), '') = '' then
    perform app.refuse('У списания долга нет причины или номера приказа. Укажите их: без них долг не списывается.');
  end if;
  if jsonb_array_length(wanted_lines) = 0 then
    perform app.refuse('Списывать нечего: такого долга нет. Проверьте счета, договор и периоды.');
  end if;
  drop table if exists pg_temp.written_off;
  create temp table written_off on commit drop as
  select account.id as account_id, told.account, told.service_id, told.contract_id, told.origin_period,
    told.principal_kop, told.penalty_kop
  from jsonb_to_recordset(wanted_lines) as told(account text, service_id uuid, contract_id uuid, origin_period date,
    principal_kop bigint, penalty_kop bigint)
  left join app.account on account.number = told.account;
  select * into wrong from pg_temp.written_off where account_id is null limit 1;
  if found then
    perform app.refuse(format('Лицевого счёта %s нет. Проверьте номер.', wrong.account));
  end if;
  perform app.lock_books(account_id)
  from (select distinct account_id from pg_temp.written_off order by 1) as touched;
  select told.*, coalesce(kept.charged_kop + kept.moved_kop, 0) as owed_kop,
    coalesce(kept.penalty_kop, 0) as owed_penalty_kop into wrong
  from pg_temp.written_off as told
  left join app.balance as kept using (account_id, service_id, contract_id, origin_period)
  where told.principal_kop < 0 or told.penalty_kop < 0 or told.principal_kop + told.penalty_kop = 0
    or told.principal_kop > greatest(coalesce(kept.charged_kop + kept.moved_kop, 0), 0)
    or told.penalty_kop > greatest(coalesce(kept.penalty_kop, 0), 0)
  limit 1;
  if found then
    perform app.refuse(format('По счёту %s за %s долг %s ₽ и пени %s ₽: списать %s ₽ и %s ₽ нельзя. Обновите долги и '
      'повторите.', wrong.account, to_char(wrong.origin_period, 'MM.YYYY'), app.shown_kop(wrong.owed_kop),
      app.shown_kop(wrong.owed_penalty_kop), app.shown_kop(wrong.principal_kop), app.shown_kop(wrong.penalty_kop)));
  end if;
  has_penalties := exists (select 1 from pg_temp.written_off where penalty_kop > 0);
  into_period := app.lock_write_off_period(on_day, has_penalties);
  perform app.open_voucher(key, 'write-off', 'posted', into_period, actor, at, reason, null, request, branch);
  perform app.post_write_off(key, into_period, branch);
  return app.debt_write_off_answer(key, false);
end $$;

-- The first month from that of the day that takes corrections, and penalties where there are some.
create function app.lock_write_off_period(on_day date, has_penalties boolean) returns date
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  wanted date := greatest(date_trunc('month', on_day)::date, app.first_open_month('charges'),
    case when has_penalties then app.first_open_month('penalties') end);
begin
  perform app.lock_open_part(wanted, 'charges');
  if has_penalties then
    perform app.lock_open_part(wanted, 'penalties');
  end if;
  return wanted;
end $$;

-- Post pg_temp.written_off (amounts are taken off; negative ones come back) and move the balances with it.
create function app.post_write_off(voucher uuid, into_period date, branch smallint) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  insert into app.entry (period, run_no, voucher_id, line_no, branch_id, account_id, service_id, contract_id,
    origin_period, kind, method, component, zone, day_from, day_to, amount_kop, volume_mcu, price_mcr, inputs)
  select into_period, 0, voucher, row_number() over (order by told.account_id, told.origin_period, told.service_id,
      told.contract_id, part.kind),
    branch, told.account_id, told.service_id, told.contract_id, told.origin_period, part.kind, 0, 0, 0, 0, 0,
    -part.amount_kop, 0, 0, '{}'
  from pg_temp.written_off as told
  cross join lateral (values (8, told.principal_kop), (53, told.penalty_kop)) as part(kind, amount_kop)
  where part.amount_kop <> 0;
  update app.balance as kept
  set moved_kop = kept.moved_kop - told.principal_kop, penalty_kop = kept.penalty_kop - told.penalty_kop
  from (select account_id, service_id, contract_id, origin_period, sum(principal_kop)::bigint as principal_kop,
          sum(penalty_kop)::bigint as penalty_kop
        from pg_temp.written_off group by 1, 2, 3, 4) as told
  where kept.account_id = told.account_id and kept.service_id = told.service_id
    and kept.contract_id = told.contract_id and kept.origin_period = told.origin_period;
  update app.account_books set version = version + 1
  where account_id in (select account_id from pg_temp.written_off);
end $$;

create function app.debt_write_off_answer(wanted uuid, is_replay boolean) returns jsonb
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select jsonb_build_object('voucher', voucher.id, 'period', voucher.period, 'replay', is_replay,
    'principal_kop', coalesce(-sum(entry.amount_kop) filter (where entry.kind = 8), 0),
    'penalty_kop', coalesce(-sum(entry.amount_kop) filter (where entry.kind = 53), 0),
    'lines', count(entry.line_no), 'accounts', count(distinct entry.account_id))
  from app.voucher
  left join app.entry on entry.voucher_id = voucher.id and entry.period = voucher.period and entry.run_no = 0
  where voucher.id = wanted
  group by voucher.id, voucher.period;
$$;

-- Undo a writing off of debt by its opposite, once.
create function api.reverse_debt_write_off(
  key uuid, write_off uuid, on_day date, reason text, actor text, at timestamptz, branch smallint default 0
) returns jsonb
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  asked jsonb := jsonb_build_object('write_off', write_off, 'on', on_day, 'reason', reason);
  original app.voucher;
  into_period date;
begin
  if app.require_same_request(key, 'reversal', asked) then
    return app.debt_write_off_answer(key, true);
  end if;
  if coalesce(btrim(reason), '') = '' then
    perform app.refuse('Не указана причина отмены списания. Напишите, почему долг возвращается.');
  end if;
  select * into original from app.voucher where id = write_off;
  if not found or original.kind <> 'write-off' or original.request ->> 'subject' is distinct from 'debt' then
    perform app.refuse(format('Документ %s не списание долга. Возьмите ключ из ответа kvitok write-off.', write_off));
  end if;
  drop table if exists pg_temp.written_off;
  create temp table written_off on commit drop as
  select account_id, service_id, contract_id, origin_period,
    coalesce(sum(amount_kop) filter (where kind = 8), 0)::bigint as principal_kop,
    coalesce(sum(amount_kop) filter (where kind = 53), 0)::bigint as penalty_kop
  from app.entry where period = original.period and run_no = 0 and voucher_id = write_off
  group by account_id, service_id, contract_id, origin_period;
  perform app.lock_books(account_id)
  from (select distinct account_id from pg_temp.written_off order by 1) as touched;
  if exists (select 1 from app.voucher where reverses = write_off) then
    perform app.refuse(format('Списание %s уже отменено. Второй раз его отменить нельзя.', write_off));
  end if;
  into_period := app.lock_write_off_period(greatest(on_day, original.period),
    exists (select 1 from pg_temp.written_off where penalty_kop <> 0));
  perform app.open_voucher(key, 'reversal', 'posted', into_period, actor, at, reason, write_off, asked, branch);
  perform app.post_write_off(key, into_period, branch);
  return app.debt_write_off_answer(key, false);
end $$;

grant execute on function
  api.make_instalment(uuid, text, jsonb, jsonb, jsonb, jsonb, text, text, timestamptz, smallint),
  api.end_instalment(uuid, text, text, date, text, text, timestamptz, smallint),
  api.post_instalment_interest(uuid, text, integer, text, timestamptz, smallint),
  api.record_limitation_event(uuid, text, text, text, date, date, date, text, text),
  api.revoke_limitation_event(uuid, text, text)
  to kvitok_operator, kvitok_accountant, kvitok_run;
grant execute on function
  api.write_off_debt(uuid, date, text, text, jsonb, jsonb, text, timestamptz, smallint),
  api.reverse_debt_write_off(uuid, uuid, date, text, text, timestamptz, smallint)
  to kvitok_accountant, kvitok_run;
