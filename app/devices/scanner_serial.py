"""A scanner on a serial port: bytes as they are in the symbol, a scan per line.

closed ──open──▶ reading ──CR, LF or 80 ms of silence──▶ on_scan(Scan)
   ▲                │ unplugged
   └── retry_s ─────┘   the lamp is red meanwhile; never raises into the desk
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import serial

from app.devices.debounce import WINDOW_MS, Debounce
from app.devices.protocols import Lamp, OnScan, Scan

LIMIT = 4096


class SerialScanner:
    """Listens in a thread of its own and calls on_scan from it."""

    def __init__(
        self,
        port: str,
        *,
        on_scan: OnScan,
        on_lamp: Callable[[Lamp], None] | None = None,
        baudrate: int = 9600,
        silence_ms: int = 80,
        retry_s: float = 1.0,
        debounce_ms: int = WINDOW_MS,
    ) -> None:
        self._port = port
        self._on_scan = on_scan
        self._on_lamp = on_lamp
        self._baudrate = baudrate
        self._silence_s = silence_ms / 1000
        self._retry_s = retry_s
        self._debounce = Debounce(window_ms=debounce_ms)
        self._lamp = self._off = Lamp(ready=False, text=f"Сканер {port}: не включён.")
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def lamp(self) -> Lamp:
        return self._lamp

    def start(self) -> None:
        assert self._thread is None
        self._stopping.clear()
        self._thread = threading.Thread(target=self._listen, name="scanner", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
            self._thread = None

    def _listen(self) -> None:
        while not self._stopping.is_set():
            try:
                # The read time-out is the silence that ends a code without a suffix.
                port = serial.Serial(self._port, self._baudrate, timeout=self._silence_s)
            except (serial.SerialException, OSError, ValueError):
                self._lost()
                continue
            with port:
                self._show(Lamp(ready=True, text=f"Сканер {self._port}: готов."))
                try:
                    self._read(port)
                except OSError:  # SerialException is one
                    self._lost()
        self._show(self._off)

    def _lost(self) -> None:
        self._show(
            Lamp(
                ready=False,
                text=f"Сканер {self._port} не отвечает. Проверьте кабель и порт: "
                "связь восстановится сама.",
            )
        )
        self._stopping.wait(self._retry_s)

    def _read(self, port: serial.Serial) -> None:
        buffer = bytearray()
        while not self._stopping.is_set():
            chunk = port.read(max(1, port.in_waiting))
            if not chunk:
                self._emit(buffer)
                continue
            for line in chunk.splitlines(keepends=True):
                # Past the limit the rest is dropped; the parser says the code is too long.
                room = LIMIT + 1 - len(buffer)
                buffer += line.rstrip(b"\r\n")[: max(0, room)]
                if line.endswith((b"\r", b"\n")):
                    self._emit(buffer)

    def _emit(self, buffer: bytearray) -> None:
        raw = bytes(buffer)
        buffer.clear()
        if raw and self._debounce.passes(raw, time.monotonic_ns() // 1_000_000):
            text = raw.decode("utf-8", "backslashreplace")
            self._on_scan(Scan(raw, text, "serial", datetime.now(UTC)))

    def _show(self, lamp: Lamp) -> None:
        if lamp == self._lamp:
            return
        self._lamp = lamp
        if self._on_lamp is not None:
            self._on_lamp(lamp)
