"""Bases of norms: per person, for rooms and persons, of gas, in a range of price, of waste."""

from fractions import Fraction

from app.domain.bases import words
from app.domain.bases.readings import RANGE_SLOTS, in_range, in_range_text
from app.domain.bases.rule import Named, Rule, StoredLine, half_up, m2, part_of_month, share_of
from app.domain.basis import A2, NORM_SLOTS, R354, SHARE_SLOTS, Basis
from app.domain.note import words_of

_FORMULA_4 = f"{R354}, п. 42, {A2}, формула 4"
_RAISED = f"{R354}, п. 42, {A2}, формула 4(1)"


def norm(line: StoredLine, named: Named) -> int:
    return half_up(Fraction(named["norm_mcu"] * named["person_days"], line.period.days))


def norm_text(line: StoredLine, named: Named, unit: str) -> str:
    return f"{words.persons(line, named)} × {words.number(named['norm_mcu'])} {unit}"


def norm_why(line: StoredLine, named: Named) -> str:
    if line.factor_ppm:
        return "прибора нет, а установить его можно"
    if named.get("is_impossible"):
        return (
            "прибора нет, и установить его нельзя, о чём есть акт:"
            " повышающий коэффициент не применяется"
        )
    return "прибора нет, повышающий коэффициент не применяется"


def _waste_why(_: StoredLine, named: Named) -> str:
    if named["is_some_water_metered"]:
        return "прибора на стоки нет, а прибор воды стоит не на всей воде: всё по нормативу стоков"
    return "приборов воды и стоков нет"


def range_why(line: StoredLine, named: Named) -> str:
    """Say what the volume split over the ranges was; lines of before have no such words."""
    return words_of(line.notes, named["whole_note"]) or norm_why(line, named)


def gas(line: StoredLine, named: Named) -> int:
    persons = Fraction(named["norm_mcu"] * named["person_days"], line.period.days)
    area = m2(named["area_cm2"]) * named["area_norm_mcu"] * share_of(named) * part_of_month(line)
    return half_up(persons + area)


def gas_text(line: StoredLine, named: Named, unit: str) -> str:
    parts = gas_parts(line, named, unit, days=words.days(line))
    return f"({' + '.join(parts)})" if len(parts) > 1 else "".join(parts)


def gas_parts(line: StoredLine, named: Named, unit: str, *, days: str) -> list[str]:
    """Give the parts of the norm that there are: by persons, by area with its days."""
    parts = []
    if named["norm_mcu"]:
        parts.append(norm_text(line, named, unit))
    if named["area_norm_mcu"]:
        each = f"{words.number(named['area_norm_mcu'])} {unit}"
        area = f"{words.area(named['area_cm2'])}{words.share(named)}"
        parts.append(f"{area} × {each}{days}")
    return parts


def _solid_by_person(line: StoredLine, named: Named) -> int:
    year = Fraction(named["norm_mcu"] * named["person_days"], line.period.days)
    return half_up(year / named["months"])


def _solid_by_area(line: StoredLine, named: Named) -> int:
    year = m2(named["area_cm2"]) * named["norm_mcu"] * share_of(named)
    return half_up(year * part_of_month(line) / named["months"])


def _solid_by_area_text(line: StoredLine, named: Named, unit: str) -> str:
    each = f"{words.number(named['norm_mcu'])} {unit} / {named['months']}"
    return f"{words.area(named['area_cm2'])}{words.share(named)} × {each}{words.days(line)}"


RULES: dict[Basis, Rule] = {
    Basis.NORM: Rule(
        "NORM", _FORMULA_4, "по нормативу на человека",
        (*NORM_SLOTS, "is_impossible"),
        volume=norm, text=norm_text, why=norm_why, raised_law=_RAISED,
    ),
    Basis.POWER_NORM: Rule(
        "NORM", _FORMULA_4, "по нормативу на человека для этого числа комнат и лиц",
        (*NORM_SLOTS, "rooms"),
        volume=norm, text=norm_text, why="прибора нет; норматив зависит от числа комнат и лиц",
    ),
    Basis.GAS_NORM: Rule(
        "NORM", f"{R354}, п. 42, {A2}, формулы 4 и 5", "по нормативам на человека и на площадь",
        (*NORM_SLOTS, "area_norm_mcu", "area_cm2", *SHARE_SLOTS),
        volume=gas, text=gas_text, why="прибора нет",
    ),
    Basis.NORM_RANGE: Rule(
        "NORM", f"{_FORMULA_4}; п. 38", "по нормативу, часть объёма в диапазоне цены",
        RANGE_SLOTS,
        volume=in_range, text=in_range_text, why=range_why, raised_law=_RAISED,
    ),
    Basis.WASTE_NORM: Rule(
        "NORM", _FORMULA_4, "по нормативу водоотведения", (*NORM_SLOTS, "is_some_water_metered"),
        volume=norm, text=norm_text, why=_waste_why,
    ),
    Basis.SOLID_WASTE_PERSON: Rule(
        "TKO_N", f"{R354}, п. 148(30), {A2}, формула 9(1)",
        "по числу лиц и годовому нормативу накопления", (*NORM_SLOTS, "months"),
        volume=_solid_by_person,
        text=lambda line, named, unit: f"{norm_text(line, named, unit)} / {named['months']}",
        why="регион начисляет по числу лиц",
    ),
    Basis.SOLID_WASTE_AREA: Rule(
        "TKO_S", f"{R354}, п. 148(30), {A2}, формула 9(2)",
        "по площади и годовому нормативу накопления",
        ("norm_mcu", "area_cm2", *SHARE_SLOTS, "months"),
        volume=_solid_by_area, text=_solid_by_area_text, why="регион начисляет по площади",
    ),
}  # fmt: skip
