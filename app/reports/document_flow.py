"""Sheets of one document filled from the top down, and tables that go on over several.

Flow ─ sheets, the y below which is free, how close rows stand
└ Table ─ a row that does not fit starts a further sheet, under the head of its table
"""

from collections.abc import Callable
from dataclasses import dataclass

from app.domain.payment_document import PaymentDocument
from app.reports import fonts
from app.reports.document_form import BOTTOM, HAIR, LEFT, RIGHT, TABLES_TOP, TEAR, TOP, Column
from app.reports.page import A4_HEIGHT, Sheet

GROUP_ROW = 11.0
SIZE = 8.0
PAD = 2.0
FIRST_BOTTOM = TEAR + 7.0


@dataclass(frozen=True, slots=True)
class Density:
    """Heights of rows of one and of two lines, and the baseline under the upper edge."""

    row: float
    row_2: float
    baseline: float


AIRY = Density(row=11.5, row_2=20.5, baseline=8.4)
DENSE = Density(row=10.2, row_2=19.0, baseline=7.7)


@dataclass
class Flow:
    """Sheets of one document being filled from the top down."""

    document: PaymentDocument
    begin: Callable[[], Sheet]
    sheets: list[Sheet]
    density: Density = AIRY
    y: float = TABLES_TOP

    @property
    def sheet(self) -> Sheet:
        return self.sheets[-1]

    def fits(self, height: float) -> bool:
        bottom = FIRST_BOTTOM if len(self.sheets) == 1 else BOTTOM
        return self.y - height >= bottom

    def turn(self) -> None:
        """Start a further sheet that says whose it is."""
        sheet = self.begin()
        document = self.document
        title = (
            f"Платёжный документ за {document.period.spoken} г., "
            f"лицевой счёт {document.account_number}, продолжение"
        )
        sheet.text(LEFT, TOP - 9, title, face=fonts.bold(), size=9)
        address = fonts.regular().shortened(document.address, size=8, width=RIGHT - LEFT)
        sheet.text(LEFT, TOP - 19, address, face=fonts.regular(), size=8)
        sheet.line(LEFT, TOP - 24, RIGHT, TOP - 24, width=1)
        self.sheets.append(sheet)
        self.y = TOP - 32


@dataclass
class Table:
    """One table on a flow; its head is repeated and its verticals end with every sheet."""

    flow: Flow
    name: str
    head: float
    columns: tuple[Column, ...]
    places: tuple[float, ...]
    started: float = 0.0
    group: str = ""

    def start(self) -> None:
        flow = self.flow
        flow.sheet.form(self.name, dy=flow.y - A4_HEIGHT)
        flow.y -= self.head
        self.started = flow.y

    def turn(self) -> None:
        """Go on over the next sheet, under the same head and the name of the open group."""
        self.end()
        self.flow.turn()
        self.start()
        if self.group:
            self.band(f"{self.group} (продолжение)")

    def band(self, title: str) -> float:
        """Draw the shaded row that names a group.

        :returns: the baseline of its text
        """
        flow = self.flow
        top = self.row(GROUP_ROW)
        flow.sheet.fill(LEFT, flow.y, RIGHT - LEFT, GROUP_ROW, gray=0.96)
        flow.sheet.text(LEFT + PAD, top - 8, title, face=fonts.narrow_bold(), size=SIZE)
        return top - 8

    def row(self, height: float) -> float:
        """Take the room of a row.

        :returns: the y of its upper edge
        """
        flow = self.flow
        if not flow.fits(height):
            self.turn()
        top = flow.y
        flow.y -= height
        flow.sheet.line(LEFT, flow.y, RIGHT, flow.y, width=0.3, gray=HAIR)
        return top

    def end(self) -> None:
        bottom = self.flow.y
        inner = self.places[1:-1]
        if self.started > bottom:
            self.flow.sheet.grid([(x, self.started, x, bottom) for x in inner], gray=0.8)

    def write(self, top: float, texts: tuple[str, ...], *, bold_from: int = 99) -> None:
        """Write a row of one-line cells; figures too wide for a column are squeezed."""
        sheet, y = self.flow.sheet, top - self.flow.density.baseline
        narrow, bold = fonts.narrow(), fonts.narrow_bold()
        for place, (column, text) in enumerate(zip(self.columns, texts, strict=True)):
            if not text:
                continue
            face = bold if place >= bold_from else narrow
            room = column.width - 2 * PAD
            if column.align == "right":
                x = self.places[place + 1] - PAD
                sheet.right(x, y, text, face=face, size=SIZE, width=room)
            elif column.align == "left":
                shown = face.shortened(text, size=SIZE, width=room)
                sheet.text(self.places[place] + PAD, y, shown, face=face, size=SIZE)
            else:
                shown = face.shortened(text, size=SIZE, width=room)
                middle = (self.places[place] + self.places[place + 1]) / 2
                sheet.center(middle, y, shown, face=face, size=SIZE)
