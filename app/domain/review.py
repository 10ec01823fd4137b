"""What a run holds out before it counts, and why; causes of a difference to the month before."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.law import Rules


class DoubtReason(StrEnum):
    """Why a result is implausible: the stored code. Of several the first of this list is told."""

    NEGATIVE = "negative"
    ZERO = "zero"
    JUMP = "jump"
    FALL = "fall"
    SILENT = "silent"


REASON_WORDS = {
    DoubtReason.NEGATIVE: "минус",
    DoubtReason.ZERO: "ноль",
    DoubtReason.JUMP: "рост",
    DoubtReason.FALL: "падение",
    DoubtReason.SILENT: "нет показаний",
}
DECISION_WORDS = {"open": "не решено", "approved": "принято", "held": "придержано"}


class Cause(StrEnum):
    """Why an account's charge of a service differs from the month before."""

    ADDED = "added"
    GONE = "gone"
    METHOD = "method"
    PRICE = "price"
    PEOPLE = "people"
    VOLUME = "volume"
    PRICE_AND_VOLUME = "price-and-volume"
    RAISING = "raising"
    OTHER = "other"


CAUSE_WORDS = {
    Cause.ADDED: "новая услуга",
    Cause.GONE: "услуги больше нет",
    Cause.METHOD: "другой способ",
    Cause.PRICE: "цена",
    Cause.PEOPLE: "число людей",
    Cause.VOLUME: "объём",
    Cause.PRICE_AND_VOLUME: "цена и объём",
    Cause.RAISING: "повышающий коэффициент",
    Cause.OTHER: "прочее",
}


@dataclass(frozen=True, slots=True)
class ReviewLimits:
    """Beyond which a result is held out.

    :ivar jump_ppm: times the month before, in millionths
    :ivar jump_kop: and by so much
    """

    jump_ppm: int
    jump_kop: int
    silent_months: int


def limits(rules: Rules) -> ReviewLimits:
    """Give the limits of a period (resources/law/review.toml, «Параметры» проверка.…)."""
    return ReviewLimits(
        jump_ppm=rules.ppm("review_jump_times"),
        jump_kop=rules.whole("review_jump_rubles") * 100,
        silent_months=rules.whole("review_silent_months"),
    )
