"""Reports of money on its way: the registry of transfers, the reconciliation, what agents took.

registry         transfer ─▶ service ─▶ house ─▶ agent, by the lines that went
reconciliation   contract ─▶ month: charged, received, transferred, withheld, still owed
agents           agent ─▶ channel: payments, sum, commission, VAT in it
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from app.domain.analysis import (
    CellKind,
    Cut,
    Dimension,
    Report,
    ReportColumn,
    ReportRow,
    spoken_span,
)
from app.domain.reconciliation import ReconciledMonth, Reconciliation
from app.domain.report_tree import Leaf, tree
from app.store.reading import Snapshot

_CHOSEN = """
transfer.on_day >= %(since)s and transfer.on_day < %(until)s
  and (%(contracts)s::text[] = '{}' or contract.number = any (%(contracts)s))
  and not exists (select 1 from app.voucher as undone where undone.reverses = transfer.id)
"""
_TRANSFERS = f"""
select transfer.id, contract.number as contract, coalesce(version.name, payee.code) as supplier,
  transfer.on_day, transfer.order_no, transfer.payments, transfer.received_kop,
  transfer.commission_kop, transfer.fee_kop, transfer.amount_kop
from app.bank_transfer as transfer
join app.contract on contract.id = transfer.contract_id
join app.organisation as payee on payee.id = coalesce(contract.supplier_id, contract.provider_id)
left join app.organisation_version as version on version.organisation_id = payee.id
  and version.valid_from <= transfer.on_day
  and (version.valid_to is null or transfer.on_day < version.valid_to)
where {_CHOSEN}
order by transfer.on_day, transfer.order_no
"""
_REGISTRY = f"""
select transfer.id, service.code as service, service.name as service_name, house.code as house,
  concat_ws(', ', place.street, place.building || coalesce(' ' || place.block, '')) as address,
  coalesce(agent.code, '') as agent, coalesce(named.name, agent.code, 'без агента') as agent_name,
  count(distinct entry.voucher_id) as payments, -sum(entry.amount_kop)::bigint as received_kop
from app.bank_transfer as transfer
join app.contract on contract.id = transfer.contract_id
join app.bank_transfer_line as line on line.transfer_id = transfer.id
join app.voucher on voucher.id = line.source_id
join app.entry on entry.voucher_id = voucher.id and entry.period = voucher.period
  and entry.run_no = 0 and entry.contract_id = line.contract_id and entry.kind in (20, 21, 22, 51)
join app.service on service.id = entry.service_id
join app.account on account.id = entry.account_id
join app.premises on premises.id = account.premises_id
join app.house on house.id = premises.house_id
left join lateral (select * from app.house_version where house_id = house.id
                   order by valid_from desc limit 1) as place on true
left join app.payment on payment.id = line.source_id
left join app.organisation as agent on agent.id = payment.agent_id
left join lateral (select name from app.organisation_version where organisation_id = agent.id
                   order by valid_from desc limit 1) as named on true
where {_CHOSEN}
group by transfer.id, transfer.on_day, transfer.order_no, service.id, house.id, place.street,
  place.building, place.block, agent.code, named.name, place.street_key, place.building_key
order by transfer.on_day, transfer.order_no, service.position, service.code, place.street_key,
  place.building_key, house.code, agent.code nulls first
"""
_RECONCILED = (
    ReportColumn("opening", "Долг центра на начало"),
    ReportColumn("charged", "Начислено потребителям"),
    ReportColumn("received", "Поступило от них"),
    ReportColumn("transferred", "Перечислено"),
    ReportColumn("withheld", "Удержано"),
    ReportColumn("closing", "Долг центра на конец"),
)


def registry(snapshot: Snapshot, cut: Cut, *, on: date | None) -> Report:
    """Give «Реестр перечислений»: of a day, or of the months of the cut."""
    asked = _asked(cut, on)
    transfers = snapshot.rows(_TRANSFERS, **asked)
    leaves: list[Leaf] = []
    lines: defaultdict[Any, list[Any]] = defaultdict(list)
    for row in snapshot.rows(_REGISTRY, **asked):
        lines[row.id].append(row)
    for one in transfers:
        title = f"№ {one.order_no} от {one.on_day:%d.%m.%Y}, {one.contract}, {one.supplier}"
        leaves += [
            (
                (f"{one.on_day.isoformat()}/{one.order_no}", row.service, row.house, row.agent),
                (title, row.service_name, row.address or row.house, row.agent_name),
                (row.payments, row.received_kop, None, None),
            )
            for row in lines[one.id]
        ]
    rows = tree(leaves, summed=(True, True, False, False))
    by_key = {f"{one.on_day.isoformat()}/{one.order_no}": one for one in transfers}
    filled = tuple(_with_transfer(row, by_key, transfers) for row in rows)
    when = f"За {on:%d.%m.%Y}." if on else spoken_span(cut)
    return Report(
        name="transfers",
        title="Реестр перечислений",
        notes=(when, "По договору, услуге, дому и агенту; отменённые поручения не показаны."),
        by=(Dimension.CONTRACT, Dimension.SERVICE, Dimension.HOUSE, Dimension.AGENT),
        columns=(
            ReportColumn("payments", "Платежей", CellKind.COUNT),
            ReportColumn("received", "Получено"),
            ReportColumn("withheld", "Удержано"),
            ReportColumn("amount", "Перечислено"),
        ),
        rows=filled,
    )


def _with_transfer(row: Any, by_key: dict[str, Any], transfers: list[Any]) -> Any:
    if row.level > 1:
        return row
    taken = [by_key[row.keys[0]]] if row.level else transfers
    values = (
        sum(one.payments for one in taken),
        sum(one.received_kop for one in taken),
        sum(one.commission_kop + one.fee_kop for one in taken),
        sum(one.amount_kop for one in taken),
    )
    return type(row)(row.keys, row.labels, values)


def reconciliation(found: Sequence[Reconciliation], cut: Cut) -> Report:
    """Give «Сверка с РСО» as a table."""
    rows: list[ReportRow] = []
    for one in found:
        key, label = one.contract, f"{one.contract}, {one.supplier}"
        rows.append(ReportRow((key,), (label,), _figures(one.total)))
        rows += [
            ReportRow((key, str(month.period)), (label, month.period.shown), _figures(month))
            for month in one.months
        ]
    totals = [_figures(one.total) for one in found]
    whole = tuple(sum(column) for column in zip(*totals, strict=True)) or (0,) * len(_RECONCILED)
    rows.append(ReportRow((), (), whole))
    return Report(
        name="reconciliation",
        title="Сверка с РСО",
        notes=(
            spoken_span(cut),
            "Долг центра: поступило от потребителей и ещё не перечислено поставщику.",
        ),
        by=(Dimension.CONTRACT, Dimension.PERIOD),
        columns=_RECONCILED,
        rows=tuple(rows),
    )


def _figures(month: ReconciledMonth) -> tuple[int, ...]:
    return (
        month.opening_kop,
        month.charged_kop,
        month.received_kop,
        month.transferred_kop,
        month.withheld_kop,
        month.closing_kop,
    )


def _asked(cut: Cut, on: date | None) -> dict[str, object]:
    since, until = cut.first.first_day, cut.last.next.first_day
    if on is not None:
        since, until = on, date.fromordinal(on.toordinal() + 1)
    return {"since": since, "until": until, "contracts": list(cut.contracts)}
