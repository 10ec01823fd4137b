"""What a change of a payment reads: its lines as they are now, what was moved, what waits.

A payment keeps its own document; moves and re-allocations stand beside it, so its lines now are
what app.payment_lines (migrations, 30_payment_changes.sql) adds up.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.domain import period
from app.domain.allocation_line import AllocationLine
from app.domain.dues import Purpose
from app.domain.payment import line_of_document
from app.domain.period import Period
from app.store.cash import PaidLine
from app.store.reading import Snapshot

LineDocument = dict[str, Any]

_PURPOSES = """
select service.id as service_id, contract.id as contract_id, service.code, service.name,
  service.position, service.section, contract.number,
  coalesce(contract.supplier_id, contract.provider_id) as creditor_id,
  coalesce(payee.name, organisation.code) as payee
from unnest(%(services)s::uuid[], %(contracts)s::uuid[]) as pair (service_id, contract_id)
join app.service on service.id = pair.service_id
join app.contract on contract.id = pair.contract_id
join app.organisation on organisation.id = coalesce(contract.supplier_id, contract.provider_id)
left join app.organisation_version as payee on payee.organisation_id = organisation.id
  and payee.valid_from <= %(on)s and (payee.valid_to is null or %(on)s < payee.valid_to)
"""

_STANDING = """
  payment.amount_kop > 0 and payment.reverses is null
  and not exists (select 1 from app.payment as undone where undone.reverses = payment.id)
"""

_BETWEEN = f"""
select payment.id, account.number from app.payment
join app.account on account.id = payment.account_id
join app.premises on premises.id = account.premises_id
join app.house on house.id = premises.house_id
where payment.paid_on >= %(first)s and payment.paid_on < %(end)s
  and (%(house)s::text is null or house.code = %(house)s) and {_STANDING}
order by account.number, payment.paid_on, payment.accepted_at, payment.id
"""

_DUPLICATES = f"""
select account.number, payment.paid_on, payment.amount_kop, payment.channel,
  coalesce(agent.code, '') as agent,
  array_agg(payment.id order by payment.accepted_at, payment.id) as keys,
  array_agg(coalesce(payment.external_id, '') order by payment.accepted_at, payment.id) as external
from app.payment
join app.account on account.id = payment.account_id
left join app.organisation as agent on agent.id = payment.agent_id
where payment.paid_on >= %(first)s and payment.paid_on < %(end)s and {_STANDING}
  and not exists (select 1 from app.payment_move as move where move.given = payment.id)
group by account.id, payment.paid_on, payment.amount_kop, payment.channel, agent.code
having count(*) > 1
order by payment.paid_on, account.number, payment.amount_kop
"""

_CASES = """
select kept.id, kept.payment_id, agent.code as agent, kept.external_id, kept.cancel_id, kept.why,
  kept.made_at, kept.actor, kept.settled_at, kept.settled_by, kept.settlement
from app.manual_case as kept join app.organisation as agent on agent.id = kept.agent_id
where %(is_all)s or kept.settled_at is null
order by kept.made_at, kept.id
"""


@dataclass(frozen=True, slots=True)
class DuplicatePayments:
    """Payments that are the same but for their number."""

    account_number: str
    paid_on: date
    amount_kop: int
    channel: str
    agent: str
    keys: tuple[UUID, ...]
    external_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ManualCase:
    """What the rules leave to a person: an agent's cancellation that they do not allow."""

    key: UUID
    payment: UUID | None
    agent: str
    external_id: str
    cancel_id: str
    why: str
    made_at: datetime
    settled_at: datetime | None
    settlement: str | None


def line_documents(snapshot: Snapshot, key: UUID) -> list[LineDocument]:
    """Give the lines of a payment as they are now, as the server keeps them."""
    found: list[LineDocument] | None = snapshot.value(
        "select app.payment_lines(%(key)s) as lines", key=key
    )
    return found or []


def lines(documents: Iterable[LineDocument]) -> tuple[AllocationLine, ...]:
    """Give lines of their documents."""
    return tuple(line_of_document(document) for document in documents)


