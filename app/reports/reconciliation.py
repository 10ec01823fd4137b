"""The act of reconciliation with a supplier as PDF, two sides sign it.

title, who with whom, contract, span
month           charged   received   transferred   withheld   owed at the end
total
orders sent     number · day · sum, in columns
what is owed on the last day, in figures and in words
two sides: name, position, signature, seal
"""

from collections.abc import Sequence
from datetime import date
from typing import BinaryIO

from app.domain import money, money_words
from app.domain.reconciliation import PaidOut, ReconciledMonth, Reconciliation
from app.reports import fonts
from app.reports.fonts import Face
from app.reports.page import A4_HEIGHT, A4_WIDTH, Sheet
from app.reports.pdf import PdfWriter

_LEFT, _RIGHT = 56.0, A4_WIDTH - 40.0
_TOP, _BOTTOM = A4_HEIGHT - 48.0, 52.0
_TITLE, _TEXT, _SMALL = 14.0, 10.0, 8.5
_LEAD = 1.35
_ROW = 15.0
_PAD = 4.0
_HEADS = (
    "Месяц",
    "Начислено потребителям",
    "Поступило от них",
    "Перечислено поставщику",
    "Удержано",
    "Долг центра на конец",
)
_MONTH_WIDTH = 84.0
_SIGN_HEIGHT = 120.0
_ORDERS_IN_ROW = 3


def render(
    acts: Sequence[Reconciliation], out: BinaryIO, *, centre: str, made_on: date, made_by: str = ""
) -> int:
    """Write acts as one PDF, each on pages of its own.

    :param out: a binary stream, empty at the start
    :returns: the number of acts
    """
    with PdfWriter(out, title="Акт сверки расчётов") as writer:
        for act in acts:
            pages = _Act(writer, act, centre=centre, made_on=made_on, made_by=made_by).drawn()
            for sheet in pages:
                writer.add(sheet)
    return len(acts)


