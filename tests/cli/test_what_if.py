"""kvitok what-if: now and then side by side, and nothing of it stays."""

import json
from datetime import date
from decimal import Decimal

import pytest

from tests.fixtures.charge_stock import Stock
from tests.fixtures.workbooks import written

TABLES = """
select format('%%I.%%I', schemaname, tablename) from pg_tables
where schemaname in ('app', 'staging', 'api') order by 1
"""


def whole(stock: Stock) -> dict[str, list[tuple]]:
    """Every row of every table, with the place and the version of the row."""
    return {
        table: stock.run(f"select ctid, xmin, t.* from {table} as t order by ctid")
        for (table,) in stock.run(TABLES)
    }


def document(answer: tuple[int, str, str]):
    status, out, err = answer
    assert (status, err) == (0, "")
    return json.loads(out)


def book(folder, **sheets):
    return str(written(folder, sheets))


def price_of(folder, service: str, price: float) -> str:
    headers = ["Услуга*", "Цена*", "С*"]
    return book(folder, Тарифы=(headers, [[service, price, date(2000, 1, 1)]]))


def test_another_price_is_tried_on_everybody(stock, kvitok):
    found = document(kvitok("what-if", "2026-10", "--price", "ЛИФТ=+10%", "--json"))

    lift = next(one for one in found["services"] if one["service"] == "ЛИФТ")
    others = [one for one in found["services"] if one["service"] != "ЛИФТ"]
    assert (found["period"], found["accounts"], found["changed"]) == ("2026-10", 6, 6)
    assert (lift["now"], lift["then"], lift["percent"]) == ("1241.50", "1365.65", "10.00")
    assert (lift["difference"], lift["changed"]) == ("124.15", 6)
    assert all(one["now"] == one["then"] and one["changed"] == 0 for one in others)
    assert Decimal(found["difference"]) == Decimal("124.15")


def test_what_would_be_is_what_is_charged_after_the_same_import(stock, kvitok, tmp_path):
    changes = book(
        tmp_path,
        Нормативы=(
            ["Услуга*", "Вид*", "Значение*", "С*"],
            [["ВО", "на человека", 9.5, date(2000, 1, 1)]],
        ),
        Проживающие=(
            ["Лицевой счёт*", "ФИО*", "Вид*", "С*"],
            [["010021", "Новый Жилец", "постоянно", date(2026, 10, 11)]],
        ),
        Тарифы=(["Услуга*", "Цена*", "С*"], [["СОД", 40, date(2000, 1, 1)]]),
    )
    charged = document(kvitok("charge", "2026-10", "--json"))

    tried = document(kvitok("what-if", "2026-10", changes, "--json"))
    document(kvitok("import", changes, "--json"))
    again = document(kvitok("charge", "2026-10", "--json"))

    assert tried["now"] == charged["amount"]
    assert tried["then"] == again["amount"] != charged["amount"]


def test_nothing_stays(stock, kvitok, tmp_path):
    document(kvitok("charge", "2026-10", "--json"))
    changes = price_of(tmp_path, "СОД", 99.5)
    before = whole(stock)

    document(kvitok("what-if", "2026-10", changes, "--price", "ЛИФТ=1", "--norm", "ХВС=1",
                    "--json"))  # fmt: skip

    assert whole(stock) == before


def test_a_new_service_of_the_workbook_is_only_in_the_second_column(stock, kvitok, tmp_path):
    changes = book(
        tmp_path,
        Услуги=(
            ["Код*", "Наименование*", "Группа*", "Единица*", "Способ*", "Формула"],
            [["ОХР", "Охрана", "прочая", "м2", "формула", "площадь × тариф"]],
        ),
        Тарифы=(["Услуга*", "Цена*", "С*"], [["ОХР", 2, date(2026, 10, 1)]]),
        Назначения=(
            ["Услуга*", "Договор*", "С*", "Лицевой счёт"],
            [["ОХР", "Д-1", date(2026, 10, 1), "010021"]],
        ),
    )

    found = document(kvitok("what-if", "2026-10", changes, "--json"))

    guard = next(one for one in found["services"] if one["service"] == "ОХР")
    assert (guard["now"], guard["then"], guard["percent"]) == ("0.00", "86.48", None)
    assert (found["changed"], guard["changed"]) == (1, 1)


