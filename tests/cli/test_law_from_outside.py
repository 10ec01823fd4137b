"""What is a person's own by the law: a workbook in, verbs out, kopecks reckoned here by hand.

Nothing is known of the program but the sheets and the verbs. October 2026 has 31 days; the
raising factor of cold water is 3 then, of hot water 1.5 (charges.md §14).
"""

from fractions import Fraction

import pytest

from tests.fixtures.outside import Book, Centre, centre, rubles, six

# One database serves the module: its tests stay in one process.
pytestmark = pytest.mark.xdist_group("test_law_from_outside")

F = Fraction
MONTH = "2026-10"
COLD, HOT, WASTE, HEAT_OF_WATER = F(40), F(150), F(30), F(2000)
NO_METER = "Нет_возможности_установить_прибор"


def catalogue(book: Book) -> None:
    book.centre()
    book.service("СОД", "по площади", unit="м2", section="жилищная", price="31.17")
    book.service("ХВС", "прибор или норматив", resource="ХВС", price="40")
    book.service("ГВС", "прибор или норматив", resource="ГВС", price="150")
    book.service("ВО", "водоотведение", resource="ВО", price="30")
    book.norm("ХВС", "на человека", "5.1")
    book.norm("ГВС", "на человека", "3.2")
    book.norm("ВО", "на человека", "8.3")
    book.service("ЭЭ", "электроэнергия", unit="кВт·ч", resource="ЭЭ", price="5.10")
    book.tariff("ЭЭ", "5.87", Зона="день")
    book.tariff("ЭЭ", "3.11", Зона="ночь")
    book.norm("ЭЭ", "на человека", "85", Комнат=2, Человек=2)
    book.norm("ЭЭ", "на человека", "120", Комнат=2, Человек=1)
    book.service("ГАЗ", "газ", resource="газ", price="7.50")
    book.norm("ГАЗ", "на человека", "10.5")
    book.norm("ГАЗ", "на м2", "0.8")
    book.service("ГВ2", "ГВС двухкомпонентная", resource="ГВС")
    book.tariff("ГВ2", "40", Компонент="вода")
    book.tariff("ГВ2", "2000", Компонент="тепло")
    book.norm("ГВ2", "на человека", "3.2")
    book.norm("ГВ2", "Гкал на м3", "0.06")
    book.service("ТКО", "ТКО по лицам", resource="ТКО", price="600")
    book.norm("ТКО", "на человека", "1.9")
    book.service("ТКОП", "ТКО по площади", resource="ТКО", price="600")
    book.norm("ТКОП", "на м2", "0.2")
    book.service("КОН", "ТКО по контейнерам и лицам", resource="ТКО", price="600")
    book.service("КОНП", "ТКО по контейнерам и площади", resource="ТКО", price="600")
    book.service("УЧ", "участок", resource="ХВС", price="40")
    book.norm("УЧ", "на единицу", "0.7")
    book.service("ДОМ", "по числу лиц", unit="чел.", section="прочая", price="12.35")
    book.service("ТВ", "на счёт", unit="шт", section="прочая", price="99.90")
    book.service("ТРУ", "по количеству", unit="шт", section="прочая", price="17.05")
    book.service("ОКН", "разовая", unit="шт", section="прочая", price="850")
    book.service("КАП", "по площади", unit="м2", section="капремонт", price="14.07")


def waters(book: Book) -> None:
    book.house("В", "ХВС", "ГВС", "ВО")
    book.flat("В-1", area="40")
    book.flat("В-2", area="40", people=2)
    book.flat("В-3", area="40", **{NO_METER: "ХВС, ГВС"})
    book.person("В-3", "Новый", since="16.10.2026")
    book.flat("В-4", area="40", people=0, **{NO_METER: "ХВС, ГВС"})
    for name in ("Первый", "Второй"):
        book.person("В-4", name, Вид="собственник")
    book.flat("В-5", area="40", **{NO_METER: "ГВС"})
    for code, service, place, before, now in (
        ("х1", "ХВС", "В-1", "100", "107.345"),
        ("г1", "ГВС", "В-1", "50", "53.2"),
        ("х5", "ХВС", "В-5", "99998", "2"),
    ):
        book.meter(code, service, place, Введён="01.10.2026", Начальное_показание=before,
                   Разрядность=5)  # fmt: skip
        book.shown(code, now, on="20.10.2026")


