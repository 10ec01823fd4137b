"""close, reopen: what they answer, and how they fail."""

import json
from datetime import UTC, datetime

import pytest
from uuid_utils.compat import uuid7

from app.store.desk_journal import open_journal


def test_the_list_of_checks_is_read_without_closing(stock, kvitok):
    kvitok("charge", "2026-10")

    status, out, _ = kvitok("close", "2026-10", "--check", "--json")

    answer = json.loads(out)
    assert (status, answer["state"], answer["closable"]) == (0, "open", True)
    named = {check["name"]: check for check in answer["checks"]}
    assert named["not-charged"]["count"] == 0
    assert set(named["shifts-open"]) == {
        "name", "part", "level", "overridable", "count", "sentence", "mend", "examples",
    }  # fmt: skip
    assert kvitok("close", "2026-10")[0] == 0


def test_a_month_that_may_not_close_says_why_and_ends_with_two(stock, kvitok):
    kvitok("charge", "2026-10")
    stock.run("select api.start_run(gen_random_uuid(), '2026-10-01', 'Иванова', now(), '{}', '{}')")

    checked, out, _ = kvitok("close", "2026-10", "--check")
    status, _, err = kvitok("close", "2026-10")

    assert checked == status == 2
    assert "стоп" in out
    assert "charge-run-unfinished" in out
    assert "Период 10.2026 не закрыт. Начисление месяца начато и не закончено: 1." in err


def test_closing_tells_its_checks(stock, kvitok):
    kvitok("charge", "2026-10")

    _, out, _ = kvitok("close", "2026-10", "--json")

    answer = json.loads(out)
    assert set(answer) == {"period", "state", "balances", "checks"}
    assert answer["checks"]


def test_a_stop_is_overridden_with_a_reason(stock, kvitok):
    kvitok("charge", "2026-09")
    kvitok("close", "2026-09")
    stock.run("select app.ensure_period('2026-10-01')")

    refused, _, err = kvitok("close", "2026-10")
    silent, _, why = kvitok("close", "2026-10", "--despite", "not-charged")
    status, _, _ = kvitok(
        "close", "2026-10", "--despite", "not-charged", "--reason", "месяц не начисляли"
    )

    assert (refused, silent, status) == (2, 2, 0)
    assert "Начислите его: kvitok charge" in err
    assert "Укажите --reason" in why
    assert stock.run("select name, reason from app.closing_check where reason is not null") == [
        ("not-charged", "месяц не начисляли")
    ]


def test_a_part_is_closed_and_named(stock, kvitok):
    kvitok("charge", "2026-10")

    status, out, _ = kvitok("close", "2026-10", "--part", "payments", "--json")
    again, _, err = kvitok("close", "2026-10", "--part", "оплата")

    answer = json.loads(out)
    assert (status, answer["state"], answer["part"], answer["balances"]) == (
        0, "open", "payments", 0,
    )  # fmt: skip
    assert (again, "уже закрыто: оплата" in err) == (2, True)


def test_a_part_that_is_none_is_refused(stock, kvitok):
    kvitok("charge", "2026-10")

    status, _, err = kvitok("close", "2026-10", "--part", "всё")

    assert status == 2
    assert "Есть: charges (начисления), payments (оплата), penalties (пени)" in err


def test_a_late_payment_keeps_its_date_in_the_open_month(stock, kvitok):
    kvitok("charge", "2026-10")
    kvitok("close", "2026-10")

    status, _, _ = kvitok("pay", "010021", "100.00", "--date", "2026-10-28", "--json")

    assert status == 0
    assert stock.run(
        "select paid_on::text, period::text from app.payment join app.voucher using (id)"
    ) == [("2026-10-28", "2026-11-01")]


def test_the_last_closed_month_is_reopened_and_closed_again(stock, kvitok):
    kvitok("charge", "2026-10")
    closed = json.loads(kvitok("close", "2026-10", "--json")[1])

    status, out, _ = kvitok("reopen", "2026-10", "--reason", "забыт акт", "--json")

    answer = json.loads(out)
    assert status == 0
    assert set(answer) == {
        "period", "state", "part", "months", "balances", "closing", "documents", "reason",
    }  # fmt: skip
    assert (answer["state"], answer["balances"]) == ("open", closed["balances"])
    assert kvitok("pay", "010021", "100.00", "--date", "2026-10-28")[0] == 0
    assert json.loads(kvitok("close", "2026-10", "--json")[1])["state"] == "closed"
    assert kvitok("verify")[0] == 0


def test_a_month_is_reopened_once_by_its_key(stock, kvitok):
    kvitok("charge", "2026-10")
    kvitok("close", "2026-10")
    words = ("reopen", "2026-10", "--reason", "забыт акт", "--key", str(uuid7()), "--json")

    first, second = kvitok(*words), kvitok(*words)

    assert first[:2] == second[:2]
    assert stock.run("select count(*) from app.reopening") == [(1,)]


def test_only_the_last_month_is_reopened_and_the_sentence_names_it(stock, kvitok):
    for month in ("2026-09", "2026-10"):
        kvitok("charge", month)
        kvitok("close", month)

    status, _, err = kvitok("reopen", "2026-09", "--reason", "забыт акт")

    assert status == 2
    assert "сначала переоткройте его, потом 09.2026" in err


def test_reopening_says_what_it_undid(stock, kvitok):
    kvitok("charge", "2026-10")
    kvitok("close", "2026-10")
    kvitok("pay", "010021", "100.00", "--date", "2026-10-28")

    _, out, _ = kvitok("reopen", "2026-10", "--reason", "забыт акт")

    assert "10.2026: период открыт. Снимок отменён: остатков" in out
    assert "После закрытия проведено документов: 1; они остались в своих месяцах." in out


@pytest.mark.parametrize("verb", ["close", "reopen"])
def test_a_word_that_is_no_key_is_refused(stock, kvitok, verb):
    status, _, err = kvitok(verb, "2026-10", "--key", "пять", "--reason", "так")

    assert status == 2
    assert "не ключ документа" in err


def test_payments_left_in_the_journal_of_a_desk_stop_the_closing(stock, kvitok, tmp_path):
    kvitok("charge", "2026-10")
    with open_journal(tmp_path / "desks" / "00-02.sqlite") as journal:
        journal.begin(
            uuid7(), shift=uuid7(), kind="payment", actor="Петрова",
            made_at=datetime(2026, 10, 5, tzinfo=UTC), amount_kop=70_000, request={},
        )  # fmt: skip

    status, _, err = kvitok("close", "2026-10")

    assert status == 2
    assert "Платежей в журнале этой кассы, которых ещё нет в книгах: 1." in err
    assert kvitok("close", "2026-10", "--despite", "payments-unsent", "--reason", "пробная")[0] == 0


def test_a_file_that_is_no_journal_is_named(stock, kvitok, tmp_path):
    (tmp_path / "desks").mkdir()
    (tmp_path / "desks" / "00-03.sqlite").write_text("не журнал" * 100, encoding="utf-8")

    status, _, err = kvitok("close", "2026-10", "--check")

    assert status == 3
    assert "00-03.sqlite" in err
