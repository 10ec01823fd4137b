"""What every verb of the command line is given: arguments, the database, the way to answer."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app import settings
from app.store import opening
from app.store.engine import Engine

Run = Callable[["Context"], int]


class Counter(Protocol):
    """What long work reports its progress to."""

    def advance(self, steps: int) -> None:
        """Say that so many more steps are done."""


@dataclass(frozen=True, slots=True)
class _Bar:
    progress: Progress
    task: int

    def advance(self, steps: int) -> None:
        self.progress.advance(self.task, steps)  # type: ignore[arg-type]  # rich's own NewType


class _Silent:
    def advance(self, steps: int) -> None:
        """Show nothing: not a terminal, or --json."""


@dataclass(slots=True)
class Context:
    """One call of the program."""

    arguments: argparse.Namespace
    at: datetime = field(default_factory=lambda: datetime.now(UTC).astimezone())
    _opened: opening.Opened | None = None

    @property
    def settings(self) -> settings.Settings:
        return settings.load(data_dir=self.arguments.data, database=self.arguments.database)

    @property
    def engine(self) -> Engine:
        """The database, opened at the first use: embedded server started, schema brought up."""
        if self._opened is None:
            chosen = self.settings
            self._opened = opening.open_database(chosen.database, data_dir=chosen.data_dir)
        return self._opened.engine

    @property
    def actor(self) -> str:
        return str(self.arguments.actor or self.settings.cashier)

    @property
    def as_json(self) -> bool:
        return bool(self.arguments.json)

    def answer(self, document: object, text: str) -> int:
        """Print the document with --json, the text without; give the exit status of success."""
        print(json.dumps(document, ensure_ascii=False, indent=1) if self.as_json else text)
        return 0

    @contextmanager
    def progress(self, title: str, total: int | None) -> Iterator[Counter]:
        """Show a bar on a terminal, nothing with --json or into a file."""
        console = Console(stderr=True)
        if self.as_json or not console.is_terminal:
            yield _Silent()
            return
        columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console) as progress:
            yield _Bar(progress, progress.add_task(title, total=total))

    def close(self) -> None:
        """Let the database go."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None


class Verbs:
    """The verbs of the command line; each module of this room adds its own."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._adder = parser.add_subparsers(dest="verb", metavar="КОМАНДА", title="команды")
        self.names: list[str] = []

    def add(self, name: str, *, help: str, run: Run) -> argparse.ArgumentParser:  # noqa: A002
        """Add a verb with the common options; returns its parser for its own ones."""
        parser = self._adder.add_parser(name, help=help, description=help, parents=[common()])
        parser.set_defaults(run=run)
        self.names.append(name)
        return parser


def common() -> argparse.ArgumentParser:
    """The options that every verb has."""
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument(
        "--database", metavar="URL", help="общий сервер; без него — своя база этого компьютера"
    )
    options.add_argument("--data", metavar="DIR", type=Path, help="где лежит своя база")
    options.add_argument("--json", action="store_true", help="ответ одним документом JSON")
    options.add_argument("--actor", metavar="ИМЯ", help="кто это делает")
    return options


def complain(message: str) -> None:
    """Say a sentence on the standard error."""
    print(message, file=sys.stderr)
