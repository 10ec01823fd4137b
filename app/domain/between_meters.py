"""Days after a meter was removed and before the next one, over the ends of months (§59 а).

    removed ──── gap ──── the next meter of the place     known when the month is charged
    removed ──── gap ──── the failure is over             the meter had failed when it was removed
    removed                                               neither: no meter, the norm

The gap goes by the average of the meter removed, its periods counted from the failure or from the
removal; after them by the norm with the raising factor (354, §60, §60(1)).
"""

import numpy as np

from app.domain import days, meter_lives
from app.domain.average import month_number
from app.domain.charge_inputs import ChargeInputs
from app.domain.days import Month
from app.domain.meter import Meters
from app.domain.meter_event import EventKind
from app.domain.meter_lives import Books, Lives
from app.domain.meter_state import Case
from app.domain.money import Ints

_BROKEN = (EventKind.FAILURE, EventKind.EXPIRED)


def gap_days(meters: Meters, *, month: Month) -> Ints:
    """Give the days of the month after each meter was removed that are still its gap, as masks."""
    if not meters.gap_to.size:
        return np.zeros(len(meters.service), dtype=np.int64)
    masks = days.mask(meters.removed, meters.gap_to, month=month)
    return np.where(meters.of_house > 0, 0, masks)


def bridge_gaps(of: Lives, inputs: ChargeInputs, gaps: dict[int, int], *, month: Month) -> None:
    """Give days to meters that were removed.

    :param gaps: masks of days by meter, days of other meters of the place not among them
    """
    if gaps and of.books is None:
        of.books = Books(inputs, month=month)
    for which, mask in gaps.items():
        case = _case(of, inputs, which, month=month)
        for run in _runs(mask, month.days):
            meter_lives.bridge(of, inputs, which, run, case=case)


def _case(of: Lives, inputs: ChargeInputs, which: int, *, month: Month) -> Case | None:
    """Give the case of a meter that was not in place this month; None: as its month says."""
    removed = int(inputs.meters.removed[which])
    if removed > month.first:
        return None
    broken = [
        one.since
        for one in of.stander(which).of.events
        if one.kind in _BROKEN and one.since <= removed <= one.until
    ]
    since = min([removed, *broken])
    start = month_number(days.of_number(since))
    now = month_number(days.of_number(month.first))
    return Case(EventKind.FAILURE, start, since, now - start + 1)


def _runs(mask: int, length: int) -> list[tuple[int, int]]:
    """Give the runs of days of a mask, from and to."""
    runs: list[tuple[int, int]] = []
    for day in range(length):
        if (mask >> day) & 1:
            start = runs.pop()[0] if runs and runs[-1][1] == day else day
            runs.append((start, day + 1))
    return runs
