"""Which of a balance an act moves: by service, period and part, whole or a sum, oldest first.

    Held ── rows of balances: account · service · contract · origin period · principal · penalty
      │ chosen by Choice (parts, services, periods, sum)
    Moves ── row · is it penalty · amount      what leaves, with its sign: a debt is positive

    part           of a row
    principal      principal > 0, not barred by limitation
    time-barred    principal > 0, the limitation of its period has run out
    advance        principal < 0
    penalty        penalty ≠ 0

Each move arrives in the period of its origin, so due dates and days of a delay go on (money.md §8).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from app.domain import money
from app.domain.money import Flags, Ints
from app.domain.period import Period
from app.errors import Refusal

PENALTY_CODE = "передача.пени"
ADVANCE_CODE = "передача.аванс"
BARRED_CODE = "передача.давность"
SETTINGS = (PENALTY_CODE, ADVANCE_CODE, BARRED_CODE)
_DEFAULTS = {PENALTY_CODE: "нет", ADVANCE_CODE: "да", BARRED_CODE: "да"}


class Part(StrEnum):
    """What a balance is made of; the code is what programs say."""

    PRINCIPAL = "principal"
    TIME_BARRED = "time-barred"
    ADVANCE = "advance"
    PENALTY = "penalty"


PART_WORDS = {
    "долг": Part.PRINCIPAL,
    "давность": Part.TIME_BARRED,
    "аванс": Part.ADVANCE,
    "пени": Part.PENALTY,
}
EVERYTHING = frozenset(Part)


class NotSoMuch(Refusal):
    """More is asked to be moved than is there."""


@dataclass(frozen=True, slots=True)
class Held:
    """Rows of balances, shape (n,) each, in the order they are taken within a period.

    :ivar account: place in a list of its own; `service` and `contract` too
    :ivar origin: number of the month, year x 12 + month - 1
    :ivar is_barred: the limitation of the row's period has run out
    """

    account: Ints
    service: Ints
    contract: Ints
    origin: Ints
    principal_kop: Ints
    penalty_kop: Ints
    is_barred: Flags

    def __len__(self) -> int:
        return len(self.account)


@dataclass(frozen=True, slots=True)
class Choice:
    """What of the rows is to move.

    :ivar services: places of services, None for all
    :ivar first: the first period of origin; `last` the last one, both included, None for any
    :ivar amount_kop: a sum instead of the whole: of debts (principal, then penalty), or of the
        advance when no other part is chosen; positive
    """

    parts: frozenset[Part]
    services: tuple[int, ...] | None = None
    first: Period | None = None
    last: Period | None = None
    amount_kop: int | None = None


@dataclass(frozen=True, slots=True)
class Moves:
    """What leaves, shape (m,) each.

    :ivar row: place in Held
    :ivar amount_kop: never zero; debt positive, advance negative
    """

    row: Ints
    is_penalty: Flags
    amount_kop: Ints

    def __len__(self) -> int:
        return len(self.row)

    def __add__(self, other: "Moves") -> "Moves":
        return Moves(
            np.concatenate([self.row, other.row]),
            np.concatenate([self.is_penalty, other.is_penalty]),
            np.concatenate([self.amount_kop, other.amount_kop]),
        )


def month_number(period: Period) -> int:
    """Give the number of a month in Held.origin."""
    return period.year * 12 + period.month - 1


def chosen(held: Held, choice: Choice) -> Moves:
    """Give what moves by a choice.

    :raises NotSoMuch: when a sum is asked that is not there
    """
    among = np.ones(len(held), dtype=np.bool_)
    if choice.services is not None:
        among &= np.isin(held.service, np.array(choice.services, dtype=np.int64))
    if choice.first is not None:
        among &= held.origin >= month_number(choice.first)
    if choice.last is not None:
        among &= held.origin <= month_number(choice.last)
    principal = np.where(among & _has_part(held, choice.parts), held.principal_kop, 0)
    penalty = np.where(among & (Part.PENALTY in choice.parts), held.penalty_kop, 0)
    if choice.amount_kop is not None:
        principal, penalty = _limited(held, principal, penalty, choice)
    rows = np.concatenate([np.flatnonzero(principal), np.flatnonzero(penalty)])
    is_penalty = np.arange(len(rows)) >= np.count_nonzero(principal)
    amount = np.concatenate([principal[principal != 0], penalty[penalty != 0]])
    order = np.lexsort((is_penalty, rows))
    return Moves(rows[order], is_penalty[order], amount[order])


def _has_part(held: Held, parts: frozenset[Part]) -> Flags:
    """Say of each row whether its principal is of a chosen part."""
    owed = held.principal_kop > 0
    result: Flags = (held.principal_kop < 0) & (Part.ADVANCE in parts)
    result |= owed & ~held.is_barred & (Part.PRINCIPAL in parts)
    return result | (owed & held.is_barred & (Part.TIME_BARRED in parts))


def _limited(held: Held, principal: Ints, penalty: Ints, choice: Choice) -> tuple[Ints, Ints]:
    """Take a sum: the oldest periods first, every principal before any penalty."""
    asked = choice.amount_kop
    assert asked is not None
    sign = -1 if choice.parts == {Part.ADVANCE} else 1
    order = np.argsort(held.origin, kind="stable")
    there = np.concatenate([principal[order], penalty[order]]) * sign
    there = np.maximum(there, 0)
    total = int(there.sum())
    if not 0 < asked <= total:
        raise NotSoMuch(
            f"Передать {money.shown(asked)} ₽ нельзя: по выбранным услугам и периодам там "
            f"{money.shown(total)} ₽. Укажите сумму больше нуля и не больше этой."
        )
    before = np.cumsum(there) - there
    taken = np.clip(asked - before, 0, there) * sign
    result = np.zeros((2, len(held)), dtype=np.int64)
    result[0][order], result[1][order] = taken[: len(held)], taken[len(held) :]
    return result[0], result[1]


def parts_by_settings(parameters: Mapping[str, str], *, is_same_creditor: bool) -> frozenset[Part]:
    """Give the parts that go by default: to the same creditor all; to another as agreed.

    Principal, advance and time-barred debt go, the penalty stays with the old creditor, unless a
    parameter of the centre says otherwise (money.md §8).
    """
    if is_same_creditor:
        return EVERYTHING
    said = {code: parameters.get(code, word) == "да" for code, word in _DEFAULTS.items()}
    asked = {
        Part.PRINCIPAL: True,
        Part.TIME_BARRED: said[BARRED_CODE],
        Part.ADVANCE: said[ADVANCE_CODE],
        Part.PENALTY: said[PENALTY_CODE],
    }
    return frozenset(part for part, goes in asked.items() if goes)


def held_of(rows: Iterable[tuple[int, int, int, Period, int, int, bool]]) -> Held:
    """Make columns of rows: account, service, contract, origin, principal, penalty, barred."""
    columns = list(zip(*rows, strict=True)) or [()] * 7
    account, service, contract, origin, principal, penalty, barred = columns

    def whole(values: Iterable[int]) -> Ints:
        return np.array(list(values), dtype=np.int64)

    return Held(
        whole(account), whole(service), whole(contract), whole(map(month_number, origin)),
        whole(principal), whole(penalty), np.array(barred, dtype=np.bool_),
    )  # fmt: skip
