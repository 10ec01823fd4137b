"""Totals of a house and a service for a month: what the house took, what was left for all.

    fact      = by the house meter − for hot water made in the house − by the premises
    net       = fact − carried from before, not below 0; what is below 0 is carried on
    charged   the volume the lines of the premises share; the provider's own when none do

One shape serves the month in hand and the months before it that the ledger keeps.
"""

from dataclasses import dataclass

import numpy as np

from app.domain.money import Flags, Ints
from app.domain.period import Period

# Of a volume, which may itself be below zero after months by the average.
UNKNOWN = -(2**62)


@dataclass(frozen=True, slots=True)
class HouseTotals:
    """Totals by house and service, shape (n,) each; volumes of the whole month in mcu.

    :ivar period: months since year 0, see :func:`month_index`
    :ivar method: place of the method in the list of all methods
    :ivar house_mcu: V_D, UNKNOWN where no meter or average gave it
    :ivar individual_mcu: of all premises, UNKNOWN where one of them is not known
    :ivar for_hot_mcu: cold water that hot water was made of in the house, fuel heating was made of
    :ivar carry_before_mcu: negative volume carried from the month before, as a positive number
    :ivar net_mcu: what was left for all, UNKNOWN where it could not be told
    :ivar charged_mcu: what was shared out, UNKNOWN where nothing was
    :ivar carry_mcu: carried to the next month
    :ivar premises_cm2: S_ob
    :ivar price_mcr: of the last line, UNKNOWN where there is none; heat_price_mcr of its heat, or 0
    :ivar heat_norm_mcu: Gcal in a unit of hot water in two components, or 0
    """

    house: Ints
    service: Ints
    period: Ints
    method: Ints
    house_mcu: Ints
    individual_mcu: Ints
    for_hot_mcu: Ints
    carry_before_mcu: Ints
    net_mcu: Ints
    charged_mcu: Ints
    carry_mcu: Ints
    premises_cm2: Ints
    price_mcr: Ints
    heat_price_mcr: Ints
    heat_norm_mcu: Ints

    def __len__(self) -> int:
        return len(self.house)

    @property
    def has_fact(self) -> Flags:
        """Tell where both the house and all its premises are known."""
        return np.asarray(
            (self.house_mcu != UNKNOWN) & (self.individual_mcu != UNKNOWN), dtype=np.bool_
        )

    @property
    def fact_mcu(self) -> Ints:
        """What the common property took by the meters, below zero too; 0 where not known."""
        fact = self.house_mcu - self.for_hot_mcu - self.individual_mcu
        return np.where(self.has_fact, fact, 0)

    def taken(self, at: Ints | Flags) -> "HouseTotals":
        return HouseTotals(*(getattr(self, name)[at] for name in HouseTotals.__slots__))


@dataclass(frozen=True, slots=True)
class SettledMonths:
    """Months corrected in full when the contract they were charged under ended, shape (n,) each.

    :ivar until: the first month that is not, as a month's number
    """

    house: Ints
    service: Ints
    until: Ints


def nothing_settled() -> SettledMonths:
    """Give no settled months."""
    return SettledMonths(*(np.zeros(0, dtype=np.int64) for _ in SettledMonths.__slots__))


def no_totals() -> HouseTotals:
    """Give totals of nothing."""
    return HouseTotals(*(np.zeros(0, dtype=np.int64) for _ in HouseTotals.__slots__))


def month_index(period: Period) -> int:
    """Give a month as one number, January of year 0 being 0."""
    return period.year * 12 + period.month - 1


def year_of(index: Ints) -> Ints:
    """Give the year of a month's number."""
    return index // 12
