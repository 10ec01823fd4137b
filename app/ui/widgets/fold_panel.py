"""A panel that unfolds in place: a line with its summary, below it rows of label and value."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.widgets.icon import dress


class FoldPanel(QWidget):
    """Title and summary on a button; Space unfolds; an empty one says what would be there."""

    def __init__(self, title: str, *, empty: str, unfolded: bool = False) -> None:
        super().__init__()
        self._title = title
        self._empty = empty
        self._summary = ""
        self._button = QPushButton()
        self._button.setProperty("role", "quiet")
        self._button.setCheckable(True)
        self._button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self._button.toggled.connect(self._fold)
        self._body = QWidget()
        self._grid = QGridLayout(self._body)
        space = theme.sizes()
        self._grid.setContentsMargins(space["near"], 0, space["near"], space["near"])
        self._grid.setHorizontalSpacing(space["near"])
        self._grid.setVerticalSpacing(space["gap"])
        self._grid.setColumnStretch(0, 1)
        stack = QVBoxLayout(self)
        stack.setContentsMargins(0, 0, 0, 0)
        stack.setSpacing(space["gap"])
        stack.addWidget(self._button)
        stack.addWidget(self._body)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.show_rows((), summary="")
        self._button.setChecked(unfolded)
        self._fold(unfolded=unfolded)

    @property
    def is_unfolded(self) -> bool:
        return self._button.isChecked()

    def toggle(self) -> None:
        self._button.toggle()

    def show_rows(self, rows: Sequence[tuple[str, str, str]], *, summary: str) -> None:
        """Show rows of label, value and a second line (may be empty)."""
        self._summary = summary
        while self._grid.count():
            place = self._grid.takeAt(0)
            if place and (widget := place.widget()):
                widget.hide()
                widget.deleteLater()
        if not rows:
            self._grid.addWidget(_wrapped(self._empty), 0, 0, 1, 2)
        at = 0
        for label, value, below in rows:
            self._grid.addWidget(_wrapped(label, tone="muted" if value else ""), at, 0)
            if value:
                shown = theme.label(value)
                shown.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
                self._grid.addWidget(shown, at, 1)
            at += 1
            if below:
                self._grid.addWidget(_wrapped(below, step="small"), at, 0, 1, 2)
                at += 1
        self._caption()

    def _caption(self) -> None:
        text = f"{self._title}   {self._summary}" if self._summary else self._title
        self._button.setText(text)
        way = "развёрнуто" if self.is_unfolded else "свёрнуто"
        self._button.setAccessibleName(f"{text}, {way}")

    def _fold(self, unfolded: bool) -> None:
        self._body.setVisible(unfolded)
        dress(self._button, "ph.caret-up" if unfolded else "ph.caret-down")
        self._caption()


def _wrapped(text: str, *, tone: str = "muted", step: str = "") -> QWidget:
    made = theme.label(text, tone=tone, step=step)
    made.setWordWrap(True)
    return made
