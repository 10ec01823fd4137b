"""Bases of common needs: resources for common property, and general house needs of rules 354."""

from fractions import Fraction

from app.domain.bases import words
from app.domain.bases.rule import (
    Named,
    Rule,
    StoredLine,
    half_up,
    m2,
    part_of_month,
    share_of,
)
from app.domain.basis import A2, R354, SHARE_SLOTS, Basis
from app.domain.money import KOP_PER_RUB, MILLION, shown
from app.domain.note import words_of

_AREAS = ("area_cm2", "house_area_cm2", *SHARE_SLOTS)
_NORM = ("norm_mcu", "common_area_cm2", *_AREAS)
_METER = ("house_mcu", "individual_mcu", "for_hot_mcu", "carry_mcu", *_AREAS, "why_note")
_LIMITED = ("house_mcu", "individual_mcu", "less_mcu", *_NORM, "why_note")
_ACTUAL_LAW = "ЖК РФ, ст. 156, ч. 9.2; ПП РФ № 491, п. 29(2); ПП РФ № 124, п. 21(1)"
_NORM_LAW = "ЖК РФ, ст. 156, ч. 9.2; ПП РФ № 491, п. 29(2)"
# Parts of a year charged now: the first × SPAN + the last.
SPAN = 100
_GENERAL_LAW = f"{R354}, п. 44, {A2}, формулы 11, 12"


def _part(line: StoredLine, named: Named) -> Fraction:
    part = Fraction(named["area_cm2"], named["house_area_cm2"])
    return part * share_of(named) * part_of_month(line)


def _part_text(line: StoredLine, named: Named) -> str:
    area, house = words.area(named["area_cm2"]), words.area(named["house_area_cm2"])
    return f"{area}{words.share(named)} / {house}{words.days(line)}"


def _norm(line: StoredLine, named: Named) -> int:
    return half_up(named["norm_mcu"] * m2(named["common_area_cm2"]) * _part(line, named))


def _norm_text(line: StoredLine, named: Named, unit: str) -> str:
    norm, common = words.number(named["norm_mcu"]), words.area(named["common_area_cm2"])
    return f"{norm} {unit} × {common} × {_part_text(line, named)}"


def _average(line: StoredLine, named: Named) -> int:
    return half_up(max(named["year_mcu"], 0) * _part(line, named) / named["months"])


def _average_text(line: StoredLine, named: Named, unit: str) -> str:
    year = _floored(named["year_mcu"], words.number(named["year_mcu"]))
    return f"{year} {unit} / {named['months']} × {_part_text(line, named)}"


def _average_why(line: StoredLine, named: Named) -> str:
    year = line.period.year - 1
    return (
        "решение собрания о среднемесячном объёме; на общее имущество по общедомовому прибору"
        f" за {year} год ушло {words.number(named['year_mcu'])} за {named['months']} мес."
    )


def _floored(value: int, text: str) -> str:
    return text if value >= 0 else f"max(0; {text})"


def _signed(value: int) -> str:
    """A number to take off: in brackets when it is below zero itself."""
    return words.number(value) if value >= 0 else f"(0 − {words.number(-value)})"


def _rest(named: Named) -> int:
    less = named["for_hot_mcu"] + named["carry_mcu"]
    return named["house_mcu"] - named["individual_mcu"] - less


def _actual(line: StoredLine, named: Named) -> int:
    return half_up(max(_rest(named), 0) * _part(line, named))


def _actual_text(line: StoredLine, named: Named, unit: str) -> str:
    parts = [_signed(named["house_mcu"]), _signed(named["individual_mcu"])]
    parts += [words.number(named[name]) for name in ("for_hot_mcu", "carry_mcu") if named[name]]
    rest = _rest(named)
    text = " − ".join(parts)
    text = f"({text})" if rest >= 0 else f"max(0; {text})"
    return f"{text} {unit} × {_part_text(line, named)}"


def _house_words(line: StoredLine, named: Named) -> str:
    """Where V_D is from, and what was taken off it."""
    note = words_of(line.notes, named["why_note"])
    parts = [
        f"объём дома по общедомовому прибору {words.number(named['house_mcu'])}"
        + (f" ({note})" if note else ""),
        f"помещений {words.number(named['individual_mcu'])}",
    ]
    if named.get("for_hot_mcu"):
        parts.append(f"на горячую воду и отопление дома {words.number(named['for_hot_mcu'])}")
    if named.get("carry_mcu"):
        parts.append(f"перенос отрицательного объёма {words.number(named['carry_mcu'])}")
    if named.get("less_mcu"):
        parts.append(f"на горячую воду, отопление и перенос {words.number(named['less_mcu'])}")
    return ", ".join(parts)


