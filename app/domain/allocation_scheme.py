"""How a payment is spread, as the centre has set it (money.md §2.2).

parameter, распределение.…   values, the default first
порядок_периодов             сначала старые · сначала период документа · сначала текущий
                             · только период документа
период_документа             по порядку · назначение: as if the payer had named it himself
внутри_периода               по начислениям · по долгу · по порядку услуг · по поставщикам
пени                         в конце · после периода · наравне · сначала · не гасить
переплата                    по услугам · на счёте: on one service, spread when the month closes
услуга_аванса                the code of that service
давность                     последними · не гасить · как все: debts whose limitation has run out
капремонт_отдельно           да · нет: what has a document of its own is paid when it is named
отдельный_документ           нет · да: of a contract, its bill is not the common one
минимум_строки               roubles; smaller parts go to the other lines

A contract or a creditor may have settings of its own; what they leave out is the centre's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from app.domain import money
from app.domain.allocation_target import Target
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


class DocumentPeriod(StrEnum):
    """What the period of the document means: a place in the order, or the payer's will."""

    IN_ORDER = "in_order"
    NAMED = "named"


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


class Surplus(StrEnum):
    """Where money goes that nothing is owed for."""

    ADVANCE_LINES = "advance_lines"
    ADVANCE_ACCOUNT = "advance_account"


class TimeBarred(StrEnum):
    """What becomes of debts whose limitation has run out, when nobody named them."""

    LAST = "last"
    NEVER = "never"
    AS_OTHERS = "as_others"


