"""The server in the data folder: made once, started when needed, found when it runs.

    DIR/postgres/            0700, owned by the account that runs the server
        pgdata/              the cluster;   pgdata/kvitok.conf  our settings, written at each start
        password             0600, of the superuser
        port                 the last one used
        server.log           what the server says; the one before is server.log.1
        start.lock           held while a program looks, makes, starts or stops

TCP on 127.0.0.1 alone, scram-sha-256; a port below 32768, where no system gives ports away.
"""

import random
import shutil
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from app.errors import Outage
from app.store import cluster
from app.store.file_lock import held
from app.store.server_programs import Programs, ServerProgramFailed, account_for, find_programs

SUPERUSER = cluster.SUPERUSER

_PORTS = range(20_000, 32_000)
_PORT_ATTEMPTS = 30
_START_PATIENCE_S = 60  # after a kill of the postmaster its children hold the folder for a moment
_RECOVERY_PATIENCE_S = 900
_STOP_PATIENCE_S = 60
_GOODBYE_PATIENCE_S = 0.5
_LOCK_PATIENCE_S = 120
_LOG_BYTES_MAX = 10_000_000
_TAIL_LINES = 8


class ServerDidNotStart(Outage):
    """The server of the data folder does not start; the sentence holds the end of its log."""


class FolderClosed(Outage):
    """The data folder cannot be written by the account that runs the server."""


class PasswordLost(Outage):
    """The server runs, but does not accept the password kept in the data folder."""


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """A running server of a data folder."""

    home: Path
    port: int
    was_started: bool
    programs: Programs = field(repr=False)
    password: str = field(repr=False)

    @property
    def url(self) -> str:
        return self.url_of(cluster.SUPERUSER)

    def url_of(self, database: str) -> str:
        """Give the address of one database, with the superuser's password."""
        return f"postgresql://{cluster.SUPERUSER}:{quote(self.password)}@{cluster.HOST}:{self.port}/{quote(database)}"

    def stop(self) -> None:
        """Stop the server, whoever uses it.

        :raises ServerProgramFailed: when it does not stop
        """
        with held(self.home / "start.lock", patience_s=_LOCK_PATIENCE_S):
            _stop(self.home, self.programs)

    def stop_when_unused(self) -> bool:
        """Stop the server when no program but ours is connected; tell whether it was stopped.

        Close your own connections before.
        """
        with held(self.home / "start.lock", patience_s=_LOCK_PATIENCE_S):
            # A connection just closed by its client is seen for a moment more.
            deadline = time.monotonic() + _GOODBYE_PATIENCE_S
            while self._is_used():
                if time.monotonic() > deadline:
                    return False
                time.sleep(0.02)
            _stop(self.home, self.programs)
            return True

    def _is_used(self) -> bool:
        try:
            with psycopg.connect(self.url, autocommit=True) as connection:
                others = connection.execute(
                    "SELECT 1 FROM pg_stat_activity"
                    " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() LIMIT 1"
                ).fetchone()
        except psycopg.OperationalError:
            return False
        return others is not None


def ensure_running(
    data_folder: Path, *, settings: Mapping[str, str] | None = None
) -> EmbeddedServer:
    """Find the running server of this folder, or make what is missing and start it.

    :param settings: of postgresql.conf, over ours; for test clusters
    :raises NoServerPrograms: when there is no PostgreSQL to run
    :raises FolderClosed: when the folder cannot be used
    :raises OtherVersion: when the folder belongs to another major version
    :raises PasswordLost: when the password file is not the running server's
    :raises ServerDidNotStart: when it does not start
    """
    home = data_folder.absolute() / "postgres"
    account = account_for(home)
    chosen = {**cluster.SETTINGS, **(settings or {})}
    try:
        if not home.is_dir():
            data_folder.mkdir(mode=0o700 if account is None else 0o755, parents=True, exist_ok=True)
            home.mkdir(mode=0o700, exist_ok=True)
        with held(home / "start.lock", patience_s=_LOCK_PATIENCE_S):
            if account is not None:
                if home.stat().st_uid != account.uid:
                    shutil.chown(home, account.uid, account.gid)
                if not account.can_reach(home / "pgdata"):
                    raise FolderClosed(
                        f"Папка {data_folder} закрыта для пользователя {account.name}, от имени"
                        " которого работает сервер базы данных: root он не разрешает."
                        " Откройте к ней проход (chmod o+x) или укажите другую ключом --data."
                    )
            programs = find_programs(home, account=account)
            if not (home / "pgdata").is_dir():
                cluster.make(home, programs, synced=chosen["fsync"] == "on")
            return _found(home, programs) or _started(home, programs, chosen)
    except (PermissionError, FileNotFoundError, NotADirectoryError) as error:
        raise FolderClosed(
            f"Папкой данных {data_folder} нельзя пользоваться: {error.strerror}"
            f" ({error.filename}). Укажите другую ключом --data."
        ) from error


def stop_server_of(data_folder: Path) -> None:
    """Stop the server of this folder if it runs; for those who did not start it."""
    home = data_folder.absolute() / "postgres"
    if not (home / "pgdata").is_dir():
        return
    with held(home / "start.lock", patience_s=_LOCK_PATIENCE_S):
        _stop(home, find_programs(home, account=account_for(home)))


