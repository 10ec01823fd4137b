"""kvitok formula: try the formula of a service on one account before it is kept."""

from fractions import Fraction
from typing import Any

from app.cli.context import Context, Verbs, complain
from app.domain import money, period
from app.domain.formula import number_text
from app.domain.money import MILLION
from app.operations.try_formula import TriedFormula, TriedLine, try_formula


def add_to(verbs: Verbs) -> None:
    """Add the verb."""
    parser = verbs.add("formula", help="проверить формулу услуги на одном счёте", run=_run)
    parser.add_argument("expression", metavar="ФОРМУЛА", help="например «площадь × тариф»")
    parser.add_argument("--account", metavar="НОМЕР", required=True, help="чьи величины подставить")
    parser.add_argument("--period", metavar="ПЕРИОД", required=True, help="например 2026-10")
    parser.add_argument("--service", metavar="КОД", help="чьи цена, норматив, приборы и единица")


def _run(context: Context) -> int:
    asked = context.arguments
    tried = try_formula(
        context.engine,
        asked.expression,
        account=asked.account,
        period=period.parse(asked.period),
        service=asked.service,
    )
    if not context.as_json:
        for problem in tried.problems:
            complain(str(problem))
    return context.answer(_document(tried), _text(tried))


def _document(tried: TriedFormula) -> dict[str, Any]:
    return {
        "formula": tried.text,
        "lines": [
            {
                "day_from": one.line.stored.day_from + 1,
                "day_to": one.line.stored.day_to,
                "values": {name: _decimal(value) for name, value in one.values.items()},
                "volume": money.decimal_of(one.line.stored.volume_mcu),
                "amount": money.rubles(one.line.amount_kop) if one.has_amount else None,
                "steps": list(one.steps),
            }
            for one in tried.lines
        ],
        "problems": [problem.as_json() for problem in tried.problems],
    }


def _decimal(value: Fraction) -> str:
    """Give a value as it is, or rounded to millionths: a share may have no end."""
    return money.decimal_of(round(value * MILLION))


def _text(tried: TriedFormula) -> str:
    parts = [f"Формула: {tried.text}", *map(_line, tried.lines)]
    if not tried.lines:
        parts.append("Начислить по ней этому счёту нечего.")
    return "\n".join(parts)


def _line(one: TriedLine) -> str:
    stored = one.line.stored
    month = stored.period
    lines = []
    if stored.days != month.days:
        lines.append(f"С {stored.day_from + 1:02d} по {stored.day_to:02d}.{month.shown}:")
    for name, value in one.values.items():
        shown = str(value) if MILLION % value.denominator else number_text(value)
        lines.append(f"  {name} = {shown}")
    return "\n".join([*lines, *(f"  {step}" for step in one.steps)])
