"""What a name of a formula stands for: its unit, where its value is kept; what is wrong with one.

    quantity           unit          kept in the line as
    площадь …          м2            cm2 (10^-4)
    людей              чел.          whole
    объём, количество  of service    millionths
    норматив           as it is      millionths
    коэффициент        none          millionths, 1 where nobody has one
    доля               none          two numbers, over and under
    тариф              ₽ of a unit   the price of the line
    дней …             дн.           the days of the line and its month
    characteristics    as they are   millionths; of the account, else the premises, else the house

A literal or коэффициент fits any unit, and what it multiplies is known to be roubles or not, no
more: 0,5 may be m3 of a person. норматив and characteristics are not asked for their units. People
are a count: in a product they have no unit.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

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
    normal,
    parts,
    written,
)
from app.domain.money import MILLION

PRICE = "тариф"
DAYS, MONTH_DAYS = "дней", "дней_в_месяце"
PEOPLE, VOLUME, NORM = "людей", "объем", "норматив"
QUANTITY, FACTOR, SHARE = "количество", "коэффициент", "доля"
AREA, LIVING, HEATED = "площадь", "жилая_площадь", "отапливаемая_площадь"
AREAS = (AREA, LIVING, HEATED)
OF_LINE = (PRICE, DAYS, MONTH_DAYS)  # the line has them anyway: they take no slot
KNOWN = (*AREAS, PEOPLE, VOLUME, NORM, QUANTITY, FACTOR, SHARE, *OF_LINE)
VALUES_MAX = 8
_CM2 = 10_000
_PERSON = "чел."
_SAME_UNIT = {"м²": "м2", "квм": "м2", "чел": "чел.", "человек": "чел.", "м³": "м3"}

Powers = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class NameSlot:
    """Where a line keeps the value of a name.

    :ivar first: its number among the values of the line, from 0; of доля the first of two
    :ivar scale: parts of one the stored number counts
    """

    name: str
    first: int
    scale: int


@dataclass(frozen=True, slots=True)
class FormulaFault:
    """What is wrong with a formula, and what would be right."""

    message: str
    hint: str


def slots_of(formula: Formula) -> tuple[NameSlot, ...]:
    """Give the names whose values a line must keep, in order."""
    result: list[NameSlot] = []
    place = 0
    for name in formula.names:
        if name in OF_LINE:
            continue
        scale = _CM2 if name in AREAS else 1 if name in (PEOPLE, SHARE) else MILLION
        result.append(NameSlot(name, place, scale))
        place += 2 if name == SHARE else 1
    return tuple(result)


def gives_amount(formula: Formula) -> bool:
    """Tell whether it gives roubles; otherwise it gives a volume."""
    return PRICE in formula.names


def goes_by_days(formula: Formula) -> bool:
    """Tell whether it sees to a part of the month itself."""
    return DAYS in formula.names


def characteristics_of(formula: Formula) -> tuple[str, ...]:
    """Give the names that somebody's characteristics must have; коэффициент may be one."""
    return tuple(name for name in formula.names if name == FACTOR or name not in KNOWN)


def check(formula: Formula, *, unit: str, characteristics: Iterable[str]) -> FormulaFault | None:
    """Say what is wrong with a formula that is about to be kept; None when nothing is.

    :param unit: of the service
    :param characteristics: names that houses, premises or accounts have
    """
    known = {*KNOWN, *map(normal, characteristics)}
    return (
        _unknown(formula, known)
        or _too_many(formula)
        or next(filter(None, map(_zero, parts(formula.tree))), None)
        or _units(formula, unit)
    )


def _unknown(formula: Formula, known: set[str]) -> FormulaFault | None:
    for name in formula.names:
        if name not in known:
            near = difflib.get_close_matches(name, sorted(known), n=1)
            hint = (
                f"Вы имели в виду «{written(Name(near[0]))}»?"
                if near
                else "Есть: " + ", ".join(written(Name(one)) for one in KNOWN)
                + " и характеристики дома, помещения и счёта."
            )  # fmt: skip
            return FormulaFault(f"имени «{name}» нет", hint)
    return None


def _too_many(formula: Formula) -> FormulaFault | None:
    slots = slots_of(formula)
    used = slots[-1].first + (2 if slots[-1].name == SHARE else 1) if slots else 0
    if used <= VALUES_MAX:
        return None
    return FormulaFault(
        f"в формуле {used} величин (доля считается за две), а строка хранит не больше {VALUES_MAX}",
        "Вынесите часть расчёта в характеристику или в другую услугу.",
    )


def _zero(part: Part) -> FormulaFault | None:
    if isinstance(part, Operation) and part.sign == "/" and _constant(part.right) == 0:
        return FormulaFault(
            f"деление на ноль: {written(part)}", "Делить можно на число, отличное от нуля."
        )
    return None


def _constant(part: Part) -> Fraction | None:
    """Give the value of what has no names in it, None when it has some or is not defined."""
    if any(isinstance(one, Name | Choice | Condition) for one in parts(part)):
        return None
    match part:
        case Number():
            return part.value
        case Negated() | Rounding():
            inside = _constant(part.inside)
            return None if inside is None else -inside if isinstance(part, Negated) else inside
        case Operation() | Extremum():
            return _of_two(part, _constant(part.left), _constant(part.right))
        case _:
            return None


