"""Speed of looking again: one account, 36 months of a house, what-if, review and differences.

Parts of bench.py; run alone it measures the replay of 36 months of one house of 100 flats.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from uuid_utils.compat import uuid7

from app.demo import sheets, town
from app.domain import explanation
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.exchange import workbook_writing
from app.operations.charge_month import charge_month
from app.operations.close_period import close_period
from app.operations.import_workbook import import_workbook
from app.operations.recalculate import Asked, preview, recalculate
from app.store import charges, opening, reviewing
from app.store.engine import Engine
from app.store.reading import reading

Kvitok = Callable[..., tuple[float, float, str]]
MONTHS = tuple(Period(2024, 8).plus(number) for number in range(36))
AFTER = MONTHS[-1].next
_SINCE = date(2024, 1, 1)
_WANTED_FLATS = 100
_ROUNDS = 3


def spread(name: str, samples: Sequence[float], limit_ms: float) -> None:
    """Print median and p95 of seconds beside a limit."""
    ordered = sorted(samples)
    p95 = ordered[int(len(ordered) * 0.95) - 1] * 1000
    print(
        f"{name}: median {statistics.median(ordered) * 1000:.1f} ms, p95 {p95:.1f} ms "
        f"(limit {limit_ms:g}), {len(ordered)} samples"
    )


def one_account(engine: Engine, numbers: Iterable[str], month: Period) -> None:
    """Replay a month of single accounts, and say every line of theirs in words."""
    samples = []
    for number in numbers:
        began = time.perf_counter()
        preview(engine, Asked(accounts=(number,), first=month, into=month.next))
        with reading(engine) as snapshot:
            lines = charges.lines(snapshot, number, month)
        said = [explanation.steps(line) for line in lines]
        samples.append(time.perf_counter() - began)
        assert all(said)
    spread("one account recalculated and explained", samples, 50)


def what_if(kvitok: Kvitok, data_dir: Path, month: Period) -> None:
    """Ask what a dearer water would be for the whole town."""
    seconds, peak_mb, output = kvitok(data_dir, "what-if", str(month), "--price", "ХВС=65.00")
    found = json.loads(output)
    print(
        f"what-if of the whole town: {found['accounts']} accounts twice, {seconds:.1f} s whole "
        f"process, peak {peak_mb:.0f} MB"
    )


def review(kvitok: Kvitok, data_dir: Path, engine: Engine, month: Period) -> None:
    """Charge for review, look at the doubts and the differences, publish."""
    seconds, _, output = kvitok(data_dir, "charge", str(month), "--review")
    doubts = json.loads(output).get("doubts")
    with reading(engine) as snapshot:
        key = reviewing.waiting(snapshot, month)
        assert key is not None
        timings = [
            _timed(lambda: reviewing.groups(snapshot, key)),
            _timed(lambda: reviewing.differences(snapshot, key)),
        ]
    print(
        f"review: charged and looked over in {seconds:.1f} s, {doubts} doubts; their groups "
        f"{timings[0]:.2f} s, differences to the month before {timings[1]:.2f} s"
    )
    seconds, _, _ = kvitok(data_dir, "review", str(month), "--post")
    print(f"review: published in {seconds:.1f} s")


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def replay_of_36_months(folder: Path) -> None:
    """Charge a house of about 100 flats for 36 months, and replay them all."""
    house = min(town.houses(), key=lambda one: (abs(one.flats - _WANTED_FLATS), one.code))
    made = sheets.sheets(
        sheets.Town((house,), MONTHS, one_account=True, with_debts=False, with_rare=False)
    )
    for name in ("Тарифы", "Нормативы"):
        made[name] = _everlasting(made[name])
    book = folder / "house.xlsx"
    workbook_writing.write(book, made)
    opened = opening.open_database(None, data_dir=folder / "replay", anew=True)
    try:
        _charge_all(opened.engine, book)
        asked = Asked(houses=(house.code,), first=MONTHS[0], into=AFTER)
        quiet = [_timed(lambda: preview(opened.engine, asked)) for _ in range(_ROUNDS)]
        _newcomer(opened.engine, folder, house)
        done: list[Any] = []
        posting = _timed(
            lambda: done.append(
                recalculate(opened.engine, _voucher(VoucherKind.ADJUSTMENT, "замер"), asked)
            )
        )
        print(
            f"replay of 36 months of a house of {house.flats} flats: median "
            f"{statistics.median(quiet):.2f} s when nothing differs (limit 3), "
            f"{posting:.2f} s with {len(done[0].lines)} lines found and posted"
        )
    finally:
        opened.close()


def _everlasting(sheet: sheets.Sheet) -> sheets.Sheet:
    """Let the latest prices and norms be in force all the time."""
    headers, rows = sheet
    since = list(headers).index("С")
    until = list(headers).index("До") if "До" in headers else None
    latest: dict[tuple[object, ...], list[Any]] = {}
    for row in rows:
        cells = list(row)
        key = tuple(
            cell for name, cell in zip(headers, cells, strict=True)
            if name in {"Услуга", "Вид", "Зона", "Компонент"}
        )  # fmt: skip
        cells[since] = _SINCE
        if until is not None:
            cells[until] = None
        latest[key] = cells
    return headers, list(latest.values())


def _charge_all(engine: Engine, book: Path) -> None:
    imported = import_workbook(engine, _voucher(VoucherKind.IMPORT), path=book)
    assert not imported.problems, imported.problems[0]
    for month in MONTHS:
        charge_month(engine, _voucher(VoucherKind.CHARGE_RUN), period=month)
        close_period(engine, _voucher(VoucherKind.CLOSING), period=month)


def _newcomer(engine: Engine, folder: Path, house: town.HouseFacts) -> None:
    """Let somebody have lived in every tenth flat all the time."""
    rows = [
        (household.number, "Поздний Иван Ильич", "постоянно", MONTHS[0].first_day)
        for _, household in town.accounts_of(house, one_account=True)
    ][::10]
    book = folder / "newcomers.xlsx"
    headers = ("Лицевой счёт", "ФИО", "Вид", "С")
    workbook_writing.write(book, {"Проживающие": (headers, rows)})
    import_workbook(engine, _voucher(VoucherKind.IMPORT), path=book)


def _voucher(kind: VoucherKind, reason: str | None = None) -> Voucher:
    at = datetime.now(UTC).astimezone()
    return Voucher(uuid7(), kind, "bench", at, reason=reason)


def main() -> int:
    """Measure the replay alone."""
    with tempfile.TemporaryDirectory(prefix="kvitok-bench-") as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)
        replay_of_36_months(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
