"""A report as PDF: a tree of groups on the left, figures on the right, its head on every page.

title, what is meant                     figures of a column are of one width: those which do not
head                                     fit upright lie the page on its side
group            figures  (bold)
    part         figures
total            figures  (bold, under a rule)                               page N of M, who, when
"""

from datetime import date, datetime
from typing import BinaryIO

from app.domain import analysis
from app.domain.analysis import DIMENSION_WORDS, CellKind, Report, ReportColumn, ReportRow
from app.reports import figures, fonts
from app.reports.fonts import Face
from app.reports.page import A4_HEIGHT, A4_WIDTH, Sheet
from app.reports.pdf import PdfWriter

TOTAL = "Итого"
_LEFT, _TOP, _BOTTOM = 36.0, 34.0, 40.0
_TITLE, _NOTE, _SIZE = 14.0, 8.5, 8.0
_ROW, _HEAD_LINE, _PAD, _INDENT = 12.0, 9.5, 3.0, 9.0
_LABEL_LEAST = 150.0
_TEXT_WIDTH = 112.0
_FIGURES_LEAST = 34.0
_HEAD_LINES = 3


def render(report: Report, out: BinaryIO, *, issued_at: datetime, issued_by: str = "") -> int:
    """Write a report as one PDF.

    :param out: a binary stream, empty at the start
    :returns: the number of pages
    """
    widths = [_width(report, place) for place in range(len(report.columns))]
    lies = sum(widths) + _LABEL_LEAST > A4_WIDTH - 2 * _LEFT
    with PdfWriter(out, title=report.title, lies=lies) as writer:
        pages = _Pages(writer, report, widths, lies=lies)
        sheets = pages.drawn()
        said = f"{issued_at:%d.%m.%Y %H:%M}" + (f", {issued_by}" if issued_by else "")
        for number, sheet in enumerate(sheets, 1):
            pages.foot(sheet, said, f"стр. {number} из {len(sheets)}")
            writer.add(sheet)
        return writer.pages


