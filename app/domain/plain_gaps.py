"""Meters that were merely not read, and those read after such months: their month in columns.

    plain gap   a meter with dials alone and no event (dial_months.py), of water, gas or power
    average     the periods of the average (charges.md §15); after them, or without a base, the norm
    late        a dial after months without one, what was charged in them comes off

Everything is as meter_state.py walks it, for all such meters at once; a meter with anything else
to it is left to the walk, and so is a dial that cannot be right.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from app.domain import money
from app.domain.average import AverageBase, AverageRules, MonthVolume, month_of
from app.domain.charge_inputs import ChargeInputs
from app.domain.days import FAR, Month
from app.domain.dial_months import WIDTH, Counted, DialMonths, dial_months
from app.domain.meter import METER_ZONES, Spans
from app.domain.meter_event import EventKind, MeterEvents, SpanKind
from app.domain.meter_state import Case, Life, Piece, silence
from app.domain.money import MILLION, Flags, Ints
from app.domain.note import Notes
from app.domain.service import Method

_MONTHS_MAX = 1 << 20  # more than the number of any month
_METHODS = (
    Method.METER_OR_NORM, Method.POWER, Method.GAS, Method.HOT_WATER_TWO_PART, Method.WASTE_WATER,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class GapTerms:
    """What the state of all of them depends on.

    :ivar periods: shape (meters asked about,), how many may go by the average
    """

    rules: AverageRules
    month: Month
    now: int
    periods: Ints
    rollover_ppm: int


@dataclass(frozen=True, slots=True)
class PlainGaps:
    """Meters without a reading or with a late one and nothing else, shape (n,) each.

    :ivar which: places of the meters, sorted
    :ivar day_from: days [from, to) of the month the meter is in place
    :ivar start: number of the first month without a reading
    :ivar is_over: the periods of the average are over
    :ivar months: of the base, 0 where the days go by the norm
    :ivar pieces: the spans of all of them
    :ivar base: what the bases are made of, `of` a place here, in order of months
    :ivar counted: all that was counted before the gap, likewise
    """

    which: Ints
    zones: Ints
    day_from: Ints
    day_to: Ints
    start: Ints
    period: Ints
    is_over: Flags
    is_late: Flags
    months: Ints
    pieces: Spans
    base: Counted
    counted: Counted
    terms: GapTerms
    words: dict[int, str] = field(default_factory=dict)

    @property
    def is_norm(self) -> Flags:
        return np.asarray((self.months == 0) & ~self.is_late, dtype=np.bool_)

    def place(self, which: Ints) -> Ints:
        """Give the place here of each meter, -1 of others."""
        if not self.which.size:
            return np.full(len(which), -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(self.which, which), len(self.which) - 1)
        return np.where(self.which[at] == which, at, -1)

    def reason_notes(self, at: Ints, notes: Notes) -> Ints:
        """Give the numbers of the words that say why there is no reading, of these places."""
        key = self.period[at] * 2 + (self.is_norm & ~self.is_over)[at]
        _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
        numbers = [notes.add(self.reason(place)) for place in at[first].tolist()]
        return np.array(numbers, dtype=np.int64)[inverse]

    def reason(self, at: int) -> str:
        """Say why there is no reading."""
        is_short = bool(self.months[at] == 0 and not self.is_late[at] and not self.is_over[at])
        return silence(int(self.period[at]), least=self.terms.rules.min_months if is_short else 0)

    def base_notes(self, at: Ints, notes: Notes) -> Ints:
        """Give the numbers of the words of the bases, of these places."""
        distinct, inverse = np.unique(at, return_inverse=True)
        self._speak()
        numbers = [notes.add(self.words[place]) for place in distinct.tolist()]
        return np.array(numbers, dtype=np.int64)[inverse]

    def _speak(self) -> None:
        """Put the words of all bases together, as AverageBase.words has them."""
        if self.words or not self.base.of.size:
            return
        spans = _month_words(self.base)
        values, inverse = np.unique(self.base.volume_mcu, return_inverse=True)
        numbers = [money.decimal_of(value).replace(".", ",") for value in values.tolist()]
        inverse = inverse.reshape(-1, WIDTH)
        parts = [f"{span}: {numbers[one]}" for span, one in zip(
            spans, inverse[:, 0].tolist(), strict=True)]  # fmt: skip
        zones = self.zones[self.base.of]
        for place in np.flatnonzero(zones > 1).tolist():
            its = (numbers[one] for one in inverse[place, : zones[place]].tolist())
            parts[place] = f"{spans[place]}: {' + '.join(its)}"
        first = np.flatnonzero(np.append(True, self.base.of[1:] != self.base.of[:-1])).tolist()
        owners = self.base.of[first].tolist()
        for owner, low, high in zip(owners, first, [*first[1:], len(parts)], strict=True):
            self.words[owner] = "; ".join(parts[low:high])

    def life(self, at: int) -> Life:
        """Give the month of one of them."""
        start, period = int(self.start[at]), int(self.period[at])
        life = Life(case=Case(EventKind.SILENT, start, FAR, period))
        low, high = np.searchsorted(self.pieces.meter, self.which[at] + np.arange(2)).tolist()
        names = Spans.__slots__[2:]
        columns = [getattr(self.pieces, name)[low:high].tolist() for name in names]
        for nth, values in enumerate(zip(*columns, strict=True)):
            one = dict(zip(names, values, strict=True))
            life.pieces.append(Piece(**{**one, "kind": SpanKind(one["kind"])}, zone=nth))
        if self.is_late[at]:
            life.late_from, life.late_to = start, self.terms.now
            return life
        life.reason = self.reason(at)
        if not self.months[at]:
            life.norm_from, life.norm_to = int(self.day_from[at]), int(self.day_to[at])
            return life
        low, high = np.searchsorted(self.base.of, (at, at + 1)).tolist()
        zones = int(self.zones[at])
        life.base = AverageBase(tuple(
            MonthVolume(after, month, tuple(volume[:zones]))
            for after, month, volume in zip(
                self.base.after[low:high][::-1].tolist(), self.base.month[low:high][::-1].tolist(),
                self.base.volume_mcu[low:high][::-1].tolist(), strict=True,
            )
        ))  # fmt: skip
        self._speak()
        life.base_words = self.words[at]
        return life

    def zone_totals(self) -> Ints:
        """Give what the zones of each counted in the latest months before, however few.

        :returns: shape (n, WIDTH)
        """
        rules = self.terms.rules
        its = self.counted.taken(
            _latest(self.counted, self.start, oldest=rules.oldest_months, wanted=rules.base_months)
        )
        return _totals(its, len(self.which))


def plain_gaps(
    inputs: ChargeInputs, at: Ints, events: MeterEvents, terms: GapTerms
) -> PlainGaps | None:
    """Find among unusual meters those with a plain gap; None where there are none.

    :param at: places of unusual meters, sorted; `terms.periods` are theirs
    :param events: those that bear on any meter
    """
    chosen = _candidates(inputs, at, events, month=terms.month)
    if not chosen.size:
        return None
    dials = dial_months(
        inputs.meters, at[chosen], (inputs.history, inputs.readings), now=terms.now,
        rollover_ppm=terms.rollover_ppm,
    )  # fmt: skip
    terms = replace(terms, periods=terms.periods[chosen])
    return _gaps(inputs, dials, terms)


def _candidates(inputs: ChargeInputs, at: Ints, events: MeterEvents, *, month: Month) -> Ints:
    meters, services = inputs.meters, inputs.services
    is_plain = np.array(
        [
            method in _METHODS and resource != "heat"
            for method, resource in zip(services.method, services.resource, strict=True)
        ],
        dtype=np.bool_,
    )
    has_event = np.zeros(len(meters.service), dtype=np.bool_)
    has_event[events.meter] = True
    its = (meters.of_house[at] == 0) & is_plain[meters.service[at]] & ~has_event[at]
    its &= (meters.removed[at] >= month.end) & (meters.verified_to[at] >= month.end)
    return np.flatnonzero(its)


def _gaps(inputs: ChargeInputs, dials: DialMonths, terms: GapTerms) -> PlainGaps:
    closed, rules, now, size = dials.closed, terms.rules, terms.now, len(dials.which)
    last = dials.installed_month - 1
    before = np.flatnonzero(closed.month < now)
    # In order of months: the last one stays.
    last[closed.of[before]] = closed.month[before]
    is_read = np.zeros(size, dtype=np.bool_)
    is_read[closed.of[closed.month == now]] = True
    start = last + 1
    period = now - start + 1

    wanted = max(rules.base_months, rules.min_months)
    base = _latest(dials.counted, start, oldest=rules.oldest_months, wanted=wanted)
    base_of = dials.counted.taken(base)
    months = np.bincount(base_of.of, base_of.month - base_of.after, size).astype(np.int64)
    months[months < rules.min_months] = 0
    has_norm = (period - 1 > terms.periods) | (months == 0)
    is_late = is_read & rules.is_true_up & (rules.after_silent_norm | ~has_norm)
    is_over = period > terms.periods
    months[is_over | is_late] = 0

    kept = dials.is_plain & ~(is_read & ((last == now - 1) | (dials.installed_month == now)))
    late = _late_pieces(inputs, dials, np.flatnonzero(kept & is_late), last, month=terms.month)
    kept[is_late] = False
    kept[late[1]] = True
    at = np.flatnonzero(kept)
    meters, month = inputs.meters, terms.month
    low = np.clip(meters.installed[dials.which[at]] - month.first, 0, month.days)
    high = np.full(len(at), month.days, dtype=np.int64)
    sums = _totals(base_of, size)[at]
    pieces = _average_pieces(dials, at, months[at], (low, high), sums, month=month)
    its_base = base_of.taken(np.flatnonzero(months[base_of.of] > 0))
    return PlainGaps(
        which=dials.which[at],
        zones=dials.zones[at],
        day_from=low,
        day_to=high,
        start=start[at],
        period=period[at],
        is_over=np.asarray(is_over[at], dtype=np.bool_),
        is_late=np.asarray(is_late[at], dtype=np.bool_),
        months=months[at],
        pieces=_in_order(pieces, late[0]),
        base=_renumbered(its_base, at, size),
        counted=_renumbered(dials.counted, at, size),
        terms=replace(terms, periods=terms.periods[at]),
    )


def _latest(of: Counted, start: Ints, *, oldest: int, wanted: int) -> Ints:
    """Choose the latest of what was counted: as base_of() does, whether they are enough or not."""
    months = of.month - of.after
    total = np.cumsum(months)
    end = np.zeros(len(start), dtype=np.int64)
    end[of.of] = total  # the last of each meter stays
    later = end[of.of] - total
    return np.flatnonzero((of.after + 1 >= start[of.of] - oldest) & (later < wanted))


def _totals(of: Counted, size: int) -> Ints:
    result = np.zeros((size, WIDTH), dtype=np.int64)
    np.add.at(result, of.of, of.volume_mcu)
    return result


def _renumbered(of: Counted, at: Ints, size: int) -> Counted:
    """Keep what is of the meters at these places, by their places among them."""
    place = np.full(size, -1, dtype=np.int64)
    place[at] = np.arange(len(at), dtype=np.int64)
    its = of.taken(np.flatnonzero(place[of.of] >= 0))
    return replace(its, of=place[its.of])


def zones_of(zones: Ints) -> tuple[Ints, Ints, Ints]:
    """Give a row for each zone of meters with so many: whose, so many-th, and which Zone."""
    table = np.zeros((max(METER_ZONES) + 1, WIDTH), dtype=np.int64)
    for number, codes in METER_ZONES.items():
        table[number, : len(codes)] = codes
    of = np.repeat(np.arange(len(zones), dtype=np.int64), zones)
    first = np.cumsum(zones) - zones
    nth = np.arange(len(of), dtype=np.int64) - first[of]
    return of, nth, table[zones[of], nth]


def _average_pieces(
    dials: DialMonths,
    at: Ints,
    months: Ints,
    ends: tuple[Ints, Ints],
    sums: Ints,
    *,
    month: Month,
) -> Spans:
    chosen = np.flatnonzero(months > 0)
    of, nth, zone = zones_of(dials.zones[at[chosen]])
    of = chosen[of]
    none, far = np.zeros(len(of), dtype=np.int64), np.full(len(of), FAR, dtype=np.int64)
    return Spans(
        meter=dials.which[at[of]],
        zone=zone,
        day_from=ends[0][of],
        day_to=ends[1][of],
        previous_mcu=none,
        current_mcu=sums[of, nth],
        turn_mcu=none,
        ratio_mcu=np.full(len(of), MILLION, dtype=np.int64),
        previous_on=far,
        current_on=far,
        kind=np.full(len(of), int(SpanKind.SILENT), dtype=np.int64),
        parts=months[of] * month.days,
    )


def _late_pieces(
    inputs: ChargeInputs, dials: DialMonths, at: Ints, last: Ints, *, month: Month
) -> tuple[Spans, Ints]:
    """Give the spans of late readings, and the meters whose dials can be right."""
    of, nth, zone = zones_of(dials.zones[at])
    of = at[of]
    closed = np.flatnonzero(np.isin(dials.closed.of, at))
    row = np.zeros(len(dials.which), dtype=np.int64)
    row[dials.closed.of[closed]] = closed  # the last one is of this month
    now_on, now_mcu = (column[row[of], nth] for column in (dials.closed.on, dials.closed.value_mcu))
    on, value, is_known = dials.lines.before(of * 4 + nth, last[of])
    _, turn, is_right = dials.turned(of, value, now_mcu)
    wrong = np.zeros(len(dials.which), dtype=np.bool_)
    wrong[of[~(is_known & is_right)]] = True
    kept = np.flatnonzero(~wrong[of])
    of, nth = of[kept], nth[kept]
    low = np.clip(inputs.meters.installed[dials.which[of]] - month.first, 0, month.days)
    return Spans(
        meter=dials.which[of],
        zone=zone[kept],
        day_from=low,
        day_to=np.full(len(of), month.days, dtype=np.int64),
        previous_mcu=value[kept],
        current_mcu=now_mcu[kept],
        turn_mcu=turn[kept],
        ratio_mcu=dials.ratio_mcu[of],
        previous_on=on[kept],
        current_on=now_on[kept],
        kind=np.full(len(of), int(SpanKind.LATE), dtype=np.int64),
        parts=np.maximum(month.days - low, 1),
    ), at[~wrong[at]]


def _in_order(one: Spans, other: Spans) -> Spans:
    """Put spans together by meter; the zones of each stay in the order of METER_ZONES."""
    columns = [
        np.concatenate([getattr(one, name), getattr(other, name)]) for name in Spans.__slots__
    ]
    order = np.argsort(columns[0], kind="stable")
    return Spans(*(column[order] for column in columns))


def _month_words(of: Counted) -> list[str]:
    """Give the words of months of each part of a base: «04.2026», «05.2026–07.2026»."""
    keys, inverse = np.unique(of.after * _MONTHS_MAX + of.month, return_inverse=True)
    words = []
    for after, month in zip(*(part.tolist() for part in np.divmod(keys, _MONTHS_MAX)), strict=True):
        first, last = month_of(after + 1), month_of(month)
        words.append(first.shown if first == last else f"{first.shown}–{last.shown}")
    return [words[one] for one in inverse.tolist()]
