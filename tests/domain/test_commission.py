from datetime import date
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.commission import (
    CommissionBasis,
    CommissionKind,
    CommissionPayer,
    CommissionRule,
    CommissionTier,
    NoCommission,
    amount_of_total,
    commission_kop,
    registry_parts,
    shared,
    take,
)
from app.domain.commission_rules import AgentRule, choose, why
from app.domain.commission_split import PaymentPart, borne_by_suppliers, commissions
from tests.domain import oracle_commission as oracle
from tests.fixtures.soak import examples

DAY = date(2026, 11, 12)
TIERED = (CommissionKind.SLAB, CommissionKind.TURNOVER, CommissionKind.PROGRESSIVE)
rates = st.integers(0, 100_000)


@st.composite
def rules(draw: st.DrawFn, *, small: bool = False) -> CommissionRule:
    kind = draw(st.sampled_from(CommissionKind))
    size = 2_000 if small else 10_000_000
    edges: list[int] = [0]
    if kind in TIERED:
        edges = sorted(draw(st.sets(st.integers(0, size), min_size=1, max_size=4)))
    ends: list[int | None] = [*edges[1:], draw(st.sampled_from([None, edges[-1] + size]))]
    if kind not in TIERED:
        ends = [None]
    tiers = []
    whole = draw(_limits(size))
    for start, end in zip(edges, ends, strict=True):
        low, high, fixed = whole if kind is CommissionKind.PROGRESSIVE else draw(_limits(size))
        tiers.append(CommissionTier(draw(rates), start, end, low, high, fixed))
    return CommissionRule(
        kind, draw(st.sampled_from(CommissionPayer)), tuple(tiers),
        draw(st.sampled_from(CommissionBasis)),
    )  # fmt: skip


