"""What a penalty is reckoned by: schemes, rates, caps, moratoria, and the choices of the centre.

    PenaltyTerms ── rates      key rate (before 2016 the refinancing rate), step by step
                 ├─ caps       the highest rate of a day; NO_CAP where there is none
                 ├─ schemes    rows: of which days of delay which part of the rate is owed a day
                 ├─ moratoria  days nobody owes a penalty for
                 └─ settings   the choices, each with the law's default

days are numbers since 2000-01-01, ends exclusive; rates in ppm of one: 9.5 % is 95_000.
"""

import math
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

import numpy as np

from app.domain import days as day_numbers
from app.domain.days import FAR
from app.domain.ledger import EntryKind
from app.domain.money import Ints
from app.errors import Malformed

NO_CAP = 2**31


class MissingRate(Malformed):
    """The table of rates says nothing of a day a penalty is reckoned by."""


class PenaltyScheme(IntEnum):
    """Whose debt it is: the number is stored with a penalty, the word with a contract."""

    NONE = 0
    HOUSING = 1
    CAPITAL_REPAIR = 2
    COMPANY_TO_SUPPLIER = 3
    ASSOCIATION_TO_SUPPLIER = 4
    LEGAL_ENTITY = 5


# The word of app.contract.penalty_scheme, of resources/law/penalty.toml with «_» for «-».
SCHEME_CODES = {
    "none": PenaltyScheme.NONE,
    "housing": PenaltyScheme.HOUSING,
    "capital-repair": PenaltyScheme.CAPITAL_REPAIR,
    "company-to-supplier": PenaltyScheme.COMPANY_TO_SUPPLIER,
    "association-to-supplier": PenaltyScheme.ASSOCIATION_TO_SUPPLIER,
    "legal-entity": PenaltyScheme.LEGAL_ENTITY,
}


class RateMode(StrEnum):
    """Which day's key rate: that of the payment (ЖК ст. 155 ч. 14), or of each day of delay."""

    PAYMENT_DAY = "payment_day"
    PER_DAY = "per_day"


class CapBy(StrEnum):
    """Which day's cap: that of the payment, or of each day of delay (money.md P5)."""

    PAYMENT_DAY = "payment_day"
    ACCRUAL_DAY = "accrual_day"


class PenaltyGrain(StrEnum):
    """What one debt is: a period of an account's service, of its contract, or all of it."""

    SERVICE = "service"
    CONTRACT = "contract"
    ACCOUNT = "account"


class ProvisionalDate(StrEnum):
    """To which day the penalties of a payment document are reckoned (money.md R7)."""

    MONTH_END = "month_end"
    PRINT_DATE = "print_date"


class Correction(IntEnum):
    """What a correction does to the debt of its period (money.md R5).

    FROM_START  counts as if it had been in the first bill
    NEW_DEBT    an increase: a debt of its own, due with the bill that shows it first
    LATER       a decrease: counts from the last day of the month it is posted into
    """

    FROM_START = 0
    NEW_DEBT = 1
    LATER = 2


CORRECTED_KINDS = (
    EntryKind.RECALCULATION,
    EntryKind.ABSENCE,
    EntryKind.QUALITY,
    EntryKind.CORRECTION,
    EntryKind.BENEFIT,
)


@dataclass(frozen=True, slots=True)
class PenaltySettings:
    """The choices of a centre, dated by the day they are read for; defaults are the law's.

    :ivar min_debt_kop: what was unpaid in time and less than this bears no penalty
    :ivar min_penalty_kop: an increase of a month less than this waits for the next month
    :ivar stop_freezes_counter: days of a stop are not counted as days of delay
    :ivar applies_pp497: the bankruptcy moratorium of 2022 goes for debts due before it
    :ivar decreases: kind of correction to what its decrease does; absent: FROM_START
    :ivar increases: kind of correction to what its increase does; absent: NEW_DEBT
    """

    rate_mode: RateMode = RateMode.PAYMENT_DAY
    cap_by: CapBy = CapBy.PAYMENT_DAY
    includes_payment_day: bool = True
    applies_pp497: bool = False
    stop_freezes_counter: bool = False
    min_debt_kop: int = 0
    min_penalty_kop: int = 0
    grain: PenaltyGrain = PenaltyGrain.CONTRACT
    provisional_date: ProvisionalDate = ProvisionalDate.MONTH_END
    decreases: dict[EntryKind, Correction] = field(default_factory=dict)
    increases: dict[EntryKind, Correction] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Steps:
    """A value by days, each until the next: shape (k,), days ascending."""

    day_from: Ints
    value: Ints

    def at(self, days: Ints) -> Ints:
        """Give the value of each day.

        :raises MissingRate: when a day lies before the first step
        """
        place = np.searchsorted(self.day_from, days, side="right") - 1
        if place.size and int(place.min()) < 0:
            first = day_numbers.of_number(int(np.asarray(days).min()))
            raise MissingRate(
                f"Ставки на {first:%d.%m.%Y} в программе нет. "
                "Добавьте её на лист «Ключевая ставка» и загрузите книгу."
            )
        return np.asarray(self.value[np.maximum(place, 0)])


@dataclass(frozen=True, slots=True)
class SchemeRows:
    """Rows of a scheme, shape (k,) each: on days day_from..day_to of delay 1/divisor is owed.

    :ivar valid_from: calendar days the row is in force, `valid_to` exclusive
    :ivar day_to: exclusive, FAR where there is no end
    """

    scheme: Ints
    valid_from: Ints
    valid_to: Ints
    day_from: Ints
    day_to: Ints
    divisor: Ints

    @property
    def common_divisor(self) -> int:
        """The least number all divisors divide."""
        return math.lcm(1, *(int(one) for one in self.divisor))


@dataclass(frozen=True, slots=True)
class Moratorium:
    """Days without penalties by law, for these schemes and debts.

    :ivar due_before: only debts due before this day; FAR for all
    :ivar stop: what a segment says of it, STOP_424 or STOP_497 of penalty.py
    """

    day_from: int
    day_to: int
    stop: int
    schemes: frozenset[PenaltyScheme]
    due_before: int = FAR


@dataclass(frozen=True, slots=True)
class PenaltyTerms:
    """Everything but the debts."""

    rates: Steps
    caps: Steps
    schemes: SchemeRows
    moratoria: tuple[Moratorium, ...] = ()
    settings: PenaltySettings = field(default_factory=PenaltySettings)


def correction_of(kind: int, amount_kop: int, *, settings: PenaltySettings) -> Correction:
    """Say what an adjustment does to the debt of its period."""
    if kind not in CORRECTED_KINDS:
        return Correction.FROM_START
    if amount_kop < 0:
        return settings.decreases.get(EntryKind(kind), Correction.FROM_START)
    return settings.increases.get(EntryKind(kind), Correction.NEW_DEBT)
