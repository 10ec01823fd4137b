"""Formula services in charge(): against plain Python by days, from their own lines, as text."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from app.domain import explanation, replay
from app.domain.bases.every import RULES
from app.domain.basis import Basis
from app.domain.charging import charge
from app.domain.service import Method
from tests.cases.test_cases import line_of
from tests.domain import oracle_formula
from tests.domain.oracle_formula import FormulaLine
from tests.fixtures.calculator import check_steps
from tests.fixtures.charge_world import (
    Account,
    Assignment,
    Flat,
    House,
    Resident,
    Service,
    Tariff,
    World,
    inputs_of,
)
from tests.fixtures.random_formulas import PERIODS, formula_worlds
from tests.fixtures.soak import examples

_patient = settings(
    max_examples=examples(120, full=5_000), deadline=None, suppress_health_check=list(HealthCheck)
)


def spoken(world, charges) -> list[FormulaLine]:
    return sorted(
        FormulaLine(
            account=world.accounts[int(charges.account[at])].number,
            day_from=int(charges.day_from[at]),
            day_to=int(charges.day_to[at]),
            volume=Fraction(int(charges.volume_mcu[at]), 10**6),
            amount=Fraction(int(charges.amount_kop[at]), 100),
        )
        for at in range(len(charges))
    )


def named(world, name: str, otherwise: str):
    """The value of a characteristic: the account's own, else the house's."""

    def of(account) -> Fraction:
        own = {one.account: one.value for one in world.characteristics
               if one.name.casefold() == name}  # fmt: skip
        return Fraction(own.get(account.number, own.get("", otherwise)))

    return of


@_patient
@given(formula_worlds())
def test_every_line_is_what_plain_python_comes_to(drawn):
    world, known = drawn
    class_of, factor_of = named(world, "класс", "0"), named(world, "коэффициент", "1")
    expected = oracle_formula.lines(world, known, class_of=class_of, factor_of=factor_of)

    assert spoken(world, charge(inputs_of(world))) == expected


@_patient
@given(formula_worlds())
def test_every_line_comes_out_again_and_its_text_counts_to_its_amount(drawn):
    world, _ = drawn
    charges = charge(inputs_of(world))

    for at in range(len(charges)):
        line = line_of(world, charges, at)
        stored = line.stored
        assert replay.volume_mcu(stored) == stored.volume_mcu
        assert replay.amount_kop(stored) == stored.amount_kop
        amount = check_steps(explanation.steps(line))
        assert amount == Fraction(stored.amount_kop, 100)


@pytest.mark.parametrize(("formula", "text", "why"), [
    ("если(людей > 1; 2; 3) × тариф", "2 × 10 ₽", "людей > 1: 2 чел. > 1 – да"),
    ("если(людей > 2; 2; 3) × тариф", "3 × 10 ₽", "людей > 2: 2 чел. > 2 – нет"),
    ("(площадь − 4,5) × тариф", "(54,5 м2 − 4,5) × 10 ₽", "формула услуги"),
    ("тариф × 2 + тариф", "(10 × 2 + 10) ₽", "формула услуги"),
    ("тариф − (−тариф)", "(10 − (0 − 10)) ₽", "формула услуги"),
    ("окр(площадь × 2; 0) × тариф", "109 × 10 ₽", "округлено до 0 знаков: 54,5 м2 × 2 ≈ 109"),
    ("макс(людей; 3) × тариф", "max(2 чел.; 3) × 10 ₽", "формула услуги"),
    ("тариф / (людей / 2)", "10 / (2 чел. / 2) ₽", "формула услуги"),
    ("если(людей > 5; тариф / (людей − 2); тариф)", "10 ₽", "людей > 5: 2 чел. > 5 – нет"),
])  # fmt: skip
def test_the_text_has_the_numbers_of_the_branch_that_was_taken(formula, text, why):
    world = _world(formula)
    charges = charge(inputs_of(world))

    line = line_of(world, charges, 0)

    assert explanation.formula(line) == text
    assert why in explanation.why(line)


def _world(formula: str, *, accounts: int = 1) -> World:
    numbers = [str(nth) for nth in range(1, accounts + 1)]
    return World(
        period=PERIODS[-1],
        services=(Service("У", Method.FORMULA, unit="м2", formula=formula),),
        tariffs=(Tariff("У", "10"),),
        houses=(House("1"),),
        flats=tuple(Flat("1", one, "54.5") for one in numbers),
        accounts=tuple(Account(one, "1", one) for one in numbers),
        residents=tuple(Resident(one) for one in numbers for _ in range(2)),
        assignments=(Assignment("У", house="1"),),
    )


def test_a_column_of_many_accounts_is_many_columns_of_one():
    many = charge(inputs_of(_world("площадь × тариф / людей", accounts=9)))
    one = charge(inputs_of(_world("площадь × тариф / людей")))

    assert many.amount_kop.tolist() == one.amount_kop.tolist() * 9
    assert np.array_equal(many.slots, np.repeat(one.slots, 9, axis=0))


def test_a_stored_formula_that_cannot_be_read_is_a_problem_of_every_account():
    charges = charge(inputs_of(_world("площадь ×", accounts=2)))

    assert len(charges) == 0
    assert [one.account for one in charges.problems] == ["1", "2"]
    assert all("формула услуги не читается: символ 10" in str(one) for one in charges.problems)


@pytest.mark.parametrize("formula", [
    "100000000000 × 1000 × тариф", "площадь × 100000000 × 100000000000",
])  # fmt: skip
def test_what_no_line_can_hold_is_a_problem(formula):
    charges = charge(inputs_of(_world(formula)))

    assert [len(charges), len(charges.problems)] == [0, 1]
    assert "слишком больш" in charges.problems[0].message


def test_bases_of_the_centre_have_words_for_people():
    for basis in (Basis.FORMULA, Basis.FORMULA_AMOUNT, Basis.EXTERNAL):
        assert RULES[basis].law
        assert RULES[basis].words
