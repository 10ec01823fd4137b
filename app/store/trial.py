"""A trial: changes and what would come of them, in one transaction that is never kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from psycopg import IsolationLevel
from psycopg.rows import dict_row

from app.store.engine import Engine
from app.store.reading import Snapshot
from app.store.writing import Draft


@contextmanager
def trial(engine: Engine) -> Iterator[tuple[Draft, Snapshot]]:
    """Open one REPEATABLE READ transaction that is rolled back however the block ends.

    What the draft changes the snapshot shows; what others change meanwhile it does not.

    :raises DatabaseBusy: when another changes the same rows meanwhile
    :raises DatabaseGone: when the server does not answer
    """
    with engine.connection() as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        try:
            with connection.transaction(force_rollback=True):
                cursor = connection.cursor(row_factory=cast("Any", dict_row))
                yield Draft(cursor), Snapshot(connection)
        finally:
            # A lost connection cannot be changed, and will not be lent again either.
            if not connection.closed:
                connection.isolation_level = None
