-- Services, tariffs, norms, assignments, benefits, parameters.

create table app.service (
  id uuid primary key,
  code text not null unique,
  name text not null,
  section text not null check (section in ('housing', 'utility', 'common-needs', 'capital-repair', 'other')),
  resource text check (resource in ('cold', 'hot', 'waste-water', 'power', 'gas', 'heat', 'solid-waste')),
  unit text not null,
  position integer not null default 0,
  gis_registry text, gis_code text
);

create table app.service_version (
  service_id uuid not null references app.service,
  valid_from date not null default '0001-01-01',
  valid_to date check (valid_to > valid_from),
  method text not null,              -- a code of app/domain/service.py
  formula text,
  primary key (service_id, valid_from),
  exclude using gist ((service_id::text) with =, daterange(valid_from, valid_to) with &&)
);

create table app.tariff (
  id uuid primary key,
  service_id uuid not null references app.service,
  price_mcr bigint not null check (price_mcr >= 0),
  valid_from date not null,
  valid_to date check (valid_to > valid_from),
  contract_id uuid references app.contract,
  house_id uuid references app.house,
  account_id uuid references app.account,
  zone text check (zone in ('day', 'night', 'peak', 'half-peak')),
  component text check (component in ('water', 'heat')),
  volume_from_mcu bigint not null default 0 check (volume_from_mcu >= 0),
  volume_to_mcu bigint check (volume_to_mcu > volume_from_mcu),
  basis text,
  unique nulls not distinct
    (service_id, contract_id, house_id, account_id, zone, component, volume_from_mcu, valid_from)
);

create table app.norm (
  id uuid primary key,
  service_id uuid not null references app.service,
  kind text not null check (kind in ('person', 'area', 'common-area', 'heat-per-volume')),
  value_mcu bigint not null check (value_mcu >= 0),
  valid_from date not null,
  valid_to date check (valid_to > valid_from),
  house_id uuid references app.house,
  rooms smallint, persons smallint,
  basis text,
  unique nulls not distinct (service_id, kind, house_id, rooms, persons, valid_from)
);

create table app.assignment (
  id uuid primary key,
  service_id uuid not null references app.service,
  contract_id uuid not null references app.contract,
  valid_from date not null,
  valid_to date check (valid_to > valid_from),
  house_id uuid references app.house,
  account_id uuid references app.account,
  quantity_mcu bigint,
  check (num_nonnulls(house_id, account_id) = 1),
  unique nulls not distinct (service_id, contract_id, house_id, account_id, valid_from)
);
create index assignment_house on app.assignment (house_id) where house_id is not null;
create index assignment_account on app.assignment (account_id) where account_id is not null;

-- No way to put a meter in (приказ Минстроя № 485/пр): no raising factor, absence is recalculated.
create table app.meter_impossible (
  premises_id uuid not null references app.premises,
  service_id uuid not null references app.service,
  valid_from date not null default '0001-01-01',
  valid_to date check (valid_to > valid_from),
  primary key (premises_id, service_id, valid_from)
);

create table app.benefit (
  id uuid primary key,
  code text not null,
  name text not null,
  percent_ppm bigint not null check (percent_ppm between 0 and 1000000),
  service_codes text[] not null,
  area_norm_cm2 bigint,
  within_norm boolean not null default false,
  valid_from date not null,
  valid_to date check (valid_to > valid_from),
  unique (code, valid_from)
);

create table app.parameter (
  code text not null,
  value text not null,
  valid_from date not null default '0001-01-01',
  valid_to date check (valid_to > valid_from),
  primary key (code, valid_from),
  exclude using gist (code with =, daterange(valid_from, valid_to) with &&)
);
