import time
from datetime import date
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import dues
from app.domain.allocation import (
    AllocationKind,
    NothingToCredit,
    NotPositive,
    allocate,
    split,
)
from app.domain.allocation_scheme import (
    AllocationScheme,
    PenaltyOrder,
    PeriodOrder,
    TimeBarred,
    UnknownSetting,
    WithinPeriod,
    scheme_of,
)
from app.domain.dues import Due, Dues, PayerAccount, Purpose
from app.domain.period import Period
from app.store.law import payment_terms
from tests.domain.oracle_allocation import water

ON = date(2026, 11, 12)
OCTOBER, NOVEMBER = Period(2026, 10), Period(2026, 11)
ACCOUNT = PayerAccount(UUID(int=1), "1000", "Иванова", "д. 1", date(2020, 1, 1))


def purpose(place: int, *, contract: int = 1) -> Purpose:
    return Purpose(
        UUID(int=100 + place),
        UUID(int=contract),
        f"s{place:02}",
        f"Услуга {place}",
        f"№{contract}",
        f"Поставщик {contract}",
        place,
    )


def owed(*rows: Due, advance: dict[Purpose, int] | None = None) -> Dues:
    weights = {row.purpose: max(1, row.charged_kop) for row in rows} if advance is None else advance
    return dues.of_rows(
        list(rows),
        account=ACCOUNT,
        version="1.1",
        posting_period=NOVEMBER,
        terms=payment_terms(),
        advance_weights=weights,
    )


def bill(*amounts: int, origin: Period = OCTOBER, penalty: int = 0) -> list[Due]:
    return [
        Due(purpose(place), origin, amount, penalty, amount) for place, amount in enumerate(amounts)
    ]


def paid(allocation, kind: AllocationKind | None = None) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for line in allocation.lines:
        if kind is None or line.kind is kind:
            key = (str(line.origin_period), f"s{line.service_id.int - 100:02}")
            found[key] = found.get(key, 0) + line.amount_kop
    return found


LINES = st.lists(st.tuples(st.integers(0, 50_000), st.integers(0, 80_000)), min_size=1, max_size=14)


@given(lines=LINES, share=st.integers(0, 1_000))
def test_a_split_is_the_exact_share_rounded_by_remainders(
    lines: list[tuple[int, int]], share: int
) -> None:
    weights, caps = [w for w, _ in lines], [c for _, c in lines]
    amount = sum(caps) * share // 1_000

    parts = split(amount, weights=weights, caps=caps)

    assert parts == water(amount, weights, caps)


@given(lines=LINES, extra=st.integers(0, 100))
def test_parts_sum_and_stay_under_their_caps(lines: list[tuple[int, int]], extra: int) -> None:
    weights, caps = [w for w, _ in lines], [c for _, c in lines]

    for amount in {0, 1, sum(caps) // 2, sum(caps), sum(caps) + extra}:
        parts = split(amount, weights=weights, caps=caps)

        assert sum(parts) == min(amount, sum(caps))
        assert all(0 <= part <= cap for part, cap in zip(parts, caps, strict=True))


def test_ties_go_to_the_larger_weight_then_to_the_earlier_line() -> None:
    assert split(1, weights=[1, 1, 2], caps=[9, 9, 9]) == [0, 0, 1]
    assert split(1, weights=[1, 1], caps=[9, 9]) == [1, 0]
    assert split(2, weights=[3, 1, 1, 1], caps=[9, 9, 9, 9]) == [1, 1, 0, 0]


def test_a_published_bill_overpaid_by_22_kopecks() -> None:
    found = allocate(320_000, owed(*bill(5_653, 199_144, 38_355, 76_826)), on=ON)

    totals = [
        sum(amount for (_, service), amount in paid(found).items() if service == name)
        for name in ("s00", "s01", "s02", "s03")
    ]
    assert totals == [5_653, 199_158, 38_358, 76_831]
    assert found.advance_kop == 22
    assert {str(line.origin_period) for line in found.lines if line.kind == "advance"} == {
        "2026-11"
    }


def test_the_whole_bill_gives_each_line_its_own_amount() -> None:
    rows = bill(5_653, 199_144, 38_355, penalty=101)

    found = allocate(5_653 + 199_144 + 38_355 + 303, owed(*rows), on=ON)

    assert list(paid(found, AllocationKind.PAYMENT).values()) == [5_653, 199_144, 38_355]
    assert list(paid(found, AllocationKind.PENALTY_PAYMENT).values()) == [101, 101, 101]
    assert found.advance_kop == 0


def test_the_oldest_period_is_paid_before_the_next_gets_a_kopeck() -> None:
    rows = [*bill(1_000, 3_000, origin=Period(2026, 9)), *bill(500, 500)]

    found = allocate(4_100, owed(*rows), on=ON)

    assert paid(found) == {
        ("2026-09", "s00"): 1_000, ("2026-09", "s01"): 3_000,
        ("2026-10", "s00"): 50, ("2026-10", "s01"): 50,
    }  # fmt: skip


def test_weights_are_the_charges_not_the_debts() -> None:
    rows = [
        Due(purpose(0), Period(2026, 10), 1_000, 0, 3_000),
        Due(purpose(1), Period(2026, 10), 1_000, 0, 1_000),
    ]

    by_charges = allocate(800, owed(*rows), on=ON)
    by_debt = allocate(
        800, owed(*rows), on=ON, scheme=AllocationScheme(within_period=WithinPeriod.DEBT)
    )

    assert list(paid(by_charges).values()) == [600, 200]
    assert list(paid(by_debt).values()) == [400, 400]


def test_strict_order_of_services_and_order_by_supplier() -> None:
    rows = [
        Due(purpose(0, contract=1), Period(2026, 10), 600, 0, 600),
        Due(purpose(1, contract=2), Period(2026, 10), 300, 0, 300),
        Due(purpose(2, contract=2), Period(2026, 10), 100, 0, 100),
    ]

    strict = allocate(
        700, owed(*rows), on=ON, scheme=AllocationScheme(within_period=WithinPeriod.PRIORITY)
    )
    grouped = allocate(
        500,
        owed(*rows),
        on=ON,
        scheme=AllocationScheme(within_period=WithinPeriod.SUPPLIER_THEN_SERVICE),
    )

    assert list(paid(strict).values()) == [600, 100]
    assert list(paid(grouped).values()) == [300, 150, 50]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (PeriodOrder.FIFO, {"2026-08": 100}),
        (PeriodOrder.DOCUMENT_FIRST, {"2026-09": 100}),
        (PeriodOrder.CURRENT_FIRST, {"2026-10": 100}),
        (PeriodOrder.DOCUMENT_ONLY, {"2026-09": 100}),
    ],
)
def test_the_scheme_says_which_period_comes_first(
    order: PeriodOrder, expected: dict[str, int]
) -> None:
    rows = [due for month in (8, 9, 10) for due in bill(500, origin=Period(2026, month))]

    found = allocate(
        100,
        owed(*rows),
        on=ON,
        scheme=AllocationScheme(period_order=order),
        document_period=Period(2026, 9),
    )

    assert {month: amount for (month, _), amount in paid(found).items()} == expected


