"""What a yearly correction is fed from the books: what was charged, what was corrected before."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from app.domain import period as periods
from app.domain.basis import Basis
from app.domain.charged_year import Charged, Whose
from app.domain.ledger import EntryKind
from app.domain.period import Period
from app.store.reading import Snapshot

_SUMS = """account.number as account, service.code as service, contract.number as contract,
  sum(entry.amount_kop)::int8 as amount_kop, coalesce(sum(entry.volume_mcu), 0)::int8 as volume_mcu
from app.premises
join app.account on account.premises_id = premises.id
join app.entry on entry.account_id = account.id
join app.service on service.id = entry.service_id
join app.contract on contract.id = entry.contract_id
where premises.house_id = any (%(houses)s)"""
_BILLED = f"""
select entry.origin_period, {_SUMS}
  and service.code = any (%(services)s) and entry.period >= %(first)s
  and entry.kind = any (%(kinds)s) and not entry.method = any (%(corrections)s)
  and entry.origin_period >= %(first)s and entry.origin_period < %(after)s
group by 1, 2, 3, 4
"""
_POSTED = f"""
select {_SUMS}
  and entry.period >= %(after)s and entry.method = any (%(corrections)s)
  and entry.origin_period = %(december)s
group by 1, 2, 3
"""


def billed(
    snapshot: Snapshot,
    year: int,
    house_ids: Sequence[UUID],
    *,
    services: Sequence[str],
    kinds: Sequence[EntryKind],
    without: Sequence[Basis],
) -> dict[Period, dict[Whose, Charged]]:
    """Give what was charged for each month of a year.

    :param services: their codes
    :param kinds: recalculations with it, absences where they count
    :param without: bases of the corrections themselves, documents of their own
    """
    result: dict[Period, dict[Whose, Charged]] = {}
    for row in snapshot.rows(
        _BILLED,
        houses=list(house_ids),
        services=list(services),
        kinds=[int(kind) for kind in kinds],
        corrections=[int(basis) for basis in without],
        first=date(year, 1, 1),
        after=date(year + 1, 1, 1),
    ):
        of_month = result.setdefault(periods.of(row.origin_period), {})
        whose = Whose(row.account, row.service, row.contract)
        of_month[whose] = Charged(row.amount_kop, row.volume_mcu)
    return result


def posted(
    snapshot: Snapshot, year: int, house_ids: Sequence[UUID], *, bases: Sequence[Basis]
) -> dict[Whose, Charged]:
    """Give what corrections of a year, of these bases, came to so far."""
    rows = snapshot.rows(
        _POSTED,
        houses=list(house_ids),
        corrections=[int(basis) for basis in bases],
        after=date(year + 1, 1, 1),
        december=date(year, 12, 1),
    )
    return {
        Whose(row.account, row.service, row.contract): Charged(row.amount_kop, row.volume_mcu)
        for row in rows
    }
