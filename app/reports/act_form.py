"""The form of acts about balances: head, table by account, total in words, signatures.

title № number                                    from which day
who is named ............ what is said of it
┌ service ── period ── principal ── barred ── advance ── penalty ── total ┐   head on every page
│ account, payer, address                                                 │
└ …                                                                       ┘
total in words          signatures of the sides
"""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby

from app.domain.money_words import in_words
from app.domain.transfer_act import ActLine, ActTotals, summed
from app.reports import figures, fonts
from app.reports.fonts import Face
from app.reports.page import A4_HEIGHT, A4_WIDTH, Sheet
from app.reports.pdf import PdfWriter

LEFT = 48.0
RIGHT = A4_WIDTH - 36.0
_TOP = A4_HEIGHT - 44.0
_BOTTOM = 50.0
TITLE, TEXT, SMALL = 15.0, 10.0, 8.5
_LEAD = 1.32
_LABEL_WIDTH = 92.0
_ROW, _BAND, _HEAD = 12.5, 14.0, 25.0
_BASELINE = 3.6
_PAD = 3.0
_LABEL_GRAY = 0.35
CLOSING = 300.0  # the total in words and three signatures: they stand on one page
_WIDTHS = (0.0, 50.0, 66.0, 62.0, 62.0, 58.0, 68.0)  # the first takes what is left
_HEADS = (
    ("Услуга", ""), ("За период", ""), ("Основной", "долг"), ("Срок давности", "истёк"),
    ("Аванс", ""), ("Пени", ""), ("Всего", ""),
)  # fmt: skip


class ActPages:
    """The pages of one act, filled from the top down."""

    def __init__(self, writer: PdfWriter, *, running: str) -> None:
        self._writer = writer
        self._running = running
        self.sheets: list[Sheet] = []
        self.y = 0.0
        self.turn()

    def turn(self) -> None:
        """Begin a further page."""
        self.sheets.append(self._writer.sheet())
        self.y = _TOP

    def fits(self, height: float) -> bool:
        return self.y - height >= _BOTTOM

    def room(self, height: float) -> Sheet:
        """Give the page on which so many points are free."""
        if not self.fits(height):
            self.turn()
        return self.sheets[-1]

    def say(
        self, text: str, *, face: Face | None = None, size: float = TEXT, indent: float = 0.0
    ) -> None:
        """Write a paragraph."""
        shown = face or fonts.regular()
        width = RIGHT - LEFT - indent
        for part in shown.wrapped(text, size=size, width=width, lines=60):
            sheet = self.room(size * _LEAD)
            self.y -= size * _LEAD
            sheet.text(LEFT + indent, self.y, part, face=shown, size=size)

    def head(self, title: str, *, dated: date, mark: str = "") -> None:
        """Write the title with the day of the act, and over it what it is worth if not much."""
        if mark:
            self.say(mark, face=fonts.bold(), size=SMALL)
            self.y -= 3
        day = f"от {dated:%d.%m.%Y} г."
        self.y -= TITLE * _LEAD
        sheet = self.sheets[-1]
        sheet.text(LEFT, self.y, title, face=fonts.bold(), size=TITLE)
        sheet.right(RIGHT, self.y, day, face=fonts.regular(), size=TEXT + 1)
        self.y -= 7
        sheet.line(LEFT, self.y, RIGHT, self.y, width=1)
        self.y -= 4

    def told(self, label: str, text: str) -> None:
        """Write a line «label ... text», the text as many lines as it takes."""
        regular = fonts.regular()
        parts = regular.wrapped(text, size=TEXT, width=RIGHT - LEFT - _LABEL_WIDTH, lines=30)
        for place, part in enumerate(parts):
            sheet = self.room(TEXT * _LEAD + 2)
            self.y -= TEXT * _LEAD + (2 if place == 0 else 0)
            if place == 0:
                sheet.text(LEFT, self.y, label, face=regular, size=TEXT, gray=_LABEL_GRAY)
            sheet.text(LEFT + _LABEL_WIDTH, self.y, part, face=regular, size=TEXT)

    def balances(self, lines: Sequence[ActLine]) -> None:
        """Write the table of what moves, account by account, and its total."""
        table = _Balances(self)
        table.start()
        for _, group in groupby(lines, key=lambda line: line.account):
            table.account(list(group))
        table.total(summed(line.sums for line in lines))

    def signatures(self, sides: Iterable[tuple[str, str]]) -> None:
        """Leave room for the hands of the sides: role and name of each."""
        regular = fonts.regular()
        self.y -= 10
        for role, name in sides:
            width = RIGHT - LEFT - _LABEL_WIDTH
            parts = regular.wrapped(name, size=SMALL, width=width, lines=2) if name else ()
            sheet = self.room(52 + 11 * len(parts))
            self.y -= 16
            sheet.text(LEFT, self.y, role, face=fonts.bold(), size=SMALL + 0.5)
            for part in parts:
                sheet.text(LEFT + _LABEL_WIDTH, self.y, part, face=regular, size=SMALL)
                self.y -= 11
            self.y -= 22
            for x, end, under in (
                (LEFT, LEFT + 150, "должность"), (LEFT + 168, LEFT + 286, "подпись"),
                (LEFT + 304, RIGHT, "фамилия, инициалы"),
            ):  # fmt: skip
                sheet.line(x, self.y, end, self.y, width=0.6)
                middle = (x + end) / 2
                sheet.center(middle, self.y - 8, under, face=regular, size=6.5, gray=_LABEL_GRAY)
            self.y -= 12

    def finish(self) -> None:
        """Number the pages and write them into the file."""
        for number, sheet in enumerate(self.sheets, 1):
            if len(self.sheets) > 1:
                text = f"{self._running} · лист {number} из {len(self.sheets)}"
                sheet.right(RIGHT, _BOTTOM - 20, text, face=fonts.regular(), size=8, gray=0.4)
            self._writer.add(sheet)


