"""Bases of resources for common property."""

from fractions import Fraction

from app.domain.bases import words
from app.domain.bases.rule import Named, Rule, StoredLine, half_up, m2, part_of_month, share_of
from app.domain.basis import SHARE_SLOTS, Basis


def _norm(line: StoredLine, named: Named) -> int:
    house = named["norm_mcu"] * m2(named["common_area_cm2"])
    part = Fraction(named["area_cm2"], named["house_area_cm2"])
    return half_up(house * part * share_of(named) * part_of_month(line))


def _norm_text(line: StoredLine, named: Named, unit: str) -> str:
    norm, common = words.number(named["norm_mcu"]), words.area(named["common_area_cm2"])
    area, house = words.area(named["area_cm2"]), words.area(named["house_area_cm2"])
    return f"{norm} {unit} × {common} × {area}{words.share(named)} / {house}{words.days(line)}"


RULES: dict[Basis, Rule] = {
    Basis.COMMON_NORM: Rule(
        "SOI_NORM", "ЖК РФ, ст. 156, ч. 9.2; ПП РФ № 491, п. 29(2)",
        "по нормативу на содержание общего имущества",
        ("norm_mcu", "common_area_cm2", "area_cm2", "house_area_cm2", *SHARE_SLOTS),
        volume=_norm, text=_norm_text, why="решения собрания о расчёте по прибору нет",
    ),
}  # fmt: skip
