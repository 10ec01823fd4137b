"""Columns into and out of the database, without a Python step per row.

In, by COPY BINARY; the dtype says what goes over the wire and must be the column's own:

    dtype              column              dtype              column
    int16 int32 int64  int2 int4 int8      V16 S16            uuid, raw bytes
    int32              date, days since    datetime64[D]      date, NaT is NULL
                       2000-01-01          datetime64[us]     timestamptz in UTC, NaT is NULL
    bool               bool                list[str], U       text, None is NULL
    int64, shape n×k   bigint[] of k       list[bytes]        bytea, None is NULL
    any of them in Nullable(values, present)                  NULL where not present

Out, by array_agg of blocks of rows in the binary form (`kinds` of ask_columns):

    int2 int4 int8 bool   that dtype       uuid               V16, raw bytes
    date                  int32, days      timestamptz        datetime64[us], UTC
    int8[]                int64, n×k       text               list[str]
"""

import functools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias, cast
from uuid import UUID

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import sql
from psycopg.adapt import Buffer, Loader
from psycopg.pq import Format

Bytes: TypeAlias = NDArray[np.uint8]
Column: TypeAlias = NDArray[Any] | Sequence[str | None] | Sequence[bytes | None]
Columns: TypeAlias = dict[str, Any]
Cursor: TypeAlias = psycopg.Cursor[Any]

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_BATCH_ROWS = 8_192  # of a size that stays in the cache of a core
_BLOCK_ROWS = 8_000
_EPOCH = date(2000, 1, 1)
_EPOCH_DAY = np.datetime64("2000-01-01", "D")
_EPOCH_US = np.datetime64("2000-01-01", "us")
_INT8_OID = 20
_ARRAY_HEADER_BYTES = 12  # of any array: dimensions, flags, oid; then 8 for each dimension
_NUMBER = "row_number_of_block"
# The number of the row comes along: the order of rows within array_agg is a habit of PostgreSQL,
# not a promise, so it is looked at and put right if need be.
_GATHER = """
SELECT array_agg({number}), {gathered}
FROM (SELECT *, (row_number() OVER ())::int4 AS {number} FROM ({query}
) AS given) AS numbered
GROUP BY {number} / {block}
"""
# Rows in no order of their own, and no more of them than an array may hold: not numbered.
_GATHER_SET = "SELECT {gathered} FROM ({query}\n) AS given HAVING count(*) > 0"

# The kind: oid of its array, dtype on the wire, dtype given.
_KINDS: dict[str, tuple[int, str, str]] = {
    "int2": (1005, ">i2", "<i2"),
    "int4": (1007, ">i4", "<i4"),
    "int8": (1016, ">i8", "<i8"),
    "int8[]": (1016, ">i8", "<i8"),
    "bool": (1000, "?", "?"),
    "date": (1182, ">i4", "<i4"),
    "timestamptz": (1185, ">i8", "<i8"),
    "uuid": (2951, "V16", "V16"),
}
_TEXT = "text"


class NullInColumn(ValueError):
    """A column read as an array holds a NULL: the query must coalesce it."""


@dataclass(frozen=True, slots=True)
class Nullable:
    """A column with holes: NULL where `present` is False; the value there does not matter."""

    values: Column
    present: NDArray[np.bool_]


def days_of(day: date) -> int:
    """Give a date as the int32 of a date column: days since 2000-01-01."""
    return (day - _EPOCH).days


def uuids_of(keys: Sequence[UUID]) -> NDArray[np.void]:
    """Give keys as the raw bytes of a uuid column, shape (n,), V16."""
    return np.frombuffer(b"".join([key.bytes for key in keys]), dtype="V16")


def uuid_list(raw: NDArray[np.void]) -> list[UUID]:
    """Give raw bytes of a uuid column as keys."""
    joined = raw.tobytes()
    return [UUID(bytes=joined[at : at + 16]) for at in range(0, len(joined), 16)]


