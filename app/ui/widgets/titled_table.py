"""A card with a title and a table; a sentence in its place when there is nothing to show."""

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QLayout, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.widgets.column_table import Column, ColumnTable


class TitledTable(QFrame):
    """title, table or `empty`, a muted `foot` for what belongs to the row one stands on."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setObjectName("card")
        size = theme.sizes()
        self.title = theme.label(title, step="lead", strong=True)
        self.table = ColumnTable(title)
        self.empty = theme.label(tone="muted")
        self.empty.setWordWrap(True)
        self.foot = theme.label(tone="muted")
        self.foot.setWordWrap(True)
        self.foot.hide()
        self._stack = QVBoxLayout(self)
        self._stack.setContentsMargins(size["wide"], size["mid"], size["wide"], size["wide"])
        self._stack.setSpacing(size["mid"])
        for part in (self.title, self.table, self.empty, self.foot):
            self._stack.addWidget(part)
        self._stack.addStretch(1)

    @property
    def row(self) -> int:
        """The row one stands on, -1 for none."""
        return self.table.view.currentIndex().row()

    def take_focus(self, otherwise: QWidget) -> None:
        """Put the cursor into the table, or elsewhere while there is nothing in it."""
        (self.table.view if self.table.isVisibleTo(self) else otherwise).setFocus()

    def add_below(self, layout: QLayout) -> None:
        """Put a row of buttons below the table."""
        self._stack.insertLayout(self._stack.count() - 1, layout)

    def show_columns(self, columns: Sequence[Column], *, empty: str) -> None:
        """Show other columns; stands on the first row when it stood on none."""
        there = bool(len(columns[0].values))
        self.table.setVisible(there)
        self.empty.setVisible(not there)
        self.empty.setText(empty)
        self.foot.hide()
        self.table.show_columns(columns)
        if there and not self.table.view.currentIndex().isValid():
            self.table.view.setCurrentIndex(self.table.model.index(0, 0))
