"""The left side of the cash desk: whose dues these are, or the receipts of the shift."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.pages.cash_desk_model import Dues, Receipt, ShiftNow, SplitLine
from app.ui.widgets.column_table import MONEY, Column, ColumnTable
from app.ui.widgets.current_stack import CurrentStack
from app.ui.widgets.elided_label import ElidedLabel

_KEYS = (
    ("Enter", "следующий верный шаг: найти, принять, повторить печать"),
    ("F2", "найти счёт по адресу или фамилии"),
    ("F3", "изменить сумму к оплате"),
    ("F9", "принять картой"),
    ("F8", "принять по СБП"),
    ("F6", "открыть карточку счёта"),
    ("F4", "отменить последний платёж"),
    ("F7", "напечатать последний чек ещё раз"),
    ("F12", "открыть или закрыть смену"),
    ("Esc", "очистить и ждать следующего"),
)
_MONTHS = "мес."


class DuesView(QWidget):
    """Account, payer, address, the debt in words; the split as a table."""

    def __init__(self) -> None:
        super().__init__()
        space = theme.sizes()
        self._shown: Dues | None = None
        self._shown_split: Sequence[SplitLine] = ()
        self._number = theme.label(step="title", strong=True)
        self._payer = ElidedLabel(step="title")
        self._address = ElidedLabel(step="lead", tone="muted")
        self._debt = QLabel()
        self._debt.setObjectName("flag")
        self._period = theme.label(tone="muted")
        self.table = ColumnTable("Разнесение по услугам", looks_only=True)
        first = QHBoxLayout()
        first.setSpacing(space["wide"])
        first.addWidget(self._number)
        first.addWidget(self._payer)
        first.addStretch(1)
        second = QHBoxLayout()
        second.setSpacing(space["mid"])
        second.addWidget(self._address)
        second.addWidget(self._debt)
        second.addStretch(1)
        second.addWidget(self._period)
        stack = QVBoxLayout(self)
        stack.setContentsMargins(0, 0, 0, 0)
        stack.setSpacing(space["gap"])
        stack.addLayout(first)
        stack.addLayout(second)
        stack.addSpacing(space["mid"])
        stack.addWidget(self.table)
        stack.addStretch(1)

    def show_dues(self, dues: Dues, split: Sequence[SplitLine]) -> None:
        if dues is self._shown and split is self._shown_split:
            return
        self._shown, self._shown_split = dues, split
        self._number.setText(dues.account_number)
        self._payer.setText(dues.payer)
        self._address.setText(dues.address)
        self._period.setText(dues.period)
        late = dues.debt_months > 0
        self._debt.setText(f"долг {dues.debt_months} {_MONTHS}" if late else "просрочки нет")
        theme.mark(self._debt, tone="owed" if late else "settled")
        given = {line.service: line.amount_kop for line in split}
        debts = [line.debt_kop for line in dues.lines]
        amounts = [given.get(line.service, 0) for line in dues.lines]
        size = theme.sizes()
        width, wide = size["money_column_desk"], size["money_column_desk_wide"]
        self.table.show_columns(
            (
                Column("Услуга", [line.service for line in dues.lines], total="Итого"),
                Column("Долг", debts, MONEY, sum(debts), width=width, wide=wide),
                Column("К оплате", amounts, MONEY, sum(amounts), width=width, wide=wide),
            )
        )


class ReceiptsView(QWidget):
    """The receipts of the shift; before the first one, what the desk waits for."""

    def __init__(self) -> None:
        super().__init__()
        space = theme.sizes()
        self._shown: ShiftNow | None = None
        self._title = theme.label(step="lead", strong=True)
        self._empty = theme.label(tone="muted", step="lead")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.table = ColumnTable("Платежи смены", looks_only=True)
        self._keys = _key_sheet()
        stack = QVBoxLayout(self)
        stack.setContentsMargins(0, 0, 0, 0)
        stack.setSpacing(space["near"])
        stack.addWidget(self._title)
        stack.addWidget(self._empty)
        stack.addWidget(self._keys)
        stack.addWidget(self.table)
        stack.addStretch(1)

    def show_shift(self, shift: ShiftNow) -> None:
        if shift is self._shown:
            return
        self._shown = shift
        receipts = shift.receipts
        self.table.setVisible(bool(receipts))
        self._empty.setVisible(not receipts)
        self._keys.setVisible(not receipts)
        if not shift.is_open:
            self._title.setText("Смена закрыта")
            self._empty.setText("Откройте смену, и касса начнёт принимать платежи.")
        elif not receipts:
            self._title.setText(f"Смена {shift.number}")
            self._empty.setText(
                "Платежей в этой смене ещё нет. Принятые платежи появятся здесь, последний сверху."
            )
        else:
            self._title.setText(f"Платежи смены {shift.number}")
            self.table.show_columns(_columns(receipts, shift))


class LeftView(CurrentStack):
    """Either the dues or the receipts."""

    def __init__(self) -> None:
        super().__init__()
        self.dues = DuesView()
        self.receipts = ReceiptsView()
        self.addWidget(self.receipts)
        self.addWidget(self.dues)


def _key_sheet() -> QWidget:
    """List the keys of the desk, for the time when there is nothing else to show."""
    size = theme.sizes()
    sheet = QWidget()
    grid = QGridLayout(sheet)
    grid.setContentsMargins(0, size["wide"], 0, 0)
    grid.setHorizontalSpacing(size["wide"])
    grid.setVerticalSpacing(size["mid"])
    grid.setColumnStretch(1, 1)
    for at, (key, word) in enumerate(_KEYS):
        cap = QLabel(key)
        cap.setObjectName("keycap")
        grid.addWidget(cap, at, 0, Qt.AlignmentFlag.AlignRight)
        text = theme.label(word)
        text.setWordWrap(True)
        grid.addWidget(text, at, 1)
    return sheet


def _columns(receipts: tuple[Receipt, ...], shift: ShiftNow) -> tuple[Column, ...]:
    size = theme.sizes()
    return (
        Column(
            "Время",
            [f"{one.at:%H:%M}" for one in receipts],
            total="Всего",
            width=size["time_column"],
        ),
        Column("Чек", [_number(one) for one in receipts], width=size["receipt_column"]),
        Column("Счёт", [one.account_number for one in receipts], width=size["account_column"]),
        Column("Плательщик", [one.payer for one in receipts]),
        Column("Вид", [one.tender.shown for one in receipts], width=size["tender_column"]),
        Column(
            "Принято",
            [one.amount_kop for one in receipts],
            MONEY,
            total=shift.taken_kop,
            width=size["money_column_desk"],
        ),
    )


def _number(receipt: Receipt) -> str:
    return receipt.number if receipt.printed else f"{receipt.number} ⚠"
