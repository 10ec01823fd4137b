"""Volume × price, rounded once a line; ranges of volume; the raising factor as a line of its own.

one price        amount = round(V × T)
ranges           V is split over the ranges, each part by its own price (354, §38);
zones of a meter take their parts of a range in proportion
raising factor   round(V × K × T) − round(V × T), so that the two lines add up (charges.md §0.2)
"""

import re
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from app.domain import money
from app.domain.basis import FACTOR_SLOT, METERED, RAISED, SIGNED, SLOTS, Basis
from app.domain.beside_ranges import is_beside, over_ranges
from app.domain.estimates import estimated_ranges
from app.domain.ledger import EntryKind
from app.domain.money import MILLION, Flags, Ints
from app.domain.note import words_of
from app.domain.range_words import tell_whole
from app.domain.service import Component, Zone
from app.domain.situation import Situation, expanded
from app.domain.tariff import NO_LIMIT, PriceSheets
from app.domain.volume import Scene, Volumes

_ZONE_WORDS = {Zone.DAY: "день", Zone.NIGHT: "ночь", Zone.PEAK: "пик", Zone.HALF_PEAK: "полупик"}
_COMPONENT_WORDS = {
    Component.WATER: "вода",
    Component.HEAT: "тепло",
    Component.CAPACITY: "мощность",
}
_READING_SLOTS = (0, 1, 2, 4, 5)
_CHARGED_SLOT = 3  # of a late reading: what was charged for its months without one
_MONTH = re.compile(r"\b\d\d\.(\d\d)\.(\d{4})")


@dataclass(frozen=True, slots=True)
class Lines:
    """Priced lines, shape (n,) each; `place` is the segment.

    :ivar is_shared: accounts of one premises share the whole this is part of
    """

    place: Ints
    zone: Ints
    component: Ints
    kind: Ints
    basis: Ints
    volume_mcu: Ints
    price_mcr: Ints
    amount_kop: Ints
    is_shared: Flags
    slots: Ints

    def taken(self, at: Ints) -> "Lines":
        return Lines(*(getattr(self, name)[at] for name in Lines.__slots__))


def priced(
    scene: Scene, of: Situation, known: Volumes, sheets: PriceSheets, *, active_days: Ints
) -> Lines:
    """Price volumes; what has no price is told and left out.

    :param of: all segments, in the order of their places
    :param active_days: shape (segments,), days its row is charged for: limits of ranges are of them
    """
    sheet = of.price_sheet[known.place]
    first = sheets.first[sheet, known.zone, known.component]
    number = sheets.ranges[sheet, known.zone, known.component]
    _tell_unpriced(scene, of, known.taken(np.flatnonzero(number == 0)), sheets)
    number = _whole_rows(of, known, number)
    safe = np.maximum(first, 0)
    # What a late reading gives back has the price of the first range.
    is_plain = (number == 1) & _is_whole(sheets, safe) | (number > 0) & (known.volume_mcu < 0)
    beside = is_beside(known) & (number > 0) & ~((number == 1) & _is_whole(sheets, safe))
    plain = np.flatnonzero(is_plain & ~beside)
    ranged = np.flatnonzero((number > 0) & ~is_plain & ~beside)
    parts = [_lines(known.taken(plain), sheets.price_mcr[safe[plain]])]
    if ranged.size:
        parts.append(
            _ranged(
                scene,
                of,
                known.taken(ranged),
                _Ranges(sheets, first[ranged], number[ranged], _totals(known)[ranged]),
                active_days=active_days,
            )
        )
    added = np.flatnonzero(beside)
    if added.size:
        by_range = _Ranges(sheets, first[added], number[added], _totals(known)[added])
        parts.append(_beside(scene, of, known.taken(added), by_range, active_days=active_days))
    base = joined(parts)
    can_rise = np.isin(base.basis, [int(one) for one in RAISED])
    factor = np.where(can_rise, base.slots[:, FACTOR_SLOT], 0)
    raised = np.flatnonzero(factor)
    return joined([base, _raised(base.taken(raised), factor[raised])])


def _whole_rows(of: Situation, known: Volumes, number: Ints) -> Ints:
    """Leave a row with a day or a part without a price out as a whole: it is not half charged."""
    missing = number == 0
    if not missing.any():
        return number
    row = of.row[known.place]
    return np.where(np.isin(row, row[missing]), 0, number)


def unpriced(known: Volumes) -> Lines:
    """Give lines of price zero."""
    return _lines(known, np.zeros(len(known.place), dtype=np.int64))


def _is_whole(sheets: PriceSheets, at: Ints) -> Flags:
    if not sheets.price_mcr.size:
        return np.zeros(len(at), dtype=bool)
    whole = (sheets.range_from_mcu[at] == 0) & (sheets.range_to_mcu[at] == NO_LIMIT)
    return np.asarray(whole, dtype=np.bool_)


