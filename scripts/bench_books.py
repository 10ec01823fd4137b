"""Speed of the books: penalties of a month for a whole centre, against bare COPY of their entries.

    a database of bench.py ─► 12 months of charges of one contract, nothing of them paid
        ─► accrue ─► the same entries by COPY into an empty indexed table ─► the balances put back
        ─► and again, in turn; then the month after, when one accrual is there already

`bench_books.py --data DIR`: a stopped embedded database with one charged month (--month). It is
changed: give a copy. Wall time is told beside the processor time of client and server, since
the machine may be shared.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
from uuid_utils.compat import uuid7

from app.domain import period as periods
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.operations.accrue_penalties import Accrued, accrue_penalties
from app.store import opening
from app.store.engine import Engine

ROUNDS = 3
MONTHS = 12
LIMIT_S = 60
LIMIT_RATIO = 3.0
Owner = psycopg.Connection[tuple[object, ...]]

_ALL_ACCOUNTS = """
select contract_id from app.balance where origin_period = %(month)s and charged_kop <> 0
group by contract_id
having count(distinct account_id) >= (
  select count(distinct account_id) from app.balance where origin_period = %(month)s)
order by sum(charged_kop) desc limit 1
"""


def main() -> int:
    """Run every measurement and print it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True, help="folder of the database")
    options.add_argument("--month", type=periods.parse, default=Period(2026, 10))
    chosen = options.parse_args()
    print(f"cores {os.cpu_count()}, load {os.getloadavg()}")
    opened = opening.open_database(None, data_dir=chosen.data)
    try:
        assert opened.server is not None
        measure(opened.engine, opened.server.url_of("kvitok"), chosen.month)
    finally:
        opened.close()
    print(f"load at the end {os.getloadavg()}")
    return 0


def measure(engine: Engine, owner_url: str, month: Period) -> None:
    """Make twelve months of debts like a charged month, and accrue; the database is changed."""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        _debts(owner, month)
        _penalties(engine, owner, month)


def _debts(owner: Owner, month: Period) -> None:
    """Charge the twelve months that are overdue as the charged one, one contract for everybody."""
    first = month.plus(-2 - MONTHS)
    row = owner.execute(_ALL_ACCOUNTS, {"month": month.first_day}).fetchone()
    assert row is not None, "no contract is everybody's: charge the month first"
    for number in range(MONTHS):
        _charged_month(owner, first.plus(number), like=month, contract=row[0])
    owner.execute("vacuum analyze")


def _charged_month(owner: Owner, month: Period, *, like: Period, contract: object) -> None:
    stamp = f"{month.year:04d}_{month.month:02d}"
    table = f"app.entry_{stamp}_r1"
    key = uuid7()
    if owner.execute("select to_regclass(%s)", (table,)).fetchone() != (None,):
        return
    with owner.transaction():
        owner.execute("select app.ensure_period(%s)", (month.first_day,))
        owner.execute(
            "insert into app.voucher (id, kind, status, period, actor, made_at)"
            " values (%s, 'charge-run', 'posted', %s, 'bench', now())",
            (key, month.first_day),
        )
        owner.execute(
            "insert into app.charge_run (voucher_id, period, run_no, is_full, scope, houses)"
            " values (%s, %s, 1, true, '{}', 0)",
            (key, month.first_day),
        )
        owner.execute(f"create table {table} (like app.entry)")
        owner.execute(
            f"insert into {table} select %(month)s, 1, %(key)s, line_no, branch_id, account_id,"
            " service_id, contract_id, %(month)s, kind, method, component, zone, day_from, day_to,"
            " amount_kop, volume_mcu, price_mcr, inputs, 0 from app.entry where period = %(like)s"
            " and run_no > 0 and contract_id = %(contract)s",
            {"month": month.first_day, "key": key, "like": like.first_day, "contract": contract},
        )
        owner.execute(f"create index on {table} (account_id)")
        owner.execute(f"alter table app.entry_{stamp} attach partition {table} for values in (1)")
        # By account, as a charge run leaves them.
        owner.execute(
            f"insert into app.balance_{stamp}_r0 select origin_period, account_id, service_id,"
            f" contract_id, sum(amount_kop)::bigint, 0, 0 from {table} group by 1, 2, 3, 4"
            " order by 2 on conflict (account_id, service_id, contract_id)"
            " do update set charged_kop = excluded.charged_kop"
        )


