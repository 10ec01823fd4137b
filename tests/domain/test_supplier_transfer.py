from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.supplier_transfer import (
    Received,
    TransferState,
    TransferTerms,
    credited_on,
    due_on,
    last_paid_on,
    working_day_after,
)
from tests.fixtures.soak import examples

START = date(2026, 11, 2)
days = st.integers(0, 40).map(lambda number: START + timedelta(days=number))
rest = st.frozensets(days, max_size=15)
terms = st.builds(
    TransferTerms,
    minimum_kop=st.just(500_000),
    days_max=st.integers(1, 7),
    accumulated_same_day=st.booleans(),
    credit_days=st.fixed_dictionaries(
        {"desk": st.integers(0, 2), "bank": st.integers(0, 4), "agent": st.integers(0, 4)}
    ),
    reconciled_only=st.sampled_from([frozenset(), frozenset({"bank"})]),
)


@st.composite
def receipts(draw: st.DrawFn) -> Received:
    paid_on = draw(days)
    shown = draw(st.one_of(st.none(), st.integers(0, 5)))
    return Received(
        draw(st.sampled_from("АБ")),
        draw(st.sampled_from(["desk", "bank", "agent"])),
        paid_on,
        None if shown is None else paid_on + timedelta(days=shown),
        draw(st.sampled_from([-300_000, -1, 1, 100_000, 250_000, 499_999, 500_000, 2_000_000])),
        1,
    )


def working(holidays: frozenset[date]):
    return lambda day: day.weekday() < 5 and day not in holidays


@given(st.lists(receipts(), max_size=12), terms, rest)
@settings(max_examples=examples(300, full=5_000), deadline=None)
def test_every_day_is_decided_as_the_rule_is_read(
    received: list[Received], rule: TransferTerms, holidays: frozenset[date]
) -> None:
    is_working = working(holidays)
    day = START + timedelta(days=41)
    while not is_working(day):
        day += timedelta(days=1)

    found = {one.contract: one for one in due_on(day, received, terms=rule, is_working=is_working)}

    for contract in "АБ":
        came = [
            (credited_on(one, rule, is_working=is_working), one.amount_kop)
            for one in received
            if one.contract == contract
        ]
        before = [(credit, kop) for credit, kop in came if credit is not None and credit < day]
        today = sum(kop for credit, kop in came if credit == day)
        if not before:
            assert contract not in found
            continue
        total = sum(kop for _, kop in before)
        one = found[contract]
        if total >= 500_000:
            assert (one.state, one.amount_kop) == (TransferState.DAILY, total)
        elif total <= 0:
            assert (one.state, one.amount_kop) == (TransferState.WAITING, total)
        else:
            sums = {c: sum(k for other, k in before if other == c) for c, _ in before}
            oldest = min(c for c, k in sums.items() if k > 0)
            passed = sum(
                is_working(oldest + timedelta(days=n)) for n in range(1, (day - oldest).days + 1)
            )
            late = passed >= rule.days_max
            filled = rule.accumulated_same_day and total + today >= 500_000 and today != 0
            assert one.waits_since == oldest
            assert one.goes == (late or filled)
            assert one.amount_kop == total + (today if filled and not late else 0)


@given(st.sampled_from(["desk", "bank", "agent"]), terms, rest, days)
def test_the_last_day_of_payment_parts_what_is_credited_from_what_is_not(
    channel: str, rule: TransferTerms, holidays: frozenset[date], day: date
) -> None:
    is_working = working(holidays)

    last = last_paid_on(channel, rule, before=day, is_working=is_working)

    for number in range(-12, 5):
        paid_on = day + timedelta(days=number)
        one = Received("А", channel, paid_on, None, 1, 1)
        credit = credited_on(one, rule, is_working=is_working)
        is_credited = credit is not None and credit < day
        assert is_credited == (last is not None and paid_on <= last)


@given(days, st.integers(0, 10), rest)
def test_the_nth_working_day_has_n_working_days_to_it(
    day: date, count: int, holidays: frozenset[date]
) -> None:
    is_working = working(holidays)

    found = working_day_after(day, days=count, is_working=is_working)

    between = sum(is_working(day + timedelta(days=n)) for n in range(1, (found - day).days + 1))
    assert between == count
    assert found == day or is_working(found)
