"""What charge() is fed: columns of whole houses, identities as indices, days as numbers.

units      areas in cm2 (10^-4 m2), volumes and norms in mcu, days since 2000-01-01
-1         unknown or any; FAR = a date that has not come
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from app.domain.law import Rules
from app.domain.meter import Meters, Readings
from app.domain.money import Ints
from app.domain.norm import Norms
from app.domain.occupancy import Residents
from app.domain.period import Period
from app.domain.service import Method
from app.domain.tariff import Tariffs

Texts: TypeAlias = Sequence[str]


@dataclass(frozen=True, slots=True)
class Services:
    """The services of the catalogue, one place each; method None when no version is in force."""

    code: Texts
    name: Texts
    unit: Texts
    resource: Texts
    method: Sequence[Method | None]


@dataclass(frozen=True, slots=True)
class Houses:
    """Houses as they are on the last day of the period (charges.md §9).

    :ivar premises_area_cm2: S_ob, given; -1: the sum of the premises
    :ivar common_area_cm2: shape (houses, 5), S_oi by COMMON_AREAS, -1 unknown
    :ivar heats_evenly: paid for the year round (354, §42(1))
    :ivar heating_months: mask, bit m is month m of the year
    """

    code: Texts
    premises_area_cm2: Ints
    common_area_cm2: Ints
    heats_evenly: Ints
    heating_months: Ints


COMMON_AREAS = ("", "cold", "hot", "power", "heat")


@dataclass(frozen=True, slots=True)
class Premises:
    """All premises of the houses: identity, then versions that touch the period.

    :ivar house: shape (premises,), house of each
    :ivar in_sum: shape (premises,), 1 when its area counts in S_ob, 0 a room of a listed flat
    :ivar version_of: shape (versions,), premises of each version
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
    """Which service under which contract: of a house (account -1) or of an account (house -1)."""

    service: Ints
    contract: Ints
    house: Ints
    account: Ints
    quantity_mcu: Ints
    valid_from: Ints
    valid_to: Ints


@dataclass(frozen=True, slots=True)
class Impossible:
    """Premises in which a meter of a service cannot be installed (act, order 485/пр)."""

    premises: Ints
    service: Ints
    valid_from: Ints
    valid_to: Ints


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
