"""Bases of a centre's own: by a formula of its names, and as calculated elsewhere."""

from collections.abc import Callable, Mapping
from fractions import Fraction

from app.domain import formula_names
from app.domain.bases import words
from app.domain.bases.rule import Named, Rule, StoredLine, half_up, part_of_month
from app.domain.basis import Basis
from app.domain.formula import (
    Choice,
    Condition,
    Extremum,
    Formula,
    Name,
    Negated,
    Number,
    Operation,
    Part,
    Rounding,
    Tree,
    needs_brackets,
    number_text,
    parts,
    read,
    written,
)
from app.domain.money import KOP_PER_RUB, MILLION, rubles
from app.domain.note import words_of

_SLOTS = ("expression_note", *(f"value_{number}" for number in range(1, 9)))
_COMPARE: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "<": lambda one, other: one < other,
    ">": lambda one, other: one > other,
    "<=": lambda one, other: one <= other,
    ">=": lambda one, other: one >= other,
    "=": lambda one, other: one == other,
    "<>": lambda one, other: one != other,
}
_NUMBERS = {"мин": "min", "макс": "max"}
_Values = Mapping[str, Fraction]


def _formula(line: StoredLine, named: Named) -> Formula:
    return read(words_of(line.notes, named["expression_note"]))


def _values(line: StoredLine, named: Named, formula: Formula) -> dict[str, Fraction]:
    """Give the values of the names as the line keeps them."""
    values = {
        formula_names.PRICE: Fraction(line.price_mcr, MILLION),
        formula_names.DAYS: Fraction(line.days),
        formula_names.MONTH_DAYS: Fraction(line.period.days),
    }
    for slot in formula_names.slots_of(formula):
        over = named[f"value_{slot.first + 1}"]
        is_share = slot.name == formula_names.SHARE
        under = named[f"value_{slot.first + 2}"] if is_share else slot.scale
        values[slot.name] = Fraction(over, under)
    if formula_names.VOLUME in values and not formula_names.goes_by_days(formula):
        values[formula_names.VOLUME] /= part_of_month(line)
    return values


def values_of(line: StoredLine) -> dict[str, Fraction]:
    """Give the names of the formula of a line, as it writes them, with the values put in."""
    named = dict(zip(_SLOTS, line.slots, strict=False))
    formula = _formula(line, named)
    values = _values(line, named, formula)
    return {written(Name(name)): values[name] for name in formula.names}


def _value(tree: Tree, values: _Values) -> Fraction:
    match tree:
        case Number():
            found = tree.value
        case Name():
            found = values[tree.name]
        case Negated():
            found = -_value(tree.inside, values)
        case Rounding():
            scale = 10**tree.places
            found = Fraction(half_up(_value(tree.inside, values) * scale), scale)
        case Choice():
            found = _value(_taken(tree, values), values)
        case Extremum():
            sides = _value(tree.left, values), _value(tree.right, values)
            found = min(sides) if tree.function == "мин" else max(sides)
        case Operation():
            sides = _value(tree.left, values), _value(tree.right, values)
            found = _of_operation(tree.sign, *sides)
    return found


def _of_operation(sign: str, left: Fraction, right: Fraction) -> Fraction:
    if sign in "+−":
        return left + right if sign == "+" else left - right
    return left * right if sign == "×" else left / right


def _holds(condition: Condition, values: _Values) -> bool:
    left, right = _value(condition.left, values), _value(condition.right, values)
    return _COMPARE[condition.sign](left, right)


def _taken(tree: Choice, values: _Values) -> Tree:
    return tree.then if _holds(tree.condition, values) else tree.otherwise


def _whole(line: StoredLine, named: Named) -> Fraction:
    formula = _formula(line, named)
    value = _value(formula.tree, _values(line, named, formula))
    return value if formula_names.goes_by_days(formula) else value * part_of_month(line)


def _volume(line: StoredLine, named: Named) -> int:
    return half_up(_whole(line, named) * MILLION)


def _amount(line: StoredLine, named: Named) -> int:
    return half_up(_whole(line, named) * KOP_PER_RUB)


