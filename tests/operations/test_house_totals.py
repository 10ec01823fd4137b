"""Totals of houses in the database: kept with a run, read by the next month, given by a book."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from uuid_utils.compat import uuid7

from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.operations.charge_month import ChargedMonth, charge_month
from app.operations.import_workbook import import_workbook
from app.store import charges
from app.store.engine import Engine
from app.store.reading import reading
from tests.fixtures.workbooks import Sheets, written

AT = datetime(2026, 8, 1, 9, 0, tzinfo=UTC)
SINCE = date(2020, 1, 1)
SEPTEMBER, OCTOBER = Period(2026, 9), Period(2026, 10)
TOTALS = """
select house.code, service.code, to_char(total.period, 'YYYY-MM'), total.house_mcu, total.individual_mcu,
  total.carry_before_mcu, total.net_mcu, total.charged_mcu, total.carry_mcu, total.price_mcr
from app.house_total as total
join app.house on house.id = total.house_id join app.service on service.id = total.service_id
join app.charge_run as run on run.voucher_id = total.voucher_id
where service.code = 'СОИ' order by total.period, run.run_no
"""  # noqa: E501


def _workbook(*, method: str = "СОИ по факту") -> Sheets:
    """Two flats of 60 and 40 m2 that took 60 and 50; the house took 100, then 125."""
    return {
        "Организации": (["Код*", "Наименование*", "Роли*"], [["УК", "ООО «Уют»", "исполнитель"]]),
        "Договоры": (
            ["Номер*", "Вид*", "Исполнитель*", "С*"], [["Д-1", "двусторонний", "УК", SINCE]]
        ),
        "Дома": (
            ["Код*", "Улица", "Дом", "Площадь ОИ", "Управление", "ОДН сверх норматива"],
            [["Д1", "Мира", 1, 200, "непосредственное", "да"]],
        ),
        "Помещения": (
            ["Дом*", "Номер*", "Общая площадь*"], [["Д1", "1", 60], ["Д1", "2", 40]]
        ),
        "Лицевые счета": (
            ["Номер*", "Дом*", "Помещение*", "Открыт*"],
            [["101", "Д1", "1", SINCE], ["102", "Д1", "2", SINCE]],
        ),
        "Услуги": (
            ["Код*", "Наименование*", "Группа*", "Ресурс", "Единица*", "Способ*"],
            [
                ["ХВС", "Холодная вода", "коммунальная", "ХВС", "м3", "прибор или норматив"],
                ["СОИ", "Холодная вода на СОИ", "СОИ", "ХВС", "м3", method],
            ],
        ),
        "Тарифы": (["Услуга*", "Цена*", "С*"], [["ХВС", 40, SINCE], ["СОИ", 40, SINCE]]),
        "Нормативы": (
            ["Услуга*", "Вид*", "Значение*", "С*"], [["СОИ", "на м2 ОИ", "0,03", SINCE]]
        ),
        "Назначения": (
            ["Услуга*", "Договор*", "С*", "Дом"],
            [["ХВС", "Д-1", SINCE, "Д1"], ["СОИ", "Д-1", SINCE, "Д1"]],
        ),
        "Приборы": (
            ["Код*", "Вид*", "Услуга*", "Дом*", "Помещение", "Введён*"],
            [
                ["К1", "индивидуальный", "ХВС", "Д1", "1", SINCE],
                ["К2", "индивидуальный", "ХВС", "Д1", "2", SINCE],
                ["Д", "общедомовой", "ХВС", "Д1", None, SINCE],
            ],
        ),
        "Показания": (
            ["Прибор*", "Дата*", "Объём"],
            [
                [meter, date(2026, month, 25), volume]
                for month, house in ((9, 100), (10, 125))
                for meter, volume in (("К1", 60), ("К2", 50), ("Д", house))
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


def _lines(engine: Engine, account: str, period: Period) -> list[tuple[str, int, int]]:
    with reading(engine) as snapshot:
        return [
            (line.method, line.stored.volume_mcu, line.amount_kop)
            for line in charges.lines(snapshot, account, period)
            if line.service == "СОИ"
        ]


def _totals(engine: Engine) -> list[tuple]:
    with engine.connection() as connection:
        return connection.execute(TOTALS).fetchall()


M = 1_000_000


@pytest.fixture
def stocked(engine: Engine, tmp_path: Path) -> Engine:
    _brought(engine, tmp_path, _workbook())
    return engine


def test_a_month_below_zero_is_carried_into_the_next(stocked):
    _charged(stocked, SEPTEMBER)
    _charged(stocked, OCTOBER)

    # 100 − 110 = −10 is carried; 125 − 110 − 10 = 5, of it 60/100 and 40/100
    assert _lines(stocked, "101", SEPTEMBER) == [("SOI_FACT", 0, 0)]
    assert _lines(stocked, "101", OCTOBER) == [("SOI_FACT", 3 * M, 12_000)]
    assert _lines(stocked, "102", OCTOBER) == [("SOI_FACT", 2 * M, 8_000)]
    assert _totals(stocked) == [
        ("Д1", "СОИ", "2026-09", 100 * M, 110 * M, 0, 0, 0, 10 * M, 40 * M),
        ("Д1", "СОИ", "2026-10", 125 * M, 110 * M, 10 * M, 5 * M, 5 * M, 0, 40 * M),
    ]


def test_the_last_posted_run_of_a_month_is_what_the_next_goes_by(stocked):
    _charged(stocked, SEPTEMBER)
    with stocked.connection() as connection:
        connection.execute(
            "update app.reading set volume_mcu = 104000000 where volume_mcu = 100000000"
        )
    _charged(stocked, SEPTEMBER)
    _charged(stocked, OCTOBER)

    # 104 − 110 = −6 by the run again; 125 − 110 − 6 = 9
    assert [row[8] for row in _totals(stocked)] == [10 * M, 6 * M, 0]
    assert _lines(stocked, "101", OCTOBER) == [("SOI_FACT", 5_400_000, 21_600)]


def test_a_run_of_one_account_reckons_its_whole_house(stocked):
    _charged(stocked, SEPTEMBER)

    _charged(stocked, OCTOBER, accounts=["102"])

    assert _lines(stocked, "102", OCTOBER) == [("SOI_FACT", 2 * M, 8_000)]
    assert _totals(stocked)[-1][3:8] == (125 * M, 110 * M, 10 * M, 5 * M, 5 * M)


def test_totals_of_a_run_are_not_changed(stocked):
    _charged(stocked, SEPTEMBER)

    with (
        stocked.connection() as connection,
        pytest.raises(Exception, match="house_total только пополняется"),
    ):
        connection.execute("update app.house_total set carry_mcu = 0")


def test_months_before_the_program_come_by_the_workbook(engine, tmp_path):
    sheets = _workbook(method="СОИ по нормативу")
    sheets["Итоги домов"] = (
        ["Дом*", "Услуга*", "Период*", "Объём по ОДПУ", "Объём помещений", "Начислено", "Цена"],
        [["Д1", "СОИ", f"{month:02d}.2025", 120, 100, 15, 40] for month in range(1, 13)],
    )
    _brought(engine, tmp_path, sheets)

    _charged(engine, OCTOBER)

    # norm 0,03 × 200 × 60/100; the year 12 × (20 − 15) × 40 × 60/100 / 12 = 120
    assert _lines(engine, "101", OCTOBER) == [
        ("SOI_NORM", 3_600_000, 14_400),
        ("SOI_YEAR", 3 * M, 12_000),
    ]


def test_the_house_says_whether_all_is_shared_out(engine, tmp_path):
    _brought(engine, tmp_path, _workbook(method="ОДН"))

    _charged(engine, OCTOBER)

    # 125 − 110 = 15 is over 0,03 × 200 = 6, and the meeting decided to share it
    assert _lines(engine, "101", OCTOBER) == [("ODN_IPU12", 9 * M, 36_000)]


def test_an_ended_contract_has_corrected_its_months(engine, tmp_path):
    sheets = _workbook(method="СОИ по нормативу")
    sheets["Договоры"][1].append(["Д-2", "двусторонний", "УК", date(2026, 10, 1)])
    sheets["Назначения"] = (
        ["Услуга*", "Договор*", "С*", "До", "Дом"],
        [
            ["ХВС", "Д-1", SINCE, None, "Д1"],
            ["СОИ", "Д-1", SINCE, date(2026, 10, 1), "Д1"],
            ["СОИ", "Д-2", date(2026, 10, 1), None, "Д1"],
        ],
    )
    sheets["Итоги домов"] = (
        ["Дом*", "Услуга*", "Период*", "Объём по ОДПУ", "Объём помещений", "Начислено", "Цена"],
        [["Д1", "СОИ", f"{month:02d}.2025", 120, 100, 15, 40] for month in range(1, 13)],
    )
    _brought(engine, tmp_path, sheets)

    _charged(engine, SEPTEMBER)
    _charged(engine, OCTOBER)

    # 12 × 5 × 40 × 60/100 = 1440, of it 8 parts of 120 before; this year: 100 − 110 − 6 = −16,
    # a year below zero counts as zero: −6 × 40 × 60/100
    assert sorted(_lines(engine, "101", SEPTEMBER)) == [
        ("SOI_NORM", 3_600_000, 14_400),
        ("SOI_YEAR", -3_600_000, -14_400),
        ("SOI_YEAR", 12 * M, 48_000),
    ]
    assert _lines(engine, "101", OCTOBER) == [("SOI_NORM", 3_600_000, 14_400)]
