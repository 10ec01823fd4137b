"""Registers of what was charged and what was paid, and how much of it was collected.

charges      by what the line is: charge, raising, recalculation, benefit …
payments     principal and penalty, with the number of payments
collection   paid of charged, month by month and running, by month of charge or of posting
"""

from app.domain import analysis, ledger
from app.domain.analysis import (
    CellKind,
    Cut,
    Dimension,
    NotAGrouping,
    Report,
    ReportColumn,
    ReportRow,
)
from app.domain.ledger import EntryKind
from app.store import analysis_sources as sources
from app.store.analysis import named_columns, read_rows, rolled_columns
from app.store.analysis_names import NAMES
from app.store.reading import Snapshot

# Columns of a register: name, title, the kinds that are summed in it, the sign they are shown with.
Sums = tuple[tuple[str, str, tuple[EntryKind, ...], int], ...]

_CHARGES: Sums = (
    ("charged", "Начислено", (EntryKind.CHARGE,), 1),
    ("raising", "Повышение", (EntryKind.RAISING,), 1),
    ("recalculated", "Перерасчёты", (EntryKind.RECALCULATION, EntryKind.CORRECTION), 1),
    ("absence", "Отсутствие", (EntryKind.ABSENCE,), 1),
    ("quality", "Качество", (EntryKind.QUALITY,), 1),
    ("benefit", "Льготы", (EntryKind.BENEFIT,), 1),
    ("penalty", "Пени", ledger.PENALTIES, 1),
)
_PAYMENTS: Sums = (
    ("principal", "Основной долг", (EntryKind.PAYMENT,), -1),
    ("penalty", "Пени", (EntryKind.PENALTY_PAYMENT,), -1),
    ("refunded", "Возвращено", (EntryKind.REFUND,), -1),
)
# A set-off pays the month it goes to; what is written off or handed over is neither.
_COLLECTED: Sums = (
    (
        "charged",
        "Начислено",
        (
            *ledger.CHARGED,
            EntryKind.RECALCULATION,
            EntryKind.ABSENCE,
            EntryKind.QUALITY,
            EntryKind.CORRECTION,
            EntryKind.BENEFIT,
        ),
        1,
    ),
    ("paid", "Оплачено", (EntryKind.PAYMENT, EntryKind.SETOFF, EntryKind.REFUND), -1),
    ("given_up", "Списано и передано", (EntryKind.WRITE_OFF, EntryKind.TRANSFER), -1),
)

_REGISTER = """
with posted as ({posted}), leaf as (
  select {keys}, {vouchers} {sums}
  from posted {contract}
  group by {group}
), named as (
  select {names}, leaf.* from leaf
  {joins}
), rolled as (
  select {rolled}, {counted} {summed}
  from named
  {grouping}
)
select *, {total} as total from rolled
where level = 0 or {any}
order by {order}
"""

_PAID = """
select entry.period, premises.house_id, entry.account_id, entry.service_id, entry.contract_id,
  entry.origin_period, entry.kind,
  coalesce(payment.agent_id, '{nobody}'::uuid) as agent_id,
  coalesce(payment.channel, '') as channel, payment.id as voucher_id, entry.amount_kop
from app.entry
join app.account on account.id = entry.account_id
join app.premises on premises.id = account.premises_id
left join app.payment on payment.id = entry.voucher_id
where ({parts}) and entry.kind in ({kinds}) and {filters}
"""


def charges(snapshot: Snapshot, cut: Cut) -> Report:
    """Give what was charged in the months of a cut, by what it was.

    Call it with a snapshot that nothing was read from yet.
    """
    sources.hold(snapshot)
    inside = [part for part in sources.parts(snapshot) if cut.first <= part.period <= cut.last]
    posted = sources.posted(cut, inside, only_kinds=_kinds(_CHARGES))
    columns = (*_columns(_CHARGES), ReportColumn("total", "Всего"))
    rows = read_rows(snapshot, _query(cut, posted, _CHARGES), cut, _names(columns))
    return _report("charges", "Реестр начислений", cut, columns, rows)


def payments(snapshot: Snapshot, cut: Cut) -> Report:
    """Give what was paid in the months of a cut: money received less money given back.

    Call it with a snapshot that nothing was read from yet.
    """
    sources.hold(snapshot)
    inside = [
        part
        for part in sources.parts(snapshot)
        if cut.first <= part.period <= cut.last and part.run_no == 0
    ]
    filters = sources.filters(cut, table="entry", house="premises.house_id")
    if cut.agents:
        filters += f" and payment.agent_id in {sources.AGENTS}"
    posted = _PAID.format(
        nobody=sources.NOBODY,
        parts=" or ".join(f"({part.condition})" for part in inside) or "false",
        kinds=_kinds(_PAYMENTS),
        filters=filters,
    )
    columns = (
        ReportColumn("payments", "Платежей", CellKind.COUNT),
        *_columns(_PAYMENTS),
        ReportColumn("total", "Всего"),
    )
    query = _query(cut, posted, _PAYMENTS, counts_payments=True)
    rows = read_rows(snapshot, query, cut, _names(columns))
    return _report("payments", "Реестр платежей", cut, columns, rows)


