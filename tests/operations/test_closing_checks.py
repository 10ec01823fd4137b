"""The list of checks before a closing: each finds its trouble, and nothing where there is none."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from uuid_utils.compat import uuid7

from app.domain.closing import RULES, ClosingCheck, ClosingStopped, MonthPart, NoSuchCheck
from app.domain.payment import Channel
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Refusal
from app.operations.accrue_penalties import accrue_penalties
from app.operations.charge_month import charge_month
from app.operations.close_period import check_period, close_period
from app.operations.open_shift import open_shift
from app.operations.record_payment import record_payment
from app.operations.review_charges import publish, waiting_run
from app.store.engine import Engine
from tests.fixtures.charge_stock import Stock
from tests.fixtures.charge_towns import OCTOBER, grown_town
from tests.fixtures.payers import Payers, settle

SEPTEMBER = Period(2026, 9)
AT = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)


def voucher(kind: VoucherKind) -> Voucher:
    return Voucher(uuid7(), kind, "Иванова", AT)


@pytest.fixture
def stock(engine: Engine) -> Stock:
    """September charged and closed, October charged: nothing to complain of but one jump."""
    made = Stock(engine, grown_town()).write()
    charge_month(engine, voucher(VoucherKind.CHARGE_RUN), period=SEPTEMBER)
    close_period(engine, voucher(VoucherKind.CLOSING), period=SEPTEMBER)
    charge_month(engine, voucher(VoucherKind.CHARGE_RUN), period=OCTOBER)
    return made


def found(engine: Engine, *, month: Period = OCTOBER, **about) -> dict[str, ClosingCheck]:
    checks = check_period(engine, period=month, **about)
    return {check.rule.name: check for check in checks if check.count}


def test_the_list_has_every_rule_of_the_month_and_those_of_a_part(
    engine: Engine, stock: Stock
) -> None:
    whole = check_period(engine, period=OCTOBER)
    payments = check_period(engine, period=OCTOBER, part=MonthPart.PAYMENTS)

    assert [check.rule for check in whole] == list(RULES)
    assert {check.rule.part for check in payments} == {None, MonthPart.PAYMENTS}


def test_a_sound_month_has_nothing_that_stops(engine: Engine, stock: Stock) -> None:
    assert not any(check.stops for check in found(engine).values())


def _charge(stock: Stock, **about) -> None:
    charge_month(stock.engine, voucher(VoucherKind.CHARGE_RUN), period=OCTOBER, **about)


def _begin_run(stock: Stock) -> None:
    stock.run("select api.start_run(%s, '2026-10-01', 'Иванова', now(), '{}', '{}')", uuid7())


def _hold_for_review(stock: Stock) -> None:
    _charge(stock, for_review=True)


def _hold_lines(stock: Stock) -> None:
    _charge(stock, for_review=True)
    publish(stock.engine, waiting_run(stock.engine, OCTOBER))


def _have_a_problem(stock: Stock) -> None:
    stock.run("delete from app.tariff where service_id = (select id from app.service"
              " where code = 'ЛИФТ')")  # fmt: skip
    _charge(stock)


def _change_people(stock: Stock) -> None:
    stock.run("update app.resident set valid_to = '2026-10-10' where valid_to is null")


def _end_assignments(stock: Stock) -> None:
    stock.run("update app.assignment set valid_to = '2026-10-01'")
    _charge(stock)


def _open_shift(stock: Stock) -> None:
    open_shift(stock.engine, Voucher(uuid7(), VoucherKind.PAYMENT, "Петрова", AT), desk_no=2)


def _redden_shift(stock: Stock) -> None:
    _open_shift(stock)
    stock.run(
        "update app.shift set closed_at = opened_at, counted_cash_kop = 0, expected_cash_kop = 0,"
        """ manifest = '{"n": 1, "sum": 500}'"""
    )


def _spoil_balances(stock: Stock) -> None:
    stock.run("update app.balance set moved_kop = moved_kop + 1")


TROUBLES: dict[str, Callable[[Stock], None]] = {
    "books-agree": _spoil_balances,
    "charge-run-unfinished": _begin_run,
    "charge-run-in-review": _hold_for_review,
    "houses-with-problems": _have_a_problem,
    "held-lines": _hold_lines,
    "recalculation-due": _change_people,
    "accounts-without-lines": _end_assignments,
    "shifts-open": _open_shift,
    "shifts-red": _redden_shift,
}


@pytest.mark.parametrize("name", sorted(TROUBLES))
def test_a_trouble_is_found_with_examples_and_what_to_do(
    engine: Engine, stock: Stock, name: str
) -> None:
    before = found(engine)

    TROUBLES[name](stock)

    check = found(engine)[name]
    assert name not in before
    assert check.examples
    assert all(check.examples)
    assert str(check.count) in check.sentence
    assert check.rule.mend.endswith(".")


def test_a_month_not_charged_is_found_once_charging_has_begun(engine: Engine, stock: Stock) -> None:
    stock.run("select app.ensure_period('2026-11-01')")

    check = found(engine, month=Period(2026, 11))["not-charged"]

    assert check.stops
    assert check.count == len(grown_town().accounts)


def test_a_house_charged_again_without_the_problem_is_not_told(
    engine: Engine, stock: Stock
) -> None:
    kept = stock.run("select array_agg(t) from app.tariff as t")[0][0]
    _have_a_problem(stock)
    assert kept
    assert "houses-with-problems" in found(engine)

    stock.run("update app.assignment set valid_to = '2026-10-01' where service_id ="
              " (select id from app.service where code = 'ЛИФТ')")  # fmt: skip
    _charge(stock)

    assert "houses-with-problems" not in found(engine)


def test_payments_of_the_journal_are_told(engine: Engine, stock: Stock) -> None:
    check = found(engine, unsent=("касса 00-02: чек № 5, 700,00 ₽",))["payments-unsent"]

    assert check.stops
    assert check.examples == ("касса 00-02: чек № 5, 700,00 ₽",)


def test_an_advance_beside_a_debt_of_the_same_payee_is_told(engine: Engine) -> None:
    payers: Payers = settle(engine)
    payers.owe("1000", OCTOBER, {"хвс": -500, "во": 900})
    payers.owe("1001", OCTOBER, {"хвс": -500, "от": 900})

    check = found(engine)["advances-to-set-off"]

    assert (check.count, check.examples) == (1, ("счёт 1000: аванс 5,00 ₽",))


def test_money_of_nobody_known_is_told(engine: Engine) -> None:
    payers: Payers = settle(engine)
    payers.owe("1000", OCTOBER, {"хвс": 100})
    record_payment(
        engine, voucher(VoucherKind.PAYMENT), account_number="1000", amount_kop=700,
        paid_on=date(2026, 10, 5),
    )  # fmt: skip
    assert "payments-unidentified" not in found(engine)

    payers.run(
        "update app.account set premises_id = null,"
        " suspense_of = (select id from app.organisation limit 1) where number = '1000'"
    )

    check = found(engine)["payments-unidentified"]
    assert (check.count, check.examples) == (1, ("7,00 ₽ от 05.10.2026",))


def test_payments_that_wait_for_a_transfer_are_told_where_there_are_transfers(
    engine: Engine,
) -> None:
    payers: Payers = settle(engine)
    payers.owe("1000", SEPTEMBER, {"хвс": 100_000})
    about = {"account_number": "1000", "paid_on": date(2026, 10, 5), "channel": Channel.BANK}
    record_payment(engine, voucher(VoucherKind.PAYMENT), amount_kop=70_000, **about)
    assert "payments-not-transferred" not in found(engine)

    payers.run(
        "select app.open_voucher(%s, 'bank-transfer', 'posted', '2026-10-01', 'тест', now(), null,"
        " null, '{}', 0::smallint)",
        key := uuid7(),
    )
    payers.run(
        "insert into app.bank_transfer (id, contract_id, on_day, order_no, state, payments,"
        " received_kop, commission_kop, fee_kop, amount_kop)"
        " values (%s, %s, '2026-10-02', 1, 'daily', 1, 1, 0, 0, 1)",
        key, payers.contracts["Т-2"],
    )  # fmt: skip

    check = found(engine)["payments-not-transferred"]
    assert (check.count, check.examples) == (1, ("договор В-1: 700,00 ₽",))


def test_penalties_not_accrued_to_the_end_of_the_month_are_told(engine: Engine) -> None:
    payers: Payers = settle(engine)
    payers.owe("1000", Period(2026, 7), {"хвс": 60_000})
    payers.owe("1001", OCTOBER, {"хвс": 60_000})

    check = found(engine)["penalties-not-accrued"]
    early = voucher(VoucherKind.PENALTY)
    accrue_penalties(engine, early, on=date(2026, 10, 15))
    still = found(engine)
    accrue_penalties(engine, voucher(VoucherKind.PENALTY), on=date(2026, 10, 31))

    assert (check.count, check.examples) == (1, ("счёт 1000: долг 600,00 ₽",))
    assert "penalties-not-accrued" in still
    assert "penalties-not-accrued" not in found(engine)


def test_closing_sets_advances_off_against_debts_of_their_service(engine: Engine) -> None:
    payers: Payers = settle(engine)
    payers.owe("1000", SEPTEMBER, {"хвс": -500})
    payers.owe("1000", OCTOBER, {"хвс": 900})

    done = close_period(engine, voucher(VoucherKind.CLOSING), period=OCTOBER)

    left = payers.run(
        "select origin_period::text, charged_kop + moved_kop from app.balance"
        " where charged_kop + moved_kop <> 0"
    )
    assert left == [("2026-10-01", 400)]
    assert [one.amount_kop for one in done.setoffs] == [500]
    assert payers.run("select sum(adjusted_kop) from app.closing") == [(0,)]
    assert payers.broken() == []


def test_closing_again_by_its_key_sets_nothing_off_twice(engine: Engine) -> None:
    payers: Payers = settle(engine)
    payers.owe("1000", SEPTEMBER, {"хвс": -500})
    payers.owe("1000", OCTOBER, {"хвс": 900})
    under = voucher(VoucherKind.CLOSING)

    close_period(engine, under, period=OCTOBER)
    close_period(engine, under, period=OCTOBER)

    assert payers.run("select count(*) from app.voucher where kind = 'setoff'") == [(1,)]


def test_a_closing_that_is_refused_sets_nothing_off(engine: Engine) -> None:
    payers: Payers = settle(engine)
    payers.owe("1000", SEPTEMBER, {"хвс": -500})
    payers.owe("1000", OCTOBER, {"хвс": 900})
    payers.run("update app.period set posted_runs = 1 where period = '2026-09-01'")

    with pytest.raises(Refusal, match=r"сначала закройте 09\.2026"):
        close_period(engine, voucher(VoucherKind.CLOSING), period=OCTOBER)

    assert payers.run("select count(*) from app.voucher where kind = 'setoff'") == [(0,)]


@pytest.mark.parametrize("part", [MonthPart.CHARGES, MonthPart.PENALTIES])
def test_closing_a_part_without_payments_sets_nothing_off(engine: Engine, part: MonthPart) -> None:
    payers: Payers = settle(engine)
    payers.owe("1000", OCTOBER, {"хвс": -500})
    payers.owe("1000", SEPTEMBER, {"хвс": 900})

    done = close_period(engine, voucher(VoucherKind.CLOSING), period=OCTOBER, part=part)

    assert done.setoffs == ()


def test_a_centre_may_choose_not_to_set_off(engine: Engine) -> None:
    payers: Payers = settle(engine)
    payers.owe("1000", SEPTEMBER, {"хвс": -500})
    payers.owe("1000", OCTOBER, {"хвс": 900})
    payers.run("insert into app.parameter (code, value) values ('закрытие.зачёт_авансов', 'нет')")

    done = close_period(engine, voucher(VoucherKind.CLOSING), period=OCTOBER)

    assert done.setoffs == ()
    assert payers.run("select count(*) from app.voucher where kind = 'setoff'") == [(0,)]


def test_what_stops_stops_and_nothing_is_closed(engine: Engine, stock: Stock) -> None:
    _open_shift(stock)

    with pytest.raises(ClosingStopped, match=r"Смен, открытых.*Закройте смены"):
        close_period(engine, voucher(VoucherKind.CLOSING), period=OCTOBER)

    assert stock.run("select state from app.period where period = '2026-10-01'") == [("open",)]


def test_a_stop_is_overridden_with_a_reason_that_is_kept(engine: Engine, stock: Stock) -> None:
    _open_shift(stock)
    under = voucher(VoucherKind.CLOSING)

    close_period(engine, under, period=OCTOBER, despite={"shifts-open": "касса сгорела, акт № 3"})

    kept = stock.run(
        "select found, reason from app.closing_check where voucher_id = %s"
        " and name = 'shifts-open'",
        under.key,
    )
    assert kept == [(1, "касса сгорела, акт № 3")]


def test_warnings_are_kept_without_a_reason(engine: Engine, stock: Stock) -> None:
    _change_people(stock)
    under = voucher(VoucherKind.CLOSING)

    done = close_period(engine, under, period=OCTOBER)

    kept = stock.run(
        "select name, is_blocking, reason from app.closing_check where voucher_id = %s", under.key
    )
    assert ("recalculation-due", False, None) in kept
    assert "recalculation-due" in {check.rule.name for check in done.checks if check.count}


def test_a_stop_without_override_is_not_overridden(engine: Engine, stock: Stock) -> None:
    _spoil_balances(stock)

    with pytest.raises(ClosingStopped, match=r"и с указанием причины. Книги не сходятся"):
        close_period(
            engine, voucher(VoucherKind.CLOSING), period=OCTOBER,
            despite={"books-agree": "потом"},
        )  # fmt: skip


def test_an_override_without_a_reason_is_refused(engine: Engine, stock: Stock) -> None:
    _open_shift(stock)

    with pytest.raises(ClosingStopped, match="Не указана причина"):
        close_period(
            engine, voucher(VoucherKind.CLOSING), period=OCTOBER, despite={"shifts-open": " "}
        )


def test_an_override_of_nothing_known_is_refused(engine: Engine, stock: Stock) -> None:
    with pytest.raises(NoSuchCheck, match=r"«смены» в списке нет.*shifts-open"):
        close_period(engine, voucher(VoucherKind.CLOSING), period=OCTOBER, despite={"смены": "так"})


def test_the_server_does_not_take_a_stop_without_a_reason(engine: Engine, stock: Stock) -> None:
    stock.run("select api.begin_closing('2026-10-01')")

    with pytest.raises(Exception, match="Закрыть нельзя, не исправлено: shifts-open"):
        stock.run(
            "select api.finish_closing(%s, '2026-10-01', 'кто-то', now(),"
            """ '[{"name": "shifts-open", "blocking": true, "found": 1}]')""",
            uuid7(),
        )
