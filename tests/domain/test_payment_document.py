import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import money
from app.domain.payment_document import (
    Line,
    LineGroup,
    Payee,
    PaymentDocument,
    Provider,
    Turnover,
    charges_agree,
    summed,
    turnover_of,
)
from app.domain.period import Period

PUBLISHED = Path(__file__).resolve().parents[3] / "shared" / "data" / "payment_documents.json"

kopecks = st.integers(-(10**9), 10**9)
positive = st.integers(0, 10**9)
turnovers = st.builds(
    Turnover,
    opening_kop=kopecks,
    charged_kop=kopecks,
    corrected_kop=kopecks,
    penalty_kop=positive,
    benefits_kop=positive,
    paid_kop=kopecks,
)
lines = st.builds(
    Line,
    st.sampled_from(LineGroup),
    st.just("Услуга"),
    individual_kop=kopecks,
    common_kop=kopecks,
    excess_kop=positive,
    recalculated_kop=kopecks,
    benefits_kop=positive,
    penalty_kop=positive,
    payee=st.integers(0, 2),
)


def document(*payees: Payee, lines: tuple[Line, ...] = ()) -> PaymentDocument:
    return PaymentDocument(
        period=Period(2026, 10),
        account_number="7000000123",
        payer="Петров П. П.",
        address="ул. Мира, 5",
        provider=Provider("УК"),
        payees=payees,
        lines=lines,
    )


@given(turnovers)
def test_opening_and_what_moved_make_the_closing(turnover: Turnover) -> None:
    closing = (
        turnover.opening_kop
        + turnover.charged_kop
        + turnover.corrected_kop
        + turnover.penalty_kop
        - turnover.benefits_kop
        - turnover.paid_kop
    )

    assert turnover.closing_kop == closing
    assert turnover.due_kop == max(closing, 0)
    assert turnover.due_kop - turnover.closing_advance_kop == closing
    assert turnover.debt_kop - turnover.advance_kop == turnover.opening_kop


@given(st.lists(turnovers, max_size=6))
def test_turnovers_sum_part_by_part(parts: list[Turnover]) -> None:
    whole = summed(parts)

    assert whole.closing_kop == sum(part.closing_kop for part in parts)
    assert whole.period_kop == sum(part.period_kop for part in parts)


@given(st.lists(lines, max_size=12), st.tuples(kopecks, kopecks, kopecks), positive)
def test_the_document_asks_for_the_dues_of_its_payees(
    rows: list[Line], openings: tuple[int, int, int], paid_kop: int
) -> None:
    payees = tuple(
        Payee(
            f"Получатель {place}",
            turnover_of(
                (row for row in rows if row.payee == place), opening_kop=opening, paid_kop=paid_kop
            ),
        )
        for place, opening in enumerate(openings)
    )

    bill = document(*payees, lines=tuple(rows))

    assert bill.due_kop == sum(max(payee.turnover.closing_kop, 0) for payee in payees)
    assert bill.due_kop >= max(bill.turnover.closing_kop, 0)
    assert bill.turnover.period_kop == sum(row.to_pay_kop for row in rows)
    assert bill.debt_kop - bill.advance_kop == sum(openings)


@given(lines)
def test_a_line_is_its_parts(line: Line) -> None:
    assert line.total_kop == (
        line.individual_kop
        + line.common_kop
        + line.excess_kop
        + line.recalculated_kop
        - line.benefits_kop
    )
    assert line.to_pay_kop == line.total_kop + line.penalty_kop


def test_lines_that_do_not_add_up_to_their_payee_are_a_defect() -> None:
    line = Line(LineGroup.UTILITIES, "Отопление", individual_kop=10_000)
    payee = Payee("Тепло", Turnover(charged_kop=10_001))

    assert not charges_agree(payee.turnover, (line,))
    with pytest.raises(AssertionError, match="Тепло"):
        document(payee, lines=(line,))


def test_an_advance_with_one_payee_does_not_pay_the_debt_to_another() -> None:
    bill = document(
        Payee("В авансе", Turnover(opening_kop=-50_000)), Payee("Долг", Turnover(opening_kop=300))
    )

    assert bill.due_kop == 300
    assert bill.advance_kop == 50_000
    assert bill.closing_advance_kop == 50_000


def published() -> dict[str, Any]:
    if not PUBLISHED.is_file():
        pytest.skip("нет ../shared/data/payment_documents.json рядом с проектом")
    cases: list[dict[str, Any]] = json.loads(PUBLISHED.read_text("utf-8"))["cases"]
    return {str(case["id"]): case for case in cases}


def test_the_published_bill_of_dalnegorsk_comes_out() -> None:
    case = published()["dalnegorsk-2022-07"]
    payees = tuple(
        Payee(
            row["id"],
            Turnover(
                opening_kop=money.kopecks(row["open"]),
                charged_kop=money.kopecks(row["charged"]),
                corrected_kop=money.kopecks(row["recalc"]),
                paid_kop=money.kopecks(row["paid"]),
            ),
        )
        for row in case["suppliers"]
    )
    rows = tuple(_published_lines(case))

    bill = document(*payees, lines=rows)

    for payee, row in zip(bill.payees, case["suppliers"], strict=True):
        assert payee.turnover.closing_kop == money.kopecks(row["close"])
        assert payee.due_kop == money.kopecks(row["due"])
    assert bill.turnover.charged_kop == money.kopecks(case["total_charged"])
    assert bill.due_kop == money.kopecks(case["due_total"]) == int(case["qr_sum"])
    assert bill.turnover.closing_kop < 0 < bill.due_kop


def test_the_published_bills_of_one_payee_come_out() -> None:
    for name in ("arsenyev-2023-09", "khabarovsk-ee-2020-04"):
        case = published()[name]
        rows = tuple(
            Line(LineGroup.UTILITIES, row["service"], individual_kop=money.kopecks(row["amount"]))
            for row in case["lines"]
        )
        turnover = turnover_of(
            rows, opening_kop=money.kopecks(case["open"]), paid_kop=money.kopecks(case["paid"])
        )

        bill = document(Payee("Энергосбыт", turnover), lines=rows)

        assert bill.due_kop == money.kopecks(case["due"])


def _published_lines(case: dict[str, Any]) -> list[Line]:
    """Give the printed lines; the recalculation, printed by supplier, goes to its first line."""
    of_service = {"Капремонт": 0, "Электроэнергия": 1, "Обращение с ТКО": 3}
    recalculated = {2: money.kopecks(case["suppliers"][2]["recalc"])}
    rows = []
    for row in case["lines"]:
        payee = of_service.get(row["service"], 2)
        rows.append(
            Line(
                LineGroup.UTILITIES,
                row["service"],
                individual_kop=money.kopecks(row["amount"]),
                recalculated_kop=recalculated.pop(payee, 0),
                payee=payee,
            )
        )
    return rows
