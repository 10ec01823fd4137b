"""Reading codes back from pictures and printed pages, by zxing-cpp and by pyzbar.

zxing gives the bytes as they are in the symbol; zbar re-encodes those it takes for a text, so
where both read a code the bytes are zxing's. Without the system's libzbar0 zxing reads alone,
and `zbar_note()` says so.
"""

import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pypdfium2 as pdfium
import zxingcpp
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from app.errors import Malformed

DPI = 200
PIXELS_MAX = 120_000_000
Symbology = Literal["QR", "Code128", "other"]
Reader = Literal["zxing", "zbar"]
Gray = NDArray[np.uint8]

_ZXING_FORMATS = zxingcpp.barcode_formats_from_str("QRCode,Code128,EAN13,DataMatrix,Aztec")
_ZXING_NAMES: dict[zxingcpp.BarcodeFormat, Symbology] = {
    zxingcpp.BarcodeFormat.QRCode: "QR",
    zxingcpp.BarcodeFormat.Code128: "Code128",
}
_ZBAR_NAMES: dict[str, Symbology] = {"QRCODE": "QR", "CODE128": "Code128"}


class NoPicture(Malformed):
    """The file is neither a picture nor a PDF page that can be drawn."""


@dataclass(frozen=True, slots=True)
class ScannedCode:
    """A code as one reader gave it; `content` is exact when the reader is zxing."""

    symbology: Symbology
    content: bytes
    reader: Reader


def scan_image(
    picture: Path | bytes | Gray, *, readers: tuple[Reader, ...] = ("zxing", "zbar")
) -> list[ScannedCode]:
    """Read every code of a picture; one that both readers give comes once, from zxing.

    :param picture: a file, its bytes, or pixels of shape (rows, columns), 0 black to 255 white
    :raises NoPicture: when the bytes are not a picture
    """
    pixels = picture if isinstance(picture, np.ndarray) else _opened(picture)
    found: list[ScannedCode] = []
    if "zxing" in readers:
        found += _by_zxing(pixels)
    if "zbar" in readers:
        exact = {seen for code in found for seen in _same(code)}
        found += [code for code in _by_zbar(pixels) if (code.symbology, code.content) not in exact]
    return found


def scan_pdf(
    path: Path | bytes,
    page: int = 0,
    *,
    dpi: int = DPI,
    readers: tuple[Reader, ...] = ("zxing", "zbar"),
) -> list[ScannedCode]:
    """Draw a page of a PDF and read its codes.

    :param page: from 0
    :param dpi: 200 and more are read by both readers
    :raises NoPicture: when the file is not a PDF or has no such page
    """
    return scan_image(draw_page(path, page, dpi=dpi), readers=readers)


def draw_page(path: Path | bytes, page: int = 0, *, dpi: int = DPI) -> Gray:
    """Draw a page of a PDF in gray.

    :returns: shape (rows, columns), 0 black to 255 white
    :raises NoPicture: when the file is not a PDF or has no such page
    """
    try:
        document = pdfium.PdfDocument(path)
    except (pdfium.PdfiumError, FileNotFoundError) as error:
        raise NoPicture(
            "Файл не открывается как PDF: он повреждён или это не PDF. Сохраните его заново."
        ) from error
    try:
        if not 0 <= page < len(document):
            raise NoPicture(
                f"В файле {len(document)} стр., а нужна {page + 1}-я. Укажите другую страницу."
            )
        bitmap = document[page].render(scale=dpi / 72, grayscale=True)
        return np.array(bitmap.to_numpy()).squeeze().astype(np.uint8)
    finally:
        document.close()


def zbar_note() -> str:
    """Say why zbar does not read, or nothing when it does."""
    if _zbar() is not None:
        return ""
    return (
        "Второй читатель кодов (zbar) не установлен, коды читает только zxing. "
        "Установите его: apt-get install libzbar0."
    )


def _same(code: ScannedCode) -> list[tuple[Symbology, bytes]]:
    """Give what zbar may make of the bytes of a code: themselves, or guessed and re-encoded."""
    made = [(code.symbology, code.content)]
    for guess in ("cp1251", "latin-1", "shift_jis", "big5", "koi8-r"):
        text = code.content.decode(guess, "ignore")
        made.append((code.symbology, text.encode()))
    return made


def _by_zxing(pixels: Gray) -> list[ScannedCode]:
    codes = zxingcpp.read_barcodes(np.ascontiguousarray(pixels), formats=_ZXING_FORMATS)
    return [
        ScannedCode(_ZXING_NAMES.get(code.format, "other"), bytes(code.bytes), "zxing")
        for code in codes
    ]


def _by_zbar(pixels: Gray) -> list[ScannedCode]:
    decode = _zbar()
    if decode is None:
        return []
    return [
        ScannedCode(_ZBAR_NAMES.get(code.type, "other"), bytes(code.data), "zbar")
        for code in decode(Image.fromarray(pixels))
    ]


@cache
def _zbar() -> Callable[[Any], list[Any]] | None:
    # The wheel of pyzbar has no library of its own on Linux; its import looks for libzbar0.
    try:
        from pyzbar import pyzbar  # noqa: PLC0415
    except ImportError:
        return None
    kinds = [pyzbar.ZBarSymbol.QRCODE, pyzbar.ZBarSymbol.CODE128]
    return partial(pyzbar.decode, symbols=kinds)


def _opened(picture: Path | bytes) -> Gray:
    source = io.BytesIO(picture) if isinstance(picture, bytes) else picture
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(source) as image:
                if image.width * image.height > PIXELS_MAX:
                    raise NoPicture(
                        f"Картинка {image.width} × {image.height} слишком велика для чтения кода. "
                        "Уменьшите её или отсканируйте страницу с разрешением 200–300 точек."
                    )
                return np.array(image.convert("L"))
    except (
        UnidentifiedImageError,
        FileNotFoundError,
        OSError,
        Image.DecompressionBombWarning,
        Image.DecompressionBombError,
    ) as error:
        raise NoPicture(
            "Файл не открывается как картинка: он повреждён или это не картинка. "
            "Нужен PNG, JPEG или TIFF."
        ) from error
