"""What the yearly correction of heating is fed from the books: billed, posted before, heirs."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from app.domain import period as periods
from app.domain.heating_year import Heat, Whose
from app.domain.money import MILLION
from app.domain.period import Period
from app.store.reading import Snapshot

_HOUSES = """
select house.id, house.code from app.house
where (%(all)s or house.code = any (%(codes)s))
  and exists (
    select 1 from app.premises join app.account on account.premises_id = premises.id
    where premises.house_id = house.id)
  and (not %(even)s or exists (
    select 1 from app.house_version as version where version.house_id = house.id
      and version.heating_mode = 'even' and version.valid_from < %(after)s
      and coalesce(version.valid_to, 'infinity') > %(first)s))
order by house.code
"""
# 185 and 186 are the corrections themselves (app/domain/basis.py), documents of their own.
_BILLED = """
select account.number as account, service.code as service, contract.number as contract,
  entry.origin_period, sum(entry.amount_kop)::int8 as amount_kop,
  coalesce(sum(entry.volume_mcu), 0)::int8 as volume_mcu
from app.premises
join app.account on account.premises_id = premises.id
join app.entry on entry.account_id = account.id and entry.period >= %(first)s
join app.service on service.id = entry.service_id
join app.contract on contract.id = entry.contract_id
where premises.house_id = any (%(houses)s) and service.code = any (%(services)s)
  and entry.kind in (1, 3) and entry.method not in (185, 186)
  and entry.origin_period >= %(first)s and entry.origin_period < %(after)s
group by 1, 2, 3, 4
"""
_POSTED = """
select account.number as account, service.code as service, contract.number as contract,
  sum(entry.amount_kop)::int8 as amount_kop, coalesce(sum(entry.volume_mcu), 0)::int8 as volume_mcu
from app.premises
join app.account on account.premises_id = premises.id
join app.entry on entry.account_id = account.id and entry.period >= %(after)s
join app.service on service.id = entry.service_id
join app.contract on contract.id = entry.contract_id
where premises.house_id = any (%(houses)s) and entry.method in (185, 186)
  and entry.origin_period = %(december)s
group by 1, 2, 3
"""
# The largest share of those who pay now has what the account that was closed owes.
_HEIRS = """
select distinct on (closed.number) closed.number as closed, heir.number as heir
from app.premises
join app.account as closed on closed.premises_id = premises.id and closed.closed_on <= %(last)s
join app.account as heir on heir.premises_id = premises.id and heir.id <> closed.id
  and heir.opened_on <= %(last)s and coalesce(heir.closed_on, 'infinity') > %(last)s
join app.account_version as version on version.account_id = heir.id
  and version.valid_from <= %(last)s and coalesce(version.valid_to, 'infinity') > %(last)s
where premises.house_id = any (%(houses)s)
order by closed.number, version.share_numerator::numeric / version.share_denominator desc,
  heir.number
"""
_PREMISES = """
select account.number as account, premises.flat_number, premises.number
from app.premises join app.account on account.premises_id = premises.id
where premises.house_id = %(house)s
"""

_SHARE = """
with area as (
  select case when premises.flat_number = '' then premises.number
      else premises.flat_number || '/' || premises.number end as name, version.total_cm2,
    premises.flat_number = '' or not exists (
      select 1 from app.premises as flat where flat.house_id = premises.house_id
        and flat.flat_number = '' and flat.number = premises.flat_number) as is_counted
  from app.premises
  join app.premises_version as version on version.premises_id = premises.id
    and version.valid_from <= %(last)s and coalesce(version.valid_to, 'infinity') > %(last)s
  where premises.house_id = %(house)s
)
select coalesce(sum(total_cm2) filter (where name = any (%(names)s)), 0)::int8 as with_units,
  greatest(coalesce(sum(total_cm2) filter (where is_counted), 0),
    coalesce((select max(premises_area_cm2) from app.house_version where house_id = %(house)s
      and valid_from <= %(last)s and coalesce(valid_to, 'infinity') > %(last)s), 0), 1)::int8
    as everything
from area
"""


def houses(
    snapshot: Snapshot, year: int, codes: Sequence[str], *, is_even: bool
) -> list[tuple[UUID, str]]:
    """Give houses with accounts: all or the named; with `is_even` those paid evenly in the year."""
    rows = snapshot.rows(
        _HOUSES,
        all=not codes,
        codes=list(codes),
        even=is_even,
        first=date(year, 1, 1),
        after=date(year + 1, 1, 1),
    )
    return [(row.id, row.code) for row in rows]


def billed(
    snapshot: Snapshot, year: int, house_ids: Sequence[UUID], services: Sequence[str]
) -> dict[Period, dict[Whose, Heat]]:
    """Give what was charged for each month of a year, recalculations with it."""
    result: dict[Period, dict[Whose, Heat]] = {}
    for row in snapshot.rows(
        _BILLED,
        houses=list(house_ids),
        services=list(services),
        first=date(year, 1, 1),
        after=date(year + 1, 1, 1),
    ):
        whose = Whose(row.account, row.service, row.contract)
        of_month = result.setdefault(periods.of(row.origin_period), {})
        of_month[whose] = Heat(row.amount_kop, row.volume_mcu)
    return result


def posted(snapshot: Snapshot, year: int, house_ids: Sequence[UUID]) -> dict[Whose, Heat]:
    """Give what corrections of a year came to so far."""
    rows = snapshot.rows(
        _POSTED, houses=list(house_ids), after=date(year + 1, 1, 1), december=date(year, 12, 1)
    )
    return {
        Whose(row.account, row.service, row.contract): Heat(row.amount_kop, row.volume_mcu)
        for row in rows
    }


def heirs(snapshot: Snapshot, house_ids: Sequence[UUID], on: date) -> Mapping[str, str]:
    """Give who pays now for the premises of accounts that are closed."""
    rows = snapshot.rows(_HEIRS, houses=list(house_ids), last=on)
    return {row.closed: row.heir for row in rows}


def premises_of(snapshot: Snapshot, house_id: UUID) -> dict[str, str]:
    """Give the premises of each account of a house as people write them: «5» or «5/1»."""
    rows = snapshot.rows(_PREMISES, house=house_id)
    return {
        row.account: f"{row.flat_number}/{row.number}" if row.flat_number else row.number
        for row in rows
    }


def share_of(snapshot: Snapshot, house_id: UUID, names: Sequence[str], year: int) -> int:
    """Give what part of a house's area these premises are at the end of a year, in millionths."""
    row = snapshot.one(_SHARE, house=house_id, names=list(names), last=date(year, 12, 31))
    return int(row.with_units) * MILLION // int(row.everything)
