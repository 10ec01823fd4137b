"""Invariants of periods: closing, its snapshots, what a closed month takes."""

from app.store.verify_check import Check
from app.store.verify_compared import compared

_LAST = "select max(period) from app.closed_balance_period"
_STEPS = """
  select period, lag(period) over (order by period) as before from app.closed_balance_period
"""
# The snapshot that a month went into: its own, or the next one there is.
_STEP_OF = """
  select month.period as month, min(closed.period) as period
  from app.period as month join app.closed_balance_period as closed on closed.period >= month.period
  group by 1
"""

CHECKS: dict[str, Check] = {
    "closing-equals-entries": Check(
        "Снимок последнего закрытого периода равен сумме проводок до него.",
        compared(
            f"""
            select service_id, contract_id, account_id, closing_kop as closing from app.closing
            where period = ({_LAST})
            """,
            f"""
            select service_id, contract_id, account_id, amount_kop as closing from app.entry
            where period <= ({_LAST})
            """,
            groups=("service_id", "contract_id"),
            measures={"closing": ("closing_kop", "entries_kop")},
        ),
    ),
    "opening-equals-closing-before": Check(
        "Входящее сальдо периода равно исходящему сальдо предыдущего.",
        compared(
            """
            select period, service_id, contract_id, account_id, opening_kop as opening
            from app.closing
            """,
            f"""
            select step.period, service_id, contract_id, account_id, closing_kop as opening
            from app.closing join ({_STEPS}) as step on step.before = closing.period
            union all
            select step.period, service_id, contract_id, account_id, amount_kop
            from app.entry join ({_STEP_OF}) as step on step.month = entry.period
            where entry.kind in (30, 52)
            """,
            groups=("period", "service_id", "contract_id"),
            measures={"opening": ("opening_kop", "expected_kop")},
        ),
    ),
    "closed-period-takes-nothing": Check(
        "После закрытия периода в нём ничего не проведено.",
        """
        select entry.period, entry.voucher_id, voucher.recorded_at, period.closed_at
        from app.entry
        join app.period on period.period = entry.period and period.state = 'closed'
        join app.voucher on voucher.id = entry.voucher_id
        where entry.run_no = 0 and voucher.recorded_at > period.closed_at
    """,
    ),
    "closing-columns-equal-entries": Check(
        "Столбцы снимков периода равны его проводкам: начислено, исправлено, пени, оплачено.",
        f"""
        with booked as (
          select step.period, entry.service_id, entry.contract_id,
            sum(amount_kop) filter (where kind in (1, 2)) as charged,
            sum(amount_kop) filter (where kind between 3 and 8 or kind in (21, 25)) as adjusted,
            sum(amount_kop) filter (where kind in (50, 53, 54)) as penalty,
            -sum(amount_kop) filter (where kind in (20, 22, 51)) as paid
          from app.entry join ({_STEP_OF}) as step on step.month = entry.period
          group by 1, 2, 3
        ), taken as (
          select period, service_id, contract_id, sum(charged_kop) as charged,
            sum(adjusted_kop) as adjusted, sum(penalty_kop) as penalty, sum(paid_kop) as paid
          from app.closing where period in (select period from app.closed_balance_period)
          group by 1, 2, 3
        )
        select period, service_id, contract_id, taken.charged as charged_kop,
          booked.charged as entries_charged_kop, taken.adjusted as adjusted_kop,
          booked.adjusted as entries_adjusted_kop, taken.penalty as penalty_kop,
          booked.penalty as entries_penalty_kop, taken.paid as paid_kop,
          booked.paid as entries_paid_kop
        from taken full join booked using (period, service_id, contract_id)
        where coalesce(taken.charged, 0) <> coalesce(booked.charged, 0)
           or coalesce(taken.adjusted, 0) <> coalesce(booked.adjusted, 0)
           or coalesce(taken.penalty, 0) <> coalesce(booked.penalty, 0)
           or coalesce(taken.paid, 0) <> coalesce(booked.paid, 0)
    """,
    ),
    "closed-part-takes-nothing": Check(
        "После закрытия части периода — начислений, оплаты, пени — в неё ничего не проведено.",
        """
        select entry.period, entry.voucher_id, entry.kind, voucher.recorded_at
        from app.entry
        join app.period on period.period = entry.period
        join app.voucher on voucher.id = entry.voucher_id
        where entry.run_no = 0 and voucher.recorded_at > case
            when entry.kind between 1 and 7 or entry.kind in (25, 30, 52)
              then period.charges_closed_at
            when entry.kind in (20, 21, 22, 51) then period.payments_closed_at
            when entry.kind in (50, 53, 54) then period.penalties_closed_at
          end
        union all
        select run.period, run.voucher_id, null, run.posted_at
        from app.charge_run as run
        join app.voucher on voucher.id = run.voucher_id and voucher.status = 'posted'
        join app.period on period.period = run.period
        where run.posted_at > period.charges_closed_at
        union all
        select run.period, run.voucher_id, null, run.finished_at
        from app.penalty_run as run join app.period on period.period = run.period
        where run.finished_at > period.penalties_closed_at
    """,
    ),
    "periods-close-in-order": Check(
        "Периоды закрыты по порядку: перед закрытым нет открытого, у закрытого закрыты все части.",
        """
        select period.period, period.state, later.period as later_period
        from app.period
        left join lateral (
          select max(closed.period) as period from app.period as closed
          where closed.state = 'closed' and closed.period > period.period
        ) as later on true
        where (period.state <> 'closed' and later.period is not null)
          or (period.state = 'closed' and (period.closed_at is null
            or period.charges_closed_at is null or period.payments_closed_at is null
            or period.penalties_closed_at is null))
    """,
    ),
}
