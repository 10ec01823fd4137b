"""The empty workbook has everything a person needs, and comes back without a problem."""

from pathlib import Path

import openpyxl
import pytest

from app.exchange.workbook import HOW_TO_FILL, SHEETS
from app.exchange.workbook_sheet import Kind
from app.exchange.workbook_template import write_template
from tests.fixtures.workbooks import checked, full


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    path = tmp_path_factory.mktemp("template") / "template.xlsx"
    write_template(path)
    return openpyxl.load_workbook(path)


def test_it_has_all_sheets_and_headers(template: openpyxl.Workbook) -> None:
    assert template.sheetnames == [HOW_TO_FILL, *(sheet.name for sheet in SHEETS)]
    for sheet in SHEETS:
        headers = [cell.value for cell in template[sheet.name][1]]
        assert headers == [column.title for column in sheet.columns]
        assert template[sheet.name].freeze_panes == "A2"


def test_mandatory_columns_and_words_are_told_in_comments(template: openpyxl.Workbook) -> None:
    for sheet in SHEETS:
        for column, cell in zip(sheet.columns, template[sheet.name][1], strict=True):
            told = cell.comment.text if cell.comment else ""
            assert ("Обязателен" in told) == column.required
            assert all(word in told for word in column.words)


def test_every_list_of_words_drops_down(template: openpyxl.Workbook) -> None:
    for sheet in SHEETS:
        place = template[sheet.name]
        for column, cell in zip(sheet.columns, place[1], strict=True):
            if column.kind is not Kind.WORD:
                continue
            rule = next(
                rule
                for rule in place.data_validations.dataValidation
                if f"{cell.column_letter}2" in rule.sqref
            )
            first, _, area = rule.formula1.partition("!")
            assert first == f"'{HOW_TO_FILL}'"
            words = [row[0].value for row in template[HOW_TO_FILL][area.replace("$", "")]]
            assert words == list(column.words)
            assert rule.showErrorMessage


def test_columns_of_codes_and_shares_are_text_so_that_excel_makes_no_dates_of_them(
    template: openpyxl.Workbook,
) -> None:
    accounts = template["Лицевые счета"]

    assert accounts.column_dimensions["A"].number_format == "@"
    assert accounts.column_dimensions["G"].number_format == "@"
    assert accounts.column_dimensions["E"].number_format == "DD.MM.YYYY"


def test_it_is_read_as_an_empty_workbook(tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    write_template(path)

    book, problems = checked(path)

    assert list(book) == []
    assert problems == ()


def test_filled_by_hand_it_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    write_template(path)
    workbook = openpyxl.load_workbook(path)
    for name, (headers, rows) in full().items():
        titles = [cell.value for cell in workbook[name][1]]
        for header in headers:
            if header not in titles:
                titles.append(header)
                workbook[name].cell(1, len(titles), header)
        for number, row in enumerate(rows, start=2):
            for header, value in zip(headers, row, strict=True):
                workbook[name].cell(number, titles.index(header) + 1, value)
    workbook.save(path)

    _, problems = checked(path)

    assert problems == ()
