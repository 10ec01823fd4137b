"""Acts of quality and interruptions: hours of the month, what they take off (354, приложение № 1).

    interruption    hours above the allowed: the larger of the sum over single ones and of the
                    total; apart yearly works on hot water beyond their days, dead-end mains
    temperature     hours × steps of degrees, night and day apart
    bad days        composition, pressure beyond its limit: their part of the days supplied (п. 101)
    missing hours   all hours of interruption, for what has no meter (п. 99)
    cold hours      hot water below 40 °C: of these hours the water is paid as cold

Hours that acts of one breach share are judged once, by the worst. Hours are whole, of the act
within the month; percents are in millionths of a percent.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.domain import days
from app.domain.interruptions import Allowed, Stop, numbers_in
from app.domain.law import Rules
from app.domain.money import MILLION, decimal_of
from app.domain.period import Period
from app.domain.quality_spans import Span, shared_minutes, united, without
from app.domain.reduction_inputs import MINUTES_PER_DAY, Acts, Breach

_LAST = 10**12  # after any number an act may have
_MINUTES_PER_HOUR = 60
_HOURS_PER_DAY = 24


class NoIndicator(ValueError):
    """An act does not say what was measured; its words say what is wanted."""


@dataclass(slots=True)
class Verdict:
    """What the acts of one service come to in a month.

    :ivar missing: spans of minutes of the month without the service
    :ivar cold: spans of hot water that is paid as cold
    :ivar bad: spans of what is not fit for use; those that overlap give their days once
    :ivar words: what each act says and gives
    :ivar faults: what an act lacks
    """

    percent_millionths: int = 0
    bad_days: int = 0
    missing: list[Span] = field(default_factory=list)
    cold: list[Span] = field(default_factory=list)
    bad: list[Span] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Judge:
    """Puts acts of one service and month against the table.

    :ivar resource: of the service, empty for none
    :ivar within: days of the month the payment is for, [from, to); None for all of them
    """

    rules: Rules
    period: Period
    resource: str
    acts: Acts
    within: Span | None = None

    def verdict(self, chosen: Sequence[int]) -> Verdict:
        """Give what these acts come to; acts of maintenance are not among them."""
        result = Verdict()
        interruptions: list[int] = []
        known: dict[Breach, list[Span]] = defaultdict(list)
        for at in sorted(self._distinct(chosen), key=self._worst_first):
            breach = Breach(int(self.acts.breach[at]))
            try:
                if breach is Breach.INTERRUPTION:
                    interruptions.append(at)
                elif self.resource not in _BREACHES[breach][0]:
                    result.faults.append((self.not_counted(at, _BREACHES[breach][1]), _OTHER_HINT))
                else:
                    self._judges()[breach](at, self._left(at, known[breach]), result)
            except NoIndicator as lack:
                result.faults.append((self.not_counted(at, str(lack)), _INDICATOR_HINT))
        if interruptions:
            self._interruptions(interruptions, result)
        self._together(result)
        return result

    def _together(self, result: Verdict) -> None:
        """Count once what acts share: days not fit for use; water not there was not cold."""
        bad = [span for span, _ in united([(span, 0) for span in result.bad])]
        apart, result.bad_days = (
            sum((high - low) // MINUTES_PER_DAY for low, high in some) for some in (result.bad, bad)
        )
        if apart != result.bad_days:
            result.words.append(f"вместе полных суток: {result.bad_days}")
        left = [part for span in result.cold for part in without(span, result.missing)]
        if left != result.cold:
            result.words.append(f"без часов перерыва по цене холодной {self._hours_of(left)} ч")
            result.cold = left

    def _worst_first(self, at: int) -> tuple[int, int]:
        """Of acts of one breach the worst comes first: hours they share are judged by it."""
        breach, numbers = Breach(int(self.acts.breach[at])), numbers_in(self.acts.indicator[at])
        if not numbers or breach is Breach.INTERRUPTION:
            return breach, _LAST
        if breach is Breach.AIR_TEMPERATURE:
            norm = numbers[1] if len(numbers) > 1 else self.rules.ppm("air_degrees")
            return breach, -abs(numbers[0] - norm)
        return breach, numbers[0] if breach is Breach.WATER_TEMPERATURE else -abs(numbers[0])

    def _left(self, at: int, known: list[Span]) -> list[Span]:
        """Give the parts of an act that no act before it has; now it has them."""
        left = without(self.span(at), known)
        known.append(self.span(at))
        return left

    def _judges(self) -> dict[Breach, Callable[[int, list[Span], Verdict], None]]:
        return {
            Breach.AIR_TEMPERATURE: self._air,
            Breach.WATER_TEMPERATURE: self._water,
            Breach.COMPOSITION: self._composition,
            Breach.PRESSURE: self._pressure,
        }

    def _distinct(self, chosen: Sequence[int]) -> list[int]:
        """Leave one of acts that say the same: of the house and of the account.

        An act of days that are not paid for here is not among them.
        """
        seen: dict[tuple[int, int, int, str], int] = {}
        for at in chosen:
            low, high = self.span(at)
            if low >= high:
                continue
            key = (
                int(self.acts.breach[at]), int(self.acts.starts[at]), int(self.acts.ends[at]),
                self.acts.indicator[at],
            )  # fmt: skip
            seen.setdefault(key, at)
        return list(seen.values())

    def span(self, at: int) -> Span:
        """Give the minutes of the month the act is about."""
        return self._inside(self._whole_span(at))

    def _whole_span(self, at: int) -> Span:
        """Give the minutes of the act from the start of the month on, other months' too."""
        start = days.number(self.period.first_day) * MINUTES_PER_DAY
        return int(self.acts.starts[at]) - start, int(self.acts.ends[at]) - start

    def _inside(self, span: Span) -> Span:
        low, high = (one * MINUTES_PER_DAY for one in self.within or (0, self.period.days))
        return min(max(span[0], low), high), min(max(span[1], low), high)

    def hours(self, span: Span) -> int:
        """Give the whole hours of a span."""
        return _whole(span[1] - span[0], _MINUTES_PER_HOUR, up=self._up("quality_hours_rounding"))

    def _up(self, setting: str) -> bool:
        return self.rules.word(setting) == "up"

    def measured(self, at: int, what: str) -> int:
        """Give the first number of the indicator, in millionths.

        :param what: is wanted, for the words
        :raises NoIndicator: when there is none
        """
        found = numbers_in(self.acts.indicator[at])
        if not found:
            raise NoIndicator(f"в столбце «Показатель» нет числа ({what})")
        return found[0]

    def said(self, at: int, words: str) -> str:
        """Give the act with its days of this month, and what it gives."""
        return f"{self._act(at)}: {words}"

    def not_counted(self, at: int, lack: str) -> str:
        """Say why an act is left out, with its days: it may have no number."""
        return f"{self._act(at)}, не учтён: {lack}"

    def _act(self, at: int) -> str:
        start = self.period.first_day
        low, high = (_moment(start, minute) for minute in self.span(at))
        return f"{self.acts.name[at]}, с {low} по {high}"

    def _say(self, at: int, left: list[Span], result: Verdict, words: str) -> None:
        more = "" if left == [self.span(at)] else _ELSEWHERE
        result.words.append(self.said(at, f"{words}{more}"))

    def _say_all(self, acts: Sequence[int], result: Verdict, words: str) -> None:
        result.words.append(f"{', '.join(map(self._act, acts))}: {words}")

    def _interruptions(self, chosen: list[int], result: Verdict) -> None:
        """Take the larger of single excesses and the excess of the total (приложение № 1)."""
        allowed = Allowed(self.rules, self.resource)
        if not allowed.is_known:
            for at in chosen:
                result.faults.append((self.not_counted(at, _NO_TABLE), _TABLE_HINT))
            return
        result.missing += [span for span, _ in united([(self.span(at), at) for at in chosen])]
        single, total, apart = 0, 0, 0
        for kind, span, acts, more in self._stops(allowed, chosen):
            hours = self.hours(self._inside(span))
            if kind is Stop.USUAL:
                at_once = min(allowed.at_once(self.acts.indicator[at]) for at in acts)
                single += max(0, hours - at_once)
                total += hours
                self._say_all(acts, result, f"перерыв {hours} ч{more}")
            elif kind is Stop.DEAD_END:
                apart += max(0, hours - self.rules.whole("interruption_dead_end_hours"))
                words = f"перерыв {hours} ч, авария на тупиковой магистрали{more}"
                self._say_all(acts, result, words)
            else:
                limit = self.rules.whole("interruption_planned_days")
                over = self._inside((span[0] + limit * MINUTES_PER_DAY, span[1]))
                above = self.hours(over) if over[0] < over[1] else 0
                apart += above
                told = f", сверх {limit} суток {above} ч" if above else ""
                self._say_all(acts, result, f"{hours} ч ежегодной профилактики{told}")
        above = max(single, total - allowed.in_all(total), 0) + apart
        unit = 1
        if self.resource == "solid-waste":
            unit, above = _HOURS_PER_DAY, above // _HOURS_PER_DAY
        each = allowed.percent_millionths
        result.percent_millionths += above * each
        result.words.append(
            f"сверх допустимого {above * unit} ч, {_comma(each)} % за {unit} ч"
            if above
            else "сверх допустимого перерывов нет"
        )

    def _stops(
        self, allowed: Allowed, chosen: Sequence[int]
    ) -> Iterator[tuple[Stop, Span, list[int], str]]:
        """Give the interruptions: acts that overlap or go on are one, no hour counts twice.

        With it comes what is to be said of hours that another act has.

        Hours of yearly works are theirs whatever another act says of them, then of a dead end.
        """
        before: list[Span] = []
        for kind in Stop:
            its_spans = united(
                [
                    (self._whole_span(at), at)
                    for at in chosen
                    if allowed.kind(self.acts.indicator[at]) is kind
                ]
            )
            for span, acts in its_spans:
                for piece in without(span, before):
                    if self._inside(piece)[0] < self._inside(piece)[1]:
                        yield kind, piece, acts, _ELSEWHERE if piece != span else ""
            before += [span for span, _ in its_spans]

    def _nights(self, spans: list[Span]) -> tuple[int, int]:
        """Give the whole hours of spans that are night and day."""
        night = 0
        end = self.rules.whole("night_end_hour") * _MINUTES_PER_HOUR
        for low, high in spans:
            for number in range(low // MINUTES_PER_DAY, (high - 1) // MINUTES_PER_DAY + 1):
                midnight = number * MINUTES_PER_DAY
                night += shared_minutes((low, high), (midnight, midnight + end))
        # Hours are whole in all: what the two halves lost together is the day's.
        at_night = self.hours((0, night))
        return at_night, self._hours_of(spans) - at_night

    def _hours_of(self, spans: list[Span]) -> int:
        return self.hours((0, sum(high - low for low, high in spans)))

    def _degrees(self, difference: int) -> int:
        return _whole(max(difference, 0), MILLION, up=self._up("quality_degrees_rounding"))

    def _air(self, at: int, left: list[Span], result: Verdict) -> None:
        """0.15 % an hour for each degree of deviation (приложение № 1, п. 15)."""
        numbers = numbers_in(self.acts.indicator[at])
        if not numbers:
            raise NoIndicator("в столбце «Показатель» нет температуры воздуха")
        norm = numbers[1] if len(numbers) > 1 else self.rules.ppm("air_degrees")
        lower = self.rules.ppm("air_night_tolerance")
        over = numbers[0] - norm - self.rules.ppm("air_excess_tolerance")
        by_night = self._degrees(max(norm - lower - numbers[0], over))
        by_day = self._degrees(max(norm - numbers[0], over))
        night, day = self._nights(left)
        each = self.rules.ppm("air_percent")
        result.percent_millionths += (night * by_night + day * by_day) * each
        self._say(
            at, left, result,
            f"{_comma(numbers[0])} °C при норме {_comma(norm)} °C, днём {day} ч × {by_day} °C,"
            f" ночью {night} ч × {by_night} °C, {_comma(each)} % за градус и час",
        )  # fmt: skip

    def _water(self, at: int, left: list[Span], result: Verdict) -> None:
        """0.1 % an hour for each 3 degrees beyond what is allowed; below 40 as cold (п. 5)."""
        measured = self.measured(at, "температура воды, °C")
        if measured < self.rules.ppm("hot_water_cold_degrees"):
            result.cold += left
            words = f"{_comma(measured)} °C, {self._hours_of(left)} ч по цене холодной"
            self._say(at, left, result, words)
            return
        below = self.rules.ppm("hot_water_degrees") - measured
        step = self.rules.ppm("hot_water_step_degrees")
        up = self._up("quality_degrees_rounding")
        steps = [
            _whole(max(below - self.rules.ppm(f"hot_water_{part}_tolerance"), 0), step, up=up)
            for part in ("night", "day")
        ]
        night, day = self._nights(left)
        each = self.rules.ppm("hot_water_step_percent")
        result.percent_millionths += (night * steps[0] + day * steps[1]) * each
        self._say(
            at, left, result,
            f"{_comma(measured)} °C, днём {day} ч × {steps[1]}, ночью {night} ч × {steps[0]},"
            f" {_comma(each)} % за каждые {_comma(step)} °C и час",
        )  # fmt: skip

    def _composition(self, at: int, left: list[Span], result: Verdict) -> None:
        if self.resource == "power":
            self._hourly(at, left, result, self.rules.ppm("power_quality_percent"))
        else:
            self._bad_days(at, result)

    def _pressure(self, at: int, left: list[Span], result: Verdict) -> None:
        """Up to the limit by hours, beyond it as what is not fit for use (п. 3, 6, 13)."""
        if self.resource == "power":
            self._hourly(at, left, result, self.rules.ppm("power_quality_percent"))
            return
        measured = abs(self.measured(at, "отклонение давления, %"))
        if measured > self.rules.ppm("pressure_limit_percent"):
            self._bad_days(at, result)
        elif measured:
            self._hourly(at, left, result, self.rules.ppm("pressure_percent"))

    def _hourly(self, at: int, left: list[Span], result: Verdict, each: int) -> None:
        hours = self._hours_of(left)
        result.percent_millionths += hours * each
        self._say(at, left, result, f"{hours} ч, {_comma(each)} % за час")

    def _bad_days(self, at: int, result: Verdict) -> None:
        span = self.span(at)
        bad = (span[1] - span[0]) // MINUTES_PER_DAY
        result.bad.append(span)
        self._say(at, [span], result, f"ненадлежащее качество, полных суток: {bad}")


def hours_within(judge: Judge, spans: Sequence[Span], day_from: int, day_to: int) -> int:
    """Give the whole hours of spans that lie in the days [from, to), no more than there are."""
    inside = (day_from * MINUTES_PER_DAY, day_to * MINUTES_PER_DAY)
    found = sum(judge.hours((0, shared_minutes(span, inside))) for span in spans)
    return min(found, (day_to - day_from) * _HOURS_PER_DAY)


# By breach, the resources that may have it (приложение № 1), and the words of it.
_BREACHES = {
    Breach.AIR_TEMPERATURE: (("heat",), "температура воздуха бывает только у отопления."),
    Breach.WATER_TEMPERATURE: (("hot",), "температура воды бывает только у горячей воды."),
    Breach.COMPOSITION: (
        ("cold", "hot", "gas", "power"), "состав бывает у воды, газа и электроэнергии.",
    ),
    Breach.PRESSURE: (
        ("cold", "hot", "gas", "power", "heat"), "давление бывает у воды, газа и отопления.",
    ),
}  # fmt: skip
_OTHER_HINT = "Выберите в акте эту услугу или другое нарушение."
_ELSEWHERE = ", остальные часы — в другом акте"
_INDICATOR_HINT = "Впишите измеренное в столбец «Показатель» листа «Акты»."
_NO_TABLE = "допустимых перерывов для этой услуги в законе нет"
_TABLE_HINT = "Для содержания общего имущества выберите нарушение «содержание»."


def _whole(value: int, unit: int, *, up: bool) -> int:
    return -(-value // unit) if up else value // unit


def _comma(millionths: int) -> str:
    return decimal_of(millionths).replace(".", ",")


def _moment(start: date, minute: int) -> str:
    day, rest = divmod(minute, MINUTES_PER_DAY)
    moment = start + timedelta(days=day)
    return f"{moment:%d.%m.%Y} {rest // _MINUTES_PER_HOUR:02d}:{rest % _MINUTES_PER_HOUR:02d}"
