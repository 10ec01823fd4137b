"""Absence, quality, benefits and VAT by the law, from outside (charges.md §8, §10-§12).

October 2026 has 31 days, 744 hours. Cold water costs 40 a m3 and its norm is 5.
"""

from fractions import Fraction

import pytest

from tests.fixtures.outside import LONG_AGO, Book, Centre, centre, rubles, six

# One database serves the module: its tests stay in one process.
pytestmark = pytest.mark.xdist_group("test_reductions_from_outside")

F = Fraction
MONTH = "2026-10"
NO_METER = "Нет_возможности_установить_прибор"


def catalogue(book: Book) -> None:
    book.centre()
    book.sheets["Организации"][0]["НДС"] = "да"
    book.service("СОД", "по площади", unit="м2", section="жилищная", price="30")
    book.service("ХВС", "прибор или норматив", resource="ХВС", price="40")
    book.service("ГВС", "прибор или норматив", resource="ГВС", price="150")
    book.service("ВО", "водоотведение", resource="ВО", price="30")
    book.service("ОТ", "отопление", unit="Гкал", resource="тепло", price="2000")
    book.service("ТКО", "ТКО по лицам", resource="ТКО", price="600")
    book.service("ТКОП", "ТКО по площади", resource="ТКО", price="600")
    for service, kind, value in (
        ("ХВС", "на человека", "5"), ("ГВС", "на человека", "3"), ("ВО", "на человека", "8"),
        ("ОТ", "на м2", "0.03"), ("ТКО", "на человека", "1.8"), ("ТКОП", "на м2", "0.2"),
    ):  # fmt: skip
        book.norm(service, kind, value)


def absences(book: Book) -> None:
    book.house("О", "ХВС", "ВО", "ОТ", "ТКО", "ТКОП")
    for flat, act in (("О-1", "ХВС, ВО"), ("О-2", None), ("О-3", "ХВС, ВО")):
        book.flat(flat, area="40", people=2, **{NO_METER: act})
    for account, left, back in (
        ("О-1", "30.09.2026", "11.10.2026"),  # 1-10.10: ten full days
        ("О-2", "30.09.2026", "11.10.2026"),  # no act that a meter is impossible
        ("О-3", "30.09.2026", "06.10.2026"),  # five full days: not more than five
    ):
        book.add(
            "Отсутствие",
            {"Лицевой счёт": account, "ФИО": "Житель 0", "Убыл": left, "Прибыл": back,
             "Документ": "билет"},
        )  # fmt: skip


def acts(book: Book) -> None:
    book.house("К", "ХВС", "ГВС", "ОТ", "СОД")
    for flat in ("К-1", "К-2"):
        book.flat(flat, area="50", people=2)
    for service, volumes in (("ХВС", ("10", "7")), ("ГВС", ("6", "5"))):
        for flat, volume in zip(("К-1", "К-2"), volumes, strict=True):
            book.meter(f"{service}{flat}", service, flat)
            book.took(f"{service}{flat}", volume)

    def act(service: str, breach: str, begins: str, ends: str, **more: str) -> None:
        columns = {"Услуга": service, "Нарушение": breach, "Начало": begins, "Окончание": ends}
        book.add("Акты", columns | more)

    # 20 hours on end: 20 − 4 = 16 is more than 20 − 8 = 12
    act("ХВС", "перерыв", "05.10.2026 00:00", "05.10.2026 20:00", Дом="К", Номер="а-1")
    # 49 °C by day for ten hours: 60 − 49 − 3 = 8 °C, two full steps of three
    act("ГВС", "температура воды", "06.10.2026 08:00", "06.10.2026 18:00", Показатель="49",
        **{"Лицевой счёт": "К-1"})  # fmt: skip
    # the flat had no water four hours more: 24 hours in all, no hour counts twice
    act("ХВС", "перерыв", "05.10.2026 10:00", "06.10.2026 00:00", Номер="а-2",
        **{"Лицевой счёт": "К-1"})  # fmt: skip
    # two days of bad water of 31
    act("ХВС", "состав", "10.10.2026 00:00", "12.10.2026 00:00", **{"Лицевой счёт": "К-2"})
    # 16 °C for ten hours by day: two degrees
    act("ОТ", "температура воздуха", "07.10.2026 08:00", "07.10.2026 18:00", Показатель="16",
        **{"Лицевой счёт": "К-1"})  # fmt: skip
    # a work of 3 ₽ a m2 not done for four full days (491, §10)
    act("СОД", "содержание", "01.10.2026 00:00", "05.10.2026 00:00", Дом="К", Показатель="3")


