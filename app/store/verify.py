"""The invariants of the books as SQL: each check returns the rows that break it.

verify_books       Σ entries = balances, entries stay, what counts is posted
verify_payments    a payment's lines sum to it, one reversal of the opposite amount, shifts
verify_payment_changes   moves, re-allocations, refunds, unidentified money
verify_periods     opening = closing before, snapshots, a closed month takes nothing
verify_charges     runs are what was said of their houses, penalties what their inputs say
verify_documents   adjustments, set-offs, transfers, write-offs
verify_transfers   what went to suppliers came for them, once
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from app.store import (
    verify_books,
    verify_charges,
    verify_documents,
    verify_payment_changes,
    verify_payments,
    verify_periods,
    verify_transfers,
)
from app.store.reading import Snapshot
from app.store.verify_check import Check

SHOWN_ROWS_MAX = 5
# Millions of rows fall into few groups: they are summed in memory as they come, never sorted first.
_SETTINGS = (
    "work_mem = '256MB'",
    "statement_timeout = 0",
    "enable_sort = off",
    "enable_mergejoin = off",
    "jit = off",
)

_BY_NAME: dict[str, Check] = {
    **verify_books.CHECKS,
    **verify_payments.CHECKS,
    **verify_payment_changes.CHECKS,
    **verify_periods.CHECKS,
    **verify_charges.CHECKS,
    **verify_documents.CHECKS,
    **verify_transfers.CHECKS,
}
CHECKS: dict[str, str] = {name: check.query for name, check in _BY_NAME.items()}
MEANINGS: dict[str, str] = {name: check.meaning for name, check in _BY_NAME.items()}


@dataclass(frozen=True, slots=True)
class Checked:
    """What one check found.

    :ivar meaning: what holds when no row is found
    :ivar rows: how many rows break it
    :ivar examples: the first of them, as texts
    :ivar seconds: how long it took
    """

    name: str
    meaning: str
    rows: int
    examples: tuple[str, ...]
    seconds: float


def run(
    snapshot: Snapshot, *, on_checked: Callable[[Checked], None] | None = None
) -> tuple[Checked, ...]:
    """Run every check in one snapshot of the database."""
    for setting in _SETTINGS:
        snapshot.connection.execute(f"set local {setting}")
    found = []
    for name, query in CHECKS.items():
        began = time.perf_counter()
        broken = snapshot.rows(
            f"select count(*) over () as broken_rows, broken.* from ({query}) as broken"
            f" limit {SHOWN_ROWS_MAX}"
        )
        rows = int(broken[0].broken_rows) if broken else 0
        examples = tuple(
            ", ".join(
                f"{name}={value}" for name, value in row._asdict().items() if name != "broken_rows"
            )
            for row in broken
        )
        found.append(Checked(name, MEANINGS[name], rows, examples, time.perf_counter() - began))
        if on_checked is not None:
            on_checked(found[-1])
    return tuple(found)
