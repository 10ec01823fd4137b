"""Facts that cannot be, typed into a workbook: each is named with its place, the rest goes on."""

import json
from typing import Any

import pytest

from tests.fixtures.outside import LONG_AGO, Book, Centre, centre, rubles

# One database serves the module: its tests stay in one process.
pytestmark = pytest.mark.xdist_group("test_bad_facts_from_outside")

MONTH = "2026-10"


def good_book() -> Book:
    book = Book()
    book.centre()
    book.service("СОД", "по площади", unit="м2", section="жилищная", price="30")
    book.service("ХВС", "прибор или норматив", resource="ХВС", price="40")
    book.service("ОТ", "отопление", unit="Гкал", resource="тепло", price="2000")
    book.service("КОТ", "отопление собственное", resource="газ", price="7")
    book.norm("ХВС", "на человека", "5")
    book.norm("ОТ", "на м2", "0.02")
    book.house("Д", "СОД", "ХВС", "ОТ", Отопление="равномерно")
    book.flat("Д-1", area="50", Отапливаемая_площадь="50")
    book.meter("м", "ХВС", "Д-1", Начальное_показание="10", Разрядность=5)
    book.shown("м", "15", on="20.10.2026")
    return book


# Sheet, cells of a row added below the good ones, the column that is to be named.
ROWS: list[tuple[str, dict[str, Any], str]] = [
    ("Помещения", {"Дом": "Д", "Номер": "2", "Общая площадь": "-5"}, "Общая площадь"),
    ("Помещения", {"Дом": "Д", "Номер": "2", "Общая площадь": "1000000000000"}, "Общая площадь"),
    ("Помещения", {"Дом": "Д", "Номер": "2", "Общая площадь": "сорок"}, "Общая площадь"),
    ("Помещения", {"Дом": "ДД", "Номер": "2", "Общая площадь": "40"}, "Дом"),
    ("Дома", {"Код": "Е", "Площадь помещений": "0"}, "Площадь помещений"),
    ("Дома", {"Код": "Е", "Отопление": "иногда"}, "Отопление"),
    ("Дома", {"Код": "Д", "Отопление": "в отопительный период"}, "Код"),
    ("Дома", {"Код": "Е", "Месяцы отопления": "9-13"}, "Месяцы отопления"),
    ("Лицевые счета", {"Номер": "9", "Дом": "Д", "Помещение": "1", "Открыт": LONG_AGO,
                       "Доля": "4/3"}, "Доля"),
    # the share of the flat's account is a whole one already
    ("Лицевые счета", {"Номер": "9", "Дом": "Д", "Помещение": "1", "Открыт": LONG_AGO,
                       "Доля": "1/2"}, "Доля"),
    ("Лицевые счета", {"Номер": "9", "Дом": "Д", "Помещение": "77", "Открыт": LONG_AGO},
     "Помещение"),
    ("Лицевые счета", {"Номер": "9", "Дом": "Д", "Помещение": "1", "Открыт": "31.02.2026"},
     "Открыт"),
    ("Проживающие", {"Лицевой счёт": "77", "ФИО": "Иванов", "Вид": "постоянно", "С": LONG_AGO},
     "Лицевой счёт"),
    ("Проживающие", {"Лицевой счёт": "Д-1", "ФИО": "Иванов", "Вид": "гость", "С": LONG_AGO}, "Вид"),
    ("Услуги", {"Код": "Н", "Наименование": "Н", "Группа": "прочая", "Единица": "шт",
                "Способ": "на глаз"}, "Способ"),
    ("Услуги", {"Код": "Н", "Наименование": "Н", "Группа": "прочая", "Единица": "шт",
                "Способ": "формула", "Формула": "площадь × ("}, "Формула"),
    ("Тарифы", {"Услуга": "СОД", "Цена": "-1", "С": "01.01.2027"}, "Цена"),
    ("Тарифы", {"Услуга": "СОД", "Цена": "1e30", "С": "01.01.2027"}, "Цена"),
    ("Тарифы", {"Услуга": "НЕТ", "Цена": "1", "С": LONG_AGO}, "Услуга"),
    ("Тарифы", {"Услуга": "СОД", "Цена": "31", "С": LONG_AGO}, "Услуга"),
    ("Тарифы", {"Услуга": "СОД", "Цена": "31", "С": "01.06.2026", "До": "01.05.2026"}, "До"),
    ("Нормативы", {"Услуга": "ХВС", "Вид": "на человека", "Значение": "-2", "С": "01.01.2027"},
     "Значение"),
    ("Нормативы", {"Услуга": "ХВС", "Вид": "на глаз", "Значение": "2", "С": LONG_AGO}, "Вид"),
    ("Назначения", {"Услуга": "СОД", "Договор": "Д-9", "С": LONG_AGO, "Дом": "Д"}, "Договор"),
    ("Приборы", {"Код": "п", "Вид": "индивидуальный", "Услуга": "ХВС", "Дом": "Д",
                 "Помещение": "1", "Введён": LONG_AGO, "Зон": "7"}, "Зон"),
    ("Приборы", {"Код": "п", "Вид": "индивидуальный", "Услуга": "ХВС", "Дом": "Д",
                 "Помещение": "1", "Введён": LONG_AGO, "Коэффициент": "0"}, "Коэффициент"),
    ("Показания", {"Прибор": "нет", "Дата": "20.10.2026", "Значение": "5"}, "Прибор"),
    ("Показания", {"Прибор": "м", "Дата": "20.10.2026", "Значение": "-5"}, "Значение"),
    ("Показания", {"Прибор": "м", "Дата": "20.11.2026"}, "Значение"),
    ("События приборов", {"Прибор": "м", "Событие": "сломан", "С": LONG_AGO}, "Событие"),
    ("Акты", {"Услуга": "ХВС", "Дом": "Д", "Нарушение": "перерыв", "Начало": "05.10.2026 10:00",
              "Окончание": "05.10.2026 08:00"}, "Окончание"),
    ("Льготы", {"Код": "Л", "Наименование": "Л", "Процент": "150", "Услуги": "СОД", "С": LONG_AGO},
     "Процент"),
    ("Отсутствие", {"Лицевой счёт": "Д-1", "ФИО": "Житель 0", "Убыл": "10.10.2026",
                    "Прибыл": "01.10.2026"}, "Прибыл"),
    ("Параметры", {"Код": "кпов.хсв", "Значение": "3"}, "Код"),
    ("Параметры", {"Код": "кпов.хвс", "Значение": "много"}, "Значение"),
]  # fmt: skip


