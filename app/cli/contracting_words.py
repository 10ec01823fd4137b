"""What the verbs of contracts answer: documents of JSON, and texts for a person."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.domain import money
from app.domain.contract_history import AssignedSpan
from app.domain.transfer_act import ActLine, ActTotals, ContractChangeAct, TransferAct

_SHOWN_LINES = 40


def history_document(spans: Sequence[AssignedSpan]) -> list[dict[str, Any]]:
    """Give the contracts of an account for programs."""
    return [
        {
            "service": span.service,
            "contract": span.contract,
            "provider": span.provider,
            "payee": span.payee,
            "from": span.since.isoformat(),
            "to": span.until.isoformat() if span.until else None,
            "of": "account" if span.is_own else "house",
        }
        for span in spans
    ]


def history_text(account: str, spans: Sequence[AssignedSpan]) -> str:
    """Give the contracts of an account for a person."""
    if not spans:
        return f"Счёт {account}: услуг по договорам нет."
    lines = [f"Счёт {account}"]
    for span in spans:
        until = f"до {span.until:%d.%m.%Y}" if span.until else ""
        own = "счёту" if span.is_own else "дому"
        lines.append(
            f"  {span.service_name[:34]:<34} № {span.contract:<12} с {span.since:%d.%m.%Y} "
            f"{until:<13} {own:<6} {span.payee}"
        )
    return "\n".join(lines)


def transfer_document(act: TransferAct, *, key: UUID | None) -> dict[str, Any]:
    """Give an act of balance transfer for programs."""
    return {
        "voucher": str(key) if key else None,
        "kind": str(act.kind),
        "number": act.number,
        "date": act.dated.isoformat(),
        "on": act.moved_on.isoformat(),
        "basis": act.basis,
        "from": act.giver,
        "to": act.taker,
        "accounts": act.accounts,
        "undone": act.undone_on.isoformat() if act.undone_on else None,
        "totals": _sums(act.totals),
        "lines": [_line(line) for line in act.lines],
    }


def transfer_text(act: TransferAct, *, key: UUID | None, done: str) -> str:
    """Give an act of balance transfer for a person."""
    head = [
        f"{done} Акт № {act.number} от {act.dated:%d.%m.%Y}" + (f", документ {key}" if key else ""),
        f"  передаёт   {act.giver}",
        f"  принимает  {act.taker}",
        f"  основание  {act.basis}",
    ]
    return "\n".join([*head, *_table(act.lines, act.totals)])


def change_document(act: ContractChangeAct, *, key: UUID | None) -> dict[str, Any]:
    """Give an act of change of a contract for programs."""
    return {
        "voucher": str(key) if key else None,
        "number": act.number,
        "date": act.dated.isoformat(),
        "on": act.changed_on.isoformat(),
        "basis": act.basis,
        "from": act.old,
        "to": act.taking,
        "accounts": act.accounts,
        "services": [
            {
                "service": one.name,
                "place": one.place,
                "from": one.since.isoformat(),
                "to": one.until.isoformat() if one.until else None,
            }
            for one in act.services
        ],
        "recalculate": [str(one) for one in act.recalculated],
        "with_balance": act.with_balance,
        "with_penalty": act.with_penalty,
        "undone": act.undone_on.isoformat() if act.undone_on else None,
        "totals": _sums(act.totals),
        "lines": [_line(line) for line in act.lines],
    }


def change_text(act: ContractChangeAct, *, key: UUID | None, done: str) -> str:
    """Give an act of change of a contract for a person."""
    lines = [
        f"{done} Акт № {act.number} от {act.dated:%d.%m.%Y}" + (f", документ {key}" if key else ""),
        f"  прежний    {act.old}",
        f"  новый      {act.taking}, с {act.changed_on:%d.%m.%Y}",
        f"  основание  {act.basis}",
        f"  счетов     {act.accounts}",
    ]
    lines += [f"  {one.name}: {one.place}, с {one.since:%d.%m.%Y}" for one in act.services]
    if act.recalculated:
        months = ", ".join(one.shown for one in act.recalculated)
        lines.append(f"  пересчитать уже начисленные месяцы: {months}")
    if not act.with_balance:
        return "\n".join([*lines, "  сальдо остаётся за прежним получателем"])
    return "\n".join([*lines, *_table(act.lines, act.totals)])


def _sums(sums: ActTotals) -> dict[str, str]:
    return {
        "principal": money.rubles(sums.principal_kop),
        "time_barred": money.rubles(sums.barred_kop),
        "advance": money.rubles(sums.advance_kop),
        "penalty": money.rubles(sums.penalty_kop),
        "total": money.rubles(sums.total_kop),
    }


def _line(line: ActLine) -> dict[str, str]:
    return {
        "account": line.account,
        "service": line.service,
        "contract": line.contract,
        "origin_period": str(line.origin),
        **_sums(line.sums),
    }


def _table(lines: Sequence[ActLine], totals: ActTotals) -> list[str]:
    told = [
        f"  {line.account:<12} {line.service[:30]:<30} {line.origin.shown} "
        f"{money.shown(line.sums.total_kop):>14}"
        + (
            f"  в том числе пени {money.shown(line.sums.penalty_kop)}"
            if line.sums.penalty_kop
            else ""
        )
        for line in lines[:_SHOWN_LINES]
    ]
    if len(lines) > _SHOWN_LINES:
        told.append(f"  … ещё {len(lines) - _SHOWN_LINES}: все строки в акте (--out) и в --json")
    return [*told, f"  всего {money.shown(totals.total_kop)} ₽"]
