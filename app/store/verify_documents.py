"""Invariants of documents of accountants: adjustments, set-offs, transfers, write-offs."""

from app.store.verify_check import Check

CHECKS: dict[str, Check] = {
    "adjustment-has-a-reason": Check(
        "У каждой корректировки названа причина.",
        """
        select voucher.id, voucher.period, voucher.actor
        from app.voucher
        where voucher.kind = 'adjustment' and coalesce(btrim(voucher.reason), '') = ''
    """,
    ),
    "recalculation-is-became-less-was": Check(
        "Строка перерасчёта равна «стало» минус «было» и ссылается на известную причину.",
        """
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
    ),
    "setoff-sums-to-zero": Check(
        "Зачёт по счёту и получателю даёт ноль; нераспределённый аванс — по счёту.",
        """
        with line as (
          select entry.voucher_id, entry.account_id, entry.amount_kop,
            coalesce(contract.supplier_id, contract.provider_id) as creditor_id,
            bool_or(service.code in (
              'аванс', (select value from app.parameter where code = 'распределение.услуга_аванса'
                order by valid_from desc limit 1)))
              over (partition by entry.voucher_id, entry.account_id) as is_spread
          from app.voucher
          left join app.voucher as undone on undone.id = voucher.reverses
          join app.entry on entry.voucher_id = voucher.id and entry.run_no = 0
            and entry.period = voucher.period
          join app.contract on contract.id = entry.contract_id
          join app.service on service.id = entry.service_id
          where 'setoff' in (voucher.kind, undone.kind)
        )
        select voucher_id, account_id, sum(amount_kop)::bigint as left_kop
        from line group by voucher_id, account_id, case when not is_spread then creditor_id end
        having sum(amount_kop) <> 0
    """,
    ),
    "setoff-line-has-its-day": Check(
        "У каждой строки зачёта записан день, с которого она считается для пени.",
        """
        select entry.voucher_id, entry.line_no, entry.amount_kop
        from app.voucher
        join app.entry on entry.voucher_id = voucher.id and entry.run_no = 0
          and entry.period = voucher.period
        left join app.setoff_line as day
          on day.voucher_id = entry.voucher_id and day.line_no = entry.line_no
        where voucher.kind = 'setoff' and day.voucher_id is null
    """,
    ),
    "balance-transfer-sums-to-zero": Check(
        "Акт передачи сальдо внутри центра даёт ноль: по периоду долга, основному долгу и пеням.",
        """
        select voucher.id, entry.origin_period, entry.kind,
          sum(entry.amount_kop)::bigint as left_kop
        from app.voucher
        left join app.voucher as undone on undone.id = voucher.reverses
        left join app.balance_transfer as act on act.voucher_id in (voucher.id, undone.id)
        join app.entry on entry.voucher_id = voucher.id and entry.run_no = 0
          and entry.period = voucher.period
        where (voucher.kind in ('transfer', 'contract-change')
            or undone.kind in ('transfer', 'contract-change'))
          and act.kind is distinct from 'out'
        group by 1, 2, 3 having sum(entry.amount_kop) <> 0
    """,
    ),
    "balance-transfer-has-its-moves": Check(
        "В акте передачи сальдо столько строк, сколько передач: снято и положено.",
        """
        select act.voucher_id, act.moves, act.sides, count(entry.voucher_id) as lines
        from (
          select voucher_id, moves, case when kind = 'out' then 1 else 2 end as sides
          from app.balance_transfer
          union all
          select voucher_id, moves, 2 from app.contract_change
        ) as act
        join app.voucher on voucher.id = act.voucher_id
        left join app.entry on entry.voucher_id = act.voucher_id and entry.run_no = 0
          and entry.period = voucher.period
        group by 1, 2, 3 having count(entry.voucher_id) <> act.moves * act.sides
    """,
    ),
    "write-off-within-what-was-owed": Check(
        "Списано не больше, чем было должно в день списания: и долг, и пени.",
        """
        with off as (
          select entry.voucher_id, entry.account_id, entry.service_id, entry.contract_id,
            entry.origin_period, entry.kind >= 50 as is_penalty, voucher.recorded_at,
            sum(entry.amount_kop)::bigint as amount_kop
          from app.entry join app.voucher on voucher.id = entry.voucher_id
          where entry.run_no = 0 and entry.kind in (8, 53)
          group by 1, 2, 3, 4, 5, 6, 7 having sum(entry.amount_kop) < 0
        )
        select off.voucher_id, off.account_id, off.origin_period, off.amount_kop,
          owed.kop as left_kop
        from off
        cross join lateral (
          select sum(entry.amount_kop)::bigint as kop
          from app.entry join app.voucher on voucher.id = entry.voucher_id
          where entry.account_id = off.account_id and entry.service_id = off.service_id
            and entry.contract_id = off.contract_id and entry.origin_period = off.origin_period
            and (entry.kind >= 50) = off.is_penalty and voucher.recorded_at <= off.recorded_at
        ) as owed
        where owed.kop < 0
    """,
    ),
}
