"""Shortcuts that work in any keyboard layout: Ctrl+K is also Ctrl+Л, the key in the same place."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

_LATIN = "QWERTYUIOP[]ASDFGHJKL;'ZXCVBNM,."
_RUSSIAN = "ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ"
_SAME_PLACE = dict(zip(_LATIN, _RUSSIAN, strict=True))


def sequences(key: str) -> list[QKeySequence]:
    """Give a key sequence in every layout: "Ctrl+K" also as "Ctrl+Л"."""
    *modifiers, last = key.split("+")
    found = [QKeySequence(key)]
    if modifiers and last in _SAME_PLACE:
        found.append(QKeySequence("+".join([*modifiers, _SAME_PLACE[last]])))
    return found


def on_key(
    owner: QWidget,
    key: str,
    act: Callable[[], object],
    *,
    context: Qt.ShortcutContext = Qt.ShortcutContext.WidgetWithChildrenShortcut,
) -> QShortcut:
    """Have a key do something while the focus is inside the owner (or its window, by context)."""
    shortcut = QShortcut(owner)
    shortcut.setKeys(sequences(key))
    shortcut.setContext(context)
    shortcut.setAutoRepeat(key.rsplit("+", 1)[-1] in {"Left", "Right", "PgUp", "PgDown"})
    shortcut.activated.connect(act)
    return shortcut
