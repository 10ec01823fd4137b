"""A button that shows the key which does the same."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton
from typing_extensions import override

from app.ui import theme


class KeyButton(QPushButton):
    """[ Enter  Принять наличные ]; never takes the focus, so the cursor stays where one types."""

    def __init__(self, key: str, word: str, *, main: bool = False) -> None:
        super().__init__()
        space = theme.sizes()
        self._cap = QLabel(key)
        self._cap.setObjectName("keycap")
        self._caption = QLabel(word)
        self._caption.setObjectName("caption")
        for part in (self._cap, self._caption):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row = QHBoxLayout(self)
        row.setContentsMargins(space["mid"], 0, space["mid"], 0)
        row.setSpacing(space["near"])
        row.addWidget(self._cap, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._caption, 1, Qt.AlignmentFlag.AlignVCenter)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setProperty("role", "main" if main else "")
        self.say(word, key=key)

    @property
    def word(self) -> str:
        return self._caption.text()

    def say(self, word: str, *, key: str | None = None) -> None:
        """Change the word, and the key when given."""
        self._caption.setText(word)
        if key is not None:
            self._cap.setText(key)
        self._cap.setVisible(bool(self._cap.text()))
        self.setAccessibleName(f"{word}, клавиша {self._cap.text()}")
        self.updateGeometry()

    @override
    def sizeHint(self) -> QSize:
        layout = self.layout()
        wanted = layout.sizeHint() if layout else QSize()
        return QSize(wanted.width(), max(wanted.height(), super().sizeHint().height()))

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()
