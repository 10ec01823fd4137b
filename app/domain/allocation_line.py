"""A line of an allocation: what a part of a payment pays, and by which clause it lies there."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.domain.ledger import EntryKind
from app.domain.period import Period


class AllocationKind(StrEnum):
    """What a line of an allocation pays; an advance is a payment of nothing owed yet."""

    PAYMENT = "payment"
    PENALTY_PAYMENT = "penalty_payment"
    ADVANCE = "advance"

    @property
    def entry_kind(self) -> EntryKind:
        return (
            EntryKind.PENALTY_PAYMENT
            if self is AllocationKind.PENALTY_PAYMENT
            else EntryKind.PAYMENT
        )


class AllocationStep(StrEnum):
    """Which step of the algorithm gave the money (money.md §2.3)."""

    NAMED = "named"
    BY_HAND = "by-hand"
    DOCUMENT = "document"
    CURRENT = "current"
    OLDEST = "oldest"
    TIME_BARRED = "time-barred"
    ADVANCE = "advance"
    ADVANCE_ACCOUNT = "advance-account"


class AllocationRule(StrEnum):
    """How the money of one step was shared by the lines."""

    CHARGES = "charges"
    DEBT = "debt"
    PRIORITY = "priority"
    SUPPLIER = "supplier"
    PENALTIES = "penalties"
    OWN_LINE = "own-line"
    WHOLE = "whole"


class AllocationReason(NamedTuple):
    """Why a line has what it has; kopecks.

    :ivar pool_kop: what was shared when the line got its part
    :ivar weight_kop: of this line, of the `whole_kop` of all that shared
    :ivar whole_kop: 0 when the line was paid off or got the pool alone
    :ivar extra_kop: 1 when the line got the kopeck left of rounding
    :ivar note: what the payer named, or why a person split it so
    """

    step: AllocationStep
    rule: AllocationRule
    pool_kop: int = 0
    weight_kop: int = 0
    whole_kop: int = 0
    extra_kop: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class AllocationLine:
    """A part of a payment, positive kopecks; lines kept before reasons were have none."""

    service_id: UUID
    contract_id: UUID
    origin_period: Period
    kind: AllocationKind
    amount_kop: int
    reason: AllocationReason | None = None


@dataclass(frozen=True, slots=True)
class Allocation:
    """One payment over dues: oldest period first, penalties after, the advance last."""

    lines: tuple[AllocationLine, ...]

    @property
    def amount_kop(self) -> int:
        return sum(line.amount_kop for line in self.lines)

    @property
    def advance_kop(self) -> int:
        return sum(line.amount_kop for line in self.lines if line.kind is AllocationKind.ADVANCE)
