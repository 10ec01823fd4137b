"""Post adjustments: lines of the kinds 3..7 under one voucher, of many accounts at once.

    voucher = Voucher(uuid7(), VoucherKind.ADJUSTMENT, actor, at, reason="отопление за 2026 год")
    post_adjustments(engine, voucher, period=open_month, lines=lines, notes=notes.known) -> Posted

lines    app.store.adjusting.Adjustments: columns, keys as raw uuids (Batch.account_ids[place] …),
         or adjusting.by_names(snapshot, [NamedLine(account, service, contract, origin, kind, …)])
within   a transaction that writes more: adjusting.post(draft, voucher, period=…, lines=…, notes=…)
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.period import Period
from app.domain.voucher import Voucher
from app.store import adjusting
from app.store.adjusting import Adjustments
from app.store.engine import Engine
from app.store.writing import writing


@dataclass(frozen=True, slots=True)
class Posted:
    """What was posted.

    :ivar is_new: False when the same lines were posted under this key before
    """

    lines: int
    amount_kop: int
    is_new: bool


def post_adjustments(
    engine: Engine,
    voucher: Voucher,
    *,
    period: Period,
    lines: Adjustments,
    notes: Mapping[int, str] | None = None,
) -> Posted:
    """Post lines into an open period, once by the voucher's key; the reason is the voucher's.

    :param notes: words that slots named _note stand for, by number
    :raises RefusedByDatabase: without a reason or lines, into a period that is not open
    :raises KeyReused: when the key was used with other lines
    """
    with writing(engine) as draft:
        is_new = adjusting.post(draft, voucher, period=period, lines=lines, notes=notes or {})
    return Posted(len(lines), int(lines.amount_kop.sum()), is_new)
