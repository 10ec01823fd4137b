"""The list of checks: what stops, what may be overridden, what is said."""

import re

import pytest

from app.domain.closing import (
    RULES,
    ClosingCheck,
    ClosingStopped,
    MonthPart,
    MonthState,
    NoSuchCheck,
    NoSuchPart,
    part_of,
    require_closable,
    rules_of,
)

BY_NAME = {rule.name: rule for rule in RULES}


def check(name: str, count: int = 1) -> ClosingCheck:
    return ClosingCheck(BY_NAME[name], count)


def closable(*found: ClosingCheck, despite: dict[str, str] | None = None) -> None:
    require_closable(found, despite or {}, shown="10.2026")


def test_names_are_each_once() -> None:
    assert len(BY_NAME) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_says_what_was_found_and_what_to_do(rule) -> None:
    assert "{count}" in rule.sentence
    assert re.fullmatch(r"[А-ЯЁ].*\.", rule.sentence)
    assert re.fullmatch(r"[А-ЯЁ].*\.", rule.mend)
    assert rule.is_blocking or not rule.may_override


@pytest.mark.parametrize("part", MonthPart)
def test_a_part_has_its_own_checks_and_those_of_every_closing(part: MonthPart) -> None:
    assert {rule.part for rule in rules_of(part)} == {None, part}


def test_nothing_found_does_not_stop() -> None:
    closable(*(check(rule.name, 0) for rule in RULES))


def test_warnings_do_not_stop() -> None:
    closable(*(check(rule.name) for rule in RULES if not rule.is_blocking))


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.is_blocking])
def test_what_blocks_stops_with_its_sentence(rule) -> None:
    with pytest.raises(ClosingStopped, match=r"Период 10\.2026 не закрыт") as stopped:
        closable(check(rule.name, 3))

    assert rule.sentence.format(count=3) in str(stopped.value)
    assert rule.mend in str(stopped.value)


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.is_blocking])
def test_a_reason_overrides_what_may_be_overridden_alone(rule) -> None:
    if rule.may_override:
        closable(check(rule.name), despite={rule.name: "акт № 3"})
        return
    with pytest.raises(ClosingStopped, match="и с указанием причины"):
        closable(check(rule.name), despite={rule.name: "акт № 3"})


def test_a_reason_for_one_does_not_let_another_pass() -> None:
    with pytest.raises(ClosingStopped, match="журнал кассы не равен книгам"):
        closable(
            check("shifts-open"), check("shifts-red"), despite={"shifts-open": "касса сгорела"}
        )


def test_an_empty_reason_is_none() -> None:
    with pytest.raises(ClosingStopped, match="Не указана причина"):
        closable(check("shifts-open"), despite={"shifts-open": " "})


def test_a_reason_for_nothing_known_is_refused() -> None:
    with pytest.raises(NoSuchCheck, match="shifts-open"):
        closable(despite={"смены": "так"})


@pytest.mark.parametrize(
    ("word", "part"),
    [
        ("charges", MonthPart.CHARGES),
        ("Оплата", MonthPart.PAYMENTS),
        (" пени ", MonthPart.PENALTIES),
    ],
)
def test_a_part_is_named_by_programs_and_by_people(word: str, part: MonthPart) -> None:
    assert part_of(word) is part


def test_a_word_that_is_no_part_is_malformed() -> None:
    with pytest.raises(NoSuchPart, match="Есть: charges"):
        part_of("всё")


def test_states_have_words() -> None:
    assert [state.words for state in MonthState] == ["открыт", "закрывается", "закрыт"]


def test_a_check_is_told_to_programs() -> None:
    found = ClosingCheck(BY_NAME["shifts-open"], 2, ("касса 1", "касса 2"))

    assert found.as_json() == {
        "name": "shifts-open",
        "part": "payments",
        "level": "blocking",
        "overridable": True,
        "count": 2,
        "sentence": "Смен, открытых до конца месяца и не закрытых: 2.",
        "mend": BY_NAME["shifts-open"].mend,
        "examples": ["касса 1", "касса 2"],
    }
