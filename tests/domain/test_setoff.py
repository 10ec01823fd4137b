from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.allocation_scheme import UnknownSetting
from app.domain.ledger import EntryKind
from app.domain.period import Period
from app.domain.setoff import (
    SetoffOrder,
    SetoffReach,
    SetoffRow,
    SetoffRule,
    entries_of,
    layers_of,
    rule_of,
    set_off,
)
from tests.fixtures.soak import examples

# Services 0, 1 are of contract 1, 2 of contract 2, all of payee «А»; 3 is of «Б»; 4 is repair, «А».
CONTRACTS, CREDITORS, REPAIR = (1, 1, 2, 3, 1), ("А", "А", "А", "Б", "А"), 4
DAYS = st.dates(date(2026, 1, 1), date(2026, 9, 30))


@st.composite
def books(draw: st.DrawFn) -> list[SetoffRow]:
    owed = st.integers(-40, 40) | st.integers(-9_000, 9_000)
    received = st.lists(st.tuples(DAYS, st.integers(-500, 5_000)), max_size=3).map(tuple)
    return [
        SetoffRow(
            place, CONTRACTS[place], CREDITORS[place], place, Period(2026, month), draw(owed),
            draw(st.integers(-50, 200)), draw(st.integers(0, 900)), place == REPAIR,
            draw(st.integers(0, 9)) == 0, False, draw(received), draw(received),
        )
        for month in range(7, 11)
        for place in sorted(draw(st.sets(st.integers(0, 4), min_size=1)))
    ]  # fmt: skip


RULES = st.builds(
    SetoffRule,
    reach=st.sampled_from(SetoffReach),
    order=st.sampled_from(SetoffOrder),
    pays_penalty=st.booleans(),
    kr_separate=st.booleans(),
    covers_barred=st.booleans(),
)


def after(rows: list[SetoffRow], rule: SetoffRule) -> list[SetoffRow]:
    left = list(rows)
    for entry in entries_of(set_off(rows, rule)):
        name = "penalty_kop" if entry.kind.is_penalty else "principal_kop"
        row = left[entry.row]
        left[entry.row] = row._replace(**{name: getattr(row, name) + entry.amount_kop})
    return left


@settings(max_examples=examples(300, full=20_000), deadline=None)
@given(rows=books(), rule=RULES)
def test_money_is_moved_and_nothing_passes_zero(rows: list[SetoffRow], rule: SetoffRule) -> None:
    entries = entries_of(set_off(rows, rule))
    left = after(rows, rule)

    assert sum(entry.amount_kop for entry in entries) == 0
    assert {entry.kind for entry in entries} <= {EntryKind.SETOFF, EntryKind.PENALTY_PAYMENT}
    for before, now in zip(rows, left, strict=True):
        for was, came in ((before.principal_kop, now.principal_kop),
                          (before.penalty_kop, now.penalty_kop)):  # fmt: skip
            assert min(was, 0) <= came <= max(was, 0)
    assert set_off(rows, rule) == set_off(rows, rule)


@settings(max_examples=examples(200, full=10_000), deadline=None)
@given(rows=books(), rule=RULES)
def test_a_second_set_off_finds_nothing(rows: list[SetoffRow], rule: SetoffRule) -> None:
    assert set_off(after(rows, rule), rule) == []


@settings(max_examples=examples(300, full=20_000), deadline=None)
@given(rows=books(), rule=RULES)
def test_money_stays_within_its_reach(rows: list[SetoffRow], rule: SetoffRule) -> None:
    for move in set_off(rows, rule):
        source, target = rows[move.source], rows[move.target]
        assert move.amount_kop > 0
        assert source.creditor == target.creditor
        assert rule.covers_barred or not target.is_barred
        assert rule.pays_penalty or not move.to_penalty
        if rule.reach is SetoffReach.NONE:
            assert (source.service, source.contract) == (target.service, target.contract)
        if rule.reach is SetoffReach.CONTRACT:
            assert source.contract == target.contract
        if rule.kr_separate:
            assert source.is_capital_repair == target.is_capital_repair


@settings(max_examples=examples(200, full=10_000), deadline=None)
@given(rows=books(), rule=RULES)
def test_no_credit_is_left_beside_a_debt_it_may_cover(
    rows: list[SetoffRow], rule: SetoffRule
) -> None:
    left = after(rows, replace(rule, kr_separate=False, covers_barred=True))

    sums: dict[object, list[int]] = {}
    key = {
        SetoffReach.NONE: lambda row: (row.service, row.contract),
        SetoffReach.CONTRACT: lambda row: row.contract,
        SetoffReach.CREDITOR: lambda row: row.creditor,
    }[rule.reach]
    for row in left:
        side = sums.setdefault(key(row), [0, 0])
        side[0] += min(0, row.principal_kop) + min(0, row.penalty_kop)
        side[1] += max(0, row.principal_kop)
        side[1] += max(0, row.penalty_kop) if rule.pays_penalty else 0
    assert all(not credit or not debt for credit, debt in sums.values())


@given(
    credit=st.integers(1, 9_000),
    received=st.lists(st.tuples(DAYS, st.integers(-900, 5_000)), max_size=5),
)
def test_layers_sum_to_the_credit(credit: int, received: list[tuple[date, int]]) -> None:
    layers = layers_of(credit, received, otherwise=date(2025, 12, 1))

    assert sum(kop for _, kop in layers) == credit
    assert layers == sorted(layers)
    assert all(kop > 0 for _, kop in layers)


def test_a_word_that_is_no_setting_is_refused() -> None:
    assert rule_of({}) == SetoffRule()
    with pytest.raises(UnknownSetting, match="в договоре"):
        rule_of({"распределение.зачёт_между_услугами": "всегда"})
