"""A lamp with a word: whether a thing answers, never by colour alone.

● on     it answers         filled, settled
◆ off    it does not        a diamond, owed, and the word says what
○ idle   not there or zero  a ring, muted
"""

from enum import Enum

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QWidget
from typing_extensions import override

from app.ui import theme


class LampState(Enum):
    """What a lamp says; the value is the colour's token."""

    ON = "settled"
    OFF = "owed"
    IDLE = "muted"


_SPOKEN = {LampState.ON: "работает", LampState.OFF: "не отвечает", LampState.IDLE: "не включено"}


class _Bulb(QWidget):
    """The sign itself."""

    def __init__(self) -> None:
        super().__init__()
        self.state = LampState.IDLE
        side = theme.sizes()["mid"]
        self.setFixedSize(QSize(side, side))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = theme.colour(self.state.value)
        rest = theme.sizes()["focus"]
        box = QRectF(self.rect()).adjusted(rest, rest, -rest, -rest)
        painter.setPen(QPen(colour, theme.sizes()["line"] * 1.5))
        if self.state is not LampState.IDLE:
            painter.setBrush(colour)
        if self.state is LampState.OFF:
            middle = box.center()
            painter.drawPolygon(
                QPolygonF(
                    [
                        QPointF(middle.x(), box.top() - 1),
                        QPointF(box.right() + 1, middle.y()),
                        QPointF(middle.x(), box.bottom() + 1),
                        QPointF(box.left() - 1, middle.y()),
                    ]
                )
            )
        else:
            painter.drawEllipse(box)


class Lamp(QWidget):
    """● база, ◆ ККТ: нет бумаги, ○ 0 не отправлено."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self._bulb = _Bulb()
        self._label = theme.label(word)
        self._word = word
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.sizes()["gap"])
        row.addWidget(self._bulb)
        row.addWidget(self._label)
        self.show_state(LampState.IDLE)

    @property
    def state(self) -> LampState:
        return self._bulb.state

    def show_state(self, state: LampState, *, word: str = "") -> None:
        """Show a state; a word in place of the lamp's own says more: "ККТ: нет бумаги"."""
        self._bulb.state = state
        self._label.setText(word or self._word)
        theme.mark(
            self._label, tone={LampState.OFF: "owed", LampState.IDLE: "muted"}.get(state, "")
        )
        spoken = word or f"{self._word}: {_SPOKEN[state]}"
        self.setAccessibleName(spoken)
        self.setToolTip(spoken)
        self._bulb.update()
