"""The page of periods on the real books: months, the list of checks, closing and opening."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from uuid_utils.compat import uuid7

from app.domain.closing import MonthPart, MonthState
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.operations.close_period import ClosedPeriod, check_period, close_period
from app.operations.reopen_period import ReopenedPeriod, reopen_period
from app.store import desk_journals, periods
from app.store.engine import Engine
from app.store.periods import Month
from app.store.reading import reading
from app.ui.pages.periods_model import MonthLook


@dataclass(frozen=True, slots=True)
class Closings:
    """Months of one database, in the name of one operator.

    :ivar journals: the folder where journals of desks of this computer lie
    """

    engine: Engine
    operator: str
    now: Callable[[], datetime]
    journals: Path

    def months(self) -> Sequence[Month]:
        """Give all months of the books, the latest first."""
        with reading(self.engine) as snapshot:
            return periods.months(snapshot)

    def look(self, period: Period, part: MonthPart | None) -> MonthLook:
        """Read the list of checks of what is open, and the history."""
        with reading(self.engine) as snapshot:
            month = periods.month(snapshot, period)
            acts = periods.acts(snapshot, period)
        is_closed = month is not None and (
            month.state is MonthState.CLOSED or part in month.parts_closed_at
        )
        checks = (
            ()
            if is_closed
            else check_period(
                self.engine, period=period, part=part, unsent=desk_journals.unsent(self.journals)
            )
        )
        return MonthLook(period, part, checks, acts)

    def close(
        self, period: Period, part: MonthPart | None, despite: Mapping[str, str]
    ) -> ClosedPeriod:
        """Close a month or a part of it."""
        return close_period(
            self.engine,
            Voucher(uuid7(), VoucherKind.CLOSING, self.operator, self.now()),
            period=period,
            part=part,
            despite=despite,
            unsent=desk_journals.unsent(self.journals),
        )

    def reopen(self, period: Period, part: MonthPart | None, reason: str) -> ReopenedPeriod:
        """Open the last closed month again, or a part of it."""
        voucher = Voucher(uuid7(), VoucherKind.REOPENING, self.operator, self.now(), reason)
        return reopen_period(self.engine, voucher, period=period, part=part)
