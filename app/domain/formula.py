"""The expression of a service that a centre defines itself: its grammar, tree and text.

    sum        product { (+ | −) product }
    product    factor { (× | /) factor }
    factor     − factor | number | name | ( sum ) | function
    function   мин(a; b) | макс(a; b) | окр(x; places) | если(a < b; then; otherwise)
    name       letters, digits and _, whatever the case; «ё» is «е»
    number     12  12,5  12.5        signs  × *   / ÷ :   − -   <= ≤  >= ≥  <> ≠

There is no power, no loop and no name that does not stand for a number: nothing can be run.
"""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Never, TypeAlias

from app.errors import Malformed

LONGEST = 1_000
_NODES_MAX = 200
_DEPTH_MAX = 40
_DIGITS_MAX = 12
PLACES_MAX = 6
_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:[.,][0-9]+)?)|(?P<name>[^\W\d]\w*)"
    r"|(?P<sign><=|>=|<>|[-+*/()×·÷:−–<>=≤≥≠;]))"  # the signs people type
)
_SAME_SIGN = {
    "*": "×", "·": "×", "÷": "/", ":": "/", "-": "−", "–": "−",
    "≤": "<=", "≥": ">=", "≠": "<>",
}  # fmt: skip
_COMPARISONS = ("<", ">", "<=", ">=", "=", "<>")
FUNCTIONS = ("мин", "макс", "если", "окр")
_SHOWN = {"объем": "объём"}
_NOT_WORD = re.compile(r"[^0-9a-zа-я]+")


class NotAFormula(Malformed):
    """A text that is no expression; it says at which character."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(f"{message} {hint}".strip())
        self.told = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Number:
    """A number written out."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Name:
    """A quantity by its name, as :func:`normal` gives it."""

    name: str


@dataclass(frozen=True, slots=True)
class Negated:
    """Minus something."""

    inside: "Tree"


@dataclass(frozen=True, slots=True)
class Operation:
    """One of + − × /."""

    sign: str
    left: "Tree"
    right: "Tree"


@dataclass(frozen=True, slots=True)
class Extremum:
    """The lesser or the greater of two: мин, макс."""

    function: str
    left: "Tree"
    right: "Tree"


@dataclass(frozen=True, slots=True)
class Rounding:
    """Half up to so many decimals: окр."""

    inside: "Tree"
    places: int


@dataclass(frozen=True, slots=True)
class Condition:
    """Two sides compared."""

    sign: str
    left: "Tree"
    right: "Tree"


@dataclass(frozen=True, slots=True)
class Choice:
    """If the condition holds the one, otherwise the other: если."""

    condition: Condition
    then: "Tree"
    otherwise: "Tree"


