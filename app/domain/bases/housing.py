"""Bases without a resource: by area, by persons, for the account, by quantity."""

from fractions import Fraction

from app.domain.bases import words
from app.domain.bases.readings import RANGE_SLOTS, in_range, in_range_text
from app.domain.bases.rule import Named, Rule, StoredLine, half_up, m2, part_of_month, share_of
from app.domain.basis import SHARE_SLOTS, Basis
from app.domain.money import MILLION
from app.domain.note import words_of


def _area(line: StoredLine, named: Named) -> int:
    return half_up(m2(named["area_cm2"]) * MILLION * share_of(named) * part_of_month(line))


def _area_text(line: StoredLine, named: Named, _: str) -> str:
    return f"{words.area(named['area_cm2'])}{words.share(named)}{words.days(line)}"


def _person(line: StoredLine, named: Named) -> int:
    return half_up(Fraction(named["person_days"] * MILLION, line.period.days))


def _account(line: StoredLine, _: Named) -> int:
    return half_up(MILLION * part_of_month(line))


def _quantity(line: StoredLine, named: Named) -> int:
    return half_up(named["quantity_mcu"] * part_of_month(line))


RULES: dict[Basis, Rule] = {
    Basis.NONE: Rule(
        "MANUAL", "", "без расчёта", (),
        volume=lambda _, __: 0, text=lambda _, __, ___: "", why="введено вручную",
    ),
    Basis.AREA: Rule(
        "AREA", "ЖК РФ, ст. 155, 158, 169", "по площади помещения", ("area_cm2", *SHARE_SLOTS),
        volume=_area, text=_area_text, why="плата установлена за 1 м2",
    ),
    Basis.PERSON: Rule(
        "PERSON", "договор управления", "по числу лиц", ("person_days", "owner_days"),
        volume=_person, text=lambda line, named, _: words.persons(line, named),
        why="плата установлена за человека",
    ),
    Basis.ACCOUNT: Rule(
        "FIX", "договор", "на лицевой счёт", (),
        volume=_account, text=lambda line, _, unit: f"1 {unit}{words.days(line)}",
        why="плата установлена за лицевой счёт",
    ),
    Basis.QUANTITY: Rule(
        "UNIT", "договор", "по количеству", ("quantity_mcu",),
        volume=_quantity,
        text=lambda line, named, unit: (
            f"{words.number(named['quantity_mcu'])} {unit}{words.days(line)}"
        ),
        why="плата установлена за единицу",
    ),
    Basis.RANGE: Rule(
        "UNIT", "решение о цене по диапазонам", "часть объёма в диапазоне цены", RANGE_SLOTS,
        volume=in_range, text=in_range_text,
        why=lambda line, named: words_of(line.notes, named["whole_note"]),
    ),
}  # fmt: skip
