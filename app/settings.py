"""Settings of this computer: one frozen value, read from a TOML file and the environment.

    from               example
    KVITOK_DATABASE    postgresql://ivanova@centre:5432/kvitok
    settings.toml      [desk] number = 2  branch = 3  cashier = "Иванова А. А."
                       [scanner] port = "COM3"   [printer] kind = "network" address = "10.0.0.5"

A command-line option goes before the environment, the environment before the file.
"""

import os
import sys
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path

import platformdirs

from app.errors import Malformed

ROOT_DATA_DIR = Path("/var/lib/kvitok")


class BadSettings(Malformed):
    """The settings file cannot be read or holds a word nobody knows."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What this computer is: its database, desk and devices."""

    data_dir: Path
    database: str | None = None  # None: the embedded server in data_dir
    branch: int = 0
    desk: int = 1
    cashier: str = "Кассир"
    theme: str = "light"
    scale_percent: int = 100
    scanner: dict[str, str] = field(default_factory=dict)
    printer: dict[str, str] = field(default_factory=dict)


def default_data_dir() -> Path:
    """Where data of this person lives; root has a system folder, readable to the server's user."""
    if sys.platform != "win32" and os.geteuid() == 0:
        return ROOT_DATA_DIR
    return Path(platformdirs.user_data_dir("kvitok", appauthor=False))


def load(*, data_dir: Path | None = None, database: str | None = None) -> Settings:
    """Read the settings of this computer.

    :param data_dir: from the command line, else KVITOK_DATA, else the folder of this person
    :param database: from the command line, else KVITOK_DATABASE, else the file
    :raises BadSettings: when settings.toml cannot be read
    """
    folder = data_dir or Path(os.environ.get("KVITOK_DATA") or default_data_dir())
    settings = _from_file(folder.expanduser().resolve())
    chosen = database or os.environ.get("KVITOK_DATABASE") or settings.database
    return replace(settings, database=chosen)


def _from_file(folder: Path) -> Settings:
    file = folder / "settings.toml"
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings(data_dir=folder)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSettings(
            f"Файл настроек {file} не читается ({error}). Исправьте его или удалите: "
            "без него действуют настройки по умолчанию."
        ) from error

    known = {"database", "desk", "look", "scanner", "printer"}
    if unknown := set(content) - known:
        raise BadSettings(
            f"В файле настроек {file} неизвестный раздел «{min(unknown)}». "
            f"Бывают: {', '.join(sorted(known))}."
        )
    desk, look = content.get("desk", {}), content.get("look", {})
    try:
        return Settings(
            data_dir=folder,
            database=content.get("database", {}).get("url"),
            branch=int(desk.get("branch", 0)),
            desk=int(desk.get("number", 1)),
            cashier=str(desk.get("cashier", "Кассир")),
            theme=str(look.get("theme", "light")),
            scale_percent=int(look.get("scale", 100)),
            scanner={str(key): str(value) for key, value in content.get("scanner", {}).items()},
            printer={str(key): str(value) for key, value in content.get("printer", {}).items()},
        )
    except (AttributeError, TypeError, ValueError) as error:
        raise BadSettings(
            f"В файле настроек {file} значение не того вида ({error}). "
            "Номер кассы, отделения и масштаб — целые числа."
        ) from error
