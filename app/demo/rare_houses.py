"""Houses with common needs by meter, rooms, heat meters, a boiler, containers, even payments."""

from datetime import date

from app.demo.house_sheets import HISTORY, SINCE, HouseSheets
from app.domain.period import Period

SEPTEMBER, OCTOBER = Period(2026, 9), Period(2026, 10)
DECEMBER = Period(2025, 12)
_SUMMER = (6, 7, 8)
YEAR_BEFORE = tuple(Period(2025, month) for month in range(1, 13))
_OTHERS_SINCE = date(2026, 1, 1)


def by_fact(of: HouseSheets) -> None:
    """Common needs by the meter of the house: cold water may come below zero and is carried."""
    of.without("СОИ-ХВС", "СОИ-ВО", "СОИ-ЭЭ")
    cold = of.steady("ХВС", 5.2)
    hot = of.steady("ГВС", 3.1)
    power = of.steady("ЭЭГ", 140.0)
    for service, contract in (("СОИФ-ХВС", "ВК-15"), ("СОИФ-ГВС", "ТП-453"), ("СОИФ-ВО", "ВК-15"),
                              ("СОИФ-ЭЭ", "ЭС-77")):  # fmt: skip
        of.assign(service, contract)
    # In August the flats reported more than the house took: what is below zero is carried on.
    leaks = {month: -1.6 if month.month == 8 else 2.4 for month in HISTORY}
    of.volumes(of.meter("ХВС"), {month: cold + leaks[month] for month in HISTORY})
    of.volumes(of.meter("ГВС"), dict.fromkeys(HISTORY, hot + 0.9))
    of.volumes(of.meter("ЭЭГ"), dict.fromkeys(HISTORY, power + 61.0))
    for month in (Period(2026, 5), Period(2026, 6)):
        of.put("Итоги домов", {
            "Дом": of.house.code, "Услуга": "СОИФ-ЭЭ", "Период": month.shown,
            "Способ": "СОИ по факту", "Объём по ОДПУ": f"{power + 61:.3f}",
            "Объём помещений": f"{power:.3f}", "Начислено": "61", "Цена": "6.43",
        })  # fmt: skip


def by_average(of: HouseSheets) -> None:
    """Common needs by the average of the year before, and its correction in parts of this year."""
    of.without("СОИ-ХВС", "СОИ-ЭЭ")
    of.assign("СОИС-ЭЭ", "ЭС-77")
    of.assign("СОИС-ХВС", "ВК-15")
    for number, month in enumerate(YEAR_BEFORE):
        of.put("Итоги домов", {
            "Дом": of.house.code, "Услуга": "СОИС-ЭЭ", "Период": month.shown,
            "Способ": "СОИ по нормативу", "Объём по ОДПУ": str(1_160 + 13 * number),
            "Объём помещений": "1020", "Начислено": "84.2", "Цена": "6.43",
        })  # fmt: skip


def direct(of: HouseSheets) -> None:
    """Direct management: general house needs of rules 354, with a limit, a norm, less than zero."""
    of.without("СОИ-ХВС", "СОИ-ВО", "СОИ-ЭЭ")
    of.facts(Управление="непосредственное")
    cold, power = of.steady("ХВС", 5.0), of.steady("ЭЭГ", 150.0)
    for service, contract in (("ОДН-ХВС", "ВК-15"), ("ОДН-ГВС", "ТП-453"), ("ОДН-ЭЭ", "ЭС-77")):
        of.assign(service, contract)
    rest = {month: {9: -2.2, 10: 0.4}.get(month.month, 0.5) for month in HISTORY}
    of.volumes(of.meter("ХВС"), {month: cold + rest[month] for month in HISTORY})
    of.volumes(of.meter("ЭЭГ"), dict.fromkeys(HISTORY, power + 340.0))
    # The flats are heated with gas: below zero it goes by their areas.
    gas = of.steady("ГАЗ", 96.0)
    of.assign("ОДН-ГАЗ", "ЕГ-3")
    of.put("Нормативы", {"Услуга": "ГАЗ", "Вид": "на м2", "Значение": "7.2", "С": SINCE,
                         "Дом": of.house.code, "Основание": "для примера"})  # fmt: skip
    of.volumes(of.meter("ГАЗ"), {
        month: gas + {9: -5.5}.get(month.month, 0.3) for month in HISTORY
    })  # fmt: skip


