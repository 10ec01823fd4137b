from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.store import copying
from app.store.copying import Columns, Nullable, NullInColumn, ask_columns, copy_rows
from app.store.engine import Engine


def _read(
    cursor: psycopg.Cursor[Any],
    query: str,
    *,
    kinds: Mapping[str, str],
    params: Mapping[str, object] | None = None,
    is_set: bool = False,
) -> Columns:
    asked = ask_columns(cursor.connection, query, params=params, kinds=kinds, is_set=is_set)
    return asked.columns()


_TABLE = """CREATE TABLE sample (
    small int2, middle int4, large int8, flag bool, key uuid, day date, moment timestamptz,
    slots bigint[], name text, picture bytea)"""
_KINDS = {
    "small": "int2",
    "middle": "int4",
    "large": "int8",
    "flag": "bool",
    "key": "uuid",
    "day": "date",
    "moment": "timestamptz",
    "slots": "int8[]",
    "name": "text",
}


@pytest.fixture
def cursor(engine: Engine) -> Iterator[psycopg.Cursor[Any]]:
    with engine.connection() as connection, connection.cursor() as opened:
        opened.execute(_TABLE)
        yield opened


_FIRST = datetime.fromisoformat("0001-01-02")
_LAST = datetime.fromisoformat("9999-12-30")


def whole(bits: int) -> st.SearchStrategy[int]:
    return st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


_ROW = st.tuples(
    whole(16),
    whole(32),
    whole(64),
    st.booleans(),
    st.uuids(),
    st.dates(),
    st.datetimes(min_value=_FIRST, max_value=_LAST),
    st.tuples(whole(64), whole(64), whole(64)),
    st.text(st.characters(codec="utf-8", exclude_characters="\0")),
)


