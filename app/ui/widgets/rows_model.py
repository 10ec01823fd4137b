"""A list of rows as Qt reads it: the row itself for painting, its words for people and readers."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt
from typing_extensions import override

Index = QModelIndex | QPersistentModelIndex
_TEXT_ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.ToolTipRole,
)


class RowsModel(QAbstractListModel):
    """Rows of any kind; `told` gives the words of one."""

    def __init__(self, told: Callable[[Any], str]) -> None:
        super().__init__()
        self._told = told
        self.rows: tuple[Any, ...] = ()

    def replace(self, rows: tuple[Any, ...]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    @override
    def rowCount(self, parent: Index | None = None) -> int:
        return len(self.rows)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return row
        return self._told(row) if role in _TEXT_ROLES else None
