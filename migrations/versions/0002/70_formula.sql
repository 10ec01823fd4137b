-- Amounts calculated elsewhere (method «внешнее»): one of an account, service, contract and month.

create table app.external_charge (
  id uuid primary key,
  branch_id smallint not null default 0,
  account_id uuid not null references app.account,
  service_id uuid not null references app.service,
  contract_id uuid not null references app.contract,
  period date not null check (extract(day from period) = 1),
  volume_mcu bigint check (volume_mcu >= 0),
  amount_kop bigint not null,
  document text not null default '',
  unique (account_id, period, service_id, contract_id)
);

-- The supplier's file comes again: the amounts become what it says now.
create function app.import_external_charges() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
begin
  insert into app.external_charge as kept (id, account_id, service_id, contract_id, period, volume_mcu, amount_kop,
    document)
  select given.id, account.id, service.id, contract.id, given.period, given.volume_mcu, given.amount_kop,
    coalesce(given.document, '')
  from staged_external_charge as given
  left join app.account on account.number = given.account
  left join app.service on service.code = given.service
  left join app.contract on contract.number = given.contract
  on conflict (account_id, period, service_id, contract_id) do update set
    amount_kop = excluded.amount_kop, volume_mcu = coalesce(excluded.volume_mcu, kept.volume_mcu),
    document = coalesce(nullif(excluded.document, ''), kept.document)
  where row (excluded.amount_kop, coalesce(excluded.volume_mcu, kept.volume_mcu),
      coalesce(nullif(excluded.document, ''), kept.document))
    is distinct from row (kept.amount_kop, kept.volume_mcu, kept.document);
end $$;
