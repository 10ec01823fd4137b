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


def _months(value: str) -> str | None:
    parts = [part.partition("-") for part in value.replace(" ", "").split(",")]
    ends = [number for low, _, high in parts for number in (low, high or low)]
    fits = all(one.isdecimal() and len(one) <= 2 and 1 <= int(one) <= 12 for one in ends)
    return None if fits else "Напишите месяцы, например 5-8."


def _any(_value: str) -> str | None:
    return None


PARAMETERS: dict[str, Callable[[str], str | None]] = {
    "кпов.хвс": _number,
    "кпов.гвс": _number,
    "кпов.тепло_гвс": _word("да", "нет"),
    "отопление.норматив": _word("месяц", "двенадцатая"),
    "отопление.отрицательная_общая": _word("да", "нет"),
    "отопление.предел_общей": _number,
    "отопление.предел_приборов": _number,
    "отопление.нет_данных_года": _word("среднее", "норматив"),
    "отопление.корректировка_частей": _whole(1, 12),
    "отопление.корректировка_кому": _word("по дням", "текущему"),
    "участок.месяцы": _months,
    "день_оплаты": _whole(1, 31),
    "день_документа": _whole(1, 31),
    "округление_объёма": _whole(3, 6),
    "отсутствие_минимум_дней": _whole(0, 366),
    "показание_после_среднего": _word("доначисление", "перезапуск"),
    "среднее.месяцев_базы": _whole(3, 12),
    "среднее.месяцев_минимум": _whole(1, 12),
    "среднее.периодов_квартира": _whole(0, 12),
    "среднее.периодов_нежилое": _whole(0, 12),
    "среднее.месяц_события_первый": _word("да", "нет"),
    "среднее.доначисление_норматива": _word("да", "нет"),
    "среднее.доначисление_после_недопуска": _word("да", "нет"),
    "среднее.доначисление_после_поверки": _word("да", "нет"),
    "пени.потолок": _cap,
    "пени.день_оплаты_включён": _word("да", "нет"),
    "распределение.порядок_периодов": _word(*_PERIOD_ORDER),
    "распределение.внутри_периода": _word(*_WITHIN_PERIOD),
    "распределение.пени": _word(*_PENALTY),
    "сои.перерасчёт": _word("равными долями", "сразу", "нет"),
    "сои.перерасчёт_с_месяца": _whole(1, 12),
    "сои.перерасчёт_цена": _word("месяца", "последняя"),
    "сои.перерасчёт_кому": _word("счёту", "плательщику"),
    "сои.перенос_через_год": _word("да", "нет"),
    "сои.месяцев_среднего": _whole(1, 12),
    "одн.отрицательный_снижает": _word("да", "нет"),
    "площадь.дома": _word("последний день", "по дням"),
    "водоотведение.один_прибор": _word("практика", "закон"),
    "отопление.поправка_на_температуру": _word("да", "нет"),
    "отопление.температура_помещений": _whole(10, 30),
    "показание.скачок_раз": _number,
    "показание.скачок_от_соседей": _number,
    "кпов.ээ": _number,
    "кпов.хвс.договор": _any,
    "кпов.хвс.услуга": _any,
    "кпов.гвс.договор": _any,
    "кпов.гвс.услуга": _any,
    "кпов.ээ.договор": _any,
    "кпов.ээ.услуга": _any,
    "кпов.месяц_смены": _word("весь месяц", "по дням"),
    "диапазоны.на_месяцы": _word("да", "нет"),
    "капремонт.по_дням": _word("да", "нет"),
    "проживающие.день_выбытия": _word("да", "нет"),
    "проживающие.временные_без_приборов": _word("да", "нет"),
    "прибор.доля_счёта": _word("по площади", "по людям", "фиксированный процент"),
    "коммунальная.соглашение": _word("да", "нет"),
    "коммунальная.общая_часть": _number,
    "касса.повтор_часов": _whole(0, 168),
    "проверка.рост_раз": _number,
    "проверка.рост_рублей": _whole(0, 1_000_000),
    "проверка.месяцев_без_показаний": _whole(1, 120),
    "отсутствие.заявление_месяцев": _whole(0, 120),
    "отсутствие.ремонт_дней": _whole(0, 366),
    "отсутствие.без_документа": _word("да", "нет"),
    "качество.округление_часов": _word("вниз", "вверх"),
    "качество.округление_градусов": _word("вниз", "вверх"),
    "качество.база_процента": _word("до снижения", "после снижения"),
    "качество.источников_ээ": _whole(1, 2),
    "качество.температура_воздуха": _whole(1, 40),
    "льготы.режим": _word("компенсация", "скидка"),
    "льготы.минимальный_взнос": _number,
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
