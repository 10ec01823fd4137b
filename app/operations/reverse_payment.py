"""Undo a payment by its opposite: nothing is deleted, the money moves back (money.md §2.4, C1)."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from app.devices.protocols import ReceiptPrinter
from app.domain import period
from app.domain.period import Period
from app.domain.shift import Shift
from app.domain.voucher import Voucher, VoucherKind
from app.operations.take_payment import AlreadyVoid, ReceiptOf, put_on_paper, written
from app.store import cash, sending
from app.store.desk_journal import DeskJournal, JournalRow, JournalState
from app.store.engine import Engine, RefusedByDatabase
from app.store.reading import reading
from app.store.sending import PATIENCE, Patience


@dataclass(frozen=True, slots=True)
class PaymentReversed:
    """A payment that was undone; amount_kop is negative.

    :ivar reversed_key: the payment that counts no more
    """

    key: UUID
    reversed_key: UUID
    account_number: str
    amount_kop: int
    period: Period
    receipt: str | None = None
    is_replay: bool = False
    printed: bool = False
    remark: str | None = None


def reverse_payment(
    engine: Engine,
    voucher: Voucher,
    *,
    payment: UUID,
    journal: DeskJournal | None = None,
    shift: Shift | None = None,
    printer: ReceiptPrinter | None = None,
    receipt_of: ReceiptOf | None = None,
    patience: Patience = PATIENCE,
) -> PaymentReversed:
    """Undo a payment once; voucher.reason says why.

    With a journal and a shift the money goes back out of the drawer of that shift, under a receipt
    number of its own.

    :raises NoSuchPayment: when there is no such payment
    :raises Refusal: when it is undone already, is a reversal itself, or no reason is given
    :raises NotSent: when the books do not answer
    """
    assert voucher.kind is VoucherKind.REVERSAL
    assert (journal is None) == (shift is None)
    request: dict[str, Any] = {
        "payment": str(payment),
        "reason": voucher.reason or "",
        "actor": voucher.actor,
        "at": voucher.made_at.isoformat(),
        "shift": str(shift.key) if shift else None,
    }
    row = None
    if journal is not None and shift is not None:
        row = _begun(engine, voucher, request, journal=journal, shift=shift, payment=payment)
    answer = _asked(engine, voucher.key, request, journal=journal, row=row, patience=patience)
    undone = _undone(answer, payment, shift)
    if journal is None or row is None or row.state is JournalState.DONE:
        return undone

    remark = written(lambda: journal.confirm(voucher.key, answer))
    printed, trouble = put_on_paper(
        printer, receipt_of, undone.receipt, open_drawer=True, done="Платёж отменён."
    )
    written(lambda: journal.finish(voucher.key, printed=printed, remark=trouble))
    written(lambda: journal.mark_reversed(payment))
    return replace(undone, printed=printed, remark=trouble or remark)


def _begun(
    engine: Engine,
    voucher: Voucher,
    request: dict[str, Any],
    *,
    journal: DeskJournal,
    shift: Shift,
    payment: UUID,
) -> JournalRow:
    shift.require_open()
    with reading(engine) as snapshot:
        undone = cash.payment(snapshot, payment)
    row = journal.begin(
        voucher.key,
        shift=shift.key,
        kind="reversal",
        actor=voucher.actor,
        made_at=voucher.made_at,
        amount_kop=-undone.amount_kop,
        request=request,
    )
    if row.state is JournalState.VOID:
        raise AlreadyVoid(f"{row.remark} Начните отмену заново.")
    return row


def _undone(answer: dict[str, Any], payment: UUID, shift: Shift | None) -> PaymentReversed:
    number = answer["receipt_no"]
    return PaymentReversed(
        key=UUID(answer["payment"]),
        reversed_key=payment,
        account_number=answer["account"],
        amount_kop=answer["amount_kop"],
        period=period.parse(answer["period"][:7]),
        receipt=shift.receipt_number(number) if shift and number else None,
        is_replay=answer["replay"],
    )


def _asked(
    engine: Engine,
    key: UUID,
    request: dict[str, Any],
    *,
    journal: DeskJournal | None,
    row: JournalRow | None,
    patience: Patience,
) -> dict[str, Any]:
    if row is not None and row.answer is not None:
        return row.answer | {"replay": True}
    try:
        return sending.reversal(
            engine,
            key,
            request=request,
            receipt_no=None if row is None else row.receipt_no,
            patience=patience,
        )
    except (RefusedByDatabase, sending.NotTaken) as error:
        if journal is not None:
            journal.void(key, str(error))
        raise
