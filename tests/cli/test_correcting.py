"""correct: a line of interface.md, a sentence for a person, refusals by exit status."""

import json
import uuid


def test_a_correction_in_json(stock, kvitok):
    kvitok("charge", "2026-10", "--json")

    status, out, err = kvitok(
        "correct", "010021", "2026-10", "СОД", "Д-1", "-120.50", "--reason", "записка № 5", "--json"
    )

    assert (status, err) == (0, "")
    (line,) = json.loads(out)
    assert (line["kind"], line["method"], line["amount"]) == ("correction", "MANUAL", "-120.50")
    assert (line["account"], line["service"], line["contract"]) == ("010021", "СОД", "Д-1")
    assert "записка № 5" in line["basis"]


def test_the_same_key_corrects_once(stock, kvitok):
    kvitok("charge", "2026-10", "--json")
    asked = ("correct", "010021", "2026-10", "СОД", "Д-1", "10", "--reason", "записка",
             "--key", str(uuid.uuid4()))  # fmt: skip

    first, again = kvitok(*asked), kvitok(*asked)

    assert first[0] == again[0] == 0
    assert first[1].startswith("Проведено в 10.2026")
    assert again[1].startswith("Было проведено раньше в 10.2026")


def test_an_empty_reason_is_refused(stock, kvitok):
    status, out, err = kvitok("correct", "010021", "2026-10", "СОД", "Д-1", "10", "--reason", " ")

    assert (status, out) == (2, "")
    assert "Не указана причина" in err


def test_a_key_that_is_none_is_named(stock, kvitok):
    status, _, err = kvitok(
        "correct", "010021", "2026-10", "СОД", "Д-1", "10", "--reason", "з", "--key", "пять"
    )

    assert status == 2
    assert "«пять» не ключ документа" in err


def test_an_amount_taken_off_is_read_with_a_comma_too(stock, kvitok):
    kvitok("charge", "2026-10", "--json")

    status, out, err = kvitok(
        "correct", "010021", "2026-10", "СОД", "Д-1", "-120,50", "--reason", "записка № 5", "--json"
    )

    assert (status, err) == (0, "")
    assert [line["amount"] for line in json.loads(out)] == ["-120.50"]
