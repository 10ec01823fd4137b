"""«Расшифровка пени» as text: what F1 and the command line show, and paper prints.

sentence
  с          по         долг        дней  доля   ставка      сумма, ₽
  …
  Сумма: … = …
  notes
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.domain import money
from app.domain.penalty_slots import PenaltyRecord
from app.domain.penalty_words import PenaltyExplanation, PenaltyRow, explain
from app.domain.period import Period

HEAD = ("с", "по", "долг, ₽", "дней", "доля", "ставка", "сумма, ₽", "")
_WIDTHS = (10, 10, 14, 5, 6, 8, 13)
_LEFT = 2  # the first columns stand left


@dataclass(frozen=True, slots=True)
class PenaltyPaperLine:
    """A penalty of the paper: whose, how much, how it came about; told is empty for others."""

    title: str
    amount_kop: int
    told: PenaltyExplanation | None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class PenaltyPaper:
    """«Расшифровка пени» of an account and month."""

    account: str
    payer: str
    address: str
    period: Period
    issued_by: str
    issued_on: date
    lines: tuple[PenaltyPaperLine, ...]

    @property
    def total_kop(self) -> int:
        return sum(line.amount_kop for line in self.lines)


def cells(row: PenaltyRow) -> tuple[str, ...]:
    """Give a row of the table as text, in the order of HEAD."""
    return (
        f"{row.since:%d.%m.%Y}",
        f"{row.until:%d.%m.%Y}",
        money.shown(row.debt_kop),
        str(row.days),
        row.share,
        row.rate or "–",
        row.amount,
        row.why or row.paid,
    )


def text(record: PenaltyRecord, origin: Period, *, stops: Mapping[int, str] | None = None) -> str:
    """Give the whole explanation of a penalty, with its table in columns of one width."""
    told = explain(record, origin, stops=stops)
    rows = [HEAD, *map(cells, told.rows)] if told.rows else []
    lines = [told.sentence, *map(_aligned, rows), *told.steps, *told.notes]
    return "\n".join(lines)


def _aligned(row: tuple[str, ...]) -> str:
    parts = [
        f"{cell:<{width}}" if place < _LEFT else f"{cell:>{width}}"
        for place, (cell, width) in enumerate(zip(row, _WIDTHS, strict=False))
    ]
    return "  ".join(["", *parts, row[-1]]).rstrip()
