import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from app.store import embedded, migrate
from app.store.embedded import EmbeddedServer
from app.store.engine import DatabaseGone, Engine, connect
from app.store.migrate import SchemaTooNew, SchemaTooOld


@pytest.fixture
def empty_database(server: EmbeddedServer) -> Iterator[str]:
    name = f"test_{uuid4().hex}"
    yield embedded.create_database(server, name)
    embedded.drop_database(server, name)


@pytest.fixture
def empty_engine(empty_database: str) -> Iterator[Engine]:
    opened = connect(empty_database, application_name="kvitok tests")
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "миграции 100%"
    (made / "versions").mkdir(parents=True)
    for name in ("env.py", "script.py.mako"):
        shutil.copy(migrate.migrations_folder() / name, made / name)
    add_step(made, 1, "CREATE TABLE house (name text); CREATE TABLE flat (area_cm2 int)")
    return made


def add_step(folder: Path, number: int, statements: str) -> None:
    before = f'"{number - 1:04d}"' if number > 1 else "None"
    (folder / "versions" / f"{number:04d}_step.py").write_text(
        "from app.store.migrate import run\n"
        f'revision = "{number:04d}"\n'
        f"down_revision = {before}\n"
        f'def upgrade() -> None:\n    run("""{statements}""")\n',
        encoding="utf-8",
    )


def test_steps_are_run_once_and_the_version_is_kept(
    empty_database: str, empty_engine: Engine, folder: Path
) -> None:
    before = migrate.schema_version(empty_engine)

    first = migrate.upgrade(empty_database, folder=folder)
    again = migrate.upgrade(empty_database, folder=folder)

    assert (before, first, again) == (None, "0001", None)
    assert migrate.schema_version(empty_engine) == "0001"


def test_plain_sql_means_what_it_says(
    empty_database: str, empty_engine: Engine, folder: Path
) -> None:
    add_step(
        folder,
        2,
        "INSERT INTO house VALUES ('10% :name'); DO $$ DECLARE x int; BEGIN x := 7 % 4;"
        " INSERT INTO house VALUES (x::text); END $$",
    )

    migrate.upgrade(empty_database, folder=folder)

    with empty_engine.connection() as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM house ORDER BY name")]
    assert names == ["10% :name", "3"]


def test_a_failed_step_leaves_nothing_and_keeps_those_before(
    empty_database: str, empty_engine: Engine, folder: Path
) -> None:
    add_step(folder, 2, "CREATE TABLE half (x int); SELECT 1 / 0")

    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate.upgrade(empty_database, folder=folder)

    assert migrate.schema_version(empty_engine) == "0001"
    with empty_engine.connection() as connection:
        assert connection.execute("SELECT to_regclass('half')").fetchone() == (None,)


def test_a_newer_schema_is_refused(empty_database: str, empty_engine: Engine, folder: Path) -> None:
    add_step(folder, 2, "SELECT 1")
    migrate.upgrade(empty_database, folder=folder)
    (folder / "versions" / "0002_step.py").unlink()

    with pytest.raises(SchemaTooNew, match="версию 0002, а эта программа знает версии до 0001"):
        migrate.upgrade(empty_database, folder=folder)
    with pytest.raises(SchemaTooNew):
        migrate.check_schema(empty_engine, folder=folder)


def test_an_older_schema_waits_for_its_migration(
    empty_database: str, empty_engine: Engine, folder: Path
) -> None:
    with pytest.raises(SchemaTooOld, match="программе нужна 0001"):
        migrate.check_schema(empty_engine, folder=folder)

    migrate.upgrade(empty_database, folder=folder)

    migrate.check_schema(empty_engine, folder=folder)


def test_two_programs_migrating_at_once_do_not_clash(empty_database: str, folder: Path) -> None:
    add_step(folder, 2, "SELECT pg_sleep(0.3); CREATE TABLE once (x int)")
    program = (
        "import sys; from pathlib import Path; from app.store import migrate;"
        "print(migrate.upgrade(sys.argv[1], folder=Path(sys.argv[2])))"
    )
    command = [sys.executable, "-c", program, empty_database, str(folder)]

    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, cwd=migrate.migrations_folder().parent)
        for _ in range(2)
    ]
    reached = [one.communicate(timeout=60)[0].decode().strip() for one in both]

    assert sorted(reached) == ["0002", "None"]


def test_no_server_is_an_outage(folder: Path) -> None:
    with pytest.raises(DatabaseGone):
        migrate.upgrade("postgresql://a:b@127.0.0.1:1/kvitok", folder=folder)


def test_the_programs_own_migrations_form_one_line(database: str) -> None:
    engine = connect(database, application_name="kvitok tests")

    migrate.check_schema(engine)

    engine.close()
