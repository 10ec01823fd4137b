"""Where the files that come with the program are, from source or frozen; read a law table."""

import sys
import tomllib
from pathlib import Path
from typing import Any


def path(*parts: str) -> Path:
    """Give the path of a file in resources/, by its parts: "ui", "theme.toml"."""
    frozen = getattr(sys, "_MEIPASS", None)
    root = Path(frozen) if frozen else Path(__file__).resolve().parents[1]
    return root.joinpath("resources", *parts)


def law_table(name: str) -> dict[str, Any]:
    """Read resources/law/<name>.toml: dated values, each with its citation.

    :raises FileNotFoundError: when the program has no such table, a defect of the build
    """
    return table("law", f"{name}.toml")


def table(*parts: str) -> dict[str, Any]:
    """Read any TOML file of resources/.

    :raises FileNotFoundError: when there is none
    """
    with path(*parts).open("rb") as file:
        return tomllib.load(file)
