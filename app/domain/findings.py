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
    """

    found: dict[tuple[int, int, str], str | None] = field(default_factory=dict)
    failed_rows: list[Ints] = field(default_factory=list)

    def tell(self, of: Situation, message: str, hint: str | None = None) -> None:
        """Say one thing about all these segments."""
        for account, service in zip(of.account.tolist(), of.service.tolist(), strict=True):
            self.found.setdefault((account, service, message), hint)
        self.failed_rows.append(of.row)

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
                service=services[service],
            )
            for (account, service, message), hint in sorted(
                self.found.items(), key=lambda pair: pair[0]
            )
        ]
