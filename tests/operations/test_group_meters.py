"""Group meters in the database: a workbook, two months with a carry, houses that go together."""

import copy
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from uuid_utils.compat import uuid7

from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.operations.charge_month import ChargedMonth, charge_month
from app.operations.import_workbook import import_workbook
from app.operations.recalculate import Asked, recalculate
from app.store import charges, charging
from app.store.charging import Run, Scope
from app.store.engine import Engine
from app.store.reading import reading
from tests.fixtures.workbooks import Sheets, written

AT = datetime(2026, 8, 1, 9, 0, tzinfo=UTC)
SINCE = date(2020, 1, 1)
SEPTEMBER, OCTOBER, NOVEMBER = Period(2026, 9), Period(2026, 10), Period(2026, 11)
TOTALS = """
select meter.code, to_char(total.period, 'MM'), counted_mcu, known_mcu, fixed_mcu, carry_before_mcu, net_mcu,
  carry_mcu
from app.group_total as total join app.meter on meter.id = total.meter_id
join app.charge_run as run on run.voucher_id = total.voucher_id
order by meter.code, total.period, run.run_no
"""  # noqa: E501
M = 1_000_000


def _workbook() -> Sheets:
    """Houses Д1 and Д3 behind one meter, Д2 between them alone; a common need in Д2.

    Flat 1 of Д1 has a meter: 60, then 50. The meter ОБ of Д1 and Д3 counts 55, then 115.
    """
    codes = ("Д1", "Д2", "Д3")
    return {
        "Организации": (["Код*", "Наименование*", "Роли*"], [["УК", "ООО «Уют»", "исполнитель"]]),
        "Договоры": (
            ["Номер*", "Вид*", "Исполнитель*", "С*"], [["Д-1", "двусторонний", "УК", SINCE]]
        ),
        "Дома": (["Код*", "Улица", "Дом"], [[code, "Мира", at] for at, code in enumerate(codes)]),
        "Помещения": (
            ["Дом*", "Номер*", "Общая площадь*"],
            [[code, number, area] for code in codes for number, area in (("1", 60), ("2", 40))],
        ),
        "Лицевые счета": (
            ["Номер*", "Дом*", "Помещение*", "Открыт*"],
            [
                [f"{at}0{number}", code, str(number), SINCE]
                for at, code in enumerate(codes, start=1) for number in (1, 2)
            ],
        ),
        "Услуги": (
            ["Код*", "Наименование*", "Группа*", "Ресурс", "Единица*", "Способ*"],
            [
                ["ХВС", "Холодная вода", "коммунальная", "ХВС", "м3", "прибор или норматив"],
                ["ПОД", "Свет подъезда", "коммунальная", "ЭЭ", "кВт·ч", "групповой прибор"],
            ],
        ),
        "Тарифы": (["Услуга*", "Цена*", "С*"], [["ХВС", 40, SINCE], ["ПОД", 5, SINCE]]),
        "Нормативы": (
            ["Услуга*", "Вид*", "Значение*", "С*"], [["ХВС", "на человека", 4, SINCE]]
        ),
        "Назначения": (
            ["Услуга*", "Договор*", "С*", "Дом"],
            [["ХВС", "Д-1", SINCE, code] for code in ("Д1", "Д3")]
            + [["ПОД", "Д-1", SINCE, "Д2"]],
        ),
        "Приборы": (
            ["Код*", "Вид*", "Услуга*", "Дом*", "Помещение", "Введён*"],
            [
                ["К1", "индивидуальный", "ХВС", "Д1", "1", SINCE],
                ["ОБ", "общедомовой", "ХВС", "Д1", None, SINCE],
                ["СВ", "общедомовой", "ПОД", "Д2", None, SINCE],
            ],
        ),
        "Показания": (
            ["Прибор*", "Дата*", "Объём"],
            [
                ["К1", date(2026, 9, 25), 60], ["К1", date(2026, 10, 25), 50],
                ["ОБ", date(2026, 9, 25), 55], ["ОБ", date(2026, 10, 25), 115],
                ["СВ", date(2026, 9, 25), 30], ["СВ", date(2026, 10, 25), 30],
            ],
        ),
        "Групповые приборы": (
            ["Прибор*", "Дом", "Помещение", "Лицевой счёт", "База", "Доля", "Режим", "Объём",
             "С*", "До"],
            [
                ["ОБ", "Д1", "1", None, "площадь", None, "без приборов", None, SINCE, None],
                ["ОБ", None, None, "102", None, None, None, None, SINCE, None],
                ["ОБ", "Д3", None, None, None, None, None, 2, SINCE, None],
                ["СВ", "Д2", None, None, "поровну", None, "сверх своего", None, SINCE, None],
            ],
        ),
    }  # fmt: skip


