"""What is left of debts when credits have covered what they cover, for all accounts at once.

balance now − what was posted later = balance of a month's end   by account, service, period
a credit covers its own service, oldest first; what is left of it the other services of its
contract; principal before penalty                               as app/domain/dues.py does
"""

from app.domain import ledger
from app.domain.analysis import Cut
from app.store import analysis_sources as sources
from app.store.analysis_sources import Part

# Most accounts have no credit: their rows are left as they are, and few others go through windows.
# Read thrice and materialized never, balances are summed by all cores.
_LEFT = """
owed as {materialized} (
  {owed}
), credited as materialized (
  select distinct account_id, contract_id from owed where principal < 0 or penalty < 0
), line as (
  select account_id, contract_id, service_id, origin_period, part.is_penalty, part.amount
  from owed join credited using (account_id, contract_id)
  cross join lateral (values (false, principal), (true, penalty)) as part (is_penalty, amount)
  where part.amount <> 0
), own as (
  select line.*,
    coalesce(-sum(least(amount, 0)) over of_service, 0) as credit,
    coalesce(sum(greatest(amount, 0)) over of_service, 0) as debt,
    sum(greatest(amount, 0)) over (partition by account_id, contract_id, service_id
      order by is_penalty, origin_period) as upto,
    row_number() over (partition by account_id, contract_id, service_id
      order by amount < 0 desc, origin_period desc, is_penalty) as place
  from line
  window of_service as (partition by account_id, contract_id, service_id)
), after_own as (
  select account_id, contract_id, service_id, origin_period, is_penalty,
    least(greatest(amount, 0), greatest(0, upto - credit)) as amount,
    case when place = 1 then greatest(0, credit - debt) else 0 end as spare
  from own
), shared as (
  select after_own.*, sum(spare) over of_contract as credit, sum(amount) over of_contract as debt,
    sum(spare) over in_order as spare_upto, sum(amount) over in_order as upto
  from after_own join app.service on service.id = after_own.service_id
  window of_contract as (partition by account_id, contract_id),
    in_order as (partition by account_id, contract_id
      order by is_penalty, origin_period, service.position, service.code)
), covered as (
  select account_id, contract_id, service_id, origin_period, is_penalty,
    least(amount, greatest(0, upto - credit)) as amount,
    least(spare, greatest(0, spare_upto - least(credit, debt))) as advance
  from shared
), uncovered as (
  select owed.account_id, owed.contract_id, owed.service_id, owed.origin_period,
    owed.principal as debt, owed.penalty, 0 as advance
  from owed left join credited using (account_id, contract_id)
  where credited.account_id is null
  union all
  select account_id, contract_id, service_id, origin_period,
    case when is_penalty then 0 else amount end, case when is_penalty then amount else 0 end,
    advance
  from covered where amount <> 0 or advance <> 0
), posted as (
  select uncovered.*, premises.house_id
  from uncovered
  join app.account on account.id = uncovered.account_id
  join app.premises on premises.id = account.premises_id
)"""

_NOW = """
  select balance.account_id, balance.contract_id, balance.service_id, balance.origin_period,
    charged_kop + moved_kop as principal, penalty_kop as penalty
  from app.balance {houses}
  where (charged_kop + moved_kop <> 0 or penalty_kop <> 0) and {filters}
"""

_THEN = """
  select account_id, contract_id, service_id, origin_period,
    sum(principal)::bigint as principal, sum(penalty)::bigint as penalty
  from ({now}
    union all
    select entry.account_id, entry.contract_id, entry.service_id, entry.origin_period,
      case when entry.kind < {first_penalty} then -entry.amount_kop else 0 end,
      case when entry.kind >= {first_penalty} then -entry.amount_kop else 0 end
    from app.entry {houses} where ({parts}) and {filters}
  ) as known
  group by 1, 2, 3, 4
  having sum(principal) <> 0 or sum(penalty) <> 0
"""
_HOUSES = """join app.account on account.id = {table}.account_id
      join app.premises on premises.id = account.premises_id"""


def left_over(cut: Cut, parts: list[Part]) -> str:
    """Give CTEs ending with `posted`: account, house, contract, service, origin of what is left.

    Columns besides, kopecks and never negative: debt (principal), penalty, advance; debts and
    penalties less advances are the balance at the end of cut.last. Filters are those of the cut.
    """
    later = [part for part in parts if part.period > cut.last]
    now = _NOW.format(**_of(cut, "balance"))
    if not later:
        return _LEFT.format(materialized="not materialized", owed=now)
    then = _THEN.format(
        now=now,
        first_penalty=ledger.FIRST_PENALTY_KIND,
        parts=" or ".join(f"({part.condition})" for part in later),
        **_of(cut, "entry"),
    )
    return _LEFT.format(materialized="materialized", owed=then)


def _of(cut: Cut, table: str) -> dict[str, str]:
    return {
        "houses": _HOUSES.format(table=table) if cut.houses else "",
        "filters": sources.filters(cut, table=table, house="premises.house_id"),
    }
