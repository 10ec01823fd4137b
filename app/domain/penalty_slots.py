"""How a penalty entry keeps its justification: whole numbers that give the amount again.

entry.inputs of kind PENALTY, method 0; days since 2000-01-01:

    slot   0 layout         LAYOUT                    6 charged_kop    for the debt before
           1 due_on         last day of paying        7 principal_kop  what was to be paid
           2 on             day of the calculation    8 unpaid_kop     unpaid on that day
           3 shown_on       month of the first bill   9 flags          FLAG_*: what was chosen
           4 scheme         PenaltyScheme            10 segments       their number k
           5 total_kop      penalty to date
    then k times: day_from, day_to (exclusive), base_kop, divisor, rate_ppm, stop, paid_on

    total_kop = half_up( Σ over segments with stop 0 of base × rate / 10^6 × days / divisor )
    amount_kop of the entry = total_kop − charged_kop
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from app.domain.money import MILLION, Ints
from app.domain.penalty import NOT_STOPPED, Penalties, PenaltyItems
from app.domain.penalty_terms import CapBy, PenaltyScheme, PenaltySettings, RateMode
from app.errors import Malformed

LAYOUT = 1
HEAD = 11
WIDTH = 7

FLAG_PER_DAY = 1  # the rate of each day
FLAG_CAP_BY_DAY = 2  # the cap of each day
FLAG_WITHOUT_PAYMENT_DAY = 4
FLAG_FREEZES = 8  # stopped days are not days of delay


class NotAPenaltyRecord(Malformed):
    """Numbers that are no justification of a penalty."""


@dataclass(frozen=True, slots=True)
class PackedPenalties:
    """Records of one width, ready to be copied: `slots` has the shape (k, width).

    :ivar place: shape (k,), place of the debt of each row
    """

    place: Ints
    slots: Ints


@dataclass(frozen=True, slots=True)
class PenaltySegment:
    """Days of one part of a debt; the days are numbers, `day_to` exclusive.

    :ivar stop: 0, or why nothing is owed for the days
    :ivar paid_on: UNPAID for what is not paid
    """

    day_from: int
    day_to: int
    base_kop: int
    divisor: int
    rate_ppm: int
    stop: int
    paid_on: int

    @property
    def days(self) -> int:
        return self.day_to - self.day_from

    @property
    def exact_kop(self) -> Fraction:
        """What is owed for the days, not rounded."""
        if self.stop != NOT_STOPPED:
            return Fraction(0)
        return Fraction(self.base_kop * self.rate_ppm * self.days, MILLION * self.divisor)


@dataclass(frozen=True, slots=True)
class PenaltyRecord:
    """What an entry of a penalty says of itself."""

    due_on: int
    on: int
    shown_on: int
    scheme: PenaltyScheme
    total_kop: int
    charged_kop: int
    principal_kop: int
    unpaid_kop: int
    flags: int
    segments: tuple[PenaltySegment, ...]

    @property
    def amount_kop(self) -> int:
        """The amount of the entry."""
        return self.total_kop - self.charged_kop

    @property
    def recomputed_kop(self) -> int:
        """The penalty to date, from the segments alone."""
        exact = sum((one.exact_kop for one in self.segments), Fraction(0))
        return int((2 * exact.numerator + exact.denominator) // (2 * exact.denominator))


def flags_of(settings: PenaltySettings) -> int:
    """Give the choices that the paper explains."""
    return (
        FLAG_PER_DAY * (settings.rate_mode is RateMode.PER_DAY)
        + FLAG_CAP_BY_DAY * (settings.cap_by is CapBy.ACCRUAL_DAY)
        + FLAG_WITHOUT_PAYMENT_DAY * (not settings.includes_payment_day)
        + FLAG_FREEZES * settings.stop_freezes_counter
    )


def pack(
    items: PenaltyItems,
    penalties: Penalties,
    *,
    on: int,
    shown_on: Ints,
    charged_kop: Ints,
    chosen: Ints,
    settings: PenaltySettings,
) -> list[PackedPenalties]:
    """Give the records of chosen debts, those of one number of segments together.

    :param shown_on: shape (n,), first day of the month of the bill that showed the debt first
    :param charged_kop: shape (n,), what was charged for the debt before
    :param chosen: places of the debts, ascending: those something is posted for
    """
    item = penalties.segments.item
    first = np.searchsorted(item, chosen, side="left")
    count = np.searchsorted(item, chosen, side="right") - first
    head = np.zeros((len(chosen), HEAD), dtype=np.int64)
    columns: tuple[Ints | int, ...] = (
        LAYOUT, items.due_on[chosen], on, shown_on[chosen], items.scheme[chosen],
        penalties.total_kop[chosen], charged_kop[chosen], items.principal_kop[chosen],
        penalties.unpaid_kop[chosen], flags_of(settings), count,
    )  # fmt: skip
    for slot, column in enumerate(columns):
        head[:, slot] = column
    segments = penalties.segments
    body = np.stack(
        [segments.day_from, segments.day_to, segments.base_kop, segments.divisor,
         segments.rate_ppm, segments.stop, segments.paid_on], axis=1
    )  # fmt: skip
    packed = []
    for number in np.unique(count).tolist():
        rows = np.flatnonzero(count == number)
        places = first[rows][:, None] + np.arange(number)
        tail = body[places.reshape(-1)].reshape(len(rows), number * WIDTH)
        packed.append(PackedPenalties(chosen[rows], np.concatenate([head[rows], tail], axis=1)))
    return packed


def unpack(slots: Sequence[int]) -> PenaltyRecord:
    """Read the inputs of one entry.

    :raises NotAPenaltyRecord: when they are not what :func:`pack` makes
    """
    numbers = [int(slot) for slot in slots]
    if len(numbers) < HEAD or numbers[0] != LAYOUT:
        raise NotAPenaltyRecord("Запись не содержит расчёта пени: расшифровки нет.")
    body = numbers[HEAD:]
    if len(body) != numbers[10] * WIDTH or numbers[4] not in set(PenaltyScheme):
        raise NotAPenaltyRecord("Расчёт пени записан не полностью: расшифровки нет.")
    return PenaltyRecord(
        due_on=numbers[1],
        on=numbers[2],
        shown_on=numbers[3],
        scheme=PenaltyScheme(numbers[4]),
        total_kop=numbers[5],
        charged_kop=numbers[6],
        principal_kop=numbers[7],
        unpaid_kop=numbers[8],
        flags=numbers[9],
        segments=tuple(PenaltySegment(*body[at : at + WIDTH]) for at in range(0, len(body), WIDTH)),
    )
