"""Bases of the yearly correction of heating (354, §42(1); formulas 3(2), 3(4), 3(5), 6)."""

from collections.abc import Callable
from fractions import Fraction

from app.domain import money
from app.domain.bases.rule import Named, Rule, StoredLine, half_up
from app.domain.bases.words import comma, number
from app.domain.basis import A2, R354, Basis
from app.domain.note import words_of

_LAW = f"{R354}, п. 42(1), {A2}"


def _part(total: int | Fraction, named: Named, posted: int) -> int:
    """Give what is due by this part, less what was posted; a credit is due at once."""
    due = Fraction(total)
    return half_up((due if due <= 0 else due * named["part"] / named["parts"]) - posted)


def _volume(_: StoredLine, named: Named) -> int:
    return _part(named["fact_mcu"] - named["billed_mcu"], named, named["posted_mcu"])


def _volume_text(_: StoredLine, named: Named, unit: str) -> str:
    total = named["fact_mcu"] - named["billed_mcu"]
    fact = f"{_signed(number(named['fact_mcu']))} {unit}"
    difference = f"({fact} − {_of(number, named['billed_mcu'])})"
    return f"{difference}{_times(total, named)}{_less(number, named['posted_mcu'])}"


def _amount(_: StoredLine, named: Named) -> int:
    return _part(named["fact_kop"] - named["billed_kop"], named, named["posted_kop"])


def _amount_text(_: StoredLine, named: Named, __: str) -> str:
    total = named["fact_kop"] - named["billed_kop"]
    difference = f"({_signed(_rubles(named['fact_kop']))} ₽ − {_of(_rubles, named['billed_kop'])})"
    return f"{difference}{_times(total, named)}{_less(_rubles, named['posted_kop'])}"


def _units_amount(_: StoredLine, named: Named) -> int:
    return _part(_owed(named) - named["billed_kop"], named, named["posted_kop"])


def _owed(named: Named) -> Fraction:
    pool, own, premises = named["pool_kop"], named["own_fact_kop"], named["premises_fact_kop"]
    return Fraction(pool * named["units_mcu"] * own, named["all_units_mcu"] * premises)


def _units_text(_: StoredLine, named: Named, __: str) -> str:
    share = f"{number(named['units_mcu'])} / {number(named['all_units_mcu'])}"
    if named["own_fact_kop"] != named["premises_fact_kop"]:
        share += f" × {_rubles(named['own_fact_kop'])} / {_rubles(named['premises_fact_kop'])}"
    total = _owed(named) - named["billed_kop"]
    owed = f"{_rubles(named['pool_kop'])} ₽ × {share}"
    difference = f"({owed} − {_of(_rubles, named['billed_kop'])})"
    return f"{difference}{_times(total, named)}{_less(_rubles, named['posted_kop'])}"


def _times(total: int | Fraction, named: Named) -> str:
    if total <= 0 or named["part"] == named["parts"]:
        return ""
    return f" × {named['part']}/{named['parts']}"


def _less(told: Callable[[int], str], posted: int) -> str:
    if not posted:
        return ""
    return f" {'−' if posted > 0 else '+'} {told(abs(posted))} (проведено раньше)"


def _of(told: Callable[[int], str], value: int) -> str:
    text = _signed(told(value))
    return f"({text})" if value < 0 else text


def _rubles(kop: int) -> str:
    return comma(money.rubles(kop))


def _signed(text: str) -> str:
    return text.replace("-", "−")


def _why(line: StoredLine, named: Named) -> str:
    months = words_of(line.notes, named["months_note"])
    return (
        f"корректировка по отоплению за {line.period.year} год: факт по приборам минус начисленное"
        + (f"; месяцы {months}" if months else "")
    )


def _units_why(line: StoredLine, named: Named) -> str:
    months = words_of(line.notes, named["months_note"])
    return (
        f"корректировка по отоплению за {line.period.year} год по распределителям: доля тепла"
        " помещений с распределителями по их показаниям минус начисленное"
        + (f"; месяцы {months}" if months else "")
    )


RULES: dict[Basis, Rule] = {
    Basis.HEAT_YEAR: Rule(
        "HEAT_CORR", f"{_LAW}, формулы 3(2), 3(4) и 3(5)", "корректировка по отоплению за год",
        ("fact_kop", "fact_mcu", "billed_kop", "billed_mcu", "posted_kop", "posted_mcu", "part",
         "parts", "months_note"),
        volume=_volume, text=_volume_text, why=_why, amount=_amount, amount_text=_amount_text,
    ),
    Basis.HEAT_UNITS: Rule(
        "HEAT_CORR", f"{_LAW}, формула 6", "корректировка по распределителям тепла",
        ("pool_kop", "units_mcu", "all_units_mcu", "own_fact_kop", "premises_fact_kop",
         "billed_kop", "posted_kop", "part", "parts", "months_note"),
        volume=lambda _, __: 0, text=lambda _, __, ___: "0", why=_units_why,
        amount=_units_amount, amount_text=_units_text,
    ),
}  # fmt: skip
