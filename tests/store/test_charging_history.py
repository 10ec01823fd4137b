"""History, events and earlier charges of unusual meters come back as they were put."""

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import HealthCheck, Phase, given, settings
from uuid_utils.compat import uuid7

from app.domain.charging import charge
from app.domain.period import Period
from app.domain.service import Method
from app.domain.voucher import Voucher, VoucherKind
from app.operations.charge_month import charge_month
from app.store import charges, charging_catalogue, charging_inputs
from app.store.reading import Snapshot, reading
from tests.domain.test_charging_oracle import difference, spoken
from tests.fixtures.charge_stock import Stock, key
from tests.fixtures.charge_world import (
    Account,
    Assignment,
    Flat,
    House,
    Meter,
    Norm,
    Reading,
    Resident,
    Service,
    Tariff,
    World,
    inputs_of,
)
from tests.fixtures.random_estimates import SERVICE, worlds
from tests.fixtures.soak import examples
from tests.store.test_charging import by_names

AT = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)


def loaded(snapshot: Snapshot, world: World):
    catalogue = charging_catalogue.load(snapshot, world.period)
    houses = [key("house", one.code) for one in world.houses]
    return charging_inputs.load(snapshot, catalogue, houses)


@settings(
    max_examples=examples(15, full=300), deadline=None, phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck), database=None,
)  # fmt: skip
@given(world=worlds())
def test_what_is_read_back_is_charged_like_what_was_written(engine, world):
    """The database gives less history than there is, and that must not matter."""
    world = world.but(charged=())
    expected = spoken(world, charge(inputs_of(world)))

    with engine.connection() as connection, connection.transaction(force_rollback=True):
        Stock(engine, world).fill(connection.cursor())
        batch = loaded(Snapshot(connection), world)
    inputs = batch.inputs
    lines = by_names(world, charge(replace(inputs, rules=world.rules)), inputs)

    assert difference(lines, expected) == []


def silent_flat(period: Period) -> World:
    """A flat read until July and again in October: 3 a month, then nothing for two months."""
    readings = [
        Reading("П", date(2026, month, 20), str(3 * (month - 1))) for month in range(1, 8)
    ] + [Reading("П", date(2026, 10, 20), "20")]
    return World(
        period=period,
        services=(Service(SERVICE, Method.METER_OR_NORM, "cold"),),
        tariffs=(Tariff(SERVICE, "40"),),
        norms=(Norm(SERVICE, "person", "5"),),
        houses=(House("1"),),
        flats=(Flat("1", "1", "50"),),
        accounts=(Account("1", "1", "1"),),
        residents=(Resident("1"),),
        assignments=(Assignment(SERVICE, house="1"),),
        meters=(Meter("П", SERVICE, "1", "1"),),
        readings=tuple(readings),
    )


def test_a_late_reading_takes_off_what_the_books_say_was_charged(engine):
    """August and September by the average, 3 each; October: (20 − 18) − 3 − 3 = −4."""
    Stock(engine, silent_flat(Period(2026, 10))).write()
    shown = []

    for month in (8, 9, 10):
        period = Period(2026, month)
        voucher = Voucher(uuid7(), VoucherKind.CHARGE_RUN, "тест", AT)
        assert charge_month(engine, voucher, period=period).problems == []
        with reading(engine) as snapshot:
            shown += [
                (one.method, one.kind.name, one.stored.volume_mcu, one.amount_kop)
                for one in charges.lines(snapshot, "1", period)
            ]

    assert shown == [
        ("AVG59B", "CHARGE", 3_000_000, 12_000),
        ("AVG59B", "CHARGE", 3_000_000, 12_000),
        ("IPU", "RECALCULATION", -4_000_000, -16_000),
    ]


def charged(engine, months: list[int], *, year: int = 2026) -> list[tuple[int, str, int, int]]:
    """Month, method, first day and volume of each line."""
    shown = []
    for month in months:
        period = Period(year, month)
        voucher = Voucher(uuid7(), VoucherKind.CHARGE_RUN, "тест", AT)
        charge_month(engine, voucher, period=period)
        with reading(engine) as snapshot:
            shown += [
                (month, one.method, one.stored.day_from, one.stored.volume_mcu)
                for one in charges.lines(snapshot, "1", period)
                if one.kind.name == "CHARGE"
            ]
    return shown


def removed_flat(*meters: Meter, events: tuple = ()) -> World:
    """The flat of 3 a month whose meter was removed on 21 October at 20, and those after it."""
    readings = [Reading("П", date(2026, month, 20), str(3 * (month - 1))) for month in range(4, 8)]
    readings += [Reading("П", date(2026, month, 20), str(3 * (month - 1))) for month in (8, 9)]
    readings += [Reading("П", date(2026, 10, 21), "26", source="final")]
    readings += [
        Reading(one.code, day, value, source=source)
        for one in meters
        for day, value, source in (
            (one.installed, "0", "initial"), (date(2026, 11, 25), "2", "payer"),
        )
    ]  # fmt: skip
    old = Meter("П", SERVICE, "1", "1", removed=date(2026, 10, 21), events=events)
    world = silent_flat(Period(2026, 10))
    return world.but(meters=(old, *meters), readings=tuple(readings))


