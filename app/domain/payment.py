"""A payment as it is asked for, and as it is kept: the words of the desk, its journal, the books.

PaymentOrder ──▶ document ──▶ journal of the desk ──▶ accept_payment ──▶ voucher.request
     ▲               │
     └── of_document ┘      the same bytes, so a retry after a crash asks for the same thing
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.domain import period
from app.domain.allocation_line import (
    AllocationKind,
    AllocationLine,
    AllocationReason,
    AllocationRule,
    AllocationStep,
)
from app.domain.period import Period
from app.domain.tender import Tender


class Channel(StrEnum):
    """Where the money came in."""

    DESK = "desk"
    BANK = "bank"
    AGENT = "agent"
    CABINET = "cabinet"


CHANNEL_WORDS = {
    "касса": Channel.DESK,
    "банк": Channel.BANK,
    "агент": Channel.AGENT,
    "кабинет": Channel.CABINET,
}


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """What is asked: whose money, how much, how it is spread.

    :ivar paid_on: the day the payer gave the money, whatever day it reaches us
    :ivar accepted_at: the clock of the desk, with a zone
    :ivar for_period: the period of the document or the one the payer named
    :ivar expected_version: of the books the lines were computed from; None does not check
    :ivar is_confirmed: take it although the same sum was paid a short time ago
    """

    account_number: str
    amount_kop: int
    paid_on: date
    accepted_at: datetime
    lines: tuple[AllocationLine, ...]
    channel: Channel = Channel.DESK
    tender: Tender | None = None
    tendered_kop: int | None = None
    shift: UUID | None = None
    agent_code: str | None = None
    external_id: str | None = None
    for_period: Period | None = None
    expected_version: str | None = None
    is_confirmed: bool = False

    def __post_init__(self) -> None:
        assert self.accepted_at.tzinfo is not None
        assert self.amount_kop > 0
        assert sum(line.amount_kop for line in self.lines) == self.amount_kop
        assert (self.tendered_kop or self.amount_kop) >= self.amount_kop

    @property
    def change_kop(self) -> int:
        """Сдача: what is given back at the desk."""
        return 0 if self.tendered_kop is None else self.tendered_kop - self.amount_kop

    def document(self) -> dict[str, Any]:
        """Give it as plain values, for the journal of the desk."""
        return {
            "account_number": self.account_number,
            "amount_kop": self.amount_kop,
            "paid_on": self.paid_on.isoformat(),
            "accepted_at": self.accepted_at.isoformat(),
            "lines": [line_document(line) for line in self.lines],
            "channel": self.channel.value,
            "tender": self.tender.value if self.tender else None,
            "tendered_kop": self.tendered_kop,
            "shift": str(self.shift) if self.shift else None,
            "agent_code": self.agent_code,
            "external_id": self.external_id,
            "for_period": str(self.for_period) if self.for_period else None,
            "expected_version": self.expected_version,
            "is_confirmed": self.is_confirmed,
        }


def of_document(document: dict[str, Any]) -> PaymentOrder:
    """Give back the order of a journal row."""
    return PaymentOrder(
        account_number=document["account_number"],
        amount_kop=document["amount_kop"],
        paid_on=date.fromisoformat(document["paid_on"]),
        accepted_at=datetime.fromisoformat(document["accepted_at"]),
        lines=tuple(line_of_document(line) for line in document["lines"]),
        channel=Channel(document["channel"]),
        tender=Tender(document["tender"]) if document["tender"] else None,
        tendered_kop=document["tendered_kop"],
        shift=UUID(document["shift"]) if document["shift"] else None,
        agent_code=document["agent_code"],
        external_id=document["external_id"],
        for_period=period.parse(document["for_period"]) if document["for_period"] else None,
        expected_version=document["expected_version"],
        is_confirmed=document["is_confirmed"],
    )


def line_document(line: AllocationLine) -> dict[str, Any]:
    """Give a line as the server function reads it; amounts are positive."""
    document = {
        "service_id": str(line.service_id),
        "contract_id": str(line.contract_id),
        "origin_period": line.origin_period.first_day.isoformat(),
        "kind": int(line.kind.entry_kind),
        "paid_as": line.kind.value,
        "amount_kop": line.amount_kop,
    }
    if line.reason is not None:
        document["why"] = _reason_document(line.reason)
    return document


def line_of_document(document: dict[str, Any]) -> AllocationLine:
    """Give back a line; lines kept by earlier versions have no reason."""
    return AllocationLine(
        service_id=UUID(document["service_id"]),
        contract_id=UUID(document["contract_id"]),
        origin_period=period.of(date.fromisoformat(document["origin_period"])),
        kind=AllocationKind(document["paid_as"]),
        amount_kop=document["amount_kop"],
        reason=reason_of_document(document.get("why")),
    )


def reason_of_document(document: dict[str, Any] | None) -> AllocationReason | None:
    """Give back why a line has what it has; None when it was not kept."""
    if document is None:
        return None
    numbers = {name: value for name, value in document.items() if name not in {"step", "rule"}}
    return AllocationReason(
        AllocationStep(document["step"]), AllocationRule(document["rule"]), **numbers
    )


def _reason_document(reason: AllocationReason) -> dict[str, Any]:
    """Give a reason without what is nothing."""
    named = reason._asdict()
    return {name: value for name, value in named.items() if value or name in {"step", "rule"}}
