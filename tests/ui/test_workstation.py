"""The workstation put together on real books: one scan and one Enter is a whole payment."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.domain.period import Period
from app.domain.slip_layout import build_native
from app.settings import Settings
from app.store.desk_journal import open_journal
from app.store.engine import Engine
from app.ui.pages.cash_desk_model import Stage
from app.ui.workstation import Workstation
from tests.fixtures.payers import AT, Payers, settle

OCTOBER = Period(2026, 10)


@pytest.fixture
def payers(engine: Engine) -> Payers:
    made = settle(engine)
    made.owe("1000", OCTOBER, {"хвс": 1_000, "от": 3_000})
    return made


@pytest.fixture
def station(qapp, qtbot, payers: Payers, tmp_path: Path) -> Iterator[Workstation]:
    settings = Settings(tmp_path, cashier="Петрова", printer={"kind": "simulator"})
    with open_journal(tmp_path / "desk.sqlite") as journal:
        made = Workstation(payers.engine, settings, journal=journal, now=lambda: AT)
        made.window.resize(1366, 768)
        made.window.show()
        made.start()
        yield made
        made.close()


def test_scan_and_enter_is_a_whole_payment(station: Workstation, qtbot, payers: Payers) -> None:
    page = station.desk_page
    qtbot.waitUntil(lambda: page.stage is Stage.CLOSED)
    QTest.keyClick(page.scan_field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.stage is Stage.EMPTY)

    station.guard.scanned.emit(build_native("1000", period=OCTOBER, amount_kop=4_000))
    qtbot.waitUntil(lambda: page.stage is Stage.DUES)
    QTest.keyClick(page.scan_field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.stage is Stage.PAID)

    assert payers.balance_kop("1000") == 0
    assert [kop for _, kop in payers.payments("1000")] == [4_000]


def test_f6_opens_the_card_of_the_scanned_account(station: Workstation, qtbot) -> None:
    page = station.desk_page
    qtbot.waitUntil(lambda: page.stage is Stage.CLOSED)
    QTest.keyClick(page.scan_field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.stage is Stage.EMPTY)
    station.window.take_scan("1000")
    qtbot.waitUntil(lambda: page.stage is Stage.DUES)

    QTest.keyClick(page.scan_field, Qt.Key.Key_F6)

    qtbot.waitUntil(lambda: station.account_page.card is not None)
    assert station.account_page.card.account_number == "1000"


def test_the_status_line_says_who_and_what_month(station: Workstation, qtbot) -> None:
    status = station.window.status

    qtbot.waitUntil(lambda: "11.2026" in status._period.text())

    assert "Петрова · касса 1 · смена закрыта" in status._who.text()
