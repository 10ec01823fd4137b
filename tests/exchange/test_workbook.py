"""A workbook is read whole, and everything that is wrong with it is told at its place."""

from datetime import date
from pathlib import Path

import pytest

from app.exchange import workbook_problems
from app.exchange.workbook import BY_REFERENCE, SHEETS
from app.exchange.workbook_known import Known, KnownAccount, KnownMeter
from app.exchange.workbook_staging import counted, payments, staged
from tests.fixtures.workbooks import Sheets, checked, full, put, written

DAY = date(2026, 5, 5)


def problems_of(folder: Path, sheets: Sheets, known: Known | None = None) -> list[tuple]:
    """Give sheet, row, column and message of every problem."""
    _, problems = checked(written(folder, sheets), known)
    return [(one.sheet, one.row, one.column, one.message) for one in problems]


def test_a_whole_workbook_has_no_problems(tmp_path: Path) -> None:
    book, problems = checked(written(tmp_path, full()))

    assert problems == ()
    assert counted(book) == {name: len(rows) for name, (_, rows) in full().items()}


def test_every_column_of_the_contract_is_in_the_whole_workbook() -> None:
    sheets = full()

    for sheet in SHEETS:
        told = {header.rstrip("*") for header in sheets[sheet.name][0]}
        assert {column.header for column in sheet.columns} <= told
    assert {sheet.name for sheet in SHEETS} == {sheet.name for sheet in BY_REFERENCE}


def test_headers_may_stand_in_any_order_with_or_without_stars(tmp_path: Path) -> None:
    sheets = full()
    for name, (headers, rows) in sheets.items():
        sheets[name] = (
            [header.rstrip("*").upper() for header in reversed(headers)],
            [list(reversed(row)) for row in rows],
        )

    book, problems = checked(written(tmp_path, sheets))

    assert problems == ()
    assert book.tables["Помещения"].column("total_cm2") == ["461000", "543000", "140000"]


def test_blank_rows_are_passed_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    headers, rows = full()["Организации"]
    blank: list[object] = [None] * len(headers)
    spaces: list[object] = [" \t "] + [None] * (len(headers) - 1)
    bad = ["Х", None, *rows[0][2:]]

    found = problems_of(tmp_path, {"Организации": (headers, [rows[0], blank, spaces, blank, bad])})

    assert found == [
        ("Организации", 6, "Наименование", "ячейка пуста, а столбец обязателен"),
    ]


def test_many_problems_alike_are_told_as_a_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook_problems, "SHOWN_MAX", 3)
    rows: list[list[object]] = [[f"Д{n}", "много"] for n in range(10)]

    _, problems = checked(written(tmp_path, {"Дома": (["Код", "Этажей"], rows)}))

    assert [one.row for one in problems] == [2, 3, 4, None]
    assert problems[-1].message == "и ещё 7 таких же: не число"


def test_unknown_columns_become_characteristics_where_they_may(tmp_path: Path) -> None:
    book, _ = checked(written(tmp_path, full()))

    assert book.tables["Дома"].free == ['{"Серия": "II-49"}']
    assert book.tables["Помещения"].free == ['{"Балкон": "есть"}', None, None]
    assert book.tables["Лицевые счета"].free[0] == '{"Участок": "5"}'


def test_empty_and_unread_sheets_are_passed(tmp_path: Path) -> None:
    sheets = full() | {"Лист1": ([], []), "Как заполнять": (["что угодно"], [["и тут"]])}

    assert problems_of(tmp_path, sheets) == []