def _brought(engine: Engine, folder: Path, sheets: Sheets) -> None:
    voucher = Voucher(uuid7(), VoucherKind.IMPORT, "Оператор", made_at=AT)
    imported = import_workbook(engine, voucher, path=written(folder, sheets))
    assert imported.problems == ()


def _charged(engine: Engine, period: Period, **about: object) -> ChargedMonth:
    voucher = Voucher(uuid7(), VoucherKind.CHARGE_RUN, "Оператор", AT)
    charged = charge_month(engine, voucher, period=period, **about)
    assert charged.problems == []
    return charged


def _lines(engine: Engine, account: str, period: Period) -> list[tuple[str, int]]:
    with reading(engine) as snapshot:
        return [
            (line.method, line.stored.volume_mcu)
            for line in charges.lines(snapshot, account, period)
        ]


def _totals(engine: Engine) -> list[tuple]:
    with engine.connection() as connection:
        return connection.execute(TOTALS).fetchall()


@pytest.fixture
def stocked(engine: Engine, tmp_path: Path) -> Engine:
    _brought(engine, tmp_path, _workbook())
    return engine


def test_a_month_below_zero_is_carried_into_the_next(stocked):
    _charged(stocked, SEPTEMBER)
    _charged(stocked, OCTOBER)

    # 55 − 60 − 2 = −7 is carried; 115 − 50 − 2 − 7 = 56: 40, 60 and 40 of 140 m2
    assert _lines(stocked, "102", SEPTEMBER) == [("GROUP", 0)]
    assert _lines(stocked, "101", OCTOBER) == [("IPU", 50 * M)]
    assert _lines(stocked, "102", OCTOBER) == [("GROUP", 16 * M)]
    assert _lines(stocked, "301", OCTOBER) == [("GROUP", 24 * M)]
    assert _lines(stocked, "302", OCTOBER) == [("GROUP", 16 * M)]
    assert _lines(stocked, "201", OCTOBER) == [("GROUP", 15 * M)]
    assert _totals(stocked) == [
        ("ОБ", "09", 55 * M, 60 * M, 2 * M, 0, 0, 7 * M),
        ("ОБ", "10", 115 * M, 50 * M, 2 * M, 7 * M, 56 * M, 0),
        ("СВ", "09", 30 * M, 0, 0, 0, 30 * M, 0),
        ("СВ", "10", 30 * M, 0, 0, 0, 30 * M, 0),
    ]


@pytest.mark.parametrize("size", [1, 3, 4_000])
def test_the_fingerprint_is_the_same_for_any_size_of_a_batch(stocked, size):
    usual = _charged(stocked, SEPTEMBER)

    again = _charged(stocked, SEPTEMBER, batch_accounts=size)

    assert again.fingerprint == usual.fingerprint
    assert again.amount_kop == usual.amount_kop


