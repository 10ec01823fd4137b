"""A reading as somebody types it: what cannot be, what is unlikely, and what was meant instead.

    refused   not a number · another zone · a day to come, or without the meter · more digits than
              the dial · below the reading before, above the one after
    doubted   a rollover · a check below what the payer gave (354, §61) · a jump against the meter's
              own average or the house's profile · more decimals than ever · another value of a day
              already known
    meant     digits transposed, one mistyped, left out or doubled, the point elsewhere: of what is
              possible then, the reading whose consumption is nearest to the average

Dials are in mcu, before the ratio; a rate is what the dial counts in RATE_DAYS days.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from app.domain import money
from app.domain.law import Rules
from app.domain.mistyped import candidates
from app.domain.money import MILLION
from app.domain.service import ZONE_WORDS
from app.domain.workbook_words import ZONES_OF_METER
from app.errors import Malformed

RATE_DAYS = 30
_HISTORY_DAYS = 400
_SPREAD_PARTS = 5  # the spread of a house is taken for a fifth of its median at least
_HABIT = 3  # readings after which their decimals are a habit
_PAYERS = ("payer", "automatic")
_NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")
_LOOK_ALIKE = str.maketrans("OoОоЗзlIбBВ", "00003311688")
_WORD_OF_ZONE = {code: word for word, code in ZONE_WORDS.items()}


class NotAReading(Malformed):
    """A text that is not what a dial shows."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a reading may jump, in millionths; see resources/law/checks.toml."""

    own_ppm: int
    house_ppm: int
    least_mcu: int
    house_meters_min: int
    rollover_ppm: int


@dataclass(frozen=True, slots=True)
class Dial:
    """What a dial showed on a day."""

    on: date
    value_mcu: int
    source: str


@dataclass(frozen=True, slots=True)
class MeterRecord:
    """A meter with the past of one of its zones.

    :ivar digits: before the point, None unknown
    :ivar removed_on: the first day without it
    :ivar dials: of the zone, oldest first
    :ivar house_rates_mcu: rates of the same service's meters in the house, of this zone
    """

    code: str
    zones: int
    digits: int | None
    installed_on: date
    removed_on: date | None
    dials: Sequence[Dial]
    house_rates_mcu: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class TakenReading:
    """A reading to be checked.

    :ivar value: as typed
    :ivar zone: code, empty for a meter of one zone
    :ivar source: code of workbook_words.READING_SOURCES
    """

    meter: str
    taken_on: date
    value: str
    zone: str = ""
    source: str = "payer"


@dataclass(slots=True)
class Verdict:
    """What a check came to.

    :ivar refusals: sentences: such a reading cannot be
    :ivar warnings: sentences: such a reading wants a second look
    :ivar meant_mcu: the reading that was probably meant
    :ivar counted_mcu: what the dial counted since the reading before
    """

    value_mcu: int
    refusals: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    previous: Dial | None = None
    counted_mcu: int | None = None
    meant_mcu: int | None = None


def limits(rules: Rules) -> Limits:
    """Give the limits in force."""
    return Limits(
        own_ppm=rules.ppm("reading_jump_own"),
        house_ppm=rules.ppm("reading_jump_house"),
        least_mcu=rules.ppm("reading_jump_least"),
        house_meters_min=rules.whole("reading_house_meters_min"),
        rollover_ppm=rules.rollover_share_ppm,
    )


def value_of(text: str) -> int:
    """Read what a dial shows: "1234", "1 234,567".

    :raises NotAReading: when it is not a number from zero on with at most 6 decimals
    """
    plain = _plain(text)
    if _NUMBER.fullmatch(plain):
        return money.millionths(Decimal(plain))
    guess = plain.translate(_LOOK_ALIKE)
    hint = (
        f"Вы имели в виду {shown(money.millionths(Decimal(guess)))}?"
        if _NUMBER.fullmatch(guess)
        else "Введите цифры прибора, например 1234 или 1234,567: меньше нуля не бывает."
    )
    raise NotAReading(f"«{text[:40]}» не показание прибора. {hint}")


def _plain(text: str) -> str:
    return re.sub(r"[\s\u00a0\u202f]", "", text).replace(",", ".")


def shown(value_mcu: int) -> str:
    """Give a dial for people: 1234,5."""
    return money.decimal_of(value_mcu).replace(".", ",")


