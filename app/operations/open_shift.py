"""Open a shift on a desk: the number is the next of the desk, the drawer holds what was counted."""

from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.shift import Shift
from app.domain.voucher import Voucher
from app.store import writing
from app.store.engine import Engine


def open_shift(
    engine: Engine, voucher: Voucher, *, desk_no: int, opening_cash_kop: int = 0
) -> Shift:
    """Open a shift once by the voucher's key; its actor is the cashier.

    :raises Refusal: when the desk has an open shift
    :raises Outage: when the books do not answer; the same call may be made again
    """
    answer = writing.call(
        engine,
        "open_shift",
        key=voucher.key,
        branch=voucher.branch_id,
        desk_no=desk_no,
        cashier=voucher.actor,
        at=voucher.made_at,
        opening_cash_kop=opening_cash_kop,
    )
    return shift_of(answer)


def shift_of(answer: dict[str, Any]) -> Shift:
    """Give the shift of a server's answer."""
    closed = answer["closed_at"]
    return Shift(
        key=UUID(answer["shift"]),
        branch_id=answer["branch"],
        desk_no=answer["desk_no"],
        shift_no=answer["shift_no"],
        cashier=answer["cashier"],
        opened_at=datetime.fromisoformat(answer["opened_at"]),
        opening_cash_kop=answer["opening_cash_kop"],
        closed_at=None if closed is None else datetime.fromisoformat(closed),
    )
