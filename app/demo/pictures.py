"""Pictures of the desk and the card on the demonstration's books, drawn without a screen."""

import importlib
import multiprocessing
import os
from pathlib import Path

from app.demo.wanted import Wanted
from app.errors import Outage


class NoPictures(Outage):
    """Qt's libraries are not there."""


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
    # Qt is loaded here alone: the demonstration goes on where its libraries are not.
    importlib.import_module("app.demo.studio").draw(wanted)
