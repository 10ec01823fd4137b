"""The unusual meters of a batch: a book of each, how its month stands, and the columns of it.

    unusual      no reading, an event, a dial after a gap (meter.py)
    gap          days between a meter removed and the next one: the average of the one removed
    norm days    once the periods of the average are over the norm stands for the whole resource of
                 the premises, whatever other meters of it there are (charges.md §15)

Meters that were merely not read stay columns too (plain_gaps.py); loops go over the rest alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from app.domain import days, meter
from app.domain.average import History, average_rules, base_of, month_number, month_of
from app.domain.charge_inputs import ChargeInputs, PremisesKind
from app.domain.days import FAR, Month
from app.domain.meter import METER_ZONES, Doubt, Found, Meters, Readings, Spans
from app.domain.meter_book import Book, Event, Row, book
from app.domain.meter_event import EventKind, MeterEvents
from app.domain.meter_state import Case, Life, Stander, Terms
from app.domain.money import MILLION, Flags, Ints
from app.domain.plain_gaps import GapTerms, PlainGaps, plain_gaps
from app.domain.situation import in_force


@dataclass(slots=True)
class Lives:
    """Unusual meters by place in the inputs.

    :ivar is_unusual: shape (meters,)
    :ivar norm_days: shape (meters,), mask of the days that go by the norm
    :ivar gap_days: shape (meters,), mask of days without a meter that go by its average
    :ivar lives: of those that are walked one by one, among them all of houses and of heat
    :ivar gaps: all others
    """

    is_unusual: Flags
    norm_days: Ints
    gap_days: Ints
    lives: dict[int, Life] = field(default_factory=dict)
    standers: dict[int, Stander] = field(default_factory=dict)
    books: "Books | None" = None
    gaps: PlainGaps | None = None
    made: dict[int, Life] = field(default_factory=dict)

    def life(self, which: int) -> Life | None:
        """Give the month of a meter, None of an ordinary one."""
        found = self.lives.get(which) or self.made.get(which)
        if found is None and self.gaps is not None and self.is_unusual[which]:
            at = int(self.gaps.place(np.array([which]))[0])
            if at >= 0:
                found = self.made[which] = self.gaps.life(at)
        return found

    def gap_places(self, which: Ints) -> Ints:
        """Give the places of meters among the plain gaps, -1 of others."""
        if self.gaps is None:
            return np.full(len(which), -1, dtype=np.int64)
        return self.gaps.place(which)

    def stander(self, which: int) -> Stander:
        """Give a meter of the batch, unusual or beside an unusual one."""
        if which not in self.standers:
            assert self.books is not None
            self.standers[which] = Stander(self.books.of(which), self.books.terms(which))
        return self.standers[which]

    def cuts(self) -> dict[int, int]:
        """Give the days on which a meter begins to go another way, as a mask of each."""
        found = {
            which: sum({1 << end for one in life.pieces for end in (one.day_from, one.day_to)})
            for which, life in self.lives.items()
            if len(life.pieces) > 1 or self.gap_days[which]
        }
        if self.gaps is not None:
            # One of several zones in place from a day within the month; the others cut nothing.
            of = self.gaps
            at = np.flatnonzero((of.zones > 1) & (of.day_from > 0) & ~of.is_norm)
            masks = (1 << of.day_from[at]) | (1 << of.day_to[at])
            found.update(zip(of.which[at].tolist(), masks.tolist(), strict=True))
        return found

    def without_events(self, which: Ints, *, month: Month) -> Flags:
        """Tell the unusual meters whose month has no day of an event: all its readings count."""
        eventful = [
            one for one in self.lives if self.standers[one].of.touching(month.first, month.end)
        ]
        return ~np.isin(which, eventful)

    def spans(self) -> Spans:
        """Give the spans of the meters that can be charged."""
        rows = [
            (which, stander.of.zones[piece.zone], piece.day_from, piece.day_to,
             piece.previous_mcu, piece.current_mcu, piece.turn_mcu, piece.ratio_mcu,
             piece.previous_on, piece.current_on, int(piece.kind), piece.parts)
            for which, life in sorted(self.lives.items())
            if life.doubt is Doubt.NONE
            for stander in [self.standers[which]]
            for piece in life.pieces
            if piece.day_from < piece.day_to
        ]  # fmt: skip
        columns = np.array(rows, dtype=np.int64).reshape(-1, len(Spans.__slots__)).T
        if self.gaps is None:
            return Spans(*columns)
        plain = [getattr(self.gaps.pieces, name) for name in Spans.__slots__]
        return Spans(*(np.concatenate(both) for both in zip(columns, plain, strict=True)))


def lives(inputs: ChargeInputs, known: Found, *, month: Month) -> Lives:
    """Find the unusual meters and how their month stands."""
    meters, events = inputs.meters, real_events(inputs.meter_events)
    unusual = meter.unusual(meters, events, known, month=month)
    unusual &= (meters.of_house > 0) | (meters.account >= 0) | (meters.premises >= 0)
    size = len(meters.service)
    result = Lives(unusual, np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64))
    at = np.flatnonzero(unusual)
    if not at.size:
        return result
    books = result.books = Books(inputs, month=month)
    result.gaps = books.plain_gaps(at)
    if result.gaps is not None:
        gaps = result.gaps
        masks = days.span(gaps.day_from, gaps.day_to)
        result.norm_days[gaps.which] = np.where(gaps.is_norm, masks, 0)
        at = np.setdiff1d(at, gaps.which, assume_unique=True)
    for which in at.tolist():
        life = result.stander(which).life()
        if life is None:
            unusual[which] = False
            continue
        result.lives[which] = life
        result.norm_days[which] = _mask(life.norm_from, life.norm_to)
    return result


def bridge(
    of: Lives, inputs: ChargeInputs, which: int, gap: tuple[int, int], *, case: Case | None = None
) -> None:
    """Give the days between a meter that was removed and the next one to the one removed.

    :param which: the meter removed on the first day of the gap, or before
    :param case: why there is no reading, None: as the month of the meter says
    """
    stander, life = of.stander(which), of.lives.get(which)
    now = stander.terms.now
    if case is None and life is not None:
        case = life.case
    if case is None:
        case = Case(EventKind.FAILURE, now, int(inputs.meters.removed[which]), 1)
    made = stander.estimated(Life(case=case), *gap)
    when = days.of_number(int(inputs.meters.removed[which]))
    made.reason = f"прибор снят {when:%d.%m.%Y}, до следующего прибора, {case.period}-й период"
    mask = _mask(*gap)
    if made.base is None:
        of.norm_days[which] |= mask
    else:
        of.gap_days[which] |= mask
    if life is None:
        is_here = stander.low < stander.high
        life = stander.metered(Life(), stander.low, stander.high) if is_here else Life()
    life.pieces += made.pieces
    if life.base is None:
        life.case, life.base, life.base_words = case, made.base, made.base_words
        life.reason = made.reason
    life.factor_ppm = max(life.factor_ppm, made.factor_ppm)
    of.lives[which] = life
    of.is_unusual[which] = True


def real_events(of: MeterEvents) -> MeterEvents:
    """Leave out interference, which is charged otherwise (check_facts.py)."""
    at = np.flatnonzero(of.kind != EventKind.INTERFERENCE)
    return MeterEvents(*(getattr(of, name)[at] for name in MeterEvents.__slots__))


def needing_history(
    meters: Meters, readings: Readings, events: MeterEvents, *, month: Month
) -> tuple[Ints, Ints]:
    """Give the meters whose history charge() looks at, and those read again after a gap.

    The first are unusual ones, those beside them at their premises, and those removed in the month.
    """
    known = meter.found(meters, readings, month=month)
    unusual = meter.unusual(meters, real_events(events), known, month=month)
    covered = meter.coverage(meters, month=month)
    place = np.where(meters.premises >= 0, meters.premises, -2 - meters.account)
    point = place * (int(meters.service.max(initial=0)) + 1) + meters.service
    wanted = unusual.copy()
    wanted |= (covered != 0) & (meters.removed < month.end) & (meters.of_house == 0)
    if meters.gap_to.size:
        wanted |= (meters.removed < month.end) & (meters.gap_to > month.first)
    wanted |= np.isin(point, point[unusual & (meters.of_house == 0)]) & (meters.of_house == 0)
    has_dial = np.zeros(len(meters.service), dtype=bool)
    has_dial[known.meter[(known.current >= 0) & (known.given < 0)]] = True
    late = unusual & has_dial & (meters.of_house == 0)
    return np.flatnonzero(wanted), np.flatnonzero(late)


class Books:
    """Puts together the books of meters, when asked for one."""

    def __init__(self, inputs: ChargeInputs, *, month: Month) -> None:
        self.inputs, self.month = inputs, month
        self.rules = average_rules(inputs.rules)
        self.now = month_number(days.of_number(month.first))
        self.factors = {"cold": inputs.rules.raising_cold_ppm, "hot": inputs.rules.raising_hot_ppm}
        self.rollover_ppm = inputs.rules.rollover_share_ppm
        events = real_events(inputs.meter_events)
        self.events: dict[int, list[Event]] = {}
        for which, kind, since, until in zip(
            events.meter.tolist(), events.kind.tolist(), events.valid_from.tolist(),
            events.valid_to.tolist(), strict=True,
        ):  # fmt: skip
            self.events.setdefault(which, []).append(Event(EventKind(kind), since, until))
        every = inputs.meter_events
        self.tampered: dict[int, list[tuple[int, int]]] = {}
        for at in np.flatnonzero(every.kind == EventKind.INTERFERENCE).tolist():
            span = int(every.valid_from[at]), int(every.valid_to[at])
            self.tampered.setdefault(int(every.meter[at]), []).append(span)
        self.other = _is_other(inputs, month=month)

    @cached_property
    def rows(self) -> "tuple[_Rows, _Rows]":
        return _Rows(self.inputs.history), _Rows(self.inputs.readings)

    def plain_gaps(self, at: Ints) -> PlainGaps | None:
        """Give the unusual meters that were merely not read.

        :param at: places of unusual meters, sorted
        """
        meters, rules = self.inputs.meters, self.rules
        account, premises = meters.account[at], meters.premises[at]
        if self.inputs.accounts.premises.size:
            premises = np.where(account >= 0, self.inputs.accounts.premises[account], premises)
        is_other = np.zeros(len(at), dtype=np.bool_)
        its = np.flatnonzero(premises >= 0)
        is_other[its] = self.other[premises[its]]
        periods = np.where(is_other, rules.periods_other, rules.periods_flat)
        terms = GapTerms(rules, self.month, self.now, periods, self.rollover_ppm)
        return plain_gaps(self.inputs, at, self.inputs.meter_events, terms)

    def of(self, which: int) -> Book:
        """Give the book of a meter."""
        meters = self.inputs.meters
        zones = tuple(int(zone) for zone in METER_ZONES[int(meters.zones[which])])
        events = list(self.events.get(which, []))
        verified_to = int(meters.verified_to[which])
        if verified_to < FAR:
            events.append(Event(EventKind.EXPIRED, verified_to, FAR))
        rows: dict[int, list[Row]] = {}
        for known in self.rows:
            for zone, row in known.of(which):
                rows.setdefault(zone, []).append(row)
        dial = int(meters.dial_mcu[which])
        limit = dial * self.rollover_ppm
        return book(
            (int(meters.installed[which]), int(meters.removed[which]), dial,
             int(meters.ratio_mcu[which]), (2 * limit + MILLION) // (2 * MILLION)),
            zones, events, [rows.get(zone, []) for zone in zones],
        )  # fmt: skip

    def terms(self, which: int) -> Terms:
        """Give what the state of a meter depends on."""
        inputs, rules = self.inputs, self.rules
        service, house = int(inputs.meters.service[which]), int(inputs.meters.house[which])
        resource = inputs.services.resource[service]
        is_house = bool(inputs.meters.of_house[which])
        periods = rules.periods_other if self.is_other(which) else rules.periods_flat
        factor = self.factors.get(resource, 0)
        return Terms(
            rules=rules,
            month=self.month,
            now=self.now,
            periods=rules.house_periods if is_house else periods,
            least=rules.house_months if is_house else rules.min_months,
            factor_ppm=factor if factor > MILLION else 0,
            is_power=resource == "power" and not is_house,
            is_season=_season(inputs, house) if resource == "heat" else None,
            tampered=self.tampered.get(which, ()),
        )

    def is_other(self, which: int) -> bool:
        """Tell whether the meter is of non-residential premises."""
        meters = self.inputs.meters
        account, premises = int(meters.account[which]), int(meters.premises[which])
        if account >= 0:
            premises = int(self.inputs.accounts.premises[account])
        return premises >= 0 and bool(self.other[premises])


def _season(inputs: ChargeInputs, house: int) -> Callable[[int], bool]:
    months = int(inputs.houses.heating_months[house])
    return lambda number: bool((months >> month_of(number).month) & 1)


def _is_other(inputs: ChargeInputs, *, month: Month) -> Flags:
    """Tell which premises are non-residential on the last day of the month."""
    premises = inputs.premises
    every = np.arange(len(premises.house), dtype=np.int64)
    if not premises.kind.size:
        return np.zeros(len(every), dtype=np.bool_)
    at = in_force(premises.version_of, premises.valid_from, premises.valid_to, every,
                  np.full(len(every), month.last))  # fmt: skip
    kind = np.where(at >= 0, premises.kind[np.maximum(at, 0)], int(PremisesKind.FLAT))
    return np.asarray(kind == PremisesKind.NON_RESIDENTIAL, dtype=np.bool_)


class _Rows:
    """Readings sorted by meter, so that those of one are at hand."""

    def __init__(self, of: History | Readings) -> None:
        order = np.argsort(of.meter, kind="stable")
        self.meter = of.meter[order]
        self.zone = of.zone[order]
        self.columns = [
            column[order] for column in (of.month, of.taken_on, of.rank, of.is_volume, of.value_mcu)
        ]

    def of(self, which: int) -> list[tuple[int, Row]]:
        """Give zone and reading of each."""
        low, high = np.searchsorted(self.meter, (which, which + 1)).tolist()
        rows = zip(*(column[low:high].tolist() for column in self.columns), strict=True)
        return list(zip(self.zone[low:high].tolist(), map(Row._make, rows), strict=True))


def _mask(day_from: int, day_to: int) -> int:
    return (1 << day_to) - (1 << day_from) if day_from < day_to else 0


def zone_totals(of: Stander, start: int) -> Sequence[int]:
    """Give the volumes of the zones in the latest months before an event, however few."""
    rules = of.terms.rules
    base = base_of(
        [one for one in of.volumes() if one.month < start],
        oldest=start - rules.oldest_months, wanted=rules.base_months, least=1,
    )  # fmt: skip
    return [] if base is None else [base.total_mcu(zone) for zone in range(len(of.of.zones))]
