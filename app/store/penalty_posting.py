"""Penalties into the books: batches of accounts, each with its balances in one transaction.

start ─▶ (hold ─▶ COPY ─▶ finish) for each batch ─▶ end        migrations, 15_penalties.sql
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from app.domain import days
from app.domain import period as periods
from app.domain.ledger import EntryKind
from app.domain.money import Ints
from app.domain.penalty_slots import PackedPenalties
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.store.copying import copy_rows, days_of, uuid_list, uuids_of
from app.store.penalty_catalogue import Accounts
from app.store.reading import Snapshot
from app.store.writing import Draft

_MADE = """
select period, accrued_to, accounts, lines, amount_kop, finished_at is not null as is_finished
from app.penalty_run where voucher_id = %(key)s
"""


@dataclass(frozen=True, slots=True)
class Run:
    """An accrual that was started.

    :ivar number: 0, or below zero where it has a table of its own
    :ivar lines: that it has already
    """

    key: UUID
    period: Period
    number: int
    lines: int
    is_finished: bool


@dataclass(frozen=True, slots=True)
class Made:
    """What an accrual has come to."""

    period: Period
    accrued_to: date
    accounts: int
    lines: int
    amount_kop: int
    is_finished: bool


@dataclass(frozen=True, slots=True)
class PenaltyLines:
    """Entries of a batch, shape (n,) each; their records are in `packed`, by place.

    :ivar account: place among the accounts of the batch
    :ivar service_ids: raw bytes, V16, as `contract_ids`
    :ivar origin: first day of the period, since 2000-01-01
    """

    account: Ints
    service_ids: NDArray[np.void]
    contract_ids: NDArray[np.void]
    origin: Ints
    amount_kop: Ints
    packed: Sequence[PackedPenalties]

    def __len__(self) -> int:
        return sum(len(one.place) for one in self.packed)


def made(snapshot: Snapshot, key: UUID) -> Made | None:
    """Give what the accrual of a key came to, None when there is none."""
    row = snapshot.one(_MADE, key=key)
    if row is None:
        return None
    return Made(
        periods.of(row.period),
        row.accrued_to,
        row.accounts,
        row.lines,
        row.amount_kop,
        row.is_finished,
    )


def start(
    draft: Draft,
    voucher: Voucher,
    *,
    period: Period,
    on: date,
    numbers: Sequence[str],
    terms: str,
) -> Run:
    """Begin an accrual, or find the one begun with this key.

    :param numbers: of accounts; none is the whole centre
    :param terms: digest of what it goes by
    :raises RefusedByDatabase: when the month takes no penalties, or an account is not there
    :raises KeyReused: when the key was used for something else
    """
    assert voucher.kind is VoucherKind.PENALTY
    answer = draft.call(
        "start_penalties",
        key=voucher.key,
        wanted=period.first_day,
        accrued_to=on,
        actor=voucher.actor,
        at=voucher.made_at,
        account_numbers=list(numbers),
        terms=terms,
        with_table=not numbers,
        branch=voucher.branch_id,
    )
    return Run(voucher.key, period, answer["run_no"], answer["lines"], answer["is_finished"])


def append(
    draft: Draft, run: Run, batch: Accounts, *, lines: PenaltyLines, first_line: int
) -> None:
    """Add the entries of a batch in the transaction of the draft; the balances move with them.

    :param first_line: number of the accrual's lines before this batch
    :raises RefusedByDatabase: when another accrual was faster, or the month has closed
    """
    touched = np.unique(lines.account)
    keys = uuid_list(batch.ids[touched])
    draft.cursor.execute("set local statement_timeout = 0")
    table = draft.call(
        "hold_penalties", key=run.key, accounts=keys, seen=batch.seen[touched].tolist()
    )
    amount_kop = 0
    for part in lines.packed:
        rows = _entries(run, batch, lines, part=part, first_line=first_line)
        first_line += copy_rows(draft.cursor, table, columns=rows)
        amount_kop += int(rows["amount_kop"].sum())
    origins = np.concatenate([lines.origin[part.place] for part in lines.packed])
    draft.call(
        "finish_penalties",
        key=run.key,
        accounts=keys,
        lines=len(lines),
        amount_kop=amount_kop,
        first_origin=days.of_number(int(origins.min())),
        last_origin=days.of_number(int(origins.max())),
    )


def _entries(
    run: Run, batch: Accounts, lines: PenaltyLines, *, part: PackedPenalties, first_line: int
) -> dict[str, NDArray[Any]]:
    place = part.place
    size = len(place)
    nothing = np.zeros(size, dtype=np.int16)
    zero = np.zeros(size, dtype=np.int64)
    account = lines.account[place]
    return {
        "period": np.full(size, days_of(run.period.first_day), dtype=np.int32),
        "run_no": np.full(size, run.number, dtype=np.int32),
        "voucher_id": np.repeat(uuids_of([run.key]), size),
        "line_no": np.arange(first_line + 1, first_line + size + 1, dtype=np.int32),
        "branch_id": batch.branch[account].astype(np.int16),
        "account_id": batch.ids[account],
        "service_id": lines.service_ids[place],
        "contract_id": lines.contract_ids[place],
        "origin_period": lines.origin[place].astype(np.int32),
        "kind": np.full(size, int(EntryKind.PENALTY), dtype=np.int16),
        "method": nothing,
        "component": nothing,
        "zone": nothing,
        "day_from": nothing,
        "day_to": nothing,
        "amount_kop": lines.amount_kop[place],
        "volume_mcu": zero,
        "price_mcr": zero,
        "inputs": part.slots,
        "reverses_run": np.zeros(size, dtype=np.int32),
    }


def end(draft: Draft, run: Run) -> None:
    """Say that the accrual is whole."""
    draft.call("end_penalties", key=run.key)
