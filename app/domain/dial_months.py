"""Dial readings of many meters month by month, in columns: the common case of meter_book.py.

    plain     nothing but dials, in order: later days of later months, installation first
    closed    a month with a dial of every zone; the last one of it counts
    volumes   what was counted from one closed month to the next (month_volumes of meter_book.py)

A meter that is not plain is left to its book. Zones are columns 0..2, in the order of METER_ZONES.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.domain import money
from app.domain.average import History, month_numbers
from app.domain.meter import METER_ZONES, Meters, Readings
from app.domain.money import Flags, Ints
from app.domain.service import Zone

WIDTH = 3
_LINES = 4  # lines of a meter in a key, so that the zone is two bits of it
_DAY_BITS, _RANK_BITS, _MONTH_BITS = 17, 3, 16
_DAY_SHIFT = 1 << (_DAY_BITS - 1)


@dataclass(frozen=True, slots=True)
class Lines:
    """Dials of meters and zones in order of day, the last of each month: shape (n,) each.

    :ivar line: meter × 4 + zone, both by place
    :ivar first_on: shape (lines,), with `first_line`: the first dial of each, day and value
    :ivar has_initial: shape (lines,), whether that dial is the one at installation
    """

    line: Ints
    month: Ints
    on: Ints
    value_mcu: Ints
    is_initial: Flags
    first_line: Ints
    first_on: Ints
    first_mcu: Ints
    has_initial: Flags

    def before(self, line: Ints, month: Ints) -> tuple[Ints, Ints, Flags]:
        """Give day and value of the last dial up to a month, or at installation, and if any."""
        none = np.zeros(len(line), dtype=np.int64)
        if not self.line.size:
            return none, none, none > 0
        keys = (self.line << _MONTH_BITS) | self.month
        at = np.searchsorted(keys, (line << _MONTH_BITS) | month, side="right") - 1
        found = (at >= 0) & (self.line[at] == line)
        first = np.minimum(np.searchsorted(self.first_line, line), len(self.first_line) - 1)
        installed = (self.first_line[first] == line) & self.has_initial[first]
        on = np.where(found, self.on[at], self.first_on[first])
        value = np.where(found, self.value_mcu[at], self.first_mcu[first])
        return on, value, found | installed


@dataclass(frozen=True, slots=True)
class Closed:
    """Months with a dial of every zone, in order of meter and month: shape (n,) each.

    :ivar value_mcu: shape (n, WIDTH), the last dial of each zone, 0 beyond the zones
    :ivar is_initial: whether some zone has but the dial at installation
    """

    of: Ints
    month: Ints
    value_mcu: Ints
    on: Ints
    is_initial: Flags


@dataclass(frozen=True, slots=True)
class Counted:
    """What meters counted between closed months before the one charged: shape (n,) each.

    :ivar volume_mcu: shape (n, WIDTH)
    """

    of: Ints
    after: Ints
    month: Ints
    volume_mcu: Ints

    def taken(self, at: Ints) -> "Counted":
        return Counted(*(getattr(self, name)[at] for name in Counted.__slots__))


@dataclass(frozen=True, slots=True)
class DialMonths:
    """Meters asked about by their dials, shape (n,) each.

    :ivar which: places among the meters of the inputs, sorted
    :ivar zones: how many zones
    :ivar installed_month: its number
    :ivar limit_mcu: the largest rollover
    """

    which: Ints
    zones: Ints
    installed_month: Ints
    dial_mcu: Ints
    ratio_mcu: Ints
    limit_mcu: Ints
    is_plain: Flags
    lines: Lines
    closed: Closed
    counted: Counted

    def turned(self, of: Ints, before: Ints, now: Ints) -> tuple[Ints, Ints, Flags]:
        """Give what dials turned, what of it a rollover is, and whether that can be right.

        :param of: shape (n,), with values of the shape (n,) or (n, WIDTH)
        """
        dial, limit = self.dial_mcu[of], self.limit_mcu[of]
        if before.ndim > 1:
            dial, limit = dial[:, None], limit[:, None]
        difference = now - before
        turn = np.where(difference < 0, dial, 0)
        counted = difference + turn
        return counted, turn, (counted >= 0) & ((turn == 0) | (counted <= limit))


@dataclass(slots=True)
class _Rows:
    line: Ints
    month: Ints
    on: Ints
    rank: Ints
    value_mcu: Ints

    def taken(self, at: Ints) -> "_Rows":
        return _Rows(*(getattr(self, name)[at] for name in _Rows.__slots__))


def dial_months(
    meters: Meters, which: Ints, read: Sequence[History | Readings], *, now: int, rollover_ppm: int
) -> DialMonths:
    """Put the dials of meters together.

    :param which: places of the meters, sorted
    :param read: readings of the month and of earlier ones, in any order, some twice
    :param now: number of the month charged
    """
    installed_month, is_full = month_numbers(meters.installed[which])
    is_plain = np.ones(len(which), dtype=np.bool_)
    rows = _rows(meters, which, read, is_plain, ends=(installed_month, now))
    dial = meters.dial_mcu[which]
    lines = _lines(rows)
    zones = meters.zones[which]
    made = DialMonths(
        which=which,
        zones=zones,
        installed_month=installed_month,
        dial_mcu=dial,
        ratio_mcu=meters.ratio_mcu[which],
        limit_mcu=money.scale(dial, rollover_ppm, money.MILLION),
        is_plain=is_plain,
        lines=lines,
        closed=_closed(lines, zones),
        counted=_nothing(),
    )
    return replace(made, counted=_counted(made, is_full, now=now))


def _nothing() -> Counted:
    none = np.zeros(0, dtype=np.int64)
    return Counted(none, none, none, none.reshape(0, WIDTH))


def _nth() -> Ints:
    """Give the column of each zone of a meter of so many zones, -1 not its zone."""
    table = np.full((max(METER_ZONES) + 1, len(Zone)), -1, dtype=np.int64)
    for zones, codes in METER_ZONES.items():
        table[zones, list(codes)] = range(len(codes))
    return table


def _rows(
    meters: Meters,
    which: Ints,
    read: Sequence[History | Readings],
    is_plain: Flags,
    *,
    ends: tuple[Ints, int],
) -> _Rows:
    """Give the dials of plain meters in order; others are marked as not plain, in place."""
    index = np.full(len(meters.service), -1, dtype=np.int64)
    index[which] = np.arange(len(which), dtype=np.int64)
    columns = []
    for part in read:
        at = np.flatnonzero(index[part.meter] >= 0)
        names = ("meter", "zone", "month", "taken_on", "rank", "is_volume", "value_mcu")
        columns.append([getattr(part, name)[at] for name in names])
    meter, zone, month, on, rank, is_volume, value = (
        np.concatenate(each) for each in zip(*columns, strict=True)
    )
    of, nth = index[meter], _nth()[meters.zones[meter], zone]
    first_month, now = ends
    strange = (is_volume != 0) | (month > now) | (month < 0) | (on > meters.verified_to[meter])
    strange |= (on < -_DAY_SHIFT) | (on >= _DAY_SHIFT) | ((rank > 0) & (month < first_month[of]))
    is_plain[of[strange & (nth >= 0)]] = False

    at = np.flatnonzero(is_plain[of] & (nth >= 0))
    rows = _Rows(of[at] * _LINES + nth[at], month[at], on[at], rank[at], value[at])
    key = ((rows.line << _DAY_BITS) | (rows.on + _DAY_SHIFT)) << _RANK_BITS | rows.rank
    order = np.argsort(key, kind="stable")
    rows, key = rows.taken(order), key[order]
    if not key.size:
        return rows
    same, again = rows.line[1:] == rows.line[:-1], key[1:] == key[:-1]
    differs = (rows.month[1:] != rows.month[:-1]) | (rows.value_mcu[1:] != rows.value_mcu[:-1])
    strange = (rows.month[1:] < rows.month[:-1]) | ((rows.rank[1:] == 0) & ~again)
    strange |= again & differs
    is_plain[rows.line[1:][same & strange] // _LINES] = False
    return rows.taken(np.flatnonzero(is_plain[rows.line // _LINES]))


def _lines(rows: _Rows) -> Lines:
    """Give the last dial of each month of each line, and the first of the line."""
    changes = rows.line[1:] != rows.line[:-1]
    some = rows.line[:1] >= 0
    first = np.flatnonzero(np.concatenate([some, changes]))
    last = np.flatnonzero(np.concatenate([changes | (rows.month[1:] != rows.month[:-1]), some]))
    return Lines(
        line=rows.line[last],
        month=rows.month[last],
        on=rows.on[last],
        value_mcu=rows.value_mcu[last],
        is_initial=np.asarray(rows.rank[last] == 0, dtype=np.bool_),
        first_line=rows.line[first],
        first_on=rows.on[first],
        first_mcu=rows.value_mcu[first],
        has_initial=np.asarray(rows.rank[first] == 0, dtype=np.bool_),
    )


def _closed(lines: Lines, zones: Ints) -> Closed:
    """Give the months closed in every zone."""
    key = ((lines.line // _LINES) << _MONTH_BITS) | lines.month
    keys, group = np.unique(key, return_inverse=True)
    of = keys >> _MONTH_BITS
    count = np.bincount(group, minlength=len(keys))
    value = np.zeros((len(keys), WIDTH), dtype=np.int64)
    on = np.zeros((len(keys), WIDTH), dtype=np.int64)
    value[group, lines.line % _LINES] = lines.value_mcu
    on[group, lines.line % _LINES] = lines.on
    is_initial = np.zeros(len(keys), dtype=np.bool_)
    is_initial[group[lines.is_initial]] = True
    at = np.flatnonzero(count == zones[of])
    months = keys & ((1 << _MONTH_BITS) - 1)
    return Closed(of[at], months[at], value[at], on[at], is_initial[at])


def _counted(of_meters: DialMonths, is_full: Flags, *, now: int) -> Counted:
    """Give what was counted between closed months; see month_volumes of meter_book.py."""
    closed, lines = of_meters.closed, of_meters.lines
    at = np.flatnonzero((closed.month < now) & ~closed.is_initial)
    if not at.size:
        return _nothing()
    of, month, value = closed.of[at], closed.month[at], closed.value_mcu[at]

    # A meter in place from the first day of a month begins with its dial at installation.
    start = np.zeros((len(of_meters.which), WIDTH), dtype=np.int64)
    initial = np.flatnonzero(lines.has_initial)
    line = lines.first_line[initial]
    start[line // _LINES, line % _LINES] = lines.first_mcu[initial]
    number = np.bincount(line // _LINES, minlength=len(of_meters.which))
    has_start = (number == of_meters.zones) & is_full
    installed = of_meters.installed_month[of]

    follows = np.concatenate([[False], of[1:] == of[:-1]])
    before = np.where(follows[:, None], np.roll(value, 1, axis=0), start[of])
    after = np.where(follows, np.roll(month, 1), np.where(is_full[of], installed - 1, installed))
    turned, _, is_right = of_meters.turned(of, before, value)
    is_known = (follows | has_start[of]) & (is_full[of] | (month != installed))
    kept = np.flatnonzero(is_known & is_right.all(axis=1))
    turned, of = turned[kept], of[kept]
    ratio = of_meters.ratio_mcu[of]
    its = np.flatnonzero(ratio != money.MILLION)
    turned[its] = money.scale(
        turned[its].ravel(), np.repeat(ratio[its], WIDTH), money.MILLION
    ).reshape(-1, WIDTH)
    return Counted(of, after[kept], month[kept], turned)
