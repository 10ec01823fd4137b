"""Bases of group meters: of an entrance, a block, several houses (charges.md §4.4)."""

from fractions import Fraction

from app.domain.bases import words
from app.domain.bases.readings import in_range, in_range_text
from app.domain.bases.rule import Named, Rule, StoredLine, half_up
from app.domain.basis import Basis
from app.domain.group_inputs import GroupBase
from app.domain.note import words_of

_LAW = "договор или решение собрания о групповом приборе; формулы в ПП РФ № 354 для него нет"
_SLOTS = (
    "counted_mcu", "known_mcu", "fixed_mcu", "carry_mcu", "weight", "weights", "base",
    "meter_note",
)  # fmt: skip
_BASES = {
    GroupBase.PERSONS: "по числу лиц",
    GroupBase.AREA: "по площади",
    GroupBase.NORM: "по объёму по нормативу",
    GroupBase.EQUAL: "поровну",
    GroupBase.SHARE: "по долям",
}


def weight_words(base: int, weight: int) -> str:
    """Give a weight as a person reads it: person-days, m2 by days, volume, parts by days."""
    if base == GroupBase.PERSONS:
        return f"{weight} чел.·дн."
    if base == GroupBase.AREA:
        return f"{words.area(weight)}·дн."
    if base == GroupBase.NORM:
        return words.number(weight)
    return f"{words.number(weight)} {'дн.' if base == GroupBase.EQUAL else 'долей·дн.'}"


def _rest(named: Named) -> int:
    return named["counted_mcu"] - named["known_mcu"] - named["fixed_mcu"] - named["carry_mcu"]


def _volume(_: StoredLine, named: Named) -> int:
    return half_up(Fraction(max(_rest(named), 0) * named["weight"], named["weights"]))


def _signed(value: int) -> str:
    return words.number(value) if value >= 0 else f"(0 − {words.number(-value)})"


def _text(_: StoredLine, named: Named, unit: str) -> str:
    parts = [_signed(named["counted_mcu"]), _signed(named["known_mcu"])]
    parts += [words.number(named[name]) for name in ("fixed_mcu", "carry_mcu") if named[name]]
    rest = " − ".join(parts)
    rest = f"({rest})" if _rest(named) >= 0 else f"max(0; {rest})"
    base = named["base"]
    weight, total = weight_words(base, named["weight"]), weight_words(base, named["weights"])
    return f"{rest} {unit} × {weight} / {total}"


def _why(line: StoredLine, named: Named, *, whose: str) -> str:
    which = words_of(line.notes, named["meter_note"])
    parts = [
        f"групповой прибор {which}: {words.number(named['counted_mcu'])}",
        f"{whose} {words.number(named['known_mcu'])}",
    ]
    if named["fixed_mcu"]:
        parts.append(f"на фиксированные нужды {words.number(named['fixed_mcu'])}")
    if named["carry_mcu"]:
        parts.append(f"перенос отрицательного объёма {words.number(named['carry_mcu'])}")
    text = f"{', '.join(parts)}; остаток делится {_BASES[GroupBase(named['base'])]}"
    if (rest := _rest(named)) < 0:
        text += f"; остаток отрицательный, {words.number(-rest)} переходит на следующий месяц"
    return text


def _covered_why(line: StoredLine, named: Named) -> str:
    return _why(line, named, whose="по своим приборам участников")


def _common_why(line: StoredLine, named: Named) -> str:
    return _why(line, named, whose="участникам уже начислено")


RULES: dict[Basis, Rule] = {
    Basis.GROUP_SHARE: Rule(
        "GROUP", _LAW, "доля в групповом приборе вместо своего прибора", _SLOTS,
        volume=_volume, text=_text, why=_covered_why,
    ),
    Basis.GROUP_COMMON: Rule(
        "GROUP", _LAW, "доля в общем расходе по групповому прибору сверх своего", _SLOTS,
        volume=_volume, text=_text, why=_common_why,
    ),
    Basis.GROUP_RANGE: Rule(
        "GROUP", f"{_LAW}; ПП РФ № 354, п. 38",
        "доля в групповом приборе, часть объёма в диапазоне цены",
        ("zone_volume_mcu", "total_volume_mcu", "range_from_mcu", "range_to_mcu"),
        volume=in_range, text=in_range_text, why="у цены есть диапазоны объёма",
    ),
}  # fmt: skip
