"""What premises took on days that no account is charged for: by the meters of premises."""

from dataclasses import dataclass

import numpy as np

from app.domain import days
from app.domain.charge_inputs import ChargeInputs
from app.domain.house_resources import (
    INDIVIDUAL,
    RESOURCES,
    added,
    resource_places,
    with_methods,
)
from app.domain.meter import Doubt
from app.domain.metering import Metering
from app.domain.money import Flags, Ints
from app.domain.situation import Situation
from app.domain.volume import Scene


@dataclass(frozen=True, slots=True)
class BeyondAccounts:
    """What premises took on days that no account is charged for, by house × resource.

    :ivar unknown: meters that gave no volume
    :ivar is_there: some meter is of premises with a contract of their own
    """

    volume_mcu: Ints
    unknown: Ints
    is_there: Flags


def beyond_accounts(scene: Scene, of: Situation, known: Metering) -> BeyondAccounts:
    """Add up meters of premises on days that no account is charged by them.

    Premises with a contract of their own the whole month; days before an account was opened.

    :param of: all segments
    """
    inputs, spans = scene.inputs, known.spans
    meters, services = inputs.meters, len(inputs.services.code)
    counts = np.where(with_methods(inputs, INDIVIDUAL), resource_places(inputs), -1)
    groups = len(inputs.houses.code) * len(RESOURCES)
    billed = _billed(inputs, of)
    loose = (meters.of_house == 0) & (meters.account < 0) & (meters.premises >= 0)
    loose &= counts[meters.service] >= 0
    group = meters.house * len(RESOURCES) + counts[meters.service]
    on = billed[meters.premises * services + meters.service]

    at = np.flatnonzero(loose[spans.meter])
    left = days.span(spans.day_from[at], spans.day_to[at]) & ~on[spans.meter[at]]
    some = np.flatnonzero(left)
    at, one = at[some], np.ones(len(some), dtype=np.int64)
    number = np.bitwise_count(left[some]).astype(np.int64)
    counted = spans.volume(at, number, numerator=one, denominator=one)
    alone = np.flatnonzero(loose & (on == 0))
    silent = (known.meter_doubt[alone] != Doubt.NONE).astype(np.int64)
    return BeyondAccounts(
        volume_mcu=added(group[spans.meter[at]], counted, groups),
        unknown=added(group[alone], silent, groups),
        is_there=added(group[alone], np.ones_like(alone), groups) > 0,
    )


def _billed(inputs: ChargeInputs, of: Situation) -> Ints:
    """Give the days premises are charged a service on, as masks by premises and service."""
    services = len(inputs.services.code)
    result = np.zeros(len(inputs.premises.house) * services, dtype=np.int64)
    on = days.span(of.day_from, of.day_to)
    np.bitwise_or.at(result, of.premises * services + of.service, on)
    return result
