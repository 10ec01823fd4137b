"""Work off the GUI thread, its outcome on it; the only threads and the only road to them.

    page ── run(work) ──► worker thread ── queued signal ──► Tasks (GUI thread) ──► done | failed

A plain callable connected to a signal would run in the worker, so a slot of a QObject that lives
in the GUI thread delivers. Work gets values, never widgets.
"""

import logging
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from app.errors import AppError, Outage

_LOG = logging.getLogger(__name__)
_WORKERS = 4

T = TypeVar("T")


class Tasks(QObject):
    """A few threads, and the way back from them."""

    _finished = Signal(object)

    def __init__(self, parent: QObject | None = None, *, workers: int = _WORKERS) -> None:
        super().__init__(parent)
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="task")
        self._open = True
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        work: Callable[[], T],
        *,
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Do work in a thread; then call done or failed in the GUI thread, never both."""
        if self._open:
            self._threads.submit(self._work, work, done, failed)

    def stop(self) -> None:
        """Take no more work, wait for what has begun, deliver nothing from here on."""
        self._open = False
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _work(self, work: Callable[[], Any], done: Callable[[Any], None], failed: Any) -> None:
        outcome: Callable[[], None]
        try:
            result = work()
        except Outage as error:
            _LOG.warning("%s: %s", type(error).__name__, error)
            outcome = _call(failed, error)
        except AppError as error:
            outcome = _call(failed, error)
        except Exception as error:  # noqa: BLE001  # the one place: a defect must reach the screen
            _LOG.exception("defect %s", number_of(error))
            outcome = _call(failed, error)
        else:
            outcome = _call(done, result)
        self._finished.emit(outcome)

    @Slot(object)
    def _deliver(self, outcome: Callable[[], None]) -> None:
        if self._open:
            outcome()


def number_of(error: BaseException) -> str:
    """Give the number a defect is told and logged by: made once for each error."""
    found = getattr(error, "defect_number", "")
    if not found:
        found = uuid.uuid4().hex[:6].upper()
        error.defect_number = found  # type: ignore[attr-defined]  # exceptions take attributes
    return str(found)


def _call(receiver: Callable[[Any], None], value: Any) -> Callable[[], None]:
    return lambda: receiver(value)


def counting(total: int, told: Callable[[int, int], None]) -> Callable[[int], None]:
    """Give what long work calls with each part it has done; tells how much of the total is."""
    done = 0

    def advance(part: int) -> None:
        nonlocal done
        done += part
        told(done, total)

    return advance
