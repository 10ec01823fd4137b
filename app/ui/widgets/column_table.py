"""A read-only table straight over columns, with a totals row that never scrolls away.

    Column.values ──► ColumnModel (reads a cell when it is painted) ──► view
                                                     totals ──► row pinned below, aligned with it

Money is right-aligned on the comma: tabular figures, kopecks muted, zero a dash, minus a minus.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSizePolicy,
    QTableView,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from app.ui import theme
from app.ui.widgets import cell_paint

Index = QModelIndex | QPersistentModelIndex

TEXT = "text"
MONEY = "money"
FIGURE = "figure"

_MEASURED = 200


@dataclass(frozen=True, slots=True)
class Column:
    """A column: title, kind (text, money in kopecks, figure), values, the total if it has one.

    A column without a width takes what the others leave; with wide it grows up to that, once the
    one without has its own.

    :param values: anything with a length and values by index: a list, a numpy array, a lazy page
    """

    title: str
    values: Sequence[Any]
    kind: str = TEXT
    total: int | str | None = None
    width: int = 0
    wide: int = 0


class ColumnModel(QAbstractTableModel):
    """Columns as Qt reads them; a value is touched only when its cell is shown."""

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__()
        self.columns: tuple[Column, ...] = tuple(columns)

    def replace(self, columns: Sequence[Column]) -> None:
        self.beginResetModel()
        self.columns = tuple(columns)
        self.endResetModel()

    @override
    def rowCount(self, parent: Index | None = None) -> int:
        if parent is not None and parent.isValid():
            return 0
        return len(self.columns[0].values) if self.columns else 0

    @override
    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column = self.columns[index.column()]
        value = column.values[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return value
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return cell_paint.money_text(int(value)) if column.kind == MONEY else str(value)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            shown = cell_paint.money_text(int(value)) if column.kind == MONEY else str(value)
            return f"{column.title}: {shown}"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        return None

    @override
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(self.columns[section])
        return None


class _View(QTableView):
    """As high as its rows and no higher."""

    asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(theme.sizes()["row"])
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setFixedHeight(theme.sizes()["row"])
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)

    @override
    def sizeHint(self) -> QSize:
        row = theme.sizes()["row"]
        rows = self.model().rowCount()
        return QSize(super().sizeHint().width(), min(row * (rows + 1), 2**20))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(0, theme.sizes()["row"] * 3)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F1):
            self.asked.emit()
        else:
            super().keyPressEvent(event)


class _Totals(QWidget):
    """The totals, under the columns they sum."""

    def __init__(self, view: QTableView, model: ColumnModel) -> None:
        super().__init__()
        self._view, self._model = view, model
        self.setFixedHeight(theme.sizes()["row"] + theme.sizes()["gap"])
        view.horizontalHeader().geometriesChanged.connect(self.update)
        view.horizontalHeader().sectionResized.connect(lambda *_: self.update())
        view.horizontalScrollBar().valueChanged.connect(lambda _: self.update())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(theme.colour("line"))
        painter.drawLine(0, 0, self.width(), 0)
        header = self._view.horizontalHeader()
        for place, column in enumerate(self._model.columns):
            if column.total is None:
                continue
            box = self.rect()
            box.setLeft(header.sectionViewportPosition(place))
            box.setWidth(header.sectionSize(place))
            if isinstance(column.total, str):
                cell_paint.paint_text(
                    painter, box, column.total, strong=True, alignment=_alignment(column)
                )
            else:
                cell_paint.paint_money(painter, box, column.total, strong=True)


class ColumnTable(QWidget):
    """The table: header, rows, totals. asked(row, column) on Enter or F1 over a cell."""

    asked = Signal(int, int)
    chosen = Signal(int)

    def __init__(self, name: str, *, looks_only: bool = False) -> None:
        super().__init__()
        self.model = ColumnModel(())
        self.view = _View()
        self.view.setModel(self.model)
        self.view.setAccessibleName(name)
        self._delegate = cell_paint.CellDelegate(self.view)
        self.view.setItemDelegate(self._delegate)
        self.totals = _Totals(self.view, self.model)
        stack = QVBoxLayout(self)
        stack.setContentsMargins(0, 0, 0, 0)
        stack.setSpacing(0)
        stack.addWidget(self.view)
        stack.addWidget(self.totals)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        if looks_only:
            self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self.view.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.view.asked.connect(self._ask)

    def show_columns(self, columns: Sequence[Column]) -> None:
        """Show other columns, keeping the cell one stands on."""
        current = self.view.currentIndex()
        row, place = current.row(), current.column()
        self._delegate.kinds = tuple(column.kind for column in columns)
        self.model.replace(columns)
        self._fit_columns()
        self.totals.setVisible(any(column.total is not None for column in columns))
        if 0 <= row < self.model.rowCount():
            self.view.setCurrentIndex(self.model.index(row, place))
        self.view.updateGeometry()
        self.updateGeometry()
        self.totals.update()

    @override
    def minimumSizeHint(self) -> QSize:
        size = theme.sizes()
        columns = self.model.columns
        width = sum(_least_width(one) or size["service_least"] for one in columns)
        return QSize(width, super().minimumSizeHint().height())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()

    def _fit_columns(self) -> None:
        columns = self.model.columns
        header = self.view.horizontalHeader()
        least = [_least_width(one) for one in columns]
        spare = self.width() - theme.sizes()["service"] - sum(least)
        growing = sum(one.wide > one.width for one in columns)
        share = max(0, spare // growing) if growing else 0
        for index, column in enumerate(columns):
            if column.width:
                width = min(least[index] + share, max(column.wide, least[index]))
                header.setSectionResizeMode(index, QHeaderView.ResizeMode.Fixed)
                header.resizeSection(index, width)
            else:
                header.setSectionResizeMode(index, QHeaderView.ResizeMode.Stretch)

    def _ask(self) -> None:
        index = self.view.currentIndex()
        if index.isValid():
            self.asked.emit(index.row(), index.column())


def _least_width(column: Column) -> int:
    """Give the width a column has, or more when its money would not fit into it."""
    if column.kind != MONEY or not column.width:
        return column.width
    values = [int(value) for value in column.values[:_MEASURED]]
    widest = max((*map(abs, values), abs(int(column.total or 0))), default=0)
    text = cell_paint.text_width(cell_paint.money_text(-widest), strong=True)
    return max(column.width, text + 2 * theme.sizes()["near"])


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column.kind == TEXT else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
