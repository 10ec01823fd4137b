-- Contracts: an account of one's own, days of assignments, change of a supplier or provider by one act,
-- acts of balance transfer (money.md §2.1 A7-A8, §8).
--
--   start_transfers ─▶ pg_temp.staged_transfer ◀─ COPY
--                        ├─ post_transfer    voucher 'transfer': what is owed moves, nothing is gained or lost
--                        └─ change_contract  voucher 'contract-change': assignments end and begin, balances may move
--   reverse_transfer     voucher 'reversal': the opposite of either, once
--
-- A staged row is one move: it leaves here and arrives there in the period of its origin, so that due
-- dates and the days of a delay go on. Only a transfer out of the system has no other side.

-- Where money of this contract goes, when not to the account of the creditor's own.
alter table app.contract
  add column bank_account text,
  add column bic text,
  add column bank_name text,
  add column corr_account text,
  add constraint contract_account_has_a_bank check ((bank_account is null) = (bic is null));
create index assignment_contract on app.assignment (contract_id);

-- A contract has the sides its kind says, and its assignments lie in its days. Asked at the end of the
-- transaction: a workbook may move both. An assignment without an end ends with its contract.
create function app.check_contract() returns trigger
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  kept app.contract;
  outside record;
begin
  select * into kept from app.contract where id = new.id;
  if not found then
    return null;
  end if;
  if kept.kind = 'three-sided' and kept.supplier_id is null then
    perform app.refuse(format('У трёхстороннего договора № %s не указан поставщик. Укажите его код.', kept.number));
  end if;
  if kept.kind = 'two-sided' and kept.supplier_id is not null then
    perform app.refuse(format('У двустороннего договора № %s указан поставщик. Уберите поставщика '
      'или сделайте договор трёхсторонним.', kept.number));
  end if;
  select service.name, assignment.valid_from, assignment.valid_to into outside
  from app.assignment join app.service on service.id = assignment.service_id
  where assignment.contract_id = kept.id and app.is_outside(assignment.valid_from, assignment.valid_to,
    kept.valid_from, kept.valid_to)
  order by assignment.valid_from limit 1;
  if found then
    perform app.refuse(app.outside_words(kept, outside.name, outside.valid_from, outside.valid_to));
  end if;
  return null;
end $$;

create function app.is_outside(since date, until date, first_day date, end_day date) returns boolean
  language sql immutable parallel safe
  return since < first_day or coalesce(since >= end_day, false) or coalesce(until > end_day, false);

create function app.outside_words(kept app.contract, service text, since date, until date) returns text
  language sql stable set search_path = app, public, pg_temp as $$
  select format('Услуга «%s» назначена по договору № %s с %s%s, а договор действует с %s%s. '
    'Исправьте дни назначения или договора.', service, kept.number, to_char(since, 'DD.MM.YYYY'),
    coalesce(' до ' || to_char(until, 'DD.MM.YYYY'), ''), to_char(kept.valid_from, 'DD.MM.YYYY'),
    coalesce(' до ' || to_char(kept.valid_to, 'DD.MM.YYYY'), ''));
$$;

create constraint trigger contract_holds after insert or update on app.contract
  deferrable initially deferred for each row execute function app.check_contract();

