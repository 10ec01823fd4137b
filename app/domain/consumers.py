"""Which meter counts for which account, and on which days.

covered   days that go by meters: in place, or between two meters by the average of the one removed
norm      days on which the averages of a meter are over: the norm takes the whole resource
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from app.domain import meter, meter_lives
from app.domain.between_meters import bridge_gaps, gap_days
from app.domain.charge_inputs import ChargeInputs
from app.domain.days import Month
from app.domain.meter import Found
from app.domain.meter_lives import Books, Lives
from app.domain.money import Ints
from app.domain.situation import expanded


@dataclass(frozen=True, slots=True)
class Consumers:
    """Meters of accounts by point.

    :ivar point: shape (pairs,), sorted
    :ivar meter: shape (pairs,)
    :ivar is_shared: shape (pairs,), 1 for a meter of the premises
    :ivar points: shape (points,), distinct, sorted
    :ivar covered: shape (points,), mask of days that go by meters
    :ivar norm_days: shape (points,), of the other days those that go by the norm after averages
    :ivar lives: the unusual meters
    """

    point: Ints
    meter: Ints
    is_shared: Ints
    points: Ints
    covered: Ints
    norm_days: Ints
    found: Found
    lives: Lives

    def place(self, point: Ints) -> Ints:
        """Give the place of each point among the distinct ones, -1 where there is no meter."""
        if not self.points.size:
            return np.full(len(point), -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(self.points, point), len(self.points) - 1)
        return np.where(self.points[at] == point, at, -1)

    def covered_days(self, point: Ints) -> Ints:
        """Give the mask of days that go by meters for each point."""
        return self._picked(self.covered, point)

    def norm_mask(self, point: Ints) -> Ints:
        """Give the mask of days that go by the norm because averages are over, for each point."""
        return self._picked(self.norm_days, point)

    def meters_of(self, point: int) -> Ints:
        """Give the meters of one point."""
        low, high = np.searchsorted(self.point, (point, point + 1))
        return self.meter[low:high]

    def _picked(self, masks: Ints, point: Ints) -> Ints:
        at = self.place(point)
        if not self.points.size:
            return np.zeros(len(point), dtype=np.int64)
        return np.where(at >= 0, masks[at], 0)


def consumers(inputs: ChargeInputs, *, month: Month) -> Consumers:
    """Pair meters with the accounts they count for, and see how unusual meters stand."""
    meters, accounts = inputs.meters, inputs.accounts
    services = len(inputs.services.code)
    covered = meter.coverage(meters, month=month)
    gap = gap_days(meters, month=month)
    usable = (meters.of_house == 0) & ((covered | gap) != 0)

    own = np.flatnonzero(usable & (meters.account >= 0))
    shared = np.flatnonzero(usable & (meters.account < 0) & (meters.premises >= 0))
    by_premises = np.argsort(accounts.premises, kind="stable")
    home = accounts.premises[by_premises]
    left = np.searchsorted(home, meters.premises[shared], "left")
    number = np.searchsorted(home, meters.premises[shared], "right") - left
    at, nth = expanded(number)

    account = np.concatenate([meters.account[own], by_premises[left[at] + nth]])
    of_meter = np.concatenate([own, shared[at]])
    point = account * services + meters.service[of_meter]
    is_shared = np.concatenate(
        [np.zeros(own.size, dtype=np.int64), np.ones(at.size, dtype=np.int64)]
    )
    order = np.lexsort((of_meter, point))
    point, of_meter = point[order], of_meter[order]
    points, first = np.unique(point, return_index=True)
    masks = np.bitwise_or.reduceat(covered[of_meter], first) if points.size else first
    found = meter.found(meters, inputs.readings, month=month)
    lives = meter_lives.lives(inputs, found, month=month)
    made = Consumers(point, of_meter, is_shared[order], points, masks, np.zeros_like(masks),
                     found, lives)  # fmt: skip
    made = _bridged(made, inputs, month=month)
    return _without_norm_days(_after_removal(made, inputs, gap, month=month))


def _after_removal(of: Consumers, inputs: ChargeInputs, gap: Ints, *, month: Month) -> Consumers:
    """Give days after a removal, over the ends of the month, to the meter that was removed."""
    lives = of.lives
    pairs = np.flatnonzero((gap[of.meter] & ~(lives.gap_days | lives.norm_days)[of.meter]) != 0)
    if not pairs.size:
        return of
    place, which = of.place(of.point[pairs]), of.meter[pairs]
    # Another meter of the place that counts on a day counts for the whole of it.
    free = gap[which] & ~of.covered[place]
    gaps: dict[int, int] = {}
    for one, mask in zip(which.tolist(), free.tolist(), strict=True):
        gaps[one] = gaps.get(one, mask) & mask
    bridge_gaps(lives, inputs, {one: mask for one, mask in gaps.items() if mask}, month=month)
    np.bitwise_or.at(of.covered, place, lives.gap_days[which])
    return of


def _bridged(of: Consumers, inputs: ChargeInputs, *, month: Month) -> Consumers:
    """Give days between two meters to the average of the one removed (charges.md §3.1)."""
    lowest = of.covered & -of.covered
    at = np.flatnonzero(((of.covered + lowest) & of.covered) != 0)
    if not at.size:
        return of
    meters, lives = inputs.meters, of.lives
    if lives.books is None:
        lives.books = Books(inputs, month=month)
    done: set[int] = set()
    for place in at.tolist():
        for gap in _gaps(int(of.covered[place]), month.days):
            for which in of.meters_of(int(of.points[place])).tolist():
                if which not in done and int(meters.removed[which]) == month.first + gap[0]:
                    meter_lives.bridge(lives, inputs, which, gap)
                    done.add(which)
    for place in at.tolist():
        for which in of.meters_of(int(of.points[place])).tolist():
            of.covered[place] |= lives.gap_days[which]
    return of


def _gaps(covered: int, length: int) -> list[tuple[int, int]]:
    """Give the runs of days that are not covered between days that are."""
    days_covered = [day for day in range(length) if (covered >> day) & 1]
    return [(day + 1, after) for day, after in pairwise(days_covered) if after > day + 1]


def _without_norm_days(of: Consumers) -> Consumers:
    """Take the days on which averages are over from the whole resource (charges.md §15)."""
    masks = of.lives.norm_days[of.meter]
    if masks.any():
        np.bitwise_or.at(of.norm_days, of.place(of.point), masks)
        of.covered[:] &= ~of.norm_days
    return of
