"""An accrual: debts of accounts, the penalty of each to a day, less what was charged before.

    Movements ─▶ debts ─▶ days of paying, schemes, stops ─▶ penalties to the day ─▶ amounts
    Before    ─────────────────────────────────────────────────────────────────▶

A debt that is there no more and had been charged is a debt of nothing: its charge is taken back.
Penalties brought in with an opening balance count as charged, never more than the penalty to date.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from app.domain.days import FAR
from app.domain.money import Flags, Ints
from app.domain.penalty import (
    STOP_OWN,
    Penalties,
    PenaltyItems,
    Stops,
    accrue,
    month_charge,
)
from app.domain.penalty_debts import Debts, Movements, debts_of
from app.domain.penalty_terms import PenaltyGrain, PenaltyTerms

PAIRS_OF_CONTRACT = 1_000  # a pair is contract x 1000 + service
STOP_BEFORE_TRANSFER = 3  # what a segment says of days another was owed (see STOP_OWN of penalty)
DueDays = Callable[[int, int, int | None], int]


def _no_numbers() -> Ints:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Charged:
    """What was charged for debts before, shape (m,) each.

    :ivar account: place of the account
    :ivar pair: service under a contract it was posted to
    :ivar shown: first day of the month of the first bill, as in Debts
    :ivar is_opening: brought in with an opening balance
    """

    account: Ints = field(default_factory=_no_numbers)
    pair: Ints = field(default_factory=_no_numbers)
    origin: Ints = field(default_factory=_no_numbers)
    shown: Ints = field(default_factory=_no_numbers)
    is_opening: Flags = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    amount_kop: Ints = field(default_factory=_no_numbers)


@dataclass(frozen=True, slots=True)
class StopRow:
    """Days without penalties for some debts: those that fit all that is given.

    :ivar contracts: of the creditor; None: any
    :ivar accounts: places; None: any
    """

    number: int
    day_from: int
    day_to: int
    contracts: frozenset[int] | None = None
    accounts: frozenset[int] | None = None
    origin: int | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """What debts of a batch are reckoned by.

    :ivar schemes: PenaltyScheme by number of contract, shape (k + 1,)
    :ivar due_on: first day of a month, contract, day its bill was handed over (None: in time or
        not known) ─▶ last day of paying
    :ivar handed_over: account and first day of a period to the day its bill was handed over
    :ivar alike: by number of contract the first of those with its scheme and days of paying
    """

    terms: PenaltyTerms
    schemes: Ints
    alike: Ints
    due_on: DueDays
    stops: Sequence[StopRow] = ()
    handed_over: Mapping[tuple[int, int], int] = field(default_factory=dict)
    opening_counts: bool = True


@dataclass(frozen=True, slots=True)
class Accrual:
    """Debts with their penalties, shape (n,) each.

    :ivar charged_kop: counted as charged before: entries, and of an opening penalty what fits
    :ivar amount_kop: what this accrual adds; total − charged, 0 where it waits
    """

    debts: Debts
    items: PenaltyItems
    penalties: Penalties
    charged_kop: Ints
    amount_kop: Ints


def accrual_of(moved: Movements, before: Charged, *, on: int, rules: Rules) -> Accrual:
    """Give the penalties of all debts to a day, and what is to be charged now.

    :param moved: their debtor does not matter, it is made of the pair by the grain
    :param on: day of the calculation, since 2000-01-01, included
    :raises MissingRate: when a rate is not known
    :raises NoCalendar: when the working calendar of a year is not known
    """
    grain = rules.terms.settings.grain
    numbered = replace(moved, debtor=_debtors(moved.service, grain, rules))
    debts = debts_of(numbered, settings=rules.terms.settings)
    debtor_before = _debtors(before.pair, grain, rules)
    debts, place = _with_charged(debts, before, debtor_before)
    charged, opening = _sums(before, place, count=len(debts))
    debts = replace(debts, service=_posted_to(debts.service, before, place))

    contract = _contracts(debts.debtor, grain)
    items = PenaltyItems(
        due_on=_due_days(debts, contract, rules),
        scheme=rules.schemes[contract],
        principal_kop=debts.principal_kop,
    )
    penalties = accrue(
        items, debts.paid, on=on, terms=rules.terms, stops=_stops(debts, items, contract, rules)
    )
    counted = np.clip(np.minimum(opening, penalties.total_kop), 0, None)
    if not rules.opening_counts:
        counted = np.zeros_like(counted)
    charged = charged + counted
    amount = month_charge(
        penalties.total_kop, charged, min_penalty_kop=rules.terms.settings.min_penalty_kop
    )
    return Accrual(debts, items, penalties, charged, amount)


def _debtors(pairs: Ints, grain: PenaltyGrain, rules: Rules) -> Ints:
    if grain is PenaltyGrain.SERVICE:
        return pairs
    contracts = pairs // PAIRS_OF_CONTRACT
    if grain is PenaltyGrain.CONTRACT:
        return np.asarray(contracts)
    return np.asarray(rules.alike[contracts])


def _contracts(debtors: Ints, grain: PenaltyGrain) -> Ints:
    return np.asarray(debtors // PAIRS_OF_CONTRACT) if grain is PenaltyGrain.SERVICE else debtors


def _keys(*columns: Ints) -> Ints:
    return np.stack(columns, axis=1)


def _with_charged(debts: Debts, before: Charged, debtor: Ints) -> tuple[Debts, Ints]:
    """Add a debt of nothing for what was charged and has no debt; give the place of each charge."""
    known = _keys(debts.account, debts.debtor, debts.origin, debts.shown)
    asked = _keys(before.account, debtor, before.origin, before.shown)
    both = np.concatenate([known, asked])
    order = np.lexsort(both.T[::-1])
    ordered = both[order]
    first = np.ones(len(both), dtype=np.bool_)
    first[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    group = np.empty(len(both), dtype=np.int64)
    group[order] = np.cumsum(first) - 1
    place = np.full(int(first.sum()), -1, dtype=np.int64)
    place[group[: len(known)]] = np.arange(len(known))
    lone = place[group[len(known) :]] < 0
    if not lone.any():
        return debts, place[group[len(known) :]]

    groups, at = np.unique(group[len(known) :][lone], return_index=True)
    rows = np.flatnonzero(lone)[at]
    place[groups] = len(known) + np.arange(len(groups))
    nothing = np.zeros(len(rows), dtype=np.int64)
    more = {
        "account": before.account[rows], "debtor": debtor[rows], "service": before.pair[rows],
        "origin": before.origin[rows], "shown": before.shown[rows], "principal_kop": nothing,
        "counts_from": nothing,
    }  # fmt: skip
    longer = {name: np.concatenate([getattr(debts, name), column]) for name, column in more.items()}
    return replace(debts, **longer), place[group[len(known) :]]  # type: ignore[arg-type]  # by name


def _sums(before: Charged, place: Ints, *, count: int) -> tuple[Ints, Ints]:
    charged = np.zeros(count, dtype=np.int64)
    opening = np.zeros(count, dtype=np.int64)
    ours = ~before.is_opening
    np.add.at(charged, place[ours], before.amount_kop[ours])
    np.add.at(opening, place[~ours], before.amount_kop[~ours])
    return charged, opening


def _posted_to(service: Ints, before: Charged, place: Ints) -> Ints:
    """Where most was charged before, the difference goes too; else to the largest principal."""
    ours = np.flatnonzero(~before.is_opening & (before.amount_kop > 0))
    if not ours.size:
        return service
    order = ours[np.lexsort((-before.pair[ours], before.amount_kop[ours], place[ours]))]
    result = service.copy()
    # The last of a place is the largest, the first service of equals.
    result[place[order]] = before.pair[order]
    return result


def _due_days(debts: Debts, contract: Ints, rules: Rules) -> Ints:
    """Give the day of paying: of the month that showed the debt, or of the period it came with."""
    month = np.where(_came_over(debts), debts.origin, debts.shown)
    handed = np.full(len(debts), -1, dtype=np.int64)
    if rules.handed_over:
        pairs = zip(debts.account.tolist(), month.tolist(), strict=True)
        handed = np.array([rules.handed_over.get(pair, -1) for pair in pairs], dtype=np.int64)
    # Months, contracts and days are few: each different triple is asked once.
    triples, place = _unique(_keys(month, contract, handed))
    due = [
        rules.due_on(first, one, None if day < 0 else day) for first, one, day in triples.tolist()
    ]
    return np.array(due, dtype=np.int64)[place] if due else np.zeros(0, dtype=np.int64)


def _came_over(debts: Debts) -> Flags:
    """Tell the debts whose `shown` is not the first day of a month: they came from another."""
    epoch = np.datetime64("2000-01-01", "D")
    shown = epoch + debts.shown.astype("timedelta64[D]")
    first = shown.astype("M8[M]").astype("M8[D]")
    return np.asarray(shown != first)


def _unique(keys: Ints) -> tuple[Ints, Ints]:
    order = np.lexsort(keys.T[::-1])
    ordered = keys[order]
    first = np.ones(len(keys), dtype=np.bool_)
    first[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    place = np.empty(len(keys), dtype=np.int64)
    place[order] = np.cumsum(first) - 1
    return ordered[first], place


def _stops(debts: Debts, items: PenaltyItems, contract: Ints, rules: Rules) -> Stops:
    found: list[tuple[Ints, int | Ints, int | Ints, int]] = []
    late = np.flatnonzero(debts.counts_from > 0)
    if late.size:
        found.append((late, items.due_on[late] + 1, debts.counts_from[late], STOP_BEFORE_TRANSFER))
    for row in rules.stops:
        fits = np.ones(len(debts), dtype=np.bool_)
        if row.contracts is not None:
            fits &= np.isin(contract, np.array(sorted(row.contracts), dtype=np.int64))
        if row.accounts is not None:
            fits &= np.isin(debts.account, np.array(sorted(row.accounts), dtype=np.int64))
        if row.origin is not None:
            fits &= debts.origin == row.origin
        found.append((np.flatnonzero(fits), row.day_from, row.day_to, STOP_OWN + row.number))
    if not found:
        return Stops()

    def column(at: int) -> Ints:
        return np.concatenate(
            [np.broadcast_to(np.asarray(one[at], dtype=np.int64), one[0].shape) for one in found]
        )

    return Stops(column(0), column(1), np.minimum(column(2), FAR), column(3))
