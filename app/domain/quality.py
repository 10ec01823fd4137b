"""Acts of quality and interruptions: hours of the month, what they take off (354, приложение № 1).

    interruption    hours above the allowed: the larger of the sum over single ones and of the total
    temperature     hours × steps of degrees, night and day apart
    bad days        composition, pressure beyond its limit: their part of the days supplied (п. 101)
    missing hours   all hours of interruption, for what has no meter (п. 99)
    cold hours      hot water below 40 °C: of these hours the water is paid as cold

Hours are whole, of the act within the month; percents are in millionths of a percent.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.domain import days
from app.domain.law import Rules
from app.domain.money import MILLION, decimal_of
from app.domain.period import Period
from app.domain.reduction_inputs import MINUTES_PER_DAY, Acts, Breach

Span = tuple[int, int]
_MINUTES_PER_HOUR = 60
_HOURS_PER_DAY = 24
_NUMBER = re.compile(r"(?<!\d)[-+\u2212]?\d{1,4}(?:[.,]\d{1,4})?")
_HEAT_STEPS = (12, 10)
_SOLID_WASTE_COLD = 5 * MILLION


class NoIndicator(ValueError):
    """An act does not say what was measured; its words say what is wanted."""


@dataclass(slots=True)
class Verdict:
    """What the acts of one service come to in a month.

    :ivar missing: spans of minutes of the month without the service
    :ivar cold: spans of hot water that is paid as cold
    :ivar words: what each act says and gives
    :ivar faults: what an act lacks
    """

    percent_millionths: int = 0
    bad_days: int = 0
    missing: list[Span] = field(default_factory=list)
    cold: list[Span] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Judge:
    """Puts acts of one service and month against the table.

    :ivar resource: of the service, empty for none
    """

    rules: Rules
    period: Period
    resource: str
    acts: Acts

    def verdict(self, chosen: Sequence[int]) -> Verdict:
        """Give what these acts come to; acts of maintenance are not among them."""
        result = Verdict()
        interruptions: list[int] = []
        for at in self._distinct(chosen):
            breach = Breach(int(self.acts.breach[at]))
            try:
                if breach is Breach.INTERRUPTION:
                    interruptions.append(at)
                else:
                    self._judges()[breach](at, result)
            except NoIndicator as lack:
                result.faults.append((f"{self.acts.name[at]} не учтён: {lack}", _INDICATOR_HINT))
        if interruptions:
            self._interruptions(interruptions, result)
        return result

    def _judges(self) -> dict[Breach, Callable[[int, Verdict], None]]:
        return {
            Breach.AIR_TEMPERATURE: self._air,
            Breach.WATER_TEMPERATURE: self._water,
            Breach.COMPOSITION: self._composition,
            Breach.PRESSURE: self._pressure,
        }

    def _distinct(self, chosen: Sequence[int]) -> list[int]:
        """Leave one of acts that say the same: of the house and of the account."""
        seen: dict[tuple[int, int, int, str], int] = {}
        for at in chosen:
            key = (
                int(self.acts.breach[at]), int(self.acts.starts[at]), int(self.acts.ends[at]),
                self.acts.indicator[at],
            )  # fmt: skip
            seen.setdefault(key, at)
        return list(seen.values())

    def span(self, at: int) -> Span:
        """Give the minutes of the month the act is about."""
        start = days.number(self.period.first_day) * MINUTES_PER_DAY
        low, high = int(self.acts.starts[at]) - start, int(self.acts.ends[at]) - start
        whole = self.period.days * MINUTES_PER_DAY
        return min(max(low, 0), whole), min(max(high, 0), whole)

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
        found = _NUMBER.search(self.acts.indicator[at])
        if not found:
            raise NoIndicator(f"в столбце «Показатель» нет числа ({what})")
        return _millionths(found[0])

    def said(self, at: int, words: str) -> str:
        """Give the act with its days of this month, and what it gives."""
        return f"{self._act(at)}: {words}"

    def _act(self, at: int) -> str:
        start = self.period.first_day
        low, high = (_moment(start, minute) for minute in self.span(at))
        return f"{self.acts.name[at]}, с {low} по {high}"

    def _say(self, at: int, result: Verdict, words: str) -> None:
        result.words.append(self.said(at, words))

    def _say_all(self, acts: Sequence[int], result: Verdict, words: str) -> None:
        result.words.append(f"{', '.join(map(self._act, acts))}: {words}")

    def _interruptions(self, chosen: list[int], result: Verdict) -> None:
        """Take the larger of single excesses and the excess of the total (приложение № 1)."""
        if not self._has_table():
            for at in chosen:
                result.faults.append((f"{self.acts.name[at]} не учтён: {_NO_TABLE}", _TABLE_HINT))
            return
        spans = _united([(self.span(at), at) for at in chosen])
        single, total, apart = 0, 0, 0
        for span, acts in spans:
            at = acts[0]
            hours, indicator = self.hours(span), self.acts.indicator[at].casefold()
            result.missing.append(span)
            if "профилакт" in indicator:
                self._say_all(acts, result, f"{hours} ч ежегодной профилактики")
                continue
            if "тупик" in indicator and self.resource in ("cold", "hot"):
                apart += max(0, hours - self.rules.whole("interruption_dead_end_hours"))
                self._say_all(acts, result, f"перерыв {hours} ч, авария на тупиковой магистрали")
                continue
            single += max(0, hours - self._at_once(at))
            total += hours
            self._say_all(acts, result, f"перерыв {hours} ч")
        above = max(single, total - self._in_all(total), 0) + apart
        unit = 1
        if self.resource == "solid-waste":
            unit, above = _HOURS_PER_DAY, above // _HOURS_PER_DAY
        each = self.rules.ppm(f"interruption_percent_{self._name()}")
        result.percent_millionths += above * each
        result.words.append(
            f"сверх допустимого {above * unit} ч, {_comma(each)} % за {unit} ч"
            if above
            else "сверх допустимого перерывов нет"
        )

    def _has_table(self) -> bool:
        return self.resource in (
            "cold", "hot", "waste-water", "power", "gas", "heat", "solid-waste"
        )  # fmt: skip

    def _name(self) -> str:
        return self.resource.replace("-", "_")

    def _in_all(self, total: int) -> int:
        """Give the hours allowed in a month; of power only single interruptions have a limit."""
        if self.resource == "power":
            return total
        return self.rules.whole(f"interruption_total_hours_{self._name()}")

    def _at_once(self, at: int) -> int:
        """Give the hours allowed at once, by what the act has measured where it matters."""
        measured = _NUMBER.search(self.acts.indicator[at])
        value = _millionths(measured[0]) if measured else None
        match self.resource:
            case "power":
                sources = self.rules.whole("power_sources") if value is None else value // MILLION
                name = "two_sources" if sources > 1 else "one_source"
                return self.rules.whole(f"interruption_once_hours_power_{name}")
            case "gas":
                return self.rules.whole("interruption_total_hours_gas")
            case "heat":
                warm, cool = (one * MILLION for one in _HEAT_STEPS)
                step = 12 if value is None or value >= warm else 10 if value >= cool else 8
                return self.rules.whole(f"interruption_once_hours_heat_{step}")
            case "solid-waste":
                is_cold = value is None or value <= _SOLID_WASTE_COLD
                name = "cold" if is_cold else "warm"
                return self.rules.whole(f"interruption_once_hours_solid_waste_{name}")
            case _:
                return self.rules.whole(f"interruption_once_hours_{self._name()}")

    def _nights(self, span: Span) -> tuple[int, int]:
        """Give the whole hours of a span that are night and day."""
        night = 0
        end = self.rules.whole("night_end_hour") * _MINUTES_PER_HOUR
        for number in range(span[0] // MINUTES_PER_DAY, (span[1] - 1) // MINUTES_PER_DAY + 1):
            midnight = number * MINUTES_PER_DAY
            night += _shared_minutes(span, (midnight, midnight + end))
        # Hours are whole in all: what the two halves lost together is the day's.
        at_night = self.hours((0, night))
        return at_night, self.hours(span) - at_night

    def _degrees(self, difference: int) -> int:
        return _whole(max(difference, 0), MILLION, up=self._up("quality_degrees_rounding"))

    def _air(self, at: int, result: Verdict) -> None:
        """0.15 % an hour for each degree of deviation (приложение № 1, п. 15)."""
        numbers = [_millionths(one) for one in _NUMBER.findall(self.acts.indicator[at])]
        if not numbers:
            raise NoIndicator("в столбце «Показатель» нет температуры воздуха")
        norm = numbers[1] if len(numbers) > 1 else self.rules.ppm("air_degrees")
        lower = self.rules.ppm("air_night_tolerance")
        over = numbers[0] - norm - self.rules.ppm("air_excess_tolerance")
        by_night = self._degrees(max(norm - lower - numbers[0], over))
        by_day = self._degrees(max(norm - numbers[0], over))
        night, day = self._nights(self.span(at))
        each = self.rules.ppm("air_percent")
        result.percent_millionths += (night * by_night + day * by_day) * each
        self._say(
            at, result,
            f"{_comma(numbers[0])} °C при норме {_comma(norm)} °C, днём {day} ч × {by_day} °C,"
            f" ночью {night} ч × {by_night} °C, {_comma(each)} % за градус и час",
        )  # fmt: skip

    def _water(self, at: int, result: Verdict) -> None:
        """0.1 % an hour for each 3 degrees beyond what is allowed; below 40 as cold (п. 5)."""
        measured = self.measured(at, "температура воды, °C")
        span = self.span(at)
        if measured < self.rules.ppm("hot_water_cold_degrees"):
            result.cold.append(span)
            self._say(at, result, f"{_comma(measured)} °C, {self.hours(span)} ч по цене холодной")
            return
        below = self.rules.ppm("hot_water_degrees") - measured
        step = self.rules.ppm("hot_water_step_degrees")
        up = self._up("quality_degrees_rounding")
        steps = [
            _whole(max(below - self.rules.ppm(f"hot_water_{part}_tolerance"), 0), step, up=up)
            for part in ("night", "day")
        ]
        night, day = self._nights(span)
        each = self.rules.ppm("hot_water_step_percent")
        result.percent_millionths += (night * steps[0] + day * steps[1]) * each
        self._say(
            at, result,
            f"{_comma(measured)} °C, днём {day} ч × {steps[1]}, ночью {night} ч × {steps[0]},"
            f" {_comma(each)} % за каждые {_comma(step)} °C и час",
        )  # fmt: skip

    def _composition(self, at: int, result: Verdict) -> None:
        if self.resource == "power":
            self._hourly(at, result, self.rules.ppm("power_quality_percent"))
        else:
            self._bad_days(at, result)

    def _pressure(self, at: int, result: Verdict) -> None:
        """Up to the limit by hours, beyond it as what is not fit for use (п. 3, 6, 13)."""
        if self.resource == "power":
            self._hourly(at, result, self.rules.ppm("power_quality_percent"))
            return
        measured = abs(self.measured(at, "отклонение давления, %"))
        if measured > self.rules.ppm("pressure_limit_percent"):
            self._bad_days(at, result)
        elif measured:
            self._hourly(at, result, self.rules.ppm("pressure_percent"))

    def _hourly(self, at: int, result: Verdict, each: int) -> None:
        hours = self.hours(self.span(at))
        result.percent_millionths += hours * each
        self._say(at, result, f"{hours} ч, {_comma(each)} % за час")

    def _bad_days(self, at: int, result: Verdict) -> None:
        span = self.span(at)
        bad = (span[1] - span[0]) // MINUTES_PER_DAY
        result.bad_days += bad
        self._say(at, result, f"ненадлежащее качество, полных суток: {bad}")


def full_days(span: Span) -> Span:
    """Give the full calendar days inside a span of minutes, as days of the month [from, to)."""
    low, high = -(-span[0] // MINUTES_PER_DAY), span[1] // MINUTES_PER_DAY
    return low, max(low, high)


def hours_within(judge: Judge, spans: Sequence[Span], day_from: int, day_to: int) -> int:
    """Give the whole hours of spans that lie in the days [from, to), no more than there are."""
    inside = (day_from * MINUTES_PER_DAY, day_to * MINUTES_PER_DAY)
    found = sum(judge.hours((0, _shared_minutes(span, inside))) for span in spans)
    return min(found, (day_to - day_from) * _HOURS_PER_DAY)


_INDICATOR_HINT = "Впишите измеренное в столбец «Показатель» листа «Акты»."
_NO_TABLE = "допустимых перерывов для этой услуги в законе нет"
_TABLE_HINT = "Для содержания общего имущества выберите нарушение «содержание»."


def _united(spans: list[tuple[Span, int]]) -> list[tuple[Span, list[int]]]:
    """Put interruptions that overlap together, with all their acts: no hour counts twice."""
    result: list[tuple[Span, list[int]]] = []
    for span, at in sorted(spans):
        if result and span[0] < result[-1][0][1]:
            (low, high), acts = result[-1]
            result[-1] = ((low, max(high, span[1])), [*acts, at])
        else:
            result.append((span, [at]))
    return [one for one in result if one[0][0] < one[0][1]]


def _shared_minutes(span: Span, other: Span) -> int:
    return max(0, min(span[1], other[1]) - max(span[0], other[0]))


def _whole(value: int, unit: int, *, up: bool) -> int:
    return -(-value // unit) if up else value // unit


def _millionths(text: str) -> int:
    whole, _, part = text.replace("\u2212", "-").replace(",", ".").partition(".")
    sign = -1 if whole.startswith("-") else 1
    return sign * int(whole.lstrip("+-") + part.ljust(6, "0"))


def _comma(millionths: int) -> str:
    return decimal_of(millionths).replace(".", ",")


def _moment(start: date, minute: int) -> str:
    day, rest = divmod(minute, MINUTES_PER_DAY)
    moment = start + timedelta(days=day)
    return f"{moment:%d.%m.%Y} {rest // _MINUTES_PER_HOUR:02d}:{rest % _MINUTES_PER_HOUR:02d}"
