from datetime import date

import pytest
from uuid_utils.compat import uuid7

from app.domain.period import Period
from app.domain.setoff import SetoffReach
from app.domain.voucher import VoucherKind
from app.operations import set_off as operation
from app.operations.record_payment import record_payment
from app.operations.set_off import set_off_advances, undo_setoff
from app.operations.take_payment import DuesChanged
from app.store import setting_off
from app.store.accounts import NoSuchAccount
from app.store.engine import Engine, KeyReused, RefusedByDatabase
from app.store.reading import reading
from tests.fixtures.desks import voucher
from tests.fixtures.payers import ON, Payers, settle

SEPTEMBER, OCTOBER, NOVEMBER = Period(2026, 9), Period(2026, 10), Period(2026, 11)


@pytest.fixture
def payers(engine: Engine) -> Payers:
    return settle(engine)


def setting(made: Payers, code: str, value: str) -> None:
    made.run("insert into app.parameter (code, value) values (%s, %s)", code, value)


def balances(made: Payers, account: str) -> dict[tuple[str, str], tuple[int, int]]:
    return {
        (code, origin.strftime("%m")): (principal, penalty)
        for code, origin, principal, penalty in made.run(
            "select service.code, origin_period, charged_kop + moved_kop, penalty_kop"
            " from app.balance join app.service on service.id = service_id"
            " where account_id = %s and (charged_kop + moved_kop <> 0 or penalty_kop <> 0)",
            made.accounts[account],
        )
    }


def pay_ahead(made: Payers, amount_kop: int, *, on: date, service: str = "хвс") -> None:
    """An advance on one service alone, as a wrong registry leaves it."""
    made.owe("1000", Period(on.year, on.month), {service: 1})
    record_payment(made.engine, voucher(), account_number="1000", amount_kop=1, paid_on=on)
    made.run(
        "select app.post_lines(%s, %s, %s, 0::smallint,"
        " array[row(%s, %s, %s, 20::smallint, %s::bigint)::app.posting_line])",
        _paid_voucher(made, on, amount_kop), on.replace(day=1), made.accounts["1000"],
        made.services[service], made.contract_of(service), on.replace(day=1), -amount_kop,
    )  # fmt: skip


def _paid_voucher(made: Payers, on: date, amount_kop: int) -> object:
    key = uuid7()
    made.run(
        "select app.open_voucher(%s, 'payment', 'posted', %s, 'тест', %s, null, null, '{}',"
        " 0::smallint)",
        key, on.replace(day=1), voucher().made_at,
    )  # fmt: skip
    made.run(
        "insert into app.payment (id, account_id, amount_kop, paid_on, accepted_at, channel)"
        " values (%s, %s, %s, %s, %s, 'bank')",
        key, made.accounts["1000"], amount_kop, on, voucher().made_at,
    )  # fmt: skip
    return key


def test_an_advance_covers_the_next_month_of_its_own_service(payers: Payers) -> None:
    pay_ahead(payers, 5_000, on=date(2026, 9, 20))
    payers.owe("1000", OCTOBER, {"хвс": 3_000, "от": 1_000})

    done = set_off_advances(payers.engine, voucher(kind=VoucherKind.SETOFF), into=OCTOBER)

    assert (done.accounts, done.lines, done.amount_kop, done.skipped) == (1, 2, 3_000, ())
    assert balances(payers, "1000") == {("хвс", "09"): (-2_000, 0), ("от", "10"): (1_000, 0)}
    with reading(payers.engine) as snapshot:
        lines = setting_off.lines(snapshot, done.key)
    assert [(line.amount_kop, line.credited_on) for line in lines] == [
        (3_000, date(2026, 9, 20)), (-3_000, date(2026, 9, 20)),
    ]  # fmt: skip
    assert payers.broken() == []


def test_other_services_of_the_contract_are_covered_when_the_centre_says_so(
    payers: Payers,
) -> None:
    setting(payers, "распределение.зачёт_между_услугами", "в договоре")
    pay_ahead(payers, 5_000, on=date(2026, 9, 20))
    payers.owe("1000", OCTOBER, {"хвс": 1_000, "во": 2_500, "от": 9_000})

    set_off_advances(payers.engine, voucher(kind=VoucherKind.SETOFF), into=OCTOBER)

    assert balances(payers, "1000") == {("хвс", "09"): (-1_500, 0), ("от", "10"): (9_000, 0)}


