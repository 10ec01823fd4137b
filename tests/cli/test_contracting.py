"""Contracts, change of supplier and balance transfers as a user would do them."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli import program
from tests.fixtures.contract_world import AUGUST, OCTOBER, balances, with_contracts
from tests.fixtures.payers import Payers

HEAD = ("--date", "2026-11-01", "--number", "5", "--basis", "соглашение № 7")


@pytest.fixture
def books(engine) -> Payers:
    made = with_contracts(engine)
    made.owe("1000", AUGUST, {"хвс": 100_00, "во": 30_00})
    made.owe("1000", AUGUST, {"хвс": 7_77}, kind=50)
    made.owe("1000", OCTOBER, {"во": -45_50})
    return made


@pytest.fixture
def asked(books, database, tmp_path, capsys):
    def run(*arguments: str) -> Any:
        status = program.run(
            [*arguments, "--database", database, "--data", str(tmp_path), "--json"]
        )
        said = capsys.readouterr()
        assert status == 0, said.err
        return json.loads(said.out)

    return run


@pytest.fixture
def plainly(books, database, tmp_path, capsys):
    def run(*arguments: str) -> tuple[int, str, str]:
        status = program.run([*arguments, "--database", database, "--data", str(tmp_path)])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def test_contracts_of_an_account_on_any_day(asked) -> None:
    asked("change-supplier", "--from", "В-1", "--to", "В-2", "--account", "1000",
          "--service", "хвс", *HEAD)  # fmt: skip

    before = asked("contracts", "1000", "--on", "2026-10-31")
    after = asked("contracts", "1000", "--on", "2026-11-01")

    assert {one["service"]: one["contract"] for one in before} == {
        "хвс": "В-1", "во": "В-1", "от": "Т-2",
    }  # fmt: skip
    (water,) = [one for one in after if one["service"] == "хвс"]
    assert water == {
        "service": "хвс", "contract": "В-2", "provider": "Водоканал", "payee": "Новый водоканал",
        "from": "2026-11-01", "to": None, "of": "account",
    }  # fmt: skip
    assert len(asked("contracts", "1000")) == 4


def test_a_supplier_changes_with_the_balance_on_paper_and_back(
    asked, books: Payers, tmp_path: Path
) -> None:
    before = balances(books)
    paper = tmp_path / "act.pdf"
    order = ("change-supplier", "--from", "В-1", "--to", "В-2", "--house", "Д1", "--with-balance",
             *HEAD)  # fmt: skip

    shown = asked(*order, "--dry-run")
    assert balances(books) == before
    done = asked(*order, "--out", str(paper))

    assert shown["voucher"] is None
    assert shown["totals"] == done["totals"] == {
        "principal": "130.00", "time_barred": "0.00", "advance": "45.50", "penalty": "0.00",
        "total": "84.50",
    }  # fmt: skip
    assert shown["lines"] == done["lines"]
    assert paper.read_bytes().startswith(b"%PDF")
    assert balances(books)["1000", "хвс", "В-2", "2026-08"] == (100_00, 0)

    undone = asked("change-supplier", "--undo", done["voucher"], "--reason", "спор")

    assert undone["undone"] is not None
    assert balances(books) == before


def test_a_balance_moves_by_an_act_on_paper_and_back(asked, books: Payers, tmp_path: Path) -> None:
    before = balances(books)
    paper = tmp_path / "act.pdf"

    done = asked("transfer-balance", "--from-account", "1000", "--to-account", "1001",
                 "--out", str(paper), *HEAD)  # fmt: skip

    assert (done["kind"], done["accounts"]) == ("account", 1)
    assert done["totals"]["total"] == "92.27"
    assert paper.read_bytes().startswith(b"%PDF")
    assert balances(books)["1001", "хвс", "В-1", "2026-08"] == (100_00, 7_77)
    asked("transfer-balance", "--undo", done["voucher"], "--reason", "ошибка")
    assert balances(books) == before


def test_parts_and_a_sum_are_said_in_words(asked, books: Payers) -> None:
    asked("transfer-balance", "--from-account", "1000", "--to-account", "1001",
          "--parts", "долг, пени", "--service", "хвс", "--amount", "101.00", *HEAD)  # fmt: skip

    assert balances(books)["1001", "хвс", "В-1", "2026-08"] == (100_00, 1_00)
    assert balances(books)["1000", "хвс", "В-1", "2026-08"] == (0, 6_77)


def test_a_key_that_comes_again_posts_once(asked, books: Payers) -> None:
    order = ("transfer-balance", "--from-contract", "В-1", "--to-contract", "В-2",
             "--key", "01a20df9-54c8-75b6-8cfd-28d5bd28cca7", "--dated", "2026-11-02",
             *HEAD)  # fmt: skip

    assert asked(*order) == asked(*order)
    assert len(books.run("select 1 from app.balance_transfer")) == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("change-supplier", "--to", "В-2", *HEAD), "прежний договор"),
        (("change-supplier", "--from", "В-1", "--to", "В-2", *HEAD), "где меняется договор"),
        (("change-supplier", "--from", "В-1", "--to", "В-7", "--house", "Д1", *HEAD), "В-7"),
        (
            ("change-supplier", "--from", "В-1", "--to", "В-7", "--supplier", "нвк", *HEAD),
            "нет исполнителя",
        ),
        (("transfer-balance", *HEAD), "Укажите одно"),
        (("transfer-balance", "--parts", "штраф", *HEAD), "Части сальдо «штраф» нет"),
        (("transfer-balance", "--from-account", "1000", "--to-account", "2000", *HEAD), "закрыт"),
        (("transfer-balance", "--from-account", "1000", "--to-account", "1001"), "основания"),
        (("transfer-balance", "--undo", "7"), "не ключ документа"),
        (("contracts", "77"), "Лицевого счёта 77 нет"),
        (("contracts", "1000", "--on", "завтра"), "не дата"),
    ],
)
def test_what_is_wrong_is_said_on_the_standard_error(
    books: Payers, plainly, arguments: tuple[str, ...], sentence: str
) -> None:
    before = balances(books)

    status, _, err = plainly(*arguments)

    assert status == 2
    assert sentence in err
    assert balances(books) == before


def test_a_person_reads_the_same(plainly) -> None:
    order = ("--from", "В-1", "--to", "В-2", "--house", "Д1", "--with-balance", "--dry-run")

    status, said, _ = plainly("change-supplier", *order, *HEAD)

    assert status == 0
    assert "Предпросмотр" in said
    assert "всего 84,50 ₽" in said
    assert "№ В-1" in plainly("contracts", "1000")[1]
