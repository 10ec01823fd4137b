"""What was posted for past months of some accounts: what a replay is compared with."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.domain import days
from app.domain.money import Ints
from app.domain.period import Period
from app.domain.recalculation import PostedMonth
from app.store.charging_catalogue import EPOCH_SQL, Catalogue, indexed, places, wide
from app.store.copying import Answer, uuid_list
from app.store.reading import Snapshot

# Runs post for their own month; of what is posted one by one only recalculations are replayed:
# yearly true-ups and corrections by hand are documents of their own (method: app/domain/basis.py).
_POSTED = f"""
select entry.account_id, entry.service_id, entry.contract_id, entry.component, entry.zone,
  (case when entry.kind in (1, 2) then 3 else entry.kind end)::int2 as kind,
  entry.origin_period - {EPOCH_SQL} as origin, sum(entry.amount_kop)::int8 as amount_kop,
  coalesce(sum(entry.volume_mcu) filter (where entry.kind <> 2), 0)::int8 as volume_mcu
from app.entry
where entry.account_id = any (%(accounts)s) and entry.kind in (1, 2, 3, 4, 5, 7)
  and entry.period >= %(first)s
  and entry.origin_period >= %(first)s and entry.origin_period < %(before)s
  and (entry.run_no > 0 and entry.period = entry.origin_period
    or entry.run_no = 0 and entry.method = 270)
group by 1, 2, 3, 4, 5, 6, 7
"""
_POSTED_KINDS = {
    "account_id": "uuid", "service_id": "uuid", "contract_id": "uuid", "component": "int2",
    "zone": "int2", "kind": "int2", "origin": "int4", "amount_kop": "int8", "volume_mcu": "int8",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PostedMonths:
    """What was posted for some months, by month.

    :ivar rows: of :class:`PostedMonth`, with `origin` in days since 2000-01-01
    """

    rows: PostedMonth
    origin: Ints

    def of(self, period: Period) -> PostedMonth:
        at = np.flatnonzero(self.origin == days.number(period.first_day))
        return PostedMonth(*(getattr(self.rows, name)[at] for name in PostedMonth.__slots__))


@dataclass(frozen=True, slots=True)
class Asked:
    """What was posted for some months, asked for; accounts are places in `account_ids`."""

    account_ids: NDArray[np.void]
    answer: Answer

    def taken(self, catalogue: Catalogue) -> PostedMonths:
        """Take the answer."""
        found = self.answer.columns()
        rows = PostedMonth(
            account=places(found["account_id"], indexed(self.account_ids)),
            service=places(found["service_id"], indexed(catalogue.service_ids)),
            contract=places(found["contract_id"], indexed(catalogue.contract_ids)),
            component=wide(found["component"]),
            zone=wide(found["zone"]),
            kind=wide(found["kind"]),
            amount_kop=found["amount_kop"],
            volume_mcu=found["volume_mcu"],
        )
        return PostedMonths(rows, wide(found["origin"]))


def ask(
    snapshot: Snapshot, account_ids: NDArray[np.void], *, first: Period, before: Period
) -> Asked:
    """Ask what was posted for months of accounts."""
    about = {
        "accounts": uuid_list(account_ids),
        "first": first.first_day,
        "before": before.first_day,
    }
    return Asked(account_ids, snapshot.ask(_POSTED, about, kinds=_POSTED_KINDS, is_set=True))
