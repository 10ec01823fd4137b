import threading
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from uuid_utils.compat import uuid7

from app.devices.simulator import Trouble
from app.domain import money
from app.domain.allocation import AllocationKind, AllocationLine, NotPositive, allocate
from app.domain.money import NotAnAmount
from app.domain.payment import Channel
from app.domain.period import Period
from app.operations.close_shift import UnfinishedPayments, close_shift
from app.operations.record_payment import record_payment
from app.operations.resume_payments import PAPER_IN_DOUBT, resume_payments
from app.operations.take_payment import AlreadyVoid, DuesChanged, take_payment
from app.store.accounts import NoSuchAccount
from app.store.desk_journal import DeskJournal, JournalFull, JournalKeyReused, JournalState
from app.store.engine import (
    AlreadyPaid,
    DatabaseBusy,
    DatabaseGone,
    Engine,
    KeyReused,
    NotAllowed,
    RefusedByDatabase,
)
from app.store.sending import NotSent, NotTaken
from tests.fixtures.desks import AT_ONCE, Crash, Desk, Line, open_desk, voucher
from tests.fixtures.payers import AT, ON, Payers, settle

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


def test_a_payment_goes_through_journal_books_and_paper(desk: Desk, payers: Payers) -> None:
    with desk.journal() as journal:
        taken = desk.take(journal, desk.order("1000", 5_500, tendered_kop=10_000))
        row = journal.find(taken.key)

    assert taken.receipt == "00-02-0001-0001"
    assert taken.printed
    assert taken.change_kop == 4_500
    assert taken.period == NOVEMBER
    assert [line.amount_kop for line in taken.lines] == [1_000, 500, 1_000, 3_000]
    assert row is not None
    assert row.state is JournalState.DONE
    assert "00-02-0001-0001" in desk.printer.text()
    assert desk.printer.drawer_kicks == 1
    assert payers.balance_kop("1000") == 0
    assert payers.broken() == []


def test_the_same_call_twice_is_one_payment_with_one_answer(desk: Desk, payers: Payers) -> None:
    key, order = uuid7(), desk.order("1000", 700)
    with desk.journal() as journal:
        first = desk.take(journal, order, key=key)
        second = desk.take(journal, order, key=key)

    assert replace(second, is_replay=False, printed=True) == first
    assert second.is_replay
    assert len(desk.printer.jobs) == 1
    assert payers.payments("1000") == [(key, 700)]


@pytest.mark.parametrize(
    ("fault", "where"),
    [
        ("before-begin", "journal"),
        ("after-begin", "journal"),
        ("before-call", "line"),
        ("answer-lost", "line"),
        ("before-confirm", "journal"),
        ("after-confirm", "journal"),
        ("before-print", "paper"),
        ("after-print", "paper"),
        ("after-finish", "journal"),
    ],
)
def test_a_crash_anywhere_leaves_exactly_one_payment_or_none(
    desk: Desk, payers: Payers, monkeypatch: pytest.MonkeyPatch, fault: str, where: str
) -> None:
    key, order = uuid7(), desk.order("1000", 700)
    moment, step = fault.split("-")
    line = Line(desk.engine)
    if where == "line":
        (line.before if fault == "before-call" else line.after).append(Crash)
    owner = DeskJournal if where == "journal" else type(desk.printer)
    name = "print_receipt" if step == "print" else step
    with desk.journal() as journal, monkeypatch.context() as broken:
        if where != "line":
            broken.setattr(owner, name, _crashing(getattr(owner, name), moment))
        with pytest.raises(Crash):
            desk.take(journal, order, key=key, line=line)
    with desk.journal() as journal:
        resumed = resume_payments(desk.engine, journal, patience=AT_ONCE)
        again = resume_payments(desk.engine, journal, patience=AT_ONCE)
        row = journal.find(key)

    expected = [] if fault == "before-begin" else [(key, 700)]
    assert payers.payments("1000") == expected
    assert payers.balance_kop("1000") == 5_500 - 700 * len(expected)
    assert (row is None) == (not expected)
    assert row is None or row.state is JournalState.DONE
    assert [outcome.sentence for outcome in resumed] == (
        [] if fault in {"before-begin", "after-finish"} else [PAPER_IN_DOUBT]
    )
    assert again == ()
    assert len(desk.printer.jobs) <= 1
    assert payers.broken() == []


def _crashing(step, moment: str):
    def crash(*given: object, **named: object) -> object:
        if moment == "after":
            step(*given, **named)
        raise Crash

    return crash


