"""How a meter stands in a month: by readings, by the average, by the norm (354, §59, §60).

              reading of every month
     ┌──────▶ COUNTED ──────────────────────────────────────────┐
     │           │ no reading (б) · failure, verification over (а) · refusal of access (в)
     │           ▼                                               │
     │        AVERAGE, 3 periods in a row (non-residential 2) ───┤ no base: the norm at once
     │           ▼                                               │
     │        NORM, × K after а and в ───────────────────────────┘
     └── a reading: LATE takes the volumes charged off the difference, or the count begins anew

The first event of the row wins, another does not begin the count anew (charges.md §15). A day of
the event is without a meter, the day accounting is restored is with one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from app.domain.average import (
    AverageBase,
    AverageRules,
    MonthVolume,
    base_of,
    first_day,
    month_number,
)
from app.domain.days import FAR, Month, of_number
from app.domain.meter import Doubt
from app.domain.meter_book import Book, Event, Row, month_volumes
from app.domain.meter_event import EventKind, SpanKind
from app.domain.money import MILLION

AVERAGES = {
    EventKind.SILENT: SpanKind.SILENT,
    EventKind.FAILURE: SpanKind.FAILURE,
    EventKind.EXPIRED: SpanKind.FAILURE,
    EventKind.REFUSAL: SpanKind.REFUSAL,
}


@dataclass(frozen=True, slots=True)
class Piece:
    """Days of the month of one zone with the volume they come from.

    :ivar zone: so many-th zone of the meter
    :ivar parts: what the volume is divided by to get a day's: days, or months × days of an average
    """

    kind: SpanKind
    zone: int
    day_from: int
    day_to: int
    previous_mcu: int
    current_mcu: int
    turn_mcu: int
    ratio_mcu: int
    previous_on: int
    current_on: int
    parts: int


@dataclass(frozen=True, slots=True)
class Case:
    """Why there is no reading: the event that began the row of periods, and which this one is.

    :ivar start: number of the first month of the row
    :ivar since: the day of the event, FAR of silence
    :ivar is_past: the event was over before this month, no reading began the count anew
    """

    kind: EventKind
    start: int
    since: int
    period: int
    is_past: bool = False


@dataclass(slots=True)
class Life:
    """What the month of one meter comes to.

    :ivar pieces: days by readings or by an average
    :ivar norm_from: days [from, to) that go by the norm, none when equal
    :ivar factor_ppm: the raising factor of these days, 0 none
    :ivar late_from: months [from, to) whose charged volumes a late reading takes off
    :ivar words: the months of the base and the reason, for notes
    """

    doubt: Doubt = Doubt.NONE
    pieces: list[Piece] = field(default_factory=list)
    norm_from: int = 0
    norm_to: int = 0
    factor_ppm: int = 0
    late_from: int = 0
    late_to: int = 0
    case: Case | None = None
    base: AverageBase | None = None
    base_words: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the state of a meter depends on beside itself.

    :ivar now: number of the month
    :ivar periods: how many periods in a row may go by the average
    :ivar factor_ppm: the raising factor after them, 0 none
    :ivar is_power: a failure is averaged for as long as it lasts (law, 2020)
    :ivar is_season: tells months of heating, None of other resources
    :ivar tampered: days [from, to) of interference: what was charged then is no use of this meter
    """

    rules: AverageRules
    month: Month
    now: int
    periods: int
    least: int
    factor_ppm: int = 0
    is_power: bool = False
    is_season: Callable[[int], bool] | None = None
    tampered: Sequence[tuple[int, int]] = ()


