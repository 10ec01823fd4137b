"""The yearly recalculation of solid waste by containers (354, §148(30), (31); ПП № 318 of 2024).

    charged     January to December by the norm: formulas 9(1), 9(2), recalculations with it
    fact        containers of each month: V_house × w / Σw × T of the month, formulas 9(3), 9(4);
                w are person-days without the days of absence, or area × days
    difference  Σ fact − Σ charged of the months whose containers are known − posted before

A month without a volume of containers is in neither. The same call posts nothing twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.domain.basis import SLOTS
from app.domain.charged_year import Charged, Whose
from app.domain.days import Month
from app.domain.heating_year import months_words
from app.domain.money import KOP_PER_RUB, MILLION
from app.domain.note import Notes
from app.domain.period import Period
from app.domain.reduction_inputs import Absences


class Share(NamedTuple):
    """What one line of containers is made of: whose, of which house, its weight and its price.

    :ivar weight: person-days without absence, or area × days × share in any one unit
    """

    whose: Whose
    house: int
    weight: int
    house_volume_mcu: int
    price_mcr: int


@dataclass(frozen=True, slots=True)
class MonthOfWaste:
    """A month: what it comes to by containers, and what was charged for it."""

    period: Period
    fact: Mapping[Whose, Charged]
    billed: Mapping[Whose, Charged]


@dataclass(frozen=True, slots=True)
class WasteCorrection:
    """The recalculation of one account, service and contract."""

    whose: Whose
    fact: Charged
    billed: Charged
    posted: Charged
    months: tuple[Period, ...]

    @property
    def due(self) -> Charged:
        """Give what is to be posted now."""
        return Charged(
            self.fact.amount_kop - self.billed.amount_kop - self.posted.amount_kop,
            self.fact.volume_mcu - self.billed.volume_mcu - self.posted.volume_mcu,
        )

    def slots(self, notes: Notes) -> list[int]:
        """Give what the line keeps (app/domain/bases/containers.py)."""
        kept = [*self.fact, *self.billed, *self.posted, notes.add(months_words(self.months))]
        return [*kept, *[0] * (SLOTS - len(kept))]


def facts(shares: Sequence[Share]) -> dict[Whose, Charged]:
    """Give what a month comes to by containers; volume to 6 decimals, money to the kopeck."""
    totals: dict[tuple[int, str], int] = {}
    for one in shares:
        key = (one.house, one.whose.service)
        totals[key] = totals.get(key, 0) + one.weight
    result: dict[Whose, Charged] = {}
    for one in shares:
        total = totals[one.house, one.whose.service]
        volume = _half_up(one.house_volume_mcu * one.weight, total) if total else 0
        amount = _half_up(volume * one.price_mcr * KOP_PER_RUB, MILLION * MILLION)
        result[one.whose] = result.get(one.whose, Charged()).plus(Charged(amount, volume))
    return result


def corrected(
    months: Sequence[MonthOfWaste], posted: Mapping[Whose, Charged]
) -> list[WasteCorrection]:
    """Give the recalculations that come to something, in order of accounts."""
    known: dict[Whose, list[MonthOfWaste]] = {}
    for month in months:
        for whose in month.fact:
            known.setdefault(whose, []).append(month)
    found = []
    for whose, its in sorted(known.items()):
        fact = billed = Charged()
        for month in its:
            fact = fact.plus(month.fact[whose])
            billed = billed.plus(month.billed.get(whose, Charged()))
        one = WasteCorrection(
            whose, fact, billed, posted.get(whose, Charged()), tuple(month.period for month in its)
        )
        if one.due != Charged():
            found.append(one)
    return found


def absent_days(
    absences: Absences, month: Month, *, least: int, without_document: bool
) -> dict[int, list[int]]:
    """Give masks of the month's days on which persons of an account were away, one a person.

    :param least: full days in a row that count (354, §86: the days of leaving and coming do not)
    :param without_document: absences without a document count too
    """
    masks: dict[tuple[int, int], int] = {}
    for at in range(len(absences)):
        since, until = int(absences.left[at]) + 1, int(absences.returned[at])
        if until - since < least or not (without_document or absences.is_documented[at]):
            continue
        mask = _mask(since, until, month) & _registered(absences, int(absences.person[at]), month)
        key = (int(absences.account[at]), int(absences.person[at]))
        masks[key] = masks.get(key, 0) | mask
    result: dict[int, list[int]] = {}
    for (account, _), mask in masks.items():
        result.setdefault(account, []).append(mask)
    return result


def _registered(absences: Absences, person: int, month: Month) -> int:
    result = 0
    for at, its in enumerate(absences.spell_person.tolist()):
        if its == person:
            result |= _mask(int(absences.spell_from[at]), int(absences.spell_to[at]), month)
    return result


def _mask(since: int, until: int, month: Month) -> int:
    low = min(max(since - month.first, 0), month.days)
    high = min(max(until - month.first, 0), month.days)
    return (1 << high) - (1 << low) if high > low else 0


def _half_up(top: int, bottom: int) -> int:
    return (2 * top + bottom) // (2 * bottom)
