"""The cluster on the disk: made by initdb, its settings, its password, its postmaster.pid."""

import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from app.errors import Outage
from app.store.server_programs import Programs, ServerProgramFailed

SUPERUSER = "postgres"
HOST = "127.0.0.1"

_FIRST_BUILTIN_LOCALE = 17
_CLOCK_DOUBT_S = 60

# A desk with two cores. Statements and details stay out of the log: they may hold personal data.
SETTINGS: Mapping[str, str] = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "wal_buffers": "32MB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "fsync": "on",
    "synchronous_commit": "on",
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] ",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "lc_messages": "C",
}


class OtherVersion(Outage):
    """The data folder was made by another major version of PostgreSQL."""


def make(home: Path, programs: Programs, *, synced: bool) -> None:
    """Run initdb beside the place and move it there whole, so that a crash leaves nothing half."""
    unfinished = home / "pgdata.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    password = home / "password"
    write_private(password, secrets.token_urlsafe(24) + "\n", programs)
    options = [
        *("-D", unfinished.name, "-U", SUPERUSER, "--pwfile", password.name),
        *("-A", "scram-sha-256", "-E", "UTF8", "--data-checksums", "--lc-messages=C"),
    ]
    if programs.major() >= _FIRST_BUILTIN_LOCALE:
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    if not synced:
        options += ["--no-sync"]
    # Where the C library has no C.UTF-8 (old glibc, Windows) the plain C locale is left.
    for locale in ("C.UTF-8", "C"):
        made = programs.run("initdb", *options, f"--locale={locale}", cwd=home)
        if made.returncode == 0:
            break
    else:
        raise ServerProgramFailed(
            f"База данных в папке {home} не создаётся: {made.stderr.strip() or made.stdout.strip()}"
        )
    write_private(unfinished / "pg_hba.conf", f"host all all {HOST}/32 scram-sha-256\n", programs)
    with (unfinished / "postgresql.conf").open("a", encoding="utf-8") as conf:
        conf.write("\ninclude_if_exists = 'kvitok.conf'\n")
    unfinished.rename(home / "pgdata")


def check_version(home: Path, programs: Programs) -> None:
    made_by = (home / "pgdata" / "PG_VERSION").read_text(encoding="utf-8").strip()
    if made_by != str(programs.major()):
        raise OtherVersion(
            f"База данных в папке {home} создана PostgreSQL {made_by}, а в составе программы"
            f" PostgreSQL {programs.major()}. Сделайте резервную копию прежней версией программы"
            " и восстановите её в новую папку."
        )


def password(home: Path) -> str:
    return (home / "password").read_text(encoding="utf-8").strip()


def running_port(home: Path) -> int | None:
    """Read the port from postmaster.pid, which may be left over from a crash."""
    try:
        lines = (home / "pgdata" / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        return int(lines[3])
    except (FileNotFoundError, IndexError, ValueError):
        return None


def forget_pid_of_last_boot(home: Path) -> None:
    """Remove postmaster.pid when its process died with the machine and its number is reused.

    PostgreSQL itself then refuses to start, for it sees that the process is there.
    """
    pid_file = home / "pgdata" / "postmaster.pid"
    try:
        lines = pid_file.read_text(encoding="utf-8").splitlines()
        started_at = int(lines[2])
        name = Path(f"/proc/{int(lines[0])}/comm").read_text(encoding="utf-8").strip()
        kernel = Path("/proc/stat").read_text(encoding="utf-8").splitlines()
        booted_at = next(int(line.split()[1]) for line in kernel if line.startswith("btime"))
    except (OSError, IndexError, ValueError, StopIteration):
        return
    if name != "postgres" and started_at + _CLOCK_DOUBT_S < booted_at:
        pid_file.unlink()


def write_private(path: Path, text: str, programs: Programs) -> None:
    """Write a 0600 file that belongs to the server's account."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    if programs.account is not None:
        shutil.chown(unfinished, programs.account.uid, programs.account.gid)
    unfinished.replace(path)
