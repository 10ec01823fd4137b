"""A charge run in the database: what is left of it, its rows going in, its end.

The rows go into bare tables of the run (migrations, 80_charge_runs.sql); a batch of whole houses
and the mark that they are done are one transaction, so a run cut short goes on where it stopped.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from app.domain.charging import Charges
from app.domain.fingerprint import HouseDigest
from app.domain.period import Period
from app.domain.problem import Problem
from app.domain.tariff import unique_rows
from app.store import charging_groups, charging_houses
from app.store.charging_inputs import Batch
from app.store.copying import copy_rows, days_of, uuid_list, uuids_of
from app.store.reading import Snapshot
from app.store.writing import Draft

Keys: TypeAlias = NDArray[np.void]

_RUN = """
select run.voucher_id, run.run_no, voucher.status, run.fingerprint
from app.charge_run as run join app.voucher on voucher.id = run.voucher_id
where run.voucher_id = %(key)s
"""
# What was imported since is not in the houses done: such a run is not gone on with.
_PENDING = """
select run.voucher_id, exists (
    select 1 from app.voucher as later
    where later.kind = 'import' and later.recorded_at > voucher.recorded_at
  ) as is_stale
from app.charge_run as run join app.voucher on voucher.id = run.voucher_id
where run.period = %(period)s and voucher.status = 'pending' and run.scope = %(scope)s::jsonb
order by run.run_no desc
"""
_PENDING_ANY = """
select run.voucher_id
from app.charge_run as run join app.voucher on voucher.id = run.voucher_id
where run.period = %(period)s and voucher.status = 'pending' order by run.run_no
"""
# Only houses with somebody to charge; the whole house is calculated even for one of its accounts.
_LEFT = """
select house.id, house.code, count(*)::int as accounts
from app.house
join app.premises on premises.house_id = house.id
join app.account on account.premises_id = premises.id
where account.opened_on < %(end)s and coalesce(account.closed_on, 'infinity') > %(first)s
  and (%(is_full)s or house.code = any (%(houses)s) or house.id in (
    select home.house_id from app.account as one
    join app.premises as home on home.id = one.premises_id where one.number = any (%(accounts)s)
  ))
  and not exists (
    select 1 from app.charge_run_house as done
    where done.voucher_id = %(key)s and done.house_id = house.id
  )
group by house.id, house.code order by house.code
"""
_DONE = """
select count(*)::int as houses, coalesce(sum(accounts), 0)::int as accounts,
  coalesce(sum(lines), 0)::int as lines, coalesce(sum(amount_kop), 0)::bigint as amount_kop
from app.charge_run_house where voucher_id = %(key)s
"""
_DIGESTS = """
select house.code, done.digest
from app.charge_run_house as done join app.house on house.id = done.house_id
where done.voucher_id = %(key)s
"""
_PROBLEMS = """
select house.code as house, problem.account_number as account, problem.service_code as service,
  problem.message, problem.hint
