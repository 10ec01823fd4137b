"""Bases of the fixed part of a two-part tariff (354, §38) and of works done once."""

from fractions import Fraction

from app.domain.bases import words
from app.domain.bases.rule import Named, Rule, StoredLine, half_up, part_of_month, share_of
from app.domain.basis import R354, SHARE_SLOTS, Basis


def _own(line: StoredLine, named: Named) -> int:
    return half_up(named["load_mcu"] * part_of_month(line))


def _own_text(line: StoredLine, named: Named, _: str) -> str:
    return f"{words.number(named['load_mcu'])}{words.days(line)}"


def _by_area(line: StoredLine, named: Named) -> int:
    part = Fraction(named["area_cm2"], named["house_area_cm2"]) * share_of(named)
    return half_up(named["load_mcu"] * part * part_of_month(line))


def _by_area_text(line: StoredLine, named: Named, _: str) -> str:
    area, house = words.area(named["area_cm2"]), words.area(named["house_area_cm2"])
    load = words.number(named["load_mcu"])
    return f"{load} × {area}{words.share(named)} / {house}{words.days(line)}"


RULES: dict[Basis, Rule] = {
    Basis.CAPACITY: Rule(
        "UNIT", f"{R354}, п. 38", "постоянная часть двухставочного тарифа, по нагрузке счёта",
        ("load_mcu",),
        volume=_own, text=_own_text, why="тариф двухставочный, нагрузка счёта указана",
    ),
    Basis.CAPACITY_AREA: Rule(
        "UNIT", f"{R354}, п. 38",
        "постоянная часть двухставочного тарифа, нагрузка дома по площади",
        ("load_mcu", "area_cm2", "house_area_cm2", *SHARE_SLOTS),
        volume=_by_area, text=_by_area_text,
        why="тариф двухставочный, нагрузка дома делится по площади",
    ),
    Basis.ONE_OFF: Rule(
        "UNIT", "договор", "разовая работа, по количеству", ("quantity_mcu",),
        volume=lambda _, named: named["quantity_mcu"],
        text=lambda _, named, unit: f"{words.number(named['quantity_mcu'])} {unit}",
        why="работа выполнена один раз, по дням не делится",
    ),
}  # fmt: skip