def test_the_document_alone_is_paid_and_the_rest_is_an_advance() -> None:
    rows = [due for month in (8, 9) for due in bill(500, origin=Period(2026, month))]

    found = allocate(
        700,
        owed(*rows),
        on=ON,
        scheme=AllocationScheme(period_order=PeriodOrder.DOCUMENT_ONLY),
        document_period=Period(2026, 9),
    )

    assert paid(found, AllocationKind.PAYMENT) == {("2026-09", "s00"): 500}
    assert found.advance_kop == 200


def test_a_period_the_payer_named_goes_before_older_debt() -> None:
    rows = [due for month in (8, 9, 10) for due in bill(500, origin=Period(2026, month))]

    found = allocate(700, owed(*rows), on=ON, designation=Period(2026, 10))

    assert paid(found) == {("2026-08", "s00"): 200, ("2026-10", "s00"): 500}


@pytest.mark.parametrize(
    ("order", "principal", "penalty"),
    [
        (PenaltyOrder.LAST, {"2026-09": 1_000, "2026-10": 200}, {}),
        (PenaltyOrder.AFTER_PERIOD, {"2026-09": 1_000, "2026-10": 100}, {"2026-09": 100}),
        (PenaltyOrder.FIRST, {"2026-09": 1_000}, {"2026-09": 100, "2026-10": 100}),
        (PenaltyOrder.NEVER, {"2026-09": 1_000, "2026-10": 200}, {}),
    ],
)
def test_the_scheme_says_when_penalties_are_paid(
    order: PenaltyOrder, principal: dict[str, int], penalty: dict[str, int]
) -> None:
    rows = [
        due for month in (9, 10) for due in bill(1_000, origin=Period(2026, month), penalty=100)
    ]

    found = allocate(1_200, owed(*rows), on=ON, scheme=AllocationScheme(penalty=order))

    def by_month(kind: AllocationKind) -> dict[str, int]:
        return {month: amount for (month, _), amount in paid(found, kind).items()}

    assert by_month(AllocationKind.PAYMENT) == principal
    assert by_month(AllocationKind.PENALTY_PAYMENT) == penalty


def test_penalties_may_share_pro_rata_with_principal() -> None:
    found = allocate(
        550,
        owed(*bill(1_000, penalty=100)),
        on=ON,
        scheme=AllocationScheme(penalty=PenaltyOrder.OWN_LINE),
    )

    assert [line.amount_kop for line in found.lines] == [500, 50]


def test_a_time_barred_debt_is_paid_when_no_other_is_owed() -> None:
    rows = [*bill(500, origin=Period(2022, 9)), *bill(500)]

    found = allocate(600, owed(*rows), on=ON)
    oldest_first = allocate(
        600, owed(*rows), on=ON, scheme=AllocationScheme(time_barred=TimeBarred.AS_OTHERS)
    )

    assert paid(found) == {("2026-10", "s00"): 500, ("2022-09", "s00"): 100}
    assert paid(oldest_first) == {("2022-09", "s00"): 500, ("2026-10", "s00"): 100}


