"""Charges, payments and penalties of a month close by themselves."""

from datetime import date
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo
from uuid_utils.compat import uuid7

from app.domain.closing import MonthPart
from app.domain.ledger import EntryKind
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Refusal
from app.operations.charge_month import charge_month
from app.operations.close_period import close_period
from app.operations.correct_manually import correct_manually
from app.operations.reverse_payment import reverse_payment
from app.store import periods, recalculating, verify
from app.store.adjusting import NamedLine
from app.store.engine import Engine, KeyReused, NotAllowed, connect
from app.store.reading import reading
from tests.fixtures.charge_stock import Stock
from tests.fixtures.charge_towns import town
from tests.fixtures.closings import (
    NOVEMBER,
    OCTOBER,
    SEPTEMBER,
    adjust,
    close,
    pay,
    reopen,
    snapshot_of,
    states,
)
from tests.fixtures.payers import AT, Payers, settle

CHARGES, PAYMENTS, PENALTIES = MonthPart
MORE = NamedLine("1000", "хвс", "В-1", OCTOBER, EntryKind.CORRECTION, 50)


@pytest.fixture
def payers(engine: Engine) -> Payers:
    made = settle(engine)
    made.owe("1000", OCTOBER, {"хвс": 1_000, "от": 3_000})
    return made


def test_payments_of_a_month_that_takes_none_go_into_the_next_and_keep_their_day(
    payers: Payers,
) -> None:
    close(payers, OCTOBER, part=PAYMENTS)

    assert pay(payers, 400, date(2026, 10, 20)) == NOVEMBER
    assert payers.run("select paid_on from app.payment") == [(date(2026, 10, 20),)]
    assert payers.broken() == []


def test_charges_go_on_while_payments_are_closed(payers: Payers) -> None:
    close(payers, OCTOBER, part=PAYMENTS)

    adjust(payers, OCTOBER, MORE)

    assert payers.balance_kop("1000") == 4_050


def test_payments_go_on_while_charges_are_closed(payers: Payers) -> None:
    close(payers, OCTOBER, part=CHARGES)

    assert pay(payers, 400, date(2026, 10, 20)) == OCTOBER
    with pytest.raises(Refusal, match=r"За 10\.2026 уже закрыто .*начисления.*— 11\.2026"):
        adjust(payers, OCTOBER, MORE)
    assert payers.balance_kop("1000") == 3_600


def test_penalties_close_by_themselves(payers: Payers) -> None:
    close(payers, OCTOBER, part=PENALTIES)

    with pytest.raises(Refusal, match=r"За 10\.2026 уже закрыто .*пени"):
        payers.run("select app.lock_open_part('2026-10-01', 'penalties')")
    payers.run("select app.lock_open_part('2026-10-01', 'charges')")
    payers.run("select app.lock_open_part('2026-10-01', 'payments')")


def test_a_reversal_goes_where_payments_are_taken(payers: Payers) -> None:
    taken = pay(payers, 400, date(2026, 10, 20))
    ((key, _),) = payers.payments("1000")
    close(payers, OCTOBER, part=PAYMENTS)

    undo = Voucher(uuid7(), VoucherKind.REVERSAL, "Кассир", AT, "ошибка")
    undone = reverse_payment(payers.engine, undo, payment=key)

    assert (taken, undone.period) == (OCTOBER, NOVEMBER)
    assert payers.broken() == []


def test_a_part_is_closed_once(payers: Payers) -> None:
    close(payers, OCTOBER, part=PAYMENTS)

    with pytest.raises(Refusal, match=r"За 10\.2026 \d\d\.\d\d\.\d{4} уже закрыто: оплата"):
        close(payers, OCTOBER, part=PAYMENTS)


def test_a_part_is_closed_once_by_its_key(payers: Payers) -> None:
    key = uuid7()
    close(payers, OCTOBER, part=PAYMENTS, key=key)

    close(payers, OCTOBER, part=PAYMENTS, key=key)

    assert payers.run("select count(*) from app.voucher where kind = 'closing'") == [(1,)]
    with pytest.raises(KeyReused):
        close(payers, OCTOBER, part=CHARGES, key=key)


