"""Everything about one account for the card: each panel is one query of its own."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.domain import period
from app.domain.period import Period
from app.store.accounts import NoSuchAccount
from app.store.reading import Snapshot
from app.store.search import ADDRESS, PLACE

TIMELINE_ROWS_MAX = 80


_MONTH = """
with kept as (
  select max(period) as period from app.closed_balance_period where period < %(period)s
), parts as (
  select service_id, contract_id, closing_kop as opening, 0 as charged, 0 as adjusted,
    0 as penalty, 0 as paid
  from app.closing
  where period = (select period from kept) and account_id = %(account)s
  union all
  select service_id, contract_id,
    case when period < %(period)s or kind in (30, 52) then amount_kop else 0 end,
    case when period = %(period)s and kind in (1, 2) then amount_kop else 0 end,
    case when period = %(period)s and (kind between 3 and 8 or kind in (21, 25))
         then amount_kop else 0 end,
    case when period = %(period)s and kind in (50, 53, 54) then amount_kop else 0 end,
    case when period = %(period)s and kind in (20, 22, 51) then -amount_kop else 0 end
  from app.entry
  where account_id = %(account)s and period <= %(period)s
    and period > coalesce((select period from kept), '0001-01-01')
)
select service.name as service, service.code as service_code,
  contract.number as contract, sum(opening)::bigint as opening,
  sum(charged)::bigint as charged, sum(adjusted)::bigint as adjusted,
  sum(penalty)::bigint as penalty, sum(paid)::bigint as paid
from parts
join app.service on service.id = parts.service_id
join app.contract on contract.id = parts.contract_id
group by service.id, contract.id
having bool_or(opening <> 0 or charged <> 0 or adjusted <> 0 or penalty <> 0 or paid <> 0)
order by service.position, service.name, contract.number
"""


@dataclass(frozen=True, slots=True)
class Header:
    """Who and where; areas in cm2."""

    account_id: UUID
    number: str
    payer: str
    address: str
    locality: str
    opened_on: date
    closed_on: date | None
    total_cm2: int
    living_cm2: int | None
    rooms: int | None
    unified_number: str | None
    phone: str | None
    share: str
    house_code: str

    @property
    def full_address(self) -> str:
        """The address with its settlement, for papers."""
        return ", ".join(filter(None, (self.locality, self.address)))


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One service of one contract in a month, kopecks; paid is positive when money came."""

    service: str
    service_code: str
    contract: str
    opening_kop: int
    charged_kop: int
    adjusted_kop: int
    paid_kop: int
    penalty_kop: int
    closing_kop: int


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened with the account."""

    day: date
    at: datetime | None
    kind: str
    text: str
    amount_kop: int | None


@dataclass(frozen=True, slots=True)
class Resident:
    """A person on the account."""

    name: str
    kind: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class MeterLine:
    """A meter and its last reading, in millionths of the unit."""

    service: str
    serial: str
    zone: str
    value_mcu: int | None
    taken_on: date | None
    verified_to: date | None
    removed_on: date | None


@dataclass(frozen=True, slots=True)
class ContractLine:
    """A contract that serves the account."""

    number: str
    kind: str
    provider: str
    supplier: str
    services: str


def header(snapshot: Snapshot, number: str, *, on: date) -> Header:
    """Give who and where, with what is owed now.

    :raises NoSuchAccount: when there is none of this number
    """
    row = snapshot.one(
        f"""
        select account.id, account.number, coalesce(version.payer, '') as payer,
          {ADDRESS} as address, coalesce(house.locality, '') as locality,
          account.opened_on, account.closed_on, area.total_cm2, area.living_cm2, area.rooms,
          account.unified_number, account.phone,
          case when version.share_denominator > 1
               then version.share_numerator || '/' || version.share_denominator
               else '' end as share,
          stock.code as house_code
        from app.account
        {PLACE}
        join app.house as stock on stock.id = premises.house_id
        left join lateral (select * from app.premises_version
                           where premises_version.premises_id = premises.id
                             and valid_from <= %(on)s
                           order by valid_from desc limit 1) as area on true
        where account.number = %(number)s
        """,
        number=number,
        on=on,
    )
    if row is None:
        raise NoSuchAccount(
            f"Лицевого счёта {number} нет. Проверьте номер или найдите счёт по адресу: F2."
        )
    return Header(
        account_id=row.id,
        number=row.number,
        payer=row.payer,
        address=row.address,
        locality=row.locality,
        opened_on=row.opened_on,
        closed_on=row.closed_on,
        total_cm2=row.total_cm2 or 0,
        living_cm2=row.living_cm2,
        rooms=row.rooms,
        unified_number=row.unified_number,
        phone=row.phone,
        share=row.share,
        house_code=row.house_code,
    )


def month(snapshot: Snapshot, account_id: UUID, *, wanted: Period) -> tuple[MonthRow, ...]:
    """Give the turnover of a month by service and contract: opening + turnover = closing."""
    rows = snapshot.rows(
        _MONTH,
        account=account_id,
        period=wanted.first_day,
    )
    return tuple(
        MonthRow(
            service=row.service,
            service_code=row.service_code,
            contract=row.contract,
            opening_kop=row.opening,
            charged_kop=row.charged,
            adjusted_kop=row.adjusted,
            paid_kop=row.paid,
            penalty_kop=row.penalty,
            closing_kop=row.opening + row.charged + row.adjusted + row.penalty - row.paid,
        )
        for row in rows
    )


def periods(snapshot: Snapshot, account_id: UUID, *, on: date) -> tuple[Period, Period]:
    """Give the first and the last month with a turnover of the account; this month without any."""
    row = snapshot.one(
        "select min(period) as first, max(period) as last from app.entry"
        " where account_id = %(account)s",
        account=account_id,
    )
    return period.of(row.first or on), period.of(row.last or on)
