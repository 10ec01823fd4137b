"""Every change rests on a voucher: who, when, why, and a key made before anything is sent.

    pending ──▶ posted ──▶ reversed by another voucher (a charge run: voided by the next one)
       └──────▶ voided

The key is the identity: the same call with the same key is made once, however often it is sent.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class VoucherKind(StrEnum):
    """What a voucher does."""

    CHARGE_RUN = "charge-run"
    PAYMENT = "payment"
    OPENING_BALANCE = "opening-balance"
    ADJUSTMENT = "adjustment"
    PENALTY = "penalty"
    TRANSFER = "transfer"
    REVERSAL = "reversal"
    IMPORT = "import"
    CLOSING = "closing"
    SETOFF = "setoff"
    WRITE_OFF = "write-off"
    REFUND = "refund"
    PAYMENT_TRANSFER = "payment-transfer"
    REALLOCATION = "reallocation"
    CONTRACT_CHANGE = "contract-change"
    BANK_TRANSFER = "bank-transfer"
    REOPENING = "reopening"
    INSTALMENT = "instalment"


@dataclass(frozen=True, slots=True)
class Voucher:
    """The document under a change of the books.

    :ivar key: UUIDv7 made by the client once an intent, kept through every retry
    :ivar made_at: the client's clock, with a zone
    """

    key: UUID
    kind: VoucherKind
    actor: str
    made_at: datetime
    reason: str | None = None
    branch_id: int = 0

    def __post_init__(self) -> None:
        assert self.made_at.tzinfo is not None
        assert self.actor