def communal(of: HouseSheets) -> None:
    """Flats of rooms: by the flat's meter, by the norm, by meters of all rooms and of some."""
    for flat in ("1", "2", "3"):
        rooms(of, flat, 3)
    rooms(of, "4", 2)
    of.steady("ХВС", 4.0, flats=("5", "6", "7", "8"))
    # Flat 1: one meter of cold water, nothing else; flat 2: nothing at all.
    of.dial(of.meter("ХВС", "1", Вид="квартирный"), 9.4)
    # Flat 3: the flat's meter and one of every room; flat 4: one room has none.
    for flat, metered in (("3", (1, 2, 3)), ("4", (1,))):
        of.dial(of.meter("ЭЭГ", flat, Вид="квартирный"), 310.0)
        for room in metered:
            of.dial(of.meter("ЭЭГ", f"{flat}/{room}", Вид="комнатный"), 74.0 + 5 * room)


def rooms(of: HouseSheets, flat: str, number: int) -> None:
    """Make a flat one of rooms, an account each; the flat stays listed with its whole area."""
    of.unmetered(flat, "ХВС", "ГВС", "ЭЭГ")
    account = of.account(flat)
    number_of = account[:-1]
    total = next(row["Общая площадь"] for row in of.of("Помещения") if row["Номер"] == flat)
    for row in of.drop("Лицевые счета", Помещение=flat):
        of.drop("Проживающие", Лицевой_счёт=row["Номер"])
    shares = {2: (0.36, 0.28), 3: (0.26, 0.22, 0.18)}[number]
    for room, share in enumerate(shares, start=1):
        area = round(total * share, 1)
        of.add("Помещения", Дом=of.house.code, Номер=str(room), Вид="комната", Квартира=flat,
               Общая_площадь=area, Жилая_площадь=area, Комнат=1)  # fmt: skip
        mine = f"{number_of}{room}"
        of.add("Лицевые счета", Номер=mine, Дом=of.house.code, Помещение=f"{flat}/{room}",
               Плательщик=f"Жилец {room} комнаты квартиры {flat}", Открыт=SINCE)  # fmt: skip
        names = ("Агафонов", "Быков", "Власов", "Гусев")[: 1 + (room % 3)]
        for name in names:
            of.add("Проживающие", Лицевой_счёт=mine, ФИО=f"{name} Олег Юрьевич", Вид="постоянно",
                   С=SINCE)  # fmt: skip


def containers_by_person(of: HouseSheets) -> None:
    """Solid waste by the volume of containers among persons; rooms, and somebody away."""
    _containers(of, "ТКОК")


def containers_by_area(of: HouseSheets) -> None:
    """Solid waste by the volume of containers among areas; rooms, and somebody away."""
    _containers(of, "ТКОКП")


def _containers(of: HouseSheets, service: str) -> None:
    of.without("ТКО")
    rooms(of, "8", 3)
    of.alone(2, "Дроздов Марк Янович", "Дроздова Яна Марковна")
    of.away(2, "Дроздов Марк Янович", date(2026, 9, 30), date(2026, 10, 21))
    of.assign(service, "СА-89")
    of.volumes(of.meter(service), {month: 3.3 + month.month % 3 for month in HISTORY})


def waste_by_area(of: HouseSheets) -> None:
    """Solid waste by the norm of area; one flat is of rooms, somebody is away."""
    of.without("ТКО")
    rooms(of, "8", 3)
    of.assign("ТКОП", "СА-89")
    of.alone(2, "Дроздов Марк Янович", "Дроздова Яна Марковна")
    of.away(2, "Дроздов Марк Янович", date(2026, 9, 30), date(2026, 10, 21))


def all_metered(of: HouseSheets) -> None:
    """Every premises has a meter of heat, and so has the house (formula 3(3))."""
    _heat_meters(of, of.flats())


def some_metered(of: HouseSheets) -> None:
    """Some premises have a meter of heat (formula 3(1))."""
    _heat_meters(of, of.flats()[:-2])


def _heat_meters(of: HouseSheets, flats: list[str]) -> None:
    total = 0.0
    for flat in of.flats():
        of.premises(flat, Свой_источник_тепла="нет")
    for flat in flats:
        area = next(row["Общая площадь"] for row in of.of("Помещения") if row["Номер"] == flat)
        of.volumes(of.meter("ОТ", flat), {
            month: round(area * _heat_use(month), 3) for month in HISTORY
        })  # fmt: skip
        total += area
    everyone = sum(row["Общая площадь"] for row in of.of("Помещения"))
    of.drop("Показания", Прибор=f"ОТ-{of.house.code}")
    # In September and October the flats' meters say more than the house's does.
    over = {9: 0.93, 10: 0.96}
    share = everyone if len(flats) < len(of.flats()) else total
    of.volumes(f"ОТ-{of.house.code}", {
        month: round(share * _heat_use(month) * over.get(month.month, 1.12), 3)
        for month in HISTORY if month.month not in _SUMMER
    })  # fmt: skip


