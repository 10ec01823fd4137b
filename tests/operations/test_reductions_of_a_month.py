"""Absence, acts, benefits and VAT of a workbook, as the lines of a charged month have them."""

from datetime import UTC, date, datetime
from pathlib import Path

from uuid_utils.compat import uuid7

from app.domain import explanation
from app.domain.charge_line import ChargeLine
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.operations.charge_month import charge_month
from app.operations.import_workbook import import_workbook
from app.operations.recalculate import Asked, recalculate
from app.store import charges, verify
from app.store.engine import Engine
from app.store.reading import reading
from tests.fixtures.workbooks import Sheets, put, written

AT = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
OCTOBER, NOVEMBER = Period(2026, 10), Period(2026, 11)
LONG_AGO = date(2020, 1, 1)


def town() -> Sheets:
    """Two entrances; no meters; water cannot be metered in flat 1."""
    return {
        "Организации": (
            ["Код*", "Наименование*", "Роли*", "НДС"],
            [["УК", "ООО «Уют»", "исполнитель", "да"], ["ТСЖ", "ТСЖ", "исполнитель", None]],
        ),
        "Договоры": (
            ["Номер*", "Вид*", "Исполнитель*", "С*"],
            [["Д-1", "двусторонний", "УК", LONG_AGO], ["Д-2", "двусторонний", "ТСЖ", LONG_AGO]],
        ),
        "Дома": (["Код*"], [["Р12"]]),
        "Помещения": (
            ["Дом*", "Номер*", "Общая площадь*", "Подъезд", "Нет возможности установить прибор"],
            [["Р12", "1", 50, 1, "ХВС"], ["Р12", "2", 50, 2, "ХВС"]],
        ),
        "Лицевые счета": (
            ["Номер*", "Дом*", "Помещение*", "Открыт*", "Долг по решению суда"],
            [["01", "Р12", "1", LONG_AGO, None], ["02", "Р12", "2", LONG_AGO, "да"]],
        ),
        "Проживающие": (
            ["Лицевой счёт*", "ФИО*", "Вид*", "С*", "Льгота"],
            [
                ["01", "Алёхин Пётр", "постоянно", LONG_AGO, "ВЕТ"],
                ["01", "Алёхина Анна", "постоянно", LONG_AGO, None],
                ["02", "Белов Олег", "постоянно", LONG_AGO, "ВЕТ"],
            ],
        ),
        "Отсутствие": (
            ["Лицевой счёт*", "ФИО*", "Убыл*", "Прибыл*", "Документ"],
            [["01", "Алёхин Пётр", date(2026, 10, 1), date(2026, 10, 12), "билеты"]],
        ),
        "Услуги": (
            ["Код*", "Наименование*", "Группа*", "Ресурс", "Единица*", "Способ*"],
            [
                ["СОД", "Содержание", "жилищная", None, "м2", "по площади"],
                ["ХВС", "Холодная вода", "коммунальная", "ХВС", "м3", "прибор или норматив"],
            ],
        ),
        "Тарифы": (["Услуга*", "Цена*", "С*"], [["СОД", 30.5, LONG_AGO], ["ХВС", 40, LONG_AGO]]),
        "Нормативы": (
            ["Услуга*", "Вид*", "Значение*", "С*"],
            [["ХВС", "на человека", 4.5, LONG_AGO]],
        ),
        "Назначения": (
            ["Услуга*", "Договор*", "С*", "Дом"],
            [["СОД", "Д-2", LONG_AGO, "Р12"], ["ХВС", "Д-1", LONG_AGO, "Р12"]],
        ),
        "Акты": (
            ["Услуга*", "Дом", "Подъезд", "Лицевой счёт", "Нарушение*", "Начало*", "Окончание*",
             "Показатель", "Номер", "Дата"],
            [
                ["ХВС", "Р12", 2, None, "давление", "05.10.2026 00:00", "06.10.2026 00:00",
                 "20", "12", date(2026, 10, 7)],
                ["СОД", "Р12", None, None, "содержание", "20.10.2026 00:00", "22.10.2026 00:00",
                 "2,5", "13", None],
            ],
        ),
        "Льготы": (
            ["Код*", "Наименование*", "Процент*", "Услуги*", "Норма площади", "С*"],
            [["ВЕТ", "Ветеран труда", 50, "СОД, ХВС", 18, LONG_AGO]],
        ),
    }  # fmt: skip


