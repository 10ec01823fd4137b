"""Every invariant of the books is broken on purpose once, and found by its own check."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from uuid_utils.compat import uuid7

from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.operations.accrue_penalties import accrue_penalties
from app.operations.charge_month import charge_month
from app.operations.close_period import close_period
from app.operations.close_shift import close_shift
from app.operations.keep_turnovers import keep_turnovers
from app.operations.open_shift import open_shift
from app.operations.record_payment import record_payment
from app.operations.reverse_payment import reverse_payment
from app.operations.set_off import set_off_advances
from app.operations.transfer_balance import transfer_balance
from app.store import verify, verify_payment_changes, verify_transfers
from app.store.engine import Engine
from app.store.reading import reading
from tests.fixtures.charge_stock import Stock
from tests.fixtures.charge_towns import town
from tests.fixtures.contract_world import transfer_order, with_contracts
from tests.fixtures.payers import AT, Payers

JULY, AUGUST = Period(2026, 7), Period(2026, 8)
SEPTEMBER, OCTOBER, NOVEMBER = Period(2026, 9), Period(2026, 10), Period(2026, 11)


def voucher(kind: VoucherKind) -> Voucher:
    return Voucher(uuid7(), kind, "тест", AT, "тест")


@pytest.fixture
def books(engine: Engine) -> Payers:
    """Closed months, a payment and its reversal, penalties, a set-off, an act, a closed shift."""
    made = with_contracts(engine)
    made.owe("1000", JULY, {"хвс": 60_000, "от": 50_000})
    made.owe("1000", SEPTEMBER, {"хвс": 1_000, "от": 3_000})
    made.owe("1001", SEPTEMBER, {"хвс": 2_000})
    made.owe("1000", OCTOBER, {"хвс": 700})
    paid = record_payment(
        engine, voucher(VoucherKind.PAYMENT), account_number="1000", amount_kop=900,
        paid_on=date(2026, 9, 20),
    )  # fmt: skip
    record_payment(
        engine, voucher(VoucherKind.PAYMENT), account_number="1001", amount_kop=5_000,
        paid_on=date(2026, 9, 21), external_id="7",
    )  # fmt: skip
    close_period(engine, voucher(VoucherKind.CLOSING), period=SEPTEMBER)
    reverse_payment(engine, voucher(VoucherKind.REVERSAL), payment=paid.key)
    accrue_penalties(engine, voucher(VoucherKind.PENALTY), on=date(2026, 10, 31))
    close_period(engine, voucher(VoucherKind.CLOSING), period=OCTOBER)
    made.owe("1001", NOVEMBER, {"хвс": 100, "во": 50})
    accrue_penalties(engine, voucher(VoucherKind.PENALTY), on=date(2026, 11, 30))
    set_off_advances(engine, voucher(VoucherKind.SETOFF), into=NOVEMBER)
    transfer_balance(
        engine, voucher(VoucherKind.TRANSFER),
        transfer_order(from_account="1000", to_account="1001"),
    )  # fmt: skip
    for desk_no in (1, 1, 1):
        shift = open_shift(engine, voucher(VoucherKind.PAYMENT), desk_no=desk_no)
        close_shift(engine, voucher(VoucherKind.CLOSING), shift=shift, counted_cash_kop=0)
    keep_turnovers(engine)
    return made


@pytest.fixture
def charged(engine: Engine) -> Stock:
    """A month charged thrice, the last time in part."""
    made = town(houses=2, flats=2)
    stock = Stock(engine, made).write()
    at = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
    for accounts in ((), (), (made.accounts[0].number,)):
        charge_month(
            engine, Voucher(uuid7(), VoucherKind.CHARGE_RUN, "тест", at), period=OCTOBER,
            accounts=accounts,
        )  # fmt: skip
    return stock


def broken(engine: Engine) -> set[str]:
    with reading(engine) as snapshot:
        return {check.name for check in verify.run(snapshot) if check.rows}


@dataclass(frozen=True)
class Break:
    """Statements that break one invariant, guards lifted, and what else they cannot but break."""

    statements: tuple[str, ...]
    also: frozenset[str] = field(default_factory=frozenset)


def breaking(*statements: str, also: str = "") -> Break:
    return Break(statements, frozenset(also.split()))


BREAKS: dict[str, Break] = {
    # -- books
    "balance-equals-entries": breaking("update app.balance set moved_kop = moved_kop + 1"),
    "balance-once": breaking(
        "alter table app.balance_2026_11_r0 drop constraint balance_2026_11_r0_pkey",
        "insert into app.balance select origin_period, account_id, service_id, contract_id, 0, 0, 0"
        " from app.balance_2026_11_r0",
    ),
    "entries-are-posted": breaking(
        "update app.voucher set status = 'voided' where kind = 'adjustment'"
        " and period = '2026-11-01'",
    ),
    "entries-name-known-things": breaking(
        "update app.entry set service_id = gen_random_uuid() where run_no < 0 and line_no = 1"
        " and period = '2026-11-01'",
        also="balance-equals-entries kept-turnover-equals-entries",
    ),
    "balances-name-known-things": breaking(
        "insert into app.balance values ('2026-11-01', (select id from app.account limit 1),"
        " (select id from app.service limit 1), gen_random_uuid(), 0, 0, 0)",
    ),
    "ledger-is-guarded": breaking("alter table app.entry_2026_11_r0 disable trigger entry_stays"),
    "ledger-parts-are-bound": breaking(
        "alter table app.entry_2026_11_r0 drop constraint entry_2026_11_r0_run_no_check"
    ),
    "key-once": breaking(
        "alter table app.voucher drop constraint voucher_pkey cascade",
        "insert into app.voucher select * from app.voucher where kind = 'closing' limit 1",
    ),
    "reversed-at-most-once": breaking(
        "alter table app.voucher drop constraint voucher_reverses_key",
        "insert into app.voucher (id, kind, status, period, actor, made_at, reverses)"
        " select gen_random_uuid(), 'reversal', 'posted', period, actor, made_at, reverses"
        " from app.voucher where reverses is not null",
        also="reversal-undoes-every-line",
    ),
    "reversal-undoes-every-line": breaking(
        "update app.voucher set reverses = (select id from app.voucher where kind = 'adjustment'"
        " limit 1) where reverses is not null",
    ),
    "books-version-counts-postings": breaking("update app.account_books set version = 1"),
    "kept-turnover-equals-entries": breaking(
        "update app.turnover set amount_kop = amount_kop + 1 where period = '2026-07-01'"
    ),
    # -- payments
    "payment-equals-its-lines": breaking(
        "update app.payment set amount_kop = amount_kop + 1 where external_id = '7'"
    ),
    "payment-has-its-voucher": breaking(
        "update app.voucher set kind = 'adjustment', reason = 'так' where id in ("
        " select id from app.payment where external_id = '7')",
    ),
    "payment-reversed-at-most-once": breaking(
        "alter table app.payment drop constraint payment_reverses_key",
        "update app.payment set reverses = (select id from app.payment where external_id = '7'),"
        " account_id = (select account_id from app.payment where external_id = '7'),"
        " amount_kop = -5000 where reverses is not null",
        "update app.payment set reverses = (select id from app.payment where external_id = '7')"
        " where external_id is null and reverses is null",
        also="reversal-is-the-opposite payment-equals-its-lines",
    ),
    "agent-payment-once": breaking(
        "drop index app.payment_external",
        "update app.payment set external_id = '7' where reverses is null",
    ),
    "reversal-is-the-opposite": breaking(
        "update app.payment set account_id = (select account_id from app.payment"
        " where external_id = '7') where reverses is not null",
    ),
    "receipts-have-no-holes": breaking(
        "update app.shift set manifest = jsonb_set(manifest, '{last_no}', '2') where shift_no = 1"
    ),
    "shift-equals-its-payments": breaking(
        "update app.shift set manifest = jsonb_set(manifest, '{sum}', '5') where shift_no = 1"
    ),
    "shifts-have-no-holes": breaking("update app.shift set shift_no = 7 where shift_no = 3"),
    # -- periods
    "closing-equals-entries": breaking(
        "update app.closing_2026_10 set opening_kop = opening_kop + 5,"
        " closing_kop = closing_kop + 5",
        also="opening-equals-closing-before",
    ),
    "opening-equals-closing-before": breaking(
        "update app.closing_2026_09 set opening_kop = opening_kop + 5,"
        " adjusted_kop = adjusted_kop - 5",
        also="closing-columns-equal-entries",
    ),
    "closing-columns-equal-entries": breaking(
        "update app.closing_2026_10 set adjusted_kop = adjusted_kop - 5, paid_kop = paid_kop - 5"
    ),
    "closed-period-takes-nothing": breaking(
        "update app.period set closed_at = '2026-01-01' where period = '2026-09-01'"
    ),
    "closed-part-takes-nothing": breaking(
        "update app.period set payments_closed_at = '2026-01-01' where period = '2026-11-01'"
    ),
    "periods-close-in-order": breaking(
        "update app.period set state = 'open' where period = '2026-09-01'",
        also="opening-equals-closing-before closing-columns-equal-entries",
    ),
    # -- penalties
    "penalty-is-what-its-inputs-say": breaking(
        "update app.entry set inputs[7] = inputs[7] + 1 where kind = 50"
    ),
    "penalty-is-what-its-days-come-to": breaking(
        "update app.entry set inputs[6] = inputs[6] + 1, inputs[7] = inputs[7] + 1 where kind = 50"
    ),
    "penalty-run-equals-its-lines": breaking("update app.penalty_run set lines = lines + 1"),
    # -- documents
    "adjustment-has-a-reason": breaking(
        "update app.voucher set reason = ' ' where kind = 'adjustment'"
    ),
    "recalculation-is-became-less-was": breaking(
        "insert into app.entry (period, run_no, voucher_id, line_no, branch_id, account_id,"
        " service_id, contract_id, origin_period, kind, method, component, zone, day_from,"
        " day_to, amount_kop, volume_mcu, price_mcr, inputs)"
        " select period, run_no, voucher_id, 99, branch_id, account_id, service_id,"
        " contract_id, origin_period, 3, 270, 0, 0, 0, 30, 0, 0, 0, '{1,5,0,0,0,0,0,0,0,0,0,0}'"
        " from app.entry where period = '2026-11-01' and kind = 1 limit 1",
    ),
    "setoff-sums-to-zero": breaking(
        "update app.entry set amount_kop = amount_kop + 1 where kind = 21 and amount_kop > 0",
        also="balance-equals-entries",
    ),
    "setoff-line-has-its-day": breaking("delete from app.setoff_line"),
    "balance-transfer-sums-to-zero": breaking(
        "update app.entry set amount_kop = amount_kop + 1 where kind = 25 and amount_kop > 0",
        also="balance-equals-entries",
    ),
    "balance-transfer-has-its-moves": breaking("update app.balance_transfer set moves = moves + 1"),
    "write-off-within-what-was-owed": breaking(
        "update app.entry set kind = 53, amount_kop = -900000 where kind = 54 and amount_kop < 0",
        also="balance-equals-entries balance-transfer-sums-to-zero",
    ),
}
OF_RUNS: dict[str, Break] = {
    "run-equals-its-houses": breaking("update app.charge_run_house set lines = lines + 1"),
    "runs-are-numbered-through": breaking(
        "delete from app.charge_problem where voucher_id in (select voucher_id from app.charge_run"
        " where run_no = 1)",
        "delete from app.charge_run_house where voucher_id in (select voucher_id"
        " from app.charge_run where run_no = 1)",
        "delete from app.charge_run where run_no = 1",
    ),
    "run-counts-once": breaking(
        "update app.voucher set status = 'posted' where id in (select voucher_id"
        " from app.charge_run where run_no = 1)",
        also="run-equals-its-houses",
    ),
}


def break_books(engine: Engine, chosen: Break) -> None:
    """Do what a slip of an administrator would, in a session that no guard looks at."""
    with engine.connection() as connection:
        connection.execute("set session_replication_role = replica")
        try:
            for statement in chosen.statements:
                connection.execute(statement)
        finally:
            connection.execute("reset session_replication_role")


def test_sound_books_pass_every_check(books: Payers) -> None:
    assert broken(books.engine) == set()


def test_sound_runs_pass_every_check(charged: Stock) -> None:
    assert broken(charged.engine) == set()


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_invariant_is_found_by_its_check(books: Payers, name: str) -> None:
    break_books(books.engine, BREAKS[name])

    assert broken(books.engine) == {name} | BREAKS[name].also


@pytest.mark.parametrize("name", OF_RUNS)
def test_a_broken_run_is_found_by_its_check(charged: Stock, name: str) -> None:
    break_books(charged.engine, OF_RUNS[name])

    assert broken(charged.engine) == {name} | OF_RUNS[name].also


def test_every_check_is_broken_somewhere() -> None:
    # Those modules have files of tests of their own, with a test like this one.
    elsewhere = verify_payment_changes.CHECKS.keys() | verify_transfers.CHECKS.keys()

    assert BREAKS.keys() | OF_RUNS.keys() | elsewhere == verify.CHECKS.keys()


def test_a_broken_row_is_named(books: Payers) -> None:
    books.run("update app.balance set penalty_kop = 7 where origin_period = '2026-11-01'")

    with reading(books.engine) as snapshot:
        found = {check.name: check for check in verify.run(snapshot)}

    check = found["balance-equals-entries"]
    assert check.rows == 2
    assert "balance_penalty_kop=7" in check.examples[0]
    assert check.meaning.startswith("Остаток")
    assert check.seconds > 0


def test_every_check_is_in_the_docs() -> None:
    docs = Path(__file__).resolve().parents[2] / "docs" / "administrator.md"
    text = docs.read_text(encoding="utf-8")

    missing = [
        name for name, meaning in verify.MEANINGS.items() if f"| `{name}` | {meaning} |" not in text
    ]
    assert missing == []
