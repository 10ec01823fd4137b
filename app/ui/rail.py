"""The rail of pages at the left: an icon and a word each, Ctrl and a digit as keys."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QToolButton, QVBoxLayout

from app.ui import theme
from app.ui.widgets.icon import dress


class RailButton(QToolButton):
    """A page in the rail."""

    def __init__(self, icon_name: str, word: str, *, key: str = "") -> None:
        super().__init__()
        self._icon_name = icon_name
        self.setText(word)
        self.setAccessibleName(word)
        self.setToolTip(f"{word} · {key}" if key else word)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.setFixedSize(
            theme.sizes()["rail"] - 2 * theme.sizes()["near"], theme.sizes()["rail_button"]
        )
        self._draw(checked=False)
        self.toggled.connect(self._draw)

    def _draw(self, checked: bool) -> None:
        dress(self, self._icon_name, tint="accent" if checked else "muted", size="icon_large")


class Rail(QFrame):
    """chosen(key) when a page is pressed; theme_pressed at the bottom."""

    chosen = Signal(str)
    theme_pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("rail")
        size = theme.sizes()
        self.setFixedWidth(size["rail"])
        self._buttons: dict[str, RailButton] = {}
        self._group = QButtonGroup(self)
        self._stack = QVBoxLayout(self)
        self._stack.setContentsMargins(size["near"], size["near"], 0, size["near"])
        self._stack.setSpacing(size["gap"])
        self._stack.addStretch(1)
        look = RailButton("ph.circle-half", "Тема", key="Ctrl+T")
        look.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        look.clicked.connect(self.theme_pressed)
        self._stack.addWidget(look)

    def add(self, key: str, *, icon_name: str, word: str) -> None:
        """Add a page below those that are there."""
        place = len(self._buttons)
        button = RailButton(icon_name, word, key=f"Ctrl+{place + 1}")
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: self.chosen.emit(key))
        self._group.addButton(button)
        self._buttons[key] = button
        self._stack.insertWidget(place, button)

    def mark(self, key: str) -> None:
        """Show which page is open."""
        self._buttons[key].setChecked(True)
