"""Reports of the settlements from the command line: report."""

import argparse
import time
from datetime import date
from pathlib import Path

from app.cli.context import Context, Verbs
from app.domain import analysis, money, period
from app.domain.analysis import CellKind, Cut, Report, ReportColumn, ReportRow
from app.domain.period import Period
from app.errors import Malformed
from app.operations import bank_reports, make_report
from app.operations.make_report import REPORTS, Wanted
from app.store import analysis_sources
from app.store.reading import reading

_BY = {
    "turnover": "service",
    "ageing": "creditor",
    "collection": "",
    "debtors": "",
    "payments": "channel",
    "charges": "service",
}
_NAMED = "отчёт: " + ", ".join(f"{name} — {word}" for name, word in REPORTS.items())


class NotADay(Malformed):
    """A text that is not a day."""


def add_to(verbs: Verbs) -> None:
    """Add report."""
    parser = verbs.add("report", help="отчёт по расчётам в PDF или Excel", run=report)
    parser.add_argument("name", metavar="ОТЧЁТ", choices=list(REPORTS), help=_NAMED)
    parser.add_argument(
        "--by", metavar="ГРУППЫ", help="service,house… вложенные через запятую: "
        + ", ".join(map(str, analysis.Dimension)),
    )  # fmt: skip
    parser.add_argument("--from", dest="first", metavar="ПЕРИОД", help="первый месяц")
    parser.add_argument("--to", dest="last", metavar="ПЕРИОД", help="последний месяц")
    for name, word in (
        ("house", "КОД"),
        ("contract", "НОМЕР"),
        ("service", "КОД"),
        ("account", "НОМЕР"),
        ("agent", "КОД"),
    ):
        parser.add_argument(f"--{name}", action="append", default=[], metavar=word)
    parser.add_argument("--on", metavar="ДАТА", help="день, на который смотрят долги")
    parser.add_argument(
        "--months-of", choices=("origin", "posting"), default="posting",
        help="собираемость: по месяцам начисления или проведения",
    )  # fmt: skip
    parser.add_argument("--min", metavar="СУММА", default="0", help="должники: просрочено от")
    parser.add_argument("--months", type=int, default=0, metavar="N", help="должники: месяцев от")
    parser.add_argument("--out", type=Path, metavar="ФАЙЛ", help=".pdf или .xlsx")


def report(context: Context) -> int:
    """Make a report; write it where asked, print it otherwise."""
    options = context.arguments
    began = time.perf_counter()
    wanted = _wanted(context)
    if options.out is not None:
        make_report.check_file(options.out)
    with context.progress(f"Собираю: {REPORTS[wanted.name]}", None):
        made = make_report.make_report(context.engine, wanted)
        if wanted.name == "reconciliation" and _is_paper(options.out):
            bank_reports.write_reconciliation(
                context.engine, wanted.cut, options.out, on=context.at.date(), actor=context.actor
            )
        elif options.out is not None:
            make_report.write_report(made, options.out, at=context.at, actor=context.actor)
    seconds = round(time.perf_counter() - began, 2)
    text = (
        f"{made.title}: строк {len(made.rows)}, {seconds} с.\n{options.out}"
        if options.out is not None
        else shown(made)
    )
    return context.answer(document(made, wanted.cut, options.out, seconds), text)


def document(made: Report, cut: Cut, out: Path | None, seconds: float) -> dict[str, object]:
    """Give a report for programs: amounts are texts with two decimals, shares millionths of one."""
    return {
        "report": made.name,
        "from": str(cut.first),
        "to": str(cut.last),
        "by": [str(one) for one in made.by],
        "rows": [_row_json(made, row) for row in made.rows if row.level],
        "total": _values_json(made, made.total),
        "out": str(out) if out else None,
        "seconds": seconds,
    }


def shown(made: Report) -> str:
    """Give a report as a text: a line for each row, its groups by indent."""
    lines = [made.title, *made.notes, ""]
    for row in made.rows:
        label = row.labels[-1] if row.labels else "Итого"
        told = "; ".join(
            f"{column.title.lower()} {_shown(column, value)}"
            for column, value in zip(made.columns, row.values, strict=True)
            if value not in (None, 0, "")
        )
        lines.append(f"{'  ' * max(0, row.level - 1)}{label}: {told or 'ничего'}")
    return "\n".join(lines)


def _wanted(context: Context) -> Wanted:
    options = context.arguments
    by = options.by if options.by is not None else _BY.get(options.name, "")
    first, last = _span(context, options)
    cut = Cut(
        first,
        last,
        analysis.groups(by),
        houses=tuple(options.house),
        contracts=tuple(options.contract),
        services=tuple(options.service),
        accounts=tuple(options.account),
        agents=tuple(options.agent),
    )
    return Wanted(
        options.name,
        cut,
        on=_day(options.on) if options.on else None,
        by_origin=options.months_of == "origin",
        at_least_kop=money.kopecks(options.min),
        months_least=options.months,
    )


def _span(context: Context, options: argparse.Namespace) -> tuple[Period, Period]:
    """Give the months asked for; none named: the last month that has entries."""
    if options.first and options.last:
        return period.parse(options.first), period.parse(options.last)
    if options.first or options.last:
        month = period.parse(options.first or options.last)
        if options.last:
            return month, month
        return month, max(month, _latest(context))
    latest = _latest(context)
    return latest, latest


def _latest(context: Context) -> Period:
    with reading(context.engine) as snapshot:
        return analysis_sources.latest_period(snapshot)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotADay(f"«{text[:20]}» не дата. Пример: 2026-11-30.") from error


def _is_paper(out: Path | None) -> bool:
    return out is not None and out.suffix.lower() == ".pdf"


def _row_json(made: Report, row: ReportRow) -> dict[str, object]:
    named: dict[str, object] = {"level": row.level}
    for one, key in zip(made.by, row.keys, strict=False):
        named[str(one)] = key
    named["label"] = row.labels[-1]
    return named | _values_json(made, row)


def _values_json(made: Report, row: ReportRow) -> dict[str, object]:
    return {
        column.name: _json(column, value)
        for column, value in zip(made.columns, row.values, strict=True)
    }


def _json(column: ReportColumn, value: int | str | date | None) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int) and column.kind is CellKind.MONEY:
        return money.rubles(value)
    if isinstance(value, int) and column.kind is CellKind.SHARE:
        return f"{value / money.MILLION:.6f}"
    return value


def _shown(column: ReportColumn, value: int | str | date | None) -> str:
    if isinstance(value, int) and column.kind is CellKind.MONEY:
        return money.shown(value)
    if isinstance(value, int) and column.kind is CellKind.SHARE:
        return f"{analysis.percent(value)} %"
    return str(value)
