"""Speed and memory at the size of the whole list: 564 houses, one account a flat, rare facts too.

    workbook ─► kvitok import ─► kvitok charge 09, 10 (several times) against bare COPY of entries
             ─► one account again, what-if, review, 36 months of a house (bench_recalculation.py)
             ─► dues, payments, search, card ─► payment documents ─► analysis, verify
             ─► penalties of twelve months of debts (bench_books)

Prints medians and ratios of this one run, with rows, WAL bytes and the fingerprint. Take ratios:
the machine is shared. `bench.py --houses 40` is a quick form.
"""

import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import bench_analysis
import bench_books
import bench_recalculation
import psycopg
from bench_recalculation import spread
from uuid_utils.compat import uuid7

from app.demo import rarities, sheets, town
from app.domain import allocation, slip
from app.domain.payment import PaymentOrder
from app.domain.period import Period
from app.domain.tender import Tender
from app.domain.voucher import Voucher, VoucherKind
from app.exchange import workbook_writing
from app.operations.open_shift import open_shift
from app.operations.take_payment import take_payment
from app.store import card, dues, opening, search
from app.store.desk_journal import open_journal
from app.store.engine import Engine
from app.store.reading import reading

BEFORE, MONTH = Period(2026, 9), Period(2026, 10)
ROUNDS = 3
SAMPLES = 400


