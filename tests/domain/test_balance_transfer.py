"""What an act moves: never more than there is, of its parts alone, and nothing is lost."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain import balance_transfer, contract_history, money_words
from app.domain.balance_transfer import EVERYTHING, Choice, Held, Part, chosen
from app.domain.contract_history import AssignedSpan
from app.domain.period import Period
from tests.fixtures.soak import examples

AMOUNTS = st.integers(-500_000, 500_000)


@st.composite
def helds(draw: st.DrawFn) -> Held:
    size = draw(st.integers(0, 12))

    def column(of: st.SearchStrategy[int]) -> np.ndarray:
        values = draw(st.lists(of, min_size=size, max_size=size))
        return np.array(values, dtype=np.int64)

    return Held(
        account=column(st.integers(0, 2)),
        service=column(st.integers(0, 2)),
        contract=column(st.integers(0, 1)),
        origin=np.sort(column(st.integers(24_300, 24_320))),
        principal_kop=column(AMOUNTS),
        penalty_kop=column(AMOUNTS),
        is_barred=column(st.integers(0, 1)).astype(np.bool_),
    )


@settings(max_examples=examples(200, full=3000), deadline=None)
@given(held=helds(), parts=st.frozensets(st.sampled_from(Part)))
def test_whole_rows_of_the_chosen_parts_move_and_no_others(held: Held, parts) -> None:
    moves = chosen(held, Choice(parts=parts))

    expected = []
    for row in range(len(held)):
        owed, fine = int(held.principal_kop[row]), int(held.penalty_kop[row])
        part = Part.ADVANCE if owed < 0 else (
            Part.TIME_BARRED if held.is_barred[row] else Part.PRINCIPAL
        )  # fmt: skip
        if owed and part in parts:
            expected.append((row, False, owed))
        if fine and Part.PENALTY in parts:
            expected.append((row, True, fine))
    found = zip(
        moves.row.tolist(), moves.is_penalty.tolist(), moves.amount_kop.tolist(), strict=True
    )
    assert list(found) == expected


@settings(max_examples=examples(200, full=3000), deadline=None)
@given(held=helds(), asked=st.integers(1, 1_000_000))
def test_a_sum_is_taken_exactly_the_oldest_first_and_never_past_what_is_there(
    held: Held, asked: int
) -> None:
    debts = np.maximum(held.principal_kop, 0), np.maximum(held.penalty_kop, 0)
    total = int(sum(debt.sum() for debt in debts))
    choice = Choice(parts=EVERYTHING, amount_kop=asked)
    if asked > total:
        with pytest.raises(balance_transfer.NotSoMuch):
            chosen(held, choice)
        return

    moves = chosen(held, choice)

    assert int(moves.amount_kop.sum()) == asked
    assert bool((moves.amount_kop > 0).all())
    # One kopeck at a time, principal of the oldest row first, penalties after all of it.
    left, expected = asked, {}
    for is_penalty, debt in enumerate(debts):
        for row in range(len(held)):
            taken = min(left, int(debt[row]))
            left -= taken
            if taken:
                expected[row, bool(is_penalty)] = taken
    assert dict(zip(
        zip(moves.row.tolist(), moves.is_penalty.tolist(), strict=True),
        moves.amount_kop.tolist(), strict=True,
    )) == expected  # fmt: skip


def test_services_and_periods_choose_rows() -> None:
    held = balance_transfer.held_of(
        (0, service, 0, Period(2026, month), 100, 0, False)
        for month in (8, 9, 10) for service in (0, 1)
    )  # fmt: skip

    moves = chosen(
        held,
        Choice(EVERYTHING, services=(1,), first=Period(2026, 9), last=Period(2026, 9)),
    )

    assert moves.row.tolist() == [3]


def test_nothing_moves_of_nothing() -> None:
    assert len(chosen(balance_transfer.held_of([]), Choice(EVERYTHING))) == 0


@pytest.mark.parametrize(
    ("amount_kop", "words"),
    [
        (0, "Ноль рублей 00 копеек"),
        (1_01, "Один рубль 01 копейка"),
        (2_000_02, "Две тысячи рублей 02 копейки"),
        (21_11, "Двадцать один рубль 11 копеек"),
        (1_214_119_35, "Один миллион двести четырнадцать тысяч сто девятнадцать рублей 35 копеек"),
        (-5_90, "Минус пять рублей 90 копеек"),
        (3_000_000_000_00, "Три миллиарда рублей 00 копеек"),
    ],
)
def test_an_amount_in_words(amount_kop: int, words: str) -> None:
    assert money_words.in_words(amount_kop) == words


def test_what_an_account_has_of_its_own_takes_the_days_of_its_house() -> None:
    def span(contract: str, since: int, until: int | None, *, own: bool) -> AssignedSpan:
        day = Period(2026, since).first_day
        end = Period(2026, until).first_day if until else None
        return AssignedSpan("хвс", "Вода", contract, "УК", "Водоканал", day, end, is_own=own)

    spans = contract_history.effective(
        [span("В-1", 1, 9, own=False), span("В-2", 9, None, own=False), span("Т", 5, 7, own=True)]
    )

    told = [(one.contract, one.since.month, one.until and one.until.month) for one in spans]
    assert told == [("В-1", 1, 5), ("Т", 5, 7), ("В-1", 7, 9), ("В-2", 9, None)]
    (on,) = contract_history.in_force(spans, on=Period(2026, 7).first_day)
    assert on.contract == "В-1"
