"""Money whose payer is not known: book it apart, then move it to its account (C6).

import ─▶ record_unidentified ─▶ suspense account of the creditor ─▶ resolve ─▶ payer's account
Its day of payment stays; a part may go to one account, the rest to others.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.domain import period
from app.domain.payment import Channel
from app.domain.payment_matching import UnidentifiedPayment
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Refusal
from app.operations.move_payment import PaymentMoved, move_payment
from app.store import unidentified, writing
from app.store.engine import Engine
from app.store.reading import reading


class NotUnidentified(Refusal):
    """A payment that is known to be somebody's."""


@dataclass(frozen=True, slots=True)
class UnidentifiedTaken:
    """Unidentified money that is in the books."""

    key: UUID
    account_number: str
    amount_kop: int
    period: Period
    is_replay: bool = False


def record_unidentified(
    engine: Engine,
    voucher: Voucher,
    *,
    told: UnidentifiedPayment,
    paid_on: date,
    channel: Channel = Channel.BANK,
    creditor: str | None = None,
    agent_code: str | None = None,
    external_id: str | None = None,
) -> UnidentifiedTaken:
    """Book money apart once by the voucher's key.

    :param creditor: code of the organisation it came to; None: the only centre or provider
    :raises Refusal: when the creditor is not clear or the external number is booked already
    """
    assert voucher.kind is VoucherKind.PAYMENT
    answer = writing.call(
        engine,
        "accept_unidentified",
        key=voucher.key,
        amount_kop=told.amount_kop,
        paid_on=paid_on,
        accepted_at=voucher.made_at,
        channel=channel.value,
        actor=voucher.actor,
        creditor_code=creditor,
        payer=told.payer,
        purpose=told.purpose,
        address=told.address,
        given_number=told.given_number,
        agent_code=agent_code,
        external_id=external_id,
    )
    return UnidentifiedTaken(
        key=UUID(answer["payment"]),
        account_number=answer["account"],
        amount_kop=answer["amount_kop"],
        period=period.parse(answer["period"][:7]),
        is_replay=answer["replay"],
    )


def resolve_unidentified(
    engine: Engine,
    voucher: Voucher,
    *,
    payment: UUID,
    account_number: str,
    amount_kop: int | None = None,
) -> PaymentMoved:
    """Move unidentified money to the account it is for; voucher.reason says why that one.

    :raises NotUnidentified: when the payment is not an unidentified one
    :raises Refusal: when it is resolved already, or the account does not take it
    """
    with reading(engine) as snapshot:
        if not unidentified.waiting(snapshot, key=payment, is_all=True):
            raise NotUnidentified(
                f"Невыясненного платежа {payment} нет. Список: kvitok unidentified list. "
                "Оплату с одного счёта на другой переносит kvitok move-payment."
            )
    return move_payment(
        engine, voucher, payment=payment, account_number=account_number, amount_kop=amount_kop
    )
