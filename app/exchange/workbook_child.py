r"""A process of its own that opens a workbook of strangers and gives its cells as lines of JSON.

    parent ── starts this file with the path of a workbook ──▶ child, with limits of memory and time
           ◀── {"sheet": name, "width": columns} ── {"row": first, "columns": [[…], …]}… ──
           ◀── {"oddities": [[row, column, "error" | "formula", text], …]} ── … ── {"end": true}
           ◀── {"failure": word, "detail": text} and nothing more

Cells: numbers are numbers, texts are texts, an empty cell is "". What JSON lacks is a text that
begins with a mark no cell can hold: "\x01d2026-10-31", "\x01t2026-10-31T05:30:00", "\x01h05:30",
"\x01b1". It is run by its path and imports nothing of the program, so it starts in no time.
"""

import datetime as dt
import json
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

import python_calamine

MARK = "\x01"
CHUNK_ROWS = 4_000
COLUMNS_MAX = 400
MEMORY_MAX_BYTES = 2 << 30
CPU_MAX_S = 900

_READ_BYTES = 1 << 20
_SUSPECT = re.compile(rb"<(?:\w+:)?f[\s/>]|\bt=[\"']e[\"']")
Oddity = tuple[int, int, str, str]


class _Stop(Exception):
    """The file is refused: the word says why, the detail where."""

    def __init__(self, word: str, detail: str) -> None:
        super().__init__(word)
        self.word = word
        self.detail = detail


def run(path: str) -> int:
    """Write the cells of the workbook to standard output.

    :returns: 0, or 1 when a failure was written
    """
    _limit()
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]  # a TextIOWrapper
    try:
        parts = _screened(path)
        with python_calamine.CalamineWorkbook.from_path(path) as workbook:
            for sheet in workbook.sheets_metadata:
                if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet:
                    _give_sheet(workbook, path, sheet.name, parts.get(sheet.name))
    except _Stop as stop:
        return _fail(stop.word, stop.detail)
    except python_calamine.PasswordError:
        return _fail("password", "")
    except (
        python_calamine.CalamineError,
        zipfile.BadZipFile,
        zlib.error,
        expat.ExpatError,
    ) as error:
        return _fail("broken", str(error))
    except (EOFError, KeyError, ValueError, NotImplementedError, OSError) as error:
        return _fail("broken", repr(error))
    except MemoryError:
        return _fail("memory", "")
    _say({"end": True})
    return 0


def _limit() -> None:
    try:
        import resource  # noqa: PLC0415  # Windows has none
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX_BYTES, MEMORY_MAX_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_MAX_S, CPU_MAX_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _say(frame: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(frame, ensure_ascii=True, default=_marked))
    sys.stdout.write("\n")


def _fail(word: str, detail: str) -> int:
    _say({"failure": word, "detail": detail[:300]})
    return 1


def _marked(cell: object) -> str:
    if isinstance(cell, dt.datetime):
        return f"{MARK}t{cell.isoformat(timespec='seconds')}"
    if isinstance(cell, dt.date):
        return f"{MARK}d{cell.isoformat()}"
    if isinstance(cell, dt.time):
        return f"{MARK}h{cell.isoformat(timespec='minutes')}"
    return f"{MARK}h{cell}"


def _screened(path: str) -> dict[str, str]:
    """Inflate every part once, which finds forged sizes; give the part of each sheet to look into.

    :returns: name of the sheet to the part that may hold a formula or an error value
    """
    with zipfile.ZipFile(path) as archive:
        suspects = {
            part.filename
            for part in archive.infolist()
            if not part.is_dir() and _is_suspect(archive, part)
        }
        return {name: part for name, part in _sheet_parts(archive).items() if part in suspects}


