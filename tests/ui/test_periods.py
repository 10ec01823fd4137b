"""The page of periods on real books: look, close, close a part, override, open again."""

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from uuid_utils.compat import uuid7

from app.domain.closing import MonthPart, MonthState
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.operations.charge_month import charge_month
from app.operations.open_shift import open_shift
from app.ui.closings import Closings
from app.ui.pages.periods import PeriodsPage
from app.ui.task import Tasks
from tests.fixtures.charge_stock import Stock
from tests.fixtures.charge_towns import OCTOBER, grown_town

AT = datetime(2026, 10, 31, 9, 0, tzinfo=UTC)
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def stock(engine) -> Stock:
    made = Stock(engine, grown_town()).write()
    for month in (Period(2026, 9), OCTOBER):
        charge_month(engine, Voucher(uuid7(), VoucherKind.CHARGE_RUN, "Иванова", AT), period=month)
    return made


@pytest.fixture
def page(qapp, qtbot, engine, stock, tmp_path):
    tasks = Tasks()
    made = PeriodsPage(tasks, Closings(engine, "Иванова", lambda: AT, tmp_path / "desks"))
    made.resize(1240, 640)
    made.show()
    made.arrive()
    qtbot.waitUntil(lambda: made.seen is not None and made.seen.period == OCTOBER)
    yield made
    tasks.stop()
    made.close()


def stand_on(page: PeriodsPage, qtbot, month: Period) -> None:
    row = [one.period for one in page.months].index(month)
    page.table.table.view.setCurrentIndex(page.table.table.model.index(row, 0))
    qtbot.waitUntil(lambda: page.seen is not None and page.seen.period == month)


def state_of(page: PeriodsPage, month: Period) -> MonthState | None:
    return next((one.state for one in page.months if one.period == month), None)


def close(page: PeriodsPage, qtbot, month: Period) -> None:
    stand_on(page, qtbot, month)
    QTest.keyClick(page, Qt.Key.Key_Return, CONTROL)
    qtbot.waitUntil(lambda: state_of(page, month) is MonthState.CLOSED, timeout=30_000)


def test_months_are_shown_with_the_latest_first(page: PeriodsPage) -> None:
    model = page.table.table.model

    shown = [
        [str(model.data(model.index(row, column))) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]

    assert shown == [
        ["октябрь 2026", "открыт", "открыто", "открыто", "открыто"],
        ["сентябрь 2026", "открыт", "открыто", "открыто", "открыто"],
    ]
    assert page.close_button.isEnabled()
    assert not page.open_button.isEnabled()


def test_ctrl_enter_closes_the_month_one_stands_on(page: PeriodsPage, qtbot) -> None:
    close(page, qtbot, Period(2026, 9))

    assert "Период 09.2026 закрыт, снято остатков: " in page.notice.sentence
    assert state_of(page, OCTOBER) is MonthState.OPEN


def test_a_month_out_of_order_says_which_is_first(page: PeriodsPage, qtbot) -> None:
    QTest.keyClick(page, Qt.Key.Key_Return, CONTROL)
    qtbot.waitUntil(lambda: "сначала закройте 09.2026" in page.notice.sentence)

    assert state_of(page, OCTOBER) is MonthState.OPEN


def test_f6_turns_to_a_part_and_closes_it_alone(page: PeriodsPage, qtbot) -> None:
    stand_on(page, qtbot, Period(2026, 9))
    for _ in range(2):
        QTest.keyClick(page, Qt.Key.Key_F6)
    qtbot.waitUntil(lambda: page.seen is not None and page.seen.part is MonthPart.PAYMENTS)

    QTest.keyClick(page, Qt.Key.Key_Return, CONTROL)
    qtbot.waitUntil(lambda: "закрыто: оплата" in page.notice.sentence)
    qtbot.waitUntil(lambda: bool(page.months[1].parts_closed_at))

    assert page.whole.word == "Часть: оплата"
    assert set(page.months[1].parts_closed_at) == {MonthPart.PAYMENTS}
    assert page.months[1].state is MonthState.OPEN


def test_a_month_is_opened_again_with_a_reason(page: PeriodsPage, qtbot) -> None:
    close(page, qtbot, Period(2026, 9))
    qtbot.waitUntil(page.open_button.isEnabled)

    QTest.keyClick(page, Qt.Key.Key_R, CONTROL)
    assert "Напишите причину" in page.notice.sentence
    page.reason.setText("забыт акт № 5")
    QTest.keyClick(page, Qt.Key.Key_R, CONTROL)
    qtbot.waitUntil(
        lambda: state_of(page, Period(2026, 9)) is MonthState.OPEN
        and page.seen is not None and len(page.seen.acts) == 2,
        timeout=30_000,
    )  # fmt: skip

    assert "Снимок отменён" in page.notice.sentence
    assert page.seen.acts[0].reason == "забыт акт № 5"
    assert page.reason.text() == ""


def test_a_stop_is_overridden_only_with_a_reason(page: PeriodsPage, qtbot, engine) -> None:
    open_shift(engine, Voucher(uuid7(), VoucherKind.PAYMENT, "Петрова", AT), desk_no=2)
    close(page, qtbot, Period(2026, 9))
    stand_on(page, qtbot, OCTOBER)
    qtbot.waitUntil(page.override.isEnabled)
    assert "Закройте смены" in page.checks.foot.text()

    QTest.keyClick(page, Qt.Key.Key_Return, CONTROL)
    qtbot.waitUntil(lambda: "не закрыт. Смен, открытых" in page.notice.sentence)
    QTest.keyClick(page, Qt.Key.Key_Insert)
    page.reason.setText("касса сгорела")
    QTest.keyClick(page, Qt.Key.Key_Return, CONTROL)
    qtbot.waitUntil(lambda: state_of(page, OCTOBER) is MonthState.CLOSED, timeout=30_000)

    with engine.connection() as connection:
        kept = connection.execute(
            "select name, reason from app.closing_check where reason is not null"
        ).fetchall()
    assert kept == [("shifts-open", "касса сгорела")]


def test_a_database_without_months_says_what_to_do(qapp, qtbot, engine, tmp_path) -> None:
    tasks = Tasks()
    page = PeriodsPage(tasks, Closings(engine, "Иванова", lambda: AT, tmp_path))
    page.show()
    page.arrive()
    qtbot.waitUntil(lambda: "начислите первый" in page.table.empty.text())

    assert not page.close_button.isEnabled()
    tasks.stop()
    page.close()
