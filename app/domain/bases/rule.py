"""A Rule of a basis, the line as it is stored, and the exact arithmetic both go by."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from app.domain.basis import FACTOR_SLOT
from app.domain.ledger import EntryKind
from app.domain.money import KOP_PER_RUB, MILLION
from app.domain.period import Period

Named: TypeAlias = Mapping[str, int]
CM2_PER_M2 = 10_000


@dataclass(frozen=True, slots=True)
class StoredLine:
    """A charge line as the ledger keeps it.

    :ivar period: the month it is for
    :ivar notes: words that some slots stand for (app/domain/note.py), by number
    """

    period: Period
    kind: int
    basis: int
    zone: int
    component: int
    day_from: int
    day_to: int
    volume_mcu: int
    price_mcr: int
    amount_kop: int
    slots: Sequence[int]
    notes: Mapping[int, str] = field(default_factory=dict)

    @property
    def days(self) -> int:
        return self.day_to - self.day_from

    @property
    def factor_ppm(self) -> int:
        return int(self.slots[FACTOR_SLOT])

    @property
    def is_raised(self) -> bool:
        return self.kind == EntryKind.RAISING


Why: TypeAlias = str | Callable[[StoredLine, Named], str]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a basis is to people and programs.

    :ivar code: charges.md §13
    :ivar law: document, paragraph, formula
    :ivar words: the method in words
    :ivar slots: names of slots 0.., units last
    :ivar volume: gives the volume of the stored inputs in mcu, before what sharing adds
    :ivar text: gives the formula of the volume with its numbers, given the unit
    :ivar why: why this method was used
    :ivar raised_law: citation of the excess line; empty where no raising factor applies
    :ivar amount: gives the amount in kopecks where it is not volume × price
    :ivar amount_text: then the formula of the amount with its numbers
    """

    code: str
    law: str
    words: str
    slots: tuple[str, ...]
    volume: Callable[[StoredLine, Named], int]
    text: Callable[[StoredLine, Named, str], str]
    why: Why
    raised_law: str = ""
    amount: Callable[[StoredLine, Named], int] | None = None
    amount_text: Callable[[StoredLine, Named, str], str] | None = None


def half_up(value: Fraction) -> int:
    """Round half up on the absolute value."""
    size = abs(value)
    whole = (2 * size.numerator + size.denominator) // (2 * size.denominator)
    return whole if value >= 0 else -whole


def money_of(volume_mcu: int, price_mcr: int) -> Fraction:
    """Give volume × price in kopecks, not rounded."""
    return Fraction(volume_mcu * price_mcr * KOP_PER_RUB, MILLION * MILLION)


def part_of_month(line: StoredLine) -> Fraction:
    return Fraction(line.days, line.period.days)


def share_of(named: Named) -> Fraction:
    return Fraction(named["share_numerator"], named["share_denominator"])


def m2(cm2: int) -> Fraction:
    return Fraction(cm2, CM2_PER_M2)