def housing(book: Book) -> None:
    book.house("Ж", "СОД", "КАП", "ДОМ", "ТВ")
    book.flat("Ж-1", area="46.1", people=3)
    book.add("Помещения", {"Дом": "Ж", "Номер": "2", "Общая площадь": "50.5"})
    for nth in (1, 2, 3):
        book.account(f"Ж-2{nth}", house="Ж", place="2", Доля="1/3")
        book.person(f"Ж-2{nth}", "Житель")
    book.add("Помещения", {"Дом": "Ж", "Номер": "3", "Общая площадь": "40"})
    book.account("Ж-3", house="Ж", place="3", Открыт="11.10.2026")
    book.person("Ж-3", "Житель", since="11.10.2026")
    book.flat("Ж-4", area="40")
    book.tariff("СОД", "31.17", До="16.10.2026", **{"Лицевой счёт": "Ж-4"})
    book.tariff("СОД", "33.05", С="16.10.2026", **{"Лицевой счёт": "Ж-4"})
    book.assign("ТРУ", Лицевой_счёт="Ж-4", Количество=2)
    book.assign("ОКН", Лицевой_счёт="Ж-4", Количество=3, С="20.10.2026")


def power_and_gas(book: Book) -> None:
    book.house("Э", "ЭЭ", "ГАЗ")
    for flat, people in (("Э-1", 1), ("Э-2", 2), ("Э-3", 1)):
        book.flat(flat, area="40", people=people, Комнат=2)
    book.person("Э-3", "Уехал", До="11.10.2026")
    book.meter("э1", "ЭЭ", "Э-1", Зон=2, Начальное_показание="1000;500", Введён="01.10.2026")
    book.shown("э1", "1120.5", on="20.10.2026", Зона="день")
    book.shown("э1", "560", on="20.10.2026", Зона="ночь")
    book.house("Д", "ЭЭ")
    for low, high, price in (("0", "3900", "5.1"), ("3900", "6000", "7"), ("6000", None, "9")):
        book.tariff("ЭЭ", price, Дом="Д", **{"Объём от": low, "Объём до": high})
    book.flat("Д-1", area="40", Комнат=2)
    book.meter("э2", "ЭЭ", "Д-1", Коэффициент=20, Начальное_показание="100", Введён="01.10.2026")
    book.shown("э2", "425", on="20.10.2026")


def two_part_and_waste(book: Book) -> None:
    book.house("Г", "ГВ2", "ТКО", "ТКОП")
    book.flat("Г-1", area="45")
    book.flat("Г-2", area="45", people=2)
    book.meter("г2", "ГВ2", "Г-1")
    book.took("г2", "4.5")
    book.house("К", "КОН", "КОНП")
    book.flat("К-1", area="40", people=1)
    book.flat("К-2", area="60", people=3)
    for service in ("КОН", "КОНП"):
        book.meter(f"к-{service}", service, "К")
        book.took(f"к-{service}", "12")
    book.house("У", "УЧ")
    book.flat("У-1", area="40")
    book.assign("УЧ", Лицевой_счёт="У-1", Количество=6)


def communal(book: Book) -> None:
    book.house("М", "ХВС", "ЭЭ", "ТКО", "ТКОП", "КОН", "КОНП")
    book.add(
        "Помещения",
        {"Дом": "М", "Номер": "5", "Вид": "квартира", "Общая площадь": "50", "Комнат": 2},
    )
    for number, people, living in (("1", 2, "12"), ("2", 1, "18")):
        book.flat(f"М-{number}", area=living, people=people, Вид="комната", Квартира="5",
                  Жилая_площадь=living)  # fmt: skip
    book.meter("м-х", "ХВС", "М-5", Вид="квартирный")
    book.took("м-х", "9")
    book.meter("м-э", "ЭЭ", "М-5", Вид="квартирный")
    book.took("м-э", "200")
    for room, volume in (("1", "60"), ("2", "80")):
        book.meter(f"м-э{room}", "ЭЭ", "М-5", Вид="комнатный", Помещение=f"5/{room}")
        book.took(f"м-э{room}", volume)
    for service in ("КОН", "КОНП"):
        book.meter(f"м-{service}", service, "М")
        book.took(f"м-{service}", "12")


