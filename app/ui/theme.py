"""The tokens of resources/ui/theme.toml as a style sheet and a palette; the only colours and sizes.

    theme.toml ──► Theme ──► QPalette    what a delegate paints with
               │         └─► theme.qss   what every widget looks like
               └─► Sizes                 type, space and size in pixels at 100 %

Which theme is worn is a property of the QApplication. A scale is Qt's own (QT_SCALE_FACTOR), so
that pixels here never change.
"""

from dataclasses import dataclass
from functools import cache
from string import Template

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from app import resources

LIGHT = "light"
DARK = "dark"
_WORN = "kvitok_theme"


@dataclass(frozen=True, slots=True)
class Theme:
    """One set of colours, by token."""

    name: str
    colours: dict[str, str]

    def colour(self, token: str) -> QColor:
        """:raises KeyError: when there is no such token, a defect."""
        return QColor(self.colours[token])


@dataclass(frozen=True, slots=True)
class Sizes:
    """Pixels at 100 %, by token; the same in every theme."""

    family: str
    font_files: tuple[str, ...]
    pixels: dict[str, int]

    def __getitem__(self, token: str) -> int:
        return self.pixels[token]


@cache
def sizes() -> Sizes:
    table = resources.table("ui", "theme.toml")
    pixels = {**table["type"], **table["space"], **table["size"]}
    return Sizes(table["font"]["family"], tuple(table["font"]["files"]), pixels)


@cache
def theme(name: str) -> Theme:
    """:raises KeyError: when there is no theme of that name, a defect."""
    return Theme(name, dict(resources.table("ui", "theme.toml")[name]))


def worn() -> Theme:
    """Give the theme the application wears now; the light one before it has put on any."""
    application = QCoreApplication.instance()
    name = application.property(_WORN) if application else None
    return theme(name or LIGHT)


def colour(token: str) -> QColor:
    """Give a colour of the theme that is worn."""
    return worn().colour(token)


def load_fonts() -> None:
    """Make the shipped family known to Qt; again is harmless."""
    if sizes().family not in QFontDatabase.families():
        for name in sizes().font_files:
            QFontDatabase.addApplicationFont(str(resources.path("fonts", name)))


def font(step: str, *, strong: bool = False) -> QFont:
    """Give the family in a step of the type scale: small, base, lead, title, large, huge."""
    made = QFont(sizes().family)
    made.setPixelSize(sizes()[step])
    made.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
    return made


def wear(application: QApplication, name: str) -> None:
    """Put a theme on the application: palette, font, style sheet."""
    load_fonts()
    application.setProperty(_WORN, name)
    application.setFont(font("base"))
    application.setPalette(palette(theme(name)))
    application.setStyleSheet(stylesheet(theme(name)))


def stylesheet(chosen: Theme) -> str:
    """Fill theme.qss with the tokens of a theme."""
    pixel = dict(sizes().pixels)
    line, focus = pixel["line"], pixel["focus"]
    # A border stands outside the height a style sheet names; a thicker one takes padding for it.
    derived = {
        "family": sizes().family,
        "line_px": line,
        "near_less": pixel["near"] - focus + line,
        "mid_less": pixel["mid"] - focus + line,
        "field_inner": pixel["field"] - 2 * line,
        "field_focus": pixel["field"] - 2 * focus,
        "cash_inner": pixel["field_cash"] - 2 * line,
        "cash_focus": pixel["field_cash"] - 2 * focus,
        "cash_main_focus": pixel["field_cash"] - 2 * focus,
        "amount_inner": pixel["amount_field"] - 2 * focus,
    }
    template = Template(resources.path("ui", "theme.qss").read_text(encoding="utf-8"))
    return template.substitute({**pixel, **derived, **chosen.colours})


def palette(chosen: Theme) -> QPalette:
    """Give the palette of a theme, for whatever a style sheet does not reach."""
    role = QPalette.ColorRole
    tokens = {
        role.Window: "surface",
        role.Base: "raised",
        role.AlternateBase: "sunken",
        role.Button: "raised",
        role.ToolTipBase: "raised",
        role.WindowText: "text",
        role.Text: "text",
        role.ButtonText: "text",
        role.ToolTipText: "text",
        role.PlaceholderText: "muted",
        role.Highlight: "selection",
        role.HighlightedText: "text",
        role.Link: "accent",
        role.Accent: "accent",
        role.Mid: "line",
        role.Midlight: "line",
        role.Dark: "line",
    }
    made = QPalette()
    for place, token in tokens.items():
        made.setColor(place, chosen.colour(token))
    for place in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, place, chosen.colour("faint"))
    return made


def contrast(first: str, second: str) -> float:
    """Give the contrast of two colours as WCAG 2.2 counts it, from 1 to 21."""
    bright, dim = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def mark(widget: QWidget, **properties: str | bool) -> None:
    """Set properties the style sheet looks at and have it look again, if they changed."""
    if all(widget.property(name) == value for name, value in properties.items()):
        return
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def label(text: str = "", *, tone: str = "", step: str = "", strong: bool = False) -> QLabel:
    """Make a label of a tone and a step of the type scale; plain text always."""
    made = QLabel()
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setText(text)
    made.setProperty("tone", tone)
    made.setProperty("type", step)
    made.setProperty("weight", "strong" if strong else "")
    return made


def _luminance(colour_text: str) -> float:
    found = QColor(colour_text)
    parts = (found.redF(), found.greenF(), found.blueF())
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
