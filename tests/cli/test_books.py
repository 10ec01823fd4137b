"""close, verify, print: what they answer, and how they fail."""

import json
from pathlib import Path

import pytest

from app.cli import program
from app.reports import decoding


def test_a_month_is_closed_once_and_the_books_verify(stock, kvitok):
    kvitok("charge", "2026-10")

    status, out, _ = kvitok("close", "2026-10", "--json")
    again = kvitok("close", "10.2026")
    checked, books, _ = kvitok("verify", "--json")

    assert (status, json.loads(out)["state"]) == (0, "closed")
    assert json.loads(out)["balances"] > 0
    assert again[0] == 2
    assert "уже закрыт" in again[2]
    assert (checked, json.loads(books)["ok"]) == (0, True)
    assert all(check["rows"] == 0 for check in json.loads(books)["checks"])


def test_a_broken_book_ends_with_two_and_names_the_row(stock, kvitok):
    kvitok("charge", "2026-10")
    stock.run("update app.balance set moved_kop = moved_kop + 1 where charged_kop > 0")

    status, out, _ = kvitok("verify")

    assert status == 2
    assert "НАРУШЕНО  balance-equals-entries" in out
    assert "entries_kop=" in out


def test_a_run_whose_lines_are_not_its_houses_is_found(stock, kvitok):
    kvitok("charge", "2026-10")
    stock.run("update app.charge_run_house set lines = lines + 1")

    _, out, _ = kvitok("verify")

    assert "НАРУШЕНО  run-equals-its-houses" in out


def test_lines_of_nobody_are_found(stock, kvitok):
    kvitok("charge", "2026-10")
    stock.run("alter table app.entry_2026_10_r1 disable trigger user")
    stock.run("update app.entry_2026_10_r1 set service_id = gen_random_uuid() where line_no = 1")

    _, out, _ = kvitok("verify")

    assert "НАРУШЕНО  entries-name-known-things" in out


def test_documents_of_a_month_go_into_one_file(stock, kvitok, tmp_path: Path):
    kvitok("charge", "2026-10")

    status, out, _ = kvitok("print", "2026-10", "--out", str(tmp_path / "all.pdf"), "--json")

    answer = json.loads(out)
    assert status == 0
    assert answer["documents"] > 0
    assert answer["pages"] >= answer["documents"]
    codes = decoding.scan_pdf(tmp_path / "all.pdf", 0)
    assert "Code128" in {code.symbology for code in codes}


def test_one_account_alone_is_printed_into_a_folder(stock, kvitok, tmp_path: Path):
    kvitok("charge", "2026-10")

    _, out, _ = kvitok(
        "print", "2026-10", "--account", "010021", "--out", str(tmp_path / "papers"), "--json"
    )

    assert json.loads(out)["documents"] == 1
    assert len(list((tmp_path / "papers").glob("*.pdf"))) == 1


def test_nothing_to_print_is_said_and_leaves_no_file(stock, kvitok, tmp_path: Path):
    status, _, err = kvitok("print", "2026-10", "--out", str(tmp_path / "none.pdf"))

    assert status == 2
    assert "печатать нечего" in err
    assert not (tmp_path / "none.pdf").exists()


def test_a_place_that_cannot_be_written_is_an_outage(stock, kvitok, tmp_path: Path):
    kvitok("charge", "2026-10")
    (tmp_path / "file").write_text("", encoding="utf-8")

    status, _, err = kvitok("print", "2026-10", "--out", str(tmp_path / "file" / "x.pdf"))

    assert status == 3
    assert "Укажите другое место" in err


@pytest.mark.parametrize("verb", ["close", "print", "charge"])
def test_a_word_that_is_no_period_is_refused(stock, kvitok, verb):
    more = ("--out", "x.pdf") if verb == "print" else ()

    status, _, err = kvitok(verb, "2026-13", *more)

    assert status == 2
    assert "такого месяца нет" in err


def test_a_server_that_does_not_answer_is_an_outage(tmp_path, capsys):
    status = program.run(
        ["verify", "--database", "postgresql://nobody@127.0.0.1:9/none", "--data", str(tmp_path)]
    )

    assert status == 3
    assert "не отвечает" in capsys.readouterr().err


def test_settings_that_cannot_be_read_are_named(tmp_path, capsys):
    (tmp_path / "settings.toml").write_text("[desk]\nnumber = 'два'\n", encoding="utf-8")

    status = program.run(["verify", "--data", str(tmp_path)])

    assert status == 2
    assert "settings.toml" in capsys.readouterr().err


def test_an_unknown_section_of_the_settings_is_named(tmp_path, capsys):
    (tmp_path / "settings.toml").write_text("[kassa]\nnumber = 2\n", encoding="utf-8")

    status = program.run(["verify", "--data", str(tmp_path)])

    assert status == 2
    assert "kassa" in capsys.readouterr().err
