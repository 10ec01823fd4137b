"""Write penalties off, and take that back: a document with its reason (money.md R10).

The calculated figure stays in the books; no accrual brings back what was written off.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from app.domain import period as periods
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.store import writing
from app.store.engine import Engine


@dataclass(frozen=True, slots=True)
class WrittenOff:
    """One account of the document.

    :ivar amount_kop: None is all that is owed of what the rest names
    :ivar contract: its number; None is any. `origin`: the period of the debt; None is any
    """

    account: str
    amount_kop: int | None = None
    contract: str | None = None
    origin: Period | None = None


@dataclass(frozen=True, slots=True)
class PenaltyDocument:
    """What a writing off, or its reversal, came to; the amount of a reversal is negative.

    :ivar period: the month it is posted into
    :ivar is_replay: the key had posted it before
    """

    key: UUID
    period: Period
    amount_kop: int
    accounts: int
    lines: int
    is_replay: bool


def write_off_penalty(
    engine: Engine,
    voucher: Voucher,
    *,
    on: date,
    document: str,
    lines: Sequence[WrittenOff],
) -> PenaltyDocument:
    """Write penalties of accounts off, the oldest first; the voucher's reason says why.

    :param on: day of the document: its month, or the first one that takes penalties
    :param document: number and date of what it rests on
    :raises RefusedByDatabase: without reason or document, above what is owed, unknown account
    """
    assert voucher.kind is VoucherKind.WRITE_OFF
    told = [
        {
            "account": line.account,
            "amount_kop": line.amount_kop,
            "contract": line.contract,
            "origin_period": None if line.origin is None else line.origin.first_day.isoformat(),
        }
        for line in lines
    ]
    answer = writing.call(
        engine,
        "write_off_penalties",
        key=voucher.key,
        on_day=on,
        actor=voucher.actor,
        at=voucher.made_at,
        reason=voucher.reason or "",
        document=document,
        wanted_lines=json.dumps(told, ensure_ascii=False),
        branch=voucher.branch_id,
    )
    return _answered(answer)


def reverse_penalty_write_off(
    engine: Engine, voucher: Voucher, *, write_off: UUID, on: date
) -> PenaltyDocument:
    """Undo a writing off by its opposite, once; the voucher's reason says why.

    :raises RefusedByDatabase: when there is none, it is undone already, or no reason is given
    """
    assert voucher.kind is VoucherKind.REVERSAL
    answer = writing.call(
        engine,
        "reverse_penalty_write_off",
        key=voucher.key,
        write_off=write_off,
        on_day=on,
        actor=voucher.actor,
        at=voucher.made_at,
        reason=voucher.reason or "",
        branch=voucher.branch_id,
    )
    return _answered(answer)


def _answered(answer: Any) -> PenaltyDocument:
    return PenaltyDocument(
        key=UUID(answer["voucher"]),
        period=periods.of(date.fromisoformat(answer["period"])),
        amount_kop=int(answer["amount_kop"]),
        accounts=answer["accounts"],
        lines=answer["lines"],
        is_replay=answer["replay"],
    )
