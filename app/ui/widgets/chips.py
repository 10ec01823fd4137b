"""Things to choose as chips in a row: a click or a key adds one at the end, or takes it away.

[Услуга · 1] [Дом · 2] [Кредитор] …      the number says how deep it is nested
[Обороты] [Должники] …                   with is_single one of them is always chosen
"""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget
from typing_extensions import override

from app.ui import theme


class Chips(QWidget):
    """changed(keys) when the chosen ones, in the order they were chosen, become others."""

    changed = Signal(tuple)

    def __init__(
        self, name: str, options: Sequence[tuple[str, str]], *, keys: str, is_single: bool = False
    ) -> None:
        """:param keys: what is held with the digit of a chip, told in its hint."""
        super().__init__()
        self.setAccessibleName(name)
        self._keys = keys
        self._is_single = is_single
        self._words = dict(options)
        self._chosen: tuple[str, ...] = ()
        self._buttons: dict[str, QPushButton] = {}
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        for key, _ in options:
            button = QPushButton(self)
            button.setProperty("role", "chip")
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, key=key: self.toggle(key))
            self._buttons[key] = button
        self._show()

    @property
    def chosen(self) -> tuple[str, ...]:
        return self._chosen

    def choose(self, keys: Sequence[str]) -> None:
        """Show others as chosen without telling anyone."""
        self._chosen = tuple(keys)
        self._show()

    def toggle(self, key: str) -> None:
        """Add one at the end, or take it away; tells it."""
        if self._is_single:
            self.choose((key,))
            self.changed.emit(self._chosen)
            return
        if not self._buttons[key].isEnabled():
            return
        there = key in self._chosen
        left = tuple(one for one in self._chosen if one != key)
        self._chosen = left if there else (*self._chosen, key)
        self._show()
        self.changed.emit(self._chosen)

    def allow(self, keys: Sequence[str]) -> None:
        """Let only these be chosen; those that may not be are taken away."""
        for key, button in self._buttons.items():
            button.setEnabled(key in keys)
        self._chosen = tuple(one for one in self._chosen if one in keys)
        self._show()

    @override
    def sizeHint(self) -> QSize:
        return QSize(theme.sizes()["search"], self.heightForWidth(theme.sizes()["search"]))

    @override
    def heightForWidth(self, width: int) -> int:
        return self._place(width, moves=False)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place(event.size().width(), moves=True)

    def _show(self) -> None:
        for place, (key, button) in enumerate(self._buttons.items()):
            depth = self._chosen.index(key) + 1 if key in self._chosen else 0
            word = self._words[key]
            button.setText(f"{word} · {depth}" if depth and not self._is_single else word)
            button.setChecked(bool(depth))
            button.setToolTip(f"{self._keys}+{(place + 1) % 10}")
            level = "выбрано" if self._is_single else f"уровень {depth}"
            said = f"{word}, {level}" if depth else f"{word}, не выбрано"
            button.setAccessibleName(said)
        self._place(self.width(), moves=True)
        self.updateGeometry()

    def _place(self, width: int, *, moves: bool) -> int:
        """Lay the chips out in rows; gives the height they take."""
        gap = theme.sizes()["near"]
        at = QPoint(0, 0)
        height = 0
        for button in self._buttons.values():
            size = button.sizeHint()
            if at.x() and at.x() + size.width() > width:
                at = QPoint(0, at.y() + height + gap)
                height = 0
            if moves:
                button.setGeometry(QRect(at, size))
            height = max(height, size.height())
            at.setX(at.x() + size.width() + gap)
        return at.y() + height
