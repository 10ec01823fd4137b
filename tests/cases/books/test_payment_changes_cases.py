"""Changed payments an accountant can follow: payment_changes.toml, one case one test."""

import tomllib
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from app.domain import dues, money, payment_change, payment_matching, period
from app.domain.allocation import AllocationKind, allocate
from app.domain.allocation_line import AllocationLine
from app.domain.dues import Due, Dues, PayerAccount, Purpose
from app.domain.payment import Channel
from app.domain.payment_matching import KnownAccount, UnidentifiedPayment
from app.domain.period import Period
from app.domain.refund import NothingToRefund, refund_lines
from app.domain.voucher import Voucher, VoucherKind
from app.exchange.workbook_parameters import PARAMETERS
from app.operations.cancel_agent_payment import cancel_agent_payment
from app.operations.record_payment import record_payment
from app.store.engine import Engine
from app.store.law import payment_terms
from tests.fixtures.payers import AT, ON, settle

HERE = Path(__file__).parent
KEYS = {
    "name", "law", "parameters", "lines", "move", "leaves", "debts", "payments", "after", "refund",
    "refunded", "refused", "told", "accounts", "candidates", "cancel", "undone",
}  # fmt: skip
POSTING = Period(2026, 11)


def cases(wanted: str) -> list[Any]:
    told = tomllib.loads((HERE / "payment_changes.toml").read_text(encoding="utf-8"))["case"]
    for case in told:
        assert set(case) <= KEYS, set(case) - KEYS
    return [pytest.param(case, id=case["name"]) for case in told if wanted in case]


class Names:
    """Services and contracts in the order they are first named."""

    def __init__(self) -> None:
        self.purposes: dict[tuple[str, str], Purpose] = {}

    def purpose(self, service: str, contract: str = "") -> Purpose:
        if not contract:
            known = [one for (code, _), one in self.purposes.items() if code == service]
            if known:
                return known[0]
        places = {code: place for place, code in enumerate(dict.fromkeys(
            [code for code, _ in self.purposes] + [service]))}  # fmt: skip
        number = contract or "Д-1"
        contracts = list(dict.fromkeys([one for _, one in self.purposes] + [number]))
        return self.purposes.setdefault(
            (service, number),
            Purpose(
                UUID(int=100 + places[service]), UUID(int=1 + contracts.index(number)), service,
                service, number, number, places[service],
            ),
        )  # fmt: skip

    def line(self, told: Sequence[str]) -> AllocationLine:
        month, service, kind, amount = told
        purpose = self.purpose(service)
        return AllocationLine(
            purpose.service_id, purpose.contract_id, period.parse(month), AllocationKind(kind),
            money.kopecks(amount),
        )  # fmt: skip

    def code(self, service_id: UUID) -> str:
        return next(
            one.service_code for one in self.purposes.values() if one.service_id == service_id
        )

    def dues(self, debts: list[dict[str, str]]) -> Dues:
        rows = [
            Due(
                self.purpose(one["service"], one.get("contract", "")),
                period.parse(one["period"]),
                kopecks(one.get("debt", "0")),
                kopecks(one.get("penalty", "0")),
            )
            for one in debts
        ]
        return dues.of_rows(
            rows,
            account=PayerAccount(UUID(int=1), "1000", "", "", date(2020, 1, 1)),
            version="1",
            posting_period=POSTING,
            terms=payment_terms(),
            advance_weights=dict.fromkeys(self.purposes.values(), 1),
        )


def kopecks(text: str) -> int:
    return -money.kopecks(text[1:]) if text.startswith("-") else money.kopecks(text)


@pytest.mark.parametrize("case", cases("move"))
def test_a_part_that_leaves(case: dict[str, Any]) -> None:
    names = Names()
    lines = [names.line(told) for told in case["lines"]]

    parts = payment_change.leaving(money.kopecks(case["move"]), lines)

    found = [
        [str(line.origin_period), names.code(line.service_id), money.rubles(part)]
        for line, part in zip(lines, parts, strict=True)
        if part
    ]
    assert found == case["leaves"]


