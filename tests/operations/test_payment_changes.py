"""Payments changed after they were taken: undone, moved, spread anew, given back, identified."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from psycopg.conninfo import make_conninfo
from uuid_utils.compat import uuid7

from app.domain.allocation import AllocationKind
from app.domain.allocation_by_hand import HandPart, PartsDoNotFit
from app.domain.payment import Channel
from app.domain.payment_matching import UnidentifiedPayment
from app.domain.period import Period
from app.domain.refund import NothingToRefund
from app.domain.voucher import VoucherKind
from app.errors import Refusal
from app.operations.move_payment import move_payment
from app.operations.reallocate_payment import NotOfOneAccount, reallocate_payment
from app.operations.record_payment import record_payment
from app.operations.refund_advance import (
    BankRecipient,
    NoSuchPayee,
    RefundOrder,
    cancel_refund,
    refund_advance,
)
from app.operations.resolve_unidentified import (
    NotUnidentified,
    record_unidentified,
    resolve_unidentified,
)
from app.operations.reverse_payment import reverse_payment
from app.store import card_panels, payment_changes, search, unidentified, writing
from app.store.accounts import NoSuchAccount
from app.store.cash import NoSuchPayment
from app.store.engine import Engine, KeyReused, NotAllowed, connect
from app.store.reading import reading
from app.ui.account_cards import _EVENT_WORDS
from tests.fixtures.desks import open_desk, voucher
from tests.fixtures.payers import AT, ON, Payers, settle

SEPTEMBER, OCTOBER, NOVEMBER = Period(2026, 9), Period(2026, 10), Period(2026, 11)
BANK = BankRecipient("Иванова Анна", "40817810000000000001", "044525225")


@pytest.fixture
def payers(engine: Engine) -> Payers:
    made = settle(engine)
    made.owe("1000", SEPTEMBER, {"хвс": 1_000, "во": 500})
    made.owe("1000", OCTOBER, {"хвс": 1_000, "от": 3_000})
    made.owe("1001", OCTOBER, {"хвс": 700, "от": 300})
    return made


def moving(reason: str = "не тот счёт"):
    return voucher(kind=VoucherKind.PAYMENT_TRANSFER, reason=reason)


def spreading(reason: str = "по заявлению"):
    return voucher(kind=VoucherKind.REALLOCATION, reason=reason)


def undoing(reason: str = "ошибка"):
    return voucher(kind=VoucherKind.REVERSAL, reason=reason)


def giving_back():
    return voucher(kind=VoucherKind.REFUND)


def paid(payers: Payers, account: str, amount_kop: int, *, on: date = ON) -> UUID:
    return record_payment(
        payers.engine, voucher(), account_number=account, amount_kop=amount_kop, paid_on=on
    ).key


def lines_of(payers: Payers, key: UUID) -> list[tuple[str, str, str, int]]:
    with reading(payers.engine) as snapshot:
        found = payment_changes.line_documents(snapshot, key)
        return [
            (line.service, str(line.origin_period), line.kind, line.amount_kop)
            for line in payment_changes.named(snapshot, found, on=ON)
        ]


def money_by_account(payers: Payers) -> list[tuple]:
    """Accounts whose payments are not their entries of payments."""
    return payers.run("""
        select account.number, coalesce(paid.kop, 0), coalesce(booked.kop, 0) from app.account
        left join (select account_id, sum(amount_kop) as kop from app.payment group by 1) as paid
          on paid.account_id = account.id
        left join (select account_id, -sum(amount_kop) as kop from app.entry
                   where kind in (20, 51) group by 1) as booked on booked.account_id = account.id
        where coalesce(paid.kop, 0) <> coalesce(booked.kop, 0)
    """)


def test_a_payment_moves_whole_and_keeps_its_day(payers: Payers) -> None:
    payment = paid(payers, "1000", 5_500, on=date(2026, 10, 20))

    moved = move_payment(payers.engine, moving(), payment=payment, account_number="1001")

    assert payers.balance_kop("1000") == 5_500
    assert payers.balance_kop("1001") == 1_000 - 5_500
    assert lines_of(payers, payment) == []
    rows = payers.run(
        "select payment.id, amount_kop, paid_on, kind, voucher.period from app.payment"
        " join app.voucher using (id) where kind = 'payment-transfer' order by amount_kop"
    )
    assert rows == [
        (moved.key, -5_500, date(2026, 10, 20), "payment-transfer", OCTOBER.first_day),
        (moved.given, 5_500, date(2026, 10, 20), "payment-transfer", OCTOBER.first_day),
    ]
    assert payers.broken() == money_by_account(payers) == []


def test_a_part_moves_and_what_stays_is_what_a_smaller_payment_would_have_paid(
    payers: Payers,
) -> None:
    payment = paid(payers, "1000", 5_500)

    move_payment(payers.engine, moving(), payment=payment, account_number="1001", amount_kop=2_000)

    assert lines_of(payers, payment) == [
        ("хвс", "2026-09", "payment", 1_000),
        ("во", "2026-09", "payment", 500),
        ("хвс", "2026-10", "payment", 500),
        ("от", "2026-10", "payment", 1_500),
    ]
    assert payers.balance_kop("1000") == 2_000
    assert payers.balance_kop("1001") == -1_000


def test_the_same_move_asked_twice_is_one_move(payers: Payers) -> None:
    payment, key = paid(payers, "1000", 5_500), moving()

    first = move_payment(payers.engine, key, payment=payment, account_number="1001")
    again = move_payment(payers.engine, key, payment=payment, account_number="1001")

    assert replace(again, is_replay=False) == first
    assert again.is_replay
    assert payers.balance_kop("1001") == -4_500
    with pytest.raises(KeyReused):
        move_payment(payers.engine, key, payment=payment, account_number="1001", amount_kop=100)


def test_a_closed_month_sends_the_move_to_the_open_one(payers: Payers) -> None:
    payment = paid(payers, "1000", 5_500, on=date(2026, 10, 20))
    payers.close(OCTOBER)

    moved = move_payment(payers.engine, moving(), payment=payment, account_number="1001")

    assert moved.period == NOVEMBER
    assert payers.run(
        "select distinct paid_on from app.payment where amount_kop in (5500, -5500)"
    ) == [(date(2026, 10, 20),)]
    assert payers.broken() == []


@pytest.mark.parametrize("side", ["key", "given"])
def test_a_move_is_undone_on_both_accounts(payers: Payers, side: str) -> None:
    payment = paid(payers, "1000", 5_500)
    before = lines_of(payers, payment)
    moved = move_payment(
        payers.engine, moving(), payment=payment, account_number="1001", amount_kop=700
    )

    undo = undoing()
    first = reverse_payment(payers.engine, undo, payment=getattr(moved, side))
    again = reverse_payment(payers.engine, undo, payment=getattr(moved, side))

    assert replace(again, is_replay=False) == first
    assert payers.balance_kop("1000") == 0
    assert payers.balance_kop("1001") == 1_000
    assert sorted(lines_of(payers, payment)) == sorted(before)
    reverse_payment(payers.engine, undoing(), payment=payment)
    assert payers.balance_kop("1000") == 5_500
    assert payers.broken() == money_by_account(payers) == []


def test_what_cannot_be_moved_is_refused_and_nothing_changes(payers: Payers) -> None:
    payment = paid(payers, "1000", 5_500)
    undone = paid(payers, "1000", 100)
    reversal = reverse_payment(payers.engine, undoing(), payment=undone).key
    moved = move_payment(
        payers.engine, moving(), payment=payment, account_number="1001", amount_kop=4_000
    )
    payers.owe("2000", SEPTEMBER, {"хвс": 100})
    paid(payers, "2000", 100, on=date(2026, 9, 20))
    before = payers.payments("1000"), payers.payments("1001"), payers.payments("2000")

    for what, account, amount, reason, sentence in (
        (payment, "1001", 1_501, "х", "осталось 15,00"),
        (payment, "1001", 0, "х", "больше нуля"),
        (payment, "1001", 100, " ", "почему"),
        (payment, "1000", 100, "х", "и так на счёте"),
        (payment, "9999", 100, "х", "9999 нет"),
        (payment, "2000", 100, "х", "закрыт с 01.10.2026"),
        (undone, "1001", 100, "х", "уже отменён"),
        (reversal, "1001", 100, "х", "сам отменяет"),
        (moved.key, "1001", 100, "х", "снимает оплату|и так на"),
        (uuid7(), "1001", 100, "х", "нет"),
    ):
        with pytest.raises(Refusal, match=sentence):
            move_payment(
                payers.engine, moving(reason), payment=what, account_number=account,
                amount_kop=amount,
            )  # fmt: skip

    assert (payers.payments("1000"), payers.payments("1001"), payers.payments("2000")) == before
    assert payers.broken() == []


def test_a_payment_of_which_a_part_was_moved_is_undone_after_the_move(payers: Payers) -> None:
    payment = paid(payers, "1000", 5_500)
    moved = move_payment(
        payers.engine, moving(), payment=payment, account_number="1001", amount_kop=700
    )
    onward = move_payment(payers.engine, moving(), payment=moved.given, account_number="1000")

    with pytest.raises(Refusal, match=r"перенесено 7,00 ₽ на счёт 1001"):
        reverse_payment(payers.engine, undoing(), payment=payment)
    with pytest.raises(Refusal, match="на счёт 1000"):
        reverse_payment(payers.engine, undoing(), payment=moved.key)
    reverse_payment(payers.engine, undoing(), payment=onward.key)
    reverse_payment(payers.engine, undoing(), payment=moved.key)
    with pytest.raises(Refusal, match="уже отменён"):
        reverse_payment(payers.engine, undoing(), payment=moved.given)
    reverse_payment(payers.engine, undoing(), payment=payment)

    assert payers.balance_kop("1000") == 5_500
    assert payers.balance_kop("1001") == 1_000
    assert payers.broken() == money_by_account(payers) == []


def test_a_payment_is_spread_anew_by_the_rule_and_its_sum_stays(payers: Payers) -> None:
    payment = paid(payers, "1000", 3_000)
    payers.owe("1000", Period(2026, 8), {"от": 2_000}, posted=NOVEMBER)

    shown = reallocate_payment(payers.engine, spreading(), payments=[payment], is_preview=True)
    done = reallocate_payment(payers.engine, spreading(), payments=[payment])

    assert shown.period is None
    assert shown.payments == done.payments
    assert done.payments[0].is_changed
    assert lines_of(payers, payment) == [
        ("от", "2026-08", "payment", 2_000),
        ("хвс", "2026-09", "payment", 667),
        ("во", "2026-09", "payment", 333),
    ]
    assert payers.balance_kop("1000") == 4_500
    assert payers.run("select sum(amount_kop) from app.entry where voucher_id = %s", done.key) == [
        (0,)
    ]
    assert payers.broken() == money_by_account(payers) == []
    with pytest.raises(Refusal, match="не меняется"):
        reallocate_payment(payers.engine, spreading(), payments=[payment])


def test_a_split_by_hand_keeps_its_reason_in_the_lines(payers: Payers) -> None:
    payment = paid(payers, "1000", 3_000)
    by_hand = [HandPart("от", "Т-2", OCTOBER, 2_500),
               HandPart("хвс", "В-1", NOVEMBER, 500, AllocationKind.ADVANCE)]  # fmt: skip
    key = spreading("заявление № 5")

    done = reallocate_payment(payers.engine, key, payments=[payment], by_hand=by_hand)
    again = reallocate_payment(payers.engine, key, payments=[payment], by_hand=by_hand)

    assert replace(again, is_replay=False) == done
    assert lines_of(payers, payment) == [
        ("от", "2026-10", "payment", 2_500), ("хвс", "2026-11", "advance", 500),
    ]  # fmt: skip
    with reading(payers.engine) as snapshot:
        kept = payment_changes.lines(payment_changes.line_documents(snapshot, payment))
    assert {line.reason.note for line in kept if line.reason} == {"заявление № 5"}


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([("от", "Т-2", OCTOBER, 2_999)], r"дают 29,99 ₽, а платёж — 30,00"),
        ([("от", "Т-2", OCTOBER, 3_001)], "дают 30,01"),
        ([("газ", "Т-2", OCTOBER, 3_000)], "«газ»"),
        ([("от", "Т-9", OCTOBER, 3_000)], "Т-9"),
        ([("хвс", "В-1", SEPTEMBER, 3_000)], r"долга 10,00"),
        ([("от", "Т-2", OCTOBER, 3_100), ("хвс", "В-1", SEPTEMBER, -100)], "больше нуля"),
    ],
)
def test_a_split_by_hand_that_is_none_is_refused(
    payers: Payers, lines: list[tuple[str, str, Period, int]], sentence: str
) -> None:
    payment = paid(payers, "1000", 3_000)
    before = lines_of(payers, payment)
    by_hand = [
        HandPart(service, contract, origin, amount) for service, contract, origin, amount in lines
    ]

    with pytest.raises(PartsDoNotFit, match=sentence):
        reallocate_payment(payers.engine, spreading(), payments=[payment], by_hand=by_hand)

    assert lines_of(payers, payment) == before


def test_what_cannot_be_spread_anew_is_refused(payers: Payers) -> None:
    payment = paid(payers, "1000", 3_000)
    other = paid(payers, "1001", 100)
    undone = paid(payers, "1000", 100)
    reversal = reverse_payment(payers.engine, undoing(), payment=undone).key
    away = paid(payers, "1000", 100)
    moved = move_payment(payers.engine, moving(), payment=away, account_number="1001")

    for what, sentence in (
        ([undone], "уже отменён"), ([reversal], "сам отменяет"), ([away], "перенесён"),
        ([moved.key], "снимает оплату"), ([payment, other], "на разных счетах"),
    ):  # fmt: skip
        with pytest.raises(Refusal, match=sentence):
            reallocate_payment(payers.engine, spreading(), payments=what)
    with pytest.raises(NoSuchPayment):
        reallocate_payment(payers.engine, spreading(), payments=[uuid7()])
    with pytest.raises(NotOfOneAccount, match="один платёж"):
        reallocate_payment(
            payers.engine, spreading(), payments=[payment, other],
            by_hand=[HandPart("от", "Т-2", OCTOBER, 1)],
        )  # fmt: skip
    payers.owe("1000", Period(2026, 8), {"от": 2_000}, posted=NOVEMBER)
    with pytest.raises(Refusal, match="почему"):
        reallocate_payment(payers.engine, spreading(" "), payments=[payment])


def test_a_payment_spread_anew_is_undone_as_it_is_now(payers: Payers) -> None:
    payment = paid(payers, "1000", 3_000)
    payers.owe("1000", Period(2026, 8), {"от": 2_000}, posted=NOVEMBER)
    reallocate_payment(payers.engine, spreading(), payments=[payment])

    reverse_payment(payers.engine, undoing(), payment=payment)

    assert payers.run(
        "select count(*) from app.balance where account_id = %s and moved_kop < 0",
        payers.accounts["1000"],
    ) == [(0,)]
    assert payers.balance_kop("1000") == 7_500
    assert payers.broken() == money_by_account(payers) == []


def test_several_payments_of_an_account_are_spread_anew_in_their_order(payers: Payers) -> None:
    first, second = paid(payers, "1000", 1_500), paid(payers, "1000", 1_000)
    payers.owe("1000", Period(2026, 8), {"от": 2_000}, posted=NOVEMBER)

    key = spreading()
    done = reallocate_payment(payers.engine, key, payments=[first, second])
    again = reallocate_payment(payers.engine, key, payments=[first, second])

    assert replace(again, is_replay=False) == done
    assert payers.run(
        "select count(*), count(distinct payment_id) from app.payment_reallocation"
    ) == [(2, 2)]
    assert lines_of(payers, first) == [("от", "2026-08", "payment", 1_500)]
    assert lines_of(payers, second)[0] == ("от", "2026-08", "payment", 500)
    assert [one.payment for one in done.payments] == [first, second]
    assert payers.broken() == money_by_account(payers) == []


def test_an_overpayment_is_given_back_creditor_by_creditor(payers: Payers) -> None:
    paid(payers, "1001", 1_000)
    paid(payers, "1001", 1_000)

    done = refund_advance(
        payers.engine, giving_back(),
        order=RefundOrder("1001", "заявление № 7", ON, 600, recipient=BANK),
    )  # fmt: skip

    assert payers.balance_kop("1001") == -400
    assert sorted(line.amount_kop for line in done.lines) == [180, 420]
    assert payers.run("select distinct kind from app.entry where voucher_id = %s", done.key) == [
        (22,)
    ]
    assert payers.run("select credit_kop, amount_kop from app.refund_credit order by 1") == [
        (300, 180), (700, 420),
    ]  # fmt: skip
    assert payers.broken() == []


def test_more_than_was_overpaid_is_not_given_back(payers: Payers) -> None:
    paid(payers, "1001", 2_000)
    payers.owe("1001", NOVEMBER, {"во": 650})
    before = payers.balance_kop("1001")

    for order, error, sentence in (
        (RefundOrder("1001", "з", ON, 351, recipient=BANK), NothingToRefund, "3,50"),
        (RefundOrder("1001", "з", ON, 51, payee="вдк", recipient=BANK), NothingToRefund, "0,50"),
        (RefundOrder("1001", "з", ON, 0, recipient=BANK), NothingToRefund, "больше нуля"),
        (RefundOrder("1000", "з", ON, recipient=BANK), NothingToRefund, "Переплаты на счёте 1000"),
        (RefundOrder("1001", "з", ON, 10, payee="зз", recipient=BANK), NoSuchPayee, "«зз» нет"),
        (RefundOrder("9999", "з", ON, 10, recipient=BANK), NoSuchAccount, "9999"),
        (RefundOrder("1001", " ", ON, 10, recipient=BANK), Refusal, "заявление"),
        (RefundOrder("1001", "з", ON, 10), Refusal, "откройте смену"),
        (RefundOrder("1001", "з", ON, 10, recipient=replace(BANK, bic="1")), Refusal, "БИК"),
    ):
        with pytest.raises(error, match=sentence):
            refund_advance(payers.engine, giving_back(), order=order)

    assert payers.balance_kop("1001") == before
    assert payers.run("select count(*) from app.refund") == [(0,)]


def test_cash_of_a_refund_leaves_the_drawer_once(payers: Payers, tmp_path: Path) -> None:
    desk = open_desk(payers.engine, tmp_path)
    paid(payers, "1001", 2_000)
    key, order = giving_back(), RefundOrder("1001", "заявление № 8", ON)

    first = refund_advance(payers.engine, key, order=order, shift=desk.shift)
    again = refund_advance(payers.engine, key, order=order, shift=desk.shift)

    assert replace(again, is_replay=False) == first
    assert first.amount_kop == 1_000
    assert payers.run("select kind, amount_kop from app.cash_operation") == [("out", 1_000)]
    assert payers.balance_kop("1001") == 0
    with pytest.raises(Refusal, match="наличными"):
        cancel_refund(payers.engine, undoing(), refund_key=first.key)
    undo = undoing("не пришёл")
    cancel_refund(payers.engine, undo, refund_key=first.key, shift=desk.shift)
    cancel_refund(payers.engine, undo, refund_key=first.key, shift=desk.shift)
    with pytest.raises(Refusal, match="уже отменён"):
        cancel_refund(payers.engine, undoing(), refund_key=first.key, shift=desk.shift)
    assert payers.balance_kop("1001") == -1_000
    assert payers.run("select app.expected_cash_kop(%s)", desk.shift.key) == [(100_000,)]
    assert payers.broken() == []


def test_unidentified_money_waits_apart_and_is_resolved_with_its_day(payers: Payers) -> None:
    key = voucher()
    told = UnidentifiedPayment(1_000, "Иванова А.", "за ЖКУ л/с 0001001", "", "")
    booked = record_unidentified(payers.engine, key, told=told, paid_on=date(2026, 10, 5),
                                 creditor="вдк", agent_code="тпл", external_id="7")  # fmt: skip
    again = record_unidentified(payers.engine, key, told=told, paid_on=date(2026, 10, 5),
                                creditor="вдк", agent_code="тпл", external_id="7")  # fmt: skip

    with reading(payers.engine) as snapshot:
        waiting = unidentified.waiting(snapshot)
        assert search.find(snapshot, "невыясненные") == ()
    assert again.is_replay
    assert [(one.key, one.left_kop, one.told) for one in waiting] == [(booked.key, 1_000, told)]
    with pytest.raises(NoSuchAccount):
        record_payment(
            payers.engine, voucher(), account_number=booked.account_number, amount_kop=5,
            paid_on=ON,
        )  # fmt: skip

    part = resolve_unidentified(
        payers.engine, moving("номер в назначении"), payment=booked.key, account_number="1001",
        amount_kop=400,
    )  # fmt: skip
    resolve_unidentified(
        payers.engine, moving("остаток"), payment=booked.key, account_number="1000"
    )

    with reading(payers.engine) as snapshot:
        assert unidentified.waiting(snapshot) == ()
    assert payers.balance_kop("1001") == 600
    assert payers.run("select paid_on, channel from app.payment where id = %s", part.given) == [
        (date(2026, 10, 5), "bank")
    ]
    assert payers.run(
        "select sum(charged_kop + moved_kop) from app.balance join app.account"
        " on account.id = account_id where suspense_of is not null"
    ) == [(0,)]
    assert payers.broken() == money_by_account(payers) == []


def test_money_of_a_wrong_account_may_become_unidentified(payers: Payers) -> None:
    payment = paid(payers, "1000", 700)
    suspense = record_unidentified(
        payers.engine, voucher(), told=UnidentifiedPayment(10), paid_on=ON, creditor="вдк"
    ).account_number

    moved = move_payment(payers.engine, moving(), payment=payment, account_number=suspense)

    with reading(payers.engine) as snapshot:
        assert moved.given in {one.key for one in unidentified.waiting(snapshot)}
    assert payers.balance_kop("1000") == 5_500
    assert payers.broken() == money_by_account(payers) == []


def test_unidentified_money_is_not_refunded_spread_or_resolved_twice(payers: Payers) -> None:
    told = UnidentifiedPayment(1_000)
    booked = record_unidentified(
        payers.engine, voucher(), told=told, paid_on=ON, creditor="вдк", external_id="1"
    )
    known = paid(payers, "1000", 10)

    with pytest.raises(Refusal, match="распределять не на что"):
        reallocate_payment(payers.engine, spreading(), payments=[booked.key])
    with pytest.raises(NotUnidentified):
        resolve_unidentified(payers.engine, moving(), payment=known, account_number="1001")
    with pytest.raises(Refusal, match="осталось 10,00"):
        resolve_unidentified(
            payers.engine, moving(), payment=booked.key, account_number="1001", amount_kop=1_001
        )
    with pytest.raises(Refusal, match="внешним номером «1»"):
        record_unidentified(
            payers.engine, voucher(), told=told, paid_on=ON, creditor="вдк", external_id="1"
        )
    with pytest.raises(Refusal, match="Кому пришли деньги"):
        record_unidentified(payers.engine, voucher(), told=told, paid_on=ON)
    with pytest.raises(Refusal, match="«нет» нет"):
        record_unidentified(payers.engine, voucher(), told=told, paid_on=ON, creditor="нет")
    reverse_payment(payers.engine, undoing("вернули банку"), payment=booked.key)
    with pytest.raises(NotUnidentified):
        resolve_unidentified(payers.engine, moving(), payment=booked.key, account_number="1001")


def test_candidates_are_found_by_number_former_number_and_sum(payers: Payers) -> None:
    payers.run("select app.refresh_search(array(select id from app.account))")

    def best(**told: object) -> list[tuple[str, int]]:
        with reading(payers.engine) as snapshot:
            found = unidentified.candidates(snapshot, UnidentifiedPayment(**told), on=ON)  # type: ignore[arg-type]  # texts and a sum
        return [(one.account.number, one.score) for one in found]

    assert best(amount_kop=1_000, purpose="Оплата ЖКУ Л/С: 0000001001")[0] == ("1001", 80)
    assert best(amount_kop=1, purpose="за квартиру, ст1000") == [("1000", 55)]
    assert best(amount_kop=1, given_number="2000")[0] == ("2000", 60)
    assert best(amount_kop=1, address="ул. Крауля, д. 53, кв. 1100") == [("1001", 35)]
    assert best(amount_kop=5_500, payer="Иванова Анна")[0] == ("1000", 45)
    assert best(amount_kop=1, purpose="благотворительность") == []


def test_the_same_day_sum_and_channel_are_shown_as_duplicates(payers: Payers) -> None:
    keys = [
        record_payment(
            payers.engine, voucher(), account_number="1000", amount_kop=700, paid_on=ON,
            channel=Channel.AGENT, agent_code="тпл", external_id=number,
        ).key
        for number in ("1", "2")
    ]  # fmt: skip
    paid(payers, "1000", 700)

    with reading(payers.engine) as snapshot:
        found = payment_changes.duplicates(snapshot, ON, NOVEMBER.end)
    reverse_payment(payers.engine, undoing("повтор"), payment=keys[1])
    with reading(payers.engine) as snapshot:
        after = payment_changes.duplicates(snapshot, ON, NOVEMBER.end)

    assert [(one.account_number, one.agent, one.keys, one.external_ids) for one in found] == [
        ("1000", "тпл", tuple(keys), ("1", "2"))
    ]
    assert after == ()
    assert AT.date() == ON


def test_the_timeline_of_an_account_tells_every_change_in_words(payers: Payers) -> None:
    payment = paid(payers, "1000", 7_000)
    moved = move_payment(
        payers.engine, moving(), payment=payment, account_number="1001", amount_kop=1_200
    )
    reverse_payment(payers.engine, undoing(), payment=moved.key)
    payers.owe("1000", Period(2026, 8), {"от": 200}, posted=NOVEMBER)
    reallocate_payment(payers.engine, spreading(), payments=[payment])
    order = RefundOrder("1000", "заявление № 9", ON, 300, recipient=BANK)
    refund = refund_advance(payers.engine, giving_back(), order=order)
    cancel_refund(payers.engine, undoing("банк вернул"), refund_key=refund.key)

    with reading(payers.engine) as snapshot:
        told = card_panels.timeline(snapshot, payers.accounts["1000"])

    changes = {(event.kind, event.text, event.amount_kop) for event in told}
    assert {
        ("payment", "касса", -7_000),
        ("payment-transfer", "на счёт 1001", 1_200),
        ("payment-transfer", "на счёт 1001, отменён", -1_200),
        ("refund", "заявление № 9", 300),
        ("reversal", "банк вернул", -300),
    } <= changes
    assert [event.amount_kop for event in told if event.kind == "reallocation"] == [None]
    assert {event.kind for event in told} <= set(_EVENT_WORDS)


def test_a_cashier_undoes_in_the_own_shift_alone(
    payers: Payers, database: str, tmp_path: Path
) -> None:
    name = f"cashier_{uuid7().hex}"
    payers.run(f"create role {name} login password 'test' in role kvitok_cashier")
    cashier = connect(
        make_conninfo(database, user=name, password="test"), application_name="kvitok tests"
    )
    earlier = paid(payers, "1000", 300)
    desk = open_desk(cashier, tmp_path)
    try:
        with desk.journal() as journal:
            own = desk.take(journal, desk.order("1000", 700))
            asked = {"journal": journal, "shift": desk.shift}
            reverse_payment(cashier, undoing(), payment=own.key, **asked)
            with pytest.raises(Refusal, match="с правом возврата"):
                reverse_payment(cashier, undoing(), payment=earlier, **asked)
            with pytest.raises(NotAllowed):
                move_payment(cashier, moving(), payment=earlier, account_number="1001")
            payers.run(f"grant kvitok_refund to {name}")
            reverse_payment(cashier, undoing("заявление № 3"), payment=earlier, **asked)
    finally:
        cashier.close()
        payers.run(f"drop role {name}")

    assert payers.balance_kop("1000") == 5_500
    assert payers.broken() == []


def test_books_that_moved_meanwhile_are_read_again_or_refused(payers: Payers) -> None:
    payment = paid(payers, "1000", 3_000)
    line = {
        "service_id": str(payers.services["от"]),
        "contract_id": str(payers.contracts["Т-2"]),
        "origin_period": "2026-10-01",
        "kind": 20,
        "paid_as": "payment",
        "amount_kop": 300,
    }
    lines = json.dumps([line])

    with reading(payers.engine) as snapshot:
        stale = snapshot.value("select app.books_version(%(a)s)", a=payers.accounts["1001"])
        taken = payment_changes.line_documents(snapshot, payment)
    payers.owe("1001", OCTOBER, {"от": 5})
    kept = [taken[-1] | {"amount_kop": 300}]
    given = {"payment": payment, "account_number": "1001", "amount_kop": 300, "given": lines,
             "reason": "х", "actor": "т", "at": AT}  # fmt: skip
    with pytest.raises(Refusal, match="изменился"):
        writing.call(payers.engine, "move_payment", key=uuid7(), taken=json.dumps(kept),
                     expected_version=stale, **given)  # fmt: skip
    more = [taken[0] | {"amount_kop": taken[0]["amount_kop"] + 1}]
    given["amount_kop"] = more[0]["amount_kop"]
    given["given"] = json.dumps(more)
    with pytest.raises(Refusal, match="Строки платежа"):
        writing.call(payers.engine, "move_payment", key=uuid7(), taken=json.dumps(more), **given)
    given["given"] = lines
    with pytest.raises(Refusal, match="не складываются"):
        writing.call(payers.engine, "move_payment", key=uuid7(), taken=json.dumps(more), **given)

    assert payers.balance_kop("1001") == 1_005
    assert payers.broken() == money_by_account(payers) == []
