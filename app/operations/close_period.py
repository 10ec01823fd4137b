"""Close a month: read the list of checks, forbid the past, then take the snapshot of balances.

check_period ─▶ require_closable ─▶ begin_closing ─▶ finish_closing
└▶ close_part          one part, without a snapshot
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import uuid5

from app.domain.closing import ClosingCheck, MonthPart, MonthState, require_closable
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.operations.set_off import SetOff, set_off_advances
from app.operations.take_payment import DuesChanged
from app.store import closing_checks, periods, vouchers, writing
from app.store.engine import DatabaseBusy, Engine
from app.store.reading import reading

# A closer waits five seconds for those who are posting (70_periods.sql), so many times.
_ATTEMPTS = 6

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ClosedPeriod:
    """What a closing came to.

    :ivar balances: how many balances the snapshot has; 0 for a part, which takes none
    :ivar checks: the list as it was read before; empty when the same key closed it before
    :ivar setoffs: advances set off before its payments closed, by documents of their own
    """

    period: Period
    part: MonthPart | None
    balances: int
    checks: tuple[ClosingCheck, ...] = ()
    setoffs: tuple[SetOff, ...] = ()


def check_period(
    engine: Engine,
    *,
    period: Period,
    part: MonthPart | None = None,
    unsent: tuple[str, ...] = (),
) -> tuple[ClosingCheck, ...]:
    """Read the list of checks of a month, or of a part of it; nothing changes.

    :param unsent: payments in the journal of this desk that the books do not have, in words
    """
    with reading(engine) as snapshot:
        return closing_checks.look(
            snapshot, period, part=part, told={"payments-unsent": tuple(unsent)}
        )


def close_period(
    engine: Engine,
    voucher: Voucher,
    *,
    period: Period,
    part: MonthPart | None = None,
    despite: Mapping[str, str] | None = None,
    unsent: tuple[str, ...] = (),
) -> ClosedPeriod:
    """Close the month, or a part of it; a call that was cut short goes on where it stopped.

    :param despite: reasons, by the name of the check that is overridden
    :raises ClosingStopped: when a check of the list stops
    :raises NoSuchCheck: when a reason names no check
    :raises Refusal: when it is closed, out of order, or a charge run of it is unfinished
    :raises DatabaseBusy: when it stayed busy for half a minute
    """
    assert voucher.kind is VoucherKind.CLOSING
    reasons = dict(despite or {})
    checks: tuple[ClosingCheck, ...] = ()
    setoffs: tuple[SetOff, ...] = ()
    if _is_open(engine, voucher, period):
        checks = check_period(engine, period=period, part=part, unsent=unsent)
        require_closable(checks, reasons, shown=period.shown)
        if part in (None, MonthPart.PAYMENTS):
            setoffs = _set_off(engine, voucher, period, part)
    kept = _kept(checks, reasons)
    if part is not None:
        _patiently(lambda: _close_part(engine, voucher, period, part, kept))
        return ClosedPeriod(period, part, 0, checks, setoffs)
    # Two transactions: the first is short, and the money of the desks goes on into the next month.
    _patiently(
        lambda: writing.call(engine, "begin_closing", wanted=period.first_day, key=voucher.key)
    )
    balances = writing.call(
        engine,
        "finish_closing",
        key=voucher.key,
        wanted=period.first_day,
        actor=voucher.actor,
        at=voucher.made_at,
        checks=kept,
    )
    return ClosedPeriod(period, None, int(balances), checks, setoffs)


def _kept(checks: tuple[ClosingCheck, ...], reasons: Mapping[str, str]) -> str:
    """What the document of the closing remembers of the list, as JSON."""
    return json.dumps(
        [
            {
                "name": check.rule.name,
                "blocking": check.rule.is_blocking,
                "found": check.count,
                "reason": reasons.get(check.rule.name),
            }
            for check in checks
            if check.count
        ]
    )


def _close_part(
    engine: Engine, voucher: Voucher, period: Period, part: MonthPart, kept: str
) -> None:
    writing.call(
        engine,
        "close_part",
        key=voucher.key,
        wanted=period.first_day,
        part=str(part),
        actor=voucher.actor,
        at=voucher.made_at,
        checks=kept,
    )


def _is_open(engine: Engine, voucher: Voucher, period: Period) -> bool:
    """Say whether there is a list to read; a closed month is the server's to refuse."""
    with reading(engine) as snapshot:
        month = periods.month(snapshot, period)
        was_posted = vouchers.month_of(snapshot, voucher.key) is not None
    return not was_posted and month is not None and month.state is not MonthState.CLOSED


def _set_off(
    engine: Engine, voucher: Voucher, period: Period, part: MonthPart | None
) -> tuple[SetOff, ...]:
    """Set advances off against debts while the month takes it (money.md §2.3, «зачёт аванса»)."""
    with reading(engine) as snapshot:
        month = periods.month(snapshot, period)
        # A month out of order is the server's to refuse, with nothing changed.
        is_wanted = periods.is_next(snapshot, period, part=part) and periods.sets_off(
            snapshot, on=period.last_day
        )
    if not is_wanted or month is None or not month.is_open(MonthPart.PAYMENTS):
        return ()
    done: list[SetOff] = []
    for turn in range(_ATTEMPTS):
        # The turn is in the key: what moved meanwhile is a document of its own.
        own = replace(voucher, key=uuid5(voucher.key, f"setoff {turn}"), kind=VoucherKind.SETOFF)
        try:
            one = set_off_advances(engine, own, into=period)
        except DuesChanged:
            continue
        if not one.is_nothing:
            done.append(one)
        if not one.skipped:
            break
    return tuple(done)


def _patiently(call: Callable[[], T]) -> T:
    """Call again while those who post keep the month busy."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return call()
        except DatabaseBusy:
            continue
    return call()
