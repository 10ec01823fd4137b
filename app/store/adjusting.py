"""Adjustments into the books: columns of lines staged by COPY, posted by one function.

Kinds 3..7 of app/domain/ledger.py alone; each line is for a month of its own (origin), all are
posted into one open month under one voucher.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from app.domain import days
from app.domain.basis import SLOTS, Basis
from app.domain.ledger import EntryKind
from app.domain.money import Ints
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Refusal
from app.store.copying import copy_rows, uuids_of
from app.store.reading import Snapshot
from app.store.writing import Draft


class UnknownName(Refusal):
    """A line names an account, a service or a contract that is not there."""


@dataclass(frozen=True, slots=True)
class Adjustments:
    """Lines to post, shape (n,) each; keys are raw bytes of uuid columns (V16).

    :ivar origin: first day of the month a line is for, days since 2000-01-01
    :ivar kind: EntryKind, RECALCULATION to BENEFIT
    :ivar basis: Basis, with `slots` of shape (n, SLOTS); NONE where nothing was calculated
    :ivar day_from: day of the origin month, from 0; `day_to` exclusive
    """

    account_ids: NDArray[np.void]
    service_ids: NDArray[np.void]
    contract_ids: NDArray[np.void]
    origin: Ints
    kind: Ints
    basis: Ints
    component: Ints
    zone: Ints
    day_from: Ints
    day_to: Ints
    amount_kop: Ints
    volume_mcu: Ints
    price_mcr: Ints
    slots: Ints

    def __len__(self) -> int:
        return len(self.account_ids)


@dataclass(frozen=True, slots=True)
class NamedLine:
    """One line by the names people use: number of the account, codes of service and contract.

    :ivar day_to: exclusive; -1: to the end of the month
    """

    account: str
    service: str
    contract: str
    origin: Period
    kind: EntryKind
    amount_kop: int
    volume_mcu: int = 0
    price_mcr: int = 0
    basis: Basis = Basis.NONE
    component: int = 0
    zone: int = 0
    day_from: int = 0
    day_to: int = -1
    slots: Sequence[int] = ()


def joined(parts: Sequence[Adjustments]) -> Adjustments:
    """Give the lines of several, in their order.

    :param parts: at least one
    """
    return Adjustments(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in Adjustments.__slots__)
    )


def by_names(snapshot: Snapshot, lines: Sequence[NamedLine]) -> Adjustments:
    """Give the columns of lines written by hand.

    :raises UnknownName: when an account, a service or a contract is not there
    """

    def keys(query: str, names: list[str], what: str) -> NDArray[np.void]:
        known: dict[str, UUID] = {
            row.name: row.id for row in snapshot.rows(query, names=sorted(set(names)))
        }
        for name in names:
            if name not in known:
                raise UnknownName(f"{what} «{name}» нет. Проверьте и повторите.")
        return uuids_of([known[name] for name in names])

    def column(values: list[int]) -> Ints:
        return np.array(values, dtype=np.int64)

    padded = [[*one.slots, *[0] * (SLOTS - len(one.slots))] for one in lines]
    return Adjustments(
        account_ids=keys(_ACCOUNTS, [one.account for one in lines], "Лицевого счёта"),
        service_ids=keys(_SERVICES, [one.service for one in lines], "Услуги"),
        contract_ids=keys(_CONTRACTS, [one.contract for one in lines], "Договора"),
        origin=column([days.number(one.origin.first_day) for one in lines]),
        kind=column([int(one.kind) for one in lines]),
        basis=column([int(one.basis) for one in lines]),
        component=column([one.component for one in lines]),
        zone=column([one.zone for one in lines]),
        day_from=column([one.day_from for one in lines]),
        day_to=column([one.origin.days if one.day_to < 0 else one.day_to for one in lines]),
        amount_kop=column([one.amount_kop for one in lines]),
        volume_mcu=column([one.volume_mcu for one in lines]),
        price_mcr=column([one.price_mcr for one in lines]),
        slots=np.array(padded, dtype=np.int64).reshape(len(lines), SLOTS),
    )


_ACCOUNTS = "select number as name, id from app.account where number = any (%(names)s)"
_SERVICES = "select code as name, id from app.service where code = any (%(names)s)"
_CONTRACTS = "select number as name, id from app.contract where number = any (%(names)s)"


def post(
    draft: Draft,
    voucher: Voucher,
    *,
    period: Period,
    lines: Adjustments,
    notes: Mapping[int, str],
) -> bool:
    """Post lines into an open period in the transaction of the draft.

    :param notes: words that slots named _note stand for, by number (app/domain/note.py)
    :returns: False when the same lines were posted under this key before: nothing is done again
    :raises RefusedByDatabase: without a reason or lines, into a period not open, of another kind
    :raises KeyReused: when the key was used with other lines
    """
    assert voucher.kind is VoucherKind.ADJUSTMENT
    draft.cursor.execute("set local statement_timeout = 0")
    draft.call("start_adjustments")
    if len(lines):
        copy_rows(draft.cursor, "pg_temp.staged_adjustment", columns=_columns(lines))
    if notes:
        draft.call("keep_notes", numbers=list(notes), texts=list(notes.values()))
    return bool(
        draft.call(
            "post_adjustments",
            key=voucher.key,
            wanted=period.first_day,
            actor=voucher.actor,
            at=voucher.made_at,
            reason=voucher.reason or "",
            branch=voucher.branch_id,
        )
    )


def is_posted(snapshot: Snapshot, key: UUID) -> bool:
    """Tell whether an adjustment was posted under this key."""
    found = snapshot.value(
        "select 1 from app.voucher where id = %(key)s and kind = 'adjustment'", key=key
    )
    return found is not None


def _columns(lines: Adjustments) -> dict[str, NDArray[Any]]:
    small = ("kind", "component", "zone", "day_from", "day_to")
    return {
        "line_no": np.arange(1, len(lines) + 1, dtype=np.int32),
        "account_id": lines.account_ids,
        "service_id": lines.service_ids,
        "contract_id": lines.contract_ids,
        "origin_period": lines.origin.astype(np.int32),
        "method": lines.basis.astype(np.int16),
        **{name: getattr(lines, name).astype(np.int16) for name in small},
        "amount_kop": lines.amount_kop,
        "volume_mcu": lines.volume_mcu,
        "price_mcr": lines.price_mcr,
        "inputs": lines.slots,
    }
