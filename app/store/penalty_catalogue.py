"""What penalties go by beside the debts: contracts, services, stops, accounts, runs before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from app.domain import days
from app.domain.money import Ints
from app.domain.penalty_accrual import PAIRS_OF_CONTRACT
from app.domain.penalty_terms import SCHEME_CODES
from app.domain.period import Period
from app.domain.setoff import BETWEEN_CODE
from app.store.accounts import NoSuchAccount
from app.store.reading import Snapshot

_CONTRACTS = """
select contract.id, contract.number, contract.penalty_scheme as scheme,
  coalesce(contract.supplier_id, contract.provider_id) as creditor_id
from app.contract order by contract.number
"""
_SERVICES = """
select id, code, name from app.service order by position, code
"""
# Suspense accounts lie in no premises, and nobody owes on them.
_ACCOUNTS = """
select account.id, account.number, account.branch_id, coalesce(books.penalties, 0) as seen,
  coalesce(array_position(%(houses)s::uuid[], premises.house_id), 0) as house
from app.account
join app.premises on premises.id = account.premises_id
left join app.account_books as books on books.account_id = account.id
where %(everyone)s or account.number = any (%(numbers)s::text[])
order by account.id
"""
_UNKNOWN = """
select number from unnest(%(numbers)s::text[]) as number
where not exists (select 1 from app.account where account.number = number.number)
order by number
"""
_STOPS = """
select number, scope, organisation_id, house_id, account_id, origin_period, contract_id,
  valid_from, valid_to
from app.penalty_stop order by number
"""
_LAST_FULL = """
select first_open, terms, accrued_to, started_at from app.penalty_run
where is_full and finished_at is not null order by started_at desc limit 1
"""
_RECHARGED = "select distinct period from app.charge_run where posted_at > %(since)s"
_ACCRUED_TO = """
select max(accrued_to) from app.penalty_run where is_full or %(everyone)s or exists (
  select 1 from app.voucher where voucher.id = penalty_run.voucher_id
    and voucher.request->'accounts' ?| %(numbers)s::text[])
"""
_INTO = "select app.penalty_period(%(on)s)"
_STOPS_CHANGED = """
select exists (select 1 from app.penalty_stop where changed_at > %(since)s)
  or exists (select 1 from app.bill_handed_over where changed_at > %(since)s)
  or exists (select 1 from app.voucher where kind = 'reopening' and recorded_at > %(since)s)
"""
_SET_OFF_CODE = "пени.зачёт_до_начисления"
# Where credits cover debts of other services, they do so before penalties unless told not to.
_SETS_OFF = """
select app.posting_period(%(month)s) = %(month)s and coalesce(
  (select value = 'да' from app.parameter where code = %(code)s
     and valid_from <= %(on)s and (valid_to is null or %(on)s < valid_to)),
  (select value <> 'нет' from app.parameter where code = %(between)s
     and valid_from <= %(on)s and (valid_to is null or %(on)s < valid_to)),
  false)
"""
_OPENING_CODE = "пени.входящие"
_OPENING_COUNTS = """
select value <> 'сверх' from app.parameter where code = %(code)s
  and valid_from <= %(on)s and (valid_to is null or %(on)s < valid_to)
"""


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract as penalties need it; `scheme` is a PenaltyScheme."""

    key: UUID
    number: str
    scheme: int
    creditor: UUID


@dataclass(frozen=True, slots=True)
class BilledService:
    """A service: its key and what people call it."""

    key: UUID
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Stop:
    """A row of app.penalty_stop; days are numbers, `day_to` exclusive."""

    number: int
    scope: str
    organisation: UUID | None
    house: UUID | None
    account: UUID | None
    origin: int | None
    day_from: int
    day_to: int
    contract: UUID | None = None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What is the same for all accounts; numbers of the columns are places here, from 1."""

    contracts: tuple[Contract, ...]
    services: tuple[BilledService, ...]
    stops: tuple[Stop, ...]
    opening_counts: bool

    @property
    def houses(self) -> list[UUID]:
        """Houses that stops are of; the column `house` of accounts is a place here, from 1."""
        return sorted({one.house for one in self.stops if one.house is not None})


@dataclass(frozen=True, slots=True)
class Accounts:
    """Accounts in the order of their keys, shape (n,).

    :ivar ids: raw bytes, V16; `number` what people call them
    :ivar seen: how many accruals the account has had
    :ivar house: place among Catalogue.houses, 0 for any other
    :ivar contiguous: nobody else's key lies between the first and the last
    """

    ids: NDArray[np.void]
    number: Sequence[str]
    branch: Ints
    seen: Ints
    house: Ints
    contiguous: bool

    def __len__(self) -> int:
        return len(self.ids)

    def part(self, first: int, end: int) -> "Accounts":
        """Give some of them, one after another."""
        cut = slice(first, end)
        return Accounts(
            self.ids[cut],
            self.number[cut],
            self.branch[cut],
            self.seen[cut],
            self.house[cut],
            self.contiguous,
        )


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last accrual over the whole centre.

    :ivar first_open: the first month money could be posted into when it began
    :ivar terms: digest of the law and choices it went by
    :ivar is_disturbed: a stop or the day of a bill has changed since, or a month was reopened
    :ivar recharged: months whose charges were run again since
    """

    first_open: date
    terms: str
    accrued_to: date
    is_disturbed: bool
    recharged: tuple[date, ...]


