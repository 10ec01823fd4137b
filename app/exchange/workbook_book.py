"""Reads a whole workbook into tables; what is no sheet of ours is a problem."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.domain.problem import Problem
from app.exchange import workbook_reading
from app.exchange.workbook import HOW_TO_FILL, SHEETS, sheet_named
from app.exchange.workbook_child import COLUMNS_MAX
from app.exchange.workbook_problems import Problems
from app.exchange.workbook_sheet import Sheet, normal
from app.exchange.workbook_table import Table, TableReader, read_frame


@dataclass(frozen=True, slots=True)
class Book:
    """The tables of a workbook by the name of their sheet; sheets without rows are not there."""

    tables: Mapping[str, Table]

    def table(self, sheet: Sheet) -> Table:
        """Give the table of a sheet, empty when the workbook has none."""
        return self.tables.get(sheet.name) or Table(sheet)

    def __iter__(self) -> Iterator[Table]:
        return iter(self.tables.values())


def read(path: Path, problems: Problems, *, seen: Callable[[int], None] = lambda _: None) -> Book:
    """Read every sheet.

    :param seen: told the number of rows that were read since it was told last
    :raises NotAWorkbook: when the file cannot be read
    :raises ReaderGone: when reading hangs
    """
    tables: dict[str, Table] = {}
    reader: TableReader | None = None
    for frame in workbook_reading.frames(path):
        if "sheet" in frame:
            _keep(tables, reader)
            reader = _begin(frame["sheet"], frame["width"], tables, problems)
        elif reader is not None:
            read_frame(reader, frame)
            seen(len(frame["columns"][0]) if frame.get("columns") else 0)
    _keep(tables, reader)
    return Book(tables)


def _keep(tables: dict[str, Table], reader: TableReader | None) -> None:
    if reader is not None:
        table = reader.finish()
        if len(table):
            tables[table.sheet.name] = table


def _begin(
    name: str, width: int, tables: Mapping[str, Table], problems: Problems
) -> TableReader | None:
    sheet = sheet_named(name)
    if width == 0 or normal(name) == normal(HOW_TO_FILL):
        return None
    if sheet is None:
        problems.add(
            Problem(
                "такого листа в книге быть не должно",
                f"Уберите или переименуйте его. Есть: {', '.join(s.name for s in SHEETS)}.",
                sheet=name,
            )
        )
        return None
    if width > COLUMNS_MAX:
        problems.add(
            Problem(
                f"на листе столбцов {width}, допустимо {COLUMNS_MAX}",
                "Удалите лишние столбцы справа.",
                sheet=name,
            )
        )
        return None
    if sheet.name in tables:
        problems.add(Problem("лист повторяется", "Оставьте один такой лист.", sheet=name))
        return None
    return TableReader(sheet, problems)
