"""report: what it answers, what it writes, how it refuses."""

import json
import re
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from openpyxl import load_workbook

NAMES = ("turnover", "ageing", "collection", "debtors", "payments", "charges")


@pytest.fixture
def charged(stock, kvitok):
    """Two months charged, the first closed, one account paid."""
    kvitok("charge", "2026-09")
    kvitok("close", "2026-09")
    kvitok("charge", "2026-10")
    number = stock.run("select number from app.account order by number")[0][0]
    kvitok("pay", number, "100.00", "--date", "2026-10-12")
    return number


def answer(kvitok, *arguments: str) -> dict:
    status, out, said = kvitok("report", *arguments, "--json")
    assert (status, said) == (0, "")
    return json.loads(out)


def kop(text: str) -> int:
    return int(text.replace(".", ""))


def test_a_turnover_sheet_is_what_the_balance_of_the_account_says(charged, kvitok):
    report = answer(kvitok, "turnover", "--by", "account", "--from", "2026-10", "--to", "2026-10")

    _, out, _ = kvitok("balance", charged, "--on", "2026-10-31", "--json")
    balance = json.loads(out)
    (row,) = [row for row in report["rows"] if row["account"] == charged]
    for name in ("opening", "charged", "adjusted", "penalty", "paid", "closing"):
        assert row[name] == balance[name]


def test_subtotals_sum_to_the_total_in_any_order(charged, kvitok):
    for by in ("service,house", "house,service", "period,origin,creditor"):
        report = answer(kvitok, "turnover", "--by", by, "--from", "2026-09", "--to", "2026-10")

        top = [row for row in report["rows"] if row["level"] == 1]
        paid = sum(kop(row["paid"]) for row in top)
        assert report["by"] == by.split(",")
        assert paid == kop(report["total"]["paid"]) == 100_00


def test_a_report_of_one_house_and_service(charged, kvitok, stock):
    house, service = stock.run("select house.code, service.code from app.house, app.service"
                               " order by 1, 2 limit 1")[0]  # fmt: skip
    report = answer(
        kvitok, "charges", "--by", "house,service", "--house", house, "--service", service
    )

    assert {row["house"] for row in report["rows"]} <= {house}
    assert {row.get("service") for row in report["rows"] if row["level"] == 2} <= {service}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("suffix", ["pdf", "xlsx"])
def test_every_report_is_written(charged, kvitok, tmp_path: Path, name: str, suffix: str):
    path = tmp_path / f"{name}.{suffix}"

    report = answer(kvitok, name, "--from", "2026-09", "--to", "2026-10", "--out", str(path))

    assert report["out"] == str(path)
    if suffix == "xlsx":
        cells = [cell.value for row in load_workbook(path).active.rows for cell in row]
        assert "Итого" in cells
    else:
        document = pdfium.PdfDocument(path)
        text = document[0].get_textpage().get_text_range()
        document.close()
        assert "Итого" in text
        assert re.search(r"стр\. 1 из \d", text)


def test_without_a_file_it_is_told_in_words(charged, kvitok):
    status, out, _ = kvitok("report", "turnover")

    assert status == 0
    assert "Оборотная ведомость" in out
    assert "Итого: входящее" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("turnover", "--by", "service,weather"), "Группировки «weather» нет"),
        (("turnover", "--by", "service,service"), "названо дважды"),
        (("turnover", "--by", "service,house,period,origin,agent,channel"), "не больше 5"),
        (("ageing", "--by", "channel"), "Долг не делится"),
        (("collection", "--by", "origin"), "и так идёт по месяцам"),
        (("turnover", "--from", "2026-10", "--to", "2026-09"), "кончается раньше"),
        (("turnover", "--from", "October"), "не период"),
        (("turnover", "--out", "sheet.docx"), ".pdf или .xlsx"),
        (("turnover", "--out", "/no/such/folder/sheet.pdf"), "Создайте её"),
        (("debtors", "--min", "lots"), "не сумма"),
        (("ageing", "--on", "31.10.2026"), "не дата"),
    ],
)  # fmt: skip
def test_a_wish_that_means_nothing_is_refused(stock, kvitok, arguments, said):
    status, out, told = kvitok("report", *arguments)

    assert (status, out) == (2, "")
    assert said in told


def test_empty_books_have_an_empty_report(stock, kvitok):
    report = answer(kvitok, "turnover", "--by", "service,house")

    assert report["rows"] == []
    assert set(report["total"].values()) == {"0.00"}
