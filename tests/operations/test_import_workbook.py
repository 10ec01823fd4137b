"""The workbook in the database: all of it or nothing, and again without a change."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from uuid_utils.compat import uuid7

from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.exchange.workbook_reading import NotAWorkbook
from app.operations.import_workbook import Imported, import_workbook
from app.store import charging_catalogue, verify
from app.store.engine import Engine
from app.store.importing import Contradiction
from app.store.reading import reading
from tests.fixtures.payers import MONEY_CHECKS
from tests.fixtures.workbooks import Sheets, full, put, written

AT = datetime(2026, 8, 1, 9, 0, tzinfo=UTC)
TABLES = """
select format('%I.%I', schemaname, tablename) from pg_tables
where schemaname in ('app', 'staging', 'api') order by 1
"""


def brought(engine: Engine, folder: Path, sheets: Sheets, *, skip_bad: bool = False) -> Imported:
    voucher = Voucher(uuid7(), VoucherKind.IMPORT, "Оператор", made_at=AT)
    return import_workbook(engine, voucher, path=written(folder, sheets), skip_bad=skip_bad)


def run(engine: Engine, query: str, *values: object) -> list[tuple]:
    with engine.connection() as connection:
        return connection.execute(query, values or None).fetchall()


def whole(engine: Engine) -> dict[str, list[tuple]]:
    """Every row of every table, with the place and the version of the row."""
    return {
        table: run(engine, f"select ctid, xmin, t.* from {table} as t order by ctid")
        for (table,) in run(engine, TABLES)
    }


@pytest.fixture
def stocked(engine: Engine, tmp_path: Path) -> Engine:
    imported = brought(engine, tmp_path, full())
    assert imported.problems == ()
    return engine


def test_every_sheet_is_stored(engine: Engine, tmp_path: Path) -> None:
    imported = brought(engine, tmp_path, full())

    assert imported.is_written
    assert imported.imported == {name: len(rows) for name, (_, rows) in full().items()}
    assert imported.payments == 3
    tables = {
        "organisation": 2, "organisation_version": 2, "contract": 2, "house": 1,
        "house_version": 1, "house_total_given": 1, "premises": 3, "premises_version": 3,
        "account": 4, "account_version": 4, "account_search": 4, "resident": 3, "absence": 1,
        "service": 4,
        "service_version": 4, "tariff": 6, "norm": 3, "assignment": 4, "meter_impossible": 2,
        "benefit": 1, "parameter": 2, "meter": 4, "reading": 5 + 5, "meter_event": 1, "act": 2,
        "payment": 3, "voucher": 4, "external_charge": 2, "group_member": 1,
    }  # fmt: skip
    for table, rows in tables.items():
        assert run(engine, f"select count(*) from app.{table}") == [(rows,)], table


def test_values_are_stored_to_their_last_digit(stocked: Engine) -> None:
    def one(query: str) -> tuple:
        (row,) = run(stocked, query)
        return row

    assert one("select total_cm2, rooms, own_heat from app.premises_version where rooms = 2") == (
        461_000, 2, False,
    )  # fmt: skip
    assert one("select characteristics from app.house") == ({"Серия": "II-49"},)
    assert one(
        "select heating_mode, heating_months, management, premises_area_cm2 from app.house_version"
    ) == ("even", [1, 2, 3, 4, 10, 11, 12], "association", 50_005_500)
    assert one(
        "select share_numerator, share_denominator from app.account_version join app.account "
        "on id = account_id where number = '0000000002'"
    ) == (1, 3)
    assert one(
        "select kind, penalty_scheme, commission_ppm, valid_to from app.contract "
        "where number = 'Д-2'"
    ) == ("three-sided", "none", 12_500, date(2030, 1, 1))
    assert one("select penalty_scheme, commission_ppm from app.contract where number = 'Д-1'") == (
        "housing", 0,
    )  # fmt: skip
    assert one(
        "select zones, ratio_mcu, digits from app.meter where code = 'П-3'"
    ) == (1, 40_000_000, 6)  # fmt: skip
    assert one(
        "select premises.number, account.number from app.meter "
        "join app.premises on premises.id = meter.premises_id "
        "join app.account on account.id = meter.account_id where code = 'П-1'"
    ) == ("1", "0000000001")
    assert one("select period, value_mcu from app.reading where source = 'inspector'") == (
        date(2026, 10, 1), 19_000_000,
    )  # fmt: skip
    assert one("select service_codes, percent_ppm, within_norm from app.benefit") == (
        ["СОД", "ХВС"], 500_000, True,
    )  # fmt: skip
    assert one("select starts_at, ends_at from app.act where number = 'а-1'") == (
        datetime(2026, 8, 3, 10, 0),  # noqa: DTZ001
        datetime(2026, 8, 4, 12, 30),  # noqa: DTZ001
    )
    assert one("select words from app.account_search where words like '0000000004%'") == (
        "0000000004 екатеринбург улица репина 12 а 3 1",
    )
    assert one("select method, formula from app.service_version where formula is not null") == (
        "formula", "количество * тариф * 2",
    )  # fmt: skip


def test_digits_of_volumes_are_of_the_service_where_it_says_so(stocked: Engine) -> None:
    with reading(stocked) as snapshot:
        services = charging_catalogue.load(snapshot, Period(2026, 8)).services

    digits = dict(zip(services.code, services.volume_digits, strict=True))
    assert digits == {"АНТ": 0, "СОД": 3, "ХВС": 0, "ЭЭ": 0}


def test_the_same_workbook_again_changes_nothing(stocked: Engine, tmp_path: Path) -> None:
    before = whole(stocked)

    again = brought(stocked, tmp_path, full())

    assert again.problems == ()
    assert again.imported == {name: len(rows) for name, (_, rows) in full().items()}
    assert again.payments == 0
    assert whole(stocked) == before


def test_a_row_that_comes_again_is_corrected_and_empty_cells_leave_what_is_there(
    stocked: Engine, tmp_path: Path
) -> None:
    sheets: Sheets = {
        "Дома": (["Код", "Этажей", "Улица", "Год постройки", "Серия"],
                 [["Р12", 10, None, None, "1-464"]]),
        "Лицевые счета": (
            ["Номер", "Дом", "Помещение", "Открыт", "Плательщик", "Телефон"],
            [["0000000001", "Р12", "1", date(2020, 1, 1), "Иванов Пётр", None]],
        ),
        "Тарифы": (["Услуга", "Цена", "С"], [["СОД", 34, date(2026, 10, 1)]]),
        "Помещения": (
            ["Дом", "Номер", "Общая площадь", "Нет возможности установить прибор"],
            [["Р12", "1", 47, "ЭЭ"]],
        ),
    }  # fmt: skip

    imported = brought(stocked, tmp_path, sheets)

    assert imported.problems == ()
    assert run(stocked, "select floors, street, built_year from app.house_version") == [
        (10, "улица Репина", 1975)
    ]
    assert run(stocked, "select characteristics from app.house") == [({"Серия": "1-464"},)]
    assert run(
        stocked,
        "select payer, phone, words from app.account join app.account_version v on v.account_id "
        "= account.id join app.account_search s on s.account_id = account.id "
        "where number = '0000000001'",
    ) == [("Иванов Пётр", "+7 900", "0000000001 17-а иванов петр екатеринбург улица репина 12 а 1")]
    assert run(stocked, "select price_mcr from app.tariff where valid_from = '2026-10-01'") == [
        (34_000_000,)
    ]
    assert run(stocked, "select count(*) from app.tariff") == [(6,)]
    assert run(
        stocked, "select service.code from app.meter_impossible join app.service on id = service_id"
    ) == [("ЭЭ",)]


def test_a_meter_put_in_on_another_day_moves_its_first_reading(
    stocked: Engine, tmp_path: Path
) -> None:
    sheets = {"Приборы": full()["Приборы"]}
    put(sheets, "Приборы", 2, "Введён", date(2020, 3, 1))
    put(sheets, "Приборы", 2, "Начальное показание", 11)

    assert brought(stocked, tmp_path, sheets).problems == ()

    assert run(
        stocked,
        "select taken_on, reading.period, value_mcu from app.reading "
        "join app.meter on meter.id = meter_id where code = 'П-1' and source = 'initial'",
    ) == [(date(2020, 3, 1), date(2020, 3, 1), 11_000_000)]


def test_opening_balances_are_entries_of_one_voucher_in_their_periods(stocked: Engine) -> None:
    entries = run(
        stocked,
        "select account.number, service.code, origin_period, entry.kind, amount_kop, entry.period "
        "from app.entry join app.account on account.id = account_id "
        "join app.service on service.id = service_id where entry.kind in (30, 52) order by 1, 3, 4",
    )

    posted = date(2026, 7, 1)
    assert entries == [
        ("0000000001", "СОД", date(2026, 6, 1), 30, 150_055, posted),
        ("0000000001", "СОД", date(2026, 6, 1), 52, 1_230, posted),
        ("0000000001", "ХВС", date(2026, 7, 1), 30, -20_000, posted),
        ("0000000002", "СОД", date(2026, 7, 1), 30, 100_000, posted),
    ]


def test_only_the_difference_of_a_balance_is_posted(stocked: Engine, tmp_path: Path) -> None:
    sheets = {"Сальдо": full()["Сальдо"]}
    put(sheets, "Сальдо", 2, "Основной долг", 1400)
    put(sheets, "Сальдо", 2, "Пени", None)

    brought(stocked, tmp_path, sheets)

    assert run(
        stocked,
        "select amount_kop from app.entry join app.voucher on voucher.id = voucher_id "
        "where voucher.kind = 'opening-balance' and origin_period = '2026-06-01' order by 1",
    ) == [(-10_055,), (1_230,), (150_055,)]
    assert _broken(stocked) == []


def test_payments_of_the_past_pay_as_the_desk_would(stocked: Engine) -> None:
    paid = run(
        stocked,
        "select account.number, origin_period, entry.kind, sum(amount_kop) from app.entry "
        "join app.account on account.id = account_id where entry.kind in (20, 51) "
        "group by 1, 2, 3 order by 1, 2, 3",
    )

    assert paid == [
        ("0000000001", date(2026, 6, 1), 20, Decimal(-50_000)),
        ("0000000002", date(2026, 7, 1), 20, Decimal(-60_000)),
    ]
    assert run(stocked, "select channel, external_id from app.payment order by external_id") == [
        ("agent", "x-1"), ("desk", None), ("desk", None),
    ]  # fmt: skip
    assert _broken(stocked) == []


def test_with_any_problem_nothing_is_written(engine: Engine, tmp_path: Path) -> None:
    before = whole(engine)

    imported = brought(engine, tmp_path, put(full(), "Показания", 2, "Прибор", "П-9"))

    assert not imported.is_written
    assert imported.imported == {}
    assert [(one.sheet, one.row, one.column, one.value) for one in imported.problems] == [
        ("Показания", 2, "Прибор", "П-9")
    ]
    assert whole(engine) == before


def test_a_refused_payment_undoes_everything(engine: Engine, tmp_path: Path) -> None:
    before = whole(engine)
    sheets = put(full(), "Оплаты", 3, "Лицевой счёт", "0000000004")

    imported = brought(engine, tmp_path, sheets)

    assert not imported.is_written
    assert [(one.sheet, one.row, one.account) for one in imported.problems] == [
        ("Оплаты", 3, "0000000004")
    ]
    assert "закрыт" in imported.problems[0].message
    assert whole(engine) == before


def test_good_rows_are_written_when_bad_ones_are_skipped(engine: Engine, tmp_path: Path) -> None:
    sheets = put(full(), "Лицевые счета", 3, "Помещение", "99")
    put(sheets, "Оплаты", 2, "Лицевой счёт", "0000000004")

    imported = brought(engine, tmp_path, sheets, skip_bad=True)

    assert imported.is_written
    assert imported.imported["Лицевые счета"] == 3
    assert imported.imported["Проживающие"] == 2
    assert imported.imported["Сальдо"] == 2
    assert imported.imported["Оплаты"] == 0
    assert {(one.sheet, one.row) for one in imported.problems} == {
        ("Лицевые счета", 3), ("Проживающие", 4), ("Сальдо", 4), ("Оплаты", 2), ("Оплаты", 3),
        ("Оплаты", 4), ("Самовольные подключения", 3),
    }  # fmt: skip
    assert run(engine, "select count(*) from app.account") == [(3,)]

    assert brought(engine, tmp_path, full()).problems == ()
    assert run(engine, "select count(*) from app.account") == [(4,)]


def test_a_dated_row_may_not_overlap_what_is_stored(stocked: Engine, tmp_path: Path) -> None:
    sheets: Sheets = {
        "Тарифы": (["Услуга", "Цена", "С"], [["СОД", 40, date(2027, 1, 1)]]),
        "Параметры": (["Код", "Значение", "С"], [["кпов.хвс", 2, date(2026, 1, 1)]]),
    }

    imported = brought(stocked, tmp_path, sheets)

    assert sorted((one.sheet or "", one.row or 0) for one in imported.problems) == [
        ("Параметры", 2), ("Тарифы", 2),
    ]  # fmt: skip


def test_balances_go_into_the_first_open_period(stocked: Engine, tmp_path: Path) -> None:
    with stocked.connection() as connection:
        connection.execute(
            "update app.period set state = 'closed', closed_at = now() where period <= '2026-07-01'"
        )

    brought(stocked, tmp_path, {"Сальдо": put(full(), "Сальдо", 2, "Пени", 20)["Сальдо"]})

    assert run(
        stocked, "select period, amount_kop from app.entry where kind = 52 order by period"
    ) == [(date(2026, 7, 1), 1_230), (date(2026, 8, 1), 770)]


def test_a_file_that_is_no_workbook_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    before = whole(engine)
    path = tmp_path / "a.xlsx"
    path.write_text("Код;Этажей")
    voucher = Voucher(uuid7(), VoucherKind.IMPORT, "Оператор", made_at=AT)

    with pytest.raises(NotAWorkbook):
        import_workbook(engine, voucher, path=path)

    assert whole(engine) == before


def test_progress_is_told_in_rows(engine: Engine, tmp_path: Path) -> None:
    told: list[int] = []
    voucher = Voucher(uuid7(), VoucherKind.IMPORT, "Оператор", made_at=AT)

    import_workbook(engine, voucher, path=written(tmp_path, full()), seen=told.append)

    assert sum(told) == sum(1 + len(rows) for _, rows in full().values())


def _broken(engine: Engine) -> list[str]:
    with reading(engine) as snapshot:
        return [
            name
            for name in MONEY_CHECKS
            if snapshot.value(f"select count(*) from ({verify.CHECKS[name]}) as broken")
        ]


def test_a_parameter_gives_way_to_the_next_in_one_workbook(stocked: Engine, tmp_path: Path) -> None:
    rows = [
        ["день_оплаты", "10", date(2026, 9, 1), None],
        ["день_оплаты", "15", date(2026, 3, 1), date(2026, 9, 1)],
    ]

    imported = brought(stocked, tmp_path, {"Параметры": (["Код", "Значение", "С", "До"], rows)})

    assert imported.problems == ()
    assert run(
        stocked,
        "select value, valid_from, valid_to from app.parameter where code = 'день_оплаты' "
        "order by valid_from",
    ) == [("15", date(2026, 3, 1), date(2026, 9, 1)), ("10", date(2026, 9, 1), None)]


def test_a_meter_in_another_house_than_its_account_is_told(stocked: Engine, tmp_path: Path) -> None:
    sheets: Sheets = {
        "Дома": (["Код"], [["Р14"]]),
        "Приборы": (
            ["Код", "Вид", "Услуга", "Дом", "Лицевой счёт", "Введён"],
            [["П-9", "индивидуальный", "ХВС", "Р14", "0000000001", date(2026, 1, 1)]],
        ),
    }

    imported = brought(stocked, tmp_path, sheets)

    assert [one.message for one in imported.problems] == [
        "этот счёт в доме «Р12», а прибор в другом"
    ]


def test_an_absence_may_be_of_a_resident_of_the_database(stocked: Engine, tmp_path: Path) -> None:
    headers = ["Лицевой счёт", "ФИО", "Убыл", "Прибыл"]
    days = [date(2026, 9, 1), date(2026, 9, 20)]

    known = brought(
        stocked, tmp_path, {"Отсутствие": (headers, [["0000000001", "Иванова Анна", *days]])}
    )
    unknown = brought(
        stocked, tmp_path, {"Отсутствие": (headers, [["0000000001", "Иванова Ана", *days]])}
    )

    assert known.problems == ()
    assert [one.hint for one in unknown.problems] == ["Вы имели в виду «Иванова Анна»?"]


def test_an_account_may_not_open_after_it_was_closed(stocked: Engine, tmp_path: Path) -> None:
    headers = ["Номер", "Дом", "Помещение", "Открыт", "Закрыт"]
    late, later = date(2026, 7, 1), date(2026, 9, 1)

    left = brought(
        stocked,
        tmp_path,
        {"Лицевые счета": (headers, [["0000000004", "Р12", "3/1", late, None]])},
    )
    told = brought(
        stocked,
        tmp_path,
        {"Лицевые счета": (headers, [["0000000004", "Р12", "3/1", late, later]])},
    )

    assert [one.message for one in left.problems] == ["по базе это кончилось раньше: 01.06.2026"]
    assert told.problems == ()


def test_a_broken_rule_of_a_table_is_a_sentence_and_changes_nothing(
    stocked: Engine, tmp_path: Path
) -> None:
    with stocked.connection() as connection:
        # A rule that the checks before know nothing of.
        connection.execute("alter table app.contract add check (commission_ppm < 20000)")
    before = whole(stocked)
    sheets = {"Договоры": full()["Договоры"]}
    put(sheets, "Договоры", 3, "Комиссия, %", 5)

    with pytest.raises(Contradiction, match="Ничего не записано"):
        brought(stocked, tmp_path, sheets)

    assert whole(stocked) == before
