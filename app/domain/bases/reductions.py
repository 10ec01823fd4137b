"""Bases of reductions: temporary absence, quality and interruptions, maintenance."""

from collections.abc import Callable
from fractions import Fraction

from app.domain.bases import words
from app.domain.bases.rule import Named, Rule, StoredLine, half_up, m2, share_of
from app.domain.basis import A2, R354, SHARE_SLOTS, Basis
from app.domain.money import KOP_PER_RUB, MILLION, rubles

_MINUS = "\u2212"
_ABSENCE_LAW = f"{R354}, п. 86, 90, 91"
_WASTE_LAW = f"{R354}, п. 90, 148(44)"
_QUALITY_LAW = f"{R354}, п. 98, приложение № 1"
HOURS_PER_DAY = 24
PERCENT = 100


def roubles(amount_kop: int) -> str:
    """Give an amount for a formula: no thousands apart, a decimal comma."""
    return f"{words.comma(rubles(abs(amount_kop)))} ₽"


def _said(prefix: str, slot: str) -> Callable[[StoredLine, Named], str]:
    """Say why, with the words that a slot stands for."""

    def why(line: StoredLine, named: Named) -> str:
        known = line.notes.get(named[slot], "")
        return f"{prefix}: {known}" if known else prefix

    return why


def _cold_why(line: StoredLine, named: Named) -> str:
    hot, cold = words.number(named["hot_price_mcr"]), words.number(named["cold_price_mcr"])
    said = _said("вода холоднее допустимой", "acts_note")
    return f"{said(line, named)}; цена снижена на {hot} − {cold} ₽"


def _by_norm(line: StoredLine, named: Named) -> int:
    bottom = line.period.days * named["months"]
    return -half_up(Fraction(named["norm_mcu"] * named["away_days"], bottom))


def _by_norm_text(line: StoredLine, named: Named, unit: str) -> str:
    months = f" / {named['months']}" if named["months"] > 1 else ""
    days = f"{named['away_days']}/{line.period.days} дн."
    return f"{_MINUS}{words.number(named['norm_mcu'])} {unit}{months} × {days}"


def _in_range(_: StoredLine, named: Named) -> int:
    low, high = named["range_from_mcu"], named["range_to_mcu"]
    total, left = named["total_mcu"], named["left_mcu"]
    return min(high, left) - min(low, left) - (min(high, total) - min(low, total))


def _in_range_text(line: StoredLine, named: Named, unit: str) -> str:
    low, high = named["range_from_mcu"], named["range_to_mcu"]
    before = min(high, named["total_mcu"]) - min(low, named["total_mcu"])
    after = before + _in_range(line, named)
    return (
        f"{words.number(after)} {unit} {_MINUS} {words.number(before)} {unit}"
        f" (всего было {words.number(named['total_mcu'])}, осталось"
        f" {words.number(named['left_mcu'])}: отсутствие {named['away_days']}"
        f" из {named['person_days']} человеко-дней)"
    )


def _heat(_: StoredLine, named: Named) -> int:
    return -half_up(Fraction(named["water_mcu"] * named["heat_norm_mcu"], MILLION))


def _heat_text(_: StoredLine, named: Named, __: str) -> str:
    water, norm = words.number(named["water_mcu"]), words.number(named["heat_norm_mcu"])
    return f"{_MINUS}{water} м3 × {norm} Гкал/м3"


def _of_volume(_: StoredLine, named: Named) -> int:
    return -half_up(Fraction(named["volume_mcu"] * named["away_days"], named["person_days"]))


def _of_volume_text(_: StoredLine, named: Named, unit: str) -> str:
    days = f"{named['away_days']}/{named['person_days']} дн."
    return f"{_MINUS}{words.number(named['volume_mcu'])} {unit} × {days}"


def _part(_: StoredLine, named: Named) -> int:
    return -half_up(Fraction(named["payment_kop"] * named["away_days"], named["person_days"]))


def _part_text(_: StoredLine, named: Named, __: str) -> str:
    days = f"{named['away_days']}/{named['person_days']} дн."
    return f"{_MINUS}{roubles(named['payment_kop'])} × {days}"