def named(snapshot: Snapshot, documents: Iterable[LineDocument], *, on: date) -> list[PaidLine]:
    """Give lines with the names of their services and contracts."""
    kept = list(documents)
    names = purposes(snapshot, lines(kept), on=on)
    found = []
    for one in kept:
        purpose = names[UUID(one["service_id"]), UUID(one["contract_id"])]
        found.append(
            PaidLine(
                service=purpose.service_code,
                service_name=purpose.service_name,
                contract=purpose.contract_number,
                origin_period=period.of(date.fromisoformat(one["origin_period"])),
                kind=one["paid_as"],
                amount_kop=one["amount_kop"],
            )
        )
    return found


def purposes(
    snapshot: Snapshot, of: Iterable[AllocationLine], *, on: date
) -> dict[tuple[UUID, UUID], Purpose]:
    """Give what the lines are for, by service and contract, names as on a day."""
    pairs = sorted({(line.service_id, line.contract_id) for line in of})
    rows = snapshot.rows(
        _PURPOSES,
        services=[service for service, _ in pairs],
        contracts=[contract for _, contract in pairs],
        on=on,
    )
    return {
        (row.service_id, row.contract_id): Purpose(
            service_id=row.service_id,
            contract_id=row.contract_id,
            service_code=row.code,
            service_name=row.name,
            contract_number=row.number,
            payee=row.payee,
            position=row.position,
            creditor_id=row.creditor_id,
            is_capital_repair=row.section == "capital-repair",
        )
        for row in rows
    }


def for_period(snapshot: Snapshot, key: UUID) -> Period | None:
    """Give the period the payer named for a payment."""
    day = snapshot.value("select for_period from app.payment where id = %(key)s", key=key)
    return None if day is None else period.of(day)


def asked(snapshot: Snapshot, key: UUID) -> dict[str, Any] | None:
    """Give what was asked with this key before, None when it is new."""
    found: dict[str, Any] | None = snapshot.value(
        "select request -> 'asked' from app.voucher where id = %(key)s", key=key
    )
    return found


def is_suspense(snapshot: Snapshot, account_number: str) -> bool:
    """Say whether an account keeps unidentified money."""
    return bool(
        snapshot.value(
            "select suspense_of is not null from app.account where number = %(number)s",
            number=account_number,
        )
    )


def creditor_of_code(snapshot: Snapshot, code: str) -> UUID | None:
    """Give the key of an organisation, None when there is none."""
    found: UUID | None = snapshot.value(
        "select id from app.organisation where code = %(code)s", code=code
    )
    return found


def payments_between(
    snapshot: Snapshot, first: date, end: date, *, house: str | None = None
) -> dict[str, list[UUID]]:
    """Give the payments of days, end exclusive, by account number, in the order they came."""
    by_account: dict[str, list[UUID]] = {}
    for row in snapshot.rows(_BETWEEN, first=first, end=end, house=house):
        by_account.setdefault(row.number, []).append(row.id)
    return by_account


def duplicates(snapshot: Snapshot, first: date, end: date) -> tuple[DuplicatePayments, ...]:
    """Give payments of days, end exclusive, of one account, day, sum, channel and agent."""
    return tuple(
        DuplicatePayments(
            row.number, row.paid_on, row.amount_kop, row.channel, row.agent, tuple(row.keys),
            tuple(row.external),
        )
        for row in snapshot.rows(_DUPLICATES, first=first, end=end)
    )  # fmt: skip


def manual_cases(snapshot: Snapshot, *, is_all: bool = False) -> tuple[ManualCase, ...]:
    """Give the cases that wait for a person, or all there ever were."""
    return tuple(
        ManualCase(
            row.id, row.payment_id, row.agent, row.external_id, row.cancel_id, row.why,
            row.made_at, row.settled_at, row.settlement,
        )
        for row in snapshot.rows(_CASES, is_all=is_all)
    )  # fmt: skip