def create_database(server: EmbeddedServer, name: str, *, template: str | None = None) -> str:
    """Create a database, empty or a copy of the template; give its address."""
    command = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    if template is not None:
        copied = sql.SQL(" TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(template))
        command = command + copied
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(command)
    return server.url_of(name)


def drop_database(server: EmbeddedServer, name: str) -> None:
    """Drop a database if it is there, and with it whoever is connected."""
    command = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(command)


def rename_database(server: EmbeddedServer, old: str, *, name: str) -> None:
    """Rename a database nobody is connected to."""
    command = sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
        sql.Identifier(old), sql.Identifier(name)
    )
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(command)


def has_database(server: EmbeddedServer, name: str) -> bool:
    with psycopg.connect(server.url, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
        return found.fetchone() is not None


def _found(home: Path, programs: Programs) -> EmbeddedServer | None:
    """Give the server of this folder if it runs and answers."""
    port = cluster.running_port(home)
    if port is None:
        return None
    server = EmbeddedServer(home, port, False, programs, cluster.password(home))
    deadline = time.monotonic() + _RECOVERY_PATIENCE_S
    while time.monotonic() < deadline:
        try:
            with psycopg.connect(server.url, autocommit=True, connect_timeout=5) as connection:
                row = connection.execute("SHOW data_directory").fetchone()
            assert row is not None
            is_ours = Path(row[0]).resolve() == (home / "pgdata").resolve()
        except psycopg.OperationalError as error:
            if "starting up" in str(error) or "shutting down" in str(error):
                time.sleep(0.1)
                continue
            if "password authentication failed" in str(error) and _is_alive(home, programs):
                raise PasswordLost(
                    f"Сервер базы данных папки {home} работает, но пароль из файла"
                    f" {home / 'password'} не принимает. Верните прежний файл из резервной копии."
                ) from error
            return None
        return server if is_ours else None
    return None


def _is_alive(home: Path, programs: Programs) -> bool:
    return programs.run("pg_ctl", "status", "-D", "pgdata", cwd=home).returncode == 0


def _started(home: Path, programs: Programs, settings: Mapping[str, str]) -> EmbeddedServer:
    """Start the server, on the next port when one is taken, again while the folder is held."""
    cluster.check_version(home, programs)
    cluster.forget_pid_of_last_boot(home)
    log = home / "server.log"
    if log.exists() and log.stat().st_size > _LOG_BYTES_MAX:
        log.replace(home / "server.log.1")
    port = _remembered_port(home)
    attempts = 0
    deadline = time.monotonic() + _START_PATIENCE_S
    while True:
        if not _is_free(port):
            complaint = "could not bind"
        else:
            complaint = _start_once(home, programs, {**settings, "port": str(port)})
        if not complaint:
            break
        if "could not bind" in complaint and attempts < _PORT_ATTEMPTS:
            attempts += 1
            port = port + 1 if port + 1 in _PORTS else _PORTS.start
        elif _is_held_for_a_moment(complaint) and time.monotonic() < deadline:
            time.sleep(0.2)
            server = _found(home, programs)
            if server is not None:
                return server
        else:
            raise ServerDidNotStart(
                f"Сервер базы данных папки {home} не запустился. Последние строки {log.name}:\n"
                f"{_tail(complaint)}"
            )
    cluster.write_private(home / "port", f"{port}\n", programs)
    return EmbeddedServer(home, port, True, programs, cluster.password(home))


def _start_once(home: Path, programs: Programs, settings: Mapping[str, str]) -> str:
    """Try to start; give nothing on success, else what the log and pg_ctl say."""
    conf = "".join(f"{name} = '{value}'\n" for name, value in settings.items())
    cluster.write_private(home / "pgdata" / "kvitok.conf", conf, programs)
    log = home / "server.log"
    said_before = log.stat().st_size if log.exists() else 0
    # Paths are relative to the folder: pg_ctl hands them to a shell, and a folder of the user
    # may be called anything.
    answer = programs.run(
        *("pg_ctl", "start", "-s", "-w", "-t", str(_RECOVERY_PATIENCE_S)),
        *("-D", "pgdata", "-l", log.name),
        cwd=home,
        log=home / "pg_ctl.log",
    )
    if answer.returncode == 0:
        return ""
    said = log.read_bytes()[said_before:] if log.exists() else b""
    said += (home / "pg_ctl.log").read_bytes()[-2000:]
    return said.decode(errors="replace")


def _is_held_for_a_moment(complaint: str) -> bool:
    marks = ("another postmaster", "another server", "pre-existing shared memory", "lock file")
    return any(mark in complaint.lower() for mark in marks)


def _stop(home: Path, programs: Programs) -> None:
    if not _is_alive(home, programs):
        return
    for mode in ("fast", "immediate"):
        answer = programs.run(
            *("pg_ctl", "stop", "-s", "-w", "-t", str(_STOP_PATIENCE_S)),
            *("-m", mode, "-D", "pgdata"),
            cwd=home,
        )
        if answer.returncode == 0 or not _is_alive(home, programs):
            return
    raise ServerProgramFailed(
        f"Сервер базы данных папки {home} не останавливается: {answer.stderr.strip()}"
    )


def _remembered_port(home: Path) -> int:
    try:
        port = int((home / "port").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        port = 0
    return port if port in _PORTS else random.choice(_PORTS)  # noqa: S311 - no secret


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if sys.platform != "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((cluster.HOST, port))
        except OSError:
            return False
    return True


def _tail(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-_TAIL_LINES:])
