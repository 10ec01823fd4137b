"""What the account card shows and where it comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Protocol

from app.domain.period import Period
from app.ui.widgets.account_field import Found


class Measure(Enum):
    """A column of the turnovers; the value is its title."""

    OPENING = "Вход."
    CHARGED = "Начисл."
    ADJUSTED = "Перер."
    PAID = "Опл."
    PENALTY = "Пени"
    CLOSING = "Исх."


SPOKEN = {
    Measure.OPENING: "Входящее сальдо",
    Measure.CHARGED: "Начислено",
    Measure.ADJUSTED: "Перерасчёт",
    Measure.PAID: "Оплачено",
    Measure.PENALTY: "Пени",
    Measure.CLOSING: "Исходящее сальдо",
}


@dataclass(frozen=True, slots=True)
class Flag:
    """Something to know at once; tone is owed, settled, notice or ""."""

    text: str
    tone: str = "notice"


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the timeline: what happened, when, for how much."""

    at: datetime
    title: str
    amount_kop: int | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Turnovers:
    """Columns of a period: one place a service; totals come from where the columns come from.

    :param measures: for each measure kopecks, as many as services
    """

    codes: Sequence[str]
    services: Sequence[str]
    measures: Mapping[Measure, Sequence[int]]
    totals: Mapping[Measure, int]


@dataclass(frozen=True, slots=True)
class FactGroup:
    """A panel of facts: rows of label, value and a remark below; empty says what would be there."""

    title: str
    summary: str
    rows: tuple[tuple[str, str, str], ...]
    empty: str
    unfolded: bool = False


@dataclass(frozen=True, slots=True)
class AccountCard:
    """Everything the page shows of an account in a period.

    :param balance_kop: debit above zero
    :param happenings_total: how many there are in all; happenings may be the latest of them
    """

    account_number: str
    payer: str
    address: str
    state: str
    state_tone: str
    balance_kop: int
    balance_at: datetime
    period: Period
    turnovers: Turnovers
    flags: tuple[Flag, ...] = ()
    happenings: tuple[Happening, ...] = ()
    happenings_total: int = 0
    facts: tuple[FactGroup, ...] = ()
    first_period: Period | None = None
    last_period: Period | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the table, to ask where it comes from."""

    account_number: str
    period: Period
    code: str
    service: str
    measure: Measure
    amount_kop: int = field(compare=False)


class AccountCards(Protocol):
    """Where cards come from; everything runs off the GUI thread and raises app errors."""

    def load(self, account_number: str, period: Period | None) -> AccountCard:
        """Give the card; None is the open period."""

    def happenings(self, account_number: str) -> tuple[Happening, ...]:
        """Give the whole timeline, the latest first."""

    def explain(self, figure: Figure) -> str:
        """Say in words where a number comes from."""

    def hand_out(self, account_number: str, period: Period) -> Path:
        """Write the justification of a month for the payer; give the file."""

    def hand_out_penalties(self, account_number: str, period: Period) -> Path:
        """Write how the penalties of a month came about; give the file."""

    def search(self, text: str) -> Sequence[Found]:
        """Find accounts by number, address or name."""
