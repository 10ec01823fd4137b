"""Connections to the database, and what its errors mean to a person.

Engine ── connection() ── psycopg.Connection, autocommit, given back on leaving

SQLSTATE                            raised here
P0K01  a rule of ours               RefusedByDatabase(Refusal)   the sentence is the server's
P0ID1  key used with other figures  KeyReused
P0DUP  the document is paid         AlreadyPaid
P0LED  the ledger is append-only    LedgerIsClosed
42501  no right                     NotAllowed(Refusal)
40xxx  55P03  57014                 DatabaseBusy(Outage)
53xxx                               DatabaseExhausted(Outage)
08xxx  57Pxx  no state at all       DatabaseGone(Outage)
the rest                            passes: a defect
"""

import select
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus

from app.errors import Outage, Refusal

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

_CONNECT_TIMEOUT_S = 10
_TCP_USER_TIMEOUT_MS = 10_000
_IDLE_WITHOUT_CHECK_S = 30.0
_FREE_CONNECTION_PATIENCE_S = 30.0
_WRONG_SIGN_IN = (
    "password authentication failed",
    "no password supplied",
    "no pg_hba.conf entry",
    "is not permitted to log in",
    "проверку подлинности",
    "в pg_hba.conf нет записи",
)
_OUR_MISTAKE = "08P01"  # a malformed COPY is called a protocol violation, but nothing is gone
_BUSY = {"40001", "40P01", "55P03", "57014", "25P03"}


