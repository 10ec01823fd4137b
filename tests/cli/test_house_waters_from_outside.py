"""Waters a house shares, a broken meter of heat, and corrections of a year; from outside.

Cold water costs 40 a m3, hot 150; January 2027 corrects the year 2026 (charges.md §3.2, §4, §5.3).
"""

from fractions import Fraction

import pytest

from tests.fixtures.outside import Book, Centre, centre, rubles, six

# One database serves the module: its tests stay in one process.
pytestmark = [pytest.mark.xdist_group("test_house_waters_from_outside"), pytest.mark.story]

F = Fraction
MONTH = "2026-10"
AREAS = (("1", "40"), ("2", "60"))
PARTS = (F(40, 100), F(60, 100))


def house(book: Book, code: str, *services: str, **columns: str) -> None:
    book.house(code, *services, **columns)
    for flat, area in AREAS:
        book.flat(f"{code}-{flat}", area=area)


def took(book: Book, service: str, code: str, house_volume: str, *flats: str) -> None:
    book.meter(f"{service}{code}", service, code)
    book.took(f"{service}{code}", house_volume)
    for nth, volume in enumerate(flats, 1):
        book.meter(f"{service}{code}{nth}", service, f"{code}-{nth}")
        book.took(f"{service}{code}{nth}", volume)


def catalogue(book: Book) -> None:
    book.centre()
    book.service("ХВС", "прибор или норматив", resource="ХВС", price="40")
    book.service("ГВС", "прибор или норматив", resource="ГВС", price="150")
    book.service("ВО", "водоотведение", resource="ВО", price="30")
    book.service("ГВХ", "ГВС собственная", resource="ГВС", price="40")
    book.service("ГВ2", "ГВС двухкомпонентная", resource="ГВС")
    for service in ("ГВ2", "О2"):
        if service == "О2":
            book.service("О2", "ОДН", resource="ГВС", section="СОИ")
            book.norm("О2", "на м2 ОИ", "0.02")
        book.tariff(service, "40", Компонент="вода")
        book.tariff(service, "2000", Компонент="тепло")
        book.norm(service, "Гкал на м3", "0.06")
    book.service("ОДХ", "ОДН", resource="ХВС", section="СОИ", price="40")
    book.service("СХ", "СОИ по факту", resource="ХВС", section="СОИ", price="40")
    book.service("СГ", "СОИ по факту", resource="ГВС", section="СОИ", price="150")
    book.service("СВ", "СОИ по факту", resource="ВО", section="СОИ", price="30")
    for service in ("ОДХ", "СХ", "СГ", "СВ"):
        book.norm(service, "на м2 ОИ", "0.05")
    for service in ("ХВС", "ГВС", "ГВХ", "ГВ2"):
        book.norm(service, "на человека", "5")
    book.service("ОТ", "отопление", unit="Гкал", resource="тепло", price="1000")
    book.norm("ОТ", "на м2", "0.02")
    book.service("КОН", "ТКО по лицам", resource="ТКО", price="600")
    book.norm("КОН", "на человека", "1.8")


def waters(book: Book) -> None:
    direct = {"Управление": "непосредственное", "Площадь_ОИ": "200"}
    # f.11: cold water that hot water was made of is not common; 40 − 20 − 9 = 11, no more than 10
    house(book, "А", "ХВС", "ГВХ", "ОДХ", **direct)
    took(book, "ХВС", "А", "40", "8", "12")
    for flat, volume in (("1", "4"), ("2", "5")):
        book.meter(f"гА{flat}", "ГВХ", f"А-{flat}")
        book.took(f"гА{flat}", volume)
    # f.24: two components of hot water on the house's needs
    house(book, "Б", "ГВ2", "О2", **direct)
    took(book, "ГВ2", "Б", "12", "4", "5")
    # waste water of the house: cold and hot of the common property
    house(book, "В", "ХВС", "ГВС", "ВО", "СХ", "СГ", "СВ", Площадь_ОИ="200")
    took(book, "ХВС", "В", "27", "10", "12")
    took(book, "ГВС", "В", "12", "4", "5")
    # §48 of the rules' appendix: a flat with a communal room has its part by living area
    house(book, "Г", "ХВС", "СХ", Площадь_ОИ="200")
    took(book, "ХВС", "Г", "30", "10", "12")
    book.add("Помещения", {"Дом": "Г", "Номер": "9", "Вид": "квартира", "Общая площадь": "100"})
    for room, living in (("3", "20"), ("4", "30")):
        book.flat(f"Г-{room}", area=living, Вид="комната", Квартира="9", Жилая_площадь=living,
                  Нет_возможности_установить_прибор="ХВС")  # fmt: skip


