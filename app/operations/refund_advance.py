"""Give an overpayment back: application ─▶ document ─▶ cash of the shift or the bank (C3)."""

import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from app.domain import period, refund
from app.domain.period import Period
from app.domain.refund import NothingToRefund, RefundLine
from app.domain.shift import Shift
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Refusal
from app.operations.take_payment import DuesChanged, explained
from app.store import dues, payment_changes, writing
from app.store.engine import Engine, RefusedByDatabase
from app.store.reading import Snapshot, reading

_TRIES = 5


class NoSuchPayee(Refusal):
    """A creditor that is not there."""


@dataclass(frozen=True, slots=True)
class BankRecipient:
    """Where a refund by the bank goes: account of 20 digits, BIC of 9."""

    name: str
    account: str
    bic: str


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """What is asked: how much, by whose application, which way.

    :ivar amount_kop: None is the whole overpayment
    :ivar payee: code of the creditor it is taken from; None: of all, pro rata
    :ivar recipient: None is cash
    """

    account_number: str
    application: str
    paid_on: date
    amount_kop: int | None = None
    payee: str | None = None
    recipient: BankRecipient | None = None


@dataclass(frozen=True, slots=True)
class Refunded:
    """An overpayment given back; amount_kop is positive."""

    key: UUID
    account_number: str
    amount_kop: int
    period: Period
    lines: tuple[RefundLine, ...]
    is_replay: bool = False


@dataclass(frozen=True, slots=True)
class _Plan:
    account_number: str
    amount_kop: int
    lines: tuple[RefundLine, ...] = ()
    version: str | None = None


def refund_advance(
    engine: Engine, voucher: Voucher, *, order: RefundOrder, shift: Shift | None = None
) -> Refunded:
    """Give back once by the voucher's key, never more than was overpaid to each creditor.

    :param shift: whose drawer the cash leaves; needed without a recipient
    :raises NothingToRefund: when less was overpaid
    :raises NoSuchAccount: when there is no such account
    :raises Refusal: when there is no application, no right, no cash, or the shift is another's
    """
    assert voucher.kind is VoucherKind.REFUND
    for left in reversed(range(_TRIES)):
        with reading(engine) as snapshot:
            plan = _planned(snapshot, voucher.key, order)
        try:
            return _refunded(_asked(engine, voucher, order=order, shift=shift, plan=plan))
        except RefusedByDatabase as error:
            reason = explained(error)
            if not (left and isinstance(reason, DuesChanged)):
                raise reason from error
    raise AssertionError("the last try returns or raises")


def cancel_refund(
    engine: Engine, voucher: Voucher, *, refund_key: UUID, shift: Shift | None = None
) -> Refunded:
    """Take a refund back: the bank returned it, nobody came for it; voucher.reason says why.

    :raises Refusal: when there is none, it is cancelled already, or cash has no shift to go into
    """
    assert voucher.kind is VoucherKind.REVERSAL
    return _refunded(
        writing.call(
            engine,
            "cancel_refund",
            key=voucher.key,
            refund=refund_key,
            reason=voucher.reason or "",
            actor=voucher.actor,
            at=voucher.made_at,
            shift=shift.key if shift else None,
        )
    )


def _planned(snapshot: Snapshot, key: UUID, order: RefundOrder) -> _Plan:
    before = payment_changes.asked(snapshot, key)
    if before is not None:
        number = before.get("account", order.account_number)
        return _Plan(number, order.amount_kop or before.get("amount_kop", 0))
    owed = dues.load(snapshot, order.account_number, on=order.paid_on).dues
    payee = None
    if order.payee is not None:
        payee = payment_changes.creditor_of_code(snapshot, order.payee)
        if payee is None:
            raise NoSuchPayee(
                f"Организации с кодом «{order.payee[:40]}» нет. Коды — в листе «Организации»."
            )
    amount_kop = order.amount_kop
    if amount_kop is None:
        amount_kop = refund.refundable_kop(owed, payee_id=payee)
        if not amount_kop:
            raise NothingToRefund(f"Переплаты на счёте {owed.account.number} нет.")
    lines = refund.refund_lines(amount_kop, owed, payee_id=payee)
    return _Plan(owed.account.number, amount_kop, lines, owed.version)


def _asked(
    engine: Engine, voucher: Voucher, *, order: RefundOrder, shift: Shift | None, plan: _Plan
) -> dict[str, Any]:
    recipient = order.recipient
    answer: dict[str, Any] = writing.call(
        engine,
        "refund_advance",
        key=voucher.key,
        account_number=plan.account_number,
        amount_kop=plan.amount_kop,
        lines=json.dumps([_document(line) for line in plan.lines]),
        paid_on=order.paid_on,
        way="bank" if recipient else "cash",
        application=order.application,
        reason=voucher.reason,
        actor=voucher.actor,
        at=voucher.made_at,
        shift=shift.key if shift else None,
        recipient=recipient.name if recipient else "",
        bank_account=recipient.account if recipient else None,
        bic=recipient.bic if recipient else None,
        expected_version=plan.version,
    )
    return answer


def _document(line: RefundLine) -> dict[str, Any]:
    return asdict(line) | {
        "service_id": str(line.service_id),
        "contract_id": str(line.contract_id),
        "origin_period": line.origin_period.first_day.isoformat(),
    }


def _refunded(answer: dict[str, Any]) -> Refunded:
    return Refunded(
        key=UUID(answer["refund"]),
        account_number=answer["account"],
        amount_kop=answer["amount_kop"],
        period=period.parse(answer["period"][:7]),
        lines=tuple(
            RefundLine(
                UUID(line["service_id"]),
                UUID(line["contract_id"]),
                period.parse(line["origin_period"][:7]),
                line["amount_kop"],
            )
            for line in answer["lines"]
        ),
        is_replay=answer["replay"],
    )
