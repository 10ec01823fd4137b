"""One rotating log file; a logger a room; no personal data in it."""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def start(folder: Path) -> None:
    """Send the program's log to kvitok.log in the folder; without the right to, to nowhere."""
    logger = logging.getLogger("app")
    if logger.handlers:
        return
    logger.setLevel(logging.INFO)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        target: logging.Handler = RotatingFileHandler(
            folder / "kvitok.log", maxBytes=2_000_000, backupCount=5, encoding="utf-8", delay=True
        )
    except OSError:
        target = logging.NullHandler()
    target.setFormatter(logging.Formatter(_FORMAT))
    logger.addHandler(target)
    logger.propagate = False
