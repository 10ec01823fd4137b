"""What penalties read and leave: stops and bills of a workbook, transfers, the payment document."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from uuid_utils.compat import uuid7

from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Refusal
from app.operations.accrue_penalties import accrue_penalties
from app.operations.import_workbook import import_workbook
from app.store import documents, penalty_catalogue
from app.store.engine import Engine
from app.store.reading import reading
from tests.fixtures.payers import Payers, settle
from tests.fixtures.workbooks import Sheets, full, put, written

AT = datetime(2026, 11, 12, 9, 0, tzinfo=UTC)
JULY, OCTOBER = Period(2026, 7), Period(2026, 10)


@pytest.fixture
def payers(engine: Engine) -> Payers:
    made = settle(engine)
    made.owe("1000", JULY, {"хвс": 100_000})
    return made


def accrue(engine: Engine, on: date) -> int:
    voucher = Voucher(uuid7(), VoucherKind.PENALTY, "тест", AT)
    return accrue_penalties(engine, voucher, on=on).amount_kop


def brought(engine: Engine, folder: Path, sheets: Sheets) -> tuple:
    voucher = Voucher(uuid7(), VoucherKind.IMPORT, "Администратор", made_at=AT)
    return import_workbook(engine, voucher, path=written(folder, sheets), skip_bad=False).problems


def rows(engine: Engine, query: str) -> list[tuple]:
    with engine.connection() as connection:
        return connection.execute(query).fetchall()


def test_stops_of_the_workbook_come_once_and_change(engine: Engine, tmp_path: Path) -> None:
    assert brought(engine, tmp_path, full()) == ()
    brought(engine, tmp_path, put(full(), "Приостановка пени", 2, "До", date(2026, 12, 1)))

    assert rows(engine, "select scope, valid_to, reason from app.penalty_stop order by scope") == [
        ("account", date(2026, 12, 1), "банкротство"),
        ("document", date(2026, 10, 1), "суд"),
    ]
    with reading(engine) as snapshot:
        known = penalty_catalogue.catalogue(snapshot, on=date(2026, 11, 30))
    assert {one.scope for one in known.stops} == {"account", "document"}


@pytest.mark.parametrize(
    ("sheet", "header", "value"),
    [
        ("Приостановка пени", "Вид", "город"),
        ("Приостановка пени", "Причина", None),
        ("Приостановка пени", "Период", "07.2026"),
        ("Приостановка пени", "До", date(2026, 8, 1)),
        ("Вручение документов", "Лицевой счёт", None),
        ("Вручение документов", "Вручён", "вчера"),
    ],
)
def test_a_wrong_row_is_a_problem_and_nothing_is_written(
    engine: Engine, tmp_path: Path, sheet: str, header: str, value: object
) -> None:
    problems = brought(engine, tmp_path, put(full(), sheet, 2, header, value))

    assert [one.sheet for one in problems] == [sheet]
    assert rows(engine, "select count(*) from app.penalty_stop") == [(0,)]


def test_a_stop_of_an_account_that_is_not_there_is_refused(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="«нет такого» в базе нет"):
        brought(engine, tmp_path, put(full(), "Приостановка пени", 2, "Код", "нет такого"))
    assert rows(engine, "select count(*) from app.account") == [(0,)]


def test_a_bill_handed_over_late_is_due_later_where_the_centre_says_so(payers: Payers) -> None:
    payers.run(
        "insert into app.bill_handed_over (id, account_id, period, handed_on)"
        " values (%s, %s, '2026-07-01', '2026-08-20')",
        uuid7(), payers.accounts["1000"],
    )  # fmt: skip
    payers.run(
        "insert into app.parameter (code, value) values ('пени.поздний_документ_дней', '10')"
    )

    # Due 20.08 + 10 = 30.08, a Sunday: 31.08; its 31st day is 01.10, 31 days to 31.10.
    assert accrue(payers.engine, date(2026, 10, 31)) == 982


def test_a_debt_that_came_over_bears_penalties_from_that_day_on(payers: Payers) -> None:
    accrue(payers.engine, date(2026, 9, 30))
    key = uuid7()
    water, contract, other = (
        payers.services["хвс"], payers.contracts["В-1"], payers.contracts["Т-2"],
    )  # fmt: skip
    payers.run("select app.ensure_period('2026-10-01')")
    payers.run(
        "select app.open_voucher(%s, 'transfer', 'posted', '2026-10-01', 'тест', %s, 'акт', null,"
        " '{}', 0::smallint)",
        key, AT,
    )  # fmt: skip
    payers.run(
        "insert into app.balance_transfer (voucher_id, kind, number, dated, basis, moved_on,"
        " with_penalty, moves) values (%s, 'creditor', '1', '2026-10-01', 'акт', '2026-10-01',"
        " false, 1)",
        key,
    )
    payers.run(
        "select app.post_lines(%(key)s, '2026-10-01', %(account)s, 0::smallint, array["
        "row(%(water)s, %(contract)s, '2026-07-01', 25, -100000)::app.posting_line,"
        " row(%(water)s, %(other)s, '2026-07-01', 25, 100000)::app.posting_line])".replace(
            "%(key)s", f"'{key}'"
        )
        .replace("%(account)s", f"'{payers.accounts['1000']}'")
        .replace("%(water)s", f"'{water}'")
        .replace("%(contract)s", f"'{contract}'")
        .replace("%(other)s", f"'{other}'")
    )

    accrue(payers.engine, date(2026, 10, 31))

    # 14 days of 1/300 to 30.09 stay with the first, 31 days of October are the other's.
    assert payers.run(
        "select contract.number, sum(amount_kop)::int from app.entry"
        " join app.contract on contract.id = entry.contract_id where entry.kind = 50"
        " group by 1 order by 1"
    ) == [("В-1", 443), ("Т-2", 982)]
    assert payers.broken() == []


def test_the_payment_document_tells_the_penalties_and_to_which_day(payers: Payers) -> None:
    accrue(payers.engine, date(2026, 10, 31))

    with reading(payers.engine) as snapshot:
        known = documents.contracts(snapshot)
        house = documents.houses(snapshot)[0][0]
        [facts] = documents.facts_of_house(
            snapshot, house, period=OCTOBER, known=known, numbers=["1000"], until=date(2026, 11, 1)
        )

    [note] = facts.penalties
    assert (note.name, note.basis, note.amount_kop) == (
        "Пени, Водоканал", "просрочка оплаты: ЖК РФ, ст. 155 ч. 14", 1_425,
    )  # fmt: skip
    assert facts.penalties_to == date(2026, 10, 31)
    assert sum(entry.amount_kop for entry in facts.entries) == 1_425
