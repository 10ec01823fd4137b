"""The must-recalculate queue: a changed fact puts its accounts in, with the reason and month."""

from datetime import UTC, date, datetime
from typing import NamedTuple

import pytest
from uuid_utils.compat import uuid7

from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.operations import recalculate as operation
from app.operations.charge_month import charge_month
from app.operations.recalculate import Asked, recalculate
from app.store.engine import Engine
from tests.fixtures.charge_stock import Stock, key
from tests.fixtures.charge_towns import OCTOBER
from tests.fixtures.recalculated_towns import DECEMBER, NOVEMBER, town_of_months

AT = datetime(2027, 1, 3, 9, 0, tzinfo=UTC)
TOWN = town_of_months([NOVEMBER, DECEMBER])
ALL = {one.number for one in TOWN.accounts}
HOUSE = {one.number for one in TOWN.accounts if one.house == "Д01"}
FLAT_1 = {"010011", "010012"}


@pytest.fixture
def stock(engine: Engine) -> Stock:
    made = Stock(engine, TOWN).write()
    made.run("update app.premises_version set entrance = 2 where premises_id = %s",
             key("flat", "Д01", "2"))  # fmt: skip
    for month in (OCTOBER, NOVEMBER, DECEMBER):
        charge(engine, month)
    return made


def charge(engine: Engine, month: Period, **about: object) -> None:
    run = Voucher(uuid7(), VoucherKind.CHARGE_RUN, "Иванова А. А.", AT)
    charge_month(engine, run, period=month, **about)


def due(engine: Engine) -> dict[str, tuple[Period, set[str]]]:
    """The queue by reason: from when, whose."""
    found: dict[str, tuple[Period, set[str]]] = {}
    for one in operation.queue(engine):
        first, accounts = found.setdefault(one.reason, (one.first, set()))
        assert first == one.first
        accounts.add(one.account)
    return found


def post_queue(engine: Engine) -> operation.Recalculation:
    under = Voucher(uuid7(), VoucherKind.ADJUSTMENT, "Иванова А. А.", AT)
    return recalculate(engine, under, Asked())


SERVICE = key("service", "СОД")


class Change(NamedTuple):
    """A statement and what it puts into the queue."""

    statement: str
    values: tuple[object, ...]
    reason: str
    first: Period
    accounts: set[str]


def insert(table: str, /, **row: object) -> tuple[str, tuple[object, ...]]:
    marks = ", ".join(["%s"] * len(row))
    return f"insert into app.{table} ({', '.join(row)}) values ({marks})", tuple(row.values())


