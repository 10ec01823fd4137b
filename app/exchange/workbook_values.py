"""Cells as text and as decimal digits; what cannot be read is a BadCell with a sentence.

A cell is what workbook_child.py gives: a number, a text, "" or a marked text.
"""

import math
import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from app.exchange.workbook_child import MARK

Cell = float | int | str
Text = str | None

_EXCEL_DIGITS = 15  # a number of Excel has no more
_SHOWN_MAX = 80
_BAD_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_NUMBER = re.compile(r"[+-]?\d{1,30}(?:\.\d{1,30})?")
_SPACES = re.compile(r"[\s\u00a0\u202f]+")


class BadCell(Exception):
    """A cell that cannot be read: what is wrong and what would be right."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def shown(cell: Cell) -> str:
    """Give a cell as a person sees it, for a message."""
    if isinstance(cell, int | float):
        text = digits_of(float(cell)) if math.isfinite(cell) else str(cell)
    elif cell.startswith(MARK):
        text = _shown_marked(cell)
    else:
        text = cell
    text = _BAD_CHARACTER.sub("\ufffd", text)
    return text if len(text) <= _SHOWN_MAX else text[: _SHOWN_MAX - 1] + "…"


def trimmed(cell: Cell) -> str:
    """Give any cell as text, for headers and characteristics."""
    return text_of(cell, longest=1_000)


def _shown_marked(cell: str) -> str:
    kind, rest = cell[1:2], cell[2:]
    if kind == "b":
        return "ИСТИНА" if rest == "1" else "ЛОЖЬ"
    if kind in ("d", "t"):
        day = f"{rest[8:10]}.{rest[5:7]}.{rest[0:4]}"
        return f"{day} {rest[11:16]}" if kind == "t" else day
    return rest


def digits_of(number: float) -> str:
    """Give the digits a cell shows: the shortest that are this number, at most fifteen."""
    text = repr(number)
    if len(text) > _EXCEL_DIGITS:
        text = format(number, f".{_EXCEL_DIGITS}g")
    if "e" in text or "E" in text:
        return format(Decimal(text), "f")
    return text.removesuffix(".0")


def text_of(cell: Cell, *, longest: int) -> str:
    if isinstance(cell, int | float):
        if not math.isfinite(cell):
            raise BadCell("в ячейке не текст", "Напишите текст.")
        if abs(cell) >= 10**_EXCEL_DIGITS:
            raise BadCell(
                "в числе больше 15 цифр, последние Excel уже заменил нулями",
                "Сделайте ячейку текстовой и напишите номер заново.",
            )
        return digits_of(float(cell))
    if cell.startswith(MARK):
        if cell[1:2] == "b":
            return _shown_marked(cell)
        raise BadCell(
            "Excel принял этот текст за дату",
            "Сделайте ячейку текстовой и напишите значение заново.",
        )
    text = cell.strip()
    if len(text) > longest:
        raise BadCell(
            f"текст слишком длинный: знаков {len(text)}, допустимо {longest}", "Сократите его."
        )
    if _BAD_CHARACTER.search(text):
        raise BadCell("в тексте есть недопустимый знак", "Наберите текст заново.")
    return text


def number_of(cell: Cell, *, percent: bool = False) -> str | None:
    """Give a decimal text of the number, None for an empty cell."""
    if isinstance(cell, int | float):
        if not math.isfinite(cell):
            raise BadCell("число слишком велико", "Исправьте число.")
        return digits_of(float(cell))
    if cell.startswith(MARK):
        raise BadCell("не число", "Сделайте ячейку числовой и напишите число, например 54,3.")
    plain = _SPACES.sub("", cell).replace(",", ".").replace("\u2212", "-")
    if percent:
        plain = plain.removesuffix("%")
    if not plain:
        return None
    if not _NUMBER.fullmatch(plain):
        raise BadCell("не число", "Напишите число, например 54,3.")
    return plain


def scaled(text: str, places: int, *, exact: bool) -> int:
    """Give the number in units of 10^-places, half up where it is finer."""
    whole, _, part = text.partition(".")
    if len(part) <= places:
        return int(whole + part.ljust(places, "0"))
    try:
        wide = Decimal(text).scaleb(places)
        number = int(wide.to_integral_value(rounding=ROUND_HALF_UP))
    except InvalidOperation as error:
        raise BadCell("число слишком велико", "Исправьте число.") from error
    if exact and wide != number:
        raise BadCell(
            f"знаков после запятой больше {places}" if places else "число не целое",
            "Округлите его." if places else "Напишите целое число.",
        )
    return number


def array_of(parts: list[str]) -> str:
    """Give an array as the database reads it; the order stays, doubles go."""
    quoted = (
        '"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in dict.fromkeys(parts)
    )
    return "{" + ",".join(quoted) + "}"


def parts_of(array: str) -> list[str]:
    """Give the texts of an array made by array_of."""
    return [
        part.replace('\\"', '"').replace("\\\\", "\\")
        for part in array[2:-2].split('","')
    ]  # fmt: skip


def split_text(text: str, apart: str) -> list[str]:
    return [part.strip() for part in re.split(f"[{apart}]", text) if part.strip()]


def out_of_range(number: int, *, low: int, high: int, places: int) -> BadCell:
    """Say what is wrong with a number outside [low, high], in units of 10^-places."""
    if number < low:
        if low > 0 >= number:
            return BadCell("число должно быть больше нуля", "Исправьте число.")
        if low == 0:
            return BadCell("число отрицательное", "Здесь бывает только ноль или больше.")
        least = format(Decimal(low).scaleb(-places).normalize(), "f")
        return BadCell(f"число меньше {least}", "Исправьте число.")
    most = format(Decimal(high).scaleb(-places).normalize(), "f")
    return BadCell(f"число больше {most}", "Исправьте число.")
