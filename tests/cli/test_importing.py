"""kvitok import: the documents and the exit statuses of interface.md §2."""

import argparse
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest

from app.cli import importing
from app.cli.context import Context, Verbs
from app.errors import Malformed, Refusal
from app.store.engine import Engine
from tests.fixtures.workbooks import full, put, written

AT = datetime(2026, 8, 1, 9, 0, tzinfo=UTC)
Command = Callable[..., int]


@pytest.fixture
def kvitok(engine: Engine) -> Command:
    """Run the verb on the test database; gives the exit status."""

    def run(*words: object) -> int:
        parser = argparse.ArgumentParser()
        importing.add_to(Verbs(parser))
        arguments = parser.parse_args(["import", *map(str, words), "--actor", "Петрова"])
        context = Context(arguments, at=AT, _opened=SimpleNamespace(engine=engine))  # type: ignore[arg-type]  # only its engine is asked for
        return int(context.arguments.run(context))

    return run


def test_a_good_workbook_answers_with_its_rows(
    kvitok: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = kvitok(written(tmp_path, full()), "--json")

    assert status == 0
    assert json.loads(capsys.readouterr().out) == {
        "imported": {name: len(rows) for name, (_, rows) in full().items()},
        "problems": [],
    }


def test_a_bad_workbook_answers_with_its_problems_and_status_2(
    kvitok: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, put(full(), "Тарифы", 2, "Услуга", "СОДД"))

    assert kvitok(path, "--json") == 2
    as_json = capsys.readouterr()
    assert kvitok(path) == 2
    as_text = capsys.readouterr()

    assert json.loads(as_json.out) == {
        "imported": {},
        "problems": [
            {
                "message": "такого кода нет ни на листе «Услуги», ни в базе",
                "hint": "Вы имели в виду «СОД»?",
                "sheet": "Тарифы",
                "row": 2,
                "column": "Услуга",
                "value": "СОДД",
            }
        ],
    }
    assert "Ничего не записано" in as_json.err
    assert as_text.out == ""
    assert "лист «Тарифы», строка 2, столбец «Услуга»" in as_text.err


def test_good_rows_of_a_bad_workbook_are_taken_when_asked(
    kvitok: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, put(full(), "Тарифы", 2, "Услуга", "СОДД"))

    assert kvitok(path, "--skip-bad", "--json") == 0

    document = json.loads(capsys.readouterr().out)
    assert document["imported"]["Тарифы"] == 5
    assert len(document["problems"]) == 1


def test_a_file_that_is_no_workbook_is_malformed(kvitok: Command, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_text("нет")

    with pytest.raises(Malformed):
        kvitok(path)


def test_the_template_needs_no_database(
    kvitok: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "пустая.xlsx"

    assert kvitok("--template", path, "--json") == 0

    assert json.loads(capsys.readouterr().out) == {"template": str(path)}
    assert "Лицевые счета" in openpyxl.load_workbook(path).sheetnames


def test_a_template_that_cannot_be_written_is_refused(kvitok: Command, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="не записан"):
        kvitok("--template", tmp_path / "нет такой папки" / "a.xlsx")
