"""Debts that penalties are reckoned of, from what the books say of an account's principal.

    charges, openings ──────────────┐
    decreases of later months ──────┼─▶ the debt of the period      due with its own bill
    payments, set-offs, refunds ────┘   └ paid, by the day it was given
    increases of later months ─────────▶ a debt of its own each   due with the bill that shows it
    what was owed elsewhere before ────▶ a debt of its own        due with its period, counted
                                                                  from the day it came over
A debt: (account, debtor, origin, shown). The debtor is a number the reader chose: a contract, a
service under a contract, or all contracts of an account that have one scheme (penalty_grain).
Payments of a period go to its first debt, then to the later ones in their order (money.md §1.6).

Days are numbers since 2000-01-01; `shown` is the first day of the month of the first bill, and the
second day of the month for what came over in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

import numpy as np

from app.domain import days, period
from app.domain.ledger import EntryKind
from app.domain.money import Flags, Ints
from app.domain.penalty import Paid
from app.domain.penalty_terms import CORRECTED_KINDS, Correction, PenaltySettings, correction_of

CAME_OVER = 1  # added to the first day of the month: `shown` of what came from another
_IN_TIME = -10_000_000
_FROM_START = (EntryKind.CHARGE, EntryKind.RAISING, EntryKind.OPENING)


def _no_numbers() -> Ints:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Movements:
    """What moved the principal of accounts, shape (n,) each, in any order.

    :ivar account: place of the account; `debtor`, `service` numbers of the reader
    :ivar origin: first day of the period it is owed for; `posted` of the month it was posted into
    :ivar kind: EntryKind of principal
    :ivar day: of payment, of set-off, of the act; 0 where the kind has none
    :ivar arrives: for TRANSFER: whether the line is on the side that takes over
    """

    account: Ints = field(default_factory=_no_numbers)
    debtor: Ints = field(default_factory=_no_numbers)
    service: Ints = field(default_factory=_no_numbers)
    origin: Ints = field(default_factory=_no_numbers)
    posted: Ints = field(default_factory=_no_numbers)
    kind: Ints = field(default_factory=_no_numbers)
    day: Ints = field(default_factory=_no_numbers)
    arrives: Ints = field(default_factory=_no_numbers)
    amount_kop: Ints = field(default_factory=_no_numbers)

    def __len__(self) -> int:
        return len(self.account)


@dataclass(frozen=True, slots=True)
class Debts:
    """Debts in the order of account, debtor, origin, shown; shape (n,) each.

    :ivar service: of the largest principal, the first of equals
    :ivar counts_from: first day that bears a penalty; 0: from the first day of delay
    """

    account: Ints
    debtor: Ints
    service: Ints
    origin: Ints
    shown: Ints
    principal_kop: Ints
    counts_from: Ints
    paid: Paid

    def __len__(self) -> int:
        return len(self.account)


def debts_of(moved: Movements, *, settings: PenaltySettings) -> Debts:
    """Put what moved together into debts and what was paid of them."""
    if not len(moved):
        empty = _no_numbers()
        return Debts(empty, empty, empty, empty, empty, empty, empty, Paid())
    keys = np.stack([moved.account, moved.debtor, moved.origin], axis=1)
    groups, group = _groups(keys)
    kind = moved.kind
    base = np.isin(kind, _FROM_START)
    corrected = np.isin(kind, CORRECTED_KINDS)
    base |= corrected & (moved.posted <= moved.origin)
    corrected &= moved.posted > moved.origin
    over = (kind == EntryKind.TRANSFER) & (moved.arrives != 0)
    paying = ~(base | corrected | over)

    principal = np.zeros(len(groups), dtype=np.int64)
    np.add.at(principal, group[base], moved.amount_kop[base])
    extras: dict[tuple[int, int], tuple[int, int]] = {}
    lessened: list[tuple[int, int, int]] = []

    for at, posted, what, amount in _netted(moved, group, corrected):
        way = correction_of(what, amount, settings=settings)
        if way is Correction.FROM_START:
            principal[at] += amount
        elif way is Correction.NEW_DEBT:
            before, _ = extras.get((at, posted), (0, 0))
            extras[at, posted] = (before + amount, 0)
        else:
            lessened.append((at, _last_day(posted), -amount))
    for at, posted, day, amount in _came_over(moved, group, over):
        if amount > 0:
            before, since = extras.get((at, posted + CAME_OVER), (0, day))
            extras[at, posted + CAME_OVER] = (before + amount, min(since, day))
        else:
            lessened.append((at, day, -amount))

    services = _largest_services(moved, group, base | corrected | over, count=len(groups))
    # What leaves on a day was owed here till the day before, that day included.
    left = (kind[paying] == EntryKind.TRANSFER) & settings.includes_payment_day
    paid = np.stack([group[paying], moved.day[paying] - left, -moved.amount_kop[paying]])
    more = np.array(lessened, dtype=np.int64).reshape(-1, 3).T
    return _joined(groups, principal, services, extras, Paid(*np.concatenate([paid, more], axis=1)))


def _groups(keys: Ints) -> tuple[Ints, Ints]:
    """Give the different rows in order, and the place of each given row among them."""
    order = np.lexsort(keys.T[::-1])
    sorted_keys = keys[order]
    first = np.ones(len(keys), dtype=np.bool_)
    first[1:] = (sorted_keys[1:] != sorted_keys[:-1]).any(axis=1)
    place = np.empty(len(keys), dtype=np.int64)
    place[order] = np.cumsum(first) - 1
    return sorted_keys[first], place


def _netted(moved: Movements, group: Ints, rows: Flags) -> list[tuple[int, int, int, int]]:
    """Give corrections of later months summed by group, month and kind, those that are not zero."""
    if not rows.any():
        return []
    keys, place = _groups(np.stack([group[rows], moved.posted[rows], moved.kind[rows]], axis=1))
    sums = np.zeros(len(keys), dtype=np.int64)
    np.add.at(sums, place, moved.amount_kop[rows])
    return [
        (at, posted, kind, amount)
        for (at, posted, kind), amount in zip(keys.tolist(), sums.tolist(), strict=True)
        if amount
    ]


def _came_over(moved: Movements, group: Ints, rows: Flags) -> list[tuple[int, int, int, int]]:
    """Give what came from others summed by group and day: group, month, day, amount."""
    if not rows.any():
        return []
    keys, place = _groups(np.stack([group[rows], moved.day[rows]], axis=1))
    sums = np.zeros(len(keys), dtype=np.int64)
    np.add.at(sums, place, moved.amount_kop[rows])
    return [
        (at, _first_day(day), day, amount)
        for (at, day), amount in zip(keys.tolist(), sums.tolist(), strict=True)
        if amount
    ]


def _largest_services(moved: Movements, group: Ints, rows: Flags, *, count: int) -> Ints:
    """Give for each group the service with most principal; where there is none, the first."""
    keys, place = _groups(np.stack([group, moved.service], axis=1))
    sums = np.zeros(len(keys), dtype=np.int64)
    np.add.at(sums, place[rows], moved.amount_kop[rows])
    order = np.lexsort((keys[:, 1], -sums, keys[:, 0]))
    ordered = keys[order]
    first = np.ones(len(ordered), dtype=np.bool_)
    first[1:] = ordered[1:, 0] != ordered[:-1, 0]
    assert int(first.sum()) == count
    return np.asarray(ordered[first, 1])


def _joined(
    groups: Ints,
    principal: Ints,
    services: Ints,
    extras: Mapping[tuple[int, int], tuple[int, int]],
    paid: Paid,
) -> Debts:
    """Put debts of later bills beside those of the periods, and share what was paid among them."""
    more = sorted(extras)
    of_group = np.array([at for at, _ in more], dtype=np.int64)
    group = np.concatenate([np.arange(len(groups)), of_group])
    shown = np.concatenate([groups[:, 2], np.array([one for _, one in more], dtype=np.int64)])
    amount = np.concatenate([principal, np.array([extras[one][0] for one in more], dtype=np.int64)])
    since = np.zeros(len(group), dtype=np.int64)
    since[len(groups) :] = [extras[one][1] for one in more]
    order = np.lexsort((shown, group))
    first_of = np.searchsorted(group[order], np.arange(len(groups)))
    amount, shown, since = amount[order], shown[order], since[order]

    if more:
        several = np.isin(paid.item, np.unique(of_group))
        alone = Paid(
            first_of[paid.item[~several]], paid.paid_on[~several], paid.amount_kop[~several]
        )
        shared = _shared(paid, np.flatnonzero(several), first_of, amount, np.unique(of_group))
        whole = Paid(*(
            np.concatenate([getattr(alone, one.name), getattr(shared, one.name)])
            for one in fields(Paid)
        ))  # fmt: skip
    else:
        whole = paid
    rows = group[order]
    return Debts(
        account=groups[rows, 0],
        debtor=groups[rows, 1],
        service=services[rows],
        origin=groups[rows, 2],
        shown=shown,
        principal_kop=amount,
        counts_from=since,
        paid=whole,
    )


def _shared(paid: Paid, rows: Ints, first_of: Ints, principal: Ints, several: Ints) -> Paid:
    """Share what was paid for a period among its debts: the first is filled first.

    What is taken back is taken from the latest payments. A credit of the first debt (decreases
    came to more than it was) pays the later ones in time.
    """
    items: list[int] = []
    on_days: list[int] = []
    amounts: list[int] = []
    ends = np.append(first_of[1:], len(principal))
    by_group: dict[int, list[tuple[int, int]]] = {at: [] for at in several.tolist()}
    for row in rows.tolist():
        by_group[int(paid.item[row])].append((int(paid.paid_on[row]), int(paid.amount_kop[row])))
    for at, told in by_group.items():
        places = range(int(first_of[at]), int(ends[at]))
        room = {place: max(int(principal[place]), 0) for place in places}
        credit = -min(int(principal[places[0]]), 0)
        for day, amount in _standing([(_IN_TIME, credit), *told] if credit else told):
            left = amount
            for place in places:
                taken = min(left, room[place])
                room[place] -= taken
                left -= taken
                if taken:
                    items.append(place)
                    on_days.append(day)
                    amounts.append(taken)
    return Paid(*(np.array(column, dtype=np.int64) for column in (items, on_days, amounts)))


def _standing(told: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give payments by day, those taken back gone from the latest ones."""
    by_day: dict[int, int] = {}
    for day, amount in told:
        by_day[day] = by_day.get(day, 0) + amount
    standing: list[list[int]] = []
    back = 0
    for day in sorted(by_day):
        amount = by_day[day] - back
        back = 0
        if amount >= 0:
            standing.append([day, amount])
            continue
        back = -amount
        while back and standing:
            taken = min(back, standing[-1][1])
            standing[-1][1] -= taken
            back -= taken
            if not standing[-1][1]:
                standing.pop()
    return [(day, amount) for day, amount in standing]


def _first_day(day: int) -> int:
    """The first day of the month of a day."""
    return days.number(days.of_number(day).replace(day=1))


def _last_day(first: int) -> int:
    """The last day of the month of its first day."""
    return days.number(period.of(days.of_number(first)).last_day)