def main() -> int:
    """Run every measurement and print it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--houses", type=int, default=None, help="how many of the 564")
    options.add_argument("--data", type=Path, default=None, help="folder of the database")
    chosen = options.parse_args()
    print(f"Python {platform.python_version()}, cores {os.cpu_count()}, load {os.getloadavg()}")
    with tempfile.TemporaryDirectory(prefix="kvitok-bench-") as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)
        data_dir = chosen.data or folder / "data"
        book = folder / "town.xlsx"
        made = sheets.Town(
            rarities.with_rare(town.houses(chosen.houses)), (BEFORE, MONTH), one_account=True
        )
        workbook_writing.write(book, sheets.sheets(made))
        opened = opening.open_database(None, data_dir=data_dir, anew=True)
        try:
            assert opened.server is not None
            _import(book, data_dir)
            _kvitok(data_dir, "charge", str(BEFORE))
            _kvitok(data_dir, "close", str(BEFORE))
            _charge(data_dir, opened.server.url_of("kvitok"))
            numbers = _numbers(opened.engine)
            bench_recalculation.one_account(opened.engine, numbers, MONTH)
            bench_recalculation.what_if(_kvitok, data_dir, MONTH)
            bench_recalculation.review(_kvitok, data_dir, opened.engine, MONTH)
            _desk(opened.engine, numbers, folder)
            _reads(opened.engine, numbers)
            bench_recalculation.replay_of_36_months(folder)
            _documents(data_dir, folder)
            bench_analysis.reports(opened.engine)
            bench_analysis.verified(opened.engine)
            _verify(data_dir)
            bench_books.measure(opened.engine, opened.server.url_of("kvitok"), MONTH)
        finally:
            opened.close()
    print(f"load at the end {os.getloadavg()}")
    return 0


def _kvitok(data_dir: Path, *arguments: str) -> tuple[float, float, str]:
    """Run one command; give wall seconds, peak MB of its largest process, standard output."""
    program = Path(sys.executable).with_name("kvitok")
    began = time.perf_counter()
    process = subprocess.Popen(
        [program, *arguments, "--data", data_dir, "--json"], stdout=subprocess.PIPE, text=True
    )
    output = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"kvitok {arguments} ended with {process.returncode}")
    return time.perf_counter() - began, usage.ru_maxrss / 1024, output


def _import(book: Path, data_dir: Path) -> None:
    seconds, peak_mb, output = _kvitok(data_dir, "import", str(book))
    rows = sum(_json(output)["imported"].values())
    print(f"import: {rows} rows, {seconds:.1f} s (limit 120), peak {peak_mb:.0f} MB (limit 1000)")


def _json(text: str) -> dict[str, object]:
    return json.loads(text)  # type: ignore[no-any-return]


def _charge(data_dir: Path, owner_url: str) -> None:
    """Charge and load the same entries bare, in turn; compare round by round."""
    ratios, bare_ratios, runs = [], [], []
    for round_no in range(ROUNDS):
        with psycopg.connect(owner_url, autocommit=True) as owner:
            # A quiet server: what autovacuum would do of the round before is done.
            owner.execute("vacuum analyze")
            owner.execute("checkpoint")
            before = owner.execute("select pg_current_wal_lsn()").fetchone()
            seconds, peak_mb, output = _kvitok(data_dir, "charge", str(MONTH))
            wal = owner.execute(
                "select pg_wal_lsn_diff(pg_current_wal_lsn(), %s)", (before[0] if before else 0,)
            ).fetchone()
            answer = _json(output)
            indexed, bare = _floor(owner)
        runs.append(float(str(answer["seconds"])))
        ratios.append(runs[-1] / indexed)
        bare_ratios.append(runs[-1] / bare)
        lines = int(str(answer["lines"]))
        print(
            f"charge {round_no + 1}: {answer['accounts']} accounts, {lines} lines, "
            f"{runs[-1]:.2f} s in the program ({seconds:.2f} s whole process), "
            f"{lines / runs[-1]:,.0f} lines/s, peak {peak_mb:.0f} MB, "
            f"WAL {int(str(wal[0])) / 1e6 if wal else 0:.0f} MB, "
            f"problems {len(answer['problems'])}; "  # type: ignore[arg-type]
            f"floor: COPY into an indexed table {indexed:.2f} s, "
            f"into a bare one indexed after {bare:.2f} s"
        )
        print(f"  fingerprint {answer['fingerprint']}")
    print(
        f"charge / floor: median {statistics.median(ratios):.2f} x the indexed COPY (limit 3.0, "
        "aim 2.0), "
        f"{statistics.median(bare_ratios):.2f} x COPY into a bare table indexed after"
    )


def _floor(owner: psycopg.Connection[tuple[object, ...]]) -> tuple[float, float]:
    """Time COPY of the posted entries into an empty table, indexed before and indexed after."""
    name = "staging.bench_floor"
    with tempfile.TemporaryFile() as kept:
        with (
            owner.cursor() as cursor,
            cursor.copy(
                f"copy (select * from app.entry where period = '{MONTH.first_day}' and run_no > 0)"
                " to stdout (format binary)"
            ) as out,
        ):
            for block in out:
                kept.write(block)
        timings = []
        for indexed_first in (True, False):
            owner.execute(f"drop table if exists {name}")
            owner.execute(f"create table {name} (like app.entry)")
            owner.execute("checkpoint")
            kept.seek(0)
            began = time.perf_counter()
            with owner.transaction():
                if indexed_first:
                    owner.execute(f"create index on {name} (account_id)")
                with (
                    owner.cursor() as cursor,
                    cursor.copy(f"copy {name} from stdin (format binary)") as into,
                ):
                    while block := kept.read(1 << 20):
                        into.write(block)
                if not indexed_first:
                    owner.execute(f"create index on {name} (account_id)")
            timings.append(time.perf_counter() - began)
            owner.execute(f"drop table {name}")
    return timings[0], timings[1]


def _numbers(engine: Engine) -> list[str]:
    with reading(engine) as snapshot:
        rows = snapshot.rows("select number from app.account order by number")
    chance = random.Random(1)
    return [row.number for row in chance.sample(rows, min(SAMPLES, len(rows)))]


def _timed(samples: list[float], work: Callable[[], object]) -> object:
    began = time.perf_counter()
    answer = work()
    samples.append(time.perf_counter() - began)
    return answer


def _desk(engine: Engine, numbers: list[str], folder: Path) -> None:
    looked: list[float] = []
    paid: list[float] = []
    now = datetime.now(UTC).astimezone()
    shift = open_shift(engine, Voucher(uuid7(), VoucherKind.PAYMENT, "bench", now), desk_no=1)
    with open_journal(folder / "journal.sqlite") as journal:
        for number in numbers:

            def look(number: str = number) -> dues.Owed:
                read = slip.require_ours(slip.parse(number))
                with reading(engine) as snapshot:
                    return dues.load(snapshot, *read.spellings, on=now.date())

            owed = _timed(looked, look)
            assert isinstance(owed, dues.Owed)
            amount_kop = owed.dues.payable_kop
            if amount_kop <= 0:
                continue
            order = PaymentOrder(
                account_number=number,
                amount_kop=amount_kop,
                paid_on=now.date(),
                accepted_at=now,
                lines=allocation.allocate(
                    amount_kop, owed.dues, on=now.date(), scheme=owed.scheme
                ).lines,
                tender=Tender.CASH,
                tendered_kop=amount_kop,
                shift=shift.key,
                expected_version=owed.dues.version,
            )
            voucher = Voucher(uuid7(), VoucherKind.PAYMENT, "bench", now)
            _timed(
                paid,
                lambda order=order, voucher=voucher: take_payment(
                    engine, voucher, order=order, journal=journal, shift=shift
                ),
            )
    spread("scan to dues (parse, read; painting adds about 13 ms)", looked, 50)
    spread("payment, Enter to committed (journal with fsync, books)", paid, 50)


def _reads(engine: Engine, numbers: list[str]) -> None:
    found: list[float] = []
    cards: list[float] = []
    queries = ["петров", "8 марта 1", "бебеля 134 12", "иванова", "6600", "зоя"]
    for place, number in enumerate(numbers):
        query = queries[place % len(queries)] if place % 2 else number

        def find(query: str = query) -> object:
            with reading(engine) as snapshot:
                return search.find(snapshot, query)

        def show(number: str = number) -> object:
            with reading(engine) as snapshot:
                head = card.header(snapshot, number, on=MONTH.last_day)
                return card.month(snapshot, head.account_id, wanted=MONTH)

        _timed(found, find)
        _timed(cards, show)
    spread("search by number, address, name", found, 50)
    spread("card: header and month", cards, 100)


def _documents(data_dir: Path, folder: Path) -> None:
    seconds, peak_mb, output = _kvitok(
        data_dir, "print", str(MONTH), "--out", str(folder / "documents")
    )
    answer = _json(output)
    pages = int(str(answer["pages"]))
    print(
        f"documents: {answer['documents']} documents, {pages} pages, {answer['seconds']} s, "
        f"{pages / float(str(answer['seconds'])):.0f} pages/s (limit 150), "
        f"{seconds:.1f} s whole process, peak {peak_mb:.0f} MB"
    )


def _verify(data_dir: Path) -> None:
    seconds, _, output = _kvitok(data_dir, "verify")
    print(f"verify: ok {_json(output)['ok']}, {seconds:.1f} s")


if __name__ == "__main__":
    sys.exit(main())
