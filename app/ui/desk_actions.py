"""The cash desk's actions on the real books, journal and devices; they run off the GUI thread."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from app.devices.protocols import ReceiptPrinter
from app.domain import allocation, payment, receipt, slip
from app.domain.allocation import AllocationLine
from app.domain.period import Period
from app.domain.shift import Shift, ShiftClosed
from app.domain.tender import Tender
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Refusal
from app.operations.close_shift import close_shift
from app.operations.open_shift import open_shift
from app.operations.reverse_payment import reverse_payment
from app.operations.take_payment import put_on_paper, take_payment
from app.store import cash
from app.store import dues as dues_store
from app.store.desk_journal import DeskJournal
from app.store.dues import Owed
from app.store.engine import AlreadyPaid, Engine
from app.store.organisations import centre, payment_creditors
from app.store.reading import reading
from app.ui import desk_paper
from app.ui.pages import cash_desk_model as model

_SHOWN_RECEIPTS = 20


class PaidBefore(Refusal):
    """The same sum came for this account a short time ago."""


@dataclass(frozen=True, slots=True)
class _Books:
    """What the page hands back untouched: the dues of the scan and the period it named."""

    owed: Owed
    period: Period | None


@dataclass(slots=True)
class Desk:
    """One desk: its place, its journal, its printer, its cashier."""

    engine: Engine
    journal: DeskJournal
    printer: ReceiptPrinter
    branch_id: int
    desk_no: int
    cashier: str
    now: Callable[[], datetime]
    _shift: Shift | None = field(default=None, init=False)
    _papers: dict[UUID, receipt.Receipt] = field(default_factory=dict, init=False)
    _warned: set[tuple[str, int]] = field(default_factory=set, init=False)

    def shift(self) -> model.ShiftNow:
        """Give the shift as the books have it."""
        with reading(self.engine) as snapshot:
            self._shift = cash.open_shift(snapshot, branch_id=self.branch_id, desk_no=self.desk_no)
            if self._shift is None:
                return model.ShiftNow(None)
            totals = cash.shift_totals(snapshot, self._shift)
            payments = cash.payments_of_shift(snapshot, self._shift.key, limit=_SHOWN_RECEIPTS)
        return model.ShiftNow(
            number=self._shift.shift_no,
            opened_at=self._shift.opened_at.astimezone(),
            payments=totals.payments,
            taken_kop=totals.amount_kop,
            cash_kop=totals.expected_cash_kop,
            receipts=tuple(
                desk_paper.shown_payment(made)
                for made in payments
                if made.reverses is None and made.reversed_by is None
            ),
        )

    def open_shift(self) -> model.ShiftNow:
        """Open the next shift of this desk."""
        open_shift(self.engine, self._voucher(VoucherKind.PAYMENT), desk_no=self.desk_no)
        return self.shift()

    def close_shift(self) -> model.ShiftNow:
        """Close the shift; the drawer is taken to hold what it must."""
        now = self._open_shift()
        with reading(self.engine) as snapshot:
            expected_kop = cash.shift_totals(snapshot, now).expected_cash_kop
        close_shift(
            self.engine,
            self._voucher(VoucherKind.CLOSING),
            shift=now,
            counted_cash_kop=expected_kop,
            journal=self.journal,
        )
        return self.shift()

    def look_up(self, scan: str | bytes) -> model.Dues:
        """Read a scan or a typed number and give what is owed, with the split that is proposed."""
        today = self.now().date()
        with reading(self.engine) as snapshot:
            read = slip.require_ours(slip.parse(scan, creditors=payment_creditors(snapshot)))
            owed = dues_store.load(snapshot, *read.spellings, on=today)
        dues = desk_paper.shown_dues(
            owed,
            amount_kop=read.amount_kop,
            period=read.period,
            on=today,
            books=_Books(owed, read.period),
        )
        proposed = self.split(dues, dues.proposed_kop)
        return replace(
            dues,
            lines=tuple(
                replace(line, proposed_kop=part.amount_kop)
                for line, part in zip(dues.lines, proposed, strict=True)
            ),
        )

    def split(self, dues: model.Dues, amount_kop: int) -> tuple[model.SplitLine, ...]:
        """Divide an amount over the services; pure."""
        lines = self._lines(dues, amount_kop) if amount_kop > 0 else ()
        parts = desk_paper.by_service(lines, dues.books.owed)
        return tuple(
            model.SplitLine(line.service, parts.get(line.service, 0)) for line in dues.lines
        )

    def take(
        self,
        dues: model.Dues,
        *,
        amount_kop: int,
        tendered_kop: int,
        tender: Tender,
        key: UUID,
    ) -> model.Receipt:
        """Take money once under the key: journal, books, paper."""
        now, at = self._open_shift(), self.now()
        kept = self.journal.find(key)
        # The same intent again: what is asked is what was asked.
        order = (
            payment.of_document(kept.request)
            if kept
            else payment.PaymentOrder(
                account_number=dues.account_number,
                amount_kop=amount_kop,
                paid_on=at.date(),
                accepted_at=at,
                lines=self._lines(dues, amount_kop),
                tender=tender,
                tendered_kop=tendered_kop,
                shift=now.key,
                for_period=dues.books.period,
                expected_version=dues.books.owed.dues.version,
                is_confirmed=(dues.account_number, amount_kop) in self._warned,
            )
        )
        return self._taken(dues, order, shift=now, key=key)

    def reprint(self, shown: model.Receipt) -> model.Receipt:
        """Print a copy of a receipt, or the receipt itself when it is not on paper yet."""
        paper = self._paper(shown.voucher)
        printed, trouble = put_on_paper(
            self.printer,
            lambda _: paper.as_copy() if shown.printed else paper,
            shown.number,
            open_drawer=False,
        )
        return replace(shown, printed=printed, sentence=trouble or "")

    def cancel_last(self, shown: model.Receipt) -> model.ShiftNow:
        """Give the money of a receipt back, with a receipt of its own."""
        paper = self._paper(shown.voucher)
        reverse_payment(
            self.engine,
            self._voucher(VoucherKind.REVERSAL, "отмена последнего платежа на кассе"),
            payment=shown.voucher,
            journal=self.journal,
            shift=self._open_shift(),
            printer=self.printer,
            receipt_of=lambda number: desk_paper.refund_of(paper, number),
        )
        return self.shift()

    def _taken(
        self, dues: model.Dues, order: payment.PaymentOrder, *, shift: Shift, key: UUID
    ) -> model.Receipt:
        paper = self._paper_of(dues, order)
        try:
            taken = take_payment(
                self.engine,
                Voucher(
                    key,
                    VoucherKind.PAYMENT,
                    self.cashier,
                    order.accepted_at,
                    branch_id=self.branch_id,
                ),
                order=order,
                journal=self.journal,
                shift=shift,
                printer=self.printer,
                receipt_of=paper,
            )
        except AlreadyPaid as error:
            # Told once; the next Enter on the same sum is the payer's second payment.
            self._warned.add((dues.account_number, order.amount_kop))
            raise PaidBefore(f"{error} Enter — принять второй раз, Esc — не принимать.") from error
        self._warned.discard((dues.account_number, order.amount_kop))
        if taken.receipt is not None:
            self._papers[taken.key] = paper(taken.receipt)
        return desk_paper.shown_receipt(taken, order, payer=dues.payer)

    def _lines(self, dues: model.Dues, amount_kop: int) -> tuple[AllocationLine, ...]:
        owed: Owed = dues.books.owed
        return allocation.allocate(
            amount_kop,
            owed.dues,
            on=self.now().date(),
            scheme=owed.scheme,
            document_period=dues.books.period,
        ).lines

    def _paper_of(
        self, dues: model.Dues, order: payment.PaymentOrder
    ) -> Callable[[str], receipt.Receipt]:
        with reading(self.engine) as snapshot:
            organisation = centre(snapshot)
        return desk_paper.paper_of(
            order,
            dues=dues,
            owed=dues.books.owed,
            organisation=organisation,
            cashier=self.cashier,
        )

    def _paper(self, key: UUID) -> receipt.Receipt:
        if key in self._papers:
            return self._papers[key]
        with reading(self.engine) as snapshot:
            made = cash.payment(snapshot, key)
            return desk_paper.paper_from_books(
                made,
                cash.lines_of_payment(snapshot, key),
                account=dues_store.load(
                    snapshot, made.account_number, on=made.paid_on
                ).dues.account,
                organisation=centre(snapshot),
            )

    def _open_shift(self) -> Shift:
        if self._shift is None:
            raise ShiftClosed("Смена закрыта. Откройте смену и повторите.")
        return self._shift

    def _voucher(self, kind: VoucherKind, reason: str | None = None) -> Voucher:
        return Voucher(uuid7(), kind, self.cashier, self.now(), reason, self.branch_id)
