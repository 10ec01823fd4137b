"""Lets the same code through once: a scanner held over a slip reads it again and again."""

WINDOW_MS = 1000


class Debounce:
    """Remembers the last code; times are milliseconds of any clock that does not go back."""

    def __init__(self, *, window_ms: int = WINDOW_MS) -> None:
        self._window_ms = window_ms
        self._last: bytes | str | None = None
        self._seen_ms = 0

    def passes(self, code: bytes | str, at_ms: int) -> bool:
        """Say whether the code is a new one; a repeat prolongs the silence."""
        fresh = code != self._last or at_ms - self._seen_ms >= self._window_ms
        self._last, self._seen_ms = code, at_ms
        return fresh