@pytest.mark.parametrize("about", [{"houses": ["Д3"]}, {"accounts": ["301", "302"]}])
def test_a_run_of_one_house_reckons_the_houses_beside_it_and_leaves_them(stocked, about):
    whole = _charged(stocked, SEPTEMBER)
    _charged(stocked, OCTOBER)

    part = _charged(stocked, OCTOBER, **about)

    assert part.accounts == 2
    assert part.amount_kop == 40 * 100 * (24 + 16)
    assert _lines(stocked, "102", OCTOBER) == [("GROUP", 16 * M)]
    assert _lines(stocked, "301", OCTOBER) == [("GROUP", 24 * M)]
    assert whole.accounts == 6


def test_linked_houses_know_each_other(stocked):
    with reading(stocked) as snapshot:
        left = charging.left(snapshot, Run(uuid7(), OCTOBER, 0, 0), Scope())

    by_code = {house.code: house for house in left}
    assert by_code["Д1"].linked == by_code["Д3"].linked
    assert set(by_code["Д1"].linked) == {by_code["Д1"].key, by_code["Д3"].key}
    assert by_code["Д2"].linked == ()


def _recalculated(engine: Engine, account: str) -> list[tuple[str, Period, int]]:
    under = Voucher(uuid7(), VoucherKind.ADJUSTMENT, "Бухгалтер", AT)
    asked = Asked(accounts=(account,), first=SEPTEMBER, into=NOVEMBER, reason="сверка прибора")
    return [
        (line.account, line.origin_period, line.stored.volume_mcu)
        for line in recalculate(engine, under, asked).lines
    ]


def test_a_recalculation_carries_what_the_meter_comes_to_now(stocked):
    _charged(stocked, SEPTEMBER)
    _charged(stocked, OCTOBER)
    with stocked.connection() as connection:
        connection.execute(
            "update app.reading set volume_mcu = 62000000 where volume_mcu = 55000000"
        )

    done = _recalculated(stocked, "302")

    # 62 − 60 − 2 = 0: nothing is carried; October 115 − 50 − 2 = 63: 18 of it instead of 16
    assert done == [("302", OCTOBER, 2 * M)]
    assert _recalculated(stocked, "302") == []
    assert _recalculated(stocked, "102") == [("102", OCTOBER, 2 * M)]
    with stocked.connection() as connection:
        due = connection.execute(
            "select account.number from app.recalculation_due"
            " join app.account on account.id = account_id order by 1"
        ).fetchall()
    assert due == [("101",), ("301",)]


def test_a_reading_of_one_member_waits_for_the_members_of_all_houses(stocked):
    _charged(stocked, SEPTEMBER)
    with stocked.connection() as connection:
        connection.execute("delete from app.recalculation_due")
        connection.execute(
            "update app.reading set volume_mcu = 20000000 where volume_mcu = 60000000"
        )
        due = connection.execute(
            "select distinct account.number from app.recalculation_due"
            " join app.account on account.id = account_id order by 1"
        ).fetchall()

    assert due == [("101",), ("102",), ("301",), ("302",)]


def test_the_next_run_goes_by_what_was_recalculated(stocked):
    _charged(stocked, SEPTEMBER)
    with stocked.connection() as connection:
        connection.execute(
            "update app.reading set volume_mcu = 62000000 where volume_mcu = 55000000"
        )
    under = Voucher(uuid7(), VoucherKind.ADJUSTMENT, "Бухгалтер", AT)
    recalculate(stocked, under, Asked(accounts=("302",), first=SEPTEMBER, into=OCTOBER, reason="с"))

    _charged(stocked, OCTOBER)

    assert _lines(stocked, "302", OCTOBER) == [("GROUP", 18 * M)]


def test_what_a_group_meter_came_to_is_never_changed(stocked):
    _charged(stocked, SEPTEMBER)

    with (
        stocked.connection() as connection,
        pytest.raises(Exception, match="group_total только пополняется"),
    ):
        connection.execute("update app.group_total set carry_mcu = 0")


def test_the_same_workbook_again_changes_nothing(stocked, tmp_path):
    _brought(stocked, tmp_path, _workbook())

    with stocked.connection() as connection:
        rows = connection.execute("select count(*) from app.group_member").fetchone()
    assert rows == (4,)


