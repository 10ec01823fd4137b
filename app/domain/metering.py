"""Which meter counts for which account, and the volumes of segments by meters.

point     account × service: a meter of the account counts for it alone, a meter of the
premises for every account there, by share (charges.md §9)
covered   days on which the account goes by meters, read or averaged; other days go by the norm:
          there is no meter (354, §42), or its averages are over (354, §60: estimates.py)
unusual   meters without a usable reading: meter_lives.py says how their month stands
"""

from dataclasses import dataclass

import numpy as np

from app.domain import days, meter
from app.domain.basis import SLOTS, Basis
from app.domain.charge_inputs import ChargeInputs
from app.domain.consumers import Consumers, consumers
from app.domain.days import Month
from app.domain.estimates import line_of_several, lines_of_spans
from app.domain.house_volumes import HouseVolumes, house_volumes
from app.domain.late_reading import Late, take_off, take_off_alone
from app.domain.meter import Doubt, Spans
from app.domain.meter_event import SpanKind
from app.domain.money import Ints
from app.domain.situation import Rows, Situation, expanded
from app.domain.volume import Scene, Volumes

__all__ = ["DOUBTS", "Consumers", "Metering", "by_meter", "consumers", "cuts", "metering"]
_LISTED = 8
_BASES = {
    0: (Basis.METER, Basis.METERS, Basis.METER_VOLUME),
    1: (Basis.HOT_METER, Basis.HOT_METERS, Basis.HOT_METER_VOLUME),
}
DOUBTS = {
    Doubt.NO_READING: (
        "показаний прибора за период нет.",
        "Внесите показание и начислите снова.",
    ),
    Doubt.NO_PREVIOUS: (
        "у прибора нет предыдущего показания.",
        "Внесите начальное показание на листе «Приборы».",
    ),
    Doubt.BACKWARD: (
        "показание прибора меньше предыдущего, а разрядность не указана.",
        "Исправьте показание или укажите разрядность, если прибор перешёл через ноль.",
    ),
    Doubt.TOO_FAR: (
        "показание прибора меньше предыдущего, а переход через ноль даёт слишком большой объём.",
        "Исправьте показание.",
    ),
    Doubt.MIXED: (
        "за прошлые месяцы передан объём, а теперь показание: часть расхода уже начислена.",
        "Передайте и за этот месяц объём либо внесите показание на конец прошлого месяца.",
    ),
    Doubt.EXPIRED: (
        "срок поверки прибора истёк.",
        "Внесите новую дату поверки или снимите прибор.",
    ),
    Doubt.EVENT: (
        "прибор неисправен или не допущен к проверке.",
        "Закройте событие прибора или снимите прибор.",
    ),
}


@dataclass(frozen=True, slots=True)
class Metering:
    """Consumers with what their meters counted.

    :ivar doubt: shape (points,), Doubt of each point
    :ivar meter_doubt: shape (meters,), Doubt of each meter, those of houses too
    :ivar norm_days: shape (meters,), mask of days on which a meter's averages are over
    :ivar house_volumes: what meters of houses gave, averages too (house_volumes.py)
    """

    consumers: Consumers
    spans: Spans
    doubt: Ints
    meter_doubt: Ints
    norm_days: Ints
    house_volumes: HouseVolumes


def cuts(of: Consumers, rows: Rows, *, month: Month) -> Ints:
    """Give the days on which a meter of the row comes or goes, or its averages end, as masks."""
    covered, after = of.covered_days(rows.point), of.norm_mask(rows.point)
    changes = (covered ^ (covered << 1)) | (after ^ (after << 1))
    by_meter = of.lives.cuts()
    if by_meter and of.points.size:
        masks = np.zeros(len(of.points), dtype=np.int64)
        for pair in np.flatnonzero(np.isin(of.meter, list(by_meter))).tolist():
            masks[of.place(of.point[pair : pair + 1])] |= by_meter[int(of.meter[pair])]
        at = of.place(rows.point)
        changes |= np.where(at >= 0, masks[at], 0)
    return changes & month.full & ~np.int64(1)


def of_meters(of: Consumers, rows: Rows, masks: Ints, *, meters: int) -> Ints:
    """Carry masks of rows over to the meters that count for them."""
    by_point = np.zeros(len(of.points), dtype=np.int64)
    at = of.place(rows.point)
    np.bitwise_or.at(by_point, at[at >= 0], masks[at >= 0])
    result = np.zeros(meters, dtype=np.int64)
    np.bitwise_or.at(result, of.meter, by_point[of.place(of.point)])
    return result


