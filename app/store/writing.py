"""The only way to change what the database holds: functions of the schema `api`.

A person has no INSERT, UPDATE or DELETE; each function below is SECURITY DEFINER and knows
the rules. Only `app.operations` (and `app.store` itself) may import this module.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, LiteralString, cast

from psycopg import Cursor, sql
from psycopg.rows import dict_row

from app.store.engine import Engine


@dataclass(frozen=True, slots=True)
class Draft:
    """One open transaction: committed when its block ends, gone when the block raises."""

    cursor: Cursor[Any]

    def call(self, function: str, **params: object) -> Any:
        """Call api.function with named parameters.

        :returns: the value of a scalar function, a dict for a row, None for void
        :raises Refusal: when the rules forbid it
        """
        named = [
            sql.SQL("{} => {}").format(sql.Identifier(name), sql.Placeholder(name))
            for name in params
        ]
        query = sql.SQL("select * from api.{}({})").format(
            sql.Identifier(function), sql.SQL(", ").join(named)
        )
        self.cursor.execute(query, params)
        row = self.cursor.fetchone()
        if row is None:
            return None
        columns = self.cursor.description or []
        if len(columns) == 1:
            return row[columns[0].name]
        return row


@contextmanager
def writing(engine: Engine) -> Iterator[Draft]:
    """Open one transaction for calls and bulk copies.

    :raises Refusal: when the rules forbid what is asked
    :raises Outage: when the database does not answer
    """
    with engine.connection() as connection, connection.transaction():
        cursor = connection.cursor(row_factory=cast("Any", dict_row))
        yield Draft(cursor)


def call(engine: Engine, function: LiteralString, **params: object) -> Any:
    """Call one function in a transaction of its own."""
    with writing(engine) as draft:
        return draft.call(function, **params)
