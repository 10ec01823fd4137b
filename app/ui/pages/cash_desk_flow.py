"""What happens at the cash desk, stage by stage (drawn in cash_desk_model); knows no widget.

The key of a payment is made here, once for each intent, and kept until the answer came, so that
asking again cannot take money twice. An answer to a question nobody waits for any more is dropped.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, Signal
from uuid_utils.compat import uuid7

from app.domain import money
from app.domain.tender import Tender
from app.errors import AppError, Malformed, Refusal
from app.ui.notice import Notice
from app.ui.pages import cash_desk_words as words
from app.ui.pages.cash_desk_model import DeskActions, Dues, Receipt, ShiftNow, SplitLine, Stage
from app.ui.task import Tasks

T = TypeVar("T")

_WAITING = (Stage.LOOKING, Stage.TAKING, Stage.UNANSWERED, Stage.ASKING)


class NotEnough(Refusal):
    """Less cash was tendered than is to be taken."""


@dataclass(frozen=True, slots=True)
class _Intent:
    """What is being taken, under the key it is asked with."""

    key: uuid.UUID
    dues: Dues
    amount_kop: int
    tendered_kop: int
    tender: Tender


class DeskFlow(QObject):
    """changed(Notice | None) after every step; cleared() when typed money is of no use any more."""

    changed = Signal(object)
    cleared = Signal()

    def __init__(self, tasks: Tasks, desk: DeskActions) -> None:
        super().__init__()
        self._tasks = tasks
        self._desk = desk
        self._question: Callable[[], None] | None = None
        self._asked: Notice | None = None
        self._behind = Stage.EMPTY
        self._intent: _Intent | None = None
        self._latest = 0
        self.stage = Stage.EMPTY
        self.shift = ShiftNow(None)
        self.dues: Dues | None = None
        self.split: tuple[SplitLine, ...] = ()
        self.amount_kop = 0
        self.receipt: Receipt | None = None

    @property
    def question(self) -> Notice | None:
        """What is asked, while it is."""
        return self._asked if self.stage is Stage.ASKING else None

    @property
    def shown_stage(self) -> Stage:
        """The stage to show: behind a question, the one it was asked at."""
        return self._behind if self.stage is Stage.ASKING else self.stage

    @property
    def is_free(self) -> bool:
        """Whether the keys of the last receipt and of the shift may be pressed."""
        return self.stage not in _WAITING

    @property
    def last_receipt(self) -> Receipt | None:
        return self.shift.receipts[0] if self.shift.receipts else None

    def start(self) -> None:
        """Ask what shift the desk is in."""
        self._run(self._desk.shift, self._shift_known)

    def go_on(self, tendered_kop: int | None) -> None:
        """Do what Enter means at this stage; tendered None is the exact sum."""
        if self.stage is Stage.CLOSED:
            self._run(self._desk.open_shift, self._shift_known)
        elif self.stage is Stage.DUES:
            self.take(Tender.CASH, tendered_kop=tendered_kop)
        elif self.stage is Stage.UNANSWERED:
            self._ask_for_money()
        elif self.stage is Stage.ASKING and self._question is not None:
            act, self._question = self._question, None
            act()
        elif self.stage is Stage.PAID and self.receipt and not self.receipt.printed:
            self.print_again()
        elif self.stage is Stage.PAID:
            self.clear()
        elif self.stage is Stage.EMPTY:
            self.changed.emit(words.NOTHING_TYPED)

    def go_back(self) -> None:
        """Do what Esc means at this stage."""
        if self.stage is Stage.ASKING:
            self._question = None
            self.stage = self._behind
            self.changed.emit(words.hint(self.stage))
        elif self.stage is Stage.UNANSWERED:
            self._intent = None
            self.clear(words.PUT_OFF)
        elif self.stage is not Stage.TAKING:
            self.clear()

    def clear(self, notice: Notice | None = None) -> None:
        """Be ready for the next client."""
        self._latest += 1
        self.stage = Stage.EMPTY if self.shift.is_open else Stage.CLOSED
        self.dues, self.split, self.receipt = None, (), None
        self.cleared.emit()
        self.changed.emit(notice or words.hint(self.stage))

    def look_up(self, scan: str | bytes) -> None:
        """Begin with a scan or a number; refused in words while money is being taken."""
        if self.stage is Stage.CLOSED:
            self.changed.emit(words.SHIFT_CLOSED)
            return
        if self.stage in (Stage.TAKING, Stage.UNANSWERED):
            self.changed.emit(words.BUSY if self.stage is Stage.TAKING else words.UNSURE)
            return
        self._latest += 1
        ask = self._latest
        self.stage = Stage.LOOKING
        self.dues, self.split, self.receipt, self._question = None, (), None, None
        self.cleared.emit()
        self.changed.emit(words.hint(Stage.LOOKING))
        self._tasks.run(
            partial(self._desk.look_up, scan),
            done=lambda dues: self._dues_known(dues) if ask == self._latest else None,
            failed=lambda error: self._not_found(error) if ask == self._latest else None,
        )

    def refresh(self) -> None:
        """Ask for the same dues again."""
        if self.dues and self.stage is Stage.DUES:
            self.look_up(self.dues.account_number)

    def set_amount(self, amount_kop: int) -> Notice | None:
        """Pay another sum than was proposed; give the notice when the rules forbid it."""
        self.amount_kop = amount_kop
        return self._divide()

    def drop_amount(self) -> None:
        """Have no sum while what is typed is none."""
        self.amount_kop, self.split = 0, ()

    def take(self, tender: Tender, *, tendered_kop: int | None) -> None:
        """Take the money, once: until the answer comes nothing else can be taken."""
        if self.stage is not Stage.DUES or self.dues is None:
            return
        if not self.split:
            self.changed.emit(self._divide())
            return
        given_kop = self.amount_kop if tendered_kop is None else tendered_kop
        if tender is not Tender.CASH:
            given_kop = self.amount_kop
        if given_kop < self.amount_kop:
            short = NotEnough(
                f"Внесено {money.shown(given_kop)} ₽, к оплате {money.shown(self.amount_kop)} ₽: "
                f"не хватает {money.shown(self.amount_kop - given_kop)} ₽. "
                "Добавьте деньги или уменьшите сумму к оплате."
            )
            self.changed.emit(words.told(short, (("F3", "изменить сумму"),)))
            return
        self._intent = _Intent(uuid7(), self.dues, self.amount_kop, given_kop, tender)
        self._ask_for_money()

    def print_again(self) -> None:
        """Print the last receipt once more."""
        receipt = self.last_receipt
        if receipt is not None and self.is_free:
            self.changed.emit(words.PRINTING)
            self._run(partial(self._desk.reprint, receipt), self._printed)

    def ask_cancel(self) -> None:
        """Ask whether to give the last payment back."""
        receipt = self.last_receipt
        if receipt is not None and self.is_free:
            act = partial(self._desk.cancel_last, receipt)
            self._ask(words.cancelling(receipt), act, words.cancelled(receipt))

    def ask_shift(self) -> None:
        """Open the shift, or ask whether to close it."""
        if self.stage is Stage.CLOSED:
            self.go_on(None)
        elif self.is_free:
            closed = words.shift_over(self.shift)
            self._ask(words.closing(self.shift), self._desk.close_shift, closed)

    def _dues_known(self, dues: Dues) -> None:
        self.dues = dues
        self.stage = Stage.DUES
        self.cleared.emit()
        self.changed.emit(self.set_amount(dues.proposed_kop) or words.hint(Stage.DUES))

    def _not_found(self, error: Exception) -> None:
        self.stage = Stage.EMPTY
        self.changed.emit(words.told(error, (("Esc", "очистить"),)))

    def _divide(self) -> Notice | None:
        assert self.dues is not None
        self.split = ()
        if self.amount_kop <= 0:
            return words.NOTHING_OWED
        try:
            self.split = self._desk.split(self.dues, self.amount_kop)
        except AppError as error:
            return words.told(error, (("F3", "изменить сумму"),))
        return None

    def _ask_for_money(self) -> None:
        intent = self._intent
        assert intent is not None
        self.stage = Stage.TAKING
        self.changed.emit(words.hint(Stage.TAKING))
        self._tasks.run(
            lambda: self._desk.take(
                intent.dues,
                amount_kop=intent.amount_kop,
                tendered_kop=intent.tendered_kop,
                tender=intent.tender,
                key=intent.key,
            ),
            done=self._taken,
            failed=self._not_taken,
        )

    def _taken(self, receipt: Receipt) -> None:
        self._intent = None
        self.receipt = receipt
        self.stage = Stage.PAID
        self._put(receipt)
        self.cleared.emit()
        self.changed.emit(words.paid(receipt))
        self._run(self._desk.shift, self._shift_counted)

    def _not_taken(self, error: Exception) -> None:
        if isinstance(error, Refusal | Malformed):
            self._intent = None
            self.stage = Stage.DUES
            keys = (("F5", "узнать долг ещё раз"), ("Esc", "очистить"))
        else:
            # The answer did not come: the payment may be written; only the same key may ask again.
            self.stage = Stage.UNANSWERED
            keys = (("Enter", "спросить ещё раз"), ("Esc", "отложить"))
        self.changed.emit(words.told(error, keys))

    def _printed(self, receipt: Receipt) -> None:
        if self.receipt and self.receipt.number == receipt.number:
            self.receipt = receipt
        self._put(receipt)
        self.changed.emit(words.printed(receipt))

    def _put(self, receipt: Receipt) -> None:
        """Put a receipt into the shift before the shift is counted again."""
        known = [one for one in self.shift.receipts if one.number != receipt.number]
        self.shift = replace(self.shift, receipts=(receipt, *known))

    def _ask(self, question: Notice, act: Callable[[], ShiftNow], after: Notice) -> None:
        self._behind = self.stage

        def do() -> None:
            self.stage = Stage.TAKING
            self.changed.emit(words.hint(Stage.TAKING))
            self._tasks.run(act, done=lambda shift: self._shift_known(shift, after), failed=refused)

        def refused(error: Exception) -> None:
            self.stage = self._behind
            self.changed.emit(words.told(error, ()))

        self._question, self._asked = do, question
        self.stage = Stage.ASKING
        self.changed.emit(question)

    def _shift_known(self, shift: ShiftNow, notice: Notice | None = None) -> None:
        self.shift = shift
        if self.stage in (Stage.LOOKING, Stage.DUES):
            self.changed.emit(None)
        else:
            self.clear(notice)

    def _shift_counted(self, shift: ShiftNow) -> None:
        self.shift = shift
        self.changed.emit(None)

    def _run(self, work: Callable[[], T], done: Callable[[T], None]) -> None:
        self._tasks.run(
            work, done=done, failed=lambda error: self.changed.emit(words.told(error, ()))
        )
