"""From a cell to the text the database reads, exactly: no number passes through binary fractions.

The same cell of a column is read once: a reader is a dictionary of what it has read.
"""

import math
import re
from collections.abc import Callable

from app.exchange.workbook_child import MARK
from app.exchange.workbook_dates import day_of, moment_of, months_of, period_of
from app.exchange.workbook_sheet import Column, Kind, listed, normal
from app.exchange.workbook_values import (
    BadCell,
    Cell,
    Text,
    array_of,
    number_of,
    out_of_range,
    scaled,
    split_text,
    text_of,
)

_RATIO = re.compile(r"(\d{1,9})\s*/\s*(\d{1,9})")
_CACHE_MAX = 60_000
# What the decimal digits of a kind are: 54.3 m2 is 543000 of 10^-4 m2.
_DIGITS = {
    Kind.AREA: 4, Kind.VOLUME: 6, Kind.PRICE: 6, Kind.PERCENT: 4, Kind.MONEY: 2, Kind.WHOLE: 0,
}  # fmt: skip


class _Bad(str):
    """What stands in a column where a cell could not be read."""

    __slots__ = ()


BAD = _Bad("!")


class Reader(dict[Cell, Text]):
    """Reads the cells of one column: reader[cell]; what is wrong is kept in `reasons`."""

    def __init__(self, column: Column) -> None:
        super().__init__()
        self.reasons: dict[Cell, BadCell] = {}
        self._read = _reader_of(column)

    def __missing__(self, cell: Cell) -> Text:
        try:
            found = self._read(cell)
        except BadCell as error:
            self.reasons[cell] = error
            found = BAD
        if len(self) > _CACHE_MAX:
            self.clear()
        self[cell] = found
        return found

    def reason(self, cell: Cell) -> BadCell:
        """Say why the cell is BAD."""
        return self.reasons[cell]


def _reader_of(column: Column) -> Callable[[Cell], Text]:
    kind = column.kind
    if kind in _DIGITS:
        return _numeric(column)
    if kind in (Kind.TEXT, Kind.CODE):
        longest = column.longest
        return lambda cell: text_of(cell, longest=longest) or None
    if kind is Kind.WORD:
        return _word(column)
    if kind is Kind.WORDS:
        return _words(column)
    if kind is Kind.VOLUMES:
        return _volumes(column)
    return {
        Kind.DATE: day_of,
        Kind.MOMENT: moment_of,
        Kind.PERIOD: period_of,
        Kind.SHARE: _share,
        Kind.CODES: _codes,
        Kind.MONTHS: months_of,
    }[kind]


def _numeric(column: Column) -> Callable[[Cell], Text]:
    places = _DIGITS[column.kind]
    exact = column.kind in (Kind.MONEY, Kind.WHOLE)
    percent = column.kind is Kind.PERCENT

    def read(cell: Cell) -> Text:
        text = number_of(cell, percent=percent)
        if text is None:
            return None
        number = scaled(text, places, exact=exact)
        if not column.low <= number <= column.high:
            raise out_of_range(number, low=column.low, high=column.high, places=places)
        return str(number)

    return read


def _word(column: Column) -> Callable[[Cell], Text]:
    by_word = {normal(word): code for word, code in column.words.items()}
    whether = column.words.get("да")

    def read(cell: Cell) -> Text:
        if whether and isinstance(cell, str) and cell.startswith(f"{MARK}b"):
            return "t" if cell.endswith("1") else "f"
        text = text_of(cell, longest=100)
        if not text:
            return None
        code = by_word.get(normal(text))
        if code is None:
            raise BadCell("такого слова в списке нет", f"Можно: {listed(column.words)}.")
        return code

    return read


def _words(column: Column) -> Callable[[Cell], Text]:
    by_word = {normal(word): code for word, code in column.words.items()}

    def read(cell: Cell) -> Text:
        parts = split_text(text_of(cell, longest=1_000), ",;")
        found = [by_word.get(normal(part)) for part in parts]
        if None in found:
            wrong = parts[found.index(None)]
            raise BadCell(f"слова «{wrong[:40]}» в списке нет", f"Можно: {listed(column.words)}.")
        return array_of([code for code in found if code is not None]) if parts else None

    return read


def _codes(cell: Cell) -> Text:
    parts = split_text(text_of(cell, longest=2_000), ",;")
    return array_of(parts) if parts else None


def _volumes(column: Column) -> Callable[[Cell], Text]:
    def read(cell: Cell) -> Text:
        if isinstance(cell, str) and not cell.startswith(MARK) and ";" in cell:
            texts = [number_of(part) for part in cell.split(";")]
        else:
            texts = [number_of(cell)]
            if texts == [None]:
                return None
        numbers = []
        for text in texts:
            if text is None:
                raise BadCell("между «;» пусто", "Напишите показание каждой зоны: 120,5;80.")
            number = scaled(text, _DIGITS[Kind.VOLUME], exact=False)
            if not column.low <= number <= column.high:
                raise out_of_range(
                    number, low=column.low, high=column.high, places=_DIGITS[Kind.VOLUME]
                )
            numbers.append(str(number))
        return "{" + ",".join(numbers) + "}"

    return read


def _share(cell: Cell) -> Text:
    hint = "Напишите долю как 1/3 или 0,5, не больше единицы."
    if isinstance(cell, str) and (found := _RATIO.fullmatch(cell.strip())):
        top, bottom = int(found[1]), int(found[2])
    else:
        if isinstance(cell, str) and cell.startswith(MARK):
            raise BadCell("Excel принял долю за дату", "Сделайте ячейку текстовой: 1/3.")
        text = number_of(cell)
        if text is None:
            return None
        top, bottom = scaled(text, 9, exact=False), 10**9
    if not 0 < top <= bottom:
        raise BadCell("доля не между 0 и 1", hint)
    common = math.gcd(top, bottom)
    return f"{top // common}/{bottom // common}"
