"""The page of recalculations: what waits and why, what it comes to, posting it.

    left     the queue: account, from which month, the reason     Enter one   F9 all of them
             an account by hand, from a month on
    right    was, became, difference by account, service, month    Ctrl+Enter posts

What is posted is what is shown: posting is refused when the books moved on in between.
"""

from collections.abc import Sequence
from functools import partial
from typing import Protocol

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain import money
from app.domain.bases.words import comma
from app.domain.ledger import EntryKind
from app.domain.period import Period
from app.domain.service import COMPONENT_CODES, COMPONENT_WORDS, ZONE_CODES, ZONE_WORDS
from app.operations.recalculate import Asked, Difference, Preview, Recalculation
from app.store.recalculating import Due
from app.ui import theme
from app.ui.notice import Notice, NoticeBar
from app.ui.task import Tasks
from app.ui.widgets.account_field import AccountField, Search
from app.ui.widgets.column_table import MONEY, Column
from app.ui.widgets.key_button import KeyButton
from app.ui.widgets.keys import on_key
from app.ui.widgets.period_edit import PeriodEdit
from app.ui.widgets.titled_table import TitledTable

_NOTHING_WAITS = (
    "Ничего не ждёт перерасчёта. Сюда попадают счета, у которых за начисленный месяц изменились "
    "люди, площадь, показания, тариф, норматив, акт или отсутствие."
)
_NOT_YET = (
    "Выберите строку и нажмите Enter или F9, чтобы увидеть разницу. Пока её не проведут, "
    "в книгах ничего не меняется."
)
_NO_DIFFERENCE = "Разницы нет: начисленное и нынешний расчёт совпадают до копейки."


class RecalculatesMonths(Protocol):
    """Reads and posts recalculations; every call runs off the GUI thread."""

    def queue(self) -> tuple[Period, Sequence[Due]]: ...

    def preview(self, asked: Asked) -> Preview: ...

    def post(self, asked: Asked) -> Recalculation: ...


