"""Adjustments under one voucher: full columns, balances moved, once by key, refused by sentence."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from uuid_utils.compat import uuid7

from app.domain.basis import Basis
from app.domain.ledger import EntryKind
from app.domain.note import Notes
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.operations.charge_month import charge_month
from app.operations.post_adjustments import Posted, post_adjustments
from app.store import adjusting, charges, verify
from app.store.adjusting import NamedLine, UnknownName
from app.store.engine import Engine, KeyReused, RefusedByDatabase
from app.store.reading import reading
from tests.fixtures.charge_stock import Stock
from tests.fixtures.charge_towns import OCTOBER, town

AT = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
SEPTEMBER, NOVEMBER = Period(2026, 9), Period(2026, 11)
LINE = NamedLine("010021", "СОД", "Д-1", OCTOBER, EntryKind.CORRECTION, -12_345)


@pytest.fixture
def stock(engine: Engine) -> Stock:
    made = Stock(engine, town(houses=1)).write()
    run = Voucher(uuid7(), VoucherKind.CHARGE_RUN, "Иванова А. А.", AT)
    charge_month(engine, run, period=OCTOBER)
    return made


def voucher(reason: str | None = "ошибка в тарифе") -> Voucher:
    return Voucher(uuid7(), VoucherKind.ADJUSTMENT, "Иванова А. А.", AT, reason=reason)


def post(engine: Engine, *lines: NamedLine, under: Voucher | None = None, **about) -> Posted:
    with reading(engine) as snapshot:
        columns = adjusting.by_names(snapshot, lines)
    return post_adjustments(
        engine, under or voucher(), lines=columns, **({"period": OCTOBER} | about)
    )


def broken(engine: Engine) -> list[str]:
    with reading(engine) as snapshot:
        return [one.name for one in verify.run(snapshot) if one.rows]


def moved(stock: Stock) -> dict[tuple[str, str], int]:
    rows = stock.run(
        "select account.number, origin_period, sum(moved_kop)::bigint from app.balance"
        " join app.account on account.id = account_id where moved_kop <> 0 group by 1, 2"
    )
    return {(number, f"{origin:%Y-%m}"): int(kop) for number, origin, kop in rows}


def test_lines_of_many_accounts_and_months_move_their_balances(engine, stock):
    other = replace(LINE, account="010031", origin=SEPTEMBER, amount_kop=700)

    posted = post(engine, LINE, other)

    assert posted == Posted(2, -11_645, is_new=True)
    assert moved(stock) == {("010021", "2026-10"): -12_345, ("010031", "2026-09"): 700}
    assert broken(engine) == []


def test_all_columns_and_notes_come_back(engine, stock):
    notes = Notes()
    line = replace(
        LINE, kind=EntryKind.RECALCULATION, basis=Basis.AREA, volume_mcu=-5, price_mcr=7,
        zone=2, component=1, day_from=3, day_to=9, slots=(11, 22, 33),
    )  # fmt: skip

    post(engine, line, notes={notes.add("акт № 1"): "акт № 1"})

    with reading(engine) as snapshot:
        found = [one for one in charges.lines(snapshot, "010021", OCTOBER) if one.kind == 3]
        words = snapshot.value("select words from app.note")
    stored = found[0].stored
    assert (stored.basis, stored.volume_mcu, stored.price_mcr) == (Basis.AREA, -5, 7)
    assert (stored.zone, stored.component, stored.day_from, stored.day_to) == (2, 1, 3, 9)
    assert list(stored.slots) == [11, 22, 33, *[0] * 9]
    assert found[0].reason == "ошибка в тарифе"
    assert words == "акт № 1"


def test_the_same_key_posts_once(engine, stock):
    under = voucher()
    post(engine, LINE, under=under)

    again = post(engine, LINE, under=under)

    assert not again.is_new
    assert moved(stock) == {("010021", "2026-10"): -12_345}
    with pytest.raises(KeyReused):
        post(engine, replace(LINE, amount_kop=1), under=under)


@pytest.mark.parametrize(
    ("line", "reason", "sentence"),
    [
        (LINE, "  ", "Не указана причина"),
        (LINE, None, "Не указана причина"),
        (replace(LINE, kind=EntryKind.PAYMENT), "тест", "не исправление"),
        (replace(LINE, kind=EntryKind.CHARGE), "тест", "не исправление"),
        (replace(LINE, origin=NOVEMBER), "тест", "11.2026"),
        (replace(LINE, amount_kop=0), "тест", "ничего не меняет"),
    ],
)
def test_what_is_no_adjustment_is_refused(engine, stock, line, reason, sentence):
    with pytest.raises(RefusedByDatabase, match=sentence):
        post(engine, line, under=voucher(reason))

    assert moved(stock) == {}


def test_a_closed_month_takes_nothing(engine, stock):
    stock.run("update app.period set state = 'closed', closed_at = clock_timestamp()")

    with pytest.raises(RefusedByDatabase, match=r"10\.2026 закрыт"):
        post(engine, LINE)

    assert post(engine, LINE, period=NOVEMBER).lines == 1


def test_nothing_to_post_is_refused(engine, stock):
    with pytest.raises(RefusedByDatabase, match="ни одной строки"):
        post(engine)


def test_an_unknown_name_is_said(engine, stock):
    with pytest.raises(UnknownName, match="«999»"):
        post(engine, replace(LINE, account="999"))
