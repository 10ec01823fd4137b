"""The expressions of a centre: read, written, checked, and evaluated over columns exactly."""

import contextlib
import time
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain import formula_columns, formula_names
from app.domain.formula import (
    LONGEST,
    Choice,
    Condition,
    Extremum,
    Formula,
    Name,
    Negated,
    NotAFormula,
    Number,
    Operation,
    Rounding,
    normal,
    read,
    written,
)
from app.domain.formula_columns import fractions
from tests.fixtures.soak import examples

NAMES = ("площадь", "людей", "объем", "тариф", "класс")
ROWS = 7
MOMENT_S = 3  # 0.1 s on a quiet machine
_quick = settings(max_examples=examples(150, full=5_000), deadline=None)


def trees() -> st.SearchStrategy:
    numbers = st.builds(
        Number, st.integers(0, 10**7).map(lambda one: Fraction(one, 1000))
    )  # fmt: skip
    leaves = numbers | st.sampled_from(NAMES).map(Name)

    def grown(inner: st.SearchStrategy) -> st.SearchStrategy:
        sign = st.sampled_from(["<", ">", "<=", ">=", "=", "<>"])
        return (
            st.builds(Operation, st.sampled_from(list("+−×/")), inner, inner)
            | st.builds(Negated, inner)
            | st.builds(Extremum, st.sampled_from(["мин", "макс"]), inner, inner)
            | st.builds(Rounding, inner, st.integers(0, 6))
            | st.builds(Choice, st.builds(Condition, sign, inner, inner), inner, inner)
        )

    return st.recursive(leaves, grown, max_leaves=12)


def exact(tree, values: dict[str, Fraction]) -> Fraction | None:
    """The value by the definition of each sign, on one row; None where it divides by zero."""
    if isinstance(tree, Number | Name):
        return tree.value if isinstance(tree, Number) else values[tree.name]
    if isinstance(tree, Choice):
        sides = exact(tree.condition.left, values), exact(tree.condition.right, values)
        if None in sides:
            return None
        return exact(tree.then if holds(tree.condition.sign, *sides) else tree.otherwise, values)
    if isinstance(tree, Negated | Rounding):
        inside = exact(tree.inside, values)
        return None if inside is None else one_sided(tree, inside)
    left, right = exact(tree.left, values), exact(tree.right, values)
    return None if left is None or right is None else two_sided(tree, left, right)


def holds(sign: str, left: Fraction, right: Fraction) -> bool:
    return {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right,
            "=": left == right, "<>": left != right}[sign]  # fmt: skip


def one_sided(tree, inside: Fraction) -> Fraction:
    if isinstance(tree, Negated):
        return -inside
    grown = abs(inside) * 10**tree.places + Fraction(1, 2)
    whole = grown.numerator // grown.denominator
    return Fraction(whole if inside >= 0 else -whole, 10**tree.places)


def two_sided(tree, left: Fraction, right: Fraction) -> Fraction | None:
    if isinstance(tree, Extremum):
        return min(left, right) if tree.function == "мин" else max(left, right)
    if tree.sign == "/":
        return left / right if right else None
    return {"+": left + right, "−": left - right, "×": left * right}[tree.sign]


@_quick
@given(trees())
def test_what_is_written_is_read_again(tree):
    assert read(written(tree)).tree == tree


@_quick
@given(trees(), st.sampled_from([("×", "*"), ("−", "-"), ("−", "–"), (" ", "   "), ("<>", "≠"),
                                 (",", ".")]))  # fmt: skip
def test_signs_are_read_however_they_are_typed(tree, variant):
    assert read(f" {written(tree).replace(*variant).upper()} ").tree == tree


