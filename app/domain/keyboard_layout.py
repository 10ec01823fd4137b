"""Undoes the Russian keyboard layout under a scanner that types.

A keyboard scanner presses keys, and Windows makes letters of them by the active layout:
the key of S gives Ы, the key of | gives /. The table below is that of Windows ЙЦУКЕН
(money.md §4.3); what is not in it is the same on both layouts.
"""

_LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,./~QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>?|@#$^&"
_RUSSIAN = 'ёйцукенгшщзхъфывапролджэячсмитьбю.ЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ,/"№;:?'
_TO_LATIN = str.maketrans(_RUSSIAN, _LATIN)
_TO_RUSSIAN = str.maketrans(_LATIN, _RUSSIAN)


def to_latin(text: str, *, caps_lock: bool = False) -> str:
    """Give what the same keys would have typed on the English layout.

    :param caps_lock: Caps Lock was on: letters came in the wrong case
    """
    # Э, Х, Ъ, Ж, Б, Ю, Ё are letters to Caps Lock here and punctuation there, so the case is
    # undone before the keys are.
    return (text.swapcase() if caps_lock else text).translate(_TO_LATIN)


def to_russian(text: str, *, caps_lock: bool = False) -> str:
    """Give what the keys of an English text type on the Russian layout (for trials and tests)."""
    typed = text.translate(_TO_RUSSIAN)
    return typed.swapcase() if caps_lock else typed


def without_caps_lock(text: str) -> str:
    """Swap the case of Latin letters; Cyrillic ones come by Alt codes, which Caps Lock spares."""
    return "".join(letter.swapcase() if letter.isascii() else letter for letter in text)
