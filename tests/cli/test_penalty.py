"""Penalties as a user asks for them: the document of programs, the table of people, the paper."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from app.cli import paying, penalties
from app.cli.context import Context, Verbs
from app.domain.period import Period
from app.errors import AppError
from app.store.engine import Engine
from tests.fixtures.payers import AT, Payers, settle

JULY, OCTOBER = Period(2026, 7), Period(2026, 10)
Command = Callable[..., Any]


@pytest.fixture
def payers(engine: Engine) -> Payers:
    made = settle(engine)
    made.owe("1000", JULY, {"хвс": 60_000, "во": 40_000, "от": 50_000})
    made.run("select app.ensure_period(%s)", OCTOBER.first_day)
    return made


@pytest.fixture
def kvitok(payers: Payers, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a verb on the test database; --json gives the document."""

    def run(*words: str, text: bool = False) -> Any:
        parser = argparse.ArgumentParser()
        verbs = Verbs(parser)
        for module in (paying, penalties):
            module.add_to(verbs)
        arguments = parser.parse_args([*words, "--actor", "Петрова", *([] if text else ["--json"])])
        context = Context(arguments, at=AT, _opened=SimpleNamespace(engine=payers.engine))  # type: ignore[arg-type]  # only its engine is asked for
        assert context.arguments.run(context) == 0
        printed = capsys.readouterr().out
        return printed if text else json.loads(printed)

    return run


CONTRACTED = (
    "account", "service", "contract", "origin_period", "due", "total", "amount", "segments",
)  # fmt: skip


def test_the_document_of_programs_is_the_one_agreed(kvitok: Command) -> None:
    told = kvitok("penalty", "--on", "2026-11-30", "--account", "1000")

    assert [{name: one[name] for name in CONTRACTED} for one in told] == [
        {
            "account": "1000", "service": "хвс", "contract": "В-1", "origin_period": "2026-07",
            "due": "2026-08-17", "total": "29.96", "amount": "29.96",
            "segments": [
                {"from": "2026-09-17", "to": "2026-11-15", "base": "1000.00", "days": 60,
                 "divisor": 300, "rate": "9.5", "amount": "19.00", "stop": None},
                {"from": "2026-11-16", "to": "2026-11-30", "base": "1000.00", "days": 15,
                 "divisor": 130, "rate": "9.5", "amount": "10.96", "stop": None},
            ],
        },
        {
            "account": "1000", "service": "от", "contract": "Т-2", "origin_period": "2026-07",
            "due": "2026-08-17", "total": "14.98", "amount": "14.98",
            "segments": [
                {"from": "2026-09-17", "to": "2026-11-15", "base": "500.00", "days": 60,
                 "divisor": 300, "rate": "9.5", "amount": "9.50", "stop": None},
                {"from": "2026-11-16", "to": "2026-11-30", "base": "500.00", "days": 15,
                 "divisor": 130, "rate": "9.5", "amount": "5.48", "stop": None},
            ],
        },
    ]  # fmt: skip


def test_asked_again_the_total_stays_and_nothing_is_added(kvitok: Command) -> None:
    first = kvitok("penalty", "--on", "2026-10-31")
    again = kvitok("penalty", "--on", "2026-10-31")
    balance = kvitok("balance", "1000", "--on", "2026-10-31")

    assert [one["amount"] for one in first] == ["14.25", "7.13"]
    assert [(one["total"], one["amount"]) for one in again] == [("14.25", "0.00"), ("7.13", "0.00")]
    assert (balance["penalty"], balance["closing"]) == ("21.38", "1521.38")


def test_a_payment_is_reckoned_by_its_own_day(kvitok: Command) -> None:
    kvitok("pay", "1000", "300", "--date", "2026-09-20", "--channel", "банк")
    [water, heat] = kvitok("penalty", "--on", "2026-10-31", "--dry-run")

    assert [(one["base"], one["days"]) for one in water["segments"]] == [
        ("200.00", 4),
        ("800.00", 45),
    ]
    assert [(one["base"], one["days"]) for one in heat["segments"]] == [
        ("100.00", 4),
        ("400.00", 45),
    ]


def test_a_debt_within_thirty_days_is_told_with_nothing(kvitok: Command) -> None:
    told = kvitok("penalty", "--on", "2026-09-16", "--dry-run")

    assert [(one["total"], one["segments"]) for one in told] == [("0.00", []), ("0.00", [])]


def test_people_read_a_table(kvitok: Command) -> None:
    told = kvitok("penalty", "--on", "2026-11-30", "--account", "1000", text=True)
    whole = kvitok("penalty", "--on", "2026-11-30", text=True)

    assert "17.09.2026  15.11.2026        1\u202f000,00     60   1/300" in told
    assert "Сумма: 1\u202f000,00 × 9,5 % / 300 × 60 дн." in told
    assert "проведено в 11.2026" in told
    assert "всё уже начислено" in whole


def test_the_paper_is_written(kvitok: Command, tmp_path: Path) -> None:
    kvitok("penalty", "--on", "2026-10-31")
    out = tmp_path / "penalty.pdf"

    told = kvitok("penalty-paper", "1000", "2026-10", "--out", str(out))

    assert told == {"out": str(out), "pages": 1}
    assert out.read_bytes().startswith(b"%PDF")


def test_writing_off_and_its_undoing(kvitok: Command) -> None:
    kvitok("penalty", "--on", "2026-10-31")
    words = ("--reason", "суд", "--document", "решение № 5", "--date", "2026-11-12")
    done = kvitok("write-off-penalty", "1000", *words)
    undone = kvitok("write-off-penalty", "--undo", done["document"], "--reason", "отменено")

    assert (done["amount"], done["accounts"], done["period"]) == ("21.38", 1, "2026-11")
    assert undone["amount"] == "-21.38"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("penalty", "--on", "31.10.2026"), "не дата"),
        (("penalty", "--on", "2026-10-31", "--account", "9999"), "9999 нет"),
        (("penalty", "--on", "2026-10-31", "--into", "2026-13"), "не период"),
        (("penalty", "--on", "2026-10-31", "--into", "2026-07"), "закрыт"),
        (("penalty", "--on", "2026-10-31", "--key", "пять"), "не ключ"),
        (("penalty-paper", "1000", "2026-10", "--out", "x.pdf"), "расшифровывать нечего"),
        (("write-off-penalty", "--reason", "суд"), "ни один лицевой счёт"),
        (("write-off-penalty", "1000", "--reason", "суд"), "документ"),
        (("write-off-penalty", "--undo", str(uuid7()), "--reason", "суд"), "не списание"),
    ],
)
def test_bad_input_is_a_sentence_and_writes_nothing(
    kvitok: Command, payers: Payers, words: tuple[str, ...], sentence: str
) -> None:
    payers.close(Period(2026, 9))

    with pytest.raises(AppError, match=sentence):
        kvitok(*words)
    assert payers.run("select count(*) from app.entry where kind >= 50") == [(0,)]
