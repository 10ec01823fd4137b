"""A meter of several consumers, of an entrance, a dormitory, several houses: its volume shared out.

    rest     = volume − volumes of members with meters of their own − fixed volumes − carried
    shares   rest × weight / Σ weight: of members without a meter, or of all on top of their own
    below 0  nothing is shared, the size of it is carried to the next month (charges.md §4.4)

The weights are of any one base: person-days, area, volume by the norm, 1 each, a fixed share.
Parts sum to the rest exactly: the members share one meter (charges.md §0.2).
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from app.domain import money
from app.domain.money import Flags, Ints


class GroupMode(IntEnum):
    """Who a group meter's rest is for: members without a meter, all, or houses without one."""

    COVER_UNMETERED = 0
    COMMON_NEED = 1
    SPLIT_HOUSES = 2


@dataclass(frozen=True, slots=True)
class GroupMembers:
    """Consumers behind group meters, shape (n,) each.

    :ivar group: the meter of each
    :ivar weight: of one base within a group, not negative
    :ivar has_meter: it has a meter of its own
    :ivar own_mcu: the volume by that meter, 0 without one
    """

    group: Ints
    weight: Ints
    has_meter: Flags
    own_mcu: Ints


@dataclass(frozen=True, slots=True)
class GroupShares:
    """What group meters come to.

    :ivar volume_mcu: shape (members,), own volume and the part of the rest together
    :ivar part_mcu: shape (members,), of it the part of the rest
    :ivar rest_mcu: shape (groups,), not negative
    :ivar carry_mcu: shape (groups,), carried to the next month
    :ivar unshared_mcu: shape (groups,), a rest for which no member has a weight
    """

    volume_mcu: Ints
    part_mcu: Ints
    rest_mcu: Ints
    carry_mcu: Ints
    unshared_mcu: Ints


def allocate(
    volume_mcu: Ints,
    members: GroupMembers,
    *,
    mode: Ints,
    fixed_mcu: Ints | None = None,
    carried_mcu: Ints | None = None,
) -> GroupShares:
    """Share what group meters counted out to their members.

    :param volume_mcu: shape (groups,), what each meter counted
    :param mode: shape (groups,), GroupMode
    :param fixed_mcu: shape (groups,), volumes to take off before: lighting of a shop, a pump
    :param carried_mcu: shape (groups,), carried from the month before, not negative
    """
    groups = len(volume_mcu)
    known = np.zeros(groups, dtype=np.int64)
    metered = members.has_meter
    np.add.at(known, members.group[metered], members.own_mcu[metered])
    rest = volume_mcu - known
    for less in (fixed_mcu, carried_mcu):
        rest = rest if less is None else rest - less
    positive, carry = np.maximum(rest, 0), np.maximum(-rest, 0)

    covers = mode[members.group] != GroupMode.COMMON_NEED
    weight = np.where(covers & metered, 0, members.weight)
    sums = np.zeros(groups, dtype=np.int64)
    np.add.at(sums, members.group, weight)
    shared = np.where(sums > 0, positive, 0)
    part = money.apportion_groups(shared, members.group, weight)
    own = np.where(metered, members.own_mcu, 0)
    return GroupShares(own + part, part, positive, carry, positive - shared)
