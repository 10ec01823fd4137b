"""Receipt to ESC/POS bytes: pure, one code page, nothing a cheap printer would misread.

python-escpos by itself changes the code page in the middle of a line for signs that cp866 has
not; cheap printers answer with rubbish. So texts are brought to cp866 first and the page is
set once (money.md §3.7).
"""

from dataclasses import dataclass
from typing import Literal

from escpos.printer import Dummy

from app.devices.receipt_layout import PaperLine, laid_out, plain
from app.domain.receipt import Receipt

Code = Literal["none", "qr", "code128"]

_LEAVE_CHINESE = b"\x1c\x2e"
_CODE_PAGE = b"\x1bt"
_BAR_DOTS = 2
_LETTER_DOTS = 12
# Height 80 dots, bars of 2 dots, letters of font A below, Code 128.
_BARCODE = b"\x1dh\x50\x1dw\x02\x1df\x00\x1dH\x02\x1dk\x49"


@dataclass(frozen=True, slots=True)
class Setup:
    """What a printer can and how it is told to; slot is the printer's number of code page cp866.

    :param width: characters of a line: 32 on paper of 58 mm, 42 or 48 on 80 mm
    """

    width: int = 42
    slot: int = 17
    chinese: bool = False
    cutter: bool = True
    drawer_pin: Literal[2, 5] = 2
    feed_lines: int = 3
    code: Code = "none"

    def __post_init__(self) -> None:
        assert self.width >= 24
        assert 0 <= self.slot <= 255


def in_cp866(text: str) -> bytes:
    """Give the text in the printer's page: typography made plain, what is left unknown is «?»."""
    return plain(text).encode("cp866", "replace")


def encode(receipt: Receipt, *, setup: Setup, open_drawer: bool = False) -> bytes:
    """Give the bytes that print a receipt and cut it off.

    :param open_drawer: the drawer opens before the paper comes, so that change is counted meanwhile
    """
    paper = _Paper(setup)
    if open_drawer:
        paper.add(drawer_kick(setup))
    for line in laid_out(receipt, width=setup.width):
        paper.line(line)
    if setup.code != "none":
        paper.code(receipt.number)
    paper.end()
    return paper.printed


def trial_page(setup: Setup) -> bytes:
    """Give the bytes of «Проверка печати»: letters, columns, sizes, the edge of the paper."""
    paper = _Paper(setup)
    paper.line(PaperLine("Проверка печати", "center", bold=True, tall=True))
    for text in (
        "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ",
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "№ 0123456789 = + - / % @",
    ):
        for start in range(0, len(text), setup.width):
            paper.line(PaperLine(text[start : start + setup.width]))
    paper.line(PaperLine("Жирный", bold=True))
    edge = "".join(str((column + 1) % 10) for column in range(setup.width))
    paper.line(PaperLine(edge))
    paper.line(PaperLine(f"Ширина {setup.width}, страница {setup.slot}"))
    paper.end()
    return paper.printed


def drawer_kick(setup: Setup) -> bytes:
    """Give the bytes that open the cash drawer."""
    printer = Dummy()
    printer.cashdraw(setup.drawer_pin)
    return bytes(printer.output)


class _Paper:
    """Bytes of one strip of paper, collected by a Dummy printer."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._printer = Dummy()
        self._printer.hw("INIT")
        if setup.chinese:
            self.add(_LEAVE_CHINESE)
        self.add(_CODE_PAGE + bytes([setup.slot]))

    @property
    def printed(self) -> bytes:
        return bytes(self._printer.output)

    def add(self, raw: bytes) -> None:
        # The public text() would choose code pages by itself; see the module's docstring.
        self._printer._raw(raw)  # noqa: SLF001

    def line(self, line: PaperLine) -> None:
        self._printer.set(
            align=line.align,
            bold=line.bold,
            normal_textsize=not line.tall,
            double_height=line.tall,
        )
        self.add(in_cp866(line.text) + b"\n")

    def code(self, number: str) -> None:
        self._printer.set(align="center", bold=False, normal_textsize=True)
        content = b"{B" + number.encode("ascii", "replace")
        # A printer prints nothing of a barcode wider than its paper; a square code always fits.
        bars_dots = (11 * (len(number) + 3) + 2) * _BAR_DOTS
        if self._setup.code == "qr" or bars_dots > self._setup.width * _LETTER_DOTS:
            self._printer.qr(number, native=True, size=5)
        else:
            self.add(_BARCODE + bytes([len(content)]) + content + b"\n")

    def end(self) -> None:
        self._printer.set(align="left", bold=False, normal_textsize=True)
        if self._setup.feed_lines:
            self._printer.print_and_feed(self._setup.feed_lines)
        if self._setup.cutter:
            # The feed above is the printer's own setting; the library's would add six lines.
            self._printer.cut(feed=False)
