"""What a settlement centre does, from outside: months, closing, changes of the past, the books.

Documents of the verbs have the fields of the interface and no others than documented here.
"""

from fractions import Fraction

import pytest

from tests.fixtures.outside import Book, Centre, centre, rubles

# One database serves the module: its tests stay in one process.
pytestmark = [pytest.mark.xdist_group("test_user_story_from_outside"), pytest.mark.story]

F = Fraction
LINE = {
    "account", "period", "origin_period", "service", "contract", "supplier", "provider",
    "component", "zone", "kind", "method", "volume", "unit", "price", "amount", "law", "basis",
}  # fmt: skip
KINDS = {"charge", "raising", "recalculation", "absence", "quality", "correction", "benefit"}


def first_book() -> Book:
    book = Book()
    book.centre()
    book.service("СОД", "по площади", unit="м2", section="жилищная", price="30")
    book.service("ХВС", "прибор или норматив", resource="ХВС", price="40")
    book.norm("ХВС", "на человека", "5")
    book.house("Д", "СОД", "ХВС")
    book.flat("Д-1", area="50", Нет_возможности_установить_прибор="ХВС")
    book.flat("Д-2", area="40", Нет_возможности_установить_прибор="ХВС")
    book.add(
        "Сальдо",
        {"Лицевой счёт": "Д-1", "Услуга": "СОД", "Договор": "Д-1", "Период": "12.2025",
         "Основной долг": "100"},
    )  # fmt: skip
    return book


def changes() -> Book:
    """What became known in April: a second person since 11.02, the area, a price since March."""
    book = Book()
    book.person("Д-1", "Новый жилец", since="11.02.2026")
    book.add("Помещения", {"Дом": "Д", "Номер": "2", "Общая площадь": "42"})
    book.add(
        "Тарифы",
        {"Услуга": "СОД", "Цена": "33", "С": "01.03.2026", "Лицевой счёт": "Д-1",
         "Основание": "протокол № 7"},
    )  # fmt: skip
    return book


@pytest.fixture(scope="module")
def town(server, template_database, tmp_path_factory):
    with centre(server, template_database, tmp_path_factory.mktemp("story")) as made:
        made.bring(first_book())
        for month in ("2026-01", "2026-02", "2026-03"):
            made.ask("charge", month)
        made.ask("close", "2026-01")
        made.ask("close", "2026-02")
        made.ask("charge", "2026-04")
        made.before = made.ask("balance", "Д-1")
        made.bring(changes())
        made.told = made.ask("recalculate", "Д-1", "--from", "2026-01", "--preview")
        made.posted = made.ask(
            "recalculate", "Д-1", "--from", "2026-01", "--into", "2026-04",
            "--reason", "справка № 4",
        )  # fmt: skip
        yield made


def test_the_past_is_posted_into_the_open_month_by_months(town: Centre):
    amounts = {
        (line["origin_period"], line["service"]): line["amount"]
        for line in town.posted
        if line["origin_period"] in ("2026-01", "2026-02")
    }

    # February: 5 × 18/28 more of water; January has nothing to change
    assert amounts == {("2026-02", "ХВС"): rubles(F("3.214286") * 40)}
    assert {line["kind"] for line in town.posted} == {"recalculation"}
    assert {line["period"] for line in town.posted} == {"2026-04"}
    assert all("справка № 4" in line["basis"] for line in town.posted)


def test_months_after_the_change_follow_it(town: Centre):
    march = {
        line["service"]: line["amount"]
        for line in town.posted
        if line["origin_period"] == "2026-03"
    }

    # 50 × 3 of maintenance, a whole person of water
    assert march == {"СОД": "150.00", "ХВС": "200.00"}


def test_a_preview_tells_the_same_and_posts_nothing(town: Centre):
    assert [line["amount"] for line in town.told] == [line["amount"] for line in town.posted]
    assert all({"was", "became"} <= set(line) for line in town.told)


def test_a_second_time_nothing_changes(town: Centre):
    assert town.ask("recalculate", "Д-1", "--from", "2026-01") == []


