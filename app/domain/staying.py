"""Who of those written down is counted: by the settings of the centre (charges.md §0.3, §9).

    day of departure     counts where it is so decided
    temporarily living   not counted where all services with meters have them (354, §57), where it
                         is so decided

Whoever is left out is counted nowhere: neither by norms nor by persons.
"""

from dataclasses import replace

import numpy as np

from app.domain import metering
from app.domain.charge_inputs import ChargeInputs
from app.domain.days import FAR, Month
from app.domain.money import Flags
from app.domain.occupancy import ResidentKind, Residents
from app.domain.service import Method
from app.domain.situation import BY_METER, METHODS, Rows

_WITH_METERS = [METHODS.index(one) for one in BY_METER if one is not Method.WASTE_WATER]


def staying(inputs: ChargeInputs, rows: Rows, *, month: Month) -> Residents:
    """Give the people who are counted, with the days that count."""
    people, rules = inputs.residents, inputs.rules
    if rules.is_on("departure_day_counts"):
        people = replace(people, valid_to=people.valid_to + (people.valid_to < FAR))
    if not rules.is_on("temporary_where_no_meters"):
        return people
    metered = _all_metered(inputs, rows, month=month)
    left_out = (people.kind == ResidentKind.TEMPORARY) & metered[people.account]
    kept = np.flatnonzero(~left_out)
    return Residents(*(getattr(people, name)[kept] for name in Residents.__slots__))


def _all_metered(inputs: ChargeInputs, rows: Rows, *, month: Month) -> Flags:
    """Tell which accounts have a meter of every such service on every day it is charged."""
    some = rows.taken(np.flatnonzero(np.isin(rows.method, _WITH_METERS)))
    covered = metering.consumers(inputs, month=month).covered_days(some.point)
    has_any = np.zeros(len(inputs.accounts.number), dtype=np.bool_)
    has_any[some.account] = True
    has_any[some.account[(some.active & ~covered) != 0]] = False
    return has_any