@pytest.fixture(scope="module")
def empty(server, template_database, tmp_path_factory):
    with centre(server, template_database, tmp_path_factory.mktemp("bad")) as made:
        yield made


@pytest.mark.parametrize(
    ("sheet", "cells", "column"), ROWS,
    ids=[f"{sheet}, {column}: {list(cells.values())[:4]}" for sheet, cells, column in ROWS],
)  # fmt: skip
def test_a_row_that_cannot_be_is_named_with_its_place(empty: Centre, sheet, cells, column):
    book = good_book()
    book.add(sheet, cells)

    status, out, _ = empty.offer(book)

    assert status == 2
    document = json.loads(out)
    places = {(one["sheet"], one["row"], one.get("column")) for one in document["problems"]}
    assert document["imported"] == {}
    assert (sheet, len(book.sheets[sheet]) + 1, column) in places
    assert all(one["message"] for one in document["problems"])


def test_good_rows_are_taken_and_the_bad_one_is_listed(server, template_database, tmp_path):
    book = good_book()
    book.add("Тарифы", {"Услуга": "НЕТ", "Цена": "1", "С": LONG_AGO})
    with centre(server, template_database, tmp_path) as made:
        status, out, _ = made.offer(book, "--skip-bad")

        assert status == 0
        assert [one["row"] for one in json.loads(out)["problems"]] == [6]
        assert made.ask("charge", MONTH)["lines"] == 3


