from dataclasses import replace
from pathlib import Path

import pytest
from uuid_utils.compat import uuid7

from app.domain.period import Period
from app.domain.tender import Tender
from app.domain.voucher import VoucherKind
from app.errors import Refusal
from app.operations.close_shift import close_shift
from app.operations.move_cash import move_cash
from app.operations.open_shift import open_shift
from app.operations.record_payment import record_payment
from app.operations.resume_payments import resume_payments
from app.operations.reverse_payment import reverse_payment
from app.operations.take_payment import AlreadyVoid, take_payment
from app.store.desk_journal import JournalState
from app.store.engine import DatabaseGone, Engine, KeyReused, RefusedByDatabase
from app.store.sending import NotSent
from tests.fixtures.desks import AT_ONCE, CASHIER, Crash, Desk, Line, open_desk, paper_of, voucher
from tests.fixtures.payers import ON, Payers, settle

SEPTEMBER, OCTOBER, NOVEMBER = Period(2026, 9), Period(2026, 10), Period(2026, 11)


@pytest.fixture
def payers(engine: Engine) -> Payers:
    made = settle(engine)
    made.owe("1000", SEPTEMBER, {"хвс": 1_000, "во": 500})
    made.owe("1000", OCTOBER, {"хвс": 1_000, "от": 3_000})
    return made


@pytest.fixture
def desk(payers: Payers, tmp_path: Path) -> Desk:
    return open_desk(payers.engine, tmp_path)


def test_after_a_reversal_the_same_sum_is_no_repetition(desk: Desk, payers: Payers) -> None:
    with desk.journal() as journal:
        first = desk.take(journal, desk.order("1000", 700))
        reverse_payment(
            desk.engine,
            voucher(kind=VoucherKind.REVERSAL, reason="ошибка кассира"),
            payment=first.key, journal=journal, shift=desk.shift,
        )  # fmt: skip
        desk.take(journal, desk.order("1000", 700))

    assert [amount for _, amount in payers.payments("1000")] == [700, -700, 700]


def test_a_shift_opens_once_and_closes_on_a_counted_drawer(desk: Desk, payers: Payers) -> None:
    with desk.journal() as journal:
        cash = desk.take(journal, desk.order("1000", 700))
        desk.take(journal, desk.order("1000", 800, tender=Tender.CARD))
        undone = reverse_payment(
            desk.engine, voucher(kind=VoucherKind.REVERSAL, reason="не тот счёт"),
            payment=cash.key, journal=journal, shift=desk.shift,
            printer=desk.printer, receipt_of=paper_of(desk.order("1000", 700)),
        )  # fmt: skip
        put_in = voucher()
        assert move_cash(
            desk.engine, put_in, shift=desk.shift, direction="in", amount_kop=50_000
        ) == move_cash(desk.engine, put_in, shift=desk.shift, direction="in", amount_kop=50_000)
        with pytest.raises(RefusedByDatabase, match="изъять"):
            move_cash(desk.engine, voucher(), shift=desk.shift, direction="out", amount_kop=150_001)
        with pytest.raises(RefusedByDatabase, match="уже открыта смена № 1"):
            open_shift(desk.engine, voucher(), desk_no=2)

        ending = voucher()
        closing = close_shift(
            desk.engine, ending, shift=desk.shift, counted_cash_kop=149_900, journal=journal
        )
        again = close_shift(
            desk.engine, ending, shift=desk.shift, counted_cash_kop=149_900, journal=journal
        )
        original = journal.find(cash.key)

    assert undone.receipt == "00-02-0001-0003"
    assert undone.amount_kop == -700
    assert original is not None
    assert original.state is JournalState.REVERSED
    assert closing.expected_cash_kop == 150_000
    assert closing.difference_kop == -100
    assert (closing.payments, closing.amount_kop) == (3, 800)
    assert closing.by_tender == {"cash": 0, "card": 800}
    assert sum(closing.by_service.values()) == 800
    assert again == closing
    assert payers.broken() == []
    with pytest.raises(KeyReused, match="уже закрыта"):
        close_shift(desk.engine, voucher(), shift=desk.shift, counted_cash_kop=1)
    assert open_shift(desk.engine, voucher(), desk_no=2).shift_no == 2


def test_a_closed_shift_takes_nothing_more(desk: Desk, payers: Payers) -> None:
    order = desk.order("1000", 700)
    close_shift(desk.engine, voucher(), shift=desk.shift, counted_cash_kop=100_000)

    with desk.journal() as journal, pytest.raises(RefusedByDatabase, match="закрыта"):
        desk.take(journal, order)

    assert payers.payments("1000") == []


def test_another_cashiers_shift_is_not_ours(desk: Desk) -> None:
    order = desk.order("1000", 700)
    other = replace(voucher(), actor="Сидорова")

    with desk.journal() as journal, pytest.raises(RefusedByDatabase, match=CASHIER):
        take_payment(desk.engine, other, order=order, journal=journal, shift=desk.shift)


def test_journal_and_books_that_differ_keep_the_shift_open(desk: Desk, payers: Payers) -> None:
    with desk.journal() as journal:
        desk.take(journal, desk.order("1000", 700))
        journal._connection.execute("update operation set amount_kop = 800")

        with pytest.raises(RefusedByDatabase, match=r"1 платежей на 8,00 ₽, в базе 1 на 7,00 ₽"):
            close_shift(
                desk.engine, voucher(), shift=desk.shift, counted_cash_kop=100_700, journal=journal
            )


