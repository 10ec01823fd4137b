"""Staging tables: every text as it was given, every declared column there, gone at the end."""

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from uuid_utils.compat import uuid7

from app.exchange.workbook import SHEETS
from app.exchange.workbook_money import PAYMENTS
from app.store import import_lookup, importing
from app.store.engine import Engine, NotAllowed, connect
from app.store.reading import reading
from app.store.writing import Draft, writing

AT = datetime(2026, 8, 1, 9, 0, tzinfo=UTC)
AWKWARD = ["a\tb", "строка\nвторая", "\\N", "\\", "'; drop table app.house; --", '"{}', " ", "№ 1"]


def fields_of(draft: Draft, table: str) -> set[str]:
    draft.cursor.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0",
        (f"pg_temp.staged_{table}",),
    )
    return {row["attname"] for row in draft.cursor.fetchall()}


def test_every_declared_column_has_a_place(engine: Engine) -> None:
    with writing(engine) as draft:
        draft.call("start_import")
        for sheet in SHEETS:
            if sheet is PAYMENTS:
                continue
            missing = set(sheet.fields) - fields_of(draft, sheet.table)
            assert missing <= {"premises", "initial_mcu", "final_mcu"}, sheet.name


def test_texts_arrive_as_they_were_given(engine: Engine) -> None:
    columns = {"code": AWKWARD, "name": [*AWKWARD[1:], None]}

    with writing(engine) as draft:
        draft.call("start_import")
        rows = importing.stage(draft.cursor, "organisation", columns=columns, with_keys=True)
        draft.cursor.execute("select code, name, id from pg_temp.staged_organisation order by id")
        found = draft.cursor.fetchall()

    assert rows == len(AWKWARD)
    assert [row["code"] for row in found] == AWKWARD
    assert [row["name"] for row in found] == columns["name"]
    assert len({row["id"] for row in found}) == len(AWKWARD)


def test_staging_tables_are_gone_after_the_transaction(engine: Engine) -> None:
    for _ in range(2):
        with writing(engine) as draft:
            draft.call("start_import")
            draft.call("apply_import", key=uuid7(), actor="я", at=AT)

    with engine.connection() as connection:
        left = connection.execute("select count(*) from pg_class where relname like 'staged_%'")
        assert left.fetchone() == (0,)


def test_an_attempt_undoes_itself_alone(engine: Engine) -> None:
    with writing(engine) as draft:
        draft.call("start_import")
        importing.stage(draft.cursor, "parameter", columns={"code": ["а"]}, with_keys=False)
        with pytest.raises(NotAllowed):
            _stage_and_fail(draft)
        draft.cursor.execute("select code from pg_temp.staged_parameter")
        assert draft.cursor.fetchall() == [{"code": "а"}]


def _stage_and_fail(draft: Draft) -> None:
    with importing.attempt(draft.cursor):
        importing.stage(draft.cursor, "parameter", columns={"code": ["б"]}, with_keys=False)
        raise psycopg.errors.InsufficientPrivilege


def test_what_is_not_there_is_not_known(engine: Engine) -> None:
    nothing: tuple[str, ...] = ()
    with reading(engine) as snapshot:
        assert import_lookup.codes(snapshot)["house"] == []
        assert import_lookup.premises(snapshot, houses=["Р12"]) == []
        assert import_lookup.accounts(snapshot, numbers=["1"], houses=["Р12"]) == []
        assert import_lookup.meters(snapshot, codes=["П-1"]) == []
        assert import_lookup.vouchers(snapshot, keys=[uuid7()]) == set()
        for sheet in SHEETS:
            rows = import_lookup.dated(
                snapshot, sheet.table, houses=nothing, accounts=nothing, meters=nothing
            )
            assert rows == ()


@pytest.fixture
def person(database: str) -> Iterator[str]:
    """The name of a login without rights, in a database of its own cluster."""
    name = f"person_{uuid7().hex}"
    with psycopg.connect(database, autocommit=True) as owner:
        owner.execute(f"create role {name} login")
        yield name
        owner.execute(f"drop role {name}")


def as_person(database: str, name: str) -> Engine:
    engine = connect(database, application_name="test")
    # One connection, so that the role holds for all that follows.
    with engine.connection() as connection:
        connection.execute(f"set session authorization {name}")
    return engine


def test_an_operator_may_import_and_a_person_without_a_role_may_not(
    database: str, person: str
) -> None:
    with psycopg.connect(database, autocommit=True) as owner:
        owner.execute(f"grant kvitok_operator to {person}")
    engine = as_person(database, person)
    with writing(engine) as draft:
        importing.begin(draft.cursor)
        draft.call("start_import")
        importing.stage(
            draft.cursor,
            "house",
            columns={"code": ["Д1"], "characteristics": ['{"а": "б"}']},
            with_keys=True,
        )
        answer = draft.call("apply_import", key=uuid7(), actor="я", at=AT)
    with pytest.raises(NotAllowed), engine.connection() as connection:
        connection.execute("delete from app.house")
    engine.close()

    assert answer == {"rows": 1, "posted": 0}

    with psycopg.connect(database, autocommit=True) as owner:
        owner.execute(f"revoke kvitok_operator from {person}")
    engine = as_person(database, person)
    with pytest.raises(NotAllowed), writing(engine) as draft:
        draft.call("start_import")
    engine.close()
