"""Invariants of payments that were changed: moves, re-allocations, refunds, unidentified money."""

from app.store.verify_check import Check

CHECKS: dict[str, Check] = {
    "reallocation-sums-to-zero": Check(
        "Перераспределение не меняет суммы платежа и проведено так, как записано.",
        """
        with line as (
          select change.voucher_id, change.payment_id,
            side.way * (one ->> 'amount_kop')::bigint as kop,
            (one ->> 'service_id')::uuid as service_id,
            (one ->> 'contract_id')::uuid as contract_id,
            (one ->> 'origin_period')::date as origin_period, (one ->> 'kind')::smallint as kind
          from app.payment_reallocation as change
          cross join lateral (values (change.before, 1), (change.after, -1)) as side (lines, way)
          cross join lateral jsonb_array_elements(side.lines) as one
        ), told as (
          select voucher_id, service_id, contract_id, origin_period, kind, sum(kop)::bigint as kop
          from line group by 1, 2, 3, 4, 5
        ), booked as (
          select voucher_id, service_id, contract_id, origin_period, kind,
            sum(amount_kop)::bigint as kop
          from app.entry
          where run_no = 0
            and voucher_id in (select id from app.voucher where kind = 'reallocation')
          group by 1, 2, 3, 4, 5
        )
        select voucher_id, coalesce(told.kop, 0) as told_kop, coalesce(booked.kop, 0) as booked_kop
        from told full join booked
          using (voucher_id, service_id, contract_id, origin_period, kind)
        where coalesce(told.kop, 0) <> coalesce(booked.kop, 0)
        union all
        select voucher_id, sum(kop)::bigint, 0 from line
        group by voucher_id, payment_id having sum(kop) <> 0
    """,
    ),
    "moved-payment-is-balanced": Check(
        "Перенос снимает с одного счёта столько, сколько кладёт на другой, того же дня, "
        "и не больше платежа.",
        """
        with standing as (
          select move.id, move.source, move.amount_kop,
            exists (select 1 from app.payment as undone where undone.reverses = move.id)
              as is_undone,
            exists (select 1 from app.payment as undone where undone.reverses = move.given)
              as is_given_undone
          from app.payment_move as move
        )
        select move.id, source.amount_kop as source_kop, taken.amount_kop as taken_kop,
          given.amount_kop as given_kop
        from app.payment_move as move
        join standing using (id)
        left join app.payment as source on source.id = move.source
        left join app.payment as taken on taken.id = move.id
        left join app.payment as given on given.id = move.given
        where taken.amount_kop is distinct from -move.amount_kop
          or given.amount_kop is distinct from move.amount_kop
          or taken.account_id is distinct from source.account_id
          or given.account_id is not distinct from source.account_id
          or taken.paid_on is distinct from source.paid_on
          or given.paid_on is distinct from source.paid_on
          or standing.is_undone <> standing.is_given_undone
        union all
        select standing.source, source.amount_kop, sum(standing.amount_kop)::bigint, 0
        from standing join app.payment as source on source.id = standing.source
        where not standing.is_undone
        group by standing.source, source.amount_kop
        having sum(standing.amount_kop) > source.amount_kop
          or bool_or(exists (
            select 1 from app.payment as undone where undone.reverses = standing.source))
    """,
    ),
    "refund-within-the-credit": Check(
        "Возврат аванса равен своим строкам и не больше переплаты каждому получателю.",
        """
        with booked as (
          select entry.voucher_id,
            coalesce(contract.supplier_id, contract.provider_id) as creditor_id,
            sum(entry.amount_kop)::bigint as kop, bool_or(entry.kind <> 22) as is_other
          from app.entry join app.contract on contract.id = entry.contract_id
          where run_no = 0 and voucher_id in (select id from app.refund)
          group by 1, 2
        )
        select coalesce(kept.refund_id, booked.voucher_id) as refund, kept.credit_kop,
          kept.amount_kop, booked.kop as entries_kop
        from app.refund_credit as kept
        full join booked on booked.voucher_id = kept.refund_id
          and booked.creditor_id = kept.creditor_id
        where kept.amount_kop is distinct from booked.kop or kept.amount_kop > kept.credit_kop
          or booked.is_other
        union all
        select refund.id, null, refund.amount_kop, sum(kept.amount_kop)::bigint
        from app.refund left join app.refund_credit as kept on kept.refund_id = refund.id
        group by refund.id, refund.amount_kop
        having refund.amount_kop is distinct from sum(kept.amount_kop)
    """,
    ),
    "refund-left-the-drawer": Check(
        "Возврат наличными вышел из кассы той же суммой.",
        """
        select refund.id, refund.amount_kop, moved.kind, moved.amount_kop as drawer_kop
        from app.refund left join app.cash_operation as moved on moved.id = refund.cash_operation
        where refund.way = 'cash'
          and (moved.kind is distinct from 'out'
            or moved.amount_kop is distinct from refund.amount_kop)
    """,
    ),
    "unidentified-is-not-billed": Check(
        "На счетах невыясненных платежей нет ничего, кроме оплаты, и нет долга.",
        """
        select account.number, entry.voucher_id, entry.kind, entry.amount_kop
        from app.account
        join app.entry on entry.account_id = account.id and entry.kind <> 20
        where account.suspense_of is not null
        union all
        select account.number, null, null, sum(charged_kop + moved_kop + penalty_kop)::bigint
        from app.account join app.balance on balance.account_id = account.id
        where account.suspense_of is not null
        group by account.number
        having sum(charged_kop + moved_kop + penalty_kop) > 0
          or bool_or(charged_kop <> 0 or penalty_kop <> 0)
    """,
    ),
}
