"""The page of periods: how far each month is closed, what stands in the way, closing, opening.

left     months: state, charges, payments, penalties         ↑ ↓ another month
right    the list of checks of the month or the part          Ins close despite one
below    closings and openings of the month
foot     the reason, for opening and for closing despite a check

F6 whole month or a part   Ctrl+Enter close   Ctrl+R open again
"""

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.domain import money
from app.domain.closing import ClosingCheck, MonthPart, MonthState
from app.operations.close_period import ClosedPeriod
from app.operations.reopen_period import ReopenedPeriod
from app.store.periods import ClosingAct, Month
from app.ui import theme
from app.ui.notice import Notice, NoticeBar
from app.ui.pages.periods_model import MonthLook, MonthsOfBooks
from app.ui.task import Tasks
from app.ui.widgets.column_table import Column
from app.ui.widgets.key_button import KeyButton
from app.ui.widgets.keys import on_key
from app.ui.widgets.titled_table import TitledTable

_PARTS: tuple[MonthPart | None, ...] = (None, *MonthPart)
_NO_MONTHS = "В книгах ещё нет ни одного месяца: загрузите базу и начислите первый."
_CLEAR = "Проверки пройдены, замечаний нет: можно закрывать."
_CLOSED = "Закрыто: проверять нечего. Переоткрыть можно последний закрытый месяц, указав причину."
_NO_ACTS = "Месяц ещё не закрывали."


