"""Make a report of the settlements by its name; write it as a sheet or as paper."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from app.domain.analysis import Cut, Report
from app.errors import Malformed
from app.exchange import report_sheet
from app.operations import bank_reports
from app.operations.keep_turnovers import keep_turnovers
from app.reports import report_table
from app.store import analysis, analysis_debts, analysis_registers
from app.store.engine import Engine
from app.store.reading import Snapshot, reading

REPORTS: dict[str, str] = {
    "turnover": "оборотная ведомость",
    "ageing": "долги по срокам",
    "collection": "собираемость",
    "debtors": "должники",
    "payments": "реестр платежей",
    "charges": "реестр начислений",
    **bank_reports.REPORTS,
}
SUFFIXES = (".pdf", ".xlsx")


class NotAReportFile(Malformed):
    """A file of a kind reports are not written as."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A report as somebody asked for it.

    :ivar name: one of REPORTS
    :ivar on: the day debts are looked at; None: the last day of cut.last
    :ivar by_origin: collection by month of charge, not of posting
    :ivar at_least_kop: overdue debt from which a debtor is listed
    :ivar months_least: months in debt from which a debtor is listed
    """

    name: str
    cut: Cut
    on: date | None = None
    by_origin: bool = False
    at_least_kop: int = 0
    months_least: int = 0


def make_report(engine: Engine, wanted: Wanted) -> Report:
    """Read a report.

    :raises NotAGrouping: when it cannot be grouped so
    """
    if wanted.name in bank_reports.REPORTS:
        with reading(engine) as snapshot:
            return bank_reports.make(snapshot, wanted.name, wanted.cut, on=wanted.on)
    keep_turnovers(engine)
    with reading(engine) as snapshot:
        return _MAKERS[wanted.name](snapshot, wanted)


def check_file(path: Path) -> None:
    """Refuse a file whose name says no kind a report is written as.

    :raises NotAReportFile: when it is neither .pdf nor .xlsx
    """
    if path.suffix.lower() not in SUFFIXES:
        raise NotAReportFile(
            f"Отчёт пишется в файл .pdf или .xlsx, а не «{path.name[:60]}». "
            "Назовите файл с одним из этих окончаний."
        )
    if not path.absolute().parent.is_dir():
        raise NotAReportFile(
            f"Папки {path.absolute().parent} нет. Создайте её или выберите другую."
        )


def write_report(report: Report, path: Path, *, at: datetime, actor: str) -> None:
    """Write a report as paper or as a sheet, by the ending of the file.

    :raises NotAReportFile: when it is neither .pdf nor .xlsx, or the folder is not there
    """
    check_file(path)
    if path.suffix.lower() == ".xlsx":
        report_sheet.write(path, report)
        return
    with path.open("wb") as out:
        report_table.render(report, out, issued_at=at, issued_by=actor)


def _ageing(snapshot: Snapshot, wanted: Wanted) -> Report:
    return analysis_debts.ageing(snapshot, wanted.cut, on=_on(wanted))


def _debtors(snapshot: Snapshot, wanted: Wanted) -> Report:
    return analysis_debts.debtors(
        snapshot,
        wanted.cut,
        on=_on(wanted),
        at_least_kop=wanted.at_least_kop,
        months_least=wanted.months_least,
    )


def _on(wanted: Wanted) -> date:
    return wanted.on or wanted.cut.last.last_day


_MAKERS: dict[str, Callable[[Snapshot, Wanted], Report]] = {
    "turnover": lambda snapshot, wanted: analysis.turnover(snapshot, wanted.cut),
    "ageing": _ageing,
    "collection": lambda snapshot, wanted: analysis_registers.collection(
        snapshot, wanted.cut, by_origin=wanted.by_origin
    ),
    "debtors": _debtors,
    "payments": lambda snapshot, wanted: analysis_registers.payments(snapshot, wanted.cut),
    "charges": lambda snapshot, wanted: analysis_registers.charges(snapshot, wanted.cut),
}
assert [*_MAKERS, *bank_reports.REPORTS] == list(REPORTS)