class Stander:
    """One meter in one month."""

    def __init__(self, of: Book, terms: Terms) -> None:
        self.of, self.terms = of, terms
        month = terms.month
        self.low = min(max(of.installed - month.first, 0), month.days)
        self.high = min(max(of.removed - month.first, 0), month.days)
        self.known: list[MonthVolume] | None = None

    def life(self) -> Life | None:
        """Give the month, None when it is an ordinary one, by its readings alone."""
        of, terms, first = self.of, self.terms, self.terms.month.first
        events = of.touching(first + self.low, first + self.high)
        closed = self.closed_before()
        case = self.case(closed)
        if events:
            return self.eventful(events, case, closed)
        if not of.is_closed(terms.now):
            return self.estimated(Life(case=case), self.low, self.high)
        is_first = terms.now == of.installed_month
        if closed == terms.now - 1 or is_first:
            return None if self.is_plain() else self.metered(Life(), self.low, self.high)
        return self.late(case, closed)

    def closed_before(self) -> int:
        """Give the last month before this one that ended by a reading, or began the meter."""
        of, now = self.of, self.terms.now
        for month in reversed(of.closed_months()):
            if month < now and of.is_ended(month):
                return month
        return of.installed_month - 1

    def case(self, closed: int) -> Case:
        """Give the first event since the last reading, and which period of the row this is."""
        start = closed + 1
        begin, kind, since = self.begun(start)
        period = self.terms.now - begin + 1
        if kind is EventKind.SILENT and self.terms.is_season is not None:
            # Meters of heat are not read where nothing is heated: no such month is a period.
            months = range(begin, self.terms.now + 1)
            period = max(sum(map(self.terms.is_season, months)), 1)
        is_inside = kind is not EventKind.SILENT and since > first_day(begin)
        if is_inside and not self.terms.rules.counts_event_month:
            period -= 1
        first = self.terms.month.first
        now = self.of.touching(first + self.low, first + self.high)
        is_past = kind is not EventKind.SILENT and not now
        return Case(kind, start, since, period, is_past)

    def begun(self, start: int) -> tuple[int, EventKind, int]:
        """Give the month periods are counted from, the kind of the case and the day of its event.

        An event of another kind begins the count anew where the setting says so (charges.md §15).
        """
        within = self.of.touching(first_day(start), first_day(start + 1))
        kind, since = (within[0].kind, within[0].since) if within else (EventKind.SILENT, FAR)
        begin = start
        if self.terms.rules.counts_anew:
            for one in self.of.touching(first_day(start), first_day(self.terms.now + 1)):
                if AVERAGES.get(one.kind) is not AVERAGES.get(kind):
                    kind, since = one.kind, one.since
                    begin = max(start, month_number(of_number(since)))
        return begin, kind, since

    def eventful(self, events: list[Event], case: Case, closed: int) -> Life:
        """A month with an event: readings before it, the average, readings after it."""
        of, month = self.of, self.terms.month
        since = max(events[0].since - month.first, self.low)
        until = min(max(one.until for one in events) - month.first, self.high)
        is_fresh = closed == self.terms.now - 1 or self.terms.now == of.installed_month
        is_restored = until < self.high and all(
            of.dials(zone, month=self.terms.now, since=month.first + until, until=FAR)
            for zone in range(len(of.zones))
        )
        if is_restored and all(one.kind is EventKind.REFUSAL for one in events):
            if is_fresh:
                return self.metered(Life(), self.low, self.high)
            if self.may_true_up(case):
                return self.late(case, closed)
        life = Life(case=case)
        start = self.low
        if is_fresh and since > self.low and self.has_reading_at(month.first + since):
            self.metered(life, self.low, since, ends=month.first + since)
            start = since
        self.estimated(life, start, until if is_restored else self.high)
        if is_restored:
            self.metered(life, until, self.high, begins=month.first + until)
        return life

    def has_reading_at(self, day: int) -> bool:
        """Tell whether every zone was read on the day of an event or the day before it."""
        return all(
            self.of.dials(zone, month=self.terms.now, since=day - 1, until=day + 1)
            for zone in range(len(self.of.zones))
        )

    def may_true_up(self, case: Case) -> bool:
        """Tell whether the volumes charged since the last reading are taken off a new one."""
        rules = self.terms.rules
        gap = first_day(case.start), first_day(self.terms.now)
        is_tampered = any(since < gap[1] and until > gap[0] for since, until in self.terms.tampered)
        if not rules.is_true_up or is_tampered:
            return False
        periods = case.period - 1
        has_norm = periods > self.terms.periods or self.base_for(case) is None
        if case.kind is EventKind.SILENT:
            return rules.after_silent_norm or not has_norm
        if case.kind is EventKind.REFUSAL:
            return rules.after_refused_norm or not has_norm
        return case.kind is EventKind.EXPIRED and rules.after_expired and not has_norm

    def late(self, case: Case, closed: int) -> Life:
        """A reading after months without one."""
        now = self.terms.now
        is_volume = any(of_zone[now].dial is None for of_zone in self.of.closings)
        if is_volume:
            return self.metered(Life(), self.low, self.high)
        if not self.may_true_up(case):
            return self.estimated(Life(case=case), self.low, self.high)
        life = Life(case=case, late_from=closed + 1, late_to=now)
        return self.metered(life, self.low, self.high, after=closed, kind=SpanKind.LATE)

    def is_plain(self) -> bool:
        """Tell whether the readings that count are the ones anybody would take."""
        ends = [of_zone[self.terms.now].dial for of_zone in self.of.closings]
        return not self.of.events and not any(end is not None and end.is_initial for end in ends)

    def base_for(self, case: Case) -> AverageBase | None:
        rules, of_heat = self.terms.rules, self.terms.is_season is not None
        return base_of(
            [one for one in self.volumes() if one.month < case.start],
            oldest=case.start - rules.oldest_months,
            wanted=rules.heat_months if of_heat else max(rules.base_months, self.terms.least),
            least=self.least,
            is_season=self.terms.is_season,
        )

    @property
    def least(self) -> int:
        """The fewest months a base may have."""
        of_heat = self.terms.is_season is not None
        return self.terms.rules.heat_months if of_heat else self.terms.least

    def volumes(self) -> list[MonthVolume]:
        if self.known is None:
            self.known = month_volumes(self.of, before=self.terms.now)
        return self.known

    def estimated(self, life: Life, day_from: int, day_to: int) -> Life:
        """Give days the average, or the norm once its periods are over or there is no base."""
        case = life.case
        assert case is not None
        is_over = case.period > self.terms.periods
        is_failure = case.kind in (EventKind.FAILURE, EventKind.EXPIRED)
        if self.terms.is_power and is_failure and self.terms.rules.power_failure_average:
            is_over = False
        life.base = None if is_over else self.base_for(case)
        life.reason = reason(case)
        if life.base is None:
            life.norm_from, life.norm_to = day_from, day_to
            life.factor_ppm = self.factor(case) if is_over else 0
            if not is_over:
                life.reason += without_base(self.least)
            return life
        life.base_words = life.base.words
        for zone in range(len(self.of.zones)):
            life.pieces.append(
                Piece(AVERAGES[case.kind], zone, day_from, day_to, 0, life.base.total_mcu(zone),
                      0, MILLION, FAR, FAR, life.base.months * self.terms.month.days)
            )  # fmt: skip
        return life

    def factor(self, case: Case) -> int:
        """Give the raising factor after the periods of the average (354, §60, §60(1), §60(3)).

        It is of a meter that has failed or is not shown: not of one put right but not read since.
        """
        if case.kind is EventKind.SILENT or case.is_past:
            return 0
        if not self.terms.is_power:
            return self.terms.factor_ppm
        refusals = sum(one.kind is EventKind.REFUSAL for one in self.of.events)
        is_raised = case.kind is EventKind.REFUSAL and refusals >= self.terms.rules.power_refusals
        return self.terms.rules.raising_power_ppm if is_raised else 0

    def metered(
        self,
        life: Life,
        day_from: int,
        day_to: int,
        *,
        begins: int | None = None,
        ends: int | None = None,
        after: int | None = None,
        kind: SpanKind = SpanKind.COUNTED,
    ) -> Life:
        """Give days what the dial turned.

        :param begins: the first reading on or after this day begins the count
        :param ends: the last reading up to this day ends it
        :param after: the dial at the end of this month begins it
        """
        of, now = self.of, self.terms.now
        for zone in range(len(of.zones)):
            until = FAR if ends is None else ends + 1
            mine = of.dials(zone, month=now, since=begins or 0, until=until)
            end = of.closings[zone][now]
            if ends is None and begins is None and end.dial is None:
                life.pieces.append(
                    Piece(kind, zone, day_from, day_to, 0, end.volume_mcu, 0, MILLION, FAR,
                          max(row.on for row in of.rows[zone] if row.month == now),
                          max(day_to - day_from, 1))
                )  # fmt: skip
                continue
            before = mine[0] if begins is not None else of.dial_before(
                zone, month=now - 1 if after is None else after, now=now)  # fmt: skip
            last = mine[-1] if mine else end.dial
            assert last is not None
            self.count(life, kind, zone, (day_from, day_to), (before, last))
        return life

    def count(
        self,
        life: Life,
        kind: SpanKind,
        zone: int,
        span: tuple[int, int],
        dials: tuple[Row | None, Row],
    ) -> None:
        before, end = dials
        if before is None:
            life.doubt = max(life.doubt, Doubt.NO_PREVIOUS)
            return
        counted, turn = self.of.counted(before, end)
        if counted < 0:
            life.doubt = max(life.doubt, Doubt.BACKWARD)
        elif self.of.is_too_far(counted, turn):
            life.doubt = max(life.doubt, Doubt.TOO_FAR)
        elif any(row.is_volume and before.on < row.on and row.month < self.terms.now
                 for row in self.of.rows[zone]):  # fmt: skip
            life.doubt = max(life.doubt, Doubt.MIXED)
        life.pieces.append(
            Piece(kind, zone, *span, before.value_mcu, end.value_mcu, turn, self.of.ratio_mcu,
                  before.on, end.on, max(span[1] - span[0], 1))
        )  # fmt: skip


def reason(case: Case) -> str:
    """Say why there is no reading, and which period of the row this is."""
    if case.kind is EventKind.SILENT:
        return silence(case.period)
    which = f"{case.period}-й период" if case.period else "месяц события не в счёт"
    when = f"{of_number(case.since):%d.%m.%Y}"
    words = {
        EventKind.FAILURE: f"прибор {'был ' * case.is_past}неисправен с {when}",
        EventKind.EXPIRED: f"срок поверки прибора истёк {when}",
        EventKind.REFUSAL: f"отказ в допуске к прибору с {when}",
    }
    past = ", учёт восстановлен, но показания на тот день нет" if case.is_past else ""
    return f"{words[case.kind]}{past}, {which}"


def silence(period: int, *, least: int = 0) -> str:
    """Say that there is no reading, and that a base of so many months is missed, if it is."""
    return f"показания не переданы {period}-й период" + (without_base(least) if least else "")


def without_base(least: int) -> str:
    return f", показаний меньше чем за {least} мес., среднего нет"
