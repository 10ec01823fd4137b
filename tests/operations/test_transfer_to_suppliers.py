import json
import threading
from datetime import date
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from app.domain.calendar import NoCalendar
from app.domain.period import Period
from app.domain.voucher import VoucherKind
from app.operations.transfer_to_suppliers import DayOfRest, TransferKeyReused
from app.store import law, verify
from app.store.engine import Engine, KeyReused, LedgerIsClosed, RefusedByDatabase
from app.store.reading import reading
from app.store.writing import writing
from tests.fixtures.payers import MONEY_CHECKS
from tests.fixtures.transfers import Suppliers, supply, voucher


@pytest.fixture
def suppliers(engine: Engine) -> Suppliers:
    return supply(engine)


def broken(suppliers: Suppliers) -> set[str]:
    """The invariants of money and of its way that do not hold."""
    names = {*verify.verify_transfers.CHECKS, *MONEY_CHECKS} & set(verify.CHECKS)
    with reading(suppliers.engine) as snapshot:
        return {
            name
            for name in names
            if snapshot.value(f"select count(*) from ({verify.CHECKS[name]}) as broken")
        }


def rows(suppliers: Suppliers, table: str) -> int:
    return int(suppliers.payers.run(f"select count(*) from app.{table}")[0][0])


def test_the_same_key_posts_once(suppliers: Suppliers) -> None:
    suppliers.pay("1003", "20000.00", on="2026-11-10")
    key = uuid7()

    first = suppliers.send("2026-11-12", key=key)
    again = suppliers.send("2026-11-12", key=key)

    assert not first.is_replay
    assert again.is_replay
    assert again.transfers == first.transfers
    assert rows(suppliers, "bank_transfer") == 2
    assert broken(suppliers) == set()


def test_a_key_used_for_another_day_is_refused(suppliers: Suppliers) -> None:
    suppliers.pay("1000", "20000.00", on="2026-11-10")
    key = uuid7()
    suppliers.send("2026-11-12", key=key)

    with pytest.raises(TransferKeyReused, match=r"12\.11\.2026"):
        suppliers.send("2026-11-13", key=key)


def ask_the_books(suppliers: Suppliers, key: UUID, received_kop: int) -> None:
    """Call the server as a program would that planned this sum."""
    asked = {
        "key": str(key), "contract": "В-1", "state": "daily", "received_kop": received_kop,
        "commission_kop": 0, "fee_kop": 0, "payments": 1, "credited_to": "2026-11-11",
    }  # fmt: skip
    with writing(suppliers.engine) as draft:
        draft.call("start_bank_transfers")
        draft.call(
            "post_bank_transfers",
            on_day=date(2026, 11, 12),
            transfers=json.dumps([asked]),
            cutoffs=json.dumps({"2026-11-11": {"desk": "2026-11-11"}}),
            actor="Петрова",
            at=voucher(VoucherKind.IMPORT).made_at,
        )


def test_the_same_key_with_other_money_is_refused_by_the_books(suppliers: Suppliers) -> None:
    suppliers.pay("1000", "20000.00", on="2026-11-10")
    key = uuid7()
    ask_the_books(suppliers, key, 2_000_000)

    with pytest.raises(KeyReused, match="уже использован"):
        ask_the_books(suppliers, key, 1_999_999)
    assert rows(suppliers, "bank_transfer") == 1


def test_money_that_came_meanwhile_makes_the_books_refuse(suppliers: Suppliers) -> None:
    suppliers.pay("1000", "20000.00", on="2026-11-10")

    with pytest.raises(RefusedByDatabase, match="деньги по договору В-1 изменились"):
        ask_the_books(suppliers, uuid7(), 1)
    assert rows(suppliers, "bank_transfer") == 0


def test_two_at_once_send_every_kopeck_once(suppliers: Suppliers) -> None:
    for _ in range(5):
        suppliers.pay("1003", "20000.00", on="2026-11-10")
    sent: list[int] = []

    def send() -> None:
        sent.append(sum(one.amount_kop for one in suppliers.send("2026-11-12").transfers))

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(sent) == 10_000_000
    assert broken(suppliers) == set()


