"""correct-heating: the year's correction in JSON and for a person, units from a file, refusals."""

import json
from pathlib import Path

from tests.fixtures.charge_stock import Stock
from tests.operations.test_correct_heating import EVEN


def test_a_correction_of_a_year_in_json_and_nothing_the_second_time(engine, kvitok):
    Stock(engine, EVEN).write()
    kvitok("charge", "2026-01")

    status, out, err = kvitok("correct-heating", "2026", "--into", "2027-01", "--json")
    again = kvitok("correct-heating", "2026", "--into", "2027-01")

    assert (status, err) == (0, "")
    document = json.loads(out)
    # Январь: 3 Гкал по 1000 ₽ вместо 1
    assert (document["period"], document["amount"]) == ("2027-01", "2000.00")
    assert [line["amount"] for line in document["lines"]] == ["800.00", "1200.00"]
    assert {line["method"] for line in document["lines"]} == {"HEAT_CORR"}
    assert again[0] == 0
    assert "строк 0" in again[1]


def test_units_come_from_a_file(engine, kvitok, tmp_path: Path):
    Stock(engine, EVEN).write()
    kvitok("charge", "2026-01")
    table = tmp_path / "units.csv"
    table.write_text("дом;помещение;единицы\n1;1;30,5\n1;2;91,5\n", encoding="utf-8")

    status, out, err = kvitok(
        "correct-heating", "2026", "--into", "2027-01", "--units", str(table), "--json"
    )

    assert (status, err) == (0, "")
    # Факт 3000 ₽, единиц 1 : 3; начислено 400 и 600
    assert [line["amount"] for line in json.loads(out)["lines"]] == ["350.00", "1650.00"]


def test_a_wrong_file_of_units_is_named_with_its_row(stock, kvitok, tmp_path: Path):
    table = tmp_path / "units.csv"
    table.write_text("дом;помещение;единицы\n1;1;много\n", encoding="utf-8")

    status, _, err = kvitok("correct-heating", "2025", "--units", str(table))

    assert status == 2
    assert "Строка 2" in err
    assert "много" in err


def test_a_year_not_over_is_refused(stock, kvitok):
    kvitok("charge", "2026-10")

    status, _, err = kvitok("correct-heating", "2026")

    assert status == 2
    assert "2027" in err
