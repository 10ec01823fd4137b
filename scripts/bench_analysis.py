"""Speed of the analysis of settlements and of verify; called from bench.py, or alone on a folder.

    turnover of a year by service and house    limit 2 s
    ageing by creditor, debtors                no limit, printed
    verify, check by check                     limit 60 s

bench_analysis.py --data DIR reads the embedded database of a folder as it is.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from app.domain.analysis import Cut, Dimension, Report
from app.domain.period import Period
from app.operations.keep_turnovers import keep_turnovers
from app.store import (
    analysis,
    analysis_debts,
    analysis_registers,
    analysis_sources,
    opening,
    verify,
)
from app.store.engine import Engine
from app.store.reading import Snapshot, reading

ROUNDS = 3
TURNOVER_LIMIT_S, VERIFY_LIMIT_S = 2, 60
_SLOW_S = 0.5


def main() -> int:
    """Measure a database that is there."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True, help="folder of the database")
    opened = opening.open_database(None, data_dir=options.parse_args().data)
    try:
        reports(opened.engine)
        verified(opened.engine)
    finally:
        opened.close()
    return 0


def reports(engine: Engine) -> None:
    """Print how long reports of the last year take."""
    began = time.perf_counter()
    keep_turnovers(engine)
    print(f"sums of closed months and posted runs: {time.perf_counter() - began:.1f} s, once")
    with reading(engine) as snapshot:
        last = analysis_sources.latest_period(snapshot)
        lines = snapshot.value("select coalesce(sum(lines), 0) from app.turnover_kept")
    year = Cut(last.plus(-11), last, (Dimension.SERVICE, Dimension.HOUSE))
    print(f"  of {lines} entries; months {year.first}..{year.last}")
    _timed(
        engine, f"turnover of a year by service and house (limit {TURNOVER_LIMIT_S} s)",
        lambda snapshot: analysis.turnover(snapshot, year),
    )  # fmt: skip
    _timed(
        engine, "collection of a year by service",
        lambda snapshot: analysis_registers.collection(
            snapshot, Cut(year.first, last, (Dimension.SERVICE,)), by_origin=True
        ),
    )  # fmt: skip
    _timed(engine, "ageing by creditor", lambda snapshot: _ageing(snapshot, last))
    _timed(
        engine, "debtors",
        lambda snapshot: analysis_debts.debtors(snapshot, Cut(last, last), on=last.last_day),
    )  # fmt: skip


def verified(engine: Engine) -> None:
    """Print how long each check takes, and all of them."""
    with reading(engine) as snapshot:
        found = verify.run(snapshot)
    for check in found:
        if check.seconds >= _SLOW_S or check.rows:
            print(f"  {check.seconds:6.2f} s  {check.name}: {check.rows}")
    seconds = sum(check.seconds for check in found)
    print(f"verify: {len(found)} checks, {seconds:.1f} s (limit {VERIFY_LIMIT_S})")


def _ageing(snapshot: Snapshot, last: Period) -> Report:
    return analysis_debts.ageing(snapshot, Cut(last, last, (Dimension.CREDITOR,)), on=last.last_day)


def _timed(engine: Engine, name: str, make: Callable[[Snapshot], Report]) -> None:
    taken = []
    rows = 0
    for _ in range(ROUNDS):
        began = time.perf_counter()
        with reading(engine) as snapshot:
            rows = len(make(snapshot).rows)
        taken.append(time.perf_counter() - began)
    print(f"{name}: {rows} rows, best {min(taken):.2f} s, worst {max(taken):.2f} s")


if __name__ == "__main__":
    sys.exit(main())
