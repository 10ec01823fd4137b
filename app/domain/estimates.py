"""Lines without a usable reading: by the average month, by a late reading, by the norm after them.

    AVERAGE_*     base / months × days/D × share               354, §59 а, б, в
    TRUE_UP       (R_cur − R_last) × ratio − charged           charges.md §3.3
    SUM_*         the meters of a resource, some of them so    charges.md §15

The words of a base and the reason are notes of the line.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.domain import days, money
from app.domain.basis import ROOM_REASON_SLOTS, SLOTS, Basis
from app.domain.meter import Spans
from app.domain.meter_event import SpanKind
from app.domain.meter_lives import Lives
from app.domain.money import Ints
from app.domain.volume import Scene

_SUMMED = 7
AVERAGE_BASES = {
    SpanKind.FAILURE: Basis.AVERAGE_FAILURE,
    SpanKind.SILENT: Basis.AVERAGE_SILENT,
    SpanKind.REFUSAL: Basis.AVERAGE_REFUSAL,
}
_SUM_BASES = {
    SpanKind.FAILURE: Basis.SUM_FAILURE,
    SpanKind.SILENT: Basis.SUM_SILENT,
    SpanKind.REFUSAL: Basis.SUM_REFUSAL,
    SpanKind.LATE: Basis.SUM_TRUE_UP,
}

_RANGED = {
    Basis.AVERAGE_FAILURE: (Basis.RANGE_FAILURE, 7, 6),
    Basis.AVERAGE_SILENT: (Basis.RANGE_SILENT, 7, 6),
    Basis.AVERAGE_REFUSAL: (Basis.RANGE_REFUSAL, 7, 6),
    Basis.SUM_FAILURE: (Basis.RANGE_FAILURE, 8, -1),
    Basis.SUM_SILENT: (Basis.RANGE_SILENT, 8, -1),
    Basis.SUM_REFUSAL: (Basis.RANGE_REFUSAL, 8, -1),
    Basis.NORM_AFTER: (Basis.NORM_RANGE_AFTER, 3, -1),
    Basis.HOT_NORM_AFTER: (Basis.NORM_RANGE_AFTER, 3, -1),
    Basis.POWER_NORM_AFTER: (Basis.NORM_RANGE_AFTER, 4, -1),
    Basis.POWER_NORM_ZONE: (Basis.NORM_RANGE_AFTER, 6, -1),
    Basis.GAS_NORM_AFTER: (Basis.NORM_RANGE_AFTER, 7, -1),
}


def estimated_ranges(was: Ints, its_slots: Ints, basis: Ints, slots: Ints) -> None:
    """Let parts in a range of price say why there was no reading; in place.

    :param was: shape (n,), bases of the volumes that were split, `its_slots` their slots
    :param basis: shape (n,), of the parts, `slots` of them with the range in slots 0..3
    """
    for at in np.flatnonzero(np.isin(was, [int(one) for one in _RANGED])).tolist():
        basis[at], reason, base = _RANGED[Basis(int(was[at]))]
        slots[at, 4] = its_slots[at, reason]
        slots[at, 5] = its_slots[at, base] if base >= 0 else 0
    # By the norm of a communal flat whose meter, or whose room's, is there but not read.
    for room, slot in ROOM_REASON_SLOTS.items():
        for at in np.flatnonzero((was == room) & (its_slots[:, slot] > 0)).tolist():
            basis[at], slots[at, 4] = Basis.NORM_RANGE_AFTER, its_slots[at, slot]


def lines_of_spans(
    scene: Scene, spans: Spans, lives: Lives, at: Ints, *, off: Ints, results: tuple[Ints, Ints]
) -> None:
    """Give basis and slots of lines of one meter by averages and late readings.

    :param at: the span of each line
    :param off: what comes off late readings, of each line
    :param results: bases and slots of the lines by readings, put right in place
    """
    basis, slots = results
    walked = _lines_of_gaps(scene, spans, lives, at, off=off, results=results)
    for line in walked.tolist():
        basis[line], slots[line] = _line_of_span(
            scene, spans, lives, int(at[line]), share=slots[line, 6:8].tolist(),
            off_mcu=int(off[line]),
        )  # fmt: skip


def _lines_of_gaps(
    scene: Scene, spans: Spans, lives: Lives, at: Ints, *, off: Ints, results: tuple[Ints, Ints]
) -> Ints:
    """Make the lines of meters with a plain gap all at once; give those that are left."""
    lines = np.flatnonzero(spans.kind[at] != SpanKind.COUNTED)
    place = lives.gap_places(spans.meter[at[lines]])
    rest = lines[place < 0]
    if lives.gaps is None or rest.size == lines.size:
        return rest
    is_late = spans.kind[at[lines]] == SpanKind.LATE
    (basis, slots), gaps = results, lives.gaps
    chosen = np.flatnonzero((place >= 0) & ~is_late)
    its, line = place[chosen], lines[chosen]
    shares, one = slots[line, 6:8], at[line]
    slots[line] = 0
    slots[line, 0], slots[line, 1] = spans.current_mcu[one], gaps.months[its]
    slots[line, 2:4] = shares
    slots[line, 4], slots[line, 5] = spans.day_from[one], spans.day_to[one]
    if its.size:
        slots[line, 6] = gaps.base_notes(its, scene.notes)
        slots[line, 7] = gaps.reason_notes(its, scene.notes)
    basis[line] = int(AVERAGE_BASES[SpanKind.SILENT])

    chosen = np.flatnonzero((place >= 0) & is_late)
    its, line = place[chosen], lines[chosen]
    shares, one = slots[line, 6:8], at[line]
    slots[line] = 0
    slots[line, 0] = spans.previous_mcu[one]
    slots[line, 1] = spans.current_mcu[one] + spans.turn_mcu[one]
    slots[line, 2], slots[line, 3] = spans.ratio_mcu[one], off[line]
    slots[line, 4:6] = shares
    slots[line, 6], slots[line, 7] = spans.day_from[one], spans.day_to[one]
    slots[line, 8] = spans.turn_mcu[one]
    slots[line, 9] = _late_notes(scene, spans, one, gaps.start[its], gaps.terms.now)
    basis[line] = int(Basis.TRUE_UP)
    return rest


def _late_notes(scene: Scene, spans: Spans, at: Ints, since: Ints, now: int) -> Ints:
    """Give the numbers of the words of late readings: few days and months, many meters."""
    parts = [
        np.unique(column, return_inverse=True)[1]
        for column in (spans.previous_on[at], spans.current_on[at], since)
    ]
    key = (parts[0] * len(at) + parts[1]) * len(at) + parts[2]
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    numbers = [
        scene.notes.add(_late_words(spans, int(since[one]), now, int(at[one])))
        for one in first.tolist()
    ]
    return np.array(numbers, dtype=np.int64)[inverse]


def _line_of_span(
    scene: Scene, spans: Spans, lives: Lives, at: int, *, share: Sequence[int], off_mcu: int
) -> tuple[Basis, NDArray[np.int64]]:
    """Give basis and slots of a line of one meter by an average or a late reading.

    :param share: numerator and denominator of the account's share
    :param off_mcu: what comes off a late reading
    """
    slots = np.zeros(SLOTS, dtype=np.int64)
    life = lives.life(int(spans.meter[at]))
    assert life is not None
    kind = SpanKind(int(spans.kind[at]))
    span = (int(spans.day_from[at]), int(spans.day_to[at]))
    if kind is SpanKind.LATE:
        slots[:10] = (
            spans.previous_mcu[at], int(spans.current_mcu[at]) + int(spans.turn_mcu[at]),
            spans.ratio_mcu[at], off_mcu, *share, *span, int(spans.turn_mcu[at]),
            scene.notes.add(_late_words(spans, life.late_from, life.late_to, at)),
        )  # fmt: skip
        return Basis.TRUE_UP, slots
    assert life.base is not None
    slots[:8] = (
        spans.current_mcu[at], life.base.months, *share, *span,
        scene.notes.add(life.base_words), scene.notes.add(life.reason),
    )  # fmt: skip
    return AVERAGE_BASES[kind], slots


def line_of_several(
    scene: Scene, spans: Spans, lives: Lives, at: Ints, *, parts: Ints, off: Sequence[int]
) -> tuple[Basis, NDArray[np.int64]]:
    """Give basis and slots of a line of several meters or spans, some without a reading.

    :param at: the spans, `parts` their volumes, `off` what comes off late readings
    """
    slots = np.zeros(SLOTS, dtype=np.int64)
    listed = min(len(parts), _SUMMED)
    slots[0] = len(parts)
    slots[1 : 1 + listed] = parts[:listed]
    if len(parts) > _SUMMED:
        slots[_SUMMED] = parts[_SUMMED - 1 :].sum()
    said, kinds = [], []
    for one, part, charged in zip(at.tolist(), parts.tolist(), off, strict=True):
        kind = SpanKind(int(spans.kind[one]))
        kinds.append(kind)
        life = lives.life(int(spans.meter[one]))
        number = money.decimal_of(part).replace(".", ",")
        if life is None or kind is SpanKind.COUNTED:
            said.append(f"{number} по показаниям")
        elif kind is SpanKind.LATE:
            took = money.decimal_of(charged).replace(".", ",")
            words = _late_words(spans, life.late_from, life.late_to, one)
            said.append(f"{number} по показаниям за вычетом начисленного {took} ({words})")
        else:
            assert life.base is not None
            total = money.decimal_of(int(spans.current_mcu[one])).replace(".", ",")
            said.append(
                f"{number} по среднему {total} / {life.base.months} мес."
                f" ({life.base_words}): {life.reason}"
            )
    slots[8] = scene.notes.add("; ".join(said))
    averages = [kind for kind in kinds if SpanKind.COUNTED < kind < SpanKind.LATE]
    return _SUM_BASES[min(averages) if averages else SpanKind.LATE], slots


def _late_words(spans: Spans, late_from: int, late_to: int, at: int) -> str:
    from_day, to_day = (
        days.of_number(int(column[at])) for column in (spans.previous_on, spans.current_on)
    )
    months = _months(late_from, late_to)
    return f"показания {from_day:%d.%m.%Y} и {to_day:%d.%m.%Y}, без показаний {months}"


def _months(since: int, until: int) -> str:
    first, last = (f"{number % 12 + 1:02d}.{number // 12:04d}" for number in (since, until - 1))
    return first if first == last else f"{first}–{last}"
