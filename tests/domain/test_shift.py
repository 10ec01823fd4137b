from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.shift import (
    DrawerCount,
    NotChanged,
    Shift,
    ShiftClosed,
    ShiftPayment,
    TooLittleTendered,
    change_of,
    totals,
)
from app.domain.tender import Tender

AT = datetime(2026, 11, 12, 9, 0, tzinfo=UTC)
SHIFT = Shift(UUID(int=1), 3, 2, 145, "Петрова", AT, 100_000)


def test_a_receipt_is_called_by_branch_desk_shift_and_number() -> None:
    assert SHIFT.receipt_number(57) == "03-02-0145-0057"


def test_only_cash_moves_the_drawer() -> None:
    payments = [
        ShiftPayment(5_000, Tender.CASH, 1),
        ShiftPayment(7_000, Tender.CARD, 2),
        ShiftPayment(-2_000, Tender.CASH, 3),
        ShiftPayment(900, Tender.SBP, 4),
    ]

    found = totals(payments, opening_cash_kop=100_000, cash_in_kop=300, cash_out_kop=50_000)

    assert found.expected_cash_kop == 100_000 + 300 + 5_000 - 2_000 - 50_000
    assert found.amount_kop == 10_900
    assert found.payments == 4
    assert found.last_receipt_no == 4
    assert found.difference_kop(53_200) == -100


@given(
    st.lists(
        st.tuples(st.integers(-(10**6), 10**6).filter(bool), st.sampled_from(Tender)), max_size=30
    )
)
def test_totals_by_tender_sum_to_the_shift(rows: list[tuple[int, Tender]]) -> None:
    payments = [ShiftPayment(amount, tender, no) for no, (amount, tender) in enumerate(rows, 1)]

    found = totals(payments, opening_cash_kop=0)

    assert found.amount_kop == sum(amount for amount, _ in rows)
    assert found.expected_cash_kop == sum(
        amount for amount, tender in rows if tender is Tender.CASH
    )


def test_the_drawer_is_counted_by_pieces() -> None:
    assert DrawerCount({500_000: 2, 100_000: 1, 50: 3}).total_kop == 1_100_150


def test_change_is_what_is_over_and_only_of_cash() -> None:
    assert change_of(425_922, tendered_kop=500_000, tender=Tender.CASH) == 74_078
    assert change_of(425_922, tendered_kop=None, tender=Tender.CARD) == 0
    with pytest.raises(TooLittleTendered, match="не хватает"):
        change_of(425_922, tendered_kop=400_000, tender=Tender.CASH)
    with pytest.raises(NotChanged, match="терминал"):
        change_of(425_922, tendered_kop=500_000, tender=Tender.CARD)


def test_a_closed_shift_takes_no_money() -> None:
    SHIFT.require_open()
    closed = Shift(UUID(int=1), 3, 2, 145, "Петрова", AT, closed_at=AT)

    with pytest.raises(ShiftClosed, match="№ 145"):
        closed.require_open()


def test_tenders_have_words() -> None:
    assert [tender.shown for tender in Tender] == ["наличные", "карта", "СБП"]