def columns_of(rows: list[tuple[Any, ...]]) -> dict[str, Any]:
    small, middle, large, flag, key, day, moment, slots, name = zip(*rows, strict=True)
    return {
        "small": np.array(small, dtype=np.int16),
        "middle": np.array(middle, dtype=np.int32),
        "large": np.array(large, dtype=np.int64),
        "flag": np.array(flag),
        "key": copying.uuids_of(key),
        "day": np.array([copying.days_of(one) for one in day], dtype=np.int32),
        "moment": np.array(moment, dtype="datetime64[us]"),
        "slots": np.array(slots, dtype=np.int64),
        "name": list(name),
    }


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(_ROW, min_size=1, max_size=30))
def test_what_is_copied_in_is_read_back(
    cursor: psycopg.Cursor[Any], rows: list[tuple[Any, ...]]
) -> None:
    columns = columns_of(rows)
    cursor.execute("TRUNCATE sample")

    count = copy_rows(cursor, "sample", columns=columns)
    got = _read(cursor, "SELECT * FROM sample", kinds=_KINDS)
    # psycopg's own reading, row by row, is the independent witness.
    seen = cursor.execute(
        "SELECT small, middle, large, flag, key, day, moment, slots, name FROM sample"
    ).fetchall()

    assert count == len(rows)
    for name, column in columns.items():
        assert list(map(str, got[name])) == list(map(str, column)), name
    assert [
        (*row[:6], row[6].astimezone(UTC).replace(tzinfo=None), tuple(row[7]), row[8])
        for row in seen
    ] == rows


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(
        st.tuples(
            st.none() | whole(64),
            st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
            st.none() | st.binary(),
            st.none() | st.dates(),
            st.none() | st.tuples(whole(64), whole(64)),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_holes_become_nulls(cursor: psycopg.Cursor[Any], rows: list[tuple[Any, ...]]) -> None:
    large, name, picture, day, slots = (list(column) for column in zip(*rows, strict=True))
    cursor.execute("TRUNCATE sample")

    copy_rows(
        cursor,
        "public.sample",
        columns={
            "large": Nullable(
                np.array([value or 0 for value in large]),
                np.array([value is not None for value in large]),
            ),
            "name": name,
            "picture": picture,
            "day": np.array([one or "NaT" for one in day], dtype="datetime64[D]"),
            "slots": Nullable(
                np.array([value or (0, 0) for value in slots]),
                np.array([value is not None for value in slots]),
            ),
        },
    )

    seen = cursor.execute("SELECT large, name, picture, day, slots FROM sample").fetchall()
    assert [(*row[:4], row[4] and tuple(row[4])) for row in seen] == rows


def test_order_is_kept_over_many_blocks(
    cursor: psycopg.Cursor[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "_BLOCK_ROWS", 10)
    monkeypatch.setattr(copying, "_BATCH_ROWS", 700)
    shuffled = np.random.default_rng(5).permutation(10_000)
    names = [f"№{value}" for value in shuffled]
    copy_rows(cursor, "sample", columns={"large": shuffled, "name": names})
    kinds = {"large": "int8", "name": "text"}

    stored = _read(cursor, "SELECT large, name FROM sample", kinds=kinds)
    cursor.execute("SET work_mem = '64kB'")
    falling = _read(cursor, "SELECT * FROM sample ORDER BY large DESC", kinds=kinds)
    cursor.execute("SET enable_hashagg = off")
    sorted_blocks = _read(cursor, "SELECT * FROM sample ORDER BY large DESC", kinds=kinds)

    assert stored["large"].tolist() == shuffled.tolist()
    assert stored["name"] == names
    for got in (falling, sorted_blocks):
        assert got["large"].tolist() == list(range(9_999, -1, -1))
        assert got["name"] == [f"№{value}" for value in range(9_999, -1, -1)]


def test_rows_out_of_order_within_a_block_are_put_right(
    cursor: psycopg.Cursor[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    unruly = copying._GATHER.replace("AS given)", "AS given ORDER BY random())")
    monkeypatch.setattr(copying, "_GATHER", unruly)
    kinds = {"n": "int8", "word": "text"}

    got = _read(
        cursor, "SELECT n, 'w' || n AS word FROM generate_series(1, 20000) AS n", kinds=kinds
    )

    assert got["n"].tolist() == list(range(1, 20_001))
    assert got["word"][:2] == ["w1", "w2"]


def test_no_rows_give_columns_of_length_zero(cursor: psycopg.Cursor[Any]) -> None:
    columns = {name: column[:0] for name, column in columns_of([_EXAMPLE]).items()}

    count = copy_rows(cursor, "sample", columns=columns)
    got = _read(cursor, "SELECT * FROM sample", kinds=_KINDS)

    assert count == 0
    assert {len(column) for column in got.values()} == {0}


_EXAMPLE = (1, 2, 3, True, UUID(int=4), date(2026, 10, 1), _FIRST, (5, 6, 7), "Ё")


def test_parameters_and_percent_signs_reach_the_query(cursor: psycopg.Cursor[Any]) -> None:
    got = _read(
        cursor,
        "SELECT n, n || '%%' AS shown FROM generate_series(1, %(last)s) AS n -- до конца",
        params={"last": 2},
        kinds={"n": "int4", "shown": "text"},
    )

    assert got["n"].tolist() == [1, 2]
    assert got["shown"] == ["1%", "2%"]


@pytest.mark.parametrize("kind", ["int8", "text", "bool", "uuid", "date", "int8[]"])
def test_a_null_is_not_read_as_a_value(cursor: psycopg.Cursor[Any], kind: str) -> None:
    with pytest.raises(NullInColumn, match="hole"):
        _read(cursor, "SELECT NULL AS hole", kinds={"hole": kind})


def test_a_set_comes_whole_and_without_rows_empty(cursor: psycopg.Cursor[Any]) -> None:
    kinds = {"n": "int8", "word": "text", "key": "uuid"}
    query = """SELECT n, 'w' || n AS word, '00000000-0000-0000-0000-000000000001'::uuid AS key
        FROM generate_series(1, %(last)s) AS n"""

    found = _read(cursor, query, params={"last": 20_000}, kinds=kinds, is_set=True)
    nothing = _read(cursor, query, params={"last": 0}, kinds=kinds, is_set=True)

    words = dict(zip(found["n"].tolist(), found["word"], strict=True))
    assert words == {number: f"w{number}" for number in range(1, 20_001)}
    assert {len(column) for column in nothing.values()} == {0}


def test_a_null_in_a_set_is_not_read_as_a_value(cursor: psycopg.Cursor[Any]) -> None:
    with pytest.raises(NullInColumn, match="hole"):
        _read(cursor, "SELECT NULL AS hole", kinds={"hole": "int8"}, is_set=True)


def test_a_matrix_without_slots_is_an_empty_array(cursor: psycopg.Cursor[Any]) -> None:
    copy_rows(cursor, "sample", columns={"slots": np.zeros((2, 0), dtype=np.int64)})

    assert cursor.execute("SELECT slots FROM sample").fetchall() == [([],), ([],)]


def test_uuids_come_back_as_keys(cursor: psycopg.Cursor[Any]) -> None:
    keys = [UUID(int=0), UUID(int=2**128 - 1), UUID(int=255 << 120)]
    copy_rows(cursor, "sample", columns={"key": copying.uuids_of(keys).view("S16")})

    got = _read(cursor, "SELECT key FROM sample", kinds={"key": "uuid"})

    assert copying.uuid_list(got["key"]) == keys


def test_a_wrong_width_is_refused_by_the_server(cursor: psycopg.Cursor[Any]) -> None:
    with pytest.raises(psycopg.errors.ProtocolViolation):
        copy_rows(cursor, "sample", columns={"large": np.array([1], dtype=np.int32)})


def test_floats_are_no_column() -> None:
    with pytest.raises(TypeError, match="float64"):
        copying._field(np.array([1.5]), slice(0, 1))
