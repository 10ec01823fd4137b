"""Finish what a crash or a lost line left in the journal of the desk, by the same keys.

    INTENT ─▶ the same call again: taken before or now ─▶ DONE · refused ─▶ VOID
    DB_OK  ─▶ the books have it, the paper is in doubt  ─▶ DONE, told to the cashier

In the order the operations were begun, before the first new payment. Dues that have moved since do
not void money whose payer may be gone: it is posted as it was split, and nets out. A receipt is
never printed again by itself: the cashier prints a copy.
"""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from app.domain.payment import PaymentOrder, of_document
from app.store import sending
from app.store.desk_journal import DeskJournal, JournalRow, JournalState
from app.store.engine import Engine, RefusedByDatabase
from app.store.sending import PATIENCE, NotSent, NotTaken, Patience

PAPER_IN_DOUBT = "Платёж проведён, но программа прервалась до чека. Напечатайте копию."


@dataclass(frozen=True, slots=True)
class Resumed:
    """What became of an operation that was left.

    :ivar row: the journal row as it is now; INTENT is «не отправлено»
    :ivar sentence: for the cashier
    """

    row: JournalRow
    sentence: str


def resume_payments(
    engine: Engine, journal: DeskJournal, *, patience: Patience = PATIENCE
) -> tuple[Resumed, ...]:
    """Finish every operation that is not final; when the books do not answer, the rest waits."""
    outcomes: list[Resumed] = []
    is_connected = True
    for row in journal.unfinished():
        if row.state is JournalState.DB_OK:
            outcomes.append(_finished(journal, row))
        elif not is_connected:
            outcomes.append(Resumed(row, _waiting(row)))
        else:
            try:
                outcomes.append(_sent(engine, journal, row, patience))
            except NotSent:
                is_connected = False
                outcomes.append(Resumed(row, _waiting(row)))
    return tuple(outcomes)


def _sent(engine: Engine, journal: DeskJournal, row: JournalRow, patience: Patience) -> Resumed:
    try:
        answer = _call(engine, row, patience)
    except (RefusedByDatabase, NotTaken) as error:
        voided = journal.void(row.key, str(error))
        return Resumed(voided, f"Операция № {row.receipt_no} не проведена: {error}")
    return _finished(journal, journal.confirm(row.key, answer))


def _call(engine: Engine, row: JournalRow, patience: Patience) -> dict[str, Any]:
    if row.kind == "reversal":
        return sending.reversal(
            engine, row.key, request=row.request, receipt_no=row.receipt_no, patience=patience
        )
    order = of_document(row.request)
    try:
        return _payment(engine, row, order, patience)
    except RefusedByDatabase as error:
        if error.detail != sending.DUES_CHANGED:
            raise
        return _payment(engine, row, replace(order, expected_version=None), patience)


def _payment(
    engine: Engine, row: JournalRow, order: PaymentOrder, patience: Patience
) -> dict[str, Any]:
    return sending.payment(
        engine,
        row.key,
        order=order,
        actor=row.actor,
        branch_id=row.request["branch_id"],
        receipt_no=row.receipt_no,
        patience=patience,
    )


def _finished(journal: DeskJournal, row: JournalRow) -> Resumed:
    done = journal.finish(row.key, printed=False, remark=PAPER_IN_DOUBT)
    if row.kind == "reversal":
        journal.mark_reversed(UUID(row.request["payment"]))
    return Resumed(done, PAPER_IN_DOUBT)


def _waiting(row: JournalRow) -> str:
    return (
        f"Операция № {row.receipt_no} не отправлена: база данных не отвечает. "
        "Она будет отправлена под тем же номером, когда связь вернётся."
    )
