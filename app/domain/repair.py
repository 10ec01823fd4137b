"""Days on which a meter is out of order and may still be put right in time (354, §81(13), §86).

    failure, verification over ──▶ so many days (resources/law/absence.toml), or it counts again

On these days who was away has a recalculation though a meter could be and is there.
"""

from collections.abc import Iterator

import numpy as np

from app.domain import days
from app.domain.charge_inputs import ChargeInputs
from app.domain.days import FAR, Month
from app.domain.interference import accounts_of_meter
from app.domain.meter_event import EventKind

_BROKEN = (EventKind.FAILURE, EventKind.EXPIRED)


def under_repair(inputs: ChargeInputs, *, month: Month) -> dict[int, int]:
    """Give the days of the month a meter is being repaired, as masks by account × service."""
    allowed, services = inputs.rules.whole("absence_repair_days"), len(inputs.services.code)
    found: dict[int, int] = {}
    for meter, since, until in _broken(inputs, month=month):
        span = np.array([since]), np.array([min(until, since + allowed)])
        mask = int(days.mask(*span, month=month)[0])
        for account in accounts_of_meter(inputs, meter) if mask else []:
            point = account * services + int(inputs.meters.service[meter])
            found[point] = found.get(point, 0) | mask
    return found


def _broken(inputs: ChargeInputs, *, month: Month) -> Iterator[tuple[int, int, int]]:
    """Give the meters out of order with the day since and until which."""
    meters, events = inputs.meters, inputs.meter_events
    kinds = np.isin(events.kind, [int(one) for one in _BROKEN])
    for at in np.flatnonzero(kinds & (events.valid_from < month.end)).tolist():
        yield int(events.meter[at]), int(events.valid_from[at]), int(events.valid_to[at])
    over = meters.verified_to < np.minimum(meters.removed, month.end)
    for meter in np.flatnonzero(over & (meters.of_house == 0)).tolist():
        yield meter, int(meters.verified_to[meter]), FAR
