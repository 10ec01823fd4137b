-- What the administrator adds to the tables of the law: working days, key rates, caps of penalties,
-- days of paying of contracts. Shipped tables are in resources/law/; rows here go before them.

create table app.calendar_day (
  day date primary key,
  is_working boolean not null,
  note text
);

create table app.key_rate (
  valid_from date primary key,
  rate_ppm bigint not null check (rate_ppm between 0 and 2000000)   -- 9.5 % is 95000
);

create table app.penalty_cap (
  valid_from date primary key,
  valid_to date check (valid_to > valid_from),
  rate_ppm bigint not null check (rate_ppm between 0 and 2000000),
  basis text
);

-- By which day a period of a contract is paid (ЖК ст. 155 ч. 1 before 03.2026; capital repair: ст. 171).
create table app.due_rule (
  contract_id uuid not null references app.contract,
  first_period date not null check (extract(day from first_period) = 1),
  day_of_month smallint not null check (day_of_month between 1 and 31),
  month_offset smallint not null default 1 check (month_offset between 0 and 3),
  primary key (contract_id, first_period)
);

grant select on app.calendar_day, app.key_rate, app.penalty_cap, app.due_rule
  to kvitok_cashier, kvitok_operator, kvitok_accountant, kvitok_auditor, kvitok_run;

-- New: debts of companies and associations to suppliers, of ordinary legal entities.
alter table app.contract drop constraint contract_penalty_scheme_check;
alter table app.contract add constraint contract_penalty_scheme_check check (penalty_scheme in ('housing',
  'capital-repair', 'none', 'company-to-supplier', 'association-to-supplier', 'legal-entity'));

-- The sheets «Календарь», «Ключевая ставка», «Потолок пени», «Срок оплаты» (80_import.sql).
create function app.import_terms() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  wrong record;
begin
  insert into app.calendar_day as kept (day, is_working, note)
  select day, is_working, note from staged_calendar_day
  on conflict (day) do update set is_working = excluded.is_working, note = coalesce(excluded.note, kept.note)
  where row (excluded.is_working, coalesce(excluded.note, kept.note)) is distinct from row (kept.is_working, kept.note);
  insert into app.key_rate as kept (valid_from, rate_ppm)
  select valid_from, rate_ppm from staged_key_rate
  on conflict (valid_from) do update set rate_ppm = excluded.rate_ppm where excluded.rate_ppm <> kept.rate_ppm;
  insert into app.penalty_cap as kept (valid_from, valid_to, rate_ppm, basis)
  select valid_from, valid_to, rate_ppm, basis from staged_penalty_cap
  on conflict (valid_from) do update set rate_ppm = excluded.rate_ppm, basis = excluded.basis,
    valid_to = coalesce(excluded.valid_to, kept.valid_to)
  where row (excluded.rate_ppm, excluded.basis, coalesce(excluded.valid_to, kept.valid_to))
    is distinct from row (kept.rate_ppm, kept.basis, kept.valid_to);

  select contract.number, given.first_period into wrong
  from staged_due_rule as given join app.contract on contract.number = given.contract
  where given.first_period >= date '2026-03-01' and contract.penalty_scheme <> 'capital-repair'
  limit 1;
  if found then
    perform app.refuse(format('Лист «Срок оплаты»: у договора № %s с %s свой день оплаты не устанавливается – с марта '
      '2026 года срок по закону 15-е число (ЖК, ст. 155 ч. 1). Свой день бывает у взносов на капремонт: «Схема пени» '
      'договора – капремонт.', wrong.number, to_char(wrong.first_period, 'MM.YYYY')));
  end if;
  insert into app.due_rule as kept (contract_id, first_period, day_of_month, month_offset)
  select contract.id, given.first_period, given.day_of_month, coalesce(given.month_offset, 1)
  from staged_due_rule as given left join app.contract on contract.number = given.contract
  on conflict (contract_id, first_period) do update
    set day_of_month = excluded.day_of_month, month_offset = excluded.month_offset
  where row (excluded.day_of_month, excluded.month_offset) is distinct from row (kept.day_of_month, kept.month_offset);
end $$;
