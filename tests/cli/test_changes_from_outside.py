"""What became known late: absence, acts, benefits, a meter, an account closed; from outside.

Months are September and October 2026; cold water costs 40 a m3, the norm is 5 (charges.md §8-§11).
"""

from fractions import Fraction

import pytest

from tests.fixtures.outside import LONG_AGO, Book, Centre, centre, rubles, six

# One database serves the module: its tests stay in one process.
pytestmark = [pytest.mark.xdist_group("test_changes_from_outside"), pytest.mark.story]

F = Fraction
NO_METER = "Нет_возможности_установить_прибор"


def first_book() -> Book:
    book = Book()
    book.centre()
    book.service("СОД", "по площади", unit="м2", section="жилищная", price="30")
    book.service("ХВС", "прибор или норматив", resource="ХВС", price="40")
    book.norm("ХВС", "на человека", "5")
    book.house("Д", "СОД", "ХВС")
    for flat in range(1, 8):
        act = None if flat == 4 else "ХВС"
        book.flat(f"Д-{flat}", area="50", people=2, **{NO_METER: act})
    book.sheets["Параметры"] = [
        {"Код": "льготы.режим", "Значение": "скидка", "С": "01.09.2026"},
    ]
    return book


def late_book() -> Book:
    book = Book()
    # 1: one of two was away, ten full days of September
    book.add("Отсутствие", {"Лицевой счёт": "Д-1", "ФИО": "Житель 0", "Убыл": "01.09.2026",
                            "Прибыл": "12.09.2026", "Документ": "билет"})  # fmt: skip
    # 2: no water for 72 hours of September, 720 in all; no meter in house or flat
    book.add("Акты", {"Услуга": "ХВС", "Лицевой счёт": "Д-2", "Нарушение": "перерыв",
                      "Начало": "10.09.2026 00:00", "Окончание": "13.09.2026 00:00",
                      "Номер": "7", "Дата": "14.09.2026"})  # fmt: skip
    # 3: a veteran, as a discount of 50 %
    book.add("Льготы", {"Код": "ВЕТ", "Наименование": "Ветеран", "Процент": 50, "Услуги": "СОД",
                        "Норма площади": 18, "С": LONG_AGO})  # fmt: skip
    book.person("Д-3", "Житель 0", Льгота="ВЕТ")
    # 4: a meter was there since 16.09; the norm with the factor stays for fifteen days
    book.meter("х4", "ХВС", "Д-4", Введён="16.09.2026", Начальное_показание="0")
    book.shown("х4", "3", on="30.09.2026")
    book.shown("х4", "8", on="25.10.2026")
    # 5: the account was closed on 16.09
    book.account("Д-5", house="Д", place="5", Закрыт="16.09.2026")
    # 6: the norm of this house was 6
    return book


@pytest.fixture(scope="module")
def town(server, template_database, tmp_path_factory):
    with centre(server, template_database, tmp_path_factory.mktemp("changes")) as made:
        made.bring(first_book())
        for month in ("2026-09", "2026-10"):
            made.ask("charge", month)
        made.ask("close", "2026-09")
        made.bring(late_book())
        made.told = made.ask("recalculate", "--all", "--preview")
        made.posted = made.ask("recalculate", "--all")
        yield made


WATER = F(10) * 40
AWAY = six(F(5) * 10 / 30)
UNSUPPLIED = six(F(10) * 72 / 720)  # §99: all hours
CASES = [
    ("Д-1", {"ХВС": [-AWAY * 40]}),
    # 68 hours above the allowed × 0.15 % of the payment, and the volume that was not there
    ("Д-2", {"ХВС": [-UNSUPPLIED * 40 - WATER * 68 * F("0.0015")]}),
    # 50 × 1/2 is more than 18: 18 × 30 × 50 %
    ("Д-3", {"СОД": [-F(18) * 30 / 2]}),
    # was 400 and twice as much above; became 15 days of it and 3 m3
    ("Д-4", {"ХВС": [WATER * 3 * 15 / 30 + 3 * 40 - WATER * 3]}),
    ("Д-5", {"ХВС": [-WATER / 2], "СОД": [-F(1500) / 2]}),
]  # fmt: skip


@pytest.mark.parametrize("expected", CASES, ids=lambda one: one[0])
def test_a_late_change_is_the_difference_of_its_month(town: Centre, expected):
    account, services = expected

    found: dict[str, Fraction] = {}
    for line in town.posted:
        if line["account"] == account and line["origin_period"] == "2026-09":
            found[line["service"]] = found.get(line["service"], F(0)) + F(line["amount"])

    assert {service: rubles(amount) for service, amount in found.items()} == {
        service: rubles(sum(amounts)) for service, amounts in services.items()
    }


def test_who_did_not_change_has_no_line(town: Centre):
    assert not [line for line in town.posted if line["account"] in ("Д-6", "Д-7")]


def test_lines_name_the_act_and_the_month(town: Centre):
    lines = [line for line in town.posted if line["account"] == "Д-2"]

    assert lines
    assert any("№ 7" in line["basis"] for line in lines)
    assert all("09.2026" in line["basis"] and not line["basis"].endswith("..") for line in lines)


def test_nothing_changes_a_second_time_and_the_open_month_is_charged_again(town: Centre):
    town.ask("charge", "2026-10")

    assert town.ask("recalculate", "--all") == []
    queue = town.ask("recalculate", "--queue")
    assert not [one for one in queue if one["from"] < "2026-10"]
    # the discount of October stands in October itself
    discount = [line for line in town.charges("Д-3", "2026-10", "СОД") if line["kind"] == "benefit"
                and line["origin_period"] == "2026-10"]  # fmt: skip
    assert [line["amount"] for line in discount] == ["-270.00"]
    assert town.ask("verify")["ok"] is True


def test_a_workbook_of_what_if_keeps_nothing(town: Centre):
    book = Book()
    book.tariff("СОД", "33", С="01.10.2026", Дом="Д")
    path = book.write(town.folder / "what-if.xlsx")

    answer = town.ask("what-if", "2026-10", str(path), "--account", "Д-6")

    assert answer
    assert [line["amount"] for line in town.charges("Д-6", "2026-10", "СОД")] == ["1500.00"]
    assert town.ask("what-if", "2026-10", "--account", "Д-6", "--price", "СОД=30")


def test_a_pocket_calculator_agrees_with_every_line(town: Centre):
    assert town.reckoned("2026-10")
