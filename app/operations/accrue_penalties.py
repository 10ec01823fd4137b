"""Accrue penalties to a day: debts ─▶ accrual_of() ─▶ what is not charged yet ─▶ the open month.

    reader thread     the next batch of accounts, of one snapshot for the whole accrual
    this thread       the penalties of the batch in hand
    writer thread     the entries of the batch before, balances with them

Asked again, it adds nothing; a payment that became known later, a decrease or a stop gives a
difference of either sign in the open month (money.md R13). Cut short, what is posted stays, and the
next call charges the rest.
"""

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from uuid import uuid5

import numpy as np

from app.domain import days
from app.domain import period as periods
from app.domain.money import Ints
from app.domain.penalty_accrual import PAIRS_OF_CONTRACT, Accrual, Charged, Rules, accrual_of
from app.domain.penalty_debts import Movements
from app.domain.penalty_slots import pack
from app.domain.penalty_terms import PenaltySettings, PenaltyTerms, ProvisionalDate
from app.domain.period import Period
from app.domain.terms import PaymentTerms
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Refusal
from app.operations.set_off import set_off_advances
from app.store import (
    law,
    penalties,
    penalty_catalogue,
    penalty_posting,
    penalty_rules,
    writing,
)
from app.store.copying import uuids_of
from app.store.engine import Engine
from app.store.penalties import Reach
from app.store.penalty_catalogue import Accounts, Catalogue
from app.store.penalty_posting import PenaltyLines, Run
from app.store.reading import Snapshot, reading

BATCH_ACCOUNTS = 4_000
OnProgress = Callable[[int], None]


class NotThere(Refusal):
    """Penalties cannot go into this month, or to this day."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What an accrual found for some accounts, told while it goes on; `on` is a day number."""

    on: int
    settings: PenaltySettings
    known: Catalogue
    accounts: Accounts
    accrual: Accrual


