"""What the page of periods shows and where it comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.domain.closing import ClosingCheck, MonthPart
from app.domain.period import Period
from app.operations.close_period import ClosedPeriod
from app.operations.reopen_period import ReopenedPeriod
from app.store.periods import ClosingAct, Month


@dataclass(frozen=True, slots=True)
class MonthLook:
    """A month looked at: the list of checks, and what was closed and opened before.

    :ivar checks: empty for a month, or a part, that is closed
    """

    period: Period
    part: MonthPart | None
    checks: Sequence[ClosingCheck]
    acts: Sequence[ClosingAct]


class MonthsOfBooks(Protocol):
    """Reads, closes and opens months; every call runs off the GUI thread."""

    def months(self) -> Sequence[Month]: ...

    def look(self, period: Period, part: MonthPart | None) -> MonthLook: ...

    def close(
        self, period: Period, part: MonthPart | None, despite: Mapping[str, str]
    ) -> ClosedPeriod: ...

    def reopen(self, period: Period, part: MonthPart | None, reason: str) -> ReopenedPeriod: ...