def benefits(book: Book) -> None:
    book.house("Л", "СОД", "ХВС", "ОТ")
    book.flat("Л-1", area="50", people=1)
    book.person("Л-1", "Ветеран", Льгота="ВЕТ")
    book.meter("хЛ", "ХВС", "Л-1")
    book.took("хЛ", "12")
    book.add(
        "Льготы",
        {"Код": "ВЕТ", "Наименование": "Ветеран", "Процент": 50, "Услуги": "СОД, ХВС, ОТ",
         "Норма площади": 18, "По нормативу": "да", "С": LONG_AGO},
    )  # fmt: skip


@pytest.fixture(scope="module")
def town(server, template_database, tmp_path_factory):
    book = Book()
    for part in (catalogue, absences, acts, benefits):
        part(book)
    with centre(server, template_database, tmp_path_factory.mktemp("reductions")) as made:
        made.bring(book)
        made.run_of_month = made.ask("charge", MONTH)
        yield made


ABSENT = six(F(5) * 10 / 31)  # norm × days of one person
LINES = [
    ("О-1", "ХВС", "absence", [-ABSENT * 40]),
    ("О-1", "ВО", "absence", [-six(F(8) * 10 / 31) * 30]),
    ("О-1", "ОТ", "absence", []),
    ("О-1", "ТКО", "absence", [-six(F("1.8") / 12 * 10 / 31) * 600]),
    # by area: P × d / D / n, P = 40 × 0.2 / 12 × 600 = 400.00
    ("О-1", "ТКОП", "absence", [-F(rubles(six(F(40) * F("0.2") / 12) * 600)) * 10 / 62]),
    ("О-2", "ХВС", "absence", []),
    ("О-2", "ТКО", "absence", [-six(F("1.8") / 12 * 10 / 31) * 600]),
    ("О-3", "ХВС", "absence", []),
    ("О-3", "ТКО", "absence", []),
    # 20 h × 0.15 % of 400; 16 h of 280 and two days of 31 more, in one multiplication
    ("К-1", "ХВС", "quality", [-F(400) * 20 * F("0.0015")]),
    ("К-2", "ХВС", "quality", [-F(280) * (16 * F("0.0015") + F(2, 31))]),
    # two steps × 0.1 % × 10 h of 900
    ("К-1", "ГВС", "quality", [-F(900) * 2 * 10 * F("0.001")]),
    ("К-2", "ГВС", "quality", []),
    # two degrees × 10 h × 0.15 % of 50 × 0.03 × 2000
    ("К-1", "ОТ", "quality", [-F(3000) * 2 * 10 * F("0.0015")]),
    ("К-1", "СОД", "quality", [-F(3) * 50 / 31 * 4]),
    ("К-2", "СОД", "quality", [-F(3) * 50 / 31 * 4]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("account", "service", "kind", "amounts"), LINES, ids=[f"{one[0]} {one[1]}" for one in LINES]
)
def test_a_reduction_is_the_law_to_the_kopeck(town: Centre, account, service, kind, amounts):
    found = [line for line in town.charges(account, MONTH, service) if line["kind"] == kind]

    assert [line["amount"] for line in found] == [rubles(amount) for amount in amounts]


def test_a_reduction_names_all_its_acts(town: Centre):
    [line] = [one for one in town.charges("К-1", MONTH, "ХВС") if one["kind"] == "quality"]

    assert "а-1" in line["basis"]
    assert "а-2" in line["basis"]
    assert "перерыв 24 ч" in line["basis"]


def test_an_absence_not_taken_is_told_with_its_account(town: Centre):
    told = [one for one in town.run_of_month["problems"] if one.get("account") == "О-2"]

    assert told
    assert all("отсутств" in one["message"] for one in told)


def test_a_benefit_is_shown_beside_the_charge(town: Centre):
    lines = [line for line in town.charges("Л-1", MONTH) if line["kind"] == "benefit"]

    # Compensation: the resident is charged in full, the worth of the benefit stands beside
    assert {line["service"]: line["amount"] for line in lines} == dict.fromkeys(
        ("СОД", "ХВС", "ОТ"), "0.00"
    )
    assert {line["service"]: line["compensation"] for line in lines} == {
        # min(50 × 1/2; 18) m2 × 30 × 50 %
        "СОД": rubles(F(18) * 30 / 2),
        # min(12 × 1/2; 5) m3 × 40 × 50 %
        "ХВС": rubles(F(5) * 40 / 2),
        # 3000 × 18/50 × 50 %
        "ОТ": rubles(F(3000) * 18 / 50 / 2),
    }


def test_vat_is_inside_the_amount(town: Centre):
    line = town.charges("Л-1", MONTH, "СОД")[0]

    # r/(100 + r), 22 % since 2026
    assert line["vat"] == rubles(F(line["amount"]) * 22 / 122)


def test_the_books_hold(town: Centre):
    assert town.ask("verify")["ok"] is True


def test_a_pocket_calculator_agrees_with_every_line(town: Centre):
    assert town.reckoned(MONTH)
