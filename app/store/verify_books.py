"""Invariants of the ledger itself: entries, balances, vouchers."""

from app.store.verify_check import Check
from app.store.verify_compared import compared

CHECKS: dict[str, Check] = {
    "balance-equals-entries": Check(
        "Остаток по периоду долга, счёту, услуге и договору равен проводкам: долг и пени.",
        compared(
            """
            select origin_period, service_id, contract_id, account_id, charged_kop as charged,
              charged_kop + moved_kop as principal, penalty_kop as penalty
            from app.balance
            """,
            """
            select origin_period, service_id, contract_id, account_id,
              case when run_no > 0 then amount_kop else 0 end as charged,
              case when kind < 50 then amount_kop else 0 end as principal,
              case when kind >= 50 then amount_kop else 0 end as penalty
            from app.entry
            """,
            groups=("origin_period", "service_id", "contract_id"),
            measures={
                "charged": ("charged_kop", "runs_kop"),
                "principal": ("balance_kop", "entries_kop"),
                "penalty": ("balance_penalty_kop", "entries_penalty_kop"),
            },
        ),
    ),
    "balance-once": Check(
        "У периода долга, счёта, услуги и договора один остаток.",
        """
        select origin_period, account_id, service_id, contract_id, count(*) as rows
        from app.balance
        -- Where the table itself forbids a second one there is none.
        where balance.tableoid not in (select conrelid from pg_constraint where contype = 'p')
        group by 1, 2, 3, 4 having count(*) > 1
    """,
    ),
    "entries-are-posted": Check(
        "Каждая проводка стоит под проведённым документом своего периода.",
        """
        select counted.voucher_id, counted.period, voucher.status
        from (select distinct period, run_no, voucher_id from app.entry) as counted
        left join app.voucher on voucher.id = counted.voucher_id
        left join app.charge_run on charge_run.voucher_id = counted.voucher_id
        left join app.penalty_run on penalty_run.voucher_id = counted.voucher_id
        where voucher.status is distinct from 'posted'
           or (counted.run_no > 0 and charge_run.run_no is distinct from counted.run_no)
           or (counted.run_no < 0 and penalty_run.run_no is distinct from counted.run_no)
           or voucher.period <> counted.period
    """,
    ),
    "entries-name-known-things": Check(
        "Проводки начислений называют известные счета, услуги и договоры.",
        """
        select entry.voucher_id, entry.account_id, entry.service_id, entry.contract_id
        from app.entry
        left join app.account on account.id = entry.account_id
        left join app.service on service.id = entry.service_id
        left join app.contract on contract.id = entry.contract_id
        where entry.run_no <> 0
          and (account.id is null or service.id is null or contract.id is null)
    """,
    ),
    "balances-name-known-things": Check(
        "Остатки стоят на известных счетах, услугах и договорах: чужого договора нет.",
        """
        select balance.account_id, balance.service_id, balance.contract_id
        from app.balance
        left join app.account on account.id = balance.account_id
        left join app.service on service.id = balance.service_id
        left join app.contract on contract.id = balance.contract_id
        where account.id is null or service.id is null or contract.id is null
    """,
    ),
    "ledger-is-guarded": Check(
        "Таблицы проводок, снимков и документов не дают менять и удалять: защита включена.",
        """
        with guard as (
          select tgrelid as id, tgtype::integer as kind, tgenabled in ('O', 'A') as is_on
          from pg_trigger
          where not tgisinternal and tgfoid in (
            'app.forbid_change()'::regprocedure, 'app.guard_voucher()'::regprocedure)
        ), part as (
          select relid::oid as id from pg_partition_tree('app.entry') where isleaf
          union all
          select relid::oid from pg_partition_tree('app.closing') where isleaf and level > 0
        )
        -- Bits of tgtype: 1 row, 8 delete, 16 update, 32 truncate.
        select part.id::regclass::text as table_name, need.allows
        from part
        cross join (values (25, 'update, delete'), (32, 'truncate')) as need (bits, allows)
        where not exists (select 1 from guard
          where guard.id = part.id and is_on and kind & bits = bits)
        union all
        select id::regclass::text, 'guard off' from guard
        where not is_on and id not in (select id from part)
    """,
    ),
    "ledger-parts-are-bound": Check(
        "Каждая часть книги проверяет свой месяц и номер начисления.",
        """
        select part.table_id::regclass::text as table_name, part.period, part.run_no
        from app.entry_part as part
        where not exists (select 1 from pg_constraint
            where conrelid = part.table_id and contype = 'c' and convalidated and strpos(
              pg_get_constraintdef(oid), '(period = ' || quote_literal(part.period)) > 0)
          or not exists (select 1 from pg_constraint
            where conrelid = part.table_id and contype = 'c' and convalidated
              and (pg_get_constraintdef(oid) ~ ('run_no = .?.?' || part.run_no || '[^0-9]')))
    """,
    ),
    "key-once": Check(
        "Ключ документа использован один раз.",
        "select id, count(*) as times from app.voucher group by 1 having count(*) > 1",
    ),
    "reversed-at-most-once": Check(
        "Документ сторнирован не больше одного раза.",
        """
        select reverses, count(*) as times from app.voucher
        where reverses is not null and status = 'posted' group by 1 having count(*) > 1
    """,
    ),
    "reversal-undoes-every-line": Check(
        "Сторно повторяет строки документа с обратным знаком, до копейки.",
        """
        with pair as (
          select voucher.id as undoing, voucher.reverses as undone
          from app.voucher
          where voucher.reverses is not null and voucher.status = 'posted'
            -- What a re-allocation moved since is undone where it lies.
            and not exists (select 1 from app.payment_reallocation as moved
              where moved.payment_id = voucher.reverses)
        ), line as (
          select pair.undoing, entry.account_id, entry.service_id, entry.contract_id,
            entry.origin_period, entry.kind, entry.amount_kop
          from pair join app.entry on entry.voucher_id in (pair.undoing, pair.undone)
            and entry.run_no = 0
        )
        select undoing, account_id, service_id, contract_id, origin_period, kind,
          sum(amount_kop)::bigint as left_kop
        from line group by 1, 2, 3, 4, 5, 6 having sum(amount_kop) <> 0
    """,
    ),
    "books-version-counts-postings": Check(
        "Версия книг счёта выросла не меньше, чем по нему проведено документов.",
        """
        select account.number, coalesce(books.version, 0) as version, posted.documents
        from (
          select account_id, count(distinct voucher_id) as documents
          from app.entry where run_no = 0 group by 1
        ) as posted
        join app.account on account.id = posted.account_id
        left join app.account_books as books on books.account_id = posted.account_id
        where coalesce(books.version, 0) < posted.documents
    """,
    ),
    "kept-turnover-equals-entries": Check(
        "Сохранённые суммы оборотов равны проводкам, из которых они сложены.",
        """
        with booked as (
          select entry.period, entry.run_no, premises.house_id, entry.service_id,
            entry.contract_id, entry.origin_period, entry.kind, payment.agent_id, payment.channel,
            sum(entry.amount_kop)::bigint as amount_kop, count(*) as lines
          from app.entry
          join app.turnover_kept as kept
            on kept.period = entry.period and kept.run_no = entry.run_no
          join app.account on account.id = entry.account_id
          join app.premises on premises.id = account.premises_id
          left join app.payment on entry.run_no = 0 and payment.id = entry.voucher_id
          group by 1, 2, 3, 4, 5, 6, 7, 8, 9
        ), either as (
          select booked.*, 1 as side from booked
          union all
          select turnover.period, turnover.run_no, house_id, service_id, contract_id,
            origin_period, kind, agent_id, channel, -amount_kop, -turnover.lines, 1
          from app.turnover
          join app.turnover_kept as kept using (period, run_no)
          join app.entry_part as part using (period, run_no)
        )
        select period, run_no, house_id, service_id, contract_id, origin_period, kind,
          sum(amount_kop)::bigint as differs_kop, sum(lines)::bigint as differs_lines
        from either group by period, run_no, house_id, service_id, contract_id, origin_period,
          kind, agent_id, channel
        having sum(amount_kop) <> 0 or sum(lines) <> 0
    """,
    ),
}
