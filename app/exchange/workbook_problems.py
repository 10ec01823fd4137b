"""Problems of a workbook as they are found; too many alike become a number."""

from collections import Counter
from dataclasses import dataclass, field

from app.domain.problem import Problem
from app.exchange.workbook import SHEETS

SHOWN_MAX = 5_000  # of one kind: of one sheet, column and message


@dataclass(slots=True)
class Problems:
    """Collects problems."""

    found: list[Problem] = field(default_factory=list)
    _seen: Counter[tuple[str | None, str | None, str]] = field(default_factory=Counter)

    def add(self, problem: Problem, *, kind: str | None = None) -> None:
        """Take a problem; `kind` says which are alike when the message holds figures."""
        alike = (problem.sheet, problem.column, kind or problem.message)
        self._seen[alike] += 1
        if self._seen[alike] <= SHOWN_MAX:
            self.found.append(problem)

    def listed(self) -> tuple[Problem, ...]:
        """Give all problems by sheet and row, and what was left out as a number."""
        place = {sheet.name: number for number, sheet in enumerate(SHEETS)}
        ordered = sorted(
            self.found, key=lambda one: (place.get(one.sheet or "", len(place)), one.row or 0)
        )
        left_out = [
            Problem(f"и ещё {count - SHOWN_MAX} таких же: {message}", sheet=sheet, column=column)
            for (sheet, column, message), count in self._seen.items()
            if count > SHOWN_MAX
        ]
        return (*ordered, *left_out)

    def __len__(self) -> int:
        return len(self.found)
