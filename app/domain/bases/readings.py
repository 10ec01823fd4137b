"""Bases of meters: one, several, a volume given, a part of a volume in a range of price."""

from fractions import Fraction

from app.domain.bases import words
from app.domain.bases.rule import Named, Rule, StoredLine, half_up, share_of
from app.domain.basis import A2, R354, Basis
from app.domain.days import FAR, of_number
from app.domain.money import MILLION

READINGS = (
    "previous_mcu", "current_mcu", "ratio_mcu", "turn_mcu", "previous_on", "current_on",
    "share_numerator", "share_denominator", "span_from", "span_to",
)  # fmt: skip
SUM = ("meters", *(f"volume_{number}_mcu" for number in range(1, 9)))
# Of a part of a volume in a range of price; the words say what the whole was made of.
RANGE_SLOTS = (
    "zone_volume_mcu", "total_volume_mcu", "range_from_mcu", "range_to_mcu", "whole_note",
)  # fmt: skip
_FORMULA_1 = f"{R354}, п. 42, {A2}, формула 1"
_FORMULA_23 = f"{R354}, п. 42, {A2}, формула 23"
_SEVERAL = "на услугу работает несколько приборов, показания переданы"


def meter(line: StoredLine, named: Named) -> int:
    each, since, until = _each(line, named)
    return half_up(each * until) - half_up(each * since)


def _each(line: StoredLine, named: Named) -> tuple[Fraction, int, int]:
    """Give the volume of a day of the span, and the days of it the line is about."""
    counted = named["current_mcu"] - named["previous_mcu"] + named["turn_mcu"]
    each = Fraction(counted * named["ratio_mcu"], MILLION) * share_of(named)
    each /= named["span_to"] - named["span_from"]
    until = min(line.day_to, named["span_to"]) - named["span_from"]
    since = max(line.day_from, named["span_from"]) - named["span_from"]
    return each, since, until


def meter_text(line: StoredLine, named: Named, unit: str) -> str:
    current, previous = words.number(named["current_mcu"]), words.number(named["previous_mcu"])
    if named["previous_on"] >= FAR:
        text = f"{current} {unit}"
    elif named["turn_mcu"]:
        text = f"({words.number(named['turn_mcu'])} − {previous} + {current}) {unit}"
    else:
        text = f"({current} − {previous}) {unit}"
    if named["ratio_mcu"] != MILLION:
        text += f" × {words.number(named['ratio_mcu'])}"
    text += words.share(named)
    span = named["span_to"] - named["span_from"]
    each, since, until = _each(line, named)
    if half_up(each * until) - half_up(each * since) != half_up(each * (until - since)):
        # Parts of a span sum to it: each is the difference of two rounded running sums.
        return f"окр({text} × {until}/{span} дн.) − окр({text} × {since}/{span} дн.)"
    part = "" if until - since == span else f" × {until - since}/{span} дн."
    return f"{text}{part}"


def meter_why(_: StoredLine, named: Named) -> str:
    current = of_number(named["current_on"]) if named["current_on"] < FAR else None
    if named["previous_on"] >= FAR:
        when = f" {current:%d.%m.%Y}" if current else ""
        return f"объём передан{when}"
    previous = of_number(named["previous_on"])
    return f"прибор есть, показания сняты {previous:%d.%m.%Y} и {current:%d.%m.%Y}"


def _meters(line: StoredLine, _: Named) -> int:
    return sum(line.slots[1:9])


def _meters_text(line: StoredLine, named: Named, unit: str) -> str:
    parts = [words.number(part) for part in line.slots[1:9]][: named["meters"]]
    return f"({' + '.join(parts)}) {unit}"


def in_range(_: StoredLine, named: Named) -> int:
    total, volume = named["total_volume_mcu"], named["zone_volume_mcu"]
    if not total:
        return 0
    high, low = min(named["range_to_mcu"], total), min(named["range_from_mcu"], total)
    return half_up(Fraction(volume * high, total)) - half_up(Fraction(volume * low, total))


def in_range_text(line: StoredLine, named: Named, unit: str) -> str:
    until = named["range_to_mcu"]
    end = f" до {words.number(until)}" if until < named["total_volume_mcu"] else ""
    return (
        f"{words.number(in_range(line, named))} {unit}"
        f" (из {words.number(named['zone_volume_mcu'])},"
        f" от {words.number(named['range_from_mcu'])}{end})"
    )


def _range_why(_: StoredLine, named: Named) -> str:
    """Give the readings where one meter gave the volume; of several there is no room for them."""
    if not named["current_on"] or FAR in (named["previous_on"], named["current_on"]):
        return "цена зависит от объёма"
    first, last = (
        f"{words.number(named[f'{when}_mcu'])} от {of_number(named[f'{when}_on']):%d.%m.%Y}"
        for when in ("previous", "current")
    )
    return f"показания прибора {first} и {last}; цена зависит от объёма"


def _one(law: str, said: str, code: str) -> Rule:
    return Rule(code, law, said, READINGS, volume=meter, text=meter_text, why=meter_why)


def _several(law: str, said: str, code: str) -> Rule:
    return Rule(code, law, said, SUM, volume=_meters, text=_meters_text, why=_SEVERAL)


RULES: dict[Basis, Rule] = {
    Basis.METER: _one(_FORMULA_1, "по показаниям прибора", "IPU"),
    Basis.METERS: _several(_FORMULA_1, "сумма по показаниям приборов", "IPU"),
    Basis.METER_VOLUME: _one(_FORMULA_1, "по переданному объёму прибора", "IPU"),
    Basis.METER_RANGE: Rule(
        "IPU",
        f"{_FORMULA_1}; п. 38",
        "по показаниям прибора, часть объёма в диапазоне цены",
        ("zone_volume_mcu", "total_volume_mcu", "range_from_mcu", "range_to_mcu",
         "previous_mcu", "current_mcu", "ratio_mcu", "previous_on", "current_on"),
        volume=in_range, text=in_range_text, why=_range_why,
    ),
    Basis.HOT_METER: _one(_FORMULA_23, "вода по показаниям прибора", "GVS23"),
    Basis.HOT_METERS: _several(_FORMULA_23, "вода по показаниям приборов", "GVS23"),
    Basis.HOT_METER_VOLUME: _one(_FORMULA_23, "вода по переданному объёму", "GVS23"),
}  # fmt: skip
