"""Bases without a usable reading: averages, late readings, the norm after averages (354, §59, §60).

The months of a base, their volumes and the reason are words kept beside the line.
"""

from fractions import Fraction

from app.domain.bases import words
from app.domain.bases.norms import gas, gas_text, norm, norm_text
from app.domain.bases.readings import in_range, in_range_text
from app.domain.bases.rule import Named, Rule, StoredLine, half_up, share_of
from app.domain.basis import A2, NORM_SLOTS, R354, SHARE_SLOTS, Basis
from app.domain.money import MILLION
from app.domain.note import words_of

_AVERAGE = ("base_mcu", "months", *SHARE_SLOTS, "span_from", "span_to", "base_note", "reason_note")
_SUM = ("meters", *(f"volume_{number}_mcu" for number in range(1, 8)), "parts_note")
_RANGE = ("zone_volume_mcu", "total_volume_mcu", "range_from_mcu", "range_to_mcu", "reason_note",
          "base_note")  # fmt: skip
_FORMULA_1 = f"{A2}, формула 1"
_POINTS = {
    "AVG59A": f"{R354}, п. 59, подп. «а», {_FORMULA_1}",
    "AVG59B": f"{R354}, п. 59, подп. «б», {_FORMULA_1}",
    "AVG59V": f"{R354}, п. 59, подп. «в», {_FORMULA_1}",
}
_AFTER = f"{R354}, п. 60, {A2}, формула 4"
_AFTER_RAISED = f"{R354}, п. 60, п. 60(1), {A2}, формула 4(1)"


def _days(line: StoredLine, named: Named) -> int:
    return min(line.day_to, named["span_to"]) - max(line.day_from, named["span_from"])


def _average(line: StoredLine, named: Named) -> int:
    each = Fraction(named["base_mcu"], named["months"]) * share_of(named)
    return half_up(each * _days(line, named) / line.period.days)


def _average_text(line: StoredLine, named: Named, unit: str) -> str:
    number = _days(line, named)
    part = "" if number == line.period.days else f" × {number}/{line.period.days} дн."
    base = f"{words.number(named['base_mcu'])} {unit} / {named['months']} мес."
    return f"{base}{words.share(named)}{part}"


def _average_why(line: StoredLine, named: Named) -> str:
    reason = words_of(line.notes, named["reason_note"])
    return f"{reason}; объёмы по показаниям: {words_of(line.notes, named['base_note'])}"


def _late(line: StoredLine, named: Named) -> int:
    counted = Fraction(named["current_mcu"] - named["previous_mcu"]) * named["ratio_mcu"]
    whole = counted / MILLION * share_of(named) - named["charged_mcu"]
    each = whole / (named["span_to"] - named["span_from"])
    since = max(line.day_from, named["span_from"]) - named["span_from"]
    return half_up(each * (since + _days(line, named))) - half_up(each * since)


def _late_text(line: StoredLine, named: Named, unit: str) -> str:
    previous, turn = words.number(named["previous_mcu"]), named["turn_mcu"]
    current = words.number(named["current_mcu"] - turn)
    rolled = f"{words.number(turn)} − {previous} + {current}"
    text = f"({rolled if turn else f'{current} − {previous}'}) {unit}"
    if named["ratio_mcu"] != MILLION:
        text += f" × {words.number(named['ratio_mcu'])}"
    charged = words.number(abs(named["charged_mcu"]))
    text += f"{words.share(named)} {'−' if named['charged_mcu'] >= 0 else '+'} {charged} {unit}"
    span, number = named["span_to"] - named["span_from"], _days(line, named)
    return f"({text})" if number == span else f"({text}) × {number}/{span} дн."


def _late_why(line: StoredLine, named: Named) -> str:
    charged = words.number(named["charged_mcu"])
    said = words_of(line.notes, named["words_note"])
    return f"показание передано после перерыва: {said}, за эти месяцы начислено {charged}"


def _sum(line: StoredLine, _: Named) -> int:
    return sum(line.slots[1:8])


def _sum_text(line: StoredLine, named: Named, unit: str) -> str:
    parts = list(line.slots[1:8])[: named["meters"]]
    text = words.number(parts[0])
    for part in parts[1:]:
        text += f" {'−' if part < 0 else '+'} {words.number(abs(part))}"
    return f"({text}) {unit}"


def _sum_why(line: StoredLine, named: Named) -> str:
    return f"приборов несколько: {words_of(line.notes, named['parts_note'])}"


def _reason(line: StoredLine, named: Named) -> str:
    base = words_of(line.notes, named.get("base_note", 0))
    reason = words_of(line.notes, named["reason_note"])
    return f"{reason}; объёмы по показаниям: {base}" if base else reason


def _zone(line: StoredLine, named: Named) -> int:
    whole = Fraction(named["norm_mcu"] * named["person_days"], line.period.days)
    return half_up(whole * named["zone_before_mcu"] / named["all_before_mcu"])


