"""Open a closed month again, or a part of it: the last one only, with a reason that is kept."""

from dataclasses import dataclass
from datetime import date

from app.domain import period as periods
from app.domain.closing import MonthPart
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.store import writing
from app.store.engine import Engine


@dataclass(frozen=True, slots=True)
class ReopenedPeriod:
    """What a reopening came to.

    :ivar months: the month and those that had closed with it
    :ivar balances: rows of the snapshot that was dropped
    :ivar closing_kop: what they summed to
    :ivar documents: posted between the closing and the reopening; they stay where they are
    """

    period: Period
    part: MonthPart | None
    months: tuple[Period, ...]
    balances: int
    closing_kop: int
    documents: int
    is_replay: bool


def reopen_period(
    engine: Engine, voucher: Voucher, *, period: Period, part: MonthPart | None = None
) -> ReopenedPeriod:
    """Open the month; with a part, only that part of it takes anything again.

    :param voucher: its reason says why, and is kept in the history of the month
    :raises Refusal: when it is open, is not the last closed one, or there is no reason
    """
    assert voucher.kind is VoucherKind.REOPENING
    answer = writing.call(
        engine,
        "reopen_period",
        key=voucher.key,
        wanted=period.first_day,
        actor=voucher.actor,
        at=voucher.made_at,
        reason=voucher.reason or "",
        part=None if part is None else str(part),
    )
    return ReopenedPeriod(
        period=periods.of(date.fromisoformat(answer["period"])),
        part=None if answer["part"] is None else MonthPart(answer["part"]),
        months=tuple(periods.of(date.fromisoformat(one)) for one in answer["months"]),
        balances=answer["balances"],
        closing_kop=answer["closing_kop"],
        documents=answer["documents"],
        is_replay=answer["replay"],
    )
