"""kvitok formula: the values put in and the result, or what is wrong."""

import json

import pytest

from tests.fixtures.charge_stock import key

ACCOUNT = ("--account", "010021", "--period", "2026-10")


def test_a_formula_is_tried_on_an_account_with_the_price_of_a_service(stock, kvitok):
    status, out, err = kvitok("formula", "площадь * тариф * 2", *ACCOUNT, "--service", "СОД",
                              "--json")  # fmt: skip

    assert (status, err) == (0, "")
    assert json.loads(out) == {
        "formula": "площадь × тариф × 2",
        "lines": [
            {
                "day_from": 1,
                "day_to": 31,
                "values": {"площадь": "43.24", "тариф": "31.27"},
                "volume": "0",
                "amount": "2704.23",
                "steps": [
                    "Сумма: 43,24 м2 × 31,27 × 2 ₽ = 2\u202f704,23 ₽",
                    "Почему так: формула услуги: площадь × тариф × 2",
                ],
            }
        ],
        "problems": [],
    }


def test_a_person_reads_the_values_and_the_steps(stock, kvitok):
    where = ("--account", "010012", "--period", "10.2026")

    status, out, err = kvitok("formula", "людей × доля × 3", *where)

    assert (status, err) == (0, "")
    assert out == (
        "Формула: людей × доля × 3\n"
        "  людей = 2\n"
        "  доля = 2/3\n"
        "  Объём: 2 чел. × (2/3) × 3 = 4 ед.\n"
        "  Почему так: формула услуги: людей × доля × 3\n"
    )


@pytest.mark.parametrize(("arguments", "words"), [
    (("площадь × тариф", *ACCOUNT), "Добавьте --service КОД"),
    (("площадь × тариф", *ACCOUNT, "--service", "НЕТ"), "Услуги «НЕТ» нет. Есть:"),
    (("площадь × тариф", "--account", "9", "--period", "2026-10", "--service", "СОД"),
     "Лицевого счёта 9 нет"),
    (("площадь ×", *ACCOUNT), "символ 10: ожидалось число"),
    (("площать", *ACCOUNT), "Имени «площать» нет. Вы имели в виду «площадь»?"),
    (("площадь + тариф", *ACCOUNT, "--service", "СОД"), "разные единицы"),
    (("площадь", "--account", "010021", "--period", "2026-13"), "не период"),
])  # fmt: skip
def test_what_cannot_be_tried_is_refused_in_a_sentence(stock, kvitok, arguments, words):
    status, out, err = kvitok("formula", *arguments)

    assert (status, out) == (2, "")
    assert words in err


def test_what_the_account_lacks_is_a_problem_and_no_line(stock, kvitok):
    stock.run('update app.house set characteristics = \'{"Класс": "нет данных"}\'')

    status, out, err = kvitok("formula", "площадь × класс", *ACCOUNT)

    assert status == 0
    assert "Начислить по ней этому счёту нечего." in out
    assert "характеристика «класс» не указана" in err


def test_an_account_closed_before_is_refused(stock, kvitok):
    stock.run("update app.account set closed_on = '2026-09-01' where id = %s",
              key("account", "010021"))  # fmt: skip

    status, _, err = kvitok("formula", "площадь", *ACCOUNT)

    assert status == 2
    assert "Счёт 010021 в 10.2026 закрыт" in err
