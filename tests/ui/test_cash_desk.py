"""The cash desk: one scan and Enter is a whole payment, and money is never taken twice."""

import pytest
from PySide6.QtCore import Qt

from app.domain.tender import Tender
from app.errors import Outage, Refusal
from app.ui.pages.cash_desk import CashDeskPage
from app.ui.pages.cash_desk_model import ShiftNow, Stage


@pytest.fixture
def page(qtbot, tasks, desk):
    made = CashDeskPage(tasks, desk)
    qtbot.addWidget(made)
    made.resize(1200, 640)
    made.show()
    qtbot.waitUntil(lambda: made.flow.shift.is_open)
    return made


@pytest.fixture
def dues(qtbot, page, number):
    page.take_scan(number)
    qtbot.waitUntil(lambda: page.stage is Stage.DUES)
    return page


def paid(qtbot, page):
    qtbot.waitUntil(lambda: page.stage is Stage.PAID)


def test_one_scan_and_enter_is_one_payment_of_the_proposed_sum(qtbot, dues, desk, keyboard):
    keyboard.enter(dues.scan_field)
    paid(qtbot, dues)

    assert [take[:3] for take in desk.takes] == [(425922, 425922, Tender.CASH)]


def test_a_scan_fills_account_split_and_sum(dues):
    assert dues.till.shown_kop == 425922
    assert dues.left.currentWidget() is dues.left.dues
    assert [line.amount_kop for line in dues.flow.split] == [234567, 191355]


def test_enter_twice_takes_the_money_once(qtbot, dues, desk, keyboard):
    desk.hold.clear()
    keyboard.enter(dues.scan_field)
    keyboard.enter(dues.scan_field)
    keyboard.enter(dues.scan_field)
    desk.hold.set()
    paid(qtbot, dues)

    assert len(desk.takes) == 1


def test_digits_typed_in_the_scan_field_are_the_money_given(qtbot, dues, desk, keyboard):
    keyboard.type(dues.scan_field, "5000.5")

    assert dues.scan_field.text() == ""
    assert dues.till.second_kop == 74128

    keyboard.enter(dues.scan_field)
    paid(qtbot, dues)

    assert desk.takes[0][1] == 500050
    assert dues.till.shown_kop == 74128


def test_money_given_below_the_sum_is_refused_in_a_sentence(dues, desk, keyboard):
    keyboard.type(dues.scan_field, "4000")
    keyboard.enter(dues.scan_field)

    assert desk.takes == []
    assert "не хватает 259,22" in dues.notice.sentence
    assert dues.stage is Stage.DUES


@pytest.mark.parametrize(
    ("typed", "said"),
    [("0", "равна нулю"), ("-5", "меньше нуля"), ("10,005", "двух знаков"), ("1,2,3", "не сумма")],
)
def test_a_sum_that_is_none_is_refused_in_a_sentence(dues, desk, keyboard, typed, said):
    dues._open_amount()
    dues.till.amount.setText(typed)
    keyboard.enter(dues.till.amount)

    assert said in dues.notice.sentence
    assert desk.takes == []

    keyboard.enter(dues.scan_field)

    assert desk.takes == []


@pytest.mark.parametrize("typed", ["0", "-5000", "5000,001"])
def test_money_given_that_is_no_sum_is_refused(dues, desk, keyboard, typed):
    keyboard.type(dues.scan_field, typed)
    keyboard.enter(dues.scan_field)

    assert desk.takes == []
    assert dues.notice.notice.tone == "notice"


def test_a_part_is_split_before_it_is_taken(qtbot, dues, desk, keyboard):
    dues._open_amount()
    dues.till.amount.setText("1000")

    assert sum(line.amount_kop for line in dues.flow.split) == 100000

    keyboard.enter(dues.till.amount)
    keyboard.enter(dues.scan_field)
    paid(qtbot, dues)

    assert desk.takes[0][0] == 100000


def test_esc_in_the_sum_brings_the_proposed_one_back(dues, keyboard):
    dues._open_amount()
    dues.till.amount.setText("1000")
    keyboard.press(dues.till.amount, Qt.Key.Key_Escape)

    assert dues.till.shown_kop == 425922


def test_card_takes_the_exact_sum_whatever_was_typed(qtbot, dues, desk, keyboard):
    keyboard.type(dues.scan_field, "5000")
    dues.till.card_pressed.emit()
    paid(qtbot, dues)

    assert desk.takes[0][:3] == (425922, 425922, Tender.CARD)


