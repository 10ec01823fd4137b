"""Penalties for debts paid late, for all accounts at once or for one (ЖК РФ ст. 155 ч. 14).

    item      a debt: principal, due day, scheme
    part      what one payment paid of it, oldest first; the last part is what is unpaid
    segment   days of a part with one share of the rate, one rate and one answer to «stopped?»

    penalty of an item = half_up( Σ base × rate / 10^6 × days / divisor ), rounded once

Days are numbers since 2000-01-01, ends exclusive. A payment counts for the debt up to its day;
after `on` nothing is known, so what is paid later is unpaid on that day.
"""

import math
from dataclasses import dataclass, field

import numpy as np

from app.domain import penalty_parts
from app.domain.money import MILLION, Ints
from app.domain.penalty_parts import Parts
from app.domain.penalty_terms import CapBy, PenaltyTerms, RateMode

# What a segment says of a day without penalties; from STOP_OWN on: the number of a stop row.
NOT_STOPPED = 0
STOP_424 = 1
STOP_497 = 2
STOP_OWN = 1000

_SAFE = 2.0**61  # numerators below it, reckoned in floating point, are exact in int64


def _no_numbers() -> Ints:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class PenaltyItems:
    """Debts, shape (n,) each.

    :ivar due_on: last day of paying in time, already moved off days of rest
    :ivar scheme: PenaltyScheme
    :ivar principal_kop: what was to be paid, after decreases that count from the start (R5);
        nothing is owed where it is not positive
    """

    due_on: Ints
    scheme: Ints
    principal_kop: Ints

    def __len__(self) -> int:
        return len(self.due_on)


@dataclass(frozen=True, slots=True)
class Paid:
    """What was paid of the debts, shape (m,) each, in any order.

    A day before the due day counts at once: an advance (R6). Parts are taken oldest payment
    first; what passes the principal is dropped from the latest. A negative amount takes the
    latest payments on or before its day back, as if they had not been.

    :ivar item: place of the debt
    :ivar paid_on: day the payer gave the money (R3), or a credit was set off
    """

    item: Ints = field(default_factory=_no_numbers)
    paid_on: Ints = field(default_factory=_no_numbers)
    amount_kop: Ints = field(default_factory=_no_numbers)


@dataclass(frozen=True, slots=True)
class Stops:
    """Days no penalty is owed for a debt, beside the moratoria of the law (M3), shape (k,) each.

    :ivar item: place of the debt
    :ivar day_to: exclusive
    :ivar stop: what the segment says: STOP_OWN + number of the stop row
    """

    item: Ints = field(default_factory=_no_numbers)
    day_from: Ints = field(default_factory=_no_numbers)
    day_to: Ints = field(default_factory=_no_numbers)
    stop: Ints = field(default_factory=_no_numbers)


@dataclass(frozen=True, slots=True)
class PenaltySegments:
    """What the penalties are made of, shape (s,) each, in the order of item and day.

    Segments with stop = NOT_STOPPED give the amount; the others only say why nothing is owed.

    :ivar day_to: exclusive
    :ivar base_kop: the debt the days are of
    :ivar divisor: 300 is 1/300 of the rate a day
    :ivar rate_ppm: 0 where stopped
    :ivar paid_on: day this part of the debt was paid, UNPAID (−1) for the rest
    """

    item: Ints
    day_from: Ints
    day_to: Ints
    base_kop: Ints
    divisor: Ints
    rate_ppm: Ints
    stop: Ints
    paid_on: Ints

    def __len__(self) -> int:
        return len(self.item)

    @property
    def days(self) -> Ints:
        return np.asarray(self.day_to - self.day_from)


@dataclass(frozen=True, slots=True)
class Penalties:
    """Penalties of debts from the first day of delay to a day.

    :ivar total_kop: shape (n,), rounded half up once for each debt (R1)
    :ivar unpaid_kop: shape (n,), what is left of the principal on that day
    """

    total_kop: Ints
    unpaid_kop: Ints
    segments: PenaltySegments


def accrue(
    items: PenaltyItems,
    paid: Paid,
    *,
    on: int,
    terms: PenaltyTerms,
    stops: Stops | None = None,
) -> Penalties:
    """Give the penalties of all debts up to a day, that day included.

    :param on: day of the calculation: the last day of the month, or of printing (R7)
    :param terms: law and choices, app/store/law.py reads them
    :returns: shape (n,) each, in the order of the items
    :raises MissingRate: when no rate is known for a day that is needed
    """
    principal_kop = np.maximum(items.principal_kop, 0)
    known = np.flatnonzero(paid.paid_on <= on)
    parts, unpaid_kop, overdue_kop = penalty_parts.parts_of(
        principal_kop,
        items.due_on,
        paid=penalty_parts.covered(
            principal_kop,
            item=paid.item[known],
            paid_on=paid.paid_on[known],
            amount_kop=paid.amount_kop[known],
        ),
        on=on,
        last_day_counts=terms.settings.includes_payment_day,
    )
    if terms.settings.min_debt_kop > 0:
        large = overdue_kop >= terms.settings.min_debt_kop
        parts = penalty_parts.chosen(parts, np.flatnonzero(large[parts.item]))
    segments = _segments(items, parts, stops or Stops(), terms=terms)
    total_kop = totals_of(segments, count=len(items))
    return Penalties(total_kop, unpaid_kop, segments)


