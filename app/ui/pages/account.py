"""The account card: everything about one account in one window.

    header   number, payer, address, state, flags, balance with its time      stays
    left     timeline      middle  services x measures of a period      right  facts

Alt+Left and Alt+Right change the month, F1 says where a number comes from, Esc puts that away,
Ctrl+P writes the justification of the month for the payer.
"""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.period import Period
from app.ui import theme
from app.ui.notice import Notice, NoticeBar
from app.ui.pages.account_facts import Facts
from app.ui.pages.account_header import AccountHeader
from app.ui.pages.account_model import AccountCard, AccountCards, Figure, Happening, Measure
from app.ui.pages.account_timeline import Timeline
from app.ui.pages.account_turnovers import TurnoversView
from app.ui.task import Tasks
from app.ui.widgets.account_field import AccountField, Found
from app.ui.widgets.current_stack import CurrentStack
from app.ui.widgets.keys import on_key

_UNKNOWN = Period(2000, 1)


class AccountPage(QWidget):
    """The page; show_account(number) opens a card, reload() reads it again."""

    def __init__(self, tasks: Tasks, cards: AccountCards) -> None:
        super().__init__()
        self.setObjectName("page")
        self._tasks = tasks
        self._cards = cards
        self._number = ""
        self._latest = 0
        self.card: AccountCard | None = None
        self.notice = NoticeBar()
        self.header = AccountHeader()
        self.timeline = Timeline()
        self.turnovers = TurnoversView(_UNKNOWN)
        self.facts = Facts()
        self.field = AccountField(
            "Номер счёта, адрес или фамилия", tasks=tasks, search=cards.search, picks_first=True
        )
        self._sides = CurrentStack()
        self._lay_out()
        self._connect()
        self.notice.hide()

    def arrive(self) -> None:
        """Put the cursor into the table, or into the search before there is a card."""
        (self.turnovers.table.view if self.card else self.field).setFocus()

    def show_account(self, account_number: str, period: Period | None = None) -> None:
        """Open the card of an account; None is the open period."""
        if account_number != self._number:
            self.turnovers.explanation.hide()
        self._number = account_number
        self._load(period)

    def reload(self) -> None:
        """Read the same card again, for what has changed since."""
        if self._number:
            self._load(self.card.period if self.card else None)

    def _load(self, period: Period | None) -> None:
        self._latest += 1
        ask = self._latest
        self._tasks.run(
            partial(self._cards.load, self._number, period),
            done=lambda card: self._show(card) if ask == self._latest else None,
            failed=lambda error: self._fail(error) if ask == self._latest else None,
        )

    def _show(self, card: AccountCard) -> None:
        first = self.card is None or self.card.account_number != card.account_number
        self.card = card
        self.notice.hide()
        self._sides.setCurrentIndex(1)
        for part in (self.header, self.timeline, self.turnovers, self.facts):
            part.show_card(card)
        if first and self.isVisible():
            self.arrive()

    def _fail(self, error: Exception) -> None:
        self.notice.show()
        self.notice.tell_error(error, keys=(("F5", "повторить"),))
        if self.card is not None:
            # The month shown is still the one on the screen, not the one asked for.
            self.turnovers.period_edit.set_period(self.card.period)
            self._number = self.card.account_number

    def _lay_out(self) -> None:
        size = theme.sizes()
        sides = QHBoxLayout()
        sides.setSpacing(size["mid"])
        sides.addWidget(self.timeline, 1)
        sides.addWidget(self.turnovers, 4)
        sides.addWidget(self.facts, 1)
        opened = QWidget()
        stack = QVBoxLayout(opened)
        stack.setContentsMargins(0, 0, 0, 0)
        stack.setSpacing(size["mid"])
        stack.addWidget(self.header)
        stack.addLayout(sides, 1)
        self._sides.addWidget(self._empty())
        self._sides.addWidget(opened)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(*[size["wide"]] * 4)
        outer.setSpacing(size["mid"])
        outer.addWidget(self.notice)
        outer.addWidget(self._sides, 1)

    def _empty(self) -> QWidget:
        size = theme.sizes()
        title = theme.label("Какой счёт открыть?", step="title", strong=True)
        hint = theme.label(
            "Введите номер счёта, улицу с домом и квартирой или фамилию. "
            "Карточка покажет сальдо, обороты по услугам, ленту событий, жильцов и приборы.",
            tone="muted",
        )
        hint.setWordWrap(True)
        self.field.setPlaceholderText("Номер счёта, адрес или фамилия")
        theme.mark(self.field, mode="cash")
        page = QWidget()
        inside = QWidget()
        inside.setMaximumWidth(size["search"] * 3 // 2)
        stack = QVBoxLayout(inside)
        stack.setSpacing(size["mid"])
        stack.addStretch(1)
        for part in (title, self.field, hint):
            stack.addWidget(part)
        stack.addStretch(3)
        row = QHBoxLayout(page)
        row.addStretch(1)
        row.addWidget(inside, 4)
        row.addStretch(1)
        return page

    def _connect(self) -> None:
        edit = self.turnovers.period_edit
        edit.changed.connect(self._load)
        self.turnovers.asked.connect(self._explain)
        self.timeline.asked_all.connect(self._all_happenings)
        self.field.chosen.connect(self._chosen)
        self.field.entered.connect(self._entered)
        self.field.failed.connect(self._fail)
        on_key(self, "Alt+Left", edit.step_back)
        on_key(self, "Alt+Right", edit.step_on)
        on_key(self, "F1", self._explain_current)
        on_key(self, "F5", self.reload)
        on_key(self, "Ctrl+P", self.hand_out)
        on_key(self.turnovers, "Esc", self.turnovers.explanation.hide)

    def _chosen(self, found: Found) -> None:
        self.field.forget()
        self.show_account(found.account_number)

    def _entered(self, text: str) -> None:
        if text:
            self.show_account(text)

    def _explain_current(self) -> None:
        figure = self.turnovers.current_figure()
        if figure is not None:
            self._explain(figure)

    def _explain(self, figure: Figure) -> None:
        self._tasks.run(
            partial(self._cards.explain, figure),
            done=lambda text: self._explained(figure, text),
            failed=self._fail,
        )

    def _explained(self, figure: Figure, text: str) -> None:
        card = self.card
        if card and (card.account_number, card.period) == (figure.account_number, figure.period):
            self.turnovers.explanation.show_text(figure, text)

    def hand_out(self) -> None:
        """Write the justification of the month shown for the payer, and open it.

        On a penalty it is «Расшифровка пени».
        """
        figure = self.turnovers.current_figure()
        is_penalty = figure is not None and figure.measure is Measure.PENALTY
        write = self._cards.hand_out_penalties if is_penalty else self._cards.hand_out
        if self.card is not None:
            self._tasks.run(
                partial(write, self.card.account_number, self.card.period),
                done=self._handed_out,
                failed=self._fail,
            )

    def _handed_out(self, paper: Path) -> None:
        self.notice.show()
        self.notice.tell(Notice(f"Документ записан: {paper}", "settled"))
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(paper)))

    def _all_happenings(self) -> None:
        number = self._number

        def show(happenings: tuple[Happening, ...]) -> None:
            if number == self._number:
                self.timeline.show_happenings(happenings, total=len(happenings))

        self._tasks.run(partial(self._cards.happenings, number), done=show, failed=self._fail)
