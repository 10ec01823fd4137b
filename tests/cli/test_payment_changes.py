"""Payments changed from the command line, as an accountant types it."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from app.cli import paying, payment_changes, program, unidentified
from app.cli.context import Context, Verbs
from app.domain.period import Period
from app.errors import AppError
from app.store.engine import Engine
from tests.fixtures.charge_stock import Stock
from tests.fixtures.charge_towns import town
from tests.fixtures.desks import CASHIER, open_desk
from tests.fixtures.payers import AT, Payers, settle

SEPTEMBER, OCTOBER, NOVEMBER = Period(2026, 9), Period(2026, 10), Period(2026, 11)
Command = Callable[..., Any]


@pytest.fixture
def payers(engine: Engine) -> Payers:
    made = settle(engine)
    made.owe("1000", SEPTEMBER, {"хвс": 1_000})
    made.owe("1000", OCTOBER, {"хвс": 2_000, "от": 6_000})
    made.owe("1001", OCTOBER, {"хвс": 1_000})
    return made


@pytest.fixture
def kvitok(payers: Payers, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a verb on the test database; --json gives the document."""

    def run(*words: str, text: bool = False) -> Any:
        parser = argparse.ArgumentParser()
        verbs = Verbs(parser)
        for module in (paying, payment_changes, unidentified):
            module.add_to(verbs)
        given = [*words, "--actor", CASHIER, "--data", str(tmp_path)]
        arguments = parser.parse_args([*given, *([] if text else ["--json"])])
        context = Context(arguments, at=AT, _opened=SimpleNamespace(engine=payers.engine))  # type: ignore[arg-type]  # only its engine is asked for
        assert context.arguments.run(context) == 0
        printed = capsys.readouterr().out
        return printed if text else json.loads(printed)

    return run


def test_a_payment_is_moved_and_both_documents_are_shown(kvitok: Command, payers: Payers) -> None:
    paid = kvitok("pay", "1000", "90", "--date", "2026-11-12")
    key = str(uuid7())
    asked = ("move-payment", paid["payment"], "1001", "--amount", "10.00", "--reason", "ошибка",
             "--key", key)  # fmt: skip

    moved, again = kvitok(*asked), kvitok(*asked)
    undone = kvitok("reverse", moved["move"], "--reason", "перенос ошибочен")

    assert moved == again
    assert (moved["move"], moved["source"], moved["amount"]) == (key, paid["payment"], "10.00")
    assert set(paid) - {"reasons", "reason", "warnings"} <= set(moved["taken"])
    assert (moved["taken"]["account"], moved["taken"]["amount"]) == ("1000", "-10.00")
    assert moved["given"]["allocation"] == [
        {"service": "хвс", "contract": "В-1", "origin_period": "2026-10", "kind": "payment",
         "amount": "10.00"},
    ]  # fmt: skip
    assert undone["amount"] == "10.00"
    assert payers.balance_kop("1000") == 0
    assert payers.balance_kop("1001") == 1_000


def test_a_month_of_a_house_is_spread_anew_once(kvitok: Command, payers: Payers) -> None:
    first = kvitok("pay", "1000", "20", "--date", "2026-11-12")
    kvitok("pay", "1001", "10", "--date", "2026-11-12")
    payers.owe("1000", Period(2026, 8), {"от": 500}, posted=NOVEMBER)
    asked = ("reallocate", "--period", "2026-11", "--house", "Д1", "--reason", "новый долг")

    shown = kvitok(*asked, "--preview")
    done = kvitok(*asked)
    again = kvitok(*asked)
    words = kvitok("reallocate", first["payment"], "--reason", "х", "--preview", text=True)

    assert shown["preview"]
    assert [one["account"] for one in done["documents"]] == ["1000"]
    (payment,) = done["documents"][0]["payments"]
    assert payment["payment"] == first["payment"]
    assert payment["before"] == first["allocation"]
    assert payment["after"][0]["origin_period"] == "2026-08"
    assert shown["documents"][0]["payments"] == done["documents"][0]["payments"]
    assert again["documents"] == []
    assert "До:" in words


def test_a_split_by_hand_is_kept(kvitok: Command) -> None:
    paid = kvitok("pay", "1000", "30", "--date", "2026-11-12")

    done = kvitok(
        "reallocate", paid["payment"], "--reason", "заявление", "--split", "от:Т-2:2026-10:30.00"
    )

    (payment,) = done["documents"][0]["payments"]
    assert [(line["service"], line["amount"]) for line in payment["after"]] == [("от", "30.00")]


def test_an_overpayment_is_given_back_by_the_bank_and_in_cash(
    kvitok: Command, payers: Payers, tmp_path: Path
) -> None:
    kvitok("pay", "1001", "30", "--date", "2026-11-12")

    refund = kvitok(
        "refund", "1001", "5", "--application", "заявление № 5", "--to", "40817810000000000001",
        "--bic", "044525225", "--recipient", "Иванова",
    )  # fmt: skip
    with pytest.raises(AppError, match="нет открытой смены"):
        kvitok("refund", "1001", "--application", "заявление № 6", "--cash")
    open_desk(payers.engine, tmp_path, desk_no=1)
    cash = kvitok("refund", "1001", "--application", "заявление № 6", "--cash")
    kvitok("refund", refund["refund"], "--cancel", "--reason", "банк вернул")

    assert (refund["account"], refund["amount"]) == ("1001", "5.00")
    assert cash["amount"] == "15.00"
    assert sum(float(line["amount"]) for line in cash["allocation"]) == 15
    assert payers.balance_kop("1001") == -500


