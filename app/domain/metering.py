"""Which meter counts for which account, and the volumes of segments by meters.

point     account × service: a meter of the account counts for it alone, a meter of the
premises for every account there, by share (charges.md §9)
covered   days on which a meter was in place; other days go by the norm (354, §42)
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.domain import days, meter
from app.domain.basis import SLOTS, Basis
from app.domain.charge_inputs import ChargeInputs
from app.domain.days import Month
from app.domain.meter import Doubt, Spans
from app.domain.money import Ints
from app.domain.situation import Rows, Situation, expanded
from app.domain.volume import Scene, Volumes

_LISTED = 8
_BASES = {
    0: (Basis.METER, Basis.METERS, Basis.METER_VOLUME),
    1: (Basis.HOT_METER, Basis.HOT_METERS, Basis.HOT_METER_VOLUME),
}
DOUBTS = {
    Doubt.NO_READING: (
        "показаний прибора за период нет: расчёт по среднему объёму ещё не выполняется.",
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
        "срок поверки прибора истёк: расчёт по среднему объёму ещё не выполняется.",
        "Внесите новую дату поверки или снимите прибор.",
    ),
    Doubt.EVENT: (
        "прибор неисправен, не допущен к проверке или вскрыт, по среднему ещё не считается.",
        "Закройте событие прибора или снимите прибор.",
    ),
    Doubt.GAP: (
        "между снятием и вводом приборов есть дни без прибора, по среднему ещё не считается.",
        "Проверьте даты снятия и ввода.",
    ),
}


@dataclass(frozen=True, slots=True)
class Consumers:
    """Meters of accounts by point.

    :ivar point: shape (pairs,), sorted
    :ivar meter: shape (pairs,)
    :ivar is_shared: shape (pairs,), 1 for a meter of the premises
    :ivar points: shape (points,), distinct, sorted
    :ivar covered: shape (points,), mask of days with a meter
    """

    point: Ints
    meter: Ints
    is_shared: Ints
    points: Ints
    covered: Ints

    def place(self, point: Ints) -> Ints:
        """Give the place of each point among the distinct ones, -1 where there is no meter."""
        if not self.points.size:
            return np.full(len(point), -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(self.points, point), len(self.points) - 1)
        return np.where(self.points[at] == point, at, -1)

    def covered_days(self, point: Ints) -> Ints:
        """Give the mask of days with a meter for each point."""
        at = self.place(point)
        if not self.points.size:
            return np.zeros(len(point), dtype=np.int64)
        return np.where(at >= 0, self.covered[at], 0)


@dataclass(frozen=True, slots=True)
class Metering:
    """Consumers with what their meters counted.

    :ivar doubt: shape (points,), Doubt of each point
    :ivar meter_doubt: shape (meters,), Doubt of each meter, those of houses too
    """

    consumers: Consumers
    spans: Spans
    doubt: Ints
    meter_doubt: Ints


def consumers(inputs: ChargeInputs, *, month: Month) -> Consumers:
    """Pair meters with the accounts they count for."""
    meters, accounts = inputs.meters, inputs.accounts
    services = len(inputs.services.code)
    covered = meter.coverage(meters, month=month)
    usable = (meters.of_house == 0) & (covered != 0)

    own = np.flatnonzero(usable & (meters.account >= 0))
    shared = np.flatnonzero(usable & (meters.account < 0) & (meters.premises >= 0))
    by_premises = np.argsort(accounts.premises, kind="stable")
    home = accounts.premises[by_premises]
    left = np.searchsorted(home, meters.premises[shared], "left")
    number = np.searchsorted(home, meters.premises[shared], "right") - left
    at, nth = expanded(number)

    account = np.concatenate([meters.account[own], by_premises[left[at] + nth]])
    of_meter = np.concatenate([own, shared[at]])
    point = account * services + meters.service[of_meter]
    is_shared = np.concatenate(
        [np.zeros(own.size, dtype=np.int64), np.ones(at.size, dtype=np.int64)]
    )
    order = np.lexsort((of_meter, point))
    point, of_meter = point[order], of_meter[order]
    points, first = np.unique(point, return_index=True)
    masks = np.bitwise_or.reduceat(covered[of_meter], first) if points.size else first
    return Consumers(point, of_meter, is_shared[order], points, masks)


def cuts(of: Consumers, rows: Rows, *, month: Month) -> Ints:
    """Give the days on which a meter of the row comes or goes, as masks."""
    covered = of.covered_days(rows.point)
    return (covered ^ (covered << 1)) & month.full & ~np.int64(1)


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
    size = len(inputs.meters.service)
    # The days a row begins and ends on: another payer has the meter before and after.
    edges = (rows.active ^ (rows.active << 1)) & month.full & ~np.int64(1)
    spans, doubt = meter.spans(
        inputs.meters,
        inputs.readings,
        soft=of_meters(of, rows, soft, meters=size),
        hard=of_meters(of, rows, edges, meters=size),
        rollover_ppm=inputs.rules.rollover_share_ppm,
        month=month,
    )
    by_point = np.zeros(len(of.points), dtype=np.int64)
    np.maximum.at(by_point, of.place(of.point), doubt[of.meter])
    lowest = of.covered & -of.covered
    has_gap = ((of.covered + lowest) & of.covered) != 0
    told = np.where(has_gap, np.maximum(by_point, Doubt.GAP), by_point)
    return Metering(of, spans, told, doubt)


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
    return _volumes(of, known.spans, segment, span, is_shared, component=component), without


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
    of: Situation, spans: Spans, segment: Ints, span: Ints, is_shared: Ints, *, component: int
) -> list[Volumes]:
    numerator = np.where(is_shared, of.share_numerator[segment], 1)
    denominator = np.where(is_shared, of.share_denominator[segment], 1)
    start = spans.day_from[span]
    low = np.maximum(of.day_from[segment], start) - start
    high = np.minimum(of.day_to[segment], spans.day_to[span]) - start
    one = np.ones(len(span), dtype=np.int64)

    def part(over: Ints, under: Ints) -> Ints:
        share = {"numerator": over, "denominator": under}
        done = spans.volume(span, high, **share)
        if low.any():
            done = done - spans.volume(span, low, **share)
        return done

    volume = part(numerator, denominator)
    is_part = numerator != denominator
    whole = part(one, one) if is_part.any() else volume
    key = (segment * 8 + spans.zone[span]) * 2 + is_shared
    order = np.argsort(key, kind="stable")
    _, first, number = np.unique(key[order], return_index=True, return_counts=True)
    chosen = order[first]
    slots = _reading_slots(spans, span[chosen], numerator[chosen], denominator[chosen])
    single, several, given = _BASES[component]
    basis = np.where(slots[:, 4] == days.FAR, int(given), int(single))
    for at in np.flatnonzero(number > 1).tolist():
        basis[at] = several
        slots[at] = _sum_slots(volume[order[first[at] : first[at] + number[at]]])
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


def _sum_slots(parts: Ints) -> NDArray[np.int64]:
    slots = np.zeros(SLOTS, dtype=np.int64)
    slots[0] = len(parts)
    slots[1 : 1 + min(len(parts), _LISTED)] = parts[:_LISTED]
    if len(parts) > _LISTED:
        slots[_LISTED] = parts[_LISTED - 1 :].sum()
    return slots
