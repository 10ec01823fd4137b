"""Contracts of a workbook: sides, days, an account of their own; what contradicts is refused."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from uuid_utils.compat import uuid7

from app.domain.voucher import Voucher, VoucherKind
from app.operations.import_workbook import Imported, import_workbook
from app.store.engine import Engine, RefusedByDatabase
from tests.fixtures.workbooks import Sheets, full, written

AT = datetime(2026, 8, 1, 9, 0, tzinfo=UTC)
ACCOUNT, BIC = "40821810000000000031", "046577000"
CONTRACTS = ["Номер*", "Вид*", "Исполнитель*", "Поставщик", "С*", "До", "Расчётный счёт", "БИК"]
ASSIGNED = ["Услуга*", "Договор*", "С*", "До", "Дом", "Лицевой счёт"]


def brought(engine: Engine, folder: Path, sheets: Sheets) -> Imported:
    voucher = Voucher(uuid7(), VoucherKind.IMPORT, "Оператор", made_at=AT)
    return import_workbook(engine, voucher, path=written(folder, sheets))


def rows(engine: Engine, query: str) -> list[tuple]:
    with engine.connection() as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def stocked(engine: Engine, tmp_path: Path) -> Engine:
    assert brought(engine, tmp_path, full()).problems == ()
    return engine


def everything(engine: Engine) -> list[list[tuple]]:
    return [
        rows(engine, f"select xmin, * from app.{table} order by id")
        for table in ("contract", "assignment")
    ]


def test_a_contract_has_an_account_of_its_own(stocked: Engine) -> None:
    assert rows(
        stocked,
        "select number, bank_account, bic, bank_name, corr_account from app.contract order by 1",
    ) == [
        ("Д-1", None, None, None, None),
        ("Д-2", ACCOUNT, BIC, "Банк поставщика", "30101810200000000000"),
    ]


def test_a_contract_that_becomes_two_sided_loses_its_supplier(
    stocked: Engine, tmp_path: Path
) -> None:
    sheets: Sheets = {
        "Договоры": (
            CONTRACTS, [["Д-2", "двусторонний", "УК", None, date(2020, 1, 1), None, None, None]]
        )
    }  # fmt: skip

    assert brought(stocked, tmp_path, sheets).problems == ()

    assert rows(stocked, "select kind, supplier_id from app.contract where number = 'Д-2'") == [
        ("two-sided", None)
    ]


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        (["Д-9", "двусторонний", "УК", "ВК", date(2020, 1, 1), None, None, None],
         "Поставщик", "указан поставщик"),
        (["Д-9", "трёхсторонний", "УК", None, date(2020, 1, 1), None, None, None],
         "Поставщик", "не указан поставщик"),
        (["Д-9", "двусторонний", "УК", None, date(2026, 5, 1), date(2026, 5, 1), None, None],
         "До", "не позже"),
        (["Д-9", "двусторонний", "УК", None, date(2026, 5, 1), date(2026, 4, 1), None, None],
         "До", "не позже"),
        (["Д-2", "трёхсторонний", "УК", "ВК", date(2031, 1, 1), None, None, None],
         "С", "по базе договор кончился раньше"),
        (["Д-9", "двусторонний", "УК", None, date(2020, 1, 1), None, ACCOUNT, None],
         "БИК", "а «БИК» нет"),
        (["Д-9", "двусторонний", "УК", None, date(2020, 1, 1), None, None, BIC],
         "Расчётный счёт", "а «Расчётный счёт» нет"),
        (["Д-9", "двусторонний", "УК", None, date(2020, 1, 1), None, ACCOUNT[:-1] + "2", BIC],
         "Расчётный счёт", "контрольная цифра"),
        (["Д-9", "двусторонний", "УК", None, date(2020, 1, 1), None, "123", BIC],
         "Расчётный счёт", "20 цифр"),
        (["Д-9", "двусторонний", "УК", None, date(2020, 1, 1), None, ACCOUNT, "12"],
         "БИК", "9 цифр"),
    ],
)  # fmt: skip
def test_a_contract_that_cannot_be_is_named_and_nothing_is_written(
    stocked: Engine, tmp_path: Path, row: list[object], column: str, message: str
) -> None:
    before = everything(stocked)

    imported = brought(stocked, tmp_path, {"Договоры": (CONTRACTS, [row])})

    (problem,) = imported.problems
    assert (problem.sheet, problem.column) == ("Договоры", column)
    assert message in problem.message
    assert everything(stocked) == before


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        (["ХВС", "Д-2", date(2019, 12, 1), date(2019, 12, 31), "Р12", None], "С", "вне дней"),
        (["ХВС", "Д-2", date(2030, 1, 1), None, None, "0000000002"], "С", "вне дней"),
        (["ХВС", "Д-2", date(2029, 1, 1), date(2031, 1, 1), None, "0000000002"], "До", "вне дней"),
        (["ХВС", "Д-1", date(2026, 5, 1), None, "Р12", None], "С", "дни пересекаются"),
        (["АНТ", "Д-2", date(2026, 11, 1), None, None, "0000000001"], "С", "дни пересекаются"),
    ],
)
def test_an_assignment_that_cannot_be_is_named_and_nothing_is_written(
    stocked: Engine, tmp_path: Path, row: list[object], column: str, message: str
) -> None:
    before = everything(stocked)

    imported = brought(stocked, tmp_path, {"Назначения": (ASSIGNED, [row])})

    (problem,) = imported.problems
    assert (problem.sheet, problem.column) == ("Назначения", column)
    assert message in problem.message
    assert everything(stocked) == before


def test_another_service_of_the_same_house_may_have_another_payee(
    stocked: Engine, tmp_path: Path
) -> None:
    sheets: Sheets = {
        "Назначения": (ASSIGNED, [["АНТ", "Д-2", date(2026, 5, 1), None, "Р12", None]])
    }

    assert brought(stocked, tmp_path, sheets).problems == ()


def test_a_contract_cut_short_of_its_assignments_is_refused(
    stocked: Engine, tmp_path: Path
) -> None:
    before = everything(stocked)
    sheets: Sheets = {
        "Договоры": (
            CONTRACTS,
            [["Д-1", "двусторонний", "УК", None, date(2020, 1, 1), date(2026, 11, 1), None, None]],
        )
    }

    with pytest.raises(RefusedByDatabase, match="«Антенна» назначена по договору № Д-1"):
        brought(stocked, tmp_path, sheets)

    assert everything(stocked) == before