def test_some_accounts_are_asked_about_and_listed_by_service(stock, kvitok):
    found = document(kvitok("what-if", "2026-10", "--price", "СОД=32,27", "--account", "010021",
                            "--json"))  # fmt: skip

    (account,) = found["of_accounts"]
    services = {one["service"]: one for one in account["services"]}
    assert (found["accounts"], account["account"]) == (1, "010021")
    assert services["СОД"] == {
        "service": "СОД", "now": "1352.11", "then": "1395.35", "difference": "43.24",
        "percent": "3.20",
    }  # fmt: skip
    assert found["now"] == f"{sum(Decimal(one['now']) for one in account['services'])}"


def test_one_house_is_asked_about(stock, kvitok):
    everybody = document(kvitok("what-if", "2026-10", "--norm", "ВО=+5%", "--json"))
    parts = [
        document(kvitok("what-if", "2026-10", "--norm", "ВО=+5%", "--house", code, "--json"))
        for code in ("Д01", "Д02")
    ]

    assert [part["accounts"] for part in parts] == [3, 3]
    for column in ("now", "then"):
        assert sum(Decimal(part[column]) for part in parts) == Decimal(everybody[column])


def test_what_can_not_be_charged_any_more_is_told(stock, kvitok, tmp_path):
    headers = ["Код*", "Наименование*", "Группа*", "Единица*", "Способ*", "Формула"]
    row = ["ЛИФТ", "ЛИФТ", "прочая", "чел.", "формула", "тариф / (людей − людей)"]

    status, out, err = kvitok("what-if", "2026-10", book(tmp_path, Услуги=(headers, [row])))

    assert status == 0
    assert err.count("деление на ноль") == 6
    assert "Замечаний прибавится: 6, убавится: 0." in out


def test_a_person_sees_both_columns(stock, kvitok):
    status, out, err = kvitok("what-if", "10.2026", "--price", "ЛИФТ=-50%", "--account", "010021")

    assert (status, err) == (0, "")
    assert "счетов 1, изменится 1. Ничего не записано." in out
    assert "−50,00" in out
    assert "Счёт 010021" in out
    assert out.index("ЛИФТ") < out.index("Всего") < out.index("Счёт 010021")


@pytest.mark.parametrize(("arguments", "words"), [
    (("2026-10",), "Изменений не задано"),
    (("2026-13", "--price", "СОД=1"), "не период"),
    (("2026-10", "--price", "СОД"), "не изменение. Напишите УСЛУГА=ЗНАЧЕНИЕ"),
    (("2026-10", "--price", "СОД=+5"), "не изменение"),
    (("2026-10", "--price", "СОД=5%"), "не изменение"),
    (("2026-10", "--price", "СОД=-101%"), "от −100 % до"),
    (("2026-10", "--price", "СОД=дорого"), "не изменение"),
    (("2026-10", "--price", "СОЖ=1"), "Услуги «СОЖ» нет. Вы имели в виду «СОД»?"),
    (("2026-10", "--norm", "СОД=1"), "нет норматива: менять нечего"),
    (("2026-10", "--price", "ГВС=1"), "разных цен: 2. Задайте изменение в процентах"),
    (("2026-10", "--price", "СОД=1", "--house", "Д77"), "таких домов и счетов"),
    (("2026-10", "--price", "СОД=1", "--house", "Д01", "--house", "Д77"), "Дома с кодом Д77 нет"),
    (("2026-10", "--price", "СОД=1", "--account", "999"), "таких домов и счетов"),
    (("2026-10", "--price", "СОД=1", "--account", "010021", "--account", "999"),
     "Счёта 999 нет"),
    (("1999-10", "--price", "СОД=1"), "считать некому"),
    (("2026-10", "нет.xlsx"), "нет.xlsx"),
])  # fmt: skip
def test_what_cannot_be_tried_is_refused_in_a_sentence(stock, kvitok, arguments, words):
    status, out, err = kvitok("what-if", *arguments)

    assert (status, out) == (2, "")
    assert words in err


def test_a_wrong_workbook_is_listed_and_nothing_is_calculated(stock, kvitok, tmp_path):
    status, out, err = kvitok("what-if", "2026-10", price_of(tmp_path, "СОЖ", 1))

    assert (status, out) == (2, "")
    assert "Ошибок в книге изменений: 1" in err
    assert "лист «Тарифы», строка 2, столбец «Услуга»" in err