def _share(named: Named) -> Fraction:
    percent = Fraction(named["percent_millionths"], MILLION * PERCENT)
    return min(percent + Fraction(named["bad_days"], named["supplied_days"]), Fraction(1))


def quality_kop(named: Named) -> int:
    """Give what percents and bad days take off a payment, no more than is left of it."""
    return min(half_up(named["payment_kop"] * _share(named)), named["left_kop"])


def _quality_text(_: StoredLine, named: Named, __: str) -> str:
    parts = []
    if named["percent_millionths"]:
        parts.append(f"{words.number(named['percent_millionths'])}/{PERCENT}")
    if named["bad_days"]:
        parts.append(f"{named['bad_days']}/{named['supplied_days']} дн.")
    share = f"({' + '.join(parts)})" if len(parts) > 1 else parts[0]
    if _share(named) == 1:
        share = "1 (не больше всей платы)"
    whole = f"{roubles(named['payment_kop'])} × {share}"
    if half_up(named["payment_kop"] * _share(named)) > named["left_kop"]:
        return f"{_MINUS}min({whole}; {roubles(named['left_kop'])})"
    return f"{_MINUS}{whole}"


def _hours(_: StoredLine, named: Named) -> int:
    bottom = HOURS_PER_DAY * named["days"]
    return -half_up(Fraction(named["supplied_mcu"] * named["hours"], bottom))


def _hours_text(_: StoredLine, named: Named, unit: str) -> str:
    volume = words.number(named["supplied_mcu"])
    return f"{_MINUS}{volume} {unit} × {named['hours']}/{HOURS_PER_DAY * named['days']} ч"


def _maintenance_whole(named: Named, *, month_days: int) -> int:
    """Give round(P_s / n_z × n_d)."""
    payment = Fraction(named["rate_mcr"] * KOP_PER_RUB, MILLION) * m2(named["area_cm2"])
    return half_up(payment * share_of(named) * named["days"] / month_days)


def maintenance_kop(named: Named, *, month_days: int) -> int:
    """Give round(P_s / n_z × n_d), no more than is left of the payment."""
    return min(_maintenance_whole(named, month_days=month_days), named["left_kop"])


def _maintenance_text(line: StoredLine, named: Named, _: str) -> str:
    rate = f"{words.number(named['rate_mcr'])} ₽"
    area = f"{words.area(named['area_cm2'])}{words.share(named)}"
    whole = f"{rate} × {area} × {named['days']}/{line.period.days} дн."
    if _maintenance_whole(named, month_days=line.period.days) > named["left_kop"]:
        return f"{_MINUS}min({whole}; {roubles(named['left_kop'])})"
    return f"{_MINUS}{whole}"


def _nothing(_: StoredLine, __: Named) -> int:
    return 0


def _no_text(_: StoredLine, __: Named, ___: str) -> str:
    return ""


_AWAY = _said("временное отсутствие", "persons_note")
_ACTS = _said("нарушение установлено", "acts_note")

