"""Worked examples of instalments and limitation."""

import tomllib
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import instalment, limitation, money
from app.domain.instalment import (
    InstalmentAgreement,
    InstalmentDebt,
    InstalmentPart,
    NotAnAgreement,
    schedule,
    shares,
    state,
)
from app.domain.limitation import CHANGE_WORDS, LimitationEvent
from app.domain.penalty_law import percent_ppm
from app.domain.period import Period

HERE = Path(__file__).parent
SEPTEMBER = Period(2026, 9)


def cases(name: str) -> list[Any]:
    found = tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))["case"]
    return [pytest.param(case, id=case["name"]) for case in found]


def kop(text: str) -> int:
    return money.kopecks(text)


def scheduled(case: dict[str, Any]) -> tuple[InstalmentPart, ...]:
    return schedule(
        kop(case["amount"]),
        agreed_on=case["agreed_on"],
        days=instalment.monthly(case["first_on"], case["count"]),
        first_payment_kop=kop(case.get("first_payment", "0")),
        interest_ppm=percent_ppm(case.get("interest", "0")),
    )


@pytest.mark.parametrize("case", cases("instalments"))
def test_an_agreement_goes_as_the_example_says(case: dict[str, Any]) -> None:
    if "problem" in case:
        with pytest.raises(NotAnAgreement, match=case["problem"]):
            scheduled(case)
        return

    parts = scheduled(case)

    assert sum(part.amount_kop for part in parts) == kop(case["amount"])
    if "parts" in case:
        assert [money.rubles(part.amount_kop) for part in parts] == case["parts"]
    if "days" in case:
        assert [part.due_on for part in parts] == case["days"]
    if "interests" in case:
        assert [money.rubles(part.interest_kop) for part in parts] == case["interests"]
    if "status" in case:
        agreement = InstalmentAgreement(
            "1", case["agreed_on"],
            (InstalmentDebt(UUID(int=1), UUID(int=2), SEPTEMBER, kop(case["amount"])),),
            parts, late_days=case.get("late_days", 30),
        )  # fmt: skip
        received = [(day, kop(text)) for day, text in case.get("received", [])]
        told = state(agreement, received, on=case["on"])
        assert told.status == case["status"]
        assert money.rubles(told.due_kop) == case["due"]
        assert money.rubles(told.left_kop) == case["left"]
        assert told.broken_on == case.get("broken_on")


@pytest.mark.parametrize("case", cases("limitation"))
def test_limitation_runs_as_the_example_says(case: dict[str, Any]) -> None:
    events = [
        LimitationEvent(CHANGE_WORDS[word], day, "дело", SEPTEMBER, SEPTEMBER)
        for word, day in case.get("events", [])
    ]

    mark = limitation.mark(case["due"], events, on=case["on"])

    assert mark.last_day == case.get("last_day")
    assert mark.is_barred is case["barred"]


def test_an_event_is_about_its_periods_and_contract_alone() -> None:
    event = LimitationEvent(
        CHANGE_WORDS["подано"], Period(2026, 1).first_day, "дело", SEPTEMBER, SEPTEMBER.plus(1),
        UUID(int=2),
    )  # fmt: skip

    assert event.is_about(UUID(int=2), SEPTEMBER)
    assert not event.is_about(UUID(int=3), SEPTEMBER)
    assert not event.is_about(UUID(int=2), SEPTEMBER.plus(2))


@given(
    principal=st.lists(st.integers(0, 500), min_size=1, max_size=5),
    penalty=st.integers(0, 100),
    amount=st.integers(0, 3_000),
    already=st.integers(0, 3_000),
)
def test_parts_pay_the_oldest_principal_first_and_never_more_than_is_there(
    principal: list[int], penalty: int, amount: int, already: int
) -> None:
    debts = tuple(
        InstalmentDebt(UUID(int=1), UUID(int=2), SEPTEMBER.plus(at), owed, penalty)
        for at, owed in enumerate(principal)
    )
    agreement = InstalmentAgreement("1", SEPTEMBER.first_day, debts, ())

    told = shares(agreement, amount, already_kop=already)

    assert sum(one.amount_kop for one in told) == min(
        amount, max(agreement.amount_kop - already, 0)
    )
    assert all(one.principal_kop <= one.debt.principal_kop for one in told)
    assert all(one.penalty_kop <= one.debt.penalty_kop for one in told)
    if any(one.penalty_kop for one in told):
        assert already + sum(one.principal_kop for one in told) >= sum(principal)
