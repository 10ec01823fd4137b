"""A reading entered late: its gap and the true-up after it become what they would have been."""

from datetime import UTC, date, datetime

import pytest
from uuid_utils.compat import uuid7

from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.operations.charge_month import charge_month
from app.operations.recalculate import Asked, Recalculation, recalculate
from app.store import verify
from app.store.engine import Engine
from app.store.reading import reading
from tests.fixtures.charge_stock import Stock, key
from tests.fixtures.charge_towns import OCTOBER
from tests.fixtures.recalculated_towns import DECEMBER, NOVEMBER, town_of_months

AT = datetime(2027, 3, 3, 9, 0, tzinfo=UTC)
JANUARY, FEBRUARY = Period(2027, 1), Period(2027, 2)
METER = "ХВС-Д01-3"
MONTHS = (OCTOBER, NOVEMBER, DECEMBER, JANUARY)
WORLD = town_of_months([NOVEMBER, DECEMBER, JANUARY], houses=1)
SILENT = WORLD.but(
    readings=tuple(
        one for one in WORLD.readings if one.meter != METER or one.on.month not in (11, 12)
    )
)


def charged_stock(engine: Engine) -> Stock:
    """The meter is silent in November and December and read again in January."""
    made = Stock(engine, SILENT).write()
    for month in MONTHS:
        run = Voucher(uuid7(), VoucherKind.CHARGE_RUN, "Иванова А. А.", AT)
        charge_month(engine, run, period=month)
    return made


@pytest.fixture
def stock(engine: Engine) -> Stock:
    return charged_stock(engine)


def read(stock: Stock, on: date, value_mcu: int) -> None:
    stock.run(
        "insert into app.reading (id, meter_id, taken_on, period, value_mcu, source)"
        " values (%s, %s, %s, %s, %s, 'payer')",
        uuid7(), key("meter", METER), on, on.replace(day=1), value_mcu,
    )  # fmt: skip


def post(engine: Engine, first: Period = OCTOBER) -> Recalculation:
    under = Voucher(uuid7(), VoucherKind.ADJUSTMENT, "Иванова А. А.", AT, reason="показания")
    asked = Asked(houses=("Д01",), first=first, reason="показания", into=FEBRUARY)
    return recalculate(engine, under, asked)


def volumes(stock: Stock) -> dict[date, int]:
    """Cold water charged by month, recalculations and the true-up included."""
    rows = stock.run(
        "select origin_period, sum(volume_mcu)::bigint from app.entry"
        " join app.account on account.id = account_id join app.service on service.id = service_id"
        " where account.number = '010031' and service.code = 'ХВС' and kind in (1, 3) group by 1"
    )
    return {origin: int(volume) for origin, volume in rows}


def test_silent_months_and_their_true_up_replay_to_nothing(engine, stock):
    assert post(engine).lines == []
    assert post(engine, JANUARY).lines == []


def test_a_reading_entered_late_leaves_what_the_dial_shows(engine, stock):
    read(stock, date(2026, 11, 24), 107_824_000)

    done = post(engine)

    # The dial went from 100.5 to 104.312 in October, 107.824 in November, 114.848 in January.
    assert done.lines
    assert volumes(stock)[NOVEMBER.first_day] == 3_512_000
    assert sum(volumes(stock).values()) == 114_848_000 - 100_500_000
    assert post(engine).lines == []
    assert post(engine, JANUARY).lines == []


def test_both_late_readings_leave_every_month_as_if_read_in_time(engine, stock):
    read(stock, date(2026, 11, 24), 107_824_000)
    read(stock, date(2026, 12, 24), 111_336_000)

    post(engine)

    assert volumes(stock) == {
        month.first_day: volume
        for month, volume in zip(MONTHS, (3_812_000, *[3_512_000] * 3), strict=True)
    }
    with reading(engine) as snapshot:
        assert [one.name for one in verify.run(snapshot) if one.rows] == []
