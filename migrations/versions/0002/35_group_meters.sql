-- Group meters: a meter of an entrance, a block, several houses; who is behind it, what it came to.
--
--   meter (kind house) ◀── group_member ──▶ house | premises | account | a fixed volume alone
--   group_total             written with the batch of a run; the row of the last posted run counts
--   group_total_replayed    what a recalculation found: counts until the month is charged anew

create table app.group_member (
  id uuid primary key,
  branch_id smallint not null default 0,
  meter_id uuid not null references app.meter,
  house_id uuid references app.house,
  premises_id uuid references app.premises,
  account_id uuid references app.account,
  base text not null check (base in ('persons', 'area', 'norm', 'equal', 'share')),
  mode text not null check (mode in ('cover', 'common', 'houses')),
  share_ppm bigint check (share_ppm > 0),
  fixed_mcu bigint check (fixed_mcu > 0),         -- of a whole month, taken off before sharing
  valid_from date not null,
  valid_to date check (valid_to > valid_from),    -- exclusive; null: still
  check (num_nonnulls(house_id, premises_id, account_id) <= 1),
  check (num_nonnulls(house_id, premises_id, account_id, fixed_mcu) >= 1),
  check (mode <> 'houses' or (premises_id is null and account_id is null))
);
create unique index group_member_row on app.group_member (meter_id,
  coalesce(house_id, premises_id, account_id, meter_id), valid_from);

create table app.group_total (
  voucher_id uuid not null references app.charge_run,
  period date not null,
  meter_id uuid not null references app.meter,
  counted_mcu bigint,                             -- null: neither a reading nor an average
  known_mcu bigint,                               -- null: of some members not known
  fixed_mcu bigint not null check (fixed_mcu >= 0),
  carry_before_mcu bigint not null check (carry_before_mcu >= 0),
  net_mcu bigint check (net_mcu >= 0),
  unshared_mcu bigint check (unshared_mcu between 0 and net_mcu),
  carry_mcu bigint not null check (carry_mcu >= 0),
  primary key (voucher_id, meter_id)
);
create index group_total_meter on app.group_total (meter_id, period);
create trigger group_total_stays before update or delete on app.group_total
  for each row execute function app.forbid_change();

create table app.group_total_replayed (
  like app.group_total,
  recorded_at timestamptz not null default clock_timestamp()
);
alter table app.group_total_replayed drop column voucher_id;
create index group_total_replayed_meter on app.group_total_replayed (meter_id, period);
create trigger group_total_replayed_stays before update or delete on app.group_total_replayed
  for each row execute function app.forbid_change();

-- Houses behind one group meter, the one it stands in too: they are charged together.
create view app.group_house as
  select distinct given.meter_id, meant.house_id
  from app.group_member as given
  join app.meter on meter.id = given.meter_id
  left join app.account on account.id = given.account_id
  left join app.premises on premises.id = coalesce(given.premises_id, account.premises_id)
  cross join lateral (
    select meter.house_id
    union all
    select coalesce(given.house_id, premises.house_id)
  ) as meant
  where meant.house_id is not null;

-- Each house with itself and the houses one group meter joins to it.
create view app.house_beside as
  select house.id as house_id, house.id as beside_id from app.house
  union
  select one.house_id, other.house_id from app.group_house as one join app.group_house as other using (meter_id);

-- Accounts behind a group meter, by days.
create view app.group_account as
  select given.meter_id, account.id as account_id, given.valid_from, coalesce(given.valid_to, 'infinity') as valid_to
  from app.group_member as given
  join app.account on account.id = given.account_id or account.premises_id = given.premises_id
  union all
  select given.meter_id, account.id, given.valid_from, coalesce(given.valid_to, 'infinity')
  from app.group_member as given
  join app.premises on premises.house_id = given.house_id
  join app.account on account.premises_id = premises.id;

-- Totals of the group meters of a batch: called in the transaction that copied its rows.
create function api.keep_group_totals(
  key uuid, meters text[], counted_mcu bigint[], known_mcu bigint[], fixed_mcu bigint[], carry_before_mcu bigint[],
  net_mcu bigint[], unshared_mcu bigint[], carry_mcu bigint[]
) returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  run app.charge_run := app.pending_run(key);
begin
  insert into app.group_total
  select key, run.period, meter.id, made.counted_mcu, made.known_mcu, made.fixed_mcu, made.carry_before_mcu,
    made.net_mcu, made.unshared_mcu, made.carry_mcu
  from unnest(meters, counted_mcu, known_mcu, fixed_mcu, carry_before_mcu, net_mcu, unshared_mcu, carry_mcu)
    as made (code, counted_mcu, known_mcu, fixed_mcu, carry_before_mcu, net_mcu, unshared_mcu, carry_mcu)
  join app.meter on meter.code = made.code
  -- A run of several houses behind one meter may have met it in another batch.
  on conflict do nothing;
