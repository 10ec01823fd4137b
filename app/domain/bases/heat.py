"""Bases of heating: by the norm, with own sources in the house, by the meter of the house."""

from collections.abc import Callable
from fractions import Fraction

from app.domain.bases import words
from app.domain.bases.heat_metered import sourced
from app.domain.bases.rule import Named, Rule, StoredLine, half_up, m2, part_of_month, share_of
from app.domain.basis import A2, R354, SHARE_SLOTS, Basis

_HOUSE = ("house_volume_mcu", "months", "area_cm2", "house_area_cm2", "own_heat_area_cm2",
          "common_area_cm2", "has_own_heat", *SHARE_SLOTS, "source_note")  # fmt: skip


def with_own(told: Callable[[StoredLine, Named], str]) -> Callable[[StoredLine, Named], str]:
    """Say of premises with a source of their own that they pay for the common part alone."""

    def why(line: StoredLine, named: Named) -> str:
        text = told(line, named)
        if named["has_own_heat"]:
            text += "; у помещения свой источник тепла: оплачивается только общая часть"
        return text

    return why


_HOUSE_WHY = with_own(sourced("общедомовой прибор есть, индивидуальных нет"))
_EVEN_WHY = with_own(sourced("общедомовой прибор есть, оплата равномерная"))
_NORM_WHY = "объёма по общедомовому прибору нет, часть помещений греется сама"
_LAW = f"{R354}, п. 42(1), {A2}"


def _by_norm(line: StoredLine, named: Named) -> int:
    months = Fraction(
        named.get("heating_months", named.get("is_heating_month", 0)), named.get("months", 1)
    )
    full = m2(named["area_cm2"]) * named["norm_mcu"] * months
    return half_up(full * share_of(named) * part_of_month(line))


def _by_norm_text(line: StoredLine, named: Named, unit: str) -> str:
    area = f"{words.area(named['area_cm2'])}{words.share(named)}"
    text = f"{area} × {words.number(named['norm_mcu'])} {unit}"
    if "heating_months" in named:
        text += f" × {named['heating_months']}/{named['months']}"
    elif not named["is_heating_month"]:
        text += " × 0 (месяц без отопления)"
    return f"{text}{words.days(line)}"


def of_house(line: StoredLine, named: Named) -> int:
    """V_i + S_i × (V_D − ΣV_k) / S_ob, in the words of the formula (354, formulas 3, 3(6))."""
    area, house = m2(named["area_cm2"]), m2(named["house_area_cm2"])
    own, common = m2(named["own_heat_area_cm2"]), m2(named["common_area_cm2"])
    if "norm_mcu" in named:
        months = Fraction(named["heating_months"], named["months"])
        total = named["norm_mcu"] * (house - own) * months
    else:
        total = Fraction(named["house_volume_mcu"], named["months"])
    each = total / (house - own + common) if house - own + common else Fraction(0)
    individual = Fraction(0) if named["has_own_heat"] else area * each
    shared = area * (total - (house - own) * each) / house
    return half_up((individual + shared) * share_of(named) * part_of_month(line))


def of_house_text(line: StoredLine, named: Named, unit: str) -> str:
    """Give the formula of :func:`of_house` with its numbers."""
    house, own, common = (
        words.area(named[name])
        for name in ("house_area_cm2", "own_heat_area_cm2", "common_area_cm2")
    )
    if "norm_mcu" in named:
        total = f"{words.number(named['norm_mcu'])} {unit} × ({house} − {own})"
        months = f" × {named['heating_months']}/{named['months']}"
        total += "" if named["heating_months"] == named["months"] else months
    else:
        total = f"{words.number(named['house_volume_mcu'])} {unit}"
        total += f" / {named['months']}" if named["months"] > 1 else ""
    area = f"{words.area(named['area_cm2'])}{words.share(named)}"
    if named["own_heat_area_cm2"] in (0, named["house_area_cm2"] + named["common_area_cm2"]):
        return f"{area} / {house} × {total}{words.days(line)}"
    part = common if named["has_own_heat"] else f"({house} + {common})"
    under = f"(({house} − {own} + {common}) × {house})"
    return f"{area} × {total} × {part} / {under}{words.days(line)}"


RULES: dict[Basis, Rule] = {
    Basis.HEAT_NORM: Rule(
        "HEAT2", f"{_LAW}, формула 2", "по нормативу, в отопительный период",
        ("norm_mcu", "area_cm2", *SHARE_SLOTS, "is_heating_month"),
        volume=_by_norm, text=_by_norm_text, why="объёма по общедомовому прибору нет",
    ),
    Basis.HEAT_NORM_EVEN: Rule(
        "HEAT2_1", f"{_LAW}, формула 2(1)", "по нормативу, равномерно в течение года",
        ("norm_mcu", "area_cm2", *SHARE_SLOTS, "heating_months", "months"),
        volume=_by_norm, text=_by_norm_text,
        why="нет общедомового прибора или его данных за прошлый год",
    ),
    Basis.HEAT_NORM_OWN: Rule(
        "HEAT2", f"{_LAW}, формулы 2(3) и 2(4)",
        "по нормативу, в доме есть помещения со своим источником тепла",
        ("norm_mcu", "area_cm2", "house_area_cm2", "own_heat_area_cm2", "common_area_cm2",
         "has_own_heat", *SHARE_SLOTS, "heating_months", "months"),
        volume=of_house, text=of_house_text,
        why=with_own(lambda _, __: _NORM_WHY),
    ),
    Basis.HEAT_METER: Rule(
        "HEAT3", f"{_LAW}, формулы 3 и 3(6)", "по общедомовому прибору", _HOUSE,
        volume=of_house, text=of_house_text, why=_HOUSE_WHY,
    ),
    Basis.HEAT_METER_EVEN: Rule(
        "HEAT3", f"{_LAW}, формулы 3 и 3(6)",
        "по среднемесячному объёму общедомового прибора за прошлый год", _HOUSE,
        volume=of_house, text=of_house_text, why=_EVEN_WHY,
    ),
}  # fmt: skip
