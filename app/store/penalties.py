"""Debts of many accounts at once, as the books have them, for penalties.

    accounts ─▶ batch ─┬─ balances: what charge runs charged, by period ─────────┬─▶ Movements
                       ├─ entries of run 0: money, corrections, acts, with days ─┘
                       └─ entries of kind 50 and 52 ───────────────────────────────▶ Charged

Accounts, contracts and services come as numbers: places in the lists of the catalogue. Of a whole
centre only periods that can have changed are read: something is unpaid, or something was posted
for them since the last accrual.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain import days
from app.domain.ledger import EntryKind
from app.domain.money import Ints
from app.domain.penalty_accrual import PAIRS_OF_CONTRACT, Charged
from app.domain.penalty_debts import Movements
from app.domain.period import Period
from app.store.copying import uuid_list
from app.store.penalty_catalogue import Accounts, Catalogue
from app.store.reading import Snapshot

_ASKED = """
with asked as (
  select account_id, place::int4 from unnest(%(accounts)s::uuid[]) with ordinality
    as given (account_id, place)
)"""
_NAMED = """
join asked using (account_id)
join unnest(%(contracts)s::uuid[]) with ordinality as contract (id, place)
  on contract.id = line.contract_id
join unnest(%(services)s::uuid[]) with ordinality as service (id, place)
  on service.id = line.service_id
"""
# {whose} narrows a table down to the batch: a range of its index, or key by key.
_CHARGED = f"""{_ASKED}
select asked.place as account, contract.place as contract, service.place as service,
  line.origin_period as origin, line.charged_kop as amount
from app.balance as line
{_NAMED}
where line.{{whose}} and line.charged_kop <> 0 and line.origin_period <= %(last)s
"""
# Of periods where something is unpaid, was charged again, or had something posted since.
_CHARGED_OF_CHANGED = f"""{_ASKED}, touched as materialized (
  select distinct entry.account_id, entry.origin_period from app.entry
  where entry.{{whose}} and run_no = 0 and kind < 50 and period >= %(since)s
    and origin_period <= %(last)s
)
select asked.place as account, contract.place as contract, service.place as service,
  line.origin_period as origin, line.charged_kop as amount
from (
  select balance.*, bool_or(charged_kop + moved_kop <> 0
      or origin_period = any (%(recharged)s::date[]))
    over (partition by account_id, origin_period) as is_live
  from app.balance
  where balance.{{whose}} and origin_period <= %(last)s
) as line
{_NAMED}
where is_live or (account_id, line.origin_period) in (table touched)
"""
# As one number each, looked up by hash: behind `or` they stay a list, and are not joined.
_OF_PERIODS = """
  and (false or (asked.place::int8 << 32 | (line.origin_period - date '2000-01-01' + 10000000))
    in (select unnest(%(live)s::int8[])))
"""
_MOVED = f"""{_ASKED}
select asked.place as account, contract.place as contract, service.place as service,
  line.origin_period as origin, line.period as posted, line.kind, line.amount_kop as amount,
  case when line.kind in (8, 20, 21, 22, 25)
    then coalesce(payment.paid_on, setoff.credited_on, refund.paid_on, act.moved_on, (
      select min(source.paid_on) from app.payment_reallocation as again
      join app.payment as source on source.id = again.payment_id
      where again.voucher_id = line.voucher_id
    ), (select made_at::date from app.voucher where voucher.id = line.voucher_id))
    else line.period end as day,
  case when line.kind = 25 then line.line_no > coalesce((
      select moves from app.balance_transfer where voucher_id in (line.voucher_id, undone.reverses)
      union all
      select moves from app.contract_change where voucher_id in (line.voucher_id, undone.reverses)
      limit 1
    ), 0) else false end as arrives
from app.entry as line
{_NAMED}
left join app.payment on payment.id = line.voucher_id and line.kind = 20
left join app.setoff_line as setoff on line.kind = 21 and setoff.voucher_id = line.voucher_id
  and setoff.line_no = line.line_no
left join app.refund on refund.id = line.voucher_id and line.kind = 22
left join app.transfer_day as act on line.kind = 25 and act.voucher_id = line.voucher_id
left join app.voucher as undone on line.kind = 25 and undone.id = line.voucher_id
where line.{{whose}} and line.run_no = 0 and line.kind < 50 and line.origin_period <= %(last)s
{{of_periods}}
"""
_BEFORE = f"""{_ASKED}
select asked.place as account, contract.place as contract, service.place as service,
  line.origin_period as origin, line.kind, line.amount_kop as amount,
  coalesce(case when line.kind = 50 then line.inputs[4] end,
    line.origin_period - date '2000-01-01') as shown