def test_a_printer_gone_is_a_sentence_and_enter_prints_again(qtbot, dues, desk, keyboard):
    desk.printed = False
    keyboard.enter(dues.scan_field)
    paid(qtbot, dues)

    assert dues.notice.sentence.startswith("Платёж записан, чек не напечатан.")
    assert dues.notice.notice.keys == (("Enter", "повторить печать"),)

    keyboard.enter(dues.scan_field)
    qtbot.waitUntil(lambda: desk.reprints == 1)
    qtbot.waitUntil(lambda: "напечатан" in dues.notice.sentence)

    assert len(desk.takes) == 1


def test_no_answer_is_asked_again_under_the_same_key(qtbot, dues, desk, keyboard, number):
    desk.failures.append(Outage("База не отвечает."))
    keyboard.enter(dues.scan_field)
    qtbot.waitUntil(lambda: dues.stage is Stage.UNANSWERED)
    dues.take_scan(number)

    assert dues.stage is Stage.UNANSWERED

    keyboard.enter(dues.scan_field)
    paid(qtbot, dues)

    assert desk.takes[0] == desk.takes[1]


def test_a_refusal_lets_go_of_the_key(qtbot, dues, desk, keyboard):
    desk.failures.append(Refusal("Долг изменился, пока принимали деньги. Узнайте его снова."))
    keyboard.enter(dues.scan_field)
    qtbot.waitUntil(lambda: dues.notice.sentence.startswith("Долг изменился"))
    keyboard.enter(dues.scan_field)
    paid(qtbot, dues)

    assert desk.takes[0][3] != desk.takes[1][3]


def test_a_foreign_slip_is_a_sentence_and_the_cursor_stays(qtbot, page, desk):
    page.take_scan("ST00012|чужая")
    qtbot.waitUntil(lambda: page.notice.sentence.startswith("Это не наша квитанция"))

    assert page.stage is Stage.EMPTY
    assert page.scan_field.hasFocus()


def test_an_answer_to_an_older_scan_is_dropped(qtbot, page, desk, number):
    desk.hold.clear()
    page.take_scan("чужая")
    page.take_scan(number)
    desk.hold.set()
    qtbot.waitUntil(lambda: page.stage is Stage.DUES)
    qtbot.wait(30)

    assert page.stage is Stage.DUES


def test_a_scan_while_money_is_taken_is_refused_in_words(qtbot, dues, desk, keyboard, number):
    desk.hold.clear()
    keyboard.enter(dues.scan_field)
    dues.take_scan(number)

    assert dues.notice.sentence.startswith("Платёж ещё записывается")

    desk.hold.set()
    paid(qtbot, dues)


def test_cancelling_is_asked_first_and_esc_leaves_the_payment(qtbot, dues, desk, keyboard):
    keyboard.enter(dues.scan_field)
    paid(qtbot, dues)
    dues.till.cancel_pressed.emit()

    assert dues.stage is Stage.ASKING

    keyboard.press(dues.scan_field, Qt.Key.Key_Escape)

    assert desk.cancelled == []

    dues.till.cancel_pressed.emit()
    keyboard.enter(dues.scan_field)
    qtbot.waitUntil(lambda: desk.cancelled == ["03-02-0145-0001"])
    qtbot.waitUntil(lambda: "отменён" in dues.notice.sentence)

    assert dues.flow.last_receipt is None


def test_a_closed_shift_takes_no_scan_and_enter_opens_it(qtbot, tasks, desk, keyboard, number):
    desk.now = ShiftNow(None)
    page = CashDeskPage(tasks, desk)
    qtbot.addWidget(page)
    qtbot.waitUntil(lambda: page.stage is Stage.CLOSED)
    page.take_scan(number)

    assert desk.looked_up == []
    assert "Смена закрыта" in page.notice.sentence

    keyboard.enter(page.scan_field)
    qtbot.waitUntil(lambda: page.stage is Stage.EMPTY)

    assert page.flow.shift.number == 146


def test_the_next_scan_after_a_payment_begins_the_next_client(qtbot, dues, desk, keyboard, number):
    keyboard.enter(dues.scan_field)
    paid(qtbot, dues)
    dues.take_scan(number)
    qtbot.waitUntil(lambda: dues.stage is Stage.DUES)
    keyboard.enter(dues.scan_field)
    paid(qtbot, dues)

    assert desk.takes[0][3] != desk.takes[1][3]


def test_every_button_has_a_name_that_is_read_out(page):
    names = [button.accessibleName() for button in page.findChildren(type(page.till._main))]

    assert len(names) == 6
    assert all("клавиша" in name for name in names)
