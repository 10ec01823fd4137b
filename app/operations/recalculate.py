"""Recalculate past months: preview the differences, post them into the open month.

    asked ──▶ accounts, each from a month on ──▶ replay_months ──▶ preview
                                                        └────────▶ one adjustment voucher

Into the last open month that is charged, or the first open one; months never charged are left.
What a month came to under its voucher is what the preview showed: both are the same replay, and
posting is refused when the books moved on in between.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import numpy as np

from app.domain import days
from app.domain.basis import Basis
from app.domain.charge_line import ChargeLine
from app.domain.ledger import EntryKind
from app.domain.note import words_of
from app.domain.period import Period
from app.domain.problem import Problem
from app.domain.voucher import Voucher
from app.errors import Refusal
from app.operations.replay_months import Month, OnProgress, Replay, Skipped, replay
from app.store import adjusting, charges, recalculating
from app.store.adjusting import Adjustments
from app.store.engine import Engine
from app.store.reading import Snapshot, reading
from app.store.recalculating import Due, Wish
from app.store.writing import call, writing

DEFAULT_REASON = "изменены сведения за прошлые месяцы"


class NotPast(Refusal):
    """The months asked for are not before the month the recalculation goes into."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What to recalculate: accounts and houses from a month on, or all that waits in the queue.

    :ivar reason: why; of the queue each account has its own
    :ivar into: the month to post into, None for the usual one
    """

    accounts: tuple[str, ...] = ()
    houses: tuple[str, ...] = ()
    first: Period | None = None
    reason: str | None = None
    into: Period | None = None

    @property
    def is_queue(self) -> bool:
        return not self.accounts and not self.houses


@dataclass(frozen=True, slots=True)
class Difference:
    """What a service of an account was in a month and what it comes to now."""

    account: str
    service: str
    service_name: str
    contract: str
    component: int
    zone: int
    kind: EntryKind
    origin: Period
    unit: str
    was_kop: int
    became_kop: int
    was_mcu: int
    became_mcu: int

    @property
    def amount_kop(self) -> int:
        return self.became_kop - self.was_kop


@dataclass(frozen=True, slots=True)
class Preview:
    """What a recalculation would post.

    :ivar accounts: how many were replayed
    :ivar problems: what cannot be charged now and is left as it was posted
    :ivar skipped: months that a ban keeps as they are
    """

    target: Period
    accounts: int
    differences: list[Difference]
    problems: list[Problem]
    skipped: list[Skipped]

    @property
    def amount_kop(self) -> int:
        return sum(one.amount_kop for one in self.differences)


@dataclass(frozen=True, slots=True)
class Recalculation:
    """What a recalculation posted: no lines when nothing differed."""

    target: Period
    lines: list[ChargeLine]
    problems: list[Problem]
    skipped: list[Skipped]

    @property
    def amount_kop(self) -> int:
        return sum(line.amount_kop for line in self.lines)


def preview(engine: Engine, asked: Asked, *, on_progress: OnProgress | None = None) -> Preview:
    """Give what the past months come to now beside what was posted for them; writes nothing.

    :raises NothingAsked: when an account or a house is not there
    :raises NotPast: when the months asked for are not before the target
    """
    with reading(engine) as snapshot:
        target, wishes = _wishes(snapshot, asked)
    found = replay(engine, wishes, target=target, on_progress=on_progress)
    differences = [one for month in found.months for one in _differences(month)]
    differences.sort(key=lambda one: (one.account, one.origin, one.service, one.contract))
    return Preview(target, len(wishes), differences, found.problems, found.skipped)


def recalculate(
    engine: Engine, voucher: Voucher, asked: Asked, *, on_progress: OnProgress | None = None
) -> Recalculation:
    """Post the differences under one voucher, once by its key; without any nothing is posted.

    :raises NothingAsked: when an account or a house is not there
    :raises NotPast: when the months asked for are not before the target
    :raises RefusedByDatabase: when the month is not open, or the books moved on meanwhile
    """
    with reading(engine) as snapshot:
        if adjusting.is_posted(snapshot, voucher.key):
            lines = charges.of_voucher(snapshot, voucher.key)
            return Recalculation(lines[0].period, lines, [], [])
        target, wishes = _wishes(snapshot, asked)
    found = replay(engine, wishes, target=target, on_progress=on_progress)
    _post(engine, voucher, found)
    with reading(engine) as snapshot:
        lines = charges.of_voucher(snapshot, voucher.key)
    return Recalculation(target, lines, found.problems, found.skipped)


def queue(engine: Engine) -> list[Due]:
    """Give what waits to be recalculated, with the reasons."""
    with reading(engine) as snapshot:
        return recalculating.queue(snapshot)


def accounts_ahead(engine: Engine, asked: Asked) -> int:
    """Give how many accounts are asked for."""
    with reading(engine) as snapshot:
        return len(_wishes(snapshot, asked)[1])


def _wishes(snapshot: Snapshot, asked: Asked) -> tuple[Period, list[Wish]]:
    target = asked.into or recalculating.target(snapshot)
    if asked.is_queue:
        return target, recalculating.queued(snapshot, before=target)
    assert asked.first is not None
    if asked.first >= target:
        raise NotPast(
            f"Перерасчёт проводится в {target.shown}, а пересчитать просят с {asked.first.shown}."
            f" Открытый месяц начисляют заново: kvitok charge {asked.first}."
        )
    wishes = recalculating.named(
        snapshot,
        accounts=asked.accounts,
        houses=asked.houses,
        first=asked.first,
        reason=asked.reason or "",
    )
    if asked.reason:
        return target, wishes
    known: dict[str, list[tuple[Period, str]]] = {}
    for due in recalculating.queue(snapshot, [wish.number for wish in wishes]):
        known.setdefault(due.account, []).append((due.first, due.reason))
    return target, [
        recalculating.under(wish, known[wish.number])
        if wish.number in known
        else replace(wish, reason=DEFAULT_REASON)
        for wish in wishes
    ]


def _post(engine: Engine, voucher: Voucher, found: Replay) -> None:
    """Post the differences and take their accounts out of the queue, in one transaction."""
    if not found.seen:
        return
    seen = recalculating.together(found.seen)
    with writing(engine) as draft:
        draft.cursor.execute("set local statement_timeout = 0")
        if found.months:
            lines = adjusting.joined([_adjustments(month) for month in found.months])
            touched = sorted(
                {
                    wish.account_id
                    for month in found.months
                    for wish in (month.wishes[at] for at in np.unique(month.lines.account).tolist())
                }
            )
            notes = {
                number: words
                for month in found.months
                for number, words in month.lines.notes.items()
            }
            recalculating.claim(draft, touched, seen, before=found.target)
            under = replace(voucher, reason=voucher.reason or DEFAULT_REASON)
            adjusting.post(draft, under, period=found.target, lines=lines, notes=notes)
        for house_month in found.totals:
            recalculating.keep_totals(
                draft,
                house_month.period,
                house_month.totals,
                house_ids=house_month.house_ids,
                service_ids=house_month.service_ids,
            )
            recalculating.keep_groups(draft, house_month.period, house_month.groups)
        recalculating.settle(draft, found.clean, seen, target=found.target)


def _adjustments(month: Month) -> Adjustments:
    lines, catalogue = month.lines, month.catalogue
    size = len(lines)
    return Adjustments(
        account_ids=month.account_ids[lines.account],
        service_ids=catalogue.service_ids[lines.service],
        contract_ids=catalogue.contract_ids[lines.contract],
        origin=np.full(size, days.number(lines.period.first_day), dtype=np.int64),
        kind=lines.kind,
        basis=np.full(size, int(Basis.RECALCULATION), dtype=np.int64),
        component=lines.component,
        zone=lines.zone,
        day_from=np.zeros(size, dtype=np.int64),
        day_to=np.full(size, lines.period.days, dtype=np.int64),
        amount_kop=lines.amount_kop,
        volume_mcu=lines.volume_mcu,
        price_mcr=lines.price_mcr,
        slots=lines.slots,
    )


def _differences(month: Month) -> Sequence[Difference]:
    lines, catalogue = month.lines, month.catalogue
    services = catalogue.services
    return [
        Difference(
            account=month.wishes[int(lines.account[at])].number,
            service=services.code[int(lines.service[at])],
            service_name=services.name[int(lines.service[at])],
            contract=catalogue.contracts[int(lines.contract[at])],
            component=int(lines.component[at]),
            zone=int(lines.zone[at]),
            kind=EntryKind(int(lines.kind[at])),
            origin=lines.period,
            unit=words_of(lines.notes, int(lines.slots[at, 7])),
            was_kop=int(lines.was_kop[at]),
            became_kop=int(lines.became_kop[at]),
            was_mcu=int(lines.was_mcu[at]),
            became_mcu=int(lines.became_mcu[at]),
        )
        for at in range(len(lines))
    ]


def ban(
    engine: Engine,
    *,
    key: UUID,
    account: str,
    first: Period,
    until: Period | None,
    reason: str,
    actor: str,
    at: datetime,
) -> bool:
    """Keep months of an account from recalculation; False when this was asked before.

    :param until: the first month free again, None for good
    :raises RefusedByDatabase: when the account is not there or no reason is given
    """
    return bool(
        call(
            engine,
            "ban_recalculation",
            key=key,
            account_number=account,
            first=first.first_day,
            until=until.first_day if until else None,
            reason=reason,
            actor=actor,
            at=at,
        )
    )


def lift_ban(
    engine: Engine,
    *,
    account: str,
    first: Period,
    until: Period | None,
    reason: str,
    actor: str,
    at: datetime,
) -> int:
    """Lift the bans of an account that touch these months; gives how many.

    :raises RefusedByDatabase: when there is none, the account is not there or no reason is given
    """
    return int(
        call(
            engine,
            "lift_recalculation_ban",
            account_number=account,
            first=first.first_day,
            until=until.first_day if until else None,
            reason=reason,
            actor=actor,
            at=at,
        )
    )
