"""Rules of commissions in force, and what agents took in a month."""

from collections.abc import Collection, Sequence
from datetime import date
from functools import cache
from itertools import groupby
from typing import Any

from app import resources
from app.domain import law, money
from app.domain.commission import (
    CommissionBasis,
    CommissionKind,
    CommissionPayer,
    CommissionRule,
    CommissionTier,
)
from app.domain.commission_rules import AgentRule
from app.domain.commission_split import PaymentPart
from app.domain.law import Dated
from app.errors import Refusal
from app.store.reading import Snapshot

_RULES = """
select agent.code as agent, rule.channel, rule.section, rule.valid_from, rule.valid_to, rule.kind,
  rule.payer, rule.basis, rule.with_vat, rule.rate_ppm, rule.from_kop, rule.to_kop, rule.min_kop,
  rule.max_kop, rule.fixed_kop
from app.commission_rule as rule join app.organisation as agent on agent.id = rule.agent_id
where agent.code = any (%(agents)s) and rule.valid_from < %(until)s
  and (rule.valid_to is null or rule.valid_to > %(since)s)
order by agent.code, rule.channel nulls first, rule.section nulls first, rule.valid_from,
  rule.from_kop
"""
# Every line of payments that agents brought on these days; reversals have the day of the payment.
_PARTS = """
select agent, channel, tender, paid_on, contract, section,
  array_agg(payment) as payments, array_agg(amount_kop) as amounts_kop
from (
select payment.id as payment, agent.code as agent, payment.channel, payment.tender,
  payment.paid_on, contract.number as contract, service.section,
  -sum(entry.amount_kop)::bigint as amount_kop
from app.payment
join app.organisation as agent on agent.id = payment.agent_id
join app.voucher on voucher.id = payment.id
join app.entry on entry.voucher_id = payment.id and entry.period = voucher.period
  and entry.run_no = 0
join app.contract on contract.id = entry.contract_id
join app.service on service.id = entry.service_id
where agent.code = any (%(agents)s) and payment.paid_on = any (%(days)s)
group by payment.id, agent.code, payment.channel, payment.tender, payment.paid_on,
  contract.number, service.section
) as part
group by 1, 2, 3, 4, 5, 6
order by paid_on, contract, section
"""


class NoSuchAgent(Refusal):
    """No organisation has this code."""


def require_agent(snapshot: Snapshot, code: str) -> str:
    """Give the name of an agent.

    :raises NoSuchAgent: when no organisation has this code
    """
    name = snapshot.value(
        "select coalesce((select version.name from app.organisation_version as version"
        " where version.organisation_id = organisation.id order by valid_from desc limit 1), code)"
        " from app.organisation where code = %(code)s",
        code=code,
    )
    if name is None:
        raise NoSuchAgent(
            f"Организации с кодом «{code[:40]}» нет. Проверьте код или загрузите её листом "
            "«Организации»."
        )
    return str(name)


def rules_on(snapshot: Snapshot, agents: Sequence[str], *, on: date) -> tuple[AgentRule, ...]:
    """Give the rules of agents in force on a day."""
    return rules_between(snapshot, agents, since=on, until=on).get(on, ())


def rules_between(
    snapshot: Snapshot, agents: Sequence[str], *, since: date, until: date
) -> dict[date, tuple[AgentRule, ...]]:
    """Give the rules in force on each day from one to another, both included."""
    rows = snapshot.rows(
        _RULES,
        agents=list(agents),
        since=since,
        until=date.fromordinal(until.toordinal() + 1),
    )
    dated = [
        (found[0].valid_from, _end(found), _rule(found))
        for _, group in groupby(
            rows, key=lambda row: (row.agent, row.channel, row.section, row.valid_from)
        )
        if (found := list(group))
    ]
    return {
        day: tuple(rule for start, end, rule in dated if start <= day < end)
        for day in map(date.fromordinal, range(since.toordinal(), until.toordinal() + 1))
    }


def payment_parts(
    snapshot: Snapshot, agents: Sequence[str], *, days: Collection[date]
) -> list[PaymentPart]:
    """Give every line of the payments that agents took on these days, by day."""
    return [
        PaymentPart(
            payment, row.agent, channels, row.paid_on, row.contract, row.section, amount_kop
        )
        for row in snapshot.rows(_PARTS, agents=list(agents), days=sorted(days))
        for channels in [frozenset(filter(None, (row.channel, row.tender)))]
        for payment, amount_kop in zip(row.payments, row.amounts_kop, strict=True)
    ]


def turnover_kop(snapshot: Snapshot, agent: str, *, since: date, until: date) -> int:
    """Give what an agent brought from a day to another (exclusive), reversals taken off."""
    return int(
        snapshot.value(
            "select coalesce(sum(amount_kop), 0)::bigint from app.payment"
            " join app.organisation as agent on agent.id = payment.agent_id"
            " where agent.code = %(agent)s and paid_on >= %(since)s and paid_on < %(until)s",
            agent=agent,
            since=since,
            until=until,
        )
    )


def vat_percent_millionths(*, on: date) -> int:
    """Give the VAT rate of a day in millionths of a percent.

    :raises NoValueInForce: when the law has none for the day
    """
    rates = _vat_rates()
    return money.MILLION * int(law.in_force(rates, on=on, name="vat_rate_percent").value)


@cache
def _vat_rates() -> tuple[Dated, ...]:
    return law.table(resources.law_table("vat"))["vat_rate_percent"]


def _end(rows: list[Any]) -> date:
    ends = [row.valid_to for row in rows if row.valid_to is not None]
    return min(ends, default=date.max)


def _rule(rows: list[Any]) -> AgentRule:
    first = rows[0]
    return AgentRule(
        agent=first.agent,
        channel=first.channel,
        section=first.section,
        rule=CommissionRule(
            kind=CommissionKind(first.kind),
            payer=CommissionPayer(first.payer),
            basis=CommissionBasis(first.basis),
            is_taxed=first.with_vat,
            tiers=tuple(
                CommissionTier(
                    rate_ppm=row.rate_ppm,
                    from_kop=row.from_kop,
                    to_kop=row.to_kop,
                    min_kop=row.min_kop,
                    max_kop=row.max_kop,
                    fixed_kop=row.fixed_kop,
                )
                for row in rows
            ),
        ),
    )
