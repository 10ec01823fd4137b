"""Charges of an account and month, justified on paper: who, what, why, to the kopeck."""

from dataclasses import dataclass
from datetime import date

from app.domain import explanation, money
from app.domain.charge_line import ChargeLine
from app.domain.period import Period


@dataclass(frozen=True, slots=True)
class JustifiedLine:
    """One line of charges as the paper shows it.

    :ivar method: in words, with the law in brackets
    :ivar steps: the calculation, step by step, and why this method
    """

    title: str
    amount_kop: int
    method: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Justification:
    """The whole paper.

    :ivar issued_by: name of the centre or provider, with its telephone
    :ivar lines: in the order of the payment document
    """

    account: str
    payer: str
    address: str
    period: Period
    issued_by: str
    issued_on: date
    lines: tuple[JustifiedLine, ...]

    @property
    def total_kop(self) -> int:
        return sum(line.amount_kop for line in self.lines)


def justified(line: ChargeLine) -> JustifiedLine:
    """Give a line with all that its record says of it (charges.md §13)."""
    title = explanation.title(line)
    if line.period != line.origin_period:
        title = f"{title}, перерасчёт за {line.origin_period.shown}"
    return JustifiedLine(
        title=title,
        amount_kop=line.amount_kop,
        method=explanation.method(line),
        steps=tuple(explanation.steps(line)),
    )


def spoken_total(paper: Justification) -> str:
    """Give the total as the paper says it."""
    return f"Итого за {paper.period.shown}: {money.shown(paper.total_kop)} ₽"