def _is_suspect(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    wanted = part.filename.endswith(".xml")
    found = False
    tail = b""
    with archive.open(part) as stream:
        while chunk := stream.read(_READ_BYTES):
            if wanted and not found:
                found = _SUSPECT.search(tail + chunk) is not None
                tail = chunk[-8:]
    return found


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Give the part of each sheet, by xl/workbook.xml and its relations."""
    targets: dict[str, str] = {}
    sheets: dict[str, str] = {}

    def relation(tag: str, told: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "Relationship" and "Id" in told:
            target = told.get("Target", "")
            targets[told["Id"]] = target[1:] if target.startswith("/") else f"xl/{target}"

    def sheet(tag: str, told: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "sheet":
            key = next((value for name, value in told.items() if name.endswith(":id")), "")
            sheets[told.get("name", "")] = key

    for part, listen in (("xl/_rels/workbook.xml.rels", relation), ("xl/workbook.xml", sheet)):
        parser = expat.ParserCreate()
        parser.StartElementHandler = listen
        parser.Parse(archive.read(part), True)
    return {name: targets[key] for name, key in sheets.items() if key in targets}


def _give_sheet(
    workbook: python_calamine.CalamineWorkbook, path: str, name: str, part: str | None
) -> None:
    try:
        sheet = workbook.get_sheet_by_name(name)
    except python_calamine.CalamineError:
        # Error values younger than the reader (#SPILL!) make it give the sheet up.
        errors = (odd for odds in (_oddities(path, part) if part else ()) for odd in odds)
        for row, column, kind, text in errors:
            if kind == "error":
                place = f"{_column_letters(column)}{row}"
                raise _Stop("error-value", f"лист «{name}», {place}: {text}") from None
        raise
    end = sheet.end
    width = end[1] + 1 if end else 0
    _say({"sheet": name, "width": width})
    if not end or width > COLUMNS_MAX:
        return
    rows = _rows(sheet)
    # Cells are read from A1 on, whatever the first filled one is.
    for first, chunk in rows:
        columns = [list(column) for column in zip(*chunk, strict=True)]
        for cells in columns:
            if bool in set(map(type, cells)):
                # JSON and Python take True for 1: a truth value must not become a number.
                cells[:] = [
                    f"{MARK}b{int(cell)}" if isinstance(cell, bool) else cell for cell in cells
                ]
        _say({"row": first, "columns": columns})
    if part is not None:
        for found in _oddities(path, part):
            _say({"oddities": found})


def _rows(sheet: python_calamine.CalamineSheet) -> Iterator[tuple[int, list[list[Any]]]]:
    """Give blocks of rows from row 1 and column A on, with the number of their first row."""
    start = sheet.start
    assert start is not None
    chunk: list[list[Any]] = []
    number = 0
    for row in sheet.iter_rows():
        number += 1
        chunk.append(row)
        if len(chunk) == CHUNK_ROWS:
            yield number - len(chunk) + 1, chunk
            chunk = []
    if chunk:
        yield number - len(chunk) + 1, chunk


def _oddities(path: str, part: str) -> Iterator[list[Oddity]]:
    """Find error values, and formulas whose value was never calculated; places count from 1.

    :returns: blocks of row, column, "error" or "formula", the text of the cell
    """
    reader = _CellReader()
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    with zipfile.ZipFile(path) as archive, archive.open(part) as stream:
        while chunk := stream.read(_READ_BYTES):
            parser.Parse(chunk, False)
            if reader.found:
                yield reader.found
                reader.found = []


class _CellReader:
    """Follows the cells of a sheet: <row r><c r t><f/><v/></c></row>."""

    def __init__(self) -> None:
        self.found: list[Oddity] = []
        self._row = 0
        self._column = 0
        self._is_error = False
        self._has_formula = False
        self._reads = False
        self._value = ""

    def start(self, tag: str, told: dict[str, str]) -> None:
        kind = tag.rpartition(":")[2]
        if kind == "row":
            self._row = int(told.get("r", self._row + 1))
            self._column = 0
        elif kind == "c":
            place = told.get("r", "")
            self._column = _column_number(place) if place else self._column + 1
            self._is_error = told.get("t") == "e"
            self._has_formula = False
            self._value = ""
        elif kind == "f":
            self._has_formula = True
        elif kind in ("v", "t"):
            self._reads = True

    def text(self, characters: str) -> None:
        if self._reads and len(self._value) < 100:
            self._value += characters

    def end(self, tag: str) -> None:
        kind = tag.rpartition(":")[2]
        if kind in ("v", "t"):
            self._reads = False
        elif kind == "c":
            if self._is_error:
                self.found.append((self._row, self._column, "error", self._value))
            elif self._has_formula and not self._value:
                self.found.append((self._row, self._column, "formula", ""))


def _column_number(place: str) -> int:
    number = 0
    for letter in place:
        if not letter.isalpha():
            break
        number = number * 26 + ord(letter.upper()) - ord("A") + 1
    return number


def _column_letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


if __name__ == "__main__":
    sys.exit(run(sys.argv[1]))
