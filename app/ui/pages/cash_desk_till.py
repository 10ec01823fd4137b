"""The right side of the cash desk: the sum, what was tendered, the change, the one main key."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.domain import money
from app.ui import theme
from app.ui.pages.cash_desk_model import Receipt, ShiftNow
from app.ui.widgets.key_button import KeyButton
from app.ui.widgets.money_edit import MoneyEdit
from app.ui.widgets.money_label import ROUBLE, MoneyLabel

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class TillFace:
    """Everything the till shows besides what is typed: one value a stage."""

    title: str
    sum_kop: int | None
    remark: str
    second: str
    second_kop: int | None
    main: str
    main_on: bool
    takes_money: bool
    tendered: str
    sum_tint: str = "text"


class Till(QFrame):
    """Signals name what was pressed; the page decides what it means."""

    main_pressed = Signal()
    card_pressed = Signal()
    sbp_pressed = Signal()
    cancel_pressed = Signal()
    print_pressed = Signal()
    shift_pressed = Signal()
    sum_pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        size = theme.sizes()
        self.setMinimumWidth(size["till_min"])
        self.setMaximumWidth(size["till_max"])
        self._title = theme.label(step="lead", tone="muted")
        self._sum = MoneyLabel("Сумма", step="huge")
        self._sum.clicked.connect(self.sum_pressed)
        self.amount = MoneyEdit("К оплате", mode="amount")
        self._sums = QStackedWidget()
        self._sums.addWidget(self._sum)
        self._sums.addWidget(self.amount)
        self._sums.setFixedHeight(size["amount_field"])
        self._remark = theme.label(tone="muted")
        self._remark.setAlignment(_RIGHT)
        self.tendered = MoneyEdit("Внесено", mode="cash")
        self._tendered_word = theme.label("Внесено", step="lead", tone="muted")
        self._second_word = theme.label(step="lead", tone="muted")
        self._second = MoneyLabel("Сдача", step="large")
        self._main = KeyButton("Enter", "", main=True)
        self._card = KeyButton("F9", "Карта")
        self._sbp = KeyButton("F8", "СБП")
        self.last = LastReceipt()
        self.shift = ShiftLine()
        self._connect()
        self._lay_out()

    @property
    def main_word(self) -> str:
        return self._main.word

    @property
    def amount_is_open(self) -> bool:
        return self._sums.currentWidget() is self.amount

    @property
    def shown_kop(self) -> int | None:
        return self._sum.amount_kop

    @property
    def second_kop(self) -> int | None:
        return self._second.amount_kop

    def open_amount(self, amount_kop: int) -> None:
        """Let the sum be changed."""
        self.amount.show_amount(amount_kop)
        self._sums.setCurrentWidget(self.amount)
        self.amount.selectAll()
        self.amount.setFocus()

    def close_amount(self) -> None:
        self._sums.setCurrentWidget(self._sum)

    def show_face(self, face: TillFace) -> None:
        self._title.setText(face.title)
        self._sum.show_amount(face.sum_kop, tint=face.sum_tint)
        self._remark.setText(face.remark)
        self._second_word.setText(face.second)
        self._second.show_amount(face.second_kop)
        self._main.say(face.main)
        self._main.setEnabled(face.main_on)
        self.tendered.setPlaceholderText(face.tendered)
        for part in (self.tendered, self._tendered_word):
            part.setEnabled(face.takes_money)
        for button in (self._card, self._sbp):
            button.setEnabled(face.takes_money)
        theme.mark(self.tendered, active=face.takes_money and not self.amount_is_open)

    def _connect(self) -> None:
        self._main.clicked.connect(self.main_pressed)
        self._card.clicked.connect(self.card_pressed)
        self._sbp.clicked.connect(self.sbp_pressed)
        self.last.cancel.clicked.connect(self.cancel_pressed)
        self.last.print_again.clicked.connect(self.print_pressed)
        self.shift.button.clicked.connect(self.shift_pressed)

    def _lay_out(self) -> None:
        size = theme.sizes()
        grid = QGridLayout()
        grid.setHorizontalSpacing(size["wide"])
        grid.setVerticalSpacing(size["mid"])
        grid.setColumnStretch(1, 1)
        grid.addWidget(self._tendered_word, 0, 0)
        grid.addWidget(self.tendered, 0, 1)
        grid.addWidget(self._second_word, 1, 0)
        grid.addWidget(self._second, 1, 1)
        grid.setRowMinimumHeight(1, size["field_cash"])
        others = QHBoxLayout()
        others.setSpacing(size["near"])
        others.addWidget(self._card, 1)
        others.addWidget(self._sbp, 1)
        stack = QVBoxLayout(self)
        stack.setContentsMargins(size["far"], size["wide"], size["far"], size["wide"])
        stack.setSpacing(0)
        for part, after in (
            (self._title, size["gap"]),
            (self._sums, 0),
            (self._remark, size["wide"]),
        ):
            stack.addWidget(part)
            stack.addSpacing(after)
        stack.addLayout(grid)
        stack.addSpacing(size["wide"])
        stack.addWidget(self._main)
        stack.addSpacing(size["near"])
        stack.addLayout(others)
        stack.addStretch(1)
        stack.addSpacing(size["wide"])
        stack.addWidget(self.last)
        stack.addSpacing(size["near"])
        stack.addWidget(self.shift)


class LastReceipt(QFrame):
    """The last receipt, always in sight, with the keys that undo it or print it again."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("well")
        size = theme.sizes()
        self._title = theme.label(strong=True)
        self._text = theme.label(tone="muted")
        self.cancel = KeyButton("F4", "Отменить")
        self.print_again = KeyButton("F7", "Печать")
        self.print_again.setToolTip("Напечатать последний чек ещё раз")
        keys = QHBoxLayout()
        keys.setSpacing(size["near"])
        keys.addWidget(self.cancel, 1)
        keys.addWidget(self.print_again, 1)
        stack = QVBoxLayout(self)
        stack.setContentsMargins(*[size["mid"]] * 4)
        stack.setSpacing(size["gap"])
        stack.addWidget(self._title)
        stack.addWidget(self._text)
        stack.addSpacing(size["gap"])
        stack.addLayout(keys)

    def show_receipt(self, receipt: Receipt | None, *, free: bool) -> None:
        """Show a receipt, None before the first; free when its keys may be pressed."""
        there = receipt is not None
        self.cancel.setEnabled(there and free)
        self.print_again.setEnabled(there and free)
        if receipt is None:
            self._title.setText("Последний чек")
            self._text.setText("Здесь будет последний принятый платёж.")
            theme.mark(self._text, tone="muted")
            return
        self._title.setText(f"Последний чек № {receipt.number}")
        shown = f"{money.shown(receipt.amount_kop)}\u00a0{ROUBLE}"
        text = f"{shown} · {receipt.at:%H:%M} · {receipt.tender.shown}"
        self._text.setText(text if receipt.printed else f"{text} · чек не напечатан")
        theme.mark(self._text, tone="muted" if receipt.printed else "owed")


class ShiftLine(QWidget):
    """The shift in one line and the key that opens or closes it."""

    def __init__(self) -> None:
        super().__init__()
        self._text = theme.label(tone="muted")
        self._text.setWordWrap(True)
        self.button = KeyButton("F12", "Закрыть смену")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.sizes()["mid"], 0, 0, 0)
        row.addWidget(self._text, 1)
        row.addWidget(self.button)

    def show_shift(self, shift: ShiftNow, *, free: bool) -> None:
        self.button.setEnabled(free)
        if not shift.is_open:
            self._text.setText("Смена закрыта")
            self.button.say("Открыть смену")
            return
        cash = f"{money.shown(shift.cash_kop)}\u00a0{ROUBLE}"
        self._text.setText(f"Платежей {shift.payments}\nВ ящике {cash}")
        self.button.say("Закрыть смену")
