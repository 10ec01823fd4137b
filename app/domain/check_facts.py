"""What checks of meters found, as columns of charge(): interference, connections, failing heat.

C            first day charged for; «Обнаружено» given: the day it began is not known, and the
             charge goes no further back than the law allows before the check (interference.py)
До           the day it was done away with, FAR still
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.domain.money import Ints

NO_DAY = -10_000_001
UNKNOWN_TEMPERATURE = -1_000_000  # hundredths of a degree


@dataclass(frozen=True, slots=True)
class Interferences:
    """Days on which somebody interfered with a meter (354, §81(11)), shape (n,) each.

    :ivar meter: place among the meters of the inputs
    :ivar found_on: day number of the check, NO_DAY when the day it began is known
    """

    meter: Ints
    valid_from: Ints
    valid_to: Ints
    found_on: Ints


@dataclass(frozen=True, slots=True)
class Connections:
    """Equipment of an account connected without leave (354, §62), shape (n,) each.

    :ivar found_on: day number of the check, NO_DAY when the day it began is known
    :ivar power_mcu: millionths of a kilowatt, -1 unknown
    :ivar diameter_mcu: millionths of a millimetre, inner, -1 unknown
    :ivar act: its number and date, in words
    """

    account: Ints
    service: Ints
    valid_from: Ints
    valid_to: Ints
    found_on: Ints
    power_mcu: Ints
    diameter_mcu: Ints
    act: Sequence[str]


@dataclass(frozen=True, slots=True)
class HeatFailures:
    """House meters of heat that fail on some day of the period, shape (n,) each.

    :ivar meter: place among the meters of the inputs
    :ivar failed_on: day number, `restored_on` the first day it counts again (FAR: not yet)
    :ivar counted_mcu: counted on the other days of this month, -1 where readings do not tell
    :ivar base_months: months of the base, in them `base_days` days and `base_mcu`
    :ivar base_temperature: hundredths of a degree, UNKNOWN_TEMPERATURE
    :ivar temperature: likewise, of the period itself
    :ivar base_words: the months and their volumes, for people
    """

    meter: Ints
    failed_on: Ints
    restored_on: Ints
    counted_mcu: Ints
    base_months: Ints
    base_days: Ints
    base_mcu: Ints
    base_temperature: Ints
    temperature: Ints
    base_words: Sequence[str]


def no_interferences() -> Interferences:
    """Give the columns of nothing."""
    return Interferences(*(np.zeros(0, dtype=np.int64) for _ in Interferences.__slots__))


def no_connections() -> Connections:
    """Give the columns of nothing."""
    columns = (np.zeros(0, dtype=np.int64) for _ in range(7))
    return Connections(*columns, act=())  # type: ignore[misc,arg-type]  # numbers, then words


def no_failures() -> HeatFailures:
    """Give the columns of nothing."""
    numbers = (np.zeros(0, dtype=np.int64) for _ in range(9))
    return HeatFailures(*numbers, base_words=())  # type: ignore[misc,arg-type]  # numbers, words
