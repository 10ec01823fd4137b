"""Close a shift: nothing unfinished, the journal agrees with the books, the drawer is counted."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.shift import Shift
from app.domain.voucher import Voucher
from app.errors import Refusal
from app.operations.open_shift import shift_of
from app.store import cash, writing
from app.store.desk_journal import DeskJournal
from app.store.engine import Engine
from app.store.reading import reading


class UnfinishedPayments(Refusal):
    """The journal of the desk has operations whose end is not known."""


@dataclass(frozen=True, slots=True)
class ShiftClosing:
    """A closed shift as the books have it.

    :ivar difference_kop: излишек (positive) or недостача (negative) of the drawer
    :ivar by_tender: kopecks by tender, by_service by service code; returns taken off
    """

    shift: Shift
    payments: int
    amount_kop: int
    expected_cash_kop: int
    counted_cash_kop: int
    by_tender: Mapping[str, int]
    by_service: Mapping[str, int]
    voided: tuple[int, ...]

    @property
    def difference_kop(self) -> int:
        return self.counted_cash_kop - self.expected_cash_kop


def close_shift(
    engine: Engine,
    voucher: Voucher,
    *,
    shift: Shift,
    counted_cash_kop: int,
    journal: DeskJournal | None = None,
) -> ShiftClosing:
    """Close a shift once; without a journal the books vouch for themselves.

    :raises UnfinishedPayments: when resume_payments must be run first
    :raises Refusal: when journal and books differ, or the shift is another's
    """
    answer = writing.call(
        engine,
        "close_shift",
        key=shift.key,
        counted_cash_kop=counted_cash_kop,
        at=voucher.made_at,
        actor=voucher.actor,
        claimed=json.dumps(_claimed(engine, shift, journal)),
    )
    manifest = answer["manifest"]
    return ShiftClosing(
        shift=shift_of(answer),
        payments=manifest["n"],
        amount_kop=manifest["sum"],
        expected_cash_kop=answer["expected_cash_kop"],
        counted_cash_kop=answer["counted_cash_kop"],
        by_tender=manifest["by_tender"],
        by_service=manifest["by_service"],
        voided=tuple(manifest["voided"]),
    )


def _claimed(engine: Engine, shift: Shift, journal: DeskJournal | None) -> dict[str, object]:
    if journal is None:
        with reading(engine) as snapshot:
            booked = cash.shift_totals(snapshot, shift)
        return {"n": booked.payments, "sum": booked.amount_kop, "voided": []}
    claim = journal.claim(shift.key)
    if claim.unfinished:
        numbers = ", ".join(str(row.receipt_no) for row in claim.unfinished)
        raise UnfinishedPayments(
            f"В смене № {shift.shift_no} есть незавершённые операции: чеки № {numbers}. "
            "Отправьте их («Повторить») и закройте смену снова."
        )
    return {"n": claim.count, "sum": claim.sum_kop, "voided": list(claim.voided)}
