"""One suite over every driver of a receipt printer, and what is missing."""

import os
import socket
import threading
import tty
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from app.devices import found, paper, printer_escpos
from app.devices.found import Connection, DeskDevices
from app.devices.printer_escpos import PrinterSilent
from app.devices.receipt_escpos import Setup
from app.devices.scanner_serial import SerialScanner
from app.devices.simulator import SimulatedPrinter, SimulatedScanner, Trouble
from app.errors import Outage
from tests.devices.receipts import RECEIPT


class Wire:
    """The far end of a printer's cable: what came through it."""

    def __init__(self, printer, received):
        self.printer = printer
        self.received = received


def _on_file(tmp_path) -> Iterator[Wire]:
    path = tmp_path / "lp0"
    yield Wire(printer_escpos.on_file(str(path), setup=Setup()), path.read_bytes)


def _on_network(tmp_path) -> Iterator[Wire]:
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(10)
    received = bytearray()

    def take():
        client, _ = listening.accept()
        with client:
            while chunk := client.recv(4096):
                received.extend(chunk)

    thread = threading.Thread(target=take)
    thread.start()

    def wait():
        thread.join(10)
        return bytes(received)

    port = listening.getsockname()[1]
    yield Wire(printer_escpos.on_network("127.0.0.1", port=port, setup=Setup()), wait)
    thread.join(10)
    listening.close()


def _on_serial(tmp_path) -> Iterator[Wire]:
    master, slave = os.openpty()
    tty.setraw(slave)

    def received():
        got = b""
        while not got.endswith((b"\x1dVB\x00", b"\x1bp\x0022")):
            got += os.read(master, 4096)
        return got

    yield Wire(printer_escpos.on_serial(os.ttyname(slave), setup=Setup()), received)
    os.close(slave)
    os.close(master)


def _simulated(tmp_path) -> Iterator[Wire]:
    printer = SimulatedPrinter()
    yield Wire(printer, lambda: printer.jobs[-1])


@pytest.fixture(params=[_on_file, _on_network, _on_serial, _simulated], ids=lambda f: f.__name__)
def wire(request, tmp_path) -> Iterator[Wire]:
    yield from request.param(tmp_path)


def test_receipt_reaches_the_paper(wire):
    wire.printer.print_receipt(RECEIPT, open_drawer=True)

    strip = paper.printed(wire.received())
    assert "3 959,22" in strip.text(width=42)
    assert strip.drawer_kicks == 1
    assert wire.printer.lamp.ready


def test_drawer_opens_without_a_receipt(wire):
    wire.printer.open_drawer()

    strip = paper.printed(wire.received())
    assert (strip.drawer_kicks, strip.marks) == (1, [])


def test_trial_page_reaches_the_paper(wire):
    wire.printer.print_trial()

    assert "Проверка печати" in paper.printed(wire.received()).text(width=42)


def _silent_port():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


@pytest.mark.parametrize(
    "make",
    [
        lambda folder: printer_escpos.on_file(str(folder / "no" / "lp0"), setup=Setup()),
        lambda _: printer_escpos.on_network("127.0.0.1", port=_silent_port(), setup=Setup()),
        lambda folder: printer_escpos.on_serial(str(folder / "tty"), setup=Setup()),
        lambda _: found.receipt_printer(DeskDevices()),
    ],
    ids=["file", "network", "serial", "absent"],
)
def test_printer_that_is_not_there_is_an_outage_and_a_red_lamp(make, tmp_path):
    printer = make(tmp_path)

    for work in (lambda: printer.print_receipt(RECEIPT), printer.open_drawer, printer.print_trial):
        with pytest.raises(Outage, match="Принтер чеков"):
            work()

    assert not printer.lamp.ready


def test_lamp_turns_green_when_the_printer_is_back(tmp_path):
    folder = tmp_path / "dev"
    printer = printer_escpos.on_file(str(folder / "lp0"), setup=Setup())
    with pytest.raises(PrinterSilent):
        printer.print_receipt(RECEIPT)

    folder.mkdir()
    printer.print_receipt(RECEIPT)

    assert printer.lamp.ready


