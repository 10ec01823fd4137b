"""Instalment agreements, limitation and writing off in the books."""

import dataclasses
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from app.domain import instalment
from app.domain.instalment import InstalmentStatus, NotAnAgreement
from app.domain.limitation import LimitationChange
from app.domain.payment import Channel
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.operations.accrue_penalties import accrue_penalties
from app.operations.agree_instalment import (
    WantedInstalment,
    agree_instalment,
    broken_instalments,
    end_instalment,
    post_interest,
)
from app.operations.record_limitation import WantedEvent, record_limitation, revoke_limitation
from app.operations.record_payment import record_payment
from app.operations.write_off_debt import (
    NothingToWriteOff,
    WantedWriteOff,
    undo_write_off,
    write_off_debt,
)
from app.store import documents, instalments, limitation
from app.store.adjusting import UnknownName
from app.store.engine import Engine, KeyReused, RefusedByDatabase
from app.store.instalments import KeptInstalment, UnknownInstalmentSetting
from app.store.reading import reading
from tests.fixtures.payers import Payers, settle

AT = datetime.now(UTC)
JULY, AUGUST, OCTOBER, OLD = Period(2026, 7), Period(2026, 8), Period(2026, 10), Period(2021, 5)
AGREED = date(2026, 10, 1)
WANTED = WantedInstalment(
    account="1000", number="7", agreed_on=AGREED,
    due_days=instalment.monthly(date(2026, 11, 15), 3), last=AUGUST,
)  # fmt: skip


@pytest.fixture
def payers(engine: Engine) -> Payers:
    """July: 300 to water, 600 to heat; October, current: 100 to water."""
    made = settle(engine)
    made.owe("1000", JULY, {"хвс": 30_000, "от": 60_000})
    made.owe("1000", OCTOBER, {"хвс": 10_000})
    return made


def voucher(
    kind: VoucherKind, reason: str | None = "заявление", key: UUID | None = None
) -> Voucher:
    return Voucher(key or uuid7(), kind, "бухгалтер", AT, reason=reason)


def agree(payers: Payers, key: UUID | None = None, **changed: Any) -> dict[str, Any]:
    wanted = dataclasses.replace(WANTED, **changed)
    return agree_instalment(payers.engine, voucher(VoucherKind.INSTALMENT, key=key), wanted)


def end(payers: Payers, how: InstalmentStatus, *, on: date, reason: str = "просрочка") -> None:
    end_instalment(
        payers.engine, voucher(VoucherKind.INSTALMENT, reason), number="7", how=how, on=on
    )


def kept(payers: Payers) -> KeptInstalment:
    with reading(payers.engine) as snapshot:
        (found,) = instalments.load(snapshot, accounts=["1000"])
    return found


def pay(payers: Payers, amount_kop: int, on: date) -> list[tuple[str, int, int]]:
    """Pay by bank; give what was paid: service, month, kopecks."""
    key = uuid7()
    record_payment(
        payers.engine, Voucher(key, VoucherKind.PAYMENT, "банк", AT), account_number="1000",
        amount_kop=amount_kop, paid_on=on, channel=Channel.BANK,
    )  # fmt: skip
    return payers.run(
        "select service.code, extract(month from origin_period)::int, -amount_kop from app.entry"
        " join app.service on service.id = service_id where voucher_id = %s"
        " order by origin_period, position",
        key,
    )


def setting(payers: Payers, code: str, value: str) -> None:
    payers.run("insert into app.parameter (code, value) values (%s, %s)", code, value)


def penalties(payers: Payers) -> dict[str, int]:
    return dict(
        payers.run(
            "select service.code, sum(amount_kop)::bigint from app.entry"
            " join app.service on service.id = service_id where kind = 50 group by 1"
        )
    )


def accrue(payers: Payers, on: date) -> None:
    accrue_penalties(payers.engine, voucher(VoucherKind.PENALTY, None), on=on, accounts=["1000"])


def test_an_agreement_is_made_once_over_what_is_owed(payers: Payers) -> None:
    key = uuid7()

    done = agree(payers, key)
    pay(payers, 20_000, date(2026, 11, 10))
    again = agree(payers, key)

    assert (done["amount_kop"], done["parts"], done["replay"]) == (90_000, 3, False)
    assert (again["instalment"], again["replay"]) == (done["instalment"], True)
    assert [part.amount_kop for part in kept(payers).agreement.parts] == [30_000] * 3
    with pytest.raises(KeyReused):
        agree(payers, key, number="8")
    assert payers.run("select count(*) from app.instalment") == [(1,)]


