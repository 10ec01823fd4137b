"""A reading as it is typed: refused, doubted, or what was meant instead."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain import law
from app.domain.reading_checks import (
    Dial,
    MeterRecord,
    NotAReading,
    TakenReading,
    Verdict,
    checked,
    limits,
    shown,
    value_of,
)
from app.store.charging_catalogue import charging_law

TODAY = date(2026, 10, 25)
LIMITS = limits(law.rules(charging_law(), {}, on=TODAY))
MILLION = 10**6


def record(*dials: tuple[date, str], **about: object) -> MeterRecord:
    """A meter of water with three months of 5 m3 behind it, unless told otherwise."""
    known = dials or (
        (date(2026, 6, 22), "1215"), (date(2026, 7, 22), "1220"), (date(2026, 8, 21), "1225"),
        (date(2026, 9, 20), "1230"),
    )  # fmt: skip
    given = {
        "code": "П-1", "zones": 1, "digits": 5, "installed_on": date(2020, 1, 1),
        "removed_on": None, "dials": [Dial(on, value_of(value), "payer") for on, value in known],
    } | about  # fmt: skip
    return MeterRecord(**given)  # type: ignore[arg-type]  # by name


def check(value: str, of: MeterRecord | None = None, **about: object) -> Verdict:
    given = {"meter": "П-1", "taken_on": date(2026, 10, 20), "value": value} | about
    taken = TakenReading(**given)  # type: ignore[arg-type]  # by name
    return checked(taken, of or record(), by=LIMITS, today=TODAY)


def test_an_ordinary_reading_is_neither_refused_nor_doubted() -> None:
    verdict = check("1235")

    assert (verdict.refusals, verdict.warnings, verdict.meant_mcu) == ([], [], None)
    assert verdict.counted_mcu == 5 * MILLION
    assert verdict.previous == Dial(date(2026, 9, 20), 1230 * MILLION, "payer")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("abc", "не показание"),
        ("-5", "меньше нуля"),
        ("", "не показание"),
        ("12З5", "Вы имели в виду 1235"),
        ("1,2345678", "не показание"),
        ("1 2 3 4 5 6 7 8 9 0 1 2 3", "не показание"),
    ],
)
def test_what_is_no_number_is_named(typed: str, words: str) -> None:
    with pytest.raises(NotAReading, match=words):
        check(typed)


@pytest.mark.parametrize(
    ("typed", "about", "of", "words"),
    [
        ("1235", {"taken_on": date(2026, 10, 26)}, {}, "ещё не наступила"),
        ("1235", {"taken_on": date(2019, 12, 31)}, {}, "ещё не был введён"),
        ("1235", {"taken_on": date(2026, 10, 20)}, {"removed_on": date(2026, 10, 1)}, "уже снят"),
        ("1235", {"zone": "day"}, {}, "на одну зону"),
        ("1235", {}, {"zones": 2}, "«день», «ночь»"),
        ("1235", {"zone": "peak"}, {"zones": 2}, "«день», «ночь»"),
        ("123500", {}, {}, "5 цифр до запятой"),
        ("1229", {}, {}, "меньше предыдущего, 1230 на 20.09.2026"),
    ],
)
def test_what_cannot_be_is_refused(
    typed: str, about: dict[str, object], of: dict[str, object], words: str
) -> None:
    verdict = check(typed, record(**of), **about)

    assert any(words in sentence for sentence in verdict.refusals), verdict.refusals


def test_the_day_of_removal_may_have_a_reading() -> None:
    verdict = check("1235", record(removed_on=date(2026, 10, 20)))

    assert verdict.refusals == []


def test_a_reading_above_the_following_one_is_refused() -> None:
    of = record(
        (date(2026, 8, 20), "1225"), (date(2026, 9, 20), "1230"), (date(2026, 10, 22), "1236")
    )

    verdict = check("1237", of)

    assert "больше следующего, 1236 на 22.10.2026" in verdict.refusals[0]


def test_a_rollover_is_doubted_and_counted() -> None:
    of = record((date(2026, 8, 20), "99990"), (date(2026, 9, 20), "99995"))

    verdict = check("2", of)

    assert verdict.refusals == []
    assert "переход через ноль, расход 7" in verdict.warnings[0]
    assert verdict.counted_mcu == 7 * MILLION


def test_a_reading_between_those_before_and_after_a_rollover_is_not_above_the_following_one() -> (
    None
):
    of = record(
        (date(2026, 8, 20), "99990"), (date(2026, 9, 20), "99995"), (date(2026, 10, 22), "4")
    )

    assert check("99998", of).refusals == []
    assert check("2", of).refusals == []
    assert "больше следующего" in check("5", of).refusals[0]


def test_a_check_below_what_the_payer_gave_is_doubted_and_named_a_refund() -> None:
    verdict = check("1227", source="inspector")

    assert verdict.refusals == []
    assert "меньше переданного, 1230 на 20.09.2026: лишнее 3 будет" in verdict.warnings[0]
    assert verdict.counted_mcu == -3 * MILLION


def test_a_check_below_an_earlier_check_is_refused() -> None:
    dials = [(date(2026, 8, 21), "1228", "inspector"), (date(2026, 9, 20), "1230", "payer")]
    of = record(dials=[Dial(on, value_of(value), source) for on, value, source in dials])

    assert "прибор назад не идёт" in check("1227", of, source="inspector").refusals[0]
    assert check("1228", of, source="inspector").refusals == []


def test_a_jump_against_its_own_past_is_doubted_with_what_was_meant() -> None:
    verdict = check("1325")

    assert "за 30 дн. намного больше обычного для этого прибора (около 5)" in verdict.warnings[0]
    assert verdict.meant_mcu == 1235 * MILLION


def test_a_small_use_is_no_jump_however_small_the_past() -> None:
    of = record((date(2026, 8, 21), "1230"), (date(2026, 9, 20), "1230.1"))

    verdict = check("1232.5", of)

    assert verdict.warnings == []


def test_without_a_past_the_neighbours_tell() -> None:
    rates = [3 * MILLION, 4 * MILLION, 5 * MILLION, 4 * MILLION, 6 * MILLION]
    of = record((date(2026, 9, 20), "10"), house_rates_mcu=rates)

    assert check("14", of).warnings == []
    verdict = check("41", of)
    assert "чем у соседей по дому (обычно около 4)" in verdict.warnings[0]
    assert verdict.meant_mcu == 14 * MILLION


def test_too_few_neighbours_tell_nothing() -> None:
    of = record((date(2026, 9, 20), "10"), house_rates_mcu=[3 * MILLION] * 4)

    verdict = check("41", of)

    assert (verdict.warnings, verdict.meant_mcu) == ([], None)


def test_more_decimals_than_ever_are_doubted() -> None:
    verdict = check("1235.123")

    assert "знаков после запятой 3" in verdict.warnings[0]


def test_another_value_of_a_known_day_is_doubted() -> None:
    of = record((date(2026, 9, 20), "1230"), (date(2026, 10, 20), "1234"))

    assert "уже записано 1234" in check("1235", of).warnings[0]
    assert check("1234", of).warnings == []
    assert check("1235", of, source="inspector").warnings == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1253", "1235"),  # transposed
        ("1135", "1235"),  # one digit mistyped
        ("12355", "1235"),  # a digit twice
        ("125", "1235"),  # a digit left out
        ("12350", "1235"),
        ("1234567", "1234,567"),  # the point left out
        ("12350.5", "1235,05"),  # the point elsewhere
    ],
)
def test_the_slip_of_a_finger_is_found(typed: str, meant: str) -> None:
    verdict = check(typed)

    assert verdict.refusals or verdict.warnings
    assert verdict.meant_mcu is not None
    assert shown(verdict.meant_mcu) == meant


@st.composite
def slips(draw) -> tuple[MeterRecord, str, str]:
    """A meter with a steady past, its plausible next reading, and that reading mistyped."""
    use = draw(st.integers(2, 400)) * 1_000  # thousandths in 30 days
    start = draw(st.integers(100_000, 90_000_000 - 20 * use))
    first = TODAY - timedelta(days=5 + 30 * 6)
    steps = [(first + timedelta(days=30 * nth), start + use * nth) for nth in range(7)]
    decimals = draw(st.sampled_from([0, 3]))
    scale = 1 if decimals else 1_000

    def text(thousandths: int) -> str:
        whole, part = divmod(thousandths // scale * scale, 1_000)
        return f"{whole}.{part:03d}" if decimals else str(whole)

    dials = [(on, text(value)) for on, value in steps[:-1]]
    right = text(steps[-1][1])
    places = [at for at, sign in enumerate(right) if sign != "."]
    at = draw(st.integers(0, len(places) - 1))
    if draw(st.booleans()) and at + 1 < len(places):
        one, two = places[at], places[at + 1]
        signs = list(right)
        signs[one], signs[two] = signs[two], signs[one]
        wrong = "".join(signs)
    else:
        digit = draw(st.sampled_from("0123456789"))
        wrong = right[: places[at]] + digit + right[places[at] + 1 :]
    return record(*dials, digits=5), right, wrong


@given(slip=slips())
def test_a_plausible_reading_with_a_slip_is_proposed_back(
    slip: tuple[MeterRecord, str, str],
) -> None:
    of, right, wrong = slip
    assume(value_of(wrong) != value_of(right))

    verdict = check(wrong, of)

    # A slip so small that the reading stays plausible cannot be seen.
    if verdict.refusals or verdict.warnings:
        assert verdict.meant_mcu == value_of(right)
    else:
        assert verdict.counted_mcu is not None


@given(slip=slips())
def test_a_reading_as_usual_is_never_doubted(slip: tuple[MeterRecord, str, str]) -> None:
    of, right, _ = slip

    verdict = check(right, of)

    assert (verdict.refusals, verdict.warnings) == ([], [])


@given(text=st.text(max_size=20))
def test_any_text_is_a_reading_or_named(text: str) -> None:
    try:
        value = value_of(text)
    except NotAReading as error:
        value, sentence = 0, str(error)
    else:
        sentence = "не показание прибора"

    assert value >= 0
    assert "не показание прибора" in sentence
