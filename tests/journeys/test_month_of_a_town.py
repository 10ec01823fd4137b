"""The trip of the demonstration on a small town: real houses in, a scanned payment taken."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.demo.story import MONTHS, Story
from app.domain.period import Period
from app.store import balances, charges
from app.store.engine import Engine
from app.store.reading import reading

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 6, 10, 0, tzinfo=UTC)


def test_a_town_is_imported_charged_printed_scanned_paid_and_verified(
    desk_engine: Engine, tmp_path: Path
) -> None:
    said: list[str] = []
    story = Story(desk_engine, tmp_path, said.append, lambda: NOW, houses=3)

    told = story.tell()

    assert told.accounts > 50
    assert [run.lines > told.accounts * 8 for run in told.charged] == [True] * len(MONTHS)
    assert told.corrected > 1
    assert told.recalculated > 0
    assert told.recalculated_kop != 0
    assert told.documents >= told.accounts
    assert told.scanned > 0
    assert told.payments > 0
    assert all(check.rows == 0 for check in told.checks)
    assert (tmp_path / "town.xlsx").exists()
    receipts = sorted((tmp_path / "receipts").glob("*.txt"))
    assert len(receipts) == told.payments
    assert told.last_account in receipts[-1].read_text(encoding="utf-8")

    with reading(desk_engine) as snapshot:
        paid = balances.account_balance(
            snapshot, told.last_account, on=NOW.date(), today=NOW.date()
        )
        lines = charges.lines(snapshot, told.last_account, MONTHS[-1])
    # The whole bill was paid: nothing is overdue, and what was charged has its reason.
    assert paid.overdue_kop == 0
    assert {line.period for line in lines} == {Period(2026, 10)}
    assert all(line.law and line.basis for line in lines)
