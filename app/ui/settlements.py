"""The page «Расчёты» on the real books: reports read in one snapshot, written as files."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.domain.analysis import Cut, Report
from app.domain.period import Period
from app.operations import make_report
from app.operations.make_report import Wanted
from app.store import analysis_sources
from app.store.engine import Engine
from app.store.reading import reading
from app.ui.pages.settlements_model import Question


@dataclass(frozen=True, slots=True)
class Settlements:
    """Reports of one database, in the name of one accountant."""

    engine: Engine
    operator: str
    now: Callable[[], datetime]

    def first(self) -> Period:
        """Give the month the page opens with: the last that something was posted into."""
        with reading(self.engine) as snapshot:
            return analysis_sources.latest_period(snapshot)

    def read(self, question: Question) -> Report:
        """Make a report.

        :raises NotAGrouping: when it cannot be grouped so
        :raises BackwardSpan: when the last month is before the first
        """
        cut = Cut(
            question.first,
            question.last,
            question.by,
            houses=question.houses,
            contracts=question.contracts,
            services=question.services,
            accounts=question.accounts,
        )
        return make_report.make_report(self.engine, Wanted(question.name, cut, by_origin=True))

    def write(self, report: Report, path: Path) -> None:
        """Write a report as .pdf or .xlsx.

        :raises NotAReportFile: when the ending is another
        """
        make_report.write_report(report, path, at=self.now(), actor=self.operator)
