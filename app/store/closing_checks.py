"""The list of checks before a closing, as SQL: each query gives the words of what it found.

Rows are examples in words; how many there are is counted beside them. What a query needs and a
rule calls by name is in app/domain/closing.py.
"""

from collections.abc import Mapping
from datetime import date
from typing import LiteralString

from app.domain.closing import ClosingCheck, MonthPart, rules_of
from app.domain.period import Period
from app.store import supplier_transfers
from app.store.reading import Snapshot

SHOWN_MAX = 5

_QUERIES: dict[str, LiteralString] = {
    # A month in a few seconds; kvitok verify does the same by rows, with all the rest.
    "books-agree": """
    select 'остатки ' || app.shown_kop(kept) || ' ₽, проводки ' || app.shown_kop(booked) || ' ₽'
    from (select coalesce(sum(charged_kop + moved_kop + penalty_kop), 0)::bigint as kept
          from app.balance) as balances,
      (select ((select coalesce(sum(closing_kop), 0) from app.closing where period = last.period)
          + (select coalesce(sum(amount_kop), 0) from app.entry
             where period > coalesce(last.period, '0001-01-01')))::bigint as booked
       from (select max(period) as period from app.closed_balance_period) as last) as entries
    where kept <> booked
    union all
    select 'платежи ' || app.shown_kop(paid) || ' ₽, их строки ' || app.shown_kop(lines) || ' ₽'
    from (select coalesce(sum(amount_kop), 0)::bigint as paid from app.payment
          where id in (select id from app.voucher
                       where period = %(period)s and kind in ('payment', 'reversal'))) as taken,
      (select coalesce(-sum(amount_kop), 0)::bigint as lines from app.entry
       where period = %(period)s and run_no = 0
         and voucher_id in (select id from app.voucher
                            where period = %(period)s and kind in ('payment', 'reversal'))) as put
    where paid <> lines
""",
    "charge-run-unfinished": """
    select format('начал %%s %%s', voucher.actor, to_char(voucher.made_at, 'DD.MM.YYYY HH24:MI'))
    from app.voucher join app.charge_run as run on run.voucher_id = voucher.id
    where voucher.period = %(period)s and voucher.status = 'pending' and run.reviewed_at is null
    order by voucher.made_at
""",
    "charge-run-in-review": """
    select format('рассчитал %%s %%s', voucher.actor,
      to_char(voucher.made_at, 'DD.MM.YYYY HH24:MI'))
    from app.voucher join app.charge_run as run on run.voucher_id = voucher.id
    where voucher.period = %(period)s and voucher.status = 'pending'
      and run.reviewed_at is not null
    order by voucher.made_at
""",
    "not-charged": """
    select format('счёт %%s', account.number)
    from app.account
    where account.premises_id is not null and account.opened_on < %(end)s
      and coalesce(account.closed_on, 'infinity') > %(period)s
      and not exists (
        select 1 from app.charge_run as run join app.voucher on voucher.id = run.voucher_id
        where run.period = %(period)s and voucher.status = 'posted')
      and exists (
        select 1 from app.charge_run as run join app.voucher on voucher.id = run.voucher_id
        where run.period < %(period)s and voucher.status = 'posted')
    order by app.number_key(account.number)
""",
    "houses-with-problems": """
    select format('дом %%s: %%s', house.code, min(problem.message))
    from app.charge_problem as problem
    join app.charge_run as run on run.voucher_id = problem.voucher_id
    join app.voucher on voucher.id = run.voucher_id and voucher.status = 'posted'
    join app.house on house.id = problem.house_id
    where run.period = %(period)s and run.run_no = (
      select max(later.run_no) from app.charge_run as later
      join app.voucher as counting on counting.id = later.voucher_id and counting.status = 'posted'
      join app.charge_run_house as done on done.voucher_id = later.voucher_id
      where later.period = run.period and done.house_id = problem.house_id)
    group by house.code order by app.number_key(house.code)
""",
    "held-lines": """
    select format('счёт %%s, %%s: %%s ₽', account.number, service.name,
      app.shown_kop(line.amount_kop))
    from app.held_line as line
    join app.charge_run as run on run.voucher_id = line.voucher_id
    join app.voucher on voucher.id = run.voucher_id and voucher.status = 'posted'
    join app.account on account.id = line.account_id
    join app.service on service.id = line.service_id
    where run.period = %(period)s and not exists (
      select 1 from app.entry
      where entry.period = run.period and entry.run_no > run.run_no
        and entry.account_id = line.account_id)
    order by abs(line.amount_kop) desc, account.number
""",
    "recalculation-due": """
    select format('счёт %%s с %%s: %%s', account.number, app.shown_period(min(due.from_period)),
      min(due.reason))
    from app.recalculation_due as due join app.account on account.id = due.account_id
    where due.from_period <= %(period)s
    group by account.number order by app.number_key(account.number)
""",
    "accounts-without-lines": """
    select format('счёт %%s', account.number)
    from app.account
    where account.premises_id is not null and account.opened_on < %(end)s
      and coalesce(account.closed_on, 'infinity') > %(period)s
      and exists (
        select 1 from app.charge_run as run join app.voucher on voucher.id = run.voucher_id
        where run.period = %(period)s and voucher.status = 'posted')
      and account.id not in (
        select account_id from app.entry where period = %(period)s and kind between 1 and 7)
    order by app.number_key(account.number)
""",
    "shifts-open": """
    select format('касса %%s, смена № %%s: %%s, с %%s', desk_no, shift_no, cashier,
      to_char(opened_at, 'DD.MM.YYYY HH24:MI'))
    from app.shift
    where closed_at is null and opened_at < %(end)s
    order by opened_at
""",
    "shifts-red": """
    select format('касса %%s, смена № %%s: в журнале %%s ₽, в книгах %%s ₽', shift.desk_no,
      shift.shift_no, app.shown_kop((shift.manifest ->> 'sum')::bigint), app.shown_kop(taken.kop))
    from app.shift
    join lateral (
      select coalesce(sum(amount_kop), 0)::bigint as kop, count(*) as n
      from app.payment where payment.shift_id = shift.id
    ) as taken on true
    where shift.closed_at is not null
      and shift.opened_at >= %(period)s and shift.opened_at < %(end)s
      and ((shift.manifest ->> 'sum')::bigint is distinct from taken.kop
        or (shift.manifest ->> 'n')::bigint is distinct from taken.n)
    order by shift.opened_at
""",
    "payments-unidentified": """
    select format('%%s ₽ от %%s%%s', app.shown_kop(payment.amount_kop),
      to_char(payment.paid_on, 'DD.MM.YYYY'), coalesce(': ' || nullif(told.payer, ''), ''))
    from app.payment
    join app.account on account.id = payment.account_id and account.suspense_of is not null
    left join app.unidentified_payment as told on told.payment_id = payment.id
    where payment.amount_kop > 0 and payment.reverses is null and payment.paid_on < %(end)s
      and not exists (select 1 from app.payment as undone where undone.reverses = payment.id)
      and payment.amount_kop > coalesce((
        select sum(move.amount_kop) from app.payment_move as move
        where move.source = payment.id and not exists (
          select 1 from app.payment as undone where undone.reverses = move.id)), 0)
    order by payment.paid_on
    """,
    "advances-to-set-off": """
    select format('счёт %%s: аванс %%s ₽', account.number, app.shown_kop(min(owed.credit_kop)))
    from (
      select account_id, -sum(least(kop, 0))::bigint as credit_kop
      from (
        select account_id, coalesce(contract.supplier_id, contract.provider_id) as payee,
          service_id, sum(charged_kop + moved_kop)::bigint as kop
        from app.balance join app.contract on contract.id = balance.contract_id
        where origin_period <= %(period)s
        group by 1, 2, 3
      ) as by_service
      group by account_id, payee
      having min(kop) < 0 and max(kop) > 0
    ) as owed
    join app.account on account.id = owed.account_id
    group by account.number order by app.number_key(account.number)
""",
    # A centre that never transferred does it elsewhere.
    "payments-not-transferred": """
    select format('договор %%s: %%s ₽', contract.number, app.shown_kop(sum(one.amount_kop)::bigint))
    from app.waiting_receipts(%(starts_on)s) as one
    join app.contract on contract.id = one.contract_id
    where coalesce(one.credited_on, one.paid_on) < %(end)s
      and exists (select 1 from app.bank_transfer)
    group by contract.number having sum(one.amount_kop) > 0
    order by contract.number
    """,
    # A debt of two months ago is in its thirty-first day of delay before this month ends.
    "penalties-not-accrued": """
    select format('счёт %%s: долг %%s ₽', account.number, app.shown_kop(owed.kop))
    from (
      select account_id, sum(charged_kop + moved_kop)::bigint as kop from app.balance
      where origin_period <= (%(period)s::date - interval '2 months')::date
      group by account_id having sum(charged_kop + moved_kop) > 0
    ) as owed
    join app.account on account.id = owed.account_id and account.premises_id is not null
    where not exists (
      select 1 from app.penalty_run as run join app.voucher on voucher.id = run.voucher_id
      where run.finished_at is not null and run.accrued_to >= %(end)s::date - 1
        and (run.is_full or voucher.request -> 'accounts' ? account.number))
    order by app.number_key(account.number)
    """,
}