def test_a_day_of_rest_sends_nothing(suppliers: Suppliers) -> None:
    suppliers.pay("1000", "20000.00", on="2026-11-10")

    with pytest.raises(DayOfRest, match=r"Ближайший рабочий день – 16\.11\.2026"):
        suppliers.send("2026-11-14")
    assert rows(suppliers, "bank_transfer") == 0


def test_a_year_without_calendar_is_refused(suppliers: Suppliers) -> None:
    with pytest.raises(NoCalendar, match="2099"):
        suppliers.due("2099-03-02")


def test_the_last_week_of_the_known_calendar_is_decided(suppliers: Suppliers) -> None:
    with reading(suppliers.engine) as snapshot:
        last = max(law.work_calendar(snapshot).years)
    suppliers.pay("1000", "9000.00", on=f"{last}-12-27")
    suppliers.pay("1001", "9000.00", on=f"{last}-12-30", agent="тпл")

    assert suppliers.due(f"{last}-12-28") == {"В-1": "9000.00"}


def test_a_transfer_is_undone_once_with_a_reason(suppliers: Suppliers) -> None:
    suppliers.pay("1000", "20000.00", on="2026-11-10")
    (sent,) = suppliers.send("2026-11-12").transfers
    key = uuid7()

    with pytest.raises(RefusedByDatabase, match="почему перечисление отменяется"):
        suppliers.undo_transfer(sent.key, why=" ")
    suppliers.undo_transfer(sent.key, key=key)
    suppliers.undo_transfer(sent.key, key=key)
    with pytest.raises(RefusedByDatabase, match="уже отменено"):
        suppliers.undo_transfer(sent.key)
    with pytest.raises(RefusedByDatabase, match=r"Перечисления .* нет"):
        suppliers.undo_transfer(uuid7())

    assert suppliers.due("2026-11-13") == {"В-1": "20000.00"}
    (again,) = suppliers.send("2026-11-13").transfers
    assert (again.order_no, again.amount_kop) == (2, 2_000_000)
    assert broken(suppliers) == set()


def test_the_day_of_credit_is_named_once_and_before_the_money_goes(suppliers: Suppliers) -> None:
    paid = suppliers.pay("1000", "20000.00", on="2026-11-10", channel="bank")
    other = suppliers.pay("1000", "20000.00", on="2026-11-10", channel="bank")

    with pytest.raises(RefusedByDatabase, match="банк не мог"):
        suppliers.credit(paid, "2026-11-09")
    assert suppliers.credit(paid, "2026-11-11")
    assert not suppliers.credit(paid, "2026-11-11")
    with pytest.raises(RefusedByDatabase, match="уже известен"):
        suppliers.credit(paid, "2026-11-12")
    suppliers.send("2026-11-12")
    with pytest.raises(RefusedByDatabase, match="поздно назначать"):
        suppliers.credit(other, "2026-11-11")
    with pytest.raises(RefusedByDatabase, match=r"Платежа .* нет"):
        suppliers.credit(uuid7(), "2026-11-11")


def test_money_of_the_centre_itself_stays(suppliers: Suppliers) -> None:
    suppliers.payers.run("update app.organisation set roles = roles || '{centre}' where code='вдк'")
    suppliers.pay("1003", "40000.00", on="2026-11-10")

    assert suppliers.due("2026-11-12") == {"Т-2": "10000.00"}


def test_unidentified_money_waits_for_its_payer(suppliers: Suppliers) -> None:
    resolving = pytest.importorskip("app.operations.resolve_unidentified")
    matching = pytest.importorskip("app.domain.payment_matching")
    kept = resolving.record_unidentified(
        suppliers.engine, voucher(VoucherKind.PAYMENT),
        told=matching.UnidentifiedPayment(900_000), paid_on=date(2026, 11, 10), creditor="вдк",
    )  # fmt: skip

    assert suppliers.due("2026-11-12") == {}
    resolving.resolve_unidentified(
        suppliers.engine, voucher(VoucherKind.PAYMENT_TRANSFER, "нашёлся"), payment=kept.key,
        account_number="1000", amount_kop=900_000,
    )  # fmt: skip

    assert suppliers.due("2026-12-01") == {"В-1": "9000.00"}