-- Assignments of these houses and accounts: inside their contracts, one payee of a service on a day.
create function app.check_assignments(houses uuid[], accounts uuid[]) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  wrong record;
begin
  select service.name, assignment.valid_from, assignment.valid_to, contract as kept into wrong
  from app.assignment
  join app.contract on contract.id = assignment.contract_id
  join app.service on service.id = assignment.service_id
  where (assignment.house_id = any (houses) or assignment.account_id = any (accounts))
    and app.is_outside(assignment.valid_from, assignment.valid_to, contract.valid_from, contract.valid_to)
  limit 1;
  if found then
    perform app.refuse(app.outside_words(wrong.kept, wrong.name, wrong.valid_from, wrong.valid_to));
  end if;

  select service.name, house.code as house, account.number as account, seen.valid_from,
    one.number as contract, other.number as other_contract into wrong
  from (
    select assignment.*,
      max(coalesce(valid_to, 'infinity')) over earlier as taken_to,
      lag(contract_id) over (partition by service_id, house_id, account_id order by valid_from, id) as before_id
    from app.assignment
    where house_id = any (houses) or account_id = any (accounts)
    window earlier as (partition by service_id, house_id, account_id order by valid_from, id
                       rows between unbounded preceding and 1 preceding)
  ) as seen
  join app.service on service.id = seen.service_id
  join app.contract as one on one.id = seen.contract_id
  join app.contract as other on other.id = seen.before_id
  left join app.house on house.id = seen.house_id
  left join app.account on account.id = seen.account_id
  where seen.taken_to > seen.valid_from
  limit 1;
  if found then
    perform app.refuse(format('Услуга «%s» %s с %s назначена дважды: по договорам № %s и № %s. На один день у услуги '
      'один получатель: закройте прежнее назначение.', wrong.name,
      coalesce('дома ' || wrong.house, 'счёта ' || wrong.account), to_char(wrong.valid_from, 'DD.MM.YYYY'),
      wrong.other_contract, wrong.contract));
  end if;
end $$;

-- The account of a contract, of the sheet «Договоры» (80_import.sql).
create function app.import_contract_accounts() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  update app.contract as kept set
    bank_account = coalesce(given.bank_account, kept.bank_account), bic = coalesce(given.bic, kept.bic),
    bank_name = coalesce(given.bank_name, kept.bank_name),
    corr_account = coalesce(given.corr_account, kept.corr_account)
  from pg_temp.staged_contract as given
  where kept.number = given.number
    and row (coalesce(given.bank_account, kept.bank_account), coalesce(given.bic, kept.bic),
      coalesce(given.bank_name, kept.bank_name), coalesce(given.corr_account, kept.corr_account))
    is distinct from row (kept.bank_account, kept.bic, kept.bank_name, kept.corr_account);
  -- A contract that became two-sided has lost its supplier.
  update app.contract as kept set supplier_id = null
  from pg_temp.staged_contract as given
  where kept.number = given.number and given.kind = 'two-sided' and given.supplier is null
    and kept.supplier_id is not null;
end $$;

-- Acts of balance transfer. Entries 1..moves of the voucher leave, the others arrive.
create table app.balance_transfer (
  voucher_id uuid primary key references app.voucher,
  kind text not null check (kind in ('account', 'creditor', 'service', 'out')),
  number text not null check (btrim(number) <> ''),
  dated date not null,
  basis text not null check (btrim(basis) <> ''),
  moved_on date not null,                     -- from this day it is owed there
  recipient text,                             -- who takes it over, out of the system
  with_penalty boolean not null,
  moves integer not null check (moves > 0),
  check ((kind = 'out') = (recipient is not null))
);

-- Change of a supplier or provider: one act for a house, a list of houses or of accounts.
create table app.contract_change (
  voucher_id uuid primary key references app.voucher,
  number text not null check (btrim(number) <> ''),
  dated date not null,
  basis text not null check (btrim(basis) <> ''),
  changed_on date not null,
  old_contract_id uuid not null references app.contract,
  new_contract_id uuid not null references app.contract check (new_contract_id <> old_contract_id),
  with_balance boolean not null,
  with_penalty boolean not null,
  moves integer not null check (moves >= 0)
);

-- What an act did to assignments, as they were before: so it can be undone exactly.
create table app.contract_change_assignment (
  voucher_id uuid not null references app.contract_change,
  assignment_id uuid not null,
  action text not null check (action in ('closed', 'switched', 'opened')),
  valid_to_before date,
  primary key (voucher_id, assignment_id)
);
grant select on app.balance_transfer, app.contract_change, app.contract_change_assignment
  to kvitok_cashier, kvitok_operator, kvitok_accountant, kvitok_auditor, kvitok_run;

