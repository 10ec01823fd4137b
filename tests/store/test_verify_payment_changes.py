"""Every invariant of changed payments is broken on purpose once, and found by its own check."""

from pathlib import Path

import pytest

from app.domain.payment_matching import UnidentifiedPayment
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.operations.close_period import close_period
from app.operations.close_shift import close_shift
from app.operations.move_payment import move_payment
from app.operations.reallocate_payment import reallocate_payment
from app.operations.record_payment import record_payment
from app.operations.refund_advance import BankRecipient, RefundOrder, refund_advance
from app.operations.resolve_unidentified import record_unidentified, resolve_unidentified
from app.store import verify, verify_payment_changes
from app.store.engine import Engine
from app.store.reading import reading
from tests.fixtures.desks import open_desk, voucher
from tests.fixtures.payers import ON, Payers, settle

AUGUST, OCTOBER, NOVEMBER = Period(2026, 8), Period(2026, 10), Period(2026, 11)


def of(kind: VoucherKind) -> Voucher:
    return voucher(kind=kind, reason="проверка")


@pytest.fixture
def books(engine: Engine, tmp_path: Path) -> Payers:
    """A move, a re-allocation, refunds both ways, unidentified money, a closed month."""
    made = settle(engine)
    for account in ("1000", "1001"):
        made.owe(account, OCTOBER, {"хвс": 700, "от": 300})
    paid = [
        record_payment(engine, voucher(), account_number="1000", amount_kop=amount, paid_on=ON).key
        for amount in (900, 2_000)
    ]
    move_payment(
        engine, of(VoucherKind.PAYMENT_TRANSFER), payment=paid[1], account_number="1001",
        amount_kop=1_200,
    )  # fmt: skip
    made.owe("1000", AUGUST, {"от": 500}, posted=NOVEMBER)
    reallocate_payment(engine, of(VoucherKind.REALLOCATION), payments=[paid[0]])
    bank = BankRecipient("Иванова", "40817810000000000001", "044525225")
    refund_advance(
        engine, of(VoucherKind.REFUND), order=RefundOrder("1000", "з", ON, 50, recipient=bank)
    )
    desk = open_desk(engine, tmp_path)
    refund_advance(
        engine, of(VoucherKind.REFUND), order=RefundOrder("1001", "з", ON, 60), shift=desk.shift
    )
    kept = record_unidentified(
        engine, voucher(), told=UnidentifiedPayment(500), paid_on=ON, creditor="вдк"
    )
    resolve_unidentified(
        engine, of(VoucherKind.PAYMENT_TRANSFER), payment=kept.key, account_number="1000",
        amount_kop=100,
    )  # fmt: skip
    close_shift(engine, voucher(), shift=desk.shift, counted_cash_kop=99_940)
    close_period(engine, of(VoucherKind.CLOSING), period=NOVEMBER)
    return made


def broken(books: Payers) -> set[str]:
    with reading(books.engine) as snapshot:
        return {check.name for check in verify.run(snapshot) if check.rows}


def test_sound_books_pass_every_check(books: Payers) -> None:
    assert broken(books) == set()


# The name of a check: the tables whose guards are lifted, the statements that break it.
BREAKS: dict[str, tuple[tuple[str, ...], str]] = {
    "reallocation-sums-to-zero": (
        ("payment_reallocation",),
        (
            "update app.payment_reallocation set after = jsonb_set(after, '{0,amount_kop}',"
            " to_jsonb((after -> 0 ->> 'amount_kop')::bigint + 1))"
        ),
    ),
    "moved-payment-is-balanced": (
        ("payment_move",),
        "update app.payment_move set amount_kop = amount_kop + 1",
    ),
    "refund-within-the-credit": (
        ("refund_credit",),
        "update app.refund_credit set amount_kop = amount_kop - 1 where amount_kop > 1",
    ),
    "refund-left-the-drawer": (
        ("cash_operation",),
        "update app.cash_operation set amount_kop = amount_kop + 1",
    ),
    "unidentified-is-not-billed": (
        (),
        (
            "update app.balance set penalty_kop = 5 where account_id in"
            " (select id from app.account where suspense_of is not null)"
        ),
    ),
}


@pytest.mark.parametrize("name", sorted(verify_payment_changes.CHECKS))
def test_a_broken_invariant_is_found_by_its_check(books: Payers, name: str) -> None:
    tables, statement = BREAKS[name]
    for table in tables:
        books.run(f"alter table app.{table} disable trigger user")
    books.run(statement)

    assert name in broken(books)
