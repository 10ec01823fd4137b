"""A month with ‹ and ›; PgUp and PgDn while it has the focus."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget
from typing_extensions import override

from app.domain.period import Period
from app.ui import theme
from app.ui.widgets.icon import dress

_MONTHS_WIDE = "сентябрь 2026"


class PeriodEdit(QWidget):
    """‹ октябрь 2026 ›; changed(Period) when the month becomes another one."""

    changed = Signal(object)

    def __init__(
        self, period: Period, *, first: Period | None = None, last: Period | None = None
    ) -> None:
        super().__init__()
        self._period = period
        self._first, self._last = first, last
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._before = _step("ph.caret-left", "Предыдущий месяц")
        self._after = _step("ph.caret-right", "Следующий месяц")
        self._word = theme.label(step="lead", strong=True)
        self._word.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._word.setMinimumWidth(
            theme.label(_MONTHS_WIDE, step="lead", strong=True).sizeHint().width()
            + theme.sizes()["far"]
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.sizes()["gap"])
        for part in (self._before, self._word, self._after):
            row.addWidget(part)
        self._before.clicked.connect(self.step_back)
        self._after.clicked.connect(self.step_on)
        self._show()

    @property
    def period(self) -> Period:
        return self._period

    def set_period(self, period: Period) -> None:
        """Show a month without telling anyone."""
        self._period = period
        self._show()

    def set_bounds(self, *, first: Period | None, last: Period | None) -> None:
        self._first, self._last = first, last
        self._show()

    def step_back(self) -> None:
        self._go(self._period.previous)

    def step_on(self) -> None:
        self._go(self._period.next)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_Left):
            self.step_back()
        elif event.key() in (Qt.Key.Key_PageDown, Qt.Key.Key_Right):
            self.step_on()
        else:
            super().keyPressEvent(event)

    def _go(self, period: Period) -> None:
        if (self._first and period < self._first) or (self._last and period > self._last):
            return
        self._period = period
        self._show()
        self.changed.emit(period)

    def _show(self) -> None:
        self._word.setText(self._period.spoken)
        self.setAccessibleName(f"Период: {self._period.spoken}")
        self._before.setEnabled(self._first is None or self._period > self._first)
        self._after.setEnabled(self._last is None or self._period < self._last)


def _step(icon_name: str, word: str) -> QPushButton:
    button = QPushButton()
    button.setProperty("role", "step")
    button.setAccessibleName(word)
    button.setToolTip(word)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    dress(button, icon_name)
    return button
