"""A sheet of paper being filled: texts, rules and codes become PDF operators, in order.

Points (1/72 inch), origin at the lower left corner of the sheet. Graphics go under the texts;
texts keep their order, so that a copy of the page reads as the page does.
"""

from collections.abc import Callable

from app.reports import barcode
from app.reports.fonts import Face

MM = 72 / 25.4
A4_WIDTH = 595.28
A4_HEIGHT = 841.89

# A text in the encoding of a document: runs of (font as /F1+0, string without its brackets).
Encoded = tuple[tuple[str, str], ...]
Encode = Callable[[Face, str], Encoded]

SQUEEZE_MIN = 55  # per cent of a letter's width below which figures are no longer read


class Sheet:
    """One page, or one form that many pages show; `operators` is its content stream."""

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._under: list[str] = []
        self._texts: list[str] = []
        self._font: tuple[str, float] = ("", 0.0)
        self._gray = 0.0

    def text(
        self, x: float, y: float, text: str, *, face: Face, size: float, gray: float = 0.0
    ) -> None:
        """Write from x to the right with the baseline at y; gray 0 is black, 1 is white."""
        if not text:
            return
        texts = self._texts
        if gray != self._gray:
            texts.append(f"{gray:g} g")
            self._gray = gray
        move = f"1 0 0 1 {x:.2f} {y:.2f} Tm"
        for font, code in self._encode(face, text):
            if (font, size) != self._font:
                texts.append(f"{font} {size:g} Tf")
                self._font = (font, size)
            texts.append(f"{move}({code})Tj")
            # A further run, in another subset of the font, goes on where this one ends.
            move = ""

    def right(
        self,
        x: float,
        y: float,
        text: str,
        *,
        face: Face,
        size: float,
        width: float = A4_WIDTH,
        gray: float = 0.0,
    ) -> None:
        """Write so that the text ends at x; one wider than `width` is squeezed, never cut."""
        if not text:
            return
        taken = face.width(text, size)
        if taken <= width:
            self.text(x - taken, y, text, face=face, size=size, gray=gray)
            return
        percent = max(SQUEEZE_MIN, 100 * width / taken)
        self._texts.append(f"{percent:.1f} Tz")
        self.text(x - taken * percent / 100, y, text, face=face, size=size, gray=gray)
        self._texts.append("100 Tz")

    def center(
        self, x: float, y: float, text: str, *, face: Face, size: float, gray: float = 0.0
    ) -> None:
        """Write with the middle of the text at x."""
        self.text(x - face.width(text, size) / 2, y, text, face=face, size=size, gray=gray)

    def line(
        self, x: float, y: float, x2: float, y2: float, *, width: float = 0.5, gray: float = 0.0
    ) -> None:
        """Draw a straight rule."""
        self._under.append(f"{width:g} w {gray:g} G {x:.2f} {y:.2f} m {x2:.2f} {y2:.2f} l S")

    def dashes(self, x: float, y: float, x2: float) -> None:
        """Draw a horizontal line to tear along."""
        self._under.append(f"[3 2.5] 0 d 0.6 w 0.3 G {x:.2f} {y:.2f} m {x2:.2f} {y:.2f} l S [] 0 d")

    def grid(self, segments: list[tuple[float, float, float, float]], *, gray: float) -> None:
        """Draw many hairlines (x, y, x2, y2) in one path."""
        path = " ".join(f"{x:.2f} {y:.2f} m {x2:.2f} {y2:.2f} l" for x, y, x2, y2 in segments)
        self._under.append(f"0.4 w {gray:g} G {path} S")

    def fill(self, x: float, y: float, width: float, height: float, *, gray: float) -> None:
        """Fill a rectangle whose lower left corner is x, y."""
        self._under.append(f"{gray:g} g {x:.2f} {y:.2f} {width:.2f} {height:.2f} re f")

    def frame(self, x: float, y: float, width: float, height: float, *, gray: float) -> None:
        """Draw the outline of a rectangle."""
        self._under.append(f"0.6 w {gray:g} G {x:.2f} {y:.2f} {width:.2f} {height:.2f} re S")

    def form(self, name: str, *, dy: float = 0.0) -> None:
        """Show a form of the document, moved up by dy."""
        self._under.append(f"q 1 0 0 1 0 {dy:.2f} cm /{name} Do Q")

    def matrix(self, x: float, y: float, side: float, code: barcode.Matrix) -> float:
        """Draw a square code with its quiet zone inside a square of `side` points.

        :returns: points a module is wide
        """
        module = side / (code.modules + 2 * barcode.QR_QUIET)
        ink = module * code.modules
        quiet = module * barcode.QR_QUIET
        n = code.modules
        # The operators become bytes by Latin-1, so that packed bits pass as they are.
        self._under.append(
            f"q 0 g {ink:.3f} 0 0 {ink:.3f} {x + quiet:.3f} {y + quiet:.3f} cm "
            f"BI /W {n} /H {n} /IM true /BPC 1 ID {code.packed.decode('latin-1')}\nEI Q"
        )
        return module

    def bars(self, x: float, y: float, code: barcode.Bars, *, module: float, height: float) -> None:
        """Draw a one-dimensional code whose first bar starts at x."""
        path = " ".join(
            f"{x + start * module:.3f} {y:.2f} {width * module:.3f} {height:.2f} re"
            for start, width in code.bars
        )
        self._under.append(f"0 g {path} f")

    def operators(self) -> bytes:
        """Give the content stream."""
        under = "\n".join(self._under)
        if not self._texts:
            return under.encode("latin-1")
        texts = "\n".join(self._texts)
        return f"{under}\n0 g\nBT\n{texts}\nET\n".encode("latin-1")
