"""What the yearly recalculation of solid waste is fed from the books: houses, charged, posted."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from app.domain import period as periods
from app.domain.heating_year import Heat, Whose
from app.domain.period import Period
from app.store.reading import Snapshot

# Houses with a meter of a service of solid waste: it keeps the volumes of the containers.
_HOUSES = """
select distinct house.id, house.code from app.house
join app.meter on meter.house_id = house.id and meter.kind = 'house'
join app.service on service.id = meter.service_id and service.resource = 'solid-waste'
where %(all)s or house.code = any (%(codes)s)
order by house.code
"""
# 221 is the recalculation itself (app/domain/basis.py), a document of its own.
_BILLED = """
select account.number as account, service.code as service, contract.number as contract,
  entry.origin_period, sum(entry.amount_kop)::int8 as amount_kop,
  coalesce(sum(entry.volume_mcu), 0)::int8 as volume_mcu
from app.premises
join app.account on account.premises_id = premises.id
join app.entry on entry.account_id = account.id and entry.period >= %(first)s
join app.service on service.id = entry.service_id and service.resource = 'solid-waste'
join app.contract on contract.id = entry.contract_id
where premises.house_id = any (%(houses)s) and entry.kind in (1, 3, 4) and entry.method <> 221
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
where premises.house_id = any (%(houses)s) and entry.method = 221
  and entry.origin_period = %(december)s
group by 1, 2, 3
"""


def houses(snapshot: Snapshot, codes: Sequence[str]) -> list[tuple[UUID, str]]:
    """Give houses whose containers are measured: all or the named."""
    rows = snapshot.rows(_HOUSES, all=not codes, codes=list(codes))
    return [(row.id, row.code) for row in rows]


def billed(
    snapshot: Snapshot, year: int, house_ids: Sequence[UUID]
) -> dict[Period, dict[Whose, Heat]]:
    """Give what was charged for each month of a year, recalculations and absences with it."""
    result: dict[Period, dict[Whose, Heat]] = {}
    for row in snapshot.rows(
        _BILLED,
        houses=list(house_ids),
        first=date(year, 1, 1),
        after=date(year + 1, 1, 1),
    ):
        whose = Whose(row.account, row.service, row.contract)
        of_month = result.setdefault(periods.of(row.origin_period), {})
        of_month[whose] = Heat(row.amount_kop, row.volume_mcu)
    return result


def posted(snapshot: Snapshot, year: int, house_ids: Sequence[UUID]) -> dict[Whose, Heat]:
    """Give what recalculations of a year came to so far."""
    rows = snapshot.rows(
        _POSTED, houses=list(house_ids), after=date(year + 1, 1, 1), december=date(year, 12, 1)
    )
    return {
        Whose(row.account, row.service, row.contract): Heat(row.amount_kop, row.volume_mcu)
        for row in rows
    }
