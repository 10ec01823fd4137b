"""A scanner on a serial port, played over a pseudo-terminal."""

import os
import queue
import threading
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.devices.scanner_serial import LIMIT, SerialScanner
from app.domain import slip

WAIT_S = 10
CP1251 = "ST00011|Name=ООО «Три кита»|PersAcc=77".encode("cp1251")


class Cable:
    """The scanner's end of a cable; the program's end is a device file, a link to a terminal."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "scanner"
        self.plug()

    def plug(self) -> None:
        self._master, slave = os.openpty()
        tty.setraw(slave)
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(os.ttyname(slave))
        self._slave = slave

    def unplug(self) -> None:
        self.path.unlink()
        os.close(self._slave)
        os.close(self._master)

    def send(self, raw: bytes) -> None:
        while raw:
            raw = raw[os.write(self._master, raw) :]

    def close(self) -> None:
        if self.path.is_symlink():
            self.unplug()


class Desk:
    """Collects what the scanner's thread calls back with."""

    def __init__(self, cable: Cable, **settings: int) -> None:
        self.scans = queue.Queue()
        self.lamps = queue.Queue()
        self.scanner = SerialScanner(
            str(cable.path),
            on_scan=self.scans.put,
            on_lamp=self.lamps.put,
            retry_s=0.05,
            **settings,
        )

    def start(self) -> "Desk":
        self.scanner.start()
        assert self.lamps.get(timeout=WAIT_S).ready
        return self

    def next(self):
        return self.scans.get(timeout=WAIT_S)


@pytest.fixture
def cable(tmp_path) -> Iterator[Cable]:
    end = Cable(tmp_path)
    yield end
    end.close()


@pytest.fixture
def desk(cable) -> Iterator[Desk]:
    listening = Desk(cable).start()
    yield listening
    listening.scanner.stop()


@pytest.mark.parametrize("ending", [b"\r", b"\n", b"\r\n"])
def test_line_is_a_scan_with_its_bytes_untouched(cable, desk, ending):
    cable.send(CP1251 + ending)

    scan = desk.next()

    assert scan.raw == CP1251
    assert scan.source == "serial"
    assert scan.at.tzinfo is not None
    assert slip.parse(scan.content).fields["Name"] == "ООО «Три кита»"


def test_silence_ends_a_code_without_a_suffix(cable, desk):
    cable.send(b"0012345678")

    assert desk.next().text == "0012345678"


def test_code_that_comes_in_pieces_is_one_scan(cable):
    desk = Desk(cable, silence_ms=1500).start()
    for piece in (b"ST00012|Pers", b"Acc=7", b"7\r"):
        cable.send(piece)

    assert desk.next().raw == b"ST00012|PersAcc=77"
    desk.scanner.stop()


def test_two_lines_are_two_scans(cable, desk):
    cable.send(b"111\r\n222\r\n")

    assert [desk.next().raw, desk.next().raw] == [b"111", b"222"]


def test_same_code_twice_is_one_scan(cable, desk):
    cable.send(b"111\r111\r222\r")

    assert [desk.next().raw, desk.next().raw] == [b"111", b"222"]


def test_code_without_end_is_bounded(cable, desk):
    cable.send(b"7" * 20_000 + b"\r")

    scan = desk.next()

    assert len(scan.raw) == LIMIT + 1
    assert slip.parse(scan.content).errors[0].code == "TOO_LONG"


def test_scanner_comes_back_after_it_was_unplugged(cable, desk):
    cable.send(b"111\r")
    assert desk.next().raw == b"111"

    cable.unplug()
    dark = desk.lamps.get(timeout=WAIT_S)
    cable.plug()
    lit = desk.lamps.get(timeout=WAIT_S)
    cable.send(b"222\r")

    assert not dark.ready
    assert "не отвечает" in dark.text
    assert lit.ready
    assert desk.next().raw == b"222"


def test_port_that_does_not_exist_is_a_red_lamp(tmp_path):
    seen = threading.Event()
    scanner = SerialScanner(
        str(tmp_path / "nothing"),
        on_scan=lambda _: None,
        on_lamp=lambda _: seen.set(),
        retry_s=0.05,
    )

    scanner.start()
    assert seen.wait(WAIT_S)
    scanner.stop()

    assert not scanner.lamp.ready


def test_stopped_scanner_can_be_started_again(cable, desk):
    desk.scanner.stop()
    assert not desk.lamps.get(timeout=WAIT_S).ready
    desk.start()
    cable.send(b"333\r")

    assert desk.next().raw == b"333"