def test_penalties_are_covered_last_and_when_the_centre_says_so(payers: Payers) -> None:
    setting(payers, "распределение.зачёт_пени", "да")
    pay_ahead(payers, 5_000, on=date(2026, 9, 20))
    payers.owe("1000", OCTOBER, {"хвс": 3_000})
    payers.owe("1000", SEPTEMBER, {"хвс": 70}, kind=50, posted=OCTOBER)

    done = set_off_advances(payers.engine, voucher(kind=VoucherKind.SETOFF), into=OCTOBER)

    kinds = payers.run(
        "select kind, amount_kop from app.entry where voucher_id = %s order by line_no", done.key
    )
    assert balances(payers, "1000") == {("хвс", "09"): (-1_930, 0)}
    assert sum(amount for _, amount in kinds) == 0
    assert (51, -70) in kinds
    assert payers.broken() == []


def test_a_dry_run_finds_the_same_and_posts_nothing(payers: Payers) -> None:
    pay_ahead(payers, 5_000, on=date(2026, 9, 20))
    payers.owe("1000", OCTOBER, {"хвс": 3_000, "во": 1_000})
    before = balances(payers, "1000")

    dry = set_off_advances(
        payers.engine, voucher(kind=VoucherKind.SETOFF), into=OCTOBER, is_dry=True,
        reach=SetoffReach.CONTRACT,
    )  # fmt: skip

    assert (dry.amount_kop, dry.lines) == (4_000, 3)
    assert balances(payers, "1000") == before
    with reading(payers.engine) as snapshot:
        named = operation.planned_lines(snapshot, dry)
    assert {(line.service_name, line.amount_kop) for line in named} == {
        ("Вода", 4_000), ("Вода", -3_000), ("Стоки", -1_000),
    }  # fmt: skip


def test_a_set_off_is_made_once_by_its_key(payers: Payers) -> None:
    pay_ahead(payers, 5_000, on=date(2026, 9, 20))
    payers.owe("1000", OCTOBER, {"хвс": 3_000})
    asked = voucher(kind=VoucherKind.SETOFF)

    first = set_off_advances(payers.engine, asked, into=OCTOBER)
    payers.owe("1000", OCTOBER, {"хвс": 500})
    again = set_off_advances(payers.engine, asked, into=OCTOBER)

    assert (first.is_replay, again.is_replay) == (False, True)
    assert (again.amount_kop, again.lines) == (first.amount_kop, first.lines)
    assert balances(payers, "1000") == {("хвс", "09"): (-2_000, 0), ("хвс", "10"): (500, 0)}
    with pytest.raises(KeyReused):
        set_off_advances(payers.engine, asked, into=NOVEMBER)


def test_a_set_off_is_undone_by_its_opposite_once(payers: Payers) -> None:
    pay_ahead(payers, 5_000, on=date(2026, 9, 20))
    payers.owe("1000", OCTOBER, {"хвс": 3_000})
    before = balances(payers, "1000")
    done = set_off_advances(payers.engine, voucher(kind=VoucherKind.SETOFF), into=OCTOBER)
    undo = voucher(kind=VoucherKind.REVERSAL, reason="не тот месяц")

    undone = undo_setoff(payers.engine, undo, setoff=done.key)
    replayed = undo_setoff(payers.engine, undo, setoff=done.key)

    assert balances(payers, "1000") == before
    assert (undone.period, undone.amount_kop, undone.is_replay) == (OCTOBER, 3_000, False)
    assert replayed.is_replay
    with pytest.raises(RefusedByDatabase, match="уже отменён"):
        undo_setoff(
            payers.engine, voucher(kind=VoucherKind.REVERSAL, reason="ещё раз"), setoff=done.key
        )
    with pytest.raises(RefusedByDatabase, match="сам отменяет"):
        undo_setoff(
            payers.engine, voucher(kind=VoucherKind.REVERSAL, reason="назад"), setoff=undo.key
        )
    assert payers.broken() == []


@pytest.mark.parametrize(
    ("reason", "sentence"), [("", "почему зачёт отменяется"), ("ошибка", "нет. Возьмите номер")]
)
def test_an_undo_without_reason_or_document_is_refused(
    payers: Payers, reason: str, sentence: str
) -> None:
    pay_ahead(payers, 5_000, on=date(2026, 9, 20))
    payers.owe("1000", OCTOBER, {"хвс": 3_000})
    done = set_off_advances(payers.engine, voucher(kind=VoucherKind.SETOFF), into=OCTOBER)
    after = balances(payers, "1000")

    with pytest.raises(RefusedByDatabase, match=sentence):
        undo_setoff(
            payers.engine, voucher(kind=VoucherKind.REVERSAL, reason=reason),
            setoff=uuid7() if reason else done.key,
        )  # fmt: skip

    assert balances(payers, "1000") == after


def test_what_is_not_a_set_off_is_not_undone_as_one(payers: Payers) -> None:
    paid = payers.owe("1000", OCTOBER, {"хвс": 3_000})

    with pytest.raises(RefusedByDatabase, match="не зачёт"):
        undo_setoff(payers.engine, voucher(kind=VoucherKind.REVERSAL, reason="ошибка"), setoff=paid)


