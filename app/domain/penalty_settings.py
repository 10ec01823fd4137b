"""The choices of the centre about penalties, from the sheet «Параметры» (пени.…).

Words of the sheet and what they choose; a parameter that is not given has the law's default.
"""

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

from app.domain import money, period
from app.domain.law import Dated
from app.domain.ledger import EntryKind
from app.domain.penalty_terms import (
    CapBy,
    Correction,
    PenaltyGrain,
    PenaltySettings,
    ProvisionalDate,
    RateMode,
)
from app.domain.period import NotAPeriod
from app.domain.terms import DueSettings
from app.errors import Malformed

RATE_WORDS = {"день оплаты": RateMode.PAYMENT_DAY, "каждый день": RateMode.PER_DAY}
CAP_BY_WORDS = {"день оплаты": CapBy.PAYMENT_DAY, "день просрочки": CapBy.ACCRUAL_DAY}
GRAIN_WORDS = {
    "договор": PenaltyGrain.CONTRACT,
    "услуга": PenaltyGrain.SERVICE,
    "лицевой счёт": PenaltyGrain.ACCOUNT,
}
PROVISIONAL_WORDS = {
    "конец месяца": ProvisionalDate.MONTH_END,
    "день печати": ProvisionalDate.PRINT_DATE,
}
DECREASE_WORDS = {"с начала": Correction.FROM_START, "с месяца документа": Correction.LATER}
INCREASE_WORDS = {"новый долг": Correction.NEW_DEBT, "с начала": Correction.FROM_START}
KIND_WORDS = {
    "перерасчёт": EntryKind.RECALCULATION,
    "отсутствие": EntryKind.ABSENCE,
    "качество": EntryKind.QUALITY,
    "исправление": EntryKind.CORRECTION,
    "льгота": EntryKind.BENEFIT,
}
_YES_NO = {"да": True, "нет": False}
PENALTY_CODES = (
    "пени.ставка", "пени.потолок_по", "пени.день_оплаты_включён", "пени.мораторий_497",
    "пени.остановка_прерывает_счёт", "пени.минимальный_долг", "пени.минимальная_пеня",
    "пени.единица", "пени.дата_документа", "пени.снижение", "пени.увеличение",
    *(f"пени.снижение.{word}" for word in KIND_WORDS),
    *(f"пени.увеличение.{word}" for word in KIND_WORDS),
)  # fmt: skip
CAP_CODE = "пени.потолок"
DUE_CODES = (
    "пени.перенос_выходных", "пени.пятнадцатое_с_периода", "пени.поздний_документ_дней",
)  # fmt: skip
CENTRE_DAY_CODE = "день_оплаты"

_Chosen = TypeVar("_Chosen", bound=Enum | bool)


class UnknownPenaltySetting(Malformed):
    """A parameter of penalties has a value that means nothing."""


def penalty_settings(parameters: Mapping[str, str]) -> PenaltySettings:
    """Read the choices in force on a day.

    :param parameters: values by code, PENALTY_CODES or fewer
    :raises UnknownPenaltySetting: when a value is none of the words, or no number
    """
    default = PenaltySettings()
    decrease = _choice(parameters, "пени.снижение", DECREASE_WORDS, Correction.FROM_START)
    increase = _choice(parameters, "пени.увеличение", INCREASE_WORDS, Correction.NEW_DEBT)
    return PenaltySettings(
        rate_mode=_choice(parameters, "пени.ставка", RATE_WORDS, default.rate_mode),
        cap_by=_choice(parameters, "пени.потолок_по", CAP_BY_WORDS, default.cap_by),
        includes_payment_day=_choice(parameters, "пени.день_оплаты_включён", _YES_NO, True),
        applies_pp497=_choice(parameters, "пени.мораторий_497", _YES_NO, False),
        stop_freezes_counter=_choice(parameters, "пени.остановка_прерывает_счёт", _YES_NO, False),
        min_debt_kop=_rubles(parameters, "пени.минимальный_долг"),
        min_penalty_kop=_rubles(parameters, "пени.минимальная_пеня"),
        grain=_choice(parameters, "пени.единица", GRAIN_WORDS, default.grain),
        provisional_date=_choice(
            parameters, "пени.дата_документа", PROVISIONAL_WORDS, default.provisional_date
        ),
        decreases={
            kind: _choice(parameters, f"пени.снижение.{word}", DECREASE_WORDS, decrease)
            for word, kind in KIND_WORDS.items()
        },
        increases={
            kind: _choice(parameters, f"пени.увеличение.{word}", INCREASE_WORDS, increase)
            for word, kind in KIND_WORDS.items()
        },
    )


def due_settings(
    parameters: Mapping[str, str], *, centre_days: tuple[Dated, ...] = ()
) -> DueSettings:
    """Read what is chosen about days of paying.

    :param parameters: values by code, DUE_CODES or fewer
    :param centre_days: all values of CENTRE_DAY_CODE with their days
    :raises UnknownPenaltySetting: when a value means nothing
    """
    default = DueSettings()
    fifteenth = parameters.get("пени.пятнадцатое_с_периода")
    try:
        first = default.fifteenth_from if fifteenth is None else period.parse(fifteenth)
    except NotAPeriod as error:
        raise UnknownPenaltySetting(
            f"Параметр «пени.пятнадцатое_с_периода»: {fifteenth}. Укажите месяц: 2026-03."
        ) from error
    return DueSettings(
        shifts_off_rest=_choice(parameters, "пени.перенос_выходных", _YES_NO, True),
        fifteenth_from=first,
        centre_days=centre_days,
        late_document_days=_whole(parameters, "пени.поздний_документ_дней", low=0, high=366),
    )


def _choice(
    parameters: Mapping[str, str], code: str, words: Mapping[str, _Chosen], default: _Chosen
) -> _Chosen:
    text = parameters.get(code)
    if text is None:
        return default
    found = words.get(text.strip().lower())
    if found is None:
        raise UnknownPenaltySetting(
            f"Параметр «{code}»: {text}. Можно: {', '.join(words)}. Исправьте лист «Параметры»."
        )
    return found


def _rubles(parameters: Mapping[str, str], code: str) -> int:
    text = parameters.get(code)
    if text is None:
        return 0
    try:
        amount = money.kopecks(text)
    except money.NotAnAmount as error:
        raise UnknownPenaltySetting(
            f"Параметр «{code}»: {text}. Укажите рубли, например 10 или 0,50."
        ) from error
    if amount < 0:
        raise UnknownPenaltySetting(f"Параметр «{code}»: {text}. Меньше нуля не бывает.")
    return amount


def _whole(parameters: Mapping[str, str], code: str, *, low: int, high: int) -> int | None:
    text = parameters.get(code, "нет").strip().lower()
    if text == "нет":
        return None
    if not (text.isdecimal() and len(text) <= 3 and low <= int(text) <= high):
        raise UnknownPenaltySetting(
            f"Параметр «{code}»: {text}. Укажите целое число от {low} до {high} или «нет»."
        )
    return int(text)