@dataclass(frozen=True, slots=True)
class Accrued:
    """What an accrual came to.

    :ivar period: the month it is posted into
    :ivar accounts: those with entries
    """

    period: Period
    on: date
    accounts: int
    lines: int
    amount_kop: int


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is the same for all batches."""

    known: Catalogue
    due: PaymentTerms
    terms: PenaltyTerms
    period: Period
    on: date
    reach: Reach
    digest: str


def accrue_penalties(
    engine: Engine,
    voucher: Voucher,
    *,
    on: date | None = None,
    accounts: Sequence[str] = (),
    period: Period | None = None,
    dry_run: bool = False,
    on_batch: Callable[[Batch], None] | None = None,
    on_progress: OnProgress | None = None,
    batch_accounts: int = BATCH_ACCOUNTS,
) -> Accrued:
    """Accrue penalties of the whole centre, or of some accounts, to a day.

    :param on: included; None is the last day of the month being posted (money.md R7)
    :param accounts: numbers; none is everybody
    :param period: the month to post into; None is that of `on`, or the first open one
    :param dry_run: calculate, and write nothing
    :param on_batch: told what was found, batch by batch
    :raises NoSuchAccount: when one is not there
    :raises NotThere: when the month takes no penalties, or they were accrued further already
    :raises MissingRate: without a key rate; NoCalendar without the working calendar of a year
    :raises Refusal: when another accrual was faster
    """
    assert voucher.kind is VoucherKind.PENALTY
    numbers = sorted(set(accounts))
    with reading(engine) as snapshot:
        made = penalty_posting.made(snapshot, voucher.key)
        if made is not None:
            on, period = made.accrued_to, made.period
        on = on or _default_day(snapshot, period, voucher.made_at.date())
        into = _into(snapshot, on, period, numbers, is_dry=dry_run)
        penalty_catalogue.require(snapshot, numbers)
        # A replay sets nothing off again: what came since is for another accrual.
        is_first = made is None and not dry_run
        sets_off = is_first and penalty_catalogue.sets_off(snapshot, on=on, into=into)
    if sets_off:
        _set_off(engine, voucher, into, numbers)
    with reading(engine) as snapshot:
        plan = _plan(snapshot, on, into, numbers)
        whose = penalty_catalogue.accounts(snapshot, plan.known, numbers=numbers)
        poster = None if dry_run else _Poster(engine, voucher, plan, numbers)
        if made is not None and made.is_finished and poster is not None:
            poster.start()
            return Accrued(made.period, made.accrued_to, made.accounts, made.lines, made.amount_kop)
        return _stream(
            snapshot, plan, whose, poster, on_batch=on_batch, on_progress=on_progress,
            size=batch_accounts,
        )  # fmt: skip


def accounts_ahead(engine: Engine, *, accounts: Sequence[str] = ()) -> int:
    """Give how many accounts an accrual goes over."""
    with reading(engine) as snapshot:
        return penalty_catalogue.count(snapshot, numbers=sorted(set(accounts)))


def _default_day(snapshot: Snapshot, period: Period | None, today: date) -> date:
    """Give the last day of the month being posted, or today where the centre has chosen so (R7)."""
    first = date(1990, 1, 1) if period is None else period.first_day
    month = periods.of(penalty_catalogue.posting_month(snapshot, on=first))
    settings = law.penalty_terms(snapshot, on=month.last_day).settings
    is_month_end = settings.provisional_date is ProvisionalDate.MONTH_END
    return month.last_day if is_month_end else min(today, month.last_day)


def _into(
    snapshot: Snapshot, on: date, period: Period | None, numbers: Sequence[str], *, is_dry: bool
) -> Period:
    """Give the month penalties to a day go into.

    :raises NotThere: when it takes none, or they were accrued further already
    """
    into = periods.of(penalty_catalogue.posting_month(snapshot, on=on))
    if is_dry:
        return into
    if period is not None:
        open_from = periods.of(penalty_catalogue.posting_month(snapshot, on=period.first_day))
        if open_from != period:
            raise NotThere(
                f"Период {period.shown} для пени закрыт: провести в нём нельзя. "
                f"Первый открытый – {open_from.shown}."
            )
        into = period
    reached = penalty_catalogue.accrued_to(snapshot, numbers=numbers)
    if reached is not None and on < min(reached, into.first_day):
        raise NotThere(
            f"Пени уже начислены по {reached:%d.%m.%Y}, а {on:%d.%m.%Y} раньше открытого месяца "
            f"{into.shown}. Укажите день этого месяца или позже, или посмотрите без проведения: "
            "--dry-run."
        )
    return into


def _set_off(engine: Engine, voucher: Voucher, into: Period, numbers: Sequence[str]) -> None:
    """Let credits cover debts first: what is paid so bears no penalty (money.md §2.2)."""
    key = uuid5(voucher.key, "set-off before penalties")
    set_off_advances(
        engine,
        replace(voucher, key=key, kind=VoucherKind.SETOFF),
        into=into,
        accounts=numbers or None,
    )


def _plan(snapshot: Snapshot, on: date, into: Period, numbers: Sequence[str]) -> _Plan:
    reached = penalty_catalogue.accrued_to(snapshot, numbers=numbers)
    known = penalty_catalogue.catalogue(snapshot, on=on)
    due = law.due_terms(snapshot, on=on)
    terms = law.penalty_terms(snapshot, on=on)
    digest = _digest(known, due, terms)
    # What is paid within its own month can be late in it; else the month of the day is not due yet.
    own_month = any(rule.month_offset == 0 for one in due.contract_rules.values() for rule in one)
    last = periods.of(max(on, reached or on)).plus(0 if own_month else -1)
    return _Plan(known, due, terms, into, on, _reach(snapshot, last, numbers, digest), digest)


def _reach(snapshot: Snapshot, last: Period, numbers: Sequence[str], digest: str) -> Reach:
    """Say what is read: of the whole centre only what can have changed since the last accrual."""
    before = None if numbers else penalty_catalogue.last_full(snapshot)
    if before is None or before.terms != digest or before.is_disturbed:
        return Reach(last)
    return Reach(last, before.first_open, before.recharged)


def _digest(known: Catalogue, due: PaymentTerms, terms: PenaltyTerms) -> str:
    """Give a print of all that penalties are reckoned by: another one, and all debts are read."""
    told = hashlib.sha256()
    for column in (
        terms.rates.day_from, terms.rates.value, terms.caps.day_from, terms.caps.value,
        *(getattr(terms.schemes, name) for name in type(terms.schemes).__slots__),
    ):  # fmt: skip
        told.update(np.asarray(column, dtype=np.int64).tobytes())
    parts = (
        [(one.day_from, one.day_to, one.stop, sorted(one.schemes), one.due_before)
         for one in terms.moratoria],
        terms.settings, sorted(due.law.items()), sorted(due.calendar.rest),
        sorted(due.calendar.working), due.settings,
        sorted((str(key), rules) for key, rules in due.contract_rules.items()),
        [(str(one.key), one.scheme) for one in known.contracts], known.opening_counts,
    )  # fmt: skip
    told.update(repr(parts).encode())
    return told.hexdigest()


def _stream(
    snapshot: Snapshot,
    plan: _Plan,
    whose: Accounts,
    poster: "_Poster | None",
    *,
    on_batch: Callable[[Batch], None] | None,
    on_progress: OnProgress | None,
    size: int,
) -> Accrued:
    """Read, calculate and write, three batches in hand at a time."""
    snapshot.hold()
    on = days.number(plan.on)
    parts = [whose.part(first, first + size) for first in range(0, len(whose), size)]
    total = Accrued(plan.period, plan.on, 0, 0, 0)
    with ThreadPoolExecutor(1, "reader") as reader, ThreadPoolExecutor(1, "writer") as writer:
        ahead = reader.submit(_read, snapshot, plan, parts[0]) if parts else None
        written: Future[None] | None = None
        for number, accounts in enumerate(parts):
            assert ahead is not None
            moved, before, rules = ahead.result()
            if number + 1 < len(parts):
                ahead = reader.submit(_read, snapshot, plan, parts[number + 1])
            accrual = accrual_of(moved, before, on=on, rules=rules)
            lines = _lines(plan, accrual)
            total = _added(total, lines)
            if on_batch is not None:
                on_batch(Batch(on, plan.terms.settings, plan.known, accounts, accrual))
            if written is not None:
                written.result()
            if poster is not None and len(lines):
                written = writer.submit(poster.post, accounts, lines)
            if on_progress is not None:
                on_progress(len(accounts))
        if written is not None:
            written.result()
    if poster is not None:
        poster.end()
    return total


def _added(total: Accrued, lines: PenaltyLines) -> Accrued:
    chosen = lines.amount_kop != 0
    return Accrued(
        total.period,
        total.on,
        total.accounts + len(np.unique(lines.account[chosen])),
        total.lines + len(lines),
        total.amount_kop + int(lines.amount_kop.sum()),
    )


def _read(snapshot: Snapshot, plan: _Plan, accounts: Accounts) -> tuple[Movements, Charged, Rules]:
    moved, before = penalties.movements(snapshot, plan.known, accounts, plan.reach)
    handed = (
        penalties.handed_over(snapshot, accounts)
        if plan.due.settings.late_document_days is not None
        else {}
    )
    return (
        moved,
        before,
        penalty_rules.rules_of(plan.known, plan.due, plan.terms, accounts, handed_over=handed),
    )


def _lines(plan: _Plan, accrual: Accrual) -> PenaltyLines:
    chosen = np.flatnonzero(accrual.amount_kop)
    debts = accrual.debts
    contracts = uuids_of([one.key for one in plan.known.contracts])
    services = uuids_of([one.key for one in plan.known.services])
    packed = pack(
        accrual.items,
        accrual.penalties,
        on=days.number(plan.on),
        shown_on=debts.shown,
        charged_kop=accrual.charged_kop,
        chosen=chosen,
        settings=plan.terms.settings,
    ) if chosen.size else []  # fmt: skip
    return PenaltyLines(
        account=debts.account,
        service_ids=_keys(services, debts.service % PAIRS_OF_CONTRACT),
        contract_ids=_keys(contracts, debts.service // PAIRS_OF_CONTRACT),
        origin=debts.origin,
        amount_kop=accrual.amount_kop,
        packed=packed,
    )


def _keys(known: np.ndarray, place: Ints) -> np.ndarray:
    return known[place - 1] if len(place) else known[:0]


class _Poster:
    """The accrual in the books: begun with its first lines, so that nothing is no document."""

    def __init__(
        self, engine: Engine, voucher: Voucher, plan: _Plan, numbers: Sequence[str]
    ) -> None:
        self._engine = engine
        self._voucher = voucher
        self._plan = plan
        self._numbers = numbers
        self._run: Run | None = None
        self._lines = 0

    def start(self) -> Run:
        """Begin it, or find what was begun with this key."""
        with writing.writing(self._engine) as draft:
            run = self._started(draft)
        self._run = run
        self._lines = run.lines
        return run

    def post(self, accounts: Accounts, lines: PenaltyLines) -> None:
        """Post a batch; of some accounts all is one transaction."""
        if self._numbers:
            with writing.writing(self._engine) as draft:
                run = self._started(draft)
                penalty_posting.append(draft, run, accounts, lines=lines, first_line=run.lines)
                self._lines = run.lines + len(lines)
            self._run = run
            return
        run = self._run or self.start()
        with writing.writing(self._engine) as draft:
            # What a power cut takes of a batch the next call charges; the end waits for the disk.
            draft.cursor.execute("set local synchronous_commit = off")
            penalty_posting.append(draft, run, accounts, lines=lines, first_line=self._lines)
        self._lines += len(lines)

    def end(self) -> None:
        """Say that it is whole, if anything was posted."""
        if self._run is not None:
            with writing.writing(self._engine) as draft:
                penalty_posting.end(draft, self._run)

    def _started(self, draft: writing.Draft) -> Run:
        return penalty_posting.start(
            draft,
            self._voucher,
            period=self._plan.period,
            on=self._plan.on,
            numbers=self._numbers,
            terms=self._plan.digest,
        )
