"""A house meter of heat that fails: its month by the average of the season, warm or cold (§59(1)).

    V = V_base / days_base × days × (t_in − t_out) / (t_in − t_base)         ПП РФ № 1176

    failure      the event, or the end of the verification interval
    periods      6 in a row counted from the month of the failure (3 before 03.2025), then the norm
    base         the latest months of heating with readings before the failure, 6 at most;
                 fewer than 3: the norm
    t_base       mean of the months of the base by their days, to 0.01 °C
    counted      what the meter counted on the other days of the month, where readings bound them;
                 else the average stands for the whole month

heating.py asks once a batch: ``failed = failed_heat(inputs, notes, month=month)`` and looks at
``failed.state`` (Failing by meter): AVERAGE has V_D of the month in ``volume_mcu`` and the words of
it in ``note``; NORM goes by the norm; the rest is told with TOLD.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from app.domain import days, money
from app.domain.charge_inputs import ChargeInputs
from app.domain.check_facts import UNKNOWN_TEMPERATURE, HeatFailures
from app.domain.days import Month
from app.domain.money import MILLION, Ints
from app.domain.note import Notes

PER_DEGREE = 100


class Failing(IntEnum):
    """How a house meter of heat stands in the month."""

    WORKS = 0
    AVERAGE = 1
    NORM = 2
    NO_TEMPERATURE = 3
    TOO_WARM = 4


_NO_TEMPERATURE = (
    "общедомовой прибор неисправен, а температуры наружного воздуха за этот месяц"
    " или за месяцы среднего не указаны."
)
_WITHOUT_CORRECTION = (
    "Добавьте их на листе «Температуры» или отключите поправку параметром"
    " «отопление.поправка_на_температуру»."
)
_TOO_WARM = (
    "общедомовой прибор неисправен, а температура наружного воздуха за месяцы среднего"
    " не ниже температуры помещений: поправка не считается."
)
TOLD = {
    Failing.NO_TEMPERATURE: (_NO_TEMPERATURE, _WITHOUT_CORRECTION),
    Failing.TOO_WARM: (_TOO_WARM, "Проверьте лист «Температуры»."),
}


@dataclass(frozen=True, slots=True)
class FailedHeat:
    """All meters of the inputs, shape (meters,) each.

    :ivar state: Failing
    :ivar volume_mcu: V_D of the month where the state is AVERAGE
    :ivar note: number of the words that say how it came about, 0 none
    """

    state: Ints
    volume_mcu: Ints
    note: Ints


def failed_heat(inputs: ChargeInputs, notes: Notes, *, month: Month) -> FailedHeat:
    """Give the month of every failing house meter of heat (354, §59(1); ПП РФ № 1176).

    :param notes: keeps how each average came about
    """
    size = len(inputs.meters.service)
    result = FailedHeat(*(np.zeros(size, dtype=np.int64) for _ in range(3)))
    of = inputs.heat_failures
    for at in range(len(of.meter)):
        state, volume, words = _one(inputs, of, at, month=month)
        meter = int(of.meter[at])
        result.state[meter], result.volume_mcu[meter] = state, volume
        result.note[meter] = notes.add(words)
    return result


def _one(
    inputs: ChargeInputs, of: HeatFailures, at: int, *, month: Month
) -> tuple[Failing, int, str]:
    rules, house = inputs.rules, int(inputs.meters.house[of.meter[at]])
    if not (int(inputs.houses.heating_months[house]) >> inputs.period.month) & 1:
        return Failing.AVERAGE, 0, ""
    failed = days.of_number(int(of.failed_on[at]))
    nth = (inputs.period.year - failed.year) * 12 + inputs.period.month - failed.month + 1
    is_poor = int(of.base_months[at]) < rules.whole("heat_base_months_min")
    if nth > rules.whole("heat_failure_periods") or is_poor:
        return Failing.NORM, 0, ""
    # A meter that another was put in place of stands for its own days of the month alone.
    meters, which = inputs.meters, int(of.meter[at])
    first = max(int(meters.installed[which]), month.first)
    end = min(int(meters.removed[which]), month.end)
    number = min(int(of.restored_on[at]), end) - max(int(of.failed_on[at]), first)
    counted = int(of.counted_mcu[at])
    if counted < 0 or number == end - first:
        number, counted = end - first, 0

    base, base_days = int(of.base_mcu[at]), int(of.base_days[at])
    over, under, factor = 1, 1, ""
    if rules.is_on("heat_failure_by_temperature"):
        inside = rules.ppm("heat_indoor_temperature") * PER_DEGREE // MILLION
        outside, before = int(of.temperature[at]), int(of.base_temperature[at])
        if UNKNOWN_TEMPERATURE in (outside, before):
            return Failing.NO_TEMPERATURE, 0, ""
        over, under = max(inside - outside, 0), inside - before
        if under <= 0:
            return Failing.TOO_WARM, 0, ""
        factor = (
            f" × ({_degrees(inside)} − ({_degrees(min(outside, inside))}))"
            f" / ({_degrees(inside)} − ({_degrees(before)}))"
        )
    volume = int(money.ratio((base, number, over), (base_days, under))[0])
    words = f"{_number(base)} Гкал / {base_days} дн. × {number} дн.{factor}"
    if counted:
        words += f" + {_number(counted)} Гкал"
    return Failing.AVERAGE, counted + volume, f"{words} (средний объём: {of.base_words[at]})"


def _number(millionths: int) -> str:
    return money.decimal_of(millionths).replace(".", ",")


def _degrees(hundredths: int) -> str:
    return money.decimal_of(hundredths, places=2).replace(".", ",").replace("-", "−")
