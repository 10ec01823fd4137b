"""What checks found, as the workbook brings it and as charge() is fed."""

from datetime import UTC, date, datetime
from pathlib import Path

from uuid_utils.compat import uuid7

from app.domain import days, law
from app.domain.check_facts import NO_DAY, UNKNOWN_TEMPERATURE
from app.domain.period import Period
from app.domain.service import Method
from app.domain.voucher import Voucher, VoucherKind
from app.operations.import_workbook import Imported, import_workbook
from app.store import charging_catalogue, charging_inputs
from app.store.engine import Engine
from app.store.reading import reading
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
from tests.fixtures.workbooks import Sheets, full, put, written

AT = datetime(2026, 8, 1, 9, 0, tzinfo=UTC)
AUGUST = Period(2026, 8)


def brought(engine: Engine, folder: Path, sheets: Sheets) -> Imported:
    voucher = Voucher(uuid7(), VoucherKind.IMPORT, "Оператор", made_at=AT)
    return import_workbook(engine, voucher, path=written(folder, sheets))


def run(engine: Engine, query: str) -> list[tuple]:
    with engine.connection() as connection:
        return connection.execute(query).fetchall()


def inputs(engine: Engine, period: Period):
    house_ids = [row[0] for row in run(engine, "select id from app.house order by code")]
    with reading(engine) as snapshot:
        catalogue = charging_catalogue.load(snapshot, period)
        return charging_inputs.load(snapshot, catalogue, house_ids).inputs


def test_connections_of_the_workbook_arrive_in_charge(engine: Engine, tmp_path: Path) -> None:
    assert brought(engine, tmp_path, full()).problems == ()

    known = inputs(engine, AUGUST)

    found = known.connections
    accounts = [known.accounts.number[at] for at in found.account.tolist()]
    services = [known.services.code[at] for at in found.service.tolist()]
    assert list(zip(accounts, services, strict=True)) == [
        ("0000000001", "ЭЭ"), ("0000000002", "ХВС"),
    ]  # fmt: skip
    assert found.valid_from.tolist() == [
        days.number(date(2026, 5, 1)), days.number(date(2026, 8, 1)),
    ]  # fmt: skip
    assert found.valid_to.tolist() == [days.number(date(2026, 8, 15)), days.FAR]
    assert found.found_on.tolist() == [days.number(date(2026, 8, 10)), NO_DAY]
    assert found.power_mcu.tolist() == [5_500_000, -1]
    assert found.diameter_mcu.tolist() == [-1, 15_000_000]
    assert list(found.act) == ["акт № 5 от 10.08.2026", ""]


def test_a_connection_of_other_months_is_not_of_this_one(engine: Engine, tmp_path: Path) -> None:
    brought(engine, tmp_path, full())

    assert inputs(engine, Period(2026, 4)).connections.account.size == 0


def test_an_interference_with_its_check_arrives_in_charge(engine: Engine, tmp_path: Path) -> None:
    sheets = put(full(), "События приборов", 2, "Событие", "вмешательство")
    put(sheets, "События приборов", 2, "С", date(2026, 6, 1))
    put(sheets, "События приборов", 2, "Обнаружено", date(2026, 8, 20))
    assert brought(engine, tmp_path, sheets).problems == ()

    known = inputs(engine, AUGUST)

    found = known.interferences
    assert [known.meters.code[at] for at in found.meter.tolist()] == ["П-1"]
    assert found.valid_from.tolist() == [days.number(date(2026, 6, 1))]
    assert found.valid_to.tolist() == [days.FAR]
    assert found.found_on.tolist() == [days.number(date(2026, 8, 20))]


def test_the_workbook_again_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    brought(engine, tmp_path, full())
    query = "select ctid, xmin::text, t.* from app.{} as t order by 1"
    tables = ("unauthorised_connection", "outdoor_temperature", "meter_event")
    before = [run(engine, query.format(table)) for table in tables]

    brought(engine, tmp_path, full())

    assert [run(engine, query.format(table)) for table in tables] == before


def test_a_later_workbook_ends_a_connection_and_corrects_a_temperature(
    engine: Engine, tmp_path: Path
) -> None:
    brought(engine, tmp_path, full())
    sheets = put(full(), "Самовольные подключения", 3, "До", date(2026, 9, 1))
    put(sheets, "Температуры", 2, "Температура", -13)

    brought(engine, tmp_path, sheets)

    assert run(engine, "select valid_to from app.unauthorised_connection where act is null") == [
        (date(2026, 9, 1),)
    ]
    assert run(engine, "select temperature_mcu from app.outdoor_temperature order by period") == [
        (-13_000_000,),
        (-9_050_000,),
    ]


def test_power_and_pipe_together_are_a_problem(engine: Engine, tmp_path: Path) -> None:
    sheets = put(full(), "Самовольные подключения", 2, "Диаметр, мм", 15)

    (problem,) = brought(engine, tmp_path, sheets).problems

    assert "указаны и мощность, и диаметр" in problem.message