@pytest.mark.parametrize("case", cases("payments"))
def test_payments_spread_anew(case: dict[str, Any]) -> None:
    names = Names()
    before = [[names.line(told) for told in one["lines"]] for one in case["payments"]]
    owed = names.dues(case["debts"])
    purposes = {(one.service_id, one.contract_id): one for one in names.purposes.values()}

    left = payment_change.returned(
        owed, [line for one in before for line in one], purposes=purposes
    )
    after = []
    for one, lines in zip(case["payments"], before, strict=True):
        spread = allocate(
            sum(line.amount_kop for line in lines),
            left,
            on=date.fromisoformat(one["on"]),
            designation=period.parse(one["named"]) if "named" in one else None,
        ).lines
        left = payment_change.paid(left, spread, purposes=purposes)
        after.append([
            [str(line.origin_period), names.code(line.service_id), str(line.kind),
             money.rubles(line.amount_kop)]
            for line in spread
        ])  # fmt: skip

    assert after == case["after"]
    assert left.balance_kop == owed.balance_kop


@pytest.mark.parametrize("case", cases("refund"))
def test_an_overpayment_given_back(case: dict[str, Any]) -> None:
    names = Names()
    owed = names.dues(case["debts"])
    amount = money.kopecks(case["refund"])

    if "refused" in case:
        with pytest.raises(NothingToRefund, match=case["refused"]):
            refund_lines(amount, owed)
        return
    found = [
        [str(line.origin_period), names.code(line.service_id), money.rubles(line.amount_kop)]
        for line in refund_lines(amount, owed)
    ]
    assert found == case["refunded"]


@pytest.mark.parametrize("case", cases("told"))
def test_whose_money_it_is(case: dict[str, Any]) -> None:
    told = dict(case["told"])
    payment = UnidentifiedPayment(money.kopecks(told.pop("amount")), **told)
    given = case.get("parameters", {})
    for code, value in given.items():
        assert PARAMETERS[code](value) is None
    known = [
        KnownAccount(
            number=one["number"],
            payer=one["payer"],
            street=one.get("street", ""),
            building=one.get("building", ""),
            flat=one.get("flat", ""),
            former_number=one.get("former", ""),
            payable_kop=money.kopecks(one.get("payable", "0")),
        )
        for one in case["accounts"]
    ]

    found = payment_matching.ranked(
        payment, known, patterns=payment_matching.patterns_of(given.get("невыясненные.образцы"))
    )

    assert [
        [one.account.number, one.score, [str(reason) for reason in one.reasons]] for one in found
    ] == case["candidates"]


@pytest.mark.parametrize("case", cases("cancel"))
def test_an_agent_takes_back(engine: Engine, case: dict[str, Any]) -> None:
    payers = settle(engine)
    payers.owe("1000", Period(2026, 10), {"хвс": 1_000})
    for code, value in case["parameters"].items():
        assert PARAMETERS[code](value) is None
        payers.run(
            "insert into app.parameter (code, valid_from, value) values (%s, '2020-01-01', %s)",
            code,
            value,
        )
    record_payment(
        engine, Voucher(uuid7(), VoucherKind.PAYMENT, "агент", AT), account_number="1000",
        amount_kop=500, paid_on=ON, channel=Channel.AGENT, agent_code="тпл", external_id="1",
    )  # fmt: skip
    if case["cancel"]["month_is_closed"]:
        payers.close(POSTING)
    at = AT + timedelta(days=case["cancel"]["days_later"])

    done = cancel_agent_payment(
        engine, Voucher(uuid7(), VoucherKind.REVERSAL, "агент", at), agent_code="тпл",
        external_id="1", cancel_id="о-1",
    )  # fmt: skip

    assert (done.case is None) is case["undone"]
    assert payers.balance_kop("1000") == (1_000 if case["undone"] else 500)
    assert payers.broken() == []
