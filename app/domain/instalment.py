"""Instalment agreements: a debt paid in parts, while current bills are paid as they come.

    active ──▶ done         every part is paid
       ├─────▶ broken       a part is late by more than so many days: all that is left is due
       └─────▶ cancelled    by a document

    debts      services, contracts, periods of the agreement: principal and penalty
    parts      equal shares in kopecks, the kopecks left over go one each to the earliest
    received   what came to those debts since the agreement, by day: it pays the parts in order

ПП РФ № 354, п. 72-75; money.md §8. Kopecks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

from app.domain import money
from app.domain.limitation import months_after
from app.domain.money import MILLION
from app.domain.period import Period
from app.errors import Refusal

MOST_PARTS = 120
_DAYS_OF_YEAR = 365


class NotAnAgreement(Refusal):
    """An agreement of nothing, of too many parts, or with days that do not follow each other."""


class InstalmentStatus(StrEnum):
    """What has become of an agreement."""

    ACTIVE = "active"
    DONE = "done"
    BROKEN = "broken"
    CANCELLED = "cancelled"


STATUS_WORDS = {
    InstalmentStatus.ACTIVE: "действует",
    InstalmentStatus.DONE: "выполнено",
    InstalmentStatus.BROKEN: "нарушено",
    InstalmentStatus.CANCELLED: "расторгнуто",
}


class InstalmentOrder(StrEnum):
    """What money pays first while an agreement is active (рассрочка.порядок)."""

    PARTS_FIRST = "parts_first"
    CURRENT_FIRST = "current_first"


ORDER_WORDS = {
    "сначала части": InstalmentOrder.PARTS_FIRST,
    "сначала текущее": InstalmentOrder.CURRENT_FIRST,
}


@dataclass(frozen=True, slots=True)
class InstalmentDebt:
    """A debt the agreement is about; neither part is negative."""

    service_id: UUID
    contract_id: UUID
    origin_period: Period
    principal_kop: int
    penalty_kop: int = 0
    service_name: str = ""

    @property
    def amount_kop(self) -> int:
        return self.principal_kop + self.penalty_kop


@dataclass(frozen=True, slots=True)
class InstalmentPart:
    """A part to be paid by a day; interest is paid beside it."""

    part_no: int
    due_on: date
    amount_kop: int
    interest_kop: int = 0


@dataclass(frozen=True, slots=True)
class InstalmentAgreement:
    """What was agreed.

    :ivar late_days: a part later than this breaks the agreement
    :ivar stops_penalty: no penalties for its debts from the day of agreement
    """

    number: str
    agreed_on: date
    debts: tuple[InstalmentDebt, ...]
    parts: tuple[InstalmentPart, ...]
    interest_ppm: int = 0
    late_days: int = 30
    stops_penalty: bool = False

    @property
    def amount_kop(self) -> int:
        return sum(debt.amount_kop for debt in self.debts)


@dataclass(frozen=True, slots=True)
class PartState:
    """How a part stands on a day.

    :ivar paid_on: when the last kopeck of it came, None while something is missing
    """

    part: InstalmentPart
    paid_kop: int
    paid_on: date | None

    def days_late(self, on: date) -> int:
        """Give by how many days it is, or was, late."""
        return max(((self.paid_on or on) - self.part.due_on).days, 0)


@dataclass(frozen=True, slots=True)
class InstalmentState:
    """How an agreement stands on a day; due_kop is what should have been paid by then and is not.

    :ivar broken_on: the first day past the patience, None if it never came
    """

    status: InstalmentStatus
    parts: tuple[PartState, ...]
    left_kop: int
    due_kop: int
    broken_on: date | None = None


def schedule(
    amount_kop: int,
    *,
    agreed_on: date,
    days: Sequence[date],
    first_payment_kop: int = 0,
    interest_ppm: int = 0,
) -> tuple[InstalmentPart, ...]:
    """Divide a debt into parts: the first payment on the day of agreement, then equal ones.

    Interest is simple, on what is left, by days of 365, half up by part.

    :param days: days of the equal parts, ascending, none before the agreement
    :raises NotAnAgreement: when there is nothing to divide, or days do not follow each other
    """
    rest = amount_kop - first_payment_kop
    _require(amount_kop, days, agreed_on=agreed_on, first_payment_kop=first_payment_kop)
    share, more = divmod(rest, len(days))
    amounts = [share + (place < more) for place in range(len(days))]
    if first_payment_kop:
        amounts, days = [first_payment_kop, *amounts], [agreed_on, *days]
    parts, left, before = [], amount_kop, agreed_on
    for number, (due_on, amount) in enumerate(zip(days, amounts, strict=True), 1):
        interest = left * interest_ppm * (due_on - before).days
        bottom = MILLION * _DAYS_OF_YEAR
        parts.append(
            InstalmentPart(number, due_on, amount, (2 * interest + bottom) // (2 * bottom))
        )
        left, before = left - amount, due_on
    assert not left
    return tuple(parts)


def monthly(first_on: date, count: int) -> tuple[date, ...]:
    """Give the days of so many monthly parts: the same day, the last one of a shorter month.

    :raises NotAnAgreement: when there are none or too many
    """
    if not 1 <= count <= MOST_PARTS:
        raise NotAnAgreement(f"Частей рассрочки бывает от 1 до {MOST_PARTS}, а указано {count}.")
    return tuple(months_after(first_on, month) for month in range(count))


def _require(
    amount_kop: int, days: Sequence[date], *, agreed_on: date, first_payment_kop: int
) -> None:
    if amount_kop <= 0:
        raise NotAnAgreement("Рассрочивать нечего: долга у выбранных периодов нет.")
    if not 0 <= first_payment_kop < amount_kop:
        raise NotAnAgreement(
            f"Первый взнос {money.shown(first_payment_kop)} ₽ не подходит: он не меньше нуля и "
            f"меньше долга {money.shown(amount_kop)} ₽."
        )
    if not 1 <= len(days) <= MOST_PARTS:
        raise NotAnAgreement(
            f"Частей рассрочки бывает от 1 до {MOST_PARTS}, а указано {len(days)}."
        )
    if amount_kop - first_payment_kop < len(days):
        raise NotAnAgreement(
            f"Долг {money.shown(amount_kop)} ₽ не делится на {len(days)} частей: "
            "в каждой должна быть хотя бы копейка."
        )
    if days[0] < agreed_on or (first_payment_kop and days[0] == agreed_on):
        raise NotAnAgreement(
            f"Первая часть {days[0]:%d.%m.%Y} раньше, чем можно: соглашение от "
            f"{agreed_on:%d.%m.%Y}. Назовите более поздний день."
        )
    if any(later <= earlier for earlier, later in pairwise(days)):
        raise NotAnAgreement("Дни частей не по порядку: каждая часть позже предыдущей.")


def state(
    agreement: InstalmentAgreement,
    received: Sequence[tuple[date, int]],
    *,
    on: date,
    ended: tuple[InstalmentStatus, date] | None = None,
) -> InstalmentState:
    """Say how an agreement stands on a day.

    :param received: day and amount of what came to its debts since the agreement; taken back < 0
    :param ended: the document that ended it, if there is one
    """
    known = sorted((day, amount) for day, amount in received if day <= on)
    came = min(sum(amount for _, amount in known), agreement.amount_kop)
    parts, reached = [], 0
    for part in agreement.parts:
        paid = min(max(came - reached, 0), part.amount_kop)
        reached += part.amount_kop
        whole = paid == part.amount_kop
        parts.append(PartState(part, paid, _reached_on(known, reached) if whole else None))
    broken = [
        one.part.due_on + timedelta(days=agreement.late_days + 1)
        for one in parts
        if one.days_late(on) > agreement.late_days
    ]
    left = agreement.amount_kop - max(came, 0)
    if ended is not None:
        status = ended[0]
    elif broken:
        status = InstalmentStatus.BROKEN
    else:
        status = InstalmentStatus.ACTIVE if left else InstalmentStatus.DONE
    is_active = status is InstalmentStatus.ACTIVE
    due = sum(
        one.part.amount_kop - one.paid_kop
        for one in parts
        if one.part.due_on <= on or not is_active
    )
    return InstalmentState(status, tuple(parts), left, due, min(broken, default=None))


def _reached_on(known: Sequence[tuple[date, int]], wanted: int) -> date:
    """Give the day since which what came has never been less than wanted."""
    sums, running = [], 0
    for _, amount in known:
        running += amount
        sums.append(running)
    place = len(sums) - 1
    while place > 0 and sums[place - 1] >= wanted:
        place -= 1
    return known[place][0]


@dataclass(frozen=True, slots=True)
class DebtShare:
    """What a part of the agreement pays of one of its debts."""

    debt: InstalmentDebt
    principal_kop: int
    penalty_kop: int

    @property
    def amount_kop(self) -> int:
        return self.principal_kop + self.penalty_kop


def shares(
    agreement: InstalmentAgreement, amount_kop: int, *, already_kop: int
) -> tuple[DebtShare, ...]:
    """Say which debts an amount pays after what was paid already: oldest first, then penalties."""
    ordered = sorted(
        agreement.debts,
        key=lambda one: (one.origin_period, str(one.contract_id), str(one.service_id)),
    )
    owed = [debt.principal_kop for debt in ordered] + [debt.penalty_kop for debt in ordered]
    paid, skip, left = [], already_kop, amount_kop
    for one in owed:
        passed = min(skip, one)
        skip -= passed
        paid.append(min(left, one - passed))
        left -= paid[-1]
    size = len(ordered)
    return tuple(
        DebtShare(debt, paid[place], paid[size + place])
        for place, debt in enumerate(ordered)
        if paid[place] or paid[size + place]
    )