def test_a_meter_of_several_houses_becomes_the_volume_of_each(engine, tmp_path):
    sheets = _workbook()
    sheets["Дома"] = (
        ["Код*", "Улица", "Дом", "Площадь ОИ"],
        [[code, "Мира", at, 200] for at, code in enumerate(("Д1", "Д2", "Д3"))],
    )
    sheets["Услуги"][1].append(["СОИ", "Вода на СОИ", "СОИ", "ХВС", "м3", "СОИ по факту"])
    sheets["Тарифы"][1].append(["СОИ", 40, SINCE])
    sheets["Нормативы"][1].append(["СОИ", "на м2 ОИ", "0,03", SINCE])
    sheets["Назначения"][1].extend(["СОИ", "Д-1", SINCE, code] for code in ("Д1", "Д3"))
    sheets["Проживающие"] = (
        ["Лицевой счёт*", "ФИО*", "Вид*", "С*"],
        [[number, "Иванов", "постоянно", SINCE] for number in ("102", "301", "302")],
    )
    sheets["Групповые приборы"] = (
        ["Прибор*", "Дом", "База", "Доля", "Режим", "С*"],
        [
            ["ОБ", "Д1", "доля", "0,7", "по домам", SINCE],
            ["ОБ", "Д3", None, "0,3", None, SINCE],
            ["СВ", "Д2", "поровну", None, "сверх своего", SINCE],
        ],
    )
    _brought(engine, tmp_path, sheets)

    _charged(engine, OCTOBER, batch_accounts=1)

    # 115 by 0.7 and 0.3: 80,5 and 34,5; less 50 + 4 and 4 + 4; of 26,5 both, 60 of 100 m2
    assert _lines(engine, "101", OCTOBER) == [("SOI_FACT", 15_900_000), ("IPU", 50 * M)]
    assert _lines(engine, "301", OCTOBER) == [
        ("SOI_FACT", 15_900_000), ("NORM", 4 * M), ("NORM_K", 8 * M),
    ]  # fmt: skip


def _broken(row: int, **cells: object) -> Sheets:
    sheets = copy.deepcopy(_workbook())
    headers, rows = sheets["Групповые приборы"]
    for header, value in cells.items():
        rows[row][headers.index(header.replace("_", " "))] = value
    return sheets


@pytest.mark.parametrize(
    ("row", "cells", "told"),
    [
        (0, {"Дом": None}, "у помещения не указан дом"),
        (1, {"Дом": "Д1"}, "указаны и счёт, и дом или помещение"),
        (2, {"Дом": None, "Объём": None}, "нет ни участника, ни объёма"),
        (3, {"База": "доля"}, "база «доля», а доли нет"),
        (0, {"Режим": "по домам"}, "делится между домами"),
        (1, {"База": "люди"}, "база или режим не те"),
        (0, {"Помещение": "7"}, "такого помещения в доме «Д1» нет"),
        (0, {"Прибор*": "ОБЩ"}, "такого кода нет"),
    ],
)
def test_a_wrong_row_is_named_with_what_to_mend(engine, tmp_path, row, cells, told):
    voucher = Voucher(uuid7(), VoucherKind.IMPORT, "Оператор", made_at=AT)
    path = written(tmp_path, _broken(row, **cells))

    imported = import_workbook(engine, voucher, path=path)

    assert any(told in str(problem) for problem in imported.problems), imported.problems


def test_a_meter_of_one_flat_is_no_group_meter(engine, tmp_path):
    sheets = _broken(3, **{"Прибор*": "К1"})
    voucher = Voucher(uuid7(), VoucherKind.IMPORT, "Оператор", made_at=AT)

    with pytest.raises(Exception, match="Прибор «К1» не общедомовой"):
        import_workbook(engine, voucher, path=written(tmp_path, sheets))
