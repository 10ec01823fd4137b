"""A scanner is heard wherever the focus is, and no field sees what it types."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from app.devices.protocols import Lamp, Scan
from app.ui.scanning import ScanGuard

RUSSIAN = "ЫЕ00012ЖТфьу=ЩЩЩ"


class Clock:
    """Milliseconds that pass only when told to."""

    now_ms = 1000

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def window(qtbot) -> QWidget:
    made = QWidget()
    stack = QVBoxLayout(made)
    for _ in range(2):
        stack.addWidget(QLineEdit())
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    field = made.findChildren(QLineEdit)[1]
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    return made


@pytest.fixture
def guard(qapp, window, clock) -> Iterator[ScanGuard]:
    made = ScanGuard(now_ms=clock)
    made.watch(window)
    yield made
    made.stop()


def press(window, clock, text, *, gap_ms, key=Qt.Key.Key_unknown):
    event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, text)
    clock.now_ms += gap_ms
    QApplication.sendEvent(window.windowHandle(), event)


def press_stamped(window, text, *, stamp_ms):
    event = QKeyEvent(
        QEvent.Type.KeyPress, Qt.Key.Key_unknown, Qt.KeyboardModifier.NoModifier, text
    )
    event.setTimestamp(stamp_ms)
    QApplication.sendEvent(window.windowHandle(), event)


def scan(window, clock, text):
    for sign in text:
        press(window, clock, sign, gap_ms=4)
    press(window, clock, "\r", gap_ms=4, key=Qt.Key.Key_Return)


@pytest.mark.parametrize("text", ["7000000123", RUSSIAN, "ST00012|Name=РКЦ"])
def test_a_burst_is_a_scan_and_no_field_sees_it(guard, window, clock, text):
    seen = []
    guard.scanned.connect(seen.append)
    scan(window, clock, text)

    assert seen == [text]
    assert [field.text() for field in window.findChildren(QLineEdit)] == ["", ""]


def test_a_guard_that_was_stopped_lets_every_key_by(guard, window, clock):
    seen = []
    guard.scanned.connect(seen.append)
    guard.stop()

    scan(window, clock, "7000000123")

    assert seen == []
    assert window.findChildren(QLineEdit)[1].text() == "7000000123"


def test_what_a_person_typed_into_a_busy_window_is_no_scan(guard, window, clock, qtbot):
    seen = []
    guard.scanned.connect(seen.append)
    press_stamped(window, "8", stamp_ms=5_000)
    clock.now_ms += 900
    # The window was busy: eight keys pressed 90 ms apart arrive together.
    for place, sign in enumerate("7000000123"[:8], start=1):
        press_stamped(window, sign, stamp_ms=5_000 + 90 * place)
    clock.now_ms += 500
    guard._flush()

    assert seen == []
    assert window.findChildren(QLineEdit)[1].text() == "870000001"


def test_stamps_that_begin_anew_do_not_make_a_person_a_scanner(guard, window, clock):
    seen = []
    guard.scanned.connect(seen.append)
    press_stamped(window, "8", stamp_ms=2**32 - 10)
    clock.now_ms += 120
    for place, sign in enumerate("7000000123"):
        clock.now_ms += 120
        press_stamped(window, sign, stamp_ms=110 + 120 * place)
    clock.now_ms += 500
    guard._flush()

    assert seen == []
    assert window.findChildren(QLineEdit)[1].text() == "87000000123"


def test_a_burst_by_the_stamps_of_the_system_is_a_scan(guard, window, clock):
    seen = []
    guard.scanned.connect(seen.append)
    for place, sign in enumerate("7000000123"):
        clock.now_ms += 50
        press_stamped(window, sign, stamp_ms=5_000 + 4 * place)
    clock.now_ms += 500
    guard._flush()

    assert seen == ["7000000123"]


def test_the_enter_of_a_scanner_presses_nothing(guard, window, clock):
    entered = []
    window.findChildren(QLineEdit)[1].returnPressed.connect(lambda: entered.append(1))
    scan(window, clock, "7000000123")

    assert entered == []


def test_a_person_types_into_the_field_in_order(guard, window, clock, qtbot):
    seen = []
    guard.scanned.connect(seen.append)
    for sign in "Ёлка 5":
        press(window, clock, sign, gap_ms=120)
    press(window, clock, "\r", gap_ms=120, key=Qt.Key.Key_Return)

    assert window.findChildren(QLineEdit)[1].text() == "Ёлка 5"
    assert seen == []


def test_a_single_key_is_let_go_without_another(guard, window, clock, qtbot):
    press(window, clock, "5", gap_ms=500)
    clock.now_ms += 100
    field = window.findChildren(QLineEdit)[1]
    qtbot.waitUntil(lambda: field.text() == "5", timeout=1000)


def test_the_lamp_of_a_cable_arrives_in_the_gui_thread(guard, qtbot):
    seen = []
    guard.lamp_changed.connect(lambda lamp: seen.append((lamp.ready, threading.get_ident())))
    thread = threading.Thread(target=guard.on_lamp, args=(Lamp(ready=False, text="Нет."),))
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(seen))

    assert seen == [(False, threading.get_ident())]


def test_a_scan_from_a_cable_arrives_as_bytes_in_the_gui_thread(guard, qtbot):
    seen = []
    guard.scanned.connect(lambda content: seen.append((content, threading.get_ident())))
    one = Scan(b"ST00011|\xcf", "?", "serial", datetime.now(UTC))
    thread = threading.Thread(target=guard.on_scan, args=(one,))
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(seen))

    assert seen == [(b"ST00011|\xcf", threading.get_ident())]