def _zone_text(line: StoredLine, named: Named, unit: str) -> str:
    own, total = words.number(named["zone_before_mcu"]), words.number(named["all_before_mcu"])
    return f"{norm_text(line, named, unit)} × {own} / {total}"


def _by_average(code: str) -> Rule:
    return Rule(
        code, _POINTS[code], "по среднемесячному объёму", _AVERAGE,
        volume=_average, text=_average_text, why=_average_why,
    )  # fmt: skip


def _several(code: str) -> Rule:
    return Rule(
        code, _POINTS[code], "сумма по приборам, часть по среднемесячному объёму", _SUM,
        volume=_sum, text=_sum_text, why=_sum_why,
    )  # fmt: skip


def _ranged(code: str) -> Rule:
    return Rule(
        code, f"{_POINTS[code]}; п. 38",
        "по среднемесячному объёму, часть объёма в диапазоне цены", _RANGE,
        volume=in_range, text=in_range_text, why=_reason,
    )  # fmt: skip


_LATE_LAW = f"{R354}, п. 42, п. 59, {_FORMULA_1}"
_AFTER_WORDS = "по нормативу после расчётов по среднему"

RULES: dict[Basis, Rule] = {
    Basis.AVERAGE_FAILURE: _by_average("AVG59A"),
    Basis.AVERAGE_SILENT: _by_average("AVG59B"),
    Basis.AVERAGE_REFUSAL: _by_average("AVG59V"),
    Basis.TRUE_UP: Rule(
        "IPU", _LATE_LAW, "по показаниям прибора за вычетом начисленного без них",
        ("previous_mcu", "current_mcu", "ratio_mcu", "charged_mcu", *SHARE_SLOTS, "span_from",
         "span_to", "turn_mcu", "words_note"),
        volume=_late, text=_late_text, why=_late_why,
    ),
    Basis.SUM_FAILURE: _several("AVG59A"),
    Basis.SUM_SILENT: _several("AVG59B"),
    Basis.SUM_REFUSAL: _several("AVG59V"),
    Basis.SUM_TRUE_UP: Rule(
        "IPU", _LATE_LAW, "сумма по приборам за вычетом начисленного без показаний", _SUM,
        volume=_sum, text=_sum_text, why=_sum_why,
    ),
    Basis.RANGE_FAILURE: _ranged("AVG59A"),
    Basis.RANGE_SILENT: _ranged("AVG59B"),
    Basis.RANGE_REFUSAL: _ranged("AVG59V"),
    Basis.NORM_AFTER: Rule(
        "NORM", _AFTER, _AFTER_WORDS, (*NORM_SLOTS, "reason_note"),
        volume=norm, text=norm_text, why=_reason, raised_law=_AFTER_RAISED,
    ),
    Basis.HOT_NORM_AFTER: Rule(
        "GVS23", f"{R354}, п. 60, {A2}, формула 23", f"вода {_AFTER_WORDS}",
        (*NORM_SLOTS, "reason_note"),
        volume=norm, text=norm_text, why=_reason,
        raised_law=f"{R354}, п. 60, п. 60(1), {A2}, формула 23(1)",
    ),
    Basis.POWER_NORM_AFTER: Rule(
        "NORM", _AFTER, f"{_AFTER_WORDS}, для этого числа комнат и лиц",
        (*NORM_SLOTS, "rooms", "reason_note"),
        volume=norm, text=norm_text, why=_reason,
        raised_law=f"{R354}, п. 60(3), {A2}, формула 4(1)",
    ),
    Basis.POWER_NORM_ZONE: Rule(
        "NORM", _AFTER, f"{_AFTER_WORDS}, по доле зоны в прошлых месяцах",
        (*NORM_SLOTS, "rooms", "zone_before_mcu", "all_before_mcu", "reason_note"),
        volume=_zone, text=_zone_text, why=_reason,
        raised_law=f"{R354}, п. 60(3), {A2}, формула 4(1)",
    ),
    Basis.GAS_NORM_AFTER: Rule(
        "NORM", f"{R354}, п. 60, {A2}, формулы 4 и 5", _AFTER_WORDS,
        (*NORM_SLOTS, "area_norm_mcu", "area_cm2", *SHARE_SLOTS, "reason_note"),
        volume=gas, text=gas_text, why=_reason,
    ),
    Basis.NORM_RANGE_AFTER: Rule(
        "NORM", f"{_AFTER}; п. 38", f"{_AFTER_WORDS}, часть объёма в диапазоне цены", _RANGE,
        volume=in_range, text=in_range_text, why=_reason,
        raised_law=f"{R354}, п. 60, п. 60(1), п. 60(3), {A2}, формула 4(1)",
    ),
}  # fmt: skip
