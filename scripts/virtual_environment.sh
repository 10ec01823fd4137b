#!/bin/sh
# Make .venv with the pinned versions and the command .venv/bin/kvitok; again only when they change.
set -eu
python="${PYTHON:-python3}"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Нужен Python 3.11 или новее, а $python — $("$python" --version 2>&1)." >&2
    exit 1
}
[ -x .venv/bin/python ] || "$python" -m venv .venv
echo "Ставлю библиотеки в .venv …"
.venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
