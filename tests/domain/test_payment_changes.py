"""What leaves with a part of a payment, what a refund takes, whose money it is: for any figures."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import dues, payment_matching
from app.domain.allocation import AllocationKind, allocate
from app.domain.allocation_line import AllocationLine
from app.domain.dues import Due, Dues, PayerAccount, Purpose
from app.domain.payment_change import leaving, paid, returned
from app.domain.payment_matching import (
    BadPattern,
    KnownAccount,
    MatchReason,
    UnidentifiedPayment,
    numbers_in,
    patterns_of,
    ranked,
)
from app.domain.period import Period
from app.domain.refund import NothingToRefund, refund_lines, refundable_kop
from app.domain.terms import PaymentTerms
from app.store.law import payment_terms

PURPOSES = tuple(
    Purpose(UUID(int=10 + place), UUID(int=1 + place // 2), f"у{place}", f"у{place}",
            f"Д-{place // 2}", f"Д-{place // 2}", place)
    for place in range(4)
)  # fmt: skip
MONTHS = tuple(Period(2026, month) for month in range(6, 12))
TERMS: PaymentTerms = payment_terms()


def dues_of(rows: dict[tuple[int, int], tuple[int, int]]) -> Dues:
    return dues.of_rows(
        [
            Due(PURPOSES[purpose], MONTHS[month], principal, penalty, max(0, principal))
            for (purpose, month), (principal, penalty) in rows.items()
        ],
        account=PayerAccount(UUID(int=1), "1000", "", "", date(2020, 1, 1)),
        version="1",
        posting_period=MONTHS[-1],
        terms=TERMS,
        advance_weights=dict.fromkeys(PURPOSES, 1),
    )


ROWS = st.dictionaries(
    st.tuples(st.integers(0, 3), st.integers(0, 5)),
    st.tuples(st.integers(-500, 500), st.integers(0, 100)),
    max_size=12,
)
LINES = st.lists(
    st.builds(
        lambda purpose, month, kind, kop: AllocationLine(
            PURPOSES[purpose].service_id, PURPOSES[purpose].contract_id, MONTHS[month], kind, kop
        ),
        st.integers(0, 3), st.integers(0, 5), st.sampled_from(AllocationKind), st.integers(1, 500),
    ),
    min_size=1,
    max_size=10,
)  # fmt: skip
KNOWN = {(one.service_id, one.contract_id): one for one in PURPOSES}


@given(lines=LINES, data=st.data())
def test_what_leaves_is_the_part_and_no_line_gives_more_than_it_has(
    lines: list[AllocationLine], data: st.DataObject
) -> None:
    whole = sum(line.amount_kop for line in lines)
    amount = data.draw(st.integers(1, whole))

    parts = leaving(amount, lines)

    assert sum(parts) == amount
    assert all(0 <= part <= line.amount_kop for part, line in zip(parts, lines, strict=True))
    assert amount < whole or parts == [line.amount_kop for line in lines]


@given(rows=ROWS, lines=LINES)
def test_lines_returned_and_paid_again_leave_the_dues_as_they_were(
    rows: dict[tuple[int, int], tuple[int, int]], lines: list[AllocationLine]
) -> None:
    owed = dues_of(rows)

    back = returned(owed, lines, purposes=KNOWN)
    again = paid(back, lines, purposes=KNOWN)

    assert back.balance_kop == owed.balance_kop + sum(line.amount_kop for line in lines)
    kept = [row for row in again.rows() if row.principal_kop or row.penalty_kop]
    assert kept == [row for row in owed.rows() if row.principal_kop or row.penalty_kop]


@given(rows=ROWS, amount_kop=st.integers(1, 3_000))
def test_a_payment_spread_anew_over_unchanged_dues_pays_the_same(
    rows: dict[tuple[int, int], tuple[int, int]], amount_kop: int
) -> None:
    owed = dues_of(rows)
    on = date(2026, 11, 12)
    first = allocate(amount_kop, owed, on=on).lines
    after = paid(owed, first, purposes=KNOWN)

    again = allocate(amount_kop, returned(after, first, purposes=KNOWN), on=on).lines

    def sums(lines: tuple[AllocationLine, ...]) -> dict[object, int]:
        found: dict[object, int] = {}
        for line in lines:
            key = (line.service_id, line.contract_id, line.origin_period, line.kind)
            found[key] = found.get(key, 0) + line.amount_kop
        return found

    assert sums(again) == sums(first)


@given(rows=ROWS, data=st.data())
def test_a_refund_never_overdraws_a_creditor_or_a_row(
    rows: dict[tuple[int, int], tuple[int, int]], data: st.DataObject
) -> None:
    owed = dues_of(rows)
    most = refundable_kop(owed)
    credit_of = {payee: max(0, -net) for payee, net in owed.nets_kop.items()}
    assert 0 <= most <= sum(credit_of.values())
    with pytest.raises(NothingToRefund):
        refund_lines(most + 1, owed)
    if not most:
        return
    amount = data.draw(st.integers(1, most))

    lines = refund_lines(amount, owed)

    assert sum(line.amount_kop for line in lines) == amount
    taken: dict[UUID, int] = {}
    row_of = {
        (row.purpose.service_id, row.purpose.contract_id, row.origin_period): row.principal_kop
        for row in owed.rows()
    }
    for line in lines:
        taken[line.contract_id] = taken.get(line.contract_id, 0) + line.amount_kop
        key = (line.service_id, line.contract_id, line.origin_period)
        assert 0 < line.amount_kop <= -row_of[key]
    assert all(kop <= credit_of[payee] for payee, kop in taken.items())


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("ЖКУ л/с 0010021", ["0010021"]),
        ("лицевой счёт № 100212 октябрь", ["100212"]),
        ("ЛС:123456; кв 5", ["123456"]),
        ("оплата 7700 за воду", ["7700"]),
        ("за октябрь кв 12", []),
        ("", []),
    ],
)
def test_numbers_are_found_in_the_purpose(text: str, numbers: list[str]) -> None:
    payment = UnidentifiedPayment(1, purpose=text)

    assert list(numbers_in(payment, patterns=patterns_of(None))) == numbers


@pytest.mark.parametrize("text", ["(", "без группы", "(a)(b)", "(" + "a" * 300 + ")"])
def test_a_pattern_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadPattern):
        patterns_of(text)


def test_patterns_are_split_by_two_semicolons() -> None:
    assert patterns_of(r"(\d{3});; (\d{4}) ") == (r"(\d{3})", r"(\d{4})")


@pytest.mark.parametrize(
    ("payer", "reason"),
    [
        ("Иванова Анна Петровна", MatchReason.PAYER), ("ИВАНОВА А.П.", MatchReason.PAYER),
        ("Иванова А П", MatchReason.PAYER), ("Иванова", MatchReason.SURNAME),
        ("Иванова Мария Петровна", MatchReason.SURNAME), ("Семёнова Анна", None),
    ],
)  # fmt: skip
def test_a_payer_is_known_by_name_initials_or_surname(
    payer: str, reason: MatchReason | None
) -> None:
    account = KnownAccount("1", "Иванова Анна Петровна", "ул. Мира", "5", "12")

    found = ranked(UnidentifiedPayment(1, payer=payer), [account])

    assert [one.reasons for one in found] == ([(reason,)] if reason else [])


@pytest.mark.parametrize(
    ("address", "fits"),
    [
        ("ул. Мира, д. 5, кв. 12", True), ("Мира 5 12", True), ("мира д.5 кв.12", True),
        ("ул. Мира, д. 5, кв. 13", False), ("ул. Мира, д. 51, кв. 12", False),
        ("ул. Ленина, д. 5, кв. 12", False), ("ул. Мира", False),
    ],
)  # fmt: skip
def test_an_address_fits_whole_or_not_at_all(address: str, fits: bool) -> None:
    account = KnownAccount("1", "", "ул. Мира", "5", "12")

    found = ranked(UnidentifiedPayment(1, address=address), [account])

    assert bool(found) is fits


@given(
    purpose=st.text(max_size=300), payer=st.text(max_size=80), address=st.text(max_size=80),
    number=st.text(max_size=20),
)  # fmt: skip
def test_any_text_is_matched_without_a_fall_and_scores_stay_within_a_hundred(
    purpose: str, payer: str, address: str, number: str
) -> None:
    payment = UnidentifiedPayment(7, payer, purpose, address, number)
    account = KnownAccount("0010021", "Иванова Анна", "ул. Мира", "5", "12", "ст1", "Е1", "", 7)

    found = ranked(payment, [account])

    assert payment_matching.words_of(payment) is not None
    assert all(MatchReason.AMOUNT in one.reasons and 20 <= one.score <= 100 for one in found)
