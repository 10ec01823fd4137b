"""«Расшифровка пени»: one penalty entry in words, all of it from its own record.

sentence   what for, to which day, how much
rows       с … по …, долг, дней, доля, ставка, сумма, почему не начислено
steps      what a pocket calculator checks: «Сумма: 1 000,00 × 9,5 % / 300 × 60 дн. = 19,00 ₽»
notes      by when it was to be paid, the law, the choices of the centre
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from app.domain import days, money
from app.domain.penalty import NOT_STOPPED, STOP_424, STOP_497
from app.domain.penalty_parts import UNPAID
from app.domain.penalty_slots import (
    FLAG_CAP_BY_DAY,
    FLAG_FREEZES,
    FLAG_PER_DAY,
    FLAG_WITHOUT_PAYMENT_DAY,
    PenaltyRecord,
    PenaltySegment,
)
from app.domain.penalty_terms import PenaltyScheme
from app.domain.period import Period

_EXACT_PLACES = 4
_FROM_31 = "с 31-го дня просрочки 1/300 ставки"
_LAW = {
    PenaltyScheme.NONE: "пени не начисляются",
    PenaltyScheme.HOUSING: f"ЖК РФ, ст. 155 ч. 14: {_FROM_31}, с 91-го дня 1/130",
    PenaltyScheme.CAPITAL_REPAIR: f"ЖК РФ, ст. 155 ч. 14.1: {_FROM_31}",
    PenaltyScheme.COMPANY_TO_SUPPLIER: (
        "190-ФЗ, ст. 15 ч. 9.3; 416-ФЗ, ст. 13 ч. 6.4: 1/300 ставки, с 61-го дня 1/170, "
        "с 91-го дня 1/130"
    ),
    PenaltyScheme.ASSOCIATION_TO_SUPPLIER: (
        f"190-ФЗ, ст. 15 ч. 9.2; 416-ФЗ, ст. 13 ч. 6.3: {_FROM_31}, с 91-го дня 1/130"
    ),
    PenaltyScheme.LEGAL_ENTITY: "190-ФЗ, ст. 15 ч. 9.1; 416-ФЗ, ст. 13 ч. 6.2: 1/130 ставки",
}
STOP_WORDS = {
    STOP_424: "мораторий: ПП РФ от 02.04.2020 № 424",
    STOP_497: "мораторий: ПП РФ от 28.03.2022 № 497",
}
_NO_WORDS = "начисление остановлено"


@dataclass(frozen=True, slots=True)
class PenaltyRow:
    """A line of the table; `until` is the last day, included.

    :ivar share: "1/300"; `rate` "9,5 %", empty where stopped
    :ivar amount: roubles with four decimals: only the sum is rounded to a kopeck
    :ivar paid: when this part of the debt was paid
    :ivar why: why nothing is owed for these days, else empty
    """

    since: date
    until: date
    debt_kop: int
    days: int
    share: str
    rate: str
    amount: str
    paid: str
    why: str


@dataclass(frozen=True, slots=True)
class PenaltyExplanation:
    """A penalty as the paper shows it."""

    sentence: str
    rows: tuple[PenaltyRow, ...]
    steps: tuple[str, ...]
    notes: tuple[str, ...]


def explain(
    record: PenaltyRecord, origin: Period, *, stops: Mapping[int, str] | None = None
) -> PenaltyExplanation:
    """Give a penalty in words.

    :param origin: the period the debt is of
    :param stops: what the stop of a segment stands for, beside the moratoria of the law
    """
    words = STOP_WORDS | dict(stops or {})
    return PenaltyExplanation(
        sentence=_sentence(record, origin),
        rows=tuple(_row(one, record, words) for one in record.segments),
        steps=tuple(_steps(record)),
        notes=tuple(_notes(record)),
    )


def formula(record: PenaltyRecord) -> str:
    """Give the penalty to date as one expression with the numbers put in."""
    terms = [
        f"{money.shown(one.base_kop)} × {percent(one.rate_ppm)} / {one.divisor} × {one.days} дн."
        for one in record.segments
        if one.stop == NOT_STOPPED
    ]
    return " + ".join(terms) or "0"


def percent(rate_ppm: int) -> str:
    """Give a rate as paper writes it: 95_000 is "9,5 %"."""
    return money.decimal_of(rate_ppm * 100).replace(".", ",") + " %"


def _sentence(record: PenaltyRecord, origin: Period) -> str:
    told = f"Пени за долг за {origin.spoken} на {_day(record.on)}: "
    if record.charged_kop:
        return (
            f"{told}{money.shown(record.total_kop)} ₽, начислено ранее "
            f"{money.shown(record.charged_kop)} ₽, "
            f"начислено теперь {money.shown(record.amount_kop)} ₽."
        )
    return f"{told}{money.shown(record.total_kop)} ₽."


def _row(one: PenaltySegment, record: PenaltyRecord, words: Mapping[int, str]) -> PenaltyRow:
    is_stopped = one.stop != NOT_STOPPED
    return PenaltyRow(
        since=days.of_number(one.day_from),
        until=days.of_number(one.day_to - 1),
        debt_kop=one.base_kop,
        days=one.days,
        share=f"1/{one.divisor}",
        rate="" if is_stopped else percent(one.rate_ppm),
        amount=_exact(one.exact_kop),
        paid=(
            f"не оплачено на {_day(record.on)}"
            if one.paid_on == UNPAID
            else f"оплачено {_day(one.paid_on)}"
        ),
        why=words.get(one.stop, _NO_WORDS) if is_stopped else "",
    )


def _steps(record: PenaltyRecord) -> list[str]:
    steps = [f"Сумма: {formula(record)} ₽ = {money.shown(record.total_kop)} ₽"]
    if record.charged_kop:
        steps.append(
            f"К начислению: {money.shown(record.total_kop)} − {_signed(record.charged_kop)}"
            f" = {money.shown(record.amount_kop)} ₽"
        )
    return steps


def _notes(record: PenaltyRecord) -> list[str]:
    due, late = _day(record.due_on), _day(record.due_on + 1)
    notes = [
        f"Срок оплаты – {due} включительно; первый день просрочки – {late}.",
        f"{_LAW[record.scheme]}.",
    ]
    told = {
        FLAG_PER_DAY: "Ставка взята на каждый день просрочки.",
        FLAG_CAP_BY_DAY: "Предельная ставка взята на каждый день просрочки.",
        FLAG_WITHOUT_PAYMENT_DAY: "День оплаты в просрочку не входит.",
        FLAG_FREEZES: "Дни без пени не считаются днями просрочки.",
    }
    if not record.flags & FLAG_PER_DAY:
        notes.append("Ставка – на день оплаты, у неоплаченного – на день расчёта.")
    notes += [words for flag, words in told.items() if record.flags & flag]
    return notes


def _exact(amount_kop: Fraction) -> str:
    scaled = amount_kop * 10**_EXACT_PLACES / money.KOP_PER_RUB
    rounded = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    whole, part = divmod(rounded, 10**_EXACT_PLACES)
    return f"{money.shown(whole * money.KOP_PER_RUB).split(',')[0]},{part:0{_EXACT_PLACES}d}"


def _signed(amount_kop: int) -> str:
    shown = money.shown(amount_kop)
    return f"({shown})" if amount_kop < 0 else shown


def _day(number: int) -> str:
    return f"{days.of_number(number):%d.%m.%Y}"
