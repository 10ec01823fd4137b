"""The page «Что если»: changes of prices, norms, anything; both columns side by side.

left     month, account or all, prices, norms, a workbook of changes      F9 calculates
right    now, then, difference, percent by service                        nothing is kept
"""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from app.domain.period import Period
from app.operations.what_if import Compared, WhatIf
from app.ui import theme
from app.ui.notice import Notice, NoticeBar
from app.ui.pages.what_if_page_model import Trial, TriesChanges, listed
from app.ui.task import Tasks
from app.ui.widgets.account_field import AccountField, Search
from app.ui.widgets.column_table import FIGURE, MONEY, Column
from app.ui.widgets.key_button import KeyButton
from app.ui.widgets.keys import on_key
from app.ui.widgets.period_edit import PeriodEdit
from app.ui.widgets.titled_table import TitledTable

_NOT_YET = (
    "Напишите слева, что изменить, и нажмите F9. Месяц рассчитается дважды — как есть и после "
    "изменений; в книгах ничего не останется."
)


class WhatIfPage(QWidget):
    """The page; show_account(number) asks about one account."""

    _progressed = Signal(int, int)

    def __init__(self, tasks: Tasks, trials: TriesChanges, *, search: Search) -> None:
        super().__init__()
        self.setObjectName("page")
        self._tasks = tasks
        self._trials = trials
        self._busy = False
        self._opened = False
        self.found: WhatIf | None = None
        self.notice = NoticeBar()
        self.period_edit = PeriodEdit(Period(2000, 1))
        self.account = AccountField(
            "Только этот счёт", tasks=tasks, search=search, picks_first=True
        )
        self.account.setPlaceholderText("все счета")
        self.prices = _line("Цены", "ХВС=45,30; ТКО=+10%")
        self.norms = _line("Нормативы", "ХВС=5,2")
        self.workbook = _line("Книга изменений", "путь к книге Excel, Ctrl+O — выбрать")
        self.calculate = KeyButton("F9", "Рассчитать", main=True)
        self.compared = TitledTable("Сейчас и после изменений")
        self._lay_out()
        self._connect()
        self.notice.hide()
        self._show_table(None)

    def arrive(self) -> None:
        """Put the cursor into the prices; the month is the open one at first."""
        self.prices.setFocus()
        if not self._opened:
            self._opened = True
            self._tasks.run(self._trials.first, done=self.period_edit.set_period, failed=self._fail)

    def show_account(self, account_number: str) -> None:
        """Ask about one account."""
        self.account.setText(account_number)
        self.prices.setFocus()

    def _lay_out(self) -> None:
        size = theme.sizes()
        asked = QFrame()
        asked.setObjectName("card")
        form = QVBoxLayout(asked)
        form.setContentsMargins(size["wide"], size["mid"], size["wide"], size["wide"])
        form.setSpacing(size["near"])
        form.addWidget(theme.label("Что изменить", step="lead", strong=True))
        form.addWidget(self.period_edit, 0, Qt.AlignmentFlag.AlignLeft)
        for word, field in (
            ("Счёт", self.account),
            ("Цены: услуга=цена или услуга=±процент, через «;»", self.prices),
            ("Нормативы", self.norms),
            ("Книга изменений", self.workbook),
        ):
            label = theme.label(word, tone="muted")
            label.setBuddy(field)
            label.setWordWrap(True)
            form.addWidget(label)
            form.addWidget(field)
        form.addSpacing(size["mid"])
        form.addWidget(self.calculate)
        form.addStretch(1)
        sides = QHBoxLayout()
        sides.setSpacing(size["mid"])
        sides.addWidget(asked, 2)
        sides.addWidget(self.compared, 5)
        stack = QVBoxLayout(self)
        stack.setContentsMargins(*[size["wide"]] * 4)
        stack.setSpacing(size["mid"])
        stack.addWidget(self.notice)
        stack.addLayout(sides, 1)

    def _connect(self) -> None:
        self.calculate.clicked.connect(self._calculate)
        self.account.chosen.connect(lambda found: self.show_account(found.account_number))
        self.account.failed.connect(self._fail)
        self._progressed.connect(self._show_progress)
        for field in (self.prices, self.norms, self.workbook):
            field.returnPressed.connect(self._calculate)
        on_key(self, "F9", self._calculate)
        on_key(self, "Ctrl+O", self._choose_workbook)
        on_key(self, "Alt+Left", self.period_edit.step_back)
        on_key(self, "Alt+Right", self.period_edit.step_on)

    def _choose_workbook(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Книга изменений", filter="Excel (*.xlsx)")
        if path:
            self.workbook.setText(path)

    def _calculate(self) -> None:
        if self._busy:
            return
        trial = Trial(
            period=self.period_edit.period,
            account=self.account.text().strip(),
            prices=listed(self.prices.text()),
            norms=listed(self.norms.text()),
            workbook=self.workbook.text().strip(),
        )
        self._busy = True
        self.calculate.setEnabled(False)
        self._tasks.run(
            partial(self._trials.run, trial, self._progressed.emit),
            done=self._show,
            failed=self._fail,
        )

    def _show_progress(self, done: int, total: int) -> None:
        if self._busy:
            self._tell(Notice(f"Рассчитано {done} из {total}.", "idle"))

    def _show(self, found: WhatIf) -> None:
        self._busy = False
        self.calculate.setEnabled(True)
        self._show_table(found)
        if found.problems:
            first = str(found.problems[0])
            self._tell(Notice(f"После изменений нельзя начислить: {len(found.problems)}. {first}"))
        else:
            number = found.total.accounts
            self._tell(
                Notice(f"Изменится счетов: {number}. В книгах ничего не изменилось.", "settled")
            )

    def _show_table(self, found: WhatIf | None) -> None:
        self.found = found
        self.compared.show_columns(_columns(found), empty=_NOT_YET)

    def _tell(self, notice: Notice) -> None:
        self.notice.tell(notice)
        self.notice.show()

    def _fail(self, error: Exception) -> None:
        self._busy = False
        self.calculate.setEnabled(True)
        self.notice.show()
        self.notice.tell_error(error)


def _line(name: str, hint: str) -> QLineEdit:
    field = QLineEdit()
    field.setAccessibleName(name)
    field.setPlaceholderText(hint)
    field.setMaxLength(512)
    return field


def _columns(found: WhatIf | None) -> tuple[Column, ...]:
    size = theme.sizes()
    width = size["money_column"]
    codes = found.used_services() if found else []
    names = dict(zip(found.services, found.names, strict=True)) if found else {}
    rows = [found.of_service(code) for code in codes] if found else []
    total = found.total if found else Compared(0, 0, 0)
    return (
        Column("Услуга", [names[code] for code in codes], total="Итого"),
        Column("Счетов", [one.accounts for one in rows], FIGURE, width=size["time_column"]),
        Column("Сейчас", [one.now_kop for one in rows], MONEY, total=total.now_kop, width=width),
        Column("После", [one.then_kop for one in rows], MONEY, total=total.then_kop, width=width),
        Column(
            "Разница", [one.difference_kop for one in rows], MONEY,
            total=total.difference_kop, width=width,
        ),
        Column(
            "%", [_percent(one) for one in rows], FIGURE, total=_percent(total),
            width=size["tender_column"],
        ),
    )  # fmt: skip


def _percent(one: Compared) -> str:
    if not one.percent:
        return "–"
    return f"{one.percent:+}".replace(".", ",").replace("-", "−")
