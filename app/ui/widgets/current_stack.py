"""A stack of widgets that asks for the room of the one shown, not of the largest hidden one."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QStackedWidget
from typing_extensions import override


class CurrentStack(QStackedWidget):
    """Several views in one place, one at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.currentChanged.connect(lambda _: self.updateGeometry())

    @override
    def sizeHint(self) -> QSize:
        shown = self.currentWidget()
        return shown.sizeHint() if shown else super().sizeHint()

    @override
    def minimumSizeHint(self) -> QSize:
        shown = self.currentWidget()
        return shown.minimumSizeHint() if shown else super().minimumSizeHint()