def test_a_lost_answer_is_asked_for_again_by_the_same_key(desk: Desk, payers: Payers) -> None:
    line = Line(desk.engine, before=[DatabaseGone], after=[DatabaseGone])
    asked: list[int] = []

    with desk.journal() as journal:
        taken = desk.take(
            journal,
            desk.order("1000", 700),
            line=line,
            patience=replace(AT_ONCE, on_retry=asked.append),
        )

    assert line.calls == 3
    assert asked == [2, 3]
    assert taken.is_replay
    assert taken.printed
    assert payers.payments("1000") == [(taken.key, 700)]


def test_no_answer_at_all_stays_unsent_until_the_line_is_back(desk: Desk, payers: Payers) -> None:
    key = uuid7()
    dead = Line(desk.engine, before=[DatabaseGone] * 20)
    with desk.journal() as journal:
        with pytest.raises(NotSent, match="не отправлен"):
            desk.take(journal, desk.order("1000", 700), key=key, line=dead)
        waiting = resume_payments(dead, journal, patience=AT_ONCE)
        with pytest.raises(UnfinishedPayments, match="№ 1"):
            close_shift(
                desk.engine, voucher(), shift=desk.shift, counted_cash_kop=0, journal=journal
            )
        assert waiting[0].row.state is JournalState.INTENT
        assert payers.payments("1000") == []
        assert desk.printer.jobs == []

        resume_payments(desk.engine, journal, patience=AT_ONCE)

    assert payers.payments("1000") == [(key, 700)]


def test_the_naive_way_without_a_key_doubles(desk: Desk, payers: Payers) -> None:
    """The negative control: what the key is for."""
    order = replace(desk.order("1000", 700, is_confirmed=True), shift=None, expected_version=None)
    for attempt in range(2):
        line = Line(desk.engine, after=[] if attempt else [DatabaseGone])
        try:
            take_payment(
                line, voucher(uuid7()), order=order,
                patience=replace(AT_ONCE, pauses_s=()),
            )  # fmt: skip
        except NotSent:
            continue

    assert len(payers.payments("1000")) == 2


def test_one_key_from_eight_threads_is_one_payment(desk: Desk, payers: Payers) -> None:
    key = uuid7()
    order = replace(desk.order("1000", 700), shift=None)
    answers: list[object] = []

    def work() -> None:
        taken = take_payment(desk.engine, voucher(key), order=order)
        answers.append(replace(taken, is_replay=False))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 8
    assert len(set(map(repr, answers))) == 1
    assert payers.payments("1000") == [(key, 700)]
    assert payers.broken() == []


def test_a_key_with_other_figures_is_refused_everywhere(desk: Desk, payers: Payers) -> None:
    key = uuid7()
    with desk.journal() as journal:
        desk.take(journal, desk.order("1000", 700), key=key)
        with pytest.raises(JournalKeyReused):
            desk.take(journal, desk.order("1000", 800), key=key)
    other = replace(desk.order("1000", 800), shift=None, is_confirmed=True)

    with pytest.raises(KeyReused, match="Ничего не проведено"):
        take_payment(desk.engine, voucher(key), order=other)
    with pytest.raises(KeyReused):
        take_payment(desk.engine, voucher(key), order=replace(other, account_number="1001"))

    assert payers.payments("1000") == [(key, 700)]


def test_dues_that_moved_send_the_desk_back_to_them(desk: Desk, payers: Payers) -> None:
    order = desk.order("1000", 700)
    payers.owe("1000", OCTOBER, {"от": 100})
    with desk.journal() as journal:
        with pytest.raises(DuesChanged, match="изменился"):
            desk.take(journal, order)

        taken = desk.take(journal, desk.order("1000", 700))
        claim = journal.claim(desk.shift.key)
        closing = close_shift(
            desk.engine, voucher(), shift=desk.shift, counted_cash_kop=100_700, journal=journal
        )

    assert taken.receipt == "00-02-0001-0002"
    assert claim.voided == (1,)
    assert closing.voided == (1,)
    assert payers.payments("1000") == [(taken.key, 700)]


def test_a_refused_operation_is_not_sent_again_under_its_number(desk: Desk, payers: Payers) -> None:
    key, order = uuid7(), desk.order("1000", 700)
    payers.owe("1000", OCTOBER, {"от": 100})
    with desk.journal() as journal:
        with pytest.raises(DuesChanged):
            desk.take(journal, order, key=key)
        with pytest.raises(AlreadyVoid, match="заново"):
            desk.take(journal, order, key=key)


def test_the_same_sum_twice_asks_first(desk: Desk, payers: Payers) -> None:
    with desk.journal() as journal:
        desk.take(journal, desk.order("1000", 700))
        with pytest.raises(AlreadyPaid, match=r"7,00 ₽.*на кассе 2"):
            desk.take(journal, desk.order("1000", 700, at=AT + timedelta(hours=1)))

        desk.take(journal, desk.order("1000", 800))
        desk.take(journal, desk.order("1000", 700, is_confirmed=True))
        desk.take(journal, desk.order("1000", 700, at=AT + timedelta(days=1)))
        payers.run("insert into app.parameter (code, value) values ('касса.повтор_часов', '0,5')")
        desk.take(journal, desk.order("1000", 700, at=AT + timedelta(hours=23)))

    assert [amount for _, amount in payers.payments("1000")] == [700, 800, 700, 700, 700]


