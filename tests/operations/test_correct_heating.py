"""The yearly correction of heating on a database: billed evenly, corrected by the house's meter."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from uuid_utils.compat import uuid7

from app.domain import explanation, replay
from app.domain.period import Period
from app.domain.service import Method
from app.domain.voucher import Voucher, VoucherKind
from app.operations.charge_month import charge_month
from app.operations.correct_heating import CannotBeCorrected, correct_heating
from app.operations.year_correction import YearNotOver
from app.store.engine import Engine
from tests.fixtures.charge_stock import Stock
from tests.fixtures.charge_world import (
    Account,
    Assignment,
    Flat,
    House,
    Meter,
    Norm,
    Reading,
    Service,
    Tariff,
    World,
)

AT = datetime(2027, 1, 20, 9, 0, tzinfo=UTC)
JANUARY = Period(2027, 1)
# За прошлый год 12 Гкал, по 1 Гкал в месяц; в январе 3, в феврале 2,5, в июле ничего.
EVEN = World(
    period=Period(2026, 1),
    services=(Service("ОТ", Method.HEATING, "heat", "Гкал"),),
    tariffs=(
        Tariff("ОТ", "1000", until=date(2026, 2, 1)),
        Tariff("ОТ", "1100", since=date(2026, 2, 1)),
    ),
    norms=(Norm("ОТ", "area", "0.02"),),
    houses=(House("1", even=True),),
    flats=(Flat("1", "1", "40"), Flat("1", "2", "60")),
    accounts=(Account("11", "1", "1"), Account("12", "1", "2")),
    assignments=(Assignment("ОТ", house="1"),),
    meters=(Meter("ОДПУ", "ОТ", "1", of_house=True, last_year="12"),),
    readings=(
        Reading("ОДПУ", date(2026, 1, 31), volume="3"),
        Reading("ОДПУ", date(2026, 2, 28), volume="2.5"),
    ),
)


def charged(engine: Engine, world: World, months: tuple[int, ...] = (1, 2, 7)) -> Stock:
    stock = Stock(engine, replace(world, period=Period(2026, 1))).write()
    late = [one for one in world.readings if one.on >= date(2026, 2, 1)]
    assert len(late) == 1  # the stock writes readings up to its period
    stock.run(
        "insert into app.reading (id, meter_id, taken_on, period, volume_mcu, source)"
        " select gen_random_uuid(), id, '2026-02-28', '2026-02-01', 2500000, 'payer'"
        " from app.meter where code = 'ОДПУ' and not exists (select 1 from app.reading"
        " where meter_id = app.meter.id and period = '2026-02-01')"
    )
    for month in months:
        voucher = Voucher(uuid7(), VoucherKind.CHARGE_RUN, "Иванова А. А.", AT)
        charge_month(engine, voucher, period=Period(2026, month))
    return stock


def correction(engine: Engine, **about: object):
    voucher = Voucher(
        uuid7(), VoucherKind.ADJUSTMENT, "Иванова А. А.", AT,
        reason="корректировка по отоплению за 2026 год",
    )  # fmt: skip
    return correct_heating(engine, voucher, year=2026, into=JANUARY, **about)


def amounts(done) -> dict[str, int]:
    return {line.account: line.amount_kop for line in done.lines}


def test_what_the_meter_of_the_house_counted_is_charged_less_what_was_billed(engine):
    charged(engine, EVEN)

    done = correction(engine)

    # 40 м2: 1200 + 1100 + 0 − (400 + 440 + 440) = 1020 ₽; 60 м2: 3450 − 1920 = 1530 ₽
    assert amounts(done) == {"11": 102_000, "12": 153_000}
    assert done.problems == []
    for line in done.lines:
        assert line.origin_period == Period(2026, 12)
        assert line.method == "HEAT_CORR"
        assert replay.amount_kop(line.stored) == line.amount_kop
        assert "01.2026, 02.2026, 07.2026" in explanation.sentence(line)


def test_a_second_correction_of_the_same_year_posts_nothing(engine):
    charged(engine, EVEN)
    correction(engine)

    again = correction(engine)

    assert again.lines == []


def test_an_extra_charge_goes_in_the_parts_of_the_setting(engine):
    stock = charged(engine, EVEN)
    stock.run(
        "insert into app.parameter (code, value) values ('отопление.корректировка_частей', '3')"
    )

    done = correction(engine)

    assert amounts(done) == {"11": 34_000, "12": 51_000}


def test_a_house_paid_in_the_season_has_no_correction(engine):
    charged(engine, EVEN.but(houses=(House("1"),)))

    assert correction(engine).lines == []


def test_the_payer_of_now_is_corrected_for_the_one_before_him_where_the_centre_says_so(engine):
    world = EVEN.but(
        accounts=(
            Account("11", "1", "1", closed=date(2026, 2, 1)),
            Account("13", "1", "1", opened=date(2026, 2, 1)),
            Account("12", "1", "2"),
        )
    )
    stock = charged(engine, world)
    stock.run(
        "insert into app.parameter (code, value)"
        " values ('отопление.корректировка_кому', 'текущему')"
    )

    assert amounts(correction(engine)) == {"13": 102_000, "12": 153_000}


def test_each_payer_has_his_own_months_otherwise(engine):
    world = EVEN.but(
        accounts=(
            Account("11", "1", "1", closed=date(2026, 2, 1)),
            Account("13", "1", "1", opened=date(2026, 2, 1)),
            Account("12", "1", "2"),
        )
    )
    charged(engine, world)

    # Январь 1200 − 400 = 800; февраль и июль 1100 − 880 = 220
    assert amounts(correction(engine)) == {"11": 80_000, "13": 22_000, "12": 153_000}


def test_distributors_share_the_heat_of_the_year_by_their_units(engine):
    charged(engine, EVEN.but(houses=(House("1"),)))

    # В сезон начислено 3 и 2,5 Гкал: 1200 + 1100 и 1800 + 1650, всего 5750; единиц 1 : 4
    done = correction(engine, units={"1": {"1": 10_000_000, "2": 40_000_000}})

    assert amounts(done) == {"11": 115_000 - 230_000, "12": 460_000 - 345_000}


def test_a_year_that_is_not_over_is_refused(engine):
    charged(engine, EVEN, months=(1,))
    voucher = Voucher(uuid7(), VoucherKind.ADJUSTMENT, "Иванова А. А.", AT, reason="корректировка")

    with pytest.raises(YearNotOver, match="2027"):
        correct_heating(engine, voucher, year=2026)


def test_units_of_premises_that_are_not_there_are_refused(engine):
    charged(engine, EVEN, months=(1,))

    with pytest.raises(CannotBeCorrected, match="нет помещения 9"):
        correction(engine, units={"1": {"9": 1}})


def test_distributors_in_less_than_half_of_the_house_are_refused(engine):
    charged(engine, EVEN, months=(1,))

    with pytest.raises(CannotBeCorrected, match=r"40\.0 % площади"):
        correction(engine, units={"1": {"1": 10_000_000}})


def test_a_house_that_is_not_there_is_named(engine):
    charged(engine, EVEN, months=(1,))

    with pytest.raises(CannotBeCorrected, match="Дома 77 нет"):
        correction(engine, houses=("77",))
