"""Limitation of the debts of an account: what is recorded of it, and the mark of every debt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.domain import limitation, period
from app.domain.limitation import LimitationChange, LimitationEvent, LimitationMark
from app.domain.period import Period
from app.store import law
from app.store.reading import Snapshot

_EVENTS = """
select event.*, account.number as account, contract.number as contract
from app.limitation_event as event
join app.account on account.id = event.account_id
left join app.contract on contract.id = event.contract_id
where account.number = any (%(accounts)s) and event.revoked_at is null
order by event.happened_on, event.recorded_at
"""
_DEBTS = """
select account.number as account, kept.service_id, service.code as service,
  service.name as service_name, kept.contract_id, contract.number as contract, kept.origin_period,
  kept.charged_kop + kept.moved_kop as principal_kop, kept.penalty_kop
from app.balance as kept
join app.account on account.id = kept.account_id
join app.service on service.id = kept.service_id
join app.contract on contract.id = kept.contract_id
where account.number = any (%(accounts)s)
  and (kept.charged_kop + kept.moved_kop > 0 or kept.penalty_kop > 0)
order by account.number, kept.origin_period, service.position, service.code, contract.number
"""


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """An event with its key and the names people use."""

    key: UUID
    account: str
    contract: str | None
    event: LimitationEvent


@dataclass(frozen=True, slots=True)
class MarkedDebt:
    """A debt of an account with its mark; penalties die with their principal (ГК РФ, ст. 207)."""

    account: str
    service_id: UUID
    service: str
    service_name: str
    contract_id: UUID
    contract: str
    origin_period: Period
    principal_kop: int
    penalty_kop: int
    mark: LimitationMark


def events(snapshot: Snapshot, accounts: Sequence[str]) -> list[KeptEvent]:
    """Give what changes the limitation of some accounts, without what was revoked."""
    return [
        KeptEvent(
            row.id,
            row.account,
            row.contract,
            LimitationEvent(
                LimitationChange(row.kind),
                row.happened_on,
                row.document,
                period.of(row.first_period),
                period.of(row.last_period),
                row.contract_id,
            ),
        )
        for row in snapshot.rows(_EVENTS, accounts=list(accounts))
    ]


def marked(snapshot: Snapshot, accounts: Sequence[str], *, on: date) -> list[MarkedDebt]:
    """Give all that is owed on some accounts, marked as of a day.

    :raises NoCalendar: when the calendar of a year is not known
    """
    terms = law.due_terms(snapshot, on=on)
    told = events(snapshot, accounts)
    found = []
    for row in snapshot.rows(_DEBTS, accounts=list(accounts)):
        origin = period.of(row.origin_period)
        about = [
            one.event
            for one in told
            if one.account == row.account and one.event.is_about(row.contract_id, origin)
        ]
        mark = limitation.mark(
            terms.due_on(origin, contract=row.contract_id), about, on=on,
            years=terms.limitation_years(origin),
        )  # fmt: skip
        found.append(
            MarkedDebt(
                row.account, row.service_id, row.service, row.service_name, row.contract_id,
                row.contract, origin, max(row.principal_kop, 0), max(row.penalty_kop, 0), mark,
            )
        )  # fmt: skip
    return found
