"""Invariants of money taken: payments, their reversals, cash shifts."""

from app.store.verify_check import Check

CHECKS: dict[str, Check] = {
    "payment-equals-its-lines": Check(
        "Платёж равен сумме своих строк.",
        """
        select payment.id, payment.amount_kop,
          coalesce(-sum(entry.amount_kop), 0)::bigint as lines_kop
        from app.payment
        join app.voucher on voucher.id = payment.id
        left join app.entry on entry.voucher_id = payment.id and entry.period = voucher.period
        group by payment.id, payment.amount_kop
        having payment.amount_kop <> coalesce(-sum(entry.amount_kop), 0)
    """,
    ),
    "reversal-is-the-opposite": Check(
        "Сторно платежа равно ему с обратным знаком и стоит на том же счёте.",
        """
        select payment.id, payment.reverses, payment.amount_kop,
          original.amount_kop as original_kop
        from app.payment join app.payment as original on original.id = payment.reverses
        where payment.amount_kop <> -original.amount_kop
           or payment.account_id <> original.account_id
    """,
    ),
    "receipts-have-no-holes": Check(
        "Чеки закрытой смены пронумерованы подряд, без пропусков.",
        """
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
    ),
    "shift-equals-its-payments": Check(
        "Итог закрытой смены равен сумме её платежей.",
        """
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
    ),
    "payment-has-its-voucher": Check(
        "Под каждым платежом проведённый документ того же филиала.",
        """
        select payment.id, payment.amount_kop, voucher.kind, voucher.status
        from app.payment left join app.voucher on voucher.id = payment.id
        where voucher.status is distinct from 'posted'
          or voucher.branch_id <> payment.branch_id
          or voucher.kind not in ('payment', 'reversal', 'payment-transfer', 'import')
    """,
    ),
    "payment-reversed-at-most-once": Check(
        "Платёж отменён не больше одного раза.",
        """
        select reverses, count(*) as times from app.payment
        where reverses is not null group by 1 having count(*) > 1
    """,
    ),
    "agent-payment-once": Check(
        "Платёж агента с одним внешним номером проведён один раз.",
        """
        select agent_id, external_id, count(*) as times from app.payment
        where external_id is not null group by 1, 2 having count(*) > 1
    """,
    ),
    "shifts-have-no-holes": Check(
        "Смены каждой кассы идут подряд, без пропусков.",
        """
        select branch_id, desk_no, count(*) as shifts, min(shift_no) as first_no,
          max(shift_no) as last_no
        from app.shift group by 1, 2
        having max(shift_no) - min(shift_no) + 1 <> count(*)
    """,
    ),
}
