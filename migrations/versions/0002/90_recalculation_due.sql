-- A change of a dated fact puts the accounts it touches into app.recalculation_due with the reason in words.
--
--   statement trigger ──▶ watched rows that differ ──▶ accounts × reason × days ──▶ recalculation_due
--
-- Only months that are charged count: before the first charge run of a base, the triggers end at once.
-- A row whose end alone moved touches the days between the two ends, not its whole life.

-- Which tables are watched, and whom a row of each touches.
create table app.recalculation_watch (
  table_name text primary key,
  since text not null,               -- expression of r: the first day a row tells of
  until text not null,               -- and the first day it does not
  ends text[] not null,              -- columns that may move alone
  ignored text[] not null,           -- columns that no charge depends on
  touches text not null              -- query of `changed` (the rows, since, until): account_id, reason, since, until
);

-- Accounts of a flat: its own, those of its rooms or of the rooms beside, of the flat a room lies in.
create view app.flat_account as
  select premises_id, id as account_id from app.account
  union all
  select place.id, account.id
  from app.premises as place
  join app.premises as beside on beside.house_id = place.house_id and beside.id <> place.id
    and beside.flat_number = case when place.flat_number = '' then place.number else place.flat_number end
  join app.account on account.premises_id = beside.id
  union all
  select place.id, account.id
  from app.premises as place
  join app.premises as flat on flat.house_id = place.house_id and flat.flat_number = ''
    and flat.number = place.flat_number
  join app.account on account.premises_id = flat.id
  where place.flat_number <> '';

create view app.house_account as
  select premises.house_id, account.id as account_id
  from app.premises join app.account on account.premises_id = premises.id;

-- Who has which service, by days.
create view app.assigned_account as
  select service_id, contract_id, home.house_id, assignment.account_id, valid_from,
    coalesce(valid_to, 'infinity') as valid_to
  from app.assignment
  join app.account on account.id = assignment.account_id
  join app.premises as home on home.id = account.premises_id
  union all
  select service_id, contract_id, assignment.house_id, home.account_id, valid_from, coalesce(valid_to, 'infinity')
  from app.assignment join app.house_account as home on home.house_id = assignment.house_id;

-- Whether what one flat of a house takes is taken off the volume of all.
create function app.shares_what_is_left(house uuid) returns boolean
  language sql stable as $$
  select exists (
    select 1 from app.service_version as version
    join app.assignment on assignment.service_id = version.service_id
    where version.method in ('common-average', 'common-actual', 'common-354', 'hot-water-own')
      and (assignment.house_id = house
        or assignment.account_id in (select account_id from app.house_account where house_id = house))
  ) or exists (select 1 from app.group_house where house_id = house);
$$;

-- Whom a meter is about, as a part of a query that has `meter`: a function would be called for each row.
create function app.whose_meter() returns text
  language sql immutable as $$
  select 'cross join lateral (
    select flat.account_id from app.flat_account as flat
    where meter.kind <> ''house'' and flat.premises_id = meter.premises_id
    union all
    select meter.account_id where meter.account_id is not null
    union all
    select home.account_id from app.house_account as home
    where meter.kind = ''house'' and home.house_id = meter.house_id
    union all
    select behind.account_id from app.group_account as behind where behind.meter_id = meter.id
  ) as whose'::text;
$$;

create function app.changed_rows(watch app.recalculation_watch, operation text) returns text
  language sql immutable as $$
  select case operation
    when 'INSERT' then format('select r.*, %s as since, %s as until from added as r', watch.since, watch.until)
    when 'DELETE' then format('select r.*, %s as since, %s as until from removed as r', watch.since, watch.until)
    else format($query$
      select (gone.whole).*, least(gone.until, come.until) as since,
        case when gone.until = come.until then 'infinity' else greatest(gone.until, come.until) end as until
      from gone join come using (body) where gone.full_body <> come.full_body
      union all
      select (gone.whole).*, gone.since, gone.until from gone where body not in (select body from come)
      union all
      select (come.whole).*, come.since, come.until from come where body not in (select body from gone)
    $query$) end;
$$;

create function app.note_recalculation() returns trigger
  language plpgsql security definer set search_path = app, public, pg_temp as $$
declare
  first_charged date;
  last_charged date;
  watch app.recalculation_watch;
  bodies text := '';
