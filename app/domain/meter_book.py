"""Everything known of one meter that needs a closer look: its events and readings, by month.

    usable      a reading that counts: not taken while the meter had failed or its verification had
                expired; while access was refused only a check counts, and ends the refusal
    closed      a month with a usable reading or volume of every zone
    touched     a month with a day of an event

Readings that do not count are left out when a book is put together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from app.domain.average import MonthVolume, first_day, month_number
from app.domain.days import FAR, of_number
from app.domain.meter_event import EventKind
from app.domain.money import MILLION

_INITIAL = 0
_INSPECTOR = 3


class Row(NamedTuple):
    """A reading: the number of its month, the day, the rank of its source, what it says."""

    month: int
    on: int
    rank: int
    is_volume: int
    value_mcu: int

    @property
    def is_initial(self) -> bool:
        return self.rank == _INITIAL


class Event(NamedTuple):
    """An event of a meter with its days, the last exclusive."""

    kind: EventKind
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class Closing:
    """The end of a month in one zone: the last dial, or the volume given for it."""

    dial: Row | None
    volume_mcu: int


@dataclass(slots=True)
class Book:
    """One meter with its usable readings.

    :ivar zones: Zone of each column of `rows`
    :ivar events: in order of their first days
    :ivar rows: usable readings of each zone in order of day and rank
    :ivar closings: by month, of each zone
    """

    installed: int
    removed: int
    dial_mcu: int
    ratio_mcu: int
    turn_limit_mcu: int
    zones: tuple[int, ...]
    events: list[Event]
    rows: list[list[Row]]
    closings: list[dict[int, Closing]] = field(default_factory=list)

    @property
    def installed_month(self) -> int:
        return month_number(of_number(self.installed))

    def is_closed(self, month: int) -> bool:
        return all(month in of_zone for of_zone in self.closings)

    def closed_months(self) -> list[int]:
        """Give the months with a reading of every zone, in order."""
        months = set(self.closings[0])
        for of_zone in self.closings[1:]:
            months &= set(of_zone)
        return sorted(months)

    def touching(self, since: int, until: int) -> list[Event]:
        """Give the events with a day in [since, until)."""
        return [one for one in self.events if one.since < until and one.until > since]

    def touches(self, month: int, last: int) -> bool:
        """Tell whether an event has a day in these months."""
        if not self.events:
            return False
        return bool(self.touching(first_day(month), first_day(last + 1)))

    def is_ended(self, month: int) -> bool:
        """Tell whether a reading ended a month: events in it are over, and it was read after."""
        if not self.touches(month, month):
            return self.is_closed(month)
        end = first_day(month + 1)
        until = max(one.until for one in self.touching(first_day(month), end))
        return until < end and all(
            self.dials(zone, month=month, since=until, until=FAR) for zone in range(len(self.zones))
        )

    def dial_before(self, zone: int, *, month: int, now: int) -> Row | None:
        """Give the last dial up to the end of a month, or the one at installation."""
        found = None
        for row in self.rows[zone]:
            if row.is_volume or row.month > now:
                continue
            if row.month <= month or row.is_initial:
                found = row
        return found

    def dials(self, zone: int, *, month: int, since: int, until: int) -> list[Row]:
        """Give the dials read for a month on days [since, until), installation aside."""
        return [
            row
            for row in self.rows[zone]
            if row.month == month
            and not row.is_volume
            and not row.is_initial
            and since <= row.on < until
        ]

    def counted(self, before: Row, now: Row) -> tuple[int, int]:
        """Give what the dial turned and what of it a rollover is: not by the ratio yet."""
        difference = now.value_mcu - before.value_mcu
        turn = self.dial_mcu if difference < 0 else 0
        return difference + turn, turn

    def is_too_far(self, counted: int, turn: int) -> bool:
        return bool(turn) and counted > self.turn_limit_mcu


def book(
    columns: tuple[int, int, int, int, int],
    zones: tuple[int, ...],
    events: Sequence[Event],
    rows: Sequence[Sequence[Row]],
) -> Book:
    """Put a book together, without the readings that do not count.

    :param columns: installed, removed, dial_mcu, ratio_mcu, the largest rollover in mcu
    :param rows: of each zone, in any order
    """
    ordered = sorted(_checked(events, rows), key=lambda one: (one.since, one.kind))
    usable = [
        sorted(
            {row for row in of_zone if not _is_blocked(ordered, row)},
            key=lambda row: (row.on, row.rank, row.is_volume),
        )
        for of_zone in rows
    ]
    return Book(*columns, zones, ordered, usable, [_closings(of_zone) for of_zone in usable])


def month_volumes(of: Book, *, before: int) -> list[MonthVolume]:
    """Give what the meter counted from reading to reading before a month, in order."""
    result: list[MonthVolume] = []
    starts = [next((row for row in of_zone if row.is_initial), None) for of_zone in of.rows]
    last = of.installed_month
    is_full = of.installed == first_day(last)
    after = last - 1 if is_full else last
    dials: list[Row] | None = [row for row in starts if row] if all(starts) else None
    if not is_full:
        # What a meter counted in a part of a month is no month of a base.
        dials = None
    for month in of.closed_months():
        if month >= before:
            break
        ends = [of_zone[month] for of_zone in of.closings]
        its = [end.dial for end in ends if end.dial is not None]
        if not of.is_ended(month) or any(row.is_initial for row in its):
            continue
        is_dial = len(its) == len(ends)
        is_partial = month == last and not is_full
        start = after if is_dial else month - 1
        if not is_partial and not of.touches(start + 1, month):
            volume = _between(of, dials, its) if is_dial else _given(ends)
            # A reading of a month before the meter's first one stands for no month.
            if volume is not None and start < month:
                result.append(MonthVolume(start, month, volume))
        dials, after = (its if is_dial else None), month
    return result


def _between(of: Book, before: list[Row] | None, now: list[Row]) -> tuple[int, ...] | None:
    if before is None:
        return None
    result = []
    for first, last in zip(before, now, strict=True):
        counted, turn = of.counted(first, last)
        if counted < 0 or of.is_too_far(counted, turn):
            return None
        result.append((2 * counted * of.ratio_mcu + MILLION) // (2 * MILLION))
    return tuple(result)


def _given(ends: Sequence[Closing]) -> tuple[int, ...] | None:
    if any(end.dial is not None or end.volume_mcu < 0 for end in ends):
        return None
    return tuple(end.volume_mcu for end in ends)


def _checked(events: Sequence[Event], rows: Sequence[Sequence[Row]]) -> list[Event]:
    """End a refusal on the day of the check that read the meter."""
    result = []
    for one in events:
        until = one.until
        if one.kind is EventKind.REFUSAL:
            checks = [row.on for of_zone in rows for row in of_zone
                      if row.rank >= _INSPECTOR and one.since < row.on < until]  # fmt: skip
            until = min([until, *checks])
        result.append(Event(one.kind, one.since, until))
    return result


def _is_blocked(events: Sequence[Event], row: Row) -> bool:
    for one in events:
        if one.kind is EventKind.REFUSAL:
            if one.since <= row.on < one.until and row.rank < _INSPECTOR:
                return not row.is_initial
        elif one.since < row.on < one.until:
            return True
    return False


def _closings(rows: Sequence[Row]) -> dict[int, Closing]:
    """Close each month by its last dial, or by the volumes given after it (of a day the last).

    The dial at installation closes its month where nothing was read after it: what was consumed
    since is the next month's.
    """
    months: dict[int, list[Row]] = {}
    result = {}
    for row in rows:
        if not row.is_initial:
            months.setdefault(row.month, []).append(row)
        else:
            result[row.month] = Closing(row, 0)
    for month, of_month in months.items():
        dial = next((row for row in reversed(of_month) if not row.is_volume), None)
        given = {row.on: row.value_mcu for row in of_month if row.is_volume}
        if given and (dial is None or max(given) > dial.on):
            result[month] = Closing(None, sum(given.values()))
        else:
            result[month] = Closing(dial, 0)
    return result
