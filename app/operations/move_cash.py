"""Put money into the drawer of a shift or take it out (внесение, изъятие)."""

from typing import Literal

from app.domain.shift import Shift
from app.domain.voucher import Voucher
from app.store import writing
from app.store.engine import Engine


def move_cash(
    engine: Engine,
    voucher: Voucher,
    *,
    shift: Shift,
    direction: Literal["in", "out"],
    amount_kop: int,
) -> int:
    """Move cash once by the voucher's key; give what the drawer must hold now, kopecks.

    :raises Refusal: when the shift is closed or another's, or the drawer holds less
    """
    return int(
        writing.call(
            engine,
            "cash_operation",
            key=voucher.key,
            shift=shift.key,
            kind=direction,
            amount_kop=amount_kop,
            at=voucher.made_at,
            actor=voucher.actor,
            reason=voucher.reason,
        )
    )
