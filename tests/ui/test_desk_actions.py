"""The desk's actions on real books: what the page asks for is what the books, paper, journal do."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from uuid_utils.compat import uuid7

from app.devices.simulator import SimulatedPrinter, Trouble
from app.domain.period import Period
from app.domain.slip import NotOurSlip
from app.domain.slip_layout import build_native
from app.domain.tender import Tender
from app.errors import Refusal
from app.operations.take_payment import DuesChanged
from app.store.accounts import NoSuchAccount
from app.store.desk_journal import open_journal
from app.store.engine import Engine
from app.ui.desk_actions import Desk, PaidBefore
from tests.fixtures.payers import AT, Payers, settle

SEPTEMBER, OCTOBER = Period(2026, 9), Period(2026, 10)


@pytest.fixture
def payers(engine: Engine) -> Payers:
    made = settle(engine)
    made.owe("1000", SEPTEMBER, {"хвс": 1_000, "во": 500})
    made.owe("1000", OCTOBER, {"хвс": 1_000, "от": 3_000})
    return made


@pytest.fixture
def desk(payers: Payers, tmp_path: Path) -> Iterator[Desk]:
    with open_journal(tmp_path / "desk.sqlite") as journal:
        made = Desk(
            payers.engine,
            journal,
            SimulatedPrinter(),
            branch_id=0,
            desk_no=1,
            cashier="Петрова",
            now=lambda: AT,
        )
        made.open_shift()
        yield made


def take(desk: Desk, account: str, amount_kop: int, *, tendered_kop: int | None = None):
    dues = desk.look_up(account)
    return desk.take(
        dues,
        amount_kop=amount_kop,
        tendered_kop=tendered_kop or amount_kop,
        tender=Tender.CASH,
        key=uuid7(),
    )


def test_a_typed_number_proposes_all_that_is_owed(desk: Desk) -> None:
    dues = desk.look_up("1000")

    assert dues.proposed_kop == 5_500
    assert {line.service: line.debt_kop for line in dues.lines} == {
        "Вода": 2_000,
        "Стоки": 500,
        "Тепло": 3_000,
    }
    assert sum(line.proposed_kop for line in dues.lines) == 5_500
    assert dues.debt_months == 1


def test_a_scanned_document_proposes_its_sum_but_never_more_than_is_owed(desk: Desk) -> None:
    asks_less = build_native("1000", period=OCTOBER, amount_kop=4_000)
    asks_more = build_native("1000", period=OCTOBER, amount_kop=9_000)

    assert desk.look_up(asks_less).proposed_kop == 4_000
    assert desk.look_up(asks_more).proposed_kop == 5_500
    assert desk.look_up(asks_less).period == "квитанция за 10.2026"


def test_the_split_follows_the_amount(desk: Desk) -> None:
    dues = desk.look_up("1000")

    parts = {line.service: line.amount_kop for line in desk.split(dues, 1_800)}

    # September first, whole; what is left over October by its charges, 1 : 3.
    assert parts == {"Вода": 1_000 + 75, "Стоки": 500, "Тепло": 225}
    assert all(line.amount_kop == 0 for line in desk.split(dues, 0))


def test_a_payment_is_in_the_books_and_on_paper(desk: Desk, payers: Payers) -> None:
    receipt = take(desk, "1000", 5_500, tendered_kop=10_000)

    assert receipt.number == "00-01-0001-0001"
    assert receipt.change_kop == 4_500
    assert receipt.printed
    assert payers.balance_kop("1000") == 0
    text = desk.printer.text()
    assert "Сдача" in text
    assert "45,00" in text
    assert desk.shift().payments == 1


def test_the_same_key_takes_once(desk: Desk, payers: Payers) -> None:
    dues, key = desk.look_up("1000"), uuid7()

    for _ in range(3):
        desk.take(dues, amount_kop=700, tendered_kop=700, tender=Tender.CARD, key=key)

    assert [kop for _, kop in payers.payments("1000")] == [700]


def test_a_printer_that_is_gone_costs_a_sentence(desk: Desk, payers: Payers) -> None:
    desk.printer.trouble = Trouble.NO_PAPER
    receipt = take(desk, "1000", 700)

    assert not receipt.printed
    assert "чек не напечатан" in receipt.sentence
    assert [kop for _, kop in payers.payments("1000")] == [700]

    desk.printer.trouble = None
    again = desk.reprint(receipt)

    assert again.printed
    assert "КОПИЯ" not in desk.printer.text()


def test_a_reprint_of_a_printed_receipt_is_a_copy(desk: Desk) -> None:
    receipt = take(desk, "1000", 700)

    desk.reprint(receipt)

    assert "КОПИЯ" in desk.printer.text()


def test_a_receipt_of_another_run_of_the_program_is_rebuilt_from_the_books(
    desk: Desk, payers: Payers
) -> None:
    take(desk, "1000", 700)
    again = Desk(
        payers.engine, desk.journal, SimulatedPrinter(), branch_id=0, desk_no=1,
        cashier="Сидорова", now=lambda: AT,
    )  # fmt: skip

    last = again.shift().receipts[0]
    again.reprint(last)

    assert "7,00" in again.printer.text()
    assert last.number in again.printer.text()
    assert last.payer == "Иванова Анна"


def test_cancelling_gives_the_money_back(desk: Desk, payers: Payers) -> None:
    receipt = take(desk, "1000", 700)

    now = desk.cancel_last(receipt)

    assert [kop for _, kop in payers.payments("1000")] == [700, -700]
    assert now.cash_kop == 0
    assert now.receipts == ()
    assert "ВОЗВРАТ" in desk.printer.text()


def test_the_same_sum_again_is_asked_about_and_taken_when_confirmed(
    desk: Desk, payers: Payers
) -> None:
    take(desk, "1000", 700)

    with pytest.raises(PaidBefore, match="Enter — принять второй раз"):
        take(desk, "1000", 700)
    take(desk, "1000", 700)

    assert [kop for _, kop in payers.payments("1000")] == [700, 700]


def test_dues_that_moved_are_told(desk: Desk, payers: Payers) -> None:
    dues = desk.look_up("1000")
    payers.owe("1000", OCTOBER, {"хвс": 50})

    with pytest.raises(DuesChanged, match="изменился, пока принимался платёж"):
        desk.take(dues, amount_kop=700, tendered_kop=700, tender=Tender.CASH, key=uuid7())


def test_a_shift_closes_and_money_is_refused_after_it(desk: Desk) -> None:
    take(desk, "1000", 700)
    dues = desk.look_up("1000")

    assert not desk.close_shift().is_open
    with pytest.raises(Refusal, match="Откройте смену"):
        desk.take(dues, amount_kop=100, tendered_kop=100, tender=Tender.CASH, key=uuid7())


@pytest.mark.parametrize(
    ("scan", "error"),
    [
        ("9999", NoSuchAccount),
        ("ST00012|Name=Чужой|PersonalAcc=1", NotOurSlip),
        ("t=20261124T1200&s=100.00&fn=1&i=2&fp=3&n=1", NotOurSlip),
        ("'; drop table app.payment; --", NotOurSlip),
    ],
)
def test_a_scan_that_is_not_ours_is_refused_with_a_sentence(
    desk: Desk, scan: str, error: type[Exception]
) -> None:
    with pytest.raises(error) as told:
        desk.look_up(scan)

    assert str(told.value).endswith((".", "»"))
