"""Correct a charge by hand: one amount for one month, with a reason, once by its key.

The line has no formula: its explanation is the reason (charges.md §13, MANUAL).
"""

from dataclasses import dataclass

from app.domain import money
from app.domain.ledger import EntryKind
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Refusal
from app.store import adjusting, recalculating, vouchers, workplace
from app.store.adjusting import NamedLine
from app.store.engine import Engine
from app.store.reading import Snapshot, reading
from app.store.writing import writing

MOST_KOP = 100_000_000_00


class NotACorrection(Refusal):
    """A correction without a reason, of nothing, or of an amount nobody owes."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """What was posted.

    :ivar period: the month it was posted into
    :ivar is_new: False when the same was posted under this key before
    """

    period: Period
    is_new: bool


def correct_manually(
    engine: Engine,
    voucher: Voucher,
    *,
    account: str,
    origin: Period,
    service: str,
    contract: str,
    amount_kop: int,
    into: Period | None = None,
) -> Corrected:
    """Add an amount to what an account owes for a month; below zero it is taken off.

    :param into: an open month; without it the month itself where it is open and charged, else the
        first open one
    :raises NotACorrection: without a reason or an amount, or of an amount past belief
    :raises UnknownName: when the account, the service or the contract is not there
    :raises RefusedByDatabase: into a month that is not open, or for a month after it
    :raises KeyReused: when the key was used with another correction
    """
    assert voucher.kind is VoucherKind.ADJUSTMENT
    if not (voucher.reason or "").strip():
        raise NotACorrection(
            "Не указана причина исправления. Напишите документ и обстоятельство, например:"
            " «служебная записка № 5 от 03.11.2026, ошибка площади»."
        )
    if not amount_kop or abs(amount_kop) > MOST_KOP:
        raise NotACorrection(
            f"Исправление на {money.shown(amount_kop)} ₽ не проводится: нужна сумма не ноль и не"
            f" больше {money.shown(MOST_KOP)} ₽. Проверьте её."
        )
    with reading(engine) as snapshot:
        lines = adjusting.by_names(
            snapshot,
            [NamedLine(account, service, contract, origin, EntryKind.CORRECTION, amount_kop)],
        )
        # Sent again after its month was closed, it still is the document of that month.
        posted = vouchers.month_of(snapshot, voucher.key)
        target = into or posted or _target(snapshot, origin)
    with writing(engine) as draft:
        is_new = adjusting.post(draft, voucher, period=target, lines=lines, notes={})
    return Corrected(target, is_new)


def _target(snapshot: Snapshot, origin: Period) -> Period:
    """Give the month to post into: of several open ones a charged one has its own corrections."""
    first = workplace.open_period(snapshot)
    return origin if first < origin <= recalculating.target(snapshot) else first