def look(
    snapshot: Snapshot,
    period: Period,
    *,
    part: MonthPart | None = None,
    told: Mapping[str, tuple[str, ...]] | None = None,
) -> tuple[ClosingCheck, ...]:
    """Run the list for a month or a part of it.

    :param told: what the books cannot know, by the name of the check: the journal of this desk
    """
    found = []
    starts_on = _transfers_since(snapshot, period)
    for rule in rules_of(part):
        query = _QUERIES.get(rule.name)
        words = (told or {}).get(rule.name, ())
        if query is None:
            found.append(ClosingCheck(rule, len(words), words[:SHOWN_MAX]))
            continue
        rows = snapshot.rows(
            f"select count(*) over () as every_one, found.words from ({query}) as found(words)"
            f" limit {SHOWN_MAX}",
            period=period.first_day,
            end=period.end,
            starts_on=starts_on,
        )
        count = int(rows[0].every_one) if rows else 0
        found.append(ClosingCheck(rule, count, tuple(row.words for row in rows)))
    return tuple(found)


def _transfers_since(snapshot: Snapshot, period: Period) -> date | None:
    """Give the day from which payments wait for their transfer, None for always or never."""
    if not snapshot.value("select exists (select 1 from app.bank_transfer)"):
        return None
    return supplier_transfers.settings(snapshot, on=period.last_day).starts_on
