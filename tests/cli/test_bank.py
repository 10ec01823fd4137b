import argparse
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from uuid_utils.compat import uuid7

from app.cli import bank, commissions, reports
from app.cli.commissions import NoSuchChannel
from app.cli.context import Context, Verbs
from app.cli.typed import NotADay, NotAKey
from app.domain.commission import NoCommission
from app.exchange.client_bank_reading import read
from app.exchange.client_bank_writing import NoBankDetails
from app.operations.bank_reports import NoAgentNamed, NothingToReconcile
from app.store.commissions import NoSuchAgent
from app.store.engine import Engine
from tests.fixtures.payers import AT
from tests.fixtures.transfers import Suppliers, supply

Command = Callable[..., Any]


@pytest.fixture
def suppliers(engine: Engine) -> Suppliers:
    made = supply(engine)
    made.centre()
    made.bank_details("вдк", "тпл")
    return made


@pytest.fixture
def kvitok(suppliers: Suppliers, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a verb on the test database; --json gives the document."""

    def run(*words: str, text: bool = False) -> Any:
        parser = argparse.ArgumentParser()
        verbs = Verbs(parser)
        for module in (bank, commissions, reports):
            module.add_to(verbs)
        arguments = parser.parse_args([*words, "--actor", "Петрова", *([] if text else ["--json"])])
        context = Context(arguments, at=AT, _opened=SimpleNamespace(engine=suppliers.engine))  # type: ignore[arg-type]  # only its engine is asked for
        assert context.arguments.run(context) == 0
        printed = capsys.readouterr().out
        return printed if text else json.loads(printed)

    return run


def test_transfers_tell_what_is_due_and_change_nothing(
    suppliers: Suppliers, kvitok: Command
) -> None:
    suppliers.pay("1003", "20000.00", on="2026-11-10")
    suppliers.pay("1000", "100.00", on="2026-11-11")

    told = kvitok("transfers", "--on", "2026-11-12")

    assert [{name: one[name] for name in list(one)[:4]} for one in told] == [
        {"contract": "В-1", "supplier": "вдк", "amount": "15100.00", "payments": 2},
        {"contract": "Т-2", "supplier": "тпл", "amount": "5000.00", "payments": 1},
    ]
    assert kvitok("transfers", "--on", "2026-11-12") == told
    assert kvitok("transfers", "--on", "2026-11-14") == []
    assert "день отдыха" in kvitok("transfers", "--on", "2026-11-14", text=True)


def test_orders_are_written_for_the_bank_and_posted_once(
    suppliers: Suppliers, kvitok: Command, tmp_path: Path
) -> None:
    suppliers.rule(rate_ppm=10_000)
    suppliers.pay("1003", "20000.00", on="2026-11-10", agent="вдк")
    out, key = tmp_path / "orders.txt", str(uuid7())

    posted = kvitok("transfers", "--on", "2026-11-12", "--post", "--out", str(out), "--key", key)
    first = out.read_bytes()
    again = kvitok("transfers", "--on", "2026-11-12", "--post", "--out", str(out), "--key", key)

    assert again == posted
    assert [(one["number"], one["amount"], one["withheld"]) for one in posted] == [
        (1, "14850.00", "150.00"), (2, "4950.00", "50.00"),
    ]  # fmt: skip
    found = read(first)
    assert found.problems == ()
    assert out.read_bytes() == first
    assert [
        (one.number, one.amount_kop, one.fields["Получатель1"]) for one in found.file.documents
    ] == [("1", 1_485_000, "Водоканал"), ("2", 495_000, "Теплосеть")]
    purpose = found.file.documents[0].purpose
    assert "по договору N В-1, удержана комиссия 150-00. Сумма 14850-00" in purpose
    assert len(purpose) <= 210
    assert kvitok("transfers", "--on", "2026-11-12") == []


def test_orders_before_posting_have_the_numbers_posting_would_give(
    suppliers: Suppliers, kvitok: Command, tmp_path: Path
) -> None:
    suppliers.pay("1000", "20000.00", on="2026-11-10")
    kvitok("transfers", "--on", "2026-11-11", "--post")
    suppliers.pay("1000", "30000.00", on="2026-11-11")
    out = tmp_path / "orders.txt"

    kvitok("transfers", "--on", "2026-11-12", "--out", str(out))

    assert [one.number for one in read(out.read_bytes()).file.documents] == ["2"]


def test_a_payee_without_an_account_stops_it_before_anything_is_posted(
    suppliers: Suppliers, kvitok: Command, tmp_path: Path
) -> None:
    suppliers.payers.run(
        "update app.organisation_version set bank_account = null, bic = null from app.organisation"
        " where organisation.id = organisation_id and code = 'тпл'"
    )
    suppliers.pay("1003", "20000.00", on="2026-11-10")
    out = tmp_path / "orders.txt"

    with pytest.raises(NoBankDetails, match="«Теплосеть» нет расчётного счёта"):
        kvitok("transfers", "--on", "2026-11-12", "--post", "--out", str(out))

    assert not out.exists()
    assert len(kvitok("transfers", "--on", "2026-11-12")) == 2


def test_the_account_of_a_contract_goes_before_the_suppliers(
    suppliers: Suppliers, kvitok: Command, tmp_path: Path
) -> None:
    suppliers.payers.run(
        "update app.contract set bank_account = '40821810000000000077', bic = '044525225',"
        " bank_name = 'Другой банк', corr_account = '30101810400000000225' where number = 'В-1'"
    )
    suppliers.pay("1000", "20000.00", on="2026-11-10")

    kvitok("transfers", "--on", "2026-11-12", "--out", str(tmp_path / "o.txt"))

    (order,) = read((tmp_path / "o.txt").read_bytes()).file.documents
    assert order.fields["ПолучательРасчСчет"] == "40821810000000000077"
    assert order.fields["ПолучательБИК"] == "044525225"


def test_a_transfer_is_undone(suppliers: Suppliers, kvitok: Command) -> None:
    suppliers.pay("1000", "20000.00", on="2026-11-10")
    (sent,) = kvitok("transfers", "--on", "2026-11-12", "--post")

    undone = kvitok("transfers", "--undo", sent["transfer"], "--reason", "вернул банк")

    assert undone["undone"] == sent["transfer"]
    assert [one["amount"] for one in kvitok("transfers", "--on", "2026-11-12")] == ["20000.00"]


def test_commission_of_an_amount_in_the_shape_of_the_contract(
    suppliers: Suppliers, kvitok: Command
) -> None:
    suppliers.rule(rate_ppm=15_000, payer="payer", min_kop=3_000)
    suppliers.rule(rate_ppm=20_000, payer="supplier", channel="card")

    plain = kvitok("commission", "10000.00", "--agent", "вдк", "--on", "2026-11-12")
    card = kvitok("commission", "10000", "--agent", "вдк", "--channel", "карта")
    back = kvitok("commission", "1000.00", "--agent", "вдк", "--inverse")

    assert list(plain)[:4] == ["amount", "commission", "total", "transferred"]
    assert list(plain.values())[:4] == ["10000.00", "150.00", "10150.00", "10000.00"]
    assert list(card.values())[:4] == ["10000.00", "200.00", "10000.00", "9800.00"]
    assert (back["amount"], back["total"], back["rest"]) == ("970.00", "1000.00", "0.00")
    assert "не меньше 30,00 ₽" in back["why"]
    said = kvitok("commission", "1000.00", "--agent", "вдк", "--inverse", text=True)
    assert "на счёт пойдёт 970,00 ₽" in said


def test_tiers_by_turnover_count_what_the_agent_brought(
    suppliers: Suppliers, kvitok: Command
) -> None:
    suppliers.rule(kind="turnover", payer="centre", rate_ppm=20_000, to_kop=1_000_000)
    suppliers.rule(kind="turnover", payer="centre", rate_ppm=10_000, from_kop=1_000_000)
    suppliers.pay("1000", "9900.00", on="2026-11-10", agent="вдк")

    assert [
        kvitok("commission", "100", "--agent", "вдк", "--on", day)["commission"]
        for day in ("2026-11-10", "2026-11-12", "2026-12-01")
    ] == ["2.00", "1.00", "2.00"]


@pytest.mark.parametrize(
    ("words", "kind", "told"),
    [
        (("commission", "1", "--agent", "нет такого"), NoSuchAgent, "нет такого"),
        (("commission", "1", "--agent", "вдк"), NoCommission, "нет правила"),
        (("commission", "1", "--agent", "вдк", "--channel", "голубь"), NoSuchChannel, "голубь"),
        (("commission", "1", "--agent", "вдк", "--on", "вчера"), NotADay, "вчера"),
        (("transfers", "--on", "12.11.2026"), NotADay, "не дата"),
        (("transfers", "--undo", "первое"), NotAKey, "первое"),
        (("report", "agent"), NoAgentNamed, "--agent"),
        (("report", "agent", "--agent", "нет"), NoSuchAgent, "«нет»"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(
    kvitok: Command, words: tuple[str, ...], kind: type[Exception], told: str
) -> None:
    with pytest.raises(kind, match=told):
        kvitok(*words)


def test_registry_of_transfers_by_service_house_and_agent(
    suppliers: Suppliers, kvitok: Command, tmp_path: Path
) -> None:
    suppliers.rule(rate_ppm=10_000)
    suppliers.pay("1003", "20000.00", on="2026-11-10", agent="вдк")
    suppliers.pay("1000", "5000.00", on="2026-11-10")
    kvitok("transfers", "--on", "2026-11-12", "--post")

    told = kvitok("report", "transfers", "--on", "2026-11-12")

    assert [
        (one["level"], one["label"], one["payments"], one["received"], one["amount"])
        for one in told["rows"]
    ] == [
        (1, "№ 1 от 12.11.2026, В-1, Водоканал", 2, "20000.00", "19850.00"),
        (2, "Вода", 2, "20000.00", None),
        (3, "ул. Крауля, 53", 2, "20000.00", None),
        (4, "без агента", 1, "5000.00", None),
        (4, "Водоканал", 1, "15000.00", None),
        (1, "№ 2 от 12.11.2026, Т-2, Теплосеть", 1, "5000.00", "4950.00"),
        (2, "Тепло", 1, "5000.00", None),
        (3, "ул. Крауля, 53", 1, "5000.00", None),
        (4, "Водоканал", 1, "5000.00", None),
    ]
    assert told["total"] == {
        "payments": 3, "received": "25000.00", "withheld": "200.00", "amount": "24800.00",
    }  # fmt: skip
    kvitok("report", "transfers", "--on", "2026-11-12", "--out", str(tmp_path / "r.pdf"))
    assert "Реестр перечислений" in PdfReader(tmp_path / "r.pdf").pages[0].extract_text()


def test_what_remains_to_be_transferred(suppliers: Suppliers, kvitok: Command) -> None:
    suppliers.pay("1003", "8000.00", on="2026-11-10")

    told = kvitok("report", "remaining", "--on", "2026-11-12")

    assert [
        (one["label"], one["amount"], one["since"], one["deadline"], one["state"])
        for one in told["rows"]
    ] == [
        ("В-1, Водоканал", "6000.00", "2026-11-10", "2026-11-17",
         "перечисляется: 5 000 ₽ и больше"),
        ("Т-2, Теплосеть", "2000.00", "2026-11-10", "2026-11-17", "копится"),
    ]  # fmt: skip
    assert told["total"]["amount"] == "8000.00"


def test_reconciliation_adds_up_as_table_and_as_act(
    suppliers: Suppliers, kvitok: Command, tmp_path: Path
) -> None:
    suppliers.pay("1000", "20000.00", on="2026-10-12")
    suppliers.pay("1000", "1000.00", on="2026-11-10")
    kvitok("transfers", "--on", "2026-11-10", "--post")
    asked = ("report", "reconciliation", "--from", "2026-09", "--to", "2026-11", "--contract")

    told = kvitok(*asked, "В-1")
    kvitok(*asked, "В-1", "--out", str(tmp_path / "act.pdf"))
    kvitok(*asked, "В-1", "--out", str(tmp_path / "act.xlsx"))

    named = ("opening", "charged", "received", "transferred", "withheld", "closing")
    assert [[one[name] for name in named] for one in told["rows"]] == [
        ["0.00", "1750000.00", "21000.00", "20000.00", "0.00", "1000.00"],
        ["0.00", "1750000.00", "0.00", "0.00", "0.00", "0.00"],
        ["0.00", "0.00", "20000.00", "0.00", "0.00", "20000.00"],
        ["20000.00", "0.00", "1000.00", "20000.00", "0.00", "1000.00"],
    ]
    text = PdfReader(tmp_path / "act.pdf").pages[0].extract_text().replace("\u202f", " ")
    for words in ("Акт сверки", "Водоканал", "центр должен поставщику 1 000,00", "№ 1 от 10.11"):
        assert words in text.replace("\u00a0", " ")
    cells = [cell.value for row in load_workbook(tmp_path / "act.xlsx").active for cell in row]
    assert 20000 in cells

    with pytest.raises(NothingToReconcile, match="сверять нечего"):
        kvitok(*asked, "нет", "--out", str(tmp_path / "no.pdf"))


def test_the_report_of_an_agent_by_channel(suppliers: Suppliers, kvitok: Command) -> None:
    suppliers.rule(rate_ppm=20_000, with_vat=True)
    paid = [
        suppliers.pay("1000", amount, on="2026-11-10", agent="вдк")
        for amount in ("1000.00", "500.00", "300.00")
    ]
    suppliers.pay("1000", "100.00", on="2026-11-11", agent="вдк", channel="cabinet")
    suppliers.pay("1000", "900.00", on="2026-12-01", agent="вдк")
    suppliers.undo(paid[2])

    told = kvitok("report", "agent", "--agent", "вдк", "--from", "2026-11", "--to", "2026-11")

    named = ("label", "payments", "amount", "commission", "withheld", "vat")
    assert [[one[name] for name in named] for one in told["rows"]] == [
        ["Водоканал", 3, "1600.00", "32.00", "32.00", "5.77"],
        ["агент", 2, "1500.00", "30.00", "30.00", "5.41"],
        ["кабинет", 1, "100.00", "2.00", "2.00", "0.36"],
    ]
