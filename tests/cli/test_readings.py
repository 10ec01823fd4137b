"""Verbs of readings: one is taken down, silent meters are listed."""

import argparse
import json
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from app.cli import readings
from app.cli.context import Context, Verbs
from app.errors import AppError
from tests.fixtures.charge_stock import Stock
from tests.operations.test_record_readings import house

AT = datetime(2026, 10, 25, 12, 0, tzinfo=UTC)


@pytest.fixture
def kvitok(engine, capsys):
    """Run a verb on the test database; --json gives the document."""
    Stock(engine, house()).write()

    def run(*words: str, text: bool = False):
        parser = argparse.ArgumentParser()
        readings.add_to(Verbs(parser))
        arguments = parser.parse_args(
            [*words, "--actor", "Оператор", *([] if text else ["--json"])]
        )
        context = Context(arguments, at=AT, _opened=SimpleNamespace(engine=engine))
        assert context.arguments.run(context) == 0
        said = capsys.readouterr().out
        return said if text else json.loads(said)

    return run


def test_a_reading_is_taken_down_with_its_consumption(kvitok) -> None:
    assert kvitok("reading", "В-1", "2026-10-20", "1235,5", "--confirm") == {
        "meter": "В-1", "date": "2026-10-20", "zone": None, "source": "payer", "value": "1235.5",
        "previous": "1230", "previous_date": "2026-09-20", "counted": "5.5", "state": "recorded",
        "warnings": [
            "у показания знаков после запятой 1, а у прибора бывало не больше 0: проверьте запятую."
        ],
    }  # fmt: skip
    assert kvitok("reading", "В-1", "2026-10-20", "1235,5", "--confirm")["state"] == "unchanged"


def test_people_read_a_sentence(kvitok) -> None:
    said = kvitok("reading", "Э-1", "2026-10-20", "600", "--zone", "день", text=True)

    assert said == (
        "Показание записано: прибор «Э-1», 20.10.2026, 600; расход с 20.09.2026: 100.\n"
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("В-1", "2026-10-20", "1135"), r"Вы имели в виду 1235\?"),
        (("В-1", "2026-10-20", "1325"), "подтвердите"),
        (("В-1", "2026-10-26", "1235"), "ещё не наступила"),
        (("В-1", "20.10.2026", "1235"), "не дата"),
        (("В-1", "2026-10-20", "много"), "не показание"),
        (("нет такого", "2026-10-20", "1"), "нет"),
    ],
)
def test_what_is_wrong_is_a_sentence(kvitok, words: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(AppError, match=sentence):
        kvitok("reading", *words)


def test_silent_meters_are_listed_with_their_flats(kvitok) -> None:
    document = kvitok("silent-meters", "--on", "2027-03-20")
    text = kvitok("silent-meters", "--on", "2027-03-20", text=True)

    assert (document["on"], document["months"]) == ("2027-03-20", 6)
    assert document["meters"][0] == {
        "meter": "В-1", "service": "ХВС", "house": "Р1", "premises": "1", "accounts": ["1"],
        "last_reading": "2026-09-20", "installed": date(2000, 1, 1).isoformat(),
    }  # fmt: skip
    assert "Приборов без показаний 6 мес. и дольше: 9." in text
    assert "показаний не было" in text


def test_months_and_the_day_may_be_chosen(kvitok) -> None:
    assert kvitok("silent-meters", "--months", "1")["on"] == "2026-10-25"
    assert len(kvitok("silent-meters", "--months", "12")["meters"]) == 1
    with pytest.raises(AppError, match="от 1 до"):
        kvitok("silent-meters", "--months", "0")
