"""What lowers a payment: absences of people, acts of quality, benefits; columns of whole houses.

days       since 2000-01-01, ends exclusive        moments    minutes since 2000-01-01 00:00
person     a number that is the same wherever the same person of an account is meant
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from app.domain.money import Ints

MINUTES_PER_DAY = 24 * 60


def _none() -> Ints:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Absences:
    """Who was away (354, раздел VIII), and when each of them was registered.

    :ivar person: shape (n,), as are the first columns; one number a person of an account
    :ivar left: the day of leaving, `returned` the day of coming back: neither is counted
    :ivar is_force: 1 where it was force majeure: counted without an act when everybody was away
    :ivar words: who, when and by which document, for the line
    :ivar spell_person: shape (m,), the person of each spell of living, kind by ResidentKind
    """

    account: Ints = field(default_factory=_none)
    person: Ints = field(default_factory=_none)
    left: Ints = field(default_factory=_none)
    returned: Ints = field(default_factory=_none)
    is_documented: Ints = field(default_factory=_none)
    is_force: Ints = field(default_factory=_none)
    words: Sequence[str] = ()
    spell_person: Ints = field(default_factory=_none)
    spell_kind: Ints = field(default_factory=_none)
    spell_from: Ints = field(default_factory=_none)
    spell_to: Ints = field(default_factory=_none)

    def __len__(self) -> int:
        return len(self.account)


class Breach(IntEnum):
    """What an act is about (354, приложение № 1; 491 for maintenance)."""

    INTERRUPTION = 0
    AIR_TEMPERATURE = 1
    WATER_TEMPERATURE = 2
    COMPOSITION = 3
    PRESSURE = 4
    MAINTENANCE = 5


BREACH_CODES = {
    "interruption": Breach.INTERRUPTION,
    "air-temperature": Breach.AIR_TEMPERATURE,
    "water-temperature": Breach.WATER_TEMPERATURE,
    "composition": Breach.COMPOSITION,
    "pressure": Breach.PRESSURE,
    "maintenance": Breach.MAINTENANCE,
}


@dataclass(frozen=True, slots=True)
class Acts:
    """Acts that touch the period, shape (n,) each: of a house (account -1) or of an account.

    :ivar name: «акт № 12 от 05.10.2026»
    :ivar starts: minutes since 2000-01-01, as is `ends`
    :ivar indicator: what was measured, as the act has it
    """

    name: Sequence[str] = ()
    service: Ints = field(default_factory=_none)
    house: Ints = field(default_factory=_none)
    account: Ints = field(default_factory=_none)
    breach: Ints = field(default_factory=_none)
    starts: Ints = field(default_factory=_none)
    ends: Ints = field(default_factory=_none)
    indicator: Sequence[str] = ()

    def __len__(self) -> int:
        return len(self.service)


@dataclass(frozen=True, slots=True)
class Benefits:
    """Kinds of benefits in force, what each is for, and who has which.

    :ivar name: shape (k,), as are the first columns: code and name of each kind
    :ivar area_norm_cm2: of one person, -1 none
    :ivar within_norm: 1 where no more than the norm of consumption is lowered
    :ivar for_family: 1 where all who live with the person share it
    :ivar covered_kind: shape (c,), the kind and the service it is for, pair by pair
    :ivar holder_kind: shape (h,), the kind that a person of an account has on some days
    :ivar holder_living: ResidentKind of the person on these days
    :ivar is_capital_repair: shape (services,), 1 for the contribution to capital repair
    """

    name: Sequence[str] = ()
    percent_ppm: Ints = field(default_factory=_none)
    area_norm_cm2: Ints = field(default_factory=_none)
    within_norm: Ints = field(default_factory=_none)
    for_family: Ints = field(default_factory=_none)
    covered_kind: Ints = field(default_factory=_none)
    covered_service: Ints = field(default_factory=_none)
    holder_kind: Ints = field(default_factory=_none)
    holder_account: Ints = field(default_factory=_none)
    holder_person: Ints = field(default_factory=_none)
    holder_living: Ints = field(default_factory=_none)
    holder_from: Ints = field(default_factory=_none)
    holder_to: Ints = field(default_factory=_none)
    is_capital_repair: Ints = field(default_factory=_none)

    def __len__(self) -> int:
        return len(self.holder_kind)
