from datetime import date
from pathlib import Path

import pytest
from uuid_utils.compat import uuid7

from app.domain.allocation import allocate
from app.domain.payment import Channel
from app.domain.period import Period
from app.domain.tender import Tender
from app.domain.voucher import Voucher, VoucherKind
from app.operations.record_payment import record_payment
from app.operations.reverse_payment import reverse_payment
from app.store import balances, cash, dues
from app.store.engine import Engine
from app.store.reading import reading
from tests.fixtures.desks import open_desk
from tests.fixtures.payers import AT, ON, Payers, settle

SEPTEMBER, OCTOBER, NOVEMBER = Period(2026, 9), Period(2026, 10), Period(2026, 11)


@pytest.fixture
def payers(engine: Engine) -> Payers:
    return settle(engine)


def pay(payers: Payers, amount_kop: int, *, account: str = "1000", on: date = ON, **more: object):
    voucher = Voucher(uuid7(), VoucherKind.PAYMENT, "Петрова", AT)
    return record_payment(
        payers.engine, voucher, account_number=account, amount_kop=amount_kop, paid_on=on, **more
    )


def test_dues_come_with_header_version_and_weights(payers: Payers) -> None:
    payers.owe("1000", SEPTEMBER, {"хвс": 1_000, "от": 5_000})
    payers.owe("1000", OCTOBER, {"хвс": 1_200, "во": 800, "от": 0})

    with reading(payers.engine) as snapshot:
        owed = dues.load(snapshot, "0001000", "1000", on=ON)

    assert owed.dues.account.number == "1000"
    assert owed.dues.account.payer == "Иванова Анна"
    assert owed.dues.account.address == "ул. Крауля, 53, кв. 0100"
    assert owed.dues.payable_kop == 8_000
    assert owed.dues.posting_period == NOVEMBER
    assert owed.dues.version == "2.0"
    assert [row.purpose.service_code for row in owed.dues.rows()] == ["хвс", "от", "хвс", "во"]
    assert [row.charged_kop for row in owed.dues.rows()] == [1_000, 5_000, 1_200, 800]
    assert owed.dues.advance_weights == (1_200, 800, 0)


def test_an_account_is_found_by_its_former_number_and_not_out_of_nothing(payers: Payers) -> None:
    with reading(payers.engine) as snapshot:
        assert dues.load(snapshot, "ст1001", on=ON).dues.account.number == "1001"
        with pytest.raises(dues.NoSuchAccount, match="F2"):
            dues.load(snapshot, "'; drop table app.account --", on=ON)


def test_before_any_bill_an_advance_lies_on_the_services_assigned(payers: Payers) -> None:
    payers.run(
        "insert into app.assignment (id, service_id, contract_id, valid_from, account_id)"
        " values (%s, %s, %s, '2026-01-01', %s)",
        uuid7(), payers.services["от"], payers.contracts["Т-2"], payers.accounts["1000"],
    )  # fmt: skip

    taken = pay(payers, 700)

    assert [line.kind for line in taken.lines] == ["advance"]
    assert payers.balance_kop("1000") == -700


def test_a_correction_of_the_month_counts_in_the_weights(payers: Payers) -> None:
    payers.owe("1000", OCTOBER, {"хвс": 1_000, "во": 1_000})
    payers.owe("1000", OCTOBER, {"хвс": -500}, kind=6)

    with reading(payers.engine) as snapshot:
        owed = dues.load(snapshot, "1000", on=ON).dues

    assert [row.charged_kop for row in owed.rows()] == [500, 1_000]
    assert [line.amount_kop for line in allocate(150, owed, on=ON).lines] == [50, 100]


def test_a_setting_of_the_centre_changes_the_split(payers: Payers) -> None:
    payers.owe("1000", SEPTEMBER, {"хвс": 1_000})
    payers.owe("1000", OCTOBER, {"хвс": 1_000})
    payers.run(
        "insert into app.parameter (code, value) values (%s, 'сначала текущий')",
        "распределение.порядок_периодов",
    )

    taken = pay(payers, 300)

    assert [(line.origin_period, line.amount_kop) for line in taken.lines] == [(OCTOBER, 300)]


def test_a_month_adds_up_from_opening_to_closing(payers: Payers) -> None:
    payers.owe("1000", SEPTEMBER, {"хвс": 1_000}, kind=30, posted=OCTOBER)
    payers.owe("1000", SEPTEMBER, {"хвс": 50}, kind=52, posted=OCTOBER)
    payers.owe("1000", OCTOBER, {"хвс": 2_000, "от": 3_000})
    payers.owe("1000", OCTOBER, {"от": -400}, kind=3)
    payers.owe("1000", SEPTEMBER, {"хвс": 20}, kind=50, posted=OCTOBER)
    pay(payers, 1_500, on=date(2026, 10, 20))

    with reading(payers.engine) as snapshot:
        october = balances.account_balance(snapshot, "1000", on=date(2026, 10, 31), today=ON)
        november = balances.account_balance(snapshot, "1000", on=None, today=ON)

    total = october.total
    assert (total.opening_kop, total.charged_kop, total.adjusted_kop) == (1_050, 5_000, -400)
    assert (total.penalty_kop, total.paid_kop, total.closing_kop) == (20, 1_500, 4_170)
    assert november.on == ON
    assert november.total.opening_kop == november.total.closing_kop == 4_170
    assert sum(row.principal_kop + row.penalty_kop for row in october.lines) == 4_170
    assert october.overdue_kop == 0
    assert october.lines[0].origin_period == SEPTEMBER
    assert october.lines[0].penalty_kop == 70


