"""Receipt printers on a file, a network address or a serial port, by python-escpos.

The port is opened for each receipt and closed after it: a cheap printer that was switched off
and on again then needs no one's attention.
"""

import socket
from collections.abc import Callable
from typing import Protocol

from escpos.exceptions import Error as EscposError
from escpos.printer import File, Network, Serial

from app.devices import receipt_escpos
from app.devices.protocols import Lamp
from app.devices.receipt_escpos import Setup
from app.domain.receipt import Receipt
from app.errors import Outage

NETWORK_PORT = 9100
TIMEOUT_S = 5


class PrinterSilent(Outage):
    """The receipt printer did not take the bytes."""


class Port(Protocol):
    """What of a python-escpos printer is used."""

    def open(self) -> None: ...
    def _raw(self, msg: bytes) -> None: ...
    def close(self) -> None: ...


class EscposPrinter:
    """A printer behind a port; name is what its lamp calls it."""

    def __init__(self, make_port: Callable[[], Port], *, name: str, setup: Setup) -> None:
        self._make_port = make_port
        self._name = name
        self._setup = setup
        self._lamp = Lamp(ready=True, text=f"Принтер чеков {name}: настроен, ещё не печатал.")

    @property
    def lamp(self) -> Lamp:
        return self._lamp

    def print_receipt(self, receipt: Receipt, *, open_drawer: bool = False) -> None:
        self._send(receipt_escpos.encode(receipt, setup=self._setup, open_drawer=open_drawer))

    def open_drawer(self) -> None:
        self._send(receipt_escpos.drawer_kick(self._setup))

    def print_trial(self) -> None:
        self._send(receipt_escpos.trial_page(self._setup))

    def _send(self, raw: bytes) -> None:
        try:
            port = self._make_port()
            port.open()
            try:
                port._raw(raw)  # noqa: SLF001 - the one way to send bytes past code page magic
            finally:
                port.close()
        except (EscposError, OSError) as error:  # SerialException is an OSError
            reason = (
                f"Принтер чеков {self._name} не отвечает, чек не напечатан. "
                "Проверьте питание, кабель и бумагу и повторите печать."
            )
            self._lamp = Lamp(ready=False, text=reason)
            raise PrinterSilent(reason) from error
        self._lamp = Lamp(ready=True, text=f"Принтер чеков {self._name}: готов.")


class _Network(Network):  # type: ignore[misc]  # the library is untyped
    """The library's own open leaves its socket behind when nobody answers."""

    def open(self, raise_not_found: bool = True) -> None:  # noqa: ARG002
        self.device = socket.create_connection((self.host, self.port), timeout=self.timeout)


class _Serial(Serial):  # type: ignore[misc]  # the library is untyped
    """The library's own waits for ever on a printer that holds its line busy."""

    def open(self, raise_not_found: bool = True) -> None:
        super().open(raise_not_found)
        self.device.write_timeout = TIMEOUT_S


def on_file(path: str, *, setup: Setup) -> EscposPrinter:
    """Give a printer that is a device file, /dev/usb/lp0."""
    return EscposPrinter(lambda: File(path), name=path, setup=setup)


def on_network(host: str, *, setup: Setup, port: int = NETWORK_PORT) -> EscposPrinter:
    """Give a printer that listens on a TCP port."""
    return EscposPrinter(
        lambda: _Network(host, port, timeout=TIMEOUT_S), name=f"{host}:{port}", setup=setup
    )


def on_serial(path: str, *, setup: Setup, baudrate: int = 9600) -> EscposPrinter:
    """Give a printer on a serial port, COM3 or /dev/ttyS0."""
    return EscposPrinter(lambda: _Serial(path, baudrate, timeout=TIMEOUT_S), name=path, setup=setup)
