"""Charge a month: houses left → inputs → charge() → rows of the run → posted.

    reader thread     the next batch's inputs, of one snapshot for the whole run
    this thread       charge() of the batch in hand
    writer thread     the rows of the batch before, with the mark that its houses are done

Interrupted at any moment, the same call with the same key goes on with the houses left. A run
counts only when it is posted, in one short transaction (80_charge_runs.sql); one asked for review
waits before that for a person (review_charges.py).
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

import numpy as np

from app.domain import fingerprint, review
from app.domain.charging import Charges, charge
from app.domain.fingerprint import HouseDigest, house_digests
from app.domain.money import Ints
from app.domain.period import Period
from app.domain.problem import Problem
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Refusal
from app.store import charging, charging_catalogue, charging_inputs, reviewing, writing
from app.store.charging import HouseLeft, Run, Scope
from app.store.charging_catalogue import Catalogue
from app.store.charging_inputs import Batch
from app.store.copying import uuid_list
from app.store.engine import Engine
from app.store.reading import Snapshot, reading

BATCH_ACCOUNTS = 4_000
_SMALLEST_PART = 8  # the first batch is this part of a whole one
OnProgress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class ChargedMonth:
    """What a run came to.

    :ivar accounts: accounts that have lines
    :ivar fingerprint: hexadecimal, equal for equal lines
    :ivar doubts: lines held out for a person, None when the run is posted
    """

    accounts: int
    lines: int
    amount_kop: int
    problems: list[Problem]
    fingerprint: str
    run_no: int
    doubts: int | None = None


class AwaitingReview(Refusal):
    """A run that waits for a person is not gone on with by itself."""


def charge_month(
    engine: Engine,
    voucher: Voucher,
    *,
    period: Period,
    houses: Sequence[str] = (),
    accounts: Sequence[str] = (),
    on_progress: OnProgress | None = None,
    batch_accounts: int = BATCH_ACCOUNTS,
    for_review: bool = False,
) -> ChargedMonth:
    """Charge an open period, or some houses and accounts of it; a re-run replaces its own lines.

    :param houses: codes of houses, accounts: their numbers; none of both is everything
    :param on_progress: told how many accounts are done by each batch
    :param for_review: stop before the lines count, with what is implausible held out
    :raises AwaitingReview: when a run of this key stopped so already
    :raises Refusal: when the period is closed, or a house or an account is not there
    :raises Outage: when the database does not answer; the same call goes on
    """
    assert voucher.kind is VoucherKind.CHARGE_RUN
    scope = Scope(tuple(sorted(set(houses))), tuple(sorted(set(accounts))))
    with writing.writing(engine) as draft:
        run = charging.start(
            draft,
            voucher.key,
            period=period,
            scope=scope,
            actor=voucher.actor,
            at=voucher.made_at,
            branch_id=voucher.branch_id,
        )
    with reading(engine) as snapshot:
        if (posted := charging.posted_fingerprint(snapshot, run.key)) is not None:
            return _outcome(snapshot, run, posted)
        _refuse_reviewed(snapshot, run)
        _stream(engine, snapshot, run, scope, on_progress=on_progress, size=batch_accounts)
    with reading(engine) as snapshot:
        known = fingerprint.fingerprint(charging.digests(snapshot, run.key))
    doubts = _hold_for_review(engine, run) if for_review else None
    if not for_review:
        _post(engine, run.key, known)
    with reading(engine) as snapshot:
        return _outcome(snapshot, run, known, doubts=doubts)


def _refuse_reviewed(snapshot: Snapshot, run: Run) -> None:
    if reviewing.waiting(snapshot, run.period) == run.key:
        raise AwaitingReview(
            f"Начисление за {run.period.shown} рассчитано и ждёт разбора. Разберите его: "
            f"kvitok review {run.period}, или снимите: kvitok charge {run.period} --drop."
        )


def pending_run(
    engine: Engine, period: Period, *, houses: Sequence[str] = (), accounts: Sequence[str] = ()
) -> UUID | None:
    """Give the key of a run of this scope that was cut short, to go on with it.

    One begun before the last import is given up: its houses would be of two states of the stock.
    """
    scope = Scope(tuple(sorted(set(houses))), tuple(sorted(set(accounts))))
    with reading(engine) as snapshot:
        fresh, stale = charging.pending(snapshot, period, scope)
    for key in stale:
        writing.call(engine, "drop_run", key=key)
    return fresh[0] if fresh else None


def accounts_ahead(
    engine: Engine, period: Period, *, houses: Sequence[str] = (), accounts: Sequence[str] = ()
) -> int:
    """Give how many accounts a run of this scope goes over."""
    scope = Scope(tuple(sorted(set(houses))), tuple(sorted(set(accounts))))
    with reading(engine) as snapshot:
        return charging.accounts_of(snapshot, period, scope)


def drop_pending_runs(engine: Engine, period: Period) -> int:
    """Give up the runs of a period that were begun and not posted; gives their number."""
    with reading(engine) as snapshot:
        keys = charging.pending_any(snapshot, period)
    for key in keys:
        writing.call(engine, "drop_run", key=key)
    return len(keys)


def batches(left: Sequence[HouseLeft], *, size: int) -> Iterator[list[HouseLeft]]:
    """Give whole houses in batches of about so many accounts; linked houses are never parted.

    The first and the last are smaller: while the first is read, and the last written, the other
    core has nothing to do.
    """
    ahead = sum(house.accounts for house in left)
    least = -(-size // _SMALLEST_PART)
    room = least
    batch: list[HouseLeft] = []
    accounts = 0
    grown = least
    for houses in _together(left):
        number = sum(house.accounts for house in houses)
        if batch and accounts + number > room:
            yield batch
            ahead -= accounts
            batch, accounts, grown = [], 0, min(2 * grown, size)
            room = min(grown, max(least, ahead // 2))
        batch += houses
        accounts += number
    if batch:
        yield batch


def _together(left: Sequence[HouseLeft]) -> Iterator[list[HouseLeft]]:
    """Give each house, with the first of linked houses all of them."""
    linked: dict[UUID, list[HouseLeft]] = {}
    for house in left:
        if house.linked:
            linked.setdefault(house.linked[0], []).append(house)
    for house in left:
        if not house.linked:
            yield [house]
        elif (houses := linked.pop(house.linked[0], None)) is not None:
            yield houses


def keys_of(houses: Sequence[HouseLeft]) -> list[UUID]:
    """Give the houses to read for a batch: its own, and those one group meter joins to them."""
    return list(dict.fromkeys(key for one in houses for key in (one.key, *one.linked)))


def _stream(
    engine: Engine,
    snapshot: Snapshot,
    run: Run,
    scope: Scope,
    *,
    on_progress: OnProgress | None,
    size: int,
) -> None:
    """Read, calculate and write the houses left, three batches in hand at a time."""
    snapshot.hold()
    catalogue = charging_catalogue.load(snapshot, run.period)
    first_line = charging.done(snapshot, run.key).lines
    todo = list(batches(charging.left(snapshot, run, scope), size=size))
    wanted = None if scope.is_full else scope
    with ThreadPoolExecutor(1, "reader") as reader, ThreadPoolExecutor(1, "writer") as writer:
        ahead = _read(reader, snapshot, catalogue, todo, 0)
        written: Future[None] | None = None
        for number in range(len(todo)):
            assert ahead is not None
            batch = ahead.result()
            ahead = _read(reader, snapshot, catalogue, todo, number + 1)
            charges = charge(batch.inputs)
            if wanted is not None:
                charges = _of_scope(charges, batch, wanted)
            charges, digests = _of_batch(charges, batch, todo[number])
            if written is not None:
                written.result()
                _tell(on_progress, todo[number - 1])
            made = _Made(batch, charges, digests)
            written = writer.submit(_write, engine, run, made, catalogue, first_line=first_line)
            first_line += len(charges)
        if written is not None:
            written.result()
            _tell(on_progress, todo[-1])


def _tell(on_progress: OnProgress | None, houses: Sequence[HouseLeft]) -> None:
    if on_progress is not None:
        on_progress(sum(house.accounts for house in houses))


def _read(
    reader: ThreadPoolExecutor,
    snapshot: Snapshot,
    catalogue: Catalogue,
    todo: Sequence[Sequence[HouseLeft]],
    number: int,
) -> Future[Batch] | None:
    if number >= len(todo):
        return None
    return reader.submit(charging_inputs.load, snapshot, catalogue, keys_of(todo[number]))


@dataclass(frozen=True, slots=True)
class _Made:
    """A batch that is calculated."""

    batch: Batch
    charges: Charges
    digests: list[HouseDigest]


def _write(engine: Engine, run: Run, made: _Made, catalogue: Catalogue, *, first_line: int) -> None:
    with writing.writing(engine) as draft:
        charging.without_waiting(draft)
        charging.append(
            draft,
            run,
            made.batch,
            made.charges,
            house_digests=made.digests,
            service_ids=catalogue.service_ids,
            contract_ids=catalogue.contract_ids,
            first_line=first_line,
        )


def _of_batch(
    charges: Charges, batch: Batch, houses: Sequence[HouseLeft]
) -> tuple[Charges, list[HouseDigest]]:
    """Leave out houses that were read only because a group meter joins them to those asked."""
    digests = house_digests(charges, batch.inputs)
    asked = {house.key for house in houses}
    is_asked = np.array([key in asked for key in uuid_list(batch.house_ids)], dtype=bool)
    if is_asked.all():
        return charges, digests
    totals = charges.house_totals
    kept = replace(charges, house_totals=totals.taken(np.flatnonzero(is_asked[totals.house])))
    return kept, [one for one in digests if is_asked[one.house]]


def _of_scope(charges: Charges, batch: Batch, scope: Scope) -> Charges:
    """Keep the accounts asked for; their houses were calculated whole, so shares are right."""
    inputs = batch.inputs
    codes, numbers = set(scope.houses), set(scope.accounts)
    houses = np.array([code in codes for code in inputs.houses.code], dtype=bool)
    asked = np.array([number in numbers for number in inputs.accounts.number], dtype=bool)
    asked |= houses[inputs.premises.house[inputs.accounts.premises]]
    kept = np.flatnonzero(asked[charges.account])
    known = {number for number, one in zip(inputs.accounts.number, asked, strict=True) if one}
    columns: dict[str, Ints] = {
        name: getattr(charges, name)[kept]
        for name in Charges.__slots__
        if name not in ("period", "problems", "notes", "house_totals", "group_totals")
    }
    problems = [one for one in charges.problems if one.account in known]
    return replace(charges, **columns, problems=problems)  # type: ignore[arg-type]  # by name


def prepare(engine: Engine, key: UUID) -> None:
    """Seal the run's tables, index and check them side by side; the run can be posted then."""
    step = partial(without_time_out, engine, key=key, is_awaited=False)
    step("seal_run")
    with ThreadPoolExecutor(3, "seal") as pool:
        parts = [pool.submit(step, "index_run", part=part) for part in ("entries", "balances")]
        parts.append(pool.submit(step, "check_run"))
        for part in parts:
            part.result()


