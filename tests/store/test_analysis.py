"""Analysis of settlements on a real server, against sums made by hand from the entries."""

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from app.domain import dues, ledger, period
from app.domain.analysis import Age, Cut, Dimension, NotAGrouping, Report
from app.domain.dues import Due, PayerAccount, Purpose
from app.domain.payment import Channel
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.operations.accrue_penalties import accrue_penalties
from app.operations.close_period import close_period
from app.operations.keep_turnovers import keep_turnovers
from app.operations.record_payment import record_payment
from app.operations.reverse_payment import reverse_payment
from app.store import analysis, analysis_debts, analysis_registers
from app.store.engine import Engine
from app.store.law import payment_terms
from app.store.reading import reading
from tests.fixtures.payers import AT, Payers, settle

JULY, AUGUST, SEPTEMBER, OCTOBER = (Period(2026, month) for month in (7, 8, 9, 10))
NOVEMBER = Period(2026, 11)
CODES = ("хвс", "во", "от")


def voucher(kind: VoucherKind) -> Voucher:
    return Voucher(uuid7(), kind, "тест", AT, "тест")


@pytest.fixture
def books(engine: Engine) -> Payers:
    """Five months of two accounts: every kind of entry, payments of two channels, two closings."""
    made = settle(engine)
    for account, scale in (("1000", 1), ("1001", 3)):
        made.owe(account, JULY, {"хвс": 500 * scale, "от": -100}, kind=30)
        made.owe(account, JULY, {"от": 77}, kind=52)
        for month in (AUGUST, SEPTEMBER, OCTOBER):
            made.owe(account, month, {code: 1_000 * scale + place
                                      for place, code in enumerate(CODES)})  # fmt: skip
            made.owe(account, month, {"хвс": -130}, kind=3, posted=month.next)
        made.owe(account, AUGUST, {"от": 25 * scale}, kind=50, posted=OCTOBER)
        made.owe(account, AUGUST, {"от": -5}, kind=53, posted=NOVEMBER)
    made.owe("1000", AUGUST, {"хвс": -40, "во": 40}, kind=21, posted=NOVEMBER)
    pay(made, "1000", 2_600, date(2026, 8, 20))
    pay(made, "1001", 9_000, date(2026, 9, 5))
    undone = pay(made, "1001", 4_321, date(2026, 10, 5))
    for month in (JULY, AUGUST):
        made.run("update app.period set posted_runs = 1 where period = %s", month.first_day)
        close_period(engine, voucher(VoucherKind.CLOSING), period=month)
    reverse_payment(engine, voucher(VoucherKind.REVERSAL), payment=undone)
    return made


def pay(made: Payers, account: str, amount_kop: int, on: date) -> UUID:
    return record_payment(
        made.engine, voucher(VoucherKind.PAYMENT), account_number=account, amount_kop=amount_kop,
        paid_on=on, channel=Channel.BANK if amount_kop % 2 else Channel.CABINET,
    ).key  # fmt: skip


KEYS = {
    Dimension.CONTRACT: "contract.number",
    Dimension.CREDITOR: "supplier.code",
    Dimension.PROVIDER: "provider.code",
    Dimension.SERVICE: "service.code",
    Dimension.ORIGIN: "to_char(entry.origin_period, 'YYYY-MM')",
    Dimension.HOUSE: "house.code",
    Dimension.ACCOUNT: "account.number",
    Dimension.PERIOD: "to_char(entry.period, 'YYYY-MM')",
    Dimension.AGENT: "''",
    Dimension.CHANNEL: "coalesce(payment.channel, '')",
}


def entries(books: Payers) -> list[dict]:
    """Read every entry with the name of each of its groups."""
    rows = books.run(
        f"select entry.kind, entry.amount_kop, entry.period, {', '.join(KEYS.values())}"
        " from app.entry join app.account on account.id = entry.account_id"
        " join app.premises on premises.id = account.premises_id"
        " join app.house on house.id = premises.house_id"
        " join app.service on service.id = entry.service_id"
        " join app.contract on contract.id = entry.contract_id"
        " join app.organisation as supplier on supplier.id = contract.supplier_id"
        " join app.organisation as provider on provider.id = contract.provider_id"
        " left join app.payment on payment.id = entry.voucher_id"
    )
    return [
        {"kind": row[0], "kop": row[1], "month": period.of(row[2])}
        | dict(zip(KEYS, row[3:], strict=True))
        for row in rows
    ]


