"""How money was spread, set off and ruled, as a person at the command line does it."""

import argparse
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from app.cli import allocating, paying
from app.cli.context import Context, Verbs
from app.domain.period import Period
from app.errors import AppError
from app.store.engine import Engine
from tests.fixtures.payers import AT, Payers, settle

SEPTEMBER, OCTOBER = Period(2026, 9), Period(2026, 10)
Command = Callable[..., Any]


@pytest.fixture
def payers(engine: Engine) -> Payers:
    made = settle(engine)
    made.owe("1000", SEPTEMBER, {"хвс": 1_000})
    made.owe("1000", OCTOBER, {"хвс": 2_000, "от": 6_000})
    return made


@pytest.fixture
def kvitok(payers: Payers, capsys: pytest.CaptureFixture[str]) -> Command:
    def run(*words: str, text: bool = False) -> Any:
        parser = argparse.ArgumentParser()
        verbs = Verbs(parser)
        for module in (paying, allocating):
            module.add_to(verbs)
        arguments = parser.parse_args([*words, "--actor", "Петрова", *([] if text else ["--json"])])
        context = Context(arguments, at=AT, _opened=SimpleNamespace(engine=payers.engine))  # type: ignore[arg-type]  # only its engine is asked for
        assert context.arguments.run(context) == 0
        printed = capsys.readouterr().out
        return printed if text else json.loads(printed)

    return run