def test_days_between_two_meters_go_by_the_average_over_the_end_of_the_month(engine):
    after = Meter("Н", SERVICE, "1", "1", installed=date(2026, 11, 6))
    Stock(engine, removed_flat(after)).write()

    lines = charged(engine, [10, 11])

    assert lines == [
        (10, "IPU", 0, 2_000_000),
        (10, "AVG59A", 20, 1_064_516),
        (11, "AVG59A", 0, 500_000),
        (11, "IPU", 5, 2_000_000),
    ]


def test_a_meter_removed_with_a_failure_is_averaged_for_three_periods(engine):
    failure = (("failure", date(2026, 10, 21), None),)
    Stock(engine, removed_flat(events=failure)).write()

    lines = charged(engine, [10, 11, 12]) + charged(engine, [1], year=2027)

    assert lines == [
        (10, "IPU", 0, 2_000_000),
        (10, "AVG59A", 20, 1_064_516),
        (11, "AVG59A", 0, 3_000_000),
        (12, "AVG59A", 0, 3_000_000),
        (1, "NORM", 0, 5_000_000),
    ]


def test_a_meter_removed_for_good_leaves_the_norm(engine):
    Stock(engine, removed_flat()).write()

    lines = charged(engine, [10, 11])

    assert [one[:3] for one in lines] == [(10, "IPU", 0), (10, "NORM", 20), (11, "NORM", 0)]


def test_periods_of_a_removed_meter_are_counted_from_its_failure(engine):
    """Failed in September, removed in October: November is the third period, December the norm."""
    failure = (("failure", date(2026, 9, 10), None),)
    Stock(engine, removed_flat(events=failure)).write()

    lines = charged(engine, [9, 10, 11, 12])

    assert lines == [
        (9, "AVG59A", 0, 3_000_000),
        (10, "AVG59A", 0, 1_935_484),
        (10, "AVG59A", 20, 1_064_516),
        (11, "AVG59A", 0, 3_000_000),
        (12, "NORM", 0, 5_000_000),
    ]


def charged_by_account(engine, months: list[int]) -> list[tuple[int, str, int]]:
    """Month, account and volume of each line."""
    shown = []
    for month in months:
        period = Period(2026, month)
        voucher = Voucher(uuid7(), VoucherKind.CHARGE_RUN, "тест", AT)
        charge_month(engine, voucher, period=period)
        with reading(engine) as snapshot:
            shown += [
                (month, number, one.stored.volume_mcu)
                for number in ("1", "2")
                for one in charges.lines(snapshot, number, period)
            ]
    return shown


def test_a_late_reading_takes_off_what_the_account_before_was_charged(engine):
    """Account 1 paid 3 and 3 and was closed; 2 came in October: (26 − 18) − 3 − 3 = 2."""
    world = silent_flat(Period(2026, 10))
    first = date(2026, 10, 1)
    world = world.but(
        accounts=(Account("1", "1", "1", closed=first), Account("2", "1", "1", opened=first)),
        residents=(Resident("1"), Resident("2")),
        readings=(*world.readings[:-1], Reading("П", date(2026, 10, 20), "26")),
    )
    Stock(engine, world).write()

    lines = charged_by_account(engine, [8, 9, 10])

    assert lines == [(8, "1", 3_000_000), (9, "1", 3_000_000), (10, "2", 2_000_000)]


def test_a_late_reading_of_a_communal_flat_takes_off_what_all_its_rooms_were_charged(engine):
    """Two rooms paid 1.5 each in August and in September: (26 − 18) − 6 = 2, 1 each."""
    world = silent_flat(Period(2026, 10))
    world = world.but(
        flats=(Flat("1", "1", "20", of_flat="К"), Flat("1", "2", "20", of_flat="К")),
        accounts=(Account("1", "1", "1"), Account("2", "1", "2")),
        residents=(Resident("1"), Resident("2")),
        meters=(Meter("П", SERVICE, "1", "1", of_flat=True),),
        readings=(*world.readings[:-1], Reading("П", date(2026, 10, 20), "26")),
    )
    Stock(engine, world).write()

    lines = charged_by_account(engine, [8, 9, 10])

    assert lines == [
        (month, account, volume)
        for month, volume in ((8, 1_500_000), (9, 1_500_000), (10, 1_000_000))
        for account in ("1", "2")
    ]