BROKEN_SHEETS = [
    ("Заметки", ["Код"], ["Заметки", None, None, "такого листа в книге быть не должно"]),
    ("Услуги", [], None),
    ("Тарифы", ["Услуга", "Цена"], ["Тарифы", 1, "С*", "нет обязательного столбца"]),
    ("Тарифы", ["Услуга", "Цена", "С", "Ценa"], ["Тарифы", 1, "Ценa", "столбец повторяется"]),
    (
        "Тарифы", ["Услуга", "Цена", "С", "Скидка"],
        ["Тарифы", 1, "Скидка", "такого столбца на этом листе нет"],
    ),
    (
        "Дома", ["Код", *(f"Х{n}" for n in range(61))],
        ["Дома", 1, None, "лишних столбцов 61, характеристик бывает не больше 60"],
    ),
    (
        "Дома", ["Код", *(f"Х{n}" for n in range(16_383))],
        ["Дома", None, None, "на листе столбцов 16384, допустимо 400"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "headers", "expected"), BROKEN_SHEETS)
def test_a_wrong_sheet_or_header_is_told(
    tmp_path: Path, name: str, headers: list[str], expected: list | None
) -> None:
    found = problems_of(tmp_path, {name: (headers, [])})

    assert found == ([tuple(expected)] if expected else [])


# sheet, row, header, value, message
BROKEN_CELLS = [
    ("Организации", 2, "Роли", "барин", "слова «барин» в списке нет"),
    ("Организации", 3, "Код", "УК", "строка повторяет строку 2"),
    ("Организации", 2, "Расчётный счёт", 4.0702810900000003e19,
     "в числе больше 15 цифр, последние Excel уже заменил нулями"),
    ("Договоры", 3, "Поставщик", None, "у трёхстороннего договора не указан поставщик"),
    ("Договоры", 3, "До", date(2020, 1, 1), "дата не позже даты «С» (01.01.2020)"),
    ("Договоры", 2, "Исполнитель", "УКК", "такого кода нет ни на листе «Организации», ни в базе"),
    ("Договоры", 3, "Комиссия, %", 101, "число больше 100"),
    ("Дома", 2, "Этажей", -9, "число должно быть больше нуля"),
    ("Дома", 2, "Площадь ОИ", -1, "число отрицательное"),
    ("Дома", 2, "Площадь помещений", 0, "число должно быть больше нуля"),
    ("Дома", 2, "Месяцы отопления", "весь год", "не месяцы"),
    ("Дома", 2, "Год постройки", 19750, "число больше 2100"),
    ("Дома", 2, "Дом", date(2026, 1, 12), "Excel принял этот текст за дату"),
    ("Помещения", 2, "Общая площадь", 0, "число должно быть больше нуля"),
    ("Помещения", 2, "Общая площадь", -46.1, "число должно быть больше нуля"),
    ("Помещения", 2, "Общая площадь", None, "ячейка пуста, а столбец обязателен"),
    ("Помещения", 2, "Жилая площадь", 50, "площадь больше общей (46,1)"),
    ("Помещения", 3, "Номер", "1", "строка повторяет строку 2"),
    ("Помещения", 4, "Квартира", None, "у комнаты не указана квартира"),
    ("Помещения", 2, "Квартира", "7", "квартира указана, а вид помещения не «комната»"),
    ("Помещения", 2, "Дом", "Р13", "такого кода нет ни на листе «Дома», ни в базе"),
    ("Помещения", 2, "Нет возможности установить прибор", "ХВС, ГАЗ",
     "такого кода нет ни на листе «Услуги», ни в базе"),
    ("Лицевые счета", 2, "Помещение", "99",
     "такого помещения в доме «Р12» нет ни в книге, ни в базе"),
    ("Лицевые счета", 2, "Закрыт", date(2019, 1, 1), "дата не позже даты «Открыт» (01.01.2020)"),
    ("Лицевые счета", 3, "Доля", "5/3", "доля не между 0 и 1"),
    ("Лицевые счета", 3, "Номер", "0000000001", "строка повторяет строку 2"),
    ("Лицевые счета", 3, "Доля", "2/3",
     "доли счетов 0000000002, 0000000003 одного помещения вместе больше единицы: 7/6"),
    ("Проживающие", 2, "Лицевой счёт", "1",
     "такого кода нет ни на листе «Лицевые счета», ни в базе"),
    ("Проживающие", 2, "Вид", "иногда", "такого слова в списке нет"),
    ("Проживающие", 2, "Льгота", "ВЕТЕРАН", "такого кода нет ни на листе «Льготы», ни в базе"),
    ("Проживающие", 2, "Дата рождения", date(2021, 1, 1), "дата рождения позже даты «С»"),
    ("Отсутствие", 2, "Прибыл", date(2026, 7, 1), "дата не позже даты «Убыл» (01.07.2026)"),
    ("Отсутствие", 2, "ФИО", "Иванов Ивам", "на этом счёте нет проживающего с таким ФИО"),
    ("Услуги", 2, "Способ", "на глаз", "такого слова в списке нет"),
    ("Услуги", 5, "Формула", None, "способ «формула», а формулы нет"),
    ("Тарифы", 2, "Цена", "даром", "не число"),
    ("Тарифы", 2, "Цена", -1, "число отрицательное"),
    ("Тарифы", 2, "До", None, "дни пересекаются с строкой 2 (без даты окончания)"),
    ("Тарифы", 4, "Объём до", 0, "«Объём до» не больше «Объём от»"),
    ("Тарифы", 4, "Объём до", 5000, "дни пересекаются с строкой 4 (без даты окончания)"),
    ("Тарифы", 5, "Договор", "Д-3", "такого кода нет ни на листе «Договоры», ни в базе"),
    ("Тарифы", 6, "Зона", "сумерки", "такого слова в списке нет"),
    ("Нормативы", 2, "Значение", -1, "число отрицательное"),
    ("Нормативы", 4, "Вид", "на кошку", "такого слова в списке нет"),
    ("Назначения", 2, "Дом", None, "не заполнен ни один из столбцов «Дом» и «Лицевой счёт»"),
    ("Назначения", 5, "Дом", "Р12", "заполнены оба столбца «Дом» и «Лицевой счёт»"),
    ("Назначения", 3, "Услуга", "СОД", "дни пересекаются с строкой 2 (без даты окончания)"),
    ("Приборы", 2, "Начальное показание", "1;2", "показаний 2, а зон у прибора 1"),
    ("Приборы", 3, "Начальное показание", 1, "показаний 1, а зон у прибора 2"),
    ("Приборы", 3, "Зон", 4, "число больше 3"),
    ("Приборы", 3, "Снят", None, "есть конечное показание, а даты снятия нет"),
    ("Приборы", 3, "Снят", date(2019, 1, 1), "дата не позже даты «Введён» (01.01.2020)"),
    ("Приборы", 4, "Помещение", "1", "у общедомового прибора не бывает помещения и счёта"),
    ("Приборы", 5, "Помещение", None, "не указано ни помещение, ни лицевой счёт"),
    ("Показания", 2, "Объём", 5, "заполнены оба столбца «Значение» и «Объём»"),
    ("Показания", 2, "Значение", None, "не заполнен ни один из столбцов «Значение» и «Объём»"),
    ("Показания", 2, "Значение", 1e8, "у прибора 5 цифр до запятой, а в показании больше"),
    ("Показания", 2, "Зона", "ночь", "прибор на одну зону"),
    ("Показания", 4, "Зона", None, "прибор на 2 зоны, зона не подходит"),
    ("Показания", 5, "Зона", "пик", "прибор на 2 зоны, зона не подходит"),
    ("Показания", 2, "Дата", date(2019, 12, 31), "в этот день прибор не стоял"),
    ("Показания", 4, "Дата", date(2026, 8, 2), "в этот день прибор не стоял"),
    ("Показания", 2, "Прибор", "П-9", "такого кода нет ни на листе «Приборы», ни в базе"),
    ("События приборов", 2, "До", date(2026, 9, 5), "дата не позже даты «С» (05.09.2026)"),
    ("Акты", 2, "Окончание", "03.08.2026 10:00", "дата не позже даты «Начало» (03.08.2026 10:00)"),
    ("Акты", 3, "Начало", "вчера", "не дата"),
    ("Льготы", 2, "Процент", 0.5, "число меньше 1"),
    ("Льготы", 2, "Услуги", "ПЕНИЕ", "такого кода нет ни на листе «Услуги», ни в базе"),
    ("Сальдо", 2, "Основной долг", 0.001, "знаков после запятой больше 2"),
    ("Сальдо", 4, "Основной долг", None, "не указан ни основной долг, ни пени"),
    ("Сальдо", 3, "Период", "13.2026", "такого месяца нет"),
    ("Оплаты", 2, "Сумма", 0, "число должно быть больше нуля"),
    ("Оплаты", 2, "Сумма", -5, "число должно быть больше нуля"),
    ("Оплаты", 2, "Сумма", 10.005, "знаков после запятой больше 2"),
    ("Оплаты", 2, "Канал", "почта", "такого слова в списке нет"),
    ("Оплаты", 2, "Агент", "УУК", "такого кода нет ни на листе «Организации», ни в базе"),
    ("Параметры", 2, "Код", "день_выплаты", "такого параметра нет"),
    ("Параметры", 2, "Значение", "тридцать", "такого значения у параметра не бывает"),
]  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN_CELLS, ids=lambda broken: f"{broken[0]} {broken[2]}")
def test_a_broken_cell_is_told_at_its_place_with_advice(tmp_path: Path, broken: tuple) -> None:
    sheet, row, header, value, message = broken

    _, problems = checked(written(tmp_path, put(full(), sheet, row, header, value)))

    said = {(one.sheet, one.message): one for one in problems}
    assert (sheet, message) in said, [str(one) for one in problems]
    found = said[sheet, message]
    assert found.row is not None
    assert found.hint or message.startswith("ячейка пуста")
    # Whatever else follows from it is told of the sheets that name the row, not of this one.
    assert sum(one.sheet == sheet for one in problems) == 1


