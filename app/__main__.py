"""`python -m app` and the installed command `kvitok`."""

import sys

from app.cli import program


def run() -> None:
    """Run the command line and leave with its exit status."""
    sys.exit(program.run())


if __name__ == "__main__":
    run()
