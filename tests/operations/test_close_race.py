"""T5: six writers post into a month while it closes; what its snapshot misses is counted.

The negative control posts without a lock: a test that did not catch it would prove nothing.
"""

import time
from collections.abc import Callable

import pytest
from uuid_utils.compat import uuid7

from app.domain.closing import MonthPart
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.errors import Refusal
from app.operations.close_period import close_period
from app.operations.reopen_period import reopen_period
from app.store import writing
from app.store.engine import Engine
from tests.fixtures.payers import AT, Payers, open_account, settle
from tests.fixtures.soak import examples
from tests.fixtures.writers import Writers, writers

CLOSINGS = examples(6, full=25)
CAUGHT_MIN = CLOSINGS * 4 // 5
FIRST = Period(2026, 1)
ACCOUNTS = tuple(f"{number}" for number in range(3001, 3007))
# How long writers write into a month before it closes.
SPELL_S = 0.1
_MISSED = """
select count(*) from (
  select account_id, service_id, contract_id, closing_kop from app.closing where period = %s
) as kept
full join (
  select account_id, service_id, contract_id, sum(amount_kop)::bigint as kop from app.entry
  where period <= %s group by 1, 2, 3
) as booked using (account_id, service_id, contract_id)
where coalesce(closing_kop, 0) <> coalesce(kop, 0)
"""


@pytest.fixture
def payers(engine: Engine) -> Payers:
    made = settle(engine)
    for number in ACCOUNTS:
        open_account(made, number)
    return made


def close(payers: Payers, month: Period) -> None:
    """Close as an accountant does: again when a run is just being posted."""
    for _ in range(200):
        try:
            close_period(
                payers.engine,
                Voucher(uuid7(), VoucherKind.CLOSING, "Бухгалтер", AT),
                period=month,
                despite={"not-charged": "гонка"},
            )
        except Refusal as refused:
            if "начато и не закончено" not in str(refused):
                raise
        else:
            return
        time.sleep(0.005)
    raise AssertionError(f"{month} was never let to close")


def close_unchecked(payers: Payers, month: Period) -> None:
    """Close without the list of checks, which would see that the month before missed something."""
    writing.call(payers.engine, "begin_closing", wanted=month.first_day)
    writing.call(
        payers.engine, "finish_closing", key=uuid7(), wanted=month.first_day, actor="тест", at=AT
    )


def race(
    at: Writers,
    payers: Payers,
    jobs: list[tuple[Callable[[str], None], str]],
    closer: Callable[[Payers, Period], None] = close,
) -> int:
    """Close months one by one under the writers; give how many snapshots missed something."""
    months = [FIRST.plus(step) for step in range(CLOSINGS)]
    for month in (*months, months[-1].next):
        payers.owe(ACCOUNTS[0], month, {"хвс": 1})
    with at.at_work(jobs):
        for month in months:
            at.month = month
            time.sleep(SPELL_S)
            closer(payers, month)
    assert at.failed == []
    return sum(
        bool(payers.run(_MISSED, month.first_day, month.first_day)[0][0]) for month in months
    )


def test_no_snapshot_misses_what_six_writers_post(payers: Payers, database: str) -> None:
    with writers(payers, database, month=FIRST) as at:
        jobs = [(at.pay, number) for number in ACCOUNTS[:3]]
        jobs += [(at.adjust, number) for number in ACCOUNTS[3:5]]
        jobs += [(at.charge, ACCOUNTS[5])]

        missed = race(at, payers, jobs)

    assert missed == 0
    assert payers.broken() == []
    for kind in ("payment", "payment moved on", "adjustment", "charge"):
        assert at.posted[kind] > 0, at.posted


def test_writers_without_a_lock_are_caught(payers: Payers, database: str) -> None:
    with writers(payers, database, month=FIRST) as at:
        at.prepare_naive()

        missed = race(
            at, payers, [(at.post_naively, number) for number in ACCOUNTS], close_unchecked
        )

    assert missed >= CAUGHT_MIN, (missed, at.posted)
    assert "closed-period-takes-nothing" in payers.broken()


def test_a_part_that_closed_takes_nothing_of_its_writers(payers: Payers, database: str) -> None:
    """Payments closed, reopened and closed again under payers: none is recorded in between."""
    payers.owe(ACCOUNTS[0], FIRST, {"хвс": 1})
    with writers(payers, database, month=FIRST) as at:
        jobs = [(at.pay, number) for number in ACCOUNTS[:4]]
        jobs += [(at.adjust, number) for number in ACCOUNTS[4:]]
        late: list[int] = []
        with at.at_work(jobs):
            for _ in range(CLOSINGS):
                time.sleep(SPELL_S)
                close_period(
                    payers.engine, Voucher(uuid7(), VoucherKind.CLOSING, "Бухгалтер", AT),
                    period=FIRST, part=MonthPart.PAYMENTS,
                )  # fmt: skip
                before = _payments_into(payers, FIRST)
                time.sleep(SPELL_S / 2)
                late.append(_payments_into(payers, FIRST) - before)
                reopen_period(
                    payers.engine, Voucher(uuid7(), VoucherKind.REOPENING, "Бухгалтер", AT, "ещё"),
                    period=FIRST, part=MonthPart.PAYMENTS,
                )  # fmt: skip

    assert at.failed == []
    assert late == [0] * CLOSINGS
    assert at.posted["payment"] > 0
    assert at.posted["payment moved on"] > 0
    assert at.posted["adjustment"] > 0
    assert payers.broken() == []


def _payments_into(payers: Payers, month: Period) -> int:
    return int(
        payers.run(
            "select count(*) from app.entry where period = %s and kind = 20", month.first_day
        )[0][0]
    )
