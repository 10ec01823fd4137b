"""The command line: parse, run the verb, turn a failure into a sentence and an exit status.

0 done   1 a defect   2 refused or malformed   3 something does not answer   130 interrupted
"""

import argparse
import contextlib
import importlib
import logging
import os
import re
import sys
from collections.abc import Sequence

from app import __version__, log
from app.cli.context import Context, Verbs, common, complain
from app.errors import AppError, Outage

_NEGATIVE = re.compile(r"-\d+,\d+")
VERB_MODULES = (
    "demo",
    "importing",
    "charging",
    "correcting",
    "contracting",
    "instalments",
    "limiting",
    "recalculating",
    "reviewing",
    "yearly",
    "formulas",
    "what_if",
    "readings",
    "penalties",
    "paying",
    "payment_changes",
    "unidentified",
    "commissions",
    "bank",
    "allocating",
    "scanning",
    "documents",
    "reports",
    "periods",
)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; without a verb, the workstation.

    :returns: the exit status
    """
    parser, _ = build()
    given = sys.argv[1:] if arguments is None else arguments
    context = Context(parser.parse_args([_with_point(one) for one in given]))
    try:
        log.start(context.settings.data_dir / "log")
        return int(context.arguments.run(context))
    except AppError as error:
        complain(str(error))
        return 3 if isinstance(error, Outage) else 2
    except KeyboardInterrupt:
        complain("Прервано. Начатое сохранено: та же команда продолжит.")
        return 130
    except BrokenPipeError:
        # The reader of our output has gone (| head); nothing is wrong.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    finally:
        context.close()


def _with_point(argument: str) -> str:
    """Give «-120,50» with a point: to argparse it is an option, «-120.50» is a number."""
    return argument.replace(",", ".") if _NEGATIVE.fullmatch(argument) else argument


def build() -> tuple[argparse.ArgumentParser, Verbs]:
    """Build the parser with all verbs."""
    parser = argparse.ArgumentParser(
        prog="kvitok",
        description="Квиток: начисления, платежи и книги ЖКУ. Без команды открывает рабочее место.",
        parents=[common()],
    )
    parser.add_argument("--version", action="version", version=f"kvitok {__version__}")
    parser.set_defaults(run=_workstation)
    verbs = Verbs(parser)
    for name in VERB_MODULES:
        importlib.import_module(f"app.cli.{name}").add_to(verbs)
    return parser, verbs


def _workstation(context: Context) -> int:
    try:
        from app import main  # noqa: PLC0415  Qt is loaded for the window alone.
    except ImportError as error:
        complain(
            f"Окно не открылось: не хватает системных библиотек Qt ({error}). "
            "Их ставит `make system`; команды без окна работают и так: kvitok --help."
        )
        return 3
    logging.getLogger("app.cli").info("workstation %s", __version__)
    return main.run(context.settings)