def test_problems_are_all_collected_by_sheet_and_row(tmp_path: Path) -> None:
    sheets = put(full(), "Параметры", 2, "Значение", "тридцать")
    put(sheets, "Показания", 3, "Дата", "вчера")
    put(sheets, "Показания", 2, "Прибор", "П-9")
    put(sheets, "Показания", 2, "Значение", "много")
    put(sheets, "Дома", 2, "Этажей", -1)

    found = problems_of(tmp_path, sheets)

    assert [problem[:3] for problem in found] == [
        ("Дома", 2, "Этажей"),
        ("Показания", 2, "Значение"),
        ("Показания", 2, "Прибор"),
        ("Показания", 3, "Дата"),
        ("Параметры", 2, "Значение"),
    ]


def test_a_wrong_code_is_answered_with_the_nearest_one(tmp_path: Path) -> None:
    _, problems = checked(written(tmp_path, put(full(), "Тарифы", 2, "Услуга", "СОДД")))

    assert [one.hint for one in problems] == ["Вы имели в виду «СОД»?"]


def test_rows_that_name_a_bad_row_fall_with_it_and_are_told_only_when_asked(
    tmp_path: Path,
) -> None:
    path = written(tmp_path, put(full(), "Дома", 2, "Этажей", "много"))

    _, silent = checked(path)
    book, told = checked(path, tell_fallen=True)

    assert [one.sheet for one in silent] == ["Дома"]
    assert counted(book)["Помещения"] == 0
    assert counted(book)["Лицевые счета"] == 0
    assert counted(book)["Организации"] == 2
    assert counted(book)["Сальдо"] == 0
    assert all("не загружена" in one.message for one in told[1:])


