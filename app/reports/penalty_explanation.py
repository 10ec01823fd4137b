"""«Расшифровка пени» as PDF: each penalty of a month with its table, for the payer or the court.

title, account, address
service, contract, period of the debt              amount
  с  по  долг  дней  доля  ставка  сумма  оплачено, or why not
  Сумма: … = …
  by when it was to be paid, the law
total                                              who gave it, when
"""

from collections.abc import Iterable, Sequence
from typing import BinaryIO

from app.domain import money
from app.domain.penalty_text import HEAD, PenaltyPaper, PenaltyPaperLine, cells
from app.reports import fonts
from app.reports.page import Sheet
from app.reports.pdf import PdfWriter
from app.reports.statement import INDENT, LEAD, LEFT, RIGHT, SMALL, TEXT, Statement

_ROWS_WITH_A_TITLE = 4
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
            for sheet in _drawn(writer, paper):
                writer.add(sheet)
        return writer.pages


def _drawn(writer: PdfWriter, paper: PenaltyPaper) -> Sequence[Sheet]:
    pages = Statement(writer, account=paper.account)
    title = f"Расшифровка пени, начисленных за {paper.period.spoken}"
    pages.head(title, payer=paper.payer, address=paper.address)
    for line in paper.lines:
        _line(pages, line)
    total = f"Итого пени за {paper.period.shown}: {money.shown(paper.total_kop)} ₽"
    pages.foot(total, issued_on=paper.issued_on, issued_by=paper.issued_by)
    return pages.sheets()


def _line(pages: Statement, line: PenaltyPaperLine) -> None:
    regular = fonts.regular()
    pages.line(line.title, line.amount_kop, rows_below=_ROWS_WITH_A_TITLE)
    if line.remark:
        pages.say(line.remark, face=regular, size=SMALL, indent=INDENT)
    if line.told is None:
        return
    pages.say(line.told.sentence, face=regular, size=TEXT, indent=INDENT)
    if line.told.rows:
        pages.y -= 2
        _row(pages, HEAD, gray=0.35)
    for row in line.told.rows:
        _row(pages, cells(row), gray=0.0)
    pages.y -= 2
    for step in line.told.steps:
        pages.say(step, face=regular, size=TEXT, indent=INDENT)
    for note in line.told.notes:
        pages.say(note, face=regular, size=SMALL, indent=INDENT)


def _row(pages: Statement, row: tuple[str, ...], *, gray: float) -> None:
    face = fonts.narrow()
    width = RIGHT - LEFT - _LAST
    last = face.wrapped(row[-1], size=SMALL, width=width, lines=3) or ("",)
    height = SMALL * LEAD
    sheet = pages.room(height * len(last))
    pages.y -= height
    for place, (cell, edge) in enumerate(zip(row, _EDGES, strict=False)):
        if place < _STANDS_LEFT:
            start = INDENT + (0 if place == 0 else _EDGES[0] - 6)
            sheet.text(LEFT + start, pages.y, cell, face=face, size=SMALL, gray=gray)
        else:
            sheet.right(LEFT + edge, pages.y, cell, face=face, size=SMALL, gray=gray)
    for part in last:
        sheet.text(LEFT + _LAST, pages.y, part, face=face, size=SMALL, gray=gray)
        pages.y -= height
    pages.y += height
