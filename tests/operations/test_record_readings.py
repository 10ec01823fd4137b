"""Readings taken down one by one: checked against the books, written once, corrected by the day."""

import json
from datetime import UTC, date, datetime

import pytest
from uuid_utils.compat import uuid7

from app.domain.period import Period
from app.domain.reading_checks import NotAReading, TakenReading
from app.domain.service import Method
from app.errors import Refusal
from app.operations.record_readings import (
    Ending,
    ReadingDoubted,
    ReadingRefused,
    check_readings,
    record_readings,
)
from app.store import readings as store
from app.store.engine import Engine
from app.store.reading import reading
from app.store.writing import call
from tests.fixtures.charge_stock import Stock
from tests.fixtures.charge_world import (
    Account,
    Assignment,
    Flat,
    House,
    Meter,
    Reading,
    Service,
    Tariff,
    World,
)

AT = datetime(2026, 10, 25, 9, 0, tzinfo=UTC)
DAYS = (date(2026, 6, 22), date(2026, 7, 22), date(2026, 8, 21), date(2026, 9, 20))


def house(flats: int = 7) -> World:
    """A house where flat 1 uses 5 m3 a month and the others 4."""
    numbers = [str(number) for number in range(1, flats + 1)]
    return World(
        period=Period(2026, 10),
        services=(
            Service("ХВС", Method.METER_OR_NORM, "cold"),
            Service("ЭЭ", Method.POWER, "power", "кВт·ч"),
        ),
        tariffs=(Tariff("ХВС", "40"),),
        houses=(House("Р1"),),
        flats=tuple(Flat("Р1", number, "50") for number in numbers),
        accounts=tuple(Account(number, "Р1", number) for number in numbers),
        assignments=(Assignment("ХВС", house="Р1"),),
        meters=(
            *(Meter(f"В-{number}", "ХВС", "Р1", number, digits=5) for number in numbers),
            Meter("Э-1", "ЭЭ", "Р1", "1", zones=2),
            Meter("ОДПУ", "ХВС", "Р1", of_house=True),
            Meter("В-новый", "ХВС", "Р1", "2", installed=date(2026, 9, 1)),
        ),
        readings=(
            *(
                Reading(f"В-{number}", on, str(1215 + nth * (5 if number == "1" else 4)))
                for number in numbers[:-1]
                for nth, on in enumerate(DAYS)
            ),
            Reading("Э-1", date(2026, 9, 20), "500", zone="day"),
            Reading("Э-1", date(2026, 9, 20), "200", zone="night"),
            Reading("В-новый", date(2026, 9, 1), "0", source="initial"),
        ),
    )


@pytest.fixture
def town(engine: Engine) -> Engine:
    Stock(engine, house()).write()
    return engine


def taken(value: str, *, meter: str = "В-1", day: int = 20, **about: str) -> TakenReading:
    return TakenReading(meter, date(2026, 10, day), value, **about)


def stored(engine: Engine) -> list[tuple]:
    query = """
select meter.code, zone, taken_on, period, value_mcu, source, recorded_by from app.reading
join app.meter on meter.id = reading.meter_id where taken_on >= '2026-10-01' order by 1, 2, 3, 6
"""
    with engine.connection() as connection:
        return connection.execute(query).fetchall()


def record(engine: Engine, *readings: TakenReading, **about: bool):
    return record_readings(engine, readings, actor="Оператор", at=AT, **about)


def test_a_reading_is_written_with_who_took_it_down(town: Engine) -> None:
    (one,) = record(town, taken("1235"))

    assert one.ending is Ending.RECORDED
    assert (one.verdict.counted_mcu, one.verdict.warnings) == (5_000_000, [])
    assert stored(town) == [
        ("В-1", "", date(2026, 10, 20), date(2026, 10, 1), 1_235_000_000, "payer", "Оператор")
    ]


def test_the_same_again_changes_nothing_and_another_value_corrects(town: Engine) -> None:
    record(town, taken("1235"))
    before = stored(town)

    (again,) = record(town, taken("1235"))
    assert again.ending is Ending.UNCHANGED
    assert stored(town) == before

    with pytest.raises(ReadingDoubted, match="уже записано 1235"):
        record(town, taken("1236"))
    (corrected,) = record(town, taken("1236"), confirmed=True)
    assert corrected.ending is Ending.CORRECTED
    assert [row[4] for row in stored(town)] == [1_236_000_000]


