"""Draws a strip of paper as a picture, so that a person can look at a receipt nobody printed."""

from pathlib import Path

import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from app import resources
from app.devices.paper import Code, Cut, Feed, Mark, Row, Strip, folded

CELL_PX = 12  # a plain character, as on a printer of 203 dots an inch
LINE_PX = 28
MARGIN_PX = 24
_GLYPH_PX = 20
_BARCODE_PX = 96
_INK = 25
_PAPER = 255
_FOLD = 190


def drawn(strip: Strip, *, width: int, font_path: Path | None = None) -> Image.Image:
    """Give the picture of a strip, as tall as it is long.

    :param width: characters of a line
    :param font_path: a monospaced font with Cyrillic; by default the program's own
    """
    brush = _Brush(width, font_path or resources.path("fonts", "DejaVuSansMono.ttf"))
    height = MARGIN_PX * 2 + sum(brush.height_of(mark) for mark in strip.marks)
    picture = Image.new("L", (MARGIN_PX * 2 + width * CELL_PX, height), _PAPER)
    top = MARGIN_PX
    for mark in strip.marks:
        brush.draw(mark, picture, top)
        top += brush.height_of(mark)
    return picture


class _Brush:
    def __init__(self, width: int, font_path: Path) -> None:
        self._width = width
        self._font = ImageFont.truetype(str(font_path), _GLYPH_PX)

    def height_of(self, mark: Mark) -> int:
        if isinstance(mark, Row):
            return LINE_PX * mark.high * len(folded(mark, width=self._width))
        if isinstance(mark, Feed):
            return LINE_PX * mark.lines
        if isinstance(mark, Cut):
            return LINE_PX
        return _symbol(mark).height + LINE_PX * (1 if mark.symbology == "QR" else 2)

    def draw(self, mark: Mark, picture: Image.Image, top: int) -> None:
        if isinstance(mark, Row):
            for number, text in enumerate(folded(mark, width=self._width)):
                self._row(mark, text, picture, top + number * LINE_PX * mark.high)
        elif isinstance(mark, Cut):
            self._cut(picture, top)
        elif isinstance(mark, Code):
            symbol = _symbol(mark)
            left = self._left(mark.align, symbol.width)
            picture.paste(symbol, (left, top + LINE_PX // 2))
            if mark.symbology != "QR":
                below = Row(mark.content.decode("ascii", "replace"), mark.align)
                self._row(below, below.text, picture, top + LINE_PX // 2 + symbol.height)

    def _row(self, row: Row, text: str, picture: Image.Image, top: int) -> None:
        size = (max(1, len(text)) * CELL_PX, LINE_PX)
        plate = Image.new("L", size, _PAPER)
        pen = ImageDraw.Draw(plate)
        for column, letter in enumerate(text):
            # Each letter has its cell, as under a print head: columns cannot drift.
            spot = (column * CELL_PX, 2)
            pen.text(spot, letter, font=self._font, fill=_INK, stroke_width=int(row.bold) / 2)
        if row.underlined:
            pen.line((0, LINE_PX - 2, size[0], LINE_PX - 2), fill=_INK, width=2)
        plate = plate.resize((size[0] * row.wide, size[1] * row.high))
        picture.paste(plate, (self._left(row.align, plate.width), top))

    def _left(self, align: str, width_px: int) -> int:
        free = max(0, self._width * CELL_PX - width_px)
        return MARGIN_PX + {"left": 0, "center": free // 2, "right": free}[align]

    def _cut(self, picture: Image.Image, top: int) -> None:
        pen = ImageDraw.Draw(picture)
        for left in range(0, picture.width, CELL_PX * 2):
            middle = top + LINE_PX // 2
            pen.line((left, middle, left + CELL_PX, middle), fill=_FOLD, width=2)


def _symbol(code: Code) -> Image.Image:
    text = code.content.decode("utf-8", "replace") or " "
    formats = zxingcpp.BarcodeFormat
    kind = formats.QRCode if code.symbology == "QR" else formats.Code128
    barcode = zxingcpp.create_barcode(text, kind)
    small = Image.fromarray(barcode.to_image(scale=1, add_quiet_zones=True))
    if code.symbology == "QR":
        return small.resize((small.width * 5, small.height * 5), Image.Resampling.NEAREST)
    return small.resize((small.width * 2, _BARCODE_PX), Image.Resampling.NEAREST)
