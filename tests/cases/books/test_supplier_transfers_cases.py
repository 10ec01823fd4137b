"""Worked examples of transfers: supplier_transfers.toml of this folder, one case one test."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.domain import money
from app.store.engine import Engine
from tests.fixtures.transfers import SEPTEMBER, Suppliers, supply

CASES = tomllib.loads(
    (Path(__file__).parent / "supplier_transfers.toml").read_text(encoding="utf-8")
)["case"]


def ppm(percent: str) -> int:
    return int(Decimal(percent) * 10_000)


def perform(suppliers: Suppliers, one: dict[str, Any]) -> None:  # noqa: C901  # a word, an act
    match one["act"]:
        case "paid":
            suppliers.pay(
                one["account"], one["amount"], on=one["on"], channel=one.get("channel"),
                agent=one.get("agent"),
            )  # fmt: skip
        case "credited":
            assert suppliers.credit(suppliers.payments[-1], one["on"])
        case "undone":
            suppliers.undo(suppliers.payments[one["payment"] - 1])
        case "given_back":
            kop = money.kopecks(one["amount"])
            suppliers.payers.owe(one["account"], SEPTEMBER, {"хвс": kop}, kind=22)
        case "set":
            suppliers.parameter(one["code"], one["value"])
        case "rule":
            suppliers.rule(
                rate_ppm=ppm(one["rate"]), payer=one["payer"],
                min_kop=money.kopecks(one.get("min", "0")),
            )  # fmt: skip
        case "terms":
            suppliers.terms(one["contract"], agents=one["agents"], fee_ppm=ppm(one.get("fee", "0")))
        case "due":
            assert suppliers.due(one["on"]) == one["going"]
        case "sent":
            posted = suppliers.send(one["on"])
            assert {
                sent.contract: money.rubles(sent.amount_kop) for sent in posted.transfers
            } == one["going"]
        case "undone_transfer":
            suppliers.undo_transfer(suppliers.sent[one["contract"]])
        case other:
            raise AssertionError(other)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_case_of_transfers(engine: Engine, case: dict[str, Any]) -> None:
    suppliers = supply(engine)
    assert case["law"]

    for one in case["acts"]:
        perform(suppliers, one)
