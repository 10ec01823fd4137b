"""Scanner → signal scanned(text or bytes) on the GUI thread, wherever the focus is.

    key press ─► window ─► ScanGuard ─► KeyboardScanner ─► a person's: goes on to its field
                                                       └─► a scanner's: scanned, no field sees it
    serial thread ─ on_scan ─► queued signal ─► scanned

The guard stands before the windows, not the widgets: there a key passes once, and shortcuts, which
Qt tries before, are not touched.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication, QWidget
from typing_extensions import override

from app.devices.protocols import Lamp, Scan
from app.devices.scanner_keyboard import Decision, Fate, KeyboardScanner, Timing

_LONE = {
    Qt.Key.Key_Shift,
    Qt.Key.Key_Control,
    Qt.Key.Key_Alt,
    Qt.Key.Key_AltGr,
    Qt.Key.Key_Meta,
    Qt.Key.Key_CapsLock,
    Qt.Key.Key_NumLock,
    Qt.Key.Key_ScrollLock,
}


_BUSY_MAX_MS = 60_000  # no window is busy longer: past it the two clocks are not tied any more


def _monotonic_ms() -> int:
    return time.monotonic_ns() // 1_000_000


class ScanGuard(QObject):
    """scanned(object): str from a keyboard scanner, bytes from a cable; as slip.parse reads it."""

    scanned = Signal(object)
    lamp_changed = Signal(object)
    _arrived = Signal(object)
    _lamp_arrived = Signal(object)

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        timing: Timing | None = None,
        now_ms: Callable[[], int] = _monotonic_ms,
    ) -> None:
        super().__init__(parent)
        self._now_ms = now_ms
        self._started_ms = now_ms()
        self._scanner = KeyboardScanner(epoch=datetime.now(UTC), timing=timing)
        self._replaying = False
        self._stopped = False
        self._skew_ms: int | None = None
        self._last_ms = 0
        self._silence = QTimer(self)
        self._silence.setSingleShot(True)
        self._silence.setTimerType(Qt.TimerType.PreciseTimer)
        self._silence.timeout.connect(self._flush)
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._lamp_arrived.connect(self.lamp_changed, Qt.ConnectionType.QueuedConnection)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.focusWindowChanged.connect(self._watch)

    def watch(self, widget: QWidget) -> None:
        """Stand before a window from its start; one that gets the focus later needs no call."""
        widget.winId()
        self._watch(widget.windowHandle())

    def stop(self) -> None:
        """Hear no more: keys go by, and no window is watched from here on."""
        self._stopped = True
        self._silence.stop()

    def on_scan(self, scan: Scan) -> None:
        """Take a scan from a driver's own thread; the callback of SerialScanner."""
        self._arrived.emit(scan)

    def on_lamp(self, lamp: Lamp) -> None:
        """Take the lamp of a driver from its own thread; lamp_changed(Lamp) on the GUI thread."""
        self._lamp_arrived.emit(lamp)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._stopped or self._replaying or event.type() != QEvent.Type.KeyPress:
            return False
        if not isinstance(event, QKeyEvent) or not isinstance(watched, QWindow):
            return False
        if event.key() in _LONE or event.isAutoRepeat():
            return False
        token = (watched, _copy(event))
        pressed_ms = self._pressed_ms(event.timestamp())
        decision = self._scanner.feed(event.text(), at_ms=pressed_ms, token=token)
        self._follow(decision)
        return decision.fate is Fate.HOLD

    def _at_ms(self) -> int:
        return self._now_ms() - self._started_ms

    def _pressed_ms(self, stamp_ms: int) -> int:
        """Give when a key was pressed, on our clock, by the stamp the system gave it.

        A window that was busy gets all that a person typed meanwhile at once; by our clock alone
        that would be a scanner. The stamp that came with the least delay ties the two clocks.
        """
        now_ms = self._at_ms()
        if not stamp_ms:
            return now_ms
        skew_ms = now_ms - stamp_ms
        if self._skew_ms is None or abs(skew_ms - self._skew_ms) > _BUSY_MAX_MS:
            # The first key; or the clock of the stamps began anew, as X's does after 49 days.
            self._skew_ms = skew_ms
        self._skew_ms = min(self._skew_ms, skew_ms)
        self._last_ms = max(self._last_ms, stamp_ms + self._skew_ms)
        return self._last_ms

    def _watch(self, window: QWindow | None) -> None:
        # Installing the same filter again only moves it to the front.
        if window is not None and not self._stopped:
            window.installEventFilter(self)

    def _follow(self, decision: Decision) -> None:
        self._replaying = True
        try:
            for key in decision.replay:
                assert isinstance(key.token, tuple)
                window, press = key.token
                QApplication.sendEvent(window, press)
        finally:
            self._replaying = False
        if decision.scan is not None:
            self._deliver(decision.scan)
        deadline = self._scanner.deadline_ms
        if deadline is None:
            self._silence.stop()
        else:
            self._silence.start(max(1, deadline - self._at_ms() + 1))

    def _flush(self) -> None:
        self._last_ms = max(self._last_ms, self._at_ms())
        self._follow(self._scanner.flush(at_ms=self._last_ms))

    @Slot(object)
    def _deliver(self, scan: Scan) -> None:
        self.scanned.emit(scan.content)


def _copy(event: QKeyEvent) -> QKeyEvent:
    # Qt frees the event it delivers; a held one must outlive it.
    return QKeyEvent(
        QEvent.Type.KeyPress,
        event.key(),
        event.modifiers(),
        event.nativeScanCode(),
        event.nativeVirtualKey(),
        event.nativeModifiers(),
        event.text(),
        event.isAutoRepeat(),
        event.count(),
    )
