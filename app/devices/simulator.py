"""Devices in memory: for tests, for training, for a desk without hardware."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path

from PIL import Image

from app.devices import paper, paper_picture, receipt_escpos
from app.devices.paper import Strip
from app.devices.printer_escpos import PrinterSilent
from app.devices.protocols import Lamp, OnScan, Scan
from app.devices.receipt_escpos import Setup
from app.domain.receipt import Receipt


class Trouble(StrEnum):
    """What can be wrong with the simulated printer; the value is the sentence."""

    NO_PAPER = (
        "В принтере чеков кончилась бумага, чек не напечатан. "
        "Вставьте новый рулон и повторите печать."
    )
    UNPLUGGED = (
        "Принтер чеков не отвечает, чек не напечатан. Проверьте кабель и питание "
        "и повторите печать."
    )


class SimulatedPrinter:
    """Takes the same bytes as a real printer, keeps them, and shows what they would print."""

    def __init__(self, *, setup: Setup | None = None) -> None:
        self._setup = setup or Setup()
        self.trouble: Trouble | None = None
        self.jobs: list[bytes] = []

    @property
    def lamp(self) -> Lamp:
        if self.trouble is not None:
            return Lamp(ready=False, text=self.trouble.value)
        return Lamp(ready=True, text="Принтер чеков: учебный, печатает на экран.")

    @property
    def drawer_kicks(self) -> int:
        return sum(paper.printed(job).drawer_kicks for job in self.jobs)

    def print_receipt(self, receipt: Receipt, *, open_drawer: bool = False) -> None:
        self.take(receipt_escpos.encode(receipt, setup=self._setup, open_drawer=open_drawer))

    def open_drawer(self) -> None:
        self.take(receipt_escpos.drawer_kick(self._setup))

    def print_trial(self) -> None:
        self.take(receipt_escpos.trial_page(self._setup))

    def take(self, raw: bytes) -> None:
        """Take the bytes of one job.

        :raises PrinterSilent: when the printer is told to be in trouble
        """
        if self.trouble is not None:
            raise PrinterSilent(self.trouble.value)
        self.jobs.append(raw)

    @property
    def last(self) -> Strip:
        """The paper of the last job; an empty strip before the first."""
        return paper.printed(self.jobs[-1] if self.jobs else b"")

    def text(self) -> str:
        """Give what a person would read on the last paper."""
        return self.last.text(width=self._setup.width)

    def picture(self, *, font_path: Path | None = None) -> Image.Image:
        """Give the last paper as a picture."""
        return paper_picture.drawn(self.last, width=self._setup.width, font_path=font_path)


class SimulatedScanner:
    """A scanner whose codes are given by the caller, in the caller's thread."""

    def __init__(self, *, on_scan: OnScan) -> None:
        self._on_scan = on_scan
        self._started = False
        self.unplugged = False

    @property
    def lamp(self) -> Lamp:
        if self.unplugged:
            return Lamp(ready=False, text="Сканер не отвечает. Проверьте кабель.")
        if not self._started:
            return Lamp(ready=False, text="Сканер не включён.")
        return Lamp(ready=True, text="Сканер: учебный.")

    def start(self) -> None:
        self._started = True

    def stop(self) -> None:
        self._started = False

    def scan(self, code: str | bytes, *, at: datetime) -> None:
        """Pretend that a code was scanned; nothing comes of it while stopped or unplugged."""
        if self.unplugged or not self._started:
            return
        raw = code.encode("utf-8", "replace") if isinstance(code, str) else code
        self._on_scan(Scan(raw, raw.decode("utf-8", "backslashreplace"), "simulator", at))
