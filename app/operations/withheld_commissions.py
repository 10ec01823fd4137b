"""Commissions that agents kept back from documents that are about to go to suppliers."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from app.domain import period
from app.domain.commission import CommissionKind
from app.domain.commission_rules import AgentRule
from app.domain.commission_split import PaymentPart, borne_by_suppliers, commissions
from app.store import commissions as rules_of
from app.store.reading import Snapshot
from app.store.supplier_transfers import AgentSources

ByLine = dict[tuple[UUID, UUID], int]  # document, contract


def withheld_from(
    snapshot: Snapshot, sources: Sequence[AgentSources], *, paid_by_centre: frozenset[str]
) -> ByLine:
    """Give the commission of each document and contract that the supplier bears, none that are 0.

    All of a payment is looked at, though a part of it may have gone before: a minimum holds for
    the payment, a registry for its day.

    :param paid_by_centre: numbers of contracts whose supplier gets the full line
    """
    if not sources:
        return {}
    agents = sorted({one.agent for one in sources})
    days = {one.received.paid_on for one in sources}
    rules = {day: rules_of.rules_on(snapshot, agents, on=day) for day in sorted(days)}
    counts_turnover = any(_by_turnover(one) for found in rules.values() for one in found)
    if counts_turnover:
        days |= {one for day in days for one in _month_to(day)}
    parts = rules_of.payment_parts(snapshot, agents, days=days)
    before = turnovers(parts) if counts_turnover else {}
    borne = borne_by_suppliers(
        commissions(parts, rules, turnover_kop=before), paid_by_centre=paid_by_centre
    )
    return {
        (source, one.contract_id): kop
        for one in sources
        for source in one.sources
        if (kop := borne.get((source, one.received.contract), 0))
    }


def turnovers(parts: Sequence[PaymentPart]) -> dict[UUID, int]:
    """Give what the agent brought in the month before each payment, in the order of payments."""
    brought: defaultdict[tuple[str, int, int], int] = defaultdict(int)
    before: dict[UUID, int] = {}
    for part in sorted(parts, key=lambda one: (one.paid_on, one.payment)):
        month = (part.agent, part.paid_on.year, part.paid_on.month)
        before.setdefault(part.payment, brought[month])
        brought[month] += part.amount_kop
    return before


def _by_turnover(one: AgentRule) -> bool:
    return one.rule.kind is CommissionKind.TURNOVER


def _month_to(day: date) -> list[date]:
    first = period.of(day).first_day
    return [date.fromordinal(one) for one in range(first.toordinal(), day.toordinal())]
