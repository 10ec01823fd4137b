"""Words that a number of a line stands for: a document, an expression, the months of a base.

A line keeps whole numbers only; words go beside it once, under a number made from the words
themselves, so that equal lines have equal numbers on every machine and in every batch.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

NOTE_SUFFIX = "_note"
_BYTES = 8
_POSITIVE = 2**63 - 1


def number_of(words: str) -> int:
    """Give the number of these words: 63 bits of their SHA-256, never 0."""
    digest = hashlib.sha256(words.encode()).digest()
    return int.from_bytes(digest[:_BYTES], "big") & _POSITIVE or 1


@dataclass(frozen=True, slots=True)
class Notes:
    """Words gathered while columns are calculated, by number; 0 stands for none."""

    known: dict[int, str] = field(default_factory=dict)

    def add(self, words: str) -> int:
        """Keep words and give their number."""
        if not words:
            return 0
        number = number_of(words)
        self.known[number] = words
        return number


def words_of(notes: Mapping[int, str], number: int) -> str:
    """Give the words of a number, nothing for 0."""
    return notes[number] if number else ""