def place_of(kind: int) -> int:
    """Say which column of a turnover sheet a kind goes into."""
    groups = (ledger.OPENING, ledger.CHARGED, ledger.ADJUSTED, ledger.PENALTIES, ledger.PAID)
    return next(place for place, kinds in enumerate(groups) if kind in kinds)


def oracle(rows: Iterable[dict], cut: Cut) -> dict[tuple[str, ...], tuple[int, ...]]:
    """Sum a turnover sheet entry by entry, every level of it."""
    sums: dict[tuple[str, ...], list[int]] = {}
    months = [cut.first.plus(n) for n in range(24) if cut.first.plus(n) <= cut.last]
    for row in rows:
        if row["month"] > cut.last:
            continue
        is_before = row["month"] < cut.first
        shown = row | ({Dimension.CHANNEL: "", Dimension.AGENT: ""} if is_before else {})
        place = 0 if is_before else place_of(row["kind"])
        kop = -row["kop"] if place == 4 else row["kop"]
        born = max(row["month"], cut.first)
        for depth in range(len(cut.by) + 1):
            by = cut.by[:depth]
            if Dimension.PERIOD not in by:
                key = tuple(shown[one] for one in by)
                sums.setdefault(key, [0] * 5)[place] += kop
                continue
            for month in (one for one in months if one >= born):
                key = tuple(str(month) if one is Dimension.PERIOD else shown[one] for one in by)
                into = sums.setdefault(key, [0] * 5)
                if month == born:
                    into[place] += kop
                else:
                    into[0] += row["kop"]
    return {
        key: (*parts, parts[0] + parts[1] + parts[2] + parts[3] - parts[4])
        for key, parts in sums.items()
        if not key or any(parts)
    }


def read(books: Payers, cut: Cut) -> Report:
    with reading(books.engine) as snapshot:
        return analysis.turnover(snapshot, cut)


def cuts(seed: int, number: int) -> list[Cut]:
    chance = random.Random(seed)
    dimensions = list(Dimension)
    made = [Cut(JULY, NOVEMBER), Cut(SEPTEMBER, OCTOBER)]
    for _ in range(number):
        by = tuple(chance.sample(dimensions, chance.randint(1, 4)))
        first = JULY.plus(chance.randint(0, 4))
        made.append(Cut(first, first.plus(chance.randint(0, 3)), by))
    return made


@pytest.mark.parametrize("is_kept", [False, True], ids=["from entries", "from sums"])
def test_any_groups_in_any_order_are_what_the_entries_sum_to(books: Payers, is_kept: bool) -> None:
    if is_kept:
        keep_turnovers(books.engine)
    rows = entries(books)

    for cut in cuts(4, 40):
        report = read(books, cut)

        found = {row.keys: row.values for row in report.rows}
        assert len(found) == len(report.rows)
        assert found == oracle(rows, cut), cut


def test_closed_months_are_kept_and_open_ones_are_not(books: Payers) -> None:
    keep_turnovers(books.engine)

    kept = books.run("select period, run_no from app.turnover_kept order by 1")
    assert kept == [(JULY.first_day, 0), (AUGUST.first_day, 0)]


def test_a_month_that_opens_again_is_forgotten(books: Payers) -> None:
    keep_turnovers(books.engine)

    books.run("update app.period set state = 'open' where period = '2026-08-01'")

    assert books.run("select period from app.turnover_kept") == [(JULY.first_day,)]
    assert books.run("select distinct period from app.turnover") == [(JULY.first_day,)]