begin
  select min(run.period), max(run.period) into first_charged, last_charged
  from app.charge_run as run join app.voucher on voucher.id = run.voucher_id
  where voucher.status = 'posted';
  if first_charged is null then
    return null;
  end if;
  select * into strict watch from app.recalculation_watch where table_name = tg_table_name;
  if tg_op = 'UPDATE' then
    bodies := format($query$
      gone as materialized (select r as whole, to_jsonb(r) - %2$L::text[] as full_body,
        to_jsonb(r) - %2$L::text[] - %1$L::text[] as body, %3$s as since, %4$s as until from removed as r),
      come as materialized (select r as whole, to_jsonb(r) - %2$L::text[] as full_body,
        to_jsonb(r) - %2$L::text[] - %1$L::text[] as body, %3$s as since, %4$s as until from added as r),
    $query$, watch.ends, watch.ignored, watch.since, watch.until);
  end if;
  execute format($query$
    with %s changed as materialized (
      select * from (%s) as every_one where since < $2 and until > $1
    ), touched as (%s)
    insert into app.recalculation_due as kept (account_id, reason, from_period)
    select touched.account_id, touched.reason,
      greatest(date_trunc('month', min(touched.since)::timestamp)::date, $1)
    from touched join app.account on account.id = touched.account_id
    where account.opened_on < $2 and coalesce(account.closed_on, 'infinity') > $1 or $3
    group by 1, 2 order by 1, 2
    on conflict (account_id, reason) do update set from_period = least(kept.from_period, excluded.from_period),
      made_at = clock_timestamp(), changed_in = pg_current_xact_id()
  $query$, bodies, app.changed_rows(watch, tg_op), watch.touches)
  using first_charged, (last_charged + interval '1 month')::date, tg_table_name = 'account';
  return null;
end $$;

-- Watch a table: one row in recalculation_watch and three triggers.
create function app.watch_recalculation(
  watched text, touches text, since text default 'r.valid_from',
  until text default 'coalesce(r.valid_to, ''infinity''::date)', ends text[] default '{valid_to}',
  ignored text[] default '{}'
) returns void
  language plpgsql as $$
begin
  insert into app.recalculation_watch (table_name, since, until, ends, ignored, touches)
  values (watched, since, until, ends, ignored, touches);
  execute format('create trigger recalculation_added after insert on app.%I referencing new table as added '
    'for each statement execute function app.note_recalculation()', watched);
  execute format('create trigger recalculation_removed after delete on app.%I referencing old table as removed '
    'for each statement execute function app.note_recalculation()', watched);
  execute format('create trigger recalculation_changed after update on app.%I '
    'referencing old table as removed new table as added '
    'for each statement execute function app.note_recalculation()', watched);
end $$;

-- People and accounts.
select app.watch_recalculation('resident', $$
  select home.account_id, 'изменены проживающие: ' || changed.name as reason, changed.since, changed.until
  from changed
  join app.account on account.id = changed.account_id
  join app.flat_account as home on home.premises_id = account.premises_id
$$, ignored => '{id,branch_id,birth_date}');
select app.watch_recalculation('absence', $$
  select account_id, format('временное отсутствие: %s с %s', name, to_char(left_on, 'DD.MM.YYYY')) as reason, since, until
  from changed
$$, since => 'r.left_on + 1', until => 'r.returned_on', ends => '{returned_on}', ignored => '{id,branch_id}');
select app.watch_recalculation('account', $$
  select id as account_id, 'изменены сведения счёта: даты, помещение, характеристики' as reason, since, until from changed
$$, since => 'r.opened_on', until => 'coalesce(r.closed_on, ''infinity''::date)', ends => '{closed_on}',
  ignored => '{unified_number,gis_number,former_number,phone,email,branch_id,number}');
select app.watch_recalculation('account_version', $$
  select account_id, 'изменена доля счёта в помещении' as reason, since, until from changed
$$, ignored => '{payer}');

