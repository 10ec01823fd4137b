"""Penalties of all debts at once against the day-by-day oracle: random debts, stops, choices."""

from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app import resources
from app.domain import days, law, penalty_law, penalty_slots
from app.domain.penalty import STOP_OWN, Paid, Penalties, PenaltyItems, Stops, accrue
from app.domain.penalty_terms import SCHEME_CODES, CapBy, PenaltySettings, PenaltyTerms, RateMode
from tests.domain import oracle_penalty
from tests.domain.oracle_penalty import Choices, Debt
from tests.fixtures.soak import examples

LAW = law.table(resources.law_table("penalty")) | law.table(resources.law_table("key_rate"))
RATE = oracle_penalty.lawful_rate()
FIRST = date(2013, 1, 1)
SPAN = 15 * 365


def ints(values) -> np.ndarray:
    return np.array(list(values), dtype=np.int64)


def day(offset: int) -> date:
    return FIRST + timedelta(days=offset)


@st.composite
def debts(draw) -> Debt:
    due = draw(st.integers(0, SPAN - 1))
    principal = draw(st.one_of(st.integers(-5, 300), st.integers(0, 3_000_000)))
    near = st.integers(max(due - 40, 0), min(due + 600, SPAN))
    amount = st.integers(-principal - 2, principal + 2) if principal > 0 else st.integers(0, 9)
    payments = draw(st.lists(st.tuples(near, amount), max_size=5))
    stops = draw(st.lists(st.tuples(near, st.integers(1, 200)), max_size=3))
    return Debt(
        due=day(due),
        scheme=draw(st.sampled_from(sorted(SCHEME_CODES))),
        principal=principal,
        payments=[(day(when), kop) for when, kop in payments],
        stops=[(day(start), day(start + length)) for start, length in stops],
    )


CHOICES = st.builds(
    Choices,
    per_day=st.booleans(),
    cap_by_day=st.booleans(),
    payment_day_counts=st.booleans(),
    pp497=st.booleans(),
    freezes=st.booleans(),
    min_debt=st.sampled_from([0, 0, 100, 100_000]),
)


def terms_of(choices: Choices) -> PenaltyTerms:
    return penalty_law.terms(
        LAW,
        settings=PenaltySettings(
            rate_mode=RateMode.PER_DAY if choices.per_day else RateMode.PAYMENT_DAY,
            cap_by=CapBy.ACCRUAL_DAY if choices.cap_by_day else CapBy.PAYMENT_DAY,
            includes_payment_day=choices.payment_day_counts,
            applies_pp497=choices.pp497,
            stop_freezes_counter=choices.freezes,
            min_debt_kop=choices.min_debt,
        ),
    )


def items_of(owed: list[Debt]) -> PenaltyItems:
    return PenaltyItems(
        ints(days.number(debt.due) for debt in owed),
        ints(SCHEME_CODES[debt.scheme] for debt in owed),
        ints(debt.principal for debt in owed),
    )


def accrued(owed: list[Debt], on: date, choices: Choices) -> Penalties:
    rows = [(at, *paid) for at, debt in enumerate(owed) for paid in debt.payments]
    stops = [(at, *stop) for at, debt in enumerate(owed) for stop in debt.stops]
    return accrue(
        items_of(owed),
        Paid(ints(row[0] for row in rows), ints(days.number(row[1]) for row in rows),
             ints(row[2] for row in rows)),
        on=days.number(on),
        terms=terms_of(choices),
        stops=Stops(ints(row[0] for row in stops), ints(days.number(row[1]) for row in stops),
                    ints(days.number(row[2]) for row in stops),
                    ints(STOP_OWN + at for at, _ in enumerate(stops))),
    )  # fmt: skip


@settings(max_examples=examples(150, full=2_000), deadline=None)
@given(owed=st.lists(debts(), min_size=1, max_size=4), on=st.integers(0, SPAN), chosen=CHOICES)
def test_all_at_once_is_what_every_day_comes_to(owed, on, chosen) -> None:
    found = accrued(owed, day(on), chosen)

    expected = [
        oracle_penalty.penalty(
            debt, day(on), rate=RATE, cap=oracle_penalty.lawful_cap, choices=chosen
        )
        for debt in owed
    ]
    assert found.total_kop.tolist() == expected
    assert found.unpaid_kop.tolist() == [
        oracle_penalty.parts(debt, day(on))[-1][1] for debt in owed
    ]


@settings(max_examples=examples(60, full=500), deadline=None)
@given(owed=st.lists(debts(), min_size=1, max_size=4), on=st.integers(0, SPAN), chosen=CHOICES)
def test_what_is_stored_gives_the_amount_again_and_counts_each_day_once(owed, on, chosen) -> None:
    items, found = items_of(owed), accrued(owed, day(on), chosen)
    places = np.arange(len(owed))

    packed = penalty_slots.pack(
        items, found, on=days.number(day(on)), shown_on=items.due_on, charged_kop=7 * places,
        chosen=places, settings=terms_of(chosen).settings,
    )  # fmt: skip

    records = {
        int(place): penalty_slots.unpack(row.tolist())
        for part in packed
        for place, row in zip(part.place, part.slots, strict=True)
    }
    assert sorted(records) == places.tolist()
    for place, record in records.items():
        assert record.recomputed_kop == record.total_kop == found.total_kop[place]
        assert record.amount_kop == found.total_kop[place] - 7 * place
        counted = [
            (one.paid_on, on_day)
            for one in record.segments
            for on_day in range(one.day_from, one.day_to)
        ]
        assert len(set(counted)) == len(counted)


@settings(max_examples=examples(60, full=500), deadline=None)
@given(debt=debts(), on=st.integers(0, SPAN), later=st.integers(0, 400))
def test_a_debt_paid_in_time_or_nothing_owed_bears_nothing(debt, on, later) -> None:
    debt.payments = [(debt.due - timedelta(days=later % 3), max(debt.principal, 0))]

    found = accrued([debt], day(on), Choices())

    if day(on) >= debt.due:
        assert found.total_kop.tolist() == [0]
        assert len(found.segments) == 0