def copy_rows(cursor: Cursor, table: str, *, columns: Mapping[str, Column | Nullable]) -> int:
    """Add rows to a table by COPY BINARY; give their number.

    :param table: its name, with the schema before a point if it has one
    :param columns: name of the column to its values, all of one length; see the module
    """
    lengths = {len(_values(column)) for column in columns.values()}
    assert len(lengths) == 1, f"columns of different lengths: {sorted(lengths)}"
    rows = lengths.pop()
    command = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        sql.Identifier(*table.split(".")), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with cursor.copy(command) as copy:
        copy.write(_HEADER)
        for start in range(0, rows, _BATCH_ROWS):
            part = slice(start, min(start + _BATCH_ROWS, rows))
            fields = [_field(column, part) for column in columns.values()]
            copy.write(_rows_of(fields, part.stop - part.start))
        copy.write(_TRAILER)
    return rows


@dataclass(frozen=True, slots=True)
class _Field:
    """One column of a batch as it goes over the wire.

    fixed       shape (n, w), each row's bytes; or None, and then
    joined      the bytes of all present rows one after another, `lengths` of them, -1 is NULL
    """

    fixed: Bytes | None
    joined: Bytes
    lengths: NDArray[np.int64]


def _values(column: Column | Nullable) -> Column:
    return column.values if isinstance(column, Nullable) else column


def _field(column: Column | Nullable, part: slice) -> _Field:
    values = _values(column)[part]
    present = column.present[part] if isinstance(column, Nullable) else None
    if isinstance(values, np.ndarray) and values.dtype.kind == "U":
        values = cast("list[str | None]", values.tolist())
    if not isinstance(values, np.ndarray):
        return _varying(values, present)
    if values.dtype.kind == "M":
        missing = np.isnat(values)
        if missing.any():
            present = ~missing if present is None else present & ~missing
    fixed = _wire_bytes(values)
    lengths = np.full(len(fixed), fixed.shape[1], dtype=np.int64)
    if present is None:
        return _Field(fixed, fixed.reshape(-1), lengths)
    lengths[~present] = -1
    return _Field(None, fixed[present].reshape(-1), lengths)


def _wire_bytes(values: NDArray[Any]) -> Bytes:
    """Give values of one width as PostgreSQL sends them, shape (n, width)."""
    kind, size = values.dtype.kind, values.dtype.itemsize
    if values.ndim == 2 and kind == "i" and size == 8:
        return _wire_arrays(values)
    assert values.ndim == 1, "a column has one dimension"
    if kind == "M":
        unit = np.datetime_data(values.dtype)[0]
        assert unit in {"D", "us"}, f"a date is datetime64[D] or [us], not [{unit}]"
        epoch = _EPOCH_DAY if unit == "D" else _EPOCH_US
        wire = (values - epoch).astype(np.int64).astype(">i4" if unit == "D" else ">i8")
    elif kind == "i" and size in {2, 4, 8}:
        wire = values.astype(f">i{size}")
    elif kind == "b" or (kind in "VS" and size == 16):
        wire = np.ascontiguousarray(values)
    else:
        raise TypeError(f"no column of the database is known for dtype {values.dtype}")
    return wire.view(np.uint8).reshape(len(values), wire.itemsize)


def _wire_arrays(values: NDArray[np.int64]) -> Bytes:
    """Give each row of a matrix as a bigint[] of one dimension."""
    rows, slots = values.shape
    if slots == 0:
        return np.tile(np.frombuffer(_be32(0, 0, _INT8_OID), dtype=np.uint8), (rows, 1))
    wire = np.empty(
        rows, dtype=[("head", "V20"), ("slots", [("bytes", ">i4"), ("value", ">i8")], (slots,))]
    )
    wire["head"] = np.void(_be32(1, 0, _INT8_OID, slots, 1))
    wire["slots"]["bytes"] = 8
    wire["slots"]["value"] = values
    return wire.view(np.uint8).reshape(rows, wire.itemsize)


def _be32(*numbers: int) -> bytes:
    return np.array(numbers, dtype=">i4").tobytes()


