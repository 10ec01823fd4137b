from datetime import date

import pytest
from uuid_utils.compat import uuid7

from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Refusal
from app.operations.close_period import close_period
from app.operations.record_payment import record_payment
from app.store import verify, writing
from app.store.engine import Engine
from app.store.reading import reading
from tests.fixtures.payers import AT, Payers, settle

SEPTEMBER, OCTOBER, NOVEMBER = Period(2026, 9), Period(2026, 10), Period(2026, 11)


def closing() -> Voucher:
    return Voucher(uuid7(), VoucherKind.CLOSING, "Бухгалтер", AT)


def pay(payers: Payers, amount_kop: int, on: date) -> Period:
    return record_payment(
        payers.engine,
        Voucher(uuid7(), VoucherKind.PAYMENT, "Кассир", AT),
        account_number="1000",
        amount_kop=amount_kop,
        paid_on=on,
    ).period


def snapshot_of(payers: Payers, month: Period) -> dict[str, tuple[int, ...]]:
    rows = payers.run(
        "select service.code, opening_kop, charged_kop, adjusted_kop, penalty_kop, paid_kop,"
        " closing_kop from app.closing join app.service on service.id = closing.service_id"
        " where period = %s and account_id = %s",
        month.first_day,
        payers.accounts["1000"],
    )
    return {code: tuple(figures) for code, *figures in rows}


@pytest.fixture
def payers(engine: Engine) -> Payers:
    made = settle(engine)
    made.owe("1000", SEPTEMBER, {"хвс": 1_000, "от": 3_000})
    made.owe("1000", OCTOBER, {"хвс": 700})
    return made


def test_a_snapshot_is_opening_and_turnover(payers: Payers) -> None:
    pay(payers, 400, date(2026, 9, 20))

    close_period(payers.engine, closing(), period=SEPTEMBER)
    close_period(payers.engine, closing(), period=OCTOBER)

    september, october = snapshot_of(payers, SEPTEMBER), snapshot_of(payers, OCTOBER)
    assert september == {"хвс": (0, 1_000, 0, 0, 100, 900), "от": (0, 3_000, 0, 0, 300, 2_700)}
    assert october == {"хвс": (900, 700, 0, 0, 0, 1_600), "от": (2_700, 0, 0, 0, 0, 2_700)}


def test_money_after_closing_goes_into_the_next_month(payers: Payers) -> None:
    close_period(payers.engine, closing(), period=SEPTEMBER)

    period = pay(payers, 400, date(2026, 9, 20))

    assert period == OCTOBER
    assert payers.balance_kop("1000") == 4_300


def test_opening_balances_are_the_opening_of_the_first_snapshot(engine: Engine) -> None:
    payers = settle(engine)
    payers.owe("1000", SEPTEMBER, {"хвс": 250}, kind=30)

    close_period(engine, closing(), period=SEPTEMBER)

    assert snapshot_of(payers, SEPTEMBER) == {"хвс": (250, 0, 0, 0, 0, 250)}


def test_a_closed_month_is_not_closed_again(payers: Payers) -> None:
    close_period(payers.engine, closing(), period=SEPTEMBER)

    with pytest.raises(Refusal, match=r"Период 09.2026 уже закрыт"):
        close_period(payers.engine, closing(), period=SEPTEMBER)


def test_a_month_where_nothing_happened_is_not_closed(payers: Payers) -> None:
    with pytest.raises(Refusal, match=r"Сначала начислите"):
        close_period(payers.engine, closing(), period=Period(2027, 5))


def test_months_close_in_order_once_charged(payers: Payers) -> None:
    payers.run("update app.period set posted_runs = 1 where period = '2026-09-01'")

    with pytest.raises(Refusal, match=r"сначала закройте 09.2026"):
        close_period(payers.engine, closing(), period=OCTOBER)


def test_a_month_before_a_closed_one_is_closed_too(payers: Payers) -> None:
    close_period(payers.engine, closing(), period=OCTOBER)

    assert pay(payers, 100, date(2026, 8, 3)) == NOVEMBER
    with pytest.raises(Refusal, match=r"Период 09.2026 закрыт"):
        payers.run("select app.lock_open_period('2026-09-01')")


def test_a_closing_cut_short_is_finished_by_the_same_call(payers: Payers) -> None:
    writing.call(payers.engine, "begin_closing", wanted=SEPTEMBER.first_day)
    assert pay(payers, 400, date(2026, 9, 20)) == OCTOBER

    close_period(payers.engine, closing(), period=SEPTEMBER)

    assert snapshot_of(payers, SEPTEMBER)["от"] == (0, 3_000, 0, 0, 0, 3_000)


def test_every_invariant_holds_after_closing(payers: Payers) -> None:
    pay(payers, 400, date(2026, 9, 20))
    close_period(payers.engine, closing(), period=SEPTEMBER)
    pay(payers, 5_000, date(2026, 10, 2))
    close_period(payers.engine, closing(), period=OCTOBER)

    with reading(payers.engine) as snapshot:
        found = verify.run(snapshot)

    assert [check.name for check in found if check.rows] == []
