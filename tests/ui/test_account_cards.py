"""The account card read from real books."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from uuid_utils.compat import uuid7

from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.operations.accrue_penalties import accrue_penalties
from app.operations.record_payment import record_payment
from app.store.accounts import NoSuchAccount
from app.store.engine import Engine
from app.ui.account_cards import Cards
from app.ui.pages.account_model import Figure, Measure
from tests.fixtures.payers import AT, Payers, settle

SEPTEMBER, OCTOBER = Period(2026, 9), Period(2026, 10)


@pytest.fixture
def payers(engine: Engine) -> Payers:
    made = settle(engine)
    made.owe("1000", SEPTEMBER, {"хвс": 1_000, "от": 3_000})
    made.owe("1000", OCTOBER, {"хвс": 700})
    made.owe("1000", OCTOBER, {"хвс": -50}, kind=6)
    record_payment(
        engine, Voucher(uuid7(), VoucherKind.PAYMENT, "тест", AT), account_number="1000",
        amount_kop=400, paid_on=date(2026, 10, 20),
    )  # fmt: skip
    for account in made.accounts.values():
        made.run("select app.refresh_search(array[%s]::uuid[])", account)
    return made


@pytest.fixture
def cards(payers: Payers) -> Cards:
    return Cards(payers.engine, lambda: AT)


def test_a_month_is_opening_turnover_and_closing(cards: Cards) -> None:
    card = cards.load("1000", OCTOBER)

    figures = {
        service: [card.turnovers.measures[measure][row] for measure in Measure]
        for row, service in enumerate(card.turnovers.services)
    }
    assert figures == {
        "Вода": [1_000, 700, -50, 100, 0, 1_550],
        "Тепло": [3_000, 0, 0, 300, 0, 2_700],
    }
    assert card.turnovers.totals[Measure.CLOSING] == card.balance_kop == 4_250


def test_a_penalty_is_explained_and_handed_out(
    cards: Cards, payers: Payers, tmp_path: Path
) -> None:
    voucher = Voucher(uuid7(), VoucherKind.PENALTY, "тест", AT)
    accrue_penalties(payers.engine, voucher, on=date(2026, 11, 30))
    november = Period(2026, 11)

    told = cards.explain(Figure("1000", november, "от", "Тепло", Measure.PENALTY, 0))
    nothing = cards.explain(Figure("1000", november, "во", "Стоки", Measure.PENALTY, 0))
    paper = replace(cards, papers=tmp_path).hand_out_penalties("1000", november)

    # 27.00 of September, due 15.10, was left by the payment of 20.10: its 31st day is 15.11.
    assert "Пени за долг за сентябрь 2026 на 30.11.2026: 0,14 ₽." in told
    assert "15.11.2026  30.11.2026" in told
    assert "пени не начислялись" in nothing
    assert paper.read_bytes().startswith(b"%PDF")


def test_without_a_month_the_last_with_turnover_is_shown(cards: Cards) -> None:
    card = cards.load("1000", None)

    assert card.period == OCTOBER
    assert (card.first_period, card.last_period) == (SEPTEMBER, OCTOBER)


def test_an_earlier_month_knows_nothing_of_a_later_one(cards: Cards) -> None:
    card = cards.load("1000", SEPTEMBER)

    assert card.turnovers.totals[Measure.CLOSING] == 4_000


def test_what_should_have_been_paid_is_a_flag(cards: Cards) -> None:
    flags = cards.load("1000", OCTOBER).flags

    assert [flag.text for flag in flags if flag.tone == "owed"] == ["просрочено 36,00 ₽"]


def test_the_timeline_has_the_latest_first(cards: Cards) -> None:
    happenings = cards.happenings("1000")

    days = [one.at.date() for one in happenings]
    assert days == sorted(days, reverse=True)
    payment = next(one for one in happenings if one.title == "Оплата")
    assert payment.amount_kop == -400


def test_a_payment_tells_how_it_was_spread(cards: Cards) -> None:
    figure = Figure("1000", OCTOBER, "от", "Тепло", Measure.PAID, 300)

    text = cards.explain(figure)

    assert "ПП РФ № 253" in text
    assert "за 09.2026 — 3,00 ₽" in text


def test_accounts_are_found_by_number_name_and_address(cards: Cards) -> None:
    assert [one.account_number for one in cards.search("1000")] == ["1000"]
    assert {one.account_number for one in cards.search("иванова")} == {"1000", "1001", "2000"}
    assert len(cards.search("крауля 53")) == 3
    assert cards.search("%") == ()
    assert cards.search("никого такого нет") == ()


def test_a_closed_account_says_so(cards: Cards) -> None:
    card = cards.load("2000", None)

    assert card.state == "закрыт 01.10.2026"


def test_an_unknown_account_is_refused(cards: Cards) -> None:
    with pytest.raises(NoSuchAccount, match="Лицевого счёта 77 нет"):
        cards.load("77", None)
