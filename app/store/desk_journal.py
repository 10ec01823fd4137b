"""The desk's own journal: what is about to be sent is on this disk before anything leaves the desk.

    INTENT ──books took it──▶ DB_OK ──receipt tried──▶ DONE ──undone later──▶ REVERSED
       └──books refused it──▶ VOID    the number stays taken, so receipts have no holes

SQLite, WAL, synchronous=FULL: a row that `begin` gave back survives a power cut. One program a
desk: a lock file is held as long as the journal is open. Numbers of receipts are counted here,
one by one in each shift.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

from app.errors import Outage, Refusal
from app.store import file_lock

_LOCK_PATIENCE_S = 1.0
_SCHEMA = """
create table if not exists operation (
  key text primary key,
  shift text not null,
  receipt_no integer not null,
  kind text not null check (kind in ('payment', 'reversal')),
  state text not null check (state in ('INTENT', 'DB_OK', 'DONE', 'VOID', 'REVERSED')),
  actor text not null,
  made_at text not null,
  amount_kop integer not null,
  request text not null,
  answer text,
  printed integer not null default 0,
  remark text,
  unique (shift, receipt_no)
) strict;
create index if not exists operation_unfinished on operation (state)
  where state in ('INTENT', 'DB_OK');
"""


class JournalFull(Outage):
    """The disk of the desk has no room for the journal."""


class JournalBroken(Outage):
    """The journal of the desk cannot be read or written."""


class DeskTaken(Refusal):
    """Another program has the desk open."""


class JournalKeyReused(Refusal):
    """The journal knows the key with other figures."""


class JournalState(StrEnum):
    """How far an operation of the desk has come."""

    INTENT = "INTENT"
    DB_OK = "DB_OK"
    DONE = "DONE"
    VOID = "VOID"
    REVERSED = "REVERSED"

    @property
    def is_final(self) -> bool:
        return self not in {JournalState.INTENT, JournalState.DB_OK}


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One operation of the desk; amounts of reversals are negative."""

    key: UUID
    shift: UUID
    receipt_no: int
    kind: str
    state: JournalState
    actor: str
    made_at: datetime
    amount_kop: int
    request: dict[str, Any]
    answer: dict[str, Any] | None
    printed: bool
    remark: str | None


@dataclass(frozen=True, slots=True)
class JournalClaim:
    """What the journal says a shift has done, for the server to compare."""

    count: int
    sum_kop: int
    voided: tuple[int, ...]
    unfinished: tuple[JournalRow, ...]


