"""What a recalculation is fed: who is asked for, what was posted for past months, bans, the queue.

recalculation_due      account × reason, the earliest month touched, filled by triggers
recalculation_ban      months of an account that stay as they are
recalculation_version  two who replay the same account do not both post it
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from app.domain import period as periods
from app.domain.group_inputs import GroupTotals
from app.domain.house_total import HouseTotals
from app.domain.period import Period
from app.errors import Refusal
from app.store import charging_groups, charging_houses
from app.store.reading import Snapshot
from app.store.writing import Draft


class NothingAsked(Refusal):
    """An account or a house that is not there, or months that cannot be recalculated."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One account to recalculate.

    :ivar reason: why, as the line will say
    :ivar dated: reasons of the queue, each with the month it begins with
    """

    account_id: UUID
    number: str
    house_id: UUID
    house: str
    first: Period
    reason: str
    dated: tuple[tuple[Period, str], ...] = ()

    def reason_of(self, month: Period) -> str:
        """Give the reasons that touch a month; all of them when none of the queue does."""
        told = [reason for since, reason in self.dated if since <= month]
        return "; ".join(told) or self.reason


@dataclass(frozen=True, slots=True)
class ChargedScope:
    """What was charged for a month: everything, or houses and accounts by name."""

    is_full: bool
    houses: frozenset[str]
    accounts: frozenset[str]

    def covers(self, wish: Wish) -> bool:
        return self.is_full or wish.house in self.houses or wish.number in self.accounts


@dataclass(frozen=True, slots=True)
class Ban:
    """Months of an account that no recalculation touches; `until` exclusive, None for good."""

    account_id: UUID
    first: Period
    until: Period | None
    reason: str

    def covers(self, period: Period) -> bool:
        return self.first <= period and (self.until is None or period < self.until)


@dataclass(frozen=True, slots=True)
class HeldService:
    """A service of an account whose lines of a month a review held out."""

    account_id: UUID
    service_id: UUID
    service: str


@dataclass(frozen=True, slots=True)
class Due:
    """One reason why an account waits to be recalculated."""

    account: str
    house: str
    first: Period
    reason: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """The state of the books a replay goes by; posting is refused when they moved on.

    :ivar runs: charge runs posted for months before the target
    :ivar snapshot: which changes of facts were visible
    """

    versions: Mapping[UUID, int]
    runs: int
    snapshot: str


_TARGET = """
select coalesce(
  (select max(run.period) from app.charge_run as run
   join app.voucher on voucher.id = run.voucher_id and voucher.status = 'posted'
   join app.period as m on m.period = run.period and state = 'open' and charges_closed_at is null),
  app.first_open_period())
"""
_CHARGED = """
select run.period, run.is_full, run.scope::text as scope
from app.charge_run as run
join app.voucher on voucher.id = run.voucher_id and voucher.status = 'posted'
where run.period >= %(first)s and run.period < %(before)s
"""
_ACCOUNTS = """
select account.id, account.number, premises.house_id, house.code as house
from app.account
join app.premises on premises.id = account.premises_id
join app.house on house.id = premises.house_id
where account.id in (
  select id from app.account where number = any (%(accounts)s)
  union all select inside.id from app.house as whole
  join app.premises as home on home.house_id = whole.id
  join app.account as inside on inside.premises_id = home.id where whole.code = any (%(houses)s)
)
order by house.code, account.number
"""
_DUE = """
select account.id, account.number, premises.house_id, house.code as house, due.from_period,
  due.reason, due.made_at
from app.recalculation_due as due
join app.account on account.id = due.account_id
join app.premises on premises.id = account.premises_id
join app.house on house.id = premises.house_id
where %(is_all)s or account.number = any (%(accounts)s)
order by house.code, account.number, due.from_period, due.reason
"""
_BANS = """
select account_id, period_from, period_to, reason from app.recalculation_ban
where lifted_at is null and account_id = any (%(accounts)s)
order by account_id, period_from
"""
# What a review held out and no later run of the month has charged since.
_HELD = """
select distinct held.account_id, run.period, held.service_id, service.code as service
from app.held_line as held
join app.charge_run as run on run.voucher_id = held.voucher_id
join app.voucher on voucher.id = run.voucher_id and voucher.status = 'posted'
join app.service on service.id = held.service_id
join app.account on account.id = held.account_id
join app.premises on premises.id = account.premises_id
join app.house on house.id = premises.house_id
where held.account_id = any (%(accounts)s)
  and run.period >= %(first)s and run.period < %(before)s
  and not exists (
    select from app.charge_run as later
    join app.voucher as its on its.id = later.voucher_id and its.status = 'posted'
    where later.period = run.period and later.run_no > run.run_no
      and (later.is_full or later.scope->'houses' ? house.code
        or later.scope->'accounts' ? account.number)
  )
order by 1, 2, 4
"""
_SEEN = """
select pg_current_snapshot()::text as snapshot, (
    select coalesce(sum(posted_runs), 0)::int8 from app.period where period < %(before)s
  ) as runs,
  array_agg(account_id) as accounts, array_agg(version) as versions
