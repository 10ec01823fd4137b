"""What the yearly correction of heating asks of the stock: houses, heirs, areas with units."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from app.domain.money import MILLION
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
