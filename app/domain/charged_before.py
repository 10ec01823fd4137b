"""Volumes charged in earlier months, which a late reading takes off (charges.md §3.3).

month     year × 12 + month − 1, as Period.number gives
volume    charges and recalculations of that month of origin without the raising factor; of hot
          water in two parts the water only

Given only for premises and services whose meters were charged without readings since the last one,
accounts that have been closed since among them: what the meter counted was charged to them too.
"""

from dataclasses import dataclass

import numpy as np

from app.domain.money import Ints


@dataclass(frozen=True, slots=True)
class ChargedBefore:
    """What accounts were charged in months of estimates, shape (n,) each; rows add up.

    :ivar account: index in the inputs, -1 closed before the month; service, premises likewise
    :ivar zone: Zone of the lines
    :ivar month: number of the month of origin
    """

    account: Ints
    service: Ints
    zone: Ints
    month: Ints
    volume_mcu: Ints
    premises: Ints


def nothing_before() -> ChargedBefore:
    """Give no rows."""
    return ChargedBefore(*(np.zeros(0, dtype=np.int64) for _ in ChargedBefore.__slots__))
