"""From the settings of a desk to its drivers; what is missing is a red lamp, never a crash."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.devices import printer_escpos
from app.devices.printer_escpos import PrinterSilent
from app.devices.protocols import Lamp, OnScan, ReceiptPrinter, Scanner
from app.devices.receipt_escpos import Code, Setup
from app.devices.scanner_serial import SerialScanner
from app.devices.simulator import SimulatedPrinter
from app.domain.receipt import Receipt

_IN_SETTINGS = "Укажите его в настройках рабочего места."


class Connection(StrEnum):
    """How the receipt printer is connected."""

    NONE = "none"
    FILE = "file"
    NETWORK = "network"
    SERIAL = "serial"
    SIMULATOR = "simulator"


@dataclass(frozen=True, slots=True)
class DeskDevices:
    """Devices of a desk as its settings name them; an empty address or port is "not set".

    :param printer_address: a device file, host or host:port, or a serial port, by the connection
    :param scanner_port: a serial port; a keyboard scanner needs no setting
    """

    connection: Connection = Connection.NONE
    printer_address: str = ""
    printer_baudrate: int = 9600
    paper: Setup = field(default_factory=Setup)
    scanner_port: str = ""
    scanner_baudrate: int = 9600
    fault: str = ""


def from_settings(scanner: Mapping[str, str], printer: Mapping[str, str]) -> DeskDevices:
    """Read the sections [scanner] and [printer] of the settings; a wrong word becomes a fault.

    scanner   port, baudrate
    printer   kind (none, file, network, serial, simulator), address, baudrate,
              width, slot, feed, drawer (2 or 5), cutter, chinese (true, false), code (none, qr,
              code128)
    """
    try:
        return DeskDevices(
            connection=Connection(printer.get("kind", "none")),
            printer_address=printer.get("address", ""),
            printer_baudrate=_number(printer, "baudrate", 9600, most=1_000_000),
            paper=_setup(printer),
            scanner_port=scanner.get("port", ""),
            scanner_baudrate=_number(scanner, "baudrate", 9600, most=1_000_000),
        )
    except ValueError as error:
        fault = f"Настройки устройств не читаются: {error}. Исправьте settings.toml."
        return DeskDevices(scanner_port=scanner.get("port", ""), fault=fault)


def _setup(printer: Mapping[str, str]) -> Setup:
    codes: dict[str, Code] = {"none": "none", "qr": "qr", "code128": "code128"}
    code = printer.get("code", "none")
    if code not in codes:
        raise ValueError(f"code = {code!r}")
    plain = Setup()
    return Setup(
        width=_number(printer, "width", plain.width, least=24, most=96),
        slot=_number(printer, "slot", plain.slot, most=255),
        feed_lines=_number(printer, "feed", plain.feed_lines, most=20),
        drawer_pin=5 if _number(printer, "drawer", plain.drawer_pin, most=5) == 5 else 2,
        cutter=_yes(printer, "cutter", otherwise=plain.cutter),
        chinese=_yes(printer, "chinese", otherwise=plain.chinese),
        code=codes[code],
    )


def _number(
    section: Mapping[str, str], name: str, otherwise: int, *, most: int, least: int = 0
) -> int:
    written = section.get(name, str(otherwise))
    if not re.fullmatch(r"[0-9]{1,7}", written) or not least <= int(written) <= most:
        raise ValueError(f"{name} = {written!r}")
    return int(written)


def _yes(section: Mapping[str, str], name: str, *, otherwise: bool) -> bool:
    written = section.get(name, str(otherwise)).casefold()
    if written not in ("true", "false"):
        raise ValueError(f"{name} = {written!r}")
    return written == "true"


class AbsentPrinter:
    """Stands where no printer is set up: a red lamp and a sentence."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    @property
    def lamp(self) -> Lamp:
        return Lamp(ready=False, text=self._reason)

    def print_receipt(self, receipt: Receipt, *, open_drawer: bool = False) -> None:  # noqa: ARG002
        raise PrinterSilent(self._reason)

    def open_drawer(self) -> None:
        raise PrinterSilent(self._reason)

    def print_trial(self) -> None:
        raise PrinterSilent(self._reason)


def receipt_printer(devices: DeskDevices) -> ReceiptPrinter:
    """Give the driver of the printer; wrong settings give an absent one that says why."""
    if devices.fault:
        return AbsentPrinter(devices.fault)
    if devices.connection is Connection.SIMULATOR:
        return SimulatedPrinter(setup=devices.paper)
    if devices.connection is Connection.NONE:
        return AbsentPrinter(f"Принтер чеков не настроен. {_IN_SETTINGS}")
    if not devices.printer_address.strip():
        return AbsentPrinter(f"У принтера чеков не указан адрес. {_IN_SETTINGS}")
    return _connected(devices, address=devices.printer_address.strip())


def _connected(devices: DeskDevices, *, address: str) -> ReceiptPrinter:
    if devices.connection is Connection.FILE:
        return printer_escpos.on_file(address, setup=devices.paper)
    if devices.connection is Connection.SERIAL:
        return printer_escpos.on_serial(
            address, setup=devices.paper, baudrate=devices.printer_baudrate
        )
    host, colon, port = address.partition(":")
    if not colon:
        return printer_escpos.on_network(address, setup=devices.paper)
    if not host or not re.fullmatch(r"[0-9]{1,5}", port) or not 1 <= int(port) <= 65_535:
        return AbsentPrinter(
            f"Адрес принтера чеков «{address[:60]}» записан неверно. "
            "Укажите узел и порт, например 192.168.0.50:9100."
        )
    return printer_escpos.on_network(host, setup=devices.paper, port=int(port))


def scanner(
    devices: DeskDevices,
    *,
    on_scan: OnScan,
    on_lamp: Callable[[Lamp], None] | None = None,
) -> Scanner | None:
    """Give the serial scanner, not yet started; None when the desk scans by keyboard only."""
    if not devices.scanner_port.strip():
        return None
    return SerialScanner(
        devices.scanner_port.strip(),
        on_scan=on_scan,
        on_lamp=on_lamp,
        baudrate=devices.scanner_baudrate,
    )
