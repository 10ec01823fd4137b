"""review, differences: a run is looked at before it counts."""

import json

import pytest

from tests.fixtures.charge_stock import Stock
from tests.fixtures.charge_towns import grown_town


@pytest.fixture
def charged(engine, kvitok):
    stock = Stock(engine, grown_town()).write()
    kvitok("charge", "2026-09", "--json")
    return stock


def document(answer: tuple[int, str, str]):
    status, out, err = answer
    assert (status, err) == (0, "")
    return json.loads(out)


def test_a_run_for_review_counts_when_it_is_posted(charged, kvitok):
    run = document(kvitok("charge", "2026-10", "--review", "--json"))
    account = grown_town().accounts[0].number
    before = document(kvitok("charges", account, "2026-10", "--json"))
    seen = document(kvitok("review", "2026-10", "--json"))
    approved = document(kvitok("review", "2026-10", "--approve", "--reason", "рост", "--json"))
    posted = document(kvitok("review", "2026-10", "--post", "--json"))
    after = document(kvitok("charges", account, "2026-10", "--json"))

    accounts = len(grown_town().accounts)
    assert run["doubts"] == 2 * accounts
    assert before == []
    assert {(one["reason"], one["service"], one["decision"]) for one in seen["groups"]} == {
        ("jump", "ЛИФТ", "open"), ("zero", "ДОМОФОН", "open"),
    }  # fmt: skip
    assert approved["decided"] == accounts
    assert (posted["posted"], posted["held"]) == (True, accounts)
    assert "ЛИФТ" in {line["service"] for line in after}
    assert "ДОМОФОН" not in {line["service"] for line in after}


def test_doubts_are_listed_one_by_one(charged, kvitok):
    kvitok("charge", "2026-10", "--review", "--json")

    seen = document(kvitok("review", "2026-10", "--list", "--service", "ЛИФТ", "--json"))

    assert len(seen["doubts"]) == len(grown_town().accounts)
    assert all(float(one["amount"]) > float(one["before"]) for one in seen["doubts"])


def test_charging_again_says_that_the_run_waits(charged, kvitok):
    kvitok("charge", "2026-10", "--review", "--json")

    status, _, err = kvitok("charge", "2026-10")
    dropped = document(kvitok("charge", "2026-10", "--drop", "--json"))

    assert status == 2
    assert "ждёт разбора" in err
    assert dropped["dropped"] == 1


def test_without_a_run_there_is_nothing_to_review(charged, kvitok):
    status, _, err = kvitok("review", "2026-10")

    assert status == 2
    assert "kvitok charge 2026-10 --review" in err


def test_differences_are_told_by_service_and_cause(charged, kvitok):
    document(kvitok("charge", "2026-10", "--json"))

    rows = document(kvitok("differences", "2026-10", "--json"))

    assert ("ТКОМ", "price") in {(one["service"], one["cause"]) for one in rows}
    assert all(one["difference"] != "0.00" for one in rows)


def test_of_a_month_not_charged_there_are_no_differences(charged, kvitok):
    status, _, err = kvitok("differences", "2026-10")

    assert status == 2
    assert "ничего не начислено" in err
