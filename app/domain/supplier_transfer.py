"""What is due to each supplier on a working day (ПП РФ № 253, пп. 5, 6; money.md §2.5).

    payment ── credited on ──▶ waits ──▶ goes on T with all that waits for its contract, when
                                          the sum is 5 000 ₽ or more, or
                                          T is the fifth working day after the oldest credit
    a reversal or refund of what went is negative and lessens the next transfer

Only what was credited before T waits for T; `accumulated_same_day` also takes the day itself
when it fills up what waits from before.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

IsWorking = Callable[[date], bool]

MINIMUM_KOP = 500_000
DAYS_MAX = 5
CREDIT_DAYS = {"desk": 0, "bank": 1, "agent": 1, "cabinet": 1}
_LONGEST_REST = 366  # no calendar rests as long


class TransferState(StrEnum):
    """What becomes of the money of a contract on a day."""

    DAILY = "daily"  # 5 000 ₽ or more
    ACCUMULATED = "accumulated"  # the fifth working day
    SAME_DAY = "same-day"  # 5 000 ₽ with what came this very day
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class TransferTerms:
    """The settings of transfers in force.

    :ivar credit_days: channel to working days from the payment to its credit, when the bank's
        day is not known; 0 is the day of the payment itself
    :ivar reconciled_only: channels whose payments wait until the bank has shown the credit
    """

    minimum_kop: int = MINIMUM_KOP
    days_max: int = DAYS_MAX
    accumulated_same_day: bool = False
    credit_days: Mapping[str, int] = field(default_factory=lambda: dict(CREDIT_DAYS))
    reconciled_only: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Received:
    """Lines of payments of one contract that came alike, not transferred yet.

    :ivar credited_on: shown by the bank, or the day of a document that is no payment; None: the
        day follows from the channel
    :ivar amount_kop: negative: reversed or refunded more than came
    """

    contract: str
    channel: str
    paid_on: date
    credited_on: date | None
    amount_kop: int
    payments: int


@dataclass(frozen=True, slots=True)
class SupplierDue:
    """What waits for a contract, and whether it goes on the day.

    :ivar waits_since: the oldest credit of what waits
    :ivar deadline: the working day on which it goes at the latest
    """

    contract: str
    amount_kop: int
    payments: int
    state: TransferState
    waits_since: date
    deadline: date

    @property
    def goes(self) -> bool:
        return self.state is not TransferState.WAITING


def working_day_after(day: date, *, days: int, is_working: IsWorking) -> date:
    """Give the n-th working day after a day; with 0 days, the day itself."""
    assert days >= 0
    left, found = days, day
    for _ in range(_LONGEST_REST * (days + 1)):
        if not left:
            return found
        found += timedelta(days=1)
        left -= is_working(found)
    raise AssertionError("a calendar has working days")


def credited_on(one: Received, terms: TransferTerms, *, is_working: IsWorking) -> date | None:
    """Give the day the money reached the centre; None when only the bank can tell."""
    if one.credited_on is not None:
        return one.credited_on
    if one.channel in terms.reconciled_only:
        return None
    days = terms.credit_days.get(one.channel, 1)
    return working_day_after(one.paid_on, days=days, is_working=is_working)


def last_paid_on(
    channel: str, terms: TransferTerms, *, before: date, is_working: IsWorking
) -> date | None:
    """Give the last day of payment whose money is credited before a day, None when none is.

    The credit never comes earlier for a later payment, so this one day says it of all.
    """
    if channel in terms.reconciled_only:
        return None
    days = terms.credit_days.get(channel, 1)
    day = before - timedelta(days=1)
    while working_day_after(day, days=days, is_working=is_working) >= before:
        day -= timedelta(days=1)
    return day


def due_on(
    day: date, received: Iterable[Received], *, terms: TransferTerms, is_working: IsWorking
) -> tuple[SupplierDue, ...]:
    """Decide for each contract whether its money goes on a working day.

    A contract whose sum is zero or less waits: nothing can be sent.

    :param day: T, a working day
    :returns: in the order of the contracts; those with nothing credited yet are not there
    """
    assert is_working(day)
    by_contract: dict[str, list[tuple[date, Received]]] = {}
    for one in received:
        credit = credited_on(one, terms, is_working=is_working)
        latest = day if terms.accumulated_same_day else day - timedelta(days=1)
        if credit is not None and credit <= latest:
            by_contract.setdefault(one.contract, []).append((credit, one))
    found = []
    for contract, lines in sorted(by_contract.items()):
        decided = _decide(day, contract, lines, terms, is_working)
        if decided is not None:
            found.append(decided)
    return tuple(found)


def _decide(
    day: date,
    contract: str,
    lines: list[tuple[date, Received]],
    terms: TransferTerms,
    is_working: IsWorking,
) -> SupplierDue | None:
    before = [one for credit, one in lines if credit < day]
    of_day = [one for credit, one in lines if credit == day]
    if not before:
        return None
    waiting_kop = sum(one.amount_kop for one in before)
    since = _oldest_credit(lines, day)
    deadline = working_day_after(since, days=terms.days_max, is_working=is_working)
    state, taken = TransferState.WAITING, before
    if waiting_kop >= terms.minimum_kop:
        state = TransferState.DAILY
    elif waiting_kop > 0 and day >= deadline:
        state = TransferState.ACCUMULATED
    elif of_day and waiting_kop > 0 and _sum(before) + _sum(of_day) >= terms.minimum_kop:
        state, taken = TransferState.SAME_DAY, before + of_day
    return SupplierDue(
        contract,
        amount_kop=_sum(taken),
        payments=sum(one.payments for one in taken),
        state=state,
        waits_since=since,
        deadline=deadline,
    )


def _sum(lines: list[Received]) -> int:
    return sum(one.amount_kop for one in lines)


def _oldest_credit(lines: list[tuple[date, Received]], day: date) -> date:
    """Give the oldest day on which money came; a day that only took away does not hurry."""
    of_day: dict[date, int] = {}
    for credit, one in lines:
        if credit < day:
            of_day[credit] = of_day.get(credit, 0) + one.amount_kop
    return min((credit for credit, kop in of_day.items() if kop > 0), default=min(of_day))
