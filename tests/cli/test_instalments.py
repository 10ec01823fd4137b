"""Instalments, limitation and writing off, as a user types them."""

import argparse
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from app.cli import instalments, limiting
from app.cli.context import Context, Verbs
from app.domain.period import Period
from app.errors import AppError
from app.store.engine import Engine
from tests.fixtures.payers import AT, Payers, settle

OLD, SEPTEMBER = Period(2021, 5), Period(2026, 9)
Command = Callable[..., Any]


@pytest.fixture
def payers(engine: Engine) -> Payers:
    made = settle(engine)
    made.owe("1000", OLD, {"хвс": 4_000})
    made.owe("1000", SEPTEMBER, {"хвс": 10_000, "от": 20_000})
    return made


@pytest.fixture
def kvitok(payers: Payers, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a verb on the test database; --json gives the document."""

    def run(*words: str, text: bool = False) -> Any:
        parser = argparse.ArgumentParser()
        verbs = Verbs(parser)
        for module in (instalments, limiting):
            module.add_to(verbs)
        arguments = parser.parse_args([*words, "--actor", "Петрова", *([] if text else ["--json"])])
        context = Context(arguments, at=AT, _opened=SimpleNamespace(engine=payers.engine))  # type: ignore[arg-type]  # only its engine is asked for
        assert context.arguments.run(context) == 0
        printed = capsys.readouterr().out
        return printed if text else json.loads(printed)

    return run


def agreed(kvitok: Command, *more: str, **how: Any) -> Any:
    return kvitok(
        "instalment", "1000", "--number", "7", "--parts", "3", "--first-on", "2026-12-15",
        "--from", "2026-09", "--reason", "заявление", *more, **how,
    )  # fmt: skip


def test_an_agreement_from_its_making_to_its_end(kvitok: Command) -> None:
    made = agreed(kvitok, "--interest", "12", "--late-days", "5", "--stop-penalty", "да")
    broken = kvitok("instalments", "--broken", "--on", "2026-12-21")
    interest = kvitok("instalment-interest", "--on", "15.12.2026")
    ended = kvitok("instalment-end", "7", "--how", "нарушено", "--on", "2026-12-21",
                   "--reason", "просрочка")  # fmt: skip

    assert (made["amount"], made["status"]) == ("300.00", "active")
    assert [part["amount"] for part in made["parts"]] == ["100.00", "100.00", "100.00"]
    assert [one["number"] for one in broken] == ["7"]
    assert interest == {"posted": 1}
    assert (ended["status"], ended["due"]) == ("broken", "300.00")


def test_an_agreement_is_told_in_words(kvitok: Command) -> None:
    said = agreed(kvitok, text=True)

    assert "№ 7: 300,00 ₽" in said
    assert "1. до 15.12.2026: 100,00 ₽" in said
    assert "действует, осталось 300,00 ₽" in kvitok("instalments", "1000", text=True)
    assert kvitok("instalments", "1001", text=True).strip() == "Рассрочек нет."


def test_the_same_key_is_done_once(kvitok: Command) -> None:
    key = str(uuid7())

    first = agreed(kvitok, "--key", key)
    second = agreed(kvitok, "--key", key)

    assert first == second
    assert len(kvitok("instalments")) == 1


def test_limitation_is_shown_changed_and_written_off(kvitok: Command) -> None:
    shown = kvitok("limitation", "1000", "--barred")
    event = kvitok("limitation-event", "1000", "--what", "признано", "--on", "2026-11-01",
                   "--from", "2021-05", "--document", "письмо")  # fmt: skip
    after = kvitok("limitation", "1000", "--barred")
    kvitok("limitation-event", "--revoke", event["key"], "--reason", "ошибка")
    done = kvitok("write-off", "1000", "--barred", "--order", "№ 5 от 12.11.2026",
                  "--reason", "срок давности")  # fmt: skip
    back = kvitok("write-off-undo", done["key"], "--reason", "ошибка")

    assert [(one["period"], one["last_day"]) for one in shown["debts"]] == [
        ("2021-05", "2024-06-10")
    ]  # fmt: skip
    assert after["debts"] == []
    assert (done["principal"], done["penalty"], done["accounts"]) == ("40.00", "0.00", 1)
    assert back["principal"] == "40.00"
    assert "срок давности истёк 10.06.2024" in kvitok("limitation", "1000", text=True)


@pytest.mark.parametrize(("words", "says"), [
    (["instalment", "1000", "--number", "8", "--parts", "0", "--first-on", "2026-12-15",
      "--reason", "з"], "от 1 до 120"),
    (["instalment", "1000", "--number", "8", "--parts", "2", "--first-on", "завтра",
      "--reason", "з"], "не дата"),
    (["instalment-end", "7", "--how", "расторгнуто", "--reason", "з", "--key", "x"], "не ключ"),
    (["limitation-event", "1000"], "Назовите"),
    (["write-off", "1000", "--order", "5", "--reason", "з", "--from", "2027-01"], "нечего"),
])  # fmt: skip
def test_bad_input_is_a_sentence(kvitok: Command, words: list[str], says: str) -> None:
    with pytest.raises(AppError, match=says):
        kvitok(*words)
