"""The page «Что если» on the real books: a trial of changes, after which nothing is kept."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.domain.period import Period
from app.operations import change_catalogue, what_if
from app.operations.what_if import WhatIf
from app.store import workplace
from app.store.engine import Engine
from app.store.reading import reading
from app.ui.pages.what_if_page_model import Trial
from app.ui.task import counting


@dataclass(frozen=True, slots=True)
class Trials:
    """Trials on one database, in the name of one operator."""

    engine: Engine
    operator: str
    now: Callable[[], datetime]

    def first(self) -> Period:
        """Give the month the page opens with."""
        with reading(self.engine) as snapshot:
            return workplace.open_period(snapshot)

    def run(self, trial: Trial, on_progress: Callable[[int, int], None]) -> WhatIf:
        """Charge the month as it is and as it would be."""
        accounts = (trial.account,) if trial.account else ()
        ahead = what_if.accounts_ahead(self.engine, trial.period, accounts=accounts)
        return what_if.what_if(
            self.engine,
            period=trial.period,
            actor=self.operator,
            at=self.now(),
            path=Path(trial.workbook) if trial.workbook else None,
            prices=[change_catalogue.parse(one) for one in trial.prices],
            norms=[change_catalogue.parse(one) for one in trial.norms],
            accounts=accounts,
            on_progress=counting(ahead, on_progress),
        )
