"""charge, charges, explain: the shapes of interface.md §2, and sentences for people."""

import json

import pytest

from tests.fixtures.charge_stock import key

LINE = {
    "account", "period", "origin_period", "service", "contract", "supplier", "provider",
    "component", "zone", "kind", "method", "volume", "unit", "price", "amount", "law", "basis",
}  # fmt: skip


def document(answer: tuple[int, str, str]):
    status, out, err = answer
    assert (status, err) == (0, "")
    return json.loads(out)


def test_a_run_and_its_lines_in_json(stock, kvitok):
    run = document(kvitok("charge", "2026-10", "--json"))
    lines = document(kvitok("charges", "010021", "10.2026", "--json"))
    everybody = [document(kvitok("charges", number, "2026-10", "--json"))
                 for number in ("010011", "010012", "020011", "020012", "020021")]  # fmt: skip

    assert set(run) == {"period", "accounts", "lines", "amount", "problems", "seconds",
                        "fingerprint", "run"}  # fmt: skip
    assert (run["period"], run["accounts"], run["problems"]) == ("2026-10", 6, [])
    assert all(set(line) == LINE for line in lines)
    kopecks = sum(int(line["amount"].replace(".", "")) for part in [lines, *everybody]
                  for line in part)  # fmt: skip
    assert kopecks == int(run["amount"].replace(".", ""))
    assert run["lines"] == sum(map(len, [lines, *everybody]))


def test_a_line_is_explained_with_the_numbers_put_in(stock, kvitok):
    document(kvitok("charge", "2026-10", "--json"))

    lines = document(kvitok("explain", "010021", "2026-10", "СОД", "--json"))

    assert len(lines) == 1
    assert set(lines[0]) == LINE | {"steps"}
    assert lines[0]["basis"] == (
        "СОД: по площади помещения (ЖК РФ, ст. 155, 158, 169): 43,24 м2 × 31,27 ₽ = "
        "1\u202f352,11 ₽; плата установлена за 1 м2."
    )
    assert lines[0]["volume"] == "43.24"
    assert lines[0]["price"] == "31.27"
    assert lines[0]["amount"] == "1352.11"


def test_a_person_is_told_totals_and_problems(stock, kvitok):
    stock.run("delete from app.tariff where service_id = %s", key("service", "ЛИФТ"))

    status, out, err = kvitok("charge", "2026-10", "--house", "Д01")

    assert status == 0
    assert "Начислено за 10.2026: счетов 3" in out
    assert "Замечаний: 3" in out
    assert err.count("цены на этот месяц нет") == 3


@pytest.mark.parametrize(("arguments", "words"), [
    (("charge", "2026-13"), "не период"),
    (("charge", "2026-10", "--house", "нет"), "Дома с кодом нет нет"),
    (("charge", "2026-10", "--account", "999"), "Лицевого счёта 999 нет"),
    (("charges", "999", "2026-10"), "Лицевого счёта 999 нет"),
])  # fmt: skip
def test_what_is_not_there_is_refused_in_a_sentence(stock, kvitok, arguments, words):
    status, out, err = kvitok(*arguments)

    assert (status, out) == (2, "")
    assert words in err


def test_a_closed_period_is_refused(stock, kvitok):
    document(kvitok("charge", "2026-10", "--json"))
    stock.run("update app.period set state = 'closed', closed_at = now()")

    status, out, err = kvitok("charge", "2026-10", "--json")

    assert (status, out) == (2, "")
    assert "закрыт" in err


def test_unfinished_runs_are_dropped_when_asked(stock, kvitok):
    assert document(kvitok("charge", "2026-10", "--drop", "--json")) == {
        "period": "2026-10", "dropped": 0,
    }  # fmt: skip


def test_a_justification_is_handed_out_as_a_paper(stock, kvitok, tmp_path):
    document(kvitok("charge", "2026-10", "--json"))
    out = tmp_path / "обоснование.pdf"

    status, _, err = kvitok("explain", "010021", "2026-10", "--out", str(out))

    assert status == 0
    assert "Обоснование записано" in err
    assert out.read_bytes().startswith(b"%PDF")


def test_nothing_charged_is_nothing_to_hand_out(stock, kvitok, tmp_path):
    status, _, err = kvitok("explain", "010021", "2026-10", "--out", str(tmp_path / "a.pdf"))

    assert status == 2
    assert "обосновывать нечего" in err
    assert not (tmp_path / "a.pdf").exists()
