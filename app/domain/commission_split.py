"""What was withheld from payments, by payment and contract.

    payment ── groups with a rule of their own, the others together ── commission of each part
            └─ over the lines of the part by largest remainder       (money.md §2.5, §5.8)

A registry is what one agent took on one day under one rule: its total is rounded once.
A reversal gives back what its payment bore.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.domain.commission import (
    CommissionBasis,
    CommissionPayer,
    CommissionRule,
    commission_kop,
    registry_parts,
    shared,
)
from app.domain.commission_rules import AgentRule, choose

Key = tuple[UUID, str]  # payment, contract


@dataclass(frozen=True, slots=True)
class PaymentPart:
    """What a payment brought to the services of one section under one contract."""

    payment: UUID
    agent: str
    channels: frozenset[str]
    paid_on: date
    contract: str
    section: str
    amount_kop: int


@dataclass(frozen=True, slots=True)
class Withheld:
    """A commission of a payment or of a part of it, and the lines it is shared over."""

    rule: CommissionRule
    agent: str
    channels: frozenset[str]
    paid_on: date
    payment: UUID
    lines: tuple[PaymentPart, ...]
    commission_kop: int
    turnover_kop: int = 0

    @property
    def amount_kop(self) -> int:
        return sum(line.amount_kop for line in self.lines)


def commissions(
    parts: Iterable[PaymentPart],
    rules: Mapping[date, Sequence[AgentRule]],
    *,
    turnover_kop: Mapping[UUID, int] | None = None,
) -> list[Withheld]:
    """Compute the commission of every payment, whoever pays it.

    :param parts: all lines of each payment; negative ones are those of reversals
    :param rules: of all agents, by day of payment
    :param turnover_kop: of the agent in the month before each payment, for tiers by turnover
    """
    groups: defaultdict[tuple[UUID, AgentRule], list[PaymentPart]] = defaultdict(list)
    for part in parts:
        of_agent = [one for one in rules.get(part.paid_on, ()) if one.agent == part.agent]
        rule = choose(of_agent, channels=part.channels, section=part.section)
        if rule is not None and part.amount_kop:
            groups[part.payment, rule].append(part)
    found: list[Withheld] = []
    registries: defaultdict[tuple[AgentRule, date], list[tuple[PaymentPart, ...]]]
    registries = defaultdict(list)
    for (payment, chosen), lines in groups.items():
        total = sum(line.amount_kop for line in lines)
        if not total:
            continue
        if chosen.rule.basis is CommissionBasis.REGISTRY and total > 0:
            registries[chosen, lines[0].paid_on].append(tuple(lines))
            continue
        before = (turnover_kop or {}).get(payment, 0)
        size = commission_kop(abs(total), chosen.rule, turnover_kop=before)
        found.append(_withheld(tuple(lines), chosen.rule, size if total > 0 else -size, before))
    for (chosen, _), members in registries.items():
        sums = [sum(line.amount_kop for line in lines) for lines in members]
        for member, size in zip(members, registry_parts(sums, chosen.rule), strict=True):
            found.append(_withheld(member, chosen.rule, size, 0))
    return found


def borne_by_suppliers(
    withheld: Iterable[Withheld], *, paid_by_centre: frozenset[str] = frozenset()
) -> dict[Key, int]:
    """Share what agents withheld over the contracts of each payment.

    :param paid_by_centre: contracts whose supplier gets the full line: the share is the centre's
    """
    found: defaultdict[Key, int] = defaultdict(int)
    for one in withheld:
        if one.rule.payer is not CommissionPayer.SUPPLIER or not one.commission_kop:
            continue
        sign = 1 if one.amount_kop > 0 else -1
        weights = [max(0, sign * line.amount_kop) for line in one.lines]
        parts = shared(abs(one.commission_kop), weights)
        for line, part in zip(one.lines, parts, strict=True):
            if part and line.contract not in paid_by_centre:
                found[line.payment, line.contract] += sign * part
    return dict(found)


def _withheld(
    lines: tuple[PaymentPart, ...], rule: CommissionRule, size_kop: int, turnover_kop: int
) -> Withheld:
    first = lines[0]
    return Withheld(
        rule, first.agent, first.channels, first.paid_on, first.payment, lines, size_kop,
        turnover_kop,
    )  # fmt: skip
