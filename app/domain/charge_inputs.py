"""What charge() is fed: columns of whole houses, identities as indices, days as numbers.

units      areas in cm2 (10^-4 m2), volumes and norms in mcu, days since 2000-01-01
-1         unknown or any; FAR = a date that has not come
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeAlias

import numpy as np

from app.domain.average import History, no_history
from app.domain.charged_before import ChargedBefore, nothing_before
from app.domain.check_facts import (
    Connections,
    HeatFailures,
    Interferences,
    no_connections,
    no_failures,
    no_interferences,
)
from app.domain.group_inputs import GroupCarries, GroupRows
from app.domain.house_total import HouseTotals, SettledMonths, no_totals, nothing_settled
from app.domain.law import Rules
from app.domain.meter import Meters, Readings
from app.domain.meter_event import MeterEvents, no_events
from app.domain.money import Ints
from app.domain.norm import Norms
from app.domain.occupancy import Residents
from app.domain.period import Period
from app.domain.reduction_inputs import Absences, Acts, Benefits
from app.domain.service import Method
from app.domain.tariff import Tariffs

Texts: TypeAlias = Sequence[str]


def _no_numbers() -> Ints:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Services:
    """The services of the catalogue, one place each; method None when no version is in force.

    :ivar formula: expressions of Method.FORMULA, empty for others; none at all: nobody has one
    :ivar section: codes of SECTION_WORDS; none at all: not known
    :ivar volume_digits: decimals of calculated volumes, 0 as the centre has it; none at all: so all
    """

    code: Texts
    name: Texts
    unit: Texts
    resource: Texts
    method: Sequence[Method | None]
    formula: Texts = ()
    section: Texts = ()
    volume_digits: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Houses:
    """Houses as they are on the last day of the period (charges.md §9).

    :ivar premises_area_cm2: S_ob, given; -1: the sum of the premises
    :ivar common_area_cm2: shape (houses, 5), S_oi by COMMON_AREAS, -1 unknown
    :ivar heats_evenly: paid for the year round (354, §42(1))
    :ivar heating_months: mask, bit m is month m of the year
    :ivar over_norm: 1 when all of the house's general needs are shared out (354, §44)
    :ivar is_direct: 1 when the owners manage it themselves
    """

    code: Texts
    premises_area_cm2: Ints
    common_area_cm2: Ints
    heats_evenly: Ints
    heating_months: Ints
    over_norm: Ints = field(default_factory=_no_numbers)
    is_direct: Ints = field(default_factory=_no_numbers)


class PremisesKind(IntEnum):
    """What premises are: the number is what `Premises.kind` holds."""

    FLAT = 0
    ROOM = 1
    NON_RESIDENTIAL = 2


PREMISES_KIND_CODES = {
    "flat": PremisesKind.FLAT,
    "room": PremisesKind.ROOM,
    "non-residential": PremisesKind.NON_RESIDENTIAL,
}
COMMON_AREAS = ("", "cold", "hot", "power", "heat")


@dataclass(frozen=True, slots=True)
class Premises:
    """All premises of the houses: identity, then versions that touch the period.

    :ivar house: shape (premises,), house of each
    :ivar in_sum: shape (premises,), 1 when its area counts in S_ob, 0 a room of a listed flat
    :ivar version_of: shape (versions,), premises of each version
    :ivar kind: shape (versions,), PremisesKind
    :ivar living_cm2: shape (versions,), -1 unknown
    :ivar flat: shape (premises,), communal flat of a room, numbered from 0; -1 not a room of one
    :ivar flat_premises: shape (flats,), the premises that is the flat itself, -1 not listed
    """

    house: Ints
    in_sum: Ints
    version_of: Ints
    valid_from: Ints
    valid_to: Ints
    total_cm2: Ints
    heated_cm2: Ints
    rooms: Ints
    own_heat: Ints
    kind: Ints = field(default_factory=_no_numbers)
    living_cm2: Ints = field(default_factory=_no_numbers)
    flat: Ints = field(default_factory=_no_numbers)
    flat_premises: Ints = field(default_factory=_no_numbers)


def home_flats(premises: Premises) -> Ints:
    """Give the communal flat that each premises is a room of, or is itself; -1 none."""
    home = premises.flat.copy()
    listed = np.flatnonzero(premises.flat_premises >= 0)
    home[premises.flat_premises[listed]] = listed
    return home


def communal_flats(house: Sequence[int], flat_number: Texts, number: Texts) -> tuple[Ints, Ints]:
    """Number the communal flats of the houses by the rooms that name one.

    :param house: shape (premises,), house of each
    :param flat_number: the flat a room lies in, empty for anything else
    :returns: shape (premises,), flat of each room, -1 none; shape (flats,), the premises that is
        the flat itself, -1 not listed
    """
    keys: dict[tuple[int, str], int] = {}
    flat = np.full(len(house), -1, dtype=np.int64)
    for at, (its_house, its_flat) in enumerate(zip(house, flat_number, strict=True)):
        if its_flat:
            flat[at] = keys.setdefault((its_house, its_flat), len(keys))
    flat_premises = np.full(len(keys), -1, dtype=np.int64)
    if keys:
        for at, (its_house, own, its_flat) in enumerate(
            zip(house, number, flat_number, strict=True)
        ):
            if not its_flat and (its_house, own) in keys:
                flat_premises[keys[its_house, own]] = at
    return flat, flat_premises


@dataclass(frozen=True, slots=True)
class Accounts:
    """Accounts of the houses open on some day: identity, then versions of the share."""

    number: Texts
    premises: Ints
    opened: Ints
    closed: Ints
    version_of: Ints
    valid_from: Ints
    valid_to: Ints
    share_numerator: Ints
    share_denominator: Ints


@dataclass(frozen=True, slots=True)
class Assignments:
    """Which service under which contract: of a house (account -1) or of an account (house -1).

    :ivar meter_share_ppm: part of a shared meter that is the account's, 0 not given
    """

    service: Ints
    contract: Ints
    house: Ints
    account: Ints
    quantity_mcu: Ints
    valid_from: Ints
    valid_to: Ints
    meter_share_ppm: Ints = field(default_factory=_no_numbers)


@dataclass(frozen=True, slots=True)
class Impossible:
    """Premises in which a meter of a service cannot be installed (act, order 485/пр)."""

    premises: Ints
    service: Ints
    valid_from: Ints
    valid_to: Ints


@dataclass(frozen=True, slots=True)
class HeatYears:
    """Heat of the calendar year before, of houses and premises paid evenly, shape (n,) each.

    :ivar premises: -1 for the meters of the house
    :ivar volume_mcu: of the whole year, -1 where some of its days have no meter or no reading
    """

    house: Ints = field(default_factory=_no_numbers)
    premises: Ints = field(default_factory=_no_numbers)
    service: Ints = field(default_factory=_no_numbers)
    volume_mcu: Ints = field(default_factory=_no_numbers)


NO_VALUE = -(2**62)


@dataclass(frozen=True, slots=True)
class Characteristics:
    """Numbers among the characteristics that formulas name: of the account, premises or house.

    :ivar names: as formulas know them
    :ivar values_mcu: shape (names, accounts), NO_VALUE where nobody has one or it is no number
    """

    names: Texts = ()
    values_mcu: Ints = field(default_factory=_no_numbers)


@dataclass(frozen=True, slots=True)
class ExternalCharges:
    """Amounts calculated elsewhere, of accounts for the period, shape (n,) each.

    :ivar volume_mcu: -1 not given
    :ivar document: why, as it was given
    """

    account: Ints = field(default_factory=_no_numbers)
    service: Ints = field(default_factory=_no_numbers)
    contract: Ints = field(default_factory=_no_numbers)
    volume_mcu: Ints = field(default_factory=_no_numbers)
    amount_kop: Ints = field(default_factory=_no_numbers)
    document: Texts = ()


@dataclass(frozen=True, slots=True)
class ChargeInputs:
    """Everything a period's charges of some whole houses depend on."""

    period: Period
    rules: Rules
    services: Services
    contracts: Texts
    tariffs: Tariffs
    norms: Norms
    houses: Houses
    premises: Premises
    accounts: Accounts
    residents: Residents
    assignments: Assignments
    impossible: Impossible
    meters: Meters
    readings: Readings
    past_totals: HouseTotals = field(default_factory=no_totals)
    settled_months: SettledMonths = field(default_factory=nothing_settled)
    interferences: Interferences = field(default_factory=no_interferences)
    connections: Connections = field(default_factory=no_connections)
    heat_failures: HeatFailures = field(default_factory=no_failures)
    heat_years: HeatYears = field(default_factory=HeatYears)
    absences: Absences = field(default_factory=Absences)
    acts: Acts = field(default_factory=Acts)
    benefits: Benefits = field(default_factory=Benefits)
    characteristics: Characteristics = field(default_factory=Characteristics)
    external: ExternalCharges = field(default_factory=ExternalCharges)
    meter_events: MeterEvents = field(default_factory=no_events)
    history: History = field(default_factory=no_history)
    charged_before: ChargedBefore = field(default_factory=nothing_before)
    groups: GroupRows = field(default_factory=GroupRows)
    group_carries: GroupCarries = field(default_factory=GroupCarries)
