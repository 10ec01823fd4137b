"""The list of what a search found, over the page and under the field it belongs to."""

from typing import Any

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QGraphicsDropShadowEffect,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from app.ui import theme
from app.ui.widgets import cell_paint
from app.ui.widgets.rows_model import RowsModel

Index = QModelIndex | QPersistentModelIndex

_NOTHING = "Ничего не найдено. Введите номер счёта, улицу с домом или фамилию."


def _told(row: Any) -> str:
    return " ".join(part for part in (row.account_number, row.payer, row.address) if part)


class _TwoLines(QStyledItemDelegate):
    """Number and payer above, address below, a remark at the right."""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, theme.sizes()["search_row"])

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        box = option.rect
        row = index.data(Qt.ItemDataRole.UserRole)
        gap = theme.sizes()["gap"]
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, theme.colour("selection"))
        half = box.height() // 2
        upper = box.adjusted(gap, gap, -gap, -half + gap // 2)
        lower = box.adjusted(gap, half - gap // 2, -gap, -gap)
        head = f"{row.account_number}   {row.payer}" if row.account_number else row.payer
        cell_paint.paint_text(painter, upper, head, strong=True)
        cell_paint.paint_text(painter, lower, row.address, tint="muted", step="small")
        if row.note:
            side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            cell_paint.paint_text(
                painter, upper, row.note, tint="muted", step="small", alignment=side
            )
        painter.restore()


class FoundList(QFrame):
    """picked(row) on a click; the field steps through it with the arrow keys."""

    picked = Signal(object)

    def __init__(self, field: QWidget) -> None:
        super().__init__()
        self.setObjectName("popup")
        self._field = field
        self._model = RowsModel(_told)
        self._view = QListView()
        self._view.setModel(self._model)
        self._view.setItemDelegate(_TwoLines(self._view))
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setUniformItemSizes(True)
        self._view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._view.setAccessibleName("Найденное")
        self._view.clicked.connect(
            lambda index: self.picked.emit(index.data(Qt.ItemDataRole.UserRole))
        )
        self._nothing = theme.label(_NOTHING, tone="muted")
        self._nothing.setContentsMargins(*[theme.sizes()["mid"]] * 4)
        stack = QVBoxLayout(self)
        stack.setContentsMargins(*[theme.sizes()["line"]] * 4)
        stack.addWidget(self._view)
        stack.addWidget(self._nothing)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(theme.sizes()["shadow"])
        shadow.setOffset(0, theme.sizes()["gap"])
        self.setGraphicsEffect(shadow)
        self.hide()

    @property
    def rows(self) -> tuple[Any, ...]:
        return self._model.rows

    @property
    def current(self) -> Any:
        """The row that is marked, None when none is."""
        index = self._view.currentIndex()
        return index.data(Qt.ItemDataRole.UserRole) if index.isValid() else None

    def show_rows(self, rows: tuple[Any, ...], *, first: bool) -> None:
        """Show rows under the field, the first one marked or none."""
        self._model.replace(rows)
        self._view.setVisible(bool(rows))
        self._nothing.setVisible(not rows)
        if rows and first:
            self._view.setCurrentIndex(self._model.index(0, 0))
        self._place(len(rows))
        self.show()
        self.raise_()

    def step(self, by: int) -> None:
        """Mark the next row or the one before; at the ends stay."""
        count = self._model.rowCount()
        if count:
            row = self._view.currentIndex().row() + by
            self._view.setCurrentIndex(self._model.index(min(max(row, 0), count - 1), 0))

    def _place(self, count: int) -> None:
        window = self._field.window()
        if self.parentWidget() is not window:
            self.setParent(window)
        size = theme.sizes()
        rows = min(max(count, 1), size["search_rows"])
        width = max(self._field.width(), size["search"])
        left = self._field.mapTo(window, QPoint(0, self._field.height() + size["gap"])).x()
        top = self._field.mapTo(window, QPoint(0, self._field.height() + size["gap"])).y()
        left = min(left, window.width() - width - size["near"])
        self.setGeometry(left, top, width, rows * size["search_row"] + 4 * size["line"])
