"""A field for roubles and kopecks: comma or point, never a float."""

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit
from typing_extensions import override

from app.domain import money
from app.errors import AppError, Refusal
from app.ui import theme

_MINUSES = ("-", "\u2212", "\u2013")


class NegativeAmount(Refusal):
    """An amount below zero where money is taken."""


class NoAmount(Refusal):
    """An amount of zero, or none, where money is taken."""


class MoneyEdit(QLineEdit):
    """Digits as a person types them; whole kopecks as the program reads them.

    Signals: edited() on every change, accepted() on Enter, left() on Esc.
    """

    edited = Signal()
    accepted = Signal()
    left = Signal()

    def __init__(self, name: str, *, mode: str = "") -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setLocale(QLocale(QLocale.Language.Russian))
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setMaxLength(24)
        self.setProperty("mode", mode)
        self.textChanged.connect(self._look_again)

    @property
    def is_blank(self) -> bool:
        return not self.text().strip()

    def amount_kop(self) -> int:
        """Read what stands in the field.

        :raises NotAnAmount: when it is not roubles with at most two decimals
        :raises NegativeAmount: when it is below zero
        :raises NoAmount: when it is zero or nothing
        """
        text = self.text().strip()
        if text.startswith(_MINUSES):
            raise NegativeAmount(
                f"Сумма «{text[:24]}» меньше нуля, принять её нельзя. "
                "Введите сумму без минуса, например 1234,56."
            )
        if not text:
            raise NoAmount("Сумма не указана. Введите рубли и копейки, например 1234,56.")
        amount_kop = money.kopecks(text.rstrip(",."))
        if amount_kop == 0:
            raise NoAmount("Сумма равна нулю, принимать нечего. Введите сумму, например 1234,56.")
        return amount_kop

    def show_amount(self, amount_kop: int | None) -> None:
        """Put an amount in the field, or empty it."""
        self.setText("" if amount_kop is None else money.shown(amount_kop))

    def problem(self) -> AppError | None:
        """Give what is wrong with a field that is not blank."""
        if self.is_blank:
            return None
        try:
            self.amount_kop()
        except AppError as error:
            return error
        return None

    def type_key(self, event: QKeyEvent) -> bool:
        """Take a key meant for this field while the focus is elsewhere; say whether it was one."""
        text = event.text()
        if event.key() == Qt.Key.Key_Backspace:
            self.backspace()
        elif len(text) == 1 and (text.isdigit() or text in ",.-"):
            self.end(False)  # Qt takes no keyword here
            self.insert("," if text == "." else text)
        else:
            return False
        return True

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accepted.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.text() == ".":
            self.insert(",")
        else:
            super().keyPressEvent(event)

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if not self.is_blank and self.problem() is None:
            self.show_amount(self.amount_kop())

    def _look_again(self) -> None:
        theme.mark(self, wrong=self.problem() is not None)
        self.edited.emit()
