"""QR and Code 128 as modules: encoded by zxing-cpp, drawn by whoever draws.

Bytes go into the QR in byte mode without ECI, level M (ГОСТ Р 56042-2014, money.md §4.1):
what a reader gives back is what was put in, byte for byte.
"""

from dataclasses import dataclass
from itertools import groupby

import numpy as np
import zxingcpp

from app.errors import Malformed

QR_QUIET = 4
CODE128_QUIET = 10
QR_BYTES_MAX = 2331  # version 40 at level M
CODE128_CHARACTERS_MAX = 60


class NotEncodable(Malformed):
    """The content is empty or too long for the symbol."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """A square code without its quiet zone.

    `packed` is a 1-bit image, rows padded to whole bytes, a dark module is a 0 bit: the image
    mask of PDF paints zeros.
    """

    modules: int
    packed: bytes


@dataclass(frozen=True, slots=True)
class Bars:
    """A one-dimensional code without its quiet zones: (first module, width) of each bar."""

    modules: int
    bars: tuple[tuple[int, int], ...]


def qr(content: bytes) -> Matrix:
    """Encode bytes as a QR of level M.

    :raises NotEncodable: when there is nothing to encode or more than version 40 holds
    """
    if not 0 < len(content) <= QR_BYTES_MAX:
        raise NotEncodable(
            f"В QR-код помещается от 1 до {QR_BYTES_MAX} байт, а их {len(content)}. "
            "Сократите наименование получателя или назначение платежа."
        )
    # Bytes are marked as ECI 899 (binary) unless told otherwise, and readers made on the Java
    # ZXing, banks' applications among them, refuse a code with an ECI they do not know.
    symbol = zxingcpp.create_barcode(
        content, zxingcpp.BarcodeFormat.QRCode, ec_level="M", eci="Unknown"
    )
    image = np.asarray(symbol.to_image(add_quiet_zones=False))
    return Matrix(modules=image.shape[0], packed=np.packbits(image != 0, axis=1).tobytes())


def code128(text: str) -> Bars:
    """Encode printable ASCII as Code 128; runs of digits go two to a character (set C).

    :raises NotEncodable: when the text is empty, too long or not ASCII
    """
    if not (0 < len(text) <= CODE128_CHARACTERS_MAX and text.isascii() and text.isprintable()):
        raise NotEncodable(
            f"«{text[:30]}» нельзя напечатать штрихкодом Code 128: нужны от 1 до "
            f"{CODE128_CHARACTERS_MAX} цифр и латинских букв. Проверьте номер счёта."
        )
    symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128)
    row = np.asarray(symbol.to_image(add_quiet_zones=False))[0] == 0
    bars, place = [], 0
    for dark, run in groupby(row.tolist()):
        width = len(list(run))
        if dark:
            bars.append((place, width))
        place += width
    return Bars(modules=place, bars=tuple(bars))
