"""Bases of what checks find: interference, connection without leave, a reading that differs."""

from fractions import Fraction

from app.domain.bases import words
from app.domain.bases.norms import gas_parts, norm_text
from app.domain.bases.readings import in_range, in_range_text
from app.domain.bases.rule import Named, Rule, StoredLine, half_up, m2, share_of
from app.domain.basis import NORM_SLOTS, R354, SHARE_SLOTS, Basis
from app.domain.days import of_number
from app.domain.money import MILLION
from app.domain.note import words_of

# As the law has it (charges.md §3.5), not as precise as it can be.
PI_PARTS = 314_159_265
PI_UNIT = 100_000_000
HOURS_PER_DAY = 24
SECONDS_PER_DAY = 86_400
MM_PER_M = 1_000
_MILLIONTHS_OF_MM = MM_PER_M * MILLION
_LAW_62 = f"{R354}, п. 62"
_LAW_61 = f"{R354}, п. 61"
_LAW_TAMPERED = f"{R354}, п. 62, п. 81(11)"
_ONLY_MISTAKES = "снизить доначисление можно только при ошибке расчёта (ПП РФ от 25.11.2025 № 1871)"


def _tenfold(line: StoredLine, named: Named) -> int:
    each = named["norm_mcu"] * named["person_days"] * named["factor"]
    return half_up(Fraction(each, line.period.days))


def _tenfold_text(line: StoredLine, named: Named, unit: str) -> str:
    return f"{norm_text(line, named, unit)} × {named['factor']}"


def _gas(line: StoredLine, named: Named) -> int:
    persons = Fraction(named["norm_mcu"] * named["person_days"], line.period.days)
    area = m2(named["area_cm2"]) * named["area_norm_mcu"] * share_of(named)
    area *= Fraction(named["days"], line.period.days)
    return half_up((persons + area) * named["factor"])


def _gas_text(line: StoredLine, named: Named, unit: str) -> str:
    parts = gas_parts(line, named, unit, days=_days(line, named))
    return f"({' + '.join(parts)}) × {named['factor']}"


def _days(line: StoredLine, named: Named) -> str:
    days = named["days"]
    return "" if days == line.period.days else f" × {days}/{line.period.days} дн."


def _why_tenfold(line: StoredLine, named: Named) -> str:
    if act := words_of(line.notes, named["act_note"]):
        return (
            f"самовольное подключение, {act}; мощность не установлена; повышающий коэффициент"
            f" не добавляется; {_ONLY_MISTAKES}"
        )
    return "вмешательство в работу прибора: норматив × 10, повышающий коэффициент не добавляется"


def _power(_: StoredLine, named: Named) -> int:
    return named["power_mcu"] * HOURS_PER_DAY * named["days"]


def _power_text(_: StoredLine, named: Named, __: str) -> str:
    return f"{words.number(named['power_mcu'])} кВт × {HOURS_PER_DAY} ч × {named['days']} дн."


def _pipe(_: StoredLine, named: Named) -> int:
    diameter = Fraction(named["diameter_mcu"], _MILLIONTHS_OF_MM)
    section = Fraction(PI_PARTS, PI_UNIT) * diameter * diameter / 4
    seconds = SECONDS_PER_DAY * named["days"]
    return half_up(section * named["velocity_mcu"] * seconds)


def _pipe_text(_: StoredLine, named: Named, __: str) -> str:
    pi = words.comma(f"{PI_PARTS // PI_UNIT}.{PI_PARTS % PI_UNIT}")
    wide = f"{words.number(named['diameter_mcu'])} мм / {MM_PER_M}"
    speed = words.number(named["velocity_mcu"])
    days = named["days"]
    return f"{pi} × ({wide}) × ({wide}) / 4 × {speed} м/с × {SECONDS_PER_DAY} с × {days} дн."


def _why_connection(line: StoredLine, named: Named) -> str:
    act = words_of(line.notes, named["act_note"])
    return f"самовольное подключение{f', {act}' if act else ''}; {_ONLY_MISTAKES}"


def _difference(_: StoredLine, named: Named) -> int:
    counted = named["check_mcu"] - named["used_mcu"]
    return half_up(Fraction(counted * named["ratio_mcu"], MILLION) * share_of(named))


def _difference_text(_: StoredLine, named: Named, unit: str) -> str:
    checked, used = words.number(named["check_mcu"]), words.number(named["used_mcu"])
    text = f"({checked} − {used}) {unit}"
    if named["ratio_mcu"] != MILLION:
        text += f" × {words.number(named['ratio_mcu'])}"
    return f"{text}{words.share(named)}"