def parts(paid: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    return [
        (line["service"], line["origin_period"], line["kind"], line["amount"])
        for line in paid["allocation"]
    ]


def test_what_the_payer_named_is_paid_first(kvitok: Command) -> None:
    paid = kvitok("pay", "1000", "70", "--service", "от")

    assert parts(paid) == [
        ("хвс", "2026-09", "payment", "10.00"),
        ("от", "2026-10", "payment", "60.00"),
    ]
    assert [reason["step"] for reason in paid["reasons"]] == ["oldest", "named"]


def test_money_for_a_payee_stays_with_the_payee(kvitok: Command) -> None:
    paid = kvitok("pay", "1000", "70", "--contract", "Теплосеть")

    assert parts(paid) == [
        ("от", "2026-10", "payment", "60.00"),
        ("от", "2026-11", "advance", "10.00"),
    ]


def test_a_penalty_is_paid_first_when_it_is_named(kvitok: Command, payers: Payers) -> None:
    payers.owe("1000", SEPTEMBER, {"хвс": 70}, kind=50, posted=OCTOBER)

    paid = kvitok("pay", "1000", "5", "--penalty")

    assert parts(paid) == [
        ("хвс", "2026-09", "payment", "4.30"),
        ("хвс", "2026-09", "penalty_payment", "0.70"),
    ]


def test_a_split_by_hand_keeps_its_reason(kvitok: Command, payers: Payers) -> None:
    paid = kvitok(
        "pay", "1000", "70", "--split", "от:Т-2:2026-10:50", "хвс:В-1:2026-10:15",
        "хвс:В-1:2026-10:5:аванс", "--reason", "решение суда № 5",
    )  # fmt: skip
    shown = kvitok("explain-payment", paid["payment"], text=True)

    assert parts(paid) == [
        ("от", "2026-10", "payment", "50.00"),
        ("хвс", "2026-10", "payment", "15.00"),
        ("хвс", "2026-11", "advance", "5.00"),
    ]
    assert paid["reason"] == "решение суда № 5"
    assert payers.run("select reason from app.voucher where id = %s", paid["payment"]) == [
        ("решение суда № 5",)
    ]
    assert "Разнесено вручную: решение суда № 5" in shown


def test_every_kopeck_is_explained(kvitok: Command) -> None:
    paid = kvitok("pay", "1000", "50")
    shown = kvitok("explain-payment", paid["payment"], text=True).replace("\u202f", " ")
    undone = kvitok("reverse", paid["payment"], "--reason", "ошибка")

    assert "сначала самый ранний срок оплаты: 09.2026" in shown
    assert "40,00 × 60,00 / 80,00 = 30,00 ₽" in shown
    assert undone["reasons"] == paid["reasons"]
    assert undone["reason"] == "ошибка"


def test_a_setting_against_the_law_is_told(kvitok: Command, payers: Payers) -> None:
    payers.run("insert into app.parameter (code, value) values ('распределение.пени', 'сначала')")

    paid = kvitok("pay", "1000", "1")

    assert "противоречит закону" in paid["warnings"][0]


def test_a_contract_may_have_a_rule_of_its_own(kvitok: Command, payers: Payers) -> None:
    payers.owe("1000", SEPTEMBER, {"от": 70}, kind=50, posted=OCTOBER)
    kvitok(
        "allocation-rule", "распределение.пени", "сначала", "--contract", "Т-2",
        "--since", "2026-11-01",
    )  # fmt: skip
    by_own_rule = kvitok("pay", "1000", "50")
    kvitok("allocation-rule", "распределение.пени", "--contract", "Т-2", "--since", "2026-11-10")
    by_the_centre = kvitok("pay", "1000", "1")

    assert ("от", "2026-09", "penalty_payment", "0.70") in parts(by_own_rule)
    assert {kind for _, _, kind, _ in parts(by_the_centre)} == {"payment"}


def test_a_set_off_is_shown_made_and_undone(kvitok: Command, payers: Payers) -> None:
    payers.owe("1000", Period(2026, 6), {"хвс": -3_000}, kind=3)
    before = payers.balance_kop("1000")

    dry = kvitok("setoff", "--dry-run", "--period", "2026-11")
    done = kvitok("setoff", "--account", "1000", "--period", "2026-11")
    again = kvitok("setoff", "--period", "2026-11")
    undone = kvitok("setoff", "--undo", done["setoff"], "--reason", "не то")
    shown = kvitok("setoff", "--period", "2026-11", text=True)

    assert (dry["setoff"], dry["amount"], dry["accounts"]) == (None, "30.00", 1)
    assert dry["moves"] == done["moves"]
    assert (done["amount"], again["setoff"], undone["amount"]) == ("30.00", None, "30.00")
    assert payers.balance_kop("1000") == before
    assert "Зачтено 30,00 ₽" in shown
    assert "долг покрыт, деньги от 01.06.2026" in shown


def test_a_set_off_says_which_penalties_it_saves(kvitok: Command, payers: Payers) -> None:
    # 1 000,00 of July due 17.08 (the 15th is a Saturday); days 31…44 by 30.09 at 1/300 of 9.5 %.
    payers.owe("1001", Period(2026, 7), {"хвс": 100_000})
    payers.owe("1001", Period(2026, 6), {"хвс": -100_000}, kind=3)

    dry = kvitok("setoff", "--account", "1001", "--dry-run", "--period", "2026-09")

    assert dry["saved"] == {
        "on": "2026-09-30", "without": "4.43", "with": "0.00", "saved": "4.43",
        "accounts": [{"account": "1001", "saved": "4.43"}],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("pay", "1000", "10", "--service", "газ"), "«газ» на счёте 1000 нет"),
        (("pay", "1000", "10", "--contract", "Г-7"), "«Г-7»"),
        (("pay", "1000", "10", "--advance"), "назовите услугу"),
        (("pay", "1000", "10", "--split", "хвс:В-1:2026-10:10"), "Укажите причину"),
        (("pay", "1000", "10", "--split", "хвс:2026-10:10", "--reason", "х"), "не часть платежа"),
        (("pay", "1000", "10", "--split", "хвс:В-1:2026-10:9", "--reason", "х"), "Части дают"),
        (("pay", "1000", "30", "--split", "хвс:В-1:2026-10:30", "--reason", "х"), "долга 20,00"),
        (("pay", "1000", "10", "--split", "газ:В-1:2026-10:10", "--reason", "х"), "«газ»"),
        (("pay", "1000", "10", "--split", "хвс:В-1:2026-13:10", "--reason", "х"), "не период"),
        (("pay", "1000", "10", "--split", "а", "--service", "хвс"), "что-то одно"),
        (("explain-payment", str(uuid7())), "нет"),
        (("setoff", "--account", "4321"), "4321"),
        (("setoff", "--between", "везде"), "у получателя"),
        (("setoff", "--undo", str(uuid7()), "--reason", "х"), "нет"),
        (("setoff", "--undo", "пять", "--reason", "х"), "не ключ"),
        (("setoff", "--undo", str(uuid7()), "--dry-run"), "целиком"),
        (("allocation-rule", "распределение.цвет", "да", "--contract", "В-1"), "не настройка"),
        (("allocation-rule", "распределение.пени", "вдруг", "--contract", "В-1"), "Можно: в конце"),
        (("allocation-rule", "распределение.пени", "в конце"), "что-то одно"),
        (("allocation-rule", "распределение.пени", "в конце", "--contract", "Ъ"), "№ Ъ нет"),
        (("allocation-rule", "распределение.пени", "в конце", "--creditor", "ъ"), "«ъ» нет"),
    ],
)
def test_bad_input_is_a_sentence_and_changes_nothing(
    kvitok: Command, payers: Payers, words: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(AppError, match=sentence):
        kvitok(*words)

    assert payers.payments("1000") == []
    assert payers.balance_kop("1000") == 9_000
    assert payers.run("select count(*) from app.allocation_rule") == [(0,)]
