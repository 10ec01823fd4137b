"""What the reconciliation with suppliers is made of: entries of consumers, orders of the bank."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from app.domain import period
from app.domain.period import Period
from app.domain.reconciliation import PaidOut, Reconciliation, months_of
from app.store.reading import Snapshot

_MOVED = """
select contract.number as contract, coalesce(version.name, payee.code) as supplier, moved.month,
  sum(moved.charged_kop)::bigint as charged_kop, sum(moved.received_kop)::bigint as received_kop,
  sum(moved.sent_kop)::bigint as sent_kop, sum(moved.withheld_kop)::bigint as withheld_kop
from (
  select contract_id, greatest(period, %(before)s) as month,
    coalesce(sum(amount_kop) filter (where kind between 1 and 7 or kind = 50), 0) as charged_kop,
    coalesce(-sum(amount_kop) filter (where kind in (20, 21, 22, 51)), 0) as received_kop,
    0::numeric as sent_kop, 0::numeric as withheld_kop
  from app.entry
  where period <= %(last)s and (period >= %(first)s or kind in (20, 21, 22, 51))
    and (kind between 1 and 7 or kind in (20, 21, 22, 50, 51))
    and account_id not in (select id from app.account where suspense_of is not null)
  group by 1, 2
  union all
  select transfer.contract_id, greatest(date_trunc('month', transfer.on_day)::date, %(before)s),
    0, 0, sum(transfer.amount_kop), sum(transfer.commission_kop + transfer.fee_kop)
  from app.bank_transfer as transfer
  where transfer.on_day < %(until)s
    and not exists (select 1 from app.voucher as undone where undone.reverses = transfer.id)
  group by 1, 2
) as moved
join app.contract on contract.id = moved.contract_id
join app.organisation as payee on payee.id = coalesce(contract.supplier_id, contract.provider_id)
left join lateral (select name from app.organisation_version where organisation_id = payee.id
                   order by valid_from desc limit 1) as version on true
where (%(contracts)s::text[] = '{}' or contract.number = any (%(contracts)s))
group by 1, 2, 3
order by 2, 1, 3
"""
_ORDERS = """
select contract.number as contract, transfer.order_no, transfer.on_day, transfer.amount_kop
from app.bank_transfer as transfer join app.contract on contract.id = transfer.contract_id
where transfer.on_day >= %(since)s and transfer.on_day < %(until)s
  and not exists (select 1 from app.voucher as undone where undone.reverses = transfer.id)
order by transfer.on_day, transfer.order_no
"""


def load(
    snapshot: Snapshot, *, first: Period, last: Period, contracts: Sequence[str] = ()
) -> tuple[Reconciliation, ...]:
    """Give each contract over the months; those with nothing before or in them are not there.

    :param contracts: their numbers; none is all
    """
    before = first.previous.first_day
    rows = snapshot.rows(
        _MOVED,
        first=first.first_day,
        before=before,
        last=last.first_day,
        until=last.next.first_day,
        contracts=list(contracts),
    )
    orders: defaultdict[str, list[PaidOut]] = defaultdict(list)
    for row in snapshot.rows(_ORDERS, since=first.first_day, until=last.next.first_day):
        paid = PaidOut(row.order_no, f"{row.on_day:%d.%m.%Y}", row.amount_kop)
        orders[row.contract].append(paid)
    opening: defaultdict[tuple[str, str], int] = defaultdict(int)
    moved: dict[tuple[str, str], dict[Period, tuple[int, int, int, int]]] = {}
    for row in rows:
        key = (row.contract, row.supplier)
        months = moved.setdefault(key, {})
        if row.month <= before:
            opening[key] += row.received_kop - row.sent_kop - row.withheld_kop
        else:
            months[_month(row.month)] = (
                row.charged_kop, row.received_kop, row.sent_kop, row.withheld_kop,
            )  # fmt: skip
    return tuple(
        Reconciliation(
            contract,
            supplier,
            months_of(months, opening_kop=opening[contract, supplier], first=first, last=last),
            tuple(orders[contract]),
        )
        for (contract, supplier), months in moved.items()
    )


def _month(day: date) -> Period:
    return period.of(day)