end $$;

create function api.keep_replayed_groups(
  wanted date, meters text[], counted_mcu bigint[], known_mcu bigint[], fixed_mcu bigint[],
  carry_before_mcu bigint[], net_mcu bigint[], unshared_mcu bigint[], carry_mcu bigint[]
) returns void
  language sql security definer set search_path = app, public, pg_temp as $$
  insert into app.group_total_replayed (period, meter_id, counted_mcu, known_mcu, fixed_mcu, carry_before_mcu,
    net_mcu, unshared_mcu, carry_mcu)
  select wanted, meter.id, made.counted_mcu, made.known_mcu, made.fixed_mcu, made.carry_before_mcu, made.net_mcu,
    made.unshared_mcu, made.carry_mcu
  from unnest(meters, counted_mcu, known_mcu, fixed_mcu, carry_before_mcu, net_mcu, unshared_mcu, carry_mcu)
    as made (code, counted_mcu, known_mcu, fixed_mcu, carry_before_mcu, net_mcu, unshared_mcu, carry_mcu)
  join app.meter on meter.code = made.code;
$$;

-- What each of these houses' group meters carried on in the latest month before: of the last run or recalculation.
create function app.group_carries(houses uuid[], before date)
  returns table (meter_id uuid, period date, carry_mcu bigint)
  language sql stable security definer set search_path = app, public, pg_temp as $$
  with every_one as (
    select total.meter_id, total.period, total.carry_mcu, run.posted_at as counts_since
    from app.meter
    join app.group_total as total on total.meter_id = meter.id and total.period < before
    join app.charge_run as run on run.voucher_id = total.voucher_id
    join app.voucher on voucher.id = run.voucher_id and voucher.status = 'posted'
    where meter.house_id = any ($1)
    union all
    select again.meter_id, again.period, again.carry_mcu, again.recorded_at
    from app.meter
    join app.group_total_replayed as again on again.meter_id = meter.id and again.period < before
    where meter.house_id = any ($1)
  )
  select distinct on (every_one.meter_id) every_one.meter_id, every_one.period, every_one.carry_mcu
  from every_one order by every_one.meter_id, every_one.period desc, counts_since desc;
$$;

create function app.import_group_members() returns void
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  wrong text;
begin
  select given.meter into wrong
  from staged_group_member as given join app.meter on meter.code = given.meter
  where meter.kind <> 'house' order by 1 limit 1;
  if wrong is not null then
    perform app.refuse(format('Прибор «%s» не общедомовой, а указан на листе «Групповые приборы». '
      'Исправьте вид прибора на листе «Приборы» или код на этом листе.', wrong));
  end if;

  insert into app.group_member as kept (id, meter_id, house_id, premises_id, account_id, base, mode, share_ppm,
    fixed_mcu, valid_from, valid_to)
  select given.id, meter.id,
    case when given.premises_number is null and given.account is null then house.id end, premises.id, account.id,
    given.base, given.mode, given.share_ppm, given.fixed_mcu, given.valid_from, given.valid_to
  from staged_group_member as given
  join app.meter on meter.code = given.meter
  left join app.house on house.code = given.house
  left join app.premises on premises.house_id = house.id
    and premises.flat_number = coalesce(given.flat_number, '') and premises.number = given.premises_number
  left join app.account on account.number = given.account
  on conflict (meter_id, coalesce(house_id, premises_id, account_id, meter_id), valid_from) do update set
    base = excluded.base, mode = excluded.mode, share_ppm = coalesce(excluded.share_ppm, kept.share_ppm),
    fixed_mcu = coalesce(excluded.fixed_mcu, kept.fixed_mcu), valid_to = coalesce(excluded.valid_to, kept.valid_to)
  where row (excluded.base, excluded.mode, coalesce(excluded.share_ppm, kept.share_ppm),
      coalesce(excluded.fixed_mcu, kept.fixed_mcu), coalesce(excluded.valid_to, kept.valid_to))
    is distinct from row (kept.base, kept.mode, kept.share_ppm, kept.fixed_mcu, kept.valid_to);
end $$;

grant select on app.group_member, app.group_total, app.group_total_replayed, app.group_house
  to kvitok_cashier, kvitok_operator, kvitok_accountant, kvitok_auditor, kvitok_run;
grant execute on function api.keep_group_totals(uuid, text[], bigint[], bigint[], bigint[], bigint[], bigint[],
  bigint[], bigint[]) to kvitok_run;
grant execute on function api.keep_replayed_groups(date, text[], bigint[], bigint[], bigint[], bigint[], bigint[],
  bigint[], bigint[]) to kvitok_operator, kvitok_accountant, kvitok_run;
grant execute on function app.group_carries(uuid[], date)
  to kvitok_cashier, kvitok_operator, kvitok_accountant, kvitok_auditor, kvitok_run;