def metering(
    inputs: ChargeInputs, of: Consumers, rows: Rows, *, soft: Ints, month: Month
) -> Metering:
    """Read the meters of accounts, each divided at the days its rows ask for.

    :param soft: shape (rows,), masks of days on which a price changes
    """
    meters, lives = inputs.meters, of.lives
    size = len(meters.service)
    # The days a row begins and ends on: another payer has the meter before and after.
    edges = days.edges(rows.active, month=month)
    by_price, by_payer = (of_meters(of, rows, each, meters=size) for each in (soft, edges))
    spans, doubt = meter.spans(
        meters,
        of.found,
        kept=~lives.is_unusual | (meters.of_house > 0),
        soft=by_price,
        hard=by_payer,
        rollover_ppm=inputs.rules.rollover_share_ppm,
        month=month,
    )
    given = house_volumes(meters, spans, doubt, lives)
    if lives.lives or lives.gaps is not None:
        more = lives.spans()
        more = meter.taken(more, np.flatnonzero(meters.of_house[more.meter] == 0))
        spans = _with_unusual(spans, _divided(of, more, by_price, by_payer, month=month))
        for which, life in lives.lives.items():
            if not meters.of_house[which]:
                doubt[which] = life.doubt
    doubt = _of_houses(inputs, doubt, month=month)
    by_point = np.zeros(len(of.points), dtype=np.int64)
    np.maximum.at(by_point, of.place(of.point), doubt[of.meter])
    return Metering(of, spans, by_point, doubt, lives.norm_days, given)


def _divided(of: Consumers, more: Spans, soft: Ints, hard: Ints, *, month: Month) -> Spans:
    """Divide spans of unusual meters by readings too, those without an event in the month."""
    calm = of.lives.without_events(more.meter, month=month)
    can = calm & ((more.kind == SpanKind.COUNTED) | (more.kind == SpanKind.LATE))
    if not can.any():
        return more
    rest = meter.taken(more, np.flatnonzero(~can))
    calm_ones = meter.taken(more, np.flatnonzero(can))
    made = meter.divided(calm_ones, of.found.readings, soft=soft, hard=hard, month=month)
    return _with_unusual(made, rest)


def _with_unusual(spans: Spans, more: Spans) -> Spans:
    both = Spans(
        *(np.concatenate([getattr(spans, name), getattr(more, name)]) for name in Spans.__slots__)
    )
    return meter.taken(both, np.lexsort((both.day_from, both.zone, both.meter)))


def _of_houses(inputs: ChargeInputs, doubt: Ints, *, month: Month) -> Ints:
    """Tell of meters of houses that they failed or their verification is over."""
    meters, events = inputs.meters, inputs.meter_events
    wrong = np.where(
        meters.verified_to < np.minimum(meters.removed, month.end), int(Doubt.EXPIRED), 0
    )
    touching = (events.valid_from < month.end) & (events.valid_to > month.first)
    np.maximum.at(wrong, events.meter[touching], int(Doubt.EVENT))
    return np.where(meters.of_house > 0, np.maximum(doubt, wrong), doubt)


def by_meter(
    scene: Scene, of: Situation, known: Metering, *, component: int = 0
) -> tuple[list[Volumes], Situation]:
    """Give the volumes of segments that a meter covers, and the segments that none covers.

    A covered segment that cannot be charged is told and is in neither.
    """
    covered = (known.consumers.covered_days(of.point) >> of.day_from) & 1
    without = of.taken(np.flatnonzero(covered == 0))
    of = of.taken(np.flatnonzero(covered))
    if not of.row.size:
        return [], without
    doubt = known.doubt[known.consumers.place(of.point)]
    _tell(scene, of, doubt)
    of = of.taken(np.flatnonzero(doubt == Doubt.NONE))
    segment, span, is_shared = _overlaps(of, known)
    silent = np.ones(len(of.row), dtype=bool)
    silent[segment] = False
    _tell(scene, of, np.where(silent, Doubt.NO_READING, Doubt.NONE))
    joined = (segment, span, is_shared)
    return _volumes(scene, of, known, joined, component=component), without


def _tell(scene: Scene, of: Situation, doubt: Ints) -> None:
    for code in np.unique(doubt[doubt > 0]).tolist():
        scene.findings.tell(of.taken(np.flatnonzero(doubt == code)), *DOUBTS[Doubt(code)])


def _overlaps(of: Situation, known: Metering) -> tuple[Ints, Ints, Ints]:
    """Join segments with the spans of their meters that share days with them."""
    pairs, spans = known.consumers, known.spans
    left = np.searchsorted(pairs.point, of.point, "left")
    segment, nth = expanded(np.searchsorted(pairs.point, of.point, "right") - left)
    pair = left[segment] + nth
    left = np.searchsorted(spans.meter, pairs.meter[pair], "left")
    number = np.searchsorted(spans.meter, pairs.meter[pair], "right") - left
    which, nth = expanded(number)
    span = left[which] + nth
    segment, is_shared = segment[which], pairs.is_shared[pair[which]]
    both = (spans.day_from[span] < of.day_to[segment]) & (of.day_from[segment] < spans.day_to[span])
    return segment[both], span[both], is_shared[both]


