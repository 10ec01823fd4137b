"""Worked examples of balance transfers, to be followed by hand."""

import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.domain import balance_transfer, money, period
from app.domain.balance_transfer import Choice, Part, held_of
from app.store import law

CASES = Path(__file__).with_name("balance_transfers.toml")
Key = tuple[str, str, str, str]


def cases() -> list[Any]:
    told = tomllib.loads(CASES.read_text(encoding="utf-8"))["case"]
    return [pytest.param(case, id=case["name"]) for case in told]


def read(rows: list[list[str]]) -> tuple[Counter[Key], Counter[Key]]:
    principal, penalty = Counter[Key](), Counter[Key]()
    for *key, owed, fine in rows:
        principal[tuple(key)] = money.kopecks(owed)
        penalty[tuple(key)] = money.kopecks(fine)
    return principal, penalty


def moved(case: dict[str, Any]) -> tuple[Counter[Key], Counter[Key]]:
    order, before = case["order"], case["before"]
    principal, penalty = read(before)
    rows = sorted(
        (
            row
            for row in before
            if row[0] == order.get("from_account", row[0])
        ),
        key=lambda row: row[3],
    )  # fmt: skip
    services = sorted({row[1] for row in rows})
    on = date.fromisoformat(order.get("on", "2026-11-01"))
    terms = law.payment_terms()
    held = held_of(
        (0, services.index(row[1]), 0, origin := period.parse(row[3]), money.kopecks(row[4]),
         money.kopecks(row[5]), terms.is_time_barred(origin, on=on))
        for row in rows
    )  # fmt: skip
    parts = frozenset(map(Part, order["parts"])) if "parts" in order else (
        balance_transfer.parts_by_settings(
            order.get("settings", {}), is_same_creditor=order.get("same_creditor", False)
        )
    )  # fmt: skip
    named = order.get("services")
    found = balance_transfer.chosen(held, Choice(
        parts=parts,
        services=tuple(services.index(one) for one in named) if named else None,
        first=period.parse(order["first"]) if "first" in order else None,
        last=period.parse(order["last"]) if "last" in order else None,
        amount_kop=money.kopecks(order["amount"]) if "amount" in order else None,
    ))  # fmt: skip
    for at, is_penalty, amount in zip(
        found.row.tolist(), found.is_penalty.tolist(), found.amount_kop.tolist(), strict=True
    ):
        side = penalty if is_penalty else principal
        account, service, contract, origin = rows[at][:4]
        side[account, service, contract, origin] -= amount
        if not order.get("out"):
            side[
                order.get("to_account", account), order.get("to_service", service),
                order.get("to_contract", contract), origin,
            ] += amount  # fmt: skip
    return principal, penalty


def owed(side: Counter[Key]) -> dict[Key, int]:
    return {key: amount for key, amount in side.items() if amount}


@pytest.mark.parametrize("case", cases())
def test_a_worked_example_of_a_balance_transfer(case: dict[str, Any]) -> None:
    if "refused" in case:
        with pytest.raises(balance_transfer.NotSoMuch, match=case["refused"]):
            moved(case)
        return

    principal, penalty = moved(case)

    expected, expected_penalty = read(case["after"])
    assert owed(principal) == owed(expected)
    assert owed(penalty) == owed(expected_penalty)


def test_every_setting_has_a_case_of_its_other_value() -> None:
    told = tomllib.loads(CASES.read_text(encoding="utf-8"))["case"]

    assert {code for case in told for code in case["order"].get("settings", {})} == set(
        balance_transfer.SETTINGS
    )
