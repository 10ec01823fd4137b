"""What an agent or a bank takes for a payment: exact whole kopecks, and the sentence why.

    kind          commission of S                                       tiers
    percent       S · p, half up                                        one, of any sum
    fixed         the fixed part alone                                  one, of any sum
    slab          the rate of the tier S falls in, for all of S         from · to, exclusive
    turnover      the same, by the month's turnover with S in it        from · to, exclusive
    progressive   each part of S at its own rate, rounded once          from · to, exclusive

then not less than the minimum, not more than the maximum, plus the fixed part (money.md §5.8).

    who pays      the payer gives   the supplier gets
    payer         S + c             S
    supplier      S                 S − c      (never more than S is withheld)
    centre        S                 S          (the centre is billed)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from app.domain.bases.rule import half_up
from app.domain.money import MILLION
from app.errors import Refusal


class NoCommission(Refusal):
    """No commission can be computed: no rule, no tier, or an amount that is none."""


class CommissionKind(StrEnum):
    """How the rate is found."""

    PERCENT = "percent"
    FIXED = "fixed"
    SLAB = "slab"
    TURNOVER = "turnover"
    PROGRESSIVE = "progressive"


class CommissionPayer(StrEnum):
    """Who bears it."""

    PAYER = "payer"
    SUPPLIER = "supplier"
    CENTRE = "centre"


class CommissionBasis(StrEnum):
    """What is rounded: each payment, or the total of a registry (of a day)."""

    PAYMENT = "payment"
    REGISTRY = "registry"


@dataclass(frozen=True, slots=True)
class CommissionTier:
    """Sums from `from_kop` to `to_kop` (exclusive; None: without end) and what is taken of them."""

    rate_ppm: int = 0
    from_kop: int = 0
    to_kop: int | None = None
    min_kop: int = 0
    max_kop: int | None = None
    fixed_kop: int = 0

    def holds(self, amount_kop: int) -> bool:
        return self.from_kop <= amount_kop and (self.to_kop is None or amount_kop < self.to_kop)


@dataclass(frozen=True, slots=True)
class CommissionRule:
    """One rule in force: its tiers in ascending order, without gaps or overlaps.

    :ivar is_taxed: the agent pays VAT, which is inside the commission
    """

    kind: CommissionKind
    payer: CommissionPayer
    tiers: tuple[CommissionTier, ...]
    basis: CommissionBasis = CommissionBasis.PAYMENT
    is_taxed: bool = False

    def __post_init__(self) -> None:
        assert self.tiers
        assert all(
            one.to_kop == next_one.from_kop
            for one, next_one in zip(self.tiers, self.tiers[1:], strict=False)
        )
        assert all(one.to_kop is None or one.from_kop < one.to_kop for one in self.tiers)


@dataclass(frozen=True, slots=True)
class Commission:
    """A commission and what it makes of the amounts.

    :ivar amount_kop: credited to the account
    :ivar total_kop: what the payer gives
    :ivar transferred_kop: what is left for the suppliers
    """

    amount_kop: int
    commission_kop: int
    total_kop: int
    transferred_kop: int


def take(amount_kop: int, rule: CommissionRule, *, turnover_kop: int = 0) -> Commission:
    """Compute the commission of a payment and who gives and gets what.

    :param turnover_kop: of the month before this payment, for tiers by turnover
    :raises NoCommission: when the amount is not positive, or no tier is for it
    """
    taken = commission_kop(amount_kop, rule, turnover_kop=turnover_kop)
    on_top = taken if rule.payer is CommissionPayer.PAYER else 0
    withheld = taken if rule.payer is CommissionPayer.SUPPLIER else 0
    return Commission(amount_kop, taken, amount_kop + on_top, amount_kop - withheld)


def commission_kop(amount_kop: int, rule: CommissionRule, *, turnover_kop: int = 0) -> int:
    """Compute the commission of a positive amount, rounded once.

    :raises NoCommission: when the amount is not positive, or no tier is for it
    """
    if amount_kop <= 0:
        raise NoCommission("Комиссия считается от суммы больше нуля. Проверьте сумму.")
    tier = tier_of(amount_kop, rule, turnover_kop=turnover_kop)
    found = half_up(_exact(amount_kop, rule, tier))
    found = max(found, tier.min_kop)
    if tier.max_kop is not None:
        found = min(found, tier.max_kop)
    found += tier.fixed_kop
    # Nobody can withhold more than there is.
    return min(found, amount_kop) if rule.payer is CommissionPayer.SUPPLIER else found


def tier_of(amount_kop: int, rule: CommissionRule, *, turnover_kop: int = 0) -> CommissionTier:
    """Give the tier whose minimum, maximum and fixed part hold for an amount.

    :raises NoCommission: when no tier is for it
    """
    measured = amount_kop
    if rule.kind is CommissionKind.TURNOVER:
        measured += turnover_kop
    for tier in rule.tiers:
        if tier.holds(measured):
            return tier
    raise NoCommission(
        f"Для суммы {measured // 100},{measured % 100:02d} ₽ ступени комиссии нет. "
        "Дополните ступени на листе «Комиссии»."
    )


def amount_of_total(total_kop: int, rule: CommissionRule, *, turnover_kop: int = 0) -> Commission:
    """Find the largest amount whose total the given money covers: "на все деньги".

    Inside a tier the total grows with the amount; between tiers it may fall, so tiers are tried
    from the highest down.

    :param total_kop: what the payer puts in; what is not used stays with the payer
    :raises NoCommission: when the money does not cover the commission of a single kopeck
    """
    shift = turnover_kop if rule.kind is CommissionKind.TURNOVER else 0
    for tier in reversed(rule.tiers):
        low = max(1, tier.from_kop - shift)
        high = total_kop if tier.to_kop is None else min(total_kop, tier.to_kop - 1 - shift)
        if low > high or take(low, rule, turnover_kop=turnover_kop).total_kop > total_kop:
            continue
        while low < high:
            middle = (low + high + 1) // 2
            if take(middle, rule, turnover_kop=turnover_kop).total_kop <= total_kop:
                low = middle
            else:
                high = middle - 1
        return take(low, rule, turnover_kop=turnover_kop)
    raise NoCommission(
        f"Внесено {max(total_kop, 0) // 100},{max(total_kop, 0) % 100:02d} ₽: этого не хватает "
        "даже на комиссию. Внесите больше."
    )


def registry_parts(amounts_kop: Sequence[int], rule: CommissionRule) -> list[int]:
    """Share the commission of a registry over its payments by largest remainder.

    :returns: whole kopecks that sum to the commission of the total
    :raises NoCommission: when an amount is not positive or no tier is for the total
    """
    total = sum(amounts_kop)
    return shared(commission_kop(total, rule), amounts_kop)


def shared(total_kop: int, weights: Sequence[int]) -> list[int]:
    """Split by largest remainder; ties to the larger weight, then to the earlier place."""
    whole = sum(weights)
    assert whole > 0
    assert all(weight >= 0 for weight in weights)
    parts = [total_kop * weight // whole for weight in weights]
    order = sorted(
        range(len(weights)),
        key=lambda place: (-(total_kop * weights[place] % whole), -weights[place], place),
    )
    for place in order[: total_kop - sum(parts)]:
        parts[place] += 1
    return parts


def _exact(amount_kop: int, rule: CommissionRule, tier: CommissionTier) -> Fraction:
    if rule.kind is CommissionKind.FIXED:
        return Fraction(0)
    if rule.kind is not CommissionKind.PROGRESSIVE:
        return Fraction(amount_kop * tier.rate_ppm, MILLION)
    return sum(
        (
            Fraction((_end(one, amount_kop) - one.from_kop) * one.rate_ppm, MILLION)
            for one in rule.tiers
            if one.from_kop < amount_kop
        ),
        Fraction(0),
    )


def _end(tier: CommissionTier, amount_kop: int) -> int:
    return amount_kop if tier.to_kop is None else min(amount_kop, tier.to_kop)
