"""A correction by hand: one line with its reason, once by its key, refused by sentence."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from uuid_utils.compat import uuid7

from app.domain import explanation
from app.domain.ledger import EntryKind
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.operations.charge_month import charge_month
from app.operations.close_period import close_period
from app.operations.correct_manually import NotACorrection, correct_manually
from app.store import balances, charges, verify
from app.store.adjusting import UnknownName
from app.store.engine import Engine, KeyReused, RefusedByDatabase
from app.store.reading import reading
from tests.fixtures.charge_stock import Stock
from tests.fixtures.charge_towns import OCTOBER, town

AT = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
SEPTEMBER, NOVEMBER, DECEMBER = Period(2026, 9), Period(2026, 11), Period(2026, 12)
ABOUT = {"account": "010021", "origin": OCTOBER, "service": "СОД", "contract": "Д-1",
         "amount_kop": -12_050}  # fmt: skip


@pytest.fixture
def stock(engine: Engine) -> Stock:
    made = Stock(engine, town(houses=1)).write()
    run = Voucher(uuid7(), VoucherKind.CHARGE_RUN, "Иванова А. А.", AT)
    charge_month(engine, run, period=OCTOBER)
    return made


def voucher(reason: str | None = "служебная записка № 5") -> Voucher:
    return Voucher(uuid7(), VoucherKind.ADJUSTMENT, "Иванова А. А.", AT, reason=reason)


def owed(engine: Engine) -> int:
    with reading(engine) as snapshot:
        found = balances.account_balance(snapshot, "010021", on=None, today=AT.date())
    return found.total.closing_kop


def test_a_correction_is_a_line_with_its_reason(engine: Engine, stock: Stock) -> None:
    under, before = voucher(), owed(engine)

    done = correct_manually(engine, under, **ABOUT)

    with reading(engine) as snapshot:
        (line,) = charges.of_voucher(snapshot, under.key)
        broken = [one.name for one in verify.run(snapshot) if one.rows]
    assert (done.period, done.is_new) == (OCTOBER, True)
    assert (line.kind, line.method, line.amount_kop) == (EntryKind.CORRECTION, "MANUAL", -12_050)
    assert (line.origin_period, line.period) == (OCTOBER, OCTOBER)
    assert "служебная записка № 5" in explanation.sentence(line)
    assert owed(engine) == before - 12_050
    assert broken == []


def test_it_is_posted_once_by_its_key(engine: Engine, stock: Stock) -> None:
    under = voucher()
    correct_manually(engine, under, **ABOUT)
    after = owed(engine)

    again = correct_manually(engine, under, **ABOUT)

    assert not again.is_new
    assert owed(engine) == after


def test_sent_again_after_its_month_was_closed_it_is_still_the_same(
    engine: Engine, stock: Stock
) -> None:
    under = voucher()
    correct_manually(engine, under, **ABOUT)
    close_period(engine, Voucher(uuid7(), VoucherKind.CLOSING, "Иванова А. А.", AT), period=OCTOBER)

    again = correct_manually(engine, under, **ABOUT)

    assert (again.period, again.is_new) == (OCTOBER, False)


def test_a_closed_month_is_corrected_in_the_open_one(engine: Engine, stock: Stock) -> None:
    close_period(engine, Voucher(uuid7(), VoucherKind.CLOSING, "Иванова А. А.", AT), period=OCTOBER)
    under = voucher()

    done = correct_manually(engine, under, **ABOUT)

    with reading(engine) as snapshot:
        (line,) = charges.of_voucher(snapshot, under.key)
    assert done.period == NOVEMBER
    assert (line.period, line.origin_period) == (NOVEMBER, OCTOBER)


def test_another_correction_under_the_same_key_is_refused(engine: Engine, stock: Stock) -> None:
    under = voucher()
    correct_manually(engine, under, **ABOUT)

    with pytest.raises(KeyReused):
        correct_manually(engine, under, **(ABOUT | {"amount_kop": 1}))


@pytest.mark.parametrize("reason", [None, "", "   "])
def test_without_a_reason_it_is_refused(engine: Engine, stock: Stock, reason: str | None) -> None:
    before = owed(engine)

    with pytest.raises(NotACorrection, match="Не указана причина"):
        correct_manually(engine, voucher(reason), **ABOUT)

    assert owed(engine) == before


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"account": "999"}, "Лицевого счёта «999» нет"),
        ({"service": "НЕТ"}, "Услуги «НЕТ» нет"),
        ({"contract": "Д-9"}, "Договора «Д-9» нет"),
    ],
)
def test_unknown_names_are_refused(engine: Engine, stock: Stock, changes, said: str) -> None:
    with pytest.raises(UnknownName, match=said):
        correct_manually(engine, voucher(), **(ABOUT | changes))


@pytest.mark.parametrize("amount_kop", [0, 10_000_000_001, -10_000_000_001])
def test_nothing_and_the_unbelievable_are_refused(
    engine: Engine, stock: Stock, amount_kop: int
) -> None:
    with pytest.raises(NotACorrection):
        correct_manually(engine, voucher(), **(ABOUT | {"amount_kop": amount_kop}))


def test_a_month_that_is_closed_takes_nothing(engine: Engine, stock: Stock) -> None:
    close_period(engine, Voucher(uuid7(), VoucherKind.CLOSING, "Иванова А. А.", AT), period=OCTOBER)

    with pytest.raises(RefusedByDatabase, match=r"10\.2026"):
        correct_manually(engine, voucher(), **ABOUT, into=OCTOBER)


def test_a_month_to_come_is_not_corrected_before_it(engine: Engine, stock: Stock) -> None:
    with pytest.raises(RefusedByDatabase, match=r"12\.2026"):
        correct_manually(engine, voucher(), **(ABOUT | {"origin": DECEMBER}), into=OCTOBER)


def test_of_several_open_months_a_charged_one_has_its_own_corrections(
    engine: Engine, stock: Stock
) -> None:
    run = Voucher(uuid7(), VoucherKind.CHARGE_RUN, "Иванова А. А.", AT)
    charge_month(engine, run, period=NOVEMBER)

    of_november = correct_manually(engine, voucher(), **(ABOUT | {"origin": NOVEMBER}))

    assert of_november.period == NOVEMBER
    assert correct_manually(engine, voucher(), **ABOUT).period == OCTOBER
    # A month nobody has charged is a slip of the pen: it is refused as before.
    with pytest.raises(RefusedByDatabase, match=r"12\.2026"):
        correct_manually(engine, voucher(), **(ABOUT | {"origin": DECEMBER}))


def test_the_key_belongs_to_the_voucher_not_to_the_actor(engine: Engine, stock: Stock) -> None:
    under = voucher()
    correct_manually(engine, under, **ABOUT)

    again = correct_manually(engine, replace(under, actor="Петров"), **ABOUT)

    assert not again.is_new
