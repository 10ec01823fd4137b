-- Meters, readings, events of meters, acts.

create table app.meter (
  id uuid primary key,
  branch_id smallint not null default 0,
  code text not null unique,
  kind text not null check (kind in ('individual', 'flat', 'room', 'house')),
  service_id uuid not null references app.service,
  house_id uuid not null references app.house,
  premises_id uuid references app.premises,
  account_id uuid references app.account,
  serial text,
  zones smallint not null default 1 check (zones between 1 and 3),
  digits smallint check (digits between 1 and 12),
  ratio_mcu bigint not null default 1000000 check (ratio_mcu > 0),
  installed_on date not null,
  verified_to date,
  removed_on date check (removed_on >= installed_on)           -- the first day without it
);
create index meter_house on app.meter (house_id);
create index meter_premises on app.meter (premises_id);
create index meter_account on app.meter (account_id) where account_id is not null;

-- zone '' is a meter of one zone. Exactly one of value and volume is given.
create table app.reading (
  id uuid primary key,
  branch_id smallint not null default 0,
  meter_id uuid not null references app.meter,
  zone text not null default '' check (zone in ('', 'day', 'night', 'peak', 'half-peak')),
  taken_on date not null,
  period date not null check (extract(day from period) = 1),
  value_mcu bigint,
  volume_mcu bigint,
  source text not null check (source in ('initial', 'final', 'payer', 'inspector', 'automatic')),
  check (num_nonnulls(value_mcu, volume_mcu) = 1),
  unique (meter_id, zone, taken_on, source)
);
create index reading_period on app.reading (period, meter_id);

create table app.meter_event (
  id uuid primary key,
  meter_id uuid not null references app.meter,
  kind text not null check (kind in ('failure', 'verification-expired', 'no-access', 'interference')),
  valid_from date not null,
  valid_to date check (valid_to > valid_from),
  unique (meter_id, kind, valid_from)
);

create table app.act (
  id uuid primary key,
  branch_id smallint not null default 0,
  service_id uuid not null references app.service,
  house_id uuid references app.house,
  account_id uuid references app.account,
  breach text not null check (breach in ('interruption', 'air-temperature', 'water-temperature', 'composition', 'pressure', 'maintenance')),
  starts_at timestamp not null,
  ends_at timestamp not null check (ends_at > starts_at),
  indicator text,
  number text, dated date,
  check (num_nonnulls(house_id, account_id) = 1),
  unique nulls not distinct (service_id, house_id, account_id, breach, starts_at)
);