def _lines(known: Volumes, price: Ints) -> Lines:
    return Lines(
        place=known.place,
        zone=known.zone,
        component=known.component,
        kind=_kinds(known),
        basis=known.basis,
        volume_mcu=known.volume_mcu,
        price_mcr=price,
        amount_kop=money.charge_of(known.volume_mcu, price),
        is_shared=known.is_shared,
        slots=known.slots,
    )


def _kinds(known: Volumes) -> Ints:
    """Tell lines that take off what was charged before from what is charged."""
    kind = np.full(len(known.place), int(EntryKind.CHARGE), dtype=np.int64)
    below = np.flatnonzero(known.volume_mcu < 0)
    if not below.size:
        return kind
    signed = [int(one) for one in SIGNED]
    kind[below[~np.isin(known.basis[below], signed)]] = EntryKind.RECALCULATION
    return kind


def joined(parts: list[Lines]) -> Lines:
    """Put several sets of lines one after another."""
    return Lines(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in Lines.__slots__)
    )


def _raised(base: Lines, factor: Ints) -> Lines:
    """Give the excess lines of base lines: the same slots, the excess volume and money."""
    full = money.ratio((base.volume_mcu, factor), (MILLION,))
    return Lines(
        place=base.place,
        zone=base.zone,
        component=base.component,
        kind=np.full(len(base.place), int(EntryKind.RAISING), dtype=np.int64),
        basis=base.basis,
        volume_mcu=full - base.volume_mcu,
        price_mcr=base.price_mcr,
        amount_kop=money.excess_of(base.volume_mcu, base.price_mcr, factor),
        is_shared=np.zeros(len(base.place), dtype=bool),
        slots=base.slots,
    )


def _tell_unpriced(scene: Scene, of: Situation, known: Volumes, sheets: PriceSheets) -> None:
    """Say where there is no price, on which days, for which zone or component."""
    days, first = scene.inputs.period.days, scene.inputs.period.first_day
    by_zones = sheets.ranges[of.price_sheet[known.place], 1:].any(axis=(1, 2)) & (known.zone == 0)
    columns = (known.zone, known.component, by_zones)
    keys = np.stack([*columns, of.day_from[known.place], of.day_to[known.place]], axis=1)
    for key in np.unique(keys, axis=0).tolist() if keys.size else []:
        zone, component, is_zoned, day_from, day_to = key
        at = np.flatnonzero((keys == key).all(axis=1))
        words = [
            f"для зоны «{_ZONE_WORDS[Zone(zone)]}»" if zone else "",
            "без зоны (для счёта без многозонного прибора)" if is_zoned else "",
            f"для компонента «{_COMPONENT_WORDS[Component(component)]}»" if component else "",
            "" if (day_from, day_to) == (0, days)
            else f"с {day_from + 1:02d} по {day_to:02d}.{first:%m.%Y}",
        ]  # fmt: skip
        scope = " ".join(word for word in words if word)
        scene.findings.tell(
            of.taken(known.place[at]),
            f"цены {scope} нет." if scope else "цены на этот месяц нет.",
            "Добавьте её на листе «Тарифы».",
        )


@dataclass(frozen=True, slots=True)
class _Ranges:
    """Where the ranges of each volume are, and the volume of its segment over all zones."""

    sheets: PriceSheets
    first: Ints
    number: Ints
    total_mcu: Ints


def _ranged(
    scene: Scene, of: Situation, known: Volumes, ranges: _Ranges, *, active_days: Ints
) -> Lines:
    """Split volumes over ranges; limits of a part of the month are its part of the limits."""
    sheets = ranges.sheets
    line, nth, at, low, high = _limits(scene, of, known, ranges, active_days=active_days)
    volume, total = known.volume_mcu[line], ranges.total_mcu[line]
    safe = np.maximum(total, 1)
    part = money.ratio((volume, np.minimum(high, total)), (safe,))
    part -= money.ratio((volume, np.minimum(low, total)), (safe,))

    covered = np.zeros(len(known.place), dtype=np.int64)
    np.add.at(covered, line, part)
    lost = covered != known.volume_mcu
    _tell_uncovered(scene, of, known.taken(np.flatnonzero(lost)))
    kept = np.flatnonzero(((part > 0) | (nth == 0)) & ~lost[line])
    made = known.taken(line[kept])
    is_metered = np.isin(made.basis, [int(one) for one in METERED])
    slots = _range_slots(made, (volume[kept], total[kept], low[kept], high[kept]))
    is_tenfold = np.isin(made.basis, [int(Basis.NORM10), int(Basis.NORM10_GAS)])
    by_norm = np.where(is_tenfold, int(Basis.NORM10_RANGE), int(Basis.NORM_RANGE))
    basis = np.where(is_metered, int(Basis.METER_RANGE), by_norm)
    by_group = np.isin(made.basis, [int(Basis.GROUP_SHARE), int(Basis.GROUP_COMMON)])
    basis = np.where(by_group, int(Basis.GROUP_RANGE), basis)
    estimated_ranges(made.basis, made.slots, basis, slots)
    tell_whole(scene, of, made, basis, slots)
    ranged = replace(
        made,
        basis=basis,
        volume_mcu=part[kept],
        is_shared=np.zeros(len(kept), dtype=bool),
        slots=slots,
    )
    return _lines(ranged, sheets.price_mcr[at[kept]])


