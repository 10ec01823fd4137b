"""A trial shows its own changes, and leaves none."""

import pytest
from psycopg import IsolationLevel

from app.errors import Refusal
from app.store.engine import Engine
from app.store.trial import trial

_CODES = "select code from app.house order by code"
_ADD = "insert into app.house (id, code) values (gen_random_uuid(), %s)"


def codes(engine: Engine) -> list[str]:
    with engine.connection() as connection:
        return [code for (code,) in connection.execute(_CODES).fetchall()]


def test_what_is_changed_is_seen_inside_and_gone_after(engine: Engine) -> None:
    with trial(engine) as (draft, snapshot):
        draft.cursor.execute(_ADD, ["Р1"])
        seen = [row.code for row in snapshot.rows(_CODES)]

    assert seen == ["Р1"]
    assert codes(engine) == []


def test_a_refusal_inside_leaves_nothing_either(engine: Engine) -> None:
    def refused() -> None:
        with trial(engine) as (draft, _):
            draft.cursor.execute(_ADD, ["Р1"])
            raise Refusal("Отказ.")

    with pytest.raises(Refusal):
        refused()

    assert codes(engine) == []


def test_what_others_write_meanwhile_is_not_seen(engine: Engine) -> None:
    with trial(engine) as (_, snapshot):
        before = [row.code for row in snapshot.rows(_CODES)]
        with engine.connection() as other:
            other.execute(_ADD, ["Р2"])
        after = [row.code for row in snapshot.rows(_CODES)]

    assert before == after == []
    assert codes(engine) == ["Р2"]


def test_the_connection_is_given_back_as_it_was(engine: Engine) -> None:
    with trial(engine) as (draft, _):
        lent = draft.cursor.connection
        assert lent.isolation_level == IsolationLevel.REPEATABLE_READ

    assert lent.isolation_level is None
    with trial(engine) as (draft, _):
        assert draft.cursor.connection is lent
