"""The page of charges: calculate a month, look at what is implausible, publish it.

    head     month, state, totals                            F9 calculate   Ctrl+Enter publish
    left     what is held out, by reason and service          Ins approve   Del hold   Enter: which
    right    the difference to the month before, by cause

Nothing counts before it is published; a group that is not approved stays out.
"""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain import money
from app.domain.period import Period
from app.domain.review import CAUSE_WORDS, DECISION_WORDS, REASON_WORDS
from app.store.reviewing import DoubtfulCharge, DoubtGroup
from app.ui import theme
from app.ui.notice import Notice, NoticeBar
from app.ui.pages.charge_run_model import ChargesOfMonths, MonthOfCharges, RunState
from app.ui.task import Tasks
from app.ui.widgets.column_table import FIGURE, MONEY, Column
from app.ui.widgets.key_button import KeyButton
from app.ui.widgets.keys import on_key
from app.ui.widgets.period_edit import PeriodEdit
from app.ui.widgets.titled_table import TitledTable

_NO_DOUBTS = {
    RunState.NOTHING: "Месяц ещё не рассчитан. F9 рассчитает его и остановится до проведения: "
    "здесь появится то, что выглядит неправдоподобно.",
    RunState.WAITING: "Ничего неправдоподобного нет: можно проводить.",
    RunState.POSTED: "В последнем начислении ничего не придержано.",
}
_NO_DIFFERENCE = "Разницы с прошлым месяцем нет, или прошлый месяц не начислялся."


class ChargeRunPage(QWidget):
    """The page; reload() reads the month again."""

    _progressed = Signal(int, int)

    def __init__(self, tasks: Tasks, charges: ChargesOfMonths) -> None:
        super().__init__()
        self.setObjectName("page")
        self._tasks = tasks
        self._charges = charges
        self._asked = 0
        self._busy = False
        self.month: MonthOfCharges | None = None
        self.notice = NoticeBar()
        self.period_edit = PeriodEdit(Period(2000, 1))
        self.state = theme.label(step="lead", strong=True)
        self.totals = theme.label(tone="muted")
        self.calculate = KeyButton("F9", "Рассчитать")
        self.publish = KeyButton("Ctrl+Enter", "Провести", main=True)
        self.approve = KeyButton("Ins", "Принять группу")
        self.hold = KeyButton("Del", "Придержать группу")
        self.doubts = TitledTable("Неправдоподобное: что придержано до решения")
        self.differences = TitledTable("Разница с прошлым месяцем по причинам")
        self._lay_out()
        self._connect()
        self.notice.hide()

    def arrive(self) -> None:
        """Read the month when the page is opened, and put the cursor into the groups."""
        self.doubts.take_focus(self.period_edit)
        if self.month is None:
            self._tasks.run(self._charges.first, done=self.show_month, failed=self._fail)
        else:
            self.reload()

    def show_month(self, period: Period) -> None:
        """Read a month and show it."""
        self._asked += 1
        ask = self._asked
        self._tasks.run(
            partial(self._charges.load, period),
            done=lambda month: self._show(month) if ask == self._asked else None,
            failed=self._fail,
        )

    def reload(self) -> None:
        """Read the same month again."""
        if self.month is not None:
            self.show_month(self.month.period)

    def _lay_out(self) -> None:
        size = theme.sizes()
        head = QHBoxLayout()
        head.setSpacing(size["mid"])
        for part in (self.period_edit, self.state, self.totals):
            head.addWidget(part)
        head.addStretch(1)
        head.addWidget(self.calculate)
        head.addWidget(self.publish)
        buttons = QHBoxLayout()
        buttons.setSpacing(size["near"])
        buttons.addWidget(self.approve)
        buttons.addWidget(self.hold)
        buttons.addStretch(1)
        self.doubts.add_below(buttons)
        sides = QHBoxLayout()
        sides.setSpacing(size["mid"])
        sides.addWidget(self.doubts, 5)
        sides.addWidget(self.differences, 4)
        stack = QVBoxLayout(self)
        stack.setContentsMargins(*[size["wide"]] * 4)
        stack.setSpacing(size["mid"])
        stack.addLayout(head)
        stack.addWidget(self.notice)
        stack.addLayout(sides, 1)

    def _connect(self) -> None:
        self.period_edit.changed.connect(self.show_month)
        self.calculate.clicked.connect(self._calculate)
        self.publish.clicked.connect(self._publish)
        self.approve.clicked.connect(partial(self._decide, is_approved=True))
        self.hold.clicked.connect(partial(self._decide, is_approved=False))
        self.doubts.table.asked.connect(lambda row, _: self._list(row))
        self._progressed.connect(self._show_progress)
        on_key(self, "Alt+Left", self.period_edit.step_back)
        on_key(self, "Alt+Right", self.period_edit.step_on)
        on_key(self, "F5", self.reload)
        on_key(self, "F9", self._calculate)
        on_key(self, "Ctrl+Return", self._publish)
        on_key(self, "Ins", partial(self._decide, is_approved=True))
        on_key(self, "Del", partial(self._decide, is_approved=False))

    # -- what is shown ---------------------------------------------------------------------------

    def _show(self, month: MonthOfCharges) -> None:
        self.month = month
        self._busy = False
        self.period_edit.set_period(month.period)
        self.state.setText(month.state.value)
        self.totals.setText(
            f"{money.shown(month.amount_kop)} ₽ · счетов {month.accounts} · строк {month.lines}"
            if month.state is not RunState.NOTHING
            else ""
        )
        self.doubts.show_columns(_groups(month.groups), empty=_NO_DOUBTS[month.state])
        self.differences.show_columns(_causes(month), empty=_NO_DIFFERENCE)
        self._enable()
        if month.problems_total:
            more = month.problems_total - len(month.problems)
            rest = f" … и ещё {more}: kvitok charge --json." if more else ""
            said = " ".join(month.problems[:2])
            self._tell(Notice(f"Не начислено по замечаниям: {month.problems_total}. {said}{rest}"))
        elif self.notice.notice.tone != "settled":
            self.notice.hide()

    def _enable(self) -> None:
        waits = self.month is not None and self.month.state is RunState.WAITING
        for button in (self.publish, self.approve, self.hold):
            button.setEnabled(waits and not self._busy)
        self.calculate.setEnabled(not waits and not self._busy)

    def _show_progress(self, done: int, total: int) -> None:
        self._tell(Notice(f"Рассчитано счетов: {done} из {total}.", "idle"))

    def _tell(self, notice: Notice) -> None:
        self.notice.tell(notice)
        self.notice.show()

    def _fail(self, error: Exception) -> None:
        self._busy = False
        self._enable()
        self.notice.show()
        self.notice.tell_error(error, keys=(("F5", "прочитать заново"),))

    # -- what is done ----------------------------------------------------------------------------

    def _calculate(self) -> None:
        if self._busy or self.month is None or self.month.state is RunState.WAITING:
            return
        period = self.month.period
        self._busy = True
        self._enable()
        self._tasks.run(
            partial(self._charges.calculate, period, self._progressed.emit),
            done=lambda _: self._done(f"За {period.shown} рассчитано. Разберите и проведите."),
            failed=self._fail,
        )

    def _publish(self) -> None:
        if self._busy or self.month is None or self.month.state is not RunState.WAITING:
            return
        period = self.month.period
        self._busy = True
        self._enable()
        self._tasks.run(
            partial(self._charges.publish, period),
            done=lambda held: self._done(
                f"Начисление за {period.shown} проведено."
                + (f" Придержано строк: {held}." if held else "")
            ),
            failed=self._fail,
        )

    def _done(self, sentence: str) -> None:
        self._tell(Notice(sentence, "settled"))
        self.reload()

    def _decide(self, *, is_approved: bool) -> None:
        group = self._group_at(self.doubts.row)
        if group is None or self._busy or self.month is None:
            return
        if self.month.state is not RunState.WAITING:
            return
        self._tasks.run(
            partial(
                self._charges.decide,
                self.month.period,
                is_approved=is_approved,
                reason=group.reason,
                service=group.service,
            ),
            done=lambda _: self.reload(),
            failed=self._fail,
        )

    def _group_at(self, row: int) -> DoubtGroup | None:
        if self.month is None or not 0 <= row < len(self.month.groups):
            return None
        return self.month.groups[row]

    def _list(self, row: int) -> None:
        group = self._group_at(row)
        if group is None or self.month is None:
            return
        self._tasks.run(
            partial(
                self._charges.doubts,
                self.month.period,
                reason=group.reason,
                service=group.service,
            ),
            done=self._show_doubts,
            failed=self._fail,
        )

    def _show_doubts(self, found: Sequence[DoubtfulCharge]) -> None:
        shown = [
            f"{one.account}: {_was(one.before_kop)} → {money.shown(one.amount_kop)} ₽"
            for one in found[:12]
        ]
        more = f" и ещё {len(found) - len(shown)}" if len(found) > len(shown) else ""
        self.doubts.foot.setText(f"{' · '.join(shown)}{more}")
        self.doubts.foot.show()


