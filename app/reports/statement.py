"""A statement to one account: running text from the top down, over as many pages as it takes.

title, account, address ─── rule
title of a line                                   amount
text under it
rule ─── total                                    who gave it, when
"""

from collections.abc import Sequence
from datetime import date

from app.domain import money
from app.reports import fonts
from app.reports.fonts import Face
from app.reports.page import A4_HEIGHT, A4_WIDTH, Sheet
from app.reports.pdf import PdfWriter

LEFT = 56.0
RIGHT = A4_WIDTH - 42.0
INDENT = 14.0
TITLE, TEXT, SMALL = 15.0, 10.0, 8.5
LEAD = 1.35
_TOP = A4_HEIGHT - 48.0
_BOTTOM = 52.0
_LINES_MAX = 40


class Statement:
    """The pages of one statement; `y` is where the next line goes."""

    def __init__(self, writer: PdfWriter, *, account: str) -> None:
        self._writer = writer
        self._account = account
        self._sheets: list[Sheet] = []
        self.y = 0.0
        self._turn()

    def sheets(self) -> Sequence[Sheet]:
        """Give the pages, numbered when there are several."""
        if len(self._sheets) > 1:
            for number, sheet in enumerate(self._sheets, 1):
                text = f"Счёт {self._account} · лист {number} из {len(self._sheets)}"
                sheet.right(RIGHT, _BOTTOM - 22, text, face=fonts.regular(), size=SMALL, gray=0.4)
        return self._sheets

    def room(self, height: float) -> Sheet:
        """Give the page with so much room left: this one, or a fresh one."""
        if self.y - height < _BOTTOM:
            self._turn()
        return self._sheets[-1]

    def say(self, text: str, *, face: Face, size: float, indent: float = 0.0) -> None:
        """Write a paragraph."""
        width = RIGHT - LEFT - indent
        for part in face.wrapped(text, size=size, width=width, lines=_LINES_MAX):
            sheet = self.room(size * LEAD)
            self.y -= size * LEAD
            sheet.text(LEFT + indent, self.y, part, face=face, size=size)

    def rule(self) -> None:
        """Draw a line from margin to margin."""
        self._sheets[-1].line(LEFT, self.y, RIGHT, self.y, gray=0.6)

    def head(self, title: str, *, payer: str, address: str) -> None:
        """Write whose it is and what it is about."""
        regular = fonts.regular()
        self.say(title, face=fonts.bold(), size=TITLE)
        self.y -= 4
        whose = f", {payer}" if payer else ""
        self.say(f"Лицевой счёт {self._account}{whose}", face=regular, size=TEXT)
        self.say(address, face=regular, size=TEXT)
        self.y -= 8
        self.rule()

    def line(self, title: str, amount_kop: int, *, rows_below: int) -> None:
        """Write a title with its amount; it never stands alone at the foot of a page.

        :param rows_below: rows that must stay with it
        """
        bold = fonts.bold()
        amount = f"{money.shown(amount_kop)} ₽"
        width = RIGHT - LEFT - bold.width(amount, TEXT) - 12
        parts = bold.wrapped(title, size=TEXT, width=width, lines=3)
        sheet = self.room((len(parts) + rows_below) * TEXT * LEAD)
        self.y -= 6 + TEXT * LEAD
        sheet.right(RIGHT, self.y, amount, face=bold, size=TEXT)
        for part in parts:
            sheet.text(LEFT, self.y, part, face=bold, size=TEXT)
            self.y -= TEXT * LEAD
        self.y += TEXT * LEAD

    def foot(self, total: str, *, issued_on: date, issued_by: str) -> None:
        """Write the total, and who gave the statement and when."""
        self.room(4 * TEXT * LEAD)
        self.y -= 10
        self.rule()
        self.y -= 4
        self.say(total, face=fonts.bold(), size=TEXT + 1)
        self.y -= 4
        issued = f"Выдано {issued_on:%d.%m.%Y}"
        if issued_by:
            issued += f", {issued_by}"
        self.say(issued, face=fonts.regular(), size=SMALL)

    def _turn(self) -> None:
        self._sheets.append(self._writer.sheet())
        self.y = _TOP
