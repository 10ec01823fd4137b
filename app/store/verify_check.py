"""One invariant of the books: a sentence for people and the query of the rows that break it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """An invariant.

    :ivar meaning: what holds when no row is found, a Russian sentence
    :ivar query: a select of the rows that break it; its columns are shown with the first of them
    """

    meaning: str
    query: str