def _was(before_kop: int | None) -> str:
    return "–" if before_kop is None else money.shown(before_kop)


def _groups(groups: Sequence[DoubtGroup]) -> tuple[Column, ...]:
    size = theme.sizes()
    width = size["money_column"]
    return (
        Column("Услуга", [one.service_name for one in groups], total="Итого"),
        Column("Причина", [REASON_WORDS[one.reason] for one in groups], width=size["cause_column"]),
        Column(
            "Решение",
            [DECISION_WORDS[one.decision] for one in groups],
            width=size["decision_column"],
        ),
        Column("Счетов", [one.accounts for one in groups], FIGURE, width=size["time_column"]),
        Column(
            "Было", [one.before_kop for one in groups], MONEY,
            total=sum(one.before_kop for one in groups), width=width,
        ),
        Column(
            "Сейчас", [one.amount_kop for one in groups], MONEY,
            total=sum(one.amount_kop for one in groups), width=width,
        ),
    )  # fmt: skip


def _causes(month: MonthOfCharges) -> tuple[Column, ...]:
    size = theme.sizes()
    rows = month.differences
    changes = [one.amount_kop - one.before_kop for one in rows]
    return (
        Column("Услуга", [one.service_name for one in rows], total="Итого"),
        Column(
            "Причина", [CAUSE_WORDS[one.cause] for one in rows], width=size["cause_column_wide"]
        ),
        Column("Счетов", [one.accounts for one in rows], FIGURE, width=size["time_column"]),
        Column("Разница", changes, MONEY, total=sum(changes), width=size["money_column"]),
    )
