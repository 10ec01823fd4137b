"""A charge run on a database: the same lines whatever the batches, resumed, replaced, refused."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from psycopg.conninfo import make_conninfo
from uuid_utils.compat import uuid7

from app.domain import explanation, replay
from app.domain.charging import charge
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Refusal
from app.operations import charge_month as operation
from app.operations.charge_month import ChargedMonth, charge_month
from app.store import charges, charging, verify
from app.store.engine import Engine, connect
from app.store.reading import reading
from app.store.writing import writing
from tests.fixtures.charge_stock import Stock, key
from tests.fixtures.charge_towns import OCTOBER, town
from tests.fixtures.charge_world import inputs_of

AT = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
TOWN = town()


def voucher() -> Voucher:
    return Voucher(uuid7(), VoucherKind.CHARGE_RUN, "Иванова А. А.", AT)


def run(engine: Engine, **about: object) -> ChargedMonth:
    return charge_month(engine, voucher(), period=OCTOBER, **about)


@pytest.fixture
def stock(engine: Engine) -> Stock:
    return Stock(engine, TOWN).write()


def counted(stock: Stock) -> Counter:
    """What counts now: the sum by account, service and kind over everything attached."""
    rows = stock.run(
        "select account.number, service.code, entry.kind, sum(amount_kop)::bigint from app.entry"
        " join app.account on account.id = account_id join app.service on service.id = service_id"
        " group by 1, 2, 3"
    )
    return Counter({(number, code, kind): int(amount) for number, code, kind, amount in rows})


def owed_kop(stock: Stock, account: str) -> int:
    rows = stock.run(
        "select coalesce(sum(charged_kop + moved_kop), 0)::bigint from app.balance"
        " where account_id = %s",
        key("account", account),
    )
    return int(rows[0][0])


def pay(stock: Stock, account: str, amount_kop: int, *, into: Period = OCTOBER) -> None:
    paid = uuid7()
    stock.run("select app.ensure_period(%s)", into.first_day)
    stock.run(
        "select app.open_voucher(%s, 'adjustment', 'posted', %s, 'тест', %s, 'тест', null, '{}',"
        " 0::smallint)",
        paid, into.first_day, AT,
    )  # fmt: skip
    stock.run(
        "select app.post_lines(%s, %s, %s, 0::smallint,"
        " array[row(%s, %s, %s, 20, %s)::app.posting_line])",
        paid, into.first_day, key("account", account), key("service", "СОД"),
        key("contract", "Д-1"), OCTOBER.first_day, -amount_kop,
    )  # fmt: skip


def assert_books_are_right(engine: Engine) -> None:
    with reading(engine) as snapshot:
        wrong = {
            name: snapshot.rows(query.replace("%", "%%") if "%(" not in query else query)
            for name, query in verify.CHECKS.items()
        }
    assert {name: rows for name, rows in wrong.items() if rows} == {}


def test_the_run_posts_what_charge_calculates(engine, stock):
    expected = charge(inputs_of(TOWN))

    charged = run(engine)

    assert charged.lines == len(expected)
    assert charged.amount_kop == expected.amount_kop.sum()
    assert sum(counted(stock).values()) == charged.amount_kop
    assert charged.accounts == len(TOWN.accounts)
    assert charged.problems == []
    assert_books_are_right(engine)


def test_batches_and_a_second_run_do_not_change_the_fingerprint(engine, stock):
    whole = run(engine)

    by_house = run(engine, batch_accounts=1)

    assert by_house.fingerprint == whole.fingerprint
    assert by_house.run_no == 2


def test_a_run_again_replaces_its_lines_and_keeps_the_payments(engine, stock):
    run(engine)
    before = counted(stock)
    pay(stock, "010021", 50_000)
    stock.run("update app.tariff set price_mcr = price_mcr * 2 where service_id = %s",
              key("service", "СОД"))  # fmt: skip

    again = run(engine)

    after = counted(stock)
    changed = {code for (_, code, kind) in after - before if kind != 20}
    assert changed == {"СОД"}
    assert after["010021", "СОД", 20] == -50_000
    assert owed_kop(stock, "010021") == sum(
        amount for (number, _, _), amount in after.items() if number == "010021"
    )
    assert again.run_no == 2
    assert_books_are_right(engine)


def test_a_run_killed_between_batches_goes_on_to_the_same_fingerprint(engine, stock, monkeypatch):
    whole = run(engine).fingerprint
    cut_short = voucher()
    append = charging.append
    calls = []

    def dies_at_the_second(*given, **named):
        calls.append(1)
        append(*given, **named)
        if len(calls) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(charging, "append", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        charge_month(engine, cut_short, period=OCTOBER, batch_accounts=1)
    monkeypatch.setattr(charging, "append", append)

    found = operation.pending_run(engine, OCTOBER)
    resumed = charge_month(engine, cut_short, period=OCTOBER, batch_accounts=1)

    assert found == cut_short.key
    assert resumed.fingerprint == whole
    assert stock.run("select count(*) from app.charge_run_house where voucher_id = %s",
                     cut_short.key) == [(3,)]  # fmt: skip
    assert_books_are_right(engine)


def test_the_same_key_again_answers_as_then(engine, stock):
    once = voucher()
    first = charge_month(engine, once, period=OCTOBER)

    second = charge_month(engine, once, period=OCTOBER)

    assert second == first
    assert stock.run("select count(*) from app.charge_run") == [(1,)]


@pytest.mark.parametrize(
    "part",
    [
        {"houses": ("Д02",)},
        {"accounts": ("020011",)},
        {"houses": ("Д02",), "accounts": ("010011",)},
    ],
)
def test_a_part_run_replaces_its_part_alone(engine, stock, part):
    run(engine)
    before = counted(stock)
    pay(stock, "020011", 12_300)
    stock.run("update app.tariff set price_mcr = price_mcr * 2 where service_id = %s",
              key("service", "СОД"))  # fmt: skip

    run(engine, **part)
    run(engine, **part)

    after = counted(stock)
    touched = {number for (number, code, kind), amount in after.items()
               if kind != 20 and amount != before[number, code, kind]}  # fmt: skip
    expected = {
        one.number for one in TOWN.accounts
        if one.house in part.get("houses", ()) or one.number in part.get("accounts", ())
    }  # fmt: skip
    assert touched == expected
    for number in ("020011", "010011"):
        assert owed_kop(stock, number) == sum(
            amount for (one, _, _), amount in after.items() if one == number
        )
    assert_books_are_right(engine)


def test_a_full_run_after_parts_counts_alone(engine, stock):
    first = run(engine)
    run(engine, accounts=("020011",))

    again = run(engine)

    assert again.fingerprint == first.fingerprint
    assert sum(counted(stock).values()) == first.amount_kop
    assert stock.run("select count(distinct run_no) from app.entry") == [(1,)]
    assert_books_are_right(engine)


def test_an_account_of_a_shared_flat_alone_keeps_its_part_of_the_whole(engine, stock):
    run(engine)
    before = counted(stock)

    run(engine, accounts=("010011",))

    assert counted(stock) == before


def test_lines_of_an_account_are_those_that_count(engine, stock):
    run(engine)
    run(engine, accounts=("010011",))
    run(engine, accounts=("010011",))

    with reading(engine) as snapshot:
        lines = charges.lines(snapshot, "010011", OCTOBER)

    assert sum(line.amount_kop for line in lines) == owed_kop(stock, "010011")
    assert len(
        {(line.service, line.method, line.stored.component, line.kind) for line in lines}
    ) == len(lines)
    for line in lines:
        assert replay.amount_kop(line.stored) == line.amount_kop
        assert explanation.sentence(line).startswith(line.service_name)


def test_a_closed_period_is_refused_and_nothing_is_written(engine, stock):
    run(engine)
    stock.run("update app.period set state = 'closed', closed_at = now()")

    with pytest.raises(Refusal, match="закрыт"):
        run(engine)

    assert stock.run("select count(*) from app.charge_run") == [(1,)]


def test_closing_meanwhile_refuses_the_posting(engine, stock, monkeypatch):
    post = operation._post

    def closed_before(*given):
        stock.run("update app.period set state = 'closed', closed_at = now()")
        post(*given)

    monkeypatch.setattr(operation, "_post", closed_before)

    with pytest.raises(Refusal, match="закрыт"):
        run(engine)

    assert counted(stock) == Counter()


@pytest.mark.parametrize(("about", "words"), [
    ({"houses": ("Д99",)}, "Дома с кодом Д99 нет"),
    ({"accounts": ("777",)}, "Лицевого счёта 777 нет"),
])  # fmt: skip
def test_an_unknown_house_or_account_is_refused(engine, stock, about, words):
    with pytest.raises(Refusal, match=words):
        run(engine, **about)


def test_what_cannot_be_charged_is_told_with_house_account_and_service(engine, stock):
    stock.run("update app.reading set value_mcu = 1 where meter_id = %s and taken_on = %s",
              key("meter", "ХВС-Д01-3"), date(2026, 10, 24))  # fmt: skip

    charged = run(engine)

    told = {(one.house, one.account, one.service) for one in charged.problems}
    assert told == {("Д01", "010031", "ХВС"), ("Д01", "010031", "ВО")}
    assert ("010031", "ХВС", 1) not in counted(stock)


def test_a_dropped_run_never_counts_and_the_next_one_begins_anew(engine, stock, monkeypatch):
    append = charging.append
    monkeypatch.setattr(charging, "append", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run(engine)
    monkeypatch.setattr(charging, "append", append)

    dropped = operation.drop_pending_runs(engine, OCTOBER)

    assert dropped == 1
    assert operation.pending_run(engine, OCTOBER) is None
    assert run(engine).run_no == 2
    assert stock.run("select count(*) from pg_tables where schemaname = 'staging'") == [(0,)]


def test_a_run_begun_before_an_import_is_given_up(engine, stock, monkeypatch):
    append = charging.append
    monkeypatch.setattr(charging, "append", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run(engine)
    monkeypatch.setattr(charging, "append", append)
    stock.run(
        "select app.open_voucher(%s, 'import', 'posted', %s, 'тест', %s, null, null, '{}',"
        " 0::smallint)",
        uuid7(), OCTOBER.first_day, AT,
    )  # fmt: skip

    found = operation.pending_run(engine, OCTOBER)

    assert found is None
    assert stock.run("select status from app.voucher where kind = 'charge-run'") == [("voided",)]


def test_a_sealed_run_that_was_not_posted_goes_on(engine, stock, monkeypatch):
    cut_short = voucher()
    monkeypatch.setattr(operation, "_post", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        charge_month(engine, cut_short, period=OCTOBER)
    monkeypatch.undo()
    with writing(engine) as draft:
        draft.call("seal_run", key=cut_short.key)
    stock.run("delete from app.charge_run_house where house_id = %s", key("house", "Д03"))
    with engine.connection() as connection, connection.transaction():
        connection.execute("set local session_replication_role = replica")
        connection.execute("delete from app.house_total where house_id = %s", [key("house", "Д03")])
    table = stock.run("select tablename from pg_tables where tablename like 'entry_run%%'")[0][0]
    for name in (table, table.replace("entry", "balance")):
        stock.run(
            f"delete from staging.{name} where account_id in (select account.id from app.account"
            " join app.premises on premises.id = premises_id where house_id = %s)",
            key("house", "Д03"),
        )

    resumed = charge_month(engine, cut_short, period=OCTOBER)

    assert resumed.lines == len(charge(inputs_of(TOWN)))
    assert_books_are_right(engine)


def test_the_same_houses_from_another_desk_are_refused(engine, stock):
    once = voucher()
    run_of = {}

    def meanwhile(_: int) -> None:
        if not run_of:
            run_of["other"] = charge_month(engine, once, period=OCTOBER)

    with pytest.raises(Refusal):
        charge_month(engine, once, period=OCTOBER, batch_accounts=1, on_progress=meanwhile)

    assert sum(counted(stock).values()) == run_of["other"].amount_kop
    assert_books_are_right(engine)


def test_voided_runs_wait_in_staging_until_the_period_closes(engine, stock):
    run(engine)
    run(engine)

    kept = stock.run("select tablename from pg_tables where schemaname = 'staging'")
    dropped = stock.run("select app.drop_voided_runs(%s)", OCTOBER.first_day)

    assert kept == [("entry_2026_10_r1",)]
    assert dropped == [(1,)]
    assert stock.run("select table_name, lines > 0 from app.dropped_run") == [
        ("entry_2026_10_r1", True)
    ]


def test_entries_of_a_run_are_append_only(engine, stock):
    run(engine)

    for change in ("update app.entry set amount_kop = 0", "delete from app.entry",
                   "truncate app.entry_2026_10_r1"):  # fmt: skip
        with pytest.raises(Refusal):
            stock.run(change)


def test_progress_is_told_by_accounts(engine, stock):
    steps: list[int] = []

    run(engine, on_progress=steps.append, batch_accounts=1)

    assert steps == [5, 5, 5]


def test_a_month_with_nobody_to_charge_has_an_empty_run(engine):
    charged = charge_month(engine, voucher(), period=Period(2026, 5))

    assert (charged.accounts, charged.lines, charged.amount_kop) == (0, 0, 0)


def test_a_run_needs_no_more_rights_than_its_role_has(engine, stock, database):
    whole = run(engine)
    address = make_conninfo(database, options="-c role=kvitok_run")
    weak = connect(address, application_name="kvitok tests")

    again = charge_month(weak, voucher(), period=OCTOBER)
    part = charge_month(weak, voucher(), period=OCTOBER, accounts=("010011",))

    weak.close()
    assert again.fingerprint == whole.fingerprint
    assert part.accounts == 1
    assert_books_are_right(engine)


def test_money_posted_meanwhile_into_another_month_is_kept(engine, stock, monkeypatch):
    run(engine)
    post = operation._post

    def paid_before(*given):
        pay(stock, "010021", 7_700, into=OCTOBER.next)
        post(*given)

    monkeypatch.setattr(operation, "_post", paid_before)

    run(engine)

    assert counted(stock)["010021", "СОД", 20] == -7_700
    assert_books_are_right(engine)
