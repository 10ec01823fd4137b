"""Writes big workbooks fast and in little memory: for the demo, benches and examples."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import xlsxwriter

Cells = Sequence[object]
_WIDTH = 16


def write(path: Path, sheets: Mapping[str, tuple[Sequence[str], Iterable[Cells]]]) -> None:
    """Write a workbook of sheets; rows go to the file as they come.

    :param sheets: name of the sheet to its headers and rows; None is an empty cell, dates and
        moments become dates of Excel, texts stay texts even where they look like numbers
    """
    told = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), told) as workbook:
        bold = workbook.add_format({"bold": True})
        day = workbook.add_format({"num_format": "dd.mm.yyyy"})
        moment = workbook.add_format({"num_format": "dd.mm.yyyy hh:mm"})
        for name, (headers, rows) in sheets.items():
            sheet = workbook.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, max(0, len(headers) - 1), _WIDTH)
            sheet.write_row(0, 0, headers, bold)
            for number, row in enumerate(rows, start=1):
                for place, cell in enumerate(row):
                    if cell is None:
                        continue
                    if isinstance(cell, datetime):
                        sheet.write_datetime(number, place, cell, moment)
                    elif isinstance(cell, date):
                        sheet.write_datetime(number, place, cell, day)
                    elif isinstance(cell, str):
                        sheet.write_string(number, place, cell)
                    else:
                        sheet.write(number, place, cell)
