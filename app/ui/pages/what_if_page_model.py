"""What the page «Что если» asks for and where it comes from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from app.domain.period import Period
from app.operations.what_if import WhatIf


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial as a person typed it.

    :ivar account: its number, empty for all
    :ivar prices: «ХВС=45,30», «ХВС=+10%»; norms likewise
    :ivar workbook: path of a workbook of changes, empty for none
    """

    period: Period
    account: str
    prices: tuple[str, ...]
    norms: tuple[str, ...]
    workbook: str


class TriesChanges(Protocol):
    """Runs trials; every call runs off the GUI thread."""

    def first(self) -> Period: ...

    def run(self, trial: Trial, on_progress: Callable[[int, int], None]) -> WhatIf: ...


def listed(text: str) -> tuple[str, ...]:
    """Give the changes of a line, apart by semicolons."""
    return tuple(part.strip() for part in text.split(";") if part.strip())