class _Writer:
    """Writes a formula with the numbers put in, so that a calculator gives its value."""

    def __init__(self, line: StoredLine, named: Named, unit: str) -> None:
        self.formula = _formula(line, named)
        self.values = _values(line, named, self.formula)
        self._line = line
        self._named = named
        self._units = {
            **dict.fromkeys(formula_names.AREAS, "м2"),
            formula_names.PEOPLE: "чел.",
            formula_names.VOLUME: unit,
        }

    def whole(self) -> str:
        """Give the text of the result, a part of the month included; a sum is in brackets."""
        text = self.closed(self.formula.tree)
        by_days = formula_names.goes_by_days(self.formula)
        return text if by_days else f"{text}{words.days(self._line)}"

    def closed(self, tree: Tree) -> str:
        """Give the text of a part, in brackets when it is a sum."""
        tree = self._shown(tree)
        text = self.put(tree)
        return f"({text})" if isinstance(tree, Operation) and tree.sign in "+−" else text

    def put(self, part: Part) -> str:
        """Give the text of a part with its numbers."""
        match part:
            case Choice():
                text = self.put(_taken(part, self.values))
            case Number():
                text = number_text(part.value)
            case Name():
                text = self._number_of(part.name)
            case Rounding():
                text = _plain(_value(part, self.values))
            case Negated():
                text = f"(0 − {self.closed(part.inside)})"
            case Extremum():
                function = _NUMBERS[part.function]
                text = f"{function}({self.put(part.left)}; {self.put(part.right)})"
            case Condition():
                text = f"{self.put(part.left)} {part.sign} {self.put(part.right)}"
            case Operation():
                text = f"{self._side(part, part.left)} {part.sign} {self._side(part, part.right)}"
        return text

    def _shown(self, tree: Tree) -> Tree:
        """Give the branch taken of a choice: that is what stands in the text."""
        while isinstance(tree, Choice):
            tree = _taken(tree, self.values)
        return tree

    def _side(self, whole: Operation, side: Tree) -> str:
        shown = self._shown(side)
        text = self.put(shown)
        is_operation = isinstance(shown, Operation)
        return f"({text})" if is_operation and needs_brackets(whole, shown) else text

    def _number_of(self, name: str) -> str:
        value = self.values[name]
        if name == formula_names.SHARE and value.denominator != 1:
            return f"({value.numerator}/{value.denominator})"
        unit = self._units.get(name, "")
        line = self._line
        is_part = name == formula_names.VOLUME and line.days != line.period.days
        if is_part and not formula_names.goes_by_days(self.formula):
            kept = number_text(value * part_of_month(line))
            return f"({kept} {unit} × {line.period.days}/{line.days})"
        return f"{_plain(value)} {unit}".rstrip()

    def remarks(self) -> list[str]:
        """Say how conditions came out and what was rounded: the text has only the outcome."""
        said = []
        for part in self._met(self.formula.tree):
            if isinstance(part, Choice):
                answer = "да" if _holds(part.condition, self.values) else "нет"
                said.append(f"{written(part.condition)}: {self.put(part.condition)} – {answer}")
            if isinstance(part, Rounding):
                inside = self.put(part.inside)
                rounded = _plain(_value(part, self.values))
                said.append(f"округлено до {part.places} знаков: {inside} ≈ {rounded}")
        return said

    def _met(self, tree: Tree) -> list[Part]:
        """Give the parts that were counted: not those of a branch that was not taken."""
        skipped = {
            id(part)
            for choice in parts(tree)
            if isinstance(choice, Choice)
            for part in parts(
                choice.otherwise if _holds_safely(choice, self.values) else choice.then
            )
        }
        return [part for part in parts(tree) if id(part) not in skipped]


def _holds_safely(choice: Choice, values: _Values) -> bool:
    """Tell how a condition comes out; one of a branch not taken may have no value."""
    try:
        return _holds(choice.condition, values)
    except ZeroDivisionError:
        return False


def _plain(value: Fraction) -> str:
    return f"(0 − {number_text(-value)})" if value < 0 else number_text(value)


def _text(line: StoredLine, named: Named, unit: str) -> str:
    return _Writer(line, named, unit).whole()


def _amount_text(line: StoredLine, named: Named, unit: str) -> str:
    return f"{_Writer(line, named, unit).whole()} ₽"


def _why(line: StoredLine, named: Named) -> str:
    writer = _Writer(line, named, "")
    return "; ".join([f"формула услуги: {writer.formula.text}", *writer.remarks()])


def _external_volume(_: StoredLine, named: Named) -> int:
    return named["volume_mcu"]


def _external_amount(_: StoredLine, named: Named) -> int:
    return named["amount_kop"]


def _external_text(_: StoredLine, named: Named, unit: str) -> str:
    return f"{words.number(named['volume_mcu'])} {unit}"


def _external_amount_text(_: StoredLine, named: Named, __: str) -> str:
    kop = named["amount_kop"]
    text = words.comma(rubles(abs(kop)))
    return f"{text} ₽" if kop >= 0 else f"(0 − {text}) ₽"


def _external_why(line: StoredLine, named: Named) -> str:
    document = words_of(line.notes, named["document_note"])
    return f"основание: {document}" if document else "сумма рассчитана вне программы"


RULES: dict[Basis, Rule] = {
    Basis.FORMULA: Rule(
        "FORMULA", "решение или договор", "объём по формуле", _SLOTS,
        volume=_volume, text=_text, why=_why,
    ),
    Basis.FORMULA_AMOUNT: Rule(
        "FORMULA", "решение или договор", "по формуле", _SLOTS,
        volume=lambda _, __: 0, text=_text, why=_why, amount=_amount, amount_text=_amount_text,
    ),
    Basis.EXTERNAL: Rule(
        "EXTERNAL", "договор", "рассчитано поставщиком",
        ("document_note", "amount_kop", "volume_mcu"),
        volume=_external_volume, text=_external_text, why=_external_why,
        amount=_external_amount, amount_text=_external_amount_text,
    ),
}  # fmt: skip