def test_lines_have_the_fields_of_the_interface(town: Centre):
    lines = town.charges("Д-1", "2026-04")
    explained = town.ask("explain", "Д-1", "2026-04")

    assert lines
    assert all(set(line) - {"vat", "compensation"} == LINE for line in [*lines, *town.posted])
    assert all(set(line) - {"vat", "compensation"} == LINE | {"steps"} for line in explained)
    assert {line["kind"] for line in lines} <= KINDS
    assert [line["amount"] for line in explained] == [line["amount"] for line in lines]
    for line in lines:
        assert all(isinstance(line[name], str) for name in ("amount", "law", "basis", "method"))
        assert line["amount"].partition(".")[2].isdigit()
        assert len(line["amount"].partition(".")[2]) == 2


def test_balance_is_the_old_one_and_what_was_posted(town: Centre):
    after = town.ask("balance", "Д-1")
    posted = sum(F(line["amount"]) for line in town.posted)

    assert set(after) == {
        "account", "on", "opening", "charged", "adjusted", "penalty", "paid", "closing", "overdue",
        "lines",
    }  # fmt: skip
    assert F(after["closing"]) - F(town.before["closing"]) == posted
    # 100 of the old debt and four months of 50 × 30 + 5 × 40
    assert F(town.before["closing"]) == 100 + 4 * (1500 + 200)


def test_the_other_account_waits_in_the_queue_with_its_reason(town: Centre):
    waiting = [one for one in town.ask("recalculate", "--queue") if one["account"] == "Д-2"]

    assert waiting
    assert all(one["reason"] for one in waiting)


def test_a_line_names_only_what_touches_its_month(town: Centre):
    book = Book()
    book.tariff("СОД", "30.10", С="01.03.2026", **{"Лицевой счёт": "Д-2"})
    town.bring(book)

    told = town.ask("recalculate", "Д-2", "--from", "2026-01", "--into", "2026-04")

    by_month = {line["origin_period"]: line["basis"] for line in told if line["service"] == "СОД"}
    assert "площадь" in by_month["2026-01"]
    assert "изменён тариф" not in by_month["2026-01"]
    assert "изменён тариф" in by_month["2026-03"]


def test_a_closed_month_is_not_charged_again(town: Centre):
    status, out, err = town.run("charge", "2026-02", "--json")

    assert (status, out) == (2, "")
    assert "закрыт" in err


def test_a_correction_by_hand_is_a_line_with_its_reason(town: Centre):
    answer = town.ask("correct", "Д-2", "2026-03", "СОД", "Д-1", "-12.34", "--reason", "записка 1")
    found = [line for line in town.charges("Д-2", "2026-03") if line["kind"] == "correction"]

    assert answer
    assert [(line["amount"], line["origin_period"]) for line in found] == [("-12.34", "2026-03")]
    assert found[0]["method"] == "MANUAL"
    assert "записка 1" in found[0]["basis"]


def test_a_change_of_the_open_month_is_charged_again(town: Centre):
    book = Book()
    book.tariff("ХВС", "44", С="01.04.2026", Дом="Д")
    town.bring(book)
    run = town.ask("charge", "2026-04")

    water = [line for line in town.charges("Д-2", "2026-04", "ХВС") if line["kind"] == "charge"]
    # recalculations and corrections stay as they are
    kinds = {line["kind"] for line in town.charges("Д-1", "2026-04")}
    assert run["problems"] == []
    assert [line["amount"] for line in water] == [rubles(5 * F(44))]
    assert kinds == {"charge", "recalculation"}


def test_what_if_keeps_nothing(town: Centre):
    before = town.charges("Д-2", "2026-04", "ХВС")

    answer = town.ask("what-if", "2026-04", "--price", "ХВС=+10%", "--account", "Д-2")

    assert answer
    assert town.charges("Д-2", "2026-04", "ХВС") == before


def test_the_books_hold_and_months_close_in_order(town: Centre):
    town.ask("close", "2026-03")
    town.ask("close", "2026-04")

    books = town.ask("verify")
    assert books["ok"] is True
    assert all(one["rows"] == 0 for one in books["checks"])
