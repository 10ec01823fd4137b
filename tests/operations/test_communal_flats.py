"""Communal flats, containers and two-rate tariffs, from the workbook to the posted line."""

from datetime import UTC, date, datetime
from pathlib import Path

from uuid_utils.compat import uuid7

from app.domain import explanation, replay
from app.domain.charge_line import ChargeLine
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.operations.charge_month import charge_month
from app.operations.close_period import close_period
from app.operations.correct_waste import correct_waste
from app.operations.import_workbook import Imported, import_workbook
from app.store import charges
from app.store.engine import Engine
from app.store.reading import reading
from tests.fixtures.workbooks import Sheets, written

AT = datetime(2027, 1, 20, 9, 0, tzinfo=UTC)
NOVEMBER, DECEMBER, JANUARY = Period(2026, 11), Period(2026, 12), Period(2027, 1)
SINCE = date(2020, 1, 1)


def book(*, way: str = "ТКО по лицам") -> Sheets:
    """Flat 5 of 60 m2 with two rooms, and flat 6 beside it; 3 m3 of containers a month."""
    return {
        "Организации": (["Код*", "Наименование*", "Роли*"], [["УК", "ООО «Уют»", "исполнитель"]]),
        "Договоры": (
            ["Номер*", "Вид*", "Исполнитель*", "С*"], [["Д-1", "двусторонний", "УК", SINCE]]
        ),
        "Дома": (["Код*", "Улица", "Дом"], [["Д1", "Мира", 1]]),
        "Помещения": (
            ["Дом*", "Номер*", "Вид", "Квартира", "Общая площадь*", "Жилая площадь"],
            [
                ["Д1", "5", "квартира", None, 60, 40],
                ["Д1", "1", "комната", "5", 20, 18],
                ["Д1", "2", "комната", "5", 30, 22],
                ["Д1", "6", "квартира", None, 40, 30],
            ],
        ),
        "Лицевые счета": (
            ["Номер*", "Дом*", "Помещение*", "Открыт*"],
            [["101", "Д1", "5/1", SINCE], ["102", "Д1", "5/2", SINCE], ["103", "Д1", "6", SINCE]],
        ),
        "Проживающие": (
            ["Лицевой счёт*", "ФИО*", "Вид*", "С*"],
            [[number, name, "постоянно", SINCE] for number, name in
             (("101", "Анна"), ("102", "Борис"), ("102", "Вера"), ("103", "Глеб"))],
        ),
        "Услуги": (
            ["Код*", "Наименование*", "Группа*", "Ресурс", "Единица*", "Способ*"],
            [
                ["СОД", "Содержание", "жилищная", None, "м2", "по площади"],
                ["ХВС", "Холодная вода", "коммунальная", "ХВС", "м3", "прибор или норматив"],
                ["ТКО", "ТКО", "коммунальная", "ТКО", "м3", way],
                ["РАБ", "Замена крана", "прочая", None, "шт.", "разовая"],
            ],
        ),
        "Тарифы": (
            ["Услуга*", "Цена*", "С*", "Ставка"],
            [["СОД", 30, SINCE, None], ["ХВС", 40, SINCE, "объём"],
             ["ХВС", 1000, SINCE, "мощность"], ["ТКО", 600, SINCE, None],
             ["РАБ", 1500, SINCE, None]],
        ),
        "Нормативы": (
            ["Услуга*", "Вид*", "Значение*", "С*"], [["ТКО", "на человека", "2,4", SINCE]]
        ),
        "Назначения": (
            ["Услуга*", "Договор*", "С*", "Дом", "Лицевой счёт", "Количество"],
            [["СОД", "Д-1", SINCE, "Д1", None, None], ["ХВС", "Д-1", SINCE, "Д1", None, 2],
             ["ТКО", "Д-1", SINCE, "Д1", None, None],
             ["РАБ", "Д-1", date(2026, 12, 20), None, "103", 2]],
        ),
        "Приборы": (
            ["Код*", "Вид*", "Услуга*", "Дом*", "Помещение", "Введён*"],
            [["В5", "квартирный", "ХВС", "Д1", "5", SINCE],
             ["В6", "индивидуальный", "ХВС", "Д1", "6", SINCE],
             ["К", "общедомовой", "ТКО", "Д1", None, SINCE]],
        ),
        "Показания": (
            ["Прибор*", "Дата*", "Объём"],
            [[meter, date(2026, month, 25), volume] for month in (11, 12)
             for meter, volume in (("В5", 12), ("В6", 5), ("К", 3))],
        ),
    }  # fmt: skip


def brought(engine: Engine, folder: Path, sheets: Sheets) -> Imported:
    return import_workbook(
        engine, Voucher(uuid7(), VoucherKind.IMPORT, "Оператор", AT), path=written(folder, sheets)
    )


