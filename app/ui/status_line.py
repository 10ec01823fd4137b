"""The status line that never moves: who, desk, shift, period, lamps with words."""

from PySide6.QtWidgets import QFrame, QHBoxLayout

from app.ui import theme
from app.ui.widgets.lamp import Lamp, LampState


class StatusLine(QFrame):
    """Иванова А. · касса 2 · смена 145 с 08:58 │ 10.2026 открыт │ ● база ● ККТ."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("status")
        size = theme.sizes()
        self.setFixedHeight(size["status"])
        self._who = theme.label()
        self._period = theme.label(tone="muted")
        self._lamps: dict[str, Lamp] = {}
        self._lamp_row = QHBoxLayout()
        self._lamp_row.setSpacing(size["wide"])
        row = QHBoxLayout(self)
        row.setContentsMargins(size["wide"], 0, size["wide"], 0)
        row.setSpacing(size["wide"])
        row.addWidget(self._who)
        row.addWidget(_rule())
        row.addWidget(self._period)
        row.addStretch(1)
        row.addLayout(self._lamp_row)

    def show_who(self, *, operator: str, desk: str = "", shift: str = "") -> None:
        """Show the operator, the desk and the shift as "смена 145 с 08:58"."""
        self._who.setText(" · ".join(part for part in (operator, desk, shift) if part))

    def show_period(self, text: str) -> None:
        """Show the period in work as "10.2026 открыт"."""
        self._period.setText(text)

    def show_lamp(self, word: str, state: LampState, *, text: str = "") -> None:
        """Show a lamp, a new one at the end; text in place of its word says more."""
        lamp = self._lamps.get(word)
        if lamp is None:
            lamp = Lamp(word)
            self._lamps[word] = lamp
            self._lamp_row.addWidget(lamp)
        lamp.show_state(state, word=text)

    def lamp(self, word: str) -> Lamp:
        """:raises KeyError: when no such lamp was shown yet."""
        return self._lamps[word]


def _rule() -> QFrame:
    line = QFrame()
    line.setObjectName("rule")
    line.setFixedSize(theme.sizes()["line"], theme.sizes()["wide"])
    return line
