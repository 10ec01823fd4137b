"""The months of the books: how far each is closed, and what its closings and reopenings were."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.domain import period
from app.domain.closing import MonthPart, MonthState
from app.domain.period import Period
from app.store.reading import Snapshot

SETOFF_CODE = "закрытие.зачёт_авансов"
_MONTHS = """
select month.period, month.state, month.closed_at, month.closed_by,
  month.posted_runs > 0 as is_charged,
  month.charges_closed_at, month.payments_closed_at, month.penalties_closed_at,
  month.period in (select closed.period from app.closed_balance_period as closed) as has_snapshot,
  (select count(*) from app.reopening where reopening.period = month.period) as reopenings
from app.period as month
where %(wanted)s::date is null or month.period = %(wanted)s
order by month.period desc
"""
_ACTS = """
select voucher.id, voucher.kind, voucher.actor, voucher.made_at, voucher.reason,
  voucher.request ->> 'part' as part, reopening.closing_kop, reopening.balances,
  reopening.documents,
  (select string_agg(name || ': ' || reason, '; ' order by name) from app.closing_check
   where voucher_id = voucher.id and reason is not null) as despite
from app.voucher left join app.reopening on reopening.voucher_id = voucher.id
where voucher.kind in ('closing', 'reopening') and voucher.period = %(period)s
order by voucher.recorded_at desc
"""


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the books.

    :ivar parts_closed_at: the parts that are closed, and since when
    :ivar has_snapshot: whether balances were taken; a month that closed with a later one has none
    """

    period: Period
    state: MonthState
    closed_at: datetime | None
    closed_by: str
    is_charged: bool
    parts_closed_at: dict[MonthPart, datetime]
    has_snapshot: bool
    reopenings: int

    def is_open(self, part: MonthPart | None = None) -> bool:
        """Say whether the month, or a part of it, takes anything."""
        return self.state is MonthState.OPEN and (part is None or part not in self.parts_closed_at)


@dataclass(frozen=True, slots=True)
class ClosingAct:
    """A closing or a reopening of a month.

    :ivar despite: checks overridden at the closing, with the reasons
    :ivar closing_kop: what the snapshot summed to that a reopening dropped
    :ivar documents: what had been posted between closing and reopening
    """

    key: UUID
    is_reopening: bool
    part: MonthPart | None
    actor: str
    made_at: datetime
    reason: str
    despite: str
    closing_kop: int | None
    balances: int
    documents: int


def months(snapshot: Snapshot) -> list[Month]:
    """Give all months of the books, the latest first."""
    return [_month(row) for row in snapshot.rows(_MONTHS, wanted=None)]


def month(snapshot: Snapshot, wanted: Period) -> Month | None:
    """Give one month; None when nothing was ever posted into it."""
    row = snapshot.one(_MONTHS, wanted=wanted.first_day)
    return None if row is None else _month(row)


def acts(snapshot: Snapshot, wanted: Period) -> list[ClosingAct]:
    """Give the closings and reopenings of a month, the latest first."""
    return [
        ClosingAct(
            key=row.id,
            is_reopening=row.kind == "reopening",
            part=MonthPart(row.part) if row.part else None,
            actor=row.actor,
            made_at=row.made_at,
            reason=row.reason or "",
            despite=row.despite or "",
            closing_kop=row.closing_kop,
            balances=row.balances or 0,
            documents=row.documents or 0,
        )
        for row in snapshot.rows(_ACTS, period=wanted.first_day)
    ]


def is_next(snapshot: Snapshot, wanted: Period, *, part: MonthPart | None) -> bool:
    """Say whether every month charged before is closed for it: months close in order."""
    return not any(
        one.is_charged
        and (one.state is not MonthState.CLOSED if part is None else one.is_open(part))
        for one in months(snapshot)
        if one.period < wanted
    )


def sets_off(snapshot: Snapshot, *, on: date) -> bool:
    """Say whether advances are set off when payments of a month close: the centre's choice."""
    return bool(
        snapshot.value(
            "select not exists (select 1 from app.parameter where code = %(code)s"
            " and value = 'нет' and valid_from <= %(on)s"
            " and (valid_to is null or %(on)s < valid_to))",
            code=SETOFF_CODE,
            on=on,
        )
    )


def _month(row: Any) -> Month:
    closed = {
        MonthPart.CHARGES: row.charges_closed_at,
        MonthPart.PAYMENTS: row.payments_closed_at,
        MonthPart.PENALTIES: row.penalties_closed_at,
    }
    return Month(
        period=period.of(row.period),
        state=MonthState(row.state),
        closed_at=row.closed_at,
        closed_by=row.closed_by or "",
        is_charged=row.is_charged,
        parts_closed_at={part: at for part, at in closed.items() if at is not None},
        has_snapshot=row.has_snapshot,
        reopenings=row.reopenings,
    )
