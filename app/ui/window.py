"""The window: rail of pages, title, search, the page, the status line.

    rail │ title                    search (F2, Ctrl+K)
         ├─────────────────────────────────────────────
         │ page
    ─────┴─────────────────────────────────────────────
    who · desk · shift │ period │ lamps

A page is any widget; what it can do besides is asked of it: arrive(), take_scan(), show_account().
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QStackedWidget,
    QWidget,
)
from typing_extensions import override

from app.ui import theme
from app.ui.notice import Notice, NoticeBar, notice_of
from app.ui.page_scroll import PageScroll
from app.ui.rail import Rail
from app.ui.status_line import StatusLine
from app.ui.task import Tasks
from app.ui.widgets.account_field import AccountField, Found, Search
from app.ui.widgets.icon import icon
from app.ui.widgets.keys import on_key


@runtime_checkable
class Arrives(Protocol):
    """A page with a place for the cursor."""

    def arrive(self) -> None: ...


@runtime_checkable
class TakesScans(Protocol):
    """A page a scanner speaks to."""

    def take_scan(self, scan: str | bytes) -> None: ...


@runtime_checkable
class ShowsAccounts(Protocol):
    """A page that can begin with an account."""

    def show_account(self, account_number: str) -> None: ...


@dataclass(frozen=True, slots=True)
class _Place:
    key: str
    word: str
    page: QWidget


class Window(QWidget):
    """The one window of the workstation."""

    def __init__(self, tasks: Tasks, *, search: Search) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setWindowTitle("Квиток")
        self.setWindowIcon(icon("ph.receipt", "accent"))
        self._search = search
        self._places: list[_Place] = []
        self._now = -1
        self.rail = Rail()
        self.status = StatusLine()
        self.title = theme.label(step="title", strong=True)
        self.search_field = AccountField(
            "Найти счёт, адрес, раздел", tasks=tasks, search=self._find, picks_first=True
        )
        self.search_field.setPlaceholderText("F2  найти счёт, адрес, раздел")
        self.search_field.setMinimumWidth(theme.sizes()["search"])
        self.notice = NoticeBar()
        self._pages = QStackedWidget()
        self._lay_out()
        self._connect()

    def add_page(self, key: str, *, word: str, icon_name: str, page: QWidget) -> None:
        """Add a page to the rail; the first one added is the one that opens."""
        self._places.append(_Place(key, word, page))
        self._pages.addWidget(PageScroll(page))
        self.rail.add(key, icon_name=icon_name, word=word)
        place = len(self._places)
        on_key(self, f"Ctrl+{place}", lambda: self.open_page(key), context=_WINDOW)
        if place == 1:
            self.open_page(key)

    @property
    def page(self) -> QWidget:
        """The page that is open."""
        return self._places[self._now].page

    def open_page(self, key: str) -> None:
        """Open a page and put the cursor where the page wants it."""
        self._now = next(at for at, place in enumerate(self._places) if place.key == key)
        self._pages.setCurrentIndex(self._now)
        self.title.setText(self._places[self._now].word)
        self.rail.mark(key)
        self._arrive()

    def open_account(self, account_number: str, *, key: str = "") -> None:
        """Show an account on a page: the named one, else the open one, else the first that can."""
        pages = [place for place in self._places if isinstance(place.page, ShowsAccounts)]
        pages.sort(key=lambda place: (place.key != key, place.page is not self.page))
        if pages:
            page = pages[0].page
            self.open_page(pages[0].key)
            assert isinstance(page, ShowsAccounts)
            page.show_account(account_number)

    def take_scan(self, scan: str | bytes) -> None:
        """Hand a scan to the open page if it takes scans, else to the first page that does."""
        pages = [place for place in self._places if isinstance(place.page, TakesScans)]
        pages.sort(key=lambda place: place.page is not self.page)
        if pages:
            page = pages[0].page
            if page is not self.page:
                self.open_page(pages[0].key)
            assert isinstance(page, TakesScans)
            page.take_scan(scan)

    def start_search(self) -> None:
        """Put the cursor into the search."""
        self.search_field.setFocus()
        self.search_field.selectAll()

    def tell(self, notice: Notice) -> None:
        """Say something that belongs to no page; Esc in the search puts it away."""
        self.notice.tell(notice)
        self.notice.setVisible(bool(notice.sentence))

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._arrive()

    def _arrive(self) -> None:
        if self._places and self.isVisible():
            page = self.page
            if isinstance(page, Arrives):
                page.arrive()

    def _lay_out(self) -> None:
        size = theme.sizes()
        header = QFrame()
        header.setObjectName("header")
        header.setFixedHeight(size["header"])
        head = QHBoxLayout(header)
        head.setContentsMargins(size["far"], 0, size["wide"], 0)
        head.addWidget(self.title, 1)
        head.addWidget(self.search_field)
        middle = QGridLayout()
        middle.setSpacing(0)
        middle.addWidget(header, 0, 0)
        middle.addWidget(self.notice, 1, 0)
        middle.addWidget(self._pages, 2, 0)
        middle.setRowStretch(2, 1)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addWidget(self.rail, 0, 0)
        grid.addLayout(middle, 0, 1)
        grid.addWidget(self.status, 1, 0, 1, 2)
        self.notice.hide()

    def _connect(self) -> None:
        self.rail.chosen.connect(self.open_page)
        self.rail.theme_pressed.connect(self.change_theme)
        self.search_field.chosen.connect(self._chosen)
        self.search_field.left.connect(self._leave_search)
        self.search_field.failed.connect(lambda error: self.tell(notice_of(error)))
        for key in ("F2", "Ctrl+K"):
            on_key(self, key, self.start_search, context=_WINDOW)
        on_key(self, "Ctrl+T", self.change_theme, context=_WINDOW)

    def change_theme(self) -> None:
        """Wear the other theme, light or dark."""
        application = QApplication.instance()
        if isinstance(application, QApplication):
            other = theme.LIGHT if theme.worn().name == theme.DARK else theme.DARK
            theme.wear(application, other)

    def _find(self, text: str) -> Sequence[Found]:
        """Find pages by the start of a word, then accounts; runs in a worker thread."""
        start = text.casefold()
        pages = [
            Found("", place.word, "раздел программы", page=place.key)
            for place in self._places
            if any(word.startswith(start) for word in place.word.casefold().split())
        ]
        return (*pages, *self._search(text))

    def _chosen(self, found: Found) -> None:
        self.search_field.forget()
        self.notice.hide()
        if found.page:
            self.open_page(found.page)
        else:
            self.open_account(found.account_number)

    def _leave_search(self) -> None:
        self.search_field.forget()
        self.notice.hide()
        self._arrive()


_WINDOW = Qt.ShortcutContext.WindowShortcut
