"""Pictures of the desk and the card on the demonstration's books, drawn without a screen."""

import multiprocessing
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from uuid_utils.compat import uuid7

from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Outage
from app.operations.open_shift import open_shift
from app.settings import Settings
from app.store import cash, opening
from app.store.desk_journal import open_journal
from app.store.engine import Engine
from app.store.reading import reading

_WIDTH, _HEIGHT = 1366, 768
_WAIT_MS = 8_000


class NoPictures(Outage):
    """Qt's libraries are not there."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is drawn: the embedded database of data_dir, one account in a month, one scan."""

    data_dir: Path
    folder: Path
    account: str
    month: Period
    scan: bytes


def make(wanted: Wanted) -> tuple[Path, ...]:
    """Draw the pictures in a process of its own: the platform of Qt is chosen once a process.

    :raises NoPictures: when Qt cannot start
    """
    process = multiprocessing.get_context("spawn").Process(target=_draw, args=(wanted,))
    process.start()
    process.join()
    made = tuple(sorted(wanted.folder.glob("*.png")))
    if process.exitcode or not made:
        raise NoPictures(
            "Картинки окна не нарисованы: не хватает системных библиотек Qt. Их ставит `make "
            "system`; остальное сделано и без них."
        )
    return made


def _draw(wanted: Wanted) -> None:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    # The offscreen platform complains of every window; a person need not read it.
    os.environ["QT_LOGGING_RULES"] = "*.warning=false"
    # Qt after the platform is chosen.
    from PySide6.QtCore import QEventLoop, Qt, QTimer  # noqa: PLC0415
    from PySide6.QtTest import QTest  # noqa: PLC0415

    from app.ui import application  # noqa: PLC0415
    from app.ui.workstation import Workstation  # noqa: PLC0415

    def settle(milliseconds: int) -> None:
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def shoot(station: Workstation, name: str) -> None:
        station.window.grab().save(str(wanted.folder / name))

    wanted.folder.mkdir(parents=True, exist_ok=True)
    application.build()
    opened = opening.open_database(None, data_dir=wanted.data_dir)
    settings = Settings(
        wanted.data_dir, desk=9, cashier="Иванова А. А.", printer={"kind": "simulator"}
    )
    try:
        with open_journal(wanted.data_dir / "desks" / "pictures.sqlite") as journal:
            _open_shift(opened.engine, settings)
            station = Workstation(
                opened.engine,
                settings,
                journal=journal,
                now=lambda: datetime.now(UTC).astimezone(),
            )
            station.window.resize(_WIDTH, _HEIGHT)
            station.window.show()
            station.start()
            settle(600)
            shoot(station, "desk-waiting.png")
            station.window.take_scan(wanted.scan)
            settle(900)
            shoot(station, "desk-dues.png")
            station.window.open_page("account")
            station.account_page.show_account(wanted.account, wanted.month)
            settle(900)
            QTest.keyClick(station.account_page.turnovers.table.view, Qt.Key.Key_F1)
            settle(600)
            shoot(station, "card.png")
            station.window.change_theme()
            settle(300)
            shoot(station, "card-dark.png")
            station.desk.close_shift()
            station.close()
    finally:
        opened.close()


def _open_shift(engine: Engine, settings: Settings) -> None:
    with reading(engine) as snapshot:
        now = cash.open_shift(snapshot, branch_id=settings.branch, desk_no=settings.desk)
    if now is None:
        voucher = Voucher(
            uuid7(), VoucherKind.PAYMENT, settings.cashier, datetime.now(UTC).astimezone()
        )
        open_shift(engine, voucher, desk_no=settings.desk)
