"""Invariants of money on its way: what went to a supplier came for it, once, and to the kopeck."""

from app.store.verify_check import Check

_GONE = """
  select line.source_id, line.contract_id, line.turn, line.transfer_id, line.amount_kop,
    line.commission_kop, undoing.id as undone_by
  from app.bank_transfer_line as line
  left join app.voucher as undoing on undoing.reverses = line.transfer_id
"""

CHECKS: dict[str, Check] = {
    "transfer-equals-its-lines": Check(
        "Перечисление равно сумме своих строк за вычетом комиссии и вознаграждения центра.",
        """
        select transfer.id, transfer.received_kop, coalesce(gone.received_kop, 0) as lines_kop,
          transfer.commission_kop, coalesce(gone.commission_kop, 0) as lines_commission_kop,
          transfer.fee_kop, transfer.amount_kop
        from app.bank_transfer as transfer
        left join (
          select transfer_id, sum(amount_kop)::bigint as received_kop,
            sum(commission_kop)::bigint as commission_kop
          from app.bank_transfer_line group by 1
        ) as gone on gone.transfer_id = transfer.id
        where transfer.received_kop <> coalesce(gone.received_kop, 0)
           or transfer.commission_kop <> coalesce(gone.commission_kop, 0)
           or transfer.amount_kop
             <> transfer.received_kop - transfer.commission_kop - transfer.fee_kop
    """,
    ),
    "transferred-lines-came": Check(
        "Каждая перечисленная строка — деньги, которые поступили по этому договору, целиком.",
        """
        select line.source_id, line.contract_id, line.amount_kop,
          coalesce(came.amount_kop, 0) as came_kop
        from app.bank_transfer_line as line
        join app.bank_transfer as transfer on transfer.id = line.transfer_id
        left join (
          select entry.voucher_id, entry.contract_id, -sum(entry.amount_kop)::bigint as amount_kop
          from app.entry
          where entry.run_no = 0 and entry.kind in (20, 21, 22, 51)
            and entry.account_id not in (select id from app.account where suspense_of is not null)
          group by 1, 2
        ) as came on came.voucher_id = line.source_id and came.contract_id = line.contract_id
        where line.amount_kop <> coalesce(came.amount_kop, 0)
           or line.contract_id <> transfer.contract_id
    """,
    ),
    "transferred-once": Check(
        "Ни одна строка не перечислена дважды: прежнее перечисление её отменено.",
        f"""
        select source_id, contract_id, count(*) as times from ({_GONE}) as gone
        where undone_by is null
        group by 1, 2 having count(*) > 1
    """,
    ),
    "transferred-within-received": Check(
        "По договору перечислено не больше, чем по нему поступило.",
        f"""
        select received.contract_id, received.kop as received_kop, gone.kop as transferred_kop
        from (
          select contract_id, sum(amount_kop)::bigint as kop from ({_GONE}) as line
          where undone_by is null and amount_kop > 0 group by 1
        ) as gone
        left join (
          select contract_id, sum(kop)::bigint as kop from (
            select voucher_id, contract_id, -sum(amount_kop)::bigint as kop from app.entry
            where run_no = 0 and kind in (20, 21, 22, 51) group by 1, 2
          ) as document
          where kop > 0 group by 1
        ) as received using (contract_id)
        where gone.kop > coalesce(received.kop, 0)
    """,
    ),
    "waiting-is-searched": Check(
        "Ни одно поступление, ждущее перечисления, не осталось вне поиска.",
        """
        select voucher.id, voucher.recorded_at, scan.since
        from app.transfer_scan as scan
        join app.voucher on voucher.recorded_at < scan.since
        join app.payment on payment.id = voucher.id
        where (scan.starts_on is null or payment.paid_on >= scan.starts_on)
          and voucher.status = 'posted'
          and exists (
            select 1 from app.entry
            where entry.voucher_id = voucher.id and entry.period = voucher.period
              and entry.run_no = 0 and entry.kind in (20, 51)
              and entry.account_id not in (
                select id from app.account where suspense_of is not null)
              and entry.contract_id not in (select id from app.contract_of_centre)
              and not exists (
                select 1 from app.bank_transfer_line as line
                where line.source_id = voucher.id and line.contract_id = entry.contract_id
                  and not exists (
                    select 1 from app.voucher as undone where undone.reverses = line.transfer_id))
            group by entry.contract_id having sum(entry.amount_kop) <> 0)
    """,
    ),
}
