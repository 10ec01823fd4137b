"""Take one payment: journal, books, receipt, in this order (reliability.md §2a).

    INTENT ──▶ books ──▶ DB_OK ──▶ receipt ──▶ DONE
       └ refused ─▶ VOID            └ printer gone: the payment stays, the sentence is shown

Nothing prints before the books have the payment; a lost answer is asked for again by the same
key; a crash anywhere leaves a row that resume_payments finishes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from app.devices.protocols import ReceiptPrinter
from app.domain import period
from app.domain.allocation import AllocationLine
from app.domain.payment import PaymentOrder, line_of_document
from app.domain.period import Period
from app.domain.receipt import Receipt
from app.domain.shift import Shift
from app.domain.tender import Tender
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Outage, Refusal
from app.store import sending
from app.store.desk_journal import (
    DeskJournal,
    JournalBroken,
    JournalFull,
    JournalRow,
    JournalState,
)
from app.store.engine import Engine, RefusedByDatabase
from app.store.sending import PATIENCE, Patience

ReceiptOf = Callable[[str], Receipt]


class DuesChanged(Refusal):
    """The books of the account moved since the dues were read: read them and split again."""


class AlreadyVoid(Refusal):
    """The books refused this operation before."""


@dataclass(frozen=True, slots=True)
class PaymentTaken:
    """A payment that is in the books.

    :ivar period: the month it is posted into
    :ivar receipt: the printed number, None without a desk
    :ivar is_replay: an earlier try had taken it
    :ivar printed: whether the receipt is on paper
    :ivar remark: what the cashier must be told: the printer, the journal
    """

    key: UUID
    account_number: str
    amount_kop: int
    change_kop: int
    period: Period
    lines: tuple[AllocationLine, ...]
    receipt: str | None = None
    is_replay: bool = False
    printed: bool = False
    remark: str | None = None


def take_payment(
    engine: Engine,
    voucher: Voucher,
    *,
    order: PaymentOrder,
    journal: DeskJournal | None = None,
    shift: Shift | None = None,
    printer: ReceiptPrinter | None = None,
    receipt_of: ReceiptOf | None = None,
    patience: Patience = PATIENCE,
) -> PaymentTaken:
    """Take a payment once, however often this is called with the same voucher and order.

    :param receipt_of: makes the receipt of a printed number; needed with a printer
    :raises DuesChanged: when the lines were computed from other books
    :raises AlreadyPaid: when the same sum came a short time ago and is not confirmed
    :raises KeyReused: when the voucher's key was used for something else
    :raises Refusal: when a rule forbids it
    :raises NotSent: when the books do not answer; the journal keeps it for resume_payments
    :raises JournalFull: when the desk cannot write it down; nothing was sent
    """
    assert voucher.kind is VoucherKind.PAYMENT
    assert (journal is None) == (shift is None)
    assert printer is None or receipt_of is not None
    assert order.shift == (shift.key if shift else None)
    if shift is not None:
        shift.require_open()

    row = None if journal is None or shift is None else _begun(journal, shift, voucher, order)
    if row is not None and row.state is JournalState.VOID:
        raise AlreadyVoid(f"{row.remark} Начните платёж заново.")
    answer = _asked(engine, voucher, order=order, row=row, journal=journal, patience=patience)
    taken = _taken(answer, order, shift)
    if journal is None or row is None or row.state is JournalState.DONE:
        return taken

    remark = written(lambda: journal.confirm(voucher.key, answer))
    printed, trouble = put_on_paper(
        printer, receipt_of, taken.receipt, open_drawer=order.tender is Tender.CASH
    )
    remark = remark or written(lambda: journal.finish(voucher.key, printed=printed, remark=trouble))
    return replace(taken, printed=printed, remark=trouble or remark)


def written(step: Callable[[], object]) -> str | None:
    """Move the journal on; a disk that is full now does not undo money that is taken."""
    try:
        step()
    except (JournalFull, JournalBroken):
        return (
            "Платёж проведён, но журнал кассы его не дописал: на диске нет места. Освободите место "
            "и перезапустите программу, она сверит журнал сама."
        )
    return None


def put_on_paper(
    printer: ReceiptPrinter | None,
    receipt_of: ReceiptOf | None,
    number: str | None,
    *,
    open_drawer: bool,
    done: str = "Платёж проведён.",
) -> tuple[bool, str | None]:
    """Print a receipt; a printer that does not take it is a sentence, not a failure.

    :param done: what stays done whatever the printer says
    """
    if printer is None or receipt_of is None or number is None:
        return False, None
    try:
        printer.print_receipt(receipt_of(number), open_drawer=open_drawer)
    except Outage as error:
        return False, f"{done} {error}"
    return True, None


def explained(error: RefusedByDatabase) -> Refusal:
    """Give the refusal a person reads; moved dues have a class of their own."""
    return DuesChanged(str(error)) if error.detail == sending.DUES_CHANGED else error


def _begun(journal: DeskJournal, shift: Shift, voucher: Voucher, order: PaymentOrder) -> JournalRow:
    return journal.begin(
        voucher.key,
        shift=shift.key,
        kind="payment",
        actor=voucher.actor,
        made_at=voucher.made_at,
        amount_kop=order.amount_kop,
        request=order.document() | {"branch_id": voucher.branch_id},
    )


def _asked(
    engine: Engine,
    voucher: Voucher,
    *,
    order: PaymentOrder,
    row: JournalRow | None,
    journal: DeskJournal | None,
    patience: Patience,
) -> dict[str, Any]:
    if row is not None and row.answer is not None:
        return row.answer | {"replay": True}
    try:
        return sending.payment(
            engine,
            voucher.key,
            order=order,
            actor=voucher.actor,
            branch_id=voucher.branch_id,
            receipt_no=None if row is None else row.receipt_no,
            patience=patience,
        )
    except RefusedByDatabase as error:
        if journal is not None:
            journal.void(voucher.key, str(error))
        raise explained(error) from error
    except sending.NotTaken as error:
        if journal is not None:
            journal.void(voucher.key, str(error))
        raise


def _taken(answer: dict[str, Any], order: PaymentOrder, shift: Shift | None) -> PaymentTaken:
    number = answer["receipt_no"]
    return PaymentTaken(
        key=UUID(answer["payment"]),
        account_number=answer["account"],
        amount_kop=answer["amount_kop"],
        change_kop=order.change_kop,
        period=period.parse(answer["period"][:7]),
        lines=tuple(line_of_document(line) for line in answer["lines"]),
        receipt=shift.receipt_number(number) if shift and number else None,
        is_replay=answer["replay"],
    )
