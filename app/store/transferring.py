"""Balances to be moved, as columns; acts into the books by COPY and one function.

load ─▶ Balances ── domain chooses ─▶ Moves ─▶ stage ─▶ post, or change of contracts.py
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from psycopg.types.json import Jsonb

from app.domain import period
from app.domain.balance_transfer import SETTINGS, Held, Moves
from app.domain.days import EPOCH
from app.domain.money import Ints
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.store import law
from app.store.copying import Nullable, copy_rows, uuids_of
from app.store.reading import Snapshot
from app.store.writing import Draft

_HELD = """
select balance.account_id, balance.service_id, balance.contract_id,
  balance.origin_period - date '2000-01-01' as origin,
  balance.charged_kop + balance.moved_kop as principal_kop, balance.penalty_kop
from app.balance
join app.account on account.id = balance.account_id
join app.service on service.id = balance.service_id
join app.contract on contract.id = balance.contract_id
where (balance.charged_kop + balance.moved_kop <> 0 or balance.penalty_kop <> 0)
  and (%(accounts)s::uuid[] is null or balance.account_id = any (%(accounts)s::uuid[]))
  and (%(contract)s::uuid is null or balance.contract_id = %(contract)s)
order by balance.origin_period, account.number, service.position, service.code, contract.number
"""
_KINDS = {
    "account_id": "uuid",
    "service_id": "uuid",
    "contract_id": "uuid",
    "origin": "int4",
    "principal_kop": "int8",
    "penalty_kop": "int8",
}


@dataclass(frozen=True, slots=True)
class Balances:
    """Rows of balances with the keys their places stand for; day_origin as days since 2000."""

    held: Held
    account_ids: NDArray[np.void]
    service_ids: NDArray[np.void]
    contract_ids: NDArray[np.void]
    day_origin: Ints

    def services(self, keys: list[UUID]) -> tuple[int, ...]:
        """Give the places of services; those that no row has are left out."""
        at = {key: place for place, key in enumerate(self.service_ids.tolist())}
        return tuple(at[key.bytes] for key in keys if key.bytes in at)


@dataclass(frozen=True, slots=True)
class Target:
    """Where moves arrive; None: the same account, service or contract they leave.

    :ivar is_out: they leave the system
    """

    account: UUID | None = None
    service: UUID | None = None
    contract: UUID | None = None
    is_out: bool = False


def load(
    snapshot: Snapshot, *, accounts: list[UUID] | None, contract: UUID | None, on: date
) -> Balances:
    """Read balances that are not zero, oldest period first.

    :param accounts: None for all
    :param on: the day for which limitation is asked
    """
    columns = snapshot.columns(_HELD, {"accounts": accounts, "contract": contract}, kinds=_KINDS)
    account, account_ids = _places(columns["account_id"])
    service, service_ids = _places(columns["service_id"])
    contract_of, contract_ids = _places(columns["contract_id"])
    day_origin = columns["origin"].astype(np.int64)
    months, inverse = np.unique(day_origin, return_inverse=True)
    periods = [period.of(EPOCH + timedelta(days=month)) for month in months.tolist()]
    terms = law.payment_terms()
    numbers = np.array([one.year * 12 + one.month - 1 for one in periods], dtype=np.int64)
    barred = np.array([terms.is_time_barred(one, on=on) for one in periods], dtype=np.bool_)
    held = Held(
        account=account,
        service=service,
        contract=contract_of,
        origin=numbers[inverse] if len(months) else day_origin,
        principal_kop=columns["principal_kop"],
        penalty_kop=columns["penalty_kop"],
        is_barred=barred[inverse] if len(months) else np.zeros(0, dtype=np.bool_),
    )
    return Balances(held, account_ids, service_ids, contract_ids, day_origin)


def _places(keys: NDArray[np.void]) -> tuple[Ints, NDArray[np.void]]:
    """Give the place of each key among the distinct ones, and these."""
    raw = keys.tolist()
    distinct = list(dict.fromkeys(raw))
    index = {key: place for place, key in enumerate(distinct)}
    places = np.fromiter((index[key] for key in raw), np.int64, len(raw))
    return places, np.frombuffer(b"".join(distinct), dtype="V16")


def stage(draft: Draft, balances: Balances, moves: Moves, target: Target) -> None:
    """Put moves where the functions of acts take them from."""
    draft.cursor.execute("set local statement_timeout = 0")
    draft.call("start_transfers")
    if not len(moves):
        return
    held, row = balances.held, moves.row
    seen = np.where(moves.is_penalty, held.penalty_kop[row], held.principal_kop[row])
    leaves = {
        "account_id": balances.account_ids[held.account[row]],
        "service_id": balances.service_ids[held.service[row]],
        "contract_id": balances.contract_ids[held.contract[row]],
    }
    arrives = {
        f"to_{name}": _replaced(leaves[name], key, is_out=target.is_out)
        for name, key in (
            ("account_id", target.account),
            ("service_id", target.service),
            ("contract_id", target.contract),
        )
    }
    copy_rows(
        draft.cursor,
        "pg_temp.staged_transfer",
        columns={
            "line_no": np.arange(1, len(moves) + 1, dtype=np.int32),
            **leaves,
            "origin_period": balances.day_origin[row].astype(np.int32),
            "is_penalty": moves.is_penalty,
            "held_kop": seen,
            "amount_kop": moves.amount_kop,
            **arrives,
        },
    )


def _replaced(keys: NDArray[np.void], key: UUID | None, *, is_out: bool) -> Any:
    if is_out:
        return Nullable(keys, np.zeros(len(keys), dtype=np.bool_))
    return keys if key is None else np.repeat(uuids_of([key]), len(keys))


def post(
    draft: Draft, voucher: Voucher, *, act: Mapping[str, Any], asked: Mapping[str, Any]
) -> bool:
    """Post what is staged as an act of balance transfer.

    :returns: False when the same was posted under this key before
    :raises RefusedByDatabase: when a rule of the books forbids it, or balances changed meanwhile
    :raises KeyReused: when the key was used for another order
    """
    assert voucher.kind is VoucherKind.TRANSFER
    return bool(
        draft.call(
            "post_transfer",
            key=voucher.key,
            actor=voucher.actor,
            at=voucher.made_at,
            act=as_json(act),
            asked=as_json(asked),
            branch=voucher.branch_id,
        )
    )


def reverse(draft: Draft, voucher: Voucher, *, undone: UUID) -> bool:
    """Undo an act of transfer or of a change of contract by its opposite, once.

    :returns: False when it was undone with this key before
    :raises RefusedByDatabase: when there is no such act, or it is undone, or is a reversal itself
    """
    assert voucher.kind is VoucherKind.REVERSAL
    return bool(
        draft.call(
            "reverse_transfer",
            key=voucher.key,
            transfer=undone,
            actor=voucher.actor,
            at=voucher.made_at,
            reason=voucher.reason or "",
            branch=voucher.branch_id,
        )
    )


def as_json(value: Mapping[str, Any]) -> Jsonb:
    """Give a mapping as the database takes jsonb."""
    return Jsonb(dict(value))


def parameters(snapshot: Snapshot, *, on: date) -> dict[str, str]:
    """Give the settings of balance transfers that are in force on a day."""
    return {
        row.code: row.value
        for row in snapshot.rows(
            "select code, value from app.parameter where code = any (%(codes)s)"
            " and valid_from <= %(on)s and (valid_to is null or valid_to > %(on)s)",
            codes=list(SETTINGS),
            on=on,
        )
    }


def accounts_of(
    snapshot: Snapshot, *, accounts: list[UUID], houses: list[UUID]
) -> list[UUID] | None:
    """Give these accounts and those of these houses; None when neither is named."""
    if not accounts and not houses:
        return None
    rows = snapshot.rows(
        "select account_id from app.house_account where house_id = any (%(houses)s)"
        " union select unnest(%(accounts)s::uuid[])",
        houses=houses,
        accounts=accounts,
    )
    return [row[0] for row in rows]


def creditors(snapshot: Snapshot, contracts: list[UUID]) -> dict[UUID, UUID]:
    """Give who is owed under each contract: the supplier, of a two-sided one the provider."""
    return {
        row.id: row.creditor_id
        for row in snapshot.rows(
            "select id, coalesce(supplier_id, provider_id) as creditor_id from app.contract"
            " where id = any (%(contracts)s)",
            contracts=contracts,
        )
    }


def months_charged_from(snapshot: Snapshot, first: Period) -> tuple[Period, ...]:
    """Give the months from one on that are charged already: a change touches them."""
    rows = snapshot.rows(
        "select distinct run.period from app.charge_run as run"
        " join app.voucher on voucher.id = run.voucher_id"
        " where voucher.status = 'posted' and run.period >= %(first)s order by 1",
        first=first.first_day,
    )
    return tuple(period.of(row[0]) for row in rows)
