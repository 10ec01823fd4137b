"""A report as a sheet: texts stay texts, amounts are numbers, groups fold."""

from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from app.domain.analysis import CellKind, Dimension, Report, ReportColumn, ReportRow
from app.exchange import report_sheet

HOSTILE = ('=HYPERLINK("http://x","y")', "+1+1", "-2", "@SUM(A1)", "\t=1", "http://x.ru")


def sheet_of(report: Report, path: Path):
    report_sheet.write(path, report)
    return load_workbook(path).active


def report_of(*rows: ReportRow) -> Report:
    return Report(
        "debtors", "Должники", ("За всё.",), (Dimension.HOUSE, Dimension.ACCOUNT),
        (
            ReportColumn("payer", "Плательщик", CellKind.TEXT),
            ReportColumn("debt", "Долг"),
            ReportColumn("rate", "Собрано, %", CellKind.SHARE),
            ReportColumn("paid_on", "Оплата", CellKind.DAY),
        ),
        rows,
    )  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_that_looks_like_a_formula_stays_a_text(tmp_path: Path, text: str):
    row = ReportRow((text, text), (text, text), (text, -5, None, None))

    sheet = sheet_of(report_of(row), tmp_path / "a.xlsx")

    for place in (1, 2, 3):
        cell = sheet.cell(row=5, column=place)
        assert (cell.value, cell.data_type) == (text, "s")
        assert cell.hyperlink is None
    assert sheet.cell(row=5, column=4).data_type == "n"


def test_rows_are_numbers_dates_and_levels(tmp_path: Path):
    sheet = sheet_of(
        report_of(
            ReportRow(("Д1",), ("ул. Мира, 5",), ("", -1_234_56, 950_000, None)),
            ReportRow(("Д1", "7"), ("ул. Мира, 5", "7"), ("Ё", 7, None, date(2026, 10, 5))),
            ReportRow((), (), (None, -1_234_49, None, None)),
        ),
        tmp_path / "a.xlsx",
    )

    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert rows[0] == ["Дом", "Счёт", "Плательщик", "Долг", "Собрано, %", "Оплата"]
    assert rows[1][3:5] == [-1234.56, 0.95]
    assert rows[2][:4] == ["ул. Мира, 5", "7", "Ё", 0.07]
    assert rows[2][5].date() == date(2026, 10, 5)
    assert rows[3][0] == "Итого"
    assert sheet.row_dimensions[6].outlineLevel == 1
    assert sheet.cell(row=5, column=1).font.bold
    assert not sheet.cell(row=6, column=1).font.bold
    assert sheet.freeze_panes == "C5"