class DeskJournal:
    """The open journal of one desk; safe to use from threads."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._alone = threading.RLock()

    def begin(
        self,
        key: UUID,
        *,
        shift: UUID,
        kind: str,
        actor: str,
        made_at: datetime,
        amount_kop: int,
        request: dict[str, Any],
    ) -> JournalRow:
        """Write down what is about to be asked, with the next number of the shift.

        The same key with the same request gives back its row, whatever its state.

        :raises JournalKeyReused: when the key was used with other figures
        :raises JournalFull: when the disk is full; nothing was written
        """
        with self._transaction() as cursor:
            before = self._find(cursor, key)
            if before is not None:
                if (before.request, before.shift, before.kind) != (request, shift, kind):
                    raise JournalKeyReused(
                        "Ключ операции уже есть в журнале кассы с другими данными. "
                        "Ничего не проведено: начните платёж заново."
                    )
                return before
            cursor.execute(
                "insert into operation (key, shift, receipt_no, kind, state, actor, made_at,"
                " amount_kop, request) values (?, ?, (select coalesce(max(receipt_no), 0) + 1"
                " from operation where shift = ?), ?, 'INTENT', ?, ?, ?, ?)",
                (
                    str(key), str(shift), str(shift), kind, actor, made_at.isoformat(),
                    amount_kop, json.dumps(request, ensure_ascii=False),
                ),
            )  # fmt: skip
            row = self._find(cursor, key)
            assert row is not None
            return row

    def confirm(self, key: UUID, answer: dict[str, Any]) -> JournalRow:
        """INTENT → DB_OK: the books took it."""
        return self._move(
            key, JournalState.DB_OK, "answer = ?", (json.dumps(answer, ensure_ascii=False),),
            since=(JournalState.INTENT, JournalState.DB_OK),
        )  # fmt: skip

    def finish(self, key: UUID, *, printed: bool, remark: str | None = None) -> JournalRow:
        """DB_OK → DONE: the receipt is printed, or the cashier was told it is not."""
        return self._move(
            key, JournalState.DONE, "printed = ?, remark = ?", (int(printed), remark),
            since=(JournalState.DB_OK, JournalState.DONE),
        )  # fmt: skip

    def void(self, key: UUID, reason: str) -> JournalRow:
        """INTENT → VOID: the books refused it; the number is not given again."""
        return self._move(
            key, JournalState.VOID, "remark = ?", (reason,),
            since=(JournalState.INTENT, JournalState.VOID),
        )  # fmt: skip

    def mark_reversed(self, key: UUID) -> None:
        """DONE → REVERSED: a later operation undid it. A payment of another desk is not here."""
        with self._transaction() as cursor:
            cursor.execute(
                "update operation set state = 'REVERSED'"
                " where key = ? and state in ('DONE', 'DB_OK')",
                (str(key),),
            )

    def find(self, key: UUID) -> JournalRow | None:
        """Give the row of a key."""
        with self._transaction() as cursor:
            return self._find(cursor, key)

    def unfinished(self) -> tuple[JournalRow, ...]:
        """Give what a crash or a lost line left, in the order it was begun."""
        return self._rows("where state in ('INTENT', 'DB_OK') order by rowid")

    def last(self, count: int = 20) -> tuple[JournalRow, ...]:
        """Give the last operations of the desk, the latest first."""
        return self._rows("order by rowid desc limit ?", count)

    def claim(self, shift: UUID) -> JournalClaim:
        """Add up a shift."""
        rows = self._rows("where shift = ? order by receipt_no", str(shift))
        taken = [row for row in rows if row.state is not JournalState.VOID]
        return JournalClaim(
            count=len(taken),
            sum_kop=sum(row.amount_kop for row in taken),
            voided=tuple(row.receipt_no for row in rows if row.state is JournalState.VOID),
            unfinished=tuple(row for row in rows if not row.state.is_final),
        )

    def close(self) -> None:
        """Let the file go."""
        with self._alone:
            self._connection.close()

    def _move(
        self,
        key: UUID,
        state: JournalState,
        assignments: str,
        values: tuple[object, ...],
        *,
        since: tuple[JournalState, ...],
    ) -> JournalRow:
        allowed = ", ".join(f"'{before.value}'" for before in since)
        with self._transaction() as cursor:
            cursor.execute(
                f"update operation set state = ?, {assignments}"
                f" where key = ? and state in ({allowed})",
                (state.value, *values, str(key)),
            )
            row = self._find(cursor, key)
            assert row is not None, "the operation was begun"
            assert row.state is state, f"{row.state} does not become {state}"
            return row

    def _rows(self, clause: str, *values: object) -> tuple[JournalRow, ...]:
        with self._transaction() as cursor:
            return tuple(map(_row, cursor.execute(f"select * from operation {clause}", values)))

    @staticmethod
    def _find(cursor: sqlite3.Cursor, key: UUID) -> JournalRow | None:
        found = cursor.execute("select * from operation where key = ?", (str(key),)).fetchone()
        return None if found is None else _row(found)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Cursor]:
        with self._alone, _explained():
            cursor = self._connection.cursor()
            cursor.execute("begin immediate")
            try:
                yield cursor
            except BaseException:
                # SQLite has rolled back by itself when the disk was full.
                if self._connection.in_transaction:
                    cursor.execute("rollback")
                raise
            try:
                cursor.execute("commit")
            except sqlite3.Error:
                if self._connection.in_transaction:
                    cursor.execute("rollback")
                raise


@contextmanager
def open_journal(path: Path) -> Iterator[DeskJournal]:
    """Open the journal of a desk for this program alone.

    :raises DeskTaken: when another program has it
    :raises JournalFull: when there is no room to make it
    :raises JournalBroken: when the file is no journal
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.with_suffix(".lock")
        lock.touch()
    except OSError as error:
        raise JournalBroken(
            f"Журнал кассы не открывается: {path} ({error.strerror}). Платежи не принимаются: "
            "проверьте диск и права на папку."
        ) from error
    held = file_lock.held(lock, patience_s=_LOCK_PATIENCE_S)
    try:
        held.__enter__()
    except file_lock.HeldByAnother as error:
        raise DeskTaken(
            "Эта касса уже открыта в другом окне программы. Закройте его: два окна одной кассы "
            "выдали бы чеки с одним номером."
        ) from error
    try:
        with _explained():
            journal = DeskJournal(_opened(path))
        try:
            yield journal
        finally:
            journal.close()
    finally:
        held.__exit__(None, None, None)


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
    try:
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = full")
        connection.executescript(_SCHEMA)
    except sqlite3.Error:
        connection.close()
        raise
    connection.row_factory = sqlite3.Row
    return connection


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            raise JournalFull(
                "На диске кассы нет места для журнала: платёж не принят, чек не напечатан. "
                "Освободите место и примите платёж заново."
            ) from error
        raise JournalBroken(
            f"Журнал кассы не пишется ({error}). Платёж не принят. "
            "Проверьте диск и позовите администратора."
        ) from error


def _row(found: sqlite3.Row) -> JournalRow:
    return JournalRow(
        key=UUID(found["key"]),
        shift=UUID(found["shift"]),
        receipt_no=found["receipt_no"],
        kind=found["kind"],
        state=JournalState(found["state"]),
        actor=found["actor"],
        made_at=datetime.fromisoformat(found["made_at"]),
        amount_kop=found["amount_kop"],
        request=json.loads(found["request"]),
        answer=None if found["answer"] is None else json.loads(found["answer"]),
        printed=bool(found["printed"]),
        remark=found["remark"],
    )
