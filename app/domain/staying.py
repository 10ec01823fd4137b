"""Who of those written down is counted: by the settings of the centre (charges.md §0.3, §9).

    day of departure     counts where it is so decided
    a short stay         temporarily living is who stays more than 5 days running (354, §56)
    temporarily living   not counted where all services with meters have them (354, §57), where it
                         is so decided

Whoever is left out is counted nowhere: neither by norms nor by persons.
"""

from dataclasses import replace

import numpy as np

from app.domain import metering
from app.domain.charge_inputs import ChargeInputs
from app.domain.days import FAR, Month, of_number
from app.domain.findings import Findings
from app.domain.money import Flags, Ints
from app.domain.occupancy import ResidentKind, Residents
from app.domain.service import Method
from app.domain.situation import BY_METER, METHODS, Rows

_WITH_METERS = [METHODS.index(one) for one in BY_METER if one is not Method.WASTE_WATER]


def staying(inputs: ChargeInputs, rows: Rows, findings: Findings, *, month: Month) -> Residents:
    """Give the people who are counted, with the days that count; say whose stay is too short."""
    people, rules = inputs.residents, inputs.rules
    over = rules.whole("temporary_days_over")
    departure = int(rules.is_on("departure_day_counts"))
    people = _long_enough(people, findings, month=month, over=over, departure=departure)
    if departure:
        people = replace(people, valid_to=people.valid_to + (people.valid_to < FAR))
    if not rules.is_on("temporary_where_no_meters"):
        return people
    metered = _all_metered(inputs, rows, month=month)
    return _without(people, (people.kind == ResidentKind.TEMPORARY) & metered[people.account])


def _long_enough(
    people: Residents, findings: Findings, *, month: Month, over: int, departure: int
) -> Residents:
    """Leave out temporary stays of `over` days or fewer; stays end to end are one.

    :param departure: 1 where the day of departure counts
    """
    is_temporary = people.kind == ResidentKind.TEMPORARY
    short = is_temporary & (people.valid_to - people.valid_from + departure <= over)
    if not short.any():
        return people
    stays = _stays(people, np.flatnonzero(is_temporary & (people.valid_to > people.valid_from)))
    since_of = {(account, until): since for account, since, until in stays}
    until_of = {(account, since): until for account, since, until in stays}
    for at, (account, low, high) in zip(
        np.flatnonzero(short).tolist(), _stays(people, np.flatnonzero(short)), strict=True
    ):
        since, until = low, high
        while (account, since) in since_of:
            since = since_of[account, since]
        while (account, until) in until_of:
            until = until_of[account, until]
        lived = until - since + departure
        if lived > over:
            short[at] = False
        elif low < month.end and high > month.first:
            findings.warn(
                account,
                f"временно проживающий не считается: с {of_number(since):%d.%m.%Y} живёт"
                f" {lived} дн., а считают тех, кто живёт больше {over} дней подряд.",
                "Проверьте «С» и «До» на листе «Проживающие».",
            )
    return _without(people, short)


def _stays(people: Residents, at: Ints) -> list[tuple[int, int, int]]:
    columns = (people.account[at], people.valid_from[at], people.valid_to[at])
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _without(people: Residents, left_out: Flags) -> Residents:
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