def _edges() -> list[float]:
    first = RIGHT - LEFT - sum(_WIDTHS)
    edges = [LEFT]
    for width in (first, *_WIDTHS[1:]):
        edges.append(edges[-1] + width)
    return edges


class _Balances:
    """The table of balances; a page that ends gives way to the next under the same head."""

    def __init__(self, pages: ActPages) -> None:
        self._pages = pages
        self._edges = _edges()
        self._began = 0.0

    def start(self) -> None:
        pages = self._pages
        pages.y -= 8
        sheet = pages.room(_HEAD + _BAND + 3 * _ROW)
        pages.y -= _HEAD
        sheet.fill(LEFT, pages.y, RIGHT - LEFT, _HEAD, gray=0.92)
        for place, (first, second) in enumerate(_HEADS):
            rows = [first, second] if second else [first]
            y = pages.y + _HEAD / 2 - 3 + (5 if second else 0)
            for row in rows:
                self._write(sheet, place, y, row, face=fonts.narrow_bold(), is_head=True)
                y -= 10
        self._began = pages.y + _HEAD
        sheet.line(LEFT, self._began, RIGHT, self._began, width=0.6)
        self._rule(sheet)

    def account(self, lines: Sequence[ActLine]) -> None:
        """Write what one account gives: its name, its rows, and their sum when there are two."""
        pages, first = self._pages, lines[0]
        self._make_room(_BAND + _ROW)
        sheet = pages.sheets[-1]
        self._end()
        pages.y -= _BAND
        sheet.fill(LEFT, pages.y, RIGHT - LEFT, _BAND, gray=0.965)
        sheet.grid([(x, pages.y + _BAND, x, pages.y) for x in (LEFT, RIGHT)], gray=0.6)
        self._began = pages.y
        bold, regular = fonts.bold(), fonts.regular()
        sheet.text(LEFT + _PAD, pages.y + _BASELINE + 0.5, first.account, face=bold, size=SMALL)
        x = LEFT + _PAD + bold.width(first.account, SMALL) + 7
        rest = ", ".join(filter(None, (first.payer, first.address)))
        shown = regular.shortened(rest, size=SMALL, width=RIGHT - x - _PAD)
        sheet.text(x, pages.y + _BASELINE + 0.5, shown, face=regular, size=SMALL)
        self._rule(sheet)
        previous = ""
        for line in lines:
            name = line.service if line.service != previous else ""
            turned = self._make_room(_ROW)
            self._row((line.service if turned else name, line.origin.shown), line.sums)
            previous = line.service
        if len(lines) > 1:
            self._row(("Итого по счёту", ""), summed(line.sums for line in lines), bold=True)

    def total(self, sums: ActTotals) -> None:
        """Write the last row and close the table."""
        self._make_room(_ROW)
        self._row(("Всего по акту", ""), sums, bold=True)
        self._end()

    def _make_room(self, height: float) -> bool:
        if self._pages.fits(height):
            return False
        self._end()
        self._pages.turn()
        self.start()
        return True

    def _row(self, names: tuple[str, str], sums: ActTotals, *, bold: bool = False) -> None:
        self._make_room(_ROW)
        pages, face = self._pages, fonts.narrow_bold() if bold else fonts.narrow()
        sheet = pages.sheets[-1]
        pages.y -= _ROW
        cells = (
            *names, figures.amount(sums.principal_kop), figures.amount(sums.barred_kop),
            figures.amount(-sums.advance_kop), figures.amount(sums.penalty_kop),
            figures.amount(sums.total_kop),
        )  # fmt: skip
        for place, cell in enumerate(cells):
            shade = fonts.narrow_bold() if place == len(cells) - 1 else face
            self._write(sheet, place, pages.y + _BASELINE, cell, face=shade)
        self._rule(sheet)

    def _write(
        self, sheet: Sheet, place: int, y: float, text: str, *, face: Face, is_head: bool = False
    ) -> None:
        left, right = self._edges[place], self._edges[place + 1]
        width = right - left - 2 * _PAD
        if place == 0:
            shown = face.shortened(text, size=SMALL, width=width)
            sheet.text(left + _PAD, y, shown, face=face, size=SMALL)
        elif place == 1 or is_head:
            sheet.center((left + right) / 2, y, text, face=face, size=SMALL)
        else:
            sheet.right(right - _PAD, y, text, face=face, size=SMALL, width=width)

    def _rule(self, sheet: Sheet) -> None:
        y = self._pages.y
        sheet.line(LEFT, y, RIGHT, y, width=0.3, gray=0.6)

    def _end(self) -> None:
        y = self._pages.y
        sheet = self._pages.sheets[-1]
        sheet.grid([(x, self._began, x, y) for x in self._edges], gray=0.6)


def spoken_total(sums: ActTotals) -> str:
    """Say what moved: the total in figures and in words, and what it is made of."""
    parts = [
        (sums.principal_kop, "основной долг"),
        (sums.barred_kop, "долг с истёкшим сроком давности"),
        (sums.advance_kop, "аванс (вычитается)"),
        (sums.penalty_kop, "пени"),
    ]
    told = "; ".join(f"{name} {figures.amount(kop)} ₽" for kop, name in parts if kop)
    return f"Всего передано {figures.amount(sums.total_kop)} ₽ ({in_words(sums.total_kop)})" + (
        f", в том числе: {told}." if told else "."
    )
