-- Posting of many accounts at once: what set-off and acts of balance transfer stand on.

-- Append the lines staged in a temporary table (line_no, account_id, service_id, contract_id, origin_period,
-- kind, signed amount_kop) under a posted voucher, and move the balances with them. The books are locked.
create function app.post_staged_lines(staged text, key uuid, into_period date, branch smallint) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  origin date;
begin
  for origin in execute format('select distinct origin_period from pg_temp.%I order by 1', staged) loop
    perform app.ensure_period(origin);
  end loop;
  execute format($append$
    insert into app.entry (period, run_no, voucher_id, line_no, branch_id, account_id, service_id, contract_id,
      origin_period, kind, method, component, zone, day_from, day_to, amount_kop, volume_mcu, price_mcr, inputs)
    select $1, 0, $2, line_no, $3, account_id, service_id, contract_id, origin_period, kind,
      0, 0, 0, 0, 0, amount_kop, 0, 0, '{}'
    from pg_temp.%I order by line_no
  $append$, staged) using into_period, key, branch;
  execute format($move$
    merge into app.balance as kept
    using (
      select origin_period, account_id, service_id, contract_id,
        coalesce(sum(amount_kop) filter (where kind < 50), 0)::bigint as moved_kop,
        coalesce(sum(amount_kop) filter (where kind >= 50), 0)::bigint as penalty_kop
      from pg_temp.%I group by 1, 2, 3, 4
    ) as moved
    on kept.origin_period = moved.origin_period and kept.account_id = moved.account_id
      and kept.service_id = moved.service_id and kept.contract_id = moved.contract_id
    when matched then update set
      moved_kop = kept.moved_kop + moved.moved_kop, penalty_kop = kept.penalty_kop + moved.penalty_kop
    when not matched then insert
      (origin_period, account_id, service_id, contract_id, charged_kop, moved_kop, penalty_kop)
      values (moved.origin_period, moved.account_id, moved.service_id, moved.contract_id, 0, moved.moved_kop,
        moved.penalty_kop)
  $move$, staged);
end $$;