class Choice(StrEnum):
    """Yes or no."""

    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class AllocationScheme:
    """The rule in force; the first value of each setting is the default.

    :ivar kr_separate: capital repair with a document of its own is paid when it is named
    :ivar own_document: of a contract: it has a bill of its own
    :ivar min_line_kop: smaller parts are given to the other lines of their bucket
    :ivar advance_service: code of the service that holds an advance not spread yet
    :ivar own: schemes of contracts that have one of their own
    :ivar ahead: what is paid before the rule is asked: parts of instalment agreements
    """

    period_order: PeriodOrder = PeriodOrder.FIFO
    within_period: WithinPeriod = WithinPeriod.CHARGES
    penalty: PenaltyOrder = PenaltyOrder.LAST
    surplus: Surplus = Surplus.ADVANCE_LINES
    time_barred: TimeBarred = TimeBarred.LAST
    document_period: DocumentPeriod = DocumentPeriod.IN_ORDER
    kr_separate: bool = True
    own_document: bool = False
    min_line_kop: int = 0
    advance_service: str = "аванс"
    own: tuple[tuple[UUID, "AllocationScheme"], ...] = ()
    ahead: tuple[Target, ...] = ()

    def of_contract(self, contract_id: UUID) -> "AllocationScheme":
        """Give the scheme of a contract: its own, or this one."""
        return dict(self.own).get(contract_id, self)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What in the settings goes against the law, in sentences."""
        schemes = (self, *(scheme for _, scheme in self.own))
        return (PENALTY_FIRST,) if any(one.penalty is PenaltyOrder.FIRST for one in schemes) else ()


DEFAULT_SCHEME = AllocationScheme()
PENALTY_FIRST = (
    "Пени гасятся раньше долга: настройка «распределение.пени = сначала» противоречит закону. "
    "Неустойка погашается после основного долга, если плательщик не назвал её сам "
    "(ГК РФ, ст. 319; Пленум ВС РФ от 22.11.2016 № 54, п. 37)."
)

_PERIOD_WORDS = {
    "сначала старые": PeriodOrder.FIFO,
    "сначала период документа": PeriodOrder.DOCUMENT_FIRST,
    "сначала текущий": PeriodOrder.CURRENT_FIRST,
    "только период документа": PeriodOrder.DOCUMENT_ONLY,
}
_DOCUMENT_WORDS = {"по порядку": DocumentPeriod.IN_ORDER, "назначение": DocumentPeriod.NAMED}
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
_SURPLUS_WORDS = {"по услугам": Surplus.ADVANCE_LINES, "на счёте": Surplus.ADVANCE_ACCOUNT}
_TIME_BARRED_WORDS = {
    "последними": TimeBarred.LAST,
    "не гасить": TimeBarred.NEVER,
    "как все": TimeBarred.AS_OTHERS,
}
YES_FIRST = {"да": Choice.YES, "нет": Choice.NO}
NO_FIRST = {"нет": Choice.NO, "да": Choice.YES}
PERIOD_ORDER_CODE = "распределение.порядок_периодов"
DOCUMENT_PERIOD_CODE = "распределение.период_документа"
WITHIN_PERIOD_CODE = "распределение.внутри_периода"
PENALTY_CODE = "распределение.пени"
SURPLUS_CODE = "распределение.переплата"
ADVANCE_SERVICE_CODE = "распределение.услуга_аванса"
TIME_BARRED_CODE = "распределение.давность"
KR_SEPARATE_CODE = "распределение.капремонт_отдельно"
OWN_DOCUMENT_CODE = "распределение.отдельный_документ"
MIN_LINE_CODE = "распределение.минимум_строки"
CODES = (
    PERIOD_ORDER_CODE, DOCUMENT_PERIOD_CODE, WITHIN_PERIOD_CODE, PENALTY_CODE, SURPLUS_CODE,
    ADVANCE_SERVICE_CODE, TIME_BARRED_CODE, KR_SEPARATE_CODE, OWN_DOCUMENT_CODE, MIN_LINE_CODE,
)  # fmt: skip


def scheme_of(
    parameters: Mapping[str, str], *, own: Mapping[UUID, Mapping[str, str]] | None = None
) -> AllocationScheme:
    """Read the scheme from parameters in force; what is absent has its default.

    :param own: what contracts have set for themselves, by contract
    :raises UnknownSetting: when a value is not one of the list
    """
    centre = AllocationScheme(
        period_order=chosen(parameters, PERIOD_ORDER_CODE, _PERIOD_WORDS),
        within_period=chosen(parameters, WITHIN_PERIOD_CODE, _WITHIN_WORDS),
        penalty=chosen(parameters, PENALTY_CODE, _PENALTY_WORDS),
        surplus=chosen(parameters, SURPLUS_CODE, _SURPLUS_WORDS),
        time_barred=chosen(parameters, TIME_BARRED_CODE, _TIME_BARRED_WORDS),
        document_period=chosen(parameters, DOCUMENT_PERIOD_CODE, _DOCUMENT_WORDS),
        kr_separate=chosen(parameters, KR_SEPARATE_CODE, YES_FIRST) is Choice.YES,
        own_document=chosen(parameters, OWN_DOCUMENT_CODE, NO_FIRST) is Choice.YES,
        min_line_kop=_kopecks(parameters, MIN_LINE_CODE),
        advance_service=parameters.get(ADVANCE_SERVICE_CODE, "").strip() or "аванс",
    )
    theirs = sorted((own or {}).items(), key=lambda pair: pair[0])
    return replace(
        centre,
        own=tuple((contract, scheme_of({**parameters, **given})) for contract, given in theirs),
    )


def chosen(parameters: Mapping[str, str], code: str, words: Mapping[str, Chosen]) -> Chosen:
    """Give the value a parameter has, by its word or its code; the first of the list by default.

    :raises UnknownSetting: when a value is not one of the list
    """
    given = parameters.get(code, "").strip()
    by_code = {str(value): value for value in words.values()}
    found = {"": next(iter(words.values())), **by_code, **words}.get(given)
    if found is None:
        raise UnknownSetting(
            f"Параметр «{code}» равен «{given[:40]}», такого значения нет. "
            f"Возможные: {', '.join(words)}."
        )
    return found


def _kopecks(parameters: Mapping[str, str], code: str) -> int:
    given = parameters.get(code, "").strip() or "0"
    try:
        found = money.kopecks(given)
    except money.NotAnAmount as error:
        raise UnknownSetting(
            f"Параметр «{code}» равен «{given[:40]}», это не сумма. Напишите рубли, например 1,50."
        ) from error
    if found < 0:
        raise UnknownSetting(f"Параметр «{code}» меньше нуля. Напишите рубли, например 1,50.")
    return found
