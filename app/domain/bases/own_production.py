"""Bases of heating and hot water made in the house (formulas 18, 20), and of plots (22)."""

from fractions import Fraction

from app.domain.bases import words
from app.domain.bases.heat import of_house, of_house_text, with_own
from app.domain.bases.heat_metered import sourced
from app.domain.bases.norms import norm_why
from app.domain.bases.rule import Named, Rule, StoredLine, half_up, m2, part_of_month, share_of
from app.domain.basis import A2, R354, SHARE_SLOTS, Basis
from app.domain.money import MILLION
from app.domain.note import words_of

_LAW = f"{R354}, п. 54, {A2}"
_RAISED = f"{_LAW}, формулы 20(1) и 20(2)"


def _metered(line: StoredLine, named: Named) -> int:
    everyone = m2(named["metered_area_cm2"] + named["without_area_cm2"])
    own = Fraction(named["own_mcu"]) * m2(named["metered_area_cm2"])
    full = named["house_volume_mcu"] * own / (named["metered_mcu"] * everyone)
    return half_up(full * share_of(named) * part_of_month(line))


def _metered_text(line: StoredLine, named: Named, unit: str) -> str:
    total = f"{words.number(named['house_volume_mcu'])} {unit}"
    own, metered = words.number(named["own_mcu"]), words.number(named["metered_mcu"])
    text = f"{total} × {own} / {metered}"
    if named["without_area_cm2"]:
        its = words.area(named["metered_area_cm2"])
        text += f" × {its} / ({its} + {words.area(named['without_area_cm2'])})"
    return f"{text}{words.share(named)}{words.days(line)}"


def _without(line: StoredLine, named: Named) -> int:
    everyone = m2(named["metered_area_cm2"] + named["without_area_cm2"])
    full = named["house_volume_mcu"] * m2(named["area_cm2"]) / everyone
    return half_up(full * share_of(named) * part_of_month(line))


def _without_text(line: StoredLine, named: Named, unit: str) -> str:
    area, its, rest = (
        words.area(named[name]) for name in ("area_cm2", "metered_area_cm2", "without_area_cm2")
    )
    total = f"{words.number(named['house_volume_mcu'])} {unit}"
    return f"{total} × {area} / ({its} + {rest}){words.share(named)}{words.days(line)}"


def _hot_meter(_: StoredLine, named: Named) -> int:
    return half_up(
        Fraction(named["house_volume_mcu"] * named["water_volume_mcu"], named["house_water_mcu"])
    )


def _hot_meter_text(_: StoredLine, named: Named, unit: str) -> str:
    water, house = words.number(named["water_volume_mcu"]), words.number(named["house_water_mcu"])
    return f"{words.number(named['house_volume_mcu'])} {unit} × {water} м3 / {house} м3"


def _hot_norm(_: StoredLine, named: Named) -> int:
    return half_up(Fraction(named["water_volume_mcu"] * named["resource_norm_mcu"], MILLION))


def _hot_norm_text(_: StoredLine, named: Named, unit: str) -> str:
    each = f"{words.number(named['resource_norm_mcu'])} {unit}/м3"
    return f"{words.number(named['water_volume_mcu'])} м3 × {each}"


def _hot_why(line: StoredLine, named: Named) -> str:
    if line.factor_ppm:
        return norm_why(line, named)
    source = words_of(line.notes, named.get("source_note", 0))
    return "горячую воду готовят в доме" + (f" ({source})" if source else "")


def _plot(line: StoredLine, named: Named) -> int:
    if named["is_out_of_season"] or named["has_meter"]:
        return 0
    full = Fraction(named["quantity_mcu"] * named["norm_mcu"], MILLION)
    return half_up(full * part_of_month(line))


def _plot_text(line: StoredLine, named: Named, unit: str) -> str:
    each = f"{words.number(named['norm_mcu'])} {unit}"
    text = f"{words.number(named['quantity_mcu'])} × {each}"
    if named["has_meter"]:
        text += " × 0 (есть прибор)"
    elif named["is_out_of_season"]:
        text += " × 0 (месяц без полива)"
    return f"{text}{words.days(line)}"


def _plot_why(_: StoredLine, named: Named) -> str:
    if named["has_meter"]:
        return "воду участка считает прибор этого ресурса"
    return "прибора нет, направление использования — по нормативу на единицу"


RULES: dict[Basis, Rule] = {
    Basis.OWN_HEAT_AREA: Rule(
        "HEAT18", f"{_LAW}, формула 18", "ресурс котельной дома, по площади",
        ("house_volume_mcu", "months", "area_cm2", "house_area_cm2", "own_heat_area_cm2",
         "common_area_cm2", "has_own_heat", *SHARE_SLOTS, "source_note"),
        volume=of_house, text=of_house_text, why=with_own(sourced("отопление готовят в доме")),
    ),
    Basis.OWN_HEAT_METERED: Rule(
        "HEAT18", f"{_LAW}, формула 18", "ресурс котельной дома, по объёму тепла помещения",
        ("house_volume_mcu", "own_mcu", "metered_mcu", "metered_area_cm2", "without_area_cm2",
         *SHARE_SLOTS, "source_note"),
        volume=_metered, text=_metered_text,
        why=sourced("отопление готовят в доме, в помещениях есть приборы"),
    ),
    Basis.OWN_HEAT_WITHOUT: Rule(
        "HEAT18", f"{_LAW}, формула 18", "ресурс котельной дома, без прибора в помещении",
        ("house_volume_mcu", "area_cm2", "metered_area_cm2", "without_area_cm2", *SHARE_SLOTS,
         "source_note"),
        volume=_without, text=_without_text,
        why=sourced("отопление готовят в доме, прибора в помещении нет"),
    ),
    Basis.OWN_HOT_METER: Rule(
        "GVS20", f"{_LAW}, формула 20", "ресурс на горячую воду дома, по объёму горячей воды",
        ("house_volume_mcu", "water_volume_mcu", "house_water_mcu", "source_note"),
        volume=_hot_meter, text=_hot_meter_text, why=_hot_why, raised_law=_RAISED,
    ),
    Basis.OWN_HOT_NORM: Rule(
        "GVS20", f"{_LAW}, формула 20", "ресурс на горячую воду дома, по удельному расходу",
        ("resource_norm_mcu", "water_volume_mcu"),
        volume=_hot_norm, text=_hot_norm_text, why=_hot_why, raised_law=_RAISED,
    ),
    Basis.PLOT: Rule(
        "NORM", f"{R354}, п. 49, {A2}, формула 22",
        "земельный участок, по направлению использования",
        ("quantity_mcu", "norm_mcu", "is_out_of_season", "has_meter"),
        volume=_plot, text=_plot_text, why=_plot_why,
    ),
}  # fmt: skip
