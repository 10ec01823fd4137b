"""How a cell is painted: text with an ellipsis, money on its comma, a ring where one stands."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView
from typing_extensions import override

from app.domain import money
from app.ui import theme
from app.ui.widgets.money_label import ZERO, parts

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_MONEY = "money"


def money_text(amount_kop: int) -> str:
    """Give an amount as a table shows it: "−1 234,56", zero "–"."""
    return money.shown(amount_kop) if amount_kop else ZERO


def text_width(text: str, *, strong: bool = False) -> int:
    """Give the pixels a text takes in a cell, without the room at its sides."""
    return QFontMetrics(theme.font("base", strong=strong)).horizontalAdvance(text)


def paint_money(painter: QPainter, box: QRect, amount_kop: int, *, strong: bool = False) -> None:
    """Paint an amount at the right of a cell; a dash for zero stands where the roubles end."""
    room = theme.sizes()["near"]
    inner = box.adjusted(room, 0, -room, 0)
    painter.setFont(theme.font("base", strong=strong))
    whole, kopecks = parts(amount_kop)
    width = QFontMetrics(painter.font()).horizontalAdvance(kopecks)
    left = inner.adjusted(0, 0, -width, 0)
    if amount_kop == 0:
        painter.setPen(theme.colour("faint"))
        painter.drawText(left, _RIGHT, ZERO)
        return
    painter.setPen(theme.colour("text"))
    painter.drawText(left, _RIGHT, whole)
    painter.setPen(theme.colour("muted"))
    painter.drawText(inner, _RIGHT, kopecks)


def paint_text(
    painter: QPainter,
    box: QRect,
    text: str,
    *,
    strong: bool = False,
    tint: str = "text",
    step: str = "base",
    alignment: Qt.AlignmentFlag = _LEFT,
) -> None:
    """Paint a text in a cell, cut with an ellipsis when it is too long."""
    room = theme.sizes()["near"]
    inner = box.adjusted(room, 0, -room, 0)
    painter.setFont(theme.font(step, strong=strong))
    painter.setPen(theme.colour(tint))
    short = QFontMetrics(painter.font()).elidedText(
        text, Qt.TextElideMode.ElideRight, inner.width()
    )
    painter.drawText(inner, alignment, short)


class CellDelegate(QStyledItemDelegate):
    """Paints cells by the kind of their column; draws a ring around the cell one stands on."""

    def __init__(self, view: QTableView) -> None:
        super().__init__(view)
        self.kinds: tuple[str, ...] = ()

    @override
    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        box = option.rect
        state = option.state
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, theme.colour("selection"))
        painter.setPen(theme.colour("line"))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        if self.kinds[index.column()] == _MONEY:
            paint_money(painter, box, int(index.data(Qt.ItemDataRole.UserRole)))
        else:
            text = str(index.data(Qt.ItemDataRole.DisplayRole))
            side = index.data(Qt.ItemDataRole.TextAlignmentRole)
            paint_text(painter, box, text, alignment=side)
        if state & QStyle.StateFlag.State_HasFocus:
            width = theme.sizes()["focus"]
            painter.setPen(QPen(theme.colour("accent"), width))
            painter.drawRect(box.adjusted(1, 1, -width, -width))
        painter.restore()
