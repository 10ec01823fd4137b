"""A run that waits for a person: what is held out and why, approved, held, published."""

from datetime import UTC, datetime

import pytest
from uuid_utils.compat import uuid7

from app.domain.period import Period
from app.domain.review import Cause, DoubtReason
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Refusal
from app.operations import charge_month as charging_operation
from app.operations.charge_month import AwaitingReview, charge_month
from app.operations.recalculate import Asked, preview
from app.operations.review_charges import NothingToReview, decide, publish, waiting_run
from app.store import reviewing, verify
from app.store.engine import Engine
from app.store.reading import reading
from tests.fixtures.charge_stock import Stock
from tests.fixtures.charge_towns import OCTOBER, grown_town

SEPTEMBER = Period(2026, 9)
AT = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)


def voucher() -> Voucher:
    return Voucher(uuid7(), VoucherKind.CHARGE_RUN, "Иванова А. А.", AT)


@pytest.fixture
def stock(engine: Engine) -> Stock:
    made = Stock(engine, grown_town()).write()
    charge_month(engine, voucher(), period=SEPTEMBER)
    return made


@pytest.fixture
def key(engine: Engine, stock: Stock):
    charge_month(engine, voucher(), period=OCTOBER, for_review=True)
    return waiting_run(engine, OCTOBER)


def charged_kop(stock: Stock, service: str, *, period: Period = OCTOBER) -> int:
    rows = stock.run(
        "select coalesce(sum(amount_kop), 0)::bigint from app.entry"
        " join app.service on service.id = service_id where entry.period = %s and code = %s",
        period.first_day, service,
    )  # fmt: skip
    return int(rows[0][0])


def test_what_is_implausible_is_held_out_with_its_reason(engine: Engine, stock: Stock, key):
    with reading(engine) as snapshot:
        found = {(one.reason, one.service): one for one in reviewing.groups(snapshot, key)}

    assert set(found) == {(DoubtReason.JUMP, "ЛИФТ"), (DoubtReason.ZERO, "ДОМОФОН")}
    lift = found[DoubtReason.JUMP, "ЛИФТ"]
    accounts = len(grown_town().accounts)
    before = charged_kop(stock, "ЛИФТ", period=SEPTEMBER)
    assert (lift.accounts, lift.before_kop) == (accounts, before)
    assert lift.amount_kop == 10 * before + 955_000  # one person more


def test_nothing_counts_before_it_is_published(stock: Stock, key):
    assert charged_kop(stock, "СОД") == 0


def test_a_run_that_waits_is_not_gone_on_with_by_itself(engine: Engine, key):
    again = charging_operation.pending_run(engine, OCTOBER)

    with pytest.raises(AwaitingReview, match="kvitok review 2026-10"):
        charge_month(
            engine, Voucher(again, VoucherKind.CHARGE_RUN, "Иванова А. А.", AT), period=OCTOBER
        )


def test_what_was_approved_counts_and_the_rest_is_held(engine: Engine, stock: Stock, key):
    approved = decide(
        engine, key, is_approved=True, reason=DoubtReason.ZERO, actor="Иванова А. А.", at=AT
    )

    held = publish(engine, key)

    accounts = len(grown_town().accounts)
    lift_kop = 10 * charged_kop(stock, "ЛИФТ", period=SEPTEMBER) + 955_000
    assert (approved, held) == (accounts, accounts)
    assert charged_kop(stock, "ЛИФТ") == 0
    assert charged_kop(stock, "СОД") > 0
    kept = stock.run("select count(*), sum(amount_kop)::bigint from app.held_line")
    assert kept == [(accounts, lift_kop)]
    with reading(engine) as snapshot:
        assert [one for one in verify.run(snapshot) if one.rows] == []
    with pytest.raises(NothingToReview):
        waiting_run(engine, OCTOBER)


def test_one_account_is_approved_alone(engine: Engine, stock: Stock, key):
    number = grown_town().accounts[0].number

    decide(
        engine, key, is_approved=True, service="ЛИФТ", account=number, actor="Иванова А. А.", at=AT
    )
    publish(engine, key)

    assert 0 < charged_kop(stock, "ЛИФТ") <= 3 * 955_000


def test_a_held_account_is_charged_anew(engine: Engine, stock: Stock, key):
    publish(engine, key)
    number = grown_town().accounts[0].number

    charge_month(engine, voucher(), period=OCTOBER, accounts=[number])

    assert 0 < charged_kop(stock, "ЛИФТ") <= 3 * 955_000
    with reading(engine) as snapshot:
        assert [one for one in verify.run(snapshot) if one.rows] == []


def test_publishing_twice_is_refused(engine: Engine, key):
    publish(engine, key)

    with pytest.raises(Refusal, match="уже проведено"):
        publish(engine, key)


def test_the_difference_is_told_by_cause(engine: Engine, stock: Stock, key):
    with reading(engine) as snapshot:
        found = {
            (one.service, one.cause): one.amount_kop - one.before_kop
            for one in reviewing.differences(snapshot, key)
        }

    before = charged_kop(stock, "ЛИФТ", period=SEPTEMBER)
    lift = found["ЛИФТ", Cause.PRICE] + found["ЛИФТ", Cause.PRICE_AND_VOLUME]
    assert lift == 9 * before + 955_000
    assert found["ТКОМ", Cause.PRICE] > 0
    assert ("ХВС", Cause.PEOPLE) in found
    assert ("СОД", Cause.PRICE) not in found


def test_what_a_review_held_is_not_posted_by_a_recalculation(engine: Engine, stock: Stock, key):
    publish(engine, key)
    number = grown_town().accounts[0].number
    asked = Asked(accounts=(number,), first=SEPTEMBER, reason="решение № 5", into=Period(2026, 11))

    seen = preview(engine, asked)

    held = [one for one in seen.problems if "придержана при разборе" in one.message]
    assert {one.service for one in held} == {"ЛИФТ", "ДОМОФОН"}
    assert all(f"kvitok charge 2026-10 --account {number}" in (one.hint or "") for one in held)
    assert seen.differences == []


def test_what_was_held_and_charged_anew_is_recalculated_as_any_other(
    engine: Engine, stock: Stock, key
):
    publish(engine, key)
    number = grown_town().accounts[0].number
    charge_month(engine, voucher(), period=OCTOBER, accounts=[number])
    asked = Asked(accounts=(number,), first=SEPTEMBER, reason="решение № 5", into=Period(2026, 11))

    seen = preview(engine, asked)

    assert (seen.problems, seen.differences) == ([], [])
