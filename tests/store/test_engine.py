import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from app.errors import AppError
from app.store import embedded
from app.store.embedded import EmbeddedServer
from app.store.engine import (
    AlreadyPaid,
    DatabaseBusy,
    DatabaseExhausted,
    DatabaseGone,
    Engine,
    KeyReused,
    LedgerIsClosed,
    NotAllowed,
    RefusedByDatabase,
    SignInRefused,
    connect,
)
from app.store.reading import reading

_RAISE = "DO $$ BEGIN RAISE EXCEPTION '%s' USING ERRCODE = '%s', DETAIL = 'счёт 5'; END $$"


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("P0K01", RefusedByDatabase),
        ("P0ID1", KeyReused),
        ("P0DUP", AlreadyPaid),
        ("P0LED", LedgerIsClosed),
        ("40001", DatabaseBusy),
        ("55P03", DatabaseBusy),
        ("42501", NotAllowed),
        ("53100", DatabaseExhausted),
        ("57P01", DatabaseGone),
    ],
)
def test_each_sqlstate_becomes_our_error(
    engine: Engine, state: str, expected: type[AppError]
) -> None:
    with pytest.raises(expected) as caught, engine.connection() as connection:
        connection.execute(_RAISE % ("Период 10.2026 закрыт.", state))

    assert type(caught.value) is expected


def test_a_refusal_carries_the_servers_sentence_and_detail(engine: Engine) -> None:
    with pytest.raises(RefusedByDatabase) as caught, engine.connection() as connection:
        connection.execute(_RAISE % ("Период 10.2026 закрыт.", "P0K01"))

    assert str(caught.value) == "Период 10.2026 закрыт."
    assert caught.value.detail == "счёт 5"


def test_a_malformed_copy_is_a_defect_and_no_outage(engine: Engine) -> None:
    with pytest.raises(psycopg.errors.ProtocolViolation), engine.connection() as connection:
        connection.execute(_RAISE % ("insufficient data left in message", "08P01"))


def test_a_defect_in_sql_is_not_dressed_up(engine: Engine) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable), engine.connection() as connection:
        connection.execute("SELECT * FROM no_such_table")


def test_a_slow_statement_is_cut_off(database: str) -> None:
    engine = connect(database, application_name="kvitok tests", statement_timeout_s=1)

    with pytest.raises(DatabaseBusy, match="повторите"), engine.connection() as connection:
        connection.execute("SELECT pg_sleep(20)")

    engine.close()


def test_a_wrong_password_is_refused_in_words(server: EmbeddedServer) -> None:
    url = server.url.replace(server.password, "wrong")

    with pytest.raises(SignInRefused, match="не приняла имя или пароль"):
        connect(url, application_name="kvitok tests")


def test_no_server_is_an_outage_without_the_password() -> None:
    with pytest.raises(DatabaseGone, match="не отвечает") as caught:
        connect("postgresql://cashier:secret@127.0.0.1:1/kvitok", application_name="kvitok tests")

    assert "127.0.0.1:1/kvitok" in str(caught.value)
    assert "secret" not in str(caught.value) + caught.value.detail


def test_a_missing_database_is_an_outage(server: EmbeddedServer) -> None:
    with pytest.raises(DatabaseGone) as caught:
        connect(server.url_of("absent"), application_name="kvitok tests")

    assert "absent" in caught.value.detail


def test_the_password_is_not_in_the_repr(engine: Engine, server: EmbeddedServer) -> None:
    assert server.password not in repr(engine)
    assert server.password not in repr(server)


def test_connections_are_used_again(engine: Engine) -> None:
    with engine.connection() as connection:
        first = connection.info.backend_pid
    with engine.connection() as connection:
        second = connection.info.backend_pid

    assert first == second


def test_a_connection_cut_while_idle_is_replaced(engine: Engine, server: EmbeddedServer) -> None:
    with engine.connection() as connection:
        pid = connection.info.backend_pid
    with psycopg.connect(server.url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))

    with engine.connection() as connection:
        found = connection.execute("SELECT 1").fetchone()

    assert found == (1,)


