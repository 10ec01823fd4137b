"""What the desk shows and prints of dues and payments: values of the books as words of the page."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from app.domain import dues as debts
from app.domain import receipt
from app.domain.allocation import AllocationLine
from app.domain.payment import PaymentOrder
from app.domain.period import Period
from app.domain.tender import Tender
from app.operations.take_payment import PaymentTaken
from app.store.cash import PaidLine, Payment
from app.store.dues import Owed
from app.ui.pages import cash_desk_model as model
from app.ui.pages.cash_desk_model import DuesLine


def shown_dues(
    owed: Owed, *, amount_kop: int | None, period: Period | None, on: date, books: object
) -> model.Dues:
    """Give the dues by service; the proposed sum is the document's, but never more than is owed.

    :param amount_kop: the sum of the scanned document
    :param books: handed back by the page untouched
    """
    payable_kop = owed.dues.payable_kop
    proposed_kop = payable_kop if amount_kop is None else min(amount_kop, payable_kop)
    debt: dict[str, int] = {}
    for purpose in owed.dues.purposes:
        debt.setdefault(purpose.service_name, 0)
    for row in owed.dues.rows():
        debt[row.purpose.service_name] += row.principal_kop + row.penalty_kop
    months = {
        origin
        for origin, left in zip(
            owed.dues.origin_periods, owed.dues.outstanding.principal_kop, strict=True
        )
        if left > 0 and owed.dues.terms.due_on(origin) < on
    }
    return model.Dues(
        account_number=owed.dues.account.number,
        payer=owed.dues.account.payer,
        address=owed.dues.account.address,
        proposed_kop=proposed_kop,
        lines=tuple(DuesLine(name, kop, 0) for name, kop in debt.items()),
        debt_months=len(months),
        period=f"квитанция за {period.shown}" if period else "",
        books=books,
    )


def by_service(lines: tuple[AllocationLine, ...], owed: Owed) -> dict[str, int]:
    """Add the lines of an allocation up by the name of the service, in the catalogue's order."""
    names = {
        (purpose.service_id, purpose.contract_id): purpose.service_name
        for purpose in owed.dues.purposes
    }
    parts = dict.fromkeys(names.values(), 0)
    for line in lines:
        parts[names[line.service_id, line.contract_id]] += line.amount_kop
    return parts


def paper_of(
    order: PaymentOrder,
    *,
    dues: model.Dues,
    owed: Owed,
    organisation: receipt.Organisation,
    cashier: str,
) -> Callable[[str], receipt.Receipt]:
    """Give what makes the receipt of a payment once its number is known."""
    parts = by_service(order.lines, owed)
    paper = receipt.Receipt(
        organisation=organisation,
        number="",
        cashier=cashier,
        at=order.accepted_at,
        account=dues.account_number,
        address=dues.address,
        lines=tuple(receipt.ReceiptLine(name, kop) for name, kop in parts.items() if kop),
        total_kop=order.amount_kop,
        tender=order.tender or Tender.CASH,
        tendered_kop=order.tendered_kop or order.amount_kop,
        change_kop=order.change_kop,
        payer=receipt.masked_name(dues.payer),
        period=order.for_period.shown if order.for_period else "",
    )
    return lambda number: replace(paper, number=number)


def paper_from_books(
    made: Payment,
    lines: list[PaidLine],
    *,
    account: debts.PayerAccount,
    organisation: receipt.Organisation,
) -> receipt.Receipt:
    """Build the receipt of a payment that this program did not take itself."""
    parts: dict[str, int] = {}
    for line in lines:
        parts[line.service_name] = parts.get(line.service_name, 0) + line.amount_kop
    tendered_kop = made.tendered_kop or made.amount_kop
    return receipt.Receipt(
        organisation=organisation,
        number=made.receipt or "",
        cashier=made.actor,
        at=made.accepted_at.astimezone(),
        account=made.account_number,
        address=account.address,
        lines=tuple(receipt.ReceiptLine(name, kop) for name, kop in parts.items()),
        total_kop=made.amount_kop,
        tender=made.tender or Tender.CASH,
        tendered_kop=tendered_kop,
        change_kop=tendered_kop - made.amount_kop,
        payer=receipt.masked_name(account.payer),
    )


def refund_of(paper: receipt.Receipt, number: str) -> receipt.Receipt:
    """Give the receipt of the money going back: the whole of it, no change."""
    return replace(
        paper, number=number, refund=True, tendered_kop=paper.total_kop, change_kop=0, copy=False
    )


def shown_receipt(taken: PaymentTaken, order: PaymentOrder, *, payer: str) -> model.Receipt:
    """Give a payment just taken as the page shows it."""
    return model.Receipt(
        number=taken.receipt or "",
        account_number=taken.account_number,
        amount_kop=taken.amount_kop,
        change_kop=taken.change_kop,
        tender=order.tender or Tender.CASH,
        at=order.accepted_at.astimezone(),
        printed=taken.printed,
        sentence=taken.remark or "",
        payer=payer,
        voucher=taken.key,
    )


def shown_payment(made: Payment) -> model.Receipt:
    """Give a payment of the books as the page shows it."""
    return model.Receipt(
        number=made.receipt or "",
        account_number=made.account_number,
        amount_kop=made.amount_kop,
        change_kop=(made.tendered_kop or made.amount_kop) - made.amount_kop,
        tender=made.tender or Tender.CASH,
        at=made.accepted_at.astimezone(),
        payer=made.payer,
        voucher=made.key,
    )
