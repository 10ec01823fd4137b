"""Houses where meters go wrong: silence, failures, refusals, checks, replacements, price ranges."""

from datetime import date
from typing import Any

from app.demo.house_sheets import HISTORY, HouseSheets
from app.demo.rare_houses import rooms
from app.domain.period import Period

JUNE, AUGUST, SEPTEMBER, OCTOBER = (Period(2026, month) for month in (6, 8, 9, 10))
FIVE_MONTHS = tuple(JUNE.plus(number) for number in range(5))
_TWO_MONTHS = (AUGUST, SEPTEMBER)
_HEIR = "Новосёлов Пётр Ильич"


def meters(of: HouseSheets) -> None:
    """Give a house of 22 flats a meter's whole life, a flat each."""
    for flat in of.flats():
        of.unmetered(flat, "ХВС", "ГВС", "ЭЭГ")
    of.premises(22, Свой_источник_тепла="да")
    _silence(of)
    _late(of)
    _several(of)
    _gas_and_power(of)
    _checks(of)
    _lives(of)


def _water(of: HouseSheets, flat: int, use: float = 3.2, *, silent: tuple[Period, ...] = (),
           service: str = "ХВС", nth: int = 1, **columns: Any) -> str:  # fmt: skip
    code = of.meter(service, flat, nth=nth, **columns)
    of.dial(code, use, start=50.0 + flat, silent=silent)
    return code


def _silence(of: HouseSheets) -> None:
    failed = _water(of, 1, silent=(OCTOBER,))
    of.event(failed, "неисправность", date(2026, 10, 2))
    of.alone(1, "Седов Яков Ильич", "Седова Нина Яковлевна")
    of.away(1, "Седов Яков Ильич", date(2026, 10, 5), date(2026, 10, 22))
    _water(of, 2, silent=(OCTOBER,))
    _water(of, 3, silent=FIVE_MONTHS)
    _water(of, 3, 2.1, silent=FIVE_MONTHS, service="ГВС")
    refused = _water(of, 4, silent=(SEPTEMBER, OCTOBER))
    of.event(refused, "отказ в допуске", date(2026, 9, 8))
    expired = _water(of, 11, silent=(SEPTEMBER, OCTOBER), Поверка_до=date(2026, 9, 1))
    of.event(expired, "истекла поверка", date(2026, 9, 1))


def _late(of: HouseSheets) -> None:
    _water(of, 5, silent=_TWO_MONTHS)
    economical = of.meter("ХВС", 6)
    uses = {month: 4.0 if month < AUGUST else 0.7 for month in HISTORY}
    of.dial(economical, uses, start=210.0, silent=_TWO_MONTHS)


def _several(of: HouseSheets) -> None:
    for service in ("ХВС", "ГВС"):
        _water(of, 7, 1.4, service=service)
        _water(of, 7, 0.9, service=service, nth=2)
    broken = _water(of, 8, 1.6, silent=(OCTOBER,))
    of.event(broken, "неисправность", date(2026, 10, 5))
    _water(of, 8, 1.1, nth=2)
    _water(of, 9, 1.7, silent=_TWO_MONTHS)
    _water(of, 9, 1.2, nth=2)
    closed = _water(of, 10, 1.3, silent=(OCTOBER,))
    of.event(closed, "отказ в допуске", date(2026, 10, 6))
    _water(of, 10, 1.8, nth=2)
    for service, use in (("ХВС", 4.4), ("ГВС", 2.7)):
        smart = of.meter(service, 12)
        of.volumes(smart, dict.fromkeys(HISTORY, use))


def _gas_and_power(of: HouseSheets) -> None:
    of.dial(of.meter("ГАЗ", 13), 24.0, silent=FIVE_MONTHS)
    silent = of.meter("ЭЭГ", 19, zones=2, Начальное_показание="100; 50")
    for zone, use in (("день", 96.0), ("ночь", 41.0)):
        of.dial(silent, use, zone=zone, silent=FIVE_MONTHS)
    of.dial(of.meter("ЭЭГ", 18), 130.0, start=400.0, silent=FIVE_MONTHS)
    for flat, use in ((1, 118.0), (2, 164.0), (16, 141.0)):
        of.dial(of.meter("ЭЭГ", flat), use, start=900.0 + flat)


