"""Icons of one set (Phosphor, through qtawesome) that follow the theme."""

from collections.abc import Callable

import qtawesome
from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from typing_extensions import override

from app.ui import theme


def icon(name: str, tint: str = "muted") -> QIcon:
    """Give an icon of the set in a colour of the worn theme."""
    made: QIcon = qtawesome.icon(
        name, color=theme.colour(tint), color_disabled=theme.colour("faint")
    )
    return made


class IconLabel(QLabel):
    """An icon beside a text that says the same; hence no accessible name of its own."""

    def __init__(self, name: str = "", tint: str = "muted", *, size: str = "icon") -> None:
        super().__init__()
        self._pixels = theme.sizes()[size]
        self.setFixedSize(self._pixels, self._pixels)
        self._name, self._tint = name, tint
        self._draw()

    def show_icon(self, name: str, tint: str = "muted") -> None:
        self._name, self._tint = name, tint
        self._draw()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()

    def _draw(self) -> None:
        if self._name:
            size = QSize(self._pixels, self._pixels)
            pixmap = icon(self._name, self._tint).pixmap(size, self.devicePixelRatioF())
            self.setPixmap(pixmap)


class _Repaint(QObject):
    """Draws a button's icon again when the theme changes."""

    def __init__(self, parent: QWidget, draw: Callable[[], None]) -> None:
        super().__init__(parent)
        self.draw = draw
        parent.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.PaletteChange:
            self.draw()
        return False


def dress(button: QAbstractButton, name: str, *, tint: str = "muted", size: str = "icon") -> None:
    """Give a button an icon that follows the theme; again gives it another one."""
    pixels = theme.sizes()[size]
    button.setIconSize(QSize(pixels, pixels))

    def draw() -> None:
        button.setIcon(icon(name, tint))

    draw()
    known = button.findChild(_Repaint)
    if isinstance(known, _Repaint):
        known.draw = draw
    else:
        _Repaint(button, draw)
