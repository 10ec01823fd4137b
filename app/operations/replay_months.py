"""Replay past months: charge() on what is known now, beside what was posted (design.md §3.1).

    reader thread     the next month of a batch of houses, of one snapshot for all its months
    this thread       charge() of whole houses, the accounts asked for compared with the books

Months go in order: what an earlier month of the replay comes to, later months go by. Nothing is
written here; preview and posting are the same replay.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import groupby
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from app.domain.charging import Charges, charge
from app.domain.group_inputs import GroupTotals
from app.domain.house_total import HouseTotals
from app.domain.money import Flags, Ints
from app.domain.period import Period
from app.domain.problem import Problem
from app.domain.recalculation import Names, PostedMonth, Recalculated, recalculated
from app.domain.replayed import Replayed
from app.store import (
    charging_catalogue,
    charging_groups,
    charging_inputs,
    posted_months,
    recalculating,
)
from app.store.charging_catalogue import Catalogue, indexed
from app.store.charging_inputs import Batch
from app.store.copying import uuids_of
from app.store.engine import Engine
from app.store.reading import Snapshot, reading
from app.store.recalculating import Ban, Seen, Wish

BATCH_HOUSES = 20
OnProgress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Month:
    """The differences of a month in some houses; accounts are places in `wishes`."""

    lines: Recalculated
    wishes: Sequence[Wish]
    account_ids: NDArray[np.void]
    catalogue: Catalogue


@dataclass(frozen=True, slots=True)
class HouseMonth:
    """What houses and group meters took and shared in a month, as it is known now."""

    period: Period
    totals: HouseTotals
    groups: GroupTotals
    house_ids: NDArray[np.void]
    service_ids: NDArray[np.void]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A month of an account that a ban keeps as it is."""

    account: str
    period: Period
    ban: Ban


@dataclass(slots=True)
class Replay:
    """What a replay came to.

    :ivar seen: the books as each batch of houses saw them
    :ivar months: only those with differences
    :ivar problems: what could not be charged now, so was left as it was posted
    :ivar totals: what houses came to, for the months after
    :ivar clean: accounts with every month replayed, and from which on
    """

    target: Period
    seen: list[Seen] = field(default_factory=list)
    months: list[Month] = field(default_factory=list)
    totals: list[HouseMonth] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    clean: dict[UUID, Period] = field(default_factory=dict)


def replay(
    engine: Engine,
    wishes: Sequence[Wish],
    *,
    target: Period,
    on_progress: OnProgress | None = None,
) -> Replay:
    """Compare what the months before the target come to now with what was posted for them.

    Every batch of houses has a snapshot of its own, so that nobody who charges waits for a long
    replay; whether the books moved on in between, posting will see.

    :param on_progress: told how many accounts are done by each batch of houses
    """
    found = Replay(target)
    for batch in _batches(wishes):
        with reading(engine, is_double=True) as snapshot:
            snapshot.hold(is_planned_once=True)
            _replay(snapshot, batch, found)
        if on_progress is not None:
            on_progress(len(batch))
    return found


def _replay(snapshot: Snapshot, wishes: Sequence[Wish], found: Replay) -> None:
    """Replay the months of some houses, the next one being read while one is compared."""
    found.seen.append(
        recalculating.seen(snapshot, [wish.account_id for wish in wishes], before=found.target)
    )
    homes = _Homes(snapshot, wishes, found.target)
    with ThreadPoolExecutor(1, "reader") as reader:
        ahead: Future[_Loaded] | None = None
        for number, month in enumerate(homes.months):
            loaded = (ahead or reader.submit(homes.load, month)).result()
            following = homes.months[number + 1 :][:1]
            ahead = reader.submit(homes.load, following[0]) if following else None
            homes.compare(loaded, found)
    found.clean |= homes.clean()