class PeriodsPage(QWidget):
    """The page; reload() reads the months and the list of checks again."""

    def __init__(self, tasks: Tasks, source: MonthsOfBooks) -> None:
        super().__init__()
        self.setObjectName("page")
        self._tasks = tasks
        self._source = source
        self._asked = 0
        self._busy = False
        self._despite: set[str] = set()
        self.part: MonthPart | None = None
        self.months: Sequence[Month] = ()
        self.seen: MonthLook | None = None
        self.notice = NoticeBar()
        self.title = theme.label(step="lead", strong=True)
        self.state = theme.label(tone="muted")
        self.whole = KeyButton("F6", "Весь месяц")
        self.close_button = KeyButton("Ctrl+Enter", "Закрыть", main=True)
        self.open_button = KeyButton("Ctrl+R", "Переоткрыть")
        self.override = KeyButton("Ins", "Закрыть вопреки")
        self.reason = QLineEdit()
        self.table = TitledTable("Месяцы")
        self.checks = TitledTable("Проверки перед закрытием")
        self.acts = TitledTable("Закрывали и открывали")
        self._lay_out()
        self._connect()
        self.notice.hide()

    def arrive(self) -> None:
        """Read the months and put the cursor into them."""
        self.table.take_focus(self.reason)
        self.reload()

    def reload(self) -> None:
        """Read everything again."""
        self._tasks.run(self._source.months, done=self._show_months, failed=self._fail)

    @property
    def month(self) -> Month | None:
        """The month one stands on."""
        row = self.table.row
        return self.months[row] if 0 <= row < len(self.months) else None

    def _lay_out(self) -> None:
        size = theme.sizes()
        self.reason.setAccessibleName("Причина")
        self.reason.setPlaceholderText("Причина: документ и почему")
        self.reason.setMaxLength(512)
        head = QHBoxLayout()
        head.setSpacing(size["mid"])
        for part in (self.title, self.state):
            head.addWidget(part)
        head.addStretch(1)
        for button in (self.whole, self.open_button, self.close_button):
            head.addWidget(button)
        why = QHBoxLayout()
        why.setSpacing(size["near"])
        why.addWidget(self.reason, 1)
        why.addWidget(self.override)
        self.checks.add_below(why)
        right = QVBoxLayout()
        right.setSpacing(size["mid"])
        right.addWidget(self.checks, 3)
        right.addWidget(self.acts, 2)
        sides = QHBoxLayout()
        sides.setSpacing(size["mid"])
        sides.addWidget(self.table, 4)
        sides.addLayout(right, 5)
        stack = QVBoxLayout(self)
        stack.setContentsMargins(*[size["wide"]] * 4)
        stack.setSpacing(size["mid"])
        stack.addLayout(head)
        stack.addWidget(self.notice)
        stack.addLayout(sides, 1)

    def _connect(self) -> None:
        moved = self.table.table.view.selectionModel().currentRowChanged
        moved.connect(lambda *_: self._look())
        told = self.checks.table.view.selectionModel().currentRowChanged
        told.connect(lambda *_: self._tell_check())
        self.whole.clicked.connect(self._turn_part)
        self.close_button.clicked.connect(self._close)
        self.open_button.clicked.connect(self._reopen)
        self.override.clicked.connect(self._turn_override)
        on_key(self, "F5", self.reload)
        on_key(self, "F6", self._turn_part)
        on_key(self, "Ctrl+Return", self._close)
        on_key(self, "Ctrl+R", self._reopen)
        on_key(self, "Ins", self._turn_override)

    # -- what is shown ---------------------------------------------------------------------------

    def _show_months(self, months: Sequence[Month]) -> None:
        self._busy = False
        self.months = months
        self.table.show_columns(_months(months), empty=_NO_MONTHS)
        self._look()

    def _look(self) -> None:
        month = self.month
        self._despite.clear()
        self.whole.say("Весь месяц" if self.part is None else f"Часть: {self.part.words}")
        self._show_head(month)
        self._enable()
        if month is None:
            return
        self._asked += 1
        ask = self._asked
        self._tasks.run(
            partial(self._source.look, month.period, self.part),
            done=lambda seen: self._show(seen) if ask == self._asked else None,
            failed=self._fail,
        )

    def _show_head(self, month: Month | None) -> None:
        self.title.setText(month.period.spoken if month else "")
        self.state.setText(_state_words(month) if month else "")

    def _show(self, seen: MonthLook) -> None:
        self.seen = seen
        is_open = self.month is not None and self.month.is_open(self.part)
        rows = self._found()
        words = ["вопреки" if one.rule.name in self._despite else _level(one) for one in rows]
        size = theme.sizes()
        self.checks.show_columns(
            (
                Column("Что найдено", [one.sentence for one in rows]),
                Column("", words, width=size["cause_column"]),
            ),
            empty=_CLEAR if is_open else _CLOSED,
        )
        self.acts.show_columns(_acts(seen.acts), empty=_NO_ACTS)
        self._tell_check()
        self._enable()

    def _found(self) -> list[ClosingCheck]:
        """What the list found, what stops first."""
        found = [check for check in (self.seen.checks if self.seen else ()) if check.count]
        return sorted(found, key=lambda check: not check.stops)

    def _tell_check(self) -> None:
        rows, row = self._found(), self.checks.row
        if 0 <= row < len(rows):
            one = rows[row]
            examples = " · ".join(one.examples)
            self.checks.foot.setText(f"{one.sentence} {one.rule.mend} {examples}".strip())
            self.checks.foot.show()
        may = 0 <= row < len(rows) and rows[row].stops and rows[row].rule.may_override
        self.override.setEnabled(may and not self._busy)

    def _enable(self) -> None:
        month = self.month
        is_open = month is not None and month.is_open(self.part)
        is_closed = month is not None and (
            month.state is not MonthState.OPEN
            or bool(month.parts_closed_at if self.part is None else not is_open)
        )
        self.close_button.setEnabled(is_open and not self._busy)
        self.open_button.setEnabled(is_closed and not self._busy)
        self.whole.setEnabled(month is not None and not self._busy)

    def _tell(self, notice: Notice) -> None:
        self.notice.tell(notice)
        self.notice.show()

    def _fail(self, error: Exception) -> None:
        self._busy = False
        self._enable()
        self.notice.show()
        self.notice.tell_error(error, keys=(("F5", "прочитать заново"),))

    # -- what is done ----------------------------------------------------------------------------

    def _turn_part(self) -> None:
        if not self._busy:
            self.part = _PARTS[(_PARTS.index(self.part) + 1) % len(_PARTS)]
            self._look()

    def _turn_override(self) -> None:
        rows, row = self._found(), self.checks.row
        if self._busy or not 0 <= row < len(rows) or self.seen is None:
            return
        if rows[row].stops and rows[row].rule.may_override:
            self._despite ^= {rows[row].rule.name}
            self._show(self.seen)
            if self._despite and not self.reason.text().strip():
                self.reason.setFocus()

    def _close(self) -> None:
        month = self.month
        if self._busy or month is None or not self.close_button.isEnabled():
            return
        self._busy = True
        self._enable()
        despite = dict.fromkeys(self._despite, self.reason.text().strip())
        self._tasks.run(
            partial(self._source.close, month.period, self.part, despite),
            done=self._closed,
            failed=self._fail,
        )

    def _closed(self, done: ClosedPeriod) -> None:
        if done.part is None:
            sentence = f"Период {done.period.shown} закрыт, снято остатков: {done.balances}."
        else:
            sentence = f"За {done.period.shown} закрыто: {done.part.words}."
        self._finish(sentence)

    def _reopen(self) -> None:
        month, reason = self.month, self.reason.text().strip()
        if self._busy or month is None or not self.open_button.isEnabled():
            return
        if not reason:
            self._tell(Notice("Напишите причину: без неё закрытое не переоткрывается."))
            self.reason.setFocus()
            return
        self._busy = True
        self._enable()
        self._tasks.run(
            partial(self._source.reopen, month.period, self.part, reason),
            done=self._reopened,
            failed=self._fail,
        )

    def _reopened(self, done: ReopenedPeriod) -> None:
        what = "открыт" if done.part is None else f"открыт, {done.part.words}"
        undone = (
            f" Снимок отменён: остатков {done.balances} на {money.shown(done.closing_kop)} ₽."
            if done.balances
            else ""
        )
        self._finish(f"Период {done.period.shown} {what}.{undone}")

    def _finish(self, sentence: str) -> None:
        self.reason.clear()
        self._tell(Notice(sentence, "settled"))
        self.reload()


