"""The life of a meter by the law, month after month, from outside (charges.md §3, §15).

Cold water costs 40 a m3, the norm is 5, two people live: 10 m3 by the norm, 3 times raised.
"""

from fractions import Fraction

import pytest

from tests.fixtures.outside import Book, Centre, centre, rubles, six

# One database serves the module: its tests stay in one process.
pytestmark = pytest.mark.xdist_group("test_meter_life_from_outside")

F = Fraction
PRICE = F(40)
BEFORE = ("10.2025", "11.2025", "12.2025", "01.2026", "02.2026", "03.2026")
TOOK = (4, 5, 6, 4, 5, 6)  # 30 in six months: 5 a month
AVERAGE = F(30, 6)
AVERAGE_OF_APRIL = F(5 + 6 + 4 + 5 + 6 + 5, 6)  # the six months before May: April was 5
MONTHS = ("2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09")


def meter_with_history(book: Book, place: str, *more: int, people: int = 2) -> str:
    """Readings of the half year, then of the months from April on: what each month took."""
    book.flat(place, area="40", people=people)
    code = f"х{place}"
    book.meter(code, "ХВС", place, Введён="01.10.2025", Начальное_показание="100")
    at = 100
    for month, volume in zip((*BEFORE, *(f"0{m}.2026" for m in range(4, 10))), (*TOOK, *more),
                             strict=False):  # fmt: skip
        at += volume
        book.shown(code, str(at), on=f"20.{month}")
    return code


def event(book: Book, code: str, kind: str, since: str, until: str | None = None) -> None:
    book.add("События приборов", {"Прибор": code, "Событие": kind, "С": since, "До": until})


def lives(book: Book) -> None:
    book.centre()
    book.service("ХВС", "прибор или норматив", resource="ХВС", price="40")
    book.norm("ХВС", "на человека", "5")
    book.service("ЭЭ", "электроэнергия", unit="кВт·ч", resource="ЭЭ", price="5")
    book.norm("ЭЭ", "на человека", "90")
    book.house("П", "ХВС")
    # 1: silent from April, a reading of 170 in August
    silent = meter_with_history(book, "П-1")
    book.shown(silent, "170", on="20.08.2026")
    # 2: fails on 11.05 at 137; 3: access refused since April, the payer's readings are not taken
    failed = meter_with_history(book, "П-2", 5)
    book.shown(failed, "137", on="11.05.2026")
    event(book, failed, "неисправность", "11.05.2026")
    event(book, meter_with_history(book, "П-3", 5, 5, 5, 5, 5), "отказ в допуске", "01.04.2026")
    # 4: removed on 11.05, another since 16.05
    old = meter_with_history(book, "П-4", 5)
    book.sheets["Приборы"][-1] |= {"Снят": "11.05.2026", "Конечное показание": "137"}
    assert old == "хП-4"
    book.meter("н4", "ХВС", "П-4", Введён="16.05.2026", Начальное_показание="0")
    book.shown("н4", "3", on="25.05.2026")
    # 5: two months of history are not enough
    book.flat("П-5", area="40", people=2)
    book.meter("х5", "ХВС", "П-5", Введён="01.02.2026", Начальное_показание="0")
    for nth, month in enumerate(("02", "03"), 1):
        book.shown("х5", str(4 * nth), on=f"20.{month}.2026")
    # 6: interference from 11.05 to 21.05
    event(book, meter_with_history(book, "П-6", 5, 5), "вмешательство", "11.05.2026", "21.05.2026")
    # 7: connected without leave, 3 kW for ten days
    book.house("С", "ЭЭ")
    book.flat("С-1", area="40", people=1)
    book.add(
        "Самовольные подключения",
        {"Лицевой счёт": "С-1", "Услуга": "ЭЭ", "С": "01.05.2026", "До": "11.05.2026",
         "Мощность, кВт": "3", "Акт": "акт № 1"},
    )  # fmt: skip
    # 8: an inspector finds 3 m3 more in May
    checked = meter_with_history(book, "П-8", 5, 5)
    book.shown(checked, "143", on="25.05.2026", Источник="контролёр")
    # 9: silent in August; from September on readings begin anew
    late = meter_with_history(book, "П-9", 5, 5, 5, 5)
    book.shown(late, "170", on="20.09.2026")
    book.add(
        "Параметры",
        {"Код": "показание_после_среднего", "Значение": "перезапуск", "С": "01.09.2026"},
    )
    # Two risers, one of them silent
    meter_with_history(book, "П-10", 5, 5, 5, 5, 5, 5)
    book.meter("в10", "ХВС", "П-10", Введён="01.10.2025", Начальное_показание="0")
    for nth, month in enumerate(BEFORE, 1):
        book.shown("в10", str(2 * nth), on=f"20.{month}")
    # Electricity: a broken meter is read by the average without end, no factor (§2.3)
    book.flat("С-2", area="40", people=1)
    book.meter("эС-2", "ЭЭ", "С-2", Введён="01.10.2025", Начальное_показание="0")
    for nth, month in enumerate(BEFORE, 1):
        book.shown("эС-2", str(70 * nth), on=f"20.{month}")
    event(book, "эС-2", "неисправность", "01.04.2026")


