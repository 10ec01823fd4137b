"""The middle of the account card: services by measures; F1 says where a number comes from."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from app.domain import money
from app.domain.period import Period
from app.ui import theme
from app.ui.pages.account_model import SPOKEN, AccountCard, Figure, Measure
from app.ui.widgets.column_table import MONEY, Column, ColumnTable
from app.ui.widgets.period_edit import PeriodEdit

_EMPTY = (
    "В этом месяце по счёту ничего нет. Начисления появятся после расчёта месяца, "
    "оплаты — после первого платежа."
)


class Explanation(QFrame):
    """Where a number comes from, in place, under the table."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("well")
        size = theme.sizes()
        self._title = theme.label(strong=True)
        self.text = theme.label()
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        cap = QLabel("Esc")
        cap.setObjectName("keycap")
        head = QHBoxLayout()
        head.setSpacing(size["gap"])
        head.addWidget(self._title, 1)
        head.addWidget(cap)
        head.addWidget(theme.label("убрать", tone="muted"))
        stack = QVBoxLayout(self)
        stack.setContentsMargins(size["wide"], size["mid"], size["wide"], size["mid"])
        stack.setSpacing(size["near"])
        stack.addLayout(head)
        stack.addWidget(self.text)
        self.hide()

    def show_text(self, figure: Figure, text: str) -> None:
        self._title.setText(
            f"{figure.service} · {SPOKEN[figure.measure]} {money.shown(figure.amount_kop)}\u00a0₽"
        )
        self.text.setText(text)
        self.show()


class TurnoversView(QFrame):
    """asked(Figure) on F1 or Enter over a number; the period edit is the page's to listen to."""

    asked = Signal(object)

    def __init__(self, period: Period) -> None:
        super().__init__()
        self.setObjectName("card")
        size = theme.sizes()
        self._card: AccountCard | None = None
        self.period_edit = PeriodEdit(period)
        self.table = ColumnTable("Обороты по услугам")
        self.table.view.verticalHeader().setDefaultSectionSize(size["row"])
        self.explanation = Explanation()
        self._empty = theme.label(_EMPTY, tone="muted")
        self._empty.setWordWrap(True)
        self._empty.setContentsMargins(size["near"], size["near"], size["near"], size["near"])
        head = QHBoxLayout()
        head.setSpacing(size["gap"])
        head.addWidget(self.period_edit)
        head.addStretch(1)
        for key, word in (
            ("Alt ←", ""),
            ("Alt →", "месяц"),
            ("F1", "откуда число"),
            ("Ctrl+P", "обоснование"),
        ):
            cap = QLabel(key)
            cap.setObjectName("keycap")
            head.addWidget(cap, 0, Qt.AlignmentFlag.AlignVCenter)
            if word:
                head.addWidget(theme.label(word, tone="muted"), 0, Qt.AlignmentFlag.AlignVCenter)
        stack = QVBoxLayout(self)
        stack.setContentsMargins(size["wide"], size["mid"], size["wide"], size["wide"])
        stack.setSpacing(size["mid"])
        stack.addLayout(head)
        stack.addWidget(self.table)
        stack.addWidget(self._empty)
        stack.addWidget(self.explanation)
        stack.addStretch(1)
        self.table.asked.connect(self._ask)

    def show_card(self, card: AccountCard) -> None:
        self._card = card
        self.explanation.hide()
        self.period_edit.set_bounds(first=card.first_period, last=card.last_period)
        self.period_edit.set_period(card.period)
        turnovers = card.turnovers
        there = bool(len(turnovers.services))
        self.table.setVisible(there)
        self._empty.setVisible(not there)
        size = theme.sizes()
        # Corrections and penalties are mostly dashes; what they give up, the names need.
        widths = dict.fromkeys(Measure, size["money_column"])
        widths |= dict.fromkeys((Measure.ADJUSTED, Measure.PENALTY), size["money_column_small"])
        self.table.show_columns(
            (
                Column("Услуга", turnovers.services, total="Итого"),
                *(
                    Column(
                        measure.value,
                        turnovers.measures[measure],
                        MONEY,
                        total=turnovers.totals[measure],
                        width=widths[measure],
                        wide=size["money_column_wide"],
                    )
                    for measure in Measure
                ),
            )
        )
        if there and not self.table.view.currentIndex().isValid():
            self.table.view.setCurrentIndex(self.table.model.index(0, 2))

    def figure_at(self, row: int, column: int) -> Figure | None:
        """Give the number at a place of the table; None over the name of a service."""
        card = self._card
        if card is None or column < 1:
            return None
        measure = list(Measure)[column - 1]
        turnovers = card.turnovers
        return Figure(
            account_number=card.account_number,
            period=card.period,
            code=turnovers.codes[row],
            service=turnovers.services[row],
            measure=measure,
            amount_kop=int(turnovers.measures[measure][row]),
        )

    def current_figure(self) -> Figure | None:
        index = self.table.view.currentIndex()
        return self.figure_at(index.row(), index.column()) if index.isValid() else None

    def _ask(self, row: int, column: int) -> None:
        figure = self.figure_at(row, column)
        if figure is not None:
            self.asked.emit(figure)