CHANGES = [
    Change(
        *insert("resident", id=uuid7(), account_id=key("account", "010021"),
                name="Петров П. П.", kind="permanent", valid_from=date(2026, 11, 15)),
        "изменены проживающие: Петров П. П.", NOVEMBER, {"010021"},
    ),
    Change(
        *insert("absence", id=uuid7(), account_id=key("account", "010021"), name="Петров П. П.",
                left_on=date(2026, 10, 5), returned_on=date(2026, 10, 20)),
        "временное отсутствие: Петров П. П. с 05.10.2026", OCTOBER, {"010021"},
    ),
    Change(
        "update app.account set closed_on = '2026-11-20' where number = %s", ("010021",),
        "изменены сведения счёта: даты, помещение, характеристики", NOVEMBER, {"010021"},
    ),
    Change(
        "update app.account_version set share_numerator = 1 where account_id = %s",
        (key("account", "010012"),),
        "изменена доля счёта в помещении", OCTOBER, {"010012"},
    ),
    Change(
        *insert("meter_impossible", premises_id=key("flat", "Д01", "1"),
                service_id=key("service", "ХВС"), valid_from=date(2026, 11, 1)),
        "изменена возможность установки прибора: ХВС", NOVEMBER, FLAT_1,
    ),
    Change(
        "update app.house_version set common_area_cm2 = 1 where house_id = %s",
        (key("house", "Д01"),),
        "изменены сведения дома", OCTOBER, HOUSE,
    ),
    Change(
        "update app.tariff set price_mcr = 1 where service_id = %s", (SERVICE,),
        "изменён тариф: СОД", OCTOBER, ALL,
    ),
    Change(
        *insert("tariff", id=uuid7(), service_id=SERVICE, price_mcr=5,
                valid_from=date(2026, 12, 5), house_id=key("house", "Д01")),
        "изменён тариф: СОД", DECEMBER, HOUSE,
    ),
    Change(
        "update app.norm set valid_to = '2026-11-01' where service_id = %s and kind = 'area'",
        (key("service", "ОТ"),),
        "изменён норматив: ОТ", NOVEMBER, ALL,
    ),
    Change(
        "update app.service_version set method = 'account' where service_id = %s", (SERVICE,),
        "изменён способ расчёта: СОД", OCTOBER, ALL,
    ),
    Change(
        "update app.assignment set valid_to = '2026-12-15' where service_id = %s and house_id = %s",
        (SERVICE, key("house", "Д01")),
        "изменено назначение услуги: СОД", DECEMBER, HOUSE,
    ),
    Change(
        "update app.meter set verified_to = '2026-11-03' where code = %s", ("ХВС-Д01-3",),
        "изменён прибор учёта ХВС-Д01-3", NOVEMBER, {"010031"},
    ),
    Change(
        *insert("meter_event", id=uuid7(), meter_id=key("meter", "ХВС-Д01-3"), kind="failure",
                valid_from=date(2026, 12, 2)),
        "событие прибора ХВС-Д01-3 с 02.12.2026", DECEMBER, {"010031"},
    ),
    Change(
        "update app.reading set value_mcu = value_mcu + 1 where meter_id = %s and period = %s",
        (key("meter", "ХВС-Д01-1"), NOVEMBER.first_day),
        "внесены показания прибора ХВС-Д01-1 за 11.2026", NOVEMBER, FLAT_1,
    ),
    Change(
        *insert("act", id=uuid7(), service_id=key("service", "ХВС"),
                house_id=key("house", "Д01"), breach="interruption",
                starts_at="2026-10-31 20:00", ends_at="2026-11-01 04:00",
                number="7"),
        "акт № 7 с 31.10.2026: ХВС", OCTOBER, HOUSE,
    ),
    Change(
        *insert("act", id=uuid7(), service_id=key("service", "ХВС"),
                house_id=key("house", "Д01"), entrance=2, breach="interruption",
                starts_at="2026-10-05 20:00", ends_at="2026-10-06 04:00"),
        "акт с 05.10.2026: ХВС", OCTOBER, {"010021"},
    ),
    Change(
        *insert("unauthorised_connection", id=uuid7(), account_id=key("account", "010021"),
                service_id=key("service", "ХВС"), valid_from=date(2026, 11, 5), act="№ 3"),
        "несанкционированное подключение, акт № 3: ХВС", NOVEMBER, {"010021"},
    ),
    Change(
        *insert("external_charge", id=uuid7(), account_id=key("account", "010021"),
                service_id=SERVICE, contract_id=key("contract", "Д-1"),
                period=NOVEMBER.first_day, amount_kop=100),
        "сумма поставщика за 11.2026: СОД", NOVEMBER, {"010021"},
    ),
    Change(
        *insert("house_total_given", house_id=key("house", "Д01"),
                service_id=key("service", "СОИХ"), period=OCTOBER.first_day,
                method="common-actual", carry_mcu=5),
        "внесены объёмы дома за 10.2026: СОИХ", OCTOBER, HOUSE,
    ),
    Change(
        *insert("group_member", id=uuid7(), meter_id=key("meter", "ХВС-Д01-1"),
                account_id=key("account", "010021"), base="area", mode="common",
                valid_from=date(2026, 11, 1)),
        "изменены участники группового прибора ХВС-Д01-1", NOVEMBER, HOUSE,
    ),
    Change(
        *insert("parameter", code="кпов.хвс", value="1", valid_from=date(2026, 12, 1)),
        "изменён параметр «кпов.хвс»", DECEMBER, ALL,
    ),
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.reason)
def test_a_changed_fact_names_its_accounts(engine, stock, change):
    stock.run(change.statement, *change.values)

    assert due(engine) == {change.reason: (change.first, change.accounts)}


def test_an_area_is_a_part_of_the_area_of_its_house(engine, stock):
    stock.run("update app.premises_version set total_cm2 = 777700 where premises_id = %s",
              key("flat", "Д01", "2"))  # fmt: skip

    assert due(engine) == {
        "изменена площадь или сведения помещения 2": (OCTOBER, {"010021"}),
        "изменены площади помещений дома": (OCTOBER, HOUSE),
    }


def test_who_lives_in_a_room_is_of_the_flat_and_of_the_rooms_beside(engine, stock):
    stock.run("update app.premises set flat_number = '2' where id = %s", key("flat", "Д01", "3"))
    stock.run("update app.premises set flat_number = '2' where id = %s", key("flat", "Д01", "4"))
    stock.run("delete from app.recalculation_due")

    statement, values = insert(
        "resident", id=uuid7(), account_id=key("account", "010031"), name="П.",
        kind="permanent", valid_from=date(2026, 11, 15),
    )  # fmt: skip
    stock.run(statement, *values)

    assert due(engine) == {"изменены проживающие: П.": (NOVEMBER, {"010021", "010031", "010041"})}


def test_where_a_house_shares_what_is_left_a_reading_of_one_is_of_all(engine, stock):
    stock.run("update app.service_version set method = 'common-actual' where service_id = %s",
              key("service", "СОИХ"))  # fmt: skip
    stock.run("delete from app.recalculation_due")
    stock.run("update app.reading set value_mcu = value_mcu + 1 where meter_id = %s"
              " and period = '2026-11-01'", key("meter", "ХВС-Д01-1"))  # fmt: skip

    assert due(engine) == {
        "внесены показания прибора ХВС-Д01-1 за 11.2026": (NOVEMBER, FLAT_1),
        "внесены показания приборов дома за 11.2026": (NOVEMBER, HOUSE),
    }