class _Act:
    """The pages of one act, filled from the top down."""

    def __init__(
        self, writer: PdfWriter, act: Reconciliation, *, centre: str, made_on: date, made_by: str
    ) -> None:
        self._writer, self._act, self._centre = writer, act, centre
        self._made_on, self._made_by = made_on, made_by
        self._sheets: list[Sheet] = []
        self._y = 0.0
        step = (_RIGHT - _LEFT - _MONTH_WIDTH) / (len(_HEADS) - 1)
        self._ends = [_LEFT + _MONTH_WIDTH + step * place for place in range(len(_HEADS))]

    def drawn(self) -> list[Sheet]:
        self._turn()
        self._head()
        self._table()
        if self._act.orders:
            self._orders(self._act.orders)
        self._conclusion()
        self._sign()
        for number, sheet in enumerate(self._sheets, 1):
            told = (
                f"Акт сверки, договор № {self._act.contract} · лист {number} из {len(self._sheets)}"
            )
            sheet.right(_RIGHT, _BOTTOM - 22, told, face=fonts.regular(), size=8, gray=0.4)
        return self._sheets

    def _turn(self) -> None:
        self._sheets.append(self._writer.sheet())
        self._y = _TOP

    def _room(self, height: float) -> Sheet:
        if self._y - height < _BOTTOM:
            self._turn()
        return self._sheets[-1]

    def _say(self, text: str, *, face: Face, size: float, after: float = 0.0) -> None:
        for part in face.wrapped(text, size=size, width=_RIGHT - _LEFT, lines=12):
            sheet = self._room(size * _LEAD)
            self._y -= size * _LEAD
            sheet.text(_LEFT, self._y, part, face=face, size=size)
        self._y -= after

    def _head(self) -> None:
        act, regular = self._act, fonts.regular()
        months = act.months
        first, last = months[0].period.first_day, months[-1].period.last_day
        self._say("Акт сверки расчётов", face=fonts.bold(), size=_TITLE, after=2)
        self._say(f"за период с {first:%d.%m.%Y} по {last:%d.%m.%Y}", face=regular, size=_TEXT)
        self._say(
            f"по договору №\u00a0{act.contract} между расчётным центром {self._centre} (центр) "
            f"и {act.supplier} (поставщик)",
            face=regular, size=_TEXT, after=8,
        )  # fmt: skip
        self._say(
            "Стороны сверили платежи потребителей, поступившие центру для поставщика, и "
            "перечисления поставщику (ПП РФ от 28.03.2012 №\u00a0253). Суммы в рублях.",
            face=regular, size=_SMALL, after=6,
        )  # fmt: skip

    def _table(self) -> None:
        self._heads()
        opening = self._act.months[0].opening_kop
        first = self._act.months[0].period.first_day
        self._row((f"На {first:%d.%m.%Y}", "", "", "", "", money.shown(opening)), bold=False)
        for month in self._act.months:
            self._row((month.period.shown, *_figures(month)), bold=False)
        self._row(("Всего", *_figures(self._act.total)), bold=True)
        self._y -= 12

    def _heads(self) -> None:
        face = fonts.bold()
        widths = [_MONTH_WIDTH, *(self._ends[1] - self._ends[0],) * (len(_HEADS) - 1)]
        texts = [
            face.wrapped(head, size=_SMALL, width=width - 2 * _PAD, lines=3)
            for head, width in zip(_HEADS, widths, strict=True)
        ]
        height = max(map(len, texts)) * _SMALL * _LEAD + 2 * _PAD
        sheet = self._room(height + 3 * _ROW)
        sheet.fill(_LEFT, self._y - height, _RIGHT - _LEFT, height, gray=0.94)
        for place, lines in enumerate(texts):
            for row, part in enumerate(lines):
                y = self._y - _PAD - (row + 0.8) * _SMALL * _LEAD
                if place:
                    sheet.right(self._ends[place] - _PAD, y, part, face=face, size=_SMALL)
                else:
                    sheet.text(_LEFT + _PAD, y, part, face=face, size=_SMALL)
        self._y -= height

    def _row(self, cells: Sequence[str], *, bold: bool) -> None:
        if self._y - _ROW < _BOTTOM:
            self._turn()
            self._heads()
        sheet = self._sheets[-1]
        face = fonts.bold() if bold else fonts.regular()
        self._y -= _ROW
        sheet.line(_LEFT, self._y, _RIGHT, self._y, width=0.4, gray=0.7)
        sheet.text(_LEFT + _PAD, self._y + 4, cells[0], face=face, size=_SMALL)
        room = self._ends[1] - self._ends[0] - 2 * _PAD
        for end, cell in zip(self._ends[1:], cells[1:], strict=True):
            sheet.right(end - _PAD, self._y + 4, cell, face=face, size=_SMALL, width=room)

    def _orders(self, orders: Sequence[PaidOut]) -> None:
        self._room(4 * _ROW)
        self._say("Платёжные поручения за период", face=fonts.bold(), size=_TEXT, after=2)
        step = (_RIGHT - _LEFT) / _ORDERS_IN_ROW
        for start in range(0, len(orders), _ORDERS_IN_ROW):
            sheet = self._room(_ROW)
            self._y -= _ROW * 0.9
            for place, one in enumerate(orders[start : start + _ORDERS_IN_ROW]):
                x = _LEFT + place * step
                told = f"№ {one.number} от {one.dated}"
                sheet.text(x, self._y, told, face=fonts.regular(), size=_SMALL)
                amount = money.shown(one.amount_kop)
                sheet.right(x + step - 14, self._y, amount, face=fonts.regular(), size=_SMALL)
        self._y -= 12

    def _conclusion(self) -> None:
        total = self._act.total
        day = self._act.months[-1].period.last_day
        owed = total.closing_kop
        if owed == 0:
            told = f"На {day:%d.%m.%Y} стороны друг другу ничего не должны."
        else:
            debtor, creditor = ("центр", "поставщику") if owed > 0 else ("поставщик", "центру")
            told = (
                f"На {day:%d.%m.%Y} {debtor} должен {creditor} {money.shown(abs(owed))} ₽ "
                f"({money_words.in_words(abs(owed))})."
            )
        self._room(3 * _TEXT * _LEAD + _SIGN_HEIGHT)
        self._say(told, face=fonts.bold(), size=_TEXT, after=6)

    def _sign(self) -> None:
        sheet = self._room(_SIGN_HEIGHT)
        middle = (_LEFT + _RIGHT) / 2 + 10
        top = self._y - 16
        for x, side, name in (
            (_LEFT, "Центр", self._centre),
            (middle, "Поставщик", self._act.supplier),
        ):
            width = middle - 30 - _LEFT
            sheet.text(x, top, side, face=fonts.bold(), size=_TEXT)
            for row, part in enumerate(
                fonts.regular().wrapped(name, size=_SMALL, width=width, lines=3)
            ):
                sheet.text(x, top - 14 - row * 11, part, face=fonts.regular(), size=_SMALL)
            for row, word in enumerate(("должность", "подпись, фамилия", "дата, печать")):
                y = top - 56 - row * 24
                sheet.line(x, y, x + width, y, width=0.5, gray=0.3)
                sheet.text(x, y - 8, word, face=fonts.regular(), size=7, gray=0.4)
        made = f"Составлен {self._made_on:%d.%m.%Y}" + (
            f", {self._made_by}" if self._made_by else ""
        )
        sheet.text(_LEFT, _BOTTOM - 22, made, face=fonts.regular(), size=8, gray=0.4)


def _figures(month: ReconciledMonth) -> tuple[str, ...]:
    return tuple(
        money.shown(kop)
        for kop in (
            month.charged_kop,
            month.received_kop,
            month.transferred_kop,
            month.withheld_kop,
            month.closing_kop,
        )
    )
