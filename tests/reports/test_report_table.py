"""A report on paper: its head on every page, figures whole, wide ones on their side."""

import io
from datetime import UTC, date, datetime

import pypdfium2 as pdfium
import pytest

from app.domain.analysis import CellKind, Dimension, Report, ReportColumn, ReportRow
from app.reports import report_table

AT = datetime(2026, 11, 24, 15, 20, tzinfo=UTC)


def pages_of(report: Report) -> list[tuple[float, str]]:
    """Give the width and the text of every page."""
    out = io.BytesIO()
    number = report_table.render(report, out, issued_at=AT, issued_by="Иванова А.")
    document = pdfium.PdfDocument(out.getvalue())
    pages = [(page.get_width(), page.get_textpage().get_text_range()) for page in document]
    document.close()
    assert len(pages) == number
    return pages


def report_of(*, rows: int = 3, columns: int = 6, amount_kop: int = 1_234_567_89) -> Report:
    made = [
        ReportRow((str(one),), (f"ул. Мира, {one}",), (amount_kop,) * columns)
        for one in range(1, rows + 1)
    ]
    return Report(
        "turnover", "Оборотная ведомость", ("С 11.2025 по 10.2026.",), (Dimension.HOUSE,),
        tuple(ReportColumn(f"c{one}", f"Столбец {one}") for one in range(columns)),
        (*made, ReportRow((), (), (amount_kop * rows,) * columns)),
    )  # fmt: skip


def test_a_page_says_what_it_is_and_who_made_it() -> None:
    ((width, text),) = pages_of(report_of())

    assert width < 600
    for part in ("Оборотная ведомость", "С 11.2025 по 10.2026.", "Дом", "ул. Мира, 2", "Итого",
                 "24.11.2026 15:20, Иванова А.", "стр. 1 из 1"):  # fmt: skip
        assert part in text
    assert text.count("1 234 567,89") == 18


def test_the_head_is_on_every_page_and_every_row_on_one() -> None:
    pages = pages_of(report_of(rows=200))

    assert len(pages) > 2
    assert all("Столбец" in text for _, text in pages)
    assert all("продолжение" in text for _, text in pages[1:])
    whole = " ".join(text for _, text in pages)
    assert all(whole.count(f"ул. Мира, {one}\r") + whole.count(f"ул. Мира, {one} ") >= 1
               for one in range(1, 201))  # fmt: skip
    assert "Итого" in pages[-1][1]
    assert "Итого" not in pages[0][1]


@pytest.mark.parametrize(("columns", "lies"), [(4, False), (12, True)])
def test_a_wide_report_lies_on_its_side(columns: int, lies: bool) -> None:
    ((width, _),) = pages_of(report_of(columns=columns))

    assert (width > 800) is lies


def test_texts_dates_shares_and_nothing() -> None:
    report = Report(
        "debtors", "Должники", (), (Dimension.ACCOUNT,),
        (
            ReportColumn("payer", "Плательщик", CellKind.TEXT),
            ReportColumn("months", "Месяцев", CellKind.COUNT),
            ReportColumn("rate", "%", CellKind.SHARE),
            ReportColumn("paid_on", "Оплата", CellKind.DAY),
            ReportColumn("debt", "Долг"),
        ),
        (
            ReportRow(("1",), ("1",), ("Ёлкина Ё.", 12_345, 955_000, date(2026, 10, 5), 0)),
            ReportRow((), (), (None, None, None, None, -5)),
        ),
    )  # fmt: skip

    ((_, text),) = pages_of(report)

    for part in ("Ёлкина Ё.", "12 345", "95,5", "05.10.2026", "−0,05"):
        assert part in text


def test_an_empty_report_is_a_page_with_its_total() -> None:
    ((_, text),) = pages_of(report_of(rows=0))

    assert "Итого" in text