-- The day from which the lines of a voucher count for penalties: an act and its opposite have one day.
create view app.transfer_day as
  with act as (
    select voucher_id, moved_on from app.balance_transfer
    union all
    select voucher_id, changed_on from app.contract_change
  )
  select voucher_id, moved_on from act
  union all
  select voucher.id, act.moved_on from act join app.voucher on voucher.reverses = act.voucher_id;
grant select on app.transfer_day
  to kvitok_cashier, kvitok_operator, kvitok_accountant, kvitok_auditor, kvitok_run;

create function api.start_transfers() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  drop table if exists pg_temp.staged_transfer;
  create temp table staged_transfer (
    line_no integer primary key, account_id uuid not null, service_id uuid not null, contract_id uuid not null,
    origin_period date not null, is_penalty boolean not null, held_kop bigint not null, amount_kop bigint not null,
    to_account_id uuid, to_service_id uuid, to_contract_id uuid,
    unique (account_id, service_id, contract_id, origin_period, is_penalty)) on commit drop;
  grant insert on pg_temp.staged_transfer to kvitok_accountant, kvitok_run;
end $$;

-- The moves must be of what is there, and go to where it can be owed.
create function app.check_staged_transfers(is_out boolean, on_day date) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  wrong record;
begin
  analyze pg_temp.staged_transfer;
  select account.number, staged.* into wrong
  from pg_temp.staged_transfer as staged
  join app.account on account.id = staged.account_id
  left join app.balance as kept on kept.origin_period = staged.origin_period and kept.account_id = staged.account_id
    and kept.service_id = staged.service_id and kept.contract_id = staged.contract_id
  where staged.held_kop <> coalesce(case when staged.is_penalty then kept.penalty_kop
                                         else kept.charged_kop + kept.moved_kop end, 0)
  order by account.number limit 1;
  if found then
    perform app.refuse(format('Сальдо счёта %s изменилось, пока готовился акт: за %s было %s ₽. Ничего не проведено: '
      'повторите.', wrong.number, to_char(wrong.origin_period, 'MM.YYYY'), app.shown_kop(wrong.held_kop)));
  end if;
  select account.number, staged.* into wrong
  from pg_temp.staged_transfer as staged join app.account on account.id = staged.account_id
  where staged.amount_kop = 0 or abs(staged.amount_kop) > abs(staged.held_kop)
    or sign(staged.amount_kop) <> sign(staged.held_kop)
  order by account.number limit 1;
  if found then
    perform app.refuse(format('Со счёта %s за %s нельзя передать %s ₽: там %s ₽. Уменьшите сумму.', wrong.number,
      to_char(wrong.origin_period, 'MM.YYYY'), app.shown_kop(wrong.amount_kop), app.shown_kop(wrong.held_kop)));
  end if;
  if exists (select 1 from pg_temp.staged_transfer as staged
             where (num_nonnulls(to_account_id, to_service_id, to_contract_id) <> case when is_out then 0 else 3 end)
               or (account_id, service_id, contract_id) is not distinct from
                  (to_account_id, to_service_id, to_contract_id)) then
    perform app.refuse('Акт не сходится: передача без получателя или самому себе. Ничего не проведено.');
  end if;
  select account.number, account.opened_on, account.closed_on into wrong
  from pg_temp.staged_transfer as staged join app.account on account.id = staged.to_account_id
  where staged.to_account_id <> staged.account_id
    and (account.opened_on > on_day or account.closed_on <= on_day)
  limit 1;
  if found then
    perform app.refuse(format('На счёт %s на %s передать нельзя: он %s. Выберите открытый счёт.', wrong.number,
      to_char(on_day, 'DD.MM.YYYY'), case when wrong.closed_on <= on_day
        then 'закрыт с ' || to_char(wrong.closed_on, 'DD.MM.YYYY')
        else 'открыт только с ' || to_char(wrong.opened_on, 'DD.MM.YYYY') end));
  end if;
  select contract.number, contract.valid_from, contract.valid_to into wrong
  from pg_temp.staged_transfer as staged join app.contract on contract.id = staged.to_contract_id
  where staged.to_contract_id <> staged.contract_id
    and (contract.valid_from > on_day or contract.valid_to <= on_day)
  limit 1;
  if found then
    perform app.refuse(format('Договор № %s на %s не действует: он с %s%s. Выберите действующий договор.',
      wrong.number, to_char(on_day, 'DD.MM.YYYY'), to_char(wrong.valid_from, 'DD.MM.YYYY'),
      coalesce(' до ' || to_char(wrong.valid_to, 'DD.MM.YYYY'), '')));
  end if;
