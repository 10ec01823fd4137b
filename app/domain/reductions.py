"""What absence and acts of quality take off the lines of a month (charges.md §0.1).

    absence ──▶ not supplied, cold hours ──▶ percents and bad days ──▶ maintenance

Each goes by what the ones before it have left; lines are added, none is changed.
"""

from dataclasses import dataclass, field

import numpy as np

from app.domain.absence import Away, away
from app.domain.absence_lines import AbsenceLines
from app.domain.added_lines import AddedLines, joined_lines, with_spans
from app.domain.basis import Basis
from app.domain.ledger import EntryKind
from app.domain.maintenance import MaintenanceLines
from app.domain.money import Ints
from app.domain.pricing import Lines
from app.domain.quality_lines import Payments, QualityLines
from app.domain.situation import Situation
from app.domain.volume import Scene


@dataclass(frozen=True, slots=True)
class Reduced:
    """Lines with what was taken off them.

    :ivar charged: number of the lines before; what lowers them follows
    :ivar away_days: person-days that were taken off a line, by its place
    :ivar removed_mcu: volume that was taken off a line, by its place
    """

    of: Situation
    lines: Lines
    charged: int
    away: Away = field(default_factory=Away)
    away_days: dict[int, int] = field(default_factory=dict)
    removed_mcu: dict[int, int] = field(default_factory=dict)


def reduced(scene: Scene, of: Situation, lines: Lines) -> Reduced:
    """Add the lines of absence and quality; without any of them the same lines come back.

    :param of: all segments, in the order of their places
    """
    inputs = scene.inputs
    if not len(inputs.absences) and not len(inputs.acts):
        return Reduced(of, lines, len(lines.place))
    made, who = AddedLines(), away(scene)
    absent = AbsenceLines(scene, of, lines, who, made)
    absent.add_all()
    quality = QualityLines(
        scene, of, lines, _payments(scene, of, lines, made), made, absent.removed_mcu
    )
    if len(inputs.acts):
        quality.add_all()
        MaintenanceLines(scene, of, lines, quality.payments, made).add_all()
    spans = np.array(quality.spans, dtype=np.int64).reshape(len(quality.spans), 3)
    removed = {line: volume for line, (volume, _) in absent.removed_mcu.items()}
    for line, volume in quality.unsupplied_mcu.items():
        removed[line] = removed.get(line, 0) + volume
    return Reduced(
        of=with_spans(of, spans[:, 0], spans[:, 1], spans[:, 2]) if len(spans) else of,
        lines=joined_lines([lines, made.lines()]),
        charged=len(lines.place),
        away=who,
        away_days={line: count for line, (_, count) in absent.removed_mcu.items()},
        removed_mcu=removed,
    )


def _payments(scene: Scene, of: Situation, lines: Lines, made: AddedLines) -> Payments:
    """Sum up the payments of rows, and what absence took off them."""
    charged = _summed(scene, of, lines, np.flatnonzero(lines.kind == EntryKind.CHARGE))
    added = made.lines()
    plain = np.flatnonzero(added.basis != Basis.ABSENCE_RAISED)
    return Payments(charged, -_summed(scene, of, added, plain))


def _summed(scene: Scene, of: Situation, lines: Lines, at: Ints) -> Ints:
    total = np.zeros(len(scene.impossible), dtype=np.int64)
    np.add.at(total, of.row[lines.place[at]], lines.amount_kop[at])
    return total