def test_a_closed_month_takes_no_set_off(payers: Payers) -> None:
    pay_ahead(payers, 5_000, on=date(2026, 9, 20))
    payers.owe("1000", OCTOBER, {"хвс": 3_000})
    before = balances(payers, "1000")
    payers.close(OCTOBER)

    with pytest.raises(RefusedByDatabase, match=r"10\.2026 закрыт"):
        set_off_advances(payers.engine, voucher(kind=VoucherKind.SETOFF), into=OCTOBER)

    assert balances(payers, "1000") == before


def test_an_unknown_account_is_a_sentence(payers: Payers) -> None:
    with pytest.raises(NoSuchAccount, match="4321"):
        set_off_advances(
            payers.engine, voucher(kind=VoucherKind.SETOFF), into=OCTOBER, accounts=["4321"]
        )


def test_nothing_to_move_makes_no_document(payers: Payers) -> None:
    payers.owe("1000", OCTOBER, {"хвс": 3_000})

    done = set_off_advances(payers.engine, voucher(kind=VoucherKind.SETOFF), into=OCTOBER)

    assert done.is_nothing
    assert payers.run("select count(*) from app.voucher where kind = 'setoff'") == [(0,)]


def test_an_account_that_moved_meanwhile_is_left_for_the_next_run(
    payers: Payers, monkeypatch: pytest.MonkeyPatch
) -> None:
    pay_ahead(payers, 5_000, on=date(2026, 9, 20))
    for account in ("1000", "1001"):
        payers.owe(account, OCTOBER, {"хвс": 3_000})
    payers.owe("1001", SEPTEMBER, {"хвс": -700}, kind=3)
    find = operation.find

    def disturbed(*given: object, **named: object) -> object:
        found = find(*given, **named)
        payers.owe("1001", OCTOBER, {"хвс": 1})
        return found

    monkeypatch.setattr(operation, "find", disturbed)
    done = set_off_advances(payers.engine, voucher(kind=VoucherKind.SETOFF), into=OCTOBER)
    with pytest.raises(DuesChanged):
        set_off_advances(
            payers.engine, voucher(kind=VoucherKind.SETOFF), into=OCTOBER, accounts=["1001"]
        )
    monkeypatch.undo()
    later = set_off_advances(payers.engine, voucher(kind=VoucherKind.SETOFF), into=OCTOBER)

    assert (done.accounts, done.skipped) == (1, ("1001",))
    assert (later.accounts, later.amount_kop) == (1, 700)


def test_a_decrease_that_made_a_credit_counts_from_its_month(payers: Payers) -> None:
    payers.owe("1000", SEPTEMBER, {"хвс": 1_000})
    payers.owe("1000", SEPTEMBER, {"хвс": -1_400}, kind=3)
    payers.owe("1000", OCTOBER, {"хвс": 3_000})

    done = set_off_advances(payers.engine, voucher(kind=VoucherKind.SETOFF), into=OCTOBER)

    with reading(payers.engine) as snapshot:
        days = {line.credited_on for line in setting_off.lines(snapshot, done.key)}
    assert days == {SEPTEMBER.first_day}


def test_an_advance_of_the_account_is_spread_by_the_charges(payers: Payers) -> None:
    setting(payers, "распределение.переплата", "на счёте")
    setting(payers, "распределение.услуга_аванса", "ав")
    payers.services["ав"] = uuid7()
    payers.run(
        "insert into app.service (id, code, name, section, unit, position)"
        " values (%s, 'ав', 'Аванс', 'other', 'руб', 99)",
        payers.services["ав"],
    )
    payers.run(
        "insert into app.assignment (id, service_id, contract_id, valid_from, account_id)"
        " values (%s, %s, %s, '2020-01-01', %s)",
        uuid7(), payers.services["ав"], payers.contracts["В-1"], payers.accounts["1000"],
    )  # fmt: skip

    taken = record_payment(
        payers.engine, voucher(), account_number="1000", amount_kop=1_000, paid_on=ON
    )
    payers.owe("1000", NOVEMBER, {"хвс": 900, "от": 2_700})
    payers.run(
        "update app.balance set charged_kop = moved_kop, moved_kop = 0 where account_id = %s"
        " and service_id <> %s",
        payers.accounts["1000"], payers.services["ав"],
    )  # fmt: skip
    set_off_advances(payers.engine, voucher(kind=VoucherKind.SETOFF), into=NOVEMBER)

    assert [line.service_id for line in taken.lines] == [payers.services["ав"]]
    assert balances(payers, "1000") == {("хвс", "11"): (650, 0), ("от", "11"): (1_950, 0)}