@pytest.mark.parametrize("trouble", list(Trouble))
def test_simulator_in_trouble_prints_nothing(trouble):
    printer = SimulatedPrinter()
    printer.print_receipt(RECEIPT)
    printer.trouble = trouble

    with pytest.raises(Outage, match="чек не напечатан"):
        printer.print_receipt(RECEIPT)

    assert len(printer.jobs) == 1
    assert not printer.lamp.ready
    printer.trouble = None
    printer.print_receipt(RECEIPT)
    assert printer.lamp.ready
    assert printer.drawer_kicks == 0


def test_simulator_shows_its_last_paper():
    printer = SimulatedPrinter(setup=Setup(width=32))

    assert printer.last.marks == []
    printer.print_receipt(RECEIPT)

    assert "3 959,22" in printer.text()
    assert printer.picture().height > 500


def test_simulated_scanner_calls_back_only_while_it_runs():
    scans = []
    scanner = SimulatedScanner(on_scan=scans.append)
    at = datetime(2026, 11, 24, 9, tzinfo=UTC)

    scanner.scan("1", at=at)
    assert not scanner.lamp.ready
    scanner.start()
    scanner.scan("2", at=at)
    scanner.scan(b"\xff", at=at)
    scanner.unplugged = True
    scanner.scan("3", at=at)

    assert [scan.content for scan in scans] == [b"2", b"\xff"]
    assert not scanner.lamp.ready
    scanner.unplugged = False
    scanner.stop()
    assert "не включён" in scanner.lamp.text


@pytest.mark.parametrize(
    ("kind", "address", "ready"),
    [
        ("simulator", "", True),
        ("none", "", False),
        ("file", "", False),
        ("file", "/dev/usb/lp0", True),
        ("serial", "COM3", True),
        ("network", "192.168.0.50", True),
        ("network", "192.168.0.50:9101", True),
        ("network", ":9100", False),
        ("network", "printer:0", False),
        ("network", "printer:65536", False),
        ("network", "printer:９１００", False),
        ("network", "a:b:c", False),
    ],
)
def test_settings_give_a_driver_or_a_reason(kind, address, ready):
    devices = found.from_settings({}, {"kind": kind, "address": address})

    printer = found.receipt_printer(devices)

    assert printer.lamp.ready == ready
    assert printer.lamp.text.endswith(".")


def test_settings_of_paper_are_read():
    devices = found.from_settings(
        {"port": "COM4", "baudrate": "115200"},
        {
            "kind": "file",
            "address": "x",
            "width": "32",
            "slot": "59",
            "feed": "0",
            "drawer": "5",
            "cutter": "False",
            "chinese": "True",
            "code": "qr",
        },
    )

    assert devices.connection is Connection.FILE
    assert devices.paper == Setup(
        width=32, slot=59, chinese=True, cutter=False, drawer_pin=5, feed_lines=0, code="qr"
    )
    assert (devices.scanner_port, devices.scanner_baudrate) == ("COM4", 115_200)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "usb"},
        {"width": "10"},
        {"width": "много"},
        {"slot": "256"},
        {"cutter": "да"},
        {"code": "aztec"},
        {"baudrate": "-1"},
    ],
    ids=str,
)
def test_wrong_settings_are_a_red_lamp(wrong):
    printer = found.receipt_printer(found.from_settings({}, {"kind": "simulator"} | wrong))

    assert not printer.lamp.ready
    assert "settings.toml" in printer.lamp.text
    with pytest.raises(PrinterSilent):
        printer.print_receipt(RECEIPT)


def test_scanner_is_found_when_its_port_is_set():
    assert found.scanner(DeskDevices(), on_scan=lambda _: None) is None
    assert isinstance(
        found.scanner(DeskDevices(scanner_port="COM4"), on_scan=lambda _: None), SerialScanner
    )
