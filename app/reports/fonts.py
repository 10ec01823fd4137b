"""The paper's typeface: PT Sans in four faces, shipped in resources/fonts; widths and line breaks.

Figures of every face are of one width, so columns of money line up on the comma by being right
aligned. The faces have no thin no-break space: it is printed as their own (narrow) space.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from reportlab.pdfbase.ttfonts import TTFont

from app import resources
from app.errors import Outage

ELLIPSIS = "…"
SPACES = dict.fromkeys((*range(32), 0x00A0, 0x2009, 0x202F, 0x2028, 0x2029), " ")

# What Russian papers are made of, in one subset of at most 250 glyphs: written without a switch.
LETTERS = (
    "".join(map(chr, range(32, 127)))
    + "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдеёжзийклмнопрстуфхцчшщъыьэюя"
    + "«»„“”‘’№§©°±²³·…–—−×₽ӘәӨөҮүҖҗҢңҺһІіЇїЄєҐґЎў"
)


_BREAK = re.compile(r"[ \t\r\n]+")  # a no-break space does not break


class NoFont(Outage):
    """The font files of the program are not where they should be."""


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One face: its name in PDF, the reportlab font, widths of characters in 1/1000 em."""

    name: str
    font: Any
    widths: Mapping[str, float]

    def width(self, text: str, size: float) -> float:
        """Give the width of a text in points."""
        widths = self.widths
        return sum([widths[letter] for letter in text]) * size / 1000

    def shortened(self, text: str, *, size: float, width: float) -> str:
        """Give the text, or its beginning with «…» where it is wider than `width` points."""
        return self.wrapped(text, size=size, width=width, lines=1)[0]

    def wrapped(self, text: str, *, size: float, width: float, lines: int) -> tuple[str, ...]:
        """Break a text at spaces into at most `lines` lines; what does not fit ends with «…».

        :param width: points a line may take
        :returns: at least one line, none wider than `width`
        """
        return _wrapped(self, text, size, width, lines)


@lru_cache(maxsize=8192)
def _wrapped(face: Face, text: str, size: float, width: float, lines: int) -> tuple[str, ...]:
    if face.width(text, size) <= width:
        return (text,)
    done: list[str] = []
    words = [word for word in _BREAK.split(text) if word]
    while words:
        if len(done) == lines - 1:
            done.append(_cut(face, " ".join(words), size=size, width=width))
            return tuple(done)
        line = words.pop(0)
        if face.width(line, size) > width:
            fitting = max(1, _fitting(face, line, size=size, width=width))
            words.insert(0, line[fitting:])
            line = line[:fitting]
        while words and face.width(f"{line} {words[0]}", size) <= width:
            line = f"{line} {words.pop(0)}"
        done.append(line)
    return tuple(done) or ("",)


def _cut(face: Face, text: str, *, size: float, width: float) -> str:
    if face.width(text, size) <= width:
        return text
    room = width - face.width(ELLIPSIS, size)
    return text[: _fitting(face, text, size=size, width=room)].rstrip(" ,.«") + ELLIPSIS


def _fitting(face: Face, text: str, *, size: float, width: float) -> int:
    """Give how many letters from the beginning are no wider than `width`."""
    taken = 0.0
    for place, letter in enumerate(text):
        taken += face.widths[letter] * size / 1000
        if taken > width:
            return place
    return len(text)


class _Widths(dict[str, float]):
    """Widths by letter; a letter is asked of the font once, whatever else is as wide as a box."""

    def __init__(self, font: Any) -> None:
        super().__init__()
        self._by_code = font.face.charWidths
        self._default = float(font.face.defaultWidth)

    def __missing__(self, letter: str) -> float:
        printed = SPACES.get(ord(letter), letter)
        width = float(self._by_code.get(ord(printed), self._default))
        self[letter] = width
        return width


@cache
def _face(name: str, file: str) -> Face:
    path = resources.path("fonts", file)
    if not path.is_file():
        raise NoFont(
            f"Нет файла шрифта {file} в папке resources/fonts: без него бумаги не напечатать. "
            "Переустановите программу."
        )
    font = TTFont(name, str(path), shapable=False)
    return Face(name=name, font=font, widths=_Widths(font))


def regular() -> Face:
    return _face("PTSans", "PTS55F.ttf")


def bold() -> Face:
    return _face("PTSans-Bold", "PTS75F.ttf")


def narrow() -> Face:
    return _face("PTSansNarrow", "PTN57F.ttf")


def narrow_bold() -> Face:
    return _face("PTSansNarrow-Bold", "PTN77F.ttf")
