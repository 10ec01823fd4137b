"""Verbs of readings: take one down, list the meters that are silent."""

from datetime import date

from app.cli.context import Context, Verbs
from app.domain import money
from app.domain.reading_checks import TakenReading, shown
from app.domain.service import ZONE_WORDS
from app.domain.workbook_words import READING_SOURCES
from app.errors import Malformed
from app.operations.record_readings import Ending, RecordedReading, record_readings
from app.store import readings as store
from app.store.reading import reading
from app.store.readings import SilentMeter

_MONTHS_MAX = 600
_ENDINGS = {
    Ending.RECORDED: "Показание записано",
    Ending.CORRECTED: "Показание исправлено",
    Ending.UNCHANGED: "Такое показание уже записано",
}


class NotADay(Malformed):
    """A text that is no date of the calendar."""


def add_to(verbs: Verbs) -> None:
    """Add reading and silent-meters."""
    taking = verbs.add("reading", help="записать показание прибора", run=take)
    taking.add_argument("meter", metavar="ПРИБОР", help="код прибора")
    taking.add_argument("date", metavar="ДАТА", help="день снятия, например 2026-10-20")
    taking.add_argument("value", metavar="ПОКАЗАНИЕ", help="например 1234,567")
    taking.add_argument("--zone", metavar="ЗОНА", choices=sorted(ZONE_WORDS), help="зона суток")
    taking.add_argument(
        "--source",
        metavar="КТО",
        choices=sorted(READING_SOURCES),
        default="абонент",
        help="абонент, контролёр или автомат",
    )
    taking.add_argument(
        "--confirm", action="store_true", help="показание проверено: записать и необычное"
    )
    silent = verbs.add("silent-meters", help="приборы, по которым давно нет показаний", run=listed)
    silent.add_argument("--months", metavar="N", type=int, help="месяцев без показаний")
    silent.add_argument("--on", metavar="ДАТА", help="на какой день, по умолчанию сегодня")


def take(context: Context) -> int:
    """Check one reading and write it."""
    given = context.arguments
    taken = TakenReading(
        meter=given.meter,
        taken_on=_day(given.date),
        value=given.value,
        zone=ZONE_WORDS[given.zone] if given.zone else "",
        source=READING_SOURCES[given.source],
    )
    (recorded,) = record_readings(
        context.engine, [taken], actor=context.actor, at=context.at, confirmed=given.confirm
    )
    return context.answer(_document(recorded), _text(recorded))


def _document(recorded: RecordedReading) -> dict[str, object]:
    taken, verdict = recorded.taken, recorded.verdict
    previous = verdict.previous
    return {
        "meter": taken.meter,
        "date": taken.taken_on.isoformat(),
        "zone": taken.zone or None,
        "source": taken.source,
        "value": money.decimal_of(verdict.value_mcu),
        "previous": previous and money.decimal_of(previous.value_mcu),
        "previous_date": previous and previous.on.isoformat(),
        "counted": (None if verdict.counted_mcu is None else money.decimal_of(verdict.counted_mcu)),
        "state": str(recorded.ending),
        "warnings": verdict.warnings,
    }


def _text(recorded: RecordedReading) -> str:
    taken, verdict = recorded.taken, recorded.verdict
    text = (
        f"{_ENDINGS[recorded.ending]}: прибор «{taken.meter}», {taken.taken_on:%d.%m.%Y},"
        f" {shown(verdict.value_mcu)}"
    )
    if verdict.counted_mcu is not None and verdict.previous is not None:
        text += f"; расход с {verdict.previous.on:%d.%m.%Y}: {shown(verdict.counted_mcu)}"
    return "\n".join([f"{text}.", *(f"  Внимание: {word}" for word in verdict.warnings)])


def listed(context: Context) -> int:
    """List the meters without a reading for long (354, §84)."""
    given = context.arguments
    on = _day(given.on) if given.on else context.at.date()
    if given.months is not None and not 1 <= given.months <= _MONTHS_MAX:
        raise NotADay(f"Месяцев без показаний бывает от 1 до {_MONTHS_MAX}, а не {given.months}.")
    with reading(context.engine) as snapshot:
        months = given.months or store.rules(snapshot, on).whole("review_silent_months")
        found = store.silent(snapshot, on, months=months)
    document = {
        "on": on.isoformat(),
        "months": months,
        "meters": [_silent(one) for one in found],
    }
    lines = [
        f"  {one.house}, {one.premises or '–'}: {one.service_name}, прибор «{one.code}», "
        + (f"последнее {one.last_on:%d.%m.%Y}" if one.last_on else "показаний не было")
        for one in found
    ]
    head = f"Приборов без показаний {months} мес. и дольше: {len(found)}."
    return context.answer(document, "\n".join([head, *lines]))


def _silent(one: SilentMeter) -> dict[str, object]:
    return {
        "meter": one.code,
        "service": one.service,
        "house": one.house,
        "premises": one.premises,
        "accounts": list(one.accounts),
        "last_reading": one.last_on and one.last_on.isoformat(),
        "installed": one.installed_on.isoformat(),
    }


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotADay(f"«{text[:20]}» не дата. Напишите год, месяц и день: 2026-10-20.") from error