def _actual_why(line: StoredLine, named: Named) -> str:
    if _rest(named) < 0:
        ending = (
            f"; помещения потребили больше, {words.number(-_rest(named))} переходит на следующий"
            " месяц"
        )
        return f"{_house_words(line, named)}{ending}"
    return f"решение собрания о расчёте по прибору: {_house_words(line, named)}"


def _general_why(line: StoredLine, named: Named) -> str:
    if _rest(named) <= 0:
        return f"{_house_words(line, named)}: на общие нужды не осталось (п. 46)"
    return f"{_house_words(line, named)}; не больше норматива или решение собрания (п. 44)"


def _limited_text(line: StoredLine, named: Named, unit: str) -> str:
    house = [_signed(named["house_mcu"]), _signed(named["individual_mcu"])]
    house += [words.number(named["less_mcu"])] if named["less_mcu"] else []
    norm, common = words.number(named["norm_mcu"]), words.area(named["common_area_cm2"])
    least = f"min({' − '.join(house)} {unit}; {norm} {unit} × {common})"
    return f"{least} × {_part_text(line, named)}"


def _limited_why(line: StoredLine, named: Named) -> str:
    return (
        f"{_house_words(line, named)}; сверх норматива на общее имущество не распределяется"
        " (решения собрания нет)"
    )


def _instead_why(line: StoredLine, named: Named) -> str:
    return f"по нормативу: {words_of(line.notes, named['why_note'])}"


def _waste(line: StoredLine, named: Named) -> int:
    return half_up((named["cold_mcu"] + named["hot_mcu"]) * _part(line, named))


def _waste_text(line: StoredLine, named: Named, unit: str) -> str:
    cold, hot = words.number(named["cold_mcu"]), words.number(named["hot_mcu"])
    return f"({cold} + {hot}) {unit} × {_part_text(line, named)}"


def _heat(_: StoredLine, named: Named) -> int:
    water = named["water_mcu"]
    size = half_up(Fraction(abs(water) * named["heat_norm_mcu"], MILLION))
    return size if water >= 0 else -size


def _heat_text(_: StoredLine, named: Named, __: str) -> str:
    return f"{_signed(named['water_mcu'])} м3 × {words.number(named['heat_norm_mcu'])} Гкал/м3"


def _lessening(_: StoredLine, named: Named) -> int:
    part = "area_cm2" if "area_cm2" in named else "person_days"
    whole = Fraction(named["below_mcu"] * named[part], named[f"house_{part}"])
    return -min(half_up(whole), named["volume_mcu"])


def _lessening_text(_: StoredLine, named: Named, unit: str) -> str:
    below, volume = words.number(named["below_mcu"]), words.number(named["volume_mcu"])
    if "area_cm2" in named:
        part = f"{words.area(named['area_cm2'])} / {words.area(named['house_area_cm2'])}"
    else:
        part = f"{named['person_days']}/{named['house_person_days']} чел."
    return f"0 − min({volume} {unit}; {below} {unit} × {part})"


def _lessening_why(line: StoredLine, named: Named) -> str:
    return f"дом потребил меньше, чем его помещения: {words_of(line.notes, named['why_note'])}"


def _year_share(named: Named) -> Fraction:
    return Fraction(named["area_cm2"], named["house_area_cm2"]) * share_of(named)


def _year_volume(_: StoredLine, named: Named) -> int:
    first, last = divmod(named["span"], SPAN)
    return half_up(
        named["volume_mcu"] * _year_share(named) * Fraction(last - first + 1, named["parts"])
    )


def _year_kop(named: Named) -> int:
    """The whole correction of the year for the account, in kopecks."""
    rubles = Fraction(named["house_mcr"] * MILLION + named["house_rest"], MILLION * MILLION)
    return half_up(rubles * KOP_PER_RUB * _year_share(named))


def _year_amount(_: StoredLine, named: Named) -> int:
    year, parts = _year_kop(named), named["parts"]
    first, last = divmod(named["span"], SPAN)
    each = half_up(Fraction(year, parts))
    return each if last < parts else year - each * (first - 1)


def _year_text(_: StoredLine, named: Named, __: str) -> str:
    year, parts = _year_kop(named), named["parts"]
    first, last = divmod(named["span"], SPAN)
    whole = f"{_kopecks(year)} ₽"
    if last < parts:
        return f"{whole} / {parts}"
    if first == 1:
        return whole
    return f"{whole} − {first - 1} × {_kopecks(half_up(Fraction(year, parts)))} ₽"


def _kopecks(amount: int) -> str:
    return shown(amount) if amount >= 0 else f"(0 − {shown(-amount)})"


