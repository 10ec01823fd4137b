"""A month of a flat's meters again, day by day and month after month, in exact fractions.

Written from charges.md §3 and §15 to be compared with charge(); it shares no code with it. It goes
forward through the life of a meter, where the program looks back from the month being charged.
"""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from tests.fixtures.charge_world import Meter, Reading, World

Q = Fraction
DAY = timedelta(days=1)
FAILED, SILENT, REFUSED = "а", "б", "в"


@dataclass(frozen=True)
class Line:
    """Days [from, to) of the month, the volume, and the raising factor's excess if there is one."""

    day_from: int
    day_to: int
    volume: Fraction
    kind: str = "charge"


@dataclass
class Run:
    """Periods in a row without a reading."""

    case: str
    start: date
    is_expired: bool = False


@dataclass
class Life:
    """What is known of a meter at the end of a month."""

    run: Run | None = None
    last: date | None = None  # first day of the last month that ended by a reading
    dial_at: date | None = None  # the month whose end the dial is of
    dial: Fraction | None = None
    volumes: list[tuple[date, int, Fraction]] = field(default_factory=list)  # month, months, volume
    is_torn: bool = False  # the dial does not bound a month


class Skip(Exception):
    """Something this oracle has no opinion of."""


def rounded(value: Fraction, places: int = 6) -> Fraction:
    sign = -1 if value < 0 else 1
    scaled = abs(value) * 10**places
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    return Q(sign * (whole + (2 * rest >= scaled.denominator)), 10**places)


def after(month: date, months: int = 1) -> date:
    index = month.year * 12 + month.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def between(since: date, until: date) -> int:
    return (until.year - since.year) * 12 + until.month - since.month


