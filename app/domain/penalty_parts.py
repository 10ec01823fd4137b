"""Debts cut into parts by payments, parts into days that differ in share, stop and number.

    debt 1 000:   paid 300 on the 5th │ paid 500 on the 20th │ 200 unpaid
    days of a part:   active ── stopped ── active …   each with the number of its day of delay

Plain columns; app/domain/penalty.py puts them together. Days since 2000-01-01, ends exclusive.
"""

from dataclasses import dataclass

import numpy as np

from app.domain.days import FAR
from app.domain.money import Ints
from app.domain.penalty_terms import Moratorium, SchemeRows

UNPAID = -1


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts of debts, shape (p,) each, by debt, the earliest paid first.

    :ivar paid_on: UNPAID for the rest
    :ivar rate_on: the day whose rate goes: of payment, or of calculation
    :ivar day_from: first day of delay; `day_to` exclusive
    """

    item: Ints
    paid_on: Ints
    base_kop: Ints
    rate_on: Ints
    day_from: Ints
    day_to: Ints

    def __len__(self) -> int:
        return len(self.item)


@dataclass(frozen=True, slots=True)
class StoppedDays:
    """Stops of parts, shape (k,) each, by part and day; those of one part do not meet."""

    part: Ints
    day_from: Ints
    day_to: Ints
    stop: Ints


@dataclass(frozen=True, slots=True)
class Pieces:
    """Runs of days of parts that are all stopped or all not, shape (q,) each.

    :ivar number: day of delay of the first day; of all days where the counter stands still
    :ivar stop: 0 not stopped
    """

    part: Ints
    day_from: Ints
    day_to: Ints
    number: Ints
    stop: Ints


def covered(
    principal_kop: Ints, *, item: Ints, paid_on: Ints, amount_kop: Ints
) -> tuple[Ints, Ints, Ints]:
    """Give what payments cover of debts, the oldest first, one row a debt and day.

    :param principal_kop: shape (n,), not negative
    :param item: shape (m,), place of the debt each payment is of
    :returns: item, paid_on, amount, ordered by debt and day; what is beyond the principal is
        dropped from the latest
    """
    order = np.lexsort((paid_on, item))
    item, paid_on, amount_kop = item[order], paid_on[order], amount_kop[order]
    first = np.ones(len(item), dtype=np.bool_)
    first[1:] = (item[1:] != item[:-1]) | (paid_on[1:] != paid_on[:-1])
    starts = np.flatnonzero(first)
    if not starts.size:
        return item, paid_on, amount_kop
    amount_kop = np.add.reduceat(amount_kop, starts)
    item, paid_on = item[starts], paid_on[starts]

    opens = np.ones(len(item), dtype=np.bool_)
    opens[1:] = item[1:] != item[:-1]
    heads = np.flatnonzero(opens)
    lengths = np.diff(np.append(heads, len(item)))
    running = np.cumsum(amount_kop)
    before = np.repeat(running[heads] - amount_kop[heads], lengths)
    upper = np.clip(_kept(running - before, heads, amount_kop), 0, principal_kop[item])
    lower = np.zeros_like(upper)
    lower[1:] = upper[:-1]
    lower[heads] = 0
    return item, paid_on, upper - lower


def _kept(running: Ints, heads: Ints, amount_kop: Ints) -> Ints:
    """Take what was taken back from the latest payments before: the least that follows."""
    if int(amount_kop.min()) >= 0:
        return running
    result = running.copy()
    ends = np.append(heads[1:], len(running))
    holding = np.unique(np.searchsorted(heads, np.flatnonzero(amount_kop < 0), side="right") - 1)
    for group in holding.tolist():
        own = slice(int(heads[group]), int(ends[group]))
        result[own] = np.minimum.accumulate(running[own][::-1])[::-1]
    return result


def parts_of(
    principal_kop: Ints,
    due_on: Ints,
    *,
    paid: tuple[Ints, Ints, Ints],
    on: int,
    last_day_counts: bool,
) -> tuple[Parts, Ints, Ints]:
    """Cut debts by what was paid of them up to a day.

    :param paid: what :func:`covered` gave, of payments up to the day
    :returns: parts with days of delay; what is unpaid, and what was not paid in time, shape (n,)
    """
    size = len(principal_kop)
    item, paid_on, amount_kop = paid
    unpaid = principal_kop - _sums(item, amount_kop, size)
    in_time = paid_on <= due_on[item]
    overdue = principal_kop - _sums(item[in_time], amount_kop[in_time], size)

    late = np.flatnonzero(~in_time & (amount_kop > 0))
    rest = np.flatnonzero((unpaid > 0) & (due_on < on))
    all_items = np.concatenate([item[late], rest])
    order = np.argsort(all_items, kind="stable")
    whole_paid_on = np.concatenate([paid_on[late], np.full(rest.size, UNPAID)])[order]
    of = all_items[order]
    is_rest = whole_paid_on == UNPAID
    rate_on = np.where(is_rest, on, whole_paid_on)
    parts = Parts(
        item=of,
        paid_on=whole_paid_on,
        base_kop=np.concatenate([amount_kop[late], unpaid[rest]])[order],
        rate_on=rate_on,
        day_from=due_on[of] + 1,
        day_to=rate_on + np.where(is_rest, 1, int(last_day_counts)),
    )
    return parts, unpaid, overdue


def _sums(item: Ints, amount_kop: Ints, size: int) -> Ints:
    sums = np.zeros(size, dtype=np.int64)
    np.add.at(sums, item, amount_kop)
    return sums


def chosen(parts: Parts, places: Ints) -> Parts:
    """Give some of the parts, in their order."""
    return Parts(
        item=parts.item[places],
        paid_on=parts.paid_on[places],
        base_kop=parts.base_kop[places],
        rate_on=parts.rate_on[places],
        day_from=parts.day_from[places],
        day_to=parts.day_to[places],
    )


def stopped_days(
    parts: Parts,
    *,
    scheme: Ints,
    moratoria: tuple[Moratorium, ...],
    own: tuple[Ints, Ints, Ints, Ints],
) -> StoppedDays:
    """Give the days of parts no penalty is owed for; where stops meet, the earlier one is named.

    :param scheme: shape (n,), of the debts
    :param own: item, day_from, day_to, stop of the stops that are not of the law
    """
    found = [_moratorium(parts, scheme, one) for one in moratoria]
    item, day_from, day_to, stop = own
    first = np.searchsorted(parts.item, item, side="left")
    count = np.searchsorted(parts.item, item, side="right") - first
    row = np.repeat(np.arange(len(item)), count)
    part = np.repeat(first - (np.cumsum(count) - count), count) + np.arange(len(row))
    found.append(StoppedDays(part, day_from[row], day_to[row], stop[row]))

    part = np.concatenate([one.part for one in found])
    low = np.maximum(np.concatenate([one.day_from for one in found]), parts.day_from[part])
    high = np.minimum(np.concatenate([one.day_to for one in found]), parts.day_to[part])
    stop = np.concatenate([one.stop for one in found])
    order = np.lexsort((stop, high, low, part))
    order = order[(low < high)[order]]
    part, low, high, stop = part[order], low[order], high[order], stop[order]
    if not part.size:
        return StoppedDays(part, low, high, stop)

    # The furthest end of the rows before, within a part: parts are apart by more than all days.
    base = int(low.min())
    apart = part * (int(high.max()) - base + 1)
    reached = np.maximum.accumulate(apart + (high - base))
    before = np.zeros_like(reached)
    before[1:] = reached[:-1]
    low = np.maximum(low, before - apart + base)
    kept = low < high
    return StoppedDays(part[kept], low[kept], high[kept], stop[kept])


def _moratorium(parts: Parts, scheme: Ints, law: Moratorium) -> StoppedDays:
    under = np.isin(scheme, [int(one) for one in law.schemes])
    touched = (parts.day_from < law.day_to) & (law.day_from < parts.day_to)
    in_time = parts.day_from - 1 < law.due_before
    part = np.flatnonzero(touched & in_time & under[parts.item])
    return StoppedDays(
        part=part,
        day_from=np.full(part.size, law.day_from),
        day_to=np.full(part.size, law.day_to),
        stop=np.full(part.size, law.stop),
    )


def pieces_of(parts: Parts, stopped: StoppedDays, *, freezes: bool) -> Pieces:
    """Cut parts into days that are stopped and days that are not.

    :param freezes: stopped days are not days of delay; else the number of the day goes on
    """
    same = np.zeros(len(stopped.part), dtype=np.bool_)
    same[1:] = stopped.part[1:] == stopped.part[:-1]
    ended = np.zeros_like(stopped.day_to)
    ended[1:] = stopped.day_to[:-1]
    gap_from = np.where(same, ended, parts.day_from[stopped.part])
    last_to = parts.day_from.copy()
    np.maximum.at(last_to, stopped.part, stopped.day_to)

    length = stopped.day_to - stopped.day_from
    total = np.zeros(len(parts), dtype=np.int64)
    np.add.at(total, stopped.part, length)
    running = np.cumsum(length) - length
    heads = np.flatnonzero(~same)
    before = running - np.repeat(running[heads], np.diff(np.append(heads, len(length))))

    part = np.concatenate([stopped.part, stopped.part, np.arange(len(parts))])
    day_from = np.concatenate([gap_from, stopped.day_from, last_to])
    day_to = np.concatenate([stopped.day_from, stopped.day_to, parts.day_to])
    stop = np.zeros(len(part), dtype=np.int64)
    stop[len(length) : 2 * len(length)] = stopped.stop
    skipped = np.concatenate([before, before, total]) if freezes else np.int64(0)
    number = day_from - parts.day_from[part] + 1 - skipped
    kept = day_from < day_to
    return Pieces(part[kept], day_from[kept], day_to[kept], number[kept], stop[kept])


def shares_of(
    pieces: Pieces, scheme: Ints, *, rows: SchemeRows, freezes: bool
) -> tuple[Ints, Ints, Ints, Ints]:
    """Give which days of pieces bear a share of the rate.

    :param scheme: shape (q,), of each piece
    :returns: piece, day_from, day_to, divisor; days without a share are not there
    """
    found = []
    stands = (pieces.stop != 0) & freezes
    for row in range(len(rows.scheme)):
        mine = np.flatnonzero(scheme == rows.scheme[row])
        start, number = pieces.day_from[mine], pieces.number[mine]
        low = start + np.maximum(int(rows.day_from[row]) - number, 0)
        last = min(FAR, int(rows.day_to[row]))
        high = np.minimum(pieces.day_to[mine], start + (last - number))
        inside = (number >= int(rows.day_from[row])) & (number < last)
        frozen = stands[mine]
        low = np.where(frozen, start, low)
        high = np.where(frozen, np.where(inside, pieces.day_to[mine], start), high)
        low = np.maximum(low, int(rows.valid_from[row]))
        high = np.minimum(high, int(rows.valid_to[row]))
        some = low < high
        count = int(some.sum())
        found.append((mine[some], low[some], high[some], np.full(count, int(rows.divisor[row]))))
    if not found:
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty, empty, empty
    piece, low, high, divisor = (np.concatenate(one) for one in zip(*found, strict=True))
    return piece, low, high, divisor


def cut_at(changes: Ints, *, day_from: Ints, day_to: Ints, only: Ints) -> tuple[Ints, Ints, Ints]:
    """Cut runs of days where something changes.

    :param changes: days a change begins on, ascending
    :param only: shape (n,), 1 for the runs to cut, 0 for those to leave whole
    :returns: place of the run, day_from, day_to
    """
    first = np.searchsorted(changes, day_from, side="right")
    count = (np.searchsorted(changes, day_to, side="left") - first) * only
    place = np.repeat(np.arange(len(day_from)), count + 1)
    heads = np.cumsum(count + 1) - (count + 1)
    turn = np.arange(len(place)) - heads[place]
    inside = first[place] + turn
    edges = np.append(changes, 0)
    low = np.where(turn == 0, day_from[place], edges[np.maximum(inside - 1, 0)])
    high = np.where(turn == count[place], day_to[place], edges[np.minimum(inside, len(changes))])
    return place, low, high
