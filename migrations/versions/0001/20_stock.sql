-- Organisations, contracts, houses, premises, accounts, people: identity and dated history.
-- valid_to is the first day no longer valid; null = still.

create table app.organisation (
  id uuid primary key,
  code text not null unique,
  roles text[] not null default '{}'
    check (roles <@ array['centre', 'provider', 'supplier', 'agent', 'bank'])
);

create table app.organisation_version (
  organisation_id uuid not null references app.organisation,
  valid_from date not null default '0001-01-01',
  valid_to date check (valid_to > valid_from),
  name text not null,
  inn text, kpp text, ogrn text,
  bank_account text, bic text, bank_name text, corr_account text,
  phone text, address text, email text, site text,
  primary key (organisation_id, valid_from),
  exclude using gist ((organisation_id::text) with =, daterange(valid_from, valid_to) with &&)
);

create table app.contract (
  id uuid primary key,
  number text not null unique,
  kind text not null check (kind in ('two-sided', 'three-sided')),
  provider_id uuid not null references app.organisation,
  supplier_id uuid references app.organisation,
  valid_from date not null,
  valid_to date check (valid_to > valid_from),
  penalty_scheme text not null default 'housing' check (penalty_scheme in ('housing', 'capital-repair', 'none')),
  commission_ppm bigint not null default 0 check (commission_ppm between 0 and 1000000)
);

create table app.house (
  id uuid primary key,
  branch_id smallint not null default 0,
  code text not null unique,
  characteristics jsonb not null default '{}'
);

create table app.house_version (
  house_id uuid not null references app.house,
  valid_from date not null default '0001-01-01',
  valid_to date check (valid_to > valid_from),
  locality text, street text, building text, block text,
  fias text, built_year smallint, floors smallint,
  premises_area_cm2 bigint check (premises_area_cm2 > 0),     -- null: the sum of the premises
  common_area_cm2 bigint check (common_area_cm2 >= 0),
  common_cold_cm2 bigint check (common_cold_cm2 >= 0),
  common_hot_cm2 bigint check (common_hot_cm2 >= 0),
  common_power_cm2 bigint check (common_power_cm2 >= 0),
  common_heat_cm2 bigint check (common_heat_cm2 >= 0),
  heating_mode text not null default 'season' check (heating_mode in ('season', 'even')),
  heating_months smallint[] not null default '{1,2,3,4,5,9,10,11,12}',
  management text not null default 'company' check (management in ('company', 'association', 'direct')),
  street_key text generated always as (app.sort_key(coalesce(street, ''))) stored,
  building_key text generated always as (app.number_key(coalesce(building, '')) || ' ' || coalesce(block, '')) stored,
  primary key (house_id, valid_from),
  exclude using gist ((house_id::text) with =, daterange(valid_from, valid_to) with &&)
);

create table app.premises (
  id uuid primary key,
  branch_id smallint not null default 0,
  house_id uuid not null references app.house,
  flat_number text not null default '',        -- for a room: the flat it lies in
  number text not null,
  characteristics jsonb not null default '{}',
  number_key text generated always as (app.number_key(flat_number) || ' ' || app.number_key(number)) stored,
  unique (house_id, flat_number, number)
);

create table app.premises_version (
  premises_id uuid not null references app.premises,
  valid_from date not null default '0001-01-01',
  valid_to date check (valid_to > valid_from),
  kind text not null default 'flat' check (kind in ('flat', 'room', 'non-residential')),
  total_cm2 bigint not null check (total_cm2 > 0),
  living_cm2 bigint check (living_cm2 >= 0),
  heated_cm2 bigint check (heated_cm2 >= 0),
  rooms smallint check (rooms > 0),
  floor smallint, entrance smallint,
  cadastral_number text,
  own_heat boolean not null default false,
  primary key (premises_id, valid_from),
  exclude using gist ((premises_id::text) with =, daterange(valid_from, valid_to) with &&)
);

create table app.account (
  id uuid primary key,
  branch_id smallint not null default 0,
  number text not null unique check (number <> ''),
  premises_id uuid not null references app.premises,
  opened_on date not null,
  closed_on date check (closed_on > opened_on),               -- the first day no longer open
  unified_number text,                                        -- ЕЛС
  gis_number text,                                            -- ИЖКУ
  former_number text,
  phone text, email text,
  characteristics jsonb not null default '{}'
);
create index account_premises on app.account (premises_id);
create index account_former on app.account (former_number) where former_number is not null;

create table app.account_version (
  account_id uuid not null references app.account,
  valid_from date not null default '0001-01-01',
  valid_to date check (valid_to > valid_from),
  payer text,
  share_numerator bigint not null default 1 check (share_numerator > 0),
  share_denominator bigint not null default 1 check (share_denominator >= share_numerator),
  primary key (account_id, valid_from),
  exclude using gist ((account_id::text) with =, daterange(valid_from, valid_to) with &&)
);

-- What F2 searches: one line of words an account, kept by whoever writes accounts.
create table app.account_search (
  account_id uuid primary key references app.account,
  words text not null                     -- lower case: number, former number, payer, address
);
create index account_search_words on app.account_search using gin (words public.gin_trgm_ops);

create table app.resident (
  id uuid primary key,
  branch_id smallint not null default 0,
  account_id uuid not null references app.account,
  name text not null,
  kind text not null check (kind in ('permanent', 'temporary', 'owner')),
  valid_from date not null,
  valid_to date check (valid_to > valid_from),
  birth_date date,
  share_numerator bigint, share_denominator bigint,
  benefit_code text,
  unique (account_id, name, kind, valid_from)
);

create table app.absence (
  id uuid primary key,
  branch_id smallint not null default 0,
  account_id uuid not null references app.account,
  name text not null,
  left_on date not null,                                      -- not counted
  returned_on date not null check (returned_on > left_on),    -- not counted
  application text, document text,
  unique (account_id, name, left_on)
);