@pytest.fixture(scope="module")
def town(server, template_database, tmp_path_factory):
    book = Book()
    lives(book)
    with centre(server, template_database, tmp_path_factory.mktemp("life")) as made:
        made.bring(book)
        for month in MONTHS:
            made.ask("charge", month)
        yield made


LINES = [
    # §59 б: three averages, then the norm without a factor; the late reading less all of them
    ("П-1", "2026-04", [("AVG59B", AVERAGE)]),
    ("П-1", "2026-06", [("AVG59B", AVERAGE)]),
    ("П-1", "2026-07", [("NORM", F(10))]),
    ("П-1", "2026-08", [("IPU", F(170 - 130) - 3 * AVERAGE - 10)]),
    # §59 а: the day of the event is already without a meter: 21 days of May
    ("П-2", "2026-05", [("IPU", F(2)), ("AVG59A", six(AVERAGE_OF_APRIL * 21 / 31))]),
    ("П-2", "2026-06", [("AVG59A", six(AVERAGE_OF_APRIL))]),
    ("П-2", "2026-07", [("AVG59A", six(AVERAGE_OF_APRIL))]),
    ("П-2", "2026-08", [("NORM", F(10)), ("NORM_K", F(20))]),
    # §59 в, §60(1)
    ("П-3", "2026-04", [("AVG59V", AVERAGE)]),
    ("П-3", "2026-06", [("AVG59V", AVERAGE)]),
    ("П-3", "2026-07", [("NORM", F(10)), ("NORM_K", F(20))]),
    # 2 by the old one, 3 by the new one, five days between them
    ("П-4", "2026-05", [("IPU", F(2)), (None, six(AVERAGE_OF_APRIL * 5 / 31)), ("IPU", F(3))]),
    # less than three months: the norm at once
    ("П-5", "2026-04", [("NORM", F(10))]),
    # restart: the month of the late reading is by the average still, of February to July
    ("П-9", "2026-08", [("AVG59B", six(F(5 + 6 + 5 * 4, 6)))]),
    ("П-9", "2026-09", [("AVG59B", six(F(5 + 6 + 5 * 4, 6)))]),
    # two risers: 5 by the meter that speaks, 2 by the average of the silent
    ("П-10", "2026-04", [(None, F(7))]),
    ("П-10", "2026-07", [("NORM", F(10))]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("account", "month", "lines"), LINES, ids=[f"{one[0]} {one[1]}" for one in LINES]
)
def test_a_month_of_a_meter_is_the_law(town: Centre, account, month, lines):
    found = town.charges(account, month, "ХВС")

    assert [F(line["amount"]) for line in found] == [
        F(rubles(volume * PRICE)) for _, volume in lines
    ]
    for line, (method, _) in zip(found, lines, strict=True):
        assert method in (None, line["method"])


def test_interference_is_ten_norms_for_its_days(town: Centre):
    found = [(line["method"], line["amount"]) for line in town.charges("П-6", "2026-05", "ХВС")]

    # ten days before and eleven days after by the meter
    assert found == [
        ("IPU", rubles(six(F(5) * 10 / 31) * PRICE)),
        ("NORM10", rubles(six(F(5) * 10 * 2 * 10 / 31) * PRICE)),
        ("IPU", rubles(six(F(5) * 11 / 31) * PRICE)),
    ]


def test_an_unauthorised_connection_is_its_power_day_and_night(town: Centre):
    found = {line["method"]: line for line in town.charges("С-1", "2026-05", "ЭЭ")}

    assert found["PIPE62"]["amount"] == rubles(F(3 * 24 * 10) * 5)
    assert found["NORM"]["amount"] == rubles(F(90) * 5)


def test_what_an_inspector_finds_is_a_line_of_its_month(town: Centre):
    found = {line["method"]: line["amount"] for line in town.charges("П-8", "2026-05", "ХВС")}

    assert found == {"IPU": rubles(5 * PRICE), "RECALC61": rubles(3 * PRICE)}


def test_a_broken_meter_of_electricity_stays_by_the_average(town: Centre):
    for month in MONTHS:
        found = town.charges("С-2", month, "ЭЭ")

        assert [(line["method"], line["amount"]) for line in found] == [("AVG59A", "350.00")]


def test_the_books_hold(town: Centre):
    assert town.ask("verify")["ok"] is True


def test_a_pocket_calculator_agrees_with_every_line(town: Centre):
    assert town.reckoned("2026-05")
    assert town.reckoned("2026-08")