def _batches(wishes: Sequence[Wish]) -> Iterator[list[Wish]]:
    """Give the accounts of some whole houses at a time."""
    ordered = sorted(wishes, key=lambda wish: (wish.house, wish.number))
    batch: list[Wish] = []
    for nth, (_, of_house) in enumerate(groupby(ordered, key=lambda wish: wish.house_id)):
        if nth and nth % BATCH_HOUSES == 0:
            yield batch
            batch = []
        batch += of_house
    if batch:
        yield batch


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A month as it was read."""

    catalogue: Catalogue
    batch: Batch
    posted: PostedMonth


class _Homes:
    """Some houses through their months."""

    def __init__(self, snapshot: Snapshot, wishes: Sequence[Wish], target: Period) -> None:
        keys = [wish.account_id for wish in wishes]
        self.wishes = wishes
        self._snapshot = snapshot
        self._charged = recalculating.charged(
            snapshot, first=min(wish.first for wish in wishes), before=target
        )
        self.months = list(self._charged)
        self._bans = recalculating.bans(snapshot, keys)
        self._held = recalculating.held(
            snapshot, keys, first=min(wish.first for wish in wishes), before=target
        )
        self._target = target
        self._account_ids = uuids_of(keys)
        asked = {wish.house_id: None for wish in wishes}
        linked = charging_groups.linked_houses(snapshot)
        every = (key for house in asked for key in (house, *linked.get(house, ())))
        self._house_ids = list(dict.fromkeys(every))
        self._asked = set(uuids_of(list(asked)).tolist())
        self._posted: posted_months.PostedMonths | None = None
        self._known = Replayed()
        self._unclean: set[UUID] = set()

    def load(self, month: Period) -> _Loaded:
        """Read a month; called in the thread that has the snapshot."""
        with self._snapshot.together():
            asked = charging_inputs.ask(self._snapshot, month, self._house_ids)
            named = charging_catalogue.ask(self._snapshot.other, month)
            posted = self._ask_posted() if self._posted is None else None
            catalogue = named.taken()
            if posted is not None:
                self._posted = posted.taken(catalogue)
            batch = charging_inputs.load(self._snapshot, catalogue, self._house_ids, asked=asked)
        assert self._posted is not None
        return _Loaded(catalogue, batch, self._posted.of(month))

    def _ask_posted(self) -> posted_months.Asked:
        """Ask, with the first month, what was posted for all of them."""
        return posted_months.ask(
            self._snapshot.other, self._account_ids, first=self.months[0], before=self._target
        )

    def compare(self, loaded: _Loaded, found: Replay) -> None:
        """Charge a month again and keep what differs."""
        inputs, month = loaded.batch.inputs, loaded.catalogue.period
        place = _places(loaded.batch.account_ids, self._account_ids)
        charges = charge(self._known.into(inputs, place))
        wanted = self._wanted(month, found)
        failed = self._failed(charges, inputs.services.code, wanted, found)
        failed |= self._held_out(month, loaded.catalogue, wanted, found)
        lines = recalculated(
            _of(charges, place),
            loaded.posted,
            names=Names(
                accounts=[wish.number for wish in self.wishes],
                services=inputs.services,
                contracts=inputs.contracts,
                reasons=[wish.reason_of(month) for wish in self.wishes],
            ),
            wanted=wanted,
            failed=failed,
        )
        totals = _sound_totals(charges, inputs.houses.code)
        groups = _sound_groups(charges)
        self._known.keep(lines, totals, groups)
        if len(totals) or len(groups):
            found.totals.append(self._totals(loaded, totals, groups))
        if len(lines):
            found.months.append(Month(lines, self.wishes, self._account_ids, loaded.catalogue))

    def _totals(self, loaded: _Loaded, totals: HouseTotals, groups: GroupTotals) -> HouseMonth:
        """Give what is to be kept of a month: not of houses read only for their group meter."""
        batch, catalogue = loaded.batch, loaded.catalogue
        is_asked = np.array([key in self._asked for key in batch.house_ids.tolist()], dtype=bool)
        kept = totals.taken(np.flatnonzero(is_asked[totals.house]))
        return HouseMonth(catalogue.period, kept, groups, batch.house_ids, catalogue.service_ids)

    def clean(self) -> dict[UUID, Period]:
        """Give the accounts all of whose months were replayed."""
        return {
            wish.account_id: wish.first
            for wish in self.wishes
            if wish.account_id not in self._unclean
        }

    def _wanted(self, month: Period, found: Replay) -> Flags:
        """Give whose month is to be replayed; a banned one is told."""
        wanted = np.zeros(len(self.wishes), dtype=bool)
        for at, wish in enumerate(self.wishes):
            if wish.first > month or not any(one.covers(wish) for one in self._charged[month]):
                continue
            bans = self._bans.get(wish.account_id, ())
            ban = next((ban for ban in bans if ban.covers(month)), None)
            if ban is None:
                wanted[at] = True
            else:
                found.skipped.append(Skipped(wish.number, month, ban))
                self._unclean.add(wish.account_id)
        return wanted

    def _held_out(
        self, month: Period, catalogue: Catalogue, wanted: Flags, found: Replay
    ) -> set[tuple[int, int]]:
        """Give accounts and services a review held out: a recalculation does not charge them."""
        held = self._held.get(month, [])
        if not held:
            return set()
        place = {wish.account_id: at for at, wish in enumerate(self.wishes)}
        services = indexed(catalogue.service_ids)
        result: set[tuple[int, int]] = set()
        for one in held:
            at = place[one.account_id]
            if not wanted[at]:
                continue
            result.add((at, services[one.service_id.bytes]))
            self._unclean.add(one.account_id)
            wish = self.wishes[at]
            found.problems.append(
                Problem(
                    f"за {month.shown}: строка придержана при разборе, перерасчёт её не проводит.",
                    f"Начислите счёт заново (kvitok charge {month} --account {wish.number}),"
                    " а если месяц закрыт — исправлением с причиной.",
                    house=wish.house, account=wish.number, service=one.service,
                )
            )  # fmt: skip
        return result

    def _failed(
        self,
        charges: Charges,
        services: Sequence[str],
        wanted: Flags,
        found: Replay,
    ) -> set[tuple[int, int]]:
        """Give accounts and services that cannot be charged now, and tell why."""
        failed: set[tuple[int, int]] = set()
        for problem in charges.problems:
            of_service = [at for at, code in enumerate(services) if problem.service in (None, code)]
            touched = [
                at
                for at, wish in enumerate(self.wishes)
                if wanted[at]
                and problem.house in (None, wish.house)
                and problem.account in (None, wish.number)
            ]
            if not problem.is_warning:
                failed |= {(account, service) for account in touched for service in of_service}
                self._unclean |= {self.wishes[at].account_id for at in touched}
            if touched:
                message = f"за {charges.period.shown}: {problem.message}"
                found.problems.append(replace(problem, message=message))
        return failed


def _places(account_ids: NDArray[np.void], asked: NDArray[np.void]) -> Ints:
    """Give the place of each account of a batch among those asked for, -1 for another."""
    index = indexed(asked)
    return np.fromiter(
        (index.get(key, -1) for key in account_ids.tolist()), np.int64, len(account_ids)
    )


def _sound_totals(charges: Charges, houses: Sequence[str]) -> HouseTotals:
    """Give the totals of houses without problems: of others the books know better."""
    told = {problem.house for problem in charges.problems}
    is_sound = np.array([None not in told and code not in told for code in houses], dtype=np.bool_)
    return charges.house_totals.taken(is_sound[charges.house_totals.house])


def _sound_groups(charges: Charges) -> GroupTotals:
    """Give the totals of group meters of a month without problems: else the books know better."""
    is_sound = all(problem.is_warning for problem in charges.problems)
    return charges.group_totals if is_sound else GroupTotals()


def _of(charges: Charges, place: Ints) -> Charges:
    """Keep the lines of the accounts asked for, by their places among these."""
    account = place[charges.account]
    kept = np.flatnonzero(account >= 0)
    columns: dict[str, Ints] = {
        name: column[kept]
        for name in Charges.__slots__
        if isinstance(column := getattr(charges, name), np.ndarray)
    }
    columns["account"] = account[kept]
    return replace(charges, **columns)  # type: ignore[arg-type]  # by name
