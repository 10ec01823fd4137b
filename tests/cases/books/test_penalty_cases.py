"""Worked examples of penalties: the accountant's sum, the program's amount, the paper."""

import tomllib
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from app import resources
from app.domain import days, law, money, penalty_law, penalty_slots, penalty_words, period
from app.domain.calendar import WorkCalendar
from app.domain.law import Dated
from app.domain.ledger import EntryKind
from app.domain.penalty import (
    STOP_OWN,
    Penalties,
    PenaltyItems,
    PenaltySegments,
    Stops,
    accrue,
    month_charge,
)
from app.domain.penalty_debts import Debts, Movements, debts_of
from app.domain.penalty_law import AddedCap, AddedRate
from app.domain.penalty_settings import KIND_WORDS, due_settings, penalty_settings
from app.domain.penalty_terms import SCHEME_CODES, PenaltyTerms
from app.domain.terms import DueRule, PaymentTerms
from app.domain.workbook_words import PENALTY_SCHEMES
from app.errors import AppError
from tests.fixtures.calculator import check_steps, rounded, value_of

HERE = Path(__file__).parent
KEYS = {
    "name", "law", "period", "principal", "scheme", "due", "due_rule", "delivered", "paid",
    "corrections", "stops", "on", "parameters", "caps", "key_rates", "calendar", "charged",
    "sum", "penalty", "month", "problem",
}  # fmt: skip
CONTRACT = UUID(int=1)


def table(name: str) -> dict[str, tuple[Dated, ...]]:
    return law.table(resources.law_table(name))


def cases() -> list[Any]:
    found = tomllib.loads((HERE / "penalty.toml").read_text(encoding="utf-8"))["case"]
    return [pytest.param(case, id=case["name"]) for case in found]


def kop(text: str) -> int:
    return money.kopecks(text)


def own_calendar(case: dict[str, Any]) -> WorkCalendar:
    shipped = penalty_law.calendar(table("calendar"))
    return shipped.with_days(dict(case.get("calendar", [])))


def payment_terms(case: dict[str, Any]) -> PaymentTerms:
    given = case.get("parameters", {})
    centre = given.get("день_оплаты")
    rule = case.get("due_rule")
    return PaymentTerms(
        table("payment"),
        own_calendar(case),
        settings=due_settings(
            given,
            centre_days=(Dated(centre, date.min, None, ""),) if centre else (),
        ),
        contract_rules={
            CONTRACT: (
                DueRule(period.parse(rule[0]), rule[1], rule[2],
                        case.get("scheme") == "капремонт"),
            )
        } if rule else {},
    )  # fmt: skip


def penalty_terms(case: dict[str, Any]) -> PenaltyTerms:
    given = case.get("parameters", {})
    caps = [AddedCap(since, until, penalty_law.percent_ppm(rate))
            for since, until, rate in case.get("caps", [])]  # fmt: skip
    if "пени.потолок" in given:
        cap = given["пени.потолок"]
        caps.append(
            AddedCap(date.min, None, None if cap == "нет" else penalty_law.percent_ppm(cap))
        )
    return penalty_law.terms(
        table("penalty") | table("key_rate"),
        settings=penalty_settings(given),
        added_rates=[AddedRate(since, penalty_law.percent_ppm(rate))
                     for since, rate in case.get("key_rates", [])],
        added_caps=caps,
    )  # fmt: skip


def movements(case: dict[str, Any]) -> Movements:
    origin = days.number(period.parse(case["period"]).first_day)
    rows = [(int(EntryKind.CHARGE), origin, 0, kop(case["principal"]))]
    for word, posted, amount in case.get("corrections", []):
        first = days.number(period.parse(posted).first_day)
        rows.append((int(KIND_WORDS[word]), first, 0, kop(amount)))
    for day, amount in case.get("paid", []):
        rows.append((int(EntryKind.PAYMENT), origin, days.number(day), -kop(amount)))
    kind, posted, on, amount_kop = (
        np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)
    )
    same = np.zeros(len(rows), dtype=np.int64)
    return Movements(account=same, debtor=same, service=same, origin=same + origin, posted=posted,
                     kind=kind, day=on, arrives=same, amount_kop=amount_kop)  # fmt: skip


