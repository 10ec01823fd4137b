"""Send money to the books once, however the line behaves.

send ─▶ answer            done, now or by an earlier try: the key makes it the same
     ─▶ refusal           not done, and will not be: the books answer a known key first
     ─▶ no answer         not known; the same call with the same key again, a few times,
                          then NotSent: the row of the journal waits for the next start
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from app.domain.payment import PaymentOrder, line_document
from app.errors import Outage, Refusal
from app.store import writing
from app.store.engine import DatabaseGone, Engine, RefusedByDatabase

DUES_CHANGED = "dues-changed"  # DETAIL of the refusal that sends a desk back to its dues


class NotSent(Outage):
    """The books did not answer: whether the operation is in them is not known yet."""


class NotTaken(Refusal):
    """The books refused, for certain: the operation is not in them and was not before."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How often the same call is made again when nothing answers.

    :ivar on_retry: told the number of the try, for the «проверяю» of the screen
    """

    pauses_s: tuple[float, ...] = (0.2, 1.0, 3.0, 6.0)
    wait: Callable[[float], None] = time.sleep
    on_retry: Callable[[int], None] | None = None


PATIENCE = Patience()


def payment(
    engine: Engine,
    key: UUID,
    *,
    order: PaymentOrder,
    actor: str,
    branch_id: int = 0,
    receipt_no: int | None = None,
    patience: Patience = PATIENCE,
) -> dict[str, Any]:
    """Put a payment into the books; the answer is the same for every try.

    :raises RefusedByDatabase: when a rule forbids it, now and for this key for good
    :raises NotSent: when the books do not answer
    """
    return _send(
        engine,
        "accept_payment",
        patience,
        key=key,
        account_number=order.account_number,
        amount_kop=order.amount_kop,
        paid_on=order.paid_on,
        accepted_at=order.accepted_at,
        channel=order.channel.value,
        lines=json.dumps([line_document(line) for line in order.lines]),
        actor=actor,
        branch=branch_id,
        tender=order.tender.value if order.tender else None,
        tendered_kop=order.tendered_kop,
        shift=order.shift,
        receipt_no=receipt_no,
        agent_code=order.agent_code,
        external_id=order.external_id,
        for_period=order.for_period.first_day if order.for_period else None,
        expected_version=order.expected_version,
        confirm=order.is_confirmed,
    )


def reversal(
    engine: Engine,
    key: UUID,
    *,
    request: dict[str, Any],
    receipt_no: int | None = None,
    patience: Patience = PATIENCE,
) -> dict[str, Any]:
    """Put the opposite of a payment into the books.

    :param request: payment, reason, actor, at, shift: as the journal keeps them
    :raises RefusedByDatabase: when a rule forbids it
    :raises NotSent: when the books do not answer
    """
    return _send(engine, "reverse_payment", patience, receipt_no=receipt_no, key=key, **request)


def _send(
    engine: Engine, function: LiteralString, patience: Patience, **params: object
) -> dict[str, Any]:
    is_unknown = False
    for number, pause_s in enumerate((*patience.pauses_s, None), start=1):
        try:
            answer: dict[str, Any] = writing.call(engine, function, **params)
        except Outage as error:
            is_unknown = is_unknown or isinstance(error, DatabaseGone)
            if pause_s is None:
                raise NotSent(_unsent(number, is_unknown=is_unknown)) from error
            if patience.on_retry is not None:
                patience.on_retry(number + 1)
            patience.wait(pause_s)
        except RefusedByDatabase:
            raise
        except Refusal as error:
            # No right, a wrong password: says nothing of a try before whose answer was lost.
            if is_unknown:
                raise NotSent(_unsent(number, is_unknown=True)) from error
            raise NotTaken(str(error)) from error
        else:
            return answer
    raise AssertionError("the last try returns or raises")


def _unsent(tries: int, *, is_unknown: bool) -> str:
    asked = f"База данных не ответила, попыток: {tries}. "
    if not is_unknown:
        return asked + "Ничего не проведено. Операция осталась неотправленной: повторите её."
    return asked + (
        "Операция не отправлена или ответ потерян: она останется в списке «не отправлено» "
        "и будет проверена под тем же номером, как только связь вернётся. "
        "Второй раз деньги не берите."
    )
