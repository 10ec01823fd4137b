"""What the status line of a workplace says: its shift and the month in work."""

from dataclasses import dataclass
from datetime import date

from app.domain import period
from app.domain.closing import MonthPart
from app.domain.period import Period
from app.domain.shift import Shift
from app.store import cash, periods
from app.store.reading import Snapshot


@dataclass(frozen=True, slots=True)
class Workplace:
    """The open shift of the desk and the month that money of the day goes into.

    :ivar closed: its parts that are closed before the month itself
    """

    shift: Shift | None
    period: Period
    is_open: bool
    closed: tuple[MonthPart, ...] = ()

    @property
    def period_words(self) -> str:
        """Say how far the month is: "10.2026 открыт · закрыто: начисления"."""
        parts = ", ".join(part.words for part in self.closed) if self.is_open else ""
        closed = f" · закрыто: {parts}" if parts else ""
        return f"{self.period.shown} {'открыт' if self.is_open else 'закрыт'}{closed}"


def look(snapshot: Snapshot, *, branch_id: int, desk_no: int, on: date) -> Workplace:
    """Read it in one snapshot."""
    month = period.of(snapshot.value("select app.posting_period(%(on)s)", on=on))
    known = periods.month(snapshot, month)
    shift = cash.open_shift(snapshot, branch_id=branch_id, desk_no=desk_no)
    if known is None:
        return Workplace(shift, month, is_open=True)
    closed = tuple(part for part in MonthPart if part in known.parts_closed_at)
    return Workplace(shift, month, known.is_open(), closed)


def open_period(snapshot: Snapshot) -> Period:
    """Give the first open month: what is charged next."""
    return period.of(snapshot.value("select app.first_open_period()"))