class OfMeter:
    """One meter from its beginning to the month charged."""

    def __init__(self, world: World, meter: Meter, *, periods: int) -> None:
        self.world, self.meter, self.periods = world, meter, periods
        self.now = world.period.first_day
        self.events = self._events()
        self.readings = sorted(
            (one for one in world.readings if one.meter == meter.code and self.counts(one)),
            key=lambda one: (one.on, one.source == "inspector"),
        )
        self.setting = world.rules.word

    def _events(self) -> list[tuple[str, date, date, bool]]:
        """Case, first day, day it is over, whether it is a verification."""
        found = []
        for kind, since, until in self.meter.events:
            end = until or date.max
            if kind == "no-access":
                checks = [one.on for one in self.world.readings
                          if one.meter == self.meter.code and one.source == "inspector"
                          and since < one.on < end]  # fmt: skip
                found.append((REFUSED, since, min([end, *checks]), False))
            else:
                found.append((FAILED, since, end, kind == "verification-expired"))
        if self.meter.verified_to is not None:
            found.append((FAILED, self.meter.verified_to, date.max, True))
        return sorted(found, key=lambda one: (one[1], {FAILED: 0, REFUSED: 1}[one[0]], one[3]))

    def counts(self, reading: Reading) -> bool:
        if reading.source == "initial":
            return True
        for case, since, until, _ in self.events:
            if case == FAILED and since < reading.on < until:
                return False
            if case == REFUSED and since <= reading.on < until and reading.source != "inspector":
                return False
        return True

    def events_of(self, month: date) -> list[tuple[str, date, date, bool]]:
        end = min(after(month), self.meter.removed or date.max)
        start = max(month, self.meter.installed)
        return [one for one in self.events if one[1] < end and one[2] > start]

    def of_month(self, month: date) -> list[Reading]:
        return [one for one in self.readings if one.source != "initial"
                and one.on.replace(day=1) == month]  # fmt: skip

    def dials_from(self, month: date, since: date) -> list[Reading]:
        return [one for one in self.of_month(month) if one.on >= since and not one.volume]

    def life_before(self, month: date) -> Life:
        """Go through the months before one."""
        life = Life()
        at = self.meter.installed.replace(day=1)
        first = [one for one in self.readings if one.source == "initial"]
        if first:
            life.dial = Q(first[0].value)
        life.is_torn = self.meter.installed.day > 1
        life.last = life.dial_at = after(at, -1)
        while at < month:
            self._step(life, at)
            at = after(at)
        return life

    def _step(self, life: Life, at: date) -> None:
        events, readings = self.events_of(at), self.of_month(at)
        if events:
            if life.run is None:
                life.run = Run(events[0][0], at, events[0][3])
            until = max(one[2] for one in events)
            if until < after(at) and self.dials_from(at, until):
                self._close(life, at, readings, is_whole=False)
        elif readings:
            self._close(life, at, readings, is_whole=life.run is None or (life.run.case == SILENT
                        and not self._had_event(life.run.start, at)))  # fmt: skip
        elif self.begins_in(at):
            life.last = at
        elif life.run is None:
            life.run = Run(SILENT, at)

    def begins_in(self, month: date) -> bool:
        """The dial at installation is the reading of its month."""
        first = self.readings[0] if self.readings else None
        return (
            first is not None and first.source == "initial" and (first.on.replace(day=1) == month)
        )

    def _had_event(self, since: date, until: date) -> bool:
        return any(self.events_of(after(since, nth)) for nth in range(between(since, until) + 1))

    def _close(self, life: Life, at: date, readings: list[Reading], *, is_whole: bool) -> None:
        """End a month by its last reading; the volume since the last one is known or is not."""
        last = readings[-1]
        months = between(life.dial_at, at)
        is_partial = at == self.meter.installed.replace(day=1) and self.meter.installed.day > 1
        if last.volume:
            given = {one.on: Q(one.volume) for one in readings if one.volume}
            if not is_partial and not self.events_of(at):
                life.volumes.append((at, 1, sum(given.values())))
            life.dial = None
        else:
            if is_whole and life.dial is not None and not life.is_torn:
                volume = Q(last.value) - life.dial
                if volume >= 0:
                    life.volumes.append((at, months, rounded(volume * Q(self.meter.ratio))))
            life.dial = Q(last.value)
        life.is_torn = False
        life.last, life.dial_at, life.run = at, at, None

    # -- the month charged -----------------------------------------------------------------------

    def average(self, life: Life, start: date) -> Fraction | None:
        """The latest months before the event, six or a little more; three at least."""
        chosen, months = [], 0
        for at, number, volume in reversed(life.volumes):
            if after(at, 1 - number) < after(start, -12):
                break
            chosen.append(volume)
            months += number
            if months >= 6:
                break
        return sum(chosen) / months if months >= 3 else None

    def pieces(self) -> list[tuple]:  # noqa: C901, PLR0911  the paragraphs of §59 and §60 in turn
        """Give (what, day from, day to, …) of the month charged."""
        life, now = self.life_before(self.now), self.now
        events, readings = self.events_of(now), self.of_month(now)
        low = max((self.meter.installed - now).days, 0)
        high = min(((self.meter.removed or date.max) - now).days, self.world.period.days)
        is_fresh = life.run is None
        run = life.run
        if events and run is None:
            run = Run(events[0][0], now, events[0][3])
        if not events and not readings and run is None:
            run = Run(SILENT, now)
        if not events:
            if not readings and self.begins_in(now):
                return [("dial", low, high, Q(0))]
            if not readings:
                return [self.estimate(life, run, low, high)]
            if is_fresh or readings[-1].volume:
                return [self.by_dial(life, readings, low, high)]
            return [self.late(life, run, readings, low, high)]
        until = max(one[2] for one in events)
        since = max((events[0][1] - now).days, low)
        is_restored = until < min(after(now), self.meter.removed or date.max) and bool(
            self.dials_from(now, until)
        )
        if is_restored and all(one[0] == REFUSED for one in events):
            if is_fresh:
                return [self.by_dial(life, readings, low, high)]
            if self.trues_up(life, run):
                return [self.late(life, run, readings, low, high)]
        parts = []
        start, day = low, now + since * DAY
        at_event = [one for one in self.of_month(now) if day - DAY <= one.on <= day
                    and not one.volume]  # fmt: skip
        if is_fresh and since > low and at_event:
            parts.append(self.by_dial(life, at_event, low, since))
            start = since
        stop = (until - now).days if is_restored else high
        parts.append(self.estimate(life, run, start, stop))
        if is_restored:
            own = self.dials_from(now, until)
            parts.append(("dial", stop, high, Q(own[-1].value) - Q(own[0].value)))
        return parts

    def by_dial(self, life: Life, readings: list[Reading], low: int, high: int) -> tuple:
        last = readings[-1]
        if last.volume:
            given = {one.on: Q(one.volume) for one in readings if one.volume}
            return ("dial", low, high, sum(given.values()) / Q(self.meter.ratio))
        if life.dial is None:
            raise Skip
        return ("dial", low, high, Q(last.value) - life.dial)

    def trues_up(self, life: Life, run: Run) -> bool:
        if self.setting("late_reading") != "true-up":
            return False
        charged = between(run.start, self.now)
        has_norm = charged > self.periods or self.average(life, run.start) is None
        if run.case == SILENT:
            return not has_norm or self.setting("late_after_silent_norm") == "yes"
        if run.case == REFUSED:
            return not has_norm or self.setting("late_after_refused_norm") == "yes"
        return run.is_expired and self.setting("late_after_expired") == "yes" and not has_norm

    def late(self, life: Life, run: Run, readings: list[Reading], low: int, high: int) -> tuple:
        if life.dial is None:
            raise Skip
        if not self.trues_up(life, run):
            return self.estimate(life, run, low, high)
        gap = [after(life.last, nth) for nth in range(1, between(life.last, self.now))]
        return ("late", low, high, Q(readings[-1].value) - life.dial, gap)

    def estimate(self, life: Life, run: Run, low: int, high: int) -> tuple:
        period = between(run.start, self.now) + 1
        resource = next(
            one.resource for one in self.world.services if one.code == self.meter.service
        )
        is_over = period > self.periods
        if resource == "power" and run.case == FAILED:
            is_over = False
        average = None if is_over else self.average(life, run.start)
        if average is not None:
            return ("average", low, high, average)
        factor = Q(0)
        # A meter put right but not read since is neither failed nor hidden: no factor.
        if is_over and run.case != SILENT and self.events_of(self.now):
            factor = {"cold": Q(3), "hot": Q(3, 2)}.get(resource, Q(0))
            if resource == "power":
                refusals = sum(case == REFUSED for case, *_ in self.events)
                factor = Q(3, 2) if run.case == REFUSED and refusals >= 2 else Q(0)
        return ("norm", low, high, factor)


