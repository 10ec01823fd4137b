"""Group meters as they are given: who is behind each, by what base, and what they came to.

row       a house, premises or account behind a meter; or a fixed volume to take off it
base      what the rest is shared by: people, area, volume by the norm, equally, fixed shares
carry     of months before, by meter: what was below zero (charges.md §4.4)
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from app.domain.group_meter import GroupMode
from app.domain.money import Ints


class GroupBase(IntEnum):
    """What the rest of a group meter is shared by; stored with a line as a number."""

    PERSONS = 0
    AREA = 1
    NORM = 2
    EQUAL = 3
    SHARE = 4


GROUP_BASE_CODES = {
    "persons": GroupBase.PERSONS,
    "area": GroupBase.AREA,
    "norm": GroupBase.NORM,
    "equal": GroupBase.EQUAL,
    "share": GroupBase.SHARE,
}
GROUP_MODE_CODES = {
    "cover": GroupMode.COVER_UNMETERED,
    "common": GroupMode.COMMON_NEED,
    "houses": GroupMode.SPLIT_HOUSES,
}


def _no_numbers() -> Ints:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class GroupRows:
    """Who is behind group meters, shape (n,) each; -1 is not given.

    :ivar meter: its place among the meters
    :ivar base: GroupBase, `mode` GroupMode: the same in all rows of a meter
    :ivar house: at most one of house, premises and account
    :ivar share_ppm: of base SHARE
    :ivar fixed_mcu: a volume of a whole month to take off before sharing
    """

    meter: Ints = field(default_factory=_no_numbers)
    base: Ints = field(default_factory=_no_numbers)
    mode: Ints = field(default_factory=_no_numbers)
    house: Ints = field(default_factory=_no_numbers)
    premises: Ints = field(default_factory=_no_numbers)
    account: Ints = field(default_factory=_no_numbers)
    share_ppm: Ints = field(default_factory=_no_numbers)
    fixed_mcu: Ints = field(default_factory=_no_numbers)
    valid_from: Ints = field(default_factory=_no_numbers)
    valid_to: Ints = field(default_factory=_no_numbers)


@dataclass(frozen=True, slots=True)
class GroupCarries:
    """What the latest month before carried on, shape (n,) each.

    :ivar meter: its place among the meters
    :ivar period: months since year 0, see house_total.month_index
    """

    meter: Ints = field(default_factory=_no_numbers)
    period: Ints = field(default_factory=_no_numbers)
    carry_mcu: Ints = field(default_factory=_no_numbers)


@dataclass(frozen=True, slots=True)
class GroupTotals:
    """What group meters came to in a month, shape (n,) each; UNKNOWN where it could not be told.

    :ivar meter: codes
    :ivar counted_mcu: by the meter
    :ivar known_mcu: of members taken off it, `fixed_mcu` of fixed volumes
    :ivar net_mcu: shared out, not negative
    :ivar unshared_mcu: of it what nobody had a weight for
    """

    meter: Sequence[str] = ()
    period: Ints = field(default_factory=_no_numbers)
    counted_mcu: Ints = field(default_factory=_no_numbers)
    known_mcu: Ints = field(default_factory=_no_numbers)
    fixed_mcu: Ints = field(default_factory=_no_numbers)
    carry_before_mcu: Ints = field(default_factory=_no_numbers)
    net_mcu: Ints = field(default_factory=_no_numbers)
    unshared_mcu: Ints = field(default_factory=_no_numbers)
    carry_mcu: Ints = field(default_factory=_no_numbers)

    def __len__(self) -> int:
        return len(self.meter)
