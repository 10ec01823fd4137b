"""The act of balance transfer as PDF: the sides, the basis, what moves by account, signatures."""

from collections.abc import Iterable
from typing import BinaryIO

from app.domain.money_words import plural
from app.domain.transfer_act import TransferAct, TransferKind
from app.reports import fonts
from app.reports.act_form import CLOSING, TEXT, ActPages, spoken_total
from app.reports.pdf import PdfWriter

_TITLES = {
    TransferKind.ACCOUNT: "Акт передачи сальдо",
    TransferKind.CREDITOR: "Акт передачи сальдо",
    TransferKind.SERVICE: "Акт передачи сальдо",
    TransferKind.OUT: "Акт выбытия сальдо",
}
_ACCOUNTS = ("лицевой счёт", "лицевых счёта", "лицевых счетов")
_PERIODS = (
    "Каждая сумма передана за тот период, за который возникла: срок оплаты и дни просрочки "
    "считаются дальше без перерыва."
)


def render(acts: Iterable[TransferAct], out: BinaryIO) -> int:
    """Write acts one after another as one PDF, each on pages of its own.

    :param out: a binary stream, empty at the start
    :returns: the number of pages
    """
    with PdfWriter(out, title="Акт передачи сальдо") as writer:
        for act in acts:
            _draw(ActPages(writer, running=f"Акт № {act.number} от {act.dated:%d.%m.%Y}"), act)
        return writer.pages


def _draw(pages: ActPages, act: TransferAct) -> None:
    pages.head(f"{_TITLES[act.kind]} № {act.number}", dated=act.dated, mark=mark_of(act))
    pages.told("Передаёт", act.giver)
    pages.told("Принимает", act.taker)
    pages.told("Основание", act.basis)
    pages.told("Сальдо на", f"{act.moved_on:%d.%m.%Y}")
    if act.centre:
        pages.told("Учёт ведёт", act.centre)
    pages.balances(act.lines)
    pages.room(CLOSING)
    pages.y -= 6
    pages.say(spoken_total(act.totals), face=fonts.bold(), size=TEXT)
    pages.y -= 3
    pages.say(f"По акту: {act.accounts} {plural(act.accounts, _ACCOUNTS)}. {_ending(act)}")
    pages.signatures(
        [("Передал", act.giver), ("Принял", act.taker), ("Расчётный центр", act.centre)]
    )
    pages.finish()


def _ending(act: TransferAct) -> str:
    if act.kind is TransferKind.OUT:
        return "Суммы выбыли из учёта расчётного центра; этот акт – их реестр для принимающего."
    if act.totals.penalty_kop or act.kind is not TransferKind.CREDITOR:
        return _PERIODS
    return f"{_PERIODS} Пени, начисленные до передачи, остаются за прежним получателем."


def mark_of(act: TransferAct) -> str:
    """Say over the title what a paper is worth that does not count."""
    if act.undone_on:
        return f"ОТМЕНЁН {act.undone_on:%d.%m.%Y}"
    return "ПРОЕКТ, не проведён" if act.is_draft else ""