def checked(taken: TakenReading, of: MeterRecord, *, by: Limits, today: date) -> Verdict:
    """Check one reading against its meter and its past.

    :raises NotAReading: when the value is not a number
    """
    verdict = Verdict(value_of(taken.value))
    _check_place(taken, of, verdict, today=today)
    if verdict.refusals:
        return verdict
    before = [one for one in of.dials if one.on < taken.taken_on]
    after = [one for one in of.dials if one.on > taken.taken_on]
    verdict.previous = before[-1] if before else None
    past = _Past(of, before, after[0] if after else None, taken, by)
    _check_dial(verdict, past)
    _check_decimals(of, verdict)
    if verdict.refusals or verdict.warnings:
        verdict.meant_mcu = _meant(_plain(taken.value), past)
    _check_known_day(taken, of, verdict)
    return verdict


def _check_place(taken: TakenReading, of: MeterRecord, verdict: Verdict, *, today: date) -> None:
    """Find what is wrong with the zone and the day."""
    allowed = ZONES_OF_METER[str(of.zones)]
    if taken.zone not in allowed:
        words = ", ".join(f"«{_WORD_OF_ZONE[zone]}»" for zone in allowed if zone)
        verdict.refusals.append(
            f"у прибора «{of.code}» зоны {words}: укажите одну из них."
            if words
            else f"прибор «{of.code}» на одну зону: уберите зону."
        )
    on = taken.taken_on
    if on > today:
        verdict.refusals.append(
            f"дата {on:%d.%m.%Y} ещё не наступила (сегодня {today:%d.%m.%Y}): исправьте её."
        )
    if on < of.installed_on:
        verdict.refusals.append(
            f"{on:%d.%m.%Y} прибор «{of.code}» ещё не был введён (введён"
            f" {of.installed_on:%d.%m.%Y}): исправьте дату."
        )
    if of.removed_on is not None and on > of.removed_on:
        verdict.refusals.append(
            f"{on:%d.%m.%Y} прибор «{of.code}» уже снят (снят {of.removed_on:%d.%m.%Y}):"
            " проверьте код прибора или дату."
        )


@dataclass(frozen=True, slots=True)
class _Past:
    """What a reading is compared with."""

    of: MeterRecord
    before: Sequence[Dial]
    following: Dial | None
    taken: TakenReading
    by: Limits

    @property
    def dial_mcu(self) -> int:
        """Where the dial turns over, 0 unknown."""
        return 10**self.of.digits * MILLION if self.of.digits else 0

    @property
    def days(self) -> int:
        return (self.taken.taken_on - self.before[-1].on).days if self.before else 0

    def is_above(self, following: Dial) -> bool:
        """Tell whether it is above the reading after it, and not before a rollover between."""
        value, least = value_of(self.taken.value), self.before[-1].value_mcu if self.before else 0
        return value > following.value_mcu and not following.value_mcu < least <= value

    @property
    def is_refund(self) -> bool:
        """Tell whether a check below the payer's readings may be: what they gave too much (§61)."""
        given = next((one for one in reversed(self.before) if one.source not in _PAYERS), None)
        is_check = self.taken.source == "inspector" and self.before[-1].source in _PAYERS
        return is_check and (given is None or given.value_mcu <= value_of(self.taken.value))

    def expected(self) -> Fraction | None:
        """Give what the dial would count by the meter's own average, else by the house's."""
        own = self.own_rate()
        rate = own or self.house_rate()
        return None if rate is None else rate * self.days / RATE_DAYS

    def own_rate(self) -> Fraction | None:
        """Give the meter's own rate of the last year; None without a past or without use."""
        recent = [
            one for one in self.before if (self.taken.taken_on - one.on).days <= _HISTORY_DAYS
        ]
        days = (recent[-1].on - recent[0].on).days if recent else 0
        if days <= 0:
            return None
        counted = 0
        for one, two in pairwise(recent):
            step = two.value_mcu - one.value_mcu
            counted += step if step >= 0 else max(step + self.dial_mcu, 0)
        return Fraction(counted * RATE_DAYS, days) or None

    def house_rate(self) -> Fraction | None:
        """Give the median of the house; None where too few meters have readings."""
        rates = self.of.house_rates_mcu
        return _median(rates) if len(rates) >= self.by.house_meters_min else None

    def highest(self) -> tuple[Fraction | None, Fraction | None]:
        """Give what may be counted at most by the own past, and by the house's profile."""
        own, middle = self.own_rate(), self.house_rate()
        least = Fraction(self.by.least_mcu)
        own_most = house_most = None
        if own is not None:
            own_most = max(own * self.by.own_ppm / MILLION, least) * self.days / RATE_DAYS
        if middle is not None:
            rates = self.of.house_rates_mcu
            spread = _median([abs(rate - middle) for rate in rates])
            spread = max(spread, middle / _SPREAD_PARTS)
            rate = max(middle + spread * self.by.house_ppm / MILLION, least)
            house_most = rate * self.days / RATE_DAYS
        return own_most, house_most


