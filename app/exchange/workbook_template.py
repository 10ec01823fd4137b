"""The empty workbook: all sheets with headers, comments and drop-down lists, and how to fill it."""

from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from app.exchange.workbook import HOW_TO_FILL, SHEETS
from app.exchange.workbook_parameters import PARAMETERS
from app.exchange.workbook_sheet import Column, Kind, Sheet

_ROWS = 100_000  # that drop-down lists reach
_LIST_COLUMN = 8  # of the first sheet, from which the words of lists stand
_MANDATORY = PatternFill("solid", fgColor="FFE8EEF7")
_OPTIONAL = PatternFill("solid", fgColor="FFF5F5F5")
_AS_TEXT = {Kind.CODE, Kind.SHARE, Kind.MONTHS, Kind.VOLUMES, Kind.CODES, Kind.PERIOD}
_FORMATS = {Kind.DATE: "DD.MM.YYYY", Kind.MOMENT: "DD.MM.YYYY HH:MM", Kind.MONEY: "0.00"}
# Lists of codes of these sheets are short enough to choose from.
_CHOSEN_FROM = {"Организации", "Договоры", "Дома", "Услуги", "Льготы"}
_KIND_WORDS = {
    Kind.DATE: "Дата: 31.10.2026.",
    Kind.MOMENT: "Дата и время: 31.10.2026 05:30.",
    Kind.PERIOD: "Месяц: 10.2026.",
    Kind.SHARE: "Доля: 1/3 или 0,5.",
    Kind.WORDS: "Через запятую.",
}
_INTRODUCTION = (
    "Квиток: книга для загрузки",
    "Заполняйте листы, которые нужны; пустые листы и этот лист не читаются.",
    "Столбцы можно переставлять.",
    "Лишние столбцы листов «Дома», «Помещения», «Лицевые счета» хранятся как характеристики.",
    "Звёздочка и синий цвет заголовка – столбец обязателен. Пустая ячейка значит «не указано».",
    "Даты пишутся как 31.10.2026, месяцы как 10.2026, числа с запятой или точкой.",
    "«С» – первый день, «До» – первый день, когда уже не действует.",
    "Строки узнаются по коду или номеру: загруженная ещё раз строка исправляет прежнюю.",
    "Пустая ячейка оставляет то, что было.",
    "Если в книге есть ошибка, не записывается ничего: исправьте её и загрузите книгу ещё раз.",
)


def write_template(path: Path) -> None:
    """Write the empty workbook.

    :raises OSError: when the file cannot be written
    """
    workbook = Workbook()
    first = workbook.active
    assert isinstance(first, Worksheet)
    first.title = HOW_TO_FILL
    lists = _Lists(first)
    _introduce(first)
    for sheet in SHEETS:
        _add_sheet(workbook.create_sheet(sheet.name), sheet, lists)
    workbook.save(path)


class _Lists:
    """Words of drop-down lists, in columns of the first sheet: a rule holds 255 characters."""

    def __init__(self, place: Worksheet) -> None:
        self._place = place
        self._next = _LIST_COLUMN
        self._ranges: dict[tuple[str, ...], str] = {}

    def range_of(self, title: str, words: tuple[str, ...]) -> str:
        """Give the range that holds these words."""
        if words not in self._ranges:
            letter = get_column_letter(self._next)
            self._place.cell(1, self._next, f"Список: {title}").font = Font(color="FF999999")
            for row, word in enumerate(words, start=2):
                self._place.cell(row, self._next, word).font = Font(color="FF999999")
            self._place.column_dimensions[letter].width = 22
            self._ranges[words] = f"'{HOW_TO_FILL}'!${letter}$2:${letter}${len(words) + 1}"
            self._next += 1
        return self._ranges[words]


def _introduce(place: Worksheet) -> None:
    place.column_dimensions["A"].width = 110
    for row, line in enumerate(_INTRODUCTION, start=1):
        cell = place.cell(row, 1, line)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if row == 1:
            cell.font = Font(bold=True, size=16)
    start = len(_INTRODUCTION) + 2
    place.cell(start, 1, "Листы").font = Font(bold=True, size=13)
    for row, sheet in enumerate(SHEETS, start=start + 1):
        place.cell(row, 1, f"{sheet.name}: {sheet.about}.")
    place.sheet_view.showGridLines = False


def _add_sheet(place: Worksheet, sheet: Sheet, lists: _Lists) -> None:
    place.freeze_panes = "A2"
    place.row_dimensions[1].height = 32
    for number, column in enumerate(sheet.columns, start=1):
        letter = get_column_letter(number)
        header = place.cell(1, number, column.title)
        assert isinstance(header, SheetCell)
        header.font = Font(bold=True)
        header.fill = _MANDATORY if column.required else _OPTIONAL
        header.alignment = Alignment(wrap_text=True, vertical="center")
        told = _told(column)
        if told:
            comment = Comment(told, "Квиток", width=280, height=40 + 20 * (len(told) // 36 + 1))
            header.comment = comment
        dimension = place.column_dimensions[letter]
        dimension.width = max(12, min(34, len(column.title) + 4))
        dimension.number_format = (
            "@" if column.kind in _AS_TEXT else _FORMATS.get(column.kind, "General")
        )
        choice = _choice(sheet, column, lists)
        if choice:
            place.add_data_validation(choice)
            choice.add(f"{letter}2:{letter}{_ROWS}")


def _told(column: Column) -> str:
    parts = ["Обязателен." if column.required else "", _KIND_WORDS.get(column.kind, "")]
    if column.comment:
        parts.append(column.comment.rstrip(".") + ".")
    if column.kind is Kind.WORD:
        parts.append(f"Можно: {', '.join(column.words)}.")
    if column.refers:
        parts.append(f"Код с листа «{column.refers}» или уже загруженный.")
    return " ".join(part for part in parts if part)


def _choice(sheet: Sheet, column: Column, lists: _Lists) -> DataValidation | None:
    """Give the drop-down list: strict for words, advice for codes that may be in the database."""
    if column.kind is Kind.WORD:
        strict = DataValidation(
            type="list",
            formula1=lists.range_of(column.header, tuple(column.words)),
            allow_blank=True,
        )
        strict.error = f"Выберите из списка: {', '.join(column.words)}"[:255]
        strict.errorTitle = column.header[:32]
        strict.showErrorMessage = True
        return strict
    if sheet.name == "Параметры" and column.field == "code":
        return _advice(lists.range_of("параметры", tuple(PARAMETERS)))
    if column.refers in _CHOSEN_FROM and column.kind is Kind.CODE:
        return _advice(f"'{column.refers}'!$A$2:$A$2000")
    return None


def _advice(formula: str) -> DataValidation:
    advice = DataValidation(type="list", formula1=formula, allow_blank=True)
    advice.showErrorMessage = False
    return advice
