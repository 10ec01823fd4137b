"""recalculate, recalculate-ban: the lines of interface.md §2, the queue, the preview, the ban."""

import json

import pytest

from tests.fixtures.charge_stock import Stock, key
from tests.fixtures.recalculated_towns import NOVEMBER, town_of_months


@pytest.fixture
def stock(engine, kvitok) -> Stock:
    made = Stock(engine, town_of_months([NOVEMBER], houses=1, flats=2)).write()
    for month in ("2026-10", "2026-11"):
        assert kvitok("charge", month)[0] == 0
    made.run("update app.tariff set price_mcr = price_mcr + 10000000 where service_id = %s",
             key("service", "СОД"))  # fmt: skip
    return made


def document(answer: tuple[int, str, str]):
    status, out, err = answer
    assert (status, err) == (0, "")
    return json.loads(out)


def test_the_lines_posted_are_the_lines_of_the_account(stock, kvitok):
    told = document(kvitok("recalculate", "010021", "--from", "2026-10", "--preview", "--json"))
    lines = document(
        kvitok("recalculate", "010021", "--from", "10.2026", "--reason", "приказ № 3", "--json")
    )
    month = document(kvitok("charges", "010021", "2026-11", "--json"))

    assert [(line["period"], line["origin_period"], line["kind"]) for line in lines] == [
        ("2026-11", "2026-10", "recalculation")
    ]
    assert lines[0]["method"] == "AREA"
    assert "приказ № 3" in lines[0]["basis"]
    assert "за 10.2026 было" in lines[0]["basis"]
    assert lines[0] in month
    assert [one["amount"] for one in told] == [lines[0]["amount"]]
    assert document(kvitok("recalculate", "010021", "--from", "2026-10", "--json")) == []


def test_the_queue_names_the_reason_and_is_posted_whole(stock, kvitok):
    waiting = document(kvitok("recalculate", "--queue", "--json"))
    lines = document(kvitok("recalculate", "--all", "--json"))

    assert {one["reason"] for one in waiting} == {"изменён тариф: СОД"}
    assert {line["account"] for line in lines} == {one["account"] for one in waiting}
    after = document(kvitok("recalculate", "--queue", "--json"))
    assert {one["from"] for one in after} == {"2026-11"}


def test_a_banned_month_is_told_and_left(stock, kvitok):
    kvitok("recalculate-ban", "010021", "--from", "2026-10", "--to", "2026-10", "--reason", "суд")

    status, out, err = kvitok("recalculate", "010021", "--from", "2026-10", "--json")

    assert (status, json.loads(out)) == (0, [])
    assert "010021: 10.2026 не пересчитан" in err
    assert "суд" in err
    lifted = kvitok("recalculate-ban", "010021", "--from", "2026-10", "--reason", "снят", "--lift")
    assert lifted[0] == 0
    assert len(document(kvitok("recalculate", "010021", "--from", "2026-10", "--json"))) == 1


def test_people_are_told_what_was_and_became(stock, kvitok):
    _, preview, _ = kvitok("recalculate", "--house", "Д01", "--from", "2026-10", "--preview")
    _, posted, _ = kvitok("recalculate", "--house", "Д01", "--from", "2026-10")
    _, again, _ = kvitok("recalculate", "--house", "Д01", "--from", "2026-10")
    _, queue, _ = kvitok("recalculate", "--queue")

    assert "Ничего не проведено" in preview
    assert "Проведено в 11.2026: строк 3" in posted
    assert "Ничего не меняется" in again
    assert "изменён тариф: СОД" in queue


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "кого пересчитать"),
        (("010021",), "с какого месяца"),
        (("010021", "--all"), "--all"),
        (("999", "--from", "2026-10"), "999"),
        (("010021", "--from", "2026-11"), "начисляют заново"),
    ],
)
def test_an_unclear_wish_is_refused(stock, kvitok, arguments, sentence):
    status, out, err = kvitok("recalculate", *arguments)

    assert (status, out) == (2, "")
    assert sentence in err
