"""Credits set off by hand: setoff.toml, one case one test."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.domain import money, period
from app.domain.setoff import SetoffRow, entries_of, rule_of, set_off
from app.exchange.workbook_parameters import PARAMETERS

HERE = Path(__file__).parent
KEYS = {"name", "law", "parameters", "own", "rows", "left", "days"}
ROW_KEYS = {
    "service", "contract", "creditor", "period", "owed", "penalty", "charged", "kr", "barred",
    "advance", "money", "penalty_money",
}  # fmt: skip


def cases() -> list[Any]:
    told = tomllib.loads((HERE / "setoff.toml").read_text(encoding="utf-8"))["case"]
    return [pytest.param(case, id=case["name"]) for case in told]


def row_of(told: dict[str, Any], services: list[str]) -> SetoffRow:
    assert set(told) <= ROW_KEYS, set(told) - ROW_KEYS
    contract = told.get("contract", "Д-1")

    def received(name: str) -> tuple[tuple[date, int], ...]:
        return tuple(
            (date.fromisoformat(day), money.kopecks(kop)) for day, kop in told.get(name, [])
        )

    return SetoffRow(
        told["service"], contract, told.get("creditor", contract),
        services.index(told["service"]), period.parse(told["period"]),
        money.kopecks(told.get("owed", "0")), money.kopecks(told.get("penalty", "0")),
        money.kopecks(told.get("charged", told.get("owed", "0"))), told.get("kr", False),
        told.get("barred", False), told.get("advance", False), received("money"),
        received("penalty_money"),
    )  # fmt: skip


@pytest.mark.parametrize("case", cases())
def test_credits_are_set_off_as_by_hand(case: dict[str, Any]) -> None:
    assert set(case) <= KEYS, set(case) - KEYS
    parameters = case.get("parameters", {})
    assert set(parameters) <= set(PARAMETERS)
    services = list(dict.fromkeys(one["service"] for one in case["rows"]))
    rows = [row_of(one, services) for one in case["rows"]]
    own = {name: rule_of({**parameters, **given}) for name, given in case.get("own", {}).items()}

    entries = entries_of(set_off(rows, rule_of(parameters), own=own))

    assert sum(entry.amount_kop for entry in entries) == 0
    principal = [row.principal_kop for row in rows]
    penalty = [row.penalty_kop for row in rows]
    for entry in entries:
        side = penalty if entry.kind.is_penalty else principal
        side[entry.row] += entry.amount_kop
    left = [
        [str(row.origin), row.service, money.rubles(owed), money.rubles(fine)]
        for row, owed, fine in zip(rows, principal, penalty, strict=True)
        if owed or fine
    ]
    assert left == case["left"]
    if "days" in case:
        assert sorted(
            [entry.credited_on.isoformat(), money.rubles(-entry.amount_kop)]
            for entry in entries
            if entry.amount_kop < 0
        ) == sorted(case["days"])