@pytest.fixture(scope="module")
def town(server, template_database, tmp_path_factory):
    book = Book()
    for part in (catalogue, waters, housing, power_and_gas, two_part_and_waste, communal):
        part(book)
    with centre(server, template_database, tmp_path_factory.mktemp("own")) as made:
        made.bring(book)
        made.run_of_month = made.ask("charge", MONTH)
        yield made


N = six(F("5.1") * 47 / 31)  # the second person since the 16th: 16 days of 31
WASTE_N = F("8.3") * 47 / 31
POWER = F("85") * 2 * 10 / 31, F("120") * 21 / 31

LINES = [
    # f.1; waste water is the sum of both meters, §42
    ("В-1", "ХВС", "charge", "IPU", F("7.345") * COLD),
    ("В-1", "ГВС", "charge", "IPU", F("3.2") * HOT),
    ("В-1", "ВО", "charge", None, F("10.545") * WASTE),
    # f.4(1): the base and the excess sum to the full; none for waste water
    ("В-2", "ХВС", "charge", "NORM", F("10.2") * COLD),
    ("В-2", "ХВС", "raising", "NORM_K", F("10.2") * COLD * 2),
    ("В-2", "ГВС", "charge", "NORM", F("6.4") * HOT),
    ("В-2", "ГВС", "raising", "NORM_K", F("6.4") * HOT / 2),
    ("В-2", "ВО", "charge", None, F("16.6") * WASTE),
    # f.4: an act that no meter is possible; a person by days
    ("В-3", "ХВС", "charge", "NORM", N * COLD),
    ("В-3", "ВО", "charge", None, six(WASTE_N) * WASTE),
    # §56(2): nobody lives, owners count
    ("В-4", "ХВС", "charge", "NORM", F("10.2") * COLD),
    # a dial of five digits rolls over; waste water: meter + norm of the other water
    ("В-5", "ХВС", "charge", "IPU", F(4) * COLD),
    ("В-5", "ВО", "charge", None, (F(4) + F("3.2")) * WASTE),
    ("Ж-1", "СОД", "charge", "AREA", F("46.1") * F("31.17")),
    ("Ж-1", "КАП", "charge", "AREA", F("46.1") * F("14.07")),
    ("Ж-1", "ДОМ", "charge", "PERSON", 3 * F("12.35")),
    ("Ж-1", "ТВ", "charge", "FIX", F("99.90")),
    # 50.5 × 31.17 = 1574.09; a third is 16.833333 m2 = 524.69, two kopecks go to the lowest number
    ("Ж-21", "СОД", "charge", "AREA", F("1574.09") - 2 * F("524.69")),
    ("Ж-22", "СОД", "charge", "AREA", six(F("50.5") / 3) * F("31.17")),
    ("Ж-23", "СОД", "charge", "AREA", six(F("50.5") / 3) * F("31.17")),
    ("Ж-3", "СОД", "charge", "AREA", F(40) * F("31.17") * 21 / 31),
    ("Ж-4", "ТРУ", "charge", "UNIT", 2 * F("17.05")),
    ("Ж-4", "ОКН", "charge", "UNIT", F(2550)),
    # f.4 of gas: persons and area, never K
    ("Э-2", "ГАЗ", "charge", "NORM", (2 * F("10.5") + 40 * F("0.8")) * F("7.5")),
    # the norm by rooms and persons, no K since 01.07.2020
    ("Э-2", "ЭЭ", "charge", "NORM", F(170) * F("5.10")),
    # f.23 by the meter; f.23(1) by the norm, both components raised
    ("Г-1", "ГВ2 water", "charge", "GVS23", F("4.5") * COLD),
    ("Г-1", "ГВ2 heat", "charge", "GVS23", F("0.27") * HEAT_OF_WATER),
    ("Г-2", "ГВ2 water", "charge", "GVS23", F("6.4") * COLD),
    ("Г-2", "ГВ2 water", "raising", "GVS23", F("6.4") * COLD / 2),
    ("Г-2", "ГВ2 heat", "charge", "GVS23", F("0.384") * HEAT_OF_WATER),
    ("Г-2", "ГВ2 heat", "raising", "GVS23", F("0.384") * HEAT_OF_WATER / 2),
    # f.9(1)-9(4)
    ("Г-2", "ТКО", "charge", "TKO_N", six(F("3.8") / 12) * 600),
    ("Г-2", "ТКОП", "charge", "TKO_S", F(45) * F("0.2") / 12 * 600),
    ("К-1", "КОН", "charge", "TKO_N", F(12) / 4 * 600),
    ("К-2", "КОН", "charge", "TKO_N", F(12) * 3 / 4 * 600),
    ("К-1", "КОНП", "charge", "TKO_S", F(12) * 40 / 100 * 600),
    ("К-2", "КОНП", "charge", "TKO_S", F(12) * 60 / 100 * 600),
    # f.22: six heads × 0.7 m3
    ("У-1", "УЧ", "charge", None, F("4.2") * COLD),
    # f.7: the flat's meter by persons; f.9: room meters, the rest of 60 by persons
    ("М-1", "ХВС", "charge", "COMMUNAL7", F(6) * COLD),
    ("М-2", "ХВС", "charge", "COMMUNAL7", F(3) * COLD),
    ("М-1", "ЭЭ", "charge", "COMMUNAL9", (60 + F(40)) * F("5.10")),
    ("М-2", "ЭЭ", "charge", "COMMUNAL9", (80 + F(20)) * F("5.10")),
    # f.9(5)-9(8): rooms; by area a room has its part of the flat of 50 m2
    ("М-1", "ТКО", "charge", "TKO_N", six(F("3.8") / 12) * 600),
    ("М-1", "ТКОП", "charge", "TKO_S", six(F(50) * 12 / 30 * F("0.2") / 12) * 600),
    ("М-1", "КОН", "charge", "TKO_N", F(12) * 2 / 3 * 600),
    ("М-1", "КОНП", "charge", "TKO_S", F(12) * 12 / 30 * 600),
]  # fmt: skip


