"""What a house shares by the law: heating, common needs, a boiler of its own; from outside.

Kopecks are reckoned here by hand (charges.md §§4, 5, 7); October 2026, then November for carries.
"""

from fractions import Fraction

import pytest

from tests.fixtures.outside import Book, Centre, centre, rubles, six

# One database serves the module: its tests stay in one process.
pytestmark = pytest.mark.xdist_group("test_houses_from_outside")

F = Fraction
MONTH, NEXT = "2026-10", "2026-11"
HEAT = F("2100.55")
SEASON = "1-4,9-12"


def catalogue(book: Book) -> None:
    book.centre()
    book.service("ОТ", "отопление", unit="Гкал", resource="тепло", price="2100.55")
    book.norm("ОТ", "на м2", "0.0285")
    book.service("ХВС", "прибор или норматив", resource="ХВС", price="40")
    book.norm("ХВС", "на человека", "5")
    for code, method in (
        ("ОИН", "СОИ по нормативу"), ("ОИС", "СОИ по среднему"), ("ОИФ", "СОИ по факту"),
        ("ОДН", "ОДН"),
    ):  # fmt: skip
        book.service(code, method, resource="ХВС", section="СОИ", price="40")
        book.norm(code, "на м2 ОИ", "0.02")
    book.service("КОТ", "отопление собственное", resource="газ", price="7.50")
    book.service("ГВХ", "ГВС собственная", resource="ГВС", price="40")
    book.service("ГВГ", "ГВС собственная", resource="газ", price="7.50")
    book.norm("ГВХ", "на человека", "3")


def heating(book: Book) -> None:
    def of(code: str, **columns: str) -> None:
        book.house(code, "ОТ", Месяцы_отопления=SEASON, **columns)

    of("Н")  # no house meter: by the norm
    book.flat("Н-1", area="45")
    book.flat("Н-2", area="55")
    of("Р", Отопление="равномерно")
    book.flat("Р-1", area="45")
    of("О")  # a house meter alone
    of("С", Площадь_ОИ_отопление="20")  # one flat has a boiler of its own
    of("Ч")  # some flats have meters
    of("В")  # all have
    of("Б", Площадь_ОИ_отопление="20")  # no house meter, one flat has a boiler of its own
    for house in "ОСЧВБ":
        book.flat(f"{house}-1", area="40")
        own = {"Свой_источник_тепла": "да"} if house in "СБ" else {}
        book.flat(f"{house}-2", area="60", **own)
    for house, volume in (("О", "10"), ("С", "10"), ("Ч", "5"), ("В", "3")):
        book.meter(f"от{house}", "ОТ", house)
        book.took(f"от{house}", volume)
    for place, volume in (("Ч-1", "1.2"), ("В-1", "1.2"), ("В-2", "1.5")):
        book.meter(f"от{place}", "ОТ", place)
        book.took(f"от{place}", volume)
    of("Т")  # a communal flat, §5.2 C7
    book.add("Помещения", {"Дом": "Т", "Номер": "1", "Вид": "квартира", "Общая площадь": "50"})
    for number, living in (("2", "12"), ("3", "18")):
        book.flat(f"Т-{number}", area=living, Вид="комната", Квартира="1", Жилая_площадь=living)
    book.flat("Т-4", area="50")
    book.meter("отТ", "ОТ", "Т")
    book.took("отТ", "10")