from app.recalculation_version where account_id = any (%(accounts)s)
"""


def target(snapshot: Snapshot) -> Period:
    """Give the month a recalculation goes into: the last open one charged, or the first open."""
    return periods.of(snapshot.value(_TARGET))


def named(
    snapshot: Snapshot,
    *,
    accounts: Sequence[str],
    houses: Sequence[str],
    first: Period,
    reason: str,
) -> list[Wish]:
    """Give the accounts asked for by number and by house.

    :raises NothingAsked: when an account or a house is not there
    """
    rows = snapshot.rows(_ACCOUNTS, accounts=list(accounts), houses=list(houses))
    for number in sorted(set(accounts) - {row.number for row in rows}):
        raise NothingAsked(f"Лицевого счёта {number} нет. Проверьте номер.")
    for code in sorted(set(houses) - {row.house for row in rows}):
        raise NothingAsked(f"Дома с кодом {code} нет, или в нём нет счетов. Проверьте код.")
    return [Wish(row.id, row.number, row.house_id, row.house, first, reason) for row in rows]


def queue(snapshot: Snapshot, accounts: Sequence[str] | None = None) -> list[Due]:
    """Give what waits to be recalculated, of all accounts or of these."""
    return [
        Due(row.number, row.house, periods.of(row.from_period), row.reason, row.made_at)
        for row in _due(snapshot, accounts)
    ]


def queued(snapshot: Snapshot, *, before: Period) -> list[Wish]:
    """Give the accounts of the queue with months before a period, each with all its reasons."""
    first: dict[UUID, Wish] = {}
    dated: dict[UUID, list[tuple[Period, str]]] = {}
    for row in _due(snapshot, None):
        since = periods.of(row.from_period)
        if since >= before:
            continue
        first.setdefault(row.id, Wish(row.id, row.number, row.house_id, row.house, since, ""))
        dated.setdefault(row.id, []).append((since, row.reason))
    return [under(wish, dated[key]) for key, wish in first.items()]


def under(wish: Wish, dated: Sequence[tuple[Period, str]]) -> Wish:
    """Give a wish with the reasons of the queue, each with the month it begins with."""
    return replace(wish, reason="; ".join(reason for _, reason in dated), dated=tuple(dated))


def _due(snapshot: Snapshot, accounts: Sequence[str] | None) -> list[Any]:
    return snapshot.rows(_DUE, is_all=accounts is None, accounts=list(accounts or ()))


def charged(
    snapshot: Snapshot, *, first: Period, before: Period
) -> dict[Period, list[ChargedScope]]:
    """Give the months that were charged, in their order, with what was charged of them."""
    found: dict[Period, list[ChargedScope]] = {}
    rows = snapshot.rows(_CHARGED, first=first.first_day, before=before.first_day)
    for row in sorted(rows, key=lambda row: row.period):
        scope = json.loads(row.scope)
        found.setdefault(periods.of(row.period), []).append(
            ChargedScope(row.is_full, frozenset(scope["houses"]), frozenset(scope["accounts"]))
        )
    return found


def bans(snapshot: Snapshot, account_ids: Sequence[UUID]) -> dict[UUID, list[Ban]]:
    """Give the bans in force of these accounts."""
    found: dict[UUID, list[Ban]] = {}
    for row in snapshot.rows(_BANS, accounts=list(account_ids)):
        until = periods.of(row.period_to) if row.period_to else None
        ban = Ban(row.account_id, periods.of(row.period_from), until, row.reason)
        found.setdefault(row.account_id, []).append(ban)
    return found


def held(
    snapshot: Snapshot, account_ids: Sequence[UUID], *, first: Period, before: Period
) -> dict[Period, list[HeldService]]:
    """Give what a review held out of these months and nobody charged since, by month."""
    found: dict[Period, list[HeldService]] = {}
    about = {"first": first.first_day, "before": before.first_day}
    for row in snapshot.rows(_HELD, accounts=list(account_ids), **about):
        one = HeldService(row.account_id, row.service_id, row.service)
        found.setdefault(periods.of(row.period), []).append(one)
    return found


def seen(snapshot: Snapshot, account_ids: Sequence[UUID], *, before: Period) -> Seen:
    """Give the state of the books as this snapshot has it."""
    row = snapshot.one(_SEEN, accounts=list(account_ids), before=before.first_day)
    versions = zip(row.accounts or (), row.versions or (), strict=True)
    return Seen(versions=dict(versions), runs=row.runs, snapshot=row.snapshot)


def together(parts: Sequence[Seen]) -> Seen:
    """Give what the batches of one replay saw: what the first did not see counts as not seen.

    :param parts: at least one, in the order they were read
    """
    versions = {key: version for part in parts for key, version in part.versions.items()}
    return replace(parts[0], versions=versions)


def claim(draft: Draft, account_ids: Sequence[UUID], known: Seen, *, before: Period) -> None:
    """Make sure that what was seen of these accounts is still so, and keep others from them.

    :raises RefusedByDatabase: when somebody recalculated or charged them meanwhile
    """
    draft.call(
        "claim_recalculation",
        accounts=list(account_ids),
        versions=[known.versions.get(key, 0) for key in account_ids],
        before=before.first_day,
        runs=known.runs,
    )


def keep_totals(
    draft: Draft,
    period: Period,
    totals: HouseTotals,
    *,
    house_ids: NDArray[np.void],
    service_ids: NDArray[np.void],
) -> None:
    """Keep what houses came to in a month as it is known now: later months carry it on."""
    columns = charging_houses.columns(totals, house_ids=house_ids, service_ids=service_ids)
    draft.call("keep_replayed_totals", wanted=period.first_day, **columns)


def keep_groups(draft: Draft, period: Period, totals: GroupTotals) -> None:
    """Keep what group meters came to in a month as it is known now: they carry it on too."""
    if len(totals):
        columns = charging_groups.columns(totals)
        draft.call("keep_replayed_groups", wanted=period.first_day, **columns)


def settle(draft: Draft, done: Mapping[UUID, Period], known: Seen, *, target: Period) -> None:
    """Take accounts replayed from a month on out of the queue."""
    firsts: list[date] = [first.first_day for first in done.values()]
    draft.call(
        "settle_recalculation",
        accounts=list(done),
        firsts=firsts,
        target=target.first_day,
        seen=known.snapshot,
    )
