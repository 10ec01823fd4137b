"""What the page of charges shows and where it comes from.

NOTHING    nothing charged yet                F9 calculates
WAITING    calculated, waits for a person      groups are approved or held, Ctrl+Enter publishes
POSTED     counts                              the difference to last month; F9 calculates anew
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from app.domain.period import Period
from app.domain.review import DoubtReason
from app.store.reviewing import Difference, DoubtfulCharge, DoubtGroup


class RunState(Enum):
    """How far the charges of a month are."""

    NOTHING = "ещё не начислено"
    WAITING = "рассчитано, ждёт разбора"
    POSTED = "начислено"


@dataclass(frozen=True, slots=True)
class MonthOfCharges:
    """What is known of the charges of a month.

    :ivar problems: what could not be charged, as sentences, the first of them
    :ivar problems_total: how many there are
    """

    period: Period
    state: RunState
    accounts: int = 0
    lines: int = 0
    amount_kop: int = 0
    problems: tuple[str, ...] = ()
    problems_total: int = 0
    groups: Sequence[DoubtGroup] = ()
    differences: Sequence[Difference] = ()


class ChargesOfMonths(Protocol):
    """Reads and runs charges; every call runs off the GUI thread."""

    def first(self) -> Period: ...

    def load(self, period: Period) -> MonthOfCharges: ...

    def calculate(self, period: Period, on_progress: Callable[[int, int], None]) -> None: ...

    def decide(
        self, period: Period, *, is_approved: bool, reason: DoubtReason, service: str
    ) -> int: ...

    def publish(self, period: Period) -> int: ...

    def doubts(
        self, period: Period, *, reason: DoubtReason, service: str
    ) -> Sequence[DoubtfulCharge]: ...
