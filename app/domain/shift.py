"""A cash shift: who stands at which desk, what the drawer must hold, what receipts are called.

    closed ──▶ open ──▶ closed

    expected cash = opening + put in + taken − given back − taken out (money.md §3.1, K3)

Only cash moves the drawer; cards and СБП are compared with their terminal. What belongs to a
shift says so by the shift's key, never by a time: a shift may pass midnight.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.domain import money
from app.domain.tender import Tender
from app.errors import Refusal

# Banknotes and coins of the Bank of Russia that are given out, kopecks.
DENOMINATIONS_KOP = (
    500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5_000, 1_000, 500, 200, 100, 50, 10, 5, 1,
)  # fmt: skip


class ShiftClosed(Refusal):
    """Money is taken only in an open shift."""


class TooLittleTendered(Refusal):
    """The payer gave less than the payment."""


class NotChanged(Refusal):
    """Change is given from cash alone."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One shift of one desk; the key is made by the desk."""

    key: UUID
    branch_id: int
    desk_no: int
    shift_no: int
    cashier: str
    opened_at: datetime
    opening_cash_kop: int = 0
    closed_at: datetime | None = None

    def __post_init__(self) -> None:
        assert self.desk_no > 0
        assert self.shift_no > 0
        assert self.opening_cash_kop >= 0

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def require_open(self) -> None:
        """Let through only an open shift.

        :raises ShiftClosed: when it is closed
        """
        if not self.is_open:
            raise ShiftClosed(
                f"Смена № {self.shift_no} на кассе {self.desk_no} закрыта. "
                "Откройте новую смену и примите платёж в ней."
            )

    def receipt_number(self, receipt_no: int) -> str:
        """Give the number as printed: филиал-касса-смена-№, 03-02-0145-0057."""
        return receipt_number(
            self.branch_id, desk_no=self.desk_no, shift_no=self.shift_no, receipt_no=receipt_no
        )


@dataclass(frozen=True, slots=True)
class DrawerCount:
    """The money in the drawer as counted: how many of each denomination."""

    pieces: Mapping[int, int]

    def __post_init__(self) -> None:
        assert set(self.pieces) <= set(DENOMINATIONS_KOP)
        assert all(count >= 0 for count in self.pieces.values())

    @property
    def total_kop(self) -> int:
        return sum(value * count for value, count in self.pieces.items())


@dataclass(frozen=True, slots=True)
class ShiftPayment:
    """A payment as its shift counts it; a reversal is negative."""

    amount_kop: int
    tender: Tender
    receipt_no: int


@dataclass(frozen=True, slots=True)
class ShiftTotals:
    """What a shift has done; taken and returned are positive, by tender."""

    opening_cash_kop: int
    cash_in_kop: int = 0
    cash_out_kop: int = 0
    taken_kop: Mapping[Tender, int] = field(default_factory=dict)
    returned_kop: Mapping[Tender, int] = field(default_factory=dict)
    payments: int = 0
    last_receipt_no: int = 0

    @property
    def expected_cash_kop(self) -> int:
        """What the drawer must hold now."""
        return (
            self.opening_cash_kop
            + self.cash_in_kop
            + self.taken_kop.get(Tender.CASH, 0)
            - self.returned_kop.get(Tender.CASH, 0)
            - self.cash_out_kop
        )

    @property
    def amount_kop(self) -> int:
        """The money of all tenders, given back taken off."""
        return sum(self.taken_kop.values()) - sum(self.returned_kop.values())

    def difference_kop(self, counted_kop: int) -> int:
        """Give излишек (positive) or недостача (negative)."""
        return counted_kop - self.expected_cash_kop


def receipt_number(branch_id: int, *, desk_no: int, shift_no: int, receipt_no: int) -> str:
    """Give a receipt number as printed; no two desks, shifts or branches share one."""
    assert receipt_no > 0
    return f"{branch_id:02d}-{desk_no:02d}-{shift_no:04d}-{receipt_no:04d}"


def totals(
    payments: Iterable[ShiftPayment],
    *,
    opening_cash_kop: int,
    cash_in_kop: int = 0,
    cash_out_kop: int = 0,
) -> ShiftTotals:
    """Add up the payments of a shift."""
    taken: dict[Tender, int] = {}
    returned: dict[Tender, int] = {}
    count = last = 0
    for payment in payments:
        into = taken if payment.amount_kop > 0 else returned
        into[payment.tender] = into.get(payment.tender, 0) + abs(payment.amount_kop)
        count += 1
        last = max(last, payment.receipt_no)
    return ShiftTotals(
        opening_cash_kop=opening_cash_kop,
        cash_in_kop=cash_in_kop,
        cash_out_kop=cash_out_kop,
        taken_kop=taken,
        returned_kop=returned,
        payments=count,
        last_receipt_no=last,
    )


def change_of(amount_kop: int, *, tendered_kop: int | None, tender: Tender) -> int:
    """Give the change (сдача), from cash alone (money.md §3.1, K7).

    :param tendered_kop: what the payer handed over; None is exactly the amount
    :raises TooLittleTendered: when it is less than the amount
    :raises NotChanged: when more than the amount is given by card or СБП
    """
    given = amount_kop if tendered_kop is None else tendered_kop
    if given < amount_kop:
        raise TooLittleTendered(
            f"Внесено {money.shown(given)} ₽, а платёж {money.shown(amount_kop)} ₽: не хватает "
            f"{money.shown(amount_kop - given)} ₽. Примите ещё или уменьшите платёж."
        )
    if given > amount_kop and tender is not Tender.CASH:
        raise NotChanged(
            f"Сдача даётся только с наличных. Проведите по терминалу {money.shown(amount_kop)} ₽."
        )
    return given - amount_kop