def _checks(of: HouseSheets) -> None:
    tampered = of.meter("ГАЗ", 14)
    of.dial(tampered, 9.0)
    of.event(tampered, "вмешательство", date(2026, 10, 1), date(2026, 10, 20))
    magnet = _water(of, 15, 0.6)
    of.event(magnet, "вмешательство", date(2026, 9, 14), date(2026, 10, 9), date(2026, 10, 8))
    number = of.account(16)
    of.put("Самовольные подключения", {
        "Лицевой счёт": number, "Услуга": "ЭЭГ", "С": date(2026, 10, 1), "До": date(2026, 10, 13),
        "Обнаружено": date(2026, 10, 12), "Мощность, кВт": 2.4, "Акт": "акт № 41 от 12.10.2026",
    })  # fmt: skip
    _water(of, 16)
    of.put("Самовольные подключения", {
        "Лицевой счёт": number, "Услуга": "ХВС", "С": date(2026, 10, 10), "До": date(2026, 10, 13),
        "Обнаружено": date(2026, 10, 12), "Диаметр, мм": 15, "Акт": "акт № 42 от 12.10.2026",
    })  # fmt: skip
    checked = _water(of, 17)
    of.read(checked, OCTOBER, value="104.650", source="контролёр", day=28)


def _lives(of: HouseSheets) -> None:
    """A meter replaced after a gap, one with a transformer, a flat whose account changes hands."""
    old = of.meter("ХВС", 20, Снят=date(2026, 10, 8), Конечное_показание="133.4")
    of.dial(old, 3.1, months=HISTORY[:-1])
    fresh = of.meter("ХВС", 20, nth=2, Введён=date(2026, 10, 19), Начальное_показание="0.2")
    of.read(fresh, OCTOBER, value="1.4", day=29)
    shop = of.meter("ЭЭГ", 21, Коэффициент=10)
    of.dial(shop, 14.0)
    leaving = of.account(22)
    for row in of.of("Лицевые счета"):
        if row["Номер"] == leaving:
            row["Закрыт"] = date(2026, 10, 16)
            arrived = row | {"Номер": leaving[:-1] + "7", "Закрыт": None, "ЕЛС": None,
                             "Открыт": date(2026, 10, 16), "Плательщик": _HEIR}  # fmt: skip
    of.put("Лицевые счета", arrived)
    for kind in ("собственник", "постоянно"):
        of.put("Проживающие", {"Лицевой счёт": arrived["Номер"], "ФИО": _HEIR,
                               "Вид": kind, "С": date(2026, 10, 16)})  # fmt: skip


def ranges(of: HouseSheets) -> None:
    """Give a house prices of electricity by volume, a flat to each way of knowing it."""
    flats = of.flats()
    for flat in flats:
        of.unmetered(flat, "ЭЭГ")

    def power(flat: int, use: float = 310.0, silent: tuple[Period, ...] = ()) -> str:
        code = of.meter("ЭЭГ", flat)
        of.dial(code, use, start=1000.0, silent=silent)
        return code

    power(1)
    of.alone(2, "Кротов Илья Львович", "Кротова Анна Львовна", "Кротов Лев Ильич")
    of.premises(2, Нет_возможности_установить_прибор="ЭЭГ, ХВС, ГВС")
    for service in ("ХВС", "ГВС"):
        for row in of.drop("Приборы", Услуга=service, Помещение="2"):
            of.drop("Показания", Прибор=row["Код"])
    of.away(2, "Кротов Илья Львович", date(2026, 10, 2), date(2026, 10, 24))
    of.event(power(3, silent=(OCTOBER,)), "неисправность", date(2026, 10, 3))
    power(4, silent=(OCTOBER,))
    of.event(power(5, silent=(OCTOBER,)), "отказ в допуске", date(2026, 10, 3))
    power(6, silent=FIVE_MONTHS)
    of.event(power(7, 40.0), "вмешательство", date(2026, 10, 1), None)
    power(8)
    of.put("Самовольные подключения", {
        "Лицевой счёт": of.account(8), "Услуга": "ЭЭГ", "С": date(2026, 10, 5),
        "До": date(2026, 10, 11), "Обнаружено": date(2026, 10, 10), "Мощность, кВт": 1.5,
        "Акт": "акт № 77 от 10.10.2026",
    })  # fmt: skip
    checked = power(9)
    of.read(checked, OCTOBER, value=f"{1000 + 310 * len(HISTORY) + 96}.000", source="контролёр",
            day=29)  # fmt: skip
    # Two flats of rooms: with a meter of the flat, and with none.
    for flat in flats[9:11]:
        rooms(of, flat, 2)
    of.dial(of.meter("ЭЭГ", flats[9], Вид="квартирный"), 620.0, start=1000.0)
    for flat in flats[11:-2]:
        power(int(flat), 150.0)
    of.put("Самовольные подключения", {
        "Лицевой счёт": of.account(flats[11]), "Услуга": "ЭЭГ", "С": date(2026, 10, 5),
        "До": date(2026, 10, 11), "Обнаружено": date(2026, 10, 10),
        "Акт": "акт № 78 от 10.10.2026",
    })  # fmt: skip
    # The last two flats have one meter together, and no other.
    together = of.meter("ЭЭГ")
    of.volumes(together, dict.fromkeys(HISTORY, 640.0))
    for flat in flats[-2:]:
        of.group(together, "норматив", "без приборов", flat=flat)
    of.assign("АВТО", "УК-1", flat=1, Количество=2)
