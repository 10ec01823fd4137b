"""Recalculation: nothing changes nothing; what changed is posted once, with was, became and why."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from psycopg.conninfo import make_conninfo
from uuid_utils.compat import uuid7

from app.domain import explanation, replay
from app.domain.ledger import EntryKind
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.operations import recalculate as operation
from app.operations.charge_month import charge_month
from app.operations.post_adjustments import post_adjustments
from app.operations.recalculate import Asked, NotPast, Recalculation, recalculate
from app.store import adjusting, verify
from app.store.adjusting import NamedLine
from app.store.engine import Engine, RefusedByDatabase, connect
from app.store.reading import reading
from app.store.recalculating import NothingAsked
from tests.fixtures.charge_stock import Stock, key
from tests.fixtures.charge_towns import OCTOBER
from tests.fixtures.recalculated_towns import DECEMBER, JANUARY, NOVEMBER, town_of_months

AT = datetime(2027, 1, 3, 9, 0, tzinfo=UTC)
TOWN = town_of_months([NOVEMBER, DECEMBER])


@pytest.fixture
def stock(engine: Engine) -> Stock:
    """Two houses charged for October, November and December."""
    made = Stock(engine, TOWN).write()
    for month in (OCTOBER, NOVEMBER, DECEMBER):
        charge(engine, month)
    return made


def charge(engine: Engine, month: Period, **about: object) -> None:
    run = Voucher(uuid7(), VoucherKind.CHARGE_RUN, "Иванова А. А.", AT)
    charge_month(engine, run, period=month, **about)


def voucher(reason: str | None = "решение № 5") -> Voucher:
    return Voucher(uuid7(), VoucherKind.ADJUSTMENT, "Иванова А. А.", AT, reason=reason)


def everything(**about: object) -> Asked:
    return Asked(**({"houses": ("Д01", "Д02"), "first": OCTOBER, "reason": "решение № 5"} | about))


def post(engine: Engine, **about: object) -> Recalculation:
    return recalculate(engine, voucher(), everything(**about))


def broken(engine: Engine) -> list[str]:
    with reading(engine) as snapshot:
        return [one.name for one in verify.run(snapshot) if one.rows]


def owed(stock: Stock) -> dict[tuple[str, str, date], int]:
    rows = stock.run(
        "select account.number, service.code, origin_period, sum(charged_kop + moved_kop)::bigint"
        " from app.balance join app.account on account.id = account_id"
        " join app.service on service.id = service_id group by 1, 2, 3"
        " having sum(charged_kop + moved_kop) <> 0"
    )
    return {(number, code, origin): int(kop) for number, code, origin, kop in rows}


def test_nothing_to_recalculate_changes_nothing(engine, stock):
    before = owed(stock)

    done = post(engine, into=JANUARY)

    assert done.lines == []
    assert done.problems == []
    assert owed(stock) == before


def test_a_dearer_past_is_posted_into_the_last_charged_month(engine, stock):
    stock.run("update app.tariff set price_mcr = price_mcr * 2 where service_id = %s",
              key("service", "СОД"))  # fmt: skip

    done = post(engine)

    assert done.target == DECEMBER
    assert {str(line.origin_period) for line in done.lines} == {"2026-10", "2026-11"}
    assert {line.service for line in done.lines} == {"СОД"}
    assert all(line.amount_kop > 0 for line in done.lines)
    assert {line.kind for line in done.lines} == {EntryKind.RECALCULATION}
    assert broken(engine) == []


def test_posted_and_recalculated_is_what_a_fresh_town_is_charged(engine, stock):
    stock.run("update app.tariff set price_mcr = price_mcr + 1230000")
    stock.run("update app.premises_version set total_cm2 = total_cm2 + 12300")
    stock.run("update app.norm set value_mcu = value_mcu * 11 / 10")
    stock.run("update app.reading set value_mcu = value_mcu + 500000 where period = %s",
              OCTOBER.first_day)  # fmt: skip
    stock.run("insert into app.resident (id, account_id, name, kind, valid_from)"
              " values (%s, %s, 'Новый житель', 'permanent', '2026-10-11')",
              uuid7(), key("account", "010021"))  # fmt: skip
    stock.run("update app.assignment set valid_to = '2026-11-11' where service_id = %s",
              key("service", "ДОМОФОН"))  # fmt: skip

    done = post(engine, into=JANUARY)

    recalculated = owed(stock)
    for month in (OCTOBER, NOVEMBER, DECEMBER):
        charge(engine, month)
    again = post(engine, into=JANUARY)
    assert done.lines
    # After the fresh runs, recalculation takes back exactly what it had added.
    assert owed(stock) == recalculated
    assert sum(line.amount_kop for line in again.lines) == -done.amount_kop
    assert broken(engine) == []


def test_a_second_recalculation_has_nothing_to_do(engine, stock):
    stock.run("update app.tariff set price_mcr = price_mcr * 2")
    post(engine)

    again = post(engine)

    assert again.lines == []


def test_preview_and_post_agree_and_preview_writes_nothing(engine, stock):
    stock.run("update app.premises_version set total_cm2 = 600000")
    before = owed(stock)

    told = operation.preview(engine, everything())

    assert owed(stock) == before
    done = post(engine)
    assert sorted(
        (one.account, one.service, one.origin, one.kind, one.amount_kop) for one in told.differences
    ) == sorted(
        (one.account, one.service, one.origin_period, one.kind, one.amount_kop)
        for one in done.lines
    )
    assert told.amount_kop == done.amount_kop != 0


def test_every_line_comes_out_again_and_says_what_was_became_and_why(engine, stock):
    stock.run("update app.norm set value_mcu = value_mcu * 2")

    done = post(engine)

    assert done.lines
    for line in done.lines:
        assert replay.amount_kop(line.stored) == line.amount_kop
        assert replay.volume_mcu(line.stored) == line.stored.volume_mcu
        sentence = explanation.sentence(line)
        assert f"за {line.origin_period.shown} было" in sentence
        assert "решение № 5" in sentence
        assert line.method != "MANUAL"


def test_one_account_of_a_house_is_posted_alone(engine, stock):
    stock.run("update app.premises_version set total_cm2 = 600000")

    done = post(engine, houses=(), accounts=("010021",))

    assert {line.account for line in done.lines} == {"010021"}
    assert {line.service for line in done.lines} >= {"СОД", "ОТ"}


def test_the_same_voucher_posts_once(engine, stock):
    stock.run("update app.tariff set price_mcr = price_mcr * 2")
    under = voucher()
    first = recalculate(engine, under, everything())

    again = recalculate(engine, under, everything())

    assert [line.as_json(basis="") for line in again.lines] == [
        line.as_json(basis="") for line in first.lines
    ]
    assert broken(engine) == []


def test_an_account_closed_backwards_gets_its_months_back(engine, stock):
    stock.run("update app.account set closed_on = '2026-10-01' where number = '010021'")

    done = post(engine)

    mine = [line for line in done.lines if line.account == "010021"]
    assert {str(line.origin_period) for line in mine} == {"2026-10", "2026-11"}
    assert all(line.amount_kop < 0 for line in mine)
    assert all("начислять нечего" in explanation.sentence(line) for line in mine)
    assert {line.method for line in mine} == {"RECALC61"}


def test_what_cannot_be_charged_now_is_left_and_told(engine, stock):
    stock.run("delete from app.tariff where service_id = %s", key("service", "СОД"))

    done = post(engine)

    assert [line for line in done.lines if line.service == "СОД"] == []
    assert done.problems
    assert all("за 1" in problem.message for problem in done.problems)


def test_months_never_charged_are_left(engine, stock):
    stock.run("update app.tariff set price_mcr = price_mcr * 2")

    done = post(engine, first=Period(2026, 1))

    assert {line.origin_period for line in done.lines} == {OCTOBER, NOVEMBER}


def test_a_correction_by_hand_stays(engine, stock):
    line = NamedLine("010021", "СОД", "Д-1", OCTOBER, EntryKind.CORRECTION, -500)
    with reading(engine) as snapshot:
        columns = adjusting.by_names(snapshot, [line])
    post_adjustments(engine, voucher(), period=DECEMBER, lines=columns)

    assert post(engine).lines == []


def test_the_months_must_be_past(engine, stock):
    with pytest.raises(NotPast, match=r"12\.2026"):
        post(engine, first=DECEMBER)


def test_unknown_names_are_refused(engine, stock):
    with pytest.raises(NothingAsked, match="999"):
        post(engine, houses=(), accounts=("999",))
    with pytest.raises(NothingAsked, match="Д99"):
        post(engine, houses=("Д99",))


def test_a_run_again_of_the_target_keeps_the_recalculation(engine, stock):
    stock.run("update app.tariff set price_mcr = price_mcr * 2")
    done = post(engine)

    charge(engine, DECEMBER)

    assert done.lines
    assert post(engine).lines == []
    assert broken(engine) == []


def test_two_who_recalculate_at_once_do_not_both_post(engine, stock):
    stock.run("update app.tariff set price_mcr = price_mcr * 2")

    def meanwhile(_: int) -> None:
        assert post(engine, houses=(), accounts=("010021",)).lines

    with pytest.raises(RefusedByDatabase, match="Счёт 010021 пересчитали"):
        recalculate(engine, voucher(), everything(houses=("Д01",)), on_progress=meanwhile)

    assert {line.account for line in post(engine, houses=("Д01",)).lines} == {
        one.number for one in TOWN.accounts if one.house == "Д01"
    } - {"010021"}
    assert broken(engine) == []


def test_a_month_charged_again_meanwhile_is_refused(engine, stock):
    stock.run("update app.tariff set price_mcr = price_mcr * 2")

    with pytest.raises(RefusedByDatabase, match="начислили заново"):
        recalculate(engine, voucher(), everything(), on_progress=lambda _: charge(engine, NOVEMBER))

    assert broken(engine) == []


@pytest.fixture
def operator(stock: Stock, database: str) -> Iterator[Engine]:
    """The database as a login that is only an operator."""
    name = f"operator_{uuid7().hex}"
    stock.run(f"create role {name} login password 'test' in role kvitok_operator")
    signed_in = connect(
        make_conninfo(database, user=name, password="test"), application_name="kvitok tests"
    )
    yield signed_in
    signed_in.close()
    stock.run(f"drop role {name}")


def test_an_operator_previews_posts_and_bans(engine, stock, operator):
    stock.run("update app.tariff set price_mcr = price_mcr * 2")
    operation.ban(
        operator, account="010021", first=OCTOBER, until=None, reason="суд", actor="И.", at=AT,
        key=uuid7(),
    )  # fmt: skip

    told = operation.preview(operator, everything())
    done = post(operator)

    assert len(done.lines) == len(told.differences) > 0
    assert {(one.account, one.period) for one in done.skipped} == {
        ("010021", OCTOBER), ("010021", NOVEMBER)
    }  # fmt: skip
    assert operation.queue(operator)


def test_batches_of_houses_do_not_change_the_lines(engine, stock, monkeypatch):
    stock.run("update app.norm set value_mcu = value_mcu * 2")
    together = operation.preview(engine, everything()).differences

    monkeypatch.setattr("app.operations.replay_months.BATCH_HOUSES", 1)

    assert operation.preview(engine, everything()).differences == together