@pytest.mark.parametrize(
    "statement",
    [
        "update app.account set phone = '1'",
        "update app.account_version set payer = 'Другой'",
        "update app.house_version set street = 'Новая'",
        "update app.tariff set price_mcr = price_mcr",
        "update app.resident set birth_date = '1990-01-01'",
        "update app.meter set serial = 'А-1' where code = 'ХВС-Д01-3'",
        "insert into app.parameter (code, value, valid_from) values ('к', '1', '2027-01-01')",
    ],
)
def test_what_no_charged_month_depends_on_puts_nobody_in(engine, stock, statement):
    stock.run(statement)

    assert due(engine) == {}


def absence(left_on: date, returned_on: date) -> tuple[str, tuple[object, ...]]:
    return insert("absence", id=uuid7(), account_id=key("account", "010021"), name="П.",
                  left_on=left_on, returned_on=returned_on)  # fmt: skip


def act(starts_at: str, ends_at: str) -> tuple[str, tuple[object, ...]]:
    return insert("act", id=uuid7(), service_id=key("service", "ХВС"),
                  house_id=key("house", "Д01"), breach="interruption", starts_at=starts_at,
                  ends_at=ends_at)  # fmt: skip


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        absence(date(2027, 1, 5), date(2027, 1, 20)),
        absence(date(2027, 6, 1), date(2027, 6, 20)),
        absence(date(2026, 12, 31), date(2027, 1, 20)),  # the day of leaving is not counted
        absence(date(2026, 9, 1), date(2026, 10, 1)),  # nor is the day of coming back
        act("2027-01-01 00:00", "2027-01-02 00:00"),
        act("2027-06-01 10:00", "2027-06-01 20:00"),
        act("2026-09-30 10:00", "2026-10-01 00:00"),
    ],
)
def test_absence_and_acts_of_months_not_charged_put_nobody_in(engine, stock, statement, values):
    stock.run(statement, *values)

    assert due(engine) == {}


def test_before_the_first_run_nothing_waits(engine):
    made = Stock(engine, TOWN).write()

    made.run("update app.tariff set price_mcr = price_mcr * 2")

    assert due(engine) == {}


def test_the_same_reason_keeps_the_earliest_month(engine, stock):
    for day in ("2026-12-05", "2026-11-05"):
        stock.run("insert into app.tariff (id, service_id, price_mcr, valid_from, house_id)"
                  " values (%s, %s, 5, %s, %s)",
                  uuid7(), SERVICE, day, key("house", "Д01"))  # fmt: skip

    assert due(engine) == {"изменён тариф: СОД": (NOVEMBER, HOUSE)}


def test_posting_the_queue_leaves_the_open_month_to_be_charged_anew(engine, stock):
    stock.run("update app.tariff set price_mcr = 1 where service_id = %s", SERVICE)

    done = post_queue(engine)

    assert {line.origin_period for line in done.lines} == {OCTOBER, NOVEMBER}
    assert {line.stored.notes[line.stored.slots[5]] for line in done.lines} == {
        "изменён тариф: СОД"
    }
    assert due(engine) == {"изменён тариф: СОД": (DECEMBER, ALL)}
    charge(engine, DECEMBER)
    assert due(engine) == {}


def test_a_run_of_one_house_settles_its_accounts_alone(engine, stock):
    stock.run("insert into app.parameter (code, value, valid_from)"
              " values ('кпов.хвс', '1', '2026-12-01')")  # fmt: skip

    charge(engine, DECEMBER, houses=["Д01"])

    assert due(engine) == {"изменён параметр «кпов.хвс»": (DECEMBER, ALL - HOUSE)}


def test_what_changed_after_a_run_began_still_waits(engine, stock):
    def change(_: int) -> None:
        stock.run("update app.tariff set price_mcr = 1, valid_from = '2026-12-01'"
                  " where service_id = %s", SERVICE)  # fmt: skip

    charge(engine, DECEMBER, on_progress=change)

    assert ALL in [accounts for _, accounts in due(engine).values()]


def test_a_banned_month_stays_and_waits(engine, stock):
    stock.run("update app.tariff set price_mcr = 1 where service_id = %s", SERVICE)
    operation.ban(
        engine, account="010021", first=OCTOBER, until=NOVEMBER, reason="суд", actor="И.", at=AT,
        key=uuid7(),
    )  # fmt: skip

    done = post_queue(engine)

    assert [(one.account, one.period, one.ban.reason) for one in done.skipped] == [
        ("010021", OCTOBER, "суд")
    ]
    mine = {line.origin_period for line in done.lines if line.account == "010021"}
    assert mine == {NOVEMBER}
    waiting = {one.account: one.first for one in operation.queue(engine)}
    assert waiting["010021"] == OCTOBER
    lifted = operation.lift_ban(
        engine, account="010021", first=OCTOBER, until=None, reason="отменено", actor="И.", at=AT
    )
    assert lifted == 1
    assert {line.origin_period for line in post_queue(engine).lines} == {OCTOBER}
