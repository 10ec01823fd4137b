"""How a failure is told: a bar with a sentence and the keys that go on.

Refusal     the operator reads why                 notice
Malformed   what could not be read                 notice
Outage      what does not answer, and to repeat    owed
defect      a number to tell it by                 owed
(idle)      a muted hint, so that nothing jumps
"""

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QEasingCurve, QPropertyAnimation, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QGraphicsOpacityEffect,
    QHBoxLayout,
    QLabel,
    QWidget,
)
from typing_extensions import override

from app.errors import AppError, Outage
from app.ui import theme
from app.ui.task import number_of
from app.ui.widgets.icon import IconLabel

_ICONS = {
    "idle": "ph.keyboard",
    "notice": "ph.warning-circle",
    "owed": "ph.warning-octagon",
    "settled": "ph.check-circle",
}
_TOKENS = {"idle": "muted", "notice": "notice", "owed": "owed", "settled": "settled"}


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence, its tone (idle, notice, owed, settled), the keys that go on with a word each."""

    sentence: str
    tone: str = "notice"
    keys: tuple[tuple[str, str], ...] = ()


def notice_of(error: BaseException, *, keys: Iterable[tuple[str, str]] = ()) -> Notice:
    """Say a failure in the form it is shown."""
    if isinstance(error, AppError):
        tone = "owed" if isinstance(error, Outage) else "notice"
        return Notice(str(error), tone, tuple(keys))
    return Notice(
        f"Ошибка программы № {number_of(error)}, подробности записаны в журнал. "
        "Повторите действие; если не помогло, сообщите номер администратору.",
        "owed",
        tuple(keys),
    )


class NoticeBar(QFrame):
    """One line under a field that is always there: a hint, or what went wrong."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.notice = Notice("", "idle")
        space = theme.sizes()
        self._icon = IconLabel()
        self._sentence = theme.label()
        self._sentence.setObjectName("sentence")
        self._sentence.setWordWrap(True)
        self._keys = QHBoxLayout()
        self._keys.setSpacing(space["gap"])
        said = QHBoxLayout()
        said.setSpacing(space["near"])
        said.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        said.addWidget(self._sentence, 1)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(space["mid"], space["near"], space["mid"], space["near"])
        self._row.setSpacing(space["near"])
        self._row.addLayout(said, 1)
        self._row.addLayout(self._keys)
        self._row.setAlignment(self._keys, Qt.AlignmentFlag.AlignLeft)
        self.setMinimumHeight(theme.sizes()["field_cash"])
        self._effect = QGraphicsOpacityEffect(self)
        self._effect.setEnabled(False)
        self.setGraphicsEffect(self._effect)
        self._fade = QPropertyAnimation(self._effect, b"opacity", self)
        self._fade.setDuration(theme.sizes()["fade_ms"])
        self._fade.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._fade.finished.connect(self._rest)

    def tell(self, notice: Notice) -> None:
        """Show a notice in place of the one before."""
        changed = notice != self.notice
        self.notice = notice
        self._sentence.setText(notice.sentence)
        self._icon.show_icon(_ICONS[notice.tone], _TOKENS[notice.tone])
        self._replace_keys(notice.keys)
        self.setAccessibleName(notice.sentence)
        theme.mark(self, tone=notice.tone)
        theme.mark(self._sentence, tone="muted" if notice.tone == "idle" else "")
        if changed and notice.tone != "idle":
            self._effect.setEnabled(True)
            self._fade.stop()
            self._fade.setStartValue(0.0)
            self._fade.setEndValue(1.0)
            self._fade.start()

    def tell_error(self, error: BaseException, *, keys: Iterable[tuple[str, str]] = ()) -> None:
        self.tell(notice_of(error, keys=keys))

    @property
    def sentence(self) -> str:
        return self.notice.sentence

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < theme.sizes()["notice_narrow"]
        way = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        self._row.setDirection(way)

    def _rest(self) -> None:
        # An effect redirects all painting through a pixmap; at rest the text is drawn straight.
        self._effect.setEnabled(False)

    def _replace_keys(self, keys: Iterable[tuple[str, str]]) -> None:
        while self._keys.count():
            place = self._keys.takeAt(0)
            if place and (widget := place.widget()):
                widget.hide()
                widget.deleteLater()
        for key, word in keys:
            cap = QLabel(key)
            cap.setObjectName("keycap")
            self._keys.addWidget(cap, 0, Qt.AlignmentFlag.AlignVCenter)
            tail = theme.label(word, tone="muted")
            self._keys.addWidget(tail, 0, Qt.AlignmentFlag.AlignVCenter)
