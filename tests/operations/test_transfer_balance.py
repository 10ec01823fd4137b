"""Acts of balance transfer: what leaves arrives, in its own month; undone once by the opposite."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from app.domain.balance_transfer import NotSoMuch, Part
from app.domain.ledger import EntryKind
from app.domain.period import Period
from app.domain.transfer_order import NotAnOrder
from app.domain.voucher import VoucherKind
from app.errors import Refusal
from app.operations.transfer_balance import (
    NothingToMove,
    NotYet,
    Transferred,
    preview_transfer,
    transfer_balance,
    undo_transfer,
)
from app.store.adjusting import UnknownName
from app.store.engine import Engine, KeyReused, RefusedByDatabase
from tests.fixtures.contract_world import (
    AT,
    AUGUST,
    OCTOBER,
    SEPTEMBER,
    add_contract,
    balances,
    transfer_order,
    voucher,
    with_contracts,
)
from tests.fixtures.payers import Payers
from tests.fixtures.soak import examples

BARRED = Period(2021, 3)


@pytest.fixture
def books(engine: Engine) -> Payers:
    """1000 owes water of three months, drains, penalties; has an advance of drains in October."""
    made = with_contracts(engine)
    made.owe("1000", BARRED, {"хвс": 700_00}, kind=30, posted=AUGUST)
    made.owe("1000", AUGUST, {"хвс": 100_00, "во": 30_00, "от": 900_00})
    made.owe("1000", SEPTEMBER, {"хвс": 110_00})
    made.owe("1000", OCTOBER, {"хвс": 120_00, "во": -45_50})
    made.owe("1000", AUGUST, {"хвс": 7_77}, kind=50)
    made.owe("1001", OCTOBER, {"хвс": 50_00})
    return made


def posted(books: Payers, *, key: UUID | None = None, **told: object) -> Transferred:
    return transfer_balance(
        books.engine, voucher(VoucherKind.TRANSFER, key=key), transfer_order(**told)
    )


def whole(books: Payers) -> dict[str, list[tuple]]:
    tables = ("entry", "balance", "voucher", "balance_transfer", "account_books", "assignment")
    return {name: books.run(f"select * from app.{name} order by 1, 2, 3") for name in tables}


def sums(books: Payers) -> set[tuple]:
    """What all accounts owe, by month of origin: principal and penalty."""
    return set(
        books.run(
            "select origin_period, sum(charged_kop + moved_kop), sum(penalty_kop) from app.balance"
            " group by 1 having sum(charged_kop + moved_kop) <> 0 or sum(penalty_kop) <> 0"
        )
    )


def test_an_account_gives_all_it_owes_in_the_periods_it_owes_it_for(books: Payers) -> None:
    done = posted(books, from_account="1000", to_account="1001")

    now = balances(books)
    assert {row[0] for row in now} == {"1001"}
    assert now["1001", "хвс", "В-1", "2021-03"] == (700_00, 0)
    assert now["1001", "хвс", "В-1", "2026-08"] == (100_00, 7_77)
    assert now["1001", "хвс", "В-1", "2026-10"] == (170_00, 0)
    assert now["1001", "во", "В-1", "2026-10"] == (-45_50, 0)
    assert done.act.totals.barred_kop == 700_00
    assert done.act.totals.advance_kop == 45_50
    assert done.act.totals.total_kop == 700_00 + 1260_00 - 45_50 + 7_77
    assert books.broken() == []


def test_lines_of_an_act_sum_to_zero_in_every_period_and_are_of_two_kinds(books: Payers) -> None:
    done = posted(books, from_account="1000", to_account="1001")

    rows = books.run(
        "select origin_period, kind, sum(amount_kop) from app.entry where voucher_id = %s"
        " group by 1, 2",
        done.key,
    )
    assert {row[1] for row in rows} == {EntryKind.TRANSFER, EntryKind.PENALTY_TRANSFER}
    assert {row[2] for row in rows} == {0}


def test_another_supplier_takes_debt_and_advance_and_the_penalty_stays(books: Payers) -> None:
    done = posted(books, from_contract="В-1", to_contract="В-2")

    now = balances(books)
    assert now["1000", "хвс", "В-1", "2026-08"] == (0, 7_77)
    assert now["1000", "хвс", "В-2", "2026-08"] == (100_00, 0)
    assert now["1000", "во", "В-2", "2026-10"] == (-45_50, 0)
    assert now["1001", "хвс", "В-2", "2026-10"] == (50_00, 0)
    assert now["1000", "от", "Т-2", "2026-08"] == (900_00, 0)
    assert "Новый водоканал" in done.act.taker


def test_the_setting_lets_the_new_creditor_inherit_the_penalty(books: Payers) -> None:
    books.run("insert into app.parameter (code, value) values ('передача.пени', 'да')")

    posted(books, from_contract="В-1", to_contract="В-2")

    now = balances(books)
    assert now["1000", "хвс", "В-2", "2026-08"] == (100_00, 7_77)
    assert not [row for row in now if row[2] == "В-1"]


def test_parts_that_are_named_go_before_the_settings(books: Payers) -> None:
    posted(books, from_contract="В-1", to_contract="В-2", parts=frozenset({Part.PENALTY}))

    assert balances(books)["1000", "хвс", "В-2", "2026-08"] == (0, 7_77)
    assert balances(books)["1000", "хвс", "В-1", "2026-08"] == (100_00, 0)


def test_the_same_creditor_under_another_contract_keeps_the_penalty_too(books: Payers) -> None:
    water = books.run("select supplier_id from app.contract where number = 'В-1'")[0][0]
    add_contract(books, "В-3", supplier=water)

    posted(books, from_contract="В-1", to_contract="В-3")

    assert balances(books)["1000", "хвс", "В-3", "2026-08"] == (100_00, 7_77)


def test_houses_limit_a_change_of_creditor(books: Payers) -> None:
    books.owe("3000", OCTOBER, {"хвс": 33_00})

    posted(books, from_contract="В-1", to_contract="В-2", houses=("Д2",))

    moved = {row for row in balances(books) if row[2] == "В-2"}
    assert moved == {("3000", "хвс", "В-2", "2026-10")}


def test_a_service_gives_to_another_under_its_contract(books: Payers) -> None:
    posted(books, accounts=("1000",), from_service="хвс", to_service="во")

    now = balances(books)
    assert now["1000", "во", "В-1", "2026-08"] == (130_00, 7_77)
    assert now["1000", "во", "В-1", "2026-10"] == (74_50, 0)
    assert not [row for row in now if row[:2] == ("1000", "хвс")]


def test_out_of_the_system_leaves_with_a_register_and_nothing_comes(books: Payers) -> None:
    done = posted(books, accounts=("1000",), recipient="УК «Восток», ИНН 6658000024")

    now = balances(books)
    assert now["1000", "хвс", "В-1", "2026-08"] == (0, 7_77)
    assert done.act.taker == "УК «Восток», ИНН 6658000024"
    assert done.act.totals.total_kop == 700_00 + 1260_00 - 45_50
    assert {(line.service, line.origin) for line in done.act.lines} >= {("Вода", AUGUST)}
    assert books.broken() == []


def test_a_sum_takes_the_oldest_first_and_penalty_last(books: Payers) -> None:
    posted(
        books, from_account="1000", to_account="1001", services=("хвс",), amount_kop=835_00
    )  # fmt: skip

    now = balances(books)
    assert now["1001", "хвс", "В-1", "2021-03"] == (700_00, 0)
    assert now["1001", "хвс", "В-1", "2026-08"] == (100_00, 0)
    assert now["1001", "хвс", "В-1", "2026-09"] == (35_00, 0)
    assert now["1000", "хвс", "В-1", "2026-09"] == (75_00, 0)
    assert now["1000", "хвс", "В-1", "2026-08"] == (0, 7_77)


def test_periods_and_services_choose_rows(books: Payers) -> None:
    posted(
        books, from_account="1000", to_account="1001", services=("хвс", "во"),
        first=SEPTEMBER, last=OCTOBER, parts=frozenset({Part.PRINCIPAL}),
    )  # fmt: skip

    moved = {row[1:] for row in balances(books) if row[0] == "1001"}
    assert moved == {("хвс", "В-1", "2026-09"), ("хвс", "В-1", "2026-10")}


def test_an_act_is_undone_by_its_opposite_and_once(books: Payers) -> None:
    before = balances(books)
    done = posted(books, from_contract="В-1", to_contract="В-2")
    undoing = voucher(VoucherKind.REVERSAL, reason="ошибка")

    assert undo_transfer(books.engine, undoing, undone=done.key)

    assert balances(books) == before
    assert not undo_transfer(books.engine, undoing, undone=done.key)
    with pytest.raises(RefusedByDatabase, match="уже отменён"):
        undo_transfer(books.engine, voucher(VoucherKind.REVERSAL, reason="ещё"), undone=done.key)
    with pytest.raises(RefusedByDatabase, match="отмену не отменяют"):
        undo_transfer(books.engine, voucher(VoucherKind.REVERSAL, reason="ещё"), undone=undoing.key)
    assert balances(books) == before
    assert books.broken() == []


def test_the_same_order_sent_again_is_answered_as_the_first_time(books: Payers) -> None:
    key = uuid7()
    first = posted(books, key=key, from_account="1000", to_account="1001")
    after = whole(books)

    again = posted(books, key=key, from_account="1000", to_account="1001")

    assert first.is_new
    assert not again.is_new
    assert again.act == first.act
    assert whole(books) == after
    with pytest.raises(KeyReused):
        posted(books, key=key, from_account="1001", to_account="1000")


def test_a_preview_shows_what_is_posted_and_writes_nothing(books: Payers) -> None:
    before = whole(books)
    order = transfer_order(from_contract="В-1", to_contract="В-2")

    shown = preview_transfer(books.engine, order, today=AT.date())

    assert whole(books) == before
    done = transfer_balance(books.engine, voucher(VoucherKind.TRANSFER), order)
    assert (shown.lines, shown.giver, shown.taker) == (
        done.act.lines, done.act.giver, done.act.taker,
    )  # fmt: skip


def test_a_closed_month_gives_way_to_the_open_one(books: Payers) -> None:
    books.close(OCTOBER)

    done = posted(books, from_account="1000", to_account="1001", moved_on=date(2026, 9, 1))

    assert books.run("select period from app.voucher where id = %s", done.key) == [
        (date(2026, 11, 1),)
    ]
    assert done.act.moved_on == date(2026, 9, 1)
    assert balances(books)["1001", "хвс", "В-1", "2026-08"] == (100_00, 7_77)


@pytest.mark.parametrize(
    ("told", "error", "sentence"),
    [
        ({"from_account": "1000", "to_account": "2000"}, RefusedByDatabase, "закрыт с 01.10.2026"),
        ({"from_account": "1000", "to_account": "9999"}, UnknownName, "9999"),
        ({"from_account": "2000", "to_account": "1001"}, NothingToMove, "нет такого сальдо"),
        ({"from_contract": "В-1", "to_contract": "Х-1"}, UnknownName, "Х-1"),
        ({"from_contract": "В-1", "to_contract": "Н-1"}, RefusedByDatabase, "не действует"),
        ({"from_account": "1000", "to_account": "1001", "amount_kop": 5_000_00}, NotSoMuch, "там"),
        ({"from_account": "1000", "to_account": "1001", "amount_kop": 0}, NotSoMuch, "больше нуля"),
        (
            {"from_account": "1000", "to_account": "1001", "moved_on": date(2026, 12, 1)},
            NotYet, "ещё не сложилось",
        ),
    ],
)  # fmt: skip
def test_what_cannot_move_is_refused_and_nothing_changes(
    books: Payers, told: dict[str, object], error: type[Refusal], sentence: str
) -> None:
    add_contract(books, "Н-1", since=date(2027, 1, 1))
    before = whole(books)

    with pytest.raises(error, match=sentence):
        posted(books, **told)

    assert whole(books) == before


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"from_account": "1000", "to_account": "1000"}, "самому себе"),
        ({"from_account": "1000"}, "оба счёта"),
        ({"from_contract": "В-1", "to_contract": "В-1"}, "самому себе"),
        ({"to_contract": "В-1"}, "прежний договор"),
        ({"from_service": "хвс", "to_service": "во"}, "чьё сальдо"),
        ({"recipient": "УК"}, "чьё сальдо"),
        ({"from_account": "1000", "to_account": "1001", "recipient": "УК"}, "Укажите одно"),
        ({"from_contract": "В-1", "to_contract": "В-2", "amount_kop": 1}, "одного счёта"),
        ({"from_account": "1000", "to_account": "1001", "number": " "}, "номера"),
        ({"from_account": "1000", "to_account": "1001", "basis": ""}, "основания"),
        ({}, "Укажите одно"),
    ],
)
def test_an_order_that_contradicts_itself_is_refused(
    told: dict[str, object], sentence: str
) -> None:
    with pytest.raises(NotAnOrder, match=sentence):
        transfer_order(**told)


def test_undoing_what_is_no_act_is_refused(books: Payers) -> None:
    adjustment = books.run("select id from app.voucher where kind = 'adjustment' limit 1")[0][0]

    with pytest.raises(RefusedByDatabase, match="не акт"):
        undo_transfer(books.engine, voucher(VoucherKind.REVERSAL, reason="х"), undone=adjustment)
    with pytest.raises(RefusedByDatabase, match="Такого документа нет"):
        undo_transfer(books.engine, voucher(VoucherKind.REVERSAL, reason="х"), undone=uuid7())
    with pytest.raises(RefusedByDatabase, match="причина"):
        undo_transfer(books.engine, voucher(VoucherKind.REVERSAL), undone=adjustment)


_KINDS = st.sampled_from(
    [
        {"from_account": "1000", "to_account": "1001"},
        {"from_account": "1001", "to_account": "3000"},
        {"from_contract": "В-1", "to_contract": "В-2"},
        {"from_contract": "В-2", "to_contract": "В-1", "houses": ("Д1",)},
        {"from_service": "хвс", "to_service": "во", "accounts": ("1000", "1001")},
        {"from_service": "во", "to_service": "от", "houses": ("Д1",),
         "from_contract": "В-1", "to_contract": "Т-2"},
    ]
)  # fmt: skip


@settings(
    max_examples=examples(12, full=200),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    acts=st.lists(
        st.tuples(_KINDS, st.frozensets(st.sampled_from(Part), min_size=1)), min_size=1, max_size=4
    )
)
def test_any_acts_keep_what_is_owed_in_every_month_and_are_undone_exactly(
    books: Payers, acts: list[tuple[dict[str, object], frozenset[Part]]]
) -> None:
    owed = sums(books)
    before = [balances(books)]
    done: list[UUID] = []
    for told, parts in acts:
        try:
            done.append(posted(books, parts=parts, **told).key)
        except NothingToMove:
            continue
        assert sums(books) == owed
        before.append(balances(books))

    for key in reversed(done):
        assert balances(books) == before.pop()
        undo_transfer(books.engine, voucher(VoucherKind.REVERSAL, reason="возврат"), undone=key)
        assert sums(books) == owed

    assert balances(books) == before.pop()
    assert books.broken() == []
