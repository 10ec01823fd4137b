"""The fixed header of the account card: who, where, in what state, the balance and its time."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.pages.account_model import AccountCard, Flag
from app.ui.widgets.elided_label import ElidedLabel
from app.ui.widgets.money_label import MoneyLabel

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class AccountHeader(QFrame):
    """Identity at the left, the number that counts at the right."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        size = theme.sizes()
        self._number = theme.label(step="title", strong=True)
        self._payer = ElidedLabel(step="title")
        self._address = ElidedLabel(step="lead", tone="muted")
        self._flags = QHBoxLayout()
        self._flags.setSpacing(size["near"])
        self._word = theme.label(tone="muted")
        self._word.setAlignment(_RIGHT)
        self._balance = MoneyLabel("Сальдо", step="large")
        self._at = theme.label(tone="muted", step="small")
        self._at.setAlignment(_RIGHT)
        first = QHBoxLayout()
        first.setSpacing(size["wide"])
        first.addWidget(self._number)
        first.addWidget(self._payer)
        first.addStretch(1)
        left = QVBoxLayout()
        left.setSpacing(size["gap"])
        left.addLayout(first)
        left.addWidget(self._address)
        left.addLayout(self._flags)
        right = QVBoxLayout()
        right.setSpacing(0)
        for part in (self._word, self._balance, self._at):
            right.addWidget(part)
        grid = QGridLayout(self)
        grid.setContentsMargins(size["far"], size["wide"], size["far"], size["wide"])
        grid.setColumnStretch(0, 1)
        grid.addLayout(left, 0, 0)
        grid.addLayout(right, 0, 1)

    def show_card(self, card: AccountCard) -> None:
        self._number.setText(card.account_number)
        self._payer.setText(card.payer)
        self._address.setText(card.address)
        if card.balance_kop > 0:
            word, tint, shown_kop = "К оплате", "owed", card.balance_kop
        elif card.balance_kop < 0:
            word, tint, shown_kop = "Переплата", "settled", -card.balance_kop
        else:
            word, tint, shown_kop = "Долга нет", "settled", 0
        self._word.setText(word)
        self._balance.show_amount(shown_kop, tint=tint)
        self._at.setText(f"на {card.balance_at:%d.%m.%Y %H:%M}")
        self._show_flags((Flag(card.state, card.state_tone), *card.flags))

    def _show_flags(self, flags: tuple[Flag, ...]) -> None:
        while self._flags.count():
            place = self._flags.takeAt(0)
            if place and (widget := place.widget()):
                widget.hide()
                widget.deleteLater()
        for at, flag in enumerate(flags):
            self._flags.addWidget(_flag_label(flag, first=at == 0))
        self._flags.addStretch(1)


def _flag_label(flag: Flag, *, first: bool) -> QWidget:
    made = QLabel(flag.text if first else f"⚑ {flag.text}")
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setObjectName("flag")
    made.setProperty("tone", flag.tone)
    return made