def test_what_the_database_knows_may_be_named(tmp_path: Path) -> None:
    sheets = {name: full()[name] for name in ("Проживающие", "Показания", "Сальдо")}
    account = KnownAccount(("Р12", "", "1"), "2020-01-01", None, "1/1")
    known = Known(
        codes={
            "Льготы": frozenset({"ВЕТ"}),
            "Услуги": frozenset({"СОД", "ХВС"}),
            "Договоры": frozenset({"Д-1", "Д-2"}),
        },
        accounts={f"000000000{n}": account for n in (1, 2, 3, 4)},
        meters={
            "П-1": KnownMeter("1", "5", "2020-01-01", None),
            "П-2": KnownMeter("2", None, "2020-01-01", "2026-08-01"),
            "П-3": KnownMeter("1", None, "2020-01-01", None),
        },
    )

    assert problems_of(tmp_path, sheets, known) == []
    assert len(problems_of(tmp_path, sheets)) > 5


def test_shares_are_counted_with_the_accounts_of_the_database(tmp_path: Path) -> None:
    names = ("Организации", "Дома", "Услуги", "Помещения", "Лицевые счета")
    sheets = {name: full()[name] for name in names}
    other = KnownAccount(("Р12", "", "2"), "2019-01-01", None, "1/2")
    closed = KnownAccount(("Р12", "", "2"), "2019-01-01", "2020-01-01", "1/2")

    over = problems_of(tmp_path, sheets, Known(accounts={"77": other}))
    right = problems_of(tmp_path, sheets, Known(accounts={"77": closed}))

    assert [problem[:3] for problem in over] == [("Лицевые счета", 4, "Доля")]
    assert "4/3" in over[0][3]
    assert right == []