def catalogue(snapshot: Snapshot, *, on: date) -> Catalogue:
    """Read contracts, services and stops; they are few."""
    counts = snapshot.value(_OPENING_COUNTS, code=_OPENING_CODE, on=on)
    contracts = tuple(
        Contract(row.id, row.number, int(SCHEME_CODES[row.scheme]), row.creditor_id)
        for row in snapshot.rows(_CONTRACTS)
    )
    services = tuple(BilledService(row.id, row.code, row.name) for row in snapshot.rows(_SERVICES))
    assert len(services) < PAIRS_OF_CONTRACT
    return Catalogue(
        contracts, services, _stops(snapshot), True if counts is None else bool(counts)
    )


def _stops(snapshot: Snapshot) -> tuple[Stop, ...]:
    return tuple(
        Stop(
            number=row.number,
            scope=row.scope,
            organisation=row.organisation_id,
            house=row.house_id,
            account=row.account_id,
            origin=None if row.origin_period is None else days.number(row.origin_period),
            day_from=days.number(row.valid_from),
            day_to=days.FAR if row.valid_to is None else days.number(row.valid_to),
            contract=row.contract_id,
        )
        for row in snapshot.rows(_STOPS)
    )


def accounts(snapshot: Snapshot, known: Catalogue, *, numbers: Sequence[str] = ()) -> Accounts:
    """Read the accounts of these numbers, all of them without any.

    :raises NoSuchAccount: when one is not there
    """
    require(snapshot, numbers)
    found = snapshot.columns(
        _ACCOUNTS,
        {"houses": known.houses, "numbers": list(numbers), "everyone": not numbers},
        kinds={
            "id": "uuid", "number": "text", "branch_id": "int2", "seen": "int8", "house": "int4",
        },
    )  # fmt: skip
    return Accounts(
        found["id"],
        found["number"],
        found["branch_id"].astype(np.int64),
        found["seen"],
        found["house"].astype(np.int64),
        contiguous=not numbers,
    )


def require(snapshot: Snapshot, numbers: Sequence[str]) -> None:
    """See that all these accounts are there.

    :raises NoSuchAccount: when one is not
    """
    unknown = snapshot.rows(_UNKNOWN, numbers=list(numbers))
    if unknown:
        raise NoSuchAccount(
            f"Лицевого счёта {unknown[0].number[:40]} нет. "
            "Проверьте номер или найдите счёт по адресу (F2)."
        )


def sets_off(snapshot: Snapshot, *, on: date, into: Period) -> bool:
    """Tell whether credits cover debts first: chosen so, and the month takes payments."""
    return bool(
        snapshot.value(
            _SETS_OFF, code=_SET_OFF_CODE, between=BETWEEN_CODE, on=on, month=into.first_day
        )
    )


def last_full(snapshot: Snapshot) -> LastRun | None:
    """Give the last accrual over the whole centre, None when there was none."""
    row = snapshot.one(_LAST_FULL)
    if row is None:
        return None
    disturbed = bool(snapshot.value(_STOPS_CHANGED, since=row.started_at))
    again = snapshot.rows(_RECHARGED, since=row.started_at)
    return LastRun(
        row.first_open, row.terms, row.accrued_to, disturbed, tuple(one.period for one in again)
    )


def accrued_to(snapshot: Snapshot, *, numbers: Sequence[str] = ()) -> date | None:
    """Give the latest day penalties of these accounts were accrued to, None when never."""
    found: date | None = snapshot.value(_ACCRUED_TO, numbers=list(numbers), everyone=not numbers)
    return found


def posting_month(snapshot: Snapshot, *, on: date) -> date:
    """Give the first day of the month that penalties to a day are posted into."""
    month: date = snapshot.value(_INTO, on=on)
    return month


def count(snapshot: Snapshot, *, numbers: Sequence[str] = ()) -> int:
    """Give how many accounts these numbers are, all of them without any."""
    return len(numbers) or int(
        snapshot.value("select count(*) from app.account where premises_id is not null")
    )
