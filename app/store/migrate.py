"""Bring the schema of a database to this program's version, one numbered step after another.

    migrations/versions/0001_what.py     revision = "0001", down_revision = None
    migrations/versions/0002_what.py     revision = "0002", down_revision = "0001"

Steps go forward only, each in a transaction of its own.
"""

import sys
from pathlib import Path

import psycopg
from alembic import command, op
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from app.errors import Refusal
from app.store.engine import Connection, Engine, explained

_ONE_AT_A_TIME = 0x6B76_6974  # advisory lock: two programs do not migrate at once
_CONNECT_TIMEOUT_S = 10


class SchemaTooNew(Refusal):
    """The database was brought further by a newer program."""


class SchemaTooOld(Refusal):
    """The database waits for its migrations."""


def migrations_folder() -> Path:
    """Give the folder of migrations, beside the sources or in the frozen program."""
    frozen = getattr(sys, "_MEIPASS", None)
    root = Path(frozen) if frozen else Path(__file__).resolve().parents[2]
    return root / "migrations"


def run(statements: str) -> None:
    """Run plain SQL inside a migration; colons, percent signs and semicolons mean what they say."""
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    connection.execute(statements)


def program_version(folder: Path | None = None) -> str | None:
    """Give the number of the last migration this program knows."""
    return ScriptDirectory(str(folder or migrations_folder())).get_current_head()


def schema_version(engine: Engine) -> str | None:
    """Give the number of the last migration the database has seen; None before the first."""
    with engine.connection() as connection:
        return _schema_version(connection)


def check_schema(engine: Engine, *, folder: Path | None = None) -> None:
    """Make sure that this program and the database know the same schema.

    :raises SchemaTooNew: when the program is to be updated
    :raises SchemaTooOld: when the database is to be migrated
    """
    known = program_version(folder)
    found = schema_version(engine)
    _refuse_newer(found, known)
    if found != known:
        raise SchemaTooOld(
            f"База данных имеет версию {found or 'без схемы'}, программе нужна {known}."
            " Сделайте резервную копию и откройте программу один раз от имени владельца базы:"
            " она обновит её сама."
        )


def upgrade(url: str, *, folder: Path | None = None) -> str | None:
    """Run the migrations the database has not seen.

    :returns: the version reached; None when there was nothing to run
    :raises SchemaTooNew: when the database is ahead of the program
    :raises DatabaseGone: when the server does not answer
    """
    scripts = folder or migrations_folder()
    known = program_version(scripts)
    with (
        explained(),
        psycopg.connect(
            url,
            autocommit=True,
            connect_timeout=_CONNECT_TIMEOUT_S,
            application_name="kvitok migrate",
            options="-c client_min_messages=warning",
        ) as connection,
    ):
        # Looked at before the lock too: a person without rights may ask when all is well.
        if _is_up(connection, known):
            return None
        connection.execute("SELECT pg_advisory_lock(%s)", (_ONE_AT_A_TIME,))
        if _is_up(connection, known):
            return None
        _run_alembic(url, scripts)
        return known


def _is_up(connection: Connection, known: str | None) -> bool:
    found = _schema_version(connection)
    _refuse_newer(found, known)
    return found == known


def _run_alembic(url: str, scripts: Path) -> None:
    """Run on a second connection, while the first holds the lock."""
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(url, options="-c client_min_messages=warning"),
        poolclass=NullPool,
    )
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _schema_version(connection: Connection) -> str | None:
    there = connection.execute("SELECT to_regclass('public.alembic_version') IS NOT NULL")
    if there.fetchone() != (True,):
        return None
    found = connection.execute("SELECT version_num FROM public.alembic_version").fetchone()
    return None if found is None else str(found[0])


def _refuse_newer(found: str | None, known: str | None) -> None:
    """Refuse a schema this program does not know; numbers of migrations ascend."""
    if found is not None and (known is None or found > known):
        raise SchemaTooNew(
            f"База данных имеет версию {found}, а эта программа знает версии до {known or 'нуля'}."
            " Обновите программу на этом компьютере."
        )