def _of_two(
    part: Operation | Extremum, left: Fraction | None, right: Fraction | None
) -> Fraction | None:
    if left is None or right is None:
        return None
    if isinstance(part, Extremum):
        return min(left, right) if part.function == "мин" else max(left, right)
    if part.sign in "+−":
        return left + right if part.sign == "+" else left - right
    if part.sign == "×":
        return left * right
    return left / right if right else None


@dataclass(frozen=True, slots=True)
class _Measure:
    """A unit: powers of plain units.

    :ivar powers: None where nobody knows
    :ivar is_plain: a bare number, which fits any unit
    :ivar is_loose: only the power of the rouble is known
    """

    powers: Powers | None
    is_plain: bool = False
    is_loose: bool = False

    @property
    def rubles(self) -> int:
        return dict(self.powers or ()).get("₽", 0)


class _UnitsDifferError(Exception):
    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


_ANY = _Measure(None)
_PLAIN = _Measure((), is_plain=True)


def _units(formula: Formula, unit: str) -> FormulaFault | None:
    try:
        found = _measured(formula.tree, _same_unit(unit))
    except _UnitsDifferError as error:
        return FormulaFault(
            error.message, "Складывать и сравнивать можно величины одной единицы: умножьте одну."
        )
    if found.powers is None:
        return None
    if gives_amount(formula) and found.rubles != 1:
        return FormulaFault(
            f"результат получается в единицах «{_shown(found)}», а нужны рубли",
            "Тариф должен войти в произведение один раз и не в делитель.",
        )
    return None


def _same_unit(unit: str) -> str:
    plain = unit.strip().casefold().replace(".", "").replace(" ", "")
    return _SAME_UNIT.get(plain, plain or "ед")


def _measured(part: Part, unit: str) -> _Measure:
    match part:
        case Number():
            return _PLAIN
        case Name():
            return _of_name(part.name, unit)
        case Negated() | Rounding():
            return _measured(part.inside, unit)
        case Operation() if part.sign in "×/":
            left, right = _measured(part.left, unit), _measured(part.right, unit)
            return _product(left, right, -1 if part.sign == "/" else 1)
        case Operation() | Extremum() | Condition():
            return _alike(part, part.left, part.right, unit)
        case Choice():
            _measured(part.condition, unit)
            return _alike(part, part.then, part.otherwise, unit)


def _of_name(name: str, unit: str) -> _Measure:
    powers: dict[str, Powers] = {
        **dict.fromkeys(AREAS, (("м2", 1),)),
        PEOPLE: ((_PERSON, 1),),
        VOLUME: ((unit, 1),),
        QUANTITY: ((unit, 1),),
        PRICE: tuple(sorted([("₽", 1), (unit, -1)])),
        DAYS: (("дн.", 1),),
        MONTH_DAYS: (("дн.", 1),),
        SHARE: (),
    }
    if name == FACTOR:
        return _PLAIN
    return _Measure(powers[name]) if name in powers else _ANY


def _product(left: _Measure, right: _Measure, power: int) -> _Measure:
    if left.powers is None or right.powers is None:
        return _ANY
    if left.is_plain and right.is_plain:
        return _PLAIN
    is_loose = left.is_loose or right.is_loose or left.is_plain or right.is_plain
    sums = dict(left.powers)
    for unit, its in right.powers:
        sums[unit] = sums.get(unit, 0) + its * power
    sums.pop(_PERSON, None)
    kept = {unit: its for unit, its in sums.items() if its and (unit == "₽" or not is_loose)}
    return _Measure(tuple(sorted(kept.items())), is_loose=is_loose)


def _alike(part: Part, one: Part, other: Part, unit: str) -> _Measure:
    """Give the unit of two that are added, compared or chosen from.

    :raises _UnitsDifferError: when they have different ones
    """
    left, right = _measured(one, unit), _measured(other, unit)
    if left.is_plain or right.powers is None:
        return right if left.is_plain else left
    if right.is_plain or left.powers is None:
        return left if right.is_plain else right
    is_loose = left.is_loose or right.is_loose
    if left.rubles != right.rubles or (not is_loose and left.powers != right.powers):
        raise _UnitsDifferError(
            f"в «{written(part)}» разные единицы: «{written(one)}» – {_shown(left)}, "
            f"«{written(other)}» – {_shown(right)}"
        )
    return left if left.is_loose else right


def _shown(measure: _Measure) -> str:
    def one(unit: str, power: int) -> str:
        return unit if power == 1 else f"{unit} в степени {power}"

    powers = measure.powers or ()
    if measure.is_loose and not powers:
        return "не рубли"
    over = " × ".join(one(unit, power) for unit, power in powers if power > 0)
    under = "".join(f"/{one(unit, -power)}" for unit, power in powers if power < 0)
    return f"{over or '1'}{under}" if powers else "просто число"