def test_parts_due_are_paid_first_then_the_current_bill_then_the_rest(payers: Payers) -> None:
    agree(payers)

    lines = pay(payers, 55_000, date(2026, 11, 15))

    assert lines == [("хвс", 7, 30_000), ("от", 7, 15_000), ("хвс", 10, 10_000)]
    told = kept(payers).state(date(2026, 11, 15))
    assert [one.paid_kop for one in told.parts] == [30_000, 15_000, 0]
    assert told.due_kop == 0
    assert payers.broken() == []


def test_before_a_part_is_due_the_current_bill_goes_first(payers: Payers) -> None:
    agree(payers)

    assert pay(payers, 10_000, date(2026, 11, 10)) == [("хвс", 10, 10_000)]


@pytest.mark.parametrize(("order", "current_kop"), [
    ("сначала части", 0), ("сначала текущее", 10_000),
])  # fmt: skip
def test_the_setting_says_what_is_paid_first(payers: Payers, order: str, current_kop: int) -> None:
    setting(payers, "рассрочка.порядок", order)
    agree(payers)

    lines = pay(payers, 30_000, date(2026, 11, 15))

    assert sum(amount for _, month, amount in lines if month == 10) == current_kop


def test_a_late_part_breaks_it_and_a_document_ends_it(payers: Payers) -> None:
    agree(payers)

    assert broken_instalments(payers.engine, on=date(2026, 12, 15)) == []
    (broken,) = broken_instalments(payers.engine, on=date(2026, 12, 16))
    assert broken.agreement.number == "7"
    end(payers, InstalmentStatus.BROKEN, on=date(2026, 12, 16))

    told = kept(payers).state(date(2026, 12, 16))
    assert told.status is InstalmentStatus.BROKEN
    assert told.due_kop == 90_000
    assert broken_instalments(payers.engine, on=date(2026, 12, 16)) == []
    assert pay(payers, 10_000, date(2026, 12, 17))[0][1] == 7
    with pytest.raises(RefusedByDatabase, match="уже прекращена"):
        end(payers, InstalmentStatus.CANCELLED, on=date(2026, 12, 17))


def test_a_payment_that_is_reversed_is_owed_again(payers: Payers) -> None:
    agree(payers)
    key = uuid7()
    record_payment(
        payers.engine, Voucher(key, VoucherKind.PAYMENT, "банк", AT), account_number="1000",
        amount_kop=30_000, paid_on=date(2026, 11, 15), channel=Channel.BANK,
    )  # fmt: skip
    payers.run("select api.reverse_payment(%s, %s, 'ошибка', 'банк', %s, null, null)",
               uuid7(), key, AT)  # fmt: skip

    assert kept(payers).state(date(2027, 1, 1)).left_kop == 90_000


def test_penalties_stand_still_while_it_holds_and_only_of_its_creditor(payers: Payers) -> None:
    setting(payers, "рассрочка.пени", "остановить")
    agree(payers, creditor="тпл")

    accrue(payers, date(2026, 10, 31))

    # Heat: 17.09 to 30.09, 14 days of 1/300; water goes on to 31.10, 45 days.
    assert penalties(payers) == {"от": 266, "хвс": 428}


@pytest.mark.parametrize(("word", "expected"), [("не возвращать", 266), ("вернуть", 855)])
def test_a_broken_agreement_gives_stopped_days_back_where_it_says_so(
    payers: Payers, word: str, expected: int
) -> None:
    setting(payers, "рассрочка.пени", "остановить")
    setting(payers, "рассрочка.пени_при_нарушении", word)
    agree(payers, creditor="тпл")
    end(payers, InstalmentStatus.BROKEN, on=date(2026, 11, 1))

    accrue(payers, date(2026, 10, 31))

    assert penalties(payers)["от"] == expected


def test_interest_of_parts_is_charged_once(payers: Payers) -> None:
    agree(payers, interest_ppm=120_000)
    parts = kept(payers).agreement.parts
    before = payers.balance_kop("1000")

    first = post_interest(payers.engine, voucher(VoucherKind.ADJUSTMENT), on=date(2026, 12, 15))
    again = post_interest(payers.engine, voucher(VoucherKind.ADJUSTMENT), on=date(2026, 12, 15))

    # 900 × 12 % × 45/365 = 13,32; 600 × 12 % × 30/365 = 5,92.
    assert [part.interest_kop for part in parts] == [1_332, 592, 306]
    assert (first, again) == (2, 0)
    assert payers.balance_kop("1000") - before == 1_332 + 592
    assert payers.broken() == []


@pytest.mark.parametrize(("changed", "says"), [
    ({"account": "9999"}, "9999"),
    ({"creditor": "нет"}, "нет"),
    ({"number": " "}, "номер"),
    ({"first": Period(2027, 1), "last": None}, "нечего"),
    ({"interest_ppm": 180_000}, "больше допустимого"),
    ({"first_payment_kop": 90_000}, "Первый взнос"),
])  # fmt: skip
def test_a_bad_agreement_is_refused_and_nothing_is_written(
    payers: Payers, changed: dict[str, Any], says: str
) -> None:
    with pytest.raises(Exception, match=says) as told:
        agree(payers, **changed)

    assert "AppError" in {kind.__name__ for kind in type(told.value).__mro__}
    assert payers.run("select count(*) from app.instalment") == [(0,)]