def test_a_group_stands_before_its_parts_and_the_total_last(books: Payers) -> None:
    report = read(books, Cut(JULY, NOVEMBER, (Dimension.ACCOUNT, Dimension.SERVICE)))

    assert [row.keys for row in report.rows] == [
        ("1000",), ("1000", "хвс"), ("1000", "во"), ("1000", "от"),
        ("1001",), ("1001", "хвс"), ("1001", "во"), ("1001", "от"),
        (),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("limits", "name"),
    [
        ({"houses": ("Д1",)}, Dimension.HOUSE),
        ({"contracts": ("В-1",)}, Dimension.CONTRACT),
        ({"services": ("от", "во")}, Dimension.SERVICE),
        ({"accounts": ("1001",)}, Dimension.ACCOUNT),
    ],
)
@pytest.mark.parametrize("is_kept", [False, True])
def test_a_filter_takes_what_it_names(
    books: Payers, limits: dict[str, tuple[str, ...]], name: Dimension, is_kept: bool
) -> None:
    if is_kept:
        keep_turnovers(books.engine)
    cut = replace(Cut(SEPTEMBER, NOVEMBER, (Dimension.SERVICE,)), **limits)
    (chosen,) = limits.values()

    report = read(books, cut)

    rows = [row for row in entries(books) if row[name] in chosen]
    assert {row.keys: row.values for row in report.rows} == oracle(rows, cut)


def test_a_filter_of_nothing_gives_zeros(books: Payers) -> None:
    report = read(books, Cut(JULY, NOVEMBER, (Dimension.SERVICE,), houses=("нет такого",)))

    assert [row.keys for row in report.rows] == [()]
    assert set(report.total.values) == {0}


def test_payments_of_an_agent_alone(books: Payers) -> None:
    agent = books.run("select id from app.organisation where code = 'тпл'")[0][0]
    record_payment(
        books.engine, voucher(VoucherKind.PAYMENT), account_number="1000", amount_kop=700,
        paid_on=date(2026, 11, 2), channel=Channel.AGENT, agent_code="тпл", external_id="1",
    )  # fmt: skip

    report = read(books, Cut(NOVEMBER, NOVEMBER, (Dimension.AGENT,), agents=("тпл",)))

    assert agent is not None
    assert [(row.keys, row.values) for row in report.rows] == [
        (("тпл",), (0, 0, 0, 0, 700, -700)),
        ((), (0, 0, 0, 0, 700, -700)),
    ]


# -- debts ------------------------------------------------------------------------------------


def purpose_of(service: UUID, contract: UUID, code: str) -> Purpose:
    return Purpose(service, contract, code, "", "", "", CODES.index(code))


def outstanding(books: Payers, last: Period) -> Counter[tuple[str, Period, str]]:
    """Say what is left of each account's debts as the desk counts them."""
    found: Counter[tuple[str, Period, str]] = Counter()
    for number, account in books.accounts.items():
        rows = books.run(
            "select service_id, contract_id, origin_period,"
            " coalesce(sum(amount_kop) filter (where kind < 50), 0)::bigint,"
            " coalesce(sum(amount_kop) filter (where kind >= 50), 0)::bigint"
            " from app.entry where account_id = %s and period <= %s group by 1, 2, 3",
            account, last.first_day,
        )  # fmt: skip
        services = {key: code for code, key in books.services.items()}
        owed = dues.of_rows(
            [
                Due(purpose_of(row[0], row[1], services[row[0]]), period.of(row[2]), row[3], row[4])
                for row in rows
                if row[3] or row[4]
            ],
            account=PayerAccount(account, number, "", "", date(2020, 1, 1)),
            version="", posting_period=last, terms=payment_terms(),
        )  # fmt: skip
        left = owed.outstanding
        for place, origin in enumerate(owed.origin_periods):
            found[number, origin, "debt"] += left.principal_kop[place]
            found[number, origin, "penalty"] += left.penalty_kop[place]
        found[number, last, "advance"] += owed.advance_kop
    return +found


