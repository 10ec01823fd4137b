"""The whole command line on a small town."""

import pytest

from app.cli import program
from tests.fixtures.charge_stock import Stock
from tests.fixtures.charge_towns import town


@pytest.fixture
def stock(engine) -> Stock:
    return Stock(engine, town(houses=2, flats=2)).write()


@pytest.fixture
def kvitok(database, tmp_path, capsys):
    def run(*arguments: str) -> tuple[int, str, str]:
        status = program.run([*arguments, "--database", database, "--data", str(tmp_path)])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run
