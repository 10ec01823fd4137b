"""One set of tokens makes every page, and it can be read."""

import re

import pytest
from PySide6.QtGui import QFontMetrics, QRawFont
from PySide6.QtWidgets import QLabel

from app import resources
from app.ui import theme

READ = [
    ("text", "surface"),
    ("text", "raised"),
    ("text", "sunken"),
    ("text", "selection"),
    ("muted", "surface"),
    ("muted", "raised"),
    ("muted", "sunken"),
    ("accent", "raised"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("owed", "raised"),
    ("settled", "raised"),
    ("notice", "raised"),
    ("owed", "sunken"),
    ("owed", "owed_soft"),
    ("settled", "settled_soft"),
    ("notice", "notice_soft"),
    ("text", "owed_soft"),
    ("text", "settled_soft"),
    ("text", "notice_soft"),
    ("muted", "owed_soft"),
    ("muted", "notice_soft"),
]


@pytest.mark.parametrize("name", [theme.LIGHT, theme.DARK])
@pytest.mark.parametrize(("ink", "ground"), READ)
def test_what_is_read_stands_out_at_least_four_and_a_half_times(name, ink, ground):
    colours = theme.theme(name).colours

    assert theme.contrast(colours[ink], colours[ground]) >= 4.5


def test_contrast_is_counted_as_wcag_counts_it():
    assert theme.contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert theme.contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_both_themes_name_the_same_tokens():
    assert theme.theme(theme.LIGHT).colours.keys() == theme.theme(theme.DARK).colours.keys()


@pytest.mark.parametrize("name", [theme.LIGHT, theme.DARK])
def test_every_token_of_the_style_sheet_is_filled(name):
    sheet = theme.stylesheet(theme.theme(name))

    assert "$" not in sheet


def test_no_colour_stands_outside_the_theme():
    root = resources.path().parent / "app" / "ui"
    found = [
        path.name
        for path in root.rglob("*.py")
        if re.search(r"[\"']#[0-9A-Fa-f]{3,8}[\"']|QColor\(\d", path.read_text(encoding="utf-8"))
    ]

    assert found == []


@pytest.mark.parametrize("strong", [False, True])
def test_figures_are_tabular_and_cyrillic_is_there(qapp, strong):
    font = theme.font("large", strong=strong)
    metrics = QFontMetrics(font)
    glyphs = QRawFont.fromFont(font).glyphIndexesForString("Ёёйцукен№«»–−₽\u202f\u00a0")

    assert len({metrics.horizontalAdvance(figure) for figure in "0123456789"}) == 1
    assert 0 not in glyphs


def test_the_shipped_family_is_what_labels_are_drawn_with(qapp, qtbot):
    label = QLabel("Квитанция")
    qtbot.addWidget(label)
    label.show()

    assert label.fontInfo().family() == "Kvitok Inter"


def test_wearing_another_theme_changes_what_delegates_paint_with(qapp):
    theme.wear(qapp, theme.DARK)
    dark = theme.colour("text").name()
    theme.wear(qapp, theme.LIGHT)

    assert dark != theme.colour("text").name()
