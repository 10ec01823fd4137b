"""Bases of heating with meters in premises, of norms of a twelfth, of a dwelling house."""

from collections.abc import Callable
from fractions import Fraction

from app.domain.bases import words
from app.domain.bases.rule import Named, Rule, StoredLine, half_up, m2, part_of_month, share_of
from app.domain.basis import A2, R354, SHARE_SLOTS, Basis
from app.domain.note import words_of

_LAW = f"{R354}, п. 42(1), {A2}"
_HEAD = ("house_volume_mcu", "metered_mcu", "metered_area_cm2", "without_area_cm2",
         "area_cm2", "house_area_cm2", *SHARE_SLOTS, "source_note")  # fmt: skip
_METERED = (*_HEAD, "own_mcu")


def sourced(why: str) -> Callable[[StoredLine, Named], str]:
    """Say why, and where the volumes are from where a note says it."""

    def told(line: StoredLine, named: Named) -> str:
        source = words_of(line.notes, named["source_note"])
        return f"{why} ({source})" if source else why

    return told


def _each(named: Named) -> Fraction:
    """Give what one m2 without a meter takes: ΣV_ipu / ΣS_ipu."""
    return named["metered_mcu"] / m2(named["metered_area_cm2"])


def _volume(line: StoredLine, named: Named, *, is_alone: bool) -> int:
    """V_i + S_i × (V_D − ΣV_k) / S_ob; without the common part where it is left out."""
    area = m2(named["area_cm2"])
    own = named["own_mcu"] if "own_mcu" in named else area * _each(named)
    others = named["metered_mcu"] + m2(named["without_area_cm2"]) * _each(named)
    common = Fraction(0) if is_alone else named["house_volume_mcu"] - others
    whole = own + area * common / m2(named["house_area_cm2"])
    return half_up(whole * share_of(named) * part_of_month(line))


def _text(line: StoredLine, named: Named, unit: str, *, is_alone: bool) -> str:
    total, metered = (
        f"{words.number(named[name])} {unit}" for name in ("house_volume_mcu", "metered_mcu")
    )
    area, house, its, without = (
        words.area(named[name])
        for name in ("area_cm2", "house_area_cm2", "metered_area_cm2", "without_area_cm2")
    )
    others = metered
    if named["without_area_cm2"]:
        others = f"{metered} × ({its} + {without}) / {its}"
    common = f"{total} − {others}"
    common = f"max(0; {common})" if is_alone else f"({common})"
    own = f"{area} × {metered} / {its}"
    if "own_mcu" in named:
        own = f"{words.number(named['own_mcu'])} {unit}"
    whole = f"({own} + {area} × {common} / {house})"
    return f"{whole}{words.share(named)}{words.days(line)}"


def _rule(code: str, formula: str, name: str, *, has_own: bool, is_alone: bool) -> Rule:
    def volume(line: StoredLine, named: Named) -> int:
        return _volume(line, named, is_alone=is_alone)

    def text(line: StoredLine, named: Named, unit: str) -> str:
        return _text(line, named, unit, is_alone=is_alone)

    why = "в доме есть приборы отопления помещений и общедомовой прибор"
    if is_alone:
        why += "; отрицательная общедомовая часть по решению центра не учитывается"
    return Rule(
        code, f"{_LAW}, {formula}", name, _METERED if has_own else _HEAD,
        volume=volume, text=text, why=sourced(why),
    )  # fmt: skip


def _twelfth(line: StoredLine, named: Named) -> int:
    full = m2(named["area_cm2"]) * named["norm_mcu"]
    full *= Fraction(named.get("months", 1), named.get("heating_months", 1))
    return half_up(full * share_of(named) * part_of_month(line))


def _twelfth_text(line: StoredLine, named: Named, unit: str) -> str:
    area = f"{words.area(named['area_cm2'])}{words.share(named)}"
    text = f"{area} × {words.number(named['norm_mcu'])} {unit}"
    if "months" in named:
        text += f" × {named['months']}/{named['heating_months']}"
    return f"{text}{words.days(line)}"


def _dwelling(line: StoredLine, named: Named) -> int:
    month = Fraction(named["year_mcu"], named["months"])
    return half_up(month * share_of(named) * part_of_month(line))


def _dwelling_text(line: StoredLine, named: Named, unit: str) -> str:
    month = f"{words.number(named['year_mcu'])} {unit} / {named['months']}"
    return f"{month}{words.share(named)}{words.days(line)}"


_ALL = "по прибору отопления помещения, приборы есть во всех помещениях"
_SOME = "по прибору отопления помещения, приборы есть не во всех помещениях"
_WITHOUT = "без прибора в помещении, по среднему на м2 помещений с приборами"

RULES: dict[Basis, Rule] = {
    Basis.HEAT_TWELFTH: Rule(
        "HEAT2", f"{_LAW}, формула 2",
        "по нормативу на двенадцатую часть года, в отопительный период",
        ("norm_mcu", "area_cm2", *SHARE_SLOTS, "months", "heating_months"),
        volume=_twelfth, text=_twelfth_text, why="объёма по общедомовому прибору нет",
    ),
    Basis.HEAT_TWELFTH_EVEN: Rule(
        "HEAT2_1", f"{_LAW}, формула 2(1)", "по нормативу на двенадцатую часть года, равномерно",
        ("norm_mcu", "area_cm2", *SHARE_SLOTS), volume=_twelfth, text=_twelfth_text,
        why="нет общедомового прибора или его данных за прошлый год",
    ),
    Basis.HEAT_DWELLING_EVEN: Rule(
        "HEAT2_1", f"{_LAW}, формула 2(2)",
        "по среднемесячному объёму прибора жилого дома за прошлый год",
        ("year_mcu", "months", *SHARE_SLOTS), volume=_dwelling, text=_dwelling_text,
        why="жилой дом с прибором, оплата равномерная",
    ),
    Basis.HEAT_ALL_METERED: _rule(
        "HEAT3_3", "формула 3(3)", _ALL, has_own=True, is_alone=False),
    Basis.HEAT_ALL_METERED_ALONE: _rule(
        "HEAT3_3", "формула 3(3)", _ALL, has_own=True, is_alone=True),
    Basis.HEAT_SOME_METERED: _rule(
        "HEAT3_1", "формула 3(1)", _SOME, has_own=True, is_alone=False),
    Basis.HEAT_SOME_METERED_ALONE: _rule(
        "HEAT3_1", "формула 3(1)", _SOME, has_own=True, is_alone=True),
    Basis.HEAT_SOME_WITHOUT: _rule(
        "HEAT3_1", "формулы 3(1) и 3(7)", _WITHOUT, has_own=False, is_alone=False),
    Basis.HEAT_SOME_WITHOUT_ALONE: _rule(
        "HEAT3_1", "формулы 3(1) и 3(7)", _WITHOUT, has_own=False, is_alone=True),
}  # fmt: skip
