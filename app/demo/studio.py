"""The window of the workstation on the demonstration's books, shot step by step."""

from datetime import UTC, datetime

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from uuid_utils.compat import uuid7

from app.demo.wanted import Wanted
from app.domain.voucher import Voucher, VoucherKind
from app.operations.open_shift import open_shift
from app.settings import Settings
from app.store import cash, opening
from app.store.desk_journal import open_journal
from app.store.engine import Engine
from app.store.reading import reading
from app.ui import application
from app.ui.workstation import Workstation

_WIDTH, _HEIGHT = 1366, 768
_ANSWER_MS = 900  # more than any read of the page takes


def draw(wanted: Wanted) -> None:
    """Draw every picture into the folder."""
    wanted.folder.mkdir(parents=True, exist_ok=True)
    application.build()
    opened = opening.open_database(None, data_dir=wanted.data_dir)
    settings = Settings(
        wanted.data_dir, desk=9, cashier="Иванова А. А.", printer={"kind": "simulator"}
    )
    try:
        with open_journal(wanted.data_dir / "desks" / "pictures.sqlite") as journal:
            _open_shift(opened.engine, settings)
            station = Workstation(opened.engine, settings, journal=journal, now=_now)
            station.window.resize(_WIDTH, _HEIGHT)
            station.window.show()
            station.start()
            _shoot_all(station, wanted)
            station.desk.close_shift()
            station.close()
    finally:
        opened.close()


def _shoot_all(station: Workstation, wanted: Wanted) -> None:
    def shoot(name: str) -> None:
        _settle(_ANSWER_MS)
        station.window.grab().save(str(wanted.folder / name))

    shoot("desk-waiting.png")
    station.window.take_scan(wanted.scan)
    shoot("desk-dues.png")
    station.window.open_page("account")
    station.account_page.show_account(wanted.account, wanted.month)
    _settle(_ANSWER_MS)
    QTest.keyClick(station.account_page.turnovers.table.view, Qt.Key.Key_F1)
    shoot("card.png")
    station.window.change_theme()
    shoot("card-dark.png")


def _settle(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def _open_shift(engine: Engine, settings: Settings) -> None:
    with reading(engine) as snapshot:
        now = cash.open_shift(snapshot, branch_id=settings.branch, desk_no=settings.desk)
    if now is None:
        voucher = Voucher(uuid7(), VoucherKind.PAYMENT, settings.cashier, _now())
        open_shift(engine, voucher, desk_no=settings.desk)


def _now() -> datetime:
    return datetime.now(UTC).astimezone()