def _level(check: ClosingCheck) -> str:
    return "стоп" if check.stops else "замечание"


def _state_words(month: Month) -> str:
    words = month.state.words
    if month.state is MonthState.OPEN and month.parts_closed_at:
        closed = ", ".join(part.words for part in MonthPart if part in month.parts_closed_at)
        return f"{words}; закрыто: {closed}"
    if month.closed_at is not None:
        who = f", {month.closed_by}" if month.closed_by else ""
        return f"{words} {month.closed_at.astimezone():%d.%m.%Y}{who}"
    return words


def _months(months: Sequence[Month]) -> tuple[Column, ...]:
    size = theme.sizes()
    return (
        Column("Месяц", [one.period.spoken for one in months]),
        Column("Состояние", [one.state.words for one in months], width=size["account_column"]),
        *(
            Column(
                part.words.capitalize(),
                [_part_words(one, part) for one in months],
                width=size["decision_column"],
            )
            for part in MonthPart
        ),
    )


def _part_words(month: Month, part: MonthPart) -> str:
    if month.is_open(part):
        return "открыто"
    at = month.parts_closed_at.get(part) or month.closed_at
    return f"{at.astimezone():%d.%m.%Y}" if at else "закрыто"


def _acts(acts: Sequence[ClosingAct]) -> tuple[Column, ...]:
    size = theme.sizes()
    return (
        Column("Когда", [f"{act.made_at.astimezone():%d.%m.%Y %H:%M}" for act in acts],
               width=size["receipt_column"]),
        Column("Что", [_act_words(act) for act in acts], width=size["cause_column_wide"]),
        Column("Почему", [act.reason or act.despite or "–" for act in acts]),
        Column("Кто", [act.actor for act in acts], width=size["account_column"]),
    )  # fmt: skip


def _act_words(act: ClosingAct) -> str:
    what = "месяц" if act.part is None else act.part.words
    return f"{'открыто' if act.is_reopening else 'закрыто'}: {what}"
