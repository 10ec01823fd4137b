"""Penalties of a month as section 4 of the payment document tells them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from app.domain import days
from app.domain.ledger import PENALTIES, EntryKind
from app.domain.payment_document import PenaltyNote
from app.domain.penalty_slots import NotAPenaltyRecord, PenaltyRecord, unpack
from app.domain.penalty_terms import PenaltyScheme

_BASES = {
    PenaltyScheme.HOUSING: "просрочка оплаты: ЖК РФ, ст. 155 ч. 14",
    PenaltyScheme.CAPITAL_REPAIR: "просрочка взноса: ЖК РФ, ст. 155 ч. 14.1",
    PenaltyScheme.COMPANY_TO_SUPPLIER: "просрочка оплаты: 190-ФЗ, ст. 15 ч. 9.3",
    PenaltyScheme.ASSOCIATION_TO_SUPPLIER: "просрочка оплаты: 190-ФЗ, ст. 15 ч. 9.2",
    PenaltyScheme.LEGAL_ENTITY: "просрочка оплаты: 190-ФЗ, ст. 15 ч. 9.1",
}
_NAMES = {
    EntryKind.PENALTY: "Пени",
    EntryKind.PENALTY_WRITE_OFF: "Списание пени",
    EntryKind.PENALTY_TRANSFER: "Передача пени",
}


def notes(entries: Sequence[Any], payees: Mapping[UUID, str]) -> tuple[PenaltyNote, ...]:
    """Give the rows of section 4: one a payee, kind and reason.

    :param entries: rows of the month of one account, with kind, contract_id, inputs, reason
    :param payees: who receives under each contract
    """
    sums: dict[tuple[str, str], int] = {}
    for row in entries:
        if row.kind not in PENALTIES:
            continue
        kind = EntryKind(row.kind)
        key = (f"{_NAMES[kind]}, {payees[row.contract_id]}", _basis(row, kind))
        sums[key] = sums.get(key, 0) + row.amount_kop
    return tuple(
        PenaltyNote(name, basis, amount_kop)
        for (name, basis), amount_kop in sums.items()
        if amount_kop
    )


def reckoned_to(entries: Sequence[Any]) -> date | None:
    """Give the day the penalties of the month are reckoned to, None where there are none."""
    records = [_record(row.inputs) for row in entries if row.kind == EntryKind.PENALTY]
    reached = [record.on for record in records if record is not None]
    return days.of_number(max(reached)) if reached else None


def _basis(row: Any, kind: EntryKind) -> str:
    if kind is EntryKind.PENALTY:
        record = _record(row.inputs)
        scheme = PenaltyScheme.HOUSING if record is None else record.scheme
        return _BASES.get(scheme, "")
    if kind is EntryKind.PENALTY_WRITE_OFF:
        return row.reason or ""
    return "акт передачи сальдо"


def _record(inputs: Sequence[int]) -> PenaltyRecord | None:
    try:
        return unpack(inputs)
    except NotAPenaltyRecord:
        return None