def common_needs(book: Book) -> None:
    for code, service, columns in (
        ("И", "ОИН", {}),
        ("Ф", "ОИФ", {}),
        ("У", "ОИС", {}),
        ("П", "ОДН", {"Управление": "непосредственное"}),
        ("Л", "ОДН", {"Управление": "непосредственное", "ОДН_сверх_норматива": "да"}),
        ("Ж", "ОДН", {"Управление": "непосредственное"}),
    ):
        book.house(code, service, "ХВС", Площадь_ОИ_ХВС="200", **columns)
        for nth, (area, volumes) in enumerate((("40", "10"), ("60", "12")), 1):
            place = f"{code}-{nth}"
            book.flat(place, area=area)
            book.meter(f"х{place}", "ХВС", place)
            book.took(f"х{place}", volumes)
            book.took(f"х{place}", volumes, on="25.11.2026")
        if code in "ФУПЛ":
            book.meter(f"х{code}", "ХВС", code)
            book.took(f"х{code}", "17" if code == "Ф" else "30")
            book.took(f"х{code}", "30", on="25.11.2026")
    for month in range(1, 13):
        book.add(
            "Итоги домов",
            {"Дом": "У", "Услуга": "ОИС", "Период": f"{month:02d}.2025", "Объём по ОДПУ": "30",
             "Объём помещений": "24" if month % 2 else "25", "Начислено": "4", "Цена": "40"},
        )  # fmt: skip


def boiler(book: Book) -> None:
    book.house("К", "КОТ", "ГВХ", "ГВГ")
    for nth, (area, volume) in enumerate((("40", "3"), ("60", "5")), 1):
        book.flat(f"К-{nth}", area=area)
        book.meter(f"г{nth}", "ГВХ", f"К-{nth}")
        book.took(f"г{nth}", volume)
    for service, volume in (("КОТ", "1000"), ("ГВГ", "90")):
        book.meter(f"к{service}", service, "К")
        book.took(f"к{service}", volume)


@pytest.fixture(scope="module")
def town(server, template_database, tmp_path_factory):
    book = Book()
    for part in (catalogue, heating, common_needs, boiler):
        part(book)
    with centre(server, template_database, tmp_path_factory.mktemp("houses")) as made:
        made.bring(book)
        made.run_of_month = made.ask("charge", MONTH)
        made.run_of_next = made.ask("charge", NEXT, *(x for h in "ФУПЛИЖ" for x in ("--house", h)))
        yield made


Y = F(3 * 6 + 3 * 5 + 3 * 6 + 3 * 5, 12)  # 30 − 24 and 30 − 25 by turns: 5.5 a month
LINES = [
    # f.2, f.2(1): eight heating months of twelve
    ("Н-1", "ОТ", MONTH, "HEAT2", six(45 * F("0.0285")) * HEAT),
    ("Н-2", "ОТ", MONTH, "HEAT2", six(55 * F("0.0285")) * HEAT),
    ("Р-1", "ОТ", MONTH, "HEAT2_1", six(45 * F("0.0285") * 8 / 12) * HEAT),
    # f.2(3): the house's norm heat is 40 × N; the boiler's flat pays its share of the common part
    ("Б-1", "ОТ", MONTH, None,
     six(40 * (40 * F("0.0285")) / 60 + F(40, 100) * (40 * F("0.0285")) * 20 / 60) * HEAT),
    ("Б-2", "ОТ", MONTH, None, six(F(60, 100) * (40 * F("0.0285")) * 20 / 60) * HEAT),
    # f.3, f.3(6)
    ("О-1", "ОТ", MONTH, "HEAT3", 4 * HEAT),
    ("О-2", "ОТ", MONTH, "HEAT3", 6 * HEAT),
    # V1 = 40 × 10 / (100 − 60 + 20), the rest by all areas
    ("С-1", "ОТ", MONTH, "HEAT3", six(F(400, 60) + F(40, 100) * (10 - F(400, 60))) * HEAT),
    ("С-2", "ОТ", MONTH, "HEAT3", six(F(60, 100) * (10 - F(400, 60))) * HEAT),
    # f.3(1), f.3(7): without a meter 60 × 1.2 / 40 = 1.8; the common part is 2
    ("Ч-1", "ОТ", MONTH, "HEAT3_1", (F("1.2") + F("0.8")) * HEAT),
    ("Ч-2", "ОТ", MONTH, "HEAT3_1", (F("1.8") + F("1.2")) * HEAT),
    # f.3(3): the common part is 0.3
    ("В-1", "ОТ", MONTH, "HEAT3_3", (F("1.2") + F("0.12")) * HEAT),
    ("В-2", "ОТ", MONTH, "HEAT3_3", (F("1.5") + F("0.18")) * HEAT),
    # f.8: the flat's 5 Gcal by living areas
    ("Т-2", "ОТ", MONTH, None, 2 * HEAT),
    ("Т-3", "ОТ", MONTH, None, 3 * HEAT),
    ("Т-4", "ОТ", MONTH, None, 5 * HEAT),
    # the norm: 0.02 × 200 × 40 / 100
    ("И-1", "ОИН", MONTH, "SOI_NORM", F("1.6") * 40),
    ("И-2", "ОИН", MONTH, "SOI_NORM", F("2.4") * 40),
    # the fact: 17 − 22 is below zero, nothing is due; November 30 − 22 − 5 = 3
    ("Ф-1", "ОИФ", MONTH, "SOI_FACT", 0),
    ("Ф-1", "ОИФ", NEXT, "SOI_FACT", F("1.2") * 40),
    ("Ф-2", "ОИФ", NEXT, "SOI_FACT", F("1.8") * 40),
    ("У-1", "ОИС", MONTH, "SOI_AVG", F("0.4") * Y * 40),
    # f.10-12: 30 − 22 = 8, not more than 0.02 × 200 = 4, or all of it
    ("П-1", "ОДН", MONTH, "ODN_IPU12", F("1.6") * 40),
    ("П-2", "ОДН", MONTH, "ODN_IPU12", F("2.4") * 40),
    ("Л-1", "ОДН", MONTH, "ODN_IPU12", F("3.2") * 40),
    # f.15
    ("Ж-1", "ОДН", MONTH, "ODN_NORM15", F("1.6") * 40),
    # f.18: gas of the boiler by areas; f.20: cold water, and gas by the water
    ("К-1", "КОТ", MONTH, None, 400 * F("7.5")),
    ("К-2", "КОТ", MONTH, None, 600 * F("7.5")),
    ("К-1", "ГВХ", MONTH, "IPU", F(3) * 40),
    ("К-1", "ГВГ", MONTH, "GVS20", six(F(90) * 3 / 8) * F("7.5")),
    ("К-2", "ГВГ", MONTH, "GVS20", six(F(90) * 5 / 8) * F("7.5")),
]  # fmt: skip