end $$;

-- Lock the books of all accounts of the act, in their order, and count the change.
create function app.lock_books_of(accounts uuid[]) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  insert into app.account_books (account_id, version)
  select account, 1 from unnest(accounts) as account where account is not null group by account order by account
  on conflict (account_id) do update set version = app.account_books.version + 1;
end $$;

create function app.start_transfer_lines() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  drop table if exists pg_temp.transfer_line;
  create temp table transfer_line (
    line_no integer primary key, account_id uuid not null, service_id uuid not null, contract_id uuid not null,
    origin_period date not null, kind smallint not null, amount_kop bigint not null) on commit drop;
end $$;

-- Make both sides of what is staged: 1..n leave, n+1.. arrive.
create function app.pair_staged_transfers() returns integer
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  moves integer;
begin
  perform app.start_transfer_lines();
  insert into pg_temp.transfer_line
  select row_number() over (order by line_no), account_id, service_id, contract_id, origin_period,
    case when is_penalty then 54 else 25 end, -amount_kop
  from pg_temp.staged_transfer;
  get diagnostics moves = row_count;
  insert into pg_temp.transfer_line
  select moves + row_number() over (order by line_no), to_account_id, to_service_id, to_contract_id, origin_period,
    case when is_penalty then 54 else 25 end, amount_kop
  from pg_temp.staged_transfer where to_account_id is not null;
  analyze pg_temp.transfer_line;
  return moves;
end $$;

-- Balances are corrected in the first month from the day of the act that takes corrections (and penalties).
create function app.lock_transfer_period(on_day date) returns date
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  has_penalties boolean := exists (select 1 from pg_temp.transfer_line where kind >= 50);
  wanted date := greatest(date_trunc('month', on_day)::date, app.first_open_month('charges'),
    case when has_penalties then app.first_open_month('penalties') end);
begin
  perform app.lock_open_part(wanted, 'charges');
  if has_penalties then
    perform app.lock_open_part(wanted, 'penalties');
  end if;
  return wanted;
end $$;

create function app.require_act(act jsonb) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  if coalesce(btrim(act ->> 'number'), '') = '' or coalesce(btrim(act ->> 'basis'), '') = '' then
    perform app.refuse('У акта нет номера или основания. Укажите номер и документ, на котором он стоит, например: '
      '«соглашение № 5 от 01.11.2026».');
  end if;
end $$;

-- Post an act of balance transfer. True: posted now; false: the same was posted with this key before.
--   act    number, dated, basis, kind, moved_on, recipient, with_penalty
--   asked  what the person asked for: compared when the key comes again
create function api.post_transfer(
  key uuid, actor text, at timestamptz, act jsonb, asked jsonb, branch smallint default 0
) returns boolean
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  on_day date := (act ->> 'moved_on')::date;
  into_period date;
  moves integer;