def house(book: Book, code: str, *services: str, area: str = "50", **columns: str) -> None:
    book.house(code, *services, **columns)
    for flat in (1, 2):
        book.flat(f"{code}-{flat}", area=area)


def contradictions(book: Book) -> None:
    """Houses that are wrong in one thing each; «Ц» is right."""
    house(book, "Ц", "СОД", "ОТ")
    house(book, "А", "СОД", "ОТ", "КОТ")  # two ways of heating
    house(book, "В", "СОД", "ОТ", Площадь_помещений="90")  # less than the sum of its flats
    house(book, "Г", "СОД", "ХВС")  # a reading below the last one
    book.meter("г", "ХВС", "Г-1", Начальное_показание="10", Введён="01.09.2026")
    book.shown("г", "15", on="20.09.2026")
    book.shown("г", "12", on="20.10.2026")
    book.service("ЩЕЛЬ", "на счёт", unit="шт", section="прочая")  # a gap of ten days
    book.tariff("ЩЕЛЬ", "10", До="11.10.2026")
    book.tariff("ЩЕЛЬ", "12", С="21.10.2026")
    house(book, "Е", "СОД", "ЩЕЛЬ")


@pytest.fixture(scope="module")
def town(server, template_database, tmp_path_factory):
    book = good_book()
    contradictions(book)
    with centre(server, template_database, tmp_path_factory.mktemp("wrong")) as made:
        made.bring(book)
        made.run_of_month = made.ask("charge", MONTH)
        yield made


@pytest.mark.parametrize(
    ("account", "service", "words"),
    [
        ("А-1", "ОТ", "отоплени"),
        ("А-2", "КОТ", "отоплени"),
        ("В-1", "ОТ", "меньше суммы"),
        ("В-2", "ОТ", "меньше суммы"),
        ("Г-1", "ХВС", "меньше предыдущего"),
        ("Е-1", "ЩЕЛЬ", "с 11 по 20.10.2026"),
    ],
)
def test_a_contradiction_is_named_and_not_half_charged(town: Centre, account, service, words):
    told = [
        one for one in town.run_of_month["problems"]
        if (one.get("account"), one.get("service")) == (account, service)
    ]  # fmt: skip

    assert len(told) == 1
    assert words in told[0]["message"]
    assert told[0]["hint"]
    assert town.charges(account, MONTH, service) == []


def test_the_rest_of_the_run_goes_on(town: Centre):
    for account in ("Ц-1", "Ц-2", "А-1", "В-1", "Г-1", "Е-1"):
        assert [line["amount"] for line in town.charges(account, MONTH, "СОД")] == ["1500.00"]
    # 50 × 0.02 × 2000
    assert [line["amount"] for line in town.charges("Ц-1", MONTH, "ОТ")] == [rubles(2000)]
    assert town.charges("Г-2", MONTH, "ХВС")
    assert town.ask("verify")["ok"] is True


def test_nothing_is_told_of_what_is_right(town: Centre):
    accounts = {one.get("account", "") for one in town.run_of_month["problems"]}

    assert not {one for one in accounts if one.startswith(("Ц", "Д"))}


def test_a_house_put_right_is_charged(server, template_database, tmp_path):
    wrong, mended = good_book(), Book()
    contradictions(wrong)
    mended.add("Дома", {"Код": "В", "Улица": "Ясная", "Дом": "В", "Площадь помещений": "100"})
    with centre(server, template_database, tmp_path) as made:
        made.bring(wrong)
        made.ask("charge", MONTH)
        made.bring(mended)

        run = made.ask("charge", MONTH, "--house", "В")

        assert run["problems"] == []
        assert [line["amount"] for line in made.charges("В-1", MONTH, "ОТ")] == [rubles(2000)]
