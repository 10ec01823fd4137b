"""Payments spread by hand: allocation.toml, one case one test."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.domain import allocation_reasons, dues, money, period
from app.domain.allocation import Allocation, allocate
from app.domain.allocation_by_hand import part_of, split_by_hand
from app.domain.allocation_scheme import scheme_of
from app.domain.allocation_target import NamedPart, target_of
from app.domain.dues import Due, Dues, PayerAccount, Purpose
from app.errors import AppError
from app.exchange.workbook_parameters import PARAMETERS
from app.store.law import payment_terms

HERE = Path(__file__).parent
KEYS = {
    "name", "law", "parameters", "own", "on", "amount", "document", "designation", "targets",
    "debts", "kr", "suppliers", "lines", "reasons", "warning", "refused", "split", "reason",
    "advance_weights", "posting", "totals",
}  # fmt: skip
DEBT_KEYS = {"service", "contract", "period", "debt", "penalty", "charged"}


def cases() -> list[Any]:
    told = tomllib.loads((HERE / "allocation.toml").read_text(encoding="utf-8"))["case"]
    return [pytest.param(case, id=case["name"]) for case in told]


def dues_of(case: dict[str, Any]) -> Dues:
    """The services in the order they are first named; a contract is its own payee unless told."""
    services: list[str] = []
    contracts: list[str] = []
    for row in case.get("debts", []):
        assert set(row) <= DEBT_KEYS, set(row) - DEBT_KEYS
        services += [row["service"]] if row["service"] not in services else []
        contract = row.get("contract", "Д-1")
        contracts += [contract] if contract not in contracts else []
    for service in case.get("advance_weights", {}):
        services += [service] if service not in services else []
    contracts = contracts or ["Д-1"]
    payees: dict[str, str] = case.get("suppliers", {})
    names = [payees.get(contract, contract) for contract in contracts]

    def purpose(service: str, contract: str) -> Purpose:
        payee = payees.get(contract, contract)
        return Purpose(
            UUID(int=100 + services.index(service)), UUID(int=1 + contracts.index(contract)),
            service, f"Услуга {service}", contract, payee, services.index(service),
            UUID(int=1000 + names.index(payee)), service in case.get("kr", []),
        )  # fmt: skip

    rows = []
    for row in case.get("debts", []):
        debt = money.kopecks(row.get("debt", "0"))
        rows.append(
            Due(
                purpose(row["service"], row.get("contract", "Д-1")),
                period.parse(row.get("period", "2026-10")),
                debt,
                money.kopecks(row.get("penalty", "0")),
                money.kopecks(row.get("charged", row.get("debt", "0"))),
            )
        )
    last = max((row.origin_period for row in rows), default=None)
    weights = {row.purpose: row.charged_kop for row in rows if row.origin_period == last}
    for service, weight in case.get("advance_weights", {}).items():
        contract = next((r.purpose.contract_number for r in rows
                         if r.purpose.service_code == service), contracts[0])  # fmt: skip
        weights[purpose(service, contract)] = money.kopecks(weight)
    return dues.of_rows(
        rows,
        account=PayerAccount(UUID(int=1), "1000", "Иванова", "д. 1", date(2020, 1, 1)),
        version="1.1",
        posting_period=period.parse(case.get("posting", "2026-11")),
        terms=payment_terms(),
        advance_weights=weights,
    )


def spread(case: dict[str, Any], owed: Dues) -> Allocation:
    amount = money.kopecks(case["amount"])
    if "split" in case:
        parts = [part_of(text) for text in case["split"]]
        return split_by_hand(amount, owed, parts, reason=case.get("reason", ""))
    own = {
        one.contract_id: case["own"][one.contract_number]
        for one in owed.purposes
        if one.contract_number in case.get("own", {})
    }
    scheme = scheme_of(case.get("parameters", {}), own=own)
    assert scheme.warnings == ((scheme.warnings[0],) if "warning" in case else ())
    assert case.get("warning", "") in "".join(scheme.warnings)
    targets = tuple(
        target_of(owed, NamedPart(
            service=one.get("service"), contract=one.get("contract"),
            origin_period=period.parse(one["period"]) if "period" in one else None,
            is_penalty=one.get("penalty", False), is_whole=one.get("whole", False),
            amount_kop=money.kopecks(one["amount"]) if "amount" in one else None,
        ))
        for one in case.get("targets", [])
    )  # fmt: skip
    return allocate(
        amount,
        owed,
        on=date.fromisoformat(case.get("on", "2026-11-12")),
        scheme=scheme,
        designation=period.parse(case["designation"]) if "designation" in case else None,
        document_period=period.parse(case["document"]) if "document" in case else None,
        targets=targets,
    )


@pytest.mark.parametrize("case", cases())
def test_a_payment_is_spread_as_by_hand(case: dict[str, Any]) -> None:
    assert set(case) <= KEYS, set(case) - KEYS
    assert set(case.get("parameters", {})) <= set(PARAMETERS)
    if "refused" in case:
        with pytest.raises(AppError) as refusal:
            spread(case, dues_of(case))
        assert case["refused"] in str(refusal.value)
        return
    owed = dues_of(case)

    found = spread(case, owed)

    services = {one.service_id: one.service_code for one in owed.purposes}
    got: dict[tuple[str, str, str], int] = {}
    for line in found.lines:
        key = (str(line.origin_period), services[line.service_id], line.kind.value)
        got[key] = got.get(key, 0) + line.amount_kop
    expected = {(month, service, kind): money.kopecks(amount)
                for month, service, kind, amount in case["lines"]}  # fmt: skip
    assert got == expected
    assert found.amount_kop == money.kopecks(case["amount"])
    by_service: dict[str, int] = {}
    for line in found.lines:
        code = services[line.service_id]
        by_service[code] = by_service.get(code, 0) + line.amount_kop
    for service, amount in case.get("totals", {}).items():
        assert by_service[service] == money.kopecks(amount)
    told = "\n".join(
        allocation_reasons.sentence(
            line.reason, kind=line.kind, origin_period=line.origin_period,
            amount_kop=line.amount_kop,
        ).replace("\u202f", " ")
        for line in found.lines
    )  # fmt: skip
    for sentence in case.get("reasons", []):
        assert sentence in told
