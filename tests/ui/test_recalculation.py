"""The pages of recalculation and of trials on real books."""

from datetime import UTC, date, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from uuid_utils.compat import uuid7

from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.operations.charge_month import charge_month
from app.ui.account_cards import Cards
from app.ui.pages.recalculation import RecalculationPage
from app.ui.pages.what_if_page import WhatIfPage
from app.ui.recalculations import Recalculations
from app.ui.task import Tasks
from app.ui.trials import Trials
from tests.fixtures.charge_stock import Stock, key
from tests.fixtures.charge_towns import OCTOBER, grown_town

AT = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
ACCOUNT = grown_town().accounts[1].number


@pytest.fixture
def stock(engine) -> Stock:
    made = Stock(engine, grown_town()).write()
    for month in (Period(2026, 9), OCTOBER):
        charge_month(engine, Voucher(uuid7(), VoucherKind.CHARGE_RUN, "Иванова", AT), period=month)
    return made


@pytest.fixture
def page(qapp, qtbot, engine, stock):
    tasks = Tasks()
    made = RecalculationPage(
        tasks,
        Recalculations(engine, "Иванова", lambda: AT),
        search=Cards(engine, lambda: AT).search,
    )
    made.resize(1240, 640)
    made.show()
    yield made
    tasks.stop()
    made.close()


def change_people(stock: Stock) -> None:
    """One person more since September, told in November."""
    stock.run(
        "insert into app.resident (id, account_id, name, kind, valid_from)"
        " values (%s, %s, 'Новый Жилец', 'permanent', %s)",
        uuid7(), key("account", ACCOUNT), date(2026, 9, 1),
    )  # fmt: skip


def test_without_changes_nothing_waits(page: RecalculationPage, qtbot):
    page.arrive()
    qtbot.waitUntil(lambda: "октябрь" in page.target.text())

    assert page.due == []
    assert "Ничего не ждёт" in page.queue.empty.text()
    assert not page.publish.isEnabled()


def test_a_change_waits_is_previewed_and_posted(page: RecalculationPage, stock: Stock, qtbot):
    change_people(stock)
    page.arrive()
    qtbot.waitUntil(lambda: bool(page.due))

    QTest.keyClick(page, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: page.preview is not None)
    preview = page.preview
    QTest.keyClick(page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: page.notice.notice.tone == "settled", timeout=10_000)

    assert {one.account for one in preview.differences} == {ACCOUNT}
    assert preview.amount_kop > 0
    assert all(one.origin == Period(2026, 9) for one in preview.differences)
    booked = stock.run(
        "select sum(amount_kop)::bigint from app.entry where kind = 3 and run_no = 0"
    )
    assert booked == [(preview.amount_kop,)]


def test_an_account_without_changes_has_no_difference(page: RecalculationPage, qtbot):
    page.arrive()
    qtbot.waitUntil(lambda: page.since.period == Period(2026, 9))

    page.show_account(ACCOUNT)
    qtbot.waitUntil(lambda: page.preview is not None)

    assert page.preview.differences == []
    assert "до копейки" in page.differences.empty.text()


@pytest.fixture
def trials(qapp, qtbot, engine, stock):
    tasks = Tasks()
    made = WhatIfPage(
        tasks, Trials(engine, "Иванова", lambda: AT), search=Cards(engine, lambda: AT).search
    )
    made.resize(1240, 640)
    made.show()
    made.arrive()
    made.period_edit.set_period(OCTOBER)
    yield made
    tasks.stop()
    made.close()


def test_a_higher_price_is_tried_and_nothing_is_kept(trials: WhatIfPage, stock: Stock, qtbot):
    before = stock.run("select count(*), sum(amount_kop)::bigint from app.entry")
    trials.period_edit.set_period(OCTOBER)
    trials.prices.setText("СОД=+10%")

    QTest.keyClick(trials, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: trials.found is not None, timeout=10_000)

    compared = trials.found.of_service("СОД")
    assert compared.then_kop > compared.now_kop
    assert trials.found.total.difference_kop == compared.difference_kop
    assert stock.run("select count(*), sum(amount_kop)::bigint from app.entry") == before


def test_what_cannot_be_read_is_said_under_the_form(trials: WhatIfPage, qtbot):
    trials.prices.setText("СОД=дорого")

    QTest.keyClick(trials, Qt.Key.Key_F9)
    qtbot.waitUntil(trials.notice.isVisible)

    assert "не изменение" in trials.notice.sentence
    assert trials.calculate.isEnabled()
