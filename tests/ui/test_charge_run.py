"""The page of charges on real books: calculate, look, approve, publish."""

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from uuid_utils.compat import uuid7

from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.operations.charge_month import charge_month
from app.ui.charge_runs import ChargeRuns
from app.ui.pages.charge_run import ChargeRunPage
from app.ui.pages.charge_run_model import RunState
from app.ui.task import Tasks
from tests.fixtures.charge_stock import Stock
from tests.fixtures.charge_towns import OCTOBER, grown_town

AT = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)


@pytest.fixture
def page(qapp, qtbot, engine):
    Stock(engine, grown_town()).write()
    charge_month(
        engine,
        Voucher(uuid7(), VoucherKind.CHARGE_RUN, "Иванова", AT),
        period=Period(2026, 9),
    )
    tasks = Tasks()
    made = ChargeRunPage(tasks, ChargeRuns(engine, "Иванова", lambda: AT))
    made.resize(1240, 640)
    made.show()
    made.show_month(OCTOBER)
    qtbot.waitUntil(lambda: made.month is not None and made.month.period == OCTOBER)
    yield made
    tasks.stop()
    made.close()


def in_state(page: ChargeRunPage, state: RunState) -> bool:
    return page.month is not None and page.month.state is state


def test_a_month_not_charged_says_what_to_do(page: ChargeRunPage):
    assert in_state(page, RunState.NOTHING)
    assert "F9" in page.doubts.empty.text()
    assert not page.publish.isEnabled()
    assert page.calculate.isEnabled()


def test_f9_calculates_and_holds_out_what_is_implausible(page: ChargeRunPage, qtbot):
    QTest.keyClick(page, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: in_state(page, RunState.WAITING), timeout=10_000)

    model = page.doubts.table.model
    shown = {
        tuple(str(model.data(model.index(row, column))) for column in range(3))
        for row in range(model.rowCount())
    }
    assert shown == {
        ("ЛИФТ", "рост", "не решено"), ("ДОМОФОН", "ноль", "не решено"),
    }  # fmt: skip
    assert page.differences.table.model.rowCount() > 0
    assert page.publish.isEnabled()
    assert not page.calculate.isEnabled()


def test_a_group_is_approved_and_the_month_published(page: ChargeRunPage, qtbot):
    QTest.keyClick(page, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: in_state(page, RunState.WAITING), timeout=10_000)
    row = [one.service for one in page.month.groups].index("ЛИФТ")
    page.doubts.table.view.setCurrentIndex(page.doubts.table.model.index(row, 0))

    QTest.keyClick(page, Qt.Key.Key_Insert)
    qtbot.waitUntil(
        lambda: any(one.decision == "approved" for one in page.month.groups), timeout=5_000
    )
    QTest.keyClick(page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: in_state(page, RunState.POSTED), timeout=10_000)

    assert "Придержано строк: " in page.notice.sentence
    decisions = {one.service: one.decision for one in page.month.groups}
    assert decisions == {"ЛИФТ": "approved", "ДОМОФОН": "held"}


def test_enter_lists_the_accounts_of_a_group(page: ChargeRunPage, qtbot):
    QTest.keyClick(page, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: in_state(page, RunState.WAITING), timeout=10_000)

    QTest.keyClick(page.doubts.table.view, Qt.Key.Key_Return)
    qtbot.waitUntil(page.doubts.foot.isVisible)

    assert grown_town().accounts[0].number in page.doubts.foot.text()
