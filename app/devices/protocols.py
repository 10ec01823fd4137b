"""What the desk asks of its devices; drivers and the simulator answer alike.

Scanner         ─ on_scan(Scan) ─▶  the desk, from the scanner's own thread
ReceiptPrinter  ◀─ print_receipt ─  the desk; Outage when there is no paper or no cable
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.receipt import Receipt


@dataclass(frozen=True, slots=True)
class Scan:
    """One code as it came: bytes of the symbol, its likely text, whence and when."""

    raw: bytes
    text: str
    source: str
    at: datetime

    @property
    def content(self) -> str | bytes:
        """What slip.parse reads best: bytes from a cable, letters from a keyboard."""
        return self.text if self.source == "keyboard" else self.raw


OnScan = Callable[[Scan], None]


@dataclass(frozen=True, slots=True)
class Lamp:
    """The state of a device as its lamp shows it: lit green or red, and why in Russian."""

    ready: bool
    text: str


class Scanner(Protocol):
    """A scanner that calls back with each code."""

    @property
    def lamp(self) -> Lamp: ...

    def start(self) -> None:
        """Begin to listen; never raises, a scanner that is not there is a red lamp."""

    def stop(self) -> None:
        """Stop listening and let go of the port."""


class ReceiptPrinter(Protocol):
    """A printer of receipts that are not fiscal, with a cash drawer on its cable."""

    @property
    def lamp(self) -> Lamp: ...

    def print_receipt(self, receipt: Receipt, *, open_drawer: bool = False) -> None:
        """Print one receipt and cut it off.

        :raises Outage: when the printer does not take it
        """

    def open_drawer(self) -> None:
        """Open the drawer without a receipt; whoever calls keeps the record of it.

        :raises Outage: when the printer does not take it
        """

    def print_trial(self) -> None:
        """Print the trial page «Проверка печати».

        :raises Outage: when the printer does not take it
        """