def _penalties(engine: Engine, owner: Owner, month: Period) -> None:
    ratios = []
    for number in range(1, ROUNDS + 1):
        _take_back(owner, month)
        ratios.append(_round(engine, owner, number, month=month))
    again, seconds, spent = _accrued(engine, owner, month.last_day)
    print(
        f"asked again: {seconds:.2f} s, processor: client {spent[0]:.2f} s, server {spent[1]:.2f} s"
    )
    assert again.lines == 0, "asked again, an accrual adds nothing"
    _round(engine, owner, ROUNDS + 1, month=month.next)
    print(
        f"penalties / floor: median {statistics.median(ratios):.2f} x the indexed COPY of "
        f"the entries and balances it writes (limit {LIMIT_RATIO})"
    )


def _round(engine: Engine, owner: Owner, number: int, *, month: Period) -> float:
    owner.execute("checkpoint")
    made, seconds, (client_s, server_s) = _accrued(engine, owner, month.last_day)
    entries_s, balances_s = _floor(owner, month)
    print(
        f"penalties {number}: {made.accounts} accounts, {made.lines} lines to "
        f"{made.on:%d.%m.%Y}, {seconds:.2f} s (limit {LIMIT_S}), processor: client "
        f"{client_s:.2f} s, server {server_s:.2f} s; floor {entries_s:.2f} s of entries and "
        f"{balances_s:.2f} s of balances; ratio {seconds / (entries_s + balances_s):.2f}, "
        f"to the entries alone {seconds / entries_s:.2f}"
    )
    return seconds / (entries_s + balances_s)


def _accrued(engine: Engine, owner: Owner, on: date) -> tuple[Accrued, float, tuple[float, float]]:
    voucher = Voucher(uuid7(), VoucherKind.PENALTY, "bench", datetime.now(UTC))
    server = _server_s(owner)
    client, began = time.process_time(), time.perf_counter()
    made = accrue_penalties(engine, voucher, on=on)
    seconds = time.perf_counter() - began
    return made, seconds, (time.process_time() - client, _server_s(owner) - server)


def _server_s(owner: Owner) -> float:
    """Give the processor time of the server's living processes; 0 where there is no /proc."""
    ticks = 0
    for (pid,) in owner.execute("select pid from pg_stat_activity").fetchall():
        path = Path(f"/proc/{pid}/stat")
        if path.exists():
            parts = path.read_text().rpartition(")")[2].split()
            ticks += int(parts[11]) + int(parts[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _floor(owner: Owner, month: Period) -> tuple[float, float]:
    """Time COPY of the rows an accrual writes into empty tables, indexed before.

    :returns: seconds of the entries, and of the balances they move
    """
    entries = f"select * from app.entry where period = '{month.first_day}' and run_no < 0"
    balances = f"""select kept.* from app.balance as kept
      where exists (select 1 from ({entries}) as line
        where line.origin_period = kept.origin_period and line.account_id = kept.account_id
          and line.service_id = kept.service_id and line.contract_id = kept.contract_id)"""
    return (
        _copied(owner, "entry", f"{entries} order by line_no", key="account_id"),
        _copied(owner, "balance", balances, key="account_id, service_id, contract_id"),
    )


def _copied(owner: Owner, table: str, query: str, *, key: str) -> float:
    name = "staging.bench_floor"
    with tempfile.TemporaryFile() as kept:
        with (
            owner.cursor() as cursor,
            cursor.copy(f"copy ({query}) to stdout (format binary)") as out,
        ):
            for block in out:
                kept.write(block)
        owner.execute(f"drop table if exists {name}")
        owner.execute(f"create table {name} (like app.{table})")
        owner.execute("checkpoint")
        kept.seek(0)
        began = time.perf_counter()
        with owner.transaction():
            owner.execute(f"create index on {name} ({key})")
            with (
                owner.cursor() as cursor,
                cursor.copy(f"copy {name} from stdin (format binary)") as into,
            ):
                while block := kept.read(1 << 20):
                    into.write(block)
        seconds = time.perf_counter() - began
        owner.execute(f"drop table {name}")
    return seconds


def _take_back(owner: Owner, month: Period) -> None:
    """Forget the accrual, as only its owner can: the next round finds what the first one found."""
    stamp = f"{month.year:04d}_{month.month:02d}"
    runs = owner.execute(
        "select run_no, voucher_id from app.penalty_run where period = %s and run_no < 0",
        (month.first_day,),
    ).fetchall()
    with owner.transaction():
        for run_no, key in runs:
            table = f"app.entry_{stamp}_p{-int(str(run_no))}"
            owner.execute(f"alter table app.entry_{stamp} detach partition {table}")
            owner.execute(f"drop table {table}")
            owner.execute("delete from app.penalty_run where voucher_id = %s", (key,))
        owner.execute("update app.balance set penalty_kop = 0 where penalty_kop <> 0")
        owner.execute("update app.account_books set penalties = 0")
    owner.execute("vacuum full app.account_books")
    owner.execute("vacuum analyze")


if __name__ == "__main__":
    sys.exit(main())
