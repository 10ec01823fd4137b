"""The invariants of the books as SQL: each check returns the rows that break it.

Σ entries  = balances = snapshots       a payment's lines sum to it
a closed month takes nothing            one reversal, of the opposite amount
what counts is posted                   receipts of a shift are numbered 1..n
"""

from collections.abc import Callable
from dataclasses import dataclass

from app.store.reading import Snapshot

SHOWN_ROWS_MAX = 5

CHECKS: dict[str, str] = {
    "balance-equals-entries": """
        select origin_period, account_id, service_id, contract_id,
          coalesce(balance.principal, 0) as balance_kop,
          coalesce(booked.principal, 0) as entries_kop,
          coalesce(balance.penalty, 0) as balance_penalty_kop,
          coalesce(booked.penalty, 0) as entries_penalty_kop
        from (
          select origin_period, account_id, service_id, contract_id,
            sum(charged_kop + moved_kop)::bigint as principal, sum(penalty_kop)::bigint as penalty
          from app.balance group by 1, 2, 3, 4
        ) as balance
        full join (
          select origin_period, account_id, service_id, contract_id,
            coalesce(sum(amount_kop) filter (where kind < 50), 0)::bigint as principal,
            coalesce(sum(amount_kop) filter (where kind >= 50), 0)::bigint as penalty
          from app.entry group by 1, 2, 3, 4
        ) as booked using (origin_period, account_id, service_id, contract_id)
        where coalesce(balance.principal, 0) <> coalesce(booked.principal, 0)
           or coalesce(balance.penalty, 0) <> coalesce(booked.penalty, 0)
    """,
    "balance-once": """
        select origin_period, account_id, service_id, contract_id, count(*) as rows
        from app.balance group by 1, 2, 3, 4 having count(*) > 1
    """,
    "payment-equals-its-lines": """
        select payment.id, payment.amount_kop,
          coalesce(-sum(entry.amount_kop), 0)::bigint as lines_kop
        from app.payment
        join app.voucher on voucher.id = payment.id
        left join app.entry on entry.voucher_id = payment.id and entry.period = voucher.period
        group by payment.id, payment.amount_kop
        having payment.amount_kop <> coalesce(-sum(entry.amount_kop), 0)
    """,
    "closing-equals-entries": """
        with snapshot as (
          select closing.period, account_id, service_id, contract_id, closing_kop from app.closing
          where period = (select max(period) from app.closed_balance_period)
        ), booked as (
          select account_id, service_id, contract_id, sum(amount_kop)::bigint as entries_kop
          from app.entry
          where period <= (select max(period) from app.closed_balance_period)
          group by 1, 2, 3
        )
        select account_id, service_id, contract_id,
          coalesce(closing_kop, 0) as closing_kop, coalesce(entries_kop, 0) as entries_kop
        from snapshot full join booked using (account_id, service_id, contract_id)
        where coalesce(closing_kop, 0) <> coalesce(entries_kop, 0)
    """,
    "opening-equals-closing-before": """
        with stepped as (
          select period, lag(period) over (order by period) as before from app.closed_balance_period
        ), expected as (
          select stepped.period, account_id, service_id, contract_id,
            sum(part.kop)::bigint as opening_kop
          from stepped
          join lateral (
            select account_id, service_id, contract_id, closing_kop as kop
            from app.closing where period = stepped.before
            union all
            select account_id, service_id, contract_id, amount_kop
            from app.entry
            where entry.period > coalesce(stepped.before, '0001-01-01')
              and entry.period <= stepped.period and kind in (30, 52)
          ) as part on true
          group by 1, 2, 3, 4
        )
        select period, account_id, service_id, contract_id,
          coalesce(closing.opening_kop, 0) as opening_kop,
          coalesce(expected.opening_kop, 0) as expected_kop
        from app.closing
        full join expected using (period, account_id, service_id, contract_id)
        where coalesce(closing.opening_kop, 0) <> coalesce(expected.opening_kop, 0)
    """,
    "closed-period-takes-nothing": """
        select entry.period, entry.voucher_id, voucher.recorded_at, period.closed_at
        from app.entry
        join app.period on period.period = entry.period and period.state = 'closed'
        join app.voucher on voucher.id = entry.voucher_id
        where entry.run_no = 0 and voucher.recorded_at > period.closed_at
    """,
    "entries-are-posted": """
        select counted.voucher_id, counted.period, voucher.status
        from (select distinct period, run_no, voucher_id from app.entry) as counted
        left join app.voucher on voucher.id = counted.voucher_id
        left join app.charge_run on charge_run.voucher_id = counted.voucher_id
        where voucher.status is distinct from 'posted'
           or (counted.run_no > 0 and charge_run.run_no is distinct from counted.run_no)
           or voucher.period <> counted.period
    """,
    "entries-name-known-things": """
        select entry.voucher_id, entry.account_id, entry.service_id, entry.contract_id
        from (
          select distinct voucher_id, account_id, service_id, contract_id
          from app.entry where run_no > 0
        ) as entry
        left join app.account on account.id = entry.account_id
        left join app.service on service.id = entry.service_id
        left join app.contract on contract.id = entry.contract_id
        where account.id is null or service.id is null or contract.id is null
    """,
    "run-equals-its-houses": """
        select charge_run.voucher_id, houses.lines, houses.amount_kop,
          booked.lines as entries, booked.amount_kop as entries_kop
        from app.charge_run
        join app.voucher on voucher.id = charge_run.voucher_id and voucher.status = 'posted'
        join lateral (
          select coalesce(sum(lines), 0) as lines, coalesce(sum(amount_kop), 0) as amount_kop
          from app.charge_run_house as house where house.voucher_id = charge_run.voucher_id
        ) as houses on true
        join lateral (
          select count(*) as lines, coalesce(sum(amount_kop), 0) as amount_kop
          from app.entry
          where entry.period = charge_run.period and entry.run_no = charge_run.run_no
            and entry.reverses_run = 0
        ) as booked on true
        join lateral (
          select count(*) as lines, coalesce(sum(amount_kop), 0) as amount_kop
          from app.held_line as line where line.voucher_id = charge_run.voucher_id
        ) as held on true
        where houses.lines <> booked.lines + held.lines
          or houses.amount_kop <> booked.amount_kop + held.amount_kop
    """,
    "adjustment-has-a-reason": """
        select voucher.id, voucher.period, voucher.actor
        from app.voucher
        where voucher.kind = 'adjustment' and coalesce(btrim(voucher.reason), '') = ''
    """,
    "recalculation-is-became-less-was": """
        select entry.voucher_id, entry.line_no, entry.amount_kop, entry.volume_mcu, entry.inputs
        from app.entry
        where entry.run_no = 0 and entry.method = 270
          and (entry.amount_kop <> entry.inputs[2] - entry.inputs[1]
            or entry.volume_mcu <> entry.inputs[4] - entry.inputs[3]
            or entry.origin_period > entry.period
            or exists (select 1 from unnest(entry.inputs[6:8]) as used (number)
                       where used.number <> 0 and not exists (
                         select 1 from app.note where note.number = used.number)))
    """,
    "reversal-is-the-opposite": """
        select payment.id, payment.reverses, payment.amount_kop,
          original.amount_kop as original_kop
        from app.payment join app.payment as original on original.id = payment.reverses
        where payment.amount_kop <> -original.amount_kop
           or payment.account_id <> original.account_id
    """,
    "receipts-have-no-holes": """
        select shift.id, numbered.receipts, numbered.last_no, shift.manifest
        from app.shift
        join lateral (
          select count(receipt_no) as receipts, coalesce(max(receipt_no), 0) as last_no
          from app.payment where payment.shift_id = shift.id
        ) as numbered on true
        where shift.closed_at is not null
          and (numbered.receipts + jsonb_array_length(shift.manifest -> 'voided')
                 <> (shift.manifest ->> 'last_no')::bigint
            or numbered.last_no > (shift.manifest ->> 'last_no')::bigint)
    """,
    "shift-equals-its-payments": """
        select shift.id, shift.manifest ->> 'sum' as manifest_kop, taken.kop as payments_kop
        from app.shift
        join lateral (
          select coalesce(sum(amount_kop), 0)::bigint as kop, count(*) as n
          from app.payment where payment.shift_id = shift.id
        ) as taken on true
        where shift.closed_at is not null
          and ((shift.manifest ->> 'sum')::bigint is distinct from taken.kop
            or (shift.manifest ->> 'n')::bigint is distinct from taken.n)
    """,
}


@dataclass(frozen=True, slots=True)
class Checked:
    """What one check found.

    :ivar rows: how many rows break it
    :ivar examples: the first of them, as texts
    """

    name: str
    rows: int
    examples: tuple[str, ...]


def run(
    snapshot: Snapshot, *, on_checked: Callable[[Checked], None] | None = None
) -> tuple[Checked, ...]:
    """Run every check in one snapshot of the database."""
    found = []
    for name, query in CHECKS.items():
        broken = snapshot.rows(
            f"select count(*) over () as broken_rows, broken.* from ({query}) as broken"
            f" limit {SHOWN_ROWS_MAX}"
        )
        rows = int(broken[0].broken_rows) if broken else 0
        examples = tuple(
            ", ".join(
                f"{name}={value}" for name, value in row._asdict().items() if name != "broken_rows"
            )
            for row in broken
        )
        found.append(Checked(name, rows, examples))
        if on_checked is not None:
            on_checked(found[-1])
    return tuple(found)
