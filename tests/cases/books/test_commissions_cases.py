"""Worked examples of commissions: commissions.toml of this folder, one case one test."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.domain import commission, money
from app.domain.commission import (
    CommissionKind,
    CommissionPayer,
    CommissionRule,
    CommissionTier,
    NoCommission,
)
from app.domain.commission_rules import why
from app.domain.workbook_words import COMMISSION_KINDS, COMMISSION_PAYERS

CASES = tomllib.loads(
    (Path(__file__).parent / "commissions.toml").read_text(encoding="utf-8")
)["case"]  # fmt: skip


def rule_of(given: dict[str, Any]) -> CommissionRule:
    limits = {name: given[name] for name in ("min", "max", "fixed") if name in given}
    tiers = given.get("tiers", [{"rate": given.get("rate", "0")}])
    return CommissionRule(
        CommissionKind(COMMISSION_KINDS[given["kind"]]),
        CommissionPayer(COMMISSION_PAYERS[given["payer"]]),
        tuple(tier_of(limits | one) for one in tiers),
    )


def tier_of(one: dict[str, str]) -> CommissionTier:
    def kop(name: str) -> int | None:
        return money.kopecks(one[name]) if name in one else None

    return CommissionTier(
        rate_ppm=int(Decimal(one.get("rate", "0")) * 10_000),
        from_kop=kop("from") or 0,
        to_kop=kop("to"),
        min_kop=kop("min") or 0,
        max_kop=kop("max"),
        fixed_kop=kop("fixed") or 0,
    )


def found_of(given: dict[str, Any]) -> dict[str, Any]:
    rule = rule_of(given)
    turnover_kop = money.kopecks(given.get("turnover", "0"))
    if "registry" in given:
        amounts = [money.kopecks(one) for one in given["registry"]]
        parts = commission.registry_parts(amounts, rule)
        return {
            "commission": money.rubles(commission.commission_kop(sum(amounts), rule)),
            "parts": [money.rubles(part) for part in parts],
        }
    if "paid" in given:
        paid_kop = money.kopecks(given["paid"])
        found = commission.amount_of_total(paid_kop, rule, turnover_kop=turnover_kop)
        more = {
            "amount": money.rubles(found.amount_kop),
            "rest": money.rubles(paid_kop - found.total_kop),
        }
    else:
        found = commission.take(money.kopecks(given["amount"]), rule, turnover_kop=turnover_kop)
        more = {}
    assert money.shown(found.commission_kop) in why(found, rule, turnover_kop=turnover_kop)
    return more | {
        "commission": money.rubles(found.commission_kop),
        "total": money.rubles(found.total_kop),
        "transferred": money.rubles(found.transferred_kop),
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_case_of_commission(case: dict[str, Any]) -> None:
    assert case["law"]

    if "refused" in case["expected"]:
        with pytest.raises(NoCommission, match=case["expected"]["refused"]):
            found_of(case["given"])
        return
    assert found_of(case["given"]) == case["expected"]
