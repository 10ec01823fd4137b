"""Yearly corrections from the command line: correct-heating, correct-waste."""

import argparse
from pathlib import Path

from uuid_utils.compat import uuid7

from app.cli.context import Context, Run, Verbs
from app.domain import explanation, money, period
from app.domain.period import Period
from app.domain.voucher import Voucher, VoucherKind
from app.exchange import heat_units
from app.operations.correct_heating import correct_heating
from app.operations.correct_waste import correct_waste
from app.operations.year_correction import CorrectedYear

_SHOWN_LINES = 20


def add_to(verbs: Verbs) -> None:
    """Add the verbs of this module."""
    _add(verbs, "correct-heating", "корректировка по отоплению за год", _heating).add_argument(
        "--units", metavar="ФАЙЛ", help="единицы распределителей тепла: CSV дом;помещение;единицы"
    )
    _add(verbs, "correct-waste", "перерасчёт ТКО за год по контейнерам", _waste)


def _add(verbs: Verbs, name: str, told: str, run: Run) -> argparse.ArgumentParser:
    parser = verbs.add(name, help=told, run=run)
    parser.add_argument("year", metavar="ГОД", type=int, help="за какой год, например 2026")
    parser.add_argument("--house", action="append", default=[], metavar="КОД", help="только дом")
    parser.add_argument("--into", metavar="ПЕРИОД", help="в какой открытый месяц провести")
    return parser


def _heating(context: Context) -> int:
    asked = context.arguments
    subject = f"корректировка по отоплению за {asked.year} год"
    done = correct_heating(
        context.engine,
        _voucher(context, subject),
        year=asked.year,
        houses=tuple(asked.house),
        units=heat_units.read(Path(asked.units)) if asked.units else None,
        into=_into(context),
    )
    return _answer(context, subject, done)


def _waste(context: Context) -> int:
    asked = context.arguments
    subject = f"перерасчёт ТКО по контейнерам за {asked.year} год"
    done = correct_waste(
        context.engine,
        _voucher(context, subject),
        year=asked.year,
        houses=tuple(asked.house),
        into=_into(context),
    )
    return _answer(context, subject, done)


def _voucher(context: Context, reason: str) -> Voucher:
    return Voucher(uuid7(), VoucherKind.ADJUSTMENT, context.actor, context.at, reason=reason)


def _into(context: Context) -> Period | None:
    return period.parse(context.arguments.into) if context.arguments.into else None


def _answer(context: Context, subject: str, done: CorrectedYear) -> int:
    head = f"{subject[0].upper()}{subject[1:]}, {done.into.shown}"
    text = [f"{head}: строк {len(done.lines)}, на {money.shown(done.amount_kop)} ₽."]
    text += [
        f"Счёт {line.account}: {explanation.sentence(line)}" for line in done.lines[:_SHOWN_LINES]
    ]
    text += [str(problem) for problem in done.problems]
    return context.answer(
        {
            "year": context.arguments.year,
            "period": str(done.into),
            "lines": [line.as_json(basis=explanation.sentence(line)) for line in done.lines],
            "amount": money.rubles(done.amount_kop),
            "problems": [problem.as_json() for problem in done.problems],
        },
        "\n".join(text),
    )