def test_parts_close_in_order_once_charged(payers: Payers) -> None:
    payers.owe("1000", SEPTEMBER, {"хвс": 1})
    payers.run("update app.period set posted_runs = 1")

    with pytest.raises(Refusal, match=r"за 09\.2026 ещё не закрыто \(оплата\)"):
        close(payers, OCTOBER, part=PAYMENTS)


def test_months_never_charged_close_their_part_with_it(payers: Payers) -> None:
    payers.owe("1000", SEPTEMBER, {"хвс": 1})

    close(payers, OCTOBER, part=PAYMENTS)

    assert pay(payers, 100, date(2026, 9, 3)) == NOVEMBER


def test_a_month_made_later_joins_the_parts_that_closing_has_passed(payers: Payers) -> None:
    close(payers, OCTOBER, part=CHARGES)

    payers.run("select app.ensure_period('2026-05-01')")

    with pytest.raises(Refusal, match=r"За 05\.2026 уже закрыто"):
        payers.run("select app.lock_open_part('2026-05-01', 'charges')")
    payers.run("select app.lock_open_part('2026-05-01', 'payments')")


def test_a_month_made_while_a_later_one_closes_is_closed(payers: Payers) -> None:
    payers.run("select api.begin_closing('2026-10-01')")

    payers.run("select app.ensure_period('2026-05-01')")

    assert states(payers) == {"2026-05": "closed", "2026-10": "closing"}


def test_a_month_whose_parts_are_closed_closes_whole(payers: Payers) -> None:
    for part in MonthPart:
        close(payers, OCTOBER, part=part)
    with reading(payers.engine) as snapshot:
        before = periods.month(snapshot, OCTOBER)

    done = close(payers, OCTOBER)

    with reading(payers.engine) as snapshot:
        after = periods.month(snapshot, OCTOBER)
    assert before is not None
    assert after is not None
    assert done.balances == 2
    assert after.parts_closed_at == before.parts_closed_at
    assert snapshot_of(payers, OCTOBER) == {
        "хвс": (0, 1_000, 0, 0, 0, 1_000),
        "от": (0, 3_000, 0, 0, 0, 3_000),
    }


def test_a_part_is_reopened_with_a_reason(payers: Payers) -> None:
    close(payers, OCTOBER, part=PAYMENTS)
    moved_on = pay(payers, 300, date(2026, 10, 20))

    done = reopen(payers, OCTOBER, part=PAYMENTS)

    assert (moved_on, done.months, done.balances, done.documents) == (NOVEMBER, (OCTOBER,), 0, 1)
    assert pay(payers, 100, date(2026, 10, 21)) == OCTOBER


def test_a_part_of_a_month_that_is_open_is_not_reopened(payers: Payers) -> None:
    with pytest.raises(Refusal, match=r"оплата не закрывались: переоткрывать нечего"):
        reopen(payers, OCTOBER, part=PAYMENTS)


def test_a_part_is_reopened_from_the_end(payers: Payers) -> None:
    payers.owe("1000", NOVEMBER, {"хвс": 1})
    close(payers, OCTOBER, part=PAYMENTS)
    close(payers, NOVEMBER, part=PAYMENTS)

    with pytest.raises(Refusal, match=r"За 11\.2026 уже закрыто: оплата. Сначала переоткройте"):
        reopen(payers, OCTOBER, part=PAYMENTS)
    reopen(payers, NOVEMBER, part=PAYMENTS)
    reopen(payers, OCTOBER, part=PAYMENTS)

    assert pay(payers, 100, date(2026, 10, 21)) == OCTOBER


@pytest.fixture
def stock(engine: Engine) -> Stock:
    made = Stock(engine, town(houses=1)).write()
    charge_month(engine, run(), period=OCTOBER)
    close_period(engine, closing(), period=OCTOBER, part=CHARGES)
    return made


def run() -> Voucher:
    return Voucher(uuid7(), VoucherKind.CHARGE_RUN, "Иванова А. А.", AT)


