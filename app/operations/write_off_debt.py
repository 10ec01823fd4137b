"""«Списание долга»: principal and penalties of accounts by one document, and its opposite.

The program writes nothing off by itself: limitation is applied by a court (ГК РФ, ст. 199). What
was written off stays written off: penalties are not charged again by a recalculation.
"""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Refusal
from app.store import limitation, naming, vouchers, writing
from app.store.engine import Engine
from app.store.limitation import MarkedDebt
from app.store.reading import Snapshot, reading


class NothingToWriteOff(Refusal):
    """The accounts owe nothing of what was asked."""


@dataclass(frozen=True, slots=True)
class WantedWriteOff:
    """Which debts: all that fit everything given.

    :ivar barred_only: only those whose limitation has run out
    :ivar parts: principal, penalty or both
    """

    accounts: tuple[str, ...]
    on: date
    order_number: str
    contract: str | None = None
    first: Period | None = None
    last: Period | None = None
    barred_only: bool = False
    principal: bool = True
    penalty: bool = True


def write_off_debt(engine: Engine, voucher: Voucher, wanted: WantedWriteOff) -> dict[str, Any]:
    """Write debts off, once by the voucher's key; all accounts or none.

    :returns: voucher, period, principal_kop, penalty_kop, lines, accounts, replay
    :raises UnknownName: when an account or the contract is not there
    :raises NothingToWriteOff: when nothing fits
    :raises RefusedByDatabase: without a reason or an order, or when the debts moved meanwhile
    """
    assert voucher.kind is VoucherKind.WRITE_OFF
    with reading(engine) as snapshot:
        lines = _lines(snapshot, wanted) if vouchers.month_of(snapshot, voucher.key) is None else []
    answer: dict[str, Any] = writing.call(
        engine,
        "write_off_debt",
        key=voucher.key,
        on_day=wanted.on,
        reason=voucher.reason,
        order_number=wanted.order_number,
        asked=json.dumps(_asked(wanted)),
        wanted_lines=json.dumps(lines),
        actor=voucher.actor,
        at=voucher.made_at,
        branch=voucher.branch_id,
    )
    return answer


def undo_write_off(
    engine: Engine, voucher: Voucher, *, write_off: UUID, on: date
) -> dict[str, Any]:
    """Undo a writing off by its opposite, once.

    :raises RefusedByDatabase: when it is none, is undone already, or no reason is given
    """
    assert voucher.kind is VoucherKind.REVERSAL
    answer: dict[str, Any] = writing.call(
        engine,
        "reverse_debt_write_off",
        key=voucher.key,
        write_off=write_off,
        on_day=on,
        reason=voucher.reason,
        actor=voucher.actor,
        at=voucher.made_at,
        branch=voucher.branch_id,
    )
    return answer


def _lines(snapshot: Snapshot, wanted: WantedWriteOff) -> list[dict[str, object]]:
    naming.keys(snapshot, "account", wanted.accounts)
    if wanted.contract is not None:
        naming.key(snapshot, "contract", wanted.contract)
    found = [
        {
            "account": debt.account,
            "service_id": str(debt.service_id),
            "contract_id": str(debt.contract_id),
            "origin_period": debt.origin_period.first_day.isoformat(),
            "principal_kop": debt.principal_kop if wanted.principal else 0,
            "penalty_kop": debt.penalty_kop if wanted.penalty else 0,
        }
        for debt in limitation.marked(snapshot, wanted.accounts, on=wanted.on)
        if _fits(debt, wanted)
    ]
    if not found:
        raise NothingToWriteOff(
            "Списывать нечего: у выбранных счетов такого долга нет. Проверьте счета, договор, "
            "периоды и срок давности: kvitok limitation."
        )
    return found


def _fits(debt: MarkedDebt, wanted: WantedWriteOff) -> bool:
    amount = debt.principal_kop * wanted.principal + debt.penalty_kop * wanted.penalty
    return (
        amount > 0
        and wanted.contract in {None, debt.contract}
        and (wanted.first is None or wanted.first <= debt.origin_period)
        and (wanted.last is None or debt.origin_period <= wanted.last)
        and (not wanted.barred_only or debt.mark.is_barred)
    )


def _asked(wanted: WantedWriteOff) -> dict[str, object]:
    return {
        "accounts": sorted(wanted.accounts),
        "contract": wanted.contract,
        "first": None if wanted.first is None else str(wanted.first),
        "last": None if wanted.last is None else str(wanted.last),
        "barred_only": wanted.barred_only,
        "principal": wanted.principal,
        "penalty": wanted.penalty,
    }
