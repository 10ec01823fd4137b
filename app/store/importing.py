"""What a workbook needs of the database: bare tables filled by COPY, merged by one function.

    stage(cursor, "house", columns) … ── COPY of texts ──▶ staged_house ──▶ api.apply_import

Columns are lists of the texts PostgreSQL reads ("543000", "2026-10-31", "{a,b}"), None is NULL.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import uuid_utils
from psycopg import Cursor, errors, sql

from app.errors import Refusal
from app.store.engine import explained

Text = str | None


class Contradiction(Refusal):
    """A rule of the tables forbids what the workbook brings, beside what is there already."""


REFUSED_MAX = 1_000  # payments: when so many are refused, the rest need not be tried
_BLOCK_ROWS = 20_000
_NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_SPECIAL = ("\\", "\t", "\n", "\r")


def begin(cursor: Cursor[Any]) -> None:
    """Let this transaction take as long as it needs: an import is one statement of minutes."""
    cursor.execute("set local statement_timeout = 0")
    cursor.execute("set local idle_in_transaction_session_timeout = 0")


@contextmanager
def sentences() -> Iterator[None]:
    """Turn a broken rule of a table into a sentence: the checks before could not see it.

    :raises Contradiction: nothing is written then
    """
    try:
        yield
    except (errors.IntegrityError, errors.DataError) as error:
        told = error.diag
        raise Contradiction(
            "Данные книги противоречат тому, что уже есть в базе "
            f"(таблица {told.table_name}, правило {told.constraint_name or told.column_name}: "
            f"{told.message_primary}). Ничего не записано: сверьте строки книги с базой."
        ) from error


@contextmanager
def attempt(cursor: Cursor[Any]) -> Iterator[None]:
    """Undo what the block did, and no more, when it is refused.

    :raises Refusal: when a rule forbids it; the transaction goes on
    """
    with explained(), cursor.connection.transaction():
        yield


def stage(
    cursor: Cursor[Any], table: str, *, columns: Mapping[str, Sequence[Text]], with_keys: bool
) -> int:
    """Copy columns into the staging table; give the number of rows.

    :param columns: field to its texts, all of one length
    :param with_keys: also give each row a UUIDv7, for those that turn out to be new
    """
    lengths = {len(column) for column in columns.values()}
    assert len(lengths) == 1, f"columns of different lengths: {sorted(lengths)}"
    rows = lengths.pop()
    names = [*columns, "id"] if with_keys else [*columns]
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier("pg_temp", f"staged_{table}"),
        sql.SQL(", ").join(map(sql.Identifier, names)),
    )
    with cursor.copy(command) as copy:
        for start in range(0, rows, _BLOCK_ROWS):
            block = [_escaped(column[start : start + _BLOCK_ROWS]) for column in columns.values()]
            if with_keys:
                block.append([str(uuid_utils.uuid7()) for _ in range(len(block[0]))])
            lines = map("\t".join, zip(*block, strict=True))
            copy.write("\n".join(lines) + "\n")
    return rows


def _escaped(column: Sequence[Text]) -> list[str]:
    texts = [_NULL if text is None else text for text in column]
    # Few texts need it: one look at them all is cheaper than one at each.
    joined = "".join(text for text in column if text is not None)
    if any(character in joined for character in _SPECIAL):
        return [
            _NULL if text is None else text.translate(_ESCAPES) for text in column
        ]  # fmt: skip
    return texts
