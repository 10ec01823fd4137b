"""A change of supplier by one act: assignments, prices, balances, the queue; undone exactly."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from app.domain import contract_history
from app.domain.transfer_order import MadeContract, NotAnOrder
from app.domain.voucher import VoucherKind
from app.errors import Refusal
from app.operations.change_contract import (
    CannotChange,
    ContractChanged,
    change_contract,
    preview_change,
)
from app.operations.transfer_balance import NotYet, undo_transfer
from app.store import contracts
from app.store.adjusting import UnknownName
from app.store.engine import Engine, KeyReused, RefusedByDatabase
from app.store.reading import reading
from tests.fixtures.contract_world import (
    AT,
    AUGUST,
    NOVEMBER,
    OCTOBER,
    add_contract,
    assign,
    assignments,
    balances,
    change_order,
    voucher,
    with_contracts,
)
from tests.fixtures.payers import Payers

_SINCE, _CUT = "2020-01-01", "2026-11-01"


@pytest.fixture
def books(engine: Engine) -> Payers:
    made = with_contracts(engine)
    made.owe("1000", AUGUST, {"хвс": 100_00, "во": 30_00, "от": 900_00})
    made.owe("1000", AUGUST, {"хвс": 7_77}, kind=50)
    made.owe("1000", OCTOBER, {"во": -45_50})
    made.owe("1001", NOVEMBER, {"хвс": 50_00})
    return made


def changed(books: Payers, *, key: UUID | None = None, **told: Any) -> ContractChanged:
    return change_contract(
        books.engine, voucher(VoucherKind.CONTRACT_CHANGE, key=key), change_order(**told)
    )


def on(books: Payers, account: str, day: date) -> dict[str, str]:
    with reading(books.engine) as snapshot:
        spans = contracts.history(snapshot, account)
    return {one.service: one.contract for one in contract_history.in_force(spans, on=day)}


def test_assignments_of_a_house_end_and_begin_that_day(books: Payers) -> None:
    before = assignments(books)

    changed(books, houses=("Д1",), services=("хвс",))

    assert assignments(books) == (before - {("хвс", "В-1", "Д1", _SINCE, None)}) | {
        ("хвс", "В-1", "Д1", _SINCE, _CUT),
        ("хвс", "В-2", "Д1", _CUT, None),
    }


def test_own_assignments_of_accounts_go_with_their_house(books: Payers) -> None:
    changed(books, houses=("Д1",))

    assert ("во", "В-1", "1001", _SINCE, _CUT) in assignments(books)
    assert ("во", "В-2", "1001", _CUT, None) in assignments(books)
    assert {row[2] for row in assignments(books) if row[1] == "В-2"} == {"Д1", "1001"}


def test_a_list_of_houses_goes_by_one_act(books: Payers) -> None:
    done = changed(books, houses=("Д1", "Д2"), services=("хвс",))

    assert {(row[0], row[2]) for row in assignments(books) if row[1] == "В-2"} == {
        ("хвс", "Д1"), ("хвс", "Д2"),
    }  # fmt: skip
    assert done.act.accounts == 3  # 2000 is closed


def test_an_account_gets_a_supplier_of_its_own(books: Payers) -> None:
    done = changed(books, accounts=("1000",), services=("хвс",))

    assert ("хвс", "В-2", "1000", _CUT, None) in assignments(books)
    assert ("хвс", "В-1", "Д1", _SINCE, None) in assignments(books)
    assert on(books, "1000", date(2026, 10, 31))["хвс"] == "В-1"
    assert on(books, "1000", date(2026, 11, 1))["хвс"] == "В-2"
    assert on(books, "1001", date(2026, 11, 1))["хвс"] == "В-1"
    assert done.act.accounts == 1


def test_what_begins_later_begins_under_the_new_contract(books: Payers) -> None:
    assign(books, "во", contract="В-1", account="3000", since=date(2027, 1, 1))

    changed(books, houses=("Д2",))

    assert ("во", "В-2", "3000", "2027-01-01", None) in assignments(books)


def test_the_balance_stays_unless_it_is_agreed(books: Payers) -> None:
    before = balances(books)

    done = changed(books, houses=("Д1",))

    assert balances(books) == before
    assert done.act.lines == ()


def test_the_balance_moves_with_the_contract_and_the_penalty_stays(books: Payers) -> None:
    done = changed(books, houses=("Д1",), with_balance=True)

    now = balances(books)
    assert now["1000", "хвс", "В-2", "2026-08"] == (100_00, 0)
    assert now["1000", "хвс", "В-1", "2026-08"] == (0, 7_77)
    assert now["1000", "во", "В-2", "2026-10"] == (-45_50, 0)
    # November belongs to the new supplier: it is recalculated, not moved.
    assert now["1001", "хвс", "В-1", "2026-11"] == (50_00, 0)
    assert now["1000", "от", "Т-2", "2026-08"] == (900_00, 0)
    assert done.act.totals.total_kop == 130_00 - 45_50
    assert books.broken() == []


def test_a_backdated_change_queues_the_charged_months(books: Payers) -> None:
    books.run(
        "insert into app.voucher (id, kind, status, period, actor, made_at)"
        " values (%s, 'charge-run', 'posted', '2026-10-01', 'тест', now())",
        run := uuid7(),
    )
    books.run(
        "insert into app.charge_run (voucher_id, period, run_no, is_full, scope, houses, posted_at)"
        " values (%s, '2026-10-01', 1, true, '{}', 1, now())",
        run,
    )

    done = changed(books, accounts=("1000",), services=("хвс",), changed_on=date(2026, 10, 1))

    waiting = books.run(
        "select number, from_period::text, reason from app.recalculation_due"
        " join app.account on account.id = account_id"
    )
    assert waiting == [("1000", "2026-10-01", "изменено назначение услуги: Вода")]
    assert done.act.recalculated == (OCTOBER,)


def test_a_contract_is_made_with_the_act(books: Payers) -> None:
    changed(
        books, houses=("Д2",), new_contract="В-9", with_balance=True,
        made=MadeContract("В-9", provider="вдк", supplier="нвк"),
    )  # fmt: skip

    assert books.run("select kind, valid_from::text from app.contract where number = 'В-9'") == [
        ("three-sided", _CUT)
    ]
    assert ("хвс", "В-9", "Д2", _CUT, None) in assignments(books)


def test_an_act_is_undone_exactly(books: Payers) -> None:
    before = assignments(books), balances(books)
    done = changed(books, houses=("Д1", "Д2"), with_balance=True)

    undo_transfer(books.engine, voucher(VoucherKind.REVERSAL, reason="спор"), undone=done.key)

    assert (assignments(books), balances(books)) == before
    assert books.broken() == []


def test_an_act_that_others_followed_is_not_undone(books: Payers) -> None:
    done = changed(books, houses=("Д2",))
    add_contract(books, "В-4")
    changed(
        books, number="7", houses=("Д2",), old_contract="В-2", new_contract="В-4",
        changed_on=date(2026, 11, 10),
    )  # fmt: skip
    changed(
        books, number="8", houses=("Д2",), old_contract="В-2", new_contract="В-4",
        changed_on=date(2026, 11, 1),
    )  # fmt: skip
    before = assignments(books)

    with pytest.raises(RefusedByDatabase, match="назначения услуг меняли"):
        undo_transfer(books.engine, voucher(VoucherKind.REVERSAL, reason="х"), undone=done.key)

    assert assignments(books) == before


def test_the_same_order_sent_again_is_answered_as_the_first_time(books: Payers) -> None:
    key = uuid7()
    first = changed(books, key=key, houses=("Д1",), with_balance=True)
    after = assignments(books), balances(books)

    again = changed(books, key=key, houses=("Д1",), with_balance=True)

    assert (first.is_new, again.is_new) == (True, False)
    assert again.act == first.act
    assert (assignments(books), balances(books)) == after
    with pytest.raises(KeyReused):
        changed(books, key=key, houses=("Д2",), with_balance=True)


def test_a_preview_shows_what_is_done_and_writes_nothing(books: Payers) -> None:
    before = assignments(books), balances(books)
    order = change_order(houses=("Д1",), with_balance=True)

    shown = preview_change(books.engine, order, today=AT.date())

    assert (assignments(books), balances(books)) == before
    done = change_contract(books.engine, voucher(VoucherKind.CONTRACT_CHANGE), order).act
    assert set(shown.services) == set(done.services)
    assert (shown.lines, shown.accounts, shown.taking) == (done.lines, done.accounts, done.taking)


def test_without_a_price_of_the_new_contract_nothing_changes(books: Payers) -> None:
    books.run("update app.tariff set contract_id = %s", books.contracts["В-1"])
    before = assignments(books)

    with pytest.raises(CannotChange, match="«Вода» по договору № В-2 для дома Д1 нет цены"):
        changed(books, houses=("Д1",), services=("хвс",))

    assert assignments(books) == before


@pytest.mark.parametrize(
    ("told", "error", "sentence"),
    [
        ({"houses": ("Д9",)}, UnknownName, "Д9"),
        ({"accounts": ("77",)}, UnknownName, "77"),
        ({"accounts": ("2000",)}, CannotChange, "закрыт"),
        ({"houses": ("Д1",), "new_contract": "Х"}, UnknownName, "Х"),
        ({"houses": ("Д2",), "services": ("от",)}, CannotChange, "ничего не назначено"),
        ({"houses": ("Д1",), "new_contract": "Н-1"}, CannotChange, "не действует"),
        ({"houses": ("Д1",), "new_contract": "К-1"}, CannotChange, "не действует"),
        (
            {"houses": ("Д1",), "with_balance": True, "changed_on": date(2026, 12, 1)},
            NotYet, "ещё не сложилось",
        ),
        (
            {"houses": ("Д2",), "new_contract": "В-9",
             "made": MadeContract("В-9", provider="вдк", valid_from=date(2027, 1, 1))},
            RefusedByDatabase, "не действует",
        ),
        (
            {"houses": ("Д2",), "new_contract": "Т-2",
             "made": MadeContract("Т-2", provider="вдк")},
            RefusedByDatabase, "уже есть",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_changes(
    books: Payers, told: dict[str, Any], error: type[Refusal], sentence: str
) -> None:
    add_contract(books, "Н-1", since=date(2027, 1, 1))
    add_contract(books, "К-1", until=date(2026, 11, 1))
    before = assignments(books), balances(books), books.run("select count(*) from app.voucher")

    with pytest.raises(error, match=sentence):
        changed(books, **told)

    assert (assignments(books), balances(books)) == before[:2]
    assert books.run("select count(*) from app.voucher") == before[2]


def test_two_payees_of_a_service_on_one_day_are_refused(books: Payers) -> None:
    add_contract(books, "В-4")
    assign(books, "хвс", contract="В-4", house="Д2", since=date(2026, 12, 1))
    before = assignments(books)

    with pytest.raises(RefusedByDatabase, match="назначена дважды"):
        changed(books, houses=("Д2",))

    assert assignments(books) == before


def test_orders_that_contradict_themselves_are_refused() -> None:
    with pytest.raises(NotAnOrder, match="один и тот же"):
        change_order(new_contract="В-1", houses=("Д1",))
    with pytest.raises(NotAnOrder, match="где меняется договор"):
        change_order()
    with pytest.raises(NotAnOrder, match="основания"):
        change_order(basis="", houses=("Д1",))
    with pytest.raises(NotAnOrder, match="раньше, чем начинается"):
        MadeContract("В-9", provider="вдк", valid_from=date(2026, 5, 1), valid_to=date(2026, 5, 1))


def test_a_contract_keeps_its_sides(books: Payers) -> None:
    with pytest.raises(RefusedByDatabase, match="не указан поставщик"):
        books.run("update app.contract set supplier_id = null where number = 'В-1'")
    with pytest.raises(RefusedByDatabase, match="указан поставщик"):
        books.run("update app.contract set kind = 'two-sided' where number = 'В-1'")


def test_a_contract_does_not_end_before_its_assignments(books: Payers) -> None:
    assign(books, "во", contract="В-1", account="3000", until=date(2026, 12, 1))

    with pytest.raises(RefusedByDatabase, match=r"действует с 01\.01\.2020 до 01\.10\.2026"):
        books.run("update app.contract set valid_to = '2026-10-01' where number = 'В-1'")
