"""The yearly correction of heating from the command line: correct-heating."""

from pathlib import Path

from uuid_utils.compat import uuid7

from app.cli.context import Context, Verbs
from app.domain import explanation, money, period
from app.domain.voucher import Voucher, VoucherKind
from app.exchange import heat_units
from app.operations.correct_heating import correct_heating


def add_to(verbs: Verbs) -> None:
    """Add the verb of this module."""
    parser = verbs.add("correct-heating", help="корректировка по отоплению за год", run=_correct)
    parser.add_argument("year", metavar="ГОД", type=int, help="за какой год, например 2026")
    parser.add_argument("--house", action="append", default=[], metavar="КОД", help="только дом")
    parser.add_argument(
        "--units", metavar="ФАЙЛ", help="единицы распределителей тепла: CSV дом;помещение;единицы"
    )
    parser.add_argument("--into", metavar="ПЕРИОД", help="в какой открытый месяц провести")


def _correct(context: Context) -> int:
    asked = context.arguments
    voucher = Voucher(
        uuid7(),
        VoucherKind.ADJUSTMENT,
        context.actor,
        context.at,
        reason=f"корректировка по отоплению за {asked.year} год",
    )
    done = correct_heating(
        context.engine,
        voucher,
        year=asked.year,
        houses=tuple(asked.house),
        units=heat_units.read(Path(asked.units)) if asked.units else None,
        into=period.parse(asked.into) if asked.into else None,
    )
    head = f"Корректировка по отоплению за {asked.year} год, {done.into.shown}"
    text = [f"{head}: строк {len(done.lines)}, на {money.shown(done.amount_kop)} ₽."]
    text += [f"Счёт {line.account}: {explanation.sentence(line)}" for line in done.lines[:20]]
    text += [str(problem) for problem in done.problems]
    return context.answer(
        {
            "year": asked.year,
            "period": str(done.into),
            "lines": [line.as_json(basis=explanation.sentence(line)) for line in done.lines],
            "amount": money.rubles(done.amount_kop),
            "problems": [problem.as_json() for problem in done.problems],
        },
        "\n".join(text),
    )
