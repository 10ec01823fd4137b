"""The account card: the month changes by keys, a number explains itself, failures are sentences."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.domain.period import Period
from app.errors import Outage
from app.ui.pages.account import AccountPage
from app.ui.pages.account_model import Measure


@pytest.fixture
def page(qtbot, tasks, cards, number):
    made = AccountPage(tasks, cards)
    qtbot.addWidget(made)
    made.resize(1250, 660)
    made.show()
    made.show_account(number)
    qtbot.waitUntil(lambda: made.card is not None)
    return made


def test_the_open_period_is_shown_first(page, cards, number):
    assert cards.loaded == [(number, None)]
    assert page.turnovers.period_edit.period == Period(2026, 10)


def test_another_month_is_read_when_it_is_stepped_to(qtbot, page, cards, number):
    page.turnovers.period_edit.step_back()
    qtbot.waitUntil(lambda: page.card.period == Period(2026, 9))

    assert cards.loaded[-1] == (number, Period(2026, 9))


def test_f1_explains_the_number_in_place_and_esc_puts_it_away(qtbot, page, cards, keyboard):
    view = page.turnovers.table.view
    view.setCurrentIndex(page.turnovers.table.model.index(1, 4))
    keyboard.press(view, Qt.Key.Key_F1)
    qtbot.waitUntil(page.turnovers.explanation.isVisible)
    figure = cards.explained[0]

    assert (figure.code, figure.measure) == ("upkeep", Measure.PAID)
    assert "2 345,67" in page.turnovers.explanation.text.text()

    QTest.keyClick(view, Qt.Key.Key_Escape)

    assert not page.turnovers.explanation.isVisible()


def test_alt_and_arrows_change_the_month(qtbot, page):
    view = page.turnovers.table.view
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: page.card.period == Period(2026, 9))
    QTest.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: page.card.period == Period(2026, 10))


def test_ctrl_p_hands_out_the_justification_of_the_month(qtbot, page, number, monkeypatch):
    opened = []
    monkeypatch.setattr(
        "app.ui.pages.account.QDesktopServices.openUrl", lambda url: opened.append(url.fileName())
    )

    QTest.keyClick(page, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(opened))

    assert opened == [f"{number}-2026-10.pdf"]
    assert f"{number}-2026-10.pdf" in page.notice.sentence


def test_the_name_of_a_service_has_nothing_to_explain(page):
    assert page.turnovers.figure_at(0, 0) is None


def test_all_happenings_are_read_only_when_asked_for(qtbot, page):
    model = page.timeline.view.model()

    assert model.rowCount() == 1

    page.timeline.asked_all.emit()
    qtbot.waitUntil(lambda: model.rowCount() == 3)


def test_a_month_that_cannot_be_read_leaves_the_one_shown(qtbot, page, cards):
    cards.failure = Outage("База не отвечает. Повторите через минуту.")
    page.turnovers.period_edit.step_on()
    qtbot.waitUntil(page.notice.isVisible)

    assert page.notice.sentence.startswith("База не отвечает")
    assert page.turnovers.period_edit.period == page.card.period == Period(2026, 10)


def test_before_there_is_a_card_the_cursor_is_in_the_search(qtbot, tasks, cards):
    page = AccountPage(tasks, cards)
    qtbot.addWidget(page)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    page.arrive()

    assert page.field.hasFocus()
