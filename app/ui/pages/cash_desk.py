"""The cash desk: a scan and Enter is a whole payment; Enter always means the next right thing.

The cursor waits in the scan field. While dues are shown, digits typed there go to «Внесено»; F3
opens the sum. What happens is in cash_desk_flow, what is said in cash_desk_words.
"""

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.tender import Tender
from app.errors import AppError
from app.ui import theme
from app.ui.notice import Notice, NoticeBar
from app.ui.pages import cash_desk_words as words
from app.ui.pages.cash_desk_flow import DeskFlow
from app.ui.pages.cash_desk_left import LeftView
from app.ui.pages.cash_desk_model import DeskActions, Stage
from app.ui.pages.cash_desk_till import Till
from app.ui.task import Tasks
from app.ui.widgets.account_field import AccountField, Found, Search
from app.ui.widgets.keys import on_key

_DEAF = (Stage.TAKING, Stage.UNANSWERED, Stage.ASKING)


class CashDeskPage(QWidget):
    """The page; take_scan from a scanner, show_account from the search of the window."""

    card_asked = Signal(str)

    def __init__(self, tasks: Tasks, desk: DeskActions, *, search: Search | None = None) -> None:
        super().__init__()
        self.setObjectName("page")
        self.flow = DeskFlow(tasks, desk)
        self.scan_field = AccountField("Квитанция или счёт", tasks=tasks, search=search)
        self.scan_field.setPlaceholderText("Отсканируйте квитанцию или введите счёт")
        theme.mark(self.scan_field, mode="cash")
        self.notice = NoticeBar()
        self.left = LeftView()
        self.till = Till()
        self._lay_out()
        self._connect()
        self._on_keys()
        self._render(words.hint(Stage.EMPTY))
        self.flow.start()

    @property
    def stage(self) -> Stage:
        return self.flow.stage

    def arrive(self) -> None:
        """Put the cursor where it waits."""
        self.scan_field.setFocus()

    def take_scan(self, scan: str | bytes) -> None:
        """Begin with what a scanner read."""
        self.flow.look_up(scan)

    def show_account(self, account_number: str) -> None:
        """Begin with an account chosen in the search."""
        self.flow.look_up(account_number)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Typing in the empty scan field while dues stand there is counting the client's money.
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if watched is not self.scan_field or control or self.scan_field.text():
            return False
        types = bool(event.text()) and event.text().isprintable()
        if self.stage is Stage.DUES:
            return self.till.tendered.type_key(event)
        if self.stage is Stage.PAID and types:
            self.flow.clear()
        return types and self.stage in _DEAF

    def _lay_out(self) -> None:
        space = theme.sizes()
        card = QFrame()
        card.setObjectName("card")
        stack = QVBoxLayout(card)
        stack.setContentsMargins(space["far"], space["far"], space["far"], space["wide"])
        stack.setSpacing(space["near"])
        stack.addWidget(self.scan_field)
        stack.addWidget(self.notice)
        stack.addSpacing(space["near"])
        stack.addWidget(self.left, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(*[space["wide"]] * 4)
        row.setSpacing(space["wide"])
        row.addWidget(card, 2)
        row.addWidget(self.till, 1)
        self.setFocusProxy(self.scan_field)

    def _connect(self) -> None:
        flow, till, field = self.flow, self.till, self.scan_field
        flow.changed.connect(self._render)
        flow.cleared.connect(self._empty_fields)
        field.installEventFilter(self)
        field.entered.connect(self._entered)
        field.chosen.connect(self._chosen)
        field.left.connect(flow.go_back)
        field.failed.connect(self.notice.tell_error)
        till.tendered.edited.connect(self._count)
        till.tendered.accepted.connect(self._go_on)
        till.tendered.left.connect(flow.go_back)
        till.amount.edited.connect(self._amount_edited)
        till.amount.accepted.connect(self._amount_done)
        till.amount.left.connect(self._amount_left)
        till.main_pressed.connect(self._go_on)
        till.sum_pressed.connect(self._open_amount)
        till.card_pressed.connect(partial(self._take, Tender.CARD))
        till.sbp_pressed.connect(partial(self._take, Tender.SBP))
        till.cancel_pressed.connect(flow.ask_cancel)
        till.print_pressed.connect(flow.print_again)
        till.shift_pressed.connect(flow.ask_shift)

    def _on_keys(self) -> None:
        flow = self.flow
        on_key(self, "F3", self._open_amount)
        on_key(self, "F4", flow.ask_cancel)
        on_key(self, "F5", flow.refresh)
        on_key(self, "F6", self._ask_card)
        on_key(self, "F7", flow.print_again)
        on_key(self, "F8", partial(self._take, Tender.SBP))
        on_key(self, "F9", partial(self._take, Tender.CARD))
        on_key(self, "F12", flow.ask_shift)

    def _ask_card(self) -> None:
        if self.flow.dues is not None:
            self.card_asked.emit(self.flow.dues.account_number)

    def _entered(self, text: str) -> None:
        if text and self.stage in (Stage.EMPTY, Stage.DUES, Stage.PAID):
            self.flow.look_up(text)
        else:
            self._go_on()

    def _chosen(self, found: Found) -> None:
        self.flow.look_up(found.account_number)

    def _go_on(self) -> None:
        if self.stage is Stage.DUES:
            self._take(Tender.CASH)
        elif self.stage is Stage.EMPTY and self.scan_field.text().strip():
            self.flow.look_up(self.scan_field.text().strip())
        else:
            self.flow.go_on(None)

    def _take(self, tender: Tender) -> None:
        tendered = self.till.tendered
        if self.stage is not Stage.DUES:
            return
        if self.till.amount_is_open and not self._amount_done():
            return
        try:
            given = tender is Tender.CASH and not tendered.is_blank
            tendered_kop = tendered.amount_kop() if given else None
        except AppError as error:
            self._render(words.told(error, (("Backspace", "исправить"),)))
            return
        self.flow.take(tender, tendered_kop=tendered_kop)

    def _empty_fields(self) -> None:
        # Text typed by hand stays while it is looked up, so that it can be corrected.
        if self.stage is not Stage.LOOKING:
            self.scan_field.forget()
        self.till.tendered.clear()
        self.till.close_amount()
        self.arrive()

    def _open_amount(self) -> None:
        if self.stage is Stage.DUES and not self.till.amount_is_open:
            self.till.open_amount(self.flow.amount_kop)
            self._render(words.CHANGING)

    def _amount_edited(self) -> None:
        if self.stage is Stage.DUES and self.till.amount_is_open:
            self._render(self._read_amount() or words.CHANGING)

    def _amount_done(self) -> bool:
        notice = self._read_amount()
        if notice is None:
            self.till.close_amount()
            self.arrive()
        self._render(notice or words.hint(Stage.DUES))
        return notice is None

    def _amount_left(self) -> None:
        if self.flow.dues is not None:
            self.till.close_amount()
            self.arrive()
            notice = self.flow.set_amount(self.flow.dues.proposed_kop)
            self._render(notice or words.hint(Stage.DUES))

    def _read_amount(self) -> Notice | None:
        """Take the sum as it is typed; give the notice of what is wrong with it."""
        try:
            amount_kop = self.till.amount.amount_kop()
        except AppError as error:
            self.flow.drop_amount()
            return words.told(error, (("Esc", "вернуть сумму"),))
        return self.flow.set_amount(amount_kop)

    def _count(self) -> None:
        if self.stage is Stage.DUES:
            problem = self.till.tendered.problem()
            keys = (("Backspace", "исправить"),)
            self._render(words.told(problem, keys) if problem else words.hint(Stage.DUES))

    def _tendered_kop(self) -> int | None:
        field = self.till.tendered
        return None if field.is_blank or field.problem() else field.amount_kop()

    def _render(self, notice: Notice | None) -> None:
        """Show everything as it stands; None leaves the notice as it is."""
        flow = self.flow
        if notice is not None:
            self.notice.tell(notice)
        if flow.dues is not None:
            self.left.dues.show_dues(flow.dues, flow.split)
        self.left.setCurrentWidget(self.left.dues if flow.dues else self.left.receipts)
        self.left.receipts.show_shift(flow.shift)
        self.till.last.show_receipt(flow.last_receipt, free=flow.is_free)
        self.till.shift.show_shift(flow.shift, free=flow.is_free)
        self.till.show_face(
            words.face(
                flow.shown_stage,
                amount_kop=flow.amount_kop,
                proposed_kop=flow.dues.proposed_kop if flow.dues else 0,
                tendered_kop=self._tendered_kop(),
                receipt=flow.receipt,
                question=flow.question,
            )
        )
        if flow.stage is Stage.EMPTY and self.scan_field.text():
            self.scan_field.selectAll()
