-- Periods, vouchers, entries, balances: every money fact is an entry, every change rests on a voucher.
--
--   voucher:  pending ──▶ posted ──▶ (reversed by another voucher; a charge run: voided by the next run)
--                └──────▶ voided
--
--   entry    partitioned by posting period, below it by run: run 0 takes what people post one by one;
--            every charge run has a table of its own, attached when posted, detached when voided.
--            What is attached counts; nothing else does.
--   balance  what is owed by account, service, contract and period of origin, kept in the posting
--            transaction; one table a period of origin, exchanged whole by a charge run.

create table app.period (
  period date primary key check (extract(day from period) = 1),
  state text not null default 'open' check (state in ('open', 'closing', 'closed')),
  posted_runs integer not null default 0,     -- part of the version of every account's books
  closed_at timestamptz,
  closed_by text
);

create table app.voucher (
  id uuid primary key,                        -- the key, made by the client before anything is sent
  branch_id smallint not null default 0,
  kind text not null check (kind in ('charge-run', 'payment', 'opening-balance', 'adjustment',
    'penalty', 'transfer', 'reversal', 'import', 'closing')),
  status text not null check (status in ('pending', 'posted', 'voided')),
  period date not null references app.period,
  actor text not null,
  operator text not null default session_user,
  made_at timestamptz not null,               -- the client's clock
  recorded_at timestamptz not null default clock_timestamp(),
  reason text,
  reverses uuid unique references app.voucher,
  request jsonb not null default '{}'         -- what was asked: compared when the key comes again
);
create index voucher_period on app.voucher (period, kind);

create function app.guard_voucher() returns trigger
  language plpgsql as $$
begin
  if tg_op <> 'UPDATE' or old.status = new.status
     or not (old.status = 'pending' or (old.kind = 'charge-run' and old.status = 'posted' and new.status = 'voided'))
     or (to_jsonb(old) - 'status') <> (to_jsonb(new) - 'status') then
    raise exception using errcode = 'P0LED', message =
      'Документ проведён и не меняется. Исправляйте сторнирующим документом.';
  end if;
  return new;
end $$;
create trigger voucher_stays before update or delete on app.voucher
  for each row execute function app.guard_voucher();
create trigger voucher_not_truncated before truncate on app.voucher
  for each statement execute function app.forbid_change();

create table app.entry (
  period date not null,                       -- posted into
  run_no integer not null,                    -- 0: one by one
  voucher_id uuid not null,
  line_no integer not null,
  branch_id smallint not null,
  account_id uuid not null,
  service_id uuid not null,
  contract_id uuid not null,
  origin_period date not null,                -- owed for
  kind smallint not null,                     -- EntryKind of app/domain/ledger.py
  method smallint not null,                   -- Method of app/domain/basis.py, 0 where nothing was calculated
  component smallint not null,                -- 0, 1 water, 2 heat
  zone smallint not null,                     -- 0, 1 day, 2 night, 3 peak, 4 half-peak
  day_from smallint not null,                 -- days of origin_period the line is about
  day_to smallint not null,                   -- exclusive
  amount_kop bigint not null,                 -- debit > 0: owed; payments are negative
  volume_mcu bigint not null,
  price_mcr bigint not null,
  inputs bigint[] not null,                   -- what the method was fed, in the order app/domain/basis.py names
  reverses_run integer not null default 0     -- the run whose line this undoes; 0: a line of its own
) partition by list (period);

create table app.balance (
  origin_period date not null,
  account_id uuid not null,
  service_id uuid not null,
  contract_id uuid not null,
  charged_kop bigint not null,                -- by the charge run of the period
  moved_kop bigint not null,                  -- by all other entries of principal
  penalty_kop bigint not null                 -- penalties less what was paid of them
) partition by list (origin_period);

-- Locked by whoever posts for the account; its version tells whether dues are still the dues.
create table app.account_books (
  account_id uuid primary key references app.account,
  version bigint not null default 0
) with (fillfactor = 70);

create table app.closing (
  period date not null,
  account_id uuid not null,
  service_id uuid not null,
  contract_id uuid not null,
  opening_kop bigint not null,
  charged_kop bigint not null,
  adjusted_kop bigint not null,
  penalty_kop bigint not null,
  paid_kop bigint not null,                   -- positive: money received
  closing_kop bigint not null,
  check (closing_kop = opening_kop + charged_kop + adjusted_kop + penalty_kop - paid_kop)
) partition by list (period);

create table app.charge_run (
  voucher_id uuid primary key references app.voucher,
  period date not null references app.period,
  run_no integer not null check (run_no > 0),
  is_full boolean not null,                   -- all houses: posting it voids every run of the period
  scope jsonb not null,                       -- {"houses": [...], "accounts": [...]}
  houses integer not null,
  sealed_at timestamptz,                      -- nobody adds lines any more
  checked_at timestamptz,                     -- the lines are what was said of the houses
  posted_at timestamptz,
  fingerprint bytea,
  unique (period, run_no)
);

create table app.charge_run_house (
  voucher_id uuid not null references app.charge_run,
  house_id uuid not null references app.house,
  accounts integer not null,
  lines integer not null,
  amount_kop bigint not null,
  digest bytea not null,
  done_at timestamptz not null default clock_timestamp(),
  primary key (voucher_id, house_id)
);

create table app.charge_problem (
  voucher_id uuid not null references app.charge_run,
  house_id uuid not null,
  account_number text,
  service_code text,
  message text not null,
  hint text
);
create index charge_problem_voucher on app.charge_problem (voucher_id);
