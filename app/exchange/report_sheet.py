"""A report as a sheet of Excel: groups fold, totals are bold, texts stay texts.

A text that begins like a formula is written as a text: a payer called «=HYPERLINK(…)» is a name.
"""

from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from app.domain import money
from app.domain.analysis import DIMENSION_WORDS, CellKind, Report, ReportColumn, ReportRow

TOTAL = "Итого"
_WIDTHS = {
    CellKind.TEXT: 30,
    CellKind.MONEY: 16,
    CellKind.COUNT: 10,
    CellKind.SHARE: 10,
    CellKind.DAY: 12,
}
_GROUP_WIDTH = 30
_OUTLINE_MAX = 7
_NUMBERS = {
    CellKind.TEXT: "@",
    CellKind.MONEY: "#,##0.00",
    CellKind.COUNT: "#,##0",
    CellKind.SHARE: "0.0%",
    CellKind.DAY: "dd.mm.yyyy",
}


def write(path: Path, report: Report) -> None:
    """Write a report as a workbook of one sheet; rows go to the file as they come."""
    told = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), told) as workbook:
        sheet = workbook.add_worksheet(report.title[:31])
        _Sheet(workbook, sheet, report).write()


class _Sheet:
    """The sheet being filled from the top down."""

    def __init__(self, workbook: Any, sheet: Any, report: Report) -> None:
        self._workbook, self._sheet, self._report = workbook, sheet, report
        self._formats: dict[tuple[CellKind, bool], Any] = {
            (kind, strong): workbook.add_format({"num_format": _NUMBERS[kind], "bold": strong})
            for kind in CellKind
            for strong in (False, True)
        }
        self._head = workbook.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
        )
        self._title = workbook.add_format({"bold": True, "font_size": 14})

    def write(self) -> None:
        sheet, report = self._sheet, self._report
        sheet.outline_settings(symbols_below=False)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        titles = self._columns()
        sheet.write_string(0, 0, report.title, self._title)
        for place, note in enumerate(report.notes, start=1):
            sheet.write_string(place, 0, note)
        at = len(report.notes) + 2
        for place, title in enumerate(titles):
            sheet.write_string(at, place, title, self._head)
        sheet.freeze_panes(at + 1, max(1, len(report.by)))
        sheet.repeat_rows(at)
        for place, row in enumerate(report.rows, start=at + 1):
            self._row(place, row)

    def _columns(self) -> list[str]:
        by = [DIMENSION_WORDS[one] for one in self._report.by] or [""]
        for place in range(len(by)):
            self._sheet.set_column(place, place, _GROUP_WIDTH)
        for place, column in enumerate(self._report.columns, start=len(by)):
            self._sheet.set_column(place, place, _WIDTHS[column.kind])
        return [*by, *(column.title for column in self._report.columns)]

    def _row(self, place: int, row: ReportRow) -> None:
        depth = len(self._report.by)
        strong = row.level < depth or row.level == 0
        folded = {"level": min(row.level - 1, _OUTLINE_MAX)} if row.level > 1 else {}
        self._sheet.set_row(place, None, None, folded)
        text = self._formats[CellKind.TEXT, strong]
        for level, label in enumerate(row.labels or (TOTAL,)):
            self._sheet.write_string(place, level, label, text)
        for column, (told, value) in enumerate(
            zip(self._report.columns, row.values, strict=True), start=max(1, depth)
        ):
            self._cell(place, column, told, value, strong=strong)

    def _cell(
        self, place: int, at: int, column: ReportColumn, value: object, *, strong: bool
    ) -> None:
        look = self._formats[column.kind, strong]
        if value is None:
            return
        if isinstance(value, str):
            self._sheet.write_string(place, at, value, look)
        elif isinstance(value, date):
            self._sheet.write_datetime(place, at, value, look)
        elif isinstance(value, int):
            self._sheet.write_number(place, at, value / _UNITS[column.kind], look)


_UNITS = {
    CellKind.TEXT: 1,
    CellKind.MONEY: money.KOP_PER_RUB,
    CellKind.COUNT: 1,
    CellKind.SHARE: money.MILLION,
    CellKind.DAY: 1,
}
