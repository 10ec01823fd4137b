"""Pictures of the desk and the card on the demonstration's books, drawn without a screen."""

import multiprocessing
import os
from datetime import UTC, datetime
from pathlib import Path

from app.errors import Outage

_WIDTH, _HEIGHT = 1366, 768
_WAIT_MS = 8_000


class NoPictures(Outage):
    """Qt's libraries are not there."""


def make(
    *, database: str | None, data_dir: Path, folder: Path, account: str, scan: bytes
) -> tuple[Path, ...]:
    """Draw the pictures in a process of its own: the platform of Qt is chosen once a process.

    :raises NoPictures: when Qt cannot start
    """
    started = multiprocessing.get_context("spawn")
    process = started.Process(target=_draw, args=(database, data_dir, folder, account, scan))
    process.start()
    process.join()
    made = tuple(sorted(folder.glob("*.png")))
    if process.exitcode or not made:
        raise NoPictures(
            "Картинки окна не нарисованы: не хватает системных библиотек Qt. Их ставит `make "
            "system`; остальное сделано и без них."
        )
    return made


def _draw(database: str | None, data_dir: Path, folder: Path, account: str, scan: bytes) -> None:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    # Qt after the platform is chosen.
    from PySide6.QtCore import QEventLoop, QTimer  # noqa: PLC0415

    from app.settings import Settings  # noqa: PLC0415
    from app.store import opening  # noqa: PLC0415
    from app.store.desk_journal import open_journal  # noqa: PLC0415
    from app.ui import application  # noqa: PLC0415
    from app.ui.workstation import Workstation  # noqa: PLC0415

    def settle(milliseconds: int) -> None:
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    folder.mkdir(parents=True, exist_ok=True)
    application.build()
    opened = opening.open_database(database, data_dir=data_dir)
    settings = Settings(data_dir, desk=9, cashier="Иванова А. А.", printer={"kind": "simulator"})
    try:
        with open_journal(data_dir / "desks" / "pictures.sqlite") as journal:
            station = Workstation(
                opened.engine,
                settings,
                journal=journal,
                now=lambda: datetime.now(UTC).astimezone(),
            )
            if not station.desk.shift().is_open:
                station.desk.open_shift()
            station.window.resize(_WIDTH, _HEIGHT)
            station.window.show()
            station.start()
            settle(500)
            station.window.grab().save(str(folder / "desk-waiting.png"))
            station.window.take_scan(scan)
            settle(1_000)
            station.window.grab().save(str(folder / "desk-dues.png"))
            station.window.open_account(account, key="account")
            settle(1_000)
            station.window.grab().save(str(folder / "card.png"))
            station.window.change_theme()
            settle(300)
            station.window.grab().save(str(folder / "card-dark.png"))
            station.close()
            station.desk.close_shift()
    finally:
        opened.close()
