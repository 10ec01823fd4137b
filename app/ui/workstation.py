"""The workstation: window, pages, devices and journal of one desk, put together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QObject, QTimer, Slot

from app.devices import found
from app.devices.protocols import Lamp, ReceiptPrinter, Scanner
from app.operations.resume_payments import Resumed, resume_payments
from app.settings import Settings
from app.store import workplace
from app.store.desk_journal import DeskJournal
from app.store.engine import Engine
from app.store.reading import reading
from app.ui.account_cards import Cards
from app.ui.charge_runs import ChargeRuns
from app.ui.closings import Closings
from app.ui.desk_actions import Desk
from app.ui.notice import Notice, notice_of
from app.ui.pages.account import AccountPage
from app.ui.pages.cash_desk import CashDeskPage
from app.ui.pages.charge_run import ChargeRunPage
from app.ui.pages.periods import PeriodsPage
from app.ui.pages.recalculation import RecalculationPage
from app.ui.pages.settlements import SettlementsPage
from app.ui.pages.what_if_page import WhatIfPage
from app.ui.recalculations import Recalculations
from app.ui.scanning import ScanGuard
from app.ui.settlements import Settlements
from app.ui.task import Tasks
from app.ui.trials import Trials
from app.ui.widgets.lamp import LampState
from app.ui.window import Window

_LOOK_EVERY_MS = 5_000


@dataclass(frozen=True, slots=True)
class _Look:
    """What the status line is told: the shift, the period, what waits to be sent."""

    place: workplace.Workplace
    unsent: int


class Workstation(QObject):
    """One window on one database; close() lets everything go."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        *,
        journal: DeskJournal,
        now: Callable[[], datetime],
        printer: ReceiptPrinter | None = None,
    ) -> None:
        super().__init__()
        devices = found.from_settings(settings.scanner, settings.printer)
        self._engine, self._settings, self._journal, self._now = engine, settings, journal, now
        self._printer = printer or found.receipt_printer(devices)
        self.tasks = Tasks(self)
        self.cards = Cards(engine, now, settings.data_dir / "papers")
        self.desk = Desk(
            engine,
            journal,
            self._printer,
            branch_id=settings.branch,
            desk_no=settings.desk,
            cashier=settings.cashier,
            now=now,
        )
        self.window = Window(self.tasks, search=self.cards.search)
        self.desk_page = CashDeskPage(self.tasks, self.desk, search=self.cards.search)
        self.account_page = AccountPage(self.tasks, self.cards)
        self.charge_page = ChargeRunPage(self.tasks, ChargeRuns(engine, settings.cashier, now))
        self.recalculation_page = RecalculationPage(
            self.tasks, Recalculations(engine, settings.cashier, now), search=self.cards.search
        )
        self.what_if_page = WhatIfPage(
            self.tasks, Trials(engine, settings.cashier, now), search=self.cards.search
        )
        self.periods_page = PeriodsPage(
            self.tasks, Closings(engine, settings.cashier, now, settings.data_dir / "desks")
        )
        self.settlements_page = SettlementsPage(
            self.tasks, Settlements(engine, settings.cashier, now)
        )
        self._add_pages()
        self.guard = ScanGuard(self)
        self.guard.watch(self.window)
        self.guard.scanned.connect(self.window.take_scan)
        self._scanner: Scanner | None = found.scanner(
            devices, on_scan=self.guard.on_scan, on_lamp=self.guard.on_lamp
        )
        self.guard.lamp_changed.connect(self._show_scanner)
        self._looking = QTimer(self)
        self._looking.timeout.connect(self.look)

    def start(self) -> None:
        """Finish what a crash left, then begin to watch."""
        self.tasks.run(
            lambda: resume_payments(self._engine, self._journal),
            done=self._tell_resumed,
            failed=lambda error: self.window.tell(notice_of(error)),
        )
        if self._scanner is not None:
            self._scanner.start()
        self.look()
        self._looking.start(_LOOK_EVERY_MS)

    def close(self) -> None:
        """Stop the timers, the scanner and the threads."""
        self._looking.stop()
        self.guard.stop()
        if self._scanner is not None:
            self._scanner.stop()
        self.tasks.stop()
        self.window.close()

    def look(self) -> None:
        """Read anew what the status line says."""
        self.tasks.run(self._read, done=self._show, failed=self._show_gone)

    def _add_pages(self) -> None:
        self.window.add_page("desk", word="Касса", icon_name="ph.wallet", page=self.desk_page)
        self.window.add_page(
            "account", word="Счёт", icon_name="ph.user-rectangle", page=self.account_page
        )
        self.window.add_page(
            "charges", word="Начисления", icon_name="ph.calculator", page=self.charge_page
        )
        self.window.add_page(
            "recalculation",
            word="Перерасчёт",
            icon_name="ph.arrows-clockwise",
            page=self.recalculation_page,
        )
        self.window.add_page(
            "what-if", word="Что если", icon_name="ph.scales", page=self.what_if_page
        )
        self.window.add_page(
            "periods", word="Периоды", icon_name="ph.calendar-check", page=self.periods_page
        )
        self.window.add_page(
            "settlements", word="Расчёты", icon_name="ph.chart-bar", page=self.settlements_page
        )
        self.desk_page.card_asked.connect(
            lambda number: self.window.open_account(number, key="account")
        )

    def _read(self) -> _Look:
        with reading(self._engine) as snapshot:
            place = workplace.look(
                snapshot,
                branch_id=self._settings.branch,
                desk_no=self._settings.desk,
                on=self._now().date(),
            )
        return _Look(place, len(self._journal.unfinished()))

    def _show(self, seen: _Look) -> None:
        status, place = self.window.status, seen.place
        shift = (
            "смена закрыта"
            if place.shift is None
            else f"смена {place.shift.shift_no} с {place.shift.opened_at.astimezone():%H:%M}"
        )
        status.show_who(
            operator=self._settings.cashier, desk=f"касса {self._settings.desk}", shift=shift
        )
        status.show_period(place.period_words)
        status.show_lamp("база", LampState.ON)
        lamp = self._printer.lamp
        status.show_lamp(
            "принтер",
            LampState.ON if lamp.ready else LampState.OFF,
            text="принтер" if lamp.ready else "принтер: не готов",
        )
        if self._scanner is None:
            status.show_lamp("сканер", LampState.ON, text="сканер: клавиатурный")
        status.show_lamp(
            "не отправлено",
            LampState.OFF if seen.unsent else LampState.IDLE,
            text=f"{seen.unsent} не отправлено",
        )

    def _show_gone(self, error: Exception) -> None:
        self.window.status.show_lamp("база", LampState.OFF, text="база: не отвечает")
        self.window.tell(notice_of(error))

    @Slot(object)
    def _show_scanner(self, lamp: Lamp) -> None:
        self.window.status.show_lamp(
            "сканер", LampState.ON if lamp.ready else LampState.OFF, text=f"сканер: {lamp.text}"
        )

    def _tell_resumed(self, outcomes: tuple[Resumed, ...]) -> None:
        if outcomes:
            self.window.tell(Notice(" ".join(outcome.sentence for outcome in outcomes)))
        self.look()
