"""Dated values of the law, and the centre's own before them."""

from datetime import date

import pytest

from app import resources
from app.domain import law
from app.domain.law import NoValueInForce

METERING = law.table(resources.law_table("metering"))


@pytest.mark.parametrize(("on", "cold", "hot"), [
    (date(2025, 12, 5), 1_500_000, 1_500_000),
    (date(2025, 12, 6), 3_000_000, 1_500_000),
    (date(2026, 10, 31), 3_000_000, 1_500_000),
])  # fmt: skip
def test_the_raising_factor_of_a_day(on, cold, hot):
    rules = law.rules(METERING, {}, on=on)

    assert (rules.raising_cold_ppm, rules.raising_hot_ppm) == (cold, hot)


def test_a_parameter_of_the_centre_goes_first_and_helps_where_the_law_is_silent():
    known = {"кпов.хвс": "2", "кпов.гвс": "1,25", "водоотведение.один_прибор": "закон"}
    since = {name: tuple(one for one in rows if one.valid_from.year < 2017)
             for name, rows in METERING.items()}  # fmt: skip

    rules = law.rules(since, known, on=date(2016, 5, 31))

    assert (rules.raising_cold_ppm, rules.raising_hot_ppm) == (2_000_000, 1_250_000)
    assert rules.waste_water_by_law


@pytest.mark.parametrize("value", ["три", "", "-1", "nan"])
def test_a_parameter_that_is_no_number_is_refused(value):
    with pytest.raises(NoValueInForce, match="Параметры"):
        law.rules(METERING, {"кпов.хвс": value}, on=date(2026, 10, 31))


def test_before_the_law_there_is_no_value():
    with pytest.raises(NoValueInForce, match="raising"):
        law.rules(METERING, {}, on=date(1999, 1, 31))
