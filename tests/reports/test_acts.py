"""Acts about balances on paper: every row is there, totals add up, words close them."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import pypdfium2
import pytest

from app.domain.period import Period
from app.domain.transfer_act import (
    ActLine,
    ActTotals,
    ChangedService,
    ContractChangeAct,
    TransferAct,
    TransferKind,
)
from app.reports import balance_transfer_act, contract_change_act

NOVEMBER = date(2026, 11, 1)


def line(number: int, sums: ActTotals, service: str = "Холодная вода") -> ActLine:
    return ActLine(
        f"70{number:06d}", "Петров П. П.", f"ул. Мира, 5, кв. {number}", service,
        Period(2026, 8), sums, "В-1",
    )  # fmt: skip


def act(lines: int = 1) -> TransferAct:
    return TransferAct(
        TransferKind.CREDITOR, "5", date(2026, 11, 2), "соглашение № 7 от 25.10.2026", NOVEMBER,
        "договор № В-1: исполнитель УК, поставщик Водоканал",
        "договор № В-2: исполнитель УК, поставщик Новый водоканал",
        tuple(line(number, ActTotals(principal_kop=1_234_56)) for number in range(1, lines + 1)),
        centre="Расчётный центр",
    )  # fmt: skip


CHANGE = ContractChangeAct(
    "6", date(2026, 10, 25), "протокол № 2", NOVEMBER, "договор № В-1: УК",
    "договор № В-2: Новый водоканал",
    (ChangedService("Холодная вода", "дом МИР5", NOVEMBER, date(2027, 1, 1)),), 48,
    with_balance=True, with_penalty=False, lines=act(2).lines, recalculated=(Period(2026, 11),),
)  # fmt: skip


def texts(paper: TransferAct | ContractChangeAct) -> list[str]:
    out = BytesIO()
    if isinstance(paper, TransferAct):
        pages = balance_transfer_act.render([paper], out)
    else:
        pages = contract_change_act.render([paper], out)
    found = [
        page.get_textpage().get_text_range().replace("\r\n", " ")
        for page in pypdfium2.PdfDocument(out.getvalue())
    ]
    assert len(found) == pages
    return found


def test_an_act_names_its_sides_basis_rows_and_total_in_words() -> None:
    (page,) = texts(act())

    for told in (
        "Акт передачи сальдо № 5", "от 02.11.2026 г.", "поставщик Водоканал",
        "поставщик Новый водоканал", "соглашение № 7 от 25.10.2026", "70000001", "кв. 1",
        "08.2026", "Одна тысяча двести тридцать четыре рубля 56 копеек", "Передал", "Принял",
        "1 лицевой счёт", "остаются за прежним получателем",
    ):  # fmt: skip
        assert told in page, told
    assert "ПРОЕКТ" not in page


def test_every_part_of_a_balance_has_a_column() -> None:
    sums = ActTotals(principal_kop=10_01, barred_kop=20_02, advance_kop=5_05, penalty_kop=3_03)

    (page,) = texts(replace(act(), lines=(line(1, sums),)))

    for amount in ("10,01", "20,02", "−5,05", "3,03", "28,01"):
        assert amount in page
    assert "Двадцать восемь рублей 01 копейка" in page
    assert "остаются за прежним получателем" not in page


def test_many_accounts_go_on_over_numbered_pages() -> None:
    pages = texts(act(lines=120))

    assert len(pages) > 2
    assert all(f"лист {number} из {len(pages)}" in page for number, page in enumerate(pages, 1))
    assert sum(page.count("Холодная вода") for page in pages) == 120
    whole = "".join(pages)
    assert all(f"70{number:06d}" in whole for number in range(1, 121))
    assert "148 147,20" in pages[-1].replace("\xa0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("change", "mark"),
    [({"is_draft": True}, "ПРОЕКТ"), ({"undone_on": date(2026, 11, 20)}, "ОТМЕНЁН 20.11.2026")],
)
def test_a_paper_that_does_not_count_says_so(change: dict[str, object], mark: str) -> None:
    assert mark in texts(replace(act(), **change))[0]
    assert mark in texts(replace(CHANGE, **change))[0]


def test_an_act_out_of_the_system_is_its_register() -> None:
    (page,) = texts(replace(act(), kind=TransferKind.OUT, taker="УК «Восток»"))

    assert "Акт выбытия сальдо № 5" in page
    assert "УК «Восток»" in page
    assert "реестр" in page


def test_a_change_of_contract_names_services_accounts_months_and_balances() -> None:
    page = " ".join(texts(CHANGE))

    for told in (
        "Акт о смене договора № 6", "48 лицевых счетов", "дом МИР5", "01.01.2027", "11.2026",
        "70000002", "Передаваемое сальдо", "остаются за прежним получателем",
    ):  # fmt: skip
        assert told in page, told


def test_a_balance_that_stays_is_said_to_stay() -> None:
    (page,) = texts(replace(CHANGE, with_balance=False, lines=()))

    assert "Сальдо на день смены остаётся за прежним получателем" in page


def test_letters_without_end_stay_on_the_page() -> None:
    long = "Общество с ограниченной ответственностью «Управляющая компания» " * 20

    assert texts(replace(act(), giver=long, basis=long, taker=long))