def heat(book: Book) -> None:
    house(
        book, "Е", "ОТ", Отопление="равномерно", Месяцы_отопления="1-4,9-12", Населённый_пункт="Т"
    )
    book.meter("отЕ", "ОТ", "Е")
    for month in range(1, 13):
        book.took("отЕ", "1", on=f"20.{month:02d}.2025")  # twelve in a year, one each month
    for month in (9, 10):
        book.took("отЕ", "3", on=f"20.{month:02d}.2026")


@pytest.fixture(scope="module")
def town(server, template_database, tmp_path_factory):
    book = Book()
    for part in (catalogue, waters, heat):
        part(book)
    with centre(server, template_database, tmp_path_factory.mktemp("waters")) as made:
        made.bring(book)
        made.ask("charge", "2026-09", "--house", "Е")
        made.run_of_month = made.ask("charge", MONTH)
        yield made


LINES = [
    # the limit of 0.05 × 200 = 10 is shared
    ("А-1", "ОДХ", [10 * PARTS[0] * 40]),
    ("А-2", "ОДХ", [10 * PARTS[1] * 40]),
    # 12 − 9 = 3 of water; heat 0.06 of each m3
    ("Б-1", "О2", [3 * PARTS[0] * 40, six(3 * PARTS[0] * F("0.06")) * 2000]),
    ("Б-2", "О2", [3 * PARTS[1] * 40, six(3 * PARTS[1] * F("0.06")) * 2000]),
    ("В-1", "СХ", [5 * PARTS[0] * 40]),
    ("В-1", "СГ", [3 * PARTS[0] * 150]),
    ("В-1", "СВ", [8 * PARTS[0] * 30]),
    ("В-2", "СВ", [8 * PARTS[1] * 30]),
    # 30 − 10 − 12 − 5 − 5 is below zero: nothing
    ("Г-1", "СХ", [F(0)]),
    # evenly: a twelfth of the year before
    ("Е-1", "ОТ", [PARTS[0] * 1000]),
    ("Е-2", "ОТ", [PARTS[1] * 1000]),
]  # fmt: skip


@pytest.mark.parametrize("expected", LINES, ids=lambda one: f"{one[0]} {one[1]}")
def test_a_part_of_waters_is_the_law_to_the_kopeck(town: Centre, expected):
    account, service, amounts = expected

    found = [line for line in town.charges(account, MONTH, service) if line["kind"] == "charge"]

    assert sorted(line["amount"] for line in found) == sorted(map(rubles, amounts))


def test_nothing_is_told_of_right_houses(town: Centre):
    assert town.run_of_month["problems"] == []


def test_the_year_of_heating_is_corrected_by_the_meter(town: Centre):
    """September and October took 3 each, 1 was charged: 2 more for each, by areas."""
    town.ask("charge", "2027-01", "--house", "Е")

    made = town.ask("correct-heating", "2026", "--house", "Е", "--into", "2027-01")

    amounts = {line["account"]: line["amount"] for line in made["lines"]}
    assert amounts == {f"Е-{flat}": rubles(2 * 2 * part * 1000)
                       for flat, part in zip("12", PARTS, strict=True)}  # fmt: skip
    assert {line["method"] for line in made["lines"]} == {"HEAT_CORR"}
    assert town.ask("verify")["ok"] is True


def test_a_pocket_calculator_agrees_with_every_line(town: Centre):
    assert town.reckoned(MONTH)