@pytest.mark.parametrize(
    ("reading_taken", "words"),
    [
        (taken("1135"), r"меньше предыдущего.*Вы имели в виду 1235\?"),
        (taken("1235", meter="В-11"), r"Прибора «В-11» нет. Вы имели в виду «В-1»\?"),
        (taken("1235", day=26), "ещё не наступила"),
        (taken("600", meter="Э-1"), "«день», «ночь»"),
        (taken("1235", zone="day"), "на одну зону"),
        (taken("7", meter="ОДПУ", source="payer", zone="day"), "на одну зону"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    town: Engine, reading_taken: TakenReading, words: str
) -> None:
    with pytest.raises(ReadingRefused, match=words):
        record(town, taken("1240", meter="В-2"), reading_taken, confirmed=True)

    assert stored(town) == []


def test_no_number_is_named(town: Engine) -> None:
    with pytest.raises(NotAReading, match="не показание"):
        record(town, taken("двенадцать"))


def test_what_is_unlikely_waits_for_a_confirmation(town: Engine) -> None:
    with pytest.raises(ReadingDoubted, match=r"больше обычного.*Вы имели в виду 1235\?.*подтверд"):
        record(town, taken("1325"))
    assert stored(town) == []

    (one,) = record(town, taken("1325"), confirmed=True)

    assert one.ending is Ending.RECORDED
    assert "больше обычного" in one.verdict.warnings[0]


def test_a_meter_without_a_past_is_measured_by_its_house(town: Engine) -> None:
    (verdict,) = check_readings(town, [taken("60", meter="В-новый")], today=AT.date())

    assert "чем у соседей по дому" in verdict.warnings[0]
    assert stored(town) == []


def test_zones_are_readings_of_their_own(town: Engine) -> None:
    done = record(
        town, taken("600", meter="Э-1", zone="day"), taken("230", meter="Э-1", zone="night")
    )

    assert [one.verdict.counted_mcu for one in done] == [100_000_000, 30_000_000]
    assert [row[1] for row in stored(town)] == ["day", "night"]


def test_the_inspector_has_a_reading_of_his_own_on_the_day(town: Engine) -> None:
    record(town, taken("1235"), taken("1236", source="inspector"))

    assert [(row[4], row[5]) for row in stored(town)] == [
        (1_236_000_000, "inspector"), (1_235_000_000, "payer"),
    ]  # fmt: skip


def test_no_readings_are_no_work(town: Engine) -> None:
    assert record(town) == []


def test_limits_of_the_centre_go_before_those_of_the_program(town: Engine) -> None:
    with town.connection() as connection:
        connection.execute(
            "insert into app.parameter (code, value) values"
            " ('показание.скачок_раз', '100'), ('показание.скачок_от_соседей', '500')"
        )

    (one,) = record(town, taken("1325"))

    assert one.verdict.warnings == []


def test_silent_meters_are_those_without_a_reading_for_six_months(town: Engine) -> None:
    with reading(town) as snapshot:
        none = store.silent(snapshot, date(2026, 12, 21), months=6)
        found = store.silent(snapshot, date(2027, 3, 20), months=6)

    assert [one.code for one in none] == ["В-7"]  # has none since 2000
    assert [one.code for one in found] == [
        "В-1", "Э-1", "В-2", "В-новый", "В-3", "В-4", "В-5", "В-6", "В-7",
    ]  # fmt: skip
    first = found[0]
    assert (first.service, first.house, first.premises, first.accounts, first.last_on) == (
        "ХВС", "Р1", "1", ("1",), date(2026, 9, 20),
    )  # fmt: skip
    assert found[3].last_on is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"meter": "нет такого"}, "нет"),
        ({"source": "final"}, "не бывает"),
        ({"value_mcu": -1}, "меньше нуля"),
        ({"zone": "day"}, "зон: 1"),
        ({"taken_on": "1999-12-31"}, "не стоял"),
    ],
)
def test_the_database_itself_refuses_what_cannot_be(
    town: Engine, change: dict[str, object], words: str
) -> None:
    given = {
        "nth": 0, "id": str(uuid7()), "meter": "В-1", "zone": "", "taken_on": "2026-10-20",
        "period": "2026-10-01", "value_mcu": 1_235_000_000, "source": "payer",
    } | change  # fmt: skip

    with pytest.raises(Refusal, match=words):
        call(town, "record_readings", given=json.dumps([given]), actor="Оператор", at=AT)

    assert stored(town) == []


def test_a_check_below_the_payers_reading_is_written_once_confirmed(town: Engine) -> None:
    check = taken("1227", source="inspector")

    with pytest.raises(ReadingDoubted, match="лишнее 3 будет возвращено"):
        record(town, check)
    (one,) = record(town, check, confirmed=True)

    assert one.ending is Ending.RECORDED
    assert stored(town) == [
        ("В-1", "", date(2026, 10, 20), date(2026, 10, 1), 1_227_000_000, "inspector", "Оператор")
    ]
