"""The average month of a meter: the latest months with readings before the event (354, §59).

    base       months from one reading to the next, the latest ones, until there are enough (6..12);
               a reading after two months stands for both
               at most a year before the event (setting)
    not in it  months with an event, the part of a month a meter began in, months that give no
               volume (backward, a dial after volumes), of heat the months without heating
    A          sum of the base / its months; fewer months than 3: no average, the norm

A month of a zone is not its own: all zones of a meter have the same months.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from app.domain import days, money
from app.domain.law import Rules
from app.domain.money import Flags, Ints
from app.domain.period import Period

MONTHS = 12
_UNIX_MONTH = 1970 * MONTHS  # numpy counts months from here


@dataclass(frozen=True, slots=True)
class History:
    """Readings of earlier months of the meters that need them, shape (n,) each.

    :ivar month: number of the period of the reading, year × 12 + month − 1
    :ivar rank: SOURCE_RANKS of meter.py
    :ivar is_volume: 1 when `value_mcu` is consumption, not the dial
    """

    meter: Ints
    zone: Ints
    month: Ints
    taken_on: Ints
    rank: Ints
    is_volume: Ints
    value_mcu: Ints


@dataclass(frozen=True, slots=True)
class AverageRules:
    """The settings of averages and late readings in force (resources/law/average.toml)."""

    base_months: int
    oldest_months: int
    min_months: int
    heat_months: int
    periods_flat: int
    periods_other: int
    counts_event_month: bool
    counts_anew: bool
    house_months: int
    house_periods: int
    is_true_up: bool
    after_silent_norm: bool
    after_refused_norm: bool
    after_expired: bool
    power_failure_average: bool
    raising_power_ppm: int
    power_refusals: int


@dataclass(frozen=True, slots=True)
class MonthVolume:
    """What a meter counted from the end of one month to the end of another, by zone."""

    after: int
    month: int
    volume_mcu: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AverageBase:
    """The base of an average: its months with volumes, the latest first."""

    parts: tuple[MonthVolume, ...]

    @property
    def months(self) -> int:
        return sum(one.month - one.after for one in self.parts)

    def total_mcu(self, zone: int) -> int:
        """Give the sum over the base of the zone that is so many-th."""
        return sum(one.volume_mcu[zone] for one in self.parts)

    @property
    def words(self) -> str:
        """The months with their volumes, in order: «04.2026: 3,1; 05–07.2026: 9»."""
        parts = []
        for one in reversed(self.parts):
            volumes = " + ".join(_number(value) for value in one.volume_mcu)
            first, last = month_of(one.after + 1), month_of(one.month)
            span = last.shown if first == last else f"{first.shown}–{last.shown}"
            parts.append(f"{span}: {volumes}")
        return "; ".join(parts)


def no_history() -> History:
    """Give no rows."""
    return History(*(np.zeros(0, dtype=np.int64) for _ in History.__slots__))


def average_rules(rules: Rules) -> AverageRules:
    """Read the settings once a run."""
    return AverageRules(
        base_months=rules.whole("average_base_months"),
        oldest_months=max(rules.whole("average_oldest_months"), rules.whole("average_base_months")),
        min_months=max(1, rules.whole("average_min_months")),
        heat_months=rules.whole("average_heat_months"),
        periods_flat=rules.whole("average_periods_flat"),
        periods_other=rules.whole("average_periods_other"),
        counts_event_month=rules.is_on("average_counts_event_month"),
        counts_anew=rules.is_on("average_counts_anew"),
        house_months=rules.whole("average_house_months"),
        house_periods=rules.whole("average_house_periods"),
        is_true_up=rules.word("late_reading") == "true-up",
        after_silent_norm=rules.is_on("late_after_silent_norm"),
        after_refused_norm=rules.is_on("late_after_refused_norm"),
        after_expired=rules.is_on("late_after_expired"),
        power_failure_average=rules.is_on("power_failure_average"),
        raising_power_ppm=rules.ppm("raising_power_refusal"),
        power_refusals=rules.whole("power_refusals"),
    )


def month_number(day: date) -> int:
    """Give the number of the month of a date."""
    return day.year * MONTHS + day.month - 1


def month_numbers(day: Ints) -> tuple[Ints, Flags]:
    """Give the numbers of the months of days, and whether each is the first of its month.

    :param day: shape (n,), days since 2000-01-01
    """
    when = np.datetime64(days.EPOCH, "D") + day.astype("timedelta64[D]")
    month = when.astype("datetime64[M]")
    is_first = np.asarray(month.astype("datetime64[D]") == when, dtype=np.bool_)
    return month.astype(np.int64) + _UNIX_MONTH, is_first


def first_dates(numbers: Ints) -> list[date]:
    """Give the first days of months by their numbers."""
    months = (numbers - _UNIX_MONTH).astype("datetime64[M]")
    found: list[date] = months.astype("datetime64[D]").tolist()
    return found


def month_of(number: int) -> Period:
    """Give the period of a number."""
    return Period(number // MONTHS, number % MONTHS + 1)


def first_day(number: int) -> int:
    """Give the number of the first day of a month."""
    return days.number(month_of(number).first_day)


def base_of(
    volumes: Sequence[MonthVolume],
    *,
    oldest: int,
    wanted: int,
    least: int,
    is_season: Callable[[int], bool] | None = None,
) -> AverageBase | None:
    """Choose the base among the volumes before an event.

    :param volumes: in order of months
    :param oldest: number of the earliest month that may be in it
    :param wanted: so many months are enough
    :param least: fewer months give no average
    :param is_season: tells whether heat is supplied in a month, by its number; others do not count
    """
    chosen: list[MonthVolume] = []
    months = 0
    for one in reversed(volumes):
        covered = range(one.after + 1, one.month + 1)
        if covered[0] < oldest:
            break
        if is_season is not None and not all(is_season(month) for month in covered):
            continue
        chosen.append(one)
        months += len(covered)
        if months >= wanted:
            break
    return AverageBase(tuple(chosen)) if months >= max(least, 1) else None


def _number(millionths: int) -> str:
    return money.decimal_of(millionths).replace(".", ",")
