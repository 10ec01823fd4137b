"""Section 5 of a payment document: there with an agreement, and only then."""

import io
import re
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from pypdf import PdfReader

from app.domain import instalment
from app.domain.instalment import InstalmentAgreement, InstalmentDebt, InstalmentStatus, state
from app.domain.instalment_paper import rows_of
from app.domain.payment_document import InstalmentRow, PaymentDocument
from app.domain.period import Period
from app.reports import payment_document
from tests.fixtures import bills

SECTION = "Раздел 5"
OCTOBER = Period(2026, 10)
ROWS = (
    InstalmentRow("Отопление", 0, 33_334, 120_000, 1_250),
    InstalmentRow("Водоотведение", 10_000, 0, 120_000),
)
AGREED, DUE_ON = date(2026, 10, 1), date(2026, 11, 16)


def text_of(document: PaymentDocument) -> str:
    out = io.BytesIO()
    payment_document.render([document], out)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(out.getvalue())).pages]
    return re.sub(r"[\u00a0\u202f]", " ", "\n".join(pages))


def agreement(interest_ppm: int = 0) -> InstalmentAgreement:
    debts = (
        InstalmentDebt(UUID(int=1), UUID(int=9), Period(2026, 8), 20_000, 600, "Отопление"),
        InstalmentDebt(UUID(int=2), UUID(int=9), OCTOBER, 10_000, 0, "Вода"),
    )
    parts = instalment.schedule(
        30_600, agreed_on=AGREED, days=instalment.monthly(date(2026, 11, 10), 2),
        first_payment_kop=10_000, interest_ppm=interest_ppm,
    )  # fmt: skip
    return InstalmentAgreement("7", AGREED, debts, parts, interest_ppm)


def test_a_bill_without_an_agreement_has_no_section_5() -> None:
    assert SECTION not in text_of(bills.bill())


def test_section_5_says_what_is_due_with_interest_and_the_total() -> None:
    text = text_of(replace(bills.bill(), instalment=ROWS))

    for expected in (SECTION, "333,34", "12,50", "12 %", "345,84", "100,00", "445,84"):
        assert expected in text


def test_section_5_goes_on_over_the_next_sheet_when_there_is_no_room() -> None:
    rows = tuple(InstalmentRow(f"Услуга {place}", 0, 1_000 + place) for place in range(60))

    text = text_of(replace(bills.bill(), instalment=rows))

    assert "Лист 2 из 2" in text
    assert "Услуга 59" in text


def test_rows_are_what_is_due_by_the_day_of_the_bill_after_what_was_paid() -> None:
    agreed = agreement(interest_ppm=120_000)
    told = state(agreed, [(date(2026, 10, 1), 10_000)], on=DUE_ON)

    rows = rows_of([(agreed, told)], period=OCTOBER, due_on=DUE_ON)

    # The first 100 are paid; the part of 103 is due: 100 of heat of August, 3 of October's water.
    # Interest of the part: 206 × 12 % × 40/365 = 2,71.
    assert rows == (
        InstalmentRow("Отопление", 0, 10_000, 120_000, 271),
        InstalmentRow("Вода", 300, 0, 120_000, 0),
    )


@pytest.mark.parametrize("status", [InstalmentStatus.BROKEN, InstalmentStatus.CANCELLED])
def test_an_agreement_that_is_over_has_no_rows(status: InstalmentStatus) -> None:
    agreed = agreement()
    told = state(agreed, [], on=DUE_ON, ended=(status, DUE_ON))

    assert rows_of([(agreed, told)], period=OCTOBER, due_on=DUE_ON) == ()