def test_the_margin_over_the_key_rate_is_a_setting(payers: Payers) -> None:
    payers.run(
        "insert into app.parameter (code, value) values ('рассрочка.надбавка_процентов', '4')"
    )

    agree(payers, interest_ppm=180_000)

    # The key rate of 01.10.2026 is 14 %: 18 % is the most, and more is refused.
    assert payers.run("select interest_ppm from app.instalment") == [(180_000,)]
    with pytest.raises(NotAnAgreement, match="больше допустимого"):
        agree(payers, number="8", interest_ppm=180_001)


def test_a_debt_is_in_one_agreement_and_a_number_is_of_one(payers: Payers) -> None:
    agree(payers)

    with pytest.raises(RefusedByDatabase, match="уже рассрочен соглашением № 7"):
        agree(payers, number="8")
    with pytest.raises(RefusedByDatabase, match="№ 7 уже есть"):
        agree(payers, first=OCTOBER, last=OCTOBER)
    with pytest.raises(NotAnAgreement, match="нечего"):
        agree(payers, account="1001", number="9")


def test_an_end_needs_a_reason_and_an_agreement(payers: Payers) -> None:
    agree(payers)

    with pytest.raises(RefusedByDatabase, match="причина"):
        end(payers, InstalmentStatus.CANCELLED, on=date(2026, 12, 1), reason=" ")
    with pytest.raises(RefusedByDatabase, match="раньше нельзя"):
        end(payers, InstalmentStatus.CANCELLED, on=date(2026, 9, 1))
    with pytest.raises(RefusedByDatabase, match="Проверьте номер"):
        end_instalment(payers.engine, voucher(VoucherKind.INSTALMENT), number="нет",
                       how=InstalmentStatus.CANCELLED, on=AGREED)  # fmt: skip


def test_an_unknown_setting_is_refused(payers: Payers) -> None:
    setting(payers, "рассрочка.порядок", "как-нибудь")

    with pytest.raises(UnknownInstalmentSetting, match="сначала части"):
        agree(payers)


def test_debts_are_marked_and_events_change_the_mark(payers: Payers) -> None:
    payers.owe("1000", OLD, {"хвс": 5_000, "от": 7_000})
    key = uuid7()
    event = WantedEvent("1000", LimitationChange.FILED, date(2024, 6, 1), OLD, OLD, "дело 2-1/24",
                        contract="В-1")  # fmt: skip

    def barred(on: date) -> list[str]:
        with reading(payers.engine) as snapshot:
            return [one.service for one in limitation.marked(snapshot, ["1000"], on=on)
                    if one.mark.is_barred]  # fmt: skip

    assert barred(date(2024, 6, 10)) == []
    assert barred(date(2024, 6, 11)) == ["хвс", "от"]
    assert record_limitation(payers.engine, key, event, actor="юрист")
    assert not record_limitation(payers.engine, key, event, actor="юрист")
    assert barred(date(2026, 11, 1)) == ["от"]
    with pytest.raises(KeyReused):
        record_limitation(payers.engine, key, dataclasses.replace(event, document="другое"),
                          actor="юрист")  # fmt: skip
    revoke_limitation(payers.engine, key, reason="ошибка", actor="юрист")
    assert barred(date(2026, 11, 1)) == ["хвс", "от"]
    with pytest.raises(RefusedByDatabase, match="уже отозвана"):
        revoke_limitation(payers.engine, key, reason="ошибка", actor="юрист")
    with pytest.raises(RefusedByDatabase, match="документ"):
        record_limitation(payers.engine, uuid7(), dataclasses.replace(event, document=" "),
                          actor="юрист")  # fmt: skip


WRITE_OFF = WantedWriteOff(("1000",), date(2026, 10, 20), "приказ № 5", barred_only=True)


