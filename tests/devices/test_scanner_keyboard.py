"""A scanner that types is told from a person who types."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.devices.scanner_keyboard import LIMIT, Decision, Fate, KeyboardScanner, Timing
from app.domain import keyboard_layout, slip

EPOCH = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CODE = "00123456781026004259228"


class Window:
    """What a Qt event filter does with the decisions, in memory."""

    def __init__(self, timing=None):
        self.scanner = KeyboardScanner(epoch=EPOCH, timing=timing)
        self.field = ""
        self.scans = []
        self.repeats = 0

    def press(self, text, at_ms):
        self.tick(at_ms)
        decision = self.scanner.feed(text, at_ms=at_ms, token=text)
        self._obey(decision)
        if decision.fate is Fate.PASS:
            self.field += text

    def tick(self, at_ms):
        deadline = self.scanner.deadline_ms
        if deadline is not None and deadline <= at_ms:
            self._obey(self.scanner.flush(at_ms=deadline))

    def type(self, text, *, from_ms=0, gap_ms):
        at_ms = from_ms
        for letter in text:
            self.press(letter, at_ms)
            at_ms += gap_ms
        return at_ms

    def _obey(self, decision: Decision):
        assert all(key.token == key.text for key in decision.replay)
        self.field += "".join(key.text for key in decision.replay)
        self.repeats += decision.repeated
        if decision.scan is not None:
            self.scans.append(decision.scan)


@pytest.fixture
def window():
    return Window()


@pytest.mark.parametrize("gap_ms", [0, 1, 5, 20, 35])
@pytest.mark.parametrize("ending", ["\r", "\n", "\t"])
def test_burst_with_a_suffix_is_a_scan_and_touches_no_field(window, gap_ms, ending):
    window.type(CODE + ending, gap_ms=gap_ms)

    assert [scan.text for scan in window.scans] == [CODE]
    assert window.scans[0].raw == CODE.encode()
    assert window.scans[0].source == "keyboard"
    assert window.scans[0].at == EPOCH + timedelta(milliseconds=gap_ms * len(CODE))
    assert window.field == ""


def test_burst_without_a_suffix_ends_by_silence(window):
    end_ms = window.type(CODE, gap_ms=5) - 5

    window.tick(end_ms + 100)
    assert window.scans == []
    window.tick(end_ms + 101)
    assert [scan.text for scan in window.scans] == [CODE]
    assert window.scanner.deadline_ms is None


def test_person_types_into_the_field_in_order(window):
    end_ms = window.type("Иванова, 12\r", gap_ms=80)
    window.tick(end_ms + 100)

    assert window.field == "Иванова, 12\r"
    assert window.scans == []


def test_enter_does_not_overtake_the_digits_before_it(window):
    window.type("12\r", gap_ms=10)

    assert window.field == "12\r"


def test_held_key_is_let_go_after_the_gap(window):
    window.press("5", 0)

    assert window.field == ""
    window.tick(36)
    assert window.field == "5"


def test_five_fast_keys_are_a_person(window):
    end_ms = window.type("12345", gap_ms=10)
    window.tick(end_ms + 200)

    assert window.field == "12345"
    assert window.scans == []


def test_key_held_down_is_no_scan(window):
    end_ms = window.type("000000000000", gap_ms=30)
    window.tick(end_ms + 200)

    assert window.field == "000000000000"
    assert window.scans == []


@pytest.mark.parametrize("key", ["", "\x08", "\x1b", "\x7f"])
def test_key_without_a_letter_goes_on_after_what_was_held(window, key):
    window.press("7", 0)
    window.press(key, 10)
    window.press(key, 20)

    assert window.field == "7" + key + key


def test_function_key_pressed_right_after_a_burst_does_not_spill_it(window):
    end_ms = window.type(CODE, gap_ms=3)
    window.press("\x1b", end_ms + 50)

    assert [scan.text for scan in window.scans] == [CODE]
    assert window.field == "\x1b"


def test_second_suffix_does_not_press_enter_for_the_cashier(window):
    end_ms = window.type(CODE + "\r\n", gap_ms=5)
    window.press("\r", end_ms + 250)

    assert len(window.scans) == 1
    assert window.field == ""


def test_enter_of_the_cashier_passes_after_the_guard(window):
    end_ms = window.type(CODE + "\r", gap_ms=5)
    window.press("\r", end_ms + 400)

    assert window.field == "\r"


def test_same_code_is_taken_once_a_second(window):
    first_ms = window.type(CODE + "\r", gap_ms=2)
    second_ms = window.type(CODE + "\r", from_ms=first_ms + 500, gap_ms=2)
    window.type(CODE + "\r", from_ms=second_ms + 1100, gap_ms=2)

    assert len(window.scans) == 2
    assert window.repeats == 1
    assert window.field == ""


def test_another_code_follows_at_once(window):
    end_ms = window.type("111222\r", gap_ms=2)
    window.type("333444\r", from_ms=end_ms + 10, gap_ms=2)

    assert [scan.text for scan in window.scans] == ["111222", "333444"]


def test_typing_before_a_scan_stays_in_the_field(window):
    end_ms = window.type("Ива", gap_ms=90)
    window.type(CODE + "\r", from_ms=end_ms, gap_ms=3)

    assert window.field == "Ива"
    assert [scan.text for scan in window.scans] == [CODE]


def test_letter_typed_into_the_silence_after_a_burst_waits_its_turn(window):
    end_ms = window.type(CODE, gap_ms=3)
    window.press("x", end_ms + 150)
    window.tick(end_ms + 300)

    assert [scan.text for scan in window.scans] == [CODE]
    assert window.field == "x"


def test_prefix_makes_a_scan_of_a_short_code():
    window = Window(Timing(prefix="\x02"))

    window.type("\x02" + "00012" + "\r", gap_ms=5)

    assert [scan.text for scan in window.scans] == ["00012"]
    assert window.field == ""


def test_prefix_alone_is_nothing():
    window = Window(Timing(prefix="\x02"))

    window.press("\x02", 0)
    window.tick(500)

    assert (window.scans, window.field) == ([], "")


def test_group_separator_inside_a_burst_is_kept(window):
    window.type("ST00012\x1dName=X\r", gap_ms=3)

    assert window.scans[0].text == "ST00012\x1dName=X"


def test_burst_of_any_length_is_bounded_and_refused_by_the_parser(window):
    window.type("ab" * 10_000 + "\r", gap_ms=1)

    assert len(window.scans[0].text) == LIMIT + 1
    assert slip.parse(window.scans[0].content).errors[0].code == "TOO_LONG"


def test_code_typed_in_russian_layout_reaches_the_parser_whole(window):
    window.type(keyboard_layout.to_russian("ST00012|PersAcc=77|Sum=100") + "\r", gap_ms=4)

    read = slip.parse(window.scans[0].content)

    assert (read.account, read.amount_kop) == ("77", 100)


keys = st.sampled_from([*"аб1 /", "\r", "\t", "", "\x08", "\x02"])


@given(st.lists(st.tuples(keys, st.integers(36, 500)), max_size=40))
def test_slow_typing_passes_unchanged(presses):
    window = Window()
    at_ms = 0
    for text, gap_ms in presses:
        at_ms += gap_ms
        window.press(text, at_ms)
    window.tick(at_ms + 1000)

    assert window.field == "".join(text for text, _ in presses)
    assert window.scans == []


@given(st.lists(st.tuples(keys, st.integers(0, 120)), max_size=60))
def test_no_letter_is_lost_or_doubled_whatever_the_rhythm(presses):
    window = Window(Timing(debounce_ms=0))
    at_ms = 0
    for text, gap_ms in presses:
        at_ms += gap_ms
        window.press(text, at_ms)
    window.tick(at_ms + 1000)

    seen = window.field + "".join(scan.text for scan in window.scans)
    typed = "".join(text for text, _ in presses)
    assert sorted(_letters(seen)) == sorted(_letters(typed))
    assert _is_subsequence(window.field, typed)


def _letters(text):
    # Endings of scans are the scanner's own.
    return [letter for letter in text if letter not in "\r\t"]


def _is_subsequence(part, whole):
    rest = iter(whole)
    return all(letter in rest for letter in part)