def test_found_before_it_began_is_a_problem(engine: Engine, tmp_path: Path) -> None:
    sheets = put(full(), "Самовольные подключения", 2, "Обнаружено", date(2026, 4, 1))

    (problem,) = brought(engine, tmp_path, sheets).problems

    assert "обнаружено раньше даты «С»" in problem.message


def heated(*events: tuple[str, date, date | None]) -> World:
    """A heated house whose meter gave 100, 110 … Gcal a month until January 2026."""
    months = [Period(2025, 1).plus(nth) for nth in range(13)]
    dial = [100 * (nth + 1) + 5 * nth * (nth + 1) for nth in range(13)]
    return World(
        period=Period(2026, 2),
        services=(Service("ОТ", Method.HEATING, "heat", "Гкал"),),
        tariffs=(Tariff("ОТ", "2000"),),
        houses=(House("Р1", heating_months=(1, 2, 3, 4, 10, 11, 12)),),
        flats=(Flat("Р1", "1", "50"),),
        accounts=(Account("1", "Р1", "1"),),
        assignments=(Assignment("ОТ", house="Р1"),),
        meters=(Meter("ОДПУ", "ОТ", "Р1", of_house=True, events=events, ratio="2"),),
        readings=(
            Reading("ОДПУ", date(2024, 12, 31), "0"),
            *(
                Reading("ОДПУ", month.last_day, str(value))
                for month, value in zip(months, dial, strict=True)
            ),
        ),
    )


def with_weather(engine: Engine, degrees: dict[Period, int]) -> None:
    with engine.connection() as connection:
        connection.execute("update app.house_version set locality = 'Пермь'")
        for period, hundredths in degrees.items():
            connection.execute(
                "insert into app.outdoor_temperature values (%s, 'ПЕРМЬ', %s)",
                (period.first_day, hundredths * 10_000),
            )


def test_a_failing_heat_meter_has_its_base_of_the_season(engine: Engine) -> None:
    world = heated(("failure", date(2026, 2, 1), None))
    Stock(engine, world).write()
    with_weather(
        engine,
        {Period(2026, 2): -1550, Period(2026, 1): -1000, Period(2025, 12): -800,
         Period(2025, 11): -300, Period(2025, 10): 450, Period(2025, 4): 500,
         Period(2025, 3): -150},
    )  # fmt: skip

    found = inputs(engine, world.period).heat_failures

    # March and April, October to January: dials 120, 130, 190 … 220, twice as much by the ratio.
    assert found.base_months.tolist() == [6]
    assert found.base_days.tolist() == [31 + 30 + 31 + 30 + 31 + 31]
    assert found.base_mcu.tolist() == [2 * (120 + 130 + 190 + 200 + 210 + 220) * 10**6]
    mean = (-150 * 31 + 500 * 30 + 450 * 31 - 300 * 30 - 800 * 31 - 1000 * 31) / 184
    assert found.base_temperature.tolist() == [round(mean)]
    assert found.temperature.tolist() == [-1550]
    assert found.counted_mcu.tolist() == [0]
    assert found.base_words[0].startswith("03.2025 – 240 Гкал; 04.2025 – 260 Гкал")


def test_a_month_without_its_weather_leaves_the_base_without_one(engine: Engine) -> None:
    world = heated(("failure", date(2026, 2, 1), None))
    Stock(engine, world).write()
    with_weather(engine, {Period(2026, 2): -1550, Period(2026, 1): -1000})

    found = inputs(engine, world.period).heat_failures

    assert found.base_temperature.tolist() == [UNKNOWN_TEMPERATURE]


def test_the_days_before_a_failure_are_counted_by_their_reading(engine: Engine) -> None:
    world = heated(("failure", date(2026, 2, 11), date(2026, 2, 21)))
    world = world.but(
        readings=(
            *world.readings,
            Reading("ОДПУ", date(2026, 2, 10), "2150"),
            Reading("ОДПУ", date(2026, 2, 21), "2150.5", source="inspector"),
            Reading("ОДПУ", date(2026, 2, 28), "2190"),
        )
    )
    Stock(engine, world).write()

    found = inputs(engine, world.period).heat_failures

    last = 100 * 13 + 5 * 12 * 13
    assert found.counted_mcu.tolist() == [2 * (2150 - last) * 10**6 + 2 * 39_500_000]
    assert found.restored_on.tolist() == [days.number(date(2026, 2, 21))]


def test_an_expired_verification_is_a_failure_and_a_sound_meter_none(engine: Engine) -> None:
    world = heated()
    meter = world.meters[0]
    expired = Meter(**(vars(meter) | {"verified_to": date(2025, 12, 15)}))
    Stock(engine, world.but(meters=(expired,))).write()

    assert inputs(engine, world.period).heat_failures.failed_on.tolist() == [
        days.number(date(2025, 12, 15))
    ]
    assert inputs(engine, Period(2025, 11)).heat_failures.meter.size == 0


def test_the_limit_of_periods_changed_in_march_2025() -> None:
    table = charging_catalogue.charging_law()

    def limit(on: date) -> int:
        return law.rules(table, {}, on=on).whole("heat_failure_periods")

    assert (limit(date(2025, 2, 28)), limit(date(2025, 3, 1))) == (3, 6)