def test_an_advance_needs_a_service_to_lie_on() -> None:
    with pytest.raises(NothingToCredit, match="назначьте услуги"):
        allocate(100, owed(), on=ON)


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_is_no_payment(amount: int) -> None:
    with pytest.raises(NotPositive):
        allocate(amount, owed(*bill(500)), on=ON)


@st.composite
def books(draw: st.DrawFn) -> Dues:
    rows = [
        Due(
            purpose(place, contract=1 + place % 2),
            Period(2026, month),
            draw(st.integers(-3_000, 9_000)),
            draw(st.integers(-50, 400)),
            draw(st.integers(-500, 9_000)),
        )
        for month in range(7, 11)
        for place in range(draw(st.integers(1, 5)))
    ]
    return owed(*rows)


SCHEMES = st.builds(
    AllocationScheme,
    period_order=st.sampled_from(PeriodOrder),
    within_period=st.sampled_from(WithinPeriod),
    penalty=st.sampled_from(PenaltyOrder),
)


@given(
    dues_now=books(),
    amount=st.integers(1, 150_000),
    scheme=SCHEMES,
    month=st.none() | st.integers(7, 10),
)
def test_lines_sum_to_the_payment_and_only_an_advance_passes_a_debt(
    dues_now: Dues, amount: int, scheme: AllocationScheme, month: int | None
) -> None:
    named = None if month is None else Period(2026, month)

    found = allocate(amount, dues_now, on=ON, scheme=scheme, document_period=named)

    assert found.amount_kop == amount
    assert all(line.amount_kop > 0 for line in found.lines)
    assert found == allocate(amount, dues_now, on=ON, scheme=scheme, document_period=named)
    caps: dict[tuple[object, ...], int] = {}
    left = dues_now.outstanding
    for row, place in enumerate(dues_now.purpose_of):
        service = dues_now.purposes[place].service_id
        origin = dues_now.origin_periods[row]
        caps[service, origin, AllocationKind.PAYMENT] = left.principal_kop[row]
        caps[service, origin, AllocationKind.PENALTY_PAYMENT] = left.penalty_kop[row]
    for line in found.lines:
        if line.kind is not AllocationKind.ADVANCE:
            assert line.amount_kop <= caps[line.service_id, line.origin_period, line.kind]


@given(dues_now=books())
def test_paying_what_is_payable_leaves_nothing_to_pay(dues_now: Dues) -> None:
    if not dues_now.payable_kop:
        return

    found = allocate(dues_now.payable_kop, dues_now, on=ON)

    assert found.advance_kop == 0
    after = [
        Due(row.purpose, row.origin_period, row.principal_kop, row.penalty_kop)
        for row in dues_now.rows()
    ]
    after += [
        Due(
            next(p for p in dues_now.purposes if p.service_id == line.service_id),
            line.origin_period,
            -line.amount_kop if line.kind is AllocationKind.PAYMENT else 0,
            -line.amount_kop if line.kind is AllocationKind.PENALTY_PAYMENT else 0,
        )
        for line in found.lines
    ]
    assert owed(*after).payable_kop == 0


@given(
    charges=st.lists(st.integers(1, 400_000), min_size=1, max_size=12),
    share=st.integers(1, 999),
)
def test_half_a_bill_is_shared_as_253_says(charges: list[int], share: int) -> None:
    amount = max(1, sum(charges) * share // 1_000)

    found = allocate(amount, owed(*bill(*charges)), on=ON)

    parts = paid(found)
    for place, charge in enumerate(charges):
        exact = Fraction(amount * charge, sum(charges))
        assert abs(parts.get(("2026-10", f"s{place:02}"), 0) - exact) < 1


def test_settings_are_read_in_the_words_of_the_workbook() -> None:
    assert scheme_of({}) == AllocationScheme()
    assert scheme_of(
        {
            "распределение.порядок_периодов": "только период документа",
            "распределение.внутри_периода": "debt",
            "распределение.пени": "не гасить",
        }
    ) == AllocationScheme(PeriodOrder.DOCUMENT_ONLY, WithinPeriod.DEBT, PenaltyOrder.NEVER)
    with pytest.raises(UnknownSetting, match="по начислениям"):
        scheme_of({"распределение.внутри_периода": "наугад"})


def test_a_big_account_is_spread_within_five_milliseconds() -> None:
    rows = [
        Due(purpose(place), Period(2023, 11).plus(month), 10_007 + 31 * place, 77, 9_001 + place)
        for month in range(36)
        for place in range(12)
    ]
    times = []
    for _ in range(15):
        big = owed(*rows)  # Netting is cached in the dues, so each try has its own.
        start = time.perf_counter()
        found = allocate(2_000_000, big, on=ON)
        times.append(time.perf_counter() - start)

    assert found.amount_kop == 2_000_000
    assert min(times) < 0.005
