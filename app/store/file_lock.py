"""A lock between programs of one machine; the system lets go of it when its holder dies."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from app.errors import Outage

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_PAUSE_S = 0.05


class HeldByAnother(Outage):
    """Another program holds the lock for too long."""


@contextmanager
def held(path: Path, *, patience_s: float) -> Iterator[None]:
    """Hold the lock of this file; wait for it when another program has it.

    :raises HeldByAnother: when patience ends
    """
    deadline = time.monotonic() + patience_s
    with path.open("a+b") as file:
        while not _taken(file):
            if time.monotonic() > deadline:
                raise HeldByAnother(
                    f"Другая программа уже {patience_s:.0f} с занимает {path}."
                    " Дождитесь её или закройте её и повторите."
                )
            time.sleep(_PAUSE_S)
        try:
            yield
        finally:
            _let_go(file)


def _taken(file: IO[bytes]) -> bool:
    try:
        if sys.platform == "win32":
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _let_go(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
    else:
        fcntl.flock(file, fcntl.LOCK_UN)
