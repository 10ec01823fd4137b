"""A sheet as columns of the texts the database reads, beside the numbers of their rows.

row 1: headers, in any order ──▶ which declared column stands where
rows   ──▶ columns[field][i], None where nothing is given; number[i] the row of the sheet
bad    ──▶ places i that have a problem and are not imported
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.domain.problem import Problem
from app.exchange.workbook_cells import BAD, Reader
from app.exchange.workbook_problems import Problems
from app.exchange.workbook_reading import Frame
from app.exchange.workbook_sheet import Column, Sheet, normal
from app.exchange.workbook_values import BadCell, Cell, Text, shown, text_of

FREE_MAX = 60  # characteristics of one sheet
_MANDATORY = "ячейка пуста, а столбец обязателен"


@dataclass(slots=True)
class Table:
    """The rows of one sheet."""

    sheet: Sheet
    number: list[int] = field(default_factory=list)
    columns: dict[str, list[Text]] = field(default_factory=dict)
    free: list[Text] = field(default_factory=list)  # characteristics, JSON
    bad: set[int] = field(default_factory=set)
    is_given: set[str] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.number)

    def column(self, name: str) -> list[Text]:
        """Give the column of a field; one that the sheet lacks is all None."""
        found = self.columns.get(name)
        if found is None:
            found = self.columns[name] = [None] * len(self.number)
        return found

    def good(self) -> Iterator[int]:
        """Give the places without a problem."""
        if not self.bad:
            return iter(range(len(self.number)))
        return (place for place in range(len(self.number)) if place not in self.bad)


class TableReader:
    """Takes the frames of one sheet and makes its table."""

    def __init__(self, sheet: Sheet, problems: Problems) -> None:
        self.table = Table(sheet)
        self.problems = problems
        self._places: dict[int, Column] = {}
        self._free: dict[int, str] = {}
        self._readers: dict[str, Reader] = {}
        self._headers: list[str] = []
        self._places_of_rows: dict[int, int] = {}
        self._unread: list[tuple[str, int]] = []  # stay BAD until all is read
        self._is_open = False

    def take(self, first: int, columns: list[list[Cell]]) -> None:
        """Take a block of rows; the one that begins with row 1 has the headers."""
        if first == 1:
            self._is_open = self._read_headers([column[0] for column in columns])
            columns = [column[1:] for column in columns]
            first = 2
        if self._is_open and columns and columns[0]:
            self._read_rows(first, columns)

    def take_oddities(self, oddities: list[tuple[int, int, str, str]]) -> None:
        """Take error values and formulas without a value: the cells themselves came empty."""
        if not self._is_open:
            return
        if not self._places_of_rows:
            self._places_of_rows = {row: place for place, row in enumerate(self.table.number)}
        for row, column, kind, text in oddities:
            if column - 1 not in self._places and column - 1 not in self._free:
                continue
            header = self._headers[column - 1]
            if kind == "error":
                message, hint = "в ячейке ошибка Excel", "Исправьте формулу или впишите значение."
            else:
                message = "формула не вычислена: в файле нет её значения"
                hint = "Откройте файл в Excel, сохраните и повторите или впишите значение."
            self.problems.add(
                Problem(message, hint, self.table.sheet.name, row, header, text or None)
            )
            place = self._places_of_rows.get(row)
            if place is not None:
                self.table.bad.add(place)
                if found := self._places.get(column - 1):
                    self.table.columns[found.field][place] = BAD
                    self._unread.append((found.field, place))

    def finish(self) -> Table:
        """Give the table when all frames are taken."""
        if self._is_open:
            self._check_mandatory()
        for name, place in self._unread:
            self.table.columns[name][place] = None
        return self.table

    def _complain(self, message: str, hint: str, column: str | None = None) -> None:
        self.problems.add(Problem(message, hint, self.table.sheet.name, 1, column))

    def _read_headers(self, cells: list[Cell]) -> bool:
        sheet = self.table.sheet
        declared = {normal(column.header): column for column in sheet.columns}
        self._headers = [_header(cell) for cell in cells]
        seen: dict[str, str] = {}
        is_good = True
        for place, header in enumerate(self._headers):
            if not header:
                continue
            if normal(header) in seen:
                self._complain("столбец повторяется", "Оставьте один столбец.", header)
                is_good = False
            seen[normal(header)] = header
            column = declared.get(normal(header))
            if column:
                self._places[place] = column
                self._readers[column.field] = Reader(column)
                self.table.columns[column.field] = []
                self.table.is_given.add(column.field)
            elif sheet.free:
                self._free[place] = header
            else:
                self._complain(
                    "такого столбца на этом листе нет",
                    f"Уберите его. Есть: {', '.join(c.title for c in sheet.columns)}.",
                    header,
                )
        if len(self._free) > FREE_MAX:
            self._complain(
                f"лишних столбцов {len(self._free)}, характеристик бывает не больше {FREE_MAX}",
                "Уберите лишние столбцы.",
            )
            is_good = False
        for column in sheet.columns:
            if column.required and normal(column.header) not in seen:
                self._complain(
                    "нет обязательного столбца",
                    "Добавьте его: заголовки стоят в первой строке листа.",
                    column.title,
                )
                is_good = False
        return is_good

    def _read_rows(self, first: int, columns: list[list[Cell]]) -> None:
        rows = _filled_rows(columns)
        if rows is not None:
            if not rows:
                return
            columns = [[column[row] for row in rows] for column in columns]
        numbers = range(first, first + len(columns[0])) if rows is None else [
            first + row for row in rows
        ]  # fmt: skip
        start = len(self.table.number)
        self.table.number.extend(numbers)
        for place, column in self._places.items():
            reader = self._readers[column.field]
            cells = columns[place]
            read = [reader[cell] for cell in cells]
            if reader.reasons:
                self._note_bad(column, cells, read, start)
            self.table.columns[column.field].extend(read)
        if self.table.sheet.free:
            self._read_free(columns, start)

    def _note_bad(self, column: Column, cells: list[Cell], read: list[Text], start: int) -> None:
        reader = self._readers[column.field]
        for place, text in enumerate(read):
            if text is BAD:
                self._add_bad(
                    column.header, cells[place], start + place, reader.reason(cells[place])
                )
                self._unread.append((column.field, start + place))

    def _add_bad(self, header: str, cell: Cell, place: int, reason: BadCell) -> None:
        table = self.table
        table.bad.add(place)
        self.problems.add(
            Problem(
                reason.message, reason.hint, table.sheet.name, table.number[place], header,
                shown(cell),
            )
        )  # fmt: skip

    def _read_free(self, columns: list[list[Cell]], start: int) -> None:
        """Read characteristics: a JSON object of the columns that are not declared."""
        rows = len(self.table.number) - start
        if not self._free:
            self.table.free.extend([None] * rows)
            return
        for row in range(rows):
            given: dict[str, str] = {}
            for place, header in self._free.items():
                cell = columns[place][row]
                try:
                    text = _characteristic(cell)
                except BadCell as error:
                    self._add_bad(header, cell, start + row, error)
                    continue
                if text:
                    given[header] = text
            self.table.free.append(json.dumps(given, ensure_ascii=False) if given else None)

    def _check_mandatory(self) -> None:
        table = self.table
        for column in table.sheet.columns:
            values = table.columns.get(column.field, [])
            if not column.required or None not in values:
                continue
            for place, value in enumerate(values):
                if value is None:
                    table.bad.add(place)
                    self.problems.add(
                        Problem(
                            _MANDATORY, None, table.sheet.name, table.number[place], column.header
                        )
                    )


def _header(cell: Cell) -> str:
    try:
        return text_of(cell, longest=200).rstrip("*").rstrip()
    except BadCell:
        return shown(cell)


def _characteristic(cell: Cell) -> str:
    # A date is what its digits say here: nobody told us its kind.
    if isinstance(cell, str) and cell[:2] in ("\x01d", "\x01t"):
        return shown(cell)
    return text_of(cell, longest=1_000)


def _filled_rows(columns: list[list[Cell]]) -> list[int] | None:
    """Give the rows that are not blank; None when all are filled."""
    full = next((column for column in columns if "" not in column), None)
    if full is not None and not any(isinstance(cell, str) and cell.isspace() for cell in full):
        return None
    filled = [
        row
        for row, cells in enumerate(zip(*columns, strict=True))
        if any(cell.strip() if isinstance(cell, str) else True for cell in cells)
    ]
    return filled if len(filled) < len(columns[0]) else None


def read_frame(reader: TableReader, frame: Frame) -> None:
    """Hand a frame of cells or oddities to the reader of its sheet."""
    if "columns" in frame:
        reader.take(frame["row"], frame["columns"])
    elif "oddities" in frame:
        reader.take_oddities(frame["oddities"])
