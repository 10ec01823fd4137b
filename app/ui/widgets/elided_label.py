"""A label that gives way: a long text ends in an ellipsis, the whole is in its tooltip."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy
from typing_extensions import override

from app.ui import theme


class ElidedLabel(QLabel):
    """One line, as wide as its text when there is room."""

    def __init__(self, *, tone: str = "", step: str = "", strong: bool = False) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("tone", tone)
        self.setProperty("type", step)
        self.setProperty("weight", "strong" if strong else "")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    @override
    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip(text)
        self.setAccessibleName(text)

    @override
    def minimumSizeHint(self) -> QSize:
        whole = super().sizeHint()
        return QSize(min(whole.width(), theme.sizes()["money_column"]), whole.height())

    @override
    def sizeHint(self) -> QSize:
        whole = super().sizeHint()
        # A pixel more, so that rounding never cuts a text that fits.
        return QSize(whole.width() + 1, whole.height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().color(self.foregroundRole()))
        metrics = painter.fontMetrics()
        short = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, short)
