"""Cells become the texts of the database exactly, or a sentence says why not."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.exchange.workbook_cells import BAD, Reader
from app.exchange.workbook_child import MARK
from app.exchange.workbook_sheet import Column, Kind, normal
from app.exchange.workbook_values import array_of, digits_of, parts_of, shown

NAN = float("nan")
INFINITE = float("inf")
YES = {"да": "t", "нет": "f"}
ZONES = {"день": "day", "полупик": "half-peak"}


def read(kind: Kind, cell: float | str, **told: object) -> str | None:
    """Read one cell of a column of this kind."""
    return Reader(Column("Столбец", "field", kind, **told))[cell]  # type: ignore[arg-type]


def refused(kind: Kind, cell: float | str, **told: object) -> str:
    """Give the sentence of a cell that cannot be read."""
    reader = Reader(Column("Столбец", "field", kind, **told))  # type: ignore[arg-type]
    assert reader[cell] is BAD
    reason = reader.reason(cell)
    assert reason.hint
    return reason.message


@pytest.mark.parametrize(
    ("kind", "cell", "text"),
    [
        (Kind.AREA, 46.1, "461000"),
        (Kind.AREA, 46.10000000000001, "461000"),
        (Kind.AREA, 0.1 + 0.2, "3000"),
        (Kind.AREA, " 54,30 ", "543000"),
        (Kind.AREA, "1 234,5", "12345000"),
        (Kind.AREA, "1\u00a0234.5", "12345000"),
        (Kind.AREA, 1 / 3, "3333"),
        (Kind.AREA, "", None),
        (Kind.AREA, "   ", None),
        (Kind.VOLUME, 1e-6, "1"),
        (Kind.VOLUME, 1e-7, "0"),
        (Kind.VOLUME, "0,0000005", "1"),
        (Kind.VOLUME, "-5.5", "-5500000"),
        (Kind.VOLUME, "\u22125,5", "-5500000"),
        (Kind.VOLUME, 123456789, "123456789000000"),
        (Kind.PRICE, 2.53, "2530000"),
        (Kind.MONEY, 1234.5, "123450"),
        (Kind.MONEY, "-0,01", "-1"),
        (Kind.MONEY, 0.1 + 0.2, "30"),
        (Kind.MONEY, 0.29, "29"),
        (Kind.PERCENT, "1,5 %", "15000"),
        (Kind.PERCENT, 50, "500000"),
        (Kind.WHOLE, 5.0, "5"),
        (Kind.WHOLE, "12", "12"),
        (Kind.CODE, 12345.0, "12345"),
        (Kind.CODE, 999999999999999.0, "999999999999999"),
        (Kind.CODE, "0012", "0012"),
        (Kind.CODE, 12.5, "12.5"),
        (Kind.TEXT, "  а б  ", "а б"),
        (Kind.TEXT, f"{MARK}b1", "ИСТИНА"),
        (Kind.TEXT, "строка\nвторая", "строка\nвторая"),
        (Kind.DATE, f"{MARK}d2026-10-31", "2026-10-31"),
        (Kind.DATE, f"{MARK}t2026-10-31T00:00:00", "2026-10-31"),
        (Kind.DATE, "31.10.2026", "2026-10-31"),
        (Kind.DATE, "1.2.2026", "2026-02-01"),
        (Kind.DATE, "2026-10-31", "2026-10-31"),
        (Kind.MOMENT, "31.10.2026 5:30", "2026-10-31T05:30:00"),
        (Kind.MOMENT, f"{MARK}t2026-10-31T05:30:00", "2026-10-31T05:30:00"),
        (Kind.MOMENT, f"{MARK}d2026-10-31", "2026-10-31T00:00:00"),
        (Kind.PERIOD, "10.2026", "2026-10-01"),
        (Kind.PERIOD, 10.2026, "2026-10-01"),
        (Kind.PERIOD, "2026-10", "2026-10-01"),
        (Kind.PERIOD, f"{MARK}d2026-10-17", "2026-10-01"),
        (Kind.PERIOD, "17.10.2026", "2026-10-01"),
        (Kind.SHARE, "1/3", "1/3"),
        (Kind.SHARE, " 2 / 4 ", "1/2"),
        (Kind.SHARE, 0.5, "1/2"),
        (Kind.SHARE, "0,25", "1/4"),
        (Kind.SHARE, 1, "1/1"),
        (Kind.MONTHS, "1-5,9-12", "{1,2,3,4,5,9,10,11,12}"),
        (Kind.MONTHS, "10-4", "{1,2,3,4,10,11,12}"),
        (Kind.MONTHS, 5, "{5}"),
        (Kind.VOLUMES, "10,5;20", "{10500000,20000000}"),
        (Kind.VOLUMES, 10.5, "{10500000}"),
        (Kind.VOLUMES, "10,5", "{10500000}"),
        (Kind.CODES, "а, б;в,а", '{"а","б","в"}'),
    ],
)
def test_a_cell_is_read_exactly(kind: Kind, cell: float | str, text: str | None) -> None:
    assert read(kind, cell) == text


@pytest.mark.parametrize(
    ("kind", "cell", "message"),
    [
        (Kind.AREA, "сорок", "не число"),
        (Kind.AREA, "1,2,3", "не число"),
        (Kind.AREA, "1e5", "не число"),
        (Kind.AREA, "0x10", "не число"),
        (Kind.AREA, "∞", "не число"),
        (Kind.AREA, NAN, "число слишком велико"),
        (Kind.AREA, INFINITE, "число слишком велико"),
        (Kind.AREA, 1e300, "число больше 900000000000"),
        (Kind.AREA, f"{MARK}d2026-10-31", "не число"),
        (Kind.MONEY, 10.005, "знаков после запятой больше 2"),
        (Kind.MONEY, "0,001", "знаков после запятой больше 2"),
        (Kind.WHOLE, 2.5, "число не целое"),
        (Kind.CODE, 1e15, "в числе больше 15 цифр, последние Excel уже заменил нулями"),
        (Kind.CODE, INFINITE, "в ячейке не текст"),
        (Kind.CODE, f"{MARK}d2026-12-01", "Excel принял этот текст за дату"),
        (Kind.TEXT, "а" * 1_001, "текст слишком длинный: знаков 1001, допустимо 1000"),
        (Kind.TEXT, "а\x00б", "в тексте есть недопустимый знак"),
        (Kind.TEXT, "а\ud800", "в тексте есть недопустимый знак"),
        (Kind.DATE, 46_000.0, "не дата, а число"),
        (Kind.DATE, "31.02.2026", "такой даты нет"),
        (Kind.DATE, "0.0.2026", "такой даты нет"),
        (Kind.DATE, "10/31/2026", "не дата"),
        (Kind.DATE, "завтра", "не дата"),
        (Kind.DATE, "01.01.1026", "год не между 1900 и 2100"),
        (Kind.DATE, f"{MARK}t2026-10-31T05:30:00", "в дате есть время"),
        (Kind.DATE, f"{MARK}h05:30", "не дата"),
        (Kind.MOMENT, "31.10.2026 25:00", "такого времени нет"),
        (Kind.MOMENT, 46_000.5, "не дата и время, а число"),
        (Kind.PERIOD, "13.2026", "такого месяца нет"),
        (Kind.PERIOD, "0.2026", "такого месяца нет"),
        (Kind.PERIOD, 10.202, "не месяц: ноль в конце года потерян"),
        (Kind.PERIOD, 202610, "не месяц"),
        (Kind.PERIOD, "октябрь", "не месяц"),
        (Kind.PERIOD, "01.01.1950", "такого месяца нет"),
        (Kind.SHARE, "3/2", "доля не между 0 и 1"),
        (Kind.SHARE, "1/0", "доля не между 0 и 1"),
        (Kind.SHARE, "0", "доля не между 0 и 1"),
        (Kind.SHARE, -0.5, "доля не между 0 и 1"),
        (Kind.SHARE, f"{MARK}d2026-03-01", "Excel принял долю за дату"),
        (Kind.MONTHS, "1-13", "такого месяца нет"),
        (Kind.MONTHS, "зима", "не месяцы"),
        (Kind.VOLUMES, "1;;2", "между «;» пусто"),
        (Kind.VOLUMES, "1;два", "не число"),
    ],
)
def test_a_cell_that_cannot_be_read_gets_a_sentence(
    kind: Kind, cell: float | str, message: str
) -> None:
    assert refused(kind, cell) == message


def test_limits_of_numbers_are_told_in_the_units_of_people() -> None:
    assert refused(Kind.AREA, 0, low=1) == "число должно быть больше нуля"
    assert refused(Kind.AREA, -5, low=0) == "число отрицательное"
    assert refused(Kind.PERCENT, 0.5, low=10_000) == "число меньше 1"
    assert refused(Kind.PERCENT, 150, high=1_000_000) == "число больше 100"


def test_words_are_found_whatever_their_case_and_the_likeness_of_letters() -> None:
    assert read(Kind.WORD, " Полу-Пик ", words=ZONES) == "half-peak"
    assert read(Kind.WORD, "пoлупик", words=ZONES) == "half-peak"  # a Latin «o»
    assert read(Kind.WORD, f"{MARK}b0", words=YES) == "f"
    assert refused(Kind.WORD, "вечер", words=ZONES) == "такого слова в списке нет"
    assert read(Kind.WORDS, "день, полупик", words=ZONES) == '{"day","half-peak"}'
    assert refused(Kind.WORDS, "день, вечер", words=ZONES) == "слова «вечер» в списке нет"
    assert normal("Корр. счёт") == normal("корр счет")
    assert normal("С") == normal("C")


def test_a_value_is_shown_as_the_sheet_shows_it() -> None:
    assert shown(46.0) == "46"
    assert shown(f"{MARK}d2026-10-31") == "31.10.2026"
    assert shown("а" * 1_000_000).endswith("…")
    assert len(shown("а" * 1_000_000)) == 80


@given(some.decimals(min_value=-(10**9), max_value=10**9, places=6))
def test_a_number_keeps_every_digit_a_cell_can_hold(number: Decimal) -> None:
    kept = Decimal(digits_of(float(number)))
    expected = (kept * 10**6).to_integral_value(rounding=ROUND_HALF_UP)

    assert read(Kind.VOLUME, float(number)) == str(int(expected))
    # Fifteen digits are what Excel has; below that the cell says exactly what was typed.
    if len(number.as_tuple().digits) <= 15:
        assert kept == number


@given(some.lists(some.text(min_size=1, alphabet=some.characters(exclude_categories=["C"]))))
def test_an_array_comes_apart_as_it_was_put_together(parts: list[str]) -> None:
    unlike = list(dict.fromkeys(part for part in parts if '","' not in part))

    if unlike:
        assert parts_of(array_of(unlike)) == unlike
