"""The act of change of a supplier or provider as PDF: contracts, services, accounts, balances."""

from collections.abc import Iterable, Sequence
from typing import BinaryIO

from app.domain.money_words import plural
from app.domain.transfer_act import ChangedService, ContractChangeAct
from app.reports import fonts
from app.reports.act_form import CLOSING, LEFT, RIGHT, SMALL, TEXT, ActPages, spoken_total
from app.reports.pdf import PdfWriter

_ACCOUNTS = ("лицевой счёт", "лицевых счёта", "лицевых счетов")
_ROW = 13.0
_PLACE_X, _SINCE_X, _UNTIL_X = LEFT + 260, RIGHT - 118, RIGHT - 4


def render(acts: Iterable[ContractChangeAct], out: BinaryIO) -> int:
    """Write acts one after another as one PDF, each on pages of its own.

    :param out: a binary stream, empty at the start
    :returns: the number of pages
    """
    with PdfWriter(out, title="Акт о смене договора") as writer:
        for act in acts:
            _draw(ActPages(writer, running=f"Акт № {act.number} от {act.dated:%d.%m.%Y}"), act)
        return writer.pages


def _draw(pages: ActPages, act: ContractChangeAct) -> None:
    mark = "ПРОЕКТ, не проведён" if act.is_draft else ""
    if act.undone_on:
        mark = f"ОТМЕНЁН {act.undone_on:%d.%m.%Y}"
    pages.head(f"Акт о смене договора № {act.number}", dated=act.dated, mark=mark)
    pages.told("Прежний", act.old)
    pages.told("Новый", act.taking)
    pages.told("Действует с", f"{act.changed_on:%d.%m.%Y}")
    pages.told("Основание", act.basis)
    pages.told("Касается", f"{act.accounts} {plural(act.accounts, _GENITIVE)}")
    if act.centre:
        pages.told("Учёт ведёт", act.centre)
    if act.recalculated:
        months = ", ".join(one.shown for one in act.recalculated)
        pages.told("Пересчитать", f"уже начислены: {months}")
    _services(pages, act.services)
    pages.y -= 6
    if act.lines:
        pages.say("Передаваемое сальдо", face=fonts.bold(), size=TEXT + 1)
        pages.balances(act.lines)
        pages.room(CLOSING)
        pages.y -= 6
        pages.say(spoken_total(act.totals), face=fonts.bold(), size=TEXT)
        pages.y -= 3
    pages.say(_of_balance(act))
    pages.signatures(
        [
            ("Прежний договор", act.old),
            ("Новый договор", act.taking),
            ("Расчётный центр", act.centre),
        ]
    )
    pages.finish()


_GENITIVE = ("лицевого счёта", "лицевых счетов", "лицевых счетов")


def _of_balance(act: ContractChangeAct) -> str:
    if not act.with_balance:
        return "Сальдо на день смены остаётся за прежним получателем."
    if not act.lines:
        return "Сальдо, которое надо передать, на день смены нет."
    penalty = (
        "Пени переданы вместе с долгом."
        if act.with_penalty
        else "Пени, начисленные до смены, остаются за прежним получателем."
    )
    return f"Срок оплаты и дни просрочки переданного долга считаются без перерыва. {penalty}"


def _services(pages: ActPages, services: Sequence[ChangedService]) -> None:
    """Write which service of which house or account goes over, and from which day."""
    pages.y -= 8
    heads = ("Услуга", "Где", "С", "До")
    _service_row(pages, heads, is_head=True)
    for one in services:
        until = f"{one.until:%d.%m.%Y}" if one.until else "без срока"
        if not pages.fits(_ROW):
            pages.turn()
            _service_row(pages, heads, is_head=True)
        _service_row(pages, (one.name, one.place, f"{one.since:%d.%m.%Y}", until))


def _service_row(
    pages: ActPages, cells: tuple[str, str, str, str], *, is_head: bool = False
) -> None:
    sheet = pages.room(_ROW)
    face = fonts.narrow_bold() if is_head else fonts.narrow()
    pages.y -= _ROW
    if is_head:
        sheet.fill(LEFT, pages.y, RIGHT - LEFT, _ROW, gray=0.92)
    y = pages.y + 3.6
    name = face.shortened(cells[0], size=SMALL, width=_PLACE_X - LEFT - 10)
    sheet.text(LEFT + 3, y, name, face=face, size=SMALL)
    place = face.shortened(cells[1], size=SMALL, width=_SINCE_X - _PLACE_X - 60)
    sheet.text(_PLACE_X, y, place, face=face, size=SMALL)
    sheet.right(_SINCE_X, y, cells[2], face=face, size=SMALL)
    sheet.right(_UNTIL_X, y, cells[3], face=face, size=SMALL)
    sheet.line(LEFT, pages.y, RIGHT, pages.y, width=0.3, gray=0.6)