begin
  perform app.require_act(act);
  select period into into_period from app.voucher where id = key;
  if found then
    return app.open_voucher(key, 'transfer', 'posted', into_period, actor, at, act ->> 'basis', null, asked, branch);
  end if;
  if not exists (select 1 from pg_temp.staged_transfer) then
    perform app.refuse('Передавать нечего: у выбранных счетов такого сальдо нет. Проверьте счета, услуги и периоды.');
  end if;
  perform app.lock_books_of(array(
    select account_id from pg_temp.staged_transfer union select to_account_id from pg_temp.staged_transfer));
  perform app.check_staged_transfers(act ->> 'kind' = 'out', on_day);
  moves := app.pair_staged_transfers();
  into_period := app.lock_transfer_period(on_day);
  if not app.open_voucher(key, 'transfer', 'posted', into_period, actor, at, act ->> 'basis', null, asked, branch) then
    return false;
  end if;
  insert into app.balance_transfer (voucher_id, kind, number, dated, basis, moved_on, recipient, with_penalty, moves)
  values (key, act ->> 'kind', btrim(act ->> 'number'), (act ->> 'dated')::date, btrim(act ->> 'basis'), on_day,
    act ->> 'recipient', (act ->> 'with_penalty')::boolean, moves);
  perform app.post_staged_lines('transfer_line', key, into_period, branch);
  return true;
end $$;

-- What a change of contract would do with assignments from a day on:
--   closed    it ends that day, and one of the new contract begins
--   switched  it begins on that day or later: the contract alone is another
--   opened    the house has it, the account gets one of its own
create function app.contract_change_plan(
  old_contract uuid, services uuid[], houses uuid[], accounts uuid[], on_day date
) returns table (
  assignment_id uuid, action text, service_id uuid, house_id uuid, account_id uuid,
  valid_from date, valid_to date, quantity_mcu bigint, meter_share_ppm bigint)
  language sql stable security definer set search_path = app, public, pg_temp as $$
  select given.id, case when given.valid_from >= on_day then 'switched' else 'closed' end, given.service_id,
    given.house_id, given.account_id, greatest(given.valid_from, on_day), given.valid_to, given.quantity_mcu,
    given.meter_share_ppm
  from app.assignment as given
  where given.contract_id = old_contract and given.service_id = any (services)
    and coalesce(given.valid_to, 'infinity') > on_day
    and (given.house_id = any (houses) or given.account_id = any (accounts)
      or given.account_id in (select home.account_id from app.house_account as home where home.house_id = any (houses)))
  union all
  select given.id, 'opened', given.service_id, null, home.account_id, greatest(given.valid_from, on_day),
    given.valid_to, given.quantity_mcu, given.meter_share_ppm
  from app.house_account as home
  join app.assignment as given on given.house_id = home.house_id
  where home.account_id = any (accounts) and not home.house_id = any (houses)
    and given.contract_id = old_contract and given.service_id = any (services)
    and coalesce(given.valid_to, 'infinity') > on_day
    and not exists (
      select 1 from app.assignment as own
      where own.account_id = home.account_id and own.service_id = given.service_id
        and own.valid_from < coalesce(given.valid_to, 'infinity')
        and coalesce(own.valid_to, 'infinity') > greatest(given.valid_from, on_day));
$$;

-- Why a change of contract cannot be, as a sentence; null: it can.
--   new_contract  null: it is made with the act, only prices for all contracts can be there
create function app.contract_change_trouble(
  old_contract uuid, new_contract uuid, services uuid[], houses uuid[], accounts uuid[], on_day date
) returns text
  language plpgsql stable security definer set search_path = app, public, pg_temp as $$
declare
  taking app.contract;
  found_row record;
