"""What became known after the months were closed: a small workbook of backdated changes."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from app.demo import rarities, town
from app.demo.house_sheets import moment
from app.demo.sheets import Sheet
from app.demo.town import HouseFacts

DECREE = "протокол собрания № 4 от 02.11.2026"
_METERS = "7622720"


def sheets(houses: Sequence[HouseFacts]) -> dict[str, Sheet]:
    """Give the sheets: a registration, a late reading, a price, an absence, an act.

    :param houses: of the town; the first two of those without rare facts are touched
    """
    plain = [house for house in houses if house.code not in rarities.ROLES]
    priced = plain[0].code
    newcomer, absent = _accounts_by_norm(plain[-1])
    return {
        "Проживающие": (
            ("Лицевой счёт", "ФИО", "Вид", "С"),
            [(newcomer, "Новиков Артём Игоревич", "постоянно", date(2026, 8, 11)),
             (absent, "Дальнев Роман Ильич", "временно", date(2026, 7, 1))],
        ),
        "Отсутствие": (
            ("Лицевой счёт", "ФИО", "Убыл", "Прибыл", "Заявление", "Документ"),
            [(absent, "Дальнев Роман Ильич", date(2026, 9, 2), date(2026, 9, 20),
              "от 01.11.2026", "справка с вахты")],
        ),
        "Показания": (
            ("Прибор", "Дата", "Значение", "Период", "Источник"),
            [(f"ХВС-{_METERS}-5", date(2026, 9, 24), "81.150", "09.2026", "абонент")],
        ),
        "Тарифы": (
            ("Услуга", "Цена", "С", "Дом", "Основание"),
            [("СОД", "41.12", date(2026, 9, 1), priced, DECREE)],
        ),
        "Акты": (
            ("Услуга", "Дом", "Нарушение", "Начало", "Окончание", "Номер", "Дата"),
            [("ХВС", plain[-1].code, "перерыв", moment(date(2026, 9, 15), 7),
              moment(date(2026, 9, 16), 13), "А-70", date(2026, 10, 29))],
        ),
    }  # fmt: skip


def _accounts_by_norm(house: HouseFacts) -> tuple[str, str]:
    """Give two accounts whose water has no meter: there persons and absence count."""
    found = [
        household.number
        for flat, household in town.accounts_of(house)
        if not flat.metered & {"ХВС", "ГВС"} or flat.no_meter_possible
    ]
    every: list[Any] = [household.number for _, household in town.accounts_of(house)]
    chosen = [*found, *every]
    return chosen[0], next(number for number in chosen if number != chosen[0])
