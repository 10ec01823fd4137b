"""What the cash desk shows and what it can do: the values, the actions, the stages.

EMPTY ──scan──► LOOKING ──► DUES ──Enter──► TAKING ──► PAID ──scan──► LOOKING
▲                │          │               │          └── not printed: Enter prints again
└── Esc ─────────┴──────────┘               ├── refused: DUES
CLOSED ──Enter──► EMPTY                       └── no answer: UNANSWERED ──Enter──► TAKING, same key
ASKING: money would leave (F4) or the shift would end (F12); Enter does it, Esc does not
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any, Protocol

from app.domain.tender import Tender


class Stage(Enum):
    """Where the desk stands."""

    CLOSED = auto()
    EMPTY = auto()
    LOOKING = auto()
    DUES = auto()
    TAKING = auto()
    UNANSWERED = auto()
    PAID = auto()
    ASKING = auto()


@dataclass(frozen=True, slots=True)
class DuesLine:
    """One service of an account: what is owed and what the document proposes to pay."""

    service: str
    debt_kop: int
    proposed_kop: int


@dataclass(frozen=True, slots=True)
class Dues:
    """What an account owes now.

    :param proposed_kop: the sum to propose: of the scanned document, or all that is owed
    :param debt_months: whole months overdue, 0 when none
    :param books: whatever the actions need back (version of the books, ids); the page never looks
    """

    account_number: str
    payer: str
    address: str
    proposed_kop: int
    lines: tuple[DuesLine, ...]
    debt_months: int = 0
    period: str = ""
    books: Any = None


@dataclass(frozen=True, slots=True)
class SplitLine:
    """What one service gets of the amount; same order and names as the lines of the dues."""

    service: str
    amount_kop: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """A payment that was taken.

    :param sentence: what to tell when the paper did not come, "" when it did
    :param at: in the time of the desk's wall clock
    """

    number: str
    account_number: str
    amount_kop: int
    change_kop: int
    tender: Tender
    at: datetime
    printed: bool = True
    sentence: str = ""
    payer: str = ""
    voucher: Any = None


@dataclass(frozen=True, slots=True)
class ShiftNow:
    """The shift of this desk: its number (None when closed) and its receipts, the latest first."""

    number: int | None
    opened_at: datetime | None = None
    payments: int = 0
    taken_kop: int = 0
    cash_kop: int = 0
    receipts: tuple[Receipt, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.number is not None


class DeskActions(Protocol):
    """What the page can ask for. All but split run off the GUI thread and raise app errors."""

    def shift(self) -> ShiftNow:
        """Give the shift as it is now."""

    def open_shift(self) -> ShiftNow: ...

    def close_shift(self) -> ShiftNow: ...

    def look_up(self, scan: str | bytes) -> Dues:
        """Read a scan (bytes from a cable, letters from keys) or a typed number; give the dues."""

    def split(self, dues: Dues, amount_kop: int) -> tuple[SplitLine, ...]:
        """Divide an amount over the lines of the dues; pure and quick."""

    def take(
        self, dues: Dues, *, amount_kop: int, tendered_kop: int, tender: Tender, key: uuid.UUID
    ) -> Receipt:
        """Take money; again with the same key is the same payment."""

    def reprint(self, receipt: Receipt) -> Receipt:
        """Print a receipt again."""

    def cancel_last(self, receipt: Receipt) -> ShiftNow:
        """Give the money of the last receipt back and give the shift after it."""