def closing() -> Voucher:
    return Voucher(uuid7(), VoucherKind.CLOSING, "Иванова А. А.", AT)


def test_a_month_whose_charges_are_closed_is_not_charged_again(
    engine: Engine, stock: Stock
) -> None:
    with pytest.raises(Refusal, match=r"За 10\.2026 уже закрыто .*начисления"):
        charge_month(engine, run(), period=OCTOBER)


def test_the_month_after_closed_charges_may_be_charged(engine: Engine, stock: Stock) -> None:
    done = charge_month(engine, run(), period=NOVEMBER)

    assert done.lines > 0


def test_recalculations_and_corrections_go_into_the_next_month(
    engine: Engine, stock: Stock
) -> None:
    about = {
        "account": "010021", "origin": OCTOBER, "service": "СОД", "contract": "Д-1",
        "amount_kop": -100,
    }  # fmt: skip
    with reading(engine) as snapshot:
        target = recalculating.target(snapshot)
    with pytest.raises(Refusal, match=r"За 10\.2026 уже закрыто .*начисления"):
        correct_manually(engine, adjusting_voucher(), into=OCTOBER, **about)

    done = correct_manually(engine, adjusting_voucher(), **about)

    assert (target, done.period) == (NOVEMBER, NOVEMBER)


def adjusting_voucher() -> Voucher:
    return Voucher(uuid7(), VoucherKind.ADJUSTMENT, "Иванова А. А.", AT, "ошибка")


def test_a_charge_run_that_is_not_finished_keeps_charges_open(engine: Engine, stock: Stock) -> None:
    reopen_as(engine)
    charge_month(engine, run(), period=OCTOBER, for_review=True)

    with pytest.raises(Refusal, match=r"ждёт разбора: 1"):
        close_period(engine, closing(), period=OCTOBER, part=CHARGES)
    close_period(engine, closing(), period=OCTOBER, part=PAYMENTS)


def reopen_as(engine: Engine) -> None:
    made = Payers(engine)
    reopen(made, OCTOBER, part=CHARGES)


def test_the_books_are_sound_after_parts_closed_and_opened(engine: Engine, stock: Stock) -> None:
    close_period(engine, closing(), period=OCTOBER)
    charge_month(engine, run(), period=NOVEMBER)
    reopen_as(engine)
    charge_month(engine, run(), period=OCTOBER)
    close_period(engine, closing(), period=OCTOBER)
    close_period(engine, closing(), period=NOVEMBER)

    with reading(engine) as snapshot:
        assert [one.name for one in verify.run(snapshot) if one.rows] == []


@pytest.mark.parametrize("group", ["kvitok_cashier", "kvitok_operator"])
def test_only_an_accountant_closes_and_reopens(
    payers: Payers, database: str, tmp_path: Path, group: str
) -> None:
    name = f"person_{uuid7().hex}"
    payers.run(f"create role {name} login password 'test' in role {group}")
    signed_in = connect(
        make_conninfo(database, user=name, password="test"), application_name="kvitok tests"
    )
    person = Payers(signed_in)
    try:
        with pytest.raises(NotAllowed):
            close(person, OCTOBER)
        with pytest.raises(NotAllowed):
            close(person, OCTOBER, part=PAYMENTS)
        with pytest.raises(NotAllowed):
            reopen(person, OCTOBER)
    finally:
        signed_in.close()
        payers.run(f"drop role {name}")


def test_an_accountant_closes_and_reopens(payers: Payers, database: str) -> None:
    name = f"person_{uuid7().hex}"
    payers.run(f"create role {name} login password 'test' in role kvitok_accountant")
    signed_in = connect(
        make_conninfo(database, user=name, password="test"), application_name="kvitok tests"
    )
    person = Payers(signed_in)
    try:
        close(person, OCTOBER, part=PAYMENTS)
        assert close(person, OCTOBER).balances == 2
        assert reopen(person, OCTOBER).closing_kop == 4_000
    finally:
        signed_in.close()
        payers.run(f"drop role {name}")
    assert states(payers) == {"2026-10": "open"}
