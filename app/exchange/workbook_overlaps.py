"""Rows that contradict each other: the same thing twice, days that overlap, shares over one."""

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from app.domain.problem import Problem
from app.exchange.workbook_known import DatedRow, Known, Place
from app.exchange.workbook_problems import Problems
from app.exchange.workbook_table import Table

_STILL = "9999-12-31"
_UNBOUNDED = 2**62


def check_doubles(table: Table, problems: Problems) -> None:
    """Find rows that name the same thing as a row before them."""
    key = table.sheet.key
    if not key:
        return
    columns = [table.column(name) for name in key]
    names = list(columns[0]) if len(columns) == 1 else list(zip(*columns, strict=True))
    if len(set(names)) == len(names):
        return
    first_of: dict[object, int] = {}
    for place in range(len(table)):
        name = names[place]
        if name is None or place in table.bad:
            continue
        first = first_of.setdefault(name, place)
        if first != place:
            table.bad.add(place)
            problems.add(
                Problem(
                    f"строка повторяет строку {table.number[first]}", "Оставьте одну из них.",
                    table.sheet.name, table.number[place], table.sheet.column(key[0]).header,
                    " · ".join(column[place] or "" for column in columns).strip(" ·"),
                ),
                kind="double",
            )  # fmt: skip


class _Span(NamedTuple):
    starts: str
    ends: str
    low: int
    high: int
    place: int  # -1: of the database


def check_overlaps(table: Table, known: Known, problems: Problems) -> None:
    """Find dated rows of one thing whose days overlap, in the workbook or with the database."""
    sheet = table.sheet
    if not sheet.group or not sheet.dates:
        return
    kept = {_identity(row, sheet.key): row for row in known.dated.get(sheet.name, ())}
    groups: defaultdict[tuple[str | None, ...], list[_Span]] = defaultdict(list)
    starts, ends = (table.column(name) for name in sheet.dates)
    columns = [table.column(name) for name in sheet.group]
    keys = [table.column(name) for name in sheet.key]
    lows, highs = _range_columns(table)
    for place in table.good():
        group = tuple(column[place] for column in columns)
        if group[-1] is None and sheet.group[-1] == "birth_date":
            continue
        before = kept.pop(tuple(column[place] for column in keys), None)
        end = ends[place] or (before[sheet.dates[1]] if before else None) or _STILL
        low, high = _bounds(lows[place], highs[place])
        groups[group].append(_Span(starts[place] or "", end, low, high, place))
    for row in kept.values():
        group = tuple(row[name] for name in sheet.group)
        if group in groups:
            low, high = _bounds(row.get("volume_from_mcu"), row.get("volume_to_mcu"))
            start, end = row[sheet.dates[0]] or "", row[sheet.dates[1]] or _STILL
            groups[group].append(_Span(start, end, low, high, -1))
    for spans in groups.values():
        if len(spans) > 1:
            _check_group(table, problems, spans)


def _identity(row: DatedRow, key: Iterable[str]) -> tuple[str | None, ...]:
    return tuple(row[name] for name in key)


def _range_columns(table: Table) -> tuple[list[str | None], list[str | None]]:
    if "volume_from_mcu" in table.sheet.key:
        return table.column("volume_from_mcu"), table.column("volume_to_mcu")
    nothing: list[str | None] = [None] * len(table)
    return nothing, nothing


def _bounds(low: str | None, high: str | None) -> tuple[int, int]:
    return int(low or 0), int(high) if high else _UNBOUNDED


def _check_group(table: Table, problems: Problems, spans: list[_Span]) -> None:
    open_spans: list[_Span] = []
    for span in sorted(spans, key=lambda one: (one.starts, one.place)):
        open_spans = [other for other in open_spans if other.ends > span.starts]
        for other in open_spans:
            if (
                span.low < other.high
                and other.low < span.high
                and max(span.place, other.place) >= 0
            ):
                _complain_overlap(table, problems, span, other)
                break
        open_spans.append(span)


def _complain_overlap(table: Table, problems: Problems, span: _Span, other: _Span) -> None:
    place, against = (span.place, other) if span.place >= 0 else (other.place, span)
    if against.place >= 0:
        where = f"строкой {table.number[against.place]}"
    else:
        where = f"записью базы с {_day(against.starts)}"
    until = f"до {_day(against.ends)}" if against.ends != _STILL else "без даты окончания"
    table.bad.add(place)
    assert table.sheet.dates is not None
    field = table.sheet.dates[0]
    problems.add(
        Problem(
            f"дни пересекаются с {where} ({until})",
            "Закройте прежнюю запись: укажите у неё «До» днём начала новой.",
            table.sheet.name, table.number[place],
            table.sheet.column(field).header, _day(table.column(field)[place] or ""),
        ),
        kind="overlap",
    )  # fmt: skip


def _day(iso: str) -> str:
    return f"{iso[8:10]}.{iso[5:7]}.{iso[:4]}" if iso > "0001-01-01" else "самого начала"


class _Share(NamedTuple):
    number: str
    opened_on: str
    closed_on: str
    share: Fraction
    place: int


def check_shares(table: Table, known: Known, problems: Problems) -> None:
    """Find premises whose accounts, open at one time, have shares over the whole."""
    numbers, opened = table.column("number"), table.column("opened_on")
    closed, shares = table.column("closed_on"), table.column("share")
    columns = table.column("house"), table.column("flat_number"), table.column("premises_number")
    by_place: defaultdict[Place, list[_Share]] = defaultdict(list)
    in_book = set(numbers)
    for place in table.good():
        number = numbers[place] or ""
        before = known.accounts.get(number)
        share = shares[place] or (before.share if before else "1")
        where = (columns[0][place] or "", columns[1][place] or "", columns[2][place] or "")
        end = closed[place] or (before.closed_on if before else None) or _STILL
        by_place[where].append(
            _Share(number, opened[place] or "", end, Fraction(share), place)
        )  # fmt: skip
    for number, account in known.accounts.items():
        if number not in in_book and account.place in by_place:
            by_place[account.place].append(
                _Share(number, account.opened_on, account.closed_on or _STILL,
                       Fraction(account.share), -1)
            )  # fmt: skip
    for held in by_place.values():
        if len(held) > 1:
            _check_whole(table, problems, held)


def _check_whole(table: Table, problems: Problems, held: list[_Share]) -> None:
    for one in sorted(held, key=lambda share: share.opened_on):
        together = [
            other for other in held if other.opened_on <= one.opened_on < other.closed_on
        ]  # fmt: skip
        total = sum(other.share for other in together)
        if total <= 1:
            continue
        place = max(other.place for other in together)
        if place < 0:
            continue
        table.bad.add(place)
        problems.add(
            Problem(
                f"доли счетов {', '.join(sorted(other.number for other in together))} одного "
                f"помещения вместе больше единицы: {total}",
                "Исправьте столбец «Доля» (пусто – всё помещение) или дату закрытия.",
                table.sheet.name, table.number[place], "Доля", table.column("share")[place],
            ),
            kind="shares",
        )  # fmt: skip
        return