@pytest.mark.parametrize("amount_kop", [0, -100])
def test_nothing_and_less_is_no_payment(payers: Payers, amount_kop: int) -> None:
    with pytest.raises(NotPositive, match="больше нуля"):
        record_payment(
            payers.engine, voucher(), account_number="1000", amount_kop=amount_kop, paid_on=ON
        )

    assert payers.payments("1000") == []


def test_three_decimals_are_no_amount() -> None:
    with pytest.raises(NotAnAmount, match="двух знаков"):
        money.kopecks("100.001")


@pytest.mark.parametrize("amounts", [[699], [-1, 701], []])
def test_the_server_itself_refuses_lines_that_do_not_sum(
    payers: Payers, amounts: list[int]
) -> None:
    lines = tuple(
        AllocationLine(
            payers.services["хвс"], payers.contracts["В-1"], OCTOBER, AllocationKind.PAYMENT, amount
        )
        for amount in amounts
    )
    order = object.__new__(_Unchecked)
    for name, value in _fields(lines).items():
        object.__setattr__(order, name, value)

    with pytest.raises(RefusedByDatabase, match="не складываются"):
        take_payment(payers.engine, voucher(), order=order)

    assert payers.payments("1000") == []


class _Unchecked:
    """An order that skipped the checks of PaymentOrder."""


def _fields(lines: tuple[AllocationLine, ...]) -> dict[str, object]:
    return {
        "account_number": "1000", "amount_kop": 700, "paid_on": ON, "accepted_at": AT,
        "lines": lines, "channel": Channel.BANK, "tender": None, "tendered_kop": None,
        "shift": None, "agent_code": None, "external_id": None, "for_period": None,
        "expected_version": None, "is_confirmed": False, "change_kop": 0,
    }  # fmt: skip


def test_money_of_a_closed_month_is_posted_into_the_first_open_one(payers: Payers) -> None:
    payers.close(OCTOBER)

    taken = record_payment(
        payers.engine, voucher(), account_number="1000", amount_kop=700,
        paid_on=date(2026, 10, 20),
    )  # fmt: skip

    assert taken.period == NOVEMBER
    assert payers.broken() == []


def test_a_month_that_closes_between_dues_and_payment_gives_way_to_the_next(
    desk: Desk, payers: Payers
) -> None:
    order = replace(desk.order("1000", 700, on=date(2026, 10, 31)), shift=None)
    payers.close(OCTOBER)

    taken = take_payment(desk.engine, voucher(), order=order)

    assert taken.period == NOVEMBER
    assert payers.broken() == []


def test_an_unknown_account_is_refused_in_words(payers: Payers) -> None:
    with pytest.raises(NoSuchAccount, match="9999"):
        record_payment(payers.engine, voucher(), account_number="9999", amount_kop=700, paid_on=ON)


def test_the_books_refuse_an_unknown_account_and_the_number_stays_void(
    desk: Desk, payers: Payers
) -> None:
    with desk.journal() as journal:
        with pytest.raises(RefusedByDatabase, match="9999 нет"):
            desk.take(journal, replace(desk.order("1000", 700), account_number="9999"))
        row = journal.last(1)[0]

    assert row.state is JournalState.VOID
    assert desk.printer.jobs == []


def test_a_closed_account_pays_its_debt_and_nothing_more(payers: Payers) -> None:
    payers.owe("2000", SEPTEMBER, {"хвс": 400})

    record_payment(payers.engine, voucher(), account_number="2000", amount_kop=400, paid_on=ON)
    with pytest.raises(RefusedByDatabase, match=r"закрыт с 01\.10\.2026, долга по нему нет"):
        record_payment(payers.engine, voucher(), account_number="2000", amount_kop=1, paid_on=ON)
    earlier = record_payment(
        payers.engine, voucher(), account_number="2000", amount_kop=1, paid_on=date(2026, 9, 30)
    )

    assert [amount for _, amount in payers.payments("2000")] == [400, 1]
    assert earlier.lines[0].kind is AllocationKind.ADVANCE