def collection(snapshot: Snapshot, cut: Cut, *, by_origin: bool) -> Report:
    """Give what was collected of what was charged, month by month inside the groups of a cut.

    Call it with a snapshot that nothing was read from yet.

    :param by_origin: months are those charged for, whenever it was paid till the end of cut.last;
        otherwise those posted into: money of a month against charges of the month
    :raises NotAGrouping: when months or whoever took the money are among the groups
    """
    month = Dimension.ORIGIN if by_origin else Dimension.PERIOD
    wrong = {Dimension.ORIGIN, Dimension.PERIOD, *analysis.OF_PAYMENTS} & set(cut.by)
    if wrong:
        raise NotAGrouping(
            "Собираемость и так идёт по месяцам, а у начислений нет агента и канала. Выберите "
            "договор, кредитора, исполнителя, услугу, дом или счёт."
        )
    monthly = Cut(
        cut.first, cut.last, (*cut.by, month), cut.houses, cut.contracts, cut.services, cut.accounts
    )
    sources.hold(snapshot)
    parts = [
        part
        for part in sources.parts(snapshot)
        if part.period <= cut.last and (by_origin or part.period >= cut.first)
    ]
    posted = sources.posted(monthly, parts, only_kinds=_kinds(_COLLECTED))
    if by_origin:
        posted = (
            f"select * from ({posted}) as whole where origin_period between %(first)s and %(last)s"
        )
    names = tuple(one[0] for one in _COLLECTED)
    rows = read_rows(snapshot, _query(monthly, posted, _COLLECTED), monthly, names)
    columns = (
        *_columns(_COLLECTED),
        ReportColumn("rate", "Собрано, %", CellKind.SHARE),
        ReportColumn("charged_so_far", "Начислено с начала"),
        ReportColumn("paid_so_far", "Оплачено с начала"),
        ReportColumn("rate_so_far", "С начала, %", CellKind.SHARE),
    )
    report = _report("collection", "Собираемость", monthly, columns, _running(rows, monthly))
    meant = (
        "Месяц — за который начислено; оплачено до конца последнего месяца."
        if by_origin
        else "Месяц — в котором проведено: деньги месяца против начислений месяца."
    )
    return Report(
        report.name, report.title, (*report.notes, meant), report.by, report.columns, report.rows
    )


def _running(rows: tuple[ReportRow, ...], cut: Cut) -> tuple[ReportRow, ...]:
    """Add rates, and sums from the first month on inside each group."""
    found = []
    charged_so_far = paid_so_far = 0
    for row in rows:
        charged, paid = row.amount(0), row.amount(1)
        if row.level == len(cut.by):
            charged_so_far += charged
            paid_so_far += paid
        else:
            charged_so_far = paid_so_far = 0
        is_month = row.level == len(cut.by)
        so_far = (charged_so_far, paid_so_far) if is_month else (charged, paid)
        rates = (analysis.rate_ppm(paid, charged), analysis.rate_ppm(so_far[1], so_far[0]))
        found.append(ReportRow(row.keys, row.labels, (*row.values, rates[0], *so_far, rates[1])))
    return tuple(found)


def _query(cut: Cut, posted: str, sums: Sums, *, counts_payments: bool = False) -> str:
    namings = [NAMES[one] for one in cut.by]
    names, joins = named_columns(namings)
    rolled, grouping, order = rolled_columns(cut.by)
    keys = [f"{one.source} as key_{place}" for place, one in enumerate(namings)]
    columns = [name for name, *_ in sums]
    needs_contract = any("contract." in one.source for one in namings)
    group = [str(place + 1) for place in range(max(1, len(keys)) + counts_payments)]
    return _REGISTER.format(
        posted=posted,
        keys=", ".join(keys) or "0 as nothing_1",
        vouchers="posted.voucher_id," if counts_payments else "",
        sums=", ".join(_sum(*one) for one in sums),
        contract="join app.contract on contract.id = posted.contract_id" if needs_contract else "",
        group=", ".join(group),
        names=names,
        joins=joins,
        rolled=rolled,
        counted="count(distinct voucher_id)::bigint as payments," if counts_payments else "",
        summed=", ".join(f"coalesce(sum({name}), 0)::bigint as {name}" for name in columns),
        grouping=grouping,
        total=" + ".join(columns),
        # Money taken and given back is nothing, and yet it was there.
        any=" or ".join(
            f"{name} <> 0" for name in (*columns, *(["payments"] if counts_payments else []))
        ),
        order=order,
    )


def _sum(name: str, _: str, kinds: tuple[EntryKind, ...], sign: int) -> str:
    return (
        f"coalesce({'-' if sign < 0 else ''}sum(posted.amount_kop) filter (where posted.kind in"
        f" ({sources.kinds(kinds)})), 0)::bigint as {name}"
    )


def _kinds(sums: Sums) -> str:
    return ", ".join(sources.kinds(kinds) for _, _, kinds, _ in sums)


def _columns(sums: Sums) -> tuple[ReportColumn, ...]:
    return tuple(ReportColumn(name, title) for name, title, _, _ in sums)


def _names(columns: tuple[ReportColumn, ...]) -> tuple[str, ...]:
    return tuple(one.name for one in columns)


def _report(
    name: str,
    title: str,
    cut: Cut,
    columns: tuple[ReportColumn, ...],
    rows: tuple[ReportRow, ...],
) -> Report:
    notes = (analysis.spoken_span(cut), *analysis.spoken_filters(cut))
    return Report(name, title, notes, cut.by, columns, rows)