def test_money_that_is_not_clear_is_booked_matched_and_resolved(
    kvitok: Command, payers: Payers
) -> None:
    kept = kvitok("pay", "-", "10", "--unidentified", "--purpose", "жку л/с 01001", "--creditor",
                  "вдк", "--date", "2026-10-20")  # fmt: skip
    kvitok("unidentified", "add", "7", "--payer", "ООО Ромашка", "--creditor", "вдк")

    waiting = kvitok("unidentified")
    found = kvitok("unidentified", "match", kept["payment"])
    moved = kvitok("unidentified", "resolve", kept["payment"], "1001", "--reason", "номер назван")
    after = kvitok("unidentified", "list")
    words = kvitok("unidentified", "list", "--all", text=True)

    assert waiting["left"] == "17.00"
    assert [one["account"] for one in found["candidates"]] == ["1001"]
    assert "номер счёта в назначении" in found["candidates"][0]["reasons"]
    assert moved["given"]["account"] == "1001"
    assert after["left"] == "7.00"
    assert "Ромашка" in words
    assert payers.balance_kop("1001") == 0


def test_an_agent_takes_back_what_its_rule_allows(kvitok: Command, payers: Payers) -> None:
    for number in ("1", "2"):
        kvitok("pay", "1000", "10", "--agent", "тпл", "--external", number)

    assert len(kvitok("duplicates", "--period", "2026-11")["groups"]) == 1
    done = kvitok("agent-cancel", "тпл", "1", "о-1")
    again = kvitok("agent-cancel", "тпл", "1", "о-1")
    assert done == again
    assert done["case"] is None
    assert payers.balance_kop("1000") == 8_000

    kvitok("agent-cancel", "тпл", "--rule", "запрещена")
    case = kvitok("agent-cancel", "тпл", "2", "о-2")
    assert case["reversal"] is None
    assert "не разрешает" in case["why"]
    assert kvitok("agent-cancel", "тпл", "2", "о-2")["case"] == case["case"]
    unknown = kvitok("agent-cancel", "тпл", "99", "о-3")
    assert "«99» нет" in unknown["why"]
    assert [one["cancel"] for one in kvitok("agent-cancel")["cases"]] == ["о-2", "о-3"]
    kvitok("agent-cancel", "--settle", case["case"], "--reason", "вернули наличными")
    assert [one["cancel"] for one in kvitok("agent-cancel")["cases"]] == ["о-3"]
    assert payers.balance_kop("1000") == 8_000
    assert payers.broken() == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("move-payment", "чек 5", "1001", "--reason", "х"), "не номер"),
        (("move-payment", str(uuid7()), "1001", "--reason", "х"), "нет"),
        (("reallocate", "--reason", "х"), "что-нибудь одно"),
        (("reallocate", "--reason", "х", "--period", "2026-13"), "не период"),
        (("refund", "1000", "--application", "з", "--to", "1", "--bic", "1"), "Переплаты"),
        (("refund", "9999", "--application", "з"), "9999 нет"),
        (("refund", str(uuid7()), "--cancel", "--reason", "х"), "Возврата аванса"),
        (("unidentified", "match"), "Назовите платёж"),
        (("unidentified", "resolve", str(uuid7()), "1001"), "Невыясненного платежа"),
        (("unidentified", "add", "-1", "--creditor", "вдк"), "больше нуля"),
        (("unidentified", "add", "1"), "Кому пришли деньги"),
        (("agent-cancel", "тпл"), "номер отмены"),
        (("agent-cancel", "зз", "1", "2"), "«зз» нет"),
        (("agent-cancel", "--settle", str(uuid7()), "--reason", "х"), "случая"),
        (("duplicates", "--period", "октябрь"), "не период"),
    ],
)
def test_bad_input_is_a_sentence_and_writes_nothing(
    kvitok: Command, payers: Payers, words: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(AppError, match=sentence):
        kvitok(*words)

    assert payers.payments("1000") == []
    assert payers.run("select count(*) from app.manual_case") == [(0,)]


def test_an_account_of_unidentified_money_is_not_charged_printed_or_recalculated(
    database: str, tmp_path: Path, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    stock = Stock(engine, town(houses=1, flats=2)).write()

    def run(*words: str) -> str:
        status = program.run([*words, "--database", database, "--data", str(tmp_path)])
        said = capsys.readouterr()
        assert status == 0, said.err
        return said.out

    with engine.connection() as connection:
        creditor = connection.execute("select code from app.organisation order by code").fetchone()
    assert creditor is not None
    booked = json.loads(run("charge", "2026-10", "--json"))
    run("unidentified", "add", "10", "--creditor", str(creditor[0]), "--date", "2026-10-20")
    again = json.loads(run("charge", "2026-10", "--json"))
    run("print", "2026-10", "--out", str(tmp_path / "bills.pdf"))
    queue = run("recalculate", "--queue")
    run("close", "2026-10")
    checked = json.loads(run("verify", "--json"))

    assert stock is not None
    assert (again["accounts"], again["lines"]) == (booked["accounts"], booked["lines"])
    assert "НЕВЫЯСНЕННЫЕ" not in queue
    assert [one["name"] for one in checked["checks"] if one["rows"]] == []