def _median(values: Sequence[int] | Sequence[Fraction]) -> Fraction:
    ordered = sorted(Fraction(value) for value in values)
    middle, is_odd = divmod(len(ordered), 2)
    if is_odd:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def _check_dial(verdict: Verdict, past: _Past) -> None:
    """Find what is wrong with the value itself."""
    value, dial = verdict.value_mcu, past.dial_mcu
    if dial and value >= dial:
        verdict.refusals.append(
            f"у прибора «{past.of.code}» {past.of.digits} цифр до запятой, а в показании"
            f" {shown(value)} больше: проверьте запятую."
        )
        return
    if past.following is not None and past.is_above(past.following):
        verdict.refusals.append(
            f"показание {shown(value)} больше следующего, {shown(past.following.value_mcu)} на"
            f" {past.following.on:%d.%m.%Y}: исправьте одно из них."
        )
    if verdict.previous is None:
        return
    counted = value - verdict.previous.value_mcu
    if counted < 0 and (counted := _check_backward(verdict, past, counted)) < 0:
        return
    verdict.counted_mcu = counted
    _check_jump(verdict, past, counted)


def _check_backward(verdict: Verdict, past: _Past, counted: int) -> int:
    """Find what a value below the one before is; give what was counted, below zero no rollover."""
    assert verdict.previous is not None
    value, turned = verdict.value_mcu, counted + past.dial_mcu
    before = f"{shown(verdict.previous.value_mcu)} на {verdict.previous.on:%d.%m.%Y}"
    if past.dial_mcu and turned <= past.dial_mcu * past.by.rollover_ppm // MILLION:
        verdict.warnings.append(
            f"показание {shown(value)} меньше предыдущего, {before}: это переход через ноль,"
            f" расход {shown(turned)}."
        )
        return turned
    if past.is_refund:
        verdict.counted_mcu = counted
        verdict.warnings.append(
            f"контрольное показание {shown(value)} меньше переданного, {before}: лишнее"
            f" {shown(-counted)} будет возвращено (ПП РФ № 354, п. 61)."
        )
    else:
        verdict.refusals.append(
            f"показание {shown(value)} меньше предыдущего, {before}: прибор назад не идёт."
        )
    return counted


def _check_jump(verdict: Verdict, past: _Past, counted: int) -> None:
    own_most, house_most = past.highest()
    if own_most is not None and counted > own_most:
        usual = round((past.own_rate() or 0) * past.days / RATE_DAYS)
        verdict.warnings.append(
            f"расход {shown(counted)} за {past.days} дн. намного больше обычного для этого"
            f" прибора (около {shown(usual)})."
        )
    elif house_most is not None and counted > house_most:
        usual = round((past.house_rate() or 0) * past.days / RATE_DAYS)
        verdict.warnings.append(
            f"расход {shown(counted)} за {past.days} дн. намного больше, чем у соседей по дому"
            f" (обычно около {shown(usual)})."
        )


def _check_decimals(of: MeterRecord, verdict: Verdict) -> None:
    """Find decimals the meter never had."""
    if len(of.dials) >= _HABIT:
        most = max(_decimals(one.value_mcu) for one in of.dials)
        given = _decimals(verdict.value_mcu)
        if given > most:
            verdict.warnings.append(
                f"у показания знаков после запятой {given}, а у прибора бывало не больше {most}:"
                " проверьте запятую."
            )


def _check_known_day(taken: TakenReading, of: MeterRecord, verdict: Verdict) -> None:
    """Find another value of this day that is taken down already."""
    for one in of.dials:
        is_same = one.on == taken.taken_on and one.source == taken.source
        if is_same and one.value_mcu != verdict.value_mcu:
            verdict.warnings.append(
                f"на {one.on:%d.%m.%Y} уже записано {shown(one.value_mcu)}: новое показание"
                " заменит его."
            )


def _decimals(value_mcu: int) -> int:
    return len(money.decimal_of(value_mcu).partition(".")[2])


def _meant(plain: str, past: _Past) -> int | None:
    """Give the reading that was probably meant, None when nothing near is likely."""
    expected = past.expected()
    if expected is None or not past.before:
        return None
    low = past.before[-1].value_mcu
    own_most, house_most = past.highest()
    highest = own_most if own_most is not None else house_most
    assert highest is not None
    best: tuple[Fraction, int] | None = None
    for candidate in candidates(plain):
        counted = candidate - low
        is_possible = (
            0 <= counted <= highest
            and (not past.dial_mcu or candidate < past.dial_mcu)
            and (past.following is None or candidate <= past.following.value_mcu)
        )
        distance = abs(counted - expected)
        if is_possible and (best is None or distance < best[0]):
            best = distance, candidate
    return None if best is None else best[1]