-- Premises and houses: an area of one is a part of the area of all.
select app.watch_recalculation('premises', $$
  select home.account_id, format('изменены сведения помещения %s', changed.number) as reason, since, until
  from changed join app.flat_account as home on home.premises_id = changed.id
$$, since => '''0001-01-01''::date', until => '''infinity''::date', ends => '{}', ignored => '{branch_id,number_key}');
select app.watch_recalculation('premises_version', $$
  select home.account_id, format('изменена площадь или сведения помещения %s', place.number) as reason,
    changed.since, changed.until
  from changed
  join app.premises as place on place.id = changed.premises_id
  join app.flat_account as home on home.premises_id = changed.premises_id
  union all
  select home.account_id, 'изменены площади помещений дома', told.since, told.until
  from (
    select place.house_id, min(changed.since) as since, max(changed.until) as until
    from changed join app.premises as place on place.id = changed.premises_id group by 1
  ) as told
  join app.house_account as home using (house_id)
$$, ignored => '{cadastral_number,floor,entrance}');
select app.watch_recalculation('meter_impossible', $$
  select home.account_id, format('изменена возможность установки прибора: %s', service.name) as reason,
    changed.since, changed.until
  from changed
  join app.service on service.id = changed.service_id
  join app.flat_account as home on home.premises_id = changed.premises_id
$$);
select app.watch_recalculation('house', $$
  select home.account_id, 'изменены характеристики дома' as reason, since, until
  from changed join app.house_account as home on home.house_id = changed.id
$$, since => '''0001-01-01''::date', until => '''infinity''::date', ends => '{}', ignored => '{branch_id,code}');
select app.watch_recalculation('house_version', $$
  select home.account_id, 'изменены сведения дома' as reason, since, until
  from changed join app.house_account as home on home.house_id = changed.house_id
$$, ignored => '{locality,street,building,block,fias,built_year,street_key,building_key}');

-- The catalogue: whoever has the service in these days.
select app.watch_recalculation('tariff', $$
  select whose.account_id, format('изменён тариф: %s', service.name) as reason, changed.since, changed.until
  from changed
  join app.service on service.id = changed.service_id
  join app.assigned_account as whose on whose.service_id = changed.service_id
    and whose.valid_from < changed.until and whose.valid_to > changed.since
  where (changed.contract_id is null or changed.contract_id = whose.contract_id)
    and (changed.house_id is null or changed.house_id = whose.house_id)
    and (changed.account_id is null or changed.account_id = whose.account_id)
$$, ignored => '{id,basis}');
select app.watch_recalculation('norm', $$
  select whose.account_id, format('изменён норматив: %s', service.name) as reason, changed.since, changed.until
  from changed
  join app.service on service.id = changed.service_id
  join app.assigned_account as whose on whose.service_id = changed.service_id
    and whose.valid_from < changed.until and whose.valid_to > changed.since
  where changed.house_id is null or changed.house_id = whose.house_id
$$, ignored => '{id,basis}');
select app.watch_recalculation('service_version', $$
  select whose.account_id, format('изменён способ расчёта: %s', service.name) as reason, changed.since, changed.until
  from changed
  join app.service on service.id = changed.service_id
  join app.assigned_account as whose on whose.service_id = changed.service_id
    and whose.valid_from < changed.until and whose.valid_to > changed.since
$$);
select app.watch_recalculation('assignment', $$
  select coalesce(changed.account_id, home.account_id) as account_id,
    format('изменено назначение услуги: %s', service.name) as reason, changed.since, changed.until
  from changed
  join app.service on service.id = changed.service_id
  left join app.house_account as home on home.house_id = changed.house_id
  where changed.account_id is not null or home.account_id is not null
$$, ignored => '{id}');
select app.watch_recalculation('benefit', $$
  select resident.account_id, format('изменена льгота: %s', changed.name) as reason, changed.since, changed.until
  from changed join app.resident on resident.benefit_code = changed.code
    and resident.valid_from < changed.until and coalesce(resident.valid_to, 'infinity') > changed.since
$$, ignored => '{id}');
select app.watch_recalculation('parameter', $$
  select account.id as account_id, format('изменён параметр «%s»', changed.code) as reason, changed.since, changed.until
  from changed cross join app.account
$$);

-- Meters: what one flat takes is taken off what a house shares.
select app.watch_recalculation('meter', replace($$
  select whose.account_id, format('изменён прибор учёта %s', coalesce(changed.serial, changed.code)) as reason,
    changed.since, changed.until
  from changed
  join app.meter on meter.id = changed.id
  WHOSE
  union all
  select home.account_id, 'изменены приборы учёта дома', told.since, told.until
  from (select house_id, min(since) as since, max(until) as until from changed group by 1) as told
  join app.house_beside as beside on beside.house_id = told.house_id
  join app.house_account as home on home.house_id = beside.beside_id
  where app.shares_what_is_left(told.house_id)
$$, 'WHOSE', app.whose_meter()), since => 'r.installed_on',
  until => 'coalesce(least(r.removed_on, r.verified_to), ''infinity''::date)',
  ends => '{removed_on,verified_to}', ignored => '{id,branch_id,serial,code}');
select app.watch_recalculation('meter_event', replace($$
  select whose.account_id, format('событие прибора %s с %s', coalesce(meter.serial, meter.code),
    to_char(changed.valid_from, 'DD.MM.YYYY')) as reason, changed.since, changed.until
  from changed
  join app.meter on meter.id = changed.meter_id
  WHOSE
  union all
  select home.account_id, 'изменены приборы учёта дома', told.since, told.until
  from (
    select meter.house_id, min(changed.since) as since, max(changed.until) as until
    from changed join app.meter on meter.id = changed.meter_id group by 1
  ) as told
  join app.house_beside as beside on beside.house_id = told.house_id
  join app.house_account as home on home.house_id = beside.beside_id
  where app.shares_what_is_left(told.house_id)
$$, 'WHOSE', app.whose_meter()), ignored => '{id}');
select app.watch_recalculation('reading', replace($$
  select whose.account_id, format('внесены показания прибора %s за %s', coalesce(meter.serial, meter.code),
    to_char(changed.period, 'MM.YYYY')) as reason, changed.since, changed.until
  from changed
  join app.meter on meter.id = changed.meter_id
  WHOSE
  union all
  select home.account_id, format('внесены показания приборов дома за %s', to_char(told.period, 'MM.YYYY')),
    told.period, 'infinity'::date
  from (
    select distinct meter.house_id, changed.period
    from changed join app.meter on meter.id = changed.meter_id and meter.kind <> 'house'
  ) as told
  join app.house_beside as beside on beside.house_id = told.house_id
  join app.house_account as home on home.house_id = beside.beside_id
  where app.shares_what_is_left(told.house_id)
$$, 'WHOSE', app.whose_meter()), since => 'r.period', until => '''infinity''::date',
  ends => '{}', ignored => '{id,branch_id}');
select app.watch_recalculation('act', $$
  select coalesce(changed.account_id, home.account_id) as account_id,
    format('акт%s с %s: %s', coalesce(' № ' || changed.number, ''), to_char(changed.starts_at, 'DD.MM.YYYY'),
      service.name) as reason, changed.since, changed.until
  from changed
  join app.service on service.id = changed.service_id
  left join app.house_account as home on home.house_id = changed.house_id
    and (changed.entrance is null or exists (
      select 1 from app.account join app.premises_version as version using (premises_id)
      where account.id = home.account_id and version.entrance = changed.entrance))
  where changed.account_id is not null or home.account_id is not null
$$, since => 'r.starts_at::date', until => '(r.ends_at + interval ''1 day'' - interval ''1 microsecond'')::date', ends => '{ends_at}',
  ignored => '{id,branch_id}');
select app.watch_recalculation('unauthorised_connection', $$
  select account_id, format('несанкционированное подключение%s: %s', coalesce(', акт ' || changed.act, ''), service.name)
    as reason, changed.since, changed.until
  from changed join app.service on service.id = changed.service_id
$$, ignored => '{id}');
select app.watch_recalculation('outdoor_temperature', $$
  select home.account_id, format('температура наружного воздуха за %s', to_char(changed.period, 'MM.YYYY')) as reason,
    changed.since, changed.until
  from changed
  join app.house_version as house on house.locality = changed.locality
  join app.meter on meter.kind = 'house' and meter.house_id = house.house_id
  join app.service on service.id = meter.service_id and service.resource = 'heat'
  join app.house_account as home on home.house_id = house.house_id
  where exists (select 1 from app.meter_event as event where event.meter_id = meter.id)
$$, since => 'r.period', until => '''infinity''::date', ends => '{}');

-- What comes from outside as a figure of a month.
select app.watch_recalculation('external_charge', $$
  select account_id, format('сумма поставщика за %s: %s', to_char(changed.period, 'MM.YYYY'), service.name) as reason,
    changed.since, changed.until
  from changed join app.service on service.id = changed.service_id
$$, since => 'r.period', until => '(r.period + interval ''1 month'')::date', ends => '{}',
  ignored => '{id,branch_id,document}');
select app.watch_recalculation('house_total_given', $$
  select home.account_id, format('внесены объёмы дома за %s: %s', to_char(changed.period, 'MM.YYYY'), service.name)
    as reason, changed.since, changed.until
  from changed
  join app.service on service.id = changed.service_id
  join app.house_account as home on home.house_id = changed.house_id
$$, since => 'r.period', until => '''infinity''::date', ends => '{}');
-- Behind a group meter: what one takes is taken off what all the others share.
select app.watch_recalculation('group_member', $$
  select behind.account_id, format('изменены участники группового прибора %s', coalesce(meter.serial, meter.code))
    as reason, told.since, told.until
  from (select meter_id, min(since) as since, max(until) as until from changed group by 1) as told
  join app.meter on meter.id = told.meter_id
  cross join lateral (
    select account_id from app.group_account where meter_id = told.meter_id
    union
    select home.account_id
    from changed
    left join app.account on account.id = changed.account_id
    left join app.premises on premises.id = coalesce(changed.premises_id, account.premises_id)
    join app.house_account as home on home.house_id = coalesce(changed.house_id, premises.house_id)
    where changed.meter_id = told.meter_id
  ) as behind
$$, ignored => '{id,branch_id}');
drop function app.whose_meter();
