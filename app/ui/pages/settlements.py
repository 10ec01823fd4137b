"""The page of settlements: who owes what, by any groups nested in any order; out as PDF or Excel.

which report       Alt+1 … Alt+6                                  F9 makes it
months, filters    Alt+← Alt+→ move both months
groups             Ctrl+Alt+1 … the outer one is chosen first     Ctrl+P paper   Ctrl+E Excel
table              a group before its parts, the total below
"""

from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.domain.analysis import DIMENSION_WORDS, CellKind, Dimension, Report
from app.domain.period import Period
from app.reports import report_table
from app.ui import theme
from app.ui.notice import Notice, NoticeBar
from app.ui.pages.settlements_model import REPORT_WORDS, Question, ReadsSettlements, listed
from app.ui.task import Tasks
from app.ui.widgets.chips import Chips
from app.ui.widgets.column_table import FIGURE, MONEY, TEXT, Column
from app.ui.widgets.key_button import KeyButton
from app.ui.widgets.keys import on_key
from app.ui.widgets.period_edit import PeriodEdit
from app.ui.widgets.titled_table import TitledTable

_INDENT = "\u2003"
_COLUMNS_MANY = 8  # a report wider than this leaves out what is nothing anywhere
_NOT_YET = (
    "Выберите отчёт, месяцы и группировки и нажмите F9. Группировки вкладываются в том порядке, "
    "в котором вы их выбираете: сначала услуга, потом дом — или наоборот."
)
_DEBTS = (
    Dimension.CONTRACT, Dimension.CREDITOR, Dimension.PROVIDER, Dimension.SERVICE, Dimension.ORIGIN,
    Dimension.HOUSE, Dimension.ACCOUNT,
)  # fmt: skip
# What each report may be grouped by; the rest has no meaning for it.
_GROUPS: dict[str, tuple[Dimension, ...]] = {
    "turnover": tuple(Dimension),
    "ageing": _DEBTS,
    "collection": tuple(one for one in _DEBTS if one is not Dimension.ORIGIN),
    "debtors": (),
    "payments": tuple(Dimension),
    "charges": tuple(one for one in Dimension if one not in (Dimension.AGENT, Dimension.CHANNEL)),
}