begin
  if not exists (select 1 from app.contract_change_plan(old_contract, services, houses, accounts, on_day)) then
    return format('По договору № %s с %s у выбранных домов и счетов ничего не назначено. Проверьте договор, услуги, '
      'дома и дату.', (select number from app.contract where id = old_contract), to_char(on_day, 'DD.MM.YYYY'));
  end if;
  select * into taking from app.contract where id = new_contract;
  if found and (taking.valid_from > on_day or taking.valid_to <= on_day) then
    return format('Договор № %s на %s не действует: он с %s%s. Исправьте дату акта или договора.', taking.number,
      to_char(on_day, 'DD.MM.YYYY'), to_char(taking.valid_from, 'DD.MM.YYYY'),
      coalesce(' до ' || to_char(taking.valid_to, 'DD.MM.YYYY'), ''));
  end if;
  select service.name, house.code, plan.valid_from into found_row
  from app.contract_change_plan(old_contract, services, houses, accounts, on_day) as plan
  join app.service on service.id = plan.service_id
  left join app.account on account.id = plan.account_id
  left join app.premises on premises.id = account.premises_id
  join app.house on house.id = coalesce(plan.house_id, premises.house_id)
  join lateral (
    select version.method from app.service_version as version
    where version.service_id = plan.service_id and version.valid_from <= plan.valid_from
      and coalesce(version.valid_to, 'infinity') > plan.valid_from
    limit 1
  ) as way on way.method not in ('external', 'formula')
  where not exists (
    select 1 from app.tariff
    where tariff.service_id = plan.service_id
      and (tariff.contract_id is null or tariff.contract_id = new_contract)
      and (tariff.house_id is null or tariff.house_id = house.id)
      and (tariff.account_id is null or plan.account_id is null or tariff.account_id = plan.account_id)
      and tariff.valid_from <= plan.valid_from and coalesce(tariff.valid_to, 'infinity') > plan.valid_from)
  order by service.position, house.code limit 1;
  if found then
    return format('У услуги «%s» по %s для дома %s нет цены на %s. Загрузите её листом «Тарифы» и повторите.',
      found_row.name, coalesce('договору № ' || taking.number, 'новому договору'), found_row.code,
      to_char(found_row.valid_from, 'DD.MM.YYYY'));
  end if;
  select service.name, account.number into found_row
  from app.contract_change_plan(old_contract, services, houses, accounts, on_day) as plan
  join app.service on service.id = plan.service_id
  join app.account on account.id = plan.account_id
  where plan.action = 'opened' and plan.quantity_mcu is not null
    and exists (select 1 from app.tariff where tariff.service_id = plan.service_id and component = 'capacity')
  order by account.number limit 1;
  if found then
    return format('Нагрузка услуги «%s» задана дому целиком, счёту %s её не разделить. Назначьте услугу счёту '
      'листом «Назначения» с его нагрузкой.', found_row.name, found_row.number);
  end if;
  return null;
end $$;

-- Make the contract that an act brings with it.
create function app.make_contract(key uuid, made jsonb) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  provider uuid := (select id from app.organisation where code = made ->> 'provider');
  supplier uuid := (select id from app.organisation where code = made ->> 'supplier');
begin
  if provider is null or (supplier is null and made ->> 'supplier' is not null) then
    perform app.refuse(format('Организации «%s» нет. Загрузите её листом «Организации».',
      case when provider is null then made ->> 'provider' else made ->> 'supplier' end));
  end if;
  if exists (select 1 from app.contract where number = made ->> 'number') then
    perform app.refuse(format('Договор № %s уже есть. Укажите другой номер или перейдите на этот договор.',
      made ->> 'number'));
  end if;
  insert into app.contract (id, number, kind, provider_id, supplier_id, valid_from, valid_to)
  values (key, made ->> 'number', made ->> 'kind', provider, supplier, (made ->> 'valid_from')::date,
    (made ->> 'valid_to')::date);
end $$;

create function app.change_assignments(
  key uuid, old_contract uuid, taking app.contract, services uuid[], houses uuid[], accounts uuid[], on_day date
) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  create temp table planned_assignment on commit drop as
  select plan.*, case when plan.action = 'switched' then plan.assignment_id else gen_random_uuid() end as becomes_id
  from app.contract_change_plan(old_contract, services, houses, accounts, on_day) as plan;

  insert into app.contract_change_assignment (voucher_id, assignment_id, action, valid_to_before)
  select key, assignment_id, action, valid_to from planned_assignment where action <> 'opened'
  union all
  select key, becomes_id, 'opened', null from planned_assignment where action <> 'switched';

  update app.assignment as kept set valid_to = on_day
  from planned_assignment as plan where plan.assignment_id = kept.id and plan.action = 'closed';
  update app.assignment as kept set contract_id = taking.id, valid_to = least(plan.valid_to,
    case when plan.valid_to is null then null else taking.valid_to end)
  from planned_assignment as plan where plan.assignment_id = kept.id and plan.action = 'switched';
  insert into app.assignment (id, service_id, contract_id, valid_from, valid_to, house_id, account_id, quantity_mcu,
    meter_share_ppm)
  select becomes_id, service_id, taking.id, valid_from,
    case when valid_to is not null then least(valid_to, taking.valid_to) end,
    house_id, account_id, quantity_mcu, meter_share_ppm
  from planned_assignment where action <> 'switched';
  perform app.check_assignments(
    array(select distinct house_id from planned_assignment where house_id is not null),
    array(select distinct account_id from planned_assignment where account_id is not null));
  drop table planned_assignment;
