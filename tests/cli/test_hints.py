"""A command that a message, a document or a refusal names is a command, with the options it has."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli.program import build

ROOT = Path(__file__).resolve().parents[2]
_HINT = re.compile(r"\bkvitok ([a-z][a-z-]*)((?: [^\s«»\"`;)]+)*)")
_OPTION = re.compile(r"--[a-z][a-z-]*")
_NOT_VERBS = {"migrate"}  # names a connection


def parsers() -> dict[str, argparse.ArgumentParser]:
    parser, _ = build()
    (action,) = (
        one for one in parser._actions if isinstance(one, argparse._SubParsersAction)
    )  # argparse has no public way to its verbs
    return dict(action.choices)


def hints() -> Iterator[tuple[str, str, str]]:
    files = [*(ROOT / "app").rglob("*.py"), *(ROOT / "migrations").rglob("*.sql")]
    for path in [*files, *(ROOT / "docs").glob("*.md"), ROOT / "README.md"]:
        for line in path.read_text(encoding="utf-8").splitlines():
            for verb, rest in _HINT.findall(line):
                yield str(path.relative_to(ROOT)), verb, rest.split("kvitok")[0]


FOUND = sorted({(verb, rest, where) for where, verb, rest in hints()})


def test_there_are_hints() -> None:
    assert len(FOUND) > 50


@pytest.mark.parametrize("verb", sorted({verb for verb, _, _ in FOUND} - _NOT_VERBS))
def test_what_a_message_names_is_there(verb: str) -> None:
    known = parsers()
    places = [where for one, _, where in FOUND if one == verb]

    assert verb in known, f"no verb «{verb}»: {places}"
    options = {text for one in known[verb]._actions for text in one.option_strings}
    named = {
        (option, where) for one, rest, where in FOUND if one == verb
        for option in _OPTION.findall(rest)
    }  # fmt: skip
    assert not {(option, where) for option, where in named if option not in options}
