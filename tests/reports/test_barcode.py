import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.reports import barcode, decoding


def picture(code: barcode.Matrix, *, module: int = 4) -> decoding.Gray:
    rows = np.frombuffer(code.packed, dtype=np.uint8).reshape(code.modules, -1)
    light = np.unpackbits(rows, axis=1)[:, : code.modules]
    quiet = np.pad(light, barcode.QR_QUIET, constant_values=1)
    return np.kron(quiet, np.ones((module, module), dtype=np.uint8)) * np.uint8(255)


def first_bits(code: barcode.Matrix, *, count: int) -> str:
    """Read the first bits of the message: from the lower right corner up, in pairs, unmasked."""
    rows = np.frombuffer(code.packed, dtype=np.uint8).reshape(code.modules, -1)
    dark = np.unpackbits(rows, axis=1)[:, : code.modules] == 0
    mask = (dark[8, 2] * 4 + dark[8, 3] * 2 + dark[8, 4] * 1) ^ 0b101
    masked = (
        lambda i, j: (i + j) % 2,
        lambda i, j: (i + 0 * j) % 2,
        lambda i, j: (j + 0 * i) % 3,
        lambda i, j: (i + j) % 3,
        lambda i, j: (i // 2 + j // 3) % 2,
        lambda i, j: (i * j) % 2 + (i * j) % 3,
        lambda i, j: ((i * j) % 2 + (i * j) % 3) % 2,
        lambda i, j: ((i + j) % 2 + (i * j) % 3) % 2,
    )[int(mask)]
    places = [(code.modules - 1 - n // 2, code.modules - 1 - n % 2) for n in range(count)]
    return "".join(str(int(bool(dark[i, j]) != (masked(i, j) == 0))) for i, j in places)


@given(st.binary(min_size=1, max_size=400))
@settings(max_examples=60, deadline=None)
def test_a_qr_gives_back_the_bytes_put_in(content: bytes) -> None:
    code = barcode.qr(content)

    (read,) = decoding.scan_image(picture(code), readers=("zxing",))

    assert read.content == content


@pytest.mark.parametrize("content", ["ООО «Три кита»", "plain ascii"])
def test_a_qr_begins_in_byte_mode_without_eci(content: str) -> None:
    code = barcode.qr(content.encode())

    # Mode indicators of ISO/IEC 18004: 0100 bytes, 0111 ECI.
    assert first_bits(code, count=4) == "0100"


def test_windows_1251_passes_unchanged() -> None:
    content = "ST00011|Name=АО «Ёлка № 1»".encode("cp1251")

    (read,) = decoding.scan_image(picture(barcode.qr(content)), readers=("zxing",))

    assert read.content == content


@pytest.mark.parametrize("content", [b"", b"x" * (barcode.QR_BYTES_MAX + 1)])
def test_what_no_qr_holds_is_refused_with_its_size(content: bytes) -> None:
    with pytest.raises(barcode.NotEncodable, match=f"их {len(content)}"):
        barcode.qr(content)


def test_the_largest_qr_is_made() -> None:
    assert barcode.qr(b"\xff" * barcode.QR_BYTES_MAX).modules == 177


def test_native_digits_make_178_modules() -> None:
    code = barcode.code128("00123456781026004259228")

    assert code.modules == 178
    assert code.bars[0][0] == 0
    assert sum(width for _, width in code.bars) < code.modules


@pytest.mark.parametrize("text", ["", "счёт", "1" * 61, "12\n3"])
def test_what_code_128_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(barcode.NotEncodable, match="Code 128"):
        barcode.code128(text)
