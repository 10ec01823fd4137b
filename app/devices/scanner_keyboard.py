"""Tells a scanner that types from a person who types, by time alone; knows nothing of Qt.

        key, within gap_ms            6th key                Enter, Tab, 100 ms of silence
 idle ──────────────────▶ doubtful ───────────▶ a burst ──────────────────────────────▶ Scan
  ▲                          │ gap, short, Enter
  └──────── replay ──────────┘ the keys held go to the focused field, in order

An F2 or an arrow pressed into the silence after a burst ends it: the scan comes first.

A key is held (swallowed) until it is known whose it is: a person's key is let go after gap_ms,
which nobody feels; a scanner's never reaches a field.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto

from app.devices.debounce import WINDOW_MS, Debounce
from app.devices.protocols import Scan

ENDINGS = "\r\n\t"
# A person's editing keys have text too; a scanner sends none of them.
_EDITING = "\x08\x1b\x7f"
LIMIT = 4096


class Fate(Enum):
    """What becomes of the key just fed."""

    PASS = auto()  # let it go on to the focused field
    HOLD = auto()  # swallow it; it is in doubt, or a scanner's, or it is in `replay`


@dataclass(frozen=True, slots=True)
class Key:
    """A key press: its text, and whatever the window needs to press it again."""

    text: str
    token: object = None


@dataclass(frozen=True, slots=True)
class Decision:
    """First type `replay` into the focused field, then do with the present key what fate says."""

    fate: Fate
    replay: tuple[Key, ...] = ()
    scan: Scan | None = None
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Timing:
    """What makes keys a burst; a prefix set in the scanner makes one from its first key.

    An Enter within guard_ms of a scan is the scanner's second suffix (CR LF), not the cashier
    agreeing to the sum, and is swallowed.
    """

    gap_ms: int = 35
    silence_ms: int = 100
    least: int = 6
    guard_ms: int = 300
    debounce_ms: int = WINDOW_MS
    prefix: str = ""


class KeyboardScanner:
    """The recogniser. An event filter uses it so::

        decision = scanner.feed(event.text(), at_ms=now, token=event.clone())
        for key in decision.replay: press key.token again, past the filter
        if decision.scan: hand it to the desk
        start a single-shot timer of (scanner.deadline_ms - now) that calls flush, if not None
        return decision.fate is Fate.HOLD

    Do not feed lone modifiers (Shift, Ctrl, Alt: a scanner presses Shift between letters),
    releases of keys and auto-repeats. Keys without text (arrows, F2) are fed with "".
    """

    def __init__(self, *, epoch: datetime, timing: Timing | None = None) -> None:
        """:param epoch: the moment of at_ms = 0, for the time of a scan"""
        self._epoch = epoch
        self._timing = timing or Timing()
        self._debounce = Debounce(window_ms=self._timing.debounce_ms)
        self._held: list[Key] = []
        self._length = 0
        self._last_ms = 0
        self._guarded_until_ms = 0
        self._prefixed = False
        self._varied = False

    @property
    def deadline_ms(self) -> int | None:
        """When flush must be called if no key comes before; None when nothing is held."""
        if not self._held and not self._prefixed:
            return None
        return self._last_ms + self._patience_ms + 1

    def feed(self, text: str, *, at_ms: int, token: object = None) -> Decision:
        """Take one key press and say what becomes of it."""
        before = self.flush(at_ms=at_ms)
        key = Key(text, token)
        after = self._take(key, at_ms=at_ms)
        if not before.replay:
            return replace(
                after, scan=before.scan or after.scan, repeated=before.repeated or after.repeated
            )
        # The key itself is replayed too, so that it cannot overtake those before it.
        last = (key,) if after.fate is Fate.PASS else ()
        return replace(after, fate=Fate.HOLD, replay=(*before.replay, *after.replay, *last))

    def flush(self, *, at_ms: int) -> Decision:
        """Decide about the keys held, if they have been silent for long enough."""
        deadline = self.deadline_ms
        if deadline is None or at_ms < deadline:
            return Decision(Fate.HOLD)
        if self._is_burst:
            return self._scanned(at_ms=self._last_ms)
        return Decision(Fate.HOLD, replay=self._let_go())

    @property
    def _is_burst(self) -> bool:
        if self._prefixed:
            return True
        # One key held down repeats as fast as a scanner types; no code is one letter throughout.
        return self._length >= self._timing.least and self._varied

    @property
    def _patience_ms(self) -> int:
        return self._timing.silence_ms if self._is_burst else self._timing.gap_ms

    def _take(self, key: Key, *, at_ms: int) -> Decision:
        if key.text and key.text in ENDINGS and self._is_burst:
            return self._scanned(at_ms=at_ms)
        if key.text and key.text in ENDINGS and at_ms < self._guarded_until_ms:
            return Decision(Fate.HOLD, self._let_go())
        if not self._held and not self._prefixed and key.text == self._timing.prefix != "":
            self._prefixed, self._last_ms = True, at_ms
            return Decision(Fate.HOLD)
        if not self._may_be_scanned(key.text) and self._is_burst:
            return replace(self._scanned(at_ms=at_ms), fate=Fate.PASS)
        if not self._may_be_scanned(key.text):
            replay = self._let_go()
            return Decision(Fate.HOLD, (*replay, key)) if replay else Decision(Fate.PASS)
        self._varied = self._varied or bool(self._held and key.text != self._held[0].text)
        if self._length <= LIMIT:
            self._held.append(key)
            self._length += len(key.text)
        self._last_ms = at_ms
        return Decision(Fate.HOLD)

    def _may_be_scanned(self, text: str) -> bool:
        if not text or text in ENDINGS or text in _EDITING:
            return False
        # Separators of GS1 come as control characters, but never first.
        return text.isprintable() or self._is_burst

    def _let_go(self) -> tuple[Key, ...]:
        replay = tuple(self._held)
        self._held.clear()
        self._length, self._prefixed, self._varied = 0, False, False
        return replay

    def _scanned(self, *, at_ms: int) -> Decision:
        text = "".join(key.text for key in self._let_go())
        if not text:
            return Decision(Fate.HOLD)
        self._guarded_until_ms = at_ms + self._timing.guard_ms
        if not self._debounce.passes(text, at_ms):
            return Decision(Fate.HOLD, repeated=True)
        raw = text.encode("utf-8", "replace")
        at = self._epoch + timedelta(milliseconds=at_ms)
        return Decision(Fate.HOLD, scan=Scan(raw, text, "keyboard", at))