def test_overdue_counts_from_the_day_after_the_day_of_paying(payers: Payers) -> None:
    payers.owe("1000", SEPTEMBER, {"хвс": 1_000})
    payers.owe("1000", OCTOBER, {"хвс": 2_000})

    with reading(payers.engine) as snapshot:
        on_the_day = balances.account_balance(snapshot, "1000", on=date(2026, 11, 16), today=ON)
        after = balances.account_balance(snapshot, "1000", on=date(2026, 11, 17), today=ON)

    assert on_the_day.overdue_kop == 1_000
    assert after.overdue_kop == 3_000


def test_the_balance_now_goes_with_the_books_when_they_are_ahead(payers: Payers) -> None:
    payers.owe("1000", OCTOBER, {"хвс": 1_000})

    with reading(payers.engine) as snapshot:
        now = balances.account_balance(snapshot, "1000", on=None, today=date(2025, 3, 1))
        nothing = balances.account_balance(snapshot, "1001", on=None, today=date(2025, 3, 1))
        with pytest.raises(dues.NoSuchAccount):
            balances.account_balance(snapshot, "9", on=None, today=ON)

    assert now.on == date(2026, 10, 31)
    assert now.total.closing_kop == 1_000
    assert nothing.total == balances.Turnover()


def test_payments_are_found_with_their_lines(payers: Payers) -> None:
    payers.owe("1000", OCTOBER, {"хвс": 1_000, "от": 1_000})
    taken = pay(payers, 2_400, channel=Channel.BANK, external_id="77")
    undone = reverse_payment(
        payers.engine,
        Voucher(uuid7(), VoucherKind.REVERSAL, "Петрова", AT, reason="не тот счёт"),
        payment=taken.key,
    )

    with reading(payers.engine) as snapshot:
        rows = cash.payments_of_account(snapshot, "1000")
        original = cash.payment(snapshot, taken.key)
        lines = cash.lines_of_payment(snapshot, taken.key)
        opposite = cash.lines_of_payment(snapshot, undone.key)
        with pytest.raises(cash.NoSuchPayment):
            cash.payment(snapshot, uuid7())
        assert cash.find_by_receipt(snapshot, "00-01-0001-0001") is None
        assert cash.find_by_receipt(snapshot, "чек") is None

    assert {row.key for row in rows} == {taken.key, undone.key}
    assert original.reversed_by == undone.key
    assert original.channel == "bank"
    assert [(line.service, line.kind, line.amount_kop) for line in lines] == [
        ("хвс", "payment", 1_000), ("от", "payment", 1_000),
        ("хвс", "advance", 200), ("от", "advance", 200),
    ]  # fmt: skip
    assert [line.amount_kop for line in opposite] == [-1_000, -1_000, -200, -200]
    assert payers.balance_kop("1000") == 2_000
    assert payers.broken() == []


def test_a_shift_is_found_with_its_payments_and_totals(payers: Payers, tmp_path: Path) -> None:
    payers.owe("1000", OCTOBER, {"хвс": 1_000})
    desk = open_desk(payers.engine, tmp_path)
    with desk.journal() as journal:
        taken = desk.take(journal, desk.order("1000", 700))
        desk.take(journal, desk.order("1000", 200, tender=Tender.CARD))

    with reading(payers.engine) as snapshot:
        standing = cash.open_shift(snapshot, branch_id=0, desk_no=2)
        by_key = cash.shift(snapshot, desk.shift.key)
        elsewhere = cash.open_shift(snapshot, branch_id=0, desk_no=3)
        nobody = cash.shift(snapshot, uuid7())
        totals = cash.shift_totals(snapshot, desk.shift)
        payments = cash.payments_of_shift(snapshot, desk.shift.key)
        found = cash.find_by_receipt(snapshot, "00-02-0001-0001")

    assert standing == by_key == desk.shift
    assert elsewhere is None
    assert nobody is None
    assert totals.expected_cash_kop == 100_700
    assert totals.amount_kop == 900
    assert [payment.receipt_no for payment in payments] == [2, 1]
    assert found is not None
    assert found.key == taken.key
    assert found.receipt == "00-02-0001-0001"


def test_a_former_number_of_two_accounts_is_not_guessed(payers: Payers) -> None:
    payers.run("update app.account set former_number = 'ст1000' where number = '1001'")

    with (
        reading(payers.engine) as snapshot,
        pytest.raises(dues.NoSuchAccount, match="у нескольких"),
    ):
        dues.load(snapshot, "ст1000", on=ON)
