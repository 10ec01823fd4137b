"""A sum of money to look at: kopecks muted, a true minus, thin spaces between thousands."""

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from app.domain import money
from app.ui import theme

ROUBLE = "\u20bd"
ZERO = "\u2013"
_NBSP = "\u00a0"


def parts(amount_kop: int) -> tuple[str, str]:
    """Give the whole part and the kopecks with their comma: ("−1 234", ",56")."""
    whole, kopecks = money.shown(amount_kop).split(",")
    return whole, f",{kopecks}"


class MoneyLabel(QWidget):
    """A sum in a step of the type scale; None is a dash; a click is a signal."""

    clicked = Signal()

    def __init__(
        self, name: str, *, step: str = "base", tint: str = "text", left: bool = False
    ) -> None:
        super().__init__()
        self._name = name
        self._step = step
        self._tint = tint
        self._left = left
        self._amount_kop: int | None = None
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.show_amount(None)

    @property
    def amount_kop(self) -> int | None:
        return self._amount_kop

    @property
    def text(self) -> str:
        """What is drawn, as one text."""
        if self._amount_kop is None:
            return ZERO
        return f"{money.shown(self._amount_kop)}{_NBSP}{ROUBLE}"

    def show_amount(self, amount_kop: int | None, *, tint: str | None = None) -> None:
        self._amount_kop = amount_kop
        if tint is not None:
            self._tint = tint
        self.setAccessibleName(f"{self._name}: {self.text}")
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(theme.font(self._step, strong=True))
        return QSize(metrics.horizontalAdvance(self.text), metrics.height())

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self.clicked.emit()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        strong, plain = theme.font(self._step, strong=True), theme.font(self._step)
        if self._amount_kop is None:
            runs = [(ZERO, plain, "faint")]
        else:
            whole, kopecks = parts(self._amount_kop)
            runs = [(whole, strong, self._tint), (kopecks, strong, "muted")]
            runs.append((f"{_NBSP}{ROUBLE}", plain, "muted"))
        widths = [QFontMetrics(font).horizontalAdvance(text) for text, font, _ in runs]
        at = 0 if self._left else self.width() - sum(widths)
        for (text, font, tint), width in zip(runs, widths, strict=True):
            painter.setFont(font)
            painter.setPen(theme.colour(tint))
            place = QRect(at, 0, width + 1, self.height())
            painter.drawText(
                place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text
            )
            at += width
