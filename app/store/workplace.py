"""What the status line of a workplace says: its shift and the month in work."""

from dataclasses import dataclass
from datetime import date

from app.domain import period
from app.domain.period import Period
from app.domain.shift import Shift
from app.store import cash
from app.store.reading import Snapshot


@dataclass(frozen=True, slots=True)
class Workplace:
    """The open shift of the desk and the month that money of the day goes into."""

    shift: Shift | None
    period: Period
    is_open: bool


def look(snapshot: Snapshot, *, branch_id: int, desk_no: int, on: date) -> Workplace:
    """Read it in one snapshot."""
    month = period.of(snapshot.value("select app.posting_period(%(on)s)", on=on))
    state = snapshot.value(
        "select state from app.period where period = %(period)s", period=month.first_day
    )
    shift = cash.open_shift(snapshot, branch_id=branch_id, desk_no=desk_no)
    return Workplace(shift, month, state in {None, "open"})


def open_period(snapshot: Snapshot) -> Period:
    """Give the first open month: what is charged next."""
    return period.of(snapshot.value("select app.first_open_period()"))
