"""The split once more, in exact fractions: buckets filled one by one, like vessels with water.

Written from money.md §2.3 alone; nothing of app.domain.allocation* but the names of settings.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from app.domain.allocation_scheme import (
    AllocationScheme,
    DocumentPeriod,
    PenaltyOrder,
    PeriodOrder,
    Surplus,
    TimeBarred,
    WithinPeriod,
)
from app.domain.period import Period

Key = tuple[Period, str, int]  # month, payment | penalty_payment | advance, place of the service


@dataclass(frozen=True, slots=True)
class Vessel:
    """One debt: what it may take, what it weighs, whose it is."""

    key: Key
    cap: int
    weight: int
    payee: int


@dataclass(frozen=True, slots=True)
class Debt:
    """A row: month, service, what is owed of both kinds, what was charged."""

    month: Period
    service: int
    payee: int
    principal: int
    penalty: int
    charged: int
    is_repair: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """What the payer named."""

    service: int | None = None
    payee: int | None = None
    month: Period | None = None
    is_penalty: bool = False
    is_whole: bool = False
    amount: int | None = None

    def means(self, service: int, payee: int) -> bool:
        return self.service in {None, service} and self.payee in {None, payee}


@dataclass(slots=True)
class Case:
    """Everything a payment is spread by.

    :ivar lasts: weights of the last bill by service, with the payee
    :ivar barred: months whose limitation has run out
    :ivar apart: payees with a document of their own
    """

    debts: list[Debt]
    lasts: list[tuple[int, int, bool]]
    scheme: AllocationScheme
    posting: Period
    barred: frozenset[Period] = frozenset()
    apart: frozenset[int] = frozenset()
    document: Period | None = None
    designation: Period | None = None
    named: tuple[Named, ...] = ()
    own: dict[int, AllocationScheme] | None = None
    account_place: int | None = None


def spread(amount: int, case: Case) -> dict[Key, int]:
    """Give the kopecks of every line."""
    paid: dict[Key, int] = {}
    left = amount
    wishes = list(case.named)
    month = case.designation
    if month is None and case.scheme.document_period is DocumentPeriod.NAMED:
        month = case.document
    if month is not None:
        wishes.append(Named(month=month))
    for wish in wishes:
        left = _wish(left, wish, case, paid)
    if not left:
        return paid
    if not case.own:
        _by_rule(left, case, case.scheme, paid, whose=None, centre=case.scheme)
        return paid

    trial = dict(paid)
    plain = replace(case.scheme, surplus=Surplus.ADVANCE_LINES)
    _by_rule(left, case, plain, trial, whose=None, centre=case.scheme)
    payee_of = {debt.service: debt.payee for debt in case.debts}
    payee_of |= {place: payee for place, (_, payee, _) in enumerate(case.lasts)}
    shares: dict[AllocationScheme, int] = {}
    for key, kopecks in trial.items():
        mine = case.own.get(payee_of[key[2]], case.scheme)
        shares[mine] = shares.get(mine, 0) + kopecks - paid.get(key, 0)
    for mine, share in shares.items():
        whose = {p for p in payee_of.values() if case.own.get(p, case.scheme) == mine}
        _by_rule(share, case, mine, paid, whose=whose, centre=case.scheme)
    return paid


def _wish(left: int, wish: Named, case: Case, paid: dict[Key, int]) -> int:
    pool = left if wish.amount is None else min(left, wish.amount)
    rest = left - pool
    scheme = case.scheme
    if scheme.period_order is PeriodOrder.DOCUMENT_ONLY:
        scheme = replace(scheme, period_order=PeriodOrder.DOCUMENT_FIRST)
    names = wish.service is not None or wish.payee is not None
    fitting = [d for d in case.debts if wish.means(d.service, d.payee)
               and (names or not _apart(d.is_repair, d.payee, case))]  # fmt: skip
    months = _months(fitting, case, scheme) if wish.month is None else [wish.month]
    for month in months:
        pool = _pour_month(pool, month, fitting, case.scheme, paid, penalties=wish.is_penalty)
    if pool and wish.payee is not None:
        theirs = [d for d in case.debts if d.payee == wish.payee]
        pool = _all_months(pool, theirs, case, case.scheme, paid)
    if pool and (wish.is_whole or wish.payee is not None):
        may = [wish.means(place, payee) for place, (_, payee, _) in enumerate(case.lasts)]
        _advance(pool, may, case, paid, case.scheme.min_line_kop)
        pool = 0
    return rest + pool


def _by_rule(
    pool: int,
    case: Case,
    scheme: AllocationScheme,
    paid: dict[Key, int],
    *,
    whose: set[int] | None,
    centre: AllocationScheme,
) -> None:
    debts = [d for d in case.debts if (whose is None or d.payee in whose)
             and not _apart(d.is_repair, d.payee, case, centre)]  # fmt: skip
    pool = _all_months(pool, debts, case, scheme, paid)
    if not pool:
        return
    if scheme.surplus is Surplus.ADVANCE_ACCOUNT and case.account_place is not None:
        _put(paid, (case.posting, "advance", case.account_place), pool)
        return
    may = [
        not _apart(is_repair, payee, case, centre) if whose is None else payee in whose
        for _, payee, is_repair in case.lasts
    ]
    _advance(pool, may, case, paid, scheme.min_line_kop)


def _all_months(
    pool: int, debts: list[Debt], case: Case, scheme: AllocationScheme, paid: dict[Key, int]
) -> int:
    months = _months(debts, case, scheme)
    passes: list[tuple[Period, bool]] = {
        PenaltyOrder.LAST: [*((m, False) for m in months), *((m, True) for m in months)],
        PenaltyOrder.FIRST: [*((m, True) for m in months), *((m, False) for m in months)],
        PenaltyOrder.AFTER_PERIOD: [(m, fine) for m in months for fine in (False, True)],
        PenaltyOrder.OWN_LINE: [(m, False) for m in months],
        PenaltyOrder.NEVER: [(m, False) for m in months],
    }[scheme.penalty]
    for month, fine in passes:
        pool = _pour_month(pool, month, debts, scheme, paid, penalties=fine)
    return pool


def _months(debts: list[Debt], case: Case, scheme: AllocationScheme) -> list[Period]:
    months = sorted({d.month for d in debts})
    latest = max(months, default=None)
    if scheme.time_barred is TimeBarred.LAST:
        months = [m for m in months if m not in case.barred] + [
            m for m in months if m in case.barred
        ]
    head = None
    if scheme.period_order in {PeriodOrder.DOCUMENT_FIRST, PeriodOrder.DOCUMENT_ONLY}:
        head = case.document
    elif scheme.period_order is PeriodOrder.CURRENT_FIRST:
        head = latest
    if scheme.time_barred is TimeBarred.NEVER:
        months = [m for m in months if m not in case.barred]
    if head is None:
        return months
    only = scheme.period_order is PeriodOrder.DOCUMENT_ONLY
    return [head] if only else [head, *(m for m in months if m != head)]


def _pour_month(
    pool: int,
    month: Period,
    debts: list[Debt],
    scheme: AllocationScheme,
    paid: dict[Key, int],
    *,
    penalties: bool,
) -> int:
    mine = sorted((d for d in debts if d.month == month), key=lambda d: d.service)
    fines = []
    for d in mine:
        key: Key = (month, "penalty_payment", d.service)
        left = d.penalty - paid.get(key, 0)
        fines.append(Vessel(key, left, left, d.payee))
    if penalties:
        vessels, way = fines, WithinPeriod.CHARGES
    else:
        vessels, way = [], scheme.within_period
        for d in mine:
            key = (month, "payment", d.service)
            vessels.append(Vessel(key, d.principal - paid.get(key, 0), max(0, d.charged), d.payee))
        if scheme.penalty is PenaltyOrder.OWN_LINE:
            vessels += fines
    amount = min(pool, sum(v.cap for v in vessels))
    for vessel, part in zip(
        vessels, _shared(amount, vessels, way, scheme.min_line_kop), strict=True
    ):
        if part:
            _put(paid, vessel.key, part)
    return pool - amount


def _shared(amount: int, vessels: list[Vessel], way: WithinPeriod, least: int) -> list[int]:
    caps, weights = [v.cap for v in vessels], [v.weight for v in vessels]
    if way is WithinPeriod.PRIORITY:
        before = [sum(caps[:i]) for i in range(len(caps))]
        return [max(0, min(cap, amount - b)) for cap, b in zip(caps, before, strict=True)]
    if way is WithinPeriod.DEBT:
        return without_crumbs(amount, caps, caps, least)
    if way is WithinPeriod.CHARGES:
        return without_crumbs(amount, weights, caps, least)
    payees = list(dict.fromkeys(v.payee for v in vessels))
    lots = [[i for i, v in enumerate(vessels) if v.payee == p] for p in payees]
    per_lot = water(
        amount, [sum(weights[i] for i in lot) for lot in lots],
        [sum(caps[i] for i in lot) for lot in lots],
    )  # fmt: skip
    parts = [0] * len(vessels)
    for lot, share in zip(lots, per_lot, strict=True):
        inside = without_crumbs(share, [weights[i] for i in lot], [caps[i] for i in lot], least)
        for i, part in zip(lot, inside, strict=True):
            parts[i] = part
    return parts


def _advance(pool: int, may: list[bool], case: Case, paid: dict[Key, int], least: int) -> None:
    plain = [place for place, fits in enumerate(may) if fits and place != case.account_place]
    weights = [0] * len(may)
    for place in plain or [place for place, fits in enumerate(may) if fits]:
        weights[place] = case.lasts[place][0] if any(case.lasts[p][0] for p in plain) else 1
    caps = [pool if w else 0 for w in weights]
    for place, part in enumerate(without_crumbs(pool, weights, caps, least)):
        if part:
            _put(paid, (case.posting, "advance", place), part)


def _apart(is_repair: bool, payee: int, case: Case, centre: AllocationScheme | None = None) -> bool:
    return is_repair and (centre or case.scheme).kr_separate and payee in case.apart


def _put(paid: dict[Key, int], key: Key, part: int) -> None:
    paid[key] = paid.get(key, 0) + part


def without_crumbs(amount: int, weights: list[int], caps: list[int], least: int) -> list[int]:
    """Take the smallest part that is too small off the table, again and again, while others can
    hold what it had."""
    allowed = set(range(len(caps)))
    while True:
        room = [cap if i in allowed else 0 for i, cap in enumerate(caps)]
        parts = water(amount, weights, room)
        small = [i for i in allowed if 0 < parts[i] < min(least, caps[i])]
        if not small:
            return parts
        worst = min(small, key=lambda i: (parts[i], weights[i], -i))
        if sum(room) - caps[worst] < amount:
            return parts
        allowed.remove(worst)


def water(amount: int, weights: list[int], caps: list[int]) -> list[int]:
    """Split by the height of water: exact fractions, no loop of removals."""
    if amount >= sum(caps):
        return list(caps)
    with_weight = [i for i, (w, c) in enumerate(zip(weights, caps, strict=True)) if w > 0 and c > 0]
    room = sum(caps[i] for i in with_weight)
    exact = [Fraction(0)] * len(caps)
    used = list(weights)
    if amount <= room:
        wet, level_of = with_weight, Fraction(amount)
    else:
        for i in with_weight:
            exact[i] = Fraction(caps[i])
        wet = [i for i in range(len(caps)) if caps[i] and i not in with_weight]
        level_of = Fraction(amount - room)
        used = list(caps)
    level = _level(level_of, [(used[i], caps[i]) for i in wet])
    for i in wet:
        exact[i] = min(Fraction(caps[i]), used[i] * level)
    parts = [int(share) for share in exact]
    order = sorted(range(len(caps)), key=lambda i: (parts[i] - exact[i], -used[i], i))
    for i in order[: amount - sum(parts)]:
        parts[i] += 1
    return parts


def _level(water_kop: Fraction, vessels: Iterable[tuple[int, int]]) -> Fraction:
    """Give the height at which vessels of these widths and caps hold so much."""
    of = list(vessels)
    below = Fraction(0)
    for height in sorted({Fraction(cap, width) for width, cap in of}):
        if sum(min(Fraction(cap), width * height) for width, cap in of) >= water_kop:
            have = sum(min(Fraction(cap), width * below) for width, cap in of)
            growing = sum(width for width, cap in of if Fraction(cap, width) >= height)
            return below + (water_kop - have) / growing
        below = height
    return below
