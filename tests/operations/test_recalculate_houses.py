"""A recalculation of a house carries on what its months come to now, and so does the next run."""

from pathlib import Path

import pytest
from uuid_utils.compat import uuid7

from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.operations import recalculate as operation
from app.operations.charge_month import charge_month
from app.operations.import_workbook import import_workbook
from app.operations.recalculate import Asked, Recalculation, recalculate
from app.store import verify
from app.store.engine import Engine
from app.store.reading import reading
from tests.fixtures.recalculated_towns import AT, shared_house
from tests.fixtures.workbooks import written

SEPTEMBER, OCTOBER, NOVEMBER = Period(2026, 9), Period(2026, 10), Period(2026, 11)
DECEMBER = Period(2026, 12)


@pytest.fixture
def house(engine: Engine, tmp_path: Path) -> Engine:
    """In September the house took 10 m3 less than its flats, in October 15 more, in November 20."""
    voucher = Voucher(uuid7(), VoucherKind.IMPORT, "Оператор", made_at=AT)
    assert import_workbook(engine, voucher, path=written(tmp_path, shared_house())).problems == ()
    for month in (SEPTEMBER, OCTOBER):
        charge(engine, month)
    return engine


def charge(engine: Engine, month: Period) -> None:
    charge_month(engine, Voucher(uuid7(), VoucherKind.CHARGE_RUN, "Оператор", AT), period=month)


def correct_september(engine: Engine, house_mcu: int) -> None:
    with engine.connection() as connection:
        connection.execute(
            "update app.reading set volume_mcu = %s where period = '2026-09-01' and meter_id ="
            " (select id from app.meter where code = 'Д')",
            (house_mcu,),
        )


def post(engine: Engine, *, into: Period = NOVEMBER, **asked: object) -> Recalculation:
    under = Voucher(uuid7(), VoucherKind.ADJUSTMENT, "Оператор", AT)
    given = {"houses": ("Д1",), "first": SEPTEMBER, "reason": "сверка прибора"} | asked
    return recalculate(engine, under, Asked(into=into, **given))


def amounts(done: Recalculation) -> dict[tuple[str, Period], int]:
    return {(line.account, line.origin_period): line.amount_kop for line in done.lines}


def test_what_is_carried_changes_the_month_after(house):
    correct_september(house, 104_000_000)

    done = post(house)

    # 104 − 110 = −6, not −10: October shares 125 − 110 − 6 = 9 instead of 5, by 60 and 40 m2
    assert amounts(done) == {("101", OCTOBER): 9_600, ("102", OCTOBER): 6_400}
    assert post(house).lines == []
    assert post(house, first=OCTOBER).lines == []


def test_the_next_run_goes_by_what_was_recalculated(house):
    correct_september(house, 80_000_000)

    done = post(house)
    charge(house, NOVEMBER)

    # 80 − 110 = −30; October 125 − 110 − 30 = −15 shares nothing; November 130 − 110 − 15 = 5
    assert amounts(done) == {("101", OCTOBER): -12_000, ("102", OCTOBER): -8_000}
    assert post(house, into=DECEMBER).lines == []
    with house.connection() as connection:
        charged = connection.execute(
            "select sum(amount_kop) from app.entry join app.service on service.id = service_id"
            " where service.code = 'СОИ' and origin_period = '2026-11-01'"
        ).fetchone()
    assert charged == (20_000,)


def test_one_account_of_the_house_comes_to_the_same(house):
    correct_september(house, 104_000_000)

    alone = post(house, houses=(), accounts=("101",))
    rest = post(house)

    assert amounts(alone) == {("101", OCTOBER): 9_600}
    assert amounts(rest) == {("102", OCTOBER): 6_400}


def test_the_reading_of_a_house_meter_puts_the_whole_house_into_the_queue(house):
    correct_september(house, 104_000_000)

    waiting = operation.queue(house)

    assert {(one.account, one.first) for one in waiting} == {
        ("101", SEPTEMBER), ("102", SEPTEMBER)
    }  # fmt: skip


def test_the_books_stay_sound(house):
    correct_september(house, 104_000_000)
    post(house)
    charge(house, NOVEMBER)

    with reading(house) as snapshot:
        assert [one.name for one in verify.run(snapshot) if one.rows] == []