class SettlementsPage(QWidget):
    """The page; make() reads the report that is chosen."""

    def __init__(self, tasks: Tasks, source: ReadsSettlements) -> None:
        super().__init__()
        self.setObjectName("page")
        self._tasks = tasks
        self._source = source
        self._asked = 0
        self._opened = False
        self.report: Report | None = None
        self.notice = NoticeBar()
        self.name = Chips("Отчёт", list(REPORT_WORDS.items()), keys="Alt", is_single=True)
        self.groups = Chips(
            "Группировки", [(str(one), DIMENSION_WORDS[one]) for one in Dimension], keys="Ctrl+Alt"
        )
        self.since = PeriodEdit(Period(2000, 1))
        self.until = PeriodEdit(Period(2000, 1))
        self.houses = _line("Дома", "все дома")
        self.contracts = _line("Договоры", "все договоры")
        self.services = _line("Услуги", "все услуги")
        self.accounts = _line("Счета", "все счета")
        self.make_it = KeyButton("F9", "Собрать", main=True)
        self.to_pdf = KeyButton("Ctrl+P", "PDF")
        self.to_excel = KeyButton("Ctrl+E", "Excel")
        self.table = TitledTable("Обороты")
        self._lay_out()
        self._connect()
        self.name.choose(("turnover",))
        self.groups.choose((str(Dimension.SERVICE),))
        self.notice.hide()
        self._show(None)

    def arrive(self) -> None:
        """Put the cursor into the table; the months are the last that has entries at first."""
        self.table.take_focus(self.since)
        if not self._opened:
            self._opened = True
            self._tasks.run(self._source.first, done=self._begin, failed=self._fail)

    def make(self) -> None:
        """Read the report that is chosen and show it; a later wish wins."""
        self._asked += 1
        ask = self._asked
        self.make_it.setEnabled(False)
        self._tell(Notice(f"Собираю: {REPORT_WORDS[self.question.name].lower()}…", "idle"))
        self._tasks.run(
            partial(self._source.read, self.question),
            done=lambda report: self._show(report) if ask == self._asked else None,
            failed=self._fail,
        )

    def write(self, path: Path) -> None:
        """Write the report that is shown to a file."""
        if self.report is None:
            return
        self._tasks.run(
            partial(self._source.write, self.report, path),
            done=lambda _: self._tell(Notice(f"Записано: {path}.", "settled")),
            failed=self._fail,
        )

    @property
    def question(self) -> Question:
        (name,) = self.name.chosen
        return Question(
            name=name,
            first=self.since.period,
            last=self.until.period,
            by=tuple(Dimension(key) for key in self.groups.chosen),
            houses=listed(self.houses.text()),
            contracts=listed(self.contracts.text()),
            services=listed(self.services.text()),
            accounts=listed(self.accounts.text()),
        )

    def _lay_out(self) -> None:
        size = theme.sizes()
        head = QHBoxLayout()
        head.setSpacing(size["near"])
        head.addWidget(self.name, 1, Qt.AlignmentFlag.AlignVCenter)
        for button in (self.to_pdf, self.to_excel, self.make_it):
            head.addWidget(button)
        limits = QHBoxLayout()
        limits.setSpacing(size["near"])
        for word, edit in (("с", self.since), ("по", self.until)):
            limits.addWidget(theme.label(word, tone="muted"))
            limits.addWidget(edit)
        for field in (self.houses, self.services, self.contracts, self.accounts):
            limits.addWidget(field, 1)
        by = QHBoxLayout()
        by.setSpacing(size["near"])
        by.addWidget(theme.label("По", tone="muted"))
        by.addWidget(self.groups, 1)
        stack = QVBoxLayout(self)
        stack.setContentsMargins(*[size["wide"]] * 4)
        stack.setSpacing(size["mid"])
        stack.addLayout(head)
        stack.addLayout(limits)
        stack.addLayout(by)
        stack.addWidget(self.notice)
        # A wide report moves by itself: what is chosen above it stays in sight.
        wide = QScrollArea()
        wide.setWidget(self.table)
        wide.setWidgetResizable(True)
        wide.setFrameShape(QFrame.Shape.NoFrame)
        wide.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        stack.addWidget(wide, 1)

    def _connect(self) -> None:
        self.name.changed.connect(self._choose_report)
        self.groups.changed.connect(lambda _: self.make())
        self.since.changed.connect(self._keep_order)
        self.make_it.clicked.connect(self.make)
        self.to_pdf.clicked.connect(partial(self._ask_path, "pdf"))
        self.to_excel.clicked.connect(partial(self._ask_path, "xlsx"))
        for field in (self.houses, self.contracts, self.services, self.accounts):
            field.returnPressed.connect(self.make)
        on_key(self, "F9", self.make)
        on_key(self, "F5", self.make)
        on_key(self, "Ctrl+P", partial(self._ask_path, "pdf"))
        on_key(self, "Ctrl+E", partial(self._ask_path, "xlsx"))
        on_key(self, "Alt+Left", partial(self._step, -1))
        on_key(self, "Alt+Right", partial(self._step, 1))
        for place, key in enumerate(REPORT_WORDS, 1):
            on_key(self, f"Alt+{place}", partial(self.name.toggle, key))
        for place, one in enumerate(Dimension, 1):
            on_key(self, f"Ctrl+Alt+{place % 10}", partial(self.groups.toggle, str(one)))

    # -- what is chosen --------------------------------------------------------------------------

    def _begin(self, latest: Period) -> None:
        self.since.set_period(latest)
        self.until.set_period(latest)
        self.make()

    def _choose_report(self, _: Sequence[str]) -> None:
        (name,) = self.name.chosen
        self.groups.allow([str(one) for one in _GROUPS[name]])
        self.make()

    def _keep_order(self, since: Period) -> None:
        if self.until.period < since:
            self.until.set_period(since)

    def _step(self, months: int) -> None:
        self.since.set_period(self.since.period.plus(months))
        self.until.set_period(self.until.period.plus(months))
        self.make()

    def _ask_path(self, suffix: str) -> None:
        if self.report is None:
            self._tell(Notice("Отчёта ещё нет: соберите его клавишей F9."))
            return
        kind = "Бумага (*.pdf)" if suffix == "pdf" else "Excel (*.xlsx)"
        name = f"{self.report.title} {self.since.period}.{suffix}"
        path, _ = QFileDialog.getSaveFileName(self, self.report.title, name, kind)
        if path:
            self.write(Path(path).with_suffix(f".{suffix}"))

    # -- what is shown ---------------------------------------------------------------------------

    def _show(self, report: Report | None) -> None:
        self.report = report
        self.make_it.setEnabled(True)
        for button in (self.to_pdf, self.to_excel):
            button.setEnabled(report is not None)
        if report is None:
            self.table.show_columns((Column("", []),), empty=_NOT_YET)
            return
        self.table.title.setText(report.title)
        self.table.show_columns(_columns(report), empty="За эти месяцы ничего нет.")
        self.table.foot.setText(" ".join(report.notes))
        self.table.foot.show()
        self.notice.hide()

    def _tell(self, notice: Notice) -> None:
        self.notice.tell(notice)
        self.notice.show()

    def _fail(self, error: Exception) -> None:
        self.make_it.setEnabled(True)
        self.notice.show()
        self.notice.tell_error(error, keys=(("F9", "собрать заново"),))


def _line(name: str, hint: str) -> QLineEdit:
    field = QLineEdit()
    field.setAccessibleName(name)
    field.setPlaceholderText(hint)
    field.setToolTip(f"{name}: коды или номера через запятую")
    field.setMaxLength(512)
    return field


def _columns(report: Report) -> tuple[Column, ...]:
    """Give the rows as columns: groups as a tree at the left, the total pinned below."""
    size = theme.sizes()
    rows = [row for row in report.rows if row.level] or list(report.rows)
    title = " / ".join(DIMENSION_WORDS[one] for one in report.by)
    names = [_INDENT * (row.level - 1) + row.labels[-1] if row.labels else "Всего" for row in rows]
    made = [Column(title, names, total="Итого" if report.total not in rows else None)]
    for place, column in enumerate(report.columns):
        found = [row.values[place] for row in rows]
        total = report.total.values[place]
        if len(report.columns) > _COLUMNS_MANY and not total and not any(found):
            continue
        if column.kind is CellKind.MONEY:
            made.append(
                Column(
                    column.title,
                    [_kopecks(value) for value in found],
                    MONEY,
                    total=_kopecks(total),
                    width=size["money_column"],
                    wide=size["money_column_wide"],
                )
            )
            continue
        kind = TEXT if column.kind is CellKind.TEXT else FIGURE
        made.append(
            Column(
                column.title,
                [report_table.cell(column, value) for value in found],
                kind,
                total=report_table.cell(column, total),
                width=size["cause_column_wide" if kind is TEXT else "decision_column"],
            )
        )
    return tuple(made)


def _kopecks(value: int | str | date | None) -> int:
    return value if isinstance(value, int) else 0
