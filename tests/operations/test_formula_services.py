"""Services of a centre's own, from the workbook to the posted line and its justification."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from uuid_utils.compat import uuid7

from app.domain import explanation, replay
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.operations.charge_month import charge_month
from app.operations.import_workbook import Imported, import_workbook
from app.store import charges
from app.store.engine import Engine
from app.store.reading import reading
from tests.fixtures.workbooks import Sheets, written

AT = datetime(2026, 10, 31, 9, 0, tzinfo=UTC)
OCTOBER = Period(2026, 10)
SINCE = date(2020, 1, 1)


def book(formula: str, *, method: str = "формула", unit: str = "м2") -> Sheets:
    return {
        "Организации": (["Код*", "Наименование*", "Роли*"], [["УК", "ООО «Уют»", "исполнитель"]]),
        "Договоры": (
            ["Номер*", "Вид*", "Исполнитель*", "С*"], [["Д-1", "двусторонний", "УК", SINCE]],
        ),
        "Дома": (["Код*", "Улица", "Дом", "Класс дома"], [["Р12", "улица Репина", 12, "1,5"]]),
        "Помещения": (
            ["Дом*", "Номер*", "Общая площадь*", "Жилая площадь", "Балкон, м2"],
            [["Р12", 1, 50, 30.5, None], ["Р12", 2, 40, 20, "4,25"]],
        ),
        "Лицевые счета": (
            ["Номер*", "Дом*", "Помещение*", "Открыт*", "Коэффициент", "Класс дома"],
            [["0000000001", "Р12", 1, SINCE, "1,2", None],
             ["0000000002", "Р12", 2, SINCE, None, "2"]],
        ),
        "Проживающие": (
            ["Лицевой счёт*", "ФИО*", "Вид*", "С*"],
            [["0000000001", "Иванов Иван", "постоянно", SINCE],
             ["0000000002", "Анна", "собственник", SINCE]],
        ),
        "Услуги": (
            ["Код*", "Наименование*", "Группа*", "Единица*", "Способ*", "Формула"],
            [["ОХР", "Охрана", "прочая", unit, method, formula]],
        ),
        "Тарифы": (["Услуга*", "Цена*", "С*"], [["ОХР", 10, SINCE]]),
        "Назначения": (["Услуга*", "Договор*", "С*", "Дом"], [["ОХР", "Д-1", SINCE, "Р12"]]),
    }  # fmt: skip


def brought(engine: Engine, folder: Path, sheets: Sheets) -> Imported:
    voucher = Voucher(uuid7(), VoucherKind.IMPORT, "Оператор", made_at=AT)
    return import_workbook(engine, voucher, path=written(folder, sheets))


def charged(engine: Engine) -> dict[str, list[charges.ChargeLine]]:
    charge_month(engine, Voucher(uuid7(), VoucherKind.CHARGE_RUN, "Оператор", AT), period=OCTOBER)
    with reading(engine) as snapshot:
        return {
            number: charges.lines(snapshot, number, OCTOBER)
            for number in ("0000000001", "0000000002")
        }


def amounts(engine: Engine) -> dict[str, list[int]]:
    return {number: [one.amount_kop for one in lines] for number, lines in charged(engine).items()}


def test_a_formula_comes_in_and_charges_with_what_everybody_has(engine, tmp_path):
    imported = brought(engine, tmp_path, book("площадь × тариф × коэффициент × класс_дома"))

    assert imported.problems == ()
    # 50 × 10 × 1,2 × 1,5 of the house; 40 × 10 × 1 × 2 of the account.
    assert amounts(engine) == {"0000000001": [90_000], "0000000002": [80_000]}


def test_living_area_people_and_premises_characteristics_are_known(engine, tmp_path):
    formula = "если(людей > 0; жилая_площадь; 0) × тариф + балкон_м2 × тариф"
    brought(engine, tmp_path, book(formula))

    found = amounts(engine)

    assert found["0000000002"] == [24_250]
    assert found["0000000001"] == []  # no balcony is known


@pytest.mark.parametrize(("written_as", "amount"), [
    ("да", 50_000), ("нет", 0), ("1 000,5", 50_025_000), (2, 100_000), ("−1", None),
    ("второй", None),
])  # fmt: skip
def test_a_characteristic_is_a_number_as_a_person_writes_it(engine, tmp_path, written_as, amount):
    sheets = book("площадь × тариф × класс_дома")
    sheets["Лицевые счета"][1][0][-1] = written_as

    assert brought(engine, tmp_path, sheets).problems == ()

    # What is no number is not passed over for the house's.
    assert amounts(engine)["0000000001"] == ([] if amount is None else [amount])


def test_a_stored_line_comes_out_again_and_explains_itself(engine, tmp_path):
    brought(engine, tmp_path, book("окр(площадь; 0) × тариф × класс_дома"))

    (line,) = charged(engine)["0000000001"]

    assert line.method == "FORMULA"
    assert replay.amount_kop(line.stored) == line.amount_kop == 75_000
    amount, why = explanation.steps(line)
    assert amount == "Сумма: 50 × 10 × 1,5 ₽ = 750,00 ₽"
    assert why == (
        "Почему так: формула услуги: окр(площадь; 0) × тариф × класс_дома;"
        " округлено до 0 знаков: 50 м2 ≈ 50"
    )
    assert "по формуле (решение или договор): 50 × 10 × 1,5 ₽ = 750,00 ₽" in (
        explanation.sentence(line)
    )


@pytest.mark.parametrize(("formula", "message", "hint"), [
    ("площадь × ", "символ 10: ожидалось число, имя или скобка, а здесь конец формулы", ""),
    ("площядь × тариф", "имени «площядь» нет", "Вы имели в виду «площадь»?"),
    ("клас_дома × тариф", "имени «клас_дома» нет", "Вы имели в виду «класс_дома»?"),
    ("площадь + тариф", "разные единицы", "Складывать и сравнивать"),
    ("площадь / 0 × тариф", "деление на ноль", ""),
])  # fmt: skip
def test_a_wrong_formula_is_a_problem_of_its_cell_and_nothing_is_kept(
    engine, tmp_path, formula, message, hint
):
    imported = brought(engine, tmp_path, book(formula))

    (problem,) = imported.problems
    assert (problem.sheet, problem.row, problem.column) == ("Услуги", 2, "Формула")
    assert problem.value == formula.strip()
    assert message in problem.message
    assert hint in (problem.hint or "")
    assert not imported.is_written


def test_a_formula_may_name_what_only_the_database_has(engine, tmp_path):
    assert brought(engine, tmp_path, book("площадь × тариф")).problems == ()
    services = {"Услуги": book("площадь × тариф × класс_дома")["Услуги"]}

    imported = brought(engine, tmp_path, services)

    assert imported.problems == ()
    assert amounts(engine) == {"0000000001": [75_000], "0000000002": [80_000]}


def external(*rows: list[object]) -> Sheets:
    headers = ["Лицевой счёт*", "Услуга*", "Договор*", "Период*", "Объём", "Сумма*", "Основание"]
    return {"Внешние начисления": (headers, list(rows))}


def test_amounts_calculated_elsewhere_become_lines_and_come_again(engine, tmp_path):
    sheets = book("", method="внешнее", unit="Гкал")
    del sheets["Тарифы"]
    brought(engine, tmp_path, sheets)
    first = ["0000000001", "ОХР", "Д-1", "10.2026", "0,5", "1200,50", "реестр № 7"]
    brought(engine, tmp_path, external(first, ["0000000001", "ОХР", "Д-1", "11.2026", None, 5, ""]))

    lines = charged(engine)
    brought(engine, tmp_path, external([*first[:5], "1300,00", None]))
    again = charged(engine)

    (line,) = lines["0000000001"]
    assert (line.method, line.amount_kop, line.stored.volume_mcu) == ("EXTERNAL", 120_050, 500_000)
    assert explanation.why(line) == "основание: реестр № 7"
    assert replay.amount_kop(line.stored) == 120_050
    assert lines["0000000002"] == []
    assert [one.amount_kop for one in again["0000000001"]] == [130_000]


def test_the_same_file_of_the_supplier_changes_nothing(engine, tmp_path):
    brought(engine, tmp_path, book("", method="внешнее"))
    row = ["0000000001", "ОХР", "Д-1", "10.2026", None, "1200,50", "реестр № 7"]
    brought(engine, tmp_path, external(row))

    def rows() -> list[tuple]:
        with engine.connection() as connection:
            query = "select ctid, xmin, t.* from app.external_charge as t"
            return connection.execute(query).fetchall()

    before = rows()
    brought(engine, tmp_path, external(row))

    assert rows() == before
