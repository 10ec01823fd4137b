"""A yearly correction: found once, posted under one voucher; the same call again posts nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from app.domain.charge_line import ChargeLine
from app.domain.note import Notes
from app.domain.period import Period
from app.domain.problem import Problem
from app.domain.voucher import Voucher
from app.errors import Refusal
from app.store import adjusting, charges, recalculating
from app.store.adjusting import NamedLine
from app.store.engine import Engine
from app.store.reading import Snapshot, reading
from app.store.writing import writing

BATCH_HOUSES = 20
MONTHS = 12


class YearNotOver(Refusal):
    """The month that is open is of the year that is to be corrected."""


@dataclass(frozen=True, slots=True)
class CorrectedYear:
    """What a correction posted: no lines when nothing differed.

    :ivar problems: who has none, and why
    """

    into: Period
    lines: list[ChargeLine]
    problems: list[Problem] = field(default_factory=list)

    @property
    def amount_kop(self) -> int:
        return sum(line.amount_kop for line in self.lines)


Found = tuple[Sequence[NamedLine], Sequence[Problem]]


def correct_year(
    engine: Engine,
    voucher: Voucher,
    *,
    year: int,
    into: Period | None,
    subject: str,
    find: Callable[[Snapshot, Period, Notes], Found],
) -> CorrectedYear:
    """Find and post a correction of a year.

    :param subject: what is corrected, as a sentence begins with it
    :param find: gives the lines and problems, by the month they go into
    :raises YearNotOver: when the open month is of that year
    :raises RefusedByDatabase: when the month is not open
    """
    with reading(engine) as snapshot:
        if adjusting.is_posted(snapshot, voucher.key):
            lines = charges.of_voucher(snapshot, voucher.key)
            return CorrectedYear(lines[0].period, lines)
        target = into or recalculating.target(snapshot)
        if target.year <= year:
            raise YearNotOver(
                f"{subject} за {year} год корректируют в {year + 1} году, а открыт"
                f" {target.shown}. Закройте месяцы года и повторите."
            )
        snapshot.hold()
        notes = Notes()
        named, problems = find(snapshot, target, notes)
        if not named:
            return CorrectedYear(target, [], list(problems))
        rows = adjusting.by_names(snapshot, named)
    with writing(engine) as draft:
        adjusting.post(draft, voucher, period=target, lines=rows, notes=notes.known)
    with reading(engine) as snapshot:
        lines = charges.of_voucher(snapshot, voucher.key)
    return CorrectedYear(target, lines, list(problems))
