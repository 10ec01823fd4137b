"""What happens to a meter: failure, the end of its verification, refusal of access, interference.

    failure, expired    354, §59 а: from the day itself until accounting is restored
    refusal             354, §59 в: from the day of the act until the day of the check
    interference        354, §81(11): check_facts.py

Columns of a batch; one meter's events are in meter_book.py.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from app.domain.money import Ints


class EventKind(IntEnum):
    """What happened; SILENT is no event of the books but a month without a reading (§59 б)."""

    SILENT = 0
    FAILURE = 1
    EXPIRED = 2
    REFUSAL = 3
    INTERFERENCE = 4


class SpanKind(IntEnum):
    """What the volume of a span is: readings, an average (354, §59 а, б, в), a late reading."""

    COUNTED = 0
    FAILURE = 1
    SILENT = 2
    REFUSAL = 3
    LATE = 4


EVENT_CODES = {
    "failure": EventKind.FAILURE,
    "verification-expired": EventKind.EXPIRED,
    "no-access": EventKind.REFUSAL,
    "interference": EventKind.INTERFERENCE,
}


@dataclass(frozen=True, slots=True)
class MeterEvents:
    """Events of meters that may still bear on the period, shape (n,) each.

    :ivar meter: place among the meters of the inputs
    :ivar kind: EventKind
    :ivar valid_to: the first day it is over, FAR: not yet
    """

    meter: Ints
    kind: Ints
    valid_from: Ints
    valid_to: Ints


def no_events() -> MeterEvents:
    """Give no rows."""
    return MeterEvents(*(np.zeros(0, dtype=np.int64) for _ in MeterEvents.__slots__))