@_quick
@given(
    trees(),
    st.lists(
        st.fixed_dictionaries(
            {
                "площадь": st.integers(0, 10**7),
                "людей": st.integers(0, 9),
                "объем": st.integers(-(10**9), 10**11),
                "тариф": st.integers(0, 10**13),
                "класс": st.integers(-3_000_000, 3_000_000),
            }
        ),
        min_size=1,
        max_size=ROWS,
    ),
)
def test_columns_come_to_what_each_row_comes_to(tree, rows):
    scales = {"площадь": 10**4, "людей": 1, "объем": 10**6, "тариф": 10**6, "класс": 10**6}
    columns = {
        name: fractions(np.array([row[name] for row in rows], dtype=np.int64), scale=scale)
        for name, scale in scales.items()
    }

    found = formula_columns.evaluated(tree, columns)

    size = len(rows)
    tops, bottoms, faults = (
        np.broadcast_to(column, size).tolist() for column in (found.top, found.bottom, found.fault)
    )
    for at, row in enumerate(rows):
        expected = exact(tree, {name: Fraction(row[name], scales[name]) for name in scales})
        if expected is None:
            assert faults[at] == formula_columns.DIVISION_BY_ZERO
        else:
            assert (faults[at], Fraction(int(tops[at]), int(bottoms[at]))) == (0, expected)


