import io

import pytest
from pypdf import PdfReader

from app.reports import barcode, fonts
from app.reports.document_form import CODE_MODULE, LINES, METERS, PAYEES, QR_SIDE, RIGHT, edges
from app.reports.page import MM
from app.reports.pdf import PdfWriter


def writer() -> PdfWriter:
    return PdfWriter(io.BytesIO(), title="Проба")


@pytest.mark.parametrize("columns", [LINES, METERS, PAYEES])
def test_a_table_is_as_wide_as_the_sheet_allows(columns: tuple) -> None:
    assert edges(columns)[-1] == pytest.approx(RIGHT, abs=0.01)


def test_a_code_of_version_20_is_printed_large_enough() -> None:
    code = barcode.qr(b"\xd0" * 666)

    module = writer().sheet().matrix(0, 0, QR_SIDE, code)

    assert code.modules == 97
    assert module >= 0.4 * MM
    assert module * code.modules >= 30 * MM


def test_bars_are_wide_enough_for_a_desk_scanner() -> None:
    assert CODE_MODULE >= 0.25 * MM


def test_figures_wider_than_their_column_are_squeezed_and_kept() -> None:
    out = io.BytesIO()
    with PdfWriter(out, title="Проба") as file:
        sheet = file.sheet()
        sheet.right(200, 700, "98 765 432,10", face=fonts.narrow(), size=8, width=33)
        file.add(sheet)

    content = sheet.operators().decode("latin-1")
    assert "Tz" in content
    assert "98 765 432,10" in PdfReader(out).pages[0].extract_text()


def test_a_sheet_without_texts_is_valid() -> None:
    sheet = writer().sheet()
    sheet.line(0, 0, 10, 10)

    assert sheet.operators() == b"0.5 w 0 G 0.00 0.00 m 10.00 10.00 l S"


def test_the_file_names_itself_in_russian_and_has_every_page() -> None:
    out = io.BytesIO()
    with PdfWriter(out, title="Счета за октябрь") as file:
        for _ in range(300):
            file.add(file.sheet())

    reader = PdfReader(out, strict=True)
    assert len(reader.pages) == file.pages == 300
    assert reader.metadata is not None
    assert reader.metadata.title == "Счета за октябрь"
