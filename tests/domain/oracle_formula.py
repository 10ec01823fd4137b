"""Formulas of a centre day by day in fractions, from plain Python in place of the expression.

A line is a run of days on which the price, and whatever the formula uses, stay the same versions.
Its amount is the value for a whole month × days / days of the month, unless the formula counts
days itself. Nothing here is shared with app/domain.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from tests.fixtures.charge_world import World

Values = dict[str, Fraction]


@dataclass(frozen=True)
class Known:
    """One formula, as the centre writes it and as Python counts it."""

    text: str
    counted: Callable[[Values], Fraction]
    uses: frozenset[str]
    by_days: bool = False

    @property
    def gives_amount(self) -> bool:
        return "тариф" in self.text


def _known(text: str, counted: Callable[[Values], Fraction], uses: str, *, by_days=False) -> Known:
    return Known(text, counted, frozenset(uses.split()), by_days)


HALF = Fraction(1, 2)
FORMULAS = (
    _known("площадь × тариф", lambda v: v["area"] * v["price"], "area price"),
    _known("людей × тариф × 1,25", lambda v: v["people"] * v["price"] * Fraction(5, 4),
           "people price"),
    _known("если(людей > 2; 2 + (людей − 2) × 0,5; людей) × тариф",
           lambda v: (2 + (v["people"] - 2) * HALF if v["people"] > 2 else v["people"])
           * v["price"], "people price"),
    _known("макс(площадь − 33; 0) × 0,5 + мин(площадь; 33)",
           lambda v: max(v["area"] - 33, Fraction(0)) * HALF + min(v["area"], Fraction(33)),
           "area"),
    _known("площадь × доля × тариф × класс", lambda v: v["area"] * v["share"] * v["price"]
           * v["class"], "area share price class"),
    _known("площадь × тариф × дней / дней_в_месяце",
           lambda v: v["area"] * v["price"] * v["days"] / v["month"], "area price days",
           by_days=True),
    _known("тариф × дней", lambda v: v["price"] * v["days"], "price days", by_days=True),
    _known("людей / площадь × 100", lambda v: v["people"] / v["area"] * 100, "people area"),
    _known("количество × коэффициент × тариф",
           lambda v: v["quantity"] * v["factor"] * v["price"], "quantity factor price"),
    _known("норматив × людей", lambda v: v["norm"] * v["people"], "norm people area"),
)  # fmt: skip


@dataclass(frozen=True, order=True)
class FormulaLine:
    account: str
    day_from: int
    day_to: int
    volume: Fraction
    amount: Fraction


def half_up(value: Fraction, places: int) -> Fraction:
    scale = 10**places
    whole = abs(value) * scale + HALF
    rounded = Fraction(whole.numerator // whole.denominator, scale)
    return rounded if value >= 0 else -rounded


def lines(world: World, known: Known, *, class_of, factor_of) -> list[FormulaLine]:
    """Give the lines of every account, one run of days after another."""
    found = []
    for account in world.accounts:
        runs: list[tuple[tuple, Values, int, int]] = []
        for day in range(world.period.days):
            on = world.period.first_day + timedelta(days=day)
            if not _covers(account.opened, account.closed, on):
                continue
            same, values = _on(world, account, on, known)
            values |= {"class": class_of(account), "factor": factor_of(account)}
            if runs and runs[-1][0] == same and runs[-1][3] == day:
                runs[-1] = (*runs[-1][:3], day + 1)
            else:
                runs.append((same, values, day, day + 1))
        found += [
            line
            for _, values, start, stop in runs
            if (line := _line(world, known, account.number, values, (start, stop))) is not None
        ]
    return sorted(found)


def _covers(since: date, until: date | None, on: date) -> bool:
    return since <= on and (until is None or on < until)


def _on(world: World, account, on: date, known: Known) -> tuple[tuple, Values]:
    """Give the versions of this day that matter to the formula, and the values."""
    flat = next(one for one in world.flats
                if one.number == account.flat and _covers(one.since, one.until, on))  # fmt: skip
    living = [one for one in world.residents
              if one.account == account.number and _covers(one.since, one.until, on)]  # fmt: skip
    people = sum(one.kind != "owner" for one in living) or len(living)
    price = next(one for one in world.tariffs if _covers(one.since, one.until, on))
    share = [one for one in account.shares if one[0] <= on][-1]
    values = {
        "area": Fraction(flat.area),
        "people": Fraction(people),
        "price": Fraction(price.price),
        "share": Fraction(share[1], share[2]),
        "quantity": Fraction(world.assignments[0].quantity),
        "norm": Fraction(world.norms[0].value),
    }
    # A new decision at the same price divides no line; another area or share does.
    versions = {"area": flat.since, "people": people, "share": share[0]}
    used = tuple(versions[name] for name in sorted(known.uses & set(versions)))
    return (*used, price.price), values


def _line(
    world: World, known: Known, number: str, values: Values, days: tuple[int, int]
) -> FormulaLine | None:
    if "people" in known.uses and not values["people"]:
        return None
    month, (start, stop) = world.period.days, days
    value = known.counted(
        values | {"days": Fraction(stop - start), "month": Fraction(month)}
    )  # fmt: skip
    if not known.by_days:
        value = value * (stop - start) / month
    if known.gives_amount:
        return FormulaLine(number, start, stop, Fraction(0), half_up(value, 2))
    volume = half_up(value, 6)
    return FormulaLine(number, start, stop, volume, half_up(volume * values["price"], 2))