def totals_of(segments: PenaltySegments, *, count: int) -> Ints:
    """Give the penalty of each debt from its segments, half up once (R1).

    :param count: the number of debts
    :returns: shape (count,), kopecks
    """
    owed = segments.stop == NOT_STOPPED
    item, divisor = segments.item[owed], segments.divisor[owed]
    common = math.lcm(1, *(int(one) for one in np.unique(divisor)))
    factors = (
        segments.base_kop[owed],
        segments.rate_ppm[owed],
        segments.days[owed],
        common // divisor,
    )
    bottom = common * MILLION
    bound = np.zeros(count)
    np.add.at(bound, item, np.prod([factor.astype(np.float64) for factor in factors], axis=0))
    wide = bound > _SAFE
    top = np.zeros(count, dtype=np.int64)
    narrow = ~wide[item]
    product = np.prod([factor[narrow] for factor in factors], axis=0, dtype=np.int64)
    np.add.at(top, item[narrow], product)
    result = (2 * top + bottom) // (2 * bottom)
    for place in np.flatnonzero(wide).tolist():
        own = np.flatnonzero(item == place)
        exact = sum(math.prod(int(factor[at]) for factor in factors) for at in own.tolist())
        result[place] = (2 * exact + bottom) // (2 * bottom)
    return np.asarray(result)


def month_charge(total_kop: Ints, charged_kop: Ints, *, min_penalty_kop: int = 0) -> Ints:
    """Give what to charge now: penalty to date less what was charged for the debt before (R1).

    Negative where a payment that became known later, a decrease or a stop made it less (R13).
    An increase below the minimum waits (R9): the next month's difference holds it.

    :param charged_kop: shape (n,), all PENALTY entries of the debt; write-offs are not in it (R10)
    """
    change = np.asarray(total_kop - charged_kop)
    return np.where((change > 0) & (change < min_penalty_kop), 0, change)


def _segments(
    items: PenaltyItems, parts: Parts, stops: Stops, *, terms: PenaltyTerms
) -> PenaltySegments:
    freezes = terms.settings.stop_freezes_counter
    stopped = penalty_parts.stopped_days(
        parts,
        scheme=items.scheme,
        moratoria=terms.moratoria,
        own=(stops.item, stops.day_from, stops.day_to, stops.stop),
    )
    pieces = penalty_parts.pieces_of(parts, stopped, freezes=freezes)
    piece, day_from, day_to, divisor = penalty_parts.shares_of(
        pieces, items.scheme[parts.item[pieces.part]], rows=terms.schemes, freezes=freezes
    )
    place, day_from, day_to = _cut_by_rates(pieces.stop[piece], day_from, day_to, terms=terms)
    piece, divisor = piece[place], divisor[place]
    part, stop = pieces.part[piece], pieces.stop[piece]
    rate_ppm = _rates(parts.rate_on[part], day_from, stop, terms=terms)

    order = np.lexsort((day_from, part))
    columns = np.stack([part, day_from, day_to, divisor, rate_ppm, stop])[:, order]
    return _merged(parts, columns)


def _merged(parts: Parts, columns: Ints) -> PenaltySegments:
    """Make one segment of neighbours that differ in nothing: the cap hides changes of the rate."""
    part, day_from, day_to, divisor, rate_ppm, stop = columns
    first = np.ones(len(part), dtype=np.bool_)
    first[1:] = day_from[1:] != day_to[:-1]
    for column in (part, divisor, rate_ppm, stop):
        first[1:] |= column[1:] != column[:-1]
    heads = np.flatnonzero(first)
    tails = np.append(heads[1:], len(part)) - 1
    return PenaltySegments(
        item=parts.item[part[heads]],
        day_from=day_from[heads],
        day_to=day_to[tails[: len(heads)]],
        base_kop=parts.base_kop[part[heads]],
        divisor=divisor[heads],
        rate_ppm=rate_ppm[heads],
        stop=stop[heads],
        paid_on=parts.paid_on[part[heads]],
    )


def _cut_by_rates(
    stop: Ints, day_from: Ints, day_to: Ints, *, terms: PenaltyTerms
) -> tuple[Ints, Ints, Ints]:
    """Cut where the rate or the cap changes, when they are those of each day."""
    changes = []
    if terms.settings.rate_mode is RateMode.PER_DAY:
        changes.append(terms.rates.day_from)
    if terms.settings.cap_by is CapBy.ACCRUAL_DAY:
        changes.append(terms.caps.day_from)
    if not changes:
        return np.arange(len(stop)), day_from, day_to
    return penalty_parts.cut_at(
        np.unique(np.concatenate(changes)),
        day_from=day_from,
        day_to=day_to,
        only=(stop == NOT_STOPPED).astype(np.int64),
    )


def _rates(rate_on: Ints, day_from: Ints, stop: Ints, *, terms: PenaltyTerms) -> Ints:
    """Give the rate of each segment, capped; 0 where it is stopped."""
    owed = np.flatnonzero(stop == NOT_STOPPED)
    per_day = terms.settings.rate_mode is RateMode.PER_DAY
    cap_by_day = terms.settings.cap_by is CapBy.ACCRUAL_DAY
    rate = terms.rates.at((day_from if per_day else rate_on)[owed])
    cap = terms.caps.at((day_from if cap_by_day else rate_on)[owed])
    result = np.zeros(len(stop), dtype=np.int64)
    result[owed] = np.minimum(rate, cap)
    return result
