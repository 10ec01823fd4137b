"""Limitation of debts: the last day to go to court for each monthly payment (money.md §8, L1-L4).

    day of paying ──▶ runs three years ──▶ the last day; from the next one the debt is time-barred
    claim filed        stands still         │ filed past the last day: nothing changes
    order cancelled    goes on: what was left, and at least six months
    acknowledged       runs anew from that day, past the last day too (ГК РФ ст. 203, 206)

The program marks; it never writes off by itself: limitation is applied by a court on the plea of
the debtor (ГК РФ ст. 199). Penalties go with their principal (ст. 207), day by day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from app.domain.period import Period
from app.domain.terms import years_after

_LEAST_MONTHS = 6  # Пленум ВС РФ от 29.09.2015 № 43, п. 18


class LimitationChange(StrEnum):
    """What happened to the running of the term."""

    FILED = "filed"
    RESUMED = "resumed"
    ACKNOWLEDGED = "acknowledged"


CHANGE_WORDS = {
    "подано": LimitationChange.FILED,
    "отменено": LimitationChange.RESUMED,
    "признано": LimitationChange.ACKNOWLEDGED,
}


@dataclass(frozen=True, slots=True)
class LimitationEvent:
    """A claim or order filed, its end without a decision, a written acknowledgement.

    :ivar contract_id: None: debts under every contract
    :ivar first: first period it is about; `last` the last one
    """

    change: LimitationChange
    on: date
    document: str
    first: Period
    last: Period
    contract_id: UUID | None = None

    def is_about(self, contract_id: UUID, origin: Period) -> bool:
        """Say whether a debt of a period under a contract is meant."""
        return self.first <= origin <= self.last and self.contract_id in {None, contract_id}


@dataclass(frozen=True, slots=True)
class LimitationMark:
    """What is known of one debt on a day.

    :ivar last_day: to go to court; None while a court is looking at it
    :ivar is_barred: the day has passed
    """

    due_on: date
    last_day: date | None
    is_barred: bool


def last_day(due_on: date, events: Sequence[LimitationEvent], *, years: int = 3) -> date | None:
    """Give the last day to go to court for a debt, None while a claim is being looked at.

    :param due_on: last day of paying in time, moved off days of rest
    :param events: those about the debt, in any order
    """
    end: date | None = years_after(due_on, years)
    filed_on: date | None = None
    left = timedelta(0)
    for event in sorted(events, key=lambda one: (one.on, list(LimitationChange).index(one.change))):
        match event.change:
            case LimitationChange.FILED:
                if end is not None and event.on <= end:
                    filed_on, left, end = event.on, end - event.on, None
            case LimitationChange.RESUMED:
                if end is None and filed_on is not None:
                    end = max(event.on + left, months_after(event.on, _LEAST_MONTHS))
                    filed_on = None
            case LimitationChange.ACKNOWLEDGED:
                if end is None:
                    left = max(left, years_after(event.on, years) - event.on)
                else:
                    end = max(end, years_after(event.on, years))
    return end


def mark(
    due_on: date, events: Sequence[LimitationEvent], *, on: date, years: int = 3
) -> LimitationMark:
    """Mark a debt as of a day: what happened later is not known yet."""
    end = last_day(due_on, [one for one in events if one.on <= on], years=years)
    return LimitationMark(due_on, end, end is not None and on > end)


def months_after(day: date, months: int) -> date:
    """Give the same day so many months later, the last one of a shorter month."""
    month = Period(day.year, day.month).plus(months)
    return month.first_day.replace(day=min(day.day, month.days))
