import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import resources
from app.reports import figures, fonts
from app.reports.fonts import Face

FACES = [fonts.regular, fonts.bold, fonts.narrow, fonts.narrow_bold]


@pytest.mark.parametrize("make", FACES)
def test_figures_are_of_one_width(make: type[Face]) -> None:
    face = make()

    assert len({face.width(digit, 8) for digit in "0123456789"}) == 1


@pytest.mark.parametrize("make", FACES)
def test_every_usual_letter_is_in_the_face(make: type[Face]) -> None:
    face = make()

    missing = [letter for letter in fonts.LETTERS if ord(letter) not in face.font.face.charToGlyph]

    assert missing == []


def test_the_licence_is_shipped_beside_the_fonts() -> None:
    text = resources.path("fonts", "PTSANS-LICENSE.txt").read_text("utf-8")

    assert "ParaType" in text
    assert "GRANT OF LICENSE" in text


@given(st.text(alphabet="абвгд «»№,.1", max_size=120), st.floats(20, 300), st.integers(1, 3))
def test_wrapped_lines_fit_and_lose_nothing_silently(text: str, width: float, lines: int) -> None:
    face = fonts.narrow()

    rows = face.wrapped(text, size=8, width=width, lines=lines)

    assert 1 <= len(rows) <= lines
    assert all(face.width(row, 8) <= width for row in rows)
    if not rows[-1].endswith("…"):
        assert "".join("".join(rows).split()) == "".join(text.split())


def test_amounts_and_quantities_read_as_on_paper() -> None:
    assert figures.amount(0) == "–"
    assert figures.amount(-113_085) == "−1\u202f130,85"
    assert figures.quantity(60_880_000) == "60,88"
    assert figures.quantity(2_533_550_000, places=2) == "2\u00a0533,55"
    assert figures.quantity(-1_500_000) == "−1,5"
    assert figures.quantity(52_000_000, places=2) == "52,00"
    assert figures.quantity(None) == ""
    assert figures.area(543_000) == "54,3"
    assert figures.count(None) == "–"
