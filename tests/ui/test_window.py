"""The window: pages, the search, scans and accounts go where they belong."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.ui import application, theme
from app.ui.pages.account import AccountPage
from app.ui.pages.cash_desk import CashDeskPage
from app.ui.pages.cash_desk_model import Stage
from app.ui.scanning import ScanGuard
from app.ui.widgets.lamp import LampState
from app.ui.window import Window


@pytest.fixture
def window(qtbot, tasks, desk, cards):
    made = Window(tasks, search=cards.search)
    made.add_page("desk", word="Касса", icon_name="ph.wallet", page=CashDeskPage(tasks, desk))
    made.add_page(
        "account", word="Счёт", icon_name="ph.user-rectangle", page=AccountPage(tasks, cards)
    )
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    qtbot.waitUntil(lambda: made.page.flow.shift.is_open)
    return made


def test_the_first_page_opens_with_the_cursor_where_it_waits(window):
    assert window.title.text() == "Касса"
    assert window.page.scan_field.hasFocus()


def test_f2_puts_the_cursor_into_the_search_and_esc_back(window, keyboard):
    QTest.keyClick(window, Qt.Key.Key_F2)

    assert window.search_field.hasFocus()

    keyboard.press(window.search_field, Qt.Key.Key_Escape)

    assert window.page.scan_field.hasFocus()


def test_an_account_found_on_the_desk_shows_its_dues(qtbot, window, keyboard):
    window.start_search()
    keyboard.type(window.search_field, "петров")
    keyboard.enter(window.search_field)
    qtbot.waitUntil(lambda: window.page.stage is Stage.DUES)

    assert window.title.text() == "Касса"


def test_a_page_is_found_by_its_word(qtbot, window, keyboard):
    window.start_search()
    keyboard.type(window.search_field, "счё")
    keyboard.enter(window.search_field)
    qtbot.waitUntil(lambda: window.title.text() == "Счёт")


def test_a_scan_on_another_page_goes_to_the_desk(qtbot, window, number):
    window.open_page("account")
    window.take_scan(number)
    qtbot.waitUntil(lambda: window.page.stage is Stage.DUES)

    assert window.title.text() == "Касса"


def test_the_card_of_an_account_opens_by_name_of_the_page(qtbot, window, number):
    window.open_account(number, key="account")
    qtbot.waitUntil(lambda: window.page.card is not None)

    assert window.title.text() == "Счёт"


def test_f9_on_the_desk_takes_by_card(qtbot, window, desk, number):
    window.take_scan(number)
    qtbot.waitUntil(lambda: window.page.stage is Stage.DUES)
    QTest.keyClick(window.page.scan_field, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: window.page.stage is Stage.PAID)

    assert desk.takes[0][2].shown == "карта"


def test_a_scan_while_the_cursor_is_in_the_search_is_a_payment_begun(qtbot, window, desk, number):
    guard = ScanGuard(window)
    guard.watch(window)
    guard.scanned.connect(window.take_scan)
    window.start_search()
    for sign in f"{number}\r":
        key = Qt.Key.Key_Return if sign == "\r" else Qt.Key.Key_unknown
        press = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, sign)
        QApplication.sendEvent(window.windowHandle(), press)
    qtbot.waitUntil(lambda: window.page.stage is Stage.DUES)

    assert desk.looked_up == [number]
    assert window.search_field.text() == ""
    assert desk.takes == []


def test_lamps_speak_in_words(window):
    window.status.show_lamp("ККТ", LampState.OFF, text="ККТ: нет бумаги")
    window.status.show_lamp("ККТ", LampState.ON)

    assert window.status.lamp("ККТ").accessibleName() == "ККТ: работает"


def test_changing_the_theme_changes_it_and_back(window):
    before = theme.worn().name
    window.change_theme()
    other = theme.worn().name
    window.change_theme()

    assert (before, other, theme.worn().name) == ("light", "dark", "light")


def test_it_fits_the_smallest_screen(window):
    least = window.minimumSizeHint()

    assert least.width() <= 910
    assert least.height() <= 512


def test_a_defect_is_told_with_its_number(qtbot, qapp):
    made = application.DefectWindow("7F3A21", "Traceback")
    qtbot.addWidget(made)

    assert "7F3A21" in made._text.toPlainText()