class DatabaseGone(Outage):
    """The database does not answer; whether the last command was carried out is not known."""

    def __init__(self, message: str, *, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail


class DatabaseBusy(Outage):
    """A lock, a deadlock or a time-out: nothing was changed, the same call may be made again."""


class DatabaseExhausted(Outage):
    """The server has no disk, memory or connections left."""


class SignInRefused(Refusal):
    """The server does not accept the name or the password."""


class NotAllowed(Refusal):
    """The person's role has no right to this."""


class RefusedByDatabase(Refusal):
    """A rule kept by a function of the server forbids it; the sentence is the server's."""

    def __init__(self, message: str, *, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail


class KeyReused(RefusedByDatabase):
    """The key of this call was used before with other figures."""


class AlreadyPaid(RefusedByDatabase):
    """The same document was paid a short time ago; say so again to take it twice."""


class LedgerIsClosed(RefusedByDatabase):
    """Entries are only added: an attempt to change or delete them."""


_REFUSALS: dict[str, type[RefusedByDatabase]] = {
    "P0K01": RefusedByDatabase,
    "P0ID1": KeyReused,
    "P0DUP": AlreadyPaid,
    "P0LED": LedgerIsClosed,
}


@dataclass(frozen=True, eq=False)
class Engine:
    """A few connections to one database, opened when first wanted; safe to use from threads."""

    conninfo: str = field(repr=False)
    place: str
    user: str
    max_connections: int
    _idle: list[tuple[Connection, float]] = field(repr=False)
    _free: threading.BoundedSemaphore = field(repr=False)
    _closed: threading.Event = field(repr=False)

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Lend a live connection in autocommit mode; errors leave as ours.

        :raises DatabaseGone: when the server does not answer
        :raises DatabaseExhausted: when all connections stay taken
        """
        if not self._free.acquire(timeout=_FREE_CONNECTION_PATIENCE_S):
            raise DatabaseExhausted(
                f"Все {self.max_connections} соединения программы с базой данных заняты уже"
                f" {_FREE_CONNECTION_PATIENCE_S:.0f} с. Дождитесь конца начатых действий."
            )
        try:
            with explained(self.place):
                lent = self._live()
                try:
                    yield lent
                finally:
                    self._take_back(lent)
        finally:
            self._free.release()

    def close(self) -> None:
        """Close every connection; those still lent are closed when they come back."""
        self._closed.set()
        while self._idle:
            self._idle.pop()[0].close()

    def _live(self) -> Connection:
        assert not self._closed.is_set(), "the engine is closed"
        while True:
            try:
                kept, since = self._idle.pop()
            except IndexError:
                return _opened(self.conninfo)
            if _is_live(kept, time.monotonic() - since):
                return kept
            kept.close()

    def _take_back(self, lent: Connection) -> None:
        """Keep the connection for the next; one in doubt is closed, which rolls back."""
        if lent.pgconn.transaction_status != TransactionStatus.IDLE:
            lent.close()
            return
        self._idle.append((lent, time.monotonic()))
        if self._closed.is_set():
            self.close()


def connect(
    url: str,
    *,
    application_name: str,
    max_connections: int = 4,
    statement_timeout_s: int = 30,
    lock_timeout_s: int = 5,
    idle_in_transaction_s: int = 60,
    time_zone: str = "UTC",
) -> Engine:
    """Connect once, to be told at once what is wrong, and give the engine.

    Time-outs of 0 are no time-outs, for long runs.

    :raises SignInRefused: when the name or the password is wrong
    :raises DatabaseGone: when the server does not answer
    """
    told = {
        "statement_timeout": f"{statement_timeout_s}s",
        "lock_timeout": f"{lock_timeout_s}s",
        "idle_in_transaction_session_timeout": f"{idle_in_transaction_s}s",
        "TimeZone": time_zone,
        "client_encoding": "UTF8",
    }
    given = conninfo_to_dict(url)
    conninfo = psycopg.conninfo.make_conninfo(
        url,
        application_name=application_name,
        connect_timeout=_CONNECT_TIMEOUT_S,
        keepalives=1,
        keepalives_idle=10,
        keepalives_interval=5,
        keepalives_count=3,
        tcp_user_timeout=_TCP_USER_TIMEOUT_MS,
        options=" ".join(
            [str(given.get("options") or ""), *(f"-c {name}={told[name]}" for name in told)]
        ).strip(),
    )
    host = given.get("host") or given.get("hostaddr") or "localhost"
    engine = Engine(
        conninfo=conninfo,
        place=f"{host}:{given.get('port') or 5432}/{given.get('dbname') or ''}",
        user=str(given.get("user") or ""),
        max_connections=max_connections,
        _idle=[],
        _free=threading.BoundedSemaphore(max_connections),
        _closed=threading.Event(),
    )
    with engine.connection():
        return engine


@contextmanager
def explained(place: str = "") -> Iterator[None]:
    """Turn the errors of the database into ours; what is no failure of ours passes as it is."""
    try:
        yield
    except psycopg.Error as error:
        ours = explain(error, place=place)
        if ours is None:
            raise
        raise ours from error


def explain(error: psycopg.Error, *, place: str = "") -> Refusal | Outage | None:
    """Give our error for one of the database; None for a defect."""
    state = error.sqlstate or ""
    sentence = error.diag.message_primary or str(error).strip()
    if state in _REFUSALS:
        return _REFUSALS[state](sentence, detail=error.diag.message_detail or "")
    if state == "42501":
        return NotAllowed(
            f"Ваша роль в базе данных не даёт права на это действие ({sentence})."
            " Обратитесь к администратору."
        )
    if state in _BUSY:
        return DatabaseBusy(
            f"База данных занята другой работой, действие не выполнено ({sentence})."
            " Ничего не изменилось, повторите через минуту."
        )
    if state.startswith("53"):
        return DatabaseExhausted(
            f"Серверу базы данных {place} не хватает места или соединений ({sentence})."
            " Сообщите администратору."
        )
    if (state.startswith(("08", "57P")) and state != _OUR_MISTAKE) or (
        not state and isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    ):
        return _gone(sentence, place)
    return None


def _gone(sentence: str, place: str) -> Refusal | Outage:
    # A failed sign-in has no SQLSTATE in libpq, so the server's words must do.
    if any(mark in sentence for mark in _WRONG_SIGN_IN):
        return SignInRefused(
            f"База данных {place} не приняла имя или пароль. Проверьте их и войдите снова."
        )
    return DatabaseGone(
        f"База данных не отвечает ({place}). Проверьте, что сервер включён и связь с ним есть,"
        " и повторите.",
        detail=sentence,
    )


def _opened(conninfo: str) -> Connection:
    return psycopg.connect(conninfo, autocommit=True)


def _is_live(kept: Connection, idle_s: float) -> bool:
    """Look whether the server has hung up; ask it only after a long silence."""
    if kept.closed:
        return False
    try:
        readable, _, _ = select.select([kept.fileno()], [], [], 0)
        if readable or idle_s > _IDLE_WITHOUT_CHECK_S:
            kept.execute("SELECT 1")
    except (psycopg.Error, OSError, ValueError):
        return False
    return True
