"""«Расшифровка пени» as PDF: each penalty of a month with its table, for the payer or the court.

title, account, address
service, contract, period of the debt              amount
  с  по  долг  дней  доля  ставка  сумма  оплачено, or why not
  Сумма: … = …
  by when it was to be paid, the law
total                                              who gave it, when
"""

from collections.abc import Iterable
from typing import BinaryIO

from app.domain import money
from app.domain.penalty_text import HEAD, PenaltyPaper, PenaltyPaperLine, cells
from app.reports import fonts
from app.reports.fonts import Face
from app.reports.page import A4_HEIGHT, A4_WIDTH, Sheet
from app.reports.pdf import PdfWriter

_LEFT = 56.0
_RIGHT = A4_WIDTH - 42.0
_TOP = A4_HEIGHT - 48.0
_BOTTOM = 52.0
_INDENT = 14.0
_LINES_MAX = 40
_TITLE, _TEXT, _SMALL = 15.0, 10.0, 8.5
_LEAD = 1.35
# Right edges of the columns from the left margin; the last column stands left after them.
_EDGES = (66.0, 118.0, 186.0, 216.0, 250.0, 292.0, 352.0)
_STANDS_LEFT = 2
_LAST = _EDGES[-1] + 10


def render(papers: Iterable[PenaltyPaper], out: BinaryIO) -> int:
    """Write papers one after another as one PDF, each on pages of its own.

    :param out: a binary stream, empty at the start
    :returns: the number of pages
    """
    with PdfWriter(out, title="Расшифровка пени") as writer:
        for paper in papers:
            for sheet in _Pages(writer, paper).drawn():
                writer.add(sheet)
        return writer.pages


class _Pages:
    """The pages of one paper, filled from the top down."""

    def __init__(self, writer: PdfWriter, paper: PenaltyPaper) -> None:
        self._writer = writer
        self._paper = paper
        self._sheets: list[Sheet] = []
        self._y = 0.0

    def drawn(self) -> list[Sheet]:
        """Give the pages, numbered when there are several."""
        self._turn()
        self._head()
        for line in self._paper.lines:
            self._line(line)
        self._foot()
        if len(self._sheets) > 1:
            for number, sheet in enumerate(self._sheets, 1):
                text = f"Счёт {self._paper.account} · лист {number} из {len(self._sheets)}"
                sheet.right(_RIGHT, _BOTTOM - 22, text, face=fonts.regular(), size=_SMALL, gray=0.4)
        return self._sheets

    def _turn(self) -> None:
        self._sheets.append(self._writer.sheet())
        self._y = _TOP

    def _room(self, height: float) -> Sheet:
        if self._y - height < _BOTTOM:
            self._turn()
        return self._sheets[-1]

    def _say(self, text: str, *, face: Face, size: float, indent: float = 0.0) -> None:
        width = _RIGHT - _LEFT - indent
        for part in face.wrapped(text, size=size, width=width, lines=_LINES_MAX):
            sheet = self._room(size * _LEAD)
            self._y -= size * _LEAD
            sheet.text(_LEFT + indent, self._y, part, face=face, size=size)

    def _head(self) -> None:
        paper, regular = self._paper, fonts.regular()
        title = f"Расшифровка пени, начисленных за {paper.period.spoken}"
        self._say(title, face=fonts.bold(), size=_TITLE)
        self._y -= 4
        payer = f", {paper.payer}" if paper.payer else ""
        self._say(f"Лицевой счёт {paper.account}{payer}", face=regular, size=_TEXT)
        self._say(paper.address, face=regular, size=_TEXT)
        self._y -= 8
        self._rule()

    def _rule(self) -> None:
        self._sheets[-1].line(_LEFT, self._y, _RIGHT, self._y, gray=0.6)

    def _line(self, line: PenaltyPaperLine) -> None:
        bold = fonts.bold()
        amount = f"{money.shown(line.amount_kop)} ₽"
        room = _RIGHT - _LEFT - bold.width(amount, _TEXT) - 12
        title = bold.wrapped(line.title, size=_TEXT, width=room, lines=3)
        # A title never stands alone at the foot of a page.
        sheet = self._room((len(title) + 4) * _TEXT * _LEAD)
        self._y -= 6 + _TEXT * _LEAD
        sheet.right(_RIGHT, self._y, amount, face=bold, size=_TEXT)
        for part in title:
            sheet.text(_LEFT, self._y, part, face=bold, size=_TEXT)
            self._y -= _TEXT * _LEAD
        self._y += _TEXT * _LEAD
        if line.remark:
            self._say(line.remark, face=fonts.regular(), size=_SMALL, indent=_INDENT)
        if line.told is None:
            return
        self._say(line.told.sentence, face=fonts.regular(), size=_TEXT, indent=_INDENT)
        if line.told.rows:
            self._y -= 2
            self._row(HEAD, gray=0.35)
        for row in line.told.rows:
            self._row(cells(row), gray=0.0)
        self._y -= 2
        for step in line.told.steps:
            self._say(step, face=fonts.regular(), size=_TEXT, indent=_INDENT)
        for note in line.told.notes:
            self._say(note, face=fonts.regular(), size=_SMALL, indent=_INDENT)

    def _row(self, row: tuple[str, ...], *, gray: float) -> None:
        face = fonts.narrow()
        width = _RIGHT - _LEFT - _LAST
        last = face.wrapped(row[-1], size=_SMALL, width=width, lines=3) or ("",)
        height = _SMALL * _LEAD
        sheet = self._room(height * len(last))
        self._y -= height
        for place, (cell, edge) in enumerate(zip(row, _EDGES, strict=False)):
            if place < _STANDS_LEFT:
                start = _INDENT + (0 if place == 0 else _EDGES[0] - 6)
                sheet.text(_LEFT + start, self._y, cell, face=face, size=_SMALL, gray=gray)
            else:
                sheet.right(_LEFT + edge, self._y, cell, face=face, size=_SMALL, gray=gray)
        for part in last:
            sheet.text(_LEFT + _LAST, self._y, part, face=face, size=_SMALL, gray=gray)
            self._y -= height
        self._y += height

    def _foot(self) -> None:
        paper = self._paper
        self._room(4 * _TEXT * _LEAD)
        self._y -= 10
        self._rule()
        self._y -= 4
        total = f"Итого пени за {paper.period.shown}: {money.shown(paper.total_kop)} ₽"
        self._say(total, face=fonts.bold(), size=_TEXT + 1)
        self._y -= 4
        issued = f"Выдано {paper.issued_on:%d.%m.%Y}"
        if paper.issued_by:
            issued += f", {paper.issued_by}"
        self._say(issued, face=fonts.regular(), size=_SMALL)
