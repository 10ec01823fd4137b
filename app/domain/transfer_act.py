"""Acts as papers: of balance transfer, and of a change of supplier or provider.

    TransferAct        number, day, basis · from whom, to whom · ActLine by account, service, period
    ContractChangeAct  number, day, basis · old and new contract · services, houses · ActLine

A line is what leaves; what arrives is the same, so an act is in balance by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.period import Period


class TransferKind(StrEnum):
    """Between what a balance moves."""

    ACCOUNT = "account"
    CREDITOR = "creditor"
    SERVICE = "service"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class ActTotals:
    """Sums of an act, kopecks; the advance is positive here and lowers the whole.

    :ivar principal_kop: debts within limitation, `barred_kop` those beyond
    """

    principal_kop: int = 0
    barred_kop: int = 0
    advance_kop: int = 0
    penalty_kop: int = 0

    @property
    def total_kop(self) -> int:
        return self.principal_kop + self.barred_kop - self.advance_kop + self.penalty_kop

    def __add__(self, other: "ActTotals") -> "ActTotals":
        return ActTotals(
            self.principal_kop + other.principal_kop,
            self.barred_kop + other.barred_kop,
            self.advance_kop + other.advance_kop,
            self.penalty_kop + other.penalty_kop,
        )


@dataclass(frozen=True, slots=True)
class ActLine:
    """What leaves of one account, service and period."""

    account: str
    payer: str
    address: str
    service: str
    origin: Period
    sums: ActTotals
    contract: str = ""


@dataclass(frozen=True, slots=True)
class TransferAct:
    """An act of balance transfer.

    :ivar giver: who or what the balance leaves, `taker` who or what it comes to, in words
    :ivar undone_on: the day it was undone, None: it counts
    :ivar is_draft: a preview, nothing is posted
    """

    kind: TransferKind
    number: str
    dated: date
    basis: str
    moved_on: date
    giver: str
    taker: str
    lines: tuple[ActLine, ...]
    centre: str = ""
    undone_on: date | None = None
    is_draft: bool = False

    @property
    def totals(self) -> ActTotals:
        return summed(line.sums for line in self.lines)

    @property
    def accounts(self) -> int:
        return len({line.account for line in self.lines})


@dataclass(frozen=True, slots=True)
class ChangedService:
    """A service that goes to another contract: where, and from which day."""

    name: str
    place: str
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class ContractChangeAct:
    """An act of change of a supplier or provider.

    :ivar old: the contract, provider and creditor before; `taking` those after, in words
    :ivar accounts: how many accounts it touches
    :ivar recalculated: charged months that wait to be recalculated
    :ivar lines: balances that move, none when they stay
    """

    number: str
    dated: date
    basis: str
    changed_on: date
    old: str
    taking: str
    services: tuple[ChangedService, ...]
    accounts: int
    with_balance: bool
    with_penalty: bool
    lines: tuple[ActLine, ...] = ()
    recalculated: tuple[Period, ...] = ()
    centre: str = ""
    undone_on: date | None = None
    is_draft: bool = False

    @property
    def totals(self) -> ActTotals:
        return summed(line.sums for line in self.lines)


def summed(sums: Iterable[ActTotals]) -> ActTotals:
    """Add sums part by part."""
    return sum(sums, ActTotals())
