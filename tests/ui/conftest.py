"""Offscreen Qt, and the sample desk and cards the pages are shown with."""

# ruff: noqa: ARG002  # a fake answers the same; Qt reads the platform when imported

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.domain import money
from app.domain.period import Period
from app.domain.tender import Tender
from app.errors import AppError, Malformed
from app.ui import application
from app.ui.pages.account_model import AccountCard, FactGroup, Figure, Happening, Measure, Turnovers
from app.ui.pages.cash_desk_model import Dues, DuesLine, Receipt, ShiftNow, SplitLine
from app.ui.task import Tasks
from app.ui.widgets.account_field import Found

NUMBER = "7000000123"
NOW = datetime(2026, 11, 24, 12, 44)  # noqa: DTZ001  # the wall clock of the desk


@pytest.fixture(scope="session")
def qapp():
    return application.build()


@pytest.fixture
def tasks(qapp) -> Iterator[Tasks]:
    made = Tasks()
    yield made
    made.stop()


class FakeDesk:
    """A desk that remembers what it was asked; hold keeps an answer back until it is set free."""

    def __init__(self) -> None:
        self.now = ShiftNow(145, NOW)
        self.takes: list[tuple[int, int, Tender, uuid.UUID]] = []
        self.looked_up: list[str | bytes] = []
        self.reprints = 0
        self.cancelled: list[str] = []
        self.failures: list[Exception] = []
        self.printed = True
        self.hold = threading.Event()
        self.hold.set()

    def shift(self) -> ShiftNow:
        return self.now

    def open_shift(self) -> ShiftNow:
        self.now = ShiftNow(146, NOW)
        return self.now

    def close_shift(self) -> ShiftNow:
        self.now = ShiftNow(None)
        return self.now

    def look_up(self, scan: str | bytes) -> Dues:
        self.looked_up.append(scan)
        self.hold.wait(5)
        if scan not in (NUMBER, b"70"):
            raise Malformed("Это не наша квитанция. Введите номер счёта.")
        lines = (
            DuesLine("Отопление", 234567, 234567),
            DuesLine("Содержание", 191355, 191355),
        )
        return Dues(NUMBER, "Петров П. П.", "ул. Мира, 5, кв. 12", 425922, lines, 2)

    def split(self, dues: Dues, amount_kop: int) -> tuple[SplitLine, ...]:
        weights = np.array([line.proposed_kop for line in dues.lines], dtype=np.int64)
        parts = money.apportion(amount_kop, weights)
        pairs = zip(dues.lines, parts, strict=True)
        return tuple(SplitLine(line.service, int(part)) for line, part in pairs)

    def take(
        self, dues: Dues, *, amount_kop: int, tendered_kop: int, tender: Tender, key: uuid.UUID
    ) -> Receipt:
        self.takes.append((amount_kop, tendered_kop, tender, key))
        self.hold.wait(5)
        if self.failures:
            raise self.failures.pop(0)
        number = f"03-02-0145-{len(self.takes):04d}"
        change_kop = tendered_kop - amount_kop
        sentence = "" if self.printed else "В принтере нет бумаги."
        receipt = Receipt(
            number, NUMBER, amount_kop, change_kop, tender, NOW, self.printed, sentence
        )
        self.now = replace(self.now, receipts=(receipt, *self.now.receipts))
        return receipt

    def reprint(self, receipt: Receipt) -> Receipt:
        self.reprints += 1
        return replace(receipt, printed=True, sentence="")

    def cancel_last(self, receipt: Receipt) -> ShiftNow:
        self.cancelled.append(receipt.number)
        self.now = replace(self.now, receipts=self.now.receipts[1:])
        return self.now


class FakeCards:
    """Cards of a single account."""

    def __init__(self) -> None:
        self.loaded: list[tuple[str, Period | None]] = []
        self.explained: list[Figure] = []
        self.failure: AppError | None = None

    def load(self, account_number: str, period: Period | None) -> AccountCard:
        self.loaded.append((account_number, period))
        if self.failure:
            raise self.failure
        measures = {measure: np.array([100, -234567], dtype=np.int64) for measure in Measure}
        totals = dict.fromkeys(Measure, -234467)
        return AccountCard(
            account_number,
            "Петров П. П.",
            "ул. Мира, 5, кв. 12",
            "открыт",
            "settled",
            425922,
            NOW,
            period or Period(2026, 10),
            Turnovers(("heat", "upkeep"), ("Отопление", "Содержание"), measures, totals),
            happenings=(Happening(NOW, "Оплата", -182000, "наличные"),),
            happenings_total=3,
            facts=(FactGroup("Приборы", "0", (), "Приборов нет."),),
        )

    def happenings(self, account_number: str) -> tuple[Happening, ...]:
        return (Happening(NOW, "Оплата", -182000, "наличные"),) * 3

    def explain(self, figure: Figure) -> str:
        self.explained.append(figure)
        return "54,3 м² × 43,20 ₽ = 2 345,67 ₽"

    def hand_out(self, account_number: str, period: Period) -> Path:
        return Path(f"{account_number}-{period}.pdf")

    def search(self, text: str) -> list[Found]:
        known = [Found(NUMBER, "Петров П. П.", "ул. Мира, 5, кв. 12")]
        return [one for one in known if text.casefold() in f"{one.payer} {one.address}".casefold()]


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


@pytest.fixture
def cards() -> FakeCards:
    return FakeCards()


class Keyboard:
    """Presses keys the way a keyboard does, letters of any alphabet included."""

    def press(self, widget: QWidget, key: Qt.Key, text: str = "", *, modifiers=None) -> None:
        """Send one key straight to a widget."""
        self._send(widget, key, text, modifiers)

    def type(self, widget: QWidget, text: str) -> None:
        for sign in text:
            self._send(widget, Qt.Key.Key_unknown, sign, None)

    def enter(self, widget: QWidget) -> None:
        self._send(widget, Qt.Key.Key_Return, "\r", None)

    def _send(self, widget, key, text, modifiers) -> None:
        held = modifiers or Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(widget, QKeyEvent(QEvent.Type.KeyPress, key, held, text))


@pytest.fixture
def keyboard() -> Keyboard:
    return Keyboard()


@pytest.fixture
def number() -> str:
    return NUMBER
