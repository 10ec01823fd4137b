"""The rules of the house that no linter knows: names, sizes, citations, the docs."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from app.cli import program
from app.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "app").rglob("*.py"))
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 50
BANNED = set(
    "util utils helper helpers common misc base core manager service handler processor data info "
    "item object tmp my".split()
)
BANNED_STARTS = ("do_", "process_", "new_", "my_", "tmp_")
# The utility service is the one thing that may be called a service.
ALLOWED = {
    "app/domain/service.py",
    # A term of the law: содержание общего имущества.
    "app/domain/common_needs.py",
    "app/cli/context.py:common",
    # Qt's own name of a model's cell.
    "app/ui/widgets/column_table.py:data",
    "app/ui/widgets/rows_model.py:data",
}


def _definitions(
    tree: ast.AST,
) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node


def test_rooms_know_only_the_rooms_below() -> None:
    program = Path(sys.executable).parent / "lint-imports"

    outcome = subprocess.run(
        [program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert outcome.returncode == 0, outcome.stdout[-3000:]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: str(source.relative_to(ROOT)))
def test_a_file_fits_on_the_desk(source: Path) -> None:
    text = source.read_text(encoding="utf-8")
    tree = ast.parse(text)

    assert text.count("\n") <= FILE_LINES_MAX
    assert ast.get_docstring(tree), "a module says in one line what it is"
    for node in _definitions(tree):
        if not isinstance(node, ast.ClassDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= FUNCTION_LINES_MAX, f"{node.name} has {length} lines"


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: str(source.relative_to(ROOT)))
def test_names_say_what_a_thing_is(source: Path) -> None:
    place = source.relative_to(ROOT).as_posix()
    names = {node.name for node in _definitions(ast.parse(source.read_text(encoding="utf-8")))}
    words = {word for part in (source.stem,) for word in part.split("_")}

    bad = {
        name
        for name in names
        if (name.lower().strip("_") in BANNED or name.startswith(BANNED_STARTS))
        and f"{place}:{name}" not in ALLOWED
    }
    bad |= {word for word in words & BANNED if place not in ALLOWED}

    assert not bad


def test_every_law_value_has_a_citation_and_its_dates_ascend() -> None:
    tables = sorted((ROOT / "resources" / "law").glob("*.toml"))
    assert tables

    for file in tables:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
        for name, rows in content.items():
            assert isinstance(rows, list), f"{file.name}: {name} is a list of dated rows"
            days = [row["valid_from"] for row in rows]
            assert all(isinstance(day, date) for day in days), f"{file.name}: {name}"
            assert days == sorted(set(days)), f"{file.name}: {name}: dates ascend"
            for row in rows:
                assert row.get("citation"), f"{file.name}: {name} from {row['valid_from']}"


def _glossary() -> str:
    return (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").lower()


def test_every_table_is_in_the_glossary() -> None:
    glossary = _glossary()
    sql = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "migrations").rglob("*.sql"))
    tables = set(re.findall(r"create table app\.(\w+) \(", sql))
    assert len(tables) > 20

    missing = {table for table in tables if table.replace("_", " ") not in glossary}

    assert not missing


def test_every_public_class_of_the_domain_is_in_the_glossary() -> None:
    glossary = _glossary()
    classes = {
        node.name
        for source in sorted((ROOT / "app" / "domain").glob("*.py"))
        for node in _definitions(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        and not node.name.startswith("_")
        # What an error means is its own sentence.
        and not {"Refusal", "Malformed", "Outage"}
        & {getattr(base, "id", "") for base in node.bases}
    }

    missing = {
        name
        for name in classes
        if re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower() not in glossary
    }

    assert not missing


def test_every_verb_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    _, verbs = program.build()

    assert [name for name in verbs.names if f"kvitok {name}" not in readme] == []


def test_every_setting_is_in_the_docs() -> None:
    docs = (ROOT / "docs" / "administrator.md").read_text(encoding="utf-8")

    words = {"data_dir": "KVITOK_DATA", "database": "KVITOK_DATABASE", "scale_percent": "scale"}
    missing = [name for name in Settings.__dataclass_fields__ if words.get(name, name) not in docs]

    assert missing == []


def test_no_silenced_check_without_a_reason() -> None:
    silenced = []
    for source in [*SOURCES, *(ROOT / "tests").rglob("*.py")]:
        for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), 1):
            if re.search(r"# type: ignore(?!\[)|# noqa(?!: )", line) and "re.search" not in line:
                silenced.append(f"{source.relative_to(ROOT)}:{number}")

    assert silenced == []
