"""Move a payment or a part of it to another account: −A and +B, the day of payment kept (C4).

    lines of A now ─▶ what leaves │ dues of B ─▶ what it pays there │ one call, both or none

The documents have one number: the key of −A; +B is its pair. Undone as a whole by reverse_payment.
"""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.domain import payment_change, period
from app.domain.allocation import allocate
from app.domain.payment import line_document
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.operations.take_payment import DuesChanged, explained
from app.store import cash, dues, payment_changes, writing
from app.store.cash import Payment
from app.store.engine import Engine, RefusedByDatabase
from app.store.payment_changes import LineDocument
from app.store.reading import Snapshot, reading

_TRIES = 5


@dataclass(frozen=True, slots=True)
class PaymentMoved:
    """A move that is in the books.

    :ivar key: its number, the key of the document that takes
    :ivar given: the key of the document that puts on the other account
    """

    key: UUID
    given: UUID
    source: UUID
    amount_kop: int
    period: Period
    is_replay: bool = False


@dataclass(frozen=True, slots=True)
class _Plan:
    account_number: str
    amount_kop: int
    taken: list[LineDocument]
    given: list[LineDocument]
    version: str | None


def move_payment(
    engine: Engine,
    voucher: Voucher,
    *,
    payment: UUID,
    account_number: str,
    amount_kop: int | None = None,
) -> PaymentMoved:
    """Move once by the voucher's key; voucher.reason says why.

    :param amount_kop: a part; None is all that is left of the payment
    :raises NoSuchPayment: when there is no such payment
    :raises NoSuchAccount: when there is no such account
    :raises Refusal: when the payment is undone or moved already, or the account is closed
    """
    assert voucher.kind is VoucherKind.PAYMENT_TRANSFER
    for left in reversed(range(_TRIES)):
        with reading(engine) as snapshot:
            plan = _planned(snapshot, voucher.key, payment, account_number, amount_kop)
        try:
            return _moved(_asked(engine, voucher, payment, plan))
        except RefusedByDatabase as error:
            reason = explained(error)
            if not (left and isinstance(reason, DuesChanged)):
                raise reason from error
    raise AssertionError("the last try returns or raises")


def _asked(engine: Engine, voucher: Voucher, payment: UUID, plan: _Plan) -> dict[str, Any]:
    answer: dict[str, Any] = writing.call(
        engine,
        "move_payment",
        key=voucher.key,
        payment=payment,
        account_number=plan.account_number,
        amount_kop=plan.amount_kop,
        taken=json.dumps(plan.taken),
        given=json.dumps(plan.given),
        reason=voucher.reason or "",
        actor=voucher.actor,
        at=voucher.made_at,
        expected_version=plan.version,
    )
    return answer


def _planned(
    snapshot: Snapshot, key: UUID, payment: UUID, account_number: str, amount_kop: int | None
) -> _Plan:
    made = cash.payment(snapshot, payment)
    before = payment_changes.asked(snapshot, key)
    if before is not None and amount_kop is None:
        amount_kop = before.get("amount_kop")
    documents = payment_changes.line_documents(snapshot, payment)
    left_kop = sum(one["amount_kop"] for one in documents)
    amount = left_kop if amount_kop is None else amount_kop
    taken = _taken(documents, amount) if 0 < amount <= left_kop else []
    if payment_changes.is_suspense(snapshot, account_number):
        return _Plan(account_number, amount, taken, [], None)
    owed = dues.load(snapshot, account_number, on=made.paid_on)
    if not taken or before is not None:
        # Nothing to spread: a replay is answered by its key, anything else is refused.
        return _Plan(owed.dues.account.number, amount, taken, taken, None)
    given = _given(snapshot, made, owed, amount)
    return _Plan(owed.dues.account.number, amount, taken, given, owed.dues.version)


def _taken(documents: list[LineDocument], amount_kop: int) -> list[LineDocument]:
    parts = payment_change.leaving(amount_kop, payment_changes.lines(documents))
    return [one | {"amount_kop": part} for one, part in zip(documents, parts, strict=True) if part]


def _given(
    snapshot: Snapshot, made: Payment, owed: dues.Owed, amount_kop: int
) -> list[LineDocument]:
    spread = allocate(
        amount_kop,
        owed.dues,
        on=made.paid_on,
        scheme=owed.scheme,
        designation=payment_changes.for_period(snapshot, made.key),
    )
    return [line_document(line) for line in spread.lines]


def _moved(answer: dict[str, Any]) -> PaymentMoved:
    return PaymentMoved(
        key=UUID(answer["move"]),
        given=UUID(answer["given"]["payment"]),
        source=UUID(answer["source"]),
        amount_kop=answer["amount_kop"],
        period=period.parse(answer["taken"]["period"][:7]),
        is_replay=answer["replay"],
    )