def charged(engine: Engine, folder: Path, sheets: Sheets) -> list[str]:
    voucher = Voucher(uuid7(), VoucherKind.IMPORT, "Оператор", made_at=AT)
    imported = import_workbook(engine, voucher, path=written(folder, sheets))
    assert imported.problems == ()
    run = Voucher(uuid7(), VoucherKind.CHARGE_RUN, "Оператор", made_at=AT)
    return [str(one) for one in charge_month(engine, run, period=OCTOBER).problems]


def lines(engine: Engine, account: str) -> list[ChargeLine]:
    with reading(engine) as snapshot:
        return charges.lines(snapshot, account, OCTOBER)


def told(engine: Engine, account: str) -> list[tuple]:
    return [
        (line.service, line.kind.name.lower(), line.method, line.amount_kop, line.compensation_kop)
        for line in lines(engine, account)
    ]


def test_a_workbook_lowers_the_lines_of_its_month(engine: Engine, tmp_path: Path) -> None:
    assert charged(engine, tmp_path, town()) == []

    assert told(engine, "01") == [
        ("СОД", "charge", "AREA", 152_500, None),
        ("СОД", "quality", "MAINT491", -806, None),  # 125 / 31 × 2
        ("СОД", "benefit", "BENEFIT", 0, 27_305),  # 18 × 15,25 × 1516,94/1525
        ("ХВС", "charge", "NORM", 36_000, None),
        ("ХВС", "absence", "ABSENCE", -5_806, None),
        ("ХВС", "benefit", "BENEFIT", 0, 6_097),  # 4,5 × 21/31 × 20
    ]
    assert told(engine, "02") == [
        # A debt by a court's decision: no benefit. The act of entrance 2 lowers the water.
        ("СОД", "charge", "AREA", 152_500, None),
        ("СОД", "quality", "MAINT491", -806, None),
        ("ХВС", "charge", "NORM", 18_000, None),
        ("ХВС", "quality", "QUALITY", -432, None),  # 180 × 24 × 0,1 %
    ]
    with reading(engine) as snapshot:
        assert [one.name for one in verify.run(snapshot) if one.rows] == []


def test_words_of_acts_and_absences_are_kept_with_the_lines(engine: Engine, tmp_path: Path) -> None:
    charged(engine, tmp_path, town())

    absence = next(one for one in lines(engine, "01") if one.kind.name == "ABSENCE")
    quality = next(one for one in lines(engine, "02") if one.method == "QUALITY")

    assert explanation.sentence(absence) == (
        "Холодная вода: перерасчёт по нормативу за дни отсутствия (ПП РФ № 354, п. 86, 90, 91):"
        " −4,5 м3 × 10/31 дн. × 40,00 ₽ = −58,06 ₽; временное отсутствие: Алёхин Пётр,"
        " убыл 01.10.2026, прибыл 12.10.2026, документ билеты."
    )
    assert "акт № 12 от 07.10.2026, с 05.10.2026 00:00 по 06.10.2026 00:00: 24 ч" in (
        explanation.sentence(quality)
    )


def test_vat_is_shown_inside_the_amounts_of_who_pays_it(engine: Engine, tmp_path: Path) -> None:
    charged(engine, tmp_path, town())

    by_method = {line.method: line for line in lines(engine, "01")}

    water, housing = by_method["NORM"], by_method["AREA"]
    assert water.vat_kop == 6_492  # 360 × 22/122 = 64,918
    assert by_method["ABSENCE"].vat_kop == -1_047  # 58,06 × 22/122 = 10,4698
    assert housing.vat_kop is None
    assert water.as_json(basis="")["vat"] == "64.92"
    assert "vat" not in housing.as_json(basis="")
    assert "В том числе НДС 22 %: 360,00 × 22/(100 + 22) = 64,92 ₽" in explanation.steps(water)


def test_a_discount_is_in_the_amount_and_keeps_its_sum(engine: Engine, tmp_path: Path) -> None:
    sheets = town() | {"Параметры": (["Код*", "Значение*"], [["льготы.режим", "скидка"]])}

    charged(engine, tmp_path, sheets)

    benefits = [one for one in told(engine, "01") if one[1] == "benefit"]
    assert benefits == [
        ("СОД", "benefit", "BENEFIT", -27_305, 27_305),
        ("ХВС", "benefit", "BENEFIT", -6_097, 6_097),
    ]
    line = next(one for one in lines(engine, "01") if one.method == "BENEFIT")
    assert line.as_json(basis="")["compensation"] == "273.05"


def test_the_same_workbook_again_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    charged(engine, tmp_path, town())
    before = told(engine, "01"), told(engine, "02")

    charged(engine, tmp_path, town())

    assert (told(engine, "01"), told(engine, "02")) == before