def test_a_dated_row_must_not_overlap_one_of_the_database(tmp_path: Path) -> None:
    sheets = {name: full()[name] for name in ("Услуги", "Тарифы")}
    sheets["Тарифы"] = (sheets["Тарифы"][0], [sheets["Тарифы"][1][1]])
    row = {
        "service": "СОД", "contract": None, "house": None, "account": None, "zone": None,
        "component": None, "rate": "volume", "volume_from_mcu": "0", "volume_to_mcu": None,
        "valid_from": "2026-01-01", "valid_to": None,
    }  # fmt: skip

    over = problems_of(tmp_path, sheets, Known(dated={"Тарифы": (row,)}))
    closed = Known(dated={"Тарифы": (row | {"valid_to": "2026-10-01"},)})
    same = Known(dated={"Тарифы": (row | {"valid_from": "2026-10-01"},)})

    assert over == [
        ("Тарифы", 2, "С", "дни пересекаются с записью базы с 01.01.2026 (без даты окончания)")
    ]
    assert problems_of(tmp_path, sheets, closed) == []
    assert problems_of(tmp_path, sheets, same) == []


def test_a_room_is_named_by_its_flat_where_its_number_is_not_enough(tmp_path: Path) -> None:
    sheets = full()
    sheets["Помещения"][1].append(
        ["Р12", "1", "комната", "4", 15, *[None] * 9],
    )
    sheets["Помещения"][1].append(
        ["Р12", "9", "комната", "4", 15, *[None] * 9],
    )
    sheets["Помещения"][1].append(
        ["Р12", "8", "комната", "4", 15, *[None] * 9],
    )
    sheets["Помещения"][1].append(
        ["Р12", "8", "комната", "5", 15, *[None] * 9],
    )
    accounts = sheets["Лицевые счета"][1]
    for number, label in (("11", "4/1"), ("12", "9"), ("13", "1"), ("14", "8")):
        accounts.append([number, "Р12", label, None, DAY, DAY.replace(year=2027), *[None] * 7])
    put(sheets, "Лицевые счета", 2, "Закрыт", DAY)

    book, problems = checked(written(tmp_path, sheets))

    table = book.tables["Лицевые счета"]
    found = list(zip(table.column("flat_number"), table.column("premises_number"), strict=True))
    assert found[4:] == [("4", "1"), ("4", "9"), ("", "1"), (None, None)]
    assert [(one.row, one.message) for one in problems] == [
        (9, "в доме «Р12» несколько комнат с номером «8»")
    ]


def test_payments_have_the_same_keys_whenever_they_come(tmp_path: Path) -> None:
    book, _ = checked(written(tmp_path, full()))
    sheets = full()
    sheets["Оплаты"][1].reverse()
    again, _ = checked(written(tmp_path, sheets))

    keys = [payment.key for payment in payments(book)]
    assert len(set(keys)) == 3
    assert set(keys) == {payment.key for payment in payments(again)}


def test_first_and_last_readings_become_readings_of_their_zones(tmp_path: Path) -> None:
    book, _ = checked(written(tmp_path, full()))

    rows = [columns for table, columns in staged(book, Known()) if table == "reading"]

    assert list(zip(*(rows[0][name] for name in
                      ("meter", "zone", "taken_on", "value_mcu", "source")), strict=True)) == [
        ("П-1", "", "2020-01-01", "10500000", "initial"),
        ("П-2", "day", "2020-01-01", "100000000", "initial"),
        ("П-2", "night", "2020-01-01", "50500000", "initial"),
        ("П-2", "day", "2026-08-01", "900000000", "final"),
        ("П-2", "night", "2026-08-01", "400000000", "final"),
    ]  # fmt: skip
