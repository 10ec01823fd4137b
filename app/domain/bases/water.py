"""Bases of hot water in two components and of waste water by the water that came."""

from fractions import Fraction

from app.domain.bases import words
from app.domain.bases.norms import norm, norm_text, norm_why
from app.domain.bases.rule import Named, Rule, StoredLine, half_up
from app.domain.basis import A2, NORM_SLOTS, R354, Basis
from app.domain.money import MILLION

_RAISED = f"{R354}, п. 42, {A2}, формула 23(1)"


def _heat(_: StoredLine, named: Named) -> int:
    return half_up(Fraction(named["water_mcu"] * named["heat_norm_mcu"], MILLION))


def _heat_text(_: StoredLine, named: Named, __: str) -> str:
    water, norm_of_heat = words.number(named["water_mcu"]), words.number(named["heat_norm_mcu"])
    return f"{water} м3 × {norm_of_heat} Гкал/м3"


def _waste(_: StoredLine, named: Named) -> int:
    return named["cold_mcu"] + named["hot_mcu"]


def _waste_text(_: StoredLine, named: Named, unit: str) -> str:
    return f"({words.number(named['cold_mcu'])} + {words.number(named['hot_mcu'])}) {unit}"


def _waste_why(_: StoredLine, named: Named) -> str:
    waters = (("cold_is_metered", "холодная"), ("hot_is_metered", "горячая"))
    by_norm = [word for name, word in waters if named[name] == 0]
    if not by_norm:
        return "прибора на стоки нет, стоки равны полученной воде"
    return (
        f"прибора на стоки нет, стоки равны полученной воде; {' и '.join(by_norm)} вода без"
        " прибора взята по нормативу, без повышающего коэффициента"
    )


RULES: dict[Basis, Rule] = {
    Basis.HOT_NORM: Rule(
        "GVS23", f"{R354}, п. 42, {A2}, формула 23", "вода по нормативу на человека",
        (*NORM_SLOTS, "is_impossible"),
        volume=norm, text=norm_text, why=norm_why, raised_law=_RAISED,
    ),
    Basis.HOT_HEAT: Rule(
        "GVS23", f"{R354}, п. 38, {A2}, формула 23", "тепло на подогрев воды",
        ("water_mcu", "heat_norm_mcu", "is_metered"),
        volume=_heat, text=_heat_text, raised_law=_RAISED,
        why="тепло считается по объёму горячей воды и нормативу подогрева",
    ),
    Basis.WASTE_BY_WATER: Rule(
        "IPU", f"{R354}, п. 42", "по объёму холодной и горячей воды",
        ("cold_mcu", "hot_mcu", "cold_is_metered", "hot_is_metered"),
        volume=_waste, text=_waste_text, why=_waste_why,
    ),
}  # fmt: skip