def test_two_entrances_have_acts_of_the_same_hours(engine: Engine, tmp_path: Path) -> None:
    sheets = town()
    _, rows = sheets["Акты"]
    rows.append([*rows[0]])
    put(sheets, "Акты", 4, "Подъезд", 1)
    put(sheets, "Акты", 4, "Показатель", "30")

    charged(engine, tmp_path, sheets)

    quality = [
        line.amount_kop
        for account in ("01", "02")
        for line in lines(engine, account)
        if line.method == "QUALITY"
    ]
    assert quality == [-1_161, -432]  # 360 / 31 as unfit; 180 × 2,4 %


def test_who_did_not_live_there_then_is_told(engine: Engine, tmp_path: Path) -> None:
    sheets = town()
    sheets["Проживающие"][0].append("До")
    for row in sheets["Проживающие"][1]:
        row.append(date(2026, 9, 1) if row[1] == "Алёхин Пётр" else None)

    (problem,) = charged(engine, tmp_path, sheets)

    assert "счёт 01" in problem
    assert "такого проживающего в эти дни нет: Алёхин Пётр" in problem
    assert [one for one in told(engine, "01") if one[1] == "absence"] == []


def test_an_entrance_without_a_house_is_named(engine: Engine, tmp_path: Path) -> None:
    sheets = put(town(), "Акты", 2, "Дом", None)
    put(sheets, "Акты", 2, "Лицевой счёт", "02")
    voucher = Voucher(uuid7(), VoucherKind.IMPORT, "Оператор", made_at=AT)

    imported = import_workbook(engine, voucher, path=written(tmp_path, sheets))

    (problem,) = imported.problems
    assert (problem.sheet, problem.row, problem.column) == ("Акты", 2, "Подъезд")


def test_what_came_late_is_recalculated_with_its_benefit(engine: Engine, tmp_path: Path) -> None:
    early = {name: rows for name, rows in town().items() if name != "Отсутствие"}
    charged(engine, tmp_path, early)
    run = Voucher(uuid7(), VoucherKind.IMPORT, "Оператор", made_at=AT)
    import_workbook(engine, run, path=written(tmp_path, town()))
    under = Voucher(uuid7(), VoucherKind.ADJUSTMENT, "Оператор", AT, reason="билеты")

    done = recalculate(engine, under, Asked(("01",), first=OCTOBER, into=NOVEMBER, reason="билеты"))

    with reading(engine) as snapshot:
        posted = charges.of_voucher(snapshot, under.key)
        assert [one.name for one in verify.run(snapshot) if one.rows] == []
    assert done.amount_kop == -5_806
    assert [(one.service, one.kind.name, one.amount_kop, one.compensation_kop)
            for one in posted] == [
        ("ХВС", "ABSENCE", -5_806, None),
        ("ХВС", "BENEFIT", 0, 6_097 - 9_000),
    ]  # fmt: skip
    # A compensation has no money of the account: what it was and became is said in words.
    assert "(льгота 90 ₽ → 60,97 ₽)" in explanation.sentence(posted[1])


def test_a_warning_does_not_keep_a_month_from_recalculation(engine: Engine, tmp_path: Path) -> None:
    sheets = put(town(), "Помещения", 2, "Нет возможности установить прибор", None)
    assert any("нет акта" in one for one in charged(engine, tmp_path, sheets))
    later = put(sheets, "Тарифы", 3, "Цена", 41)
    run = Voucher(uuid7(), VoucherKind.IMPORT, "Оператор", made_at=AT)
    import_workbook(engine, run, path=written(tmp_path, later))
    under = Voucher(uuid7(), VoucherKind.ADJUSTMENT, "Оператор", AT, reason="цена")

    done = recalculate(engine, under, Asked(("01",), first=OCTOBER, into=NOVEMBER, reason="цена"))

    assert done.amount_kop == 2_700  # 9 m3 with the factor of 3, a rouble each
    assert any("нет акта" in str(one) for one in done.problems)


def test_a_debt_confirmed_by_a_court_stops_the_benefit_from_its_day(
    engine: Engine, tmp_path: Path
) -> None:
    sheets = town()
    header, rows = sheets["Лицевые счета"]
    sheets["Лицевые счета"] = (header, [[*rows[0][:4], "15.10.2026"], rows[1]])

    charged(engine, tmp_path, sheets)

    benefits = {one[0]: one[4] for one in told(engine, "01") if one[1] == "benefit"}
    # 18 × 14/31 × 30.50 × 50 %, of 1516.94 left of 1525.00 after the act of maintenance
    assert benefits["СОД"] == 12_331
    assert not [one for one in told(engine, "02") if one[1] == "benefit"]
