"""Cells that are days, moments, months of a year and months of heating, as ISO texts."""

import re
from datetime import date

from app.exchange.workbook_child import MARK
from app.exchange.workbook_values import BadCell, Cell, Text, digits_of, split_text, text_of

_RUSSIAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_PERIOD = re.compile(r"(\d{1,2})\.(\d{4})")
_ISO_PERIOD = re.compile(r"(\d{4})-(\d{2})")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?")
_RANGE = re.compile(r"(\d{1,2})(?:\s*[-\u2013\u2014]\s*(\d{1,2}))?")
_YEAR_MIN, _YEAR_MAX = 1900, 2100
_DATES = "Напишите дату как 31.10.2026."
_PERIODS = "Напишите месяц как 10.2026."


def day_of(cell: Cell) -> Text:
    if isinstance(cell, int | float):
        raise BadCell("не дата, а число", _DATES)
    if cell.startswith(f"{MARK}d"):
        return _in_calendar(cell[2:])
    if cell.startswith(f"{MARK}t"):
        if not cell.endswith("00:00:00"):
            raise BadCell("в дате есть время", "Оставьте одну дату.")
        return _in_calendar(cell[2:12])
    if cell.startswith(MARK):
        raise BadCell("не дата", _DATES)
    text = cell.strip()
    if not text:
        return None
    if found := _RUSSIAN_DAY.fullmatch(text):
        return _in_calendar(f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}")
    if _ISO_DAY.fullmatch(text):
        return _in_calendar(text)
    raise BadCell("не дата", _DATES)


def _in_calendar(iso: str) -> str:
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        raise BadCell("такой даты нет", _DATES) from None
    if not _YEAR_MIN <= day.year <= _YEAR_MAX:
        raise BadCell(f"год не между {_YEAR_MIN} и {_YEAR_MAX}", _DATES)
    return iso


def moment_of(cell: Cell) -> Text:
    if isinstance(cell, str) and cell.startswith(f"{MARK}t"):
        _in_calendar(cell[2:12])
        return cell[2:]
    if isinstance(cell, str) and not cell.startswith(MARK):
        day, _, clock = cell.strip().replace("T", " ").partition(" ")
        if found := _TIME.fullmatch(clock.strip()):
            hour, minute = int(found[1]), int(found[2])
            if hour > 23 or minute > 59:
                raise BadCell("такого времени нет", "Напишите как 31.10.2026 05:30.")
            return f"{day_of(day)}T{hour:02d}:{minute:02d}:00"
    if isinstance(cell, int | float):
        raise BadCell("не дата и время, а число", "Напишите как 31.10.2026 05:30.")
    found_day = day_of(cell)
    return f"{found_day}T00:00:00" if found_day else None


def period_of(cell: Cell) -> Text:
    if isinstance(cell, float | int):
        # 10.2026 typed into a cell of numbers is a number; 1.2026 may only be January.
        cell = digits_of(float(cell))
        if cell.partition(".")[2] == "202":
            raise BadCell("не месяц: ноль в конце года потерян", _PERIODS)
    if not cell.startswith(MARK):
        text = cell.strip()
        if not text:
            return None
        if found := _PERIOD.fullmatch(text):
            return _month(int(found[2]), int(found[1]))
        if found := _ISO_PERIOD.fullmatch(text):
            return _month(int(found[1]), int(found[2]))
    try:
        day = day_of(cell)
    except BadCell:
        raise BadCell("не месяц", _PERIODS) from None
    return _month(int(day[:4]), int(day[5:7])) if day else None


def _month(year: int, month: int) -> str:
    if not (1 <= month <= 12 and 1990 <= year < _YEAR_MAX):
        raise BadCell("такого месяца нет", _PERIODS)
    return f"{year:04d}-{month:02d}-01"


def months_of(cell: Cell) -> Text:
    hint = "Напишите месяцы как 1-5,9-12."
    parts = split_text(text_of(cell, longest=100), ",;")
    months: set[int] = set()
    for part in parts:
        found = _RANGE.fullmatch(part)
        if not found:
            raise BadCell("не месяцы", hint)
        first = int(found[1])
        last = int(found[2] or first)
        if not (1 <= first <= 12 and 1 <= last <= 12):
            raise BadCell("такого месяца нет", hint)
        # 9-5 goes over the New Year.
        span = range(first, last + 1) if first <= last else [*range(first, 13), *range(1, last + 1)]
        months.update(span)
    return "{" + ",".join(map(str, sorted(months))) + "}" if parts else None
