"""Bases of benefits: a percent of a volume's money or of a payment, for those who have the right.

    volume    percent × T × min(V × holders / persons; norm of holders)
    share     percent × P × min(holders / persons; area norm of holders / area)

Compensation is paid by others: its line is of nothing. A discount is the same amount taken off.
Either way the volume of the line is what it comes to, in millionths of a rouble.
"""

from collections.abc import Callable

from app.domain.bases import words
from app.domain.bases.reductions import PERCENT, roubles
from app.domain.bases.rule import Named, Rule, StoredLine
from app.domain.basis import SHARE_SLOTS, Basis
from app.domain.money import KOP_PER_RUB, MILLION, shown

MCR_PER_KOP = MILLION // KOP_PER_RUB
_LAW = "закон о мере социальной поддержки; ЖК РФ, ст. 160"
VOLUME_SLOTS = (
    "volume_mcu", "percent_ppm", "holder_days", "person_days", "cap_mcu", "limit_mcr",
    "gross_kop", "net_kop", "benefit_note",
)  # fmt: skip
SHARE_OF_PAYMENT_SLOTS = (
    "payment_kop", "percent_ppm", "holder_days", "person_days", "area_norm_cm2", "days",
    "area_cm2", *SHARE_SLOTS, "benefit_note",
)  # fmt: skip


def volume_benefit_kop(named: Named, *, price_mcr: int, month_days: int) -> int:
    """Give the benefit of a volume: percent of its price, no more than the limits."""
    # Whole numbers over one bottom: this is done for every holder of a town.
    each = named["percent_ppm"] * price_mcr
    if named["limit_mcr"]:
        each = min(each, named["limit_mcr"] * MILLION)
    volume = named["volume_mcu"] * named["holder_days"] * month_days
    if named["cap_mcu"]:
        volume = min(volume, named["cap_mcu"] * named["holder_days"] * named["person_days"])
    bottom = named["person_days"] * month_days * named["gross_kop"] * MILLION**3
    return _half_up(each * volume * named["net_kop"] * KOP_PER_RUB, bottom)


def share_benefit_kop(named: Named) -> int:
    """Give the benefit of a payment: percent of the part of those who have the right."""
    top, bottom = named["holder_days"], named["person_days"]
    if named["area_norm_cm2"]:
        norm = named["area_norm_cm2"] * named["holder_days"] * named["share_denominator"]
        area = named["days"] * named["area_cm2"] * named["share_numerator"]
        if norm * bottom < top * area:
            top, bottom = norm, area
    return _half_up(named["payment_kop"] * named["percent_ppm"] * top, bottom * MILLION)


def _half_up(top: int, bottom: int) -> int:
    size = (2 * abs(top) + bottom) // (2 * bottom)
    return size if top >= 0 else -size


def _percent(named: Named) -> str:
    return f"{words.number(named['percent_ppm'] * PERCENT)}/{PERCENT}"


def _persons(named: Named) -> str:
    if named["holder_days"] == named["person_days"]:
        return ""
    return f" × {named['holder_days']}/{named['person_days']} дн."


def _volume_text(line: StoredLine, named: Named, unit: str) -> str:
    each = f"{_percent(named)} × {words.number(line.price_mcr)} ₽"
    if named["limit_mcr"]:
        each = f"min({each}; {words.number(named['limit_mcr'])} ₽)"
    volume = f"{words.number(named['volume_mcu'])} {unit}{_persons(named)}"
    if named["cap_mcu"]:
        days = f"{named['holder_days']}/{line.period.days} дн."
        volume = f"min({volume}; {words.number(named['cap_mcu'])} {unit} × {days})"
    left = ""
    if named["net_kop"] != named["gross_kop"]:
        left = f" × {roubles(named['net_kop'])} / {roubles(named['gross_kop'])}"
    return f"{each} × {volume}{left}"


def _share_text(_: StoredLine, named: Named, __: str) -> str:
    whole = f"{roubles(named['payment_kop'])} × {_percent(named)}"
    part = f"{named['holder_days']}/{named['person_days']} дн."
    if named["area_norm_cm2"]:
        norm = f"{words.area(named['area_norm_cm2'])} × {named['holder_days']}/{named['days']} дн."
        area = f"{words.area(named['area_cm2'])}{words.share(named)}"
        area = f"({area})" if words.share(named) else area
        return f"{whole} × min({part}; {norm} / {area})"
    return f"{whole}{_persons(named)}"


def _volume_kop(line: StoredLine, named: Named) -> int:
    return volume_benefit_kop(named, price_mcr=line.price_mcr, month_days=line.period.days)


def _share_kop(_: StoredLine, named: Named) -> int:
    return share_benefit_kop(named)


_Amount = Callable[[StoredLine, Named], int]
_Text = Callable[[StoredLine, Named, str], str]


def _name(line: StoredLine, named: Named) -> str:
    return line.notes.get(named["benefit_note"], "льгота")


def _compensation(slots: tuple[str, ...], amount: _Amount, text: _Text, said: str) -> Rule:
    def why(line: StoredLine, named: Named) -> str:
        paid = shown(amount(line, named))
        return f"{_name(line, named)}: {paid} ₽ возмещается деньгами, начисление не снижается"

    return Rule(
        "BENEFIT", _LAW, f"компенсация {said}", slots,
        volume=lambda line, named: amount(line, named) * MCR_PER_KOP,
        text=lambda _, __, ___: "", why=why,
        amount=lambda _, __: 0,
        amount_text=lambda line, named, unit: f"0 × {text(line, named, unit)}",
    )  # fmt: skip


def _discount(slots: tuple[str, ...], amount: _Amount, text: _Text, said: str) -> Rule:
    return Rule(
        "BENEFIT", _LAW, f"скидка {said}", slots,
        volume=lambda line, named: amount(line, named) * MCR_PER_KOP,
        text=lambda _, __, ___: "", why=_name,
        amount=lambda line, named: -amount(line, named),
        amount_text=lambda line, named, unit: f"\u2212{text(line, named, unit)}",
    )  # fmt: skip


_BY_VOLUME = "от объёма услуги, приходящегося на льготника"
_BY_PAYMENT = "от части платы, приходящейся на льготника"
RULES: dict[Basis, Rule] = {
    Basis.BENEFIT_VOLUME: _compensation(VOLUME_SLOTS, _volume_kop, _volume_text, _BY_VOLUME),
    Basis.BENEFIT_SHARE: _compensation(
        SHARE_OF_PAYMENT_SLOTS, _share_kop, _share_text, _BY_PAYMENT
    ),
    Basis.DISCOUNT_VOLUME: _discount(VOLUME_SLOTS, _volume_kop, _volume_text, _BY_VOLUME),
    Basis.DISCOUNT_SHARE: _discount(SHARE_OF_PAYMENT_SLOTS, _share_kop, _share_text, _BY_PAYMENT),
}