@pytest.mark.parametrize("expected", LINES, ids=lambda one: f"{one[0]} {one[1]} {one[2]}")
def test_a_line_is_the_law_to_the_kopeck(town: Centre, expected):
    account, service, kind, method, amount = expected
    code, _, component = service.partition(" ")

    found = [
        line
        for line in town.charges(account, MONTH, code)
        if line["kind"] == kind and component in ("", line["component"])
    ]

    assert [line["amount"] for line in found] == [rubles(amount)]
    if method is not None:
        assert found[0]["method"] == method


def test_a_service_is_split_where_something_changes(town: Centre):
    price = [line["amount"] for line in town.charges("Ж-4", MONTH, "СОД")]
    people = [line["amount"] for line in town.charges("Э-3", MONTH, "ЭЭ")]
    zones = {line["zone"]: line["amount"] for line in town.charges("Э-1", MONTH, "ЭЭ")}
    ranges = [line["amount"] for line in town.charges("Д-1", MONTH, "ЭЭ")]

    assert price == [rubles(40 * F("31.17") * 15 / 31), rubles(40 * F("33.05") * 16 / 31)]
    assert people == [rubles(six(part) * F("5.10")) for part in POWER]
    assert zones == {"day": rubles(F("120.5") * F("5.87")), "night": rubles(60 * F("3.11"))}
    # (425 − 100) × 20 = 6500 kWh: up to 3900, up to 6000, above
    assert ranges == [rubles(3900 * F("5.1")), rubles(2100 * 7), rubles(500 * 9)]


def test_nothing_is_left_without_a_line(town: Centre):
    told = [str(one) for one in town.run_of_month["problems"]]

    assert told == []
    assert town.ask("verify")["ok"] is True


def test_a_pocket_calculator_agrees_with_every_line(town: Centre):
    assert town.reckoned(MONTH)
