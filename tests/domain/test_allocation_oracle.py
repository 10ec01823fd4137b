"""Every setting against an independent split in exact fractions, and the invariants of a split."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain import dues
from app.domain.allocation import Allocation, AllocationKind, allocate
from app.domain.allocation_scheme import (
    AllocationScheme,
    DocumentPeriod,
    PenaltyOrder,
    PeriodOrder,
    Surplus,
    TimeBarred,
    WithinPeriod,
)
from app.domain.allocation_split import by_group, in_order, shares
from app.domain.allocation_target import Target
from app.domain.dues import Due, Dues, PayerAccount, Purpose
from app.domain.payment import line_document, line_of_document
from app.domain.period import Period
from app.store.law import payment_terms
from tests.domain import oracle_allocation as oracle
from tests.fixtures.soak import examples

ON, POSTING = date(2026, 11, 12), Period(2026, 11)
ACCOUNT = PayerAccount(UUID(int=1), "1000", "Иванова", "д. 1", date(2020, 1, 1))
MONTHS = (Period(2022, 8), Period(2022, 9), *(Period(2026, month) for month in range(7, 11)))
BARRED = frozenset(month for month in MONTHS if month.year == 2022)
# Service 4 is capital repair of payee 3; service 5 holds the advance of the account.
PAYEES, REPAIR, HOLDER = (1, 1, 2, 2, 3, 1), 4, 5
CODES = ("с0", "с1", "с2", "с3", "кр", "аванс")


def purpose(place: int) -> Purpose:
    payee = PAYEES[place]
    return Purpose(
        UUID(int=100 + place), UUID(int=payee), CODES[place], CODES[place], f"№{payee}",
        f"П{payee}", place, UUID(int=payee), place == REPAIR,
    )  # fmt: skip


@st.composite
def debts(draw: st.DrawFn) -> list[oracle.Debt]:
    small = st.integers(0, 30) | st.integers(0, 9_000)
    return [
        oracle.Debt(month, place, PAYEES[place], draw(small), draw(st.integers(0, 300)),
                    draw(st.integers(-300, 9_000)), place == REPAIR)
        for month in draw(st.lists(st.sampled_from(MONTHS), min_size=1, max_size=4, unique=True))
        for place in draw(st.sets(st.integers(0, REPAIR), min_size=1))
    ]  # fmt: skip


SCHEMES = st.builds(
    AllocationScheme,
    period_order=st.sampled_from(PeriodOrder),
    within_period=st.sampled_from(WithinPeriod),
    penalty=st.sampled_from(PenaltyOrder),
    surplus=st.sampled_from(Surplus),
    time_barred=st.sampled_from(TimeBarred),
    document_period=st.sampled_from(DocumentPeriod),
    kr_separate=st.booleans(),
    min_line_kop=st.sampled_from([0, 0, 50, 700]),
)
NAMED = st.builds(
    oracle.Named,
    service=st.none() | st.integers(0, REPAIR),
    payee=st.none(),
    month=st.none() | st.sampled_from(MONTHS),
    is_penalty=st.booleans(),
) | st.builds(oracle.Named, payee=st.sampled_from([1, 2, 3]), is_penalty=st.booleans())


def books_of(rows: list[oracle.Debt]) -> tuple[Dues, list[tuple[int, int, bool]]]:
    last = max(row.month for row in rows)
    lasts = [(0, PAYEES[place], place == REPAIR) for place in range(len(CODES))]
    for row in rows:
        if row.month == last:
            lasts[row.service] = (max(1, row.charged), row.payee, row.is_repair)
    made = dues.of_rows(
        [
            Due(purpose(row.service), row.month, row.principal, row.penalty, row.charged)
            for row in rows
        ],
        account=ACCOUNT,
        version="1.1",
        posting_period=POSTING,
        terms=payment_terms(),
        advance_weights={purpose(place): weight for place, (weight, _, _) in enumerate(lasts)},
    )
    return made, lasts


def target_of(named: oracle.Named) -> Target:
    return Target(
        service_id=None if named.service is None else UUID(int=100 + named.service),
        contract_ids=None if named.payee is None else frozenset({UUID(int=named.payee)}),
        origin_period=named.month,
        is_penalty=named.is_penalty,
        is_whole=named.is_whole,
        amount_kop=named.amount,
        note="назвал",
    )


def lines_of(found: Allocation) -> dict[oracle.Key, int]:
    got: dict[oracle.Key, int] = {}
    for line in found.lines:
        key = (line.origin_period, line.kind.value, line.service_id.int - 100)
        got[key] = got.get(key, 0) + line.amount_kop
    return got


@settings(max_examples=examples(300, full=6_000), deadline=None)
@given(
    rows=debts(),
    share=st.integers(1, 1_200),
    scheme=SCHEMES,
    wish=st.none() | st.tuples(NAMED, st.none() | st.integers(1, 1_000), st.booleans()),
    months=st.tuples(*[st.none() | st.sampled_from(MONTHS)] * 2),
    theirs=st.tuples(
        st.dictionaries(st.sampled_from([1, 2, 3]), SCHEMES, max_size=2), st.booleans()
    ),
)
def test_every_setting_agrees_with_exact_fractions(
    *,
    rows: list[oracle.Debt],
    share: int,
    scheme: AllocationScheme,
    wish: tuple[oracle.Named, int | None, bool] | None,
    months: tuple[Period | None, Period | None],
    theirs: tuple[dict[int, AllocationScheme], bool],
) -> None:
    document, designation = months
    own, is_apart = theirs
    named, named_share, is_whole = wish or (None, None, False)
    made, lasts = books_of(rows)
    amount = max(1, made.payable_kop * share // 1_000)
    if is_apart:
        own = own | {3: replace(own.get(3, scheme), own_document=True)}
    own = {payee: replace(one, own_document=is_apart and payee == 3) for payee, one in own.items()}
    if named is not None:
        part = None if named_share is None else max(1, amount * named_share // 1_000)
        fits = named.service is not None and is_whole
        named = replace(named, is_whole=fits, amount=part)
    whole = replace(scheme, own=tuple((UUID(int=payee), one) for payee, one in sorted(own.items())))

    found = allocate(
        amount, made, on=ON, scheme=whole, designation=designation, document_period=document,
        targets=() if named is None else (target_of(named),),
    )  # fmt: skip

    expected = oracle.spread(amount, oracle.Case(
        debts=rows, lasts=lasts, scheme=whole, posting=POSTING, barred=BARRED,
        apart=frozenset({3} if is_apart else ()), document=document, designation=designation,
        named=() if named is None else (named,), own=own, account_place=HOLDER,
    ))  # fmt: skip
    assert lines_of(found) == expected


@settings(max_examples=examples(150, full=5_000), deadline=None)
@given(rows=debts(), share=st.integers(1, 1_500), scheme=SCHEMES)
def test_lines_keep_the_invariants_of_the_specification(
    rows: list[oracle.Debt], share: int, scheme: AllocationScheme
) -> None:
    made, _ = books_of(rows)
    amount = max(1, made.payable_kop * share // 1_000)

    found = allocate(amount, made, on=ON, scheme=scheme)

    assert found.amount_kop == amount
    assert found == allocate(amount, made, on=ON, scheme=scheme)
    left = made.outstanding
    caps = {
        (origin, kind, made.purposes[place].service_id): cap
        for kind, debts_of in (
            (AllocationKind.PAYMENT, left.principal_kop),
            (AllocationKind.PENALTY_PAYMENT, left.penalty_kop),
        )
        for origin, place, cap in zip(made.origin_periods, made.purpose_of, debts_of, strict=True)
    }
    sums: dict[tuple[object, ...], int] = {}
    for line in found.lines:
        assert line.reason is not None
        assert line.amount_kop > 0
        if line.kind is not AllocationKind.ADVANCE:
            key = (line.origin_period, line.kind, line.service_id)
            sums[key] = sums.get(key, 0) + line.amount_kop
    assert all(part <= caps[key] for key, part in sums.items())
    undone = [replace(line, amount_kop=-line.amount_kop) for line in found.lines]
    assert all(
        line.amount_kop + back.amount_kop == 0
        for line, back in zip(found.lines, undone, strict=True)
    )


@settings(max_examples=examples(80, full=2_000), deadline=None)
@given(rows=debts(), scheme=SCHEMES)
def test_a_line_comes_back_from_the_books_as_it_was(
    rows: list[oracle.Debt], scheme: AllocationScheme
) -> None:
    made, _ = books_of(rows)

    found = allocate(max(1, made.payable_kop // 2), made, on=ON, scheme=scheme)

    assert [line_of_document(line_document(line)) for line in found.lines] == list(found.lines)


LINES = st.lists(st.tuples(st.integers(0, 50_000), st.integers(0, 80_000)), min_size=1, max_size=14)


@given(lines=LINES, share=st.integers(0, 1_000), least=st.sampled_from([0, 100, 3_000]))
def test_small_parts_are_given_to_others(
    lines: list[tuple[int, int]], share: int, least: int
) -> None:
    weights, caps = [w for w, _ in lines], [c for _, c in lines]
    amount = sum(caps) * share // 1_000

    parts = [one.part for one in shares(amount, weights=weights, caps=caps, least_kop=least)]

    assert parts == oracle.without_crumbs(amount, weights, caps, least)
    assert sum(parts) == amount


@given(lines=LINES, share=st.integers(0, 1_000))
def test_groups_and_order_never_pass_a_cap(lines: list[tuple[int, int]], share: int) -> None:
    weights, caps = [w for w, _ in lines], [c for _, c in lines]
    amount = sum(caps) * share // 1_000

    for found in (
        in_order(amount, caps),
        by_group(amount, weights=weights, caps=caps, groups=[i % 3 for i in range(len(caps))]),
    ):
        assert sum(one.part for one in found) == amount
        assert all(0 <= one.part <= cap for one, cap in zip(found, caps, strict=True))


@given(lines=LINES, share=st.integers(0, 1_000))
def test_what_a_share_says_of_itself_is_how_it_was_reckoned(
    lines: list[tuple[int, int]], share: int
) -> None:
    weights, caps = [w for w, _ in lines], [c for _, c in lines]

    found = shares(sum(caps) * share // 1_000, weights=weights, caps=caps)

    for one, cap in zip(found, caps, strict=True):
        if one.whole:
            assert one.part == one.pool * one.weight // one.whole + one.extra
        else:
            assert one.part in {0, cap}
