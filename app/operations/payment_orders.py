"""Payment orders of a day as a file for the bank's program (1CClientBankExchange)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from app.domain import money
from app.errors import Outage
from app.exchange import client_bank_writing
from app.exchange.client_bank import PAYMENT_ORDER, BankDocument, ClientBankFile
from app.exchange.client_bank_writing import NoBankDetails, OrderSide
from app.operations.transfer_to_suppliers import TransferPlan, TransfersPosted
from app.store import organisations, supplier_transfers
from app.store.organisations import BankDetails
from app.store.reading import Snapshot

_SENDER = "Квиток"


class CannotWriteOrders(Outage):
    """The file of orders cannot be written where it was asked for."""


@dataclass(frozen=True, slots=True)
class Order:
    """What one order pays.

    :ivar withheld_kop: commission and fee that were taken off
    """

    number: int
    contract: str
    payee: BankDetails
    amount_kop: int
    withheld_kop: int


def of_plan(plan: TransferPlan, *, first_no: int) -> list[Order]:
    """Number the orders of a plan as posting would number them now."""
    return [
        Order(
            number,
            one.due.contract,
            one.creditor.details,
            one.amount_kop,
            one.commission_kop + one.fee_kop,
        )
        for number, one in enumerate(plan.going, start=first_no)
    ]


def of_posted(snapshot: Snapshot, posted: TransfersPosted, *, on: date) -> list[Order]:
    """Give the orders of transfers that are in the books."""
    creditors = supplier_transfers.creditors(snapshot, on=on)
    return [
        Order(
            one.order_no,
            one.contract,
            creditors[one.contract].details,
            one.amount_kop,
            one.withheld_kop,
        )
        for one in posted.transfers
    ]


def orders_file(snapshot: Snapshot, orders: Sequence[Order], *, dated: date, at: datetime) -> bytes:
    """Make the file.

    :raises NoBankDetails: when the centre or a payee has no account or bank
    :raises NotWritable: when a name has a letter the file cannot hold
    """
    details = organisations.receiving(snapshot)
    if details is None:
        raise NoBankDetails(
            "У расчётного центра нет расчётного счёта: платёжные поручения составить не с чего. "
            "Заполните его реквизиты на листе «Организации» (роль «центр»)."
        )
    payer = _side(details)
    return client_bank_writing.write(
        ClientBankFile(
            documents=tuple(_document(one, payer, dated) for one in orders),
            sender=_SENDER,
            created_on=at.date(),
            created_at=f"{at:%H:%M:%S}",
            since=dated,
            until=dated,
            accounts=(payer.account,),
            kinds=(PAYMENT_ORDER,),
        )
    )


def save(content: bytes, path: Path) -> None:
    """Write the file.

    :raises CannotWriteOrders: when the place cannot be written
    """
    try:
        path.write_bytes(content)
    except OSError as error:
        raise CannotWriteOrders(
            f"Записать поручения в {path} нельзя: {error.strerror}. Укажите другое место."
        ) from error


def _document(order: Order, payer: OrderSide, dated: date) -> BankDocument:
    return client_bank_writing.payment_order(
        order.number,
        dated,
        amount_kop=order.amount_kop,
        payer=payer,
        payee=_side(order.payee),
        purpose=purpose(order),
    )


def purpose(order: Order) -> str:
    """Say what the money is; a long number of a contract is cut, the sum never is."""
    withheld = (
        f", удержана комиссия {money.rubles(order.withheld_kop).replace('.', '-')}"
        if order.withheld_kop
        else ""
    )
    told = (
        "Перечисление платежей потребителей (ПП РФ от 28.03.2012 N 253) по договору N {number}"
        f"{withheld}. Сумма {money.rubles(order.amount_kop).replace('.', '-')}. НДС не облагается"
    )
    room = client_bank_writing.PURPOSE_MAX - len(told.format(number=""))
    return told.format(number=order.contract[:room])


def _side(details: BankDetails) -> OrderSide:
    return OrderSide(
        name=details.name,
        inn=details.inn,
        kpp=details.kpp,
        account=details.account,
        bank=details.bank,
        bic=details.bic,
        correspondent=details.correspondent,
    )
