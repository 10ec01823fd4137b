"""What the page «Расчёты» asks for and where it comes from."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.domain.analysis import Dimension, Report
from app.domain.period import Period

# What the page makes, in the order of its keys; the word on the button.
REPORT_WORDS: dict[str, str] = {
    "turnover": "Обороты",
    "ageing": "Долги по срокам",
    "collection": "Собираемость",
    "debtors": "Должники",
    "payments": "Платежи",
    "charges": "Начисления",
}


@dataclass(frozen=True, slots=True)
class Question:
    """One report as a person chose it.

    :ivar name: one of REPORT_WORDS
    :ivar by: groups, the outer one first
    :ivar houses: codes, as typed; so contracts, services, accounts
    """

    name: str
    first: Period
    last: Period
    by: tuple[Dimension, ...]
    houses: tuple[str, ...] = ()
    contracts: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()


class ReadsSettlements(Protocol):
    """Reads reports and writes them to files; every call runs off the GUI thread."""

    def first(self) -> Period: ...

    def read(self, question: Question) -> Report: ...

    def write(self, report: Report, path: Path) -> None: ...


def listed(text: str) -> tuple[str, ...]:
    """Give the codes of a line, apart by commas or semicolons."""
    return tuple(part.strip() for part in text.replace(";", ",").split(",") if part.strip())
