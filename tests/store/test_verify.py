"""Every invariant of the books is broken on purpose once, and found by its own check."""

from datetime import date

import pytest
from uuid_utils.compat import uuid7

from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.operations.close_period import close_period
from app.operations.close_shift import close_shift
from app.operations.open_shift import open_shift
from app.operations.record_payment import record_payment
from app.operations.reverse_payment import reverse_payment
from app.store import verify
from app.store.engine import Engine
from app.store.reading import reading
from tests.fixtures.payers import AT, Payers, settle

SEPTEMBER, OCTOBER, NOVEMBER = Period(2026, 9), Period(2026, 10), Period(2026, 11)


def voucher(kind: VoucherKind) -> Voucher:
    return Voucher(uuid7(), kind, "тест", AT, "тест")


@pytest.fixture
def books(engine: Engine) -> Payers:
    """Two closed months, a payment, its reversal, a closed shift: sound books."""
    made = settle(engine)
    made.owe("1000", SEPTEMBER, {"хвс": 1_000, "от": 3_000})
    made.owe("1000", OCTOBER, {"хвс": 700})
    paid = record_payment(
        engine, voucher(VoucherKind.PAYMENT), account_number="1000", amount_kop=900,
        paid_on=date(2026, 9, 20),
    )  # fmt: skip
    close_period(engine, voucher(VoucherKind.CLOSING), period=SEPTEMBER)
    reverse_payment(engine, voucher(VoucherKind.REVERSAL), payment=paid.key)
    close_period(engine, voucher(VoucherKind.CLOSING), period=OCTOBER)
    made.owe("1000", NOVEMBER, {"хвс": 100})
    shift = open_shift(engine, voucher(VoucherKind.PAYMENT), desk_no=1)
    close_shift(engine, voucher(VoucherKind.CLOSING), shift=shift, counted_cash_kop=0)
    return made


def broken(books: Payers) -> set[str]:
    with reading(books.engine) as snapshot:
        return {check.name for check in verify.run(snapshot) if check.rows}


def unguard(books: Payers, table: str) -> None:
    """Lift the guards of a table, as a slip of an administrator would."""
    books.run(f"alter table app.{table} disable trigger user")


# The name of a check: the tables whose guards are lifted, the statements that break it.
BREAKS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "balance-equals-entries": ((), ("update app.balance set moved_kop = moved_kop + 1",)),
    "balance-once": (
        (),
        (
            "alter table app.balance_2026_11_r0 drop constraint balance_2026_11_r0_pkey",
            "insert into app.balance select * from app.balance_2026_11_r0",
        ),
    ),
    "payment-equals-its-lines": (
        ("payment",),
        ("update app.payment set amount_kop = amount_kop + sign(amount_kop)",),
    ),
    "closing-equals-entries": (
        ("closing_2026_10",),
        (
            (
                "update app.closing_2026_10 set adjusted_kop = adjusted_kop + 5,"
                " closing_kop = closing_kop + 5"
            ),
        ),
    ),
    "opening-equals-closing-before": (
        ("closing_2026_10",),
        (
            (
                "update app.closing_2026_10 set opening_kop = opening_kop + 5,"
                " charged_kop = charged_kop - 5"
            ),
        ),
    ),
    "closed-period-takes-nothing": (
        (),
        ("update app.period set closed_at = '2026-01-01' where period = '2026-09-01'",),
    ),
    "entries-are-posted": (
        ("voucher",),
        ("update app.voucher set status = 'voided' where kind = 'payment'",),
    ),
    "adjustment-has-a-reason": (
        ("voucher",),
        ("update app.voucher set reason = ' ' where kind = 'adjustment'",),
    ),
    "recalculation-is-became-less-was": (
        (),
        (
            (
                "insert into app.entry (period, run_no, voucher_id, line_no, branch_id, account_id,"
                " service_id, contract_id, origin_period, kind, method, component, zone, day_from,"
                " day_to, amount_kop, volume_mcu, price_mcr, inputs)"
                " select period, run_no, voucher_id, 99, branch_id, account_id, service_id,"
                " contract_id, origin_period, 3, 270, 0, 0, 0, 30, 5, 0, 0,"
                " '{1,5,0,0,0,0,0,0,0,0,0,0}' from app.entry where period = '2026-11-01'"
            ),
        ),
    ),
    "reversal-is-the-opposite": (
        ("payment",),
        ("update app.payment set amount_kop = amount_kop - 1 where reverses is not null",),
    ),
    "receipts-have-no-holes": (
        ("payment",),
        (
            (
                "update app.payment set receipt_no = 2, shift_id = (select id from app.shift)"
                " where reverses is null"
            ),
        ),
    ),
    "shift-equals-its-payments": (
        ("payment",),
        ("update app.payment set shift_id = (select id from app.shift) where reverses is null",),
    ),
}


def test_sound_books_pass_every_check(books: Payers) -> None:
    assert broken(books) == set()


@pytest.mark.parametrize("name", sorted(BREAKS))
def test_a_broken_invariant_is_found_by_its_check(books: Payers, name: str) -> None:
    tables, statements = BREAKS[name]
    for table in tables:
        unguard(books, table)
    for statement in statements:
        books.run(statement)

    assert name in broken(books)


def test_a_broken_row_is_named(books: Payers) -> None:
    books.run("update app.balance set penalty_kop = 7 where moved_kop = 100")

    with reading(books.engine) as snapshot:
        found = {check.name: check for check in verify.run(snapshot)}

    check = found["balance-equals-entries"]
    assert check.rows == 1
    assert "balance_penalty_kop=7" in check.examples[0]