RULES: dict[Basis, Rule] = {
    Basis.ABSENCE: Rule(
        "ABSENCE", _ABSENCE_LAW, "перерасчёт по нормативу за дни отсутствия",
        ("norm_mcu", "away_days", "months", "persons_note"),
        volume=_by_norm, text=_by_norm_text, why=_AWAY,
    ),
    Basis.ABSENCE_SOLID_WASTE: Rule(
        "ABSENCE", _WASTE_LAW, "перерасчёт по нормативу накопления за дни отсутствия",
        ("norm_mcu", "away_days", "months", "persons_note"),
        volume=_by_norm, text=_by_norm_text, why=_AWAY,
    ),
    Basis.ABSENCE_CONTAINERS: Rule(
        "ABSENCE", _WASTE_LAW, "перерасчёт платы по объёму контейнеров за дни отсутствия",
        ("payment_kop", "away_days", "person_days", "persons_note"),
        volume=_nothing, text=_no_text, why=_AWAY,
        amount=_part, amount_text=_part_text,
    ),
    Basis.ABSENCE_PART: Rule(
        "ABSENCE", f"{R354}, п. 148(44), приложение № 4",
        "перерасчёт платы по площади за дни отсутствия",
        ("payment_kop", "away_days", "person_days", "persons_note"),
        volume=_nothing, text=_no_text, why=_AWAY,
        amount=_part, amount_text=_part_text,
    ),
    Basis.ABSENCE_RAISED: Rule(
        "ABSENCE", f"{_ABSENCE_LAW}, {A2}, формула 4(1)",
        "перерасчёт превышения из-за повышающего коэффициента за дни отсутствия",
        ("payment_kop", "away_days", "person_days", "persons_note"),
        volume=_nothing, text=_no_text, why=_AWAY,
        amount=_part, amount_text=_part_text,
    ),
    Basis.ABSENCE_RANGE: Rule(
        "ABSENCE", f"{_ABSENCE_LAW}; п. 38", "перерасчёт объёма в диапазоне цены за дни отсутствия",
        ("total_mcu", "left_mcu", "range_from_mcu", "range_to_mcu", "away_days", "person_days",
         "persons_note"),
        volume=_in_range, text=_in_range_text, why=_AWAY,
    ),
    Basis.ABSENCE_VOLUME: Rule(
        "ABSENCE", f"{R354}, п. 81(13), 86, 90", "перерасчёт объёма за дни отсутствия",
        ("volume_mcu", "away_days", "person_days", "persons_note"),
        volume=_of_volume, text=_of_volume_text, why=_AWAY,
    ),
    Basis.ABSENCE_HEAT: Rule(
        "ABSENCE", f"{_ABSENCE_LAW}, {A2}, формула 23",
        "перерасчёт тепла на подогрев воды за дни отсутствия",
        ("water_mcu", "heat_norm_mcu", "persons_note"),
        volume=_heat, text=_heat_text, why=_AWAY,
    ),
    Basis.ABSENCE_WASTE: Rule(
        "ABSENCE", f"{R354}, п. 86, 87", "перерасчёт стоков по перерасчёту воды",
        ("cold_mcu", "hot_mcu", "persons_note"),
        volume=lambda _, named: -(named["cold_mcu"] + named["hot_mcu"]),
        text=lambda _, named, unit: (
            f"{_MINUS}({words.number(named['cold_mcu'])} + {words.number(named['hot_mcu'])}) {unit}"
        ),
        why=_AWAY,
    ),
    Basis.QUALITY: Rule(
        "QUALITY", _QUALITY_LAW, "снижение за качество и перерывы",
        ("payment_kop", "percent_millionths", "bad_days", "supplied_days", "left_kop", "acts_note"),
        volume=_nothing, text=_no_text, why=_ACTS,
        amount=lambda _, named: -quality_kop(named), amount_text=_quality_text,
    ),
    Basis.UNSUPPLIED: Rule(
        "QUALITY", f"{R354}, п. 99", "снижение на объём услуги, которой не было",
        ("supplied_mcu", "hours", "days", "acts_note"),
        volume=_hours, text=_hours_text, why=_said("приборов нет", "acts_note"),
    ),
    Basis.QUALITY_COLD: Rule(
        "QUALITY", f"{R354}, приложение № 1, п. 5", "горячая вода холоднее 40 °C по цене холодной",
        ("supplied_mcu", "hours", "days", "hot_price_mcr", "cold_price_mcr", "acts_note"),
        volume=_hours, text=_hours_text, why=_cold_why,
    ),
    Basis.MAINTENANCE: Rule(
        "MAINT491", "ПП РФ № 491, Правила изменения размера платы, п. 10",
        "снижение за содержание ненадлежащего качества",
        ("rate_mcr", "area_cm2", *SHARE_SLOTS, "days", "left_kop", "acts_note"),
        volume=_nothing, text=_no_text, why=_ACTS,
        amount=lambda line, named: -maintenance_kop(named, month_days=line.period.days),
        amount_text=_maintenance_text,
    ),
}  # fmt: skip