def _varying(
    values: Sequence[str | None] | Sequence[bytes | None], present: NDArray[np.bool_] | None
) -> _Field:
    if present is not None:
        pairs = zip(values, present.tolist(), strict=True)
        values = cast("list[str | None]", [value if there else None for value, there in pairs])
    if None in values:
        there = np.fromiter((value is not None for value in values), np.bool_, len(values))
        filled = [value for value in values if value is not None]
    else:
        there = np.ones(len(values), dtype=np.bool_)
        filled = cast("list[str | bytes]", list(values))
    if filled and isinstance(filled[0], str):
        encoded = list(map(str.encode, cast("list[str]", filled)))
    else:
        encoded = cast("list[bytes]", filled)
    lengths = np.full(len(values), -1, dtype=np.int64)
    lengths[there] = np.fromiter(map(len, encoded), np.int64, len(encoded))
    return _Field(None, np.frombuffer(b"".join(encoded), dtype=np.uint8), lengths)


def _rows_of(fields: Sequence[_Field], rows: int) -> bytes:
    """Put the fields of a batch together: 2 bytes of their number, then length and bytes each."""
    if all(field.fixed is not None for field in fields):
        return _rows_of_one_width(fields, rows)
    taken = [np.maximum(field.lengths, 0) for field in fields]
    widths = 2 + 4 * len(fields) + np.sum(taken, axis=0)
    starts = np.zeros(rows, dtype=np.int64)
    np.cumsum(widths[:-1], out=starts[1:])
    out = np.empty(int(widths.sum()), dtype=np.uint8)
    count = np.frombuffer(np.array([len(fields)], dtype=">i2").tobytes(), dtype=np.uint8)
    out[starts[:, None] + np.arange(2)] = count
    at = starts + 2
    for field, length in zip(fields, taken, strict=True):
        heads = np.frombuffer(field.lengths.astype(">i4").tobytes(), dtype=np.uint8)
        out[at[:, None] + np.arange(4)] = heads.reshape(rows, 4)
        at += 4
        # Byte k of the joined text belongs where its row begins, plus its place in the row.
        before = np.cumsum(length) - length
        out[np.repeat(at - before, length) + np.arange(len(field.joined))] = field.joined
        at += length
    return out.tobytes()


def _rows_of_one_width(fields: Sequence[_Field], rows: int) -> bytes:
    layout: list[tuple[str, str]] = [("count", ">i2")]
    for number, field in enumerate(fields):
        assert field.fixed is not None
        layout += [(f"length{number}", ">i4"), (f"bytes{number}", f"V{field.fixed.shape[1]}")]
    # What all rows share is laid once: their number of fields, and the length of each.
    alike = np.zeros(1, dtype=layout)
    alike["count"] = len(fields)
    for number, field in enumerate(fields):
        assert field.fixed is not None
        alike[f"length{number}"] = field.fixed.shape[1]
    out = np.repeat(alike, rows)
    for number, field in enumerate(fields):
        assert field.fixed is not None
        width = field.fixed.shape[1]
        out[f"bytes{number}"] = np.ascontiguousarray(field.fixed).view(f"V{width}").reshape(rows)
    return out.tobytes()


