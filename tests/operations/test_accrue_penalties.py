"""Penalties in the books: charged, not twice, corrected in the open month, written off for good."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from app.domain.calendar import NoCalendar
from app.domain.payment import Channel
from app.domain.penalty_terms import MissingRate
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.operations.accrue_penalties import Accrued, NotThere, accrue_penalties
from app.operations.record_payment import record_payment
from app.operations.reverse_payment import reverse_payment
from app.operations.write_off_penalty import (
    WrittenOff,
    reverse_penalty_write_off,
    write_off_penalty,
)
from app.store import penalty_posting
from app.store.accounts import NoSuchAccount
from app.store.engine import Engine, KeyReused, RefusedByDatabase
from tests.fixtures.payers import AT, Payers, settle

JULY, AUGUST, OCTOBER, NOVEMBER = (Period(2026, month) for month in (7, 8, 10, 11))


@pytest.fixture
def payers(engine: Engine) -> Payers:
    """Account 1000 owes 1 000 roubles to water and 500 to heat for July, due 17.08.2026."""
    made = settle(engine)
    made.owe("1000", JULY, {"хвс": 60_000, "во": 40_000, "от": 50_000})
    made.run("select app.ensure_period('2026-10-01')")
    return made


def accrue(payers: Payers, **wanted: Any) -> Accrued:
    voucher = wanted.pop("voucher", None) or Voucher(uuid7(), VoucherKind.PENALTY, "бухгалтер", AT)
    return accrue_penalties(payers.engine, voucher, **wanted)


def penalties(payers: Payers, account: str = "1000") -> list[tuple]:
    return payers.run(
        "select service.code, entry.origin_period, entry.kind, entry.amount_kop from app.entry"
        " join app.service on service.id = entry.service_id"
        " where account_id = %s and kind >= 50 order by entry.period, entry.line_no, code",
        payers.accounts[account],
    )


def pay(payers: Payers, amount_kop: int, paid_on: date, *, account: str = "1000") -> UUID:
    return record_payment(
        payers.engine,
        Voucher(uuid7(), VoucherKind.PAYMENT, "кассир", AT),
        account_number=account,
        amount_kop=amount_kop,
        paid_on=paid_on,
        channel=Channel.BANK,
        external_id=str(uuid7()),
    ).key


def stop(payers: Payers, **columns: Any) -> None:
    names = ", ".join(columns)
    payers.run(
        f"insert into app.penalty_stop (id, reason, {names})"
        f" values (%s, 'суд' {', %s' * len(columns)})",
        uuid7(), *columns.values(),
    )  # fmt: skip


def test_a_month_of_delay_is_charged_by_contract_to_its_largest_service(payers: Payers) -> None:
    made = accrue(payers, on=date(2026, 10, 31))

    # 17.08 + 31 = 17.09: 45 days to 31.10, 1/300 of 9.5 %: 1 000 and 500 roubles.
    assert penalties(payers) == [
        ("хвс", JULY.first_day, 50, 1_425),
        ("от", JULY.first_day, 50, 713),
    ]
    assert (made.period, made.accounts, made.lines, made.amount_kop) == (OCTOBER, 1, 2, 2_138)
    assert payers.balance_kop("1000") == 152_138
    assert payers.broken() == []


def test_asked_again_it_adds_nothing_and_makes_no_document(payers: Payers) -> None:
    accrue(payers, on=date(2026, 10, 31))

    again = accrue(payers, on=date(2026, 10, 31))
    of_one = accrue(payers, on=date(2026, 10, 31), accounts=["1000"])

    assert (again.lines, of_one.lines) == (0, 0)
    assert payers.run("select count(*) from app.voucher where kind = 'penalty'") == [(1,)]
    assert len(penalties(payers)) == 2


def test_the_same_key_is_answered_as_the_first_time(payers: Payers) -> None:
    voucher = Voucher(uuid7(), VoucherKind.PENALTY, "бухгалтер", AT)
    first = accrue(payers, voucher=voucher, on=date(2026, 10, 31))

    assert accrue(payers, voucher=voucher, on=date(2026, 10, 31)) == first
    with pytest.raises(KeyReused):
        accrue(payers, voucher=voucher, on=date(2026, 10, 31), accounts=["1001"])
    assert len(penalties(payers)) == 2


def test_the_same_key_sets_nothing_off_again(payers: Payers) -> None:
    payers.run("insert into app.parameter (code, value) values ('пени.зачёт_до_начисления', 'да')")
    voucher = Voucher(uuid7(), VoucherKind.PENALTY, "бухгалтер", AT)
    first = accrue(payers, on=date(2026, 10, 31), voucher=voucher)
    pay(payers, 300_000, date(2026, 11, 2))
    payers.owe("1000", AUGUST, {"хвс": 10_000})

    again = accrue(payers, on=date(2026, 10, 31), voucher=voucher)

    assert again == first
    assert payers.run("select count(*) from app.voucher where kind = 'setoff'") == [(0,)]
    # Another accrual does set the advance off: the case above is no empty one.
    accrue(payers, on=date(2026, 11, 30))
    assert payers.run("select count(*) from app.voucher where kind = 'setoff'") == [(1,)]


def test_the_months_never_drift_from_the_whole(payers: Payers) -> None:
    accrue(payers, on=date(2026, 10, 31))
    accrue(payers, on=date(2026, 11, 30))

    # To 30.11: 60 days of 1/300 and 15 of 1/130.
    assert sum(row[3] for row in penalties(payers) if row[0] == "хвс") == 2_996
    assert [row[3] for row in penalties(payers) if row[0] == "хвс"] == [1_425, 1_571]
    assert payers.broken() == []


def test_a_payment_of_an_earlier_day_is_corrected_in_the_open_month(payers: Payers) -> None:
    accrue(payers, on=date(2026, 10, 31))
    payers.close(OCTOBER)
    before = penalties(payers)
    pay(payers, 150_000, date(2026, 9, 20))

    made = accrue(payers, on=date(2026, 11, 30))

    # Paid on the 4th day of 1/300: 1.27 and 0.63 are left of 14.25 and 7.13.
    assert made.period == NOVEMBER
    assert penalties(payers)[:2] == before
    assert [row[3] for row in penalties(payers)[2:]] == [-1_298, -650]
    assert payers.broken() == []


def test_a_payment_taken_back_brings_the_penalty_back(payers: Payers) -> None:
    paid = pay(payers, 150_000, date(2026, 8, 10))
    assert accrue(payers, on=date(2026, 10, 31)).lines == 0
    reverse_payment(
        payers.engine,
        Voucher(uuid7(), VoucherKind.REVERSAL, "бухгалтер", AT, "не его платёж"),
        payment=paid,
    )

    accrue(payers, on=date(2026, 10, 31))

    assert [row[3] for row in penalties(payers)] == [1_425, 713]


def test_paid_in_time_and_an_advance_bear_nothing(payers: Payers) -> None:
    pay(payers, 150_000, date(2026, 8, 17))

    assert accrue(payers, on=date(2026, 11, 30)).lines == 0


def test_a_decrease_lowers_the_debt_from_the_start(payers: Payers) -> None:
    accrue(payers, on=date(2026, 10, 31))
    payers.owe("1000", JULY, {"от": -50_000}, kind=3, posted=OCTOBER)

    made = accrue(payers, on=date(2026, 10, 31))

    assert made.amount_kop == -713
    assert sorted(row[3] for row in penalties(payers) if row[0] == "от") == [-713, 713]
    assert payers.broken() == []


def test_an_increase_is_a_debt_of_the_bill_that_shows_it(payers: Payers) -> None:
    payers.owe("1000", JULY, {"от": 30_000}, kind=3, posted=AUGUST)

    accrue(payers, on=date(2026, 10, 31))

    # The bill of August is due 15.09: its 31st day is 16.10, 16 days to 31.10.
    assert [row[3] for row in penalties(payers) if row[0] == "от"] == [713, 152]
    assert payers.broken() == []


def test_what_pays_a_period_pays_its_first_debt_before_later_ones(payers: Payers) -> None:
    payers.owe("1000", JULY, {"от": 30_000}, kind=3, posted=AUGUST)
    pay(payers, 165_000, date(2026, 8, 17))

    accrue(payers, on=date(2026, 10, 31))

    # Heat got its share of the payment; what is missing is of the later debt.
    owed = payers.run(
        "select sum(charged_kop + moved_kop) from app.balance where account_id = %s"
        " and service_id = %s",
        payers.accounts["1000"], payers.services["от"],
    )[0][0]  # fmt: skip
    [line] = [row for row in penalties(payers) if row[0] == "от"]
    assert line[3] == round(int(owed) * 0.095 / 300 * 16)


def test_a_dry_run_writes_nothing(payers: Payers) -> None:
    made = accrue(payers, on=date(2026, 10, 31), dry_run=True)

    assert made.amount_kop == 2_138
    assert penalties(payers) == []
    assert payers.run("select count(*) from app.penalty_run") == [(0,)]


def test_to_the_end_of_the_month_being_posted_without_a_day(payers: Payers) -> None:
    payers.close(JULY)

    made = accrue(payers, dry_run=True)

    assert (made.period, made.on) == (AUGUST, date(2026, 8, 31))


def test_to_the_day_of_printing_by_a_setting(payers: Payers) -> None:
    payers.run(
        "insert into app.parameter (code, value) values ('пени.дата_документа', 'день печати')"
    )
    payers.close(JULY)
    in_the_month = AT.replace(year=2026, month=8, day=20)
    voucher = Voucher(uuid7(), VoucherKind.PENALTY, "бухгалтер", in_the_month)

    made = accrue(payers, voucher=voucher, dry_run=True)

    assert (made.period, made.on) == (AUGUST, date(2026, 8, 20))


def test_other_accounts_are_left_alone(payers: Payers) -> None:
    payers.owe("1001", JULY, {"хвс": 10_000})

    accrue(payers, on=date(2026, 10, 31), accounts=["1001"])

    assert penalties(payers) == []
    assert penalties(payers, "1001") == [("хвс", JULY.first_day, 50, 143)]
    assert accrue(payers, on=date(2026, 10, 31)).amount_kop == 2_138


@pytest.mark.parametrize(
    ("columns", "left"),
    [
        ({"scope": "account", "account_id": "1000"}, []),
        ({"scope": "house", "house_id": "Д1"}, []),
        ({"scope": "creditor", "organisation_id": "тпл"}, [("хвс", 1_425)]),
        ({"scope": "document", "account_id": "1000", "origin_period": date(2026, 7, 1)}, []),
        (
            {"scope": "document", "account_id": "1000", "origin_period": date(2026, 6, 1)},
            [("хвс", 1_425), ("от", 713)],
        ),
    ],
)
def test_a_stop_touches_its_creditor_house_account_or_document(
    payers: Payers, columns: dict[str, Any], left: list[tuple[str, int]]
) -> None:
    keys = {
        "account_id": lambda name: payers.accounts[name],
        "house_id": lambda code: payers.run("select id from app.house where code = %s", code)[0][0],
        "organisation_id": lambda code: payers.run(
            "select id from app.organisation where code = %s", code
        )[0][0],
    }
    named = {name: keys[name](one) if name in keys else one for name, one in columns.items()}
    stop(payers, **named, valid_from=date(2026, 9, 1), valid_to=date(2026, 12, 1))

    accrue(payers, on=date(2026, 10, 31))

    assert [(row[0], row[3]) for row in penalties(payers)] == left


def test_a_stop_that_comes_late_takes_the_charge_back(payers: Payers) -> None:
    accrue(payers, on=date(2026, 10, 31))
    pay(payers, 150_000 + 2_138, date(2026, 10, 31))
    stop(payers, scope="account", account_id=payers.accounts["1000"], valid_from=date(2026, 9, 1))

    made = accrue(payers, on=date(2026, 10, 31))

    assert made.amount_kop == -2_138
    assert payers.broken() == []


def test_penalties_brought_in_count_as_charged_and_are_never_taken_back(payers: Payers) -> None:
    payers.owe("1001", JULY, {"хвс": 100_000}, kind=30)
    payers.owe("1001", JULY, {"хвс": 1_000}, kind=52)
    payers.owe("1001", Period(2026, 6), {"хвс": 700}, kind=52)

    accrue(payers, on=date(2026, 10, 31), accounts=["1001"])

    assert [row[3] for row in penalties(payers, "1001") if row[2] == 50] == [425]


def test_penalties_brought_in_stand_beside_by_a_setting(payers: Payers) -> None:
    payers.run("insert into app.parameter (code, value) values ('пени.входящие', 'сверх')")
    payers.owe("1001", JULY, {"хвс": 100_000}, kind=30)
    payers.owe("1001", JULY, {"хвс": 1_000}, kind=52)

    accrue(payers, on=date(2026, 10, 31), accounts=["1001"])

    assert [row[3] for row in penalties(payers, "1001") if row[2] == 50] == [1_425]


def test_a_month_that_is_closed_is_refused(payers: Payers) -> None:
    payers.close(OCTOBER)

    with pytest.raises(NotThere, match=r"10\.2026 для пени закрыт"):
        accrue(payers, on=date(2026, 10, 31), period=OCTOBER)
    assert penalties(payers) == []


def test_an_account_that_is_not_there_is_refused(payers: Payers) -> None:
    with pytest.raises(NoSuchAccount, match="9999 нет"):
        accrue(payers, on=date(2026, 10, 31), accounts=["1000", "9999"])
    assert penalties(payers) == []


def test_a_day_without_a_key_rate_is_refused(payers: Payers) -> None:
    payers.owe("1001", Period(2010, 1), {"хвс": 100_000})
    pay(payers, 50_000, date(2011, 6, 1), account="1001")

    with pytest.raises(MissingRate, match="Ключевая ставка"):
        accrue(payers, on=date(2026, 10, 31), accounts=["1001"])

    assert penalties(payers, "1001") == []


def test_a_year_without_calendar_is_refused(payers: Payers) -> None:
    payers.owe("1001", Period(2035, 1), {"хвс": 100})

    with pytest.raises(NoCalendar, match="2035"):
        accrue(payers, on=date(2035, 4, 30))
    assert penalties(payers) == []


def test_a_day_before_what_was_accrued_is_refused(payers: Payers) -> None:
    accrue(payers, on=date(2026, 10, 31))
    payers.close(OCTOBER)

    with pytest.raises(NotThere, match=r"уже начислены по 31\.10\.2026"):
        accrue(payers, on=date(2026, 9, 30))
    assert accrue(payers, on=date(2026, 9, 30), dry_run=True).amount_kop == -2_138 + 665


def test_another_accrual_that_was_faster_is_not_doubled(
    payers: Payers, monkeypatch: pytest.MonkeyPatch
) -> None:
    posting = penalty_posting.append

    def late(draft: Any, *args: Any, **named: Any) -> None:
        monkeypatch.setattr(penalty_posting, "append", posting)
        accrue(payers, on=date(2026, 10, 31), accounts=["1000"])
        posting(draft, *args, **named)

    monkeypatch.setattr(penalty_posting, "append", late)

    with pytest.raises(RefusedByDatabase, match="с другого рабочего места"):
        accrue(payers, on=date(2026, 10, 31), batch_accounts=1)
    assert [row[3] for row in penalties(payers)] == [1_425, 713]
    assert payers.broken() == []


def test_small_batches_come_to_the_same(payers: Payers) -> None:
    payers.owe("1001", JULY, {"хвс": 100_000})
    payers.owe("2000", JULY, {"от": 200_000})

    made = accrue(payers, on=date(2026, 10, 31), batch_accounts=1)

    assert (made.accounts, made.lines, made.amount_kop) == (3, 4, 2_138 + 1_425 + 2_850)
    assert payers.broken() == []


def write_off(payers: Payers, **wanted: Any) -> Any:
    told = {"account": "1000"} | {
        name: wanted.pop(name) for name in ("account", "amount_kop") if name in wanted
    }
    voucher = Voucher(uuid7(), VoucherKind.WRITE_OFF, "бухгалтер", AT, wanted.pop("reason", "суд"))
    return write_off_penalty(
        payers.engine,
        wanted.pop("voucher", voucher),
        on=date(2026, 11, 12),
        document=wanted.pop("document", "решение № 5"),
        lines=[WrittenOff(**told)],
    )


def test_what_was_written_off_is_not_charged_again(payers: Payers) -> None:
    accrue(payers, on=date(2026, 10, 31))
    written = write_off(payers)

    assert (written.amount_kop, written.period) == (2_138, NOVEMBER)
    assert payers.balance_kop("1000") == 150_000
    assert accrue(payers, on=date(2026, 10, 31)).lines == 0
    assert accrue(payers, on=date(2026, 11, 30)).amount_kop == 1_571 + 785
    assert payers.broken() == []


def test_a_writing_off_is_undone_once_by_its_opposite(payers: Payers) -> None:
    accrue(payers, on=date(2026, 10, 31))
    written = write_off(payers, amount_kop=2_000)
    assert payers.balance_kop("1000") == 150_138
    voucher = Voucher(uuid7(), VoucherKind.REVERSAL, "бухгалтер", AT, "суд отменил")

    undone = reverse_penalty_write_off(
        payers.engine, voucher, write_off=written.key, on=date(2026, 11, 13)
    )

    assert undone.amount_kop == -2_000
    assert payers.balance_kop("1000") == 152_138
    again = reverse_penalty_write_off(
        payers.engine, voucher, write_off=written.key, on=date(2026, 11, 13)
    )
    assert again.is_replay
    for wrong in (written.key, undone.key):
        with pytest.raises(RefusedByDatabase):
            reverse_penalty_write_off(
                payers.engine,
                Voucher(uuid7(), VoucherKind.REVERSAL, "бухгалтер", AT, "ещё раз"),
                write_off=wrong,
                on=date(2026, 11, 13),
            )
    assert payers.broken() == []


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"amount_kop": 2_139}, "списать"),
        ({"amount_kop": 0}, "больше нуля"),
        ({"account": "9999"}, "9999 нет"),
        ({"account": "1001"}, "списать нечего"),
        ({"reason": " "}, "причина"),
        ({"document": " "}, "документ"),
    ],
)
def test_a_bad_writing_off_is_refused_and_changes_nothing(
    payers: Payers, wanted: dict[str, Any], sentence: str
) -> None:
    accrue(payers, on=date(2026, 10, 31))

    with pytest.raises(RefusedByDatabase, match=sentence):
        write_off(payers, **wanted)
    assert len(penalties(payers)) == 2
