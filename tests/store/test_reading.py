"""A snapshot: what is asked together, and what two connections of one see."""

import psycopg
import pytest

from app.store.copying import NullInColumn
from app.store.engine import Engine
from app.store.reading import reading

_KINDS = {"n": "int8"}
_SERIES = "select n from generate_series(1, %(last)s) as n"


def test_what_is_asked_together_is_answered_in_any_order_of_taking(engine: Engine) -> None:
    with reading(engine) as snapshot, snapshot.together():
        asked = [snapshot.ask(_SERIES, {"last": last}, kinds=_KINDS) for last in (1, 2, 3)]
        one = snapshot.one("select 7 as seven")
        found = [answer.columns()["n"].tolist() for answer in reversed(asked)]

    assert found == [[1, 2, 3], [1, 2], [1]]
    assert one.seven == 7


def test_a_null_among_what_was_asked_together_is_told_when_it_is_taken(engine: Engine) -> None:
    with reading(engine) as snapshot, snapshot.together():
        asked = snapshot.ask("select null as n", kinds=_KINDS, is_set=True)
        with pytest.raises(NullInColumn, match="n"):
            asked.columns()


def test_a_mistake_among_what_was_asked_together_reaches_the_one_who_asks(engine: Engine) -> None:
    with (
        pytest.raises(psycopg.errors.DivisionByZero),
        reading(engine) as snapshot,
        snapshot.together(),
    ):
        snapshot.ask("select 1 / %(it)s as n", {"it": 0}, kinds=_KINDS).columns()
    with reading(engine) as snapshot:
        assert snapshot.value("select 1") == 1


def test_both_connections_of_a_double_snapshot_see_the_same(engine: Engine) -> None:
    with reading(engine, is_double=True) as snapshot:
        snapshot.hold(is_planned_once=True)
        states = [
            one.value("select pg_current_snapshot()::text") for one in (snapshot, snapshot.other)
        ]
        plans = [one.value("show plan_cache_mode") for one in (snapshot, snapshot.other)]

    assert snapshot.other is snapshot.beside
    assert states[0] == states[1]
    assert plans == ["force_generic_plan"] * 2


def test_what_was_set_for_long_work_ends_with_the_snapshot(engine: Engine) -> None:
    with reading(engine, is_double=True) as snapshot:
        snapshot.hold(is_planned_once=True)
    with reading(engine, is_double=True) as snapshot:
        plans = [one.value("show plan_cache_mode") for one in (snapshot, snapshot.other)]

    assert plans == ["auto", "auto"]
