"""Reading: one snapshot of the database, which the server itself keeps from being changed.

In every statement parameters are written %(name)s and a percent sign is doubled.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from psycopg import IsolationLevel, sql
from psycopg.rows import namedtuple_row

from app.store.copying import Answer, Columns, ask_columns
from app.store.engine import Connection, Engine

_LONG_WORK = {
    "max_parallel_workers_per_gather": "0",
    "idle_in_transaction_session_timeout": "0",
    "statement_timeout": "0",
}
_PLANNED_ONCE = {"plan_cache_mode": "force_generic_plan"}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The database as it was at the first statement.

    :ivar beside: the same state on a connection of its own: the server reads both at once
    """

    connection: Connection = field(repr=False)
    beside: "Snapshot | None" = field(default=None, repr=False)

    @property
    def other(self) -> "Snapshot":
        """The second connection where there is one, else this."""
        return self.beside or self

    def rows(self, query: str, /, **params: object) -> list[Any]:
        """Give all rows, as named tuples."""
        with self.connection.cursor(row_factory=namedtuple_row) as cursor:
            return cursor.execute(query, params).fetchall()

    def one(self, query: str, /, **params: object) -> Any:
        """Give the one row, or None when there is none."""
        found = self.rows(query, **params)
        assert len(found) <= 1, f"one row was expected, {len(found)} were found"
        return found[0] if found else None

    def value(self, query: str, /, **params: object) -> Any:
        """Give the first column of the one row, or None when there is none."""
        row = self.one(query, **params)
        return None if row is None else row[0]

    def columns(
        self,
        query: str,
        params: Mapping[str, object] | None = None,
        *,
        kinds: Mapping[str, str],
        is_set: bool = False,
    ) -> Columns:
        """Give the columns as arrays, in the order of the query; see copying.ask_columns."""
        return self.ask(query, params, kinds=kinds, is_set=is_set).columns()

    def ask(
        self,
        query: str,
        params: Mapping[str, object] | None = None,
        *,
        kinds: Mapping[str, str],
        is_set: bool = False,
    ) -> Answer:
        """Ask for columns that are taken from the answer later; see `together`."""
        return ask_columns(self.connection, query, params=params, kinds=kinds, is_set=is_set)

    def hold(self, *, is_planned_once: bool = False) -> None:
        """Keep the snapshot for long work, however long it is between two statements.

        The other cores are busy with the work around: no parallel workers.

        :param is_planned_once: plan a statement for whatever parameters: where many are alike,
            and about so little that to plan one takes longer than to run it
        """
        settings = _LONG_WORK | (_PLANNED_ONCE if is_planned_once else {})
        given = ", ".join(
            f"set_config('{name}', '{value}', true)" for name, value in settings.items()
        )
        for one in (self, self.beside):
            if one is not None:
                one.connection.execute(f"select {given}")

    @contextmanager
    def together(self) -> Iterator[None]:
        """Send what is asked within this without waiting for what was asked before.

        The first answer taken is there when all that was asked till then on its connection is.
        """
        with ExitStack() as pipelines:
            for one in (self, self.beside):
                if one is not None:
                    pipelines.enter_context(one.connection.pipeline())
            yield


@contextmanager
def reading(engine: Engine, *, is_double: bool = False) -> Iterator[Snapshot]:
    """Read in one REPEATABLE READ, READ ONLY transaction.

    :param is_double: on two connections that see the same, see Snapshot.beside
    :raises DatabaseGone: when the server does not answer
    """
    with _transaction(engine) as connection:
        if not is_double:
            yield Snapshot(connection)
            return
        state = Snapshot(connection).value("select pg_export_snapshot()")
        with _transaction(engine) as other:
            other.execute(sql.SQL("set transaction snapshot {}").format(sql.Literal(state)))
            yield Snapshot(connection, Snapshot(other))


@contextmanager
def _transaction(engine: Engine) -> Iterator[Connection]:
    with engine.connection() as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        try:
            with connection.transaction():
                yield connection
        finally:
            # A lost connection cannot be changed, and will not be lent again either.
            if not connection.closed:
                connection.isolation_level = None
                connection.read_only = None
