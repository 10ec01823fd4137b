"""The timeline of an account: everything that happened, the latest first."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)
from typing_extensions import override

from app.ui import theme
from app.ui.pages.account_model import AccountCard, Happening
from app.ui.widgets import cell_paint
from app.ui.widgets.icon import dress
from app.ui.widgets.rows_model import RowsModel

Index = QModelIndex | QPersistentModelIndex

_EMPTY = (
    "Событий пока нет. Здесь появятся начисления, оплаты, показания и перерасчёты, "
    "последние сверху."
)


def _told(one: Happening) -> str:
    amount = "" if one.amount_kop is None else cell_paint.money_text(one.amount_kop)
    return f"{_when(one)} {one.title} {amount} {one.remark}".strip()


class _TwoLines(QStyledItemDelegate):
    """What and how much above; when and a remark below."""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, theme.sizes()["search_row"])

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        one: Happening = index.data(Qt.ItemDataRole.UserRole)
        gap, box = theme.sizes()["gap"], option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, theme.colour("selection"))
        painter.setPen(theme.colour("line"))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        half = box.height() // 2
        upper = box.adjusted(gap, gap, -gap, -half + gap // 2)
        lower = box.adjusted(gap, half - gap // 2, -gap, -gap)
        title = upper
        if one.amount_kop is not None:
            text = cell_paint.money_text(one.amount_kop)
            money = cell_paint.text_width(text) + 2 * theme.sizes()["near"]
            title = upper.adjusted(0, 0, -money, 0)
            place = upper.adjusted(upper.width() - money, 0, 0, 0)
            cell_paint.paint_money(painter, place, one.amount_kop)
        cell_paint.paint_text(painter, title, one.title)
        below = f"{_when(one)} · {one.remark}" if one.remark else _when(one)
        cell_paint.paint_text(painter, lower, below, tint="muted", step="small")
        painter.restore()


class Timeline(QFrame):
    """asked_all when everything is wanted; chosen nothing: it is for reading."""

    asked_all = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        size = theme.sizes()
        self.setMinimumWidth(size["timeline"])
        self.setMaximumWidth(size["timeline_wide"])
        self._model = RowsModel(_told)
        self.view = QListView()
        self.view.setModel(self._model)
        self.view.setItemDelegate(_TwoLines(self.view))
        self.view.setUniformItemSizes(True)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setAccessibleName("Лента событий")
        self._empty = theme.label(_EMPTY, tone="muted")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._empty.setContentsMargins(size["near"], 0, size["near"], 0)
        self._more = QPushButton()
        self._more.setProperty("role", "quiet")
        dress(self._more, "ph.caret-down")
        self._more.clicked.connect(self.asked_all)
        title = theme.label("Лента", strong=True)
        title.setContentsMargins(size["near"], 0, 0, 0)
        stack = QVBoxLayout(self)
        stack.setContentsMargins(size["near"], size["wide"], size["near"], size["near"])
        stack.setSpacing(size["near"])
        stack.addWidget(title)
        stack.addWidget(self._empty, 1)
        stack.addWidget(self.view, 1)
        stack.addWidget(self._more)

    def show_card(self, card: AccountCard) -> None:
        self.show_happenings(card.happenings, total=card.happenings_total)

    def show_happenings(self, happenings: tuple[Happening, ...], *, total: int) -> None:
        self._model.replace(happenings)
        self.view.setVisible(bool(happenings))
        self._empty.setVisible(not happenings)
        self._more.setVisible(total > len(happenings))
        self._more.setText(f"Все события: {total}")


def _when(one: Happening) -> str:
    return (
        f"{one.at:%d.%m.%y}" if not (one.at.hour or one.at.minute) else f"{one.at:%d.%m.%y %H:%M}"
    )