def _why_difference(_: StoredLine, named: Named) -> str:
    check, used = of_number(named["check_on"]), of_number(named["used_on"])
    more = named["check_mcu"] > named["used_mcu"]
    end = "недоучтённый объём отнесён на месяц проверки" if more else "лишний объём возвращается"
    return f"контрольное показание {check:%d.%m.%Y} расходится с показанием {used:%d.%m.%Y}: {end}"


def _bounds(named: Named) -> tuple[int, int, bool]:
    """Give where the volume beside the usual begins and ends, and whether it is a credit."""
    usual, beside = named["total_volume_mcu"], named["zone_volume_mcu"]
    return min(usual, usual + beside), max(usual, usual + beside), beside < 0


def _beside(_: StoredLine, named: Named) -> int:
    start, stop, is_credit = _bounds(named)
    opened = min(start, 0) if not named["range_from_mcu"] else named["range_from_mcu"]
    size = max(min(named["range_to_mcu"], stop) - max(opened, start), 0)
    return -size if is_credit else size


def _beside_text(_: StoredLine, named: Named, unit: str) -> str:
    start, stop, is_credit = _bounds(named)
    low, high = named["range_from_mcu"], named["range_to_mcu"]
    upper, lower = min(high, stop), max(low, start) if low else start
    below_zero = f"(0 − {words.number(-lower)})"
    bounds = (words.number(upper), words.number(lower) if lower >= 0 else below_zero)
    first, second = bounds[::-1] if is_credit else bounds
    to = f" до {words.number(high)}" if high < stop else ""
    return f"({first} − {second}) {unit} (в диапазоне от {words.number(low)}{to})"


_RANGE = ("zone_volume_mcu", "total_volume_mcu", "range_from_mcu", "range_to_mcu")
_TENFOLD = "по нормативу, умноженному на 10"
_PIPE = "по пропускной способности трубы, круглосуточно"

RULES: dict[Basis, Rule] = {
    Basis.NORM10: Rule(
        "NORM10", _LAW_TAMPERED, _TENFOLD, (*NORM_SLOTS, "factor", "act_note"),
        volume=_tenfold, text=_tenfold_text, why=_why_tenfold,
    ),
    Basis.NORM10_GAS: Rule(
        "NORM10", _LAW_TAMPERED, _TENFOLD,
        (*NORM_SLOTS, "area_norm_mcu", "area_cm2", *SHARE_SLOTS, "factor", "days", "act_note"),
        volume=_gas, text=_gas_text, why=_why_tenfold,
    ),
    Basis.PIPE62_POWER: Rule(
        "PIPE62", _LAW_62, "по мощности оборудования, круглосуточно",
        ("power_mcu", "days", "act_note"),
        volume=_power, text=_power_text, why=_why_connection,
    ),
    Basis.PIPE62_WATER: Rule(
        "PIPE62", _LAW_62, _PIPE, ("diameter_mcu", "velocity_mcu", "days", "act_note"),
        volume=_pipe, text=_pipe_text, why=_why_connection,
    ),
    Basis.RECALC61: Rule(
        "RECALC61", _LAW_61, "по разнице с контрольным показанием",
        ("used_mcu", "check_mcu", "ratio_mcu", "used_on", "check_on", *SHARE_SLOTS),
        volume=_difference, text=_difference_text, why=_why_difference,
    ),
    Basis.NORM10_RANGE: Rule(
        "NORM10", f"{_LAW_TAMPERED}; п. 38", f"{_TENFOLD}, часть объёма в диапазоне цены", _RANGE,
        volume=in_range, text=in_range_text,
        why="вмешательство в работу прибора: норматив × 10",
    ),
    Basis.NORM10_BESIDE_RANGE: Rule(
        "NORM10", f"{_LAW_62}; п. 38", f"{_TENFOLD}, сверх обычного в диапазоне цены",
        (*_RANGE, "act_note"),
        volume=_beside, text=_beside_text, why=_why_tenfold,
    ),
    Basis.PIPE62_RANGE: Rule(
        "PIPE62", f"{_LAW_62}; п. 38", "круглосуточный объём сверх обычного в диапазоне цены",
        (*_RANGE, "act_note"),
        volume=_beside, text=_beside_text, why=_why_connection,
    ),
    Basis.RECALC61_RANGE: Rule(
        "RECALC61", f"{_LAW_61}; п. 38",
        "по разнице с контрольным показанием, часть объёма в диапазоне цены",
        (*_RANGE, "used_mcu", "check_mcu", "ratio_mcu", "used_on", "check_on"),
        volume=_beside, text=_beside_text, why=_why_difference,
    ),
}  # fmt: skip
