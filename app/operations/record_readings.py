"""Take readings down: check each against its meter, ask where it is unlikely, then write all.

    refused     cannot be             nothing is written
    doubted     unlikely              nothing is written until it is confirmed
    else        recorded, corrected (another value of the day), unchanged (the same again)

A reading of a closed month may be recorded: the months after it wait for a recalculation.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from uuid_utils.compat import uuid7

from app.domain import reading_checks
from app.domain.reading_checks import RATE_DAYS, MeterRecord, TakenReading, Verdict, shown
from app.errors import Refusal
from app.store import readings as store
from app.store.engine import Engine
from app.store.reading import Snapshot, reading
from app.store.writing import call


class ReadingRefused(Refusal):
    """Readings that cannot be."""


class ReadingDoubted(Refusal):
    """Readings that are unlikely and were not confirmed."""


class Ending(StrEnum):
    """What became of a reading."""

    RECORDED = "recorded"
    CORRECTED = "corrected"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class RecordedReading:
    """A reading that is written, with what was noticed about it."""

    taken: TakenReading
    verdict: Verdict
    ending: Ending


def check_readings(engine: Engine, taken: Sequence[TakenReading], *, today: date) -> list[Verdict]:
    """Check readings without writing any: what a window shows while somebody types.

    :raises ReadingRefused: when there is no such meter
    :raises NotAReading: when a value is not a number
    """
    with reading(engine) as snapshot:
        by = reading_checks.limits(store.rules(snapshot, today))
        asked = [(one.meter, one.zone, one.taken_on) for one in taken]
        records = store.records(snapshot, asked, rate_days=RATE_DAYS)
        return [
            reading_checks.checked(one, _known(snapshot, one, record), by=by, today=today)
            for one, record in zip(taken, records, strict=True)
        ]


def _known(snapshot: Snapshot, taken: TakenReading, record: MeterRecord | None) -> MeterRecord:
    if record is None:
        near = store.nearest(snapshot, taken.meter)
        hint = f"Вы имели в виду «{near}»?" if near else "Проверьте код на листе «Приборы»."
        raise ReadingRefused(f"Прибора «{taken.meter}» нет. {hint}")
    return record


def record_readings(
    engine: Engine,
    taken: Sequence[TakenReading],
    *,
    actor: str,
    at: datetime,
    confirmed: bool = False,
) -> list[RecordedReading]:
    """Write readings, all of them or none; again with the same changes nothing.

    :param confirmed: somebody has looked at what is unlikely
    :raises ReadingRefused: when one cannot be; with what was probably meant
    :raises ReadingDoubted: when one is unlikely and is not confirmed
    :raises NotAReading: when a value is not a number
    """
    if not taken:
        return []
    verdicts = check_readings(engine, taken, today=at.date())
    if wrong := _sentences(taken, verdicts, [one.refusals for one in verdicts]):
        raise ReadingRefused(f"{wrong} Ничего не записано.")
    if not confirmed and (odd := _sentences(taken, verdicts, [one.warnings for one in verdicts])):
        raise ReadingDoubted(f"{odd} Если показание верно, подтвердите его.")
    given = [
        {
            "nth": nth,
            "id": str(uuid7()),
            "meter": one.meter,
            "zone": one.zone,
            "taken_on": one.taken_on.isoformat(),
            "period": one.taken_on.replace(day=1).isoformat(),
            "value_mcu": verdict.value_mcu,
            "source": one.source,
        }
        for nth, (one, verdict) in enumerate(zip(taken, verdicts, strict=True))
    ]
    endings = call(
        engine,
        "record_readings",
        given=json.dumps(given, ensure_ascii=False),
        actor=actor,
        at=at,
    )
    return [
        RecordedReading(one, verdict, Ending(ending))
        for one, verdict, ending in zip(taken, verdicts, endings, strict=True)
    ]


def _sentences(
    taken: Sequence[TakenReading], verdicts: Sequence[Verdict], told: Sequence[Sequence[str]]
) -> str:
    """Put what was told of each reading into sentences, the meter named where there are several."""
    said = []
    for one, verdict, words in zip(taken, verdicts, told, strict=True):
        if not words:
            continue
        text = " ".join(word[0].upper() + word[1:] for word in words)
        if verdict.meant_mcu is not None:
            text += f" Вы имели в виду {shown(verdict.meant_mcu)}?"
        said.append(f"Прибор «{one.meter}»: {text}" if len(taken) > 1 else text)
    return " ".join(said)
