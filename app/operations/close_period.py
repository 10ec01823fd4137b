"""Close a month: forbid the past, then take the snapshot of balances."""

from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.store import writing
from app.store.engine import Engine


def close_period(engine: Engine, voucher: Voucher, *, period: Period) -> int:
    """Close the month; a call that was cut short goes on where it stopped.

    :returns: the number of balances in the snapshot
    :raises Refusal: when it is closed, out of order, or a charge run of it is unfinished
    """
    assert voucher.kind is VoucherKind.CLOSING
    # Two transactions: the first is short, and the money of the desks goes on into the next month.
    writing.call(engine, "begin_closing", wanted=period.first_day)
    return int(
        writing.call(
            engine,
            "finish_closing",
            key=voucher.key,
            wanted=period.first_day,
            actor=voucher.actor,
            at=voucher.made_at,
        )
    )
