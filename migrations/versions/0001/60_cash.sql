-- Cash shifts and payments.

create table app.shift (
  id uuid primary key,                        -- made by the desk
  branch_id smallint not null default 0,
  desk_no smallint not null check (desk_no > 0),
  shift_no integer not null check (shift_no > 0),
  cashier text not null,
  operator text not null default session_user,
  opened_at timestamptz not null,
  opening_cash_kop bigint not null check (opening_cash_kop >= 0),
  closed_at timestamptz,
  counted_cash_kop bigint,
  expected_cash_kop bigint,
  manifest jsonb,                             -- {n, sum, by service, last number}
  unique (branch_id, desk_no, shift_no)
);
create unique index one_open_shift on app.shift (branch_id, desk_no) where closed_at is null;

create table app.payment (
  id uuid primary key references app.voucher,
  branch_id smallint not null default 0,
  account_id uuid not null references app.account,
  amount_kop bigint not null check (amount_kop <> 0),         -- negative: a reversal
  paid_on date not null,                                      -- the day the payer gave the money
  accepted_at timestamptz not null,
  channel text not null check (channel in ('desk', 'bank', 'agent', 'cabinet')),
  tender text check (tender in ('cash', 'card', 'sbp')),
  tendered_kop bigint,
  shift_id uuid references app.shift,
  receipt_no integer,
  agent_id uuid references app.organisation,
  external_id text,
  for_period date,                                            -- named by the payer or the document
  reverses uuid unique references app.payment,
  unique (shift_id, receipt_no)
);
create unique index payment_external on app.payment (agent_id, external_id) nulls not distinct
  where external_id is not null;
create index payment_account on app.payment (account_id, paid_on);
create index payment_shift on app.payment (shift_id);

create trigger payment_stays before update or delete on app.payment
  for each row execute function app.forbid_change();
create trigger payment_not_truncated before truncate on app.payment
  for each statement execute function app.forbid_change();

create table app.cash_operation (
  id uuid primary key,
  shift_id uuid not null references app.shift,
  kind text not null check (kind in ('in', 'out')),
  amount_kop bigint not null check (amount_kop > 0),
  at timestamptz not null,
  reason text
);
create trigger cash_operation_stays before update or delete on app.cash_operation
  for each row execute function app.forbid_change();
create trigger cash_operation_not_truncated before truncate on app.cash_operation
  for each statement execute function app.forbid_change();