end $$;

-- Change the supplier or provider by one act; what is staged moves with it.
--   act   number, dated, basis, changed_on, with_balance, with_penalty
--   made  the new contract when it is made with the act: number, kind, provider, supplier, valid_from, valid_to
create function api.change_contract(
  key uuid, actor text, at timestamptz, act jsonb, asked jsonb, old_contract uuid, new_contract uuid, made jsonb,
  services uuid[], houses uuid[], accounts uuid[], branch smallint default 0
) returns boolean
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  on_day date := (act ->> 'changed_on')::date;
  into_period date;
  trouble text;
  taking app.contract;
  moves integer;
begin
  perform app.require_act(act);
  select period into into_period from app.voucher where id = key;
  if found then
    return app.open_voucher(key, 'contract-change', 'posted', into_period, actor, at, act ->> 'basis', null, asked,
      branch);
  end if;
  if old_contract = new_contract then
    perform app.refuse('Прежний и новый договор – один и тот же. Укажите другой договор.');
  end if;
  -- Two acts wait for each other: neither may see half of the other's assignments.
  perform pg_advisory_xact_lock(hashtext('app.assignment'));
  if made is not null then
    perform app.make_contract(new_contract, made);
  end if;
  trouble := app.contract_change_trouble(old_contract, new_contract, services, houses, accounts, on_day);
  if trouble is not null then
    perform app.refuse(trouble);
  end if;
  select * into taking from app.contract where id = new_contract;
  if exists (select 1 from pg_temp.staged_transfer
             where contract_id <> old_contract or to_contract_id is distinct from new_contract
               or to_account_id <> account_id or to_service_id <> service_id) then
    perform app.refuse('Акт не сходится: сальдо передаётся не с прежнего договора на новый. Ничего не проведено.');
  end if;
  perform app.lock_books_of(array(select account_id from pg_temp.staged_transfer));
  perform app.check_staged_transfers(false, on_day);
  moves := app.pair_staged_transfers();
  into_period := app.lock_transfer_period(on_day);
  if not app.open_voucher(key, 'contract-change', 'posted', into_period, actor, at, act ->> 'basis', null, asked,
    branch) then
    return false;
  end if;
  insert into app.contract_change (voucher_id, number, dated, basis, changed_on, old_contract_id, new_contract_id,
    with_balance, with_penalty, moves)
  values (key, btrim(act ->> 'number'), (act ->> 'dated')::date, btrim(act ->> 'basis'), on_day, old_contract,
    new_contract, (act ->> 'with_balance')::boolean, (act ->> 'with_penalty')::boolean, moves);
  perform app.change_assignments(key, old_contract, taking, services, houses, accounts, on_day);
  perform app.post_staged_lines('transfer_line', key, into_period, branch);
  return true;
end $$;

