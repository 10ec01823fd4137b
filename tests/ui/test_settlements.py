"""The page of settlements on real books: choose, make, nest, write."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.domain.analysis import Dimension
from app.domain.period import Period
from app.ui.pages.settlements import SettlementsPage
from app.ui.settlements import Settlements
from app.ui.task import Tasks
from tests.fixtures.payers import settle

AT = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
OCTOBER = Period(2026, 10)
CTRL_ALT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


@pytest.fixture
def page(qapp, qtbot, engine):
    made = settle(engine)
    made.owe("1000", OCTOBER, {"хвс": 1_000, "от": 3_000})
    made.owe("1001", OCTOBER, {"хвс": 500})
    tasks = Tasks()
    shown = SettlementsPage(tasks, Settlements(engine, "Иванова", lambda: AT))
    shown.resize(1240, 640)
    shown.show()
    shown.arrive()
    qtbot.waitUntil(lambda: shown.report is not None)
    yield shown
    tasks.stop()
    shown.close()


def shown_rows(page: SettlementsPage) -> list[tuple[str, str]]:
    model = page.table.table.model
    last = model.columnCount() - 1
    return [
        tuple(str(model.data(model.index(row, column))) for column in (0, last))
        for row in range(model.rowCount())
    ]


def test_it_opens_with_the_last_month_by_service(page: SettlementsPage):
    assert page.since.period == page.until.period == OCTOBER
    assert shown_rows(page) == [("Вода", "15,00"), ("Тепло", "30,00")]
    assert page.table.table.model.columns[-1].total == 4_500


def test_groups_nest_in_the_order_they_are_chosen(page: SettlementsPage, qtbot):
    account = list(Dimension).index(Dimension.ACCOUNT) + 1
    QTest.keyClick(page, Qt.Key(ord(str(account))), CTRL_ALT)
    qtbot.waitUntil(lambda: page.report.by == (Dimension.SERVICE, Dimension.ACCOUNT))

    assert shown_rows(page) == [
        ("Вода", "15,00"), ("\u20031000", "10,00"), ("\u20031001", "5,00"),
        ("Тепло", "30,00"), ("\u20031000", "30,00"),
    ]  # fmt: skip


def test_a_group_that_means_nothing_cannot_be_chosen(page: SettlementsPage, qtbot):
    page.groups.toggle(str(Dimension.CHANNEL))
    qtbot.waitUntil(lambda: Dimension.CHANNEL in page.report.by)

    QTest.keyClick(page, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: page.report.name == "ageing")

    assert page.report.by == (Dimension.SERVICE,)
    page.groups.toggle(str(Dimension.CHANNEL))
    assert str(Dimension.CHANNEL) not in page.groups.chosen


@pytest.mark.parametrize("place", range(1, 7))
def test_every_report_is_a_key_away(page: SettlementsPage, qtbot, place: int):
    names = ["turnover", "ageing", "collection", "debtors", "payments", "charges"]

    QTest.keyClick(page, Qt.Key(ord(str(place))), Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: page.report.name == names[place - 1] and page.make_it.isEnabled())

    assert page.table.title.text() == page.report.title


def test_a_filter_limits_the_report(page: SettlementsPage, qtbot):
    page.accounts.setText("1001")
    QTest.keyClick(page.accounts, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(shown_rows(page)) == 1)

    assert shown_rows(page) == [("Вода", "5,00")]
    assert "Счета: 1001." in page.table.foot.text()


def test_a_span_cannot_be_turned_round(page: SettlementsPage):
    page.since.step_on()

    assert page.until.period == page.since.period


def test_months_with_nothing_say_so(page: SettlementsPage, qtbot):
    page.since.set_period(Period(2020, 1))
    page.until.set_period(Period(2020, 1))
    page.groups.choose(())
    page.make()
    qtbot.waitUntil(lambda: page.report.by == ())

    assert shown_rows(page) == [("Всего", "–")]


@pytest.mark.parametrize("suffix", ["pdf", "xlsx"])
def test_what_is_shown_is_written(page: SettlementsPage, qtbot, tmp_path: Path, suffix: str):
    path = tmp_path / f"отчёт.{suffix}"

    page.write(path)
    qtbot.waitUntil(lambda: str(path) in page.notice.sentence)

    if suffix == "pdf":
        assert path.read_bytes().startswith(b"%PDF")
    else:
        cells = [cell.value for cell in load_workbook(path).active["A"]]
        assert "Вода" in cells


def test_a_folder_that_is_not_there_is_told(page: SettlementsPage, qtbot, tmp_path: Path):
    page.write(tmp_path / "нет" / "отчёт.pdf")
    qtbot.waitUntil(page.notice.isVisible)

    assert "Создайте её" in page.notice.sentence