class _Pages:
    """The pages of one report, filled from the top down."""

    def __init__(
        self, writer: PdfWriter, report: Report, widths: list[float], *, lies: bool
    ) -> None:
        self._writer, self._report = writer, report
        page_width, self._height = (A4_HEIGHT, A4_WIDTH) if lies else (A4_WIDTH, A4_HEIGHT)
        self._right = page_width - _LEFT
        room = self._right - _LEFT
        # A report wider than a page lying on its side gives up what its figures can do without.
        least = min(_LABEL_LEAST, room / 3)
        scale = min(1.0, (room - least) / sum(widths)) if widths else 1.0
        self._widths = [width * scale for width in widths]
        self._give_to_texts(room - sum(self._widths))
        self._label = room - sum(self._widths)
        self._sheets: list[Sheet] = []
        self._y = 0.0

    def _give_to_texts(self, label: float) -> None:
        """Give columns of texts the room that the longest group leaves."""
        face, columns = fonts.narrow_bold(), self._report.columns
        texts = [place for place, one in enumerate(columns) if one.kind is CellKind.TEXT]
        longest = max(
            (
                face.width(row.labels[-1], _SIZE) + _INDENT * row.level
                for row in self._report.rows
                if row.labels
            ),
            default=0.0,
        )
        spare = label - max(_FIGURES_LEAST, longest + 3 * _PAD)
        for place in texts if spare > 0 else ():
            self._widths[place] += spare / len(texts)

    def drawn(self) -> list[Sheet]:
        """Give the pages."""
        self._turn(first=True)
        for row in self._report.rows:
            self._row(row)
        return self._sheets

    def foot(self, sheet: Sheet, said: str, place: str) -> None:
        """Say at the foot who made it and which page it is."""
        sheet.text(_LEFT, _BOTTOM - 16, said, face=fonts.regular(), size=7.5, gray=0.4)
        sheet.right(self._right, _BOTTOM - 16, place, face=fonts.regular(), size=7.5, gray=0.4)

    def _turn(self, *, first: bool = False) -> None:
        sheet = self._writer.sheet()
        self._sheets.append(sheet)
        report, width = self._report, self._right - _LEFT
        self._y = self._height - _TOP - _TITLE
        title = report.title if first else f"{report.title}, продолжение"
        size = _TITLE if first else _NOTE + 1
        sheet.text(_LEFT, self._y, title, face=fonts.bold(), size=size)
        if first:
            for note in report.notes:
                for part in fonts.regular().wrapped(note, size=_NOTE, width=width, lines=3):
                    self._y -= _NOTE * 1.35
                    sheet.text(_LEFT, self._y, part, face=fonts.regular(), size=_NOTE)
        self._y -= 8
        self._head(sheet)

    def _head(self, sheet: Sheet) -> None:
        face, top = fonts.narrow_bold(), self._y
        words = " / ".join(DIMENSION_WORDS[one] for one in self._report.by)
        first = face.wrapped(words, size=_SIZE, width=self._label - 2 * _PAD, lines=_HEAD_LINES)
        titles = [
            face.wrapped(column.title, size=_SIZE, width=width - 2 * _PAD, lines=_HEAD_LINES)
            for column, width in zip(self._report.columns, self._widths, strict=True)
        ]
        height = max(map(len, (first, *titles))) * _HEAD_LINE + 5
        sheet.fill(_LEFT, top - height, self._right - _LEFT, height, gray=0.93)
        for line, part in enumerate(first, 1):
            sheet.text(_LEFT + _PAD, top - line * _HEAD_LINE, part, face=face, size=_SIZE)
        x = _LEFT + self._label
        for column, width, parts in zip(self._report.columns, self._widths, titles, strict=True):
            for line, part in enumerate(parts, 1):
                y = top - line * _HEAD_LINE
                if column.kind is CellKind.TEXT:
                    sheet.text(x + _PAD, y, part, face=face, size=_SIZE)
                else:
                    sheet.right(x + width - _PAD, y, part, face=face, size=_SIZE)
            x += width
        self._y = top - height
        sheet.line(_LEFT, self._y, self._right, self._y, width=0.8)

    def _row(self, row: ReportRow) -> None:
        if self._y - _ROW < _BOTTOM:
            self._turn()
        sheet = self._sheets[-1]
        depth = len(self._report.by)
        strong = row.level < depth or row.level == 0
        face = fonts.narrow_bold() if strong else fonts.narrow()
        if row.level == 0 and len(self._report.rows) > 1:
            sheet.line(_LEFT, self._y, self._right, self._y, width=0.8)
        self._y -= _ROW
        baseline = self._y + 3.4
        indent = _INDENT * max(0, row.level - 1)
        label = row.labels[-1] if row.labels else TOTAL
        room = self._label - 2 * _PAD - indent
        shown = face.shortened(label, size=_SIZE, width=room)
        sheet.text(_LEFT + _PAD + indent, baseline, shown, face=face, size=_SIZE)
        x = _LEFT + self._label
        for column, width, value in zip(
            self._report.columns, self._widths, row.values, strict=True
        ):
            text = cell(column, value)
            if column.kind is CellKind.TEXT:
                short = face.shortened(text, size=_SIZE, width=width - 2 * _PAD)
                sheet.text(x + _PAD, baseline, short, face=face, size=_SIZE)
            else:
                sheet.right(
                    x + width - _PAD, baseline, text, face=face, size=_SIZE, width=width - 2 * _PAD
                )
            x += width
        sheet.line(_LEFT, self._y, self._right, self._y, width=0.3, gray=0.85)


def cell(column: ReportColumn, value: int | str | date | None) -> str:
    """Give a value as papers show it: zero is «–», nothing is empty."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return figures.day(value)
    if column.kind is CellKind.MONEY:
        return figures.amount(value)
    if column.kind is CellKind.SHARE:
        return analysis.percent(value)
    return f"{value:,}".replace(",", "\u202f") if value else figures.ZERO


def _width(report: Report, place: int) -> float:
    column = report.columns[place]
    if column.kind is CellKind.TEXT:
        return _TEXT_WIDTH
    face: Face = fonts.narrow_bold()
    longest = max((cell(column, row.values[place]) for row in report.rows), key=len, default="")
    words = max((face.width(word, _SIZE) for word in column.title.split()), default=0.0)
    return max(_FIGURES_LEAST, words + 2 * _PAD, face.width(longest, _SIZE) + 2 * _PAD + 1)