Tree: TypeAlias = Number | Name | Negated | Operation | Extremum | Rounding | Choice
Part: TypeAlias = Tree | Condition


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression that has been read.

    :ivar text: the expression in one way of writing it
    :ivar names: names it mentions, in order
    """

    text: str
    tree: Tree
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    place: int  # from 1


def normal(name: str) -> str:
    """Give a name as formulas know it: lower case, «ё» as «е», anything else between words _."""
    return _NOT_WORD.sub("_", name.casefold().replace("ё", "е")).strip("_")


@lru_cache(maxsize=1_000)
def read(text: str) -> Formula:
    """Read an expression.

    :raises NotAFormula: naming the character at which it stops being one
    """
    if len(text) > LONGEST:
        raise NotAFormula(
            f"формула длиннее {LONGEST} знаков: {len(text)}.", hint="Разделите её на две услуги."
        )
    reader = _Reader(text)
    tree = reader.whole()
    names = dict.fromkeys(part.name for part in parts(tree) if isinstance(part, Name))
    return Formula(text=written(tree), tree=tree, names=tuple(names))


def parts(tree: Part) -> Iterator[Part]:
    """Give the tree and everything in it, from left to right."""
    yield tree
    for inside in _inside(tree):
        yield from parts(inside)


def _inside(tree: Part) -> tuple[Part, ...]:
    if isinstance(tree, Negated | Rounding):
        return (tree.inside,)
    if isinstance(tree, Operation | Extremum | Condition):
        return (tree.left, tree.right)
    if isinstance(tree, Choice):
        return (tree.condition, tree.then, tree.otherwise)
    return ()


def written(tree: Part) -> str:
    """Write a tree so that reading it gives the tree again."""
    match tree:
        case Number():
            text = number_text(tree.value)
        case Name():
            text = _SHOWN.get(tree.name, tree.name)
        case Negated():
            inside = written(tree.inside)
            text = f"−({inside})" if isinstance(tree.inside, Operation | Negated) else f"−{inside}"
        case Operation():
            left, right = (
                f"({written(side)})" if needs_brackets(tree, side) else written(side)
                for side in (tree.left, tree.right)
            )
            text = f"{left} {tree.sign} {right}"
        case Condition():
            text = f"{written(tree.left)} {tree.sign} {written(tree.right)}"
        case Extremum():
            text = f"{tree.function}({written(tree.left)}; {written(tree.right)})"
        case Rounding():
            text = f"окр({written(tree.inside)}; {tree.places})"
        case Choice():
            chosen = f"{written(tree.then)}; {written(tree.otherwise)}"
            text = f"если({written(tree.condition)}; {chosen})"
    return text


def needs_brackets(whole: Operation, side: Tree) -> bool:
    """Tell whether a side of an operation must stand in brackets."""
    if isinstance(side, Negated):
        return True
    if not isinstance(side, Operation):
        return False
    own, its = whole.sign in "×/", side.sign in "×/"
    return own > its or (own == its and side is whole.right)


def number_text(value: Fraction) -> str:
    """Give a finite decimal fraction with a comma."""
    whole, rest = divmod(abs(value), 1)
    digits = ""
    while rest and len(digits) < _DIGITS_MAX:
        digit, rest = divmod(rest * 10, 1)
        digits += str(digit)
    sign = "−" if value < 0 else ""
    return f"{sign}{whole},{digits}" if digits else f"{sign}{whole}"


class _Reader:
    """Descends over the tokens of one expression."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0
        self._depth = 0
        if len(self._tokens) > _NODES_MAX:
            raise NotAFormula(
                f"в формуле больше {_NODES_MAX} чисел, имён и знаков.", hint="Упростите её."
            )

    def whole(self) -> Tree:
        if self._now.kind == "end":
            raise NotAFormula("формула пуста.", hint="Впишите выражение, например площадь × тариф.")
        tree = self._sum()
        if self._now.kind != "end":
            self._fail(self._now, "лишнее")
        return tree

    @property
    def _now(self) -> _Token:
        return self._tokens[self._at]

    def _taken(self) -> _Token:
        token = self._now
        self._at += 1
        return token

    def _accepts(self, *signs: str) -> str:
        """Take one of these signs if it comes now; give it, or nothing."""
        if self._now.kind == "sign" and self._now.text in signs:
            return self._taken().text
        return ""

    def _expects(self, sign: str, hint: str) -> None:
        if not self._accepts(sign):
            self._fail(self._now, f"ожидалось «{sign}», а здесь", hint)

    def _sum(self) -> Tree:
        self._depth += 1
        if self._depth > _DEPTH_MAX:
            raise NotAFormula(f"скобок внутри скобок больше {_DEPTH_MAX}.", hint="Упростите её.")
        tree = self._product()
        while sign := self._accepts("+", "−"):
            tree = Operation(sign, tree, self._product())
        self._depth -= 1
        return tree

    def _product(self) -> Tree:
        tree = self._factor()
        while sign := self._accepts("×", "/"):
            tree = Operation(sign, tree, self._factor())
        return tree

    def _factor(self) -> Tree:
        minuses = 0
        while self._accepts("−"):
            minuses += 1
        token = self._taken()
        tree: Tree
        if token.kind == "number":
            tree = self._number(token)
        elif token.kind == "name":
            tree = self._named(token)
        elif token.text == "(":
            tree = self._sum()
            self._expects(")", "Закройте скобку.")
        else:
            self._fail(token, "ожидалось число, имя или скобка, а здесь")
        for _ in range(minuses):
            tree = Negated(tree)
        return tree

    def _number(self, token: _Token) -> Number:
        whole, _, part = token.text.replace(",", ".").partition(".")
        if len(whole) > _DIGITS_MAX or len(part) > PLACES_MAX:
            self._fail(token, f"цифр больше {_DIGITS_MAX} или после запятой больше {PLACES_MAX}:")
        return Number(Fraction(f"{whole}.{part or 0}"))

    def _named(self, token: _Token) -> Tree:
        name = normal(token.text)
        if not name or not name.isidentifier():
            self._fail(token, "имя пишут русскими или латинскими буквами, а здесь")
        if not self._accepts("("):
            return Name(name)
        if name not in FUNCTIONS:
            near = difflib.get_close_matches(name, FUNCTIONS, n=1, cutoff=0.5)
            hint = f"Вы имели в виду «{near[0]}»?" if near else f"Есть: {', '.join(FUNCTIONS)}."
            self._fail(token, "такой функции нет:", hint)
        tree = self._choice() if name == "если" else self._of_two(name)
        self._expects(")", f"Проверьте число частей функции «{name}» и закройте скобку.")
        return tree

    def _of_two(self, name: str) -> Tree:
        left = self._sum()
        self._expects(";", f"Функции «{name}» нужны две части через «;».")
        place = self._now
        right = self._sum()
        if name != "окр":
            return Extremum(name, left, right)
        if not isinstance(right, Number) or right.value.denominator != 1:
            self._fail(place, "число знаков округления пишут целым числом, а здесь")
        if right.value > PLACES_MAX:
            self._fail(place, f"знаков округления бывает от 0 до {PLACES_MAX}, а здесь")
        return Rounding(left, int(right.value))

    def _choice(self) -> Tree:
        hint = "Пишите так: если(людей > 3; одно; другое)."
        left = self._sum()
        sign = self._accepts(*_COMPARISONS)
        if not sign:
            self._fail(self._now, "ожидалось сравнение (<, >, <=, >=, =, <>), а здесь", hint)
        condition = Condition(sign, left, self._sum())
        self._expects(";", hint)
        then = self._sum()
        self._expects(";", hint)
        return Choice(condition, then, self._sum())

    def _fail(self, token: _Token, message: str, hint: str = "") -> Never:
        found = "конец формулы" if token.kind == "end" else f"«{token.text}»"
        raise NotAFormula(f"символ {token.place}: {message} {found}.", hint=hint)


def _tokens(text: str) -> Iterator[_Token]:
    place = 0
    end = len(text.rstrip())
    while place < end:
        found = _TOKEN.match(text, place)
        if found is None:
            raise _odd(text, place + len(text[place:]) - len(text[place:].lstrip()))
        kind = str(found.lastgroup)
        word = found[kind]
        yield _Token(kind, _SAME_SIGN.get(word, word), found.start(kind) + 1)
        place = found.end()
    yield _Token("end", "", end + 1)


def _odd(text: str, place: int) -> NotAFormula:
    hints = {
        "^": "Степени нет: напишите умножение.",
        ",": "Части функции разделяют точкой с запятой, десятичную запятую пишут без пробелов.",
        "%": "Процент пишут числом: 10 % – это 0,1.",
    }
    sign = text[place]
    return NotAFormula(
        f"символ {place + 1}: «{sign}» в формуле не бывает.", hint=hints.get(sign, "")
    )