def _limits(
    scene: Scene, of: Situation, known: Volumes, ranges: _Ranges, *, active_days: Ints
) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Give every range of every volume: volume, which of its ranges, place, limits.

    Limits of a part of the month are its part of the limits.
    """
    sheets = ranges.sheets
    line, nth = expanded(ranges.number)
    at = ranges.first[line] + nth
    place = known.place[line]
    days, active = of.days[place], active_days[place]
    limited = sheets.range_to_mcu[at] < NO_LIMIT
    months = _months(scene, known)[line]
    low = money.ratio((sheets.range_from_mcu[at], days, months), (active,))
    high = money.ratio((np.where(limited, sheets.range_to_mcu[at], 0), days, months), (active,))
    return line, nth, at, low, np.where(limited, high, NO_LIMIT)


def _beside(
    scene: Scene, of: Situation, known: Volumes, ranges: _Ranges, *, active_days: Ints
) -> Lines:
    """Split volumes beside the usual over the ranges above it (beside_ranges.py)."""
    line, _, at, low, high = _limits(scene, of, known, ranges, active_days=active_days)
    made, kept = over_ranges(known, ranges.total_mcu, line=line, low=low, high=high)
    covered = np.zeros(len(known.place), dtype=np.int64)
    np.add.at(covered, line[kept], made.volume_mcu)
    lost = covered != known.volume_mcu
    _tell_uncovered(scene, of, known.taken(np.flatnonzero(lost)))
    whole = np.flatnonzero(~lost[line[kept]])
    return _lines(made.taken(whole), ranges.sheets.price_mcr[at[kept[whole]]])


def _tell_uncovered(scene: Scene, of: Situation, lost: Volumes) -> None:
    if lost.place.size:
        scene.findings.tell(
            of.taken(lost.place),
            "диапазоны цены не покрывают весь объём.",
            "Проверьте «Объём от» и «Объём до» на листе «Тарифы».",
        )


def _months(scene: Scene, known: Volumes) -> Ints:
    """Give the months each volume is of: more than one after months charged nothing.

    Limits of ranges are of a month; where the setting says so they are as many times as large.
    Of a late reading whose months were charged something only the rest of this month is left.
    """
    result = np.ones(len(known.place), dtype=np.int64)
    if not scene.inputs.rules.is_on("range_limits_by_months"):
        return result
    late = (known.basis == int(Basis.TRUE_UP)) & (known.slots[:, _CHARGED_SLOT] == 0)
    for at in np.flatnonzero(late).tolist():
        # The line keeps the days of both readings in its words alone.
        words = words_of(scene.notes.known, int(known.slots[at, FACTOR_SLOT]))
        before, now = (date(int(year), int(month), 1) for month, year in _MONTH.findall(words)[:2])
        years = now.year - before.year
        result[at] = max(1, years * scene.inputs.rules.months_of_year + now.month - before.month)
    return result


def _range_slots(made: Volumes, limits: tuple[Ints, Ints, Ints, Ints]) -> Ints:
    """Keep the limits, and the readings where one meter gave the volume."""
    slots = np.zeros((len(made.place), SLOTS), dtype=np.int64)
    for slot, column in enumerate(limits):
        slots[:, slot] = column
    one_meter = np.isin(made.basis, [int(Basis.METER), int(Basis.HOT_METER)])
    for slot, source in enumerate(_READING_SLOTS, start=4):
        slots[:, slot] = np.where(one_meter, made.slots[:, source], 0)
    slots[:, FACTOR_SLOT] = made.factor_ppm
    return slots


def _totals(known: Volumes) -> Ints:
    """Give each volume the sum over the zones of its segment, without what is beside the usual."""
    _, inverse = np.unique(known.place * len(Component) + known.component, return_inverse=True)
    sums = np.zeros(int(inverse.max(initial=-1)) + 1, dtype=np.int64)
    usual = np.where(is_beside(known), 0, known.volume_mcu)
    np.add.at(sums, inverse, np.maximum(usual, 0))
    return sums[inverse]
