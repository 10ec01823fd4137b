"""Who lives in the premises of an account, day by day.

A day counts permanently and temporarily living persons; where nobody lives, the owners
(ПП РФ № 354, п. 56(2), п. 148(36) for solid waste). The day of arrival counts, the day of
departure does not (charges.md §0.3).
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from app.domain.days import Month
from app.domain.money import Ints


class ResidentKind(IntEnum):
    """Why a person is counted."""

    PERMANENT = 0
    TEMPORARY = 1
    OWNER = 2


RESIDENT_CODES = {
    "permanent": ResidentKind.PERMANENT,
    "temporary": ResidentKind.TEMPORARY,
    "owner": ResidentKind.OWNER,
}


@dataclass(frozen=True, slots=True)
class Residents:
    """People of accounts, shape (n,) each.

    :ivar account: index of the account
    :ivar kind: ResidentKind
    :ivar valid_from: day number
    :ivar valid_to: day number, exclusive, FAR = still
    """

    account: Ints
    kind: Ints
    valid_from: Ints
    valid_to: Ints


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Persons counted on each day, with running sums.

    :ivar counted: shape (accounts, days), persons
    :ivar person_days: shape (accounts, days + 1), running sum of counted
    :ivar owner_days: shape (accounts, days + 1), of it the days on which owners were counted
    :ivar empty_days: shape (accounts, days + 1), running number of days with nobody known
    :ivar changes: shape (accounts,), mask of days on which the number changes
    """

    counted: Ints
    person_days: Ints
    owner_days: Ints
    empty_days: Ints
    changes: Ints

    def persons(self, account: Ints, day_from: Ints, day_to: Ints) -> Ints:
        """Give person-days of [from, to)."""
        return self.person_days[account, day_to] - self.person_days[account, day_from]

    def owners(self, account: Ints, day_from: Ints, day_to: Ints) -> Ints:
        """Give the person-days of [from, to) that are the owners'."""
        return self.owner_days[account, day_to] - self.owner_days[account, day_from]

    def empty(self, account: Ints, day_from: Ints, day_to: Ints) -> Ints:
        """Give the number of days of [from, to) on which nobody is known."""
        return self.empty_days[account, day_to] - self.empty_days[account, day_from]


def occupancy(residents: Residents, *, accounts: int, month: Month) -> Occupancy:
    """Count the persons of every account and day.

    :param accounts: how many accounts there are
    """
    is_owner = residents.kind == ResidentKind.OWNER
    living = _daily(residents, ~is_owner, accounts=accounts, month=month)
    owning = _daily(residents, is_owner, accounts=accounts, month=month)
    by_owner = (living == 0) & (owning > 0)
    counted = np.where(by_owner, owning, living)
    changed = counted[:, 1:] != counted[:, :-1]
    weights = np.int64(1) << np.arange(1, month.days, dtype=np.int64)
    return Occupancy(
        counted=counted,
        person_days=_running(counted),
        owner_days=_running(np.where(by_owner, owning, 0)),
        empty_days=_running((counted == 0).astype(np.int64)),
        changes=(changed * weights).sum(axis=1),
    )


def _daily(residents: Residents, chosen: Ints, *, accounts: int, month: Month) -> Ints:
    """Count spans that cover each day, by the differences at their ends."""
    account = residents.account[chosen]
    low = np.clip(residents.valid_from[chosen] - month.first, 0, month.days)
    high = np.clip(residents.valid_to[chosen] - month.first, 0, month.days)
    kept = high > low
    width = month.days + 1
    size = accounts * width
    change = np.bincount(account[kept] * width + low[kept], minlength=size) - np.bincount(
        account[kept] * width + high[kept], minlength=size
    )
    daily = change.astype(np.int64).reshape(accounts, width).cumsum(axis=1)
    return np.asarray(daily[:, : month.days], dtype=np.int64)


def _running(daily: Ints) -> Ints:
    total = np.zeros((daily.shape[0], daily.shape[1] + 1), dtype=np.int64)
    np.cumsum(daily, axis=1, out=total[:, 1:])
    return total
