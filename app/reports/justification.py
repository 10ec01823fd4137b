"""The justification of charges as PDF: a resident can be handed it, an accountant can check it.

title, account, address, month
service                                   amount
method and law
step by step, with the numbers put in
…
total                                     who gave it, when
"""

from collections.abc import Iterable, Sequence
from typing import BinaryIO

from app.domain.justification import Justification, spoken_total
from app.reports import fonts
from app.reports.page import Sheet
from app.reports.pdf import PdfWriter
from app.reports.statement import INDENT, SMALL, TEXT, Statement

_ROWS_WITH_A_TITLE = 3


def render(papers: Iterable[Justification], out: BinaryIO) -> int:
    """Write papers one after another as one PDF, each on pages of its own.

    :param out: a binary stream, empty at the start
    :returns: the number of pages
    """
    with PdfWriter(out, title="Обоснование начислений") as writer:
        for paper in papers:
            for sheet in _drawn(writer, paper):
                writer.add(sheet)
        return writer.pages


def _drawn(writer: PdfWriter, paper: Justification) -> Sequence[Sheet]:
    regular = fonts.regular()
    pages = Statement(writer, account=paper.account)
    title = f"Обоснование начислений за {paper.period.spoken}"
    pages.head(title, payer=paper.payer, address=paper.address)
    for line in paper.lines:
        pages.line(line.title, line.amount_kop, rows_below=_ROWS_WITH_A_TITLE)
        pages.say(line.method, face=regular, size=SMALL, indent=INDENT)
        for step in line.steps:
            pages.say(step, face=regular, size=TEXT, indent=INDENT)
    pages.foot(spoken_total(paper), issued_on=paper.issued_on, issued_by=paper.issued_by)
    return pages.sheets()
