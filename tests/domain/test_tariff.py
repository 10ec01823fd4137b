"""Tariffs of lists of accounts: found by lookup, the most specific first, fast however many."""

import time

import numpy as np
import pytest

from app.domain import days, tariff
from app.domain.period import Period
from app.domain.tariff import NO_LIMIT, Place, Tariffs

MONTH = days.month_of(Period(2026, 10))
LIST = 10_000


def tariffs(*rows: dict[str, int]) -> Tariffs:
    plain = {
        "service": 0, "contract": -1, "house": -1, "account": -1, "zone": 0, "component": 0,
        "volume_from_mcu": 0, "volume_to_mcu": NO_LIMIT, "price_mcr": 1,
        "valid_from": days.ALWAYS, "valid_to": days.FAR,
    }  # fmt: skip
    return Tariffs(
        **{name: np.array([(plain | row)[name] for row in rows], dtype=np.int64) for name in plain}
    )


def place(accounts: int, *, service: int = 0, day: int = 0) -> Place:
    every = np.arange(accounts, dtype=np.int64)
    same = np.full(accounts, service, dtype=np.int64)
    return Place(same, np.zeros_like(every), every // 100, every, same * 0 + MONTH.first + day)


def prices(of: Tariffs, asked: Place) -> list[int]:
    sheet, sheets = tariff.sheets(of, asked)
    return [int(sheets.price_mcr[sheets.first[one, 0, 0]]) for one in sheet.tolist()]


@pytest.mark.parametrize(
    ("rows", "price"),
    [
        ([{"price_mcr": 1}], 1),
        ([{"price_mcr": 1}, {"price_mcr": 2, "contract": 0}], 2),
        ([{"price_mcr": 1, "contract": 0}, {"price_mcr": 2, "house": 0}], 2),
        ([{"price_mcr": 1, "house": 0, "contract": 0}, {"price_mcr": 2, "account": 0}], 2),
        ([{"price_mcr": 1}, {"price_mcr": 2, "account": 1}], 1),
        ([{"price_mcr": 1}, {"price_mcr": 2, "account": 0, "contract": 5}], 1),
    ],
)
def test_the_most_specific_price_wins(rows, price):
    assert prices(tariffs(*rows), place(1)) == [price]


def test_a_price_of_an_account_cuts_its_rows_alone():
    of = tariffs({}, {"account": 3, "valid_from": MONTH.first + 10})

    cuts = tariff.cuts(of, place(5), month=MONTH)

    assert cuts.tolist() == [0, 0, 0, 1 << 10, 0]


def test_a_price_of_a_house_under_a_contract_cuts_its_rows_of_that_contract():
    of = tariffs({"house": 0, "contract": 7, "valid_from": MONTH.first + 10}, {"house": 1})
    asked = place(150)

    assert not tariff.cuts(of, asked, month=MONTH).any()
    mine = Place(asked.service, asked.contract + 7, asked.house, asked.account, asked.day)
    assert np.flatnonzero(tariff.cuts(of, mine, month=MONTH)).tolist() == list(range(100))


def test_ten_thousand_prices_of_accounts_are_found_in_a_moment():
    rows = [{"account": at, "price_mcr": at + 1, "valid_from": MONTH.first + 9} for at in
            range(LIST)]  # fmt: skip
    of, asked = tariffs({"price_mcr": 99_999}, *rows), place(LIST * 2, day=20)
    started = time.perf_counter()

    cuts = tariff.cuts(of, asked, month=MONTH)
    found = prices(of, asked)

    assert time.perf_counter() - started < 5  # a search of every row for each took minutes
    assert found[:LIST] == list(range(1, LIST + 1))
    assert set(found[LIST:]) == {99_999}
    assert int((cuts != 0).sum()) == LIST
