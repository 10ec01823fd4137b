import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.reports import decoding, payment_document
from tests.fixtures import bills


@pytest.fixture(scope="module")
def pdf() -> bytes:
    out = io.BytesIO()
    payment_document.render([bills.bill()], out)
    return out.getvalue()


def test_each_code_comes_once_from_zxing_when_both_read(pdf: bytes) -> None:
    codes = decoding.scan_pdf(pdf)

    assert sorted(code.symbology for code in codes) == ["Code128", "QR"]
    assert {code.reader for code in codes} == {"zxing"}


def test_a_saved_picture_of_the_page_is_read(pdf: bytes, tmp_path: Path) -> None:
    path = tmp_path / "page.png"
    Image.fromarray(decoding.draw_page(pdf)).save(path)

    from_file = decoding.scan_image(path)
    from_bytes = decoding.scan_image(path.read_bytes())

    assert from_file == from_bytes == decoding.scan_pdf(pdf)


@pytest.mark.parametrize(
    ("turned", "noise", "expected"), [(1.5, 10, {"QR", "Code128"}), (2.5, 25, {"QR"})]
)
def test_a_page_scanned_askew_with_noise_is_read(
    pdf: bytes, turned: float, noise: int, expected: set[str]
) -> None:
    page = Image.fromarray(decoding.draw_page(pdf, dpi=300)).rotate(turned, fillcolor=255)
    grain = np.random.default_rng(7).normal(0, noise, (page.height, page.width))
    pixels = np.clip(np.asarray(page, dtype=np.float64) + grain, 0, 255).astype(np.uint8)

    codes = decoding.scan_image(pixels, readers=("zxing",))

    assert {code.symbology for code in codes} >= expected


def test_without_zbar_zxing_reads_alone_and_a_note_says_so(
    pdf: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "_zbar", lambda: None)

    codes = decoding.scan_pdf(pdf)

    assert len(codes) == 2
    assert "libzbar0" in decoding.zbar_note()


def test_white_paper_has_no_codes() -> None:
    assert decoding.scan_image(np.full((400, 300), 255, dtype=np.uint8)) == []


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\nbroken"])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(decoding.NoPicture, match="картинк"):
        decoding.scan_image(content)


def test_a_bomb_of_a_picture_is_refused() -> None:
    out = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(out, "PNG")

    with pytest.raises(decoding.NoPicture):
        decoding.scan_image(out.getvalue())


def test_what_is_no_pdf_or_no_page_is_refused(pdf: bytes, tmp_path: Path) -> None:
    with pytest.raises(decoding.NoPicture, match="PDF"):
        decoding.scan_pdf(b"%PDF-nothing")
    with pytest.raises(decoding.NoPicture, match="PDF"):
        decoding.scan_pdf(tmp_path / "absent.pdf")
    with pytest.raises(decoding.NoPicture, match="2-я"):
        decoding.scan_pdf(pdf, 1)