-- Give assignments back as they were before an act; refused when somebody has changed them since.
create function app.restore_assignments(change app.contract_change) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtext('app.assignment'));
  if exists (
    select 1 from app.contract_change_assignment as was
    left join app.assignment as kept on kept.id = was.assignment_id
    where was.voucher_id = change.voucher_id and not coalesce(case was.action
      when 'closed' then kept.contract_id = change.old_contract_id and kept.valid_to = change.changed_on
      else kept.contract_id = change.new_contract_id end, false)
  ) then
    perform app.refuse(format('Акт № %s не отменить: после него назначения услуг меняли. Сначала верните их, '
      'как они стояли после акта, или смените договор новым актом.', change.number));
  end if;
  delete from app.assignment using app.contract_change_assignment as was
  where was.voucher_id = change.voucher_id and was.action = 'opened' and assignment.id = was.assignment_id;
  update app.assignment set valid_to = was.valid_to_before,
    contract_id = change.old_contract_id
  from app.contract_change_assignment as was
  where was.voucher_id = change.voucher_id and was.action <> 'opened' and assignment.id = was.assignment_id;
  perform app.check_assignments(
    array(select distinct kept.house_id from app.contract_change_assignment as was
          join app.assignment as kept on kept.id = was.assignment_id
          where was.voucher_id = change.voucher_id and kept.house_id is not null),
    array(select distinct kept.account_id from app.contract_change_assignment as was
          join app.assignment as kept on kept.id = was.assignment_id
          where was.voucher_id = change.voucher_id and kept.account_id is not null));
end $$;

-- Undo an act by its opposite, once. True: undone now; false: the same was undone with this key before.
create function api.reverse_transfer(
  key uuid, transfer uuid, actor text, at timestamptz, reason text, branch smallint default 0
) returns boolean
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  asked jsonb := jsonb_build_object('transfer', transfer, 'reason', reason);
  original app.voucher;
  change app.contract_change;
  undone record;
  into_period date;
begin
  if coalesce(btrim(reason), '') = '' then
    perform app.refuse('Не указана причина отмены. Напишите, почему акт отменяется.');
  end if;
  select period into into_period from app.voucher where id = key;
  if found then
    return app.open_voucher(key, 'reversal', 'posted', into_period, actor, at, reason, transfer, asked, branch);
  end if;
  select * into original from app.voucher where id = transfer;
  if not found then
    perform app.refuse('Такого документа нет. Возьмите ключ из ответа программы, которым акт был проведён.');
  end if;
  if original.kind = 'reversal' then
    perform app.refuse('Это отмена, отмену не отменяют. Проведите новый акт.');
  end if;
  if original.kind not in ('transfer', 'contract-change') then
    perform app.refuse('Это не акт передачи сальдо и не смена договора. Отмените его той командой, которой он проведён.');
  end if;
  perform app.start_transfer_lines();
  insert into pg_temp.transfer_line
  select line_no, account_id, service_id, contract_id, origin_period, kind, -amount_kop
  from app.entry
  where period = original.period and run_no = 0 and voucher_id = transfer;
  perform app.lock_books_of(array(select account_id from pg_temp.transfer_line));
  select voucher.recorded_at, voucher.actor as by_actor into undone from app.voucher where reverses = transfer;
  if found then
    perform app.refuse(format('Акт уже отменён %s (%s). Второй раз отменить нельзя.',
      to_char(undone.recorded_at, 'DD.MM.YYYY'), undone.by_actor));
  end if;
  into_period := app.lock_transfer_period(greatest(original.period, (at at time zone 'UTC')::date));
  if not app.open_voucher(key, 'reversal', 'posted', into_period, actor, at, reason, transfer, asked, branch) then
    return false;
  end if;
  select * into change from app.contract_change where voucher_id = transfer;
  if found then
    perform app.restore_assignments(change);
  end if;
  perform app.post_staged_lines('transfer_line', key, into_period, branch);
  return true;
end $$;

grant execute on function api.start_transfers(),
  api.post_transfer(uuid, text, timestamptz, jsonb, jsonb, smallint),
  api.change_contract(uuid, text, timestamptz, jsonb, jsonb, uuid, uuid, jsonb, uuid[], uuid[], uuid[], smallint),
  api.reverse_transfer(uuid, uuid, text, timestamptz, text, smallint)
  to kvitok_accountant, kvitok_run;
grant execute on function app.contract_change_plan(uuid, uuid[], uuid[], uuid[], date),
  app.contract_change_trouble(uuid, uuid, uuid[], uuid[], uuid[], date)
  to kvitok_operator, kvitok_accountant, kvitok_auditor, kvitok_run;
