import argparse
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas
from uuid_utils.compat import uuid7

from app.cli import paying, scanning
from app.cli.context import Context, Verbs
from app.domain.period import Period
from app.errors import AppError
from app.reports import barcode
from app.store.engine import Engine
from tests.fixtures.desks import open_desk
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
    """Run a verb on the test database; --json gives the document."""

    def run(*words: str, text: bool = False) -> Any:
        parser = argparse.ArgumentParser()
        verbs = Verbs(parser)
        for module in (paying, scanning):
            module.add_to(verbs)
        arguments = parser.parse_args([*words, "--actor", "Петрова", *([] if text else ["--json"])])
        context = Context(arguments, at=AT, _opened=SimpleNamespace(engine=payers.engine))  # type: ignore[arg-type]  # only its engine is asked for
        assert context.arguments.run(context) == 0
        printed = capsys.readouterr().out
        return printed if text else json.loads(printed)

    return run


def test_pay_gives_the_allocation_and_balance_agrees(kvitok: Command) -> None:
    paid = kvitok("pay", "1000", "50.00", "--date", "2026-11-12", "--channel", "банк")
    after = kvitok("balance", "1000", "--on", "2026-11-30")

    assert {name: paid[name] for name in ("account", "amount", "change")} == {
        "account": "1000", "amount": "50.00", "change": None,
    }  # fmt: skip
    assert paid["allocation"] == [
        {"service": "хвс", "contract": "В-1", "origin_period": "2026-09", "kind": "payment",
         "amount": "10.00"},
        {"service": "хвс", "contract": "В-1", "origin_period": "2026-10", "kind": "payment",
         "amount": "10.00"},
        {"service": "от", "contract": "Т-2", "origin_period": "2026-10", "kind": "payment",
         "amount": "30.00"},
    ]  # fmt: skip
    assert after == {
        "account": "1000", "on": "2026-11-30", "opening": "90.00", "charged": "0.00",
        "adjusted": "0.00", "penalty": "0.00", "paid": "50.00", "closing": "40.00",
        "overdue": "40.00", "lines": [
            {"service": "хвс", "contract": "В-1", "origin_period": "2026-10",
             "principal": "10.00", "penalty": "0.00"},
            {"service": "от", "contract": "Т-2", "origin_period": "2026-10",
             "principal": "30.00", "penalty": "0.00"},
        ],
    }  # fmt: skip


def test_a_named_period_is_paid_first(kvitok: Command) -> None:
    paid = kvitok("pay", "1000", "80", "--date", "2026-11-12", "--period", "2026-10")

    assert {line["origin_period"] for line in paid["allocation"]} == {"2026-10"}


def test_reverse_gives_the_same_shape_with_the_opposite_sums(
    kvitok: Command, payers: Payers
) -> None:
    paid = kvitok("pay", "1000", "100", "--date", "2026-11-12")
    undone = kvitok("reverse", paid["payment"], "--reason", "не тот счёт")

    assert set(paid) <= set(undone)
    assert undone["reverses"] == paid["payment"]
    assert undone["amount"] == "-100.00"
    assert [line["amount"] for line in undone["allocation"]] == [
        f"-{line['amount']}" for line in paid["allocation"]
    ]
    assert payers.balance_kop("1000") == 9_000


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("pay", "1000", "0"), "больше нуля"),
        (("pay", "1000", "-5"), "больше нуля"),
        (("pay", "1000", "1.234"), "двух знаков"),
        (("pay", "9999", "1"), "9999 нет"),
        (("pay", "1000", "1", "--date", "12.11.2026"), "не дата"),
        (("pay", "1000", "1", "--channel", "почта"), "касса"),
        (("pay", "1000", "1", "--period", "2026-13"), "не период"),
        (("pay", "1000", "1", "--agent", "зз"), "«зз» нет"),
        (("reverse", "чек 5", "--reason", "х"), "не номер"),
        (("reverse", str(uuid7()), "--reason", "х"), "нет"),
        (("balance", "9999"), "9999 нет"),
        (("scan",), "Дайте содержимое"),
        (("scan", "--file", "нет такого.png"), "не читается"),
    ],
)
def test_bad_input_is_a_sentence_and_writes_nothing(
    kvitok: Command, payers: Payers, words: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(AppError, match=sentence):
        kvitok(*words)

    assert payers.payments("1000") == []


def test_people_read_tables_with_russian_words(kvitok: Command) -> None:
    paid = kvitok("pay", "1000", "100", "--date", "2026-11-12", text=True)
    shown = kvitok("balance", "1000", "--on", "2026-11-12", text=True)

    assert "Платёж проведён в 11.2026" in paid
    assert "аванс" in paid
    assert "Исходящее сальдо" in shown
    assert "−10,00" in shown


def test_a_typed_number_is_looked_up(kvitok: Command) -> None:
    known = kvitok("scan", "1000")
    closed = kvitok("scan", "2000")
    unknown = kvitok("scan", "4321")

    assert (known["level"], known["account"], known["warnings"]) == ("lookup", "1000", [])
    assert any("закрыт с 01.10.2026" in warning for warning in closed["warnings"])
    assert any("4321 нет" in warning for warning in unknown["warnings"])


def test_a_picture_is_read(kvitok: Command, tmp_path: Path) -> None:
    picture = tmp_path / "slip.png"
    code = (
        "ST00012|Name=Водоканал|PersonalAcc=40702810138250123017|BankName=БАНК|BIC=044525225"
        "|CorrespAcc=30101810400000000225|PersAcc=0001000|Sum=123456|PaymPeriod=102026"
    )
    matrix = barcode.qr(code.encode())
    bits = np.unpackbits(np.frombuffer(matrix.packed, np.uint8).reshape(matrix.modules, -1), axis=1)
    pixels = np.pad(bits[:, : matrix.modules] * 255, 4, constant_values=255).repeat(6, 0)
    Image.fromarray(pixels.repeat(6, 1).astype(np.uint8)).save(picture)

    found = kvitok("scan", "--file", str(picture))
    shown = kvitok("scan", "--file", str(picture), text=True)

    assert (found["level"], found["account"]) == ("lookup", "1000")
    assert (found["amount"], found["period"]) == ("1234.56", "2026-10")
    assert "1\u202f234,56 ₽" in shown


def test_a_picture_without_a_code_is_said_to_have_none(kvitok: Command, tmp_path: Path) -> None:
    blank = tmp_path / "blank.png"
    Image.new("L", (200, 200), 255).save(blank)

    with pytest.raises(AppError, match="кодов не видно"):
        kvitok("scan", "--file", str(blank))


def test_a_payment_is_undone_by_the_number_of_its_receipt(
    kvitok: Command, payers: Payers, tmp_path: Path
) -> None:
    desk = open_desk(payers.engine, tmp_path)
    with desk.journal() as journal:
        taken = desk.take(journal, desk.order("1000", 700))

    undone = kvitok("reverse", str(taken.receipt), "--reason", "ошибка")

    assert undone["reverses"] == str(taken.key)


def test_a_page_of_a_pdf_is_read_too(kvitok: Command, tmp_path: Path) -> None:
    page = tmp_path / "slip.pdf"
    canvas = Canvas(str(page))
    canvas.drawString(100, 500, "без кода")
    canvas.save()

    with pytest.raises(AppError, match="кодов не видно"):
        kvitok("scan", "--file", str(page))
