"""Services by a formula of the centre: the values of its names by segment, volumes and amounts.

    mentions тариф       the formula gives roubles: evaluated when the price is known
    does not             it gives the volume, and the amount is volume × price
    without «дней»       a part of the month takes its part of the result; a meter's volume of
                         those days counts as that of a whole month

A line is cut on the day a quantity it uses changes. It keeps the expression and the values.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from app.domain import days, external, formula_columns, formula_names, pricing
from app.domain.basis import Basis
from app.domain.charge_inputs import NO_VALUE, ChargeInputs
from app.domain.days import Month
from app.domain.formula import Formula, Name, NotAFormula, read, written
from app.domain.formula_columns import DIVISION_BY_ZERO, FIRST_MISSING, FractionColumn, fractions
from app.domain.metering import Metering, by_meter
from app.domain.money import KOP_PER_RUB, MILLION, Flags, Ints
from app.domain.norm import NO_NORM, NormKind
from app.domain.occupancy import Occupancy
from app.domain.pricing import Lines
from app.domain.service import Method
from app.domain.situation import Rows, Situation, picked
from app.domain.tariff import NO_LIMIT, PriceSheets
from app.domain.volume import Scene, Volumes, counted, joined, volumes

_BASES = (int(Basis.FORMULA), int(Basis.FORMULA_AMOUNT))
_NORM_KINDS = (NormKind.PERSON, NormKind.AREA, NormKind.COMMON_AREA)
_MISSING = {
    **{
        name: (
            f"{written(Name(name)).replace('_', ' ')} помещения не указана.",
            "Укажите её на листе «Помещения».",
        )
        for name in formula_names.AREAS
    },
    formula_names.NORM: (
        "норматива, который нужен формуле, на эти дни нет.", "Добавьте его на листе «Нормативы»."
    ),
    formula_names.QUANTITY: (
        "количество, которое нужно формуле, не указано.",
        "Укажите его в столбце «Количество» листа «Назначения».",
    ),
}  # fmt: skip


def cuts(inputs: ChargeInputs, rows: Rows, people: Occupancy, *, month: Month) -> Ints:
    """Give the days on which a quantity that a formula uses changes, as masks."""
    result = np.zeros(len(rows.service), dtype=np.int64)
    premises, accounts = inputs.premises, inputs.accounts
    for service, formula in _formulas(inputs):
        at = np.flatnonzero(rows.service == service)
        used = set(formula.names)
        if used & {*formula_names.AREAS, formula_names.NORM}:
            result[at] |= _changes(
                premises.version_of, premises.valid_from, premises.valid_to, month=month,
                size=len(premises.house),
            )[rows.premises[at]]  # fmt: skip
        if used & {formula_names.SHARE, formula_names.VOLUME}:
            result[at] |= _changes(
                accounts.version_of, accounts.valid_from, accounts.valid_to, month=month,
                size=len(accounts.number),
            )[rows.account[at]]  # fmt: skip
        if formula_names.PEOPLE in used:
            result[at] |= people.changes[rows.account[at]]
    return result


def _formulas(inputs: ChargeInputs) -> Iterator[tuple[int, Formula]]:
    """Give the services by formula whose expression can be read."""
    texts = inputs.services.formula
    for service, method in enumerate(inputs.services.method if texts else ()):
        if method is Method.FORMULA:
            try:
                yield service, read(texts[service])
            except NotAFormula:
                continue


def _changes(version_of: Ints, start: Ints, stop: Ints, *, size: int, month: Month) -> Ints:
    result = np.zeros(size, dtype=np.int64)
    edges = days.bit(start, month=month) | days.bit(stop, month=month)
    np.bitwise_or.at(result, version_of, edges)
    return result


def by_formula(scene: Scene, of: Situation, known: Metering) -> list[Volumes]:
    """Give the volumes of formulas without a price; those with one keep their values for it."""
    parts: list[Volumes] = []
    texts = scene.inputs.services.formula
    for service in np.unique(of.service).tolist():
        some = of.taken(np.flatnonzero(of.service == service))
        text = texts[service] if texts else ""
        try:
            formula = read(text)
        except NotAFormula as error:
            scene.findings.tell(
                some, f"формула услуги не читается: {error}", "Исправьте её на листе «Услуги»."
            )
            continue
        some, columns = _values(scene, some, known, formula)
        note = scene.notes.add(formula.text)
        is_amount = formula_names.gives_amount(formula)
        basis = Basis.FORMULA_AMOUNT if is_amount else Basis.FORMULA
        nothing = np.zeros(len(some.row), dtype=np.int64)
        made = volumes(some, basis, nothing, slots=(note, *columns))
        parts.append(made if is_amount else _volumes(scene, some, made, formula))
    return parts


def _volumes(scene: Scene, of: Situation, made: Volumes, formula: Formula) -> Volumes:
    value = _evaluated(formula, made.slots, days_of=of.days, month_days=scene.month.days)
    volume, good = _rounded(scene, of, formula, value, scale=MILLION)
    made = replace(made, volume_mcu=volume, whole_mcu=volume, slots=_kept(made.slots))
    return made.taken(np.flatnonzero(good))


def priced(
    scene: Scene, of: Situation, known: Volumes, sheets: PriceSheets, *, active_days: Ints
) -> Lines:
    """Price the volumes of all services; formulas that give roubles are evaluated with the price.

    :param active_days: shape (segments,), days its row is charged for
    """
    single = _of_one_price(scene, of, known, sheets)
    lines = pricing.priced(scene, of, single, sheets, active_days=active_days)
    return external.with_external(scene, of, _amounts(scene, of, lines))


def _of_one_price(scene: Scene, of: Situation, known: Volumes, sheets: PriceSheets) -> Volumes:
    """Leave out formulas whose price depends on the volume, and say so."""
    at = np.flatnonzero(np.isin(known.basis, _BASES))
    if not at.size:
        return known
    sheet = of.price_sheet[known.place[at]]
    first = np.maximum(sheets.first[sheet, 0, 0], 0)
    number = sheets.ranges[sheet, 0, 0]
    bad = number > 1
    if sheets.price_mcr.size:
        limited = (sheets.range_from_mcu[first] > 0) | (sheets.range_to_mcu[first] != NO_LIMIT)
        bad |= (number == 1) & limited
    if not bad.any():
        return known
    scene.findings.tell(
        of.taken(known.place[at[bad]]),
        "у услуги с формулой цена задана по диапазонам объёма: неизвестно, какая из них «тариф».",
        "Оставьте на листе «Тарифы» одну цену без «Объём от» и «Объём до».",
    )
    return known.taken(np.delete(np.arange(len(known.place)), at[bad]))


def _amounts(scene: Scene, of: Situation, lines: Lines) -> Lines:
    """Evaluate the formulas that give roubles, with the price each line has."""
    mine = np.flatnonzero(lines.basis == int(Basis.FORMULA_AMOUNT))
    if not mine.size:
        return lines
    amount, slots = lines.amount_kop.copy(), lines.slots.copy()
    bad = np.zeros(len(lines.place), dtype=bool)
    for note in np.unique(lines.slots[mine, 0]).tolist():
        at = mine[lines.slots[mine, 0] == note]
        formula = read(scene.notes.known[note])
        its = of.taken(lines.place[at])
        value = _evaluated(
            formula, lines.slots[at], days_of=its.days, month_days=scene.month.days,
            price=lines.price_mcr[at],
        )  # fmt: skip
        amount[at], good = _rounded(scene, its, formula, value, scale=KOP_PER_RUB)
        slots[at] = _kept(slots[at])
        bad[at[~good]] = True
    return replace(lines, amount_kop=amount, slots=slots).taken(np.flatnonzero(~bad))


def _kept(slots: Ints) -> Ints:
    """Give the slots as they are stored: what has no value and needs none is 0."""
    return np.where(slots == NO_VALUE, 0, slots)


def _evaluated(
    formula: Formula, slots: Ints, *, days_of: Ints, month_days: int, price: Ints | None = None
) -> FractionColumn:
    """Give what a formula comes to, from nothing but what its lines keep."""
    by_days = formula_names.goes_by_days(formula)
    month = np.full(1, month_days, dtype=np.int64)
    values: dict[str, FractionColumn] = {
        formula_names.DAYS: fractions(days_of),
        formula_names.MONTH_DAYS: fractions(month),
    }
    if price is not None:
        values[formula_names.PRICE] = fractions(price, scale=MILLION)
    for slot in formula_names.slots_of(formula):
        top = slots[:, 1 + slot.first]
        code = FIRST_MISSING + formula.names.index(slot.name)
        fault = np.where(top == NO_VALUE, code, 0)
        top = np.where(top == NO_VALUE, 0, top)
        scale: Ints | int = slot.scale
        if slot.name == formula_names.SHARE:
            scale = np.maximum(slots[:, 2 + slot.first], 1)
        values[slot.name] = fractions(top, scale=scale, fault=fault)
    if formula_names.VOLUME in values and not by_days and (days_of != month_days).any():
        whole = formula_columns.scaled(values[formula_names.VOLUME], month, days_of)
        values[formula_names.VOLUME] = whole
    value = formula_columns.evaluated(formula.tree, values)
    if by_days or (days_of == month_days).all():
        return value
    return formula_columns.scaled(value, days_of, month)


def _rounded(
    scene: Scene, of: Situation, formula: Formula, value: FractionColumn, *, scale: int
) -> tuple[Ints, Flags]:
    """Round the results, and say where there is none that can be charged.

    :returns: shape (n,), and which are good
    """
    rows = len(of.row)
    result, fits = formula_columns.half_up(value, rows=rows, scale=scale)
    fault = np.broadcast_to(value.fault, rows)
    for code in np.unique(fault[fault > 0]).tolist():
        scene.findings.tell(of.taken(np.flatnonzero(fault == code)), *_told(formula, code))
    negative = (fault == 0) & (result < 0)
    wide = (fault == 0) & ~fits
    what = "сумма" if scale == KOP_PER_RUB else "объём"
    for at, words, hint in (
        (negative, "меньше нуля", "Ограничьте её: макс(…; 0)."),
        (wide, "слишком большая" if scale == KOP_PER_RUB else "слишком большой",
         "Проверьте формулу и её величины."),
    ):  # fmt: skip
        if at.any():
            scene.findings.tell(
                of.taken(np.flatnonzero(at)), f"{what} по формуле {words}: {formula.text}.", hint
            )
    return result, (fault == 0) & ~negative & ~wide


def _told(formula: Formula, code: int) -> tuple[str, str]:
    if code == DIVISION_BY_ZERO:
        return (
            f"в формуле деление на ноль: {formula.text}.",
            "Проверьте величины счёта или оградите деление: если(… > 0; …; 0).",
        )
    name = formula.names[code - FIRST_MISSING]
    if name in _MISSING:
        return _MISSING[name]
    return (
        f"характеристика «{name}» не указана ни у счёта, ни у помещения, ни у дома или не число.",
        "Впишите её отдельным столбцом листа «Лицевые счета», «Помещения» или «Дома».",
    )


@dataclass(frozen=True, slots=True)
class _Looked:
    """What the values of a segment are looked up by."""

    scene: Scene
    persons: Ints
    volume_mcu: Ints


def _values(
    scene: Scene, of: Situation, known: Metering, formula: Formula
) -> tuple[Situation, list[Ints]]:
    """Give the columns of the names that are kept, and the segments that have all people want."""
    used = set(formula.names)
    metered: Mapping[int, int] = {}
    if formula_names.VOLUME in used:
        of, metered = _metered(scene, of, known)
    persons = np.full(len(of.row), -1, dtype=np.int64)
    if formula_names.PEOPLE in used:
        of, person_days, _ = counted(scene, of)
        persons = person_days // np.maximum(of.days, 1)
    volume = np.array([metered.get(place, 0) for place in of.place.tolist()], dtype=np.int64)
    looked = _Looked(scene, persons, volume)
    columns: list[Ints] = []
    for slot in formula_names.slots_of(formula):
        if slot.name == formula_names.SHARE:
            columns += [of.share_numerator, of.share_denominator]
        else:
            columns.append(_column(looked, of, slot.name))
    return of, columns


def _metered(scene: Scene, of: Situation, known: Metering) -> tuple[Situation, dict[int, int]]:
    """Leave out segments whose meter gives no volume; give the volumes by place."""
    found, without = by_meter(scene, of, known)
    sums: dict[int, int] = {}
    for part in (joined(found),) if found else ():
        for place, volume in zip(part.place.tolist(), part.volume_mcu.tolist(), strict=True):
            sums[place] = sums.get(place, 0) + volume
    kept = np.isin(of.place, np.array([*sums, *without.place.tolist()], dtype=np.int64))
    return of.taken(np.flatnonzero(kept)), sums


def _column(looked: _Looked, of: Situation, name: str) -> Ints:
    if name in formula_names.AREAS:
        return _area(looked.scene.inputs, of, name)
    if name == formula_names.NORM:
        return _norm(looked, of)
    plain = {
        formula_names.PEOPLE: looked.persons,
        formula_names.VOLUME: looked.volume_mcu,
        formula_names.QUANTITY: np.where(of.quantity_mcu >= 0, of.quantity_mcu, NO_VALUE),
    }
    return plain[name] if name in plain else _characteristic(looked.scene.inputs, of, name)


def _area(inputs: ChargeInputs, of: Situation, name: str) -> Ints:
    """Give an area of the premises; the heated one is the whole where it is not given."""
    premises = inputs.premises
    area = picked(premises.total_cm2, of.area_version, otherwise=0)
    if name == formula_names.LIVING:
        area = picked(premises.living_cm2, of.area_version, otherwise=-1)
    elif name == formula_names.HEATED:
        heated = picked(premises.heated_cm2, of.area_version, otherwise=-1)
        area = np.where(heated >= 0, heated, area)
    return np.where(area > 0, area, NO_VALUE)


def _characteristic(inputs: ChargeInputs, of: Situation, name: str) -> Ints:
    given = inputs.characteristics
    otherwise = MILLION if name == formula_names.FACTOR else NO_VALUE
    if name not in given.names:
        return np.full(len(of.row), otherwise, dtype=np.int64)
    value = given.values_mcu[list(given.names).index(name)][of.account]
    return np.where(value == NO_VALUE, otherwise, value)


def _norm(looked: _Looked, of: Situation) -> Ints:
    """Give the norm of the service: per person, else of area, else of common property."""
    scene = looked.scene
    rooms = picked(scene.inputs.premises.rooms, of.area_version, otherwise=-1)
    found = np.full(len(of.row), NO_VALUE, dtype=np.int64)
    for kind in reversed(_NORM_KINDS):
        norm = scene.norm_sheets.values(
            of.norm_sheet, kind=kind, rooms=rooms, persons=looked.persons
        )
        found = np.where(norm != NO_NORM, norm, found)
    return found
