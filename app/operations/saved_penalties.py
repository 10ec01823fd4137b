"""Which penalties a set-off saves: reckoned to a day with it and without, nothing is written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from app.domain import days
from app.domain import period as periods
from app.domain.ledger import EntryKind
from app.domain.money import Ints
from app.domain.penalty_accrual import PAIRS_OF_CONTRACT, accrual_of
from app.domain.penalty_debts import Movements
from app.domain.period import Period
from app.domain.setoff import SetoffEntry
from app.store import law, penalties, penalty_catalogue, penalty_rules
from app.store.engine import Engine
from app.store.penalties import Reach
from app.store.penalty_catalogue import Accounts, Catalogue
from app.store.reading import reading
from app.store.setting_off import Candidate

_BATCH_ACCOUNTS = 4_000
Found = tuple[Candidate, Sequence[SetoffEntry]]


@dataclass(frozen=True, slots=True)
class SavedPenalties:
    """Penalties that a set-off takes away, kopecks.

    :ivar by_account: numbers of accounts where it is not nothing, the largest first
    """

    on: date
    without_kop: int
    with_kop: int
    by_account: tuple[tuple[str, int], ...]

    @property
    def saved_kop(self) -> int:
        return self.without_kop - self.with_kop


def saved_penalties(
    engine: Engine, found: Sequence[Found], *, on: date, into: Period
) -> SavedPenalties:
    """Reckon penalties of the accounts of a set-off that is not posted yet, twice.

    :param found: what a dry run would post
    :param on: day of the calculation, included
    :param into: the month the set-off would be posted into
    :raises MissingRate: without a key rate; NoCalendar without the working calendar of a year
    """
    if not found:
        return SavedPenalties(on, 0, 0, ())
    sums = np.zeros(2, dtype=np.int64)
    told: list[tuple[str, int]] = []
    with reading(engine) as snapshot:
        known = penalty_catalogue.catalogue(snapshot, on=on)
        due, terms = law.due_terms(snapshot, on=on), law.penalty_terms(snapshot, on=on)
        numbers = sorted(one.number for one, _ in found)
        whose = penalty_catalogue.accounts(snapshot, known, numbers=numbers)
        planned = {one.account_id: (one, entries) for one, entries in found}
        for first in range(0, len(whose), _BATCH_ACCOUNTS):
            batch = whose.part(first, first + _BATCH_ACCOUNTS)
            moved, before = penalties.movements(snapshot, known, batch, Reach(periods.of(on)))
            rules = penalty_rules.rules_of(
                known, due, terms, batch, handed_over=penalties.handed_over(snapshot, batch)
            )
            added = _movements(known, batch, planned, into=into)
            totals = []
            for here in (moved, _joined(moved, added)):
                accrual = accrual_of(here, before, on=days.number(on), rules=rules)
                total = np.zeros(len(batch), dtype=np.int64)
                np.add.at(total, accrual.debts.account, accrual.penalties.total_kop)
                totals.append(total)
            sums += [int(total.sum()) for total in totals]
            told += zip(batch.number, (totals[0] - totals[1]).tolist(), strict=True)
    ranked = sorted((pair for pair in told if pair[1]), key=lambda pair: (-pair[1], pair[0]))
    return SavedPenalties(on, int(sums[0]), int(sums[1]), tuple(ranked))


def _movements(
    known: Catalogue, batch: Accounts, planned: dict[bytes, Found], *, into: Period
) -> Movements:
    """Lines of principal of a set-off as movements of the batch."""
    contracts = {one.key.bytes: place for place, one in enumerate(known.contracts, 1)}
    services = {one.key.bytes: place for place, one in enumerate(known.services, 1)}
    rows = [
        (place, row, entry)
        for place, key in enumerate(batch.ids.tolist())
        for one, entries in (planned[key],)
        for entry in entries
        if entry.kind is EntryKind.SETOFF
        for row in (one.rows[entry.row],)
    ]

    def column(values: Iterable[int]) -> Ints:
        return np.fromiter(values, dtype=np.int64, count=len(rows))

    posted = days.number(into.first_day)
    return Movements(
        account=column(place for place, _, _ in rows),
        debtor=column(0 for _ in rows),
        service=column(
            contracts[_raw(row.contract)] * PAIRS_OF_CONTRACT + services[_raw(row.service)]
            for _, row, _ in rows
        ),
        origin=column(days.number(row.origin.first_day) for _, row, _ in rows),
        posted=column(posted for _ in rows),
        kind=column(int(entry.kind) for _, _, entry in rows),
        day=column(days.number(entry.credited_on) for _, _, entry in rows),
        arrives=column(0 for _ in rows),
        amount_kop=column(entry.amount_kop for _, _, entry in rows),
    )


def _raw(key: object) -> bytes:
    assert isinstance(key, bytes)
    return key


def _joined(first: Movements, second: Movements) -> Movements:
    return Movements(
        *(
            np.concatenate([getattr(first, name), getattr(second, name)])
            for name in Movements.__slots__
        )
    )
