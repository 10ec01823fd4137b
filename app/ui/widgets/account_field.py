"""Number, address or name → account, with completion; searches off the GUI thread.

    typing ──80 ms──► search (thread) ──► rows under the field ──Enter──► chosen(Found)
       └──Enter on a text that is no row of the list──► entered(str)

An answer to a text that has changed since is dropped.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit
from typing_extensions import override

from app.ui import theme
from app.ui.task import Tasks
from app.ui.widgets.found_list import FoundList

_SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Found:
    """A row of the search: an account, or a page of the program when page is named."""

    account_number: str
    payer: str
    address: str
    note: str = ""
    page: str = ""


Search = Callable[[str], Sequence[Found]]


class AccountField(QLineEdit):
    """A line with a list under it."""

    chosen = Signal(object)
    entered = Signal(str)
    left = Signal()
    failed = Signal(object)

    def __init__(
        self, name: str, *, tasks: Tasks, search: Search | None, picks_first: bool = False
    ) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setMaxLength(512)
        self._tasks = tasks
        self._search = search
        self._picks_first = picks_first
        self._answered = ""
        self._enter_waits = False
        self._list = FoundList(self)
        self._list.picked.connect(self._choose)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(theme.sizes()["debounce_ms"])
        self._pause.timeout.connect(self._ask)
        self.textEdited.connect(self._typed)

    @property
    def found(self) -> tuple[Found, ...]:
        """The rows that are shown now."""
        return self._list.rows if self._list.isVisible() else ()

    def forget(self) -> None:
        """Empty the field and put the list away."""
        self.clear()
        self._put_away()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self._list.isVisible():
            self._list.step(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter()
        elif key == Qt.Key.Key_Escape and self._list.isVisible():
            self._put_away()
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._put_away()

    def _enter(self) -> None:
        text = self.text().strip()
        row = self._list.current if self._list.isVisible() and self._answered == text else None
        if row is not None:
            self._choose(row)
        elif self._takes_first(text) and self._answered != text and len(text) >= _SHORTEST:
            self._enter_waits = True
            self._pause.stop()
            self._ask()
        else:
            self._put_away()
            self.entered.emit(text)

    def _takes_first(self, text: str) -> bool:
        # A whole number typed on the desk means itself; words can only mean a row of the list.
        if self._search is None:
            return False
        return self._picks_first or any(sign.isalpha() for sign in text)

    def _typed(self, text: str) -> None:
        self._enter_waits = False
        if self._search is None or len(text.strip()) < _SHORTEST:
            self._put_away()
        else:
            self._pause.start()

    def _ask(self) -> None:
        search, text = self._search, self.text().strip()
        if search is not None and text:
            self._tasks.run(
                lambda: tuple(search(text)),
                done=lambda rows: self._show(text, rows),
                failed=self._fail,
            )

    def _fail(self, error: Exception) -> None:
        self._enter_waits = False
        self._put_away()
        self.failed.emit(error)

    def _show(self, text: str, rows: tuple[Found, ...]) -> None:
        if text != self.text().strip() or not self.hasFocus():
            return
        self._answered = text
        self._list.show_rows(rows, first=self._takes_first(text))
        if self._enter_waits:
            self._enter_waits = False
            if rows:
                self._choose(rows[0])

    def _choose(self, row: Found) -> None:
        self._put_away()
        self.chosen.emit(row)

    def _put_away(self) -> None:
        self._pause.stop()
        self._answered = ""
        self._list.hide()