def test_a_late_payment_of_a_closed_month_still_goes(suppliers: Suppliers) -> None:
    suppliers.pay("1000", "20000.00", on="2026-10-12")
    suppliers.send("2026-11-12")
    suppliers.payers.close(Period(2026, 10))

    suppliers.pay("1000", "7000.00", on="2026-10-20")

    assert suppliers.due("2026-11-13") == {"В-1": "7000.00"}
    assert suppliers.send("2026-11-13").transfers[0].amount_kop == 700_000
    assert broken(suppliers) == set()


def test_the_search_begins_at_the_oldest_money_that_waits(suppliers: Suppliers) -> None:
    suppliers.pay("1000", "20000.00", on="2026-11-10")
    suppliers.payers.run("alter table app.voucher disable trigger user")
    suppliers.payers.run("update app.voucher set recorded_at = '2026-01-01' where kind = 'payment'")
    suppliers.pay("1001", "100.00", on="2026-11-11")

    suppliers.send("2026-11-12")

    (since,) = suppliers.payers.run("select since from app.transfer_scan")[0]
    assert since.year == 2026
    assert since.month > 1
    assert suppliers.due("2026-11-18") == {"Т-2": "100.00"}
    suppliers.undo_transfer(suppliers.sent["В-1"])
    assert suppliers.due("2026-11-18") == {"Т-2": "100.00", "В-1": "20000.00"}


def test_what_went_is_never_changed(suppliers: Suppliers) -> None:
    suppliers.pay("1000", "20000.00", on="2026-11-10")
    suppliers.send("2026-11-12")

    for statement in (
        "update app.bank_transfer_line set amount_kop = 1",
        "delete from app.bank_transfer_line",
        "update app.bank_transfer set amount_kop = amount_kop",
        "truncate app.bank_transfer_line",
    ):
        with pytest.raises(LedgerIsClosed):
            suppliers.payers.run(statement)


# The name of a check: the tables whose guards are lifted, the statement that breaks it.
BREAKS: dict[str, tuple[tuple[str, ...], str]] = {
    "transfer-equals-its-lines": (
        ("bank_transfer",),
        "update app.bank_transfer set received_kop = received_kop + 1, fee_kop = fee_kop + 1",
    ),
    "transferred-lines-came": (
        ("bank_transfer_line", "bank_transfer"),
        "update app.bank_transfer_line set amount_kop = amount_kop - 1",
    ),
    "transferred-once": (
        ("bank_transfer_line",),
        (
            "insert into app.bank_transfer_line select source_id, contract_id, turn::int + 1,"
            " transfer_id, amount_kop, commission_kop from app.bank_transfer_line"
        ),
    ),
    "transferred-within-received": (
        ("bank_transfer_line",),
        "update app.bank_transfer_line set amount_kop = amount_kop + 200000000",
    ),
    "waiting-is-searched": (
        (),
        "update app.transfer_scan set since = clock_timestamp() + interval '1 hour'",
    ),
}


@pytest.mark.parametrize("name", sorted(verify.verify_transfers.CHECKS))
def test_a_broken_invariant_is_found_by_its_check(suppliers: Suppliers, name: str) -> None:
    suppliers.pay("1000", "20000.00", on="2026-11-10")
    suppliers.pay("1001", "100.00", on="2026-11-11")
    suppliers.send("2026-11-12")
    assert broken(suppliers) == set()
    tables, statement = BREAKS[name]

    for table in tables:
        suppliers.payers.run(f"alter table app.{table} disable trigger user")
    suppliers.payers.run(statement)

    assert name in broken(suppliers)