def random_debts(books: Payers, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(60):
        origin = JULY.plus(chance.randint(0, 3))
        kind = chance.choice([1, 1, 20, 20, 50, 51, 3])
        sign = -1 if kind in (20, 51) or chance.random() < 0.2 else 1
        books.owe(
            chance.choice(["1000", "1001", "2000"]), origin,
            {chance.choice(CODES): sign * chance.randint(1, 900)},
            kind=kind, posted=max(origin, JULY.plus(chance.randint(0, 4))),
        )  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("last", [SEPTEMBER, NOVEMBER], ids=["of a past month", "of the last"])
def test_debts_are_left_as_the_desk_counts_them(engine: Engine, seed: int, last: Period) -> None:
    books = settle(engine)
    random_debts(books, seed)
    cut = Cut(last, last, (Dimension.ACCOUNT, Dimension.ORIGIN))

    with reading(engine) as snapshot:
        report = analysis_debts.ageing(snapshot, cut, on=last.last_day)

    found: Counter[tuple[str, Period, str]] = Counter()
    for row in report.rows:
        if row.level == 2:
            account, origin = row.keys[0], period.parse(row.keys[1])
            for name in ("debt", "penalty"):
                found[account, origin, name] += row.amount(report.column(name))
            found[account, last, "advance"] += row.amount(report.column("advance"))
    assert +found == outstanding(books, last)


def test_debts_and_advances_are_the_closing_balance(books: Payers) -> None:
    cut = Cut(OCTOBER, OCTOBER, (Dimension.CREDITOR, Dimension.SERVICE))

    with reading(books.engine) as snapshot:
        report = analysis_debts.ageing(snapshot, cut, on=OCTOBER.last_day)

    closing = {row.keys: row.values[-1] for row in read(books, cut).rows if row.level < 2}
    for row in report.rows:
        if row.level < 2:
            owed, less = row.amount(report.column("debt")), row.amount(report.column("advance"))
            assert owed + row.amount(report.column("penalty")) - less == closing[row.keys]


def test_a_debt_is_as_old_as_the_days_since_it_should_have_been_paid(engine: Engine) -> None:
    books = settle(engine)
    for months, amount in ((0, 1), (1, 2), (2, 4), (3, 8), (5, 16), (11, 32), (30, 64), (40, 128)):
        books.owe("1000", OCTOBER.plus(-months), {"хвс": amount})

    with reading(engine) as snapshot:
        report = analysis_debts.ageing(
            snapshot, Cut(OCTOBER, OCTOBER, (Dimension.ACCOUNT,)), on=date(2026, 10, 31)
        )

    ages = [report.rows[0].values[report.column(str(one))] for one in Age]
    # October is due 16.11, September 15.10, August 15.09, July 17.08, May 15.06, …
    assert ages == [1, 2, 4, 8, 16, 32, 64, 128]
    assert report.rows[0].values[report.column("months")] == 7
    assert report.rows[0].values[report.column("debtors")] == 1


def test_debts_are_not_grouped_by_who_took_the_money(books: Payers) -> None:
    with reading(books.engine) as snapshot, pytest.raises(NotAGrouping, match="канал"):
        analysis_debts.ageing(
            snapshot, Cut(OCTOBER, OCTOBER, (Dimension.CHANNEL,)), on=OCTOBER.last_day
        )


def test_debtors_come_by_what_is_overdue(books: Payers) -> None:
    with reading(books.engine) as snapshot:
        report = analysis_debts.debtors(
            snapshot, Cut(NOVEMBER, NOVEMBER), on=NOVEMBER.last_day, at_least_kop=1
        )

    overdue = report.column("overdue")
    amounts = [row.amount(overdue) for row in report.rows[:-1]]
    assert [row.keys for row in report.rows] == [("1001",), ("1000",), ()]
    assert amounts == sorted(amounts, reverse=True)
    assert report.total.amount(overdue) == sum(amounts)
    assert report.rows[0].values[report.column("payer")] == "Иванова Анна"
    assert report.rows[0].values[report.column("paid_on")] == date(2026, 10, 5)


def test_a_small_debt_is_not_listed(books: Payers) -> None:
    with reading(books.engine) as snapshot:
        report = analysis_debts.debtors(
            snapshot, Cut(NOVEMBER, NOVEMBER), on=NOVEMBER.last_day, at_least_kop=10**9
        )

    assert [row.level for row in report.rows] == [0]


# -- registers --------------------------------------------------------------------------------


def test_collection_by_month_of_charge_and_running(engine: Engine) -> None:
    books = settle(engine)
    for month in (AUGUST, SEPTEMBER):
        books.owe("1000", month, {"хвс": 1_000})
    books.owe("1000", AUGUST, {"хвс": -200}, kind=3, posted=OCTOBER)
    books.owe("1000", AUGUST, {"хвс": -600}, kind=20, posted=SEPTEMBER)
    books.owe("1000", SEPTEMBER, {"хвс": -100}, kind=20, posted=OCTOBER)

    with reading(engine) as snapshot:
        report = analysis_registers.collection(snapshot, Cut(AUGUST, OCTOBER), by_origin=True)

    assert [(row.keys, row.values) for row in report.rows] == [
        (("2026-08",), (800, 600, 0, 750_000, 800, 600, 750_000)),
        (("2026-09",), (1_000, 100, 0, 100_000, 1_800, 700, 388_889)),
        ((), (1_800, 700, 0, 388_889, 1_800, 700, 388_889)),
    ]


def test_collection_by_month_of_posting(engine: Engine) -> None:
    books = settle(engine)
    books.owe("1000", AUGUST, {"хвс": 1_000})
    books.owe("1000", AUGUST, {"хвс": -250}, kind=20, posted=SEPTEMBER)

    with reading(engine) as snapshot:
        report = analysis_registers.collection(snapshot, Cut(AUGUST, SEPTEMBER), by_origin=False)

    assert [(row.keys, row.values[:4]) for row in report.rows] == [
        (("2026-08",), (1_000, 0, 0, 0)),
        (("2026-09",), (0, 250, 0, None)),
        ((), (1_000, 250, 0, 250_000)),
    ]


def test_collection_has_its_months_already(books: Payers) -> None:
    with reading(books.engine) as snapshot, pytest.raises(NotAGrouping, match="по месяцам"):
        analysis_registers.collection(
            snapshot, Cut(OCTOBER, OCTOBER, (Dimension.ORIGIN,)), by_origin=True
        )


def test_the_register_of_payments_counts_each_once(books: Payers) -> None:
    with reading(books.engine) as snapshot:
        report = analysis_registers.payments(
            snapshot, Cut(AUGUST, NOVEMBER, (Dimension.CHANNEL, Dimension.CREDITOR))
        )

    channels = {row.keys: row.values for row in report.rows if row.level < 2}
    assert channels[("bank",)][0] == 2  # taken and reversed
    assert channels[("bank",)][-1] == 0
    assert channels[("cabinet",)][0] == 2
    assert channels[()][-1] == 11_600


def test_the_register_of_charges_tells_what_a_line_is(books: Payers) -> None:
    with reading(books.engine) as snapshot:
        report = analysis_registers.charges(
            snapshot, Cut(SEPTEMBER, NOVEMBER, (Dimension.SERVICE,))
        )

    heat = next(row for row in report.rows if row.keys == ("от",))
    assert heat.values[report.column("charged")] == 2 * (1_000 + 3_000 + 2 * 2)
    assert heat.values[report.column("penalty")] == 25 + 75 - 10
    water = next(row for row in report.rows if row.keys == ("хвс",))
    assert water.values[report.column("recalculated")] == -130 * 2 * 3
    assert report.total.values[-1] == sum(row.amount(-1) for row in report.rows if row.level == 1)


def test_a_penalty_run_is_kept_when_it_is_finished(books: Payers) -> None:
    accrue_penalties(books.engine, voucher(VoucherKind.PENALTY), on=NOVEMBER.last_day)
    books.run("update app.penalty_run set finished_at = null")
    keep_turnovers(books.engine)

    unfinished = books.run("select run_no from app.turnover_kept where run_no < 0")
    books.run("update app.penalty_run set finished_at = now()")
    keep_turnovers(books.engine)

    assert unfinished == []
    assert books.run("select run_no from app.turnover_kept where run_no < 0") == [(-1,)]
    assert {row.keys: row.values for row in read(books, Cut(JULY, NOVEMBER)).rows} == oracle(
        entries(books), Cut(JULY, NOVEMBER)
    )
