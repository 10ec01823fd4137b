"""The last closed month is opened again by a document, and closed anew."""

from datetime import date

import pytest
from uuid_utils.compat import uuid7

from app.domain.closing import MonthPart
from app.domain.ledger import EntryKind
from app.errors import Refusal
from app.store import periods, verify, writing
from app.store.adjusting import NamedLine
from app.store.engine import Engine, KeyReused, LedgerIsClosed
from app.store.reading import reading
from tests.fixtures.closings import (
    DECEMBER,
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
from tests.fixtures.payers import Payers, settle

MORE = NamedLine("1000", "хвс", "В-1", OCTOBER, EntryKind.CORRECTION, 50)


@pytest.fixture
def payers(engine: Engine) -> Payers:
    """September is closed, October has charges and a payment."""
    made = settle(engine)
    made.owe("1000", SEPTEMBER, {"хвс": 1_000, "от": 3_000})
    close(made, SEPTEMBER)
    made.owe("1000", OCTOBER, {"хвс": 700})
    pay(made, 470, date(2026, 10, 5))
    return made


def test_a_reopened_month_takes_money_and_charges_again(payers: Payers) -> None:
    close(payers, OCTOBER)
    assert pay(payers, 100, date(2026, 10, 20)) == NOVEMBER

    reopen(payers, OCTOBER)

    assert pay(payers, 100, date(2026, 10, 21)) == OCTOBER
    adjust(payers, OCTOBER, MORE)


def test_what_the_snapshot_summed_to_is_kept(payers: Payers) -> None:
    close(payers, OCTOBER)

    done = reopen(payers, OCTOBER, reason="забыли акт № 5")

    assert (done.balances, done.closing_kop, done.is_replay) == (2, 4_230, False)
    assert payers.run("select to_regclass('app.closing_2026_10')") == [(None,)]
    kept = payers.run(
        "select voucher.kind, reason, actor, balances, opening_kop, charged_kop, paid_kop,"
        " reopening.closing_kop, closed_by"
        " from app.reopening join app.voucher on voucher.id = voucher_id"
    )
    assert kept == [
        ("reopening", "забыли акт № 5", "Бухгалтер", 2, 4_000, 700, 470, 4_230, "Бухгалтер")
    ]


def test_closing_again_takes_the_snapshot_anew(payers: Payers) -> None:
    close(payers, OCTOBER)
    reopen(payers, OCTOBER)
    adjust(payers, OCTOBER, MORE)

    close(payers, OCTOBER)

    october = snapshot_of(payers, OCTOBER)
    assert sum(row[-1] for row in october.values()) == 4_280
    assert october["хвс"][2] == 50
    with reading(payers.engine) as snapshot:
        assert [one.name for one in verify.run(snapshot) if one.rows] == []


def test_closing_again_without_a_change_gives_the_same_snapshot(payers: Payers) -> None:
    close(payers, OCTOBER)
    first = snapshot_of(payers, OCTOBER)

    reopen(payers, OCTOBER)
    close(payers, OCTOBER)

    assert snapshot_of(payers, OCTOBER) == first


def test_what_was_posted_meanwhile_stays_where_it_is(payers: Payers) -> None:
    close(payers, OCTOBER)
    pay(payers, 30, date(2026, 10, 20))
    payers.owe("1000", NOVEMBER, {"от": 11})

    done = reopen(payers, OCTOBER)
    close(payers, OCTOBER)
    close(payers, NOVEMBER)

    november = snapshot_of(payers, NOVEMBER)
    assert done.documents == 2
    assert sum(row[4] for row in november.values()) == 30
    assert sum(row[-1] for row in november.values()) == 4_230 - 30 + 11
    with reading(payers.engine) as snapshot:
        assert [one.name for one in verify.run(snapshot) if one.rows] == []


def test_only_the_last_closed_month_is_opened(payers: Payers) -> None:
    payers.owe("1000", NOVEMBER, {"хвс": 1})
    close(payers, OCTOBER)
    close(payers, NOVEMBER)

    with pytest.raises(Refusal, match=r"последний.*Это 11\.2026: сначала.*потом 09\.2026"):
        reopen(payers, SEPTEMBER)
    assert states(payers) == {"2026-09": "closed", "2026-10": "closed", "2026-11": "closed"}


def test_months_are_opened_one_after_another_from_the_end(payers: Payers) -> None:
    close(payers, OCTOBER)

    reopen(payers, OCTOBER)
    reopen(payers, SEPTEMBER)

    assert states(payers) == {"2026-09": "open", "2026-10": "open"}
    assert pay(payers, 5, date(2026, 9, 20)) == SEPTEMBER


def test_a_month_that_closed_with_a_later_one_opens_with_it(engine: Engine) -> None:
    payers = settle(engine)
    payers.owe("1000", SEPTEMBER, {"хвс": 1_000})
    payers.owe("1000", NOVEMBER, {"хвс": 200})
    close(payers, NOVEMBER)

    with pytest.raises(Refusal, match=r"09\.2026 закрыт вместе с 11\.2026.*Переоткройте 11"):
        reopen(payers, SEPTEMBER)
    done = reopen(payers, NOVEMBER)

    assert done.months == (SEPTEMBER, NOVEMBER)
    assert pay(payers, 5, date(2026, 9, 20)) == SEPTEMBER
    close(payers, NOVEMBER)
    assert snapshot_of(payers, NOVEMBER) == {"хвс": (0, 1_200, 0, 0, 5, 1_195)}


def test_a_month_closed_before_stays_closed(payers: Payers) -> None:
    close(payers, OCTOBER)

    reopen(payers, OCTOBER)

    assert states(payers) == {"2026-09": "closed", "2026-10": "open"}
    assert pay(payers, 5, date(2026, 9, 20)) == OCTOBER


def test_an_open_month_and_one_that_is_not_there_are_refused(payers: Payers) -> None:
    with pytest.raises(Refusal, match=r"10\.2026 открыт: переоткрывать нечего"):
        reopen(payers, OCTOBER)
    with pytest.raises(Refusal, match=r"Периода 12\.2026 в книгах нет"):
        reopen(payers, DECEMBER)


@pytest.mark.parametrize("reason", ["", "  "])
def test_without_a_reason_nothing_is_opened(payers: Payers, reason: str) -> None:
    with pytest.raises(Refusal, match="Укажите причину"):
        reopen(payers, SEPTEMBER, reason=reason)

    assert states(payers)["2026-09"] == "closed"


def test_it_is_opened_once_by_its_key(payers: Payers) -> None:
    key = uuid7()
    first = reopen(payers, SEPTEMBER, key=key)
    close(payers, SEPTEMBER)

    again = reopen(payers, SEPTEMBER, key=key)

    assert (first.is_replay, again.is_replay) == (False, True)
    assert (again.balances, again.closing_kop) == (first.balances, first.closing_kop)
    assert states(payers)["2026-09"] == "closed"
    with pytest.raises(KeyReused):
        reopen(payers, SEPTEMBER, key=key, reason="другая")


def test_it_is_closed_once_by_its_key(payers: Payers) -> None:
    key = uuid7()
    first = close(payers, OCTOBER, key=key)

    again = close(payers, OCTOBER, key=key)

    assert first.balances == again.balances == 2
    assert payers.run(
        "select count(*) from app.voucher where kind = 'closing' and period = '2026-10-01'"
    ) == [(1,)]


def test_a_closing_cut_short_may_be_given_up(payers: Payers) -> None:
    writing.call(payers.engine, "begin_closing", wanted=OCTOBER.first_day)

    done = reopen(payers, OCTOBER, reason="закрыли рано")

    assert (done.balances, done.months) == (0, (OCTOBER,))
    assert pay(payers, 5, date(2026, 10, 20)) == OCTOBER


def test_one_part_of_a_closed_month_is_opened_and_the_others_stay_closed(payers: Payers) -> None:
    close(payers, OCTOBER)

    done = reopen(payers, OCTOBER, part=MonthPart.PAYMENTS)

    assert done.balances == 2
    assert pay(payers, 100, date(2026, 10, 20)) == OCTOBER
    with pytest.raises(Refusal, match=r"За 10\.2026 уже закрыто"):
        adjust(payers, OCTOBER, MORE)
    close(payers, OCTOBER)
    assert sum(row[4] for row in snapshot_of(payers, OCTOBER).values()) == 570


def test_a_month_is_not_opened_before_a_later_part(payers: Payers) -> None:
    payers.owe("1000", NOVEMBER, {"хвс": 1})
    close(payers, OCTOBER)
    close(payers, NOVEMBER, part=MonthPart.PAYMENTS)

    with pytest.raises(Refusal, match=r"За 11\.2026 уже закрыто: оплата"):
        reopen(payers, OCTOBER)


def test_the_history_of_a_month_is_told(payers: Payers) -> None:
    close(payers, OCTOBER)
    reopen(payers, OCTOBER, reason="забыли акт № 5")
    close(payers, OCTOBER)

    with reading(payers.engine) as snapshot:
        acts = periods.acts(snapshot, OCTOBER)
        month = periods.month(snapshot, OCTOBER)

    assert [act.is_reopening for act in acts] == [False, True, False]
    assert (acts[1].reason, acts[1].closing_kop, acts[1].balances) == ("забыли акт № 5", 4_230, 2)
    assert month is not None
    assert (month.reopenings, month.closed_by, month.has_snapshot) == (1, "Бухгалтер", True)


@pytest.mark.parametrize("table", ["reopening", "closing_check"])
def test_the_history_is_only_added_to(payers: Payers, table: str) -> None:
    close(payers, OCTOBER)
    reopen(payers, OCTOBER)
    payers.run(
        "insert into app.closing_check select id, 'проба', false, 1, null from app.voucher"
        " where kind = 'reopening'"
    )

    for statement in (f"delete from app.{table}", f"truncate app.{table}"):
        with pytest.raises(LedgerIsClosed):
            payers.run(statement)
