"""Reports of transfers and commissions by name, as values; the paper of a reconciliation.

transfers        Реестр перечислений        remaining    Остаток к перечислению
reconciliation   Сверка с РСО               agent        Отчёт агента
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.domain import commission_split, vat
from app.domain.analysis import CellKind, Cut, Dimension, Report, ReportColumn, spoken_span
from app.domain.commission import CommissionPayer
from app.domain.commission_rules import SHOWN_CHANNELS
from app.domain.commission_split import Withheld
from app.domain.report_tree import Leaf, tree
from app.domain.supplier_transfer import TransferState
from app.errors import Refusal
from app.operations.transfer_to_suppliers import PlannedTransfer, plan_transfers
from app.operations.withheld_commissions import turnovers
from app.reports import reconciliation as reconciliation_paper
from app.store import bank_reports, commissions, organisations, reconciling
from app.store.engine import Engine
from app.store.reading import Snapshot, reading

REPORTS: dict[str, str] = {
    "transfers": "реестр перечислений",
    "remaining": "остаток к перечислению",
    "reconciliation": "сверка с РСО",
    "agent": "отчёт агента",
}
_STATES = {
    TransferState.DAILY: "перечисляется: 5 000 ₽ и больше",
    TransferState.ACCUMULATED: "перечисляется: пятый рабочий день",
    TransferState.SAME_DAY: "перечисляется: накоплено 5 000 ₽",
    TransferState.WAITING: "копится",
}


class NoAgentNamed(Refusal):
    """The report of an agent without an agent."""


class NothingToReconcile(Refusal):
    """No contract has anything in or before the months."""


def make(snapshot: Snapshot, name: str, cut: Cut, *, on: date | None) -> Report:
    """Make one of REPORTS.

    :param on: the day of «transfers» and «remaining»; None: the months of the cut, its last day
    :raises NoSuchAgent: when an agent is not known
    :raises NoCalendar: when the working calendar of the year is not known
    """
    return _MAKERS[name](snapshot, cut, on)


def write_reconciliation(engine: Engine, cut: Cut, path: Path, *, on: date, actor: str) -> int:
    """Write acts of reconciliation as PDF, a contract on pages of its own; give their number.

    :raises NothingToReconcile: when there is nothing to write
    """
    with reading(engine) as snapshot:
        found = reconciling.load(snapshot, first=cut.first, last=cut.last, contracts=cut.contracts)
        centre = organisations.centre(snapshot).name
    if not found:
        raise NothingToReconcile(
            f"{spoken_span(cut)[:-1]} сверять нечего: поступлений и перечислений по выбранным "
            "договорам не было. Проверьте период и номера договоров."
        )
    with path.open("wb") as out:
        return reconciliation_paper.render(found, out, centre=centre, made_on=on, made_by=actor)


def _transfers(snapshot: Snapshot, cut: Cut, on: date | None) -> Report:
    return bank_reports.registry(snapshot, cut, on=on)


def _reconciliation(snapshot: Snapshot, cut: Cut, _on: date | None) -> Report:
    found = reconciling.load(snapshot, first=cut.first, last=cut.last, contracts=cut.contracts)
    return bank_reports.reconciliation(found, cut)


def _remaining(snapshot: Snapshot, cut: Cut, on: date | None) -> Report:
    day = on or cut.last.last_day
    plan = plan_transfers(snapshot, on=day)
    planned = sorted(
        (*plan.going, *plan.waiting), key=lambda one: (one.creditor.details.name, one.due.contract)
    )
    chosen = [one for one in planned if not cut.contracts or one.due.contract in cut.contracts]
    leaves: list[Leaf] = [
        (
            (one.due.contract,),
            (f"{one.due.contract}, {one.creditor.details.name}",),
            _waiting_values(one),
        )
        for one in chosen
    ]
    notes = [f"На {day:%d.%m.%Y}: зачислено раньше этого дня и не перечислено."]
    if not plan.is_working_day:
        notes.append(f"День отдыха; ближайший рабочий день – {plan.next_working:%d.%m.%Y}.")
    return Report(
        name="remaining",
        title="Остаток к перечислению",
        notes=tuple(notes),
        by=(Dimension.CONTRACT,),
        columns=(
            ReportColumn("payments", "Платежей", CellKind.COUNT),
            ReportColumn("amount", "К перечислению"),
            ReportColumn("since", "Ждёт с", CellKind.DAY),
            ReportColumn("deadline", "Не позже", CellKind.DAY),
            ReportColumn("state", "Что с ними", CellKind.TEXT),
        ),
        rows=tree(leaves, summed=(True, True, False, False, False)),
    )


def _waiting_values(one: PlannedTransfer) -> tuple[int | str | date | None, ...]:
    due = one.due
    return (due.payments, one.amount_kop, due.waits_since, due.deadline, _STATES[due.state])


@dataclass
class _Taken:
    """What one agent took through one channel."""

    payments: int = 0
    amount_kop: int = 0
    commission_kop: int = 0
    on_top_kop: int = 0
    withheld_kop: int = 0
    vat_kop: int = 0

    def add(self, one: Withheld) -> None:
        self.commission_kop += one.commission_kop
        if one.rule.payer is CommissionPayer.PAYER:
            self.on_top_kop += one.commission_kop
        elif one.rule.payer is CommissionPayer.SUPPLIER:
            self.withheld_kop += one.commission_kop
        if one.rule.is_taxed:
            rate = commissions.vat_percent_millionths(on=one.paid_on)
            self.vat_kop += vat.vat_inside_kop(one.commission_kop, rate_percent_millionths=rate)

    @property
    def values(self) -> tuple[int, ...]:
        return (
            self.payments, self.amount_kop, self.commission_kop, self.on_top_kop,
            self.withheld_kop, self.vat_kop,
        )  # fmt: skip


def _agent(snapshot: Snapshot, cut: Cut, _on: date | None) -> Report:
    if not cut.agents:
        raise NoAgentNamed("Чей отчёт, не сказано: укажите код агента, например --agent БАНК.")
    names = {code: commissions.require_agent(snapshot, code) for code in cut.agents}
    days = [
        date.fromordinal(day)
        for day in range(cut.first.first_day.toordinal(), cut.last.next.first_day.toordinal())
    ]
    parts = commissions.payment_parts(snapshot, cut.agents, days=days)
    rules = commissions.rules_between(snapshot, cut.agents, since=days[0], until=days[-1])
    taken: defaultdict[tuple[str, str], _Taken] = defaultdict(_Taken)
    sums: defaultdict[tuple[object, str, frozenset[str]], int] = defaultdict(int)
    for part in parts:
        sums[part.payment, part.agent, part.channels] += part.amount_kop
    for (_, agent, channels), amount_kop in sums.items():
        found = taken[agent, _channel(channels)]
        found.payments += (amount_kop > 0) - (amount_kop < 0)
        found.amount_kop += amount_kop
    for one in commission_split.commissions(parts, rules, turnover_kop=turnovers(parts)):
        taken[one.agent, _channel(one.channels)].add(one)
    leaves: list[Leaf] = [
        ((agent, channel), (names[agent], channel), one.values)
        for (agent, channel), one in sorted(taken.items())
    ]
    return Report(
        name="agent",
        title="Отчёт агента",
        notes=(spoken_span(cut), "По дню платежа; отменённые платежи вычтены. НДС – в комиссии."),
        by=(Dimension.AGENT, Dimension.CHANNEL),
        columns=(
            ReportColumn("payments", "Платежей", CellKind.COUNT),
            ReportColumn("amount", "Принято"),
            ReportColumn("commission", "Комиссия"),
            ReportColumn("on_top", "С плательщиков"),
            ReportColumn("withheld", "Удержано"),
            ReportColumn("vat", "В т. ч. НДС"),
        ),
        rows=tree(leaves, summed=(True,) * 6),
    )


def _channel(channels: frozenset[str]) -> str:
    return ", ".join(SHOWN_CHANNELS[one] for one in SHOWN_CHANNELS if one in channels)


_MAKERS: dict[str, Callable[[Snapshot, Cut, date | None], Report]] = {
    "transfers": _transfers,
    "remaining": _remaining,
    "reconciliation": _reconciliation,
    "agent": _agent,
}
assert list(_MAKERS) == list(REPORTS)