def _volumes(
    scene: Scene,
    of: Situation,
    known: Metering,
    joined: tuple[Ints, Ints, Ints],
    *,
    component: int,
) -> list[Volumes]:
    (segment, span, is_shared), spans = joined, known.spans
    numerator = np.where(is_shared, of.share_numerator[segment], 1)
    denominator = np.where(is_shared, of.share_denominator[segment], 1)
    start = spans.day_from[span]
    low = np.maximum(of.day_from[segment], start) - start
    high = np.minimum(of.day_to[segment], spans.day_to[span]) - start
    ends, one, is_part = (low, high), np.ones_like(low), numerator != denominator
    volume = _parts(spans, span, ends, numerator, denominator)
    whole = _parts(spans, span, ends, one, one) if is_part.any() else volume.copy()
    off = _late(scene, of, known, joined, ends=ends, results=(volume, whole))
    key = (segment * 8 + spans.zone[span]) * 2 + is_shared
    order = np.argsort(key, kind="stable")
    _, first, number = np.unique(key[order], return_index=True, return_counts=True)
    chosen = order[first]
    slots = _reading_slots(spans, span[chosen], numerator[chosen], denominator[chosen])
    basis, lives = _bases(slots, number, component), known.consumers.lives
    lines_of_spans(scene, spans, lives, span[chosen], off=off[chosen], results=(basis, slots))
    _sum_slots(slots, volume[order], number)
    several = np.repeat(number > 1, number) & (spans.kind[span[order]] != SpanKind.COUNTED)
    for at in np.unique(np.repeat(np.arange(len(number)), number)[several]).tolist():
        mine = order[first[at] : first[at] + number[at]]
        basis[at], slots[at] = line_of_several(
            scene, spans, lives, span[mine], parts=volume[mine], off=off[mine].tolist()
        )
    return [
        Volumes(
            place=of.place[segment[chosen]],
            zone=spans.zone[span[chosen]],
            component=np.full(len(chosen), component, dtype=np.int64),
            basis=basis.astype(np.int64),
            volume_mcu=_sums(volume[order], first),
            whole_mcu=_sums(whole[order], first),
            factor_ppm=np.zeros(len(chosen), dtype=np.int64),
            is_shared=np.asarray(is_part[chosen], dtype=np.bool_),
            slots=slots,
        )
    ]


def _parts(
    spans: Spans, span: Ints, ends: tuple[Ints, Ints], numerator: Ints, denominator: Ints
) -> Ints:
    """Give the volumes of some days of spans: of dials so that they sum to the whole span's."""
    low, high = ends
    share = {"numerator": numerator, "denominator": denominator}
    is_average = (spans.kind[span] > SpanKind.COUNTED) & (spans.kind[span] < SpanKind.LATE)
    done = spans.volume(span, np.where(is_average, high - low, high), **share)
    if low.any():
        done = done - spans.volume(span, np.where(is_average, 0, low), **share)
    return done


def _bases(slots: Ints, number: Ints, component: int) -> Ints:
    """Give the bases of lines by readings: one meter, several, a volume given."""
    single, several, given = _BASES[component]
    basis = np.where(slots[:, 4] == days.FAR, int(given), int(single))
    return np.where(number > 1, int(several), basis).astype(np.int64)


def _late(
    scene: Scene,
    of: Situation,
    known: Metering,
    joined: tuple[Ints, Ints, Ints],
    *,
    ends: tuple[Ints, Ints],
    results: tuple[Ints, Ints],
) -> Ints:
    """Take off late readings what was charged before, in place; give it of each joined row."""
    span = joined[1]
    off = np.zeros(len(span), dtype=np.int64)
    at = np.flatnonzero(known.spans.kind[span] == SpanKind.LATE)
    if not at.size:
        return off
    late = Late(scene.inputs, known.consumers)
    at = take_off_alone(late, of, known.spans, joined, ends, at=at, results=(*results, off))
    take_off(late, of, known.spans, joined, ends, rows=at, results=(*results, off))
    return off


def _sums(values: Ints, first: Ints) -> Ints:
    if not first.size:
        return np.zeros(0, dtype=np.int64)
    return np.asarray(np.add.reduceat(values, first), dtype=np.int64)


def _reading_slots(spans: Spans, span: Ints, numerator: Ints, denominator: Ints) -> Ints:
    slots = np.zeros((len(span), SLOTS), dtype=np.int64)
    columns = (
        spans.previous_mcu, spans.current_mcu, spans.ratio_mcu, spans.turn_mcu,
        spans.previous_on, spans.current_on,
    )  # fmt: skip
    for place, column in enumerate(columns):
        slots[:, place] = column[span]
    slots[:, 6], slots[:, 7] = numerator, denominator
    slots[:, 8], slots[:, 9] = spans.day_from[span], spans.day_to[span]
    return slots


def _sum_slots(slots: Ints, parts: Ints, number: Ints) -> None:
    """Put the parts of lines of several meters into their slots, in place; the last the rest.

    :param parts: of all lines, one line after another, `number` of each
    """
    line, nth = expanded(number)
    of_several = np.flatnonzero(number[line] > 1)
    line, nth = line[of_several], nth[of_several]
    several = number > 1
    slots[several] = 0
    slots[several, 0] = number[several]
    np.add.at(slots, (line, 1 + np.minimum(nth, _LISTED - 1)), parts[of_several])