def test_a_payment_is_undone_once_and_with_a_reason(payers: Payers) -> None:
    taken = record_payment(
        payers.engine, voucher(), account_number="1000", amount_kop=6_000, paid_on=ON
    )
    undo = voucher(kind=VoucherKind.REVERSAL, reason="не тот счёт")

    first = reverse_payment(payers.engine, undo, payment=taken.key)
    again = reverse_payment(payers.engine, undo, payment=taken.key)

    assert replace(again, is_replay=False) == first
    assert payers.balance_kop("1000") == 5_500
    for wrong, sentence in (
        (taken.key, "уже отменён"),
        (first.key, "сам отменяет"),
        (uuid7(), "нет"),
    ):
        with pytest.raises(Refusal, match=sentence):
            reverse_payment(
                payers.engine, voucher(kind=VoucherKind.REVERSAL, reason="ещё раз"), payment=wrong
            )
    with pytest.raises(Refusal, match="почему"):
        reverse_payment(
            payers.engine, voucher(kind=VoucherKind.REVERSAL, reason=" "), payment=taken.key
        )
    assert payers.broken() == []


def test_a_reversal_left_by_a_crash_is_finished_too(desk: Desk, payers: Payers) -> None:
    undo = voucher(kind=VoucherKind.REVERSAL, reason="не тот счёт")
    cut = Line(desk.engine, after=[Crash], sound=1)  # The payment is read, then the call is cut.
    with desk.journal() as journal:
        taken = desk.take(journal, desk.order("1000", 700))
        with pytest.raises(Crash):
            reverse_payment(cut, undo, payment=taken.key, journal=journal, shift=desk.shift)
    with desk.journal() as journal:
        resumed = resume_payments(desk.engine, journal, patience=AT_ONCE)
        row = journal.find(taken.key)

    assert len(resumed) == 1
    assert row is not None
    assert row.state is JournalState.REVERSED
    assert [amount for _, amount in payers.payments("1000")] == [700, -700]


def test_resuming_voids_what_the_books_refuse_and_goes_on(desk: Desk, payers: Payers) -> None:
    first, second, instead = uuid7(), uuid7(), uuid7()
    dead = Line(desk.engine, before=[DatabaseGone] * 20)
    payers.owe("1001", OCTOBER, {"хвс": 10})
    with desk.journal() as journal:
        for key, account in ((first, "1000"), (second, "1001")):
            with pytest.raises(NotSent):
                desk.take(journal, desk.order(account, 700), key=key, line=dead)
        desk.take(journal, desk.order("1000", 700), key=instead)

        resumed = resume_payments(desk.engine, journal, patience=AT_ONCE)

    assert [outcome.row.state for outcome in resumed] == [JournalState.VOID, JournalState.DONE]
    assert "Такой же платёж" in resumed[0].sentence
    assert payers.payments("1000") == [(instead, 700)]
    assert payers.payments("1001") == [(second, 700)]


def test_money_of_a_payer_who_left_is_posted_although_the_dues_moved(
    desk: Desk, payers: Payers
) -> None:
    key = uuid7()
    dead = Line(desk.engine, before=[DatabaseGone] * 20)
    with desk.journal() as journal:
        with pytest.raises(NotSent):
            desk.take(journal, desk.order("1000", 700), key=key, line=dead)
        payers.owe("1000", OCTOBER, {"от": 10})

        resumed = resume_payments(desk.engine, journal, patience=AT_ONCE)

    assert [outcome.row.state for outcome in resumed] == [JournalState.DONE]
    assert payers.payments("1000") == [(key, 700)]
    assert payers.broken() == []


def test_a_refused_reversal_keeps_its_number_void(desk: Desk, payers: Payers) -> None:
    with desk.journal() as journal:
        taken = desk.take(journal, desk.order("1000", 700))
        undo = voucher(kind=VoucherKind.REVERSAL, reason="не тот счёт")
        reverse_payment(desk.engine, undo, payment=taken.key, journal=journal, shift=desk.shift)
        again = reverse_payment(
            desk.engine, undo, payment=taken.key, journal=journal, shift=desk.shift
        )
        second = voucher(kind=VoucherKind.REVERSAL, reason="ещё раз")
        with pytest.raises(RefusedByDatabase, match="уже отменён"):
            reverse_payment(
                desk.engine, second, payment=taken.key, journal=journal, shift=desk.shift
            )
        with pytest.raises(AlreadyVoid):
            reverse_payment(
                desk.engine, second, payment=taken.key, journal=journal, shift=desk.shift
            )
        claim = journal.claim(desk.shift.key)

    assert again.is_replay
    assert (claim.count, claim.sum_kop, claim.voided) == (2, 0, (3,))
    assert [amount for _, amount in payers.payments("1000")] == [700, -700]


def test_what_waits_behind_a_dead_line_waits_together(desk: Desk, payers: Payers) -> None:
    dead = Line(desk.engine, before=[DatabaseGone] * 40)
    payers.owe("1001", OCTOBER, {"хвс": 10})
    with desk.journal() as journal:
        for account in ("1000", "1001"):
            with pytest.raises(NotSent):
                desk.take(journal, desk.order(account, 700), line=dead)
        tried = dead.calls

        waiting = resume_payments(dead, journal, patience=AT_ONCE)

    assert [outcome.row.receipt_no for outcome in waiting] == [1, 2]
    assert all("не отправлена" in outcome.sentence for outcome in waiting)
    assert dead.calls == tried + 3
