"""Which parameters there are and which values each may have (interface.md §1)."""

import difflib
import re
from collections.abc import Callable

_NUMBER = re.compile(r"\d{1,9}(?:[.,]\d{1,6})?")
_PERIOD_ORDER = ("сначала старые", "сначала период документа", "сначала текущий",
                 "только период документа")  # fmt: skip
_WITHIN_PERIOD = ("по начислениям", "по долгу", "по порядку услуг", "по поставщикам")
_PENALTY = ("в конце", "после периода", "наравне", "сначала", "не гасить")


def _number(value: str) -> str | None:
    return None if _NUMBER.fullmatch(value) else "Напишите число, например 1,5."


def _cap(value: str) -> str | None:
    if value == "нет" or _NUMBER.fullmatch(value.removesuffix("%").strip()):
        return None
    return "Напишите процент годовых, например 9,5, или «нет»."


def _whole(low: int, high: int) -> Callable[[str], str | None]:
    def check(value: str) -> str | None:
        fits = value.isdecimal() and len(value) <= 9 and low <= int(value) <= high
        return None if fits else f"Напишите целое число от {low} до {high}."

    return check


def _word(*words: str) -> Callable[[str], str | None]:
    def check(value: str) -> str | None:
        return None if value in words else f"Можно: {', '.join(words)}."

    return check


def _any(_value: str) -> str | None:
    return None


PARAMETERS: dict[str, Callable[[str], str | None]] = {
    "кпов.хвс": _number,
    "кпов.гвс": _number,
    "день_оплаты": _whole(1, 31),
    "день_документа": _whole(1, 31),
    "округление_объёма": _whole(0, 7),
    "отсутствие_минимум_дней": _whole(0, 366),
    "показание_после_среднего": _word("доначисление", "перезапуск"),
    "пени.потолок": _cap,
    "пени.день_оплаты_включён": _word("да", "нет"),
    "распределение.порядок_периодов": _word(*_PERIOD_ORDER),
    "распределение.внутри_периода": _word(*_WITHIN_PERIOD),
    "распределение.пени": _word(*_PENALTY),
    "сои.перерасчёт": _any,
    "водоотведение.один_прибор": _word("практика", "закон"),
    "касса.повтор_часов": _whole(0, 168),
}


def wrong_value(code: str, value: str) -> tuple[str, str, str] | None:
    """Say what is wrong with a parameter: field, message and hint; None when nothing is."""
    check = PARAMETERS.get(code)
    if check is None:
        near = difflib.get_close_matches(code.casefold(), PARAMETERS, n=1)
        hint = f"Вы имели в виду «{near[0]}»?" if near else f"Есть: {', '.join(PARAMETERS)}."
        return "code", "такого параметра нет", hint
    hint_of_value = check(value)
    if hint_of_value is None:
        return None
    return "value", "такого значения у параметра не бывает", hint_of_value