class RecalculationPage(QWidget):
    """The page; reload() reads the queue again."""

    def __init__(self, tasks: Tasks, source: RecalculatesMonths, *, search: Search) -> None:
        super().__init__()
        self.setObjectName("page")
        self._tasks = tasks
        self._source = source
        self._asked: Asked | None = None
        self._busy = False
        self.due: Sequence[Due] = ()
        self.preview: Preview | None = None
        self.notice = NoticeBar()
        self.target = theme.label(step="lead", strong=True)
        self.total = theme.label(tone="muted")
        self.field = AccountField(
            "Счёт для перерасчёта", tasks=tasks, search=search, picks_first=True
        )
        self.field.setPlaceholderText("Счёт, адрес или фамилия")
        self.since = PeriodEdit(Period(2000, 1))
        self.all = KeyButton("F9", "Показать всю очередь")
        self.publish = KeyButton("Ctrl+Enter", "Провести", main=True)
        self.queue = TitledTable("Ждёт перерасчёта")
        self.differences = TitledTable("Было и стало")
        self._lay_out()
        self._connect()
        self.notice.hide()
        self._show_preview(None)

    def arrive(self) -> None:
        """Read the queue and put the cursor into it."""
        self.queue.take_focus(self.field)
        self.reload()

    def reload(self) -> None:
        """Read the queue again."""
        self._tasks.run(self._source.queue, done=self._show_queue, failed=self._fail)

    def show_account(self, account_number: str) -> None:
        """Show what the account comes to from the chosen month on."""
        self._ask(Asked(accounts=(account_number,), first=self.since.period))

    def _lay_out(self) -> None:
        size = theme.sizes()
        head = QHBoxLayout()
        head.setSpacing(size["mid"])
        head.addWidget(self.target)
        head.addWidget(self.total)
        head.addStretch(1)
        head.addWidget(self.all)
        head.addWidget(self.publish)
        by_hand = QHBoxLayout()
        by_hand.setSpacing(size["near"])
        by_hand.addWidget(self.field, 1)
        by_hand.addWidget(theme.label("с", tone="muted"))
        by_hand.addWidget(self.since)
        self.queue.add_below(by_hand)
        sides = QHBoxLayout()
        sides.setSpacing(size["mid"])
        sides.addWidget(self.queue, 4)
        sides.addWidget(self.differences, 5)
        stack = QVBoxLayout(self)
        stack.setContentsMargins(*[size["wide"]] * 4)
        stack.setSpacing(size["mid"])
        stack.addLayout(head)
        stack.addWidget(self.notice)
        stack.addLayout(sides, 1)

    def _connect(self) -> None:
        self.queue.table.asked.connect(lambda row, _: self._ask_row(row))
        self.all.clicked.connect(self._ask_all)
        self.publish.clicked.connect(self._post)
        self.field.chosen.connect(lambda found: self.show_account(found.account_number))
        self.field.entered.connect(lambda text: self.show_account(text) if text else None)
        self.field.failed.connect(self._fail)
        on_key(self, "F5", self.reload)
        on_key(self, "F9", self._ask_all)
        on_key(self, "Ctrl+Return", self._post)

    # -- what is shown ---------------------------------------------------------------------------

    def _show_queue(self, found: tuple[Period, Sequence[Due]]) -> None:
        target, self.due = found
        self.target.setText(f"Проводится в {target.spoken}")
        if self.since.period >= target or self.since.period.year == 2000:
            self.since.set_period(target.previous)
        self.since.set_bounds(first=None, last=target.previous)
        size = theme.sizes()
        self.queue.show_columns(
            (
                Column("Причина", [one.reason for one in self.due]),
                Column("Счёт", [one.account for one in self.due], width=size["account_column"]),
                Column("С", [one.first.shown for one in self.due], width=size["month_column"]),
            ),
            empty=_NOTHING_WAITS,
        )
        self.all.setEnabled(bool(self.due) and not self._busy)

    def _show_preview(self, preview: Preview | None) -> None:
        self.preview = preview
        rows = preview.differences if preview else []
        self.differences.show_columns(
            _columns(rows), empty=_NOT_YET if preview is None else _NO_DIFFERENCE
        )
        self.total.setText(
            f"разница {money.shown(preview.amount_kop)} ₽ · счетов {preview.accounts}"
            if preview
            else ""
        )
        self.publish.setEnabled(bool(rows) and not self._busy)

    def _tell_left(self, preview: Preview) -> None:
        told = [str(one) for one in preview.problems[:2]]
        told += [
            f"Счёт {one.account}, {one.period.shown}: перерасчёт запрещён ({one.ban.reason})."
            for one in preview.skipped[:2]
        ]
        if told:
            self._tell(Notice(" ".join(told)))
        else:
            self.notice.hide()

    def _tell(self, notice: Notice) -> None:
        self.notice.tell(notice)
        self.notice.show()

    def _fail(self, error: Exception) -> None:
        self._busy = False
        self.all.setEnabled(bool(self.due))
        self.notice.show()
        self.notice.tell_error(error, keys=(("F5", "прочитать заново"),))

    # -- what is done ----------------------------------------------------------------------------

    def _ask_row(self, row: int) -> None:
        if 0 <= row < len(self.due):
            one = self.due[row]
            self._ask(Asked(accounts=(one.account,), first=one.first))

    def _ask_all(self) -> None:
        if self.due:
            self._ask(Asked())

    def _ask(self, asked: Asked) -> None:
        if self._busy:
            return
        self._asked = asked
        self._show_preview(None)
        self._tasks.run(
            partial(self._source.preview, asked),
            done=lambda preview: self._previewed(asked, preview),
            failed=self._fail,
        )

    def _previewed(self, asked: Asked, preview: Preview) -> None:
        if asked is self._asked:
            self._show_preview(preview)
            self._tell_left(preview)

    def _post(self) -> None:
        if self._busy or self._asked is None or not (self.preview and self.preview.differences):
            return
        self._busy = True
        self.publish.setEnabled(False)
        self._tasks.run(
            partial(self._source.post, self._asked), done=self._posted, failed=self._fail
        )

    def _posted(self, made: Recalculation) -> None:
        self._busy = False
        self._asked = None
        self._show_preview(None)
        self._tell(
            Notice(
                f"Перерасчёт проведён в {made.target.shown}: строк {len(made.lines)}, "
                f"сумма {money.shown(made.amount_kop)} ₽.",
                "settled",
            )
        )
        self.reload()


def _columns(rows: Sequence[Difference]) -> tuple[Column, ...]:
    size = theme.sizes()
    width = size["money_column"]
    was, became = [one.was_kop for one in rows], [one.became_kop for one in rows]
    changes = [one.amount_kop for one in rows]
    return (
        Column("Услуга", [_named(one) for one in rows], total="Итого"),
        Column("Счёт", [one.account for one in rows], width=size["account_column"]),
        Column("За", [one.origin.shown for one in rows], width=size["month_column"]),
        Column("Было", was, MONEY, total=sum(was), width=width),
        Column("Стало", became, MONEY, total=sum(became), width=width),
        Column("Разница", changes, MONEY, total=sum(changes), width=width),
    )


def _named(one: Difference) -> str:
    """Give the service with its component and zone; what a benefit comes to is not in money."""
    parts = [one.service_name, _COMPONENTS.get(one.component, ""), _ZONES.get(one.zone, "")]
    if one.kind is EntryKind.BENEFIT:
        was, became = (comma(money.decimal_of(value)) for value in (one.was_mcu, one.became_mcu))
        parts.append(f"льгота {was} → {became} ₽")
    return ", ".join(part for part in parts if part)


_COMPONENTS = {int(COMPONENT_CODES[code]): words for words, code in COMPONENT_WORDS.items()}
_ZONES = {int(ZONE_CODES[code]): words for words, code in ZONE_WORDS.items()}