from app.charge_problem as problem join app.house on house.id = problem.house_id
where problem.voucher_id = %(key)s
order by house.code, problem.account_number, problem.service_code, problem.message
"""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a run is about: codes of houses, numbers of accounts; none of both is everything."""

    houses: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()

    @property
    def is_full(self) -> bool:
        return not self.houses and not self.accounts

    def as_json(self) -> str:
        return json.dumps({"houses": self.houses, "accounts": self.accounts}, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Run:
    """A run that was started.

    :ivar number: of the run within its period, part of the names of its tables
    """

    key: UUID
    period: Period
    number: int
    branch_id: int

    @property
    def stamp(self) -> str:
        return f"{self.period.year:04d}_{self.period.month:02d}_{self.number}"


@dataclass(frozen=True, slots=True)
class HouseLeft:
    """A house still to be charged, with the number of its accounts.

    :ivar linked: houses charged together with it, itself too: one group meter joins them
    """

    key: UUID
    code: str
    accounts: int
    linked: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """What a run has come to so far."""

    houses: int
    accounts: int
    lines: int
    amount_kop: int


def pending(snapshot: Snapshot, period: Period, scope: Scope) -> tuple[list[UUID], list[UUID]]:
    """Give the keys of runs of the same scope begun and not posted: to go on with, and stale."""
    rows = snapshot.rows(_PENDING, period=period.first_day, scope=scope.as_json())
    fresh = [row.voucher_id for row in rows if not row.is_stale]
    return fresh, [row.voucher_id for row in rows if row.is_stale]


def pending_any(snapshot: Snapshot, period: Period) -> list[UUID]:
    """Give the keys of all runs of a period that were begun and not posted."""
    return [row.voucher_id for row in snapshot.rows(_PENDING_ANY, period=period.first_day)]


def posted_fingerprint(snapshot: Snapshot, key: UUID) -> bytes | None:
    """Give the fingerprint of a run that is posted already, None when it is not."""
    row = snapshot.one(_RUN, key=key)
    return None if row is None or row.status != "posted" else bytes(row.fingerprint)


def left(snapshot: Snapshot, run: Run, scope: Scope) -> list[HouseLeft]:
    """Give the houses still to be charged, in order of their codes."""
    rows = snapshot.rows(
        _LEFT,
        key=run.key,
        first=run.period.first_day,
        end=run.period.end,
        is_full=scope.is_full,
        houses=list(scope.houses),
        accounts=list(scope.accounts),
    )
    linked = charging_groups.linked_houses(snapshot)
    return [HouseLeft(row.id, row.code, row.accounts, linked.get(row.id, ())) for row in rows]


def accounts_of(snapshot: Snapshot, period: Period, scope: Scope) -> int:
    """Give how many accounts are in the houses of a scope: what a progress bar goes by."""
    nothing = Run(UUID(int=0), period, 0, 0)
    return sum(house.accounts for house in left(snapshot, nothing, scope))


def done(snapshot: Snapshot, key: UUID) -> Done:
    """Give what a run has come to so far."""
    row = snapshot.one(_DONE, key=key)
    return Done(row.houses, row.accounts, row.lines, row.amount_kop)


def digests(snapshot: Snapshot, key: UUID) -> list[tuple[str, bytes]]:
    """Give code and digest of every house of a run."""
    return [(row.code, bytes(row.digest)) for row in snapshot.rows(_DIGESTS, key=key)]


def problems(snapshot: Snapshot, key: UUID) -> list[Problem]:
    """Give what the run could not charge, in order of house, account and service."""
    return [
        Problem(
            message=row.message,
            hint=row.hint,
            house=row.house,
            account=row.account,
            service=row.service,
        )
        for row in snapshot.rows(_PROBLEMS, key=key)
    ]


def append(
    draft: Draft,
    run: Run,
    batch: Batch,
    charges: Charges,
    *,
    house_digests: Sequence[HouseDigest],
    service_ids: Keys,
    contract_ids: Keys,
    first_line: int,
) -> None:
    """Add the rows of a batch and mark its houses as done, in the transaction of the draft.

    :param first_line: number of the run's lines before this batch
    :raises Refusal: when the run is not pending any more
    """
    keys = (batch.account_ids, service_ids, contract_ids)
    draft.call("hold_run", key=run.key)
    # A batch that a power cut takes is charged again: its rows and its mark go together. The last
    # commit of the run, which makes it count, waits for the disk, and for all before it.
    draft.cursor.execute("set local synchronous_commit = off")
    copy_rows(
        draft.cursor,
        f"staging.entry_run_{run.stamp}",
        columns=_entries(run, charges, keys, first_line=first_line),
    )
    copy_rows(
        draft.cursor, f"staging.balance_run_{run.stamp}", columns=_balances(run, charges, keys)
    )
    _keep_totals(draft, run, batch, charges, service_ids=service_ids)
    if charges.notes:
        draft.call("keep_notes", numbers=list(charges.notes), texts=list(charges.notes.values()))
    draft.call(
        "finish_houses",
        key=run.key,
        house_ids=uuid_list(batch.house_ids[[one.house for one in house_digests]]),
        account_counts=[one.accounts for one in house_digests],
        line_counts=[one.lines for one in house_digests],
        amounts=[one.amount_kop for one in house_digests],
        digests=[one.digest for one in house_digests],
        problems=json.dumps([one.as_json() for one in charges.problems], ensure_ascii=False),
    )


def _keep_totals(
    draft: Draft, run: Run, batch: Batch, charges: Charges, *, service_ids: Keys
) -> None:
    """Keep what houses and group meters came to: the months after go by it."""
    if len(charges.house_totals):
        draft.call(
            "keep_house_totals",
            key=run.key,
            **charging_houses.columns(
                charges.house_totals, house_ids=batch.house_ids, service_ids=service_ids
            ),
        )
    if len(charges.group_totals):
        groups = charging_groups.columns(charges.group_totals)
        draft.call("keep_group_totals", key=run.key, **groups)


def _entries(
    run: Run, charges: Charges, keys: tuple[Keys, Keys, Keys], *, first_line: int
) -> dict[str, NDArray[Any]]:
    size = len(charges)
    month = np.full(size, days_of(run.period.first_day), dtype=np.int32)
    accounts, services, contracts = keys
    small = {
        name: getattr(charges, name).astype(np.int16)
        for name in ("kind", "component", "zone", "day_from", "day_to")
    }
    return {
        "period": month,
        "run_no": np.full(size, run.number, dtype=np.int32),
        "voucher_id": np.repeat(uuids_of([run.key]), size),
        "line_no": np.arange(first_line + 1, first_line + size + 1, dtype=np.int32),
        "branch_id": np.full(size, run.branch_id, dtype=np.int16),
        "account_id": accounts[charges.account],
        "service_id": services[charges.service],
        "contract_id": contracts[charges.contract],
        "origin_period": month,
        "kind": small["kind"],
        "method": charges.basis.astype(np.int16),
        "component": small["component"],
        "zone": small["zone"],
        "day_from": small["day_from"],
        "day_to": small["day_to"],
        "amount_kop": charges.amount_kop,
        "volume_mcu": charges.volume_mcu,
        "price_mcr": charges.price_mcr,
        "inputs": charges.slots,
        "reverses_run": np.zeros(size, dtype=np.int32),
    }


def _balances(run: Run, charges: Charges, keys: tuple[Keys, Keys, Keys]) -> dict[str, NDArray[Any]]:
    whose, inverse = unique_rows(
        np.stack([charges.account, charges.service, charges.contract], axis=1)
    )
    charged = np.zeros(len(whose), dtype=np.int64)
    np.add.at(charged, inverse, charges.amount_kop)
    nothing = np.zeros(len(whose), dtype=np.int64)
    accounts, services, contracts = keys
    return {
        "origin_period": np.full(len(whose), days_of(run.period.first_day), dtype=np.int32),
        "account_id": accounts[whose[:, 0]],
        "service_id": services[whose[:, 1]],
        "contract_id": contracts[whose[:, 2]],
        "charged_kop": charged,
        "moved_kop": nothing,
        "penalty_kop": nothing,
    }


def wait_for_long_work(draft: Draft) -> None:
    """Let the statements of this transaction take as long as they need."""
    draft.cursor.execute("set local statement_timeout = 0")


def without_waiting(draft: Draft) -> None:
    """Commit this step of a run without waiting for the disk.

    The posting of the run waits for all that was written before it; what a crash takes is done
    again by the same call.
    """
    draft.cursor.execute("set local synchronous_commit = off")


def start(
    draft: Draft,
    key: UUID,
    *,
    period: Period,
    scope: Scope,
    actor: str,
    at: datetime,
    branch_id: int,
) -> Run:
    """Begin a run, or find the one begun with this key.

    :raises Refusal: when the period is not open, or a house or an account is not there
    """
    number = draft.call(
        "start_run",
        key=key,
        wanted=period.first_day,
        actor=actor,
        at=at,
        houses=list(scope.houses),
        accounts=list(scope.accounts),
        branch=branch_id,
    )
    return Run(key, period, int(number), branch_id)
