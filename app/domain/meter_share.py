"""How accounts of one premises divide a common meter: by their shares, or by their persons.

    по площади              the share of the account (default)
    по людям                person-days of the account over those of all its premises' accounts
    фиксированный процент   the share of the meter written with the assignment of the account

Only volumes by a meter go by it; where nobody is known the share of the account stays
(charges.md §9).
"""

from dataclasses import replace

import numpy as np

from app.domain import days
from app.domain.charge_inputs import ChargeInputs
from app.domain.days import Month
from app.domain.metering import Consumers
from app.domain.money import MILLION, Ints
from app.domain.occupancy import Occupancy
from app.domain.situation import BY_METER, METHODS, Rows, Situation

_METERED = np.array([METHODS.index(one) for one in BY_METER], dtype=np.int64)


def by_setting(
    inputs: ChargeInputs,
    of: Situation,
    rows: Rows,
    consumers: Consumers,
    people: Occupancy,
    *,
    month: Month,
) -> Situation:
    """Give segments that a meter of the premises covers the share the setting says.

    :param of: all segments
    """
    way = inputs.rules.word("meter_share")
    if way == "area":
        return of
    covered = (consumers.covered_days(of.point) >> of.day_from) & 1
    is_part = of.share_numerator != of.share_denominator
    at = np.flatnonzero((covered == 1) & is_part & np.isin(of.method, _METERED))
    if not at.size:
        return of
    some = of.taken(at)
    over, under = (
        _persons(inputs, some, people, month=month) if way == "persons" else _percent(some, rows)
    )
    known = over > 0
    # In lowest terms, as a person would write them: 30 % is 3/10.
    divisor = np.maximum(np.gcd(over, under), 1)
    over, under = over // divisor, under // divisor
    numerator, denominator = of.share_numerator.copy(), of.share_denominator.copy()
    numerator[at[known]], denominator[at[known]] = over[known], under[known]
    return replace(of, share_numerator=numerator, share_denominator=denominator)


def _persons(
    inputs: ChargeInputs, some: Situation, people: Occupancy, *, month: Month
) -> tuple[Ints, Ints]:
    accounts = inputs.accounts
    is_open = days.mask(accounts.opened, accounts.closed, month=month)
    shown = (is_open[:, None] >> np.arange(month.days, dtype=np.int64)) & 1
    premises, inverse = np.unique(accounts.premises, return_inverse=True)
    daily = np.zeros((len(premises), month.days), dtype=np.int64)
    np.add.at(daily, inverse, people.counted * shown)
    running = np.concatenate(
        [np.zeros((len(premises), 1), dtype=np.int64), daily.cumsum(axis=1)], axis=1
    )
    home = np.searchsorted(premises, some.premises)
    own = people.persons(some.account, some.day_from, some.day_to)
    whole = running[home, some.day_to] - running[home, some.day_from]
    return own, np.maximum(whole, 1)


def _percent(some: Situation, rows: Rows) -> tuple[Ints, Ints]:
    share = rows.meter_share_ppm[some.row]
    return share, np.full(len(share), MILLION, dtype=np.int64)