from app.entry as line
{_NAMED}
where line.{{whose}} and line.run_no <= 0 and line.kind in (50, 52)
  and line.origin_period <= %(last)s
{{of_periods}}
"""
_HANDED_OVER = """
select asked.place as account, bill.period, max(bill.handed_on) as handed_on
from unnest(%(accounts)s::uuid[]) with ordinality as asked (account_id, place)
join app.account on account.id = asked.account_id
join app.premises on premises.id = account.premises_id
join app.bill_handed_over as bill
  on bill.account_id = account.id or bill.house_id = premises.house_id
group by 1, 2
"""


@dataclass(frozen=True, slots=True)
class Reach:
    """Which periods are read: all up to `last`, or those that can have changed.

    :ivar since: first month whose entries may be newer than the last accrual; None: all periods
    :ivar recharged: months whose charges were run again since
    """

    last: Period
    since: date | None = None
    recharged: tuple[date, ...] = ()


def movements(
    snapshot: Snapshot, known: Catalogue, batch: Accounts, reach: Reach
) -> tuple[Movements, Charged]:
    """Read what moved the principal of a batch, and what was charged for it before.

    The debtor of a movement is left zero: its pair says the contract and the service.
    """
    asked = _asked(known, batch, reach)
    columns = {"account": "int4", "contract": "int4", "service": "int4", "origin": "date"}
    first = _CHARGED if reach.since is None else _CHARGED_OF_CHANGED
    charged = snapshot.columns(
        _sql(first, batch, reach), asked, kinds={**columns, "amount": "int8"}
    )
    if reach.since is not None:
        asked |= _periods(charged)
    moved = snapshot.columns(
        _sql(_MOVED, batch, reach),
        asked,
        kinds={
            **columns, "posted": "date", "kind": "int2", "amount": "int8", "day": "date",
            "arrives": "bool",
        },
    )  # fmt: skip
    before = snapshot.columns(
        _sql(_BEFORE, batch, reach),
        asked,
        kinds={**columns, "kind": "int2", "shown": "int8", "amount": "int8"},
    )
    return _movements(charged, moved), Charged(
        account=_places(before, "account") - 1,
        pair=_pairs(before),
        origin=_places(before, "origin"),
        shown=before["shown"],
        is_opening=before["kind"] == int(EntryKind.OPENING_PENALTY),
        amount_kop=before["amount"],
    )


def _movements(charged: Mapping[str, NDArray[Any]], moved: Mapping[str, NDArray[Any]]) -> Movements:
    """Put what runs charged before what was posted one by one."""
    size = len(charged["amount"])
    nothing = np.zeros(size, dtype=np.int64)

    def both(name: str, first: NDArray[Any]) -> Ints:
        return np.concatenate([first, moved[name].astype(np.int64)])

    return Movements(
        account=both("account", _places(charged, "account")) - 1,
        debtor=np.zeros(size + len(moved["amount"]), dtype=np.int64),
        service=np.concatenate([_pairs(charged), _pairs(moved)]),
        origin=both("origin", _places(charged, "origin")),
        posted=both("posted", _places(charged, "origin")),
        kind=both("kind", nothing + int(EntryKind.CHARGE)),
        day=both("day", nothing),
        arrives=both("arrives", nothing),
        amount_kop=both("amount", charged["amount"]),
    )


def handed_over(snapshot: Snapshot, batch: Accounts) -> dict[tuple[int, int], date]:
    """Give the days bills were handed over: place of the account and period to the day."""
    rows = snapshot.rows(_HANDED_OVER, accounts=uuid_list(batch.ids))
    return {(row.account - 1, days.number(row.period)): row.handed_on for row in rows}


def _places(columns: Mapping[str, NDArray[Any]], name: str) -> Ints:
    return columns[name].astype(np.int64)


def _pairs(columns: Mapping[str, NDArray[Any]]) -> Ints:
    return _places(columns, "contract") * PAIRS_OF_CONTRACT + _places(columns, "service")


def _asked(known: Catalogue, batch: Accounts, reach: Reach) -> dict[str, object]:
    keys = uuid_list(batch.ids)
    return {
        "accounts": keys,
        "low": min(keys),
        "high": max(keys),
        "contracts": [one.key for one in known.contracts],
        "services": [one.key for one in known.services],
        "last": reach.last.first_day,
        "since": reach.since,
        "recharged": list(reach.recharged),
    }


def _periods(charged: Mapping[str, NDArray[Any]]) -> dict[str, object]:
    """Give the periods that are read, each account's own, as _OF_PERIODS has them."""
    place, origin = _places(charged, "account"), _places(charged, "origin")
    return {"live": np.unique(place << 32 | (origin + days.FAR)).tolist()}


def _sql(query: str, batch: Accounts, reach: Reach) -> str:
    whose = (
        "account_id between %(low)s and %(high)s"
        if batch.contiguous
        else "account_id = any (%(accounts)s::uuid[])"
    )
    return query.format(whose=whose, of_periods="" if reach.since is None else _OF_PERIODS)
