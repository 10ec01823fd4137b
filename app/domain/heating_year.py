"""The yearly correction of heating paid evenly, and of houses with distributors (354, §42(1)).

    fact        Σ of the year's months, each by its formula with V_D, V_i, tariff of the month
    billed      what was charged for the same months, recalculations with it
    difference  fact − billed; months the house had no meter, or nothing was charged here, are in
                neither (charges.md §5.3)

    distributors    Σ fact of the premises that have them × units / Σ units − billed (formula 6)

An extra charge may go in equal parts, a month each; a credit goes at once. What was posted before
for the same year comes off, so that the same call posts nothing twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from app.domain.bases.rule import half_up
from app.domain.basis import SLOTS, Basis
from app.domain.charged_year import Charged, Whose
from app.domain.note import Notes
from app.domain.period import Period

# Their house has no meter this month: the norm is no subject of the correction.
NORM_BASES = frozenset(
    {Basis.HEAT_NORM, Basis.HEAT_NORM_EVEN, Basis.HEAT_NORM_OWN, Basis.HEAT_TWELFTH,
     Basis.HEAT_TWELFTH_EVEN}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MonthOfHeat:
    """A month of the year.

    :ivar fact: what the month comes to by meters; nothing of those whose house goes by the norm
    :ivar billed: what was charged for it
    :ivar by_norm: who went by the norm, for lack of a meter of the house
    """

    period: Period
    fact: Mapping[Whose, Charged]
    billed: Mapping[Whose, Charged]
    by_norm: frozenset[Whose] = frozenset()


@dataclass(frozen=True, slots=True)
class Units:
    """Units of distributors of premises: m × p summed over the devices of each (formula 6).

    :ivar premises: premises of each account
    :ivar counted_mcu: units of premises
    """

    premises: Mapping[str, str]
    counted_mcu: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Correction:
    """The correction of one account, service and contract.

    :ivar fact: of distributors the share of the pool
    :ivar share: of distributors the pool in kopecks, units, all units, own and the premises' fact
    """

    whose: Whose
    fact: Charged
    billed: Charged
    posted: Charged
    part: int
    parts: int
    months: tuple[Period, ...]
    share: tuple[int, ...] = ()

    @property
    def due(self) -> Charged:
        """Give what is to be posted now."""
        fact = by_share(self.share) if self.share else Fraction(self.fact.amount_kop)
        volume = Fraction(self.fact.volume_mcu - self.billed.volume_mcu)
        part = (self.part, self.parts)
        return Charged(
            due_of(fact - self.billed.amount_kop, *part, posted=self.posted.amount_kop),
            due_of(volume, *part, posted=self.posted.volume_mcu),
        )

    @property
    def basis(self) -> Basis:
        return Basis.HEAT_UNITS if self.share else Basis.HEAT_YEAR

    def slots(self, notes: Notes) -> list[int]:
        """Give what the line keeps (app/domain/bases/heat_year.py)."""
        note = notes.add(months_words(self.months))
        tail = [self.part, self.parts, note]
        if self.share:
            head = [*self.share, self.billed.amount_kop, self.posted.amount_kop]
        else:
            head = [*self.fact, *self.billed, *self.posted]
        kept = [*head, *tail]
        return [*kept, *[0] * (SLOTS - len(kept))]


@dataclass(slots=True)
class YearOfHeat:
    """Corrections, and who has none because a month of theirs could not be counted."""

    corrections: list[Correction] = field(default_factory=list)
    unknown: dict[Whose, tuple[Period, ...]] = field(default_factory=dict)


def due_of(total: Fraction, part: int, parts: int, *, posted: int) -> int:
    """Give what is due by this part: of an extra charge so many parts, a credit at once."""
    return half_up((total if total <= 0 else total * part / parts) - posted)


def part_of(into: Period, *, year: int, parts: int) -> int:
    """Give which part of the correction of a year a month posts: the first in January after it."""
    months = (into.year - year - 1) * 12 + into.month
    return min(max(months, 1), parts)


def months_words(months: Sequence[Period]) -> str:
    return ", ".join(month.shown for month in months)


def corrected(
    months: Sequence[MonthOfHeat],
    posted: Mapping[Whose, Charged],
    *,
    part: int,
    parts: int,
    heirs: Mapping[str, str] | None = None,
) -> YearOfHeat:
    """Give the corrections of a year.

    :param posted: what earlier corrections of this year came to
    :param heirs: the account that pays now by the closed one; none: each payer his months
    """
    result = YearOfHeat()
    sums = _sums(months, result)
    for whose, (fact, billed, counted) in _inherited(sums, heirs or {}).items():
        before = posted.get(whose, Charged())
        made = Correction(whose, fact, billed, before, part, parts, counted)
        if made.due != Charged():
            result.corrections.append(made)
    return result


def by_units(
    months: Sequence[MonthOfHeat],
    posted: Mapping[Whose, Charged],
    units: Units,
    *,
    part: int,
    parts: int,
) -> YearOfHeat:
    """Give the corrections of a house by the units of its distributors (formula 6)."""
    result = YearOfHeat()
    sums = {
        whose: sums
        for whose, sums in _sums(months, result).items()
        if units.premises.get(whose.account) in units.counted_mcu
    }
    services = sorted({(whose.service, whose.contract) for whose in sums})
    for service, contract in services:
        mine = {whose: value for whose, value in sums.items() if whose[1:] == (service, contract)}
        pool = sum(fact.amount_kop for fact, _, _ in mine.values())
        total = sum(units.counted_mcu.values())
        of_premises: dict[str, int] = {}
        for whose, (fact, _, _) in mine.items():
            home = units.premises[whose.account]
            of_premises[home] = of_premises.get(home, 0) + fact.amount_kop
        for whose, (fact, billed, counted) in mine.items():
            home = units.premises[whose.account]
            if not total or not of_premises[home]:
                continue
            share = (pool, units.counted_mcu[home], total, fact.amount_kop, of_premises[home])
            owed = Charged(half_up(by_share(share)), billed.volume_mcu)
            before = Charged(posted.get(whose, Charged()).amount_kop, 0)
            made = Correction(whose, owed, billed, before, part, parts, counted, share)
            if made.due.amount_kop:
                result.corrections.append(made)
    return result


def by_share(share: Sequence[int]) -> Fraction:
    """Give pool × units / all units × the account's part of the premises' fact."""
    pool, units, total, own, premises = share
    return Fraction(pool * units * own, total * premises)


_Sums = dict[Whose, tuple[Charged, Charged, tuple[Period, ...]]]


def _sums(months: Sequence[MonthOfHeat], result: YearOfHeat) -> _Sums:
    """Add up fact and billed over the months by meter; put aside who has a month without fact."""
    found: _Sums = {}
    for month in months:
        for whose, its_billed in sorted(month.billed.items()):
            if whose in month.by_norm:
                continue
            if whose not in month.fact:
                if its_billed != Charged():
                    known = result.unknown.get(whose, ())
                    result.unknown[whose] = (*known, month.period)
                continue
            fact, billed, counted = found.get(whose, (Charged(), Charged(), ()))
            found[whose] = (
                fact.plus(month.fact[whose]),
                billed.plus(its_billed),
                (*counted, month.period),
            )
    return {whose: sums for whose, sums in found.items() if whose not in result.unknown}


def _inherited(sums: _Sums, heirs: Mapping[str, str]) -> _Sums:
    """Give the sums of accounts that are closed to those who pay now."""
    result: _Sums = {}
    for whose, (fact, billed, counted) in sums.items():
        heir = whose._replace(account=heirs.get(whose.account, whose.account))
        before = result.get(heir, (Charged(), Charged(), ()))
        months = tuple(sorted({*before[2], *counted}))
        result[heir] = (before[0].plus(fact), before[1].plus(billed), months)
    return result