class _Raw(Loader):
    """Leave an array as the bytes that came."""

    format = Format.BINARY

    def load(self, data: Buffer) -> bytes:
        return bytes(data)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query asked for: where statements go together it may still be on its way."""

    _cursor: Cursor
    _kinds: Mapping[str, str]
    _is_set: bool

    def columns(self) -> Columns:
        """Give the columns as arrays, in the order of the rows of the query; once.

        :raises NullInColumn: when a value is NULL
        """
        with self._cursor, _whole(self._kinds):
            blocks = self._cursor.fetchall()
        order = None if self._is_set else _order(blocks)
        first = 0 if self._is_set else 1
        return {
            name: _column(name, [block[at] for block in blocks], kind, order)
            for at, (name, kind) in enumerate(self._kinds.items(), start=first)
        }


def ask_columns(
    connection: psycopg.Connection[Any],
    query: str,
    *,
    params: Mapping[str, object] | None = None,
    kinds: Mapping[str, str],
    is_set: bool = False,
) -> Answer:
    """Run a SELECT for its columns; in a pipeline it is only sent.

    :param query: a SELECT; parameters are %(name)s, a percent sign is doubled
    :param kinds: name of a column of the query to its kind; see the module
    :param is_set: the rows have no order, and are no millions: a quarter less work
    :raises NullInColumn: when a value is NULL, here or when the columns are taken
    """
    unknown = set(kinds.values()) - set(_KINDS) - {_TEXT}
    assert not unknown, f"unknown kinds of columns: {sorted(unknown)}"
    wrapped = _wrapped(query, tuple(kinds.items()), is_set=is_set)
    raw = connection.cursor(binary=True)
    for oid in {oid for oid, _, _ in _KINDS.values()}:
        raw.adapters.register_loader(oid, _Raw)
    with _whole(kinds):
        raw.execute(wrapped, dict(params or {}))
    return Answer(raw, kinds, is_set)


@contextmanager
def _whole(kinds: Mapping[str, str]) -> Iterator[None]:
    """Say what a NULL among the values means."""
    try:
        yield
    except psycopg.errors.NullValueNotAllowed as error:
        raise NullInColumn(f"one of the columns {sorted(kinds)} holds a NULL") from error


@functools.lru_cache(maxsize=256)
def _wrapped(query: str, kinds: tuple[tuple[str, str], ...], *, is_set: bool) -> bytes:
    """Give the statement that gathers a query; the same few are asked thousands of times."""
    gathered = sql.SQL(", ").join(
        sql.SQL("array_agg({}::{})").format(sql.Identifier(name), sql.SQL(kind))
        for name, kind in kinds
    )
    if is_set:
        return sql.SQL(_GATHER_SET).format(gathered=gathered, query=sql.SQL(query)).as_bytes(None)
    statement = sql.SQL(_GATHER).format(
        number=sql.Identifier(_NUMBER),
        gathered=gathered,
        query=sql.SQL(query),
        block=sql.Literal(_BLOCK_ROWS),
    )
    return statement.as_bytes(None)


def _order(blocks: list[tuple[Any, ...]]) -> NDArray[np.intp] | None:
    """Put blocks in the order of their rows; give that of the rows where they are not in it."""
    blocks.sort(key=_first_number)
    numbers = _array([block[0] for block in blocks], "int4")
    return None if bool((np.diff(numbers) > 0).all()) else np.argsort(numbers)


def _first_number(block: tuple[Any, ...]) -> int:
    return int.from_bytes(block[0][24:28], "big")


def _column(
    name: str, blocks: Sequence[Any], kind: str, order: NDArray[np.intp] | None
) -> NDArray[Any] | list[str]:
    if kind == _TEXT:
        texts: list[str] = [text for block in blocks for text in block]
        if None in texts:
            raise NullInColumn(f"column {name} holds a NULL")
        return texts if order is None else [texts[at] for at in order.tolist()]
    if any(block[7] for block in blocks):
        raise NullInColumn(f"column {name} holds a NULL")
    values = _array(blocks, kind)
    return values if order is None else values[order]


def _array(blocks: Sequence[bytes], kind: str) -> NDArray[Any]:
    """Give the values of binary arrays without NULLs, one after another."""
    _, wire, given = _KINDS[kind]
    dimensions = 2 if kind == "int8[]" else 1
    start = _ARRAY_HEADER_BYTES + 8 * dimensions
    joined = b"".join([block[start:] for block in blocks])
    pairs = np.frombuffer(joined, dtype=[("length", ">i4"), ("value", wire)])
    values: NDArray[Any] = pairs["value"].astype(given)
    if kind == "int8[]":
        slots = int.from_bytes(blocks[0][20:24], "big") if blocks else 0
        return values.reshape(-1, slots) if slots else values.reshape(0, 0)
    if kind == "timestamptz":
        return values.view("<m8[us]") + _EPOCH_US
    return values