def test_barred_debts_are_written_off_once_and_come_back_once(payers: Payers) -> None:
    payers.owe("1000", OLD, {"хвс": 5_000, "от": 7_000})
    payers.owe("1000", OLD, {"от": 900}, kind=50)
    key, undoing = uuid7(), uuid7()
    before = payers.balance_kop("1000")

    done = write_off_debt(payers.engine, voucher(VoucherKind.WRITE_OFF, key=key), WRITE_OFF)
    again = write_off_debt(payers.engine, voucher(VoucherKind.WRITE_OFF, key=key), WRITE_OFF)

    assert (done["principal_kop"], done["penalty_kop"], done["replay"]) == (12_000, 900, False)
    assert again["replay"]
    assert payers.balance_kop("1000") == before - 12_900
    assert payers.run("select kind, -amount_kop from app.entry where voucher_id = %s order by 1, 2",
                      key) == [(8, 5_000), (8, 7_000), (53, 900)]  # fmt: skip
    with pytest.raises(NothingToWriteOff):
        write_off_debt(payers.engine, voucher(VoucherKind.WRITE_OFF), WRITE_OFF)

    back = undo_write_off(payers.engine, voucher(VoucherKind.REVERSAL, key=undoing), write_off=key,
                          on=date(2026, 10, 21))  # fmt: skip
    assert not back["replay"]
    assert payers.balance_kop("1000") == before
    with pytest.raises(RefusedByDatabase, match="уже отменено"):
        undo_write_off(payers.engine, voucher(VoucherKind.REVERSAL), write_off=key,
                       on=date(2026, 10, 21))  # fmt: skip
    with pytest.raises(RefusedByDatabase, match="не списание долга"):
        undo_write_off(payers.engine, voucher(VoucherKind.REVERSAL), write_off=undoing,
                       on=date(2026, 10, 21))  # fmt: skip
    assert payers.broken() == []


@pytest.mark.parametrize(("changed", "principal", "penalty"), [
    ({"contract": "Т-2"}, 60_000, 400),
    ({"contract": "Т-2", "penalty": False}, 60_000, 0),
    ({"principal": False}, 0, 400),
    ({"first": OCTOBER}, 10_000, 0),
    ({}, 100_000, 400),
])  # fmt: skip
def test_what_fits_is_written_off(
    payers: Payers, changed: dict[str, Any], principal: int, penalty: int
) -> None:
    payers.owe("1000", JULY, {"от": 400}, kind=50)
    wanted = dataclasses.replace(WRITE_OFF, barred_only=False, **changed)

    done = write_off_debt(payers.engine, voucher(VoucherKind.WRITE_OFF), wanted)

    assert (done["principal_kop"], done["penalty_kop"]) == (principal, penalty)


def test_a_debt_written_off_bears_no_penalty_and_the_penalty_does_not_come_back(
    payers: Payers,
) -> None:
    accrue(payers, date(2026, 10, 31))
    charged = penalties(payers)
    wanted = dataclasses.replace(WRITE_OFF, barred_only=False, principal=False)

    write_off_debt(payers.engine, voucher(VoucherKind.WRITE_OFF), wanted)
    accrue(payers, date(2026, 10, 31))

    assert penalties(payers) == charged
    assert payers.run("select coalesce(sum(penalty_kop), 0)::bigint from app.balance") == [(0,)]


@pytest.mark.parametrize(("changed", "reason", "says", "error"), [
    ({"accounts": ("9999",)}, "суд", "9999", UnknownName),
    ({"contract": "нет"}, "суд", "нет", UnknownName),
    ({"order_number": " "}, "суд", "приказа", RefusedByDatabase),
    ({}, " ", "причины", RefusedByDatabase),
    ({"first": Period(2027, 1)}, "суд", "нечего", NothingToWriteOff),
])  # fmt: skip
def test_a_bad_write_off_is_refused_and_nothing_changes(
    payers: Payers, changed: dict[str, Any], reason: str, says: str, error: type[Exception]
) -> None:
    before = payers.balance_kop("1000")
    wanted = dataclasses.replace(WRITE_OFF, barred_only=False, **changed)

    with pytest.raises(error, match=says):
        write_off_debt(payers.engine, voucher(VoucherKind.WRITE_OFF, reason), wanted)

    assert payers.balance_kop("1000") == before
    assert payers.run("select count(*) from app.entry where kind in (8, 53)") == [(0,)]


def test_a_write_off_of_a_closed_month_goes_into_the_open_one(payers: Payers) -> None:
    payers.close(OCTOBER)

    done = write_off_debt(
        payers.engine, voucher(VoucherKind.WRITE_OFF),
        dataclasses.replace(WRITE_OFF, barred_only=False),
    )  # fmt: skip

    assert done["period"] == "2026-11-01"


def test_the_payment_document_of_the_month_has_section_5(payers: Payers) -> None:
    agree(payers)
    house = payers.run("select id from app.house")[0][0]

    with reading(payers.engine) as snapshot:
        facts = documents.facts_of_house(
            snapshot, house, period=OCTOBER, known=documents.contracts(snapshot),
            until=OCTOBER.last_day,
        )  # fmt: skip
        rows = {one.account_number: one.instalment for one in facts}

    assert [(row.service, row.previous_kop) for row in rows["1000"]] == [("Вода", 30_000)]
    assert not any(told for number, told in rows.items() if number != "1000")
