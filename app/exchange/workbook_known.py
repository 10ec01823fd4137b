"""What the database holds already, as far as a workbook asks about it; texts as in the tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

Place = tuple[str, str, str]  # house, flat of a room or "", number


class KnownAccount(NamedTuple):
    """An account: where, when, which share ("1/3")."""

    place: Place
    opened_on: str
    closed_on: str | None
    share: str


class KnownMeter(NamedTuple):
    """A meter: zones, digits, its days."""

    zones: str
    digits: str | None
    installed_on: str
    removed_on: str | None


DatedRow = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Known:
    """What is there.

    :ivar codes: name of the sheet to the codes known
    :ivar residents: account and name of those who live there or own it
    :ivar contracts: number to the first day and the end of a contract
    :ivar dated: name of the sheet to rows that dated rows of the workbook must not overlap
    :ivar characteristics: their names, as they were written
    """

    codes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    places: frozenset[Place] = frozenset()
    accounts: Mapping[str, KnownAccount] = field(default_factory=dict)
    meters: Mapping[str, KnownMeter] = field(default_factory=dict)
    residents: frozenset[tuple[str, str]] = frozenset()
    contracts: Mapping[str, tuple[str, str | None]] = field(default_factory=dict)
    dated: Mapping[str, tuple[DatedRow, ...]] = field(default_factory=dict)
    characteristics: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a workbook asks about, so that no more is read than it needs.

    :ivar houses: whose premises are named
    :ivar houses_of_accounts: whose accounts share premises with those of the workbook
    :ivar houses_named: by any sheet
    :ivar dated: names of the sheets with dated rows
    :ivar has_formulas: formulas may name characteristics that are there
    """

    houses: tuple[str, ...]
    houses_of_accounts: tuple[str, ...]
    houses_named: tuple[str, ...]
    accounts: tuple[str, ...]
    accounts_of_absences: tuple[str, ...]
    meters: tuple[str, ...]
    dated: tuple[str, ...]
    has_formulas: bool = False
