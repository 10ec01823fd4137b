"""How a payment is spread, as the centre has set it (money.md §2.2).

parameter                        values, the one of the law first
распределение.порядок_периодов   сначала старые · сначала период документа · сначала текущий
                                 · только период документа
распределение.внутри_периода     по начислениям · по долгу · по порядку услуг · по поставщикам
распределение.пени               в конце · после периода · наравне · сначала · не гасить
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from app.errors import Malformed

Chosen = TypeVar("Chosen", bound=StrEnum)


class UnknownSetting(Malformed):
    """A parameter of allocation with a value that is not in the list."""


class PeriodOrder(StrEnum):
    """Which periods are paid first."""

    FIFO = "fifo"
    DOCUMENT_FIRST = "document_first"
    CURRENT_FIRST = "current_first"
    DOCUMENT_ONLY = "document_only"


class WithinPeriod(StrEnum):
    """How the money of one period is shared by its services."""

    CHARGES = "charges"
    DEBT = "debt"
    PRIORITY = "priority"
    SUPPLIER_THEN_SERVICE = "supplier_then_service"


class PenaltyOrder(StrEnum):
    """When penalties are paid."""

    LAST = "last"
    AFTER_PERIOD = "after_period"
    OWN_LINE = "own_line"
    FIRST = "first"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class AllocationScheme:
    """The rule in force; the first value of each setting is the one of the law.

    :ivar skip_time_barred: debts whose limitation has run out are paid when no other is owed
    """

    period_order: PeriodOrder = PeriodOrder.FIFO
    within_period: WithinPeriod = WithinPeriod.CHARGES
    penalty: PenaltyOrder = PenaltyOrder.LAST
    skip_time_barred: bool = True


DEFAULT_SCHEME = AllocationScheme()

_PERIOD_WORDS = {
    "сначала старые": PeriodOrder.FIFO,
    "сначала период документа": PeriodOrder.DOCUMENT_FIRST,
    "сначала текущий": PeriodOrder.CURRENT_FIRST,
    "только период документа": PeriodOrder.DOCUMENT_ONLY,
}
_WITHIN_WORDS = {
    "по начислениям": WithinPeriod.CHARGES,
    "по долгу": WithinPeriod.DEBT,
    "по порядку услуг": WithinPeriod.PRIORITY,
    "по поставщикам": WithinPeriod.SUPPLIER_THEN_SERVICE,
}
_PENALTY_WORDS = {
    "в конце": PenaltyOrder.LAST,
    "после периода": PenaltyOrder.AFTER_PERIOD,
    "наравне": PenaltyOrder.OWN_LINE,
    "сначала": PenaltyOrder.FIRST,
    "не гасить": PenaltyOrder.NEVER,
}
PERIOD_ORDER_CODE = "распределение.порядок_периодов"
WITHIN_PERIOD_CODE = "распределение.внутри_периода"
PENALTY_CODE = "распределение.пени"


def scheme_of(parameters: Mapping[str, str]) -> AllocationScheme:
    """Read the scheme from parameters in force; what is absent is as the law has it.

    :raises UnknownSetting: when a value is not one of the list
    """
    return AllocationScheme(
        period_order=_chosen(parameters, PERIOD_ORDER_CODE, _PERIOD_WORDS),
        within_period=_chosen(parameters, WITHIN_PERIOD_CODE, _WITHIN_WORDS),
        penalty=_chosen(parameters, PENALTY_CODE, _PENALTY_WORDS),
    )


def _chosen(parameters: Mapping[str, str], code: str, words: Mapping[str, Chosen]) -> Chosen:
    given = parameters.get(code, "").strip()
    by_code = {str(value): value for value in words.values()}
    found = {"": next(iter(words.values())), **by_code, **words}.get(given)
    if found is None:
        raise UnknownSetting(
            f"Параметр «{code}» равен «{given[:40]}», такого значения нет. "
            f"Возможные: {', '.join(words)}."
        )
    return found
