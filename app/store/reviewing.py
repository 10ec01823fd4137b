"""What a person reviews of a run: the doubts by group, each doubt, the difference to last month."""

from dataclasses import dataclass
from uuid import UUID

from app.domain.period import Period
from app.domain.review import Cause, DoubtReason, ReviewLimits
from app.store.reading import Snapshot
from app.store.writing import Draft

_WAITING = """
select run.voucher_id
from app.charge_run as run join app.voucher on voucher.id = run.voucher_id
where run.period = %(period)s and voucher.status = 'pending' and run.reviewed_at is not null
order by run.run_no desc limit 1
"""
_LATEST = """
select run.voucher_id
from app.charge_run as run join app.voucher on voucher.id = run.voucher_id
where run.period = %(period)s and voucher.status = 'posted' and run.is_full
order by run.run_no desc limit 1
"""
_GROUPS = """
select doubt.reason, service.code as service, service.name as service_name, doubt.decision,
  count(*)::int as accounts, sum(doubt.amount_kop)::bigint as amount_kop,
  coalesce(sum(doubt.before_kop), 0)::bigint as before_kop
from app.charge_doubt as doubt join app.service on service.id = doubt.service_id
where doubt.voucher_id = %(key)s
group by 1, 2, 3, 4
order by array_position(
  array['negative', 'zero', 'jump', 'fall', 'silent'], doubt.reason), abs(sum(doubt.amount_kop)
  - coalesce(sum(doubt.before_kop), 0)) desc, service.code, doubt.decision
"""
_DOUBTS = """
select account.number as account, service.code as service, service.name as service_name,
  contract.number as contract, doubt.reason, doubt.decision, doubt.amount_kop, doubt.before_kop
from app.charge_doubt as doubt
join app.account on account.id = doubt.account_id
join app.service on service.id = doubt.service_id
join app.contract on contract.id = doubt.contract_id
where doubt.voucher_id = %(key)s
  and (%(reason)s::text is null or doubt.reason = %(reason)s)
  and (%(service)s::text is null or service.code = %(service)s)
order by abs(doubt.amount_kop - coalesce(doubt.before_kop, 0)) desc, account.number, service.code
limit %(limit)s
"""
_DIFFERENCES = """
select service.code as service, service.name as service_name, cause,
  count(*)::int as accounts, sum(amount_kop)::bigint as amount_kop,
  sum(before_kop)::bigint as before_kop
from (
  select service_id, amount_kop, coalesce(before_kop, 0) as before_kop, case
      when not had_before then 'added'
      when not is_fresh then 'gone'
      when amount_kop - raising_kop = before_kop - before_raising_kop then 'raising'
      when methods <> before_methods then 'method'
      when prices <> before_prices and volume_mcu = before_mcu then 'price'
      when person_days <> before_person_days and prices = before_prices then 'people'
      when prices = before_prices and volume_mcu <> before_mcu then 'volume'
      when prices <> before_prices then 'price-and-volume'
      else 'other'
    end as cause
  from app.compare_run(%(key)s)
  where amount_kop <> coalesce(before_kop, 0)
) as one
join app.service on service.id = one.service_id
group by 1, 2, 3
order by abs(sum(amount_kop) - sum(before_kop)) desc, 1, 3
"""


@dataclass(frozen=True, slots=True)
class DoubtGroup:
    """Doubts of one reason, service and decision.

    :ivar before_kop: what the same accounts were charged the month before
    """

    reason: DoubtReason
    service: str
    service_name: str
    decision: str
    accounts: int
    amount_kop: int
    before_kop: int


@dataclass(frozen=True, slots=True)
class DoubtfulCharge:
    """What one account is to be charged for one service, and why it is doubted."""

    account: str
    service: str
    service_name: str
    contract: str
    reason: DoubtReason
    decision: str
    amount_kop: int
    before_kop: int | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed against the month before, of one service for one cause."""

    service: str
    service_name: str
    cause: Cause
    accounts: int
    amount_kop: int
    before_kop: int


def waiting(snapshot: Snapshot, period: Period) -> UUID | None:
    """Give the key of the run of a period that waits for a person, None when there is none."""
    key = snapshot.value(_WAITING, period=period.first_day)
    return None if key is None else UUID(str(key))


def latest(snapshot: Snapshot, period: Period) -> UUID | None:
    """Give the key of the full run that counts in a period."""
    key = snapshot.value(_LATEST, period=period.first_day)
    return None if key is None else UUID(str(key))


def groups(snapshot: Snapshot, key: UUID) -> list[DoubtGroup]:
    """Give the doubts of a run by reason, service and decision."""
    return [
        DoubtGroup(
            DoubtReason(row.reason), row.service, row.service_name, row.decision,
            row.accounts, row.amount_kop, row.before_kop,
        )
        for row in snapshot.rows(_GROUPS, key=key)
    ]  # fmt: skip


def doubts(
    snapshot: Snapshot,
    key: UUID,
    *,
    reason: DoubtReason | None = None,
    service: str | None = None,
    limit: int = 1_000,
) -> list[DoubtfulCharge]:
    """Give single doubts, the largest difference first."""
    asked = {"reason": reason, "service": service, "limit": limit}
    return [
        DoubtfulCharge(
            row.account, row.service, row.service_name, row.contract, DoubtReason(row.reason),
            row.decision, row.amount_kop, row.before_kop,
        )
        for row in snapshot.rows(_DOUBTS, key=key, **asked)
    ]  # fmt: skip


def differences(snapshot: Snapshot, key: UUID) -> list[Difference]:
    """Give what changed against the month before, by service and cause."""
    return [
        Difference(
            row.service, row.service_name, Cause(row.cause), row.accounts,
            row.amount_kop, row.before_kop,
        )
        for row in snapshot.rows(_DIFFERENCES, key=key)
    ]  # fmt: skip


def find(draft: Draft, key: UUID, limits: ReviewLimits) -> int:
    """Look for doubts in a run that is calculated; it waits for a person from here on."""
    found = draft.call(
        "find_doubts",
        key=key,
        jump_ppm=limits.jump_ppm,
        jump_kop=limits.jump_kop,
        silent_months=limits.silent_months,
    )
    return int(found)
