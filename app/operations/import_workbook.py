"""Import a workbook: everything, or nothing and a list of what is wrong.

read ─▶ check in itself ─▶ check against the database ─▶ one transaction: stage, merge, payments
└────────── problems ──────────┴─▶ nothing is written; with skip_bad the good rows are
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.problem import Problem
from app.domain.voucher import Voucher
from app.exchange import workbook_book, workbook_checks, workbook_staging
from app.exchange.workbook import sheet_named
from app.exchange.workbook_book import Book
from app.exchange.workbook_known import Known, KnownAccount, KnownMeter, Wanted
from app.exchange.workbook_problems import Problems
from app.exchange.workbook_staging import PastPayment
from app.operations.record_past_payments import Recorded, record_past_payments
from app.store import charging_characteristics, import_lookup, importing
from app.store.engine import Engine
from app.store.reading import reading
from app.store.writing import Draft, writing

Seen = Callable[[int], None]
_SHEET_OF_TABLE = {
    "organisation": "Организации",
    "contract": "Договоры",
    "house": "Дома",
    "service": "Услуги",
    "benefit": "Льготы",
}


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import.

    :ivar imported: sheet to the number of rows taken; empty when nothing was written
    :ivar payments: how many payments were posted that were not before
    """

    imported: dict[str, int]
    problems: tuple[Problem, ...]
    payments: int = 0
    is_written: bool = field(default=False)


class _NothingWrittenError(Exception):
    """Undoes the transaction: these rows of «Оплаты» were refused, and why."""

    def __init__(self, refused: dict[int, str]) -> None:
        super().__init__(len(refused))
        self.refused = refused


def import_workbook(
    engine: Engine,
    voucher: Voucher,
    *,
    path: Path,
    skip_bad: bool = False,
    seen: Seen = lambda _: None,
) -> Imported:
    """Bring a workbook into the database; bringing it again changes nothing.

    :param voucher: its key becomes that of the opening balances, when there are any new ones
    :param skip_bad: write the good rows although others have problems
    :param seen: told how many rows were read since it was told last
    :raises NotAWorkbook: when the file cannot be read
    :raises ReaderGone: when reading hangs
    :raises Contradiction: when the rows break a rule of the tables beside what is there
    :raises Refusal: when another rule of the database forbids it
    :raises Outage: when the database does not answer
    """
    problems = Problems()
    book, known = checked(engine, path, problems=problems, tell_fallen=skip_bad, seen=seen)
    if len(problems) and not skip_bad:
        return Imported({}, problems.listed())

    imported = workbook_staging.counted(book)
    past = workbook_staging.payments(book)
    try:
        recorded = _write(engine, voucher, book, known=known, past=past, may_fail=skip_bad)
    except _NothingWrittenError as undone:
        _take_refused(problems, past, undone.refused, imported)
        return Imported({}, problems.listed())
    _take_refused(problems, past, recorded.refused, imported)
    return Imported(imported, problems.listed(), payments=recorded.posted, is_written=True)


def checked(
    engine: Engine,
    path: Path,
    *,
    problems: Problems,
    tell_fallen: bool = False,
    seen: Seen = lambda _: None,
) -> tuple[Book, Known]:
    """Read a workbook and check it in itself and against the database.

    :param problems: what is wrong is added to them
    :param tell_fallen: also list rows that are left out because a row they name is bad
    :raises NotAWorkbook: when the file cannot be read
    """
    book = workbook_book.read(path, problems, seen=seen)
    wanted = workbook_checks.prepare(book, problems)
    known = _known(engine, wanted)
    workbook_checks.check(book, known, problems, tell_fallen=tell_fallen)
    return book, known


def merge(
    draft: Draft, voucher: Voucher, book: Book, *, known: Known, without: Sequence[str] = ()
) -> None:
    """Stage and merge the good rows of a workbook in the transaction of the draft.

    :param without: tables that are left out
    """
    importing.begin(draft.cursor)
    draft.call("start_import")
    with importing.sentences():
        for table, columns in workbook_staging.staged(book, known):
            if table not in without:
                importing.stage(
                    draft.cursor,
                    table,
                    columns=columns,
                    with_keys=table not in workbook_staging.WITHOUT_KEYS,
                )
        draft.call("apply_import", key=voucher.key, actor=voucher.actor, at=voucher.made_at)


def _write(
    engine: Engine,
    voucher: Voucher,
    book: Book,
    *,
    known: Known,
    past: list[PastPayment],
    may_fail: bool,
) -> Recorded:
    """Write all of it in one transaction.

    :raises _NothingWrittenError: when a payment is refused and none may be
    """
    with writing(engine) as draft:
        merge(draft, voucher, book, known=known)
        recorded = record_past_payments(draft, voucher, payments=past, may_fail=may_fail)
        if recorded.refused and not may_fail:
            raise _NothingWrittenError(recorded.refused)
        return recorded


def _take_refused(
    problems: Problems,
    past: list[PastPayment],
    refused: dict[int, str],
    imported: dict[str, int],
) -> None:
    sheet = sheet_named("Оплаты")
    assert sheet is not None
    for payment in past:
        if payment.row in refused:
            problems.add(
                Problem(
                    refused[payment.row],
                    sheet=sheet.name,
                    row=payment.row,
                    account=payment.account_number,
                ),
                kind="payment",
            )
            imported[sheet.name] -= 1


def _known(engine: Engine, wanted: Wanted) -> Known:
    """Ask the database what the workbook needs to know of it."""
    with reading(engine) as snapshot:
        codes = import_lookup.codes(snapshot)
        places = import_lookup.premises(snapshot, houses=wanted.houses)
        accounts = import_lookup.accounts(
            snapshot, numbers=wanted.accounts, houses=wanted.houses_of_accounts
        )
        meters = import_lookup.meters(snapshot, codes=wanted.meters)
        contracts = import_lookup.contracts(snapshot)
        residents = import_lookup.residents(snapshot, accounts=wanted.accounts_of_absences)
        dated = {
            name: import_lookup.dated(
                snapshot,
                sheet.table,
                houses=wanted.houses_named,
                accounts=wanted.accounts,
                meters=wanted.meters,
            )
            for name in wanted.dated
            if (sheet := sheet_named(name)) is not None
        }
        characteristics = charging_characteristics.names(snapshot) if wanted.has_formulas else []
    return Known(
        codes={_SHEET_OF_TABLE[table]: frozenset(found) for table, found in codes.items()},
        places=frozenset(places),
        residents=frozenset(residents),
        contracts={number: (since, until) for number, since, until in contracts},
        accounts={
            number: KnownAccount((house, flat, place), opened_on, closed_on, share)
            for number, house, flat, place, opened_on, closed_on, share in accounts
        },
        meters={
            code: KnownMeter(zones, digits, installed_on, removed_on)
            for code, zones, digits, installed_on, removed_on in meters
        },
        dated=dated,
        characteristics=frozenset(characteristics),
    )
