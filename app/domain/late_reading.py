"""A reading after months without one: what was charged in them comes off (charges.md §3.3).

    V = (R_cur − R_last) × ratio × share − charged

    charged    what the account was charged for the resource in the months between; and what those
               were who had the premises before it: charged_gone.py

    several    all read now: the sum of their differences since they were last read all together,
    meters     less all charged since; one of them still silent: of what was charged the part that
               is not the others', of several silent ones by their averages

V may be below zero: then more was charged than consumed, and the line is a recalculation. The
parts of days are differences of rounded sums, so that a month cut by a price comes to V exactly.
"""

from collections.abc import Iterable
from fractions import Fraction
from functools import cached_property

import numpy as np

from app.domain import money
from app.domain.bases.rule import half_up
from app.domain.charge_inputs import ChargeInputs
from app.domain.charged_gone import ChargedGone, Present
from app.domain.consumers import Consumers
from app.domain.meter import METER_ZONES, Doubt, Spans
from app.domain.money import MILLION, Ints
from app.domain.service import Zone
from app.domain.situation import Situation

_ZONES, _MONTH_BITS = len(Zone), 16


class Late:
    """The volumes that come off the late readings of a batch, found when asked for."""

    def __init__(self, inputs: ChargeInputs, consumers: Consumers) -> None:
        self.inputs, self.consumers, self.lives = inputs, consumers, consumers.lives

    @cached_property
    def gone(self) -> ChargedGone:
        """What was charged, by those who are there and by those who are gone."""
        return ChargedGone(self.inputs)

    def charged_in(self, point: Ints, zone: Ints, since: Ints, until: int) -> Ints:
        """Give what points were charged in the months [since, until), of the zone alone."""
        return _between(self._of_accounts, point, zone, since, until)

    def charged_at(self, point: Ints, zone: Ints, since: Ints, until: int) -> Ints:
        """Give what was charged at the premises of points, whoever lived there."""
        services = len(self.inputs.services.code)
        premises = self.inputs.accounts.premises[point // services]
        place = premises * services + point % services
        return _between(self._of_premises, place, zone, since, until)

    @cached_property
    def _of_accounts(self) -> tuple[Ints, Ints]:
        return self._in_order(self.inputs.charged_before.account)

    @cached_property
    def _of_premises(self) -> tuple[Ints, Ints]:
        return self._in_order(self.inputs.charged_before.premises)

    def _in_order(self, owner: Ints) -> tuple[Ints, Ints]:
        """Give keys of owner, service, zone and month in order, and the sums of all before each."""
        before, services = self.inputs.charged_before, len(self.inputs.services.code)
        key = (owner * services + before.service) * _ZONES + before.zone
        key = (key << _MONTH_BITS) | before.month
        order = np.argsort(key)
        return key[order], np.concatenate([[0], np.cumsum(before.volume_mcu[order])])

    def off_mcu(
        self, account: int, which: int, zone: int, *, present: Present, meters: Iterable[int]
    ) -> Fraction:
        """Give what the account was charged by this meter in the months of its gap, in mcu.

        :param present: accounts of the same days with their shares in what meters count
        :param meters: all meters of the account and the service
        """
        life = self.lives.life(which)
        assert life is not None
        others = [one for one in meters if one != which]
        together = self._together(which, others) if others else None
        if together is not None:
            first, since = together
            if which != first:
                return Fraction(0)
            return self._of_all((account, which, zone), since, present, others)
        total = Fraction(0)
        for month in range(life.late_from, life.late_to):
            total += self._of_month((account, which, zone), month, present, others)
        return total

    def _of_month(
        self, key: tuple[int, int, int], month: int, present: Present, others: list[int]
    ) -> Fraction:
        account, which, zone = key
        share = present[account]
        charged = self._charged(key, month, present)
        if not others:
            return charged
        silent = [which]
        for one in others:
            counted = self._counted(one, zone, month)
            if counted is None:
                silent.append(one)
            else:
                charged -= counted * (share if self.inputs.meters.account[one] < 0 else 1)
        weights = [self._average(one) for one in silent]
        if not all(weights):
            weights = [Fraction(1)] * len(silent)
        return charged * weights[0] / sum(weights)

    def _charged(self, key: tuple[int, int, int], month: int, present: Present) -> Fraction:
        """Give what the account was charged; a norm that no zone has goes with the first."""
        account, which, zone = key
        zones = self.lives.stander(which).of.zones
        both = (zone, 0) if zone == zones[0] and len(zones) > 1 else (zone,)
        return sum(
            (self.gone.off_mcu(account, which, (one, month), present) for one in both), Fraction(0)
        )

    def _together(self, which: int, others: list[int]) -> tuple[int, int] | None:
        """Give the meter what was charged comes off, and the month all were last read together.

        None where one of them has no reading now or then, or had an event between.
        """
        every = (which, *others)
        now = self.lives.stander(which).terms.now
        months = set.intersection(
            *(set(self.lives.stander(one).of.closed_months()) for one in every)
        )
        since = max((month for month in months if month < now), default=-1)
        for one in every:
            of, life = self.lives.stander(one).of, self.lives.life(one)
            is_counted = life is None or (
                life.doubt is Doubt.NONE and life.base is None and life.norm_from == life.norm_to
            )
            dials = [
                of_zone.get(month)
                for of_zone in of.closings
                for month in (since, self._dial_month(one), now)
            ]
            has_dials = all(end is not None and end.dial is not None for end in dials)
            if not (is_counted and has_dials) or of.touches(since + 1, now):
                return None
        return min(one for one in every if self._is_late(one)), since

    def _is_late(self, which: int) -> bool:
        life = self.lives.life(which)
        return life is not None and life.late_from < life.late_to

    def _dial_month(self, which: int) -> int:
        """Give the month whose dial a meter is counted from now."""
        life = self.lives.life(which)
        if life is not None and life.late_from < life.late_to:
            return life.late_from - 1
        return self.lives.stander(which).terms.now - 1

    def _of_all(
        self, key: tuple[int, int, int], since: int, present: Present, others: list[int]
    ) -> Fraction:
        """Give all charged since a month, less what meters counted before their dials now."""
        account, which, zone = key
        share = present[account]
        now = self.lives.stander(which).terms.now
        total = sum(
            (self._charged(key, month, present) for month in range(since + 1, now)), Fraction(0)
        )
        for one in (which, *others):
            of = self.lives.stander(one).of
            if zone not in of.zones:
                continue
            ends = of.closings[of.zones.index(zone)]
            before, last = ends[since].dial, ends[self._dial_month(one)].dial
            assert before is not None
            assert last is not None
            counted = Fraction(of.counted(before, last)[0] * of.ratio_mcu, MILLION)
            total -= counted * (share if self.inputs.meters.account[one] < 0 else 1)
        return total

    def _counted(self, which: int, zone: int, month: int) -> Fraction | None:
        """Give what a meter counted in one month; 0 when it was not in place, None unknown."""
        stander = self.lives.stander(which)
        if zone not in stander.of.zones or month < stander.of.installed_month:
            return Fraction(0)
        at = stander.of.zones.index(zone)
        for one in stander.volumes():
            if one.month == month and one.after == month - 1:
                return Fraction(one.volume_mcu[at])
        return None

    def _average(self, which: int) -> Fraction:
        volumes = self.lives.stander(which).volumes()
        months = sum(one.month - one.after for one in volumes)
        total = sum(sum(one.volume_mcu) for one in volumes)
        return Fraction(total, months) if months else Fraction(0)


def take_off_alone(
    late: Late,
    of: Situation,
    spans: Spans,
    joined: tuple[Ints, Ints, Ints],
    ends: tuple[Ints, Ints],
    *,
    at: Ints,
    results: tuple[Ints, Ints, Ints],
) -> Ints:
    """Do what take_off() does where one meter with a plain gap stands for one account alone.

    :returns: the joined rows that are left
    """
    segment, span, is_shared = joined
    row, one = segment[at], span[at]
    gaps, pairs = late.lives.gaps, late.consumers.point
    place = late.lives.gap_places(spans.meter[one])
    number = np.searchsorted(pairs, of.point[row], "right") - np.searchsorted(pairs, of.point[row])
    is_alone = (place >= 0) & (number == 1) & (spans.ratio_mcu[one] == MILLION)
    is_alone &= of.share_numerator[row] == of.share_denominator[row]
    is_alone &= ~late.gone.of_rooms(spans.meter[one])
    rest: Ints = at[~is_alone]
    at = at[is_alone]
    if gaps is None or not at.size:
        return rest
    row, one, place = row[is_alone], one[is_alone], place[is_alone]
    point, zone, since, now = of.point[row], spans.zone[one], gaps.start[place], gaps.terms.now
    # A norm that no zone has goes with the first.
    first = np.array([0, *(int(METER_ZONES[number][0]) for number in sorted(METER_ZONES))])
    is_first = (gaps.zones[place] > 1) & (zone == first[gaps.zones[place]])
    both = []
    for charged_by in (late.charged_in, late.charged_at):
        mine = charged_by(point, zone, since, now)
        both.append(mine + np.where(is_first, charged_by(point, 0 * zone, since, now), 0))
    charged = np.where(is_shared[at] > 0, both[1], both[0])
    volume, parts = spans.counted_mcu[one] - charged, spans.parts[one]
    done = money.scale(volume, ends[1][at], parts) - money.scale(volume, ends[0][at], parts)
    results[0][at] = results[1][at] = done
    results[2][at] = charged
    return rest


def take_off(
    late: Late,
    of: Situation,
    spans: Spans,
    joined: tuple[Ints, Ints, Ints],
    ends: tuple[Ints, Ints],
    *,
    rows: Ints,
    results: tuple[Ints, Ints, Ints],
) -> None:
    """Put the volumes of late readings into the results, and what came off each.

    :param joined: segments, their spans, and 1 where a meter is shared
    :param ends: days of the spans before and after the overlap
    :param rows: the joined rows of late readings
    :param results: volumes of the parts and of the whole, and what came off, changed in place
    """
    segment, span, is_shared = joined
    points = set(of.point[segment[rows]].tolist())
    meters_of = {point: late.consumers.meters_of(point).tolist() for point in points}
    off = results[2]
    for at in rows.tolist():
        row, one = int(segment[at]), int(span[at])
        which, zone = int(spans.meter[one]), int(spans.zone[one])
        share = Fraction(int(of.share_numerator[row]), int(of.share_denominator[row]))
        account, meters = int(of.account[row]), meters_of[int(of.point[row])]
        present = _present(of, row) if is_shared[at] else {account: share}
        if late.gone.of_rooms(np.array([which]))[0]:
            # As if the account had the flat's meter alone: what the others were charged is gone.
            present = {account: share}
        its = late.off_mcu(account, which, zone, present=present, meters=meters)
        off[at] = half_up(its)
        counted = Fraction(int(spans.counted_mcu[one]) * int(spans.ratio_mcu[one]), MILLION)
        days = (int(ends[0][at]), int(ends[1][at]), int(spans.parts[one]))
        mine = counted * (share if is_shared[at] else 1)
        results[0][at] = _of_days(mine - int(off[at]), days)
        if not is_shared[at] or share == 1:
            results[1][at] = results[0][at]
            continue
        total = sum(
            late.off_mcu(one_of, which, zone, present=present, meters=meters)
            for one_of in _sharers(of, row)
        )
        results[1][at] = _of_days(counted - total, days)


def _between(known: tuple[Ints, Ints], place: Ints, zone: Ints, since: Ints, until: int) -> Ints:
    key, total = known
    wanted = (place * _ZONES + zone) << _MONTH_BITS
    low, high = np.searchsorted(key, wanted | since), np.searchsorted(key, wanted | until)
    return np.asarray(total[high] - total[low], dtype=np.int64)


def _present(of: Situation, row: int) -> dict[int, Fraction]:
    """Give the accounts of the premises that are charged for the same days, and their shares."""
    its = np.flatnonzero(
        (of.premises == of.premises[row])
        & (of.service == of.service[row])
        & (of.day_from <= of.day_from[row])
        & (of.day_from[row] < of.day_to)
    )
    return {
        int(of.account[at]): Fraction(int(of.share_numerator[at]), int(of.share_denominator[at]))
        for at in its.tolist()
    }


def _sharers(of: Situation, row: int) -> list[int]:
    """Give the accounts that are charged with this one for the same days under its contract."""
    its = np.flatnonzero(
        (of.premises == of.premises[row])
        & (of.service == of.service[row])
        & (of.contract == of.contract[row])
        & (of.day_from == of.day_from[row])
    )
    return [int(account) for account in of.account[its].tolist()]


def _of_days(volume: Fraction, days: tuple[int, int, int]) -> int:
    low, high, parts = days
    return half_up(volume * high / parts) - half_up(volume * low / parts)
