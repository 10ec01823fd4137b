#!/bin/sh
# Install the Debian packages that are missing; without the right to, name them in one line to copy.
set -eu
wanted="libzbar0 libegl1 libgl1 libdbus-1-3 libglib2.0-0 libfontconfig1 libxkbcommon0 \
libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0 \
libxcb-shape0 libxcb-xinerama0 libxcb-xkb1 python3-venv"

command -v dpkg-query >/dev/null 2>&1 || exit 0   # not Debian: the README names the libraries

missing=""
for package in $wanted; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $package"
done
# A Python that is not Debian's brings its own venv.
if "${PYTHON:-python3}" -c 'import venv, ensurepip' 2>/dev/null; then
    missing=$(printf %s "$missing" | sed 's/ python3-venv//')
fi
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
    sudo=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    sudo="sudo"
else
    echo "Не хватает системных пакетов, а права их поставить нет. Выполните одну строку:" >&2
    echo "  sudo apt-get update && sudo apt-get install -y$missing" >&2
    # Tests and the demo without a window need fewer: go on, what is missing will say so itself.
    exit 0
fi
echo "Ставлю системные пакеты:$missing"
$sudo apt-get update -qq
# shellcheck disable=SC2086
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