@_quick
@given(trees(), st.integers(0, 10**13), st.sampled_from([100, 10**6]))
def test_a_result_is_rounded_once_half_up(tree, value, scale):
    columns = {name: fractions(np.array([value]), scale=10**6) for name in NAMES}
    expected = exact(tree, dict.fromkeys(NAMES, Fraction(value, 10**6)))

    found = formula_columns.evaluated(tree, columns)
    result, fits = formula_columns.half_up(found, rows=1, scale=scale)

    if expected is not None:
        grown = abs(expected) * scale + Fraction(1, 2)
        whole = (1 if expected >= 0 else -1) * (grown.numerator // grown.denominator)
        assert fits[0] == (abs(whole) < formula_columns.GREATEST)
        assert result[0] == (whole if fits[0] else 0)


@pytest.mark.parametrize(("text", "words"), [
    ("", "формула пуста"),
    ("   ", "формула пуста"),
    ("площадь × ", "символ 10: ожидалось число, имя или скобка, а здесь конец формулы"),
    ("площадь тариф", "символ 9: лишнее «тариф»"),
    ("(площадь", "символ 9: ожидалось «)», а здесь конец формулы"),
    ("площадь)", "символ 8: лишнее «)»"),
    ("2^3", "Степени нет: напишите умножение"),
    ("площадь × 10%", "Процент пишут числом"),
    ("мин(1, 2)", "разделяют точкой с запятой"),
    ("мин(1)", "Функции «мин» нужны две части"),
    ("мин(1; 2; 3)", "Проверьте число частей функции «мин»"),
    ("минн(1; 2)", "Вы имели в виду «мин»?"),
    ("exec(1)", "такой функции нет"),
    ("__import__(1)", "такой функции нет"),
    ("a.b", "«.» в формуле не бывает"),
    ("площадь[0]", "«[» в формуле не бывает"),
    ("'текст'", "«'» в формуле не бывает"),
    ("если(площадь; 1; 2)", "ожидалось сравнение"),
    ("если(площадь > 1; 1)", "ожидалось «;»"),
    ("площадь > 1", "лишнее «>»"),
    ("окр(площадь; людей)", "целым числом"),
    ("окр(площадь; 1,5)", "целым числом"),
    ("окр(площадь; 7)", "от 0 до 6"),
    ("1,2,3", "«,» в формуле не бывает"),
    ("1234567890123", "символ 1: цифр больше 12"),
    ("0,1234567", "после запятой больше 6"),
    ("é × 2", "русскими или латинскими буквами"),
    ("_ × 2", "русскими или латинскими буквами"),
    ("+".join(["1"] * 150), "больше 200"),
    ("(" * 60 + "1" + ")" * 60, "скобок внутри скобок больше 40"),
    ("1 " * LONGEST, f"длиннее {LONGEST} знаков"),
])  # fmt: skip
def test_what_is_no_expression_is_named_with_its_place(text, words):
    with pytest.raises(NotAFormula) as caught:
        read(text)

    assert words in str(caught.value)


@given(st.text(max_size=60))
@settings(max_examples=examples(300, full=20_000), deadline=None)
def test_any_text_is_read_or_refused_in_a_sentence(text):
    with contextlib.suppress(NotAFormula):
        found = read(text)
        assert read(found.text).tree == found.tree


def fault(text: str, *, unit: str = "м2", known: tuple[str, ...] = ()) -> str:
    found = formula_names.check(read(text), unit=unit, characteristics=known)
    return "" if found is None else f"{found.message}: {found.hint}"


@pytest.mark.parametrize(("text", "words"), [
    ("площать × тариф", "имени «площать» нет: Вы имели в виду «площадь»?"),
    ("обьем × тариф", "Вы имели в виду «объём»?"),
    ("зюзюка × тариф", "Есть: площадь"),
    ("площадь + тариф", "разные единицы: «площадь» – м2, «тариф» – ₽/м2"),
    ("площадь × тариф + людей × тариф", "разные единицы"),
    ("макс(площадь; людей) × тариф", "разные единицы"),
    ("если(людей > площадь; 1; 2) × тариф", "разные единицы"),
    ("если(людей > 1; площадь; людей) × тариф", "разные единицы"),
    ("тариф × тариф", "а нужны рубли"),
    ("площадь / тариф", "а нужны рубли"),
    ("2 × тариф × тариф", "«₽ в степени 2», а нужны рубли"),
    ("2 × площадь + тариф", "«2 × площадь» – не рубли, «тариф» – ₽/м2"),
    ("площадь + людей", "«площадь» – м2, «людей» – чел."),
    ("площадь / 0", "деление на ноль"),
    ("площадь × тариф / (2 − 4/2)", "деление на ноль"),
    ("а + б + в + г + д + е + ж + з + и", "в формуле 9 величин"),
    ("а × б × в × г × д × е × ж × доля", "в формуле 9 величин"),
])  # fmt: skip
def test_what_makes_no_sense_is_told_before_it_is_kept(text, words):
    assert words in fault(text, known=tuple("абвгдежзи"))


@pytest.mark.parametrize("text", [
    "площадь × тариф",
    "макс(площадь − 33; 0) × тариф",
    "площадь × тариф × дней / дней_в_месяце",
    "тариф × (1 + 0,1 × класс)",
    "норматив × людей × тариф + объём × тариф",
    "коэффициент × площадь + 5",
    "если(людей = 0; 20; площадь) × тариф",
    "площадь × тариф + Этажность",
    "0,5 × людей + 0,02 × площадь",
    "если(людей > 2; площадь × тариф; площадь × тариф / людей)",
    "площадь × тариф / (людей + 1) + тариф × 3",
])  # fmt: skip
def test_what_makes_sense_is_kept(text):
    assert fault(text, known=("Класс", "этажность")) == ""


def test_the_unit_of_the_service_is_the_unit_of_its_tariff():
    assert fault("людей × тариф + тариф", unit="чел") != ""
    assert fault("(людей + количество) × тариф", unit="чел.") == ""
    assert fault("(площадь + количество) × тариф", unit="м²") == ""


def test_names_are_one_name_however_they_are_written():
    ways = ("Площадь балкона, м2", "площадь_балкона_м2", " ПЛОЩАДЬ  БАЛКОНА м2 ")

    assert {normal(one) for one in ways} == {"площадь_балкона_м2"}
    assert normal("Объём") == normal("объем")


def test_values_take_places_in_the_order_of_the_expression():
    found: Formula = read("людей × тариф × доля × площадь / дней")

    slots = formula_names.slots_of(found)

    assert [(one.name, one.first, one.scale) for one in slots] == [
        ("людей", 0, 1), ("доля", 1, 1), ("площадь", 3, 10_000),
    ]  # fmt: skip
    assert formula_names.gives_amount(found)
    assert formula_names.goes_by_days(found)


def test_fifty_thousand_rows_take_a_moment():
    rng = np.random.default_rng(1)
    size = 50_000
    columns = {
        "площадь": fractions(rng.integers(200_000, 900_000, size), scale=10**4),
        "людей": fractions(rng.integers(1, 7, size)),
        "объем": fractions(rng.integers(0, 20_000_000, size), scale=10**6),
        "тариф": fractions(np.full(size, 52_631_234), scale=10**6),
        "класс": fractions(rng.integers(1, 3_000_000, size), scale=10**6),
    }
    tree = read("если(людей > 3; мин(площадь; 60) × тариф × класс; объём × тариф / людей)").tree

    begun = time.perf_counter()
    formula_columns.half_up(formula_columns.evaluated(tree, columns), rows=size, scale=100)

    assert time.perf_counter() - begun < MOMENT_S