@st.composite
def _limits(draw: st.DrawFn, size: int) -> tuple[int, int | None, int]:
    low = draw(st.one_of(st.just(0), st.integers(0, size // 10)))
    high = draw(st.one_of(st.none(), st.integers(low, low + size)))
    return low, high, draw(st.one_of(st.just(0), st.integers(0, size // 20)))


@given(rules(), st.integers(1, 50_000_000), st.integers(0, 30_000_000))
@settings(max_examples=examples(300, full=5_000), deadline=None)
def test_commission_is_the_oracles(rule: CommissionRule, amount: int, before: int) -> None:
    expected = oracle.commission(amount, rule, before)

    if expected is None:
        with pytest.raises(NoCommission):
            commission_kop(amount, rule, turnover_kop=before)
        return
    found = take(amount, rule, turnover_kop=before)
    assert found.commission_kop == expected
    assert found.transferred_kop <= amount <= found.total_kop
    assert found.transferred_kop >= 0
    assert str(why(found, rule, turnover_kop=before)).startswith("Комиссия ")


@given(rules(small=True), st.integers(1, 3_000), st.integers(0, 1_500))
@settings(max_examples=examples(150, full=2_000), deadline=None)
def test_inverse_gives_the_largest_amount_the_money_covers(
    rule: CommissionRule, total: int, before: int
) -> None:
    expected = oracle.largest_amount(total, rule, before)

    if expected is None:
        with pytest.raises(NoCommission):
            amount_of_total(total, rule, turnover_kop=before)
    else:
        assert amount_of_total(total, rule, turnover_kop=before).amount_kop == expected


def test_inverse_goes_past_a_step_down() -> None:
    # 3 % of less than 1 000 ₽, 1 % from it on: 1 010 ₽ pays 1 000, not 980,58 by the first tier.
    rule = CommissionRule(
        CommissionKind.SLAB,
        CommissionPayer.PAYER,
        (CommissionTier(30_000, 0, 100_000), CommissionTier(10_000, 100_000)),
    )

    assert amount_of_total(101_000, rule).amount_kop == 100_000
    assert amount_of_total(100_999, rule).amount_kop == 98_057
    assert take(99_999, rule).total_kop > 101_000


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**7), min_size=1, max_size=30))
def test_shares_sum_to_the_total_and_keep_the_order_of_weights(
    total: int, weights: list[int]
) -> None:
    weights[0] += 1

    parts = shared(total, weights)

    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - total * weight) < sum(weights)
    ordered = sorted(zip(weights, parts, strict=True))
    assert all(one[1] <= other[1] for one, other in pairwise(ordered) if one[0] < other[0])


@given(rules(), st.lists(st.integers(1, 10**6), min_size=1, max_size=20))
@settings(max_examples=examples(100, full=1_000), deadline=None)
def test_parts_of_a_registry_sum_to_the_commission_of_its_total(
    rule: CommissionRule, amounts: list[int]
) -> None:
    expected = oracle.commission(sum(amounts), rule)

    if expected is None:
        with pytest.raises(NoCommission):
            registry_parts(amounts, rule)
    else:
        assert sum(registry_parts(amounts, rule)) == expected


def percent(ppm: int, payer: CommissionPayer = CommissionPayer.SUPPLIER, **more) -> CommissionRule:
    about = {name: more.pop(name) for name in ("basis", "is_taxed") if name in more}
    tier = CommissionTier(rate_ppm=ppm, **more)
    return CommissionRule(CommissionKind.PERCENT, payer, (tier,), **about)


def part(number: int, amount: int, *, contract: str = "А", section: str = "utility") -> PaymentPart:
    return PaymentPart(
        UUID(int=number), "Б", frozenset({"bank"}), DAY, contract, section, amount
    )  # fmt: skip


def test_the_most_exact_rule_is_chosen() -> None:
    general = AgentRule("Б", None, None, percent(1))
    by_section = AgentRule("Б", None, "utility", percent(2))
    by_channel = AgentRule("Б", "card", None, percent(3))
    both = AgentRule("Б", "card", "utility", percent(4))
    found = [general, by_section, by_channel, both]

    assert choose(found, channels={"agent", "card"}, section="utility") is both
    assert choose(found, channels={"card"}, section="housing") is by_channel
    assert choose(found, channels={"cash"}, section="utility") is by_section
    assert choose(found) is general
    assert choose([by_channel], channels={"cash"}) is None


def test_a_group_with_its_own_rule_is_charged_apart() -> None:
    rules_of_day = (
        AgentRule("Б", None, None, percent(10_000, min_kop=500)),
        AgentRule("Б", None, "capital-repair", percent(20_000)),
    )
    parts = [
        part(1, 10_000), part(1, 20_000, contract="В"),
        part(1, 5_000, contract="Г", section="capital-repair"),
    ]  # fmt: skip

    found = commissions(parts, {DAY: rules_of_day})

    assert sorted(one.commission_kop for one in found) == [100, 500]
    assert borne_by_suppliers(found) == {
        (UUID(int=1), "А"): 167, (UUID(int=1), "В"): 333, (UUID(int=1), "Г"): 100,
    }  # fmt: skip


def test_a_contract_whose_commission_is_the_centres_bears_nothing() -> None:
    found = commissions(
        [part(1, 10_000), part(1, 20_000, contract="В")],
        {DAY: (AgentRule("Б", None, None, percent(15_000)),)},
    )

    borne = borne_by_suppliers(found, paid_by_centre=frozenset({"В"}))

    assert borne == {(UUID(int=1), "А"): 150}


def test_a_reversal_gives_the_commission_back() -> None:
    found = commissions(
        [part(1, 10_000), part(2, -10_000)], {DAY: (AgentRule("Б", None, None, percent(15_000)),)}
    )

    assert sorted(borne_by_suppliers(found).values()) == [-150, 150]


def test_a_registry_is_rounded_once_while_payments_are_rounded_each() -> None:
    parts = [part(number, 33) for number in range(1, 4)]
    each = AgentRule("Б", None, None, percent(15_000))
    once = AgentRule("Б", None, None, percent(15_000, basis=CommissionBasis.REGISTRY))

    # 0.33 ₽ · 1.5 % = 0.00495 ₽: nothing each; 0.99 ₽ · 1.5 % = 0.01485 ₽: a kopeck together.
    assert sum(borne_by_suppliers(commissions(parts, {DAY: (each,)})).values()) == 0
    assert sum(borne_by_suppliers(commissions(parts, {DAY: (once,)})).values()) == 1


def test_a_commission_the_payer_or_the_centre_bears_is_withheld_from_nobody() -> None:
    for payer in (CommissionPayer.PAYER, CommissionPayer.CENTRE):
        found = commissions(
            [part(1, 10_000)], {DAY: (AgentRule("Б", None, None, percent(15_000, payer)),)}
        )

        assert [one.commission_kop for one in found] == [150]
        assert borne_by_suppliers(found) == {}


def test_no_commission_of_nothing() -> None:
    with pytest.raises(NoCommission, match="больше нуля"):
        commission_kop(0, percent(1))
