-- How payments are spread: settings that a contract or a creditor has of its own, and the split by hand.

-- What a contract or a creditor has set for itself, распределение.…; the rest is the centre's (app.parameter).
create table app.allocation_rule (
  contract_id uuid references app.contract,
  creditor_id uuid references app.organisation,
  code text not null check (code like 'распределение.%'),
  value text not null,
  valid_from date not null,
  valid_to date check (valid_to > valid_from),
  actor text not null,
  made_at timestamptz not null,
  check (num_nonnulls(contract_id, creditor_id) = 1),
  exclude using gist ((coalesce(contract_id, creditor_id)::text) with =, code with =,
    daterange(valid_from, valid_to) with &&)
);
create index allocation_rule_contract on app.allocation_rule (contract_id) where contract_id is not null;
create index allocation_rule_creditor on app.allocation_rule (creditor_id) where creditor_id is not null;

-- From a day on a contract (by number) or a creditor (by code) has this value; null: the centre's again.
create function api.set_allocation_rule(
  contract_number text, creditor_code text, setting text, wanted text, since date, actor text, at timestamptz
) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
#variable_conflict use_variable
declare
  contract uuid;
  creditor uuid;
begin
  if num_nonnulls(contract_number, creditor_code) <> 1 then
    perform app.refuse('Назовите что-то одно: договор или организацию, чья это настройка.');
  end if;
  if contract_number is not null then
    select id into contract from app.contract where number = contract_number;
    if contract is null then
      perform app.refuse(format('Договора № %s нет. Проверьте номер на листе «Договоры».', contract_number));
    end if;
  else
    select id into creditor from app.organisation where code = creditor_code;
    if creditor is null then
      perform app.refuse(format('Организации с кодом «%s» нет. Проверьте код на листе «Организации».', creditor_code));
    end if;
  end if;
  delete from app.allocation_rule as rule
  where (rule.contract_id = contract or rule.creditor_id = creditor) and rule.code = setting
    and rule.valid_from >= since;
  update app.allocation_rule as rule set valid_to = since
  where (rule.contract_id = contract or rule.creditor_id = creditor) and rule.code = setting
    and (rule.valid_to is null or rule.valid_to > since);
  if wanted is not null then
    insert into app.allocation_rule (contract_id, creditor_id, code, value, valid_from, actor, made_at)
    values (contract, creditor, setting, wanted, since, actor, at);
  end if;
end $$;
grant execute on function api.set_allocation_rule(text, text, text, text, date, text, timestamptz)
  to kvitok_operator, kvitok_accountant;

-- A payment split by hand says why, and is a right of its own (money.md §3.1, K5).
create function app.keep_split_reason() returns trigger
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  if new.request -> 'lines' @> '[{"why": {"step": "by-hand"}}]' then
    new.reason := new.request #>> '{lines,0,why,note}';
    if coalesce(btrim(new.reason), '') = '' then
      perform app.refuse('Укажите, почему платёж разносится вручную: без причины он не проводится.');
    end if;
    if not pg_has_role(session_user, 'kvitok_accountant', 'member') then
      perform app.refuse('Разносить платёж вручную может бухгалтер. Примите его обычным порядком.');
    end if;
  end if;
  return new;
end $$;
create trigger voucher_says_why_split before insert on app.voucher
  for each row when (new.kind = 'payment') execute function app.keep_split_reason();

-- What was charged one by one and corrected in the bills of these months, by service and contract. The
-- tables are named, not asked for through app.entry: planning five years of months costs more than reading.
create function app.corrected_in(account uuid, months date[]) returns table (
  period date, service_id uuid, contract_id uuid, corrected_kop bigint
)
  language plpgsql stable security definer set search_path = app, public, pg_temp as $$
declare
  query text;
begin
  select string_agg(format('select %L::date, service_id, contract_id, sum(amount_kop)::bigint from app.%I '
    'where account_id = $1 and kind between 1 and 7 group by service_id, contract_id',
    month, 'entry_' || to_char(month, 'YYYY_MM') || '_r0'), ' union all ')
  into query
  from unnest(months) as month
  where to_regclass('app.entry_' || to_char(month, 'YYYY_MM') || '_r0') is not null;
  if query is not null then
    return query execute query using account;
  end if;
end $$;
grant execute on function app.corrected_in(uuid, date[])
  to kvitok_cashier, kvitok_operator, kvitok_accountant, kvitok_auditor, kvitok_run;