def test_a_connection_cut_in_use_is_an_outage_and_the_next_works(
    engine: Engine, server: EmbeddedServer
) -> None:
    def cut_off_then_ask() -> None:
        with engine.connection() as connection:
            pid = connection.info.backend_pid
            with psycopg.connect(server.url, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
            connection.execute("SELECT 1")

    with pytest.raises(DatabaseGone):
        cut_off_then_ask()

    with engine.connection() as connection:
        assert connection.execute("SELECT 2").fetchone() == (2,)


def test_a_transaction_left_open_is_not_handed_on(engine: Engine) -> None:
    with engine.connection() as connection:
        connection.execute("BEGIN")
        connection.execute("CREATE TABLE left_open (x int)")

    with engine.connection() as connection:
        found = connection.execute("SELECT to_regclass('left_open')").fetchone()

    assert found == (None,)


def test_threads_share_no_connection(database: str) -> None:
    engine = connect(database, application_name="kvitok tests", max_connections=3)
    together = threading.Barrier(3, timeout=20)

    def pid(_: int) -> int:
        with engine.connection() as connection:
            together.wait()
            return connection.info.backend_pid

    with ThreadPoolExecutor(3) as threads:
        pids = list(threads.map(pid, range(3)))
    engine.close()

    assert len(set(pids)) == 3


def test_closing_closes_idle_and_lent_connections(database: str) -> None:
    engine = connect(database, application_name="kvitok tests")

    with engine.connection() as lent, engine.connection() as other:
        idle = other
    with engine.connection() as lent:
        engine.close()

    assert lent.closed
    assert idle.closed


def test_time_zone_and_name_reach_the_server(database: str) -> None:
    engine = connect(database, application_name="kvitok desk 3", time_zone="Asia/Irkutsk")

    with engine.connection() as connection:
        zone = connection.execute("SHOW TimeZone").fetchone()
        name = connection.execute("SHOW application_name").fetchone()
    engine.close()

    assert (zone, name) == (("Asia/Irkutsk",), ("kvitok desk 3",))


def test_reading_cannot_write(engine: Engine) -> None:
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction), reading(engine) as snapshot:
        snapshot.rows("CREATE TABLE forbidden (x int)")


def test_after_reading_the_connection_may_write_again(engine: Engine) -> None:
    with reading(engine) as snapshot:
        snapshot.value("SELECT 1")

    with engine.connection() as connection:
        connection.execute("CREATE TABLE allowed (x int)")
        assert connection.execute("SELECT count(*) FROM allowed").fetchone() == (0,)


def test_a_snapshot_does_not_see_what_comes_later(engine: Engine) -> None:
    with engine.connection() as writer:
        writer.execute("CREATE TABLE entry (x int)")
        with reading(engine) as snapshot:
            before = snapshot.value("SELECT count(*) FROM entry")
            writer.execute("INSERT INTO entry VALUES (1)")
            after = snapshot.value("SELECT count(*) FROM entry")

    assert (before, after) == (0, 0)


def test_a_snapshot_gives_rows_one_and_value(engine: Engine) -> None:
    query = "SELECT n AS number, n * 2 AS double FROM generate_series(1, %(last)s) AS n"

    with reading(engine) as snapshot:
        rows = snapshot.rows(query, last=3)
        one = snapshot.one(query, last=1)
        none = snapshot.one(query, last=0)
        value = snapshot.value("SELECT %(text)s || '%%'", text="100")

    assert [(row.number, row.double) for row in rows] == [(1, 2), (2, 4), (3, 6)]
    assert one.double == 2
    assert none is None
    assert value == "100%"


def test_a_database_is_cloned_and_dropped(server: EmbeddedServer, template_database: str) -> None:
    embedded.create_database(server, "Касса №1", template=template_database)
    there = embedded.has_database(server, "Касса №1")

    embedded.drop_database(server, "Касса №1")

    assert there
    assert not embedded.has_database(server, "Касса №1")
