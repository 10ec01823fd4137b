"""What could not be charged and why, gathered while columns are calculated."""

from dataclasses import dataclass, field

import numpy as np

from app.domain.money import Ints
from app.domain.problem import Problem
from app.domain.situation import Situation


@dataclass(slots=True)
class Findings:
    """Problems by account and service; every one is told once.

    :ivar failed_rows: rows that have no line, or not a whole one
    :ivar warnings: those of the found that leave the lines as they are
    """

    found: dict[tuple[int, int, str], str | None] = field(default_factory=dict)
    failed_rows: list[Ints] = field(default_factory=list)
    warnings: set[tuple[int, int, str]] = field(default_factory=set)

    def tell(self, of: Situation, message: str, hint: str | None = None) -> None:
        """Say one thing about all these segments."""
        for account, service in zip(of.account.tolist(), of.service.tolist(), strict=True):
            self.found.setdefault((account, service, message), hint)
        self.failed_rows.append(of.row)

    def warn(
        self, account: int, message: str, hint: str | None = None, *, service: int = -1
    ) -> None:
        """Say what was not taken into account, though the lines stand; -1: of all services."""
        self.found.setdefault((account, service, message), hint)
        self.warnings.add((account, service, message))

    def failed(self, rows: int) -> Ints:
        """Give a mask of the rows that have a problem."""
        mask = np.zeros(rows, dtype=bool)
        for some in self.failed_rows:
            mask[some] = True
        return mask

    def problems(
        self, *, houses: list[str], accounts: list[str], services: list[str]
    ) -> list[Problem]:
        """Name them.

        :param houses: code of the house of each account
        :param accounts: their numbers
        :param services: codes of services
        """
        return [
            Problem(
                message=message,
                hint=hint,
                house=houses[account],
                account=accounts[account],
                service=services[service] if service >= 0 else None,
                is_warning=(account, service, message) in self.warnings,
            )
            for (account, service, message), hint in sorted(
                self.found.items(), key=lambda pair: pair[0]
            )
        ]