def _post(engine: Engine, key: UUID, known: bytes) -> None:
    prepare(engine, key)
    without_time_out(engine, "post_run", key=key, fingerprint=known)


def _hold_for_review(engine: Engine, run: Run) -> int:
    """Prepare the run, and hold out what is implausible; gives how many."""
    prepare(engine, run.key)
    with reading(engine) as snapshot:
        limits = review.limits(charging_catalogue.load(snapshot, run.period).rules)
    with writing.writing(engine) as draft:
        charging.wait_for_long_work(draft)
        return reviewing.find(draft, run.key, limits)


def without_time_out(
    engine: Engine, function: str, *, is_awaited: bool = True, **params: object
) -> None:
    """Call a function that may take longer than a person waits.

    :param is_awaited: wait for the disk; a step of a run need not, see charging.without_waiting
    """
    with writing.writing(engine) as draft:
        if not is_awaited:
            charging.without_waiting(draft)
        charging.wait_for_long_work(draft)
        draft.call(function, **params)


def _outcome(
    snapshot: Snapshot, run: Run, known: bytes, *, doubts: int | None = None
) -> ChargedMonth:
    come_to = charging.done(snapshot, run.key)
    return ChargedMonth(
        accounts=come_to.accounts,
        lines=come_to.lines,
        amount_kop=come_to.amount_kop,
        problems=charging.problems(snapshot, run.key),
        fingerprint=known.hex(),
        run_no=run.number,
        doubts=doubts,
    )