@pytest.mark.parametrize("line", LINES, ids=lambda one: f"{one[0]} {one[1]} {one[2]}")
def test_a_part_of_the_house_is_the_law_to_the_kopeck(town: Centre, line):
    account, service, month, method, amount = line

    found = [
        line for line in town.charges(account, month, service)
        if line["kind"] == "charge" and line["origin_period"] == month
    ]  # fmt: skip

    assert [line["amount"] for line in found] == [rubles(amount)]
    if method is not None:
        assert found[0]["method"] == method


def test_the_year_before_is_settled_in_equal_parts(town: Centre):
    # 66 known less 48 charged = 18 m3 × 40 % × 40 ₽ = 288 ₽; a twelfth each month of 2026
    found = [
        line["amount"] for line in town.charges("У-1", MONTH, "ОИС") if line["method"] == "SOI_YEAR"
    ]

    assert found == [rubles(F(288) / 12)]


def test_parts_of_a_house_sum_to_its_meter(town: Centre):
    for house, volume in (("О", 10), ("С", 10), ("Ч", 5), ("В", 3)):
        parts = [
            F(line["volume"])
            for flat in (1, 2)
            for line in town.charges(f"{house}-{flat}", MONTH, "ОТ")
        ]
        assert abs(sum(parts) - volume) <= F(1, 10**6)


def test_only_a_large_common_part_is_told(town: Centre):
    told = [*town.run_of_month["problems"], *town.run_of_next["problems"]]

    # 2 of 5 Gcal of house «Ч» are more than a fifth
    assert [(one["house"], one["service"]) for one in told] == [("Ч", "ОТ")]
    assert "велика" in told[0]["message"]
    assert town.ask("verify")["ok"] is True


def test_a_pocket_calculator_agrees_with_every_line(town: Centre):
    assert town.reckoned(MONTH)