def stops_of(case: dict[str, Any], count: int) -> Stops:
    rows = [
        (item, days.number(since), days.number(until) + 1, STOP_OWN + at)
        for item in range(count)
        for at, (since, until, _) in enumerate(case.get("stops", []))
    ]
    return Stops(*np.array(rows, dtype=np.int64).reshape(-1, 4).T)


def items_of(case: dict[str, Any], debts: Debts) -> PenaltyItems:
    terms = payment_terms(case)
    due = [
        terms.due_on(period.of(days.of_number(int(shown))), contract=CONTRACT,
                     delivered_on=case.get("delivered"))
        for shown in debts.shown
    ]  # fmt: skip
    if "due" in case:
        assert due[0] == case["due"]
    scheme = SCHEME_CODES[PENALTY_SCHEMES[case.get("scheme", "жилищная")]]
    return PenaltyItems(
        due_on=np.array([days.number(day) for day in due], dtype=np.int64),
        scheme=np.full(len(due), int(scheme)),
        principal_kop=debts.principal_kop,
    )


def calculated(case: dict[str, Any]) -> tuple[Debts, PenaltyItems, Penalties, PenaltyTerms]:
    assert set(case) <= KEYS, set(case) - KEYS
    terms = penalty_terms(case)
    debts = debts_of(movements(case), settings=terms.settings)
    items = items_of(case, debts)
    found = accrue(
        items, debts.paid, on=days.number(case["on"]), terms=terms,
        stops=stops_of(case, len(items)),
    )  # fmt: skip
    return debts, items, found, terms


@pytest.mark.parametrize("case", cases())
def test_the_penalty_is_what_the_accountant_gets(case: dict[str, Any]) -> None:
    if "problem" in case:
        with pytest.raises(AppError, match=case["problem"]):
            calculated(case)
        return

    _, _, found, terms = calculated(case)

    total = int(found.total_kop.sum())
    by_hand = rounded(value_of(case["sum"]), 2)
    assert by_hand == Fraction(case["penalty"])
    assert Fraction(total, 100) == by_hand
    if "month" in case:
        month = month_charge(
            found.total_kop, np.array([kop(case.get("charged", "0"))]),
            min_penalty_kop=terms.settings.min_penalty_kop,
        )  # fmt: skip
        assert int(month.sum()) == kop(case["month"])


@pytest.mark.parametrize("case", [one for one in cases() if "problem" not in one.values[0]])
def test_the_paper_puts_into_a_calculator_what_was_charged(case: dict[str, Any]) -> None:
    debts, items, found, terms = calculated(case)

    packed = penalty_slots.pack(
        items, found, on=days.number(case["on"]), shown_on=debts.shown,
        charged_kop=np.full(len(items), kop(case.get("charged", "0"))),
        chosen=np.arange(len(items)), settings=terms.settings,
    )  # fmt: skip

    words = {STOP_OWN + at: why for at, (_, _, why) in enumerate(case.get("stops", []))}
    for part in packed:
        for row in part.slots:
            record = penalty_slots.unpack(row.tolist())
            paper = penalty_words.explain(record, period.parse(case["period"]), stops=words)
            assert check_steps(list(paper.steps)) == Fraction(record.amount_kop, 100)
            assert [row.why for row in paper.rows if row.why and "мораторий" not in row.why] == [
                words[one.stop] for one in record.segments if one.stop >= STOP_OWN
            ]
            assert all(row.until >= row.since for row in paper.rows)


def test_months_never_drift_from_the_whole() -> None:
    case = {"period": "2025-01", "principal": "333.33", "on": date(2025, 3, 31)}
    charged, months = 0, []

    for _ in range(12):
        _, _, found, _ = calculated(case)
        months.append(int(month_charge(found.total_kop, np.array([charged])).sum()))
        charged += months[-1]
        case = case | {"on": period.of(case["on"] + timedelta(days=1)).last_day}

    assert charged == int(found.total_kop.sum())
    assert all(month > 0 for month in months)


def test_a_debt_without_a_day_of_delay_has_no_segments() -> None:
    _, _, found, _ = calculated({"period": "2025-01", "principal": "100", "on": date(2025, 2, 10)})

    assert isinstance(found.segments, PenaltySegments)
    assert len(found.segments) == 0