def test_an_external_number_comes_once(payers: Payers) -> None:
    payers.owe("1001", OCTOBER, {"хвс": 900})
    for agent in (None, "тпл"):
        record_payment(
            payers.engine, voucher(), account_number="1000", amount_kop=700, paid_on=ON,
            external_id="A-1", agent_code=agent,
        )  # fmt: skip

        with pytest.raises(RefusedByDatabase, match=r"«A-1» уже проведён: 7,00 ₽ от 12\.11\.2026"):
            record_payment(
                payers.engine, voucher(), account_number="1001", amount_kop=900, paid_on=ON,
                external_id="A-1", agent_code=agent,
            )  # fmt: skip
    with pytest.raises(RefusedByDatabase, match="«нет такого»"):
        record_payment(
            payers.engine, voucher(), account_number="1000", amount_kop=700, paid_on=ON,
            agent_code="нет такого",
        )  # fmt: skip

    assert len(payers.payments("1000")) == 2
    assert payers.payments("1001") == []


def test_a_printer_that_is_gone_leaves_the_payment(desk: Desk, payers: Payers) -> None:
    desk.printer.trouble = Trouble.NO_PAPER
    with desk.journal() as journal:
        taken = desk.take(journal, desk.order("1000", 700))
        row = journal.find(taken.key)

    assert not taken.printed
    assert taken.remark == f"Платёж проведён. {Trouble.NO_PAPER.value}"
    assert row is not None
    assert (row.state, row.printed) == (JournalState.DONE, False)
    assert payers.payments("1000") == [(taken.key, 700)]


def test_a_disk_that_fills_after_the_books_does_not_undo_the_payment(
    desk: Desk, payers: Payers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object, **_named: object) -> None:
        raise JournalFull("нет места")

    with desk.journal() as journal:
        with monkeypatch.context() as broken:
            broken.setattr(DeskJournal, "confirm", full)
            broken.setattr(DeskJournal, "finish", full)
            taken = desk.take(journal, desk.order("1000", 700))
        resumed = resume_payments(desk.engine, journal, patience=AT_ONCE)

    assert "журнал кассы его не дописал" in (taken.remark or "")
    assert taken.printed
    assert [outcome.row.state for outcome in resumed] == [JournalState.DONE]
    assert payers.payments("1000") == [(taken.key, 700)]


def test_a_disk_that_is_full_before_sends_nothing(
    desk: Desk, payers: Payers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object, **_named: object) -> None:
        raise JournalFull("нет места")

    with desk.journal() as journal:
        order = desk.order("1000", 700)
        monkeypatch.setattr(DeskJournal, "begin", full)
        with pytest.raises(JournalFull):
            desk.take(journal, order)

    assert payers.payments("1000") == []
    assert desk.printer.jobs == []


def test_a_split_is_computed_again_when_somebody_posts_in_between(
    payers: Payers, monkeypatch: pytest.MonkeyPatch
) -> None:
    debts = [300, 200]

    def disturbed(*given: object, **named: object) -> object:
        spread = allocate(*given, **named)
        if debts:
            payers.owe("1000", SEPTEMBER, {"хвс": debts.pop()})
        return spread

    monkeypatch.setattr("app.operations.record_payment.allocate", disturbed)

    taken = record_payment(
        payers.engine, voucher(), account_number="1000", amount_kop=1_800, paid_on=ON
    )

    assert {line.origin_period for line in taken.lines} == {SEPTEMBER}
    assert payers.balance_kop("1000") == 5_500 + 500 - 1_800


def test_an_account_that_never_stands_still_is_given_up(
    payers: Payers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disturbed(*given: object, **named: object) -> object:
        payers.owe("1000", SEPTEMBER, {"хвс": 1})
        return allocate(*given, **named)

    monkeypatch.setattr("app.operations.record_payment.allocate", disturbed)

    with pytest.raises(DuesChanged):
        record_payment(payers.engine, voucher(), account_number="1000", amount_kop=1, paid_on=ON)

    assert payers.payments("1000") == []


def test_no_right_is_certain_only_when_no_answer_was_lost(desk: Desk, payers: Payers) -> None:
    refusing = Line(desk.engine, before=[NotAllowed])
    lost = Line(desk.engine, before=[NotAllowed], after=[])
    with desk.journal() as journal:
        with pytest.raises(NotTaken):
            desk.take(journal, desk.order("1000", 700), line=refusing)
        assert journal.last(1)[0].state is JournalState.VOID

        lost.before = [NotAllowed, DatabaseGone]  # The last is the first to come.
        with pytest.raises(NotSent):
            desk.take(journal, desk.order("1000", 700), line=lost)
        assert journal.last(1)[0].state is JournalState.INTENT


def test_a_busy_database_is_asked_again(desk: Desk, payers: Payers) -> None:
    busy = Line(desk.engine, before=[DatabaseBusy] * 3)

    with desk.journal() as journal, pytest.raises(NotSent, match="Ничего не проведено"):
        desk.take(journal, desk.order("1000", 700), line=busy)

    assert payers.payments("1000") == []
