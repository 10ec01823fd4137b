"""Volumes of segments before they are priced, and the methods that need no meter.

    AREA        S × share × days                    ЖК ст. 155
    PERSON      persons by days       ACCOUNT  1 by days       QUANTITY  quantity by days
    NORM        n × N by days                       354, formula 4
    TKO         n × N / 12, S × N / 12 by days      354, formulas 9(1), 9(2)

Volumes are rounded half up to 6 decimals, once (charges.md §0.2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from app.domain import money
from app.domain.basis import FACTOR_SLOT, SLOTS, Basis
from app.domain.charge_inputs import ChargeInputs
from app.domain.days import Month, number
from app.domain.findings import Findings
from app.domain.law import Rules
from app.domain.money import MILLION, Ints, millionths
from app.domain.norm import NO_NORM, NormKind, NormSheets
from app.domain.note import Notes
from app.domain.occupancy import Occupancy
from app.domain.situation import Rows, Situation, picked

CM2_PER_M2 = 10_000
# The factor of formula 4(1) by resource: its name in the tables of the law.
RAISING_NAMES = {"cold": "raising_cold", "hot": "raising_hot", "power": "raising_power"}
_MCU_PER_CM2 = MILLION // CM2_PER_M2
NO_AREA = ("площадь помещения не указана.", "Укажите её на листе «Помещения».")
_NO_QUANTITY = (
    "количество не указано.",
    "Укажите его в столбце «Количество» листа «Назначения».",
)


@dataclass(frozen=True, slots=True)
class Scene:
    """What every method looks at: the inputs, and what was worked out from them for all.

    :ivar impossible: shape (rows,), mask of days on which no meter can be installed
    :ivar rows: what the segments are of
    """

    inputs: ChargeInputs
    month: Month
    occupancy: Occupancy
    norm_sheets: NormSheets
    impossible: Ints
    findings: Findings
    notes: Notes
    rows: Rows

    def area(self, of: Situation) -> Ints:
        """Give the total area on the days of each segment, cm2."""
        return picked(self.inputs.premises.total_cm2, of.area_version, otherwise=0)


@dataclass(frozen=True, slots=True)
class Volumes:
    """What was consumed or used, shape (n,) each.

    :ivar place: the segment it is of
    :ivar whole_mcu: the volume the premises would have if one account had it all
    :ivar factor_ppm: the raising factor that applies, 0 none
    :ivar is_shared: part of a whole that accounts of one premises share
    :ivar slots: shape (n, SLOTS), see app/domain/basis.py
    """

    place: Ints
    zone: Ints
    component: Ints
    basis: Ints
    volume_mcu: Ints
    whole_mcu: Ints
    factor_ppm: Ints
    is_shared: NDArray[np.bool_]
    slots: Ints

    def taken(self, at: Ints) -> "Volumes":
        return Volumes(*(getattr(self, name)[at] for name in Volumes.__slots__))


def volumes(
    of: Situation,
    basis: Basis,
    volume_mcu: Ints,
    *,
    slots: Sequence[Ints | int],
    whole_mcu: Ints | None = None,
    factor_ppm: Ints | int = 0,
    zone: Ints | int = 0,
    component: int = 0,
) -> Volumes:
    """Put columns together; with `whole_mcu` the volumes are parts of what accounts share."""
    rows = len(volume_mcu)
    kept = np.zeros((rows, SLOTS), dtype=np.int64)
    for place, column in enumerate(slots):
        kept[:, place] = column
    factor = np.broadcast_to(np.asarray(factor_ppm, dtype=np.int64), rows)
    if factor.any():
        kept[:, FACTOR_SLOT] = factor
    part = of.share_numerator != of.share_denominator
    return Volumes(
        place=of.place,
        zone=np.broadcast_to(np.asarray(zone, dtype=np.int64), rows),
        component=np.full(rows, component, dtype=np.int64),
        basis=np.full(rows, int(basis), dtype=np.int64),
        volume_mcu=volume_mcu,
        whole_mcu=volume_mcu if whole_mcu is None else whole_mcu,
        factor_ppm=factor,
        is_shared=part if whole_mcu is not None else np.zeros(rows, dtype=bool),
        slots=kept,
    )


def joined(parts: Sequence[Volumes]) -> Volumes:
    """Put several sets of volumes one after another."""
    return Volumes(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in Volumes.__slots__)
    )


def by_area(scene: Scene, of: Situation) -> list[Volumes]:
    """S × share, by days; volume in mcu of m2."""
    of = with_area(scene, of)
    area = scene.area(of)
    top = (area, _MCU_PER_CM2, of.days)
    days = scene.month.days
    part = money.ratio((*top, of.share_numerator), (days, of.share_denominator))
    return [
        volumes(
            of,
            Basis.AREA,
            part,
            whole_mcu=money.ratio(top, (days,)),
            slots=(area, of.share_numerator, of.share_denominator),
        )
    ]


def with_area(scene: Scene, of: Situation) -> Situation:
    """Leave out segments of premises whose area is not known, and say so."""
    known = scene.area(of) > 0
    if not known.all():
        scene.findings.tell(
            of.taken(np.flatnonzero(~known)),
            *NO_AREA,
        )
    return of.taken(np.flatnonzero(known))


def by_person(scene: Scene, of: Situation) -> list[Volumes]:
    """Persons, weighted by days."""
    of, persons, owners = counted(scene, of)
    part = money.ratio((MILLION, persons), (scene.month.days,))
    return [volumes(of, Basis.PERSON, part, slots=(persons, owners))]


def counted(scene: Scene, of: Situation) -> tuple[Situation, Ints, Ints]:
    """Give the person-days of each segment, and of them the owners'; say where nobody is known.

    :returns: the segments with somebody, person-days, owner-days
    """
    span = (of.account, of.day_from, of.day_to)
    persons, empty = scene.occupancy.persons(*span), scene.occupancy.empty(*span)
    if empty.any():
        scene.findings.tell(
            of.taken(np.flatnonzero(empty)),
            "на часть дней или на весь месяц не указаны ни проживающие, ни собственники:"
            " за эти дни не начислено.",
            "Добавьте их на листе «Проживающие» (вид «собственник», если никто не живёт).",
        )
    kept = np.flatnonzero(persons)
    of = of.taken(kept)
    return of, persons[kept], scene.occupancy.owners(of.account, of.day_from, of.day_to)


def by_account(scene: Scene, of: Situation) -> list[Volumes]:
    """One for the account, by days."""
    return [
        volumes(of, Basis.ACCOUNT, money.ratio((MILLION, of.days), (scene.month.days,)), slots=())
    ]


def by_quantity(scene: Scene, of: Situation) -> list[Volumes]:
    """The quantity of the assignment, by days."""
    known = of.quantity_mcu >= 0
    if not known.all():
        scene.findings.tell(of.taken(np.flatnonzero(~known)), *_NO_QUANTITY)
    of = of.taken(np.flatnonzero(known))
    part = money.ratio((of.quantity_mcu, of.days), (scene.month.days,))
    return [volumes(of, Basis.QUANTITY, part, slots=(of.quantity_mcu,))]


def one_off(scene: Scene, of: Situation) -> list[Volumes]:
    """The quantity of the assignment, once, in the month of its first day; never by days."""
    starts = scene.rows.since[of.row]
    now = (starts >= scene.month.first) & (starts < scene.month.end)
    _, first = np.unique(of.row, return_index=True)
    is_first = np.zeros(len(of.row), dtype=np.bool_)
    is_first[first] = True
    of = of.taken(np.flatnonzero(now & is_first))
    known = of.quantity_mcu >= 0
    if not known.all():
        scene.findings.tell(of.taken(np.flatnonzero(~known)), *_NO_QUANTITY)
    of = of.taken(np.flatnonzero(known))
    return [volumes(of, Basis.ONE_OFF, of.quantity_mcu, slots=(of.quantity_mcu,))]


def with_norm(
    scene: Scene,
    of: Situation,
    *,
    kind: NormKind,
    words: str,
    rooms: Ints | int = -1,
    persons: Ints | int = -1,
) -> tuple[Situation, Ints]:
    """Leave out segments that have no norm, and say so.

    :param words: the kind as the workbook calls it
    :returns: the segments left and their norms
    """
    norm = scene.norm_sheets.values(of.norm_sheet, kind=kind, rooms=rooms, persons=persons)
    known = norm != NO_NORM
    if not known.all():
        scene.findings.tell(
            of.taken(np.flatnonzero(~known)),
            f"норматива «{words}» на эти дни нет.",
            "Добавьте его на листе «Нормативы».",
        )
    kept = np.flatnonzero(known)
    return of.taken(kept), norm[kept]


def by_norm(scene: Scene, of: Situation, *, basis: Basis, is_raised: bool) -> list[Volumes]:
    """N × N, by days (354, formula 4).

    :param is_raised: where a meter could be, the raising factor applies (formula 4(1))
    """
    of, norm = with_norm(scene, of, kind=NormKind.PERSON, words="на человека")
    of, persons, owners, norm = counted_with(scene, of, norm)
    part = money.ratio((norm, persons), (scene.month.days,))
    if not is_raised:
        return [volumes(of, basis, part, slots=(norm, persons, owners))]
    slots = (norm, persons, owners, is_impossible(scene, of))
    return [volumes(of, basis, part, slots=slots, factor_ppm=raising(scene, of))]


def counted_with(scene: Scene, of: Situation, column: Ints) -> tuple[Situation, Ints, Ints, Ints]:
    """Count persons, keeping a column beside the segments that are left."""
    by_place = dict(zip(of.place.tolist(), column.tolist(), strict=True)) if of.place.size else {}
    left, persons, owners = counted(scene, of)
    if len(left.place) != len(of.place):
        column = np.array([by_place[place] for place in left.place.tolist()], dtype=np.int64)
    return left, persons, owners, column


def raising(scene: Scene, of: Situation) -> Ints:
    """Give the raising factor of each segment: 0 where there is none or no meter is possible.

    The factor in force on the last day of the period is for all of it, or each day has its own
    where the setting says so (charges.md §2.1).
    """
    factor = np.zeros(len(of.row), dtype=np.int64)
    resources = np.array(scene.inputs.services.resource, dtype=np.str_)[of.service]
    for resource, name in RAISING_NAMES.items():
        its = resources == resource
        if its.any():
            day = scene.month.first + of.day_from[its]
            factor[its] = _raising_on(scene.inputs.rules, name, day)
    return np.where((is_impossible(scene, of) == 0) & (factor > MILLION), factor, 0)


def is_impossible(scene: Scene, of: Situation) -> Ints:
    """Tell with 1 the segments for which an act says that no meter can be installed."""
    return (scene.impossible[of.row] >> of.day_from) & 1


def _raising_on(rules: Rules, name: str, day: Ints) -> Ints:
    if name == "raising_power" and not rules.is_on("raising_power_without_meter"):
        return np.zeros(len(day), dtype=np.int64)
    result = np.full(len(day), rules.ppm(name), dtype=np.int64)
    if rules.word("raising_change_month") == "days":
        for value in rules.changes.get(name, ()):
            begun = day >= number(value.valid_from)
            result[begun] = millionths(Decimal(value.value))
    return result


def solid_waste_by_person(scene: Scene, of: Situation) -> list[Volumes]:
    """N × N / 12, by days (354, formula 9(1)); the norm is of a year."""
    of, norm = with_norm(scene, of, kind=NormKind.PERSON, words="на человека")
    of, persons, owners, norm = counted_with(scene, of, norm)
    months = scene.inputs.rules.months_of_year
    part = money.ratio((norm, persons), (months, scene.month.days))
    return [volumes(of, Basis.SOLID_WASTE_PERSON, part, slots=(norm, persons, owners, months))]


def solid_waste_by_area(scene: Scene, of: Situation) -> list[Volumes]:
    """S × N / 12, by days (354, formula 9(2)); the norm is of a year."""
    of, norm = with_norm(scene, with_area(scene, of), kind=NormKind.AREA, words="на м2")
    months, area = scene.inputs.rules.months_of_year, scene.area(of)
    top, bottom = (area, norm, of.days), (CM2_PER_M2, months, scene.month.days)
    part = money.ratio((*top, of.share_numerator), (*bottom, of.share_denominator))
    return [
        volumes(
            of,
            Basis.SOLID_WASTE_AREA,
            part,
            whole_mcu=money.ratio(top, bottom),
            slots=(norm, area, of.share_numerator, of.share_denominator, months),
        )
    ]