def _heat_use(month: Period) -> float:
    return 0.0 if month.month in _SUMMER else {9: 0.0065, 10: 0.0158}.get(month.month, 0.0205)


def even_metered(of: HouseSheets) -> None:
    """Heating paid evenly by the meter of the house; the year before is corrected."""
    _one_service_in_december(of, "ОТ")
    of.facts(Отопление="равномерно")
    everyone = sum(row["Общая площадь"] for row in of.of("Помещения"))
    for year in (2024, 2025):
        of.volumes(f"ОТ-{of.house.code}", {
            month: round(everyone * _heat_use(month) * (year - 2023.4), 3)
            for month in (Period(year, number) for number in range(1, 13))
            if month.month not in _SUMMER
        })  # fmt: skip


def even_by_norm(of: HouseSheets) -> None:
    """Heating paid evenly by the norm: the house has no meter."""
    _one_service_in_december(of, "ОТ")
    of.facts(Отопление="равномерно")


def distributors(of: HouseSheets) -> None:
    """Heating by the meter of the house, corrected after the year by units of distributors."""
    _one_service_in_december(of, "ОТ")
    everyone = sum(row["Общая площадь"] for row in of.of("Помещения"))
    of.read(f"ОТ-{of.house.code}", DECEMBER, volume=round(everyone * 0.0213, 3), day=31)


def waste_of_year(of: HouseSheets) -> None:
    """Solid waste by the norm, its containers measured: recalculated after the year."""
    _one_service_in_december(of, "ТКО", "ОТ")
    of.volumes(of.meter("ТКО"), {DECEMBER: 1.9})
    for flat in of.flats():
        of.premises(flat, Свой_источник_тепла="нет")


def _one_service_in_december(of: HouseSheets, *services: str) -> None:
    """Let the centre charge all other services since the new year only."""
    for row in of.of("Назначения"):
        if row["Услуга"] not in services:
            row["С"] = _OTHERS_SINCE


def boiler(of: HouseSheets) -> None:
    """A boiler of the house's own: gas and power for heating and for hot water."""
    of.without("ОТ", "ГВС")
    for service, contract in (("КОТ-ГАЗ", "ЕГ-3"), ("КОТ-ЭЭ", "ЭС-77"), ("ГВСС", "ВК-15"),
                              ("ГВСС-ГАЗ", "ЕГ-3"), ("ГВСС-ЭЭ", "ЭС-77")):  # fmt: skip
        of.assign(service, contract)
    heat = {month: 0.0 if month.month in _SUMMER else 1.0 for month in HISTORY}
    of.volumes(of.meter("КОТ-ГАЗ"), {month: 40 + 980 * heat[month] for month in HISTORY})
    of.volumes(of.meter("КОТ-ЭЭ"), {month: 12 + 260 * heat[month] for month in HISTORY})
    of.volumes(of.meter("ГВСС-ГАЗ"), dict.fromkeys(HISTORY, 172.0))
    for flat in of.flats()[:4]:
        of.volumes(of.meter("КОТ-ГАЗ", flat), {month: 1.07 * heat[month] for month in HISTORY})
        of.dial(of.meter("ГВСС", flat), 2.6)


def groups(of: HouseSheets) -> None:
    """Meters of an entrance: cold water of those without one, lighting of the stairs for all."""
    first, rest = of.flats()[:3], of.flats()[3:]
    cold = of.steady("ХВС", 4.4, flats=first)
    for flat in rest:
        of.unmetered(flat, "ХВС")
    water = of.meter("ХВС", nth=2)
    of.volumes(water, dict.fromkeys(HISTORY, cold + 24.7))
    of.group(water, "люди", "без приборов")
    of.assign("ЭЭ-ПОД", "ЭС-77")
    stairs = of.meter("ЭЭ-ПОД")
    of.volumes(stairs, {month: 210.0 + month.month for month in HISTORY})
    of.group(stairs, "площадь", "сверх своего")
