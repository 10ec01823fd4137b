"""Commissions once more, by fractions and by trying every sum: money.md §5.8 as it reads."""

from fractions import Fraction
from math import floor

from app.domain.commission import CommissionKind, CommissionPayer, CommissionRule


def half_up(value: Fraction) -> int:
    assert value >= 0
    return floor(value + Fraction(1, 2))


def commission(amount: int, rule: CommissionRule, before: int = 0) -> int | None:
    """The commission in kopecks; None where no tier is for the sum."""
    measured = amount + (before if rule.kind is CommissionKind.TURNOVER else 0)
    mine = [
        tier
        for tier in rule.tiers
        if measured >= tier.from_kop and (tier.to_kop is None or measured < tier.to_kop)
    ]
    if not mine:
        return None
    (tier,) = mine
    rate = Fraction(tier.rate_ppm, 10**6)
    if rule.kind is CommissionKind.FIXED:
        exact = Fraction(0)
    elif rule.kind is CommissionKind.PROGRESSIVE:
        exact = Fraction(0)
        for one in rule.tiers:
            top = amount if one.to_kop is None else min(one.to_kop, amount)
            exact += max(0, top - one.from_kop) * Fraction(one.rate_ppm, 10**6)
    else:
        exact = amount * rate
    found = max(half_up(exact), tier.min_kop)
    if tier.max_kop is not None:
        found = min(found, tier.max_kop)
    found += tier.fixed_kop
    return min(found, amount) if rule.payer is CommissionPayer.SUPPLIER else found


def largest_amount(total: int, rule: CommissionRule, before: int = 0) -> int | None:
    """The largest sum whose total the money covers, found by trying them all."""
    for amount in range(total, 0, -1):
        found = commission(amount, rule, before)
        on_top = (found or 0) if rule.payer is CommissionPayer.PAYER else 0
        if found is not None and amount + on_top <= total:
            return amount
    return None