def charged(engine: Engine, month: Period) -> dict[tuple[str, str, int], ChargeLine]:
    charge_month(engine, Voucher(uuid7(), VoucherKind.CHARGE_RUN, "Оператор", AT), period=month)
    with reading(engine) as snapshot:
        lines = [one for number in ("101", "102", "103")
                 for one in charges.lines(snapshot, number, month)]  # fmt: skip
    return {(one.account, one.service, one.stored.component): one for one in lines}


def test_a_communal_flat_comes_in_and_is_charged_by_its_rooms(engine, tmp_path):
    imported = brought(engine, tmp_path, book())

    found = charged(engine, DECEMBER)

    assert imported.problems == ()
    amounts = {key: one.amount_kop for key, one in found.items()}
    assert amounts[("101", "СОД", 0)] == 72_000  # 60 × 20/50 × 30
    assert amounts[("102", "СОД", 0)] == 108_000
    assert amounts[("101", "ХВС", 0)] == 16_000  # 12 × 1/3 × 40
    assert amounts[("102", "ХВС", 0)] == 32_000
    assert amounts[("103", "ХВС", 0)] == 20_000
    assert amounts[("103", "ХВС", 3)] == 80_000  # 2 × 40/100 × 1000
    assert amounts[("103", "РАБ", 0)] == 300_000
    assert {found[number, "ХВС", 0].method for number in ("101", "102")} == {"COMMUNAL7"}


def test_the_stored_lines_of_rooms_come_out_again_and_say_why(engine, tmp_path):
    brought(engine, tmp_path, book())

    found = charged(engine, DECEMBER)

    for line in found.values():
        assert replay.amount_kop(line.stored) == line.amount_kop
    said = explanation.sentence(found["101", "ХВС", 0])
    assert "12 м3 × 1/3 чел. × 40,00 ₽ = 160,00 ₽" in said
    assert found["103", "ХВС", 3].line_unit == "м3/ч"
    assert "компонент «мощность»" in explanation.sentence(found["103", "ХВС", 3])


def test_the_one_off_work_is_charged_in_its_month_alone(engine, tmp_path):
    brought(engine, tmp_path, book())

    assert ("103", "РАБ", 0) not in charged(engine, NOVEMBER)


def test_the_year_of_waste_is_counted_again_by_containers_once(engine, tmp_path):
    brought(engine, tmp_path, book())
    charged(engine, NOVEMBER)
    charged(engine, DECEMBER)
    for month in (NOVEMBER, DECEMBER):
        voucher = Voucher(uuid7(), VoucherKind.CLOSING, "Бухгалтер", AT)
        close_period(engine, voucher, period=month)

    def correction() -> dict[str, int]:
        voucher = Voucher(uuid7(), VoucherKind.ADJUSTMENT, "Оператор", AT, reason="ТКО за год")
        done = correct_waste(engine, voucher, year=2026, into=JANUARY)
        assert done.problems == []
        for line in done.lines:
            assert replay.amount_kop(line.stored) == line.amount_kop
            assert "объём вывезенных контейнеров известен" in explanation.sentence(line)
        return {line.account: line.amount_kop for line in done.lines}

    # Two months: 3 м3 × n/4 × 600 ₽ less n × 0,2 м3 × 600 ₽ each.
    each = 2 * (45_000 - 12_000)
    assert correction() == {"101": each, "102": 2 * each, "103": each}
    assert correction() == {}


def test_containers_are_charged_month_by_month_where_the_service_goes_by_them(engine, tmp_path):
    brought(engine, tmp_path, book(way="ТКО по контейнерам и лицам"))

    found = charged(engine, DECEMBER)

    volumes = {number: found[number, "ТКО", 0].stored.volume_mcu for number in ("101", "102")}
    assert volumes == {"101": 750_000, "102": 1_500_000}


def test_a_share_of_a_common_meter_comes_in_with_the_assignment(engine, tmp_path):
    sheets = book()
    headers, rows = sheets["Назначения"]
    sheets["Назначения"] = (
        [*headers, "Доля прибора, %"],
        [
            *([*row, None] for row in rows),
            ["ХВС", "Д-1", SINCE, None, "103", None, 90],
            ["ХВС", "Д-1", SINCE, None, "104", None, 10],
        ],
    )
    sheets["Параметры"] = (
        ["Код*", "Значение*"], [["прибор.доля_счёта", "фиксированный процент"]]
    )  # fmt: skip
    headers, rows = sheets["Лицевые счета"]
    sheets["Лицевые счета"] = (
        [*headers, "Доля"],
        [*([*row, "1/2" if row[0] == "103" else None] for row in rows),
         ["104", "Д1", "6", SINCE, "1/2"]],
    )  # fmt: skip
    sheets["Проживающие"][1].append(["104", "Дарья", "постоянно", SINCE])
    sheets["Тарифы"][1].pop(2)  # the price of capacity

    assert brought(engine, tmp_path, sheets).problems == ()
    found = charged(engine, DECEMBER)

    assert found["103", "ХВС", 0].stored.volume_mcu == 4_500_000  # 5 × 90 %