def lines(world: World, account: str, *, is_residential: bool = True) -> list[Line]:
    """Give what an account alone in its flat is charged for its one service."""
    own = next(one for one in world.accounts if one.number == account)
    meters = [one for one in world.meters if one.flat == own.flat]
    days = world.period.days
    each = [OfMeter(world, one, periods=3 if is_residential else 2) for one in meters]
    parts = [(one, piece) for one in each for piece in one.pieces()]
    norm_days = {day: max(p[3] for _, p in parts if p[0] == "norm" and p[1] <= day < p[2])
                 for _, piece in parts if piece[0] == "norm"
                 for day in range(piece[1], piece[2])}  # fmt: skip
    covered = {
        day for one in meters for day in range(days)
        if one.installed <= world.period.first_day + day * DAY
        and (one.removed is None or world.period.first_day + day * DAY < one.removed)
    }  # fmt: skip
    edges = {0, days}
    for one in each:
        own_parts = [piece for owner, piece in parts if owner is one and piece[0] != "norm"]
        if len(own_parts) > 1:
            edges |= {end for piece in own_parts for end in piece[1:3]}
    state = [(day in covered, day in norm_days) for day in range(days)]
    edges |= {day for day in range(1, days) if state[day] != state[day - 1]}
    result: list[Line] = []
    bounds = sorted(edges)
    for low, high in pairwise(bounds):
        result += _of_days(world, account, parts, (norm_days, covered), (low, high))
    return result


def _of_days(world, account, parts, known, span: tuple[int, int]) -> list[Line]:
    (norm_days, covered), (low, high) = known, span
    days = world.period.days
    assert monthrange(world.period.year, world.period.month)[1] == days
    if low in norm_days or low not in covered:
        persons = sum(one.account == account for one in world.residents)
        volume = rounded(Q(world.norms[0].value) * persons * Q(high - low, days))
        service = world.services[0]
        factor = norm_days.get(low, {"cold": Q(3), "hot": Q(3, 2)}.get(service.resource, Q(0)))
        if not factor:
            return [Line(low, high, volume)]
        return [Line(low, high, volume),
                Line(low, high, rounded(volume * factor) - volume, "raising")]  # fmt: skip
    total = Q(0)
    for owner, piece in parts:
        what, start, stop, value = piece[:4]
        since, until = max(low, start), min(high, stop)
        if since >= until or what == "norm":
            continue
        if what == "average":
            total += rounded(value * Q(until - since, days))
            continue
        volume = value * Q(owner.meter.ratio)
        if what == "late":
            volume -= _charged(world, account, owner, parts, piece[4])
        span = stop - start
        total += rounded(volume * (until - start) / span) - rounded(volume * (since - start) / span)
    return [Line(low, high, total, "charge" if total >= 0 else "recalculation")]


def _charged(world, account, owner, parts, gap: list[date]) -> Fraction:
    """What was charged in the gap, less what the other meter of the flat counted there.

    Where both are silent for a time, sums over the whole time are another test's.
    """
    total = sum(
        (Q(one.volume) for one in world.charged
         if one.account == account and one.period.first_day in gap), Q(0),
    )  # fmt: skip
    for other in {id(one): one for one, _ in parts if one is not owner}.values():
        life = other.life_before(other.now)
        for month in gap:
            if month < other.meter.installed.replace(day=1):
                continue
            own = [volume for at, number, volume in life.volumes if at == month and number == 1]
            if not own:
                raise Skip
            total -= own[0]
    return total