def _year_why(line: StoredLine, named: Named) -> str:
    area, house = words.area(named["area_cm2"]), words.area(named["house_area_cm2"])
    months, parts = words_of(line.notes, named["months_note"]), named["parts"]
    first, last = divmod(named["span"], SPAN)
    which = str(first) if first == last else f"{first}–{last}"
    how = "сразу" if parts == 1 else f"равными долями, часть {which} из {parts}"
    return (
        f"{months}; на счёт: × {area}{words.share(named)} / {house}"
        f" = {shown(_year_kop(named))} ₽, {how}"
    )


RULES: dict[Basis, Rule] = {
    Basis.COMMON_NORM: Rule(
        "SOI_NORM", _NORM_LAW, "по нормативу на содержание общего имущества", _NORM,
        volume=_norm, text=_norm_text, why="решения собрания о расчёте по прибору нет",
    ),
    Basis.COMMON_NORM_INSTEAD: Rule(
        "SOI_NORM", _NORM_LAW, "по нормативу на содержание общего имущества",
        (*_NORM, "why_note"), volume=_norm, text=_norm_text, why=_instead_why,
    ),
    Basis.COMMON_AVERAGE: Rule(
        "SOI_AVG", _NORM_LAW, "по среднемесячному объёму прошлого года на общее имущество",
        ("year_mcu", "months", *_AREAS),
        volume=_average, text=_average_text, why=_average_why,
    ),
    Basis.COMMON_ACTUAL: Rule(
        "SOI_FACT", _ACTUAL_LAW, "по общедомовому прибору на содержание общего имущества", _METER,
        volume=_actual, text=_actual_text, why=_actual_why,
    ),
    Basis.COMMON_ACTUAL_LIMITED: Rule(
        "SOI_FACT", "ЖК РФ, ст. 156, ч. 9.2; ПП РФ № 491, п. 29(2), до 01.09.2022",
        "по общедомовому прибору не больше норматива", _LIMITED,
        volume=_norm, text=_limited_text, why=_limited_why,
    ),
    Basis.COMMON_354: Rule(
        "ODN_IPU12", _GENERAL_LAW, "общедомовые нужды по общедомовому прибору", _METER,
        volume=_actual, text=_actual_text, why=_general_why,
    ),
    Basis.COMMON_354_LIMITED: Rule(
        "ODN_IPU12", _GENERAL_LAW, "общедомовые нужды не больше норматива", _LIMITED,
        volume=_norm, text=_limited_text, why=_limited_why,
    ),
    Basis.COMMON_354_NORM: Rule(
        "ODN_NORM15", f"{R354}, п. 48, {A2}, формула 15", "общедомовые нужды по нормативу",
        (*_NORM, "why_note"), volume=_norm, text=_norm_text, why=_instead_why,
    ),
    Basis.COMMON_WASTE: Rule(
        "SOI_FACT", "ПП РФ № 491, п. 29(2); ПП РФ от 03.02.2022 № 92",
        "стоки общего имущества по холодной и горячей воде", ("cold_mcu", "hot_mcu", *_AREAS),
        volume=_waste, text=_waste_text,
        why="прибора на стоки дома нет: стоки равны воде на общее имущество",
    ),
    Basis.COMMON_HEAT: Rule(
        "GVS23", f"{R354}, п. 38, {A2}, формула 24", "тепло в горячей воде на общее имущество",
        ("water_mcu", "heat_norm_mcu"), volume=_heat, text=_heat_text,
        why="тепло считается по объёму горячей воды и нормативу подогрева",
    ),
    Basis.COMMON_LESSENING: Rule(
        "ODN_IPU12", f"{R354}, п. 47",
        "объём помещения уменьшен на отрицательные общедомовые нужды",
        ("below_mcu", "person_days", "house_person_days", "volume_mcu", "why_note"),
        volume=_lessening, text=_lessening_text, why=_lessening_why,
    ),
    Basis.COMMON_LESSENING_AREA: Rule(
        "ODN_IPU12", f"{R354}, п. 47",
        "объём газа на отопление уменьшен на отрицательные общедомовые нужды по площади",
        ("below_mcu", "area_cm2", "house_area_cm2", "volume_mcu", "why_note"),
        volume=_lessening, text=_lessening_text, why=_lessening_why,
    ),
    Basis.COMMON_YEAR: Rule(
        "SOI_YEAR", "ПП РФ № 491, п. 29(3)", "перерасчёт за год по общедомовому прибору",
        ("volume_mcu", "house_mcr", "house_rest", *_AREAS, "span", "parts", "months_note"),
        volume=_year_volume, text=lambda *_: "", why=_year_why,
        amount=_year_amount, amount_text=_year_text,
    ),
}  # fmt: skip
