"""What ESC/POS bytes would put on paper: the printer's side of the language.

bytes ─▶ commands ─▶ Strip of Row, Feed, Cut, Code, Picture     and the drawer's kicks

Only what our own drivers send is understood; anything else is kept in `unknown` byte by byte,
and a test asserts that it stays empty.
"""

from dataclasses import dataclass, field

# Number of a code page in the printer ─▶ codec; 17 is the usual slot of cp866.
CODE_PAGES = {0: "cp437", 16: "cp1252", 17: "cp866", 46: "cp1251", 59: "cp866", 73: "cp1251"}
_ALIGN = {0: "left", 1: "center", 2: "right"}
# Commands with arguments that change nothing we draw: prefix and number of argument bytes.
_SILENT = {
    b"\x1d\x66": 1,
    b"\x1d\x68": 1,
    b"\x1d\x77": 1,
    b"\x1d\x48": 1,
    b"\x1b\x4d": 1,
    b"\x1b\x33": 1,
    b"\x1b\x32": 0,
    b"\x1c\x2e": 0,
}


@dataclass(frozen=True, slots=True)
class Row:
    """A printed line of text."""

    text: str
    align: str = "left"
    bold: bool = False
    wide: int = 1
    high: int = 1
    underlined: bool = False


@dataclass(frozen=True, slots=True)
class Feed:
    lines: int


@dataclass(frozen=True, slots=True)
class Cut:
    partial: bool


@dataclass(frozen=True, slots=True)
class Code:
    """A code the printer draws by itself."""

    symbology: str
    content: bytes
    align: str = "left"


Mark = Row | Feed | Cut | Code


@dataclass(slots=True)
class Strip:
    """A strip of paper, the kicks the drawer got, and bytes nobody understood."""

    marks: list[Mark] = field(default_factory=list)
    drawer_kicks: int = 0
    unknown: bytes = b""

    def text(self, *, width: int) -> str:
        """Give what a person would see, by lines of the paper's width."""
        lines: list[str] = []
        for mark in self.marks:
            if isinstance(mark, Row):
                lines += _placed(mark, width=width)
            elif isinstance(mark, Feed):
                lines += [""] * mark.lines
            elif isinstance(mark, Cut):
                lines.append("- - - " * (width // 6) + "8<")
            else:
                shown = mark.content.decode("utf-8", "replace")
                lines.append(f"[{mark.symbology}: {shown}]".center(width).rstrip())
        return "\n".join(lines) + "\n"


def printed(raw: bytes) -> Strip:
    """Interpret ESC/POS bytes; never raises, a truncated command ends the paper."""
    return _Head(raw).run()


def folded(row: Row, *, width: int) -> list[str]:
    """Give a row as the printer breaks it at the paper's edge."""
    columns = max(1, width // row.wide)
    return [row.text[i : i + columns] for i in range(0, len(row.text), columns)] or [""]


def _placed(row: Row, *, width: int) -> list[str]:
    placed = []
    for part in folded(row, width=width):
        # A wide letter takes two columns, and its text spaced out shows it.
        text = (" " * (row.wide - 1)).join(part)
        if row.align == "center":
            text = text.center(width)
        elif row.align == "right":
            text = text.rjust(width)
        placed.append(text.rstrip())
    return placed


class _Head:
    """The print head: position in the bytes and the modes in force."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._at = 0
        self._strip = Strip()
        self._line = bytearray()
        self._qr = b""
        self._reset()

    def run(self) -> Strip:
        while self._at < len(self._raw):
            byte = self._raw[self._at]
            if byte in (0x1B, 0x1C, 0x1D):
                self._command()
            elif byte == 0x0A:
                self._at += 1
                self._end_line()
            elif byte >= 0x20:
                self._line.append(byte)
                self._at += 1
            else:
                self._puzzled(1)
        if self._line:
            self._end_line()
        return self._strip

    def _reset(self) -> None:
        self._codec = "cp437"
        self._align = "left"
        self._bold = False
        self._wide = self._high = 1
        self._underlined = False

    def _take(self, count: int) -> bytes:
        taken = self._raw[self._at : self._at + count]
        self._at += count
        return taken

    def _puzzled(self, count: int) -> None:
        self._strip.unknown += self._take(count)

    def _command(self) -> None:
        prefix = self._raw[self._at : self._at + 2]
        if prefix in _SILENT:
            self._take(2 + _SILENT[prefix])
        elif prefix == b"\x1b@":
            self._take(2)
            self._reset()
        elif prefix == b"\x1bp":
            self._take(5)
            self._strip.drawer_kicks += 1
        elif prefix == b"\x1dV":
            self._cut()
        elif prefix == b"\x1d(":
            self._qr_command()
        elif prefix == b"\x1dk":
            self._barcode()
        elif prefix[1:] in (b"t", b"a", b"E", b"!", b"-", b"d"):
            self._mode(prefix)
        else:
            self._puzzled(2)

    def _mode(self, prefix: bytes) -> None:
        argument = self._raw[self._at + 2 : self._at + 3]
        if not argument:
            self._puzzled(2)
            return
        value = argument[0]
        self._take(3)
        if prefix == b"\x1bt":
            self._codec = CODE_PAGES.get(value, "cp437")
        elif prefix == b"\x1ba":
            self._align = _ALIGN.get(value % 48, "left")
        elif prefix == b"\x1bE":
            self._bold = bool(value & 1)
        elif prefix == b"\x1b-":
            self._underlined = bool(value % 48)
        elif prefix == b"\x1bd":
            self._strip.marks.append(Feed(value))
        elif prefix == b"\x1b!":
            self._bold = bool(value & 0x08)
            self._high = 2 if value & 0x10 else 1
            self._wide = 2 if value & 0x20 else 1
        elif prefix == b"\x1d!":
            self._wide, self._high = (value >> 4) % 8 + 1, value % 8 + 1
        else:
            self._strip.unknown += prefix + argument

    def _cut(self) -> None:
        kind = self._raw[self._at + 2 : self._at + 3]
        # Kinds from 65 on carry the length of a feed.
        self._take(4 if kind and kind[0] >= 65 else 3)
        self._strip.marks.append(Cut(partial=kind in (b"\x01", b"1", b"B")))

    def _qr_command(self) -> None:
        head = self._raw[self._at : self._at + 5]
        if len(head) < 5 or head[2:3] != b"k":
            self._puzzled(2)
            return
        self._take(5)
        body = self._take(head[3] + 256 * head[4])
        if body[1:2] == b"P":
            self._qr = body[3:]
        elif body[1:2] == b"Q":
            self._strip.marks.append(Code("QR", self._qr, self._align))

    def _barcode(self) -> None:
        head = self._raw[self._at : self._at + 4]
        if len(head) < 4 or head[2] != 73:
            self._puzzled(2)
            return
        self._take(4)
        content = self._take(head[3])
        self._strip.marks.append(Code("Code128", content.removeprefix(b"{B"), self._align))

    def _end_line(self) -> None:
        text = self._line.decode(self._codec, "replace")
        self._line.clear()
        self._strip.marks.append(
            Row(text, self._align, self._bold, self._wide, self._high, self._underlined)
        )
